package verify

import (
	"math"
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// days checks what autoscalers are given, and the nodes of the hours of a day: that each
// hour has the pods that its load takes as far as plain arithmetic says, within the bounds,
// and machines that hold their requests through the loss of nodes.
func (k *checker) days(g *group) {
	follows := false
	for _, l := range g.loads {
		declared, a := l.spec.Autoscaler, l.plan.Autoscaler
		if !k.need((declared != nil && l.computed()) == (a != nil), l.path, "autoscaler.asked", "asked for: %t, planned: %t", declared != nil, a != nil) || a == nil {
			continue
		}
		if !k.need(len(a.Replicas) == planner.HoursOfDay && len(a.Throughput) == planner.HoursOfDay, l.path, "autoscaler.hours", "%d and %d hours", len(a.Replicas), len(a.Throughput)) {
			continue
		}
		k.autoscaled(l, declared, a)
		follows = follows || slices.Min(a.Throughput) < slices.Max(a.Throughput)
	}
	asked := g.decl.Autoscaling && follows
	if k.need(asked == (g.plan.Day != nil), g.path, "day.asked", "nodes follow the load: %t, hours planned: %t", asked, g.plan.Day != nil) && asked {
		k.day(g)
	}
}

// autoscaled checks one autoscaler.
func (k *checker) autoscaled(l *load, declared *planner.HorizontalPodAutoscaler, a *planner.AutoscalerPlan) {
	w, peak := &l.spec, slices.Max(a.Throughput)
	k.need(a.MinReplicas <= a.MaxReplicas && l.plan.Replicas <= a.MaxReplicas && a.MinReplicas <= l.plan.Replicas, l.path, "autoscaler.bounds",
		"from %d to %d, planned for the peak are %d", a.MinReplicas, a.MaxReplicas, l.plan.Replicas)
	k.need(declared.MaxReplicas == 0 || a.MaxReplicas == declared.MaxReplicas, l.path, "autoscaler.declared", "a maximum of %d, declared is %d", a.MaxReplicas, declared.MaxReplicas)
	k.need(declared.MinReplicas == 0 || a.MinReplicas == declared.MinReplicas, l.path, "autoscaler.declared", "a minimum of %d, declared is %d", a.MinReplicas, declared.MinReplicas)
	k.need(declared.TargetCPUUtilization == 0 || a.TargetCPUUtilization == declared.TargetCPUUtilization, l.path, "autoscaler.declared", "a target of %s, declared is %s", percent(a.TargetCPUUtilization), percent(declared.TargetCPUUtilization))
	k.need(a.Lag == a.MetricWindow+a.SyncPeriod+a.PodStart+a.NodeStart && a.PodStart == w.StartupTime, l.path, "autoscaler.lag", "a lag of %v, of %v, %v, %v and %v", a.Lag, a.MetricWindow, a.SyncPeriod, a.PodStart, a.NodeStart)
	k.need((a.TargetCPUUtilization == 0) == (a.NoTarget != ""), l.path, "autoscaler.target", "a target of %s, and %q", percent(a.TargetCPUUtilization), a.NoTarget)
	k.need(a.TargetCPUUtilization%units.Percent == 0 && a.TargetCPUUtilization >= 0, l.path, "autoscaler.target", "a target of %d millionths", a.TargetCPUUtilization)
	for h, n := range a.Replicas {
		rate := a.Throughput[h]
		k.need(n >= a.MinReplicas && n <= l.plan.Replicas, l.path, "autoscaler.replicas", "hour %d has %d replicas, from %d to %d", h, n, a.MinReplicas, l.plan.Replicas)
		k.need(rate < peak || n == l.plan.Replicas, l.path, "autoscaler.replicas", "hour %d has the peak and %d of %d replicas", h, n, l.plan.Replicas)
		k.need(n >= k.leastAt(l, a, rate), l.path, "autoscaler.replicas", "hour %d has %d replicas, its load takes %d", h, n, k.leastAt(l, a, rate))
		k.need(rate == peak || n <= k.mostAt(l, a, rate), l.path, "autoscaler.replicas", "hour %d has %d replicas, its target makes no more than %d", h, n, k.mostAt(l, a, rate))
		for other := range a.Replicas {
			k.need(a.Throughput[other] <= rate || a.Replicas[other] >= n, l.path, "autoscaler.replicas", "hour %d has more replicas than hour %d, and less load", h, other)
		}
		if p := w.DailyProfile; p != nil && len(p.Hours) == planner.HoursOfDay {
			want := up128(int64(peak), int64(p.Hours[h]))
			k.need(int64(rate) == want, l.path, "autoscaler.throughput", "hour %d has %d, by its profile it is %d (in millionths)", h, rate, want)
		}
	}
	if p := w.DailyProfile; p != nil && p.Trough > 0 {
		low, want := slices.Min(a.Throughput).Float(), peak.Float()*p.Trough.Float()
		k.need(math.Abs(low-want) <= 1e-5*peak.Float()+1e-5, l.path, "autoscaler.throughput", "a trough of %g, declared is %g", low, want)
	}
	k.target(l, a)
}

// leastAt is what the load of an hour takes at least: of a load test the pods and the
// spare, and what the autoscaler makes of its target. The count for the peak is enough.
func (k *checker) leastAt(l *load, a *planner.AutoscalerPlan, rate units.Rate) int {
	d, least := &l.spec.Demand, 0.0
	if d.Way == planner.FromLoadTest && d.ThroughputPerPod > 0 {
		least = math.Ceil(rate.Float()/d.ThroughputPerPod.Float()*(1-targetSlack)) + float64(l.spec.SpareReplicas)
	}
	if a.TargetCPUUtilization > 0 && d.CPUPerRequest > 0 && l.spec.Pod.CPU > 0 {
		pods := rate.Float() * d.CPUPerRequest.Seconds() / (a.TargetCPUUtilization.Float() * float64(l.spec.Pod.CPU) / float64(units.Core))
		least = max(least, math.Ceil(pods*(1-2*targetSlack)))
	}
	return int(min(least, float64(l.plan.Replicas)))
}

// mostAt is what the autoscaler makes of the load of an hour, and never more: the minimum,
// or what its target takes. Where no target is known it is the count for the peak.
func (k *checker) mostAt(l *load, a *planner.AutoscalerPlan, rate units.Rate) int {
	d := &l.spec.Demand
	if a.TargetCPUUtilization <= 0 || d.CPUPerRequest <= 0 || l.spec.Pod.CPU <= 0 {
		return l.plan.Replicas
	}
	pods := rate.Float() * d.CPUPerRequest.Seconds() / (a.TargetCPUUtilization.Float() * float64(l.spec.Pod.CPU) / float64(units.Core))
	return max(a.MinReplicas, int(min(math.Ceil(pods*(1+2*targetSlack)), float64(l.plan.Replicas))))
}

// defaultTolerance is within what share of its target an autoscaler does nothing
// (kubernetes.io, Horizontal Pod Autoscaling).
const defaultTolerance = 0.1

// target checks that a target leaves room for what the autoscaler does not see: what a
// load test says of the limit, and the tolerance.
func (k *checker) target(l *load, a *planner.AutoscalerPlan) {
	if a.TargetCPUUtilization == 0 {
		return
	}
	d := &l.spec.Demand
	if d.Way == planner.FromLoadTest && d.CPUPerRequest > 0 && l.spec.Pod.CPU > 0 {
		limit := d.ThroughputPerPod.Float() * d.CPUPerRequest.Seconds() * float64(units.Core) / float64(l.spec.Pod.CPU)
		k.need(math.Abs(a.Limit.Float()-limit) <= 1e-6+limit*1e-6, l.path, "autoscaler.limit", "a limit of %s, the load test says %g", percent(a.Limit), limit)
	}
	room := 1.0
	if l.spec.Autoscaler.TargetCPUUtilization == 0 {
		room += defaultTolerance
	}
	k.need(a.Limit == 0 || a.TargetCPUUtilization.Float()*room <= a.Limit.Float()*(1+1e-6), l.path, "autoscaler.target", "a target of %s leaves no room below %s", percent(a.TargetCPUUtilization), percent(a.Limit))
}

// up128 is a x share / 1, rounded up; neither is negative.
func up128(a, share int64) int64 {
	whole := int64(units.Whole)
	return a/whole*share + up(a%whole*share, whole)
}

// day checks the nodes of each hour and what they cost.
func (k *checker) day(g *group) {
	d, path := g.plan.Day, g.path+".day"
	if !k.need(len(d.Hours) == planner.HoursOfDay, path, "day.hours", "%d hours", len(d.Hours)) {
		return
	}
	least := g.plan.Nodes
	running := int64(0)
	for h := range d.Hours {
		hour, before := d.Hours[h], d.Hours[(h+planner.HoursOfDay-1)%planner.HoursOfDay]
		least, running = min(least, hour.Nodes), running+int64(hour.Running)
		k.need(hour.Nodes >= g.decl.MinNodes && hour.Nodes <= g.plan.Nodes && hour.Nodes > 0, path, "day.nodes", "hour %d has %d nodes, the plan %d", h, hour.Nodes, g.plan.Nodes)
		k.need(hour.Running >= max(hour.Nodes, before.Nodes) && hour.Running <= g.plan.Nodes, path, "day.running", "in hour %d %d nodes run: it needs %d, the hour before %d", h, hour.Running, hour.Nodes, before.Nodes)
		k.need(oneKind(g.plan) == nil || hour.Running == max(hour.Nodes, before.Nodes), path, "day.running", "in hour %d %d nodes run: it needs %d, the hour before %d", h, hour.Running, hour.Nodes, before.Nodes)
		k.need(k.holdsHour(g, h, hour.Nodes-g.decl.Redundancy.Nodes, true) && k.holdsHour(g, h, hour.Nodes, false), path, "day.room", "the %d nodes of hour %d do not hold its requests through the loss of nodes", hour.Nodes, h)
	}
	want := g.decl.MinNodes
	if want == 0 {
		want = least
	}
	k.need(g.plan.MinNodes == want, g.path, "day.min_nodes", "at least %d nodes, the quietest hour has %d", g.plan.MinNodes, least)
	k.need(!d.Autoscaled.Known || !d.Fixed.Known || d.Autoscaled.Rate <= d.Fixed.Rate+units.HoursPerMonth, path, "day.cost", "%s autoscaled, %s fixed", d.Autoscaled, d.Fixed)
	if one := oneKind(g.plan); one != nil && d.Autoscaled.Known {
		nodes := units.CeilDiv(int64(one.Price.Rate)*running, planner.HoursOfDay)
		k.need(int64(d.Autoscaled.Rate) >= nodes && int64(d.Fixed.Rate) >= int64(g.plan.Cost.Rate), path, "day.cost", "%s autoscaled, the nodes alone are %d", d.Autoscaled, nodes)
	}
}

// holdsHour reports whether the requests of an hour are no more than what so many nodes of
// the roomiest pools offer; of what is rescheduled alone after a loss.
func (k *checker) holdsHour(g *group, hour, nodes int, afterLoss bool) bool {
	var cpu units.MilliCPU
	var memory units.Bytes
	pods := 0
	for i := range g.plan.Pools {
		free := g.plan.Pools[i].Free()
		cpu, memory, pods = max(cpu, free.CPU), max(memory, free.Memory), max(pods, free.Pods)
	}
	var needCPU units.MilliCPU
	var needMemory units.Bytes
	needPods := 0
	for _, l := range g.loads {
		n := l.plan.Replicas
		if a := l.plan.Autoscaler; a != nil && len(a.Replicas) == planner.HoursOfDay {
			n = a.Replicas[hour]
		}
		if afterLoss && (l.spec.Recovery == planner.Static || l.bound()) {
			continue
		}
		needCPU, needMemory, needPods = needCPU+l.spec.Pod.CPU*units.MilliCPU(n), needMemory+l.spec.Pod.Memory*units.Bytes(n), needPods+n
	}
	return needCPU <= cpu*units.MilliCPU(nodes) && needMemory <= memory*units.Bytes(nodes) && needPods <= pods*nodes
}
