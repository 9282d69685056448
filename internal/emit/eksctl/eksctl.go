// Package eksctl writes a plan on EKS as a ClusterConfig of eksctl (eksctl.io/v1alpha5,
// as in eksctl 0.230).
package eksctl

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/scantling-dev/scantling/internal/emit"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

const (
	name   = "eksctl"
	header = "Written by scantling emit eksctl, from the plan: write it anew rather than change it."
	// longest name of a managed node group of EKS.
	longest = 63
	// mostParallel is the most nodes that EKS updates at a time.
	mostParallel = 100
)

type object = map[string]any

// Tool returns this package among those that plans are written for.
func Tool() emit.Tool {
	return emit.Tool{Name: name, Short: "a ClusterConfig of eksctl, for EKS", Write: write, Marks: []string{header}}
}

func write(r emit.Request) (emit.Result, error) {
	p := r.Plan
	if err := emit.OnEKS(p, name); err != nil {
		return emit.Result{}, err
	}
	pools, errPools := emit.Pools(p, longest)
	addons, errAddons := addonList(p)
	if p.ControlPlane.Support != "standard" && p.ControlPlane.Support != "extended" {
		errAddons = errors.Join(errAddons, fmt.Errorf("control_plane.support_type: %q is neither standard nor extended", p.ControlPlane.Support))
	}
	var groups []object
	var notes []string
	for i := range pools {
		g, err := nodeGroup(&pools[i])
		if err != nil {
			errPools = errors.Join(errPools, fmt.Errorf("%s: %w", pools[i].Group.Path(), err))
		}
		groups = append(groups, g)
		if pools[i].Strategy("surge", "minimal") == "minimal" {
			notes = append(notes, pools[i].Group.Path()+": eksctl has no word for updateStrategy MINIMAL; set it with aws eks update-nodegroup-config.")
		}
	}
	if err := errors.Join(errPools, errAddons); err != nil {
		return emit.Result{}, err
	}
	config := object{
		"apiVersion": "eksctl.io/v1alpha5", "kind": "ClusterConfig",
		"metadata":          object{"name": p.Cluster.Name, "region": p.Cluster.Region, "version": p.Cluster.KubernetesVersion},
		"availabilityZones": p.Cluster.Zones,
		"upgradePolicy":     object{"supportType": strings.ToUpper(p.ControlPlane.Support)},
		"addons":            addons,
		"managedNodeGroups": groups,
	}
	if tier := p.ControlPlane.Tier; strings.HasPrefix(tier, "tier-") {
		config["controlPlaneScalingConfig"] = object{"tier": tier}
	}
	if len(p.Cluster.Zones) < 2 {
		notes = append(notes, "EKS wants subnets in two zones at least: add one to availabilityZones, which the node groups do not use.")
	}
	text, err := emit.Documents(header, config)
	return emit.Result{Files: []emit.File{{Name: "cluster.yaml", Content: text}}, Notes: notes}, err
}

// addonList returns the add-ons whose pods the plan counts, with their settings.
func addonList(p *planner.Plan) ([]object, error) {
	addons, err := emit.EKSAddons(p)
	errs := []error{err}
	var out []object
	for _, a := range addons {
		o := object{"name": a.Name}
		if a.Configuration != nil {
			settings, err := json.Marshal(a.Configuration)
			errs = append(errs, err)
			o["configurationValues"] = string(settings)
		}
		out = append(out, o)
	}
	return out, errors.Join(errs...)
}

// nodeGroup returns a pool as a managed node group. Its sizes are those of the whole
// group, over all zones.
func nodeGroup(p *emit.Pool) (object, error) {
	family := map[planner.Image]string{planner.AL2023: "AmazonLinux2023", planner.Bottlerocket: "Bottlerocket"}[p.Spec.Image]
	if family == "" {
		return nil, fmt.Errorf("there is no image %q of eksctl on EKS", p.Spec.Image)
	}
	g := object{
		"name": p.Name, "amiFamily": family, "instanceTypes": []string{p.Pool.InstanceType},
		"minSize": p.Min, "desiredCapacity": p.Pool.Nodes, "maxSize": p.Max,
		"availabilityZones": p.Zones, "privateNetworking": true,
		"labels": p.Labels(), "maxPodsPerNode": p.Pool.Allocatable.Pods,
		"updateConfig": updateConfig(p),
	}
	if p.Pool.CapacityType == planner.Spot {
		g["spot"] = true
	}
	var taints []object
	for _, t := range p.Spec.Taints {
		taint := object{"key": t.Key, "effect": string(t.Effect)}
		if t.Value != "" {
			taint["value"] = t.Value
		}
		taints = append(taints, taint)
	}
	if len(taints) > 0 {
		g["taints"] = taints
	}
	return g, disk(p, g)
}

// disk writes the disk that pods are on: on Bottlerocket the data volume, of which eksctl
// takes the size (bottlerocketDataDisk in its defaults).
func disk(p *emit.Pool, g object) error {
	want := 1
	if p.Spec.Image == planner.Bottlerocket {
		want = 2
	}
	if len(p.Pool.RootDisks) != want {
		return fmt.Errorf("image %q boots from %d disks, the plan has %d", p.Spec.Image, want, len(p.Pool.RootDisks))
	}
	d := p.Pool.RootDisks[want-1]
	g["volumeSize"], g["volumeType"], g["volumeEncrypted"] = int64(units.CeilDiv(d.Size, units.GiB)), d.Type, true
	if d.IOPS > 0 {
		g["volumeIOPS"] = d.IOPS
	}
	if d.ThroughputMiBps > 0 {
		g["volumeThroughput"] = d.ThroughputMiBps
	}
	return nil
}

// updateConfig is how many nodes are updated at a time.
func updateConfig(p *emit.Pool) object {
	if share, ok := p.Percentage("surge"); ok {
		return object{"maxUnavailablePercentage": share}
	}
	_, fewer := p.Width(p.Strategy("surge", "minimal"))
	return object{"maxUnavailable": min(max(fewer, 1), mostParallel)}
}
