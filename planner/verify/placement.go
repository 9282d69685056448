package verify

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// class is a number of equal nodes of a group: same type, zone and pods.
type class struct {
	pool string
	// zone is an index into the group's zones.
	zone  int
	count int
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
	byPool := map[string]int{}
	for i, pl := range g.plan.Placement {
		if i > 0 {
			last := g.plan.Placement[i-1]
			k.need(cmp.Or(cmp.Compare(last.Pool, pl.Pool), cmp.Compare(last.Zone, pl.Zone)) <= 0, path, "lists.sorted", "nodes are not sorted by pool and zone")
		}
		c, ok := k.node(g, &pl, path)
		if !ok {
			continue
		}
		g.classes = append(g.classes, c)
		byPool[pl.Pool+"\x00"+pl.Zone] += pl.Nodes
	}
	for _, p := range g.plan.Pools {
		for _, z := range p.NodesByZone {
			key := p.InstanceType + "\x00" + z.Zone
			k.need(byPool[key] == z.Nodes, path, "placement.nodes", "%d nodes of %s in %s, the pool has %d there", byPool[key], p.InstanceType, z.Zone, z.Nodes)
			delete(byPool, key)
		}
	}
	for _, key := range sortedKeys(byPool) {
		k.need(false, path, "placement.nodes", "nodes of %q that no pool has", key)
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

// node reads one line of a placement and checks that its pods fit.
func (k *checker) node(g *group, pl *planner.Placement, path string) (class, bool) {
	free, ok := g.room[pl.Pool]
	c := class{pool: pl.Pool, zone: slices.Index(g.decl.Zones, pl.Zone), count: pl.Nodes, pods: make([]int, len(g.loads)), free: free}
	where := fmt.Sprintf("%d x %s in %s", pl.Nodes, pl.Pool, pl.Zone)
	if !k.need(ok && c.zone >= 0 && pl.Nodes > 0 && pl.Nodes <= maxNodes, path, "placement.nodes", "%s: no such nodes", where) {
		return c, false
	}
	for i, p := range pl.Pods {
		k.need(i == 0 || pl.Pods[i-1].Workload < p.Workload, path, "lists.sorted", "%s: pods are not sorted by workload, or one is there twice", where)
		w, known := g.index[p.Workload]
		if !k.need(known && p.Pods > 0 && p.Pods <= maxReplicas, path, "placement.pods", "%s: %d pods of %s", where, p.Pods, p.Workload) {
			return c, false
		}
		c.pods[w] += p.Pods
	}
	for i, n := range c.pods {
		c.used = c.used.plus(g.loads[i].podRoom().times(n))
	}
	c.free = free.minus(c.used)
	k.need(c.free.cpu >= 0, path, "placement.cpu", "%s: pods request %dm, %dm are free", where, c.used.cpu, free.cpu)
	k.need(c.free.memory >= 0, path, "placement.memory", "%s: pods request %d bytes, %d are free", where, c.used.memory, free.memory)
	k.need(c.free.pods >= 0, path, "placement.pod_count", "%s: %d pods, room for %d", where, c.used.pods, free.pods)
	return c, true
}

// hardSkew returns the least max_skew of the hard constraints of w on key; 0 is
// none.
func hardSkew(w *planner.Workload, key planner.TopologyKey) int {
	least := 0
	for _, s := range w.TopologySpread {
		if s.Hard && s.Key == key && (least == 0 || s.MaxSkew < least) {
			least = s.MaxSkew
		}
	}
	return least
}

// spread checks the hard topology spread with everything up. The domains are
// those that have nodes of the group, as for the scheduler's PodTopologySpread.
func (k *checker) spread(g *group) {
	for i, l := range g.loads {
		if skew := hardSkew(&l.spec, planner.ZoneKey); skew > 0 {
			pods := make([]int, len(g.decl.Zones))
			has := make([]bool, len(g.decl.Zones))
			for _, c := range g.classes {
				pods[c.zone] += c.count * c.pods[i]
				has[c.zone] = true
			}
			var domains []int
			for z := range pods {
				if has[z] {
					domains = append(domains, pods[z])
				}
			}
			k.skew(l, "zone", skew, domains)
		}
		if skew := hardSkew(&l.spec, planner.HostnameKey); skew > 0 {
			var domains []int
			for _, c := range g.classes {
				domains = append(domains, c.pods[i])
			}
			k.skew(l, "hostname", skew, domains)
		}
	}
}

func (k *checker) skew(l *load, key string, most int, domains []int) {
	if len(domains) == 0 {
		return
	}
	lo, hi := slices.Min(domains), slices.Max(domains)
	k.need(hi-lo <= most, l.path, "placement.skew", "a %s has %d pods and another %d, the skew may be %d", key, hi, lo, most)
}

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
		{"cpu", g.plan.Usage.CPU, used.cpu, all.cpu},
		{"memory", g.plan.Usage.Memory, used.memory, all.memory},
		{"pods", g.plan.Usage.Pods, used.pods, all.pods},
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
	k.need(room{int64(r.CPU), int64(r.Memory), int64(r.Pods)} == used, g.path+".usage", "usage.requests", "%dm, %d bytes, %d pods; %dm, %d, %d are requested",
		r.CPU, r.Memory, r.Pods, used.cpu, used.memory, used.pods)
	left := all.minus(used)
	h := g.plan.Headroom
	k.need(room{int64(h.CPU), int64(h.Memory), int64(h.Pods)} == left, g.path+".headroom", "usage.headroom", "%dm, %d bytes, %d pods; %dm, %d, %d stay free",
		h.CPU, h.Memory, h.Pods, left.cpu, left.memory, left.pods)
}

// percent writes a ratio for people.
func percent(r units.Ratio) string { return fmt.Sprintf("%.4f%%", r.Float()*100) }
