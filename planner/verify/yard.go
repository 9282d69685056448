package verify

import (
	"cmp"
	"slices"

	"github.com/scantling-dev/scantling/planner"
)

// yard finds places for displaced pods on the nodes of a large group, fast: the
// biggest pods first, each kind filling one node after the other, the emptiest nodes
// first and, where that fails, the fullest; at last pod by pod. Every step is one that the scheduler's
// filters allow. What it does not find may exist: then a puzzle is searched.
type yard struct {
	g *group
	// kinds of pods, by load; with of loads.
	kinds []podKind
	// sequence of the loads: first whom others must be with, then the biggest.
	sequence []int
	// orders of the classes, the emptiest first and the fullest first.
	orders [2][]int
	// tracked: somebody counts pods on nodes.
	tracked bool
	// clumsy loads have rules that are left to the search.
	clumsy []bool

	// The rest is of one attempt: the nodes of each class that are left and of these
	// the ones that took pods, which moved to used.
	left, taken []int
	touched     []int
	used        []stand
	inZone      [][]int
	// piles of the nodes of each zone, where pods are placed evenly; nil elsewhere.
	piles []pile
	// base are the pods of each load by zone on the nodes that base was called with, of
	// which hits are lost as well.
	base [][]int
	hits []hit
}

// stand is a number of equal nodes that took pods.
type stand struct {
	class, count int
	free         room
	// pods on each of them, where somebody counts.
	pods []int
	// fresh: they took pods since the last call of close.
	fresh bool
}

func newYard(g *group) *yard {
	y := &yard{g: g, taken: make([]int, len(g.classes)), clumsy: make([]bool, len(g.loads)), inZone: make([][]int, len(g.loads)), base: make([][]int, len(g.loads))}
	var all room
	for i := range g.classes {
		all = all.plus(g.classes[i].free.plus(g.classes[i].used).times(g.classes[i].count))
	}
	p := &puzzle{}
	for w, l := range g.loads {
		k := g.kind(w)
		for _, a := range drawn(&l.spec) {
			target := g.index[a.Workload]
			k.with = append(k.with, companion{target, a.Key == planner.ZoneKey})
			y.clumsy[w] = y.clumsy[w] || target == w
		}
		y.tracked = y.tracked || k.hostSkew > 0 || k.apartHost || len(k.with) > 0
		y.kinds = append(y.kinds, k)
		y.sequence = append(y.sequence, w)
		y.inZone[w], y.base[w] = make([]int, len(g.decl.Zones)), make([]int, len(g.decl.Zones))
	}
	p.pods = y.kinds
	rank := p.ranks()
	slices.SortStableFunc(y.sequence, func(a, b int) int {
		return cmp.Or(cmp.Compare(rank[a], rank[b]), cmp.Compare(weight(&y.kinds[b].size, &all), weight(&y.kinds[a].size, &all)))
	})
	scarcest := func(c int) float64 { // the share of its scarcest resource that a node has free
		free, least := &g.classes[c].free, 1.0
		for d := range free {
			if d != onPods && all[d] > 0 {
				least = min(least, float64(free[d])/float64(all[d]))
			}
		}
		return least
	}
	key := make([]float64, len(g.classes))
	for c := range key {
		key[c] = scarcest(c)
		y.orders[0] = append(y.orders[0], c)
	}
	slices.SortStableFunc(y.orders[0], func(a, b int) int { return cmp.Compare(key[b], key[a]) })
	y.orders[1] = slices.Clone(y.orders[0])
	slices.Reverse(y.orders[1])
	return y
}

// rebase counts the pods of the nodes that are left, for the calls of hosts that
// follow.
func (y *yard) rebase(left []int) {
	for w := range y.base {
		clear(y.base[w])
	}
	for c, n := range left {
		if n > 0 {
			for w, pods := range y.g.classes[c].pods {
				y.base[w][y.g.classes[c].zone] += n * pods
			}
		}
	}
}

// hosts reports whether it finds places for a demand on what is left: the nodes of the
// last call of rebase without hits.
func (y *yard) hosts(left []int, hits []hit, d *demand) bool {
	y.hits = hits
	for w, n := range d.count {
		if n > 0 && y.clumsy[w] {
			return false
		}
	}
	for i := range y.orders {
		y.reset(left)
		if y.place(d, y.orders[i]) {
			return true
		}
	}
	return y.evenly(left, d)
}

// reset starts an attempt.
func (y *yard) reset(left []int) {
	for _, c := range y.touched {
		y.taken[c] = 0
	}
	y.left, y.touched, y.used = left, y.touched[:0], y.used[:0]
}

// place puts the pods of a demand onto nodes and reports whether all found one.
func (y *yard) place(d *demand, order []int) bool {
	if y.zonesMatter(d) {
		for w := range y.inZone {
			copy(y.inZone[w], y.base[w])
			for _, h := range y.hits {
				c := &y.g.classes[h.class]
				y.inZone[w][c.zone] -= h.nodes * c.pods[w]
			}
		}
	}
	for _, w := range y.sequence {
		if d.count[w] > 0 && !y.placeKind(w, d.count[w], d.byZone[w], order) {
			return false
		}
	}
	return true
}

// zonesMatter reports whether somebody who looks for a place counts pods in zones.
func (y *yard) zonesMatter(d *demand) bool {
	for w, n := range d.count {
		k := &y.kinds[w]
		if n > 0 && (k.zoneSkew > 0 || k.apartZone || slices.ContainsFunc(k.with, func(c companion) bool { return c.zone })) {
			return true
		}
	}
	return false
}

// anyZone stands for every zone.
const anyZone = -1

