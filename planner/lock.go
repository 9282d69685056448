package planner

import (
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

// Lock is what a plan decided, kept beside its spec: the types that later plans keep
// while they can, and what was relied upon when they were chosen. Lists are sorted by
// name.
type Lock struct {
	// Tool is the version of the program that made the plan.
	Tool string
	// Cluster is the name of the cluster.
	Cluster, Provider, Region string
	KubernetesVersion         string
	// UpgradeTo is the minor of the declared upgrade; empty where there is none.
	UpgradeTo string
	Spec      SpecInfo
	// Demand and Rest are digests of the resolved inputs: of what workloads carry, and of
	// all else but as_of. Package document makes them; they are the same where two programs
	// of one version resolve the same.
	Demand, Rest string
	Catalog      CatalogInfo
	NodeGroups   []LockedGroup
	ControlPlane LockedControlPlane
	// Total of the bill.
	Total Amount
}

// LockedGroup is a node group of a lock.
type LockedGroup struct {
	Name               string
	Image              Image
	MinNodes, MaxNodes int
	// SplitByZone: each zone has a group of machines of its own.
	SplitByZone bool
	Pools       []LockedPool
	// Replicas of the workloads, the provider's among them, sorted by name.
	Replicas []PodCount
}

// LockedPool is the machines of one type of a locked group that are bought in one way.
type LockedPool struct {
	InstanceType string
	CapacityType CapacityType
	// NodesByZone is sorted by zone.
	NodesByZone []ZoneCount
	// Price of one node that the choice relied upon; its source is not kept.
	Price catalogs.Price
}

// LockedControlPlane is the control plane of a lock.
type LockedControlPlane struct {
	Mode Mode
	// Machines of a self-managed one.
	Machines []LockedMachines
}

// LockedMachines are the machines of a role of the control plane.
type LockedMachines struct {
	Role, InstanceType string
	Nodes              int
	Price              catalogs.Price
}

// LockOf returns the lock of a plan that tool made.
func LockOf(p *Plan, tool string) Lock {
	c := &p.Cluster
	l := Lock{
		Tool: tool, Cluster: c.Name, Provider: c.Provider, Region: c.Region, KubernetesVersion: c.KubernetesVersion,
		Spec: p.Spec, Catalog: p.Catalog, Total: p.Cost.Total,
	}
	if c.Upgrade != nil {
		l.UpgradeTo = c.Upgrade.To
	}
	for i := range p.NodeGroups {
		g := &p.NodeGroups[i]
		locked := LockedGroup{Name: g.Name, MinNodes: g.MinNodes, MaxNodes: g.MaxNodes}
		if at := slices.IndexFunc(c.NodeGroups, func(d NodeGroup) bool { return d.Name == g.Name }); at >= 0 {
			locked.Image = c.NodeGroups[at].Image
		}
		locked.SplitByZone = slices.ContainsFunc(g.Pools, func(p Pool) bool { return p.Zone != "" })
		pools, _ := Joined(g.Pools)
		for j := range pools {
			pool := &pools[j]
			locked.Pools = append(locked.Pools, LockedPool{
				InstanceType: pool.InstanceType, CapacityType: pool.CapacityType, NodesByZone: pool.NodesByZone, Price: kept(pool.Price),
			})
		}
		for j := range g.Workloads {
			locked.Replicas = append(locked.Replicas, PodCount{Workload: g.Workloads[j].Name, Pods: g.Workloads[j].Replicas})
		}
		l.NodeGroups = append(l.NodeGroups, locked)
	}
	l.ControlPlane.Mode = p.ControlPlane.Mode
	for i := range p.ControlPlane.Machines {
		m := &p.ControlPlane.Machines[i]
		l.ControlPlane.Machines = append(l.ControlPlane.Machines, LockedMachines{Role: m.Role, InstanceType: m.InstanceType, Nodes: m.Nodes, Price: kept(m.Price)})
	}
	return l
}

// kept is a price without its source.
func kept(p catalogs.Price) catalogs.Price {
	return catalogs.Price{Rate: p.Rate, Basis: p.Basis, Date: p.Date}
}

// Apply returns c with the types that l keeps for the groups and for the roles of the
// control plane that both know. They give way to others that save more than minSaving.
func (l *Lock) Apply(c Cluster, minSaving units.Ratio) Cluster {
	c.NodeGroups = slices.Clone(c.NodeGroups)
	for i := range c.NodeGroups {
		g := &c.NodeGroups[i]
		at := slices.IndexFunc(l.NodeGroups, func(o LockedGroup) bool { return o.Name == g.Name })
		if at < 0 {
			continue
		}
		var types []string
		for _, pool := range l.NodeGroups[at].Pools {
			types = append(types, pool.InstanceType)
		}
		if len(types) > 0 {
			slices.Sort(types)
			g.Locked = &Locked{Types: slices.Compact(types), MinSaving: minSaving}
		}
	}
	c.ControlPlane.Locked = nil
	if c.ControlPlane.Mode != l.ControlPlane.Mode {
		return c
	}
	for _, m := range l.ControlPlane.Machines {
		c.ControlPlane.Locked = append(c.ControlPlane.Locked, LockedRole{Role: m.Role, InstanceType: m.InstanceType, MinSaving: minSaving})
	}
	slices.SortFunc(c.ControlPlane.Locked, func(a, b LockedRole) int { return strings.Compare(a.Role, b.Role) })
	return c
}

// LockedType returns the type that is locked for a role; nil where none is.
func (s *ControlPlaneSpec) LockedType(role string) *LockedRole {
	for i := range s.Locked {
		if s.Locked[i].Role == role {
			return &s.Locked[i]
		}
	}
	return nil
}

// Locked are the types that an earlier plan chose for a group, which stand while they
// can.
type Locked struct {
	// Types of instances, sorted.
	Types []string
	// MinSaving is the share of the cost of nodes and root disks that other types have
	// to save, and more, to be chosen in their place.
	MinSaving units.Ratio
}

// LockVerdict is what became of locked types.
type LockVerdict string

// The verdicts.
const (
	// LockHeld: the nodes are of locked types alone.
	LockHeld LockVerdict = "held"
	// LockGone: no locked type is offered any more.
	LockGone LockVerdict = "gone"
	// LockUnfit: no number of nodes of the locked types holds.
	LockUnfit LockVerdict = "unfit"
	// LockSaving: other types save enough.
	LockSaving LockVerdict = "saving"
	// LockConflict: each group can keep its types, and the cluster cannot be planned
	// where all do.
	LockConflict LockVerdict = "conflict"
)

// LockOutcome says what became of the locked types of a group, and what a choice among
// all types comes to.
type LockOutcome struct {
	Verdict LockVerdict
	// Why the types could not be kept, in words; empty where the verdict says all.
	Why string
	// Gone are locked types that are not offered any more, sorted.
	Gone []string
	// Cost of nodes, root disks and fees by the node, of the locked types and of the free choice; of nodes
	// alone where the price of root disks is not known. Locked is not known where
	// they do not hold.
	Locked, Free Amount
	// FreeTypes are those of the free choice, sorted.
	FreeTypes []string
	// Saving is 1 - Free / Locked, rounded down; 0 where that is negative or not
	// known.
	Saving units.Ratio
}
