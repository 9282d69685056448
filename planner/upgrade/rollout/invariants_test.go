package rollout_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade"
	"github.com/scantling-dev/scantling/planner/upgrade/rollout"
)

// allWays are the courses with a formula and the one without.
func allWays() []way {
	return append(ways(), way{upgrade.CourseGKEAutoscaledBlueGreen, false})
}

// randomPlan is a small cluster: pools that may share pods, nodes of any fill, some
// with little room. Where the ground has several ways for a pool some have one of their own.
func randomPlan(r *rand.Rand, w way) rollout.Plan {
	p := rollout.Plan{
		Course: rollout.Course(w.course), TerminateFirst: w.terminateFirst, From: "1.33", Hops: []string{"1.34", "1.35"}[:1+r.IntN(2)],
		NodeSkew: 1 + r.IntN(2), Zones: []string{"a", "b", "c"}[:1+r.IntN(3)], Times: rollout.Times(timesOf(w.course)),
		ControlPlaneNodes: r.IntN(3),
	}
	for i := range r.IntN(4) {
		p.Workloads = append(p.Workloads, rollout.Workload{
			Name: fmt.Sprint("w", i), Budget: r.IntN(2) == 0, Allowed: 1 + r.IntN(3), Zonal: r.IntN(4) == 0,
			Grace: time.Duration(r.IntN(60)) * time.Second, Startup: time.Duration(r.IntN(60)) * time.Second,
		})
	}
	for i := range 1 + r.IntN(3) {
		pool := rollout.Pool{
			Name: fmt.Sprint("p", i), Group: []string{"", "shared"}[r.IntN(2)], Price: rollout.Rate{PerHour: units.DollarPerHour, Known: true},
			MaxUnavailable: units.Count(r.IntN(4)), MaxSurge: units.Count(r.IntN(4)), AtATime: units.Count(1 + r.IntN(3)),
			BatchSoak: time.Duration(r.IntN(2)) * time.Minute,
		}
		for range 1 + r.IntN(3) {
			c := rollout.NodeClass{Nodes: 1 + r.IntN(4), Zone: r.IntN(len(p.Zones))}
			for range p.Workloads {
				c.Pods = append(c.Pods, r.IntN(4))
			}
			pool.Nodes = append(pool.Nodes, c)
		}
		if r.IntN(3) == 0 {
			pool.Fits = room(9 + r.IntN(9))
		}
		if own := siblings(w); r.IntN(3) == 0 {
			pool.Course, pool.TerminateFirst = rollout.Course(own[i%len(own)].course), own[i%len(own)].terminateFirst
		}
		if w.course == upgrade.CourseRolling && r.IntN(2) == 0 {
			for range p.Zones {
				pool.Idle = append(pool.Idle, r.IntN(3))
			}
		}
		p.Pools = append(p.Pools, pool)
	}
	return p
}

// wayOf is the course of a pool, and whether its nodes go first.
func wayOf(p *rollout.Plan, pool *rollout.Pool) (rollout.Course, bool) {
	if pool.Course == "" {
		return p.Course, p.TerminateFirst
	}
	return pool.Course, pool.TerminateFirst
}

// promise is what a strategy promises of a pool: the most nodes beyond those that it
// has, and the fewest that are ready.
func promise(p *rollout.Plan, pool *rollout.Pool) (surge, ready int) {
	n := 0
	zones := make(map[int]bool)
	for _, c := range pool.Nodes {
		n += c.Nodes
		zones[c.Zone] = true
	}
	u := max(pool.MaxUnavailable.Count, 1)
	course, terminateFirst := wayOf(p, pool)
	switch course {
	case rollout.EKSDefault:
		return max(2*len(zones), u), max(n-u, 0)
	case rollout.EKSMinimal:
		return 0, max(n-u, 0)
	case rollout.InPlace:
		return 0, max(n-pool.AtATime.Count, 0)
	case rollout.GKEBlueGreen, rollout.GKEAutoscaledBlueGreen, rollout.NodeGroupBlueGreen, rollout.ClusterBlueGreen:
		return n, n
	case rollout.GKESurge, rollout.Rolling:
	}
	if terminateFirst {
		return 0, max(n-pool.AtATime.Count, 0)
	}
	if pool.MaxSurge.Count+pool.MaxUnavailable.Count == 0 {
		return 1, n
	}
	return min(pool.MaxSurge.Count, n), max(n-pool.MaxUnavailable.Count, 0)
}

