package upgrade

import (
	"cmp"
	"slices"
)

// Compare returns what each strategy of a problem takes and which to choose:
// of those that can be used and never leave a group fewer ready nodes than it
// has, the cheapest; of equally cheap ones the shortest. One that deletes pods
// against their budgets is chosen only where all of those do. Strategies that
// the provider refuses are listed with the reason. p must have a hop.
func Compare(p Problem) Comparison {
	var c Comparison
	for _, o := range p.Strategies {
		if s, ok := course(o, p); ok {
			c.Strategies = append(c.Strategies, s)
		}
	}
	for _, r := range p.Refused {
		c.Strategies = append(c.Strategies, Strategy{Name: r.Strategy, ExtraCostKnown: true, BlockedBy: []string{r.Reason}})
	}
	slices.SortFunc(c.Strategies, func(a, b Strategy) int { return cmp.Compare(a.Name, b.Name) })
	c.Recommended, c.Reason = Choose(c.Strategies, p.Wanted, KeepCapacity)
	return c
}
