package gcp_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/gcp"
	"github.com/scantling-dev/scantling/providers/kubelet"
	"github.com/scantling-dev/scantling/providers/machines"
)

func machine(name string, vcpus int, mib units.Bytes) catalogs.InstanceType {
	family, _, _ := strings.Cut(name, "-")
	return catalogs.InstanceType{
		Name: name, Family: family, Architecture: catalogs.AMD64, VCPUs: vcpus, Memory: mib * units.MiB,
		Burstable: slices.Contains([]string{"e2-micro", "e2-small", "e2-medium"}, name),
	}
}

// node returns what a node leaves, and checks that its steps add up to it.
func node(t *testing.T, m gcp.NodeModel, typ catalogs.InstanceType) planner.Allocatable {
	t.Helper()
	a, err := gcp.Provider{}.Node(m, &typ)
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]int64{}
	for _, s := range a.Steps {
		sums[s.Resource] += s.Amount
	}
	want := map[string]int64{
		kubelet.CPU: int64(a.CPU), kubelet.Memory: int64(a.Memory), kubelet.Pods: int64(a.Pods), kubelet.EphemeralStorage: int64(a.EphemeralStorage),
	}
	for _, r := range []struct {
		resource string
		amount   int64
	}{{"attachments", int64(a.Attachments)}, {"network", int64(a.Network)}, {"disk", int64(a.Disk)}} {
		if _, told := sums[r.resource]; told || r.amount != 0 {
			want[r.resource] = r.amount
		}
	}
	for _, r := range a.Extended {
		want[r.Name] = r.Count
	}
	for resource, amount := range want {
		if sums[resource] != amount {
			t.Errorf("%s: the steps of %s add up to %d, not to %d", typ.Name, resource, sums[resource], amount)
		}
	}
	if len(sums) != len(want) {
		t.Errorf("%s: steps of %d resources, want %d", typ.Name, len(sums), len(want))
	}
	return a
}

// The sums of the published tiers at their edges, by hand: 25% of 4 GiB is 1024
// MiB, 20% of 4 more 819.2, 10% of 8 more 819.2, 6% of 112 more 6881.28, and 2%.
func TestReservedMemoryTiers(t *testing.T) {
	tests := map[units.Bytes]units.Bytes{ // MiB
		512: 255, 1024: 255, 1025: 256, 4096: 1024, 8192: 1843, 16384: 2662, 32768: 3645, 65536: 5611, 131072: 9543,
		262144: 12165, 524288: 17408,
	}
	for capacity, want := range tests {
		if got := gcp.ReservedMemory(capacity * units.MiB); got != want*units.MiB {
			t.Errorf("of %d MiB %d are reserved, want %d", capacity, got/units.MiB, want)
		}
	}
}

// The published formulas at the stated size, by hand; the operating system is
// taken to see all of it.
func TestReservesOfTypes(t *testing.T) {
	tests := []struct {
		machine  catalogs.InstanceType
		cpu      units.MilliCPU // left
		reserved float64        // MiB
		left     float64        // MiB
	}{
		{machine("n1-standard-1", 1, 3840), 940, 960, 2780},
		{machine("e2-small", 2, 2048), 940, 512, 1436},
		{machine("e2-medium", 2, 4096), 940, 1024, 2972},
		{machine("e2-standard-2", 2, 8192), 1930, 1843.2, 6248.8},
		{machine("n2-standard-4", 4, 16384), 3920, 2662.4, 13621.6},
		{machine("n2-standard-8", 8, 32768), 7910, 3645.4, 29022.6},
		{machine("n2-standard-32", 32, 131072), 31850, 9543.7, 121428.3},
		{machine("c3-standard-22", 22, 90112), 21875, 7086.1, 82925.9},
		{machine("n2-highmem-64", 64, 524288), 63770, 17408, 506780},
	}
	for _, test := range tests {
		m := test.machine
		t.Run(m.Name, func(t *testing.T) {
			reserved := gcp.ReservedMemory(m.Memory)
			left := kubelet.Left(
				kubelet.Resources{CPU: units.MilliCPU(m.VCPUs) * units.Core, Memory: m.Memory},
				kubelet.Resources{CPU: gcp.ReservedCPU(&m), Memory: reserved},
				kubelet.Resources{}, kubelet.Eviction{Memory: kubelet.EvictionMemory})
			if left.CPU != test.cpu {
				t.Errorf("%d m are left, want %d", left.CPU, test.cpu)
			}
			// The reserve is truncated to whole MiB.
			if got := float64(reserved) / float64(units.MiB); got > test.reserved+0.05 || got < test.reserved-1 {
				t.Errorf("%.1f MiB are reserved, want %.1f truncated", got, test.reserved)
			}
			if got := float64(left.Memory) / float64(units.MiB); got < test.left-0.05 || got > test.left+1 {
				t.Errorf("%.1f MiB are left, want %.1f and less than 1 more", got, test.left)
			}
			if got := node(t, gcp.NodeModel{Disk: gcp.DefaultNodeModel().Disk}, m); got.CPU != test.cpu || got.Pods != 110 {
				t.Errorf("a node leaves %d m and %d pods, want %d and 110", got.CPU, got.Pods, test.cpu)
			}
		})
	}
}

