package planner_test

import (
	"fmt"
	"testing"

	"github.com/scantling-dev/scantling/planner"
)

// TestAmountsAreWords: what verify says of an amount shows no Go.
func TestAmountsAreWords(t *testing.T) {
	for want, a := range map[string]planner.Amount{
		"1971640800 billionths of a dollar an hour": {Rate: 1_971_640_800, Known: true},
		"an amount that is not known":               {Rate: 5},
	} {
		if got := fmt.Sprintf("%+v", a); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
