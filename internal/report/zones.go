package report

import (
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
)

// separators stand between the parts of a zone's name.
const separators = "-_."

// widestZones is how wide the title of a column of zones may be: three names such
// as "rack1", and what stands between them.
const widestZones = 17

// zoneHead returns the title of a column that counts by zone: "a/b/c". Names that
// would make it too wide are numbered, and legend says which is which; else it is
// empty.
func zoneHead(region string, zones []string) (title string, legend []string) {
	title = strings.Join(zoneLabels(region, zones), "/")
	if runes(title) <= widestZones {
		return title, nil
	}
	var numbers []string
	for i, z := range zones {
		numbers = append(numbers, number(i+1))
		legend = append(legend, number(i+1)+" "+z)
	}
	return strings.Join(numbers, "/"), legend
}

// zoneTitle is zoneHead without the legend, which stands below the first table.
func zoneTitle(plan *planner.Plan) string {
	title, _ := zoneHead(plan.Cluster.Region, plan.Cluster.Zones)
	return title
}

// zoneLabels returns short names of zones: without what all begin with, which is
// the region's name or ends at a separator; the whole names where there is no such
// beginning, or where not every name is told from the others by the rest.
func zoneLabels(region string, zones []string) []string {
	if len(zones) == 0 {
		return nil
	}
	begins := func(prefix string) bool {
		return !slices.ContainsFunc(zones, func(z string) bool { return !strings.HasPrefix(z, prefix) })
	}
	shared := ""
	if begins(region) {
		shared = region
	}
	if first := zones[0]; len(zones) > 1 {
		for i := range first {
			if strings.ContainsRune(separators, rune(first[i])) && i >= len(shared) && begins(first[:i+1]) {
				shared = first[:i+1]
			}
		}
	}
	var labels []string
	for _, z := range zones {
		label := strings.TrimLeft(strings.TrimPrefix(z, shared), separators)
		if label == "" || slices.Contains(labels, label) {
			return zones
		}
		labels = append(labels, label)
	}
	return labels
}

// nodesByZone writes the nodes in each of the cluster's zones: "2/2/2", with "-"
// for a zone that the group does not use.
func nodesByZone(zones []string, nodes []planner.ZoneCount) string {
	parts := make([]string, len(zones))
	for i, z := range zones {
		parts[i] = none
		for _, n := range nodes {
			if n.Zone == z {
				parts[i] = number(n.Nodes)
			}
		}
	}
	return strings.Join(parts, "/")
}
