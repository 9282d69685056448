package refresh_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/testkit/fakeaws"
	"github.com/scantling-dev/scantling/planner/units"
	aws "github.com/scantling-dev/scantling/providers/aws/refresh"
	"github.com/scantling-dev/scantling/providers/refresh"
)

// same checks that two refreshes gave the same bytes and the same doubts.
func same(t *testing.T, what string, want, got refresh.Result) {
	t.Helper()
	_, a, err := catalogs.Seal(want.Catalog)
	if err != nil {
		t.Fatal(err)
	}
	_, b, err := catalogs.Seal(got.Catalog)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a, b) {
		t.Errorf("%s: another catalog (-want +got):\n%s", what, cmp.Diff(string(a), string(b)))
	}
	if diff := cmp.Diff(want.Quarantined, got.Quarantined); diff != "" {
		t.Errorf("%s: other doubts (-want +got):\n%s", what, diff)
	}
	if diff := cmp.Diff(want.Quotas, got.Quotas); diff != "" {
		t.Errorf("%s: other quotas (-want +got):\n%s", what, diff)
	}
}

// TestPagesAndOrderDoNotMatter: rows in any order, in pages of any size, by one call at
// a time or by many, make the same catalog.
func TestPagesAndOrderDoNotMatter(t *testing.T) {
	region := func() fakeaws.Region {
		r := fakeaws.Oregon()
		r.Products = append(r.Products, fakeaws.MachineProduct(r.Name, "m7g.large", "0.0820000000"), r.Products[1].With("tenancy", "Host"))
		return r
	}
	want := fetch(t, region(), nil)
	draws := 12
	if testing.Short() {
		draws = 3
	}
	for seed := range uint64(draws) {
		rng := rand.New(rand.NewPCG(seed, 0))
		r := region()
		rng.Shuffle(len(r.Machines), func(i, j int) { r.Machines[i], r.Machines[j] = r.Machines[j], r.Machines[i] })
		rng.Shuffle(len(r.Products), func(i, j int) { r.Products[i], r.Products[j] = r.Products[j], r.Products[i] })
		rng.Shuffle(len(r.Spot), func(i, j int) { r.Spot[i], r.Spot[j] = r.Spot[j], r.Spot[i] })
		rng.Shuffle(len(r.Plans), func(i, j int) { r.Plans[i], r.Plans[j] = r.Plans[j], r.Plans[i] })
		rng.Shuffle(len(r.Zones), func(i, j int) { r.Zones[i], r.Zones[j] = r.Zones[j], r.Zones[i] })
		rng.Shuffle(len(r.Versions), func(i, j int) { r.Versions[i], r.Versions[j] = r.Versions[j], r.Versions[i] })
		server := start(t, r)
		server.PageSize = 1 + rng.IntN(3)
		req := request(r.Name)
		req.Concurrency = 1 + rng.IntN(8)
		got, err := aws.Fetch(t.Context(), req, options(server))
		if err != nil {
			t.Fatal(err)
		}
		same(t, fmt.Sprintf("seed %d", seed), want, got)
		for _, call := range calls()[:7] {
			if server.Calls(call) < 2 && call != "ec2:DescribeAvailabilityZones" && call != "savingsplans:DescribeSavingsPlansOfferingRates" && call != "eks:DescribeClusterVersions" {
				t.Errorf("%s: one page", call)
			}
		}
	}
}

// TestATokenThatComesBack would be asked for without end.
func TestATokenThatComesBack(t *testing.T) {
	server := start(t, fakeaws.Oregon())
	server.Fail("eks:DescribeClusterVersions", fakeaws.Fault{Body: `{"clusterVersions":[],"nextToken":"again"}`})
	if got := refused(t.Context(), t, request("us-west-2"), options(server)); got.Kind != refresh.Answer {
		t.Errorf("%s: %v", got.Kind, got)
	}
}

// TestStatistics of m5.large, by hand from the records of the fake region.
func TestStatistics(t *testing.T) {
	for name, tc := range map[string]struct {
		statistic string
		window    time.Duration
		want      units.USDPerHour
		says      string
	}{
		"the mean of two days":      {"mean", 48 * time.Hour, 42_000_000, "mean by time of 2 days, dearest zone"},
		"the mean of a day":         {"mean", 24 * time.Hour, 50_000_000, "mean by time of 1 day, dearest zone"},
		"the mean of six hours":     {"mean", 6 * time.Hour, 50_000_000, "mean by time of 6h0m0s, dearest zone"},
		"the mean of four days":     {"mean", 96 * time.Hour, 42_000_000, "mean by time of 4 days, dearest zone"}, // a: (0.01 + 2·0.03 + 0.05) / 4 = 0.03
		"the highest":               {"max", 48 * time.Hour, 50_000_000, "highest price of 2 days, dearest zone"},
		"the current":               {"current", 48 * time.Hour, 50_000_000, "current price, dearest zone"},
		"what is recommended":       {"", 0, 42_000_000, "mean by time of 14 days, dearest zone"},
		"a mean over all its weeks": {"mean", 90 * 24 * time.Hour, 42_000_000, "mean by time of 90 days, dearest zone"},
	} {
		r := fetch(t, fakeaws.Oregon(), func(req *refresh.Request, _ *aws.Options) {
			req.Spot = refresh.SpotWindow{Statistic: tc.statistic, Window: tc.window}
		})
		got, _ := r.Catalog.Type("m5.large")
		if word := catalogs.SpotWord(got.SpotStatistic); word != tc.statistic && (tc.statistic != "" || word != "mean") {
			t.Errorf("%s: a spec says %q for %q", name, word, got.SpotStatistic)
		}
		if got.Spot.Rate != tc.want || got.SpotStatistic != tc.says {
			t.Errorf("%s: %d, %q; want %d, %q", name, got.Spot.Rate, got.SpotStatistic, tc.want, tc.says)
		}
	}
}

