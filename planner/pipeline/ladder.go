package pipeline

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/packing"
	"github.com/scantling-dev/scantling/planner/units"
)

const (
	// ladderSteps is how many pods may be placed for one size of a ladder, and
	// ladderTries the least number of counts that are tried.
	ladderSteps = 1 << 12
	ladderTries = 4
	// kneeSaving is what a larger size has to save on a useful core to be worth that a
	// node of it is a larger part of the group: less is what prices differ by from zone to
	// zone and day to day.
	kneeSaving = 5 * units.Percent
)

// ladder compares the sizes of the families that were chosen: on each of them alone
// the count that holds, what it costs, and what a useful core of it costs.
func (p *problem) ladder(g *planner.GroupPlan, known map[string]int) []planner.SizeStep {
	var families, chosen []string
	for i := range g.Pools {
		chosen = append(chosen, g.Pools[i].InstanceType)
		families = append(families, p.shape(g.Pools[i].InstanceType))
	}
	var sizes []int
	for i := range p.offers {
		if slices.Contains(families, p.shape(p.offers[i].instance.Name)) {
			sizes = append(sizes, i)
		}
	}
	slices.SortFunc(sizes, func(a, b int) int {
		x, y := p.offers[a].instance, p.offers[b].instance
		return cmp.Or(strings.Compare(p.shape(x.Name), p.shape(y.Name)), cmp.Compare(x.VCPUs, y.VCPUs), cmp.Compare(x.Memory, y.Memory), strings.Compare(x.Name, y.Name))
	})
	var out []planner.SizeStep
	demand := packing.Total(p.items(nil))
	for _, i := range sizes {
		o := &p.offers[i]
		s := planner.SizeStep{Family: p.shape(o.instance.Name), InstanceType: o.instance.Name, Chosen: slices.Contains(chosen, o.instance.Name)}
		if s.UsefulCPU = usefulCPU(o, &demand); s.UsefulCPU > 0 && o.known {
			s.CorePrice = planner.Amount{Rate: units.USDPerHour(share(int64(o.rate), int64(units.Core), int64(s.UsefulCPU))), Known: true}
		}
		if s.Nodes = known[o.instance.Name]; s.Nodes == 0 {
			s.Nodes, s.Why = p.leastFound(i)
		}
		if s.Nodes > 0 {
			s.LargestNodeShare = units.Ratio(units.CeilDiv(int64(units.Whole), int64(s.Nodes)))
			if o.known {
				s.Cost = planner.Amount{Rate: p.billed(p.buy(part{o, s.Nodes}), s.Nodes), Known: true}
			}
		}
		out = append(out, s)
	}
	knees(out)
	return out
}

// billed is what nodes cost with what stands beside them, rounded once for all of them as
// the bill is: a billionth of a dollar for each is more than a cent a month of 14,000.
func (p *problem) billed(x mix, nodes int) units.USDPerHour {
	if beside, known := p.m.besideNodes(p.group, nodes); known {
		return x.price().Rate + beside
	}
	return x.rate()
}

// shape is what stands before the size in a type's name: "c7g" of c7g.xlarge,
// "n2d-standard" of n2d-standard-8.
func (p *problem) shape(name string) string {
	end := p.m.terms.FamilyEnd
	if i := strings.LastIndex(name, end); end != "" && i > 0 {
		return name[:i]
	}
	return name
}

// usefulCPU is how much CPU pods of the demand's proportions can request on a node.
func usefulCPU(o *offer, demand *packing.Resources) units.MilliCPU {
	useful := o.free.CPU
	if demand.CPU > 0 && demand.Memory > 0 {
		useful = min(useful, units.MilliCPU(share(int64(o.free.Memory), int64(demand.CPU), int64(demand.Memory))))
	}
	if demand.CPU > 0 && demand.Pods > 0 {
		useful = min(useful, units.MilliCPU(share(int64(o.free.Pods), int64(demand.CPU), int64(demand.Pods))))
	}
	for d, asked := range demand.More { // GPUs, where pods ask for them
		if demand.CPU > 0 && asked > 0 {
			useful = min(useful, units.MilliCPU(share(max(0, o.free.More[d]), int64(demand.CPU), asked)))
		}
	}
	return useful
}

// share returns a x b / c rounded down; none is negative, c is above zero, and the
// result is within 64 bits.
func share(a, b, c int64) int64 {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	q, _ := bits.Div64(hi%uint64(c), lo, uint64(c))
	return int64(q)
}

// knees marks in each family the smallest size of which the next larger one saves less
// than kneeSaving on a useful core. Sizes without a price or a count are passed over.
func knees(steps []planner.SizeStep) {
	for from := 0; from < len(steps); {
		to, knee := from, -1
		found := false
		for ; to < len(steps) && steps[to].Family == steps[from].Family; to++ {
			next := steps[to].CorePrice
			if !next.Known || found || steps[to].Nodes == 0 {
				continue
			}
			if knee >= 0 && int64(next.Rate) > share(int64(steps[knee].CorePrice.Rate), int64(units.Whole-kneeSaving), int64(units.Whole)) {
				found = true
				continue
			}
			knee = to
		}
		if knee >= 0 {
			steps[knee].Knee = true
		}
		from = to
	}
}

// leastFound looks for a count of an offer that holds: from the least that is worth
// trying up, in growing steps where the first few do not hold, and then down again.
// It says why there is none.
func (p *problem) leastFound(offer int) (int, string) {
	o := &p.offers[offer]
	first, ok := p.start(offer)
	if !ok {
		return 0, p.neverHolds(o)
	}
	step, most := p.step(), p.mostNodes()
	first = units.CeilDiv(max(first, p.group.MinNodes), step)
	pods := 1
	for i := range p.works {
		pods += p.works[i].base.Sum()
	}
	tries := max(ladderTries, ladderSteps/pods)
	low, jump := first-1, 1
	for n := first; n*step <= most && tries > 0; tries-- {
		failure := p.fails(p.group.Guarantee, o, n*step, p.losses)
		if failure == nil {
			return p.narrow(o, low, n, tries-1), ""
		}
		if failure.Resource == shortMachines {
			return 0, "too few machines stand there"
		}
		if low = n; n-first >= 2 {
			jump *= 2
		}
		n += jump
	}
	if low*step >= most || (low+jump)*step > most {
		return 0, fmt.Sprintf("no count up to %d holds", low*step)
	}
	return 0, fmt.Sprintf("%d are not enough, and more were not tried", low*step)
}

// neverHolds says why no count of o is worth trying.
func (p *problem) neverHolds(o *offer) string {
	if w := o.excludes(p.group); w != nil {
		return "node_selector of " + w.Name + " does not admit it"
	}
	for i := range p.works {
		if p.slots(o, i) == 0 {
			return "a pod of " + p.works[i].spec.Name + " is larger than a node"
		}
	}
	if p.group.Guarantee == planner.AnyOrder {
		if why := p.certain(o).why; why != "" {
			return why
		}
	}
	return "the declared losses leave no node"
}

// narrow halves the range between a count that fails and one that holds, in steps,
// while tries are left.
func (p *problem) narrow(o *offer, low, high, tries int) int {
	for ; high-low > 1 && tries > 0; tries-- {
		mid := (low + high) / 2
		if p.fails(p.group.Guarantee, o, mid*p.step(), p.losses) == nil {
			high = mid
		} else {
			low = mid
		}
	}
	return high * p.step()
}
