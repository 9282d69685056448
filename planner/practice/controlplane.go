package practice

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner"
)

const (
	// leastServers is how many control-plane nodes and etcd members outlive one.
	leastServers = 3
	// leastHosts of a load balancer outlive one.
	leastHosts = 2
)

func controlPlaneRules() []rule {
	return []rule{
		{Rule{
			ID: "CP-01", Title: "Three control-plane nodes at least", DefaultSeverity: planner.Error, ProductionOnly: true,
			What: "A self-managed control plane has fewer than three nodes.",
			Why:  "While the only one is away, pods run on and nothing else happens: no pod is replaced, nothing scales, nothing can be changed. Two nodes have no majority without either.",
			Fix:  "Give the control plane three nodes, or leave nodes to the planner with a redundancy of one node.",
		}, fewServers},
		{Rule{
			ID: "CP-03", Title: "A load balancer stands before the API servers", DefaultSeverity: planner.Error,
			What: "Several API servers have no load balancer, or one with a single host.",
			Why:  "Kubelets and people know one address. If it leads to one machine, losing that machine loses the API, however many servers there are.",
			Fix:  "Use the cloud's load balancer, kube-vip on the control-plane nodes, or two hosts with haproxy and keepalived.",
		}, loneBalancer},
		{Rule{
			ID: "CP-04", Title: "The address of the API can move", DefaultSeverity: planner.Warning,
			What: "kube-vip or keepalived holds the address of the API on machines of a cloud.",
			Why:  "Both announce the address by ARP (or VRRP) on one L2 network when they take it over. Networks of AWS and Google Cloud deliver no such announcement, not even within a subnet: the address stays where it was, and the API is away until somebody moves it by the cloud's own means.",
			Fix:  "Use load_balancer = \"cloud\", or script the cloud's API to move the address and switch the rule off with that reason.",
		}, strayAddress},
		{Rule{
			ID: "CP-05", Title: "The control plane stands in several zones", DefaultSeverity: planner.Info,
			What: "The nodes are in one zone, and EKS wants subnets of at least two for the control plane (info). Or a self-managed control plane stands in one zone or two, so that some zone takes the quorum of etcd with it (warning in production, an error where the loss of a zone is declared to be survived).",
			Why:  "A managed control plane is spread over zones whatever the nodes do, and EKS cannot make one without the second subnet. One's own is lost with the zone that holds most of its members: with two zones the fuller one always does.",
			Fix:  "Name three zones; for EKS, give the emitted variables a subnet in a second one.",
		}, controlPlaneZones},
		{Rule{
			ID: "CP-09", Title: "The API stays up through an upgrade", DefaultSeverity: planner.Error, ProductionOnly: true,
			What: "There is a single API server: a zonal control plane of GKE, or one self-managed node that an upgrade is planned for.",
			Why:  "It is away while it is upgraded, and with it every deployment, every autoscaler and every replacement of a failed pod.",
			Fix:  "Use the regional tier, which is chosen for good when a cluster is made, or three control-plane nodes.",
		}, apiDown},
		{Rule{
			ID: "CL-05", Title: "One control plane, one region", DefaultSeverity: planner.Warning,
			What: "A round trip between etcd members takes 50 ms or more; or one cluster is stretched over several regions (info, an error where network and disk together take 100 ms or more), or its arbiter is 10 ms away or more.",
			Why:  "Every write to the cluster's state waits for a majority of members: their distance is added to each. Red Hat asks for less than 50 ms between peers, 10 ms to an arbiter and 100 ms of network and disk together, and prefers a cluster for each region.",
			Fix:  "Bring the members closer together, or run a cluster in each place, with a spec of its own. Zones of a cloud's cluster are of one region: measure the round trip between them, and correct what is declared.",
		}, stretched},
	}
}

// servers is the number of a self-managed control plane's API servers; 0 of a
// managed one.
func (v *view) servers() int {
	n := 0
	for _, m := range v.plan.ControlPlane.Machines {
		if m.Role == planner.RoleControlPlane {
			n += m.Nodes
		}
	}
	return n
}

func fewServers(v *view) []planner.Finding {
	n := v.servers()
	if !v.selfManaged() || n == 0 || n >= leastServers {
		return nil
	}
	runs := "runs an API server"
	if e := v.plan.ControlPlane.Etcd; e != nil && e.Topology == planner.Stacked {
		runs = "runs an API server and etcd"
	}
	message := fmt.Sprintf("1 control-plane node %s: while it is away nothing is replaced, scaled or changed", runs)
	if n > 1 {
		message = fmt.Sprintf("%d control-plane nodes, and %d are the least that outlive one with a majority", n, leastServers)
	}
	return []planner.Finding{{Path: "control_plane.nodes", Message: message, Remedy: fmt.Sprintf("nodes = %d", leastServers)}}
}

func loneBalancer(v *view) []planner.Finding {
	n, b := v.servers(), v.plan.ControlPlane.LoadBalancer
	if !v.selfManaged() || n < 2 {
		return nil
	}
	f := planner.Finding{Path: "control_plane.load_balancer", Remedy: fmt.Sprintf("load_balancer = %q", planner.KubeVIP)}
	if !v.ownMachines() {
		f.Remedy = fmt.Sprintf("load_balancer = %q", planner.CloudLoadBalancer)
	}
	switch {
	case b == nil:
		f.Message = fmt.Sprintf("%d API servers and no load balancer: an address leads to one of them", n)
	case b.Hosts > 0 && b.Hosts < leastHosts:
		f.Message = fmt.Sprintf("%d API servers behind %s: losing it loses the API", n, count(b.Hosts, "load balancer host"))
	default:
		return nil
	}
	return []planner.Finding{f}
}

