package packing_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/scantling-dev/scantling/planner/packing"
	"github.com/scantling-dev/scantling/planner/units"
)

func node(cpu units.MilliCPU, memory units.Bytes, pods int) packing.Resources {
	return packing.Resources{CPU: cpu, Memory: memory, Pods: pods}
}

func item(name string, count int, cpu units.MilliCPU, memory units.Bytes) packing.Item {
	return packing.Item{Name: name, Count: count, Request: node(cpu, memory, 1)}
}

// offering adds storage and further resources to what a node offers.
func offering(r packing.Resources, storage units.Bytes, more ...int64) packing.Resources {
	r.Storage = storage
	copy(r.More[:], more)
	return r
}

// asking adds them to what a pod requests.
func asking(it packing.Item, storage units.Bytes, more ...int64) packing.Item {
	it.Request = offering(it.Request, storage, more...)
	return it
}

func TestNodesFor(t *testing.T) {
	four := node(4000, 16*units.GiB, 110)
	for name, tt := range map[string]struct {
		items []packing.Item
		free  packing.Resources
		want  int
		ok    bool
	}{
		"nothing": {nil, four, 0, true},
		// 7.5 cores on nodes of 4 are 2 by capacity, but more than half a node each.
		"more than a half":    {[]packing.Item{item("a", 3, 2500, units.GiB)}, four, 3, true},
		"exactly a half":      {[]packing.Item{item("a", 3, 2000, units.GiB)}, four, 2, true},
		"more than a third":   {[]packing.Item{item("a", 5, 1400, units.GiB)}, four, 3, true},
		"memory":              {[]packing.Item{item("a", 5, 100, 7*units.GiB)}, four, 3, true},
		"pods":                {[]packing.Item{item("a", 111, 1, 1)}, four, 2, true},
		"too large":           {[]packing.Item{item("a", 1, 4001, 1)}, four, 0, false},
		"DaemonSets take all": {[]packing.Item{item("a", 1, 1, 1)}, node(-200, units.GiB, 1), 0, false},
		"no pods of it":       {[]packing.Item{item("a", 0, 9000, 1)}, four, 0, true},
		// Three pods of 40 GiB on disks of 100 GiB, five of 3 GPUs on nodes of 8.
		"storage":       {[]packing.Item{asking(item("a", 3, 100, 1), 40*units.GiB)}, offering(four, 100*units.GiB), 2, true},
		"a device":      {[]packing.Item{asking(item("a", 5, 100, 1), 0, 0, 3)}, offering(four, 0, 0, 8), 3, true},
		"no device":     {[]packing.Item{asking(item("a", 5, 100, 1), 0, 0, 3)}, four, 0, false},
		"no ephemerals": {[]packing.Item{asking(item("a", 1, 100, 1), 1)}, four, 0, false},
	} {
		if got, ok := packing.NodesFor(tt.items, tt.free); got != tt.want || ok != tt.ok {
			t.Errorf("%s: %d, %t, want %d, %t", name, got, ok, tt.want, tt.ok)
		}
	}
}

// fewest returns the least number of nodes that carry the pods, by trying every
// way to put them.
func fewest(pods []packing.Resources, free packing.Resources) int {
	best := len(pods)
	var nodes []packing.Resources
	var place func(i int)
	place = func(i int) {
		if len(nodes) >= best {
			return
		}
		if i == len(pods) {
			best = len(nodes)
			return
		}
		p := pods[i]
		for n := range nodes {
			if old := nodes[n]; old.CPU >= p.CPU && old.Memory >= p.Memory && old.Pods >= 1 {
				nodes[n] = node(old.CPU-p.CPU, old.Memory-p.Memory, old.Pods-1)
				place(i + 1)
				nodes[n] = old
			}
		}
		nodes = append(nodes, node(free.CPU-p.CPU, free.Memory-p.Memory, free.Pods-1))
		place(i + 1)
		nodes = nodes[:len(nodes)-1]
	}
	place(0)
	return best
}

