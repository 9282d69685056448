package pipeline_test

import (
	"slices"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestRoleDefaultsStay: 12 nodes of role stateful on EKS, as in TestWidths, where U at a time
// take 120 + 30 + ceil(12/U) 240 + 30 x 6 seconds with six nodes more for all but 120 s: 1
// takes 3210 s and 5.15 node hours, 2 take 1770 s and 2.75, 3 take 1290 s and 1.95, at $0.105
// an hour each, its disk included. Beside them are nodes of role app, of which 24 take
// 1290 s with 6 at a time and 1110 s with 8, which is dearer, and never less than 990 s.
func TestRoleDefaultsStay(t *testing.T) {
	const money = 105 * units.Dollar / 1000
	for name, tc := range map[string]struct {
		role   planner.Role
		app    int // nodes of the other group
		within time.Duration
		most   units.USD
		widths [2]int
	}{
		"the default":              {planner.Stateful, 0, 0, 0, [2]int{1}},
		"of each such role":        {planner.GPU, 0, 0, 0, [2]int{1}},
		"in time":                  {planner.Stateful, 0, 3210 * time.Second, 0, [2]int{1}},
		"a second less":            {planner.Stateful, 0, 3209 * time.Second, 0, [2]int{2}},
		"for the money":            {planner.Stateful, 0, 0, 515 * money / 100, [2]int{1}},
		"a billionth less":         {planner.Monitoring, 0, 0, 515*money/100 - 1, [2]int{2}},
		"less money":               {planner.Ingress, 0, 0, 275*money/100 - 1, [2]int{3}},
		"what is free goes first":  {planner.Stateful, 24, (3210 + 1110) * time.Second, 0, [2]int{1, 8}},
		"and is cheapest in time":  {planner.Stateful, 24, (3210 + 1290) * time.Second, 0, [2]int{1, 6}},
		"and when it cannot, both": {planner.Stateful, 24, (3210 + 989) * time.Second, 0, [2]int{2, 6}},
		"and no more than it must": {planner.Stateful, 24, (1770 + 1110) * time.Second, 0, [2]int{2, 8}},
	} {
		t.Run(name, func(t *testing.T) {
			p := onePerNode(group("s", tc.role, abc(), planner.Redundancy{}, slow(given("w", 12, 1500, units.GiB))))
			p.provider.mechanics = eksTimes
			p.cluster.NodeGroups[0].UpdateConfig.MaxUnavailable = units.Count(1)
			if tc.app > 0 {
				p.cluster.NodeGroups = slices.Insert(p.cluster.NodeGroups, 0, group("a", planner.App, abc(), planner.Redundancy{}, slow(given("v", tc.app, 1500, units.GiB))))
			}
			u := &planner.Upgrade{To: "1.36", Strategy: "surge"}
			if tc.within > 0 {
				u.FinishWithin = 15*time.Minute + tc.within
			}
			if tc.most > 0 {
				u.MaxExtra = &tc.most
			}
			p.cluster.Upgrade = u
			widthOpen(&p.cluster)
			s := p.mustMake(t).Upgrade.Named("surge")
			if len(s.BlockedBy) > 0 {
				t.Errorf("is blocked: %v", s.BlockedBy)
			}
			for i := range s.Groups {
				at := 0
				if s.Groups[i].Name == "a" {
					at = 1
				}
				if got := s.Groups[i].Width; got.MaxUnavailable != tc.widths[at] || got.Declared {
					t.Errorf("%s: %+v, want %d at a time: %s", s.Groups[i].Name, got, tc.widths[at], s.Groups[i].WidthWhy)
				}
			}
		})
	}
}
