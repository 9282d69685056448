// Package aws says what is special about Kubernetes on AWS: what an EKS node
// leaves to pods, which pods EKS brings, what its control plane costs and how
// it replaces nodes.
//
// Everything is pure. The figures and their sources stand in
// docs/models/allocatable.md and docs/models/upgrades.md.
package aws

import (
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/machines"
)

// Name is the provider's name in specs and catalogs.
const Name = "aws"

// Provider is EKS on EC2. The zero value knows no measured instance types:
// New gives one that does.
type Provider struct {
	hidden machines.EC2Memory
}

var _ planner.Provider = Provider{}

// New returns the provider for the types of cat. It keeps what the measured
// types of each family hide of their memory, for the types of the family that
// nobody measured; cat itself is not kept.
func New(cat *catalogs.Catalog) Provider { return Provider{hidden: machines.NewEC2Memory(cat)} }

// Name returns "aws".
func (Provider) Name() string { return Name }

// Allocatable returns what the kubelet of a node of type t in group g leaves to
// pods, with every step of the derivation. It refuses types whose ENI limits
// are not known with an *UnknownENIError.
func (p Provider) Allocatable(c *planner.Cluster, g *planner.NodeGroup, t *catalogs.InstanceType) (planner.Allocatable, error) {
	return p.Node(NodeModel{Image: g.Image, CNI: c.Network.CNI, MaxPods: c.Network.MaxPods, Disk: g.Disk.Size}, t)
}

// DefaultCNI is how pods get addresses where the spec does not say.
const DefaultCNI = planner.VPC

// Images returns the node images that are modelled, the default first.
func Images() []planner.Image { return []planner.Image{planner.AL2023, planner.Bottlerocket} }

// AMIType returns the name that EKS gives to an image for an architecture, as
// in "AL2023_ARM_64_STANDARD". It returns "" for a pair that does not exist.
func AMIType(image planner.Image, architecture string) string {
	switch {
	case image == planner.AL2023 && architecture == catalogs.AMD64:
		return "AL2023_x86_64_STANDARD"
	case image == planner.AL2023 && architecture == catalogs.ARM64:
		return "AL2023_ARM_64_STANDARD"
	case image == planner.Bottlerocket && architecture == catalogs.AMD64:
		return "BOTTLEROCKET_x86_64"
	case image == planner.Bottlerocket && architecture == catalogs.ARM64:
		return "BOTTLEROCKET_ARM_64"
	}
	return ""
}

// bottlerocketOS is the volume that a Bottlerocket AMI boots from. It holds no
// pods' data, and is paid for like any other.
const bottlerocketOS = 2 * units.GiB

// RootDisks returns the volumes that each node of g is started with, the boot
// volume first: one for AL2023; for Bottlerocket the operating system's and the
// data volume that the group declares.
func (Provider) RootDisks(g *planner.NodeGroup) []planner.Disk {
	if g.Image == planner.Bottlerocket {
		return []planner.Disk{{Type: "gp3", Size: bottlerocketOS}, g.Disk}
	}
	return []planner.Disk{g.Disk}
}

// Times of an upgrade that AWS does not publish are assumptions of ours, said
// to be in docs/models/upgrades.md; the drain limit, the wait after a drain, the
// largest parallelism and the time to roll back are documented limits of EKS.
const (
	controlPlaneStep     = 15 * time.Minute
	addOns               = 5 * time.Minute
	boot                 = 90 * time.Second
	terminate            = 60 * time.Second
	setup                = 120 * time.Second
	afterDrain           = 60 * time.Second
	scaleDownPerNode     = 30 * time.Second
	drainLimit           = 15 * time.Minute
	maxParallel          = 100
	controlPlaneRollback = 7 * 24 * time.Hour
	// nodeSkew of 1 lets nodes follow each hop of the control plane, as the EKS
	// user guide asks, although the kubelet may trail by three minors.
	nodeSkew = 1
	// largestSkew is what Kubernetes lets a kubelet trail the API server by, from 1.25
	// on (Kubernetes, "Version Skew Policy").
	largestSkew = 3
)

// Mechanics returns how EKS replaces control planes and the nodes of managed
// node groups.
func (Provider) Mechanics(*planner.Cluster) planner.Mechanics {
	return planner.Mechanics{
		Strategies: []planner.UpgradeOption{
			{Name: "cluster_blue_green", Course: planner.CourseClusterBlueGreen},
			{Name: "minimal", Course: planner.CourseEKSMinimal, TerminateFirst: true},
			{Name: "node_group_blue_green", Course: planner.CourseNodeGroupBlueGreen},
			{Name: "surge", Course: planner.CourseEKSDefault},
		},
		Refused: map[string]string{
			"in_place": "not on EKS: managed nodes are replaced, never upgraded where they stand",
		},
		ControlPlaneStep:     controlPlaneStep,
		AddOns:               addOns,
		Boot:                 boot,
		Terminate:            terminate,
		Setup:                setup,
		AfterDrain:           afterDrain,
		ScaleDownPerNode:     scaleDownPerNode,
		DrainLimit:           drainLimit,
		MaxParallel:          maxParallel,
		ControlPlaneRollback: controlPlaneRollback,
		NodeSkew:             nodeSkew,
		LargestSkew:          largestSkew,
	}
}

// NodeLabels returns the labels of a node; EKS adds how it was bought.
func (Provider) NodeLabels(g *planner.NodeGroup, t *catalogs.InstanceType, capacity planner.CapacityType) map[string]string {
	labels := machines.NodeLabels(g, t)
	labels["eks.amazonaws.com/capacityType"] = "ON_DEMAND"
	if capacity == planner.Spot {
		labels["eks.amazonaws.com/capacityType"] = "SPOT"
	}
	return labels
}
