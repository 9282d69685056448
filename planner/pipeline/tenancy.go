package pipeline

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// tenancy plans the cluster once for a tenant's share and once with the control planes of
// virtual clusters, beside the plan, which is that of namespaces. It is nil where nothing
// is declared of tenants.
func (m *maker) tenancy(ctx context.Context, plan *planner.Plan) (*planner.TenancyPlan, error) {
	t := m.cluster.Tenancy
	if t == nil {
		return nil, nil
	}
	if m.options.Region == nil {
		return nil, errors.New("plan tenants: no function plans their clusters")
	}
	n := units.Ratio(t.Tenants)
	options := []planner.TenancyOption{
		{Way: planner.ByCluster, Clusters: t.Tenants, Share: units.CeilDiv(units.Whole, n)},
		{Way: planner.ByVirtualCluster, Clusters: 1, Share: units.Whole},
		{Way: planner.ByNamespace, Clusters: 1, Share: units.Whole},
	}
	for i := range options {
		if err := m.tenants(ctx, plan, &options[i]); err != nil {
			return nil, err
		}
	}
	out := &planner.TenancyPlan{Options: options}
	for i := range plan.NodeGroups {
		for _, w := range plan.NodeGroups[i].Workloads {
			if !w.System {
				pods := units.CeilDiv(w.Replicas, t.Tenants)
				out.QuotaPods += pods
				out.QuotaCPU += w.Pod.CPU * units.MilliCPU(pods)
				out.QuotaMemory += w.Pod.Memory * units.Bytes(pods)
			}
		}
	}
	return out, nil
}

// tenants fills in one way of having them.
func (m *maker) tenants(ctx context.Context, plan *planner.Plan, o *planner.TenancyOption) error {
	c := m.alone(o.Share)
	here := plan
	switch virtual := m.cluster.Tenancy.Virtual; {
	case o.Way == planner.ByVirtualCluster && virtual == nil:
		o.Why = "not known: nothing says what the control plane of a virtual cluster needs"
		return nil
	case o.Way == planner.ByVirtualCluster:
		w := virtual.Workload(m.cluster.Tenancy.Tenants)
		o.Pods = w.Demand.Replicas
		at := slices.IndexFunc(c.NodeGroups, func(g planner.NodeGroup) bool { return g.Name == virtual.NodeGroup })
		for _, s := range c.Sidecars {
			if len(s.NodeGroups) == 0 || slices.Contains(s.NodeGroups, virtual.NodeGroup) {
				w.Pod.CPU, w.Pod.Memory, w.Pod.EphemeralStorage = w.Pod.CPU+s.CPU, w.Pod.Memory+s.Memory, w.Pod.EphemeralStorage+s.EphemeralStorage
			}
		}
		c.NodeGroups[at].Workloads = append(c.NodeGroups[at].Workloads, w)
		here = nil
	case o.Way == planner.ByCluster || len(m.cluster.Pricing.Commitments) > 0:
		here = nil
	}
	if here == nil {
		var err error
		here, err = m.options.Region(ctx, c)
		if list := planner.Infeasibles(err); len(list) > 0 {
			o.Pods, o.Why = 0, list[0].Error()
			return nil
		}
		if err != nil {
			return err
		}
	}
	o.Pools = poolsOf(here)
	o.Nodes, o.Cost, o.Known = nodesOf(here), here.Cost.Total, here.Cost.Known
	o.ControlPlane = planner.Amount{Known: true}
	for _, l := range here.Cost.Lines {
		if strings.HasPrefix(l.Path, "control_plane.") {
			o.ControlPlane = sum(o.ControlPlane, l.Amount)
		}
	}
	all := units.USDPerHour(o.Clusters)
	o.All, o.AllKnown = planner.Amount{Rate: o.Cost.Rate * all, Known: o.Cost.Known}, o.Known*all
	return nil
}

// poolsOf returns the nodes of a plan by group and type; pools of zones are one.
func poolsOf(plan *planner.Plan) []planner.TenancyPool {
	var out []planner.TenancyPool
	for i := range plan.NodeGroups {
		g := &plan.NodeGroups[i]
		for j := range g.Pools {
			at := slices.IndexFunc(out, func(p planner.TenancyPool) bool {
				return p.Group == g.Name && p.InstanceType == g.Pools[j].InstanceType
			})
			if at < 0 {
				at = len(out)
				out = append(out, planner.TenancyPool{Group: g.Name, InstanceType: g.Pools[j].InstanceType})
			}
			out[at].Nodes += g.Pools[j].Nodes
		}
	}
	return out
}

// alone is the cluster for a share of its load as a spec of its own: the figures that it
// was sized for in place of estimates, and without what is of the account or bought once
// (limits, free addresses, commitments, the budget), without locks of other shares, further
// regions, growth beyond what is sized for, and an upgrade.
func (m *maker) alone(share units.Ratio) planner.Cluster {
	c := m.cluster
	c.Quota, c.Network.FreeIPs, c.MaxUSDPerMonth = planner.Quota{}, nil, nil
	c.Pricing.Commitments, c.Upgrade, c.Emits = nil, nil, nil
	c.DisasterRecovery, c.Retention, c.Tenancy = nil, nil, nil
	c = settled(c)
	if !c.Growth.SizeForHorizon {
		c.Growth.HorizonMonths = 0
	}
	if share == units.Whole {
		return c
	}
	c.ControlPlane.Locked = nil
	for i := range c.NodeGroups {
		g := &c.NodeGroups[i]
		g.Locked = nil
		for j := range g.Workloads {
			d := &g.Workloads[j].Demand
			d.Throughput = units.ScaleUp(d.Throughput, share)
			if d.Job != nil {
				d.Job.Runs = max(share.Up(d.Job.Runs), 1)
			}
		}
	}
	return c
}

// settled returns a cluster whose estimates have been decided with the figures that it was
// sized for alone, groups, workloads and jobs copied: it is planned again as though they
// were sure.
func settled(c planner.Cluster) planner.Cluster {
	c.Growth.Range = nil
	c.NodeGroups = slices.Clone(c.NodeGroups)
	for i := range c.NodeGroups {
		g := &c.NodeGroups[i]
		g.Workloads = slices.Clone(g.Workloads)
		for j := range g.Workloads {
			w := &g.Workloads[j]
			w.GrowthRange = nil
			d := &w.Demand
			d.ThroughputRange, d.ThroughputPerPodRange, d.CPUPerRequestRange, d.Service.Range = nil, nil, nil, nil
			if d.Job != nil {
				job := *d.Job
				job.DurationRange = nil
				d.Job = &job
			}
		}
	}
	return c
}
