package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// groupPrefix starts the topics that are addresses of node groups and of workloads.
const groupPrefix = "node_group."

// IsTopic reports whether Explain may know a topic: one of Topics, or the address of a
// node group, of a workload or of a strategy of the upgrade.
func IsTopic(topic string) bool {
	return slices.Contains(Topics(), topic) || strings.HasPrefix(topic, groupPrefix) || strings.HasPrefix(topic, TopicUpgrade+".")
}

// explainGroup writes how the nodes of a group come about: what they cost against what
// is proved, what the bound leaves out, and the sizes that there are.
func (p *page) explainGroup(plan *planner.Plan, g *planner.GroupPlan) {
	p.heading(g.Path(), string(g.Role), count(g.Nodes, "node"))
	p.blank()
	t := figureTable()
	pools, _ := planner.Joined(g.Pools)
	for i := range pools {
		pool := &pools[i]
		t.add(poolWords(pool), count(pool.Nodes, "node"), poolHow(pool))
	}
	if byZoneWords(g) != "" {
		t.add("split by zone", nodesByZone(plan.Cluster.Zones, sumByZone(g.Pools)), "nodes in "+strings.Join(plan.Cluster.Zones, ", ")+": each zone has a group of machines of its own"+splitNames(plan, g)+splitSource(plan, g))
	}
	if byZoneWords(g) != "" && g.MinNodes != g.MaxNodes {
		var parts []string
		for i := range g.Pools {
			p := &g.Pools[i]
			parts = append(parts, p.Zone+" "+number(p.MinNodes)+"-"+number(p.MaxNodes))
		}
		t.add("bounds by zone", number(g.MinNodes)+"-"+number(g.MaxNodes), "of which "+strings.Join(parts, ", "))
	}
	if b := bindingWords(plan, g); b != none {
		t.add("binds", b, "what one node less would break")
	}
	t.add("nodes", monthly(g.Cost)+" USD/month", "without root disks")
	explainCovered(&t, plan, g)
	explainSplit(&t, plan, g)
	if g.LowerBound > 0 {
		t.add("lower bound", monthly(planner.Amount{Rate: g.LowerBound, Known: true})+" USD/month", boundWords(plan, g))
		most := units.Ratio(roundDiv(int64(g.Cost.Rate-g.LowerBound), max(1, int64(g.Cost.Rate)/int64(units.Whole))))
		t.add("gap", tenths(g.Gap), "nodes / lower bound - 1: no other nodes save more than "+tenths(most)+", redundancy and all")
		for i, what := range g.NotInBound {
			label := "not in the bound"
			if i > 0 {
				label = ""
			}
			t.add(label, "", what)
		}
	}
	for i := range g.Workloads {
		if w := &g.Workloads[i]; len(w.Outages) > 0 {
			t.add(w.Name, perYear(w.Outages[0].PerYear), "of a year "+outageWords(&w.Outages[0], w.Replicas, "pod"))
		}
	}
	p.table(&t)
	if items := resourceItems(g, volumesOf(plan, g)); len(items) > 0 {
		p.labelled("ALSO USED", plain, items...)
	}
	p.blank()
	p.explainDay(g)
	p.podPrices(g)
	p.blank()
	p.ladder(g)
}

// splitSource says who wanted the group split by zone, where it was not declared.
func splitSource(plan *planner.Plan, g *planner.GroupPlan) string {
	for _, a := range plan.Cluster.Assumptions {
		if a.Path == g.Path()+".split_by_zone" {
			return " (defaulted: " + a.Source + ")"
		}
	}
	return ""
}

// poolHow says what a node of a pool costs and what it leaves to pods.
func poolHow(pool *planner.Pool) string {
	free := pool.Free()
	words := hourly(pool.Price) + " USD an hour each, " + basisWords(pool.Price.Basis)
	if !pool.Price.Date.IsZero() {
		words += " " + string(pool.Price.Date)
	}
	if !pool.Price.Known() {
		words = "the price is " + notKnown
	}
	words += fmt.Sprintf("; a node leaves %s vCPU, %s and %s to pods", cores(free.CPU), size(free.Memory), count(free.Pods, "place"))
	for _, r := range free.Extended {
		words += fmt.Sprintf(", %s %s", thousands(r.Count), r.Name)
	}
	return words
}

