package spec_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// offers is a small world: two regions of aws, with zones, a few types, disks
// and a calendar. The calendar is the one of the EKS documentation.
type offers struct{}

// Grounds are EKS alone, with what it runs.
func (offers) Grounds() []planner.Ground {
	return []planner.Ground{{
		Terms: planner.Terms{Provider: "aws", Mode: planner.Managed, Title: "EKS", DefaultMode: true},
		New:   func(*catalogs.Catalog) planner.Provider { return provider{} },
	}}
}

// provider answers what the language asks of an adapter.
type provider struct{ planner.Provider }

func (provider) DaemonSets(*planner.Cluster, *planner.NodeGroup) []planner.DaemonSet {
	return []planner.DaemonSet{{Name: "aws-node"}, {Name: "kube-proxy"}}
}

func (provider) SystemWorkloads(*planner.Cluster) []planner.Workload {
	return []planner.Workload{{Name: "coredns"}, {Name: "metrics-server"}}
}

func (offers) Kubernetes() (catalogs.Catalog, error) { return catalogs.Catalog{}, nil }

func (offers) Regions(provider string) []string {
	if provider != "aws" {
		return nil
	}
	return []string{"eu-west-1", "us-east-1"}
}

func (o offers) Load(provider, region string) (catalogs.Catalog, error) {
	if !slices.Contains(o.Regions(provider), region) {
		return catalogs.Catalog{}, fmt.Errorf("no region %s", region)
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
	cat.Disks = []catalogs.Disk{
		{Type: "gp2", MinSize: units.GiB, MaxSize: 16 * units.TiB},
		{Type: "gp3", MinSize: units.GiB, MaxSize: 64 * units.TiB, FreeIOPS: 3000, FreeMiBps: 125, IOPSPerGiB: 500 * units.Whole, MaxIOPS: 80000, MaxMiBps: 2000},
		{Type: "io2", MinSize: 4 * units.GiB, MaxSize: 64 * units.TiB, IOPSPerGiB: 1000 * units.Whole, MaxIOPS: 256000, MaxMiBps: 4000},
		{Type: "st1", MinSize: 125 * units.GiB, MaxSize: 16 * units.TiB, MaxIOPS: 500, MaxMiBps: 500},
	}
	cat.Versions = []catalogs.Version{
		{Minor: "1.28", Release: "2023-09-26", StandardEnd: "2024-11-26", ExtendedEnd: "2025-11-26"},
		{Minor: "1.34", Release: "2025-10-02", StandardEnd: "2026-12-02", ExtendedEnd: "2027-12-02"},
		{Minor: "1.35", Release: "2026-01-28", StandardEnd: "2027-03-27", ExtendedEnd: "2028-03-27"},
		{Minor: "1.36", Release: "2026-06-02", StandardEnd: "2027-08-02", ExtendedEnd: "2028-08-02"},
		{Minor: "1.37"},
	}
	return cat, nil
}
