package planner

import (
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// Demand says how many pods a workload needs, in one of five ways.
type Demand struct {
	// Way is which of the fields below are in use.
	Way DemandWay
	// Replicas is the given count.
	Replicas int
	// Throughput is the cluster's peak over all zones; 0 where Fronts says it.
	Throughput units.Rate
	// ThroughputRange is nil where the throughput is not an estimate.
	ThroughputRange *RateRange
	// Fronts are the addresses of workloads whose throughput this one carries too,
	// sorted; none where Throughput says it.
	Fronts []string
	// ThroughputPerPod is from a load test at the latency target.
	ThroughputPerPod      units.Rate
	ThroughputPerPodRange *RateRange
	// Latency targets, in the order of Statistic's constants, and those that hold
	// while a declared loss lasts; without any the former hold then too.
	Latency, FailureLatency []LatencyTarget
	Service                 ServiceTime
	// CPUPerRequest is CPU time, sidecars included; 0 where not given.
	CPUPerRequest      time.Duration
	CPUPerRequestRange *TimeRange
	// Concurrency is the number of requests that a pod serves side by side; 0 is as
	// many as come.
	Concurrency int
	// Balancing is the policy: "random", "round_robin", "least_requests",
	// "power_of_two", "pooled".
	Balancing string
	// Balancers that know nothing of each other; 0 is 1.
	Balancers int
	// Connections over which all requests come; 0 is a balancing of each request.
	Connections int
	// LoadCurve is measured of one pod, by rising throughput.
	LoadCurve []CurvePoint
	// Job is nil where the workload is none.
	Job *Job
	// MaxUtilization of the pod's workers, and of its CPU request.
	MaxUtilization units.Ratio
}

// DemandWay is a way of stating demand.
type DemandWay string

// The ways.
const (
	GivenReplicas DemandWay = "replicas"
	FromLoadTest  DemandWay = "throughput_per_pod"
	FromLatency   DemandWay = "latency"
	FromCurve     DemandWay = "load_curve"
	FromJob       DemandWay = "job"
)

// Statistic of a latency: "mean", "p50", "p90", "p95", "p99" or "p999".
type Statistic string

// The statistics.
const (
	Mean Statistic = "mean"
	P50  Statistic = "p50"
	P90  Statistic = "p90"
	P95  Statistic = "p95"
	P99  Statistic = "p99"
	P999 Statistic = "p999"
)

// LatencyTarget is the largest response time allowed.
type LatencyTarget struct {
	Statistic Statistic
	Target    time.Duration
}

// ServiceTime is what was measured of one request's service, waiting excluded.
type ServiceTime struct {
	// Distribution is "lognormal", "gamma", "exponential" or "constant".
	Distribution string
	// Measured figures, in the order of Statistic's constants.
	Measured []LatencyTarget
	// CV is the coefficient of variation (standard deviation over mean), given
	// beside a mean; HasCV tells a CV of 0 from none.
	CV    units.Ratio
	HasCV bool
	// MeasuredAtUtilization of the workers; the figures are an upper bound then.
	MeasuredAtUtilization units.Ratio
	// Range is by what factors all the figures may turn out smaller or larger; nil
	// where they are no estimate.
	Range *RatioRange
}

// CurvePoint is what a pod was measured to do under a load.
type CurvePoint struct {
	// Throughput of one pod.
	Throughput units.Rate
	P99        time.Duration
}

// Job is work that comes in runs and ends.
type Job struct {
	// Runs a day, each of which is one pod.
	Runs int
	// Duration of one run.
	Duration      time.Duration
	DurationRange *TimeRange
	// StartHour of the day, UTC, from 0 to 23; nil is at no hour in particular.
	StartHour *int
	// FinishWithin is the time from the start until the last run has ended.
	FinishWithin time.Duration
}

// RateRange is the range of an estimated rate, whose median stands beside it.
type RateRange struct {
	Low, High units.Rate
	// Confidence is the probability that the rate is between the two.
	Confidence units.Ratio
}

// TimeRange is the range of an estimated time, whose median stands beside it.
type TimeRange struct {
	Low, High time.Duration
	// Confidence is the probability that the time is between the two.
	Confidence units.Ratio
}

// RatioRange is the range of an estimated ratio, whose median stands beside it.
type RatioRange struct {
	Low, High units.Ratio
	// Confidence is the probability that the ratio is between the two.
	Confidence units.Ratio
}

// DailyProfile is the share of the peak that each hour of the day has, UTC. One of
// its fields is set.
type DailyProfile struct {
	// Hours are 24 shares of the peak, from midnight on.
	Hours []units.Ratio
	// Trough is the least share, of a day that goes up and down as a cosine does.
	Trough units.Ratio
}

// HorizontalPodAutoscaler bounds the replicas of a workload. What is 0 is the
// planner's to find.
type HorizontalPodAutoscaler struct {
	MinReplicas, MaxReplicas int
	// TargetCPUUtilization is of the pods' CPU requests.
	TargetCPUUtilization units.Ratio
}

// Simulation says when queues are simulated.
type Simulation string

// The values of Simulation.
const (
	// SimulateAuto simulates where the formulas cannot decide.
	SimulateAuto Simulation = "auto"
	// SimulateNever takes the formulas' word, on the safe side where they cannot decide.
	SimulateNever Simulation = "never"
)

// Risk says which of the worlds to size for where figures are estimates.
type Risk struct {
	Rule RiskRule
	// Share is the percentile, or the tail's start for the conditional value at risk.
	Share units.Ratio
	// Overspend and Shortfall weigh a unit too many and a unit too few.
	Overspend, Shortfall units.Ratio
}

// RiskRule is a way to decide under uncertainty.
type RiskRule string

// The rules.
const (
	RiskPercentile  RiskRule = "percentile"
	RiskLeastRegret RiskRule = "least_regret"
	RiskCVaR        RiskRule = "cvar"
	RiskMid         RiskRule = "mid"
)

// Sidecar is a container that is added to each pod of its groups.
type Sidecar struct {
	Name             string
	CPU              units.MilliCPU
	Memory           units.Bytes
	EphemeralStorage units.Bytes
	// CPUPerRequest is added to that of workloads that state theirs.
	CPUPerRequest time.Duration
	// NodeGroups are the names of the groups it is in, sorted; empty is all.
	NodeGroups []string
}

// Quota is what the provider lets an account have; 0 is no limit that is known.
type Quota struct {
	OnDemandVCPUs, SpotVCPUs, GPUs int
	Disk                           units.Bytes
}

// Pricing is what the account pays that the catalog does not know.
type Pricing struct {
	// Commitments that run already, sorted by name.
	Commitments []Commitment
	// Discount off list prices, in place of the price book's own; nil where not given.
	Discount *units.Ratio
	// PerNode is what each node of a group costs a month beside its machine and disks, in
	// place of the price book's; nil where not given.
	PerNode *units.USD
	// Book of prices that were agreed on; nil where there is none.
	Book *PriceBook
}

// Commitment is a promise to pay for capacity, used or not.
type Commitment struct {
	Name string
	Type CommitmentType
	// USDPerHour is promised by savings plans and flexible discounts; 0 where machines
	// are.
	USDPerHour units.USDPerHour
	// VCPUs and Memory are promised by commitments of machines.
	VCPUs  int
	Memory units.Bytes
	// Family that it is bound to; empty is any.
	Family string
	// TermYears that it was bought for, 1 or 3; 0 where not said. It decides which of
	// the catalog's prices holds.
	TermYears int
	// Discount on the price on demand of what a promise of dollars pays for; 0 is the
	// catalog's price for a commitment.
	Discount units.Ratio
	// Expires is the first day without it; empty where not said.
	Expires units.Date
}

// Path returns the commitment's address.
func (c *Commitment) Path() string { return "pricing.commitment." + c.Name }

// CommitmentType is a product that commitments are sold as.
type CommitmentType string

// The types.
const (
	ComputeSavingsPlan  CommitmentType = "compute_savings_plan"
	InstanceSavingsPlan CommitmentType = "instance_savings_plan"
	Reserved            CommitmentType = "reserved"
	ResourceCUD         CommitmentType = "cud_resource"
	FlexCUD             CommitmentType = "cud_flex"
)

// Availability is the share of time that things are up, by themselves.
type Availability struct {
	// Node is that of a node whose zone is up, Zone that of a zone.
	Node, Zone units.Ratio
}

// Scaled is the demand for a share of its load, rounded up: of throughput, estimates of it
// included, and of the runs of a job. Counts that are given stay.
func (d Demand) Scaled(share units.Ratio) Demand {
	if share == units.Whole {
		return d
	}
	d.Throughput = units.ScaleUp(d.Throughput, share)
	if r := d.ThroughputRange; r != nil {
		d.ThroughputRange = &RateRange{Low: units.ScaleUp(r.Low, share), High: units.ScaleUp(r.High, share), Confidence: r.Confidence}
	}
	if d.Job != nil {
		job := *d.Job
		job.Runs = max(share.Up(job.Runs), 1)
		d.Job = &job
	}
	return d
}
