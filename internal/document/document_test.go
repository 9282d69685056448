package document_test

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/planner"
)

func encode(t *testing.T, p *planner.Plan) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := document.Encode(&out, p, "1.2.3"); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestRoundTrip reads back what it writes, for plans with anything in any field.
func TestRoundTrip(t *testing.T) {
	for seed := range uint64(200) {
		want := randomPlan(seed, seed%2 == 0)
		data := encode(t, want)
		got, err := document.Decode(data)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("seed %d: the plan changed on its way through JSON (-want +got):\n%s", seed, diff)
		}
		if again := encode(t, got); !bytes.Equal(data, again) {
			t.Fatalf("seed %d: the bytes changed", seed)
		}
	}
}

// TestGeneratorReachesEveryField keeps TestRoundTrip honest: a field that is
// always zero proves nothing.
func TestGeneratorReachesEveryField(t *testing.T) {
	set := map[string]bool{}
	for seed := range uint64(20) {
		zeroFields(reflect.ValueOf(randomPlan(seed, true)), "Plan", set)
	}
	for path, ok := range set {
		if !ok {
			t.Errorf("%s is never set", path)
		}
	}
}
