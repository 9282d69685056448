package demand

import (
	"math"

	"github.com/scantling-dev/scantling/planner/units"
)

// Bracket is what any policy needs at the best and at the worst.
type Bracket struct {
	// Pooled is the least number of pods if all workers took from one queue.
	Pooled int
	// Random is the number if requests went to pods at random; with lasting
	// connections, if these did.
	Random int
}

// Bracket returns the least numbers of pods under the best and the worst way to
// spread the load. It fails as Size does.
func (m *Model) Bracket() (Bracket, error) {
	pooled, err := m.with(Pooled, false).Replicas()
	if err != nil {
		return Bracket{}, err
	}
	random, err := m.with(Random, false).Replicas()
	if err != nil {
		return Bracket{}, err
	}
	return Bracket{Pooled: min(pooled, random), Random: random}, nil
}

// fineness is the share of a capacity, one in 2^fineness, that may be left unused.
const fineness = 20

// Capacity returns the largest throughput that n pods carry within the maximum
// utilisation and every target, whatever the load's own throughput; rounded down,
// by a millionth of it at most. Zero pods carry nothing, and so do any number of
// them where the service time alone misses a target.
func (m *Model) Capacity(n int) units.Rate {
	if n <= 0 || m.feasible() != nil {
		return 0
	}
	carries := func(rate units.Rate) bool {
		other := *m
		other.load.Throughput = rate
		if _, _, ok := other.utilization(n, rate.Float()); !ok {
			return false
		}
		_, ok := other.missed(n)
		return ok
	}
	most := m.pod.saturated * float64(n) * float64(units.PerSecond) * (1 + tolerance)
	lo, hi := units.Rate(0), units.Rate(min(most, math.MaxInt64/2))+1
	for hi-lo > max(lo>>fineness, 1) {
		if mid := lo + (hi-lo)/2; carries(mid) {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}

// Saturation returns the requests a second that a pod serves at most, however
// long they wait.
func (m *Model) Saturation() float64 { return m.pod.saturated }
