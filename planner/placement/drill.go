package placement

import (
	"math"
	"slices"

	"github.com/scantling-dev/scantling/planner/units"
)

// drillState is what the drills keep. Everything but the events belongs to the
// order and the loss at hand.
type drillState struct {
	// events to drill, the biggest losses first.
	events []event
	// at is the index of the event that is being drilled.
	at int

	// Nodes of one class have the same pool, zone and pods. members lists the
	// nodes class by class; the i-th class is members[starts[i]:starts[i+1]].
	members, starts []int32
	// gauges of the classes; simulations left in this order.
	gauges      gauges
	simulations int
	// simulatedPods are left to be simulated in a mixed order.
	simulatedPods int
	// waiting are the displaced pods in a mixed order, left of them by workload.
	waiting []pending
	left    []int
	// mean of what is free on a node.
	mean amounts

	lostZones, lostNodes []int
	// down are the nodes taken down, in order; displaced counts their pods.
	down      []int
	displaced []int
	// displacedIn counts them by workload and zone, where workloads have volumes there.
	displacedIn []int32
	ready       []int
	tightest    units.Ratio
	drilled     bool
	// certain many survivors have room for every displaced pod.
	certain int
}

// event is a kind of loss and what is known of it.
type event struct {
	during       During
	nodes, zones int
	tried        int
	// The tightest case; its free and total CPU are compared exactly.
	found       bool
	lost        Loss
	free, total Resources
}

// startDrills lists the events of the declared losses and clears what is known.
func (c *Checker) startDrills(l Losses) {
	d := &c.drills
	events := d.events[:0]
	if l.AtOnce {
		for z := l.Zones; z > 0; z-- {
			for n := l.Nodes; n > 0; n-- {
				events = append(events, event{during: NodeAndZoneLoss, zones: z, nodes: n})
			}
		}
	}
	for z := l.Zones; z > 0; z-- {
		events = append(events, event{during: ZoneLoss, zones: z})
	}
	for n := l.Nodes; n > 0; n-- {
		events = append(events, event{during: NodeLoss, nodes: n})
	}
	d.events = events
	d.displaced = resize(d.displaced, len(c.group.Workloads))
	clear(d.displaced)
	d.ready = d.ready[:0]
	for w := range c.group.Workloads {
		d.ready = append(d.ready, c.group.Workloads[w].Replicas)
	}
	d.down, d.lostZones, d.lostNodes = d.down[:0], d.lostZones[:0], d.lostNodes[:0]
	d.drilled = false
	d.certain = c.certain()
}

// tryLosses drills every event on the pods as they stand.
func (c *Checker) tryLosses() *Failure {
	if len(c.drills.events) == 0 {
		return nil
	}
	c.classify()
	c.gauge()
	c.drills.simulations, c.drills.simulatedPods = simulations, c.mixedPods
	for i := range c.drills.events {
		c.drills.at = i
		if f := c.loseZones(0, min(c.drills.events[i].zones, c.domains())); f != nil {
			return f
		}
	}
	return nil
}

// classify lists the kinds of nodes, lowest index first.
func (c *Checker) classify() {
	if c.indexed {
		c.classifyAll()
		return
	}
	d := &c.drills
	d.members, d.starts = resize(d.members, c.nodes), d.starts[:0]
	live := slices.Clone(c.kinds.live)
	slices.SortFunc(live, func(a, b int32) int { return int(c.kinds.first[a] - c.kinds.first[b]) })
	next := make([]int32, c.nodes) // by kind, where its next member goes
	at := int32(0)
	for _, k := range live {
		d.starts = append(d.starts, at)
		next[k] = at
		at += c.kinds.size[k]
	}
	d.starts = append(d.starts, at)
	for n := range c.nodes {
		k := c.kinds.kindOf[n]
		d.members[next[k]] = int32(n)
		next[k]++
	}
}

