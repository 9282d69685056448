package upgrade_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/upgrade"
)

// TestWidths: every number up to 16, then half as many more and twice as many; no more
// than there are nodes, than a provider replaces at a time, than a zone has where a pool
// goes zone by zone, and than machines stand idle where others cannot be had.
func TestWidths(t *testing.T) {
	few := []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}
	nodes := func(n int) upgrade.Group {
		return upgrade.Group{Zones: 3, NodesByZone: []int{(n + 2) / 3, (n + 1) / 3, n / 3}, Nodes: []upgrade.NodeClass{{Nodes: n}}}
	}
	idle := nodes(12)
	idle.Limited, idle.Spare = true, 2
	none := idle
	none.Spare = 0
	eks, gke := upgrade.Times{MaxParallel: 100}, upgrade.Times{MaxParallel: 20}
	for name, tc := range map[string]struct {
		o    upgrade.Option
		g    upgrade.Group
		t    upgrade.Times
		want []int
	}{
		"few":                {upgrade.Option{Course: upgrade.CourseEKSMinimal}, nodes(3), eks, []int{1, 2, 3}},
		"EKS":                {upgrade.Option{Course: upgrade.CourseEKSMinimal}, nodes(5000), eks, slices.Concat(few, []int{24, 32, 48, 64, 96, 100})},
		"EKS, ten zones":     {upgrade.Option{Course: upgrade.CourseEKSDefault}, upgrade.Group{Zones: 10, Nodes: nodes(60).Nodes}, eks, slices.Concat(few, []int{20, 24, 32, 48, 60})},
		"GKE, by zone":       {upgrade.Option{Course: upgrade.CourseGKESurge}, nodes(12), gke, []int{1, 2, 3, 4}},
		"GKE, many":          {upgrade.Option{Course: upgrade.CourseGKESurge}, nodes(300), gke, slices.Concat(few, []int{20})},
		"GKE, blue/green":    {upgrade.Option{Course: upgrade.CourseGKEBlueGreen}, nodes(30), gke, slices.Concat(few, []int{24, 30})},
		"idle":               {upgrade.Option{Course: upgrade.CourseRolling}, idle, upgrade.Times{}, []int{1, 2}},
		"none idle":          {upgrade.Option{Course: upgrade.CourseRolling}, none, upgrade.Times{}, []int{1}},
		"idle, not needed":   {upgrade.Option{Course: upgrade.CourseRolling, TerminateFirst: true}, idle, upgrade.Times{}, few[:12]},
		"no nodes":           {upgrade.Option{Course: upgrade.CourseInPlace}, upgrade.Group{}, upgrade.Times{}, nil},
		"a second cluster":   {upgrade.Option{Course: upgrade.CourseClusterBlueGreen}, nodes(3), eks, nil},
		"by the autoscaler":  {upgrade.Option{Course: upgrade.CourseGKEAutoscaledBlueGreen}, nodes(3), gke, nil},
		"not known to us":    {upgrade.Option{Course: "hope"}, nodes(3), gke, nil},
		"a group blue/green": {upgrade.Option{Course: upgrade.CourseNodeGroupBlueGreen}, nodes(4), eks, []int{1, 2, 3, 4}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := upgrade.Widths(tc.o, tc.g, tc.t); !slices.Equal(got, tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

// TestPick: against all combinations of few turns of few groups.
func TestPick(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	for range 2000 {
		groups := make([][]upgrade.Turn, 1+rng.IntN(4))
		for g := range groups {
			for range 1 + rng.IntN(4) {
				groups[g] = append(groups[g], upgrade.Turn{
					Duration: time.Duration(1+rng.IntN(9)) * time.Minute, Cost: int64(rng.IntN(6)), Barred: rng.IntN(5) == 0,
				})
			}
		}
		within := time.Duration(rng.IntN(30)) * time.Minute
		got, inTime := upgrade.Pick(groups, within)
		want, some := everyPick(groups, within)
		if inTime != some || some && !slices.Equal(got, want) {
			t.Fatalf("%v within %v: got %v (%t), want %v (%t)", groups, within, got, inTime, want, some)
		}
		if quickest, _ := everyPick(groups, 0); !some && len(quickest) > 0 && total(groups, got).Duration != shortest(groups) {
			t.Fatalf("%v within %v: none is in time, and %v is not the shortest", groups, within, got)
		}
	}
}

// everyPick tries all combinations in order, and keeps the first of the best.
func everyPick(groups [][]upgrade.Turn, within time.Duration) (best []int, some bool) {
	at := make([]int, len(groups))
	var walk func(g int)
	walk = func(g int) {
		if g == len(groups) {
			sum := total(groups, at)
			if within > 0 && sum.Duration > within {
				return
			}
			if old := total(groups, best); !some || cmp.Or(cmp.Compare(sum.Cost, old.Cost), cmp.Compare(sum.Duration, old.Duration)) < 0 {
				best, some = slices.Clone(at), true
			}
			return
		}
		open := false
		for i := range groups[g] {
			if !groups[g][i].Barred {
				at[g], open = i, true
				walk(g + 1)
			}
		}
		if !open {
			at[g] = -1
			walk(g + 1)
		}
	}
	walk(0)
	return best, some
}

func total(groups [][]upgrade.Turn, turns []int) upgrade.Turn {
	var sum upgrade.Turn
	for g, i := range turns {
		if i >= 0 {
			sum.Duration += groups[g][i].Duration
			sum.Cost += groups[g][i].Cost
		}
	}
	return sum
}

// shortest is how long all groups take at least.
func shortest(groups [][]upgrade.Turn) time.Duration {
	var sum time.Duration
	for _, g := range groups {
		least := time.Duration(-1)
		for _, t := range g {
			if !t.Barred && (least < 0 || t.Duration < least) {
				least = t.Duration
			}
		}
		sum += max(least, 0)
	}
	return sum
}

// TestPickOfMany: twelve groups of as many turns have more combinations than are kept in
// mind; the choice is in time all the same, and hardly dearer than the cheapest by halves.
func TestPickOfMany(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 0))
	groups := make([][]upgrade.Turn, 12)
	for g := range groups {
		cost := int64(1 + rng.IntN(1_000_000))
		for range 12 {
			groups[g] = append(groups[g], upgrade.Turn{Duration: time.Duration(1e12 / cost), Cost: cost})
			cost += cost/3 + int64(rng.IntN(1_000_000))
		}
	}
	loose, _ := upgrade.Pick(groups, 0)
	within := (shortest(groups) + total(groups, loose).Duration) / 2
	got, inTime := upgrade.Pick(groups, within)
	if sum := total(groups, got); !inTime || sum.Duration > within || sum.Cost < total(groups, loose).Cost {
		t.Errorf("got %v (%t), which takes %+v within %v", got, inTime, sum, within)
	}
}
