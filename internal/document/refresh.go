package document

import (
	"io"

	"github.com/scantling-dev/scantling/catalogs"
)

// Refreshed is what a refresh made of one region.
type Refreshed struct {
	Provider, Region string
	// Outcome is "refreshed", "kept" or "failed".
	Outcome string
	// Catalog is what the cache has of the region now; nil where that is nothing, or
	// cannot be read.
	Catalog *catalogs.Summary
	// Before is the catalog that plans were made from before; nil where there was none.
	Before *catalogs.Summary
	// Changed, Added and Removed count types against Before: whose price on demand
	// differs, which are new, which are gone.
	Changed, Added, Removed int
	// Quarantined rows were not believed.
	Quarantined []catalogs.Problem
	// Quotas of the account.
	Quotas []AccountQuota
	// Problem says why it failed, or why it was kept; Advice what to do.
	Problem, Advice string
}

// The outcomes of a refresh.
const (
	OutcomeRefreshed = "refreshed"
	OutcomeKept      = "kept"
	OutcomeFailed    = "failed"
)

// AccountQuota is a limit of the account, named as in a spec's quota block.
type AccountQuota struct {
	Name   string
	Limit  float64
	Origin string
}

// CatalogState is a catalog that plans may be made from.
type CatalogState struct {
	catalogs.Summary
	// From is "cache", "snapshot" or "bundle".
	From string
	// AgeDays is how old it is, at the day that is asked about.
	AgeDays int
	// Report is whether it is known which rows were not believed, and Quarantined are
	// they.
	Report      bool
	Quarantined []catalogs.Problem
	// Problem says why a catalog of the cache cannot be used; the rest but provider and
	// region is empty then.
	Problem string
}

// MachinesState is a file of machines that specs may name.
type MachinesState struct {
	Name, Path, SHA256 string
	// Machines and Zones are names, sorted; no zones where the machines stand anywhere.
	Machines, Zones []string
	// Problem says why it cannot be used; empty where it can.
	Problem string
}

// EncodeCatalogRefresh writes what a refresh made of each region, in the order given.
func EncodeCatalogRefresh(w io.Writer, rows []Refreshed, tool string) error {
	d := catalogRefreshDocument{FormatVersion: FormatVersion, ToolVersion: tool, Regions: []refreshedRegion{}}
	for i := range rows {
		r := &rows[i]
		out := refreshedRegion{
			Provider: r.Provider, Region: r.Region, Outcome: r.Outcome, Changed: r.Changed, Added: r.Added, Removed: r.Removed,
			Quarantined: quarantinedOf(r.Quarantined), Quotas: []accountQuota{}, Problem: text(r.Problem), Advice: text(r.Advice),
		}
		if r.Catalog != nil {
			out.Catalog = new(catalogStatusOf(&CatalogState{Summary: *r.Catalog}).catalogCounts)
		}
		if r.Before != nil {
			out.Before = new(catalogStatusOf(&CatalogState{Summary: *r.Before}).catalogCounts)
		}
		for _, q := range r.Quotas {
			out.Quotas = append(out.Quotas, accountQuota(q))
		}
		d.Regions = append(d.Regions, out)
	}
	return write(w, &d)
}

type catalogRefreshDocument struct {
	FormatVersion string            `json:"format_version" jsonschema:"Version of this format, major.minor."`
	ToolVersion   string            `json:"tool_version" jsonschema:"Version of the program that wrote the document."`
	Regions       []refreshedRegion `json:"regions" jsonschema:"One row for each provider and region."`
}

type refreshedRegion struct {
	Provider    string         `json:"provider" jsonschema:"Cloud: aws, gcp."`
	Region      string         `json:"region" jsonschema:"Region of the provider."`
	Outcome     string         `json:"outcome" jsonschema:"refreshed, kept (it is of the same day), failed."`
	Catalog     *catalogCounts `json:"catalog" jsonschema:"What the cache has now; null where that is nothing."`
	Before      *catalogCounts `json:"before" jsonschema:"What plans were made from before; null where that was nothing."`
	Changed     int            `json:"changed_prices" jsonschema:"Types whose price on demand is another than before."`
	Added       int            `json:"added_types" jsonschema:"Types that were not there before."`
	Removed     int            `json:"removed_types" jsonschema:"Types that are no longer there."`
	Quarantined []quarantined  `json:"quarantined" jsonschema:"Rows that were not believed, and are not in the catalog."`
	Quotas      []accountQuota `json:"quotas" jsonschema:"Limits of the account, named as in a spec's quota block."`
	Problem     text           `json:"problem" jsonschema:"Why it failed or was kept; null where it was refreshed."`
	Advice      text           `json:"advice" jsonschema:"What to do; null where there is nothing to do."`
}

type quarantined struct {
	Path   string `json:"path" jsonschema:"The row: types.m5.large."`
	Reason string `json:"reason" jsonschema:"What is wrong with it."`
}

type accountQuota struct {
	Name   string  `json:"name" jsonschema:"Attribute of a spec's quota block."`
	Limit  float64 `json:"limit" jsonschema:"The limit."`
	Origin string  `json:"origin" jsonschema:"The cloud's own name of it."`
}

func quarantinedOf(list []catalogs.Problem) []quarantined {
	out := []quarantined{}
	for _, p := range list {
		out = append(out, quarantined(p))
	}
	return out
}
