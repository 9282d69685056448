package pipeline_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/verify"
)

// bigAndSmall is the group of which some orders leave the big pod stuck: one pod of
// 3.9 cores and four of a quarter of it on nodes that have 3.9 for pods, through the
// loss of a node.
func bigAndSmall(g planner.Guarantee) *problem {
	big, small := inPlace(given("big", 1, 3900, units.GiB)), inPlace(given("small", 4, 975, units.GiB))
	group := group("g", planner.App, []string{"a"}, planner.Redundancy{Nodes: 1, Recovery: planner.Reschedule}, big, small)
	group.Guarantee = g
	return market(group, machine("m7.xlarge", 4, 64, 100))
}

// TestGuarantees: what each takes, by hand. Two nodes pack the pods, and two must
// survive a loss; the proof takes five survivors.
func TestGuarantees(t *testing.T) {
	for guarantee, want := range map[planner.Guarantee]int{planner.Packed: 3, planner.AnyOrder: 6} {
		plan := bigAndSmall(guarantee).mustMake(t)
		g := &plan.NodeGroups[0]
		if g.Nodes != want {
			t.Errorf("%s: %d nodes, want %d", guarantee, g.Nodes, want)
		}
		for i, row := range []struct {
			guarantee planner.Guarantee
			nodes     int
		}{{planner.Packed, 3}, {planner.Scheduled, 6}, {planner.AnyOrder, 6}} {
			got := g.Guarantees[i]
			if got.Guarantee != row.guarantee || got.Nodes != row.nodes || got.Proof == "" || got.NotProved != "" {
				t.Errorf("%s: priced %+v, want %v", guarantee, got, row)
			}
			if cost := 100 * units.DollarPerHour / 1000 * units.USDPerHour(row.nodes); got.Cost != (planner.Amount{Rate: cost, Known: true}) {
				t.Errorf("%s: %s costs %+v, want %d", guarantee, row.guarantee, got.Cost, cost)
			}
		}
	}
}

// TestBindingOfTheProof: a node less is a node less of the proof.
func TestBindingOfTheProof(t *testing.T) {
	plan := bigAndSmall(planner.AnyOrder).mustMake(t)
	want := planner.Binding{Resource: "proof", During: "node_loss", Workload: "big"}
	if got := plan.NodeGroups[0].Binding; got != want {
		t.Errorf("binds %+v, want %+v", got, want)
	}
}

// TestABiggerTypeIsTheCheaperWay: two pods of half a small node and thirty that have
// a twentieth fit on two of them, 6.9 cores of 7.8. For any order they take three:
// the thirty make up 30 x 100/1951 of what keeps a half away, the other half nearly
// one more. A large node holds all, at a price between two small ones and three.
func TestABiggerTypeIsTheCheaperWay(t *testing.T) {
	p := market(alone(given("half", 2, 1950, units.GiB), given("small", 30, 100, 256*units.MiB)), machine("m7.xlarge", 4, 64, 100), machine("m7.2xlarge", 8, 128, 250))
	plan := p.mustMake(t)
	if name, n := nodes(&plan); name != "m7.xlarge" || n != 2 {
		t.Fatalf("planned %d of %s", n, name)
	}
	rows := plan.NodeGroups[0].Guarantees
	if len(rows) != 4 || rows[2].Nodes != 3 || rows[3].Guarantee != planner.AnyOrder || rows[3].InstanceType != "m7.2xlarge" || rows[3].Nodes != 1 {
		t.Errorf("priced %+v, want one m7.2xlarge as the cheaper way to any order", rows)
	}
	p.cluster.NodeGroups[0].Guarantee = planner.AnyOrder
	plan = p.mustMake(t)
	if name, n := nodes(&plan); name != "m7.2xlarge" || n != 1 {
		t.Errorf("planned %d of %s for any order", n, name)
	}
}

