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
