package document

import (
	"io"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
)

// CatalogRow is an instance type and what a node of it offers to pods. A nil
// Allocatable is not known, and NotKnown says why.
type CatalogRow struct {
	Type        catalogs.InstanceType
	Allocatable *planner.Allocatable
	NotKnown    string
}

// EncodeCatalogList writes rows of c, in the order given, one object for each
// instance type.
func EncodeCatalogList(w io.Writer, c *catalogs.Catalog, rows []CatalogRow, tool string) error {
	d := catalogListDocument{
		FormatVersion: FormatVersion, ToolVersion: tool, Catalog: catalogHeadOf(c), InstanceTypes: []catalogRow{},
	}
	for i := range rows {
		d.InstanceTypes = append(d.InstanceTypes, catalogRowOf(&rows[i]))
	}
	return write(w, &d)
}

// EncodeCatalogShow writes one instance type of c completely: every price with
// its basis, date and source, and the allocatable figures step by step.
func EncodeCatalogShow(w io.Writer, c *catalogs.Catalog, row CatalogRow, tool string) error {
	d := catalogShowDocument{
		FormatVersion: FormatVersion, ToolVersion: tool, Catalog: catalogHeadOf(c), Classes: classesOf(&row.Type),
	}
	syncOffer(writing, &d.InstanceType, &row.Type)
	syncOptional(writing, &d.Allocatable, &row.Allocatable, syncAllocatable)
	d.NotKnown = text(row.NotKnown)
	return write(w, &d)
}

// EncodeCatalogStatus writes what the catalogs and the files of machines hold, in the order given.
func EncodeCatalogStatus(w io.Writer, list []CatalogState, machines []MachinesState, tool string) error {
	d := catalogStatusDocument{FormatVersion: FormatVersion, ToolVersion: tool, Catalogs: []catalogStatus{}, Machines: []machinesStatus{}}
	for i := range list {
		d.Catalogs = append(d.Catalogs, catalogStatusOf(&list[i]))
	}
	for _, m := range machines {
		d.Machines = append(d.Machines, machinesStatus{
			Name: m.Name, Path: m.Path, SHA256: m.SHA256, Problem: text(m.Problem),
			Machines: append([]string{}, m.Machines...), Zones: append([]string{}, m.Zones...),
		})
	}
	return write(w, &d)
}

type catalogListDocument struct {
	FormatVersion string       `json:"format_version" jsonschema:"Version of this format, major.minor."`
	ToolVersion   string       `json:"tool_version" jsonschema:"Version of the program that wrote the document."`
	Catalog       catalogHead  `json:"catalog" jsonschema:"The catalog that the rows come from."`
	InstanceTypes []catalogRow `json:"instance_types" jsonschema:"One row for each instance type."`
}

type catalogShowDocument struct {
	FormatVersion string       `json:"format_version" jsonschema:"Version of this format, major.minor."`
	ToolVersion   string       `json:"tool_version" jsonschema:"Version of the program that wrote the document."`
	Catalog       catalogHead  `json:"catalog" jsonschema:"The catalog that the type comes from."`
	InstanceType  offer        `json:"instance_type" jsonschema:"The catalog's row, complete."`
	Classes       []string     `json:"classes" jsonschema:"Classes that leave the type out of plans unless a spec admits them."`
	Allocatable   *allocatable `json:"allocatable" jsonschema:"What a node offers to pods, step by step; null where not known."`
	NotKnown      text         `json:"allocatable_not_known" jsonschema:"Why it is not known; null where it is."`
}

type catalogStatusDocument struct {
	FormatVersion string           `json:"format_version" jsonschema:"Version of this format, major.minor."`
	ToolVersion   string           `json:"tool_version" jsonschema:"Version of the program that wrote the document."`
	Catalogs      []catalogStatus  `json:"catalogs" jsonschema:"One row for each provider and region."`
	Machines      []machinesStatus `json:"machines" jsonschema:"Files of machines that specs may name."`
}

