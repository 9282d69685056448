package cache_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/catalogs/cache"
	"github.com/scantling-dev/scantling/planner/units"
)

// catalog is one of a region with so many cents an hour.
func catalog(region string, cents int) catalogs.Catalog {
	rate := units.USDPerHour(cents) * units.DollarPerHour / 100
	return catalogs.Catalog{
		Provider: "aws", Region: region, Source: "aws 2026-11-29", Date: "2026-11-29",
		Sources: []catalogs.Source{{Tag: "api", Date: "2026-11-29", Origin: "the price list", Gives: "prices"}},
		Zones:   []catalogs.Zone{{Name: region + "a", ID: "x-az1"}},
		Types: []catalogs.InstanceType{{
			Name: "m5.large", Family: "m5", Generation: 5, Architecture: catalogs.AMD64, VCPUs: 2, Memory: 8 * units.GiB,
			OnDemand: catalogs.Price{Rate: rate, Basis: catalogs.Listed, Date: "2026-11-29", Source: "api"},
		}},
	}
}

func pack(t *testing.T, region string, cents int) cache.Entry {
	t.Helper()
	e, err := cache.Pack(catalog(region, cents), nil)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

const region = "us-test-1"

var name = cache.Name{Provider: "aws", Region: region}

// put puts entries, each on its own.
func put(t *testing.T, c *cache.Cache, entries ...cache.Entry) {
	t.Helper()
	for _, e := range entries {
		if err := c.Put(e); err != nil {
			t.Fatal(err)
		}
	}
}

// holds fails unless the current catalog of a region is whole and one of the wanted.
func holds(t *testing.T, c *cache.Cache, n cache.Name, want ...cache.Entry) cache.Entry {
	t.Helper()
	got, err := c.Get(n)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range want {
		if reflect.DeepEqual(got.Catalog, w.Catalog) {
			return w
		}
	}
	t.Fatalf("the cache holds %.12s of %s, which is none of those put", got.Catalog.SHA256, n)
	return cache.Entry{}
}

// leftovers returns the temporary files that stand in a folder.
func leftovers(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil && strings.HasPrefix(d.Name(), ".") {
			out = append(out, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperDir); dir != "" {
		if err := helper(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}
