// Package selfmanaged says what is special about Kubernetes that people run
// themselves with kubeadm: on machines of AWS, of Google Cloud and of their own.
// It says what a node leaves to pods, which pods run anyway, what stands before
// the API servers and how nodes are upgraded.
//
// Everything is pure. The figures and their sources stand in
// docs/models/allocatable.md and docs/models/upgrades.md.
package selfmanaged

import (
	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/kubelet"
	"github.com/scantling-dev/scantling/providers/machines"
)

// Provider is Kubernetes that people run on one of the grounds, whose New makes
// it; the zero value stands nowhere.
type Provider struct {
	site
	visible visibleMemory
}

var _ planner.Provider = Provider{}

// visibleMemory returns what the operating system of a type sees of its memory,
// and where the figure comes from, for people.
type visibleMemory func(t *catalogs.InstanceType) (units.Bytes, string)

// site is what differs between the grounds.
type site struct {
	terms     planner.Terms
	mechanics planner.Mechanics
	// memory returns what can be said of the memory of the types of a catalog.
	memory func(*catalogs.Catalog) visibleMemory
	// partitions of the disk that hold no pods' data.
	partitions units.Bytes
	// boots reports what is wrong with a root disk for machines of a type; nil where
	// all boot from any.
	boots func(disk planner.Disk, t *catalogs.InstanceType) error
	// offers adds what a machine of a type has beside CPU, memory, pods and the disk
	// that it starts from; nil where nothing is known.
	offers func(s *kubelet.Derivation, g *planner.NodeGroup, t *catalogs.InstanceType)
	// attaches reports what is wrong with the volumes of a group for machines of a
	// type; nil where all can be attached.
	attaches func(g *planner.NodeGroup, t *catalogs.InstanceType) error
	// balancer is the price of the provider's load balancer in a region; nil where
	// there is none.
	balancer func(region string) catalogs.Price
}

// ground returns a site as specs name it.
func ground(s site) planner.Ground {
	return planner.Ground{
		Terms: s.terms,
		New:   func(cat *catalogs.Catalog) planner.Provider { return Provider{site: s, visible: s.memory(cat)} },
	}
}

// Name returns "aws", "gcp" or "on_premises".
func (p Provider) Name() string { return p.terms.Provider }

// Terms are those of the ground.
func (p Provider) Terms() planner.Terms { return p.terms }

// Versions returns the calendar of the Kubernetes project. An old minor may run
// on: no date ends it.
func (Provider) Versions(cat *catalogs.Catalog) []catalogs.Version {
	return catalogs.Upstream(cat.Versions)
}

// RootDisks returns the disk that each node of g is started with; none where
// machines bring theirs.
func (p Provider) RootDisks(g *planner.NodeGroup) []planner.Disk {
	if p.terms.OwnMachines {
		return nil
	}
	return []planner.Disk{g.Disk}
}

// Mechanics returns how nodes and control planes are replaced and upgraded.
func (p Provider) Mechanics(*planner.Cluster) planner.Mechanics { return p.mechanics }

// NodeLabels returns the labels of a node.
func (Provider) NodeLabels(g *planner.NodeGroup, t *catalogs.InstanceType, _ planner.CapacityType) map[string]string {
	return machines.NodeLabels(g, t)
}
