package verify

import (
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// replicas checks the count of each workload against what it must be.
func (k *checker) replicas(g *group) {
	for _, l := range g.loads {
		k.carries(l)
		k.job(g, l)
		r := l.plan.Reasons
		k.need(r.Sum() == l.plan.Replicas, l.path, "replicas.sum", "the reasons sum to %d, the count is %d", r.Sum(), l.plan.Replicas)
		k.need(min(r.Load, r.Spare, r.Minimum, r.Rollout, r.Node, r.Zone) >= 0, l.path, "replicas.reasons", "a reason is negative: %+v", r)
		if l.computed() {
			k.computedCount(l)
		} else {
			k.givenCount(l)
		}
		k.need(l.plan.Utilization >= 0 && l.plan.Utilization <= units.Whole, l.path, "workload.utilization", "a utilization of %s", percent(l.plan.Utilization))
		k.need(l.plan.PerPod >= 0, l.path, "workload.per_pod", "a negative rate a pod")
		k.latency(l)
	}
}

// givenCount checks that a count that the user gave did not change.
func (k *checker) givenCount(l *load) {
	given := l.spec.Demand.Replicas
	if k.c.Growth.SizeForHorizon && l.spec.GrowsReplicas {
		k.need(l.plan.Replicas >= given, l.path, "replicas.given", "%d replicas, %d were given and they grow", l.plan.Replicas, given)
		return
	}
	k.need(l.plan.Replicas == given, l.path, "replicas.given", "%d replicas, %d were given", l.plan.Replicas, given)
	k.need(l.plan.Reasons == planner.ReplicaReasons{Load: l.plan.Replicas}, l.path, "replicas.reasons", "a given count is all load, not %+v", l.plan.Reasons)
}

// computedCount checks the parts of a computed count: each reason is what it adds
// to the largest of those before it.
func (k *checker) computedCount(l *load) {
	w, r, n := &l.spec, l.plan.Reasons, l.plan.Replicas
	k.load(l)
	k.need(n >= r.Load+w.SpareReplicas, l.path, "replicas.spare", "%d replicas for a load of %d and %d spare", n, r.Load, w.SpareReplicas)
	k.need(n >= w.MinReplicas, l.path, "replicas.minimum", "%d replicas, at least %d were asked for", n, w.MinReplicas)
	need, ok := rolloutNeed(w, r.Load)
	if k.need(ok, l.path, "replicas.rollout", "a rollout takes so many pods away that no count holds a load of %d", r.Load) {
		k.need(n >= need, l.path, "replicas.rollout", "%d replicas: a rollout leaves %d, the load is %d", n, n-unavailable(w, n), r.Load)
		floor := r.Load + w.SpareReplicas
		want := planner.ReplicaReasons{Load: r.Load, Spare: w.SpareReplicas, Node: r.Node, Zone: r.Zone}
		least := w.MinReplicas
		if w.Autoscaler != nil {
			least = max(least, w.Autoscaler.MinReplicas)
		}
		if m := w.MinReady; m != nil && !m.IsRatio {
			least = max(least, m.Count) // before anything is lost, too
		}
		want.Minimum = max(0, least-floor)
		want.Rollout = max(0, need-max(floor, least))
		k.need(r == want, l.path, "replicas.reasons", "the count is itemised as %+v, it should be %+v", r, want)
	}
	if w.Recovery != planner.Static && w.MinReady == nil {
		k.need(r.Node == 0 && r.Zone == 0, l.path, "replicas.reasons", "%d replicas for losses, though displaced pods are scheduled anew", r.Node+r.Zone)
	}
}

// load checks the part of the count that carries the peak.
func (k *checker) load(l *load) {
	d := &l.spec.Demand
	switch d.Way {
	case planner.FromLoadTest:
		if carried, ok := k.throughput(l.path); ok && d.ThroughputPerPod > 0 {
			n := max(1, units.CeilDiv(carried, d.ThroughputPerPod))
			k.need(l.plan.Reasons.Load == int(n), l.path, "replicas.load", "a load of %d pods, %d/s at %d/s a pod are %d (in millionths)",
				l.plan.Reasons.Load, carried, d.ThroughputPerPod, n)
		}
	case planner.FromLatency:
		k.cap(l)
		k.sizing(l)
	case planner.FromCurve:
		k.curve(l)
	case planner.GivenReplicas, planner.FromJob:
	}
}

// unavailable is how many of n pods a rollout takes away at a time: max_unavailable
// rounded down, and one where neither it nor max_surge leaves anything (the
// deployment controller's ResolveFenceposts; a StatefulSet replaces in place). Jobs
// have no rollout.
func unavailable(w *planner.Workload, n int) int {
	if n == 0 || ends(w) {
		return 0
	}
	u := min(n, w.RollingUpdate.MaxUnavailable.Down(n))
	if u == 0 && surge(w, n) == 0 {
		return 1
	}
	return u
}

// surge is how many pods a rollout adds: max_surge rounded up; none for a
// StatefulSet, nor for jobs.
func surge(w *planner.Workload, n int) int {
	if w.Kind == planner.StatefulSet || ends(w) {
		return 0
	}
	return w.RollingUpdate.MaxSurge.Up(n)
}

// rolloutNeed returns the least count that keeps load pods through a rollout, and
// whether there is one.
func rolloutNeed(w *planner.Workload, load int) (int, bool) {
	if load < 0 || load > maxReplicas {
		return 0, false
	}
	for n := load; n <= load+min(1000*(load+1), maxReplicas); n++ {
		if n-unavailable(w, n) >= load {
			return n, true
		}
	}
	return 0, false
}
