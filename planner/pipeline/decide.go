package pipeline

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/forecast"
	"github.com/scantling-dev/scantling/planner/forecast/worlds"
	"github.com/scantling-dev/scantling/planner/units"
)

// strata is the number of worlds in which nodes and costs are counted.
const strata = 32

// decide counts what every world needs, and puts the world to size for in place of the
// cluster's estimates. It returns what the estimates leave open; nil where there is no
// estimate.
func (m *maker) decide(ctx context.Context) (*uncertainty, error) {
	months := m.monthsAhead()
	u := newUncertainty(&m.cluster)
	if u == nil {
		return nil, nil
	}
	u.m = m
	if months == 0 {
		u.withoutGrowth()
	}
	asked := m.cluster
	rates := map[int]map[string]carried{}
	u.count(func(i, world int) float64 {
		if ctx.Err() != nil {
			return 0
		}
		if len(u.members[i].spec.Demand.Fronts) > 0 && rates[world] == nil {
			at := u.in(asked, func(int) int { return world })
			rates[world] = grownThroughputs(at.NodeGroups, months)
		}
		load, _ := u.size(i, world, months, rates[world])
		return load
	})
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err := u.choose(&m.cluster.Risk, months, rates); err != nil {
		return nil, err
	}
	m.cluster = u.in(asked, func(i int) int { return u.chosen[i] })
	carries := grownThroughputs(m.cluster.NodeGroups, months)
	if err := u.chooseFronting(&m.cluster.Risk, months, carries); err != nil {
		return nil, err
	}
	m.cluster = u.in(asked, func(i int) int { return u.chosen[i] })
	for i := range u.members {
		load, _ := u.size(i, u.chosen[i], months, carries)
		u.planned = append(u.planned, load)
	}
	return u, nil
}

// size returns the pods that carry a member's peak in a world: +Inf where no number
// does, and why. rates say what workloads that front others carry; others say it
// themselves.
func (u *uncertainty) size(i, world, months int, rates map[string]carried) (float64, error) {
	figures := u.figures(i, world)
	spec := figures.Apply(*u.members[i].spec)
	w := work{spec: &spec, path: u.members[i].path, brief: true}
	if len(spec.Demand.Fronts) > 0 {
		w.carried = rates[w.path]
	} else if spec.Demand.Throughput > 0 {
		w.carried.rate, w.carried.err = grownThroughput(w.path, &spec, months)
	}
	if spec.Demand.Way == planner.FromJob {
		w.interruption, _ = u.m.interruption(&u.m.cluster.NodeGroups[u.members[i].group])
	}
	if err := w.size(u.m, months); err != nil {
		return math.Inf(1), err
	}
	return float64(w.load), nil
}

// withoutGrowth takes growth out of what demand depends on: today is sized for.
func (u *uncertainty) withoutGrowth() {
	growth := func(d int) bool { return u.dims[d].growth }
	for i := range u.members {
		u.members[i].dims = slices.DeleteFunc(u.members[i].dims, growth)
		u.members[i].by = slices.DeleteFunc(u.members[i].by, growth)
	}
}

// ruleOf translates a risk.
func ruleOf(r *planner.Risk) worlds.Rule {
	return worlds.Rule{
		Kind: worlds.Kind(r.Rule), Ratio: r.Share.Float(),
		Overspend: r.Overspend.Float(), Shortfall: r.Shortfall.Float(),
	}
}

// choose picks a world for each member that fronts no others.
func (u *uncertainty) choose(risk *planner.Risk, months int, rates map[int]map[string]carried) error {
	rule := ruleOf(risk)
	u.chosen = make([]int, len(u.members))
	var bad []error
	for i := range u.members {
		u.chosen[i] = -1
		if len(u.members[i].dims) == 0 || rule.Kind == worlds.Mid {
			continue
		}
		if len(u.members[i].spec.Demand.Fronts) > 0 {
			continue
		}
		if u.chosen[i] = pick(u.loads[i], rule, u.throughputIn(i, months)); u.chosen[i] < 0 {
			bad = append(bad, u.hopeless(i, u.loads[i], months, rates))
		}
	}
	return errors.Join(bad...)
}

