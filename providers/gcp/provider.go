// Package gcp says what is special about Kubernetes on Google Cloud: what a node
// of GKE Standard leaves to pods, which pods GKE brings, what its control plane
// costs and how it replaces nodes.
//
// Everything is pure. The figures and their sources stand in
// docs/models/allocatable.md and docs/models/upgrades.md.
package gcp

import (
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/providers/machines"
)

// Name is the provider's name in specs and catalogs.
const Name = "gcp"

// Provider is GKE Standard on Compute Engine. It holds no state: the zero value
// and what New returns are the same.
type Provider struct{}

var _ planner.Provider = Provider{}

// New returns the provider for any catalog of Google Cloud. None of them holds
// measured figures that types without one could be compared with, so that
// nothing is read from it.
func New(*catalogs.Catalog) Provider { return Provider{} }

// Name returns "gcp".
func (Provider) Name() string { return Name }

// Allocatable returns what the kubelet of a node of type t in group g leaves to
// pods, with every step of the derivation. It refuses types that do not boot from
// a disk of the group's type with a *machines.BootDiskError, and those to which a
// volume of the group cannot be attached with a *machines.AttachError.
func (p Provider) Allocatable(c *planner.Cluster, g *planner.NodeGroup, t *catalogs.InstanceType) (planner.Allocatable, error) {
	a, err := p.Node(NodeModel{MaxPods: c.Network.MaxPods, Disk: g.Disk, Hyperdisk: machines.Hyperdisks(g)}, t)
	if err != nil {
		return a, err
	}
	return a, machines.GCEAttaches(g, t)
}

// RootDisks returns the boot disk of g's nodes, which holds the kubelet's data
// too.
func (Provider) RootDisks(g *planner.NodeGroup) []planner.Disk { return []planner.Disk{g.Disk} }

// Times of an upgrade that Google does not publish are assumptions of ours, said
// to be in docs/models/upgrades.md; the drain limit, the wait of the autoscaled
// blue/green and what may be undone are documented, the largest parallelism is
// quoted by third parties.
const (
	// A zonal control plane is one replica, a regional one three, one after another.
	zonalStep    = 15 * time.Minute
	regionalStep = 30 * time.Minute

	boot         = 120 * time.Second
	terminate    = 60 * time.Second
	cordon       = 30 * time.Second
	deletePool   = 120 * time.Second
	drainLimit   = time.Hour
	waitForDrain = 72 * time.Hour
	maxParallel  = 20
	// nodeSkew of 1 lets nodes follow each hop of the control plane, although
	// GKE's may trail by two minors.
	nodeSkew = 1
	// largestSkew is what GKE lets nodes trail the control plane by (GKE, "GKE
	// versioning and support").
	largestSkew = 2
)

// Mechanics returns how GKE replaces control planes and the nodes of node pools.
//
// Add-ons take no time of their own: GKE upgrades them with the control plane. An
// upgraded control plane cannot be undone: only its two-step upgrade can, which
// nobody gets who does not ask for a soak of 6 hours to 7 days.
func (Provider) Mechanics(c *planner.Cluster) planner.Mechanics {
	zonal := c.ControlPlane.Tier == ZonalTier
	step := regionalStep
	if zonal {
		step = zonalStep
	}
	return planner.Mechanics{
		Strategies: []planner.UpgradeOption{
			{Name: "cluster_blue_green", Course: planner.CourseClusterBlueGreen},
			{Name: "gke_autoscaled_blue_green", Course: planner.CourseGKEAutoscaledBlueGreen},
			{Name: "gke_blue_green", Course: planner.CourseGKEBlueGreen},
			{Name: "minimal", Course: planner.CourseGKESurge, TerminateFirst: true},
			{Name: "node_group_blue_green", Course: planner.CourseNodeGroupBlueGreen},
			{Name: "surge", Course: planner.CourseGKESurge},
		},
		Refused: map[string]string{
			"in_place": "not on GKE: nodes are replaced, never upgraded where they stand",
		},
		ControlPlaneStep: step,
		Boot:             boot,
		Terminate:        terminate,
		Cordon:           cordon,
		WaitForDrain:     waitForDrain,
		DeletePool:       deletePool,
		DrainLimit:       drainLimit,
		DrainForced:      true,
		MaxParallel:      maxParallel,
		APIDown:          zonal,
		NodeSkew:         nodeSkew,
		LargestSkew:      largestSkew,
	}
}

// NodeLabels returns the labels of a node; GKE adds the machine's family and, on spot
// machines, that they are.
func (Provider) NodeLabels(g *planner.NodeGroup, t *catalogs.InstanceType, capacity planner.CapacityType) map[string]string {
	labels := machines.NodeLabels(g, t)
	labels["cloud.google.com/machine-family"] = t.Family
	if capacity == planner.Spot {
		labels["cloud.google.com/gke-spot"] = "true"
	}
	return labels
}
