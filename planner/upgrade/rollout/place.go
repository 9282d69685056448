package rollout

// Displaced are pods that look for a place: of a workload on nodes of a group, by their
// numbers, from a zone.
type Displaced struct {
	Group, Workload, Zone int
	Pods                  int
}

// Placer puts displaced pods on open nodes of their group: it calls put for each node
// and how many go there, on Ready nodes only, no more than there are in all, and those
// of a zonal workload in their zone. Pods that it does not put wait for a place.
type Placer func(s *State, d Displaced, put func(node, pods int))

// place finds places for pods that ended elsewhere, and lets those start that have
// one. It returns how many do; the others are pending. set and stamp tell the part
// of the batch that waits for them.
func (s *State) place(d Displaced, set int8, stamp int32) int {
	if d.Pods == 0 {
		return 0
	}
	var placed int
	if s.set.place == nil {
		placed = s.spread(d, set, stamp)
	} else {
		placed = s.placeBy(d, set, stamp)
	}
	if missing := d.Pods - placed; missing > 0 {
		s.pods[d.Workload].Pending += missing
		s.waiting[s.waitsAt(d)] += missing
		s.pendingPods += missing
		s.touch(d.Workload)
		none := Effect{Action: NoPlace, Pool: -1, Zone: -1, Workload: int32(d.Workload), Count: int32(missing)}
		if s.set.plan.Workloads[d.Workload].Zonal {
			none.Zone = int32(d.Zone) // it must be there
		}
		s.emit(none)
	}
	return placed
}

// waitsAt is where pods are counted that wait for a place.
func (s *State) waitsAt(d Displaced) int {
	return (d.Group*s.set.zones+d.Zone)*s.set.works + d.Workload
}

// placeBy asks the plan's own placer.
func (s *State) placeBy(d Displaced, set int8, stamp int32) int {
	placed, w := 0, d.Workload
	s.set.place(s, d, func(n, count int) {
		node := &s.nodes[n]
		away := s.set.plan.Workloads[w].Zonal && int(node.Zone) != d.Zone
		if count <= 0 || placed+count > d.Pods || node.Status != Ready || away {
			panic("rollout: a placer puts pods where they cannot go")
		}
		placed += count
		s.addPods(int32(n), int32(count))
		s.placedIn[w*s.set.zones+int(node.Zone)] += count
		s.start(int32(n), w, int32(count), set, stamp)
	})
	return placed
}

// start lets pods start on a node.
func (s *State) start(n int32, w int, count int32, set int8, stamp int32) {
	node := &s.nodes[n]
	s.starting[s.at(n, w)] += count
	s.pods[w].Starting += int(count)
	s.emit(Effect{
		Action: Place, Pool: node.Pool, Zone: node.Zone, Workload: int32(w), Count: count, After: s.set.plan.Workloads[w].Startup,
		Then: Event{Kind: PodsReady, Node: n, Workload: int32(w), Count: count, set: set, stamp: stamp, epoch: node.epoch},
	})
}

// spread deals pods out one by one as a scheduler that spreads does: to the zone with
// the fewest pods of the workload that has room, or to their own where they must stay
// in it, and there to the open node of the group with the fewest pods. Of equal zones
// and nodes the lower number comes first. It returns how many have a place.
func (s *State) spread(d Displaced, set int8, stamp int32) int {
	w, last, run, left := d.Workload, int32(-1), int32(0), d.Pods
	for left > 0 {
		zone := s.leastIn(d)
		if zone < 0 {
			break
		}
		n := s.emptiest(d.Group*s.set.zones+zone, w, last, run)
		if n < 0 {
			s.full[(d.Group*s.set.zones+zone)*s.set.works+w] = true
			continue
		}
		if n != last && run > 0 {
			s.start(last, w, run, set, stamp)
			run = 0
		}
		last = n
		run++
		left--
		s.addPods(n, 1)
		s.placedIn[w*s.set.zones+zone]++
	}
	if run > 0 {
		s.start(last, w, run, set, stamp)
	}
	return d.Pods - left
}

// leastIn returns the zone with open nodes that has the fewest pods of a workload,
// those that start included, and that displaced ones may go to; -1 where there is none.
func (s *State) leastIn(d Displaced) int {
	best, zonal := -1, s.set.plan.Workloads[d.Workload].Zonal
	for z := range s.set.zones {
		if at := d.Group*s.set.zones + z; s.rooms[at].count == 0 || s.full[at*s.set.works+d.Workload] || zonal && z != d.Zone {
			continue
		}
		at := d.Workload * s.set.zones
		if best < 0 || s.placedIn[at+z] < s.placedIn[at+best] {
			best = z
		}
	}
	return best
}

// fits reports whether one more pod of a workload goes on a node beside those that
// are there and run that are about to start.
func (s *State) fits(n int32, w int, run int32) bool {
	fits := s.set.plan.Pools[s.nodes[n].Pool].Fits
	if fits == nil {
		return true
	}
	if g := s.set.groups[s.nodes[n].Pool]; g != s.buffered {
		s.buffer = append(s.buffer[:0], make([]int32, s.set.works)...)
		s.buffered = g
	}
	works, first := s.works(n), int(s.nodes[n].first)
	ready, starting, leaving := s.ready[first:first+len(works)], s.starting[first:first+len(works)], s.leaving[first:first+len(works)]
	for i, o := range works {
		s.buffer[o] = ready[i] + starting[i] + leaving[i]
	}
	s.buffer[w] += run
	return fits(s.buffer, w)
}

// placePending gives pods of a group that wait a place, where there is one now.
func (s *State) placePending(group int) {
	if s.pendingPods == 0 {
		return
	}
	for _, w := range s.set.worksOf[group] {
		for z := range s.set.zones {
			d := Displaced{Group: group, Workload: w, Zone: z}
			at := s.waitsAt(d)
			if d.Pods = s.waiting[at]; d.Pods > 0 {
				s.waiting[at] = 0
				s.pods[w].Pending -= d.Pods
				s.pendingPods -= d.Pods
				s.place(d, -1, 0)
			}
		}
	}
}
