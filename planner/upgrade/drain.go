package upgrade

import (
	"cmp"
	"slices"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// Drain is how long the pods of a workload take to leave the nodes that are
// drained together, at worst.
type Drain struct {
	Workload string
	// Pods is the largest number on the nodes that are drained together.
	Pods int
	// Allowed at a time: what the budget lets go, or Pods where there is none.
	Allowed int
	// Stuck: the budget lets none go. Longest is 0 then, unless Forced.
	Stuck bool
	// Forced: pods that are left after a limit are deleted, and Longest is the limit.
	Forced bool
	// Longest time of all pods to leave and be ready elsewhere.
	Longest time.Duration
}

// Drains returns the drains of k nodes of a group at a time, for the workloads
// that have a pod on some node, sorted by name.
//
// The pods of a workload leave in batches of what its budget lets go, a, and
// each batch ends when its pods are ready elsewhere:
//
//	T = ceil(sum of its pods on the k nodes / a) x (grace + startup)
//
// Without a budget all leave at once. The k nodes are those that hold the most
// of its pods. Each node's workloads leave side by side, so the worst of all
// choices of k nodes takes as long as the longest T.
func Drains(g Group, k int) []Drain { return tallyOf(g).drains(k) }

// drains are Drains of the group that a tally is of.
func (t tally) drains(k int) []Drain {
	drains := make([]Drain, 0, len(t.workloads))
	for i, w := range t.workloads {
		if q := mostOf(t.counts[i], k); q > 0 {
			drains = append(drains, w.drain(q))
		}
	}
	slices.SortFunc(drains, func(a, b Drain) int { return cmp.Compare(a.Workload, b.Workload) })
	return drains
}

// drain is that of so many of its pods, at least 1, on the nodes that are drained together.
func (w Workload) drain(pods int) Drain {
	d := Drain{Workload: w.Name, Pods: pods, Allowed: pods}
	if w.Budget {
		d.Allowed = min(max(w.Allowed, 0), pods)
	}
	if d.Allowed == 0 {
		d.Stuck = true
	} else {
		d.Longest = time.Duration(units.CeilDiv(pods, d.Allowed)) * (w.Grace + w.Startup)
	}
	return d
}

// tally is how many nodes of a group have how many pods of each workload.
type tally struct {
	workloads []Workload
	counts    [][]podCount // by workload
}

// podCount is a number of nodes that have so many pods of a workload.
type podCount struct{ nodes, pods int }

func tallyOf(g Group) tally {
	t := tally{workloads: g.Workloads}
	for _, w := range g.Workloads {
		t.counts = append(t.counts, podCounts(g.Nodes, w.Name))
	}
	return t
}

// podCounts returns how many nodes have how many pods of a workload, the most first.
func podCounts(nodes []NodeClass, workload string) []podCount {
	var counts []podCount
	for _, c := range nodes {
		pods := c.podsOf(workload)
		at := slices.IndexFunc(counts, func(o podCount) bool { return o.pods == pods })
		if at < 0 {
			at = len(counts)
			counts = append(counts, podCount{pods: pods})
		}
		counts[at].nodes += c.Nodes
	}
	slices.SortFunc(counts, func(a, b podCount) int { return cmp.Compare(b.pods, a.pods) })
	return counts
}

// podsOf returns how many pods of a workload are on each of the nodes.
func (c NodeClass) podsOf(workload string) int {
	var pods int
	for _, p := range c.Pods {
		if p.Workload == workload {
			pods += p.Pods
		}
	}
	return pods
}

// mostPods returns the largest number of pods of a workload on any k nodes.
func mostPods(nodes []NodeClass, workload string, k int) int {
	return mostOf(podCounts(nodes, workload), k)
}

func mostOf(counts []podCount, k int) int {
	var sum int
	for _, c := range counts {
		n := min(c.nodes, k)
		sum += n * c.pods
		k -= n
	}
	return sum
}

// longest returns the longest drain and whose it is, the first by name where
// several are.
func longest(drains []Drain) (time.Duration, string) {
	var worst Drain
	for _, d := range drains {
		if d.Longest > worst.Longest {
			worst = d
		}
	}
	return worst.Longest, worst.Workload
}
