package verify_test

import (
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// need changes what a pod of api requests, in the spec and in the plan.
func need(change func(p *planner.Pod)) func(p *problem) {
	return func(p *problem) {
		p.respec(func(c *planner.Cluster) { change(&c.NodeGroups[1].Workloads[0].Pod) })
		p.web().Workloads[0].Pod = p.plan.Cluster.NodeGroups[1].Workloads[0].Pod
	}
}

// offer changes what every node offers, by the provider's word and in the plan.
func offer(change func(a *planner.Allocatable)) func(p *problem) {
	return func(p *problem) {
		p.prov.offer = change
		for i := range p.plan.NodeGroups {
			for j := range p.plan.NodeGroups[i].Pools {
				change(&p.plan.NodeGroups[i].Pools[j].Allocatable)
			}
		}
	}
}

// api changes the spec of api.
func api(change func(w *planner.Workload)) func(p *problem) {
	return func(p *problem) { p.respec(func(c *planner.Cluster) { change(&c.NodeGroups[1].Workloads[0]) }) }
}

// search changes the spec of search.
func searching(change func(w *planner.Workload)) func(p *problem) {
	return func(p *problem) { p.respec(func(c *planner.Cluster) { change(&c.NodeGroups[1].Workloads[1]) }) }
}

func volumes(n int, zonal bool) func(w *planner.Workload) {
	return func(w *planner.Workload) {
		for i := range n {
			w.Volumes = append(w.Volumes, planner.Volume{Name: string(rune('a' + i)), Type: "gp3", Size: units.GiB, Zonal: zonal})
		}
	}
}

// placed moves the pods of web. As planned a has two nodes, with 3 of api; b has two,
// with 2, and c one.
func placed(a1, a2, b1, b2, c1 []planner.PodCount) func(p *problem) {
	return func(p *problem) {
		for i, pods := range [][]planner.PodCount{a1, a2, b1, b2, c1} {
			p.web().Placement[i].Pods = pods
		}
	}
}

// gpus is a number of devices.
func gpus(n int64) []planner.ExtendedResource {
	return []planner.ExtendedResource{{Name: "nvidia.com/gpu", Count: n}}
}

// TestResources: of each resource a node offers what two pods of api take. One node has
// two of them, and after the loss of zone a three more look for a place on three nodes
// that have one each.
func TestResources(t *testing.T) {
	for rule, tc := range map[string]struct {
		request func(p *problem)
		offers  func(a *planner.Allocatable, pods int64)
	}{
		"placement.ephemeral_storage": {
			need(func(p *planner.Pod) { p.EphemeralStorage = 20 * units.GiB }),
			func(a *planner.Allocatable, pods int64) { a.EphemeralStorage = units.Bytes(pods) * 20 * units.GiB },
		},
		"placement.attachments": {
			api(volumes(3, false)), func(a *planner.Allocatable, pods int64) { a.Attachments = int(3 * pods) },
		},
		"placement.network": {
			need(func(p *planner.Pod) { p.Network = 400 }), func(a *planner.Allocatable, pods int64) { a.Network = units.Mbps(400 * pods) },
		},
		"placement.disk": {
			need(func(p *planner.Pod) { p.Disk = 400 }), func(a *planner.Allocatable, pods int64) { a.Disk = units.Mbps(400 * pods) },
		},
		"placement.extended": {
			need(func(p *planner.Pod) { p.Extended = gpus(1) }),
			func(a *planner.Allocatable, pods int64) {
				if a.Extended = nil; pods > 0 {
					a.Extended = gpus(pods)
				}
			},
		},
	} {
		t.Run(rule, func(t *testing.T) {
			with := func(pods int64) *problem {
				p := good()
				tc.request(p)
				offer(func(a *planner.Allocatable) { tc.offers(a, pods) })(p)
				return p
			}
			money := []string{"cost.line_missing"} // volumes are not paid for here
			found := func(p *problem) []string {
				return slices.DeleteFunc(rules(p.verify()), func(r string) bool { return slices.Contains(money, r) })
			}
			if got := found(with(2)); len(got) > 0 {
				t.Errorf("two a node: found %v", got)
			}
			for _, pods := range []int64{0, 1} {
				if got := found(with(pods)); !slices.Contains(got, rule) {
					t.Errorf("%d a node: found %v, want %s", pods, got, rule)
				}
			}
			// With one more lost there is room for two of four.
			p := with(2)
			p.respec(func(c *planner.Cluster) { c.NodeGroups[1].Redundancy.Nodes = 2 })
			p.web().Survives[0] = planner.Drill{Event: "any 2 nodes", Tried: 10, Held: 10}
			p.web().Workloads[1].ReadyAtWorst, p.web().Workloads[2].ReadyAtWorst = 0, 1
			if got := found(p); len(got) > 0 {
				t.Errorf("two a node, two nodes lost: found %v", got)
			}
			p.respec(func(c *planner.Cluster) { c.NodeGroups[1].Redundancy.AtOnce = true })
			if got := found(p); !slices.Contains(got, "loss.reschedule") {
				t.Errorf("two a node, a zone and two nodes lost: found %v", got)
			}
		})
	}
}

// TestRolloutsOfResources: a rollout adds two of api, and every node has the devices of
// those that it runs.
func TestRolloutsOfResources(t *testing.T) {
	for devices, want := range map[int64]bool{1: true, 2: false} {
		p := good()
		need(func(pod *planner.Pod) { pod.Extended = gpus(1) })(p)
		offer(func(a *planner.Allocatable) { a.Extended = gpus(devices) })(p)
		placed(pods("api", 2, "search", 1), pods("api", 1, "dns", 1), pods("api", 1, "dns", 1), pods("api", 1, "search", 1), pods("api", 1, "search", 1))(p)
		if devices == 1 { // no node runs two, and none is left
			p.respec(func(c *planner.Cluster) { c.NodeGroups[1].Workloads[0].Demand.Replicas = 5 })
			p.web().Workloads[0].Replicas, p.web().Workloads[0].Reasons.Load = 5, 5
			p.web().Placement[0].Pods = pods("api", 1, "search", 1)
		}
		if got := says(p, "rollout.surge"); got != want {
			t.Errorf("%d devices a node: reported: %t, want %t", devices, got, want)
		}
	}
}

func TestResourceMutations(t *testing.T) {
	mutate(t, good, map[string]mutation{
		"more attachments than there are": {"pool.allocatable", func(p *problem) { p.web().Pools[0].Allocatable.Attachments = 25 }},
		"devices that are none":           {"pool.allocatable", func(p *problem) { p.web().Pools[0].Allocatable.Extended = gpus(1) }},
		"a faster network":                {"pool.allocatable", func(p *problem) { p.web().Pools[0].Allocatable.Network = 1 }},
		"faster disks":                    {"pool.allocatable", func(p *problem) { p.web().Pools[0].Allocatable.Disk = 1 }},
		"storage of a DaemonSet": {"placement.ephemeral_storage", func(p *problem) {
			p.respec(func(c *planner.Cluster) { c.DaemonSets[0].EphemeralStorage = 41 * units.GiB })
			p.web().Pools[0].DaemonSets[0].EphemeralStorage = 41 * units.GiB
		}},
		"its storage left out": {"pool.daemonsets", func(p *problem) {
			p.respec(func(c *planner.Cluster) { c.DaemonSets[0].EphemeralStorage = units.GiB })
		}},
		"too many resources": {"group.resources", need(func(p *planner.Pod) {
			for i := range 10 {
				p.Extended = append(p.Extended, planner.ExtendedResource{Name: "example.com/" + string(rune('a'+i)), Count: 1})
			}
		})},
		"a volume that is not sold": {"workload.volume", all(gp3(func(d *catalogs.Disk) { d.MinSize = 2 * units.GiB }), api(volumes(1, false)))},
		"a volume not paid for":     {"cost.line_missing", api(volumes(1, false))},
	})
}

// TestNodeSelectors: api runs on amd64 alone, and in zones a and b.
func TestNodeSelectors(t *testing.T) {
	selects := func(labels map[string]string) func(p *problem) {
		return api(func(w *planner.Workload) { w.NodeSelector = labels })
	}
	const arch, zone, node = "kubernetes.io/arch", "topology.kubernetes.io/zone", "node.kubernetes.io/instance-type"
	p := good()
	selects(map[string]string{arch: "amd64"})(p)
	if err := p.verify(); err != nil {
		t.Errorf("what every node has is refused:\n%v", err)
	}
	mutate(t, good, map[string]mutation{
		"another architecture": {"placement.selector", selects(map[string]string{arch: "arm64"})},
		"a label that is none": {"placement.selector", selects(map[string]string{"team": ""})},
		"another zone":         {"placement.selector", selects(map[string]string{zone: "a"})},
		"a zone that is lost":  {"loss.reschedule", all(inB, selects(map[string]string{zone: "b"}))},
		// Of two in b one is left with 3,600m, for five that were on the other.
		"one node of a zone": {"loss.reschedule", all(inB, noZoneLoss, selects(map[string]string{zone: "b"}))},
	})
	mutate(t, mixed, map[string]mutation{
		"of the other pool": {"placement.selector", selects(map[string]string{node: "m7.xlarge"})},
		"no node of the pool is left": {"loss.reschedule", all(onLarge, selects(map[string]string{node: "m7.xlarge"}), func(p *problem) {
			p.respec(func(c *planner.Cluster) { c.NodeGroups[1].Redundancy.Nodes = 2 })
		})},
	})
	p = mixed()
	onLarge(p)
	selects(map[string]string{node: "m7.xlarge"})(p)
	if err := p.verify(); err != nil {
		t.Errorf("api on the larger nodes alone is refused:\n%v", err)
	}
}

// inB runs api in zone b alone, five on one node.
func inB(p *problem) {
	api(func(w *planner.Workload) { w.MinReady, w.RollingUpdate = nil, planner.RollingUpdate{} })(p)
	p.respec(func(c *planner.Cluster) {
		c.NodeGroups[1].Workloads[0].Demand.Replicas = 5
		c.NodeGroups[1].Workloads[0].RollingUpdate.MaxUnavailable = units.Count(1)
	})
	p.web().Workloads[0].Replicas, p.web().Workloads[0].Reasons.Load, p.web().Workloads[0].ReadyAtWorst = 5, 5, 0
	placed(pods("search", 1), pods("dns", 1), pods("api", 3), pods("api", 2, "search", 1), pods("dns", 1, "search", 1))(p)
}

func noZoneLoss(p *problem) {
	p.respec(func(c *planner.Cluster) { c.NodeGroups[1].Redundancy.Zones = 0 })
	p.web().Survives = p.web().Survives[:1]
}

// TestZonesWithANodeMore: zones a and b have two nodes and c has one, but it may be b.
// One node of 3,600m carries three of api, and not five; where one is lost it carries
// none. Machines of one's own stay where they are.
func TestZonesWithANodeMore(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(p *problem)
		want   bool
	}{
		"five in a zone":              {noLosses, true},
		"the same on machines of own": {func(p *problem) { noLosses(p); standing(p) }, false},
		"in no zone":                  {func(p *problem) { noLosses(p); api(func(w *planner.Workload) { w.NodeSelector = nil })(p) }, false},
		"three in a zone":             {func(p *problem) { noLosses(p); threeInB(p) }, false},
		"three, a node lost":          {func(p *problem) { noZoneLoss(p); threeInB(p) }, true},
	} {
		p := good()
		inB(p)
		api(func(w *planner.Workload) { w.NodeSelector = map[string]string{"topology.kubernetes.io/zone": "b"} })(p)
		tc.change(p)
		if got := says(p, "zones.turned"); got != tc.want {
			t.Errorf("%s: reported: %t, want %t:\n%v", name, got, tc.want, p.verify())
		}
	}
}

