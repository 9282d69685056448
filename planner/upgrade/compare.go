package upgrade

import (
	"cmp"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner/units"
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
	for i := range c.Strategies {
		c.Strategies[i].Pareto = pareto(c.Strategies, i)
	}
	c.Recommended, c.Reason = recommend(c.Strategies, p.Wanted)
	return c
}

// pareto reports whether no other usable strategy dominates strategy i, which
// must be usable itself. An unknown cost is worse than any known one.
func pareto(all []Strategy, i int) bool {
	if len(all[i].BlockedBy) > 0 {
		return false
	}
	for j, other := range all {
		if j == i || len(other.BlockedBy) > 0 || other.Forces && !all[i].Forces {
			continue
		}
		duration := cmp.Compare(other.Duration, all[i].Duration)
		cost := compareCost(other, all[i])
		ready := cmp.Compare(all[i].MinReady, other.MinReady)
		if max(duration, cost, ready) <= 0 && min(duration, cost, ready) < 0 {
			return false
		}
	}
	return true
}

// compareCost orders strategies by cost: known ones first, and unknown ones by
// the hours that their cost is for.
func compareCost(a, b Strategy) int {
	switch {
	case a.ExtraCostKnown && b.ExtraCostKnown:
		return cmp.Compare(a.ExtraCost, b.ExtraCost)
	case a.ExtraCostKnown:
		return -1
	case b.ExtraCostKnown:
		return 1
	}
	return cmp.Compare(a.ExtraNodeHours, b.ExtraNodeHours)
}

// recommend returns the strategy to take and why.
func recommend(all []Strategy, wanted string) (name, reason string) {
	if wanted != "" {
		i := slices.IndexFunc(all, func(s Strategy) bool { return s.Name == wanted })
		switch {
		case i < 0:
			return "", wanted + " is asked for, and the provider does not have it"
		case len(all[i].BlockedBy) > 0:
			return "", wanted + " is asked for and blocked: " + strings.Join(all[i].BlockedBy, "; ")
		}
		return wanted, "the spec asks for it"
	}
	usable := func(s Strategy) bool { return len(s.BlockedBy) == 0 }
	best, keep := cheapest(all, func(s Strategy) bool { return usable(s) && !s.Forces })
	if keep == 0 {
		best, keep = cheapest(all, usable)
	}
	switch {
	case !slices.ContainsFunc(all, usable):
		return "", "every strategy is blocked"
	case keep == 0:
		return leastShort(all)
	}
	// What would be taken if nothing stood in its way; a strategy that the
	// provider does not have has no course.
	usual, _ := cheapest(all, func(s Strategy) bool { return s.Duration > 0 })
	return best.Name, because(best, keep, usual)
}

// cheapest returns the strategy to take of those that may be and never leave a
// group fewer ready nodes than it has, and how many these are.
func cheapest(all []Strategy, may func(Strategy) bool) (best Strategy, of int) {
	var keep []Strategy
	for _, s := range all {
		if s.MinReady >= units.Whole && may(s) {
			keep = append(keep, s)
		}
	}
	if len(keep) == 0 {
		return Strategy{}, 0
	}
	return slices.MinFunc(keep, func(a, b Strategy) int {
		return cmp.Or(compareCost(a, b), cmp.Compare(a.Duration, b.Duration), cmp.Compare(a.Name, b.Name))
	}), len(keep)
}

// leastShort returns the strategy that leaves the most nodes ready where each that
// can be used leaves fewer than planned, as where no machine can be added for a
// while: of those that delete no pods, where there are any, then the cheapest and
// shortest. all must have one that can be used.
func leastShort(all []Strategy) (name, reason string) {
	forces := func(s Strategy) int {
		if s.Forces {
			return 1
		}
		return 0
	}
	best := slices.MinFunc(slices.DeleteFunc(slices.Clone(all), func(s Strategy) bool { return len(s.BlockedBy) > 0 }), func(a, b Strategy) int {
		return cmp.Or(
			cmp.Compare(forces(a), forces(b)), cmp.Compare(b.MinReady, a.MinReady),
			compareCost(a, b), cmp.Compare(a.Duration, b.Duration), cmp.Compare(a.Name, b.Name),
		)
	})
	return best.Name, "every strategy that can be used leaves fewer ready nodes than planned; this one leaves the most"
}

// because says why best is taken, of keep strategies that can be used, keep all
// nodes ready and force no more than it does; first what stands in the way of the
// usual choice.
func because(best Strategy, keep int, usual Strategy) string {
	reason := "all planned nodes stay ready"
	switch {
	case usual.Name == best.Name:
	case len(usual.BlockedBy) > 0:
		reason = usual.Name + " is blocked: " + strings.Join(usual.BlockedBy, "; ") + "; of the rest it keeps all planned nodes ready"
	default:
		reason = usual.Name + " deletes pods that do not leave in time; of the rest it keeps all planned nodes ready"
	}
	switch {
	case keep == 1:
		return reason + ", and no other strategy that can be used keeps them"
	case !best.ExtraCostKnown:
		return reason + ", with the fewest extra node-hours; what they cost is not known"
	}
	return reason + ", at the least extra cost"
}
