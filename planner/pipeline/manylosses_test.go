package pipeline_test

import (
	"fmt"
	"testing"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestManyNodesLost: of unlike nodes six are lost in more ways than are tried one by one;
// the verifier has a proof of its own for most of them.
func TestManyNodesLost(t *testing.T) {
	var works []planner.Workload
	for i, pod := range []struct {
		replicas int
		cpu      units.MilliCPU
		memory   units.Bytes
	}{
		{60, 1000, 1024}, {20, 300, 1500}, {31, 450, 600}, {17, 900, 2500}, {40, 150, 900}, {45, 1500, 5120}, {77, 250, 2048}, {33, 700, 3072},
	} {
		works = append(works, given(fmt.Sprintf("w%d", i), pod.replicas, pod.cpu, pod.memory*units.MiB))
	}
	for _, lost := range []int{6, 10} {
		p := on(abc(), planner.Redundancy{Nodes: lost, Recovery: planner.Reschedule}, works...)
		plan := p.mustMake(t)
		if _, n := nodes(&plan); n < 55+lost {
			t.Errorf("%d nodes through the loss of %d, 211.1 cores take 55 of 3.9", n, lost)
		}
	}
}
