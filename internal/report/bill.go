package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// billPart is lines of the bill that are shown as one figure.
type billPart struct {
	name    string
	terms   []planner.Amount
	unknown bool
	// details of the lines.
	details []string
	// fees: each line is a fee of its own.
	fees bool
}

// controlPlanePart names what the control plane costs.
const controlPlanePart = "control plane"

// volumesPart is the last word of a part that pays for a group's volumes.
const volumesPart = "volumes"

// partName says which part of the bill a line belongs to: what is bought for node
// groups, volumes of each group by themselves, else the first word of its address.
func partName(path string) string {
	segments := strings.Split(path, ".")
	name := segments[0]
	if name == "pricing" {
		return "commitments"
	}
	if name == "node_group" && len(segments) > 2 {
		name = segments[2]
		if name == volumesPart {
			return segments[1] + " " + volumesPart
		}
	}
	return strings.ReplaceAll(name, "_", " ")
}

// billParts groups the lines, nodes first and the control plane last.
func billParts(lines []planner.CostLine) []billPart {
	var parts []billPart
	for _, l := range lines {
		name := partName(l.Path)
		i := slices.IndexFunc(parts, func(p billPart) bool { return p.name == name })
		if i < 0 {
			parts = append(parts, billPart{name: name})
			i = len(parts) - 1
		}
		parts[i].terms = append(parts[i].terms, l.Amount)
		parts[i].details = append(parts[i].details, l.Detail)
		parts[i].unknown = parts[i].unknown || !l.Amount.Known
	}
	rank := func(p billPart) int {
		switch p.name {
		case "nodes":
			return 0
		case controlPlanePart:
			return 2
		default:
			return 1
		}
	}
	slices.SortStableFunc(parts, func(a, b billPart) int { return rank(a) - rank(b) })
	return parts
}

// words writes a part: its sum, with what is not known said.
func (b billPart) words() string {
	var sum units.USDPerHour
	missing := 0
	for _, t := range b.terms {
		if t.Known {
			sum += t.Rate
		} else {
			missing++
		}
	}
	if len(b.terms) == 1 && strings.HasSuffix(b.name, " "+volumesPart) {
		detail, _, _ := strings.Cut(b.details[0], ",")
		b.name += " " + detail
	}
	switch {
	case missing == len(b.terms):
		return b.name + " " + notKnown
	case missing > 0:
		return fmt.Sprintf("%s %s + %s %s", b.name, usd(sum.PerMonth()), count(missing, "line"), notKnown)
	case b.fees && len(b.terms) == 2:
		return fmt.Sprintf("%s %s + %s", b.name, monthly(b.terms[0]), monthly(b.terms[1]))
	default:
		return b.name + " " + usd(sum.PerMonth())
	}
}

// bill writes the parts of the bill and its total.
func (p *page) bill(plan *planner.Plan) {
	var items []string
	for _, part := range billParts(plan.Cost.Lines) {
		part.fees = part.name == controlPlanePart && plan.ControlPlane.Mode != planner.SelfManaged
		words := part.words()
		if part.fees && plan.ControlPlane.Support == "extended" {
			words += " (" + plan.Cluster.KubernetesVersion + " is in extended support)"
		}
		items = append(items, words)
	}
	if len(items) == 0 {
		return
	}
	p.labelled("COST", plain, items...)

	counts := map[catalogs.Basis]int{}
	for _, l := range plan.Cost.Lines {
		counts[l.Basis]++
	}
	total := usd(plan.Cost.Total.Rate.PerMonth()) + " USD/month"
	if !plan.Cost.Total.Known {
		total = notKnown + "; what is known sums to " + usd(plan.Cost.Known.PerMonth()) + " USD/month"
	}
	totals := []string{total}
	if b := plan.Cluster.MaxUSDPerMonth; b != nil {
		totals = append(totals, "budget "+usd(*b))
	}
	totals = append(totals, count(len(plan.Cost.Lines), "line")+": "+basisCounts(counts))
	if dates := priceDates(plan.Cost.Lines); dates != "" && !ownMachines(plan) { // theirs are of the plan's day
		totals = append(totals, dates)
	}
	for _, l := range plan.Cost.Lines {
		if !l.Amount.Known {
			totals = append(totals, l.Path+" "+notKnown)
		}
	}
	p.labelled("TOTAL", bold, totals...)
	p.running(plan)
	p.committed(plan)
	p.toCommit(plan)
}

