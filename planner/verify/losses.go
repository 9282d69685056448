package verify

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// maxCases bounds the kinds of failure that are tried for one event of a group.
// Losses of equal nodes are one kind, so that real plans stay far below it. Of more
// than fewCases a proof of all at once is looked for first, then proofs of many.
const (
	maxCases = 200_000
	fewCases = 2_000
)

// event is the loss of any number of nodes together with any number of zones.
type event struct{ nodes, zones int }

func (e event) String() string {
	switch {
	case e.zones == 0:
		return fmt.Sprintf("any %d nodes", e.nodes)
	case e.nodes == 0:
		return fmt.Sprintf("any %d zones", e.zones)
	}
	return fmt.Sprintf("any %d nodes and any %d zones", e.nodes, e.zones)
}

// declared returns the losses that a group must survive.
func declared(r planner.Redundancy) []event {
	var events []event
	if r.Nodes > 0 {
		events = append(events, event{nodes: r.Nodes})
	}
	if r.Zones > 0 {
		events = append(events, event{zones: r.Zones})
	}
	if r.AtOnce && r.Nodes > 0 && r.Zones > 0 {
		events = append(events, event{r.Nodes, r.Zones})
	}
	return events
}

// losses checks that a group survives every declared loss and that the plan's
// account of its drills is true.
func (k *checker) losses(g *group) {
	g.yard, g.tried = newYard(g), map[event]bool{}
	events := declared(g.decl.Redundancy)
	worst := make([]int, len(g.loads))
	for i, l := range g.loads {
		worst[i] = l.plan.Replicas
	}
	for _, e := range events {
		for i, ready := range g.leastReady(e) {
			worst[i] = min(worst[i], ready)
			k.ready(g.loads[i], e, ready)
		}
		if g.decl.Guarantee == planner.Packed {
			k.repacked(g, e)
		} else {
			k.reschedules(g, e)
		}
	}
	for i, l := range g.loads {
		// The plan shows one placement of those that the scheduler may give, so that
		// its figure for all of them can be lower than that of the one.
		says := l.plan.ReadyAtWorst
		k.need(says >= 0 && says <= worst[i], l.path, "loss.ready_at_worst", "%d pods ready at worst, it is %d", says, worst[i])
		need, _ := l.mustStay()
		k.need(len(events) == 0 || worst[i] < need || says >= need, l.path, "loss.ready_at_worst", "%d pods ready at worst, %d must be", says, need)
	}
	k.drills(g, events)
}

// mustStay returns how many pods of l must stay Ready through any declared loss,
// and the rule that says so: min_ready where it is given, else for static recovery
// as many as carry the load, or as hold the targets declared for a failure.
func (l *load) mustStay() (int, string) {
	switch m := l.spec.MinReady; {
	case m != nil:
		return m.Up(l.plan.Replicas), "loss.min_ready"
	case l.spec.Recovery == planner.Static && l.computed():
		if s := l.plan.Sizing; s != nil && len(l.spec.Demand.FailureLatency) > 0 {
			return s.Survivors, "loss.static"
		}
		return l.plan.Reasons.Load, "loss.static"
	}
	return 0, "loss.static"
}

// ready checks the pods that stay Ready through e without rescheduling.
func (k *checker) ready(l *load, e event, ready int) {
	need, rule := l.mustStay()
	k.need(ready >= need, l.path, rule, "loss of %v leaves %d pods ready, %d must be", e, ready, need)
}

// leastReady returns, for each load, the fewest pods that run after e, over every
// way in which e can strike: the fullest zones, then the fullest nodes elsewhere.
func (g *group) leastReady(e event) []int {
	least := make([]int, len(g.loads))
	for i, l := range g.loads {
		least[i] = l.plan.Replicas
	}
	var left []stack
	for lost := range subsets(g.zonesWithNodes(), e.zones) {
		for i := range g.loads {
			ready := 0
			left = left[:0]
			for j := range g.classes {
				if c := &g.classes[j]; c.pods[i] > 0 && !slices.Contains(lost, c.zone) {
					ready += c.count * c.pods[i]
					left = append(left, stack{c.pods[i], c.count})
				}
			}
			ready -= tallest(left, e.nodes)
			least[i] = min(least[i], ready)
		}
	}
	return least
}

// stack is a number of nodes that run so many pods each.
type stack struct{ pods, nodes int }

// tallest is the most pods that k of the nodes run. It changes the order.
func tallest(of []stack, k int) int {
	slices.SortFunc(of, func(a, b stack) int { return b.pods - a.pods })
	sum := 0
	for _, s := range of {
		n := min(k, s.nodes)
		sum += n * s.pods
		k -= n
	}
	return sum
}

// zonesWithNodes returns the indices of the zones in which g has nodes.
func (g *group) zonesWithNodes() []int {
	var zones []int
	for z := range g.decl.Zones {
		if slices.ContainsFunc(g.classes, func(c class) bool { return c.zone == z }) {
			zones = append(zones, z)
		}
	}
	return zones
}

