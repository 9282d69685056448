package placement

import (
	"math"
	"slices"
)

// order is an order of the pods.
type order struct {
	// number of Failure.Order.
	number int
	// seed of the shuffle, of ties and of the order of displaced pods; 0 is biggest
	// first and the first node of equals.
	seed uint64
	// sorted: biggest first although ties are drawn.
	sorted bool
}

// The streams of random numbers of an order: the shuffle of the pods, ties of the
// placement, of each rollout, and of each loss, after the shuffle of what it displaces.
const (
	streamShuffle = iota
	streamNormal
	streamRollout
	streamLoss
)

// draw starts a stream of the order at hand.
func (c *Checker) draw(stream uint64) { c.source.Seed(c.at.seed, stream) }

// begin returns the queue of an order and makes it the one at hand.
func (c *Checker) begin(o order) []int32 {
	c.order, c.at, c.draws = o.number, o, o.seed != 0
	c.mixed = c.draws && !o.sorted
	queue := c.queue
	if c.mixed {
		queue = c.shuffle(o.seed)
	}
	c.draw(streamNormal)
	return queue
}

// shuffle returns the pods shuffled from a seed, by priority.
func (c *Checker) shuffle(seed uint64) []int32 {
	c.source.Seed(seed, streamShuffle)
	c.shuffled = append(c.shuffled[:0], c.queue...)
	c.random.Shuffle(len(c.shuffled), func(i, j int) {
		c.shuffled[i], c.shuffled[j] = c.shuffled[j], c.shuffled[i]
	})
	c.sortByPriority(c.shuffled)
	return c.shuffled
}

// Further orders: at most so many, and about so many pods; at least so many or, of few pods,
// which have few orders, so many for each. Of every so many one is biggest first. They end
// early where every pod had more than so many nodes to go to: of 92 groups, none of these
// failed in any of 512 orders.
const (
	mostFurther   = 256
	furtherPods   = 1 << 16
	leastFurther  = 32
	furtherPerPod = 4
	furtherSorted = 8
	fewChoices    = 2
)

// certified reports whether every pod finds a place in any order.
func certified(g *Group, l Losses) bool {
	certificate, void := Certify(g, l)
	return void == nil && certificate.Check(g.Pools, l) == nil
}

// FurtherOrders is how many further orders a thorough check of so many pods tries at most.
func FurtherOrders(pods int) int {
	pods = max(1, pods)
	return min(mostFurther, furtherPods/pods, max(leastFurther, furtherPerPod*pods))
}

// tryFurther tries further orders, whose numbers and seeds go on from those given, and
// returns how many.
func (c *Checker) tryFurther(number int, seed uint64) (int, *Failure) {
	most := FurtherOrders(len(c.queue))
	c.closest = math.MaxInt
	for i := range most {
		if i >= leastFurther && c.closest > c.fewChoices {
			return i, nil
		}
		c.clearNodes()
		if f := c.tryOrder(order{number: number + i, seed: seed + uint64(i), sorted: i%furtherSorted == 0}); f != nil {
			return i, f
		}
	}
	return most, nil
}

// rescheduleMixed places the displaced pods in a mixed order until the rest is certain to
// find room. Where it fails, the pods stay as they are.
func (c *Checker) rescheduleMixed(during During) *Failure {
	d := &c.drills
	workloads := c.listDisplaced()
	c.draw(streamLoss)
	c.random.Shuffle(len(d.waiting), func(i, j int) { d.waiting[i], d.waiting[j] = d.waiting[j], d.waiting[i] })
	if c.prioritized {
		slices.SortStableFunc(d.waiting, func(a, b pending) int { return c.byPriority(int(a.workload), int(b.workload)) })
	}
	defer func() { c.bound = anyZone }()
	for i, p := range d.waiting {
		if i > 0 && i%c.asking == 0 && workloads <= len(d.waiting)-i && len(c.later) == 0 && c.anyOrderFits() {
			return nil
		}
		w := int(p.workload)
		c.bound = p.zone
		n := c.pick(w, w)
		if n < 0 && !c.mayWait(w) {
			return c.failMixed(during, d.waiting[i:])
		}
		if n < 0 {
			c.later = append(c.later, p)
		} else {
			c.put(w, w, n)
		}
		d.left[w]--
	}
	f := c.tryLater(during)
	if f != nil {
		f.Lost = c.loss()
	}
	return f
}

// listDisplaced lists the pods that must find room, biggest first, and counts them by
// workload. It returns how many workloads have any.
func (c *Checker) listDisplaced() int {
	d := &c.drills
	d.waiting, d.left = d.waiting[:0], resize(d.left, len(c.group.Workloads))
	workloads := 0
	for _, w := range c.sizes {
		d.left[w] = 0
		if !c.group.Workloads[w].Reschedule || d.displaced[w] == 0 {
			continue
		}
		workloads++
		d.left[w] = c.toPlace(w)
		for i := range d.left[w] {
			d.waiting = append(d.waiting, pending{workload: int32(w), zone: c.homeOf(w, i)})
		}
	}
	return workloads
}

// failMixed says that the first of the pods that are left has no place. Its workload's
// others have none either, but for those with volumes, which may have it in other zones.
func (c *Checker) failMixed(during During, left []pending) *Failure {
	w := int(left[0].workload)
	f := c.fail(during, w, c.drills.left[w])
	f.Lost = c.loss()
	if !c.group.Workloads[w].ZonalVolumes {
		return f
	}
	for _, p := range left[1:] {
		c.bound = p.zone
		n := c.pick(int(p.workload), int(p.workload))
		if n < 0 {
			continue
		}
		c.put(int(p.workload), int(p.workload), n)
		if int(p.workload) == w {
			f.Missing--
		}
	}
	return f
}

// anyOrderFits reports whether the displaced pods that are left find room on the nodes as
// they stand, in whatever order they come, by the places of gauge.
func (c *Checker) anyOrderFits() bool {
	d := &c.drills
	for _, w := range c.sizes {
		if d.left[w] == 0 {
			continue
		}
		if c.hard(w) {
			return false
		}
		need := int64(d.left[w])
		for _, other := range c.sizes {
			if other != w {
				need += c.takes(other, w) * int64(d.left[other])
			}
		}
		if c.slotsOnAll(w, need) < need {
			return false
		}
	}
	return true
}
