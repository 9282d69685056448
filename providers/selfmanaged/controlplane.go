package selfmanaged

import (
	"fmt"
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// FeeLoadBalancer is the fee of a cloud's load balancer; it is part of an address.
const FeeLoadBalancer = "load_balancer"

// Support of a version.
const (
	StandardSupport = "standard"
	// NoSupport: the Kubernetes project makes no more patches. The version runs on.
	NoSupport = "none"
)

// VersionError says why a version of Kubernetes cannot run on a day.
type VersionError struct {
	Minor  string
	Reason string
}

func (e *VersionError) Error() string { return "Kubernetes " + e.Minor + ": " + e.Reason }

// SupportAt returns which support the Kubernetes project gives to version v of its
// calendar on a day, and when it ends: the end date is the first day without, and
// a date that is not published is no limit. Without support nothing ends. The
// error is a *VersionError where v is not yet released.
func SupportAt(v catalogs.Version, day units.Date) (support string, ends units.Date, err error) {
	switch {
	case v.Release.IsZero():
		return "", "", &VersionError{v.Minor, "its release date is not known"}
	case day < v.Release:
		return "", "", &VersionError{v.Minor, fmt.Sprintf("released on %s, after %s", v.Release, day)}
	case v.StandardEnd.IsZero() || day < v.StandardEnd:
		return StandardSupport, v.StandardEnd, nil
	}
	return NoSupport, "", nil
}

// ControlPlane returns the support of c's version, and the load balancer before
// its API servers with its fee; machines and etcd are the pipeline's. The error is
// a *VersionError where the version is not in the calendar of Kubernetes or not
// yet released at c.AsOf.
func (p Provider) ControlPlane(c *planner.Cluster, cat *catalogs.Catalog) (planner.ControlPlane, error) {
	versions := p.Versions(cat)
	i := slices.IndexFunc(versions, func(v catalogs.Version) bool { return v.Minor == c.KubernetesVersion })
	if i < 0 {
		return planner.ControlPlane{}, &VersionError{c.KubernetesVersion, "not in the catalog's calendar of Kubernetes"}
	}
	support, ends, err := SupportAt(versions[i], c.AsOf)
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
