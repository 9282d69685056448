package refresh_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/testkit/fakegcp"
	"github.com/scantling-dev/scantling/planner/units"
)

// sku is a SKU of one region with a price of so many billionths of a dollar.
func sku(id, usage, description, unit string, nanos int64) fakegcp.SKU {
	return fakegcp.SKU{
		Name: "services/6F81-5844-456A/skus/" + id, ID: id, Description: description,
		Category:       fakegcp.Category{Service: "Compute Engine", ResourceFamily: "Compute", UsageType: usage},
		ServiceRegions: []string{"me-west1"},
		PricingInfo: []fakegcp.PricingInfo{{EffectiveTime: "2026-07-30T00:00:00.000Z", Expression: fakegcp.Expression{
			UsageUnit: unit, DisplayQuantity: 1,
			TieredRates: []fakegcp.Tier{{UnitPrice: fakegcp.Money{Currency: "USD", Units: "0", Nanos: nanos}}},
		}}},
	}
}

// tiny is a cloud with prices that can be added up by hand: n2 at 3 cents a core and a
// third of a cent a GiB.
func tiny() *fakegcp.Cloud {
	c := &fakegcp.Cloud{Project: "p", Region: "me-west1"}
	for _, z := range []string{"me-west1-a", "me-west1-b"} {
		c.Zones = append(c.Zones, fakegcp.Zone{Name: z, Region: "https://www.googleapis.com/compute/v1/projects/p/regions/me-west1", Status: "UP"})
		for _, m := range []fakegcp.MachineType{
			{Name: "a2-highgpu-1g", VCPUs: 12, MemoryMb: 87040, Accelerators: []fakegcp.Accelerator{{Type: "nvidia-tesla-a100", Count: 1}}},
			{Name: "c3-standard-4-lssd", VCPUs: 4, MemoryMb: 16384, LocalSSDs: &fakegcp.BundledLocalSSDs{Partitions: 1}},
			{Name: "n2-standard-2", VCPUs: 2, MemoryMb: 8192},
			{Name: "n2-standard-4", VCPUs: 4, MemoryMb: 16384},
		} {
			m.Zone, m.Architecture = z, "X86_64"
			c.MachineTypes = append(c.MachineTypes, m)
		}
	}
	c.SKUs = []fakegcp.SKU{
		sku("A2-CORE", "OnDemand", "A2 Instance Core running in Tel Aviv", "h", 30_000_000),
		sku("A2-RAM", "OnDemand", "A2 Instance Ram running in Tel Aviv", "GiBy.h", 4_000_000),
		sku("A100", "OnDemand", "Nvidia Tesla A100 GPU running in Tel Aviv", "h", 900_000_000),
		sku("C3-CORE", "OnDemand", "C3 Instance Core running in Tel Aviv", "h", 30_000_000),
		sku("C3-RAM", "OnDemand", "C3 Instance Ram running in Tel Aviv", "GiBy.h", 4_000_000),
		sku("N2-1Y-CORE", "Commit1Yr", "Commitment v1: N2 Cpu in Tel Aviv for 1 Year", "h", 20_000_000),
		sku("N2-1Y-RAM", "Commit1Yr", "Commitment v1: N2 Ram in Tel Aviv for 1 Year", "GiBy.h", 2_000_000),
		sku("N2-CORE", "OnDemand", "N2 Instance Core running in Tel Aviv", "h", 30_000_000),
		sku("N2-RAM", "OnDemand", "N2 Instance Ram running in Tel Aviv", "GiBy.h", 3_333_333),
		sku("N2-SPOT-CORE", "Preemptible", "Spot Preemptible N2 Instance Core running in Tel Aviv", "h", 10_000_000),
		sku("N2-SPOT-RAM", "Preemptible", "Spot Preemptible N2 Instance Ram running in Tel Aviv", "GiBy.h", 1_000_000),
		sku("SSD", "OnDemand", "SSD backed Local Storage in Tel Aviv", "GiBy.mo", 80_000_000),
	}
	return c
}

