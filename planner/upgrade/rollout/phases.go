package rollout

import (
	"cmp"
	"slices"
)

// begin starts the first hop, or a second cluster.
func (s *State) begin() {
	p := s.set.plan
	if p.Course != ClusterBlueGreen {
		s.controlPlane()
		return
	}
	s.Phase = RunningParallel
	s.Hop, s.to, s.steps = len(p.Hops)-1, int32(len(p.Hops)), len(s.nodes) // where twins begin
	for i := range p.Pools {
		if !p.Pools[i].Stays {
			old := s.oldNodes(i)
			s.request(old, order{version: s.to, after: p.Times.Boot, set: -1, awaited: true})
			s.queue = append(s.queue, old...)
		}
	}
	s.timer(Effect{Action: RunParallel, Pool: -1, Zone: -1, Workload: -1, After: p.Times.ParallelRun})
}

// controlPlane starts the control plane's step of a hop, node by node where people
// run it themselves.
func (s *State) controlPlane() {
	p := s.set.plan
	d := p.Times.ControlPlaneStep
	if p.ControlPlaneNodes > 0 {
		d = p.Times.ControlPlaneRoll
		if p.Course == InPlace || d == 0 {
			d = p.Times.ControlPlaneNode
		}
	}
	s.Phase, s.Pool = ControlPlane, -1
	s.timer(Effect{Action: ControlPlaneStep, Pool: -1, Zone: -1, Workload: -1, Count: int32(s.steps + 1), After: d})
}

// elapsed goes on when the wait of a phase is over.
func (s *State) elapsed() {
	p := s.set.plan
	switch s.Phase {
	case ControlPlane:
		if s.steps++; s.steps < p.ControlPlaneNodes {
			s.controlPlane()
			return
		}
		s.steps, s.Phase = 0, AddOns
		s.timer(Effect{Action: AddOnsStep, Pool: -1, Zone: -1, Workload: -1, After: p.Times.AddOns})
	case AddOns:
		if h := s.Hop + 1; h != len(p.Hops) && h%max(p.NodeSkew, 1) != 0 {
			s.nextHop()
			return
		}
		s.nextPool()
	case SettingUp:
		s.setUp()
	case Cordoning:
		s.cordoned()
	case Verifying:
		s.cordonOld()
		s.Phase = Replacing
		s.nextBatch()
	case SoakingBatch:
		s.Phase = Replacing
		s.nextBatch()
	case ScalingDown:
		s.scaledDown()
	case Soaking:
		s.deleteOld()
	case Deleting:
		s.end(Terminating)
		s.end(Drained)
		s.roundDone()
	case RunningParallel:
		s.due = true
		s.progress()
	case Idle, BootingNodes, Replacing, WaitingForNodes, Done, Stopped: // these wait for nodes, or for nothing
	}
}

// nextHop goes on to the next minor; after the last one the upgrade is done.
func (s *State) nextHop() {
	if s.Hop+1 == len(s.set.plan.Hops) {
		s.finish()
		return
	}
	s.Hop++
	s.controlPlane()
}

func (s *State) finish() {
	s.Phase = Done
	s.emit(Effect{Action: Finish, Pool: -1, Zone: -1, Workload: -1})
}

// nextPool goes on to the next pool with nodes to replace.
func (s *State) nextPool() {
	p := s.set.plan
	for s.Pool++; s.Pool < len(p.Pools); s.Pool++ {
		s.to = int32(s.Hop + 1)
		if p.Pools[s.Pool].Stays {
			continue
		}
		if s.queue = s.oldNodes(s.Pool); len(s.queue) > 0 {
			s.startRound()
			return
		}
	}
	s.Pool = -1
	s.nextHop()
}

// oldNodes returns the nodes of a pool that another version is meant for, in order.
func (s *State) oldNodes(pool int) []int32 {
	var queue []int32
	for n := range s.nodes {
		if node := &s.nodes[n]; int(node.Pool) == pool && node.Version != s.to && node.Status.ready() {
			queue = append(queue, int32(n))
		}
	}
	if s.set.course[pool] == GKESurge {
		slices.SortStableFunc(queue, func(a, b int32) int { return cmp.Compare(s.nodes[a].Zone, s.nodes[b].Zone) })
	}
	return queue
}

