package placement

import (
	"cmp"
	"math"
	"slices"
)

// Pack looks for places for the pods of g wherever they may be, not where the
// scheduler would put them: with everything up, during the rollout of each workload
// and after every declared loss, each time from empty nodes. It returns the report
// of a group for which all are found, or the first that is not.
//
// What it finds is a proof: the placement of the report is one, and on the
// survivors of each loss one was found for every pod of Reschedule workloads and
// MinReady pods of the others, which survive where they run, so that their spread
// asks nothing more. What it does not find may exist: it places pods in
// sorted and in mixed orders, each onto the node that the scheduler prefers, the
// fullest, or the one whose free room has the shape of the pod; many pods in fewer
// ways than few. Hard spread and anti-affinity are kept, and MinReady holds in the
// placement of the report, as in Check. Required affinity and volumes in zones depend
// on where pods ran before, so that nothing is said of groups with these: the failure
// is then Unproved.
//
// The report's drills count the ways in which a loss strikes; their Free takes every
// pod to run.
func (c *Checker) Pack(g Group, l Losses, o Options) (Report, *Failure) {
	c.stop, c.steps, c.order, c.scoring = o.Stop, 0, 0, o.Scoring
	c.indexed, c.asking = false, fewAsked
	if w := slices.IndexFunc(g.Workloads, func(w Workload) bool { return w.Replicas > 0 && w.tied() }); w >= 0 {
		return Report{}, &Failure{During: Normal, Resource: g.Workloads[w].bound(), Workload: g.Workloads[w].Name, Unproved: true}
	}
	c.load(&g, o.Balance)
	c.startDrills(l)
	report, failure := c.packUp()
	if failure != nil {
		return Report{}, failure
	}
	c.packDrills(&report)
	for w := range g.Workloads {
		if g.Workloads[w].Surge == 0 || g.Workloads[w].Replicas == 0 || c.fitsBeside(&g, &report, w, o) {
			continue
		}
		with := changed(&g, g.Pools, func(i int, load *Workload) {
			if i == w {
				load.Replicas += load.Surge
			}
		})
		if f := c.packAgain(&with, o, Rollout); f != nil {
			return Report{}, f
		}
	}
	if f := c.packSurvivors(&g, l, o); f != nil {
		return Report{}, f
	}
	return report, nil
}

// changed returns a copy of g with other nodes and changed workloads.
func changed(g *Group, pools []Pool, change func(int, *Workload)) Group {
	out := Group{Pools: pools, Workloads: slices.Clone(g.Workloads)}
	for i := range out.Workloads {
		change(i, &out.Workloads[i])
	}
	return out
}

// packUp places the pods with everything up, with enough of them ready through the
// losses.
func (c *Checker) packUp() (Report, *Failure) {
	var first *Failure
	for attempt := range c.attempts() {
		f := c.fill(attempt, Normal)
		if f == nil {
			f = c.packedReady()
		}
		if f == nil {
			return Report{Nodes: c.nodePods(), Orders: 1, Free: c.free(), ReadyAtWorst: slices.Clone(c.drills.ready), TightestFreeCPU: shareOf(c.free().CPU, c.total().CPU)}, nil
		}
		if f.Stopped {
			return Report{}, f
		}
		if first == nil || first.Resource != ShortMinReady && f.Resource == ShortMinReady {
			first = f
		}
	}
	return Report{}, first
}

// packAgain places the pods of another group from scratch.
func (c *Checker) packAgain(g *Group, o Options, during During) *Failure {
	c.load(g, o.Balance)
	var first *Failure
	for attempt := range c.attempts() {
		f := c.fill(attempt, during)
		if f == nil || f.Stopped {
			return f
		}
		if first == nil {
			first = f
		}
	}
	return first
}

// fitsBeside reports whether the surge of w finds room beside the placement of the
// report, in which no pod moves.
func (c *Checker) fitsBeside(g *Group, r *Report, w int, o Options) bool {
	c.load(g, o.Balance)
	for n := range r.Nodes {
		for i, pods := range r.Nodes[n].Pods {
			if pods > 0 {
				c.add(i, i, n, int32(pods))
			}
		}
	}
	for range g.Workloads[w].Surge {
		n := c.pick(w, w)
		if n < 0 {
			return false
		}
		c.put(w, w, n)
	}
	return true
}

// chooser says which of the nodes that take a pod gets it.
type chooser int

const (
	scheduled chooser = iota
	fullest
	aligned
	choosers
)

// Orders of the pods: biggest first by the larger share, by the sum of the shares,
// with hard spread first, and mixed ones.
const (
	bySize = iota
	bySum
	hardFirst
	sortedOrders
	mixedOrders = 3
)

// packSteps bounds the pods that are placed in all attempts; each of the choosers has
// one in any case.
const packSteps = 1 << 15

// attempts is how many ways to place the pods are tried.
func (c *Checker) attempts() int {
	if len(c.sizes) == 1 {
		return int(choosers)
	}
	return min(max(int(choosers), packSteps/max(1, len(c.queue))), int(choosers)*(sortedOrders+mixedOrders))
}

// fill puts the pods on empty nodes in the way of an attempt.
func (c *Checker) fill(attempt int, during During) *Failure {
	if attempt > 0 {
		c.clearNodes()
	}
	choose, order := chooser(attempt%int(choosers)), attempt/int(choosers)
	queue := c.sorted(order)
	for at, w := range queue {
		if c.stopped() {
			return &Failure{Stopped: true}
		}
		n := c.choose(choose, int(w))
		if n < 0 {
			missing := 0
			for _, other := range queue[at:] {
				if other == w {
					missing++
				}
			}
			return c.fail(during, int(w), missing)
		}
		c.put(int(w), int(w), n)
	}
	c.placed = c.placed[:0]
	return nil
}

