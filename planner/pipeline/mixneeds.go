package pipeline

import (
	"cmp"
	"slices"

	"github.com/scantling-dev/scantling/planner/layout"
	"github.com/scantling-dev/scantling/planner/units"
)

// mostPlaces is the most workloads whose places are counted.
const mostPlaces = 24

// needs are sums that a mix has to have, or it does not hold: of each resource, and of
// places for the pods of each workload on nodes that are empty. Counting them takes a
// thousandth of what placing the pods does, so that what is placed is worth it.
type needs struct {
	p *problem
	// places are the workloads that are counted.
	places []int
	// up is needed with everything up and one workload's rollout, kept after each loss.
	up, kept []int64
	// of is what a node of an offer counts for each need.
	of map[*offer][]int64
}

func (p *problem) needs() *needs {
	n := needs{p: p, of: map[*offer][]int64{}}
	for i := range p.works {
		if p.works[i].base.Sum() > 0 {
			n.places = append(n.places, i)
		}
	}
	slices.SortStableFunc(n.places, func(a, b int) int {
		return cmp.Compare(p.works[b].spec.Pod.CPU, p.works[a].spec.Pod.CPU)
	})
	n.places = n.places[:min(len(n.places), mostPlaces)]
	var surges []int64
	for i := range p.works {
		w := &p.works[i]
		pods, request := int64(w.base.Sum()), vector(&w.request)
		extra := int64(w.rollout().Surge(int(pods)))
		if n.up == nil {
			n.up, n.kept, surges = make([]int64, len(request)), make([]int64, len(request)), make([]int64, len(request))
		}
		for d := range request {
			n.up[d] += pods * request[d]
			n.kept[d] += int64(w.kept()) * request[d]
			surges[d] = max(surges[d], extra*request[d])
		}
	}
	for d := range surges {
		n.up[d] += surges[d]
	}
	for _, i := range n.places {
		w := &p.works[i]
		pods := w.base.Sum()
		n.up, n.kept = append(n.up, int64(pods+w.rollout().Surge(pods))), append(n.kept, int64(w.kept()))
	}
	return &n
}

// counts is what a node of o counts for each need.
func (n *needs) counts(o *offer) []int64 {
	if known, ok := n.of[o]; ok {
		return known
	}
	free := vector(&o.free)
	out := slices.Clone(free[:])
	for _, i := range n.places {
		out = append(out, int64(n.p.slots(o, i)))
	}
	n.of[o] = out
	return out
}

// gone is how many of so many nodes of a type the worst loss of zones takes at least.
func (n *needs) gone(nodes int) int {
	zones := len(n.p.group.Zones)
	if n.p.m.stock != nil || n.p.group.Split() { // they stand where they stand
		return nodes * n.p.losses.Zones / zones
	}
	return nodes - layout.Left(nodes, zones, n.p.losses.Zones)
}

// short returns how many nodes of o are too few beside others, at least: 0 where every
// need is met, and -1 where no number of them meets one.
func (n *needs) short(types []part, o *offer) int {
	own := n.counts(o)
	l := n.p.losses
	apart := l.Nodes > 0 && (l.Zones == 0 || !l.AtOnce)
	together := l.Zones > 0
	most := 0
	for k := range n.up {
		if n.up[k] == 0 && n.kept[k] == 0 {
			continue
		}
		var all, left, largest int64
		for _, t := range types {
			each := n.counts(t.offer)[k]
			all += each * int64(t.nodes)
			left += each * int64(t.nodes-n.gone(t.nodes))
			largest = max(largest, each)
		}
		short := n.up[k] - all
		if apart {
			short = max(short, n.kept[k]-all+largest*int64(l.Nodes))
		}
		if together {
			after := n.kept[k] - left
			if l.AtOnce {
				after += largest * int64(l.Nodes)
			}
			short = max(short, after)
		}
		if short <= 0 {
			continue
		}
		if own[k] <= 0 {
			return -1
		}
		most = max(most, int(units.CeilDiv(short, own[k])))
	}
	return most
}

// fill returns the least number of nodes of o with which others meet every need, in
// steps; -1 where none does.
func (n *needs) fill(types []part, o *offer) int {
	step := n.p.step()
	with := append(slices.Clone(types), part{offer: o})
	at := slices.IndexFunc(with, func(t part) bool { return t.offer == o })
	with = with[:max(len(types), at+1)]
	before := with[at].nodes
	for {
		more := n.short(with, o)
		if more <= 0 {
			return min(more, 0) + with[at].nodes - before
		}
		with[at].nodes += units.CeilDiv(more, step) * step
	}
}
