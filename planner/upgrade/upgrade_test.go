package upgrade_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade"
)

const m5xlarge = 192 * units.DollarPerHour / 1000

// eks are the documented limits of EKS and the assumed times of
// docs/models/upgrades.md.
func eks() upgrade.Times {
	return upgrade.Times{
		ControlPlaneStep: 15 * time.Minute, AddOns: 5 * time.Minute, Setup: 2 * time.Minute, Boot: 90 * time.Second,
		AfterDrain: time.Minute, Terminate: time.Minute, ScaleDownPerNode: 30 * time.Second, DrainLimit: 15 * time.Minute,
		MaxParallel: 100, ControlPlaneRollback: 168 * time.Hour,
		Verify: upgrade.DefaultVerify, Soak: upgrade.DefaultSoak, Delete: upgrade.DefaultDelete, ParallelRun: upgrade.DefaultParallelRun,
	}
}

// uniform returns a group whose nodes drain in 120 s, however many together.
func uniform(nodes, zones int, unavailable units.CountOrRatio, price units.USDPerHour) upgrade.Group {
	return upgrade.Group{
		Name: "web", Zones: zones, Price: upgrade.Rate{PerHour: price, Known: true}, MaxUnavailable: unavailable,
		Nodes:     []upgrade.NodeClass{{Nodes: nodes, Pods: []upgrade.PodCount{{Workload: "app", Pods: 1}}}},
		Workloads: []upgrade.Workload{{Name: "app", Grace: 100 * time.Second, Startup: 20 * time.Second}},
	}
}

func problem(groups ...upgrade.Group) upgrade.Problem {
	return upgrade.Problem{
		Hops: []string{"1.36"}, NodeSkew: 1, Groups: groups, Times: eks(),
		ControlPlaneFee: upgrade.Rate{PerHour: units.DollarPerHour / 10, Known: true}, Volumes: upgrade.Rate{Known: true},
		Strategies: eksOptions(),
		Refused:    []upgrade.Refusal{{Strategy: upgrade.InPlace, Reason: "not on EKS"}},
	}
}

func find(t *testing.T, c upgrade.Comparison, name string) upgrade.Strategy {
	t.Helper()
	for _, s := range c.Strategies {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("no strategy %s", name)
	return upgrade.Strategy{}
}

// cents rounds an amount to the nearest cent, as people write it.
func cents(u units.USD) int64 { return int64(math.Round(float64(u) / float64(units.Dollar) * 100)) }

// The examples are worked by hand with $0.192 a node-hour and drains of 120 s.
func TestWorkedExamples(t *testing.T) {
	tests := map[string]struct {
		strategy string
		group    upgrade.Group
		seconds  int
		hours    float64
		cents    int64
		peak     int
		parallel int
		minReady int
		share    units.Ratio
	}{
		"surge one at a time":     {upgrade.Surge, uniform(12, 3, units.Count(1), m5xlarge), 3270, 5.25, 101, 6, 1, 17, units.Whole},
		"surge 33% rounds down":   {upgrade.Surge, uniform(12, 3, units.Share(33*units.Percent), m5xlarge), 1350, 2.05, 39, 6, 3, 15, units.Whole},
		"surge four at a time":    {upgrade.Surge, uniform(12, 3, units.Count(4), m5xlarge), 1110, 1.65, 32, 6, 4, 14, units.Whole},
		"surge of a hundred":      {upgrade.Surge, uniform(100, 3, units.Count(10), m5xlarge), 2910, 7.75, 149, 10, 10, 100, units.Whole},
		"minimal":                 {upgrade.Minimal, uniform(12, 3, units.Count(3), m5xlarge), 1440, 0, 0, 0, 3, 9, 75 * units.Percent},
		"a share of at least one": {upgrade.Minimal, uniform(2, 3, units.Share(33*units.Percent), m5xlarge), 780, 0, 0, 0, 1, 1, 50 * units.Percent},
		// 90 + 120 + 1800 + 12 x 120 + 3600 + 120 = 7170 s; 12 nodes for that long.
		"node group blue/green": {upgrade.NodeGroupBlueGreen, uniform(12, 3, units.Count(1), m5xlarge), 7170, 23.9, 459, 12, 1, 12, units.Whole},
		// 120 + 90 + 240 x ceil(250/100) + 30 x 100 = 3930 s; 100 nodes for 3810 s.
		"never more than 100": {upgrade.Surge, uniform(250, 3, units.Share(units.Whole), m5xlarge), 3930, 100 * 3810.0 / 3600, 2032, 100, 100, 250, units.Whole},
		// A count above the group: S follows what is asked for, the batch is all.
		"more than there are": {upgrade.Surge, uniform(3, 1, units.Count(5), m5xlarge), 120 + 90 + 240 + 150, 5 * 480.0 / 3600, 13, 5, 3, 5, units.Whole},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := find(t, upgrade.Compare(problem(test.group)), test.strategy)
			g := s.Groups[0]
			if want := time.Duration(test.seconds) * time.Second; g.Duration != want || s.Duration != want+20*time.Minute {
				t.Errorf("the group takes %v, all %v, want %v and 20 min more", g.Duration, s.Duration, want)
			}
			if math.Abs(g.ExtraNodeHours-test.hours) > 1e-9 || g.ExtraNodeHours != s.ExtraNodeHours {
				t.Errorf("%v extra node-hours, in all %v, want %v", g.ExtraNodeHours, s.ExtraNodeHours, test.hours)
			}
			if cents(g.ExtraCost) != test.cents || !g.ExtraCostKnown || s.ExtraCost != g.ExtraCost || !s.ExtraCostKnown {
				t.Errorf("extra cost %d, in all %d, want %d cents", g.ExtraCost, s.ExtraCost, test.cents)
			}
			if g.PeakExtraNodes != test.peak || s.PeakExtraNodes != test.peak || g.Parallel != test.parallel {
				t.Errorf("peak +%d, %d at a time, want +%d and %d", g.PeakExtraNodes, g.Parallel, test.peak, test.parallel)
			}
			if g.MinReadyNodes != test.minReady || g.MinReady != test.share || s.MinReady != test.share {
				t.Errorf("ready %d, %d ppm, want %d and %d", g.MinReadyNodes, g.MinReady, test.minReady, test.share)
			}
			if g.Drain != 120*time.Second || g.DrainWorkload != "app" {
				t.Errorf("drain %v of %q", g.Drain, g.DrainWorkload)
			}
		})
	}
}

