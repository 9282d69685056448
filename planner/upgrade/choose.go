package upgrade

import (
	"cmp"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner/units"
)

// Keep is what must hold during an upgrade.
type Keep string

// What can be asked for.
const (
	// KeepTargets: every target holds at the peak. Strategy.Broken says for how long not.
	KeepTargets Keep = "targets"
	// KeepNPlusOne: the declared losses are survived, and no more pods are away than
	// budgets let go.
	KeepNPlusOne Keep = "n_plus_one"
	// KeepCapacity: that, and no group has fewer ready nodes than planned.
	KeepCapacity Keep = "capacity"
)

// keeps reports whether a strategy holds what must be kept.
func (k Keep) keeps(s Strategy) bool {
	return s.Broken.For == 0 && (k != KeepCapacity || s.MinReady >= units.Whole) // formulas know no breach
}

// The words of a reason: what holds, what the strategy does, what no other one does,
// and what all of them do where none keeps it.
type keepWords struct{ holds, it, others, none string }

func (k Keep) words() keepWords {
	switch k {
	case KeepTargets:
		return keepWords{"the targets hold", "it holds the targets", "does", "breaks targets for a while; this one the least"}
	case KeepNPlusOne:
		return keepWords{
			"the declared redundancy and the budgets hold", "it holds the declared redundancy and the budgets", "does",
			"breaks the declared redundancy or a budget for a while; this one the least",
		}
	case KeepCapacity:
	}
	return keepWords{
		"all planned nodes stay ready", "it keeps all planned nodes ready", "keeps them",
		"leaves fewer ready nodes than planned; this one leaves the most",
	}
}

// Choose marks the Pareto set of strategies, and returns the one to take and why: of
// those that can be used and hold what must be kept, the cheapest; of equally cheap ones
// the shortest, and of those that keep as much ready the one by which most groups go. One
// that deletes pods against their budgets is chosen only where all of those do, and one that
// does not keep it only where none does. wanted is the one that the user asks for; empty is
// any.
func Choose(all []Strategy, wanted string, keep Keep) (name, reason string) {
	for i := range all {
		all[i].Pareto = pareto(all, i)
	}
	if wanted != "" {
		return asked(all, wanted)
	}
	usable := func(s Strategy) bool { return len(s.BlockedBy) == 0 }
	best, of := cheapest(all, keep, func(s Strategy) bool { return usable(s) && !s.Forces })
	if of == 0 {
		best, of = cheapest(all, keep, usable)
	}
	switch {
	case !slices.ContainsFunc(all, usable):
		return "", "every strategy is blocked"
	case of == 0:
		return leastShort(all, keep)
	}
	// What would be taken if nothing stood in its way; a strategy that the
	// provider does not have has no course.
	usual, _ := cheapest(all, keep, func(s Strategy) bool { return s.Duration > 0 })
	var forcing []Strategy
	for _, s := range all {
		if usable(s) && s.Forces && !best.Forces && keep.keeps(s) && s.Name != usual.Name {
			forcing = append(forcing, s)
		}
	}
	return best.Name, because(best, of, forcing, usual, keep.words())
}

// asked returns the strategy that the user asks for, unless something is in its way.
func asked(all []Strategy, wanted string) (name, reason string) {
	i := slices.IndexFunc(all, func(s Strategy) bool { return s.Name == wanted })
	switch {
	case i < 0:
		return "", wanted + " is asked for, and the provider does not have it"
	case len(all[i].BlockedBy) > 0:
		return "", wanted + " is asked for and blocked: " + strings.Join(all[i].BlockedBy, "; ")
	}
	return wanted, "the spec asks for it"
}

// pareto reports whether no other usable strategy dominates strategy i, which
// must be usable itself. An unknown cost is worse than any known one. Breaches compare as
// they do in the choice, so that what is chosen is of the set.
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
		broken := other.Broken.Compare(all[i].Broken)
		if max(duration, cost, ready, broken) <= 0 && min(duration, cost, ready, broken) < 0 {
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

// cheapest returns the strategy to take of those that may be and hold what must be
// kept, and how many these are.
func cheapest(all []Strategy, keep Keep, may func(Strategy) bool) (best Strategy, of int) {
	var keeping []Strategy
	for _, s := range all {
		if keep.keeps(s) && may(s) {
			keeping = append(keeping, s)
		}
	}
	if len(keeping) == 0 {
		return Strategy{}, 0
	}
	return slices.MinFunc(keeping, func(a, b Strategy) int {
		return cmp.Or(
			compareCost(a, b), cmp.Compare(a.Duration, b.Duration), cmp.Compare(b.MinReady, a.MinReady),
			cmp.Compare(a.Departing, b.Departing), cmp.Compare(a.Name, b.Name),
		)
	}), len(keeping)
}

// leastShort returns the strategy that breaks what must be kept the least, where each that
// can be used breaks it, as where no machine can be added for a while: of those that delete
// no pods, where there are any, the one of the mildest breach, then the cheapest and
// shortest. all must have one that can be used.
func leastShort(all []Strategy, keep Keep) (name, reason string) {
	forces := func(s Strategy) int {
		if s.Forces {
			return 1
		}
		return 0
	}
	best := slices.MinFunc(slices.DeleteFunc(slices.Clone(all), func(s Strategy) bool { return len(s.BlockedBy) > 0 }), func(a, b Strategy) int {
		return cmp.Or(
			cmp.Compare(forces(a), forces(b)), a.Broken.Compare(b.Broken), cmp.Compare(b.MinReady, a.MinReady),
			compareCost(a, b), cmp.Compare(a.Duration, b.Duration), cmp.Compare(a.Departing, b.Departing), cmp.Compare(a.Name, b.Name),
		)
	})
	reason = "every strategy that can be used " + keep.words().none
	if slices.ContainsFunc(all, func(s Strategy) bool {
		return len(s.BlockedBy) == 0 && s.Forces && !best.Forces && cmp.Or(s.Broken.Compare(best.Broken), cmp.Compare(best.MinReady, s.MinReady)) < 0
	}) {
		reason += " of those that delete no pods"
	}
	return best.Name, reason
}

// because says why best is taken, of so many strategies that can be used, hold what must
// be kept and force no more than it does; first what stands in the way of the usual
// choice. forcing are those that can be used and hold it too, and delete pods where best
// does not, without the usual one.
func because(best Strategy, of int, forcing []Strategy, usual Strategy, words keepWords) string {
	reason := words.holds
	switch {
	case usual.Name == best.Name:
	case len(usual.BlockedBy) > 0:
		reason = usual.Name + " is blocked: " + strings.Join(usual.BlockedBy, "; ") + "; of the rest " + words.it
	default:
		reason = usual.Name + " deletes pods that do not leave in time; of the rest " + words.it
	}
	without, among := "", ""
	if len(forcing) > 0 {
		without = " without deleting pods that do not leave in time"
	}
	if slices.ContainsFunc(forcing, func(s Strategy) bool { return compareCost(s, best) < 0 }) {
		among = " of those that delete no pods"
	}
	switch {
	case of == 1:
		return reason + ", and no other strategy that can be used " + words.others + without
	case !best.ExtraCostKnown:
		return reason + ", with the fewest extra node-hours" + among + "; what they cost is not known"
	}
	return reason + ", at the least extra cost" + among
}
