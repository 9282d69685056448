package verify_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/verify"
)

// large is one group of so many m7.xlarge over three zones, with 30 pods of ten
// workloads a node: 50m to 230m each, 140m on average, so that 4,200m of 7,800m are
// requested and a zone can go. Pods go to the emptier of two nodes that are drawn.
func large(n int, change func(g *planner.NodeGroup)) *problem {
	p := good()
	p.prov.offer = func(a *planner.Allocatable) { a.Pods = 110 }
	rng := rand.New(rand.NewPCG(1, 0))
	g := planner.NodeGroup{
		Name: "web", Role: planner.App, Zones: zoneNames(), Disk: planner.Disk{Type: "gp3", Size: 50 * units.GiB},
		Instances:  planner.Instances{Types: []string{"m7.xlarge"}, CapacityType: planner.OnDemand, MaxTypes: 1},
		Redundancy: planner.Redundancy{Nodes: 1, Zones: 1, Recovery: planner.Reschedule},
	}
	pool := planner.Pool{
		InstanceType: "m7.xlarge", CapacityType: planner.OnDemand, Nodes: n, NodesByZone: spread((n+2)/3, (n+1)/3, n/3),
		Allocatable: planner.Allocatable{CPU: 7900, Memory: 31 * units.GiB, Pods: 110, EphemeralStorage: 40 * units.GiB},
		DaemonSets:  []planner.DaemonSet{{Name: "proxy-agent", CPU: 100}}, Price: listed(dollars(420)), RootDisks: []planner.Disk{g.Disk},
	}
	w := planner.GroupPlan{Name: "web", Role: planner.App, Nodes: n, MinNodes: n, MaxNodes: n, Pools: []planner.Pool{pool}}
	counts, cpu := make([][]int, n), make([]units.MilliCPU, n)
	for i := range counts {
		counts[i] = make([]int, 11)
	}
	place := func(k int, request units.MilliCPU) {
		i, j := rng.IntN(n), rng.IntN(n)
		if cpu[j] < cpu[i] {
			i = j
		}
		counts[i][k]++
		cpu[i] += request
	}
	add := func(k int, spec planner.Workload, system bool) {
		if !system {
			g.Workloads = append(g.Workloads, spec)
		}
		r := spec.Demand.Replicas
		w.Workloads = append(w.Workloads, planner.WorkloadPlan{Name: spec.Name, System: system, Replicas: r, Pod: spec.Pod, Reasons: planner.ReplicaReasons{Load: r}, Binding: "given"})
		for range r {
			place(k, spec.Pod.CPU)
		}
		w.Requests.CPU += units.MilliCPU(r) * spec.Pod.CPU
		w.Requests.Memory += units.Bytes(r) * spec.Pod.Memory
		w.Requests.Pods += r
	}
	for k := 9; k >= 0; k-- { // the biggest first
		request := units.MilliCPU(50 + 20*k)
		add(k, planner.Workload{
			Name: fmt.Sprintf("w%d", 9-k), Kind: planner.Deployment, Recovery: planner.Reschedule,
			Demand: planner.Demand{Way: planner.GivenReplicas, Replicas: 3 * n}, Pod: planner.Pod{CPU: request, Memory: units.Bytes(request) * units.MiB},
			RollingUpdate: planner.RollingUpdate{MaxSurge: units.Share(25 * units.Percent)},
		}, false)
	}
	add(10, p.prov.SystemWorkloads(nil, planner.Size{})[0], true)
	w.Workloads = append(w.Workloads[10:], w.Workloads[:10]...) // dns is first by name
	if change != nil {
		change(&g)
	}
	for z, zone := range zoneNames() {
		for i := z; i < n; i += 3 {
			node := planner.Placement{Pool: "m7.xlarge", Zone: zone, Nodes: 1}
			if counts[i][10] > 0 {
				node.Pods = pods("dns", counts[i][10])
			}
			for k := 9; k >= 0; k-- {
				if counts[i][k] > 0 {
					node.Pods = append(node.Pods, planner.PodCount{Workload: fmt.Sprintf("w%d", 9-k), Pods: counts[i][k]})
				}
			}
			w.Placement = append(w.Placement, node)
		}
	}
	all := planner.Headroom{CPU: 7800 * units.MilliCPU(n), Memory: 31 * units.GiB * units.Bytes(n), Pods: 109 * n}
	w.Usage = planner.Usage{
		CPU:    units.Ratio(int64(w.Requests.CPU) * int64(units.Whole) / int64(all.CPU)),
		Memory: units.Ratio(int64(w.Requests.Memory>>20) * int64(units.Whole) / int64(all.Memory>>20)),
		Pods:   units.Ratio(w.Requests.Pods * int(units.Whole) / all.Pods),
	}
	w.Headroom = planner.Headroom{CPU: all.CPU - w.Requests.CPU, Memory: all.Memory - w.Requests.Memory, Pods: all.Pods - w.Requests.Pods}
	w.Cost = known(dollars(420) * units.USDPerHour(n))
	w.Survives = []planner.Drill{{Event: "any 1 node", Tried: n, Held: n}, {Event: "any 1 zone", Tried: 3, Held: 3}}
	p.plan.NodeGroups, p.plan.Offers, p.plan.Growth, p.plan.Upgrade = []planner.GroupPlan{w}, p.cat.Types[2:3], nil, nil
	p.plan.Cost.Lines = p.plan.Cost.Lines[:3]
	lines := p.plan.Cost.Lines
	lines[1].Path, lines[1].Amount = "node_group.web.nodes", w.Cost
	lines[2].Path, lines[2].Amount = "node_group.web.root_disks", known(dollars(5)*units.USDPerHour(n))
	p.plan.Cost.Known = lines[0].Amount.Rate + lines[1].Amount.Rate + lines[2].Amount.Rate
	p.plan.Cost.Total.Rate = p.plan.Cost.Known
	p.plan.Findings = nil
	p.respec(func(c *planner.Cluster) {
		c.NodeGroups, c.DaemonSets, c.MaxUSDPerMonth, c.Upgrade = []planner.NodeGroup{g}, nil, nil, nil
	})
	return p
}

