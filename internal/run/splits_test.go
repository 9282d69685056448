package run_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/emit/terraform"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/planner"
)

// TestEverySplitSurvives: a node group of EKS over several zones is a total, and the
// provider chooses which zones have a node more. For random plans Terraform buys what is
// planned, and in every split of it whose counts differ by at most one each declared
// drill holds.
func TestEverySplitSurvives(t *testing.T) {
	seeds := uint64(16)
	if testing.Short() {
		seeds = 3
	}
	uneven := 0
	for seed := range seeds {
		g := randomMixed(rand.New(rand.NewPCG(seed, 21)))
		g.role, g.base, g.most = "app", "", 1
		p, err := run.Plan(t.Context(), load(t, g.file()))
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		bought := boughtOf(t, p)
		for i := range p.NodeGroups {
			planned := &p.NodeGroups[i]
			if bought[planned.Name] != planned.Nodes {
				t.Errorf("seed %d: Terraform buys %d nodes for %s, planned are %d", seed, bought[planned.Name], planned.Name, planned.Nodes)
			}
			all := splits(bought[planned.Name], len(planned.Pools[0].NodesByZone))
			if len(all) > 1 {
				uneven++
			}
			for _, counts := range all {
				as := splitAs(t, p, i, counts)
				if r, err := run.Replay(t.Context(), run.Offers{}, as, nil); err != nil || !r.Holds() {
					t.Errorf("seed %d: %s in %v: %v, %+v", seed, planned.Name, counts, err, r)
				}
			}
		}
	}
	if uneven < int(seeds)/3 {
		t.Errorf("%d groups have several splits: nothing is shown", uneven)
	}
}

// boughtOf returns the emitted desired sizes by group.
func boughtOf(t *testing.T, p *planner.Plan) map[string]int {
	t.Helper()
	files, err := terraform.Files(p)
	if err != nil {
		t.Fatal(err)
	}
	var values struct {
		Groups map[string]struct {
			Size int `json:"desired_size"`
		} `json:"node_groups"`
	}
	if err := json.Unmarshal(files[1].Content, &values); err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	for name, g := range values.Groups {
		out[name] = g.Size
	}
	return out
}

// splits returns every way to have so many nodes in so many zones whose counts differ by
// at most one.
func splits(nodes, zones int) [][]int {
	var out [][]int
	for set := range 1 << zones {
		if more := strings.Count(fmt.Sprintf("%b", set), "1"); more != nodes%zones {
			continue
		}
		counts := make([]int, zones)
		for z := range counts {
			counts[z] = nodes/zones + set>>z&1
		}
		out = append(out, counts)
	}
	return out
}

// splitAs returns the plan with the nodes of a group in other zones, and its pods on
// them: those of a zone go to one that has the same count.
func splitAs(t *testing.T, p *planner.Plan, group int, counts []int) *planner.Plan {
	t.Helper()
	out, err := document.Decode(encode(t, p))
	if err != nil {
		t.Fatal(err)
	}
	g := &out.NodeGroups[group]
	zones := g.Pools[0].NodesByZone
	to, taken := map[string]string{}, make([]bool, len(zones))
	for _, from := range zones {
		for z := range zones {
			if !taken[z] && counts[z] == from.Nodes {
				to[from.Zone], taken[z] = zones[z].Zone, true
				break
			}
		}
	}
	if len(to) != len(zones) {
		t.Fatalf("%s has %v, which is no order of %v", g.Name, zones, counts)
	}
	for i := range g.Placement {
		g.Placement[i].Zone = to[g.Placement[i].Zone]
	}
	for z := range zones {
		zones[z].Nodes = counts[z]
	}
	return out
}
