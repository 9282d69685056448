package aws

import "github.com/scantling-dev/scantling/planner/units"

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

// The thresholds and reservations of the EKS images. Sources: nodeadm of
// awslabs/amazon-eks-ami and the Bottlerocket helpers, which take the same.
const (
	kubeReservedDisk  = units.GiB
	evictionMemory    = 100 * units.MiB
	evictionDisk      = 10 * units.Percent
	reservedMemory    = 255 * units.MiB
	reservedMemoryPod = 11 * units.MiB
)

// ReservedCPU returns the CPU that EKS images (and GKE) reserve on a node of n
// vCPUs: 6% of the first, 1% of the second, 0.5% of the third and fourth and
// 0.25% of the others, each tier truncated to whole millicores.
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

// ReservedMemory returns the memory that EKS images reserve for the kubelet at
// a number of pods: 255 MiB + 11 MiB x pods. AL2023 counts the pods that the
// network interfaces' secondary addresses allow, whatever the kubelet's own
// limit; Bottlerocket counts the kubelet's limit.
func ReservedMemory(pods int) units.Bytes {
	return reservedMemory + units.Bytes(pods)*reservedMemoryPod
}

// SecondaryIPPods returns the pods that the VPC CNI can give an address of
// their own: one address of each interface is the node's, and two pods use the
// host's network.
//
//	ENIs x (IPv4 per ENI - 1) + 2
//
// With custom networking pass one interface less.
func SecondaryIPPods(enis, ipv4PerENI int) int { return enis*(ipv4PerENI-1) + 2 }

// PrefixPods returns the same with prefix delegation, where each address slot
// holds a /28 prefix of 16 addresses.
//
//	ENIs x (IPv4 per ENI - 1) x 16 + 2
func PrefixPods(enis, ipv4PerENI int) int { return enis*(ipv4PerENI-1)*16 + 2 }

// MaxPodsCeiling returns the most pods that a managed node group lets a node of
// n vCPUs run, whatever its addresses: 110 up to 30 vCPUs, 250 above.
func MaxPodsCeiling(n int) int {
	if n > 30 {
		return 250
	}
	return 110
}

// armCMA is what the kernel of a Graviton node sets aside before anything else.
const armCMA = 64 * units.MiB

// HiddenShare is the share of a machine's stated memory that its operating
// system is assumed not to see where nobody measured it: Karpenter's default.
const HiddenShare = 75 * units.Percent / 10

// VisibleMemory returns what an operating system sees of a stated size when a
// share is hidden, rounded up to whole MiB; an arm64 machine first loses 64 MiB.
func VisibleMemory(stated units.Bytes, hidden units.Ratio, arm bool) units.Bytes {
	if arm {
		stated -= armCMA
	}
	mib := hidden.Up(int(stated / units.MiB))
	return max(stated-units.Bytes(mib)*units.MiB, 0)
}
