package placement

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"github.com/scantling-dev/scantling/planner/units"
)

// A strike is simulated until so many failures that differ in more than the names of
// equal nodes were, or so many pods were displaced by them. It bounds steps, not
// time: a second or so is what either takes.
const (
	replayLimit = 10_000
	replayPods  = 2_000_000
)

// Strike is a failure that leaves open where it hits.
type Strike struct {
	// Zones that are lost whole, as indexes into Pool.NodesByZone; AnyZones more.
	Zones    []int
	AnyZones int
	// In is, by zone, how many single nodes are lost there; nil for none.
	In []int
	// AnyNodes more are lost anywhere. Where fewer are up, all are lost.
	AnyNodes int
}

// Fate is what a failure does to a workload.
type Fate struct {
	// Displaced pods ran on what was lost; Placed of them find room on what is left.
	// Waiting have their volumes in a zone that is lost, and wait for it.
	Displaced, Placed, Waiting int
	// Landed are the placed pods by zone.
	Landed []int
	// Short is what keeps most nodes from the next of its pods; empty where all
	// have found a place, or no node is left. It is as Failure.Resource says.
	Short Shortage
}

// Outcome is what one failure does to a group.
type Outcome struct {
	Lost Loss
	// Up is how many nodes are left.
	Up int
	// Fates of the workloads, in the order of Group.Workloads.
	Fates []Fate
	// Missing pods of Reschedule workloads have no place; NotReady is by how many
	// pods workloads stay below MinReady. Where both are 0 the group holds.
	Missing, NotReady int
	// Free on the survivors, of Total, once the displaced pods of Reschedule
	// workloads run again: what Tightest says.
	Free, Total Resources
	// FreeCPU is Free over Total, rounded down.
	FreeCPU units.Ratio
}

// Holds reports whether the group survives: every pod that must be rescheduled has
// a place, and every workload keeps MinReady.
func (o *Outcome) Holds() bool { return o.Missing == 0 && o.NotReady == 0 }

// Worst is the worst case of a strike.
type Worst struct {
	// Ways in which the strike can hit, Tried of which were tried, and Held of
	// these. Failures that differ only in the names of equal nodes are tried once
	// and counted all. Tried is less than Ways where more than 10,000 differ in more,
	// or displace more than two million pods: the fullest nodes are then tried first.
	// Numbers stop at math.MaxInt32.
	Ways, Tried, Held int
	// All says that every way was tried.
	All bool
	// Displaced is the most pods that each workload loses, over all that was tried.
	Displaced []int
	// Outcome of the worst: the most pods missing or not ready, then the least
	// share of CPU that stays free, then the first.
	Outcome Outcome
}

// Replay is a placement on which failures are tried one by one. It is not safe for
// concurrent use.
type Replay struct {
	c *Checker
	// order of the classes of equal nodes, those with the most CPU requested first:
	// where not all sets can be tried, those are that are likely to be the worst.
	order []int
	stop  func() bool
}

// NewReplay takes nodes of g as they are filled: as many of each pool and zone as
// g has, with pods of g.Workloads. Of o it takes Balance, Scoring
// and Stop. The nodes of a
// pool in a zone are named in the order given, as in Report.Nodes.
func NewReplay(g Group, nodes []NodePods, o Options) *Replay {
	c := NewChecker()
	c.scoring = o.Scoring
	c.load(&g, o.Balance)
	next := make([][]int, len(c.placeUp)) // by place, the nodes that are still empty
	for n := range c.nodes {
		next[c.place[n]] = append(next[c.place[n]], n)
	}
	for i := range nodes {
		place := nodes[i].Zone*len(c.pools) + nodes[i].Pool
		n := next[place][0]
		next[place] = next[place][1:]
		for w, pods := range nodes[i].Pods {
			if pods > 0 {
				c.add(w, w, n, int32(pods))
			}
		}
	}
	c.startDrills(Losses{})
	c.classify()
	r := &Replay{c: c, stop: o.Stop}
	d := &c.drills
	for class := range len(d.starts) - 1 {
		r.order = append(r.order, class)
	}
	slices.SortStableFunc(r.order, func(a, b int) int {
		return cmp.Compare(c.cpu[d.members[d.starts[b]]], c.cpu[d.members[d.starts[a]]])
	})
	return r
}

// Worst tries the strike everywhere it can hit and returns the worst case; false
// where Options.Stop ended the search.
//
// The pods of what is lost are placed on what is left, no running pod moved: those
// of Reschedule workloads first, since for these there must be room, then those
// that may wait; biggest first among each. A workload that finds no room does not
// keep the next from theirs.
func (r *Replay) Worst(s Strike) (Worst, bool) {
	w := &search{r: r, worst: Worst{All: true, Displaced: make([]int, len(r.c.group.Workloads))}}
	w.zones(s, slices.Sorted(slices.Values(s.Zones)), 0, s.AnyZones)
	return w.worst, !w.stopped
}

