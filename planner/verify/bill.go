package verify

import (
	"cmp"
	"maps"
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
	return dollarsOf(q) + " an hour"
}

// join adds what another amount makes due.
func (o *owed) join(other *owed) {
	o.times730.Add(o.times730, other.times730)
	o.known = o.known && other.known
	o.parts += other.parts
	if doubt(other.basis) > doubt(o.basis) {
		o.basis = other.basis
	}
	o.dates = append(o.dates, other.dates...)
}

// poolOwed is what the nodes of a pool cost.
func (k *checker) poolOwed(p *planner.Pool) owed {
	o := nothing()
	if t := k.types[p.InstanceType]; t != nil {
		price := priceOf(t, p.CapacityType)
		o.add(int64(p.Nodes), int64(price.Rate), true, price.Basis, price.Date)
	} else {
		o.known = false
	}
	return o
}

// nodesOwed is what a group's nodes cost.
func (k *checker) nodesOwed(g *group) owed {
	sum := nothing()
	for i := range g.plan.Pools {
		o := k.poolOwed(&g.plan.Pools[i])
		sum.join(&o)
	}
	return sum
}

// disksOwed is what the disks of machines cost.
func (k *checker) disksOwed(disks []planner.Disk, machines int) owed {
	sum := nothing()
	for _, d := range disks {
		o := k.diskOwed(d, machines)
		sum.join(&o)
	}
	return sum
}

// diskOwed is what so many disks of a kind cost: size in whole GiB, and IOPS and
// throughput beyond what the type gives free.
func (k *checker) diskOwed(d planner.Disk, n int) owed {
	o := nothing()
	c := k.diskType(d.Type)
	if c == nil {
		o.known = false
		return o
	}
	part := func(amount int64, p catalogs.MonthlyPrice) {
		if amount > 0 {
			o.add(int64(n)*amount, int64(p.Amount), false, p.Basis, p.Date)
		}
	}
	part(int64(units.CeilDiv(d.Size, units.GiB)), c.PerGiB)
	part(int64(d.IOPS-c.FreeIOPS), c.PerIOPS)
	part(int64(d.ThroughputMiBps-c.FreeMiBps), c.PerMiBps)
	o.parts += 3 * n
	return o
}

// volumesOwed is what the volumes of a group's workloads cost, volume by volume.
func (k *checker) volumesOwed(g *group) []owed {
	var out []owed
	for _, l := range g.loads {
		if l.plan.Replicas == 0 {
			continue
		}
		for i := range l.spec.Volumes {
			out = append(out, k.diskOwed(volumeDisk(&l.spec.Volumes[i]), l.plan.Replicas))
		}
	}
	return out
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
		nodes := k.nodesOwed(g)
		k.groupLines(g, byItem)
		says := g.plan.Cost
		k.need(says.Known == nodes.known && (!says.Known || nodes.agrees(says.Rate)), g.path, "cost.group", "nodes cost %+v, they cost %v", says, &nodes)
		k.redundancyCost(g, nodes)
		k.committed(g)
	}
	due := k.controlPlaneOwed()
	maps.Copy(due, k.commitmentsOwed())
	maps.Copy(due, k.transfersOwed())
	for _, item := range sortedKeys(due) {
		k.line(item, byItem[item], []owed{due[item]})
	}

	c := &k.plan.Cost
	k.need(c.Known == sum, "cost", "cost.known", "known lines sum to %s, not %s", hourly(sum), hourly(c.Known))
	k.need(c.Total.Known == all, "cost", "cost.total", "the total is known: %t; every line is: %t", c.Total.Known, all)
	k.need(!c.Total.Known || c.Total.Rate == sum, "cost", "cost.total", "the total is %s, the lines sum to %s", hourly(c.Total.Rate), hourly(sum))
	if budget := k.c.MaxUSDPerMonth; budget != nil {
		k.need(c.Total.Known && all && sum.PerMonth() <= *budget, "max_usd_per_month", "cost.budget", "%s a month (all known: %t), the budget is %s", dollars(sum.PerMonth()), all, dollars(*budget))
	}
}

