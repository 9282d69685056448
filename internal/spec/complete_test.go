package spec_test

import (
	"os"
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/internal/spec"
)

// TestCompleteSpec holds the specification's complete example to nothing but
// "not supported yet": what is not built never makes other mistakes appear.
func TestCompleteSpec(t *testing.T) {
	src, err := os.ReadFile("testdata/complete.hcl")
	if err != nil {
		t.Fatal(err)
	}
	var under []string
	for _, d := range mistakes(t, string(src), from(cart("cart"))) {
		if d.Extra != spec.NotSupportedYet || d.Summary != "Not supported yet" {
			t.Errorf("%v %s: %s", d.Extra, d.Summary, d.Detail)
		}
		under = append(under, string(d.Subject.SliceBytes(src)))
	}
	var want []string
	if !slices.Equal(under, want) {
		t.Errorf("refused %q, want %q", under, want)
	}
}
