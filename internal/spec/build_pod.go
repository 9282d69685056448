package spec

import (
	"regexp"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// pod reads the pod block.
func (b *builder) pod(n *node) planner.Pod {
	p := n.child("pod")
	var pod planner.Pod
	pod.CPU, _ = get[units.MilliCPU](p, "cpu")
	pod.Memory, _ = get[units.Bytes](p, "memory")
	pod.EphemeralStorage, _ = get[units.Bytes](p, "ephemeral_storage")
	pod.Extended = b.extended(p)
	network, _ := get[int](p, "network_mbps")
	disk, _ := get[int](p, "disk_mbps")
	pod.Network, pod.Disk = units.Mbps(network), units.Mbps(disk)
	if b.terms.OwnMachines {
		for _, name := range []string{"network_mbps", "disk_mbps"} {
			b.refuse(p, name, "Machines of one's own do not declare what they guarantee, so that no plan could hold it. Leave %s out.", name)
		}
		b.refuse(p, "resources", "Machines of one's own declare no devices yet, so that no pod could have any. Leave resources out.")
	}
	l := p.child("limits")
	pod.CPULimit, _ = get[units.MilliCPU](l, "cpu")
	pod.MemoryLimit, _ = get[units.Bytes](l, "memory")
	if pod.CPULimit > 0 && pod.CPULimit < pod.CPU {
		b.add(LimitBelow, l.rng("cpu"), "The CPU limit is below the request of %dm; Kubernetes refuses the pod.", int64(pod.CPU))
	}
	if pod.MemoryLimit > 0 && pod.MemoryLimit < pod.Memory {
		b.add(LimitBelow, l.rng("memory"), "The memory limit is below the request of %s; Kubernetes refuses the pod.", bytesText(pod.Memory))
	}
	return pod
}

// extended reads the resources of a pod that are not attributes of their own, sorted by
// name.
func (b *builder) extended(p *node) []planner.ExtendedResource {
	asked, ok := get[counts](p, "resources")
	if !ok {
		return nil
	}
	var out []planner.ExtendedResource
	for _, name := range sortedKeys(asked.items) {
		rng, n := asked.rngs[name], asked.items[name]
		switch why := resourceProblem(name); {
		case strings.HasPrefix(name, "hugepages-"):
			b.add(NotSupportedYet, &rng, "%s is not supported yet: no machine's is known.", short(name))
		case why != "":
			b.add(InvalidResource, &rng, "%s", why)
		case n == 0:
			b.add(OutOfRange, &rng, "0 of %s are none: leave it out.", name)
		default:
			out = append(out, planner.ExtendedResource{Name: name, Count: int64(n)})
		}
	}
	return out
}

// resourceProblem says what is wrong with the name of an extended resource; empty
// where nothing is.
func resourceProblem(name string) string {
	attributes := map[string]string{"cpu": "cpu", "memory": "memory", "ephemeral-storage": "ephemeral_storage", "ephemeral_storage": "ephemeral_storage"}
	form := regexp.MustCompile(`^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$`)
	domain := labelDomain(name)
	switch {
	case attributes[name] != "":
		return name + " is an attribute of pod: write " + attributes[name] + " = … beside resources."
	case name == "gpu" || name == "gpus":
		return "A device plugin's name is meant: write \"nvidia.com/gpu\"."
	case !form.MatchString(name):
		return "\"" + short(name) + "\" is no extended resource: a domain, \"/\" and a name are, such as nvidia.com/gpu."
	case under(domain, "kubernetes.io"):
		return "Kubernetes keeps resources of " + domain + " to itself. Write what a device plugin offers, such as nvidia.com/gpu."
	}
	return ""
}

// mostFurther is how many kinds of resources beside CPU, memory, pods and local storage
// the pods of a group may ask for.
const mostFurther = 6

// checkFurther holds the pods of a group to so many kinds of further resources.
func (b *builder) checkFurther(n *node, g *planner.NodeGroup) {
	var kinds []string
	ask := func(name string, asked bool) {
		if asked && !slices.Contains(kinds, name) {
			kinds = append(kinds, name)
		}
	}
	for i := range g.Workloads {
		w := &g.Workloads[i]
		ask("volumes", len(w.Volumes) > 0)
		ask("network_mbps", w.Pod.Network > 0)
		ask("disk_mbps", w.Pod.Disk > 0)
		for _, r := range w.Pod.Extended {
			ask(r.Name, true)
		}
	}
	if len(kinds) > mostFurther {
		b.add(NotSupportedYet, &n.def, "The pods of the group ask for %d kinds of further resources (%s), and %d are supported. Run some of them in another group.",
			len(kinds), strings.Join(kinds, ", "), mostFurther)
	}
}

// gpu reads which GPUs the machines must have; nil asks for none. Role gpu asks for
// any, unless families or types say which machines.
func (b *builder) gpu(x *groupContext, n *node, path string) *planner.GPUFilter {
	g := n.child("gpu")
	if g == nil {
		if !x.def.gpus || x.controlPlane || n.has("families") || n.has("types") || n != nil && n.refused["gpu"] {
			return nil
		}
		b.assume(path+".gpu", "any", x.source)
		return &planner.GPUFilter{}
	}
	switch {
	case x.controlPlane:
		b.add(ControlPlaneUnfit, &g.def, "A control plane has no use for GPUs. Leave the block out.")
		return nil
	case b.terms.OwnMachines:
		b.refuse(n, "gpu", "Machines of one's own declare no GPUs yet. Leave the block out; families and types choose among them.")
		return nil
	}
	var f planner.GPUFilter
	names, _ := get[texts](g, "names")
	f.Names = slices.Sorted(slices.Values(names.items))
	f.MinMemory, _ = get[units.Bytes](g, "min_memory")
	if b.catalog == nil || g.has("names") && g.attrs["names"].bad {
		return &f
	}
	if g.has("names") && len(names.items) == 0 {
		b.add(MissingAttribute, g.rng("names"), "The list is empty, so that no machine fits. Leave names out for any GPU.")
		return &f
	}
	known := b.gpuNames()
	matched := true
	for i, glob := range names.items {
		if !slices.ContainsFunc(known, func(name string) bool { return catalogs.Match(glob, name) }) {
			b.add(GlobMatchesNone, &names.rngs[i], "%q matches no GPU of %s %s.%s", glob, b.cluster.Provider, b.cluster.Region, orElse(didYouMean(glob, known), known))
			matched = false
		}
	}
	if matched && f.MinMemory > 0 {
		b.checkGPUMemory(g, &f)
	}
	return &f
}

// gpuNames returns the names of the GPUs of the region, sorted.
func (b *builder) gpuNames() []string {
	var out []string
	for i := range b.catalog.Types {
		if name := b.catalog.Types[i].GPUs.Name; name != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// checkGPUMemory reports that no GPU of those names has as much memory.
func (b *builder) checkGPUMemory(g *node, f *planner.GPUFilter) {
	var largest *catalogs.InstanceType
	for i := range b.catalog.Types {
		t := &b.catalog.Types[i]
		if !hasGPU(&planner.GPUFilter{Names: f.Names}, t) {
			continue
		}
		if largest == nil || t.GPUs.MemoryEach > largest.GPUs.MemoryEach {
			largest = t
		}
	}
	switch {
	case largest == nil || largest.GPUs.MemoryEach >= f.MinMemory:
	case largest.GPUs.MemoryEach == 0:
		b.add(GlobAdmitsNone, g.rng("min_memory"), "The memory of these GPUs is not known in %s %s, so that none is admitted. Leave min_memory out, and choose by names.", b.cluster.Provider, b.cluster.Region)
	default:
		b.add(GlobAdmitsNone, g.rng("min_memory"), "The largest of these GPUs, %s, has %s each. Ask for no more than that, or name others.", largest.GPUs.Name, bytesText(largest.GPUs.MemoryEach))
	}
}

// hasGPU reports whether t has GPUs as a filter asks for; memory that is not known is
// too little.
func hasGPU(f *planner.GPUFilter, t *catalogs.InstanceType) bool {
	named := len(f.Names) == 0 || slices.ContainsFunc(f.Names, func(glob string) bool { return catalogs.Match(glob, t.GPUs.Name) })
	return t.GPUs.Name != "" && named && t.GPUs.MemoryEach >= f.MinMemory
}
