package pipeline

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade"
	"github.com/scantling-dev/scantling/planner/upgrade/rollout"
)

// candidate is a strategy on its way to the plan: by formula, and as it was simulated.
type candidate struct {
	formula upgrade.Strategy
	option  upgrade.Option
	// course: the provider has it.
	course bool
	// widths are how many nodes of each pool are replaced at a time, 0 as it is declared;
	// nil is all of them so.
	widths []int
	// search is where they come from; nil where nothing was to be chosen.
	search *widthSearch
	plan   rollout.Plan
	line   rollout.Timeline
	row    planner.UpgradeStrategy
	// broken is how far it falls short of what must be kept, and short in words what is away.
	broken upgrade.Breach
	short  string
	// limited are those of the reasons in its row that limits of time and money are.
	limited int
}

// compare simulates every strategy, holds it to what must be kept and to the limits, and
// chooses one.
func (j *journey) compare(u *planner.Upgrade, calendar []upgrade.Version) *planner.UpgradePlan {
	keep := upgrade.Keep(cmp.Or(u.Keep, planner.UpgradeKeepNPlusOne))
	out := &planner.UpgradePlan{From: j.plan.From, To: u.To, Hops: j.plan.Hops}
	for h, hop := range j.plan.Hops {
		if upgrade.NodesFollow(h+1, len(j.plan.Hops), j.plan.NodeSkew) {
			out.NodeRounds = append(out.NodeRounds, hop)
		}
	}
	refused := *j.problem
	refused.Strategies = nil
	var all []candidate
	for _, s := range upgrade.Compare(refused).Strategies {
		all = append(all, candidate{formula: s})
	}
	for _, o := range j.problem.Strategies {
		if c, known := j.candidate(o, u, keep); known {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b candidate) int { return cmp.Compare(a.formula.Name, b.formula.Name) })
	all, strategies := j.choose(out, all, u, keep)
	j.compromise(out, all, keep)
	out.Nearest = j.nearest(out, all)
	j.pull(out, all, u, keep)
	moments := j.moments(all)
	for i := range all {
		c := &all[i]
		if strategies[i].Pareto {
			out.Pareto = append(out.Pareto, c.row.Name)
		}
		chosen := c.row.Name == cmp.Or(out.Recommended, j.problem.Wanted, out.Nearest)
		if c.row.Simulated && (chosen || len(c.row.BlockedBy) == 0 && moments > 0) {
			c.row.Failure = j.failure(&c.plan, max(moments, 1), c.row.Duration)
		}
		if c.row.Simulated && chosen {
			c.search.explain(c)
		}
		if len(c.row.BlockedBy) == 0 || c.row.Name == j.problem.Wanted || chosen {
			c.row.Timeline = j.timeline(&c.line)
		}
		out.Strategies = append(out.Strategies, c.row)
	}
	out.Stay = j.m.stay(calendar, out.From)
	return out
}

// choose holds the strategies to the limits and chooses one. The widths of that one are
// looked at once more, with what the next ones come to as they are simulated.
func (j *journey) choose(out *planner.UpgradePlan, found []candidate, u *planner.Upgrade, keep upgrade.Keep) ([]candidate, []upgrade.Strategy) {
	strategies := make([]upgrade.Strategy, len(found))
	for round := 1; ; round++ {
		all := slices.Clone(found)
		j.enforce(all, u, keep)
		for i := range all {
			strategies[i] = all[i].choice()
		}
		out.Recommended, out.Reason = upgrade.Choose(strategies, j.problem.Wanted, keep)
		name := cmp.Or(out.Recommended, j.problem.Wanted)
		at := slices.IndexFunc(all, func(c candidate) bool { return c.row.Name == name && c.row.Simulated })
		if at < 0 || round > mostWidthRounds || !found[at].search.climb() {
			return all, strategies
		}
		found[at], _ = j.widened(found[at].option, found[at].search, u, keep)
	}
}

// simulate runs a strategy, and fills in its row. Of a pool by itself only the totals are
// asked for.
func (j *journey) simulate(c *candidate, keep upgrade.Keep) {
	c.plan = j.planAt(c.option, c.widths)
	c.plan.Least, c.plan.KeepsLosses, c.plan.KeepsNodes = j.least(keep), keep != upgrade.KeepTargets, keep == upgrade.KeepCapacity
	c.line = rollout.Run(&c.plan, rollout.Options{Quiet: j.lone})
	j.tell(c, keep)
}

