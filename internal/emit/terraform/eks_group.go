package terraform

import (
	"errors"
	"fmt"
	"maps"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// eksValues returns the values of the variables for terraform-aws-modules/eks/aws.
func eksValues(p *planner.Plan, n names) (object, error) {
	groups, zones := object{}, object{}
	errGroups := collect(p, target{longest: longestEKSName}, func(shared *group) error {
		g := &eksGroup{shared}
		if err := g.check(); err != nil {
			return err
		}
		groups[g.name], zones[g.name] = g.values(), g.zones()
		return nil
	})
	addons, errAddons := addonValues(p)
	support, errSupport := supportType(&p.ControlPlane)
	if err := errors.Join(errGroups, errAddons, errSupport); err != nil {
		return nil, err
	}
	return object{
		n.groups:                        groups,
		n.prefix + "node_group_zones":   zones,
		n.prefix + "addons":             addons,
		n.prefix + "region":             p.Cluster.Region,
		n.prefix + "kubernetes_version": p.Cluster.KubernetesVersion,
		n.prefix + "upgrade_policy":     object{"support_type": support},
		// Never left out, standard neither: what is absent stays as it is on the cluster.
		n.prefix + "control_plane_scaling_config": object{"tier": p.ControlPlane.Tier},
		n.prefix + "deletion_protection":          p.Cluster.Environment != planner.Development,
	}, nil
}

// supportType is EKS's word for what happens when standard support of the
// cluster's version ends.
func supportType(c *planner.ControlPlane) (string, error) {
	switch c.Support {
	case "standard":
		return "STANDARD", nil
	case "extended":
		return "EXTENDED", nil
	}
	return "", fmt.Errorf("control_plane.support_type: %q is neither standard nor extended", c.Support)
}

// Lengths of names that the module hands on with something behind them. A node group's
// name has a dash and the provider's suffix of 26 characters, EKS takes 63 in all. The
// IAM role is NAME-eks-node-group- and a suffix, of which the provider takes 38 characters
// before the suffix: the name of the role alone where the group's is longer.
const (
	longestEKSName    = 63 - 26 - 1
	longestRolePrefix = 38 - len("-eks-node-group-")
)

// eksGroup is a node group as a managed node group of EKS.
type eksGroup struct{ *group }

// check returns everything that keeps the group from being written.
func (g *eksGroup) check() error {
	errs := []error{g.group.check()}
	if g.amiType() == "" {
		errs = append(errs, fmt.Errorf("EKS has no image %q for architecture %q", g.spec.Image, g.machine.Architecture))
	}
	errs = append(errs, g.checkDevices("EKS"))
	if want := len(g.devices()); len(g.pool.RootDisks) != want {
		errs = append(errs, fmt.Errorf("image %q boots from %d disks, the plan has %d", g.spec.Image, want, len(g.pool.RootDisks)))
	}
	return errors.Join(errs...)
}

// values returns the group as the module's eks_managed_node_groups.<name> takes
// it. An attribute without a value is left out: nothing is null.
func (g *eksGroup) values() object {
	v := object{
		"ami_type":              g.amiType(),
		"instance_types":        []string{g.pool.InstanceType},
		"capacity_type":         g.capacityType(),
		"min_size":              g.least,
		"desired_size":          g.nodes,
		"max_size":              g.most,
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
	if !g.alone && len(g.name) > longestRolePrefix {
		v["iam_role_name"] = g.name
	}
	return v
}

// amiType is EKS's name of the image; empty for a pair that does not exist. The
// standard images run machines with GPUs too, without their drivers: they do where no
// pod of the plan can ask for one.
func (g *eksGroup) amiType() string {
	types := map[planner.Image]map[string][2]string{
		planner.AL2023: {
			catalogs.AMD64: {"AL2023_x86_64_STANDARD", "AL2023_x86_64_NVIDIA"},
			catalogs.ARM64: {"AL2023_ARM_64_STANDARD", "AL2023_ARM_64_NVIDIA"},
		},
		planner.Bottlerocket: {
			catalogs.AMD64: {"BOTTLEROCKET_x86_64", "BOTTLEROCKET_x86_64_NVIDIA"},
			catalogs.ARM64: {"BOTTLEROCKET_ARM_64", "BOTTLEROCKET_ARM_64_NVIDIA"},
		},
	}
	pair := types[g.spec.Image][g.machine.Architecture]
	if g.gpus() > 0 {
		return pair[1]
	}
	return pair[0]
}

// capacityType is EKS's word for how the machines are bought.
func (g *eksGroup) capacityType() string {
	if g.pool.CapacityType == planner.Spot {
		return "SPOT"
	}
	return "ON_DEMAND"
}

// taints are keyed by key and effect, which Kubernetes keeps unique on a node: an
// entry keeps its key when others come and go. A taint without a value has none.
func (g *eksGroup) taints() object {
	taints := object{}
	for _, t := range g.spec.Taints {
		taint := object{"key": t.Key, "effect": cloudEffect(t.Effect)}
		if t.Value != "" {
			taint["value"] = t.Value
		}
		taints[t.Key+":"+string(t.Effect)] = taint
	}
	return taints
}

// devices are the names under which the image finds the disks it boots from, in
// the order of Pool.RootDisks: AL2023 has one, Bottlerocket the operating
// system's and the data volume.
func (g *eksGroup) devices() []string {
	if g.spec.Image == planner.Bottlerocket {
		return []string{"xvda", "xvdb"}
	}
	return []string{"xvda"}
}

// disks are the launch template's block devices: with it the node group's own
// disk_size is ignored. Sizes are whole GiB, rounded up.
func (g *eksGroup) disks() object {
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
