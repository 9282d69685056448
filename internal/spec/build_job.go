package spec

import (
	"time"

	"github.com/scantling-dev/scantling/planner"
)

// kindOf reads the kind of a workload's controller: with a job block it is Job unless
// the spec says CronJob.
func (b *builder) kindOf(n *node, path string) planner.Kind {
	def, source := planner.Deployment, "language"
	if n.child("job") != nil {
		def, source = planner.JobKind, "job block"
	}
	return planner.Kind(take(b, n, path, "kind", string(def), string(def), source))
}

// jobDemand reads the runs of a job.
func (b *builder) jobDemand(n *node, path string) planner.Demand {
	d := planner.Demand{Way: planner.FromJob, Job: &planner.Job{}}
	j := n.child("job")
	path += ".job"
	d.Job.Runs, _ = get[int](j, "runs")
	d.Job.Duration, _ = get[time.Duration](j, "duration")
	d.Job.DurationRange = b.timeRange(j, path, "duration")
	if hour, ok := get[int](j, "start_hour"); ok {
		d.Job.StartHour = &hour
	}
	if within, ok := get[time.Duration](j, "finish_within"); ok {
		d.Job.FinishWithin = within
		if within > day {
			b.add(OutOfRange, j.rng("finish_within"), "The runs are those of a day: they are to have ended when the next day's begin. Write 24h or less.")
		}
	} else if !j.has("finish_within") && d.Job.StartHour != nil {
		d.Job.FinishWithin = day
		b.assume(path+".finish_within", "24h: until the next day's runs start", "language")
	} else if !j.has("finish_within") {
		b.assume(path+".finish_within", "none: the runs come evenly over the day", "language")
	}
	b.excludes(n, "job says how much work there is", "throughput", "fronts", "throughput_per_pod", "latency", "service_time", "load_curve",
		"concurrency", "cpu_per_request", "balancing", "balancers", "connections", "max_utilization")
	if k, ok := get[string](n, "kind"); ok && !ends(planner.Kind(k)) {
		b.add(JobUnfit, n.rng("kind"), "A job ends, and a %s runs for good. Leave kind out, or write \"Job\" or \"CronJob\".", k)
	}
	return d
}

const day = 24 * time.Hour

// ends reports whether workloads of a kind run until their work is done.
func ends(k planner.Kind) bool { return k == planner.JobKind || k == planner.CronJob }

// jobRules refuses what only workloads have that run for good, and gives jobs what
// is theirs: pods of what fails start anew elsewhere, and nothing waits for them.
func (b *builder) jobRules(x *groupContext, n *node, w *planner.Workload) {
	if !ends(w.Kind) {
		return
	}
	w.Recovery = planner.Reschedule
	why := map[string]string{
		"rolling_update":        "a new version is for the runs that start next",
		"pod_disruption_budget": "it has no number of pods that is to be up",
		"min_ready":             "no pod of it must be ready: what is lost runs again",
		"spare_replicas":        "nobody waits for a pod of it. Raise runs, or shorten finish_within",
		"min_replicas":          "its runs say how many pods there are. Shorten finish_within for more at a time",

		"daily_profile":             "start_hour and finish_within say when its runs are",
		"horizontal_pod_autoscaler": "its runs say how many pods there are",
	}
	for _, name := range []string{"rolling_update", "pod_disruption_budget", "min_ready", "spare_replicas", "min_replicas", "daily_profile", "horizontal_pod_autoscaler"} {
		if n.has("replicas") && (name == "spare_replicas" || name == "min_replicas") {
			continue // refused beside a given count
		}
		if n.has(name) {
			b.add(JobUnfit, &n.attrs[name].name, "A job has no %s: %s.", name, why[name])
		} else if c := n.child(name); c != nil {
			b.add(JobUnfit, &c.def, "A job has no %s: %s.", name, why[name])
		}
	}
	switch {
	case x.role == planner.Stateful:
		b.add(JobUnfit, &n.def, "A group of role stateful holds members that stay. Run the job in a group of another role, such as batch.")
	case w.Demand.Way != planner.FromJob && w.Demand.Way != planner.GivenReplicas && w.Demand.Way != "":
		b.add(JobUnfit, n.rng("kind"), "A %s ends: requests do not come to it. State its runs in a job block, or replicas: the pods at a time.", w.Kind)
	}
}
