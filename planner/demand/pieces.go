package demand

import (
	"math"
	"sort"
)

// pieces is a law whose quantile function is a lognormal's between any two
// measured percentiles: its logarithm is linear in the normal score z. Below the
// least percentile and beyond the greatest it continues as a lognormal, or beyond
// it as an exponential law with a mean of its own.
type pieces struct {
	parts     []piece
	mean, scv float64
	// excess is the mean of the exponential law beyond the greatest percentile; 0
	// where it is a lognormal. beyond is the share of requests there.
	excess, beyond float64
}

// piece is exp(mu + sigma·z) for scores z from the last piece's end to its own.
type piece struct {
	mu, sigma float64
	from, to  float64 // scores; the first is −∞, the last +∞
	least     float64 // the time at from
	rest      float64 // E[S; score above to]
}

// Bounds of the slope that makes a law's mean the measured one.
const (
	steepest = 20.0
	slopes   = 60 // halvings
)

// newPieces returns the law through the percentiles, of which there are at least
// two, rising. A mean above zero is kept: what it is too much by lies beyond the
// greatest percentile, as slow requests that come rarely do, and what it is too
// little by below the least; both make the law more variable. low is set, to the
// least mean there is, where that cannot be.
func newPieces(known []figure, mean float64) (p *pieces, low float64) {
	n := len(known)
	scores, logs := make([]float64, n), make([]float64, n)
	for i, f := range known {
		scores[i], logs[i] = normalQuantile(f.statistic.probability()), math.Log(f.seconds)
	}
	slope := func(i int) float64 { return (logs[i+1] - logs[i]) / (scores[i+1] - scores[i]) }
	build := func(below float64) *pieces {
		p := &pieces{parts: []piece{through(logs[0], scores[0], below, math.Inf(-1), scores[0])}}
		for i := range n - 1 {
			p.parts = append(p.parts, through(logs[i], scores[i], slope(i), scores[i], scores[i+1]))
		}
		p.parts = append(p.parts, through(logs[n-1], scores[n-1], slope(n-2), scores[n-1], math.Inf(1)))
		p.beyond = normalSurvival(scores[n-1])
		p.sum()
		return p
	}
	p = build(slope(0))
	switch {
	case mean <= 0 || p.mean == mean:
		return p, 0
	case mean > p.mean:
		last := &p.parts[n]
		p.excess = (mean-p.mean+last.moment(1, last.from))/p.beyond - last.least
		p.sum()
		return p, 0
	}
	if least := build(steepest).mean; least > mean {
		return nil, least
	}
	return build(solve(slope(0), func(below float64) bool { return build(below).mean <= mean })), 0
}

// through returns the piece with a slope that goes through a point.
func through(log, score, slope, from, to float64) piece {
	p := piece{mu: log - float64(slope*score), sigma: slope, from: from, to: to}
	if !math.IsInf(from, -1) {
		p.least = math.Exp(p.mu + float64(slope*from))
	}
	return p
}

// solve returns the least slope from the given one up to steepest for which
// enough is true.
func solve(from float64, enough func(slope float64) bool) float64 {
	lo, hi := from, max(steepest, from)
	for range slopes {
		if mid := lo + (hi-lo)/2; enough(mid) {
			hi = mid
		} else {
			lo = mid
		}
	}
	return hi
}

// moment returns E[Sʳ] over the scores of the piece above from: it shifts the
// normal law by r·sigma.
func (p *piece) moment(r, from float64) float64 {
	shift := r * p.sigma
	share := normalSurvival(from-shift) - normalSurvival(p.to-shift)
	if p.to-shift < 0 { // where survivals are close to 1
		share = normalSurvival(shift-p.to) - normalSurvival(shift-from)
	}
	if share <= 0 {
		return 0
	}
	return math.Exp(float64(r*p.mu)+float64(shift*shift)/2) * share
}

// sum sets what the pieces add up to.
func (l *pieces) sum() {
	second := 0.0
	l.mean = 0
	for i := len(l.parts) - 1; i >= 0; i-- {
		p := &l.parts[i]
		p.rest = l.mean
		if i == len(l.parts)-1 && l.excess > 0 {
			t, e := p.least, l.excess
			l.mean = l.beyond * (t + e)
			second = l.beyond * (float64(t*t) + float64(2*e*(t+e)))
			continue
		}
		l.mean += p.moment(1, p.from)
		second += p.moment(2, p.from)
	}
	l.scv = max(second/(l.mean*l.mean)-1, 0)
}

// at returns the piece of a positive time, and its score.
func (l *pieces) at(t float64) (p *piece, score float64) {
	i := sort.Search(len(l.parts)-1, func(i int) bool { return l.parts[i+1].least > t })
	p = &l.parts[i]
	return p, (math.Log(t) - p.mu) / p.sigma
}

// exponential returns P(S > t) for a time beyond the greatest percentile; ok is
// false for others, and where no exponential law holds there.
func (l *pieces) exponential(t float64) (survival float64, ok bool) {
	over := t - l.parts[len(l.parts)-1].least
	if l.excess == 0 || over < 0 {
		return 0, false
	}
	return l.beyond * math.Exp(-over/l.excess), true
}

func (l *pieces) Mean() float64 { return l.mean }

func (l *pieces) SCV() float64 { return l.scv }

func (l *pieces) CDF(t float64) float64 {
	if t <= 0 {
		return 0
	}
	if survival, ok := l.exponential(t); ok {
		return 1 - survival
	}
	_, z := l.at(t)
	return normalSurvival(-z)
}

func (l *pieces) Survival(t float64) float64 {
	if t <= 0 {
		return 1
	}
	if survival, ok := l.exponential(t); ok {
		return survival
	}
	_, z := l.at(t)
	return normalSurvival(z)
}

func (l *pieces) Quantile(p float64) float64 {
	last := &l.parts[len(l.parts)-1]
	z := normalQuantile(p)
	if l.excess > 0 && z > last.from {
		return last.least + float64(l.excess*math.Log(l.beyond/(1-p)))
	}
	i := sort.Search(len(l.parts)-1, func(i int) bool { return l.parts[i].to > z })
	return math.Exp(l.parts[i].mu + float64(l.parts[i].sigma*z))
}

func (l *pieces) Excess(t float64) float64 {
	if t <= 0 {
		return l.mean
	}
	if survival, ok := l.exponential(t); ok {
		return survival * l.excess
	}
	p, z := l.at(t)
	return max(p.moment(1, z)+p.rest-float64(t*normalSurvival(z)), 0)
}
