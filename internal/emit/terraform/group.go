package terraform

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// group is a node group: as it was asked for, as it is planned, and the machine
// it is made of.
type group struct {
	spec    *planner.NodeGroup
	plan    *planner.GroupPlan
	pool    *planner.Pool
	machine *catalogs.InstanceType
	upgrade *planner.UpgradePlan
}

// newGroup collects what is known of a planned group, and checks that a managed
// node group can hold it.
func newGroup(p *planner.Plan, planned *planner.GroupPlan) (*group, error) {
	g := &group{plan: planned, upgrade: p.Upgrade}
	i := slices.IndexFunc(p.Cluster.NodeGroups, func(s planner.NodeGroup) bool { return s.Name == planned.Name })
	if i < 0 {
		return nil, errors.New("the plan's inputs have no such group")
	}
	g.spec = &p.Cluster.NodeGroups[i]
	if len(planned.Pools) != 1 {
		return nil, fmt.Errorf("%d pools: a managed node group is written from exactly one", len(planned.Pools))
	}
	g.pool = &planned.Pools[0]
	i = slices.IndexFunc(p.Offers, func(t catalogs.InstanceType) bool { return t.Name == g.pool.InstanceType })
	if i < 0 {
		return nil, fmt.Errorf("the plan does not describe its instance type %s", g.pool.InstanceType)
	}
	g.machine = &p.Offers[i]
	return g, g.check()
}

// check returns everything that keeps the group from being written.
func (g *group) check() error {
	var errs []error
	if g.plan.MinNodes < 0 || g.plan.MinNodes > g.plan.Nodes || g.plan.Nodes > g.plan.MaxNodes || g.plan.MaxNodes < 1 {
		errs = append(errs, fmt.Errorf("%d nodes are not between min_nodes %d and max_nodes %d, or max_nodes is below 1",
			g.plan.Nodes, g.plan.MinNodes, g.plan.MaxNodes))
	}
	if g.pool.Nodes != g.plan.Nodes {
		errs = append(errs, fmt.Errorf("its pool has %d nodes, the group %d", g.pool.Nodes, g.plan.Nodes))
	}
	if g.amiType() == "" {
		errs = append(errs, fmt.Errorf("EKS has no image %q for architecture %q", g.spec.Image, g.machine.Architecture))
	}
	if g.capacityType() == "" {
		errs = append(errs, fmt.Errorf("capacity type %q is not supported", g.pool.CapacityType))
	}
	if want := len(g.devices()); len(g.pool.RootDisks) != want {
		errs = append(errs, fmt.Errorf("image %q boots from %d disks, the plan has %d", g.spec.Image, want, len(g.pool.RootDisks)))
	}
	if own, ok := g.spec.Labels[GroupLabel]; ok && own != g.plan.Name {
		errs = append(errs, fmt.Errorf("label %s is %q: it is kept for the group's name, by which pods find their nodes", GroupLabel, own))
	}
	if len(g.taints()) != len(g.spec.Taints) {
		errs = append(errs, errors.New("a taint is declared twice: key and effect must be unique"))
	}
	return errors.Join(errs...)
}

// values returns the group as the module's eks_managed_node_groups.<name> takes
// it. An attribute without a value is left out: nothing is null.
func (g *group) values() object {
	v := object{
		"ami_type":              g.amiType(),
		"instance_types":        []string{g.pool.InstanceType},
		"capacity_type":         g.capacityType(),
		"min_size":              g.plan.MinNodes,
		"desired_size":          g.plan.Nodes,
		"max_size":              g.plan.MaxNodes,
		"labels":                g.labels(),
		"block_device_mappings": g.disks(),
		"update_config":         g.updateConfig(),
		"timeouts":              object{"update": g.updateTimeout()},
	}
	if taints := g.taints(); len(taints) > 0 {
		v["taints"] = taints
	}
	if pods := g.pool.Allocatable.Pods; pods != ownMaxPods(g.machine) {
		maps.Copy(v, maxPods(g.spec.Image, pods))
	}
	return v
}

// zones returns the names of the group's zones, sorted.
func (g *group) zones() []string {
	var zones []string
	for _, z := range g.pool.NodesByZone {
		zones = append(zones, z.Zone)
	}
	slices.Sort(zones)
	return zones
}

