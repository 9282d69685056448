package placement

import "github.com/scantling-dev/scantling/planner/units"

// gaugeRoom works out the gauges of room for the p-th of sizes.
func (c *Checker) gaugeRoom(p int, room *[2]gauge) {
	d := &c.drills
	w := c.sizes[p]
	classes := len(d.starts) - 1
	own := c.shareTaken(w, w)
	for v := range room {
		r := &room[v]
		*r = gauge{workload: w, value: resize(r.value, classes), best: r.best}
		copy(r.value, d.gauges.ready[p].value)
	}
	if c.hard(w) {
		return
	}
	places, shares := &room[0], &room[1]
	for i := range classes {
		shares.value[i] *= own
	}
	for q, other := range c.sizes {
		if q == p || q > p && !c.mixed || !c.group.Workloads[other].Reschedule {
			continue
		}
		takes, share := c.takes(other, w), c.shareTaken(other, w)
		for i, pods := range d.gauges.ready[q].value {
			places.value[i] += takes * pods
			shares.value[i] += share * pods
		}
	}
	shares.limit = own - 1
	for i := range classes {
		first, size := int(d.members[d.starts[i]]), int64(d.starts[i+1]-d.starts[i])
		slots, share := c.slotsOn(w, first), c.shareLeft(w, first)
		places.value[i] += slots
		places.limit += slots * size
		shares.value[i] += share
		shares.limit += share * size
	}
}

// shares of the mean free room are kept in parts of it.
const shareParts = 1 << 16

// meanFree returns what is free on a node on average, at least 1 of each.
func (c *Checker) meanFree() amounts {
	free := c.free()
	mean := c.amountsOf(&free)
	n := int64(max(1, c.up))
	mean.cpu, mean.memory, mean.pods = max(1, mean.cpu/n), max(1, mean.memory/n), max(1, mean.pods/int32(n))
	for i := range mean.further {
		mean.further[i] = max(1, mean.further[i]/n)
	}
	return mean
}

// shareTaken returns what a pod of i weighs where pods of j need room.
func (c *Checker) shareTaken(i, j int) int64 {
	a, b, mean := &c.terms[i], &c.terms[j], &c.drills.mean
	share := units.CeilDiv(shareParts, int64(mean.pods))
	if b.cpu > 0 {
		share = max(share, units.CeilDiv(a.cpu*shareParts, mean.cpu))
	}
	if b.memory > 0 {
		share = max(share, units.CeilDiv(a.memory*shareParts, mean.memory))
	}
	for f := range c.further {
		if b.further[f] > 0 {
			share = max(share, units.CeilDiv(a.further[f]*shareParts, mean.further[f]))
		}
	}
	return share
}

// shareLeft returns what must come to node n until it has no room for a pod of w.
func (c *Checker) shareLeft(w, n int) int64 {
	if c.slotsOn(w, n) == 0 {
		return 0
	}
	t, mean, alloc := &c.terms[w], &c.drills.mean, &c.poolOf(n).alloc
	share := int64(alloc.pods-c.pods[n]) * shareParts / int64(mean.pods)
	if t.cpu > 0 {
		share = min(share, (alloc.cpu-c.cpu[n]-t.cpu+1)*shareParts/mean.cpu)
	}
	if t.memory > 0 {
		share = min(share, (alloc.memory-c.memory[n]-t.memory+1)*shareParts/mean.memory)
	}
	for f := range c.further {
		if t.further[f] > 0 {
			share = min(share, (alloc.further[f]-c.furtherUsed[n*len(c.further)+f]-t.further[f]+1)*shareParts/mean.further[f])
		}
	}
	return share
}

// takes returns how many places of pods of j a pod of i takes at most.
func (c *Checker) takes(i, j int) int64 {
	a, b := &c.terms[i], &c.terms[j]
	most := int64(1)
	if b.cpu > 0 {
		most = max(most, units.CeilDiv(a.cpu, b.cpu))
	}
	if b.memory > 0 {
		most = max(most, units.CeilDiv(a.memory, b.memory))
	}
	for f := range c.further {
		if b.further[f] > 0 {
			most = max(most, units.CeilDiv(a.further[f], b.further[f]))
		}
	}
	return most
}

// slotsOn returns how many pods of w fit on node n beside what runs there.
func (c *Checker) slotsOn(w, n int) int64 {
	t, alloc := &c.terms[w], &c.poolOf(n).alloc
	slots := int64(alloc.pods - c.pods[n])
	if t.cpu > 0 {
		slots = min(slots, (alloc.cpu-c.cpu[n])/t.cpu)
	}
	if t.memory > 0 {
		slots = min(slots, (alloc.memory-c.memory[n])/t.memory)
	}
	for f := range c.further {
		if t.further[f] > 0 {
			slots = min(slots, (alloc.further[f]-c.furtherUsed[n*len(c.further)+f])/t.further[f])
		}
	}
	if c.cpu[n] > alloc.cpu || c.memory[n] > alloc.memory || !c.admits(w, int(c.place[n])) {
		return 0
	}
	return max(0, slots)
}
