package catalogs_test

import (
	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

// small is a valid catalog with something in every field.
func small() catalogs.Catalog {
	price := func(rate units.USDPerHour, basis catalogs.Basis) catalogs.Price {
		return catalogs.Price{Rate: rate, Basis: basis, Date: "2026-07-20", Source: "list"}
	}
	monthly := catalogs.MonthlyPrice{Amount: 80_000_000, Basis: catalogs.Listed, Date: "2026-06-09", Source: "list"}
	return catalogs.Catalog{
		Provider: "aws", Region: "us-test-1", Source: "test", Date: "2026-11-20",
		Sources: []catalogs.Source{
			{Tag: "list", Date: "2026-07-20", Origin: "a list", Commit: "1d92708", Licence: "Apache-2.0", Gives: "prices"},
			{Tag: "undated", Origin: "a table\twith a tab", Gives: "a \\ and\na line"},
		},
		Zones: []catalogs.Zone{{Name: "us-test-1a", ID: "ust1-az2"}, {Name: "us-test-1b", ID: "ust1-az1"}},
		Types: []catalogs.InstanceType{
			{
				Name: "g5.xlarge", Family: "g5", Generation: 5, Architecture: catalogs.AMD64, VCPUs: 4, Memory: 16 * units.GiB,
				LocalDiskGB: 250, GPUs: catalogs.GPUs{Milli: 1000, Name: "a10g", MemoryEach: 24 * units.GiB}, Hypervisor: "nitro",
			},
			{
				Name: "inf2.xlarge", Family: "inf2", Architecture: catalogs.AMD64, VCPUs: 4, Memory: 16 * units.GiB,
				Accelerators: catalogs.Accelerators{Count: 1, Name: "inferentia2"}, PreviousGeneration: true, Flex: true,
			},
			{
				Name: "m5.large", Family: "m5", Generation: 5, Architecture: catalogs.AMD64, VCPUs: 2, Memory: 8 * units.GiB,
				MeasuredMemory: 7800 * units.MiB, ENIs: 3, IPv4PerENI: 10, NetworkMbps: 750, NetworkMaxMbps: 10000, DiskMbps: 4750,
				Hypervisor: "nitro", OnDemand: price(96_000_000, catalogs.Listed), Spot: price(33_600_001, catalogs.Estimated),
				SpotStatistic: "mean", Interruption: "5-10",
				Commitments: []catalogs.Commitment{
					{Kind: "reserved", TermYears: 1, Payment: "no-upfront", Price: price(60_000_000, catalogs.Secondary)},
					{Kind: "reserved", TermYears: 3, Payment: "all-upfront", Price: price(36_100_000, catalogs.Listed)},
				},
			},
			{Name: "m5.metal", Family: "m5", Generation: 5, Architecture: catalogs.AMD64, VCPUs: 96, Memory: 384 * units.GiB, Metal: true},
			{
				Name: "t4g.micro", Family: "t4g", Generation: 4, Architecture: catalogs.ARM64, VCPUs: 2, Memory: units.GiB,
				BaselineCPU: 200, Burstable: true, OnDemand: price(8_400_000, catalogs.Family),
				Commitments: []catalogs.Commitment{
					{Kind: "reserved", TermYears: 3, Payment: "all-upfront", Price: price(8_400_000, catalogs.Listed)},
				},
			},
		},
		Disks: []catalogs.Disk{
			{
				Type: "gp3", PerGiB: monthly, FreeIOPS: 3000, FreeMiBps: 125, IOPSPerGiB: 500 * units.Whole, MiBpsPerGiB: 11718,
				PerMiBps: catalogs.MonthlyPrice{Amount: 40_000_000, Basis: catalogs.Recalled, Source: "undated"},
				MaxIOPS:  80000, MaxMiBps: 2000, MinSize: units.GiB, MaxSize: 64 * units.TiB, Note: "cap",
			},
			{Type: "st1"},
		},
		Fees: []catalogs.Fee{{Tier: "standard", Price: price(100_000_000, catalogs.Listed), Note: "all regions"}},
		Versions: []catalogs.Version{
			{
				Minor: "1.9", UpstreamRelease: "2017-12-15", UpstreamEnd: "2018-10-01", Release: "2018-01-01",
				StandardEnd: "2019-01-01", ExtendedEnd: "2020-01-01",
			},
			{Minor: "1.10", UpstreamRelease: "2018-03-26"},
		},
	}
}
