package practice

import (
	"fmt"

	"github.com/scantling-dev/scantling/planner"
)

func networkRules() []rule {
	return []rule{
		{Rule{
			ID: "NW-01", Title: "max_pods is what the network can address", DefaultSeverity: planner.Warning,
			What: "network.max_pods is above what the VPC CNI of AWS can give addresses to on a chosen type: interfaces x (addresses - 1) + 2, with prefixes 16 for each address.",
			Why:  "The scheduler would send pods that never get an address and hang in ContainerCreating. Plans count with the smaller figure.",
			Fix:  "Lower max_pods, use cni = \"vpc_prefix\", or choose types with more interfaces.",
		}, tooManyPods},
		{Rule{
			ID: "NW-02", Title: "A zone has addresses for the pods of another", DefaultSeverity: planner.Error, ProductionOnly: true,
			What: "The subnets of a zone have fewer addresses left than nodes and pods take there while a declared loss of other zones lasts. That the plan fits with everything up, and strategies of upgrades at their peak, is no matter of this rule: nothing is planned beyond free_ips_by_zone.",
			Why:  "Nodes without an address do not start, and pods without one hang in ContainerCreating, in the very hour in which the redundancy that is paid for is needed.",
			Fix:  "Add subnets to the zone, or use cni = \"vpc_prefix\" where it takes fewer.",
		}, fewAddresses},
		{Rule{
			ID: "NW-03", Title: "The range of pods has a block for every node", DefaultSeverity: planner.Warning,
			What: "network.pod_cidr has fewer blocks than there may be nodes: with every group at its most nodes, at the last month of growth that can be planned, or at the peak of the recommended upgrade.",
			Why:  "A node without a block is never Ready, and the range of a cluster that runs is hard to change.",
			Fix:  "Write a wider range before the cluster is made, or lower max_pods on GKE, so that each node takes a smaller block.",
		}, fewBlocks},
	}
}

// fewAddresses are zones whose subnets end before a loss of others is made good.
func fewAddresses(v *view) []planner.Finding {
	if v.plan.Network == nil {
		return nil
	}
	var found []planner.Finding
	for _, z := range v.plan.Network.Zones {
		if z.HasFree && z.ZoneLoss > z.Free {
			found = append(found, planner.Finding{
				Path:    planner.FreeIPsPath(z.Zone),
				Message: fmt.Sprintf("%d addresses are taken in %s while other zones are lost, and %d are left: %d too few", z.ZoneLoss, z.Zone, z.Free, z.ZoneLoss-z.Free),
				Remedy:  fmt.Sprintf("subnets with %d addresses more", z.ZoneLoss-z.Free),
			})
		}
	}
	return found
}

// fewBlocks is a range of pods that ends before the nodes do.
func fewBlocks(v *view) []planner.Finding {
	if v.plan.Network == nil || v.plan.Network.PodRange == nil || v.plan.Network.PodRange.Capacity == 0 {
		return nil
	}
	r := v.plan.Network.PodRange
	most, when := r.AtUpgrade, "at the peak of the upgrade"
	if r.AtHorizon > most {
		most, when = r.AtHorizon, "at the last month of growth"
	}
	if r.AtMost > most {
		most, when = r.AtMost, "with every group at its most nodes"
	}
	if most <= r.Capacity {
		return nil
	}
	return []planner.Finding{{
		Path:    planner.PodCIDRPath,
		Message: fmt.Sprintf("%s has %d blocks of /%d, and there are %d nodes %s", v.c.Network.PodCIDR, r.Capacity, r.BlockBits, most, when),
		Remedy:  fmt.Sprintf("a range of /%d", r.NeedBits),
	}}
}
