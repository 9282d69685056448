package terraform

import (
	"fmt"
	"maps"
	"slices"
)

// What Terraform's provider replaces a node group of EKS for, by the inputs of the
// module, beside its subnets. Everything else is changed in place; of rolling, every
// node is replaced, since it is of the launch template. Source: the provider's
// aws_eks_node_group, and the module's use of a launch template.
func eksReplaces() []string { return []string{"ami_type", "capacity_type", "instance_types"} }

func eksRolls() []string {
	return []string{"block_device_mappings", "bootstrap_extra_args", "cloudinit_pre_nodeadm"}
}

// moveEKS leads node groups to new values. The module makes the new group before it
// takes the old one away, but takes it away with all of its pods at once, and it ignores
// desired_size: so old groups stay under another key until they are empty, and bounds
// hold the running count until it has changed.
func moveEKS(t *transition) {
	n := t.names
	zonesOf := n.prefix + "node_group_zones"
	old, now := t.old[n.groups].(object), t.new[n.groups].(object)
	oldZones, nowZones := t.old[zonesOf].(object), t.new[zonesOf].(object)
	groups, zones := maps.Clone(now), maps.Clone(nowZones)
	taken := func(name string) bool { return old[name] != nil || groups[name] != nil }
	first := step{}
	for _, name := range union(old, now) {
		a, _ := old[name].(object)
		b, _ := now[name].(object)
		switch {
		case a == nil:
			continue
		case b == nil:
			groups[name], zones[name] = t.asItIs(a), oldZones[name]
			t.reasons = append(t.reasons, gone(name, labelOf(a["labels"]), old, now, func(name string) string {
				return labelOf(now[name].(object)["labels"])
			}))
			first.empty = append(first.empty, t.empty(name, name))
			continue
		}
		why := changed(a, b, eksReplaces()...)
		if !slices.Equal(oldZones[name].([]string), nowZones[name].([]string)) {
			why = append(why, "subnet_ids")
		}
		if len(why) > 0 {
			key := beside(name, "old", longestEKSName, taken)
			was := t.asItIs(a)
			was["name"], was["launch_template_name"] = name, name
			groups[key], zones[key] = was, oldZones[name]
			t.reasons = append(t.reasons, fmt.Sprintf("%s: another group takes its place, for %s. The one that stands keeps its nodes under the key %s until they are empty.", name, listed(why), key))
			first.before = append(first.before, fmt.Sprintf("Give the group that stands its other key. `terraform plan` then shows a new %s and no change of %s: stop if it does.\n\n"+
				"    terraform state mv '%s' '%s'", name, key, t.eksAddress(name), t.eksAddress(key)))
			first.empty = append(first.empty, t.empty(name, key))
			continue
		}
		t.resize(name, a, b, groups, &first)
		if rolls := changed(a, b, eksRolls()...); len(rolls) > 0 {
			t.notes = append(t.notes, fmt.Sprintf("%s: all nodes are replaced as its update_config says, for %s.", name, listed(rolls)))
		}
	}
	if len(t.reasons) == 0 {
		return
	}
	first.values = maps.Clone(t.new)
	first.values[n.groups], first.values[zonesOf] = groups, zones
	t.steps = []step{first, {values: t.new}}
}

// asItIs returns the values of a group whose nodes are to go: an apply with a new version of
// the control plane or after a new release of the image must not replace them first.
func (t *transition) asItIs(a object) object {
	was := maps.Clone(a)
	was["use_latest_ami_release_version"] = false
	if version := t.names.prefix + "kubernetes_version"; t.old[version] != t.new[version] {
		was["kubernetes_version"] = t.old[version]
	}
	return was
}

// resize keeps bounds around the running count, which is anywhere between the old ones.
func (t *transition) resize(name string, a, b object, groups object, first *step) {
	least, most := a["min_size"].(int), a["max_size"].(int)
	low, high, nodes := b["min_size"].(int), b["max_size"].(int), b["desired_size"].(int)
	if low <= least && most <= high {
		if a["desired_size"] != b["desired_size"] {
			t.notes = append(t.notes, fmt.Sprintf("%s: its planned nodes are %d now, which the module ignores: its autoscaler, or aws eks update-nodegroup-config, has to move the %d to %d that run.", name, nodes, least, most))
		}
		return
	}
	wide := maps.Clone(b)
	wide["min_size"], wide["max_size"] = min(least, low), max(most, high)
	groups[name] = wide
	t.reasons = append(t.reasons, fmt.Sprintf("%s: EKS refuses bounds of %d to %d around %d to %d running nodes, and the module ignores desired_size.", name, low, high, least, most))
	first.after = append(first.after, fmt.Sprintf("Give %s its count, and wait until all nodes are Ready. Where it shrinks, drain first which nodes are to go.\n\n"+
		"    aws eks list-nodegroups --cluster-name CLUSTER\n"+
		"    aws eks update-nodegroup-config --cluster-name CLUSTER --nodegroup-name %s-SUFFIX \\\n      --scaling-config minSize=%d,maxSize=%d,desiredSize=%d", name, name, low, high, nodes))
}

func (t *transition) eksAddress(key string) string {
	return fmt.Sprintf("%s.module.eks_managed_node_group[%q]", t.address, key)
}

// empty is a node group whose nodes are to go.
func (t *transition) empty(name, key string) emptied {
	return emptied{
		name: "the old " + name, label: "eks.amazonaws.com/nodegroup=" + name + "-SUFFIX",
		found: fmt.Sprintf("terraform state show '%s.aws_eks_node_group.this[0]'", t.eksAddress(key)),
	}
}

// eksFinal are variables of which no change leaves the cluster.
func eksFinal() []string { return []string{"region"} }
