package rollout

import "time"

// Step returns the state after an event, and what follows from it. It changes
// neither the state that it is given nor anything else.
func Step(s State, e Event) (State, []Effect) {
	next := s.clone()
	next.effects = next.effects[:0]
	next.apply(&e)
	return next, next.effects
}

// apply is Step on a state of one's own; the effects are appended to s.effects.
func (s *State) apply(e *Event) {
	s.Now = max(s.Now, e.At)
	if s.Phase == Stopped {
		return
	}
	switch e.Kind {
	case Begin:
		if s.Phase == Idle {
			s.begin()
		}
	case NodesReady:
		s.nodesReady(e)
	case PodsGone:
		s.podsGone(e)
	case PodsReady:
		s.podsReady(e)
	case NodesUpgraded:
		s.nodesUpgraded(e)
	case NodesGone:
		s.nodesGone(e)
	case Elapsed:
		if e.stamp == s.stamp {
			s.elapsed()
		}
	case DrainLimit:
		s.drainLimit(e)
	case NodeFails:
		n := e.Node
		if n < 0 {
			n = s.fullest()
		}
		s.fail(n)
		s.progress()
	case ZoneFails:
		s.failZone(e.Zone)
	case RollBack:
		s.rollBack()
	}
}

// emit adds an effect.
func (s *State) emit(e Effect) {
	e.Hop = int32(s.Hop)
	s.effects = append(s.effects, e)
}

// perZone emits an action on nodes of the pool, once for each zone.
func (s *State) perZone(a Action, nodes []int32) {
	if len(nodes) == 0 {
		return
	}
	if len(nodes) == 1 {
		n := &s.nodes[nodes[0]]
		s.emit(Effect{Action: a, Pool: n.Pool, Zone: n.Zone, Workload: -1, Count: 1})
		return
	}
	at := len(s.effects)
	for _, n := range nodes {
		node := &s.nodes[n]
		found := false
		for i := at; i < len(s.effects) && !found; i++ {
			if found = s.effects[i].Zone == node.Zone; found {
				s.effects[i].Count++
			}
		}
		if !found {
			s.emit(Effect{Action: a, Pool: node.Pool, Zone: node.Zone, Workload: -1, Count: 1})
		}
	}
}

// order is a request for nodes: their version, how long they take to be ready, the
// part of the batch that they are for (-1 is none), and whether the phase waits.
type order struct {
	version int32
	after   time.Duration
	set     int8
	awaited bool
}

// request starts a node for each that is given, in its pool and zone, unless the
// zone is down. It returns how many it starts.
func (s *State) request(like []int32, o order) int {
	if len(like) == 0 {
		return 0
	}
	s.zoneList = s.zoneList[:0]
	for _, n := range like {
		s.zoneList = append(s.zoneList, s.nodes[n].Zone)
	}
	return s.requestIn(s.nodes[like[0]].Pool, s.zoneList, o)
}

// requestIn starts a node of a pool in each zone that is given.
func (s *State) requestIn(pool int32, zones []int32, o order) int {
	first, at := len(s.nodes), len(s.effects)
	for _, zone := range zones {
		if s.down[zone] || !s.stands(pool, zone) {
			continue
		}
		n := s.addNode(pool, zone, o.version, Booting)
		s.nodes[n].set, s.nodes[n].awaited = o.set, o.awaited
		found := false
		for i := at; i < len(s.effects) && !found; i++ {
			if found = s.effects[i].Zone == zone; found {
				s.effects[i].Count++
			}
		}
		if !found {
			s.emit(Effect{Action: Request, Pool: pool, Zone: zone, Workload: -1, Count: 1})
		}
	}
	count := len(s.nodes) - first
	if count > 0 {
		s.emit(Effect{
			Action: Wait, Pool: -1, Zone: -1, Workload: -1, After: o.after,
			Then: Event{Kind: NodesReady, Node: int32(first), Count: int32(count)},
		})
	}
	switch {
	case o.set >= 0:
		s.parts[o.set].boots += count
	case o.awaited:
		s.boots += count
	}
	return count
}

// timer lets the phase go on after a time.
func (s *State) timer(e Effect) {
	s.stamp++
	e.Then = Event{Kind: Elapsed, stamp: s.stamp}
	s.emit(e)
}