// subsets yields every choice of k of items, or of all where there are fewer. The
// slice is reused.
func subsets(items []int, k int) func(yield func([]int) bool) {
	k = min(k, len(items))
	return func(yield func([]int) bool) {
		picked := make([]int, 0, k)
		var pick func(from int) bool
		pick = func(from int) bool {
			if len(picked) == k {
				return yield(picked)
			}
			for i := from; i <= len(items)-(k-len(picked)); i++ {
				picked = append(picked, items[i])
				more := pick(i + 1)
				picked = picked[:len(picked)-1]
				if !more {
					return false
				}
			}
			return true
		}
		pick(0)
	}
}

// hit is a number of nodes of a class that are lost.
type hit struct{ class, nodes int }

// strikes yields each kind of loss of so many of the alive nodes, of all where there
// are fewer. The slice is reused.
func strikes(alive []int, nodes int) func(yield func([]hit) bool) {
	total := 0
	for _, n := range alive {
		total += n
	}
	nodes = min(nodes, total)
	return func(yield func([]hit) bool) {
		var hits []hit
		var strike func(from, todo int) bool
		strike = func(from, todo int) bool {
			if todo == 0 {
				return yield(hits)
			}
			for i := from; i < len(alive); i++ {
				for n := min(todo, alive[i]); n > 0; n-- {
					hits = append(hits, hit{i, n})
					more := strike(i+1, todo-n)
					hits = hits[:len(hits)-1]
					if !more {
						return false
					}
				}
			}
			return true
		}
		strike(0, nodes)
	}
}

// kindsOf is how many kinds of loss strikes yields, at most one more than the bound.
func kindsOf(alive []int, nodes, bound int) int {
	n := 0
	for range strikes(alive, nodes) {
		if n++; n > bound {
			break
		}
	}
	return n
}

// smaller returns e and every smaller loss: a spread that holds when two nodes are
// gone may not hold when one is.
func smaller(e event) []event {
	var out []event
	for zones := 0; zones <= e.zones; zones++ {
		for nodes := 0; nodes <= e.nodes; nodes++ {
			if nodes+zones > 0 {
				out = append(out, event{nodes, zones})
			}
		}
	}
	return out
}

// reschedules checks that after every kind of e and of every smaller loss the displaced
// pods of workloads that are rescheduled have a place on what is left. It stops at the
// first kind that fails.
func (k *checker) reschedules(g *group, e event) {
	if !slices.ContainsFunc(g.loads, func(l *load) bool { return l.spec.Recovery != planner.Static && l.plan.Replicas > 0 }) {
		return
	}
	for _, s := range smaller(e) {
		if g.tried[s] {
			continue
		}
		g.tried[s] = true
		for lost := range subsets(g.zonesWithNodes(), s.zones) {
			if !k.lost(g, s, lost) {
				return
			}
		}
	}
}

// lost checks the losses of nodes beside that of some zones, and reports whether all
// hold.
func (k *checker) lost(g *group, e event, zones []int) bool {
	alive := make([]int, len(g.classes))
	gone := g.newDemand()
	for i := range g.classes {
		if c := &g.classes[i]; slices.Contains(zones, c.zone) {
			gone.displace(c, c.count, true)
		} else {
			alive[i] = c.count
		}
	}
	y := g.yard
	y.rebase(alive)
	kinds := strikes(alive, e.nodes)
	if e.nodes > 1 && kindsOf(alive, e.nodes, fewCases) > fewCases {
		if y.spares(alive, gone, e.nodes) {
			return true
		}
		kinds = y.sums(alive, gone, e.nodes).strikes()
	}
	cases := 0
	for hits := range kinds {
		if cases++; cases > maxCases {
			return k.need(false, g.path, "loss.unproved", "loss of %v: more than %d kinds of failure, not all were tried", e, maxCases)
		}
		d := gone.clone()
		for _, h := range hits {
			alive[h.class] -= h.nodes
			d.displace(&g.classes[h.class], h.nodes, false)
		}
		ok := y.hosts(alive, hits, d) || k.hosted(g, e, zones, alive, d)
		for _, h := range hits {
			alive[h.class] += h.nodes
		}
		if !ok {
			return false
		}
	}
	return true
}

// hosted searches for places where those of a yard are not enough.
func (k *checker) hosted(g *group, e event, zones, left []int, d *demand) bool {
	p := g.pose(left, d)
	switch solve(p) {
	case placed:
		return true
	case impossible:
		return k.need(false, g.path, "loss.reschedule", "%s: no placement of the displaced pods (%s) exists", g.describe(e, zones, left), p)
	case unproved:
	}
	return k.need(false, g.path, "loss.reschedule", "%s: no placement of the displaced pods (%s) was found in the steps of a search", g.describe(e, zones, left), p)
}

