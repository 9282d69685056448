package planner

import (
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

// Provider is what differs by cloud. Implementations are pure: the same
// arguments give the same answers.
type Provider interface {
	// Name is the provider's word: "aws".
	Name() string
	// Terms are those of its ground.
	Terms() Terms
	// Versions returns the minors that may run, oldest first: the provider's
	// calendar, or that of Kubernetes where people run the control plane.
	Versions(cat *catalogs.Catalog) []catalogs.Version
	// Allocatable returns what the kubelet of a node of type t leaves to pods, in
	// group g of cluster c. DaemonSets are not taken off.
	Allocatable(c *Cluster, g *NodeGroup, t *catalogs.InstanceType) (Allocatable, error)
	// NodeLabels returns the labels of a node of type t in group g, beside the zone's
	// and the hostname: what selectors are held against.
	NodeLabels(g *NodeGroup, t *catalogs.InstanceType, capacity CapacityType) map[string]string
	// DaemonSets returns the pods that the provider runs on every node of g,
	// sorted by name.
	DaemonSets(c *Cluster, g *NodeGroup) []DaemonSet
	// SystemWorkloads returns the workloads that the provider runs once a cluster of
	// that size, complete and sorted by name; the zero size is the smallest there is.
	// A larger cluster has the same ones, with as many replicas or more.
	SystemWorkloads(c *Cluster, size Size) []Workload
	// RootDisks returns the disks that each node of g boots from.
	RootDisks(g *NodeGroup) []Disk
	// ControlPlane returns the control plane that c gets and its fees. Machines and
	// etcd of a self-managed one are left out: the pipeline plans them.
	ControlPlane(c *Cluster, cat *catalogs.Catalog) (ControlPlane, error)
	// Mechanics returns how the provider replaces nodes and control planes.
	Mechanics(c *Cluster) Mechanics
}

// Size of a cluster: its nodes over all groups, and their vCPUs.
type Size struct{ Nodes, VCPUs int }

// Allocatable is what a node offers to pods. Capacity is rounded down.
type Allocatable struct {
	CPU    units.MilliCPU
	Memory units.Bytes
	Pods   int
	// EphemeralStorage of the disk that holds the kubelet's data.
	EphemeralStorage units.Bytes
	// Extended resources that device plugins offer, sorted by name.
	Extended []ExtendedResource
	// Attachments is how many volumes can be attached for pods; 0 where not known.
	Attachments int
	// Network and Disk are the bandwidth that the machine guarantees; 0 where not
	// known.
	Network, Disk units.Mbps
	// Steps derive the figures, for people: what was taken off and why, in order.
	Steps []AllocatableStep
}

// AllocatableStep is one line of a derivation.
type AllocatableStep struct {
	// Resource is "cpu", "memory", "pods", "ephemeral_storage", "attachments",
	// "network", "disk" or the name of an extended resource.
	Resource string
	// What was done: "kube-reserved: 255 MiB + 11 MiB x 58 pods".
	What string
	// Amount that the step adds, negative where it takes off, in millicores, bytes,
	// Mbit/s or whole things.
	Amount int64
}

// ControlPlane is the plan's control plane.
type ControlPlane struct {
	Mode Mode
	// Tier of a managed control plane: "standard"; empty of a self-managed one.
	Tier string
	// SLA is the share of time for which the provider promises its API; 0 where it
	// promises nothing.
	SLA units.Ratio
	// Tiers that it could be of, in the order in which they are chosen, and TierReason
	// why it is of this one; none of a self-managed one.
	Tiers      []TierOption
	TierReason string
	// Support is "standard" or "extended", at Cluster.AsOf; "none" where a
	// self-managed minor gets no more patches.
	Support string
	// SupportEnds is when that support ends; zero where no date is published.
	SupportEnds units.Date
	// Fees are the parts of its price beside machines and disks.
	Fees []FeeLine
	// Load that the cluster puts on it: now, at the horizon of growth where there is
	// any, and during the upgrade where one is recommended.
	Load []ControlPlaneLoad

	// The rest is of a self-managed control plane; a provider leaves it to the
	// pipeline, but for the kind of the load balancer and its ports.

	// Machines by role: "control_plane", "etcd", "load_balancer", in this order.
	Machines []ControlPlaneMachines
	// Members are the machines one by one, sorted by role (in the same order) and
	// zone.
	Members      []Member
	LoadBalancer *LoadBalancer
	Etcd         *Etcd
	// Survives lists the losses that were tried.
	Survives []Drill
	// Outages of the API servers (BelowOne) and of etcd (BelowQuorum); none where the
	// availability of nodes and zones is not given.
	Outages []Outage
	// Use is how busy API servers and etcd are: by role, in the order of the machines, and
	// then by case.
	Use []MemberUse
}

// The roles of a control plane's machines.
const (
	// RoleControlPlane runs an API server and, stacked, an etcd member.
	RoleControlPlane = "control_plane"
	RoleEtcd         = "etcd"
	RoleLoadBalancer = "load_balancer"
)

// ControlPlaneMachines are the equal machines of one role.
type ControlPlaneMachines struct {
	Role         string
	InstanceType string
	Nodes        int
	NodesByZone  []ZoneCount
	// Price of one machine.
	Price catalogs.Price
	// Disks of one machine, the root disk first; none where machines bring theirs.
	Disks []Disk
	// LeastVCPUs and LeastMemory that the load asks for, and Reason why.
	LeastVCPUs  int
	LeastMemory units.Bytes
	Reason      string
	// Lock says what became of a locked type, of which costs are those of the machines
	// alone; nil where none is.
	Lock *LockOutcome
}

// Member is one machine of the control plane.
type Member struct {
	Role, Zone, InstanceType string
}

// LoadBalancer stands before the API servers.
type LoadBalancer struct {
	Kind LoadBalancerKind
	// Hosts of its own; 0 where it runs on the control plane or is the cloud's.
	Hosts int
	// Ports that it listens on, and the path of the health check.
	Ports       []int
	HealthCheck string
}

// Etcd is how the cluster's state is kept.
type Etcd struct {
	Topology EtcdTopology
	Members  int
	// Quorum of members must agree; ToleratesMembers and ToleratesZones is what may
	// fail, wherever it strikes.
	Quorum, ToleratesMembers, ToleratesZones int
	// Class of hardware: "small", "medium", "large" or "xlarge", and what decides it.
	Class, ClassReason string
	// Disk that etcd has to itself; where machines bring theirs, the least that it
	// must have.
	Disk Disk
	// Database is its estimated size at the peak, Quota the limit to set.
	Database, Quota units.Bytes
	// Heartbeat and ElectionTimeout to set.
	Heartbeat, ElectionTimeout time.Duration
	// BackupInterval and BackupRetention, and what the snapshots take.
	BackupInterval, BackupRetention time.Duration
	BackupStorage                   units.Bytes
	// Events is the etcd of their own that events have, which Database, Quota, Disk and
	// backups are without; nil where they have none.
	Events *EventsEtcd
}

// EventsEtcd keeps events, as many members as the other etcd has beside them on the same
// machines. Nobody backs it up: events are gone after an hour.
type EventsEtcd struct {
	// Reason says why they are apart.
	Reason string
	// Database is its estimated size at the peak, Quota the limit to set.
	Database, Quota units.Bytes
	// Disk that each member has to itself.
	Disk Disk
}

// FeeLine is one fee.
type FeeLine struct {
	Name  string
	Price catalogs.Price
}

// Course is how nodes are replaced, step by step; the upgrade stage has a formula
// for each.
type Course string

// The courses.
const (
	// CourseEKSDefault is an update of an EKS managed node group that launches first.
	CourseEKSDefault Course = "eks_default"
	// CourseEKSMinimal is one that terminates first.
	CourseEKSMinimal Course = "eks_minimal"
	// CourseGKESurge goes zone by zone, with max_surge and max_unavailable.
	CourseGKESurge Course = "gke_surge"
	// CourseGKEBlueGreen is GKE's own: a green pool, blue drained in batches, a soak.
	CourseGKEBlueGreen Course = "gke_blue_green"
	// CourseGKEAutoscaledBlueGreen leaves the move to the cluster autoscaler.
	CourseGKEAutoscaledBlueGreen Course = "gke_autoscaled_blue_green"
	// CourseInPlace drains a machine, upgrades it where it stands and uncordons it.
	CourseInPlace Course = "in_place"
	// CourseRolling replaces machines one by one, validating the cluster after each.
	CourseRolling Course = "rolling"
	// CourseNodeGroupBlueGreen starts a second group and moves the pods.
	CourseNodeGroupBlueGreen Course = "node_group_blue_green"
	// CourseClusterBlueGreen runs a second cluster beside the first.
	CourseClusterBlueGreen Course = "cluster_blue_green"
)

// UpgradeOption is a strategy that a provider can carry out.
type UpgradeOption struct {
	// Name is the word of the spec: "surge".
	Name   string
	Course Course
	// TerminateFirst: nodes go before new ones come, so that max_surge is not used.
	TerminateFirst bool
}

// Mechanics are a provider's rules and times for upgrades.
type Mechanics struct {
	// Strategies that the provider can carry out, sorted by name.
	Strategies []UpgradeOption
	// Refused are the strategies it cannot, with the reason.
	Refused map[string]string

	ControlPlaneStep time.Duration // one minor of a managed control plane
	ControlPlaneNode time.Duration // one node of a self-managed one, in place
	ControlPlaneRoll time.Duration // one node of a self-managed one, drained and replaced
	AddOns           time.Duration // add-ons of one minor
	Boot             time.Duration // machine requested to node Ready
	Terminate        time.Duration // node deleted
	Setup            time.Duration // before a managed update starts
	AfterDrain       time.Duration // wait between eviction and termination
	AfterTerminate   time.Duration // wait between termination and validation
	Validate         time.Duration // until the cluster is found whole again
	ScaleDownPerNode time.Duration // one surplus node taken away at the end
	Packages         time.Duration // new packages on a machine that stays
	Ready            time.Duration // kubelet restarted to node Ready
	Cordon           time.Duration // blue pool cordoned
	WaitForDrain     time.Duration // autoscaled blue/green: blue waits before it is drained
	DeletePool       time.Duration // blue pool or group deleted
	DrainLimit       time.Duration // longest drain; 0 is none
	// DrainForced: after DrainLimit pods are deleted and the update goes on, where
	// it fails otherwise.
	DrainForced bool
	MaxParallel int // nodes replaced at a time, at most
	// ControlPlaneRollback is how long a control-plane upgrade can be undone; 0 is
	// not at all.
	ControlPlaneRollback time.Duration
	// APIDown: the API server is away while the control plane is upgraded.
	APIDown bool
	// NodeSkew is how many minors nodes may trail the control plane by default.
	NodeSkew int
	// LargestSkew is how many minors they may trail it at most; 0 is what Kubernetes allows.
	LargestSkew int
}
