// Package karpenter writes the node groups of a plan on EKS as NodePools and
// EC2NodeClasses of Karpenter (karpenter.sh/v1 and karpenter.k8s.aws/v1, as in Karpenter's
// AWS provider 1.14).
//
// Karpenter starts nodes when pods wait and takes away those that it does not need: it
// keeps neither a least count nor room for a failure. docs/emit.md says what of a plan
// holds with it.
package karpenter

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/scantling-dev/scantling/internal/emit"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

const (
	name   = "karpenter"
	header = "Written by scantling emit karpenter, from the plan: write it anew rather than change it."
	// longest name of an object.
	longest = 63
)

type object = map[string]any

// Tool returns this package among those that plans are written for.
func Tool() emit.Tool {
	return emit.Tool{Name: name, Short: "NodePools and EC2NodeClasses of Karpenter, for EKS", Write: write, Marks: []string{header}}
}

// group is a node group, and its pools.
type group struct {
	spec  *planner.NodeGroup
	plan  *planner.GroupPlan
	pools []emit.Pool
}

func write(r emit.Request) (emit.Result, error) {
	p := r.Plan
	if err := emit.OnEKS(p, name); err != nil {
		return emit.Result{}, err
	}
	groups, err := groupsOf(p)
	if err != nil {
		return emit.Result{}, err
	}
	var pools, classes []any
	notes := []string{
		"Role, subnets and security groups are found as Karpenter's guide names and tags them: KarpenterNodeRole-" + p.Cluster.Name + " and karpenter.sh/discovery=" + p.Cluster.Name + ".",
		"amiSelectorTerms name the latest image: pin a version before production.",
	}
	var errs []error
	for i := range groups {
		g := &groups[i]
		class, err := g.nodeClass(p.Cluster.Name)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", g.plan.Path(), err))
			continue
		}
		pools, classes = append(pools, g.nodePool()), append(classes, class)
		notes = append(notes, g.notes()...)
	}
	if err := errors.Join(errs...); err != nil {
		return emit.Result{}, err
	}
	poolText, errPools := emit.Documents(header, pools...)
	classText, errClasses := emit.Documents(header, classes...)
	return emit.Result{
		Files: []emit.File{{Name: "nodepools.yaml", Content: poolText}, {Name: "nodeclasses.yaml", Content: classText}},
		Notes: notes,
	}, errors.Join(errPools, errClasses)
}

// groupsOf returns the groups of the plan in its order.
func groupsOf(p *planner.Plan) ([]group, error) {
	pools, err := emit.Pools(p, longest)
	if err != nil {
		return nil, err
	}
	var out []group
	for _, pool := range pools {
		if len(out) == 0 || out[len(out)-1].plan != pool.Group {
			out = append(out, group{spec: pool.Spec, plan: pool.Group})
		}
		g := &out[len(out)-1]
		g.pools = append(g.pools, pool)
	}
	return out, nil
}

