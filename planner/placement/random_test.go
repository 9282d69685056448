package placement_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
)

// randomGroup is small enough for the twin, and tight enough to fail often.
func randomGroup(r *rand.Rand) (placement.Group, placement.Losses, placement.Options) {
	cores := []int{2, 4, 8}[r.IntN(3)]
	g := placement.Group{
		Pools: []placement.Pool{{Allocatable: placement.Resources{
			CPU:    units.MilliCPU(cores*1000 - r.IntN(200)),
			Memory: units.Bytes(cores*(2+r.IntN(4)))*units.GiB - units.Bytes(r.IntN(500))*units.MiB,
			Pods:   5 + r.IntN(20),
		}, Reserved: placement.Resources{CPU: units.MilliCPU(r.IntN(300)), Memory: units.Bytes(r.IntN(400)) * units.MiB, Pods: r.IntN(4)}, Unrequested: placement.Resources{CPU: units.MilliCPU(r.IntN(3) * 100), Memory: units.Bytes(r.IntN(4)*200) * units.MiB}}},
	}
	for range 1 + r.IntN(3) {
		g.Pools[0].NodesByZone = append(g.Pools[0].NodesByZone, r.IntN(4))
	}
	g.Pools[0].NodesByZone[r.IntN(len(g.Pools[0].NodesByZone))]++
	for i := range 1 + r.IntN(4) {
		w := placement.Workload{
			Name:            fmt.Sprintf("w%d", (i*7)%5),
			Request:         placement.Resources{CPU: units.MilliCPU(100 * (1 + r.IntN(cores*5))), Memory: units.Bytes(256*(1+r.IntN(12))) * units.MiB, Pods: 1},
			Replicas:        r.IntN(7),
			Surge:           r.IntN(2),
			NoDefaultSpread: r.IntN(3) == 0,
			Reschedule:      r.IntN(3) > 0,
		}
		for _, key := range []placement.Key{placement.Zone, placement.Host} {
			if r.IntN(4) == 0 {
				w.Spread = append(w.Spread, placement.Spread{Key: key, MaxSkew: 1 + r.IntN(2), Hard: true})
			}
			if r.IntN(4) == 0 {
				w.Spread = append(w.Spread, placement.Spread{Key: key, MaxSkew: 1 + r.IntN(3)})
			}
		}
		if r.IntN(4) == 0 {
			w.MinReady = r.IntN(w.Replicas + 1)
		}
		g.Workloads = append(g.Workloads, w)
	}
	l := placement.Losses{Nodes: r.IntN(3), Zones: r.IntN(2), AtOnce: r.IntN(2) == 0}
	return g, l, placement.Options{Balance: placement.Balance(r.IntN(2))}
}

// mix makes a group one of unlike nodes: up to two pools more, selectors, and
// requests of further resources, each in some groups.
func mix(r *rand.Rand, g *placement.Group) {
	zones := len(g.Pools[0].NodesByZone)
	for range r.IntN(3) {
		p := g.Pools[0]
		p.Allocatable.CPU = p.Allocatable.CPU * units.MilliCPU(1+r.IntN(4)) / 2
		p.Allocatable.Memory = p.Allocatable.Memory * units.Bytes(1+r.IntN(4)) / 2
		p.Allocatable.Pods += r.IntN(10)
		if r.IntN(2) == 0 {
			p.Reserved.CPU += 100
			p.Unrequested = placement.Resources{}
		}
		p.NodesByZone = make([]int, zones)
		for z := range zones {
			p.NodesByZone[z] = r.IntN(3)
		}
		g.Pools = append(g.Pools, p)
	}
	mask := func(n int) []bool {
		if r.IntN(3) > 0 {
			return nil
		}
		out := make([]bool, n)
		for i := range out {
			out[i] = r.IntN(4) > 0
		}
		return out
	}
	for i := range g.Workloads {
		w := &g.Workloads[i]
		w.Pools, w.Zones = mask(len(g.Pools)), mask(zones)
	}
	for range r.IntN(3) {
		kind := r.IntN(1 + placement.MoreKinds)
		set := func(to *placement.Resources, amount int) {
			if kind == 0 {
				to.Storage = units.Bytes(amount)
			} else {
				to.More[kind-1] = int64(amount)
			}
		}
		for p := range g.Pools {
			set(&g.Pools[p].Allocatable, r.IntN(12))
			set(&g.Pools[p].Reserved, r.IntN(2))
		}
		for i := range g.Workloads {
			set(&g.Workloads[i].Request, r.IntN(3))
		}
	}
}

