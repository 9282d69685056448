package placement_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestReplayByHand loses nodes of placements whose outcome is plain to see.
func TestReplayByHand(t *testing.T) {
	// Three nodes of 4 cores in zones 0, 0, 1, with pods of 1 core: 3, 2 and 1.
	one := placement.Group{
		Pools:     []placement.Pool{{Allocatable: cores(4, 16), NodesByZone: []int{2, 1}}},
		Workloads: []placement.Workload{pods("w", 6, 1, 1)},
	}
	filled := []placement.NodePods{{Zone: 0, Pods: []int{3}}, {Zone: 1, Pods: []int{1}}, {Zone: 0, Pods: []int{2}}}
	spread, wait := one, one
	spread.Workloads = []placement.Workload{one.Workloads[0]}
	spread.Workloads[0].Spread = []placement.Spread{{Key: placement.Zone, MaxSkew: 1, Hard: true}}
	wait.Workloads = []placement.Workload{one.Workloads[0]}
	wait.Workloads[0].Reschedule, wait.Workloads[0].MinReady = false, 4
	zone := func(z int) placement.Strike { return placement.Strike{Zones: []int{z}} }
	for name, c := range map[string]struct {
		group            placement.Group
		strike           placement.Strike
		ways, held       int
		fate             placement.Fate
		missing, unready int
		freeCPU          units.MilliCPU
	}{
		// The fullest goes: 8 cores are left with 3 pods, and the other 3 fit.
		"any node": {one, placement.Strike{AnyNodes: 1}, 3, 3, placement.Fate{Displaced: 3, Placed: 3, Landed: []int{1, 2}}, 0, 0, 2000},
		// 5 pods for the 3 cores that are free in zone 1.
		"zone 0": {one, zone(0), 1, 0, placement.Fate{Displaced: 5, Placed: 3, Landed: []int{0, 3}, Short: placement.ShortCPU}, 2, 0, 0},
		// Of the two nodes of zone 0 the fuller.
		"one in zone 0": {one, placement.Strike{In: []int{1, 0}}, 2, 2, placement.Fate{Displaced: 3, Placed: 3, Landed: []int{1, 2}}, 0, 0, 2000},
		// Zone 1, and 3 pods for the 2 cores that the other node of zone 0 has free.
		"zone 1 and a node": {one, placement.Strike{Zones: []int{1}, AnyNodes: 1}, 2, 0, placement.Fate{Displaced: 4, Placed: 2, Landed: []int{2, 0}, Short: placement.ShortCPU}, 2, 0, 0},
		// Every node: there is no room, whatever they ask for.
		"all": {one, placement.Strike{AnyNodes: 9}, 1, 0, placement.Fate{Displaced: 6, Landed: []int{0, 0}}, 6, 0, 0},
		// Zone 0 keeps 2 of its pods and zone 1 has 1. By skew 1 they may be 2 and 3,
		// 3 and 3: the three that are displaced fit.
		"spread": {spread, placement.Strike{In: []int{1, 0}}, 2, 2, placement.Fate{Displaced: 3, Placed: 3, Landed: []int{1, 2}}, 0, 0, 2000},
		// Whichever goes, min_ready 4 is kept but where three pods are lost. The pods
		// may wait: they count as missing nowhere.
		"may wait": {wait, placement.Strike{AnyNodes: 1}, 3, 2, placement.Fate{Displaced: 3, Placed: 3, Landed: []int{1, 2}}, 0, 1, 5000},
	} {
		got, ok := placement.NewReplay(c.group, filled, placement.Options{}).Worst(c.strike)
		o := got.Outcome
		if !ok || got.Ways != c.ways || got.Tried != c.ways || !got.All || got.Held != c.held {
			t.Errorf("%s: %+v, want %d ways, %d held", name, got, c.ways, c.held)
		}
		if !reflect.DeepEqual(o.Fates, []placement.Fate{c.fate}) || o.Missing != c.missing || o.NotReady != c.unready || o.Free.CPU != c.freeCPU {
			t.Errorf("%s: %+v, want %+v, %d missing, %d not ready, %d free", name, o, c.fate, c.missing, c.unready, c.freeCPU)
		}
	}
}

