package pipeline_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestPitfallDaemonSetsThatDoNotLand: overhead counted where a DaemonSet does not run,
// or missed where it does (kubernetes-sigs/karpenter#1749,
// aws/karpenter-provider-aws#1649). An agent of 7 GiB for one of two groups leaves
// nothing of the small type there, so that the group gets the large one; the other
// group, with the same pods, keeps the small one.
func TestPitfallDaemonSetsThatDoNotLand(t *testing.T) {
	small, large := machine("m7i.large", 2, 8, 100), machine("m7i.4xlarge", 16, 64, 900)
	one := alone(given("w", 1, 500, units.GiB))
	with, without := one, one
	with.Name, without.Name = "with", "without"
	p := &problem{cluster: cluster([]string{"a"}, with, without), catalog: catalog(small, large)}
	p.cluster.DaemonSets = []planner.DaemonSet{{Name: "cache", CPU: 100, Memory: 7 * units.GiB, NodeGroups: []string{"with"}}}
	plan := p.mustMake(t)
	for i, want := range []struct {
		instance string
		daemons  int
	}{{"m7i.4xlarge", 1}, {"m7i.large", 0}} {
		pool := plan.NodeGroups[i].Pools[0]
		if pool.InstanceType != want.instance || len(pool.DaemonSets) != want.daemons {
			t.Errorf("%s: %s with %d DaemonSets, want %s with %d", plan.NodeGroups[i].Name, pool.InstanceType, len(pool.DaemonSets), want.instance, want.daemons)
		}
		for _, a := range plan.NodeGroups[i].Alternatives {
			if a.InstanceType == "m7i.large" && want.daemons > 0 {
				t.Error("the type without room for the agent is an alternative")
			}
		}
	}
}

// TestPitfallDaemonSetsBySelector: overhead of a DaemonSet that selectors, labels of
// types or taints keep from a node (kubernetes-sigs/karpenter#2838,
// aws/karpenter-provider-aws#6015). Of two types at one price by core, an agent of 7 GiB
// lands on the large one alone, which so has no room for the pod; on a tainted group an
// agent that does not tolerate the taint leaves the room of 7 GiB to a pod of 6.
func TestPitfallDaemonSetsBySelector(t *testing.T) {
	small, large := machine("m7i.large", 2, 8, 1000), machine("m7i.xlarge", 2, 8, 100)
	agent := planner.DaemonSet{Name: "agent", CPU: 100, Memory: 6 * units.GiB, NodeSelector: map[string]string{"node.kubernetes.io/instance-type": "m7i.xlarge"}}
	p := market(alone(given("w", 1, 500, 6*units.GiB)), small, large)
	p.cluster.DaemonSets = []planner.DaemonSet{agent}
	plan := p.mustMake(t)
	if name, _ := nodes(&plan); name != "m7i.large" || len(plan.NodeGroups[0].Pools[0].DaemonSets) != 0 {
		t.Errorf("%s with %+v, want the type on which the agent does not run", name, plan.NodeGroups[0].Pools[0].DaemonSets)
	}

	g := alone(given("w", 1, 500, 6*units.GiB))
	g.Taints = []planner.Taint{{Key: "batch", Effect: planner.NoSchedule}}
	for name, want := range map[string]struct {
		tolerations []string
		own         bool
		fits        bool
	}{
		"all":         {nil, false, false},
		"this one":    {[]string{"batch"}, true, false},
		"another one": {[]string{"gpu"}, true, true},
		"none":        {nil, true, true},
	} {
		p := market(g, small)
		p.cluster.DaemonSets = []planner.DaemonSet{{Name: "agent", CPU: 100, Memory: 6 * units.GiB, OwnTolerations: want.own, Tolerations: want.tolerations}}
		if !want.fits {
			if bad := p.infeasible(t); bad.Path != "node_group.g.workload.w.pod.memory" {
				t.Errorf("tolerating %s: %+v", name, bad)
			}
			continue
		}
		plan := p.mustMake(t)
		if len(plan.NodeGroups[0].Pools[0].DaemonSets) != 0 {
			t.Errorf("tolerating %s, the agent is on the tainted nodes", name)
		}
	}
}

