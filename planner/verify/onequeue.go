package verify

import (
	"math"
	"time"

	"github.com/scantling-dev/scantling/planner"
)

const (
	// queueSlack is by how much the time of a prediction may be below that of one queue:
	// the planner's formulas work on a grid, and its simulations are noisy.
	queueSlack = 0.03
	// mostServers bounds the sum for one queue; of more nobody waits, as far as this
	// check goes.
	mostServers = 1 << 20
)

// may reports whether so many pods of l may have a statistic as small as t: of
// exponential services no way of balancing beats one queue that all workers take
// from (M/M/c). Where services are of another kind, workers without limit or CPU
// shared, it knows no better and says yes. Percentiles below the 90th are left out:
// what does not come first may be served first elsewhere.
func (l *load) may(pods int, s planner.Statistic, t time.Duration) bool {
	d := &l.spec.Demand
	mean, ok := measured(d, planner.Mean)
	if !ok || d.Service.Distribution != "exponential" || d.Concurrency < 1 || d.CPUPerRequest > 0 || pods < 1 || pods > mostServers/d.Concurrency {
		return true
	}
	servers, erlangs := pods*d.Concurrency, l.plan.Throughput.Float()*mean.Seconds()
	if erlangs >= float64(servers) {
		return false
	}
	if erlangs <= 0 {
		return true
	}
	waits := delayed(servers, erlangs)
	spare := float64(servers) - erlangs
	x := t.Seconds() * (1 + queueSlack) / mean.Seconds()
	tail, ok := map[planner.Statistic]float64{planner.P90: .1, planner.P95: .05, planner.P99: .01, planner.P999: .001}[s]
	switch {
	case s == planner.Mean:
		return x >= 1+waits/spare
	case !ok:
		return true
	}
	return exceedance(x, waits, spare) <= tail
}

// delayed is the probability that an arrival waits at so many servers: by the
// recursion of Erlang's loss formula, B(i) = aB(i-1) / (i + aB(i-1)).
func delayed(servers int, erlangs float64) float64 {
	loss := 1.0
	for i := 1; i <= servers; i++ {
		loss = erlangs * loss / (float64(i) + erlangs*loss)
	}
	busy := erlangs / float64(servers)
	return loss / (1 - busy*(1-loss))
}

// exceedance is the probability that a response takes longer than x mean service
// times, where arrivals wait with a probability, and then for an exponential time
// of the rate of the spare servers.
func exceedance(x, waits, spare float64) float64 {
	if math.Abs(spare-1) < 1e-9 {
		return math.Exp(-x) * (1 + waits*x)
	}
	return (1-waits)*math.Exp(-x) + waits*(spare*math.Exp(-x)-math.Exp(-spare*x))/(spare-1)
}