func randomItems(r *rand.Rand, free packing.Resources) ([]packing.Item, []packing.Resources) {
	var items []packing.Item
	var pods []packing.Resources
	for i := range 1 + r.IntN(3) {
		it := item(fmt.Sprint(i), r.IntN(4), 1+units.MilliCPU(r.IntN(int(free.CPU))), 1+units.Bytes(r.IntN(int(free.Memory))))
		items = append(items, it)
		for range it.Count {
			pods = append(pods, it.Request)
		}
	}
	return items, pods
}

// TestNodesForIsABound compares with the true least number on tiny cases, and
// asks that the bound be the truth often.
func TestNodesForIsABound(t *testing.T) {
	exact := 0
	const cases = 3000
	for seed := range uint64(cases) {
		r := rand.New(rand.NewPCG(seed, 0))
		free := node(units.MilliCPU(4+r.IntN(20)), units.Bytes(4+r.IntN(20)), 1+r.IntN(6))
		items, pods := randomItems(r, free)
		got, ok := packing.NodesFor(items, free)
		want := fewest(pods, free)
		if !ok || got > want {
			t.Fatalf("seed %d: bound %d, %t, but %d nodes do", seed, got, ok, want)
		}
		if got == want {
			exact++
		}
	}
	if exact < cases*3/4 {
		t.Errorf("the bound is the truth in %d of %d cases only", exact, cases)
	}
}

// TestLeastNodes compares with the definition: the first count that has room for
// all, and for the kept after the worst loss of zones that differ by one node.
func TestLeastNodes(t *testing.T) {
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 1))
		free := node(units.MilliCPU(4+r.IntN(20)), units.Bytes(4+r.IntN(20)), 1+r.IntN(6))
		all, _ := randomItems(r, free)
		kept := all[:r.IntN(len(all)+1)]
		zones := 1 + r.IntN(4)
		losses := packing.Losses{Nodes: r.IntN(4), Zones: r.IntN(zones), AtOnce: r.IntN(2) == 0}
		need, _ := packing.NodesFor(all, free)
		survive, _ := packing.NodesFor(kept, free)
		want := 0
		for want < need || survivors(want, zones, losses) < survive {
			want++
		}
		if got, ok := packing.LeastNodes(all, kept, free, losses, zones); got != want || !ok {
			t.Fatalf("seed %d: %d, %t, want %d", seed, got, ok, want)
		}
	}
	if _, ok := packing.LeastNodes([]packing.Item{item("a", 1, 1, 1)}, []packing.Item{item("a", 1, 1, 1)}, node(9, 9, 9), packing.Losses{Zones: 2}, 2); ok {
		t.Error("pods are kept although every zone may be lost")
	}
}

// survivors takes nodes from the fullest zones, node by node.
func survivors(nodes, zones int, l packing.Losses) int {
	counts := make([]int, zones)
	for n := range nodes {
		counts[n%zones]++ // the first zones are the fullest
	}
	left := nodes
	for _, c := range counts[:l.Zones] {
		left -= c
	}
	if l.AtOnce {
		return max(0, left-l.Nodes)
	}
	return max(0, min(left, nodes-l.Nodes))
}

// TestMostNodes: 8 pods and the loss of one of three zones: 12 nodes leave 8.
func TestMostNodes(t *testing.T) {
	for _, tt := range []struct {
		pods, zones int
		losses      packing.Losses
		want        int
	}{
		{8, 3, packing.Losses{Zones: 1}, 12},
		{8, 3, packing.Losses{Zones: 1, Nodes: 1}, 12},
		{8, 3, packing.Losses{Zones: 1, Nodes: 1, AtOnce: true}, 14}, // 14 less 5 less 1
		{8, 1, packing.Losses{Nodes: 2}, 10},
		{8, 1, packing.Losses{}, 8},
		{0, 1, packing.Losses{Nodes: 1}, 0},
	} {
		if got, ok := packing.MostNodes(tt.pods, tt.losses, tt.zones); got != tt.want || !ok {
			t.Errorf("%d pods, %d zones, %+v: %d, %t, want %d", tt.pods, tt.zones, tt.losses, got, ok, tt.want)
		}
	}
}

