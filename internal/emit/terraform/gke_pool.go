package terraform

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// gkePool is a node group as a node pool of GKE.
type gkePool struct {
	*group
	cluster *gkeCluster
}

// check returns everything that keeps the group from being written.
func (g *gkePool) check() error {
	errs := []error{g.group.check()}
	// Form and length of the API's NodePool.name.
	if !regexp.MustCompile(`^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$`).MatchString(g.name) {
		errs = append(errs, errors.New("GKE wants another name: a small letter, then small letters, digits and -, no - last, 40 at most"))
	}
	if g.name == "all" {
		errs = append(errs, errors.New("the module takes labels and taints of \"all\" for those of every pool: name the group otherwise"))
	}
	if g.imageType() == "" {
		errs = append(errs, fmt.Errorf("GKE has no image %q", g.spec.Image))
	}
	if len(g.pool.RootDisks) != 1 {
		errs = append(errs, fmt.Errorf("a node of GKE boots from 1 disk, the plan has %d", len(g.pool.RootDisks)))
	} else if d := g.pool.RootDisks[0]; (d.IOPS > 0 || d.ThroughputMiBps > 0) && !strings.HasPrefix(d.Type, "hyperdisk") {
		errs = append(errs, fmt.Errorf("disk type %s has the speed of its size: only a hyperdisk takes iops and throughput", d.Type))
	}
	if pods := g.pool.Allocatable.Pods; pods > mostPods {
		errs = append(errs, fmt.Errorf("the plan has %d pods on a node: GKE takes %d at most", pods, mostPods))
	}
	errs = append(errs, g.checkZones(), g.checkAccelerator())
	if s := g.strategy(); s == gkeAutoscaledBlueGreen {
		errs = append(errs, fmt.Errorf("the module has no key for %s: name another one as update_config.strategy, or as upgrade.strategy", s))
	}
	return errors.Join(errs...)
}

// checkZones has the same number of nodes in every zone: the module counts by
// zone.
func (g *gkePool) checkZones() error {
	zones := g.pool.NodesByZone
	if len(zones) == 0 {
		return errors.New("it has no zone")
	}
	for _, z := range zones {
		if z.Nodes != zones[0].Nodes || z.Nodes*len(zones) != g.nodes {
			return fmt.Errorf("%d of its %d nodes are in %s: GKE has the same number in each of a pool's %d zones",
				z.Nodes, g.nodes, z.Zone, len(zones))
		}
	}
	return nil
}

// values returns the group as an element of the module's node_pools: scalars
// only. A key without a value is left out, because the module asks for some
// whether they are there and not whether they are null.
func (g *gkePool) values() object {
	disk := g.pool.RootDisks[0]
	v := object{
		"name":           g.name,
		"machine_type":   g.pool.InstanceType,
		"image_type":     g.imageType(),
		"node_locations": locations(g.zones()),
		"spot":           g.pool.CapacityType == planner.Spot,
		"disk_type":      disk.Type,
		"disk_size_gb":   int64(units.CeilDiv(disk.Size, units.GiB)),
		"auto_repair":    true,
		"auto_upgrade":   true,
	}
	if n := g.gpus(); n > 0 {
		v["accelerator_count"], v["accelerator_type"] = n, acceleratorType(g.machine)
	}
	if disk.IOPS > 0 {
		v["provisioned_iops"] = disk.IOPS
	}
	if disk.ThroughputMiBps > 0 {
		v["provisioned_throughput"] = disk.ThroughputMiBps
	}
	if pods := g.pool.Allocatable.Pods; pods != g.cluster.maxPods {
		v["max_pods_per_node"] = pods
	}
	maps.Copy(v, g.counts())
	maps.Copy(v, g.rollout())
	return v
}

// counts returns the sizes of the pool, all of them by zone. Bounds that are no
// multiple of the zones are drawn in: no count of nodes that the autoscaler can
// choose is outside what was planned, and the planned one is among them.
func (g *gkePool) counts() object {
	zones := len(g.pool.NodesByZone)
	nodes, least, most := g.nodes/zones, units.CeilDiv(g.least, zones), g.mostByZone()
	if least == most {
		return object{"autoscaling": false, "node_count": nodes}
	}
	return object{"autoscaling": true, "initial_node_count": nodes, "min_count": least, "max_count": most}
}

// mostByZone returns the most nodes that a zone can have.
func (g *gkePool) mostByZone() int { return g.most / len(g.pool.NodesByZone) }

// runs reports whether a DaemonSet is planned for the pool's nodes.
func (g *gkePool) runs(daemonSet string) bool {
	return slices.ContainsFunc(g.pool.DaemonSets, func(d planner.DaemonSet) bool { return d.Name == daemonSet })
}

// imageType is GKE's name of the image; empty for one that it does not have. The
// architecture follows the machine type.
func (g *gkePool) imageType() string {
	if g.spec.Image == planner.COS {
		return "COS_CONTAINERD"
	}
	if g.spec.Image == planner.Ubuntu {
		return "UBUNTU_CONTAINERD"
	}
	return ""
}

// taints are in the declared order, by key and effect. A taint without a value has
// an empty one: the module's type wants each.
func (g *gkePool) taints() []object {
	taints := []object{}
	for _, t := range g.spec.Taints {
		taints = append(taints, object{"key": t.Key, "value": t.Value, "effect": cloudEffect(t.Effect)})
	}
	return taints
}
