package aws_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/aws"
	"github.com/scantling-dev/scantling/providers/kubelet"
)

func machine(name, arch string, vcpus int, mib units.Bytes, enis, ips int) catalogs.InstanceType {
	family := name
	for i := range name {
		if name[i] == '.' {
			family = name[:i]
			break
		}
	}
	return catalogs.InstanceType{
		Name: name, Family: family, Architecture: arch, VCPUs: vcpus, Memory: mib * units.MiB,
		ENIs: enis, IPv4PerENI: ips, Hypervisor: "nitro",
	}
}

// The rows are computed by hand from the published formulas; Karpenter's
// published instance types give the same.
func TestNodeOfUnmeasuredTypes(t *testing.T) {
	type want struct {
		eni, capped, prefix int
		cpu                 units.MilliCPU
		kubeMiB, memoryMiB  units.Bytes
	}
	const amd, arm = catalogs.AMD64, catalogs.ARM64
	tests := []struct {
		machine catalogs.InstanceType
		want    want
	}{
		{machine("t3.medium", amd, 2, 4096, 3, 6), want{17, 17, 110, 1930, 442, 3246}},
		{machine("t3.large", amd, 2, 8192, 3, 12), want{35, 35, 110, 1930, 640, 6837}},
		{machine("c5.large", amd, 2, 4096, 3, 10), want{29, 29, 110, 1930, 574, 3114}},
		{machine("m5.large", amd, 2, 8192, 3, 10), want{29, 29, 110, 1930, 574, 6903}},
		{machine("r5.large", amd, 2, 16384, 3, 10), want{29, 29, 110, 1930, 574, 14481}},
		{machine("m7g.large", arm, 2, 8192, 3, 10), want{29, 29, 110, 1930, 574, 6844}},
		{machine("m5.xlarge", amd, 4, 16384, 4, 15), want{58, 58, 110, 3920, 893, 14162}},
		{machine("m8i.xlarge", amd, 4, 16384, 4, 30), want{118, 110, 110, 3920, 1553, 13502}},
		{machine("m5.2xlarge", amd, 8, 32768, 4, 15), want{58, 58, 110, 7910, 893, 29317}},
		{machine("r5.2xlarge", amd, 8, 65536, 4, 15), want{58, 58, 110, 7910, 893, 59627}},
		{machine("c5.4xlarge", amd, 16, 32768, 8, 30), want{234, 110, 110, 15890, 2829, 27381}},
		{machine("m5.4xlarge", amd, 16, 65536, 8, 30), want{234, 110, 110, 15890, 2829, 57691}},
		{machine("m5.12xlarge", amd, 48, 196608, 8, 30), want{234, 234, 250, 47810, 2829, 178933}},
		{machine("m5.24xlarge", amd, 96, 393216, 15, 50), want{737, 250, 250, 95690, 8362, 355262}},
	}
	for _, test := range tests {
		t.Run(test.machine.Name, func(t *testing.T) {
			model := aws.DefaultNodeModel()
			got := node(t, aws.Provider{}, model, test.machine)
			if got.CPU != test.want.cpu || got.Memory != test.want.memoryMiB*units.MiB || got.Pods != test.want.capped {
				t.Errorf("got %d m, %d MiB, %d pods, want %d, %d, %d", got.CPU, got.Memory/units.MiB, got.Pods,
					test.want.cpu, test.want.memoryMiB, test.want.capped)
			}
			pods := aws.SecondaryIPPods(test.machine.ENIs, test.machine.IPv4PerENI)
			if pods != test.want.eni {
				t.Errorf("addresses allow %d pods, want %d", pods, test.want.eni)
			}
			if kube := kubelet.ReservedMemory(pods); kube != test.want.kubeMiB*units.MiB {
				t.Errorf("kube-reserved is %d MiB, want %d", kube/units.MiB, test.want.kubeMiB)
			}
			model.CNI = planner.VPCPrefix
			prefix := node(t, aws.Provider{}, model, test.machine)
			if prefix.Pods != test.want.prefix || prefix.Memory != got.Memory {
				t.Errorf("with prefixes %d pods and %d MiB, want %d and %d: AL2023 reserves the same", prefix.Pods, prefix.Memory/units.MiB,
					test.want.prefix, got.Memory/units.MiB)
			}
		})
	}
}

func node(t *testing.T, p aws.Provider, m aws.NodeModel, typ catalogs.InstanceType) planner.Allocatable {
	t.Helper()
	a, err := p.Node(m, &typ)
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
			t.Errorf("%s: the steps of %s add up to %d, not to %d", typ.Name, resource, sums[resource], amount)
		}
	}
	if len(sums) != len(want) {
		t.Errorf("%s: steps of %d resources, want %d", typ.Name, len(sums), len(want))
	}
	return a
}

