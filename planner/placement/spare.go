package placement

import (
	"cmp"
	"slices"
)

// Spare is how many nodes of a placed group may be away at a time; -1 where it is not
// proved of the group as it stands.
type Spare struct {
	// Alone: any so many nodes may be drained, and their pods find room on the others.
	Alone int
	// Beside: any so many may be, and the losses are survived meanwhile.
	Beside int
}

// NoSpare is that of a group of which nothing is proved.
func NoSpare() Spare { return Spare{Alone: -1, Beside: -1} }

// Least returns the lesser of both, in each.
func (s Spare) Least(o Spare) Spare {
	return Spare{Alone: min(s.Alone, o.Alone), Beside: min(s.Beside, o.Beside)}
}

// Covers reports whether s is no less than another, in each.
func (s Spare) Covers(o Spare) bool { return s.Alone >= o.Alone && s.Beside >= o.Beside }

// class is so many nodes that weigh the same in a gauge.
type class struct {
	value int64
	size  int
}

// Spare places the pods of g in the orders of Check, the thorough ones and rollouts apart,
// and returns how many nodes may be away at a time, whichever they are. It simulates no loss:
// gauges prove it, so that more nodes may be spared than it says, never fewer. It ends at the
// first order in which less than wanted is: what it returns is then no more than a bound from
// above.
//
// The nodes that are drained and those that are lost meanwhile are those away. Pods of drained
// nodes move, and move again where their new node is drained or lost; those on the others
// stay. So the pods that find a place are those that ran on the nodes away, whatever came
// first, and a gauge that holds for them holds in any sequence. All pods of a drained node are
// placed, those too that no loss reschedules; and of the pods that losses leave ready those of
// drained nodes are not counted, though they run elsewhere.
func (c *Checker) Spare(g Group, l Losses, o Options, wanted Spare) Spare {
	g.Workloads = slices.Clone(g.Workloads)
	for i := range g.Workloads {
		g.Workloads[i].Reschedule = true
	}
	shuffles, seed := c.prepareFor(&g, l, o)
	spare := c.spareIn(order{}, Spare{Alone: c.nodes - 1, Beside: c.nodes - 1})
	for i := range shuffles {
		if spare == NoSpare() || !spare.Covers(wanted) {
			break
		}
		c.clearNodes()
		spare = c.spareIn(order{number: 1 + i, seed: seed + uint64(i)}, spare)
	}
	return spare
}

// spareIn is Spare in one order, no more than known of those before.
func (c *Checker) spareIn(o order, known Spare) Spare {
	if c.placeAll(o) != nil {
		return NoSpare()
	}
	c.classify()
	c.mixed = true // drained pods come in any order
	c.gauge()
	d := &c.drills
	spare := Spare{Alone: c.mostAway(known.Alone)}
	spare.Beside = min(spare.Alone, known.Beside)
	for _, e := range d.events {
		for _, zones := range c.zoneSets(e.zones) {
			d.lostZones = append(d.lostZones, zones...)
			spare.Beside = c.mostAway(spare.Beside+e.nodes) - e.nodes
			d.lostZones = d.lostZones[:0]
		}
	}
	return Spare{Alone: spare.Alone, Beside: max(spare.Beside, -1)}
}

// mostAway is how many nodes beside the lost zones may be away by the gauges, whichever they
// are, and no more than most; -1 where the zones alone are too much.
func (c *Checker) mostAway(most int) int {
	d := &c.drills
	up := c.nodes
	for _, z := range d.lostZones {
		up -= c.zoneNodes[z]
	}
	most = min(most, up-1)
	certain := up - d.certain // so many leave room for certain
	for i := range d.gauges.ready {
		most = min(most, c.awayBy(&d.gauges.ready[i], most))
	}
	for i := range d.gauges.room {
		if most <= certain {
			break
		}
		room := &d.gauges.room[i]
		if places := c.awayBy(&room[0], most); places < most {
			most = max(certain, places, c.awayBy(&room[1], most))
		}
	}
	return most
}

// fewAway is up to how many nodes a gauge is looked at for so many, and not for each number.
const fewAway = 16

// awayBy is mostAway by one gauge: its largest values count first.
func (c *Checker) awayBy(g *gauge, most int) int {
	if 0 <= most && most <= fewAway && c.worst(g, most) <= g.limit {
		return most
	}
	d := &c.drills
	up, left := d.gauges.classes[:0], g.limit
	for i, v := range g.value {
		size := int(d.starts[i+1] - d.starts[i])
		if c.lostClass(i) {
			left -= v * int64(size)
		} else {
			up = append(up, class{v, size})
		}
	}
	d.gauges.classes = up
	if left < 0 {
		return -1
	}
	slices.SortFunc(up, func(a, b class) int { return cmp.Compare(b.value, a.value) })
	away := 0
	for _, x := range up {
		n := x.size
		if x.value > 0 {
			n = int(min(int64(n), left/x.value))
		}
		away, left = away+n, left-x.value*int64(n)
		if n < x.size {
			break
		}
	}
	return min(away, most)
}
