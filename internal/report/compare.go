package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// Comparison writes what others would buy beside each group of a plan, and what each
// row promises.
func Comparison(w io.Writer, plan *planner.Plan, c *planner.Comparison, o Options) error {
	out := &page{o: o}
	out.heading(plan.Cluster.Name, "the same pods, bought by other rules")
	for i := range c.Groups {
		out.blank()
		out.compareGroup(&c.Groups[i])
		if left := notCompared(plan, &c.Groups[i]); left != "" {
			out.prose("only the plan counts what the group asks for: " + left)
		}
	}
	out.blank()
	t := table{columns: []column{{title: "ROW"}, {title: "PROMISES", wraps: true}}}
	t.add("packed, first fit", "every pod has a place once, put there by the rule itself: no failure is survived, no rollout has room, no spread is kept, and kube-scheduler may need more nodes")
	t.add("Karpenter", "the same, by its rule for one batch of pending pods; what consolidation saves later is not in it")
	t.add("the plan", "the modelled kube-scheduler places every pod, rollouts have room, and every declared loss is survived: what the difference pays for")
	out.table(&t)
	return out.flush(w)
}

// notCompared names the rules of a group that no packed row counts.
func notCompared(plan *planner.Plan, c *planner.GroupComparison) string {
	at := slices.IndexFunc(plan.Cluster.NodeGroups, func(g planner.NodeGroup) bool { return g.Name == c.Group })
	if at < 0 || c.Why != "" {
		return ""
	}
	g := &plan.Cluster.NodeGroups[at]
	var out []string
	add := func(name string, applies func(w *planner.Workload) bool) {
		if slices.ContainsFunc(g.Workloads, func(w planner.Workload) bool { return applies(&w) }) {
			out = append(out, name)
		}
	}
	if !g.Instances.OnDemandBase.IsZero() {
		out = append(out, "on_demand_base")
	}
	add("anti_affinity", func(w *planner.Workload) bool { return w.AntiAffinity.Mode == planner.AffinityRequired })
	add("affinity", func(w *planner.Workload) bool {
		return slices.ContainsFunc(w.Affinity, func(a planner.PodAffinity) bool { return a.Mode == planner.AffinityRequired })
	})
	add("topology_spread", func(w *planner.Workload) bool {
		return slices.ContainsFunc(w.TopologySpread, func(s planner.TopologySpread) bool { return s.Hard })
	})
	return strings.Join(out, ", ")
}

// compareGroup writes the rows of one group.
func (p *page) compareGroup(g *planner.GroupComparison) {
	title := fmt.Sprintf("%s, %s, %s", g.Group, count(g.Pods, "pod"), count(g.Types, "type"))
	if g.Why != "" {
		p.line("%s%s: %s", margin, title, g.Why)
		return
	}
	t := table{columns: []column{
		{title: title}, {title: "NODES", right: true}, {title: "USD/MONTH", right: true}, {title: "RATIO", right: true}, {title: "TYPES", wraps: true},
	}}
	for i := range g.Packed {
		boughtRow(&t, &g.Packed[i])
	}
	if g.LowerBound > 0 {
		first := g.Packed[0].Cost
		r := none
		if first.Known && first.Rate > 0 {
			r = times(units.Ratio(float64(g.LowerBound) / float64(first.Rate) * float64(units.Whole)))
		}
		t.add("proved bound", none, monthly(planner.Amount{Rate: g.LowerBound, Known: true}), r, "no nodes that carry the pods cost less")
	}
	boughtRow(&t, &g.Plan)
	p.table(&t)
}

// boughtRow adds what a rule buys.
func boughtRow(t *table, b *planner.Bought) {
	names := map[string]string{
		planner.PackedMixed: "packed, mixed types", planner.PackedOne: "packed, one type", planner.FirstFit: "first fit, best type",
		planner.CheapestCore: "first fit, cheapest core", planner.KarpenterRule: "what Karpenter would buy", planner.Planned: "the plan",
	}
	if b.Why != "" {
		t.add(names[b.Rule], none, none, none, b.Why)
		return
	}
	const most = 4
	var types []string
	for i, x := range b.Types {
		if i == most {
			types = append(types, count(len(b.Types)-most, "type")+" more")
			break
		}
		types = append(types, fmt.Sprintf("%s x %s", x.InstanceType, number(x.Nodes)))
	}
	r := none
	if b.Ratio > 0 {
		r = times(b.Ratio)
	}
	t.add(names[b.Rule], number(b.Nodes), monthly(b.Cost), r, strings.Join(types, ", "))
}

// times writes a factor with two decimals: "1.26".
func times(r units.Ratio) string {
	hundredths := roundDiv(int64(r), int64(units.Whole)/100)
	return fmt.Sprintf("%s.%02d", thousands(hundredths/100), hundredths%100)
}