func change(c *fakegcp.Cloud, id string, do func(*fakegcp.SKU)) {
	i := slices.IndexFunc(c.SKUs, func(s fakegcp.SKU) bool { return s.ID == id })
	do(&c.SKUs[i])
}

func reshape(c *fakegcp.Cloud, name string, do func(*fakegcp.MachineType)) {
	for i := range c.MachineTypes {
		if c.MachineTypes[i].Name == name {
			do(&c.MachineTypes[i])
		}
	}
}

func TestPricesByHand(t *testing.T) {
	result := fetch(t, tiny(), request("me-west1"))
	want := map[string][3]units.USDPerHour{ // on demand, spot, a year
		"a2-highgpu-1g":      {12*30_000_000 + 85*4_000_000 + 900_000_000},
		"c3-standard-4-lssd": {4*30_000_000 + 16*4_000_000 + 41_095_891}, // 375 x 0.08 / 730, rounded up
		"n2-standard-2":      {2*30_000_000 + 8*3_333_333, 2*10_000_000 + 8*1_000_000, 2*20_000_000 + 8*2_000_000},
		"n2-standard-4":      {4*30_000_000 + 16*3_333_333, 4*10_000_000 + 16*1_000_000, 4*20_000_000 + 16*2_000_000},
	}
	for _, m := range result.Catalog.Types {
		if got := [3]units.USDPerHour{m.OnDemand.Rate, m.Spot.Rate, commitment(m, 1).Rate}; got != want[m.Name] {
			t.Errorf("%s costs %v, want %v", m.Name, got, want[m.Name])
		}
		delete(want, m.Name)
	}
	if len(want) > 0 || len(result.Quarantined) > 0 {
		t.Errorf("missing %v, quarantined %v", want, result.Quarantined)
	}
}

