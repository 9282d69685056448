package aws

import (
	"fmt"
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/kubelet"
	"github.com/scantling-dev/scantling/providers/machines"
)

// NodeModel is all that decides a node's allocatable beside its type.
type NodeModel struct {
	Image planner.Image
	CNI   planner.CNI
	// MaxPods declared; 0 leaves the limit to the CNI and the node group.
	MaxPods int
	// Disk is the size of the volume that holds the kubelet's data.
	Disk units.Bytes
}

// DefaultNodeModel returns the node of a managed node group that says nothing:
// AL2023, secondary addresses, a root volume of 20 GiB.
func DefaultNodeModel() NodeModel {
	return NodeModel{Image: planner.AL2023, CNI: DefaultCNI, Disk: 20 * units.GiB}
}

// UnknownENIError says that nothing can be said of a type's pods, and so of its
// memory, because the limits of its network interfaces are not known.
type UnknownENIError struct{ InstanceType string }

func (e *UnknownENIError) Error() string {
	return e.InstanceType + ": the limits of its network interfaces (ENIs) are not known"
}

// Node returns what the kubelet of a node of type t leaves to pods.
func (p Provider) Node(m NodeModel, t *catalogs.InstanceType) (planner.Allocatable, error) {
	if t.ENIs <= 0 || t.IPv4PerENI <= 1 {
		return planner.Allocatable{}, &UnknownENIError{InstanceType: t.Name}
	}
	s := steps{kubelet.NewDerivation()}
	s.cpu(t)
	pods := s.pods(m, t)
	s.memory(p, m, t, pods)
	s.disk(m)
	s.attachments(m, t)
	s.devices(t)
	if mbps := machines.EC2NetworkBaseline(t); mbps > 0 {
		s.Add(kubelet.Network, "baseline", int64(mbps))
	}
	if mbps := machines.EC2DiskBaseline(t); mbps > 0 {
		s.Add(kubelet.Disk, "to EBS volumes, held for good", int64(mbps))
	}
	return s.Allocatable(), nil
}

// steps is the derivation of an EKS node.
type steps struct{ kubelet.Derivation }

func (s *steps) cpu(t *catalogs.InstanceType) {
	s.Add(kubelet.CPU, fmt.Sprintf("%d vCPUs", t.VCPUs), int64(units.MilliCPU(t.VCPUs)*units.Core))
	s.Take(kubelet.CPU, "kube-reserved: 6% of core 1, 1% of core 2, 0.5% of cores 3 and 4, 0.25% of the others", int64(kubelet.ReservedCPU(t.VCPUs)))
}

// pods derives the limit of pods: the least of the CNI's addresses, the node
// group's ceiling and what is declared.
func (s *steps) pods(m NodeModel, t *catalogs.InstanceType) int {
	pods := SecondaryIPPods(t.ENIs, t.IPv4PerENI)
	what := fmt.Sprintf("addresses: %d ENIs x (%d - 1) + 2", t.ENIs, t.IPv4PerENI)
	if m.CNI == planner.VPCPrefix {
		if PrefixDelegation(t) {
			pods = PrefixPods(t.ENIs, t.IPv4PerENI)
			what = fmt.Sprintf("addresses: %d ENIs x (%d - 1) prefixes x 16 + 2", t.ENIs, t.IPv4PerENI)
		} else {
			what += " (no prefix delegation before Nitro)"
		}
	}
	s.Add(kubelet.Pods, what, int64(pods))
	if ceiling := MaxPodsCeiling(t.VCPUs); pods > ceiling {
		size := "up to 30 vCPUs"
		if t.VCPUs > 30 {
			size = "above 30 vCPUs"
		}
		s.Add(kubelet.Pods, fmt.Sprintf("a managed node group allows %d pods %s", ceiling, size), int64(ceiling-pods))
		pods = ceiling
	}
	if m.MaxPods > 0 && m.MaxPods < pods {
		s.Add(kubelet.Pods, fmt.Sprintf("network.max_pods is %d", m.MaxPods), int64(m.MaxPods-pods))
		pods = m.MaxPods
	}
	return pods
}

// PrefixDelegation reports whether the VPC CNI can give type t prefixes: only
// Nitro machines can carry them.
func PrefixDelegation(t *catalogs.InstanceType) bool { return t.Hypervisor != "xen" }

