package spec

import (
	"math"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// statistics in the order of their size.
func statistics() []planner.Statistic {
	return []planner.Statistic{planner.Mean, planner.P50, planner.P90, planner.P95, planner.P99, planner.P999}
}

// demand reads how much a workload carries. The way is empty where it cannot be
// told; that was reported.
func (b *builder) demand(x *groupContext, n *node, path string) planner.Demand {
	var d planner.Demand
	latency := len(n.children("latency")) > 0 || n.child("service_time") != nil
	switch {
	case n.refused["manifest"]:
		return d // refused as not supported yet: no more can be said
	case n.has("replicas"):
		d.Way = planner.GivenReplicas
		d.Replicas, _ = get[int](n, "replicas")
		b.excludes(n, "replicas says how many pods there are", "job", "throughput", "fronts", "throughput_per_pod", "latency", "service_time", "load_curve", "concurrency", "cpu_per_request", "balancing", "balancers", "connections", "max_utilization")
	case n.child("job") != nil:
		d = b.jobDemand(n, path)
	case n.has("throughput_per_pod"):
		d.Way = planner.FromLoadTest
		d.Throughput, _ = get[units.Rate](n, "throughput")
		d.ThroughputRange = b.rateRange(n, path, "throughput")
		d.ThroughputPerPod, _ = get[units.Rate](n, "throughput_per_pod")
		d.ThroughputPerPodRange = b.rateRange(n, path, "throughput_per_pod")
		b.excludes(n, "throughput_per_pod says what a pod carries", "latency", "service_time", "load_curve", "concurrency", "cpu_per_request", "balancing", "balancers", "connections")
		if n.has("max_utilization") {
			b.add(UtilizationBeside, &n.attrs["max_utilization"].name, "throughput_per_pod is used as it is: it was measured at the latency target. Leave max_utilization out, or state latency instead.")
		}
		b.needsThroughput(n)
	case n.has("load_curve"):
		d = b.curveDemand(x, n, path)
	case latency:
		d = b.latencyDemand(x, n, path)
	case n.has("throughput") || n.has("fronts"):
		name := "throughput"
		if !n.has(name) {
			name = "fronts"
		}
		b.add(MissingDemand, &n.attrs[name].name, "%s alone does not say how many pods carry it. Add throughput_per_pod from a load test, or latency with service_time and concurrency or cpu_per_request.", name)
	case x.role == planner.Stateful: // counts reports it
	default:
		b.add(MissingDemand, &n.def, "The workload does not say how much it carries. Give replicas; or a job; or throughput and throughput_per_pod; or throughput, latency, service_time and concurrency or cpu_per_request.")
	}
	return d
}

// excludes reports the attributes and blocks that state demand in another way.
func (b *builder) excludes(n *node, why string, names ...string) {
	var found []string
	var first *hcl.Range
	for _, name := range names {
		rng := (*hcl.Range)(nil)
		if n.has(name) {
			rng = &n.attrs[name].name
		} else if c := n.child(name); c != nil {
			rng = &c.def
		}
		if rng == nil {
			continue
		}
		found = append(found, name)
		if first == nil {
			first = rng
		}
	}
	if first != nil {
		b.add(TwoDemands, first, "%s. Keep that and leave out %s, or the other way round.", why, andList(found))
	}
}

// andList joins words with commas and an "and" before the last.
func andList(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// needsThroughput reports a workload that states no throughput, or states it twice.
func (b *builder) needsThroughput(n *node) {
	if n.has("fronts") {
		b.excludes(n, "fronts sums the throughput of others", "throughput")
		return
	}
	if !n.has("throughput") && !n.refused["throughput"] {
		b.add(MissingDemand, &n.def, "The workload needs throughput: the peak of the whole cluster, in requests per second; or fronts: the workloads whose throughput it carries.")
	}
}

// latencyDemand reads demand stated by latency.
func (b *builder) latencyDemand(x *groupContext, n *node, path string) planner.Demand {
	d := planner.Demand{Way: planner.FromLatency}
	d.Throughput, _ = get[units.Rate](n, "throughput")
	d.ThroughputRange = b.rateRange(n, path, "throughput")
	b.needsThroughput(n)
	d.Latency, d.FailureLatency = b.targets(x, n, path)
	if s := n.child("service_time"); s != nil {
		d.Service = b.serviceTime(s, path+".service_time")
	} else if !n.refused["service_time"] {
		b.add(MissingDemand, &n.def, "A latency target needs service_time: how long a request takes without waiting.")
	}
	b.station(n, path, &d)
	d.MaxUtilization = take(b, n, path, "max_utilization", x.def.maxUtilization, ratioText(x.def.maxUtilization), x.source)
	if u, ok := get[units.Ratio](n, "max_utilization"); ok && u == 0 {
		b.add(OutOfRange, n.rng("max_utilization"), "At a utilization of 0 no number of pods carries anything.")
	}
	return d
}

// maxMeasuredAt is the highest load at which measured service times may be
// taken as they are, as an upper bound.
const maxMeasuredAt = 50 * units.Percent

// serviceTime reads the service_time block and refuses figures that no
// distribution has.
func (b *builder) serviceTime(n *node, path string) planner.ServiceTime {
	var s planner.ServiceTime
	s.Distribution = take(b, n, path, "distribution", "lognormal", "lognormal", "language")
	bad := len(n.refused) > 0
	for _, st := range statistics() {
		if v, ok := get[time.Duration](n, string(st)); ok {
			s.Measured = append(s.Measured, planner.LatencyTarget{Statistic: st, Target: v})
		}
		bad = bad || n.has(string(st)) && n.attrs[string(st)].bad
	}
	s.Range = b.serviceRange(n, path)
	s.CV, s.HasCV = get[units.Ratio](n, "cv")
	bad = bad || n.has("cv") && n.attrs["cv"].bad || n.has("distribution") && n.attrs["distribution"].bad
	if load, ok := get[units.Ratio](n, "measured_at_utilization"); ok {
		s.MeasuredAtUtilization = load
		if load > maxMeasuredAt {
			b.add(InvalidService, n.rng("measured_at_utilization"), "Figures measured at %s hold too much waiting to say what the service takes. Measure at 50%% or less.", ratioText(load))
		} else if load > 0 {
			b.assume(path+".measured_at_utilization", ratioText(load)+": the figures are taken as they are, an upper bound", "language")
		}
	} else {
		take(b, n, path, "measured_at_utilization", units.Ratio(0), "0%", "language")
	}
	if !bad {
		b.checkService(n, s)
	}
	return s
}

// checkService refuses service times that are too few or contradict each other.
func (b *builder) checkService(n *node, s planner.ServiceTime) {
	figures := len(s.Measured)
	hasMean := figures > 0 && s.Measured[0].Statistic == planner.Mean
	single := s.Distribution == "exponential" || s.Distribution == "constant"
	switch {
	case s.HasCV && single:
		b.add(InvalidService, n.rng("cv"), "The distribution %q fixes the variation. Leave cv out, or use lognormal or gamma.", s.Distribution)
	case s.HasCV && (figures != 1 || !hasMean):
		b.add(InvalidService, n.rng("cv"), "cv stands beside mean alone. Give mean and cv, or two or more of mean, p50, p90, p95 and p99.")
	case figures == 0, figures == 1 && !s.HasCV && !single:
		b.add(InvalidService, &n.def, "One figure does not make a distribution. Give two or more of mean, p50, p90, p95 and p99, or mean and cv.")
	default:
		b.checkOrder(n, s)
		b.checkLognormal(n, s, hasMean)
	}
}

// checkOrder refuses a percentile below a smaller one.
func (b *builder) checkOrder(n *node, s planner.ServiceTime) {
	var last *planner.LatencyTarget
	for i := range s.Measured {
		m := &s.Measured[i]
		if m.Statistic == planner.Mean {
			continue
		}
		if last != nil && m.Target < last.Target {
			b.add(InvalidService, n.rng(string(m.Statistic)), "%s is %s, below %s of %s. Percentiles never fall: check both.", m.Statistic, m.Target, last.Statistic, last.Target)
		}
		last = m
	}
}

// normalQuantile is the standard normal's quantile of a percentile.
func normalQuantile(s planner.Statistic) (float64, bool) {
	switch s {
	case planner.P50:
		return 0, true
	case planner.P90:
		return 1.2815515655446004, true
	case planner.P95:
		return 1.6448536269514722, true
	case planner.P99:
		return 2.3263478740408408, true
	case planner.P999:
		return 3.0902323061678132, true
	case planner.Mean:
	}
	return 0, false
}

// checkLognormal refuses a percentile and a mean that no lognormal has. With
// standard deviation sigma of the logarithm, percentile/mean is
// exp(z sigma - sigma²/2), which is at most exp(z²/2): 14.97 for p99. Of the two
// sigmas below it the smaller is meant, so that from p90 on a percentile is at
// least the mean.
func (b *builder) checkLognormal(n *node, s planner.ServiceTime, hasMean bool) {
	if s.Distribution != "lognormal" || !hasMean {
		return
	}
	mean := s.Measured[0].Target
	for _, m := range s.Measured[1:] {
		z, ok := normalQuantile(m.Statistic)
		if !ok {
			continue
		}
		ratio, most := m.Target.Seconds()/mean.Seconds(), math.Exp(z*z/2)
		switch {
		case ratio > most:
			b.add(InvalidService, n.rng(string(m.Statistic)), "%s is %.3g times the mean; no lognormal exceeds %.4g. Check the figures, or give two percentiles instead of the mean.", m.Statistic, ratio, most)
		case z > 0 && ratio < 1:
			b.add(InvalidService, n.rng(string(m.Statistic)), "%s is %s, below the mean of %s. Check the figures, or give two percentiles instead of the mean.", m.Statistic, m.Target, mean)
		}
	}
}