// TestLowerBound: 10 cores, 20 GiB, 5 pods. Offer a: $0.10 for 4 cores and 8 GiB:
// $0.025 a core, $0.0125 a GiB. Offer b: $0.12 for 4 cores and 16 GiB: $0.03 a
// core, $0.0075 a GiB. CPU binds: 10 x 0.025 = $0.25; memory is 20 x 0.0075 = $0.15.
func TestLowerBound(t *testing.T) {
	const cent = units.DollarPerHour / 100
	offers := []packing.Offer{
		{Name: "unpriced", Free: node(64000, 256*units.GiB, 110)},
		{Name: "b", Price: 12 * cent, Known: true, Free: node(4000, 16*units.GiB, 50)},
		{Name: "a", Price: 10 * cent, Known: true, Free: node(4000, 8*units.GiB, 50)},
		{Name: "full", Price: cent, Known: true, Free: node(-100, 0, 0)},
	}
	want := packing.Bound{Cost: 25 * cent, Resource: packing.CPU, Offer: 2, Duals: packing.Duals{Core: 25 * cent / 10}, PricedOnly: true}
	if got := packing.LowerBound(node(10000, 20*units.GiB, 5), offers); got != want {
		t.Errorf("bound %+v, want %+v", got, want)
	}
	// 100 GiB cost 100 x 0.0075 = $0.75.
	want = packing.Bound{Cost: 75 * cent, Resource: packing.Memory, Offer: 1, Duals: packing.Duals{GiB: 75 * cent / 100}, PricedOnly: true}
	if got := packing.LowerBound(node(10000, 100*units.GiB, 5), offers); got != want {
		t.Errorf("bound %+v, want %+v", got, want)
	}
	// 500 pods at $0.10 for 50; the third of a billionth is rounded down.
	want = packing.Bound{Cost: 100 * cent, Resource: packing.Pods, Offer: 0, Duals: packing.Duals{Pod: cent / 5}}
	if got := packing.LowerBound(node(1, 1, 500), offers[2:3]); got != want {
		t.Errorf("bound %+v, want %+v", got, want)
	}
	if got := packing.LowerBound(node(1, 0, 0), []packing.Offer{{Price: 100, Known: true, Free: node(3, 1, 1)}}); got.Cost != 33 {
		t.Errorf("100/3 gives %d, want 33, rounded down", got.Cost)
	}
	if got := packing.LowerBound(node(1, 1, 1), offers[:1]); got.Cost != 0 || got.Offer != -1 || !got.PricedOnly {
		t.Errorf("bound over unpriced offers %+v, want none", got)
	}
}

// TestLowerBoundHolds compares with the cheapest mix of nodes that carries the
// pods, by trying all, on thousands of tiny cases.
func TestLowerBoundHolds(t *testing.T) {
	tight := 0
	for seed := range uint64(4000) {
		r := rand.New(rand.NewPCG(seed, 2))
		var offers []packing.Offer
		for i := range 1 + r.IntN(3) {
			offers = append(offers, packing.Offer{
				Name: fmt.Sprint(i), Known: true, Price: units.USDPerHour(1 + r.IntN(50)),
				Free: node(units.MilliCPU(6+r.IntN(15)), units.Bytes(6+r.IntN(15)), 1+r.IntN(4)),
			})
		}
		_, pods := randomItems(r, node(6, 6, 1))
		var demand packing.Resources
		for _, p := range pods {
			demand = node(demand.CPU+p.CPU, demand.Memory+p.Memory, demand.Pods+1)
		}
		bound := packing.LowerBound(demand, offers)
		best := cheapest(pods, offers)
		if bound.Cost > best {
			t.Fatalf("seed %d: bound %d, but %d carries them", seed, bound.Cost, best)
		}
		if bound.Cost*10 >= best*8 {
			tight++
		}
	}
	if tight < 500 {
		t.Errorf("the bound is within 20%% in %d cases only", tight)
	}
}

