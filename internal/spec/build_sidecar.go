package spec

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// sidecars reads the sidecar blocks and adds each to the pods of its groups'
// workloads, so that whatever comes after counts it.
func (b *builder) sidecars() {
	for _, n := range b.root.children("sidecar") {
		s := planner.Sidecar{Name: n.label}
		s.CPU, _ = get[units.MilliCPU](n, "cpu")
		s.Memory, _ = get[units.Bytes](n, "memory")
		s.EphemeralStorage, _ = get[units.Bytes](n, "ephemeral_storage")
		s.CPUPerRequest, _ = get[time.Duration](n, "cpu_per_request")
		s.NodeGroups = b.groupNames(n, "sidecar."+n.label)
		b.cluster.Sidecars = append(b.cluster.Sidecars, s)
	}
	slices.SortFunc(b.cluster.Sidecars, func(x, y planner.Sidecar) int { return cmp.Compare(x.Name, y.Name) })
	for i := range b.cluster.NodeGroups {
		g := &b.cluster.NodeGroups[i]
		for j := range g.Workloads {
			w := &g.Workloads[j]
			own := w.Pod
			added := addSidecars(g.Name, w, b.cluster.Sidecars)
			if len(added) == 0 {
				continue
			}
			path := g.Path() + ".workload." + w.Name
			if beyond(&w.Pod) {
				rng := b.places[path+".pod"]
				b.add(OutOfRange, &rng, "With its sidecars the pod asks for more than any machine has. Lower the requests of %s.", andList(added))
				w.Pod = own
				continue
			}
			b.assume(path+".pod", podSum(&own, added, b.cluster.Sidecars), "sidecar "+strings.Join(added, ", "))
		}
	}
}

// beyond reports whether a pod asks for more than one number of the language may say.
func beyond(p *planner.Pod) bool {
	return p.CPU > maxCores*units.Core || p.Memory > maxBytes || p.EphemeralStorage > maxBytes
}

// addSidecars adds the requests of a group's sidecars to the pod of a workload and
// returns their names. A limit that the pod has grows by the same, so that it stays
// as far above the request as it was. CPU time of a request is added to workloads
// that state theirs. Beyond what a pod may ask for nothing more is added.
func addSidecars(group string, w *planner.Workload, sidecars []planner.Sidecar) []string {
	var added []string
	for i := range sidecars {
		s := &sidecars[i]
		if len(s.NodeGroups) > 0 && !slices.Contains(s.NodeGroups, group) {
			continue
		}
		added = append(added, s.Name)
		p := &w.Pod
		if beyond(p) {
			continue
		}
		p.CPU += s.CPU
		p.Memory += s.Memory
		p.EphemeralStorage += s.EphemeralStorage
		if p.CPULimit > 0 {
			p.CPULimit += s.CPU
		}
		if p.MemoryLimit > 0 {
			p.MemoryLimit += s.Memory
		}
		if d := &w.Demand; d.CPUPerRequest > 0 {
			d.CPUPerRequest += s.CPUPerRequest
			if r := d.CPUPerRequestRange; r != nil {
				d.CPUPerRequestRange = &planner.TimeRange{Low: r.Low + s.CPUPerRequest, High: r.High + s.CPUPerRequest, Confidence: r.Confidence}
			}
		}
	}
	return added
}

// podSum writes what a pod requests, container by container: "500m + 100m CPU,
// 768Mi + 128Mi memory".
func podSum(own *planner.Pod, added []string, sidecars []planner.Sidecar) string {
	cpu, memory := fmt.Sprintf("%dm", own.CPU), bytesText(own.Memory)
	for i := range sidecars {
		if s := &sidecars[i]; slices.Contains(added, s.Name) {
			cpu += fmt.Sprintf(" + %dm", s.CPU)
			memory += " + " + bytesText(s.Memory)
		}
	}
	return cpu + " CPU, " + memory + " memory"
}