// groupLines checks the lines of a group: a line for the nodes of each pool, lines for
// root disks, for node fees and for volumes.
func (k *checker) groupLines(g *group, byItem map[string][]planner.CostLine) {
	var pools, disks []owed
	names := planner.PoolNames(g.plan.Pools)
	for i := range g.plan.Pools {
		p := &g.plan.Pools[i]
		pools = append(pools, k.uncovered(g.plan.NodesPaths()[i], k.poolOwed(p)))
		for _, d := range k.prov.RootDisks(g.decl) {
			disks = append(disks, k.diskOwed(d, p.Nodes))
		}
	}
	path := g.path + ".nodes"
	lines := byItem[path]
	k.need(len(lines) == 0 || len(lines) == len(pools), path, "cost.pools", "%d lines for the nodes of %d pools", len(lines), len(pools))
	for i, of := range g.plan.NodesPaths() {
		at := slices.IndexFunc(lines, func(l planner.CostLine) bool {
			return l.Path == of && l.Amount.Known == pools[i].known && (!l.Amount.Known || pools[i].agrees(l.Amount.Rate) && l.Basis == pools[i].basis)
		})
		k.need(at >= 0 || len(lines) == 0, of, "cost.line", "no line pays for the nodes of %s, which cost %v (known: %t)", names[i], &pools[i], pools[i].known)
	}
	k.line(path, lines, pools)
	k.line(g.path+".root_disks", byItem[g.path+".root_disks"], disks)
	k.line(g.path+".node_fees", byItem[g.path+".node_fees"], []owed{k.feesOfNodes(g.plan.Nodes)})
	k.line(g.path+".volumes", byItem[g.path+".volumes"], k.volumesOwed(g))
}

// item says what a line's path stands for: a group's nodes, root disks, node fees or volumes, a part of
// the control plane, or its fees, all together; empty for anything else.
func (k *checker) item(path string) string {
	if _, isPart := k.controlPlaneOwed()[path]; isPart {
		return path
	}
	if _, crosses := k.transfersOwed()[path]; crosses {
		return path
	}
	if strings.HasPrefix(path, "pricing.") {
		if _, runs := k.commitmentsOwed()[path]; runs {
			return path
		}
		return ""
	}
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
	if kind == "nodes" || kind == "root_disks" || kind == "node_fees" || kind == "volumes" {
		return best + "." + kind
	}
	return ""
}

// controlPlaneOwed is what the control plane costs, by line: its fees together, and
// of each role its machines, root disks and disks for etcd.
func (k *checker) controlPlaneOwed() map[string]owed {
	cp := &k.plan.ControlPlane
	due := map[string]owed{"control_plane": feesOwed(cp.Fees)}
	for _, m := range cp.Machines {
		prefix := map[string]string{planner.RoleControlPlane: "", planner.RoleEtcd: "etcd_", planner.RoleLoadBalancer: "load_balancer_"}[m.Role]
		nodes := nothing()
		if t := k.types[m.InstanceType]; t != nil {
			nodes.add(int64(m.Nodes), int64(t.OnDemand.Rate), true, t.OnDemand.Basis, t.OnDemand.Date)
		} else {
			nodes.known = false
		}
		due["control_plane."+prefix+"nodes"] = k.uncovered("control_plane."+prefix+"nodes", nodes)
		root, etcd := k.memberDisks(m.Role)
		if len(root) > 0 {
			due["control_plane."+prefix+"root_disks"] = k.disksOwed(root, m.Nodes)
		}
		if len(etcd) > 0 {
			due["control_plane.etcd_disks"] = k.disksOwed(etcd[:1], m.Nodes)
		}
		if len(etcd) > 1 {
			due["control_plane.events_disks"] = k.disksOwed(etcd[1:], m.Nodes)
		}
	}
	return due
}

// line checks the lines that pay for one thing, whose parts are due. What is known of
// it is paid for to the last part, and a line says that the rest is not known. A line
// that pays for several parts of which one is not known is not known itself.
func (k *checker) line(path string, lines []planner.CostLine, parts []owed) {
	due, certain := nothing(), nothing()
	for i := range parts {
		due.join(&parts[i])
		if parts[i].known {
			certain.join(&parts[i])
		}
	}
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
	if !known || !due.known {
		most := new(big.Int).Add(certain.times730, big.NewInt(int64(certain.parts+1)*units.HoursPerMonth))
		k.need(new(big.Int).Mul(big.NewInt(int64(sum)), big.NewInt(units.HoursPerMonth)).Cmp(most) <= 0, path, "cost.line", "%s, what is known is %v", hourly(sum), &certain)
		return
	}
	if len(due.dates) == 0 {
		k.need(sum == 0, path, "cost.line", "%s for nothing", hourly(sum))
		return
	}
	k.need(due.agrees(sum), path, "cost.line", "%s, the catalog makes it %v", hourly(sum), &due)
	worst := slices.ContainsFunc(lines, func(l planner.CostLine) bool { return l.Basis == due.basis })
	k.need(worst, path, "cost.basis", "the basis is %q, the prices rest on %q", lines[0].Basis, due.basis)
}

