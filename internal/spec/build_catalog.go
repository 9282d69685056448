package spec

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// region finds the catalog of the cluster's region, and the date.
func (b *builder) region() {
	c := &b.cluster
	region, ok := get[string](b.root, "region")
	c.Region = region
	if ok && c.Provider != "" {
		b.findCatalog()
	}
	if date, ok := get[units.Date](b.root, "as_of"); ok {
		c.AsOf = date
	} else if b.catalog != nil && !b.root.has("as_of") {
		c.AsOf = b.catalog.Date
		b.assume("as_of", string(c.AsOf), "catalog")
	}
}

func (b *builder) findCatalog() {
	c := &b.cluster
	if !slices.Contains(b.offers.Providers(), c.Provider) {
		b.add(UnknownProvider, b.root.rng("provider"), "The catalog has no provider %q.", c.Provider)
		return
	}
	regions := b.offers.Regions(c.Provider)
	if !slices.Contains(regions, c.Region) {
		b.add(UnknownRegion, b.root.rng("region"), "%s has no region named %q.%s", c.Provider, short(c.Region), orElse(didYouMean(c.Region, regions), regions))
		return
	}
	cat, err := b.offers.Load(c.Provider, c.Region)
	if err != nil {
		b.add(CatalogFailed, b.root.rng("region"), "The catalog of %s %s cannot be read: %v.", c.Provider, c.Region, err)
		return
	}
	b.catalog = &cat
}

// versions checks kubernetes_version against the provider's calendar.
func (b *builder) versions() {
	minor, ok := get[string](b.root, "kubernetes_version")
	b.cluster.KubernetesVersion = minor
	if !ok || b.catalog == nil {
		return
	}
	rng := b.root.rng("kubernetes_version")
	v := b.findVersion(minor)
	asOf := b.cluster.AsOf
	switch {
	case v == nil:
		b.add(VersionUnknown, rng, "%s has no version %q. %s", b.cluster.Provider, minor, b.possible())
	case asOf.IsZero(): // a wrong as_of was reported
	case v.Release.IsZero():
		b.add(VersionNotYet, rng, "%s has no release date for %s. %s", b.cluster.Provider, minor, b.possible())
	case v.Release > asOf:
		b.add(VersionNotYet, rng, "%s releases %s on %s, after as_of %s. %s", b.cluster.Provider, minor, v.Release, asOf, b.possible())
	case !v.ExtendedEnd.IsZero() && v.ExtendedEnd <= asOf:
		b.add(VersionEnded, rng, "Extended support of %s ended on %s. %s", minor, v.ExtendedEnd, b.possible())
	}
}

// possible lists the minors that run at as_of.
func (b *builder) possible() string {
	var minors []string
	for _, v := range b.catalog.Versions {
		asOf := b.cluster.AsOf
		if !v.Release.IsZero() && (asOf.IsZero() || v.Release <= asOf && (v.ExtendedEnd.IsZero() || v.ExtendedEnd > asOf)) {
			minors = append(minors, v.Minor)
		}
	}
	if len(minors) == 0 {
		return "No version runs at that date."
	}
	return "Possible: " + quoteAll(minors) + "."
}

func (b *builder) findVersion(minor string) *catalogs.Version {
	for i := range b.catalog.Versions {
		if b.catalog.Versions[i].Minor == minor {
			return &b.catalog.Versions[i]
		}
	}
	return nil
}

// compareMinors orders minors by number: 1.9 before 1.10.
func compareMinors(x, y string) int {
	number := func(s string, i int) int {
		n, err := strconv.Atoi(strings.Split(s, ".")[i])
		if err != nil {
			panic("spec: minor " + s + " was not checked")
		}
		return n
	}
	return cmp.Or(cmp.Compare(number(x, 0), number(y, 0)), cmp.Compare(number(x, 1), number(y, 1)))
}

