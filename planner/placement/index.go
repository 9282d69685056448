package placement

import "math/bits"

// indexedFrom is how many nodes a group has whose nodes are found by views. In smaller
// ones it is quicker to look at every kind.
const indexedFrom = 48

// mostScore is the most that LeastAllocated and BalancedAllocation sum to.
const mostScore = 2 * maxNodeScore

// journal lists the nodes whose pods have changed, the newest last, so that views
// can catch up when they are asked.
type journal struct {
	nodes []int32
	// dropped entries stood before the first of nodes.
	dropped int
}

// view is the nodes as the pods of one workload see them: those that hold one more, by
// zone, by the pods that spread counts there, and by their score for resources. Nodes
// that are equal in all three differ for the workload in nothing but their names.
type view struct {
	// seen entries of the journal are taken in.
	seen  int
	nodes []seat
	// hosts is the number of nodes by counted pods, where the workload has a hard
	// constraint over hosts.
	hosts []int32
	// heads of the shelves, spare ones without nodes. byZone finds the shelf of a zone and a
	// count, none where it has no node.
	heads   []head
	shelves []shelf
	spare   []int32
	byZone  [][]int32
	cells   []cell
	empty   []int32
	// sets of the cells' nodes, one after another, of so many words each.
	sets  []uint64
	words int
	// least is a lower bound on the index of hosts that are not zero.
	least int
}

// seat is what a view knows of a node.
type seat struct {
	// cell of the node, none where it has no room or is down.
	cell int32
	// counted pods on it, none where it is down or not admitted.
	counted int32
}

// none marks what is not there.
const none = -1

// head is what is asked of a shelf at every pick, next to those of the others: its zone and
// count, how many nodes are on it, the highest score of these and its cell.
type head struct{ zone, count, nodes, top, cell int32 }

// shelf is the nodes of a zone with equal counts.
type shelf struct {
	// scores that some node has, and the cell of each.
	scores [mostScore/64 + 1]uint64
	cell   [mostScore + 1]int32
}

// cell is the nodes of a shelf with equal scores, whose set is in sets of the view.
type cell struct{ shelf, score, nodes int32 }

// reset empties a view of a group.
func (v *view) reset(c *Checker) {
	v.nodes = resize(v.nodes, c.nodes)
	for n := range v.nodes {
		v.nodes[n] = seat{none, none}
	}
	words := (c.nodes + 63) / 64
	v.words, v.cells, v.sets, v.empty = words, v.cells[:0], v.sets[:0], v.empty[:0]
	v.heads, v.shelves, v.spare = v.heads[:0], v.shelves[:0], v.spare[:0]
	v.byZone = resize(v.byZone, c.zones)
	for z := range v.byZone {
		v.byZone[z] = v.byZone[z][:0]
	}
	clear(v.hosts)
	v.least = 0
}

// shelfOf returns the shelf of a zone and a count, made where there is none.
func (v *view) shelfOf(zone, count int32) int32 {
	row := v.byZone[zone]
	for len(row) <= int(count) {
		row = append(row, none)
	}
	v.byZone[zone] = row
	if row[count] != none {
		return row[count]
	}
	var i int32
	if n := len(v.spare); n > 0 {
		i, v.spare = v.spare[n-1], v.spare[:n-1]
	} else {
		i = int32(len(v.shelves))
		v.heads, v.shelves = append(v.heads, head{}), append(v.shelves, shelf{})
	}
	v.heads[i] = head{zone: zone, count: count, top: unfit}
	row[count] = i
	return i
}

// cellOf returns the cell of a shelf and a score, made where there is none.
func (v *view) cellOf(shelf, score int32) int32 {
	s := &v.shelves[shelf]
	if s.scores[score/64]>>(score%64)&1 == 1 {
		return s.cell[score]
	}
	var i int32
	if n := len(v.empty); n > 0 {
		i, v.empty = v.empty[n-1], v.empty[:n-1]
	} else {
		i = int32(len(v.cells))
		v.cells = append(v.cells, cell{})
		for range v.words {
			v.sets = append(v.sets, 0)
		}
	}
	v.cells[i] = cell{shelf: shelf, score: score}
	if h := &v.heads[shelf]; score > h.top {
		h.top, h.cell = score, i
	}
	s.scores[score/64] |= 1 << (score % 64)
	s.cell[score] = i
	return i
}

// put moves node n to a cell.
func (v *view) put(n int, i int32) {
	x := &v.cells[i]
	v.sets[int(i)*v.words+n/64] |= 1 << (n % 64)
	x.nodes++
	v.heads[x.shelf].nodes++
	v.nodes[n].cell = i
}

