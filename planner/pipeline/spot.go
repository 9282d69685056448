package pipeline

import (
	"fmt"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/placement"
)

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
