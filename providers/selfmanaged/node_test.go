package selfmanaged_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/kubelet"
	"github.com/scantling-dev/scantling/providers/machines"
	"github.com/scantling-dev/scantling/providers/selfmanaged"
)

func machine(name string, vcpus int, mib, measuredMiB units.Bytes) catalogs.InstanceType {
	family, _, _ := strings.Cut(strings.ReplaceAll(name, "-", "."), ".")
	return catalogs.InstanceType{
		Name: name, Family: family, Architecture: catalogs.AMD64, VCPUs: vcpus,
		Memory: mib * units.MiB, MeasuredMemory: measuredMiB * units.MiB,
	}
}

// provider returns the adapter of a ground whose catalog holds types.
func provider(g planner.Ground, types ...catalogs.InstanceType) planner.Provider {
	return g.New(&catalogs.Catalog{Types: types})
}

// allocatable returns what a node leaves to pods, whose steps must add up to it.
func allocatable(t *testing.T, p planner.Provider, c *planner.Cluster, g *planner.NodeGroup, m *catalogs.InstanceType) planner.Allocatable {
	t.Helper()
	a, err := p.Allocatable(c, g, m)
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]int64{}
	for _, s := range a.Steps {
		sums[s.Resource] += s.Amount
	}
	want := map[string]int64{
		"cpu": int64(a.CPU), "memory": int64(a.Memory), "pods": int64(a.Pods), "ephemeral_storage": int64(a.EphemeralStorage),
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
			t.Errorf("%s: the steps of %s add up to %d, not to %d", m.Name, resource, sums[resource], amount)
		}
	}
	if len(sums) != len(want) {
		t.Errorf("%s: steps of %d resources, want %d", m.Name, len(sums), len(want))
	}
	return a
}

// By hand, kubeadm's reserve of nothing and 100 MiB of eviction:
//
//	m5.large     7811 measured - 128              = 7683,   - 100 = 7583 MiB
//	m5.xlarge    15611 measured - 128             = 15483,  - 100 = 15383
//	m9z.xlarge   16384 - 1229 (7.5% is 1228.8)    = 15155,  - 100 = 15055
//	e2-standard-2   8192 - 410 (5% is 409.6)      = 7782,   - 100 = 7682
//	n2-standard-4   16384 - 410 (2.5% is 409.6)   = 15974,  - 100 = 15874
//	r640         262144 - 9176 (3.5% is 9175.04)  = 252968, - 100 = 252868
//	nuc          8192 - 492 (6% is 491.52)        = 7700,   - 100 = 7600
//
// Disks, with 10% as a float32, 13421773/2^27: of 50 GiB on a cloud 3.14% and 1088
// MiB are taken, 49668423 KiB are the file system; of 960 GiB of one's own 3.14% and
// 3 GiB, 971878957 KiB.
func TestKubeadmNodes(t *testing.T) {
	const cloudDisk, ownDisk = 45_774_418_562, 895_683_645_289
	tests := []struct {
		ground  planner.Ground
		machine catalogs.InstanceType
		cpu     units.MilliCPU
		memory  units.Bytes // MiB
		disk    units.Bytes
	}{
		{selfmanaged.OnAWS(), machine("m5.large", 2, 8192, 7811), 2000, 7583, cloudDisk},
		{selfmanaged.OnAWS(), machine("m5.xlarge", 4, 16384, 15611), 4000, 15383, cloudDisk},
		{selfmanaged.OnAWS(), machine("m9z.xlarge", 4, 16384, 0), 4000, 15055, cloudDisk},
		{selfmanaged.OnGCP(), machine("e2-standard-2", 2, 8192, 0), 2000, 7682, cloudDisk},
		{selfmanaged.OnGCP(), machine("n2-standard-4", 4, 16384, 0), 4000, 15874, cloudDisk},
		{selfmanaged.OnPremises(), machine("r640", 32, 262144, 0), 32000, 252868, ownDisk},
		{selfmanaged.OnPremises(), machine("nuc", 4, 8192, 0), 4000, 7600, ownDisk},
	}
	for _, test := range tests {
		t.Run(test.ground.Terms.Provider+" "+test.machine.Name, func(t *testing.T) {
			c := &planner.Cluster{}
			g := &planner.NodeGroup{Disk: planner.Disk{Type: test.ground.Terms.DiskType, Size: 50 * units.GiB}}
			if test.ground.Terms.OwnMachines {
				c.Machines = []planner.Machine{{Name: "other"}, {Name: test.machine.Name, Disk: planner.MachineDisk{Type: "nvme", Size: 960 * units.GiB}}}
				g.Disk = planner.Disk{}
			}
			got := allocatable(t, provider(test.ground, test.machine), c, g, &test.machine)
			if got.CPU != test.cpu || got.Memory != test.memory*units.MiB || got.Pods != 110 || got.EphemeralStorage != test.disk {
				t.Errorf("got %d m, %d MiB, %d pods, %d bytes; want %d, %d, 110, %d", got.CPU, got.Memory/units.MiB, got.Pods, got.EphemeralStorage,
					test.cpu, test.memory, test.disk)
			}
		})
	}
}

