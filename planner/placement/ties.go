package placement

import (
	"math/bits"
	"slices"
)

// equal is a set of nodes with the best score: a kind and its first node or, where there are
// views, a cell of the view at hand. Where at is none it is that node alone.
type equal struct{ node, at int32 }

// settleBest settles among the candidates with the best score.
func (c *Checker) settleBest() int {
	best := int32(unfit)
	c.equals = c.equals[:0]
	for i := range c.candidates {
		x := &c.candidates[i]
		if x.score > best {
			c.equals, best = c.equals[:0], x.score
		}
		if x.score == best {
			c.equals = append(c.equals, equal{node: x.node, at: x.at})
		}
	}
	return c.settle()
}

// settle returns one of the nodes that score best, or -1 where there is none: the first,
// or, where ties are drawn, each as likely as the next.
func (c *Checker) settle() int {
	if len(c.equals) == 0 {
		return -1
	}
	if !c.draws {
		least := c.firstOf(c.equals[0])
		for _, e := range c.equals[1:] {
			least = min(least, c.firstOf(e))
		}
		return least
	}
	nodes := int32(0)
	for _, e := range c.equals {
		nodes += c.sizeOf(e.at)
	}
	if nodes == 1 {
		return c.firstOf(c.equals[0])
	}
	at := c.random.Int32N(nodes)
	if c.equals[0].at == none {
		return int(c.equals[at].node) // one by one, they are in their order
	}
	if c.indexed {
		return c.nthOfCells(at)
	}
	return c.nthOfKinds(at)
}

// firstOf returns the first node of equals.
func (c *Checker) firstOf(e equal) int {
	if e.node == none {
		return c.view.first(e.at)
	}
	return int(e.node)
}

// sizeOf returns how many nodes a kind or a cell has, 1 for none.
func (c *Checker) sizeOf(at int32) int32 {
	switch {
	case at == none:
		return 1
	case c.indexed:
		return c.view.cells[at].nodes
	}
	return c.kinds.size[at]
}

// nthOfKinds returns the n-th node, from 0 on, of the kinds that score best.
func (c *Checker) nthOfKinds(n int32) int {
	if len(c.equals) == 1 {
		k := c.equals[0].at
		for i, kind := range c.kinds.kindOf[:c.nodes] {
			if kind == k {
				if n--; n < 0 {
					return i
				}
			}
		}
	}
	for i, kind := range c.kinds.kindOf[:c.nodes] {
		if kind >= 0 && slices.ContainsFunc(c.equals, func(e equal) bool { return e.at == kind }) {
			if n--; n < 0 {
				return i
			}
		}
	}
	panic("placement: fewer nodes than counted")
}

// nthOfCells returns the n-th node, from 0 on, of the cells that score best.
func (c *Checker) nthOfCells(n int32) int {
	v := c.view
	for w := range v.words {
		var set uint64
		for _, e := range c.equals {
			set |= v.sets[int(e.at)*v.words+w]
		}
		if here := int32(bits.OnesCount64(set)); n >= here {
			n -= here
			continue
		}
		for ; n > 0; n-- {
			set &= set - 1
		}
		return w*64 + bits.TrailingZeros64(set)
	}
	panic("placement: fewer nodes than counted")
}
