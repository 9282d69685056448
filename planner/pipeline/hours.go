package pipeline

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/forecast"
	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
)

// metricWindow is the resolution of metrics-server: how often it looks at what pods use
// (kubernetes-sigs/metrics-server, components.yaml: --metric-resolution=15s).
const metricWindow = 15 * time.Second

// nodesHeld is how many hours nodes stay that are not needed any more. An autoscaler
// waits five minutes before it takes pods away (forecast.ScaleDownWindow), and ten more
// before it takes the node (kubernetes/autoscaler FAQ, --scale-down-unneeded-time): less
// than an hour, which is the least that a profile knows.
const nodesHeld = 1

// days derives bounds of autoscalers, the hours of groups whose nodes follow the pods,
// and their least count.
func (m *maker) days(ctx context.Context, groups []planner.GroupPlan) error {
	var hourly []map[string]carried
	guests, err := m.guests()
	if err != nil {
		return err
	}
	for i := range groups {
		declared := m.groupNamed(groups[i].Name)
		if !slices.ContainsFunc(declared.Workloads, func(w planner.Workload) bool { return w.Autoscaler != nil }) {
			continue
		}
		if hourly == nil {
			hourly = m.hourly()
		}
		at := slices.IndexFunc(m.cluster.NodeGroups, func(g planner.NodeGroup) bool { return g.Name == declared.Name })
		p, err := m.problem(declared, guests[at], m.monthsAhead())
		if err != nil {
			return err
		}
		d := &day{p: p, plan: &groups[i], hourly: hourly}
		if err := d.autoscalers(); err != nil {
			return err
		}
		if err := d.nodes(ctx); err != nil {
			return err
		}
	}
	return nil
}

// hourly returns what every workload carries in each hour of the day.
func (m *maker) hourly() []map[string]carried {
	peak := m.throughputs(m.monthsAhead())
	out := make([]map[string]carried, planner.HoursOfDay)
	for h := range out {
		out[h] = throughputs(m.cluster.NodeGroups, func(path string, w *planner.Workload) (units.Rate, error) {
			c := peak[path]
			if c.err == nil && w.DailyProfile != nil {
				c.rate = forecast.Scale(c.rate, shareAt(w.DailyProfile, h))
			}
			return c.rate, c.err
		})
	}
	return out
}

// shareAt is the share of the peak in an hour, rounded up.
func shareAt(d *planner.DailyProfile, hour int) units.Ratio {
	if len(d.Hours) > 0 {
		return d.Hours[hour]
	}
	return ceilRatio(forecast.Cosine(d.Trough.Float(), forecast.PeakHour)[hour] * (1 - 1e-12))
}

// day is a group over the hours of a day.
type day struct {
	p    *problem
	plan *planner.GroupPlan
	// pools of the plan, those of all zones together.
	pools  []planner.Pool
	hourly []map[string]carried
	// works are those of each hour, in the order of the problem's.
	works [planner.HoursOfDay][]work
}

// autoscalers derives the bounds of each workload that has an autoscaler, and sizes the
// workloads of every hour.
func (d *day) autoscalers() error {
	for h := range d.works {
		d.works[h] = slices.Clone(d.p.works)
	}
	for i := range d.p.works {
		w := &d.p.works[i]
		if w.spec.Autoscaler == nil || !w.computed {
			continue
		}
		at := slices.IndexFunc(d.plan.Workloads, func(o planner.WorkloadPlan) bool { return o.Name == w.spec.Name && !o.System })
		a, err := d.autoscaler(i, d.plan.Workloads[at].Replicas)
		if err != nil {
			return err
		}
		d.plan.Workloads[at].Autoscaler = a
		for h := range d.works {
			if err := d.at(i, h, a.Replicas[h]); err != nil {
				return err
			}
		}
	}
	return nil
}

