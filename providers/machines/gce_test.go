package machines_test

import (
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/machines"
)

func TestGCEDiskProblem(t *testing.T) {
	hyperdisk := &catalogs.Disk{Type: "hyperdisk-balanced", FreeIOPS: 3000, FreeMiBps: 140, MaxIOPS: 160_000, MaxMiBps: 2400}
	tests := map[string]struct {
		disk               planner.Disk
		attribute, problem string
	}{
		"pd-balanced":                     {planner.Disk{Type: "pd-balanced"}, "", ""},
		"pd-standard":                     {planner.Disk{Type: "pd-standard"}, "", ""},
		"regional":                        {planner.Disk{Type: "pd-ssd-regional"}, "type", "cannot boot from a disk of type pd-ssd-regional"},
		"extreme":                         {planner.Disk{Type: "hyperdisk-extreme", IOPS: 9000}, "type", "hyperdisk-extreme"},
		"iops of a persistent disk":       {planner.Disk{Type: "pd-ssd", IOPS: 9000}, "iops", "Leave iops out"},
		"throughput of a persistent disk": {planner.Disk{Type: "pd-balanced", ThroughputMiBps: 300}, "throughput_mib", "Leave throughput_mib out"},
		"hyperdisk":                       {planner.Disk{Type: "hyperdisk-balanced"}, "", ""},
		"its iops":                        {planner.Disk{Type: "hyperdisk-balanced", IOPS: 9000}, "", ""},
		"a quarter of its own operations": {planner.Disk{Type: "hyperdisk-balanced", ThroughputMiBps: 750}, "", ""},
		"more than a quarter of them":     {planner.Disk{Type: "hyperdisk-balanced", ThroughputMiBps: 751}, "throughput_mib", "Write iops = 3004,"},
		"with enough operations":          {planner.Disk{Type: "hyperdisk-balanced", IOPS: 3004, ThroughputMiBps: 751}, "", ""},
		"too little for its operations":   {planner.Disk{Type: "hyperdisk-balanced", IOPS: 160_000, ThroughputMiBps: 624}, "throughput_mib", "Write throughput_mib = 625,"},
		"a 256th of its operations":       {planner.Disk{Type: "hyperdisk-balanced", IOPS: 160_000, ThroughputMiBps: 625}, "", ""},
		"above the disk's own limit":      {planner.Disk{Type: "hyperdisk-balanced", ThroughputMiBps: 9000}, "", ""}, // said by the language
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			attribute, problem := machines.GCEDiskProblem(test.disk, hyperdisk, func(string) bool { return true })
			if attribute != test.attribute || !strings.Contains(problem, test.problem) || (problem == "") != (test.problem == "") {
				t.Errorf("got %q: %q", attribute, problem)
			}
		})
	}
}

func gce(mib units.Bytes) catalogs.InstanceType {
	return catalogs.InstanceType{Memory: mib * units.MiB}
}

func TestGCEVisible(t *testing.T) {
	measured := gce(16384)
	measured.MeasuredMemory = 15996 * units.MiB
	wrong := measured
	wrong.MeasuredMemory = 20000 * units.MiB
	tests := map[string]struct {
		machine catalogs.InstanceType
		visible units.Bytes // MiB
	}{
		"5% of 4 GiB is 204.8":    {gce(4096), 4096 - 205},
		"5% of 8 GiB is 409.6":    {gce(8192), 8192 - 410},
		"2.5% of 16 GiB is 409.6": {gce(16384), 16384 - 410},
		"measured less 128":       {measured, 15996 - 128},
		"never more than stated":  {wrong, 16384 - 128},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got, why := machines.GCEVisible(&test.machine); got != test.visible*units.MiB || why == "" {
				t.Errorf("%d MiB are visible (%s), want %d", got/units.MiB, why, test.visible)
			}
		})
	}
}
