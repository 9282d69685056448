package report

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// stay writes what the minors cost and for how long they are supported, and what
// staying costs, month by month.
func (p *page) stay(s *UpgradeShown) {
	o := s.Outlook
	t := table{columns: []column{
		{title: "MINOR"},
		{title: "SUPPORT"},
		{title: "STANDARD UNTIL"},
		{title: "ALL UNTIL"},
		{title: "CONTROL PLANE"},
		{title: "EXTENDED SUPPORT"},
	}}
	for _, m := range []*planner.MinorOutlook{&o.From, &o.To} {
		surcharge := "+" + rateWords(m.Surcharge)
		if m.Surcharge.Known && m.Surcharge.Rate == 0 {
			surcharge = none
		}
		t.add(m.Minor, m.Support, dateOrDash(m.StandardEnd), dateOrDash(m.ExtendedEnd), rateWords(m.Fee), surcharge)
	}
	t.removeEmpty()
	p.table(&t)
	p.labelled("IF YOU STAY", plain, stayWords(s)...)
	if words := perMonthWords(o); words != "" {
		p.labelled("", plain, words)
	}
	switch {
	case o.BreakEven != "":
		p.labelled("NOW OR LATER", plain, fmt.Sprintf("at the end of %s staying has cost more than upgrading by %s", o.BreakEven, s.Upgrade.Recommended),
			"the upgrade itself costs the same later")
	case o.From.Surcharge.Rate > 0 && o.StayKnown && o.Stay <= o.Then:
		p.labelled("NOW OR LATER", plain, "waiting costs no more in fees until "+dateOrDash(o.Until))
	}
	if o.From.Support == "standard" && o.From.StandardEnd != "" {
		p.labelled("", plain, fmt.Sprintf("%s days of standard support are left", number(s.Plan.Cluster.AsOf.DaysUntil(o.From.StandardEnd))))
	}
}

func dateOrDash(d units.Date) string { return orDash(string(d)) }

// stayWords says what staying costs until the end, and what happens then; and what nobody
// has published of a day that was asked for.
func stayWords(s *UpgradeShown) []string {
	return append(stayingWords(s.Outlook, s.Plan.Cluster.AsOf), beyondWords(s)...)
}

// beyondWords says of each minor from which day on nothing is known, where more was asked.
func beyondWords(s *UpgradeShown) []string {
	var items []string
	for _, m := range []*planner.MinorOutlook{&s.Outlook.From, &s.Outlook.To} {
		end := cmp.Or(m.ExtendedEnd, m.StandardEnd)
		free := m.Surcharge.Known && m.Surcharge.Rate == 0
		switch {
		case end >= s.StayUntil: // no day was asked for, or all of it is known
		case end.IsZero():
			items = append(items, fmt.Sprintf("when support of %s ends is not published: whether it costs more before %s is not known", m.Minor, s.StayUntil))
		case free && m == &s.Outlook.From: // its end is said already
		case free:
			items = append(items, fmt.Sprintf("support of %s is over on %s, before %s", m.Minor, end, s.StayUntil))
		default:
			items = append(items, fmt.Sprintf("support of %s is over on %s: what it costs from then to %s is not known", m.Minor, end, s.StayUntil))
		}
	}
	return items
}

// stayingWords says on a day what staying costs until the end, and what happens then.
func stayingWords(o *planner.UpgradeOutlook, day units.Date) []string {
	var items []string
	switch {
	case o.Until.IsZero():
		items = append(items, "the end of support of "+o.From.Minor+" is not published: --stay-until says to which day")
	case o.StayKnown && o.From.Surcharge.Rate == 0:
		end, ends := cmp.Or(o.From.StandardEnd, o.Until), "ends"
		if end <= day {
			ends = "ended"
		}
		return []string{fmt.Sprintf("no fee is added; support of %s %s on %s", o.From.Minor, ends, end)}
	case !o.StayKnown:
		items = append(items, "until "+string(o.Until)+": "+notKnown)
	default:
		items = append(items, fmt.Sprintf("until %s: %s USD of extended support", o.Until, usd(o.Stay)))
	}
	if !o.Until.IsZero() && o.ThenKnown && o.Then > 0 {
		items = append(items, fmt.Sprintf("on %s by then: %s USD", o.To.Minor, usd(o.Then)))
	}
	if !o.Forced.IsZero() {
		items = append(items, "upgraded without being asked from "+string(o.Forced)+" on")
	}
	return items
}

