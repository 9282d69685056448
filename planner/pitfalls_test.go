package planner_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
)

// TestPitfallBareNumbersAtBoundaries: sizes, rates and prices that cross a boundary as
// bare numbers are read in another unit sooner or later
// (paperclipinc/karpenter-provider-hetzner#68, #55; oracle/karpenter-provider-oci#63). No
// field of an input, a catalog or a plan is a float, and none that its name calls an
// amount is a bare integer, but for two that are explained.
func TestPitfallBareNumbersAtBoundaries(t *testing.T) {
	// Node-hours are a product for people; what they cost is in USD. The unit of a step
	// of a derivation is its resource's.
	allowed := []string{"UpgradeGroup.ExtraNodeHours", "AllocatableStep.Amount"}
	amounts := []string{
		"CPU", "Memory", "MeasuredMemory", "BaselineCPU", "MemoryEach", "EphemeralStorage", "Size", "Rate", "Amount", "ExtraCost", "CPULimit",
		"MemoryLimit", "Throughput", "ThroughputPerPod", "MaxUSDPerMonth", "USDPerMonth", "Quota", "Database", "BackupStorage", "LeastMemory",
	}
	fields := 0
	seen := map[reflect.Type]bool{}
	var visit func(path string, typ reflect.Type)
	visit = func(path string, typ reflect.Type) {
		for slices.Contains([]reflect.Kind{reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map}, typ.Kind()) {
			typ = typ.Elem()
		}
		if k := typ.Kind(); (k == reflect.Float32 || k == reflect.Float64) && !slices.Contains(allowed, path) {
			t.Errorf("%s is a %s: give it a type of package units", path, typ)
		}
		if typ.Kind() != reflect.Struct || seen[typ] {
			return
		}
		seen[typ] = true
		for f := range typ.Fields() {
			fields++
			at := typ.Name() + "." + f.Name
			if slices.Contains(amounts, f.Name) && !slices.Contains(allowed, at) && bare(f.Type) {
				t.Errorf("%s is a bare %s: give it a type of package units", at, f.Type)
			}
			visit(at, f.Type)
		}
	}
	for _, v := range []any{planner.Cluster{}, planner.Plan{}, planner.Mechanics{}, planner.Terms{}, planner.Allocatable{}, catalogs.Catalog{}} {
		visit(reflect.TypeOf(v).Name(), reflect.TypeOf(v))
	}
	if fields < 200 {
		t.Errorf("only %d fields were seen", fields)
	}
}

// bare reports whether a type is one of Go's own numbers.
func bare(typ reflect.Type) bool {
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
		typ = typ.Elem()
	}
	return typ.PkgPath() == "" && typ.Kind() >= reflect.Int && typ.Kind() <= reflect.Float64
}