// TestPitfallAttachLimitsOfNewNodes: an autoscaler put pods on nodes to come until their
// volumes could not be attached (kubernetes-sigs/karpenter#2891,
// aws/karpenter-provider-aws#1888, #7725). Of machines that take 4 volumes, 9 pods of one
// each and of no weight need 3; after the loss of a node, whose pods have volumes in the
// same zone, one more.
func TestPitfallAttachLimitsOfNewNodes(t *testing.T) {
	w := inPlace(asking(9, func(w *planner.Workload) {
		w.Kind, w.Volumes = planner.StatefulSet, []planner.Volume{{Name: "data", Type: "gp3", Size: units.GiB, Zonal: true}}
	}))
	for lost, want := range []int{3, 4} {
		plan := on([]string{"a"}, planner.Redundancy{Nodes: lost, Recovery: planner.Reschedule}, w).mustMake(t)
		if _, n := nodes(&plan); n != want {
			t.Errorf("%d nodes through the loss of %d, want %d", n, lost, want)
		}
	}
}

// TestPitfallBurstBandwidthPlannedWith: "up to 10 Gbps" is planned with as though a
// machine always had it (aws/karpenter-provider-aws#3238). Of machines that guarantee
// 750 of 10,000 Mbit/s, 10 pods of 300 need 5, two on each.
func TestPitfallBurstBandwidthPlannedWith(t *testing.T) {
	m := machine("m7i.xlarge", 4, 16, 200)
	m.NetworkMbps, m.NetworkMaxMbps = 750, 10_000
	plan := market(alone(asking(10, func(w *planner.Workload) { w.Pod.Network = 300 })), m).mustMake(t)
	if _, n := nodes(&plan); n != 5 {
		t.Errorf("%d nodes, want 5", n)
	}
	m.NetworkMbps = 0 // a burst alone
	if bad := market(alone(asking(10, func(w *planner.Workload) { w.Pod.Network = 300 })), m).infeasible(t); bad.Path != "node_group.g.workload.w.pod.network_mbps" {
		t.Errorf("planned on a burst: %+v", bad)
	}
}

// TestPitfallDaemonSetsSummedOnce: DaemonSets were all summed as if on one node, which
// then fitted nowhere (kubecost/kubecost#1642). n nodes run n copies, and each node
// only what lands on it.
func TestPitfallDaemonSetsSummedOnce(t *testing.T) {
	// 3900m less an agent of 1900m carry two pods of 1000m: 8 pods on 4 nodes. With one
	// copy in all, 9.9 cores would be thought to go on 3.
	p := market(alone(given("w", 8, 1000, units.GiB)), machine("m7i.xlarge", 4, 16, 200))
	p.cluster.DaemonSets = []planner.DaemonSet{{Name: "agent", CPU: 1900, Memory: units.MiB}}
	plan := p.mustMake(t)
	if _, n := nodes(&plan); n != 4 {
		t.Errorf("%d nodes, want 4", n)
	}

	// Five groups with an agent of 3 cores each: 15 cores are on no node of 3.9, and
	// need not be.
	var groups []planner.NodeGroup
	var daemons []planner.DaemonSet
	for i := range 5 {
		g := alone(given("w", 1, 500, units.GiB))
		g.Name = fmt.Sprintf("g%d", i)
		groups = append(groups, g)
		daemons = append(daemons, planner.DaemonSet{Name: "agent-" + g.Name, CPU: 3000, Memory: units.GiB, NodeGroups: []string{g.Name}})
	}
	p = &problem{cluster: cluster([]string{"a"}, groups...), catalog: catalog(machine("m7i.xlarge", 4, 16, 200))}
	p.cluster.DaemonSets = daemons
	plan = p.mustMake(t)
	for _, g := range plan.NodeGroups {
		if g.Nodes != 1 || len(g.Pools[0].DaemonSets) != 1 || g.Pools[0].DaemonSets[0].Name != "agent-"+g.Name {
			t.Errorf("%s: %d nodes with %+v, want 1 with its own agent", g.Name, g.Nodes, g.Pools[0].DaemonSets)
		}
	}
}

