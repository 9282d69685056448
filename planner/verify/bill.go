package verify

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// doubt ranks bases, the most trustworthy lowest.
func doubt(b catalogs.Basis) int {
	return slices.Index([]catalogs.Basis{catalogs.Declared, catalogs.Listed, catalogs.Family, catalogs.Estimated, catalogs.Secondary, catalogs.Recalled}, b)
}

// owed is an amount that the catalog makes due, exact, with what it rests on.
type owed struct {
	// hourly dollars in billionths times 730, so that monthly prices stay whole.
	times730 *big.Int
	known    bool
	// parts are the number of prices that a bill may round up by themselves.
	parts int
	basis catalogs.Basis
	dates []units.Date
}

func nothing() owed { return owed{times730: new(big.Int), known: true} }

// add joins a part of n times amount (a billionth of a dollar, by the hour where
// hourly, else by the month).
func (o *owed) add(n int64, amount int64, hourly bool, basis catalogs.Basis, date units.Date) {
	if basis == "" {
		o.known = false
		return
	}
	sum := new(big.Int).Mul(big.NewInt(n), big.NewInt(amount))
	if hourly {
		sum.Mul(sum, big.NewInt(units.HoursPerMonth))
	}
	o.times730.Add(o.times730, sum)
	if doubt(basis) > doubt(o.basis) {
		o.basis = basis
	}
	o.dates = append(o.dates, date)
}

// agrees reports whether an hourly rate is what is owed: never less, and more by
// at most a billionth of a dollar an hour for each part, for rounding up; so the
// cent of a month holds.
func (o *owed) agrees(rate units.USDPerHour) bool {
	says := new(big.Int).Mul(big.NewInt(int64(rate)), big.NewInt(units.HoursPerMonth))
	over := says.Sub(says, o.times730)
	cent := int64(units.Dollar) / 100
	most := min(int64(o.parts)*units.HoursPerMonth, cent)
	return over.Sign() >= 0 && over.Cmp(big.NewInt(most)) <= 0
}

func (o *owed) String() string {
	q := new(big.Int).Div(o.times730, big.NewInt(units.HoursPerMonth))
	return fmt.Sprintf("%d billionths of a dollar an hour", q)
}

// nodesOwed is what a group's nodes cost.
func (k *checker) nodesOwed(g *group) owed {
	o := nothing()
	for _, p := range g.plan.Pools {
		t := k.types[p.InstanceType]
		if t == nil {
			o.known = false
			continue
		}
		price := priceOf(t, g.decl.Instances.CapacityType)
		o.add(int64(p.Nodes), int64(price.Rate), true, price.Basis, price.Date)
	}
	return o
}

// disksOwed is what the root disks of nodes cost: size in whole GiB, and IOPS and
// throughput beyond what the type gives free.
func (k *checker) disksOwed(g *group, nodes int) owed {
	o := nothing()
	for _, d := range k.prov.RootDisks(g.decl) {
		i := slices.IndexFunc(k.cat.Disks, func(c catalogs.Disk) bool { return c.Type == d.Type })
		if i < 0 {
			o.known = false
			continue
		}
		c := &k.cat.Disks[i]
		part := func(amount int64, p catalogs.MonthlyPrice) {
			if amount > 0 {
				o.add(int64(nodes)*amount, int64(p.Amount), false, p.Basis, p.Date)
			}
		}
		part(int64(units.CeilDiv(d.Size, units.GiB)), c.PerGiB)
		part(int64(d.IOPS-c.FreeIOPS), c.PerIOPS)
		part(int64(d.ThroughputMiBps-c.FreeMiBps), c.PerMiBps)
		o.parts += 3 * nodes
	}
	return o
}

// controlPlane checks the control plane against the provider and its fees against
// the catalog.
func (k *checker) controlPlane() {
	want, err := k.prov.ControlPlane(k.c, k.cat)
	if !k.need(err == nil, "control_plane", "control_plane.provider", "the provider has none: %v", err) {
		return
	}
	got := k.plan.ControlPlane
	same := got.Mode == want.Mode && got.Tier == want.Tier && got.Support == want.Support && got.SupportEnds == want.SupportEnds && slices.Equal(got.Fees, want.Fees)
	k.need(same, "control_plane", "control_plane.provider", "planned as %+v, the provider says %+v", got, want)
	k.support(&got)
	// The fee of a tier above standard is added to that of the support.
	due := nothing()
	tiers := []string{got.Support}
	if got.Tier != "standard" && got.Tier != "" {
		tiers = append(tiers, got.Tier)
	}
	for _, tier := range tiers {
		i := slices.IndexFunc(k.cat.Fees, func(f catalogs.Fee) bool { return f.Tier == tier })
		if i < 0 {
			return
		}
		due.add(1, int64(k.cat.Fees[i].Price.Rate), true, k.cat.Fees[i].Price.Basis, k.cat.Fees[i].Price.Date)
	}
	paid := feesOwed(got.Fees)
	k.need(paid.known == due.known && (!due.known || paid.times730.Cmp(due.times730) == 0), "control_plane", "control_plane.fees", "fees of %v, the catalog's are %v", &paid, &due)
}

// support checks the kind of support against the calendar.
func (k *checker) support(got *planner.ControlPlane) {
	i := slices.IndexFunc(k.cat.Versions, func(v catalogs.Version) bool { return v.Minor == k.c.KubernetesVersion })
	if i < 0 || got.Mode != "managed" || k.cat.Versions[i].StandardEnd.IsZero() || k.c.AsOf == k.cat.Versions[i].StandardEnd {
		return // on the last day itself either is right
	}
	v := k.cat.Versions[i]
	want, ends := "standard", v.StandardEnd
	if k.c.AsOf > v.StandardEnd {
		want, ends = "extended", v.ExtendedEnd
	}
	k.need(got.Support == want && got.SupportEnds == ends, "control_plane", "control_plane.support", "%s support until %s; on %s Kubernetes %s is in %s support until %s",
		got.Support, got.SupportEnds, k.c.AsOf, v.Minor, want, ends)
}

