package pipeline_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/verify"
)

// queueing is a workload of so many requests a second, of which a pod's workers serve
// one at a time for an exponential time of the given mean, with a target for the p99.
func queueing(throughput int64, mean, p99 time.Duration) planner.Workload {
	w := given("w", 0, 1500, units.GiB)
	w.Demand = planner.Demand{
		Way: planner.FromLatency, Throughput: units.Rate(throughput) * units.PerSecond, Concurrency: 1, Balancing: "random", MaxUtilization: units.Whole,
		Latency: []planner.LatencyTarget{{Statistic: planner.P99, Target: p99}},
		Service: planner.ServiceTime{Distribution: "exponential", Measured: []planner.LatencyTarget{{Statistic: planner.Mean, Target: mean}}},
	}
	return w
}

// byItself plans a workload on nodes that hold one pod each.
func byItself(t *testing.T, w planner.Workload, lost planner.Redundancy) *planner.WorkloadPlan {
	t.Helper()
	p := onePerNode(group("g", planner.App, abc(), lost, w))
	p.cluster.Simulation = planner.SimulateNever
	plan := p.mustMake(t)
	return planned(t, &plan)
}

// TestFailureTargets: 100/s of 20 ms at random to n pods of one worker are n queues
// M/M/1, whose p99 is ln 100 / (50/s - 100/s / n): 153.5 ms of 5 pods, 276.3 ms of 3,
// and no end of 2. A p99 of 160 ms takes 5 pods, 4 having 184.2 ms. Where a zone is
// lost, 5 of 8 are left, since the fullest of three zones has 3; of 5, 3 are.
func TestFailureTargets(t *testing.T) {
	zone := planner.Redundancy{Zones: 1, Recovery: planner.Static}
	w := spreadHard(queueing(100, 20*time.Millisecond, 160*time.Millisecond))
	w.RollingUpdate = planner.RollingUpdate{MaxSurge: units.Count(1)}
	at := byItself(t, w, zone)
	if at.Reasons != (planner.ReplicaReasons{Load: 5, Zone: 3}) || at.Sizing.Survivors != 5 {
		t.Errorf("survivors of the normal target: %+v, %d", at.Reasons, at.Sizing.Survivors)
	}
	w.Demand.FailureLatency = []planner.LatencyTarget{{Statistic: planner.P99, Target: 300 * time.Millisecond}}
	relaxed := byItself(t, w, zone)
	if relaxed.Reasons != (planner.ReplicaReasons{Load: 5}) || relaxed.Sizing.Survivors != 3 || relaxed.Binding != "p99" {
		t.Errorf("survivors of a target of their own: %+v, %d, bound by %s", relaxed.Reasons, relaxed.Sizing.Survivors, relaxed.Binding)
	}
	want := map[string]float64{"normal": .15351, "zone_loss": .27631}
	for _, p := range relaxed.Latency {
		if s := p.Predicted.Seconds(); s < want[p.During]*.999 || s > want[p.During]*1.002 {
			t.Errorf("%s: predicted %v, want %v s", p.During, p.Predicted, want[p.During])
		}
		delete(want, p.During)
	}
	if len(want) > 0 {
		t.Errorf("no prediction for %v", want)
	}
	steps := relaxed.Sizing.Steps
	if len(steps) != 3 || steps[0].Pods != 4 || steps[0].Breaks != "p99" || steps[1].Breaks != "" || steps[2].Pods != 6 {
		t.Errorf("steps %+v", steps)
	}
	// A tenth of the throughput needs one pod, whose queue has ln 100 / (50 - 10) s, and
	// two to survive.
	w.Demand.Throughput = 10 * units.PerSecond
	if one := byItself(t, w, zone); one.Reasons.Load != 1 || one.Binding != "one pod" || len(one.Sizing.Steps) != 2 {
		t.Errorf("%+v, bound by %s, %+v", one.Reasons, one.Binding, one.Sizing.Steps)
	}
}

// TestMaxUtilizationAtPeace: 2 erlangs at 40% are 5 pods, and the 3 that a failure
// leaves, busy at 67%, hold the targets that are for it.
func TestMaxUtilizationAtPeace(t *testing.T) {
	w := spreadHard(queueing(100, 20*time.Millisecond, time.Second))
	w.Demand.MaxUtilization = 40 * units.Percent
	w.Demand.FailureLatency = []planner.LatencyTarget{{Statistic: planner.P99, Target: 300 * time.Millisecond}}
	at := byItself(t, w, planner.Redundancy{Nodes: 1, Recovery: planner.Static})
	if at.Reasons.Load != 5 || at.Binding != "utilization" || at.Sizing.ForUtilization != 5 || at.Sizing.Survivors != 3 {
		t.Errorf("%+v, bound by %s, %+v", at.Reasons, at.Binding, at.Sizing)
	}
}