func threeInB(p *problem) {
	p.respec(func(c *planner.Cluster) { c.NodeGroups[1].Workloads[0].Demand.Replicas = 3 })
	p.web().Workloads[0].Replicas, p.web().Workloads[0].Reasons.Load = 3, 3
	placed(pods("search", 1), pods("dns", 1), pods("api", 1), pods("api", 2, "search", 1), pods("dns", 1, "search", 1))(p)
}

// standing says how many m7.large stand in each zone.
func standing(p *problem) {
	p.respec(func(c *planner.Cluster) {
		c.Machines = []planner.Machine{{Name: "m7.large", CountByZone: spread(9, 9, 9)}}
	})
}

// onLarge runs api on the two large nodes of mixed.
func onLarge(p *problem) {
	placed(pods("search", 1), pods("dns", 1), pods("search", 1), pods("api", 3, "dns", 1), pods("api", 3, "search", 1))(p)
}

// TestSpreadOverAdmittedNodes: domains are the zones and hosts that the selector admits.
func TestSpreadOverAdmittedNodes(t *testing.T) {
	const zone = "topology.kubernetes.io/zone"
	for name, tc := range map[string]struct {
		selector map[string]string
		key      planner.TopologyKey
		want     bool
	}{
		"all zones":       {nil, planner.ZoneKey, true},
		"one zone":        {map[string]string{zone: "b"}, planner.ZoneKey, false},
		"all hosts":       {nil, planner.HostnameKey, true},
		"hosts of a zone": {map[string]string{zone: "b"}, planner.HostnameKey, false},
	} {
		p := good()
		inB(p)
		api(func(w *planner.Workload) {
			w.NodeSelector = tc.selector
			w.TopologySpread = []planner.TopologySpread{{Key: tc.key, MaxSkew: 1, Hard: true}}
		})(p)
		if got := says(p, "placement.skew"); got != tc.want {
			t.Errorf("%s: reported: %t, want %t", name, got, tc.want)
		}
	}
}

