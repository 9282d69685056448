package fakegcp

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math/big"
	"slices"
	"strings"
)

// place is how descriptions name a region; the oldest share continents.
func place(region string) string {
	names := map[string]string{
		"us-central1": "Americas", "us-east4": "Northern Virginia", "us-west3": "Salt Lake City", "southamerica-east1": "São Paulo",
		"europe-west1": "EMEA", "europe-west4": "Netherlands", "europe-west3": "Frankfurt", "asia-east1": "APAC", "me-west1": "Tel Aviv",
	}
	if name := names[region]; name != "" {
		return name
	}
	return region
}

// families are how descriptions name a family of machines, where it is not the family
// in capitals: in use, and in commitments.
func families() map[string][2]string {
	return map[string][2]string{
		"n1": {"N1 Predefined Instance", ""}, "n2d": {"N2D AMD Instance", "N2D AMD"}, "c2": {"Compute optimized", "Compute optimized"},
		"c2d": {"C2D AMD Instance", "C2D AMD"}, "t2d": {"T2D AMD Instance", "T2D AMD"}, "t2a": {"T2A Arm Instance", "T2A Arm"},
		"c4a": {"C4A Arm Instance", "C4A Arm"}, "m1": {"Memory-optimized Instance", "Memory-optimized"},
		"m2":            {"Memory Optimized Upgrade Premium for Memory-optimized Instance", ""},
		"m3":            {"M3 Memory-optimized Instance", "M3 Memory-optimized"},
		"m4ultramem224": {"M4Ultramem224 Instance", "M4Ultramem224"},
	}
}

func gpus() map[string]string {
	return map[string]string{
		"nvidia-tesla-a100": "Nvidia Tesla A100 GPU", "nvidia-a100-80gb": "Nvidia Tesla A100 80GB GPU", "nvidia-l4": "Nvidia L4 GPU",
		"nvidia-h100-80gb": "Nvidia H100 80GB GPU", "nvidia-h100-mega-80gb": "Nvidia H100 80GB Mega GPU", "nvidia-rtx-pro-6000": "RTX 6000 96GB",
	}
}

// skus returns a SKU for each unit price, in the words of the published list.
func skus(region string, solved map[part]*big.Rat) []SKU {
	var parts []part
	for p := range solved {
		parts = append(parts, p)
	}
	slices.SortFunc(parts, func(a, b part) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.family, b.family), cmp.Compare(a.term, b.term))
	})
	var out []SKU
	for _, p := range parts {
		description, unit, price := describe(p, region), "h", solved[p]
		group := map[string]string{"core": "CPU", "ram": "RAM", "gpu": "GPU", "ssd": "LocalSSD"}[p.kind]
		resources := "Compute"
		switch p.kind {
		case "ram":
			unit = "GiBy.h"
			if p.family == "c4d" || p.family == "m4ultramem224" {
				// These are priced by 10^9 bytes.
				unit, price = "GBy.h", new(big.Rat).Quo(price, big.NewRat(1<<30, 1_000_000_000))
			}
		case "ssd":
			unit, price = "GiBy.mo", new(big.Rat).Mul(price, big.NewRat(730, 1))
			resources = "Storage"
		case "machine":
			group = map[string]string{"f1": "F1Micro", "g1": "G1Small"}[p.family]
		}
		if p.family == "n1" && !strings.HasPrefix(p.term, "Commit") {
			group = "N1Standard"
		}
		out = append(out, newSKU(resources, group, p.term, description, unit, region, price))
	}
	return out
}

func describe(p part, region string) string {
	where := place(region)
	if years, ok := map[string]string{"Commit1Yr": "1 Year", "Commit3Yr": "3 Years"}[p.term]; ok {
		return commitment(p, where, years)
	}
	spot := ""
	if p.term == "Preemptible" {
		spot = "Spot Preemptible "
	}
	switch p.kind {
	case "gpu":
		if spot != "" {
			return gpus()[p.family] + " attached to Spot Preemptible VMs running in " + where
		}
		return gpus()[p.family] + " running in " + where
	case "ssd":
		if p.family != "" {
			return spot + strings.ToUpper(p.family) + " Instance Local SSD running in " + where
		}
		if spot != "" {
			return "SSD backed Local Storage attached to Spot Preemptible VMs in " + where
		}
		return "SSD backed Local Storage in " + where
	case "machine":
		return spot + map[string]string{"f1": "Micro Instance with burstable CPU", "g1": "Small Instance with 1 VCPU"}[p.family] + " running in " + where
	}
	name := families()[p.family][0]
	if name == "" {
		name = strings.ToUpper(p.family) + " Instance"
	}
	return spot + name + map[string]string{"core": " Core", "ram": " Ram"}[p.kind] + " running in " + where
}