// startRound starts to replace the nodes of a pool.
func (s *State) startRound() {
	p := s.set.plan
	s.next, s.from = 0, s.nodes[s.queue[0]].Version
	s.sortSwaps()
	boot := order{version: s.to, after: p.Times.Boot, set: -1, awaited: true}
	pool := int32(s.Pool)
	switch s.course() {
	case EKSDefault, EKSMinimal:
		s.Phase = SettingUp
		s.timer(Effect{Action: SetUp, Pool: pool, Zone: -1, Workload: -1, After: p.Times.Setup})
	case GKEBlueGreen, NodeGroupBlueGreen:
		s.Phase = BootingNodes
		s.request(s.queue, boot)
		s.progress()
	case GKEAutoscaledBlueGreen:
		s.Phase = BootingNodes
		s.request(s.queue[:min(s.set.width[s.Pool].batch, len(s.queue))], boot)
		s.progress()
	case GKESurge, InPlace, Rolling:
		s.Phase = Replacing
		s.nextBatch()
	case ClusterBlueGreen:
	}
}

// setUp is over: EKS starts its surplus nodes, where it has any.
func (s *State) setUp() {
	if s.course() == EKSMinimal {
		s.Phase = Replacing
		s.nextBatch()
		return
	}
	s.Phase = BootingNodes
	zones, pool := s.set.zoneOf[s.Pool], &s.set.plan.Pools[s.Pool]
	s.zoneList = s.zoneList[:0]
	for i := range s.set.width[s.Pool].surplus {
		s.zoneList = append(s.zoneList, int32(zones[i%len(zones)]))
	}
	if pool.Idle != nil {
		s.zoneList = helperZones(pool, len(s.zoneList), s.set.zones)
	}
	s.requestIn(int32(s.Pool), s.zoneList, order{version: s.to, after: s.set.plan.Times.Boot, set: -1, awaited: true})
	s.progress()
}

// booted goes on when the nodes that come before the first batch are ready.
func (s *State) booted() {
	t := &s.set.plan.Times
	pool := int32(s.Pool)
	switch s.course() {
	case GKEBlueGreen, GKEAutoscaledBlueGreen:
		s.Phase = Cordoning
		s.cordonOld()
		s.timer(Effect{Action: Wait, Pool: pool, Zone: -1, Workload: -1, After: t.Cordon})
	case NodeGroupBlueGreen:
		s.Phase = Verifying
		s.timer(Effect{Action: Verify, Pool: pool, Zone: -1, Workload: -1, After: cmp.Or(t.Setup, defaultSetup) + t.Verify})
	case EKSDefault, EKSMinimal, GKESurge, InPlace, Rolling, ClusterBlueGreen:
		s.cordonOld()
		s.Phase = Replacing
		s.nextBatch()
	}
}

// cordoned goes on when GKE has cordoned its blue pool.
func (s *State) cordoned() {
	if s.course() == GKEAutoscaledBlueGreen {
		s.Phase = Verifying
		s.timer(Effect{Action: AwaitDrain, Pool: int32(s.Pool), Zone: -1, Workload: -1, After: min(s.set.plan.Times.WaitForDrain, longestSoak)})
		return
	}
	s.Phase = Replacing
	s.nextBatch()
}

// cordonOld closes all old nodes to new pods, where the course does that before it
// drains the first.
func (s *State) cordonOld() {
	if !s.course().cordonsFirst() {
		return
	}
	var closed []int32
	for _, n := range s.queue[s.next:] {
		if s.nodes[n].Status == Ready {
			s.setStatus(n, Cordoned)
			closed = append(closed, n)
		}
	}
	s.perZone(Cordon, closed)
}

// afterBatches goes on when no old node runs pods any more.
func (s *State) afterBatches() {
	t := &s.set.plan.Times
	pool := int32(s.Pool)
	switch s.course() {
	case EKSDefault:
		s.Phase = ScalingDown
		s.steps = -s.set.size[s.Pool]
		for z := range s.set.zones {
			s.steps += s.paidNodes(s.Pool, z)
		}
		s.scaledDown()
	case GKEBlueGreen, NodeGroupBlueGreen:
		if s.RolledBack {
			s.deleteOld()
			return
		}
		soak := t.Soak
		if s.course() == GKEBlueGreen {
			soak = min(soak, longestSoak)
		}
		s.Phase = Soaking
		s.timer(Effect{Action: Soak, Pool: pool, Zone: -1, Workload: -1, After: soak})
	case GKEAutoscaledBlueGreen:
		s.deleteOld()
	case EKSMinimal, GKESurge, InPlace, Rolling, ClusterBlueGreen:
		if !s.leaveHelpers() {
			s.roundDone()
		}
	}
}

