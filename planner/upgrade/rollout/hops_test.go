package rollout_test

import (
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade/rollout"
)

// TestEntriesBelongToTheirHop: minor by minor, whatever happens to nodes for one minor is
// over when the control plane goes to the next, and its last node is gone in the same
// moment.
func TestEntriesBelongToTheirHop(t *testing.T) {
	p := minors(1, with(uniform(m5xlarge, 4, 4, 4), units.Count(1), units.Count(0)))
	line := rollout.Run(&p, rollout.Options{})
	begins, gone := map[int32]time.Duration{}, map[int32]time.Duration{}
	for _, e := range line.Events {
		if e.Action == rollout.ControlPlaneStep {
			begins[e.Hop] = e.At
		}
		if e.Action == rollout.Gone {
			gone[e.Hop] = e.At
		}
	}
	if len(begins) != 3 {
		t.Fatalf("%d steps of the control plane, want 3", len(begins))
	}
	for _, e := range line.Events {
		next, followed := begins[e.Hop+1]
		if e.Pool >= 0 && (e.At < begins[e.Hop] || followed && e.At > next) {
			t.Errorf("hop %d begins at %v, the next at %v, and has %+v", e.Hop, begins[e.Hop], next, e)
		}
	}
	for hop := range int32(2) {
		if gone[hop] != begins[hop+1] {
			t.Errorf("the last node of hop %d is gone at %v, the next begins at %v", hop, gone[hop], begins[hop+1])
		}
	}
}