// take takes node n out of its cell.
func (v *view) take(n int) {
	i := v.nodes[n].cell
	if i == none {
		return
	}
	v.nodes[n].cell = none
	x := &v.cells[i]
	v.sets[int(i)*v.words+n/64] &^= 1 << (n % 64)
	s, h := &v.shelves[x.shelf], &v.heads[x.shelf]
	h.nodes--
	if x.nodes--; x.nodes > 0 {
		return
	}
	s.scores[x.score/64] &^= 1 << (x.score % 64)
	v.empty = append(v.empty, i)
	switch {
	case h.nodes == 0:
		v.byZone[h.zone][h.count] = none
		v.spare = append(v.spare, x.shelf)
	case h.top == x.score:
		h.top = s.highest()
		h.cell = s.cell[h.top]
	}
}

// setOf returns the nodes of a cell.
func (v *view) setOf(i int32) []uint64 { return v.sets[int(i)*v.words : (int(i)+1)*v.words] }

// first returns the lowest node of a cell.
func (v *view) first(i int32) int {
	for w, set := range v.setOf(i) {
		if set != 0 {
			return w*64 + bits.TrailingZeros64(set)
		}
	}
	panic("placement: an empty cell")
}

// highest returns the highest score on a shelf.
func (s *shelf) highest() int32 {
	for i := len(s.scores) - 1; i >= 0; i-- {
		if s.scores[i] != 0 {
			return int32(i*64 + 63 - bits.LeadingZeros64(s.scores[i]))
		}
	}
	panic("placement: an empty shelf")
}

// count notes that node n is counted with so many pods, none for a node that is down.
func (v *view) count(n int, pods int32) {
	old := v.nodes[n].counted
	if old == pods {
		return
	}
	if old != none {
		v.hosts[old]--
	}
	if v.nodes[n].counted = pods; pods != none {
		for len(v.hosts) <= int(pods) {
			v.hosts = append(v.hosts, 0)
		}
		v.hosts[pods]++
		v.least = min(v.least, int(pods))
	}
}

// minHost returns the least number of pods on a node that is up.
func (v *view) minHost() int32 {
	for v.least < len(v.hosts) && v.hosts[v.least] == 0 {
		v.least++
	}
	return int32(v.least)
}

// changed notes that the pods or the state of node n have changed.
func (c *Checker) changed(n int) {
	j := &c.journal
	if len(j.nodes) >= 4*c.nodes {
		// Views that are further behind are made anew.
		half := len(j.nodes) / 2
		j.dropped += half
		j.nodes = append(j.nodes[:0], j.nodes[half:]...)
	}
	j.nodes = append(j.nodes, int32(n))
}

// viewOf returns the view of workload w, whose spread counts the pods of slot, up to
// date. The views of a rollout are made anew for each workload.
func (c *Checker) viewOf(w, slot int) *view {
	v := &c.views[slot]
	j := &c.journal
	end := j.dropped + len(j.nodes)
	other := slot == c.slots-1 && c.surging != w
	if other {
		c.surging = w
	}
	if other || v.seen < j.dropped || end-v.seen > c.nodes {
		v.reset(c)
		for n := range c.nodes {
			c.show(v, w, slot, n)
		}
	} else {
		for _, n := range j.nodes[v.seen-j.dropped:] {
			c.show(v, w, slot, int(n))
		}
	}
	v.seen = end
	return v
}

// show brings a view up to date with node n.
func (c *Checker) show(v *view, w, slot, n int) {
	if !c.alive[n] || !c.admits(w, int(c.place[n])) {
		v.take(n)
		v.count(n, none)
		return
	}
	pods := c.count[n*c.slots+slot]
	if c.terms[w].hardHost > 0 {
		v.count(n, pods)
	}
	score := c.scoreOn(w, n)
	if score == unfit {
		v.take(n)
		return
	}
	if i := v.nodes[n].cell; i != none {
		x := &v.cells[i]
		if x.score == score && v.heads[x.shelf].count == pods {
			return
		}
		v.take(n)
	}
	v.put(n, v.cellOf(v.shelfOf(c.zone[n], pods), score))
}

// pickIndexed is pick by views.
func (c *Checker) pickIndexed(w, slot int) int {
	v := c.viewOf(w, slot)
	c.view = v
	t := &c.terms[w]
	zones := c.zoneCount[slot*c.zones : (slot+1)*c.zones]
	minZone, minHost := c.floors(w, slot, zones)
	c.candidates = c.candidates[:0]
	feasible := 0
	for i := range v.heads {
		s := &v.heads[i]
		if s.nodes == 0 || t.hardZone > 0 && zones[s.zone]+1-minZone > t.hardZone || t.hardHost > 0 && s.count+1-minHost > t.hardHost {
			continue
		}
		c.candidates = append(c.candidates, candidate{node: none, zone: s.zone, pods: s.count, score: s.top, at: s.cell})
		feasible += int(s.nodes)
	}
	c.closest = min(c.closest, feasible)
	if t.softZone > 0 || t.softHost > 0 {
		return c.pickSpread(t, zones, feasible)
	}
	return c.settleBest()
}

// startViews forgets what views know.
func (c *Checker) startViews() {
	for len(c.views) < c.slots {
		c.views = append(c.views, view{})
	}
	c.journal.dropped += len(c.journal.nodes) + 1
	c.journal.nodes = c.journal.nodes[:0]
	c.surging = none
}
