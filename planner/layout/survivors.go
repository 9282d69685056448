package layout

import "github.com/scantling-dev/scantling/planner/units"

// How busy machines of a published size are. Red Hat wants the nodes of a control plane of
// three busy to 60% of CPU and memory at most, so that two carry what three did
// ("Control plane node sizing"): sizes for three are taken to be filled so far. A lone one
// carries all by itself (kubernetes.io, "Building large clusters" of 1.18 and before).
// That our sizes are filled as theirs is an assumption.
const (
	sizedFor  = 3
	sizedBusy = 60 * units.Percent
)

// Busy returns which share of a machine is used, rounded up, where have of something is in
// each of so many machines of a role and a published size needs need of it; left of them
// are up. With work = 3 x 60% x need of three machines or more, and need of fewer:
//
//	work / (left x have)
//
// A member of etcd does every write and holds all data however many there are: where each
// holds state, it is 60% x need / have at least. Nothing is used of no machine.
func Busy(need, have int64, machines, left int, state bool) units.Ratio {
	if left <= 0 || have <= 0 {
		return 0
	}
	work, least := need*int64(units.Whole), int64(0)
	if machines >= sizedFor {
		work = sizedFor * need * int64(sizedBusy)
		least = need * int64(sizedBusy)
	}
	busy := units.CeilDiv(work, int64(left)*have)
	if state {
		busy = max(busy, units.CeilDiv(least, have))
	}
	return units.Ratio(busy)
}
