package pipeline

import (
	"errors"
	"fmt"
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/forecast"
	"github.com/scantling-dev/scantling/planner/layout"
	"github.com/scantling-dev/scantling/planner/units"
)

// reachMonths is how far ahead it is looked for the month that takes more than a limit.
const reachMonths = 120

// withinPlatform holds the plan to what Kubernetes and who runs it carry, and says when
// growth reaches each limit. The error joins a *planner.Infeasible for each quota that
// is exceeded.
func (m *maker) withinPlatform(plan *planner.Plan) error {
	if len(plan.ControlPlane.Load) == 0 {
		return nil
	}
	tiers := layout.Tiers(m.terms.Service)
	var tier *layout.Tier
	if i := tierIndex(tiers, plan.ControlPlane.Tier); i >= 0 {
		tier = &tiers[i]
	}
	occupied := m.occupancy(plan)
	var bad []error
	for _, l := range layout.Limits(m.terms.Service, tier, &occupied) {
		out := planner.PlatformLimit{
			Resource: l.Of, Path: l.Path, Kind: planner.Threshold, Used: l.Used, Limit: l.Most,
			Share: l.Share(), AtLeast: l.AtLeast, Source: l.Source,
		}
		if l.Hard {
			out.Kind = planner.HardQuota
		}
		if l.Grows {
			out.Month, out.Date = m.reached(plan, &l)
		}
		plan.PlatformLimits = append(plan.PlatformLimits, out)
		if l.Hard && l.Used > l.Most {
			bad = append(bad, m.beyond(&l))
		}
	}
	return errors.Join(bad...)
}

// servicesOfWorkload is an assumption: each workload has one.
const servicesOfWorkload = 1

// occupancy counts what the plan has of what is limited, with all the nodes that the
// groups may have.
func (m *maker) occupancy(plan *planner.Plan) layout.Occupancy {
	now := &plan.ControlPlane.Load[0]
	out := layout.Occupancy{
		Nodes: now.Nodes, Pods: now.Pods, Containers: now.Pods, Namespaces: now.Namespaces, Clusters: 1, Database: now.Peak,
	}
	out.Servers, out.Seats = m.seats(&plan.ControlPlane)
	for i := range plan.NodeGroups {
		g := &plan.NodeGroups[i]
		sidecars := 0
		for _, s := range m.cluster.Sidecars {
			if len(s.NodeGroups) == 0 || slices.Contains(s.NodeGroups, g.Name) {
				sidecars++
			}
		}
		for _, w := range g.Workloads {
			out.Workloads = append(out.Workloads, layout.Part{Path: g.Path() + ".workload." + w.Name, Count: w.Replicas})
			out.Containers += sidecars * w.Replicas
			out.Deployments++
			out.Services += servicesOfWorkload
		}
		out.Pools = append(out.Pools, m.poolParts(g)...)
		out.Interfaces += m.interfaces(g)
	}
	return out
}

// interfaces are the network interfaces of a group's nodes, the most that it may have; 0
// where nobody counts them.
func (m *maker) interfaces(g *planner.GroupPlan) int {
	if m.terms.Interfaces == nil {
		return 0
	}
	names, sum := planner.PoolNames(g.Pools), 0
	for i := range g.Placement {
		pl := &g.Placement[i]
		at := slices.Index(names, pl.Pool)
		if at < 0 {
			continue
		}
		t, _ := m.catalog.Type(g.Pools[at].InstanceType)
		pods := len(g.Pools[at].DaemonSets)
		for _, c := range pl.Pods {
			pods += c.Pods
		}
		sum += pl.Nodes * m.terms.Interfaces(&m.cluster.Network, &t, pods)
	}
	if g.Nodes > 0 && g.MaxNodes > g.Nodes {
		return units.CeilDiv(sum*g.MaxNodes, g.Nodes)
	}
	return sum
}

// seats returns the API servers that are left of a self-managed control plane after the
// declared losses and while one is upgraded, one at least, and the seats that requests hold
// at the busiest moment before it grows; 0 where a provider runs them.
func (m *maker) seats(c *planner.ControlPlane) (servers, seats int) {
	for i := range c.Machines {
		if machines := &c.Machines[i]; machines.Role == planner.RoleControlPlane {
			servers = max(1, min(machines.Nodes-1, layout.Remaining(byZoneOf(machines), m.controlPlaneLosses())))
		}
	}
	load := layout.TierLoad{}
	for _, l := range c.Load {
		if l.Moment != planner.LoadAtHorizon {
			load.Requests = max(load.Requests, l.Writes+l.Reads)
		}
	}
	return servers, load.Seats()
}

