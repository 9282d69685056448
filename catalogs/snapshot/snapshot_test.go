package snapshot_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/catalogs/snapshot"
	"github.com/scantling-dev/scantling/planner/units"
)

func load(t testing.TB, provider, region string) catalogs.Catalog {
	t.Helper()
	c, err := snapshot.Load(provider, region)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// loadAll returns every catalog of the snapshot by provider and region.
func loadAll(t testing.TB) map[[2]string]catalogs.Catalog {
	t.Helper()
	all := map[[2]string]catalogs.Catalog{}
	for _, provider := range snapshot.Providers() {
		for _, region := range snapshot.Regions(provider) {
			all[[2]string{provider, region}] = load(t, provider, region)
		}
	}
	return all
}

func TestEveryRegionLoads(t *testing.T) {
	if got, want := snapshot.Providers(), []string{"aws", "gcp"}; !slices.Equal(got, want) {
		t.Fatalf("providers %v, want %v", got, want)
	}
	index, err := snapshot.ReadIndex()
	if err != nil {
		t.Fatal(err)
	}
	if index.AsOf != "2026-11-20" {
		t.Errorf("the index is of %s", index.AsOf)
	}
	var summaries []catalogs.Summary
	for _, provider := range snapshot.Providers() {
		for _, region := range snapshot.Regions(provider) {
			c := load(t, provider, region)
			if c.Provider != provider || c.Region != region || c.Date != "2026-11-20" || c.Source != "snapshot" {
				t.Errorf("%s/%s says it is %s/%s of %s from %s", provider, region, c.Provider, c.Region, c.Date, c.Source)
			}
			sealed, _, err := catalogs.Seal(c)
			if err != nil || sealed.SHA256 != c.SHA256 {
				t.Errorf("%s/%s: digest %s, read %s (%v)", provider, region, sealed.SHA256, c.SHA256, err)
			}
			summaries = append(summaries, c.Summarize())
		}
	}
	if !reflect.DeepEqual(index.Catalogs, summaries) {
		t.Error("the index says something else than the catalogs")
	}
	if aws, gcp := len(snapshot.Regions("aws")), len(snapshot.Regions("gcp")); aws != 36 || gcp != 43 {
		t.Errorf("%d regions of AWS, %d of GCP", aws, gcp)
	}
}

func TestUnknownNames(t *testing.T) {
	_, err := snapshot.Load("azure", "westeurope")
	unknown, ok := errors.AsType[*snapshot.UnknownError](err)
	if !ok || unknown.What != "provider" || !slices.Equal(unknown.Known, []string{"aws", "gcp"}) {
		t.Errorf("error %#v", err)
	}
	if want := `the snapshot has no provider "azure" (it has aws, gcp)`; err.Error() != want {
		t.Errorf("message %q, want %q", err, want)
	}
	for _, region := range []string{"us-esat-1", "", ".", "../gcp/us-central1", "us-east-1.tsv.gz"} {
		_, err = snapshot.Load("aws", region)
		unknown, ok = errors.AsType[*snapshot.UnknownError](err)
		if !ok || unknown.What != "region" || unknown.Provider != "aws" || !slices.Contains(unknown.Known, "us-east-1") {
			t.Errorf("region %q: error %#v", region, err)
		}
	}
	if got := snapshot.Regions("azure"); got != nil {
		t.Errorf("regions of no provider: %v", got)
	}
}

// The whole snapshot is part of the program: it must stay small.
func TestSize(t *testing.T) {
	var total int64
	err := filepath.WalkDir("data", func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if total > 3<<20 {
		t.Errorf("the snapshot takes %d bytes, more than 3 MiB", total)
	}
}

// Prices that the providers' public price lists give, Linux, on demand.
func TestPublishedPrices(t *testing.T) {
	tests := []struct {
		provider, region, name, usd string
	}{
		{"aws", "us-east-1", "m5.large", "0.096"},
		{"aws", "us-east-1", "c5.xlarge", "0.17"},
		{"aws", "us-east-1", "r5.large", "0.126"},
		{"aws", "us-east-1", "t3.medium", "0.0416"},
		{"aws", "us-east-1", "t4g.medium", "0.0336"},
		{"aws", "us-east-1", "m6i.large", "0.096"},
		{"aws", "us-east-1", "m6a.large", "0.0864"},
		{"aws", "us-east-1", "c6g.large", "0.068"},
		{"aws", "us-east-1", "r6g.large", "0.1008"},
		{"aws", "us-east-1", "m7g.large", "0.0816"},
		{"aws", "us-east-1", "c7g.large", "0.0725"},
		{"aws", "us-east-1", "r7g.large", "0.1071"},
		{"aws", "us-east-1", "m7i.large", "0.1008"},
		{"aws", "us-east-1", "m8g.large", "0.08976"},
		{"aws", "us-east-1", "g4dn.xlarge", "0.526"},
		{"aws", "us-east-1", "g5.xlarge", "1.006"},
		{"aws", "us-east-1", "i3.large", "0.156"},
		{"aws", "us-east-1", "i4i.large", "0.172"},
		{"aws", "eu-west-1", "m5.large", "0.107"},
		{"aws", "eu-central-1", "m5.large", "0.115"},
		{"aws", "ap-southeast-1", "m5.large", "0.12"},
		{"aws", "ap-northeast-1", "m5.large", "0.124"},
		{"aws", "sa-east-1", "m5.large", "0.153"},
		{"aws", "us-gov-west-1", "m5.large", "0.121"},
		{"gcp", "us-central1", "e2-standard-4", "0.134"},
		{"gcp", "us-central1", "n2-standard-4", "0.194236"},
		{"gcp", "us-central1", "n1-standard-4", "0.19"},
		{"gcp", "us-central1", "t2d-standard-4", "0.169"},
		{"gcp", "us-central1", "c2-standard-4", "0.2088"},
		{"gcp", "us-central1", "c3-standard-4", "0.201608"},
		{"gcp", "us-central1", "g2-standard-4", "0.7068"},
		{"gcp", "us-central1", "a2-highgpu-1g", "3.6734"},
	}
	for _, tt := range tests {
		want, err := catalogs.ParseRate(tt.usd)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := load(t, tt.provider, tt.region).Type(tt.name)
		// Google's list rounds to fewer digits: 0.2% either way.
		if off := max(got.OnDemand.Rate-want, want-got.OnDemand.Rate); !ok || off > want/500 || tt.provider == "aws" && off != 0 {
			t.Errorf("%s %s: %d, want %d", tt.region, tt.name, got.OnDemand.Rate, want)
		}
		if got.OnDemand.Basis != catalogs.Listed {
			t.Errorf("%s %s: basis %q, want listed", tt.region, tt.name, got.OnDemand.Basis)
		}
	}
}

func TestShapes(t *testing.T) {
	c := load(t, "aws", "us-east-1")
	m5, _ := c.Type("m5.large")
	if m5.VCPUs != 2 || m5.Memory != 8*units.GiB || m5.ENIs != 3 || m5.IPv4PerENI != 10 || m5.Architecture != "amd64" ||
		m5.Family != "m5" || m5.Generation != 5 || m5.Hypervisor != "nitro" || m5.MeasuredMemory == 0 {
		t.Errorf("m5.large: %+v", m5)
	}
	// EC2 user guide, burstable performance instances: baseline per vCPU of 5, 10,
	// 20, 20, 30, 40 and 40%; t2 has other figures, which are not in the sources.
	for name, want := range map[string]units.MilliCPU{
		"t3.nano": 100, "t3.micro": 200, "t3a.small": 400, "t4g.medium": 400, "t3.large": 600, "t4g.xlarge": 1600,
		"t3a.2xlarge": 3200, "t2.large": 0, "m5.large": 0,
	} {
		if got, ok := c.Type(name); !ok || got.BaselineCPU != want || got.Burstable != (name[0] == 't') {
			t.Errorf("%s: baseline %d, want %d; burstable %v", name, got.BaselineCPU, want, got.Burstable)
		}
	}
	for name, want := range map[string][]catalogs.Class{
		"m5.metal": {catalogs.ClassMetal}, "m7i-flex.large": {catalogs.ClassFlex}, "g5.xlarge": {catalogs.ClassGPU},
		"inf2.xlarge": {catalogs.ClassGPU}, "m3.large": {catalogs.ClassPreviousGeneration}, "c7g.large": nil,
	} {
		if got, ok := c.Type(name); !ok || !slices.Equal(catalogs.Classes(got), want) {
			t.Errorf("%s: classes %v, want %v", name, catalogs.Classes(got), want)
		}
	}
	e2, _ := load(t, "gcp", "us-central1").Type("e2-micro")
	if e2.VCPUs != 2 || e2.BaselineCPU != 250 || e2.Memory != units.GiB || !e2.Burstable || e2.NetworkMbps != 0 || e2.NetworkMaxMbps != 1000 {
		t.Errorf("e2-micro: %+v", e2)
	}
}

func TestSpot(t *testing.T) {
	got, _ := load(t, "aws", "af-south-1").Type("c5.12xlarge")
	// 2.736 an hour less 87%.
	want := catalogs.Price{Rate: 355_680_000, Basis: catalogs.Estimated, Date: "2025-06-28", Source: "spot-advisor-2025-06"}
	if got.Spot != want || got.SpotStatistic != "spot advisor savings 2025-06 x on-demand" || got.Interruption != "20+" {
		t.Errorf("spot %+v (%s, %s), want %+v", got.Spot, got.SpotStatistic, got.Interruption, want)
	}
	// No saving was seen: the spot price is not known, rather than on-demand's.
	a1, _ := load(t, "aws", "ap-south-1").Type("a1.large")
	if a1.Spot.Known() || a1.Interruption == "" {
		t.Errorf("a1.large: %+v %q", a1.Spot, a1.Interruption)
	}
	n2, _ := load(t, "gcp", "us-central1").Type("n2-standard-4")
	if n2.Spot.Basis != catalogs.Listed || n2.Spot.Date != "2026-07-30" || n2.SpotStatistic != "list price of the day" {
		t.Errorf("n2-standard-4: %+v %q", n2.Spot, n2.SpotStatistic)
	}
}

func TestPriceDates(t *testing.T) {
	tests := []struct {
		region, name string
		basis        catalogs.Basis
		date         units.Date
		source       string
	}{
		{"us-east-1", "m5.large", catalogs.Listed, "2026-07-20", "karpenter-2026-07"},
		{"af-south-1", "c5.12xlarge", catalogs.Listed, "2022-05-22", "libcloud-2022-05"},
		// The region's oldest list price is of 2022-05-22: the estimate is no newer.
		{"af-south-1", "m7g.12xlarge", catalogs.Estimated, "2022-05-22", "sibling-ratio"},
		{"mx-central-1", "m7g.large", "", "", ""},
	}
	for _, tt := range tests {
		got, ok := load(t, "aws", tt.region).Type(tt.name)
		p := got.OnDemand
		if !ok || p.Basis != tt.basis || p.Date != tt.date || p.Source != tt.source || p.Known() != (p.Rate > 0) {
			t.Errorf("%s %s: %+v, want %+v", tt.region, tt.name, p, tt)
		}
	}
}

func TestRegionsWithoutPrices(t *testing.T) {
	for _, region := range []string{"ap-east-2", "ap-southeast-5", "ap-southeast-7", "ca-west-1", "mx-central-1"} {
		c := load(t, "aws", region)
		if len(c.Types) == 0 || len(c.Zones) != 3 {
			t.Errorf("%s: %d types, %d zones", region, len(c.Types), len(c.Zones))
		}
		for _, k := range c.Types {
			if k.OnDemand != (catalogs.Price{}) || k.Spot != (catalogs.Price{}) || k.SpotStatistic != "" {
				t.Errorf("%s %s: priced %+v %+v", region, k.Name, k.OnDemand, k.Spot)
			}
		}
	}
	if c := load(t, "aws", "ap-southeast-6"); len(c.Types) != 0 || len(c.Zones) != 3 {
		t.Errorf("ap-southeast-6: %d types, %d zones", len(c.Types), len(c.Zones))
	}
}

func TestDisks(t *testing.T) {
	gp3, _ := load(t, "aws", "us-east-1").Disk("gp3")
	listed := func(amount units.USD) catalogs.MonthlyPrice {
		return catalogs.MonthlyPrice{Amount: amount, Basis: catalogs.Listed, Date: "2026-06-09", Source: "netflix-2026-06"}
	}
	recalled := catalogs.MonthlyPrice{Amount: 40_000_000, Basis: catalogs.Recalled, Source: "recalled"}
	if gp3.PerGiB != listed(80_000_000) || gp3.PerIOPS != listed(5_000_000) || gp3.PerMiBps != recalled {
		t.Errorf("gp3 in us-east-1: %+v", gp3)
	}
	if gp3.FreeIOPS != 3000 || gp3.FreeMiBps != 125 || gp3.IOPSPerGiB != 500*units.Whole || gp3.MinSize != units.GiB || gp3.MaxSize != 64*units.TiB {
		t.Errorf("gp3's limits: %+v", gp3)
	}
	// Sold in every region; where no source has its price, it is not known.
	for _, region := range snapshot.Regions("aws") {
		d, ok := load(t, "aws", region).Disk("gp3")
		priced := slices.Contains([]string{"us-east-1", "us-west-1", "eu-central-1", "eu-south-1"}, region)
		if !ok || d.PerGiB.Known() != priced || !priced && d.PerGiB != (catalogs.MonthlyPrice{}) {
			t.Errorf("gp3 in %s: %+v", region, d.PerGiB)
		}
	}
	eu, _ := load(t, "aws", "eu-central-1").Disk("gp3")
	if eu.PerGiB.Amount != 95_200_000 || eu.PerGiB.Basis != catalogs.Secondary || eu.PerIOPS.Known() || eu.PerMiBps.Known() {
		t.Errorf("gp3 in eu-central-1: %+v", eu)
	}
	pd, _ := load(t, "gcp", "us-central1").Disk("pd-balanced")
	if pd.PerGiB.Amount != 100_000_000 || pd.PerGiB.Basis != catalogs.Listed || pd.PerGiB.Date != "2026-07-30" {
		t.Errorf("pd-balanced: %+v", pd)
	}
	// 0.28 MiB/s for each GiB.
	if pd.IOPSPerGiB != 6*units.Whole || pd.MiBpsPerGiB != 280_000 {
		t.Errorf("pd-balanced's limits: %+v", pd)
	}
	if _, ok := load(t, "gcp", "us-central1").Disk("local-ssd"); ok {
		t.Error("local-ssd is offered as a disk")
	}
}

func TestFees(t *testing.T) {
	for _, tt := range []struct {
		provider, region, tier string
		rate                   units.USDPerHour
		basis                  catalogs.Basis
	}{
		{"aws", "eu-west-1", "standard", 100_000_000, catalogs.Listed},
		{"aws", "eu-west-1", "extended", 600_000_000, catalogs.Listed},
		{"aws", "us-east-1", "tier-xl", 1_650_000_000, catalogs.Secondary},
		{"aws", "us-east-1", "tier-2xl", 3_400_000_000, catalogs.Secondary},
		{"aws", "us-east-1", "tier-4xl", 6_900_000_000, catalogs.Secondary},
		{"aws", "us-east-1", "tier-8xl", 13_900_000_000, catalogs.Secondary},
		{"gcp", "us-central1", "zonal", 100_000_000, catalogs.Listed},
		{"gcp", "us-central1", "regional", 100_000_000, catalogs.Listed},
		{"gcp", "us-central1", "autopilot", 100_000_000, catalogs.Listed},
		{"gcp", "us-central1", "extended", 600_000_000, catalogs.Recalled},
	} {
		got, ok := load(t, tt.provider, tt.region).Fee(tt.tier)
		if !ok || got.Price.Rate != tt.rate || got.Price.Basis != tt.basis {
			t.Errorf("%s %s: %+v, want %+v", tt.provider, tt.tier, got, tt)
		}
	}
}

// Dates as endoflife.date gives them (2026-08-22).
func TestCalendar(t *testing.T) {
	eks, gke := load(t, "aws", "us-east-1"), load(t, "gcp", "us-central1")
	if n := len(eks.Versions); n != 11 || eks.Versions[0].Minor != "1.27" || eks.Versions[10].Minor != "1.37" {
		t.Errorf("%d versions", n)
	}
	for _, tt := range []struct {
		c    catalogs.Catalog
		want catalogs.Version
	}{
		{eks, catalogs.Version{
			Minor: "1.31", UpstreamRelease: "2024-08-13", UpstreamEnd: "2025-11-11", Release: "2024-09-26",
			StandardEnd: "2025-11-26", ExtendedEnd: "2026-11-26",
		}},
		{eks, catalogs.Version{
			Minor: "1.35", UpstreamRelease: "2025-12-17", UpstreamEnd: "2027-02-28", Release: "2026-01-28",
			StandardEnd: "2027-03-27", ExtendedEnd: "2028-03-27",
		}},
		{eks, catalogs.Version{Minor: "1.37", UpstreamRelease: "2026-08-26"}},
		{gke, catalogs.Version{
			Minor: "1.34", UpstreamRelease: "2025-08-27", UpstreamEnd: "2026-10-27", Release: "2025-09-30", StandardEnd: "2026-10-01",
		}},
		{gke, catalogs.Version{Minor: "1.37", UpstreamRelease: "2026-08-26"}},
	} {
		if got, _ := tt.c.Version(tt.want.Minor); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.c.Provider, got, tt.want)
		}
	}
}

// Each source that a figure names is in SOURCES.md.
func TestSourcesAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../SOURCES.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range readTable(t, "sources.csv") {
		if !containsLine(string(text), "| `"+row["tag"]+"` |", row["date"], row["commit"]) {
			t.Errorf("SOURCES.md has no line for %s with its date and commit", row["tag"])
		}
	}
}
