package placement

import "slices"

// simulations bounds the losses of one order that are simulated because no gauge
// proves that they hold.
const simulations = 5000

// gauge is a sum over lost nodes that must not exceed a limit. Since it is a
// sum, its largest value over all sets of k nodes is that of the k largest
// nodes: one look proves that every set holds.
type gauge struct {
	workload int
	// value of a node, by class.
	value []int64
	limit int64
	// best[i*(k+1)+r] is the most that r nodes of the classes from i on sum to;
	// taken is the sum of what the search has taken down.
	best  []int64
	taken int64
}

// gauges are those of an order.
type gauges struct {
	// ready, of every workload in the order of sizes: lost pods, limited by
	// MinReady.
	ready []gauge
	// room, of every workload that is rescheduled (see gauge): by places, and by
	// shares. Either one proves.
	room [][2]gauge
	// size is what a node has for pods less those that are not rescheduled, in
	// CPU: what a loss takes from the free CPU. It has no limit.
	size gauge
	// tight weighs it against what a loss takes from all CPU.
	tight gauge
	top   []int64
	// classes of nodes by one gauge.
	classes []class
}

// gauge works out the gauges of the pods as they stand.
//
// Let s_jn be how many pods of workload j fit on node n beside what runs there,
// and d_j how many pods of j are displaced. The displaced are placed biggest
// first. A pod of i takes at most a_ij = max over resources of ceil(w_i / w_j)
// from s_jn where it goes, a pod of j itself 1. So all pods of j find room if
//
//	sum over survivors of s_jn >= d_j + sum over bigger i of a_ij d_i
//
// whatever nodes the scheduler prefers. With d as the sum over lost nodes of the
// pods there, that is a gauge with the limit of the sum of s_jn over all nodes.
// The other way is by shares of F, the mean of what is free on a node: with room
// for j to begin with, node n has none left only if of some resource r it lost
// f_nr - w_jr + 1 at least, f_n being what is free there, so that the pods that
// came, each weighing max over r of w_ir / F_r, weigh at least
//
//	B_n = min over r of (f_nr - w_jr + 1) / F_r
//
// together. So the last pod of j finds room if the pods before it weigh less than
// the sum of B_n over the survivors. Shares are kept in 2^-16, B rounded down and
// pods up.
//
// s_jn is 0 on nodes that do not admit j. Hard spread and other rules may forbid a
// node with room: their workloads have the limit 0.
func (c *Checker) gauge() {
	d := &c.drills
	g := &d.gauges
	classes := len(d.starts) - 1
	d.mean = c.meanFree()
	g.ready, g.room = resize(g.ready, len(c.sizes)), resize(g.room, len(c.sizes))[:0]
	g.size.value = resize(g.size.value, classes)
	for i := range classes {
		g.size.value[i] = int64(c.offered(i).CPU)
	}
	for p, w := range c.sizes {
		load, r := &c.group.Workloads[w], &g.ready[p]
		*r = gauge{workload: w, value: resize(r.value, classes), limit: int64(load.Replicas - load.MinReady), best: r.best}
		for i := range classes {
			r.value[i] = int64(c.count[int(d.members[d.starts[i]])*c.slots+w])
			if !load.Reschedule {
				g.size.value[i] -= r.value[i] * c.terms[w].cpu
			}
		}
	}
	for p, w := range c.sizes {
		if c.group.Workloads[w].Reschedule {
			g.room = g.room[:len(g.room)+1]
			c.gaugeRoom(p, &g.room[len(g.room)-1])
		}
	}
}

// lostClass reports whether class i is in a lost zone.
func (c *Checker) lostClass(i int) bool {
	d := &c.drills
	return slices.Contains(d.lostZones, int(c.zone[d.members[d.starts[i]]]))
}

// worst returns the most that the lost zones and any so many nodes beside them
// sum to.
func (c *Checker) worst(g *gauge, nodes int) int64 {
	d := &c.drills
	sum, top := int64(0), d.gauges.top[:0]
	for i, v := range g.value {
		size := int(d.starts[i+1] - d.starts[i])
		if c.lostClass(i) {
			sum += v * int64(size)
			continue
		}
		top = insert(top, v, size, nodes)
	}
	d.gauges.top = top
	for _, v := range top {
		sum += v
	}
	return sum
}

// insert puts v so many times among the most largest values, largest first.
func insert(top []int64, v int64, times, most int) []int64 {
	for range times {
		if len(top) >= most {
			if most == 0 || v <= top[most-1] {
				break
			}
			top = top[:most-1]
		}
		at := len(top)
		for at > 0 && top[at-1] < v {
			at--
		}
		top = slices.Insert(top, at, v)
	}
	return top
}

// allHold reports whether gauges prove that every loss of so many nodes beside
// the lost zones holds. certain says that rescheduling does in any case.
func (c *Checker) allHold(nodes int, certain bool) bool {
	g := &c.drills.gauges
	for i := range g.ready {
		if c.worst(&g.ready[i], nodes) > g.ready[i].limit {
			return false
		}
	}
	if certain {
		return true
	}
	for i := range g.room {
		places, shares := &g.room[i][0], &g.room[i][1]
		if c.worst(places, nodes) > places.limit && c.worst(shares, nodes) > shares.limit {
			return false
		}
	}
	return true
}

// mixedPods bounds the displaced pods that are simulated in a mixed order. What is then
// still open is proved, or simulated, biggest first.
const mixedPods = 1 << 15