// poolParts are the pools of a group with its most nodes, in the planned proportion.
func (m *maker) poolParts(g *planner.GroupPlan) []layout.PoolPart {
	names := planner.PoolNames(g.Pools)
	out := make([]layout.PoolPart, len(g.Pools))
	most := func(n int) int {
		if g.Nodes <= 0 || g.MaxNodes <= g.Nodes {
			return n
		}
		return units.CeilDiv(n*g.MaxNodes, g.Nodes)
	}
	for i := range g.Pools {
		p := &g.Pools[i]
		t, _ := m.catalog.Type(p.InstanceType)
		out[i] = layout.PoolPart{Path: g.Path(), Nodes: most(p.Nodes), VCPUs: t.VCPUs}
		for _, z := range p.NodesByZone {
			out[i].ZoneNodes = max(out[i].ZoneNodes, most(z.Nodes))
		}
		for _, pl := range g.Placement {
			if pl.Pool != names[i] {
				continue
			}
			pods := len(p.DaemonSets)
			for _, c := range pl.Pods {
				pods += c.Pods
			}
			out[i].Pods = max(out[i].Pods, pods)
		}
	}
	return out
}

// reached returns the first month whose growth takes more than a limit, in proportion
// to the CPU that is requested where the limit is; 0 where none does.
func (m *maker) reached(plan *planner.Plan, l *layout.Limit) (int, units.Date) {
	if l.Used <= 0 || l.Used > l.Most || m.cluster.AsOf.IsZero() {
		return 0, ""
	}
	for n := 1; n <= reachMonths; n++ {
		factor := m.growthAt(plan, l.Path, n)
		if factor == units.Whole && n == 1 {
			return 0, "" // nothing grows
		}
		if forecast.Scale(l.Used, factor) > l.Most {
			return n, m.cluster.AsOf.AddMonths(n)
		}
	}
	return 0, ""
}

// growthAt is what the requests of the workloads at a path are multiplied by after n
// months; those of the provider do not grow.
func (m *maker) growthAt(plan *planner.Plan, path string, n int) units.Ratio {
	now, then := int64(0), int64(0)
	for i := range plan.NodeGroups {
		g := &plan.NodeGroups[i]
		for j := range g.Workloads {
			w := &g.Workloads[j]
			if at := g.Path() + ".workload." + w.Name; path != "cluster" && path != g.Path() && path != at {
				continue
			}
			size := int64(w.Replicas) * max(int64(w.Pod.CPU), 1)
			factor := units.Whole
			if spec := m.specOf(i, w.Name); spec != nil && (spec.Demand.Way != planner.GivenReplicas || spec.GrowsReplicas) {
				factor = forecast.Factor(spec.GrowthPerMonth, n)
			}
			now, then = now+size, then+forecast.Scale(size, factor)
		}
	}
	if now == 0 {
		return units.Whole
	}
	whole := int64(units.Whole)
	return units.Ratio(then/now*whole + units.CeilDiv(then%now*whole, now))
}

// beyond refuses what a quota does not admit, with the cheapest change.
func (m *maker) beyond(l *layout.Limit) error {
	what := limitWords(l.Of)
	times := units.CeilDiv(l.Used, l.Most)
	bad := &planner.Infeasible{
		Path: l.Path, Constraint: fmt.Sprintf("%s takes %d %s, and this is %d", m.terms.Title, l.Most, what, l.Used),
		Margin: fmt.Sprintf("%d too many", l.Used-l.Most), Limit: l.Most, Need: l.Used,
	}
	switch l.Of {
	case layout.LimitGroupNodes, layout.LimitPoolZoneNodes:
		bad.Remedy = fmt.Sprintf("split the group into %d, which costs nothing, or admit larger types", times)
	case layout.LimitGroups:
		bad.Remedy = "write fewer node groups, or lower max_types of their instances"
	case layout.LimitEndpoints:
		bad.Remedy = fmt.Sprintf("split the workload into %d with a service each, or give it larger pods", times)
	case layout.LimitPodsPerNode:
		bad.Remedy = fmt.Sprintf("write network { max_pods = %d }", l.Most)
	default:
		bad.Remedy = fmt.Sprintf("split it into %d clusters", times)
		if fee := feesOf(m.feesOfOne()); fee.Known {
			bad.Remedy += fmt.Sprintf(": %s a month more in fees", dollars((fee.Rate * units.USDPerHour(times-1)).PerMonth()))
		}
	}
	return bad
}

// feesOfOne is the control plane that one cluster more gets; without fees where there
// is none.
func (m *maker) feesOfOne() *planner.ControlPlane {
	control, err := m.provider.ControlPlane(&m.cluster, m.catalog)
	if err != nil {
		return &planner.ControlPlane{}
	}
	return &control
}

// limitWords says what a limit counts.
func limitWords(of string) string {
	switch of {
	case layout.LimitGroupNodes:
		return "nodes in a managed node group"
	case layout.LimitPoolZoneNodes:
		return "nodes of a pool in a zone"
	case layout.LimitGroups:
		return "node groups in a cluster"
	case layout.LimitPodsPerNode:
		return "pods on a node"
	case layout.LimitEndpoints:
		return "endpoints of a service"
	case layout.LimitDatabase:
		return "bytes in etcd"
	}
	return of
}
