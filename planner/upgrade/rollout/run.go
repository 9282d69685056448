package rollout

import (
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// Options of a run.
type Options struct {
	// Strikes are failures and changes of mind from outside, at their times: events of
	// the kinds NodeFails, ZoneFails and RollBack.
	Strikes []Event
	// Pods: what happens to pods is written down too, not only what happens to nodes.
	Pods bool
	// Quiet: no event is written down, only the totals.
	Quiet bool
	// Samples: ready nodes and pods are written down whenever they change.
	Samples bool

	levels bool // the moments of distinct levels are kept
}

// Run simulates an upgrade to its end, or until nothing can happen any more.
func Run(p *Plan, o Options) Timeline {
	s := Start(p)
	r := newRecorder(p, &s, o)
	c := newCalendar()
	c.add(Event{Kind: Begin}, 0)
	for _, e := range o.Strikes {
		c.add(e, e.At)
	}
	for len(c.runs) > 0 && s.Phase != Done && s.Phase != Stopped {
		e := c.pop()
		if e.At > s.Now {
			r.observe(&s, e.At)
		}
		s.effects = s.effects[:0]
		s.apply(&e)
		for i := range s.effects {
			f := &s.effects[i]
			r.write(&s, f)
			if f.Then.Kind != 0 {
				c.add(f.Then, s.Now+f.After)
			}
		}
	}
	if s.Phase != Done && s.Phase != Stopped {
		s.Reasons = append(s.Reasons, s.whyHeld(false)...)
		r.write(&s, &Effect{Action: GiveUp, Pool: int32(s.Pool), Zone: -1, Workload: -1})
	}
	r.observe(&s, s.Now)
	return r.finish(&s)
}

// Timeline is what happens, and what it comes to.
type Timeline struct {
	Course Course
	// Finished: it came to its end; otherwise BlockedBy says why not, and Duration
	// until when.
	Finished   bool
	RolledBack bool
	BlockedBy  []string
	Duration   time.Duration
	Events     []Entry
	// Samples in order of time, where they are asked for.
	Samples   []Sample
	Pools     []PoolTotals
	Workloads []WorkloadTotals

	// ExtraCost is what nodes and a second control plane cost beyond those that run
	// anyway, each round of a pool rounded up; known where the prices are.
	ExtraCost      units.USD
	ExtraCostKnown bool
	// PeakNodes are paid for at a time, at most, in all and by zone.
	PeakNodes   int
	PeakByZone  []int
	PlannedZone []int // nodes by zone before
	// MinReady is the least share of a group's nodes that is ready, at most 100%,
	// rounded down.
	MinReady units.Ratio
	// NoTarget is how long some workload's target does not hold, NoRedundancy how long
	// the declared losses are not survived.
	NoTarget, NoRedundancy time.Duration
	// Short is how long some workload has fewer ready pods than it must keep, Broken how long
	// that or another thing is away that must be kept: what overlaps counts once.
	Short, Broken time.Duration
	// AfterZone and AfterNode are how long a failure of some zone or node would break
	// a target.
	AfterZone, AfterNode time.Duration
	// Lost pods were deleted against their budgets, Unplaced the most that waited for
	// a place at a time.
	Forced, Unplaced int
	// Worst is the step at which the least holds, WorstAfterZone and WorstAfterNode
	// those at which a failure would leave the least.
	Worst, WorstAfterZone, WorstAfterNode Low

	levels []time.Duration
}

// Low is a moment with few ready pods.
type Low struct {
	At time.Duration
	// Workload, its number, and how many of its pods are ready then; empty where there is
	// none.
	Workload      string
	Number, Ready int
	// Holds: its target does.
	Holds bool
	// Zone that fails, in a moment after a zone's failure.
	Zone string
	// During says what is going on.
	During string

	ratio float64
}

// Entry is something that happened, to Count nodes or pods.
type Entry struct {
	At     time.Duration
	Action Action
	// Pool, Zone and Workload are numbers; -1 is none.
	Pool, Zone, Workload int32
	Count                int32
	// Hop is under way; For is how long what begins here lasts, where that is known.
	Hop int32
	For time.Duration
}

// Sample is what is ready from a time on.
type Sample struct {
	At time.Duration
	// Nodes that are ready by pool, Pods by workload.
	Nodes, Pods []int
}

// PoolTotals are those of a pool.
type PoolTotals struct {
	Name string
	// Start of its first round, Duration of all of them.
	Start, Duration time.Duration
	Rounds          int
	// ExtraNodeHours are beyond the nodes that run anyway.
	ExtraNodeHours float64
	ExtraCost      units.USD
	ExtraCostKnown bool
	PeakExtraNodes int
	// PeakByZone is the most nodes that are paid for in each zone.
	PeakByZone []int
	// MinReadyNodes is the least number that is ready while nodes are replaced; with a
	// surge it may be above their count.
	MinReadyNodes int
}

// WorkloadTotals are those of a workload.
type WorkloadTotals struct {
	Name string
	// Pods in all, and the fewest that are ready.
	Pods, MinReady int
	MinReadyAt     time.Duration
	// NoTarget is how long its target does not hold.
	NoTarget time.Duration
	// AfterZone and AfterNode are the fewest that would be ready after a failure of the
	// zone or node that has the most.
	AfterZone, AfterNode int
	// Pending is the most that waited for a place.
	Pending int
	// Unasked: a group that got smaller, which asks no budget, left fewer than must be kept.
	Unasked bool
}
