package rollout

// drain begins to evict the pods of a part of the batch.
func (s *State) drain(i int) {
	b := &s.parts[i]
	b.stage, b.left, b.flight = draining, 0, 0
	clear(b.from)
	for _, n := range b.nodes {
		if s.nodes[n].Status.ready() {
			s.setStatus(n, Draining)
			b.left += int(s.nodes[n].Pods)
		}
	}
	s.perZone(Drain, b.nodes)
	t := &s.set.plan.Times
	if t.DrainLimit > 0 && s.course().limitsDrains() {
		s.emit(Effect{
			Action: Wait, Pool: -1, Zone: -1, Workload: -1, After: t.DrainLimit,
			Then: Event{Kind: DrainLimit, set: int8(i), stamp: b.stamp},
		})
	}
	if b.left > 0 {
		for _, w := range s.set.worksOf[s.set.groups[s.Pool]] {
			s.evict(w)
		}
	}
	s.ifDrained(i)
}

// evict lets as many pods of a workload leave the nodes that are drained as its
// budget lets go: those that are not ready count, whatever made them so.
func (s *State) evict(w int) {
	if s.parts[0].stage != draining && s.parts[1].stage != draining {
		return
	}
	if s.set.placeIn(int32(s.Pool), w) < 0 {
		return // it has no pods on these nodes
	}
	work := &s.set.plan.Workloads[w]
	room := int32(s.pods[w].Ready)
	if work.Budget {
		room = int32(min(max(work.Allowed, 0)-s.pods[w].away(), s.pods[w].Ready))
	}
	for i := range s.parts {
		b := &s.parts[i]
		if b.stage != draining {
			continue
		}
		for room > 0 && int(b.from[w]) < len(b.nodes) {
			n := b.nodes[b.from[w]]
			q := min(s.ready[s.at(n, w)], room)
			if q == 0 || s.nodes[n].Status != Draining {
				b.from[w]++
				continue
			}
			room -= q
			s.leave(n, w, q, int8(i), b.stamp)
		}
	}
}

// leave lets ready pods of a node end within their grace period.
func (s *State) leave(n int32, w int, q int32, set int8, stamp int32) {
	node := &s.nodes[n]
	s.addReady(n, w, -q)
	s.placedIn[w*s.set.zones+int(node.Zone)] -= int(q)
	s.leaving[s.at(n, w)] += q
	s.pods[w].Leaving += int(q)
	s.emit(Effect{
		Action: Evict, Pool: node.Pool, Zone: node.Zone, Workload: int32(w), Count: q, After: s.set.plan.Workloads[w].Grace,
		Then: Event{Kind: PodsGone, Node: n, Workload: int32(w), Count: q, set: set, stamp: stamp, epoch: node.epoch},
	})
}

// podsGone: pods have ended, and others are started for them elsewhere.
func (s *State) podsGone(e *Event) {
	node := &s.nodes[e.Node]
	if node.epoch != e.epoch {
		return // they were lost before, and counted then
	}
	w := int(e.Workload)
	s.leaving[s.at(e.Node, w)] -= e.Count
	s.pods[w].Leaving -= int(e.Count)
	s.addPods(e.Node, -e.Count)
	placed := s.place(Displaced{s.set.groups[node.Pool], w, int(node.Zone), int(e.Count)}, e.set, e.stamp)
	if b := s.partOf(e); b != nil {
		b.left -= int(e.Count)
		b.flight += placed
		s.ifDrained(int(e.set))
	}
}

// podsReady: pods have started, so that budgets let others go.
func (s *State) podsReady(e *Event) {
	node := &s.nodes[e.Node]
	w := int(e.Workload)
	if node.epoch == e.epoch {
		s.starting[s.at(e.Node, w)] -= e.Count
		s.pods[w].Starting -= int(e.Count)
		s.addReady(e.Node, w, e.Count)
		s.emit(Effect{Action: PodsStart, Pool: node.Pool, Zone: node.Zone, Workload: e.Workload, Count: e.Count})
		if node.set >= 0 && node.Status == Draining {
			s.parts[node.set].from[w] = 0
		}
		s.evict(w)
	}
	if b := s.partOf(e); b != nil {
		b.flight -= int(e.Count)
		s.ifDrained(int(e.set))
	}
}

// partOf returns the part of the batch that an event is about, nil where that is over.
func (s *State) partOf(e *Event) *part {
	if e.set < 0 || s.parts[e.set].stamp != e.stamp || s.parts[e.set].stage == resting {
		return nil
	}
	return &s.parts[e.set]
}

// ifDrained goes on with a part of the batch that has no pods any more, once those
// that left are ready elsewhere or wait for a place.
func (s *State) ifDrained(i int) {
	if b := &s.parts[i]; b.stage == draining && b.left == 0 && b.flight == 0 {
		s.drained(i)
	}
}

// drainLimit: the provider ends a drain.
func (s *State) drainLimit(e *Event) {
	b := s.partOf(e)
	if b == nil || b.stage != draining {
		return
	}
	if !s.set.plan.Times.DrainForced {
		s.Phase = Stopped
		s.Reasons = append(s.Reasons, s.whyHeld(true)...)
		s.emit(Effect{Action: GiveUp, Pool: int32(s.Pool), Zone: -1, Workload: -1})
		return
	}
	var lost int32
	for _, n := range b.nodes {
		if s.nodes[n].Status == Draining {
			lost += s.nodes[n].Pods
			s.lose(n)
		}
	}
	if lost > 0 {
		s.emit(Effect{Action: ForcePods, Pool: int32(s.Pool), Zone: -1, Workload: -1, Count: lost})
	}
	b.left, b.flight = 0, 0
	s.drained(int(e.set))
}

// lose takes all pods off a node at once, whatever they were doing, and starts
// others for them. The node must not be open.
func (s *State) lose(n int32) {
	node := &s.nodes[n]
	if node.Pods == 0 {
		return
	}
	node.epoch++
	s.addPods(n, -node.Pods)
	group := s.set.groups[node.Pool]
	for i, w := range s.works(n) {
		at := int(s.nodes[n].first) + i
		ready, starting, leaving := s.ready[at], s.starting[at], s.leaving[at]
		if ready > 0 {
			s.addReady(n, w, -ready)
		}
		s.starting[at], s.leaving[at] = 0, 0
		s.placedIn[w*s.set.zones+int(s.nodes[n].Zone)] -= int(ready + starting)
		s.pods[w].Starting -= int(starting)
		s.pods[w].Leaving -= int(leaving)
		s.place(Displaced{group, w, int(s.nodes[n].Zone), int(ready + starting + leaving)}, -1, 0)
	}
}
