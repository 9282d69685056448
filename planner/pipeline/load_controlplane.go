package pipeline

import (
	"fmt"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/layout"
	"github.com/scantling-dev/scantling/planner/units"
)

// What a node watches of the API servers. Assumptions: the kubelet watches six
// collections and two objects for each pod (its certificate of the cluster and one
// configuration), kube-proxy three, and each DaemonSet three.
const (
	watchesOfKubelet   = 6
	watchesOfProxy     = 3
	watchesOfDaemonSet = 3
	watchesOfPod       = 2
	// workingHours are those that the rollouts of a day come in. An assumption.
	workingHours = 8
	// managedServers are the API servers behind a managed control plane (EKS runs two
	// at least, GKE's regional ones three).
	managedServers = 3
)

// moved is what starts and ends in the busiest hour, and why.
type churn struct {
	pods, nodes int
	why         string
}

// loads returns what the cluster asks of its control plane now, at the horizon and
// during the upgrade.
func (m *maker) loads(plan *planner.Plan) []planner.ControlPlaneLoad {
	nodes, pods := clusterSize(plan.NodeGroups)
	busy := m.churn(plan.NodeGroups)
	servers := managedServers
	if plan.ControlPlane.Mode == planner.SelfManaged {
		servers = serversOf(&plan.ControlPlane)
	}
	of := func(moment planner.LoadMoment, nodes, pods int, c churn) planner.ControlPlaneLoad {
		p := m.population(plan.NodeGroups, nodes, pods, c)
		p.Servers = servers
		return loadOf(moment, &p, c)
	}
	out := []planner.ControlPlaneLoad{of(planner.LoadNow, nodes, pods, busy)}
	if today, then := grown(plan); then > today {
		times := func(n int) int { return units.CeilDiv(n*then, today) }
		later := churn{pods: times(busy.pods), nodes: times(busy.nodes), why: busy.why + ", grown with the nodes"}
		out = append(out, of(planner.LoadAtHorizon, times(nodes), times(pods), later))
	}
	if extra, c, ok := upgradeChurn(plan); ok {
		if c.pods < busy.pods {
			c.pods, c.why = busy.pods, busy.why
		}
		out = append(out, of(planner.LoadInUpgrade, nodes+extra, pods, c))
	}
	return out
}

// serversOf counts the machines that run API servers.
func serversOf(c *planner.ControlPlane) int {
	for _, machines := range c.Machines {
		if machines.Role == planner.RoleControlPlane {
			return machines.Nodes
		}
	}
	return 1
}

// population is what lives in a cluster of so many nodes and pods.
func (m *maker) population(groups []planner.GroupPlan, nodes, pods int, c churn) layout.Population {
	spec := &m.cluster.ControlPlane.Load
	p := layout.Population{
		Nodes: nodes, Pods: pods, Namespaces: spec.Namespaces, OtherObjects: spec.Objects, OtherSize: spec.ObjectSize,
		PodsPerHour: c.pods, NodesPerHour: c.nodes, Watchers: spec.Watchers, Servers: 1,
	}
	daemons := 0
	for i := range groups {
		for _, w := range groups[i].Workloads {
			p.Workloads++
			if w.Autoscaler != nil {
				p.Autoscalers++
			}
		}
		for _, pool := range groups[i].Pools {
			daemons = max(daemons, len(pool.DaemonSets))
		}
	}
	p.Workloads += daemons
	p.WatchesPerNode = watchesOfKubelet + watchesOfProxy + watchesOfDaemonSet*daemons
	if nodes > 0 {
		p.WatchesPerNode += watchesOfPod * units.CeilDiv(pods, nodes)
	}
	return p
}

// loadOf is what a population asks for at a moment.
func loadOf(moment planner.LoadMoment, p *layout.Population, c churn) planner.ControlPlaneLoad {
	d := layout.DemandOf(*p)
	out := planner.ControlPlaneLoad{
		Moment: moment, Nodes: p.Nodes, Pods: p.Pods, Workloads: p.Workloads, Namespaces: p.Namespaces, Autoscalers: p.Autoscalers,
		PodsPerHour: p.PodsPerHour, NodesPerHour: p.NodesPerHour, Churn: c.why, Watches: d.Watches,
		Live: d.Live, History: d.History, File: d.File, Peak: d.Peak, Writes: d.Writes, Reads: d.Reads, EtcdMemory: d.EtcdMemory,
	}
	for _, o := range d.Objects {
		out.Objects = append(out.Objects, planner.StoredObjects{Kind: o.Kind, Count: o.Count, Size: o.Size, Writes: o.Writes})
	}
	return out
}