// placeKind puts n pods of the w-th load onto nodes.
func (y *yard) placeKind(w, n int, byZone []int, order []int) bool {
	k := &y.kinds[w]
	h := &hand{y: y, w: w, order: order, least: y.leastOnHost(w)}
	defer h.done()
	h.cursors = make([]cursor, len(y.g.decl.Zones)+1)
	switch {
	case k.zoneSkew > 0 || k.apartZone:
		return h.spread(n, byZone)
	case byZone != nil:
		for z, some := range byZone {
			if h.put(z, some) < some {
				return false
			}
		}
		return true
	}
	return h.put(anyZone, n) == n
}

// leastOnHost is the least number of pods of the w-th load on a node that is left, as
// far as a rule asks. It only grows while pods are placed.
func (y *yard) leastOnHost(w int) int {
	least := -1
	if y.kinds[w].hostSkew == 0 {
		return 0
	}
	for c, n := range y.left {
		if k := &y.g.classes[c]; n > 0 && y.kinds[w].at(k.place) && (least < 0 || k.pods[w] < least) {
			least = k.pods[w]
		}
	}
	return max(least, 0)
}

// hand places the pods of one load.
type hand struct {
	y     *yard
	w     int
	order []int
	// least pods on a node.
	least int
	// cursors by zone, that of every zone last.
	cursors []cursor
	// aside are stands that take no more, taken off their piles.
	aside []entry
}

// cursor is how far a hand has looked: at the nodes that took pods, then at the
// others. What is behind it takes no more.
type cursor struct{ used, fresh int }

// spread places pods one by one in the zone that has the fewest, as far as a hard
// spread or anti-affinity lets them.
func (h *hand) spread(n int, byZone []int) bool {
	k, in := &h.y.kinds[h.w], h.y.inZone[h.w]
	domain := make([]bool, len(in))
	for c, left := range h.y.left {
		if cl := &h.y.g.classes[c]; left > 0 && k.at(cl.place) {
			domain[cl.zone] = true
		}
	}
	full := make([]bool, len(in))
	waits := slices.Clone(byZone)
	for range n {
		for {
			least, best := -1, -1
			for z := range in {
				if !domain[z] {
					continue
				}
				if least < 0 || in[z] < least {
					least = in[z]
				}
				if !full[z] && (waits == nil || waits[z] > 0) && (best < 0 || in[z] < in[best]) {
					best = z
				}
			}
			if best < 0 || k.zoneSkew > 0 && in[best]+1-least > k.zoneSkew || k.apartZone && in[best] > 0 {
				return false
			}
			if h.put(best, 1) == 1 {
				if waits != nil {
					waits[best]--
				}
				break
			}
			full[best] = true
		}
	}
	return true
}

// put places up to n pods in a zone, or in any, and returns how many.
func (h *hand) put(zone, n int) int {
	if h.y.piles != nil {
		return h.putEvenly(zone, n)
	}
	y, at := h.y, &h.cursors[len(h.cursors)-1]
	if zone != anyZone {
		at = &h.cursors[zone]
	}
	done := 0
	for end := len(y.used); at.used < end && done < n; {
		s := &y.used[at.used]
		if c := &y.g.classes[s.class]; zone == anyZone || c.zone == zone {
			if m := h.most(c, &s.free, s.pods); m > 0 {
				some := *s
				done += h.fill(at.used, some, m, n-done)
			}
		}
		if done < n {
			at.used++
		}
	}
	for at.fresh < len(h.order) && done < n {
		i := h.order[at.fresh]
		c := &y.g.classes[i]
		whole := y.left[i] - y.taken[i]
		if whole > 0 && (zone == anyZone || c.zone == zone) {
			if m := h.most(c, &c.free, c.pods); m > 0 {
				nodes := min(whole, (n-done+m-1)/m)
				if y.taken[i] == 0 {
					y.touched = append(y.touched, i)
				}
				y.taken[i] += nodes
				y.used = append(y.used, stand{class: i, count: nodes, free: c.free, pods: c.pods})
				done += h.fill(len(y.used)-1, y.used[len(y.used)-1], m, n-done)
			}
		}
		if done < n {
			at.fresh++
		}
	}
	return done
}

// most is how many pods a node takes.
func (h *hand) most(c *class, free *room, pods []int) int {
	k := &h.y.kinds[h.w]
	if !k.at(c.place) {
		return 0
	}
	m := int(slotsOf(free, &k.size))
	if m == 0 {
		return 0
	}
	if k.apartHost {
		m = min(m, 1-pods[h.w])
	}
	if k.hostSkew > 0 {
		m = min(m, h.least+k.hostSkew-pods[h.w])
	}
	for _, with := range k.with {
		there := pods[with.kind]
		if with.zone {
			there = h.y.inZone[with.kind][c.zone]
		}
		if there == 0 {
			return 0
		}
	}
	return max(m, 0)
}

// fill puts up to n pods, m a node, onto the nodes of the i-th stand, and returns how
// many. Nodes that take fewer than others become a stand of their own.
func (h *hand) fill(i int, s stand, m, n int) int {
	y, done := h.y, 0
	take := func(count, each int) stand {
		t := stand{class: s.class, count: count, free: s.free.minus(y.kinds[h.w].size.times(each)), pods: s.pods, fresh: true}
		if y.tracked {
			t.pods = slices.Clone(s.pods)
			t.pods[h.w] += each
		}
		y.inZone[h.w][y.g.classes[s.class].zone] += count * each
		done += count * each
		return t
	}
	var out []stand
	full := min(s.count, n/m)
	if full > 0 {
		out = append(out, take(full, m))
	}
	if rest := n - full*m; full < s.count && rest > 0 {
		out = append(out, take(1, rest))
		full++
	}
	if s.count -= full; s.count > 0 {
		out = append(out, s)
	}
	y.used[i] = out[0]
	y.used = append(y.used, out[1:]...)
	return done
}