func TestClusterBlueGreen(t *testing.T) {
	web, data := uniform(12, 3, units.Count(1), m5xlarge), uniform(4, 3, units.Count(1), 2*m5xlarge)
	data.Name = "data"
	p := problem(web, data)
	p.Hops = []string{"1.34", "1.35", "1.36"}
	s := find(t, upgrade.Compare(p), upgrade.ClusterBlueGreen)
	// 48 h x (12 x 0.192 + 4 x 0.384) + 48 h x 0.10, however many minors.
	if want := 18912 * units.Dollar / 100; s.ExtraCost != want || !s.ExtraCostKnown {
		t.Errorf("extra cost %d, want %d", s.ExtraCost, want)
	}
	if s.Duration != 48*time.Hour || s.PeakExtraNodes != 16 || s.MinReady != units.Whole {
		t.Errorf("%v, +%d, %d ppm ready", s.Duration, s.PeakExtraNodes, s.MinReady)
	}
	// 6 x 500 GiB at $0.08 a month are $240 / 730 an hour, for 48 h $15.78.
	p.Volumes.PerHour = (240 * units.Dollar).PerHour()
	if s := find(t, upgrade.Compare(p), upgrade.ClusterBlueGreen); cents(s.ExtraCost) != 18912+1578 {
		t.Errorf("with volumes extra cost %d", s.ExtraCost)
	}
	p.Volumes.Known = false
	if s := find(t, upgrade.Compare(p), upgrade.ClusterBlueGreen); s.ExtraCostKnown {
		t.Error("the cost is known without the volumes")
	}
	p.Volumes.Known, p.ControlPlaneFee.Known = true, false
	if s := find(t, upgrade.Compare(p), upgrade.ClusterBlueGreen); s.ExtraCostKnown {
		t.Error("the cost is known without the fee")
	}
}

func TestExtendedSupport(t *testing.T) {
	if got := upgrade.ExtendedSupportCost(90, units.DollarPerHour/2); got != 1080*units.Dollar {
		t.Errorf("90 days cost %d, want 1080 dollars", got)
	}
}

// Three minors: 3 steps of the control plane; the nodes follow each or trail by
// up to three.
func TestThreeMinors(t *testing.T) {
	for _, test := range []struct {
		skew, rounds, seconds int
		cents                 int64
	}{{1, 3, 3 * 3270, 302}, {2, 2, 2 * 3270, 202}, {3, 1, 3270, 101}} {
		p := problem(uniform(12, 3, units.Count(1), m5xlarge))
		p.Hops = []string{"1.34", "1.35", "1.36"}
		p.NodeSkew = test.skew
		s := find(t, upgrade.Compare(p), upgrade.Surge)
		g := s.Groups[0]
		if g.Rounds != test.rounds || g.Duration != time.Duration(test.seconds)*time.Second || cents(s.ExtraCost) != test.cents {
			t.Errorf("skew %d: %d rounds, %v, %d; want %d, %d s, %d cents", test.skew, g.Rounds, g.Duration, s.ExtraCost,
				test.rounds, test.seconds, test.cents)
		}
		if want := 45*time.Minute + 15*time.Minute + g.Duration; s.Duration != want {
			t.Errorf("skew %d: all takes %v, want %v", test.skew, s.Duration, want)
		}
		if upgrade.NodeRounds(3, test.skew) != test.rounds {
			t.Errorf("NodeRounds(3, %d) = %d", test.skew, upgrade.NodeRounds(3, test.skew))
		}
	}
}