// churn returns what starts and ends in the busiest hour: of rollouts, of autoscaling
// and of jobs the most, which may well come at one time, so that they are added.
func (m *maker) churn(groups []planner.GroupPlan) churn {
	all, largest, scaled, runs := 0, 0, [planner.HoursOfDay]int{}, 0
	for i := range groups {
		for j := range groups[i].Workloads {
			w := &groups[i].Workloads[j]
			if w.Job != nil {
				runs += runsPerHour(m.specOf(i, w.Name), w)
				continue
			}
			all += w.Replicas
			largest = max(largest, w.Replicas)
			if w.Autoscaler != nil {
				for h, n := range w.Autoscaler.Replicas {
					before := w.Autoscaler.Replicas[(h+len(w.Autoscaler.Replicas)-1)%len(w.Autoscaler.Replicas)]
					scaled[h%planner.HoursOfDay] += max(n-before, before-n)
				}
			}
		}
	}
	rollouts := 0
	if per := m.cluster.ControlPlane.Load.RolloutsPerDay; per > 0 {
		rollouts = max(largest, units.CeilDiv(all*per, workingHours))
	}
	steepest := 0
	for _, n := range scaled {
		steepest = max(steepest, n)
	}
	return churn{
		pods: rollouts + steepest + runs,
		why:  fmt.Sprintf("%d by rollouts, %d by autoscaling, %d by jobs", rollouts, steepest, runs),
	}
}

// specOf returns the workload of a planned group as the spec has it; nil for the
// provider's own.
func (m *maker) specOf(group int, name string) *planner.Workload {
	g := &m.cluster.NodeGroups[group]
	for i := range g.Workloads {
		if g.Workloads[i].Name == name {
			return &g.Workloads[i]
		}
	}
	return nil
}

// runsPerHour returns the runs of a job that start in the busiest hour: as fast as its
// pods work them off, a run after the other, and all of them at the most.
func runsPerHour(spec *planner.Workload, w *planner.WorkloadPlan) int {
	attempts := max(w.Job.Attempts, w.Job.Runs)
	if spec == nil || spec.Demand.Job.Duration <= 0 {
		return attempts
	}
	each := units.CeilDiv(int64(time.Hour), int64(spec.Demand.Job.Duration))
	return min(attempts, w.Replicas*int(each))
}

// grown returns how many nodes there are now and at the last month of growth that can be
// planned; none then where nothing grows.
func grown(plan *planner.Plan) (now, then int) {
	for i := range plan.NodeGroups {
		now += plan.NodeGroups[i].Nodes
	}
	for _, month := range plan.Growth {
		if month.Infeasible != "" {
			break
		}
		then = 0
		for _, g := range month.Nodes {
			then += g.Nodes
		}
	}
	return now, then
}

// clusterBlueGreen is the strategy whose new nodes have a control plane of their own.
const clusterBlueGreen = "cluster_blue_green"

// groupPlan returns the plan of a group; nil where there is none of that name.
func groupPlan(plan *planner.Plan, name string) *planner.GroupPlan {
	for i := range plan.NodeGroups {
		if plan.NodeGroups[i].Name == name {
			return &plan.NodeGroups[i]
		}
	}
	return nil
}

// upgradeChurn returns the extra nodes of the recommended strategy, and what its
// replacing of the nodes moves in an hour; false where none is recommended.
func upgradeChurn(plan *planner.Plan) (extra int, c churn, ok bool) {
	u := plan.Upgrade
	if u == nil {
		return 0, churn{}, false
	}
	for i := range u.Strategies {
		s := &u.Strategies[i]
		if s.Name != u.Recommended || len(s.Groups) == 0 {
			continue
		}
		for j := range s.Groups {
			g := &s.Groups[j]
			group := groupPlan(plan, g.Name)
			if group == nil {
				continue
			}
			pods, hours := 0, max(int64(units.CeilDiv(g.Duration, time.Hour)), 1)
			for _, w := range group.Workloads {
				pods += w.Replicas
			}
			// Groups go one after the other: the busiest is what counts.
			c.pods = max(c.pods, int(units.CeilDiv(int64(pods*g.Rounds), hours)))
			c.nodes = max(c.nodes, int(units.CeilDiv(int64(group.Nodes*g.Rounds), hours)))
			extra = max(extra, g.PeakExtraNodes)
		}
		if s.Name == clusterBlueGreen {
			extra = 0 // they are the other cluster's
		}
		c.why = "the pods of the nodes that " + s.Name + " replaces"
		return extra, c, true
	}
	return 0, churn{}, false
}
