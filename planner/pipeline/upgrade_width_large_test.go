package pipeline_test

import (
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestWidthsOfManyNodes: 5,000 nodes of one pod each have 22 widths on EKS (1 to 16, 24, 32,
// 48, 64, 96 and the most, 100), and 22 x 10,000 nodes and pods are too many to simulate.
//
// U at a time in three zones take 150 + ceil(5000/U) 240 + 30 S seconds, S = max(6, U), and
// S nodes more run for all of it but 120 s. In node seconds that is
//
//	U = 6: 6 x (30 + 834 x 240 + 180) = 1,202,220
//	U = 7: 7 x (30 + 715 x 240 + 210) = 1,202,880
//	U = 8: 8 x (30 + 625 x 240 + 240) = 1,202,160
//	U = 9: 9 x (30 + 556 x 240 + 270) = 1,203,660
//	U = 10: 1,203,300, U = 5: 1,441,260, U = 100: 1,503,000
//
// so that 8 is the cheapest by formula, breaks nothing, and is simulated with the two next
// to it: 3 of 22.
func TestWidthsOfManyNodes(t *testing.T) {
	const rest = " (3 of 22 widths were simulated, the others ordered by formula)"
	for nodes, want := range map[int]string{5000: rest, 500: ""} {
		p := onePerNode(group("g", planner.App, abc(), planner.Redundancy{}, slow(given("w", nodes, 1500, units.GiB))))
		p.provider.mechanics = func(m *planner.Mechanics) {
			eksTimes(m)
			m.Strategies = []planner.UpgradeOption{{Name: "surge", Course: planner.CourseEKSDefault}}
		}
		p.cluster.Upgrade = &planner.Upgrade{To: "1.36", Strategy: "surge"}
		widthOpen(&p.cluster)
		g := &p.mustMake(t).Upgrade.Named("surge").Groups[0]
		if got := strings.Contains(g.WidthWhy, "were simulated"); got != (want != "") || !strings.HasSuffix(g.WidthWhy, want) {
			t.Errorf("%d nodes: says %q, want at its end %q", nodes, g.WidthWhy, want)
		}
		if nodes == 5000 {
			if least := (planner.UpgradeWidth{MaxSurge: 8, MaxUnavailable: 8}); g.Width != least {
				t.Errorf("%d nodes: %+v is chosen, want %+v", nodes, g.Width, least)
			}
			if takes := 150*time.Second + 625*240*time.Second + 8*30*time.Second; g.Duration != takes {
				t.Errorf("%d nodes: it takes %v, want %v", nodes, g.Duration, takes)
			}
		}
	}
}