// search is one call of Worst.
type search struct {
	r     *Replay
	worst Worst
	found bool
	// tries so far, and the pods that they displaced.
	tries, pods int
	// stopped by Options.Stop.
	stopped bool
	// taken nodes of each class, at hand.
	taken []int
}

// zones chooses so many more zones, from zone from on.
func (s *search) zones(strike Strike, lost []int, from, more int) {
	c := s.r.c
	if left := c.domains() - s.r.populated(lost); more > left {
		more = left
	}
	if more == 0 {
		s.strike(strike, lost)
		return
	}
	for z := from; z < c.zones; z++ {
		if c.zoneNodes[z] == 0 || slices.Contains(lost, z) {
			continue
		}
		if s.r.populatedAfter(lost, z) < more-1 {
			break
		}
		s.zones(strike, slices.Sorted(slices.Values(append(slices.Clone(lost), z))), z+1, more-1)
	}
}

// populated counts the zones of a list that have nodes.
func (r *Replay) populated(zones []int) int {
	n := 0
	for _, z := range zones {
		if r.c.zoneNodes[z] > 0 {
			n++
		}
	}
	return n
}

// populatedAfter counts the zones with nodes behind z that are not lost.
func (r *Replay) populatedAfter(lost []int, z int) int {
	n := 0
	for other := z + 1; other < r.c.zones; other++ {
		if r.c.zoneNodes[other] > 0 && !slices.Contains(lost, other) {
			n++
		}
	}
	return n
}

// strike tries every choice of single nodes beside the lost zones.
func (s *search) strike(strike Strike, lost []int) {
	c := s.r.c
	up := make([]int, c.zones)
	in := make([]int, c.zones)
	all, nodes := 0, strike.AnyNodes
	for z := range up {
		if !slices.Contains(lost, z) {
			up[z] = c.zoneNodes[z]
		}
		if strike.In != nil {
			in[z] = min(strike.In[z], up[z])
		}
		all, nodes = all+up[z], nodes+in[z]
	}
	nodes = min(nodes, all)
	s.worst.Ways = sum32(s.worst.Ways, waysOf(up, in, nodes))
	s.taken = make([]int, len(c.drills.starts)-1)
	s.nodes(lost, in, up, 0, nodes)
}

// nodes chooses how many nodes of each class from the at-th on are lost, left in
// all. in is what zones still have to lose, up what they still can. It returns false
// where the search is over.
func (s *search) nodes(lost, in, up []int, at, left int) bool {
	c := s.r.c
	if at == len(s.taken) {
		return s.try(lost)
	}
	d, class := &c.drills, s.r.order[at]
	size, z := int(d.starts[class+1]-d.starts[class]), int(c.zone[d.members[d.starts[class]]])
	if slices.Contains(lost, z) {
		return s.nodes(lost, in, up, at+1, left)
	}
	up[z] -= size
	rest, must := 0, 0
	for other := range up {
		rest, must = rest+up[other], must+in[other]
	}
	need := in[z]
	// What is not taken here must be had from the classes behind, of this zone and
	// of all; what other zones have to lose is not for this one.
	least := max(left-rest, need-up[z], 0)
	most := min(size, left-(must-need))
	for n := most; n >= least; n-- {
		s.taken[class] = n
		in[z] = max(need-n, 0)
		if !s.nodes(lost, in, up, at+1, left-n) {
			return false
		}
	}
	s.taken[class] = 0
	in[z], up[z] = need, up[z]+size
	return true
}

// try simulates the choice at hand; false where the limit or Options.Stop ends the
// search.
func (s *search) try(lost []int) bool {
	s.stopped = s.stopped || s.r.stop != nil && s.r.stop()
	if s.stopped {
		return false
	}
	if s.tries == replayLimit || s.pods >= replayPods {
		s.worst.All = false
		return false
	}
	s.tries++
	d := &s.r.c.drills
	d.lostZones, d.lostNodes = append(d.lostZones[:0], lost...), d.lostNodes[:0]
	ways := 1
	for class, n := range s.taken {
		members := d.members[d.starts[class]:d.starts[class+1]]
		ways = product32(ways, choose(len(members), n))
		for _, node := range members[:n] {
			d.lostNodes = append(d.lostNodes, int(node))
		}
	}
	o := s.r.lose()
	s.worst.Tried = sum32(s.worst.Tried, ways)
	if o.Holds() {
		s.worst.Held = sum32(s.worst.Held, ways)
	}
	for w := range o.Fates {
		s.pods += o.Fates[w].Displaced
		s.worst.Displaced[w] = max(s.worst.Displaced[w], o.Fates[w].Displaced)
	}
	if !s.found || worse(&o, &s.worst.Outcome) {
		s.found, s.worst.Outcome = true, o
	}
	return true
}

