package refresh_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/google/go-cmp/cmp"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/testkit/fakeaws"
	"github.com/scantling-dev/scantling/planner/units"
	aws "github.com/scantling-dev/scantling/providers/aws/refresh"
	"github.com/scantling-dev/scantling/providers/refresh"
)

const today = units.Date("2026-11-29")

// request asks for a region, with the mean of two days of spot prices.
func request(region string) refresh.Request {
	return refresh.Request{
		Region: region, Today: today, Now: fakeaws.Now(), Base: base(region),
		Spot: refresh.SpotWindow{Statistic: "mean", Window: 48 * time.Hour},
	}
}

// base is what was known before: nothing of it is a price that AWS gives.
func base(region string) catalogs.Catalog {
	old := catalogs.Price{Rate: units.DollarPerHour, Basis: catalogs.Secondary, Date: "2026-08-01", Source: "notes"}
	return catalogs.Catalog{
		Provider: "aws", Region: region, Source: "snapshot", Date: "2026-11-20",
		Sources: []catalogs.Source{{Tag: "notes", Date: "2026-08-01", Origin: "notes", Gives: "fees"}},
		Types: []catalogs.InstanceType{
			{Name: "m5.large", VCPUs: 2, Memory: 8 * units.GiB, MeasuredMemory: 7761 * units.MiB, Interruption: "5-10", OnDemand: old, Spot: old},
			{Name: "t3.medium", VCPUs: 2, Memory: 4 * units.GiB, BaselineCPU: 400, Interruption: "<5", OnDemand: old},
		},
		Disks: []catalogs.Disk{
			{Type: "gp3", FreeIOPS: 3000, FreeMiBps: 125, MaxIOPS: 80000, MaxMiBps: 2000, MaxSize: 64 * units.TiB},
			{Type: "st1", MaxIOPS: 500, PerGiB: catalogs.MonthlyPrice{Amount: 1, Basis: catalogs.Secondary, Source: "notes"}},
		},
		Fees: []catalogs.Fee{{Tier: "standard", Price: old}, {Tier: "tier-xl", Price: old}},
		Versions: []catalogs.Version{
			{Minor: "1.33", UpstreamRelease: "2025-04-23", UpstreamEnd: "2026-06-28", Release: "2025-05-28", StandardEnd: "2026-07-29", ExtendedEnd: "2027-07-29"},
			{Minor: "1.34", UpstreamRelease: "2025-08-27", UpstreamEnd: "2026-10-27", Release: "2025-10-06", StandardEnd: "2026-11-02", ExtendedEnd: "2027-11-02"},
			{Minor: "1.37", UpstreamRelease: "2026-08-26"},
		},
	}
}

// options ask the server, and wait for nothing between attempts.
func options(server *fakeaws.Server) aws.Options {
	return aws.Options{
		Endpoint: server.URL(), Credentials: credentials.NewStaticCredentialsProvider(fakeaws.KeyID, fakeaws.Secret, ""),
		MaxBackoff: time.Nanosecond,
	}
}

