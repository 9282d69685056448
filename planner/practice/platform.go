package practice

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

const (
	// nearLimit is the share of a limit from which on it is near. An assumption: a
	// tenth of the rest is gone before a second cluster stands.
	nearLimit = 80 * units.Percent
	// manyNodes is from where on events get an etcd of their own, as the plan gives them
	// where it can (layout.EventsApartFrom).
	manyNodes = 1_000
)

func platformRules() []rule {
	return []rule{
		{Rule{
			ID: "LI-01", Title: "No limit of the platform is near", DefaultSeverity: planner.Warning,
			What: "The plan has more of something than Kubernetes is tested with, 80% or more of a limit, or growth takes more within its horizon. More pods on a node than ten a core are told as info.",
			Why:  "Beyond a threshold nobody has tried whether the API stays quick; at a quota the provider refuses the next node. A second cluster takes longer to build than the last fifth of a limit takes to fill.",
			Fix:  "Split the cluster, the group or the workload before the day, or have the provider raise the quota. `explain control_plane` lists all limits.",
		}, nearLimits},
		{Rule{
			ID: "ET-05", Title: "Events of large clusters have an etcd of their own", DefaultSeverity: planner.Info,
			What: "A self-managed control plane with more than 1,000 nodes keeps events in the etcd that holds everything else.",
			Why:  "Events are many small writes that nobody misses. Kubernetes advises to keep those of large clusters in a second etcd (--etcd-servers-overrides), so that they cannot crowd out the rest.",
			Fix:  "Leave `events` out, so that the plan gives them an etcd of their own; on machines of your own, run one on a second disk.",
		}, eventsApart},
	}
}

func nearLimits(v *view) []planner.Finding {
	var out []planner.Finding
	for i := range v.plan.PlatformLimits {
		l := &v.plan.PlatformLimits[i]
		soon := l.Month > 0 && l.Month <= v.c.Growth.HorizonMonths
		perNode := l.Resource == "pods_per_node" && l.Kind == planner.Threshold
		if l.Share < nearLimit && !soon || perNode && l.Used <= l.Limit {
			continue // nodes are meant to be filled
		}
		of := strings.ReplaceAll(l.Resource, "_", " ")
		least := ""
		if l.AtLeast {
			least = "at least "
		}
		f := planner.Finding{Path: l.Path, Message: fmt.Sprintf("%s: %s%s of %s (%s)", of, least, limitFigure(l, l.Used), limitFigure(l, l.Limit), l.Source), Remedy: v.within(l)}
		switch {
		case l.Used > l.Limit:
			f.Message += fmt.Sprintf(", %s more than %s", limitFigure(l, l.Used-l.Limit), limitedBy(l))
		case l.Month > 0:
			f.Message += fmt.Sprintf(", and growth takes more from %s on", l.Date)
		}
		if perNode {
			f.Severity = planner.Info
		}
		out = append(out, f)
	}
	return out
}

// limitFigure writes a count, or bytes of a database.
func limitFigure(l *planner.PlatformLimit, n int64) string {
	if l.Resource == "etcd_database" {
		return thousands(units.CeilDiv(n, 1_000_000)) + " MB"
	}
	return thousands(n)
}

// within says what keeps a plan within a limit, into how many parts where it is exceeded.
func (v *view) within(l *planner.PlatformLimit) string {
	parts, split := max(units.CeilDiv(l.Used, max(l.Limit, 1)), 1), "before"
	if l.Used > l.Limit {
		split = "into " + thousands(parts)
	}
	switch l.Resource {
	case "pods_per_node":
		return "admit larger types, which take more pods"
	case "endpoints_per_service":
		return fmt.Sprintf("split the workload %s, with a service each, or give it larger pods", split)
	case "pods_per_namespace", "services_per_namespace", "deployments_per_namespace":
		if l.Path != clusterPath {
			return fmt.Sprintf("split the workload %s, with a namespace each, or give it larger pods", split)
		}
		if load := v.plan.ControlPlane.Load; len(load) > 0 && l.Used > l.Limit {
			return fmt.Sprintf("%s namespaces or more, control_plane { load { namespaces } }", thousands(units.CeilDiv(l.Used*int64(max(load[0].Namespaces, 1)), l.Limit)))
		}
		return "more namespaces, control_plane { load { namespaces } }"
	case "network_interfaces":
		if v.c.Network.CNI == planner.VPC {
			return "have AWS raise the quota of network interfaces, which costs nothing, or write cni = \"vpc_prefix\", which takes fewer"
		}
		return "have AWS raise the quota of network interfaces, which costs nothing"
	case "nodes_without_private_service_connect":
		return "private nodes that reach the control plane by Private Service Connect, or split the cluster " + split
	case "etcd_database":
		if v.plan.ControlPlane.Tier == "standard" {
			return "write tier = \"tier-xl\", which stores 16,000 MB, or split the cluster " + split
		}
	case "requests_in_flight":
		return "raise --max-requests-inflight and --max-mutating-requests-inflight with larger machines, or add API servers"
	}
	if l.Path != clusterPath {
		return "split the group " + split + ", which costs nothing, or admit larger types"
	}
	return "split the cluster " + split
}

// clusterPath is where limits of the whole cluster are.
const clusterPath = "cluster"

// limitedBy says what a threshold is.
func limitedBy(l *planner.PlatformLimit) string {
	switch l.Resource {
	case "requests_in_flight":
		return "API servers take at a time by their defaults"
	case "network_interfaces":
		return "an account has in a region by default"
	case "endpoints_per_service":
		return "Kubernetes was tested with, before EndpointSlices"
	case "nodes_without_private_service_connect":
		return "GKE takes where nodes are public"
	}
	return "Kubernetes is tested with"
}

func eventsApart(v *view) []planner.Finding {
	load := v.plan.ControlPlane.Load
	if v.etcd() == nil || v.etcd().Events != nil || len(load) == 0 || load[0].Nodes <= manyNodes {
		return nil
	}
	now := &load[0]
	i := slices.IndexFunc(now.Objects, func(o planner.StoredObjects) bool { return o.Kind == "events" })
	if i < 0 || now.Writes == 0 || now.Live == 0 {
		return nil
	}
	o := &now.Objects[i]
	remedy := "keep events in a second etcd (--etcd-servers-overrides=/events#…) on a disk of its own"
	if v.etcdMachine() == nil {
		remedy = "write events = \"separate\" in control_plane.etcd, or leave events out"
	}
	return []planner.Finding{{
		Path: "control_plane.etcd",
		Message: fmt.Sprintf("events are %d%% of the writes and %d%% of the objects of %s nodes",
			100*int64(o.Writes)/int64(now.Writes), 100*int64(o.Count)*int64(o.Size)/int64(now.Live), number(now.Nodes)),
		Remedy: remedy,
	}}
}
