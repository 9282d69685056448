package catalogs_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

func TestValidateAccepts(t *testing.T) {
	if err := small().Validate(); err != nil {
		t.Error(err)
	}
	empty := catalogs.Catalog{Provider: "aws", Region: "r", Source: "s", Date: "2026-11-20"}
	if err := empty.Validate(); err != nil {
		t.Errorf("a region in which nothing is known to be offered: %v", err)
	}
}

// TestUpstreamCalendarIsValid holds that a catalog may have the dates of the
// Kubernetes project for its own.
func TestUpstreamCalendarIsValid(t *testing.T) {
	c := small()
	c.Versions = catalogs.Upstream(c.Versions)
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
}

// TestMachinePaidFor holds that a price of nothing that a spec declares is known
// and stays so when it is written and read.
func TestMachinePaidFor(t *testing.T) {
	c := small()
	free := catalogs.Price{Basis: catalogs.Declared, Date: "2026-07-20", Source: "list"}
	c.Types[t4g].OnDemand, c.Types[t4g].Commitments = free, nil
	encoded, err := catalogs.Encode(c)
	if err != nil {
		t.Fatal(err)
	}
	back, err := catalogs.Decode(encoded)
	if err != nil {
		t.Fatal(err)
	}
	if got := back.Types[t4g].OnDemand; got != free || !got.Known() {
		t.Errorf("read back as %+v, want %+v", got, free)
	}
}

// m5 and t4g are places in small().Types.
const (
	m5  = 2
	t4g = 4
)

// flaw makes a good catalog wrong, in one way, of which want is said.
type flaw struct {
	change func(*catalogs.Catalog)
	want   string
}

func TestValidateRefuses(t *testing.T) {
	tests := flawsOfTypes()
	maps.Copy(tests, flawsOfPrices())
	maps.Copy(tests, flawsOfTheRest())
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := small()
			tt.change(&c)
			err := c.Validate()
			invalid, ok := errors.AsType[*catalogs.InvalidError](err)
			if !ok {
				t.Fatalf("error %v, want an *InvalidError", err)
			}
			shown := slices.ContainsFunc(invalid.Problems, func(p catalogs.Problem) bool {
				return strings.Contains(p.Path+": "+p.Reason, tt.want)
			})
			if !shown {
				t.Errorf("problems %q, want %q", invalid.Problems, tt.want)
			}
			if _, err := catalogs.Encode(c); err == nil {
				t.Error("Encode wrote it")
			}
		})
	}
}

// flawsOfTypes are of the catalog's names and of what machines are.
func flawsOfTypes() map[string]flaw {
	return map[string]flaw{
		"no provider":        {func(c *catalogs.Catalog) { c.Provider = "" }, `catalog: provider "" or region "us-test-1" is not a name`},
		"no source":          {func(c *catalogs.Catalog) { c.Source = "" }, "catalog: no source is given"},
		"a day that is none": {func(c *catalogs.Catalog) { c.Date = "2026-11-31" }, `catalog: date: "2026-11-31" is not a date`},
		"a type twice": {
			func(c *catalogs.Catalog) { c.Types[m5+1].Name = "m5.large" },
			`types.m5.large: stands after "m5.large": rows must be sorted, none twice`,
		},
		"types out of order": {
			func(c *catalogs.Catalog) { c.Types[0], c.Types[1] = c.Types[1], c.Types[0] },
			`types.g5.xlarge: stands after "inf2.xlarge"`,
		},
		"a name with a space": {func(c *catalogs.Catalog) { c.Types[m5].Name = "m5 large" }, `types.m5 large: "m5 large" is not a name`},
		"no vCPUs":            {func(c *catalogs.Catalog) { c.Types[m5].VCPUs = 0 }, "types.m5.large: has 0 vCPUs"},
		"no memory":           {func(c *catalogs.Catalog) { c.Types[m5].Memory = 0; c.Types[m5].MeasuredMemory = 0 }, "has 2 vCPUs and 0 bytes of memory"},
		"another family":      {func(c *catalogs.Catalog) { c.Types[m5].Family = "m6" }, `family "m6" does not begin its name`},
		"an architecture":     {func(c *catalogs.Catalog) { c.Types[m5].Architecture = "x86_64" }, `architecture "x86_64" is not amd64 or arm64`},
		"more measured":       {func(c *catalogs.Catalog) { c.Types[m5].MeasuredMemory = 9 * units.GiB }, "measured memory is more than the nominal"},
		"more baseline":       {func(c *catalogs.Catalog) { c.Types[t4g].BaselineCPU = 2001 }, "baseline CPU is more than its vCPUs"},
		"ENIs without IPs":    {func(c *catalogs.Catalog) { c.Types[m5].IPv4PerENI = 0 }, "has 3 ENIs of 0 addresses"},
		"a negative size":     {func(c *catalogs.Catalog) { c.Types[m5].DiskMbps = -1 }, "a size is negative"},
	}
}

