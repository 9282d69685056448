package spec

import (
	"net/netip"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// podRange reads the range of pods, when every group has said how many pods a node runs.
func (b *builder) podRange() {
	n := b.root.child("network")
	c := &b.cluster
	if b.ground == nil {
		return
	}
	if b.terms.PodBlock == nil {
		if n != nil {
			b.refuse(n, "pod_cidr", "Pods of %s have addresses of the zones' subnets. Leave pod_cidr out; free_ips_by_zone says how many are left.", b.title())
		}
		return
	}
	c.Network.PodBlock = b.terms.PodBlock(c.MostPodsOfNode())
	text, ok := get[string](n, "pod_cidr")
	if !ok {
		return
	}
	cidr, err := netip.ParsePrefix(text)
	switch rng := n.rng("pod_cidr"); {
	case err != nil || !cidr.Addr().Is4():
		b.add(InvalidCIDR, rng, "%q is no IPv4 network. Write an address and the length of its prefix: \"10.0.0.0/14\".", short(text))
	case cidr.Masked() != cidr:
		b.add(InvalidCIDR, rng, "%s is an address within %s. Write the network.", text, cidr.Masked())
	case cidr.Bits() > c.Network.PodBlock:
		b.add(InvalidCIDR, rng, "Each node gets a /%d for up to %d pods, and %s is smaller than one. Write a prefix of /%d or less, or lower max_pods.", c.Network.PodBlock, c.MostPodsOfNode(), text, c.Network.PodBlock)
	default:
		c.Network.PodCIDR = cidr.String()
	}
}

// sizes reads how large requests and responses are, and which pods callers prefer.
func (b *builder) sizes(n *node, path string, w *planner.Workload) {
	w.RequestSize, _ = get[units.Bytes](n, "request_size")
	w.ResponseSize, _ = get[units.Bytes](n, "response_size")
	for _, name := range []string{"request_size", "response_size"} {
		if way := w.Demand.Way; n.has(name) && (way == planner.GivenReplicas || way == planner.FromJob) {
			b.add(MissingDemand, n.rng(name), "%s is of requests, and the workload states no throughput. State it, or leave %s out.", name, name)
		}
	}
	switch known := n.has("request_size") || n.has("response_size"); {
	case known:
		w.SameZone = take(b, n, path, "traffic_distribution", "any", "any", "language") == "prefer_same_zone"
	case n.has("traffic_distribution"):
		b.add(MissingAttribute, n.rng("traffic_distribution"), "It says nothing without request_size or response_size. Give one of them, or leave it out.")
	}
}
