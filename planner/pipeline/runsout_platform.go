package pipeline

import (
	"errors"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/layout"
)

// nodes of each group as it last was.
func (a *ahead) nodes(plan *planner.Plan) []int {
	out := make([]int, len(a.last))
	for i := range a.last {
		out[i] = plan.NodeGroups[i].Nodes
		if a.last[i].mix != nil {
			out[i] = a.last[i].mix.nodes()
		}
	}
	return out
}

// heldByPlatform holds a month to the quotas of who runs the cluster, of nodes and pods.
// Where one is exceeded, the group that it is of runs out of it, or of the whole cluster
// those that have more nodes than the month before. before are the nodes of each group then.
func (m *maker) heldByPlatform(plan *planner.Plan, a *ahead, before []int, grown []planner.GroupPlan) {
	var tier *layout.Tier
	tiers := layout.Tiers(m.terms.Service)
	if i := tierIndex(tiers, plan.ControlPlane.Tier); i >= 0 {
		tier = &tiers[i]
	}
	occupied, now := m.occupancyAhead(plan, a, grown), a.nodes(plan)
	for _, l := range layout.Limits(m.terms.Service, tier, &occupied) {
		if !l.Hard || l.Used <= l.Most {
			continue
		}
		err := m.beyond(&l)
		if bad, ok := errors.AsType[*planner.Infeasible](err); ok {
			bad.Path = planner.PlatformLimitPath(l.Of)
		}
		if a.err == nil {
			a.err = err
		}
		for i := range a.last {
			path := plan.NodeGroups[i].Path()
			mine := l.Path == path || strings.HasPrefix(l.Path, path+".") || l.Path == "cluster" && now[i] > before[i]
			if mine && !a.out[i] {
				a.stop(i, err)
			}
		}
	}
}

// occupancyAhead counts nodes and pods of a month of growth.
func (m *maker) occupancyAhead(plan *planner.Plan, a *ahead, grown []planner.GroupPlan) layout.Occupancy {
	var out layout.Occupancy
	for i := range plan.NodeGroups {
		g, workloads := &plan.NodeGroups[i], grown[i].Workloads
		if workloads == nil {
			workloads = g.Workloads
		}
		daemons := 0
		for j := range g.Pools {
			daemons = max(daemons, len(g.Pools[j].DaemonSets))
		}
		nodes := 0
		for at, part := range a.last[i].mix {
			pool := layout.PoolPart{Path: g.Path(), Nodes: part.nodes, VCPUs: part.offer.instance.VCPUs}
			for _, n := range a.last[i].zones[at] {
				pool.ZoneNodes = max(pool.ZoneNodes, n)
			}
			nodes += part.nodes
			if !m.groupNamed(g.Name).Split() {
				out.Pools = append(out.Pools, pool)
				continue
			}
			for _, n := range a.last[i].zones[at] { // each zone's nodes are a group of their own
				if n > 0 {
					out.Pools = append(out.Pools, layout.PoolPart{Path: g.Path(), Nodes: n, ZoneNodes: n, VCPUs: pool.VCPUs})
				}
			}
		}
		if a.last[i].mix == nil {
			nodes = g.Nodes
			out.Pools = append(out.Pools, m.poolParts(g)...)
		}
		out.Nodes += nodes
		out.Pods += nodes * daemons
		for _, w := range workloads {
			out.Pods += w.Replicas
			out.Workloads = append(out.Workloads, layout.Part{Path: g.Path() + ".workload." + w.Name, Count: w.Replicas})
		}
	}
	return out
}
