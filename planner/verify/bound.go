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
	usable room
	cost   float64
}

// bound checks a group's lower bound, its duals and its gap, and that the
// alternatives are in order.
func (k *checker) bound(g *group) {
	var offers []offer
	for _, c := range g.candidates {
		fits := g.fitsAll(c.free)
		if g.decl.Instances.MaxTypes != 1 {
			fits = g.fitsAny(c.free)
		}
		if !c.price.Known() || !fits {
			continue
		}
		o := offer{usable: c.free, cost: float64(c.price.Rate)}
		if base, binds := sustained(k.c, c.t); binds {
			o.usable.cpu = min(o.usable.cpu, int64(base)-daemonRoom(g.daemons).cpu)
		}
		offers = append(offers, o)
	}
	lb := float64(g.plan.LowerBound)
	k.need(lb >= 0, g.path+".lower_bound", "bound.negative", "a bound of %g", lb)
	most := provable(g, offers)
	k.need(lb <= most*(1+boundSlack)+1, g.path+".lower_bound", "bound.proof", "a bound of %.0f billionths of a dollar an hour, no more than %.0f can be shown", lb, most)
	k.duals(g, offers)
	k.gap(g)
	k.alternatives(g)
}

// provable returns the largest cost that every set of nodes must reach which
// carries the pods of g. With one type: the least over types of the nodes that the
// scarcest resource needs. With more: the larger of each resource's demand at its
// least price, and of the demand at the plan's duals where no type undercuts them.
func provable(g *group, offers []offer) float64 {
	need := g.demand()
	if len(offers) == 0 || need == (room{}) {
		return 0
	}
	if g.decl.Instances.MaxTypes == 1 {
		best := math.Inf(1)
		for _, o := range offers {
			n := max(ratio(need.cpu, o.usable.cpu), ratio(need.memory, o.usable.memory), ratio(need.pods, o.usable.pods))
			best = min(best, math.Ceil(n)*o.cost)
		}
		return best
	}
	unit := leastPrices(offers)
	most := max(times(unit.cpu, need.cpu), times(unit.memory, need.memory), times(unit.pods, need.pods))
	d := prices{float64(g.plan.Duals.Core) / float64(units.Core), float64(g.plan.Duals.GiB) / float64(units.GiB), float64(g.plan.Duals.Pod)}
	holds := !slices.ContainsFunc(offers, func(o offer) bool { return d.of(o.usable) > o.cost*(1+boundSlack)+1 })
	if holds && min(d.cpu, d.memory, d.pods) >= 0 {
		most = max(most, d.of(need))
	}
	return most
}

// prices of a unit of each resource.
type prices struct{ cpu, memory, pods float64 }

func (p prices) of(r room) float64 {
	return p.cpu*float64(r.cpu) + p.memory*float64(r.memory) + p.pods*float64(r.pods)
}

// leastPrices returns the least cost of a usable unit of each resource.
func leastPrices(offers []offer) prices {
	p := prices{math.Inf(1), math.Inf(1), math.Inf(1)}
	for _, o := range offers {
		p.cpu = min(p.cpu, per(o.cost, o.usable.cpu))
		p.memory = min(p.memory, per(o.cost, o.usable.memory))
		p.pods = min(p.pods, per(o.cost, o.usable.pods))
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

// times returns price times amount; nothing costs nothing at any price.
func times(price float64, amount int64) float64 {
	if amount <= 0 {
		return 0
	}
	return price * float64(amount)
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
		{"core", d.Core, unit.cpu * float64(units.Core)},
		{"gib", d.GiB, unit.memory * float64(units.GiB)},
		{"pod", d.Pod, unit.pods},
	}
	for _, f := range figures {
		k.need(f.says >= 0 && float64(f.says) <= f.most*(1+boundSlack)+1, g.path+".duals."+f.name, "bound.duals", "%d billionths of a dollar an hour, it is sold at %.1f", f.says, f.most)
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
	k.need(lb <= cost*(1+boundSlack)+1, g.path+".lower_bound", "bound.above_cost", "a bound of %.0f on a cost of %.0f billionths of a dollar an hour", lb, cost)
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
	for _, a := range g.plan.Alternatives {
		path := g.path + ".alternatives." + a.InstanceType
		i := slices.IndexFunc(g.candidates, func(c candidate) bool { return c.t.Name == a.InstanceType })
		if !k.need(i >= 0, path, "alternatives.admitted", "the spec does not admit the type, or the catalog lacks it") {
			continue
		}
		k.need(!slices.ContainsFunc(g.plan.Pools, func(p planner.Pool) bool { return len(g.plan.Pools) == 1 && p.InstanceType == a.InstanceType }), path, "alternatives.chosen", "the type was chosen")
		if n := len(g.decl.Zones); k.terms.EqualZones && n > 0 {
			k.need(a.Nodes%n == 0, path, "alternatives.zones", "%d nodes over %d zones that are equal", a.Nodes, n)
		}
		stands, limited := 0, false
		for _, z := range g.decl.Zones {
			have, isLimited := k.standing(a.InstanceType, z)
			stands, limited = stands+have, isLimited
		}
		k.need(!limited || a.Nodes <= stands, path, "alternatives.stock", "%d nodes, %d stand there", a.Nodes, stands)
		price := g.candidates[i].price
		k.need(!a.Cost.Known || price.Known(), path, "alternatives.cost", "its cost is known, its price is not")
		if a.Cost.Known && g.plan.Cost.Known {
			k.need(a.Difference >= last, path, "alternatives.order", "a difference of %s stands after %s, or is cheaper than the plan", percent(a.Difference), percent(last))
			last = a.Difference
		}
	}
}
