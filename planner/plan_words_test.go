package planner_test

import (
	"fmt"
	"testing"

	"github.com/scantling-dev/scantling/planner"
)

// TestAmountsAreWords: what verify says of an amount shows no Go.
func TestAmountsAreWords(t *testing.T) {
	for want, a := range map[string]planner.Amount{
		"$1.9716408 an hour":          {Rate: 1_971_640_800, Known: true},
		"$0.10 an hour":               {Rate: 100_000_000, Known: true},
		"$12.000000001 an hour":       {Rate: 12_000_000_001, Known: true},
		"an amount that is not known": {Rate: 5},
	} {
		if got := fmt.Sprintf("%+v", a); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