func TestBottlerocketReservesByItsOwnLimit(t *testing.T) {
	c5 := machine("c5.4xlarge", catalogs.AMD64, 16, 32768, 8, 30)
	model := aws.NodeModel{Image: planner.Bottlerocket, CNI: planner.VPC, Disk: 50 * units.GiB}
	// 32768 - 2458 - (255 + 11 x 110) - 100.
	if got := node(t, aws.Provider{}, model, c5); got.Memory != 28745*units.MiB || got.Pods != 110 {
		t.Errorf("got %d MiB and %d pods, want 28745 and 110", got.Memory/units.MiB, got.Pods)
	}
	model.MaxPods = 50
	// 660 MiB less reserved for 60 pods less.
	if got := node(t, aws.Provider{}, model, c5); got.Memory != 29405*units.MiB || got.Pods != 50 {
		t.Errorf("with max_pods 50: got %d MiB and %d pods, want 29405 and 50", got.Memory/units.MiB, got.Pods)
	}
	model.Image = planner.AL2023
	if got := node(t, aws.Provider{}, model, c5); got.Memory != 27381*units.MiB || got.Pods != 50 {
		t.Errorf("AL2023 with max_pods 50: got %d MiB and %d pods, want 27381 and 50", got.Memory/units.MiB, got.Pods)
	}
	model.MaxPods = 5000
	if got := node(t, aws.Provider{}, model, c5); got.Pods != 110 {
		t.Errorf("a declared limit above the ceiling gives %d pods, want 110", got.Pods)
	}
}

// Nodes of running clusters, as `kubectl describe node` shows them.
func TestLiveNodes(t *testing.T) {
	tests := map[string]struct {
		visibleKi, allocatableKi units.Bytes
		vcpus, pods              int
		volumeGiB, diskKi        units.Bytes
		ephemeral                units.Bytes
	}{
		"t3.medium 2024": {3_943_312, 3_388_304, 2, 17, 20, 20_959_212, 18_242_267_924},
		"m5.xlarge 2021": {15_921_668, 14_904_836, 4, 58, 80, 83_873_772, 76_224_326_324},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := kubelet.Left(
				kubelet.Resources{CPU: units.MilliCPU(test.vcpus) * units.Core, Memory: test.visibleKi * units.KiB, EphemeralStorage: test.diskKi * units.KiB},
				kubelet.Resources{CPU: kubelet.ReservedCPU(test.vcpus), Memory: kubelet.ReservedMemory(test.pods), EphemeralStorage: units.GiB},
				kubelet.Resources{}, kubelet.Eviction{Memory: 100 * units.MiB, Disk: 10 * units.Percent})
			if got.Memory != test.allocatableKi*units.KiB {
				t.Errorf("memory %d Ki, want %d", got.Memory/units.KiB, test.allocatableKi)
			}
			if got.EphemeralStorage != test.ephemeral {
				t.Errorf("ephemeral storage %d, want %d", got.EphemeralStorage, test.ephemeral)
			}
			if disk := aws.EphemeralStorage(test.diskKi * units.KiB); disk != test.ephemeral {
				t.Errorf("EphemeralStorage: %d, want %d", disk, test.ephemeral)
			}
			if fs := aws.FileSystem(planner.AL2023, test.volumeGiB*units.GiB); fs != test.diskKi*units.KiB {
				t.Errorf("the file system of %d GiB is %d Ki, want %d", test.volumeGiB, fs/units.KiB, test.diskKi)
			}
			model := aws.DefaultNodeModel()
			model.Disk = test.volumeGiB * units.GiB
			m := machine("m5.large", catalogs.AMD64, 2, 8192, 3, 10)
			if a := node(t, aws.Provider{}, model, m); a.EphemeralStorage != test.ephemeral {
				t.Errorf("a node with %d GiB leaves %d, want %d", test.volumeGiB, a.EphemeralStorage, test.ephemeral)
			}
			if room := (aws.Provider{}).Terms().DiskRoom(planner.AL2023, test.volumeGiB*units.GiB); room != test.ephemeral {
				t.Errorf("the ground says that %d GiB leave %d, want %d", test.volumeGiB, room, test.ephemeral)
			}
		})
	}
}