// Nodes that kubeadm made on Ubuntu 22.04 and 24.04, as people published them: what
// they show is what pods get but for 100 MiB and 10% of the disk, to the byte.
func TestLiveNodes(t *testing.T) {
	tests := map[string]struct {
		memoryKi, leftKi, diskKi, leftBytes units.Bytes
	}{
		"EC2, 1.30":         {3_929_064, 3_826_664, 29_378_688, 27_075_398_816},
		"EC2, 16 vCPUs":     {64_459_420, 64_357_020, 101_430_960, 93_478_772_582},
		"virtual, 1.29":     {32_863_612, 32_761_212, 50_477_964, 46_520_491_546},
		"virtual, 1.26":     {32_860_484, 32_758_084, 203_770_680, 187_795_058_378},
		"Azure, 1.31":       {57_585_648, 57_483_248, 518_960_100, 478_273_627_369},
		"on premises, 1.31": {8_130_000, 8_027_600, 102_626_232, 94_580_335_255},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			visible := kubelet.Resources{CPU: 4 * units.Core, Memory: test.memoryKi * units.KiB, EphemeralStorage: test.diskKi * units.KiB}
			kubeadm := kubelet.Eviction{Memory: kubelet.EvictionMemory, Disk: kubelet.EvictionDisk}
			want := kubelet.Resources{CPU: 4 * units.Core, Memory: test.leftKi * units.KiB, EphemeralStorage: test.leftBytes}
			if got := kubelet.Left(visible, kubelet.Resources{}, kubelet.Resources{}, kubeadm); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
			if got := selfmanaged.EphemeralStorage(test.diskKi * units.KiB); got != test.leftBytes {
				t.Errorf("%d bytes of the disk, want %d", got, test.leftBytes)
			}
			// kops: memory.available<100Mi, nodefs.available<10%; its imagefs.available<10%,
			// 15% with kubeadm, is no part of what is left.
			kops := kubelet.Eviction{Memory: 100 * units.MiB, Disk: 10 * units.Percent}
			if got := kubelet.Left(visible, kubelet.Resources{}, kubelet.Resources{}, kops); got != want {
				t.Errorf("with the thresholds of kops %+v, want the same", got)
			}
		})
	}
}

