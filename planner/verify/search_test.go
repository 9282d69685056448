package verify_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/verify"
)

// nodes returns nodes of one zone that offer cpus, with plenty of the rest.
func nodes(cpus ...int64) []verify.Node {
	var ns []verify.Node
	for _, c := range cpus {
		ns = append(ns, verify.Node{CPU: c, Memory: 1000, Pods: 100})
	}
	return ns
}

func withRunning(ns []verify.Node, counts ...int) []verify.Node {
	for i := range ns {
		ns[i].Running = []int{counts[i]}
	}
	return ns
}

func kind(cpu int64, count int) verify.Kind { return verify.Kind{CPU: cpu, Memory: 1, Count: count} }

func TestPuzzles(t *testing.T) {
	fill := func(ns []verify.Node, kinds int) []verify.Node {
		for i := range ns {
			if ns[i].Running == nil {
				ns[i].Running = make([]int, kinds)
			}
		}
		return ns
	}
	zoned := withRunning(nodes(1, 1, 9), 0, 0, 0)
	zoned[1].Zone, zoned[2].Zone = 1, 1
	for name, tc := range map[string]struct {
		kinds  []verify.Kind
		nodes  []verify.Node
		greedy bool
		want   int
	}{
		"nothing waits":   {nil, nodes(1), true, verify.Placed},
		"one fits":        {[]verify.Kind{kind(3, 1)}, nodes(2, 3), true, verify.Placed},
		"no node is left": {[]verify.Kind{kind(3, 1)}, nil, false, verify.Impossible},
		"too big":         {[]verify.Kind{kind(4, 1)}, nodes(3, 3), false, verify.Impossible},
		// 2+2+2 and 3+3 fill nodes of 6 and 6; first fit by size fills 3+3, 2+2+2 too.
		"exact by size": {[]verify.Kind{kind(3, 2), kind(2, 3)}, nodes(6, 6), true, verify.Placed},
		// 5 + 5 and 3 + 3; but a 5 put where it is tight goes to the 6, and where it is
		// loose the second one does.
		"by search alone": {[]verify.Kind{kind(5, 2), kind(3, 2)}, nodes(10, 6), false, verify.Placed},
		// The same pods on as much room: one 5 a node leaves 4 and 2 for 3 and 3.
		"one too many": {[]verify.Kind{kind(5, 2), kind(3, 2)}, nodes(9, 7), false, verify.Impossible},
		// 3 + 3 + 3 + 3 = 12 = 6 + 6, but 4 + 4 + 4 does not divide by 3.
		"sums are not enough": {[]verify.Kind{kind(3, 4)}, nodes(4, 4, 4), false, verify.Impossible},
		"parity":              {[]verify.Kind{kind(5, 2), kind(4, 3)}, nodes(11, 11), false, verify.Impossible},
		"spread over hosts": {
			[]verify.Kind{{CPU: 1, Memory: 1, Count: 2, HostSkew: 1}}, withRunning(nodes(9, 1, 1), 1, 0, 0), true, verify.Placed,
		},
		"a full host holds the spread back": {
			[]verify.Kind{{CPU: 1, Memory: 1, Count: 1, HostSkew: 1}}, withRunning(nodes(9, 0, 9), 1, 0, 1), false, verify.Impossible,
		},
		"spread over zones": {
			[]verify.Kind{{CPU: 1, Memory: 1, Count: 3, ZoneSkew: 1}}, zoned, true, verify.Placed,
		},
		"a full zone holds the spread back": {
			[]verify.Kind{{CPU: 1, Memory: 1, Count: 4, ZoneSkew: 1}}, zoned, false, verify.Impossible,
		},
	} {
		t.Run(name, func(t *testing.T) {
			ns := fill(slices.Clone(tc.nodes), len(tc.kinds))
			if got := verify.Greedy(tc.kinds, ns); got != tc.greedy {
				t.Errorf("greedy found a placement: %t, want %t", got, tc.greedy)
			}
			if got := verify.Solve(tc.kinds, ns); got != tc.want {
				t.Errorf("verdict %d, want %d", got, tc.want)
			}
		})
	}
}

// TestSearchBound: a search that cannot end in its steps says so.
func TestSearchBound(t *testing.T) {
	// 30 nodes of 1001 and 30,030 in pods, so that every node has to be full. Each
	// needs an odd pod for that, and there are ten.
	var kinds []verify.Kind
	rng := rand.New(rand.NewPCG(7, 0))
	ns := nodes(slices.Repeat([]int64{1001}, 30)...)
	for range 30 {
		a, b := 2*(rng.Int64N(40)+140), 2*(rng.Int64N(40)+140)
		kinds = append(kinds, kind(a, 1), kind(b, 1), kind(1000-a-b, 1))
	}
	kinds = append(kinds, kind(3, 10))
	for i := range ns {
		ns[i].Running = make([]int, len(kinds))
	}
	if got := verify.Solve(kinds, ns); got != verify.Unproved {
		t.Errorf("verdict %d, want %d", got, verify.Unproved)
	}
}

