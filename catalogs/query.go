package catalogs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner/units"
)

// Bases returns the bases of a known price, the most trustworthy first.
func Bases() []Basis { return []Basis{Declared, Listed, Family, Estimated, Secondary, Recalled} }

// Class is a property of an instance type for which the language has a word:
// types of a class are left out unless a spec admits them.
type Class string

// The classes.
const (
	ClassMetal              Class = "metal"
	ClassBurstable          Class = "burstable"
	ClassFlex               Class = "flex"
	ClassGPU                Class = "gpu"
	ClassPreviousGeneration Class = "previous_generation"
)

// AllClasses returns the classes, in the order in which Classes gives them.
func AllClasses() []Class {
	return []Class{ClassMetal, ClassBurstable, ClassFlex, ClassGPU, ClassPreviousGeneration}
}

// Classes returns the classes of t, in the order of AllClasses; none for an
// ordinary type. A type with a GPU is of class gpu even where its share of one is
// not known, and so is a type with accelerators for inference or training: neither
// is bought for pods that only need CPU.
func Classes(t InstanceType) []Class {
	var classes []Class
	for _, c := range []struct {
		is    bool
		class Class
	}{
		{t.Metal, ClassMetal},
		{t.Burstable, ClassBurstable},
		{t.Flex, ClassFlex},
		{t.GPUs.Milli > 0 || t.GPUs.Name != "" || t.Accelerators.Count > 0, ClassGPU},
		{t.PreviousGeneration, ClassPreviousGeneration},
	} {
		if c.is {
			classes = append(classes, c.class)
		}
	}
	return classes
}

// Type returns the type of that name. c.Types must be sorted by name.
func (c Catalog) Type(name string) (InstanceType, bool) {
	at, ok := slices.BinarySearchFunc(c.Types, name, func(t InstanceType, name string) int { return strings.Compare(t.Name, name) })
	if !ok {
		return InstanceType{}, false
	}
	return c.Types[at], true
}

// NotOffered returns the first of the zones that is known not to offer t; "" for none.
func (t *InstanceType) NotOffered(zones []string) string {
	if t.Zones == nil {
		return ""
	}
	missing, _ := find(zones, func(z string) bool { return !slices.Contains(t.Zones, z) })
	return missing
}

// Zone returns the zone of that name or, failing that, of that id.
func (c Catalog) Zone(name string) (Zone, bool) {
	if z, ok := find(c.Zones, func(z Zone) bool { return z.Name == name }); ok {
		return z, true
	}
	return find(c.Zones, func(z Zone) bool { return z.ID == name && name != "" })
}

// Version returns the version of that minor ("1.35").
func (c Catalog) Version(minor string) (Version, bool) {
	return find(c.Versions, func(v Version) bool { return v.Minor == minor })
}

// Fee returns the fee of that tier.
func (c Catalog) Fee(tier string) (Fee, bool) {
	return find(c.Fees, func(f Fee) bool { return f.Tier == tier })
}

// Disk returns the disk of that type.
func (c Catalog) Disk(diskType string) (Disk, bool) {
	return find(c.Disks, func(d Disk) bool { return d.Type == diskType })
}

// SourceOf returns the source of that tag, which prices carry.
func (c Catalog) SourceOf(tag string) (Source, bool) {
	return find(c.Sources, func(s Source) bool { return s.Tag == tag })
}

func find[T any](rows []T, is func(T) bool) (T, bool) {
	if at := slices.IndexFunc(rows, is); at >= 0 {
		return rows[at], true
	}
	var zero T
	return zero, false
}

// Upstream returns a calendar with the dates of the Kubernetes project in the place
// of a provider's: release and end of patches. No later end is known to it.
func Upstream(versions []Version) []Version {
	var out []Version
	for _, v := range versions {
		out = append(out, Version{
			Minor: v.Minor, UpstreamRelease: v.UpstreamRelease, UpstreamEnd: v.UpstreamEnd,
			Release: v.UpstreamRelease, StandardEnd: v.UpstreamEnd,
		})
	}
	return out
}

// Families returns the families of c's types, sorted.
func (c Catalog) Families() []string {
	var names []string
	for _, t := range c.Types {
		names = append(names, t.Family)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Match reports whether name matches a glob of the language: "*" stands for any
// characters or none, "?" for one, everything else for itself.
func Match(glob, name string) bool {
	// star and mark are where to take up again after the last "*" when what
	// follows it does not match.
	star, mark, g, n := -1, 0, 0, 0
	for n < len(name) {
		switch {
		case g < len(glob) && glob[g] == '*':
			star, mark = g, n
			g++
		case g < len(glob) && (glob[g] == '?' || glob[g] == name[n]):
			g++
			n++
		case star >= 0:
			mark++
			g, n = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(glob[g:], "*") == ""
}

// Filter selects types. The zero value selects all; each field that is set must
// hold, lists by any of their elements.
type Filter struct {
	// Families are globs on the family, Types on the whole name.
	Families, Types []string
	// Exclude are globs on the whole name.
	Exclude       []string
	Architectures []string
	// Classes selects types of one of these classes, ExcludeClasses those of none.
	Classes, ExcludeClasses []Class
	// Bounds, inclusive; 0 is no bound.
	MinVCPUs, MaxVCPUs   int
	MinMemory, MaxMemory units.Bytes
	// Priced selects types whose on-demand price is known.
	Priced bool
}

// Selects reports whether f selects t.
func (f Filter) Selects(t InstanceType) bool {
	in := func(globs []string, name string) bool {
		return slices.ContainsFunc(globs, func(g string) bool { return Match(g, name) })
	}
	has := func(classes []Class) bool {
		return slices.ContainsFunc(Classes(t), func(c Class) bool { return slices.Contains(classes, c) })
	}
	switch {
	case len(f.Families) > 0 && !in(f.Families, t.Family),
		len(f.Types) > 0 && !in(f.Types, t.Name),
		in(f.Exclude, t.Name),
		len(f.Architectures) > 0 && !slices.Contains(f.Architectures, t.Architecture),
		len(f.Classes) > 0 && !has(f.Classes),
		has(f.ExcludeClasses),
		t.VCPUs < f.MinVCPUs, f.MaxVCPUs > 0 && t.VCPUs > f.MaxVCPUs,
		t.Memory < f.MinMemory, f.MaxMemory > 0 && t.Memory > f.MaxMemory,
		f.Priced && !t.OnDemand.Known():
		return false
	}
	return true
}

// Select returns the types of c that f selects, in c's order.
func (c Catalog) Select(f Filter) []InstanceType {
	var types []InstanceType
	for _, t := range c.Types {
		if f.Selects(t) {
			types = append(types, t)
		}
	}
	return types
}

// Subset returns c with only the types named, in c's order; a name given twice
// counts once. All else is c's, but SHA256, which is empty: it is another
// catalog. It fails on a name that c does not have.
func (c Catalog) Subset(names []string) (Catalog, error) {
	for _, name := range names {
		if _, ok := c.Type(name); !ok {
			return Catalog{}, fmt.Errorf("catalog %s/%s has no type %q", c.Provider, c.Region, name)
		}
	}
	var types []InstanceType
	for _, t := range c.Types {
		if slices.Contains(names, t.Name) {
			types = append(types, t)
		}
	}
	c.Types, c.SHA256 = types, ""
	return c, nil
}
