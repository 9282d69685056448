package kubelet_test

import (
	"testing"

	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/kubelet"
)

// The example of kubernetes.io, "Reserve Compute Resources for System Daemons":
// its 28.5 GiB and 88 GiB are rounded; 10% as a float32 takes 160 bytes more.
func TestUpstreamExample(t *testing.T) {
	got := kubelet.Left(
		kubelet.Resources{CPU: 16 * units.Core, Memory: 32 * units.GiB, EphemeralStorage: 100 * units.GiB},
		kubelet.Resources{CPU: units.Core, Memory: 2 * units.GiB, EphemeralStorage: units.GiB},
		kubelet.Resources{CPU: units.Core / 2, Memory: units.GiB, EphemeralStorage: units.GiB},
		kubelet.Eviction{Memory: 500 * units.MiB, Disk: 10 * units.Percent})
	want := kubelet.Resources{CPU: 14_500, Memory: 29_196 * units.MiB, EphemeralStorage: 88*units.GiB - 160}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestReservedCPU(t *testing.T) {
	want := map[int]units.MilliCPU{
		0: 0, 1: 60, 2: 70, 3: 75, 4: 80, 5: 82, 8: 90, 16: 110, 22: 125, 32: 150, 48: 190, 64: 230, 96: 310, 192: 550,
	}
	for n, w := range want {
		if got := kubelet.ReservedCPU(n); got != w {
			t.Errorf("%d vCPUs: %d, want %d", n, got, w)
		}
	}
}

// A derivation never goes below zero, and says so.
func TestDerivation(t *testing.T) {
	d := kubelet.NewDerivation()
	d.Add(kubelet.Memory, "stated", 1000)
	d.Take(kubelet.Memory, "reserved", 600)
	d.Take(kubelet.Memory, "eviction", 600)
	d.Add(kubelet.Pods, "addresses", 250)
	d.Cap(kubelet.Pods, "the kubelet's limit", 110)
	d.Cap(kubelet.Pods, "declared", 200)
	a := d.Allocatable()
	if a.Memory != 0 || a.Pods != 110 || a.CPU != 0 || len(a.Steps) != 5 {
		t.Errorf("got %+v", a)
	}
	if last := a.Steps[2]; last.Amount != -400 || last.What != "eviction (more than there is)" {
		t.Errorf("the step that takes too much is %+v", last)
	}
}
