package schedulercheck_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/internal/schedulercheck"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
)

const examples = "../../examples"

// system returns the workloads that the provider of a plan brings. They depend on
// the cluster alone, not on the catalog.
func system(t *testing.T, p *planner.Plan) schedulercheck.System {
	t.Helper()
	ground, ok := run.GroundOf(p.Cluster.Provider, p.Cluster.ControlPlane.Mode)
	if !ok {
		t.Fatalf("no ground of %q", p.Cluster.Provider)
	}
	return ground.New(&catalogs.Catalog{}).SystemWorkloads
}

// sampledFrom is how many nodes the scheduler looks at in every case; of more it scores a
// share (percentageOfNodesToScore), which the model does not.
const sampledFrom = 100

// TestExamples asks the scheduler about each example of as many nodes as it looks at.
func TestExamples(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(examples, "*", "plan.json"))
	if err != nil || len(files) < 3 {
		t.Fatalf("found examples %v, %v", files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			plan, err := document.Decode(data)
			if err != nil {
				t.Fatal(err)
			}
			groups, err := schedulercheck.Groups(plan, system(t, plan))
			if err != nil {
				t.Fatal(err)
			}
			all := pointers(groups)
			nodes, pods := 0, 0
			for _, g := range all {
				nodes, pods = nodes+g.Nodes(), pods+g.Pods()
			}
			if nodes > sampledFrom {
				t.Logf("%d nodes: left to the model, which looks at all nodes where the scheduler samples", nodes)
				return
			}
			var sum schedulercheck.Outcome
			runs := append(schedulercheck.Declared(), schedulercheck.Unseen()...)
			for _, r := range runs {
				out, err := schedulercheck.Check(t.Context(), all, r)
				if err != nil {
					t.Fatalf("%s: %v", r, err)
				}
				if out.Failed != "" {
					t.Error(out.Failed)
				}
				sum.Rollouts, sum.Losses, sum.Scheduled = sum.Rollouts+out.Rollouts, sum.Losses+out.Losses, sum.Scheduled+out.Scheduled
			}
			t.Logf("%d nodes, %d pods: %d runs, %d rollouts, %d losses, %d scheduling cycles", nodes, pods, len(runs), sum.Rollouts, sum.Losses, sum.Scheduled)
		})
	}
}

func pointers(groups []schedulercheck.Group) []*schedulercheck.Group {
	var out []*schedulercheck.Group
	for i := range groups {
		out = append(out, &groups[i])
	}
	return out
}

// TestItCanFail gives the scheduler the case that shows why counts need it: one pod
// of four cores and four of one fit on two nodes of four cores, but not if a small
// one comes first to each.
func TestItCanFail(t *testing.T) {
	g := schedulercheck.Group{
		Name: "g", Zones: []string{"a"}, NodesByZone: []int{2},
		Allocatable: planner.Allocatable{CPU: 4 * units.Core, Memory: 16 * units.GiB, Pods: 110},
		Workloads: []schedulercheck.Workload{
			{Name: "large", Kind: planner.Deployment, CPU: 4 * units.Core, Memory: units.GiB, Replicas: 1, Reschedule: true},
			{Name: "small", Kind: planner.Deployment, CPU: units.Core, Memory: units.GiB, Replicas: 4, Reschedule: true},
		},
	}
	failed := 0
	for _, r := range schedulercheck.Declared() {
		out, err := schedulercheck.Check(t.Context(), []*schedulercheck.Group{&g}, r)
		if err != nil {
			t.Fatal(err)
		}
		if r.Order == 0 && out.Failed != "" {
			t.Errorf("%s: biggest first they fit", out.Failed)
		}
		if out.Failed != "" {
			failed++
		}
	}
	if failed == 0 {
		t.Error("no order left the large pod pending")
	}
	// All cores of both nodes are taken: no node can be lost.
	g.Redundancy = planner.Redundancy{Nodes: 1}
	out, err := schedulercheck.Check(t.Context(), []*schedulercheck.Group{&g}, schedulercheck.Run{})
	if err != nil {
		t.Fatal(err)
	}
	if out.Failed == "" || out.Losses != 1 {
		t.Errorf("got %+v, want the first loss of a node to leave pods pending: eight cores are asked for, four are left", out)
	}
}

