// Package simulate measures response times of requests by discrete-event
// simulation, where no formula can be trusted: pods with several workers behind
// balancers of a given policy.
//
// Requests arrive in a Poisson stream, or a burstier one, go to a pod, and are
// served first come, first served by the worker of that pod that is free first.
// Decide answers whether a limit on the response time is kept, and stops as soon
// as the answer is known; Measure looks at a given number of requests.
//
// A run is a pure function of its arguments. Its random numbers come from a Seed,
// nothing in it runs in parallel, and no product is fused with a sum, so that
// machines agree. Times are float64 seconds.
package simulate

import (
	"fmt"
	"math"
)

// Policy says which pod a request goes to. The zero value is Random.
type Policy int

// The policies.
const (
	// Random draws the pod evenly.
	Random Policy = iota
	// RoundRobin takes the pods in turn.
	RoundRobin
	// LeastRequests takes the pod with the fewest requests in flight, of several
	// one drawn evenly.
	LeastRequests
	// PowerOfTwo draws two different pods and takes the one with fewer requests in
	// flight, of equals the first.
	PowerOfTwo
	// Pooled has one queue for the workers of all pods. Where requests share cores,
	// one that need not wait goes to the pod with the fewest.
	Pooled
)

// String returns the name that specs use.
func (p Policy) String() string {
	switch p {
	case Random:
		return "random"
	case RoundRobin:
		return "round_robin"
	case LeastRequests:
		return "least_requests"
	case PowerOfTwo:
		return "power_of_two"
	case Pooled:
		return "pooled"
	}
	panic(fmt.Sprintf("simulate: policy %d", int(p)))
}

// System is what is simulated.
type System struct {
	// Pods is the number of pods, at least 1, and Workers how many requests each
	// serves side by side. With Cores zero workers means no limit.
	Pods, Workers int
	Policy        Policy
	// Balancers share the requests evenly by chance. Each keeps to the policy by
	// itself: it has a turn of its own and sees only the requests that it sent.
	// Zero means 1. For Pooled it means nothing.
	Balancers int
	// Connections, if not zero, replace the policy: each is bound to a pod drawn
	// evenly, and each request uses a connection drawn evenly. The bindings are
	// drawn anew, and the pods emptied, in every batch. For Pooled it means nothing.
	Connections int
	// Hottest, if not zero, is the most connections that a pod may have: bindings
	// that give one more are drawn anew.
	Hottest int
	// Rate is the arrivals in a second, all together; positive.
	Rate float64
	// Burstiness is the squared coefficient of variation of the times between
	// arrivals: above 1 they are hyperexponential with balanced means. Zero means
	// 1, a Poisson stream; nothing between is simulated.
	Burstiness float64
	// Service is the law of the time that a request takes a worker, or, with
	// Cores, of the part of that time that it spends off the CPU.
	Service Service
	// Cores, if not zero, is how many cores a pod has. A request then holds its
	// worker for CPU seconds of work on these cores, which all requests of the pod
	// in that part share evenly, none taking more than one core, and then for
	// Service seconds.
	Cores float64
	// CPU is the law of the work on cores.
	CPU Service
}

// check panics on a system that is not one.
func (s System) check() {
	bad := s.Pods < 1 || s.Workers < 0 || (s.Workers == 0 && s.Cores == 0) || s.Balancers < 0 || s.Connections < 0 ||
		s.Cores < 0 || !(s.Rate > 0) || (s.Burstiness != 0 && !(s.Burstiness >= 1)) || s.Service.mean() < 0 ||
		s.Pods > 1<<30/max(s.Workers, 1) || (s.Hottest != 0 && s.Pods*s.Hottest < s.Connections)
	if bad || s.work() <= 0 {
		panic(fmt.Sprintf("simulate: not a system: %+v", s))
	}
	_ = s.Policy.String()
}

// balancers returns the number of balancers.
func (s System) balancers() int {
	if s.Policy == Pooled || s.connections() > 0 {
		return 1
	}
	return max(s.Balancers, 1)
}

// connections returns the number of connections that replace the policy.
func (s System) connections() int {
	if s.Policy == Pooled {
		return 0
	}
	return s.Connections
}

// burstiness returns the squared coefficient of variation between arrivals.
func (s System) burstiness() float64 { return max(s.Burstiness, 1) }

// work returns the mean time that a request takes a worker for, when alone.
func (s System) work() float64 {
	if s.Cores > 0 {
		return s.Service.mean() + s.CPU.mean()/min(s.Cores, 1)
	}
	return s.Service.mean()
}

// Utilization returns the arrivals as a share of what the pods can serve: at 1 and
// above queues grow without end.
func (s System) Utilization() float64 {
	s.check()
	each := s.Rate / float64(s.Pods)
	if s.Cores > 0 {
		return each / s.saturation()
	}
	return each * s.work() / float64(s.Workers)
}

// saturation returns how many requests a pod with cores ends in a second when it
// never runs out of them: the throughput of a closed network of a shared and an
// unshared station with n = Workers requests,
//
//	G(n−1)/G(n),  G(n) = Σ_{i+j=n} Π_{l≤i} c/min(l, m) · o^j/j!,
//
// which holds for any laws of the work c on m cores and the time o off them
// (F. Baskett, K. M. Chandy, R. R. Muntz, F. G. Palacios, J. ACM 22, 1975).
func (s System) saturation() float64 {
	cpu, off := s.CPU.mean(), s.Service.mean()
	if s.Workers == 0 {
		return s.Cores / cpu
	}
	// weight returns the logarithm of G(n).
	weight := func(n int) float64 {
		if off == 0 { // all are on the CPU
			product := 0.0
			for i := range n {
				product += math.Log(cpu / min(float64(i+1), s.Cores))
			}
			return product
		}
		// Terms by i, from all requests off the CPU to all on it.
		lg, _ := math.Lgamma(float64(n + 1))
		term := float64(float64(n)*math.Log(off)) - lg
		most, sum := term, 1.0
		for i := 1; i <= n && cpu > 0; i++ {
			term += math.Log(cpu/min(float64(i), s.Cores)) + math.Log(float64(n-i+1)/off)
			if term > most {
				sum = 1 + float64(sum*math.Exp(most-term))
				most = term
			} else {
				sum += math.Exp(term - most)
			}
		}
		return most + math.Log(sum)
	}
	return math.Exp(weight(s.Workers-1) - weight(s.Workers))
}

// relaxation returns about how many arrivals it takes the queues to forget: of all
// pods together and of one, or of all as one where they share a queue. It is the
// relaxation time of M/M/1 in heavy traffic, scaled for the variability; long
// requests stay in service beside that.
func (s System) relaxation() (all, one float64) {
	const most = 0.999 // beyond, runs end at their limit anyway
	rho := s.Utilization()
	if c := s.connections(); c > 0 && s.Hottest > 0 {
		rho *= float64(s.Hottest) * float64(s.Pods) / float64(c)
	}
	rho = min(rho, most)
	scv := s.Service.scv()
	if s.Cores > 0 {
		scv = max(scv, s.CPU.scv())
	}
	slack := 1 - rho
	spread := float64(rho * (s.burstiness() + scv) / 2)
	inService := float64(s.Rate * s.work() * (1 + scv))
	one = 4 * spread / (slack * slack)
	looks := (s.Policy == LeastRequests || s.Policy == PowerOfTwo) && s.connections() == 0
	switch {
	case s.Policy == Pooled || (looks && s.Policy == LeastRequests && s.balancers() == 1):
		return inService + one, one
	case looks:
		one = 2 * spread / slack
	}
	return inService + float64(float64(s.Pods)*one), one
}
