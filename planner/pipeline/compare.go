package pipeline

import (
	"cmp"
	"context"
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/packing/baseline"
	"github.com/scantling-dev/scantling/planner/packing/colgen"
	"github.com/scantling-dev/scantling/planner/packing/onetype"
	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
)

// Compare sets the groups of a plan that has been verified beside what others would
// buy for the same pods, of the types that the group admits at the prices that it pays.
//
// It is pure. Its error is the cause of the context's end.
func Compare(ctx context.Context, plan *planner.Plan, cat catalogs.Catalog, prov planner.Provider) (planner.Comparison, error) {
	cat = typesInOrder(layered(cat, &plan.Cluster))
	m := &maker{cluster: inOrder(plan.Cluster), catalog: &cat, provider: prov, checker: placement.NewChecker(), brief: true, terms: prov.Terms(), offers: map[string]offered{}}
	m.stop = func() bool { return ctx.Err() != nil }
	m.simulator = newSimulator(ctx, &plan.Cluster).planned(plan)
	m.size = m.sizeOf(plan.NodeGroups)
	guests, err := m.guests()
	if err != nil {
		return planner.Comparison{}, err
	}
	var out planner.Comparison
	for i := range plan.NodeGroups {
		g := &plan.NodeGroups[i]
		at := slices.IndexFunc(m.cluster.NodeGroups, func(d planner.NodeGroup) bool { return d.Name == g.Name })
		c, err := m.compare(ctx, g, &m.cluster.NodeGroups[at], guests[at])
		if err != nil {
			return planner.Comparison{}, err
		}
		out.Groups = append(out.Groups, c)
	}
	return out, nil
}

// compare sets one group beside what others would buy.
func (m *maker) compare(ctx context.Context, g *planner.GroupPlan, declared *planner.NodeGroup, guests []planner.Workload) (planner.GroupComparison, error) {
	out := planner.GroupComparison{Group: g.Name, Plan: planner.Bought{Rule: planner.Planned, Nodes: g.Nodes, Cost: g.Cost}}
	for i := range g.Pools {
		out.Plan.Types = addType(out.Plan.Types, g.Pools[i].InstanceType, g.Pools[i].Nodes)
	}
	p, err := m.problem(declared, guests, m.monthsAhead())
	if err != nil {
		return out, err
	}
	for i := range p.works { // the same pods as the plan's
		w := slices.IndexFunc(g.Workloads, func(w planner.WorkloadPlan) bool {
			return w.Name == p.works[i].spec.Name && w.System == p.works[i].spec.System
		})
		p.works[i].base = g.Workloads[w].Reasons
		out.Pods += g.Workloads[w].Replicas
	}
	var types []*offer
	var offers []colgen.Offer
	for i := range p.offers {
		o := &p.offers[i]
		price, known := p.leastPrice(o)
		switch {
		case !known || p.boundByBaseline(o.instance): // what may not be loaded with all that it has
		case price <= 0:
			out.Why = "machines that are paid for already cost nothing more, however many are used"
			return out, nil
		default:
			types, offers = append(types, o), append(offers, colgen.Offer{Name: o.instance.Name, Free: vector(&o.free), Price: price})
		}
	}
	out.Types = len(types)
	classes, _ := p.classes(types)
	if out.Pods == 0 || len(types) == 0 {
		out.Why = "it has no pods, or no type that it admits has a known price"
		return out, nil
	}
	if err := bought(ctx, &out, classes, offers); err != nil {
		return out, err
	}
	at := slices.IndexFunc(out.Packed, func(b planner.Bought) bool { return b.Rule == planner.KarpenterRule })
	if w := slices.IndexFunc(p.works, func(w work) bool { return w.ruled() }); w >= 0 {
		out.Packed[at] = planner.Bought{Rule: planner.KarpenterRule, Why: "not for these pods: it honours the required rules of " + p.works[w].spec.Name + ", and its rule here does not"}
	}
	return out, nil
}

// ruled reports whether pods of w may run only beside, or apart from, others.
func (w *work) ruled() bool {
	return w.spec.AntiAffinity.Mode == planner.AffinityRequired || slices.ContainsFunc(w.spec.Affinity, func(a planner.PodAffinity) bool { return a.Mode == planner.AffinityRequired })
}

// bought fills in the packed rows.
func bought(ctx context.Context, out *planner.GroupComparison, classes []colgen.Class, offers []colgen.Offer) error {
	row := func(rule string, err error) *planner.Bought {
		b := planner.Bought{Rule: rule}
		if err != nil {
			b.Why = err.Error()
		}
		out.Packed = append(out.Packed, b)
		return &out.Packed[len(out.Packed)-1]
	}
	mixed, err := colgen.Solve(ctx, classes, offers, colgen.Options{})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	b := row(planner.PackedMixed, err)
	if err == nil {
		out.LowerBound = mixed.LowerBound
		b.Cost = planner.Amount{Rate: mixed.Cost, Known: true}
		for _, g := range mixed.Groups {
			b.Types, b.Nodes = addType(b.Types, offers[g.Offer].Name, g.Count), b.Nodes+g.Count
		}
	}
	one, err := onetype.Solve(ctx, classes, offers, onetype.Options{})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if b = row(planner.PackedOne, err); err == nil {
		b.Cost, b.Nodes = planner.Amount{Rate: one.Cost, Known: true}, one.Nodes
		b.Types = addType(nil, offers[one.Offer].Name, one.Nodes)
	}
	for _, rule := range []struct {
		name string
		buy  func([]colgen.Class, []colgen.Offer) (baseline.Purchase, error)
	}{{planner.FirstFit, baseline.FirstFit}, {planner.CheapestCore, baseline.CheapestPerCore}, {planner.KarpenterRule, baseline.Karpenter}} {
		purchase, err := rule.buy(classes, offers)
		if b = row(rule.name, err); err != nil {
			continue
		}
		b.Cost, b.Nodes = planner.Amount{Rate: purchase.Cost, Known: true}, purchase.Nodes
		for _, g := range purchase.Groups {
			b.Types = addType(b.Types, offers[g.Offer].Name, g.Count)
		}
	}
	first := out.Packed[0].Cost
	for i := range out.Packed {
		out.Packed[i].Ratio = over(out.Packed[i].Cost, first)
	}
	out.Plan.Ratio = over(out.Plan.Cost, first)
	return nil
}

// over is a / b, rounded up; 0 where either is not known.
func over(a, b planner.Amount) units.Ratio {
	if !a.Known || !b.Known || b.Rate <= 0 {
		return 0
	}
	return ceilRatio(float64(a.Rate) / float64(b.Rate))
}

// addType adds nodes of a type to a list that is sorted by name.
func addType(list []planner.TypeCount, name string, nodes int) []planner.TypeCount {
	at, found := slices.BinarySearchFunc(list, name, func(t planner.TypeCount, name string) int { return cmp.Compare(t.InstanceType, name) })
	if found {
		list[at].Nodes += nodes
		return list
	}
	return slices.Insert(list, at, planner.TypeCount{InstanceType: name, Nodes: nodes})
}
