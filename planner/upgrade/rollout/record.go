package rollout

import (
	"math"
	"math/big"
	"math/bits"
	"slices"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// recorder writes down what a run does, and adds up what it comes to. A state that
// lasts no time does not count.
type recorder struct {
	plan  *Plan
	opts  Options
	t     Timeline
	pools []poolRecord
	works []workRecord

	paid    []int // nodes by zone
	levels  map[string]bool
	key     []byte
	level   Level
	held    bool // the declared losses are survived
	thin    bool // a group has fewer ready nodes than before
	missing int  // workloads whose targets do not hold
	short   int  // those with fewer ready pods than must be kept
	zone    int  // those whose targets would not hold without a zone
	node    int
	pool    int // whose round runs, for which hop
	hop     int
	round   time.Duration
	shrunk  time.Duration // when a group got smaller last
}

// poolRecord adds up a pool: node time beyond the nodes that it had, of the round
// that runs and of all of them.
type poolRecord struct {
	current    int
	round, all area
	replaced   bool
}

// area is a node time, in 128 bits: 10,000 nodes for a fortnight are more
// nanoseconds than 64 hold.
type area struct{ hi, lo uint64 }

func (a *area) add(n int, d time.Duration) {
	hi, lo := bits.Mul64(uint64(n), uint64(d))
	a.sum(area{hi, lo})
}

func (a *area) sum(b area) {
	var carry uint64
	a.lo, carry = bits.Add64(a.lo, b.lo, 0)
	a.hi, _ = bits.Add64(a.hi, b.hi, carry)
}

func (a area) hours() float64 {
	return (float64(a.hi)*(1<<64) + float64(a.lo)) / float64(time.Hour)
}

// cost returns what a node time costs, rounded up to the billionth of a dollar. An
// amount beyond the type's range is its largest.
func (a area) cost(rate units.USDPerHour) units.USD {
	product := new(big.Int).SetUint64(a.hi)
	product.Lsh(product, 64).Add(product, new(big.Int).SetUint64(a.lo))
	product.Mul(product, big.NewInt(int64(rate)))
	q, rest := product.QuoRem(product, big.NewInt(int64(time.Hour)), new(big.Int))
	if rest.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	if !q.IsInt64() {
		return math.MaxInt64
	}
	return units.USD(q.Int64())
}

// workRecord remembers a workload: what Holds said, 0 where it was not asked, and
// which of its targets are missed since when.
type workRecord struct {
	said               []int8
	missed, zone, node bool
	short              bool
	since              time.Duration
	// unasked is when pods left last because the group got smaller.
	unasked time.Duration
}

func newRecorder(p *Plan, s *State, o Options) *recorder {
	r := &recorder{plan: p, opts: o, levels: make(map[string]bool), held: true, pool: -1, shrunk: -1}
	r.t = Timeline{Course: p.Course, ExtraCostKnown: true, MinReady: units.Whole, PeakByZone: make([]int, len(p.Zones)), PlannedZone: make([]int, len(p.Zones))}
	r.pools = make([]poolRecord, len(p.Pools))
	r.works = make([]workRecord, len(p.Workloads))
	r.paid = make([]int, len(p.Zones))
	for i := range p.Pools {
		r.t.Pools = append(r.t.Pools, PoolTotals{Name: p.Pools[i].Name, ExtraCostKnown: true, MinReadyNodes: s.set.size[i], PeakByZone: make([]int, len(p.Zones))})
		for z := range p.Zones {
			r.t.PlannedZone[z] += s.paidNodes(i, z)
		}
		r.level.Ready = append(r.level.Ready, make([]int, len(p.Zones)))
		r.level.Open = append(r.level.Open, make([]int, len(p.Zones)))
	}
	for w := range p.Workloads {
		n := s.set.pods[w]
		r.works[w].said, r.works[w].unasked = make([]int8, n+1), -1
		r.t.Workloads = append(r.t.Workloads, WorkloadTotals{Name: p.Workloads[w].Name, Pods: n, MinReady: n, AfterZone: n, AfterNode: n})
	}
	return r
}

// write adds an entry; equal ones at the same time are one.
func (r *recorder) write(s *State, f *Effect) {
	now := s.Now
	switch {
	case f.Action == ForcePods:
		r.t.Forced += int(f.Count)
	case f.Action == ScaleDown:
		r.shrunk = now
	case f.Action == Evict && r.shrunk == now:
		r.works[f.Workload].unasked = now
	}
	if f.Action == Wait || r.opts.Quiet || f.Action.ofPods() && !r.opts.Pods {
		return
	}
	e := Entry{At: now, Action: f.Action, Pool: f.Pool, Zone: f.Zone, Workload: f.Workload, Count: f.Count, Hop: f.Hop, For: f.After}
	for i := len(r.t.Events) - 1; i >= 0 && r.t.Events[i].At == now; i-- {
		same := &r.t.Events[i]
		if same.Action == e.Action && same.Pool == e.Pool && same.Zone == e.Zone && same.Workload == e.Workload {
			same.Count += e.Count
			return
		}
		if same.Action != e.Action && (!e.Action.ofPods() || !same.Action.ofPods()) {
			break
		}
	}
	r.t.Events = append(r.t.Events, e)
}

// observe takes the state as it is until a time.
func (r *recorder) observe(s *State, until time.Duration) {
	dt := until - s.Now
	r.rounds(s)
	if dt <= 0 {
		return
	}
	changed := s.moved || len(s.touched) > 0
	if s.moved {
		s.moved = false
		r.nodes(s)
	}
	for _, w := range s.touched {
		s.isTouch[w] = false
		r.pods(s, int(w))
	}
	s.touched = s.touched[:0]
	if changed && r.opts.Samples {
		r.sample(s)
	}
	r.t.Unplaced = max(r.t.Unplaced, s.pendingPods)
	for i := range r.pools {
		if c := r.pools[i].current; c > 0 {
			r.pools[i].round.add(c, dt)
		}
	}
	if !r.held {
		r.t.NoRedundancy += dt
	}
	if r.missing > 0 {
		r.t.NoTarget += dt
	}
	if r.short > 0 {
		r.t.Short += dt
	}
	if r.short > 0 || r.plan.KeepsLosses && !r.held || r.plan.KeepsNodes && r.thin {
		r.t.Broken += dt
	}
	if r.zone > 0 {
		r.t.AfterZone += dt
	}
	if r.node > 0 {
		r.t.AfterNode += dt
	}
	if r.pool >= 0 && (s.Phase == Replacing || s.Phase == WaitingForNodes || s.Phase == SoakingBatch || s.Phase == Soaking) {
		p, n := &r.t.Pools[r.pool], s.readyNodes(r.pool)
		if !r.pools[r.pool].replaced || n < p.MinReadyNodes {
			r.pools[r.pool].replaced, p.MinReadyNodes = true, n
		}
	}
}

// sample writes down what is ready, where that has changed.
func (r *recorder) sample(s *State) {
	now := Sample{At: s.Now}
	for i := range r.plan.Pools {
		now.Nodes = append(now.Nodes, s.readyNodes(i))
	}
	for w := range s.pods {
		now.Pods = append(now.Pods, s.pods[w].Ready)
	}
	if n := len(r.t.Samples); n > 0 && slices.Equal(r.t.Samples[n-1].Nodes, now.Nodes) && slices.Equal(r.t.Samples[n-1].Pods, now.Pods) {
		return
	}
	r.t.Samples = append(r.t.Samples, now)
}

// rounds notes where the round of a pool ends and another one begins.
func (r *recorder) rounds(s *State) {
	pool := -1
	if s.Phase > AddOns && s.Phase < RunningParallel {
		pool = s.Pool
	}
	if pool == r.pool && s.Hop == r.hop {
		return
	}
	if r.pool >= 0 {
		r.t.Pools[r.pool].Duration += s.Now - r.round
		r.flush(r.pool)
	}
	r.pool, r.hop, r.round = pool, s.Hop, s.Now
	if pool >= 0 {
		if r.t.Pools[pool].Rounds == 0 {
			r.t.Pools[pool].Start = s.Now
		}
		r.t.Pools[pool].Rounds++
	}
}

// flush prices what a pool had more, rounded up.
func (r *recorder) flush(pool int) {
	rec, t := &r.pools[pool], &r.t.Pools[pool]
	if rec.round == (area{}) {
		return
	}
	price := r.plan.Pools[pool].Price
	t.ExtraCost += rec.round.cost(price.PerHour)
	t.ExtraCostKnown = t.ExtraCostKnown && price.Known
	rec.all.sum(rec.round)
	rec.round = area{}
	t.ExtraNodeHours = rec.all.hours()
}

// nodes counts the nodes of a level, and asks whether it is redundant.
func (r *recorder) nodes(s *State) {
	peak := 0
	clear(r.paid)
	for i := range r.plan.Pools {
		t, all := &r.t.Pools[i], 0
		for z := range r.plan.Zones {
			paid := s.paidNodes(i, z)
			t.PeakByZone[z] = max(t.PeakByZone[z], paid)
			r.paid[z] += paid
			all += paid
		}
		r.pools[i].current = all - s.set.size[i]
		t.PeakExtraNodes = max(t.PeakExtraNodes, r.pools[i].current)
		peak += all
	}
	for z, paid := range r.paid {
		r.t.PeakByZone[z] = max(r.t.PeakByZone[z], paid)
	}
	r.t.PeakNodes = max(r.t.PeakNodes, peak)
	r.share(s)
	if r.plan.Redundant != nil || r.opts.levels {
		r.held = r.redundant(s)
	}
}

// share keeps the least share of a group's nodes that is ready.
func (r *recorder) share(s *State) {
	r.thin = false
	for g := range s.set.inAll {
		ready, all := 0, 0
		for i := range r.plan.Pools {
			if s.set.groups[i] == g {
				ready += s.readyNodes(i)
				all += s.set.size[i]
			}
		}
		if all > 0 {
			r.thin = r.thin || ready < all
			r.t.MinReady = min(r.t.MinReady, units.Whole*units.Ratio(min(ready, all))/units.Ratio(all))
		}
	}
}

// redundant asks about each level once.
func (r *recorder) redundant(s *State) bool {
	r.key = r.key[:0]
	for i := range r.plan.Pools {
		for z := range r.plan.Zones {
			c := s.cell(int32(i), int32(z))
			open := s.count[c+int(Ready)]
			ready := open + s.count[c+int(Cordoned)] + s.count[c+int(Draining)]
			r.level.Ready[i][z], r.level.Open[i][z] = ready, open
			r.key = append(r.key, byte(ready), byte(ready>>8), byte(ready>>16), byte(open), byte(open>>8), byte(open>>16))
		}
	}
	held, known := r.levels[string(r.key)]
	if !known {
		held = r.plan.Redundant == nil || r.plan.Redundant(r.level)
		r.levels[string(r.key)] = held
		if r.opts.levels {
			r.t.levels = append(r.t.levels, s.Now)
		}
	}
	return held
}

// holds asks once whether the target of a workload holds with so many ready pods.
func (r *recorder) holds(w, ready int) bool {
	said := r.works[w].said
	if said[ready] == 0 {
		ok := ready == len(said)-1
		if r.plan.Holds != nil {
			ok = r.plan.Holds(w, ready)
		}
		said[ready] = -1
		if ok {
			said[ready] = 1
		}
	}
	return said[ready] > 0
}

// pods takes the ready pods of a workload, and what failures would leave of them.
func (r *recorder) pods(s *State, w int) {
	rec, t := &r.works[w], &r.t.Workloads[w]
	ready := s.pods[w].Ready
	worst := -1
	for z := range s.set.zones {
		if at := w*s.set.zones + z; worst < 0 || s.readyIn[at] > s.readyIn[w*s.set.zones+worst] {
			worst = z
		}
	}
	without := ready
	if worst >= 0 {
		without -= s.readyIn[w*s.set.zones+worst]
	}
	for s.most[w] > 0 && s.held[w][s.most[w]] == 0 {
		s.most[w]--
	}
	alone := ready - int(s.most[w])

	if ready < t.MinReady {
		t.MinReady, t.MinReadyAt = ready, s.Now
	}
	t.AfterZone, t.AfterNode = min(t.AfterZone, without), min(t.AfterNode, alone)
	t.Pending = max(t.Pending, s.pods[w].Pending)
	missed := !r.holds(w, ready)
	if missed != rec.missed {
		if rec.missed {
			t.NoTarget += s.Now - rec.since
		}
		rec.missed, rec.since = missed, s.Now
		r.missing += one(missed)*2 - 1
	}
	toggle(&rec.short, w < len(r.plan.Least) && ready < r.plan.Least[w], &r.short)
	t.Unasked = t.Unasked || rec.short && rec.unasked == s.Now
	toggle(&rec.zone, !r.holds(w, without), &r.zone)
	toggle(&rec.node, !r.holds(w, alone), &r.node)
	r.t.Worst.least(r.low(s, w, ready, -1))
	r.t.WorstAfterZone.least(r.low(s, w, without, worst))
	r.t.WorstAfterNode.least(r.low(s, w, alone, -1))
}

// low is a moment of a workload; zone is that which fails, -1 none.
func (r *recorder) low(s *State, w, ready, zone int) Low {
	l := Low{At: s.Now, Workload: r.plan.Workloads[w].Name, Number: w, Ready: ready, Holds: r.holds(w, ready), ratio: 1}
	if n := s.set.pods[w]; n > 0 {
		l.ratio = float64(ready) / float64(n)
	}
	if zone >= 0 {
		l.Zone = r.plan.Zones[zone]
	}
	return l
}

// least keeps the worse of two moments: that in which the target does not hold, then
// that with the smaller share of ready pods, then the earlier one.
func (l *Low) least(other Low) {
	if l.Workload == "" || l.Holds && !other.Holds || l.Holds == other.Holds && other.ratio < l.ratio {
		*l = other
	}
}

func toggle(was *bool, is bool, sum *int) {
	if *was != is {
		*was = is
		*sum += one(is)*2 - 1
	}
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// finish adds everything up.
func (r *recorder) finish(s *State) Timeline {
	t := &r.t
	t.Finished, t.RolledBack, t.BlockedBy, t.Duration = s.Phase == Done, s.RolledBack, s.Reasons, s.Now
	for w := range r.works {
		if r.works[w].missed {
			t.Workloads[w].NoTarget += s.Now - r.works[w].since
		}
	}
	for i := range r.pools {
		if r.plan.Course == ClusterBlueGreen && !r.plan.Pools[i].Stays && s.set.size[i] > 0 {
			t.Pools[i].Duration, t.Pools[i].Rounds = s.Now, 1
		}
		r.flush(i)
		t.ExtraCost += t.Pools[i].ExtraCost
		t.ExtraCostKnown = t.ExtraCostKnown && t.Pools[i].ExtraCostKnown
	}
	if r.plan.Course == ClusterBlueGreen {
		var a area
		a.add(1, s.Now)
		for _, of := range []Rate{r.plan.ControlPlaneFee, r.plan.Volumes} {
			t.ExtraCost += a.cost(of.PerHour)
			t.ExtraCostKnown = t.ExtraCostKnown && of.Known
		}
	}
	for _, l := range []*Low{&t.Worst, &t.WorstAfterZone, &t.WorstAfterNode} {
		l.During = during(r.plan, t.Events, l.At)
	}
	return *t
}

// during says what the newest entry about nodes was at a time.
func during(p *Plan, entries []Entry, at time.Duration) string {
	for i := len(entries) - 1; i >= 0; i-- {
		if e := &entries[i]; e.At <= at && !e.Action.ofPods() {
			return sentence(p, e)
		}
	}
	return ""
}
