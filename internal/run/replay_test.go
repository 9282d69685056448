package run_test

import (
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/planner"
)

// TestExamplesSurviveTheirDrills replays every loss that the examples declare, on
// the plan and on its document: the plan says that each holds. Without any zone
// nothing does.
func TestExamplesSurviveTheirDrills(t *testing.T) {
	for _, name := range exampleNames(t) {
		t.Run(name, func(t *testing.T) {
			p := examplePlan(t, name)
			back, err := document.Decode(encode(t, p))
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range []*planner.Plan{p, back} {
				r, err := run.Replay(t.Context(), run.Offers{}, p, nil)
				if err != nil || !r.Holds() {
					t.Errorf("%v, %+v", err, r)
				}
				drills := len(p.ControlPlane.Survives)
				for _, g := range p.NodeGroups {
					for _, d := range g.Survives {
						if d.Event != planner.AllSpotGone { // which nothing declares
							drills++
						}
					}
				}
				if cases := len(r.Groups) + len(r.ControlPlane); cases != drills {
					t.Errorf("%d cases, the plan has %d drills", cases, drills)
				}
			}
			var all []planner.Kill
			for _, z := range p.Cluster.Zones {
				all = append(all, planner.Kill{Zone: z})
			}
			r, err := run.Replay(t.Context(), run.Offers{}, p, all)
			if err != nil || r.Holds() || len(r.Groups) != len(p.NodeGroups) {
				t.Errorf("without a zone: %v, %+v", err, r)
			}
		})
	}
}

// mostTried is the largest group of which every four nodes can be tried by hand.
const mostTried = 100

// TestDrillsBeyondWhatIsDeclared loses one to four nodes of groups of the examples
// in which the pods of one workload alone must find room, with no hard spread. How
// many do is then the sum over the survivors of the pods that each still takes,
// whatever the scheduler prefers: every set of nodes is tried.
func TestDrillsBeyondWhatIsDeclared(t *testing.T) {
	groups, broken := 0, 0
	for _, name := range exampleNames(t) {
		p := examplePlan(t, name)
		for i := range p.NodeGroups {
			g := &p.NodeGroups[i]
			w := onlyMover(p, g)
			if w == nil || g.Nodes > mostTried {
				continue
			}
			groups++
			for k := 1; k <= min(4, g.Nodes); k++ {
				r, err := run.Replay(t.Context(), run.Offers{}, p, []planner.Kill{{Nodes: k}})
				if err != nil {
					t.Fatal(err)
				}
				c := &r.Groups[slices.IndexFunc(r.Groups, func(c planner.GroupCase) bool { return c.Group == g.Name })]
				ways, held, missing := loseNodes(g, w, k)
				if c.Ways != ways || c.Held != held || c.Missing != missing {
					t.Errorf("%s: %s without %d nodes: %d ways, %d held, %d missing; by hand %d, %d, %d", name, g.Name, k, c.Ways, c.Held, c.Missing, ways, held, missing)
				}
				broken += ways - held
			}
		}
	}
	if groups < 2 || broken == 0 {
		t.Errorf("%d groups, %d losses too many: the test shows little", groups, broken)
	}
}

// onlyMover returns the only workload of a group, if it is to be rescheduled and
// nothing but resources keeps it from a node.
func onlyMover(p *planner.Plan, g *planner.GroupPlan) *planner.WorkloadPlan {
	declared := p.Cluster.NodeGroups[slices.IndexFunc(p.Cluster.NodeGroups, func(d planner.NodeGroup) bool { return d.Name == g.Name })]
	if len(g.Workloads) != 1 || len(declared.Workloads) != 1 {
		return nil
	}
	w := &declared.Workloads[0]
	hard := slices.ContainsFunc(w.TopologySpread, func(s planner.TopologySpread) bool { return s.Hard })
	if hard || w.Recovery != planner.Reschedule || w.MinReady != nil {
		return nil
	}
	return &g.Workloads[0]
}

// loseNodes loses every set of k nodes.
func loseNodes(g *planner.GroupPlan, w *planner.WorkloadPlan, k int) (ways, held, most int) {
	free := g.Pools[0].Free()
	var runs []int // by node
	for _, pl := range g.Placement {
		pods := 0
		for _, c := range pl.Pods {
			pods += c.Pods
		}
		runs = append(runs, slices.Repeat([]int{pods}, pl.Nodes)...)
	}
	each := min(int(free.CPU/w.Pod.CPU), int(free.Memory/w.Pod.Memory), free.Pods)
	for set := range 1 << len(runs) {
		lost, displaced, room := 0, 0, 0
		for n, pods := range runs {
			if set>>n&1 == 1 {
				lost, displaced = lost+1, displaced+pods
			} else {
				room += each - pods
			}
		}
		if lost != k {
			continue
		}
		ways++
		if missing := max(0, displaced-room); missing > 0 {
			most = max(most, missing)
		} else {
			held++
		}
	}
	return ways, held, most
}
