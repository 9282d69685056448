package verify

import "slices"

// evenly is the third way of a yard: pod by pod, each on the node that has the largest
// part of its CPU and memory left, as the scheduler prefers by default. Where pods have
// different shapes that can fit where filling node after node does not.
func (y *yard) evenly(left []int, d *demand) bool {
	y.reset(left)
	piles := make([]pile, len(y.g.decl.Zones))
	for c, n := range left {
		if n > 0 {
			cl := &y.g.classes[c]
			y.used = append(y.used, stand{class: c, count: n, free: cl.free, pods: cl.pods})
			piles[cl.zone].push(y.top(len(y.used) - 1))
		}
	}
	y.piles = piles
	defer func() { y.piles = nil }()
	return y.place(d, nil)
}

// top is the entry of a pile for the i-th stand.
func (y *yard) top(i int) entry {
	s := &y.used[i]
	c := &y.g.classes[s.class]
	score := 0.0
	for _, d := range []int{onCPU, onMemory} {
		if all := c.free[d] + c.used[d]; all > 0 {
			score += float64(s.free[d]) / float64(all)
		}
	}
	return entry{score, i}
}

// putEvenly places up to n pods in a zone, or in any, and returns how many.
func (h *hand) putEvenly(zone, n int) int {
	y := h.y
	for done := range n {
		best := -1
		for z := range y.piles {
			if zone != anyZone && z != zone {
				continue
			}
			p := &y.piles[z]
			for len(*p) > 0 && h.most(&y.g.classes[y.used[(*p)[0].stand].class], &y.used[(*p)[0].stand].free, y.used[(*p)[0].stand].pods) == 0 {
				h.aside = append(h.aside, p.pop())
			}
			if len(*p) > 0 && (best < 0 || (*p)[0].score > y.piles[best][0].score) {
				best = z
			}
		}
		if best < 0 {
			return done
		}
		i, before := y.piles[best].pop().stand, len(y.used)
		h.fill(i, y.used[i], 1, 1)
		y.piles[best].push(y.top(i))
		for i := before; i < len(y.used); i++ {
			y.piles[best].push(y.top(i))
		}
	}
	return n
}

// done gives back what took no more pods of this kind.
func (h *hand) done() {
	for _, e := range h.aside {
		h.y.piles[h.y.g.classes[h.y.used[e.stand].class].zone].push(e)
	}
}

// entry is a stand and how much of its nodes is left.
type entry struct {
	score float64
	stand int
}

// above orders entries: what has the most left first, of equals the first.
func (e entry) above(o entry) bool {
	return e.score > o.score || e.score == o.score && e.stand < o.stand
}

// pile is a heap of entries.
type pile []entry

func (p *pile) push(e entry) {
	*p = append(*p, e)
	for i := len(*p) - 1; i > 0; {
		up := (i - 1) / 2
		if !(*p)[i].above((*p)[up]) {
			return
		}
		(*p)[i], (*p)[up] = (*p)[up], (*p)[i]
		i = up
	}
}

func (p *pile) pop() entry {
	first, last := (*p)[0], len(*p)-1
	(*p)[0] = (*p)[last]
	*p = slices.Delete(*p, last, last+1)
	for i := 0; ; {
		best := i
		for _, down := range []int{2*i + 1, 2*i + 2} {
			if down < last && (*p)[down].above((*p)[best]) {
				best = down
			}
		}
		if best == i {
			return first
		}
		(*p)[i], (*p)[best] = (*p)[best], (*p)[i]
		i = best
	}
}
