package upgrade_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade"
)

// selfManaged is a control plane and groups that people run themselves: nodes take
// 350 s to be replaced and 330 s where they stand, with drains of 120 s.
func selfManaged(nodes int, groups ...upgrade.Group) upgrade.Problem {
	p := problem(groups...)
	p.ControlPlaneNodes = nodes
	p.Times = upgrade.Times{
		ControlPlaneNode: 300 * time.Second, ControlPlaneRoll: 350 * time.Second, Boot: 90 * time.Second,
		AfterDrain: 5 * time.Second, Terminate: time.Minute, AfterTerminate: 15 * time.Second, Validate: 150 * time.Second,
		Packages: 3 * time.Minute, Ready: 30 * time.Second,
		Verify: upgrade.DefaultVerify, Soak: upgrade.DefaultSoak, Delete: upgrade.DefaultDelete, ParallelRun: upgrade.DefaultParallelRun,
	}
	p.Strategies = []upgrade.Option{
		{Name: upgrade.ClusterBlueGreen, Course: upgrade.CourseClusterBlueGreen},
		{Name: upgrade.InPlace, Course: upgrade.CourseInPlace},
		{Name: upgrade.Minimal, Course: upgrade.CourseRolling, TerminateFirst: true},
		{Name: upgrade.NodeGroupBlueGreen, Course: upgrade.CourseNodeGroupBlueGreen},
		{Name: upgrade.Surge, Course: upgrade.CourseRolling},
	}
	p.Refused = nil
	return p
}

func TestSelfManagedExamples(t *testing.T) {
	shares := pool(0, 0, 7)
	shares.MaxSurge, shares.MaxUnavailable = units.Share(20*units.Percent), units.Share(10*units.Percent)
	tests := map[string]struct {
		example
		controlPlane int // seconds
	}{
		// 12 x (120 + 180 + 30) s, three nodes of 300 s before: 81 min.
		"kubeadm one at a time": {example{upgrade.InPlace, selfManaged(3, pool(0, 1, 12)), 3960, 0, 0, 0, 1, 11}, 900},
		"kubeadm two at a time": {example{upgrade.InPlace, selfManaged(3, pool(0, 2, 12)), 1980, 0, 0, 0, 2, 10}, 900},
		"kubeadm has no surge":  {example{upgrade.InPlace, selfManaged(1, pool(5, 0, 12)), 3960, 0, 0, 0, 1, 11}, 300},
		// 9 x (120 + 5 + 60 + 15 + 150) s, three nodes of 350 s before: 70 min.
		"kops one at a time": {example{upgrade.Minimal, selfManaged(3, pool(1, 0, 9)), 3150, 0, 0, 0, 1, 8}, 1050},
		// One node more for 3150 s: 0.875 h.
		"kops with a surge": {example{upgrade.Surge, selfManaged(3, pool(1, 0, 9)), 3150, 0.875, 17, 1, 1, 9}, 1050},
		"kops with neither": {example{upgrade.Surge, selfManaged(3, pool(0, 0, 9)), 3150, 0.875, 17, 1, 1, 9}, 1050},
		// 2 + 1 at a time: 3 x 350 s, 2 nodes more.
		"kops with both":       {example{upgrade.Surge, selfManaged(5, pool(2, 1, 9)), 1050, 2 * 1050.0 / 3600, 11, 2, 3, 8}, 1750},
		"kops without a surge": {example{upgrade.Surge, selfManaged(5, pool(0, 3, 9)), 1050, 0, 0, 0, 3, 6}, 1750},
		// 20% of 7 is 2 rounded up, 10% is 1 at least: 3 x 350 s.
		"kops with shares": {example{upgrade.Surge, selfManaged(3, shares), 1050, 2 * 1050.0 / 3600, 11, 2, 3, 6}, 1050},
		// 3 nodes: no more than 3 of a surge, all at once.
		"kops of few": {example{upgrade.Surge, selfManaged(3, pool(5, 0, 3)), 350, 3 * 350.0 / 3600, 6, 3, 3, 3}, 1050},
		// 90 + 120 + 1800 + 12 x 120 + 3600 + 120 = 7170 s of 12 nodes.
		"second group": {example{upgrade.NodeGroupBlueGreen, selfManaged(3, pool(1, 0, 12)), 7170, 23.9, 464, 12, 1, 12}, 1050},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test.check(t)
			s := find(t, upgrade.Compare(test.problem), test.strategy)
			if want := time.Duration(test.controlPlane+test.seconds) * time.Second; s.Duration != want || s.Events[0].Kind != "control_plane" {
				t.Errorf("all takes %v, want %v", s.Duration, want)
			}
		})
	}
}

