package gcp

import (
	"fmt"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/kubelet"
	"github.com/scantling-dev/scantling/providers/machines"
)

// NodeModel is all that decides a node's allocatable beside its type.
type NodeModel struct {
	// MaxPods declared; 0 is GKE's default of 110.
	MaxPods int
	// Disk that the node boots from.
	Disk planner.Disk
	// Hyperdisk: pods have volumes of Hyperdisk, of which older machines take fewer.
	Hyperdisk bool
}

// DefaultNodeModel returns the node of a node pool that says nothing: 110 pods,
// a balanced boot disk of 100 GiB.
func DefaultNodeModel() NodeModel {
	return NodeModel{Disk: planner.Disk{Type: machines.PDBalanced, Size: 100 * units.GiB}}
}

// Node returns what the kubelet of a node of type t leaves to pods. The error is a
// *machines.BootDiskError where t does not boot from the model's disk.
func (Provider) Node(m NodeModel, t *catalogs.InstanceType) (planner.Allocatable, error) {
	if err := machines.GCEBoots(m.Disk.Type, t); err != nil {
		return planner.Allocatable{}, err
	}
	s := steps{kubelet.NewDerivation()}
	s.cpu(t)
	s.pods(m)
	s.memory(t)
	s.disk(m.Disk.Size)
	s.Add(kubelet.Attachments, "disks beside the boot disk", int64(machines.GCEVolumes(t, m.Hyperdisk)))
	s.Offer(machines.Devices(t))
	return s.Allocatable(), nil
}

// steps is the derivation of a GKE node.
type steps struct{ kubelet.Derivation }

func (s *steps) cpu(t *catalogs.InstanceType) {
	s.Add(kubelet.CPU, fmt.Sprintf("%d vCPUs", t.VCPUs), int64(units.MilliCPU(t.VCPUs)*units.Core))
	what := "kube-reserved: 6% of core 1, 1% of core 2, 0.5% of cores 3 and 4, 0.25% of the others"
	if sharedCore(t) {
		what = "kube-reserved: 1060 m of a shared-core type"
	}
	s.Take(kubelet.CPU, what, int64(ReservedCPU(t)))
}

func (s *steps) pods(m NodeModel) {
	if m.MaxPods <= 0 {
		s.Add(kubelet.Pods, "GKE's default", DefaultMaxPods)
		return
	}
	s.Add(kubelet.Pods, fmt.Sprintf("network.max_pods is %d", m.MaxPods), int64(m.MaxPods))
	s.Cap(kubelet.Pods, fmt.Sprintf("GKE allows %d pods on a node", MostPods), MostPods)
}

// memory derives the memory. The reserve is that of the stated size: on running
// nodes GKE's is never above it, while the tiers of what the operating system sees
// are too few on most small machines, by up to 37 MiB.
func (s *steps) memory(t *catalogs.InstanceType) {
	s.Add(kubelet.Memory, "stated size", int64(t.Memory))
	visible, why := machines.GCEVisible(t)
	s.Take(kubelet.Memory, why, int64(t.Memory-visible))
	tiers := "kube-reserved: 25% of the first 4 GiB, 20% of the next 4, 10% of the next 8, 6% of the next 112, 2% of the rest"
	if t.Memory <= units.GiB {
		tiers = "kube-reserved: 255 MiB up to 1 GiB"
	}
	s.Take(kubelet.Memory, tiers, int64(ReservedMemory(t.Memory)))
	s.Take(kubelet.Memory, "eviction below 100 MiB available", int64(kubelet.EvictionMemory))
}

func (s *steps) disk(size units.Bytes) {
	fs := FileSystem(size)
	s.Add(kubelet.EphemeralStorage, "boot disk", int64(size))
	s.Take(kubelet.EphemeralStorage, "partitions and the file system's own", int64(size-fs))
	s.Take(kubelet.EphemeralStorage, "eviction below 10% available", int64(kubelet.EvictedDisk(fs, kubelet.EvictionDisk)))
	s.Take(kubelet.EphemeralStorage, "system: the least of 50%, 35% and 6 GiB, and 100 GiB", int64(ReservedDisk(size)))
}
