package demand_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// The tables of waiting times that the model's error ranges are held to are exact
// solutions of Markov chains. Here they are worked out anew, so that the figures are
// known to be right and not copied wrongly: rows are M/D/c, M/E2/c and M/H2/c with
// squared CV 4, columns the load; the wait is in service times, PW is P(wait > 0).

// phases is a service of two phases: it starts in one of them by chance, and from the
// first it goes on to the second, or ends.
type phases struct {
	start [2]float64 // chances to start in each
	rate  [2]float64
	on    bool // from the first to the second, instead of ending
}

// erlangPhases is two exponential halves in turn, balancedPhases a hyperexponential law
// with squared CV scv and balanced means.
func erlangPhases() phases {
	return phases{start: [2]float64{1, 0}, rate: [2]float64{2, 2}, on: true}
}

func balancedPhases(scv float64) phases {
	p := (1 + math.Sqrt((scv-1)/(scv+1))) / 2
	return phases{start: [2]float64{p, 1 - p}, rate: [2]float64{2 * p, 2 * (1 - p)}}
}

// exactWait solves M/PH/c: levels are the requests there, states of a level how many of
// those in service are in the first phase. Above c all levels look alike, and their
// probabilities are geometric: pi(n+1) = pi(n) R (Neuts 1981).
func exactWait(law phases, c int, lambda float64) (wait, pw float64) {
	up, down, local := law.level(c, lambda)
	// R = up (-local - R down)^-1, by iteration from nothing.
	n := c + 1
	r := mat.NewDense(n, n, nil)
	for range 20_000 {
		var a, next mat.Dense
		a.Mul(r, down)
		a.Add(&a, local)
		a.Scale(-1, &a)
		if err := next.Solve(a.T(), up.T()); err != nil {
			panic(err)
		}
		next.CloneFrom(next.T())
		var diff mat.Dense
		diff.Sub(&next, r)
		r.CloneFrom(&next)
		if mat.Max(&diff) < 1e-16 {
			break
		}
	}
	// Balance of levels 0 to c, the last with what comes back from the one above.
	at := func(level, first int) int { return level*(level+1)/2 + first }
	size := at(c, c) + 1
	q := mat.NewDense(size, size, nil)
	for level := range c + 1 {
		for i := range level + 1 {
			law.moves(level, i, c, lambda, func(to, first int, rate float64) {
				q.Set(at(level, i), at(level, i), q.At(at(level, i), at(level, i))-rate)
				if to <= c {
					q.Set(at(level, i), at(to, first), q.At(at(level, i), at(to, first))+rate)
				}
			})
		}
	}
	var back mat.Dense
	back.Mul(r, down)
	for i := range n {
		for j := range n {
			q.Set(at(c, i), at(c, j), q.At(at(c, i), at(c, j))+back.At(i, j))
		}
	}
	// All probabilities sum to 1: those above c are pi(c) R (I - R)^-1.
	var rest, inverse mat.Dense
	rest.Sub(eye(n), r)
	if err := inverse.Inverse(&rest); err != nil {
		panic(err)
	}
	one := mat.NewVecDense(n, nil)
	for i := range n {
		one.SetVec(i, 1)
	}
	var above mat.VecDense // of each state of level c, what it and those above it weigh
	above.MulVec(&inverse, one)
	system := mat.DenseCopyOf(q.T())
	for k := range size {
		system.Set(0, k, 1)
	}
	for i := range n {
		system.Set(0, at(c, i), above.AtVec(i))
	}
	b := mat.NewVecDense(size, nil)
	b.SetVec(0, 1)
	var pi mat.VecDense
	if err := pi.SolveVec(system, b); err != nil {
		panic(err)
	}
	// The mean queue is pi(c) R (I - R)^-2.
	var queue mat.VecDense
	queue.MulVec(&inverse, &above)
	var waiting mat.VecDense
	waiting.MulVec(r, &queue)
	lq := 0.0
	for i := range n {
		pw += pi.AtVec(at(c, i)) * above.AtVec(i)
		lq += pi.AtVec(at(c, i)) * waiting.AtVec(i)
	}
	return lq / lambda, pw
}

func eye(n int) *mat.Dense {
	m := mat.NewDense(n, n, nil)
	for i := range n {
		m.Set(i, i, 1)
	}
	return m
}

// moves calls go with each transition of a level in which so many are in the first phase.
func (l phases) moves(level, first, c int, lambda float64, move func(to, first int, rate float64)) {
	busy := min(level, c)
	begin := func(to, first int, rate float64) { // a request starts service on the way
		for phase, chance := range l.start {
			if chance > 0 {
				move(to, first+1-phase, rate*chance)
			}
		}
	}
	if level < c {
		begin(level+1, first, lambda)
	} else {
		move(level+1, first, lambda)
	}
	end := func(first int, rate float64) { // a request leaves, and one that waits may start
		if rate == 0 {
			return
		}
		if level > c {
			begin(level-1, first, rate)
		} else {
			move(level-1, first, rate)
		}
	}
	if rate := float64(first) * l.rate[0]; rate > 0 {
		if l.on {
			move(level, first-1, rate)
		} else {
			end(first-1, rate)
		}
	}
	end(first, float64(busy-first)*l.rate[1])
}

