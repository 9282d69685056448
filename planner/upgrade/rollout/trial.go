package rollout

import "time"

// Trial is an upgrade during which something fails.
type Trial struct {
	// At which moment of the upgrade without failures; During says what was going on.
	At     time.Duration
	During string
	// Zone that fails, or the node with the most ready pods where it is empty.
	Zone string
	// Finished: the upgrade comes to its end all the same; BlockedBy says why not.
	Finished  bool
	BlockedBy []string
	// Duration of all, NoTarget of targets that do not hold, Unplaced pods at most.
	Duration, NoTarget time.Duration
	Unplaced           int
}

// worse reports whether a trial ends worse than another: one that does not end,
// then more pods without a place, then targets that do not hold for longer.
func (t *Trial) worse(o *Trial) bool {
	switch {
	case t.Finished != o.Finished:
		return !t.Finished
	case t.Unplaced != o.Unplaced:
		return t.Unplaced > o.Unplaced
	}
	return t.NoTarget > o.NoTarget
}

// Trials lets each zone, and the node with the most ready pods, fail at each distinct
// level of capacity that an upgrade passes, the first time that it does, and returns
// the worst of these upgrades; of equally bad ones the earlier, zones before nodes. No
// more than so many moments are tried, evenly chosen where there are more. It reports
// false where there is none.
func Trials(p *Plan, moments int) (Trial, bool) {
	calm := Run(p, Options{levels: true})
	if len(calm.levels) == 0 {
		return Trial{}, false
	}
	moments = min(max(moments, 1), len(calm.levels))
	var worst Trial
	found := false
	for i := range moments {
		at := calm.levels[i*len(calm.levels)/moments]
		for z := range len(p.Zones) + 1 {
			strike, zone := Event{At: at, Kind: NodeFails, Node: -1}, ""
			if z < len(p.Zones) {
				strike, zone = Event{At: at, Kind: ZoneFails, Zone: int32(z)}, p.Zones[z]
			}
			t := Run(p, Options{Strikes: []Event{strike}, Quiet: true})
			trial := Trial{
				At: at, Zone: zone, Finished: t.Finished, BlockedBy: t.BlockedBy, Duration: t.Duration,
				NoTarget: t.NoTarget, Unplaced: t.Unplaced,
			}
			if !found || trial.worse(&worst) {
				worst, found = trial, true
			}
		}
	}
	worst.During = during(p, calm.Events, worst.At)
	return worst, true
}
