package pipeline

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
)

// onDemand returns how many nodes of each type are kept on demand, in all as many as the
// base asks for; nil where none is. They are nodes of types that hold a pod of the group,
// if enough are, and those for which it costs the least more. Of a base that is a share
// they also have that share of the CPU that the nodes offer to workloads: many small nodes
// beside few large spot ones are not the capacity that was meant to stay.
func (p *problem) onDemand(types []part) []int {
	asked := p.group.Instances.OnDemandBase
	if asked.IsZero() || len(types) == 0 || types[0].offer.base == nil {
		return nil
	}
	total := 0
	var cpu units.MilliCPU
	for _, t := range types {
		total += t.nodes
		cpu += t.offer.free.CPU * units.MilliCPU(t.nodes)
	}
	order := make([]int, len(types))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		x, y := types[a].offer, types[b].offer
		if p.bears(x) != p.bears(y) {
			return map[bool]int{true: -1, false: 1}[p.bears(x)]
		}
		return cmp.Or(cmp.Compare(dearnessOf(x), dearnessOf(y)), strings.Compare(x.instance.Name, y.instance.Name))
	})
	step := p.step()
	kept, left := make([]int, len(types)), units.CeilDiv(min(asked.Up(total), total), step)*step
	for _, i := range order {
		kept[i] = min(left, types[i].nodes)
		left -= kept[i]
	}
	if asked.IsRatio {
		exchange(types, kept, units.MilliCPU(asked.Ratio.Up(int(cpu))), step)
	}
	return kept
}

// exchange lets nodes that are kept give way to as many that have more CPU, until they
// have so much: those first that cost the least more for it.
func exchange(types []part, kept []int, want units.MilliCPU, step int) {
	var have units.MilliCPU
	for i, n := range kept {
		have += types[i].offer.free.CPU * units.MilliCPU(n)
	}
	for have < want {
		from, to, dearness := -1, -1, 0.0
		for i := range types {
			for j := range types {
				more := types[j].offer.free.CPU - types[i].offer.free.CPU
				if kept[i] == 0 || kept[j] == types[j].nodes || more <= 0 {
					continue
				}
				// What is beyond the want is worth nothing.
				worth := float64(min(more, (want-have+units.MilliCPU(step)-1)/units.MilliCPU(step)))
				if d := float64(dearnessOf(types[j].offer)-dearnessOf(types[i].offer)) / worth; from < 0 || d < dearness {
					from, to, dearness = i, j, d
				}
			}
		}
		if from < 0 {
			return // all of the largest are kept
		}
		kept[from], kept[to] = kept[from]-step, kept[to]+step
		have += (types[to].offer.free.CPU - types[from].offer.free.CPU) * units.MilliCPU(step)
	}
}

// bears reports whether a node of o holds a pod of the group.
func (p *problem) bears(o *offer) bool {
	known, ok := p.bearing[o]
	if !ok {
		for i := range p.works {
			known = known || p.works[i].base.Sum() > 0 && p.slots(o, i) > 0
		}
		if p.bearing == nil {
			p.bearing = map[*offer]bool{}
		}
		p.bearing[o] = known
	}
	return known
}

// spotGone takes away all spot capacity of the group at once, as a provider may at
// short notice, and says what then has no place; nil where the group has none. It need
// not hold.
func (p *problem) spotGone(a *answer) *planner.Drill {
	var pools []int
	lost := 0
	for i, part := range a.mix {
		if part.offer.capacity == planner.Spot {
			pools = append(pools, i)
			lost += part.nodes
		}
	}
	if lost == 0 {
		return nil
	}
	p.sized = append(p.sized[:0], a.sized...)
	in := p.placementGroup(a.mix, a.zones)
	o := placement.NewReplay(in, a.report.Nodes, placement.Options{Balance: p.m.balances()[0]}).LosePools(pools)
	drill := planner.Drill{Event: planner.AllSpotGone, Tried: 1, FreeCPU: o.FreeCPU}
	var pending []string
	for i := range p.works {
		f := &o.Fates[i]
		if missing := f.Displaced - f.Placed; missing > 0 && p.works[i].reschedules() {
			pending = append(pending, fmt.Sprintf("%d of %d pods of %s", missing, p.sized[i].Sum(), p.works[i].spec.Name))
		}
		if short := in.Workloads[i].MinReady - (p.sized[i].Sum() - f.Displaced); short > 0 {
			pending = append(pending, fmt.Sprintf("%d ready pods of %s that must stay", short, p.works[i].spec.Name))
		}
	}
	nodes := fmt.Sprintf("loss of %d of %d nodes: ", lost, a.nodes())
	if o.Holds() {
		drill.Held = 1
		drill.Tightest = nodes + fmt.Sprintf("%s of %s vCPU stay free", cores(o.Free.CPU), cores(o.Total.CPU))
		return &drill
	}
	if len(pending) > 2 {
		pending = append(pending[:2], "and more")
	}
	drill.Tightest = nodes + "no place for " + strings.Join(pending, ", ")
	return &drill
}