// twin answers a puzzle by trying every pod on every node in every order.
func twin(kinds []verify.Kind, ns []verify.Node) int {
	left := make([]int, len(kinds))
	for i, k := range kinds {
		left[i] = k.Count
	}
	dead := map[string]bool{}
	var try func() bool
	try = func() bool {
		key := fmt.Sprint(left, ns, kinds)
		if dead[key] {
			return false
		}
		waiting := false
		for k := range kinds {
			if left[k] == 0 {
				continue
			}
			waiting = true
			for n := range ns {
				if !allowed(kinds, ns, k, n) {
					continue
				}
				move(kinds, ns, left, k, n, 1)
				ok := try()
				move(kinds, ns, left, k, n, -1)
				if ok {
					return true
				}
			}
		}
		dead[key] = waiting
		return !waiting
	}
	if try() {
		return verify.Placed
	}
	return verify.Impossible
}

func move(kinds []verify.Kind, ns []verify.Node, left []int, k, n, by int) {
	left[k] -= by
	if kinds[k].ByZone != nil {
		kinds[k].ByZone[ns[n].Zone] -= by
	}
	ns[n].CPU -= int64(by) * kinds[k].CPU
	ns[n].Memory -= int64(by) * kinds[k].Memory
	ns[n].Pods -= int64(by)
	ns[n].Running[k] += by
}

func allowed(kinds []verify.Kind, ns []verify.Node, k, n int) bool {
	kind, node := &kinds[k], &ns[n]
	if node.CPU < kind.CPU || node.Memory < kind.Memory || node.Pods < 1 {
		return false
	}
	admits := func(zone int) bool { return kind.Admits == nil || kind.Admits[zone] }
	zones, all := map[int][]int{}, make([]int, len(kinds))
	host := node.Running[k]
	for _, o := range ns {
		if zones[o.Zone] == nil {
			zones[o.Zone] = make([]int, len(kinds))
		}
		for i, r := range o.Running {
			zones[o.Zone][i] += r
			all[i] += r
		}
		if admits(o.Zone) {
			host = min(host, o.Running[k])
		}
	}
	zone := zones[node.Zone][k]
	for z, c := range zones {
		if admits(z) {
			zone = min(zone, c[k])
		}
	}
	there := func(with, pods int) bool { return pods > 0 || with == k && all[k] == 0 }
	for _, with := range kind.With {
		if !there(with, node.Running[with]) {
			return false
		}
	}
	for _, with := range kind.WithZone {
		if !there(with, zones[node.Zone][with]) {
			return false
		}
	}
	if kind.ApartHost && node.Running[k] > 0 || kind.ApartZone && zones[node.Zone][k] > 0 {
		return false
	}
	return admits(node.Zone) && (kind.ByZone == nil || kind.ByZone[node.Zone] > 0) &&
		(kind.HostSkew == 0 || node.Running[k]+1-host <= kind.HostSkew) &&
		(kind.ZoneSkew == 0 || zones[node.Zone][k]+1-zone <= kind.ZoneSkew)
}

// randomPuzzle has up to three kinds of pods on two or three nodes of two zones, plain
// ones or with rules.
func randomPuzzle(rng *rand.Rand, ruled bool) ([]verify.Kind, []verify.Node) {
	kinds := make([]verify.Kind, 1+rng.IntN(3))
	for i := range kinds {
		k := &kinds[i]
		*k = verify.Kind{CPU: 1 + rng.Int64N(5), Memory: 1 + rng.Int64N(4), Count: 1 + rng.IntN(3)}
		k.ZoneSkew, k.HostSkew = max(0, rng.IntN(6)-3), max(0, rng.IntN(6)-3)
		if !ruled {
			continue
		}
		switch rng.IntN(7) {
		case 0:
			k.ApartHost = true
		case 1:
			k.ApartZone = true
		case 2:
			k.ByZone = []int{rng.IntN(k.Count + 1), 0}
			k.ByZone[1] = k.Count - k.ByZone[0]
		case 3:
			k.Admits = []bool{rng.IntN(2) == 0, true}
		case 4:
			k.With = []int{rng.IntN(i + 1)} // itself, or one that comes before it
		case 5:
			k.WithZone = []int{rng.IntN(i + 1)}
		}
	}
	ns := make([]verify.Node, 2+rng.IntN(2))
	for i := range ns {
		ns[i] = verify.Node{Zone: i % 2, CPU: 4 + rng.Int64N(7), Memory: 4 + rng.Int64N(7), Pods: 2 + rng.Int64N(4), Running: make([]int, len(kinds))}
		if !ruled {
			ns[i].Zone = rng.IntN(2)
		}
		for k := range kinds {
			ns[i].Running[k] = rng.IntN(2)
		}
	}
	return kinds, ns
}

