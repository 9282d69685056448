package layout_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/scantling-dev/scantling/planner/layout"
	"github.com/scantling-dev/scantling/planner/units"
)

// The published table, as it stands there.
func TestEtcdClasses(t *testing.T) {
	want := []struct {
		name                          string
		clients, requests, mb, nodes  int
		vcpus                         int
		awsGB, gceGB                  float64
		awsIOPS, gceIOPS              int
		awsMB, gceMB                  float64
		sequentialTimesTen, pdSSDInGB int
	}{
		{"small", 100, 200, 100, 50, 2, 8, 7.5, 3600, 1500, 56.25, 25, 500, 50},
		{"medium", 500, 1_000, 500, 250, 4, 16, 15, 6000, 4500, 93.75, 75, 500, 150},
		{"large", 1_500, 10_000, 1_000, 1_000, 8, 32, 30, 8000, 7500, 125, 125, 5_000, 250},
		{"xlarge", 0, 0, 0, 3_000, 16, 64, 60, 16000, 15000, 250, 250, 5_000, 500},
	}
	classes := layout.EtcdClasses()
	if len(classes) != len(want) {
		t.Fatalf("%d classes", len(classes))
	}
	for i, w := range want {
		c := classes[i]
		if c.Name != w.name || c.Clients != w.clients || c.Requests != w.requests || c.Data != units.Bytes(w.mb)*1_000_000 || c.Nodes != w.nodes {
			t.Errorf("%s: reach %+v", w.name, c)
		}
		if c.VCPUs != w.vcpus || float64(c.Memory/units.GiB) < max(w.awsGB, w.gceGB) {
			t.Errorf("%s: machine %+v", w.name, c)
		}
		if c.AWS != (layout.DiskNeed{IOPS: w.awsIOPS, MiBps: int(math.Ceil(w.awsMB))}) || c.GCE != (layout.DiskNeed{IOPS: w.gceIOPS, MiBps: int(math.Ceil(w.gceMB))}) {
			t.Errorf("%s: disks %+v", w.name, c)
		}
		if c.GCE.IOPS != 30*w.pdSSDInGB {
			t.Errorf("%s: PD SSD gives 30 operations per GB, of %d GB %d", w.name, w.pdSSDInGB, c.GCE.IOPS)
		}
		if got := c.LeastPublishedIOPS(); got != w.sequentialTimesTen || got > c.Least().IOPS {
			t.Errorf("%s: %d published operations at least, the examples have %+v", w.name, got, c.Least())
		}
		if c.Memory < layout.MaxQuota {
			t.Errorf("%s: the database may outgrow its memory", w.name)
		}
	}
}

func TestClassOf(t *testing.T) {
	const mb = 1_000_000
	tests := []struct {
		load  layout.EtcdLoad
		class string
		by    string
	}{
		{layout.EtcdLoad{}, "small", "nodes"},
		{layout.EtcdLoad{Nodes: 50, Clients: 99, RequestsPerSecond: 199, Data: 100 * mb}, "small", "nodes"},
		{layout.EtcdLoad{Nodes: 51}, "medium", "nodes"},
		{layout.EtcdLoad{Clients: 100}, "medium", "clients"},
		{layout.EtcdLoad{RequestsPerSecond: 200}, "medium", "requests"},
		{layout.EtcdLoad{Data: 100*mb + 1}, "medium", "data"},
		{layout.EtcdLoad{Nodes: 250, Clients: 499, RequestsPerSecond: 999, Data: 500 * mb}, "medium", "nodes"},
		{layout.EtcdLoad{Nodes: 251, Clients: 500}, "large", "nodes"},
		{layout.EtcdLoad{Nodes: 100, RequestsPerSecond: 1_000, Data: 600 * mb}, "large", "requests"},
		{layout.EtcdLoad{Nodes: 1_000, Clients: 1_499, RequestsPerSecond: 9_999, Data: 1_000 * mb}, "large", "nodes"},
		{layout.EtcdLoad{Nodes: 1_000, Clients: 1_500}, "xlarge", "clients"},
		{layout.EtcdLoad{RequestsPerSecond: 10_000}, "xlarge", "requests"},
		{layout.EtcdLoad{Nodes: 60, Data: 1_000*mb + 1}, "xlarge", "data"},
		{layout.EtcdLoad{Nodes: 1_001, Data: 2_000 * mb}, "xlarge", "nodes"},
		{layout.EtcdLoad{Nodes: 5_000}, "xlarge", "nodes"},
	}
	for _, test := range tests {
		if c, by := layout.ClassOf(test.load); c.Name != test.class || by != test.by {
			t.Errorf("%+v: %s by %s, want %s by %s", test.load, c.Name, by, test.class, test.by)
		}
	}
	if (layout.EtcdLoad{Nodes: 3_000}).Extrapolated() || !(layout.EtcdLoad{Nodes: 3_001}).Extrapolated() {
		t.Error("etcd publishes hardware for 3,000 nodes at most")
	}
}

