package rollout

import "time"

// nextBatch starts to replace the next nodes of the pool, or goes on when none is left.
func (s *State) nextBatch() {
	if s.back {
		s.turnBack()
		return
	}
	for s.next < len(s.queue) && !s.nodes[s.queue[s.next]].Status.ready() {
		s.next++ // it failed
	}
	if s.next == len(s.queue) {
		s.Phase = Replacing
		s.afterBatches()
		return
	}
	if s.joinHelpers() {
		return
	}
	course, w := s.course(), s.set.width[s.Pool]
	size := s.batchSize(w.batch)
	if !s.mayStart(size) {
		s.Phase = WaitingForNodes
		return
	}
	s.Phase = Replacing
	batch := s.queue[s.next : s.next+size]
	surge := s.successors(batch)
	s.next += size
	s.enlist(1, batch[:surge])
	s.enlist(0, batch[surge:])
	if surge > 0 {
		s.parts[1].stage = starting
	}
	if surge < size {
		s.parts[0].stage = draining
	}
	if surge > 0 {
		after := s.set.plan.Times.Boot
		if course == Rolling {
			after = s.set.plan.Times.AfterTerminate + s.set.plan.Times.Validate // a new machine's start included
		}
		s.request(s.parts[1].nodes, order{version: s.to, after: after, set: 1, awaited: true})
	}
	if course == GKEAutoscaledBlueGreen {
		s.growAhead(w.batch)
	}
	if surge < size {
		s.drain(0)
	}
	s.progress()
}

// batchSize returns how many nodes the next batch has: GKE's surge goes zone by zone.
func (s *State) batchSize(most int) int {
	size := 0
	end := min(s.next+most, len(s.queue))
	if s.next < s.swap {
		end = min(end, s.swap)
	}
	for _, n := range s.queue[s.next:end] {
		node := &s.nodes[n]
		if !node.Status.ready() || s.course() == GKESurge && node.Zone != s.nodes[s.queue[s.next]].Zone {
			break
		}
		size++
	}
	return size
}

// mayStart reports whether a batch of so many nodes may start: EKS starts
// replacements and does not wait for them as long as no more nodes than it may take
// away are missing; the cluster autoscaler's green nodes must be there.
func (s *State) mayStart(size int) bool {
	switch s.course() {
	case EKSDefault:
		return s.readyNodes(s.Pool)-size >= s.set.width[s.Pool].floor || !s.booting()
	case GKEAutoscaledBlueGreen:
		return s.boots == 0
	case EKSMinimal, GKESurge, GKEBlueGreen, InPlace, Rolling, NodeGroupBlueGreen, ClusterBlueGreen:
	}
	return true
}

// booting reports whether a node of the pool is about to be ready.
func (s *State) booting() bool {
	for z := range s.set.zones {
		if s.count[s.cell(int32(s.Pool), int32(z))+int(Booting)] > 0 {
			return true
		}
	}
	return false
}

// growAhead lets green grow for the batch after the one that starts.
func (s *State) growAhead(batch int) {
	ahead := s.queue[s.next:min(s.next+batch, len(s.queue))]
	if len(ahead) == 0 {
		return
	}
	missing := s.set.size[s.Pool] - (len(s.queue) - s.next - len(ahead))
	for n := range s.nodes {
		if node := &s.nodes[n]; int(node.Pool) == s.Pool && node.Version == s.to && node.Status <= Cordoned {
			missing--
		}
	}
	if missing > 0 {
		s.request(ahead[:min(missing, len(ahead))], order{version: s.to, after: s.set.plan.Times.Boot, set: -1, awaited: true})
	}
}

// enlist makes nodes a part of the batch.
func (s *State) enlist(i int, nodes []int32) {
	b := &s.parts[i]
	b.nodes = append(b.nodes[:0], nodes...)
	b.stage, b.boots = resting, 0
	b.stamp++
	for _, n := range nodes {
		s.nodes[n].set = int8(i)
	}
}

// drained goes on with a part of the batch whose pods are gone.
func (s *State) drained(i int) {
	b := &s.parts[i]
	t := &s.set.plan.Times
	b.stage = leaving
	s.perZone(Emptied, b.nodes)
	after, to := t.Terminate, Terminating
	switch s.course() {
	case InPlace:
		s.become(b.nodes, Upgrading)
		s.perZone(Upgrade, b.nodes)
		s.wait(i, NodesUpgraded, t.Packages+t.Ready)
		return
	case GKEBlueGreen, NodeGroupBlueGreen:
		s.become(b.nodes, Drained)
		s.rest(i)
		return
	case GKEAutoscaledBlueGreen: // the cluster autoscaler deletes them by and by
		s.become(b.nodes, Terminating)
		s.perZone(Terminate, b.nodes)
		for _, n := range b.nodes {
			s.emit(Effect{Action: Wait, Pool: -1, Zone: -1, Workload: -1, After: after, Then: Event{Kind: NodesGone, Node: n, set: -1}})
		}
		s.rest(i)
		return
	case EKSDefault, EKSMinimal, Rolling:
		after += t.AfterDrain
	case GKESurge, ClusterBlueGreen:
	}
	s.become(b.nodes, to)
	s.perZone(Terminate, b.nodes)
	s.wait(i, NodesGone, after)
}

