package run_test

import (
	"testing"

	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
)

// TestExamplesSurviveTheirDrills replays every loss that the examples declare, on
// the plan and on its document: the plan says that each holds. Without any zone
// nothing does.
func TestExamplesSurviveTheirDrills(t *testing.T) {
	for _, name := range exampleNames(t) {
		t.Run(name, func(t *testing.T) {
			p := planOf(t, spec.File{Name: "main.hcl", Content: source(t, name)})
			back, err := document.Decode(encode(t, p))
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range []*planner.Plan{p, back} {
				r, err := run.Replay(t.Context(), p, nil)
				if err != nil || !r.Holds() {
					t.Errorf("%v, %+v", err, r)
				}
				drills := len(p.ControlPlane.Survives)
				for _, g := range p.NodeGroups {
					drills += len(g.Survives)
				}
				if cases := len(r.Groups) + len(r.ControlPlane); cases != drills {
					t.Errorf("%d cases, the plan has %d drills", cases, drills)
				}
			}
			var all []planner.Kill
			for _, z := range p.Cluster.Zones {
				all = append(all, planner.Kill{Zone: z})
			}
			r, err := run.Replay(t.Context(), p, all)
			if err != nil || r.Holds() || len(r.Groups) != len(p.NodeGroups) {
				t.Errorf("without a zone: %v, %+v", err, r)
			}
		})
	}
}