// flawsOfPrices are of what machines cost.
func flawsOfPrices() map[string]flaw {
	return map[string]flaw{
		"a price of zero": {func(c *catalogs.Catalog) { c.Types[t4g].OnDemand.Rate = 0 }, "types.t4g.micro: on-demand price is not above zero"},
		"a declared price below zero": {
			func(c *catalogs.Catalog) {
				c.Types[t4g].OnDemand.Rate, c.Types[t4g].OnDemand.Basis = -1, catalogs.Declared
			},
			"types.t4g.micro: on-demand price is not above zero",
		},
		"a price without basis": {
			func(c *catalogs.Catalog) { c.Types[t4g].OnDemand.Basis = "" }, "types.t4g.micro: on-demand price has no basis",
		},
		"a basis of its own": {
			func(c *catalogs.Catalog) { c.Types[t4g].OnDemand.Basis = "guessed" }, `on-demand price has the basis "guessed"`,
		},
		"a source unlisted": {
			func(c *catalogs.Catalog) { c.Types[t4g].OnDemand.Source = "hearsay" }, `has the source "hearsay", which the catalog does not list`,
		},
		"a price of tomorrow": {
			func(c *catalogs.Catalog) { c.Types[t4g].OnDemand.Date = "2026-11-21" }, "on-demand price is dated 2026-11-21, after the catalog",
		},
		"spot at on-demand": {
			func(c *catalogs.Catalog) { c.Types[m5].Spot.Rate = c.Types[m5].OnDemand.Rate }, "types.m5.large: spot is not below on-demand",
		},
		"spot without a statistic": {
			func(c *catalogs.Catalog) { c.Types[m5].SpotStatistic = "" }, "a spot price and the name of its statistic come together",
		},
		"a dear commitment": {
			func(c *catalogs.Catalog) { c.Types[t4g].Commitments[0].Price.Rate++ }, "types.t4g.micro: a commitment is dearer than on-demand",
		},
		"a commitment of nothing": {
			func(c *catalogs.Catalog) { c.Types[t4g].Commitments[0].TermYears = 0 }, "a commitment has no kind, term, payment or price",
		},
		"a commitment twice": {
			func(c *catalogs.Catalog) { k := c.Types[m5].Commitments; k[1] = k[0] }, "commitments must be sorted by kind, term and payment",
		},
	}
}

// flawsOfTheRest are of zones, sources, disks, fees and versions.
func flawsOfTheRest() map[string]flaw {
	return map[string]flaw{
		"a zone twice":    {func(c *catalogs.Catalog) { c.Zones[1].Name = "us-test-1a" }, "zones.us-test-1a: stands after"},
		"a zone id twice": {func(c *catalogs.Catalog) { c.Zones[1].ID = "ust1-az2" }, `zones.us-test-1b: another zone has the id "ust1-az2"`},
		"a source twice":  {func(c *catalogs.Catalog) { c.Sources[1].Tag = "list" }, "sources.list: stands after"},
		"a disk's limits": {func(c *catalogs.Catalog) { c.Disks[0].MaxIOPS = 2999 }, "disks.gp3: a limit is below what is free or least"},
		"a disk's price":  {func(c *catalogs.Catalog) { c.Disks[0].PerGiB.Amount = 0 }, "disks.gp3: GiB price is not above zero"},
		"a negative disk": {func(c *catalogs.Catalog) { c.Disks[1].MinSize = -1 }, "disks.st1: a limit is negative"},
		"a free fee":      {func(c *catalogs.Catalog) { c.Fees[0].Price.Rate = 0 }, "fees.standard: fee's price is not above zero"},
		"versions by text order": {
			func(c *catalogs.Catalog) { v := c.Versions; v[0], v[1] = v[1], v[0] }, `versions.1.9: "1.9" is not a minor above the one before`,
		},
		"a version without a minor": {func(c *catalogs.Catalog) { c.Versions[1].Minor = "2.0" }, `"2.0" is not a minor`},
		"an end before the release": {
			func(c *catalogs.Catalog) { c.Versions[0].StandardEnd = "2018-01-01" }, "versions.1.9: 2018-01-01 is not before 2018-01-01",
		},
		"a release before Kubernetes": {
			func(c *catalogs.Catalog) { c.Versions[0].Release = "2017-12-14" }, "versions.1.9: released on 2017-12-14, before Kubernetes on 2017-12-15",
		},
		"a day in words": {func(c *catalogs.Catalog) { c.Versions[0].UpstreamEnd = "soon" }, `versions.1.9: date: "soon" is not a date`},
	}
}

func TestInvalidErrorListsAndCounts(t *testing.T) {
	c := small()
	for i := range 3 {
		c.Types[i].VCPUs = 0
		c.Types[i].Architecture = "mips"
	}
	err := c.Validate()
	invalid, _ := errors.AsType[*catalogs.InvalidError](err)
	if invalid == nil || len(invalid.Problems) != 6 {
		t.Fatalf("error %v, want six problems", err)
	}
	want := "catalog aws/us-test-1 is not valid: types.g5.xlarge: has 0 vCPUs and 17179869184 bytes of memory;"
	if got := fmt.Sprint(err); !strings.HasPrefix(got, want) || !strings.HasSuffix(got, "; and 1 more") {
		t.Errorf("message %q, want %q … and 1 more", got, want)
	}
}
