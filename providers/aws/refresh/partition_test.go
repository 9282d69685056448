package refresh_test

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/testkit/fakeaws"
	"github.com/scantling-dev/scantling/planner/units"
	aws "github.com/scantling-dev/scantling/providers/aws/refresh"
	"github.com/scantling-dev/scantling/providers/refresh"
)

// elsewhere is the fake region under another name, priced in another currency.
func elsewhere(name, currency string) fakeaws.Region {
	r := fakeaws.Oregon()
	moved := func(zone string) string { return strings.ReplaceAll(zone, r.Name, name) }
	for i := range r.Zones {
		r.Zones[i].Name = moved(r.Zones[i].Name)
	}
	for i := range r.Machines {
		for j := range r.Machines[i].Zones {
			r.Machines[i].Zones[j] = moved(r.Machines[i].Zones[j])
		}
	}
	for i := range r.Spot {
		r.Spot[i].Zone = moved(r.Spot[i].Zone)
	}
	for i := range r.Products {
		p := &r.Products[i]
		p.Attributes, p.Currency = maps.Clone(p.Attributes), currency
		p.Attributes["regionCode"] = name
	}
	for i := range r.Plans {
		r.Plans[i].Currency = currency
	}
	r.Name = name
	return r
}

// TestChinaIsConvertedAtADeclaredRate: 0.096 yuan at 0.14 dollars are 0.01344, 0.042 are
// 0.00588, and a year's 508 over 8760 hours (0.057990868 an hour, rounded up once each)
// 0.008118722.
func TestChinaIsConvertedAtADeclaredRate(t *testing.T) {
	for _, region := range []string{"cn-north-1", "cn-northwest-1"} {
		r := fetch(t, elsewhere(region, "CNY"), func(_ *refresh.Request, o *aws.Options) { o.Exchange = 140_000 })
		got, _ := r.Catalog.Type("m5.large")
		want := func(rate units.USDPerHour, source string) catalogs.Price {
			return catalogs.Price{Rate: rate, Basis: catalogs.Estimated, Date: today, Source: source}
		}
		if got.OnDemand != want(13_440_000, "aws-price-list") || got.Spot != want(5_880_000, "aws-spot-history") {
			t.Errorf("%s: on demand %+v, spot %+v", region, got.OnDemand, got.Spot)
		}
		if k := got.Commitments[2]; k.Kind != "reserved" || k.Payment != "all-upfront" || k.Price != want(8_118_722, "aws-price-list") {
			t.Errorf("%s: %+v", region, k)
		}
		for _, tag := range []string{"aws-price-list", "aws-spot-history", "aws-savings-plans"} {
			s, _ := r.Catalog.SourceOf(tag)
			if !strings.Contains(s.Gives, "in CNY, converted at 0.14 dollars each, a rate that is declared and not AWS's") {
				t.Errorf("%s: the source %s says %q", region, tag, s.Gives)
			}
		}
	}
}

func TestRegionsThatAreRefused(t *testing.T) {
	for region, says := range map[string]string{
		"cn-north-1":      "Declare what one CNY costs in dollars.",
		"us-gov-west-1":   "Name a profile of a commercial account for the price list.",
		"us-iso-east-1":   "Name a region of commercial AWS",
		"us-isob-east-1":  "Name a region of commercial AWS",
		"eu-isoe-west-1":  "Name a region of commercial AWS",
		"eusc-de-east-1":  "Name a region of commercial AWS",
		"europe-west4":    "Name a region of commercial AWS",
		"us-west-2-lax-1": "Name a region of commercial AWS",
		"":                "Name a region of commercial AWS",
	} {
		server := start(t, fakeaws.Oregon())
		opts := options(server)
		opts.Credentials = nil
		got := refused(t.Context(), t, request(region), opts)
		if got.Kind != refresh.Refused || !strings.Contains(got.Advice, says) {
			t.Errorf("%q: %s, %q", region, got.Kind, got.Advice)
		}
	}
	for name, w := range map[string]refresh.SpotWindow{
		"a minimum":         {Statistic: "min", Window: time.Hour},
		"a quarter too far": {Statistic: "mean", Window: 91 * 24 * time.Hour},
		"the future":        {Statistic: "mean", Window: -time.Hour},
	} {
		req := request("us-west-2")
		req.Spot = w
		if got := refused(t.Context(), t, req, aws.Options{}); got.Kind != refresh.Refused {
			t.Errorf("%s: %s", name, got.Kind)
		}
	}
}

// TestGovCloud asks its own endpoints with its own credentials, and the price list of
// commercial AWS with those of another profile.
func TestGovCloud(t *testing.T) {
	server := start(t, elsewhere("us-gov-west-1", "USD"))
	path := filepath.Join(t.TempDir(), "credentials")
	keys := "aws_access_key_id = " + fakeaws.KeyID + "\naws_secret_access_key = " + fakeaws.Secret + "\n"
	if err := os.WriteFile(path, []byte("[gov]\n"+keys+"[commercial]\n"+keys), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", path)
	got, err := aws.Fetch(t.Context(), request("us-gov-west-1"), aws.Options{
		Profile: "gov", PricingProfile: "commercial", Endpoint: server.URL(), MaxBackoff: time.Nanosecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	if m, _ := got.Catalog.Type("m5.large"); m.OnDemand.Rate != 96_000_000 || m.OnDemand.Basis != catalogs.Listed {
		t.Errorf("priced as %+v", m.OnDemand)
	}
}
