package gcp

import (
	"math/bits"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/kubelet"
)

// sharedCoreReserve is what GKE reserves of the two vCPUs that the operating
// system of an e2-micro, e2-small or e2-medium shows. Source: GKE, "Plan GKE
// node sizes".
const sharedCoreReserve units.MilliCPU = 1060

// ReservedCPU returns the CPU that GKE reserves on a node of type t: the tiers of
// kubelet.ReservedCPU, and 1060 m on the shared-core types of E2.
func ReservedCPU(t *catalogs.InstanceType) units.MilliCPU {
	if sharedCore(t) {
		return sharedCoreReserve
	}
	return kubelet.ReservedCPU(t.VCPUs)
}

func sharedCore(t *catalogs.InstanceType) bool { return t.Family == "e2" && t.Burstable }

// smallReserve is what GKE reserves of a machine with up to 1 GiB.
const smallReserve = 255 * units.MiB

// ReservedMemory returns the memory that GKE reserves of a capacity: 255 MiB up to
// 1 GiB, above that
//
//	25% of the first 4 GiB, 20% of the next 4, 10% of the next 8,
//	6% of the next 112, 2% of all above 128 GiB,
//
// truncated to whole MiB. Source: GKE, "Plan GKE node sizes".
func ReservedMemory(capacity units.Bytes) units.Bytes {
	if capacity <= units.GiB {
		return smallReserve
	}
	tiers := []struct{ size, percent units.Bytes }{
		{4 * units.GiB, 25}, {4 * units.GiB, 20}, {8 * units.GiB, 10}, {112 * units.GiB, 6}, {capacity, 2},
	}
	var hundredths units.Bytes
	for _, t := range tiers {
		part := min(capacity, t.size)
		hundredths += part * t.percent
		capacity -= part
	}
	return hundredths / 100 / units.MiB * units.MiB
}

// Limits of pods on a node of GKE Standard. Source: GKE, "Quotas and limits".
const (
	// DefaultMaxPods is what a node runs where nothing is declared.
	DefaultMaxPods = kubelet.MaxPods
	// MostPods is the most that may be declared.
	MostPods = 256
)

// PodCIDRBits returns the length of the prefix that GKE gives to a node for its
// pods: that of the smallest block with twice as many addresses as pods, so that
// addresses are not used again at once. 110 pods have a /24. Source: GKE,
// "Configure maximum Pods per node".
func PodCIDRBits(maxPods int) int { return 32 - bits.Len(uint(max(2*maxPods-1, 0))) }

// cosFixed is what partitions of Container-Optimized OS and the journal take of a
// boot disk beside the file system's inode tables, which take 1/64 of it (mkfs.ext4:
// 256 bytes for each 16 KiB). It is the most of four sizes of nodes: 4387292 KiB
// of 100 GiB since 2022, 4350752 and less of 20, 100 and 1000 GiB before.
const (
	cosFixed      = 4387292 * units.KiB
	inodesPerDisk = 64
)

// FileSystem returns the size of the file system that the kubelet sees on a boot
// disk with Container-Optimized OS, never less than nothing:
//
//	disk - disk/64 - 4387292 KiB
func FileSystem(disk units.Bytes) units.Bytes {
	return max(disk-units.CeilDiv(disk, inodesPerDisk)-cosFixed, 0)
}

// ReservedDisk returns what GKE reserves of a boot disk for the system:
//
//	the least of 50% of it, 35% of it and 6 GiB, and 100 GiB,
//
// rounded up to whole bytes. Source: GKE, "Plan GKE node sizes".
func ReservedDisk(disk units.Bytes) units.Bytes {
	return min(units.CeilDiv(disk, 2), units.CeilDiv(disk*35, 100)+6*units.GiB, 100*units.GiB)
}

// EphemeralStorage returns what a boot disk leaves to pods of the kubelet's file
// system on it:
//
//	fs - trunc(fs x float64(float32(0.1))) - ReservedDisk(disk)
func EphemeralStorage(fileSystem, disk units.Bytes) units.Bytes {
	return max(fileSystem-kubelet.EvictedDisk(fileSystem, kubelet.EvictionDisk)-ReservedDisk(disk), 0)
}

// diskRoom is what a boot disk leaves to pods, whatever the image.
func diskRoom(_ planner.Image, size units.Bytes) units.Bytes {
	return EphemeralStorage(FileSystem(size), size)
}
