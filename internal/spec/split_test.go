package spec_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/planner"
)

// TestSplitByZone: a stateful group with volumes in zones has a group for each of several
// zones, where nothing else is declared; no other has. Bounds are then no multiples of the
// zones on GKE.
func TestSplitByZone(t *testing.T) {
	const set = "workload \"db\" {\n kind = \"StatefulSet\"\n replicas = 3\n min_ready = 2\n" + pod + "%}\n"
	const plain = "workload \"api\" {\n replicas = 3\n" + pod + "}\n"
	const volume = "volume \"data\" {\n size = \"10Gi\"\n}\n"
	stateful := func(attributes, volume string) string {
		return "role = \"stateful\"\n" + attributes + strings.Replace(set, "%", volume, 1)
	}
	for name, tc := range map[string]struct {
		zones       int
		group       string
		want, split bool
		assumed     []string
	}{
		"a volume":            {3, stateful("", volume), true, true, []string{" = true: role stateful, a volume is zonal"}},
		"two zones":           {2, stateful("", volume), true, true, []string{" = true: role stateful, a volume is zonal"}},
		"no volume":           {3, stateful("", ""), false, false, nil},
		"one zone":            {1, stateful("", volume), false, false, nil},
		"declared":            {3, stateful("split_by_zone = false\n", volume), false, false, nil},
		"another role":        {3, "split_by_zone = true\n" + plain, true, true, nil},
		"another, a volume":   {3, "redundancy {\n zones = 0\n}\n" + strings.Replace(set, "%", volume, 1), false, false, nil},
		"declared, one zone":  {1, "split_by_zone = true\n" + plain, true, false, nil},
		"bounds of each zone": {3, "split_by_zone = true\nautoscaling {\n min_nodes = 4\n max_nodes = 10\n}\n" + plain, true, true, nil},
	} {
		for _, provider := range []string{"aws", "gcp"} {
			c := load(t, on(provider, tc.zones, "node_group \"s\" {\n"+tc.group+"}", "")).Cluster
			g := &c.NodeGroups[slices.IndexFunc(c.NodeGroups, func(g planner.NodeGroup) bool { return g.Name == "s" })]
			if g.SplitByZone != tc.want || g.Split() != tc.split {
				t.Errorf("%s on %s: split_by_zone %t, split %t", name, provider, g.SplitByZone, g.Split())
			}
			if got := assumed(&c, "node_group.s.split_by_zone"); !slices.Equal(got, tc.assumed) {
				t.Errorf("%s on %s: assumed %v, want %v", name, provider, got, tc.assumed)
			}
		}
	}
}