// tell fills in the row of a strategy, by its formula and as it was simulated.
func (j *journey) tell(c *candidate, keep upgrade.Keep) {
	t, f := &c.line, &c.formula
	c.broken, c.short = upgrade.Breach{}, ""
	c.row = planner.UpgradeStrategy{
		Name: f.Name, Duration: f.Duration, ExtraCost: f.ExtraCost, ExtraCostKnown: f.ExtraCostKnown,
		PeakExtraNodes: f.PeakExtraNodes, MinReady: f.MinReady, Rollback: f.Rollback, BlockedBy: slices.Clone(f.BlockedBy), Notes: slices.Clone(f.Notes),
		Simulated: t.Finished,
		NoTarget:  t.NoTarget, NoRedundancy: t.NoRedundancy, AfterNode: t.AfterNode, AfterZone: t.AfterZone,
		RollbackControlPlane: j.plan.Times.ControlPlaneRollback, RollbackNodes: j.blueStays(&c.plan),
	}
	r := &c.row
	if t.Finished {
		r.Duration, r.ExtraCost, r.ExtraCostKnown, r.MinReady = t.Duration, t.ExtraCost, t.ExtraCostKnown, t.MinReady
	} else if len(r.BlockedBy) == 0 {
		r.BlockedBy = slices.Clone(t.BlockedBy)
	}
	if t.Finished {
		for i, note := range r.Notes {
			if of, found := strings.CutSuffix(note, upgrade.AtMostThese); found {
				r.Notes[i] = of + j.atMost(c)
			}
		}
	}
	if c.plan.Course == rollout.ClusterBlueGreen {
		r.RollbackControlPlane = 0 // the first cluster's is not touched
		r.ControlPlaneCost = upgrade.Cost(j.plan.ControlPlaneFee.PerHour, 1, r.Duration)
		r.VolumesCost = upgrade.Cost(j.plan.Volumes.PerHour, 1, r.Duration)
	}
	j.peaks(c)
	for i := range t.Workloads {
		w := &t.Workloads[i]
		r.Workloads = append(r.Workloads, planner.UpgradeWorkload{
			Group: j.groups[j.works[i].group].Name, Name: w.Name, Pods: w.Pods, Need: j.works[i].need, MinReady: w.MinReady, MinReadyAt: w.MinReadyAt,
			NoTarget: w.NoTarget, AfterNode: w.AfterNode, AfterZone: w.AfterZone, Pending: w.Pending,
		})
	}
	for _, low := range []struct {
		of      *rollout.Low
		failing planner.UpgradeFailing
	}{{&t.Worst, ""}, {&t.WorstAfterNode, planner.UpgradeNodeFails}, {&t.WorstAfterZone, planner.UpgradeZoneFails}} {
		if l := low.of; l.Workload != "" {
			r.Worst = append(r.Worst, planner.UpgradeWorst{
				Failing: low.failing, Zone: l.Zone, At: l.At, Step: l.During, Workload: j.worstName(l.Number), Ready: l.Ready, Holds: l.Holds,
			})
		}
	}
	j.keeping(c, keep)
}

// most is what a simulated strategy takes where pods leave the nodes of GKE's autoscaled
// blue/green one by one: of groups that are replaced so what their formula says.
func (j *journey) most(c *candidate) (nodes int, cost units.USD) {
	cost = c.line.ExtraCost
	for i := range c.line.Pools {
		f, t := &c.formula.Groups[i], &c.line.Pools[i]
		if j.problem.Groups[i].By(c.option).Course != upgrade.CourseGKEAutoscaledBlueGreen {
			nodes = max(nodes, t.PeakExtraNodes)
			continue
		}
		nodes, cost = max(nodes, f.PeakExtraNodes), cost+f.ExtraCost-t.ExtraCost
	}
	return nodes, cost
}

// atMost notes what a strategy with GKE's autoscaled blue/green comes to beside its simulation.
func (j *journey) atMost(c *candidate) string {
	nodes, cost := j.most(c)
	most := fmt.Sprintf("%d node%s more", nodes, plural(nodes))
	if c.line.ExtraCostKnown {
		most += " for " + moneyWords(cost, 0) + " USD"
	}
	return "time, extra nodes and cost are of pods that stay until they are evicted: it is over sooner, and takes up to " + most + ", where pods leave blue's nodes one by one"
}

