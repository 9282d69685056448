// Package generate makes catalogs from the figures in catalogs/sources.
//
// It joins tables and decides nothing about prices but what the tables say: a
// price that no row gives stays unknown, and no region borrows another's. What it
// leaves out it counts, with the reason.
package generate

import (
	"cmp"
	"errors"
	"io/fs"
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

// Source is the Catalog.Source of what the program carries.
const Source = "snapshot"

// Result is what Catalogs makes.
type Result struct {
	// Catalogs are sealed, and sorted by provider and region.
	Catalogs []catalogs.Catalog
	// Excluded rows, sorted by file and reason.
	Excluded []Exclusion
}

// Exclusion counts rows of a file that no catalog shows, for one reason.
type Exclusion struct {
	File, Reason string
	Rows         int
}

// Catalogs reads the tables in fsys and returns one catalog a region. It fails on
// a table that is missing, malformed, or names what another does not have, and on
// a catalog that is not valid.
func Catalogs(fsys fs.FS) (Result, error) {
	b := &builder{fsys: fsys, regions: map[key]*catalogs.Catalog{}, shapes: map[key]string{}, sources: map[string]catalogs.Source{}}
	b.readCommon()
	b.readAWS()
	b.readGCP()
	b.readDisks()
	b.readFees()
	b.readVersions()
	b.countUnused()
	if b.err != nil {
		return Result{}, b.err
	}
	result := Result{Excluded: b.excluded}
	slices.SortFunc(result.Excluded, func(x, y Exclusion) int {
		return cmp.Or(cmp.Compare(x.File, y.File), cmp.Compare(x.Reason, y.Reason))
	})
	for _, k := range b.keys() {
		c, _, err := catalogs.Seal(b.finish(k))
		if err != nil {
			return Result{}, err
		}
		result.Catalogs = append(result.Catalogs, c)
	}
	return result, nil
}

// countUnused counts the types that no region is known to offer.
func (b *builder) countUnused() {
	for k, c := range b.regions {
		for _, t := range c.Types {
			delete(b.shapes, key{k.group, t.Name})
		}
	}
	for _, file := range b.shapes {
		b.exclude(file, "no region is known to offer the type")
	}
}

// key names a region of a provider, a type of one, or a row: its region and type.
type key struct{ group, name string }

type builder struct {
	fsys    fs.FS
	asOf    units.Date
	sources map[string]catalogs.Source
	// regions are filled in any order and sorted by finish.
	regions map[key]*catalogs.Catalog
	// shapes are the files that describe types, by provider and type.
	shapes   map[key]string
	excluded []Exclusion
	err      error
}

func (b *builder) open(name string, columns ...string) *table {
	t := openTable(b.fsys, name, columns...)
	if b.err != nil {
		t.err = b.err
	}
	return t
}

// done takes over a table's error.
func (b *builder) done(t *table) {
	if b.err == nil {
		b.err = t.err
	}
}

func (b *builder) exclude(file, reason string) {
	at := slices.IndexFunc(b.excluded, func(e Exclusion) bool { return e.File == file && e.Reason == reason })
	if at < 0 {
		at = len(b.excluded)
		b.excluded = append(b.excluded, Exclusion{File: file, Reason: reason})
	}
	b.excluded[at].Rows++
}

// region returns the catalog of a region, new where there is none yet.
func (b *builder) region(provider, region string) *catalogs.Catalog {
	k := key{provider, region}
	if b.regions[k] == nil {
		b.regions[k] = &catalogs.Catalog{Provider: provider, Region: region, Source: Source, Date: b.asOf}
	}
	return b.regions[k]
}

func (b *builder) keys() []key {
	var keys []key
	for k := range b.regions {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(x, y key) int {
		return cmp.Or(cmp.Compare(x.group, y.group), cmp.Compare(x.name, y.name))
	})
	return keys
}

func (b *builder) readCommon() {
	t := b.open("collected.csv", "date")
	if t.next() {
		b.asOf = t.date("date")
	}
	b.done(t)
	if b.err == nil && (b.asOf.IsZero() || len(t.rows) != 1) {
		b.err = errors.New("collected.csv: one date is wanted")
	}
	t = b.open("sources.csv", "tag", "date", "origin", "commit", "licence", "gives")
	for t.next() {
		s := catalogs.Source{
			Tag: t.required("tag"), Date: t.date("date"), Origin: t.required("origin"),
			Commit: t.text("commit"), Licence: t.text("licence"), Gives: t.required("gives"),
		}
		if _, twice := b.sources[s.Tag]; twice {
			t.fail("source %s twice", s.Tag)
		}
		b.sources[s.Tag] = s
	}
	b.done(t)
}

// price returns a price with the date of its source.
func (b *builder) price(t *table, rate units.USDPerHour, basis catalogs.Basis, tag string) catalogs.Price {
	source, ok := b.sources[tag]
	if !ok {
		t.fail("source %q is not in sources.csv", tag)
	}
	if !slices.Contains(catalogs.Bases(), basis) {
		t.fail("%q is not a basis", basis)
	}
	return catalogs.Price{Rate: rate, Basis: basis, Date: source.Date, Source: tag}
}

// finish returns a region's catalog with its lists sorted and its sources.
func (b *builder) finish(k key) catalogs.Catalog {
	c := *b.regions[k]
	slices.SortFunc(c.Zones, func(x, y catalogs.Zone) int { return cmp.Compare(x.Name, y.Name) })
	slices.SortFunc(c.Types, func(x, y catalogs.InstanceType) int { return cmp.Compare(x.Name, y.Name) })
	slices.SortFunc(c.Disks, func(x, y catalogs.Disk) int { return cmp.Compare(x.Type, y.Type) })
	slices.SortFunc(c.Fees, func(x, y catalogs.Fee) int { return cmp.Compare(x.Tier, y.Tier) })
	tags := shapeSources(k.group)
	for i := range c.Types {
		t := &c.Types[i]
		tags = append(tags, t.OnDemand.Source, t.Spot.Source)
		slices.SortFunc(t.Commitments, func(x, y catalogs.Commitment) int {
			return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.TermYears, y.TermYears), cmp.Compare(x.Payment, y.Payment))
		})
		for _, m := range t.Commitments {
			tags = append(tags, m.Price.Source)
		}
	}
	for _, d := range c.Disks {
		tags = append(tags, d.PerGiB.Source, d.PerIOPS.Source, d.PerMiBps.Source)
	}
	for _, f := range c.Fees {
		tags = append(tags, f.Price.Source)
	}
	slices.Sort(tags)
	for _, tag := range slices.Compact(tags) {
		if tag != "" {
			c.Sources = append(c.Sources, b.sources[tag])
		}
	}
	return c
}

