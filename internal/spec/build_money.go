package spec

import (
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// availabilityBlock is how often things fail.
func availabilityBlock() block {
	return block{
		name: "availability", doc: "How much of the time nodes and zones are up. Without it no figure of availability is shown: nobody publishes such rates, and none is made up.",
		attributes: []attribute{
			{name: "node", kind: kindRatio, down: true, required: true, doc: "Share of the time that a node is up whose zone is up: \"99.5%\". Mean time between failures / (that + mean time to repair)."},
			{name: "zone", kind: kindRatio, down: true, required: true, doc: "Share of the time that a zone is up: \"99.95%\"."},
		},
	}
}

// availability reads the availability block.
func (b *builder) availability() {
	n := b.root.child("availability")
	if n == nil {
		return
	}
	node, nodeKnown := get[units.Ratio](n, "node")
	zone, zoneKnown := get[units.Ratio](n, "zone")
	for _, name := range []string{"node", "zone"} {
		share, _ := get[units.Ratio](n, name)
		if n.has(name) && !n.attrs[name].bad && share == 0 {
			b.add(OutOfRange, n.rng(name), "What is never up carries nothing. Write the share of the time that it is up: \"99.5%%\".")
		}
	}
	if nodeKnown && zoneKnown {
		b.cluster.Availability = &planner.Availability{Node: node, Zone: zone}
	}
}