// TestPitfallMoreNodesThanPods: with spread and anti-affinity an autoscaler bought 124
// nodes for 50 pods (kubernetes/autoscaler#4129) and 100 for what about 4 carry (#3721).
// 50 pods of which a node carries one need 50 nodes, 50 of which a node carries 13
// need 4, spread by host or not; and no group without redundancy has more nodes than
// enoughNodes.
func TestPitfallMoreNodesThanPods(t *testing.T) {
	for cpu, want := range map[units.MilliCPU]int{3000: 50, 1900: 25, 300: 4} {
		for _, key := range []planner.TopologyKey{planner.HostnameKey, planner.ZoneKey} {
			w := given("w", 50, cpu, 256*units.MiB)
			w.TopologySpread = []planner.TopologySpread{hard(key)}
			plan := market(alone(w), machine("m7i.xlarge", 4, 16, 200)).mustMake(t)
			if _, n := nodes(&plan); n != want {
				t.Errorf("50 pods of %dm by %s: %d nodes, want %d", cpu, key, n, want)
			}
		}
	}
	planned := 0
	for seed := range uint64(sample(150)) {
		p := randomProblem(rand.New(rand.NewPCG(seed, 9)))
		for i := range p.cluster.NodeGroups {
			g := &p.cluster.NodeGroups[i]
			g.Redundancy = planner.Redundancy{Recovery: planner.Reschedule}
			g.MinNodes, g.Instances.Allow, g.Instances.MaxNodeShare = 0, nil, 0
			for j := range g.Workloads {
				g.Workloads[j].MinReady, g.Workloads[j].Recovery = nil, planner.Reschedule
			}
		}
		plan, err := p.make(t)
		if err != nil {
			continue
		}
		planned++
		for i := range plan.NodeGroups {
			if g, enough := &plan.NodeGroups[i], enoughNodes(p, i, &plan.NodeGroups[i]); g.Nodes > enough {
				t.Errorf("seed %d: %s has %d nodes, %d are enough", seed, g.Name, g.Nodes, enough)
			}
		}
	}
	if planned < sample(100) {
		t.Errorf("only %d problems have a plan", planned)
	}
}

// enoughNodes returns how many nodes of group i always carry its pods, those that
// rollouts add included, whatever the scheduler does: one for each pod, so that the
// last finds an empty one. Where workloads have a hard spread over z zones, each zone
// needs one for all the pods that may come to it: of n pods with a skew of s at most
//
//	(n + (z - 1) s) / z, rounded down,
//
// since the others then have s fewer; of workloads that are not spread, all. So three
// StatefulSets of 5 pods in 3 zones need up to 6 nodes a zone, not 5.
func enoughNodes(p *problem, i int, g *planner.GroupPlan) int {
	works := append(slices.Clone(p.provider.system), p.cluster.NodeGroups[i].Workloads...)
	zones, pods, zone, spread := len(p.cluster.NodeGroups[i].Zones), 0, 0, false
	for _, w := range g.Workloads {
		at := slices.IndexFunc(works, func(s planner.Workload) bool { return s.Name == w.Name })
		n := w.Replicas + works[at].RollingUpdate.MaxSurge.Up(w.Replicas)
		pods += n
		most := n
		for _, c := range works[at].TopologySpread {
			if c.Key == planner.ZoneKey && c.Hard {
				most, spread = (n+(zones-1)*c.MaxSkew)/zones, true
			}
		}
		zone += most
	}
	if spread {
		return max(pods, zones*zone)
	}
	return pods
}

// TestPitfallStateKeptBetweenRuns: a benchmark that reused the scheduler's state over
// its iterations measured something else than the first run. A plan is the same
// whatever was planned before it.
func TestPitfallStateKeptBetweenRuns(t *testing.T) {
	p, other := rich(), market(alone(given("w", 40, 700, 3*units.GiB)), machine("m7i.xlarge", 4, 16, 200), machine("r7i.xlarge", 4, 32, 260))
	first := p.mustMake(t)
	for range 2 {
		between := other.mustMake(t)
		again := p.mustMake(t)
		if !slices.Equal(encode(t, &again), encode(t, &first)) || slices.Equal(encode(t, &between), encode(t, &first)) {
			t.Error("after another plan, the plan is another")
		}
	}
}