// TestAgreesWithTwin compares Check with the slow twin: the same groups hold, a
// failure is one of the twin's, and a report says the same.
func TestAgreesWithTwin(t *testing.T) {
	agreesWithTwin(t, 6000, func(*rand.Rand, *placement.Group) {},
		placement.ShortCPU, placement.ShortMemory, placement.ShortPods, placement.ShortSpread, placement.ShortMinReady)
}

// TestAgreesWithTwinOnUnlikeNodes does so for pools, selectors and more resources.
func TestAgreesWithTwinOnUnlikeNodes(t *testing.T) {
	agreesWithTwin(t, 3000, mix, placement.ShortCPU, placement.ShortMemory, placement.ShortPods, placement.ShortSpread, placement.ShortMinReady,
		placement.ShortSelector, placement.ShortStorage, placement.ShortMore(0), placement.ShortMore(5))
}

// bind gives workloads rules between pods, volumes in zones and priorities, each in
// some groups, and the nodes of some the other score for room.
func bind(r *rand.Rand, g *placement.Group) {
	key := func() placement.Key { return placement.Key(r.IntN(2)) }
	mode := func() placement.Mode { return placement.Mode(1 + r.IntN(2)) }
	for i := range g.Workloads {
		w := &g.Workloads[i]
		if r.IntN(3) == 0 {
			w.AntiAffinity = placement.AntiAffinity{Mode: mode(), Key: key()}
		}
		for r.IntN(3) == 0 {
			to := g.Workloads[r.IntN(len(g.Workloads))].Name
			w.Affinity = append(w.Affinity, placement.Affinity{To: to, Key: key(), Mode: mode()})
		}
		w.ZonalVolumes = r.IntN(4) == 0
		w.Priority = max(0, r.IntN(4)-1)
		w.Surge = r.IntN(3)
	}
}

// TestAgreesWithTwinOnRules does so for what binds pods to each other and to zones.
func TestAgreesWithTwinOnRules(t *testing.T) {
	agreesWithTwin(t, 3000, bind, placement.ShortCPU, placement.ShortMemory, placement.ShortPods, placement.ShortSpread, placement.ShortMinReady,
		placement.ShortAntiAffinity, placement.ShortAffinity, placement.ShortVolumeZone)
}

// TestAgreesWithTwinOnEverything does so for all of these on unlike nodes.
func TestAgreesWithTwinOnEverything(t *testing.T) {
	everything := func(r *rand.Rand, g *placement.Group) {
		mix(r, g)
		bind(r, g)
	}
	agreesWithTwin(t, 2000, everything, placement.ShortCPU, placement.ShortSelector, placement.ShortAntiAffinity, placement.ShortAffinity, placement.ShortVolumeZone)
}

// agreesWithTwin compares random groups, changed, with nodes found by kinds and by
// views. Of each shortage there are some.
func agreesWithTwin(t *testing.T, seeds int, change func(*rand.Rand, *placement.Group), shortages ...placement.Shortage) {
	t.Helper()
	checkers := []*placement.Checker{placement.NewChecker(), placement.NewIndexedChecker()}
	held := 0
	during := map[placement.During]int{}
	short := map[placement.Shortage]int{}
	for seed := range uint64(sample(seeds)) {
		r := rand.New(rand.NewPCG(seed, 0))
		g, l, o := randomGroup(r)
		change(r, &g)
		o.Scoring = placement.Scoring(r.IntN(2))
		twin := runTwin(g, l, o)
		for _, checker := range checkers {
			report, failure := checker.Check(g, l, o)
			if failure != nil {
				during[failure.During]++
				short[failure.Resource]++
				if !twin.failures[fmt.Sprintf("%d %s", failure.Order, failure)] {
					t.Fatalf("seed %d: %q in order %d; the twin found %v\n%+v %+v", seed, failure, failure.Order, twin.failures, g, l)
				}
				continue
			}
			held++
			if len(twin.failures) > 0 {
				t.Fatalf("seed %d: held; the twin found %v\n%+v %+v", seed, twin.failures, g, l)
			}
			sameReport(t, seed, report, twin)
		}
	}
	if held < sample(500) {
		t.Errorf("only %d groups held: the test shows little", held)
	}
	if testing.Short() {
		return // some are rare
	}
	for _, d := range []placement.During{placement.Normal, placement.Rollout, placement.NodeLoss, placement.ZoneLoss, placement.NodeAndZoneLoss} {
		if during[d] < 10 {
			t.Errorf("only %d groups failed in %s", during[d], d)
		}
	}
	for _, s := range shortages {
		if short[s] < 10 {
			t.Errorf("only %d groups were short of %s", short[s], s)
		}
	}
}

