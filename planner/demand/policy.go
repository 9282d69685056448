package demand

import "math"

// trustedChoices is the number of workers from which the choice between two pods
// does as well as that between all: the formula for least requests is then within
// 2% of simulation (docs/models/demand.md).
const trustedChoices = 16

// formula returns the policy whose formula answers. Those for load-aware policies
// take one balancer that sees everything; where that is not so, requests fare no
// worse than at random, and the answer is on the safe side. An estimate takes the
// formula all the same.
func (m *Model) formula() Policy {
	s := &m.load.Station
	switch {
	case s.Workers == 0: // nobody waits
		return Random
	case s.Policy == LeastRequests && s.balancers() == 1:
		return LeastRequests
	case s.Policy == PowerOfTwo && s.balancers() == 1 && s.Workers >= trustedChoices:
		return LeastRequests
	case s.Policy == LeastRequests || s.Policy == PowerOfTwo:
		if m.estimate {
			return LeastRequests
		}
		return Random
	}
	return s.Policy
}

// answer returns the response time of requests that come at a rate to n pods.
func (m *Model) answer(n int, rate float64) answer {
	if m.load.Station.sticky() {
		return m.mixture(n, rate)
	}
	each := rate / float64(n)
	switch m.formula() {
	case RoundRobin:
		q := m.alone(each)
		scv, arrivals := m.law.SCV(), cyclicSCV(n, m.load.Station.balancers(), q.rho)
		q.stretch *= (arrivals + scv) / (1 + scv)
		return &between{queue: q, wait: func() float64 { return q.whitt(arrivals) }, low: m.together(n, rate), high: m.alone(each)}
	case LeastRequests:
		q := m.draining(n, rate)
		return &between{queue: q, wait: q.structural, low: m.together(n, rate), high: m.alone(each)}
	case Pooled:
		return m.together(n, rate)
	case Random, PowerOfTwo:
	}
	return m.alone(each)
}

// alone returns the queue of a pod of its own: under random balancing, splitting
// a Poisson stream gives Poisson streams, so that this is exact but for the
// approximation of M/G/k.
func (m *Model) alone(rate float64) *queue {
	return &queue{law: m.law, workers: m.pod.workers, servers: m.pod.workers, state: m.pod.at(rate), crowd: m.pod.crowd, stretch: m.pod.crowd, least: m.least}
}

// draining returns the queue under least requests: a request waits with the
// probability that all workers of all pods are busy; then for the first of its
// own pod's, and until the workers of all pods have drained what is before it.
// With one pod it is alone.
func (m *Model) draining(n int, rate float64) *queue {
	q := m.alone(rate / float64(n))
	q.servers *= n
	q.join(q.servers)
	return q
}

// together returns the queue that all workers share: no policy does better.
func (m *Model) together(n int, rate float64) *queue {
	q := m.draining(n, rate)
	if n > 1 {
		q.workers, q.least = q.servers, 0
	}
	return q
}

// join sets the probability of waiting for so many servers. Who then does not
// wait is served as slowly as those that do.
func (s *state) join(servers int) {
	if s.rho >= 1 || servers == 0 {
		return
	}
	pw := min(ErlangC(float64(servers), s.rho*float64(servers)), s.pw)
	if s.starts != nil {
		late := s.late
		late.share = s.pw - pw
		s.starts = append(s.starts, late)
	}
	s.pw = pw
}

// between is a policy's answer, held between those of one queue for all and of
// random balancing. What is a queue's own percentile is never above random's,
// because it waits less often and for less long.
type between struct {
	*queue
	wait      func() float64
	low, high *queue
}

func (b *between) exceeds(t, tail float64) float64 {
	return max(b.queue.exceeds(t, tail), b.low.exceeds(t, tail))
}

func (b *between) meets(t, tail float64) bool { return b.queue.meets(t, tail) && b.low.meets(t, tail) }

func (b *between) endless() float64 { return max(b.queue.endless(), b.low.endless()) }

