package demand

import "math"

// The grid on which the conditional wait is computed.
const (
	// cellsPerMean is the number of cells for the mean conditional wait.
	cellsPerMean = 32
	// maxCells bounds the grid: 64 mean conditional waits.
	maxCells = 64 * cellsPerMean
	// negligibleTail is the share of a target's exceedance probability that may
	// lie beyond the grid; what does counts as an endless wait.
	negligibleTail = 1e-3
	// vanished is a survival probability that no sum notices.
	vanished = 1e-18
)

// queue is a pod's queue in equilibrium: the waiting time is 0 with probability
// 1 − pw, and otherwise D = M + R₁ + … + R_{G−1} with
//
//	P(M > t) = Sₑ(t)ᵏ        the least of k residual service times
//	P(R > t) = Sₑ(ct)        a residual service at the speed of all servers
//	P(G = n) = (1−ρ)ρⁿ⁻¹
//
// where Sₑ is the survival function of the residual service time: H. C. Tijms,
// M. H. van Hoorn and A. Federgruen, Adv. Appl. Prob. 13 (1981), for c = k and pw
// Erlang's C. With one server it is Pollaczek and Khinchine's formula and exact.
// Where several pods drain what one would have to, c is the workers of all.
type queue struct {
	law              Law
	workers, servers int // k and c
	state                // of the pod; rho >= 1 is overload
	// stretch makes waits longer or shorter than D: by the pod's crowd, and where
	// arrivals are more regular than Poisson's.
	crowd, stretch float64
	least          float64 // E[M]; 0 where it is not known yet
	delay          float64 // E[D] before it is stretched; 0 where it is not known yet
	step           float64 // width of a cell, likewise
	d              []float64
	re             []float64 // masses of R; trailing zeros are left out
	left           float64   // 1 − Σ d
	m, r           lattice
}

// prepare finds the mean conditional wait, and with it the grid.
func (q *queue) prepare() {
	if q.delay > 0 {
		return
	}
	if q.least == 0 {
		q.least = leastResidual(q.law, q.workers)
	}
	k, c, slow := float64(q.workers), float64(q.servers), q.late.slow
	residual := slow * q.law.Mean() * (1 + q.law.SCV()) / (2 * c) // E[R]
	q.delay = float64(slow*q.least) + float64(q.rho/(1-q.rho)*residual)
	q.step, q.left = q.delay/cellsPerMean, 1
	smooth := slow * q.law.Mean() / 2
	q.m = newLattice(q.step, smooth/k, func(t float64) float64 { return power(q.law.Excess(t/slow)/q.law.Mean(), q.workers) })
	q.r = newLattice(q.step, smooth/c, func(t float64) float64 { return q.law.Excess(c*t/slow) / q.law.Mean() })
}

// exceeds returns the probability that the response time exceeds t; tail is the
// probability of interest, of which negligibleTail does not matter.
func (q *queue) exceeds(t, tail float64) float64 {
	switch {
	case q.rho >= 1:
		return 1
	case q.pw == 0:
		return q.atOnce(t)
	}
	q.prepare()
	q.grow(t/q.stretch, tail)
	waited, beyond := 0.0, 1.0
	step, mean := q.step*q.stretch, q.law.Mean()
	for j, mass := range q.d {
		x := t - float64(float64(j)*step)
		if x < 0 {
			break
		}
		waited += float64(mass * q.late.exceeds(q.law, mean, x))
		beyond -= mass
	}
	return q.atOnce(t) + float64(q.pw*(waited+max(beyond, 0)))
}

// atOnce returns the probability that a request does not wait and exceeds t.
func (q *queue) atOnce(t float64) float64 {
	if q.starts == nil {
		return float64((1 - q.pw) * q.law.Survival(t))
	}
	sum := q.lost
	mean := q.law.Mean()
	for i := range q.starts {
		s := &q.starts[i]
		sum += float64(s.share * s.exceeds(q.law, mean, t))
	}
	return sum
}