// sorted returns the pods in an order.
func (c *Checker) sorted(order int) []int32 {
	if order == bySize {
		return c.queue
	}
	if order >= sortedOrders {
		return c.shuffle(uint64(defaultSeed + order - sortedOrders))
	}
	workloads := slices.Clone(c.sizes)
	slices.SortStableFunc(workloads, func(a, b int) int {
		if order == hardFirst {
			return cmp.Compare(c.hardness(b), c.hardness(a))
		}
		return cmp.Compare(c.shares(b), c.shares(a))
	})
	queue := c.shuffled[:0]
	for _, w := range workloads {
		for range c.group.Workloads[w].Replicas {
			queue = append(queue, int32(w))
		}
	}
	c.shuffled = queue
	return queue
}

func (c *Checker) hardness(w int) int {
	if c.hard(w) {
		return 1
	}
	return 0
}

// shares is the sum of a pod's shares of a node's CPU and memory, as for size.
func (c *Checker) shares(w int) float64 {
	t := &c.terms[w]
	return float64(t.cpu)/float64(c.most.cpu) + float64(t.memory)/float64(c.most.memory)
}

// choose returns a node for a pod of w, or -1.
func (c *Checker) choose(how chooser, w int) int {
	if how == scheduled {
		return c.pick(w, w)
	}
	t := &c.terms[w]
	zones := c.zoneCount[w*c.zones : (w+1)*c.zones]
	minZone, minHost := c.floors(w, w, zones)
	best, bestScore, bestZone := -1, math.Inf(-1), int32(math.MaxInt32)
	for _, k := range c.kinds.live {
		if c.resourceScore(w, int(k)) == unfit {
			continue
		}
		n := int(c.kinds.first[k])
		inZone := int32(0)
		if t.hardZone > 0 {
			inZone = zones[c.zone[n]]
		}
		if t.hardZone > 0 && inZone+1-minZone > t.hardZone || t.hardHost > 0 && c.count[n*c.slots+w]+1-minHost > t.hardHost ||
			t.rules != nil && c.forbids(w, n, false) != "" {
			continue
		}
		alloc := &c.poolOf(n).alloc
		cpu, memory := float64(c.cpu[n])/float64(alloc.cpu), float64(c.memory[n])/float64(alloc.memory)
		score := cpu + memory
		if how == aligned {
			// Conversions keep the compiler from fusing: the same bits everywhere.
			score = float64((1-cpu)*(float64(t.cpu)/float64(alloc.cpu))) + float64((1-memory)*(float64(t.memory)/float64(alloc.memory)))
		}
		if inZone < bestZone || inZone == bestZone && (score > bestScore || score == bestScore && n < best) {
			best, bestScore, bestZone = n, score, inZone
		}
	}
	return best
}

// packedReady works out how many pods of each workload stay Ready through the
// losses as the pods stand, and returns the first that are too few.
func (c *Checker) packedReady() *Failure {
	d := &c.drills
	for w := range c.group.Workloads {
		d.ready[w] = c.group.Workloads[w].Replicas
	}
	for _, e := range d.events {
		for _, lost := range c.zoneSets(e.zones) {
			for _, w := range c.sizes {
				ready := c.readyAfter(w, lost, e.nodes)
				d.ready[w] = min(d.ready[w], ready)
				if missing := c.group.Workloads[w].MinReady - ready; missing > 0 {
					f := &Failure{During: e.during, Resource: ShortMinReady, Workload: c.group.Workloads[w].Name, Missing: missing}
					f.Lost.Zones = lost
					return f
				}
			}
		}
	}
	return nil
}

// readyAfter returns how many pods of w run after the loss of zones and of the nodes
// elsewhere that have the most of them.
func (c *Checker) readyAfter(w int, lost []int, nodes int) int {
	ready := c.group.Workloads[w].Replicas
	type equal struct{ pods, nodes int }
	var on []equal
	for _, k := range c.kinds.live {
		n := int(c.kinds.first[k])
		here := equal{pods: int(c.count[n*c.slots+w]), nodes: int(c.kinds.size[k])}
		switch {
		case here.pods == 0:
		case slices.Contains(lost, int(c.zone[n])):
			ready -= here.pods * here.nodes
		default:
			on = append(on, here)
		}
	}
	slices.SortFunc(on, func(a, b equal) int { return b.pods - a.pods })
	for _, here := range on {
		hit := min(nodes, here.nodes)
		ready, nodes = ready-hit*here.pods, nodes-hit
	}
	return ready
}

// zoneSets returns every set of k of the zones with nodes, or of all where there are
// fewer.
func (c *Checker) zoneSets(k int) [][]int {
	var zones []int
	for z, n := range c.zoneNodes {
		if n > 0 {
			zones = append(zones, z)
		}
	}
	k = min(k, len(zones))
	sets := [][]int{nil}
	for range k {
		var next [][]int
		for _, s := range sets {
			for _, z := range zones {
				if len(s) == 0 || z > s[len(s)-1] {
					next = append(next, append(slices.Clone(s), z))
				}
			}
		}
		sets = next
	}
	return sets
}
