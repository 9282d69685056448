package selfmanaged

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/kubelet"
)

// Allocatable returns what the kubelet of a node of type t in group g leaves to
// pods, with every step of the derivation:
//
//	allocatable = visible - kube-reserved - system-reserved - hard eviction
//
// kubeadm reserves nothing and kops nothing either: what is taken off is what g
// declares, and the eviction of 100 MiB of memory (or what g declares) and 10% of
// the file system. The error says that t does not boot from the group's disk, or does
// not take its volumes.
func (p Provider) Allocatable(c *planner.Cluster, g *planner.NodeGroup, t *catalogs.InstanceType) (planner.Allocatable, error) {
	if p.boots != nil {
		if err := p.boots(g.Disk, t); err != nil {
			return planner.Allocatable{}, err
		}
	}
	if p.attaches != nil {
		if err := p.attaches(g, t); err != nil {
			return planner.Allocatable{}, err
		}
	}
	s := steps{Derivation: kubelet.NewDerivation(), declared: &g.Kubelet}
	s.cpu(t)
	s.pods(c.Network.MaxPods)
	s.memory(t, p.visible)
	s.disk(p.diskOf(c, g, t), p.partitions)
	if p.offers != nil {
		p.offers(&s.Derivation, g, t)
	}
	return s.Allocatable(), nil
}

// diskOf returns the size of the disk that holds the kubelet's data: the group's,
// or the one that the machine has built in; 0 is not known.
func (p Provider) diskOf(c *planner.Cluster, g *planner.NodeGroup, t *catalogs.InstanceType) units.Bytes {
	if !p.terms.OwnMachines {
		return g.Disk.Size
	}
	i := slices.IndexFunc(c.Machines, func(m planner.Machine) bool { return m.Name == t.Name })
	if i < 0 {
		return 0
	}
	return c.Machines[i].Disk.Size
}

// Recommended returns what EKS reserves for the kubelet and the container runtime
// of a node of n vCPUs that runs up to so many pods: the tiers of
// kubelet.ReservedCPU, and 255 MiB + 11 MiB x pods. Kubernetes recommends that
// something is reserved ("Reserve Compute Resources for System Daemons"), and
// names no figure.
func Recommended(n, pods int) planner.Reserve {
	return planner.Reserve{CPU: kubelet.ReservedCPU(n), Memory: kubelet.ReservedMemory(pods)}
}

// steps is the derivation of a node of kubeadm.
type steps struct {
	kubelet.Derivation
	declared *planner.Kubelet
}

// pods derives the limit of pods: the kubelet's own, in whose place what the group
// declares stands, or else the cluster. No addresses of the network bound it.
func (s *steps) pods(network int) {
	s.Add(kubelet.Pods, "the kubelet's default", kubelet.MaxPods)
	switch n := s.declared.MaxPods; {
	case n > 0:
		s.Add(kubelet.Pods, fmt.Sprintf("kubelet.max_pods is %d", n), int64(n-kubelet.MaxPods))
	case network > 0:
		s.Add(kubelet.Pods, fmt.Sprintf("network.max_pods is %d", network), int64(network-kubelet.MaxPods))
	}
}

func (s *steps) cpu(t *catalogs.InstanceType) {
	s.Add(kubelet.CPU, fmt.Sprintf("%d vCPUs", t.VCPUs), int64(units.MilliCPU(t.VCPUs)*units.Core))
	recommended := Recommended(t.VCPUs, 0)
	s.reserves(kubelet.CPU, fmt.Sprintf("%d m", recommended.CPU), func(r *planner.Reserve) int64 { return int64(r.CPU) })
}

func (s *steps) memory(t *catalogs.InstanceType, visible visibleMemory) {
	s.Add(kubelet.Memory, "stated size", int64(t.Memory))
	seen, why := visible(t)
	s.Take(kubelet.Memory, why, int64(t.Memory-seen))
	recommended := Recommended(t.VCPUs, int(s.Sum(kubelet.Pods)))
	s.reserves(kubelet.Memory, fmt.Sprintf("%d MiB", recommended.Memory/units.MiB), func(r *planner.Reserve) int64 { return int64(r.Memory) })
	eviction := cmp.Or(s.declared.EvictionMemory, kubelet.EvictionMemory)
	s.Take(kubelet.Memory, fmt.Sprintf("eviction below %d MiB available", units.CeilDiv(eviction, units.MiB)), int64(eviction))
}