// meets reports that at most the share tail of the responses exceed t. It looks
// first, without the grid, whether they do if all that wait come too late.
func (q *queue) meets(t, tail float64) bool {
	return q.rho < 1 && (q.atOnce(t)+q.pw <= tail || q.exceeds(t, tail) <= tail)
}

// endless returns the probability that the grid cannot bound the response time.
func (q *queue) endless() float64 {
	switch {
	case q.rho >= 1:
		return 1
	case len(q.d) == maxCells:
		return q.lost + float64(q.pw*q.left)
	}
	return q.lost
}

// answer is the response time of requests under some policy.
type answer interface {
	// exceeds returns the probability that the response time exceeds t; tail is the
	// probability of interest, and about a thousandth of it does not matter.
	exceeds(t, tail float64) float64
	// meets reports that exceeds(t, tail) <= tail.
	meets(t, tail float64) bool
	// endless returns the probability of response times that are not bounded, by
	// what exceeds has found out so far.
	endless() float64
	// mean returns the mean; infinite where the pods cannot carry the load.
	mean() float64
}

// quantile returns the response time that the share tail of requests exceeds,
// not rounded down; it is infinite where it is not bounded. lo is a time that is
// not above it. guess is a time near the result that must not be missed:
// quantile <= guess exactly if exceeds(guess) <= tail.
func quantile(a answer, tail, lo, guess float64) float64 {
	if a.exceeds(lo, tail) <= tail {
		return lo
	}
	// The logarithm of a tail is close to straight.
	excess := func(t float64) float64 { return math.Log(a.exceeds(t, tail) / tail) }
	hi := max(guess, lo)
	below, above := excess(lo), excess(hi)
	for above > 0 {
		if a.endless() > tail || math.IsInf(hi, 1) {
			return math.Inf(1)
		}
		lo, below = hi, above
		hi *= 2
		above = excess(hi)
	}
	return shrink(lo, below, hi, above, excess)
}

// shrink returns a t with f(t) <= 0, at most 1e-10 of itself above the least of
// them, for a falling f with f(lo) = atLo > 0 and f(hi) = atHi <= 0: by the
// Illinois form of false position, and by halving where that is slow.
func shrink(lo, atLo, hi, atHi float64, f func(float64) float64) float64 {
	const precision = 1e-10
	side := 0
	for step := 1; hi-lo > precision*hi; step++ {
		t := lo + (hi-lo)/2
		if guess := lo + float64((hi-lo)*(atLo/(atLo-atHi))); step%5 != 0 && guess >= lo && guess <= hi {
			nudge := float64(precision / 2 * hi)
			t = min(max(guess, lo+nudge), hi-nudge)
		}
		value := f(t)
		if value <= 0 {
			hi, atHi = t, value
			if side > 0 {
				atLo /= 2
			}
			side = 1
			continue
		}
		lo, atLo = t, value
		if side < 0 {
			atHi /= 2
		}
		side = -1
	}
	return hi
}

// grow extends the distribution of D until it covers t or what lies beyond is
// negligible. Its generating function D = (1−ρ)M/(1−ρR) gives the recursion
//
//	d_j = ((1−ρ) m_j + ρ Σ_{i=1..j} r_i d_{j−i}) / (1 − ρ r_0),
//
// which is Panjer's (ASTIN Bulletin 12, 1981) for the compound geometric law,
// convolved with M on the way.
func (q *queue) grow(t, tail float64) {
	for len(q.d) < maxCells && float64(float64(len(q.d))*q.step) <= t && float64(q.pw*q.left) > negligibleTail*tail {
		m, r := q.m.next(), q.r.next()
		j := len(q.d)
		if r > 0 && len(q.re) == j {
			q.re = append(q.re, r)
		}
		mass := (float64((1-q.rho)*m) + float64(q.rho*dotReverse(q.re, q.d))) / (1 - float64(q.rho*q.re[0]))
		q.d = append(q.d, mass)
		q.left = max(q.left-mass, 0)
	}
}

