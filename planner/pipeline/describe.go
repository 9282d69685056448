package pipeline

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/packing"
	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
)

// describe turns the chosen answer into the group's plan.
func (p *problem) describe(a *answer, result *packing.Result, offers []packing.Offer) planner.GroupPlan {
	nodes := a.nodes()
	g := planner.GroupPlan{
		Name: p.group.Name, Role: p.group.Role,
		Nodes: nodes, MinNodes: nodes, MaxNodes: nodes,
		Pools: []planner.Pool{p.pool(a)},
	}
	if p.group.MinNodes > 0 {
		g.MinNodes = p.group.MinNodes
	}
	if p.group.MaxNodes > 0 {
		g.MaxNodes = p.group.MaxNodes
	}
	g.Workloads = p.workloads(a)
	g.Placement = p.placements(a)
	g.Requests, g.Usage, g.Headroom = usage(g.Pools, a.report.Free)
	g.Survives = p.survives(a)
	g.RedundancyCost = p.redundancy(a)
	last := len(g.RedundancyCost) - 1
	g.Binding = p.binding(a, &result.Best, g.RedundancyCost[last].Step == equalZones && g.RedundancyCost[last-1].Nodes < nodes)
	g.Guarantees = p.guarantees(a)
	g.Committed = p.m.committed(g.Pools)
	g.Cost = nodesCost(g.Pools)
	g.Alternatives = p.alternatives(a, result)
	p.bound(&g, offers)
	return g
}

func (p *problem) pool(a *answer) planner.Pool {
	pool := planner.Pool{
		InstanceType: a.offer.instance.Name, CapacityType: p.group.Instances.CapacityType,
		Nodes: a.nodes(), Allocatable: a.offer.allocatable, DaemonSets: a.offer.daemons,
		Price: a.offer.price, RootDisks: p.m.provider.RootDisks(p.group),
	}
	pool.NodesByZone = zoneCounts(p.group.Zones, a.zones)
	return pool
}