type machinesStatus struct {
	Name     string   `json:"name" jsonschema:"What specs call it."`
	Path     string   `json:"path" jsonschema:"Where it is."`
	SHA256   string   `json:"sha256" jsonschema:"Digest of the file."`
	Machines []string `json:"machines" jsonschema:"Names of its machines."`
	Zones    []string `json:"zones" jsonschema:"Zones that they stand in; empty where they stand anywhere."`
	Problem  text     `json:"problem" jsonschema:"Why it cannot be used; null where it can."`
}

type catalogHead struct {
	Provider string `json:"provider" jsonschema:"Cloud: aws, gcp."`
	Region   string `json:"region" jsonschema:"Region of the provider."`
	Source   string `json:"source" jsonschema:"Where the catalog comes from."`
	Date     date   `json:"date" jsonschema:"Day on which the figures were collected."`
	SHA256   string `json:"sha256" jsonschema:"Digest of the catalog's canonical encoding."`
}

type catalogRow struct {
	InstanceType  string          `json:"instance_type" jsonschema:"Name of the instance type."`
	Family        string          `json:"family" jsonschema:"Its family."`
	Architecture  string          `json:"architecture" jsonschema:"amd64, arm64."`
	VCPUs         int             `json:"vcpus" jsonschema:"Virtual CPUs."`
	Memory        int64           `json:"memory_bytes" jsonschema:"The size that the provider states."`
	Classes       []string        `json:"classes" jsonschema:"Classes that leave the type out of plans unless a spec admits them."`
	Allocatable   *rowAllocatable `json:"allocatable" jsonschema:"What a node offers to pods; null where not known."`
	NotKnown      text            `json:"allocatable_not_known" jsonschema:"Why it is not known; null where it is."`
	OnDemand      *dollars        `json:"on_demand_usd_per_hour" jsonschema:"Price on demand; null where not known."`
	Spot          *dollars        `json:"spot_usd_per_hour" jsonschema:"Price of spot capacity; null where not known."`
	PriceBasis    text            `json:"price_basis" enum:"declared listed family estimated secondary recalled" open:"true" jsonschema:"How the on-demand price is known; null where it is not."`
	PriceDate     date            `json:"price_date" jsonschema:"Day of the on-demand price's source."`
	SpotBasis     text            `json:"spot_price_basis" enum:"declared listed family estimated secondary recalled" open:"true" jsonschema:"How the spot price is known; null where it is not."`
	SpotDate      date            `json:"spot_price_date" jsonschema:"Day of the spot price's source."`
	SpotStatistic text            `json:"spot_statistic" jsonschema:"What the spot price is a statistic of."`
	Zones         []string        `json:"zones" jsonschema:"Zones that offer the type; null where all of the region do, or where it is not known which."`
}

type rowAllocatable struct {
	MilliCPU int64 `json:"millicpu" jsonschema:"CPU in thousandths of a core."`
	Memory   int64 `json:"memory_bytes" jsonschema:"Memory."`
	Pods     int   `json:"pods" jsonschema:"Largest number of pods."`
}

type catalogStatus struct {
	catalogCounts
	From        string        `json:"from" jsonschema:"cache, snapshot, or bundle."`
	AgeDays     *int          `json:"age_days" jsonschema:"Days since the catalog's date; null where it cannot be used."`
	Quarantined []quarantined `json:"quarantined" jsonschema:"Rows that were not believed when it was refreshed; null where that is not known."`
	Problem     text          `json:"problem" jsonschema:"Why it cannot be used; null where it can."`
}

