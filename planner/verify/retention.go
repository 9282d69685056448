package verify

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// retention checks what is kept of metrics and logs by fractions: what is said to be
// needed is, to the byte, and what is said to be there is what the spec and the nodes
// have. A size that was filled in for it is large enough.
func (k *checker) retention() {
	d, r := k.c.Retention, k.plan.Retention
	if !k.need((d == nil) == (r == nil), "retention", "retention.there", "declared: %t, planned: %t", d != nil, r != nil) || d == nil {
		return
	}
	if k.need(len(r.Metrics) == len(d.Metrics), "retention", "retention.metrics", "%d metrics, declared are %d", len(r.Metrics), len(d.Metrics)) {
		for i := range r.Metrics {
			k.metrics(&d.Metrics[i], &r.Metrics[i])
		}
	}
	k.nodeLogs(d.Logs, r.Logs)
}

// bytesOf is a fraction of bytes, rounded up; 4 EiB stand for all that is more.
func bytesOf(x *big.Rat) units.Bytes {
	n := new(big.Int).Sub(x.Num(), big.NewInt(1))
	n.Add(n.Div(n, x.Denom()), big.NewInt(1))
	if most := int64(1) << 62; !n.IsInt64() || n.Int64() > most {
		return units.Bytes(most)
	}
	return units.Bytes(n.Int64())
}

func rat(n int64) *big.Rat { return new(big.Rat).SetInt64(n) }

// samples is what the samples of so many series take, and the disk for them.
func samples(d *planner.MetricsRetention, series int) (data, disk units.Bytes) {
	x := new(big.Rat).Quo(rat(int64(d.Retention)), rat(int64(d.ScrapeInterval)))
	x.Mul(x, rat(int64(series)))
	x.Mul(x, big.NewRat(int64(d.BytesPerSample), int64(units.Whole)))
	data = bytesOf(x)
	return data, bytesOf(new(big.Rat).Quo(rat(int64(data)), big.NewRat(int64(d.DiskShare), int64(units.Whole))))
}

func (k *checker) metrics(d *planner.MetricsRetention, m *planner.MetricsPlan) {
	path := "retention.metrics." + d.Workload
	if !k.need(m.Workload == d.Workload && len(k.plan.ControlPlane.Load) > 0, path, "retention.metrics", "these are the metrics of %s", m.Workload) {
		return
	}
	now := k.plan.ControlPlane.Load[0]
	of := func(pods, nodes int) int { return d.Series + pods*d.SeriesPerPod + nodes*d.SeriesPerNode }
	data, disk := samples(d, of(now.Pods, now.Nodes))
	k.need(m.Series == of(now.Pods, now.Nodes) && m.Data == data && m.Need == disk, path, "retention.need",
		"%d series with %d bytes on a disk of %d; %d with %d on %d are right", m.Series, m.Data, m.Need, of(now.Pods, now.Nodes), data, disk)

	size, replicas, at := units.Bytes(-1), -1, ""
	for _, g := range k.groups {
		for _, l := range g.loads {
			if l.path != d.Workload {
				continue
			}
			replicas = l.plan.Replicas
			if d.Volume == "" {
				size, at = l.spec.Pod.EphemeralStorage-k.ofSidecars(g.decl.Name), l.path+".pod.ephemeral_storage"
			}
			for i := range l.spec.Volumes {
				if v := &l.spec.Volumes[i]; v.Name == d.Volume {
					size, at = v.Size, l.path+".volume."+v.Name+".size"
				}
			}
		}
	}
	k.need(m.Disk == size && m.Replicas == replicas, path, "retention.disk", "%d replicas on disks of %d bytes, there are %d on %d", m.Replicas, m.Disk, replicas, size)
	filled := slices.ContainsFunc(k.c.Assumptions, func(a planner.Assumption) bool {
		return a.Path == at && a.Source == planner.RetentionSource
	})
	k.need(!filled || size >= disk, at, "retention.size", "%d bytes were filled in, %d are needed", size, disk)
	k.holds(d, m, path)
	k.grownMetrics(d, m, path)
}

// ofSidecars is the local storage of the sidecars of a group's pods.
func (k *checker) ofSidecars(group string) (sum units.Bytes) {
	for _, s := range k.c.Sidecars {
		if len(s.NodeGroups) == 0 || slices.Contains(s.NodeGroups, group) {
			sum += s.EphemeralStorage
		}
	}
	return sum
}