// worse reports whether a is the worse case.
func worse(a, b *Outcome) bool {
	if bad := cmp.Compare(a.Missing+a.NotReady, b.Missing+b.NotReady); bad != 0 {
		return bad > 0
	}
	return lessFree(a, b)
}

// lessFree compares shares exactly; nodes that are all gone have nothing free.
func lessFree(a, b *Outcome) bool {
	ah, al := bits.Mul64(uint64(a.Free.CPU), uint64(max(b.Total.CPU, 1)))
	bh, bl := bits.Mul64(uint64(b.Free.CPU), uint64(max(a.Total.CPU, 1)))
	return ah < bh || ah == bh && al < bl
}

// lose fails the zones and nodes of drillState and says what comes of it. The pods
// are as before when it returns.
func (r *Replay) lose() Outcome {
	c := r.c
	d := &c.drills
	for n := range c.nodes {
		if slices.Contains(d.lostZones, int(c.zone[n])) {
			c.takeDown(n)
		}
	}
	for _, n := range d.lostNodes {
		c.takeDown(n)
	}
	o := Outcome{Lost: c.loss(), Up: c.up, Fates: make([]Fate, len(c.group.Workloads))}
	for w := range o.Fates {
		f, spec := &o.Fates[w], &c.group.Workloads[w]
		*f = Fate{Displaced: d.displaced[w], Waiting: d.displaced[w] - c.toPlace(w), Landed: make([]int, c.zones)}
		o.NotReady += max(0, spec.MinReady-(spec.Replicas-f.Displaced))
	}
	c.placed = c.placed[:0]
	r.rehome(&o, true)
	o.Free, o.Total = c.free(), c.total()
	o.FreeCPU = shareOf(o.Free.CPU, o.Total.CPU)
	r.rehome(&o, false)
	c.undo()
	c.bringUp(0)
	return o
}

// rehome places the displaced pods of the workloads that must be rescheduled, or of
// the others.
func (r *Replay) rehome(o *Outcome, must bool) {
	c := r.c
	from := len(c.placed)
	for _, w := range c.sizes {
		if c.group.Workloads[w].Reschedule == must {
			o.Fates[w].Short = c.rehome(w)
		}
	}
	c.retry()
	for _, p := range c.later {
		// The first of each workload says what its pods lack.
		if f := &o.Fates[p.workload]; f.Short == "" && c.up > 0 {
			c.bound = p.zone
			f.Short = c.blocking(int(p.workload))
		}
	}
	c.later, c.bound = c.later[:0], anyZone
	for _, m := range c.placed[from:] {
		f := &o.Fates[m.workload]
		f.Placed++
		f.Landed[c.zone[m.node]]++
	}
	for _, w := range c.sizes {
		if must && c.group.Workloads[w].Reschedule {
			o.Missing += c.toPlace(w) - o.Fates[w].Placed
		}
	}
}

// rehome places the displaced pods of a workload and returns what the first lacks
// that finds no place and waits for no other.
func (c *Checker) rehome(w int) Shortage {
	defer func() { c.bound = anyZone }()
	var short Shortage
	for i := range c.toPlace(w) {
		c.bound = c.homeOf(w, i)
		switch n := c.pick(w, w); {
		case n >= 0:
			c.put(w, w, n)
			continue
		case c.mayWait(w):
			c.later = append(c.later, pending{workload: int32(w), zone: c.bound})
			continue
		case short == "" && c.up > 0:
			short = c.blocking(w)
		}
		if !c.group.Workloads[w].ZonalVolumes {
			break // as in tryOrder, no later pod of it finds a place either
		}
	}
	return short
}

// waysOf counts the sets of so many nodes with at least in of each zone: the
// coefficient of x^nodes in the product over the zones of
//
//	sum over k from in to up of C(up, k) x^k
func waysOf(up, in []int, nodes int) int {
	ways := make([]float64, nodes+1)
	ways[0] = 1
	for z := range up {
		here := make([]float64, min(up[z], nodes)+1) // C(up, k)
		for k := range here {
			here[k] = float64(choose(up[z], k))
		}
		next := make([]float64, nodes+1)
		for before, w := range ways {
			if w == 0 {
				continue
			}
			for k := in[z]; k <= min(up[z], nodes-before); k++ {
				next[before+k] = min(next[before+k]+w*here[k], math.MaxInt32)
			}
		}
		ways = next
	}
	return int(ways[nodes])
}

// sum32 and product32 stop at math.MaxInt32. Their arguments are not negative.
func sum32(a, b int) int { return min(a+b, math.MaxInt32) }

func product32(a, b int) int { return min(a*b, math.MaxInt32) }
