package placement

import (
	"fmt"
	"math/big"
	"math/bits"
	"slices"
)

// Certificate says how many nodes carry a group's pods whatever the scheduler
// prefers and in whatever order the pods come.
//
// For a pod of workload j and nodes that offer C beside their DaemonSets, a node
// has no room only if it uses more than C_d - w_jd of some resource d. Give every
// other pod i the weight
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
// The weights are summed as fractions, exactly: nothing is rounded but the floor.
// The proof knows the filter of resources alone, and takes preferences of the
// scheduler for what they are; see ProofVoid for what it does not cover.
type Certificate struct {
	// Nodes is the largest S_j: as many nodes as must be up, or survive. It is 0 for
	// a group without pods.
	Nodes int
	// Workload whose S_j it is, the first of equals.
	Workload string
	// RolloutNodes is the same while one workload, any of them, runs its surge
	// beside all pods. All nodes are up then.
	RolloutNodes int
	// Rollout is the workload whose pods need them.
	Rollout string
}

// ProofVoid says why no count of nodes is certain for a group.
type ProofVoid struct {
	// Rule that the proof does not cover: ShortSpread where hard topology spread may
	// forbid a node with room, ShortMinReady where pods have to stay Ready without
	// being rescheduled, which depends on where they run. Any other is a resource of
	// which a pod requests more than a node offers.
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
		case slices.ContainsFunc(w.Spread, func(s Spread) bool { return s.Hard }):
			return &ProofVoid{Rule: ShortSpread, Workload: w.Name}
		case w.MinReady > 0 && (l.Nodes > 0 || l.Zones > 0):
			return &ProofVoid{Rule: ShortMinReady, Workload: w.Name}
		}
	}
	return nil
}

// Certify returns the certificate of a group's pods on nodes like its own, however
// many it has, or what voids the proof. It takes time in proportion to the square
// of the number of workloads, whatever their replicas.
func Certify(g *Group, l Losses) (Certificate, *ProofVoid) {
	if v := Covered(g.Workloads, l); v != nil {
		return Certificate{}, v
	}
	var c Certificate
	node := [3]int64{
		int64(g.Allocatable.CPU - g.Reserved.CPU), int64(g.Allocatable.Memory - g.Reserved.Memory),
		int64(g.Allocatable.Pods - g.Reserved.Pods),
	}
	for j := range g.Workloads {
		if g.Workloads[j].Replicas == 0 {
			continue
		}
		own := vector(&g.Workloads[j])
		var room [3]int64
		for d, short := range [3]Shortage{ShortCPU, ShortMemory, ShortPods} {
			if room[d] = node[d] - own[d] + 1; room[d] <= 0 {
				return Certificate{}, &ProofVoid{Rule: short, Workload: g.Workloads[j].Name}
			}
		}
		all := newWeights(room)
		for i := range g.Workloads {
			n := g.Workloads[i].Replicas
			if i == j {
				n--
			}
			all.add(vector(&g.Workloads[i]), n)
		}
		if n := all.floor() + 1; n > c.Nodes {
			c.Nodes, c.Workload = n, g.Workloads[j].Name
		}
		for i := range g.Workloads {
			if g.Workloads[i].Replicas == 0 {
				continue
			}
			with := all
			with.add(vector(&g.Workloads[i]), g.Workloads[i].Surge)
			if n := with.floor() + 1; n > c.RolloutNodes {
				c.RolloutNodes, c.Rollout = n, g.Workloads[j].Name
			}
		}
	}
	return c, nil
}

// Check returns nil where nodes in zones are enough by the certificate: with
// everything up, during each rollout and after the losses, whichever nodes and
// zones they take. Else the first of these that it does not prove.
func (c *Certificate) Check(nodesByZone []int, l Losses) *Failure {
	all := 0
	for _, n := range nodesByZone {
		all += n
	}
	short := func(during During, workload string, missing int) *Failure {
		return &Failure{During: during, Resource: ShortProof, Workload: workload, Missing: missing, Unproved: true}
	}
	if all < c.Nodes {
		return short(Normal, c.Workload, c.Nodes-all)
	}
	if all < c.RolloutNodes {
		return short(Rollout, c.Rollout, c.RolloutNodes-all)
	}
	if c.Nodes == 0 {
		return nil
	}
	sorted := slices.Sorted(slices.Values(nodesByZone))
	slices.Reverse(sorted)
	outside := all
	for _, n := range sorted[:min(l.Zones, len(sorted))] {
		outside -= n
	}
	if left := all - l.Nodes; left < c.Nodes {
		return short(NodeLoss, c.Workload, c.Nodes-left)
	}
	if outside < c.Nodes {
		return short(ZoneLoss, c.Workload, c.Nodes-outside)
	}
	if left := outside - l.Nodes; l.AtOnce && left < c.Nodes {
		return short(NodeAndZoneLoss, c.Workload, c.Nodes-left)
	}
	return nil
}

// vector is what a pod requests of CPU, memory and pods.
func vector(w *Workload) [3]int64 {
	return [3]int64{int64(w.Request.CPU), int64(w.Request.Memory), 1}
}

// weights is a sum of weights: a whole number and fractions of three denominators,
// each below 1.
type weights struct {
	room  [3]int64
	whole int64
	parts [3]int64
}

func newWeights(room [3]int64) weights { return weights{room: room} }

// add puts in n pods of one size.
func (s *weights) add(size [3]int64, n int) {
	if n <= 0 {
		return
	}
	most := 0
	for d := range size {
		if size[d] >= s.room[d] {
			s.whole += int64(n)
			return
		}
		if exceeds(size[d], s.room[d], size[most], s.room[most]) {
			most = d
		}
	}
	// The product may be beyond 64 bits, its quotient is at most n.
	hi, lo := bits.Mul64(uint64(size[most]), uint64(n))
	lo, carry := bits.Add64(lo, uint64(s.parts[most]), 0)
	q, r := bits.Div64(hi+carry, lo, uint64(s.room[most]))
	s.whole, s.parts[most] = s.whole+int64(q), int64(r)
}

// exceeds reports whether a/b > c/d, exactly. None is negative, b and d are
// positive.
func exceeds(a, b, c, d int64) bool {
	leftHigh, leftLow := bits.Mul64(uint64(a), uint64(d))
	rightHigh, rightLow := bits.Mul64(uint64(c), uint64(b))
	return leftHigh > rightHigh || leftHigh == rightHigh && leftLow > rightLow
}

// floor returns the whole part of the sum.
func (s *weights) floor() int {
	// Where the fractions are clearly below a whole number, or above, floating point
	// says so; near one the exact sum does.
	const near = 1e-9
	sum := 0.0
	for d := range s.parts {
		sum += float64(s.parts[d]) / float64(s.room[d])
	}
	for _, n := range [3]int{1, 2, 3} {
		if sum > float64(n)-near && sum < float64(n)+near {
			return int(s.whole) + s.exact()
		}
	}
	return int(s.whole) + int(sum)
}

// exact returns the whole part of the sum of the fractions.
func (s *weights) exact() int {
	sum := new(big.Rat)
	for d := range s.parts {
		sum.Add(sum, big.NewRat(s.parts[d], s.room[d]))
	}
	return int(new(big.Int).Div(sum.Num(), sum.Denom()).Int64())
}