func commitment(p part, where, years string) string {
	name := strings.ToUpper(p.family)
	if special, ok := families()[p.family]; ok {
		name = special[1]
	}
	if name != "" {
		name += " "
	}
	switch p.kind {
	case "gpu":
		return fmt.Sprintf("Commitment v1: %s running in %s for %s", gpus()[p.family], where, years)
	case "ssd":
		return fmt.Sprintf("Commitment v1: %sLocal SSD in %s for %s", name, where, years)
	}
	if p.family == "c2" && where == "Americas" {
		return fmt.Sprintf("Commitment: Compute optimized %s running in %s for %s", map[string]string{"core": "Core", "ram": "Ram"}[p.kind], where, years)
	}
	return fmt.Sprintf("Commitment v1: %s%s in %s for %s", name, map[string]string{"core": "Cpu", "ram": "Ram"}[p.kind], where, years)
}

// newSKU returns a SKU with the price rounded to billionths, of one tier.
func newSKU(resources, group, usage, description, unit, region string, price *big.Rat) SKU {
	nanos := new(big.Int).Quo(new(big.Int).Add(new(big.Int).Mul(new(big.Int).Mul(price.Num(), big.NewInt(1_000_000_000)), big.NewInt(2)), price.Denom()),
		new(big.Int).Mul(price.Denom(), big.NewInt(2))).Int64()
	h := fnv.New64a()
	h.Write([]byte(region + "\x00" + usage + "\x00" + description))
	sum := fmt.Sprintf("%012X", h.Sum64()&0xffffffffffff)
	id := sum[:4] + "-" + sum[4:8] + "-" + sum[8:]
	regions := []string{region}
	if region == "us-central1" {
		regions = []string{"us-central1", "us-east1", "us-west1"}
	}
	return SKU{
		Name: "services/6F81-5844-456A/skus/" + id, ID: id, Description: description,
		Category:       Category{Service: "Compute Engine", ResourceFamily: resources, ResourceGroup: group, UsageType: usage},
		ServiceRegions: regions, Provider: "Google",
		PricingInfo: []PricingInfo{{EffectiveTime: "2026-07-30T00:00:00.000Z", Expression: Expression{
			UsageUnit: unit, DisplayQuantity: 1,
			TieredRates: []Tier{{UnitPrice: Money{Currency: "USD", Units: fmt.Sprint(nanos / 1_000_000_000), Nanos: nanos % 1_000_000_000}}},
		}}},
	}
}

// decoys are SKUs whose descriptions resemble those of machines and whose prices are
// for something else: taken for a machine's, they would show.
func decoys(region string) []SKU {
	where := place(region)
	absurd := big.NewRat(77777, 1000)
	var out []SKU
	for _, d := range []struct{ usage, description, unit string }{
		{"OnDemand", "N2 Custom Instance Core running in " + where, "h"},
		{"OnDemand", "N2 Custom Extended Instance Ram running in " + where, "GiBy.h"},
		{"OnDemand", "Custom Instance Core running in " + where, "h"},
		{"OnDemand", "Custom Extended Instance Ram running in " + where, "GiBy.h"},
		{"OnDemand", "N2 Sole Tenancy Instance Core running in " + where, "h"},
		{"OnDemand", "Sole Tenancy Premium for N2 Sole Tenancy Instance Ram running in " + where, "GiBy.h"},
		{"OnDemand", "N2 Custom Sole Tenancy Extended Instance Ram running in " + where, "GiBy.h"},
		{"OnDemand", "Reserved A2 Instance Core in " + where, "h"},
		{"OnDemand", "Reserved N2 Instance Core running in " + where, "h"},
		{"OnDemand", "DWS Calendar Mode A3 Instance Core running in " + where, "h"},
		{"OnDemand", "A3 Instance Core attached to DWS Defined Duration VMs running in " + where, "h"},
		{"OnDemand", "A3 Instance Core running in " + where + " (Calendar Mode)", "h"},
		{"OnDemand", "Nvidia H100 80GB GPU attached to DWS Defined Duration VMs running in " + where, "h"},
		{"OnDemand", "Reserved Nvidia L4 GPU in " + where, "h"},
		{"OnDemand", "vGPU G4 Instance Local SSD running in " + where, "GiBy.mo"},
		{"OnDemand", "VM state: preserved local SSD in " + where, "GiBy.mo"},
		{"OnDemand", "Commitment - dollar based v1: GCE for 1 year", "h"},
		{"OnDemand", "Licensing Fee for Windows Server 2019 Datacenter Edition on f1-micro", "h"},
		{"OnDemand", "Overcommit premium for E2 Instance Core running in " + where, "h"},
		{"Commit1Yr", "Commitment v1: vGPU G4 Local SSD in " + where + " for 1 Year", "GiBy.mo"},
		{"Commit1Yr", "Reserved C4A Standard Local SSD in " + where + " for 1 Year", "GiBy.mo"},
		{"Preemptible", "Spot Preemptible N2 Custom Instance Core running in " + where, "h"},
	} {
		out = append(out, newSKU("Compute", "CPU", d.usage, d.description, d.unit, region, absurd))
	}
	// The same words, and another region's price.
	elsewhere := newSKU("Compute", "CPU", "OnDemand", "N2 Instance Core running in Mars", "h", "mars-north1", absurd)
	return append(out, elsewhere)
}
