package spec

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
)

func typeName(t *catalogs.InstanceType) string   { return t.Name }
func familyName(t *catalogs.InstanceType) string { return t.Family }

// patterns returns a list of patterns, sorted, and reports those that match
// nothing in the region.
func (b *builder) patterns(n *node, name string, of func(*catalogs.InstanceType) string) []string {
	list, ok := get[texts](n, name)
	if !ok {
		return nil
	}
	if len(list.items) == 0 && name != "exclude" {
		b.add(MissingAttribute, n.rng(name), "The list is empty, so that no machine fits. Leave %s out for the default.", name)
	}
	for i, glob := range list.items {
		if b.catalog == nil || slices.ContainsFunc(b.catalog.Types, func(t catalogs.InstanceType) bool { return catalogs.Match(glob, of(&t)) }) {
			continue
		}
		var known []string
		for _, t := range b.catalog.Types {
			if k := of(&t); !slices.Contains(known, k) {
				known = append(known, k)
			}
		}
		hint := likeGlob(glob, known)
		if !strings.ContainsAny(glob, "*?") {
			hint = cmp.Or(didYouMean(glob, known), hint)
		}
		b.add(GlobMatchesNone, &list.rngs[i], "%q matches no %s of %s %s.%s", glob, b.kindOfName(name), b.cluster.Provider, b.cluster.Region, b.formOfName(name, glob, hint, known))
	}
	return slices.Sorted(slices.Values(list.items))
}

// kindOfName says what the patterns of an attribute name.
func (b *builder) kindOfName(attribute string) string {
	switch {
	case b.terms.OwnMachines:
		return "machine"
	case attribute == "families":
		return "family"
	}
	return "type"
}

// formOfName says how families and types are told apart where a pattern looks
// like the other, or else gives the hint; machines of one's own are few enough to
// list.
func (b *builder) formOfName(attribute, glob, hint string, known []string) string {
	end := b.terms.FamilyEnd
	switch {
	case b.terms.OwnMachines:
		return orElse(hint, known)
	case end == "":
	case attribute == "families" && strings.Contains(glob, end):
		return fmt.Sprintf(" A family is what stands before the %q; whole names go into types.", end)
	case attribute != "families" && !strings.HasPrefix(hint, " Did") && !strings.ContainsAny(glob, end+"*"):
		return fmt.Sprintf(" A type's whole name is like %q; families go into families.", b.terms.TypeExample)
	}
	return hint
}

// likeGlob names what begins as a pattern does, as far as anything begins so.
func likeGlob(glob string, known []string) string {
	const most = 12
	stem, _, _ := strings.Cut(strings.ReplaceAll(glob, "?", "*"), "*")
	for ; stem != ""; stem = stem[:len(stem)-1] {
		var like []string
		for _, k := range known {
			if strings.HasPrefix(k, stem) {
				like = append(like, k)
			}
		}
		slices.Sort(like)
		if len(like) > most {
			return fmt.Sprintf(" With %q begin %s and %d more.", stem, strings.Join(like[:most], ", "), len(like)-most)
		}
		if len(like) > 0 {
			return fmt.Sprintf(" With %q begins %s.", stem, andList(like))
		}
	}
	return ""
}

// checkAdmitted reports each pattern of families and types whose every match is
// left out by the other settings.
func (b *builder) checkAdmitted(n *node, in *planner.Instances) {
	if b.catalog == nil || n.has("architectures") && n.attrs["architectures"].bad || n.has("allow") && n.attrs["allow"].bad {
		return
	}
	for _, name := range []string{"families", "types"} {
		list, _ := get[texts](n, name)
		for i, glob := range list.items {
			b.checkPattern(in, name, glob, &list.rngs[i])
		}
	}
}

// checkPattern reports a pattern whose every match is left out for one reason.
func (b *builder) checkPattern(in *planner.Instances, name, glob string, rng *hcl.Range) {
	of := typeName
	if name == "families" {
		of = familyName
	}
	var left []*catalogs.InstanceType
	for i := range b.catalog.Types {
		if t := &b.catalog.Types[i]; catalogs.Match(glob, of(t)) {
			left = append(left, t)
		}
	}
	literal := !strings.ContainsAny(glob, "*?")
	for _, f := range b.filters(in, literal) {
		var rest []*catalogs.InstanceType
		for _, t := range left {
			if f.admits(t) {
				rest = append(rest, t)
			}
		}
		if len(left) > 0 && len(rest) == 0 {
			b.add(GlobAdmitsNone, rng, "%s %s.", f.what(left, glob), f.remedy(left))
			return
		}
		left = rest
	}
}

