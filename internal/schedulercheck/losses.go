package schedulercheck

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// mostSets of nodes are lost one after the other; of more, so many are drawn.
const mostSets = 300

// losses drills every loss that a group declares: any so many nodes or fewer, any
// so many zones or fewer and, at once, both.
func (w *world) losses() error {
	for gi, g := range w.groups {
		r := g.Redundancy
		for zones := range r.Zones + 1 {
			for nodes := range r.Nodes + 1 {
				if zones+nodes == 0 || zones > 0 && nodes > 0 && !r.AtOnce {
					continue
				}
				for _, lost := range w.sets(gi, zones, nodes) {
					if err := w.lose(gi, lost, w.recreate); err != nil || w.out.Failed != "" {
						return err
					}
				}
			}
		}
	}
	return nil
}

// sets returns the losses of so many zones and so many nodes beside them.
func (w *world) sets(group, zones, nodes int) [][]place {
	g := w.groups[group]
	var filled []int
	for z, n := range g.NodesByZone {
		if n > 0 {
			filled = append(filled, z)
		}
	}
	var out [][]place
	choose(len(filled), min(zones, len(filled)), func(picked []int) {
		var gone, up []place
		for z, n := range g.NodesByZone {
			dead := slices.ContainsFunc(picked, func(p int) bool { return filled[p] == z })
			for i := range n {
				if p := (place{group, z, i}); dead {
					gone = append(gone, p)
				} else {
					up = append(up, p)
				}
			}
		}
		choose(len(up), min(nodes, len(up)), func(picked []int) {
			lost := slices.Clone(gone)
			for _, p := range picked {
				lost = append(lost, up[p])
			}
			out = append(out, lost)
		})
	})
	if len(out) > mostSets {
		rand.New(rand.NewPCG(w.run.Order, 2)).Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
		out = out[:mostSets]
	}
	return out
}

// choose calls f with every k of the numbers below n, ascending.
func choose(n, k int, f func([]int)) {
	var picked []int
	var next func(from int)
	next = func(from int) {
		if len(picked) == k {
			f(picked)
			return
		}
		for i := from; i < n; i++ {
			picked = append(picked, i)
			next(i + 1)
			picked = picked[:len(picked)-1]
		}
	}
	next(0)
}

// lose takes the nodes away with their pods, has the pods made anew by recreate, which
// returns those that stay pending, and brings everything back to where it was.
func (w *world) lose(group int, lost []place, recreate func([]*item) ([]*item, error)) error {
	w.out.Losses++
	g := w.groups[group]
	when := fmt.Sprintf("loss of %s", w.names(lost))
	ready := make([]int, len(g.Workloads))
	var displaced, moved []*item
	was := map[*item]place{}
	for _, i := range w.items {
		if i.group != group {
			continue
		}
		if !slices.Contains(lost, i.at) {
			ready[i.work]++
			continue
		}
		was[i] = i.at
		displaced = append(displaced, i)
		if err := w.sched.Delete(i.pod); err != nil {
			return err
		}
	}
	for _, p := range lost {
		if err := w.removeNode(p); err != nil {
			return err
		}
	}
	for i := range g.Workloads {
		if least := g.Workloads[i].MinReady; ready[i] < least && w.out.Failed == "" {
			w.out.Failed = fmt.Sprintf("%s: %s: %d pods of %s are ready, want %d", w.title, when, ready[i], g.Workloads[i].Name, least)
		}
	}
	pending, err := recreate(displaced)
	if err != nil {
		return err
	}
	for _, i := range displaced {
		if !slices.Contains(pending, i) {
			moved = append(moved, i)
		}
	}
	required := slices.DeleteFunc(pending, func(i *item) bool { return !g.Workloads[i.work].Reschedule })
	if w.out.Failed == "" {
		w.failed(when, required)
	}
	return w.restore(lost, displaced, moved, was)
}

// recreate schedules the displaced pods, those that may stay pending among them:
// their owners make them anew as well.
func (w *world) recreate(displaced []*item) ([]*item, error) {
	var seed uint64
	if w.run.Mixed {
		seed = w.run.Order
	}
	return w.placeAll(w.order(displaced, seed))
}

// restore undoes a loss.
func (w *world) restore(lost []place, displaced, moved []*item, was map[*item]place) error {
	for _, i := range moved {
		if err := w.sched.Delete(i.pod); err != nil {
			return err
		}
	}
	for _, p := range lost {
		if err := w.addNode(p); err != nil {
			return err
		}
	}
	for _, i := range displaced {
		i.at = was[i]
		if err := w.sched.Put(i.pod, w.nodes[i.at].Name); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) names(lost []place) string {
	if len(lost) > 3 {
		return fmt.Sprintf("%s and %d nodes more", w.nodes[lost[0]].Name, len(lost)-1)
	}
	var names []string
	for _, p := range lost {
		names = append(names, w.nodes[p].Name)
	}
	return strings.Join(names, ", ")
}
