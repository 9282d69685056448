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

// region reads the cluster's region and finds its catalog. Machines of one's own
// stand in a place of any name; their catalog is made from them.
func (b *builder) region() {
	b.cluster.AsOf, _ = get[units.Date](b.root, "as_of")
	region, ok := get[string](b.root, "region")
	b.cluster.Region = region
	switch {
	case !ok || b.ground == nil:
	case b.terms.OwnMachines:
		if !placeName(region) {
			b.add(InvalidName, b.root.rng("region"), "%q cannot name a region: it becomes a label of the nodes: %s.", short(region), labelValueRule)
		}
	default:
		b.findCatalog()
	}
}

// placeName reports whether s can name a region or a zone: it becomes the value
// of a label of the nodes.
func placeName(s string) bool { return s != "" && labelValue(s) }

func (b *builder) findCatalog() {
	c := &b.cluster
	regions := b.offers.Regions(c.Provider)
	if !slices.Contains(regions, c.Region) {
		b.add(UnknownRegion, b.root.rng("region"), "There is no catalog of the %s region %q.%s", c.Provider, short(c.Region), orElse(didYouMean(c.Region, regions), regions))
		return
	}
	cat, err := b.offers.Load(c.Provider, c.Region)
	if err != nil {
		b.add(CatalogFailed, b.root.rng("region"), "The catalog of %s %s cannot be read: %v.", c.Provider, c.Region, err)
		return
	}
	b.asOf(cat.Date, "catalog")
	b.use(&cat)
}

// use takes cat for the cluster's catalog.
func (b *builder) use(cat *catalogs.Catalog) {
	b.catalog, b.provider = cat, b.ground.New(cat)
	b.minors = b.provider.Versions(cat)
}

// asOf reads the day of the plan; the default is that of a catalog or calendar.
func (b *builder) asOf(date units.Date, source string) {
	if !b.root.has("as_of") {
		b.cluster.AsOf = date
		b.assume("as_of", string(date), source)
	}
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
		b.add(VersionUnknown, rng, "%s has no version %q. %s", b.publisher(), minor, b.possible(""))
	case asOf.IsZero(): // a wrong as_of was reported
	case v.Release.IsZero():
		b.add(VersionNotYet, rng, "%s has no release date for %s. %s", b.publisher(), minor, b.possible(""))
	case v.Release > asOf:
		b.add(VersionNotYet, rng, "%s releases %s on %s, after as_of %s. %s", b.publisher(), minor, v.Release, asOf, b.possible(""))
	case !v.ExtendedEnd.IsZero() && v.ExtendedEnd <= asOf:
		b.add(VersionEnded, rng, "Extended support of %s ended on %s. %s", minor, v.ExtendedEnd, b.possible(""))
	}
}

// publisher names whose calendar the minors are of.
func (b *builder) publisher() string {
	if b.terms.Mode == planner.SelfManaged {
		return "Kubernetes"
	}
	return b.cluster.Provider
}

// possible lists the minors that run at as_of, those later than a minor that is
// not empty.
func (b *builder) possible(after string) string {
	var minors []string
	for _, v := range b.minors {
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
	for i := range b.minors {
		if b.minors[i].Minor == minor {
			return &b.minors[i]
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
	b.zonesWrong = list.partial
	if b.terms.OwnMachines {
		b.ownZones(&list)
	}
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
			b.zonesWrong = true
			b.add(DuplicateElement, &list.rngs[i], "%q and %q are one zone in the catalog. Use names or ids, not both.", other, name)
		}
		first[canonical] = name
	}
	if byID > 0 && byID < len(first) && len(first) == len(list.items) {
		b.add(DuplicateElement, b.root.rng("zones"), "Some zones are written as names and some as ids. Letters belong to an account, ids do not: write all in one way.")
	}
}

// ownZones holds names that the cluster's owner chose to the form of labels.
func (b *builder) ownZones(list *texts) {
	for i, name := range list.items {
		if !placeName(name) {
			b.zonesWrong = true
			b.add(InvalidName, &list.rngs[i], "%q cannot name a zone: it becomes a label of the nodes: %s.", short(name), labelValueRule)
		}
	}
}

// strangeZone reports a zone that the region's catalog lacks.
func (b *builder) strangeZone(name string, list *texts, i int) {
	c := &b.cluster
	var known []string
	for _, z := range b.catalog.Zones {
		known = append(known, z.Name)
	}
	mayExist := b.terms.HiddenZone != nil && b.terms.HiddenZone(c.Region, name)
	full := slices.IndexFunc(known, func(k string) bool {
		return strings.HasPrefix(k, c.Region) && strings.TrimPrefix(strings.TrimPrefix(k, c.Region), "-") == name
	})
	b.zonesWrong = b.zonesWrong || !mayExist
	switch {
	case mayExist:
		b.add(ZoneLetterUnknown, &list.rngs[i], "The catalog of %s has %s. Letters belong to an account: check that yours has %s.", c.Region, andList(known), name)
	case full >= 0:
		b.add(ZoneNotInRegion, &list.rngs[i], "A zone is named in full: write %q.", known[full])
	case b.regionOf(name) != "":
		b.add(ZoneOfOther, &list.rngs[i], "%q belongs to %s, and the cluster is in %s. Zones here: %s.", short(name), b.regionOf(name), c.Region, quoteAll(known))
	case b.terms.HiddenZone == nil: // the catalog has them all
		b.add(ZoneNotInRegion, &list.rngs[i], "%s has no zone named %q.%s Zones here: %s.", c.Region, short(name), didYouMean(name, known), quoteAll(known))
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
