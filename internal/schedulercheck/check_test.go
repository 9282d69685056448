package schedulercheck_test

import (
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/internal/schedulercheck"
	"github.com/scantling-dev/scantling/planner"
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