// reserves takes off what is declared of a resource, and says where nothing is.
func (s *steps) reserves(resource, recommended string, of func(*planner.Reserve) int64) {
	if s.declared.KubeReserved == nil && s.declared.SystemReserved == nil {
		s.Add(resource, fmt.Sprintf("kube-reserved and system-reserved: none declared, kubeadm sets none (EKS would reserve %s)", recommended), 0)
		return
	}
	if r := s.declared.KubeReserved; r != nil {
		s.Take(resource, "kube-reserved, as declared", of(r))
	}
	if r := s.declared.SystemReserved; r != nil {
		s.Take(resource, "system-reserved, as declared", of(r))
	}
}

func (s *steps) disk(size, partitions units.Bytes) {
	if size == 0 {
		s.Add(kubelet.EphemeralStorage, "the machine's disk is not known", 0)
		return
	}
	fs := FileSystem(size, partitions)
	s.Add(kubelet.EphemeralStorage, "disk", int64(size))
	s.Take(kubelet.EphemeralStorage, "partitions and the file system's own", int64(size-fs))
	s.Take(kubelet.EphemeralStorage, "eviction below 10% available", int64(fs-EphemeralStorage(fs)))
}

// EphemeralStorage returns what a file system of the kubelet leaves to pods, with
// the thresholds of kubeadm and with those of kops: both evict below 10% of nodefs.
// Where they differ, in imagefs, nothing of it is taken off.
//
//	fs - trunc(fs x float64(float32(0.1)))
func EphemeralStorage(fileSystem units.Bytes) units.Bytes {
	return fileSystem - kubelet.EvictedDisk(fileSystem, kubelet.EvictionDisk)
}

// What partitions and the file system take of a disk with Ubuntu. ext4 keeps an
// inode of 256 bytes for each 8 KiB of a cloud image, which is 1/32, and bitmaps.
const (
	// CloudPartitions are those of Ubuntu's cloud images since 24.04 (/boot, EFI and
	// the journal): disks of 8, 30 and 512 GiB of running machines take 1,067, 1,070
	// and 1,107 MiB beside the inodes, which is bitmaps where it grows.
	CloudPartitions = 1088 * units.MiB
	// InstallerPartitions are an assumption: Ubuntu's installer makes 1 GiB for EFI
	// and 2 GiB for /boot.
	InstallerPartitions = 3 * units.GiB

	fileSystemTaken = 314 * units.Percent / 100
)

// FileSystem returns the size of the file system that the kubelet sees on a disk
// with so large partitions, never less than nothing:
//
//	disk - 3.14% of it - partitions
func FileSystem(disk, partitions units.Bytes) units.Bytes {
	taken := units.Bytes(fileSystemTaken.Up(int(units.CeilDiv(disk, units.KiB)))) * units.KiB
	return max(disk-taken-partitions, 0)
}

// What the operating system of a machine of one's own is assumed not to see of its
// memory: firmware, the kernel and its crash kernel. Published nodes with Ubuntu and
// kubeadm hide 3.1% to 5.6% of what seem to be 4 and 8 GiB, but for one, and 1.6% to
// 3.4% of 16 GiB and more.
const (
	hiddenOfSmall = 6 * units.Percent
	hiddenOfLarge = 35 * units.Percent / 10
	small         = 8 * units.GiB
)

// ownMemory returns what the operating system of a machine of one's own sees.
func ownMemory(t *catalogs.InstanceType) (units.Bytes, string) {
	share, why := hiddenOfSmall, "hidden by firmware and kernel: taken to be 6% up to 8 GiB"
	if t.Memory > small {
		share, why = hiddenOfLarge, "hidden by firmware and kernel: taken to be 3.5% above 8 GiB"
	}
	mib := share.Up(int(units.CeilDiv(t.Memory, units.MiB)))
	return max(t.Memory-units.Bytes(mib)*units.MiB, 0), why
}