// File systems of running machines with Ubuntu's cloud image, on disks of 8, 30 and
// 512 GiB (24.04) and of 50, 100 and 128 GiB (20.04 and 22.04, which had no /boot of
// their own): the formula never gives more, and with 24.04 at most 0.4% less.
func TestFileSystem(t *testing.T) {
	tests := []struct {
		gib, shownKi units.Bytes
		boot         bool
	}{
		{8, 7_034_376, true},
		{30, 29_378_688, true},
		{512, 518_960_100, true},
		{50, 50_620_216, false},
		{100, 101_430_960, false},
		{128, 129_886_128, false},
	}
	for _, test := range tests {
		got, shown := selfmanaged.FileSystem(test.gib*units.GiB, selfmanaged.CloudPartitions), test.shownKi*units.KiB
		if got > shown || test.boot && got < shown-shown/250 {
			t.Errorf("%d GiB: %d KiB, a machine shows %d", test.gib, got/units.KiB, test.shownKi)
		}
	}
	if got := selfmanaged.FileSystem(units.GiB, selfmanaged.InstallerPartitions); got != 0 {
		t.Errorf("a disk smaller than its partitions has %d bytes", got)
	}
}

// The example of kubernetes.io, "Reserve Compute Resources for System Daemons": 16
// CPUs and 32 GiB with 1 CPU and 2 GiB, 500m and 1 GiB reserved and 500 MiB of
// eviction leave 14.5 CPUs and 29196 MiB. Of a machine of one's own 1147 MiB are
// hidden first (3.5% is 1146.88).
func TestDeclaredReserves(t *testing.T) {
	m := machine("r640", 16, 32768, 0)
	p := provider(selfmanaged.OnPremises())
	g := &planner.NodeGroup{Kubelet: planner.Kubelet{
		KubeReserved:   &planner.Reserve{CPU: 1000, Memory: 2 * units.GiB},
		SystemReserved: &planner.Reserve{CPU: 500, Memory: units.GiB},
		EvictionMemory: 500 * units.MiB,
	}}
	got := allocatable(t, p, &planner.Cluster{}, g, &m)
	if got.CPU != 14_500 || got.Memory != (29_196-1147)*units.MiB {
		t.Errorf("got %d m and %d MiB, want 14500 and %d", got.CPU, got.Memory/units.MiB, 29_196-1147)
	}
	if got.EphemeralStorage != 0 {
		t.Errorf("of a disk that is not known %d bytes are left", got.EphemeralStorage)
	}
	g.Kubelet.SystemReserved = nil
	if got = allocatable(t, p, &planner.Cluster{}, g, &m); got.CPU != 15_000 || got.Memory != (30_220-1147)*units.MiB {
		t.Errorf("without system-reserved %d m and %d MiB, want 15000 and %d", got.CPU, got.Memory/units.MiB, 30_220-1147)
	}
	g.Kubelet.KubeReserved = &planner.Reserve{CPU: 20_000, Memory: 64 * units.GiB}
	if got = allocatable(t, p, &planner.Cluster{}, g, &m); got.CPU != 0 || got.Memory != 0 {
		t.Errorf("more reserved than there is leaves %d m and %d bytes", got.CPU, got.Memory)
	}
}

func TestPods(t *testing.T) {
	m := machine("m5.large", 2, 8192, 7811)
	p := provider(selfmanaged.OnAWS(), m)
	for _, test := range []struct{ kubelet, network, want int }{
		{0, 0, 110}, {60, 0, 60}, {0, 40, 40}, {60, 40, 60}, {40, 60, 40}, {250, 300, 250}, {0, 200, 200},
	} {
		g := &planner.NodeGroup{Kubelet: planner.Kubelet{MaxPods: test.kubelet}, Disk: planner.Disk{Size: 50 * units.GiB}}
		c := &planner.Cluster{Network: planner.Network{MaxPods: test.network}}
		if got := allocatable(t, p, c, g, &m); got.Pods != test.want {
			t.Errorf("kubelet.max_pods %d and network.max_pods %d: %d pods, want %d", test.kubelet, test.network, got.Pods, test.want)
		}
	}
}

