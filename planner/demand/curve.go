package demand

import (
	"fmt"
	"math/bits"
	"sort"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// CurvePoint is what one pod did in a load test.
type CurvePoint struct {
	// Throughput of the pod, positive.
	Throughput units.Rate
	// P99 is the latency that was measured then, positive.
	P99 time.Duration
}

// LoadCurve is the measured way to state demand: the latency of a pod by its
// throughput, for servers that a queue is no model of, such as those that batch
// requests on a GPU. Points rise in throughput; there is at least one.
//
// Between two points the latency is taken to rise in a straight line, which is too
// much where it rises faster and faster; below the first it is the first's, and it
// is never lower than at a lower throughput. Beyond the last point nothing is known
// and nothing is carried.
type LoadCurve []CurvePoint

// valid panics on a curve that is not one.
func (c LoadCurve) valid() {
	last := units.Rate(0)
	for _, p := range c {
		if p.Throughput <= last || p.P99 <= 0 {
			panic(fmt.Sprintf("demand: not a load curve: %v", []CurvePoint(c)))
		}
		last = p.Throughput
	}
	if len(c) == 0 {
		panic("demand: a load curve without points")
	}
}

// PerPod returns the largest throughput at which a pod keeps p99 to the limit,
// rounded down, and at most the last point's. It fails with an *InfeasibleError
// where even the first point misses it.
func (c LoadCurve) PerPod(limit time.Duration) (units.Rate, error) {
	c.valid()
	if c[0].P99 > limit {
		return 0, &InfeasibleError{Target: Target{Statistic: P99, Limit: limit}, Floor: c[0].P99.Seconds()}
	}
	for i := 1; i < len(c); i++ {
		if c[i].P99 <= limit {
			continue
		}
		low, high := c.before(i), c[i].P99
		return c[i-1].Throughput + part(c[i].Throughput-c[i-1].Throughput, limit-low, high-low), nil
	}
	return c[len(c)-1].Throughput, nil
}

// part returns rate · share / whole, rounded down. 0 <= share < whole.
func part(rate units.Rate, share, whole time.Duration) units.Rate {
	high, low := bits.Mul64(uint64(rate), uint64(share))
	quotient, _ := bits.Div64(high, low, uint64(whole))
	return units.Rate(quotient)
}

// before returns the greatest latency before point i.
func (c LoadCurve) before(i int) time.Duration {
	most := time.Duration(0)
	for _, p := range c[:i] {
		most = max(most, p.P99)
	}
	return most
}

// P99 returns the latency of a pod at a throughput, rounded up; ok is false
// beyond the last point.
func (c LoadCurve) P99(throughput units.Rate) (latency time.Duration, ok bool) {
	c.valid()
	i := sort.Search(len(c), func(i int) bool { return c[i].Throughput >= throughput })
	switch i {
	case len(c):
		return 0, false
	case 0:
		return c[0].P99, true
	}
	low, high := c.before(i), max(c.before(i), c[i].P99)
	share := float64(throughput-c[i-1].Throughput) / float64(c[i].Throughput-c[i-1].Throughput)
	return low + ceilDuration(share*(high-low).Seconds()), true
}

// Test returns the load test that the curve is at a latency limit: what a pod
// carries then. It fails as PerPod does.
func (c LoadCurve) Test(throughput units.Rate, limit time.Duration) (LoadTest, error) {
	each, err := c.PerPod(limit)
	return LoadTest{Throughput: throughput, PerPod: each}, err
}