// loseZones strikes with every set of left more zones from zone from on.
func (c *Checker) loseZones(from, left int) *Failure {
	d := &c.drills
	if left == 0 {
		return c.strike()
	}
	for z := from; z < c.zones; z++ {
		if c.zoneNodes[z] == 0 {
			continue
		}
		d.lostZones = append(d.lostZones, z)
		if f := c.loseZones(z+1, left-1); f != nil {
			return f
		}
		d.lostZones = d.lostZones[:len(d.lostZones)-1]
	}
	return nil
}

// strike tries every set of nodes of the event beside the lost zones: all at
// once where gauges prove that all hold, else those that they leave open.
func (c *Checker) strike() *Failure {
	if c.stop != nil && c.stop() {
		return &Failure{Stopped: true}
	}
	d := &c.drills
	e := &d.events[d.at]
	up := c.nodes
	for _, z := range d.lostZones {
		up -= c.zoneNodes[z]
	}
	nodes := min(e.nodes, up)
	if !c.allHold(nodes, up-nodes >= d.certain) {
		if f := c.search(nodes); f != nil {
			return f
		}
	}
	for i, w := range c.sizes {
		d.ready[w] = min(d.ready[w], c.group.Workloads[w].Replicas-int(c.worst(&d.gauges.ready[i], nodes)))
	}
	if c.order == 0 {
		e.tried += choose(up, nodes)
	}
	c.noteTightest(e, nodes)
	return nil
}

// choose returns the number of ways to take k of n things, at most
// math.MaxInt32.
func choose(n, k int) int {
	ways := 1.0
	for i := range k {
		ways = ways * float64(n-i) / float64(i+1)
	}
	return int(math.Round(min(ways, math.MaxInt32)))
}

// domains counts the zones with nodes.
func (c *Checker) domains() int {
	zones := 0
	for _, n := range c.zoneNodes {
		if n > 0 {
			zones++
		}
	}
	return zones
}

// takeDown fails a node that is up.
func (c *Checker) takeDown(n int) {
	d := &c.drills
	c.leaveKind(n)
	c.alive[n] = false
	if c.indexed {
		c.changed(n)
	}
	c.up--
	z := int(c.zone[n])
	c.placeUp[c.place[n]]--
	for _, w := range c.sizes {
		if pods := c.count[n*c.slots+w]; pods > 0 {
			c.zoneCount[w*c.zones+z] -= pods
			d.displaced[w] += int(pods)
			if c.zonal {
				d.displacedIn[w*c.zones+z] += pods
			}
		}
	}
	c.use(n, -1)
	d.down = append(d.down, n)
}

// use adds what the pods of node n use to what is used, or takes it away.
func (c *Checker) use(n, sign int) {
	r := &c.poolOf(n).reserved
	c.usedCPU += int64(sign) * (c.cpu[n] - r.cpu)
	c.usedMemory += int64(sign) * (c.memory[n] - r.memory)
	c.usedPods += sign * int(c.pods[n]-r.pods)
	for i := range c.further {
		c.usedFurther[i] += int64(sign) * (c.furtherUsed[n*len(c.further)+i] - r.further[i])
	}
}

// bringUp brings back the nodes taken down after the first mark ones.
func (c *Checker) bringUp(mark int) {
	d := &c.drills
	for _, n := range d.down[mark:] {
		c.alive[n] = true
		c.up++
		z := int(c.zone[n])
		c.placeUp[c.place[n]]++
		for _, w := range c.sizes {
			if pods := c.count[n*c.slots+w]; pods > 0 {
				c.zoneCount[w*c.zones+z] += pods
				d.displaced[w] -= int(pods)
				if c.zonal {
					d.displacedIn[w*c.zones+z] -= pods
				}
			}
		}
		c.use(n, 1)
		c.joinKind(n)
	}
	d.down = d.down[:mark]
}

