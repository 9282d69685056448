package upgrade

import (
	"cmp"
	"slices"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// everyWidth is up to how many nodes at a time each number is a candidate.
const everyWidth = 16

// Widths returns how many nodes of a group may be replaced at a time by a strategy, fewest
// first: every number up to 16, above it 24, 32, 48, 64 and so on, the most that can be,
// and with an EKS surge the surplus that it always has, up to which wider is not dearer.
// They are those of the group's own way where it has one. It returns none where the strategy has no such figure, or the group no nodes.
func Widths(o Option, g Group, t Times) []int {
	o = g.By(o)
	n := g.Count()
	most := n
	if t.MaxParallel > 0 {
		most = min(most, t.MaxParallel)
	}
	var more []int
	switch o.Course {
	case CourseEKSDefault:
		more = append(more, 2*g.Zones)
	case CourseGKESurge:
		if len(g.NodesByZone) > 0 {
			most = min(most, slices.Max(g.NodesByZone))
		}
	case CourseGKEBlueGreen:
		most = n
	case CourseEKSMinimal, CourseInPlace, CourseRolling, CourseNodeGroupBlueGreen:
	case CourseGKEAutoscaledBlueGreen, CourseClusterBlueGreen:
		return nil
	default:
		return nil
	}
	if g.Limited && o.surges() {
		most = min(most, max(g.Spare, 1))
	}
	if most <= 0 {
		return nil
	}
	for k := 1; k <= most; k = wider(k) {
		more = append(more, k)
	}
	more = slices.DeleteFunc(append(more, most), func(k int) bool { return k > most })
	slices.Sort(more)
	return slices.Compact(more)
}

// wider is the candidate after k: the next number, or half as many more.
func wider(k int) int {
	switch {
	case k < everyWidth:
		return k + 1
	case k&(k-1) == 0:
		return k + k/2
	}
	return k / 3 * 4
}

// surges reports whether the width of a strategy is of nodes more.
func (o Option) surges() bool {
	return (o.Course == CourseGKESurge || o.Course == CourseRolling) && !o.TerminateFirst
}

// Limited reports whether a provider's limit ends the drains of a strategy.
func (o Option) Limited() bool {
	return o.Course != CourseNodeGroupBlueGreen && o.Course != CourseGKEAutoscaledBlueGreen && o.Course != CourseClusterBlueGreen
}

// KeepsOld reports whether old nodes are kept for a while once all new ones carry pods.
func (o Option) KeepsOld() bool {
	return o.Course == CourseNodeGroupBlueGreen || o.Course == CourseGKEBlueGreen
}

// At returns the group with so many of its nodes replaced at a time by a strategy, or by
// the group's own way in its place. A surge
// of GKE or of a roll takes none of them away; what does is another strategy.
func (g Group) At(o Option, nodes int) Group {
	o = g.By(o)
	k := units.Count(nodes)
	switch {
	case o.surges():
		g.MaxSurge, g.MaxUnavailable = k, units.Count(0)
	case o.Course == CourseEKSDefault || o.Course == CourseEKSMinimal:
		g.MaxUnavailable = k
	default:
		g.AtATime = k
	}
	return g
}

// Turn is what replacing the nodes of a group takes at one of several widths.
type Turn struct {
	Duration time.Duration
	// Cost in any unit, the same for all.
	Cost int64
	// Barred: it may not be taken.
	Barred bool
}

// mostPicks bounds the combinations of turns that Pick keeps in mind.
const mostPicks = 4096

// pick is a combination of turns of the first groups, or of all.
type pick struct {
	duration time.Duration
	cost     int64
	turns    []int
}

// extension is a pick of the groups before, by its place among these, and a turn of the next.
type extension struct {
	duration     time.Duration
	cost         int64
	before, turn int
}

// Pick takes one turn of each group, which go one after another: those that cost least
// in all of the combinations that last no longer than within, 0 being without end; of
// equally cheap ones the shortest, then the earliest turns. Where none is so short it
// returns the shortest combination, and false. A group of which every turn is barred, or
// which has none, gets -1.
//
// It keeps the combinations that no other is better than in both. Where these are more
// than 4,096 it forgets some between the shortest and the cheapest, so that the choice is
// close to the cheapest, and still in time.
func Pick(groups [][]Turn, within time.Duration) (turns []int, inTime bool) {
	best := []pick{{}}
	var next []extension
	for _, g := range groups {
		next = next[:0]
		for k, b := range best {
			for i, t := range g {
				if !t.Barred {
					next = append(next, extension{b.duration + t.Duration, b.cost + t.Cost, k, i})
				}
			}
		}
		if len(next) == 0 {
			for i := range best {
				best[i].turns = append(best[i].turns, -1)
			}
			continue
		}
		best = undominated(best, next)
	}
	// Dearer is shorter from one to the next.
	for _, b := range best {
		if within <= 0 || b.duration <= within {
			return b.turns, true
		}
	}
	return best[len(best)-1].turns, false
}

// undominated returns the extensions of picks that no other is at least as good as,
// cheapest first. It sorts the extensions.
func undominated(before []pick, all []extension) []pick {
	slices.SortFunc(all, func(a, b extension) int {
		if c := cmp.Or(cmp.Compare(a.cost, b.cost), cmp.Compare(a.duration, b.duration)); c != 0 {
			return c
		}
		return cmp.Or(slices.Compare(before[a.before].turns, before[b.before].turns), cmp.Compare(a.turn, b.turn))
	})
	kept := all[:1]
	for _, o := range all[1:] {
		if o.duration < kept[len(kept)-1].duration {
			kept = append(kept, o)
		}
	}
	out := make([]pick, min(len(kept), mostPicks))
	for i := range out {
		at := i
		if len(kept) > mostPicks {
			at = i * (len(kept) - 1) / (mostPicks - 1)
		}
		o := kept[at]
		out[i] = pick{o.duration, o.cost, slices.Concat(before[o.before].turns, []int{o.turn})}
	}
	return out
}
