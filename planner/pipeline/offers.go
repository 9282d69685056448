package pipeline

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/packing"
	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
)

// offer is an instance type that a group may use, and what a node of it gives.
type offer struct {
	instance    *catalogs.InstanceType
	allocatable planner.Allocatable
	// daemons of a node, what they reserve, and what LeastAllocated counts for them
	// beyond that.
	daemons               []planner.DaemonSet
	reserved, unrequested placement.Resources
	// labels of a node, where a selector asks for any.
	labels map[string]string
	// room of a node, and what of it the DaemonSets leave free.
	room, free packing.Resources
	// price of one node: the machine alone.
	price catalogs.Price
	// rate is the machine and its root disks; known where both are, or where the
	// machine is and no disk price is: the disks are the same for every type.
	rate  units.USDPerHour
	known bool
	// named in full by the group's types.
	named    bool
	capacity planner.CapacityType
	// base is the same machine on demand, of a spot group that keeps some; nil
	// elsewhere.
	base *offer
}

// offered are the offers of a group, in the words of the packing stage too.
type offered struct {
	list   []offer
	packed []packing.Offer
	// interruption is the largest share of spot machines that are taken away in a month,
	// and whether that is known of any.
	interruption units.Ratio
	interrupted  bool
}

// packingOffers translates to the packing stage.
func packingOffers(offers []offer) []packing.Offer {
	out := make([]packing.Offer, len(offers))
	for i := range offers {
		o := &offers[i]
		out[i] = packing.Offer{
			Name: o.instance.Name, Price: o.rate, Known: o.known, Named: o.named,
			Free:  o.free,
			VCPUs: o.instance.VCPUs,
		}
	}
	return out
}

// offersFor returns the types that group g admits and whose nodes have room for
// their own DaemonSets, in the catalog's order.
func (m *maker) offersFor(g *planner.NodeGroup) (offered, error) {
	if known, ok := m.offers[g.Name]; ok {
		return known, nil
	}
	daemons := m.daemonSets(g)
	more := furtherOf(g)
	disks, _ := m.besideNode(g)
	var out []offer
	var unsized error
	var unselected *planner.Workload // which kept a type out
	sized := 0
	for i := range m.catalog.Types {
		t := &m.catalog.Types[i]
		admitted, named := admits(&g.Instances, t)
		if !admitted {
			continue
		}
		a, err := m.nodeOf(g, t)
		if err != nil {
			// The catalog lacks what the reserve is computed from: such a node
			// cannot be sized, so it is not offered unless it was asked for.
			if named {
				return offered{}, &planner.Infeasible{
					Path:       g.Path() + ".instances.types",
					Constraint: t.Name + " cannot be used: " + err.Error(),
					Remedy:     "name another type, or change what stands in its way",
				}
			}
			if unsized == nil {
				unsized = err
			}
			continue
		}
		sized++
		o := offer{instance: t, allocatable: a, room: more.node(&a), named: named}
		m.buyAs(&o, g, daemons, disks, g.Instances.CapacityType)
		m.keepBase(&o, g, daemons, disks)
		if o.free.CPU <= 0 || o.free.Memory <= 0 || o.free.Pods <= 0 {
			continue
		}
		if w := o.excludes(g); w != nil && g.Instances.MaxTypes <= 1 {
			unselected = w // one type has to admit all
			continue
		}
		out = append(out, o)
	}
	if len(out) == 0 && sized == 0 && unsized != nil {
		return offered{}, &planner.Infeasible{
			Path:       g.Path() + ".instances",
			Constraint: "no admitted type can be used: " + unsized.Error(),
			Remedy:     "admit other types, or change what stands in their way",
		}
	}
	if len(out) > 0 {
		unselected = admittedByNone(g, out)
	}
	if unselected != nil {
		return offered{}, m.unselected(g, unselected)
	}
	if len(out) == 0 {
		return offered{}, m.nothingOffered(g, daemons)
	}
	known := offered{list: out, packed: packingOffers(out)}
	known.interruption, known.interrupted = interruption(out)
	m.offers[g.Name] = known
	return m.offers[g.Name], nil
}

