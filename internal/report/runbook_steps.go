package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// steps lists the steps: the control plane, its add-ons, then the nodes, minor by minor.
func (b *runbook) steps() {
	u, o := b.s.Upgrade, b.o
	b.heading("Steps")
	if o.ParallelRun() {
		b.line("A second cluster of %s, beside the first; no minor between is run. Times are h:mm from the start.", u.To)
	} else {
		b.line("The control plane first, then its add-ons, then the nodes; one minor at a time (UP-06). Times are h:mm from the start.")
	}
	for _, words := range b.c.notes() {
		b.line("%s", words)
	}
	b.blank()
	if o.ParallelRun() {
		b.secondCluster()
		return
	}
	for i, hop := range u.Hops {
		b.step("%scontrol plane to %s.%s", b.at(planner.UpgradeControlPlane, hop), hop, b.lasts(planner.UpgradeControlPlane, hop))
		b.run(b.c.controlPlane(hop))
		b.step("%sadd-ons of %s: the network plugin, kube-proxy, CoreDNS and the drivers of volumes.%s", b.at(planner.UpgradeAddOns, hop), hop, b.lasts(planner.UpgradeAddOns, hop))
		b.run(b.c.addOns(hop))
		follow := slices.Contains(u.NodeRounds, hop) || len(u.NodeRounds) == 0 && i == len(u.Hops)-1
		if !follow {
			b.step("Nodes stay as they are; check that all are ready.")
			b.run([]string{"kubectl get nodes"})
			continue
		}
		stopped := b.stopAutoscaler()
		for _, g := range groupsInTime(o) {
			b.group(g, hop)
		}
		if stopped {
			b.startAutoscaler(hop)
		}
	}
}

// step writes the next step.
func (b *runbook) step(format string, args ...any) {
	b.n++
	b.line("%d. %s", b.n, fmt.Sprintf(format, args...))
}

// group writes the steps of a group's nodes.
func (b *runbook) group(g *planner.UpgradeGroup, hop string) {
	by := b.o.By(g)
	if by == besideGroup {
		b.beside(g, hop)
		return
	}
	words := fmt.Sprintf("%snodes of `%s` to %s, %s%s", b.groupAt(hop, g), g.Name, hop, b.atATime(g), drainWords(g))
	if by != b.o.Name {
		words += "; by `" + by + "`, the group's own strategy"
	}
	if d := b.c.waitsForDrain(g); d > 0 {
		words += fmt.Sprintf("; pods have %s to leave by themselves", long(d))
	}
	b.step("%s. Go on once all its nodes are ready and no pod is pending.", words)
	b.run(append(b.c.nodes(g, by, hop), pendingPods))
}

const pendingPods = "kubectl get pods --all-namespaces --field-selector status.phase=Pending"

// atATime says how many nodes are replaced at a time and, where the provider has them, by
// which parameters.
func (b *runbook) atATime(g *planner.UpgradeGroup) string {
	words := number(max(g.Parallel, 1)) + " at a time"
	if set := b.s.widthWords(g.Width); set != "" && set != words {
		words += " (" + set + ")"
	}
	return words
}

func drainWords(g *planner.UpgradeGroup) string {
	if g.Drain == 0 {
		return ""
	}
	words := "; a drain takes up to " + long(g.Drain)
	if g.DrainWorkload != "" {
		words += ", for `" + g.DrainWorkload + "`"
	}
	return words
}

