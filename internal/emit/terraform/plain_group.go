package terraform

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// plainGroup is a node group of machines that people look after themselves.
type plainGroup struct {
	*group
	// own: the machines are the owner's and bring their disks.
	own bool
}

// check returns everything that keeps the group from being written.
func (g *plainGroup) check() error {
	errs := []error{g.group.check()}
	if n := sum(g.pool.NodesByZone); n != g.nodes {
		errs = append(errs, fmt.Errorf("its zones have %d nodes, the group %d", n, g.nodes))
	}
	want := 1
	if g.own {
		want = 0
	}
	if got := len(g.pool.RootDisks); got != want {
		errs = append(errs, fmt.Errorf("a machine boots from %d disks of the plan, which has %d", want, got))
	}
	if s := g.strategy(); s != surge && s != minimal && s != inPlace {
		errs = append(errs, fmt.Errorf("update_config.strategy: %q is none by which machines are replaced in their group", s))
	}
	return errors.Join(errs...)
}

// values returns the group as an element of the node groups' variable. What a plan
// on the owner's machines does not know, how they are bought and their disks, is
// left out there.
func (g *plainGroup) values() object {
	v := object{
		"machine_type":  g.pool.InstanceType,
		"architecture":  g.machine.Architecture,
		"image":         string(g.spec.Image),
		"nodes_by_zone": byZone(g.pool.NodesByZone),
		"min_nodes":     g.least,
		"max_nodes":     g.most,
		"labels":        g.labels(),
		"taints":        g.taints(),
		"kubelet":       g.kubelet(),
		"update":        g.update(),
	}
	if !g.own {
		v["capacity_type"] = string(g.pool.CapacityType)
		v["root_disk"] = plainDisk(g.pool.RootDisks[0])
	}
	return v
}

// taints are in the declared order, as the kubelet registers them.
func (g *plainGroup) taints() []object {
	taints := []object{}
	for _, t := range g.spec.Taints {
		taints = append(taints, object{"key": t.Key, "value": t.Value, "effect": string(t.Effect)})
	}
	return taints
}

// kubelet returns the settings of the kubelet's configuration on which the plan
// rests. Those that are not declared are left out: the kubelet's own hold.
func (g *plainGroup) kubelet() object {
	k := &g.spec.Kubelet
	v := object{"max_pods": g.pool.Allocatable.Pods}
	if r := reserve(k.KubeReserved); len(r) > 0 {
		v["kube_reserved"] = r
	}
	if r := reserve(k.SystemReserved); len(r) > 0 {
		v["system_reserved"] = r
	}
	if k.EvictionMemory > 0 {
		v["eviction_hard"] = eviction(k.EvictionMemory)
	}
	return v
}

// eviction returns the thresholds with one for memory. A kubelet that is given any
// drops its own for all others, so that these are written with it. Source:
// kubernetes.io, "Node-pressure Eviction".
func eviction(memory units.Bytes) map[string]string {
	return map[string]string{
		"memory.available":   quantity(memory),
		"nodefs.available":   "10%",
		"nodefs.inodesFree":  "5%",
		"imagefs.available":  "15%",
		"imagefs.inodesFree": "5%",
	}
}

// reserve returns what is set aside, as quantities of Kubernetes by resource.
func reserve(r *planner.Reserve) map[string]string {
	v := map[string]string{}
	if r == nil {
		return v
	}
	if r.CPU > 0 {
		v["cpu"] = fmt.Sprintf("%dm", r.CPU)
	}
	if r.Memory > 0 {
		v["memory"] = quantity(r.Memory)
	}
	return v
}

// quantity writes bytes as Kubernetes does, exactly, in the largest unit that
// divides them: "1536Mi".
func quantity(b units.Bytes) string {
	for _, u := range []struct {
		of   units.Bytes
		name string
	}{{units.GiB, "Gi"}, {units.MiB, "Mi"}, {units.KiB, "Ki"}} {
		if b%u.of == 0 {
			return strconv.FormatInt(int64(b/u.of), 10) + u.name
		}
	}
	return strconv.FormatInt(int64(b), 10)
}

// strategy returns how nodes are replaced.
func (g *plainGroup) strategy() string { return g.group.strategy(inPlace, minimal, surge) }

// update returns the strategy and how many nodes are replaced at a time. A surge on
// the owner's machines is as wide as the upgrade is planned: onto those that stand
// idle.
func (g *plainGroup) update() object {
	more, fewer := g.pace(g.strategy())
	if c := g.course(surge); g.own && c != nil && c.Parallel > 0 {
		more = min(more, c.Parallel)
	}
	return object{"strategy": g.strategy(), "max_surge": more, "max_unavailable": fewer}
}
