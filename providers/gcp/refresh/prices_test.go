package refresh_test

import (
	"encoding/csv"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/testkit/fakegcp"
	"github.com/scantling-dev/scantling/planner/units"
	gcprefresh "github.com/scantling-dev/scantling/providers/gcp/refresh"
	"github.com/scantling-dev/scantling/providers/refresh"
)

const (
	sources = "../../../catalogs/sources"
	today   = units.Date("2026-11-29")
)

// request is that of a refresh which knows nothing beforehand.
func request(region string) refresh.Request {
	return refresh.Request{Region: region, Today: today}
}

func tables(t *testing.T, region string) *fakegcp.Cloud {
	t.Helper()
	c, err := fakegcp.FromTables(os.DirFS(sources), region)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func fetch(t *testing.T, c *fakegcp.Cloud, req refresh.Request) refresh.Result {
	t.Helper()
	c.PageSize = 5000
	server := fakegcp.Start(t, c)
	result, err := gcprefresh.Fetch(t.Context(), req, gcprefresh.Options{Project: c.Project, Endpoint: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// notPriced are listed prices that the mapping does not give, with the reason.
func notPriced(region, name string, column int) string {
	// Listed at the price of the same machine without local SSDs, to the last digit:
	// the list has no price of c4's in this region and counts none.
	if region == "asia-southeast3" && strings.HasPrefix(name, "c4-") && strings.Contains(name, "-lssd") {
		return "the local SSDs are left out"
	}

	// A commitment is for cores of n1, which these are not billed by: the list's figure
	// is 70% of that on demand, the sustained-use discount of a whole month.
	if (name == "f1-micro" || name == "g1-small") && column >= 4 {
		return "no commitments"
	}
	return ""
}

// Every listed price of every type and region comes out of unit prices that are solved
// from the fewest types.
func TestListedPrices(t *testing.T) {
	const tolerance = 1000 // a price may be off by a part in so many
	f, err := os.Open(sources + "/gcp_prices.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows = rows[1:]
	var regions []string
	for _, row := range rows {
		regions = append(regions, row[0])
	}
	regions = slices.Compact(regions)
	if testing.Short() {
		regions = []string{"us-central1", "me-central2"}
	}
	checked, solved, worst := 0, 0, new(big.Rat)
	for _, region := range regions {
		c := tables(t, region)
		result := fetch(t, c, request(region))
		for _, row := range rows {
			if row[0] != region {
				continue
			}
			machine, ok := result.Catalog.Type(row[1])
			if !ok {
				t.Errorf("%s: %s is not in the catalog", region, row[1])
				continue
			}
			got := []catalogs.Price{machine.OnDemand, machine.Spot, commitment(machine, 1), commitment(machine, 3)}
			for i, term := range []string{"OnDemand", "Preemptible", "Commit1Yr", "Commit3Yr"} {
				want, ok := new(big.Rat).SetString(row[2+i])
				if reason := notPriced(region, row[1], 2+i); !ok || reason != "" {
					if got[i].Known() {
						t.Errorf("%s: %s has a price of %s, and no price is listed (%s)", region, row[1], term, reason)
					}
					continue
				}
				if slices.Contains(c.SolvedFrom[term], row[1]) {
					solved++
				} else {
					checked++
				}
				off := new(big.Rat).Quo(big.NewRat(int64(got[i].Rate), int64(units.DollarPerHour)), want)
				off.Abs(off.Sub(off, big.NewRat(1, 1)))
				if off.Cmp(worst) > 0 {
					worst = off
				}
				if !got[i].Known() || off.Cmp(big.NewRat(1, tolerance)) > 0 {
					t.Errorf("%s: %s %s costs %d, listed %s", region, row[1], term, got[i].Rate, row[2+i])
				}
			}
		}
		for _, p := range result.Quarantined {
			if strings.HasPrefix(p.Path, "skus.") {
				t.Errorf("%s: %s: %s", region, p.Path, p.Reason)
			}
		}
	}
	t.Logf("%d prices were used, %d are checked, the worst is off by %s", solved, checked, worst.FloatString(6))
}

func commitment(t catalogs.InstanceType, years int) catalogs.Price {
	for _, k := range t.Commitments {
		if k.TermYears == years {
			return k.Price
		}
	}
	return catalogs.Price{}
}
