// Package demand turns a load into replicas.
//
// A load is stated in one of three ways: a replica count that is given, a
// throughput and what one pod carries in a load test (LoadTest), or a
// throughput with a service time law and latency targets (Load, Model). For the
// third way the package holds a queueing model of a pod: Poisson arrivals, k
// workers, a general service time (M/G/k), with its error against simulation
// known; docs/models/demand.md has formulas, sources and error ranges.
//
// What rollouts, spare pods and declared losses need is separate, exact integer
// arithmetic (Rules): the margins are a maximum, never a sum.
//
// Everything is a pure function of its arguments. Times are time.Duration where
// people state them and float64 seconds inside the model; demand rounds up.
package demand

import (
	"fmt"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// MaxReplicas is the largest replica count that this package answers with: a
// Kubernetes cluster supports no more than 150,000 pods in all (Kubernetes
// documentation, "Considerations for large clusters").
const MaxReplicas = 150_000

// tolerance is the relative excess over a limit that still counts as met, so
// that rounding in the model never costs a replica.
const tolerance = 1e-9

// within reports whether value keeps to limit.
func within(value, limit float64) bool { return value <= limit*(1+tolerance) }

// Statistic names a figure of a distribution of times. The zero value is Mean.
type Statistic int

// The statistics that people measure and set targets for.
const (
	Mean Statistic = iota
	P50
	P90
	P95
	P99
	P999
)

// String returns the name that specs use: "mean", "p99".
func (s Statistic) String() string {
	switch s {
	case Mean:
		return "mean"
	case P50:
		return "p50"
	case P90:
		return "p90"
	case P95:
		return "p95"
	case P99:
		return "p99"
	case P999:
		return "p999"
	}
	panic(fmt.Sprintf("demand: statistic %d", int(s)))
}

// probability returns the share of requests that a percentile covers; 0 for Mean.
func (s Statistic) probability() float64 {
	switch s {
	case Mean:
		return 0
	case P50:
		return 0.5
	case P90:
		return 0.9
	case P95:
		return 0.95
	case P99:
		return 0.99
	case P999:
		return 0.999
	}
	panic(fmt.Sprintf("demand: statistic %d", int(s)))
}

// of returns the figure of the law in seconds.
func (s Statistic) of(law Law) float64 {
	if s == Mean {
		return law.Mean()
	}
	return law.Quantile(s.probability())
}

// Target is a limit on the response time (waiting and service) of a request.
type Target struct {
	Statistic Statistic
	// Limit is what the statistic may reach; it is positive.
	Limit time.Duration
}

// LoadTest is the second way to state demand: what one pod carried, at the
// latency target, in a test.
type LoadTest struct {
	Throughput units.Rate
	// PerPod is used as it is, without a margin; positive.
	PerPod units.Rate
}

// Replicas returns the least number of pods that carry the throughput, at
// least 1, or a *LimitError.
func (l LoadTest) Replicas() (int, error) {
	n := int64(max(units.CeilDiv(l.Throughput, l.PerPod), 1))
	if n > MaxReplicas {
		return 0, &LimitError{Reason: "the throughput"}
	}
	return int(n), nil
}

// Each returns what one of n pods carries, rounded up. n is positive.
func (l LoadTest) Each(n int) units.Rate { return units.CeilDiv(l.Throughput, units.Rate(n)) }

// Utilization returns the share of the tested capacity that is used with n pods
// ready. n is positive.
func (l LoadTest) Utilization(n int) float64 {
	return float64(l.Throughput) / (float64(l.PerPod) * float64(n))
}

// InfeasibleError says that no number of replicas meets a target: the service
// alone takes longer.
type InfeasibleError struct {
	Target Target
	// Floor is the statistic of the service time itself, in seconds.
	Floor float64
}

// Error says which target, and by how much it is missed.
func (e *InfeasibleError) Error() string {
	return fmt.Sprintf("no number of replicas meets %s %s: the service time alone has %s %s, %s too much",
		e.Target.Statistic, e.Target.Limit, e.Target.Statistic, ceilDuration(e.Floor), e.Margin())
}

// Margin returns by how much the target would have to rise, or the service time
// fall, rounded up.
func (e *InfeasibleError) Margin() time.Duration {
	return max(ceilDuration(e.Floor)-e.Target.Limit, 0)
}

// LimitError says that a demand asks for more than MaxReplicas.
type LimitError struct {
	// Reason is what asks: "the throughput", "p99 250ms", "the rolling update".
	Reason string
	// Target is the latency target that asks; its limit is zero if none does.
	Target Target
}

// Error says what asks for too many replicas.
func (e *LimitError) Error() string {
	return fmt.Sprintf("%s asks for more than %d replicas", e.Reason, MaxReplicas)
}

// ceilDuration converts finite seconds to a duration, rounded up to a
// microsecond, which is what people read.
func ceilDuration(seconds float64) time.Duration {
	whole := time.Duration(seconds * float64(time.Second))
	return (whole + time.Microsecond - 1).Truncate(time.Microsecond)
}