// at sizes the i-th workload for an hour, at least so many replicas.
func (d *day) at(i, hour, least int) error {
	w := d.p.works[i]
	w.carried, w.brief = d.hourly[hour][w.path], true
	spec := *w.spec
	spec.MinReplicas = max(spec.MinReplicas, least)
	w.spec = &spec
	if err := w.size(d.p.m, d.p.m.monthsAhead()); err != nil {
		return err
	}
	d.works[hour][i] = w
	return nil
}

// autoscaler derives the bounds of the i-th workload, of which so many replicas carry the
// peak through what is declared.
func (d *day) autoscaler(i, planned int) (*planner.AutoscalerPlan, error) {
	w := &d.p.works[i]
	declared := w.spec.Autoscaler
	if err := w.withinMaximum(planned, 0); err != nil {
		return nil, err
	}
	a := &planner.AutoscalerPlan{
		MaxReplicas: max(declared.MaxReplicas, planned), TargetCPUUtilization: declared.TargetCPUUtilization,
		MetricWindow: metricWindow, SyncPeriod: forecast.SyncPeriod, PodStart: w.spec.StartupTime,
	}
	if d.follows() {
		a.NodeStart = d.p.m.provider.Mechanics(&d.p.m.cluster).Boot
	}
	a.Lag = a.MetricWindow + a.SyncPeriod + a.PodStart + a.NodeStart
	need, load := make([]int, planner.HoursOfDay), forecast.Hours{}
	for h := range need {
		if err := d.at(i, h, 0); err != nil {
			return nil, err
		}
		sized := &d.works[h][i]
		need[h] = min(planned, sized.replicas(d.plan.Nodes, len(d.p.group.Zones), d.p.losses).Sum())
		a.Throughput = append(a.Throughput, sized.carried.rate)
		load[h] = sized.carried.rate.Float()
	}
	floor := min(planned, max(w.minimum(), w.spreadFloor(len(d.p.group.Zones))))
	a.Ramp = ceilRatio(math.Expm1(load.SteepestRamp(load.Peak()/float64(max(planned, 1))) * 3600))
	a.MinReplicas = max(floor, slices.Min(need))
	follow := slices.Clone(need)
	if err := w.bounds(a, load, need, floor, follow); err != nil {
		return nil, err
	}
	a.MinReplicas = min(planned, a.MinReplicas)
	if declared.MinReplicas > 0 {
		a.MinReplicas = min(planned, declared.MinReplicas)
	}
	for h := range follow {
		n := min(planned, max(follow[h], a.MinReplicas))
		if a.Throughput[h] == slices.Max(a.Throughput) {
			n = planned
		}
		a.Replicas = append(a.Replicas, n)
	}
	return a, nil
}

