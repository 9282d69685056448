package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/scantling-dev/scantling/planner"
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
	carries, sized := d.RegionShares()
	for i, region := range append([]planner.RecoveryRegion{own}, d.Regions...) {
		r := planner.RegionPlan{Region: region.Region, Zones: slices.Clone(region.Zones), Carries: carries[i], Sized: sized[i], Waiting: sized[i]}
		if d.Mode == planner.Standby && i > 0 {
			r.Waiting = d.Share
		}
		all, err := m.inRegion(ctx, plan, &region, relative(sized[i], sized[0]), nil)
		if err != nil {
			return nil, err
		}
		always := all
		if r.Waiting != r.Sized {
			if always, err = m.inRegion(ctx, plan, &region, relative(r.Waiting, sized[0]), all); err != nil {
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
	out.Survives = []planner.Drill{regionDrill(d, out.Regions)}
	return out, nil
}

// relative is a share of what the cluster's own region is sized for, rounded up: the
// demands of the cluster are of that.
func relative(share, own units.Ratio) units.Ratio {
	return units.CeilDiv(share*units.Whole, own)
}

// regionDrill tries the loss of each region: what it carried goes to the others, in
// proportion to what they carry, or to each that waits. Each of them was planned for what
// it is sized for.
func regionDrill(d *planner.DisasterRecovery, regions []planner.RegionPlan) planner.Drill {
	out := planner.Drill{Event: "any 1 region", FreeCPU: units.Whole}
	for i := range regions {
		held, fullest, with, by := true, units.Ratio(-1), "", units.Ratio(0)
		for j := range regions {
			r := &regions[j]
			if i == j {
				continue
			}
			need := r.Carries
			switch {
			case d.Mode == planner.Standby && regions[i].Carries > 0:
				need = units.Whole // each that waits can be the one that takes over
			case regions[i].Carries < units.Whole:
				need = min(units.CeilDiv(r.Carries*units.Whole, units.Whole-regions[i].Carries), units.Whole)
			}
			// A millionth of the load is what rounding shares up may make of it.
			held = held && need <= r.Sized+units.Ratio(len(regions))
			if busy := units.CeilDiv(need*units.Whole, r.Sized); busy > fullest {
				fullest, with, by = busy, r.Region, need
			}
		}
		out.Tried++
		if held {
			out.Held++
		}
		if free := max(units.Whole-fullest, 0); free < out.FreeCPU || i == 0 {
			out.FreeCPU = free
			out.Tightest = fmt.Sprintf("loss of %s: %s has %d%% of the load, and is sized for %d%%", regions[i].Region, with,
				by/units.Percent, sizedOf(regions, with)/units.Percent)
		}
	}
	return out
}

func sizedOf(regions []planner.RegionPlan, name string) units.Ratio {
	for i := range regions {
		if regions[i].Region == name {
			return regions[i].Sized
		}
	}
	return 0
}

// inRegion plans the cluster in a region for a share of its load. All of it in its own
// region is the plan. What waits is of the types that it grows to, where grown is not nil:
// groups are not made anew in the hour of need.
func (m *maker) inRegion(ctx context.Context, plan *planner.Plan, r *planner.RecoveryRegion, share units.Ratio, grown *planner.Plan) (*planner.Plan, error) {
	if r.Region == m.cluster.Region && share == units.Whole {
		return plan, nil
	}
	decided := settled(m.cluster)
	c := regional(&decided, r, share)
	c.Growth.HorizonMonths, c.Upgrade = 0, nil
	for i := range c.NodeGroups {
		if g := &c.NodeGroups[i]; grown != nil {
			g.Locked = &planner.Locked{Types: typesOf(grown, g.Name), MinSaving: units.Whole}
		}
	}
	there, err := m.options.Region(ctx, c)
	if list := planner.Infeasibles(err); len(list) > 0 {
		why := *list[0]
		why.Remedy = "" // said once, at the end
		return nil, &planner.Infeasible{
			Path: "disaster_recovery.regions", Constraint: "the cluster cannot be planned in " + r.Region + ": " + why.Error(), Remedy: list[0].Remedy,
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

// InRegion is the cluster in another of its regions, as large as it has to become there, and
// whether there is such a one: a plan of its own, growth and upgrade included.
func InRegion(c *planner.Cluster, name string) (planner.Cluster, bool) {
	d := c.DisasterRecovery
	if d == nil || d.Pattern != planner.PerRegion {
		return planner.Cluster{}, false
	}
	_, sized := d.RegionShares()
	for i := range d.Regions {
		if d.Regions[i].Region == name {
			return regional(c, &d.Regions[i], relative(sized[i+1], sized[0])), true
		}
	}
	return planner.Cluster{}, false
}

// regional is the cluster in another region for a share of its load: of throughput and of
// runs; counts that are given stay. What is of the account or of the first region is left
// out: limits, free addresses, commitments, agreed prices, locks, the budget, tenants, what is
// emitted.
func regional(c *planner.Cluster, r *planner.RecoveryRegion, share units.Ratio) planner.Cluster {
	out := *c
	out.NodeGroups = slices.Clone(c.NodeGroups)
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
	out.Emits, out.DisasterRecovery, out.ControlPlane.Locked, out.Tenancy = nil, nil, nil, nil
	for i := range out.NodeGroups {
		g := &out.NodeGroups[i]
		g.Zones, g.Locked = moved(g.Zones), nil
		g.Workloads = slices.Clone(g.Workloads)
		for j := range g.Workloads {
			g.Workloads[j].Demand = g.Workloads[j].Demand.Scaled(share)
		}
	}
	return out
}