func paid(s rollout.Status) bool { return s <= rollout.Terminating }
func ready(s rollout.Status) bool {
	return s == rollout.Ready || s == rollout.Cordoned || s == rollout.Draining
}

// fingerprint writes all that can be seen of a state.
func fingerprint(s *rollout.State, works int) string {
	out := fmt.Sprint(s.Now, s.Phase, s.Hop, s.Pool, s.RolledBack, s.Reasons)
	for n := range s.Len() {
		out += fmt.Sprint(s.Node(n), s.On(n, nil))
	}
	for w := range works {
		out += fmt.Sprint(s.Workload(w))
	}
	return out
}

// checkPods counts the pods one by one: each is on a node that can hold it or reported
// as waiting, and none is lost.
func checkPods(t *testing.T, p *rollout.Plan, s *rollout.State, all []int) {
	t.Helper()
	on := make([]int, len(p.Workloads))
	inZone := make(map[[2]int]int)
	for _, pool := range p.Pools {
		for _, c := range pool.Nodes {
			for w, q := range c.Pods {
				inZone[[2]int{w, c.Zone}] += c.Nodes * q
			}
		}
	}
	var buf []int32
	for n := range s.Len() {
		buf = s.On(n, buf)
		sum := int32(0)
		for w, q := range buf {
			on[w] += int(q)
			sum += q
			at := [2]int{w, int(s.Node(n).Zone)}
			if inZone[at] -= int(q); inZone[at] < 0 && p.Workloads[w].Zonal {
				t.Fatalf("zone %d has %d pods of %d more than it had, which stay in their zones", at[1], -inZone[at], w)
			}
			if q < 0 {
				t.Fatalf("node %d has %d pods of %d", n, q, w)
			}
		}
		node := s.Node(n)
		if sum != node.Pods {
			t.Fatalf("node %d has %d pods and says %d", n, sum, node.Pods)
		}
		if holds := ready(node.Status) || node.Status == rollout.Terminating; sum > 0 && !holds {
			t.Fatalf("node %d of status %d has %d pods", n, node.Status, sum)
		}
		if fits := p.Pools[node.Pool].Fits; fits != nil && node.Version > 0 && sum > 0 {
			last := slices.IndexFunc(buf, func(q int32) bool { return q > 0 })
			buf[last]--
			if !fits(buf, last) {
				t.Fatalf("node %d has %v pods and one of workload %d, more than it takes", n, buf, last)
			}
		}
	}
	for w := range p.Workloads {
		pods := s.Workload(w)
		if pods.Pending < 0 || on[w] != pods.Ready+pods.Leaving+pods.Starting || on[w]+pods.Pending != all[w] {
			t.Fatalf("%d of %d pods of %s are on nodes: %+v", on[w], all[w], p.Workloads[w].Name, pods)
		}
	}
}

// checkPromises holds a state without failures against what its strategy promises.
func checkPromises(t *testing.T, p *rollout.Plan, s *rollout.State) {
	t.Helper()
	for i := range p.Pools {
		surge, least := promise(p, &p.Pools[i])
		n := 0
		for _, c := range p.Pools[i].Nodes {
			n += c.Nodes
		}
		if got := s.Nodes(i, -1, paid); got > n+surge {
			t.Fatalf("%s has %d nodes, %d and a surge of %d are allowed", p.Pools[i].Name, got, n, surge)
		}
		if got := s.Nodes(i, -1, ready); got < least {
			t.Fatalf("%s has %d ready nodes of %d, %d are promised", p.Pools[i].Name, got, n, least)
		}
	}
	if s.Pool < 0 || s.Phase > rollout.Soaking {
		return
	}
	if course, _ := wayOf(p, &p.Pools[s.Pool]); course == rollout.GKEBlueGreen || course == rollout.NodeGroupBlueGreen {
		from, kept, n := int32(-1), 0, 0
		for _, c := range p.Pools[s.Pool].Nodes {
			n += c.Nodes
		}
		for i := range s.Len() {
			node := s.Node(i)
			if int(node.Pool) == s.Pool && paid(node.Status) && node.Version <= int32(s.Hop) {
				from, kept = node.Version, kept+1
			}
		}
		if kept != n {
			t.Fatalf("%d of %d blue nodes of version %d are kept in phase %d", kept, n, from, s.Phase)
		}
	}
}

