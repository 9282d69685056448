package planner

import (
	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

// Duals are the least price of a usable unit of each resource, zero where the
// resource does not bind: USD an hour of a core, a GiB and a pod.
type Duals struct{ Core, GiB, Pod units.USDPerHour }

// BoundCertificate proves that nodes which carry the pods cost, in billionths of a
// dollar an hour, at least
//
//	sum over Pods of Price x Pods / Scale
//
// however many types are mixed. It holds because no filling of one node, of any type
// that counts, with no more of each workload's pods than Pods says, is worth more
// than Scale x the price of the node. The room of a node is what is allocatable less
// its DaemonSets.
//
// The types that count are those that the group admits and whose price is known;
// where the group mixes no types (MaxTypes 1), only those on which each of the pods
// fits. In a spot group the price is that of spot capacity, or that on demand where it
// is lower. Types of which the baseline CPU bounds the sum of requests are never mixed
// with others and do not count: a group of one of them costs its price times the
// nodes that the sums of requests need of it, so that LowerBound is no more than the
// least of these.
type BoundCertificate struct {
	// Pods are sorted by workload. There may be fewer than are planned.
	Pods []PodPrice
	// Scale is above zero; zero where there is no certificate.
	Scale int64
}

// PodPrice is what a pod of a workload is worth in a bound.
type PodPrice struct {
	Workload string
	// Pods that are counted, no more than the workload has.
	Pods int
	// Price of one pod, in billionths of a dollar an hour times the certificate's
	// Scale. It is not negative.
	Price int64
}

// SizeStep is a size of a family, and what a group on nodes of that size alone is.
type SizeStep struct {
	// Family and shape: what stands before the size in the type's name, "c7g" or
	// "n2d-standard".
	Family       string
	InstanceType string
	// Nodes that hold, the least count that was found; 0 where none was, and Why says
	// so.
	Nodes int
	Why   string
	// Cost of nodes and root disks; of nodes alone where the price of root disks
	// is not known.
	Cost Amount
	// UsefulCPU of a node is what pods like the group's can request of it: the CPU
	// that is allocatable less DaemonSets, or less where memory or the number of pods
	// ends sooner. CorePrice is the price of a node with its root disks by useful core.
	UsefulCPU units.MilliCPU
	CorePrice Amount
	// LargestNodeShare is the part of the group that one node holds; 0 where Nodes is.
	LargestNodeShare units.Ratio
	// Chosen: the group has nodes of this type.
	Chosen bool
	// Knee: the smallest size of its family of which the next larger one saves less than
	// 5% on a useful core.
	Knee bool
}

// Alternative is an instance type that was not chosen.
type Alternative struct {
	InstanceType string
	Nodes        int
	// Cost of nodes and root disks; of nodes alone where the price of root disks
	// is not known.
	Cost Amount
	// Difference of that cost to the plan's.
	Difference units.Ratio
	// LargestNodeShare is the part of the group that one node holds.
	LargestNodeShare units.Ratio
}

// GuaranteePrice is the least count of nodes of a type that is known to hold with a
// guarantee, and what it costs.
type GuaranteePrice struct {
	Guarantee    Guarantee
	InstanceType string
	// Nodes over all zones; 0 where no count is known.
	Nodes int
	// Cost of the nodes.
	Cost Amount
	// Proof says what is proved, and how; empty where nothing is.
	Proof string
	// NotProved names what voids the proof; empty where nothing does.
	NotProved string
}

// CommittedCost is what a group's nodes on demand cost under a promise to pay for
// longer.
type CommittedCost struct {
	// Kind, TermYears and Payment are those of a catalogs.Commitment.
	Kind      string
	TermYears int
	Payment   string
	// Rate of all nodes that are bought on demand, and the share of their cost that it
	// saves, rounded down.
	Rate   units.USDPerHour
	Saving units.Ratio
	Basis  catalogs.Basis
	Date   units.Date
}
