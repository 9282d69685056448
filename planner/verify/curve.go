package verify

import (
	"math/big"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// curve checks a count that rests on a load curve: a pod carries the largest
// throughput at which a straight line between the measured points keeps to the target,
// and predictions are on that line.
func (k *checker) curve(l *load) {
	d := &l.spec.Demand
	carried, ok := k.throughput(l.path)
	if !k.need(ok && len(d.Latency) == 1 && len(d.LoadCurve) > 0, l.path, "replicas.load", "nothing says what a pod is to carry") {
		return
	}
	each, ok := capacity(d.LoadCurve, d.Latency[0].Target)
	if !k.need(ok, l.path, "replicas.load", "no load that was measured meets the target") {
		return
	}
	n := max(1, int(units.CeilDiv(carried, each)))
	k.need(l.plan.Reasons.Load == n, l.path, "replicas.load", "a load of %d pods, %d/s at %d/s a pod are %d (in millionths)", l.plan.Reasons.Load, carried, each, n)
	for _, p := range l.plan.Latency {
		if p.During != "normal" || l.plan.Replicas <= 0 {
			continue
		}
		at := response(d.LoadCurve, units.CeilDiv(carried, units.Rate(l.plan.Replicas)))
		k.need(p.Predicted >= at && p.Predicted <= at+time.Microsecond, l.path+".latency.p99", "latency.curve", "%v predicted, the curve says %v", p.Predicted, at)
	}
}

// capacity is the largest throughput of a pod that keeps to a target, in whole
// millionths, and false where the first point misses it.
func capacity(curve []planner.CurvePoint, target time.Duration) (units.Rate, bool) {
	best := units.Rate(0)
	for i, p := range curve {
		switch {
		case p.P99 <= target:
			best = p.Throughput
		case i == 0:
			return 0, false
		default: // the line from the point before crosses the target
			from := curve[i-1]
			rise := big.NewInt(int64(p.P99 - from.P99))
			more := new(big.Int).Mul(big.NewInt(int64(target-from.P99)), big.NewInt(int64(p.Throughput-from.Throughput)))
			return from.Throughput + units.Rate(more.Quo(more, rise).Int64()), true
		}
	}
	return best, best > 0
}

// response is the time at a throughput that the curve reaches to, rounded down.
func response(curve []planner.CurvePoint, throughput units.Rate) time.Duration {
	for i, p := range curve {
		if throughput > p.Throughput {
			continue
		}
		if i == 0 {
			return p.P99
		}
		from := curve[i-1]
		more := new(big.Int).Mul(big.NewInt(int64(throughput-from.Throughput)), big.NewInt(int64(p.P99-from.P99)))
		return from.P99 + time.Duration(more.Quo(more, big.NewInt(int64(p.Throughput-from.Throughput))).Int64())
	}
	return 0
}
