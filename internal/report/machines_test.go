package report_test

import (
	"os"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/planner"
)

// inZones returns rooms with other names of its zones, in a region.
func inZones(t *testing.T, region string, names ...string) *planner.Plan {
	t.Helper()
	data, err := os.ReadFile("../document/testdata/rooms.json")
	if err != nil {
		t.Fatal(err)
	}
	for i, room := range []string{"room-a", "room-b", "room-c"} {
		data = []byte(strings.ReplaceAll(string(data), room, names[i]))
	}
	p, err := document.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	p.Cluster.Region = region
	return p
}

// TestMachines counts what stands, what is used and what is left: of node-8 stand 2,
// 2 and 1, and one of each room runs the control plane.
func TestMachines(t *testing.T) {
	p := byHand(t, "rooms")
	got := text(t, p, report.Options{Width: 120})
	wants(t, got,
		"3 lines: 3 declared MACHINES STAND a/b/c GROUPS CONTROL PLANE LEFT USD/MONTH EACH"+
			" edge 1/1/1 - 1/1/0 0/0/1 36.50 node-16 any number 2/2/2 - any number 219.00 node-8 2/2/1 - 1/1/1 1/1/0 146.00 CONTROL PLANE NODES a/b/c")
	// Machines of no zone, of none at all, without a price, and shared.
	p.Cluster.Machines[0].CountByZone = p.Cluster.Machines[0].CountByZone[:2]
	p.Cluster.Machines[0].USDPerMonth = nil
	p.Cluster.Machines[2].CountByZone = []planner.ZoneCount{{Zone: "room-a", Nodes: 5}, {Zone: "room-b", Nodes: 5}, {Zone: "room-c", Nodes: 5}}
	p.NodeGroups[0].Pools[0].InstanceType = "node-8"
	p.Cluster.Machines[1].CountByZone = []planner.ZoneCount{}
	wants(t, text(t, p, report.Options{}), "edge 1/1/0 - 1/1/0 0/0/0 not known node-16 0/0/0 - - 0/0/0 219.00 node-8 5/5/5 2/2/2 1/1/1 2/2/2 146.00")
	for _, other := range []*planner.Plan{shop(t), gke(t), byHand(t, "external")} {
		if strings.Contains(text(t, other, report.Options{}), "MACHINES") {
			t.Error("machines are listed that are bought")
		}
	}
}

// TestZoneHeads cuts what names of zones share, and numbers what stays too wide.
func TestZoneHeads(t *testing.T) {
	for name, c := range map[string]struct {
		region string
		zones  []string
		want   string
		legend string
	}{
		"rooms":               {"north", []string{"room-a", "room-b", "room-c"}, "a/b/c", ""},
		"the region":          {"north", []string{"north-a", "north-b", "north-c"}, "a/b/c", ""},
		"the region, no mark": {"us-east-1", []string{"us-east-1a", "us-east-1b", "us-east-1c"}, "a/b/c", ""},
		"a local zone":        {"us-east-1", []string{"us-east-1-bos-1a", "us-east-1a", "us-east-1b"}, "bos-1a/a/b", ""},
		"region and more":     {"dc", []string{"dc-room-a", "dc-room-b", "dc-room-c"}, "a/b/c", ""},
		"underscores":         {"", []string{"dc1_north", "dc1_south", "dc1_west"}, "north/south/west", ""},
		"dots":                {"", []string{"dc.b.1", "dc.b.2", "dc.b.3"}, "1/2/3", ""},
		"the middle":          {"", []string{"dc-1-a", "dc-2-a", "dc-3-a"}, "1-a/2-a/3-a", ""},
		"nothing shared":      {"", []string{"rack1", "rack2", "rack3"}, "rack1/rack2/rack3", ""},
		"a region is a zone":  {"dc", []string{"dc", "dc-a", "dc-b"}, "dc/dc-a/dc-b", ""},
		"two would be one":    {"dc", []string{"dc-a", "dca", "dcb"}, "dc-a/dca/dcb", ""},
		"long":                {"", []string{"frankfurt", "munich", "stuttgart"}, "1/2/3", "ZONES 1 frankfurt · 2 munich · 3 stuttgart"},
		"long after the cut":  {"", []string{"de-frankfurt", "de-munich", "de-stuttgart"}, "1/2/3", "ZONES 1 de-frankfurt · 2 de-munich · 3 de-stuttgart"},
	} {
		t.Run(name, func(t *testing.T) {
			got := text(t, inZones(t, c.region, c.zones...), report.Options{Width: 200})
			wants(t, got, "NODE GROUP ROLE NODES "+c.want+" MACHINE", "CONTROL PLANE NODES "+c.want+" MACHINE", "MACHINES STAND "+c.want+" GROUPS", c.legend)
			if n := strings.Count(got, "  ZONES "); n != min(len(c.legend), 1) {
				t.Errorf("%d lines say which zone is which:\n%s", n, got)
			}
		})
	}
	// One zone shares nothing with others.
	p := byHand(t, "rooms")
	p.Cluster.Zones = p.Cluster.Zones[:1]
	wants(t, text(t, p, report.Options{Width: 200}), "NODES room-a MACHINE")
}
