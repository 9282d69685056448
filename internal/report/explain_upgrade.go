package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// TopicUpgrade is the planned upgrade by the strategy to take; TopicUpgrade, a point and a
// strategy's name is that one's.
const TopicUpgrade = "upgrade"

// explainUpgrade writes what the time and the cost of a strategy are made of: the times of
// the ground with where each is from, the formula of each group with its figures, and the
// sums. It returns the topics that there are where the strategy is none of them.
func (p *page) explainUpgrade(plan *planner.Plan, topic string) []string {
	u := plan.Upgrade
	if u == nil {
		p.heading(TopicUpgrade)
		p.blank()
		p.prose("The spec declares no upgrade: upgrade { to = \"MINOR\" } plans one.")
		return nil
	}
	name, named := strings.CutPrefix(topic, TopicUpgrade+".")
	if !named {
		name = u.Recommended
		if name == "" && plan.Cluster.Upgrade != nil {
			name = plan.Cluster.Upgrade.Strategy
		}
	}
	o := u.Named(name)
	if o == nil && named {
		return upgradeTopics(plan)
	}
	p.heading(TopicUpgrade, u.From+" -> "+strings.Join(u.Hops, " -> "), orDash(name))
	p.blank()
	p.upgradeTimes(plan)
	if o == nil || o.Duration == 0 {
		p.blank()
		if o == nil {
			p.prose("Every strategy is blocked: " + p.o.run("upgrade") + " says by what.")
		} else {
			p.prose(o.Name + " has no course: " + strings.Join(o.BlockedBy, "; "))
		}
		return nil
	}
	e := &upgradeSum{c: commandsOf(plan, u, o), m: &p.o.Mechanics}
	p.blank()
	p.upgradeGroups(e)
	p.blank()
	p.upgradeTotals(e)
	return nil
}

// upgradeTimes has a line for each time of the ground.
func (p *page) upgradeTimes(plan *planner.Plan) {
	t := table{columns: []column{{title: "TIME"}, {title: "VALUE"}, {title: "FROM"}, {title: "WHAT", wraps: true}}}
	for _, x := range upgradeTimes(&plan.Cluster, &p.o.Mechanics) {
		t.add(x.name, long(x.time), x.basis, orDash(x.more))
	}
	if n := p.o.Mechanics.MaxParallel; n > 0 {
		from := "EKS API, NodegroupUpdateConfig"
		if plan.Cluster.Provider == onGKE {
			from = "third parties"
		}
		t.add("nodes at a time, at most", number(n), from, none)
	}
	p.table(&t)
	p.labelled("", dim, "an estimate is an assumption of ours, which no source has")
	p.prose("Of these a spec can declare verify, soak and parallel_run alone, besides kubelet_skew, the widths and soaks of update_config, and what drains are made of: grace periods, startup times and budgets. The others cannot be declared: where yours are longer, add the difference for each batch.")
}

// upgradeSum is a strategy whose figures are explained.
type upgradeSum struct {
	c *commands
	m *planner.Mechanics
}

// upgradeGroups has lines for each group: its drain, its time and its cost.
func (p *page) upgradeGroups(e *upgradeSum) {
	o := e.c.o
	t := figureTable()
	for _, g := range groupsInTime(o) {
		if g.Drain > 0 {
			t.add(g.Name+", longest drain", long(g.Drain), "R = "+e.drain(g))
		}
		words, byFormula := e.formula(g)
		how := words
		if byFormula > 0 && g.Rounds > 1 {
			how = fmt.Sprintf("%s rounds x (%s)", number(g.Rounds), words)
		}
		if total := byFormula * time.Duration(max(g.Rounds, 1)); byFormula > 0 {
			how += " = " + clock(total)
			if total != g.Duration {
				how += "; simulated, node by node and pod by pod, " + clock(g.Duration)
			}
			how += e.helpers(g)
		}
		if by := o.By(g); by != o.Name {
			how = "by " + by + ", the group's own strategy: " + how
		}
		t.add(g.Name+", time", clock(g.Duration), how)
		cost, how := notKnown, "the price of a node is not known"
		if o.ExtraCostKnown {
			cost, how = usd(g.ExtraCost)+" USD", e.cost(g)
		}
		t.add(g.Name+", cost", cost, how)
	}
	p.table(&t)
}

// drain writes how a drain comes about.
func (e *upgradeSum) drain(g *planner.UpgradeGroup) string {
	group, _, _ := strings.Cut(g.Name, "/")
	w := declaredWorkload(e.c.plan, group, g.DrainWorkload)
	if w == nil {
		return "batches of " + orDash(g.DrainWorkload) + ", which the provider brings: as many as its budget lets go, each until they are ready elsewhere"
	}
	each := w.TerminationGracePeriod + w.StartupTime
	batches := "batches"
	if n := int64(g.Drain / max(each, 1)); g.Drain%max(each, 1) == 0 && n == 1 {
		batches = "1 batch"
	} else if g.Drain%max(each, 1) == 0 {
		batches = thousands(n) + " batches"
	}
	return fmt.Sprintf("%s of pods of %s, as many as its budget lets go, each %s to end and %s to be ready elsewhere",
		batches, g.DrainWorkload, long(w.TerminationGracePeriod), long(w.StartupTime))
}

