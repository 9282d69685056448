package pipeline

import (
	"context"
	"errors"
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/layout"
	"github.com/scantling-dev/scantling/planner/units"
)

// recovery plans the cluster once for each further region, with that region's catalog,
// and once more for the share with which it waits. It is nil where there is one region.
func (m *maker) recovery(ctx context.Context, plan *planner.Plan) (*planner.RecoveryPlan, error) {
	d := m.cluster.DisasterRecovery
	if d == nil {
		return nil, nil
	}
	if d.Pattern != planner.PerRegion {
		return &planner.RecoveryPlan{Always: planner.Amount{Known: true}}, nil
	}
	if m.options.Region == nil {
		return nil, errors.New("plan regions: no function plans them")
	}
	own := planner.RecoveryRegion{Region: m.cluster.Region, Zones: m.cluster.Zones}
	out := &planner.RecoveryPlan{Always: planner.Amount{Known: true}}
	for i, region := range append([]planner.RecoveryRegion{own}, d.Regions...) {
		r := planner.RegionPlan{Region: region.Region, Zones: slices.Clone(region.Zones), Sized: units.Whole, Waiting: units.Whole}
		switch {
		case d.Mode == planner.ActiveActive:
			r.Carries, r.Sized = layout.ActiveShares(len(d.Regions) + 1)
			r.Waiting = r.Sized
		case i == 0:
			r.Carries = units.Whole
		default:
			r.Waiting = d.Share
		}
		all, err := m.inRegion(ctx, plan, &region, r.Sized, nil)
		if err != nil {
			return nil, err
		}
		always := all
		if r.Waiting != r.Sized {
			if always, err = m.inRegion(ctx, plan, &region, r.Waiting, all); err != nil {
				return nil, err
			}
		}
		r.Nodes, r.Cost = nodesOf(all), all.Cost.Total
		r.WaitingNodes, r.WaitingCost = nodesOf(always), always.Cost.Total
		r.Known, r.WaitingKnown = all.Cost.Known, always.Cost.Known
		out.Known += r.WaitingKnown
		out.Always = sum(out.Always, r.WaitingCost)
		out.Regions = append(out.Regions, r)
	}
	return out, nil
}

// inRegion plans the cluster in a region for a share of its load. All of it in its own
// region is the plan. What waits is of the types that it grows to, where grown is not nil:
// groups are not made anew in the hour of need.
func (m *maker) inRegion(ctx context.Context, plan *planner.Plan, r *planner.RecoveryRegion, share units.Ratio, grown *planner.Plan) (*planner.Plan, error) {
	if r.Region == m.cluster.Region && share == units.Whole {
		return plan, nil
	}
	c := regional(&m.cluster, r, share)
	for i := range c.NodeGroups {
		if g := &c.NodeGroups[i]; grown != nil {
			g.Locked = &planner.Locked{Types: typesOf(grown, g.Name), MinSaving: units.Whole}
		}
	}
	there, err := m.options.Region(ctx, c)
	if list := planner.Infeasibles(err); len(list) > 0 {
		return nil, &planner.Infeasible{
			Path: "disaster_recovery.regions", Constraint: "the cluster cannot be planned in " + r.Region + ": " + list[0].Error(), Remedy: list[0].Remedy,
		}
	}
	return there, err
}

// typesOf are the instance types of a group, sorted.
func typesOf(plan *planner.Plan, group string) []string {
	var types []string
	for i := range plan.NodeGroups {
		if plan.NodeGroups[i].Name != group {
			continue
		}
		for _, pool := range plan.NodeGroups[i].Pools {
			types = append(types, pool.InstanceType)
		}
	}
	slices.Sort(types)
	return slices.Compact(types)
}

func nodesOf(plan *planner.Plan) int {
	n := 0
	for i := range plan.NodeGroups {
		n += plan.NodeGroups[i].Nodes
	}
	return n
}

// regional is the cluster in another region for a share of its load: of throughput and of
// runs; counts that are given stay. What is of the account or of the first region is left
// out: limits, free addresses, commitments, agreed prices, locks, the budget; and so are
// growth, tenants and the upgrade.
func regional(c *planner.Cluster, r *planner.RecoveryRegion, share units.Ratio) planner.Cluster {
	out := settled(*c)
	zones := map[string]string{}
	for i, zone := range c.Zones {
		zones[zone] = r.Zones[i]
	}
	moved := func(names []string) []string {
		var to []string
		for _, name := range names {
			to = append(to, zones[name])
		}
		slices.Sort(to)
		return to
	}
	out.Region, out.Zones = r.Region, moved(c.Zones)
	out.Quota, out.Network.FreeIPs, out.MaxUSDPerMonth = planner.Quota{}, nil, nil
	out.Pricing.Commitments, out.Pricing.Book = nil, nil
	out.Growth.HorizonMonths, out.Upgrade, out.Emits, out.DisasterRecovery = 0, nil, nil, nil
	out.Tenancy = nil
	for i := range out.NodeGroups {
		g := &out.NodeGroups[i]
		g.Zones, g.Locked = moved(g.Zones), nil
		for j := range g.Workloads {
			d := &g.Workloads[j].Demand
			if share == units.Whole {
				continue
			}
			d.Throughput = units.ScaleUp(d.Throughput, share)
			if d.Way == planner.FromJob {
				d.Job.Runs = max(share.Up(d.Job.Runs), 1)
			}
		}
	}
	return out
}
