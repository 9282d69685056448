package placement

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/scantling-dev/scantling/planner/units"
)

// defaultShuffles of the pod order, and the seed of the first.
const (
	defaultShuffles = 8
	defaultSeed     = 1
)

// After how many displaced pods it is asked whether the rest fits: what costs little where
// kinds of nodes are few takes a look at every node where they are found by views.
const (
	fewAsked  = 8
	manyAsked = 1024
)

// Checker checks one group after another and keeps its memory. It is not safe
// for concurrent use.
type Checker struct {
	group   *Group
	balance Balance
	scoring Scoring

	// Of the group. A place is a zone and a pool: zone x pools + pool.
	nodes, zones int
	pools        []poolTerms
	zoneNodes    []int
	terms        []terms
	// most is the most CPU and memory of a node of any pool.
	most amounts
	// further kinds of resources that pods request.
	further []int
	// selective says that a workload has a selector; admitted are then workloads by
	// place.
	selective bool
	admitted  []bool
	// zonal says that a workload has volumes in zones, prioritized that priorities
	// differ.
	zonal, prioritized bool
	// bound is the zone to which the pod that is placed is bound, rolling the workload
	// whose new pods have the last slot; none where there is none.
	bound   int32
	rolling int
	// later are pods that wait for others to be placed.
	later []pending
	// sizes are the workloads with pods, biggest first.
	sizes []int
	// keys tell sets of pods apart: the hash of a node is the sum of its pods' keys.
	keys []uint64
	// logs[i] is ln(i).
	logs []float64

	// The state of the nodes.
	zone, pool, place []int32
	alive             []bool
	cpu, memory       []int64
	pods              []int32
	hash              []uint64
	// balanced is the balance of CPU and memory on a node; notScored where it is not known.
	balanced []int32
	// amounts of the further resources, node by node.
	furtherUsed []int64
	// count of pods by node and slot, zoneCount by slot and zone. The slot of a
	// workload is its index; the last slot is for the new pods of a rollout.
	count, zoneCount []int32
	slots            int
	// placeUp counts the nodes that are up.
	placeUp []int32
	// used by pods on the nodes that are up, DaemonSets apart.
	usedCPU, usedMemory int64
	usedPods            int
	usedFurther         [furtherKinds]int64
	up                  int

	// kinds are the nodes that are up, by equal state; where indexed, there are views by
	// slot instead. surging is the workload of the last slot's.
	kinds   kinds
	indexed bool
	// mixedPods and fewChoices are the constants.
	mixedPods, fewChoices int
	// indexedFrom so many nodes a group is indexed.
	indexedFrom int
	views       []view
	surging     int
	// asking is after how many displaced pods it is asked whether the rest fits.
	asking     int
	journal    journal
	candidates []candidate
	zoneScore  []float64
	// equals score best; draws says that one of them is drawn; view is the one at hand.
	equals []equal
	draws  bool
	// closest is the fewest nodes that a pod could be put on.
	closest int
	view    *view

	queue    []int32
	shuffled []int32
	source   *rand.PCG
	random   *rand.Rand
	placed   []move
	// tracing keeps what was placed with everything up in settled.
	tracing bool
	settled []move
	order   int
	// at is the order at hand; mixed says that it shuffles the pods, displaced ones too.
	at     order
	mixed  bool
	drills drillState
	// stop asks whether to give up; steps counts what was done between two looks.
	stop  func() bool
	steps int
}

// move is a pod put on a node.
type move struct{ workload, slot, node int32 }

// NewChecker returns a Checker. The zero value is not usable.
func NewChecker() *Checker {
	source := rand.NewPCG(defaultSeed, 0)
	return &Checker{source: source, random: rand.New(source), asking: fewAsked, indexedFrom: indexedFrom, mixedPods: mixedPods, fewChoices: fewChoices}
}

// Check is the function Check with this Checker's memory. The report shares none
// of it.
func (c *Checker) Check(g Group, l Losses, o Options) (Report, *Failure) {
	shuffles, seed := c.prepareFor(&g, l, o)
	if f := c.tryOrder(order{}); f != nil {
		return Report{}, f
	}
	report := Report{Nodes: c.nodePods(), Orders: 1 + shuffles, Free: c.free(), TightestFreeCPU: shareOf(c.free().CPU, c.total().CPU)}
	for i := range shuffles {
		c.clearNodes()
		if f := c.tryOrder(order{number: 1 + i, seed: seed + uint64(i)}); f != nil {
			return Report{}, f
		}
	}
	if o.Thorough && !certified(&g, l) {
		drawn, f := c.tryFurther(1+shuffles, seed+uint64(shuffles))
		if f != nil {
			return Report{}, f
		}
		report.Orders += drawn
	}
	c.reportDrills(&report)
	return report, nil
}

