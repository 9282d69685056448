package machines_test

import (
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/machines"
)

func TestEC2Families(t *testing.T) {
	families := machines.EC2Families()
	admits := func(role planner.Role, family string) bool {
		for _, glob := range families[role] {
			if catalogs.Match(glob, family) {
				return true
			}
		}
		return false
	}
	for family, want := range map[string]bool{"m6i": true, "m8g": true, "c7a": true, "r9x": true, "m5": false, "t3": false, "mac2": false, "x8g": false} {
		if got := admits(planner.App, family); got != want {
			t.Errorf("app takes %s: %t, want %t", family, got, want)
		}
	}
	if admits(planner.System, "c7i") || !admits(planner.Stateful, "r7i") || !admits(planner.Ingress, "c7i") {
		t.Error("system takes m alone, stateful r, ingress c")
	}
	if _, ok := families[planner.GPU]; ok {
		t.Error("a GPU group has no families of its own: its GPU decides")
	}
}

func TestIsEC2Zone(t *testing.T) {
	zones := map[string]bool{
		"us-east-1a": true, "us-east-1f": true, "us-east-1": false, "us-east-1A": false, "us-east-2a": false,
		"us-east-1ab": false, "us-east-1-bos-1a": false, "use1-az1": false, "": false,
	}
	for zone, want := range zones {
		if got := machines.IsEC2Zone("us-east-1", zone); got != want {
			t.Errorf("%q: %t, want %t", zone, got, want)
		}
	}
}

// Limits of gp3 are those of the Amazon EBS user guide: 3,000 operations free and
// 0.25 MiB/s for each.
func TestEBSProblem(t *testing.T) {
	gp3 := catalogs.Disk{Type: "gp3", FreeIOPS: 3000, FreeMiBps: 125, MaxIOPS: 80000, MaxMiBps: 2000}
	tests := map[string]struct {
		disk      planner.Disk
		declared  string
		attribute string
		says      string
	}{
		"plain gp3":                   {disk: planner.Disk{Type: "gp3"}},
		"gp3 with figures":            {disk: planner.Disk{Type: "gp3", IOPS: 4000, ThroughputMiBps: 1000}},
		"gp3 with free operations":    {disk: planner.Disk{Type: "gp3", ThroughputMiBps: 750}},
		"more throughput than carry":  {disk: planner.Disk{Type: "gp3", ThroughputMiBps: 751}, attribute: "throughput_mib", says: "at most 750 MiB a second. Write iops = 3004"},
		"magnetic":                    {disk: planner.Disk{Type: "st1"}, attribute: "type", says: "cannot start"},
		"gp2 with operations":         {disk: planner.Disk{Type: "gp2", IOPS: 500}, attribute: "iops", says: "follow from its size"},
		"io2 with throughput":         {disk: planner.Disk{Type: "io2", IOPS: 500, ThroughputMiBps: 100}, declared: "iops", attribute: "throughput_mib", says: "cannot be set"},
		"io2 with operations":         {disk: planner.Disk{Type: "io2", IOPS: 500}, declared: "iops"},
		"io2 without operations":      {disk: planner.Disk{Type: "io2"}, attribute: "type", says: "needs iops"},
		"throughput beyond the limit": {disk: planner.Disk{Type: "gp3", ThroughputMiBps: 2001}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			attribute, problem := machines.EBSProblem(test.disk, &gp3, func(a string) bool { return a == test.declared })
			if attribute != test.attribute || !strings.Contains(problem, test.says) || (attribute == "") != (problem == "") {
				t.Errorf("got %q, %q; want %q, %q", attribute, problem, test.attribute, test.says)
			}
		})
	}
}

// By hand: 7.5% of 8192 MiB is 614.4, so 615; a Graviton machine of 8192 has 8128
// left, of which 7.5% is 609.6, so 610; 426 of 4096 MiB are as much as 852 of 8192.
func TestEC2Memory(t *testing.T) {
	measured := catalogs.InstanceType{Name: "m9g.medium", Family: "m9g", Memory: 4096 * units.MiB, MeasuredMemory: 3670 * units.MiB}
	m := machines.NewEC2Memory(&catalogs.Catalog{Types: []catalogs.InstanceType{measured}})
	tests := map[string]struct {
		typ     catalogs.InstanceType
		visible units.Bytes // MiB
	}{
		"measured":             {measured, 3670 - 128},
		"measured too much":    {catalogs.InstanceType{Memory: 4096 * units.MiB, MeasuredMemory: 5000 * units.MiB}, 4096 - 128},
		"hardly any":           {catalogs.InstanceType{Memory: 512 * units.MiB, MeasuredMemory: 100 * units.MiB}, 0},
		"not measured":         {catalogs.InstanceType{Family: "m9i", Memory: 8192 * units.MiB}, 8192 - 615},
		"arm64 not measured":   {catalogs.InstanceType{Family: "m8g", Memory: 8192 * units.MiB, Architecture: catalogs.ARM64}, 8192 - 64 - 610},
		"the family hides 426": {catalogs.InstanceType{Family: "m9g", Memory: 8192 * units.MiB, Architecture: catalogs.ARM64}, 8192 - 852},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, why := m.Visible(&test.typ)
			if got != test.visible*units.MiB || why == "" {
				t.Errorf("%d MiB (%s), want %d", got/units.MiB, why, test.visible)
			}
		})
	}
}