func TestSharedCore(t *testing.T) {
	for _, name := range []string{"e2-micro", "e2-small", "e2-medium"} {
		m := machine(name, 2, 4096)
		if got := gcp.ReservedCPU(&m); got != 1060 {
			t.Errorf("%s: %d m, GKE reserves 1060", name, got)
		}
	}
	// f1-micro and g1-small show one vCPU and follow the tiers.
	small := machine("g1-small", 1, 1740)
	small.Burstable = true
	if got := gcp.ReservedCPU(&small); got != 60 {
		t.Errorf("g1-small: %d m, want 60", got)
	}
}

// liveNode is a node of a running GKE cluster with Container-Optimized OS, as
// `kubectl describe node` showed it to whoever published it.
type liveNode struct {
	machine                  catalogs.InstanceType
	visibleKi, allocatableKi units.Bytes
	// offMiB is by how much the published tiers, taken of what the operating system
	// sees, leave more than the node does.
	offMiB float64
}

func liveNodes() map[string]liveNode {
	return map[string]liveNode{
		"f1-micro, 1.14":      {machine("f1-micro", 1, 614), 600_420, 236_900, 0},
		"e2-small, 1.29":      {machine("e2-small", 2, 2048), 2_024_160, 1_397_472, 18},
		"n1-standard-1, 2020": {machine("n1-standard-1", 1, 3840), 3_786_684, 2_701_244, 36},
		"e2-medium, 2020":     {machine("e2-medium", 2, 4096), 4_043_852, 2_897_996, 32},
		"e2-medium, 1.23":     {machine("e2-medium", 2, 4096), 4_025_932, 2_880_076, 36},
		"e2-medium, 32 pods":  {machine("e2-medium", 2, 4096), 4_022_992, 2_877_136, 37},
		"e2-standard-2, 1.21": {machine("e2-standard-2", 2, 8192), 8_152_028, 6_186_972, 22},
		"n2-standard-4, 1.36": {machine("n2-standard-4", 4, 16384), 16_380_004, 13_591_652, 0},
		"8 vCPUs, 1.16":       {machine("n2-unnamed-8", 8, 32768), 32_944_200, 29_149_256, -3},
		"n2-highmem-4, 1.25":  {machine("n2-highmem-4", 4, 32768), 32_880_872, 29_085_928, 1},
		"n2-highmem-16, 1.25": {machine("n2-highmem-16", 16, 131072), 131_919_220, 122_210_676, -28},
		"n2-highmem-64, 1.25": {machine("n2-highmem-64", 64, 524288), 528_365_196, 510_603_916, 3},
	}
}

// The formula on what the node sees meets one node exactly and others within some
// MiB, on either side.
func TestTiersOfVisibleMemory(t *testing.T) {
	for name, live := range liveNodes() {
		t.Run(name, func(t *testing.T) {
			visible := live.visibleKi * units.KiB
			left := visible - gcp.ReservedMemory(visible) - kubelet.EvictionMemory
			off := float64(left-live.allocatableKi*units.KiB) / float64(units.MiB)
			if off < live.offMiB-1 || off > live.offMiB+1 {
				t.Errorf("off by %.1f MiB, want %.0f", off, live.offMiB)
			}
		})
	}
	exact := 16_380_004 * units.KiB
	if left := exact - gcp.ReservedMemory(exact) - kubelet.EvictionMemory; left != 13_591_652*units.KiB {
		t.Errorf("n2-standard-4 has %d Ki, want 13591652", left/units.KiB)
	}
}

// The reserve that we plan with, that of the stated size, is never less than a
// node's own.
func TestReserveCoversLiveNodes(t *testing.T) {
	for name, live := range liveNodes() {
		t.Run(name, func(t *testing.T) {
			theirs := (live.visibleKi-live.allocatableKi)*units.KiB - kubelet.EvictionMemory
			if ours := gcp.ReservedMemory(live.machine.Memory); ours < theirs || ours > theirs+256*units.MiB {
				t.Errorf("%d MiB are reserved, the node has %d", ours/units.MiB, theirs/units.MiB)
			}
		})
	}
}

