package spec

import (
	"cmp"
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
	at := slices.IndexFunc(b.offers.Grounds(), func(g planner.Ground) bool {
		return g.Terms.Provider == c.Provider && g.Terms.Mode == c.ControlPlane.Mode
	})
	if at < 0 {
		b.add(UnknownProvider, b.root.rng("provider"), "The catalog has no provider %q.", c.Provider)
		return
	}
	ground := b.offers.Grounds()[at]
	b.terms = ground.Terms
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
	b.catalog, b.provider = &cat, ground.New(&cat)
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
		b.add(VersionUnknown, rng, "%s has no version %q. %s", b.cluster.Provider, minor, b.possible(""))
	case asOf.IsZero(): // a wrong as_of was reported
	case v.Release.IsZero():
		b.add(VersionNotYet, rng, "%s has no release date for %s. %s", b.cluster.Provider, minor, b.possible(""))
	case v.Release > asOf:
		b.add(VersionNotYet, rng, "%s releases %s on %s, after as_of %s. %s", b.cluster.Provider, minor, v.Release, asOf, b.possible(""))
	case !v.ExtendedEnd.IsZero() && v.ExtendedEnd <= asOf:
		b.add(VersionEnded, rng, "Extended support of %s ended on %s. %s", minor, v.ExtendedEnd, b.possible(""))
	}
}

// possible lists the minors that run at as_of, those later than a minor that is
// not empty.
func (b *builder) possible(after string) string {
	var minors []string
	for _, v := range b.catalog.Versions {
		asOf := b.cluster.AsOf
		if after != "" && compareMinors(v.Minor, after) <= 0 {
			continue
		}
		if !v.Release.IsZero() && (asOf.IsZero() || v.Release <= asOf && (v.ExtendedEnd.IsZero() || v.ExtendedEnd > asOf)) {
			minors = append(minors, v.Minor)
		}
	}
	if len(minors) == 0 {
		return "No such version runs at that date."
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
		b.add(VersionUnknown, n.rng("to"), "%s has no version %q. %s", b.cluster.Provider, to, b.possible(from))
	case b.cluster.AsOf.IsZero():
	case v.Release.IsZero():
		b.add(VersionNotYet, n.rng("to"), "%s has no release date for %s. %s", b.cluster.Provider, to, b.possible(from))
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
		b.add(MissingAttribute, b.root.rng("zones"), "The list is empty: a cluster needs a zone, and three to survive the loss of one well.")
		return
	}
	b.cluster.Zones = slices.Sorted(slices.Values(list.items))
	if b.catalog == nil {
		return
	}
	first := map[string]string{}
	byID := 0
	for i, name := range list.items {
		z := slices.IndexFunc(b.catalog.Zones, func(z catalogs.Zone) bool { return z.Name == name || z.ID == name && z.ID != "" })
		if z < 0 {
			b.strangeZone(name, &list, i)
			continue
		}
		canonical := b.catalog.Zones[z].Name
		if name == b.catalog.Zones[z].ID && name != canonical {
			byID++
		}
		if other, twice := first[canonical]; twice {
			b.add(DuplicateElement, &list.rngs[i], "%q and %q are one zone in the catalog. Use names or ids, not both.", other, name)
		}
		first[canonical] = name
	}
	if byID > 0 && byID < len(first) && len(first) == len(list.items) {
		b.add(DuplicateElement, b.root.rng("zones"), "Some zones are written as names and some as ids. Letters belong to an account, ids do not: write all in one way.")
	}
}

func zoneLetter(s string) bool { return len(s) == 1 && s[0] >= 'a' && s[0] <= 'z' }

// strangeZone reports a zone that the region's catalog lacks.
func (b *builder) strangeZone(name string, list *texts, i int) {
	c := &b.cluster
	var known []string
	for _, z := range b.catalog.Zones {
		known = append(known, z.Name)
	}
	letter, ours := strings.CutPrefix(name, c.Region)
	mayExist := ours && c.Provider == "aws" && zoneLetter(letter)
	b.zonesWrong = b.zonesWrong || !mayExist
	switch {
	case mayExist:
		b.add(ZoneLetterUnknown, &list.rngs[i], "The catalog of %s has %s. Letters belong to an account: check with \"aws ec2 describe-availability-zones\" that yours has %s.", c.Region, andList(known), name)
	case len(name) == 1 && slices.Contains(known, c.Region+name):
		b.add(ZoneNotInRegion, &list.rngs[i], "A zone is named in full: write %q.", c.Region+name)
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
