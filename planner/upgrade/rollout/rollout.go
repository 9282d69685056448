// Package rollout simulates an upgrade event by event: nodes that boot, are
// drained, go and come, and the pods that move meanwhile under their disruption
// budgets.
//
// Step is a pure function of a state and an event. It reads no clock: the effects
// that it returns say which event follows, and after how long. Run holds a
// calendar of those events, in order of time, of kind and of their number, and
// writes down what happens: how long it takes, what the extra nodes cost, how few
// nodes and pods are ready, and for how long targets do not hold.
//
// Where package upgrade has closed formulas, both agree on equal nodes; where
// nodes, zones or pods differ the formulas are bounds and this is the course.
// docs/models/upgrades.md has the rules, their sources and the differences.
package rollout

import (
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// Course is how nodes are replaced.
type Course string

// The courses.
const (
	// EKSDefault is an update of EKS managed node groups that starts new nodes first.
	EKSDefault Course = "eks_default"
	// EKSMinimal is one that ends old nodes first.
	EKSMinimal Course = "eks_minimal"
	// GKESurge replaces nodes zone by zone, with nodes more, without some, or both.
	GKESurge Course = "gke_surge"
	// GKEBlueGreen is GKE's own with the standard policy: batches and soaks.
	GKEBlueGreen Course = "gke_blue_green"
	// GKEAutoscaledBlueGreen waits, and then moves batch by batch as the cluster
	// autoscaler grows green and shrinks blue.
	GKEAutoscaledBlueGreen Course = "gke_autoscaled_blue_green"
	// InPlace upgrades machines where they stand, as kubeadm does.
	InPlace Course = "in_place"
	// Rolling replaces machines and validates the cluster after each batch, as kops
	// does.
	Rolling Course = "rolling"
	// NodeGroupBlueGreen starts a second group, moves the pods and deletes the first.
	NodeGroupBlueGreen Course = "node_group_blue_green"
	// ClusterBlueGreen runs a second cluster and switches to it.
	ClusterBlueGreen Course = "cluster_blue_green"
)

// blueGreen reports whether a whole second pool comes before the first one goes.
func (c Course) blueGreen() bool { return c == GKEBlueGreen || c == NodeGroupBlueGreen }

// cordonsFirst reports whether all old nodes are cordoned before any is drained.
func (c Course) cordonsFirst() bool {
	return c.blueGreen() || c == EKSDefault || c == GKEAutoscaledBlueGreen
}

// ways returns by which course a pool is replaced, and whether its nodes go first.
func (p *Plan) ways(pool *Pool) (course Course, terminateFirst bool) {
	if pool.Course == "" {
		return p.Course, p.TerminateFirst
	}
	return pool.Course, pool.TerminateFirst
}

// limitsDrains reports whether a provider's limit ends drains.
func (c Course) limitsDrains() bool { return c != NodeGroupBlueGreen && c != GKEAutoscaledBlueGreen }

// Plan is an upgrade to be simulated. It is read and never changed.
type Plan struct {
	Course Course
	// TerminateFirst: GKESurge and Rolling take nodes away before new ones come, so
	// that MaxSurge is not used.
	TerminateFirst bool
	// From is the minor that runs, Hops those that the control plane steps through;
	// at least one.
	From string
	Hops []string
	// NodeSkew is how many minors nodes may trail the control plane before they
	// follow; below 1 counts as 1.
	NodeSkew int
	// Zones are names; nodes refer to them by number.
	Zones []string
	// Pools in the order in which they are replaced.
	Pools     []Pool
	Workloads []Workload
	Times     Times
	// ControlPlaneNodes of a self-managed control plane, upgraded one at a time; 0
	// is a managed one.
	ControlPlaneNodes int
	// ControlPlaneFee of a second cluster, and its Volumes: copies of those of all workloads.
	ControlPlaneFee, Volumes Rate

	// Holds reports whether the targets of a workload, by its number, hold with so many
	// ready pods; nil takes it that one holds with what it has at the start or more.
	Holds func(workload, ready int) bool
	// Least is how many pods of each workload must be ready all the time, where that is to be
	// kept; nil is none. KeepsLosses: the declared losses must be survived all the time;
	// KeepsNodes: each group must have as many ready nodes as before.
	Least                   []int
	KeepsLosses, KeepsNodes bool
	// Redundant reports whether the declared losses are still survived; nil is a
	// cluster that declares none. It is asked once for each level.
	Redundant func(Level) bool
	// Place puts pods on open nodes; nil spreads them over zones and then nodes.
	Place Placer
}

// Level is the capacity at one moment: nodes of each pool by zone. The slices
// are only valid during the call.
type Level struct {
	// Ready nodes run pods, those that are being drained included; Open ones take new
	// pods too.
	Ready, Open [][]int
}

// Rate is dollars an hour that may not be known.
type Rate struct {
	PerHour units.USDPerHour
	Known   bool
}

// Pool of nodes that is replaced by itself.
type Pool struct {
	Name string
	// Group whose pods it shares with the other pools of that name. Empty is a group
	// of its own.
	Group string
	// Nodes in the order in which they are replaced; GKESurge sorts them by zone.
	Nodes []NodeClass
	// Zones that new surplus nodes are spread over; empty takes those of the nodes.
	Zones []int
	// Stays: it only lends its room to the pods of its group and is not upgraded.
	Stays bool
	// Course of its own, and its TerminateFirst; empty is that of the plan. A second
	// cluster is no course of a pool, and beside one pools have none of their own.
	Course         Course
	TerminateFirst bool
	// Idle are the machines of one's own, by zone, that nodes more can be had of: nodes are
	// reinstalled where they stand, and what fails is replaced by what stands idle in its
	// zone. Nil is where machines are bought.
	Idle []int
	// Price of a node, its root disks included.
	Price Rate
	// MaxUnavailable nodes at a time, of which a share rounds down and is at least 1;
	// MaxSurge more at a time, of which a share rounds up. AtATime is what batches
	// without a surge take; MaxUnavailable where it is zero.
	MaxUnavailable, MaxSurge, AtATime units.CountOrRatio
	// BatchSoak is the wait after each batch of GKE's blue/green.
	BatchSoak time.Duration
	// Fits reports whether one more pod of a workload goes on a node of the pool that has so
	// many of each already; if not, then neither beside more of them. Nil is without end.
	Fits func(pods []int32, workload int) bool
}

// NodeClass is a number of equal nodes in a zone.
type NodeClass struct {
	Nodes, Zone int
	// Pods of each workload on every one of them, by the workload's number.
	// DaemonSets are not drained and do not count.
	Pods []int
}

// Workload says how its pods leave a node.
type Workload struct {
	Name string
	// Budget tells whether a PodDisruptionBudget bounds evictions, Allowed how many
	// pods it lets be away at a time.
	Budget  bool
	Allowed int
	// Zonal pods stay in their zone, as their volumes do.
	Zonal bool
	// Grace is the termination grace period, Startup the time to Ready.
	Grace, Startup time.Duration
}

// Times are a provider's rules and times, and the waits that the user chose. They
// are those of package upgrade, field by field.
type Times struct {
	ControlPlaneStep     time.Duration // one minor of a managed control plane
	ControlPlaneNode     time.Duration // one node of a self-managed one, in place
	ControlPlaneRoll     time.Duration // one node of a self-managed one, replaced
	AddOns               time.Duration // add-ons of one minor
	Setup                time.Duration // before a managed update or a new group starts
	Boot                 time.Duration // machine requested to node Ready
	AfterDrain           time.Duration // between the last eviction and termination
	Terminate            time.Duration // node deleted
	AfterTerminate       time.Duration // between termination and validation
	Validate             time.Duration // until the cluster is whole again, its new node Ready
	ScaleDownPerNode     time.Duration // one surplus node taken away at the end
	Packages             time.Duration // new packages on a machine that stays
	Ready                time.Duration // kubelet restarted to node Ready
	Cordon               time.Duration // blue pool cordoned
	WaitForDrain         time.Duration // blue pool cordoned to its first drain
	DrainLimit           time.Duration // longest drain of a managed update; 0 is none
	DrainForced          bool          // pods left at DrainLimit are deleted; it fails otherwise
	MaxParallel          int           // nodes at a time, whatever is asked for; 0 is no bound
	ControlPlaneRollback time.Duration // a step of the control plane can be undone

	Verify      time.Duration // blue/green of our own: green up, before pods move
	Soak        time.Duration // blue/green: pods moved, before blue goes
	Delete      time.Duration // blue/green: blue deleted
	ParallelRun time.Duration // cluster blue/green: both clusters run
}

// defaultSetup is how long a new group takes where a provider has no setup of its
// own; an assumption.
const defaultSetup = 2 * time.Minute

// longestSoak is the longest that GKE keeps a blue pool for a soak, and that it
// waits before it drains one: nodePoolSoakDuration and waitForDrainDuration.
const longestSoak = 7 * 24 * time.Hour
