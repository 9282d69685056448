package planner

// Cause is why two plans differ: which of the things that a plan is made from changed.
type Cause string

// The causes, in the order in which they are told.
const (
	// ByRule: the program that planned is another version.
	ByRule Cause = "rule"
	// ByLock: other types are locked, or none are.
	ByLock Cause = "lock"
	// ByDemand: workloads are to carry something else: throughput, counts, targets, load
	// tests, jobs, profiles of a day and growth.
	ByDemand Cause = "demand"
	// BySpec: anything else that the spec says.
	BySpec Cause = "spec"
	// ByCatalog: what can be bought, but for its price: types and their sizes, disks,
	// versions and their support, and the day at which they are looked at.
	ByCatalog Cause = "catalog"
	// ByPrice: what it costs.
	ByPrice Cause = "price"
)

// DifferenceMethod is how causes were found.
type DifferenceMethod string

// The methods.
const (
	// OneCause: one thing alone changed, and is the cause of every line.
	OneCause DifferenceMethod = "one_cause"
	// PlannedAgain: several changed, and plans were made with one more of them changed at
	// a time.
	PlannedAgain DifferenceMethod = "planned_again"
	// NotToldApart: several changed, and no plan between could be made.
	NotToldApart DifferenceMethod = "not_told_apart"
)

// Difference is what changed from one plan to another, and why.
type Difference struct {
	Old, New DifferenceSide
	Method   DifferenceMethod
	// Reasons are what differs of what the plans were made from, in the order of causes.
	Reasons []Reason
	// Changes of what is to be run: clusters first, then groups and their workloads,
	// the control plane, the bill and findings.
	Changes []Change
	// ByCause is what each cause adds to the bill, in order; none where a bill is not
	// known.
	ByCause []CauseAmount
}

// DifferenceSide identifies one of two plans.
type DifferenceSide struct {
	// Name is what the user called it.
	Name string
	// Locked: it is a lock file, which has no bill by line, no inputs and no findings.
	Locked  bool
	Cluster string
	Tool    string
	Spec    SpecInfo
	Catalog CatalogInfo
	Total   Amount
}

// Reason is one thing that differs of what two plans were made from.
type Reason struct {
	Cause Cause
	// Path is its address; Old and New are its values, empty where there is none.
	Path, Old, New string
}

// ChangeKind says what a change is of.
type ChangeKind string

// The kinds of changes.
const (
	ClusterChange  ChangeKind = "cluster"
	GroupChange    ChangeKind = "group"
	WorkloadChange ChangeKind = "workload"
	PriceChange    ChangeKind = "price"
	CostChange     ChangeKind = "cost"
	FindingChange  ChangeKind = "finding"
)

// Change is one line of a difference.
type Change struct {
	Kind ChangeKind
	// Path is an address, and What an attribute of it.
	Path, What string
	// Old and New are values in words, empty where there is none.
	Old, New string
	// OldCost and NewCost of a line of the bill, or the total; nothing costs nothing.
	OldCost, NewCost Amount
	// Causes that had a part in it, in order. Apart is false where they could not be told
	// apart: then one of them did, or several.
	Causes []Cause
	Apart  bool
}

// CauseAmount is what causes add to the bill; several where they could not be told apart.
type CauseAmount struct {
	Causes []Cause
	Amount Amount
}