// deleteOld deletes the pool that is left.
func (s *State) deleteOld() {
	s.Phase = Deleting
	s.timer(Effect{Action: Delete, Pool: int32(s.Pool), Zone: -1, Workload: -1, After: s.set.plan.Times.Delete})
}

// end ends the nodes of the pool that have a status.
func (s *State) end(status Status) {
	var ended []int32
	for n := range s.nodes {
		if node := &s.nodes[n]; int(node.Pool) == s.Pool && node.Status == status {
			s.setStatus(int32(n), Terminated)
			s.lose(int32(n))
			ended = append(ended, int32(n))
		}
	}
	s.perZone(Gone, ended)
}

// scaledDown takes the next surplus node away, or ends them all when none is left:
// EKS does not say when each one ends, so that all are paid for until then.
func (s *State) scaledDown() {
	if s.steps <= 0 {
		s.steps = 0
		s.end(Terminating)
		s.roundDone()
		return
	}
	s.steps--
	n := s.leastNeeded()
	if n < 0 {
		s.steps = 0
		s.scaledDown()
		return
	}
	s.setStatus(n, Terminating)
	node := &s.nodes[n]
	s.timer(Effect{Action: ScaleDown, Pool: node.Pool, Zone: node.Zone, Workload: -1, Count: 1, After: s.set.plan.Times.ScaleDownPerNode})
	for i, w := range s.works(n) { // a smaller group asks no budget
		if q := s.ready[int(s.nodes[n].first)+i]; q > 0 {
			s.leave(n, w, q, -1, 0)
		}
	}
}

// leastNeeded returns the node to take away: in the zone with the most nodes beyond
// those that it had, the one with the fewest pods, and of those the newest; -1 is none.
func (s *State) leastNeeded() int32 {
	extra := make([]int, s.set.zones)
	for z := range extra {
		extra[z] = s.paidNodes(s.Pool, z) - s.count[s.cell(int32(s.Pool), int32(z))+int(Terminating)]
	}
	first := s.set.first[s.Pool]
	for n := first; n < first+s.set.size[s.Pool]; n++ {
		extra[s.nodes[n].Zone]--
	}
	zone := int32(0)
	for z := range extra {
		if extra[z] > extra[zone] {
			zone = int32(z)
		}
	}
	best := int32(-1)
	for i := len(s.nodes) - 1; i >= 0; i-- {
		node := &s.nodes[i]
		if int(node.Pool) != s.Pool || node.Zone != zone || node.Status != Booting && node.Status != Ready {
			continue
		}
		if best < 0 || node.Pods < s.nodes[best].Pods {
			best = int32(i)
		}
	}
	return best
}

// roundDone goes on after a pool, or ends what was taken back.
func (s *State) roundDone() {
	if s.RolledBack {
		s.finish()
		return
	}
	s.nextPool()
}

// switchOver moves the traffic to the second cluster and ends the first: each node's
// pods run on its twin by then.
func (s *State) switchOver() {
	s.emit(Effect{Action: Switch, Pool: -1, Zone: -1, Workload: -1})
	for n := range s.nodes {
		switch node := &s.nodes[n]; {
		case s.set.plan.Pools[node.Pool].Stays:
		case node.Version == s.to && node.Status == Cordoned:
			s.setStatus(int32(n), Ready)
			s.push(int32(n))
		case node.Version != s.to && node.Status.paid():
			s.setStatus(int32(n), Draining)
		}
	}
	for i, n := range s.queue {
		s.mirror(n, int32(s.steps+i))
	}
	for i := range s.set.plan.Pools {
		s.Pool = i
		s.end(Draining)
	}
	s.Pool = -1
	s.finish()
}

// mirror hands the pods of a node to its twin; where either has failed they start
// anew elsewhere.
func (s *State) mirror(from, to int32) {
	if s.nodes[from].Status != Draining || s.nodes[to].Status != Ready {
		return
	}
	s.addPods(to, s.nodes[from].Pods)
	s.addPods(from, -s.nodes[from].Pods)
	s.nodes[from].epoch++
	for i, w := range s.works(from) {
		at := int(s.nodes[from].first) + i
		ready, starting, leaving := s.ready[at], s.starting[at], s.leaving[at]
		s.addReady(from, w, -ready)
		s.addReady(to, w, ready+starting+leaving)
		s.starting[at], s.leaving[at] = 0, 0
		s.placedIn[w*s.set.zones+int(s.nodes[to].Zone)] += int(leaving) // twins share a zone
		s.pods[w].Starting -= int(starting)
		s.pods[w].Leaving -= int(leaving)
	}
}