// formula is what a round of a group takes, in figures and as their sum; 0 where there is no
// closed one.
func (e *upgradeSum) formula(g *planner.UpgradeGroup) (string, time.Duration) {
	m, o := e.m, e.c.o
	part, ok := e.c.parts[g.Name]
	if !ok || g.Parallel < 1 {
		return "as simulated", 0
	}
	n, k, r := part.pool.Nodes, min(g.Parallel, part.pool.Nodes), g.Drain
	sum := func(head string, terms ...term) (string, time.Duration) { return writeSum(head, terms) }
	batches := func(each ...term) term { return batchesOf(n, k, each) }
	one := func(name string, d time.Duration) term { return term{name: name, time: d} }
	verify, soak, parallel := e.waits()
	switch by := o.By(g); {
	case by == besideGroup:
		return sum("", one("boot", m.Boot), one("set-up", orTime(m.Setup, 2*time.Minute)), one("verify", verify), batches(one("R", r)), one("soak", soak), one("delete", orTime(m.DeletePool, 2*time.Minute)))
	case o.ParallelRun():
		return "parallel_run " + long(parallel), 0
	case by == inPlaceStrategy:
		return sum("", batches(one("R", r), one("packages", m.Packages), one("ready", m.Ready)))
	case by == "gke_blue_green":
		batch := e.c.batchSoak(g)
		return sum("", one("boot", m.Boot), one("cordon", m.Cordon), batches(one("R", r), one("batch's soak", batch)), one("soak", min(soak, longestSoak)), one("delete", m.DeletePool))
	case by == "gke_autoscaled_blue_green":
		return sum("at most ", one("boot", m.Boot), one("cordon", m.Cordon), one("wait for drain", m.WaitForDrain), batches(one("R", r)), one("delete", m.DeletePool))
	case e.c.managed() == onEKS && by == "minimal":
		return sum("", one("set-up", m.Setup), batches(one("R", r), one("after drain", m.AfterDrain), one("end", m.Terminate), one("boot", m.Boot)))
	case e.c.managed() == onEKS:
		return sum("", one("set-up", m.Setup), one("boot", m.Boot), batches(one("R", r), one("after drain", m.AfterDrain), one("end", m.Terminate)),
			term{name: count(g.PeakExtraNodes, "surplus node"), times: g.PeakExtraNodes, time: m.ScaleDownPerNode})
	case e.c.managed() == onGKE:
		var zones []term
		for _, z := range part.pool.NodesByZone {
			zones = append(zones, batchesOf(z.Nodes, min(k, max(z.Nodes, 1)), []term{one("boot", m.Boot), one("R", r), one("end", m.Terminate)}))
		}
		return sum("zone by zone ", zones...)
	}
	each := []term{one("R", r), one("after drain", m.AfterDrain), one("end", m.Terminate), one("after it", m.AfterTerminate), one("validation", m.Validate)}
	if helped := e.helped(g); helped > 0 {
		return sum("", helpedBatches(n, helped, k, each))
	}
	return sum("", batches(each...))
}

// longestSoak is how long GKE keeps a blue pool at most (GKE API, UpgradeSettings).
const longestSoak = 7 * 24 * time.Hour

// waits are those that the spec declares, or its defaults.
func (e *upgradeSum) waits() (verify, soak, parallel time.Duration) {
	if u := e.c.cluster.Upgrade; u != nil && u.Verify != nil && u.Soak != nil && u.ParallelRun != nil {
		return *u.Verify, *u.Soak, *u.ParallelRun
	}
	return 0, 0, 0
}

func orTime(d, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return otherwise
}

// term is a part of a sum: so many times a time, or a sum of others.
type term struct {
	name  string
	times int // 0 is once
	time  time.Duration
	parts []term
	// words before the parts: "ceil(15 / 3)".
	words string
}

// batchesOf is what all batches of k of n nodes take.
func batchesOf(n, k int, parts []term) term {
	return term{words: fmt.Sprintf("ceil(%d / %d)", n, max(k, 1)), times: units.CeilDiv(n, max(k, 1)), parts: parts}
}

func (t *term) total() time.Duration {
	d := t.time
	for i := range t.parts {
		d += t.parts[i].total()
	}
	if t.times > 0 || t.words != "" {
		return d * time.Duration(t.times)
	}
	return d
}

// writeSum writes terms as a sum with figures, without those that are nothing.
func writeSum(head string, terms []term) (string, time.Duration) {
	var words []string
	var sum time.Duration
	for i := range terms {
		t := &terms[i]
		sum += t.total()
		switch {
		case t.total() == 0:
		case t.words != "":
			inner, _ := writeSum("", t.parts)
			words = append(words, t.words+" x ("+inner+")")
		case t.times > 0:
			words = append(words, t.name+" x "+long(t.time))
		default:
			words = append(words, t.name+" "+long(t.time))
		}
	}
	return head + strings.Join(words, " + "), sum
}

