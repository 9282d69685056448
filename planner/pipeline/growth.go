package pipeline

import (
	"context"
	"errors"
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/forecast"
	"github.com/scantling-dev/scantling/planner/units"
)

// growth plans each month of the horizon on the instance types of the plan:
// counts grow, types stay, but those of a control plane that people run. It is empty where nothing grows.
func (m *maker) growth(ctx context.Context, plan *planner.Plan) ([]planner.GrowthMonth, error) {
	if !m.grows() {
		return nil, nil
	}
	// A group whose demand does not shrink never needs fewer nodes than the month
	// before, so that the count goes on from there.
	a := m.lookAhead(plan)
	fees := plan.ControlPlane.Fees
	m.brief = true
	size := m.size
	defer func() { m.brief, m.size = false, size }()
	rows, err := forecast.Growth(ctx, forecast.Options{
		Start: m.cluster.AsOf, PerMonth: m.cluster.Growth.PerMonth, Months: m.cluster.Growth.HorizonMonths,
		Infeasible: func(err error) bool { return errors.Is(err, planner.ErrInfeasible) },
	}, func(ctx context.Context, at forecast.Month) (planner.GrowthMonth, error) {
		fees = m.feesAt(at.Date, fees)
		month, err := m.month(ctx, plan, at, a)
		if err != nil {
			return planner.GrowthMonth{}, err
		}
		for _, f := range fees {
			month.ControlPlane = sum(month.ControlPlane, planner.Amount{Rate: f.Price.Rate, Known: f.Price.Known()})
		}
		month.Cost = sum(month.Cost, month.ControlPlane)
		return month, nil
	})
	if err != nil {
		return nil, err
	}
	if plan.RunsOut, err = m.runsOut(ctx, plan, a); err != nil {
		return nil, err
	}
	out := make([]planner.GrowthMonth, len(rows))
	for i, r := range rows {
		out[i] = r.Value
		out[i].Month, out[i].Date, out[i].Factor = r.Number, r.Date, r.Factor
		if r.Infeasible != nil {
			out[i].Infeasible = r.Infeasible.Error()
		}
	}
	return out, nil
}

// sum adds amounts; it is not known where one of them is not.
func sum(a, b planner.Amount) planner.Amount {
	if !a.Known || !b.Known {
		return planner.Amount{}
	}
	return planner.Amount{Rate: a.Rate + b.Rate, Known: true}
}

// grows reports whether any demand changes from month to month.
func (m *maker) grows() bool {
	if m.cluster.Growth.HorizonMonths <= 0 {
		return false
	}
	for i := range m.cluster.NodeGroups {
		for j := range m.cluster.NodeGroups[i].Workloads {
			w := &m.cluster.NodeGroups[i].Workloads[j]
			if w.GrowthPerMonth != 0 && (w.Demand.Way != planner.GivenReplicas || w.GrowsReplicas) {
				return true
			}
		}
	}
	return false
}

