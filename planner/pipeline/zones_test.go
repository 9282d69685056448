package pipeline_test

import (
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// inZones returns a machine that only these zones offer.
func inZones(t catalogs.InstanceType, zones ...string) catalogs.InstanceType {
	t.Zones = zones
	return t
}

// TestTypesAreOfferedInEveryZone: the cheaper type is missing in a zone that the group
// stands in, and is taken where it is missing in another.
func TestTypesAreOfferedInEveryZone(t *testing.T) {
	for name, tc := range map[string]struct {
		zones []string
		want  string
	}{
		"in none that is used": {[]string{"d"}, "m7.xlarge"},
		"in one of two":        {[]string{"a", "d"}, "m7.xlarge"},
		"in both":              {[]string{"a", "b", "d"}, "m7.large"},
		"not known":            {nil, "m7.large"},
	} {
		g := group("web", planner.App, []string{"a", "b"}, planner.Redundancy{Recovery: planner.Reschedule}, given("w", 2, 500, units.GiB))
		p := &problem{
			cluster: cluster([]string{"a", "b"}, g),
			catalog: catalog(inZones(machine("m7.large", 2, 8, 96), tc.zones...), machine("m7.xlarge", 4, 16, 300)),
		}
		plan := p.mustMake(t)
		if got, _ := nodes(&plan); got != tc.want {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
}

func TestANamedTypeThatAZoneDoesNotOfferIsRefused(t *testing.T) {
	g := alone(given("w", 1, 500, units.GiB))
	g.Instances.Types = []string{"m7.large"}
	bad := market(g, inZones(machine("m7.large", 2, 8, 96), "b")).infeasible(t)
	if !strings.Contains(bad.Error(), "m7.large is not offered in zone a") {
		t.Errorf("got %v", bad)
	}
}
