package verify_test

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/scantling-dev/scantling/planner"
)

// breakOne changes one value somewhere in v, and reports whether it did.
func breakOne(rng *rand.Rand, v reflect.Value) bool {
	kind := v.Kind()
	switch {
	case v.CanInt():
		v.SetInt([]int64{0, -1, 1, 2, 7, 1 << 20, math.MaxInt64, math.MinInt64}[rng.IntN(8)])
	case v.CanFloat():
		v.SetFloat(-1)
	case kind == reflect.Bool:
		v.SetBool(!v.Bool())
	case kind == reflect.String:
		v.SetString([]string{"", "zoo", "a", "web", "api", "m7.large", "any 99 nodes", "any 2 zones", "spot"}[rng.IntN(9)])
	case kind == reflect.Struct:
		if v.NumField() == 0 {
			return false
		}
		return breakOne(rng, v.Field(rng.IntN(v.NumField())))
	case kind == reflect.Pointer:
		if v.IsNil() {
			return false
		}
		if rng.IntN(8) == 0 {
			v.SetZero()
			return true
		}
		return breakOne(rng, v.Elem())
	case kind == reflect.Slice:
		if v.Len() == 0 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			return true
		}
		at := rng.IntN(v.Len())
		switch rng.IntN(8) {
		case 0:
			v.Set(v.Slice(0, at))
		case 1:
			v.Set(reflect.AppendSlice(v.Slice(0, v.Len()), v.Slice(at, at+1)))
		default:
			return breakOne(rng, v.Index(at))
		}
	default:
		return false
	}
	return true
}

// TestWrongPlansDoNotPanic: whatever a plan says, it is checked to the end.
func TestWrongPlansDoNotPanic(t *testing.T) {
	fixtures := []func() *problem{good, queued, mixed, spotty, hosted, rooms, certain, packedOnly, func() *problem { return priced(55) }}
	for seed := range uint64(6000) {
		rng := rand.New(rand.NewPCG(seed, 0))
		p := fixtures[seed%uint64(len(fixtures))]()
		if rng.IntN(2) == 0 { // some of what only a few plans have
			searching(volumes(1, true))(p)
			searching(func(w *planner.Workload) {
				w.Affinity = []planner.PodAffinity{{Workload: "api", Key: planner.ZoneKey, Mode: planner.AffinityRequired}}
			})(p)
		}
		plan := reflect.ValueOf(p.plan).Elem()
		for range 1 + rng.IntN(3) {
			if rng.IntN(2) == 0 {
				breakOne(rng, plan.FieldByName("NodeGroups"))
			} else {
				breakOne(rng, plan.Field(rng.IntN(plan.NumField())))
			}
		}
		func() {
			defer func() {
				if r := recover(); r != nil {
					t.Fatalf("seed %d: %v", seed, r)
				}
			}()
			_ = p.verify()
		}()
	}
}
