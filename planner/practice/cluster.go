package practice

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
)

func catalogRules() []rule {
	return []rule{{Rule{
		ID: "CA-01", Title: "Zones are those of the catalog", DefaultSeverity: planner.Warning,
		What: "The spec names a zone that the catalog does not list for the region.",
		Why:  "On AWS the letters of zones belong to an account, so that one may exist that others do not see; it may also be a slip.",
		Fix:  "Check the name in your account, or use one of the zones that the message lists.",
	}, unknownZones}}
}

func unknownZones(v *view) []planner.Finding {
	if len(v.cat.Zones) == 0 {
		return nil
	}
	var names []string
	for _, z := range v.cat.Zones {
		names = append(names, z.Name)
	}
	var found []planner.Finding
	for _, z := range v.c.Zones {
		known := slices.ContainsFunc(v.cat.Zones, func(o catalogs.Zone) bool { return o.Name == z || o.ID == z })
		if !known {
			found = append(found, planner.Finding{
				Path:    "zones",
				Message: fmt.Sprintf("%s is not one of the %d zones that the catalog lists for %s", z, len(names), v.c.Region),
				Remedy:  "zones = " + quoted(names[:min(3, len(names))]),
			})
		}
	}
	return found
}

func tooManyPods(v *view) []planner.Finding {
	ofEC2 := v.c.Network.CNI == planner.VPC || v.c.Network.CNI == planner.VPCPrefix
	if !ofEC2 || v.c.Network.MaxPods == 0 {
		return nil
	}
	least := 0
	var gets []string
	for _, g := range v.groups {
		for _, p := range g.plan.Pools {
			t := v.instance(p.InstanceType)
			if t == nil || t.ENIs == 0 || t.IPv4PerENI == 0 {
				continue
			}
			most := t.ENIs*(t.IPv4PerENI-1) + 2
			if v.c.Network.CNI == planner.VPCPrefix {
				most = t.ENIs*(t.IPv4PerENI-1)*16 + 2
			}
			if v.c.Network.MaxPods <= most {
				continue
			}
			if least == 0 || most < least {
				least = most
			}
			gets = append(gets, fmt.Sprintf("%s gets %d (%s: %d interfaces of %d addresses, %s)", g.Path(), most, t.Name, t.ENIs, t.IPv4PerENI, v.c.Network.CNI))
		}
	}
	if len(gets) == 0 {
		return nil
	}
	remedy := fmt.Sprintf("max_pods = %d", least)
	if v.c.Network.CNI == planner.VPC {
		remedy += ", or cni = \"vpc_prefix\""
	}
	return []planner.Finding{{
		Path: "network.max_pods", Remedy: remedy,
		Message: fmt.Sprintf("%d pods a node are declared; %s", v.c.Network.MaxPods, strings.Join(gets, ", ")),
	}}
}