// shapeSources are the sources of all that is not a price.
func shapeSources(provider string) []string {
	common := []string{"endoflife-2026-08", "kubernetes-1.37"}
	if provider == gcp {
		return append(common, "cyclenerd-2026-08", "cyclenerd-machine-types-2026-03", "google-regions-zones")
	}
	return append(common, "karpenter-2026-08", "eks-ami-2026-07", "vantage-2026-07", "spot-advisor-2025-06",
		"sparecores-2026-01", "ec2-user-guide-2023-05")
}

func (b *builder) readFees() {
	t := b.open("fees.csv", "provider", "tier", "usd_per_hour", "basis", "source", "note")
	for t.next() {
		rate, _ := t.rate("usd_per_hour")
		fee := catalogs.Fee{
			Tier: t.required("tier"), Note: t.text("note"),
			Price: b.price(t, rate, catalogs.Basis(t.text("basis")), t.text("source")),
		}
		used := false
		for _, k := range b.keys() {
			if k.group == t.text("provider") {
				b.regions[k].Fees = append(b.regions[k].Fees, fee)
				used = true
			}
		}
		if !used {
			t.fail("provider %q has no region", t.text("provider"))
		}
	}
	b.done(t)
}

func (b *builder) readVersions() {
	t := b.open("versions.csv", "minor", "upstream_release", "upstream_end",
		"eks_release", "eks_standard_end", "eks_extended_end", "gke_release", "gke_standard_end")
	for t.next() {
		upstream := catalogs.Version{
			Minor: t.required("minor"), UpstreamRelease: t.date("upstream_release"), UpstreamEnd: t.date("upstream_end"),
		}
		for _, k := range b.keys() {
			v := upstream
			switch k.group {
			case aws:
				v.Release, v.StandardEnd, v.ExtendedEnd = t.date("eks_release"), t.date("eks_standard_end"), t.date("eks_extended_end")
			case gcp:
				v.Release, v.StandardEnd = t.date("gke_release"), t.date("gke_standard_end")
			}
			b.regions[k].Versions = append(b.regions[k].Versions, v)
		}
	}
	b.done(t)
}

