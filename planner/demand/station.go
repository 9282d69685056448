package demand

import (
	"fmt"
	"time"

	"github.com/scantling-dev/scantling/planner/demand/simulate"
	"github.com/scantling-dev/scantling/planner/units"
)

// Policy says which pod a request goes to. The zero value is Random.
type Policy = simulate.Policy

// The policies.
const (
	// Random sends each request to a pod drawn evenly, as kube-proxy does; every
	// pod is then a queue of its own.
	Random = simulate.Random
	// RoundRobin sends the requests of a balancer to the pods in turn.
	RoundRobin = simulate.RoundRobin
	// LeastRequests sends each request to the pod with the fewest in flight, as far
	// as the balancer knows.
	LeastRequests = simulate.LeastRequests
	// PowerOfTwo draws two pods and takes the one with fewer requests in flight:
	// what Envoy and gRPC do under the name of least requests.
	PowerOfTwo = simulate.PowerOfTwo
	// Pooled keeps requests in one queue that all workers take from.
	Pooled = simulate.Pooled
)

// Station is a pod as a queue sees it.
type Station struct {
	// Law is the law of the service time of a request in a pod that has nothing
	// else to do.
	Law Law
	// Workers is the number of requests that a pod serves side by side. Zero means
	// no limit, for a pod whose CPU they share.
	Workers int
	// Policy spreads the requests over the pods.
	Policy Policy
	// Balancers is the number of balancers, each of which knows of its own requests
	// only. Zero means one.
	Balancers int
	// Connections is the number of equal, lasting connections that the requests of
	// the whole workload come through. Each is given to a pod drawn evenly when it
	// opens, and stays there: whatever the policy, requests are not balanced. Zero
	// means that they are. With Pooled it means nothing.
	Connections int
	// CPU is what a request needs of a pod's CPU. The zero value takes CPU to be
	// plentiful.
	CPU CPU
}

// CPU is the part of a request's service during which it computes.
type CPU struct {
	// PerRequest is the mean, part of the mean of the service time; the rest of the
	// service is spent waiting for others.
	PerRequest time.Duration
	// Cores is what a pod can count on: its request. The requests in a pod share
	// it, and none uses more than one core.
	Cores units.MilliCPU
}

// CPUError says that a request would compute for longer than it takes.
type CPUError struct{ PerRequest, Mean time.Duration }

// Error names both times.
func (e *CPUError) Error() string {
	return fmt.Sprintf("cpu_per_request %s is above the mean service time %s, of which it is a part", e.PerRequest, e.Mean)
}

// Check returns a *CPUError where a request computes for longer than it takes, by
// more than rounding.
func (s Station) Check() error {
	if s.CPU.PerRequest > 0 && !within(s.CPU.PerRequest.Seconds(), s.Law.Mean()) {
		return &CPUError{PerRequest: s.CPU.PerRequest, Mean: ceilDuration(s.Law.Mean())}
	}
	return nil
}

// balancers is Balancers with its default.
func (s Station) balancers() int { return max(s.Balancers, 1) }

// sticky reports whether connections decide where requests go.
func (s Station) sticky() bool { return s.Connections > 0 && s.Policy != Pooled }

func (s Station) valid() bool {
	return s.Law != nil && s.Workers >= 0 && s.Policy >= Random && s.Policy <= Pooled && s.Balancers >= 0 &&
		s.Connections >= 0 && s.CPU.PerRequest >= 0 && (s.Workers > 0 || s.CPU.PerRequest > 0) &&
		(s.CPU.PerRequest == 0 || s.CPU.Cores > 0) && s.Check() == nil
}

// Load is the third way to state demand.
type Load struct {
	// Throughput is the peak of the whole workload, not negative.
	Throughput units.Rate
	Station    Station
	// Targets are held all at once. There may be none: utilisation alone decides.
	Targets []Target
	// MaxUtilization bounds the share of the workers' time that is spent serving,
	// and the share of the CPU that is used. Zero means 100%.
	MaxUtilization units.Ratio
}
