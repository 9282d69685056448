package verify

import (
	"slices"

	"github.com/scantling-dev/scantling/planner"
)

// slots is the number of resources that a room can count: CPU, memory and pods, and
// as many further ones as a group may request.
const slots = 12

// The resources that every group has. The further ones of a group come after them,
// in the order of group.further.
const (
	onCPU = iota
	onMemory
	onPods
	firstFurther
)

// The further resources beside the extended ones, which go by their own names.
const (
	ephemeral   = "ephemeral_storage"
	attachments = "attachments"
	network     = "network"
	diskRate    = "disk"
)

// room is an amount of each resource: what a pod takes, what a node has.
type room [slots]int64

func (r room) minus(o room) room {
	for d := range r {
		r[d] -= o[d]
	}
	return r
}

func (r room) plus(o room) room {
	for d := range r {
		r[d] += o[d]
	}
	return r
}

func (r room) times(n int) room {
	for d := range r {
		r[d] *= int64(n)
	}
	return r
}

// holds reports whether a pod that takes o fits into r. What a pod does not request
// is not looked at, as in the scheduler's Fit filter (noderesources/fit.go).
func (r *room) holds(o *room) bool {
	for d, amount := range o {
		if amount > 0 && amount > r[d] {
			return false
		}
	}
	return true
}

// slotsOf returns how many pods of one size fit into free; a pod takes a pod's slot at
// least.
func slotsOf(free, size *room) int64 {
	n := max(0, free[onPods])
	for d, amount := range size {
		if amount > 0 {
			n = min(n, max(0, free[d])/amount)
		}
	}
	return n
}

// weight is the larger share that r takes of all.
func weight(r, all *room) float64 {
	most := 0.0
	for d := range r {
		if d != onPods && all[d] > 0 {
			most = max(most, float64(r[d])/float64(all[d]))
		}
	}
	return most
}

// shares is the sum of the shares that r takes of all.
func shares(r, all *room) float64 {
	sum := 0.0
	for d := range r {
		if d != onPods && all[d] > 0 {
			sum += float64(r[d]) / float64(all[d])
		}
	}
	return sum
}

// extended returns the name of an extended resource among those of a group: a name of
// its own, whatever it is called.
func extended(name string) string { return "extended " + name }

// survey finds the resources that somebody requests in g, and what each pod takes. It
// reports false where there are more than can be counted.
func (k *checker) survey(g *group) bool {
	names := map[string]bool{}
	note := func(name string, amount int64) {
		if amount > 0 {
			names[name] = true
		}
	}
	for _, l := range g.loads {
		p := &l.spec.Pod
		note(ephemeral, int64(p.EphemeralStorage))
		note(attachments, int64(len(l.spec.Volumes)))
		note(network, int64(p.Network))
		note(diskRate, int64(p.Disk))
		for _, e := range p.Extended {
			note(extended(e.Name), e.Count)
		}
	}
	for i := range g.daemons {
		note(ephemeral, int64(g.daemons[i].EphemeralStorage))
	}
	g.further = sortedKeys(names)
	if !k.need(len(g.further) <= slots-firstFurther, g.path, "group.resources", "%d resources beside CPU, memory and pods; no more than %d can be checked", len(g.further), slots-firstFurther) {
		return false
	}
	for _, l := range g.loads {
		p := &l.spec.Pod
		l.size = room{onCPU: int64(p.CPU), onMemory: int64(p.Memory), onPods: 1}
		l.size = g.with(l.size, int64(p.EphemeralStorage), int64(len(l.spec.Volumes)), int64(p.Network), int64(p.Disk), p.Extended)
	}
	return true
}

// with fills in the further resources.
func (g *group) with(r room, storage, volumes, net, disk int64, devices []planner.ExtendedResource) room {
	set := func(name string, amount int64) {
		if at, ok := slices.BinarySearch(g.further, name); ok {
			r[firstFurther+at] += amount
		}
	}
	if len(g.further) == 0 {
		return r
	}
	set(ephemeral, storage)
	set(attachments, volumes)
	set(network, net)
	set(diskRate, disk)
	for _, e := range devices {
		set(extended(e.Name), e.Count)
	}
	return r
}

// offered is what a node offers; what is not known of it is none.
func (g *group) offered(a *planner.Allocatable) room {
	r := room{onCPU: int64(a.CPU), onMemory: int64(a.Memory), onPods: int64(a.Pods)}
	return g.with(r, int64(a.EphemeralStorage), int64(a.Attachments), int64(a.Network), int64(a.Disk), a.Extended)
}

// daemonRoom is what DaemonSets take of each node.
func (g *group) daemonRoom(ds []planner.DaemonSet) room {
	var sum room
	for i := range ds {
		d := &ds[i]
		sum = sum.plus(g.with(room{onCPU: int64(d.CPU), onMemory: int64(d.Memory), onPods: 1}, int64(d.EphemeralStorage), 0, 0, 0, nil))
	}
	return sum
}

// demand is what all pods of g request.
func (g *group) demand() room {
	var sum room
	for _, l := range g.loads {
		sum = sum.plus(l.size.times(l.plan.Replicas))
	}
	return sum
}
