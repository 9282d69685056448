package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// UpgradeShown is what a text about an upgrade shows.
type UpgradeShown struct {
	Plan    *planner.Plan
	Upgrade *planner.UpgradePlan
	Outlook *planner.UpgradeOutlook
	// Asked is the upgrade that was compared.
	Asked *planner.Upgrade
	// StayUntil is the day that staying was to be priced to, zero where none was named.
	StayUntil units.Date
	// Strategy whose course is shown, by name; empty where there is none to take.
	Strategy string
	// Timeline adds every event of its course.
	Timeline bool
}

// strategy is the one whose course is shown; nil where all are blocked and none was
// named.
func (s *UpgradeShown) strategy() *planner.UpgradeStrategy { return s.Upgrade.Named(s.Strategy) }

// Upgrade writes the comparison of the strategies, the course of one, what staying costs
// and the calendar.
func Upgrade(w io.Writer, shown UpgradeShown, o Options) error {
	out := &page{o: o}
	out.upgrading(&shown)
	return out.flush(w)
}

// upgrading is the whole of it.
func (p *page) upgrading(shown *UpgradeShown) {
	p.upgradeHead(shown)
	p.blank()
	p.compared(shown)
	p.chosen(shown)
	if s := shown.strategy(); s != nil {
		p.blank()
		p.course(shown, s)
	}
	p.blank()
	p.stay(shown)
	p.blank()
	if shown.Timeline && shown.Outlook.Stay > 0 {
		p.months(shown.Outlook)
		p.blank()
	}
	p.windows(shown.Outlook)
	p.blank()
	p.upgradeNext(shown)
}

func (p *page) upgradeHead(s *UpgradeShown) {
	u := s.Upgrade
	way := u.From + " -> " + u.To
	if p.o.Service != "" {
		way = p.o.Service + " " + way
	}
	items := []string{way, count(len(u.Hops), "hop")}
	if len(u.Hops) > 1 {
		items[1] += ": " + strings.Join(u.Hops, ", ")
		if len(u.NodeRounds) > 0 {
			items = append(items, "nodes follow at "+strings.Join(u.NodeRounds, ", "))
		}
	}
	keep := "should hold: " + string(cmp.Or(s.Asked.Keep, planner.UpgradeKeepNPlusOne)) + " (by default)"
	if s.Plan.Cluster.KeepDeclared(s.Asked) {
		keep = "must hold: " + string(s.Asked.Keep)
	}
	items = append(items, "as of "+string(s.Plan.Cluster.AsOf), keep)
	if s.Asked.FinishWithin > 0 {
		items = append(items, "within "+hoursMinutes(s.Asked.FinishWithin))
	}
	if s.Asked.MaxExtra != nil {
		items = append(items, "for at most "+usd(*s.Asked.MaxExtra)+" USD")
	}
	p.heading(s.Plan.Cluster.Name, items...)
}

// compared has a line for each strategy.
func (p *page) compared(s *UpgradeShown) {
	t := table{columns: []column{
		{title: "STRATEGY"},
		{title: "H:MM", right: true},
		{title: "EXTRA USD", right: true},
		{title: "PEAK NODES", right: true, drop: 1},
		{title: "READY", right: true},
		{title: "TARGETS"},
		{title: "LOSSES"},
		{title: "VERDICT", wraps: true},
	}}
	for i := range s.Upgrade.Strategies {
		o := &s.Upgrade.Strategies[i]
		verdict, look := s.verdict(o)
		if o.Duration == 0 {
			t.addStyled(look, o.Name, none, none, none, none, none, none, verdict)
			continue
		}
		t.addStyled(
			look, o.Name, hoursMinutes(o.Duration), extraWords(o), peakWords(o), percent(downToPercent(o.MinReady)),
			heldWords(o, o.NoTarget), lossesHeld(s.Plan, heldWords(o, o.NoRedundancy)), verdict,
		)
	}
	t.removeEmpty()
	p.table(&t)
	legend := []string{"READY: least share of the nodes of a group"}
	if slices.ContainsFunc(s.Upgrade.Strategies, func(o planner.UpgradeStrategy) bool { return o.Simulated }) {
		if lossesHeld(s.Plan, "held") == none {
			legend = append(legend, "TARGETS: for how long targets are missed")
		} else {
			legend = append(legend, "TARGETS, LOSSES: for how long targets are missed, and declared losses not survived")
		}
	}
	p.labelled("", dim, legend...)
}