// perMonthWords says from when on a month costs how much; "" where none does.
func perMonthWords(o *planner.UpgradeOutlook) string {
	first := -1
	var least, most units.USD
	for i, m := range o.Months {
		switch {
		case m.Cost == 0:
		case first < 0:
			first = i
		case i < len(o.Months)-1:
			least, most = min(cmp.Or(least, m.Cost), m.Cost), max(most, m.Cost)
		}
	}
	if first < 0 {
		return ""
	}
	words := fmt.Sprintf("%s USD in the month from %s", usd(o.Months[first].Cost), o.Months[first].Date)
	switch {
	case most == 0:
		return words
	case least == most:
		return words + fmt.Sprintf(", %s in each whole one after it", usd(most))
	}
	return words + fmt.Sprintf(", %s to %s in each whole one after it", usd(least), usd(most))
}

// months lists what each month of staying costs, and the sum until then.
func (p *page) months(o *planner.UpgradeOutlook) {
	t := table{columns: []column{{title: "MONTH FROM"}, {title: "USD OF STAYING", right: true}, {title: "SUM", right: true}}}
	var sum units.USD
	for _, m := range o.Months {
		sum += m.Cost
		t.add(string(m.Date), usd(m.Cost), usd(sum))
	}
	p.table(&t)
}

// windows writes the calendar of upgrades.
func (p *page) windows(o *planner.UpgradeOutlook) {
	t := table{columns: []column{
		{title: "CALENDAR"},
		{title: "FROM"},
		{title: "STANDARD UNTIL"},
		{title: "DAYS LEFT", right: true},
		{title: "TO"},
		{title: "PAID SINCE LAST", right: true},
	}}
	for i := range o.Windows {
		w := &o.Windows[i]
		to, left, paid := windowTo(w), none, notKnown
		if !w.Deadline.IsZero() {
			left = leftWords(w.Date.DaysUntil(w.Deadline))
		}
		if w.CostKnown {
			paid = usd(w.Cost)
		}
		if i == 0 || w.CostKnown && w.Cost == 0 {
			paid = none
		}
		look := plain
		if !w.Deadline.IsZero() && w.Date >= w.Deadline {
			look = yellow
		}
		t.addStyled(look, string(w.Date), w.From, dateOrDash(w.Deadline), left, to, paid)
	}
	t.removeEmpty()
	p.table(&t)
	p.labelled("", dim, "an upgrade about every four months (UP-07)", "minors whose dates are published")
}

// leftWords writes how many days are left, or since when they are over.
func leftWords(days int) string {
	if days <= 0 {
		return "over for " + number(-days)
	}
	return number(days)
}

func windowTo(w *planner.UpgradeWindow) string {
	if len(w.Hops) == 0 {
		return "no newer one has a date"
	}
	return strings.Join(w.Hops, ", ")
}

// upgradeNext says what to type next.
func (p *page) upgradeNext(s *UpgradeShown) {
	if o := s.Outlook; o.Newest != s.Upgrade.To && o.Newest != "" && o.Newest != s.Upgrade.From {
		p.command("Newest: ", p.o.run("upgrade --to "+o.Newest))
	}
	if !s.Timeline {
		p.command("Its events: ", p.o.run("upgrade --timeline"))
	}
	p.command("Runbook: ", p.o.run("upgrade -o markdown --out runbook.md"))
}
