package placement

import (
	"slices"

	"github.com/scantling-dev/scantling/planner/units"
)

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
	top  []int64
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
// Hard spread may forbid a node with room: its workloads have the limit 0.
func (c *Checker) gauge() {
	d := &c.drills
	g := &d.gauges
	classes := len(d.starts) - 1
	g.ready, g.room = resize(g.ready, len(c.sizes)), resize(g.room, len(c.sizes))[:0]
	g.size.value = resize(g.size.value, classes)
	for i := range classes {
		g.size.value[i] = c.allocCPU - int64(c.group.Reserved.CPU)
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
		if load.Reschedule {
			g.room = g.room[:len(g.room)+1]
			c.gaugeRoom(p, &g.room[len(g.room)-1])
		}
	}
}

// gaugeRoom works out the gauges of room for the p-th of sizes.
func (c *Checker) gaugeRoom(p int, room *[2]gauge) {
	d := &c.drills
	w := c.sizes[p]
	classes := len(d.starts) - 1
	own := c.shareTaken(w, w)
	for v := range room {
		r := &room[v]
		*r = gauge{workload: w, value: resize(r.value, classes), best: r.best}
		copy(r.value, d.gauges.ready[p].value)
	}
	if c.terms[w].hardZone > 0 || c.terms[w].hardHost > 0 {
		return
	}
	places, shares := &room[0], &room[1]
	for i := range classes {
		shares.value[i] *= own
	}
	for q, other := range c.sizes[:p] {
		if !c.group.Workloads[other].Reschedule {
			continue
		}
		takes, share := c.takes(other, w), c.shareTaken(other, w)
		for i, pods := range d.gauges.ready[q].value {
			places.value[i] += takes * pods
			shares.value[i] += share * pods
		}
	}
	shares.limit = own - 1
	for i := range classes {
		first, size := int(d.members[d.starts[i]]), int64(d.starts[i+1]-d.starts[i])
		slots, share := c.slotsOn(w, first), c.shareLeft(w, first)
		places.value[i] += slots
		places.limit += slots * size
		shares.value[i] += share
		shares.limit += share * size
	}
}

// shares of the mean free room are kept in parts of it.
const shareParts = 1 << 16

// meanFree returns what is free on a node on average, at least 1 of each.
func (c *Checker) meanFree() (cpu, memory, pods int64) {
	free := c.free()
	n := int64(max(1, c.up))
	return max(1, int64(free.CPU)/n), max(1, int64(free.Memory)/n), max(1, int64(free.Pods)/n)
}

// shareTaken returns what a pod of i weighs where pods of j need room.
func (c *Checker) shareTaken(i, j int) int64 {
	a, b := &c.terms[i], &c.terms[j]
	cpu, memory, pods := c.meanFree()
	share := units.CeilDiv(shareParts, pods)
	if b.cpu > 0 {
		share = max(share, units.CeilDiv(a.cpu*shareParts, cpu))
	}
	if b.memory > 0 {
		share = max(share, units.CeilDiv(a.memory*shareParts, memory))
	}
	return share
}

// shareLeft returns what must come to node n until it has no room for a pod of w.
func (c *Checker) shareLeft(w, n int) int64 {
	if c.slotsOn(w, n) == 0 {
		return 0
	}
	t := &c.terms[w]
	cpu, memory, pods := c.meanFree()
	share := int64(c.allocPods-c.pods[n]) * shareParts / pods
	if t.cpu > 0 {
		share = min(share, (c.allocCPU-c.cpu[n]-t.cpu+1)*shareParts/cpu)
	}
	if t.memory > 0 {
		share = min(share, (c.allocMemory-c.memory[n]-t.memory+1)*shareParts/memory)
	}
	return share
}

// takes returns how many places of pods of j a pod of i takes at most.
func (c *Checker) takes(i, j int) int64 {
	a, b := &c.terms[i], &c.terms[j]
	most := int64(1)
	if b.cpu > 0 {
		most = max(most, units.CeilDiv(a.cpu, b.cpu))
	}
	if b.memory > 0 {
		most = max(most, units.CeilDiv(a.memory, b.memory))
	}
	return most
}