// verdict says what a strategy is worth, as a plan does, and whether another one is
// better in everything.
func (s *UpgradeShown) verdict(o *planner.UpgradeStrategy) (string, style) {
	asked := *s.Plan
	asked.Cluster.Upgrade, asked.Upgrade = s.Asked, s.Upgrade
	words, look := verdictOf(&asked, o)
	if len(o.BlockedBy) == 0 && len(s.Upgrade.Pareto) > 0 && !slices.Contains(s.Upgrade.Pareto, o.Name) {
		words += ", outdone"
	}
	return words, look
}

func extraWords(o *planner.UpgradeStrategy) string {
	if !o.ExtraCostKnown {
		return notKnown
	}
	return usd(o.ExtraCost)
}

// peakWords writes the most nodes at a time: "18 (+6)".
func peakWords(o *planner.UpgradeStrategy) string {
	extra := "+" + number(o.PeakExtraNodes)
	if o.PeakNodes == 0 {
		return extra
	}
	return number(o.PeakNodes) + " (" + extra + ")"
}

// heldWords says for how long something does not hold, where it was simulated.
func heldWords(o *planner.UpgradeStrategy, broken time.Duration) string {
	switch {
	case !o.Simulated:
		return none
	case broken == 0:
		return "held"
	}
	return "not " + hoursMinutes(broken)
}

// lossesHeld is what is said of declared losses, nothing where no group declares any.
func lossesHeld(plan *planner.Plan, held string) string {
	declares := func(g planner.NodeGroup) bool { return g.Redundancy.Nodes > 0 || g.Redundancy.Zones > 0 }
	if len(plan.Cluster.NodeGroups) > 0 && !slices.ContainsFunc(plan.Cluster.NodeGroups, declares) {
		return none
	}
	return held
}

// long writes a time to the second: "7 d", "36 h", "1 min 30 s". Days are told where they are
// whole.
func long(d time.Duration) string {
	const day = 24 * time.Hour
	if d >= 2*day && d%day == 0 {
		return thousands(int64(d/day)) + " d"
	}
	d = (d + time.Second - 1) / time.Second * time.Second
	var parts []string
	for _, u := range []struct {
		name string
		size time.Duration
	}{{"h", time.Hour}, {"min", time.Minute}, {"s", time.Second}} {
		if n := int64(d / u.size); n > 0 {
			parts = append(parts, thousands(n)+" "+u.name)
			d %= u.size
		}
	}
	if len(parts) == 0 {
		return "0 s"
	}
	return strings.Join(parts, " ")
}

// chosen writes which strategy to take and why, which are the best in something, and
// how to go back.
func (p *page) chosen(s *UpgradeShown) {
	u := s.Upgrade
	switch {
	case u.Recommended == "":
		p.labelled("RECOMMENDED", red, "none: "+cmp.Or(u.Reason, "every strategy is blocked"))
	case u.Reason == "":
		p.labelled("RECOMMENDED", bold, u.Recommended)
	default:
		p.labelled("RECOMMENDED", bold, u.Recommended+": "+u.Reason)
	}
	if u.Compromise != "" {
		p.labelled("NOT KEPT", red, u.Compromise)
	}
	p.levers(s)
	if len(u.Pareto) > 0 {
		p.labelled("BEST OF", plain, strings.Join(u.Pareto, ", ")+": no other is at least as good in time, cost and what stays ready, and better in one")
	}
	p.rollbacks(u)
	label := "IF ONE FAILS"
	for i := range u.Strategies {
		if o := &u.Strategies[i]; o.Failure != "" && o.Name != s.Strategy {
			p.labelled(label, plain, o.Name+": "+o.Failure)
			label = ""
		}
	}
}

