package placement

import (
	"fmt"
	"slices"
)

// Certificate says how many nodes carry a group's pods whatever the scheduler
// prefers and in whatever order the pods come.
//
// For a pod of workload j and nodes that offer C beside their DaemonSets, a node
// has no room only if it uses more than C_d - w_jd of some resource d. Give every other pod i the weight
//
//	min(1, max over d of w_id / (C_d - w_jd + 1))
//
// and the pods of a node without room weigh at least 1 together: amounts are whole,
// so that one of them alone makes a sum of at least C_d - w_jd + 1. With
//
//	S_j = floor(sum over all pods i of weight_i - weight_j) + 1
//
// nodes, one of them has room for j, wherever the others run. With the largest S_j
// every pod finds a place, and so does each that a loss displaces, on that many
// survivors.
//
// Of unlike nodes, only those count for j that its selector admits and on which it
// fits while they are empty. A pod i weighs the most that it does on any kind of
// these that it may run on as well, 0 where there is none: then the pods of a node
// without room weigh at least 1 together whichever kind the node is of, and so no
// more of the nodes that count are without room than the floor of the sum. What is
// lost may all be of those that count: so a loss of k nodes takes k of them, and one
// of zones takes the zones with the most of them.
//
// The weights are summed as fractions, exactly: nothing is rounded but the floor.
// The proof knows the filters of resources and of selectors alone, and takes
// preferences of the scheduler for what they are; see ProofVoid for what it does not
// cover.
type Certificate struct {
	// Nodes is the largest S_j: as many nodes as must be up, or survive, of those
	// that count for j. It is 0 for a group without pods.
	Nodes int
	// Workload whose S_j it is, the first of equals.
	Workload string
	// RolloutNodes is the same while one workload, any of them, runs its surge
	// beside all pods. All nodes are up then.
	RolloutNodes int
	// Rollout is the workload whose pods need them.
	Rollout string
	// Needs are the same for each set of nodes that count for a workload: one where
	// all nodes count for all of them.
	Needs []Need
}

// Need is how many nodes must be up of a set.
type Need struct {
	// Pools and Zones of the nodes that count; nil for all.
	Pools, Zones []bool
	// Nodes, and while a workload runs its surge, as in Certificate.
	Nodes        int
	Workload     string
	RolloutNodes int
	Rollout      string
}

// ProofVoid says why no count of nodes is certain for a group.
type ProofVoid struct {
	// Rule that the proof does not cover: ShortSpread where hard topology spread may
	// forbid a node with room, ShortAntiAffinity, ShortAffinity and ShortVolumeZone where
	// required rules between pods or the zones of volumes may, ShortMinReady where pods have to stay Ready without
	// being rescheduled, which depends on where they run, ShortSelector where no pool
	// is admitted. Any other is a resource of which a pod requests more than any
	// admitted node offers.
	Rule Shortage
	// Workload that has the rule.
	Workload string
}

func (v *ProofVoid) Error() string {
	return fmt.Sprintf("%s: no placement is certain because of its %s", v.Workload, v.Rule)
}

// Covered returns nil where the proof of Certify covers the group's rules through
// the losses, whatever its nodes are.
func Covered(workloads []Workload, l Losses) *ProofVoid {
	for i := range workloads {
		w := &workloads[i]
		switch {
		case w.Replicas == 0:
		case w.Bound():
			return &ProofVoid{Rule: w.bound(), Workload: w.Name}
		case w.MinReady > 0 && (l.Nodes > 0 || l.Zones > 0):
			return &ProofVoid{Rule: ShortMinReady, Workload: w.Name}
		}
	}
	return nil
}

// Certify returns the certificate of a group's pods on nodes like its own, however
// many it has of each pool, or what voids the proof. It takes time in proportion to
// the square of the number of workloads, whatever their replicas.
func Certify(g *Group, l Losses) (Certificate, *ProofVoid) {
	if v := Covered(g.Workloads, l); v != nil {
		return Certificate{}, v
	}
	p := newProof(g)
	var c Certificate
	for j := range g.Workloads {
		if g.Workloads[j].Replicas == 0 {
			continue
		}
		need, void := p.need(j)
		if void != nil {
			return Certificate{}, void
		}
		c.add(&need)
	}
	return c, nil
}

