package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/packing"
	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
)

// describe turns what was chosen into the group's plan. The result is of the scan of all
// offers.
func (p *problem) describe(ctx context.Context, chosen choice, result *packing.Result, offers []packing.Offer) (planner.GroupPlan, error) {
	a := chosen.answer
	nodes := a.nodes()
	g := planner.GroupPlan{
		Name: p.group.Name, Role: p.group.Role,
		Nodes: nodes, MinNodes: nodes, MaxNodes: nodes,
		Pools: p.pools(a),
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
	g.Binding = p.binding(a, chosen.best, g.RedundancyCost[last].Step == equalZones && g.RedundancyCost[last-1].Nodes < nodes)
	g.Guarantees = p.guarantees(a)
	g.Committed = p.m.committed(g.Pools)
	g.Cost = nodesCost(g.Pools)
	g.Alternatives = p.alternatives(a, result)
	counts := map[string]int{}
	if result.Best.Offer != noOffer {
		counts[p.offers[result.Best.Offer].instance.Name] = result.Best.Nodes
	}
	for _, alternative := range g.Alternatives {
		counts[alternative.InstanceType] = alternative.Nodes
	}
	if one := a.one(); one != nil {
		counts[one.instance.Name] = nodes
	}
	g.Ladder = p.ladder(&g, counts)
	g.Lock = chosen.lock
	return g, p.bound(ctx, &g, offers)
}

func (p *problem) pools(a *answer) []planner.Pool {
	var out []planner.Pool
	for i, part := range a.mix {
		out = append(out, p.poolsOf(part, a.zones[i])...)
	}
	return out
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
			Throughput: w.carried.rate, Fronts: w.carried.parts,
			ReadyAtWorst: a.report.ReadyAtWorst[i],
		}
		if rate := w.carried.rate; rate > 0 && replicas > 0 {
			out[i].PerPod = units.CeilDiv(rate, units.Rate(replicas))
		}
		if w.job != nil {
			out[i].Job = p.jobPlan(w, a, replicas)
		}
		if w.curve != nil {
			worst := p.readyByLoss(a, i)
			out[i].Latency = w.measurements(replicas, worst[placement.NodeLoss], worst[placement.ZoneLoss])
		}
		if w.queue != nil {
			now := w.queue.normal.predict(replicas)
			out[i].Utilization, out[i].CPUUtilization = shareOf(now.Utilization), shareOf(now.CPU)
			out[i].Sizing = w.sizingOf()
			worst := p.readyByLoss(a, i)
			out[i].Latency = w.predictions(replicas, worst[placement.NodeLoss], worst[placement.ZoneLoss])
		}
	}
	slices.SortFunc(out, func(a, b planner.WorkloadPlan) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// readyByLoss returns the least number of pods of workload i that a loss of
// nodes and a loss of zones leave in the described placement; at once, the latter
// has both.
func (p *problem) readyByLoss(a *answer, i int) map[placement.During]int {
	replicas := a.sized[i].Sum()
	var onNodes []int
	inZones := make([]int, len(p.group.Zones))
	for _, n := range a.report.Nodes {
		onNodes = append(onNodes, n.Pods[i])
		inZones[n.Zone] += n.Pods[i]
	}
	ready := map[placement.During]int{
		placement.NodeLoss: replicas - largest(onNodes, p.losses.Nodes),
		placement.ZoneLoss: replicas - largest(inZones, p.losses.Zones),
	}
	if p.losses.AtOnce {
		ready[placement.ZoneLoss] = a.report.ReadyAtWorst[i]
	}
	return ready
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

// placements counts equal nodes together, sorted by pool, zone, then by pods.
func (p *problem) placements(a *answer) []planner.Placement {
	names, of := planner.PoolNames(p.pools(a)), p.poolIndex(a)
	var out []planner.Placement
	index := map[string]int{}
	for _, n := range a.report.Nodes {
		pl := planner.Placement{Pool: names[of[n.Pool][n.Zone]], Zone: p.group.Zones[n.Zone], Nodes: 1}
		for i, pods := range n.Pods {
			if pods > 0 {
				pl.Pods = append(pl.Pods, planner.PodCount{Workload: p.works[i].spec.Name, Pods: pods})
			}
		}
		slices.SortFunc(pl.Pods, func(a, b planner.PodCount) int { return strings.Compare(a.Workload, b.Workload) })
		key := fmt.Sprint(pl.Pool, pl.Zone, pl.Pods)
		if at, ok := index[key]; ok {
			out[at].Nodes++
			continue
		}
		index[key] = len(out)
		out = append(out, pl)
	}
	slices.SortFunc(out, func(a, b planner.Placement) int {
		return cmp.Or(strings.Compare(a.Pool, b.Pool), strings.Compare(a.Zone, b.Zone), slices.CompareFunc(a.Pods, b.Pods, func(x, y planner.PodCount) int {
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
			Tightest: fmt.Sprintf("loss of %s: %s of %s vCPU stay free", p.lossName(a, t.Lost), cores(t.Free.CPU), cores(t.Total.CPU)),
			FreeCPU:  t.FreeCPU,
		})
	}
	if gone := p.spotGone(a); gone != nil {
		out = append(out, *gone)
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

// lossName names what is lost, nodes by their type where the group mixes types.
func (p *problem) lossName(a *answer, l placement.Loss) string {
	var parts []string
	for _, z := range l.Zones {
		parts = append(parts, p.group.Zones[z])
	}
	for i, z := range l.NodeZones {
		node := "a node"
		if a.one() == nil {
			node = "a " + a.mix[l.NodePools[i]].offer.instance.Name
		}
		parts = append(parts, node+" in "+p.group.Zones[z])
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

func (p *problem) alternatives(a *answer, result *packing.Result) []planner.Alternative {
	var out []planner.Alternative
	own, ownKnown := a.mix.rate(), a.mix.known()
	others := result.Alternatives
	one := a.one()
	if result.Best.Offer != noOffer && (one == nil || one.instance != p.offers[result.Best.Offer].instance) { // the best of one type was not taken either
		others = append([]packing.Candidate{result.Best}, others...)
	}
	others = slices.DeleteFunc(slices.Clone(others), func(c packing.Candidate) bool {
		return one != nil && one.instance == p.offers[c.Offer].instance
	})
	others = others[:min(len(others), max(0, p.m.options.Alternatives))]
	for _, c := range others {
		o := &p.offers[c.Offer]
		alt := planner.Alternative{
			InstanceType: o.instance.Name, Nodes: c.Nodes,
			LargestNodeShare: units.Ratio(units.CeilDiv(int64(units.Whole), int64(c.Nodes))),
		}
		if o.known {
			alt.Cost = planner.Amount{Rate: p.buy(part{o, c.Nodes}).rate(), Known: true}
		}
		if o.known && ownKnown && own > 0 {
			alt.Difference = units.Ratio(share(int64(max(0, alt.Cost.Rate-own)), int64(units.Whole), int64(own)))
			if p.group.Locked != nil && alt.Cost.Rate < own { // the lock keeps what is dearer
				alt.Difference = -units.Ratio(share(int64(own-alt.Cost.Rate), int64(units.Whole), int64(own)))
			}
		}
		out = append(out, alt)
	}
	return out
}
