package placement

import "math"

// certain returns a number of nodes that always leave room for any pod that is
// rescheduled, wherever the others run and in whatever order they came, or
// math.MaxInt where there is none.
//
// The proof is that of Certificate: of the nodes that admit class j, more than the
// floor of the weight of all pods but one of j leave room for it. As many and those
// that do not admit j or are too small for it have enough of the former among them,
// whichever are lost. The proof says nothing of hard spread and other rules that
// forbid nodes, so it serves no workload that has any. Weights are kept in 2^-32, rounded up.
//
// Where it holds, rescheduling need not be simulated: it succeeds.
func (c *Checker) certain() int {
	need := 0
	for _, j := range c.sizes {
		if !c.group.Workloads[j].Reschedule {
			continue
		}
		if c.hard(j) {
			return math.MaxInt
		}
		nodes := 0 // that have room for j when they are empty
		for place := range c.zones * len(c.pools) {
			if c.takesIn(j, place) {
				nodes += c.group.Pools[place%len(c.pools)].NodesByZone[place/len(c.pools)]
			}
		}
		if nodes == 0 {
			return math.MaxInt
		}
		var weight uint64
		for _, i := range c.sizes {
			pods := c.group.Workloads[i].Replicas
			if i == j {
				pods--
			}
			weight += uint64(pods) * c.weight(i, j)
		}
		need = max(need, int(weight>>32)+1+c.nodes-nodes)
	}
	return need
}

// takesIn reports whether an empty node at a place has room for a pod of w and
// admits it.
func (c *Checker) takesIn(w, place int) bool {
	p, t := &c.pools[place%len(c.pools)], &c.terms[w]
	fits := p.reserved.cpu+t.cpu <= p.alloc.cpu && p.reserved.memory+t.memory <= p.alloc.memory && p.reserved.pods+1 <= p.alloc.pods
	for i := range c.further {
		fits = fits && (t.further[i] == 0 || p.reserved.further[i]+t.further[i] <= p.alloc.further[i])
	}
	return fits && c.admits(w, place)
}

// weight returns the largest weight that a pod of i has on nodes on which both it
// and a pod of j may run, in 2^-32.
func (c *Checker) weight(i, j int) uint64 {
	most := uint64(0)
	for place := range c.zones * len(c.pools) {
		if place >= len(c.pools) && !c.selective {
			break // another zone, the same pools
		}
		if !c.takesIn(j, place) || !c.takesIn(i, place) {
			continue
		}
		p, own, o := &c.pools[place%len(c.pools)], &c.terms[j], &c.terms[i]
		here := max(
			part(o.cpu, p.alloc.cpu-p.reserved.cpu-own.cpu+1),
			part(o.memory, p.alloc.memory-p.reserved.memory-own.memory+1),
			part(1, int64(p.alloc.pods-p.reserved.pods)),
		)
		for f := range c.further {
			if own.further[f] > 0 {
				here = max(here, part(o.further[f], p.alloc.further[f]-p.reserved.further[f]-own.further[f]+1))
			}
		}
		most = max(most, here)
	}
	return most
}

// part returns min(1, a / b) in 2^-32, rounded up. a is not negative, b is
// positive.
func part(a, b int64) uint64 {
	const one = 1 << 32
	if a >= b {
		return one
	}
	// Sizes below 2^31 are exact; larger ones lose low bits of b, and gain in a.
	for b >= one/2 {
		a, b = (a+1)/2, b/2
	}
	return min(one, (uint64(a)<<32+uint64(b)-1)/uint64(b))
}
