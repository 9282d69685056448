package selfmanaged

import (
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/controlplane"
)

// FeeLoadBalancer is the fee of a cloud's load balancer; it is part of an address.
const FeeLoadBalancer = "load_balancer"

// ControlPlane returns the support of c's version, and the load balancer before
// its API servers with its fee; machines and etcd are the pipeline's. The error is
// a *controlplane.VersionError where the version is not in the calendar of Kubernetes or not
// yet released at c.AsOf.
func (p Provider) ControlPlane(c *planner.Cluster, cat *catalogs.Catalog) (planner.ControlPlane, error) {
	v, err := controlplane.Find(p.Versions(cat), c.KubernetesVersion, "Kubernetes")
	if err != nil {
		return planner.ControlPlane{}, err
	}
	support, ends, err := controlplane.PatchesAt(v, c.AsOf)
	if err != nil {
		return planner.ControlPlane{}, err
	}
	out := planner.ControlPlane{
		Mode: planner.SelfManaged, Support: support, SupportEnds: ends,
		LoadBalancer: loadBalancer(c.ControlPlane.LoadBalancer),
	}
	if c.ControlPlane.LoadBalancer == planner.CloudLoadBalancer && p.balancer != nil {
		out.Fees = []planner.FeeLine{{Name: FeeLoadBalancer, Price: p.balancer(c.Region)}}
	}
	return out, nil
}

const (
	// apiPort is where kubeadm's API servers listen, and readyPath what they answer
	// once they serve (kubernetes.io, "Kubernetes API health endpoints").
	apiPort   = 6443
	readyPath = "/readyz"
	// balancerHosts of HAProxy and keepalived: the second takes the address over.
	balancerHosts = 2
)

// loadBalancer returns what stands before the API servers. kube-vip runs on the
// control-plane nodes themselves.
func loadBalancer(kind planner.LoadBalancerKind) *planner.LoadBalancer {
	b := planner.LoadBalancer{Kind: kind, Ports: []int{apiPort}, HealthCheck: readyPath}
	if kind == planner.HAProxyKeepalived {
		b.Hosts = balancerHosts
	}
	return &b
}

// Prices by the hour of a load balancer that no traffic passes. Capacity units and
// bytes are not counted. Where they hold is general knowledge: third parties quote
// $0.0225 to $0.034 for a Network Load Balancer by region, and Google's page
// $0.025 for the first five forwarding rules together.
const (
	networkLoadBalancerRate units.USDPerHour = 22_500_000
	forwardingRuleRate      units.USDPerHour = 25_000_000
)

// networkLoadBalancer returns the price of one on AWS; not known in most regions.
func networkLoadBalancer(region string) catalogs.Price {
	return recalled(networkLoadBalancerRate, region, "us-east-1", "us-east-2", "us-west-2")
}

// forwardingRule returns the price of one on Google Cloud; not known in most
// regions.
func forwardingRule(region string) catalogs.Price {
	return recalled(forwardingRuleRate, region, "us-central1", "us-east1", "us-west1")
}

func recalled(rate units.USDPerHour, region string, known ...string) catalogs.Price {
	if !slices.Contains(known, region) {
		return catalogs.Price{}
	}
	return catalogs.Price{Rate: rate, Basis: catalogs.Recalled, Source: "recalled"}
}
