package rollout_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade"
	"github.com/scantling-dev/scantling/planner/upgrade/rollout"
)

// siblings are the ways in which the ground of a way replaces nodes in their group: one
// group may have one of them and another group another. A blue/green of whole groups or
// clusters is alone.
func siblings(w way) []way {
	for _, ground := range [][]way{
		{{upgrade.CourseEKSDefault, false}, {upgrade.CourseEKSMinimal, true}},
		{{upgrade.CourseGKESurge, false}, {upgrade.CourseGKEBlueGreen, false}, {upgrade.CourseGKESurge, true}, {upgrade.CourseGKEAutoscaledBlueGreen, false}},
		{{upgrade.CourseInPlace, false}, {upgrade.CourseRolling, false}, {upgrade.CourseRolling, true}},
	} {
		if slices.Contains(ground, w) {
			return ground
		}
	}
	return []way{w}
}

// withOwn is a group of a cluster that is upgraded by a way, which is replaced by own.
func withOwn(g upgrade.Group, w, own way) upgrade.Group {
	if own != w {
		g.Instead = map[string]upgrade.Option{"it": {Name: "own", Course: own.course, TerminateFirst: own.terminateFirst}}
	}
	return g
}

// mixed is a random cluster of several groups, each replaced by a way of its own, with
// workloads of its own.
func mixed(r *rand.Rand, w way, of []way) (groups []upgrade.Group, ways []way) {
	for i := range 2 + r.IntN(3) {
		own := of[r.IntN(len(of))]
		g := equalBatches(r, own)
		g.Name = fmt.Sprint("g", i)
		for k := range g.Workloads {
			g.Workloads[k].Name = g.Name + g.Workloads[k].Name
			g.Nodes[0].Pods[k].Workload = g.Workloads[k].Name
			if r.IntN(2) == 0 { // one that is stuck blocks all
				g.Workloads[k].Allowed++
			}
		}
		groups, ways = append(groups, withOwn(g, w, own)), append(ways, own)
	}
	return groups, ways
}

// TestMixedAgreesWithFormulas: in clusters whose groups are replaced by ways of their own
// formulas and simulation say the same of all of it and of each group, and each group is
// what it is in a cluster that is upgraded by its way alone.
func TestMixedAgreesWithFormulas(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 0))
	blocked, unlike, cases := 0, 0, 3000
	if testing.Short() {
		cases = 600
	}
	var formulas []way // ways with a closed formula and siblings
	for _, w := range ways() {
		if len(siblings(w)) > 1 {
			formulas = append(formulas, w)
		}
	}
	for i := range cases {
		w := formulas[i%len(formulas)]
		of := slices.DeleteFunc(siblings(w), func(o way) bool { return !slices.Contains(formulas, o) })
		groups, owns := mixed(r, w, of)
		p := problemOf(w, groups...)
		p.Hops = []string{"1.33", "1.34", "1.35", "1.36"}[r.IntN(4):]
		p.NodeSkew, p.ControlPlaneNodes = len(p.Hops), r.IntN(4) // one round: pods are elsewhere after it
		want := formula(p, w)
		plan := simulated(&p, w)
		got := rollout.Run(&plan, rollout.Options{Quiet: true})
		if (len(want.BlockedBy) > 0) == got.Finished {
			t.Fatalf("case %d: %+v of %+v: blocked by %q, simulated %t by %q: %+v", i, owns, w, want.BlockedBy, got.Finished, got.BlockedBy, groups)
		}
		if !got.Finished {
			blocked++
			continue
		}
		if got.Duration != want.Duration || got.ExtraCost != want.ExtraCost || got.ExtraCostKnown != want.ExtraCostKnown {
			t.Fatalf("case %d: %+v of %+v: takes %v for %d, simulated %v for %d: %+v", i, owns, w, want.Duration, want.ExtraCost, got.Duration, got.ExtraCost, groups)
		}
		for k, g := range want.Groups {
			s := got.Pools[k]
			if s.Start != g.Start || s.Duration != g.Duration || s.Rounds != g.Rounds || s.ExtraCost != g.ExtraCost || s.PeakExtraNodes != g.PeakExtraNodes || s.MinReadyNodes != g.MinReadyNodes {
				t.Fatalf("case %d: %+v of %+v: group %d is %+v, simulated %+v", i, owns, w, k, g, s)
			}
			single := p
			single.Groups = []upgrade.Group{groups[k]}
			single.Groups[0].Instead = nil
			alone := formula(single, owns[k]).Groups[0]
			if g.Duration != alone.Duration || g.ExtraCost != alone.ExtraCost || g.PeakExtraNodes != alone.PeakExtraNodes || g.MinReadyNodes != alone.MinReadyNodes || g.Parallel != alone.Parallel {
				t.Fatalf("case %d: group %d by %+v is %+v, alone %+v", i, k, owns[k], g, alone)
			}
			unlike += one(owns[k] != w)
		}
	}
	if blocked < cases/20 || unlike < cases/2 {
		t.Errorf("%d of %d cases are blocked, %d groups depart: the test shows little", blocked, cases, unlike)
	}
}

