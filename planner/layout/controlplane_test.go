package layout_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/planner/layout"
	"github.com/scantling-dev/scantling/planner/units"
)

func TestBeyondLimits(t *testing.T) {
	tests := []struct {
		nodes, pods int
		want        string
	}{
		{5_000, 150_000, ""},
		{0, 0, ""},
		{5_001, 150_000, "5001 nodes are 1 more than the 5000 that Kubernetes is designed for"},
		{100, 151_000, "151000 pods are 1000 more than the 150000 that Kubernetes is designed for"},
		{6_000, 200_000, "6000 nodes are 1000 more than the 5000 that Kubernetes is designed for; 200000 pods are 50000 more than the 150000 that Kubernetes is designed for"},
	}
	for _, test := range tests {
		if got := layout.BeyondLimits(test.nodes, test.pods); got != test.want {
			t.Errorf("%d nodes, %d pods: %q, want %q", test.nodes, test.pods, got, test.want)
		}
	}
}

func TestControlPlaneSize(t *testing.T) {
	const gib = units.GiB
	tests := []struct {
		workers int
		want    layout.Size
		ok      bool
	}{
		{0, layout.Size{UpTo: 10, VCPUs: 2, Memory: 8 * gib}, true},
		{10, layout.Size{UpTo: 10, VCPUs: 2, Memory: 8 * gib}, true},
		{11, layout.Size{UpTo: 100, VCPUs: 4, Memory: 16 * gib}, true},
		{100, layout.Size{UpTo: 100, VCPUs: 4, Memory: 16 * gib}, true},
		{101, layout.Size{UpTo: 250, VCPUs: 8, Memory: 32 * gib}, true},
		{251, layout.Size{UpTo: 500, VCPUs: 16, Memory: 64 * gib}, true},
		{501, layout.Size{UpTo: 1000, VCPUs: 16, Memory: 96 * gib}, true},
		{1_001, layout.Size{UpTo: 5000, VCPUs: 32, Memory: 128 * gib}, true},
		{5_000, layout.Size{UpTo: 5000, VCPUs: 32, Memory: 128 * gib}, true},
		{5_001, layout.Size{}, false},
	}
	for _, test := range tests {
		if got, ok := layout.ControlPlaneSize(layout.ProfileGeneral, test.workers); got != test.want || ok != test.ok {
			t.Errorf("%d workers: got %+v, %t", test.workers, got, ok)
		}
	}
	for _, profile := range layout.Profiles() {
		sizes := layout.Sizes(profile)
		for i, s := range sizes[1:] {
			if p := sizes[i]; s.UpTo <= p.UpTo || s.VCPUs < p.VCPUs || s.Memory <= p.Memory {
				t.Errorf("%s: %+v after %+v", profile, s, p)
			}
		}
	}
}

// TestPublishedSizes holds the other profiles to the tables as they are published, in
// vCPUs and GB, row by row: the last cluster of a row, and the first beyond it. kubeadm starts with
// two CPUs at least.
func TestPublishedSizes(t *testing.T) {
	tests := map[string]struct {
		rows []row
		ends int
	}{
		layout.ProfileKubeUp:    {[]row{{5, 1, 3.75}, {10, 2, 7.5}, {100, 4, 15}, {250, 8, 30}, {500, 16, 60}, {5_000, 32, 120}}, 5_000},
		layout.ProfileOpenShift: {[]row{{24, 4, 16}, {120, 8, 32}, {252, 16, 64}, {501, 16, 96}}, 501},
		layout.ProfileRKE2:      {[]row{{225, 2, 4}, {450, 4, 8}, {1_300, 8, 16}, {5_000, 16, 32}}, 5_000},
	}
	for profile, test := range tests {
		from := 0
		for _, r := range test.rows {
			for _, workers := range []int{from, r.upTo} {
				got, ok := layout.ControlPlaneSize(profile, workers)
				want := layout.Size{UpTo: r.upTo, VCPUs: max(2, r.vcpus), Memory: units.Bytes(math.Ceil(r.gb)) * units.GiB}
				if !ok || got != want {
					t.Errorf("%s, %d workers: %+v, want %+v", profile, workers, got, want)
				}
			}
			from = r.upTo + 1
		}
		if got, ok := layout.ControlPlaneSize(profile, test.ends+1); ok {
			t.Errorf("%s goes on after %d workers: %+v", profile, test.ends, got)
		}
	}
	if layout.Sizes("k3s") != nil {
		t.Error("a table that nobody published")
	}
}

// row of a published table: up to so many workers, vCPUs and GB.
type row struct {
	upTo, vcpus int
	gb          float64
}

// span of workers, both ends included.
type span struct{ from, to int }

func (s span) String() string { return fmt.Sprintf("%d-%d", s.from, s.to) }

// Where the sizes lie below published tables, worked out by hand: what
// docs/models/controlplane.md says, and nowhere else.
func TestEnvelopeAgainstPublishedTables(t *testing.T) {
	tests := map[string]struct {
		rows  []row
		below []span
	}{
		// kubernetes.io to 1.18, "Building large clusters": GCE's n1-standard.
		"kube-up": {
			rows:  []row{{5, 1, 3.75}, {10, 2, 7.5}, {100, 4, 15}, {250, 8, 30}, {500, 16, 60}, {5_000, 32, 120}},
			below: []span{{501, 1_000}}, // 16 vCPUs and 96 against 32 and 120
		},
		// OpenShift 4.9 and before, "Control plane node sizing".
		"OpenShift 4.9": {
			rows: []row{{25, 4, 16}, {100, 8, 32}, {250, 16, 96}},
			below: []span{
				{1, 10},   // 2 and 8 against 4 and 16
				{26, 250}, // 4 and 16 against 8 and 32; 8 and 32 against 16 and 96
			},
		},
		"OpenShift 4.10": {
			rows: []row{{24, 4, 16}, {120, 8, 32}, {252, 16, 64}, {501, 16, 96}},
			below: []span{
				{1, 10},    // 2 and 8 against 4 and 16
				{25, 100},  // 4 and 16 against 8 and 32
				{121, 250}, // 8 and 32 against 16 and 64
				{253, 500}, // 64 GB against 96; 501 is met
			},
		},
		// docs.rke2.io, "Requirements"; the last row is 16 vCPUs or more.
		"RKE2": {rows: []row{{225, 2, 4}, {450, 4, 8}, {1_300, 8, 16}, {5_000, 16, 32}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var below []span
			workers := 1
			for _, r := range test.rows {
				for ; workers <= r.upTo; workers++ {
					size, ok := layout.ControlPlaneSize(layout.ProfileGeneral, workers)
					if !ok {
						t.Fatalf("no size for %d workers", workers)
					}
					if size.VCPUs >= r.vcpus && float64(size.Memory/units.GiB) >= r.gb {
						continue
					}
					if last := len(below) - 1; last >= 0 && below[last].to == workers-1 {
						below[last].to = workers
					} else {
						below = append(below, span{workers, workers})
					}
				}
			}
			if !slices.Equal(below, test.below) {
				t.Errorf("below at %v workers, want %v", below, test.below)
			}
		})
	}
}
