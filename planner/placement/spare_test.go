package placement_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestSpare: how many nodes may be away, worked out by hand.
func TestSpare(t *testing.T) {
	// Each of six nodes has places for four pods of a core. Of the 24, 12 are free: k nodes
	// take 4k of them away, with what is on them and what is not.
	even := []placement.Workload{pods("a", 12, 1, 1)}
	// 14 are free, on unlike nodes.
	uneven := []placement.Workload{pods("a", 10, 1, 1)}
	// One of three cores fills a node: what is away finds no place.
	full := []placement.Workload{pods("a", 6, 3, 1)}
	apart := []placement.Workload{pods("a", 6, 1, 1)}
	apart[0].Spread = []placement.Spread{{Key: placement.Host, MaxSkew: 1, Hard: true}}
	// Of twelve pods, two a node, four may be away.
	ready := []placement.Workload{pods("a", 12, 1, 1)}
	ready[0].MinReady = 8
	for name, tc := range map[string]struct {
		works  []placement.Workload
		losses placement.Losses
		want   placement.Spare
	}{
		"even":               {even, placement.Losses{}, placement.Spare{Alone: 3, Beside: 3}},
		"even, one lost":     {even, placement.Losses{Nodes: 1}, placement.Spare{Alone: 3, Beside: 2}},
		"even, a zone lost":  {even, placement.Losses{Zones: 1}, placement.Spare{Alone: 3, Beside: 1}},
		"even, both at once": {even, placement.Losses{Nodes: 1, Zones: 1, AtOnce: true}, placement.Spare{Alone: 3, Beside: 0}},
		"even, two zones":    {even, placement.Losses{Zones: 2}, placement.Spare{Alone: 3, Beside: -1}},
		"uneven":             {uneven, placement.Losses{Nodes: 2}, placement.Spare{Alone: 3, Beside: 1}},
		"full":               {full, placement.Losses{Nodes: 1}, placement.Spare{Alone: 0, Beside: -1}},
		"hard spread":        {apart, placement.Losses{Nodes: 1}, placement.Spare{Alone: 0, Beside: -1}},
		"ready":              {ready, placement.Losses{Nodes: 1}, placement.Spare{Alone: 2, Beside: 1}},
		"too many":           {[]placement.Workload{pods("a", 25, 1, 1)}, placement.Losses{}, placement.Spare{Alone: -1, Beside: -1}},
	} {
		g := placement.Group{Pools: []placement.Pool{{Allocatable: cores(4, 64), NodesByZone: []int{2, 2, 2}}}, Workloads: tc.works}
		if got := placement.NewChecker().Spare(g, tc.losses, placement.Options{}, placement.NoSpare()); got != tc.want {
			t.Errorf("%s: %+v may be away, by hand %+v", name, got, tc.want)
		}
	}
}

// spareGroup is a random group with some room left.
func spareGroup(r *rand.Rand) (placement.Group, placement.Losses) {
	g, l, _ := randomGroup(r)
	if r.IntN(2) == 0 {
		mix(r, &g)
	}
	for p := range g.Pools {
		for z := range g.Pools[p].NodesByZone {
			g.Pools[p].NodesByZone[z] += r.IntN(4)
		}
	}
	for i := range g.Workloads {
		w := &g.Workloads[i]
		w.Surge = 0
		if r.IntN(8) > 0 {
			w.Spread, w.MinReady = nil, 0
		}
		if w.Request.CPU > 1000 {
			w.Request.CPU /= 2
		}
		w.Request.Memory = min(w.Request.Memory, units.GiB)
	}
	return g, l
}

// TestSpareAgainstAnAdversary: as many nodes as are said to be spared are drained one after
// another, whichever they are and wherever their pods go, and then nodes and zones are lost:
// each pod finds a place in any order, and enough were ready.
func TestSpareAgainstAnAdversary(t *testing.T) {
	checker, drained := placement.NewChecker(), 0
	for seed := range uint64(sample(4000)) {
		r := rand.New(rand.NewPCG(seed, 41))
		g, l := spareGroup(r)
		o := placement.Options{Shuffles: -1}
		spare := checker.Spare(g, l, o, placement.NoSpare())
		report, failure := checker.Check(g, placement.Losses{}, o)
		if failure != nil {
			if spare != placement.NoSpare() {
				t.Fatalf("seed %d: %+v spared of a group that does not hold: %v", seed, spare, failure)
			}
			continue
		}
		for range 6 {
			a := &drain{r: r, g: &g, nodes: report.Nodes, gone: make([]bool, len(report.Nodes))}
			a.take(spare.Alone)
			if a.homeless != "" {
				t.Fatalf("seed %d: %d of %d nodes away: %s has no place", seed, spare.Alone, len(report.Nodes), a.homeless)
			}
			if spare.Beside < 0 {
				continue
			}
			a = &drain{r: r, g: &g, nodes: report.Nodes, gone: make([]bool, len(report.Nodes))}
			a.take(spare.Beside)
			a.lose(l)
			if a.homeless != "" || a.unready != "" {
				t.Fatalf("seed %d: %d of %d nodes away and %+v lost: %q has no place, %q is not ready", seed, spare.Beside, len(report.Nodes), l, a.homeless, a.unready)
			}
			if spare.Beside > 0 && l != (placement.Losses{}) {
				drained++
			}
		}
	}
	if drained < sample(2000) {
		t.Errorf("nodes were away beside a loss %d times: the test shows little", drained)
	}
}

