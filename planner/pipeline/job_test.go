package pipeline_test

import (
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/verify"
)

// nightly is a group of spot machines with a job: 3,000 runs of 90 s within 2 h, of
// pods of 1 core and 2 GiB.
func nightly(change ...func(w *planner.Workload)) *problem {
	w := planner.Workload{
		Name: "thumbs", Kind: planner.JobKind, Recovery: planner.Reschedule,
		Demand: planner.Demand{Way: planner.FromJob, Job: &planner.Job{Runs: 3000, Duration: 90 * time.Second, FinishWithin: 2 * time.Hour}},
		Pod:    planner.Pod{CPU: 1000, Memory: 2 * units.GiB},
	}
	for _, c := range change {
		c(&w)
	}
	batch := group("batch", planner.Batch, abc(), planner.Redundancy{Nodes: 1, Recovery: planner.Reschedule}, w)
	batch.Instances.CapacityType = planner.Spot
	web := group("web", planner.App, abc(), planner.Redundancy{Recovery: planner.Reschedule}, given("api", 1, 500, units.GiB))
	p := &problem{cluster: cluster(abc(), batch, web), provider: fakeProvider{daemons: agents(), system: systemWorkloads()}}
	p.catalog = catalog(machine("m7i.xlarge", 4, 16, 200), machine("m7i.2xlarge", 8, 32, 400))
	return p
}

func band(p *problem, bands ...string) *problem {
	for i, b := range bands {
		p.catalog.Types[i].Interruption = b
	}
	return p
}

// TestJobs: 80 runs of 90 s in turn within 2 h; 3,000 / 80 = 37.5 pods. With 20% of
// machines a month λ = −ln .8 / 730 = 3.056758e-4 an hour, and λD / 2 = 3.82e-6 of the
// work is lost, 0.0115 runs: 3,001 attempts.
func TestJobs(t *testing.T) {
	for name, tc := range map[string]struct {
		problem *problem
		pods    int
		binding string
		want    planner.JobPlan
		// assumed of interruptions.
		assumed string
	}{
		"bands not known": {
			nightly(), 38, "finish_within", planner.JobPlan{Runs: 3000, Attempts: 3000, InTurn: 80, Takes: 79 * 90 * time.Second}, "not known",
		},
		"the highest band": {
			band(nightly(), "0-5", "20+"), 38, "finish_within", planner.JobPlan{Runs: 3000, Attempts: 3001, InTurn: 80, Takes: 79 * 90 * time.Second, Interruption: 20 * units.Percent}, "20% of spot machines",
		},
		// 3,040 / 80 = 38 pods exactly, but for the run that is lost.
		"one lost run": {
			band(nightly(func(w *planner.Workload) { w.Demand.Job.Runs = 3040 }), "5-10"), 39, "finish_within",
			planner.JobPlan{Runs: 3040, Attempts: 3041, InTurn: 80, Takes: 78 * 90 * time.Second, Interruption: 10 * units.Percent},
			"10% of spot machines",
		},
		// 3,000 x 90 / 86,400 = 3.125.
		"evenly": {
			nightly(func(w *planner.Workload) { w.Demand.Job.FinishWithin = 0 }), 4, "runs", planner.JobPlan{Runs: 3000, Attempts: 3000}, "not known",
		},
		// 3,000 x 1.1 x 1.1 = 3,630; / 80 = 45.4; 46 pods have 78.9 turns.
		"grown": {
			grown(nightly(func(w *planner.Workload) { w.GrowthPerMonth = 10 * units.Percent })), 46, "finish_within",
			planner.JobPlan{Runs: 3630, Attempts: 3630, InTurn: 80, Takes: 79 * 90 * time.Second},
			"not known",
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := tc.problem
			plan := p.mustMake(t)
			if err := verify.Plan(&p.cluster, &p.catalog, p.provider, &plan); err != nil {
				t.Fatalf("verify refuses it:\n%v", err)
			}
			w := workloadOf(&plan, "thumbs")
			if w.Replicas != tc.pods || w.Reasons != (planner.ReplicaReasons{Load: tc.pods}) || w.Binding != tc.binding {
				t.Errorf("%d pods, %+v by %s, want %d by %s", w.Replicas, w.Reasons, w.Binding, tc.pods, tc.binding)
			}
			got := *w.Job
			got.NodeTime, got.CostPerRun, got.CostPerRunKnown = 0, 0, false
			if got != tc.want {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
			if !strings.Contains(assumption(&plan, "node_group.batch.workload.thumbs.job.interruption"), tc.assumed) {
				t.Errorf("assumed %q", assumption(&plan, "node_group.batch.workload.thumbs.job.interruption"))
			}
		})
	}
}

