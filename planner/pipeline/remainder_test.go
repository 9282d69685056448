package pipeline_test

import (
	"math/rand/v2"
	"testing"

	"github.com/scantling-dev/scantling/planner/pipeline"
)

// TestCarriesIsNoPodPending: whether all pods have a place on so many nodes is what the
// modelled scheduler finds, asked for whose pods have none or not, once or twice.
func TestCarriesIsNoPodPending(t *testing.T) {
	draws := 150
	if testing.Short() {
		draws = 20
	}
	carried, pending := 0, 0
	for seed := range draws {
		p := randomProblem(rand.New(rand.NewPCG(uint64(seed), 23)))
		plan, err := p.make(t)
		if err != nil {
			continue
		}
		for g := range plan.NodeGroups {
			pools := plan.NodeGroups[g].Pools
			for pool := range pools {
				for away := 1; away < min(pools[pool].Nodes, 5); away++ {
					workload, pods, carries, again, scheduled := pipeline.Homeless(p.cluster, p.catalog, p.provider, &plan.NodeGroups[g], pool, pools[pool].Nodes-away)
					if carries != (scheduled == 0) || pods != scheduled || again != pods || (pods > 0) != (workload != "") {
						t.Fatalf("seed %d, %s with %d away: all have a place: %v; %d pods of %q have none, then %d, and by the scheduler %d",
							seed, plan.NodeGroups[g].Name, away, carries, pods, workload, again, scheduled)
					}
					if carries {
						carried++
					} else {
						pending++
					}
				}
			}
		}
	}
	if least := draws / 4; carried < least || pending < least {
		t.Errorf("only %d times all have a place, and %d times some have none", carried, pending)
	}
}
