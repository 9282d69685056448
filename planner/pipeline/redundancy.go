package pipeline

import (
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/packing"
	"github.com/scantling-dev/scantling/planner/placement"
)

// binding says what one node less would break; rounded: nothing but the rule that
// zones are equal. Of a mix the node is one of the cheapest.
func (p *problem) binding(a *answer, best *packing.Candidate, rounded bool) planner.Binding {
	less := a.nodes() - 1
	if rounded {
		return planner.Binding{Resource: "equal_zones", During: string(placement.Normal)}
	}
	if less < max(p.group.MinNodes, 1) {
		if p.group.MinNodes == a.nodes() {
			return planner.Binding{Resource: "min_nodes", During: string(placement.Normal)}
		}
		return planner.Binding{Resource: "nodes", During: string(placement.Normal)}
	}
	failure, ok := best.OneLess.Payload.(*placement.Failure)
	switch one := a.one(); {
	case one == nil:
		failure = p.withoutCheapest(a)
	case !ok || p.step() > 1:
		_, failure = p.try(one, less, p.losses)
	}
	if failure == nil {
		// Fewer nodes hold too, though a count between did not: the scan started
		// above what the sums of requests need.
		return planner.Binding{Resource: "nodes", During: string(placement.Normal)}
	}
	if failure.Resource == shortShare {
		return planner.Binding{Resource: string(shortShare), During: string(placement.Normal)}
	}
	if failure.Workload == "" {
		return planner.Binding{Resource: "baseline_cpu", During: string(failure.During)}
	}
	return planner.Binding{Resource: p.further.shortage(failure.Resource), During: string(failure.During), Workload: failure.Workload}
}

// redundancy itemises what each step of redundancy adds on the chosen types: the
// least count that holds with no loss declared, with the loss of nodes, with
// all and, where zones have to be equal, with that rule. The first three do
// without it. Of a mix, nodes are taken away from what was chosen, the dearest first.
func (p *problem) redundancy(a *answer) []planner.RedundancyStep {
	if a.one() == nil {
		return p.redundancyOfMix(a)
	}
	type step struct {
		name   string
		losses placement.Losses
	}
	steps := []step{
		{"bare", placement.Losses{}},
		{"node", placement.Losses{Nodes: p.losses.Nodes}},
	}
	final := "zone"
	if p.equalZones() {
		steps, final = append(steps, step{"zone", p.losses}), equalZones
	}
	var out []planner.RedundancyStep
	var last mix
	o := a.one()
	n := p.leastUp(o, p.items(nil))
	// What the user asks for as a minimum is no redundancy.
	n = max(n, p.group.MinNodes, 1)
	for _, s := range steps {
		for ; n < a.nodes(); n++ {
			if p.fails(p.group.Guarantee, o, n, s.losses) == nil {
				break
			}
		}
		x := a.mix
		if n < a.nodes() {
			x = p.buy(part{o, n})
		}
		out, last = append(out, added(s.name, last, x)), x
	}
	return append(out, added(final, last, a.mix))
}

// redundancyOfMix is redundancy of more than one type.
func (p *problem) redundancyOfMix(a *answer) []planner.RedundancyStep {
	steps := 1 << 17
	withNodes := p.shrunk(a, placement.Losses{Nodes: p.losses.Nodes}, &steps)
	bare := p.shrunk(withNodes, placement.Losses{}, &steps)
	out := []planner.RedundancyStep{added("bare", nil, bare.mix), added("node", bare.mix, withNodes.mix), added("zone", withNodes.mix, a.mix)}
	if p.equalZones() {
		out = append(out, added(equalZones, a.mix, a.mix))
	}
	return out
}

// added is a step from one mix to another.
func added(name string, from, to mix) planner.RedundancyStep {
	step := planner.RedundancyStep{Step: name, Nodes: to.nodes(), Added: planner.Amount{Known: true}}
	if from.nodes() == to.nodes() {
		return step
	}
	before, after := from.price(), to.price()
	if step.Added.Known = before.Known && after.Known; step.Added.Known {
		step.Added.Rate = after.Rate - before.Rate
	}
	return step
}

// equalZones is the last step where each zone has the same number of nodes.
const equalZones = "equal_zones"