// TestReplayAgreesWithTwin tries strikes on random placements, and each way that
// they can hit on the slow twin.
func TestReplayAgreesWithTwin(t *testing.T) {
	struck, failed := 0, 0
	for seed := range uint64(sample(3500)) {
		r := rand.New(rand.NewPCG(seed, 1))
		g, _, o := randomGroup(r)
		if seed%2 == 1 {
			mix(r, &g)
		}
		if seed%3 == 1 {
			bind(r, &g)
			o.Scoring = placement.Scoring(r.IntN(2))
		}
		o.Shuffles = -1
		for w := range g.Workloads {
			g.Workloads[w].Surge = 0
		}
		report, failure := placement.Check(g, placement.Losses{}, o)
		if failure != nil {
			continue
		}
		s := placement.Strike{AnyZones: r.IntN(3) / 2, AnyNodes: r.IntN(3), In: make([]int, len(g.Pools[0].NodesByZone))}
		if z := r.IntN(len(g.Pools[0].NodesByZone)); r.IntN(3) == 0 {
			s.Zones = []int{z}
		} else {
			s.In[z] = r.IntN(2)
		}
		struck++
		got, ok := placement.NewReplay(g, report.Nodes, o).Worst(s)
		want := strikeTwin(g, report.Nodes, o, s)
		if got.Held < got.Tried {
			failed++
		}
		if !ok || !got.All || got.Tried != got.Ways || got.Ways != want.ways || got.Held != want.held {
			t.Fatalf("seed %d: %d of %d ways held, the twin says %d of %d\n%+v\n%+v", seed, got.Held, got.Ways, want.held, want.ways, g, s)
		}
		w := got.Outcome
		if w.Missing+w.NotReady != want.bad || w.FreeCPU != ratio(want.free) {
			t.Fatalf("seed %d: the worst is %+v, the twin says %d bad, %v free\n%+v\n%+v", seed, w, want.bad, want.free, g, s)
		}
		if !slices.Equal(got.Displaced, want.displaced) {
			t.Fatalf("seed %d: at most %v are displaced, the twin says %v", seed, got.Displaced, want.displaced)
		}
		if fates, _, _ := loseTwin(g, report.Nodes, o, w.Lost.Zones, w.Lost.Nodes); !reflect.DeepEqual(w.Fates, fates) {
			t.Fatalf("seed %d: after %v: %+v, the twin says %+v", seed, w.Lost, w.Fates, fates)
		}
	}
	if struck < sample(500) || failed < sample(100) || struck-failed < sample(100) {
		t.Errorf("%d strikes, %d of which broke something: the test shows little", struck, failed)
	}
}

type struckTwin struct {
	ways, held, bad int
	free            float64
	displaced       []int
}

// strikeTwin tries every set of zones and nodes that the strike may be; of those
// that differ in the names of equal nodes the first, for all.
func strikeTwin(g placement.Group, nodes []placement.NodePods, o placement.Options, s placement.Strike) struckTwin {
	out := struckTwin{bad: -1, displaced: make([]int, len(g.Workloads))}
	var others []int
	inZone := make([]int, len(g.Pools[0].NodesByZone))
	for _, n := range nodes {
		inZone[n.Zone]++
	}
	for z, n := range inZone {
		if n > 0 && !slices.Contains(s.Zones, z) {
			others = append(others, z)
		}
	}
	for _, more := range subsets(others, min(s.AnyZones, len(others))) {
		zones := slices.Sorted(slices.Values(append(slices.Clone(more), s.Zones...)))
		var up []int
		k, in := s.AnyNodes, make([]int, len(inZone))
		for n := range nodes {
			if z := nodes[n].Zone; !slices.Contains(zones, z) {
				up = append(up, n)
			}
		}
		for z := range in {
			if !slices.Contains(zones, z) {
				in[z] = min(s.In[z], inZone[z])
			}
			k += in[z]
		}
		seen := map[string]bool{}
		for _, lost := range subsets(up, min(k, len(up))) {
			here := make([]int, len(in))
			var parts []string
			for _, n := range lost {
				here[nodes[n].Zone]++
				parts = append(parts, fmt.Sprint(nodes[n].Pool, nodes[n].Zone, nodes[n].Pods))
			}
			if !covers(here, in) {
				continue
			}
			slices.Sort(parts)
			out.add(g, nodes, o, zones, lost, seen, fmt.Sprint(parts))
		}
	}
	return out
}

// covers reports whether every number is at least the other list's.
func covers(list, least []int) bool {
	for i := range list {
		if list[i] < least[i] {
			return false
		}
	}
	return true
}

func (s *struckTwin) add(g placement.Group, nodes []placement.NodePods, o placement.Options, zones, lost []int, seen map[string]bool, signature string) {
	s.ways++
	holds, known := seen[signature]
	if !known {
		fates, bad, free := loseTwin(g, nodes, o, zones, lost)
		for w := range fates {
			s.displaced[w] = max(s.displaced[w], fates[w].Displaced)
		}
		holds = bad == 0
		seen[signature] = holds
		if bad > s.bad || bad == s.bad && free < s.free {
			s.bad, s.free = bad, free
		}
	}
	if holds {
		s.held++
	}
}

