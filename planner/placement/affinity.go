package placement

import "math"

// podsOn returns how many pods of workload o run on node n, those of a rollout too.
// New pods of the last slot are those of the one workload that is being rolled out.
func (c *Checker) podsOn(o, n int) int32 {
	count := c.count[n*c.slots+o]
	if o == c.rolling {
		count += c.count[n*c.slots+c.slots-1]
	}
	return count
}

// podsIn does so for a zone.
func (c *Checker) podsIn(o, zone int) int32 {
	count := c.zoneCount[o*c.zones+zone]
	if o == c.rolling {
		count += c.zoneCount[(c.slots-1)*c.zones+zone]
	}
	return count
}

// podsNear returns how many pods of a term's workload run in the domain of node n.
func (c *Checker) podsNear(t *term, n int) int32 {
	if t.key == Host {
		return c.podsOn(t.to, n)
	}
	return c.podsIn(t.to, int(c.zone[n]))
}

// runs reports whether any pod of workload o runs.
func (c *Checker) runs(o int) bool {
	for z := range c.zones {
		if c.podsIn(o, z) > 0 {
			return true
		}
	}
	return false
}

// forbids returns the rule that keeps a pod of w off node n, which has room; empty
// where none does. alone says that no pod runs to which its affinity could be.
//
// A pod with required affinity to its own workload may be the first of it. Source:
// interpodaffinity/filtering.go.
func (c *Checker) forbids(w, n int, alone bool) Shortage {
	r := c.terms[w].rules
	if c.bound != anyZone && c.zone[n] != c.bound {
		return ShortVolumeZone
	}
	if r.apart.Mode != 0 && c.podsNear(&term{to: w, key: r.apart.Key}, n) > 0 {
		return ShortAntiAffinity
	}
	if len(r.near) == 0 || r.own && alone {
		return ""
	}
	for i := range r.near {
		if r.never || c.podsNear(&r.near[i], n) == 0 {
			return ShortAffinity
		}
	}
	return ""
}

// pickRuled is pick for a workload that has rules.
func (c *Checker) pickRuled(w, slot int) int {
	t := &c.terms[w]
	if c.indexed {
		c.view = c.viewOf(w, slot)
	}
	zones := c.zoneCount[slot*c.zones : (slot+1)*c.zones]
	minZone, minHost := c.floors(w, slot, zones)
	alone := t.rules.own && !c.runs(w)
	open := func(n int) bool {
		return (t.hardZone == 0 || zones[c.zone[n]]+1-minZone <= t.hardZone) &&
			(t.hardHost == 0 || c.count[n*c.slots+slot]+1-minHost <= t.hardHost) && c.forbids(w, n, alone) == ""
	}
	c.candidates = c.candidates[:0]
	feasible := 0
	if c.indexed {
		// Rules tell nodes apart that are equal in a view: they are looked at one by one.
		for n, seat := range c.view.nodes {
			if seat.cell != none && open(n) {
				c.candidates = append(c.candidates, candidate{node: int32(n), zone: c.zone[n], pods: c.count[n*c.slots+slot], score: c.view.cells[seat.cell].score, at: none})
			}
		}
		feasible = len(c.candidates)
	} else {
		for _, k := range c.kinds.live {
			n := int(c.kinds.first[k])
			if score := c.resourceScore(w, int(k)); score != unfit && open(n) {
				c.candidates = append(c.candidates, candidate{node: int32(n), zone: c.zone[n], pods: c.count[n*c.slots+slot], score: score, at: k})
				feasible += int(c.kinds.size[k])
			}
		}
	}
	c.closest = min(c.closest, feasible)
	if len(t.rules.pulls) > 0 {
		c.pull(t.rules.pulls)
	}
	if t.softZone > 0 || t.softHost > 0 {
		return c.pickSpread(t, zones, feasible)
	}
	return c.settleBest()
}

// pull adds the score of InterPodAffinity to the candidates: with least and most of
// what pods in their domains weigh, it is
//
//	100 x (weight - least) / (most - least)
//
// rounded down, 0 where all weigh the same. Source: interpodaffinity/scoring.go.
func (c *Checker) pull(pulls []term) {
	least, most := int64(math.MaxInt64), int64(math.MinInt64)
	for i := range c.candidates {
		x, sum := &c.candidates[i], int64(0)
		for p := range pulls {
			sum += pulls[p].weight * int64(c.podsNear(&pulls[p], int(x.node)))
		}
		x.pull = sum
		least, most = min(least, sum), max(most, sum)
	}
	if most <= least {
		return
	}
	for i := range c.candidates {
		x := &c.candidates[i]
		x.score += affinityWeight * int32(maxNodeScore*(float64(x.pull-least)/float64(most-least)))
	}
}
