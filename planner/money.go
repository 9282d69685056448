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
