package planner

import (
	"fmt"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

// Plan is the answer: what to run, where, at what price, and why. Lists are
// sorted by name or address.
type Plan struct {
	// Spec identifies what was planned; package run fills it in.
	Spec SpecInfo
	// Cluster is the complete input, defaults resolved.
	Cluster Cluster
	Catalog CatalogInfo
	// Offers are the catalog's rows that the plan rests on.
	Offers []catalogs.InstanceType

	NodeGroups   []GroupPlan
	ControlPlane ControlPlane
	// Upgrade is nil where none was asked for.
	Upgrade *UpgradePlan
	Growth  []GrowthMonth
	// RunsOut says, by name, which groups do not get through the horizon of growth,
	// and for want of what.
	RunsOut []RunOut
	// Limits are those of the account that are declared and what the plan takes,
	// sorted by resource.
	Limits []Limit
	// Network is nil in documents that do not say.
	Network *NetworkPlan
	// PlatformLimits are those of Kubernetes and of who runs it, the closest first.
	PlatformLimits []PlatformLimit
	// Recovery is nil where the spec plans for one region.
	Recovery *RecoveryPlan
	// Retention is nil where the spec says nothing of what is kept.
	Retention *RetentionPlan
	// Tenancy is nil where the spec says nothing of tenants.
	Tenancy *TenancyPlan
	// Uncertainty is nil where no figure of the spec is an estimate.
	Uncertainty *Uncertainty
	Cost        Cost
	// Commitments are what becomes of those that run already, sorted by name.
	Commitments []CommitmentUse
	// ToCommit is how the nodes of each type are bought at least cost, of types for which
	// the catalog has a price for a commitment; sorted by type.
	ToCommit []CommitmentSplit
	// Assumptions are Cluster.Assumptions and those of the models.
	Assumptions []Assumption
	// Findings are sorted by severity (worst first), path, rule.
	Findings []Finding
}

// SpecInfo identifies a spec.
type SpecInfo struct {
	// SHA256 of the source files, by name.
	SHA256 string
	// Variables are the values of its variables, as JSON, sorted by name.
	Variables []Variable
}

// Variable is an input variable's value.
type Variable struct {
	Name string
	// JSON is the value's JSON encoding.
	JSON string
}

// CatalogInfo identifies a catalog.
type CatalogInfo struct {
	Source string
	Date   units.Date
	SHA256 string
}

// GroupPlan is the plan of one node group.
type GroupPlan struct {
	Name string
	Role Role
	// Nodes is the planned count over all zones.
	Nodes, MinNodes, MaxNodes int
	Pools                     []Pool
	Workloads                 []WorkloadPlan
	// Placement is where the modelled scheduler put the pods, nodes with the same
	// pool, zone and pods counted together.
	Placement []Placement
	// Requests are the sums over all pods of the workloads, and Usage is what share
	// they are of what the nodes offer to workloads.
	Requests Requests
	Usage    Usage
	// Cost is of nodes only, and so are LowerBound, Gap and RedundancyCost.
	Cost Amount
	// LowerBound is a proved bound on the cost of nodes of the types that the group may
	// use, as many as it may mix, that carry the same pods with no redundancy; 0 where
	// Cost is not known.
	LowerBound units.USDPerHour
	// Certificate proves a bound that LowerBound is not below, unless cheaper
	// burstable types bound it (see BoundCertificate); the zero value where there is
	// none.
	Certificate BoundCertificate
	// NotInBound lists in words what the cost pays for and LowerBound does not count.
	NotInBound []string
	// Gap is Cost / LowerBound - 1; 0 where either is not known.
	Gap units.Ratio
	// Duals are what a unit more of each resource costs in the bound.
	Duals Duals
	// Binding is what one node less would break.
	Binding Binding
	// Survives lists the drills that were tried.
	Survives []Drill
	// RedundancyCost itemises what each step of redundancy adds, in the order
	// bare, node, zone and, where zones have to be equal, equal_zones.
	RedundancyCost []RedundancyStep
	// Guarantees price how sure it can be that the scheduler places every pod, on the
	// chosen type: packed, scheduled, any_order; then, where another admitted type is
	// cheaper at any_order, that one.
	Guarantees []GuaranteePrice
	// Committed is what the nodes would cost under each commitment that the catalog
	// prices, sorted by kind, term and payment.
	Committed []CommittedCost
	// Alternatives are the next best instance types, cheapest first.
	Alternatives []Alternative
	// Ladder compares the sizes of the families that were chosen, by family, then
	// from the smallest size up.
	Ladder []SizeStep
	// Headroom is what stays free of each resource with everything up.
	Headroom Headroom
	// Lock is nil where no types are locked.
	Lock *LockOutcome
	// Day is nil where the count of nodes is fixed or no load of the group is known to
	// go up and down.
	Day *DayPlan
}

// Path returns the group's address.
func (g *GroupPlan) Path() string { return "node_group." + g.Name }

// ZoneCount is a number of nodes in a zone.
type ZoneCount struct {
	Zone  string
	Nodes int
}

// WorkloadPlan is the plan of one workload.
type WorkloadPlan struct {
	Name     string
	System   bool
	Replicas int
	// Pod is what each of the pods requests, and its limits. For system pods it
	// stands nowhere else in a plan.
	Pod Pod
	// Reasons itemise Replicas; their sum is Replicas. A given count is all Load.
	Reasons ReplicaReasons
	// Binding says what set the load: "given", "load test", "utilization", a latency's
	// statistic, "one pod", "last point measured", "finish_within" or, of runs that come
	// evenly, "runs".
	Binding string
	// Throughput that was planned for, after growth; 0 where demand is not stated so.
	Throughput units.Rate
	// Fronts are what Throughput is the sum of, sorted by workload; none where it was
	// stated.
	Fronts  []FrontedWorkload
	Latency []LatencyPrediction
	// Utilization of the pods' workers at peak with everything up; 0 where it is
	// not modelled.
	Utilization units.Ratio
	// CPUUtilization of the pods' CPU requests at peak with everything up; 0 where no
	// CPU time of a request is stated.
	CPUUtilization units.Ratio
	// PerPod is the peak rate of one pod; 0 where not known.
	PerPod units.Rate
	// Sizing is how the load's pods came about; nil where the load is not stated by
	// latency.
	Sizing *Sizing
	// Job is how its runs are worked off; nil where the workload has none.
	Job *JobPlan
	// ReadyAtWorst is the least number of pods that stay Ready, without
	// rescheduling, through any declared loss.
	ReadyAtWorst int
	// Outages by what the pods are needed for, in the order of OutageBelow's constants;
	// none where the availability of nodes and zones is not given.
	Outages []Outage
	// Autoscaler is nil where the count is fixed.
	Autoscaler *AutoscalerPlan
}

// JobPlan is how the runs of a job are worked off.
type JobPlan struct {
	// Runs a day, after growth.
	Runs int
	// Interruption is the share of machines that are counted with as taken away in a
	// month, which ends the runs on them; 0 where none is, or where it is not known.
	Interruption units.Ratio
	// Attempts are the runs and what is to be done again, in whole runs, rounded up.
	Attempts int
	// InTurn is how many runs fit into the window one after the other; 0 where the runs
	// come evenly over the day.
	InTurn int
	// Takes is the time from the start until the last run has ended; 0 where they come
	// evenly.
	Takes time.Duration
	// NodeTime is the time of nodes that a day's attempts take: of each pod the largest
	// share of a node that it requests of any resource.
	NodeTime time.Duration
	// CostPerRun is the price of that time a run, of the machines alone.
	CostPerRun      units.USD
	CostPerRunKnown bool
}

// FrontedWorkload is a workload behind another, and what it carries.
type FrontedWorkload struct {
	// Workload is its address.
	Workload   string
	Throughput units.Rate
}

// ReplicaReasons are what each reason adds to the maximum of those before it.
type ReplicaReasons struct {
	Load, Spare, Minimum, Rollout, Node, Zone int
}

// Sum returns the replica count.
func (r ReplicaReasons) Sum() int {
	return r.Load + r.Spare + r.Minimum + r.Rollout + r.Node + r.Zone
}

// LatencyPrediction is a target and what the model predicts.
type LatencyPrediction struct {
	Statistic         Statistic
	Target, Predicted time.Duration
	// During is "normal", "rollout", "node_loss" or "zone_loss".
	During string
	// Model names the formula: "M/G/8 per pod, random, lognormal"; or what was
	// simulated.
	Model string
}

// Placement is a number of equal nodes: same pool, same zone, same pods.
type Placement struct {
	// Pool is the name of a pool of the group.
	Pool  string
	Zone  string
	Nodes int
	// Pods on each of the nodes, sorted by workload.
	Pods []PodCount
}

// PodCount is a number of pods of a workload.
type PodCount struct {
	Workload string
	Pods     int
}

// Requests are sums of the requests of pods; DaemonSets are not among them.
type Requests struct {
	CPU    units.MilliCPU
	Memory units.Bytes
	Pods   int
}

// Usage is the share of allocatable (less DaemonSets) that requests take.
type Usage struct{ CPU, Memory, Pods units.Ratio }

// Amount is a rate of dollars that may not be known.
type Amount struct {
	Rate  units.USDPerHour
	Known bool
}

// String writes the rate with all its digits: messages compare amounts that may differ in
// the last.
func (a Amount) String() string {
	if !a.Known {
		return "an amount that is not known"
	}
	text := fmt.Sprintf("$%d.%09d", a.Rate/units.DollarPerHour, max(a.Rate%units.DollarPerHour, -(a.Rate%units.DollarPerHour)))
	cents := len(text) - len("0000000")
	return text[:cents] + strings.TrimRight(text[cents:], "0") + " an hour"
}

// Binding is what keeps the count from being lower.
type Binding struct {
	// Resource is "cpu", "memory", "pods", "spread", "min_ready", "nodes",
	// "min_nodes", "equal_zones" or, of burstable machines, "baseline_cpu".
	Resource string
	// During is "normal", "rollout", "node_loss", "zone_loss" or "node_and_zone_loss".
	During string
	// Workload that does not fit with one node less; empty where none is named.
	Workload string
}

// AllSpotGone is the event of the drill that takes away every node of spot capacity
// at once. Nothing asks that it holds.
const AllSpotGone = "all spot gone"

// Drill is one kind of failure, tried everywhere it can strike.
type Drill struct {
	// Event is "any 1 node", "any 1 zone" and so on, or AllSpotGone.
	Event       string
	Tried, Held int
	// Tightest case in words: "loss of us-east-1a: 3.1 of 30.1 vCPU stay free".
	Tightest string
	// FreeCPU is the least share of CPU that stays free on the survivors.
	FreeCPU units.Ratio
}

// RedundancyStep is a step of redundancy and what it adds to the cost of nodes.
type RedundancyStep struct {
	// Step is "bare", "node", "zone" or "equal_zones".
	Step string
	// Nodes in all with this step and those before it.
	Nodes int
	Added Amount
}

// Headroom is what stays free with everything up, over all nodes.
type Headroom struct {
	CPU    units.MilliCPU
	Memory units.Bytes
	Pods   int
}

// GrowthMonth is the plan after some months of growth.
type GrowthMonth struct {
	Month int
	Date  units.Date
	// Factor on throughput.
	Factor units.Ratio
	// Nodes by group, in the order of Plan.NodeGroups.
	Nodes []GroupNodes
	// Cost is the whole bill. ControlPlane is the control plane's part of it: its
	// fees, and machines and disks of a self-managed one.
	Cost, ControlPlane Amount
	// Machines of a self-managed control plane, role by role: it is sized anew for the
	// nodes of the month. None of a managed one.
	Machines []GrownMachines
	// Infeasible says what stops growth; empty where the month can be planned.
	Infeasible string
}

// GrownMachines are those of a role of the control plane in a month of growth.
type GrownMachines struct {
	Role         string
	InstanceType string
	Nodes        int
	// Disks of one machine, the root disk first; none where machines bring theirs.
	Disks []Disk
}

// GroupNodes is a group's count.
type GroupNodes struct {
	Group string
	Nodes int
}

// Cost is the bill.
type Cost struct {
	Lines []CostLine
	// Known is the sum of the lines that are known.
	Known units.USDPerHour
	// Total is known only if every line is.
	Total Amount
}

// CostLine is one line of the bill.
type CostLine struct {
	// Path is what is paid for: "node_group.web.nodes", "node_group.kafka.volumes".
	Path string
	// Detail in words: "6 x c7g.2xlarge on demand".
	Detail string
	Basis  catalogs.Basis
	Date   units.Date
	Amount Amount
}

// Severity of a finding.
type Severity string

// The severities.
const (
	Off     Severity = "off"
	Info    Severity = "info"
	Warning Severity = "warning"
	Error   Severity = "error"
)

// Rank orders severities: the larger, the worse; 0 for off.
func (s Severity) Rank() int {
	switch s {
	case Info:
		return 1
	case Warning:
		return 2
	case Error:
		return 3
	case Off:
		return 0
	default:
		return 0
	}
}

// Finding is a practice that the plan breaks.
type Finding struct {
	// Rule is the practice's id: "WN-06".
	Rule     string
	Severity Severity
	Path     string
	// Source is where the spec says it; package run fills it in.
	Source  *Place
	Message string
	Remedy  string
}

// Place is a position in a source file. Line and Column count from 1.
type Place struct {
	File         string
	Line, Column int
}
