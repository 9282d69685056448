package pipeline

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/layout"
	"github.com/scantling-dev/scantling/planner/placement"
)

// remainder answers what a planned group does while some nodes of one of its pools are
// replaced and none stands in for them: it asks the placement stage with the planned
// machines and replicas. Rollouts are taken to wait for the upgrade.
type remainder struct {
	p *problem
	// offers of the pools, and their planned nodes by zone.
	offers []*offer
	zones  [][]int
	// homeless and survived are what was found so far: strategies ask alike. Their keys are
	// nodes and pods, in order.
	homeless map[string]homeless
	survived map[string]bool
	// spare is what is known of what the planned nodes can spare; spares are all groups of the
	// upgrade.
	spare  noMoreThan
	spares *spares
	// drills of the group, once they are prepared.
	drills *drills
}

// homeless are pods of a workload without a place, of the first that has some.
type homeless struct {
	workload string
	pods     int
}

// remainderOf prepares the questions of a planned group. Its errors are those of
// problem, which has made the plan.
func (m *maker) remainderOf(g *planner.GroupPlan) (*remainder, error) {
	guests, err := m.guests()
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(m.cluster.NodeGroups, func(d planner.NodeGroup) bool { return d.Name == g.Name })
	p, err := m.problem(&m.cluster.NodeGroups[at], guests[at], m.monthsAhead())
	if err != nil {
		return nil, err
	}
	for i := range p.works {
		spec := p.works[i].spec
		w := slices.IndexFunc(g.Workloads, func(w planner.WorkloadPlan) bool { return w.Name == spec.Name && w.System == spec.System })
		p.sized = append(p.sized, g.Workloads[w].Reasons)
	}
	r := &remainder{p: p, homeless: make(map[string]homeless), survived: make(map[string]bool), spare: unbounded()}
	r.spares = &spares{r}
	for i := range g.Pools {
		pool := &g.Pools[i]
		o := slices.IndexFunc(p.offers, func(o offer) bool { return o.instance.Name == pool.InstanceType })
		if o < 0 {
			panic(fmt.Sprintf("pipeline: %s of group %s is not offered", pool.InstanceType, g.Name))
		}
		bought := &p.offers[o]
		if bought.base != nil && pool.CapacityType == planner.OnDemand {
			bought = bought.base
		}
		r.offers = append(r.offers, bought)
		r.zones = append(r.zones, zonesOfPool(p.group.Zones, pool))
	}
	return r, nil
}

// pending returns the first workload with pods that have no place on so many nodes of a
// pool and all of the others, and how many, when so many pods of each need none; 0
// where all have one, however the zones share the nodes.
func (r *remainder) pending(pool, nodes int, without func(workload string) int) (workload string, pods int) {
	key := []int{pool, nodes}
	for i := range r.p.works {
		key = append(key, without(r.p.works[i].spec.Name))
	}
	at := wordOf(key)
	found, known := r.homeless[at]
	if !known {
		found = r.look(pool, nodes, without)
		r.homeless[at] = found
	}
	return found.workload, found.pods
}

// look is pending, asked for the first time.
func (r *remainder) look(pool, nodes int, without func(workload string) int) homeless {
	left, away := slices.Clone(r.zones), poolNodes(r.zones[pool])-nodes
	group := func() placement.Group {
		in := r.group(left)
		for i := range in.Workloads {
			w := &in.Workloads[i]
			w.Replicas -= min(without(w.Name), w.Replicas)
		}
		return in
	}
	for _, zones := range splits(r.zones[pool], nodes) {
		left[pool] = zones
		in := group()
		if holds, known := placement.Decide(&in, placement.Losses{}); known && holds {
			continue
		}
		if r.canSpare(alone(away)) {
			return homeless{}
		}
		if _, failure := r.p.scheduled(group(), placement.Losses{}); failure != nil {
			return homeless{failure.Workload, failure.Missing}
		}
	}
	return homeless{}
}

// carries reports whether every pod has a place on so many nodes of a pool and all of the
// others: pending, but for whose pods have none, which takes longer to say.
func (r *remainder) carries(pool, nodes int) bool {
	left := slices.Clone(r.zones)
	for _, zones := range splits(r.zones[pool], nodes) {
		left[pool] = zones
		in := r.group(left)
		if holds, known := placement.Decide(&in, placement.Losses{}); known && !holds {
			return false
		}
	}
	_, pods := r.pending(pool, nodes, func(string) int { return 0 })
	return pods == 0
}

// wordOf writes numbers as one word.
func wordOf(numbers []int) string {
	key := make([]byte, 0, 4*len(numbers))
	for _, n := range numbers {
		key = binary.AppendUvarint(key, uint64(n))
	}
	return string(key)
}

// decides says whether the declared losses are survived on so many nodes of each pool by
// zone, where sums alone do; known is false where that takes a drill.
func (r *remainder) decides(zones [][]int) (survives, known bool) {
	in := r.group(zones)
	return placement.Decide(&in, r.p.losses)
}

// spared reports whether they are, since the planned nodes can spare those that are away.
func (r *remainder) spared(zones [][]int) bool {
	away := 0
	for i := range zones {
		for z, n := range zones[i] {
			away += max(0, r.zones[i][z]-n)
		}
	}
	return r.canSpare(beside(away))
}

// survives reports whether they are, by a drill of as many nodes, filled anew.
func (r *remainder) survives(zones [][]int) bool {
	at := wordOf(slices.Concat(zones...))
	survives, known := r.survived[at]
	if !known {
		_, failure := r.p.scheduled(r.group(zones), r.p.losses)
		survives = failure == nil
		r.survived[at] = survives
	}
	return survives
}

// zoneless reports whether no zone may be lost and no rule of a pod looks at zones.
func (r *remainder) zoneless() bool {
	in := r.group(r.zones)
	return r.p.losses.Zones == 0 && !slices.ContainsFunc(in.Workloads, func(w placement.Workload) bool { return w.Bound() || w.Zones != nil })
}

// group is the planned group with so many nodes of each pool by zone, and no rollout, valid
// until the next.
func (r *remainder) group(zones [][]int) placement.Group {
	var x mix
	for _, o := range r.offers {
		x = append(x, part{offer: o})
	}
	in := r.p.placementGroup(x, zones)
	for i := range in.Workloads {
		in.Workloads[i].Surge = 0
	}
	return in
}

// splits returns ways in which so many nodes of a group may be left over its
// zones: evenly, and with the others gone zone by zone, fullest first, where
// each zone but the last ones keeps a node or none. A zone without nodes is no
// spread domain, one with a single node is the narrowest. nodes are at most those
// that the zones have.
func splits(zones []int, nodes int) [][]int {
	even, _ := layout.Fill(nodes, zones)
	out := [][]int{even}
	for _, keep := range []int{1, 0} {
		left := byZone(zones, nodes, keep)
		if !slices.ContainsFunc(out, func(other []int) bool { return slices.Equal(other, left) }) {
			out = append(out, left)
		}
	}
	return out
}

// byZone takes nodes away, zone by zone from the fullest on, down to keep in
// each and then to none, until so many are left.
func byZone(zones []int, nodes, keep int) []int {
	left, away := slices.Clone(zones), -nodes
	order := make([]int, len(zones))
	for z, n := range zones {
		away += n
		order[z] = z
	}
	slices.SortStableFunc(order, func(a, b int) int { return zones[b] - zones[a] })
	for _, least := range []int{keep, 0} {
		for _, z := range order {
			gone := min(max(left[z]-least, 0), away)
			left[z] -= gone
			away -= gone
		}
	}
	return left
}
