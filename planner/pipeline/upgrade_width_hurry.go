package pipeline

import (
	"cmp"
	"slices"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade"
)

// hurry takes other turns of pools of which every one breaks something, where those that
// break the least do not end in time and what they break is kept by default only: of the
// combinations that end in time the one of the mildest breach. Where there is none nothing
// changes.
func (s *widthSearch) hurry() {
	if !s.soft || s.left == 0 {
		return
	}
	within := s.left
	var broken []int
	for i, k := range s.picked {
		p := &s.pools[i]
		switch {
		case k < 0:
			within -= p.fixed.Duration
		case len(p.turns[k].breaks) == 0:
			within -= s.lasts(&p.turns[k])
		default:
			broken = append(broken, i)
		}
	}
	taken := time.Duration(0)
	for _, i := range broken {
		taken += s.lasts(&s.pools[i].turns[s.picked[i]])
	}
	if taken <= within || within <= 0 {
		return
	}
	var shares, away []units.Ratio
	for _, i := range broken {
		for k := range s.pools[i].turns {
			if t := &s.pools[i].turns[k]; t.mild() {
				shares, away = append(shares, t.c.broken.Missing), append(away, t.c.broken.Away)
			}
		}
	}
	// The worst pool decides how deep a breach is: first of pods, then of nodes.
	pods, ok := s.shallowest(broken, within, shares, func(of units.Ratio) upgrade.Breach { return upgrade.Breach{Missing: of, Away: units.Whole} })
	if !ok {
		return
	}
	nodes, _ := s.shallowest(broken, within, away, func(of units.Ratio) upgrade.Breach { return upgrade.Breach{Missing: pods, Away: of} })
	picked, _ := s.inTime(broken, within, upgrade.Breach{Missing: pods, Away: nodes})
	for n, i := range broken {
		s.picked[i] = picked[n]
	}
}

// lasts is how long all rounds of a turn take.
func (s *widthSearch) lasts(t *turn) time.Duration {
	return time.Duration(s.rounds) * t.c.row.Duration
}

// mild reports whether a turn breaks nothing but what must be kept, if that.
func (t *turn) mild() bool {
	return t.tested && t.barred == "" && t.worth() <= 1 && (len(t.breaks) == 0 || len(t.breaks) == 1 && t.breaks[0] == t.c.short)
}

// shallowest is the least of some shares with which pools end in time.
func (s *widthSearch) shallowest(pools []int, within time.Duration, shares []units.Ratio, bound func(units.Ratio) upgrade.Breach) (units.Ratio, bool) {
	slices.Sort(shares)
	shares = slices.Compact(shares)
	at, _ := slices.BinarySearchFunc(shares, true, func(share units.Ratio, _ bool) int {
		if _, ok := s.inTime(pools, within, bound(share)); ok {
			return 0
		}
		return -1
	})
	if at == len(shares) {
		return 0, false
	}
	return shares[at], true
}

// inTime picks turns of pools that break no more than a bound and end in time: those that
// break something for the shortest, then the shortest, then the narrowest.
func (s *widthSearch) inTime(pools []int, within time.Duration, bound upgrade.Breach) ([]int, bool) {
	var offers [][]upgrade.Turn
	for _, i := range pools {
		var turns []upgrade.Turn
		for k := range s.pools[i].turns {
			t := &s.pools[i].turns[k]
			b := t.c.broken
			over := max(cmp.Compare(b.Missing, bound.Missing), cmp.Compare(b.Away, bound.Away)) > 0
			turns = append(turns, upgrade.Turn{Duration: s.lasts(t), Cost: int64(b.For), Barred: over || !t.mild()})
		}
		offers = append(offers, turns)
	}
	picked, ok := upgrade.Pick(offers, within)
	return picked, ok && !slices.Contains(picked, -1)
}