// drain is an adversary of Spare. Pods are by node and workload.
type drain struct {
	r                 *rand.Rand
	g                 *placement.Group
	nodes             []placement.NodePods
	gone              []bool
	homeless, unready string
}

// take drains so many random nodes one after another.
func (a *drain) take(nodes int) {
	a.nodes = slices.Clone(a.nodes)
	for n := range a.nodes {
		a.nodes[n].Pods = slices.Clone(a.nodes[n].Pods)
	}
	for _, n := range a.r.Perm(len(a.nodes)) {
		if nodes <= 0 {
			return
		}
		if !a.gone[n] {
			a.leave([]int{n})
			nodes--
		}
	}
}

// lose takes what may be lost at once: a random choice of zones, of nodes, or of both.
func (a *drain) lose(l placement.Losses) {
	zones, nodes := l.Zones, l.Nodes
	if !l.AtOnce && zones > 0 && nodes > 0 {
		if a.r.IntN(2) == 0 {
			zones = 0
		} else {
			nodes = 0
		}
	}
	var lost []int
	dead := map[int]bool{}
	for _, z := range a.r.Perm(len(a.g.Pools[0].NodesByZone)) {
		has := slices.ContainsFunc(a.g.Pools, func(p placement.Pool) bool { return p.NodesByZone[z] > 0 })
		if has && len(dead) < zones {
			dead[z] = true
		}
	}
	for _, n := range a.r.Perm(len(a.nodes)) {
		switch {
		case a.gone[n]:
		case dead[a.nodes[n].Zone]:
			lost = append(lost, n)
		case nodes > 0:
			lost = append(lost, n)
			nodes--
		}
	}
	for w := range a.g.Workloads {
		ready := a.g.Workloads[w].Replicas
		for _, n := range lost {
			ready -= a.nodes[n].Pods[w]
		}
		if ready < a.g.Workloads[w].MinReady {
			a.unready = a.g.Workloads[w].Name
		}
	}
	a.leave(lost)
}

// leave moves the pods of nodes to others, in a random order, each to a random one of those
// that have room.
func (a *drain) leave(nodes []int) {
	var waiting []int
	for _, n := range nodes {
		a.gone[n] = true
		for w, pods := range a.nodes[n].Pods {
			for range pods {
				waiting = append(waiting, w)
			}
			a.nodes[n].Pods[w] = 0
		}
	}
	a.r.Shuffle(len(waiting), func(i, j int) { waiting[i], waiting[j] = waiting[j], waiting[i] })
	for _, w := range waiting {
		var room []int
		for n := range a.nodes {
			if !a.gone[n] && a.fits(w, n) {
				room = append(room, n)
			}
		}
		if len(room) == 0 {
			a.homeless = a.g.Workloads[w].Name
			return
		}
		a.nodes[room[a.r.IntN(len(room))]].Pods[w]++
	}
}

// fits reports whether a pod of w has room on a node that admits it.
func (a *drain) fits(w, n int) bool {
	node, load := &a.nodes[n], &a.g.Workloads[w]
	if load.Pools != nil && !load.Pools[node.Pool] || load.Zones != nil && !load.Zones[node.Zone] {
		return false
	}
	pool := &a.g.Pools[node.Pool]
	left := pool.Allocatable
	take := func(r placement.Resources, pods, times int) {
		left.CPU -= r.CPU * units.MilliCPU(times)
		left.Memory -= r.Memory * units.Bytes(times)
		left.Storage -= r.Storage * units.Bytes(times)
		left.Pods -= pods * times
		for i := range left.More {
			left.More[i] -= r.More[i] * int64(times)
		}
	}
	take(pool.Reserved, pool.Reserved.Pods, 1)
	for o, pods := range node.Pods {
		take(a.g.Workloads[o].Request, 1, pods)
	}
	take(load.Request, 1, 1)
	enough := left.CPU >= 0 && left.Memory >= 0 && left.Pods >= 0 && (left.Storage >= 0 || load.Request.Storage == 0)
	for i := range left.More {
		enough = enough && (left.More[i] >= 0 || load.Request.More[i] == 0)
	}
	return enough
}

// TestSpareIsSurvived: where nodes can be spared beside losses, the modelled scheduler
// survives so many more of them in all orders.
func TestSpareIsSurvived(t *testing.T) {
	checker, spared := placement.NewChecker(), 0
	for seed := range uint64(sample(3000)) {
		r := rand.New(rand.NewPCG(seed, 42))
		g, l := spareGroup(r)
		l.AtOnce = l.AtOnce || l.Zones > 0
		o := placement.Options{Shuffles: 3, Balance: placement.Balance(r.IntN(2))}
		spare := checker.Spare(g, l, o, placement.NoSpare())
		if spare.Beside < 0 {
			continue
		}
		more := l
		more.Nodes += spare.Beside
		if _, failure := checker.Check(g, more, o); failure != nil {
			t.Fatalf("seed %d: %d nodes away beside %+v, and then %v", seed, spare.Beside, l, failure)
		}
		if spare.Beside > 0 {
			spared++
		}
	}
	if spared < sample(300) {
		t.Errorf("nodes were spared %d times: the test shows little", spared)
	}
}