// amiType is EKS's name of the image; empty for a pair that does not exist. The
// standard images run machines with GPUs too, without their drivers: no pod of
// the plan asks for one.
func (g *group) amiType() string {
	arm := g.machine.Architecture == catalogs.ARM64
	if !arm && g.machine.Architecture != catalogs.AMD64 {
		return ""
	}
	switch g.spec.Image {
	case planner.AL2023:
		if arm {
			return "AL2023_ARM_64_STANDARD"
		}
		return "AL2023_x86_64_STANDARD"
	case planner.Bottlerocket:
		if arm {
			return "BOTTLEROCKET_ARM_64"
		}
		return "BOTTLEROCKET_x86_64"
	}
	return ""
}

func (g *group) capacityType() string {
	switch g.pool.CapacityType {
	case planner.OnDemand:
		return "ON_DEMAND"
	case planner.Spot:
		return "SPOT"
	}
	return ""
}

// labels are the declared ones and the group's name.
func (g *group) labels() map[string]string {
	labels := map[string]string{GroupLabel: g.plan.Name}
	maps.Copy(labels, g.spec.Labels)
	return labels
}

// taints are keyed by key and effect, which Kubernetes keeps unique on a node: an
// entry keeps its key when others come and go. A taint without a value has none.
func (g *group) taints() object {
	taints := object{}
	for _, t := range g.spec.Taints {
		taint := object{"key": t.Key, "effect": taintEffect(t.Effect)}
		if t.Value != "" {
			taint["value"] = t.Value
		}
		taints[t.Key+":"+string(t.Effect)] = taint
	}
	return taints
}

// taintEffect is EKS's word for an effect.
func taintEffect(e planner.TaintEffect) string {
	switch e {
	case planner.NoSchedule:
		return "NO_SCHEDULE"
	case planner.PreferNoSchedule:
		return "PREFER_NO_SCHEDULE"
	case planner.NoExecute:
		return "NO_EXECUTE"
	}
	panic("terraform: unknown taint effect " + string(e))
}

// devices are the names under which the image finds the disks it boots from, in
// the order of Pool.RootDisks: AL2023 has one, Bottlerocket the operating
// system's and the data volume.
func (g *group) devices() []string {
	if g.spec.Image == planner.Bottlerocket {
		return []string{"xvda", "xvdb"}
	}
	return []string{"xvda"}
}

// disks are the launch template's block devices: with it the node group's own
// disk_size is ignored. Sizes are whole GiB, rounded up.
func (g *group) disks() object {
	mappings := object{}
	for i, device := range g.devices() {
		d := g.pool.RootDisks[i]
		ebs := object{
			"volume_size":           int64(units.CeilDiv(d.Size, units.GiB)),
			"volume_type":           d.Type,
			"encrypted":             true,
			"delete_on_termination": true,
		}
		if d.IOPS > 0 {
			ebs["iops"] = d.IOPS
		}
		if d.ThroughputMiBps > 0 {
			ebs["throughput"] = d.ThroughputMiBps
		}
		mappings[device] = object{"device_name": "/dev/" + device, "ebs": ebs}
	}
	return mappings
}

// The most pods that EKS lets a node of a managed node group run, whatever its
// addresses. Source: EKS user guide, "Choose an optimal instance type".
const (
	ceilingVCPUs     = 30
	ceilingUpTo      = 110
	ceilingAbove     = 250
	hostNetworkSlots = 2 // aws-node and kube-proxy use the node's own address
)

// ownMaxPods is the limit of pods that EKS sets by itself on a managed node of
// type t with one address for each pod; 0 where the type's network interfaces
// are not known.
//
//	min(ENIs x (IPv4 per ENI - 1) + 2, 110 up to 30 vCPUs, else 250)
func ownMaxPods(t *catalogs.InstanceType) int {
	if t.ENIs <= 0 || t.IPv4PerENI <= 1 {
		return 0
	}
	ceiling := ceilingUpTo
	if t.VCPUs > ceilingVCPUs {
		ceiling = ceilingAbove
	}
	return min(t.ENIs*(t.IPv4PerENI-1)+hostNetworkSlots, ceiling)
}

// maxPods returns the attributes that give the kubelet a limit of pods: a
// NodeConfig for nodeadm on AL2023, a setting in TOML on Bottlerocket.
func maxPods(image planner.Image, pods int) object {
	if image == planner.Bottlerocket {
		return object{"bootstrap_extra_args": fmt.Sprintf("[settings.kubernetes]\n\"max-pods\" = %d\n", pods)}
	}
	return object{"cloudinit_pre_nodeadm": []object{{
		"content_type": "application/node.eks.aws",
		"content": fmt.Sprintf("---\napiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\n"+
			"spec:\n  kubelet:\n    config:\n      maxPods: %d\n", pods),
	}}}
}
