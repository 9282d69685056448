package demand

import (
	"math"
	"sort"
)

// evenly returns the state of n pods together, if every request went to the pod
// with the fewest and none ever had two more than another: nothing shares the CPU
// better. rate is that of all.
//
// Births are at the rate, deaths with j requests inside at the sum of what pods of
// ⌊j/n⌋ and ⌈j/n⌉ serve. The recursion starts at the likeliest j and goes both ways
// until nothing is left. With no limit of workers j are the requests that compute.
func (p *pod) evenly(n int, rate float64) state {
	s := p.at(rate / float64(n))
	if !p.shared() || n == 1 || s.rho >= 1 || rate == 0 {
		return s
	}
	speed := func(inside int) float64 {
		if p.workers == 0 {
			return min(float64(inside), p.cores) / p.cpu
		}
		return p.rates[min(inside, p.workers)]
	}
	deaths := func(j int) float64 {
		each, more := j/n, j%n
		return float64(float64(n-more)*speed(each)) + float64(float64(more)*speed(each+1))
	}
	full := n * p.workers // from here on deaths do not change
	if p.workers == 0 {
		full = n * int(math.Ceil(p.cores))
	}
	likeliest := sort.Search(full, func(j int) bool { return deaths(j+1) > rate })
	chain := evenChain{pods: n, weights: make([]float64, full/n+1)}
	weight := 1.0
	for j := likeliest; j >= 0 && weight > vanished; j-- {
		chain.add(j, weight)
		weight *= deaths(j) / rate
	}
	weight = 1
	for j := likeliest + 1; j <= full && weight > vanished; j++ {
		weight *= rate / deaths(j)
		if j < full {
			chain.add(j, weight)
		}
	}
	p.settle(&chain, weight/(1-s.rho), rate, full, &s)
	return s
}

// evenChain are the states of pods that are evenly full.
type evenChain struct {
	pods    int
	weights []float64 // by the requests in the emptiest pod
	sum     float64
	inside  float64 // requests, weighted
}

func (c *evenChain) add(j int, weight float64) {
	c.weights[j/c.pods] += weight
	c.sum += weight
	c.inside += float64(weight * float64(j))
}

// settle fills in the state; above is the weight of full and more requests.
func (p *pod) settle(c *evenChain, above, rate float64, full int, s *state) {
	total := c.sum + above
	s.starts = nil
	seconds := func(inside int) float64 { return float64(inside) / p.rates[inside] }
	if p.workers == 0 {
		seconds = func(inside int) float64 {
			return p.io + float64(p.cpu*float64(inside)/min(float64(inside), p.cores))
		}
	}
	for others, w := range c.weights {
		if w > vanished*total {
			s.starts = append(s.starts, p.times(w/total, seconds(others+1)))
		}
	}
	busy := (c.inside + float64(above*float64(full))) / total
	if p.workers > 0 {
		s.pw, s.service, s.busy = above/total, busy/rate, busy/float64(full)
		return
	}
	// Beyond the cores the requests that compute grow geometrically.
	beyond, round := above/total, math.Pow(s.rho, float64(c.pods))
	s.service = p.io + (busy+float64(beyond*s.rho/(1-s.rho)))/rate
	for others := full / c.pods; beyond > unseen && others < maxInside; others++ {
		s.starts = append(s.starts, p.times(beyond*(1-round), seconds(others+1)))
		beyond *= round
	}
	s.lost = beyond
}