// holds checks for how long the disk is enough: for so many seconds it is, for one more
// it is not.
func (k *checker) holds(d *planner.MetricsRetention, m *planner.MetricsPlan, path string) {
	after := func(more int64) *big.Rat {
		x := new(big.Rat).Quo(rat(int64(m.Holds)+more*1_000_000_000), rat(int64(d.ScrapeInterval)))
		x.Mul(x, rat(int64(m.Series)))
		return x.Mul(x, big.NewRat(int64(d.BytesPerSample), int64(units.Whole)))
	}
	room := new(big.Rat).Mul(rat(int64(m.Disk)), big.NewRat(int64(d.DiskShare), int64(units.Whole)))
	longest := int64(1<<63-1) / 1_000_000_000 * 1_000_000_000
	k.need(after(0).Cmp(room) <= 0 && (int64(m.Holds) == longest || after(1).Cmp(room) > 0), path, "retention.holds",
		"%s of %d series do not fill %d bytes to their share", m.Holds, m.Series, m.Disk)
}

// grownMetrics checks the series of the months of growth: pods and nodes grow as the
// nodes of the groups do.
func (k *checker) grownMetrics(d *planner.MetricsRetention, m *planner.MetricsPlan, path string) {
	now, today, full := k.plan.ControlPlane.Load[0], 0, 0
	for _, g := range k.groups {
		today += g.plan.Nodes
	}
	series, need := m.Series, m.Need
	for _, month := range k.plan.Growth {
		if month.Infeasible != "" || today == 0 {
			break
		}
		n := 0
		for _, g := range month.Nodes {
			n += g.Nodes
		}
		pods, nodes := up(int64(now.Pods)*int64(n), int64(today)), up(int64(now.Nodes)*int64(n), int64(today))
		series = d.Series + int(pods)*d.SeriesPerPod + int(nodes)*d.SeriesPerNode
		_, need = samples(d, series)
		if full == 0 && need > m.Disk && m.Need <= m.Disk {
			full = month.Month
		}
	}
	k.need(m.SeriesAtHorizon == series && m.NeedAtHorizon == need && m.FullIn == full, path, "retention.growth",
		"%d series on %d bytes at the horizon, full in month %d; %d on %d and month %d are right", m.SeriesAtHorizon, m.NeedAtHorizon, m.FullIn, series, need, full)
}

// nodeLogs checks what nodes keep of logs, pool by pool.
func (k *checker) nodeLogs(d *planner.LogRetention, logs []planner.NodeLogs) {
	seen := map[string]bool{}
	for _, l := range logs {
		path := fmt.Sprintf("retention.logs.%s.%s", l.Group, l.Pool)
		if !k.need(d != nil && !seen[l.Group+"/"+l.Pool], path, "retention.logs", "nothing is declared of them, or they are there twice") {
			return
		}
		seen[l.Group+"/"+l.Pool] = true
	}
	if d == nil {
		return
	}
	files := new(big.Rat).Mul(rat(int64(d.PerMinute)), rat(int64(d.Generations)))
	need := bytesOf(files.Mul(files, big.NewRat(int64(d.Rotation), 60_000_000_000)))
	want := 0
	for _, g := range k.groups {
		if len(d.NodeGroups) > 0 && !slices.Contains(d.NodeGroups, g.decl.Name) {
			continue
		}
		names := planner.PoolNames(g.plan.Pools)
		want += len(names)
		for i, name := range names {
			at := slices.IndexFunc(logs, func(l planner.NodeLogs) bool { return l.Group == g.decl.Name && l.Pool == name })
			path := fmt.Sprintf("retention.logs.%s.%s", g.decl.Name, name)
			if !k.need(at >= 0, path, "retention.logs", "the nodes keep some, and the plan does not say") {
				continue
			}
			l, p := logs[at], &g.plan.Pools[i]
			pods, asked := g.fullest(name, p)
			bound := bytesOf(new(big.Rat).Mul(rat(int64(pods*d.ContainersPerPod*d.MaxFiles)), rat(int64(d.MaxSize))))
			k.need(l.Need == need && l.Pods == pods && l.Bound == bound && l.Requested == asked && l.Room == p.Allocatable.EphemeralStorage, path, "retention.logs",
				"%+v; %d bytes, %d pods, a bound of %d, %d requested and room of %d are right", l, need, pods, bound, asked, p.Allocatable.EphemeralStorage)
		}
	}
	k.need(len(logs) == want, "retention.logs", "retention.logs", "of %d pools, there are %d", len(logs), want)
}

// fullest returns the most pods on a node of a pool and the most local storage that they
// ask for on one, DaemonSets among them.
func (g *group) fullest(pool string, p *planner.Pool) (pods int, asked units.Bytes) {
	for _, place := range g.plan.Placement {
		if place.Pool != pool {
			continue
		}
		n, bytes := 0, units.Bytes(0)
		for _, d := range p.DaemonSets {
			n, bytes = n+1, bytes+d.EphemeralStorage
		}
		for _, c := range place.Pods {
			for i := range g.loads {
				if g.loads[i].plan.Name == c.Workload {
					n, bytes = n+c.Pods, bytes+units.Bytes(c.Pods)*g.loads[i].spec.Pod.EphemeralStorage
				}
			}
		}
		pods, asked = max(pods, n), max(asked, bytes)
	}
	return pods, asked
}
