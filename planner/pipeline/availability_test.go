package pipeline_test

import (
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// apart is six pods of which four must stay, two in each of three zones, each on a node
// of its own or two on one.
func apart(cpu units.MilliCPU) *problem {
	w := given("w", 6, cpu, units.GiB)
	w.MinReady = new(units.Count(4))
	w.TopologySpread = []planner.TopologySpread{hard(planner.ZoneKey)}
	w.RollingUpdate = planner.RollingUpdate{MaxUnavailable: units.Count(1)}
	g := group("g", planner.App, abc(), planner.Redundancy{Recovery: planner.Static}, w)
	p := &problem{cluster: cluster(abc(), g), catalog: catalog(machine("m7i.large", 2, 8, 100))}
	p.cluster.Availability = &planner.Availability{Node: 995_000, Zone: 999_500}
	return p
}

// TestOutages: of six pods over three zones four are missing 3.296401e-05 of a year with
// a node for each, and 9.033522e-05 with two on a node: the sums over every set of zones
// and nodes that are down, as exact fractions, are 1,040.266 and 2,850.763 seconds.
func TestOutages(t *testing.T) {
	for name, c := range map[string]struct {
		cpu   units.MilliCPU
		nodes int
		down  time.Duration
	}{
		"a node for each pod": {1500, 6, 1_040_266 * time.Millisecond},
		"two on a node":       {900, 3, 2_850_763 * time.Millisecond},
	} {
		plan := apart(c.cpu).mustMake(t)
		w := planned(t, &plan)
		if plan.NodeGroups[0].Nodes != c.nodes || len(w.Outages) != 1 || w.Outages[0] != (planner.Outage{Below: planner.BelowMinReady, Need: 4, PerYear: c.down}) {
			t.Errorf("%s: %d nodes, %+v", name, plan.NodeGroups[0].Nodes, w.Outages)
		}
	}
	without := apart(900)
	without.cluster.Availability = nil
	plan := without.mustMake(t)
	if o := planned(t, &plan).Outages; o != nil {
		t.Errorf("without rates %+v is made up", o)
	}
}

// TestOutagesOfJobs: a run that a node takes with it runs again, and nobody waits for it.
func TestOutagesOfJobs(t *testing.T) {
	p := nightly()
	p.cluster.Availability = &planner.Availability{Node: 995_000, Zone: 999_500}
	plan := p.mustMake(t)
	for i := range plan.NodeGroups {
		for _, w := range plan.NodeGroups[i].Workloads {
			if (len(w.Outages) == 0) != (w.Job != nil) {
				t.Errorf("%s: %+v", w.Name, w.Outages)
			}
		}
	}
}
