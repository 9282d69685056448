package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/packing"
	"github.com/scantling-dev/scantling/planner/packing/colgen"
	"github.com/scantling-dev/scantling/planner/units"
)

// bound fills in the lower bound on the cost of nodes, what proves it, its duals and
// the gap. It is the largest of
//
//   - the sums of requests at the least price of a unit of each resource,
//   - where types are not mixed, the least over types of the price of the nodes that
//     the sums of requests need,
//   - the worth of the pods at the certificate's prices, which holds for mixed types.
//
// Burstable machines count with what they may be loaded with.
func (p *problem) bound(ctx context.Context, g *planner.GroupPlan, offers []packing.Offer) error {
	usable := slices.Clone(offers)
	for i := range usable {
		usable[i].Price, usable[i].Known = p.leastPrice(&p.offers[i])
		if t := p.offers[i].instance; p.boundByBaseline(t) {
			usable[i].Free.CPU = min(usable[i].Free.CPU, t.BaselineCPU-p.offers[i].reserved.CPU)
		}
	}
	demand := packing.Total(p.items(nil))
	b := packing.LowerBound(demand, usable)
	if b.Offer < 0 || !g.Cost.Known {
		return nil
	}
	g.LowerBound = b.Cost
	g.Duals = planner.Duals{Core: b.Duals.Core, GiB: b.Duals.GiB, Pod: b.Duals.Pod}
	if one, ok := packing.OneTypeBound(demand, usable); ok && !p.mixes() {
		g.LowerBound = max(g.LowerBound, one)
	}
	mixed, err := p.certify(ctx, g, usable)
	if err != nil {
		return err
	}
	g.LowerBound = max(g.LowerBound, mixed)
	if g.LowerBound > 0 {
		g.Gap = ceilRatio(float64(g.Cost.Rate)/float64(g.LowerBound) - 1)
	}
	g.NotInBound = p.notInBound()
	return nil
}

// mixes reports whether the group may have more than one type.
func (p *problem) mixes() bool { return p.group.Instances.MaxTypes > 1 }

// leastPrice returns the least that a node of o can cost in the group.
func (p *problem) leastPrice(o *offer) (units.USDPerHour, bool) {
	price := o.price
	if d := o.instance.OnDemand; !p.group.Instances.OnDemandBase.IsZero() && d.Known() && (!price.Known() || d.Rate < price.Rate) {
		price = d
	}
	return price.Rate, price.Known()
}

// Limits of the search for a certificate: rounds of column generation, nodes of the
// search tree of a knapsack, and the gap at which it ends.
const (
	boundRounds = 60
	boundNodes  = 2000
	boundGap    = 0.002
)

// certify fills in the certificate and returns the bound that it proves: zero where
// there is none. Types that are bounded by their baseline are never mixed, so that
// they only limit it.
func (p *problem) certify(ctx context.Context, g *planner.GroupPlan, usable []packing.Offer) (units.USDPerHour, error) {
	var mixed []*offer
	var types []colgen.Offer
	var alone []packing.Offer
	for i := range usable {
		o := &p.offers[i]
		switch {
		case !usable[i].Known || !p.mixes() && !p.holdsEach(o):
		case p.boundByBaseline(o.instance):
			alone = append(alone, usable[i])
		case usable[i].Price <= 0: // a machine that is paid for already bounds nothing
			return 0, nil
		default:
			mixed, types = append(mixed, o), append(types, colgen.Offer{Name: o.instance.Name, Free: vector(&o.free), Price: usable[i].Price})
		}
	}
	classes, members := p.classes(mixed)
	solved, err := colgen.Solve(ctx, classes, types, colgen.Options{RelGap: boundGap, Rounds: boundRounds, Nodes: boundNodes, BoundOnly: true})
	if _, unfit := errors.AsType[*colgen.NoFitError](err); unfit {
		return 0, nil
	} else if err != nil {
		return 0, err
	}
	worth := solved.Certificate.Bound(classes)
	if worth <= 0 {
		return 0, nil
	}
	g.Certificate.Scale = solved.Certificate.Scale
	for c, class := range members {
		for _, i := range class {
			if n := p.works[i].base.Sum(); n > 0 {
				g.Certificate.Pods = append(g.Certificate.Pods, planner.PodPrice{Workload: p.works[i].spec.Name, Pods: n, Price: solved.Certificate.Duals[c]})
			}
		}
	}
	slices.SortFunc(g.Certificate.Pods, func(a, b planner.PodPrice) int { return cmp.Compare(a.Workload, b.Workload) })
	if one, ok := packing.OneTypeBound(packing.Total(p.items(nil)), alone); ok {
		worth = min(worth, one)
	}
	return worth, nil
}

