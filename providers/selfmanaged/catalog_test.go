package selfmanaged_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/selfmanaged"
)

// cellar has three kinds of machines: bought, paid for, and of an unknown price.
func cellar() *planner.Cluster {
	dollars, nothing := 365*units.Dollar+1, units.USD(0)
	return &planner.Cluster{
		Name: "shop", Provider: "on_premises", Region: "cellar", Zones: []string{"rack-a", "rack-b"}, AsOf: "2026-11-20",
		Machines: []planner.Machine{
			{Name: "r640", VCPUs: 32, Memory: 256 * units.GiB, Architecture: catalogs.AMD64, USDPerMonth: &dollars, Disk: planner.MachineDisk{Type: "nvme", Size: 960 * units.GiB}},
			{Name: "r740", VCPUs: 48, Memory: 512 * units.GiB, Architecture: catalogs.AMD64, USDPerMonth: &nothing},
			{Name: "rpi", VCPUs: 4, Memory: 8 * units.GiB, Architecture: catalogs.ARM64},
		},
	}
}

func TestCatalog(t *testing.T) {
	got, err := selfmanaged.Catalog(cellar(), calendar())
	if err != nil {
		t.Fatal(err)
	}
	if err := got.Validate(); err != nil {
		t.Error(err)
	}
	if got.Provider != "on_premises" || got.Region != "cellar" || got.Source != "spec" || got.Date != "2026-11-20" || len(got.SHA256) != 64 ||
		len(got.Disks) != 0 || len(got.Fees) != 0 {
		t.Errorf("got %+v", got)
	}
	if !slices.Equal(got.Zones, []catalogs.Zone{{Name: "rack-a"}, {Name: "rack-b"}}) {
		t.Errorf("zones are %+v", got.Zones)
	}
	if len(got.Versions) != 4 || got.Versions[0].Release != "2025-08-27" || got.Versions[0].StandardEnd != "2026-10-27" {
		t.Errorf("versions are %+v", got.Versions)
	}
	declared := func(rate units.USDPerHour) catalogs.Price {
		return catalogs.Price{Rate: rate, Basis: catalogs.Declared, Date: "2026-11-20", Source: "spec"}
	}
	want := []catalogs.InstanceType{
		// $365 and a billionth a month are half a dollar an hour and more: rounded up.
		// 960 GiB are 1030.8 x 10^9 bytes.
		{Name: "r640", Family: "r640", Architecture: catalogs.AMD64, VCPUs: 32, Memory: 256 * units.GiB, LocalDiskGB: 1030, OnDemand: declared(500_000_001)},
		{Name: "r740", Family: "r740", Architecture: catalogs.AMD64, VCPUs: 48, Memory: 512 * units.GiB, OnDemand: declared(0)},
		{Name: "rpi", Family: "rpi", Architecture: catalogs.ARM64, VCPUs: 4, Memory: 8 * units.GiB},
	}
	if len(got.Types) != len(want) {
		t.Fatalf("types are %+v", got.Types)
	}
	for i, typ := range got.Types {
		if typ.Name != want[i].Name || typ.Family != want[i].Family || typ.Architecture != want[i].Architecture || typ.VCPUs != want[i].VCPUs ||
			typ.Memory != want[i].Memory || typ.LocalDiskGB != want[i].LocalDiskGB || typ.OnDemand != want[i].OnDemand {
			t.Errorf("got %+v, want %+v", typ, want[i])
		}
	}
	if !got.Types[1].OnDemand.Known() || got.Types[2].OnDemand.Known() {
		t.Error("a machine that is paid for has a known price, one without a price has none")
	}
}

// The digest is that of what is declared: order does not count, and every figure
// does.
func TestCatalogIsDeterministic(t *testing.T) {
	digest := func(c *planner.Cluster) string {
		t.Helper()
		got, err := selfmanaged.Catalog(c, calendar())
		if err != nil {
			t.Fatal(err)
		}
		return got.SHA256
	}
	want := digest(cellar())
	turned := cellar()
	slices.Reverse(turned.Machines)
	slices.Reverse(turned.Zones)
	if got := digest(turned); got != want {
		t.Error("another order gives another catalog")
	}
	if turned.Machines[0].Name != "rpi" || turned.Zones[0] != "rack-b" {
		t.Error("the cluster's lists were sorted in place")
	}
	other := cellar()
	other.Machines[2].Memory += units.MiB
	if digest(other) == want {
		t.Error("another size gives the same catalog")
	}
	undated := cellar()
	undated.AsOf = ""
	if got, err := selfmanaged.Catalog(undated, calendar()); err != nil || got.Date != "2026-08-22" {
		t.Errorf("without as_of it is of %s (%v), want the calendar's day", got.Date, err)
	}
}

func TestCatalogRefuses(t *testing.T) {
	for name, change := range map[string]func(*planner.Cluster){
		"two of a name":     func(c *planner.Cluster) { c.Machines[1].Name = "r640" },
		"no memory":         func(c *planner.Cluster) { c.Machines[0].Memory = 0 },
		"no architecture":   func(c *planner.Cluster) { c.Machines[0].Architecture = "" },
		"a name with space": func(c *planner.Cluster) { c.Zones[0] = "rack a" },
	} {
		c := cellar()
		change(c)
		if _, err := selfmanaged.Catalog(c, calendar()); err == nil {
			t.Errorf("%s: no error", name)
		} else if _, ok := errors.AsType[*catalogs.InvalidError](err); !ok {
			t.Errorf("%s: %v is no InvalidError", name, err)
		}
	}
}
