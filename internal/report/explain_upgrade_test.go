package report_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// onOneLine is a text without the breaks and gaps of its layout.
func onOneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// TestExplainUpgrade: each time with where it is from, and each group's sum, worked by hand,
// for the six nodes of web and drains of 50 s.
func TestExplainUpgrade(t *testing.T) {
	eks := planner.Mechanics{
		ControlPlaneStep: 15 * time.Minute, AddOns: 5 * time.Minute, Boot: 90 * time.Second, Terminate: time.Minute, Setup: 2 * time.Minute,
		AfterDrain: time.Minute, ScaleDownPerNode: 30 * time.Second, DrainLimit: 15 * time.Minute, MaxParallel: 100,
	}
	own := planner.Mechanics{
		ControlPlaneNode: 5 * time.Minute, ControlPlaneRoll: 20*time.Minute + 50*time.Second, AddOns: 5 * time.Minute, Boot: 15 * time.Minute, Terminate: time.Minute,
		AfterDrain: 5 * time.Second, AfterTerminate: 15 * time.Second, Validate: 17*time.Minute + 30*time.Second, Packages: 3 * time.Minute, Ready: 30 * time.Second,
		Refused: map[string]string{"cluster_blue_green": "nobody lends machines"},
	}
	for name, tc := range map[string]struct {
		provider string
		mode     planner.Mode
		mech     planner.Mechanics
		strategy string
		own      string
		atATime  int
		takes    time.Duration
		want     []string
	}{
		// 120 + 90 + 2 x (50 + 60 + 60) + 6 x 30 = 730 s; 6 nodes for 610 s of it are 1.02 h.
		"EKS": {"aws", planner.Managed, eks, "surge", "", 3, 730 * time.Second, []string{
			`control plane, a minor 15 min estimate AWS says "several minutes"`, "after the last eviction 1 min EKS user guide",
			"new nodes are verified 45 min declared upgrade.verify; of blue/green", "soak 1 h estimate declare it as upgrade.soak",
			"The others cannot be declared",
			"web, time 0:12:10 set-up 2 min + boot 1 min 30 s + ceil(6 / 3) x (R 50 s + after drain 1 min + end 1 min) + 6 surplus nodes x 30 s = 0:12:10",
			"web, cost 0.20 USD 1.02 node hours, 6 nodes more at a time at most, x 0.2000 USD for a m7i.2xlarge",
			"control plane 0:15:00 1 minor x 15 min", "in all, time 0:32:10 0:15:00 + 0:05:00 + 0:12:10",
		}},
		// 120 + 2 x (50 + 60 + 60 + 90) = 640 s.
		"EKS, by its own": {"aws", planner.Managed, eks, "surge", "minimal", 3, 640 * time.Second, []string{
			"web, time 0:10:40 by minimal, the group's own strategy: set-up 2 min + ceil(6 / 3) x (R 50 s + after drain 1 min + end 1 min + boot 1 min 30 s) = 0:10:40 web, cost",
		}},
		// 90 + 120 + 2700 + 2 x 50 + 3600 + 120 = 6730 s.
		"a second group": {"aws", planner.Managed, eks, "node_group_blue_green", "", 3, 6700 * time.Second, []string{
			"boot 1 min 30 s + set-up 2 min + verify 45 min + ceil(6 / 3) x (R 50 s) + soak 1 h + delete 2 min = 1:52:10; simulated, node by node and pod by pod, 1:51:40",
		}},
		// 3 x (50 + 180 + 30) = 780 s.
		"in place": {"on_premises", planner.SelfManaged, own, "in_place", "", 2, 780 * time.Second, []string{
			"web, time 0:13:00 ceil(6 / 2) x (R 50 s + packages 3 min + ready 30 s) = 0:13:00",
			"control plane 0:15:00 1 minor x 15 min, 3 machines one after another",
		}},
		// 6 x (50 + 5 + 60 + 15 + 1050) = 7080 s.
		"machines of one's own": {"on_premises", planner.SelfManaged, own, "surge", "", 1, 7080 * time.Second, []string{
			"15 min of it to install a machine anew",
			"ceil(6 / 1) x (R 50 s + after drain 5 s + end 1 min + after it 15 s + validation 17 min 30 s) = 1:58:00",
			"web, cost 0.20 USD 1.02 node hours of machines that stand there anyway, x 0.2000 USD, the fee of a node",
			"control plane 1:02:30 1 minor x 1 h 2 min 30 s, 3 machines one after another",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			p := shop(t)
			p.Cluster.Provider, p.Cluster.ControlPlane.Mode = tc.provider, tc.mode
			if tc.provider == "on_premises" {
				p.Cluster.Machines = []planner.Machine{{Name: "m7i.2xlarge", CountByZone: []planner.ZoneCount{{Zone: "a", Nodes: 20}}}}
			}
			p.ControlPlane.Machines = []planner.ControlPlaneMachines{{Role: planner.RoleControlPlane, Nodes: 3}}
			verify, soak, run := 45*time.Minute, time.Hour, 48*time.Hour
			p.Cluster.Upgrade = &planner.Upgrade{To: "1.36", Verify: &verify, Soak: &soak, ParallelRun: &run}
			p.Cluster.Assumptions = append(p.Cluster.Assumptions, planner.Assumption{Path: "upgrade.soak"})
			p.Upgrade = &planner.UpgradePlan{From: "1.35", To: "1.36", Hops: []string{"1.36"}, Recommended: tc.strategy, Strategies: []planner.UpgradeStrategy{{
				Name: tc.strategy, Duration: tc.takes + 20*time.Minute, ExtraCostKnown: true, ExtraCost: units.Dollar / 5, PeakExtraNodes: 6,
				Groups: []planner.UpgradeGroup{{
					Name: "web", Strategy: tc.own, Rounds: 1, Duration: tc.takes, Parallel: tc.atATime, PeakExtraNodes: 6, Drain: 50 * time.Second, DrainWorkload: "checkout",
					ExtraNodeHours: 6 * 610 / 3600., ExtraCost: 203_333_334,
				}},
			}}}
			var out bytes.Buffer
			if err := report.Explain(&out, p, report.TopicUpgrade+"."+tc.strategy, report.Options{Width: 1000, Mechanics: tc.mech}); err != nil {
				t.Fatal(err)
			}
			rest := onOneLine(out.String())
			for _, want := range tc.want {
				_, after, found := strings.Cut(rest, want)
				if !found {
					t.Fatalf("no %q, in this order, in\n%s", want, out.String())
				}
				rest = after
			}
		})
	}
}

