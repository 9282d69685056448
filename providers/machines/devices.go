package machines

import (
	"fmt"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
)

// The extended resources that the device plugins of their makers offer: NVIDIA's
// k8s-device-plugin, AMD's k8s-device-plugin, and the Neuron device plugin of AWS,
// which offers one for each chip of Inferentia and Trainium.
const (
	NvidiaGPU = "nvidia.com/gpu"
	AMDGPU    = "amd.com/gpu"
	Neuron    = "aws.amazon.com/neuron"
)

// nvidia are what the names of NVIDIA's GPUs begin with, as catalogs write them.
var nvidia = []string{"a10", "b200", "b300", "gb200", "gb300", "h100", "h200", "k80", "l4", "m60", "p100", "p4", "rtx-", "t4", "v100"}

// GPUResource returns the extended resource of a GPU by its name in the catalog, and
// false where its maker is not known.
func GPUResource(name string) (string, bool) {
	if strings.HasPrefix(name, "radeon-") {
		return AMDGPU, true
	}
	for _, prefix := range nvidia {
		if strings.HasPrefix(name, prefix) {
			return NvidiaGPU, true
		}
	}
	return "", false
}

// Devices returns what the device plugins of a node of type t offer to pods, and
// where the figure comes from. Of a machine with a share of a GPU that is nothing: how
// many pods may have it depends on how its owner divides it. So it is where the
// maker's resource is not known.
func Devices(t *catalogs.InstanceType) (devices []planner.ExtendedResource, what string) {
	if name, ok := GPUResource(t.GPUs.Name); ok && t.GPUs.Milli > 0 {
		if t.GPUs.Milli%wholeGPU != 0 {
			return nil, fmt.Sprintf("%d.%03d of a %s: a share of a GPU is offered to nobody", t.GPUs.Milli/wholeGPU, t.GPUs.Milli%wholeGPU, t.GPUs.Name)
		}
		return []planner.ExtendedResource{{Name: name, Count: int64(t.GPUs.Milli / wholeGPU)}}, "GPUs of type " + t.GPUs.Name
	}
	a := &t.Accelerators
	if a.Count > 0 && (strings.HasPrefix(a.Name, "inferentia") || strings.HasPrefix(a.Name, "trainium")) {
		return []planner.ExtendedResource{{Name: Neuron, Count: int64(a.Count)}}, "chips of type " + a.Name
	}
	return nil, ""
}

// wholeGPU is a GPU in the catalog's thousandths.
const wholeGPU = 1000

// NvidiaPlugin is the DaemonSet of NVIDIA's device plugin.
const NvidiaPlugin = "nvidia-device-plugin"

// Plugins returns the DaemonSets of the device plugins that nodes of g need, sorted
// by name: one for each extended resource of a maker that its pods ask for. The
// manifests of the makers request nothing; each takes a pod's place on a node. Source:
// NVIDIA/k8s-device-plugin, deployments/static/nvidia-device-plugin.yml; it is taken
// to be so of the others.
func Plugins(g *planner.NodeGroup) []planner.DaemonSet {
	var out []planner.DaemonSet
	for _, p := range []struct{ resource, name string }{
		{AMDGPU, "amdgpu-device-plugin"}, {Neuron, "neuron-device-plugin"}, {NvidiaGPU, NvidiaPlugin},
	} {
		if AsksFor(g, p.resource) {
			out = append(out, planner.DaemonSet{Name: p.name})
		}
	}
	return out
}

// AsksFor reports whether pods of g request an extended resource.
func AsksFor(g *planner.NodeGroup, resource string) bool {
	for i := range g.Workloads {
		for _, r := range g.Workloads[i].Pod.Extended {
			if r.Name == resource {
				return true
			}
		}
	}
	return false
}