// TestMixedFormulasAreBounds: the same of any groups, of which formulas are bounds.
func TestMixedFormulasAreBounds(t *testing.T) {
	r := rand.New(rand.NewPCG(32, 0))
	cases := 2000
	if testing.Short() {
		cases = 400
	}
	for i := range cases {
		w := ways()[i%8] // those of groups; the last two are not
		of := slices.DeleteFunc(siblings(w), func(o way) bool { return o.course == upgrade.CourseGKEAutoscaledBlueGreen })
		var groups []upgrade.Group
		for k := range 2 {
			own := of[r.IntN(len(of))]
			g := anyGroup(r, own)
			g.Name = fmt.Sprint("g", k)
			groups = append(groups, withOwn(g, w, own))
		}
		for k := range groups[1].Workloads { // names say which group they are of
			groups[1].Workloads[k].Name += "1"
			for c := range groups[1].Nodes {
				groups[1].Nodes[c].Pods[k].Workload += "1"
			}
		}
		p := problemOf(w, groups...)
		p.Times.DrainLimit = 0
		want := formula(p, w)
		plan := simulated(&p, w)
		got := rollout.Run(&plan, rollout.Options{Quiet: true})
		if !got.Finished || got.Duration > want.Duration || got.ExtraCost > want.ExtraCost {
			t.Fatalf("case %d: takes %v for %d, simulated %v for %d, %q: %+v", i, want.Duration, want.ExtraCost, got.Duration, got.ExtraCost, got.BlockedBy, groups)
		}
		for k, g := range want.Groups {
			if s := got.Pools[k]; s.PeakExtraNodes > g.PeakExtraNodes || s.MinReadyNodes < g.MinReadyNodes {
				t.Fatalf("case %d: group %d is %+v, simulated %+v", i, k, g, s)
			}
		}
	}
}

// byHand is an upgrade of two pools of m5.xlarge whose nodes drain in 120 s each: 12 of
// web by EKS's DEFAULT, one at a time, and 6 of gpu by MINIMAL, two at a time.
func byHand(course rollout.Course) rollout.Plan {
	web, gpu := uniform(m5xlarge, 4, 4, 4), uniform(m5xlarge, 2, 2, 2)
	web.MaxUnavailable, gpu.MaxUnavailable = units.Count(1), units.Count(2)
	gpu.Name = "gpu"
	for i := range gpu.Nodes {
		gpu.Nodes[i].Pods = []int{0, 1}
	}
	for i := range web.Nodes {
		web.Nodes[i].Pods = []int{1, 0}
	}
	p := planOf(course, eksTimes(), web, gpu)
	p.Workloads = append(p.Workloads, rollout.Workload{Name: "train", Grace: 100 * time.Second, Startup: 20 * time.Second})
	return p
}

// TestMixedByHand: 900 s of control plane and 300 s of add-ons; web by DEFAULT takes
// 120 + 90 + 12 x 240 + 6 x 30 = 3,270 s with 6 nodes more for 3,150 s of it, $1.008; gpu by
// MINIMAL takes 120 + 3 x (120 + 60 + 60 + 90) = 1,110 s and nothing. By DEFAULT gpu would take
// 120 + 90 + 3 x 240 + 180 = 1,110 s too, and 6 nodes for 990 s, $0.3168; in a second group
// 90 + 120 + 1,800 + 3 x 120 + 3,600 + 120 = 6,090 s, and 6 nodes for all of it, $1.9488.
func TestMixedByHand(t *testing.T) {
	for name, c := range map[string]struct {
		course   rollout.Course
		web, gpu rollout.Course
		d        time.Duration
		cost     units.USD
		peak     int
		short    bool // 4 of the 6 are ready for a while
	}{
		"all by default":      {rollout.EKSDefault, "", "", 5580 * time.Second, 1_324_800_000, 6, false},
		"gpu by minimal":      {rollout.EKSDefault, "", rollout.EKSMinimal, 5580 * time.Second, 1_008_000_000, 0, true},
		"web by default":      {rollout.EKSMinimal, rollout.EKSDefault, "", 5580 * time.Second, 1_008_000_000, 0, true},
		"each by its own":     {rollout.EKSDefault, rollout.EKSDefault, rollout.EKSMinimal, 5580 * time.Second, 1_008_000_000, 0, true},
		"gpu in a second one": {rollout.EKSDefault, "", rollout.NodeGroupBlueGreen, 10560 * time.Second, 2_956_800_000, 6, false},
	} {
		p := byHand(c.course)
		p.Pools[0].Course, p.Pools[1].Course = c.web, c.gpu
		got := rollout.Run(&p, rollout.Options{})
		if !got.Finished || got.Duration != c.d || got.ExtraCost != c.cost || got.Pools[1].PeakExtraNodes != c.peak || got.Pools[1].MinReadyNodes < 4 || (got.Pools[1].MinReadyNodes == 4) != c.short {
			t.Errorf("%s: %v for %v, gpu +%d with %d ready", name, got.Duration, got.ExtraCost, got.Pools[1].PeakExtraNodes, got.Pools[1].MinReadyNodes)
		}
		if says := strings.Contains(rollout.Story(&p, &got), "2 in c; EKS managed node groups, old nodes first"); says != (c.gpu == rollout.EKSMinimal) {
			t.Errorf("%s: the story names the pool's own course: %t", name, says)
		}
	}
}