// redundancyCost checks that the steps add up to the nodes and to their cost.
func (k *checker) redundancyCost(g *group, nodes owed) {
	path := g.path + ".redundancy_cost"
	order := []string{"bare", "node", "zone"}
	if k.equalZones(g) {
		order = append(order, "equal_zones")
	}
	b := &g.plan.Binding
	k.need(k.equalZones(g) || b.Resource != "equal_zones", g.path+".binding", "binding.equal_zones", "zones need not be equal here")
	var sum units.USDPerHour
	known, last, count := true, -1, 0
	for _, s := range g.plan.RedundancyCost {
		at := slices.Index(order, s.Step)
		k.need(at > last, path, "redundancy.steps", "step %q is unknown, twice or out of order", s.Step)
		last = max(last, at)
		k.need(s.Nodes >= count, path, "redundancy.nodes", "%d nodes with step %q, %d before it", s.Nodes, s.Step, count)
		count = s.Nodes
		sum += s.Added.Rate
		known = known && s.Added.Known
	}
	if len(g.plan.RedundancyCost) == 0 {
		return
	}
	k.need(count == g.plan.Nodes, path, "redundancy.nodes", "the steps end at %d nodes, there are %d", count, g.plan.Nodes)
	if !known || !nodes.known {
		return
	}
	k.need(nodes.agrees(sum), path, "redundancy.sum", "the steps add up to %s, the nodes cost %v", hourly(sum), &nodes)
}

// term is a way to commit.
type term struct {
	kind    string
	years   int
	payment string
}

// committedOwed is what the nodes on demand of a group cost, and what they cost under
// each commitment that the catalog prices for all of their types.
func (k *checker) committedOwed(g *group) (cost owed, due map[term]*owed) {
	cost, due = nothing(), map[term]*owed{}
	var pools []*planner.Pool
	for i := range g.plan.Pools {
		if p := &g.plan.Pools[i]; p.CapacityType == planner.OnDemand {
			pools = append(pools, p)
		}
	}
	count := map[term]int{}
	for _, p := range pools {
		t := k.types[p.InstanceType]
		if t == nil {
			return nothing(), nil
		}
		price := priceOf(t, planner.OnDemand)
		cost.add(int64(p.Nodes), int64(price.Rate), true, price.Basis, price.Date)
		for _, c := range t.Commitments {
			if !c.Price.Known() {
				continue
			}
			at := term{c.Kind, c.TermYears, c.Payment}
			if due[at] == nil {
				o := nothing()
				due[at] = &o
			}
			due[at].add(int64(p.Nodes), int64(c.Price.Rate), true, c.Price.Basis, c.Price.Date)
			count[at]++
		}
	}
	for at := range due {
		if count[at] < len(pools) || !cost.known || cost.times730.Sign() <= 0 {
			delete(due, at)
		}
	}
	return cost, due
}

// committed checks what the nodes of a group would cost under each commitment: one
// entry for each that the catalog prices, at its price times the nodes.
func (k *checker) committed(g *group) {
	path := g.path + ".committed"
	cost, due := k.committedOwed(g)
	seen := map[term]bool{}
	for i, c := range g.plan.Committed {
		at := term{c.Kind, c.TermYears, c.Payment}
		if i > 0 {
			last := g.plan.Committed[i-1]
			order := cmp.Or(cmp.Compare(last.Kind, c.Kind), cmp.Compare(last.TermYears, c.TermYears), cmp.Compare(last.Payment, c.Payment))
			k.need(order < 0, path, "lists.sorted", "commitments are not sorted by kind, term and payment, or one is there twice")
		}
		o := due[at]
		if !k.need(o != nil, path, "committed.unknown", "the catalog prices no %s of %d years, %s, for these nodes", c.Kind, c.TermYears, c.Payment) {
			continue
		}
		seen[at] = true
		k.need(o.agrees(c.Rate), path, "committed.rate", "%s for %s of %d years, the catalog makes it %v", hourly(c.Rate), c.Kind, c.TermYears, o)
		k.need(c.Basis == o.basis && slices.Contains(o.dates, c.Date), path, "committed.basis", "%s of %s, the price is %s of %v", c.Basis, c.Date, o.basis, o.dates)
		k.saving(path, &c, &cost, o)
	}
	// Documents before 1.1 have none: a list is whole or is not there.
	if len(seen) > 0 && len(seen) < len(due) {
		k.need(false, path, "committed.missing", "%d commitments, the catalog prices %d", len(seen), len(due))
	}
}

// saving checks a share saved: (cost - committed) / cost, rounded down to a
// millionth.
func (k *checker) saving(path string, c *planner.CommittedCost, cost, committed *owed) {
	saved := new(big.Int).Sub(cost.times730, committed.times730)
	saved.Mul(saved, big.NewInt(int64(units.Whole)))
	want := saved.Div(saved, cost.times730) // Div rounds down, below zero too
	k.need(want.Cmp(big.NewInt(int64(c.Saving))) == 0, path, "committed.saving", "%s saved by %s of %d years, it is %d millionths", percent(c.Saving), c.Kind, c.TermYears, want)
}