// course writes how a strategy goes in each group, when, what is thinnest, and what it
// does to pods.
func (p *page) course(s *UpgradeShown, o *planner.UpgradeStrategy) {
	if o.Duration == 0 {
		p.labelled("COURSE", plain, o.Name+" has none: "+strings.Join(o.BlockedBy, "; "))
		return
	}
	p.chart(o.Name, ganttOf(s.Upgrade, o))
	if p.rich != nil {
		p.labelled("", dim, "strong: under way", "pale: waiting", "h:mm from the start")
	} else {
		p.labelled("", dim, "# under way", "~ waiting", "h:mm from the start")
	}
	p.blank()
	p.groupCourses(s, o)
	p.widths(s, o)
	p.worst(o)
	p.blank()
	p.podsOf(o)
	p.peaks(o)
	if len(o.Notes) > 0 {
		p.entry("NOTES", plain, len(margin), o.Notes...)
	}
	if s.Timeline {
		p.blank()
		p.timeline(o)
	}
}

// groupCourses has a line for each group and pool, with the parameters that it is
// replaced with.
func (p *page) groupCourses(s *UpgradeShown, o *planner.UpgradeStrategy) {
	t := table{columns: []column{
		{title: "NODE GROUP"},
		{title: "REPLACED BY"},
		{title: "ROUNDS", right: true, drop: 2},
		{title: "AT", right: true},
		{title: "TAKES", right: true},
		{title: "PEAK", right: true},
		{title: "READY", right: true},
		{title: "EXTRA USD", right: true},
		{title: "LONGEST DRAIN", drop: 1},
		{title: "AT A TIME", wraps: true},
	}}
	for _, g := range groupsInTime(o) {
		extra := notKnown
		if o.ExtraCostKnown {
			extra = usd(g.ExtraCost)
		}
		drain := none
		if g.Drain > 0 {
			drain = long(g.Drain)
			if g.DrainWorkload != "" {
				drain += ", " + g.DrainWorkload
			}
		}
		ready := percent(downToPercent(g.MinReady))
		if g.MinReadyNodes > 0 {
			ready = "at least " + number(g.MinReadyNodes)
		}
		by := none
		if o.Departs() {
			by = o.By(g)
		}
		t.add(g.Name, by, countOrDash(g.Rounds), hoursMinutes(g.Start), hoursMinutes(g.Duration), "+"+number(g.PeakExtraNodes), ready, extra, drain, s.groupWidth(g))
	}
	t.removeEmpty()
	p.table(&t)
}

// groupsInTime returns the groups of a strategy in the order in which they begin.
func groupsInTime(o *planner.UpgradeStrategy) []*planner.UpgradeGroup {
	var out []*planner.UpgradeGroup
	for i := range o.Groups {
		out = append(out, &o.Groups[i])
	}
	slices.SortStableFunc(out, func(a, b *planner.UpgradeGroup) int { return cmp.Compare(a.Start, b.Start) })
	return out
}

func countOrDash(n int) string {
	if n == 0 {
		return none
	}
	return number(n)
}

// worst tells the steps at which the least is ready, and would be after failures.
func (p *page) worst(o *planner.UpgradeStrategy) {
	label := "WORST STEP"
	for i := range o.Worst {
		p.labelled(label, plain, worstWords(o, &o.Worst[i]))
		label = ""
	}
	if o.Failure != "" {
		p.labelled(label, plain, o.Failure)
	}
}

// worstWords tells a step as a sentence.
func worstWords(o *planner.UpgradeStrategy, w *planner.UpgradeWorst) string {
	pods, all := number(w.Ready), false
	for i := range o.Workloads {
		if o.Workloads[i].Name == w.Workload || o.Workloads[i].Group+"/"+o.Workloads[i].Name == w.Workload {
			pods, all = number(w.Ready)+" of "+count(o.Workloads[i].Pods, "pod"), w.Ready >= o.Workloads[i].Pods
			break
		}
	}
	targets := "no target is missed"
	if !w.Holds {
		targets = "its target is missed"
	}
	at := hoursMinutes(w.At)
	if w.Step != "" {
		at += " (" + w.Step + ")"
	}
	if w.Failing == "" && all {
		return "all pods are ready all the time"
	}
	switch w.Failing {
	case planner.UpgradeNodeFails:
		return fmt.Sprintf("if a node fails at %s, %s has %s ready: %s", at, w.Workload, pods, targets)
	case planner.UpgradeZoneFails:
		zone := "a zone"
		if w.Zone != "" {
			zone = w.Zone
		}
		return fmt.Sprintf("if %s fails at %s, %s has %s ready: %s", zone, at, w.Workload, pods, targets)
	}
	return fmt.Sprintf("at %s %s has %s ready: %s", at, w.Workload, pods, targets)
}