// worstName is the name of a workload, with its group's where several have one of the name.
func (j *journey) worstName(w int) string {
	work := &j.works[w]
	for i := range j.works {
		if i != w && j.works[i].name == work.name {
			return j.groups[work.group].Name + "/" + work.name
		}
	}
	return work.name
}

// blueStays returns how long old nodes are kept after the last pod has left them, of the
// pools of which they are.
func (j *journey) blueStays(p *rollout.Plan) time.Duration {
	var longest time.Duration
	for i := range p.Pools {
		switch cmp.Or(p.Pools[i].Course, p.Course) {
		case rollout.NodeGroupBlueGreen:
			longest = max(longest, j.plan.Times.Soak)
		case rollout.GKEBlueGreen:
			longest = max(longest, min(j.plan.Times.Soak, upgrade.LongestSoak))
		case rollout.ClusterBlueGreen:
			longest = max(longest, j.plan.Times.ParallelRun)
		case rollout.EKSDefault, rollout.EKSMinimal, rollout.GKESurge, rollout.GKEAutoscaledBlueGreen, rollout.InPlace, rollout.Rolling:
		}
	}
	return longest
}

// keeping says what of that which must be kept is away meanwhile, and for how long, and
// notes whether the declared losses are survived.
func (j *journey) keeping(c *candidate, keep upgrade.Keep) {
	t := &c.line
	c.row.Notes = slices.DeleteFunc(c.row.Notes, func(n string) bool { return strings.Contains(n, "n_plus_one") })
	c.row.Notes = append(c.row.Notes, j.paidAnyway(c)...)
	if j.plan.Redundant != nil {
		switch {
		case t.NoRedundancy > 0:
			c.row.Notes = append(c.row.Notes, "breaks n_plus_one: declared losses not survived for "+spanWords(t.NoRedundancy))
		case j.enough(c): // else what must be kept is said to be broken by pods that are too few
			c.row.Notes = append(c.row.Notes, "keeps n_plus_one")
		}
	}
	var parts []string
	below := j.below(c)
	if t.Short > 0 {
		parts = append(parts, "pods are too few for "+spanWords(t.Short)+": "+strings.Join(below, ", ")+unasked(t))
	}
	c.broken.For, c.row.Broken = t.Broken, t.Broken
	if t.Broken > 0 {
		c.broken.Away = units.Whole - min(c.row.MinReady, units.Whole)
	}
	if keep != upgrade.KeepTargets && t.NoRedundancy > 0 {
		parts = append(parts, "declared losses not survived for "+spanWords(t.NoRedundancy))
	}
	if keep == upgrade.KeepCapacity && c.row.MinReady < units.Whole {
		parts = append(parts, "fewer nodes are ready than planned")
	}
	c.short = strings.Join(parts, "; ")
	if t.NoTarget > 0 && len(below) == 0 {
		c.row.Notes = append(c.row.Notes, "at the peak targets do not hold for "+spanWords(t.NoTarget)+", within what budgets let go: "+strings.Join(j.missed(c), ", "))
	}
}

// paidAnyway notes for how long machines of one's own are used that stand idle otherwise.
func (j *journey) paidAnyway(c *candidate) []string {
	hours := 0.0
	for i := range c.row.Groups {
		at := j.pools[i]
		machine := j.groups[at.group].Pools[at.pool].InstanceType
		if j.m.counted(machine) {
			hours += c.row.Groups[i].ExtraNodeHours
		}
	}
	if hours == 0 {
		return nil
	}
	return []string{fmt.Sprintf("machines that stand idle are used for %.1f hours: they are paid for anyway", hours)}
}

// below names the workloads of which fewer pods are ready than must be kept, and notes the
// largest share of them that is missing.
func (j *journey) below(c *candidate) []string {
	var names []string
	for i := range c.row.Workloads {
		w := &c.row.Workloads[i]
		if least := c.plan.Least[i]; w.MinReady < least {
			c.broken.Missing = max(c.broken.Missing, units.CeilDiv(units.Whole*units.Ratio(least-w.MinReady), units.Ratio(least)))
			names = append(names, fmt.Sprintf("%s/%s (%d ready of %d)", w.Group, w.Name, w.MinReady, least))
		}
	}
	return names
}