// beside writes the steps of a group that another takes the place of: create, verify, move,
// soak, delete.
func (b *runbook) beside(g *planner.UpgradeGroup, hop string) {
	old, twin, nodes := b.c.current(g, hop), b.c.twin(g, hop), g.PeakExtraNodes
	if p, ok := b.c.parts[g.Name]; ok {
		nodes = p.pool.Nodes
	}
	b.step("%sa second group beside `%s`: `%s` of %s, with %s. Go on once all its nodes are ready.",
		b.groupAt(hop, g), old, twin, hop, count(nodes, "node"))
	b.run(b.c.createBeside(g, hop))
	b.step("%sverify `%s`%s: its nodes are ready, pods of DaemonSets run on them, and one pod of each workload that is started there works.",
		b.eventAt(planner.UpgradeVerify, hop, g), twin, b.eventFor(planner.UpgradeVerify, hop, g))
	b.run(b.c.seeBeside(g, hop))
	b.step("%spods of `%s` move to `%s`, off %s%s. Go on once no pod is pending.",
		b.eventAt(planner.UpgradeDrain, hop, g), old, twin, count(max(g.Parallel, 1), "node")+" at a time", drainWords(g))
	b.run(append(b.c.moveBeside(g, hop), pendingPods))
	b.step("%swatch%s, as planned for the soak: `%s` is kept, empty, to go back to.", b.eventAt(planner.UpgradeSoak, hop, g), b.eventFor(planner.UpgradeSoak, hop, g), old)
	b.blank()
	b.step("%sdelete `%s`.", b.eventAt(planner.UpgradeDelete, hop, g), old)
	b.run(b.c.deleteOld(g, hop))
}

// scaling reports whether some group's nodes may be scaled by a cluster autoscaler that
// people run: GKE's keeps out of its own upgrades.
func (b *runbook) scaling() bool {
	if b.c.managed() == onGKE || b.s.Plan.Cluster.Provider == onPremises {
		return false
	}
	return slices.ContainsFunc(groupsInTime(b.o), func(g *planner.UpgradeGroup) bool { return b.c.scales(g) })
}

// stopAutoscaler writes the step that stops a cluster autoscaler, and whether it did.
func (b *runbook) stopAutoscaler() bool {
	if !b.scaling() {
		return false
	}
	why := "it would take empty new nodes away"
	if b.c.managed() == onEKS && slices.ContainsFunc(b.o.Groups, func(g planner.UpgradeGroup) bool { return b.o.By(&g) == "surge" }) {
		why += ", and EKS leaves its surplus where it adds nodes meanwhile"
	}
	b.step("Stop the cluster autoscaler, where one runs: %s. Until it is started again no node comes for more load.", why)
	b.run([]string{"kubectl --namespace kube-system scale deployment CLUSTER_AUTOSCALER --replicas 0"})
	return true
}