// TestExplainUpgradeHelped: of the six nodes of web two stand in the zone with an idle machine,
// and four in zones without one: (ceil(2 / 1) + ceil(4 / 1) + 1) x (50 + 5 + 60 + 15 + 1050) =
// 8260 s. Where one stands
// idle in each zone none are helped, and where none does all six are: 7 x 1180 s.
func TestExplainUpgradeHelped(t *testing.T) {
	own := planner.Mechanics{
		ControlPlaneRoll: 20*time.Minute + 50*time.Second, AddOns: 5 * time.Minute, Boot: 15 * time.Minute, Terminate: time.Minute,
		AfterDrain: 5 * time.Second, AfterTerminate: 15 * time.Second, Validate: 17*time.Minute + 30*time.Second,
	}
	each := " x (R 50 s + after drain 5 s + end 1 min + after it 15 s + validation 17 min 30 s) = "
	for name, tc := range map[string]struct {
		idle        []int
		takes       time.Duration
		want, never string
	}{
		"one zone": {[]int{1, 0, 0}, 8000 * time.Second, "web, time 2:13:20 (ceil(2 / 1) + ceil(4 / 1) + 1)" + each +
			"2:17:40; simulated, node by node and pod by pod, 2:13:20; 4 nodes stand in zones with too few idle machines: 1 joins elsewhere for them, and in the end the helpers leave in a batch more", "never"},
		"all zones": {[]int{1, 1, 1}, 7080 * time.Second, "web, time 1:58:00 ceil(6 / 1)" + each + "1:58:00 web, cost", "too few idle"},
		"no zone":   {[]int{0, 0, 0}, 8260 * time.Second, "web, time 2:17:40 (ceil(6 / 1) + 1)" + each + "2:17:40; 6 nodes stand", "simulated, node"},
	} {
		t.Run(name, func(t *testing.T) {
			p := shop(t)
			p.Cluster.Provider, p.Cluster.ControlPlane.Mode = "on_premises", planner.SelfManaged
			pool := &p.NodeGroups[2].Pools[0] // of web
			p.Cluster.Zones = []string{"a", "b", "c"}
			pool.NodesByZone = []planner.ZoneCount{{Zone: "a", Nodes: 2}, {Zone: "b", Nodes: 2}, {Zone: "c", Nodes: 2}}
			var stand []planner.ZoneCount
			for i, z := range pool.NodesByZone {
				stand = append(stand, planner.ZoneCount{Zone: z.Zone, Nodes: z.Nodes + tc.idle[i]})
			}
			p.Cluster.Machines = []planner.Machine{{Name: pool.InstanceType, CountByZone: stand}}
			p.Upgrade = &planner.UpgradePlan{From: "1.35", To: "1.36", Hops: []string{"1.36"}, Recommended: "surge", Strategies: []planner.UpgradeStrategy{{
				Name: "surge", Duration: tc.takes, ExtraCostKnown: true,
				Groups: []planner.UpgradeGroup{{
					Name: "web", Rounds: 1, Duration: tc.takes, Parallel: 1, Width: planner.UpgradeWidth{MaxSurge: 1}, Drain: 50 * time.Second, DrainWorkload: "checkout",
				}},
			}}}
			var out bytes.Buffer
			if err := report.Explain(&out, p, report.TopicUpgrade, report.Options{Width: 1000, Mechanics: own}); err != nil {
				t.Fatal(err)
			}
			text := onOneLine(out.String())
			if !strings.Contains(text, tc.want) || strings.Contains(text, tc.never) {
				t.Errorf("no %q, or %q, in\n%s", tc.want, tc.never, text)
			}
		})
	}
}