// Where nodes cannot be replaced, the control plane is upgraded where it stands.
func TestControlPlaneOfMachines(t *testing.T) {
	p := selfManaged(3, pool(1, 0, 9))
	p.Times.ControlPlaneRoll = 0
	if s := find(t, upgrade.Compare(p), upgrade.NodeGroupBlueGreen); s.Events[0].Duration != 900*time.Second {
		t.Errorf("the control plane takes %v", s.Events[0].Duration)
	}
}

func TestSelfManagedWords(t *testing.T) {
	back := map[string]string{
		upgrade.InPlace:            "hard: restore the etcd backup and the old packages, node by node",
		upgrade.Surge:              "control plane: restore etcd from its backup; nodes by another roll to the old image",
		upgrade.Minimal:            "control plane: restore etcd from its backup; nodes by another roll to the old image",
		upgrade.NodeGroupBlueGreen: "control plane: restore etcd from its backup; uncordon blue until it is deleted, within 1 hour of the last drain",
		upgrade.ClusterBlueGreen:   "move traffic back while both clusters run, within 2 days of the start",
	}
	for _, nodes := range []int{1, 3} {
		c := upgrade.Compare(selfManaged(nodes, pool(1, 0, 9)))
		for name, want := range back {
			s := find(t, c, name)
			if s.Rollback != want {
				t.Errorf("%s: %q, want %q", name, s.Rollback, want)
			}
			away := slices.ContainsFunc(s.Notes, func(n string) bool { return strings.HasPrefix(n, "the API server is away for") })
			if away != (nodes == 1 && name != upgrade.ClusterBlueGreen) {
				t.Errorf("%d nodes, %s: notes %q", nodes, name, s.Notes)
			}
		}
	}
}

// In place the group runs as short as where nodes are replaced without a surge.
func TestInPlaceNeedsPlaces(t *testing.T) {
	one := upgrade.Workload{Budget: true, Allowed: 1}
	tests := map[string]struct {
		group   upgrade.Group
		mayStop bool
		blocked string
		notes   []string // beside the one that in place always has
	}{
		"five pending": {
			full(8, 25, 3, one), false, "web/app: 5 pods have no place while 3 of 8 nodes are upgraded; with max_unavailable 1 every pod has a place",
			[]string{"breaks n_plus_one: web runs with 5 of 8 nodes", "time and cost are as if nothing blocked it"},
		},
		"spare of two": {full(8, 24, 1, one), false, "", []string{"keeps n_plus_one"}},
		"development":  {full(2, 5, 1, one), true, "", []string{"web/app: 1 pod has no place until they are back", "breaks n_plus_one: web runs with 1 of 2 nodes"}},
		"stalls there too": {
			full(2, 6, 1, one), true, "web/app: 2 pods have no place while 1 of 2 nodes is upgraded",
			[]string{"breaks n_plus_one: web runs with 1 of 2 nodes", "time and cost are as if nothing blocked it"},
		},
		"outage": {
			full(1, 2, 1, upgrade.Workload{}), false, "web: an outage: no node is ready while 1 of 1 node is upgraded",
			[]string{"breaks n_plus_one: web runs with 0 of 1 node", "time and cost are as if nothing blocked it"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := selfManaged(3, test.group)
			p.MayStop = test.mayStop
			s := find(t, upgrade.Compare(p), upgrade.InPlace)
			if got := strings.Join(s.BlockedBy, "|"); got != test.blocked {
				t.Errorf("blocked by %q, want %q", got, test.blocked)
			}
			if !slices.Equal(s.Notes[1:], test.notes) {
				t.Errorf("notes %q, want %q", s.Notes[1:], test.notes)
			}
		})
	}
}

