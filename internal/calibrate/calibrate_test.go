package calibrate_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/calibrate"
	"github.com/scantling-dev/scantling/internal/importer"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// shop plans web and api on the same type, which is left more in api, and batch.
func shop() *planner.Plan {
	pool := func(typ string, cpu units.MilliCPU, memory units.Bytes) []planner.Pool {
		return []planner.Pool{{InstanceType: typ, Allocatable: planner.Allocatable{CPU: cpu, Memory: memory, Pods: 29}}}
	}
	return &planner.Plan{
		Offers: []catalogs.InstanceType{
			{Name: "c6a.xlarge", Memory: 8 * units.GiB},
			{Name: "m6a.large", Memory: 8 * units.GiB, MeasuredMemory: 7800 * units.MiB},
		},
		NodeGroups: []planner.GroupPlan{
			{Name: "api", Pools: pool("m6a.large", 1900, 7000*units.MiB)},
			{Name: "batch", Pools: pool("c6a.xlarge", 3920, 6800*units.MiB)},
			{Name: "web", Pools: pool("m6a.large", 1930, 7000*units.MiB)},
		},
	}
}

func node(name, typ, labels, cpu, memory string) string {
	return fmt.Sprintf(`{"apiVersion": "v1", "kind": "Node", "metadata": {"name": %q, "labels": {"node.kubernetes.io/instance-type": %q%s}},
	  "status": {"capacity": {"memory": "7900Mi"}, "allocatable": {"cpu": %q, "memory": %q, "pods": "29"}}}`, name, typ, labels, cpu, memory)
}

func compared(t *testing.T, nodes ...string) calibrate.Result {
	t.Helper()
	found := importer.Read([]spec.File{{Name: "nodes.json", Content: []byte(`{"apiVersion": "v1", "kind": "List", "items": [` + strings.Join(nodes, ",") + `]}`)}})
	if len(found.Nodes) != len(nodes) || len(found.Problems) > 0 {
		t.Fatalf("%d nodes, %v", len(found.Nodes), found.Problems)
	}
	return calibrate.Compare(shop(), found.Nodes)
}

// TestCompare: by hand, web plans 1930m where the least has 1920m: 0.52084% too much
// (rounded up), and 7000 MiB where the least has 7168: 2.34375% too little. Of batch, 3920m
// of 3500m are 12% too much.
func TestCompare(t *testing.T) {
	r := compared(t,
		node("a", "m6a.large", `, "scantling.dev/group": "web"`, "1920m", "7Gi"),
		node("b", "m6a.large", `, "eks.amazonaws.com/nodegroup": "web-2026"`, "1950m", "7Gi"),
		node("c", "c6a.xlarge", ``, "3500m", "6800Mi"),
		node("d", "m6a.large", ``, "1", "1Gi"), // of web or of api
		node("e", "m5.large", ``, "1", "1Gi"),
		node("f", "m6a.large", `, "node-role.kubernetes.io/control-plane": ""`, "1", "1Gi"),
	)
	var got []string
	for _, row := range r.Rows {
		got = append(got, fmt.Sprint(row.Group, " ", row.Resource, " ", row.Nodes, " ", row.Planned, " ", row.Least, "-", row.Most, " ", int64(row.Error)))
	}
	const mib = 1 << 20
	want := []string{
		"batch cpu 1 3920 3500-3500 120000",
		"web cpu 2 1930 1920-1950 5209",
		fmt.Sprint("web memory 2 ", 7000*mib, " ", 7168*mib, "-", 7168*mib, " -23438"),
		fmt.Sprint("batch memory 1 ", 6800*mib, " ", 6800*mib, "-", 6800*mib, " 0"),
		"batch pods 1 29 29-29 0",
		"web pods 2 29 29-29 0",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if want := []string{
		"node_group.api: no node of type m6a.large runs",
		"nodes of m5.large: none is planned for their group (1)",
		"nodes of m6a.large: none is planned for their group (1)",
	}; !slices.Equal(r.Unknown, want) {
		t.Errorf("unknown %q, want %q", r.Unknown, want)
	}
	memory := []calibrate.Memory{
		{Type: "c6a.xlarge", Seen: 7900 * units.MiB, Stated: 8 * units.GiB, Nodes: 1},
		{Type: "m6a.large", Seen: 7900 * units.MiB, Catalog: 7800 * units.MiB, Stated: 8 * units.GiB, Nodes: 4},
	}
	if !slices.Equal(r.Memory, memory) {
		t.Errorf("memory %+v, want %+v", r.Memory, memory)
	}
	for tolerance, want := range map[units.Ratio]int{0: 2, 5208: 2, 5209: 1, units.Percent: 1, 12 * units.Percent: 0} {
		if got := len(r.Over(tolerance)); got != want {
			t.Errorf("over by more than %d: %d, want %d", tolerance, got, want)
		}
	}
}