func controlPlaneZones(v *view) []planner.Finding {
	if v.managedBy("aws") && len(v.c.Zones) == 1 {
		return []planner.Finding{{
			Path:    "zones",
			Message: fmt.Sprintf("the control plane needs subnets in 2 zones, the spec names 1 (%s)", v.c.Zones[0]),
			Remedy:  "a subnet of a second zone in the emitted variables, or zones = " + quoted(v.moreZones(2)),
		}}
	}
	e := v.plan.ControlPlane.Etcd
	if !v.selfManaged() || e == nil || e.Members < leastServers || e.ToleratesZones > 0 {
		return nil // fewer members outlive nothing: CP-01 and ET-01
	}
	zones, byZone := v.holders()
	if len(zones) == 0 {
		return nil
	}
	fullest, parts := zones[0], []string(nil)
	for _, z := range zones {
		parts = append(parts, fmt.Sprintf("%d in %s", byZone[z], z))
		if byZone[z] > byZone[fullest] {
			fullest = z
		}
	}
	f := planner.Finding{
		Severity: planner.Info, Path: "zones", Remedy: v.nameZones(3),
		Message: fmt.Sprintf("%s, %s: losing %s leaves %d, and a quorum is %d", count(e.Members, "etcd member"), strings.Join(parts, " and "), fullest, e.Members-byZone[fullest], e.Quorum),
	}
	switch {
	case v.production && v.c.ControlPlane.Redundancy.Zones > 0:
		f.Severity = planner.Error
	case v.production: // the spec gives the loss of a zone up
		f.Severity = planner.Warning
	}
	return []planner.Finding{f}
}

// holders returns the zones in which etcd members stand, sorted, and how many.
func (v *view) holders() (zones []string, byZone map[string]int) {
	role := planner.RoleControlPlane
	if e := v.plan.ControlPlane.Etcd; e != nil && e.Topology == planner.External {
		role = planner.RoleEtcd
	}
	byZone = map[string]int{}
	for _, m := range v.plan.ControlPlane.Members {
		if m.Role != role {
			continue
		}
		if byZone[m.Zone] == 0 {
			zones = append(zones, m.Zone)
		}
		byZone[m.Zone]++
	}
	slices.Sort(zones)
	return zones, byZone
}

// strayAddress: see "Amazon VPC user guide" (no broadcast or multicast but through a
// transit gateway) and "Google Cloud VPC networks" (no broadcast, ARP answered by the
// network).
func strayAddress(v *view) []planner.Finding {
	b := v.plan.ControlPlane.LoadBalancer
	if !v.selfManaged() || b == nil || b.Kind == planner.CloudLoadBalancer || len(v.c.Machines) > 0 {
		return nil
	}
	return []planner.Finding{{
		Path:    "control_plane.load_balancer",
		Message: fmt.Sprintf("%s moves the API's address by announcing it, and no network of %s passes that on", b.Kind, v.c.Provider),
		Remedy:  "load_balancer = \"cloud\"",
	}}
}

// apiDown: GKE promises 99.5% of a zonal control plane and 99.95% of a regional one
// (GKE, "Service level agreement"): of 730 hours 3 h 39 min and 22 min may be lost.
func apiDown(v *view) []planner.Finding {
	hops := ""
	if u := v.plan.Upgrade; u != nil && len(u.Hops) > 0 {
		hops = fmt.Sprintf("%s to %s", count(len(u.Hops), "hop"), u.To)
	}
	switch {
	case v.managedBy("gcp") && v.plan.ControlPlane.Tier == "zonal":
		message := "one replica: the API is away while it is upgraded"
		if hops != "" {
			message += " (" + hops + " planned)"
		}
		message += ", and GKE promises 99.5% of it, 3 h 39 min a month without, against 22 min (99.95%) of a regional one"
		if zonal, regional := v.fee("zonal"), v.fee("regional"); zonal.Known() && regional.Known() && zonal.Rate == regional.Rate {
			message += " at the same fee (one zonal cluster of a billing account is covered by a credit, which is not taken off here)"
		}
		return []planner.Finding{{Path: "control_plane.tier", Message: message, Remedy: "tier = \"regional\""}}
	case v.selfManaged() && v.servers() == 1 && hops != "":
		return []planner.Finding{{
			Path: "control_plane.nodes", Message: fmt.Sprintf("1 API server: the API is away at each of %s", hops),
			Remedy: fmt.Sprintf("nodes = %d", leastServers),
		}}
	}
	return nil
}

// longRoundTrip between members is where one cluster should become two (Red Hat,
// "Guidance for OpenShift clusters that span data centers": below 50 ms).
const longRoundTrip = 50 * time.Millisecond

func stretched(v *view) []planner.Finding {
	if found := stretchedRegions(v); len(found) > 0 {
		return found
	}
	rtt := v.c.ControlPlane.Etcd.RoundTrip
	e := v.plan.ControlPlane.Etcd
	if !v.selfManaged() || e == nil || e.Members < 2 || rtt < longRoundTrip {
		return nil
	}
	return []planner.Finding{{
		Path:    "control_plane.etcd.round_trip",
		Message: fmt.Sprintf("%v between etcd members: every write waits for it, and a lost leader is noticed after %v", rtt, e.ElectionTimeout),
		Remedy:  v.nearerMembers(),
	}}
}

// nearerMembers says what becomes of members that are far from each other. Zones of a cloud
// are of one region, so that it is the figure that is wrong; machines of one's own may stand
// anywhere.
func (v *view) nearerMembers() string {
	if v.ownMachines() {
		return "zones that are nearer to each other, or a cluster for each place, with a spec of its own"
	}
	return fmt.Sprintf("measure it: the zones are all of %s, where 0.5 to 2 ms are usual; the default of round_trip is 2ms", v.c.Region)
}