func grown(p *problem) *problem {
	p.cluster.Growth = planner.Growth{HorizonMonths: 2, SizeForHorizon: true}
	return p
}

func assumption(plan *planner.Plan, path string) string {
	for _, a := range plan.Assumptions {
		if a.Path == path {
			return a.Value
		}
	}
	return ""
}

// TestJobThatIsTooLong: three hours do not fit into two.
func TestJobThatIsTooLong(t *testing.T) {
	bad := nightly(func(w *planner.Workload) { w.Demand.Job.Duration = 3 * time.Hour }).infeasible(t)
	if bad.Path != "node_group.batch.workload.thumbs.job.finish_within" || bad.Margin != "1h too long" || !strings.Contains(bad.Remedy, "finish_within to 3h,") {
		t.Errorf("%+v", bad)
	}
}

// TestJobOnDemand: nothing is taken away of what is bought on demand.
func TestJobOnDemand(t *testing.T) {
	p := band(nightly(), "20+", "20+")
	p.cluster.NodeGroups[0].Instances.CapacityType = planner.OnDemand
	plan := p.mustMake(t)
	if w := workloadOf(&plan, "thumbs"); w.Job.Attempts != 3000 || w.Job.Interruption != 0 || assumption(&plan, "node_group.batch.workload.thumbs.job.interruption") != "" {
		t.Errorf("%+v", w.Job)
	}
}

// TestJobInMutations breaks the plan of a job: verify must see each.
func TestJobInMutations(t *testing.T) {
	for name, change := range map[string]func(j *planner.JobPlan, w *planner.WorkloadPlan){
		"runs fewer":              func(j *planner.JobPlan, _ *planner.WorkloadPlan) { j.Runs-- },
		"an attempt fewer":        func(j *planner.JobPlan, _ *planner.WorkloadPlan) { j.Attempts-- },
		"an attempt more":         func(j *planner.JobPlan, _ *planner.WorkloadPlan) { j.Attempts++ },
		"a turn more":             func(j *planner.JobPlan, _ *planner.WorkloadPlan) { j.InTurn++ },
		"sooner":                  func(j *planner.JobPlan, _ *planner.WorkloadPlan) { j.Takes -= time.Second },
		"another band":            func(j *planner.JobPlan, _ *planner.WorkloadPlan) { j.Interruption = 5 * units.Percent },
		"no band at all":          func(j *planner.JobPlan, _ *planner.WorkloadPlan) { j.Interruption = 0 },
		"less node time":          func(j *planner.JobPlan, _ *planner.WorkloadPlan) { j.NodeTime -= j.NodeTime / 1000 },
		"more node time":          func(j *planner.JobPlan, _ *planner.WorkloadPlan) { j.NodeTime += j.NodeTime / 1000 },
		"a cheaper run":           func(j *planner.JobPlan, _ *planner.WorkloadPlan) { j.CostPerRun /= 2 },
		"a price that is unknown": func(j *planner.JobPlan, _ *planner.WorkloadPlan) { j.CostPerRunKnown, j.CostPerRun = false, 0 },
		"nothing said":            func(_ *planner.JobPlan, w *planner.WorkloadPlan) { w.Job = nil },
	} {
		t.Run(name, func(t *testing.T) {
			p := band(nightly(), "5-10", "15-20")
			plan := p.mustMake(t)
			w := workloadOf(&plan, "thumbs")
			change(w.Job, w)
			if err := verify.Plan(&p.cluster, &p.catalog, p.provider, &plan); len(verify.Violations(err)) == 0 {
				t.Error("verify sees nothing wrong")
			}
		})
	}
}