// anyStrike is a failure or a change of mind.
func anyStrike(r *rand.Rand, p *rollout.Plan, s *rollout.State) rollout.Event {
	return []rollout.Event{
		{Kind: rollout.NodeFails, Node: int32(r.IntN(s.Len()))},
		{Kind: rollout.NodeFails, Node: int32(r.IntN(s.Len()))},
		{Kind: rollout.ZoneFails, Zone: int32(r.IntN(len(p.Zones)))},
		{Kind: rollout.RollBack},
	}[r.IntN(4)]
}

// chance runs a plan with events in any order, one that is foreseen at a time, as if
// each took as long as it likes. wild adds failures and changes of mind.
func chance(t *testing.T, r *rand.Rand, p *rollout.Plan, wild bool) (done bool) {
	t.Helper()
	s := rollout.Start(p)
	all := make([]int, len(p.Workloads))
	for w := range all {
		all[w] = s.Workload(w).Ready
	}
	pending := []rollout.Event{{Kind: rollout.Begin}}
	var down []int
	for len(pending) > 0 && s.Phase != rollout.Done && s.Phase != rollout.Stopped {
		i := r.IntN(len(pending))
		e := pending[i]
		pending = slices.Delete(pending, i, i+1)
		if wild && r.IntN(40) == 0 {
			if e.Kind != rollout.Begin {
				pending = append(pending, e)
				e = anyStrike(r, p, &s)
			}
			if e.Kind == rollout.ZoneFails {
				down = append(down, int(e.Zone))
			}
		}
		e.At = s.Now + time.Duration(r.IntN(100))*time.Second
		if r.IntN(10) == 0 {
			e.At = 0 // one that is late in being told
		}
		before, look := "", r.IntN(20) == 0
		if look {
			before = fingerprint(&s, len(p.Workloads))
		}
		next, effects := rollout.Step(s, e)
		if look && fingerprint(&s, len(p.Workloads)) != before {
			t.Fatalf("a step changed the state that it was given:\n%s\n%s", before, fingerprint(&s, len(p.Workloads)))
		}
		if next.Now < s.Now {
			t.Fatalf("time runs back from %v to %v", s.Now, next.Now)
		}
		s = next
		for _, f := range effects {
			if f.Then.Kind != 0 {
				pending = append(pending, f.Then)
			}
		}
		checkPods(t, p, &s, all)
		for _, z := range down {
			if n := s.Nodes(-1, z, paid); n > 0 {
				t.Fatalf("%d nodes run in zone %d, which is down", n, z)
			}
		}
		if !wild {
			checkPromises(t, p, &s)
		}
	}
	if s.Phase != rollout.Done {
		if s.Phase != rollout.Stopped && !waits(p, &s) {
			t.Fatalf("it stands still in phase %d of %d/%d, and no budget does that", s.Phase, s.Hop, s.Pool)
		}
		return false
	}
	if wild {
		return true
	}
	for n := range s.Len() {
		if node := s.Node(n); paid(node.Status) && node.Status != rollout.Terminating && int(node.Version) != len(p.Hops) {
			t.Fatalf("at the end node %d is %+v", n, node)
		}
	}
	return true
}

// waits reports whether pods without a place use up a budget.
func waits(p *rollout.Plan, s *rollout.State) bool {
	for w := range p.Workloads {
		if pods := s.Workload(w); p.Workloads[w].Budget && pods.Pending >= p.Workloads[w].Allowed {
			return true
		}
	}
	return false
}

// TestInvariants: in whatever order things happen, there are never more nodes than
// the surge allows nor fewer ready ones than the strategy promises; every pod has a
// place or is reported; time never runs back; blue stays until its soak ends.
func TestInvariants(t *testing.T) {
	manyRuns(t, 21, false)
}

// TestInvariantsOfFailures: the same of pods and time while nodes and zones fail and
// people change their mind.
func TestInvariantsOfFailures(t *testing.T) {
	manyRuns(t, 22, true)
}

func manyRuns(t *testing.T, seed uint64, wild bool) {
	r := rand.New(rand.NewPCG(seed, 0))
	done := 0
	for i := range 1500 {
		p := randomPlan(r, allWays()[i%len(allWays())])
		t.Run(fmt.Sprint(i, p.Course), func(t *testing.T) { done += one(chance(t, r, &p, wild)) })
	}
	if done < 750 {
		t.Errorf("%d of 1500 runs came to an end: the test shows little", done)
	}
}
