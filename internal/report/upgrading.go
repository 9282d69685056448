package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// breaksRedundancy begins the notes of strategies that do not hold the declared
// losses meanwhile, and is their verdict.
const breaksRedundancy = "breaks n_plus_one"

// upgrade writes the strategies of the upgrade side by side, and what is to be minded
// of the one to take.
func (p *page) upgrade(plan *planner.Plan) {
	u := plan.Upgrade
	if u == nil {
		return
	}
	items := []string{u.From + " -> " + u.To, count(len(u.Hops), "hop")}
	switch {
	case u.Recommended == "":
		items = append(items, cmp.Or(u.Reason, "no strategy is recommended"))
	case u.Reason != "":
		items = append(items, u.Recommended+": "+u.Reason)
	default:
		items = append(items, u.Recommended)
	}
	p.labelled("UPGRADE", plain, items...)
	t := table{columns: []column{
		{title: "STRATEGY"},
		{title: "H:MM", right: true},
		{title: "EXTRA USD", right: true},
		{title: "PEAK NODES", right: true},
		{title: "NODES READY", right: true},
		{title: "TARGETS"},
		{title: "N+1"},
		{title: "ROLL BACK"},
		{title: "VERDICT", wraps: true},
	}}
	for i := range u.Strategies {
		s := &u.Strategies[i]
		verdict, look := verdictOf(plan, s)
		if s.Duration == 0 && len(s.BlockedBy) > 0 {
			t.addStyled(look, s.Name, none, none, none, none, none, none, none, verdict)
			continue
		}
		extra := notKnown
		if s.ExtraCostKnown {
			extra = usd(s.ExtraCost)
		}
		t.addStyled(
			look, s.Name, hoursMinutes(s.Duration), extra, "+"+number(s.PeakExtraNodes),
			percent(downToPercent(s.MinReady)), heldBut(s, s.NoTarget), lossesHeld(plan, heldBut(s, s.NoRedundancy)), cmp.Or(s.Rollback, none), verdict,
		)
	}
	if full := t.fits(p.o.width()); full {
		p.table(&t)
		p.upgradeNotes(u)
		return
	}
	const rollbackColumn = 7
	t.remove(rollbackColumn)
	p.table(&t)
	p.upgradeNotes(u)
	p.rollbacks(u)
}

// heldBut writes that something holds all the time, or for how long not, in minutes
// rounded up; nothing where the strategy was not simulated.
func heldBut(s *planner.UpgradeStrategy, away time.Duration) string {
	switch {
	case !s.Simulated:
		return none
	case away == 0:
		return "held"
	}
	return "not " + hoursMinutes(units.CeilDiv(away, time.Minute)*time.Minute)
}

// verdictOf says what a strategy is worth: blocked, the one to take, since it is
// recommended or the spec asks for it, or possible; and whether it breaks the
// redundancy.
func verdictOf(plan *planner.Plan, s *planner.UpgradeStrategy) (verdict string, look style) {
	look = plain
	var words []string
	switch asked := plan.Cluster.Upgrade; {
	case len(s.BlockedBy) > 0:
		verdict = "blocked: " + strings.Join(s.BlockedBy, "; ")
		if by := departures(s); len(by) > 0 {
			verdict += " (" + strings.Join(by, ", ") + ")"
		}
		return verdict, dim
	case asked != nil && asked.Strategy == s.Name:
		words, look = append(words, "ASKED FOR"), bold
	case s.Name == plan.Upgrade.Recommended:
		words, look = append(words, "RECOMMENDED"), bold
	}
	if slices.ContainsFunc(s.Notes, func(n string) bool { return strings.HasPrefix(n, breaksRedundancy) }) {
		words = append(words, breaksRedundancy)
	}
	if len(words) == 0 {
		words = append(words, "possible")
	}
	return strings.Join(append(words, departures(s)...), ", "), look
}

// mostDeparting groups are named in a verdict.
const mostDeparting = 3

// departures names the groups that are replaced by another strategy, which is their own.
func departures(s *planner.UpgradeStrategy) []string {
	var out, names []string
	for i := range s.Groups {
		g := &s.Groups[i]
		name, _, _ := strings.Cut(g.Name, "/")
		if by := s.By(g); by != s.Name && !slices.Contains(names, name) {
			names, out = append(names, name), append(out, name+" by "+by)
		}
	}
	if len(out) > mostDeparting {
		return []string{count(len(out), "group") + " by strategies of their own"}
	}
	return out
}

// upgradeNotes writes the notes of the strategy to take; what the verdict says is
// not said again.
func (p *page) upgradeNotes(u *planner.UpgradePlan) {
	var items []string
	for _, s := range u.Strategies {
		if s.Name != u.Recommended {
			continue
		}
		for _, n := range s.Notes {
			n = strings.TrimPrefix(n, breaksRedundancy+": ")
			if n != breaksRedundancy {
				items = append(items, n)
			}
		}
		if s.Failure != "" {
			items = append(items, "worst failure: "+s.Failure)
		}
	}
	if len(items) == 0 {
		return
	}
	items[0] = u.Recommended + ": " + items[0]
	p.entry("NOTES", plain, len(margin), items...)
}

// rollbacks writes how to go back, the strategies with the same way together.
func (p *page) rollbacks(u *planner.UpgradePlan) {
	ways := map[string][]string{}
	for _, s := range u.Strategies {
		if s.Rollback != "" && len(s.BlockedBy) == 0 {
			ways[s.Rollback] = append(ways[s.Rollback], s.Name)
		}
	}
	label := "ROLL BACK"
	for _, way := range slices.Sorted(maps.Keys(ways)) {
		p.labelled(label, plain, strings.Join(ways[way], ", ")+": "+way)
		label = ""
	}
}
