package placement

import (
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

	// Nodes of one class have the same zone and the same pods. members lists the
	// nodes class by class; the i-th class is members[starts[i]:starts[i+1]].
	members, starts []int32
	classOf         []int32
	sizes           []int32

	lostZones, lostNodes []int
	// down are the nodes taken down, in order; displaced counts their pods.
	down      []int
	displaced []int
	ready     []int
	tightest  units.Ratio
	drilled   bool
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
	for i := range c.drills.events {
		c.drills.at = i
		if f := c.loseZones(0, min(c.drills.events[i].zones, c.domains())); f != nil {
			return f
		}
	}
	return nil
}

// classify groups equal nodes of a zone, lowest index first.
func (c *Checker) classify() {
	d := &c.drills
	d.members = resize(d.members, c.nodes)
	d.classOf = resize(d.classOf, c.nodes)
	d.sizes = d.sizes[:0]
	firsts := d.members[:0] // the first node of each class, for now
	for n := range c.nodes {
		class := -1
		for i, first := range firsts {
			if c.hash[first] == c.hash[n] && c.zone[first] == c.zone[n] && c.samePods(int(first), n) {
				class = i
				break
			}
		}
		if class < 0 {
			class = len(firsts)
			firsts = append(firsts, int32(n))
			d.sizes = append(d.sizes, 0)
		}
		d.classOf[n] = int32(class)
		d.sizes[class]++
	}
	d.starts = append(d.starts[:0], 0)
	for i, size := range d.sizes {
		d.starts = append(d.starts, d.starts[i]+size)
	}
	for n := c.nodes - 1; n >= 0; n-- {
		class := d.classOf[n]
		d.sizes[class]--
		d.members[d.starts[class]+d.sizes[class]] = int32(n)
	}
}

func (c *Checker) samePods(a, b int) bool {
	for w := range c.group.Workloads {
		if c.count[w*c.nodes+a] != c.count[w*c.nodes+b] {
			return false
		}
	}
	return true
}

// loseZones takes down every set of left more zones from zone from on.
func (c *Checker) loseZones(from, left int) *Failure {
	d := &c.drills
	if left == 0 {
		return c.loseNodes(0, min(d.events[d.at].nodes, c.up), 1)
	}
	for z := from; z < c.zones; z++ {
		if c.group.NodesByZone[z] == 0 {
			continue
		}
		mark := len(d.down)
		for n := range c.nodes {
			if int(c.zone[n]) == z {
				c.takeDown(n)
			}
		}
		d.lostZones = append(d.lostZones, z)
		if f := c.loseZones(z+1, left-1); f != nil {
			return f
		}
		d.lostZones = d.lostZones[:len(d.lostZones)-1]
		c.bringUp(mark)
	}
	return nil
}

// domains counts the zones with nodes.
func (c *Checker) domains() int {
	zones := 0
	for _, n := range c.group.NodesByZone {
		if n > 0 {
			zones++
		}
	}
	return zones
}

// loseNodes takes down every set of left more nodes of the classes from class
// on, of equal sets only the one with the lowest indexes. ways is how many
// failures the nodes taken so far stand for.
func (c *Checker) loseNodes(class, left, ways int) *Failure {
	d := &c.drills
	if left == 0 {
		return c.survive(ways)
	}
	for i := class; i < len(d.starts)-1; i++ {
		members := d.members[d.starts[i]:d.starts[i+1]]
		if !c.alive[members[0]] {
			continue
		}
		mark, chosen := len(d.down), 1
		for k, n := range members[:min(left, len(members))] {
			c.takeDown(int(n))
			d.lostNodes = append(d.lostNodes, int(n))
			chosen = chosen * (len(members) - k) / (k + 1)
			if f := c.loseNodes(i+1, left-k-1, ways*chosen); f != nil {
				return f
			}
		}
		d.lostNodes = d.lostNodes[:len(d.lostNodes)-(len(d.down)-mark)]
		c.bringUp(mark)
	}
	return nil
}

