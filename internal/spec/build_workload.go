package spec

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// workload reads one workload of a group.
func (b *builder) workload(x *groupContext, n *node) planner.Workload {
	path := x.path + ".workload." + n.label
	w := planner.Workload{Name: n.label, Recovery: x.redundancy.Recovery}
	w.Kind = b.kindOf(n, path)
	w.Object = b.object(n)
	w.Demand = b.demand(x, n, path)
	b.jobRules(x, n, &w)
	b.counts(x, n, path, &w)
	w.Pod = b.pod(n)
	w.NodeSelector = b.selector(n)
	b.together(x, n, path, &w)
	w.Volumes = b.volumes(n, path, &w)
	b.volumeSurvivors(x, n, &w)
	w.TopologySpread = b.spread(x, n, path)
	if !ends(w.Kind) {
		w.PodDisruptionBudget = b.budget(x, n, path)
		b.checkBudget(n, &w)
	}
	w.TerminationGracePeriod = take(b, n, path, "termination_grace_period", 30*time.Second, "30s", "language")
	w.StartupTime = take(b, n, path, "startup_time", x.def.startup, durationText(x.def.startup), x.source)
	if !ends(w.Kind) {
		w.RollingUpdate = b.rollingUpdate(x, n, path, w.Kind)
	}
	if growth, ok := get[units.Ratio](n, "growth_per_month"); ok {
		w.GrowthPerMonth, w.GrowsReplicas = growth, true
		w.GrowthRange = b.ratioRange(n, path, "growth_per_month")
		b.checkGrowth(n, "growth_per_month", growth)
	} else {
		w.GrowthPerMonth = b.cluster.Growth.PerMonth
	}
	b.overTheDay(n, path, &w)
	b.sizes(n, path, &w)
	return w
}

// object reads where Kubernetes has the workload's controller.
func (b *builder) object(n *node) planner.Object {
	var o planner.Object
	if s, ok := get[string](n, "namespace"); ok {
		if o.Namespace = s; !dnsLabel(s) {
			b.add(InvalidName, n.rng("namespace"), "%q is no namespace: small letters, digits and \"-\", at most 63, a letter or digit at both ends.%s", short(s), tidyName(s))
		}
	}
	if s, ok := get[string](n, "object_name"); ok {
		if !dnsName(s) {
			b.add(InvalidName, n.rng("object_name"), "%q is no name of an object: small letters, digits, \"-\" and \".\", at most 253, a letter or digit at both ends of each part.%s", short(s), tidyName(s))
		}
		if s != n.label {
			o.Name = s
		}
	}
	return o
}

// counts reads spare_replicas, min_replicas and min_ready.
func (b *builder) counts(x *groupContext, n *node, path string, w *planner.Workload) {
	given := n.has("replicas")
	if given {
		b.countsOfGiven(n, w)
	} else if w.Demand.Way != "" && !ends(w.Kind) {
		spare, least := 1, x.def.minReplicas
		source := x.source
		if x.role == planner.Ingress && len(x.zones) > least {
			least, source = len(x.zones), x.source+": 1 in each zone"
		}
		spareSource := "language"
		if x.development {
			spare, least = 0, 1
			source, spareSource = "environment development", "environment development"
		}
		w.SpareReplicas = take(b, n, path, "spare_replicas", spare, itoa(spare), spareSource)
		w.MinReplicas = take(b, n, path, "min_replicas", least, itoa(least), source)
	}
	if ready, ok := get[units.CountOrRatio](n, "min_ready"); ok {
		w.MinReady = &ready
		if given && !ready.IsRatio && w.Demand.Replicas > 0 && ready.Count > w.Demand.Replicas {
			b.add(MinimumAbove, n.rng("min_ready"), "min_ready is %d of %s. Raise replicas, or lower min_ready.", ready.Count, count(w.Demand.Replicas, "replica"))
		}
	}
	if ends(w.Kind) {
		return
	}
	b.survivors(x, n, given)
	if x.role != planner.Stateful || n.refused["manifest"] {
		return
	}
	if !given {
		b.add(StatefulNeeds, &n.def, "A workload of role stateful gives replicas: its members are counted, not computed.")
	}
	if !n.has("min_ready") {
		b.add(StatefulNeeds, &n.def, "A workload of role stateful gives min_ready: the pods that must stay Ready through any loss, a quorum for one.")
	}
}

// survivors checks that a workload says how many pods outlive a loss where
// nothing else does: given replicas that nobody reschedules.
func (b *builder) survivors(x *groupContext, n *node, given bool) {
	if x.redundancy.Nodes == 0 && x.redundancy.Zones == 0 {
		return
	}
	if ready, ok := get[units.CountOrRatio](n, "min_ready"); ok && ready.IsZero() {
		b.add(SurvivorsMissing, n.rng("min_ready"), "min_ready 0 lets every pod go in the losses that redundancy declares. Write 1 or more.")
	}
	if given && x.redundancy.Recovery == planner.Static && x.role != planner.Stateful && !n.has("min_ready") && !n.refused["manifest"] {
		b.add(SurvivorsMissing, n.rng("replicas"), "The count is given and recovery is static, so that nothing says how many pods must outlive a loss. "+
			"Add min_ready, or write redundancy { recovery = \"reschedule\" } in the group.")
	}
}

