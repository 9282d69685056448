package report

import (
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
)

// levers writes what is the least that can be had where limits leave no way that keeps what
// it must, and which single changes open one. Where a strategy is asked for the least is that
// of it alone.
func (p *page) levers(s *UpgradeShown) {
	u := s.Upgrade
	if u.Quickest != nil && u.Cheapest != nil {
		var of []string
		if slices.ContainsFunc(u.Strategies, func(o planner.UpgradeStrategy) bool { return o.Departs() }) {
			of = append(of, "with the strategies that groups have")
		}
		if s.Asked != nil && s.Asked.Strategy != "" && s.Asked.Strategy != "compare" {
			of = append(of, "of the strategy asked for")
		}
		quickest := "quickest " + upgradeWay(u.Quickest)
		if len(of) > 0 {
			quickest = strings.Join(of, ", ") + ": " + quickest
		}
		p.labelled("AT LEAST", plain, quickest, "cheapest "+upgradeWay(u.Cheapest))
	}
	label := "TO OPEN ONE"
	recommended := u.Named(u.Recommended)
	switch {
	case u.Compromise != "":
		label = "TO KEEP BOTH"
	case recommended != nil && recommended.Broken > 0:
		label = "TO KEEP ALL"
	case u.Recommended != "":
		label = "CHEAPER WITH"
	}
	for i := range u.Levers {
		p.labelled(label, plain, leverWords(&u.Levers[i]))
		label = ""
	}
}

// leverWords writes a lever as the spec does, and what comes of it.
func leverWords(l *planner.UpgradeLever) string {
	words := l.Words() + ": " + upgradeWay(&l.Way)
	if l.Risk != "" {
		words += "; not taken by itself: " + l.Risk
	}
	return words
}

// upgradeWay writes a strategy with what it takes.
func upgradeWay(w *planner.UpgradeWay) string {
	cost := "for a cost that is not known"
	if w.ExtraCostKnown {
		cost = "for " + usd(w.ExtraCost) + " USD"
	}
	return w.Strategy + " in " + hoursMinutes(w.Duration) + " h " + cost
}