func TestPodFormulas(t *testing.T) {
	if got := aws.SecondaryIPPods(3-1, 10); got != 20 {
		t.Errorf("m5.large with custom networking: %d, AWS documents 20", got)
	}
	// AWS, "Increase the available IP addresses": m5.large with prefixes holds
	// 3 x 9 x 16 + 2.
	if got := aws.PrefixPods(3, 10); got != 434 {
		t.Errorf("m5.large with prefixes: %d, want 434", got)
	}
	for vcpus, want := range map[int]int{1: 110, 30: 110, 31: 250, 32: 250, 192: 250} {
		if got := aws.MaxPodsCeiling(vcpus); got != want {
			t.Errorf("%d vCPUs: ceiling %d, want %d", vcpus, got, want)
		}
	}
}

func TestXenHasNoPrefixes(t *testing.T) {
	m4 := machine("m4.large", catalogs.AMD64, 2, 8192, 2, 10)
	m4.Hypervisor = "xen"
	model := aws.DefaultNodeModel()
	model.CNI = planner.VPCPrefix
	if got := node(t, aws.Provider{}, model, m4); got.Pods != 20 {
		t.Errorf("got %d pods, want the 20 of secondary addresses", got.Pods)
	}
}

func TestUnknownENIs(t *testing.T) {
	m := machine("m9z.large", catalogs.AMD64, 2, 8192, 0, 0)
	_, err := aws.Provider{}.Node(aws.DefaultNodeModel(), &m)
	unknown, ok := errors.AsType[*aws.UnknownENIError](err)
	if !ok || unknown.InstanceType != "m9z.large" {
		t.Errorf("got %v, want an UnknownENIError of m9z.large", err)
	}
}

func TestHiddenMemory(t *testing.T) {
	measured := machine("c9.large", catalogs.AMD64, 2, 4096, 3, 10)
	measured.MeasuredMemory = 3785 * units.MiB
	small := machine("m9g.medium", catalogs.ARM64, 1, 4096, 2, 4)
	small.MeasuredMemory = 3670 * units.MiB // hides 426 of 4096: 10.4%
	other := machine("m9g.large", catalogs.ARM64, 2, 8192, 3, 10)
	other.MeasuredMemory = 7800 * units.MiB // hides less
	slim := machine("r9.large", catalogs.AMD64, 2, 16384, 3, 10)
	slim.MeasuredMemory = 16000 * units.MiB // hides 2.3%, less than 7.5%
	p := aws.New(&catalogs.Catalog{Types: []catalogs.InstanceType{measured, other, small, slim}})

	tests := map[string]struct {
		machine catalogs.InstanceType
		visible units.Bytes // MiB
	}{
		"measured, less 128":          {measured, 3657},
		"family hides most, 426/4096": {machine("m9g.4xlarge", catalogs.ARM64, 16, 65536, 8, 30), 65536 - 6816},
		"family share rounds up":      {machine("m9g.odd", catalogs.ARM64, 1, 20000, 2, 4), 20000 - 2081},
		"arm64's 64 MiB weigh more":   {machine("m9g.tiny", catalogs.ARM64, 1, 1000, 2, 4), 1000 - 64 - 71},
		"provider's share is larger":  {machine("r9.xlarge", catalogs.AMD64, 4, 32768, 4, 15), 32768 - 2458},
		"no measured type in family":  {machine("x9.xlarge", catalogs.AMD64, 4, 32768, 4, 15), 32768 - 2458},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			want := test.visible*units.MiB - kubelet.ReservedMemory(aws.SecondaryIPPods(test.machine.ENIs, test.machine.IPv4PerENI)) - 100*units.MiB
			if got := node(t, p, aws.DefaultNodeModel(), test.machine); got.Memory != want {
				t.Errorf("got %d MiB, want %d", got.Memory/units.MiB, want/units.MiB)
			}
		})
	}
}

// A t2.nano has less memory than its reservation: nothing is left, not less.
func TestNothingBelowZero(t *testing.T) {
	nano := machine("t2.nano", catalogs.AMD64, 1, 512, 2, 2)
	model := aws.DefaultNodeModel()
	model.Disk = units.GiB / 2
	if got := node(t, aws.Provider{}, model, nano); got.Memory < 0 || got.EphemeralStorage != 0 {
		t.Errorf("got %d bytes of memory, %d of disk", got.Memory, got.EphemeralStorage)
	}
	nano.MeasuredMemory = 400 * units.MiB
	if got := node(t, aws.Provider{}, model, nano); got.Memory != 0 {
		t.Errorf("got %d bytes of memory, want none", got.Memory)
	}
}