// upgrade reads the upgrade block.
func (b *builder) upgrade() {
	n := b.root.child("upgrade")
	if n == nil {
		return
	}
	u := &planner.Upgrade{}
	b.cluster.Upgrade = u
	u.Strategy = take(b, n, "upgrade", "strategy", "compare", "compare", "language")
	to, ok := get[string](n, "to")
	u.To = to
	from, fromOK := get[string](b.root, "kubernetes_version")
	if !ok {
		return
	}
	if fromOK && compareMinors(to, from) <= 0 {
		b.add(UpgradeImpossible, n.rng("to"), "The cluster runs %s: upgrade to a later minor, or leave the block out.", from)
		return
	}
	if b.catalog == nil {
		return
	}
	v := b.findVersion(to)
	switch {
	case v == nil:
		b.add(VersionUnknown, n.rng("to"), "%s has no version %q. %s", b.cluster.Provider, to, b.possible())
	case b.cluster.AsOf.IsZero():
	case v.Release.IsZero():
		b.add(VersionNotYet, n.rng("to"), "%s has no release date for %s. %s", b.cluster.Provider, to, b.possible())
	case v.Release > b.cluster.AsOf:
		b.add(VersionNotYet, n.rng("to"), "%s releases %s on %s, after as_of %s. To plan ahead, set as_of to that day.", b.cluster.Provider, to, v.Release, b.cluster.AsOf)
	}
}

// zones reads the cluster's zones and checks them against the catalog.
func (b *builder) zones() {
	list, ok := get[texts](b.root, "zones")
	if !ok {
		return
	}
	if len(list.items) == 0 {
		b.add(MissingAttribute, b.root.rng("zones"), "The list is empty: a cluster needs a zone.")
		return
	}
	b.cluster.Zones = slices.Sorted(slices.Values(list.items))
	if b.catalog == nil {
		return
	}
	first := map[string]string{}
	for i, name := range list.items {
		z := slices.IndexFunc(b.catalog.Zones, func(z catalogs.Zone) bool { return z.Name == name || z.ID == name && z.ID != "" })
		if z < 0 {
			b.strangeZone(name, &list, i)
			continue
		}
		canonical := b.catalog.Zones[z].Name
		if other, twice := first[canonical]; twice {
			b.add(DuplicateElement, &list.rngs[i], "%q and %q are one zone in the catalog. Use names or ids, not both.", other, name)
		}
		first[canonical] = name
	}
}

// strangeZone reports a zone that the region's catalog lacks.
func (b *builder) strangeZone(name string, list *texts, i int) {
	c := &b.cluster
	var known []string
	for _, z := range b.catalog.Zones {
		known = append(known, z.Name)
	}
	letter, ours := strings.CutPrefix(name, c.Region)
	switch {
	case ours && c.Provider == "aws" && regexp.MustCompile(`^[a-z]$`).MatchString(letter):
		b.add(ZoneLetterUnknown, &list.rngs[i], "The catalog of %s has %s. Letters belong to an account: check with \"aws ec2 describe-availability-zones\" that yours has %s.", c.Region, andList(known), name)
	case b.regionOf(name) != "":
		b.add(ZoneOfOther, &list.rngs[i], "%q belongs to %s, and the cluster is in %s. Zones here: %s.", short(name), b.regionOf(name), c.Region, quoteAll(known))
	default:
		b.add(ZoneNotInRegion, &list.rngs[i], "%s has no zone named %q.%s", c.Region, short(name), orElse(didYouMean(name, known), known))
	}
}