// TestAffinities: with everything up, after losses and in rollouts.
func TestAffinities(t *testing.T) {
	keep := func(key planner.TopologyKey, mode planner.AffinityMode) func(w *planner.Workload) {
		return func(w *planner.Workload) { w.AntiAffinity = planner.AntiAffinity{Mode: mode, Key: key} }
	}
	draw := func(to string, key planner.TopologyKey, mode planner.AffinityMode) func(w *planner.Workload) {
		return func(w *planner.Workload) {
			w.Affinity = append(w.Affinity, planner.PodAffinity{Workload: to, Key: key, Mode: mode})
		}
	}
	required, preferred := planner.AffinityRequired, planner.AffinityPreferred
	host, zone := planner.HostnameKey, planner.ZoneKey
	still := searching(func(w *planner.Workload) {
		w.RollingUpdate = planner.RollingUpdate{MaxUnavailable: units.Count(1)}
		w.SpareReplicas, w.MinReplicas = 1, 2
	})
	// search runs on three nodes of five, one in each zone.
	for name, change := range map[string]func(p *problem){
		"one on a node":             searching(keep(host, required)),
		"one in a zone, as a wish":  searching(keep(zone, preferred)),
		"two on a node, as a wish":  api(keep(host, preferred)),
		"with api, on nodes":        searching(draw("api", host, required)),
		"with api, in zones":        searching(draw("api", zone, required)),
		"with dns, as a wish":       searching(draw("dns", host, preferred)),
		"api with search, by zones": all(noZoneLoss, api(draw("search", zone, required))),
		"one in a zone, none lost":  all(searching(keep(zone, required)), still, noLosses),
		"alone, as a wish":          all(noZoneLoss, alone, accounted, api(draw("search", zone, preferred))),
	} {
		p := good()
		change(p)
		if err := p.verify(); err != nil {
			t.Errorf("%s: refused:\n%v", name, err)
		}
	}
	mutate(t, good, map[string]mutation{
		"two on a node":               {"placement.anti_affinity", api(keep(host, required))},
		"two in a zone":               {"placement.anti_affinity", api(keep(zone, required))},
		"a zone less for one each":    {"loss.reschedule", all(searching(keep(zone, required)), still)},
		"no zone for a rollout":       {"rollout.surge", all(searching(keep(zone, required)), noLosses)},
		"one of each node":            {"rollout.surge", all(searching(keep(host, required)), searching(func(w *planner.Workload) { w.RollingUpdate.MaxSurge = units.Count(3) }))},
		"not with dns":                {"placement.affinity", searching(draw("dns", host, required))},
		"not with dns in c":           {"placement.affinity", searching(draw("dns", zone, required))},
		"with nobody":                 {"placement.affinity", searching(draw("nobody", zone, required))},
		"each with the other":         {"placement.affinity", all(searching(draw("api", zone, required)), api(draw("search", zone, required)))},
		"with two workloads at once":  {"placement.affinity", all(noZoneLoss, api(draw("search", zone, required)), api(draw("dns", zone, required)))},
		"all in one zone":             {"placement.affinity", searching(draw("search", zone, required))},
		"nobody left to be with":      {"loss.reschedule", all(noZoneLoss, alone, api(draw("search", zone, required)))},
		"nobody on a node to be with": {"loss.reschedule", all(noZoneLoss, alone, api(draw("search", host, required)))},
	})
}