func feesOwed(fees []planner.FeeLine) owed {
	o := nothing()
	for _, f := range fees {
		o.add(1, int64(f.Price.Rate), true, f.Price.Basis, f.Price.Date)
	}
	return o
}

// bill checks every line of the bill and its sums.
func (k *checker) bill() {
	byItem := map[string][]planner.CostLine{}
	var sum units.USDPerHour
	all := true
	for i, line := range k.plan.Cost.Lines {
		k.need(i == 0 || k.plan.Cost.Lines[i-1].Path <= line.Path, "cost", "lists.sorted", "lines are not sorted by path")
		item := k.item(line.Path)
		k.need(item != "", line.Path, "cost.line_unknown", "nothing in the plan makes this line due")
		byItem[item] = append(byItem[item], line)
		if line.Amount.Known {
			sum += line.Amount.Rate
		} else {
			all = false
			k.need(line.Amount.Rate == 0 && line.Basis == "", line.Path, "cost.line", "the price is not known and yet there is a figure or a basis")
		}
	}
	for _, g := range k.groups {
		nodes, disks := k.nodesOwed(g), k.disksOwed(g, g.plan.Nodes)
		k.line(g.path+".nodes", byItem[g.path+".nodes"], nodes)
		k.line(g.path+".root_disks", byItem[g.path+".root_disks"], disks)
		says := g.plan.Cost
		k.need(says.Known == nodes.known && (!says.Known || nodes.agrees(says.Rate)), g.path, "cost.group", "nodes cost %+v, they cost %v", says, &nodes)
		k.redundancyCost(g, nodes)
	}
	fees := feesOwed(k.plan.ControlPlane.Fees)
	k.line("control_plane", byItem["control_plane"], fees)

	c := &k.plan.Cost
	k.need(c.Known == sum, "cost", "cost.known", "known lines sum to %d, not %d", sum, c.Known)
	k.need(c.Total.Known == all, "cost", "cost.total", "the total is known: %t; every line is: %t", c.Total.Known, all)
	k.need(!c.Total.Known || c.Total.Rate == sum, "cost", "cost.total", "the total is %d, the lines sum to %d", c.Total.Rate, sum)
	if budget := k.c.MaxUSDPerMonth; budget != nil {
		k.need(c.Total.Known && all && sum.PerMonth() <= *budget, "max_usd_per_month", "cost.budget", "%d billionths of a dollar a month (all known: %t), the budget is %d", sum.PerMonth(), all, *budget)
	}
}

// item says what a line's path stands for: a group's nodes or root disks, or the
// control plane; empty for anything else.
func (k *checker) item(path string) string {
	if path == "control_plane" || strings.HasPrefix(path, "control_plane.") {
		return "control_plane"
	}
	best := ""
	for _, g := range k.groups {
		if strings.HasPrefix(path, g.path+".") && len(g.path) > len(best) {
			best = g.path
		}
	}
	if best == "" {
		return ""
	}
	kind, _, _ := strings.Cut(strings.TrimPrefix(path, best+"."), ".")
	if kind == "nodes" || kind == "root_disks" {
		return best + "." + kind
	}
	return ""
}

// line checks the lines that pay for one thing.
func (k *checker) line(path string, lines []planner.CostLine, due owed) {
	if len(lines) == 0 {
		k.need(due.known && due.times730.Sign() == 0, path, "cost.line_missing", "%v are due and no line pays for them", &due)
		return
	}
	var sum units.USDPerHour
	known := true
	for _, l := range lines {
		sum += l.Amount.Rate
		known = known && l.Amount.Known
		k.need(!l.Amount.Known || slices.Contains(due.dates, l.Date) || len(due.dates) == 0, path, "cost.basis", "dated %s, the prices are of %v", l.Date, due.dates)
	}
	k.need(known == due.known, path, "cost.line", "the price is known: %t; in the catalog: %t", known, due.known)
	if !known || !due.known || len(due.dates) == 0 {
		k.need(!known || sum == 0 || len(due.dates) > 0, path, "cost.line", "%d billionths of a dollar an hour for nothing", sum)
		return
	}
	k.need(due.agrees(sum), path, "cost.line", "%d billionths of a dollar an hour, the catalog makes it %v", sum, &due)
	worst := slices.ContainsFunc(lines, func(l planner.CostLine) bool { return l.Basis == due.basis })
	k.need(worst, path, "cost.basis", "the basis is %q, the prices rest on %q", lines[0].Basis, due.basis)
}

// redundancyCost checks that the steps add up to the cost of nodes.
func (k *checker) redundancyCost(g *group, nodes owed) {
	path := g.path + ".redundancy_cost"
	order := []string{"bare", "node", "zone"}
	var sum units.USDPerHour
	known, last := true, -1
	for _, s := range g.plan.RedundancyCost {
		at := slices.Index(order, s.Step)
		k.need(at > last, path, "redundancy.steps", "step %q is unknown, twice or out of order", s.Step)
		last = max(last, at)
		sum += s.Added.Rate
		known = known && s.Added.Known
	}
	if len(g.plan.RedundancyCost) == 0 || !known || !nodes.known {
		return
	}
	k.need(nodes.agrees(sum), path, "redundancy.sum", "the steps add up to %d, the nodes cost %v", sum, &nodes)
}