// each returns what of returns of every pool, sorted, each once.
func (g *group) each(of func(*emit.Pool) string) []string {
	var out []string
	for i := range g.pools {
		out = append(out, of(&g.pools[i]))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// nodePool returns the group's NodePool: types, zones and capacity as planned, and no
// more nodes than the plan allows.
func (g *group) nodePool() object {
	in := func(key string, values []string) object {
		return object{"key": key, "operator": "In", "values": values}
	}
	spec := object{
		"requirements": []object{
			in("node.kubernetes.io/instance-type", g.each(func(p *emit.Pool) string { return p.Pool.InstanceType })),
			in("karpenter.sh/capacity-type", g.each(capacityType)),
			in("topology.kubernetes.io/zone", g.spec.Zones),
			in("kubernetes.io/arch", g.each(func(p *emit.Pool) string { return p.Machine.Architecture })),
			in("kubernetes.io/os", []string{"linux"}),
		},
		"nodeClassRef": object{"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": g.plan.Name},
	}
	if taints := g.taints(); len(taints) > 0 {
		spec["taints"] = taints
	}
	return object{
		"apiVersion": "karpenter.sh/v1", "kind": "NodePool", "metadata": object{"name": g.plan.Name},
		"spec": object{
			"template":   object{"metadata": object{"labels": g.pools[0].Labels()}, "spec": spec},
			"limits":     g.limits(),
			"disruption": object{"consolidationPolicy": "WhenEmptyOrUnderutilized", "consolidateAfter": "0s", "budgets": []object{{"nodes": g.budget()}}},
		},
	}
}

func capacityType(p *emit.Pool) string {
	if p.Pool.CapacityType == planner.Spot {
		return "spot"
	}
	return "on-demand"
}

func (g *group) taints() []object {
	var out []object
	for _, t := range g.spec.Taints {
		taint := object{"key": t.Key, "effect": string(t.Effect)}
		if t.Value != "" {
			taint["value"] = t.Value
		}
		out = append(out, taint)
	}
	return out
}

// limits are what the group may have at the most: its nodes, and their vCPUs and memory as
// the provider states them.
func (g *group) limits() object {
	vcpus, memory := 0, units.Bytes(0)
	for i := range g.pools {
		p := &g.pools[i]
		vcpus += p.Max * p.Machine.VCPUs
		memory += units.Bytes(p.Max) * p.Machine.Memory
	}
	return object{
		"nodes": fmt.Sprint(g.plan.MaxNodes), "cpu": fmt.Sprint(vcpus),
		"memory": fmt.Sprintf("%dMi", units.CeilDiv(memory, units.MiB)),
	}
}

// budget is how many nodes Karpenter may replace or take away at a time: as many as are
// replaced at a time in an upgrade of the plan, summed over the pools, or a declared
// share. Of zones that have a group each one is upgraded at a time.
func (g *group) budget() string {
	kinds, at := planner.Joined(g.plan.Pools)
	if share, ok := g.pools[0].Percentage("surge"); ok && len(kinds) == 1 {
		return fmt.Sprintf("%d%%", share)
	}
	most := make([]int, len(kinds))
	for i := range g.pools {
		_, fewer := g.pools[i].Width(g.pools[i].Strategy("surge"))
		most[at[i]] = max(most[at[i]], fewer, 1)
	}
	sum := 0
	for _, n := range most {
		sum += n
	}
	return fmt.Sprint(min(sum, g.plan.MaxNodes))
}

// nodeClass returns the group's EC2NodeClass.
func (g *group) nodeClass(cluster string) (object, error) {
	alias := map[planner.Image]string{planner.AL2023: "al2023@latest", planner.Bottlerocket: "bottlerocket@latest"}[g.spec.Image]
	if alias == "" {
		return nil, fmt.Errorf("there is no image %q of Karpenter on EKS", g.spec.Image)
	}
	disks, err := g.disks()
	if err != nil {
		return nil, err
	}
	discovered := []object{{"tags": object{"karpenter.sh/discovery": cluster}}}
	return object{
		"apiVersion": "karpenter.k8s.aws/v1", "kind": "EC2NodeClass", "metadata": object{"name": g.plan.Name},
		"spec": object{
			"amiSelectorTerms":           []object{{"alias": alias}},
			"role":                       "KarpenterNodeRole-" + cluster,
			"subnetSelectorTerms":        discovered,
			"securityGroupSelectorTerms": discovered,
			"blockDeviceMappings":        disks,
			"kubelet":                    object{"maxPods": g.maxPods()},
		},
	}, nil
}

// maxPods is the least of the pools: no node runs more pods than were planned for it.
func (g *group) maxPods() int {
	return slices.MinFunc(g.pools, func(a, b emit.Pool) int {
		return cmp.Compare(a.Pool.Allocatable.Pods, b.Pool.Allocatable.Pods)
	}).Pool.Allocatable.Pods
}

// disks are what the image boots from: AL2023 one disk, Bottlerocket that of the
// operating system and the data volume. Sizes are whole GiB, rounded up.
func (g *group) disks() ([]object, error) {
	devices := []string{"/dev/xvda"}
	if g.spec.Image == planner.Bottlerocket {
		devices = append(devices, "/dev/xvdb")
	}
	planned := g.pools[0].Pool.RootDisks
	for i := range g.pools {
		if !slices.Equal(g.pools[i].Pool.RootDisks, planned) || len(planned) != len(devices) {
			return nil, fmt.Errorf("image %q boots from %d disks, equal on all nodes of the group; the plan has others", g.spec.Image, len(devices))
		}
	}
	var out []object
	for i, device := range devices {
		d := planned[i]
		ebs := object{"volumeSize": fmt.Sprintf("%dGi", units.CeilDiv(d.Size, units.GiB)), "volumeType": d.Type, "encrypted": true, "deleteOnTermination": true}
		if d.IOPS > 0 {
			ebs["iops"] = d.IOPS
		}
		if d.ThroughputMiBps > 0 {
			ebs["throughput"] = d.ThroughputMiBps
		}
		out = append(out, object{"deviceName": device, "ebs": ebs})
	}
	return out, nil
}

// notes say what of the plan Karpenter does not keep.
func (g *group) notes() []string {
	var out []string
	if r := g.spec.Redundancy; r.Nodes+r.Zones > 0 && r.Recovery == planner.Reschedule {
		out = append(out, fmt.Sprintf("%s: Karpenter keeps no room for failures: what was on a failed node waits until another has started.", g.plan.Path()))
	}
	if g.spec.Split() {
		out = append(out, fmt.Sprintf("%s: Karpenter has one NodePool for all zones, though the group is split by zone: it starts nodes in the zones that pods need, and keeps no counts by zone.", g.plan.Path()))
	}
	if len(g.each(capacityType)) > 1 {
		out = append(out, fmt.Sprintf("%s: Karpenter keeps no base on demand: it takes spot machines while there are any.", g.plan.Path()))
	}
	return out
}
