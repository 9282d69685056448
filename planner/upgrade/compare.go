package upgrade

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// Compare returns what each strategy of a problem takes and which to choose:
// of those that can be used and never leave a group fewer ready nodes than it
// has, the cheapest; of equally cheap ones the shortest. Strategies that the
// provider refuses are listed with the reason. p must have a hop.
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

// course returns a strategy's course. It reports false for a name that this
// package does not know.
func course(o Option, p Problem) (Strategy, bool) {
	var s Strategy
	name := o.Name
	switch o.Course {
	case EKSDefault:
		s = rolling(name, p, surgeRound)
		s.BlockedBy = append(stuck(s.Groups), tooLong(p, s.Groups)...)
		s.Rollback = controlPlaneBack(p.Times) + "; nodes by another update to the old image"
	case EKSMinimal:
		s = rolling(name, p, minimalRound)
		blocked, notes := short(p, s.Groups)
		s.BlockedBy = slices.Concat(stuck(s.Groups), tooLong(p, s.Groups), blocked)
		s.Rollback = controlPlaneBack(p.Times) + "; nodes by another update to the old image"
		s.Notes = append(s.Notes, "nodes go before new ones come: the group runs short meanwhile")
		s.Notes = append(s.Notes, notes...)
	case SecondGroup:
		s = rolling(name, p, blueGreenRound)
		s.BlockedBy = stuck(s.Groups)
		s.Rollback = controlPlaneBack(p.Times) + "; uncordon blue until it is deleted, within " + span(p.Times.Soak) + " of the last drain"
		s.Notes = append(s.Notes, "drains are ours: no limit of the provider ends them")
	case SecondCluster:
		s = clusterBlueGreen(p)
		s.Rollback = "switch traffic back while the old cluster runs, within " + span(p.Times.ParallelRun)
		s.Notes = append(s.Notes, "state in the old cluster's volumes has to be copied or mirrored")
		if len(p.Hops) > 1 {
			s.Notes = append(s.Notes, fmt.Sprintf("skips the %d minors between", len(p.Hops)-1))
		}
	default:
		return Strategy{}, false
	}
	if name != ClusterBlueGreen && len(p.Hops) > 1 {
		s.Notes = append(s.Notes, fmt.Sprintf("%d minors, %s of nodes; only the last minor can be undone", len(p.Hops),
			count(NodeRounds(len(p.Hops), p.NodeSkew), "round")))
	}
	s.Notes = append(s.Notes, redundancy(p, s.Groups)...)
	if len(s.BlockedBy) > 0 {
		s.Notes = append(s.Notes, "time and cost are as if nothing blocked it")
	}
	return s, true
}

func controlPlaneBack(t Times) string {
	return "control plane one minor within " + span(t.ControlPlaneRollback)
}

// stuck returns the drains that never end.
func stuck(courses []GroupCourse) []string {
	var reasons []string
	for _, c := range courses {
		for _, d := range c.Drains {
			if d.Stuck {
				reasons = append(reasons, fmt.Sprintf("%s/%s: its disruption budget lets no pod go, so that its nodes never drain",
					c.Name, d.Workload))
			}
		}
	}
	return reasons
}

// tooLong returns the drains that a managed update gives up on.
func tooLong(p Problem, courses []GroupCourse) []string {
	limit := p.Times.DrainLimit
	if limit == 0 {
		return nil
	}
	var reasons []string
	for i, c := range courses {
		for _, d := range c.Drains {
			if d.Longest <= limit {
				continue
			}
			reason := fmt.Sprintf("%s/%s: draining %s takes %s, an update fails after %s (PodEvictionFailure): %d pods, %d at a time",
				c.Name, d.Workload, count(c.Parallel, "node"), seconds(d.Longest), seconds(limit), d.Pods, d.Allowed)
			if k := drainable(p.Groups[i], c.Parallel, limit); k > 0 {
				reason += fmt.Sprintf("; with max_unavailable %d it passes", k)
			}
			reasons = append(reasons, reason)
		}
	}
	return reasons
}

// drainable returns the largest number of nodes below k that drain together
// within a limit; 0 where not even one does.
func drainable(g Group, k int, limit time.Duration) int {
	for k--; k > 0; k-- {
		if d, _ := longest(Drains(g, k)); d <= limit {
			return k
		}
	}
	return 0
}

// pareto reports whether no other usable strategy dominates strategy i, which
// must be usable itself. An unknown cost is worse than any known one.
func pareto(all []Strategy, i int) bool {
	if len(all[i].BlockedBy) > 0 {
		return false
	}
	for j, other := range all {
		if j == i || len(other.BlockedBy) > 0 {
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
	best, keep := cheapest(all, usable)
	switch {
	case !slices.ContainsFunc(all, usable):
		return "", "every strategy is blocked"
	case keep == 0:
		return "", "every strategy that can be used leaves fewer ready nodes than planned"
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

// because says why best is taken, of keep strategies that can be used and keep
// all nodes ready; first what stands in the way of the usual choice.
func because(best Strategy, keep int, usual Strategy) string {
	reason := "all planned nodes stay ready"
	if usual.Name != best.Name {
		reason = usual.Name + " is blocked: " + strings.Join(usual.BlockedBy, "; ") + "; of the rest it keeps all planned nodes ready"
	}
	switch {
	case keep == 1:
		return reason + ", and no other strategy that can be used keeps them"
	case !best.ExtraCostKnown:
		return reason + ", with the fewest extra node-hours; what they cost is not known"
	}
	return reason + ", at the least extra cost"
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

func seconds(d time.Duration) string {
	return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + " s"
}

// span writes a whole number of days, hours or minutes as such, and anything
// else in seconds.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= day && d%day == 0:
		return count(int(d/day), "day")
	case d >= time.Hour && d%time.Hour == 0:
		return count(int(d/time.Hour), "hour")
	case d >= time.Minute && d%time.Minute == 0:
		return count(int(d/time.Minute), "minute")
	}
	return seconds(d)
}