// level returns the rates from a level above c upwards, downwards and within it.
func (l phases) level(c int, lambda float64) (up, down, local *mat.Dense) {
	n := c + 1
	up, down, local = mat.NewDense(n, n, nil), mat.NewDense(n, n, nil), mat.NewDense(n, n, nil)
	level := c + 1
	for i := range n {
		l.moves(level, i, c, lambda, func(to, first int, rate float64) {
			local.Set(i, i, local.At(i, i)-rate)
			m := local
			if to > level {
				m = up
			} else if to < level {
				m = down
			}
			m.Set(i, first, m.At(i, first)+rate)
		})
	}
	return up, down, local
}

// crommelin solves M/D/c: a service time later, those that were served are gone and those
// that came are there (Crommelin 1932).
func crommelin(c int, lambda float64) (wait float64) {
	const most = 2000
	arrive := make([]float64, most)
	arrive[0] = math.Exp(-lambda)
	for k := 1; k < most; k++ {
		arrive[k] = arrive[k-1] * lambda / float64(k)
	}
	few := 0
	for few < most && (float64(few) < lambda || arrive[few] > 1e-18) {
		few++
	}
	p, next := make([]float64, most), make([]float64, most)
	p[0] = 1
	mean := func(p []float64) float64 {
		lq := 0.0
		for n := c + 1; n < most; n++ {
			lq += float64(n-c) * p[n]
		}
		return lq / lambda
	}
	for last, still := -1.0, 0; still < 200; {
		clear(next)
		for n, pn := range p {
			if pn < 1e-19 {
				continue
			}
			left := max(n-c, 0)
			for k := 0; k < few && left+k < most; k++ {
				next[left+k] += pn * arrive[k]
			}
		}
		p, next = next, p
		wait = mean(p)
		if math.Abs(wait-last) < 1e-12*wait {
			still++
		} else {
			still = 0
		}
		last = wait
	}
	return wait
}

func TestPublishedWaitsAreExact(t *testing.T) {
	same := func(what string, got, want, digit float64) {
		t.Helper()
		if !(math.Abs(got-want) <= .51*digit) {
			t.Errorf("%s: %.9g, the table says %g", what, got, want)
		}
	}
	loads := []float64{.5, .7, .8, .9, .95}
	for c, waits := range map[int][]float64{
		2:  {.17674106, .49361046, .90328388, 2.14692321, 4.64394757},
		3:  {.08720173, .28624672, .55390023, 1.37791197, 3.04018564},
		5:  {.03065319, .13551708, .28906001, .77669516, 1.77078800},
		10: {.00474180, .04187161, .10982779, .34458205, .83708299},
		20: {.00028020, .00954448, .03587410, .14428608, .38573078},
		50: {math.NaN(), math.NaN(), .00535596, .03952589, .13040999},
	} {
		for i, want := range waits {
			if !math.IsNaN(want) {
				same("M/D/c", crommelin(c, loads[i]*float64(c)), want, 1e-8)
			}
		}
	}
	for _, row := range []struct {
		law       phases
		c         int
		waits, pw []float64
	}{
		{erlangPhases(), 2, []float64{.2556391, .7286202, 1.3423913, 3.2073390}, []float64{.330827, .573600, .708696, .851167}},
		{erlangPhases(), 4, []float64{.0685256, .2746201, .5676521, 1.4872733}, []float64{.171050, .423547, .591447, .784352}},
		{erlangPhases(), 10, []float64{.0059595, .0582325, .1581217, .5084517}, []float64{.035180, .216656, .402134, .662475}},
		{balancedPhases(4), 2, []float64{.7378894, 2.2610370, 4.2853777, 10.4842020}, []float64{.340969, .585239, .718383, .856944}},
		{balancedPhases(4), 4, []float64{.1669129, .7806544, 1.7176157, 4.7445154}, []float64{.181564, .442724, .610180, .797056}},
		{balancedPhases(4), 10, []float64{.0110354, .1407876, .4323686, 1.5489550}, []float64{.038150, .234440, .427431, .685159}},
	} {
		for i := range row.waits {
			wait, pw := exactWait(row.law, row.c, loads[i]*float64(row.c))
			same("M/PH/c wait", wait, row.waits[i], 1e-7)
			same("M/PH/c PW", pw, row.pw[i], 1e-6)
		}
	}
}
