package pipeline

import (
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// retention returns what is kept of metrics and logs, beside the disks that are there:
// those are the spec's, which has the ones that it does not give filled in. It is nil
// where nothing is declared.
func (m *maker) retention(plan *planner.Plan) *planner.RetentionPlan {
	r := m.cluster.Retention
	if r == nil {
		return nil
	}
	out := &planner.RetentionPlan{}
	for i := range r.Metrics {
		out.Metrics = append(out.Metrics, m.metrics(&r.Metrics[i], plan))
	}
	if r.Logs == nil {
		return out
	}
	for i := range plan.NodeGroups {
		g := &plan.NodeGroups[i]
		if names := r.Logs.NodeGroups; len(names) > 0 && !slices.Contains(names, g.Name) {
			continue
		}
		out.Logs = append(out.Logs, nodeLogs(r.Logs, g)...)
	}
	return out
}

// metrics is what each replica of a workload keeps, now and as the cluster grows.
func (m *maker) metrics(r *planner.MetricsRetention, plan *planner.Plan) planner.MetricsPlan {
	out := planner.MetricsPlan{Workload: r.Workload}
	for i := range m.cluster.NodeGroups {
		g := &m.cluster.NodeGroups[i]
		for j := range g.Workloads {
			w := &g.Workloads[j]
			if g.Path()+".workload."+w.Name != r.Workload {
				continue
			}
			out.Replicas = replicasOf(&plan.NodeGroups[i], w.Name)
			out.Disk = w.Pod.EphemeralStorage
			for _, s := range m.cluster.Sidecars {
				if len(s.NodeGroups) == 0 || slices.Contains(s.NodeGroups, g.Name) {
					out.Disk -= s.EphemeralStorage
				}
			}
			for _, v := range w.Volumes {
				if v.Name == r.Volume {
					out.Disk = v.Size
				}
			}
		}
	}
	size := func(l planner.ControlPlaneLoad) (int, units.Bytes) {
		series := r.SeriesOf(l.Pods, l.Nodes)
		return series, r.Disk(r.Data(series))
	}
	now := plan.ControlPlane.Load[0]
	out.Series, out.Need = size(now)
	out.Data, out.Holds = r.Data(out.Series), r.Holds(out.Disk, out.Series)
	out.SeriesAtHorizon, out.NeedAtHorizon = out.Series, out.Need
	today := nodesOf(plan)
	for _, month := range plan.Growth {
		if month.Infeasible != "" {
			break
		}
		nodes := 0
		for _, g := range month.Nodes {
			nodes += g.Nodes
		}
		then := now
		then.Pods, then.Nodes = units.CeilDiv(now.Pods*nodes, today), units.CeilDiv(now.Nodes*nodes, today)
		out.SeriesAtHorizon, out.NeedAtHorizon = size(then)
		if out.FullIn == 0 && out.NeedAtHorizon > out.Disk && out.Need <= out.Disk {
			out.FullIn = month.Month
		}
	}
	return out
}

func replicasOf(g *planner.GroupPlan, name string) int {
	i := slices.IndexFunc(g.Workloads, func(w planner.WorkloadPlan) bool { return w.Name == name && !w.System })
	if i < 0 {
		return 0
	}
	return g.Workloads[i].Replicas
}

// nodeLogs is what the nodes of each pool of a group keep, with everything up.
func nodeLogs(r *planner.LogRetention, g *planner.GroupPlan) []planner.NodeLogs {
	asked := map[string]units.Bytes{}
	for _, w := range g.Workloads {
		asked[w.Name] = w.Pod.EphemeralStorage
	}
	var out []planner.NodeLogs
	for i, name := range planner.PoolNames(g.Pools) {
		p := &g.Pools[i]
		l := planner.NodeLogs{Group: g.Name, Pool: name, Need: r.Of(), Room: p.Allocatable.EphemeralStorage}
		daemons := p.Allocatable.EphemeralStorage - p.Free().EphemeralStorage
		for _, place := range g.Placement {
			if place.Pool != name {
				continue
			}
			pods, storage := len(p.DaemonSets), daemons
			for _, c := range place.Pods {
				pods += c.Pods
				storage += asked[c.Workload] * units.Bytes(c.Pods)
			}
			l.Pods, l.Requested = max(l.Pods, pods), max(l.Requested, storage)
		}
		l.Bound = r.Bound(l.Pods)
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b planner.NodeLogs) int { return strings.Compare(a.Pool, b.Pool) })
	return out
}