func sameReport(t *testing.T, seed uint64, r placement.Report, twin *twin) {
	t.Helper()
	if len(r.Nodes) != len(twin.nodes) {
		t.Fatalf("seed %d: %d nodes, the twin has %d", seed, len(r.Nodes), len(twin.nodes))
	}
	for i, n := range r.Nodes {
		counts := make([]int, len(twin.g.Workloads))
		for _, p := range twin.nodes[i].pods {
			counts[p.workload]++
		}
		if got, want := fmt.Sprint(n.Pool, n.Zone, n.Pods), fmt.Sprint(twin.nodes[i].pool, twin.nodes[i].zone, counts); got != want {
			t.Fatalf("seed %d: node %d has %s, the twin's %s", seed, i, got, want)
		}
	}
	if got, want := fmt.Sprint(r.ReadyAtWorst), fmt.Sprint(twin.ready); got != want {
		t.Errorf("seed %d: ready at worst %s, the twin says %s", seed, got, want)
	}
	if want := ratio(twin.least); r.TightestFreeCPU != want {
		t.Errorf("seed %d: tightest free CPU %d, the twin says %d", seed, r.TightestFreeCPU, want)
	}
	if len(r.Drills) != len(twin.tried) {
		t.Errorf("seed %d: %d drills, the twin tried %d", seed, len(r.Drills), len(twin.tried))
	}
	for _, d := range r.Drills {
		event := fmt.Sprintf("%s %d %d", d.Event, d.Nodes, d.Zones)
		if d.Tried != twin.tried[event] || d.Held != d.Tried {
			t.Errorf("seed %d: %s: tried %d, held %d, the twin tried %d", seed, event, d.Tried, d.Held, twin.tried[event])
		}
		if want := ratio(twin.tightest[event]); d.Tightest.FreeCPU != want {
			t.Errorf("seed %d: %s: tightest %d, the twin says %d", seed, event, d.Tightest.FreeCPU, want)
		}
	}
}

// TestPlacementsAreValid checks what must hold of any report: every pod placed
// once, no node over its capacity, no hard skew exceeded.
func TestPlacementsAreValid(t *testing.T) {
	for seed := range uint64(sample(3000)) {
		g, l, o := randomGroup(rand.New(rand.NewPCG(seed, 1)))
		report, failure := placement.Check(g, l, o)
		if failure != nil {
			continue
		}
		placed := make([]int, len(g.Workloads))
		zoneNodes := make([]int, len(g.Pools[0].NodesByZone))
		for i, n := range report.Nodes {
			zoneNodes[n.Zone]++
			cpu, memory, pods := g.Pools[0].Reserved.CPU, g.Pools[0].Reserved.Memory, g.Pools[0].Reserved.Pods
			for w, count := range n.Pods {
				placed[w] += count
				cpu += g.Workloads[w].Request.CPU * units.MilliCPU(count)
				memory += g.Workloads[w].Request.Memory * units.Bytes(count)
				pods += count
			}
			if a := g.Pools[0].Allocatable; len(n.Pods) > 0 && placedOn(n) > 0 && (cpu > a.CPU || memory > a.Memory || pods > a.Pods) {
				t.Errorf("seed %d: node %d is over its capacity", seed, i)
			}
		}
		if fmt.Sprint(zoneNodes) != fmt.Sprint(g.Pools[0].NodesByZone) {
			t.Errorf("seed %d: nodes by zone %v, want %v", seed, zoneNodes, g.Pools[0].NodesByZone)
		}
		for w := range g.Workloads {
			if placed[w] != g.Workloads[w].Replicas {
				t.Errorf("seed %d: %d pods of %d placed", seed, placed[w], g.Workloads[w].Replicas)
			}
			for _, s := range g.Workloads[w].Spread {
				if skew := skewOf(g, report, w, s.Key); s.Hard && skew > s.MaxSkew {
					t.Errorf("seed %d: skew %d, at most %d", seed, skew, s.MaxSkew)
				}
			}
		}
	}
}

func placedOn(n placement.NodePods) int {
	sum := 0
	for _, p := range n.Pods {
		sum += p
	}
	return sum
}

func skewOf(g placement.Group, r placement.Report, w int, key placement.Key) int {
	counts := map[int]int{}
	for i, n := range r.Nodes {
		if key == placement.Zone {
			i = n.Zone
		}
		counts[i] += n.Pods[w]
	}
	least, most := g.Workloads[w].Replicas, 0
	for _, c := range counts {
		least, most = min(least, c), max(most, c)
	}
	return most - least
}

// sample is how many cases of a property are drawn: a quarter under -short, with which the
// race detector runs. What it looks for shows in any of them.
func sample(all int) int {
	if testing.Short() {
		return all / 4
	}
	return all
}
