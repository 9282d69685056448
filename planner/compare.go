package planner

import "github.com/scantling-dev/scantling/planner/units"

// Comparison sets what a plan buys beside what others would buy for the same pods.
type Comparison struct {
	// Groups are in the order of the plan.
	Groups []GroupComparison
}

// GroupComparison is the comparison of one node group.
type GroupComparison struct {
	Group string
	// Pods that are carried in every row, and Types that all may buy: those that the
	// group admits and whose price is known, burstable ones apart where only their
	// baseline may be used.
	Pods, Types int
	// Why nothing is compared; empty where there are rows.
	Why string
	// Packed are rows without redundancy, the cheapest that was found of mixed types
	// first. They place the pods once, by an optimiser: no failure, rollout or scheduler
	// is counted.
	Packed []Bought
	// Plan is what the plan buys, with all that it promises.
	Plan Bought
	// LowerBound on the cost of any nodes that carry the pods, mixed or not.
	LowerBound units.USDPerHour
}

// Bought is what a rule, or a plan, buys.
type Bought struct {
	// Rule is one of the rules' names.
	Rule  string
	Nodes int
	// Types are sorted by name.
	Types []TypeCount
	// Cost of the nodes, without root disks.
	Cost Amount
	// Ratio of the cost to that of the first packed row; 0 where either is not known.
	Ratio units.Ratio
	// Why there are no such nodes; empty where there are.
	Why string
}

// TypeCount is a number of nodes of a type.
type TypeCount struct {
	InstanceType string
	Nodes        int
}

// The rules of a comparison.
const (
	// PackedMixed is our packing of mixed types, PackedOne of one type.
	PackedMixed = "packed_mixed"
	PackedOne   = "packed_one_type"
	// FirstFit is first fit decreasing on the type that is cheapest with it.
	FirstFit = "first_fit"
	// CheapestCore is first fit decreasing on the type whose core costs least.
	CheapestCore = "cheapest_core"
	// KarpenterRule is what Karpenter would buy for the pods in one batch.
	KarpenterRule = "karpenter"
	// Planned is the plan.
	Planned = "plan"
)
