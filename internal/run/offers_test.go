package run_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/catalogs/cache"
	"github.com/scantling-dev/scantling/catalogs/snapshot"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// cachedSpec asks for nodes and disks of a region, and nothing that has no price.
const cachedSpec = `
cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  node_group "web" {
    role = "app"
    instances { types = ["m5.xlarge"] }
    workload "cart" {
      replicas = 9
      pod {
        cpu    = "1500m"
        memory = "2Gi"
      }
    }
  }
}
`

// refreshed is the snapshot of us-east-1 as another day might give it: on demand at so
// many times the price, and nothing else that is bought for longer or on spot.
func refreshed(t *testing.T, day string, times int64) cache.Entry {
	t.Helper()
	c, err := snapshot.Load("aws", "us-east-1")
	if err != nil {
		t.Fatal(err)
	}
	c.Source, c.Date = "aws "+day, units.Date(day)
	c.Types = slices.Clone(c.Types)
	for i := range c.Types {
		p := &c.Types[i]
		p.OnDemand.Rate = p.OnDemand.Rate * units.USDPerHour(times)
		p.Spot, p.SpotStatistic, p.Commitments = catalogs.Price{}, "", nil
	}
	e, err := cache.Pack(c, nil)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func planWith(t *testing.T, o run.Offers) *planner.Plan {
	t.Helper()
	return planText(t, cachedSpec, o)
}

func planText(t *testing.T, text string, o run.Offers) *planner.Plan {
	t.Helper()
	s, diags := spec.Load([]spec.File{{Name: "main.hcl", Content: []byte(text)}}, spec.Inputs{}, o)
	if diags.HasErrors() {
		t.Fatalf("the spec is wrong: %v", diags)
	}
	p, err := run.Plan(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The same catalog makes the same plan wherever it is, and it is the catalog's prices
// and day that count: m5.xlarge is 0.192 USD an hour in the snapshot.
func TestPlansFromCacheBundleAndMemory(t *testing.T) {
	const day = "2026-11-28"
	e := refreshed(t, day, 2)
	c := cache.At(t.TempDir())
	if err := c.Put(e); err != nil {
		t.Fatal(err)
	}
	packed, err := cache.Bundle([]cache.Entry{e})
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := cache.ReadBundle(packed)
	if err != nil {
		t.Fatal(err)
	}
	p := planWith(t, run.Offers{Store: c})
	want := encode(t, p)
	for name, o := range map[string]run.Offers{
		"cache only": {Store: c, OnlyStore: true}, "bundle": {Store: cache.Memory(bundle), OnlyStore: true},
		"memory": {Store: cache.Memory{e}},
	} {
		if got := encode(t, planWith(t, o)); !bytes.Equal(got, want) {
			t.Errorf("%s makes another plan than the cache", name)
		}
	}
	if p.Catalog.Source != "aws "+day || string(p.Catalog.Date) != day || p.Catalog.SHA256 != e.Catalog.SHA256 || string(p.Cluster.AsOf) != day {
		t.Errorf("catalog %+v, as of %s", p.Catalog, p.Cluster.AsOf)
	}
	before := planWith(t, run.Offers{})
	if a, b := before.NodeGroups[0].Pools[0], p.NodeGroups[0].Pools[0]; a.Nodes != b.Nodes || a.InstanceType != "m5.xlarge" {
		t.Fatalf("pools %+v and %+v", a, b)
	}
	if a, b := offerOf(t, before).OnDemand.Rate, offerOf(t, p).OnDemand.Rate; a != 192_000_000 || b != 384_000_000 {
		t.Errorf("m5.xlarge is %d, then %d billionths an hour", a, b)
	}
}

// A price book lies over whatever catalog there is: 0.384 USD an hour less a quarter is
// 0.288, from the cache, from a bundle and from memory, byte for byte the same plan.
func TestPriceBookOverEveryCatalog(t *testing.T) {
	e := refreshed(t, "2026-11-28", 2)
	c := cache.At(t.TempDir())
	if err := c.Put(e); err != nil {
		t.Fatal(err)
	}
	packed, err := cache.Bundle([]cache.Entry{e})
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := cache.ReadBundle(packed)
	if err != nil {
		t.Fatal(err)
	}
	book := "pricing {\n" + bookWith("family \"m5\" { discount = \"25%\" }") + "}\n  node_group"
	text := strings.Replace(cachedSpec, "node_group", book, 1)
	p := planText(t, text, run.Offers{Store: c})
	if got := p.NodeGroups[0].Pools[0].Price; got.Rate != 288_000_000 || got.Basis != catalogs.Listed {
		t.Errorf("m5.xlarge under the book is %+v", got)
	}
	if p.Catalog.SHA256 != e.Catalog.SHA256 {
		t.Errorf("the plan names catalog %s, not the one below the book", p.Catalog.SHA256)
	}
	want := encode(t, p)
	for name, o := range map[string]run.Offers{"bundle": {Store: cache.Memory(bundle), OnlyStore: true}, "memory": {Store: cache.Memory{e}}} {
		if got := encode(t, planText(t, text, o)); !bytes.Equal(got, want) {
			t.Errorf("%s makes another plan than the cache", name)
		}
	}
}

func offerOf(t *testing.T, p *planner.Plan) catalogs.InstanceType {
	t.Helper()
	for _, o := range p.Offers {
		if o.Name == "m5.xlarge" {
			return o
		}
	}
	t.Fatal("the plan does not carry m5.xlarge")
	return catalogs.InstanceType{}
}

// A plan of last week is checked with the catalog of last week, which a refresh has
// replaced since. Where that is gone, the plan cannot be checked, and says so.
func TestPlansOutliveARefresh(t *testing.T) {
	c := cache.At(t.TempDir())
	if err := c.Put(refreshed(t, "2026-11-21", 2)); err != nil {
		t.Fatal(err)
	}
	p := planWith(t, run.Offers{Store: c})
	ofSnapshot := planWith(t, run.Offers{})
	if err := c.Put(refreshed(t, "2026-11-28", 3)); err != nil {
		t.Fatal(err)
	}
	if next := planWith(t, run.Offers{Store: c}); string(next.Catalog.Date) != "2026-11-28" {
		t.Errorf("the next plan is of %s", next.Catalog.Date)
	}
	for name, p := range map[string]*planner.Plan{"cached": p, "snapshot": ofSnapshot} {
		if unknown, err := run.Verify(run.Offers{Store: c}, p); unknown || err != nil {
			t.Errorf("%s: verify: %v", name, err)
		}
		if _, err := run.Replay(t.Context(), run.Offers{Store: c}, p, nil); err != nil {
			t.Errorf("%s: replay: %v", name, err)
		}
	}
	unknown, err := run.Verify(run.Offers{}, p)
	if !unknown || err == nil || !strings.Contains(err.Error(), "import it, or plan again") {
		t.Errorf("without the cache: %t, %v", unknown, err)
	}
	// Neither is a catalog with the right digest in the wrong place taken for it.
	p.Cluster.Region = "../us-east-1"
	if unknown, err := run.Verify(run.Offers{Store: c}, p); !unknown || err == nil {
		t.Errorf("a strange region: %t, %v", unknown, err)
	}
}

// Regions are those of the snapshot and those of the cache.
func TestRegionsAreTheUnion(t *testing.T) {
	e := refreshed(t, "2026-11-28", 2)
	fresh := e.Catalog
	fresh.Region = "us-new-9"
	added, err := cache.Pack(fresh, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := cache.At(t.TempDir())
	if err := c.Put(e, added); err != nil {
		t.Fatal(err)
	}
	want := append(snapshot.Regions("aws"), "us-new-9")
	slices.Sort(want)
	if got := (run.Offers{Store: c}).Regions("aws"); !slices.Equal(got, want) {
		t.Errorf("regions %v, want %v", got, want)
	}
	if got := (run.Offers{Store: c, OnlyStore: true}).Regions("aws"); !slices.Equal(got, []string{"us-east-1", "us-new-9"}) {
		t.Errorf("regions of the cache %v", got)
	}
	if got := (run.Offers{Store: c}).Regions("gcp"); !slices.Equal(got, snapshot.Regions("gcp")) {
		t.Errorf("regions of gcp %v", got)
	}
	if _, err := (run.Offers{Store: c, OnlyStore: true}).Load("aws", "eu-west-1"); !errors.Is(err, cache.ErrAbsent) {
		t.Errorf("a region that is only in the snapshot: %v", err)
	}
}

// A cached catalog that cannot be used is told. The snapshot's prices are not taken for
// today's.
func TestDamagedCacheIsNoReasonForTheSnapshot(t *testing.T) {
	dir := t.TempDir()
	c := cache.At(dir)
	if err := c.Put(refreshed(t, "2026-11-28", 2)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "aws", "us-east-1.tsv.gz")
	if err := os.WriteFile(path, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := run.Offers{Store: c}
	if _, err := o.Load("aws", "us-east-1"); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("loaded with %v", err)
	}
	_, diags := spec.Load([]spec.File{{Name: "main.hcl", Content: []byte(cachedSpec)}}, spec.Inputs{}, o)
	if !diags.HasErrors() || !strings.Contains(diags.Error(), "refresh or import aws us-east-1 again") {
		t.Errorf("the spec says %v", diags)
	}
}