// TestCPUSizes: 1,000/s of 6 ms are 6 cores; pods that request 1.5 and use 60% of
// that carry .9 each, which takes 7 of them. Each uses 6/7 of a core, 57.1% of 1.5.
func TestCPUSizes(t *testing.T) {
	w := queueing(1000, 20*time.Millisecond, 10*time.Second)
	w.Demand.Concurrency, w.Demand.CPUPerRequest, w.Demand.MaxUtilization = 64, 6*time.Millisecond, 60*units.Percent
	for _, workers := range []int{64, 0} {
		w.Demand.Concurrency = workers
		at := byItself(t, w, planner.Redundancy{Recovery: planner.Reschedule})
		if at.Reasons.Load != 7 || at.Binding != "utilization" || at.CPUUtilization != 571_429 || at.Sizing.CPU != 6000 {
			t.Errorf("%d workers: %+v, bound by %s, %d of the CPU, %+v", workers, at.Reasons, at.Binding, at.CPUUtilization, at.Sizing)
		}
		if workers == 0 && (at.Utilization != 0 || !strings.HasPrefix(at.Latency[0].Model, "M/G/inf on 1.5 cores per pod, random")) {
			t.Errorf("%d of workers without limit, by %q", at.Utilization, at.Latency[0].Model)
		}
	}
}

// TestCPUAboveTheMean: a lognormal with p50 10 ms and p99 20 ms has a mean of 10 ms x
// exp(s^2 / 2) = 10.45 ms, s = ln 2 / 2.3263.
func TestCPUAboveTheMean(t *testing.T) {
	w := queueing(100, time.Second, time.Second)
	w.Demand.Service = planner.ServiceTime{Distribution: "lognormal", Measured: []planner.LatencyTarget{{Statistic: planner.P50, Target: 10 * time.Millisecond}, {Statistic: planner.P99, Target: 20 * time.Millisecond}}}
	w.Demand.CPUPerRequest = 10_500 * time.Microsecond
	bad := onePerNode(group("g", planner.App, abc(), planner.Redundancy{Recovery: planner.Reschedule}, w)).infeasible(t)
	if bad.Path != "node_group.g.workload.w.cpu_per_request" || !strings.Contains(bad.Constraint, "10.5ms is above the mean service time 10.45") {
		t.Errorf("got %+v", bad)
	}
}

// TestFewConnections: 400/s over 4 connections are 100/s of each, twice what a pod of
// one worker serves in 20 ms a request: no number of pods helps.
func TestFewConnections(t *testing.T) {
	w := queueing(400, 20*time.Millisecond, time.Second)
	w.Demand.Connections = 4
	bad := onePerNode(group("g", planner.App, abc(), planner.Redundancy{Recovery: planner.Reschedule}, w)).infeasible(t)
	if bad.Path != "node_group.g.workload.w.connections" || !strings.Contains(bad.Constraint, "each brings 100 requests a second") {
		t.Errorf("got %+v", bad)
	}
}

// TestBracketOfPolicies: whatever the policy, the count is between those of one queue
// and of chance, and so are those of policies that see more.
func TestBracketOfPolicies(t *testing.T) {
	counts := map[string]int{}
	for _, policy := range []string{"pooled", "least_requests", "round_robin", "random"} {
		w := queueing(400, 20*time.Millisecond, 150*time.Millisecond)
		w.Demand.Balancing = policy
		at := byItself(t, w, planner.Redundancy{Recovery: planner.Reschedule})
		counts[policy] = at.Reasons.Load
		if at.Reasons.Load < at.Sizing.Pooled || at.Reasons.Load > at.Sizing.Random {
			t.Errorf("%s: %d is not between %d and %d", policy, at.Reasons.Load, at.Sizing.Pooled, at.Sizing.Random)
		}
		if !strings.Contains(at.Latency[0].Model, policy) {
			t.Errorf("%s: model %q", policy, at.Latency[0].Model)
		}
	}
	// At random each pod is M/M/1: n >= 400 / (50 - ln 100 / .15) = 20.7.
	if counts["random"] != 21 || counts["round_robin"] >= 21 || counts["least_requests"] > counts["round_robin"] || counts["pooled"] > counts["least_requests"] {
		t.Errorf("got %v", counts)
	}
}