// What a plan counts on is there on every live node, and little of it is wasted.
func TestNeverMoreThanLiveNodes(t *testing.T) {
	const waste = 5 * units.Percent // of what a node has
	for name, live := range liveNodes() {
		t.Run(name, func(t *testing.T) {
			theirs := live.allocatableKi * units.KiB
			got := node(t, gcp.DefaultNodeModel(), live.machine).Memory
			if got > theirs || int64(theirs-got)*int64(units.Whole) > int64(theirs)*int64(waste) {
				t.Errorf("planned with %d MiB, the node has %d", got/units.MiB, theirs/units.MiB)
			}
			measured := live.machine
			measured.MeasuredMemory = live.visibleKi * units.KiB
			if got := node(t, gcp.DefaultNodeModel(), measured).Memory; got > theirs {
				t.Errorf("measured: planned with %d MiB, the node has %d", got/units.MiB, theirs/units.MiB)
			}
		})
	}
}

// The table that GKE's formula gives where the file system is as large as the
// disk, to the KiB that the kubelet's 10% as a float32 is more.
func TestEphemeralStorageTable(t *testing.T) {
	tests := []struct{ disk, reserved, left units.Bytes }{ // tenths of GiB
		{200, 100, 80}, {500, 235, 215}, {1000, 410, 490}, {2000, 760, 1040}, {3000, 1000, 1700}, {4000, 1000, 2600},
	}
	for _, test := range tests {
		disk := test.disk * units.GiB / 10
		if got, want := gcp.ReservedDisk(disk), test.reserved*units.GiB/10; got != want {
			t.Errorf("of %d GiB %d bytes are reserved, want %d", disk/units.GiB, got, want)
		}
		want := test.left * units.GiB / 10
		if got := gcp.EphemeralStorage(disk, disk); got > want || got < want-units.KiB {
			t.Errorf("%d GiB leave %d bytes, want %d", disk/units.GiB, got, want)
		}
	}
}

// Running nodes: the formula is met to the byte for three sizes of disks, and our
// file system is never larger than theirs.
func TestLiveDisks(t *testing.T) {
	tests := map[string]struct {
		diskGiB, fileSystemKi, left units.Bytes
		exact                       bool // FileSystem gives theirs
	}{
		"20 GiB":             {20, 16_293_736, 4_278_888_833, false},
		"100 GiB until 1.21": {100, 98_868_448, 47_093_746_742, false},
		"100 GiB":            {100, 98_831_908, 47_060_071_478, true},
		"1000 GiB":           {1000, 1_027_832_452, 839_876_203_795, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			disk, fs := test.diskGiB*units.GiB, test.fileSystemKi*units.KiB
			if got := gcp.EphemeralStorage(fs, disk); got != test.left {
				t.Errorf("%d bytes are left, want %d", got, test.left)
			}
			ours := gcp.FileSystem(disk)
			if ours > fs || fs-ours > 64*units.MiB || (test.exact && ours != fs) {
				t.Errorf("a file system of %d Ki, theirs is %d", ours/units.KiB, test.fileSystemKi)
			}
			model := gcp.DefaultNodeModel()
			model.Disk.Size = disk
			got := node(t, model, machine("n2-standard-4", 4, 16384)).EphemeralStorage
			if got > test.left || (test.exact && got != test.left) {
				t.Errorf("a node leaves %d bytes, theirs %d", got, test.left)
			}
			if room := (gcp.Provider{}).Terms().DiskRoom(planner.COS, disk); room != got {
				t.Errorf("the ground says that %d bytes are left", room)
			}
		})
	}
}

func TestPods(t *testing.T) {
	for declared, want := range map[int]int{0: 110, 8: 8, 110: 110, 111: 111, 256: 256, 257: 256, 5000: 256} {
		model := gcp.DefaultNodeModel()
		model.MaxPods = declared
		if got := node(t, model, machine("n2-standard-4", 4, 16384)).Pods; got != want {
			t.Errorf("max_pods %d gives %d pods, want %d", declared, got, want)
		}
	}
}

func TestPodCIDRBits(t *testing.T) {
	for pods, want := range map[int]int{8: 28, 9: 27, 16: 27, 22: 26, 32: 26, 33: 25, 64: 25, 65: 24, 110: 24, 128: 24, 129: 23, 256: 23} {
		if got := gcp.PodCIDRBits(pods); got != want {
			t.Errorf("%d pods have a /%d, want a /%d", pods, got, want)
		}
	}
	for pods := 1; pods <= gcp.MostPods; pods++ {
		size := 1 << (32 - gcp.PodCIDRBits(pods))
		if size < 2*pods || size/2 >= 2*pods {
			t.Errorf("%d pods have %d addresses, not the smallest block of twice as many", pods, size)
		}
	}
}

