package placement

import "slices"

// noteTightest keeps the case with the least free share of CPU, the first of
// equals. No survivors are as tight as it gets.
func (c *Checker) noteTightest(e *event, nodes int) {
	d := &c.drills
	free, total := c.tightest(nodes)
	defer func() { d.lostNodes = d.lostNodes[:0] }()
	if e.found && (e.total.CPU == 0 || total.CPU > 0 && !lessShare(&free, &total, &e.free, &e.total)) {
		return
	}
	e.found, e.free, e.total, e.lost = true, free, total, c.loss()
	if share := shareOf(free.CPU, total.CPU); !d.drilled || share < d.tightest {
		d.tightest, d.drilled = share, true
	}
}

// lessShare reports whether a share of CPU is less than another one, exactly.
func lessShare(free, total, otherFree, otherTotal *Resources) bool {
	return int64(free.CPU)*int64(otherTotal.CPU) < int64(otherFree.CPU)*int64(total.CPU)
}

// tightest chooses so many nodes beside the lost zones that leave the least free
// share of CPU, and returns what is then free of the total.
//
// Let a loss take v_n of the free CPU and t_n of the total. Where all t_n are equal,
// the largest v_n leave the least share. Else a set leaves less than a share p/q just
// where its sum of v_n q - t_n p is above a limit, so that the largest of these leave
// less if any set does: from the share of one set on that is repeated until nothing
// less is found. (Dinkelbach, "On nonlinear fractional programming", 1967.)
func (c *Checker) tightest(nodes int) (free, total Resources) {
	d := &c.drills
	free, total = c.lose(&d.gauges.size, nodes)
	if c.alike() {
		return free, total
	}
	key := &d.gauges.tight
	key.value = resize(key.value, len(d.gauges.size.value))
	for total.CPU > 0 {
		for i, v := range d.gauges.size.value {
			key.value[i] = v*int64(total.CPU) - int64(c.offered(i).CPU)*int64(free.CPU)
		}
		lessFree, lessTotal := c.lose(key, nodes)
		less := lessTotal.CPU == 0 || lessShare(&lessFree, &lessTotal, &free, &total)
		free, total = lessFree, lessTotal
		if !less {
			break
		}
	}
	return free, total
}

// alike reports whether the nodes of all pools offer the same CPU.
func (c *Checker) alike() bool {
	for i := range c.pools {
		if c.pools[i].offered.CPU != c.pools[0].offered.CPU {
			return false
		}
	}
	return true
}

// offered returns what a node of class i offers to pods.
func (c *Checker) offered(i int) *Resources {
	return &c.poolOf(int(c.drills.members[c.drills.starts[i]])).offered
}

// lose takes as lost the zones that are and so many nodes beside them that are the
// largest by a gauge. It returns what is free of the total once the displaced pods
// that are rescheduled run again.
func (c *Checker) lose(g *gauge, nodes int) (free, total Resources) {
	d := &c.drills
	c.worst(g, nodes)
	least, ties := int64(0), 0
	if nodes > 0 {
		top := d.gauges.top
		least = top[nodes-1]
		ties = nodes - slices.Index(top, least)
	}
	free, total = c.free(), c.total()
	after := 0 // ties in the classes to come
	for i, v := range g.value {
		if v == least && !c.lostClass(i) {
			after += int(d.starts[i+1] - d.starts[i])
		}
	}
	d.lostNodes = d.lostNodes[:0]
	for i, v := range g.value {
		size := int(d.starts[i+1] - d.starts[i])
		lost := 0
		switch {
		case c.lostClass(i):
			lost = size
		case nodes > 0 && v > least:
			lost = size
		case nodes > 0 && v == least && ties > 0:
			// Sets are taken in the order of one node of the first class, two, and so
			// on, none.
			after -= size
			lost = max(1, ties-after)
			ties -= lost
		}
		if lost == 0 {
			continue
		}
		if !c.lostClass(i) {
			for _, n := range d.members[d.starts[i] : int(d.starts[i])+lost] {
				d.lostNodes = append(d.lostNodes, int(n))
			}
		}
		total = total.plus(c.offered(i), -lost)
		free = c.without(free, i, lost)
	}
	return free, total
}

// without returns what is free once so many nodes of class i are lost and their
// pods that are rescheduled run again.
func (c *Checker) without(free Resources, i, nodes int) Resources {
	n := int(c.drills.members[c.drills.starts[i]])
	lost := *c.offered(i)
	for _, w := range c.sizes {
		if pods := c.count[n*c.slots+w]; pods > 0 && (!c.group.Workloads[w].Reschedule || c.group.Workloads[w].ZonalVolumes && c.lostClass(i)) {
			request := c.group.Workloads[w].Request
			request.Pods = 1
			lost = lost.plus(&request, -int(pods))
		}
	}
	return free.plus(&lost, -nodes)
}