func TestNotBelieved(t *testing.T) {
	price := func(s *fakegcp.SKU) *fakegcp.Expression { return &s.PricingInfo[0].Expression }
	tests := map[string]struct {
		change func(*fakegcp.Cloud)
		// path and reason are of a problem; the type of lost has no price on demand,
		// or, with "gone" before it, is not in the catalog.
		path, reason, lost string
	}{
		"another currency": {
			func(c *fakegcp.Cloud) {
				change(c, "N2-CORE", func(s *fakegcp.SKU) { price(s).TieredRates[0].UnitPrice.Currency = "EUR" })
			},
			"skus.N2-CORE", `the price is in "EUR", not in USD`, "n2-standard-2",
		},
		"another unit": {
			func(c *fakegcp.Cloud) { change(c, "N2-RAM", func(s *fakegcp.SKU) { price(s).UsageUnit = "GiBy.mo" }) },
			"skus.N2-RAM", `the unit "GiBy.mo" is not one that ram is counted in`, "n2-standard-4",
		},
		"a price of nothing": {
			func(c *fakegcp.Cloud) {
				change(c, "N2-CORE", func(s *fakegcp.SKU) { price(s).TieredRates[0].UnitPrice.Nanos = 0 })
			},
			"skus.N2-CORE", "the price is zero", "n2-standard-4",
		},
		"a price below nothing": {
			func(c *fakegcp.Cloud) {
				change(c, "N2-CORE", func(s *fakegcp.SKU) { price(s).TieredRates[0].UnitPrice.Nanos = -1 })
			},
			"skus.N2-CORE", "the price is below zero", "n2-standard-4",
		},
		"a price from a later unit on": {
			func(c *fakegcp.Cloud) {
				change(c, "N2-CORE", func(s *fakegcp.SKU) { price(s).TieredRates[0].Start = 10 })
			},
			"skus.N2-CORE", "no price begins at the first unit", "n2-standard-4",
		},
		"a price from tomorrow on": {
			func(c *fakegcp.Cloud) {
				change(c, "N2-CORE", func(s *fakegcp.SKU) { s.PricingInfo[0].EffectiveTime = "2026-11-30T00:00:00Z" })
			},
			"skus.N2-CORE", "it has no price yet", "n2-standard-4",
		},
		"a description against its usage type": {
			func(c *fakegcp.Cloud) {
				change(c, "N2-CORE", func(s *fakegcp.SKU) { s.Category.UsageType = "Preemptible" })
			},
			"skus.N2-CORE", `its usage type is "Preemptible"`, "n2-standard-4",
		},
		"two prices": {
			func(c *fakegcp.Cloud) {
				c.SKUs = append(c.SKUs, sku("N2-CORE-B", "OnDemand", "N2 Instance Core running in Israel", "h", 31_000_000))
			},
			"types.n2-standard-4", "OnDemand: the price list has no price of n2 core", "n2-standard-4",
		},
		"no price of a GPU": {
			func(c *fakegcp.Cloud) {
				change(c, "A100", func(s *fakegcp.SKU) { s.ServiceRegions = []string{"us-east1"} })
			},
			"types.a2-highgpu-1g", "OnDemand: the price list has no price of nvidia-tesla-a100 gpu", "a2-highgpu-1g",
		},
		"no accelerators": {
			func(c *fakegcp.Cloud) {
				reshape(c, "a2-highgpu-1g", func(m *fakegcp.MachineType) { m.Accelerators = nil })
			},
			"types.a2-highgpu-1g", "the API lists none of its accelerators", "a2-highgpu-1g",
		},
		"no local SSDs": {
			func(c *fakegcp.Cloud) {
				reshape(c, "c3-standard-4-lssd", func(m *fakegcp.MachineType) { m.LocalSSDs = nil })
			},
			"types.c3-standard-4-lssd", "the API lists none of its local SSDs", "c3-standard-4-lssd",
		},
		"half of a commitment": {
			func(c *fakegcp.Cloud) { change(c, "N2-1Y-RAM", func(s *fakegcp.SKU) { s.ServiceRegions = nil }) },
			"types.n2-standard-4", "Commit1Yr: the price list has no price of n2 ram", "",
		},
		"a name of other vCPUs": {
			func(c *fakegcp.Cloud) { reshape(c, "n2-standard-4", func(m *fakegcp.MachineType) { m.VCPUs = 8 }) },
			"types.n2-standard-4", "its name speaks of 4 vCPUs, and it has 8", "gone n2-standard-4",
		},
		"sizes that do not grow": {
			func(c *fakegcp.Cloud) {
				reshape(c, "n2-standard-4", func(m *fakegcp.MachineType) { m.MemoryMb = 4096 })
			},
			"types.n2-standard-4", "the sizes do not grow: n2-standard-2 has more memory than n2-standard-4", "gone n2-standard-2",
		},
		"another machine in another zone": {
			func(c *fakegcp.Cloud) { c.MachineTypes[3].MemoryMb++ },
			"types.n2-standard-4", "it is another machine in me-west1-b than in me-west1-a", "gone n2-standard-4",
		},
		"no architecture": {
			func(c *fakegcp.Cloud) {
				reshape(c, "n2-standard-4", func(m *fakegcp.MachineType) { m.Architecture = "" })
			},
			"types.n2-standard-4", `architecture "" is not amd64 or arm64`, "gone n2-standard-4",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := tiny()
			test.change(c)
			result := fetch(t, c, request("me-west1"))
			if !slices.ContainsFunc(result.Quarantined, func(p catalogs.Problem) bool {
				return p.Path == test.path && strings.HasSuffix(p.Reason, test.reason)
			}) {
				t.Errorf("no problem of %s: %s; got %v", test.path, test.reason, result.Quarantined)
			}
			gone, isGone := strings.CutPrefix(test.lost, "gone ")
			m, ok := result.Catalog.Type(gone)
			switch {
			case test.lost == "":
			case ok == isGone:
				t.Errorf("%s is in the catalog: %v", gone, ok)
			case m.OnDemand.Known():
				t.Errorf("%s costs %d, want no price", gone, m.OnDemand.Rate)
			}
		})
	}
}