// accounted writes the sums for alone: 2 x 1,000m + 500m + 2 x 100m, and 5 GiB + 128 MiB.
func accounted(p *problem) {
	w := p.web()
	w.Requests = planner.Requests{CPU: 2700, Memory: 5*units.GiB + 128*units.MiB, Pods: 5}
	w.Usage = planner.Usage{CPU: 150_000, Memory: 70_690, Pods: 55_556}
	w.Headroom = planner.Headroom{CPU: 15_300, Memory: 68_992 * units.MiB, Pods: 85}
	w.LowerBound, w.Gap = 0, 0
}

func noLosses(p *problem) {
	p.respec(func(c *planner.Cluster) {
		c.NodeGroups[1].Redundancy = planner.Redundancy{Recovery: planner.Reschedule}
	})
	p.web().Survives = nil
}

// alone leaves one pod of search, which is not rescheduled, and two of api beside it on
// a node of b.
func alone(p *problem) {
	few := func(w *planner.Workload, n int) {
		w.Demand, w.MinReady, w.SpareReplicas, w.MinReplicas = planner.Demand{Way: planner.GivenReplicas, Replicas: n}, nil, 0, 0
		w.RollingUpdate = planner.RollingUpdate{MaxUnavailable: units.Count(1)}
	}
	api(func(w *planner.Workload) { few(w, 2) })(p)
	searching(func(w *planner.Workload) { few(w, 1); w.Recovery = planner.Static })(p)
	for i, n := range map[int]int{0: 2, 2: 1} {
		w := &p.web().Workloads[i]
		w.Replicas, w.Reasons, w.ReadyAtWorst, w.Latency = n, planner.ReplicaReasons{Load: n}, 0, nil
	}
	placed(pods("dns", 1), nil, pods("api", 2, "search", 1), pods("dns", 1), nil)(p)
}