// By hand, in KiB: nodes x 13 + pods x 14.6.
func TestDatabase(t *testing.T) {
	tests := []struct {
		nodes, pods int
		live        units.Bytes
		liveText    string
		peakText    string
		byData      string
		byNodes     string
		quota       units.Bytes
	}{
		{50, 1_500, 22_550 * units.KiB, "22 MiB", "44 MiB", "small", "small", 2 * units.GiB},
		{250, 7_500, 112_750 * units.KiB, "110 MiB", "220 MiB", "medium", "medium", 2 * units.GiB},
		{1_000, 30_000, 451_000 * units.KiB, "440 MiB", "881 MiB", "large", "large", 2 * units.GiB},
		{5_000, 150_000, 2_255_000 * units.KiB, "2202 MiB", "4404 MiB", "xlarge", "xlarge", 8 * units.GiB}, // 2.15 and 4.3 GiB
	}
	mib := func(b units.Bytes) string { return fmt.Sprintf("%.0f MiB", float64(b)/float64(units.MiB)) }
	for _, test := range tests {
		live, peak := layout.Database(test.nodes, test.pods)
		if live != test.live || peak != 2*test.live || mib(live) != test.liveText || mib(peak) != test.peakText {
			t.Errorf("%d nodes, %d pods: %d live (%s), %d at the peak (%s)", test.nodes, test.pods, live, mib(live), peak, mib(peak))
		}
		if c, _ := layout.ClassOf(layout.EtcdLoad{Data: peak}); c.Name != test.byData {
			t.Errorf("%d nodes: class %s by data", test.nodes, c.Name)
		}
		if c, _ := layout.ClassOf(layout.EtcdLoad{Nodes: test.nodes}); c.Name != test.byNodes {
			t.Errorf("%d nodes: class %s by nodes", test.nodes, c.Name)
		}
		if quota, ok := layout.Quota(peak); quota != test.quota || !ok {
			t.Errorf("%d nodes: quota %d, %t", test.nodes, quota, ok)
		}
	}
	// One pod is 14,950.4 bytes: what is needed rounds up.
	if live, _ := layout.Database(0, 1); live != 14_951 {
		t.Errorf("a pod takes %d bytes", live)
	}
	if live, peak := layout.Database(0, 0); live != 0 || peak != 0 {
		t.Errorf("nothing takes %d, %d", live, peak)
	}
}

func TestQuota(t *testing.T) {
	const gib = units.GiB
	tests := []struct {
		peak, want units.Bytes
		ok         bool
	}{
		{0, 2 * gib, true},
		{1_717_986_918, 2 * gib, true}, // 1.6 GiB, rounded down
		{1_717_986_919, 8 * gib, true}, // just above
		{6_871_947_673, 8 * gib, true}, // 6.4 GiB, rounded down
		{6_871_947_674, 0, false},      // just above
	}
	for _, test := range tests {
		if got, ok := layout.Quota(test.peak); got != test.want || ok != test.ok {
			t.Errorf("%+v: got %d, %t", test, got, ok)
		}
	}
}

func TestEtcdDiskSize(t *testing.T) {
	const gib = units.GiB
	for quota, want := range map[units.Bytes]units.Bytes{
		2 * gib:   40 * gib, // 28 would do
		5 * gib:   40 * gib,
		8 * gib:   52 * gib,
		8*gib + 1: 53 * gib,
		16 * gib:  84 * gib,
	} {
		if got := layout.EtcdDiskSize(quota); got != want {
			t.Errorf("quota %d: %d GiB", quota, got/gib)
		}
	}
}