// equalZones is the step of redundancy that makes zones equal.
const equalZones = "equal_zones"

// signedCount writes a difference of counts: "+1 node".
func signedCount(n int, noun string) string {
	if n < 0 {
		return "-" + count(-n, noun)
	}
	return "+" + count(n, noun)
}

// redundancy writes what each step of redundancy costs.
func (p *page) redundancy(plan *planner.Plan) {
	var items []string
	var all, extra units.USDPerHour
	known, asked, rounded := true, false, false
	for _, g := range plan.NodeGroups {
		var terms []string
		for i, s := range g.RedundancyCost {
			if s.Step != "bare" {
				asked = true
				extra += s.Added.Rate
			}
			if i > 0 && s.Added.Known && s.Added.Rate == 0 {
				continue
			}
			words := monthly(s.Added) + " " + s.Step
			if s.Step == equalZones {
				words = fmt.Sprintf("%s equal zones (%s)", monthly(s.Added), signedCount(s.Nodes-g.RedundancyCost[max(i-1, 0)].Nodes, "node"))
				rounded = true
			}
			terms = append(terms, words)
			known = known && s.Added.Known
			all += s.Added.Rate
		}
		if len(terms) > 0 {
			items = append(items, g.Name+" "+strings.ReplaceAll(strings.Join(terms, " + "), "+ -", "- "))
		}
	}
	if !asked || !declared(plan) && !rounded {
		return
	}
	switch {
	case !known:
		items = append(items, "in all "+notKnown)
	case extra == 0:
		items = append(items, "no step adds a node")
	case all > 0:
		share := units.Ratio(roundDiv(int64(extra), max(int64(all)/int64(units.Whole), 1)))
		items = append(items, fmt.Sprintf("= %s USD/month (%s)", usd(extra.PerMonth()), percent(share)))
	}
	p.labelled("REDUNDANCY", plain, items...)
}

// declared reports whether any group is to survive a loss.
func declared(plan *planner.Plan) bool {
	return slices.ContainsFunc(plan.Cluster.NodeGroups, func(g planner.NodeGroup) bool {
		return g.Redundancy.Nodes > 0 || g.Redundancy.Zones > 0
	})
}

// nodesAndDisks is what a group costs: its nodes and, where their price is known,
// its root disks.
func nodesAndDisks(plan *planner.Plan, g *planner.GroupPlan) planner.Amount {
	cost := g.Cost
	for _, l := range plan.Cost.Lines {
		if l.Path == g.Path()+".root_disks" && l.Amount.Known {
			cost.Rate += l.Amount.Rate
		}
	}
	return cost
}

// alternatives writes the next best types of each group, at most two, and what
// they cost more. What does not fit beside the group's name stands under its
// first type.
func (p *page) alternatives(plan *planner.Plan) {
	const (
		most     = 2
		mostHang = 12
	)
	label := "NEXT BEST"
	for _, g := range plan.NodeGroups {
		var items []string
		for _, a := range g.Alternatives[:min(most, len(g.Alternatives))] {
			words := fmt.Sprintf("%s x %s %s", a.InstanceType, number(a.Nodes), monthly(a.Cost))
			var notes []string
			if own := nodesAndDisks(plan, &g); a.Cost.Known && own.Known {
				words = fmt.Sprintf("%s x %s %s", a.InstanceType, number(a.Nodes), signedUSD((a.Cost.Rate - own.Rate).PerMonth()))
				notes = append(notes, signedTenths(a.Difference))
			}
			if a.Nodes < g.Nodes {
				notes = append(notes, "but a node is "+percent(a.LargestNodeShare)+" of the group")
			}
			if len(notes) > 0 {
				words += " (" + strings.Join(notes, ", ") + ")"
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