// spreadWide spreads the pods of one workload hard over zones, with all the slack that
// drawn nodes need.
func spreadWide(g *planner.NodeGroup) {
	g.Workloads[0].TopologySpread = []planner.TopologySpread{{Key: planner.ZoneKey, MaxSkew: 1000, Hard: true}}
}

func TestAcceptsLargeGroups(t *testing.T) {
	for name, change := range map[string]func(g *planner.NodeGroup){"plain": nil, "spread": spreadWide} {
		if err := large(300, change).verify(); err != nil {
			t.Errorf("%s: refused:\n%v", name, err)
		}
	}
	p := large(300, nil)
	p.respec(func(c *planner.Cluster) { c.NodeGroups[0].Redundancy.Nodes = 3 })
	p.plan.NodeGroups[0].Survives[0] = planner.Drill{Event: "any 3 nodes", Tried: 300 * 299 * 298 / 6, Held: 300 * 299 * 298 / 6}
	if err := p.verify(); err != nil {
		t.Errorf("three nodes of 300 to lose: refused:\n%v", err)
	}
}

// BenchmarkPlan checks large groups; every node and every zone is lost.
func BenchmarkPlan(b *testing.B) {
	for _, n := range []int{5, 50, 500, 5000} {
		for _, spread := range []bool{false, true} {
			p := large(n, nil)
			if spread {
				p = large(n, spreadWide)
			}
			b.Run(fmt.Sprintf("nodes=%d/pods=%d/spread=%t", n, 30*n, spread), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := verify.Plan(&p.c, p.cat, p.prov, p.plan); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