// TestSearchAgreesWithATwin: what the search says is what trying everything says, and
// what a yard or a greedy order finds is there.
func TestSearchAgreesWithATwin(t *testing.T) {
	for _, ruled := range []bool{false, true} {
		seen, hosted := map[string]int{}, 0
		for seed := range uint64(1500) {
			rng := rand.New(rand.NewPCG(seed, 0))
			kinds, ns := randomPuzzle(rng, ruled)
			greedy, hosts := verify.Greedy(kinds, ns), verify.Hosts(kinds, ns)
			if self := slices.ContainsFunc(kinds, func(k verify.Kind) bool { return len(k.With)+len(k.WithZone) > 0 }); !self {
				hosts = hosts || verify.Evenly(kinds, ns)
			}
			got := verify.Solve(kinds, ns)
			want := twin(kinds, ns)
			if got != want {
				t.Fatalf("seed %d: verdict %d, the twin says %d\n%+v\n%+v", seed, got, want, kinds, ns)
			}
			if (hosts || greedy) && want != verify.Placed {
				t.Fatalf("seed %d: a yard finds places: %t, a greedy order: %t, and there are none\n%+v\n%+v", seed, hosts, greedy, kinds, ns)
			}
			if hosts {
				hosted++
			}
			seen[fmt.Sprintf("greedy %t, verdict %d", greedy, want)]++
		}
		for _, kind := range []string{"greedy true, verdict 0", "greedy false, verdict 0", "greedy false, verdict 1"} {
			if seen[kind] == 0 {
				t.Errorf("no puzzle of the kind %q: %v", kind, seen)
			}
		}
		if places := seen["greedy true, verdict 0"] + seen["greedy false, verdict 0"]; hosted < places/2 {
			t.Errorf("a yard finds places in %d of %d puzzles that have some", hosted, places)
		}
	}
}

// TestEvenlyFitsWhatFillingDoesNot: two nodes of 8 and 8, two pods of 4 and 2 and two of
// 2 and 4. Filled one after the other both of the first go to one node, which leaves 0
// and 4; spread out, each node gets one of each.
func TestEvenlyFitsWhatFillingDoesNot(t *testing.T) {
	kinds := []verify.Kind{{CPU: 4, Memory: 2, Count: 2}, {CPU: 2, Memory: 4, Count: 2}, {CPU: 2, Memory: 2, Count: 2}}
	ns := []verify.Node{{CPU: 8, Memory: 8, Pods: 9, Running: []int{0, 0, 0}}, {CPU: 8, Memory: 8, Pods: 9, Running: []int{0, 0, 0}}}
	if verify.Filling(kinds, ns) {
		t.Error("filling node after node finds places")
	}
	if !verify.Evenly(kinds, ns) {
		t.Error("pod by pod finds none")
	}
}

// TestReschedulingThroughAPlan loses zone a of the plan by hand: 3 api, 1 dns and
// 1 search look for a place on b's and c's nodes.
func TestReschedulingThroughAPlan(t *testing.T) {
	for name, tc := range map[string]struct {
		search units.MilliCPU
		rules  []string
	}{
		"as planned": {500, nil},
		// 2,500m, 1,100m and 1,100m are free: search and an api, an api, an api with
		// dns fill them to the last.
		"to the last": {1_500, []string{"usage.headroom", "usage.share"}},
		// 2,500m, 900m and 900m are free for 3,000m + 100m + 1,700m.
		"no room": {1_700, []string{"loss.reschedule", "usage.headroom", "usage.share"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := good()
			p.respec(func(c *planner.Cluster) {
				c.NodeGroups[1].Workloads[1].Pod.CPU = tc.search
			})
			p.web().Workloads[2].Pod.CPU = tc.search
			p.web().Requests.CPU += 3 * (tc.search - 500)
			// The lower bound is far below what more CPU makes provable, and stays.
			if got := rules(p.verify()); !slices.Equal(got, tc.rules) {
				t.Errorf("found %v, want %v", got, tc.rules)
			}
		})
	}
}
