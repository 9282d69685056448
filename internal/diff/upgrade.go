package diff

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// upgrade adds what the planned upgrade takes: by which strategy, for how long, at what
// cost, how many nodes at a time, and what is blocked.
func (f *facts) upgrade(p *planner.Plan) {
	u := p.Upgrade
	if u == nil {
		return
	}
	say := func(what, value string) { f.say(planner.ClusterChange, "upgrade", what, value) }
	say("recommended", cmp.Or(u.Recommended, "none"))
	say("nodes follow at", strings.Join(u.NodeRounds, ", "))
	var blocked []string
	for i := range u.Strategies {
		if s := &u.Strategies[i]; len(s.BlockedBy) > 0 {
			blocked = append(blocked, s.Name)
		}
	}
	say("blocked", strings.Join(blocked, ", "))
	s := u.Named(u.Recommended)
	if s == nil {
		return
	}
	say("takes", hours(s.Duration))
	cost := "not known"
	if s.ExtraCostKnown {
		cost = cents(s.ExtraCost)
	}
	say("costs", cost)
	say("nodes more at the peak", strconv.Itoa(s.PeakExtraNodes))
	say("targets missed for", away(s, s.NoTarget))
	say("declared losses not survived for", away(s, s.NoRedundancy))
	for i := range s.Groups {
		g := &s.Groups[i]
		if !s.ParallelRun() {
			say("nodes of "+g.Name+" at a time", strconv.Itoa(g.Parallel))
		}
	}
}

// hours writes a time as tables do, h:mm, rounded up to the minute.
func hours(d time.Duration) string {
	m := int64(units.CeilDiv(d, time.Minute))
	return fmt.Sprintf("%d:%02d h", m/60, m%60)
}

// cents writes an amount to the nearest cent.
func cents(u units.USD) string {
	const cent = units.Dollar / 100
	n := int64((u + cent/2) / cent)
	return fmt.Sprintf("%d.%02d USD", n/100, n%100)
}

// away is for how long something does not hold, where that was simulated.
func away(s *planner.UpgradeStrategy, broken time.Duration) string {
	if !s.Simulated {
		return ""
	}
	return hours(broken)
}
