package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/packing"
	"github.com/scantling-dev/scantling/planner/units"
)

// nothingOffered says why a group has no instance type to choose from: which
// filter, were it dropped, would admit some, or that none has room for the
// DaemonSets.
func (m *maker) nothingOffered(g *planner.NodeGroup, daemons []planner.DaemonSet) error {
	admitted := func(in planner.Instances) []string {
		var names []string
		for i := range m.catalog.Types {
			if ok, _ := admits(&in, &m.catalog.Types[i]); ok {
				names = append(names, m.catalog.Types[i].Name)
			}
		}
		return names
	}
	if names := admitted(g.Instances); len(names) > 0 {
		return m.noRoom(g, daemons, len(names))
	}
	other := g.Instances
	other.Architectures = []string{catalogs.AMD64, catalogs.ARM64}
	if names := admitted(other); len(names) > 0 {
		margin := names[0]
		if more := len(names) - 1; more > 0 {
			margin += fmt.Sprintf(" and %d more", more)
		}
		return &planner.Infeasible{
			Path:       g.Path() + ".instances.architectures",
			Constraint: fmt.Sprintf("what the filters admit is of another architecture than %s", strings.Join(g.Instances.Architectures, ", ")),
			Margin:     margin,
			Remedy:     fmt.Sprintf("set architectures = [%q], if the images are built for it", m.architectureOf(names[0])),
		}
	}
	other = g.Instances
	other.GPU = nil
	if g.Instances.GPU != nil {
		other.Allow = append(slices.Clone(other.Allow), string(catalogs.ClassGPU))
	}
	if names := admitted(other); g.Instances.GPU != nil && len(names) > 0 {
		return &planner.Infeasible{
			Path:       g.Path() + ".instances.gpu",
			Constraint: "no type that the other filters admit has the GPUs that gpu asks for",
			Margin:     "they admit " + fewOf(names),
			Remedy:     "drop one of families, types and max_vcpus, or ask for less in gpu",
		}
	}
	other = g.Instances
	for _, c := range catalogs.AllClasses() {
		other.Allow = append(slices.Clone(other.Allow), string(c))
	}
	if names := admitted(other); len(names) > 0 {
		t, _ := m.catalog.Type(names[0])
		return &planner.Infeasible{
			Path:       g.Path() + ".instances.allow",
			Constraint: fmt.Sprintf("what the filters match is of a class that is left out by default, as %s is", names[0]),
			Remedy:     fmt.Sprintf("set allow = [%s]", quotedClasses(catalogs.Classes(t))),
		}
	}
	other = g.Instances
	other.MaxVCPUs = 0
	if names := admitted(other); g.Instances.MaxVCPUs > 0 && len(names) > 0 {
		return &planner.Infeasible{
			Path:       g.Path() + ".instances.max_vcpus",
			Constraint: fmt.Sprintf("every type that the filters match has more than %d vCPUs", g.Instances.MaxVCPUs),
			Remedy:     "raise max_vcpus",
		}
	}
	return &planner.Infeasible{
		Path:       g.Path() + ".instances",
		Constraint: "no instance type of " + m.cluster.Region + " passes families, types and exclude together",
		Remedy:     "drop one of them",
	}
}

// noRoom says that no admitted node holds its own DaemonSets, with the sums.
func (m *maker) noRoom(g *planner.NodeGroup, daemons []planner.DaemonSet, types int) error {
	var need planner.DaemonSet
	var names []string
	for _, d := range daemons {
		need.CPU += d.CPU
		need.Memory += d.Memory
		names = append(names, d.Name)
	}
	if g.Kubelet != (planner.Kubelet{}) {
		return &planner.Infeasible{
			Path:       g.Path() + ".kubelet",
			Constraint: fmt.Sprintf("no admitted type, of %d, has room for a pod beside what the kubelet block sets aside and the DaemonSets of a node", types),
			Margin:     setAside(&g.Kubelet),
			Remedy:     "lower what the kubelet block reserves, or raise its max_pods; or admit larger types",
		}
	}
	return &planner.Infeasible{
		Path:       g.Path() + ".instances",
		Constraint: fmt.Sprintf("no admitted type, of %d, has room for a pod beside the DaemonSets of a node", types),
		Margin: fmt.Sprintf("%s request %s, %s and %d pods", strings.Join(names, ", "),
			amount(packing.CPU, int64(need.CPU)), amount(packing.Memory, int64(need.Memory)), len(daemons)),
		Remedy: "lower what the DaemonSets request, raise max_pods where it is declared, or admit larger types",
	}
}

// setAside says what a kubelet block keeps from pods.
func setAside(k *planner.Kubelet) string {
	var cpu units.MilliCPU
	memory := k.EvictionMemory
	for _, r := range []*planner.Reserve{k.KubeReserved, k.SystemReserved} {
		if r != nil {
			cpu += r.CPU
			memory += r.Memory
		}
	}
	text := fmt.Sprintf("it sets aside %s and %s", amount(packing.CPU, int64(cpu)), amount(packing.Memory, int64(memory)))
	if k.MaxPods > 0 {
		text += fmt.Sprintf(", and admits %d pods", k.MaxPods)
	}
	return text
}

func (m *maker) architectureOf(name string) string {
	t, _ := m.catalog.Type(name)
	return t.Architecture
}

func quotedClasses(classes []catalogs.Class) string {
	var out []string
	for _, c := range classes {
		out = append(out, fmt.Sprintf("%q", string(c)))
	}
	return strings.Join(out, ", ")
}
