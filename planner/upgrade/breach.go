package upgrade

import (
	"cmp"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// Breach is how far an upgrade falls short of what must be kept; the zero value is not at
// all.
type Breach struct {
	// Missing is the largest share of a workload's pods that must be ready and are not, Away
	// the largest share of a group's nodes that is not ready, at the worst moment of each.
	Missing, Away units.Ratio
	// For is how long something is away that must be kept.
	For time.Duration
}

// Compare orders breaches, the milder one first: how deep one is comes before how long it
// lasts. Half of the pods serve for a minute what all of them hardly do, and for an hour no
// worse; what must be kept is kept because such moments are not to be.
func (b Breach) Compare(o Breach) int {
	return cmp.Or(cmp.Compare(b.Missing, o.Missing), cmp.Compare(b.Away, o.Away), cmp.Compare(b.For, o.For))
}
