package planner

import "github.com/scantling-dev/scantling/planner/units"

// CommitmentUse is what becomes of a commitment that runs already, in an hour.
type CommitmentUse struct {
	Name string
	// Paid in every hour, used or not; not known where the catalog cannot price it.
	Paid Amount
	// Unused is what is left of a promise of dollars, UnusedCPU and UnusedMemory of one
	// of machines.
	Unused       units.USDPerHour
	UnusedCPU    units.MilliCPU
	UnusedMemory units.Bytes
	// Covers are the nodes that it pays for, by the path of their line of the bill,
	// sorted.
	Covers []CoveredNodes
	// Unpriced are instance types that it could pay for at a price that is not known, so
	// that it covers none of them; sorted.
	Unpriced []string
}

// CoveredNodes are nodes, or a part of them, under a commitment.
type CoveredNodes struct {
	// Path of the line of the bill that pays for the rest.
	Path string
	// Value of what is covered, at the price on demand, rounded down.
	Value units.USDPerHour
	// Spent of a promise of dollars, rounded up; 0 of one of machines.
	Spent units.USDPerHour
}

// CommitmentSplit is how the nodes of one type are bought at least cost, over a day:
// those of all lines of the bill together, because a commitment is of the account and
// not of a group.
type CommitmentSplit struct {
	InstanceType string
	// Paths of the bill's lines for the nodes, sorted.
	Paths []string
	// Hours are the nodes in each hour of the day, UTC.
	Hours []int
	// Bought nodes are covered by commitments that run already: nothing is decided of
	// them. Stable nodes may not be interrupted, bought ones among them.
	Bought, Stable int
	// Parts in the order of PaymentWay's constants, without empty ones.
	Parts []SplitPart
	// Cost is what the parts cost on average, OnDemand what the same nodes cost on
	// demand.
	Cost, OnDemand units.USDPerHour
}

// Saving is what the split saves against on demand.
func (s *CommitmentSplit) Saving() units.USDPerHour { return s.OnDemand - s.Cost }

// SplitPart is nodes that are bought in one way.
type SplitPart struct {
	Way   PaymentWay
	Nodes int
	// Rate is the price of one while it is paid for, and Payment how a commitment is
	// paid.
	Rate    units.USDPerHour
	Payment string
	// Cost is the mean of an hour, rounded up.
	Cost units.USDPerHour
	// LeastUse is the share of the day for which the node of the part that is needed
	// least is needed, rounded down.
	LeastUse units.Ratio
}

// PaymentWay is how a node is paid for.
type PaymentWay string

// The ways.
const (
	ForThreeYears PaymentWay = "three_years"
	ForOneYear    PaymentWay = "one_year"
	PayOnDemand   PaymentWay = "on_demand"
	PaySpot       PaymentWay = "spot"
)
