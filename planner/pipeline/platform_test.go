package pipeline_test

import (
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/pipeline"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestLimitsAreReached: four pods, half as many more each month, are 230.7 after ten
// months and 346 after eleven: more than the 250 endpoints that a service is tested
// with. Who does not grow reaches nothing.
func TestLimitsAreReached(t *testing.T) {
	still := inPlace(given("w", 4, 1500, units.GiB))
	for name, tc := range map[string]struct {
		work  planner.Workload
		month int
	}{"growing": {growing(), 11}, "still": {still, 0}} {
		t.Run(name, func(t *testing.T) {
			p := onePerNode(group("g", planner.App, abc(), none(), tc.work))
			p.cluster.Growth = planner.Growth{PerMonth: 50 * units.Percent, HorizonMonths: 1}
			plan, err := pipeline.Make(t.Context(), p.cluster, p.catalog, fakeProvider{}, pipeline.Options{})
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(plan.PlatformLimits, func(l planner.PlatformLimit) bool { return l.Resource == "endpoints_per_service" })
			if i < 0 {
				t.Fatalf("no limit of endpoints in %+v", plan.PlatformLimits)
			}
			l := plan.PlatformLimits[i]
			var date units.Date
			if tc.month > 0 {
				date = p.cluster.AsOf.AddMonths(tc.month)
			}
			// 4 of 250 are 1.6%.
			if l.Used != 4 || l.Limit != 250 || l.Share != 16_000 || l.Month != tc.month || l.Date != date || l.Path != "node_group.g.workload.w" {
				t.Errorf("%+v, want month %d on %s", l, tc.month, date)
			}
		})
	}
}

// TestRequestsInFlight: of three API servers two are left when one is lost or upgraded, of
// five three when two may be lost, and a lone one takes what there is: 600 requests each.
// Twelve nodes renew a lease every ten seconds, twice (a write and a read), so that there
// are 2.4 requests a second at least; with the rest they are below 20, which hold two seats
// of a tenth of a second at the most.
func TestRequestsInFlight(t *testing.T) {
	for name, tc := range map[string]struct {
		losses planner.Redundancy
		most   int64
	}{
		"three": {planner.Redundancy{Nodes: 1, Zones: 1, Recovery: planner.Static}, 1_200},
		"five":  {planner.Redundancy{Nodes: 2, Recovery: planner.Static}, 1_800},
		"one":   {planner.Redundancy{Recovery: planner.Static}, 600},
	} {
		p := bossed(12, "")
		p.cluster.ControlPlane.Redundancy = tc.losses
		plan := p.mustMake(t)
		i := slices.IndexFunc(plan.PlatformLimits, func(l planner.PlatformLimit) bool { return l.Resource == "requests_in_flight" })
		if i < 0 {
			t.Fatalf("%s: requests are not limited", name)
		}
		if l := plan.PlatformLimits[i]; l.Limit != tc.most || l.Used < 1 || l.Used > 2 || l.Kind != planner.Threshold || l.Path != "control_plane" {
			t.Errorf("%s: %+v", name, l)
		}
	}
}