// slotsOn returns how many pods of w fit on node n beside what runs there.
func (c *Checker) slotsOn(w, n int) int64 {
	t := &c.terms[w]
	slots := int64(c.allocPods - c.pods[n])
	if t.cpu > 0 {
		slots = min(slots, (c.allocCPU-c.cpu[n])/t.cpu)
	}
	if t.memory > 0 {
		slots = min(slots, (c.allocMemory-c.memory[n])/t.memory)
	}
	if c.cpu[n] > c.allocCPU || c.memory[n] > c.allocMemory {
		return 0
	}
	return max(0, slots)
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

// search tries one by one the losses that gauges leave open.
func (c *Checker) search(nodes int) *Failure {
	d := &c.drills
	for n := range c.nodes {
		if slices.Contains(d.lostZones, int(c.zone[n])) {
			c.takeDown(n)
		}
	}
	for i := range d.gauges.ready {
		c.prepare(&d.gauges.ready[i], nodes)
	}
	for i := range d.gauges.room {
		for v := range d.gauges.room[i] {
			c.prepare(&d.gauges.room[i][v], nodes)
		}
	}
	f := c.loseNodes(0, nodes, nodes)
	if f == nil {
		c.bringUp(0)
	}
	return f
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
	if d.left--; d.left < 0 {
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

// noteTightest keeps the case with the least free share of CPU, the first of
// equals. No survivors are as tight as it gets. Of so many nodes beside the lost
// zones, that is a case with the largest by size.
func (c *Checker) noteTightest(e *event, nodes, up int) {
	d := &c.drills
	c.worst(&d.gauges.size, nodes)
	least, ties := int64(0), 0
	if nodes > 0 {
		top := d.gauges.top
		least = top[nodes-1]
		ties = nodes - slices.Index(top, least)
	}
	free := c.free()
	a, r := &c.group.Allocatable, &c.group.Reserved
	total := Resources{CPU: units.MilliCPU(up) * (a.CPU - r.CPU), Memory: units.Bytes(up) * (a.Memory - r.Memory), Pods: up * (a.Pods - r.Pods)}
	after := 0 // ties in the classes to come
	for i, v := range d.gauges.size.value {
		if v == least && !c.lostClass(i) {
			after += int(d.starts[i+1] - d.starts[i])
		}
	}
	d.lostNodes = d.lostNodes[:0]
	for i, v := range d.gauges.size.value {
		size := int(d.starts[i+1] - d.starts[i])
		lost := 0
		switch {
		case c.lostClass(i):
			lost = size
		case nodes > 0 && v > least:
			lost = size
		case nodes > 0 && v == least && ties > 0:
			// Sets are taken in the order of one node of the first class, two, and so
			// on, none.
			after -= size
			lost = max(1, ties-after)
			ties -= lost
		}
		if !c.lostClass(i) {
			for _, n := range d.members[d.starts[i] : int(d.starts[i])+lost] {
				d.lostNodes = append(d.lostNodes, int(n))
			}
		}
		free = c.without(free, int(d.members[d.starts[i]]), lost)
	}
	defer func() { d.lostNodes = d.lostNodes[:0] }()
	if e.found && (e.total.CPU == 0 || total.CPU > 0 &&
		int64(free.CPU)*int64(e.total.CPU) >= int64(e.free.CPU)*int64(total.CPU)) {
		return
	}
	e.found, e.free, e.total, e.lost = true, free, total, c.loss()
	if share := shareOf(free.CPU, total.CPU); !d.drilled || share < d.tightest {
		d.tightest, d.drilled = share, true
	}
}

// without returns what is free once so many nodes like n are lost and their pods
// that are rescheduled run again.
func (c *Checker) without(free Resources, n, nodes int) Resources {
	if nodes == 0 {
		return free
	}
	lost := Resources{CPU: c.group.Allocatable.CPU - c.group.Reserved.CPU, Memory: c.group.Allocatable.Memory - c.group.Reserved.Memory, Pods: c.group.Allocatable.Pods - c.group.Reserved.Pods}
	for _, w := range c.sizes {
		if pods := c.count[n*c.slots+w]; pods > 0 && !c.group.Workloads[w].Reschedule {
			lost.CPU -= units.MilliCPU(int64(pods) * c.terms[w].cpu)
			lost.Memory -= units.Bytes(int64(pods) * c.terms[w].memory)
			lost.Pods -= int(pods)
		}
	}
	free.CPU -= lost.CPU * units.MilliCPU(nodes)
	free.Memory -= lost.Memory * units.Bytes(nodes)
	free.Pods -= lost.Pods * nodes
	return free
}
