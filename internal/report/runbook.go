package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/scantling-dev/scantling/planner"
)

// Runbook writes the upgrade by one strategy as a Markdown document to work through: what
// it takes, what to check before, the steps in order with their parameters, what to watch,
// how to go back and until when, what to verify after, and the calendar. The ids in
// parentheses are those of the practices.
func Runbook(w io.Writer, shown UpgradeShown) error {
	b := &runbook{s: &shown, o: shown.strategy()}
	u := shown.Upgrade
	b.line("# %s: upgrade from %s to %s", shown.Plan.Cluster.Name, u.From, u.To)
	if b.o == nil || b.o.Duration == 0 {
		b.noWay()
		return b.flush(w)
	}
	b.c = commandsOf(shown.Plan, u, b.o)
	b.summary()
	b.before()
	b.steps()
	b.watch()
	b.back()
	b.after()
	b.ahead()
	return b.flush(w)
}

// runbook collects the document.
type runbook struct {
	page
	s *UpgradeShown
	o *planner.UpgradeStrategy
	c *commands
	// n is how many steps there are so far.
	n int
}

// heading writes a title of the second level.
func (b *runbook) heading(title string) {
	b.blank()
	b.line("## %s", title)
	b.blank()
}

func (b *runbook) check(format string, args ...any) { b.line("- [ ] "+format, args...) }

func (b *runbook) noWay() {
	b.blank()
	if b.o == nil {
		b.line("There is no way to upgrade: %s", cmp.Or(b.s.Upgrade.Reason, "every strategy is blocked"))
	} else {
		b.line("`%s` cannot be used: %s", b.o.Name, strings.Join(b.o.BlockedBy, "; "))
	}
	b.blank()
	for i := range b.s.Upgrade.Strategies {
		if o := &b.s.Upgrade.Strategies[i]; len(o.BlockedBy) > 0 {
			b.line("- `%s`: %s", o.Name, strings.Join(o.BlockedBy, "; "))
		}
	}
}

func (b *runbook) summary() {
	o, u := b.o, b.s.Upgrade
	b.blank()
	switch {
	case len(o.BlockedBy) > 0:
		b.line("**`%s` is blocked: %s.** Do not start before that is gone.", o.Name, strings.Join(o.BlockedBy, "; "))
	case o.Name == u.Recommended && u.Reason != "":
		b.line("Strategy `%s`: %s.", o.Name, strings.TrimSuffix(u.Reason, "."))
	default:
		b.line("Strategy `%s`.", o.Name)
	}
	b.blank()
	b.line("| | |")
	b.line("| --- | --- |")
	row := func(name, value string) { b.line("| %s | %s |", name, cell(value)) }
	row("minors of the control plane", u.From+" -> "+strings.Join(u.Hops, " -> "))
	row("takes", hoursMinutes(o.Duration)+" (h:mm)")
	row("costs beyond what runs anyway", extraWords(o)+" USD")
	row("nodes at the peak", peakWords(o))
	row("least share of a group's nodes that is ready", percent(downToPercent(o.MinReady)))
	if o.Simulated {
		row("targets", heldWords(o, o.NoTarget))
		if held := lossesHeld(b.s.Plan, heldWords(o, o.NoRedundancy)); held != none {
			row("declared losses", held)
		}
	}
	row("planned as of", string(b.s.Plan.Cluster.AsOf))
}

// cell writes a text so that it stays within a cell of a table.
func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

// watch names what is thinnest on the way.
func (b *runbook) watch() {
	o := b.o
	b.heading("Watch")
	for i := range o.Worst {
		b.line("- %s.", capital(worstWords(o, &o.Worst[i])))
	}
	if o.Failure != "" {
		b.line("- %s.", capital(strings.TrimSuffix(o.Failure, ".")))
	}
	for i := range o.Workloads {
		w := &o.Workloads[i]
		if w.NoTarget > 0 {
			b.line("- `%s/%s` misses its targets for %s: at least %s of %s ready, first at %s.", w.Group, w.Name, hoursMinutes(w.NoTarget), number(w.MinReady), count(w.Pods, "pod"), hoursMinutes(w.MinReadyAt))
		}
	}
	if o.NoRedundancy > 0 {
		b.line("- For %s in all, the declared losses are not survived: start nothing else meanwhile.", hoursMinutes(o.NoRedundancy))
	}
	b.line("- Nodes that are not ready, pods that are pending, and drains that take longer than the steps say.")
	b.line("- The latency, errors and throughput of each workload with a target.")
	for _, n := range o.Notes {
		b.line("- %s.", capital(strings.TrimSuffix(n, ".")))
	}
}