// A spot price or a commitment that is no discount is left out, and the type stays.
func TestNoDiscount(t *testing.T) {
	c := tiny()
	for _, id := range []string{"N2-SPOT-CORE", "N2-1Y-CORE"} {
		change(c, id, func(s *fakegcp.SKU) { s.PricingInfo[0].Expression.TieredRates[0].UnitPrice.Nanos = 90_000_000 })
	}
	result := fetch(t, c, request("me-west1"))
	m, ok := result.Catalog.Type("n2-standard-4")
	if !ok || !m.OnDemand.Known() || m.Spot.Known() || len(m.Commitments) > 0 {
		t.Errorf("n2-standard-4 is %+v", m)
	}
	var reasons []string
	for _, p := range result.Quarantined {
		if p.Path == "types.n2-standard-4" {
			reasons = append(reasons, p.Reason)
		}
	}
	if want := []string{"the price for 1 years is above that on demand", "the spot price is not below that on demand"}; !slices.Equal(reasons, want) {
		t.Errorf("got %q, want %q", reasons, want)
	}
}

// A price holds from its day on, the latest first; and where a later tier is cheaper,
// that of the first unit counts.
func TestPriceOfTheDay(t *testing.T) {
	c := tiny()
	change(c, "N2-CORE", func(s *fakegcp.SKU) {
		later := sku("", "", "", "h", 40_000_000).PricingInfo[0]
		later.EffectiveTime = "2026-11-29T07:00:00Z"
		later.Expression.TieredRates = append(later.Expression.TieredRates, fakegcp.Tier{Start: 1000, UnitPrice: fakegcp.Money{Currency: "USD", Units: "0", Nanos: 1}})
		tomorrow := sku("", "", "", "h", 50_000_000).PricingInfo[0]
		tomorrow.EffectiveTime = "2026-11-30T00:00:00Z"
		s.PricingInfo = append(s.PricingInfo, later, tomorrow)
	})
	m, _ := fetch(t, c, request("me-west1")).Catalog.Type("n2-standard-2")
	if want := units.USDPerHour(2*40_000_000 + 8*3_333_333); m.OnDemand.Rate != want {
		t.Errorf("n2-standard-2 costs %d, want %d", m.OnDemand.Rate, want)
	}
}

// What was known of a machine before does not become another one unseen.
func TestAnotherShapeThanBefore(t *testing.T) {
	req := request("me-west1")
	req.Base.Types = []catalogs.InstanceType{
		{Name: "a2-highgpu-1g", GPUs: catalogs.GPUs{Milli: 2000, Name: "a100-40gb", MemoryEach: 40 * units.GiB}},
		{Name: "c3-standard-4-lssd", LocalDiskGB: 750},
	}
	result := fetch(t, tiny(), req)
	for name, reason := range map[string]string{
		"a2-highgpu-1g": "it has 1000 thousandths of a GPU, and had 2000", "c3-standard-4-lssd": "its local SSDs hold 375 GB, and held 750",
	} {
		m, _ := result.Catalog.Type(name)
		if m.OnDemand.Known() || !slices.Contains(result.Quarantined, catalogs.Problem{Path: "types." + name, Reason: reason}) {
			t.Errorf("%s costs %d; quarantined %v", name, m.OnDemand.Rate, result.Quarantined)
		}
	}
	if m, _ := result.Catalog.Type("a2-highgpu-1g"); m.GPUs.MemoryEach != 40*units.GiB {
		t.Errorf("the GPU has %d bytes", m.GPUs.MemoryEach)
	}
}