func TestBootDisk(t *testing.T) {
	tests := []struct {
		machine, disk string
		boots         bool
	}{
		{"n4-standard-4", "pd-balanced", false},
		{"n4-standard-4", "hyperdisk-balanced", true},
		{"c4-standard-8", "pd-balanced", false},
		{"c4a-standard-8", "pd-ssd", false},
		{"c4d-standard-8", "hyperdisk-balanced", true},
		{"c3-standard-8", "pd-balanced", true},
		{"c3-standard-8", "hyperdisk-balanced", true},
		{"c3-standard-8", "pd-standard", false},
		{"n2-standard-4", "pd-balanced", true},
		{"n2-standard-4", "hyperdisk-balanced", false},
		{"n2d-standard-4", "pd-ssd", true},
		{"e2-standard-4", "pd-standard", true},
		{"e2-standard-4", "hyperdisk-balanced", false},
		{"n9-standard-4", "pd-balanced", false},
		{"n9-standard-4", "hyperdisk-balanced", true},
		{"n2-standard-4", "hyperdisk-extreme", false},
		{"n2-standard-4", "gp3", false},
		{"n2-standard-4", "", false},
	}
	for _, test := range tests {
		m := machine(test.machine, 4, 16384)
		group := &planner.NodeGroup{Image: planner.COS, Disk: planner.Disk{Type: test.disk, Size: 50 * units.GiB}}
		_, err := gcp.Provider{}.Allocatable(&planner.Cluster{}, group, &m)
		if test.boots {
			if err != nil {
				t.Errorf("%s from %s: %v", test.machine, test.disk, err)
			}
			continue
		}
		refused, ok := errors.AsType[*machines.BootDiskError](err)
		if !ok || refused.InstanceType != test.machine || refused.DiskType != test.disk || len(refused.BootsFrom) == 0 {
			t.Errorf("%s from %s: got %v, want a BootDiskError", test.machine, test.disk, err)
		}
	}
	m := machine("n4-standard-4", 4, 16384)
	_, err := gcp.Provider{}.Node(gcp.DefaultNodeModel(), &m)
	if want := `n4-standard-4 does not boot from a disk of type "pd-balanced" but from hyperdisk-balanced`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// Nothing is left of what is too small, not less than nothing.
func TestNothingBelowZero(t *testing.T) {
	model := gcp.DefaultNodeModel()
	model.Disk.Size = 4 * units.GiB
	tiny := machine("f1-micro", 1, 300)
	if got := node(t, model, tiny); got.Memory != 0 || got.EphemeralStorage != 0 {
		t.Errorf("got %d bytes of memory, %d of disk, want none", got.Memory, got.EphemeralStorage)
	}
	tiny.MeasuredMemory = 100 * units.MiB
	if got := node(t, model, tiny); got.Memory != 0 {
		t.Errorf("got %d bytes of memory, want none", got.Memory)
	}
}

// For random machines: what is left is never more than there is, and more of
// anything never leaves less of it.
func TestNodeProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 0))
	for range 2000 {
		m := machine("n2-any", 1+r.IntN(200), units.Bytes(600+r.IntN(1<<20)))
		model := gcp.NodeModel{MaxPods: r.IntN(300), Disk: planner.Disk{Type: "pd-ssd", Size: units.Bytes(10+r.IntN(2000)) * units.GiB}}
		a := node(t, model, m)
		if a.CPU <= 0 || a.CPU >= units.MilliCPU(m.VCPUs)*units.Core || a.Memory < 0 || a.Memory >= m.Memory ||
			a.Pods <= 0 || a.Pods > 256 || a.EphemeralStorage < 0 || a.EphemeralStorage >= model.Disk.Size {
			t.Fatalf("%+v of %+v leaves %+v", model, m, a)
		}
		bigger, larger := m, model
		bigger.VCPUs++
		bigger.Memory += units.Bytes(1+r.IntN(1<<30)) * units.KiB
		larger.Disk.Size += units.GiB
		b := node(t, larger, bigger)
		if b.CPU <= a.CPU || b.Memory < a.Memory || b.EphemeralStorage <= a.EphemeralStorage {
			t.Fatalf("a bigger machine leaves less: %+v, %+v", a, b)
		}
	}
}