// capital writes a sentence's first letter large, if it is one of ASCII.
func capital(s string) string {
	if s != "" && s[0] >= 'a' && s[0] <= 'z' {
		return string(s[0]-'a'+'A') + s[1:]
	}
	return s
}

// after lists what to verify, with the figures of the plan.
func (b *runbook) after() {
	plan := b.s.Plan
	b.heading("After")
	b.line("What the practices verify after an upgrade, with what the plan says:")
	b.blank()
	for i := range plan.NodeGroups {
		g := &plan.NodeGroups[i]
		bounds := ""
		if g.MinNodes != g.MaxNodes {
			bounds = fmt.Sprintf("; from %s to %s when it scales", number(g.MinNodes), number(g.MaxNodes))
		}
		b.check("`%s` has %s ready, all of %s: %s%s.", g.Name, count(g.Nodes, "node"), b.s.Upgrade.To, groupZones(plan, g), bounds)
		for j := range g.Workloads {
			w := &g.Workloads[j]
			budget := ""
			if d := declaredWorkload(plan, g.Name, w.Name); d != nil && d.PodDisruptionBudget != nil {
				budget = fmt.Sprintf("; its budget lets %s go at a time", number(d.PodDisruptionBudget.Allowed(w.Replicas)))
			}
			b.check("`%s/%s` has %s ready, spread over nodes and zones as before%s.", g.Name, w.Name, count(w.Replicas, "pod"), budget)
		}
	}
	b.check("Rollouts of workloads go as before: update one and see.")
	b.check("Pods scale and nodes scale: raise a load and see.")
	b.check("Targets hold at normal load; logs and metrics arrive.")
	switch {
	case b.o.ParallelRun():
		b.check("What is left of the first cluster is deleted, its volumes and load balancers too, and no longer paid for.")
	case len(b.keeping()) > 0:
		b.check("What is left of the old nodes is deleted, and no longer paid for.")
	}
}

// groupZones writes how many nodes of a group stand in each zone.
func groupZones(plan *planner.Plan, g *planner.GroupPlan) string {
	var parts []string
	for _, zone := range plan.Cluster.Zones {
		n := 0
		for i := range g.Pools {
			for _, z := range g.Pools[i].NodesByZone {
				if z.Zone == zone {
					n += z.Nodes
				}
			}
		}
		if n > 0 {
			parts = append(parts, number(n)+" in "+zone)
		}
	}
	return strings.Join(parts, ", ")
}

// declaredWorkload finds a workload of the spec; nil where a provider brings it.
func declaredWorkload(plan *planner.Plan, group, name string) *planner.Workload {
	for i := range plan.Cluster.NodeGroups {
		g := &plan.Cluster.NodeGroups[i]
		for j := range g.Workloads {
			if g.Name == group && g.Workloads[j].Name == name {
				return &g.Workloads[j]
			}
		}
	}
	return nil
}

// ahead writes what staying costs, and the calendar (UP-07).
func (b *runbook) ahead() {
	o := b.s.Outlook
	b.heading("Calendar")
	b.line("- Staying on %s: %s.", o.From.Minor, strings.Join(stayWords(b.s), "; "))
	if o.BreakEven != "" {
		b.line("- At the end of %s staying has cost more than this upgrade.", o.BreakEven)
	}
	b.blank()
	b.line("| window (UP-07) | from | its standard support until | to |")
	b.line("| --- | --- | --- | --- |")
	for i := range o.Windows {
		w := &o.Windows[i]
		b.line("| %s | %s | %s | %s |", w.Date, w.From, dateOrDash(w.Deadline), windowTo(w))
	}
}
