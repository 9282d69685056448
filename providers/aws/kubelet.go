package aws

import "github.com/scantling-dev/scantling/planner/units"

// kubeReservedDisk is what the EKS images reserve of the disk. Sources: nodeadm of
// awslabs/amazon-eks-ami and the Bottlerocket helpers, which take the same.
const kubeReservedDisk = units.GiB

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