// unasked says that pods are too few since their group got smaller; empty where they are not.
func unasked(t *rollout.Timeline) string {
	if !slices.ContainsFunc(t.Workloads, func(w rollout.WorkloadTotals) bool { return w.Unasked }) {
		return ""
	}
	return ", since EKS takes surplus nodes away against budgets"
}

// enough reports whether as many pods of each workload are ready all the time as budgets
// leave of those that targets need.
func (j *journey) enough(c *candidate) bool {
	for i := range c.row.Workloads {
		if c.row.Workloads[i].MinReady < j.works[i].floor {
			return false
		}
	}
	return true
}

// least is how many pods of each workload must be ready all the time: those of targets, or
// those that budgets leave of them.
func (j *journey) least(keep upgrade.Keep) []int {
	out := make([]int, len(j.works))
	for i := range j.works {
		if out[i] = j.works[i].floor; keep == upgrade.KeepTargets {
			out[i] = j.works[i].need
		}
	}
	return out
}

// missed names the workloads whose targets do not hold.
func (j *journey) missed(c *candidate) []string {
	var names []string
	for i := range c.row.Workloads {
		if w := &c.row.Workloads[i]; w.NoTarget > 0 {
			names = append(names, fmt.Sprintf("%s/%s (%d ready, %d needed)", w.Group, w.Name, w.MinReady, w.Need))
		}
	}
	return names
}

// enforce blocks what breaks that which must be kept. Where nobody said what that is, it
// is noted in development and where every strategy breaks it: then the one that breaks it
// least is the choice.
func (j *journey) enforce(all []candidate, u *planner.Upgrade, keep upgrade.Keep) {
	assumed := !j.m.cluster.KeepDeclared(u)
	some := slices.ContainsFunc(all, func(c candidate) bool { return c.course && len(c.row.BlockedBy) == 0 && c.short == "" })
	some = some && !j.problem.MayStop
	for i := range all {
		r := &all[i].row
		switch {
		case !all[i].course:
			r.Name, r.BlockedBy = all[i].formula.Name, all[i].formula.BlockedBy
		case all[i].short == "":
		case some || !assumed:
			r.BlockedBy = append(slices.Clip(r.BlockedBy), fmt.Sprintf("keep = %s: %s", keep, all[i].short))
		case !strings.HasPrefix(all[i].short, "declared losses"):
			r.Notes = append(slices.Clip(r.Notes), all[i].short)
		}
		if note := "time and cost are as if nothing blocked it"; len(r.BlockedBy) > 0 && all[i].course && !slices.Contains(r.Notes, note) {
			r.Notes = append(slices.Clip(r.Notes), note)
		}
	}
}

// compromise says that the strategy to take breaks what is kept by default, since declared
// limits block all that keep it.
func (j *journey) compromise(out *planner.UpgradePlan, all []candidate, keep upgrade.Keep) {
	at := slices.IndexFunc(all, func(c candidate) bool { return c.row.Name == out.Recommended && c.course })
	if at < 0 || all[at].short == "" || j.problem.MayStop {
		return
	}
	var parts []string
	for i := range all {
		if c := &all[i]; c.keeps() && c.limited > 0 {
			parts = append(parts, c.row.Name+" "+strings.Join(c.row.BlockedBy[:c.limited], ", "))
		}
	}
	if len(parts) == 0 {
		return
	}
	out.Compromise = fmt.Sprintf("%s is kept by default, and %s breaks it: %s; declared limits block all that keep it: %s",
		keep, out.Recommended, all[at].short, strings.Join(parts, "; "))
}

// nearest is the strategy that is nearest to be usable where none is: one that only limits of
// time and money block, then one that ends and breaks what must be kept, the cheapest of them.
func (j *journey) nearest(out *planner.UpgradePlan, all []candidate) string {
	if out.Recommended != "" {
		return ""
	}
	far := func(c *candidate) int {
		switch {
		case c.row.Name == j.problem.Wanted:
			return 0
		case c.keeps():
			return 1
		case c.row.Simulated:
			return 2
		}
		return 3
	}
	some := slices.DeleteFunc(slices.Clone(all), func(c candidate) bool { return !c.course })
	if len(some) == 0 {
		return ""
	}
	best := slices.MinFunc(some, func(a, b candidate) int { return cmp.Or(cmp.Compare(far(&a), far(&b)), byCost(a, b)) })
	return best.row.Name
}

