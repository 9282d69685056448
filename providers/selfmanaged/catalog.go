package selfmanaged

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
)

// specSource is the tag of prices that the spec declares, and where the catalog
// comes from.
const specSource = "spec"

// Catalog returns what the machine blocks of c say can be had: a type for each
// machine, with its price of the month by the hour, rounded up, of the day of
// c.AsOf (the calendar's where there is none); the zones of c; no disks and no
// fees; the versions of calendar with the dates of the Kubernetes project. It is
// sealed. The error says what is wrong with a name or a figure.
func Catalog(c *planner.Cluster, calendar *catalogs.Catalog) (catalogs.Catalog, error) {
	day := cmp.Or(c.AsOf, calendar.Date)
	out := catalogs.Catalog{
		Provider: c.Provider, Region: c.Region, Source: specSource, Date: day,
		Sources: []catalogs.Source{{
			Tag: specSource, Date: day, Origin: "the machine blocks of the spec", Gives: "machines and their prices",
		}},
		Versions: catalogs.Upstream(calendar.Versions),
	}
	for _, zone := range slices.Sorted(slices.Values(c.Zones)) {
		out.Zones = append(out.Zones, catalogs.Zone{Name: zone})
	}
	for _, m := range slices.SortedFunc(slices.Values(c.Machines), byName) {
		t := catalogs.InstanceType{
			Name: m.Name, Family: m.Name, Architecture: m.Architecture, VCPUs: m.VCPUs, Memory: m.Memory,
			LocalDiskGB: int(m.Disk.Size / gigabyte),
		}
		if m.USDPerMonth != nil {
			t.OnDemand = catalogs.Price{Rate: m.USDPerMonth.PerHour(), Basis: catalogs.Declared, Date: day, Source: specSource}
		}
		out.Types = append(out.Types, t)
	}
	sealed, _, err := catalogs.Seal(out)
	if err != nil {
		return catalogs.Catalog{}, fmt.Errorf("make a catalog of the machines: %w", err)
	}
	return sealed, nil
}

// gigabyte is the unit of a catalog's built-in disks.
const gigabyte = 1_000_000_000

func byName(a, b planner.Machine) int { return strings.Compare(a.Name, b.Name) }