func TestEventsTellTheOrder(t *testing.T) {
	web, batch := uniform(12, 3, units.Count(4), m5xlarge), uniform(0, 3, units.Count(1), m5xlarge)
	batch.Name = "batch"
	data := uniform(2, 1, units.Count(1), m5xlarge)
	data.Name = "data"
	p := problem(web, batch, data)
	p.Hops = []string{"1.35", "1.36"}
	s := find(t, upgrade.Compare(p), upgrade.Surge)
	// data: S = 2, 120 + 90 + 2 x 240 + 60 = 750 s.
	want := []string{
		"0 control_plane  1.35 900", "900 add_ons  1.35 300", "1200 node_group web 1.35 1110", "2310 node_group data 1.35 750",
		"3060 control_plane  1.36 900", "3960 add_ons  1.36 300", "4260 node_group web 1.36 1110", "5370 node_group data 1.36 750",
	}
	if len(s.Events) != len(want) {
		t.Fatalf("%d events, want %d: %+v", len(s.Events), len(want), s.Events)
	}
	for i, e := range s.Events {
		if got := fmt.Sprintf("%.0f %s %s %s %.0f", e.Start.Seconds(), e.Kind, e.Group, e.Minor, e.Duration.Seconds()); got != want[i] {
			t.Errorf("event %d is %q, want %q", i, got, want[i])
		}
	}
	if s.Duration != 6120*time.Second {
		t.Errorf("all takes %v", s.Duration)
	}
	if g := s.Groups[2]; g.Start != 2310*time.Second || g.Duration != 1500*time.Second {
		t.Errorf("data starts at %v and takes %v", g.Start, g.Duration)
	}
	if g := s.Groups[1]; g.Rounds != 0 || g.Duration != 0 || g.MinReady != units.Whole || !g.ExtraCostKnown {
		t.Errorf("a group without nodes takes %+v", g)
	}
}

func TestCostRoundsUp(t *testing.T) {
	tests := map[string]struct {
		rate units.USDPerHour
		n    int
		d    time.Duration
		want units.USD
	}{
		"exact":            {192_000_000, 6, 3150 * time.Second, 1_008_000_000},
		"rounds up":        {1, 1, time.Second, 1},
		"nothing":          {192_000_000, 0, time.Hour, 0},
		"beyond 64 bits":   {100 * units.DollarPerHour, 5000, 30 * 24 * time.Hour, 360_000_000 * units.Dollar},
		"stops at the end": {math.MaxInt64, 5000, time.Hour, math.MaxInt64},
	}
	for name, test := range tests {
		if got := upgrade.Cost(test.rate, test.n, test.d); got != test.want {
			t.Errorf("%s: %d, want %d", name, got, test.want)
		}
	}
}

func ExampleCompare() {
	c := upgrade.Compare(problem(uniform(12, 3, units.Share(33*units.Percent), m5xlarge)))
	for _, s := range c.Strategies {
		fmt.Printf("%-22s %8s %8.2f USD  +%-2d nodes  %3d%% ready %v\n", s.Name, s.Duration,
			float64(s.ExtraCost)/float64(units.Dollar), s.PeakExtraNodes, s.MinReady/units.Percent, s.BlockedBy)
	}
	fmt.Println(c.Recommended+":", c.Reason)
	// Output:
	// cluster_blue_green      48h0m0s   115.39 USD  +12 nodes  100% ready []
	// in_place                     0s     0.00 USD  +0  nodes    0% ready [not on EKS]
	// minimal                   44m0s     0.00 USD  +0  nodes   75% ready []
	// node_group_blue_green   2h3m30s     3.97 USD  +12 nodes  100% ready []
	// surge                    42m30s     0.39 USD  +6  nodes  100% ready []
	// surge: all planned nodes stay ready, at the least extra cost
}

// eksOptions are the strategies of a managed node group.
func eksOptions() []upgrade.Option {
	return []upgrade.Option{
		{Name: upgrade.ClusterBlueGreen, Course: upgrade.CourseClusterBlueGreen},
		{Name: upgrade.Minimal, Course: upgrade.CourseEKSMinimal, TerminateFirst: true},
		{Name: upgrade.NodeGroupBlueGreen, Course: upgrade.CourseNodeGroupBlueGreen},
		{Name: upgrade.Surge, Course: upgrade.CourseEKSDefault},
	}
}
