package run_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// listPrices are the rows of the list from which the catalog is made, read here
// again: of a region and type the prices on demand, spot, for one and three years.
func listPrices(t *testing.T) map[string][4]string {
	t.Helper()
	list, err := os.ReadFile("../../catalogs/sources/gcp_prices.csv")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(list)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	prices := map[string][4]string{}
	for _, r := range rows[1:] {
		prices[r[0]+" "+r[1]] = [4]string(r[2:6])
	}
	return prices
}

// rate reads a price of the list.
func rate(t *testing.T, s string) units.USDPerHour {
	t.Helper()
	r, err := catalogs.ParseRate(s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestPricesOfGoogle plans a shop in several regions, on demand and on spot
// machines, and holds every price of the plan against the list.
func TestPricesOfGoogle(t *testing.T) {
	prices := listPrices(t)
	for _, region := range []string{"us-central1", "europe-west1", "asia-northeast1", "southamerica-east1"} {
		for _, capacity := range []string{"on_demand", "spot"} {
			src := fmt.Sprintf(`
cluster "shop" {
  provider           = "gcp"
  region             = %[1]q
  zones              = ["%[1]s-b", "%[1]s-c"]
  kubernetes_version = "1.35"
  node_group "web" {
    instances {
      capacity_type = %[2]q
    }
    workload "api" {
      replicas = 20
      pod {
        cpu    = "900m"
        memory = "2Gi"
      }
    }
  }
}
`, region, capacity)
			p := planOf(t, spec.File{Name: "main.hcl", Content: []byte(src)})
			g := p.NodeGroups[0]
			pool := g.Pools[0]
			row, ok := prices[region+" "+pool.InstanceType]
			if !ok {
				t.Errorf("%s: the list has no %s", region, pool.InstanceType)
				continue
			}
			want := rate(t, row[0])
			if capacity == "spot" {
				want = rate(t, row[1])
			}
			if pool.Price.Rate != want || !g.Cost.Known || g.Cost.Rate != want*units.USDPerHour(g.Nodes) {
				t.Errorf("%s %s: a node is %d, the group %d; the list says %d", region, pool.InstanceType, pool.Price.Rate, g.Cost.Rate, want)
			}
			checkCommitted(t, &g, capacity, row)
		}
	}
}

// checkCommitted holds the commitments of a group on demand against the list.
func checkCommitted(t *testing.T, g *planner.GroupPlan, capacity string, row [4]string) {
	t.Helper()
	want := map[int]string{1: row[2], 3: row[3]}
	found := 0
	for _, c := range g.Committed {
		found++
		if c.Rate != rate(t, want[c.TermYears])*units.USDPerHour(g.Nodes) {
			t.Errorf("%s for %d years: %d for %d nodes, the list says %s each", g.Pools[0].InstanceType, c.TermYears, c.Rate, g.Nodes, want[c.TermYears])
		}
	}
	expected := 0
	for _, price := range want {
		if price != "" && capacity == "on_demand" {
			expected++
		}
	}
	if found != expected {
		t.Errorf("%s: %d commitments, the list has %d", g.Pools[0].InstanceType, found, expected)
	}
}