func (b *builder) readDisks() {
	t := b.open("disk_types.csv", "provider", "disk_type", "kind", "every_region", "free_iops", "free_mibps",
		"iops_per_gib", "mibps_per_gib", "max_iops", "max_mibps", "min_gib", "max_gib", "note")
	limits := map[key]catalogs.Disk{}
	for t.next() {
		k := key{t.required("provider"), t.required("disk_type")}
		if t.required("kind") == "local" {
			// Its prices are left out below.
			limits[k] = catalogs.Disk{}
			continue
		}
		limits[k] = catalogs.Disk{
			Type:     k.name,
			FreeIOPS: t.number("free_iops"), FreeMiBps: t.number("free_mibps"),
			IOPSPerGiB: t.ratio("iops_per_gib"), MiBpsPerGiB: t.ratio("mibps_per_gib"),
			MaxIOPS: t.number("max_iops"), MaxMiBps: t.number("max_mibps"),
			MinSize: t.mib("min_gib") << 10, MaxSize: t.mib("max_gib") << 10,
			Note: t.text("note"),
		}
		if !t.flag("every_region") {
			continue
		}
		for _, r := range b.keys() {
			if r.group == k.group {
				b.regions[r].Disks = append(b.regions[r].Disks, limits[k])
			}
		}
	}
	b.done(t)
	b.readDiskPrices(limits)
}

// readDiskPrices adds prices to the disks of a region, and the disks that are not
// sold in every region to those with a row.
func (b *builder) readDiskPrices(limits map[key]catalogs.Disk) {
	const file = "disk_prices.csv"
	t := b.open(file, "provider", "region", "disk_type", "usd_per_gib_month", "gib_basis", "gib_source",
		"usd_per_iops_month", "iops_basis", "iops_source", "usd_per_mibps_month", "mibps_basis", "mibps_source")
	for t.next() {
		provider, region, kind := t.required("provider"), t.required("region"), t.required("disk_type")
		disk, ok := limits[key{provider, kind}]
		if !ok {
			t.fail("disk type %s/%s is not in disk_types.csv", provider, kind)
			break
		}
		if disk.Type == "" {
			b.exclude(file, "a local SSD belongs to a machine; it is not a disk that a node group chooses")
			continue
		}
		c := b.regions[key{provider, region}]
		if c == nil {
			t.fail("region %s/%s offers no machine", provider, region)
			break
		}
		disk.PerGiB = b.monthly(t, "usd_per_gib_month", "gib")
		disk.PerIOPS = b.monthly(t, "usd_per_iops_month", "iops")
		disk.PerMiBps = b.monthly(t, "usd_per_mibps_month", "mibps")
		if at := slices.IndexFunc(c.Disks, func(d catalogs.Disk) bool { return d.Type == kind }); at >= 0 {
			c.Disks[at] = disk
		} else {
			c.Disks = append(c.Disks, disk)
		}
	}
	b.done(t)
}

// monthly returns the price of one part of a disk, unknown for an empty cell.
func (b *builder) monthly(t *table, column, part string) catalogs.MonthlyPrice {
	rate, ok := t.rate(column)
	if !ok {
		return catalogs.MonthlyPrice{}
	}
	p := b.price(t, rate, catalogs.Basis(t.text(part+"_basis")), t.text(part+"_source"))
	return catalogs.MonthlyPrice{Amount: units.USD(p.Rate), Basis: p.Basis, Date: p.Date, Source: p.Source}
}

// addType adds a type to a region's catalog and returns it there.
func (b *builder) addType(c *catalogs.Catalog, shapes map[string]catalogs.InstanceType, t *table, name string) *catalogs.InstanceType {
	shape, ok := shapes[name]
	if !ok {
		t.fail("type %q has no shape", name)
	}
	c.Types = append(c.Types, shape)
	return &c.Types[len(c.Types)-1]
}

// checkNew fails where a key stands twice in a table.
func checkNew(t *table, seen map[key]int, k key) {
	if _, twice := seen[k]; twice {
		t.fail("%s in %s twice", k.name, k.group)
	}
}
