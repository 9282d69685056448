package verify

import (
	"fmt"
	"math/big"
	"math/bits"
	"slices"

	"github.com/scantling-dev/scantling/planner"
)

// ground is the nodes that a proof for any order speaks of, by kind: equal nodes
// wherever they are.
type ground struct {
	g     *group
	kinds []nodeKind
	// fixed: the nodes are in the zones that they are in, and cannot be in others.
	fixed bool
}

// nodeKind is a kind of equal nodes.
type nodeKind struct {
	room room
	// at says where the selector of the i-th load admits such nodes, by zone.
	at func(load, zone int) bool
	// zones are how many there are by zone.
	zones []int
}

// planned is the ground of a plan's pools.
func (k *checker) planned(g *group) *ground {
	out := &ground{g: g, fixed: g.decl.Split()}
	for i := range g.pools {
		_, limited := k.standing(g.pools[i].plan.InstanceType, "")
		out.fixed = out.fixed || limited
		kind := nodeKind{room: g.pools[i].room, zones: make([]int, len(g.decl.Zones))}
		kind.at = func(load, zone int) bool { return g.loads[load].at(g.place(i, zone)) }
		for _, c := range g.classes {
			if c.pool == i {
				kind.zones[c.zone] += c.count
			}
		}
		out.kinds = append(out.kinds, kind)
	}
	return out
}

// voids names a rule that the proof for any order does not cover; empty where there
// is none.
func (g *group) voids() string {
	for _, l := range g.loads {
		need, _ := l.mustStay()
		switch {
		case l.plan.Replicas == 0:
		case hardSkew(&l.spec, planner.ZoneKey) > 0 || hardSkew(&l.spec, planner.HostnameKey) > 0:
			return "hard topology spread of " + l.spec.Name
		case l.spec.AntiAffinity.Mode == planner.AffinityRequired:
			return "required anti-affinity of " + l.spec.Name
		case len(drawn(&l.spec)) > 0:
			return "required affinity of " + l.spec.Name
		case l.bound():
			return "zonal volumes of " + l.spec.Name
		case need > 0 && len(declared(g.decl.Redundancy)) > 0:
			return fmt.Sprintf("%d pods of %s must stay ready", need, l.spec.Name)
		}
	}
	return ""
}

// uncertain names a pod that some order, or some preference of the scheduler, may
// leave without a place; empty where none can be, with everything up, during each
// rollout and after every declared loss, whichever nodes and zones it takes.
//
// Proof. Take a pod of load j, and the nodes A that its selector admits and on which
// it fits while they are empty, of several kinds. A node of A with room C has none
// left for j only if for some resource d that j requests its pods request more than
// C_d - w_jd together: C_d - w_jd + 1 at least, for amounts are whole. (Of a resource
// that j does not request it asks nothing, and no node is ever overcommitted.) Give a
// pod i on a node of that kind the weight
//
//	min(1, max over those d of w_id / (C_d - w_jd + 1))
//
// Then the pods of a node without room weigh 1 or more together: one of them does, or
// none is cut off at 1 and the sum for the d in question alone reaches 1. Give i the
// largest of its weights over the kinds in A on which it may run at all, 0 where there
// is none: no pod weighs more anywhere in A, so that the nodes of A without room are
// no more than the floor of the sum over all other pods, wherever they run. One node
// more in A, S_j, always has room for j, in whatever order the pods came.
//
// A loss takes nodes away and leaves the same pods or fewer beside the one that looks
// for a place. So S_j nodes of A must be left: of a loss of k nodes all may be in A;
// one of zones takes those of A in them. Which zones have a node more is the provider's
// choice: those that a selector names may be the others.
func (o *ground) uncertain(limited bool) string {
	for j, l := range o.g.loads {
		if l.plan.Replicas == 0 {
			continue
		}
		need, during := o.least(j)
		up := o.left(j, 0)
		switch {
		case up < need:
			return fmt.Sprintf("%d nodes count for %s, %d are certain", up, l.spec.Name, need)
		case up < during:
			return fmt.Sprintf("%d nodes count for %s, %d are certain during rollouts", up, l.spec.Name, during)
		case limited:
			continue
		}
		for _, e := range declared(o.g.decl.Redundancy) {
			if left := o.left(j, e.zones) - e.nodes; left < need {
				return fmt.Sprintf("loss of %v leaves %d nodes that count for %s, %d are certain", e, left, l.spec.Name, need)
			}
		}
	}
	return ""
}

