package schedulercheck

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	v1 "k8s.io/api/core/v1"
)

// Run is one order of the pods and one way of breaking ties.
type Run struct {
	// Order is 0 for biggest first, i for the shuffle of that list with seed i; the
	// model's own are the first.
	Order uint64
	// Ties is the seed of NewScheduler.
	Ties int64
	// Mixed recreates displaced pods in an order shuffled by Order, and not biggest
	// first.
	Mixed bool
}

// String names the run.
func (r Run) String() string {
	s := "biggest first"
	ties := fmt.Sprintf("ties %d", r.Ties)
	if r.Ties == FirstNode {
		ties = "the first node of equals"
	}
	if r.Order > 0 {
		s = fmt.Sprintf("shuffle %d", r.Order)
	}
	s += ", " + ties
	if r.Mixed {
		s += ", displaced pods shuffled"
	}
	return s
}

// Model is the first order of the model, with its ties: biggest first, the first node of
// equals. In the others the model draws, and no scheduler draws the same.
func Model() Run { return Run{Ties: FirstNode} }

// Declared are the orders that the model of a plan with guarantee scheduled tries,
// each with ties that it did not try, and biggest first with three. In the shuffles
// displaced pods are shuffled too.
func Declared() []Run {
	runs := []Run{{}, {Ties: 101}, {Ties: 102}}
	for i := range int64(8) {
		runs = append(runs, Run{Order: uint64(i) + 1, Ties: i + 1, Mixed: true})
	}
	return runs
}

// Unseen are orders that no model has tried.
func Unseen() []Run {
	var runs []Run
	for i := range int64(4) {
		runs = append(runs, Run{Order: uint64(i) + 1001, Ties: i + 1001, Mixed: true})
	}
	return runs
}

// scoresAll is the largest number of nodes of which kube-scheduler scores each; of
// more it takes a sample, that begins elsewhere for every pod.
const scoresAll = 100

// More are orders like Unseen, for what takes many to show on so many nodes. Where the
// scheduler takes samples it takes thousands: 220 nodes of a group that needs 223 hold in
// the first 60.
func More(nodes int) []Run {
	n := int64(60)
	if nodes > scoresAll {
		n = 3000
	}
	var runs []Run
	for i := range n {
		runs = append(runs, Run{Order: uint64(i) + 2001, Ties: i + 2001, Mixed: true})
	}
	return runs
}

// Outcome is what a run came to.
type Outcome struct {
	// Failed says what did not hold first; empty is all.
	Failed string
	// Pending pods, of Failed.
	Pending int
	// Nodes are how many nodes of each group and zone run the same pods of its
	// workloads, with everything up: "group zone [2 0 1]".
	Nodes map[string]int
	// Rollouts and Losses that were tried, and pods that were scheduled.
	Rollouts, Losses, Scheduled int
	// Strayed pods of Follow ran elsewhere than the model says.
	Strayed int
}

// item is a pod of a group.
type item struct {
	group, work int
	pod         *v1.Pod
	size        float64
	// at is where it runs.
	at place
}

// place is a node by group, zone and number in the zone.
type place struct{ group, zone, number int }

// world is a cluster under a scheduler.
type world struct {
	groups []*Group
	sched  *Scheduler
	run    Run
	title  string
	places map[string]place
	nodes  map[place]*v1.Node
	items  []*item
	out    Outcome
}

// Check places the pods of the groups in the order of r and drills what each group
// declares. In turn: all pods find a node; the surge of each workload finds one
// beside them; of any declared loss MinReady pods survive, and the pods of what
// was lost find a node among the survivors, where they are to be rescheduled.
func Check(ctx context.Context, groups []*Group, r Run) (Outcome, error) {
	s, err := NewScheduler(ctx, r.Ties)
	if err != nil {
		return Outcome{}, err
	}
	defer s.Close()
	w := world{groups: groups, sched: s, run: r, title: r.String(), places: map[string]place{}, nodes: map[place]*v1.Node{}}
	if err := w.build(); err != nil {
		return Outcome{}, err
	}
	pending, err := w.placeAll(w.order(w.items, r.Order))
	if err != nil || len(pending) > 0 {
		w.failed("with everything up", pending)
		return w.out, err
	}
	w.out.Nodes = w.state()
	for _, step := range []func() error{w.rollouts, w.losses} {
		if err := step(); err != nil || w.out.Failed != "" {
			return w.out, err
		}
	}
	return w.out, nil
}

// state returns what runs on the nodes, for Outcome.Nodes.
func (w *world) state() map[string]int {
	pods := map[place][]int{}
	for p := range w.nodes {
		pods[p] = make([]int, len(w.groups[p.group].Workloads))
	}
	for _, i := range w.items {
		pods[i.at][i.work]++
	}
	out := map[string]int{}
	for p, counts := range pods {
		g := w.groups[p.group]
		out[fmt.Sprintf("%s %s %v", g.Name, g.Zones[p.zone], counts)]++
	}
	return out
}

