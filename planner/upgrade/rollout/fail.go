package rollout

// fail ends a node without warning. Its pods start elsewhere, where there is room;
// where machines are replaced another one starts in its zone.
func (s *State) fail(n int32) {
	if n < 0 || int(n) >= len(s.nodes) || !s.nodes[n].Status.paid() {
		return
	}
	node := &s.nodes[n]
	old := node.Status
	s.setStatus(n, Failed)
	s.emit(Effect{Action: Fail, Pool: node.Pool, Zone: node.Zone, Workload: -1, Count: 1})
	set, awaited := node.set, node.awaited
	if set >= 0 && old == Draining {
		s.parts[set].left -= int(node.Pods)
	}
	s.lose(n)
	node = &s.nodes[n]
	switch {
	case old == Booting:
		s.arrived(n)
		s.request([]int32{n}, order{version: node.Version, after: s.set.plan.Times.Boot, set: set, awaited: awaited})
	case set >= 0 || old == Drained || old == Terminating || old == Upgrading:
		// A node of the batch is replaced with the others; the rest was on its way out.
	case s.set.course[node.Pool] == InPlace || s.helped:
		// Nobody brings another machine.
	case s.active(int(node.Pool)) && s.course().cordonsFirst() && old == Cordoned && s.course() != EKSDefault:
		// Green carries what blue did.
	default:
		version := node.Version
		if s.active(int(node.Pool)) {
			version = s.to
		}
		s.request([]int32{n}, order{version: version, after: s.set.plan.Times.Boot, set: -1})
	}
}

// fullest returns the node with the most ready pods, of equal ones the first; -1 where
// no node is ready.
func (s *State) fullest() int32 {
	best, most := int32(-1), int32(-1)
	for n := range s.nodes {
		if !s.nodes[n].Status.ready() {
			continue
		}
		var pods int32
		for i := range s.works(int32(n)) {
			pods += s.ready[int(s.nodes[n].first)+i]
		}
		if pods > most {
			best, most = int32(n), pods
		}
	}
	return best
}

// active reports whether a pool is the one that is being replaced.
func (s *State) active(pool int) bool {
	return pool == s.Pool && s.Phase > AddOns && s.Phase < Done
}

// failZone ends all nodes of a zone; none starts there any more.
func (s *State) failZone(zone int32) {
	if s.down[zone] {
		return
	}
	s.down[zone] = true
	s.emit(Effect{Action: LoseZone, Pool: -1, Zone: zone, Workload: -1})
	// All of them are gone before the first pod looks for another place.
	var lost []int32
	for n := range s.nodes {
		node := &s.nodes[n]
		if node.Zone != zone || !node.Status.paid() {
			continue
		}
		if node.set >= 0 && node.Status == Draining {
			s.parts[node.set].left -= int(node.Pods)
		}
		if node.Status == Booting {
			s.arrived(int32(n))
		}
		s.setStatus(int32(n), Failed)
		lost = append(lost, int32(n))
	}
	for _, n := range lost {
		s.lose(n)
	}
	for i := range s.set.plan.Pools {
		s.nodeList = s.nodeList[:0]
		for _, n := range lost {
			if int(s.nodes[n].Pool) == i {
				s.nodeList = append(s.nodeList, n)
			}
		}
		s.perZone(Fail, s.nodeList)
	}
	s.progress()
}

// rollBack takes a pool back to the version that it had, as soon as the batch that
// runs has ended. The control plane is not taken back.
func (s *State) rollBack() {
	pool := int32(s.Pool)
	switch s.Phase {
	case Replacing, WaitingForNodes:
		s.back = !s.RolledBack
		if s.Phase == WaitingForNodes {
			s.nextBatch()
		}
	case SettingUp, BootingNodes, Cordoning, Verifying, SoakingBatch, Soaking:
		s.turnBack()
	case Idle, ControlPlane, AddOns, ScalingDown, Deleting, RunningParallel, Done, Stopped:
		s.emit(Effect{Action: TooLate, Pool: pool, Zone: -1, Workload: -1})
	}
}

// turnBack lets old and new nodes change their parts: what was old is opened again
// and what is new is drained.
func (s *State) turnBack() {
	s.back, s.RolledBack, s.helped = false, true, false
	s.stamp++ // what the phase waited for does not matter any more
	s.from, s.to = s.to, s.from
	s.boots = 0
	s.emit(Effect{Action: TurnBack, Pool: int32(s.Pool), Zone: -1, Workload: -1})
	s.nodeList = s.nodeList[:0]
	for n := range s.nodes {
		node := &s.nodes[n]
		if int(node.Pool) != s.Pool {
			continue
		}
		switch {
		case node.Status == Booting && node.Version != s.to:
			s.setStatus(int32(n), Terminated)
		case node.Version == s.to && (node.Status == Cordoned || node.Status == Drained):
			s.setStatus(int32(n), Ready)
			s.push(int32(n))
			s.nodeList = append(s.nodeList, int32(n))
		}
	}
	s.perZone(Uncordon, s.nodeList)
	s.joined = s.joined && s.hasHelpers()
	s.queue, s.next = s.oldNodes(s.Pool), 0
	s.sortSwaps()
	if s.course().blueGreen() {
		s.cordonOld() // blue is whole; elsewhere what is new still has to carry pods
	}
	s.placePending(s.set.groups[s.Pool])
	s.Phase = Replacing
	s.nextBatch()
}
