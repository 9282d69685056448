package placement

import (
	"cmp"
	"math"
	"slices"
)

// packDrills fills in the drills of a report: in how many ways each loss strikes,
// and what is free after the largest.
func (c *Checker) packDrills(r *Report) {
	total, free := c.total(), c.free()
	used := total.plus(&free, -1)
	largest := make([]int, c.nodes) // the nodes with the most CPU, the last of equals
	for n := range largest {
		largest[n] = n
	}
	slices.SortFunc(largest, func(a, b int) int {
		return cmp.Or(cmp.Compare(c.poolOf(b).offered.CPU, c.poolOf(a).offered.CPU), cmp.Compare(b, a))
	})
	for _, during := range []During{NodeLoss, ZoneLoss, NodeAndZoneLoss} {
		for _, e := range slices.Backward(c.drills.events) {
			if e.during != during {
				continue
			}
			d := DrillReport{Event: e.during, Nodes: e.nodes, Zones: e.zones}
			fewest := math.MaxInt
			for _, lost := range c.zoneSets(e.zones) {
				up := c.nodes
				for _, z := range lost {
					up -= c.zoneNodes[z]
				}
				d.Tried += choose(up, min(e.nodes, up))
				loss, left := c.largestLoss(lost, e.nodes, largest)
				if t := &d.Tightest; fewest == math.MaxInt || cmp.Or(cmp.Compare(left.CPU, t.Total.CPU), cmp.Compare(up, fewest)) < 0 {
					t.Lost, t.Total, fewest = loss, left, up
				}
			}
			d.Held = d.Tried
			t := &d.Tightest
			t.Free = t.Total.plus(&used, -1).atLeast0()
			t.FreeCPU = shareOf(t.Free.CPU, t.Total.CPU)
			r.TightestFreeCPU = min(r.TightestFreeCPU, t.FreeCPU)
			r.Drills = append(r.Drills, d)
		}
	}
}

// atLeast0 returns r with 0 for what is below.
func (r Resources) atLeast0() Resources {
	r.CPU, r.Memory, r.Pods, r.Storage = max(0, r.CPU), max(0, r.Memory), max(0, r.Pods), max(0, r.Storage)
	for i := range r.More {
		r.More[i] = max(0, r.More[i])
	}
	return r
}

// largestLoss is the loss of zones and of so many nodes beside them, the first of a
// list, and what the survivors offer.
func (c *Checker) largestLoss(zones []int, nodes int, list []int) (Loss, Resources) {
	loss, left := Loss{Zones: zones}, Resources{}
	for _, n := range list {
		if slices.Contains(zones, int(c.zone[n])) {
			continue
		}
		if len(loss.Nodes) < nodes {
			loss.Nodes = append(loss.Nodes, n)
			continue
		}
		left = left.plus(&c.poolOf(n).offered, 1)
	}
	slices.Sort(loss.Nodes)
	for _, n := range loss.Nodes {
		loss.NodeZones, loss.NodePools = append(loss.NodeZones, int(c.zone[n])), append(loss.NodePools, int(c.place[n])%len(c.pools))
	}
	return loss, left
}

// mostSurvivors bounds the kinds of survivors that Pack repacks on, and mostStrikes the
// ways of one event that are looked at for them.
const (
	mostSurvivors = 1000
	mostStrikes   = 1 << 15
)

// survivors are nodes by place that a loss leaves.
type survivors struct {
	during During
	left   []int
}

// packSurvivors repacks on the survivors of every loss.
func (c *Checker) packSurvivors(g *Group, l Losses, o Options) *Failure {
	c.load(g, o.Balance)
	c.startDrills(l)
	var list []survivors
	if len(c.sizes) == 0 {
		return nil
	}
	for _, e := range c.drills.events {
		ways, all := c.survivors(e)
		for _, left := range ways {
			if !slices.ContainsFunc(list, func(s survivors) bool { return slices.Equal(s.left, left) }) {
				list = append(list, survivors{e.during, left})
			}
		}
		if !all || len(list) > mostSurvivors {
			return &Failure{During: e.during, Resource: ShortProof, Workload: g.Workloads[c.sizes[0]].Name, Unproved: true}
		}
	}
	for _, s := range c.fewest(list) {
		pools := slices.Clone(g.Pools)
		for p := range pools {
			pools[p].NodesByZone = make([]int, c.zones)
			for z := range c.zones {
				pools[p].NodesByZone[z] = s.left[z*len(pools)+p]
			}
		}
		left := changed(g, pools, func(_ int, w *Workload) {
			if !w.Reschedule {
				// They run where they ran, whatever the spread has become.
				w.Replicas, w.Spread, w.NoDefaultSpread, w.AntiAffinity = w.MinReady, nil, true, AntiAffinity{}
			}
		})
		if f := c.packAgain(&left, o, s.during); f != nil {
			return f
		}
	}
	return nil
}

// fewest drops survivors on which all fits that fits on others: with no rule that
// looks at zones, those that have no fewer nodes of any pool.
func (c *Checker) fewest(list []survivors) []survivors {
	if len(list) < 2 || slices.ContainsFunc(c.sizes, func(w int) bool { return c.hard(w) || c.group.Workloads[w].Zones != nil }) {
		return list
	}
	pools := len(c.pools)
	sums := make([][]int, len(list))
	for i, s := range list {
		sums[i] = make([]int, pools)
		for place, n := range s.left {
			sums[i][place%pools] += n
		}
	}
	noMore := func(a, b []int) bool {
		for p := range a {
			if a[p] > b[p] {
				return false
			}
		}
		return true
	}
	var out []survivors
	for i := range list {
		dropped := false
		for k := range list {
			if k != i && noMore(sums[k], sums[i]) && (k < i || !noMore(sums[i], sums[k])) {
				dropped = true
				break
			}
		}
		if !dropped {
			out = append(out, list[i])
		}
	}
	return out
}

// survivors returns the nodes by place that each way of e leaves. Where no selector
// names zones, the largest comes first: to repack, they have no names. It is false where
// there are too many.
func (c *Checker) survivors(e event) ([][]int, bool) {
	var out [][]int
	pools, steps := len(c.pools), 0
	named := slices.ContainsFunc(c.group.Workloads, func(w Workload) bool { return w.Zones != nil })
	for _, lost := range c.zoneSets(e.zones) {
		left, up := make([]int, c.zones*pools), 0
		for place := range left {
			if z := place / pools; !slices.Contains(lost, z) {
				left[place] = c.group.Pools[place%pools].NodesByZone[z]
				up += left[place]
			}
		}
		behind := make([]int, len(left)+1) // how many nodes the places from each on have
		for place := len(left) - 1; place >= 0; place-- {
			behind[place] = behind[place+1] + left[place]
		}
		var strike func(place, todo int)
		strike = func(place, todo int) {
			if steps++; steps > mostStrikes || len(out) > mostSurvivors {
				return
			}
			if place == len(left) {
				kept := slices.Clone(left)
				if !named {
					kept = slices.Concat(slices.SortedFunc(slices.Chunk(left, pools), func(a, b []int) int { return slices.Compare(b, a) })...)
				}
				if !slices.ContainsFunc(out, func(o []int) bool { return slices.Equal(o, kept) }) {
					out = append(out, kept)
				}
				return
			}
			for n := max(0, todo-behind[place+1]); n <= min(todo, left[place]); n++ {
				left[place] -= n
				strike(place+1, todo-n)
				left[place] += n
			}
		}
		strike(0, min(e.nodes, up))
	}
	return out, steps <= mostStrikes && len(out) <= mostSurvivors
}
