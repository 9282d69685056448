package planner_test

import (
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// Service of 20 ms in the mean, of which 12 are CPU. Half as long, the CPU is 6 ms; drawn
// as 25 ms by itself it is the whole of the service.
func TestCPUStaysWithinTheService(t *testing.T) {
	w := planner.Workload{Demand: planner.Demand{
		CPUPerRequest: 12 * time.Millisecond,
		Service:       planner.ServiceTime{Measured: []planner.LatencyTarget{{Statistic: planner.Mean, Target: 20 * time.Millisecond}}},
	}}
	for name, tc := range map[string]struct {
		world planner.SizedFor
		want  time.Duration
	}{
		"faster":        {planner.SizedFor{ServiceFactor: units.Whole / 2}, 6 * time.Millisecond},
		"slower":        {planner.SizedFor{ServiceFactor: 2 * units.Whole}, 12 * time.Millisecond},
		"too much CPU":  {planner.SizedFor{CPUPerRequest: 25 * time.Millisecond}, 20 * time.Millisecond},
		"more CPU":      {planner.SizedFor{CPUPerRequest: 15 * time.Millisecond}, 15 * time.Millisecond},
		"both, slower":  {planner.SizedFor{CPUPerRequest: 25 * time.Millisecond, ServiceFactor: 2 * units.Whole}, 25 * time.Millisecond},
		"nothing drawn": {planner.SizedFor{}, 12 * time.Millisecond},
	} {
		got := tc.world.Apply(w).Demand
		if got.CPUPerRequest != tc.want {
			t.Errorf("%s: %s of CPU, want %s", name, got.CPUPerRequest, tc.want)
		}
	}
	if w.Demand.Service.Measured[0].Target != 20*time.Millisecond {
		t.Error("the workload itself was changed")
	}
}