// pick returns a world that needs what the rule decides for, or else one of those that
// need least above it: of several the one with the most throughput, since that is what
// workloads carry that front it, then the first. It is -1 where no number is enough.
func pick(loads []float64, rule worlds.Rule, throughput func(world int) units.Rate) int {
	want := worlds.Ceil(worlds.Of(loads, nil).Decide(rule, 0))
	least, most, chosen := math.Inf(1), units.Rate(0), -1
	for w, need := range loads {
		if need < want || need > least || math.IsInf(need, 1) {
			continue
		}
		if rate := throughput(w); need < least || rate > most {
			least, most, chosen = need, rate, w
		}
	}
	return chosen
}

// throughputIn returns what a member carries in a world; 0 where it does not say.
func (u *uncertainty) throughputIn(i, months int) func(world int) units.Rate {
	return func(world int) units.Rate {
		figures := u.figures(i, world)
		spec := figures.Apply(*u.members[i].spec)
		if spec.Demand.Throughput == 0 {
			return 0
		}
		rate, _ := grownThroughput(u.members[i].path, &spec, months)
		return rate
	}
}

// chooseFronting picks the worlds of those that front others and have estimates of
// their own. They carry what the others are sized for, so that their own figures alone
// are open.
func (u *uncertainty) chooseFronting(risk *planner.Risk, months int, carries map[string]carried) error {
	var bad []error
	for i := range u.members {
		m := &u.members[i]
		if len(m.spec.Demand.Fronts) == 0 || len(m.dims) == 0 || risk.Rule == planner.RiskMid {
			continue
		}
		loads := make([]float64, u.set.Len())
		for w := range loads {
			loads[w], _ = u.size(i, w, months, carries)
		}
		if u.chosen[i] = pick(loads, ruleOf(risk), u.throughputIn(i, months)); u.chosen[i] < 0 {
			bad = append(bad, u.hopeless(i, loads, months, map[int]map[string]carried{middle: carries}))
		}
	}
	return errors.Join(bad...)
}

// hopeless says that no number of replicas serves as many worlds as the rule asks for.
func (u *uncertainty) hopeless(i int, loads []float64, months int, rates map[int]map[string]carried) error {
	m := &u.members[i]
	lost := 0
	var why error
	for w, need := range loads {
		if !math.IsInf(need, 1) {
			continue
		}
		lost++
		if why == nil {
			at := rates[w]
			if at == nil {
				at = rates[middle]
			}
			_, why = u.size(i, w, months, at)
		}
	}
	share := float64(lost) / float64(u.set.Len())
	bad := &planner.Infeasible{
		Path:       m.path,
		Constraint: fmt.Sprintf("no number of replicas serves %.1f%% of the worlds that the estimates leave open", share*100),
		Remedy:     fmt.Sprintf("narrow the estimates, or size for fewer worlds: risk { percentile = \"%d%%\" }", int(math.Floor((1-share)*100))),
	}
	if first, ok := errors.AsType[*planner.Infeasible](why); ok {
		bad.Path, bad.Margin = first.Path, "in one of them "+first.Constraint
	}
	return bad
}

// spread says what the estimates leave open of the plan, which was made in the worlds
// that were sized for; asked is the cluster with its estimates.
func (m *maker) spread(ctx context.Context, u *uncertainty, asked *planner.Cluster, plan *planner.Plan) (*planner.Uncertainty, error) {
	u.seen(m.simulator)
	out := &planner.Uncertainty{Worlds: u.set.Len()}
	for d := range u.dims {
		out.Estimates = append(out.Estimates, planner.EstimateInfo{Path: u.dims[d].path, Curve: string(u.dims[d].law.Family())})
	}
	holds := make([]bool, u.set.Len())
	for w := range holds {
		holds[w] = true
	}
	total := make([]float64, u.set.Len())
	for i := range u.members {
		planned := u.planned[i]
		for w, need := range u.loads[i] {
			holds[w] = holds[w] && need <= planned
			total[w] += need * float64(u.members[i].spec.Pod.CPU)
		}
		if len(u.members[i].by) > 0 {
			out.Workloads = append(out.Workloads, u.workload(i, planned))
		}
	}
	out.Holds = shareHeld(holds)
	picked := worlds.Stratify(total, strata)
	out.Strata = len(picked)
	if err := m.spreadNodes(ctx, u, asked, plan, picked, out); err != nil {
		return nil, err
	}
	var err error
	out.RunsOut, err = m.spreadRunsOut(ctx, u, asked, plan)
	return out, err
}