// memory derives the memory at an effective limit of pods. AL2023 reserves for the
// pods that the network interfaces' secondary addresses allow, whatever the
// kubelet's own limit; Bottlerocket for the kubelet's limit.
func (s *steps) memory(p Provider, m NodeModel, t *catalogs.InstanceType, pods int) {
	s.Add(kubelet.Memory, "stated size", int64(t.Memory))
	visible, why := p.hidden.Visible(t)
	s.Take(kubelet.Memory, why, int64(t.Memory-visible))
	counted, whose := SecondaryIPPods(t.ENIs, t.IPv4PerENI), "pods that secondary addresses allow, as nodeadm counts"
	if m.Image == planner.Bottlerocket {
		counted, whose = pods, "pods"
	}
	s.Take(kubelet.Memory, fmt.Sprintf("kube-reserved: 255 MiB + 11 MiB x %d %s", counted, whose), int64(kubelet.ReservedMemory(counted)))
	s.Take(kubelet.Memory, "eviction below 100 MiB available", int64(kubelet.EvictionMemory))
}

// What formatting and partitions take of a volume.
const (
	// al2023Taken is the difference of volume and file system on both live nodes
	// whose figures we have, 20 GiB and 80 GiB: 20971520 - 20959212 KiB and
	// 83886080 - 83873772 KiB. XFS's log and the boot partitions do not grow.
	al2023Taken = 12308 * units.KiB
	// bottlerocketTaken is an assumption: inode tables of 1/64 and a journal of at
	// most 1/128 or 1 GiB, as mkfs.ext4 makes them, and some room.
	bottlerocketTaken = 4 * units.Percent
)

// FileSystem returns the size of the file system that the kubelet sees on a
// volume, never more than there is.
func FileSystem(image planner.Image, volume units.Bytes) units.Bytes {
	if image == planner.Bottlerocket {
		return max(volume-units.Bytes(bottlerocketTaken.Up(int(volume/units.KiB)))*units.KiB, 0)
	}
	return max(volume-al2023Taken, 0)
}

// EphemeralStorage returns what a file system of the kubelet leaves to pods:
//
//	fs - trunc(fs x float64(float32(0.1))) - 1 GiB
func EphemeralStorage(fileSystem units.Bytes) units.Bytes {
	return max(fileSystem-kubelet.EvictedDisk(fileSystem, kubelet.EvictionDisk)-kubeReservedDisk, 0)
}

// diskRoom is what a root disk leaves to pods.
func diskRoom(image planner.Image, size units.Bytes) units.Bytes {
	return EphemeralStorage(FileSystem(image, size))
}

func (s *steps) disk(m NodeModel) {
	fs := FileSystem(m.Image, m.Disk)
	s.Add(kubelet.EphemeralStorage, "volume", int64(m.Disk))
	s.Take(kubelet.EphemeralStorage, "partitions and the file system's own", int64(m.Disk-fs))
	s.Take(kubelet.EphemeralStorage, "eviction below 10% available", int64(kubelet.EvictedDisk(fs, kubelet.EvictionDisk)))
	s.Take(kubelet.EphemeralStorage, "kube-reserved: 1 GiB", int64(kubeReservedDisk))
}

// attachments derives how many volumes pods may have: as though every interface that
// the machine takes were attached, as the VPC CNI does while pods come. The disk
// driver counts those that are there when it starts, and so reports more.
func (s *steps) attachments(m NodeModel, t *catalogs.InstanceType) {
	volumes, eachInterface := machines.EC2Volumes(t)
	if volumes == 0 {
		return
	}
	s.Add(kubelet.Attachments, "volumes of a machine with one network interface", int64(volumes))
	if eachInterface > 0 {
		s.Take(kubelet.Attachments, "further network interfaces, which share the slots", int64((t.ENIs-1)*eachInterface))
	}
	if m.Image == planner.Bottlerocket {
		s.Take(kubelet.Attachments, "the volumes that it starts with", 2)
	} else {
		s.Take(kubelet.Attachments, "the volume that it starts with", 1)
	}
}

// devices adds what device plugins offer. No image of EKS has drivers for GPUs of AMD
// (EKS user guide, "Use EKS-optimized accelerated AMIs for GPU instances").
func (s *steps) devices(t *catalogs.InstanceType) {
	devices, what := machines.Devices(t)
	s.Offer(slices.DeleteFunc(devices, func(r planner.ExtendedResource) bool { return r.Name == machines.AMDGPU }), what)
}