// loseTwin takes zones and nodes away and places their pods with the twin's
// scheduler, those that must have room first. It returns how many pods have no
// place though they must, or are not ready, and the share of CPU that is free when
// those that must have their place.
func loseTwin(g placement.Group, filled []placement.NodePods, o placement.Options, zones, lost []int) ([]placement.Fate, int, float64) {
	t := &twin{g: g, balance: o.Balance, scoring: o.Scoring, failures: map[string]bool{}}
	fates := make([]placement.Fate, len(g.Workloads))
	displaced := make([][]twinPod, len(g.Workloads)) // those that need a place
	var nodes []twinNode
	for i, n := range filled {
		node := twinNode{index: i, zone: n.Zone, pool: n.Pool}
		gone := slices.Contains(zones, n.Zone) || slices.Contains(lost, i)
		for w, count := range n.Pods {
			pod := twinPod{workload: w, home: -1}
			switch {
			case !gone:
				node.pods = append(node.pods, slices.Repeat([]twinPod{pod}, count)...)
				continue
			case g.Workloads[w].ZonalVolumes && slices.Contains(zones, n.Zone):
				fates[w].Waiting += count
			default:
				if g.Workloads[w].ZonalVolumes {
					pod.home = n.Zone
				}
				displaced[w] = append(displaced[w], slices.Repeat([]twinPod{pod}, count)...)
			}
			fates[w].Displaced += count
		}
		if !gone {
			nodes = append(nodes, node)
		}
	}
	bad, free := 0, 0.0
	for _, must := range []bool{true, false} {
		var later []twinPod
		place := func(p twinPod, last bool) {
			f := &fates[p.workload]
			n, why := t.schedule(nodes, p)
			switch {
			case n >= 0:
				nodes[n].pods = append(nodes[n].pods, p)
			case t.waits(p) && !last:
				later = append(later, p)
			case f.Short == "" && len(nodes) > 0:
				f.Short = why
			}
		}
		for _, w := range t.bySize() {
			if g.Workloads[w].Reschedule != must {
				continue
			}
			slices.SortStableFunc(displaced[w], func(a, b twinPod) int { return a.home - b.home })
			for _, p := range displaced[w] {
				place(p, false)
			}
		}
		for _, p := range t.retry(nodes, later) {
			place(p, true)
		}
		if must {
			free = t.freeShare(nodes)
		}
	}
	for w := range fates {
		f, spec := &fates[w], g.Workloads[w]
		f.Landed = make([]int, len(g.Pools[0].NodesByZone))
		f.Placed = -(spec.Replicas - f.Displaced)
		for z := range f.Landed {
			for _, n := range nodes {
				for _, p := range n.pods {
					if p.workload == w && n.zone == z {
						f.Landed[z]++
						f.Placed++
					}
				}
			}
		}
		for i, n := range filled {
			if !slices.Contains(zones, n.Zone) && !slices.Contains(lost, i) {
				f.Landed[n.Zone] -= n.Pods[w]
			}
		}
		if spec.Reschedule {
			bad += f.Displaced - f.Waiting - f.Placed
		}
		bad += max(0, spec.MinReady-(spec.Replicas-f.Displaced))
	}
	return fates, bad, free
}

// TestReplayIsBounded stops at a number of failures that differ, and says so.
func TestReplayIsBounded(t *testing.T) {
	// 30 nodes, no two alike: of C(30, 6) = 593,775 sets 10,000 are tried.
	g := placement.Group{Pools: []placement.Pool{{Allocatable: cores(64, 64), NodesByZone: []int{30}}}, Workloads: []placement.Workload{pods("w", 465, 0.1, 0.1)}}
	var nodes []placement.NodePods
	for n := range 30 {
		nodes = append(nodes, placement.NodePods{Pods: []int{n + 1}})
	}
	got, ok := placement.NewReplay(g, nodes, placement.Options{}).Worst(placement.Strike{AnyNodes: 6})
	if !ok || got.All || got.Ways != 593_775 || got.Tried != 10_000 || got.Held != 10_000 {
		t.Errorf("%+v", got)
	}
	// The six fullest are among them: of 30 x 31 / 2 pods 30 + 29 + ... + 25 = 165.
	if got.Displaced[0] != 165 || len(got.Outcome.Lost.Nodes) != 6 {
		t.Errorf("the fullest were not tried: %+v", got)
	}
	stopped := placement.Options{Stop: func() bool { return true }}
	if _, ok := placement.NewReplay(g, nodes, stopped).Worst(placement.Strike{AnyNodes: 1}); ok {
		t.Error("goes on when told to stop")
	}
}