// seen scales what members need by the formula to what the simulation of the world that
// was sized for found, as months of growth are: more where that has more, so that who
// holds in a world still does.
func (u *uncertainty) seen(s *simulator) {
	for i := range u.members {
		now := s.now[u.members[i].path+normalTargets]
		if now.pods == now.formula {
			continue
		}
		scale := func(need float64) float64 {
			return math.Ceil(need * float64(now.pods) / float64(now.formula)) // whole numbers: exact up to 2^53
		}
		for w, need := range u.loads[i] {
			u.loads[i][w] = scale(need)
		}
		u.mid[i], u.planned[i] = scale(u.mid[i]), scale(u.planned[i])
	}
}

func (u *uncertainty) workload(i int, planned float64) planner.WorkloadSpread {
	var world *int
	if u.chosen[i] >= 0 {
		world = &u.chosen[i]
	}
	d := worlds.Of(u.loads[i], nil)
	s := d.Spread()
	return planner.WorkloadSpread{
		Path: u.members[i].path, P10: count(s.P10), P50: count(s.P50), P90: count(s.P90), Mid: count(u.mid[i]),
		Planned: count(planned), Holds: units.Ratio(math.Floor(d.AtMost(planned) * float64(units.Whole))),
		World: world, SizedFor: u.figures(i, u.chosen[i]),
	}
}

// count returns a number of things; 0 for one that is not finite.
func count(x float64) int {
	if math.IsInf(x, 1) {
		return 0
	}
	return int(x)
}

// shareHeld returns the share of the trues, rounded down.
func shareHeld(list []bool) units.Ratio {
	n := 0
	for _, v := range list {
		if v {
			n++
		}
	}
	return units.Ratio(int64(n) * int64(units.Whole) / int64(len(list)))
}

// spreadNodes counts nodes and costs in the picked worlds, on the plan's types.
func (m *maker) spreadNodes(ctx context.Context, u *uncertainty, asked *planner.Cluster, plan *planner.Plan, picked []worlds.Stratum, out *planner.Uncertainty) error {
	sized, size := m.cluster, m.size
	m.brief = true
	defer func() { m.brief, m.cluster, m.size, m.carried = false, sized, size, nil }()
	fees := planner.Amount{Known: true}
	for _, f := range plan.ControlPlane.Fees {
		fees = sum(fees, planner.Amount{Rate: f.Price.Rate, Known: f.Price.Known()})
	}
	nodes := make([][]float64, len(plan.NodeGroups))
	var costs []float64
	var weights []int
	known := true
	for _, s := range picked {
		m.carried = nil
		m.cluster, m.size = u.in(*asked, func(int) int { return s.World }), size
		month, err := m.month(ctx, plan, forecast.Month{Number: m.monthsAhead(), Date: m.cluster.AsOf, Factor: units.Whole}, m.lookAhead(plan))
		switch {
		case err == nil:
		case errors.Is(err, planner.ErrInfeasible):
			month = planner.GrowthMonth{}
		default:
			return err
		}
		cost := sum(sum(month.Cost, month.ControlPlane), fees)
		for i := range nodes {
			n := math.Inf(1)
			if err == nil {
				n = float64(month.Nodes[i].Nodes)
			}
			nodes[i] = append(nodes[i], n)
		}
		known = known && (err != nil || cost.Known)
		if err != nil {
			costs = append(costs, math.Inf(1))
		} else {
			costs = append(costs, float64(cost.Rate))
		}
		weights = append(weights, s.Weight)
	}
	for i := range nodes {
		s := worlds.Of(nodes[i], weights).Spread()
		out.Groups = append(out.Groups, planner.GroupSpread{Group: plan.NodeGroups[i].Name, P10: count(s.P10), P50: count(s.P50), P90: count(s.P90)})
	}
	s := worlds.Of(costs, weights).Spread()
	amount := func(x float64) planner.Amount {
		if !known || math.IsInf(x, 1) {
			return planner.Amount{}
		}
		return planner.Amount{Rate: units.USDPerHour(x), Known: true}
	}
	out.Cost = planner.CostSpread{P10: amount(s.P10), P50: amount(s.P50), P90: amount(s.P90)}
	return nil
}