// podsOf has a line for each workload whose pods are fewer for a while.
func (p *page) podsOf(o *planner.UpgradeStrategy) {
	t := table{columns: []column{
		{title: "WORKLOAD"},
		{title: "PODS", right: true},
		{title: "FEWEST READY", right: true},
		{title: "AT", right: true},
		{title: "IF A NODE FAILS", right: true},
		{title: "IF A ZONE FAILS", right: true},
		{title: "WAITING", right: true},
		{title: "TARGET"},
	}}
	untouched := 0
	for i := range o.Workloads {
		w := &o.Workloads[i]
		if w.MinReady >= w.Pods && w.NoTarget == 0 && w.Pending == 0 {
			untouched++
			continue
		}
		look := plain
		if w.NoTarget > 0 {
			look = red
		}
		t.addStyled(
			look, w.Group+"/"+w.Name, number(w.Pods), number(w.MinReady), hoursMinutes(w.MinReadyAt), number(w.AfterNode), number(w.AfterZone),
			countOrDash(w.Pending), targetHeld(o, w),
		)
	}
	if len(t.rows) > 0 {
		t.removeEmpty()
		p.table(&t)
	}
	if untouched > 0 {
		p.labelled("", dim, "pods of "+count(untouched, "workload")+" are all ready all the time")
	}
}

// targetHeld is heldWords of a workload's target, where it has one: what misses nothing with
// fewer pods than it needs has none.
func targetHeld(o *planner.UpgradeStrategy, w *planner.UpgradeWorkload) string {
	if w.NoTarget == 0 && w.MinReady < max(w.Need, 1) {
		return "no target"
	}
	return heldWords(o, w.NoTarget)
}

// peaks writes what is taken at most: nodes by zone, and limits of the account.
func (p *page) peaks(o *planner.UpgradeStrategy) {
	var items []string
	if o.PeakNodes > 0 {
		items = append(items, count(o.PeakNodes, "node"))
	}
	if o.PeakVCPUs > 0 {
		items = append(items, thousands(o.PeakVCPUs)+" vCPU")
	}
	var zones []string
	nodes := 0
	for _, z := range o.PeakByZone {
		zones = append(zones, z.Zone+" "+number(z.Nodes))
		nodes += z.Nodes
	}
	if nodes > o.PeakNodes && len(zones) > 0 {
		// Zones peak one after another: their sum never runs.
		zones[0] = "by zone, not all at once: " + zones[0]
	}
	items = append(items, zones...)
	for _, l := range o.Limits {
		words := fmt.Sprintf("%s %s of %s", l.Resource, thousands(l.Used), thousands(l.Limit))
		items = append(items, words)
	}
	if len(items) > 0 {
		p.labelled("AT THE PEAK", plain, items...)
	}
}

// timeline lists every event.
func (p *page) timeline(o *planner.UpgradeStrategy) {
	t := table{columns: []column{{title: "TIME", right: true}, {title: "UNTIL", right: true}, {title: "WHERE"}, {title: "EVENT", wraps: true}}}
	for i := 0; i < len(o.Timeline); {
		e := &o.Timeline[i]
		n := sameInZones(o.Timeline[i:])
		until := none
		if e.Until > e.At {
			until = clock(e.Until)
		}
		t.add(clock(e.At), until, orDash(e.Group), eventsWords(o.Timeline[i:i+n]))
		i += n
	}
	if len(t.rows) == 0 {
		p.labelled("TIMELINE", plain, "no events are known of "+o.Name)
		return
	}
	t.removeEmpty()
	p.table(&t)
}

// clock writes a time as h:mm:ss, rounded up to the second.
func clock(d time.Duration) string {
	s := int64((d + time.Second - 1) / time.Second)
	return fmt.Sprintf("%s:%02d:%02d", thousands(s/3600), s/60%60, s%60)
}

// rateWords writes a rate of an hour, to the cent.
func rateWords(a planner.Amount) string {
	if !a.Known {
		return notKnown
	}
	return usd(units.USD(a.Rate)) + " USD/hour"
}