// classes are the pods of the group, those of equal requests and selectors together, and
// the indexes of the workloads of each class. Offers are those of classes by index.
func (p *problem) classes(offers []*offer) ([]colgen.Class, [][]int) {
	var out []colgen.Class
	var members [][]int
	for i := range p.works {
		w := &p.works[i]
		c := colgen.Class{Name: w.spec.Name, Request: vector(&w.request)}
		if len(w.spec.NodeSelector) > 0 {
			c.Offers = colgen.Set{0}
			for t, o := range offers {
				if o.admits(w.spec) {
					c.Offers = c.Offers.Add(t)
				}
			}
		}
		at := slices.IndexFunc(out, func(o colgen.Class) bool { return o.Request == c.Request && slices.Equal(o.Offers, c.Offers) })
		if at < 0 {
			at = len(out)
			out, members = append(out, c), append(members, nil)
		}
		out[at].Count += w.base.Sum()
		members[at] = append(members[at], i)
	}
	return out, members
}

// vector translates to column generation; what is less than nothing is nothing. Further resources beyond its dimensions are
// left out: what they exclude is found when nodes are tried, and a bound is lower.
func vector(r *packing.Resources) colgen.Vector {
	v := colgen.Vector{int64(r.CPU), int64(r.Memory), int64(r.Pods), int64(r.Storage)}
	copy(v[4:], r.More[:])
	for d := range v {
		v[d] = max(0, v[d])
	}
	return v
}

// holdsEach reports whether a node of o holds a pod of each workload.
func (p *problem) holdsEach(o *offer) bool {
	for i := range p.works {
		if p.works[i].base.Sum() > 0 && p.slots(o, i) == 0 {
			return false
		}
	}
	return true
}

// notInBound says what the group's cost pays for and the bound does not count.
func (p *problem) notInBound() []string {
	var out []string
	add := func(applies bool, format string, args ...any) {
		if applies {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	some := func(is func(*work) bool) bool {
		return slices.ContainsFunc(p.works, func(w work) bool { return is(&w) })
	}
	event := eventName(p.losses.Nodes, p.losses.Zones)
	if !p.losses.AtOnce && p.losses.Nodes > 0 && p.losses.Zones > 0 {
		event = eventName(p.losses.Nodes, 0) + " or " + eventName(0, p.losses.Zones)
	}
	add(event != "", "the loss of %s", event)
	add(some(func(w *work) bool { return w.rollout().Surge(w.base.Sum()) > 0 }), "room for rollouts")
	add(some(func(w *work) bool {
		return slices.ContainsFunc(w.spec.TopologySpread, func(s planner.TopologySpread) bool { return s.Hard })
	}), "hard topology spread")
	add(some(func(w *work) bool { return w.apart(planner.HostnameKey) || w.apart(planner.ZoneKey) }), "required anti-affinity")
	add(p.group.Guarantee == planner.AnyOrder, "that every order of the pods is proved to have room")
	add(p.group.Guarantee != planner.AnyOrder && p.group.Guarantee != planner.Packed, "that the scheduler chooses the nodes")
	add(p.group.MinNodes > 0, "min_nodes")
	add(!p.group.Instances.OnDemandBase.IsZero(), "the nodes that are kept on demand")
	add(p.step() > 1, "that zones are equal")
	return out
}