func TestEtcdDisk(t *testing.T) {
	const gib = units.GiB
	gp3 := layout.DiskOffer{Kind: layout.DiskProvisioned, FreeIOPS: 3_000, FreeMiBps: 125, IOPSPerGiB: 500 * units.Whole, MaxIOPS: 16_000, MaxMiBps: 1_000, MaxSize: 16_384 * gib}
	io1 := layout.DiskOffer{Kind: layout.DiskProvisioned, IOPSPerGiB: 50 * units.Whole, FixedThroughput: true, MaxIOPS: 64_000}
	pdSSD := layout.DiskOffer{Kind: layout.DiskBySize, FreeIOPS: 6_000, FreeMiBps: 240, IOPSPerGiB: 30 * units.Whole, MaxSize: 65_536 * gib}
	builtIn := layout.DiskOffer{Kind: layout.DiskBuiltIn}
	limited := func(o layout.DiskOffer, iops, mibps int, size units.Bytes) layout.DiskOffer {
		o.MaxIOPS, o.MaxMiBps, o.MaxSize = iops, mibps, size
		return o
	}
	tests := map[string]struct {
		class int
		quota units.Bytes
		offer layout.DiskOffer
		want  layout.Volume
		ok    bool
	}{
		// 3,000 operations are less than AWS's 3,600 and more than GCE's 1,500.
		"gp3 small":           {0, 2 * gib, gp3, layout.Volume{Size: 40 * gib}, true},
		"gp3 medium":          {1, 2 * gib, gp3, layout.Volume{Size: 40 * gib, IOPS: 6_000}, true},
		"gp3 large":           {2, 2 * gib, gp3, layout.Volume{Size: 40 * gib, IOPS: 8_000}, true},
		"gp3 xlarge":          {3, 8 * gib, gp3, layout.Volume{Size: 52 * gib, IOPS: 16_000, MiBps: 250}, true},
		"just enough is free": {1, 2 * gib, layout.DiskOffer{Kind: layout.DiskProvisioned, FreeIOPS: 4_500, FreeMiBps: 75}, layout.Volume{Size: 40 * gib}, true},
		// 3,600 / 50 and 16,000 / 50 GiB.
		"io1 small":  {0, 2 * gib, io1, layout.Volume{Size: 72 * gib, IOPS: 3_600}, true},
		"io1 xlarge": {3, 8 * gib, io1, layout.Volume{Size: 320 * gib, IOPS: 16_000}, true},
		// The sizes of the published table.
		"pd-ssd small":                {0, 2 * gib, pdSSD, layout.Volume{Size: 50 * gib}, true},
		"pd-ssd medium":               {1, 2 * gib, pdSSD, layout.Volume{Size: 150 * gib}, true},
		"pd-ssd large":                {2, 2 * gib, pdSSD, layout.Volume{Size: 250 * gib}, true},
		"pd-ssd xlarge":               {3, 8 * gib, pdSSD, layout.Volume{Size: 500 * gib}, true},
		"pd-ssd for a large database": {0, 16 * gib, pdSSD, layout.Volume{Size: 84 * gib}, true},
		// 1,500 / 0.75 and 1,500 / 7.
		"pd-standard": {0, 2 * gib, layout.DiskOffer{Kind: layout.DiskBySize, IOPSPerGiB: 750_000}, layout.Volume{Size: 2_000 * gib}, true},
		"rounded up":  {0, 2 * gib, layout.DiskOffer{Kind: layout.DiskBySize, IOPSPerGiB: 7 * units.Whole}, layout.Volume{Size: 215 * gib}, true},

		"built in small":  {0, 2 * gib, builtIn, layout.Volume{Size: 40 * gib, IOPS: 1_500, MiBps: 25}, true},
		"built in xlarge": {3, 8 * gib, builtIn, layout.Volume{Size: 52 * gib, IOPS: 15_000, MiBps: 250}, true},

		"too few operations": {3, 8 * gib, limited(gp3, 15_999, 0, 0), layout.Volume{}, false},
		"too little through": {3, 8 * gib, limited(gp3, 0, 249, 0), layout.Volume{}, false},
		"too small":          {3, 8 * gib, limited(pdSSD, 0, 0, 499*gib), layout.Volume{}, false},
		"speed not known":    {0, 2 * gib, layout.DiskOffer{Kind: layout.DiskBySize}, layout.Volume{}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got, ok := layout.EtcdDisk(layout.EtcdClasses()[test.class], test.quota, test.offer); got != test.want || ok != test.ok {
				t.Errorf("got %+v, %t, want %+v, %t", got, ok, test.want, test.ok)
			}
		})
	}
}

// At 0.48 MiB/s per GiB a PD SSD of the published sizes moves the published MB/s.
func TestPDSSDBandwidth(t *testing.T) {
	published := []float64{25, 75, 125, 250}
	for i, size := range []float64{50, 150, 250, 500} {
		if mbps := size * 0.48 * 1.048576; mbps < published[i] {
			t.Errorf("%.0f GiB move %.2f MB/s, published are %.0f", size, mbps, published[i])
		}
	}
}

func ExampleClassOf() {
	_, peak := layout.Database(250, 7_500)
	class, by := layout.ClassOf(layout.EtcdLoad{Nodes: 250, Data: peak})
	fmt.Println(class.Name, "by", by, class.VCPUs, class.Memory/units.GiB)
	// Output: medium by nodes 4 16
}