// TestStatisticAgainstASlowTwin: second by second, over random series in random order.
func TestStatisticAgainstASlowTwin(t *testing.T) {
	for seed := range uint64(500) {
		rng := rand.New(rand.NewPCG(seed, 1))
		start, end := int64(100), int64(100+1+rng.IntN(60))
		var points []aws.Point
		for range rng.IntN(8) {
			points = append(points, aws.Point{At: 60 + rng.Int64N(120), Rate: units.USDPerHour(1 + rng.Int64N(50))})
		}
		var sum, seconds int64
		var highest, last units.USDPerHour
		for second := start; second <= end; second++ {
			at, rate := int64(-1), units.USDPerHour(0)
			for _, p := range points {
				if p.At <= second && (p.At > at || p.At == at && p.Rate > rate) {
					at, rate = p.At, p.Rate
				}
			}
			if at < 0 {
				continue
			}
			highest, last = max(highest, rate), rate
			if second < end {
				sum, seconds = sum+int64(rate), seconds+1
			}
		}
		mean := last
		if seconds > 0 {
			mean = units.USDPerHour(units.CeilDiv(sum, seconds))
		}
		for name, want := range map[string]units.USDPerHour{"mean": mean, "max": highest, "current": last} {
			got, ok := aws.Statistic(name, points, start, end)
			if got != want || ok != (highest > 0) {
				t.Fatalf("seed %d: %s of %v from %d to %d is %d, %t; want %d", seed, name, points, start, end, got, ok, want)
			}
		}
	}
}

// TestRolesAndProfiles: credentials of a profile, of a role, and of another profile for
// the price list.
func TestRolesAndProfiles(t *testing.T) {
	server := start(t, fakeaws.Oregon())
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", write("credentials", "[reader]\naws_access_key_id = "+fakeaws.KeyID+"\naws_secret_access_key = "+fakeaws.Secret+"\n"))
	t.Setenv("AWS_CONFIG_FILE", write("config", "[profile through]\nrole_arn = "+fakeaws.Role+"\nsource_profile = reader\n"))
	want := fetch(t, fakeaws.Oregon(), nil)
	for name, change := range map[string]func(*aws.Options){
		"a profile":                   func(o *aws.Options) { o.Profile = "reader" },
		"a profile that takes a role": func(o *aws.Options) { o.Profile = "through" },
		"a role":                      func(o *aws.Options) { o.Profile, o.RoleARN = "reader", fakeaws.Role },
		"another for the prices":      func(o *aws.Options) { o.Profile, o.PricingProfile = "through", "reader" },
	} {
		opts := aws.Options{MaxBackoff: time.Nanosecond}
		change(&opts)
		t.Setenv("AWS_ENDPOINT_URL", server.URL())
		t.Setenv("AWS_ENDPOINT_URL_STS", server.URL()) // a profile that takes a role asks without the general one
		t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(folder, "credentials"))
		t.Setenv("AWS_CONFIG_FILE", filepath.Join(folder, "config"))
		got, err := aws.Fetch(t.Context(), request("us-west-2"), opts)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		same(t, name, want, got)
	}
	if server.Calls("sts:AssumeRole") < 3 {
		t.Errorf("roles were assumed %d times", server.Calls("sts:AssumeRole"))
	}
	opts := options(server)
	opts.RoleARN = "arn:aws:iam::111122223333:role/another"
	if got := refused(t.Context(), t, request("us-west-2"), opts); got.Kind != refresh.Permission || got.Call != "sts:AssumeRole" {
		t.Errorf("%s %s: %v", got.Kind, got.Call, got)
	}
}

// TestTheEnvironmentOfTheFake is all that a program needs to ask it.
func TestTheEnvironmentOfTheFake(t *testing.T) {
	server := start(t, fakeaws.Oregon())
	for _, pair := range server.Env() {
		name, value, _ := strings.Cut(pair, "=")
		t.Setenv(name, value)
	}
	if _, err := aws.Fetch(t.Context(), request("us-west-2"), aws.Options{}); err != nil {
		t.Error(err)
	}
}