// prepareFor takes in a group, its losses and options, and returns how many orders are
// shuffled and the seed of the first.
func (c *Checker) prepareFor(g *Group, l Losses, o Options) (shuffles int, seed uint64) {
	c.indexed, c.asking = nodesOf(g) >= c.indexedFrom, fewAsked
	if c.indexed {
		c.asking = manyAsked
	}
	c.scoring = o.Scoring
	c.load(g, o.Balance)
	c.stop, c.steps, c.tracing = o.Stop, 0, o.Trace
	c.startDrills(l)
	return max(0, cmp.Or(o.Shuffles, defaultShuffles)), cmp.Or(o.Seed, defaultSeed)
}

// load takes in a group.
func (c *Checker) load(g *Group, b Balance) {
	c.group, c.balance = g, b
	c.at, c.draws, c.mixed = order{}, false, false
	c.loadPools(g)
	workloads := len(g.Workloads)
	c.terms, c.sizes, c.queue = c.terms[:0], c.sizes[:0], c.queue[:0]
	for w := range g.Workloads {
		c.terms = append(c.terms, c.termsOf(&g.Workloads[w]))
		if g.Workloads[w].Replicas > 0 {
			c.sizes = append(c.sizes, w)
		}
	}
	c.loadRules(g)
	slices.SortFunc(c.sizes, c.bySize)
	for _, w := range c.sizes {
		for range g.Workloads[w].Replicas {
			c.queue = append(c.queue, int32(w))
		}
	}
	for i := len(c.keys); i <= workloads; i++ {
		c.keys = append(c.keys, splitmix(uint64(i)))
	}
	for i := len(c.logs); i <= max(c.nodes, c.zones)+2; i++ {
		c.logs = append(c.logs, math.Log(float64(i)))
	}
	c.zone, c.pool, c.place = resize(c.zone, c.nodes), resize(c.pool, c.nodes), resize(c.place, c.nodes)
	c.alive = resize(c.alive, c.nodes)
	c.cpu, c.memory, c.pods = resize(c.cpu, c.nodes), resize(c.memory, c.nodes), resize(c.pods, c.nodes)
	c.balanced = resize(c.balanced, c.nodes)
	c.hash, c.furtherUsed = resize(c.hash, c.nodes), resize(c.furtherUsed, c.nodes*len(c.further))
	c.slots = workloads + 1
	c.count = resize(c.count, c.slots*c.nodes)
	c.zoneCount = resize(c.zoneCount, (workloads+1)*c.zones)
	c.placeUp, c.zoneScore = resize(c.placeUp, c.zones*len(c.pools)), resize(c.zoneScore, c.zones)
	c.nameNodes()
	c.clearNodes()
}

// clearNodes takes all pods off and brings all nodes up.
func (c *Checker) clearNodes() {
	clear(c.count)
	clear(c.zoneCount)
	clear(c.hash)
	for n := range c.nodes {
		r := &c.poolOf(n).reserved
		c.alive[n] = true
		c.cpu[n], c.memory[n], c.pods[n], c.balanced[n] = r.cpu, r.memory, r.pods, notScored
		copy(c.furtherUsed[n*len(c.further):], r.further[:len(c.further)])
	}
	for place := range c.placeUp {
		c.placeUp[place] = int32(c.group.Pools[place%len(c.pools)].NodesByZone[place/len(c.pools)])
	}
	c.usedCPU, c.usedMemory, c.usedPods, c.usedFurther, c.up = 0, 0, 0, [furtherKinds]int64{}, c.nodes
	c.placed = c.placed[:0]
	c.startKinds()
}

// tryOrder places the queue, then tries rollouts and losses.
func (c *Checker) tryOrder(o order) *Failure { return c.traced(c.tryQueue(o)) }

func (c *Checker) tryQueue(o order) *Failure {
	if f := c.placeAll(o); f != nil {
		return f
	}
	c.everythingUp()
	if f := c.tryRollouts(); f != nil {
		return f
	}
	return c.tryLosses()
}