// bounds fills in target and minimum, and what the autoscaler makes of each hour; the
// target is left open where the CPU of a request is not known, and what each hour needs
// stays as it is.
func (w *work) bounds(a *planner.AutoscalerPlan, load forecast.Hours, need []int, floor int, follow []int) error {
	cpu := w.spec.Demand.CPUPerRequest
	if cpu <= 0 || w.spec.Pod.CPU <= 0 || w.queue == nil && w.spec.Demand.ThroughputPerPod <= 0 {
		if a.TargetCPUUtilization == 0 {
			a.NoTarget = "cpu_per_request is not given, so that what a request takes of the CPU is not known"
		}
		return nil
	}
	capacity := w.spec.Demand.ThroughputPerPod.Float()
	if w.queue != nil {
		capacity = w.queue.normal.model.Capacity(w.load).Float() / float64(max(w.load, 1))
	}
	request := float64(w.spec.Pod.CPU) / float64(units.Core)
	a.Limit = units.Ratio(capacity * cpu.Seconds() / request * float64(units.Whole))
	if a.TargetCPUUtilization > a.Limit {
		return &planner.Infeasible{
			Path:       w.path + ".horizontal_pod_autoscaler.target_cpu_utilization",
			Constraint: fmt.Sprintf("pods that use %s of their CPU request miss the targets: these hold up to %s", percentOf(a.TargetCPUUtilization), percentOf(a.Limit)),
			Margin:     percentOf(a.TargetCPUUtilization-a.Limit) + " too much",
			Remedy:     "leave target_cpu_utilization out, or request more CPU for each pod",
		}
	}
	atPeak, next := slices.Max(need), 0
	b, err := forecast.Autoscaled{
		Load: load, CPUPerRequest: cpu, Request: w.spec.Pod.CPU, Limit: a.Limit, Lag: a.Lag, Floor: floor, AtPeak: atPeak,
		Size:          func(float64) (int, error) { next++; return need[next-1], nil },
		TargetPercent: int(a.TargetCPUUtilization / units.Percent), Min: w.spec.Autoscaler.MinReplicas,
	}.Bounds()
	if errors.Is(err, forecast.ErrNoTarget) {
		a.NoTarget = fmt.Sprintf("load rises too steeply for a lag of %s: no whole percentage keeps the targets", a.Lag)
		return nil
	}
	if few, ok := errors.AsType[*forecast.FewError](err); ok {
		return w.tooFewAtNight(a, few.Need)
	}
	if err != nil {
		return err
	}
	a.TargetCPUUtilization = units.Ratio(b.TargetPercent) * units.Percent
	a.MinReplicas = max(a.MinReplicas, b.Min)
	for h := range follow {
		follow[h] = b.Replicas[h]
	}
	return nil
}

// tooFewAtNight says that the declared minimum is below what hours need in which the
// target alone makes too few pods.
func (w *work) tooFewAtNight(a *planner.AutoscalerPlan, need int) error {
	least := w.spec.Autoscaler.MinReplicas
	bad := &planner.Infeasible{
		Path:       w.path + ".horizontal_pod_autoscaler.min_replicas",
		Constraint: fmt.Sprintf("some hours need more replicas than their CPU asks for, and min_replicas is %d", least),
		Margin:     fmt.Sprintf("%d too few", need-least),
		Remedy:     fmt.Sprintf("raise min_replicas to %d, or leave it out", need),
		Limit:      int64(least), Need: int64(need),
	}
	if a.TargetCPUUtilization > 0 {
		bad.Remedy += ", or lower target_cpu_utilization"
	}
	return bad
}

// percentOf writes a ratio in percent, with one digit where it is not whole.
func percentOf(r units.Ratio) string {
	if r%units.Percent == 0 {
		return fmt.Sprintf("%d%%", r/units.Percent)
	}
	return fmt.Sprintf("%.1f%%", r.Float()*100)
}

// spreadFloor is the least count that has a pod in each zone, where pods spread over
// zones.
func (w *work) spreadFloor(zones int) int {
	if slices.ContainsFunc(w.spec.TopologySpread, func(s planner.TopologySpread) bool { return s.Key == planner.ZoneKey }) {
		return w.zonesOf(zones)
	}
	return 0
}

// withinMaximum holds a count to a declared max_replicas.
func (w *work) withinMaximum(n, months int) error {
	a := w.spec.Autoscaler
	if a == nil || a.MaxReplicas == 0 || n <= a.MaxReplicas {
		return nil
	}
	bad := &planner.Infeasible{
		Path:       w.path + ".horizontal_pod_autoscaler.max_replicas",
		Constraint: fmt.Sprintf("the peak takes %d replicas, and max_replicas is %d", n, a.MaxReplicas),
		Margin:     fmt.Sprintf("%d too few", n-a.MaxReplicas),
		Remedy:     fmt.Sprintf("raise max_replicas to %d, or leave it out", n),
		Limit:      int64(a.MaxReplicas), Need: int64(n),
	}
	if months > 0 {
		bad.Margin += fmt.Sprintf(", after %d months of growth", months)
	}
	return bad
}