// The figures of EKS: m5.xlarge with 58 pods reserves 80 m and 893 MiB.
func TestRecommended(t *testing.T) {
	if got, want := selfmanaged.Recommended(4, 58), (planner.Reserve{CPU: 80, Memory: 893 * units.MiB}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestBootDisks(t *testing.T) {
	m := machine("n4-standard-4", 4, 16384, 0)
	p := provider(selfmanaged.OnGCP(), m)
	g := &planner.NodeGroup{Disk: planner.Disk{Type: "pd-balanced", Size: 50 * units.GiB}}
	_, err := p.Allocatable(&planner.Cluster{}, g, &m)
	if refused, ok := errors.AsType[*machines.BootDiskError](err); !ok || refused.InstanceType != m.Name {
		t.Errorf("got %v, want a BootDiskError of n4-standard-4", err)
	}
	g.Disk.Type = "hyperdisk-balanced"
	allocatable(t, p, &planner.Cluster{}, g, &m)
}

// For random machines on each ground: what is left is never negative nor more than
// there is, and more memory never leaves less, but where the share of what is hidden
// falls, above 8 GiB, which leaves more.
func TestNodeProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 0))
	grounds := []planner.Ground{selfmanaged.OnAWS(), selfmanaged.OnGCP(), selfmanaged.OnPremises()}
	for range 2000 {
		ground := grounds[r.IntN(len(grounds))]
		m := machine("n2-any", 1+r.IntN(200), units.Bytes(1024+r.IntN(1<<20)), 0)
		c := &planner.Cluster{Machines: []planner.Machine{{Name: m.Name, Disk: planner.MachineDisk{Size: units.Bytes(r.IntN(2000)) * units.GiB}}}}
		g := &planner.NodeGroup{Disk: planner.Disk{Type: "pd-balanced", Size: units.Bytes(20+r.IntN(500)) * units.GiB}}
		g.Kubelet = planner.Kubelet{MaxPods: r.IntN(200), EvictionMemory: units.Bytes(r.IntN(2000)) * units.MiB}
		if r.IntN(2) == 0 {
			g.Kubelet.KubeReserved = &planner.Reserve{CPU: units.MilliCPU(r.IntN(2000)), Memory: units.Bytes(r.IntN(4000)) * units.MiB}
		}
		a := allocatable(t, provider(ground), c, g, &m)
		if a.CPU < 0 || a.CPU > units.MilliCPU(m.VCPUs)*units.Core || a.Memory < 0 || a.Memory >= m.Memory ||
			a.Pods <= 0 || a.Pods > 200 || a.EphemeralStorage < 0 || a.EphemeralStorage > max(g.Disk.Size, c.Machines[0].Disk.Size) {
			t.Fatalf("%s: %+v of %+v leaves %+v", ground.Terms.Provider, g, m, a)
		}
		bigger := m
		bigger.Memory += units.Bytes(r.IntN(4096)) * units.MiB
		if b := allocatable(t, provider(ground), c, g, &bigger); b.Memory < a.Memory {
			t.Fatalf("%s: a bigger machine leaves less: %+v, %+v", ground.Terms.Provider, a, b)
		}
	}
}

// A machine of one's own for which nothing is reserved.
func ExampleProvider_Allocatable() {
	p := selfmanaged.OnPremises().New(&catalogs.Catalog{})
	r640 := catalogs.InstanceType{Name: "r640", Family: "r640", Architecture: catalogs.AMD64, VCPUs: 32, Memory: 256 * units.GiB}
	a, err := p.Allocatable(&planner.Cluster{}, &planner.NodeGroup{}, &r640)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range a.Steps {
		if s.Resource == "memory" {
			fmt.Printf("%6d MiB  %s\n", s.Amount/int64(units.MiB), s.What)
		}
	}
	fmt.Printf("%6d MiB  for pods\n", a.Memory/units.MiB)
	// Output:
	// 262144 MiB  stated size
	//  -9176 MiB  hidden by firmware and kernel: taken to be 3.5% above 8 GiB
	//      0 MiB  kube-reserved and system-reserved: none declared, kubeadm sets none (EKS would reserve 1465 MiB)
	//   -100 MiB  eviction below 100 MiB available
	// 252868 MiB  for pods
}
