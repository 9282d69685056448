package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/forecast"
)

// ahead is how far each group got.
type ahead struct {
	names []string
	last  []past
	// before is what each group took of the limits the month before, and control what
	// the control plane takes.
	before  []uses
	control uses
	// out groups do not grow on: they stay as they last were.
	out []bool
	// stays: a group that cannot be planned is not tried again. It is where demand
	// shrinks.
	stays bool
	found []planner.RunOut
	month forecast.Month
	// err is the first reason why the month cannot be planned.
	err error
}

func (m *maker) lookAhead(plan *planner.Plan) *ahead {
	n := len(plan.NodeGroups)
	a := &ahead{
		last: make([]past, n), before: make([]uses, n), out: make([]bool, n),
		stays: m.cluster.Growth.PerMonth >= 0, control: m.usesOfControlPlane(&plan.ControlPlane),
	}
	for i := range plan.NodeGroups {
		a.names = append(a.names, plan.NodeGroups[i].Name)
		a.last[i].uses = m.usesOfPlan(&plan.NodeGroups[i])
	}
	return a
}

// begin starts a month.
func (a *ahead) begin(at forecast.Month) {
	a.month, a.err = at, nil
	for i := range a.last {
		a.before[i] = a.last[i].uses
	}
}

// stop records what ends the growth of a group.
func (a *ahead) stop(i int, err error) {
	if a.err == nil {
		a.err = err
	}
	a.out[i] = a.stays
	if slices.ContainsFunc(a.found, func(r planner.RunOut) bool { return r.Group == a.names[i] }) {
		return
	}
	out := planner.RunOut{Group: a.names[i], Month: a.month.Number, Date: a.month.Date, Resource: "node_group." + a.names[i], Reason: err.Error()}
	if list := planner.Infeasibles(err); len(list) > 0 {
		bad := list[0]
		out.Resource, out.Limit, out.Need = bad.Path, bad.Limit, bad.Need
		_, out.Reason, _ = strings.Cut(bad.Error(), ": ")
	}
	a.found = append(a.found, out)
}

// held holds a month to the limits of the account. Where one is exceeded it is the
// groups that take more of it than the month before that run out of it.
func (a *ahead) held(limits []planner.Limit) {
	if len(limits) == 0 {
		return
	}
	parts := []uses{a.control}
	for i := range a.last {
		parts = append(parts, a.last[i].uses)
	}
	total := sumOf(limits, parts...)
	at := exceeded(limits, total)
	if at < 0 {
		return
	}
	l := limits[at]
	err := &planner.Infeasible{
		Path:       l.Resource,
		Constraint: fmt.Sprintf("%d %s are needed, and the limit is %d", total[at], limitUnit(l.Resource), l.Limit),
		Margin:     fmt.Sprintf("%d too many", total[at]-l.Limit),
		Remedy:     fmt.Sprintf("raise it to %d", total[at]),
		Limit:      l.Limit, Need: total[at],
	}
	if a.err == nil {
		a.err = err
	}
	for i := range a.last {
		if !a.out[i] && a.last[i].uses[at] > a.before[i][at] {
			a.last[i].uses = a.before[i]
			a.stop(i, err)
		}
	}
}

// runsOut goes on with the groups that still grow after the month that could not be
// planned, and returns what ends the growth of each, by name. Those that ran out stay as
// they last were.
func (m *maker) runsOut(ctx context.Context, plan *planner.Plan, a *ahead) ([]planner.RunOut, error) {
	c, stopped := &m.cluster, a.err != nil
	for n := a.month.Number + 1; stopped && a.stays && n <= c.Growth.HorizonMonths && slices.Contains(a.out, false); n++ {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		at := forecast.Month{Number: n, Date: c.AsOf.AddMonths(n), Factor: forecast.Factor(c.Growth.PerMonth, n)}
		if _, err := m.month(ctx, plan, at, a); err != nil && !errors.Is(err, planner.ErrInfeasible) {
			return nil, err
		}
	}
	slices.SortFunc(a.found, func(x, y planner.RunOut) int { return strings.Compare(x.Group, y.Group) })
	return a.found, nil
}

// grow brings a group to a month, from what it was the month before. It is nil where the
// group has stopped growing.
func (m *maker) grow(ctx context.Context, g *planner.NodeGroup, now *planner.GroupPlan, guests []planner.Workload, months int, last *past, out bool) (*problem, error) {
	if out {
		return nil, nil
	}
	p, err := m.problem(g, guests, months)
	if err != nil {
		return nil, err
	}
	p.only(now.Pools)
	if err := p.grown(ctx, now.Pools, last); err != nil {
		return nil, err
	}
	return p, nil
}

// takeOf takes the machines of a group that has stopped growing, as it last was.
func (m *maker) takeOf(g *planner.NodeGroup, now *planner.GroupPlan, last *past) {
	for at, part := range last.mix {
		m.stock.take(part.offer.instance.Name, zoneCounts(g.Zones, last.zones[at]))
	}
	if last.mix == nil {
		for i := range now.Pools {
			m.stock.take(now.Pools[i].InstanceType, now.Pools[i].NodesByZone)
		}
	}
}