// month counts the nodes of every group after so many months, from the counts of
// the month before on, which it replaces. Its cost is of nodes and their disks, and
// its control plane's of machines and disks: fees are to be added.
//
// It goes on where a group cannot be planned, so that what ends the growth of each is
// found, and returns the first reason.
func (m *maker) month(ctx context.Context, plan *planner.Plan, at forecast.Month, a *ahead) (planner.GrowthMonth, error) {
	out := planner.GrowthMonth{Cost: planner.Amount{Known: true}, ControlPlane: planner.Amount{Known: true}}
	a.begin(at)
	before := a.nodes(plan)
	m.stock = fullStock(&m.cluster)
	for _, c := range plan.ControlPlane.Machines {
		m.stock.take(c.InstanceType, c.NodesByZone)
	}
	// The provider's own pods are those of the cluster as it was the month before.
	guests, err := m.guests()
	if err != nil {
		return planner.GrowthMonth{}, err
	}
	grown := make([]planner.GroupPlan, len(plan.NodeGroups))
	out.Nodes = make([]planner.GroupNodes, len(plan.NodeGroups))
	var size planner.Size
	for _, i := range m.order {
		g, last := &m.cluster.NodeGroups[i], &a.last[i]
		p, err := m.grow(ctx, g, &plan.NodeGroups[i], guests[i], at.Number, last, a.out[i])
		if err != nil {
			if !errors.Is(err, planner.ErrInfeasible) {
				return planner.GrowthMonth{}, err
			}
			a.stop(i, err)
		}
		if p == nil {
			m.takeOf(g, &plan.NodeGroups[i], last)
			continue
		}
		nodes := last.mix.nodes()
		out.Nodes[i] = planner.GroupNodes{Group: g.Name, Nodes: nodes}
		size.Nodes += nodes
		for at, part := range last.mix {
			size.VCPUs += part.nodes * part.offer.instance.VCPUs
			m.stock.take(part.offer.instance.Name, zoneCounts(g.Zones, last.zones[at]))
			out.Cost = sum(out.Cost, planner.Amount{Rate: part.offer.price.Rate * units.USDPerHour(part.nodes), Known: part.offer.price.Known()})
			disks, known := m.besideNodes(g, part.nodes)
			out.Cost = sum(out.Cost, planner.Amount{Rate: disks, Known: known})
		}
		for _, line := range m.volumesOf(g, func(at int) int { return p.works[at].base.Sum() }) {
			out.Cost = sum(out.Cost, planner.Amount{Rate: line.PerHour(), Known: line.Known()})
		}
		grown[i] = p.sizedFor(&plan.NodeGroups[i], nodes)
	}
	out.Cost = sum(out.Cost, m.grownTransfer(plan.Network.Traffic, at.Number))
	a.held(m.limits)
	m.heldByPlatform(plan, a, before, grown)
	if a.err != nil || slices.Contains(a.out, true) {
		return planner.GrowthMonth{}, a.err
	}
	m.size = size
	control, err := m.grownControlPlane(&out, plan.ControlPlane, grown)
	if err != nil {
		return planner.GrowthMonth{}, err
	}
	if len(m.cluster.Pricing.Commitments) > 0 {
		var machines []committable
		for i := range plan.NodeGroups {
			machines = m.used(machines, plan.NodeGroups[i].Path(), a.last[i].mix)
		}
		out.Cost = sum(out.Cost, m.net(m.controlCommittables(machines, &control), at.Date))
	}
	return out, nil
}

// grownControlPlane sizes a control plane anew for groups that have grown, where people run
// it, and notes its machines and what they cost in a month.
func (m *maker) grownControlPlane(out *planner.GrowthMonth, control planner.ControlPlane, grown []planner.GroupPlan) (planner.ControlPlane, error) {
	m.stock.give(control.Machines)
	if err := m.selfManaged(&control, grown); err != nil {
		return control, err
	}
	for _, c := range control.Machines {
		out.Machines = append(out.Machines, planner.GrownMachines{Role: c.Role, InstanceType: c.InstanceType, Nodes: c.Nodes, Disks: c.Disks})
	}
	for _, l := range m.controlPlaneLines(&control) {
		out.ControlPlane = sum(out.ControlPlane, planner.Amount{Rate: l.PerHour(), Known: l.Known()})
	}
	return control, nil
}

// sizedFor is what a control plane needs to know of a group that has grown to so
// many nodes.
func (p *problem) sizedFor(now *planner.GroupPlan, nodes int) planner.GroupPlan {
	g := planner.GroupPlan{Name: now.Name, Pools: now.Pools, Nodes: nodes, MaxNodes: max(nodes, p.group.MaxNodes)}
	for i := range p.works {
		g.Workloads = append(g.Workloads, planner.WorkloadPlan{Name: p.works[i].spec.Name, Replicas: p.works[i].base.Sum()})
	}
	return g
}

