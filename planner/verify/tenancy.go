package verify

import (
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// tenancy holds the ways of having tenants to their shares and sums, and namespaces to
// the plan, which they are. Plans of other clusters are checked where they are made.
func (k *checker) tenancy() {
	d, t := k.c.Tenancy, k.plan.Tenancy
	const path = "tenancy"
	if !k.need((d == nil) == (t == nil), path, "tenancy.there", "declared: %t, planned: %t", d != nil, t != nil) || d == nil {
		return
	}
	ways := []planner.TenancyWay{planner.ByCluster, planner.ByVirtualCluster, planner.ByNamespace}
	if !k.need(len(t.Options) == len(ways), path, "tenancy.options", "%d ways, there are %d", len(t.Options), len(ways)) {
		return
	}
	n := int64(d.Tenants)
	for i := range t.Options {
		o := &t.Options[i]
		clusters, share := int64(1), int64(units.Whole)
		if ways[i] == planner.ByCluster {
			clusters, share = n, up(int64(units.Whole), n)
		}
		k.need(o.Way == ways[i] && int64(o.Clusters) == clusters && int64(o.Share) == share, path, "tenancy.options",
			"%s: %d clusters for %d millionths; %s has %d for %d", o.Way, o.Clusters, o.Share, ways[i], clusters, share)
		k.tenants(d, o)
	}
	k.tenantQuota(n, t)
}

// tenants checks the figures of one way.
func (k *checker) tenants(d *planner.Tenancy, o *planner.TenancyOption) {
	path := "tenancy." + string(o.Way)
	unknown := o.Way == planner.ByVirtualCluster && d.Virtual == nil
	if o.Why != "" {
		k.need(o.Way != planner.ByNamespace || len(k.c.Pricing.Commitments) > 0, path, "tenancy.why", "there is a plan of it")
		k.need(o.Nodes == 0 && o.Pods == 0 && len(o.Pools) == 0 && o.Known == 0 && o.AllKnown == 0 && !o.Cost.Known && !o.All.Known, path, "tenancy.why", "figures of what was not planned: %+v", o)
		return
	}
	pods := 0
	if o.Way == planner.ByVirtualCluster && d.Virtual != nil {
		pods = d.Tenants * d.Virtual.Replicas
	}
	k.need(!unknown && o.Nodes > 0 && o.Pods == pods, path, "tenancy.nodes", "%d nodes and %d virtual control planes, not %d", o.Nodes, o.Pods, pods)
	sum := 0
	for _, p := range o.Pools {
		sum += p.Nodes
		k.need(p.Nodes > 0 && k.types[p.InstanceType] != nil, path, "tenancy.pools", "%d nodes of %q in %s", p.Nodes, p.InstanceType, p.Group)
	}
	k.need(sum == o.Nodes, path, "tenancy.pools", "the pools have %d nodes, the cluster %d", sum, o.Nodes)
	all := units.USDPerHour(o.Clusters)
	k.need(o.All.Known == o.Cost.Known && o.All.Rate == o.Cost.Rate*all && o.AllKnown == o.Known*all, path, "tenancy.sum",
		"%v for all, %d of it known; %d clusters of %v and %d", o.All, o.AllKnown, o.Clusters, o.Cost, o.Known)
	k.need((!o.Cost.Known || o.Cost.Rate == o.Known) && (!o.ControlPlane.Known || o.ControlPlane.Rate <= o.Known), path, "tenancy.known",
		"%v with a control plane of %v, known are %d", o.Cost, o.ControlPlane, o.Known)
	if o.Way != planner.ByNamespace || len(k.c.Pricing.Commitments) > 0 {
		return
	}
	nodes := 0
	for _, g := range k.groups {
		nodes += g.plan.Nodes
	}
	control := planner.Amount{Known: true}
	for _, l := range k.plan.Cost.Lines {
		if strings.HasPrefix(l.Path, "control_plane.") {
			control.Known = control.Known && l.Amount.Known
			control.Rate += l.Amount.Rate
		}
	}
	if !control.Known {
		control.Rate = 0
	}
	k.need(o.Nodes == nodes && o.Cost == k.plan.Cost.Total && o.Known == k.plan.Cost.Known && o.ControlPlane == control, path, "tenancy.own",
		"%d nodes for %v with a control plane of %v; the plan has %d for %v and %v", o.Nodes, o.Cost, o.ControlPlane, nodes, k.plan.Cost.Total, control)
}

// tenantQuota checks a tenant's share of what the spec's own pods request.
func (k *checker) tenantQuota(n int64, t *planner.TenancyPlan) {
	var cpu, memory, pods int64
	for _, g := range k.groups {
		for _, l := range g.loads {
			if !l.spec.System {
				replicas := up(int64(l.plan.Replicas), n) // a tenant has no part of a pod
				cpu, memory, pods = cpu+replicas*int64(l.spec.Pod.CPU), memory+replicas*int64(l.spec.Pod.Memory), pods+replicas
			}
		}
	}
	k.need(int64(t.QuotaCPU) == cpu && int64(t.QuotaMemory) == memory && int64(t.QuotaPods) == pods, "tenancy", "tenancy.quota",
		"%dm, %d bytes and %d pods a tenant; %dm, %d and %d are right", t.QuotaCPU, t.QuotaMemory, t.QuotaPods, cpu, memory, pods)
}
