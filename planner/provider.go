package planner

import (
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

// Provider is what differs by cloud. Implementations are pure: the same
// arguments give the same answers.
type Provider interface {
	// Name is "aws".
	Name() string
	// Allocatable returns what the kubelet of a node of type t leaves to pods, in
	// group g of cluster c. DaemonSets are not taken off.
	Allocatable(c *Cluster, g *NodeGroup, t *catalogs.InstanceType) (Allocatable, error)
	// DaemonSets returns the pods that the provider runs on every node of g,
	// sorted by name.
	DaemonSets(c *Cluster, g *NodeGroup) []DaemonSet
	// SystemWorkloads returns the workloads that the provider runs once a
	// cluster, complete and sorted by name.
	SystemWorkloads(c *Cluster) []Workload
	// RootDisks returns the disks that each node of g boots from.
	RootDisks(g *NodeGroup) []Disk
	// ControlPlane returns the control plane that c gets and its fees.
	ControlPlane(c *Cluster, cat *catalogs.Catalog) (ControlPlane, error)
	// Mechanics returns how the provider replaces nodes and control planes.
	Mechanics(c *Cluster) Mechanics
}

// Allocatable is what a node offers to pods. Capacity is rounded down.
type Allocatable struct {
	CPU    units.MilliCPU
	Memory units.Bytes
	Pods   int
	// EphemeralStorage of the disk that holds the kubelet's data.
	EphemeralStorage units.Bytes
	// Steps derive the figures, for people: what was taken off and why, in order.
	Steps []AllocatableStep
}

// AllocatableStep is one line of a derivation.
type AllocatableStep struct {
	// Resource is "cpu", "memory", "pods" or "ephemeral_storage".
	Resource string
	// What was done: "kube-reserved: 255 MiB + 11 MiB x 58 pods".
	What string
	// Amount that the step adds, negative where it takes off, in millicores,
	// bytes or pods.
	Amount int64
}

// ControlPlane is the plan's control plane.
type ControlPlane struct {
	// Mode is "managed".
	Mode string
	// Tier is "standard".
	Tier string
	// Support is "standard" or "extended", at Cluster.AsOf.
	Support string
	// SupportEnds is when that support ends.
	SupportEnds units.Date
	// Fees are the parts of its price.
	Fees []FeeLine
}

// FeeLine is one fee.
type FeeLine struct {
	Name  string
	Price catalogs.Price
}

// Mechanics are a provider's rules and times for upgrades.
type Mechanics struct {
	// Strategies that the provider can carry out, sorted by name.
	Strategies []string
	// Refused are the strategies it cannot, with the reason.
	Refused map[string]string

	ControlPlaneStep time.Duration // one minor of the control plane
	AddOns           time.Duration // add-ons of one minor
	Boot             time.Duration // machine requested to node Ready
	Terminate        time.Duration // node deleted
	Setup            time.Duration // before a managed update starts
	AfterDrain       time.Duration // wait between eviction and termination
	ScaleDownPerNode time.Duration // one surplus node taken away at the end
	DrainLimit       time.Duration // longest drain before the update fails
	MaxParallel      int           // nodes replaced at a time, at most
	// ControlPlaneRollback is how long a control-plane upgrade can be undone.
	ControlPlaneRollback time.Duration
	// NodeSkew is how many minors nodes may trail the control plane by default.
	NodeSkew int
}
