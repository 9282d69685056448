package pipeline

import (
	"context"
	"errors"
	"math"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/forecast"
	"github.com/scantling-dev/scantling/planner/forecast/worlds"
	"github.com/scantling-dev/scantling/planner/units"
)

// growing are a member's figures in a world with its growth, which is one of them
// whether it is sized for or not.
func (u *uncertainty) growing(i, world int) planner.SizedFor {
	s := u.figures(i, world)
	for _, d := range u.growths(i) {
		u.dims[d].fill(&s, u.values[d][world])
	}
	return s
}

// growths are the estimates of growth that a member grows by.
func (u *uncertainty) growths(i int) []int {
	var out []int
	for d := range u.dims {
		for _, of := range u.dims[d].of {
			if of == i && u.dims[d].growth {
				out = append(out, d)
			}
		}
	}
	return out
}

// atHorizon returns what every world asks for at the end of the horizon, by which those
// are picked that stand for all: the CPU of the pods that are needed where growth has
// not begun, or is sized for already, times the growth that is left.
func (u *uncertainty) atHorizon(months int) []float64 {
	total := make([]float64, u.set.Len())
	for w := range total {
		for i := range u.members {
			m := &u.members[i]
			grown := units.Ratio(0)
			if len(m.spec.Demand.Fronts) == 0 && (m.spec.GrowsReplicas || m.spec.Demand.Way != planner.GivenReplicas) {
				figures := u.growing(i, w)
				at := figures.Apply(*m.spec)
				grown = at.GrowthPerMonth
			}
			total[w] += u.loads[i][w] * float64(m.spec.Pod.CPU) * math.Pow(1+grown.Float(), float64(months))
		}
	}
	return total
}

// grows reports whether anything grows in any world.
func (u *uncertainty) grows() bool {
	if u.m.cluster.Growth.HorizonMonths <= 0 {
		return false
	}
	for d := range u.dims {
		if u.dims[d].growth {
			return true
		}
	}
	return u.m.grows()
}

// spreadRunsOut says when groups run out over the worlds: months of growth are planned in
// those that stand for all, as the plan's own are.
func (m *maker) spreadRunsOut(ctx context.Context, u *uncertainty, asked *planner.Cluster, plan *planner.Plan) ([]planner.RunOutSpread, error) {
	if !u.grows() {
		return nil, nil
	}
	sized, size := m.cluster, m.size
	m.brief = true
	defer func() { m.brief, m.cluster, m.size, m.carried = false, sized, size, nil }()
	left := asked.Growth.HorizonMonths - m.monthsAhead()
	picked := worlds.Stratify(u.atHorizon(left), strata)
	months := make([][]float64, len(plan.NodeGroups))
	var weights []int
	for _, s := range picked {
		m.carried, m.size = nil, size
		m.cluster = u.with(*asked, func(i int) planner.SizedFor { return u.growing(i, s.World) })
		ends, err := m.endsOf(ctx, plan)
		if err != nil {
			return nil, err
		}
		for i := range months {
			months[i] = append(months[i], ends[i])
		}
		weights = append(weights, s.Weight)
	}
	var out []planner.RunOutSpread
	for i := range months {
		d := worlds.Of(months[i], weights)
		share := d.AtMost(float64(asked.Growth.HorizonMonths))
		if share == 0 {
			continue
		}
		s := d.Spread()
		out = append(out, planner.RunOutSpread{
			Group: plan.NodeGroups[i].Name, P10: m.endAt(s.P10), P50: m.endAt(s.P50), P90: m.endAt(s.P90),
			Within: units.Ratio(math.Ceil(share * float64(units.Whole))),
		})
	}
	return out, nil
}

// endAt is a month and its day; nil is none within the horizon.
func (m *maker) endAt(month float64) *planner.RunOutMonth {
	n := count(month)
	if n == 0 {
		return nil
	}
	return &planner.RunOutMonth{Month: n, Date: m.cluster.AsOf.AddMonths(n)}
}

// endsOf returns the first month that each group does not get through; +Inf where it gets
// through the horizon.
func (m *maker) endsOf(ctx context.Context, plan *planner.Plan) ([]float64, error) {
	out := make([]float64, len(plan.NodeGroups))
	for i := range out {
		out[i] = math.Inf(1)
	}
	a, c := m.lookAhead(plan), &m.cluster
	for n := 1; n <= c.Growth.HorizonMonths && len(a.found) < len(out); n++ {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		at := forecast.Month{Number: n, Date: c.AsOf.AddMonths(n), Factor: forecast.Factor(c.Growth.PerMonth, n)}
		if _, err := m.month(ctx, plan, at, a); err != nil && !errors.Is(err, planner.ErrInfeasible) {
			return nil, err
		}
	}
	for _, r := range a.found {
		for i := range a.names {
			if a.names[i] == r.Group {
				out[i] = float64(r.Month)
			}
		}
	}
	return out, nil
}