// TestAnyOrderIsRefusedWhereNothingProvesIt: with the rule and the workload.
func TestAnyOrderIsRefusedWhereNothingProvesIt(t *testing.T) {
	for name, c := range map[string]struct {
		change     func(g *planner.NodeGroup)
		path, says string
		remedy     string
	}{
		"hard spread": {
			func(g *planner.NodeGroup) {
				g.Workloads[1].TopologySpread = []planner.TopologySpread{hard(planner.HostnameKey)}
			},
			"node_group.g.workload.small.topology_spread", "hard topology spread of small", "ScheduleAnyway",
		},
		"min_ready": {
			func(g *planner.NodeGroup) { n := units.Count(2); g.Workloads[1].MinReady = &n },
			"node_group.g.workload.small.min_ready", "pods of small that must stay ready", "min_ready",
		},
		"static": {
			func(g *planner.NodeGroup) {
				g.Redundancy.Recovery, g.Workloads[1].Recovery = planner.Static, planner.Static
				g.Workloads[1].TopologySpread = []planner.TopologySpread{{Key: planner.HostnameKey, MaxSkew: 1}}
			},
			"node_group.g.workload.small.topology_spread", "hard topology spread of small", "recovery is static",
		},
	} {
		p := bigAndSmall(planner.AnyOrder)
		c.change(&p.cluster.NodeGroups[0])
		bad := p.infeasible(t)
		if bad.Path != c.path || !strings.Contains(bad.Constraint, c.says) || !strings.Contains(bad.Remedy, c.remedy) {
			t.Errorf("%s: %+v", name, bad)
		}
		// With less asked for, the plan says why any order has no price.
		p.cluster.NodeGroups[0].Guarantee = planner.Scheduled
		plan := p.mustMake(t)
		if row := plan.NodeGroups[0].Guarantees[2]; !strings.Contains(row.NotProved, c.says) || row.Cost.Known || row.Nodes != 0 || row.Proof != "" {
			t.Errorf("%s: priced %+v", name, row)
		}
	}
}

// TestGuaranteesOfRandomClusters: plans of each guarantee pass the verifier, which
// proves them by other means, weaker ones take no more nodes, and what a plan says
// of any order is what a plan for any order is.
func TestGuaranteesOfRandomClusters(t *testing.T) {
	packed, certain, saved := 0, 0, 0
	for seed := range uint64(sample(200)) {
		p := randomProblem(rand.New(rand.NewPCG(seed, 3)))
		for i := range p.cluster.NodeGroups {
			g := &p.cluster.NodeGroups[i]
			g.MaxNodes, g.Instances.MaxTypes, g.Instances.OnDemandBase = 0, 1, units.CountOrRatio{}
		}
		base, err := p.make(t)
		if err != nil {
			continue
		}
		for i := range p.cluster.NodeGroups {
			g := &p.cluster.NodeGroups[i]
			g.Instances.Types, g.Instances.Families = []string{base.NodeGroups[i].Pools[0].InstanceType}, nil
			rows := base.NodeGroups[i].Guarantees
			g.Guarantee = planner.Packed
			if rows[2].NotProved == "" && seed%2 == 0 {
				g.Guarantee = planner.AnyOrder
			}
		}
		plan, err := p.make(t)
		if err != nil {
			t.Errorf("seed %d: %v", seed, err)
			continue
		}
		if err := verify.Plan(&p.cluster, &p.catalog, p.provider, &plan); err != nil {
			t.Errorf("seed %d: planner and verifier disagree:\n%v", seed, err)
		}
		for i := range plan.NodeGroups {
			before, after := &base.NodeGroups[i], &plan.NodeGroups[i]
			at := 0
			if p.cluster.NodeGroups[i].Guarantee == planner.AnyOrder {
				at = 2
				certain++
			} else {
				packed++
				saved += before.Nodes - after.Nodes
			}
			if len(p.cluster.Machines) == 0 && before.Guarantees[at].Nodes != after.Nodes {
				t.Errorf("seed %d: %s: binds %+v %+v is planned with %d nodes of %s, priced with %+v", seed, after.Name, after.Binding, before.Binding, after.Nodes, after.Pools[0].InstanceType, before.Guarantees[at])
			}
		}
	}
	t.Logf("%d groups packed, with %d nodes fewer; %d certain", packed, saved, certain)
	if packed < sample(50) || certain < sample(50) {
		t.Errorf("%d groups packed, %d certain", packed, certain)
	}
}

// TestCertainPlansHoldInManyOrders asks the modelled scheduler of a plan for any
// order, in many more orders than a plan tries.
func TestCertainPlansHoldInManyOrders(t *testing.T) {
	plan := bigAndSmall(planner.AnyOrder).mustMake(t)
	pool := &plan.NodeGroups[0].Pools[0]
	free := pool.Free()
	in := placement.Group{Pools: []placement.Pool{{Allocatable: placement.Resources{CPU: free.CPU, Memory: free.Memory, Pods: free.Pods}, NodesByZone: []int{pool.Nodes}}}}
	for _, w := range plan.NodeGroups[0].Workloads {
		in.Workloads = append(in.Workloads, placement.Workload{Name: w.Name, Replicas: w.Replicas, Reschedule: true, Request: placement.Resources{CPU: w.Pod.CPU, Memory: w.Pod.Memory}})
	}
	if _, failure := placement.Check(in, placement.Losses{Nodes: 1}, placement.Options{Shuffles: 500}); failure != nil {
		t.Error(failure)
	}
}
