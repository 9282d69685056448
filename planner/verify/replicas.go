package verify

import (
	"math/big"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// targetSlack is by how much a prediction may be above its target: a float's
// worth, so that a target equal to the service time can be met.
const targetSlack = 1e-9

// modelSlack is by how much a prediction may be below what was measured, for
// the rounding of a fitted law to nanoseconds.
const modelSlack = 1e-6

// replicas checks the count of each workload against what it must be.
func (k *checker) replicas(g *group) {
	for _, l := range g.loads {
		k.carries(l)
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
	case planner.FromCurve:
		k.curve(l)
	case planner.GivenReplicas:
	case planner.FromJob:
		k.need(false, l.path, "replicas.load", "demand by %q is not planned", d.Way)
	}
}

// cap checks that the load's pods stay below the utilization that was allowed:
// throughput x mean service time / (pods x concurrency).
func (k *checker) cap(l *load) {
	d := &l.spec.Demand
	carried, _ := k.throughput(l.path)
	if carried > 0 {
		k.need(l.plan.Reasons.Load > 0, l.path, "replicas.load", "no pod carries the load")
	}
	mean, ok := measured(d, planner.Mean)
	if !ok {
		return
	}
	// Rates and ratios are in millionths, times in billionths:
	// rate/1e6 x mean/1e9 <= load x concurrency x cap/1e6.
	busy := new(big.Int).Mul(big.NewInt(int64(carried)), big.NewInt(int64(mean)))
	most := new(big.Int).Mul(big.NewInt(int64(l.plan.Reasons.Load)), big.NewInt(int64(max(1, d.Concurrency))))
	most.Mul(most, big.NewInt(int64(d.MaxUtilization)))
	most.Mul(most, big.NewInt(int64(time.Second)))
	k.need(busy.Cmp(most) <= 0, l.path, "replicas.utilization", "%d pods for the load are busy beyond %s", l.plan.Reasons.Load, percent(d.MaxUtilization))
	k.need(l.plan.Utilization <= d.MaxUtilization+1, l.path, "replicas.utilization", "a utilization of %s, at most %s is allowed", percent(l.plan.Utilization), percent(d.MaxUtilization))
}

// measured returns what the spec says of a statistic of the service time.
func measured(d *planner.Demand, s planner.Statistic) (time.Duration, bool) {
	for _, m := range d.Service.Measured {
		if m.Statistic == s {
			return m.Target, true
		}
	}
	return 0, false
}

// latency checks predictions against targets and against the service time, which
// no response can undercut.
func (k *checker) latency(l *load) {
	d := &l.spec.Demand
	if d.Way == planner.FromLatency || d.Way == planner.FromCurve {
		for _, t := range d.Latency {
			seen := false
			for _, p := range l.plan.Latency {
				seen = seen || (p.During == "normal" && p.Statistic == t.Statistic && p.Target == t.Target)
			}
			k.need(seen, l.path+".latency."+string(t.Statistic), "latency.missing", "no prediction for the target of %v", t.Target)
		}
	}
	for _, p := range l.plan.Latency {
		path := l.path + ".latency." + string(p.Statistic)
		binds := p.During == "normal" || p.During == "rollout" || l.spec.Recovery == planner.Static
		if binds && p.Target > 0 {
			k.need(float64(p.Predicted) <= float64(p.Target)*(1+targetSlack), path, "latency.target", "%v predicted (%s), the target is %v", p.Predicted, p.During, p.Target)
		}
		least, ok := measured(d, p.Statistic)
		if d.Service.Distribution == "constant" && len(d.Service.Measured) > 0 {
			least, ok = d.Service.Measured[0].Target, true
		}
		if ok {
			k.need(float64(p.Predicted) >= float64(least)*(1-modelSlack), path, "latency.service", "%v predicted, the service alone takes %v", p.Predicted, least)
		}
	}
}

// unavailable is how many of n pods a rollout takes away at a time: max_unavailable
// rounded down, and one where neither it nor max_surge leaves anything (the
// deployment controller's ResolveFenceposts; a StatefulSet replaces in place).
func unavailable(w *planner.Workload, n int) int {
	if n == 0 {
		return 0
	}
	u := min(n, w.RollingUpdate.MaxUnavailable.Down(n))
	if u == 0 && surge(w, n) == 0 {
		return 1
	}
	return u
}

// surge is how many pods a rollout adds: max_surge rounded up; none for a
// StatefulSet.
func surge(w *planner.Workload, n int) int {
	if w.Kind == planner.StatefulSet {
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
