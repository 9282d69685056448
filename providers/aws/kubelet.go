package aws

import (
	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

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

// Addresses returns how many addresses of its subnet a node takes: those of as many
// network interfaces as its pods need and of one more, which the VPC CNI keeps warm
// (aws/amazon-vpc-cni-k8s README: WARM_ENI_TARGET is 1 by default), or with prefix
// delegation of as many prefixes of 16 and of one more (WARM_PREFIX_TARGET is 1). Pods
// on the host's network are counted like the others, as far as the interfaces go.
func Addresses(n *planner.Network, t *catalogs.InstanceType, pods int) int {
	const prefix = 16
	slots := max(t.IPv4PerENI-1, 1)
	if n.CNI == planner.VPCPrefix && PrefixDelegation(t) {
		prefixes := min(units.CeilDiv(pods, prefix)+1, t.ENIs*slots)
		return prefixes*prefix + units.CeilDiv(prefixes, slots)
	}
	return min(units.CeilDiv(pods, slots)+1, t.ENIs) * t.IPv4PerENI
}