// search tries one by one the losses that gauges leave open.
func (c *Checker) search(nodes int) *Failure {
	d := &c.drills
	for n := range c.nodes {
		if slices.Contains(d.lostZones, int(c.zone[n])) {
			c.takeDown(n)
		}
	}
	f := c.searchOpen(nodes)
	if f == nil && c.mixed && d.simulatedPods < 0 {
		c.mixed = false
		c.bringUp(0)
		c.gauge()
		return c.search(nodes)
	}
	if f == nil {
		c.bringUp(0)
	}
	return f
}

func (c *Checker) searchOpen(nodes int) *Failure {
	d := &c.drills
	for i := range d.gauges.ready {
		c.prepare(&d.gauges.ready[i], nodes)
	}
	for i := range d.gauges.room {
		for v := range d.gauges.room[i] {
			c.prepare(&d.gauges.room[i][v], nodes)
		}
	}
	return c.loseNodes(0, nodes, nodes)
}

// prepare fills in what the classes sum to from each on.
func (c *Checker) prepare(g *gauge, nodes int) {
	d := &c.drills
	classes, width := len(g.value), nodes+1
	g.best, g.taken = resize(g.best, (classes+1)*width), 0
	clear(g.best[classes*width:])
	top := d.gauges.top[:0]
	for i := classes - 1; i >= 0; i-- {
		size := int(d.starts[i+1] - d.starts[i])
		if c.lostClass(i) {
			g.taken += g.value[i] * int64(size)
		} else {
			top = insert(top, g.value[i], size, nodes)
		}
		row := g.best[i*width : (i+1)*width]
		row[0] = 0
		for r := 1; r < width; r++ {
			row[r] = row[r-1]
			if r <= len(top) {
				row[r] += top[r-1]
			}
		}
	}
	d.gauges.top = top
}

// open reports whether some gauge does not prove that every loss of left more
// nodes of the classes from class on holds.
func (c *Checker) open(class, left, nodes int) bool {
	g := &c.drills.gauges
	if c.mixed && c.drills.simulatedPods < 0 {
		return false
	}
	at := class*(nodes+1) + left
	for i := range g.ready {
		if g.ready[i].taken+g.ready[i].best[at] > g.ready[i].limit {
			return true
		}
	}
	if c.up-left >= c.drills.certain {
		return false
	}
	for i := range g.room {
		places, shares := &g.room[i][0], &g.room[i][1]
		if places.taken+places.best[at] > places.limit && shares.taken+shares.best[at] > shares.limit {
			return true
		}
	}
	return false
}

// loseNodes takes down every open set of left more nodes, of nodes in all, of the
// classes from class on, of equal sets only the one with the lowest indexes.
func (c *Checker) loseNodes(class, left, nodes int) *Failure {
	d := &c.drills
	if left == 0 {
		return c.survive()
	}
	for i := class; i < len(d.starts)-1; i++ {
		if c.stopped() {
			return &Failure{Stopped: true}
		}
		if !c.open(i, left, nodes) {
			return nil
		}
		members := d.members[d.starts[i]:d.starts[i+1]]
		if !c.alive[members[0]] {
			continue
		}
		mark := len(d.down)
		for k, n := range members[:min(left, len(members))] {
			c.takeDown(int(n))
			d.lostNodes = append(d.lostNodes, int(n))
			c.take(i, 1)
			if c.open(i+1, left-k-1, nodes) {
				if f := c.loseNodes(i+1, left-k-1, nodes); f != nil {
					return f
				}
			}
		}
		c.take(i, mark-len(d.down))
		d.lostNodes = d.lostNodes[:len(d.lostNodes)-(len(d.down)-mark)]
		c.bringUp(mark)
	}
	return nil
}

// take adds so many nodes of a class to the gauges.
func (c *Checker) take(class, nodes int) {
	g := &c.drills.gauges
	for i := range g.ready {
		g.ready[i].taken += g.ready[i].value[class] * int64(nodes)
	}
	for i := range g.room {
		for v := range g.room[i] {
			r := &g.room[i][v]
			r.taken += r.value[class] * int64(nodes)
		}
	}
}

// survive says whether the nodes that are up carry what they must.
func (c *Checker) survive() *Failure {
	d := &c.drills
	e := &d.events[d.at]
	for _, w := range c.sizes {
		ready := c.group.Workloads[w].Replicas - d.displaced[w]
		if missing := c.group.Workloads[w].MinReady - ready; missing > 0 {
			return &Failure{
				During: e.during, Order: c.order, Resource: ShortMinReady,
				Workload: c.group.Workloads[w].Name, Missing: missing, Lost: c.loss(),
			}
		}
	}
	if c.up >= d.certain {
		return nil
	}
	doubt := slices.IndexFunc(d.gauges.room, func(g [2]gauge) bool {
		return d.displaced[g[0].workload] > 0 && g[0].taken > g[0].limit && g[1].taken > g[1].limit
	})
	if doubt < 0 {
		return nil
	}
	if c.mixed {
		for _, w := range c.sizes {
			if c.group.Workloads[w].Reschedule {
				d.simulatedPods -= d.displaced[w]
			}
		}
		if d.simulatedPods < 0 {
			return nil
		}
	} else if d.simulations--; d.simulations < 0 {
		g := &d.gauges.room[doubt][0]
		f := c.fail(e.during, g.workload, min(d.displaced[g.workload], int(g.taken-g.limit)))
		f.Lost, f.Unproved = c.loss(), true
		return f
	}
	f := c.reschedule(e)
	if f == nil {
		c.undo()
	}
	return f
}