// reschedule places the displaced pods, biggest first, until the rest is certain
// to find room. Where it fails, the pods stay as they are.
func (c *Checker) reschedule(e *event) *Failure {
	if c.mixed {
		return c.rescheduleMixed(e.during)
	}
	d := &c.drills
	c.draw(streamLoss)
	workloads, pods := 0, 0
	for _, w := range c.sizes {
		if c.group.Workloads[w].Reschedule && d.displaced[w] > 0 {
			workloads, pods = workloads+1, pods+d.displaced[w]
		}
	}
	for p, w := range c.sizes {
		if !c.group.Workloads[w].Reschedule || d.displaced[w] == 0 {
			continue
		}
		for i := range c.toPlace(w) {
			// To ask costs about as much as to place a pod of each workload.
			if i%c.asking == 0 && workloads <= pods-i && len(c.later) == 0 && c.restFits(p, d.displaced[w]-i) {
				return nil
			}
			if f := c.replace(e.during, w, i); f != nil {
				return f
			}
		}
		workloads, pods = workloads-1, pods-d.displaced[w]
	}
	f := c.tryLater(e.during)
	if f != nil {
		f.Lost = c.loss()
	}
	return f
}

// replace finds the i-th displaced pod of w a place, or puts it among those that wait.
func (c *Checker) replace(during During, w, i int) *Failure {
	defer func() { c.bound = anyZone }()
	c.bound = c.homeOf(w, i)
	n := c.pick(w, w)
	switch {
	case n >= 0:
		c.put(w, w, n)
		return nil
	case c.mayWait(w):
		c.later = append(c.later, pending{workload: int32(w), zone: c.bound})
		return nil
	}
	f := c.fail(during, w, c.toPlace(w)-i)
	if c.group.Workloads[w].ZonalVolumes {
		// In other zones there may be room.
		for i++; i < c.toPlace(w); i++ {
			c.bound = c.homeOf(w, i)
			if n := c.pick(w, w); n >= 0 {
				c.put(w, w, n)
				f.Missing--
			}
		}
	}
	f.Lost = c.loss()
	return f
}

// restFits reports whether left displaced pods of the p-th of sizes, and those of
// the workloads after it, find room on the nodes as they stand, by the places of
// gauge. Of the last workload that is exact.
func (c *Checker) restFits(p, left int) bool {
	d := &c.drills
	rest := c.sizes[p:]
	waiting := func(i int) int64 {
		if i == 0 {
			return int64(left)
		}
		return int64(d.displaced[rest[i]])
	}
	for i, w := range rest {
		if !c.group.Workloads[w].Reschedule || d.displaced[w] == 0 {
			continue
		}
		if c.hard(w) {
			return false
		}
		need := waiting(i)
		for q, bigger := range rest[:i] {
			if c.group.Workloads[bigger].Reschedule {
				need += c.takes(bigger, w) * waiting(q)
			}
		}
		if need -= c.slotsOnAll(w, need); need > 0 {
			return false
		}
	}
	return true
}

// loss returns a copy of what is lost.
func (c *Checker) loss() Loss {
	l := Loss{Zones: slices.Clone(c.drills.lostZones), Nodes: slices.Sorted(slices.Values(c.drills.lostNodes))}
	for _, n := range l.Nodes {
		l.NodeZones, l.NodePools = append(l.NodeZones, int(c.zone[n])), append(l.NodePools, int(c.place[n])%len(c.pools))
	}
	return l
}

// reportDrills fills in what the drills found.
func (c *Checker) reportDrills(r *Report) {
	d := &c.drills
	for _, during := range []During{NodeLoss, ZoneLoss, NodeAndZoneLoss} {
		for _, e := range slices.Backward(d.events) {
			if e.during != during {
				continue
			}
			t := Tightest{Lost: e.lost, Free: e.free, Total: e.total, FreeCPU: shareOf(e.free.CPU, e.total.CPU)}
			r.Drills = append(r.Drills, DrillReport{
				Event: e.during, Nodes: e.nodes, Zones: e.zones, Tried: e.tried, Held: e.tried, Tightest: t,
			})
		}
	}
	if d.drilled {
		r.TightestFreeCPU = min(r.TightestFreeCPU, d.tightest)
	}
	r.ReadyAtWorst = slices.Clone(d.ready)
}