// dotReverse returns Σ_{i≥1} r[i]·d[len(d)−i], in a fixed order of four sums.
func dotReverse(r, d []float64) float64 {
	n := min(len(r)-1, len(d))
	if n <= 0 {
		return 0
	}
	r, d = r[1:n+1], d[len(d)-n:]
	var a, b, c, e float64
	i := 0
	for ; i+4 <= n; i += 4 {
		x, y := r[i:i+4:i+4], d[n-i-4:n-i:n-i]
		a += float64(x[0] * y[3])
		b += float64(x[1] * y[2])
		c += float64(x[2] * y[1])
		e += float64(x[3] * y[0])
	}
	for ; i < n; i++ {
		a += float64(r[i] * d[n-1-i])
	}
	return (a + b) + (c + e)
}

// lattice puts a law on multiples of step so that its mean is kept: each mass is
// shared out between its two neighbours (Gerber's method of local moments),
//
//	m_0 = 1 − I_0/h,  m_j = (I_{j−1} − I_j)/h,  I_j = ∫ P(X > t) dt over cell j,
//
// with the integrals by Simpson's rule.
type lattice struct {
	survival func(t float64) float64
	step     float64
	smooth   float64 // width of a panel of Simpson's rule near zero
	cell     int     // that comes next
	start    float64 // survival at its start
	last     float64 // I/h of the cell before
}

// newLattice returns a lattice whose survival function bends on the scale of
// smooth near zero.
func newLattice(step, smooth float64, survival func(float64) float64) lattice {
	return lattice{survival: survival, step: step, smooth: smooth, start: 1, last: 1}
}

// widening is the share of its distance from zero that a panel of Simpson's rule
// may be wide: far out, laws bend slowly.
const widening = 1. / 16

// next returns the mass of the next point.
func (l *lattice) next() float64 {
	sum := 0.0
	from, end := float64(float64(l.cell)*l.step), float64(float64(l.cell+1)*l.step)
	for from < end && l.start > vanished {
		width := max(l.smooth, from*widening)
		if panels := math.Ceil((end - from) / width); panels < 1/widening {
			width = (end - from) / panels // what is left, evenly
		}
		next := from + width
		if end-next < width/2 {
			next = end
			width = end - from
		}
		at := l.survival(next)
		sum += float64(width * (l.start + float64(4*l.survival(from+width/2)) + at))
		l.start, from = at, next
	}
	share := sum / float64(6*l.step)
	mass := max(l.last-share, 0)
	l.last, l.cell = share, l.cell+1
	return mass
}

// leastResidual returns the mean of the least of n residual service times,
// ∫ Sₑ(t)ⁿ dt, by Gauss-Legendre rules on intervals that double in width.
func leastResidual(law Law, n int) float64 {
	m := law.Mean()
	f := func(t float64) float64 { return power(law.Excess(t)/m, n) }
	width := m / 64
	for float64(n)*width > m/32 {
		width /= 2
	}
	sum := gauss(f, 0, width)
	for from := width; ; from *= 2 {
		part := gauss(f, from, 2*from)
		sum += part
		if part <= vanished*sum && from >= m/float64(n) {
			return sum
		}
	}
}

// gauss integrates f over an interval with eight points (Abramowitz and Stegun,
// table 25.4).
func gauss(f func(float64) float64, from, to float64) float64 {
	nodes := [...]float64{0.1834346424956498, 0.5255324099163290, 0.7966664774136267, 0.9602898564975363}
	weights := [...]float64{0.3626837833783620, 0.3137066458778873, 0.2223810344533745, 0.1012285362903763}
	mid, half := (from+to)/2, (to-from)/2
	sum := 0.0
	for i, x := range nodes {
		sum += float64(weights[i] * (f(mid-float64(half*x)) + f(mid+float64(half*x))))
	}
	return half * sum
}

// power returns x to the power n >= 1 by repeated squaring.
func power(x float64, n int) float64 {
	result := 1.0
	for ; n > 0; n /= 2 {
		if n%2 == 1 {
			result *= x
		}
		x *= x
	}
	return result
}
