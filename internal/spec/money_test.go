package spec_test

import (
	"testing"

	"github.com/scantling-dev/scantling/planner"
)

func TestAvailability(t *testing.T) {
	s := load(t, in("cluster", "availability {\n node = \"99.5%\"\n zone = 0.9995\n}"))
	same(t, "availability", s.Cluster.Availability, &planner.Availability{Node: 995_000, Zone: 999_500})
	none := load(t, in("cluster", ""))
	if none.Cluster.Availability != nil {
		t.Errorf("without a block: %+v", none.Cluster.Availability)
	}
}
