package machines_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/catalogs/snapshot"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/machines"
)

// The machines are of AWS's and Google's pages: g5.12xlarge has 4 A10G, g4ad.16xlarge
// 4 Radeon, g4-standard-6 an eighth of an RTX PRO, inf2.24xlarge 6 chips.
func TestDevices(t *testing.T) {
	gpus := func(milli int, name string) *catalogs.InstanceType {
		return &catalogs.InstanceType{GPUs: catalogs.GPUs{Milli: milli, Name: name}}
	}
	chips := func(n int, name string) *catalogs.InstanceType {
		return &catalogs.InstanceType{Accelerators: catalogs.Accelerators{Count: n, Name: name}}
	}
	tests := map[string]struct {
		machine *catalogs.InstanceType
		name    string
		count   int64
		what    string
	}{
		"g5.12xlarge":     {gpus(4000, "a10g"), "nvidia.com/gpu", 4, "a10g"},
		"g4ad.16xlarge":   {gpus(4000, "radeon-pro-v520"), "amd.com/gpu", 4, "radeon"},
		"g4-standard-6":   {gpus(125, "rtx-pro-6000"), "", 0, "0.125 of a rtx-pro-6000: a share"},
		"one and a half":  {gpus(1500, "l4"), "", 0, "1.500 of a l4: a share"},
		"inf2.24xlarge":   {chips(6, "inferentia2"), "aws.amazon.com/neuron", 6, "inferentia2"},
		"trn1.32xlarge":   {chips(16, "trainium"), "aws.amazon.com/neuron", 16, "trainium"},
		"dl2q.24xlarge":   {chips(8, "qualcomm-ai100"), "", 0, ""},
		"of nobody known": {gpus(1000, "banana-1"), "", 0, ""},
		"m7i.large":       {&catalogs.InstanceType{}, "", 0, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var want []planner.ExtendedResource
			if test.count > 0 {
				want = []planner.ExtendedResource{{Name: test.name, Count: test.count}}
			}
			got, what := machines.Devices(test.machine)
			if !slices.Equal(got, want) || !strings.Contains(what, test.what) || (what == "") != (test.what == "") {
				t.Errorf("got %v: %q", got, what)
			}
		})
	}
}

// TestMakersAreKnown holds that every GPU of the embedded catalogs has a resource.
func TestMakersAreKnown(t *testing.T) {
	for _, region := range []struct{ provider, region string }{{"aws", "us-east-1"}, {"gcp", "us-central1"}} {
		cat, err := snapshot.Load(region.provider, region.region)
		if err != nil {
			t.Fatal(err)
		}
		gpus := 0
		for i := range cat.Types {
			m := &cat.Types[i]
			if m.GPUs.Name == "" {
				continue
			}
			gpus++
			if _, ok := machines.GPUResource(m.GPUs.Name); !ok {
				t.Errorf("%s: the maker of a GPU %q is not known", m.Name, m.GPUs.Name)
			}
		}
		if gpus < 10 {
			t.Errorf("%s: %d types with GPUs", region.provider, gpus)
		}
	}
}

func TestPlugins(t *testing.T) {
	g := &planner.NodeGroup{Workloads: []planner.Workload{
		{Name: "plain"},
		{Name: "model", Pod: planner.Pod{Extended: []planner.ExtendedResource{{Name: "nvidia.com/gpu", Count: 1}, {Name: "example.com/fpga", Count: 2}}}},
	}}
	if got := machines.Plugins(g); len(got) != 1 || got[0].Name != "nvidia-device-plugin" || got[0].CPU != 0 || got[0].Memory != 0 {
		t.Errorf("plugins %+v, want NVIDIA's, which requests nothing", got)
	}
	if got := machines.Plugins(&planner.NodeGroup{}); len(got) != 0 {
		t.Errorf("plugins %+v where nothing is asked for", got)
	}
}

// Of the EC2 user guide, m5.large bursts to 4,750 Mbit/s and m5.12xlarge holds 9,500.
func TestEC2Baselines(t *testing.T) {
	small, large := ec2("m5.large", 2), ec2("m5.12xlarge", 48)
	small.DiskMbps, large.DiskMbps = 4750, 9500
	small.NetworkMbps, small.NetworkMaxMbps = 750, 10_000
	if got := machines.EC2DiskBaseline(small); got != 0 {
		t.Errorf("a burst of %d is taken for a baseline", got)
	}
	if got := machines.EC2DiskBaseline(large); got != units.Mbps(9500) {
		t.Errorf("m5.12xlarge holds %d, want 9500", got)
	}
	if got := machines.EC2NetworkBaseline(small); got != 750 {
		t.Errorf("m5.large has %d at all times, want 750", got)
	}
}
