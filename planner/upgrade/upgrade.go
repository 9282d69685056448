// Package upgrade says what each way to upgrade a cluster takes: how long, how
// many nodes more, at what cost, and how few nodes stay ready meanwhile.
//
// Compare applies closed formulas to every node group: one group after
// another, a minor of the control plane at a time, its add-ons after it and
// then the nodes where their turn has come. Drains come from how pods really
// sit on nodes. Times are whole-number durations and money is rounded up, so
// that equal input gives equal bytes. The formulas and their sources stand in
// docs/models/upgrades.md.
package upgrade

import (
	"math"
	"math/big"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// The strategies.
const (
	// Surge starts new nodes before it drains old ones: the DEFAULT update
	// strategy of EKS managed node groups, a surge of GKE, a roll with max_surge.
	Surge = "surge"
	// Minimal drains and ends old nodes first: MINIMAL on EKS, no max_surge elsewhere.
	Minimal = "minimal"
	// NodeGroupBlueGreen starts a second group, moves the pods, and deletes the
	// first after a soak.
	NodeGroupBlueGreen = "node_group_blue_green"
	// ClusterBlueGreen runs a second cluster beside the first and switches.
	ClusterBlueGreen = "cluster_blue_green"
	// InPlace upgrades machines where they stand.
	InPlace = "in_place"
	// GKEBlueGreen is GKE's own: a green pool, blue drained in batches, a soak.
	GKEBlueGreen = "gke_blue_green"
	// GKEAutoscaledBlueGreen leaves the move from blue to green to time and to the
	// cluster autoscaler.
	GKEAutoscaledBlueGreen = "gke_autoscaled_blue_green"
)

// Problem is an upgrade to be planned.
type Problem struct {
	// Hops are the minors that the control plane steps through, the target last;
	// at least one. Path makes them.
	Hops []string
	// NodeSkew is how many minors nodes may trail the control plane before they
	// follow: 1 is each hop; below 1 counts as 1.
	NodeSkew int
	// Groups in the order in which they are upgraded.
	Groups []Group
	Times  Times
	// ControlPlaneFee of a second cluster: what its control plane costs, machines
	// and disks of a self-managed one included.
	ControlPlaneFee Rate
	// Volumes of all workloads, which a second cluster has again for its copies.
	Volumes Rate
	// ControlPlaneNodes run the API servers of a self-managed control plane and are
	// upgraded one at a time; 0 is a managed one.
	ControlPlaneNodes int
	// APIDown: the API server is away while the control plane is upgraded. A
	// self-managed one of a single node always is.
	APIDown bool
	// Strategies that the provider can carry out, and those it cannot.
	Strategies []Option
	Refused    []Refusal
	// Wanted is the one strategy that the user asks for; empty compares them all.
	Wanted string
	// Brief reasons leave out with how many nodes at a time every pod has a place, which is
	// asked of one number after another.
	Brief bool
	// MayStop: pods may be without a place and groups without a ready node
	// meanwhile, as in development.
	MayStop bool
}

// Course is how nodes are replaced, step by step.
type Course string

// The courses; each has its formula.
const (
	CourseEKSDefault             Course = "eks_default"
	CourseEKSMinimal             Course = "eks_minimal"
	CourseGKESurge               Course = "gke_surge"
	CourseGKEBlueGreen           Course = "gke_blue_green"
	CourseGKEAutoscaledBlueGreen Course = "gke_autoscaled_blue_green"
	CourseInPlace                Course = "in_place"
	CourseRolling                Course = "rolling"
	CourseNodeGroupBlueGreen     Course = "node_group_blue_green"
	CourseClusterBlueGreen       Course = "cluster_blue_green"
)

// Option is a strategy that a provider can carry out.
type Option struct {
	// Name is what the spec calls it.
	Name   string
	Course Course
	// TerminateFirst: nodes go before new ones come, so that MaxSurge is not used
	// and MaxUnavailable is at least 1. CourseGKESurge and CourseRolling know both
	// ways; the others have one of their own.
	TerminateFirst bool
}

// Rate is dollars an hour that may not be known.
type Rate struct {
	PerHour units.USDPerHour
	Known   bool
}

// Refusal is a strategy that a provider does not have, and why.
type Refusal struct{ Strategy, Reason string }

// Times are a provider's rules and times, and the waits that the user chose.
// Each course uses some of them: its formula says which.
type Times struct {
	ControlPlaneStep time.Duration // one minor of a managed control plane
	ControlPlaneNode time.Duration // one node of a self-managed one, in place
	ControlPlaneRoll time.Duration // one node of a self-managed one, drained and replaced
	AddOns           time.Duration // add-ons of one minor
	// Setup before a managed update or a new group starts; a new group takes
	// DefaultSetup where it is 0.
	Setup            time.Duration
	Boot             time.Duration // machine requested to node Ready
	AfterDrain       time.Duration // between the last eviction and termination
	Terminate        time.Duration // node deleted
	AfterTerminate   time.Duration // between termination and validation
	Validate         time.Duration // until the cluster is whole again, its new node Ready
	ScaleDownPerNode time.Duration // one surplus node taken away at the end
	Packages         time.Duration // new packages on a machine that stays
	Ready            time.Duration // kubelet restarted to node Ready
	Cordon           time.Duration // blue pool cordoned
	// WaitForDrain is how long a cordoned blue pool waits for its pods to leave by
	// themselves; GKE waits 7 days at most.
	WaitForDrain time.Duration
	// DrainLimit is the longest drain of a managed update; 0 is none.
	DrainLimit time.Duration
	// DrainForced: the pods that are left at DrainLimit are deleted, whatever their
	// budgets, and the update goes on, where it fails otherwise.
	DrainForced bool
	// MaxParallel nodes at a time, whatever is asked for; 0 is no bound.
	MaxParallel int
	// ControlPlaneRollback is how long a step of the control plane can be undone;
	// 0 is not at all.
	ControlPlaneRollback time.Duration

	Verify      time.Duration // blue/green of our own: green group up, before pods move
	Soak        time.Duration // blue/green: pods moved, before blue goes
	Delete      time.Duration // blue/green: blue deleted
	ParallelRun time.Duration // cluster blue/green: both clusters run
}

// The waits of blue/green upgrades where nobody says otherwise. They are
// assumptions of ours.
const (
	DefaultSetup       = 2 * time.Minute
	DefaultVerify      = 30 * time.Minute
	DefaultSoak        = time.Hour
	DefaultDelete      = 2 * time.Minute
	DefaultParallelRun = 48 * time.Hour
)

// Group of nodes.
type Group struct {
	Name  string
	Zones int
	// NodesByZone adds up to the group's count, in the order in which zones are
	// upgraded. CourseGKESurge goes zone by zone; empty is one zone.
	NodesByZone []int
	// Nodes that are equal, pods and all. Their sum is the group's count.
	Nodes []NodeClass
	// Price of one node more, its root disks included.
	Price Rate
	// MaxUnavailable nodes at a time; a share rounds down, at least 1. With a
	// MaxSurge it may be 0.
	MaxUnavailable units.CountOrRatio
	// MaxSurge nodes more at a time; a share rounds up. EKS does not use it.
	MaxSurge units.CountOrRatio
	// AtATime is how many nodes are drained at a time where none is added before:
	// what goes first, in place, and batches of blue/green. A share rounds down, at
	// least 1; MaxUnavailable where it is zero.
	AtATime units.CountOrRatio
	// Limited: nodes more can only be had from machines that stand idle, Spare of
	// them, in Places where it is known where they stand.
	Limited bool
	Spare   int
	Places  []Place
	// BatchSoak is the wait after each batch of GKE's blue/green.
	BatchSoak time.Duration
	// Workloads with pods on the nodes.
	Workloads []Workload
	// Beside are nodes that share the group's pods and are no part of it: other pools of
	// the same node group, which are replaced before or after this one. They stay.
	Beside int
	// Pending returns how many pods have no place on so many of the nodes, at
	// least 1 unless there are others beside, and whose they are, when so many pods of each workload need none:
	// of the first workload that has such pods, 0 where there is none. Nil takes
	// it that all have a place.
	Pending func(nodes int, without func(workload string) int) (workload string, pods int)
	// Carries reports whether every pod has a place on so many of the nodes, as Pending says
	// it when none needs none: it is asked where nobody wants to know whose pods have none.
	// Nil asks Pending.
	Carries func(nodes int) bool
	// Instead says by which option the group's nodes are replaced in the place of others,
	// by their names: the group has a way of its own. No option of CourseClusterBlueGreen
	// has another in its place, nor is in that of one.
	Instead map[string]Option
	// Redundant reports whether so many of the nodes, at least 1 unless there are others
	// beside, still survive the declared losses. Nil is a group that declares none.
	Redundant func(nodes int) bool
}

// Place is a zone with some of a group's nodes, or with idle machines of their kind.
type Place struct {
	Zone        string
	Nodes, Idle int
}

// alone reports whether no node is left for the group's pods but so many of its own.
func (g Group) alone(left int) bool { return left == 0 && g.Beside == 0 }

// Count returns the group's number of nodes.
func (g Group) Count() int {
	var n int
	for _, c := range g.Nodes {
		n += c.Nodes
	}
	return n
}

// NodeClass is a number of equal nodes.
type NodeClass struct {
	Nodes int
	// Pods on each, by workload; DaemonSets are not drained and do not count.
	Pods []PodCount
}

// PodCount is a number of pods of a workload.
type PodCount struct {
	Workload string
	Pods     int
}

// Workload says how its pods leave a node.
type Workload struct {
	Name string
	// Budget tells whether a PodDisruptionBudget bounds evictions, Allowed how
	// many pods it lets go at a time with all of them healthy.
	Budget  bool
	Allowed int
	// MayWait: the pods of so many nodes may go without a place for a while, since
	// the others hold the targets.
	MayWait int
	// Grace is the termination grace period, Startup the time to Ready.
	Grace, Startup time.Duration
}

// Comparison is every strategy and the one to take.
type Comparison struct {
	// Strategies are sorted by name.
	Strategies []Strategy
	// Recommended is a strategy's name; empty where every one is blocked.
	Recommended string
	// Reason for it, or for there being none, in words.
	Reason string
}

// Strategy is one way to upgrade and what it takes. The figures of a strategy
// that is blocked are as if nothing blocked it: drains that never end take no time.
type Strategy struct {
	Name     string
	Duration time.Duration
	// ExtraNodeHours are beyond the nodes that run anyway.
	ExtraNodeHours float64
	// ExtraCost is what those hours cost, rounded up; known where their prices are.
	ExtraCost      units.USD
	ExtraCostKnown bool
	// PeakExtraNodes run at a time, at most.
	PeakExtraNodes int
	// MinReady is the least share of a group's nodes that is ready, of the group
	// where it is least: 0 to 100%, rounded down.
	MinReady units.Ratio
	// Rollback says how to go back, and for how long.
	Rollback string
	// BlockedBy says why it cannot be used; empty where it can.
	BlockedBy []string
	Notes     []string
	// Departing groups are not replaced by this strategy, but by another in its place.
	Departing int
	// Forces: it deletes pods that have not left in time, whatever their budgets.
	// Another that can be used is recommended before it.
	Forces bool
	// Broken is how far it falls short of what must be kept, as a simulation finds; the
	// formulas do not know it.
	Broken Breach
	// Pareto: no other strategy that can be used is at least as good in
	// duration, cost, ready nodes and Broken, and better in one; one that forces is never
	// as good as one that does not.
	Pareto bool
	// Groups in the order of the problem, all their rounds together.
	Groups []GroupCourse
	// Events tell the upgrade in order of time, without overlap.
	Events []Event
	// of begins notes that name no group, where they are of some groups only.
	of string
}

// GroupCourse is a strategy's course in one group.
type GroupCourse struct {
	Name string
	// By is the name of the strategy by which its nodes are replaced.
	By string
	// Start of the first round. Duration is the sum of all rounds.
	Start, Duration time.Duration
	Rounds          int
	// Parallel nodes that are replaced at a time.
	Parallel       int
	PeakExtraNodes int
	// MinReadyNodes is the least number that is ready while nodes are replaced;
	// with a surge it is above the group's count.
	MinReadyNodes int
	// MinReady is its share of the group's count, those beside it counted on both sides,
	// at most 100%, rounded down.
	MinReady       units.Ratio
	ExtraNodeHours float64
	ExtraCost      units.USD
	ExtraCostKnown bool
	// Drain is the longest of Drains, DrainWorkload whose it is.
	Drain         time.Duration
	DrainWorkload string
	// Drains by workload, sorted by name.
	Drains []Drain
	// knob is the attribute that Parallel comes from.
	knob string
}

// Event is a stretch of an upgrade.
type Event struct {
	// Kind is "control_plane", "add_ons", "node_group" or "parallel_run".
	Kind string
	// Group is the node group's name; empty for the other kinds.
	Group string
	// Minor that the stretch brings.
	Minor           string
	Start, Duration time.Duration
}

// extra returns the node-hours of n nodes over d and what they cost.
func extra(n int, d time.Duration, price Rate) (hours float64, cost units.USD, known bool) {
	if n == 0 || d == 0 {
		return 0, 0, true
	}
	return float64(n) * d.Hours(), Cost(price.PerHour, n, d), price.Known
}

// Cost returns what n nodes cost over d at a rate each, rounded up to the
// billionth of a dollar. An amount beyond the type's range is its largest.
func Cost(rate units.USDPerHour, n int, d time.Duration) units.USD {
	product := big.NewInt(int64(rate))
	product.Mul(product, big.NewInt(int64(n)))
	product.Mul(product, big.NewInt(int64(d)))
	q, r := new(big.Int).QuoRem(product, big.NewInt(int64(time.Hour)), new(big.Int))
	if r.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	if !q.IsInt64() {
		return math.MaxInt64
	}
	return units.USD(q.Int64())
}

// ExtendedSupportCost returns what a surcharge an hour comes to over whole days.
func ExtendedSupportCost(days int, surcharge units.USDPerHour) units.USD {
	return units.USD(surcharge) * units.USD(24*days)
}