// TestPools: three pods of 2 cores on nodes of 4 and of 8 cores, both of 16 GiB. By
// hand, for room, balance and twice the default spread: the first goes to the larger
// node, 75 + 100 against 62 + 87; the second to the smaller, 62 + 87 + 200 against
// 50 + 100 + 174; the third to the larger, 50 + 100 against 25 + 75.
func TestPools(t *testing.T) {
	pool := func(cores units.MilliCPU) planner.Pool {
		return planner.Pool{Allocatable: planner.Allocatable{CPU: cores * units.Core, Memory: 16 * units.GiB, Pods: 110}, NodesByZone: []planner.ZoneCount{{Zone: "a", Nodes: 1}}}
	}
	g := schedulercheck.Group{
		Name: "g", Zones: []string{"a"}, NodesByZone: []int{2}, Pools: []planner.Pool{pool(4), pool(8)},
		Workloads: []schedulercheck.Workload{{Name: "w", Kind: planner.Deployment, CPU: 2 * units.Core, Memory: 4 * units.GiB, Replicas: 3}},
	}
	out, err := schedulercheck.Check(t.Context(), []*schedulercheck.Group{&g}, schedulercheck.Run{Ties: schedulercheck.FirstNode})
	if err != nil {
		t.Fatal(err)
	}
	if want := map[string]int{"g a [1]": 1, "g a [2]": 1}; out.Failed != "" || !maps.Equal(out.Nodes, want) {
		t.Errorf("%+v, want %v", out, want)
	}
	// One on each node, by the rule of the pods themselves: the third finds none.
	g.Workloads[0].AntiAffinity = planner.AntiAffinity{Mode: planner.AffinityRequired, Key: planner.HostnameKey}
	if out, err = schedulercheck.Check(t.Context(), []*schedulercheck.Group{&g}, schedulercheck.Run{}); err != nil || out.Pending != 1 {
		t.Errorf("%+v, %v, want one pod pending", out, err)
	}
}

// TestFollow: the same pods. Two nodes leave the large pod pending in the orders that have
// small ones first on both, and five hold in any order: each small pod takes one at most.
// Of five with one pod each, the loss of the large one's leaves no node empty.
func TestFollow(t *testing.T) {
	g := schedulercheck.Group{
		Name: "g", Zones: []string{"a"}, NodesByZone: []int{2},
		Allocatable: planner.Allocatable{CPU: 4 * units.Core, Memory: 16 * units.GiB, Pods: 110},
		Workloads: []schedulercheck.Workload{
			{Name: "large", Kind: planner.Deployment, CPU: 4 * units.Core, Memory: units.GiB, Replicas: 1, Reschedule: true},
			{Name: "small", Kind: planner.Deployment, CPU: units.Core, Memory: units.GiB, Replicas: 4, Reschedule: true},
		},
	}
	follow := func(g *schedulercheck.Group, during placement.During, failed string) {
		t.Helper()
		f, err := schedulercheck.Fails(g)
		if err != nil || f == nil || f.During != during || f.Workload != "large" {
			t.Fatalf("the model says %v, %v; want no place for the large pod", f, err)
		}
		out, err := schedulercheck.Follow(t.Context(), g, f, false)
		if err != nil || out.Pending != 1 || out.Strayed != 0 || !strings.Contains(out.Failed, failed) || !strings.Contains(out.Failed, "g.large") {
			t.Errorf("%+v, %v, want the large pod pending and every other where the model has it", out, err)
		}
	}
	follow(&g, placement.Normal, "with everything up")
	five := g.With(5)
	if f, err := schedulercheck.Fails(five); f != nil || err != nil {
		t.Errorf("five nodes: %v, %v", f, err)
	}
	five.Redundancy.Nodes = 1
	follow(five, placement.NodeLoss, "loss of g-a-")
	// Nor does a second large pod find one, in its rollout.
	rolling := g.With(5)
	rolling.Workloads = slices.Clone(g.Workloads)
	rolling.Workloads[0].Surge = 1
	follow(rolling, placement.Rollout, "rollout")
}

// TestBears: 8 cores on nodes of 4 are two nodes' worth, and four of nodes that sustain 2.5
// of which a DaemonSet takes a half.
func TestBears(t *testing.T) {
	g := schedulercheck.Group{
		Zones: []string{"a"}, NodesByZone: []int{1},
		Allocatable: planner.Allocatable{CPU: 4 * units.Core, Memory: 16 * units.GiB, Pods: 110},
		Workloads:   []schedulercheck.Workload{{Name: "w", CPU: units.Core, Memory: units.GiB, Replicas: 8}},
	}
	least := func() int {
		n := 1
		for !g.With(n).Bears() {
			n++
		}
		return n
	}
	if got := least(); got != 2 {
		t.Errorf("%d nodes, want 2", got)
	}
	g.Sustained, g.DaemonSets = []units.MilliCPU{2500}, []planner.DaemonSet{{Name: "d", CPU: 500, Memory: units.GiB}}
	if got := least(); got != 4 {
		t.Errorf("%d burstable nodes, want 4", got)
	}
}