// start starts a server and closes off the machine that runs the test.
func start(t *testing.T, region fakeaws.Region) *fakeaws.Server {
	t.Helper()
	server := fakeaws.Start(region)
	t.Cleanup(server.Close)
	for _, name := range []string{"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"} {
		t.Setenv(name, "/dev/null")
	}
	for _, name := range []string{"AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "HTTP_PROXY", "HTTPS_PROXY", "AWS_ENDPOINT_URL"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	return server
}

// fetch fetches a region from a server and fails the test where that fails.
func fetch(t *testing.T, region fakeaws.Region, change func(*refresh.Request, *aws.Options)) refresh.Result {
	t.Helper()
	server := start(t, region)
	req, opts := request(region.Name), options(server)
	if change != nil {
		change(&req, &opts)
	}
	result, err := aws.Fetch(t.Context(), req, opts)
	if err != nil {
		t.Fatal(err)
	}
	if err := result.Catalog.Validate(); err != nil {
		t.Fatal(err)
	}
	return result
}

func TestAMachineIsWhatAWSSaysOfIt(t *testing.T) {
	r := fetch(t, fakeaws.Oregon(), nil)
	listed := func(rate units.USDPerHour, source string) catalogs.Price {
		return catalogs.Price{Rate: rate, Basis: catalogs.Listed, Date: today, Source: source}
	}
	const nano = units.DollarPerHour / 1_000_000_000
	want := map[string]catalogs.InstanceType{
		// 0.04 in a, 0.042 in b, 0.02 in c by the mean: the dearest counts. 508 dollars over
		// 8760 hours are 0.0579908675…, 525.6 over 26280 are 0.02.
		"m5.large": {
			Name: "m5.large", Family: "m5", Generation: 5, Architecture: catalogs.AMD64, VCPUs: 2, Memory: 8 * units.GiB,
			MeasuredMemory: 7761 * units.MiB, ENIs: 3, IPv4PerENI: 10, NetworkMbps: 750, NetworkMaxMbps: 10000, DiskMbps: 4750,
			Hypervisor: "nitro", Interruption: "5-10",
			OnDemand: listed(96_000_000*nano, "aws-price-list"), Spot: listed(42_000_000*nano, "aws-spot-history"),
			SpotStatistic: "mean by time of 2 days, dearest zone",
			Commitments: []catalogs.Commitment{
				{Kind: "compute_savings_plan", TermYears: 1, Payment: "no-upfront", Price: listed(70_000_000*nano, "aws-savings-plans")},
				{Kind: "instance_savings_plan", TermYears: 3, Payment: "all-upfront", Price: listed(36_000_000*nano, "aws-savings-plans")},
				{Kind: "reserved", TermYears: 1, Payment: "all-upfront", Price: listed(57_990_868*nano, "aws-price-list")},
				{Kind: "reserved", TermYears: 1, Payment: "no-upfront", Price: listed(60_000_000*nano, "aws-price-list")},
				{Kind: "reserved", TermYears: 3, Payment: "partial-upfront", Price: listed(39_000_000*nano, "aws-price-list")},
			},
		},
		"g5.xlarge": {
			Name: "g5.xlarge", Family: "g5", Generation: 5, Architecture: catalogs.AMD64, VCPUs: 4, Memory: 16 * units.GiB,
			ENIs: 4, IPv4PerENI: 15, NetworkMbps: 2500, NetworkMaxMbps: 10000, DiskMbps: 3500, LocalDiskGB: 250, Hypervisor: "nitro",
			GPUs:     catalogs.GPUs{Milli: 1000, Name: "a10g", MemoryEach: 22888 * units.MiB},
			OnDemand: listed(1_006_000_000*nano, "aws-price-list"), Spot: listed(402_400_000*nano, "aws-spot-history"),
			SpotStatistic: "mean by time of 2 days, dearest zone", Zones: []string{"us-west-2a", "us-west-2b"},
		},
		"m5.metal": {
			Name: "m5.metal", Family: "m5", Generation: 5, Architecture: catalogs.AMD64, VCPUs: 96, Memory: 384 * units.GiB, ENIs: 15,
			IPv4PerENI: 50, NetworkMbps: 25000, NetworkMaxMbps: 25000, DiskMbps: 19000, Metal: true, OnDemand: listed(4_608_000_000*nano, "aws-price-list"),
		},
		"inf2.xlarge": {
			Name: "inf2.xlarge", Family: "inf2", Generation: 2, Architecture: catalogs.AMD64, VCPUs: 4, Memory: 16 * units.GiB, ENIs: 4,
			IPv4PerENI: 15, NetworkMbps: 2083, NetworkMaxMbps: 15000, DiskMbps: 10000, Hypervisor: "nitro",
			Accelerators: catalogs.Accelerators{Count: 1, Name: "inferentia2"}, OnDemand: listed(758_200_000*nano, "aws-price-list"),
		},
		// Its spot price was as high as that on demand.
		"t3.medium": {
			Name: "t3.medium", Family: "t3", Generation: 3, Architecture: catalogs.AMD64, VCPUs: 2, BaselineCPU: 400, Memory: 4 * units.GiB,
			ENIs: 3, IPv4PerENI: 6, NetworkMbps: 256, NetworkMaxMbps: 5000, DiskMbps: 2085, Hypervisor: "nitro", Burstable: true,
			Interruption: "<5", OnDemand: listed(41_600_000*nano, "aws-price-list"),
		},
	}
	for name, w := range want {
		got, _ := r.Catalog.Type(name)
		if diff := cmp.Diff(w, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if _, ok := r.Catalog.Type("c3.large"); ok || len(r.Catalog.Types) != 10 {
		t.Errorf("%d types, c3.large among them: %t; no zone offers it, and 10 are offered", len(r.Catalog.Types), ok)
	}
	wantProblems := []catalogs.Problem{{
		Path: "types.t3.medium.spot", Reason: "$0.0416 (mean by time of 2 days, dearest zone) is not below $0.0416 on demand",
	}}
	if diff := cmp.Diff(wantProblems, r.Quarantined); diff != "" {
		t.Errorf("quarantined (-want +got):\n%s", diff)
	}
}