// workloads are sorted by name.
func (p *problem) workloads(a *answer) []planner.WorkloadPlan {
	out := make([]planner.WorkloadPlan, len(p.works))
	for i := range p.works {
		w := &p.works[i]
		replicas := a.sized[i].Sum()
		out[i] = planner.WorkloadPlan{
			Name: w.spec.Name, System: w.spec.System,
			Replicas: replicas, Pod: w.spec.Pod, Reasons: a.sized[i], Binding: w.binding,
			ReadyAtWorst: a.report.ReadyAtWorst[i],
		}
		if w.throughput > 0 && replicas > 0 {
			out[i].PerPod = units.CeilDiv(w.throughput, units.Rate(replicas))
		}
		if w.model != nil {
			out[i].Utilization = ceilRatio(w.model.Predict(replicas).Utilization)
			worst := p.readyByLoss(a, i)
			out[i].Latency = w.predictions(replicas, worst[placement.NodeLoss], worst[placement.ZoneLoss])
		}
	}
	slices.SortFunc(out, func(a, b planner.WorkloadPlan) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// readyByLoss returns the least number of pods of workload i that a loss of
// nodes and a loss of zones leave in the described placement.
func (p *problem) readyByLoss(a *answer, i int) map[placement.During]int {
	replicas := a.sized[i].Sum()
	var onNodes []int
	inZones := make([]int, len(a.zones))
	for _, n := range a.report.Nodes {
		onNodes = append(onNodes, n.Pods[i])
		inZones[n.Zone] += n.Pods[i]
	}
	return map[placement.During]int{
		placement.NodeLoss: replicas - largest(onNodes, p.losses.Nodes),
		placement.ZoneLoss: replicas - largest(inZones, p.losses.Zones),
	}
}

// largest returns the sum of the n largest of list.
func largest(list []int, n int) int {
	sorted := slices.SortedFunc(slices.Values(list), func(a, b int) int { return b - a })
	sum := 0
	for _, v := range sorted[:min(n, len(sorted))] {
		sum += v
	}
	return sum
}

// placements counts equal nodes together, sorted by zone, then by pods.
func (p *problem) placements(a *answer) []planner.Placement {
	var out []planner.Placement
	index := map[string]int{}
	for _, n := range a.report.Nodes {
		pl := planner.Placement{Pool: a.offer.instance.Name, Zone: p.group.Zones[n.Zone], Nodes: 1}
		for i, pods := range n.Pods {
			if pods > 0 {
				pl.Pods = append(pl.Pods, planner.PodCount{Workload: p.works[i].spec.Name, Pods: pods})
			}
		}
		slices.SortFunc(pl.Pods, func(a, b planner.PodCount) int { return strings.Compare(a.Workload, b.Workload) })
		key := fmt.Sprint(pl.Zone, pl.Pods)
		if at, ok := index[key]; ok {
			out[at].Nodes++
			continue
		}
		index[key] = len(out)
		out = append(out, pl)
	}
	slices.SortFunc(out, func(a, b planner.Placement) int {
		return cmp.Or(strings.Compare(a.Zone, b.Zone), slices.CompareFunc(a.Pods, b.Pods, func(x, y planner.PodCount) int {
			return cmp.Or(strings.Compare(x.Workload, y.Workload), cmp.Compare(y.Pods, x.Pods))
		}))
	})
	return out
}

func ceilRatio(f float64) units.Ratio {
	r := units.Ratio(f * float64(units.Whole))
	if r.Float() < f {
		r++
	}
	return r
}

// survives lists the drills in words.
func (p *problem) survives(a *answer) []planner.Drill {
	var out []planner.Drill
	for _, d := range a.report.Drills {
		t := d.Tightest
		out = append(out, planner.Drill{
			Event: eventName(d.Nodes, d.Zones), Tried: d.Tried, Held: d.Held,
			Tightest: fmt.Sprintf("loss of %s: %s of %s vCPU stay free", p.lossName(t.Lost), cores(t.Free.CPU), cores(t.Total.CPU)),
			FreeCPU:  t.FreeCPU,
		})
	}
	return out
}

func eventName(nodes, zones int) string {
	var parts []string
	if nodes > 0 {
		parts = append(parts, fmt.Sprintf("any %d node%s", nodes, plural(nodes)))
	}
	if zones > 0 {
		parts = append(parts, fmt.Sprintf("any %d zone%s", zones, plural(zones)))
	}
	return strings.Join(parts, " and ")
}

func (p *problem) lossName(l placement.Loss) string {
	var parts []string
	for _, z := range l.Zones {
		parts = append(parts, p.group.Zones[z])
	}
	for _, z := range l.NodeZones {
		parts = append(parts, "a node in "+p.group.Zones[z])
	}
	return strings.Join(parts, " and ")
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

// cores writes CPU with one digit, rounded down.
func cores(c units.MilliCPU) string { return fmt.Sprintf("%d.%d", c/units.Core, c%units.Core/100) }

// binding says what one node less would break; rounded: nothing but the rule that
// zones are equal.
func (p *problem) binding(a *answer, best *packing.Candidate, rounded bool) planner.Binding {
	less := a.nodes() - 1
	if rounded {
		return planner.Binding{Resource: "equal_zones", During: string(placement.Normal)}
	}
	if less < max(p.group.MinNodes, 1) {
		if p.group.MinNodes == a.nodes() {
			return planner.Binding{Resource: "min_nodes", During: string(placement.Normal)}
		}
		return planner.Binding{Resource: "nodes", During: string(placement.Normal)}
	}
	failure, ok := best.OneLess.Payload.(*placement.Failure)
	if !ok || p.step() > 1 {
		_, failure = p.try(a.offer, less, p.losses)
	}
	if failure == nil {
		// Fewer nodes hold too, though a count between did not: the scan started
		// above what the sums of requests need.
		return planner.Binding{Resource: "nodes", During: string(placement.Normal)}
	}
	if failure.Workload == "" {
		return planner.Binding{Resource: "baseline_cpu", During: string(failure.During)}
	}
	return planner.Binding{Resource: p.further.shortage(failure.Resource), During: string(failure.During), Workload: failure.Workload}
}

// redundancy itemises what each step of redundancy adds on the chosen type: the
// least count that holds with no loss declared, with the loss of nodes, with
// all and, where zones have to be equal, with that rule. The first three do
// without it.
func (p *problem) redundancy(a *answer) []planner.RedundancyStep {
	type step struct {
		name   string
		losses placement.Losses
	}
	steps := []step{
		{"bare", placement.Losses{}},
		{"node", placement.Losses{Nodes: p.losses.Nodes}},
	}
	final := "zone"
	if p.m.terms.EqualZones {
		steps, final = append(steps, step{"zone", p.losses}), equalZones
	}
	last := 0
	var out []planner.RedundancyStep
	add := func(name string, nodes int) {
		step := planner.RedundancyStep{Step: name, Nodes: nodes}
		if a.offer.price.Known() || nodes == last {
			step.Added = planner.Amount{Rate: a.offer.price.Rate * units.USDPerHour(nodes-last), Known: true}
		}
		out, last = append(out, step), nodes
	}
	n := p.leastUp(a.offer)
	// What the user asks for as a minimum is no redundancy.
	n = max(n, p.group.MinNodes, 1)
	for _, s := range steps {
		for ; n < a.nodes(); n++ {
			if _, failure := p.try(a.offer, n, s.losses); failure == nil {
				break
			}
		}
		add(s.name, n)
	}
	add(final, a.nodes())
	return out
}

// equalZones is the last step where each zone has the same number of nodes.
const equalZones = "equal_zones"

func (p *problem) alternatives(a *answer, result *packing.Result) []planner.Alternative {
	var out []planner.Alternative
	own := a.offer.rate * units.USDPerHour(a.nodes())
	for _, c := range result.Alternatives {
		o := &p.offers[c.Offer]
		alt := planner.Alternative{
			InstanceType: o.instance.Name, Nodes: c.Nodes,
			LargestNodeShare: units.Ratio(units.CeilDiv(int64(units.Whole), int64(c.Nodes))),
		}
		if o.known {
			alt.Cost = planner.Amount{Rate: o.rate * units.USDPerHour(c.Nodes), Known: true}
		}
		if o.known && a.offer.known && own > 0 {
			other := alt.Cost.Rate
			alt.Difference = units.Ratio(int64(other-own) / max(int64(own)/int64(units.Whole), 1))
		}
		out = append(out, alt)
	}
	return out
}

// bound fills in the lower bound on the cost of nodes, its duals and the gap.
// Burstable machines count with what they may be loaded with.
func (p *problem) bound(g *planner.GroupPlan, offers []packing.Offer) {
	usable := slices.Clone(offers)
	for i := range usable {
		usable[i].Price = p.offers[i].price.Rate
		if t := p.offers[i].instance; p.boundByBaseline(t) {
			usable[i].Free.CPU = min(usable[i].Free.CPU, t.BaselineCPU-p.offers[i].reserved.CPU)
		}
	}
	demand := packing.Total(p.items(nil))
	b := packing.LowerBound(demand, usable)
	if b.Offer < 0 || !g.Cost.Known {
		return
	}
	g.LowerBound = b.Cost
	g.Duals = planner.Duals{Core: b.Duals.Core, GiB: b.Duals.GiB, Pod: b.Duals.Pod}
	if one, ok := packing.OneTypeBound(demand, usable); ok {
		g.LowerBound = max(g.LowerBound, one)
	}
	if g.LowerBound > 0 {
		g.Gap = ceilRatio(float64(g.Cost.Rate)/float64(g.LowerBound) - 1)
	}
}
