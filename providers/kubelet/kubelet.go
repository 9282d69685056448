// Package kubelet holds the arithmetic of the kubelet that every provider
// shares: what it leaves to pods of a node, and the derivation of it in steps.
package kubelet

import (
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// Resources of a node, or a part of them that is set aside.
type Resources struct {
	CPU              units.MilliCPU
	Memory           units.Bytes
	EphemeralStorage units.Bytes
}

// Eviction holds the kubelet's hard eviction thresholds.
type Eviction struct {
	// Memory that must stay available.
	Memory units.Bytes
	// Disk is the share of the file system that must stay available.
	Disk units.Ratio
}

// The kubelet's own thresholds: memory.available<100Mi, nodefs.available<10%.
// Source: kubernetes.io, "Node-pressure Eviction".
const (
	EvictionMemory = 100 * units.MiB
	EvictionDisk   = 10 * units.Percent
)

// MaxPods is the kubelet's own limit of pods on a node.
const MaxPods = 110

// Left returns what the kubelet leaves to pods of what the operating system
// shows it:
//
//	allocatable = visible - kube-reserved - system-reserved - hard eviction
//
// CPU has no eviction term. Nothing goes below zero. Source: kubernetes.io,
// "Reserve Compute Resources for System Daemons".
func Left(visible, kubeReserved, systemReserved Resources, e Eviction) Resources {
	return Resources{
		CPU:    max(visible.CPU-kubeReserved.CPU-systemReserved.CPU, 0),
		Memory: max(visible.Memory-kubeReserved.Memory-systemReserved.Memory-e.Memory, 0),
		EphemeralStorage: max(visible.EphemeralStorage-kubeReserved.EphemeralStorage-systemReserved.EphemeralStorage-
			EvictedDisk(visible.EphemeralStorage, e.Disk), 0),
	}
}

// EvictedDisk returns the bytes of a file system that the kubelet keeps free at
// a threshold of a share. The kubelet holds the share as a float32, which is a
// little more than 10%, and truncates the product:
//
//	trunc(fs x float64(float32(share)))
func EvictedDisk(fileSystem units.Bytes, share units.Ratio) units.Bytes {
	return units.Bytes(float64(fileSystem) * float64(float32(share.Float())))
}

// ReservedCPU returns the CPU that EKS and GKE images reserve on a node of n
// vCPUs: 6% of the first, 1% of the second, 0.5% of the third and fourth and
// 0.25% of the others, each tier truncated to whole millicores. Sources:
// awslabs/amazon-eks-ami nodeadm; GKE, "Plan GKE node sizes".
func ReservedCPU(n int) units.MilliCPU {
	// Shares are in hundredths of a percent: one is a tenth of a millicore.
	tiers := []struct{ cores, share int }{{1, 600}, {1, 100}, {2, 50}, {n, 25}}
	var reserved units.MilliCPU
	for _, t := range tiers {
		k := min(n, t.cores)
		if k <= 0 {
			break
		}
		reserved += units.MilliCPU(k * t.share / 10)
		n -= k
	}
	return reserved
}

// ReservedMemory returns the memory that EKS images reserve for the kubelet and the
// container runtime at a number of pods: 255 MiB + 11 MiB x pods. Sources: nodeadm
// of awslabs/amazon-eks-ami and the Bottlerocket helpers, which take the same.
func ReservedMemory(pods int) units.Bytes { return 255*units.MiB + units.Bytes(pods)*11*units.MiB }

// Names of the resources in a derivation; any other is an extended resource, whose
// name has a "/".
const (
	CPU              = "cpu"
	Memory           = "memory"
	Pods             = "pods"
	EphemeralStorage = "ephemeral_storage"
	Attachments      = "attachments"
	Network          = "network"
	Disk             = "disk"
)

// mostSteps is how many steps a derivation has, but for rare ones.
const mostSteps = 20

// Derivation collects the steps from a machine to what its node offers: the
// amounts of a resource add up to its allocatable.
type Derivation []planner.AllocatableStep

// NewDerivation returns an empty one.
func NewDerivation() Derivation { return make(Derivation, 0, mostSteps) }

// Add adds a step.
func (d *Derivation) Add(resource, what string, amount int64) {
	*d = append(*d, planner.AllocatableStep{Resource: resource, What: what, Amount: amount})
}

// Take adds a step that takes something off, but never more than is left.
func (d *Derivation) Take(resource, what string, amount int64) {
	if left := d.Sum(resource); amount > left {
		what, amount = what+" (more than there is)", left
	}
	d.Add(resource, what, -amount)
}

// Cap adds a step that lowers a resource to a limit, where it is above.
func (d *Derivation) Cap(resource, what string, limit int64) {
	if sum := d.Sum(resource); sum > limit {
		d.Add(resource, what, limit-sum)
	}
}

// Sum returns what the steps of a resource add up to.
func (d *Derivation) Sum(resource string) int64 {
	var sum int64
	for _, step := range *d {
		if step.Resource == resource {
			sum += step.Amount
		}
	}
	return sum
}

// Offer adds the extended resources that device plugins offer.
func (d *Derivation) Offer(devices []planner.ExtendedResource, what string) {
	for _, r := range devices {
		d.Add(r.Name, what, r.Count)
	}
}

// extended returns the sums of the extended resources, sorted by name.
func (d *Derivation) extended() []planner.ExtendedResource {
	var out []planner.ExtendedResource
	for i, step := range *d {
		name := step.Resource
		if !strings.Contains(name, "/") || slices.ContainsFunc((*d)[:i], func(s planner.AllocatableStep) bool { return s.Resource == name }) {
			continue
		}
		if n := d.Sum(name); n > 0 {
			out = append(out, planner.ExtendedResource{Name: name, Count: n})
		}
	}
	slices.SortFunc(out, func(a, b planner.ExtendedResource) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Allocatable returns the sums, with the steps.
func (d *Derivation) Allocatable() planner.Allocatable {
	return planner.Allocatable{
		Extended:         d.extended(),
		Attachments:      int(d.Sum(Attachments)),
		Network:          units.Mbps(d.Sum(Network)),
		Disk:             units.Mbps(d.Sum(Disk)),
		CPU:              units.MilliCPU(d.Sum(CPU)),
		Memory:           units.Bytes(d.Sum(Memory)),
		Pods:             int(d.Sum(Pods)),
		EphemeralStorage: units.Bytes(d.Sum(EphemeralStorage)),
		Steps:            *d,
	}
}
