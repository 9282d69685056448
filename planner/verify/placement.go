package verify

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// class is a number of equal nodes of a group: same pool, zone and pods.
type class struct {
	// pool and zone are indices into the group's pools and zones, and place is of both.
	pool, zone, place int
	count             int
	// pods on each of the nodes, in the order of the group's loads.
	pods []int
	// used by those pods, free beside them.
	used, free room
}

// nodes reads the placement of a group and reports whether it is sound enough to
// be drilled.
func (k *checker) nodes(g *group) bool {
	path := g.path + ".placement"
	before := len(k.found)
	index := map[string]int{}
	for i := range g.pools {
		index[g.pools[i].name] = i
	}
	counts := make([]int, len(g.pools)*len(g.decl.Zones))
	for i := range g.plan.Placement {
		pl := &g.plan.Placement[i]
		if i > 0 {
			last := &g.plan.Placement[i-1]
			k.need(cmp.Or(cmp.Compare(last.Pool, pl.Pool), cmp.Compare(last.Zone, pl.Zone)) <= 0, path, "lists.sorted", "nodes are not sorted by pool and zone")
		}
		at, known := index[pl.Pool]
		c := class{pool: at, zone: slices.Index(g.decl.Zones, pl.Zone), count: pl.Nodes}
		ok := known && g.pools[at].sized && c.zone >= 0 && pl.Nodes > 0 && pl.Nodes <= maxNodes
		if !k.need(ok, path, "placement.nodes", "%d x %s in %s: no such nodes", pl.Nodes, pl.Pool, pl.Zone) {
			continue
		}
		c.place = g.place(c.pool, c.zone)
		if k.node(g, pl, &c, path) {
			g.classes = append(g.classes, c)
			counts[c.place] += c.count
		}
	}
	for i := range g.pools {
		p := &g.pools[i]
		for _, z := range p.plan.NodesByZone {
			if at := slices.Index(g.decl.Zones, z.Zone); at >= 0 {
				n := counts[g.place(i, at)]
				k.need(n == z.Nodes, path, "placement.nodes", "%d nodes of %s in %s, the pool has %d there", n, p.name, z.Zone, z.Nodes)
			}
		}
	}
	for i, l := range g.loads {
		sum := 0
		for _, c := range g.classes {
			sum += c.count * c.pods[i]
		}
		k.need(sum == l.plan.Replicas, path, "placement.replicas", "%d pods of %s are placed, there are %d replicas", sum, l.spec.Name, l.plan.Replicas)
	}
	return len(k.found) == before
}

// node reads one line of a placement and checks that its pods may run there and fit.
func (k *checker) node(g *group, pl *planner.Placement, c *class, path string) bool {
	free := g.pools[c.pool].room
	c.pods = make([]int, len(g.loads))
	for i, p := range pl.Pods {
		k.need(i == 0 || pl.Pods[i-1].Workload < p.Workload, path, "lists.sorted", "%s: pods are not sorted by workload, or one is there twice", line{pl})
		w, known := g.index[p.Workload]
		if !k.need(known && p.Pods > 0 && p.Pods <= maxReplicas, path, "placement.pods", "%s: %d pods of %s", line{pl}, p.Pods, p.Workload) {
			return false
		}
		k.need(g.loads[w].at(c.place), path, "placement.selector", "%s: pods of %s, which selects %v", line{pl}, p.Workload, g.loads[w].spec.NodeSelector)
		c.pods[w] += p.Pods
	}
	for i, n := range c.pods {
		if n > 0 {
			c.used = c.used.plus(g.loads[i].size.times(n))
		}
	}
	c.free = free.minus(c.used)
	k.need(c.free[onCPU] >= 0, path, "placement.cpu", "%s: pods request %s, %s are free", line{pl}, cores(c.used[onCPU]), cores(free[onCPU]))
	k.need(c.free[onMemory] >= 0, path, "placement.memory", "%s: pods request %s, %s are free", line{pl}, byteSize(c.used[onMemory]), byteSize(free[onMemory]))
	k.need(c.free[onPods] >= 0, path, "placement.pod_count", "%s: %d pods, room for %d", line{pl}, c.used[onPods], free[onPods])
	for i, name := range g.further {
		d, rule := firstFurther+i, "placement."+name
		if _, is := strings.CutPrefix(name, extended("")); is {
			rule = "placement.extended"
		}
		k.need(c.free[d] >= 0, path, rule, "%s: pods request %d of %s, %d are free", line{pl}, c.used[d], name, free[d])
	}
	return true
}

// line is a line of a placement, whose name is made where it is asked for.
type line struct{ *planner.Placement }

func (l line) String() string { return fmt.Sprintf("%d x %s in %s", l.Nodes, l.Pool, l.Zone) }

// usage checks what is requested, the shares that it takes and what stays free.
func (k *checker) usage(g *group) {
	var used, all room
	for _, c := range g.classes {
		used = used.plus(c.used.times(c.count))
		all = all.plus(c.used.plus(c.free).times(c.count))
	}
	shares := []struct {
		name      string
		says      units.Ratio
		used, all int64
	}{
		{"cpu", g.plan.Usage.CPU, used[onCPU], all[onCPU]},
		{"memory", g.plan.Usage.Memory, used[onMemory], all[onMemory]},
		{"pods", g.plan.Usage.Pods, used[onPods], all[onPods]},
	}
	for _, s := range shares {
		low, high := int64(0), int64(0)
		if s.all > 0 {
			q, r := new(big.Int).QuoRem(new(big.Int).Mul(big.NewInt(s.used), big.NewInt(int64(units.Whole))), big.NewInt(s.all), new(big.Int))
			low, high = q.Int64(), q.Int64()
			if r.Sign() > 0 {
				high++
			}
		}
		k.need(int64(s.says) >= low && int64(s.says) <= high, g.path+".usage."+s.name, "usage.share", "%s, requests take %d of %d", percent(s.says), s.used, s.all)
	}
	r := g.plan.Requests
	k.need(basics(int64(r.CPU), int64(r.Memory), r.Pods) == basics(used[onCPU], used[onMemory], int(used[onPods])), g.path+".usage", "usage.requests", "%s, %s, %d pods; %s, %s, %d are requested",
		cores(r.CPU), byteSize(r.Memory), r.Pods, cores(used[onCPU]), byteSize(used[onMemory]), used[onPods])
	left := all.minus(used)
	h := g.plan.Headroom
	k.need(basics(int64(h.CPU), int64(h.Memory), h.Pods) == basics(left[onCPU], left[onMemory], int(left[onPods])), g.path+".headroom", "usage.headroom", "%s, %s, %d pods; %s, %s, %d stay free",
		cores(h.CPU), byteSize(h.Memory), h.Pods, cores(left[onCPU]), byteSize(left[onMemory]), left[onPods])
}

// basics are what Requests and Headroom count.
func basics(cpu, memory int64, pods int) room {
	return room{onCPU: cpu, onMemory: memory, onPods: int64(pods)}
}

// percent writes a ratio for people.
func percent(r units.Ratio) string { return fmt.Sprintf("%.4f%%", r.Float()*100) }