// counts reports whether a pod of the i-th load may run on an empty node of a kind in
// a zone.
func (o *ground) counts(i int, k *nodeKind, zone int) bool {
	return k.at(i, zone) && k.room.holds(&o.g.loads[i].size)
}

// left is the least number of nodes that count for the j-th load when so many zones are
// lost. Of nodes that cannot be elsewhere the zones with the most of them are lost;
// else the zones that are left of those that are admitted are the ones with the fewest.
func (o *ground) left(j, zones int) int {
	n, total := 0, make([]int, len(o.g.decl.Zones))
	for i := range o.kinds {
		k := &o.kinds[i]
		admitted := 0
		for z, nodes := range k.zones {
			if o.counts(j, k, z) {
				admitted++
				total[z] += nodes
			}
		}
		fewest := slices.Sorted(slices.Values(k.zones))
		for _, nodes := range fewest[:max(0, admitted-zones)] {
			n += nodes
		}
	}
	if !o.fixed {
		return n
	}
	n = 0
	slices.Sort(total)
	for _, nodes := range total[:max(0, len(total)-zones)] {
		n += nodes
	}
	return n
}

// least returns S_j, and the same with the surge of one rollout beside all pods: of
// the one that weighs the most.
func (o *ground) least(j int) (all, during int) {
	var others fractions
	most := part{0, 1}
	for i, l := range o.g.loads {
		w := o.weight(i, j)
		n := l.plan.Replicas
		if i == j {
			n--
		}
		others.add(w, n)
		if l.plan.Replicas > 0 {
			if more := w.times(surge(&l.spec, l.plan.Replicas)); more.above(most) {
				most = more
			}
		}
	}
	all = others.floor() + 1
	others.add(most, 1)
	return all, others.floor() + 1
}

// weight is the largest share of what keeps the j-th load off a node that a pod of the
// i-th makes up.
func (o *ground) weight(i, j int) part {
	most := part{0, 1}
	pod, own := &o.g.loads[i].size, &o.g.loads[j].size
	for n := range o.kinds {
		k := &o.kinds[n]
		both := false
		for z := range k.zones {
			both = both || o.counts(i, k, z) && o.counts(j, k, z)
		}
		if !both {
			continue
		}
		for d, amount := range own {
			if amount > 0 && pod[d] > 0 {
				if share := (part{uint64(pod[d]), uint64(k.room[d] - amount + 1)}); share.above(most) {
					most = share
				}
			}
		}
	}
	if most.of >= most.whole {
		return part{1, 1}
	}
	return most
}

// part is a fraction: so much of a whole.
type part struct{ of, whole uint64 }

// times returns n of them; none where n is negative. What would not fit into 64 bits is
// rounded up.
func (p part) times(n int) part {
	hi, lo := bits.Mul64(p.of, uint64(max(0, n)))
	if hi == 0 {
		return part{lo, p.whole}
	}
	const cut = 20 // bits that are rounded off
	return part{(p.of>>cut + 1) * uint64(n), max(1, p.whole>>cut)}
}

// above reports whether p is larger than o.
func (p part) above(o part) bool {
	hi, lo := bits.Mul64(p.of, o.whole)
	oHi, oLo := bits.Mul64(o.of, p.whole)
	return hi > oHi || hi == oHi && lo > oLo
}

// fractions is a sum of parts, by what they are parts of.
type fractions struct {
	wholes []uint64
	sums   []*big.Int
}

// add puts in n parts; none where n is negative.
func (f *fractions) add(p part, n int) {
	if p.of == 0 || n <= 0 {
		return
	}
	at := slices.Index(f.wholes, p.whole)
	if at < 0 {
		at = len(f.wholes)
		f.wholes, f.sums = append(f.wholes, p.whole), append(f.sums, new(big.Int))
	}
	amount := new(big.Int).SetUint64(p.of)
	f.sums[at].Add(f.sums[at], amount.Mul(amount, big.NewInt(int64(n))))
}

// floor is the whole part of the sum.
func (f *fractions) floor() int {
	sum := new(big.Rat)
	for i, whole := range f.wholes {
		sum.Add(sum, new(big.Rat).SetFrac(f.sums[i], new(big.Int).SetUint64(whole)))
	}
	return int(new(big.Int).Quo(sum.Num(), sum.Denom()).Int64())
}
