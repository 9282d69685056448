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
	if n.CNI == planner.VPCPrefix && PrefixDelegation(t) {
		prefixes := prefixesOf(t, pods)
		return prefixes*addressesOfPrefix + units.CeilDiv(prefixes, slotsOf(t))
	}
	return min(units.CeilDiv(pods, slotsOf(t))+1, t.ENIs) * t.IPv4PerENI
}

// Interfaces returns how many network interfaces a node takes: as many as its addresses are
// on, the warm one among them, and one at least.
func Interfaces(n *planner.Network, t *catalogs.InstanceType, pods int) int {
	taken := 1
	switch {
	case n.CNI == planner.VPCPrefix && PrefixDelegation(t):
		taken = units.CeilDiv(prefixesOf(t, pods), slotsOf(t))
	case n.CNI == planner.VPC, n.CNI == planner.VPCPrefix:
		taken = min(units.CeilDiv(pods, slotsOf(t))+1, t.ENIs)
	}
	return max(taken, 1)
}

// addressesOfPrefix are those of the /28 that a slot holds with prefix delegation.
const addressesOfPrefix = 16

// slotsOf are the addresses of an interface beside the node's own.
func slotsOf(t *catalogs.InstanceType) int { return max(t.IPv4PerENI-1, 1) }

// prefixesOf are the prefixes that the pods of a node take, the warm one among them.
func prefixesOf(t *catalogs.InstanceType, pods int) int {
	return min(units.CeilDiv(pods, addressesOfPrefix)+1, t.ENIs*slotsOf(t))
}
