package placement

import (
	"cmp"
	"slices"
)

// fits reports whether a pod of workload w passes the filters NodeAffinity and
// NodeResourcesFit on node n, which is of that pool. Source: noderesources/fit.go.
func (c *Checker) fits(w, n int, pool *poolTerms) bool {
	t := &c.terms[w]
	if c.cpu[n]+t.cpu > pool.alloc.cpu || c.memory[n]+t.memory > pool.alloc.memory || c.pods[n]+1 > pool.alloc.pods {
		return false
	}
	for i := range c.further {
		if !c.fitsFurther(w, n, i, pool) {
			return false
		}
	}
	return c.admits(w, int(c.place[n]))
}

// fitsFurther is the filter for the i-th further resource: what a pod does not
// request is not looked at.
func (c *Checker) fitsFurther(w, n, i int, pool *poolTerms) bool {
	request := c.terms[w].further[i]
	return request == 0 || c.furtherUsed[n*len(c.further)+i]+request <= pool.alloc.further[i]
}

// forbidding are the rules that forbid nodes with room.
var forbidding = [...]Shortage{ShortSpread, ShortAntiAffinity, ShortAffinity}

// blocking returns what keeps a pod of workload w from most of the nodes that are
// up and that its selector and the zone of its volumes admit. Of resources that as many
// nodes are short of it is the scarcest, devices, bandwidth and volumes before the others:
// more CPU would not help where the device is taken.
func (c *Checker) blocking(w int) Shortage {
	t := &c.terms[w]
	alone := t.rules != nil && t.rules.own && !c.runs(w)
	var cpu, memory, pods, admitted int
	var further [furtherKinds]int
	var forbidden [len(forbidding)]int
	for n := range c.nodes {
		if !c.alive[n] || !c.admits(w, int(c.place[n])) || c.bound != anyZone && c.zone[n] != c.bound {
			continue
		}
		admitted++
		fits, pool := true, c.poolOf(n)
		if c.cpu[n]+t.cpu > pool.alloc.cpu {
			cpu, fits = cpu+1, false
		}
		if c.memory[n]+t.memory > pool.alloc.memory {
			memory, fits = memory+1, false
		}
		if c.pods[n]+1 > pool.alloc.pods {
			pods, fits = pods+1, false
		}
		for i := range c.further {
			if !c.fitsFurther(w, n, i, pool) {
				further[i], fits = further[i]+1, false
			}
		}
		if !fits {
			continue
		}
		rule := ShortSpread // pick found no node, so what is left is spread
		if t.rules != nil {
			rule = cmp.Or(c.forbids(w, n, alone), ShortSpread)
		}
		forbidden[slices.Index(forbidding[:], rule)]++
	}
	if admitted == 0 && c.bound != anyZone {
		return ShortVolumeZone
	}
	if admitted == 0 && c.up > 0 {
		return ShortSelector
	}
	short, most := ShortCPU, cpu
	longer := func(s Shortage, nodes int, scarce bool) {
		if nodes > most || scarce && nodes == most && nodes > 0 {
			short, most = s, nodes
		}
	}
	longer(ShortMemory, memory, false)
	longer(ShortPods, pods, false)
	for i, k := range c.further {
		longer(shortFurther(k), further[i], k > 0) // all but storage, the first of the kinds
	}
	for i, rule := range forbidding {
		longer(rule, forbidden[i], false)
	}
	return short
}