// choice is the strategy as the stage chooses by.
func (c *candidate) choice() upgrade.Strategy {
	s := c.formula
	s.Duration, s.ExtraCost, s.ExtraCostKnown, s.MinReady = c.row.Duration, c.row.ExtraCost, c.row.ExtraCostKnown, c.row.MinReady
	s.BlockedBy, s.Broken = c.row.BlockedBy, c.broken
	s.Forces = s.Forces || c.line.Forced > 0
	s.ExtraNodeHours = 0
	for i := range c.row.Groups {
		s.ExtraNodeHours += c.row.Groups[i].ExtraNodeHours
	}
	return s
}

// mostTried bounds the pods and nodes that the trials of a comparison move, in all;
// mostMoments at how many moments of a strategy something fails.
const (
	mostTried   = 300_000
	mostMoments = 12
)

// moments is at how many moments something fails in each strategy that can be used; 0
// where there is too much to move for one of each.
func (j *journey) moments(all []candidate) int {
	usable := 1
	for i := range all {
		if len(all[i].row.BlockedBy) == 0 && all[i].row.Simulated {
			usable++
		}
	}
	return min(mostTried/max(j.effort(), 1)/(len(j.plan.Zones)+1)/usable, mostMoments)
}

// failure says the worst that a failure in the middle makes of an upgrade, which takes a time
// without one; empty where none could be tried.
func (j *journey) failure(of *rollout.Plan, moments int, calm time.Duration) string {
	p := *of
	p.Redundant = nil // what a failure leaves is asked for, and not what another would
	worst, ok := rollout.Trials(&p, moments)
	if !ok {
		return ""
	}
	what := "the fullest node"
	if worst.Zone != "" {
		what = "zone " + worst.Zone
	}
	words := []string{fmt.Sprintf("%s fails at %s (%s)", what, hoursMinutes(worst.At), worst.During)}
	switch {
	case !worst.Finished:
		words = append(words, "the upgrade does not end: "+strings.Join(worst.BlockedBy, "; "))
	case worst.Duration < calm:
		words = append(words, "it takes "+spanWords(worst.Duration)+", less than without, since nodes that have failed are not replaced one by one")
	default:
		words = append(words, "it takes "+spanWords(worst.Duration))
	}
	switch {
	case worst.Unplaced > 0 && worst.Finished:
		words = append(words, waitWords(worst.Unplaced))
	case worst.Unplaced > 0: // those that it ends with are told
		words = append(words, "until then "+waitWords(worst.Unplaced))
	}
	if worst.NoTarget > 0 {
		words = append(words, "targets do not hold for "+spanWords(worst.NoTarget))
	} else {
		words = append(words, "targets hold")
	}
	return strings.Join(words, ", ")
}

// waitWords says how many pods wait for a place at most.
func waitWords(pods int) string {
	if pods == 1 {
		return "up to 1 pod waits for a place"
	}
	return fmt.Sprintf("up to %d pods wait for a place", pods)
}

// hoursMinutes writes a moment as tables do, rounded up: "4:53".
func hoursMinutes(d time.Duration) string {
	m := int64(units.CeilDiv(d, time.Minute))
	return fmt.Sprintf("%d:%02d", m/60, m%60)
}

// spanWords writes a time to the second, rounded up: "1 h 5 min", "50 s". Days are told where
// they are whole, so that longer times can be found in a chart.
func spanWords(d time.Duration) string {
	const day = 86400
	s := int64(units.CeilDiv(d, time.Second))
	if s >= 2*day && s%day == 0 {
		return fmt.Sprintf("%d d", s/day)
	}
	var parts []string
	for _, u := range []struct {
		name string
		size int64
	}{{"h", 3600}, {"min", 60}, {"s", 1}} {
		if n := s / u.size; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, u.name))
			s %= u.size
		}
	}
	if len(parts) == 0 {
		return "0 s"
	}
	return strings.Join(parts, " ")
}