// demandOf draws what requests ask for, by all that way 3 has.
func demandOf(rng *rand.Rand, static bool) planner.Demand {
	d := dice{rng}.latency()
	d.Balancing = []string{"random", "round_robin", "least_requests", "power_of_two", "pooled"}[rng.IntN(5)]
	switch mean, ok := d.Service.Measured[0].Target, rng.IntN(3); ok {
	case 0:
		d.CPUPerRequest = mean / time.Duration(2+rng.IntN(4))
	case 1:
		d.CPUPerRequest, d.Concurrency = mean/time.Duration(2+rng.IntN(4)), 0
	}
	if d.Balancing != "random" && d.Balancing != "pooled" && rng.IntN(2) == 0 {
		d.Balancers = 2 + rng.IntN(4)
	}
	if d.Balancing == "random" && rng.IntN(2) == 0 {
		d.Connections = 200 + rng.IntN(2000)
	}
	if static && rng.IntN(2) == 0 {
		for _, t := range d.Latency {
			d.FailureLatency = append(d.FailureLatency, planner.LatencyTarget{Statistic: t.Statistic, Target: t.Target * 3 / 2})
		}
	}
	return d
}

// TestLatencyPlansAreRight: random demands by latency, of groups that reschedule and
// of groups whose survivors hold the targets, are planned as the checker wants them.
func TestLatencyPlansAreRight(t *testing.T) {
	planned, unmet := 0, 0
	for seed := range uint64(sample(60)) {
		rng := rand.New(rand.NewPCG(seed, 5))
		lost := planner.Redundancy{Nodes: rng.IntN(2), Zones: rng.IntN(2), Recovery: planner.Reschedule}
		static := rng.IntN(2) == 0
		if static {
			lost.Recovery = planner.Static
		}
		var works []planner.Workload
		for i := range 1 + rng.IntN(2) {
			w := given(fmt.Sprintf("w%d", i), 0, units.MilliCPU(250+250*rng.IntN(5)), units.GiB)
			w.Demand, w.SpareReplicas = demandOf(rng, static), rng.IntN(2)
			if static {
				w.TopologySpread = []planner.TopologySpread{hard(planner.ZoneKey)}
			}
			works = append(works, w)
		}
		p := &problem{cluster: cluster(abc(), group("g", planner.App, abc(), lost, works...)), catalog: catalog(machine("m7i.xlarge", 4, 16, 200), machine("m7i.2xlarge", 8, 32, 400))}
		if seed%12 > 0 {
			p.cluster.Simulation = planner.SimulateNever
		}
		if _, err := p.make(t); err != nil {
			if len(planner.Infeasibles(err)) == 0 {
				t.Fatalf("seed %d: %v", seed, err)
			}
			unmet++
			continue
		}
		planned++
		t.Run(fmt.Sprint(seed), func(t *testing.T) { p.mustMake(t) })
	}
	if planned < sample(45) {
		t.Errorf("%d planned, %d cannot be met: too few to show anything", planned, unmet)
	}
}

// TestSimulated: of the choice between two pods of few workers no formula is known.
// Never simulated, it is taken to be no better than chance; simulated, it takes no
// more, and at least what one queue for all takes. A second plan says the same.
func TestSimulated(t *testing.T) {
	w := queueing(400, 20*time.Millisecond, 150*time.Millisecond)
	w.Demand.Balancing, w.Demand.Balancers = "power_of_two", 3
	w.RollingUpdate = planner.RollingUpdate{MaxUnavailable: units.Count(1)}
	none := planner.Redundancy{Recovery: planner.Reschedule}
	never := byItself(t, w, none)
	if never.Reasons.Load != 21 || never.Sizing.Method != planner.ByFormula || !strings.Contains(never.Latency[0].Model, "at worst random") {
		t.Errorf("never simulated: %+v, by %s: %s", never.Reasons, never.Sizing.Method, never.Latency[0].Model)
	}
	p := onePerNode(group("g", planner.App, abc(), none, w))
	p.cluster.Growth = planner.Growth{HorizonMonths: 2}
	p.cluster.NodeGroups[0].Workloads[0].GrowthPerMonth = 1
	plan := p.mustMake(t)
	at := planned(t, &plan)
	s := at.Sizing
	if s.Method != planner.BySimulation || s.Arrivals < 400_000 || s.Reason != "no formula for several balancers that look at the load" {
		t.Errorf("by %s, %d arrivals: %s", s.Method, s.Arrivals, s.Reason)
	}
	if at.Reasons.Load < s.Pooled || at.Reasons.Load > 19 || s.Random != 21 {
		t.Errorf("%d pods, %d of one queue, %d at random", at.Reasons.Load, s.Pooled, s.Random)
	}
	for _, l := range at.Latency {
		if !strings.HasSuffix(l.Model, "simulated") {
			t.Errorf("%s is predicted by %q", l.During, l.Model)
		}
	}
	// A month later a millionth more comes: by the formula as many, and so here.
	if n := plan.Growth[0].Nodes[0].Nodes; n != plan.NodeGroups[0].Nodes {
		t.Errorf("%d nodes a month later, %d now", n, plan.NodeGroups[0].Nodes)
	}
	again := p.mustMake(t)
	if !reflect.DeepEqual(plan, again) {
		t.Error("a second plan differs")
	}
}

