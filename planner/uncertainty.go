package planner

import (
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// Uncertainty is what the plan's estimates leave open. The worlds are drawn once and
// serve every workload; estimates vary independently of each other.
type Uncertainty struct {
	// Worlds that replicas were counted in, and Nodes the number of those that stand
	// for all of them, in which nodes and costs were.
	Worlds, Strata int
	// Estimates, sorted by path.
	Estimates []EstimateInfo
	Workloads []WorkloadSpread
	// Groups are in the order of Plan.NodeGroups.
	Groups []GroupSpread
	// Cost is of the whole bill in the worlds that can be planned, by the hour. Its nodes are
	// of the plan's instance types.
	Cost CostSpread
	// RunsOut says when groups run out over the worlds that stand for all, of those that do
	// within the horizon of growth in any; in the order of Plan.NodeGroups.
	RunsOut []RunOutSpread
	// Holds is the share of the worlds in which every workload of the plan has the pods
	// that carry its peak; it rounds down.
	Holds units.Ratio
}

// EstimateInfo is a figure that is an estimate.
type EstimateInfo struct {
	// Path is its address: "node_group.web.workload.api.throughput".
	Path string
	// Curve through its three figures: "log_metalog", or "split_lognormal" where they are
	// too skewed for that.
	Curve string
}

// WorkloadSpread is what a workload needs over the worlds.
type WorkloadSpread struct {
	// Path is its address.
	Path string
	// P10, P50 and P90 of the replicas that carry the peak, and what they are with
	// every estimate in its middle. 0 where no number of replicas serves that world.
	P10, P50, P90, Mid int
	// Planned replicas carry the peak of the world that was sized for.
	Planned int
	// Holds is the share of the worlds in which Planned is enough; it rounds down.
	Holds units.Ratio
	// World that was sized for, from 0 on; nil is the middle of all estimates.
	World *int
	// SizedFor are the figures of that world.
	SizedFor SizedFor
}

// SizedFor are the figures that a workload was sized for. What is not an estimate of
// this workload is 0.
type SizedFor struct {
	Throughput, ThroughputPerPod units.Rate
	// ServiceFactor is what the figures of the service time are multiplied by.
	ServiceFactor  units.Ratio
	CPUPerRequest  time.Duration
	JobDuration    time.Duration
	GrowthPerMonth units.Ratio
	// HasGrowth tells a growth of 0 from none.
	HasGrowth bool
}

// Apply returns the workload with the figures that it was sized for in place of its
// estimates.
func (s *SizedFor) Apply(w Workload) Workload {
	d := &w.Demand
	if s.Throughput > 0 {
		d.Throughput = s.Throughput
	}
	if s.ThroughputPerPod > 0 {
		d.ThroughputPerPod = s.ThroughputPerPod
	}
	if s.CPUPerRequest > 0 {
		d.CPUPerRequest = s.CPUPerRequest
	}
	if s.JobDuration > 0 && d.Job != nil {
		job := *d.Job
		job.Duration = s.JobDuration
		d.Job = &job
	}
	if s.ServiceFactor > 0 {
		measured := make([]LatencyTarget, len(d.Service.Measured))
		for i, m := range d.Service.Measured {
			measured[i] = LatencyTarget{Statistic: m.Statistic, Target: units.ScaleUp(m.Target, s.ServiceFactor)}
		}
		d.Service.Measured = measured
		// The CPU of a request is a part of its service time: it goes down with it, and
		// stays where the service is slower than thought.
		d.CPUPerRequest = units.ScaleUp(d.CPUPerRequest, min(s.ServiceFactor, units.Whole))
	}
	if len(d.Service.Measured) > 0 && d.Service.Measured[0].Statistic == Mean {
		// Drawn by itself it may come out longer than the whole.
		d.CPUPerRequest = min(d.CPUPerRequest, d.Service.Measured[0].Target)
	}
	if s.HasGrowth {
		w.GrowthPerMonth = s.GrowthPerMonth
	}
	return w
}

// GroupSpread is what a group needs over the worlds that stand for all.
type GroupSpread struct {
	Group string
	// P10, P50 and P90 of the nodes; 0 where that world cannot be planned.
	P10, P50, P90 int
}

// RunOutSpread is when a group runs out.
type RunOutSpread struct {
	Group string
	// P10, P50 and P90 of the first month that the group does not get through; nil where
	// that world gets through the horizon.
	P10, P50, P90 *RunOutMonth
	// Within is the share of the worlds in which it runs out within the horizon; it rounds
	// up.
	Within units.Ratio
}

// RunOutMonth is a month of growth and its day.
type RunOutMonth struct {
	Month int
	Date  units.Date
}

// CostSpread are percentiles of a cost; not known where prices are not, or where the
// world cannot be planned.
type CostSpread struct{ P10, P50, P90 Amount }