// takeDown fails a node that is up.
func (c *Checker) takeDown(n int) {
	d := &c.drills
	c.alive[n] = false
	c.up--
	z := int(c.zone[n])
	c.zoneAlive[z]--
	for _, w := range c.sizes {
		if pods := c.count[w*c.nodes+n]; pods > 0 {
			c.zoneCount[w*c.zones+z] -= pods
			d.displaced[w] += int(pods)
		}
	}
	r := &c.group.Reserved
	c.usedCPU -= c.cpu[n] - int64(r.CPU)
	c.usedMemory -= c.memory[n] - int64(r.Memory)
	c.usedPods -= int(c.pods[n]) - r.Pods
	d.down = append(d.down, n)
}

// bringUp brings back the nodes taken down after the first mark ones.
func (c *Checker) bringUp(mark int) {
	d := &c.drills
	r := &c.group.Reserved
	for _, n := range d.down[mark:] {
		c.alive[n] = true
		c.up++
		z := int(c.zone[n])
		c.zoneAlive[z]++
		for _, w := range c.sizes {
			if pods := c.count[w*c.nodes+n]; pods > 0 {
				c.zoneCount[w*c.zones+z] += pods
				d.displaced[w] -= int(pods)
			}
		}
		c.usedCPU += c.cpu[n] - int64(r.CPU)
		c.usedMemory += c.memory[n] - int64(r.Memory)
		c.usedPods += int(c.pods[n]) - r.Pods
	}
	d.down = d.down[:mark]
}

// survive says whether the nodes that are up carry what they must.
func (c *Checker) survive(ways int) *Failure {
	d := &c.drills
	e := &d.events[d.at]
	for _, w := range c.sizes {
		ready := c.group.Workloads[w].Replicas - d.displaced[w]
		d.ready[w] = min(d.ready[w], ready)
		if missing := c.group.Workloads[w].MinReady - ready; missing > 0 {
			return &Failure{
				During: e.during, Order: c.order, Resource: ShortMinReady,
				Workload: c.group.Workloads[w].Name, Missing: missing, Lost: c.loss(),
			}
		}
	}
	var free Resources
	if c.up >= d.certain {
		free = c.freeRescheduled()
	} else {
		if f := c.reschedule(e); f != nil {
			return f
		}
		free = c.free()
		c.undo()
	}
	if c.order == 0 {
		e.tried += ways
	}
	c.noteTightest(e, free)
	return nil
}

// reschedule places the displaced pods, biggest first.
func (c *Checker) reschedule(e *event) *Failure {
	d := &c.drills
	for _, w := range c.sizes {
		if !c.group.Workloads[w].Reschedule {
			continue
		}
		for i := range d.displaced[w] {
			n := c.pick(w, w)
			if n < 0 {
				f := c.fail(e.during, w, d.displaced[w]-i)
				f.Lost = c.loss()
				return f
			}
			c.put(w, w, n)
		}
	}
	return nil
}

// freeRescheduled returns what is free once the displaced pods run again.
func (c *Checker) freeRescheduled() Resources {
	free := c.free()
	for _, w := range c.sizes {
		if pods := c.drills.displaced[w]; pods > 0 && c.group.Workloads[w].Reschedule {
			free.CPU -= units.MilliCPU(int64(pods) * c.terms[w].cpu)
			free.Memory -= units.Bytes(int64(pods) * c.terms[w].memory)
			free.Pods -= pods
		}
	}
	return free
}

// noteTightest keeps the case with the least free share of CPU, the first of
// equals. No survivors are as tight as it gets.
func (c *Checker) noteTightest(e *event, free Resources) {
	total := c.total()
	if e.found && (e.total.CPU == 0 || total.CPU > 0 &&
		int64(free.CPU)*int64(e.total.CPU) >= int64(e.free.CPU)*int64(total.CPU)) {
		return
	}
	e.found, e.free, e.total, e.lost = true, free, total, c.loss()
	if share := shareOf(free.CPU, total.CPU); !c.drills.drilled || share < c.drills.tightest {
		c.drills.tightest, c.drills.drilled = share, true
	}
}

// loss returns a copy of what is lost.
func (c *Checker) loss() Loss {
	l := Loss{Zones: slices.Clone(c.drills.lostZones), Nodes: slices.Sorted(slices.Values(c.drills.lostNodes))}
	for _, n := range l.Nodes {
		l.NodeZones = append(l.NodeZones, int(c.zone[n]))
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