// become gives nodes that are being drained another status.
func (s *State) become(nodes []int32, to Status) {
	for _, n := range nodes {
		if s.nodes[n].Status == Draining {
			s.setStatus(n, to)
		}
	}
}

// wait lets an event of a part of the batch follow.
func (s *State) wait(i int, kind Kind, after time.Duration) {
	s.emit(Effect{
		Action: Wait, Pool: -1, Zone: -1, Workload: -1, After: after,
		Then: Event{Kind: kind, set: int8(i), stamp: s.parts[i].stamp},
	})
}

// nodesGone: machines are deleted, and others start in their place.
func (s *State) nodesGone(e *Event) {
	if e.set < 0 {
		if s.nodes[e.Node].Status == Terminating {
			s.setStatus(e.Node, Terminated)
			s.emit(Effect{Action: Gone, Pool: s.nodes[e.Node].Pool, Zone: s.nodes[e.Node].Zone, Workload: -1, Count: 1})
		}
		return
	}
	b := s.partOf(e)
	if b == nil || b.stage != leaving {
		return
	}
	for _, n := range b.nodes {
		if s.nodes[n].Status == Terminating {
			s.setStatus(n, Terminated)
		}
		s.nodes[n].set = -1
	}
	s.perZone(Gone, b.nodes)
	t := &s.set.plan.Times
	i := int(e.set)
	switch course := s.course(); {
	case course == EKSDefault:
		s.request(b.nodes, order{version: s.to, after: t.Boot, set: -1})
		s.rest(i)
	case i == 1 || s.helped: // its successors are there, or it has none
		s.rest(i)
	case course == Rolling:
		s.comeBack(i, t.AfterTerminate+t.Validate)
	default:
		s.comeBack(i, t.Boot)
	}
}

// comeBack starts nodes for those of a part of the batch that are gone, and waits
// for them.
func (s *State) comeBack(i int, after time.Duration) {
	s.parts[i].stage = returning
	if s.request(s.parts[i].nodes, order{version: s.to, after: after, set: int8(i), awaited: true}) == 0 {
		s.rest(i)
	}
}

// nodesUpgraded: machines are back with their new version.
func (s *State) nodesUpgraded(e *Event) {
	b := s.partOf(e)
	if b == nil || b.stage != leaving {
		return
	}
	for _, n := range b.nodes {
		if s.nodes[n].Status == Upgrading {
			s.nodes[n].Version = s.to
			s.setStatus(n, Ready)
			s.push(n)
		}
	}
	s.perZone(Upgraded, b.nodes)
	s.placePending(s.set.groups[s.Pool])
	s.rest(int(e.set))
}

// nodesReady: machines have booted.
func (s *State) nodesReady(e *Event) {
	count := 0
	for n := e.Node; n < e.Node+e.Count; n++ {
		node := &s.nodes[n]
		if node.Status != Booting {
			continue // it failed, or was not needed any more
		}
		count++
		if s.Phase == RunningParallel && node.Version == s.to {
			s.setStatus(n, Cordoned) // it belongs to the second cluster
			s.arrived(n)
			continue
		}
		s.setStatus(n, Ready)
		s.arrived(n)
		s.push(n)
	}
	if count == 0 {
		return
	}
	s.readyByZone(e.Node, e.Count)
	s.placePending(s.set.groups[s.nodes[e.Node].Pool])
	s.progress()
}

// readyByZone emits that nodes are ready, once for each zone.
func (s *State) readyByZone(first, count int32) {
	s.nodeList = s.nodeList[:0]
	for n := first; n < first+count; n++ {
		if s.nodes[n].Status.ready() {
			s.nodeList = append(s.nodeList, n)
		}
	}
	s.perZone(BecomeReady, s.nodeList)
}

// arrived takes a node off what the batch or the phase waits for.
func (s *State) arrived(n int32) {
	node := &s.nodes[n]
	switch {
	case node.set >= 0:
		s.parts[node.set].boots--
	case node.awaited:
		s.boots--
	}
	node.set, node.awaited = -1, false
}

// rest ends a part of the batch; when both rest the batch is done.
func (s *State) rest(i int) {
	s.parts[i].stage = resting
	for _, n := range s.parts[i].nodes {
		s.nodes[n].set = -1
	}
	if s.parts[0].stage != resting || s.parts[1].stage != resting || s.Phase != Replacing {
		return
	}
	if soak := s.set.plan.Pools[s.Pool].BatchSoak; soak > 0 && s.course() == GKEBlueGreen && !s.RolledBack {
		s.Phase = SoakingBatch
		s.timer(Effect{Action: SoakBatch, Pool: int32(s.Pool), Zone: -1, Workload: -1, After: soak})
		return
	}
	s.nextBatch()
}

// progress goes on with what waited for nodes that are there now, or never will be.
func (s *State) progress() {
	for i := range s.parts {
		b := &s.parts[i]
		switch {
		case b.boots > 0:
		case b.stage == starting:
			s.drain(i)
		case b.stage == returning:
			s.rest(i)
		case b.stage == draining:
			s.ifDrained(i)
		}
	}
	switch {
	case s.Phase == BootingNodes && s.boots == 0:
		s.booted()
	case s.Phase == RunningParallel && s.due && s.boots == 0:
		s.switchOver()
	case s.Phase == WaitingForNodes:
		s.nextBatch()
	}
}