// TestFormulaDecidesAboutTheSize: 189/s of lognormal services with a mean of 50 ms and a cv
// of 2, at random to pods of four workers. A p99 of 856 ms, twice the service's own, is
// far from what 4 pods have by the formula, 523 ms, and just below that of 3, 874 ms,
// which a simulation sees at about 750. The formula decided: what the plan says of 3
// pods is what it was decided by, and no simulation says that they would do.
func TestFormulaDecidesAboutTheSize(t *testing.T) {
	w := queueing(189, 50*time.Millisecond, 855_546_505*time.Nanosecond)
	w.Demand.Concurrency = 4
	w.Demand.Service = planner.ServiceTime{Distribution: "lognormal", CV: 2 * units.Whole, Measured: w.Demand.Service.Measured}
	p := onePerNode(group("g", planner.App, abc(), planner.Redundancy{Recovery: planner.Reschedule}, w))
	plan := p.mustMake(t)
	s := planned(t, &plan).Sizing
	if s.Method != planner.ByFormula || s.Steps[0].Pods != 3 || s.Steps[0].Breaks != "p99" || s.Steps[0].Latency[0].Predicted < 870*time.Millisecond {
		t.Errorf("by %s, steps %+v", s.Method, s.Steps)
	}
}

// TestPlansMoveTheRightWay: more throughput, a tighter target, a lower maximum
// utilization or a zone to lose need no fewer replicas, under every way of balancing.
func TestPlansMoveTheRightWay(t *testing.T) {
	none, zone := planner.Redundancy{Recovery: planner.Static}, planner.Redundancy{Zones: 1, Recovery: planner.Static}
	for _, policy := range []string{"pooled", "least_requests", "power_of_two", "round_robin", "random"} {
		replicas := func(lost planner.Redundancy, change func(*planner.Demand)) int {
			w := spreadHard(queueing(200, 20*time.Millisecond, 200*time.Millisecond))
			w.Demand.Balancing, w.Demand.MaxUtilization = policy, 80*units.Percent
			change(&w.Demand)
			return byItself(t, w, lost).Replicas
		}
		normal := replicas(none, func(*planner.Demand) {})
		for name, n := range map[string]int{
			"more throughput":     replicas(none, func(d *planner.Demand) { d.Throughput += d.Throughput / 2 }),
			"a tighter target":    replicas(none, func(d *planner.Demand) { d.Latency[0].Target = 120 * time.Millisecond }),
			"a lower utilization": replicas(none, func(d *planner.Demand) { d.MaxUtilization = 50 * units.Percent }),
			"a zone to lose":      replicas(zone, func(*planner.Demand) {}),
		} {
			if n < normal || name == "a zone to lose" && n <= normal {
				t.Errorf("%s: %d replicas with %s, %d without", policy, n, name, normal)
			}
		}
	}
}

// TestSimulatedPlansAreRight: what a plan says of its sizes agrees with itself where
// simulations and formulas take turns, far and near the targets.
func TestSimulatedPlansAreRight(t *testing.T) {
	simulated := 0
	for seed := range uint64(sample(16)) {
		rng := rand.New(rand.NewPCG(seed, 11))
		w := queueing(int64(100+rng.IntN(400)), 20*time.Millisecond, time.Duration(100+rng.IntN(200))*time.Millisecond)
		w.Demand.Balancing = []string{"random", "round_robin", "least_requests", "power_of_two"}[rng.IntN(4)]
		w.Demand.Concurrency = 1 + rng.IntN(2)
		if rng.IntN(3) > 0 {
			w.Demand.Service = planner.ServiceTime{Distribution: "lognormal", CV: units.Ratio(1+rng.IntN(2)) * units.Whole / 2, Measured: w.Demand.Service.Measured}
		}
		w.SpareReplicas = rng.IntN(2)
		p := onePerNode(group("g", planner.App, abc(), planner.Redundancy{Recovery: planner.Reschedule}, w))
		plan, err := p.make(t)
		if err != nil {
			if len(planner.Infeasibles(err)) == 0 {
				t.Fatalf("seed %d: %v", seed, err)
			}
			continue
		}
		if err := verify.Plan(&p.cluster, &p.catalog, p.provider, &plan); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
		if planned(t, &plan).Sizing.Method == planner.BySimulation {
			simulated++
		}
	}
	if simulated < sample(6) {
		t.Errorf("%d plans were simulated: too few to show anything", simulated)
	}
}