// add puts in what a workload needs.
func (c *Certificate) add(n *Need) {
	if n.Nodes > c.Nodes {
		c.Nodes, c.Workload = n.Nodes, n.Workload
	}
	if n.RolloutNodes > c.RolloutNodes {
		c.RolloutNodes, c.Rollout = n.RolloutNodes, n.Rollout
	}
	for i := range c.Needs {
		old := &c.Needs[i]
		if !slices.Equal(old.Pools, n.Pools) || !slices.Equal(old.Zones, n.Zones) {
			continue
		}
		if n.Nodes > old.Nodes {
			old.Nodes, old.Workload = n.Nodes, n.Workload
		}
		if n.RolloutNodes > old.RolloutNodes {
			old.RolloutNodes, old.Rollout = n.RolloutNodes, n.Rollout
		}
		return
	}
	c.Needs = append(c.Needs, *n)
}

// proof is what Certify keeps of a group.
type proof struct {
	g *Group
	// further kinds of resources that are requested.
	further []int
	// node is what the nodes of each pool offer, size what pods request, by resource.
	node, size [][]int64
	// mayRun says of each workload on which pools its pods fit and are admitted.
	mayRun [][]bool
	all    weights
	// counted are the pools whose nodes count for the workload at hand, and room the
	// denominators there.
	counted []bool
	room    [][]int64
	// steps to which requests are rounded up, by resource, and the requests so rounded, by
	// workload; a certificate has no steps, and size.
	steps   []int64
	rounded [][]int64
}

func newProof(g *Group) *proof {
	p := &proof{g: g, counted: make([]bool, len(g.Pools)), room: make([][]int64, len(g.Pools))}
	for k := range furtherKinds {
		if slices.ContainsFunc(g.Workloads, func(w Workload) bool { return w.Request.further(k) > 0 }) {
			p.further = append(p.further, k)
		}
	}
	vector := func(r *Resources, pods int) []int64 {
		v := []int64{int64(r.CPU), int64(r.Memory), int64(pods)}
		for _, k := range p.further {
			v = append(v, r.further(k))
		}
		return v
	}
	for i := range g.Pools {
		offered := g.Pools[i].Allocatable.plus(&g.Pools[i].Reserved, -1)
		p.node = append(p.node, vector(&offered, offered.Pods))
		p.room[i] = make([]int64, len(p.node[i]))
	}
	for i := range g.Workloads {
		p.size = append(p.size, vector(&g.Workloads[i].Request, 1))
		pools := make([]bool, len(g.Pools))
		for pool := range pools {
			_, pools[pool] = p.fits(i, pool)
		}
		p.mayRun = append(p.mayRun, pools)
	}
	p.rounded = p.size
	return p
}

// basic resources come first in vectors, the further ones after them.
const basic = 3 // CPU, memory, pods

// short is the shortage of the d-th of a vector.
func (p *proof) short(d int) Shortage {
	if d < basic {
		return [basic]Shortage{ShortCPU, ShortMemory, ShortPods}[d]
	}
	return shortFurther(p.further[d-basic])
}

// fits reports whether a pod of workload i may run on an empty node of a pool, or
// what keeps it off.
func (p *proof) fits(i, pool int) (Shortage, bool) {
	if w := &p.g.Workloads[i]; w.Pools != nil && !w.Pools[pool] {
		return ShortSelector, false
	}
	for d, amount := range p.size[i] {
		if amount > p.node[pool][d] && (d < basic || amount > 0) {
			return p.short(d), false
		}
	}
	return "", true
}