// countsOfGiven holds the rest to a count that the user gives: it never changes.
func (b *builder) countsOfGiven(n *node, w *planner.Workload) {
	if w.Demand.Replicas > maxReplicas {
		b.add(OutOfRange, n.rng("replicas"), "Kubernetes runs at most %d pods in a cluster.", maxReplicas)
	}
	if spare, ok := get[int](n, "spare_replicas"); ok && spare > 0 {
		b.add(SpareBeside, n.rng("spare_replicas"), "replicas is the whole count. Add the spare to it, or state the demand as throughput.")
	}
	if least, ok := get[int](n, "min_replicas"); ok {
		w.MinReplicas = least
		if w.Demand.Replicas > 0 && least > w.Demand.Replicas {
			b.add(MinimumAbove, n.rng("min_replicas"), "min_replicas is %d and replicas %d. Raise replicas, or leave min_replicas out.", least, w.Demand.Replicas)
		}
	}
}

// spread reads topology_spread, or takes the role's.
func (b *builder) spread(x *groupContext, n *node, path string) []planner.TopologySpread {
	var out []planner.TopologySpread
	nodes := n.children("topology_spread")
	for _, s := range nodes {
		key, ok := get[string](s, "topology_key")
		t := planner.TopologySpread{Key: planner.TopologyKey(key)}
		p := path + ".topology_spread." + key
		t.MaxSkew = take(b, s, p, "max_skew", 1, "1", "language")
		t.Hard = take(b, s, p, "when_unsatisfiable", "ScheduleAnyway", "ScheduleAnyway", "language") == "DoNotSchedule"
		if ok && slices.ContainsFunc(out, func(o planner.TopologySpread) bool { return o.Key == t.Key }) {
			b.add(DuplicateElement, s.rng("topology_key"), "The workload spreads over %s already. Leave one of the two out.", key)
		}
		out = append(out, t)
	}
	if len(nodes) == 0 && !n.refused["topology_spread"] {
		hard, source := x.def.hard, x.source
		if x.redundancy.Recovery == planner.Static && !hard {
			hard, source = true, "recovery static"
		}
		var keys []string
		for _, key := range x.def.spread {
			out = append(out, planner.TopologySpread{Key: key, MaxSkew: 1, Hard: hard})
			keys = append(keys, string(key))
		}
		when := " ScheduleAnyway"
		if hard {
			when = " DoNotSchedule"
		}
		if len(keys) == 0 {
			keys, when = []string{"none"}, ""
		}
		b.assume(path+".topology_spread", strings.Join(keys, " + ")+when, source)
	}
	slices.SortStableFunc(out, func(x, y planner.TopologySpread) int { return cmp.Compare(x.Key, y.Key) })
	return out
}

// budget reads the pod disruption budget, or takes the role's.
func (b *builder) budget(x *groupContext, n *node, path string) *planner.PodDisruptionBudget {
	p := n.child("pod_disruption_budget")
	if p == nil {
		if n.refused["pod_disruption_budget"] {
			return nil
		}
		if x.def.budget == nil {
			b.assume(path+".pod_disruption_budget", "none", x.source)
			return nil
		}
		b.assume(path+".pod_disruption_budget.max_unavailable", portionText(*x.def.budget), x.source)
		most := *x.def.budget
		return &planner.PodDisruptionBudget{MaxUnavailable: &most}
	}
	least, hasLeast := get[units.CountOrRatio](p, "min_available")
	most, hasMost := get[units.CountOrRatio](p, "max_unavailable")
	switch {
	case p.has("min_available") && p.has("max_unavailable"):
		b.add(BudgetAmbiguous, &p.attrs["max_unavailable"].name, "min_available and max_unavailable exclude each other. Keep one.")
	case hasLeast:
		return &planner.PodDisruptionBudget{MinAvailable: &least}
	case hasMost:
		return &planner.PodDisruptionBudget{MaxUnavailable: &most}
	case len(p.attrs) == 0:
		b.add(BudgetAmbiguous, &p.def, "The budget is empty. Give min_available or max_unavailable, or leave the block out.")
	}
	return nil
}

// checkBudget refuses a budget that wants more pods than there are: no pod could
// ever be evicted, and no node drained.
func (b *builder) checkBudget(n *node, w *planner.Workload) {
	p := n.child("pod_disruption_budget")
	least, ok := get[units.CountOrRatio](p, "min_available")
	if ok && !least.IsRatio && w.Demand.Replicas > 0 && least.Count > w.Demand.Replicas {
		b.add(MinimumAbove, p.rng("min_available"), "min_available is %d of %s, so that no pod could ever be evicted and no node drained. Write less, or use max_unavailable.",
			least.Count, count(w.Demand.Replicas, "replica"))
	}
}

// rollingUpdate reads how a new version rolls out.
func (b *builder) rollingUpdate(x *groupContext, n *node, path string, kind planner.Kind) planner.RollingUpdate {
	p := n.child("rolling_update")
	path += ".rolling_update"
	surge, absent, source := x.def.surge, x.def.absent, x.source
	if kind == planner.StatefulSet {
		surge, absent, source = units.Count(0), units.Count(1), "kind StatefulSet"
	}
	var u planner.RollingUpdate
	u.MaxSurge = take(b, p, path, "max_surge", surge, portionText(surge), source)
	u.MaxUnavailable = take(b, p, path, "max_unavailable", absent, portionText(absent), source)
	switch {
	case p == nil:
	case kind == planner.StatefulSet && p.has("max_surge") && !u.MaxSurge.IsZero():
		b.add(NoRollout, p.rng("max_surge"), "A StatefulSet replaces its pods in place: max_surge is 0.")
	case u.MaxSurge.IsZero() && u.MaxUnavailable.IsZero() && (p.has("max_surge") || p.has("max_unavailable")):
		name := "max_surge"
		if !p.has(name) {
			name = "max_unavailable"
		}
		b.add(NoRollout, p.rng(name), "max_surge and max_unavailable are both 0, so that no pod is ever replaced. Raise one of them.")
	}
	return u
}
