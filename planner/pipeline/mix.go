package pipeline

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
)

// part is a number of nodes of an offer.
type part struct {
	offer *offer
	nodes int
}

// mix is what a group buys: parts that are not empty, sorted by type and then by how
// they are bought.
type mix []part

func (x mix) nodes() int {
	n := 0
	for _, part := range x {
		n += part.nodes
	}
	return n
}

// rate is what the nodes with their root disks cost; without meaning where a part's
// is not known.
func (x mix) rate() units.USDPerHour {
	var sum units.USDPerHour
	for _, part := range x {
		sum += part.offer.rate * units.USDPerHour(part.nodes)
	}
	return sum
}

// price is what the nodes alone cost.
func (x mix) price() planner.Amount {
	sum := planner.Amount{Known: true}
	for _, part := range x {
		sum.Known = sum.Known && part.offer.price.Known()
		sum.Rate += part.offer.price.Rate * units.USDPerHour(part.nodes)
	}
	if !sum.Known {
		sum.Rate = 0
	}
	return sum
}

// known reports whether the rate is.
func (x mix) known() bool {
	return !slices.ContainsFunc(x, func(part part) bool { return !part.offer.known })
}

// shortShare is the shortage of nodes where one of them would be too large a part of
// the group.
const shortShare placement.Shortage = "max_node_share"

// buy returns the mix of so many nodes of types, bought as the group says: of a spot
// group as much on demand as its base asks for. Where zones are equal each part is.
func (p *problem) buy(types ...part) mix {
	var out mix
	kept := p.onDemand(types)
	for i, t := range types {
		if kept != nil {
			out = append(out, part{t.offer.base, kept[i]})
			t.nodes -= kept[i]
		}
		out = append(out, t)
	}
	out = slices.DeleteFunc(out, func(t part) bool { return t.nodes == 0 })
	slices.SortFunc(out, func(a, b part) int {
		return cmp.Or(strings.Compare(a.offer.instance.Name, b.offer.instance.Name), cmp.Compare(a.offer.capacity, b.offer.capacity))
	})
	return out
}

// costOf returns the cost of so many nodes of one offer where it is not their number
// times a price: nil elsewhere.
func (p *problem) costOf() func(offer, nodes int) units.USDPerHour {
	if p.group.Instances.OnDemandBase.IsZero() {
		return nil
	}
	return func(offer, nodes int) units.USDPerHour { return p.buy(part{&p.offers[offer], nodes}).rate() }
}

// split spreads each part over the zones; false where too few machines stand there.
func (p *problem) split(x mix) ([][]int, bool) {
	out := make([][]int, len(x))
	for i, part := range x {
		zones, ok := p.m.stock.split(part.offer.instance.Name, part.nodes, p.group.Zones)
		if !ok {
			return nil, false
		}
		out[i] = zones
	}
	return out, true
}

// tooLargeShare reports whether a node of x is more of the group than max_node_share
// allows, by the CPU that nodes offer to workloads.
func (p *problem) tooLargeShare(x mix) bool {
	most := p.group.Instances.MaxNodeShare
	return most > 0 && x.largestShare() > most
}

// leastByShare is how many equal nodes max_node_share asks for.
func (p *problem) leastByShare() int {
	if most := p.group.Instances.MaxNodeShare; most > 0 {
		return int(units.Whole/(most+1)) + 1
	}
	return 1
}

// largestShare is the largest part of the CPU that all nodes offer to workloads which
// one of them offers, rounded down: a third of three equal nodes is 33.3333%.
func (x mix) largestShare() units.Ratio {
	var all, largest int64
	for _, part := range x {
		all += int64(part.offer.free.CPU) * int64(part.nodes)
		largest = max(largest, int64(part.offer.free.CPU))
	}
	return units.Ratio(largest * int64(units.Whole) / max(all, 1))
}

// key tells mixes apart.
func (x mix) key() string {
	var b strings.Builder
	for _, part := range x {
		b.WriteString(part.offer.instance.Name)
		b.WriteString(" " + string(part.offer.capacity) + " " + strconv.Itoa(part.nodes) + "\n")
	}
	return b.String()
}

// types are the nodes of a mix by type, however they are bought.
func (p *problem) types(x mix) []part {
	var out []part
	for _, bought := range x {
		if last := len(out) - 1; last >= 0 && out[last].offer.instance == bought.offer.instance {
			out[last].nodes += bought.nodes
			continue
		}
		i := slices.IndexFunc(p.offers, func(o offer) bool { return o.instance == bought.offer.instance })
		out = append(out, part{&p.offers[i], bought.nodes})
	}
	return out
}

// dearestFirst are the indexes of types by rate, the dearest first, then by name.
func dearestFirst(types []part) []int {
	order := make([]int, len(types))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		x, y := types[a].offer, types[b].offer
		return cmp.Or(cmp.Compare(y.rate, x.rate), strings.Compare(x.instance.Name, y.instance.Name))
	})
	return order
}

// shrunk takes nodes away while the rest holds through other losses than the group's,
// dearest types first. It places no more than so many pods, which it counts down.
func (p *problem) shrunk(a *answer, losses placement.Losses, steps *int) *answer {
	for again := true; again; {
		again = false
		types := p.types(a.mix)
		for _, i := range dearestFirst(types) {
			fewer := slices.Clone(types)
			fewer[i].nodes -= p.step()
			fewer = slices.DeleteFunc(fewer, func(t part) bool { return t.nodes <= 0 })
			if len(fewer) == 0 {
				continue
			}
			x := p.buy(fewer...)
			if *steps -= mixOrders * (p.pods() + 1); *steps < 0 || x.rate() >= a.mix.rate() || x.nodes() < p.group.MinNodes {
				continue
			}
			if less, failure := p.tryMix(p.group.Guarantee, x, losses); failure == nil {
				a, again = less, true
				break
			}
		}
	}
	return a
}

// pods of the group with everything up.
func (p *problem) pods() int {
	n := 0
	for i := range p.works {
		n += p.works[i].base.Sum()
	}
	return n
}

// withoutCheapest says what fails with one node less of the cheapest type; nil where
// nothing does.
func (p *problem) withoutCheapest(a *answer) *placement.Failure {
	types := p.types(a.mix)
	order := dearestFirst(types)
	i := order[len(order)-1]
	types[i].nodes -= p.step()
	types = slices.DeleteFunc(types, func(t part) bool { return t.nodes <= 0 })
	_, failure := p.tryMix(p.group.Guarantee, p.buy(types...), p.losses)
	return failure
}