// describe names a failure.
func (g *group) describe(e event, lost, left []int) string {
	var what []string
	for _, z := range lost {
		what = append(what, "zone "+g.decl.Zones[z])
	}
	if e.nodes > 0 {
		for i, c := range g.classes {
			if n := c.count - left[i]; n > 0 && !slices.Contains(lost, c.zone) {
				what = append(what, fmt.Sprintf("%d x %s in %s", n, g.pools[c.pool].name, g.decl.Zones[c.zone]))
			}
		}
	}
	return "loss of " + strings.Join(what, " and ")
}

// rollouts checks that the surge of each workload, one at a time, has room with
// all nodes up: beside the pods as they run, or, where no more is asked for than
// that places exist, wherever they may be. The volumes of new pods are made where
// these start.
func (k *checker) rollouts(g *group) {
	all := make([]int, len(g.classes))
	for i, c := range g.classes {
		all[i] = c.count
	}
	g.yard.rebase(all)
	for w, l := range g.loads {
		d := g.newDemand()
		d.count[w] = surge(&l.spec, l.plan.Replicas)
		if d.count[w] == 0 || g.yard.hosts(all, nil, d) {
			continue
		}
		verdict := solve(g.pose(all, d))
		if verdict != placed && g.decl.Guarantee == planner.Packed && g.rolledOut(w) {
			verdict = placed
		}
		switch verdict {
		case impossible:
			k.need(false, l.path, "rollout.surge", "no place exists for the %d pods that a rollout adds", d.count[w])
		case unproved:
			k.need(false, l.path, "rollout.surge", "no place was found for the %d pods that a rollout adds, in the steps of a search", d.count[w])
		case placed:
		}
	}
}

// drills checks the plan's account of what it tried: every declared loss, as many
// times as it can strike, and all of them held.
func (k *checker) drills(g *group, events []event) {
	path := g.path + ".survives"
	seen := map[event]bool{}
	spot := 0
	for i := range g.plan.Survives {
		d := &g.plan.Survives[i]
		if d.Event == planner.AllSpotGone {
			spot++
			k.need(spot == 1, path, "drill.twice", "%q is there twice", d.Event)
			k.spotGone(g, d)
			continue
		}
		e, ok := parseEvent(d.Event)
		if !k.need(ok, path, "drill.event", "%q is not a loss of nodes or zones", d.Event) {
			continue
		}
		k.need(!seen[e], path, "drill.twice", "%q is there twice", d.Event)
		seen[e] = true
		k.need(slices.Contains(g.failures(e), d.Tried), path, "drill.tried", "%q: %d tried, it can strike in %v ways", d.Event, d.Tried, g.failures(e))
		k.need(d.Held >= 0 && d.Held <= d.Tried, path, "drill.held", "%q: %d of %d held", d.Event, d.Held, d.Tried)
		k.need(d.Held == d.Tried || !slices.Contains(events, e), path, "drill.held", "%q: %d of %d held, the spec asks for all", d.Event, d.Held, d.Tried)
		k.need(d.FreeCPU >= 0 && d.FreeCPU <= units.Whole, path, "drill.free", "%q: %s of CPU stays free", d.Event, percent(d.FreeCPU))
	}
	for i, e := range events {
		// Where both strike at once, the drill of both covers each alone.
		if len(g.classes) > 0 && (len(events) < 3 || i == 2) {
			k.need(seen[e], path, "drill.missing", "loss of %v was not tried", e)
		}
	}
}

// failures returns how often e can strike. A zone without nodes may be counted or
// not, hence up to two answers.
func (g *group) failures(e event) []int {
	perZone := make([]int, len(g.decl.Zones))
	for _, c := range g.classes {
		perZone[c.zone] += c.count
	}
	count := func(zones []int) int {
		sum := 0
		for lost := range subsets(zones, e.zones) {
			left := 0
			for z, n := range perZone {
				if !slices.Contains(lost, z) {
					left += n
				}
			}
			sum += choose(left, e.nodes)
		}
		return sum
	}
	every := make([]int, len(perZone))
	for z := range every {
		every[z] = z
	}
	a, b := count(g.zonesWithNodes()), count(every)
	if a == b {
		return []int{a}
	}
	return []int{a, b}
}

// choose returns the number of ways to pick k of n things, of all where there are
// fewer than k, and at most math.MaxInt32.
func choose(n, k int) int {
	k = min(k, n)
	c := 1.0
	for i := range k {
		c = c * float64(n-i) / float64(i+1)
	}
	return int(math.Round(min(c, math.MaxInt32)))
}

// parseEvent reads the numbers before "node" and "zone" in the name of a drill.
func parseEvent(s string) (event, bool) {
	var e event
	words := strings.Fields(s)
	for i, w := range words {
		if i == 0 {
			continue
		}
		n, err := strconv.Atoi(words[i-1])
		if err != nil || n < 1 {
			continue
		}
		switch {
		case strings.HasPrefix(w, "node"):
			e.nodes = n
		case strings.HasPrefix(w, "zone"):
			e.zones = n
		}
	}
	return e, e != event{}
}