// need works out S_j.
func (p *proof) need(j int) (Need, *ProofVoid) {
	g := p.g
	w := &g.Workloads[j]
	need := Need{Workload: w.Name, Rollout: w.Name, Zones: w.Zones}
	void, counted := ShortSelector, 0
	for pool := range g.Pools {
		short, ok := p.fits(j, pool)
		if p.counted[pool] = ok; !ok {
			if short != ShortSelector && void == ShortSelector {
				void = short
			}
			continue
		}
		counted++
		for d := range p.room[pool] {
			p.room[pool][d] = p.beyond(d, p.node[pool][d]-p.size[j][d])
		}
	}
	if counted == 0 || w.Zones != nil && !slices.Contains(w.Zones, true) {
		return Need{}, &ProofVoid{Rule: void, Workload: w.Name}
	}
	if counted < len(g.Pools) {
		need.Pools = slices.Clone(p.counted)
	}
	if !slices.Contains(w.Zones, false) {
		need.Zones = nil
	}
	p.all.start(p.room)
	for i := range g.Workloads {
		n := g.Workloads[i].Replicas
		if i == j {
			n--
		}
		p.weigh(&p.all, i, j, n)
	}
	need.Nodes = p.all.floor() + 1
	need.RolloutNodes = need.Nodes
	for i := range g.Workloads {
		if g.Workloads[i].Replicas == 0 || g.Workloads[i].Surge == 0 {
			continue
		}
		before := p.weigh(&p.all, i, j, g.Workloads[i].Surge)
		need.RolloutNodes = max(need.RolloutNodes, p.all.floor()+1)
		p.all.takeBack(before)
	}
	return need, nil
}

// weigh puts n pods of i into a sum of what keeps pods of j off, and returns what
// takes them back.
func (p *proof) weigh(s *weights, i, j, n int) undo {
	s.begin(n)
	a, b := p.g.Workloads[i].Zones, p.g.Workloads[j].Zones
	if a != nil && b != nil {
		shared := false
		for z := range a {
			shared = shared || a[z] && b[z]
		}
		if !shared {
			return s.end()
		}
	}
	for pool, counted := range p.counted {
		if counted && p.mayRun[i][pool] {
			s.consider(pool, p.rounded[i], p.size[j])
		}
	}
	return s.end()
}

// Check returns nil where the nodes of pools are enough by the certificate: with
// everything up, during each rollout and after the losses, whichever nodes and
// zones they take. Else the first of these that it does not prove.
func (c *Certificate) Check(pools []Pool, l Losses) *Failure {
	for i := range c.Needs {
		if f := c.Needs[i].check(pools, l); f != nil {
			return f
		}
	}
	return nil
}

func (n *Need) check(pools []Pool, l Losses) *Failure {
	byZone := make([]int, len(pools[0].NodesByZone))
	all := 0
	for p := range pools {
		for z, nodes := range pools[p].NodesByZone {
			if (n.Pools == nil || n.Pools[p]) && (n.Zones == nil || n.Zones[z]) {
				byZone[z] += nodes
				all += nodes
			}
		}
	}
	short := func(during During, workload string, missing int) *Failure {
		return &Failure{During: during, Resource: ShortProof, Workload: workload, Missing: missing, Unproved: true}
	}
	if all < n.Nodes {
		return short(Normal, n.Workload, n.Nodes-all)
	}
	if all < n.RolloutNodes {
		return short(Rollout, n.Rollout, n.RolloutNodes-all)
	}
	slices.SortFunc(byZone, func(a, b int) int { return b - a })
	outside := all
	for _, nodes := range byZone[:min(l.Zones, len(byZone))] {
		outside -= nodes
	}
	if left := all - l.Nodes; left < n.Nodes {
		return short(NodeLoss, n.Workload, n.Nodes-left)
	}
	if outside < n.Nodes {
		return short(ZoneLoss, n.Workload, n.Nodes-outside)
	}
	if left := outside - l.Nodes; l.AtOnce && left < n.Nodes {
		return short(NodeAndZoneLoss, n.Workload, n.Nodes-left)
	}
	return nil
}
