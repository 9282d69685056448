package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

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

// before lists what to check first: what the practices ask, and what this plan is found
// to break of them.
func (b *runbook) before() {
	plan, u := b.s.Plan, b.s.Upgrade
	b.heading("Before")
	b.check("Nothing calls an API that %s or a minor on the way no longer has; metrics, charts and operators support it.", u.To)
	b.check("The same upgrade has been rehearsed in an environment that is nearly the same.")
	b.check("The changelogs of %s have been read, patches included.", strings.Join(u.Hops, ", "))
	b.check("No component is more than one minor from the control plane, kubectl included (UP-06).")
	if plan.ControlPlane.Mode == planner.SelfManaged {
		b.check("etcd and the manifests of the control plane are backed up, and a restore has been tried (ET-04).")
	} else {
		b.check("Manifests, or a backup, can rebuild what runs in the cluster.")
	}
	b.check("Budgets let at least one pod of every workload go, and pods end within 120 seconds (PD-03, PD-04).")
	b.check("No pod keeps data in an emptyDir that it must not lose: drains delete it.")
	b.check("No add-on on the way changes its custom resources so that a new cluster is needed.")
	if o := b.o; o.PeakExtraNodes > 0 {
		words := fmt.Sprintf("The account lets %s more run", count(o.PeakExtraNodes, "node"))
		if o.PeakVCPUs > 0 {
			words += fmt.Sprintf(", %s vCPU in all", thousands(o.PeakVCPUs))
		}
		b.check("%s, and subnets have addresses for them.", words)
	}
	for _, l := range b.o.Limits {
		b.check("`%s`: %s of %s are taken at the peak.", l.Resource, thousands(l.Used), thousands(l.Limit))
	}
	b.check("Who does what, and who decides to go back, is written down.")
	for _, f := range plan.Findings {
		if strings.HasPrefix(f.Rule, "UP-") || strings.HasPrefix(f.Rule, "VE-") || f.Rule == "PD-03" || f.Rule == "PD-04" {
			b.check("%s at `%s`: %s. To do: %s.", f.Rule, f.Path, f.Message, f.Remedy)
		}
	}
}

// steps lists the steps: the control plane, its add-ons, then the nodes, minor by minor.
func (b *runbook) steps() {
	u, o := b.s.Upgrade, b.o
	b.heading("Steps")
	b.line("The control plane first, then its add-ons, then the nodes; one minor at a time (UP-06). Times are h:mm from the start.")
	c := commandsOf(b.s.Plan, o)
	for _, words := range c.notes() {
		b.line("%s", words)
	}
	b.blank()
	n := 0
	step := func(format string, args ...any) {
		n++
		b.line("%d. %s", n, fmt.Sprintf(format, args...))
	}
	if o.ParallelRun() {
		step("Create a second cluster of %s beside the first, with the same groups and workloads.", u.To)
		b.run(c.terraform("CLUSTER_2"))
		step("%sswitch the traffic.", b.at(planner.UpgradeSwitch, ""))
		step("Delete the first cluster once nobody wants to go back.")
		return
	}
	for i, hop := range u.Hops {
		step("%scontrol plane to %s.%s", b.at(planner.UpgradeControlPlane, hop), hop, b.lasts(planner.UpgradeControlPlane, hop))
		b.run(c.controlPlane(hop))
		step("%sadd-ons of %s: the network plugin, kube-proxy, CoreDNS and the drivers of volumes.%s", b.at(planner.UpgradeAddOns, hop), hop, b.lasts(planner.UpgradeAddOns, hop))
		b.run(c.addOns(hop))
		follow := slices.Contains(u.NodeRounds, hop) || len(u.NodeRounds) == 0 && i == len(u.Hops)-1
		if !follow {
			step("Nodes stay as they are; check that all are ready.")
			b.run([]string{"kubectl get nodes"})
			continue
		}
		for _, g := range groupsInTime(o) {
			at := b.groupAt(hop, g)
			words := fmt.Sprintf("%snodes of `%s` to %s, %s at a time", at, g.Name, hop, number(max(g.Parallel, 1)))
			if set := widthWords(g); g.Width != (planner.UpgradeWidth{}) {
				words += " (`" + set + "`)"
			}
			if g.Drain > 0 {
				words += "; a drain takes up to " + long(g.Drain)
				if g.DrainWorkload != "" {
					words += ", for `" + g.DrainWorkload + "`"
				}
			}
			step("%s. Go on once all its nodes are ready and no pod is pending.", words)
			b.run(append(c.nodes(g, hop), "kubectl get pods --all-namespaces --field-selector status.phase=Pending"))
		}
	}
}

// run writes the commands of a step, as a block of its item of the list.
func (b *runbook) run(commands []string) {
	b.blank()
	b.line("    ```sh")
	for _, c := range commands {
		b.line("    %s", c)
	}
	b.line("    ```")
	b.blank()
}

// at writes when the first event of a kind happens; "" where the timeline does not say.
func (b *runbook) at(kind planner.UpgradeEventKind, minor string) string {
	for i := range b.o.Timeline {
		if e := &b.o.Timeline[i]; e.Kind == kind && (minor == "" || e.Minor == minor) {
			return hoursMinutes(e.At) + ": "
		}
	}
	return ""
}

// groupAt is at of a group's nodes.
func (b *runbook) groupAt(minor string, g *planner.UpgradeGroup) string {
	for i := range b.o.Timeline {
		if e := &b.o.Timeline[i]; e.Minor == minor && e.Group == g.Name {
			return hoursMinutes(e.At) + ": "
		}
	}
	if len(b.s.Upgrade.Hops) == 1 {
		return hoursMinutes(g.Start) + ": "
	}
	return ""
}

// lasts says how long the events of a kind take for a minor.
func (b *runbook) lasts(kind planner.UpgradeEventKind, minor string) string {
	var sum time.Duration
	for i := range b.o.Timeline {
		if e := &b.o.Timeline[i]; e.Kind == kind && e.Minor == minor {
			sum += e.For * time.Duration(max(e.Times, 1))
		}
	}
	if sum == 0 {
		return ""
	}
	return " It takes " + long(sum) + "."
}

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

// back says how to go back, and until when.
func (b *runbook) back() {
	o := b.o
	b.heading("Go back")
	b.line("- %s.", capital(cmp.Or(o.Rollback, "there is no way back but the backup")))
	if o.RollbackControlPlane > 0 {
		b.line("- The control plane can be taken back for %s after its step, one minor.", long(o.RollbackControlPlane))
	}
	if o.RollbackNodes > 0 {
		b.line("- Old nodes are kept for %s after the last pod has left them.", long(o.RollbackNodes))
	}
	b.line("- Decide before the next step: what is behind is not undone by stopping.")
	if commands := commandsOf(b.s.Plan, o).back(); len(commands) > 0 {
		b.blank()
		b.line("```sh")
		for _, c := range commands {
			b.line("%s", c)
		}
		b.line("```")
	}
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
	if b.o.ParallelRun() || strings.Contains(b.o.Name, "blue_green") {
		b.check("What is left of the old nodes or of the old cluster is deleted, and no longer paid for.")
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
	b.line("| window (UP-07) | from | to | standard support until |")
	b.line("| --- | --- | --- | --- |")
	for i := range o.Windows {
		w := &o.Windows[i]
		b.line("| %s | %s | %s | %s |", w.Date, w.From, windowTo(w), dateOrDash(w.Deadline))
	}
}
