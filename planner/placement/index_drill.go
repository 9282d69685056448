package placement

// classifyAll is classify without kinds: nodes of one pool and zone with the same pods, the
// class of the lowest node first.
func (c *Checker) classifyAll() {
	d := &c.drills
	d.members, d.starts = resize(d.members, c.nodes), d.starts[:0]
	byHash := make(map[uint64][]int32, c.nodes)
	var firsts, sizes []int32
	class := make([]int32, c.nodes)
	for n := range c.nodes {
		key := c.hash[n] ^ splitmix(uint64(c.place[n]))
		at := int32(none)
		for _, i := range byHash[key] {
			if first := int(firsts[i]); c.place[first] == c.place[n] && c.samePods(first, n) {
				at = i
				break
			}
		}
		if at == none {
			at = int32(len(firsts))
			firsts, sizes = append(firsts, int32(n)), append(sizes, 0)
			byHash[key] = append(byHash[key], at)
		}
		class[n] = at
		sizes[at]++
	}
	next := make([]int32, len(firsts))
	at := int32(0)
	for i := range firsts {
		next[i] = at
		d.starts = append(d.starts, at)
		at += sizes[i]
	}
	d.starts = append(d.starts, at)
	for n, i := range class {
		d.members[next[i]] = int32(n)
		next[i]++
	}
}

// slotsOnAll returns how many pods of w fit on the nodes that are up beside what runs
// there; where that is more than enough, any number of at least enough.
func (c *Checker) slotsOnAll(w int, enough int64) int64 {
	slots := int64(0)
	if c.indexed {
		for n := 0; n < c.nodes && slots < enough; n++ {
			if c.alive[n] {
				slots += c.slotsOn(w, n)
			}
		}
		return slots
	}
	for _, k := range c.kinds.live {
		if slots += c.slotsOn(w, int(c.kinds.first[k])) * int64(c.kinds.size[k]); slots >= enough {
			break
		}
	}
	return slots
}

// nodesOf returns how many nodes a group has.
func nodesOf(g *Group) int {
	all := 0
	for p := range g.Pools {
		for _, n := range g.Pools[p].NodesByZone {
			all += n
		}
	}
	return all
}
