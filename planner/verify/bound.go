package verify

import (
	"math"
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// boundSlack is the relative error of the floats below.
const boundSlack = 1e-9

// offer is a candidate's usable room and the cost of a node.
type offer struct {
	*candidate
	usable room
	cost   float64
	// sustained: what the machines hold for good bounds the sum of requests, so that
	// they are not mixed with others.
	sustained bool
}

// offers are the priced candidates that may be part of a plan: of a group of one type
// those on which every pod fits, else those on which some does.
func (k *checker) offers(g *group) []offer {
	var out []offer
	for i := range g.candidates {
		c := &g.candidates[i]
		if !c.price.Known() {
			continue
		}
		base, binds := sustained(k.c, c.t)
		fits := g.fitsAll(c)
		if g.decl.Instances.MaxTypes != 1 && !binds {
			fits = slices.ContainsFunc(g.loads, func(l *load) bool { return l.plan.Replicas > 0 && g.fits(l, c) })
		}
		if !fits {
			continue
		}
		o := offer{candidate: c, usable: c.free, cost: float64(c.price.Rate), sustained: binds}
		if binds {
			o.usable[onCPU] = min(o.usable[onCPU], int64(base)-g.daemonRoom(g.daemonsOn(c.labels))[onCPU])
		}
		out = append(out, o)
	}
	return out
}

// bound checks a group's lower bound, its duals and its gap, and that the
// alternatives are in order.
func (k *checker) bound(g *group) {
	offers := k.offers(g)
	lb := float64(g.plan.LowerBound)
	k.need(lb >= 0, g.path+".lower_bound", "bound.negative", "a bound of %g", lb)
	most := provable(g, offers, k.certificate(g, offers))
	k.need(lb <= most*(1+boundSlack)+1, g.path+".lower_bound", "bound.proof", "a bound of $%.9f an hour, no more than $%.9f can be shown", lb/dollar, most/dollar)
	k.duals(g, offers)
	k.gap(g)
	k.alternatives(g)
}

// provable returns the largest cost that every set of nodes must reach which
// carries the pods of g. With one type: the least over types of the nodes that the
// scarcest resource needs, and of what the certificate proves of any mix. With more:
// the larger of that, of each resource's demand at its least price, and of the demand
// at the plan's duals where no type undercuts them; but no more than a group of
// burstable machines costs, which are never mixed.
func provable(g *group, offers []offer, certified float64) float64 {
	need := g.demand()
	if len(offers) == 0 || need == (room{}) {
		return 0
	}
	alone, mixed := math.Inf(1), []offer(nil)
	for _, o := range offers {
		if g.decl.Instances.MaxTypes != 1 && !o.sustained {
			mixed = append(mixed, o)
			continue
		}
		n := 1.0
		for d := range need {
			n = max(n, math.Ceil(ratio(need[d], o.usable[d])))
		}
		if !o.sustained && o.cost > 0 {
			n = max(n, math.Ceil(certified/o.cost*(1-boundSlack)))
		}
		alone = min(alone, n*o.cost)
	}
	if len(mixed) == 0 {
		return alone
	}
	unit := leastPrices(mixed)
	most := certified
	for d := range need {
		if need[d] > 0 {
			most = max(most, unit[d]*float64(need[d]))
		}
	}
	d := prices{onCPU: float64(g.plan.Duals.Core) / float64(units.Core), onMemory: float64(g.plan.Duals.GiB) / float64(units.GiB), onPods: float64(g.plan.Duals.Pod)}
	holds := !slices.ContainsFunc(mixed, func(o offer) bool { return d.of(&o.usable) > o.cost*(1+boundSlack)+1 })
	if holds && min(d[onCPU], d[onMemory], d[onPods]) >= 0 {
		most = max(most, d.of(&need))
	}
	return min(most, alone)
}

// prices of a unit of each resource.
type prices [slots]float64

func (p *prices) of(r *room) float64 {
	sum := 0.0
	for d := range r {
		sum += p[d] * float64(r[d])
	}
	return sum
}

// leastPrices returns the least cost of a usable unit of each resource.
func leastPrices(offers []offer) prices {
	var p prices
	for d := range p {
		p[d] = math.Inf(1)
		for i := range offers {
			p[d] = min(p[d], per(offers[i].cost, offers[i].usable[d]))
		}
	}
	return p
}

// ratio returns how many times b is needed for a; without end where b is nothing.
func ratio(a, b int64) float64 {
	switch {
	case a <= 0:
		return 0
	case b <= 0:
		return math.Inf(1)
	}
	return float64(a) / float64(b)
}

func per(cost float64, amount int64) float64 {
	if amount <= 0 {
		return math.Inf(1)
	}
	return cost / float64(amount)
}

// duals checks that no price of a unit is above the least at which it is sold.
func (k *checker) duals(g *group, offers []offer) {
	unit := leastPrices(offers)
	d := g.plan.Duals
	figures := []struct {
		name string
		says units.USDPerHour
		most float64
	}{
		{"core", d.Core, unit[onCPU] * float64(units.Core)},
		{"gib", d.GiB, unit[onMemory] * float64(units.GiB)},
		{"pod", d.Pod, unit[onPods]},
	}
	for _, f := range figures {
		k.need(f.says >= 0 && float64(f.says) <= f.most*(1+boundSlack)+1, g.path+".duals."+f.name, "bound.duals", "%s, it is sold at $%.10f", hourly(f.says), f.most/dollar)
	}
}

// gap checks the bound against the cost that it bounds.
func (k *checker) gap(g *group) {
	nodes := k.nodesOwed(g)
	if !nodes.known {
		k.need(g.plan.Gap == 0, g.path+".gap", "bound.gap", "a gap of %s on a cost that is not known", percent(g.plan.Gap))
		return
	}
	f, _ := nodes.times730.Float64()
	cost := f / units.HoursPerMonth
	lb := float64(g.plan.LowerBound)
	k.need(lb <= cost*(1+boundSlack)+1, g.path+".lower_bound", "bound.above_cost", "a bound of $%.9f on a cost of $%.9f an hour", lb/dollar, cost/dollar)
	want := 0.0
	if lb > 0 {
		want = (cost/lb - 1) * float64(units.Whole)
	}
	const slack = 1.5 // millionths: rounding
	k.need(math.Abs(float64(g.plan.Gap)-want) <= slack, g.path+".gap", "bound.gap", "a gap of %s, cost and bound make it %.4f%%", percent(g.plan.Gap), want/float64(units.Percent))
}

// alternatives checks that what was not chosen could have been, and is dearer.
func (k *checker) alternatives(g *group) {
	last := units.Ratio(-1) // a millionth below nothing, for rounding
	if g.decl.Locked != nil {
		last = -units.Whole // what is locked may be dearer
	}
	for _, a := range g.plan.Alternatives {
		path := g.path + ".alternatives." + a.InstanceType
		c := g.candidate(a.InstanceType)
		if !k.need(c != nil, path, "alternatives.admitted", "the spec does not admit the type, or the catalog lacks it") {
			continue
		}
		k.need(!slices.ContainsFunc(g.plan.Pools, func(p planner.Pool) bool { return oneKind(g.plan) != nil && p.InstanceType == a.InstanceType }), path, "alternatives.chosen", "the type was chosen")
		if n := len(g.decl.Zones); k.equalZones(g) && n > 0 {
			k.need(a.Nodes%n == 0, path, "alternatives.zones", "%d nodes over %d zones that are equal", a.Nodes, n)
		}
		stands, limited := 0, false
		for _, z := range g.decl.Zones {
			have, isLimited := k.standing(a.InstanceType, z)
			stands, limited = stands+have, isLimited
		}
		k.need(!limited || a.Nodes <= stands, path, "alternatives.stock", "%d nodes, %d stand there", a.Nodes, stands)
		price := c.price
		k.need(!a.Cost.Known || price.Known(), path, "alternatives.cost", "its cost is known, its price is not")
		if a.Cost.Known && g.plan.Cost.Known {
			k.need(a.Difference >= last, path, "alternatives.order", "a difference of %s stands after %s, or is cheaper than the plan", percent(a.Difference), percent(last))
			last = a.Difference
		}
	}
}