// boundWords says what the bound is over.
func boundWords(plan *planner.Plan, g *planner.GroupPlan) string {
	most := 1
	for i := range plan.Cluster.NodeGroups {
		if d := &plan.Cluster.NodeGroups[i]; d.Name == g.Name {
			most = d.Instances.MaxTypes
		}
	}
	if most > 1 {
		return "proved for nodes of any admitted types, mixed or not, that carry the same pods"
	}
	return "proved for nodes of any one admitted type that carry the same pods"
}

// podPrices writes what a pod is worth in the certificate.
func (p *page) podPrices(g *planner.GroupPlan) {
	if g.Certificate.Scale == 0 {
		return
	}
	t := table{columns: []column{{title: "A POD OF"}, {title: "PODS", right: true}, {title: "USD/MONTH", right: true}, {title: "", wraps: true}}}
	for i, pod := range g.Certificate.Pods {
		note := ""
		if i == 0 {
			note = "at these prices no filling of a node is worth more than the node, which proves a bound for mixed types"
		}
		rate := units.USDPerHour(pod.Price / g.Certificate.Scale)
		t.add(pod.Workload, number(pod.Pods), monthly(planner.Amount{Rate: rate, Known: true}), note)
	}
	p.table(&t)
}

// ladder writes the sizes of the chosen families.
func (p *page) ladder(g *planner.GroupPlan) {
	if len(g.Ladder) == 0 {
		return
	}
	t := table{columns: []column{
		{title: "SIZE"},
		{title: "NODES", right: true},
		{title: "USD/MONTH", right: true},
		{title: "USEFUL vCPU", right: true},
		{title: "USD/MONTH A vCPU", right: true},
		{title: "A NODE IS", right: true},
		{title: "", wraps: true},
	}}
	for i := range g.Ladder {
		s := &g.Ladder[i]
		nodes, share := number(s.Nodes), percent(s.LargestNodeShare)
		if s.Nodes == 0 {
			nodes, share = none, none
		}
		var notes []string
		if s.Chosen {
			notes = append(notes, "chosen")
		}
		if s.Knee {
			notes = append(notes, "the knee of "+s.Family)
		}
		if s.Why != "" {
			notes = append(notes, s.Why)
		}
		cost := monthly(s.Cost)
		if s.Nodes == 0 {
			cost = none
		}
		t.add(s.InstanceType, nodes, cost, cores(s.UsefulCPU), monthly(s.CorePrice), share, strings.Join(notes, "; "))
	}
	p.table(&t)
	p.blank()
	p.prose("Useful is what pods like the group's can request of a node: what reserves and DaemonSets leave, or less where memory, the number of pods or devices end sooner. Costs are with root disks, and of a spot group with what it keeps on demand. The knee is the smallest size of which the next larger one saves less than 5% on a useful vCPU; a larger node is a larger part of the group, and lost at once.")
}

// sizes writes for each group which size is the knee of what was chosen, and what the
// group would be on it.
func (p *page) sizes(plan *planner.Plan) {
	const mostHang = 12
	label := "SIZES"
	for i := range plan.NodeGroups {
		g := &plan.NodeGroups[i]
		own := nodesAndDisks(plan, g)
		var items []string
		for j := range g.Ladder {
			s := &g.Ladder[j]
			if !s.Knee {
				continue
			}
			words := "the knee of " + s.Family + " is " + s.InstanceType
			switch {
			case s.Chosen:
				words += " (chosen)"
			case s.Nodes > 0 && s.Cost.Known && own.Known:
				words += fmt.Sprintf(" x %s %s (a node is %s of the group)", number(s.Nodes), signedUSD((s.Cost.Rate - own.Rate).PerMonth()), percent(s.LargestNodeShare))
			}
			items = append(items, words)
		}
		if len(items) == 0 {
			continue
		}
		items[0] = g.Name + ": " + items[0]
		p.entry(label, plain, min(runes(g.Name+": "), mostHang), items...)
		label = ""
	}
}