// cost writes how the cost of a group comes about.
func (e *upgradeSum) cost(g *planner.UpgradeGroup) string {
	if g.ExtraNodeHours == 0 {
		return "no node more than run anyway"
	}
	part, ok := e.c.parts[g.Name]
	if !ok {
		return fmt.Sprintf("%.2f node hours", g.ExtraNodeHours)
	}
	perHour := float64(g.ExtraCost) / float64(units.Dollar) / g.ExtraNodeHours
	if e.standsThere(part.pool.InstanceType) {
		words := fmt.Sprintf("%.2f node hours of machines that stand there anyway", g.ExtraNodeHours)
		if g.ExtraCost > 0 {
			words += fmt.Sprintf(", x %.4f USD, the fee of a node", perHour)
		}
		return words
	}
	more := "1 node more"
	if g.PeakExtraNodes != 1 {
		more = number(g.PeakExtraNodes) + " nodes more"
	}
	return fmt.Sprintf("%.2f node hours, %s at a time at most, x %.4f USD for a %s with its root disks", g.ExtraNodeHours, more, perHour, part.pool.InstanceType)
}

// standsThere reports whether a machine is one of one's own whose number is declared.
func (e *upgradeSum) standsThere(machine string) bool {
	return slices.ContainsFunc(e.c.cluster.Machines, func(m planner.Machine) bool { return m.Name == machine && m.CountByZone != nil })
}

// upgradeTotals has the sums.
func (p *page) upgradeTotals(e *upgradeSum) {
	o, u := e.c.o, e.c.u
	t := figureTable()
	var words []string
	if !o.ParallelRun() {
		each, of := e.controlPlane()
		for _, step := range []struct {
			name, of string
			each     time.Duration
		}{{"control plane", of, each}, {"add-ons", "", e.m.AddOns}} {
			if step.each > 0 {
				d := step.each * time.Duration(len(u.Hops))
				t.add(step.name, clock(d), count(len(u.Hops), "minor")+" x "+long(step.each)+step.of)
				words = append(words, clock(d))
			}
		}
	}
	var costs []string
	for _, g := range groupsInTime(o) {
		words, costs = append(words, clock(g.Duration)), append(costs, usd(g.ExtraCost))
	}
	how := strings.Join(words, " + ")
	if o.ParallelRun() {
		how = "all groups at once, whatever the minors between"
	}
	t.add("in all, time", clock(o.Duration), how)
	if !o.ExtraCostKnown {
		t.add("in all, cost", notKnown, "a price is not known")
	} else {
		if o.ControlPlaneCost > 0 {
			costs = append(costs, usd(o.ControlPlaneCost)+" for the second control plane")
		}
		t.add("in all, cost", usd(o.ExtraCost)+" USD", strings.Join(costs, " + ")+e.rest())
	}
	t.add("nodes at the peak", number(o.PeakNodes), "with those that run anyway, "+number(o.PeakExtraNodes)+" more")
	if s := &u.Stay; s.Surcharge.Known && s.Surcharge.Rate > 0 {
		t.add("staying costs", rateWords(s.Surcharge), "the fee of extended support less the standard one: days x 24 x that, from "+dateOrDash(s.StandardEnd)+" on")
	}
	p.table(&t)
	p.prose("Times of groups are simulated, event by event, with the pods as the plan places them: " + p.o.run("upgrade --timeline") + " has the events.")
}

// controlPlane is what a minor of the control plane takes, and how many machines that is of.
func (e *upgradeSum) controlPlane() (time.Duration, string) {
	if e.c.managed() != "" {
		return e.m.ControlPlaneStep, ""
	}
	each, nodes := e.m.ControlPlaneRoll, 0
	if e.c.strategy == inPlaceStrategy || each == 0 {
		each = e.m.ControlPlaneNode
	}
	for i := range e.c.plan.ControlPlane.Machines {
		if m := &e.c.plan.ControlPlane.Machines[i]; m.Role == planner.RoleControlPlane {
			nodes += m.Nodes
		}
	}
	return each * time.Duration(nodes), ", " + count(nodes, "machine") + " one after another"
}

// rest says what else a cost has beyond its parts; empty where they are all.
func (e *upgradeSum) rest() string {
	o := e.c.o
	sum := o.ControlPlaneCost
	for i := range o.Groups {
		sum += o.Groups[i].ExtraCost
	}
	if rest := o.ExtraCost - sum; rest >= units.Dollar/100 {
		return " + " + usd(rest) + " for what else a second cluster has"
	}
	return ""
}

// upgradeTopics are the topics of a plan's upgrade.
func upgradeTopics(plan *planner.Plan) []string {
	if plan.Upgrade == nil {
		return nil
	}
	var out []string
	for i := range plan.Upgrade.Strategies {
		out = append(out, TopicUpgrade+"."+plan.Upgrade.Strategies[i].Name)
	}
	slices.Sort(out)
	return out
}