// follows reports whether the nodes follow the pods of a day.
func (d *day) follows() bool {
	return d.p.group.Autoscaling && slices.ContainsFunc(d.p.group.Workloads, func(w planner.Workload) bool {
		if w.Autoscaler == nil {
			return false
		}
		path := d.p.path + ".workload." + w.Name
		return slices.ContainsFunc(d.hourly, func(h map[string]carried) bool { return h[path].rate != d.hourly[0][path].rate })
	})
}

// nodes counts the nodes of each hour on the types of the plan, with the redundancy of
// the group, and prices the day.
func (d *day) nodes(ctx context.Context) error {
	if !d.follows() {
		return nil
	}
	d.p.only(d.plan.Pools)
	d.pools, _ = planner.Joined(d.plan.Pools)
	pools := make([]forecast.Counts, len(d.pools))
	found := map[string][]int{}
	for h := range d.works {
		key := d.key(h)
		counts, ok := found[key]
		if !ok {
			var err error
			if counts, err = d.count(ctx, h); err != nil {
				return err
			}
			found[key] = counts
		}
		for i, n := range counts {
			pools[i][h] = n
		}
	}
	d.plan.Day = d.priced(pools)
	if d.p.group.MinNodes == 0 {
		for _, h := range d.plan.Day.Hours {
			d.plan.MinNodes = min(d.plan.MinNodes, h.Nodes)
		}
	}
	return nil
}

// key tells hours apart whose pods are others.
func (d *day) key(hour int) string {
	var key []byte
	for i := range d.works[hour] {
		w := &d.works[hour][i]
		key = fmt.Appendf(key, "%d/%d/%d ", w.base.Sum(), w.load, w.need)
	}
	return string(key)
}

// count returns the nodes of each pool that carry an hour; never more than the plan has.
func (d *day) count(ctx context.Context, hour int) ([]int, error) {
	planned := make([]int, len(d.pools))
	for i := range planned {
		planned[i] = d.pools[i].Nodes
	}
	p := *d.p
	p.works, p.verdicts, p.sized, p.scratch, p.atLeast = d.works[hour], nil, nil, placement.Group{}, 0
	last := past{}
	err := p.grown(ctx, d.pools, &last)
	switch {
	case errors.Is(err, planner.ErrInfeasible):
		return planned, nil // what carries the peak carries less
	case err != nil:
		return nil, err
	case last.mix.nodes() >= d.plan.Nodes:
		return planned, nil
	}
	out := make([]int, len(d.pools))
	for _, part := range last.mix {
		for i := range d.pools {
			if pool := &d.pools[i]; pool.InstanceType == part.offer.instance.Name && pool.CapacityType == part.offer.capacity {
				out[i] += part.nodes
			}
		}
	}
	return out, nil
}

// priced is the day of so many nodes of each pool.
func (d *day) priced(pools []forecast.Counts) *planner.DayPlan {
	m, declared := d.p.m, d.p.group
	out := &planner.DayPlan{Hours: make([]planner.HourNodes, planner.HoursOfDay), Autoscaled: planner.Amount{Known: true}}
	for i := range pools {
		held := pools[i].Held(nodesHeld)
		price := d.pools[i].Price
		for h := range out.Hours {
			out.Hours[h].Nodes += pools[i][h]
			out.Hours[h].Running += held[h]
			out.Autoscaled = sum(out.Autoscaled, planner.Amount{Rate: price.Rate * units.USDPerHour(held[h]), Known: price.Known()})
		}
	}
	for h := range out.Hours {
		disks, known := m.besideNodes(declared, out.Hours[h].Running)
		out.Autoscaled = sum(out.Autoscaled, planner.Amount{Rate: disks, Known: known})
	}
	out.Autoscaled.Rate = units.CeilDiv(out.Autoscaled.Rate, planner.HoursOfDay)
	disks, known := m.besideNodes(declared, d.plan.Nodes)
	out.Fixed = sum(d.plan.Cost, planner.Amount{Rate: disks, Known: known})
	return out
}
