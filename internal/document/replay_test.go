package document_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestReplayDocument writes a replay and reads what matters back.
func TestReplayDocument(t *testing.T) {
	r := planner.Replay{
		Kills: []planner.Kill{{Zone: "a"}, {Nodes: 2}, {Group: "web", In: "b"}},
		Groups: []planner.GroupCase{{
			Group: "web", Event: "a and any 2 nodes", Ways: 10, Tried: 10, Held: 4, All: true, Lost: "a and 2 nodes in b",
			Nodes: 9, Left: 4, Missing: 1, FreeCPU: 125 * units.Percent / 10,
			Workloads: []planner.WorkloadCase{{
				Name: "api", Replicas: 7, Displaced: 3, Placed: 2, Landed: []planner.ZonePods{{Zone: "c", Pods: 2}}, Short: "memory",
				LeastReady: 3, ForPeak: 5,
				Latency: []planner.LatencyCase{{Statistic: planner.P99, Target: 250 * time.Millisecond, After: 80 * time.Millisecond}},
			}},
		}},
		ControlPlane: []planner.ControlPlaneCase{{Event: "a", Tried: 1, Held: 1, Lost: "a", Members: 2, Of: 3, Quorum: 2, Servers: 2}},
	}
	var b bytes.Buffer
	if err := document.EncodeReplay(&b, &planner.Plan{}, &r, "test"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"kills": [ "zone=a", "nodes=2", "node=web/b" ]`, `"holds": false`, `"untouched": []`,
		`"free_cpu_share": 0.125`, `"placed_by_zone": { "c": 2 }`, `"pending": 1, "short_of": "memory"`,
		`"ready": 4, "ready_after": 6, "least_ready": 3, "min_ready": 0, "for_peak": 5`,
		`"target_seconds": 0.25, "at_once_seconds": null, "held_at_once": false, "after_seconds": 0.08, "held_after": true`,
		`"tightest": { "node_group": "web", "event": "a and any 2 nodes", "free_cpu_share": 0.125 }`,
		`"etcd": { "left": 2, "members": 3, "quorum": 2 }`,
	} {
		if !strings.Contains(strings.Join(strings.Fields(b.String()), " "), want) {
			t.Errorf("no %s in\n%s", want, b.String())
		}
	}
	b.Reset()
	if err := document.EncodeReplay(&b, &planner.Plan{}, &planner.Replay{Tightest: -1}, "test"); err != nil {
		t.Fatal(err)
	}
	var empty map[string]any
	if err := json.Unmarshal(b.Bytes(), &empty); err != nil {
		t.Fatal(err)
	}
	for _, list := range []string{"kills", "node_groups", "control_plane", "untouched"} {
		if l, ok := empty[list].([]any); !ok || len(l) != 0 {
			t.Errorf("%s is %v, want an empty list", list, empty[list])
		}
	}
	if empty["tightest"] != nil || empty["holds"] != true {
		t.Errorf("of nothing: %s", b.String())
	}
}