// build adds nodes, their DaemonSets' pods and the owners of all pods.
func (w *world) build() error {
	var all []place
	for gi, g := range w.groups {
		for z, n := range g.NodesByZone {
			for i := range n {
				all = append(all, place{gi, z, i})
			}
		}
		for i := range g.Workloads {
			work := &g.Workloads[i]
			if err := w.sched.AddOwner(g.owner(work, "a")); err != nil {
				return err
			}
			for n := range work.Replicas {
				w.items = append(w.items, &item{group: gi, work: i, pod: g.pod(work, "a", n), size: g.size(work)})
			}
		}
	}
	if w.run.Ties > 0 {
		// Nodes join in any order.
		rand.New(rand.NewPCG(uint64(w.run.Ties), 1)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	}
	for _, p := range all {
		w.nodes[p] = w.groups[p.group].node(p.zone, p.number)
		w.places[w.nodes[p].Name] = p
		if err := w.addNode(p); err != nil {
			return err
		}
	}
	return nil
}

// size is the larger of the shares of a node that a pod takes.
func (g *Group) size(w *Workload) float64 {
	cpu, memory := g.most()
	return max(float64(w.CPU)/float64(cpu), float64(w.Memory)/float64(memory))
}

func (w *world) addNode(p place) error {
	node := w.nodes[p]
	w.sched.AddNode(node)
	for _, d := range w.groups[p.group].daemons(p.zone, p.number, node.Name) {
		if err := w.sched.Put(d, node.Name); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) removeNode(p place) error {
	node := w.nodes[p]
	for _, d := range w.groups[p.group].daemons(p.zone, p.number, node.Name) {
		if err := w.sched.Delete(d); err != nil {
			return err
		}
	}
	return w.sched.RemoveNode(node)
}

// order returns the items biggest first, ties by name, shuffled where seed is not 0.
func (w *world) order(items []*item, seed uint64) []*item {
	out := slices.Clone(items)
	name := func(i *item) string { return w.groups[i.group].Workloads[i.work].Name }
	slices.SortStableFunc(out, func(a, b *item) int {
		return cmp.Or(cmp.Compare(a.group, b.group), cmp.Compare(b.size, a.size), cmp.Compare(name(a), name(b)))
	})
	if seed == 0 {
		return out
	}
	// Groups have nodes of their own: each is shuffled as the model shuffles it.
	for from := 0; from < len(out); {
		to := from + 1
		for to < len(out) && out[to].group == out[from].group {
			to++
		}
		part := out[from:to]
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(part), func(i, j int) { part[i], part[j] = part[j], part[i] })
		from = to
	}
	return out
}

// placeAll schedules the items in turn and returns those that stay pending. A pod
// that found no node is tried again when others have been placed, as the queue
// does, since these may have lifted the least count that a spread is held to.
func (w *world) placeAll(items []*item) ([]*item, error) {
	for {
		var pending []*item
		for _, i := range items {
			node, err := w.sched.Schedule(i.pod)
			if err != nil {
				return nil, err
			}
			w.out.Scheduled++
			if node == "" {
				pending = append(pending, i)
				continue
			}
			at, ok := w.places[node]
			if !ok {
				return nil, fmt.Errorf("pod %s is bound to %s, which is no node", i.pod.Name, node)
			}
			i.at = at
		}
		if len(pending) == 0 || len(pending) == len(items) {
			return pending, nil
		}
		items = pending
	}
}

func (w *world) failed(when string, pending []*item) {
	if len(pending) == 0 {
		return
	}
	i := pending[0]
	g := w.groups[i.group]
	w.out.Pending = len(pending)
	w.out.Failed = fmt.Sprintf("%s: %s: %d pods pending, first one of %s", w.title, when, len(pending), g.app(&g.Workloads[i.work]))
}

// rollouts starts the surge of each workload in turn, with all nodes up.
func (w *world) rollouts() error {
	for gi, g := range w.groups {
		for i := range g.Workloads {
			if g.Workloads[i].Surge == 0 {
				continue
			}
			if err := w.rollout(gi, i, w.placeAll); err != nil || w.out.Failed != "" {
				return err
			}
		}
	}
	return nil
}

// rollout starts the surge of a workload by place, which returns the pods that stay
// pending, and ends it.
func (w *world) rollout(group, work int, place func([]*item) ([]*item, error)) error {
	w.out.Rollouts++
	g := w.groups[group]
	if err := w.sched.AddOwner(g.owner(&g.Workloads[work], "b")); err != nil {
		return err
	}
	var more []*item
	for n := range g.Workloads[work].Surge {
		more = append(more, &item{group: group, work: work, pod: g.pod(&g.Workloads[work], "b", n)})
	}
	pending, err := place(more)
	if err != nil {
		return err
	}
	w.failed("rollout", pending)
	for _, m := range more {
		if slices.Contains(pending, m) {
			continue
		}
		if err := w.sched.Delete(m.pod); err != nil {
			return err
		}
	}
	return nil
}
