package placement

import (
	"cmp"

	"github.com/scantling-dev/scantling/planner/units"
)

// furtherKinds of resources are filtered and not scored: ephemeral storage, and
// Resources.More.
const furtherKinds = 1 + MoreKinds

// further returns an amount of the k-th of them.
func (r *Resources) further(k int) int64 {
	if k == 0 {
		return int64(r.Storage)
	}
	return r.More[k-1]
}

// addFurther adds to it.
func (r *Resources) addFurther(k int, amount int64) {
	if k == 0 {
		r.Storage += units.Bytes(amount)
		return
	}
	r.More[k-1] += amount
}

// shortFurther is the shortage of the k-th of them.
func shortFurther(k int) Shortage {
	if k == 0 {
		return ShortStorage
	}
	return ShortMore(k - 1)
}

// amounts are a node's or a pod's in plain numbers. The i-th further one is of the
// kind Checker.further[i]; those that no pod requests are left out.
type amounts struct {
	cpu, memory int64
	pods        int32
	further     [furtherKinds]int64
}

// poolTerms are what the scheduler needs of a pool.
type poolTerms struct {
	alloc, reserved, unrequested amounts
	offered                      Resources
}

func (c *Checker) amountsOf(r *Resources) amounts {
	a := amounts{cpu: int64(r.CPU), memory: int64(r.Memory), pods: int32(r.Pods)}
	for i, k := range c.further {
		a.further[i] = r.further(k)
	}
	return a
}

// loadPools takes in the pools of the group, and the selectors of its workloads.
func (c *Checker) loadPools(g *Group) {
	c.further = c.further[:0]
	for k := range furtherKinds {
		for w := range g.Workloads {
			if g.Workloads[w].Request.further(k) > 0 {
				c.further = append(c.further, k)
				break
			}
		}
	}
	c.pools, c.most = c.pools[:0], amounts{}
	c.nodes, c.zones = 0, len(g.Pools[0].NodesByZone)
	c.zoneNodes = resize(c.zoneNodes, c.zones)
	clear(c.zoneNodes)
	for p := range g.Pools {
		pool := &g.Pools[p]
		t := poolTerms{alloc: c.amountsOf(&pool.Allocatable), reserved: c.amountsOf(&pool.Reserved), unrequested: c.amountsOf(&pool.Unrequested)}
		t.offered = pool.Allocatable.plus(&pool.Reserved, -1)
		c.pools = append(c.pools, t)
		c.most.cpu, c.most.memory = max(c.most.cpu, t.alloc.cpu), max(c.most.memory, t.alloc.memory)
		for z, n := range pool.NodesByZone {
			c.zoneNodes[z] += n
			c.nodes += n
		}
	}
	c.selective = false
	for w := range g.Workloads {
		c.selective = c.selective || g.Workloads[w].Pools != nil || g.Workloads[w].Zones != nil
	}
	if !c.selective {
		return
	}
	places := c.zones * len(c.pools)
	c.admitted = resize(c.admitted, len(g.Workloads)*places)
	for w := range g.Workloads {
		for place := range places {
			c.admitted[w*places+place] = admits(&g.Workloads[w], place%len(c.pools), place/len(c.pools))
		}
	}
}

// admits reports whether the selector of w admits the nodes of a pool in a zone.
func admits(w *Workload, pool, zone int) bool {
	return (w.Pools == nil || w.Pools[pool]) && (w.Zones == nil || w.Zones[zone])
}

// admits reports whether the selector of workload w admits nodes at a place.
func (c *Checker) admits(w, place int) bool {
	return !c.selective || c.admitted[w*c.zones*len(c.pools)+place]
}

// domainUp reports whether a zone has a node that is up and that workload w admits.
func (c *Checker) domainUp(w, zone int) bool {
	for place := zone * len(c.pools); place < (zone+1)*len(c.pools); place++ {
		if c.placeUp[place] > 0 && c.admits(w, place) {
			return true
		}
	}
	return false
}

// poolOf returns the pool of node n.
func (c *Checker) poolOf(n int) *poolTerms {
	return &c.pools[c.pool[n]]
}

// size is the larger of a pod's shares of a node's CPU and memory, of the most that
// nodes of any pool have.
func (c *Checker) size(w int) float64 {
	t := &c.terms[w]
	return max(float64(t.cpu)/float64(c.most.cpu), float64(t.memory)/float64(c.most.memory))
}

// bySize orders workloads by priority, then biggest first.
func (c *Checker) bySize(a, b int) int {
	return cmp.Or(c.byPriority(a, b), cmp.Compare(c.size(b), c.size(a)), cmp.Compare(c.group.Workloads[a].Name, c.group.Workloads[b].Name))
}

// nameNodes gives out node indexes zone by zone in turn, the order in which
// kube-scheduler's own list of nodes goes; in a zone pool by pool.
func (c *Checker) nameNodes() {
	n := 0
	for round := 0; n < c.nodes; round++ {
		for z := range c.zones {
			if round >= c.zoneNodes[z] {
				continue
			}
			pool, before := 0, 0
			for ; before+c.group.Pools[pool].NodesByZone[z] <= round; pool++ {
				before += c.group.Pools[pool].NodesByZone[z]
			}
			c.zone[n], c.pool[n], c.place[n] = int32(z), int32(pool), int32(z*len(c.pools)+pool)
			n++
		}
	}
}

// total returns what the nodes that are up offer to pods.
func (c *Checker) total() Resources {
	var sum Resources
	for place, up := range c.placeUp {
		sum = sum.plus(&c.pools[place%len(c.pools)].offered, int(up))
	}
	return sum
}

// free returns what is left of total.
func (c *Checker) free() Resources {
	r := c.total()
	r.CPU -= units.MilliCPU(c.usedCPU)
	r.Memory -= units.Bytes(c.usedMemory)
	r.Pods -= c.usedPods
	for i, k := range c.further {
		r.addFurther(k, -c.usedFurther[i])
	}
	return r
}
