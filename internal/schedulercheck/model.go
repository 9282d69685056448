package schedulercheck

import (
	"errors"
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
)

// Fails asks the model of the planner whether g holds, and returns the first failure that
// it finds, with its trace; nil is none.
func Fails(g *Group) (*placement.Failure, error) {
	m, err := g.model()
	if err != nil {
		return nil, err
	}
	r := g.Redundancy
	_, failure := placement.Check(m, placement.Losses{Nodes: r.Nodes, Zones: r.Zones, AtOnce: r.AtOnce}, placement.Options{Thorough: true, Trace: true})
	return failure, nil
}

// model returns g in the words of the planner's model.
func (g *Group) model() (placement.Group, error) {
	var out placement.Group
	for _, from := range g.pools() {
		a := &from.Allocatable
		pool := placement.Pool{Allocatable: placement.Resources{CPU: a.CPU, Memory: a.Memory, Pods: a.Pods, Storage: a.EphemeralStorage}}
		for _, z := range from.NodesByZone {
			pool.NodesByZone = append(pool.NodesByZone, z.Nodes)
		}
		for _, d := range from.DaemonSets {
			pool.Reserved.CPU += d.CPU
			pool.Reserved.Memory += d.Memory
			pool.Reserved.Storage += d.EphemeralStorage
			pool.Reserved.Pods++
			more := placement.UnrequestedBy(d.CPU, d.Memory)
			pool.Unrequested.CPU += more.CPU
			pool.Unrequested.Memory += more.Memory
		}
		out.Pools = append(out.Pools, pool)
	}
	for i := range g.Workloads {
		w := &g.Workloads[i]
		if len(w.Selector) > 0 || len(w.Extended) > 0 || len(w.Affinity) > 0 || w.AntiAffinity.Mode != "" {
			return placement.Group{}, errors.New("selectors, devices and rules between pods are not translated")
		}
		p := placement.Workload{
			Name: w.Name, Replicas: w.Replicas, Surge: w.Surge, MinReady: w.MinReady, Reschedule: w.Reschedule,
			Request: placement.Resources{CPU: w.CPU, Memory: w.Memory, Pods: 1, Storage: w.Storage},
		}
		for _, s := range w.Spread {
			key := placement.Zone
			if s.Key == planner.HostnameKey {
				key = placement.Host
			}
			p.Spread = append(p.Spread, placement.Spread{Key: key, MaxSkew: s.MaxSkew, Hard: s.Hard})
		}
		out.Workloads = append(out.Workloads, p)
	}
	return out, nil
}

// Bears reports whether the nodes bear the sums of all requests, wherever the pods find
// places: in what they offer beside their DaemonSets and, of CPU, in what they sustain.
func (g *Group) Bears() bool {
	var cpu, sustained units.MilliCPU
	var memory units.Bytes
	pods := -g.Pods()
	for i, p := range g.pools() {
		for _, z := range p.NodesByZone {
			n := z.Nodes
			offered, room, places := p.Allocatable.CPU, p.Allocatable.Memory, p.Allocatable.Pods
			kept := offered
			if i < len(g.Sustained) && g.Sustained[i] > 0 {
				kept = g.Sustained[i]
			}
			for _, d := range p.DaemonSets {
				offered, kept, room, places = offered-d.CPU, kept-d.CPU, room-d.Memory, places-1
			}
			cpu += offered * units.MilliCPU(n)
			sustained += kept * units.MilliCPU(n)
			memory += room * units.Bytes(n)
			pods += places * n
		}
	}
	for i := range g.Workloads {
		w := &g.Workloads[i]
		cpu -= w.CPU * units.MilliCPU(w.Replicas)
		sustained -= w.CPU * units.MilliCPU(w.Replicas)
		memory -= w.Memory * units.Bytes(w.Replicas)
	}
	return cpu >= 0 && sustained >= 0 && memory >= 0 && pods >= 0
}

// placesByRank returns the nodes of a group in the model's order.
func (w *world) placesByRank(group int) []place {
	g := w.groups[group]
	out := make([]place, g.Nodes())
	for z, n := range g.NodesByZone {
		for i := range n {
			out[g.rank(z, i)] = place{group, z, i}
		}
	}
	return out
}

// lostPlaces are the nodes of a loss.
func lostPlaces(l placement.Loss, nodes []place) []place {
	var out []place
	for i, p := range nodes {
		if slices.Contains(l.Zones, p.zone) || slices.Contains(l.Nodes, i) {
			out = append(out, p)
		}
	}
	return out
}
