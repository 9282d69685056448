package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// promise is what nodes cost under the best commitments of one term.
type promise struct {
	groups        []string
	demand, price units.USDPerHour
	payments      []string
}

// add counts a group in.
func (p *promise) add(g *planner.GroupPlan, c *planner.CommittedCost) {
	demand := onDemand(g)
	name := g.Name
	if demand.Rate != g.Cost.Rate {
		name += " on demand"
	}
	p.groups = append(p.groups, name)
	p.demand, p.price = p.demand+demand.Rate, p.price+c.Rate
	p.payments = append(p.payments, strings.ReplaceAll(c.Payment, "_", " "))
}

// onDemand is what a group's nodes on demand cost: those that can be committed to.
func onDemand(g *planner.GroupPlan) planner.Amount {
	if len(g.Pools) < 2 {
		return g.Cost
	}
	cost := planner.Amount{Known: true}
	for i := range g.Pools {
		if pool := &g.Pools[i]; pool.CapacityType == planner.OnDemand {
			cost.Rate += pool.Price.Rate * units.USDPerHour(pool.Nodes)
			cost.Known = cost.Known && pool.Price.Known()
		}
	}
	return cost
}

// promises returns the cheapest commitments of the groups by term in years, and how
// their prices are known. What saves nothing is left out.
func promises(plan *planner.Plan) (terms map[int]*promise, bases []catalogs.Basis) {
	terms = map[int]*promise{}
	for i := range plan.NodeGroups {
		g := &plan.NodeGroups[i]
		best, demand := map[int]*planner.CommittedCost{}, onDemand(g)
		for j := range g.Committed {
			c := &g.Committed[j]
			if b := best[c.TermYears]; demand.Known && c.Rate < demand.Rate && (b == nil || c.Rate < b.Rate) {
				best[c.TermYears] = c
			}
		}
		for _, years := range slices.Sorted(maps.Keys(best)) {
			if terms[years] == nil {
				terms[years] = &promise{}
			}
			terms[years].add(g, best[years])
			bases = append(bases, best[years].Basis)
		}
	}
	return terms, bases
}

// committed writes what the nodes would cost under the best commitments of each
// term: the sum of the groups for which there is one, and what it saves of theirs on
// demand.
func (p *page) committed(plan *planner.Plan) {
	terms, bases := promises(plan)
	var items []string
	for _, years := range slices.Sorted(maps.Keys(terms)) {
		t := terms[years]
		of := "nodes"
		if len(t.groups) < len(plan.NodeGroups) || slices.ContainsFunc(t.groups, func(g string) bool { return strings.HasSuffix(g, " on demand") }) {
			of = "nodes of " + strings.Join(t.groups, ", ")
		}
		saving := (t.demand - t.price) * 100 / t.demand // in percent, rounded down
		items = append(items, fmt.Sprintf(
			"%s: %s %s USD/month, saves %s (%d%%)", strings.Join(append([]string{count(years, "year")}, distinct(t.payments)...), ", "),
			of, usd(t.price.PerMonth()), usd((t.demand-t.price).PerMonth()), saving,
		))
	}
	if len(items) == 0 {
		return
	}
	var words []string
	for _, b := range distinct(bases) {
		words = append(words, basisWords(b))
	}
	if listed := basisWords(catalogs.Listed); len(words) > 1 || words[0] != listed {
		items = append(items, "prices "+strings.Join(words, ", "))
	}
	if len(plan.ControlPlane.Machines) > 0 {
		items = append(items, "without the control plane")
	}
	p.labelled("COMMITTED", plain, items...)
}

// distinct returns the values of a list once each, sorted, without empty ones.
func distinct[T cmp.Ordered](list []T) []T {
	var empty T
	sorted := slices.Compact(slices.Sorted(slices.Values(list)))
	return slices.DeleteFunc(sorted, func(v T) bool { return v == empty })
}

// running writes what becomes of the commitments that run already.
func (p *page) running(plan *planner.Plan) {
	label := "CONTRACTS"
	for i := range plan.Commitments {
		u := &plan.Commitments[i]
		items := []string{u.Name + ": " + monthlyWords(u.Paid)}
		for _, c := range u.Covers {
			items = append(items, "covers "+usd(c.Value.PerMonth())+" of "+linePath(c.Path))
		}
		if left := unusedWords(u); left != "" {
			items = append(items, left)
		}
		if len(u.Unpriced) > 0 {
			items = append(items, "covers nothing of "+strings.Join(u.Unpriced, ", ")+", whose price under it is "+notKnown)
		}
		p.labelled(label, plain, items...)
		label = ""
	}
}

// linePath writes the path of a line of the bill for nodes: "web nodes".
func linePath(path string) string {
	group, pool, _ := strings.Cut(strings.TrimPrefix(path, groupPrefix), ".nodes")
	if !strings.HasPrefix(path, groupPrefix) {
		return strings.NewReplacer(".", " ", "_", " ").Replace(path)
	}
	return group + " nodes" + strings.Replace(pool, ".", " ", 1)
}

// unusedWords says what of a commitment is paid for and not used; empty where nothing.
func unusedWords(u *planner.CommitmentUse) string {
	switch {
	case u.Unused > 0:
		return "not used " + usd(u.Unused.PerMonth())
	case u.UnusedCPU > 0 || u.UnusedMemory > 0:
		return "not used " + cores(u.UnusedCPU) + " vCPU, " + size(u.UnusedMemory)
	}
	return ""
}

// explainCovered adds what of a group's nodes is under commitments.
func explainCovered(t *table, plan *planner.Plan, g *planner.GroupPlan) {
	for i := range plan.Commitments {
		u := &plan.Commitments[i]
		for _, c := range u.Covers {
			if !slices.Contains(g.NodesPaths(), c.Path) {
				continue
			}
			how := "so much of " + linePath(c.Path) + " at the price on demand, for " + usd(c.Spent.PerMonth()) + " of it"
			if c.Spent == 0 {
				how = "so much of " + linePath(c.Path) + " at the price on demand"
			}
			t.add("covered by "+u.Name, usd(c.Value.PerMonth())+" USD/month", how)
		}
	}
}
