package pipeline_test

import (
	"math/rand/v2"
	"testing"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/pipeline"
)

// TestLevelsSurvive: with some planned nodes away the declared losses are survived where the
// modelled scheduler lets the planned nodes lose as many more, or finds so on those that are
// left. It may find so where drills say no, since they take more nodes to survive no less: seldom.
func TestLevelsSurvive(t *testing.T) {
	draws := 150
	if testing.Short() {
		draws = 20
	}
	survived, failed, shy, spare := 0, 0, 0, 0
	for seed := range draws {
		r := rand.New(rand.NewPCG(uint64(seed), 29))
		p := randomProblem(r)
		plan, err := p.make(t)
		if err != nil {
			continue
		}
		for g := range plan.NodeGroups {
			levels := randomLevels(r, &plan.NodeGroups[g])
			said, spared, drilled := pipeline.Levels(p.cluster, p.catalog, p.provider, &plan.NodeGroups[g], levels)
			for i := range said {
				switch {
				case said[i] && !spared[i] && !drilled[i]:
					t.Fatalf("seed %d, %s at %v: said to survive: %v, spared: %v, by the scheduler: %v", seed, plan.NodeGroups[g].Name, levels[i], said[i], spared[i], drilled[i])
				case said[i]:
					survived++
				default:
					failed++
				}
				if spared[i] {
					spare++
				}
				if !said[i] && drilled[i] {
					shy++
				}
			}
		}
	}
	if least := draws / 2; survived < least || failed < least || spare < least {
		t.Errorf("%d levels are survived, %d not, %d are spared: the test shows little", survived, failed, spare)
	}
	if most := (survived + failed) / 20; shy > most {
		t.Errorf("%d levels of %d are survived and said not to be, more than %d", shy, survived+failed, most)
	}
}

// randomLevels are some numbers of nodes by pool and zone of a group, up to four of them away.
func randomLevels(r *rand.Rand, g *planner.GroupPlan) [][][]int {
	var out [][][]int
	for range 8 {
		var level [][]int
		var places [][2]int
		for i := range g.Pools {
			level = append(level, make([]int, len(g.Pools[i].NodesByZone)))
			for z, n := range g.Pools[i].NodesByZone {
				level[i][z] = n.Nodes
				for range n.Nodes {
					places = append(places, [2]int{i, z})
				}
			}
		}
		r.Shuffle(len(places), func(i, j int) { places[i], places[j] = places[j], places[i] })
		for _, at := range places[:min(r.IntN(5), len(places)-1)] {
			level[at[0]][at[1]]--
		}
		out = append(out, level)
	}
	return out
}