// TestZonalVolumes: a pod waits for its zone, and needs another node of it when its own
// is lost.
func TestZonalVolumes(t *testing.T) {
	// The node of c is the only one there.
	c := func(zonal bool) *problem {
		p := good()
		searching(volumes(1, zonal))(p)
		offer(func(a *planner.Allocatable) { a.Attachments = 8 })(p)
		return p
	}
	found := func(p *problem) []string {
		return slices.DeleteFunc(rules(p.verify()), func(r string) bool { return r == "cost.line_missing" })
	}
	if got := found(c(false)); len(got) > 0 {
		t.Errorf("volumes that move: found %v", got)
	}
	if got := found(c(true)); !slices.Equal(got, []string{"loss.reschedule"}) {
		t.Errorf("the only node of a zone: found %v", got)
	}
	p := c(true)
	p.respec(func(c *planner.Cluster) { c.NodeGroups[1].Redundancy.Nodes = 0 })
	p.web().Survives = p.web().Survives[1:]
	if got := found(p); len(got) > 0 {
		t.Errorf("zones alone are lost: found %v", got)
	}
	// Two of three stay ready when a zone is lost.
	for least, want := range map[int]bool{2: false, 3: true} {
		p := c(true)
		p.respec(func(c *planner.Cluster) {
			c.NodeGroups[1].Redundancy.Nodes = 0
			c.NodeGroups[1].Workloads[1].MinReady = new(units.Count(least))
		})
		if got := says(p, "loss.min_ready"); got != want {
			t.Errorf("min_ready %d: reported: %t, want %t", least, got, want)
		}
	}
}

// TestGPUFilter: names are globs, memory is of one GPU, and class gpu needs no leave.
func TestGPUFilter(t *testing.T) {
	for name, tc := range map[string]struct {
		filter *planner.GPUFilter
		gpus   catalogs.GPUs
		want   bool
	}{
		"no filter, no GPU":    {nil, catalogs.GPUs{}, true},
		"no filter, a GPU":     {nil, catalogs.GPUs{Milli: 1000, Name: "L4"}, false},
		"any GPU":              {&planner.GPUFilter{}, catalogs.GPUs{Milli: 1000, Name: "L4"}, true},
		"any GPU, none":        {&planner.GPUFilter{}, catalogs.GPUs{}, false},
		"by name":              {&planner.GPUFilter{Names: []string{"A100*", "L?"}}, catalogs.GPUs{Milli: 1000, Name: "L4"}, true},
		"by another name":      {&planner.GPUFilter{Names: []string{"A100*", "L"}}, catalogs.GPUs{Milli: 1000, Name: "L4"}, false},
		"enough memory":        {&planner.GPUFilter{MinMemory: 24 * units.GiB}, catalogs.GPUs{Milli: 1000, Name: "L4", MemoryEach: 24 * units.GiB}, true},
		"too little memory":    {&planner.GPUFilter{MinMemory: 25 * units.GiB}, catalogs.GPUs{Milli: 2000, Name: "L4", MemoryEach: 24 * units.GiB}, false},
		"memory not known":     {&planner.GPUFilter{MinMemory: 1}, catalogs.GPUs{Milli: 1000, Name: "L4"}, false},
		"by name and excluded": {&planner.GPUFilter{Names: []string{"T4"}}, catalogs.GPUs{Milli: 1000, Name: "L4"}, false},
	} {
		p := good()
		p.cat.Types[0].GPUs = tc.gpus
		p.respec(func(c *planner.Cluster) { c.NodeGroups[0].Instances.GPU = tc.filter })
		admitted := !slices.ContainsFunc(p.found(), func(v violation) bool {
			return v.Rule == "pool.admitted" && v.Path == "node_group.edge.pools.m7.large"
		})
		if admitted != tc.want {
			t.Errorf("%s: admitted: %t, want %t", name, admitted, tc.want)
		}
	}
}
