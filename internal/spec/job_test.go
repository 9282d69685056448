package spec_test

import (
	"testing"
	"time"

	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestJobs: a job is of kind Job unless the spec says CronJob, has no rollout, no
// budget and nothing spare, and its pods start anew elsewhere in a static group too.
func TestJobs(t *testing.T) {
	hour := 1
	for name, tc := range map[string]struct {
		text string
		kind planner.Kind
		job  planner.Job
		// assumed of the kind, and of the time in which it is to be done.
		assumed []string
	}{
		"evenly": {job(), planner.JobKind, planner.Job{Runs: 100, Duration: time.Hour}, []string{
			"job.finish_within = none: the runs come evenly over the day: language", "kind = Job: job block",
		}},
		"at an hour": {job("start_hour = 1") + `kind = "CronJob"`, planner.CronJob, planner.Job{Runs: 100, Duration: time.Hour, StartHour: &hour, FinishWithin: 24 * time.Hour}, []string{
			"job.finish_within = 24h: until the next day's runs start: language",
		}},
		"in a window": {job(`finish_within = "90m"`), planner.JobKind, planner.Job{Runs: 100, Duration: time.Hour, FinishWithin: 90 * time.Minute}, []string{"kind = Job: job block"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := load(t, in("workload", tc.text))
			w := s.Cluster.NodeGroups[0].Workloads[0]
			same(t, "demand", w.Demand, planner.Demand{Way: planner.FromJob, Job: &tc.job})
			same(t, "kind", w.Kind, tc.kind)
			same(t, "margins", []int{w.SpareReplicas, w.MinReplicas}, []int{0, 0})
			same(t, "rollout", w.RollingUpdate, planner.RollingUpdate{})
			same(t, "budget", w.PodDisruptionBudget, (*planner.PodDisruptionBudget)(nil))
			var got []string
			for _, a := range assumed(&s.Cluster, "node_group.web.workload.api") {
				if a[:3] == "job" || a[:4] == "kind" {
					got = append(got, a)
				}
			}
			same(t, "assumptions", got, tc.assumed)
		})
	}
	s := load(t, in("cluster", "node_group \"edge\" {\nrole = \"ingress\"\nworkload \"backup\" {\n"+job()+pod+"}\nworkload \"proxy\" {\nthroughput = 10\nthroughput_per_pod = 5\n"+pod+"}\n}"))
	edge := s.Cluster.NodeGroups[0].Workloads
	same(t, "recovery", []planner.Recovery{edge[0].Recovery, edge[1].Recovery}, []planner.Recovery{planner.Reschedule, planner.Static})
	given := load(t, in("workload", "kind = \"Job\"\nreplicas = 3")).Cluster.NodeGroups[0].Workloads[0]
	same(t, "a given count", given.Demand, planner.Demand{Way: planner.GivenReplicas, Replicas: 3})
	same(t, "its rollout", given.RollingUpdate.MaxSurge, units.CountOrRatio{})
}

// TestJobOfRoleStateful has one diagnostic, not one for each thing it lacks.
func TestJobOfRoleStateful(t *testing.T) {
	diags := mistakes(t, in("cluster", "node_group \"db\" {\nrole = \"stateful\"\nworkload \"backup\" {\n"+job()+pod+"}\n}"), spec.Inputs{})
	if len(diags) != 1 || diags[0].Extra != spec.JobUnfit {
		t.Errorf("got %s", show(diags))
	}
}
