package verify

import (
	"math"
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// inItsWorld returns a declared workload with the figures that the plan says it was sized
// for in place of its estimates.
func (k *checker) inItsWorld(path string, w planner.Workload) planner.Workload {
	if u := k.plan.Uncertainty; u != nil {
		for i := range u.Workloads {
			if u.Workloads[i].Path == path {
				return u.Workloads[i].SizedFor.Apply(w)
			}
		}
	}
	return w
}

// estimatesOf returns the addresses of a workload's estimates.
func estimatesOf(path string, w *planner.Workload) []string {
	var out []string
	add := func(is bool, name string) {
		if is {
			out = append(out, path+"."+name)
		}
	}
	d := &w.Demand
	add(d.ThroughputRange != nil, "throughput")
	add(d.ThroughputPerPodRange != nil, "throughput_per_pod")
	add(d.Service.Range != nil, "service_time")
	add(d.CPUPerRequestRange != nil, "cpu_per_request")
	add(d.Job != nil && d.Job.DurationRange != nil, "job.duration")
	add(w.GrowthRange != nil, "growth_per_month")
	return out
}

// sizedBy are the estimates but for growth.
func sizedBy(path string, w *planner.Workload) []string {
	return slices.DeleteFunc(estimatesOf(path, w), func(p string) bool { return p == path+".growth_per_month" })
}

// uncertainty checks what the plan says that the estimates leave open: that it speaks
// of all of them and of nothing else, that what it sized for is what the rule asks for
// as far as plain means tell, and that percentiles rise.
func (k *checker) uncertainty() {
	var want []string
	workloads := map[string]*planner.Workload{}
	for i := range k.c.NodeGroups {
		g := &k.c.NodeGroups[i]
		for j := range g.Workloads {
			path := g.Path() + ".workload." + g.Workloads[j].Name
			workloads[path] = &g.Workloads[j]
			want = append(want, estimatesOf(path, &g.Workloads[j])...)
		}
	}
	if k.c.Growth.Range != nil {
		want = append(want, "growth.per_month")
	}
	slices.Sort(want)
	u := k.plan.Uncertainty
	if !k.need((u != nil) == (len(want) > 0), "uncertainty", "uncertainty.estimates", "the spec has %d estimates", len(want)) || u == nil {
		return
	}
	var got []string
	for _, e := range u.Estimates {
		got = append(got, e.Path)
	}
	k.need(slices.Equal(got, want), "uncertainty", "uncertainty.estimates", "the estimates are %q, not %q", want, got)
	k.need(u.Worlds > 0 && u.Strata > 0 && u.Strata <= u.Worlds, "uncertainty", "uncertainty.worlds", "%d worlds, of which %d stand for all", u.Worlds, u.Strata)
	for i := range u.Workloads {
		s := &u.Workloads[i]
		w := workloads[s.Path]
		if k.need(w != nil, s.Path, "uncertainty.workload", "the spec has no such workload") {
			k.spreadOf(u, s, w)
		}
	}
	for path, w := range workloads {
		listed := slices.ContainsFunc(u.Workloads, func(s planner.WorkloadSpread) bool { return s.Path == path })
		k.need(listed || len(sizedBy(path, w)) == 0, path, "uncertainty.workload", "the plan does not say what its estimates leave open")
	}
	k.need(u.Holds >= 0 && u.Holds <= units.Whole, "uncertainty", "uncertainty.holds", "a share of %s", percent(u.Holds))
	k.spreadOfNodes(u)
	k.spreadOfRunsOut(u)
}

// rises reports whether three percentiles rise; 0 is what is never reached.
func rises(a, b, c int) bool {
	endless := func(n int) float64 {
		if n == 0 {
			return math.Inf(1)
		}
		return float64(n)
	}
	return endless(a) <= endless(b) && endless(b) <= endless(c)
}

// spreadOf checks one workload.
func (k *checker) spreadOf(u *planner.Uncertainty, s *planner.WorkloadSpread, w *planner.Workload) {
	d := &w.Demand
	k.need(rises(s.P10, s.P50, s.P90), s.Path, "uncertainty.percentiles", "percentiles %d, %d, %d do not rise", s.P10, s.P50, s.P90)
	k.need(u.Holds <= s.Holds && s.Holds <= units.Whole, s.Path, "uncertainty.holds",
		"all workloads hold in %s of the worlds, this one in %s", percent(u.Holds), percent(s.Holds))
	f := s.SizedFor
	in := s.World != nil
	k.need(!in || *s.World >= 0 && *s.World < u.Worlds, s.Path, "uncertainty.world", "there is no such world")
	for _, c := range []struct {
		set, estimate bool
		name          string
	}{
		{f.Throughput > 0, d.ThroughputRange != nil, "throughput"},
		{f.ThroughputPerPod > 0, d.ThroughputPerPodRange != nil, "throughput_per_pod"},
		{f.ServiceFactor > 0, d.Service.Range != nil, "service_time"},
		{f.CPUPerRequest > 0, d.CPUPerRequestRange != nil, "cpu_per_request"},
		{f.JobDuration > 0, d.Job != nil && d.Job.DurationRange != nil, "job.duration"},
	} {
		k.need(c.set == (in && c.estimate), s.Path+"."+c.name, "uncertainty.sized_for", "what it was sized for is not a world of its estimates")
	}
	grows := w.GrowthRange != nil || k.c.Growth.Range != nil && !w.GrowsReplicas
	k.need(!f.HasGrowth || in && grows && k.c.Growth.SizeForHorizon, s.Path+".growth_per_month", "uncertainty.sized_for", "growth is not what it was sized for")
	risk := k.c.Risk
	own := len(sizedBy(s.Path, w)) > 0 || grows && k.c.Growth.SizeForHorizon
	k.need((risk.Rule != planner.RiskMid && own) == in || len(d.Fronts) > 0, s.Path, "uncertainty.rule", "the rule %q does not decide so", risk.Rule)
	if risk.Rule == planner.RiskPercentile && len(d.Fronts) == 0 {
		k.need(s.Holds >= risk.Share, s.Path, "uncertainty.rule", "it holds in %s of the worlds, %s are asked for", percent(s.Holds), percent(risk.Share))
	}
	if risk.Rule == planner.RiskMid {
		k.need(s.Planned == s.Mid, s.Path, "uncertainty.rule", "%d replicas are planned, %d carry the middle", s.Planned, s.Mid)
	}
	k.carriesPeak(s)
	k.tested(s, w)
}

// carriesPeak checks that what is said to be planned is.
func (k *checker) carriesPeak(s *planner.WorkloadSpread) {
	for _, g := range k.groups {
		for _, l := range g.loads {
			if l.path == s.Path && !l.spec.System {
				k.need(s.Planned == l.plan.Reasons.Load, s.Path, "uncertainty.planned", "%d replicas are said to carry the peak, it is %d", s.Planned, l.plan.Reasons.Load)
			}
		}
	}
}

// halton is how far the share of 1,024 worlds below a figure may be from its
// probability: Halton's points in one dimension leave no gap of more than a few in
// the number of worlds, and a count of replicas is a step of them.
const halton = .01

// tested checks a load test whose throughput alone is an estimate: what it was sized
// for is enough for the percentile, by the curve through the three figures.
func (k *checker) tested(s *planner.WorkloadSpread, w *planner.Workload) {
	d := &w.Demand
	if d.Way != planner.FromLoadTest || k.c.Growth.SizeForHorizon || len(d.Fronts) > 0 {
		return
	}
	carried := s.SizedFor.Apply(*w)
	n := int(units.CeilDiv(carried.Demand.Throughput, carried.Demand.ThroughputPerPod))
	k.need(s.Planned == max(n, 1), s.Path, "uncertainty.planned", "%d replicas, the world that was sized for needs %d", s.Planned, n)
	r := d.ThroughputRange
	if k.c.Risk.Rule != planner.RiskPercentile || r == nil || d.ThroughputPerPodRange != nil || w.GrowthRange != nil {
		return
	}
	p := k.c.Risk.Share.Float()
	for _, end := range []struct {
		at   float64
		good func(need float64) bool
		says string
	}{
		{p - halton, func(need float64) bool { return float64(s.Planned) >= need }, "too few"},
		{p + halton, func(need float64) bool { return float64(s.Planned) <= need }, "too many"},
	} {
		x, ok := through(float64(r.Low), float64(d.Throughput), float64(r.High), r.Confidence.Float(), end.at)
		need := math.Ceil(x / float64(d.ThroughputPerPod))
		k.need(!ok || end.good(need), s.Path, "uncertainty.rule", "%d replicas for the %s of the worlds are %s: %g", s.Planned, percent(k.c.Risk.Share), end.says, need)
	}
}

// through returns the u-quantile of the three-term metalog of the logarithm through
// low, mid and high (Keelin 2016); ok is false where it is not a distribution, or u is
// too close to its ends.
func through(low, mid, high, confidence, u float64) (float64, bool) {
	if u <= .001 || u >= .999 {
		return 0, false
	}
	alpha := (1 - confidence) / 2
	bound := math.Log((1 - alpha) / alpha)
	a, b, c := math.Log(low), math.Log(mid), math.Log(high)
	a2 := (c - a) / (2 * bound)
	a3 := (1 - 2*(b-a)/(c-a)) * (c - a) / ((1 - 2*alpha) * bound)
	if math.Abs(a3)/a2 > 1.66 {
		return 0, false
	}
	logit := math.Log(u / (1 - u))
	return math.Exp(b + a2*logit + a3*(u-.5)*logit), true
}

// spreadOfNodes checks the percentiles of nodes and costs.
func (k *checker) spreadOfNodes(u *planner.Uncertainty) {
	names := make([]string, len(k.plan.NodeGroups))
	for i := range names {
		names[i] = k.plan.NodeGroups[i].Name
	}
	var got []string
	for _, g := range u.Groups {
		got = append(got, g.Group)
		k.need(rises(g.P10, g.P50, g.P90), "node_group."+g.Group, "uncertainty.percentiles", "percentiles %d, %d, %d of nodes do not rise", g.P10, g.P50, g.P90)
	}
	k.need(slices.Equal(got, names), "uncertainty", "uncertainty.groups", "groups %q, the plan has %q", got, names)
	c := &u.Cost
	k.need((!c.P50.Known || c.P10.Known && c.P10.Rate <= c.P50.Rate) && (!c.P90.Known || c.P50.Known && c.P50.Rate <= c.P90.Rate),
		"uncertainty", "uncertainty.percentiles", "percentiles of the cost do not rise")
}

// spreadOfRunsOut checks when groups run out: by name, in months of the horizon that rise,
// dated as they are, in as many worlds as the percentiles say.
func (k *checker) spreadOfRunsOut(u *planner.Uncertainty) {
	last := ""
	for _, r := range u.RunsOut {
		path := "uncertainty.runs_out." + r.Group
		k.need(last < r.Group, path, "lists.sorted", "groups are not sorted by name, or one is there twice")
		last = r.Group
		k.need(slices.ContainsFunc(k.groups, func(g *group) bool { return g.decl.Name == r.Group }), path, "runs_out.group", "there is no such group")
		months := make([]int, 0, 3)
		k.need(r.Within > 0 && r.Within <= units.Whole, path, "uncertainty.runs_out", "it runs out in %s of the worlds", percent(r.Within))
		for _, at := range []struct {
			month *planner.RunOutMonth
			share units.Ratio
		}{{r.P10, 10 * units.Percent}, {r.P50, 50 * units.Percent}, {r.P90, 90 * units.Percent}} {
			k.need((at.month != nil) == (r.Within >= at.share), path, "uncertainty.runs_out", "it runs out in %s of the worlds, and a month is said of %s: %t", percent(r.Within), percent(at.share), at.month != nil)
			if at.month == nil {
				months = append(months, 0)
				continue
			}
			months = append(months, at.month.Month)
			k.need(at.month.Month > 0 && at.month.Month <= k.c.Growth.HorizonMonths, path, "runs_out.month", "month %d of %d", at.month.Month, k.c.Growth.HorizonMonths)
			k.need(at.month.Date == k.dayOf(at.month.Month), path, "runs_out.month", "month %d is dated %s", at.month.Month, at.month.Date)
		}
		k.need(rises(months[0], months[1], months[2]), path, "uncertainty.percentiles", "months %v do not rise", months)
	}
}