// For random machines: what is left is never more than there is, a machine
// with more of everything never leaves less, and a lower limit of pods never
// leaves less memory.
func TestNodeProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 0))
	for range 2000 {
		m := machine("z1.any", catalogs.AMD64, 1+r.IntN(200), units.Bytes(2048+r.IntN(1<<20)), 2+r.IntN(14), 4+r.IntN(46))
		model := aws.NodeModel{Image: aws.Images()[r.IntN(2)], CNI: planner.VPC, MaxPods: r.IntN(300), Disk: units.Bytes(20+r.IntN(500)) * units.GiB}
		if r.IntN(2) == 0 {
			model.CNI = planner.VPCPrefix
		}
		a := node(t, aws.Provider{}, model, m)
		if a.CPU <= 0 || a.CPU >= units.MilliCPU(m.VCPUs)*units.Core || a.Memory < 0 || a.Memory >= m.Memory ||
			a.Pods <= 0 || a.Pods > 250 || a.EphemeralStorage <= 0 || a.EphemeralStorage >= model.Disk {
			t.Fatalf("%+v of %+v leaves %+v", model, m, a)
		}
		bigger := m
		bigger.VCPUs++
		bigger.Memory += units.GiB
		if b := node(t, aws.Provider{}, model, bigger); b.CPU <= a.CPU || (model.Image == planner.AL2023 && b.Memory < a.Memory) {
			t.Fatalf("a bigger machine leaves less: %+v, %+v", a, b)
		}
		fewer := model
		fewer.MaxPods = a.Pods - 1
		if fewer.MaxPods > 0 {
			if b := node(t, aws.Provider{}, fewer, m); b.Pods != a.Pods-1 || b.Memory < a.Memory {
				t.Fatalf("a lower limit of pods leaves less memory: %+v, %+v", a, b)
			}
		}
	}
}

// TestAddresses: an m5.large has 3 interfaces of 10 addresses, of which 9 are for pods.
// The CNI keeps one interface, or one prefix of 16, more than pods need
// (docs.aws.amazon.com/eks/latest/best-practices/vpc-cni.html).
// TestInterfaces of an m5.large, which has three of ten addresses each: nine of the first are
// for pods, and one interface more is kept warm. Nine prefixes are on one.
func TestInterfaces(t *testing.T) {
	large := catalogs.InstanceType{Name: "m5.large", VCPUs: 2, ENIs: 3, IPv4PerENI: 10, Hypervisor: "nitro"}
	old, unknown := large, catalogs.InstanceType{Name: "x1.large"}
	old.Hypervisor = "xen"
	for _, tc := range []struct {
		cni        planner.CNI
		t          *catalogs.InstanceType
		pods, want int
	}{
		{planner.VPC, &large, 0, 1},
		{planner.VPC, &large, 9, 2},
		{planner.VPC, &large, 10, 3},
		{planner.VPC, &large, 29, 3},
		{planner.VPCPrefix, &large, 110, 1},
		{planner.VPCPrefix, &large, 128, 1},
		{planner.VPCPrefix, &large, 129, 2},
		{planner.VPCPrefix, &large, 9999, 3},
		{planner.VPCPrefix, &old, 9, 2},
		{planner.Cilium, &large, 100, 1},
		{planner.VPC, &unknown, 5, 1},
	} {
		if got := aws.Interfaces(&planner.Network{CNI: tc.cni}, tc.t, tc.pods); got != tc.want {
			t.Errorf("%s, %s, %d pods: %d interfaces, want %d", tc.cni, tc.t.Name, tc.pods, got, tc.want)
		}
	}
}

func TestAddresses(t *testing.T) {
	large := catalogs.InstanceType{Name: "m5.large", VCPUs: 2, ENIs: 3, IPv4PerENI: 10, Hypervisor: "nitro"}
	old := large
	old.Hypervisor = "xen"
	for _, tc := range []struct {
		cni  planner.CNI
		t    *catalogs.InstanceType
		pods int
		want int
	}{
		{planner.VPC, &large, 0, 10},
		{planner.VPC, &large, 9, 20},
		{planner.VPC, &large, 10, 30},
		{planner.VPC, &large, 29, 30},       // no fourth interface
		{planner.VPCPrefix, &large, 16, 33}, // 2 prefixes and the interface's own
		{planner.VPCPrefix, &large, 17, 49},
		{planner.VPCPrefix, &large, 144, 162},  // 10 prefixes are on two interfaces
		{planner.VPCPrefix, &large, 9999, 435}, // 27 prefixes, 3 interfaces
		{planner.VPCPrefix, &old, 9, 20},
	} {
		if got := aws.Addresses(&planner.Network{CNI: tc.cni}, tc.t, tc.pods); got != tc.want {
			t.Errorf("%s, %s, %d pods: %d addresses, want %d", tc.cni, tc.t.Hypervisor, tc.pods, got, tc.want)
		}
	}
}
