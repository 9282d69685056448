package verify

import (
	"path"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// candidate is an admitted type, bought in one way, with what a node of it offers to
// workloads.
type candidate struct {
	t *catalogs.InstanceType
	// free is allocatable less DaemonSets.
	free  room
	price catalogs.Price
	// labels of a node; nil where nobody asks for any.
	labels map[string]string
	// base: on demand in a spot group, for its base alone.
	base bool
}

// family returns what stands before the first end of a family in a name; without an
// end a name is its own family.
func family(end, name string) string {
	if end == "" {
		return name
	}
	before, _, _ := strings.Cut(name, end)
	return before
}

// globbed reports whether any of globs matches name. A malformed glob matches
// nothing.
func globbed(globs []string, name string) bool {
	return slices.ContainsFunc(globs, func(g string) bool {
		ok, err := path.Match(g, name)
		return err == nil && ok
	})
}

// isGlob reports whether s stands for more names than its own.
func isGlob(s string) bool { return strings.ContainsAny(s, "*?[") }

// refusal says why a group may not use t; empty where it may. A type that types
// names in full is admitted whatever its family and class; a glob of types narrows
// what families admit (docs/decisions/0001).
func refusal(terms *planner.Terms, in *planner.Instances, t *catalogs.InstanceType) string {
	fam := family(terms.FamilyEnd, t.Name)
	narrowed := slices.ContainsFunc(in.Types, isGlob)
	switch { // what is cheap to see comes first: a region has some thousand types
	case len(in.Architectures) > 0 && !slices.Contains(in.Architectures, t.Architecture):
		return "its architecture is " + t.Architecture
	case in.MaxVCPUs > 0 && t.VCPUs > in.MaxVCPUs:
		return "it has more vCPUs than max_vcpus"
	case globbed(in.Exclude, t.Name):
		return "exclude matches it"
	case in.GPU != nil && !hasGPU(in.GPU, t):
		return "it has not the GPUs that gpu asks for"
	case slices.Contains(in.Types, t.Name):
		return ""
	case len(in.Families) > 0 && !globbed(in.Families, fam):
		return "its family is not among families"
	case narrowed && !globbed(in.Types, t.Name):
		return "types does not match it"
	case len(in.Types) > 0 && !narrowed && len(in.Families) == 0:
		return "types names others"
	case slices.Contains(in.Families, fam):
		return "" // a family in full admits every class
	}
	classes := []struct {
		name string
		is   bool
	}{
		{"metal", t.Metal},
		{"burstable", t.Burstable},
		{"flex", t.Flex},
		{"gpu", in.GPU == nil && (t.GPUs.Milli > 0 || t.GPUs.Name != "" || t.Accelerators.Count > 0)},
		{"previous_generation", t.PreviousGeneration},
	}
	for _, class := range classes {
		if class.is && !slices.Contains(in.Allow, class.name) {
			return "it is of class " + class.name + ", which allow does not name"
		}
	}
	return ""
}

// hasGPU reports whether t has GPUs as a filter asks for: one of the names, and of
// each as much memory; what is not known is not enough.
func hasGPU(f *planner.GPUFilter, t *catalogs.InstanceType) bool {
	return (t.GPUs.Milli > 0 || t.GPUs.Name != "") && (len(f.Names) == 0 || globbed(f.Names, t.GPUs.Name)) && t.GPUs.MemoryEach >= f.MinMemory
}

// priceOf returns what t costs bought as capacity says; never another term's price.
func priceOf(t *catalogs.InstanceType, capacity planner.CapacityType) catalogs.Price {
	if capacity == planner.Spot {
		return t.Spot
	}
	return t.OnDemand
}

// standsIn reports whether every zone offers t, or which do is not known.
func standsIn(t *catalogs.InstanceType, zones []string) bool {
	for _, z := range zones {
		if len(t.Zones) > 0 && !slices.Contains(t.Zones, z) {
			return false
		}
	}
	return true
}

// admitted collects the types that g may use and checks that a type without a
// price was chosen only where it had to be.
func (k *checker) admitted(g *group) {
	in := &g.decl.Instances
	based := in.CapacityType == planner.Spot && !in.OnDemandBase.IsZero()
	for i := range k.cat.Types {
		t := &k.cat.Types[i]
		if refusal(&k.terms, in, t) != "" || !standsIn(t, g.decl.Zones) {
			continue
		}
		a, err := k.prov.Allocatable(k.c, g.decl, t)
		if err != nil {
			continue // a type that nobody can size is no candidate; a chosen one is reported by pools
		}
		add := func(capacity planner.CapacityType, base bool) {
			labels := k.labels(g, t, capacity)
			free := g.offered(&a).minus(g.daemonRoom(g.daemonsOn(labels)))
			g.candidates = append(g.candidates, candidate{t: t, free: free, price: priceOf(t, capacity), labels: labels, base: base})
		}
		add(in.CapacityType, false)
		if based {
			add(planner.OnDemand, true)
		}
	}
	for i := range g.pools {
		p := &g.pools[i]
		if p.plan.Price.Known() || slices.Contains(in.Types, p.plan.InstanceType) {
			continue
		}
		if g.decl.Locked != nil && slices.Contains(g.decl.Locked.Types, p.plan.InstanceType) {
			continue // it stands, priced or not
		}
		if g.decl.MaxNodes > 0 {
			continue // it may be that no priced type holds all in so few nodes
		}
		for j := range g.candidates {
			o := &g.candidates[j]
			if _, binds := sustained(k.c, o.t); binds {
				continue // nor that its baseline holds them
			}
			if _, limited := k.standing(o.t.Name, ""); limited {
				continue // nor that enough of them stand there
			}
			if based && !o.t.OnDemand.Known() {
				continue // some of its nodes would have no price
			}
			if !o.base && o.price.Known() && g.fitsAll(o) {
				k.need(false, p.path, "pool.unpriced", "a type without a known price, though types does not name it and %s has a price and holds every pod", o.t.Name)
				break
			}
		}
	}
}

// candidate returns the admitted type of a name, bought as the group says; nil where
// there is none.
func (g *group) candidate(name string) *candidate {
	i := slices.IndexFunc(g.candidates, func(c candidate) bool { return c.t.Name == name && !c.base })
	if i < 0 {
		return nil
	}
	return &g.candidates[i]
}

// fits reports whether a pod of l may run on an empty node of c, in some zone.
func (g *group) fits(l *load, c *candidate) bool {
	return c.free.holds(&l.size) && (len(l.spec.NodeSelector) == 0 || selectsIn(l.spec.NodeSelector, c.labels, g.decl.Zones))
}

// fitsAll reports whether each of g's pods fits an empty node of c.
func (g *group) fitsAll(c *candidate) bool {
	return !slices.ContainsFunc(g.loads, func(l *load) bool { return l.plan.Replicas > 0 && !g.fits(l, c) })
}

// sustained returns the CPU that a burstable type holds for good, and whether it
// bounds the group: in production, where the baseline is known.
func sustained(c *planner.Cluster, t *catalogs.InstanceType) (units.MilliCPU, bool) {
	return t.BaselineCPU, c.Environment == planner.Production && t.Burstable && t.BaselineCPU > 0
}
