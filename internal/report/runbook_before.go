package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
)

// before lists what to check first: what the practices ask, and what this plan is found
// to break of them.
func (b *runbook) before() {
	plan, u := b.s.Plan, b.s.Upgrade
	b.heading("Before")
	b.check("Nothing calls an API that %s or a minor on the way no longer has; metrics, charts and operators support it.", u.To)
	b.check("The same upgrade has been rehearsed in an environment that is nearly the same.")
	b.check("The changelogs of %s have been read, patches included.", strings.Join(u.Hops, ", "))
	b.skew()
	switch {
	case b.o.ParallelRun():
		b.check("Manifests, or a backup, can rebuild in the second cluster what runs in the first.")
	case plan.ControlPlane.Mode == planner.SelfManaged:
		b.check("etcd and the manifests of the control plane are backed up, and a restore has been tried (ET-04).")
	default:
		b.check("Manifests, or a backup, can rebuild what runs in the cluster.")
	}
	if !b.o.ParallelRun() { // a second cluster drains nothing
		b.check("Budgets let at least one pod of every workload go, and pods end within 120 seconds (PD-03, PD-04).")
		b.check("No pod keeps data in an emptyDir that it must not lose: drains delete it.")
		b.check("No add-on on the way changes its custom resources so that a new cluster is needed.")
	}
	b.room()
	for _, l := range b.o.Limits {
		b.check("`%s`: %s of %s are taken at the peak.", l.Resource, thousands(l.Used), thousands(l.Limit))
	}
	b.check("Who does what, and who decides to go back, is written down.")
	for _, f := range plan.Findings {
		if b.belongs(&f) {
			b.check("%s at `%s`: %s. To do: %s.", f.Rule, f.Path, f.Message, f.Remedy)
		}
	}
}

// skew asks how far nodes are behind before anything starts: as far as the upgrade lets
// them trail.
func (b *runbook) skew() {
	u := b.s.Upgrade
	rounds := u.NodeRounds
	switch {
	case b.o.ParallelRun():
		b.check("kubectl and what else talks to the API server are of %s or one minor from it (UP-06).", u.To)
	case len(rounds) > 0 && len(rounds) < len(u.Hops):
		b.check("All nodes are of %s: they follow at %s, and trail the control plane by up to %s until then, as `kubelet_skew` lets them.",
			u.From, strings.Join(rounds, ", "), count(behind(u), "minor"))
		b.check("kubectl and all components but the nodes' are within one minor of the control plane at each step (UP-06).")
	default:
		b.check("No component is more than one minor from the control plane, kubectl included (UP-06).")
	}
}

// behind is how many minors nodes trail the control plane at most.
func behind(u *planner.UpgradePlan) int {
	most, trail := 0, 0
	for _, hop := range u.Hops {
		trail++
		most = max(most, trail)
		if slices.Contains(u.NodeRounds, hop) {
			trail = 0
		}
	}
	return most
}

// room asks for what runs beyond what runs anyway.
func (b *runbook) room() {
	o := b.o
	if o.PeakExtraNodes <= 0 {
		return
	}
	if b.s.Plan.Cluster.Provider == onPremises {
		for _, g := range groupsInTime(o) {
			if g.PeakExtraNodes > 0 {
				b.check("%s of the kind of `%s`%s, and can be installed anew with %s.",
					count(g.PeakExtraNodes, "machine"), g.Name, idleWords(g.PeakExtraNodes), b.s.Upgrade.Hops[0])
			}
		}
		return
	}
	words := fmt.Sprintf("The account lets %s more run", count(o.PeakExtraNodes, "node"))
	if o.PeakVCPUs > 0 {
		words += fmt.Sprintf(", %s vCPU in all", thousands(o.PeakVCPUs))
	}
	if n, names := b.gpus(); n > 0 {
		words += fmt.Sprintf(", among them %s (%s), whose quota is one of its own", count(n, "GPU"), strings.Join(names, ", "))
	}
	if o.ParallelRun() {
		words += ", and a second cluster; its network has addresses for all of it"
	} else {
		words += ", and subnets have addresses for them"
	}
	b.check("%s.", words)
}

func idleWords(n int) string {
	if n == 1 {
		return " stands idle in one of its rooms"
	}
	return " stand idle in its rooms"
}

// gpus are those that run at the peak, and of which models: all that are planned, and the
// most that a group has beside them, or every group in a second cluster.
func (b *runbook) gpus() (int, []string) {
	planned, extra := 0, 0
	var names []string
	for i := range b.o.Groups {
		g := &b.o.Groups[i]
		p, ok := b.c.parts[g.Name]
		if !ok {
			continue
		}
		each := b.c.gpusOf(p.pool.InstanceType)
		planned += p.pool.Nodes * each
		if b.o.ParallelRun() {
			extra += g.PeakExtraNodes * each
		} else {
			extra = max(extra, g.PeakExtraNodes*each)
		}
		if name := b.c.gpuName(p.pool.InstanceType); each > 0 && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if extra == 0 {
		return 0, nil
	}
	return planned + extra, names
}

// belongs reports whether a finding is to be seen to for this upgrade by this strategy.
// What asks for another minor (VE-01 to VE-03, UP-07) is of the calendar, and what is found
// of the planned upgrade is not of another one.
func (b *runbook) belongs(f *planner.Finding) bool {
	planned := b.s.Plan.Upgrade
	same := planned != nil && planned.To == b.s.Upgrade.To
	switch f.Rule {
	case "PD-03", "PD-04":
		return !b.o.ParallelRun()
	case "UP-06": // a second cluster skips the minors between
		return same && !b.o.ParallelRun()
	case "UP-01":
		return same && (b.o.Name == planned.Recommended || len(b.o.BlockedBy) > 0)
	case "UP-02": // whoever follows the runbook has decided against another strategy
		return same && b.o.Name == planned.Recommended && !strings.HasPrefix(f.Remedy, "strategy = ")
	}
	return false
}
