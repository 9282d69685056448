package verify_test

import (
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// mixed runs web on two types: one m7.large in each zone, m7.xlarge in a and b. An
// m7.xlarge offers 7,600m, 30.5 GiB and 18 pods beside its DaemonSets, all five nodes
// 26,000m, 104.5 GiB and 90 pods. They cost 3 x 0.20 + 2 x 0.42 USD an hour. The bound
// stays 7,700m at 0.42 / 7.6 a core.
func mixed() *problem {
	p := good()
	p.respec(func(c *planner.Cluster) {
		c.NodeGroups[1].Instances.MaxTypes = 2
		c.MaxUSDPerMonth = nil
	})
	w := p.web()
	small, large := &w.Pools[0], w.Pools[0]
	small.Nodes, small.NodesByZone = 3, spread(1, 1, 1)
	large.InstanceType, large.Nodes, large.NodesByZone = "m7.xlarge", 2, spread(1, 1, 0)
	large.Allocatable.CPU, large.Allocatable.Memory = 7900, 31*units.GiB
	large.Price = listed(dollars(420))
	w.Pools = append(w.Pools, large)
	on := func(pool, zone string, p ...any) planner.Placement {
		return planner.Placement{Pool: pool, Zone: zone, Nodes: 1, Pods: pods(p...)}
	}
	w.Placement = []planner.Placement{
		on("m7.large", "a", "api", 1, "search", 1), on("m7.large", "b", "api", 1, "dns", 1), on("m7.large", "c", "api", 1, "search", 1),
		on("m7.xlarge", "a", "api", 2, "dns", 1), on("m7.xlarge", "b", "api", 1, "search", 1),
	}
	w.Usage = planner.Usage{CPU: 296_153, Memory: 144_737, Pods: 122_222}
	w.Headroom = planner.Headroom{CPU: 18_300, Memory: 91_520 * units.MiB, Pods: 79}
	w.Alternatives = nil
	p.pay(dollars(600), dollars(840), 2_384_045)
	p.plan.Offers = append(p.plan.Offers, p.cat.Types[2])
	return p
}

// pay writes the cost of web's two pools, and the gap that it leaves.
func (p *problem) pay(first, second units.USDPerHour, gap units.Ratio) {
	w, sum := p.web(), first+second
	w.Cost, w.Gap = known(sum), gap
	w.RedundancyCost = []planner.RedundancyStep{{Step: "bare", Nodes: 3, Added: known(first)}, {Step: "zone", Nodes: 5, Added: known(second)}}
	lines := p.plan.Cost.Lines
	lines[3].Amount, lines[3].Path = known(first), w.NodesPaths()[0]
	added := lines[3]
	added.Path = w.NodesPaths()[1]
	added.Amount = known(second)
	p.plan.Cost.Lines = slices.Insert(lines, 4, added)
	p.plan.Cost.Known += sum - dollars(1000)
	p.plan.Cost.Total.Rate = p.plan.Cost.Known
}

// spotty buys web as spot capacity at 0.08 USD an hour, of which two nodes are kept on
// demand. The bound is 7,700m at 0.08 / 3.6 a core.
func spotty() *problem {
	p := good()
	p.cat.Types[0].Spot = listed(dollars(80))
	p.plan.Offers[0].Spot = listed(dollars(80))
	p.respec(func(c *planner.Cluster) {
		c.NodeGroups[1].Instances.CapacityType = planner.Spot
		c.NodeGroups[1].Instances.OnDemandBase = units.Count(2)
		c.MaxUSDPerMonth = nil
	})
	w := p.web()
	base, rest := &w.Pools[0], w.Pools[0]
	base.Nodes, base.NodesByZone = 2, spread(1, 1, 0)
	rest.CapacityType, rest.Nodes, rest.NodesByZone, rest.Price = planner.Spot, 3, spread(1, 1, 1), listed(dollars(80))
	w.Pools = append(w.Pools, rest)
	order := []int{1, 3, 0, 2, 4} // the first node of a zone is on demand here
	placement := make([]planner.Placement, len(order))
	for i, from := range order {
		placement[i] = w.Placement[from]
		placement[i].Pool = "m7.large/spot"
		if i < 2 {
			placement[i].Pool = "m7.large/on_demand"
		}
	}
	w.Placement, w.Alternatives = placement, nil
	w.LowerBound, w.Duals = 171_111_111, planner.Duals{Core: 22_222_222}
	p.pay(dollars(400), dollars(240), 2_740_260)
	return p
}

func TestAcceptsSeveralPools(t *testing.T) {
	for name, fresh := range map[string]func() *problem{"two types": mixed, "spot with a base": spotty} {
		if err := fresh().verify(); err != nil {
			t.Errorf("%s: the plan by hand is refused:\n%v", name, err)
		}
	}
	p := spotty() // 40% of five nodes are two
	p.respec(func(c *planner.Cluster) { c.NodeGroups[1].Instances.OnDemandBase = units.Share(40 * units.Percent) })
	if err := p.verify(); err != nil {
		t.Errorf("a base that is a share is refused:\n%v", err)
	}
}

func TestPoolMutations(t *testing.T) {
	instances := func(change func(in *planner.Instances)) func(p *problem) {
		return func(p *problem) { p.respec(func(c *planner.Cluster) { change(&c.NodeGroups[1].Instances) }) }
	}
	web := func(change func(w *planner.GroupPlan)) func(p *problem) { return func(p *problem) { change(p.web()) } }
	mutate(t, mixed, map[string]mutation{
		"one type too many":  {"pool.types", instances(func(in *planner.Instances) { in.MaxTypes = 1 })},
		"pools unsorted":     {"lists.sorted", web(func(w *planner.GroupPlan) { slices.Reverse(w.Pools) })},
		"nodes of no pool":   {"placement.nodes", web(func(w *planner.GroupPlan) { w.Placement[4].Pool = "m7.2xlarge" })},
		"nodes of the other": {"placement.nodes", web(func(w *planner.GroupPlan) { w.Placement[3].Pool, w.Placement[2].Pool = "m7.large", "m7.xlarge" })},
		"as large as the other": {"placement.cpu", web(func(w *planner.GroupPlan) {
			w.Placement[0].Pods, w.Placement[3].Pods, w.Placement[4].Pods = pods("api", 4, "search", 1), pods("dns", 1), pods("search", 1)
		})},
		"a pool unbalanced": {"zones.balance", web(func(w *planner.GroupPlan) { w.Pools[1].NodesByZone = spread(2, 0, 0) })},
		"extras apart": {"zones.extras", web(func(w *planner.GroupPlan) {
			w.Pools[0].Nodes, w.Pools[0].NodesByZone = 4, spread(1, 1, 2)
		})},
		"the other's price":  {"pool.price", web(func(w *planner.GroupPlan) { w.Pools[1].Price = w.Pools[0].Price })},
		"the other's room":   {"pool.allocatable", web(func(w *planner.GroupPlan) { w.Pools[1].Allocatable = w.Pools[0].Allocatable })},
		"one line for both":  {"cost.pools", func(p *problem) { oneLine(p) }},
		"lines evened out":   {"cost.line", func(p *problem) { p.plan.Cost.Lines[3].Amount.Rate++; p.plan.Cost.Lines[4].Amount.Rate-- }},
		"a spot pool":        {"pool.capacity_type", web(func(w *planner.GroupPlan) { w.Pools[1].CapacityType = planner.Spot })},
		"more drills":        {"drill.tried", web(func(w *planner.GroupPlan) { w.Survives[0].Tried, w.Survives[0].Held = 2, 2 })},
		"one node too large": {"nodes.share", instances(func(in *planner.Instances) { in.MaxNodeShare = 19 * units.Percent })},
		"a core dearer than any": {"bound.duals", web(func(w *planner.GroupPlan) {
			w.Duals.Core = 55_263_160
		})},
		"a bound of large alone": {"bound.proof", web(func(w *planner.GroupPlan) { w.LowerBound = 427_777_777 })},
	})
	mutate(t, spotty, map[string]mutation{
		"too few on demand":   {"pool.on_demand_base", instances(func(in *planner.Instances) { in.OnDemandBase = units.Count(3) })},
		"a share rounds up":   {"pool.on_demand_base", instances(func(in *planner.Instances) { in.OnDemandBase = units.Share(41 * units.Percent) })},
		"too many on demand":  {"pool.on_demand_base", instances(func(in *planner.Instances) { in.OnDemandBase = units.Count(1) })},
		"no base at all":      {"pool.capacity_type", instances(func(in *planner.Instances) { in.OnDemandBase = units.CountOrRatio{} })},
		"spot for on demand":  {"pool.capacity_type", instances(func(in *planner.Instances) { in.CapacityType = planner.OnDemand })},
		"spot at full price":  {"pool.price", web(func(w *planner.GroupPlan) { w.Pools[1].Price = w.Pools[0].Price })},
		"a pool without kind": {"placement.nodes", web(func(w *planner.GroupPlan) { w.Placement[4].Pool = "m7.large" })},
		"the base forgotten":  {"bound.proof", web(func(w *planner.GroupPlan) { w.LowerBound = 240_000_010 })},
	})
}

// oneLine pays for both pools of web with one line.
func oneLine(p *problem) {
	p.plan.Cost.Lines[3].Amount.Rate += p.plan.Cost.Lines[4].Amount.Rate
	p.plan.Cost.Lines = slices.Delete(p.plan.Cost.Lines, 4, 5)
}

// TestEqualZonesRoundABaseUp: where zones are equal a base of two is three of three
// zones, and no more.
func TestEqualZonesRoundABaseUp(t *testing.T) {
	for _, tc := range []struct{ base, rest int }{{3, 3}, {6, 0}} {
		p := spotty()
		p.prov.terms.EqualZones = true
		w := p.web()
		w.Nodes = tc.base + tc.rest
		w.Pools[0].Nodes, w.Pools[1].Nodes = tc.base, tc.rest
		if got, want := says(p, "pool.on_demand_base"), tc.base > 4; got != want {
			t.Errorf("%d of %d on demand: reported: %t, want %t", tc.base, w.Nodes, got, want)
		}
	}
}

// TestShareOnDemandIsOfCPU: three small nodes of 3,600m and two large ones of 7,600m offer
// 26,000m. The small ones are 60% of the nodes and 41.5% of the CPU, the large ones 40% and
// 58.5%: a share has to hold of both.
func TestShareOnDemandIsOfCPU(t *testing.T) {
	for _, tc := range []struct {
		onDemand int
		base     units.Ratio
		want     bool
	}{{0, 60 * units.Percent, true}, {1, 40 * units.Percent, false}} {
		p := mixed()
		p.respec(func(c *planner.Cluster) {
			in := &c.NodeGroups[1].Instances
			in.CapacityType, in.OnDemandBase = planner.Spot, units.Share(tc.base)
		})
		p.web().Pools[1-tc.onDemand].CapacityType = planner.Spot
		if got := says(p, "pool.on_demand_base"); got != tc.want {
			t.Errorf("pool %d on demand, a base of %v: reported: %t, want %t", tc.onDemand, tc.base.Float(), got, tc.want)
		}
	}
}

// TestExtrasFallTogether: zones with a node more are the same for all pools, as far as
// they go; where machines cannot move they are where they stand.
func TestExtrasFallTogether(t *testing.T) {
	for name, tc := range map[string]struct {
		small, large []planner.ZoneCount
		want         bool
	}{
		"none":           {spread(1, 1, 1), spread(1, 1, 1), false},
		"of one":         {spread(1, 1, 1), spread(1, 1, 0), false},
		"within another": {spread(2, 1, 1), spread(1, 1, 0), false},
		"the same":       {spread(2, 2, 1), spread(1, 1, 0), false},
		"apart":          {spread(1, 1, 2), spread(1, 1, 0), true},
		"overlapping":    {spread(2, 1, 2), spread(1, 1, 0), true},
	} {
		p := mixed()
		p.web().Pools[0].NodesByZone, p.web().Pools[1].NodesByZone = tc.small, tc.large
		if got := says(p, "zones.extras"); got != tc.want {
			t.Errorf("%s: reported: %t, want %t", name, got, tc.want)
		}
	}
}

// TestDaemonSetsByPool: on a pool run the DaemonSets that select its nodes and tolerate
// the group's taints.
func TestDaemonSetsByPool(t *testing.T) {
	const typeLabel = "node.kubernetes.io/instance-type"
	for name, tc := range map[string]struct {
		daemon planner.DaemonSet
		// runs on edge, and on the small and the large nodes of web.
		edge, small, large bool
	}{
		"of all":                {planner.DaemonSet{}, true, true, true},
		"of a group":            {planner.DaemonSet{NodeGroups: []string{"web"}}, false, true, true},
		"of a type":             {planner.DaemonSet{NodeSelector: map[string]string{typeLabel: "m7.xlarge"}}, false, false, true},
		"of no type":            {planner.DaemonSet{NodeSelector: map[string]string{typeLabel: "m7"}}, false, false, false},
		"of a zone":             {planner.DaemonSet{NodeSelector: map[string]string{"topology.kubernetes.io/zone": "b"}}, true, true, true},
		"tolerates nothing":     {planner.DaemonSet{OwnTolerations: true}, false, true, true},
		"tolerates another":     {planner.DaemonSet{OwnTolerations: true, Tolerations: []string{"team"}}, false, true, true},
		"tolerates the taint":   {planner.DaemonSet{OwnTolerations: true, Tolerations: []string{"group"}}, true, true, true},
		"takes too much of all": {planner.DaemonSet{Memory: 64 * units.GiB, NodeSelector: map[string]string{typeLabel: "m7.mystery"}}, false, false, false},
	} {
		tc.daemon.Name, tc.daemon.CPU = "zeta", 1
		lists := func(edge, small, large bool) bool {
			p := mixed()
			p.respec(func(c *planner.Cluster) { c.DaemonSets = append(slices.Clone(c.DaemonSets), tc.daemon) })
			for i, pool := range []*planner.Pool{&p.edge().Pools[0], &p.web().Pools[0], &p.web().Pools[1]} {
				if []bool{edge, small, large}[i] {
					pool.DaemonSets = append(slices.Clone(pool.DaemonSets), tc.daemon)
				}
			}
			return !says(p, "pool.daemonsets")
		}
		for i := range 8 {
			edge, small, large := i&1 > 0, i&2 > 0, i&4 > 0
			want := edge == tc.edge && small == tc.small && large == tc.large
			if got := lists(edge, small, large); got != want {
				t.Errorf("%s, listed on edge %t, small %t, large %t: accepted: %t", name, edge, small, large, got)
			}
		}
	}
}

// TestCoursesOfPools: an upgrade has a course for each pool of a group, by its name, and a
// bill a line for its nodes.
func TestCoursesOfPools(t *testing.T) {
	course := func(name string) func(p *problem) {
		return func(p *problem) {
			s := &p.plan.Upgrade.Strategies[2]
			s.Groups = append(s.Groups, planner.UpgradeGroup{Name: name, Start: s.Groups[0].Start, Duration: s.Groups[0].Duration, MinReady: units.Whole})
		}
	}
	for _, name := range []string{"web/m7.large", "web/m7.xlarge"} {
		p := mixed()
		course(name)(p)
		if err := p.verify(); err != nil {
			t.Errorf("a course of %s: %v", name, err)
		}
	}
	mutate(t, mixed, map[string]mutation{
		"a course of a group of two pools": {"upgrade.group", course("web")},
		"a course of no pool":              {"upgrade.group", course("web/m7.small")},
		"a pool of the only one":           {"upgrade.group", course("edge/m7.large")},
		"a course twice": {"upgrade.group", func(p *problem) {
			course("web/m7.large")(p)
			course("web/m7.large")(p)
		}},
		"lines of pools swapped": {"cost.line", func(p *problem) {
			lines := p.plan.Cost.Lines
			lines[3].Amount, lines[4].Amount = lines[4].Amount, lines[3].Amount
		}},
	})
}
