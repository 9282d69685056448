package rollout

import (
	"cmp"
	"slices"
)

// Machines of one's own: where enough stand idle in a zone, a surge replaces nodes there by
// machines of the zone, one after another. For the other zones some that stand idle anywhere
// join and help, the nodes are reinstalled where they stand, and the helpers leave again. So
// each zone ends with as many machines as it had.

// swaps reports whether so many machines stand idle in a zone as leave it at a time.
func (p *Pool) swaps(zone, there, surge int) bool {
	return p.Idle == nil || p.Idle[zone] >= min(surge, there)
}

// needsHelp reports whether a surge of a pool needs helpers: where it has nodes in a zone in
// which too few machines stand idle.
func (p *Pool) needsHelp(surge int) bool {
	if p.Idle == nil || surge == 0 {
		return false
	}
	there := make([]int, len(p.Idle))
	for _, c := range p.Nodes {
		there[c.Zone] += c.Nodes
	}
	for z, n := range there {
		if n > 0 && !p.swaps(z, n, surge) {
			return true
		}
	}
	return false
}

// sortSwaps orders the nodes that are to be replaced: those first that are by machines of
// their zone. Where helpers are there already, there are none of these.
func (s *State) sortSwaps() {
	s.swap = len(s.queue)
	if len(s.set.helpers[s.Pool]) == 0 {
		return
	}
	pool := &s.set.plan.Pools[s.Pool]
	helped := func(n int32) bool {
		z := int(s.nodes[n].Zone)
		return s.joined || !pool.swaps(z, s.plannedIn(s.Pool, z), s.set.width[s.Pool].surge)
	}
	slices.SortStableFunc(s.queue, func(a, b int32) int { return cmp.Compare(one(helped(a)), one(helped(b))) })
	if i := slices.IndexFunc(s.queue, helped); i >= 0 {
		s.swap = i
	}
}

// successors returns how many nodes of a batch get a new one before they go: none where
// helpers carry their pods, or machines have failed that should have come.
func (s *State) successors(batch []int32) int {
	surge := min(s.set.width[s.Pool].surge, len(batch))
	if s.next >= s.swap {
		return 0
	}
	pool := &s.set.plan.Pools[s.Pool]
	if pool.Idle == nil {
		return surge
	}
	for z := range s.set.zones {
		need := s.paidNodes(s.Pool, z) + s.count[s.cell(int32(s.Pool), int32(z))+int(Failed)]
		here := 0
		for _, n := range batch[:surge] {
			here += one(int(s.nodes[n].Zone) == z)
		}
		if here > 0 && s.count[s.cell(int32(s.Pool), int32(z))+int(Failed)] > 0 && need+here > s.plannedIn(s.Pool, z)+pool.Idle[z] {
			return 0
		}
	}
	return surge
}

// helperZones returns the zones in which so many machines join for a round: of those in
// which some are still idle always the one with the fewest nodes, the first of equal ones.
// Beyond what stands idle, where an upgrade is told as if nothing blocked it, any zone is
// as good.
func helperZones(p *Pool, nodes int, zones int) []int32 {
	there, idle := make([]int, zones), append(slices.Clone(p.Idle), make([]int, zones)...)
	for _, c := range p.Nodes {
		there[c.Zone] += c.Nodes
	}
	var out []int32
	for range nodes {
		best := -1
		for z := range zones {
			if best < 0 || cmp.Or(cmp.Compare(min(idle[best], 1), min(idle[z], 1)), cmp.Compare(there[z], there[best])) < 0 {
				best = z
			}
		}
		idle[best] = max(idle[best]-1, 0)
		there[best]++
		out = append(out, int32(best))
	}
	return out
}

// joinHelpers starts the machines that help the nodes that are left to be replaced; it
// reports false where none does, or they are there.
func (s *State) joinHelpers() bool {
	zones := s.set.helpers[s.Pool]
	if len(zones) == 0 || s.joined || s.next < s.swap {
		return false
	}
	t := &s.set.plan.Times
	s.Phase, s.joined = BootingNodes, true
	s.requestIn(int32(s.Pool), zones, order{version: s.to, after: t.AfterTerminate + t.Validate, set: -1, awaited: true})
	s.progress()
	return true
}

// leaveHelpers drains as many nodes of each zone as it has more than it had, the emptiest
// and then the newest. It reports false where there are none, or they have left.
func (s *State) leaveHelpers() bool {
	if s.helped || !s.joined {
		s.helped, s.joined = false, false
		return false
	}
	surplus := make([]int, s.set.zones)
	for z := range surplus {
		surplus[z] = s.paidNodes(s.Pool, z) - s.plannedIn(s.Pool, z)
	}
	var ready []int32
	for n := range s.nodes {
		if node := &s.nodes[n]; int(node.Pool) == s.Pool && node.Status == Ready {
			ready = append(ready, int32(n))
		}
	}
	slices.SortFunc(ready, func(a, b int32) int {
		return cmp.Or(cmp.Compare(s.nodes[a].Pods, s.nodes[b].Pods), cmp.Compare(b, a))
	})
	s.queue, s.next, s.swap = s.queue[:0], 0, 0
	for _, n := range ready {
		if z := s.nodes[n].Zone; surplus[z] > 0 {
			surplus[z]--
			s.queue = append(s.queue, n)
		}
	}
	if len(s.queue) == 0 {
		s.joined = false
		return false
	}
	s.helped = true
	s.nextBatch()
	return true
}

// plannedIn is how many nodes of a pool a zone had at the start.
func (s *State) plannedIn(pool, zone int) int {
	n := 0
	for _, c := range s.set.plan.Pools[pool].Nodes {
		if c.Zone == zone {
			n += c.Nodes
		}
	}
	return n
}

// hasHelpers reports whether some zone has more nodes of the pool than at the start.
func (s *State) hasHelpers() bool {
	for z := range s.set.zones {
		if s.paidNodes(s.Pool, z) > s.plannedIn(s.Pool, z) {
			return true
		}
	}
	return false
}

// stands reports whether a machine is there for one more node of a pool in a zone: a machine
// of one's own that has failed is not, and one that stands idle may be.
func (s *State) stands(pool, zone int32) bool {
	p := &s.set.plan.Pools[pool]
	failed := s.count[s.cell(pool, zone)+int(Failed)]
	if p.Idle == nil || failed == 0 {
		return true
	}
	return s.plannedIn(int(pool), int(zone))+p.Idle[zone] > s.paidNodes(int(pool), int(zone))+failed
}
