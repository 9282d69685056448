package placement

import (
	"slices"

	"github.com/scantling-dev/scantling/planner/units"
)

// Decide says whether Check finds that a group holds, where sums alone do; known is
// false where pods have to be placed. What is certain in any order needs no simulation, nor
// does what no order can do. It takes time in proportion to the square of the number of
// workloads, and to how many sizes their pods are of, whatever their replicas.
//
// The proof that a group holds is that of Certificate, made sharper by steps. What pods
// request of a resource is rounded up to multiples of a step. What a node without room for
// j uses is then more than C - w_j still, and a multiple too: the next one takes the place of
// C - w_j + 1. Of equal pods, with a step of their size, as many as fit make a weight of 1,
// and not one of less. Any step will do; those of the most numerous pods are tried.
//
// The proof that it does not is that of all pods, or of those of at least some size, with
// the surge of one workload, more are there than the empty nodes hold together.
func Decide(g *Group, l Losses) (holds, known bool) {
	p := newProof(g)
	if p.overflows() {
		return false, true
	}
	holds = Covered(g.Workloads, l) == nil && p.certain(l)
	return holds, holds
}

// mostSteps bounds the steps that are tried for a workload.
const mostSteps = 8

// certain reports whether every pod finds room whatever runs where.
func (p *proof) certain(l Losses) bool {
	var order []int
	for i := range p.g.Workloads {
		if p.g.Workloads[i].Replicas > 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return p.g.Workloads[b].Replicas - p.g.Workloads[a].Replicas })
	tried := p.stepsOf(order)
	for _, j := range order {
		holds := false
		for _, steps := range tried {
			p.steps, p.rounded = steps, rounded(p.size, steps)
			need, void := p.need(j)
			if void != nil {
				return false
			}
			if holds = need.check(p.g.Pools, l) == nil; holds {
				break
			}
		}
		if !holds {
			return false
		}
	}
	return true
}

// stepsOf returns steps to try, by resource: the greatest common divisors of what the pods
// of the first workloads request, of one, of two and so on; and what those of each do.
func (p *proof) stepsOf(order []int) [][]int64 {
	var out [][]int64
	add := func(steps []int64) {
		if len(out) < mostSteps && !slices.ContainsFunc(out, func(o []int64) bool { return slices.Equal(o, steps) }) {
			out = append(out, slices.Clone(steps))
		}
	}
	common := make([]int64, len(p.node[0]))
	for _, i := range order {
		for d, amount := range p.size[i] {
			common[d] = commonDivisor(common[d], amount)
		}
		add(common)
	}
	for _, i := range order {
		add(p.size[i])
	}
	return out
}

// rounded returns sizes rounded up to steps; to the unit where a step is 0.
func rounded(sizes [][]int64, steps []int64) [][]int64 {
	out := make([][]int64, len(sizes))
	for i, size := range sizes {
		out[i] = slices.Clone(size)
		for d, step := range steps {
			if step > 0 {
				out[i][d] = units.CeilDiv(size[d], step) * step
			}
		}
	}
	return out
}

// beyond returns the least amount of resource d above x that rounded requests add up to; x
// is not negative.
func (p *proof) beyond(d int, x int64) int64 {
	if p.steps == nil || p.steps[d] == 0 {
		return x + 1
	}
	return (x/p.steps[d] + 1) * p.steps[d]
}

// commonDivisor returns the greatest of both; that of 0 and b is b.
func commonDivisor(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// overflows reports whether pods are more than what the nodes hold, all of them together or
// those that request at least as much as one of them, with the largest surge among them.
func (p *proof) overflows() bool {
	for d := range p.node[0] {
		for i := range p.g.Workloads {
			if least := p.size[i][d]; least > 0 && p.crowded(d, least) {
				return true
			}
		}
		if p.exceeded(d) {
			return true
		}
	}
	return false
}

// crowded reports whether there are more pods that request so much of a resource or more
// than fit, node by node.
func (p *proof) crowded(d int, least int64) bool {
	pods, surge, places := int64(0), int64(0), int64(0)
	for i := range p.g.Workloads {
		if w := &p.g.Workloads[i]; p.size[i][d] >= least && w.Replicas > 0 {
			pods += int64(w.Replicas)
			surge = max(surge, int64(w.Surge))
		}
	}
	for i := range p.g.Pools {
		for _, nodes := range p.g.Pools[i].NodesByZone {
			places += int64(nodes) * (max(p.node[i][d], 0) / least)
		}
	}
	return pods+surge > places
}

// exceeded reports whether the pods request more of a resource than there is.
func (p *proof) exceeded(d int) bool {
	asked, surge, offered := int64(0), int64(0), int64(0)
	for i := range p.g.Workloads {
		if w := &p.g.Workloads[i]; w.Replicas > 0 {
			asked += p.size[i][d] * int64(w.Replicas)
			surge = max(surge, p.size[i][d]*int64(w.Surge))
		}
	}
	for i := range p.g.Pools {
		for _, nodes := range p.g.Pools[i].NodesByZone {
			offered += int64(nodes) * max(p.node[i][d], 0)
		}
	}
	return asked+surge > offered
}