// feesAt returns the control plane's fees on a later day: of the version that the
// declared upgrade leads to, else of the one that runs, as its support then is.
// Past the end of all support the last fees go on.
func (m *maker) feesAt(day units.Date, last []planner.FeeLine) []planner.FeeLine {
	c := m.cluster
	c.AsOf = day
	if c.Upgrade != nil {
		c.KubernetesVersion = c.Upgrade.To
	}
	control, err := m.provider.ControlPlane(&c, m.catalog)
	if err != nil {
		return last
	}
	return control.Fees
}

// past is what a group was the month before.
type past struct {
	mix   mix
	zones [][]int
	loads []int
	// uses of the limits of the account.
	uses uses
}

// grown counts the nodes of the only offers, from those of the month before on, or of
// the plan; the same loads need the same nodes.
func (p *problem) grown(ctx context.Context, pools []planner.Pool, last *past) error {
	loads := make([]int, len(p.works))
	for i := range p.works {
		loads[i] = p.works[i].load
	}
	if last.mix != nil && slices.Equal(loads, last.loads) && p.unchanged(last) {
		return nil
	}
	var a *answer
	if len(p.offers) > 1 {
		var err error
		if a, err = p.grownMix(ctx, pools, last.mix); err != nil {
			return err
		}
	} else {
		if p.onlyGrows() {
			p.atLeast = last.mix.nodes()
		}
		result, err := p.scan(ctx, p.packed, -1)
		if err != nil {
			return err
		}
		a = answerOf(&result)
	}
	*last = past{mix: a.mix, zones: a.zones, loads: loads, uses: p.uses(a)}
	return nil
}

// grownMix adds nodes to those of the month before, or of the plan, until everything
// holds, and takes away what is then not needed.
func (p *problem) grownMix(ctx context.Context, pools []planner.Pool, last mix) (*answer, error) {
	types := p.types(last)
	if last == nil {
		for i := range p.offers {
			n := 0
			for j := range pools {
				if pools[j].InstanceType == p.offers[i].instance.Name {
					n += pools[j].Nodes
				}
			}
			types = append(types, part{&p.offers[i], n})
		}
	}
	steps := 1 << 17
	for {
		x := p.buy(types...)
		if most := p.mostNodes(); x.nodes() > most {
			return nil, p.maxNodesTooLow()
		}
		a, failure := p.tryMix(p.group.Guarantee, x, p.losses)
		switch {
		case failure == nil && p.onlyGrows() && slices.EqualFunc(x, last, func(a, b part) bool { return a.nodes == b.nodes }):
			return a, nil
		case failure == nil:
			return p.shrunk(a, p.losses, &steps), nil
		case failure.Stopped:
			return nil, context.Cause(ctx)
		case failure.Resource == shortMachines:
			return nil, p.noMachines()
		}
		p.add(types, failure)
	}
}

// unchanged reports whether what is left of the machines lets the nodes stand as
// they stood the month before.
func (p *problem) unchanged(last *past) bool {
	if p.group.Split() {
		return true // machines are bought, and counts by zone are the group's own
	}
	zones, ok := p.split(last.mix)
	return ok && slices.EqualFunc(zones, last.zones, slices.Equal[[]int])
}

// onlyGrows reports whether no demand of the group shrinks.
func (p *problem) onlyGrows() bool {
	for i := range p.works {
		if p.m.shrinks(p.works[i].spec) {
			return false
		}
	}
	return true
}

// only keeps the offers of the pools' types.
func (p *problem) only(pools []planner.Pool) {
	var kept []offer
	for i := range p.offers {
		if slices.ContainsFunc(pools, func(pool planner.Pool) bool { return pool.InstanceType == p.offers[i].instance.Name }) {
			kept = append(kept, p.offers[i])
		}
	}
	p.offers, p.packed = kept, packingOffers(kept)
}
