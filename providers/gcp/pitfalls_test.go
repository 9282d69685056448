package gcp_test

import (
	"testing"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/gcp"
)

// TestPitfallMoreDiskReservedThanThereIs: a reserve of 76 GiB was computed for a boot
// disk of 30 GB (cloudpilot-ai/karpenter-provider-gcp#220). By GKE's table it is the
// least of half, 35% and 6 GiB, and 100 GiB: 15 of 30 GiB; never more than half.
func TestPitfallMoreDiskReservedThanThereIs(t *testing.T) {
	for disk, want := range map[units.Bytes]units.Bytes{10: 5, 30: 15, 40: 20, 100: 41, 1000: 100} {
		if got := gcp.ReservedDisk(disk * units.GiB); got != want*units.GiB {
			t.Errorf("of %d GiB %d bytes are reserved, want %d GiB", disk, got, want)
		}
	}
	before := units.Bytes(0)
	for gib := units.Bytes(10); gib <= 64*1024; gib += 7 {
		disk := gib * units.GiB
		if got := gcp.ReservedDisk(disk); got > disk/2 {
			t.Fatalf("of %d GiB %d bytes are reserved, more than half", gib, got)
		}
		model := gcp.NodeModel{Disk: planner.Disk{Type: "pd-balanced", Size: disk}}
		left := node(t, model, machine("n2-standard-4", 4, 16384)).EphemeralStorage
		if left <= before || left >= disk {
			t.Fatalf("%d GiB leave %d bytes, a smaller disk %d", gib, left, before)
		}
		before = left
	}
}