// nodeOf returns what a node of a type offers a group, whose zones must all offer the
// type: any of its nodes may have to stand in any of them.
func (m *maker) nodeOf(g *planner.NodeGroup, t *catalogs.InstanceType) (planner.Allocatable, error) {
	if zone := t.NotOffered(g.Zones); zone != "" {
		return planner.Allocatable{}, fmt.Errorf("%s is not offered in zone %s", t.Name, zone)
	}
	return m.provider.Allocatable(&m.cluster, g, t)
}

// keepBase adds to a spot offer the same machine on demand, where the group keeps some so.
func (m *maker) keepBase(o *offer, g *planner.NodeGroup, daemons []planner.DaemonSet, disks units.USDPerHour) {
	if o.capacity != planner.Spot || g.Instances.OnDemandBase.IsZero() {
		return
	}
	twin := *o
	m.buyAs(&twin, g, daemons, disks, planner.OnDemand)
	o.base = &twin
	o.known = o.known && twin.known
}

// buyAs fills in what depends on how the machine is bought.
func (m *maker) buyAs(o *offer, g *planner.NodeGroup, daemons []planner.DaemonSet, disks units.USDPerHour, capacity planner.CapacityType) {
	o.capacity, o.price = capacity, o.instance.OnDemand
	if capacity == planner.Spot {
		o.price = o.instance.Spot
	}
	o.rate, o.known = o.price.Rate+disks, o.price.Known()
	o.daemons = m.selected(daemons, g, o.instance, capacity)
	o.reserved, o.unrequested = reservedBy(o.daemons)
	taken := packing.Resources(o.reserved)
	o.free = o.room.Plus(&taken, -1)
	o.labels = m.labelled(g, o.instance, capacity)
}

// admits reports whether the filters let t in, and whether types names it in
// full. A type named in full needs to pass no other filter but exclude and
// architectures; a glob in types narrows what families admit.
func admits(in *planner.Instances, t *catalogs.InstanceType) (admitted, named bool) {
	if !slices.Contains(in.Architectures, t.Architecture) || anyGlob(in.Exclude, t.Name) {
		return false, false
	}
	if in.MaxVCPUs > 0 && t.VCPUs > in.MaxVCPUs || in.GPU != nil && !hasGPU(in.GPU, t) {
		return false, false
	}
	var globs []string
	for _, g := range in.Types {
		if !isGlob(g) && g == t.Name {
			return true, true
		}
		if isGlob(g) {
			globs = append(globs, g)
		}
	}
	if len(in.Families) == 0 && len(globs) == 0 && len(in.Types) > 0 {
		return false, false
	}
	if len(in.Families) > 0 && !anyGlob(in.Families, t.Family) {
		return false, false
	}
	if len(globs) > 0 && !anyGlob(globs, t.Name) {
		return false, false
	}
	if slices.Contains(in.Families, t.Family) {
		return true, false
	}
	for _, class := range catalogs.Classes(*t) {
		if !slices.Contains(in.Allow, string(class)) && (in.GPU == nil || class != catalogs.ClassGPU) {
			return false, false
		}
	}
	return true, false
}

// hasGPU reports whether t has GPUs as a filter asks for; memory that is not known is
// too little.
func hasGPU(f *planner.GPUFilter, t *catalogs.InstanceType) bool {
	return t.GPUs.Name != "" && (len(f.Names) == 0 || anyGlob(f.Names, t.GPUs.Name)) && t.GPUs.MemoryEach >= f.MinMemory
}

func isGlob(s string) bool { return strings.ContainsAny(s, "*?") }

func anyGlob(globs []string, name string) bool {
	return slices.ContainsFunc(globs, func(g string) bool { return catalogs.Match(g, name) })
}

var errNoHome = errors.New("no system or app group")

// home returns the index of the group that carries the provider's system
// workloads: the system group first by name, else the untainted app group first
// by name.
func home(groups []planner.NodeGroup) (int, error) {
	for _, want := range []planner.Role{planner.System, planner.App} {
		for i := range groups {
			if groups[i].Role == want && (want == planner.System || !groups[i].Tainted()) {
				return i, nil
			}
		}
	}
	return 0, errNoHome
}