func (b *between) mean() float64 {
	if b.rho >= 1 {
		return math.Inf(1)
	}
	wait := 0.0
	if b.pw > 0 {
		wait = b.wait()
	}
	return b.service + min(max(wait, b.low.waits()), b.high.waits())
}

// mean returns the mean response time.
func (q *queue) mean() float64 {
	if q.rho >= 1 {
		return math.Inf(1)
	}
	return q.service + q.waits()
}

// exponentialWait is the mean wait if services were exponential.
func (q *queue) exponentialWait() float64 {
	return q.pw * q.crowd * q.late.slow * q.law.Mean() / (float64(q.servers) * (1 - q.rho))
}

// structural returns the mean of the wait as exceeds has it.
func (q *queue) structural() float64 {
	q.prepare()
	return q.pw * q.crowd * q.delay
}

// bend is Cosmetatos' γ: constant service halves the wait but for it.
func (q *queue) bend() float64 {
	c := float64(q.servers)
	return (1 - q.rho) * (c - 1) * (math.Sqrt(4+float64(5*c)) - 2) / (16 * c * q.rho)
}

// waits returns the mean wait of Poisson arrivals at servers of one queue, by
// T. Kimura (Oper. Res. 34, 1986), exact for one server and for exponential
// service,
//
//	W = (1 + s) / ((1 − s)/W_D + 2s/W_M),
//
// s being the SCV, W_M Erlang's wait and W_D Cosmetatos' for constant service
// (G. P. Cosmetatos, INFOR 13, 1975). Above s = 1 it can be 4% low; so can the
// mean of the wait as exceeds has it, elsewhere, and the larger of the two is
// taken.
func (q *queue) waits() float64 {
	if q.pw == 0 {
		return 0
	}
	exponential, scv := q.exponentialWait(), q.law.SCV()
	constant := exponential * min(1+q.bend(), 2) / 2 // Cosmetatos leaves his range at light load
	kimura := (1 + scv) / ((1-scv)/constant + float64(2*scv)/exponential)
	if scv > 1 {
		return max(q.structural(), kimura)
	}
	return kimura
}

// cyclicSCV returns the squared coefficient of variation of the times between the
// arrivals at one of n pods that balancers serve in turn: 1/n with one balancer,
// and with several that of superposed streams in the queueing network analyzer
// (W. Whitt, Bell Syst. Tech. J. 62, 1983).
func cyclicSCV(n, balancers int, rho float64) float64 {
	idle := 1 - rho
	w := 1 / (1 + float64(4*idle*idle*float64(balancers-1)))
	return w/float64(n) + 1 - w
}

// maxBend bounds Cosmetatos' γ in Whitt's formula.
const maxBend = .24

// whitt returns the mean wait where the times between arrivals have the SCV
// given, at most 1: W. Whitt's approximation of GI/G/m (Production and Operations
// Management 2, 1993), for one server that of W. Kraemer and M. Langenbach-Belz
// (1976).
func (q *queue) whitt(arrivals float64) float64 {
	scv, idle := q.law.SCV(), 1-q.rho
	both := (arrivals + scv) / 2
	wait := both * q.exponentialWait()
	if q.servers == 1 {
		bursts := 1 - arrivals
		return wait * math.Exp(-2*idle*bursts*bursts/(3*q.rho*2*both))
	}
	bend := min(q.bend(), maxBend)
	one := 1 + bend
	three := (1 - float64(4*bend)) * math.Exp(-2*idle/(3*q.rho))
	psi := 1.0
	if both < 1 {
		psi = math.Pow(min(1, (one+three)/2), 2*(1-both))
	}
	if arrivals >= scv {
		return wait * (float64(4*(arrivals-scv)*one) + float64(scv*psi)) / (float64(4*arrivals) - float64(3*scv))
	}
	return wait * (float64((scv-arrivals)*three) + float64((scv+float64(3*arrivals))*psi)) / (4 * both)
}