func (b *runbook) startAutoscaler(hop string) {
	b.step("Start the cluster autoscaler again, in the release that goes with %s.", hop)
	b.run([]string{
		"kubectl --namespace kube-system set image deployment CLUSTER_AUTOSCALER '*=CLUSTER_AUTOSCALER_IMAGE:" + patch(hop) + "'",
		"kubectl --namespace kube-system scale deployment CLUSTER_AUTOSCALER --replicas 1",
	})
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

// event is the first of a kind in a group for a minor; nil where there is none.
func (b *runbook) event(kind planner.UpgradeEventKind, minor string, g *planner.UpgradeGroup) *planner.UpgradeEvent {
	for i := range b.o.Timeline {
		if e := &b.o.Timeline[i]; e.Kind == kind && e.Minor == minor && e.Group == g.Name {
			return e
		}
	}
	return nil
}

// eventAt is at of such an event.
func (b *runbook) eventAt(kind planner.UpgradeEventKind, minor string, g *planner.UpgradeGroup) string {
	if e := b.event(kind, minor, g); e != nil {
		return hoursMinutes(e.At) + ": "
	}
	return ""
}

// eventFor says how long it lasts.
func (b *runbook) eventFor(kind planner.UpgradeEventKind, minor string, g *planner.UpgradeGroup) string {
	if e := b.event(kind, minor, g); e != nil && e.For > 0 {
		return " for " + long(e.For)
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
	var sum, each time.Duration
	times := 0
	for i := range b.o.Timeline {
		if e := &b.o.Timeline[i]; e.Kind == kind && e.Minor == minor {
			n := max(e.Times, 1)
			sum += e.For * time.Duration(n)
			times, each = times+n, e.For
		}
	}
	switch {
	case sum == 0:
		return ""
	case times > 1 && sum == each*time.Duration(times):
		return fmt.Sprintf(" It takes %s, %s for each of %s.", long(sum), long(each), count(times, "machine"))
	}
	return " It takes " + long(sum) + "."
}

// secondCluster writes the steps of a cluster beside the first: create, bring the data,
// move the traffic, delete the first.
func (b *runbook) secondCluster() {
	u, o, plan := b.s.Upgrade, b.o, b.s.Plan
	twin := plan.Cluster.Name + "-" + strings.ReplaceAll(u.To, ".", "-")
	b.step("0:00: create `%s`, a second cluster of %s, with the same groups and workloads: from a copy of the spec with its name, `kubernetes_version = %q` and no upgrade block. It is paid for from now on.", twin, u.To, u.To)
	b.run(b.c.create(twin))
	b.step("Verify it: nodes are ready, workloads run with as many pods as in the first, and answer requests that are made for the test.")
	b.run([]string{"kubectl --context SECOND get nodes", "kubectl --context SECOND " + strings.TrimPrefix(pendingPods, "kubectl ")})
	if volumes := keptVolumes(plan); len(volumes) > 0 {
		b.step("Copy or mirror the data of volumes, and keep it in step until the writers have moved: %s.", strings.Join(volumes, ", "))
		b.run([]string{"kubectl --context FIRST get persistentvolumeclaims --all-namespaces"})
	}
	b.step("Move the traffic, a share at a time, by the weights of DNS or of a load balancer before both. Until %s%s it can be moved back: both clusters run with all their nodes.",
		hoursMinutes(o.Duration), b.hourly())
	b.run([]string{pendingPods})
	b.step("%sall of the traffic has moved: delete the first cluster, `%s`. From here on there is no way back, and one cluster is paid for.", b.at(planner.UpgradeSwitch, ""), plan.Cluster.Name)
	b.run(b.c.destroy())
}

// hourly says what an hour in which both clusters run costs.
func (b *runbook) hourly() string {
	if !b.o.ExtraCostKnown || b.o.Duration < time.Hour {
		return ""
	}
	return fmt.Sprintf(", and longer for %s USD an hour,", usd(units.USD(3600*roundDiv(int64(b.o.ExtraCost), int64(b.o.Duration/time.Second)))))
}

// keptVolumes are the workloads with volumes, and what they keep.
func keptVolumes(plan *planner.Plan) []string {
	var out []string
	for i := range plan.NodeGroups {
		g := &plan.NodeGroups[i]
		for j := range g.Workloads {
			w := &g.Workloads[j]
			d := declaredWorkload(plan, g.Name, w.Name)
			if d == nil {
				continue
			}
			for _, v := range d.Volumes {
				out = append(out, fmt.Sprintf("`%s/%s` %d x %s", g.Name, w.Name, w.Replicas, size(v.Size)))
			}
		}
	}
	return out
}

// keeping names the groups whose old nodes are kept for a while.
func (b *runbook) keeping() []string {
	var names []string
	for i := range b.o.Groups {
		if g := &b.o.Groups[i]; strings.HasSuffix(b.o.By(g), "blue_green") {
			names = append(names, "`"+g.Name+"`")
		}
	}
	return names
}

// back says how to go back, and until when.
func (b *runbook) back() {
	o := b.o
	b.heading("Go back")
	if o.ParallelRun() {
		b.line("- Until %s: move the traffic back to the first cluster, which runs with all its nodes until then. What was written to the second one's volumes has to be brought back too.", hoursMinutes(o.Duration))
		b.line("- After that the first cluster is deleted: the way back is another upgrade of this kind, to %s.", b.s.Upgrade.From)
		b.line("- To decide later keep both, for what an hour costs.")
		return
	}
	b.line("- %s.", capital(orDash(o.Rollback)))
	if o.RollbackControlPlane > 0 {
		b.line("- The control plane can be taken back for %s after its step, one minor.", long(o.RollbackControlPlane))
	}
	if o.RollbackNodes > 0 {
		of := ""
		if names := b.keeping(); len(names) > 0 && len(names) < len(o.Groups) {
			of = " of " + strings.Join(names, ", ")
		}
		b.line("- Old nodes%s are kept for %s after the last pod has left them.", of, long(o.RollbackNodes))
	}
	b.line("- Decide before the next step: what is behind is not undone by stopping.")
	if commands := b.c.back(); len(commands) > 0 {
		b.blank()
		b.line("```sh")
		for _, c := range commands {
			b.line("%s", c)
		}
		b.line("```")
	}
}
