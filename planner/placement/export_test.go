package placement

import "math"

// NewIndexedChecker returns a Checker that finds nodes by views in groups of any size.
func NewIndexedChecker() *Checker {
	c := NewChecker()
	c.indexedFrom = 0
	return c
}

// NewCheckerWithoutViews returns a Checker that looks at every kind of nodes.
func NewCheckerWithoutViews() *Checker {
	c := NewChecker()
	c.indexedFrom = math.MaxInt
	return c
}

// NewTirelessChecker returns a Checker that ends no further orders early.
func NewTirelessChecker() *Checker {
	c := NewChecker()
	c.fewChoices = math.MaxInt
	return c
}

// NewSortingChecker returns a Checker that simulates no displaced pods in mixed orders:
// what is not proved for any order is tried biggest first.
func NewSortingChecker() *Checker {
	c := NewChecker()
	c.mixedPods = 0
	return c
}

// FirstTie returns the node that gets the first pod of g in the shuffle of a seed.
func (c *Checker) FirstTie(g Group, seed uint64) (int, *Failure) {
	c.indexed = nodesOf(&g) >= c.indexedFrom
	defer func() { c.indexed = false }()
	c.load(&g, BalanceByState)
	queue := c.begin(order{number: 1, seed: seed})
	n := c.pick(int(queue[0]), int(queue[0]))
	if n < 0 {
		return 0, c.fail(Normal, int(queue[0]), 1)
	}
	return n, nil
}