// placeAll places the queue of an order on empty nodes.
func (c *Checker) placeAll(o order) *Failure {
	queue := c.begin(o)
	for i, w := range queue {
		if c.stopped() {
			return &Failure{Stopped: true}
		}
		n := c.pick(int(w), int(w))
		if n < 0 && c.mayWait(int(w)) {
			c.later = append(c.later, pending{workload: w, zone: anyZone})
			continue
		}
		if n < 0 {
			// Resources only shrink and its own pods stay where they are, so no later
			// pod of the workload finds a place either.
			missing := 0
			for _, other := range queue[i:] {
				if other == w {
					missing++
				}
			}
			return c.fail(Normal, int(w), missing)
		}
		c.put(int(w), int(w), n)
	}
	return c.tryLater(Normal)
}

// tryRollouts places the surge of each workload in turn.
//
// The scheduler's default spread goes by the ReplicaSet's selector, so it counts
// the new pods alone; a declared constraint goes by the workload's labels and
// counts old and new.
func (c *Checker) tryRollouts() *Failure {
	for _, w := range c.sizes {
		surge, slot := c.group.Workloads[w].Surge, w
		if c.terms[w].defaults {
			slot, c.rolling = len(c.group.Workloads), w
		}
		c.draw(streamRollout)
		for i := range surge {
			n := c.pick(w, slot)
			if n < 0 {
				return c.fail(Rollout, w, surge-i)
			}
			c.put(w, slot, n)
		}
		c.undo()
		c.rolling = none
	}
	return nil
}

// put runs a pod of workload w on node n.
func (c *Checker) put(w, slot, n int) {
	c.placed = append(c.placed, move{workload: int32(w), slot: int32(slot), node: int32(n)})
	c.add(w, slot, n, 1)
}

// undo takes off the pods put since placed was last empty.
func (c *Checker) undo() {
	for _, m := range slices.Backward(c.placed) {
		c.add(int(m.workload), int(m.slot), int(m.node), -1)
	}
	c.placed = c.placed[:0]
}

// add puts pods of workload w on node n, or takes them off.
func (c *Checker) add(w, slot, n int, pods int32) {
	c.leaveKind(n)
	t := &c.terms[w]
	c.cpu[n] += int64(pods) * t.cpu
	c.memory[n] += int64(pods) * t.memory
	c.pods[n] += pods
	c.balanced[n] = notScored
	c.hash[n] += uint64(int64(pods)) * c.keys[slot]
	c.count[n*c.slots+slot] += pods
	c.zoneCount[slot*c.zones+int(c.zone[n])] += pods
	c.usedCPU += int64(pods) * t.cpu
	c.usedMemory += int64(pods) * t.memory
	c.usedPods += int(pods)
	for i := range c.further {
		amount := int64(pods) * t.further[i]
		c.furtherUsed[n*len(c.further)+i] += amount
		c.usedFurther[i] += amount
	}
	c.joinKind(n)
}

// looks is how many pods are placed between two looks at stop.
const looks = 1024

// stopped asks from time to time whether to give up.
func (c *Checker) stopped() bool {
	c.steps++
	return c.stop != nil && c.steps%looks == 1 && c.stop()
}

func (c *Checker) fail(during During, w, missing int) *Failure {
	return &Failure{
		During: during, Order: c.order, Resource: c.blocking(w),
		Workload: c.group.Workloads[w].Name, Missing: missing,
	}
}

// nodePods returns where the pods are.
func (c *Checker) nodePods() []NodePods {
	out := make([]NodePods, c.nodes)
	pods := make([]int, c.nodes*len(c.group.Workloads))
	for n := range out {
		out[n] = NodePods{Pool: int(c.pool[n]), Zone: int(c.zone[n]), Pods: pods[:len(c.group.Workloads):len(c.group.Workloads)]}
		pods = pods[len(c.group.Workloads):]
		for w := range c.group.Workloads {
			out[n].Pods[w] = int(c.count[n*c.slots+w])
		}
	}
	return out
}

// shareOf returns free over total, rounded down; 0 where there is nothing.
func shareOf(free, total units.MilliCPU) units.Ratio {
	if total <= 0 {
		return 0
	}
	return units.Ratio(int64(free) * int64(units.Whole) / int64(total))
}

// resize returns a slice of n elements, using s's memory if it suffices. The
// elements are not cleared.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// splitmix returns a well mixed number, distinct for distinct x (Steele, Lea,
// Flood: "Fast splittable pseudorandom number generators", 2014).
func splitmix(x uint64) uint64 {
	x = (x + 1) * 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
