package pipeline

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/packing"
	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
)

// The names of further resources that are no extended resources.
const (
	attachments = "attachments"
	network     = "network"
	disk        = "disk"
)

// further are the resources beside CPU, memory, pods and local storage that pods of a
// group ask for, in the order of Resources.More in the stages. What nobody asks for is
// not counted.
type further []string

// furtherOf returns those of a group; the language admits no more of them than the
// stages have.
func furtherOf(g *planner.NodeGroup) further {
	asked := map[string]bool{}
	var extended []string
	for i := range g.Workloads {
		w := &g.Workloads[i]
		asked[attachments] = asked[attachments] || len(w.Volumes) > 0
		asked[network] = asked[network] || w.Pod.Network > 0
		asked[disk] = asked[disk] || w.Pod.Disk > 0
		for _, r := range w.Pod.Extended {
			extended = append(extended, r.Name)
		}
	}
	var out further
	for _, name := range []string{attachments, network, disk} {
		if asked[name] {
			out = append(out, name)
		}
	}
	slices.Sort(extended)
	out = append(out, slices.Compact(extended)...)
	if len(out) > packing.MoreKinds {
		panic(fmt.Sprintf("pipeline: pods of group %s ask for %d further resources", g.Name, len(out)))
	}
	return out
}

// pod returns what a pod of w requests.
func (f further) pod(w *planner.Workload) packing.Resources {
	r := packing.Resources{CPU: w.Pod.CPU, Memory: w.Pod.Memory, Pods: 1, Storage: w.Pod.EphemeralStorage}
	for i, name := range f {
		switch name {
		case attachments:
			r.More[i] = int64(len(w.Volumes))
		case network:
			r.More[i] = int64(w.Pod.Network)
		case disk:
			r.More[i] = int64(w.Pod.Disk)
		default:
			r.More[i] = countOf(w.Pod.Extended, name)
		}
	}
	return r
}

// node returns what a node offers.
func (f further) node(a *planner.Allocatable) packing.Resources {
	r := packing.Resources{CPU: a.CPU, Memory: a.Memory, Pods: a.Pods, Storage: a.EphemeralStorage}
	for i, name := range f {
		switch name {
		case attachments:
			r.More[i] = int64(a.Attachments)
		case network:
			r.More[i] = int64(a.Network)
		case disk:
			r.More[i] = int64(a.Disk)
		default:
			r.More[i] = countOf(a.Extended, name)
		}
	}
	return r
}

// countOf returns how many of an extended resource a list has.
func countOf(list []planner.ExtendedResource, name string) int64 {
	if i := slices.IndexFunc(list, func(r planner.ExtendedResource) bool { return r.Name == name }); i >= 0 {
		return list[i].Count
	}
	return 0
}

// reservedBy returns what DaemonSets take of each node, and what LeastAllocated counts
// for them beyond their requests. The containers of each are taken as one.
func reservedBy(daemons []planner.DaemonSet) (reserved, unrequested placement.Resources) {
	for _, d := range daemons {
		reserved.CPU += d.CPU
		reserved.Memory += d.Memory
		reserved.Storage += d.EphemeralStorage
		reserved.Pods++
		more := placement.UnrequestedBy(d.CPU, d.Memory)
		unrequested.CPU += more.CPU
		unrequested.Memory += more.Memory
	}
	return reserved, unrequested
}

// resource names a resource of the stages: "cpu", "attachments", "nvidia.com/gpu".
func (f further) resource(r packing.Resource) string {
	if i, ok := r.More(); ok && i < len(f) {
		return f[i]
	}
	return string(r)
}

// shortage names what is short.
func (f further) shortage(s placement.Shortage) string {
	if i, ok := s.More(); ok && i < len(f) {
		return f[i]
	}
	return string(s)
}

// amount writes an amount of a resource with its unit, rounded down.
func (f further) amount(r packing.Resource, n int64) string {
	i, ok := r.More()
	if !ok || i >= len(f) {
		return amount(r, n)
	}
	switch f[i] {
	case attachments:
		return fmt.Sprintf("%d volume%s", n, plural(int(n)))
	case network:
		return fmt.Sprintf("%d Mbit/s of network", n)
	case disk:
		return fmt.Sprintf("%d Mbit/s to disks", n)
	}
	return fmt.Sprintf("%d %s", n, f[i])
}

// device reports whether r is an extended resource.
func (f further) device(r packing.Resource) bool {
	i, ok := r.More()
	return ok && i < len(f) && !slices.Contains([]string{attachments, network, disk}, f[i])
}

// margin says what a pod requests, what the closest node has left and how much is
// missing, in one unit: the request rounded up, what is left rounded down, so that the
// three add up.
func (f further) margin(e *packing.NoFitError) string {
	asked, left := e.Request, e.Offers
	write := func(n int64) string { return f.amount(e.Resource, n) }
	switch memory := e.Resource == packing.Memory || e.Resource == packing.Storage; {
	case memory:
		unit, name := int64(units.MiB), "MiB"
		if left >= muchBytes {
			unit, name = int64(units.GiB), "GiB"
		}
		asked, left = units.CeilDiv(asked, unit), left/unit
		write = func(n int64) string { return fmt.Sprintf("%d %s", n, name) }
	case e.Resource == packing.CPU && asked >= manyCores:
		write = inCores
	case f.device(e.Resource) && left == 0:
		return fmt.Sprintf("it requests %s, and %s has none", write(asked), e.OfferName)
	}
	return fmt.Sprintf("it requests %s, %s has %s left after reserves and DaemonSets: %s too few", write(asked), e.OfferName, write(left), write(asked-left))
}

// attribute is where a spec asks for a resource, under a workload.
func (f further) attribute(r packing.Resource) string {
	switch name := f.resource(r); name {
	case attachments:
		return "volume"
	case network, disk:
		return "pod." + name + "_mbps"
	case string(packing.CPU), string(packing.Memory), string(packing.Pods), string(packing.Storage):
		return "pod." + name
	}
	return "pod.resources"
}

// requestsOf translates from the placement stage.
func requestsOf(r *placement.Resources) planner.Requests {
	return planner.Requests{CPU: r.CPU, Memory: r.Memory, Pods: r.Pods}
}

// Amounts from these on are written in cores and GiB.
const (
	manyCores = 100 * int64(units.Core)
	muchBytes = int64(units.TiB)
)

// amount writes an amount of a resource that has a name in package packing.
func amount(r packing.Resource, n int64) string {
	switch r {
	case packing.CPU:
		if n >= manyCores {
			return inCores(n)
		}
		return fmt.Sprintf("%dm CPU", n)
	case packing.Memory, packing.Storage:
		if n >= muchBytes {
			return fmt.Sprintf("%d GiB", n/int64(units.GiB))
		}
		return fmt.Sprintf("%d MiB", n/int64(units.MiB))
	case packing.Pods:
		return fmt.Sprintf("%d pods", n)
	}
	panic("pipeline: resource " + string(r))
}

// inCores writes CPU in cores, to the thousandth.
func inCores(n int64) string {
	return strconv.FormatFloat(float64(n)/float64(units.Core), 'f', -1, 64) + " CPU"
}