// cheapest returns the least cost of nodes of any offers that carry the pods.
func cheapest(pods []packing.Resources, offers []packing.Offer) units.USDPerHour {
	best := units.USDPerHour(1 << 40)
	var nodes []packing.Resources
	var place func(i int, cost units.USDPerHour)
	place = func(i int, cost units.USDPerHour) {
		if cost >= best {
			return
		}
		if i == len(pods) {
			best = cost
			return
		}
		p := pods[i]
		for n := range nodes {
			if old := nodes[n]; old.CPU >= p.CPU && old.Memory >= p.Memory && old.Pods >= 1 {
				nodes[n] = node(old.CPU-p.CPU, old.Memory-p.Memory, old.Pods-1)
				place(i+1, cost)
				nodes[n] = old
			}
		}
		for o := range offers {
			f := offers[o].Free
			nodes = append(nodes, node(f.CPU-p.CPU, f.Memory-p.Memory, f.Pods-1))
			place(i+1, cost+offers[o].Price)
			nodes = nodes[:len(nodes)-1]
		}
	}
	place(0, 0)
	return best
}

func TestResourceNames(t *testing.T) {
	if packing.More(5) != "more_5" {
		t.Errorf("the last further resource is %s", packing.More(5))
	}
	for name, want := range map[packing.Resource]int{"more_0": 0, "more_5": 5, "more_6": -1, "more_-1": -1, "more_": -1, "cpu": -1} {
		i, ok := name.More()
		if ok != (want >= 0) || ok && i != want {
			t.Errorf("%s: %d, %t, want %d", name, i, ok, want)
		}
	}
}

// TestFurtherResourcesBind holds that the bounds and what does not fit know
// storage and devices: by hand, six pods of a device each on nodes of 4 devices
// at $2 an hour and of 1 at $1.
func TestFurtherResourcesBind(t *testing.T) {
	four := packing.Offer{Name: "four", Known: true, Price: 2 * units.DollarPerHour, Free: offering(node(64_000, 64*units.GiB, 100), 100*units.GiB, 0, 4)}
	one := packing.Offer{Name: "one", Known: true, Price: units.DollarPerHour, Free: offering(node(64_000, 64*units.GiB, 100), 100*units.GiB, 0, 1)}
	offers := []packing.Offer{four, one}
	items := []packing.Item{asking(item("a", 6, 100, units.MiB), units.GiB, 0, 1)}
	if b := packing.LowerBound(packing.Total(items), offers); b.Cost != 3*units.DollarPerHour || b.Resource != packing.More(1) || b.Duals != (packing.Duals{}) {
		t.Errorf("a bound of %+v, want 6 devices at half a dollar", b)
	}
	if c, ok := packing.OneTypeBound(packing.Total(items), offers); !ok || c != 4*units.DollarPerHour {
		t.Errorf("one type costs %d at least, %t, want 2 nodes of four", c, ok)
	}
	large := []packing.Item{asking(item("a", 1, 100, units.MiB), 0, 0, 5)}
	err, ok := errors.AsType[*packing.NoFitError](packing.Fit(offers, large))
	if !ok || err.OfferName != "four" || err.Resource != packing.More(1) || err.Request != 5 || err.Offers != 4 || err.Short() != 1 {
		t.Errorf("five devices: %+v", err)
	}
	large = []packing.Item{asking(item("a", 1, 100, units.MiB), 120*units.GiB)}
	if err, ok := errors.AsType[*packing.NoFitError](packing.Fit(offers, large)); !ok || err.Resource != packing.Storage || err.Offers != int64(100*units.GiB) {
		t.Errorf("120 GiB: %+v", err)
	}
}