type catalogCounts struct {
	Provider    string      `json:"provider" jsonschema:"Cloud: aws, gcp."`
	Region      string      `json:"region" jsonschema:"Region of the provider."`
	Source      string      `json:"source" jsonschema:"Where the catalog comes from."`
	Date        date        `json:"date" jsonschema:"Day on which the figures were collected."`
	SHA256      string      `json:"sha256" jsonschema:"Digest of the catalog's canonical encoding."`
	Zones       int         `json:"zones" jsonschema:"Zones of the region."`
	Types       int         `json:"instance_types" jsonschema:"Instance types."`
	OnDemand    basisCounts `json:"on_demand" jsonschema:"Types by the basis of their on-demand price."`
	Spot        basisCounts `json:"spot" jsonschema:"Types by the basis of their spot price."`
	Committed   int         `json:"committed" jsonschema:"Types with the price of a commitment."`
	OldestPrice date        `json:"oldest_on_demand_price_date" jsonschema:"Day of the oldest on-demand price; null where none is known."`
	NewestPrice date        `json:"newest_on_demand_price_date" jsonschema:"Day of the newest on-demand price; null where none is known."`
	Disks       int         `json:"disks" jsonschema:"Types of disks."`
	DisksPriced int         `json:"disks_priced" jsonschema:"Disks whose price of a GiB is known."`
}

type basisCounts struct {
	Declared  int `json:"declared" since:"1" jsonschema:"As the spec says."`
	Listed    int `json:"listed" jsonschema:"List prices of the provider."`
	Family    int `json:"family" jsonschema:"By the ratio of sizes of a family."`
	Estimated int `json:"estimated" jsonschema:"By the ratio of regions."`
	Secondary int `json:"secondary" jsonschema:"As third parties quote them."`
	Recalled  int `json:"recalled" jsonschema:"Not verified."`
	Unknown   int `json:"unknown" jsonschema:"Not known."`
}

func catalogHeadOf(c *catalogs.Catalog) catalogHead {
	return catalogHead{Provider: c.Provider, Region: c.Region, Source: c.Source, Date: date(c.Date), SHA256: c.SHA256}
}

func classesOf(t *catalogs.InstanceType) []string {
	out := []string{}
	for _, c := range catalogs.Classes(*t) {
		out = append(out, string(c))
	}
	return out
}

func catalogRowOf(r *CatalogRow) catalogRow {
	t := &r.Type
	d := catalogRow{
		InstanceType: t.Name, Family: t.Family, Architecture: t.Architecture, VCPUs: t.VCPUs, Memory: int64(t.Memory),
		Classes:    classesOf(t),
		OnDemand:   rateOf(t.OnDemand),
		Spot:       rateOf(t.Spot),
		PriceBasis: text(t.OnDemand.Basis), PriceDate: date(t.OnDemand.Date),
		NotKnown:  text(r.NotKnown),
		SpotBasis: text(t.Spot.Basis), SpotDate: date(t.Spot.Date), SpotStatistic: text(t.SpotStatistic),
		Zones: t.Zones,
	}
	if a := r.Allocatable; a != nil {
		d.Allocatable = &rowAllocatable{MilliCPU: int64(a.CPU), Memory: int64(a.Memory), Pods: a.Pods}
	}
	return d
}

// rateOf returns a price, nil where it is not known.
func rateOf(p catalogs.Price) *dollars {
	if !p.Known() {
		return nil
	}
	return new(dollars(p.Rate))
}

func catalogStatusOf(s *CatalogState) catalogStatus {
	out := catalogStatus{From: s.From, Problem: text(s.Problem), catalogCounts: catalogCounts{
		Provider: s.Provider, Region: s.Region, Source: s.Source, Date: date(s.Date), SHA256: s.SHA256,
		Zones: s.Zones, Types: s.Types, OnDemand: basisCounts(s.OnDemand), Spot: basisCounts(s.Spot), Committed: s.Committed,
		OldestPrice: date(s.OldestPrice), NewestPrice: date(s.NewestPrice), Disks: s.Disks, DisksPriced: s.DisksPriced,
	}}
	if s.Problem == "" {
		out.AgeDays = new(s.AgeDays)
	}
	if s.Report {
		out.Quarantined = quarantinedOf(s.Quarantined)
	}
	return out
}
