package refresh_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/testkit/fakegcp"
	"github.com/scantling-dev/scantling/planner/units"
	gcprefresh "github.com/scantling-dev/scantling/providers/gcp/refresh"
	"github.com/scantling-dev/scantling/providers/refresh"
)

func privateKey(t *testing.T) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}))
}

func encoded(t *testing.T, r refresh.Result) []byte {
	t.Helper()
	b, err := catalogs.Encode(r.Catalog)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// base is what is known of a region beforehand.
func base() catalogs.Catalog {
	fee := catalogs.Price{Rate: 100_000_000, Basis: catalogs.Listed, Date: "2026-11-20", Source: "fees"}
	old := catalogs.Price{Rate: 1, Basis: catalogs.Listed, Date: "2020-01-01", Source: "old-prices"}
	return catalogs.Catalog{
		Provider: "gcp", Region: "us-central1", Source: "snapshot", Date: "2026-11-20",
		Sources: []catalogs.Source{{Tag: "calendar"}, {Tag: "cloud-billing-2026-11-01"}, {Tag: "fees"}, {Tag: "old-prices"}},
		Types: []catalogs.InstanceType{
			{Name: "n2-standard-4", Family: "n2", MeasuredMemory: 16_000 * units.MiB, NetworkMaxMbps: 10_000, OnDemand: old},
			{Name: "n9-standard-4", Family: "n9", OnDemand: old},
		},
		Disks:    []catalogs.Disk{{Type: "pd-standard", IOPSPerGiB: 750_000, PerGiB: catalogs.MonthlyPrice{Amount: 1, Basis: catalogs.Listed, Source: "old-prices"}}},
		Fees:     []catalogs.Fee{{Tier: "regional", Price: fee}},
		Versions: []catalogs.Version{{Minor: "1.35", UpstreamRelease: "2025-12-17", Release: "2026-02-11", StandardEnd: "2027-04-11"}, {Minor: "1.37", UpstreamRelease: "2026-08-26"}},
	}
}

func TestCatalog(t *testing.T) {
	c := tables(t, "us-central1")
	c.Zones = append(c.Zones,
		fakegcp.Zone{Name: "us-central1-x", Region: "x/regions/us-central1", Status: "DOWN"},
		fakegcp.Zone{Name: "us-central1-ai1a", Region: "x/regions/us-central1", Status: "UP"},
		fakegcp.Zone{Name: "us-central10-a", Region: "x/regions/us-central10", Status: "UP"})
	for _, zone := range []string{"us-central1-x", "us-central1-ai1a", "us-central10-a"} {
		c.MachineTypes = append(c.MachineTypes, fakegcp.MachineType{Name: "n7-standard-2", Zone: zone, VCPUs: 2, MemoryMb: 8192, Architecture: "X86_64"})
	}
	c.MachineTypes = slices.DeleteFunc(c.MachineTypes, func(m fakegcp.MachineType) bool {
		return m.Name == "m3-ultramem-32" && m.Zone != "us-central1-b"
	})
	req := request("us-central1")
	req.Base = base()
	got := fetch(t, c, req)
	cat := got.Catalog
	if cat.Source != "gcp 2026-11-29" || cat.Date != today || cat.SHA256 != "" {
		t.Errorf("source %q, date %s, sha256 %q", cat.Source, cat.Date, cat.SHA256)
	}
	if want := []catalogs.Zone{
		{Name: "us-central1-a", ID: "us-central1-a"},
		{Name: "us-central1-b", ID: "us-central1-b"},
		{Name: "us-central1-c", ID: "us-central1-c"},
		{Name: "us-central1-f", ID: "us-central1-f"},
	}; !slices.Equal(cat.Zones, want) {
		t.Errorf("zones %v", cat.Zones)
	}
	if _, ok := cat.Type("n7-standard-2"); ok {
		t.Error("a type is offered where no zone of the region is up")
	}
	if _, ok := cat.Type("n9-standard-4"); ok {
		t.Error("a type is offered that Google does not list any more")
	}
	n2, _ := cat.Type("n2-standard-4")
	// Four cores and 16 GiB, as Google listed them in July 2026.
	if n2.OnDemand.Rate/1000 != 194_236 || n2.OnDemand.Source != "cloud-billing-2026-11-29" || n2.OnDemand.Date != today || n2.OnDemand.Basis != catalogs.Listed {
		t.Errorf("n2-standard-4 costs %+v", n2.OnDemand)
	}
	if n2.MeasuredMemory != 16_000*units.MiB || n2.NetworkMaxMbps != 10_000 || n2.Generation != 2 || n2.Zones != nil || n2.SpotStatistic != "list price of the day" {
		t.Errorf("n2-standard-4 is %+v", n2)
	}
	if m3, _ := cat.Type("m3-ultramem-32"); !slices.Equal(m3.Zones, []string{"us-central1-b"}) {
		t.Errorf("m3-ultramem-32 is offered in %v", m3.Zones)
	}
	if g4, _ := cat.Type("g4-standard-12"); g4.GPUs.Milli != 250 || g4.GPUs.Name != "rtx-pro-6000" {
		t.Errorf("g4-standard-12 has GPUs %+v", g4.GPUs)
	}
	if micro, _ := cat.Type("e2-micro"); micro.BaselineCPU != 250 || !micro.Burstable {
		t.Errorf("e2-micro is %+v", micro)
	}
	var tags []string
	for _, s := range cat.Sources {
		tags = append(tags, s.Tag)
	}
	if want := []string{"calendar", "cloud-billing-2026-11-29", "compute-api-2026-11-29", "fees"}; !slices.Equal(tags, want) {
		t.Errorf("sources %v, want %v", tags, want)
	}
	if !reflect.DeepEqual(cat.Fees, base().Fees) {
		t.Errorf("fees %v", cat.Fees)
	}
	checkDisksAndVersions(t, cat)
	if want := []refresh.Quota{
		{Name: "disk_gib", Limit: 40960, Origin: "SSD_TOTAL_GB"},
		{Name: "gpus", Limit: 8, Origin: "NVIDIA_L4_GPUS"},
		{Name: "on_demand_vcpus", Limit: 240, Origin: "CPUS"},
		{Name: "on_demand_vcpus", Limit: 200, Origin: "N2_CPUS"},
		{Name: "spot_vcpus", Limit: 500, Origin: "PREEMPTIBLE_CPUS"},
	}; !slices.Equal(got.Quotas, want) {
		t.Errorf("quotas %v", got.Quotas)
	}
	if !slices.Contains(got.Quarantined, catalogs.Problem{Path: "zones.us-central1-x", Reason: `its status is "DOWN"`}) {
		t.Error("a zone that is down is not told of")
	}
}

func checkDisksAndVersions(t *testing.T, cat catalogs.Catalog) {
	t.Helper()
	prices := map[string]units.USD{}
	for _, d := range cat.Disks {
		prices[d.Type] = d.PerGiB.Amount
		if d.MinSize != 10*units.GiB || d.MaxSize != 64*units.TiB {
			t.Errorf("%s holds %d to %d bytes", d.Type, d.MinSize, d.MaxSize)
		}
		if d.Type == "pd-standard" && d.IOPSPerGiB != 750_000 {
			t.Errorf("pd-standard has lost its IOPS: %+v", d)
		}
	}
	// The first 30 GiB of pd-standard are free, and every other costs 4 cents.
	if want := map[string]units.USD{
		"hyperdisk-balanced": 0, "pd-balanced": 100_000_000, "pd-balanced-regional": 200_000_000, "pd-ssd": 170_000_000, "pd-standard": 40_000_000,
	}; !reflect.DeepEqual(prices, want) {
		t.Errorf("disks cost %v, want %v", prices, want)
	}
	// 1.36 is on the Regular channel, so that it is out today; 1.37 is not.
	if want := []catalogs.Version{
		{Minor: "1.35", UpstreamRelease: "2025-12-17", Release: "2026-02-11", StandardEnd: "2027-04-11"},
		{Minor: "1.36", Release: today},
		{Minor: "1.37", UpstreamRelease: "2026-08-26"},
	}; !slices.Equal(cat.Versions, want) {
		t.Errorf("versions %v, want %v", cat.Versions, want)
	}
}

// Pages of any size, one call at a time or all at once: the same bytes.
func TestSameBytes(t *testing.T) {
	want := fetch(t, small(t), request("europe-west12"))
	c := small(t)
	slices.Reverse(c.MachineTypes)
	slices.Reverse(c.SKUs)
	slices.Reverse(c.Zones)
	slices.Reverse(c.DiskTypes)
	c.PageSize = 7
	server := fakegcp.Start(t, c)
	req := request(c.Region)
	req.Concurrency = 1
	var mu sync.Mutex
	var steps []string
	req.Progress = func(s refresh.Step) {
		mu.Lock()
		defer mu.Unlock()
		steps = append(steps, s.Name)
	}
	got, err := gcprefresh.Fetch(t.Context(), req, gcprefresh.Options{Project: c.Project, Endpoint: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	if string(encoded(t, got)) != string(encoded(t, want)) || !reflect.DeepEqual(got.Quarantined, want.Quarantined) {
		t.Error("another order of the answers gives another catalog")
	}
	if n, pages := server.Count("/skus"), (len(c.SKUs)+6)/7; n != pages {
		t.Errorf("%d pages of SKUs were asked for, and there are %d", n, pages)
	}
	for _, name := range []string{"zones", "machine types", "disk types", "quotas", "prices", "Kubernetes versions"} {
		if !slices.Contains(steps, name) {
			t.Errorf("no progress of %q in %q", name, steps)
		}
	}
}

func TestImplausible(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*fakegcp.Cloud)
		says   string
	}{
		"no zones":    {func(c *fakegcp.Cloud) { c.Zones = nil }, "no zone of the region is up"},
		"no machines": {func(c *fakegcp.Cloud) { c.MachineTypes = nil }, "no machine type is offered"},
		"no prices":   {func(c *fakegcp.Cloud) { c.SKUs = nil }, "prices no machine type"},
	} {
		t.Run(name, func(t *testing.T) {
			c := small(t)
			test.change(c)
			_, err := gcprefresh.Fetch(t.Context(), request(c.Region), gcprefresh.Options{Project: c.Project, Endpoint: fakegcp.Start(t, c).URL})
			if err == nil {
				t.Fatal("no error")
			}
			if e := failure(t, err); e.Kind != refresh.Answer || !strings.Contains(e.Error(), test.says) {
				t.Errorf("got %v", e)
			}
		})
	}
}
