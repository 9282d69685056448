package importer

import (
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// requestsOf returns what a container requests. The API server takes a limit for the
// request where there is none.
func requestsOf(c *corev1.Container) corev1.ResourceList {
	out := corev1.ResourceList{}
	maps.Copy(out, c.Resources.Limits)
	maps.Copy(out, c.Resources.Requests)
	return out
}

// add adds more to sum.
func add(sum, more corev1.ResourceList) {
	for name, q := range more {
		total := sum[name].DeepCopy()
		total.Add(q)
		sum[name] = total
	}
}

// atLeast raises each of sum to what other has.
func atLeast(sum, other corev1.ResourceList) {
	for name, q := range other {
		if have, ok := sum[name]; !ok || have.Cmp(q) < 0 {
			sum[name] = q.DeepCopy()
		}
	}
}

// total returns what a pod takes of its containers' figures: those of the containers
// that run side by side, or those of an init container beside the sidecars that started
// before it, whichever is more; and the overhead of its runtime class. Sidecars are init
// containers that restart always (Kubernetes, "Sidecar containers", resource sharing
// within containers).
func total(spec *corev1.PodSpec, of func(*corev1.Container) corev1.ResourceList) corev1.ResourceList {
	sidecars, starting := corev1.ResourceList{}, corev1.ResourceList{}
	for i := range spec.InitContainers {
		c := &spec.InitContainers[i]
		if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			add(sidecars, of(c))
			atLeast(starting, sidecars)
			continue
		}
		now := corev1.ResourceList{}
		add(now, sidecars)
		add(now, of(c))
		atLeast(starting, now)
	}
	sum := corev1.ResourceList{}
	for i := range spec.Containers {
		add(sum, of(&spec.Containers[i]))
	}
	add(sum, sidecars)
	atLeast(sum, starting)
	return sum
}

// pod reads the requests and limits of a pod.
func (r *reading) pod(spec *corev1.PodSpec, path []string) planner.Pod {
	requests := total(spec, requestsOf)
	if own := spec.Resources; own != nil { // of the pod as a whole: they come first
		for name, q := range own.Limits {
			if _, given := requests[name]; !given {
				requests[name] = q
			}
		}
		maps.Copy(requests, own.Requests)
	}
	add(requests, spec.Overhead)
	var pod planner.Pod
	pod.CPU = milli(requests[corev1.ResourceCPU])
	pod.Memory = bytesOf(requests[corev1.ResourceMemory])
	pod.EphemeralStorage = bytesOf(requests[corev1.ResourceEphemeralStorage])
	pod.CPULimit = milli(r.limit(spec, corev1.ResourceCPU))
	pod.MemoryLimit = bytesOf(r.limit(spec, corev1.ResourceMemory))
	for _, name := range slices.Sorted(maps.Keys(requests)) {
		q := requests[name]
		switch n := string(name); {
		case name == corev1.ResourceCPU, name == corev1.ResourceMemory, name == corev1.ResourceEphemeralStorage, q.Sign() == 0:
		case !strings.Contains(n, "/") || strings.HasPrefix(n, "kubernetes.io/"), strings.Contains(n, ".kubernetes.io/"):
			r.note(r.at(path...), "%s is not planned", n)
		default:
			pod.Extended = append(pod.Extended, planner.ExtendedResource{Name: n, Count: q.Value()})
		}
	}
	return pod
}

// limit returns the limit of a pod: that of all its containers, or none where one of
// those that run has none.
func (r *reading) limit(spec *corev1.PodSpec, name corev1.ResourceName) resource.Quantity {
	if own := spec.Resources; own != nil {
		if q, ok := own.Limits[name]; ok {
			return q
		}
	}
	for _, list := range [][]corev1.Container{spec.Containers, spec.InitContainers} {
		for i := range list {
			c := &list[i]
			if _, ok := c.Resources.Limits[name]; !ok {
				return resource.Quantity{}
			}
		}
	}
	limits := total(spec, func(c *corev1.Container) corev1.ResourceList { return c.Resources.Limits })
	over := spec.Overhead[name]
	sum := limits[name].DeepCopy()
	sum.Add(over)
	return sum
}

// unasked returns the containers that request no CPU or no memory.
func unasked(spec *corev1.PodSpec) []string {
	var out []string
	for i := range spec.Containers {
		c := &spec.Containers[i]
		asked := requestsOf(c)
		if cpu, memory := asked[corev1.ResourceCPU], asked[corev1.ResourceMemory]; cpu.Sign() <= 0 || memory.Sign() <= 0 {
			out = append(out, c.Name)
		}
	}
	return out
}

// milli returns thousandths of a core, rounded up.
func milli(q resource.Quantity) units.MilliCPU { return units.MilliCPU(q.MilliValue()) }

// bytesOf returns bytes, rounded up.
func bytesOf(q resource.Quantity) units.Bytes { return units.Bytes(q.Value()) }

// negative returns a container and the name of a resource of which it has less than
// nothing.
func negative(spec *corev1.PodSpec) (container, name string) {
	for _, list := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range list {
			c := &list[i]
			for _, figures := range []corev1.ResourceList{c.Resources.Requests, c.Resources.Limits} {
				for n, q := range figures {
					if q.Sign() < 0 && (name == "" || string(n) < name) {
						container, name = c.Name, string(n)
					}
				}
			}
			if name != "" {
				return container, name
			}
		}
	}
	return "", ""
}
