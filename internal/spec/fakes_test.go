package spec_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

// offers is a small world: two regions of aws and one of gcp, with zones, a few
// types, disks and a calendar. The calendar is the one of the EKS documentation,
// and of Kubernetes' own releases.
type offers struct{}

func (offers) Kubernetes() (catalogs.Catalog, error) {
	return catalogs.Catalog{Date: "2026-11-20", Versions: calendar()}, nil
}

func (offers) Regions(provider string) []string {
	switch provider {
	case "aws":
		return []string{"eu-west-1", "us-east-1"}
	case "gcp":
		return []string{"europe-west1", "europe-west4"}
	}
	return nil
}

func (o offers) Load(provider, region string) (catalogs.Catalog, error) {
	if !slices.Contains(o.Regions(provider), region) {
		return catalogs.Catalog{}, fmt.Errorf("no region %s", region)
	}
	if provider == "gcp" {
		return googleCatalog(region), nil
	}
	short := map[string]string{"eu-west-1": "euw1", "us-east-1": "use1"}[region]
	cat := catalogs.Catalog{Provider: provider, Region: region, Source: "test", Date: "2026-11-20"}
	for i, letter := range []string{"a", "b", "c"} {
		cat.Zones = append(cat.Zones, catalogs.Zone{Name: region + letter, ID: fmt.Sprintf("%s-az%d", short, i+1)})
	}
	for _, name := range []string{"c7g.xlarge", "m7g.large", "m7g.metal", "m7i.large", "r7g.large", "t3.medium"} {
		family := name[:3]
		if family == "t3." {
			family = "t3"
		}
		arch := catalogs.AMD64
		if strings.HasSuffix(family, "7g") {
			arch = catalogs.ARM64
		}
		cat.Types = append(cat.Types, catalogs.InstanceType{
			Name: name, Family: family, Architecture: arch, VCPUs: 2, Memory: 8 * units.GiB,
			Burstable: family == "t3", Metal: strings.HasSuffix(name, ".metal"),
		})
	}
	gpus := catalogs.InstanceType{Name: "g5.xlarge", Family: "g5", Architecture: catalogs.AMD64, VCPUs: 4, Memory: 16 * units.GiB}
	gpus.GPUs = catalogs.GPUs{Milli: 1000, Name: "a10g", MemoryEach: 22888 * units.MiB}
	cat.Types = slices.Insert(cat.Types, 1, gpus)
	cat.Disks = []catalogs.Disk{
		{Type: "gp2", MinSize: units.GiB, MaxSize: 16 * units.TiB},
		{Type: "gp3", MinSize: units.GiB, MaxSize: 64 * units.TiB, FreeIOPS: 3000, FreeMiBps: 125, IOPSPerGiB: 500 * units.Whole, MaxIOPS: 80000, MaxMiBps: 2000},
		{Type: "io2", MinSize: 4 * units.GiB, MaxSize: 64 * units.TiB, IOPSPerGiB: 1000 * units.Whole, MaxIOPS: 256000, MaxMiBps: 4000},
		{Type: "st1", MinSize: 125 * units.GiB, MaxSize: 16 * units.TiB, MaxIOPS: 500, MaxMiBps: 500},
	}
	cat.Fees = []catalogs.Fee{{Tier: "extended"}, {Tier: "standard"}}
	cat.Versions = calendar()
	return cat, nil
}

// googleCatalog is a region of gcp.
func googleCatalog(region string) catalogs.Catalog {
	cat := catalogs.Catalog{Provider: "gcp", Region: region, Source: "test", Date: "2026-11-20", Versions: calendar()}
	for _, letter := range []string{"b", "c", "d"} {
		cat.Zones = append(cat.Zones, catalogs.Zone{Name: region + "-" + letter})
	}
	for _, name := range []string{"c4-standard-4", "e2-medium", "e2-standard-4", "n2-standard-4", "n4-standard-4"} {
		cat.Types = append(cat.Types, catalogs.InstanceType{
			Name: name, Family: name[:2], Architecture: catalogs.AMD64, VCPUs: 4, Memory: 16 * units.GiB, Burstable: name == "e2-medium",
		})
	}
	gpus := catalogs.InstanceType{Name: "g2-standard-4", Family: "g2", Architecture: catalogs.AMD64, VCPUs: 4, Memory: 16 * units.GiB}
	gpus.GPUs = catalogs.GPUs{Milli: 1000, Name: "l4"}
	cat.Types = slices.Insert(cat.Types, 3, gpus)
	cat.Disks = []catalogs.Disk{
		{Type: "pd-balanced", MinSize: 10 * units.GiB, MaxSize: 64 * units.TiB},
		{Type: "pd-ssd", MinSize: 10 * units.GiB, MaxSize: 64 * units.TiB},
		{Type: "pd-standard", MinSize: 10 * units.GiB, MaxSize: 64 * units.TiB},
	}
	return cat
}

// calendar holds the minors of the EKS documentation, and when Kubernetes released
// them and stops to patch them (kubernetes.io/releases).
func calendar() []catalogs.Version {
	return []catalogs.Version{
		{Minor: "1.28", UpstreamRelease: "2023-08-15", UpstreamEnd: "2024-10-28", Release: "2023-09-26", StandardEnd: "2024-11-26", ExtendedEnd: "2025-11-26"},
		{Minor: "1.34", UpstreamRelease: "2025-08-27", UpstreamEnd: "2026-10-27", Release: "2025-10-02", StandardEnd: "2026-12-02", ExtendedEnd: "2027-12-02"},
		{Minor: "1.35", UpstreamRelease: "2025-12-17", UpstreamEnd: "2027-02-28", Release: "2026-01-28", StandardEnd: "2027-03-27", ExtendedEnd: "2028-03-27"},
		{Minor: "1.36", UpstreamRelease: "2026-04-22", UpstreamEnd: "2027-06-28", Release: "2026-06-02", StandardEnd: "2027-08-02", ExtendedEnd: "2028-08-02"},
		{Minor: "1.37"},
	}
}