// regionOf returns the other region that a zone belongs to; empty where none
// is known.
func (b *builder) regionOf(zone string) string {
	regions := slices.Sorted(slices.Values(b.offers.Regions(b.cluster.Provider)))
	for _, region := range regions {
		rest, found := strings.CutPrefix(zone, region)
		if found && region != b.cluster.Region && regexp.MustCompile(`^-?[a-z]$`).MatchString(rest) {
			return region
		}
	}
	if !regexp.MustCompile(`^[a-z]+[0-9]+-az[0-9]+$`).MatchString(zone) {
		return ""
	}
	for _, region := range regions {
		if region == b.cluster.Region {
			continue
		}
		cat, err := b.offers.Load(b.cluster.Provider, region)
		if err == nil && slices.ContainsFunc(cat.Zones, func(z catalogs.Zone) bool { return z.ID == zone }) {
			return region
		}
	}
	return ""
}

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
		if b.catalog == nil || slices.ContainsFunc(b.catalog.Types, func(t catalogs.InstanceType) bool { return matches(glob, of(&t)) }) {
			continue
		}
		var known []string
		for _, t := range b.catalog.Types {
			if k := of(&t); !slices.Contains(known, k) {
				known = append(known, k)
			}
		}
		hint := ""
		if !strings.ContainsAny(glob, "*?") {
			hint = didYouMean(glob, known)
		}
		if name == "families" && strings.Contains(glob, ".") {
			hint = " A family is what stands before the \".\"; whole names go into types."
		} else if name != "families" && hint == "" && !strings.ContainsAny(glob, ".*") {
			hint = " A type's whole name is like \"m7g.large\"; families go into families."
		}
		b.add(GlobMatchesNone, &list.rngs[i], "%q matches no %s of %s %s.%s", glob, map[bool]string{true: "family", false: "type"}[name == "families"], b.cluster.Provider, b.cluster.Region, hint)
	}
	return slices.Sorted(slices.Values(list.items))
}

// matches reports whether a name has the form of a pattern.
func matches(glob, name string) bool {
	ok, err := path.Match(glob, name)
	return err == nil && ok
}

// checkDisk checks a declared disk against the catalog.
func (b *builder) checkDisk(n *node, d planner.Disk) {
	if b.catalog == nil || n == nil {
		return
	}
	i := slices.IndexFunc(b.catalog.Disks, func(k catalogs.Disk) bool { return k.Type == d.Type })
	if i < 0 {
		if n.has("type") && !n.attrs["type"].bad {
			var known []string
			for _, k := range b.catalog.Disks {
				known = append(known, k.Type)
			}
			b.add(DiskUnknown, n.rng("type"), "%s has no disk of type %q.%s", b.cluster.Region, short(d.Type), orElse(didYouMean(d.Type, known), known))
		}
		return
	}
	k := b.catalog.Disks[i]
	if size, ok := get[units.Bytes](n, "size"); ok && (k.MinSize > 0 && size < k.MinSize || k.MaxSize > 0 && size > k.MaxSize) {
		b.add(OutOfRange, n.rng("size"), "A %s disk has between %s and %s.", k.Type, bytesText(k.MinSize), bytesText(k.MaxSize))
	}
	if d.IOPS > 0 && d.IOPS < k.FreeIOPS {
		b.add(OutOfRange, n.rng("iops"), "A %s disk has %d operations a second anyway. Leave iops out.", k.Type, k.FreeIOPS)
	}
	if d.ThroughputMiBps > 0 && d.ThroughputMiBps < k.FreeMiBps {
		b.add(OutOfRange, n.rng("throughput_mib"), "A %s disk moves %d MiB a second anyway. Leave throughput_mib out.", k.Type, k.FreeMiBps)
	}
	if d.IOPS > 0 && k.MaxIOPS > 0 && d.IOPS > k.MaxIOPS {
		b.add(OutOfRange, n.rng("iops"), "A %s disk has at most %d operations a second.", k.Type, k.MaxIOPS)
	}
	if d.ThroughputMiBps > 0 && k.MaxMiBps > 0 && d.ThroughputMiBps > k.MaxMiBps {
		b.add(OutOfRange, n.rng("throughput_mib"), "A %s disk moves at most %d MiB a second.", k.Type, k.MaxMiBps)
	}
}
