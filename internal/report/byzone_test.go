package report_test

import (
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/planner"
)

// TestGroupsByZoneAreNamed: web's six nodes, two in each zone, are three groups of machines,
// named as docs/terraform.md has it; not split by zone, nothing is said.
func TestGroupsByZoneAreNamed(t *testing.T) {
	p := shop(t)
	if got := text(t, p, report.Options{Width: 160}); strings.Contains(got, "BY ZONE") {
		t.Errorf("nothing is split by zone:\n%s", got)
	}
	p.Cluster.Provider, p.Cluster.Region = "aws", "us-east-1"
	web := &p.NodeGroups[2]
	whole := web.Pools[0]
	web.Pools = nil
	for _, z := range whole.NodesByZone {
		one := whole
		one.Zone, one.Nodes, one.NodesByZone = z.Zone, z.Nodes, []planner.ZoneCount{z}
		web.Pools = append(web.Pools, one)
	}
	wants(t, text(t, p, report.Options{Width: 160}), "m7i.2xlarge by zone",
		"BY ZONE web is 3 groups of machines, each in its zone alone · web-a 2 · web-b 2 · web-c 2")
	wants(t, explained(t, p, "node_group.web", report.Options{Width: 160}), "each zone has a group of machines of its own: web-a 2, web-b 2, web-c 2")
}