// A machine's drain that fails the roll, where the tool says so.
func TestRollGivesUp(t *testing.T) {
	p := selfManaged(3, budgeted(10, 1, 1, 4))
	p.Times.DrainLimit = 15 * time.Minute
	want := "web/app: draining 2 nodes takes 1000 s, an update fails after 900 s: 20 pods, 1 at a time; with max_surge and max_unavailable adding up to 1 it passes"
	if s := find(t, upgrade.Compare(p), upgrade.Surge); len(s.BlockedBy) != 1 || s.BlockedBy[0] != want {
		t.Errorf("blocked by %q, want %q", s.BlockedBy, want)
	}
}

// TestIdleMachines: what comes before an old node goes is a machine that stands
// idle. With two of them a surge of three is two wide: 12 nodes in 6 batches of
// 350 s; with none, and for a second group of 12, it is blocked.
func TestIdleMachines(t *testing.T) {
	for spare, want := range map[int]struct{ surge, group string }{
		0:  {"web: 1 machine is needed more for a while, and 0 of the kind stand idle", "web: 12 machines are needed more for a while, and 0 of the kind stand idle"},
		2:  {"", "web: 12 machines are needed more for a while, and 2 of the kind stand idle"},
		12: {"", ""},
	} {
		g := pool(3, 0, 12)
		g.Limited, g.Spare = true, spare
		p := selfManaged(3, g)
		for _, s := range upgrade.Compare(p).Strategies {
			blocked := strings.Join(s.BlockedBy, "; ")
			switch s.Name {
			case upgrade.Surge:
				if blocked != want.surge {
					t.Errorf("%d idle: surge is blocked by %q, want %q", spare, blocked, want.surge)
				}
				if spare == 2 && (s.Groups[0].Parallel != 2 || s.Groups[0].Duration != 6*350*time.Second || s.PeakExtraNodes != 2) {
					t.Errorf("two idle: %+v", s.Groups[0])
				}
			case upgrade.NodeGroupBlueGreen:
				if blocked != want.group {
					t.Errorf("%d idle: a second group is blocked by %q, want %q", spare, blocked, want.group)
				}
			case upgrade.InPlace, upgrade.Minimal:
				if strings.Contains(blocked, "idle") {
					t.Errorf("%s needs no machine more: %s", s.Name, blocked)
				}
			}
		}
	}
}

// TestIdleMachinesByZone: a machine that stands idle helps a surge wherever it is, and a
// second group needs as many in each zone as the first has there. With three at a time the
// zones of fewer than three idle ones take batches of their own, and one more to come and go.
func TestIdleMachinesByZone(t *testing.T) {
	for name, test := range map[string]struct {
		idle    [3]int
		want    string
		batches int
	}{
		"all in one": {[3]int{0, 0, 20}, "web: 12 machines are needed more for a while, and of the kind too few stand idle in the zones: 0 of 4 in a, 0 of 4 in b", 2 + 3 + 1},
		"too few":    {[3]int{4, 3, 4}, "web: 12 machines are needed more for a while, and 11 of the kind stand idle", 4},
		"uneven":     {[3]int{4, 2, 6}, "web: 12 machines are needed more for a while, and of the kind too few stand idle in the zones: 2 of 4 in b", 3 + 2 + 1},
		"enough":     {[3]int{4, 4, 4}, "", 4},
	} {
		g := pool(3, 0, 12)
		g.Limited = true
		for z, idle := range test.idle {
			g.Spare += idle
			g.Places = append(g.Places, upgrade.Place{Zone: string(rune('a' + z)), Nodes: 4, Idle: idle})
		}
		c := upgrade.Compare(selfManaged(3, g))
		if s := find(t, c, upgrade.Surge); len(s.BlockedBy) > 0 || s.Groups[0].Duration != time.Duration(test.batches)*350*time.Second {
			t.Errorf("%s: surge takes %v, blocked by %q", name, s.Groups[0].Duration, s.BlockedBy)
		}
		if got := strings.Join(find(t, c, upgrade.NodeGroupBlueGreen).BlockedBy, "; "); got != test.want {
			t.Errorf("%s: a second group is blocked by %q, want %q", name, got, test.want)
		}
	}
}