// filter is one setting that leaves types out.
type filter struct {
	admits func(*catalogs.InstanceType) bool
	// what says that a pattern's matches are left out, remedy what to write.
	what   func(matches []*catalogs.InstanceType, glob string) string
	remedy func(matches []*catalogs.InstanceType) string
}

// filters returns what leaves types out, in the order of their checks. Classes
// do not hold for what is named in full.
func (b *builder) filters(in *planner.Instances, literal bool) []filter {
	every := func(matches []*catalogs.InstanceType, glob string) string {
		if len(matches) == 1 && matches[0].Name == glob {
			return fmt.Sprintf("%q", glob)
		}
		return fmt.Sprintf("Every type that %q matches", glob)
	}
	architecture := filter{
		admits: func(t *catalogs.InstanceType) bool { return slices.Contains(in.Architectures, t.Architecture) },
		what: func(matches []*catalogs.InstanceType, glob string) string {
			return fmt.Sprintf("%s is %s, and architectures is [%s].", every(matches, glob), matches[0].Architecture, quoteAll(in.Architectures))
		},
		remedy: func(matches []*catalogs.InstanceType) string {
			return fmt.Sprintf("Write architectures = [%q] if the images run there, or name other machines", matches[0].Architecture)
		},
	}
	excluded := filter{
		admits: func(t *catalogs.InstanceType) bool {
			return !slices.ContainsFunc(in.Exclude, func(g string) bool { return catalogs.Match(g, t.Name) })
		},
		what: func(matches []*catalogs.InstanceType, glob string) string {
			return every(matches, glob) + " is left out by exclude."
		},
		remedy: func([]*catalogs.InstanceType) string { return "Leave out one of the two" },
	}
	small := filter{
		admits: func(t *catalogs.InstanceType) bool { return in.MaxVCPUs == 0 || t.VCPUs <= in.MaxVCPUs },
		what: func(matches []*catalogs.InstanceType, glob string) string {
			return fmt.Sprintf("%s has more than %s.", every(matches, glob), count(in.MaxVCPUs, "vCPU"))
		},
		remedy: func(matches []*catalogs.InstanceType) string {
			least := slices.MinFunc(matches, func(x, y *catalogs.InstanceType) int { return cmp.Compare(x.VCPUs, y.VCPUs) })
			return fmt.Sprintf("Raise max_vcpus to %d, which %s has", least.VCPUs, least.Name)
		},
	}
	class := filter{
		admits: func(t *catalogs.InstanceType) bool { return literal || refusedClass(in, t) == "" },
		what: func(matches []*catalogs.InstanceType, glob string) string {
			return fmt.Sprintf("%s is of class %s, which is left out unless it is asked for.", every(matches, glob), refusedClass(in, matches[0]))
		},
		remedy: func(matches []*catalogs.InstanceType) string {
			return fmt.Sprintf("Add %q to allow, or name the types or families in full", refusedClass(in, matches[0]))
		},
	}
	gpus := filter{
		admits: func(t *catalogs.InstanceType) bool { return in.GPU == nil || hasGPU(in.GPU, t) },
		what: func(matches []*catalogs.InstanceType, glob string) string {
			return every(matches, glob) + " has none of the GPUs that gpu asks for."
		},
		remedy: func([]*catalogs.InstanceType) string { return "Name other machines, or ask for less in gpu" },
	}
	return []filter{architecture, excluded, small, gpus, class}
}

// refusedClass returns the first class of t that is not allowed; empty where t
// is admitted, as a family that is named in full is.
func refusedClass(in *planner.Instances, t *catalogs.InstanceType) string {
	if slices.Contains(in.Families, t.Family) {
		return ""
	}
	for _, c := range catalogs.Classes(*t) {
		if !slices.Contains(in.Allow, string(c)) && (in.GPU == nil || c != catalogs.ClassGPU) {
			return string(c)
		}
	}
	return ""
}
