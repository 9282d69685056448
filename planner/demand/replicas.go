package demand

import (
	"sort"

	"github.com/scantling-dev/scantling/planner/units"
)

// Rules are what a replica count must hold, beside carrying the load.
type Rules struct {
	// Load is the number of ready pods that carry the peak.
	Load int
	// Spare pods stand by beside them.
	Spare int
	// Minimum is the least count wanted for its own sake; Static.Ready is one too.
	Minimum int
	// Rollout keeps Load pods ready while versions are exchanged.
	Rollout Rollout
	// Static keeps pods ready through declared losses, at once. The zero value is
	// recovery by rescheduling: the count ignores the losses.
	Static Static
}

// Reasons itemises a replica count: each entry is what it adds to the maximum of
// those before it, and their sum is the count.
type Reasons struct {
	Load, Spare, Minimum, Rollout, Node, Zone int
}

// Replicas returns the sum.
func (r Reasons) Replicas() int {
	return r.Load + r.Spare + r.Minimum + r.Rollout + r.Node + r.Zone
}

// Given returns the reasons of a count that the user states and that never
// changes: all of it is load.
func Given(n int) Reasons { return Reasons{Load: n} }

// Replicas returns the least count that every rule is content with: the largest
// of what each asks for, never their sum. It fails with an *UnreachableError
// where no count does, and with a *LimitError above MaxReplicas.
func (r Rules) Replicas() (Reasons, error) {
	rollout, err := r.Rollout.Need(r.Load)
	if err != nil {
		return Reasons{}, err
	}
	node, zone, err := r.Static.needs()
	if err != nil {
		return Reasons{}, err
	}
	var out Reasons
	most := 0
	for _, rule := range []struct {
		adds *int
		need int
	}{
		{&out.Load, r.Load},
		{&out.Spare, r.Load + r.Spare},
		{&out.Minimum, max(r.Minimum, r.Static.Ready)},
		{&out.Rollout, rollout},
		{&out.Node, node},
		{&out.Zone, zone},
	} {
		*rule.adds = max(rule.need-most, 0)
		most = max(rule.need, most)
	}
	if most > MaxReplicas {
		return Reasons{}, &LimitError{Reason: "the replica count"}
	}
	return out, nil
}

// UnreachableError says that no replica count satisfies a rule.
type UnreachableError struct {
	// Rule is "rolling_update", "redundancy.nodes" or "redundancy.zones".
	Rule string
}

// Error says which rule leaves no pod.
func (e *UnreachableError) Error() string {
	return e.Rule + ": no number of replicas keeps enough of them ready"
}

// Rollout is a rolling update. The zero value is none, as for jobs.
type Rollout struct {
	// MaxSurge is how many pods it may start beyond the count; a share rounds up.
	MaxSurge units.CountOrRatio
	// MaxUnavailable is how many of the count may be missing; a share rounds down.
	MaxUnavailable units.CountOrRatio
}

// Surge returns how many extra pods an update of n replicas starts.
func (r Rollout) Surge(n int) int { return r.MaxSurge.Up(n) }

// Unavailable returns how many of n replicas an update takes away at a time.
// Where both bounds come to nothing once rounded, Kubernetes takes one pod away
// (deployment controller, ResolveFenceposts), and so does this.
func (r Rollout) Unavailable(n int) int {
	away := min(r.MaxUnavailable.Down(n), n)
	if away == 0 && !r.MaxUnavailable.IsZero() && r.Surge(n) == 0 {
		return min(1, n)
	}
	return away
}

// Need returns the least N with N − Unavailable(N) >= ready.
func (r Rollout) Need(ready int) (int, error) {
	return least("rolling_update", ready, func(n int) int { return n - r.Unavailable(n) })
}

// Loss is the loss of whole domains (nodes or zones) over which pods are spread
// by a hard constraint.
type Loss struct {
	// Lost is how many domains fail; zero is none.
	Lost int
	// Domains is how many there are, at least 1 where Lost is not zero.
	Domains int
	// MaxSkew is by how much the domains' pods may differ; zero means 1.
	MaxSkew int
}

// Of returns the most pods of n that the loss can take: those of the fullest
// domains under the worst spread that MaxSkew allows.
func (l Loss) Of(n int) int {
	if l.Lost <= 0 {
		return 0
	}
	if l.Lost >= l.Domains {
		return n
	}
	// With m pods in the emptiest domain, the lost ones have m + MaxSkew at most.
	skew := max(l.MaxSkew, 1)
	worst := 0
	for m := n / l.Domains; m >= 0 && n-m*l.Domains <= skew*(l.Domains-1); m-- {
		worst = max(worst, l.Lost*m+min(l.Lost*skew, n-m*l.Domains))
	}
	return worst
}

// Static is recovery without rescheduling: what still runs holds the targets.
type Static struct {
	// Ready is how many pods must stay ready through a declared loss; without a
	// loss it is a minimum. Zero is no such rule.
	Ready int
	// Nodes and Zones are the declared losses.
	Nodes, Zones Loss
	// AtOnce declares both together instead of one or the other.
	AtOnce bool
}

// Survivors returns the least number of n pods that stay ready through a
// declared loss. At once, the zones fail first, the fullest, and then the
// fullest of the nodes that remain.
func (s Static) Survivors(n int) int {
	if !s.AtOnce {
		return n - max(s.Nodes.Of(n), s.Zones.Of(n))
	}
	zones := s.Zones
	n -= zones.Of(n)
	zones.MaxSkew = 1 // of nodes over zones
	nodes := s.Nodes
	nodes.Domains -= zones.Of(nodes.Domains)
	return n - nodes.Of(n)
}

// needs returns what the node loss and the zone loss ask for; at once, the zone
// entry has both. Without a loss that is Ready itself.
func (s Static) needs() (node, zone int, err error) {
	node, err = least("redundancy.nodes", s.Ready, func(n int) int { return n - s.Nodes.Of(n) })
	if err != nil {
		return 0, 0, err
	}
	left := func(n int) int { return n - s.Zones.Of(n) }
	if s.AtOnce {
		left = s.Survivors
	}
	zone, err = least("redundancy.zones", s.Ready, left)
	return node, zone, err
}

// least returns the least n with left(n) >= ready. left rises by at most one
// from n to n + 1 and never falls.
func least(rule string, ready int, left func(int) int) (int, error) {
	if left(MaxReplicas) < ready {
		const endless = 1 << 30
		if left(endless) == left(MaxReplicas) {
			return 0, &UnreachableError{Rule: rule}
		}
		return 0, &LimitError{Reason: rule}
	}
	return sort.Search(MaxReplicas, func(n int) bool { return left(n) >= ready }), nil
}