// TestPitfallSmallestNodeChosen: the smallest node was chosen rather than the one that
// is cheapest by pod (aws/karpenter-provider-aws#2875, #3384), because what each node
// costs of itself was left out: its DaemonSets and its root disk. With agents of 500m a
// node of 2 vCPUs carries one pod of 1000m, one of 8 carries seven. A root disk is
// 0.005 USD an hour: 7 x 0.105 = 0.735 against the large one's price and 0.005.
func TestPitfallSmallestNodeChosen(t *testing.T) {
	for price, want := range map[int64]string{
		400: "m7i.2xlarge", // the same price a vCPU
		729: "m7i.2xlarge", // dearer than 7 of the small ones, but for their disks
		731: "m7i.large",
	} {
		p := market(alone(given("w", 7, 1000, units.GiB)), machine("m7i.large", 2, 8, 100), machine("m7i.2xlarge", 8, 32, price))
		p.cluster.DaemonSets = []planner.DaemonSet{{Name: "agent", CPU: 500, Memory: units.MiB}}
		plan := p.mustMake(t)
		if got, n := nodes(&plan); got != want {
			t.Errorf("a large node for 0.%d USD: %d of %s, want %s", price, n, got, want)
		}
	}
}

// TestPitfallSkewToOneZone: nodes that gather in one zone use up its addresses and are
// lost with it (aws/karpenter-provider-aws#7311, #3364); groups whose nodes differ by
// zone are not balanced any more (kubernetes/autoscaler#3515). A plan names every zone of a
// group with its count of each type, which differ by one at most.
func TestPitfallSkewToOneZone(t *testing.T) {
	planned := 0
	for seed := range uint64(sample(150)) {
		p := randomProblem(rand.New(rand.NewPCG(seed, 3)))
		plan, err := p.make(t)
		if err != nil {
			continue
		}
		planned++
		for i, g := range plan.NodeGroups {
			sum := 0
			for _, pool := range g.Pools {
				var zones []string
				least, most := catalogMost, 0
				for _, z := range pool.NodesByZone {
					zones = append(zones, z.Zone)
					least, most, sum = min(least, z.Nodes), max(most, z.Nodes), sum+z.Nodes
				}
				if !slices.Equal(zones, p.cluster.NodeGroups[i].Zones) || most > least+1 {
					t.Errorf("seed %d: %s has %+v of %s", seed, g.Name, pool.NodesByZone, pool.InstanceType)
				}
			}
			if sum != g.Nodes {
				t.Errorf("seed %d: %s has %d nodes, its zones %d", seed, g.Name, g.Nodes, sum)
			}
		}
	}
	if planned < sample(100) {
		t.Errorf("only %d problems have a plan", planned)
	}
}

// catalogMost is more nodes than any plan has.
const catalogMost = 1 << 30

// TestPitfallNodesCountedByZone: a count by zone taken for a total bills and buys as
// many times as there are zones (hashicorp/terraform-provider-google#376,
// infracost/infracost#1970). Nodes are totals, and so is what they cost.
func TestPitfallNodesCountedByZone(t *testing.T) {
	for zones := range 3 {
		g := group("g", planner.App, abc()[:zones+1], planner.Redundancy{Recovery: planner.Reschedule}, inPlace(given("w", 6, 3000, units.GiB)))
		p := &problem{cluster: cluster(abc()[:zones+1], g), catalog: catalog(machine("m7i.xlarge", 4, 16, 200))}
		p.provider.ground = func(terms *planner.Terms) { terms.EqualZones = true }
		plan := p.mustMake(t)
		if got := plan.NodeGroups[0]; got.Nodes != 6 || got.Cost.Rate != 6*listed(200).Rate {
			t.Errorf("%d zones: %d nodes for %d, want 6 for six times the price", zones+1, got.Nodes, got.Cost.Rate)
		}
	}
}
