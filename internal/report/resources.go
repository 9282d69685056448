package report

import (
	"fmt"
	"maps"
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// resources writes what pods request beside CPU and memory, and what the nodes offer of
// it: a line for each group whose pods request any.
func (p *page) resources(plan *planner.Plan) {
	const mostHang = 12
	label := "ALSO USED"
	for i := range plan.NodeGroups {
		g := &plan.NodeGroups[i]
		items := resourceItems(g, volumesOf(plan, g))
		if len(items) == 0 {
			continue
		}
		items[0] = g.Name + ": " + items[0]
		p.entry(label, plain, min(runes(g.Name+": "), mostHang), items...)
		label = ""
	}
}

// volumesOf is how many volumes a group's replicas have.
func volumesOf(plan *planner.Plan, g *planner.GroupPlan) int {
	sum := 0
	for i := range plan.Cluster.NodeGroups {
		declared := &plan.Cluster.NodeGroups[i]
		for j := range declared.Workloads {
			w := &declared.Workloads[j]
			for k := range g.Workloads {
				if planned := &g.Workloads[k]; declared.Name == g.Name && planned.Name == w.Name && !planned.System {
					sum += planned.Replicas * len(w.Volumes)
				}
			}
		}
	}
	return sum
}

// resourceItems are the resources of a group of which its pods request something:
// "nvidia.com/gpu 6 of 8 (75%)".
func resourceItems(g *planner.GroupPlan, volumes int) []string {
	var storage units.Bytes
	var network, disk units.Mbps
	devices := map[string]int64{}
	for i := range g.Workloads {
		w := &g.Workloads[i]
		storage += w.Pod.EphemeralStorage * units.Bytes(w.Replicas)
		network += w.Pod.Network * units.Mbps(w.Replicas)
		disk += w.Pod.Disk * units.Mbps(w.Replicas)
		for _, r := range w.Pod.Extended {
			devices[r.Name] += r.Count * int64(w.Replicas)
		}
	}
	offered := offeredBy(g)
	var items []string
	for _, name := range slices.Sorted(maps.Keys(devices)) {
		items = append(items, shareWords(name, devices[name], offered.devices[name], thousands))
	}
	if storage > 0 {
		items = append(items, shareWords("ephemeral storage", int64(storage), int64(offered.storage), func(n int64) string { return size(units.Bytes(n)) }))
	}
	if volumes > 0 {
		items = append(items, shareWords("volumes", int64(volumes), int64(offered.attachments), thousands))
	}
	if network > 0 {
		items = append(items, shareWords("network", int64(network), int64(offered.network), bandwidth))
	}
	if disk > 0 {
		items = append(items, shareWords("disk bandwidth", int64(disk), int64(offered.disk), bandwidth))
	}
	return items
}

// offer is what all nodes of a group have; 0 is not known.
type offer struct {
	storage       units.Bytes
	attachments   int
	network, disk units.Mbps
	devices       map[string]int64
}

func offeredBy(g *planner.GroupPlan) offer {
	o := offer{devices: map[string]int64{}}
	known := struct{ attachments, network, disk bool }{true, true, true}
	for i := range g.Pools {
		n, free := g.Pools[i].Nodes, g.Pools[i].Free()
		o.storage += free.EphemeralStorage * units.Bytes(n)
		o.attachments += free.Attachments * n
		o.network += free.Network * units.Mbps(n)
		o.disk += free.Disk * units.Mbps(n)
		known.attachments = known.attachments && free.Attachments > 0
		known.network = known.network && free.Network > 0
		known.disk = known.disk && free.Disk > 0
		for _, r := range free.Extended {
			o.devices[r.Name] += r.Count * int64(n)
		}
	}
	if !known.attachments {
		o.attachments = 0
	}
	if !known.network {
		o.network = 0
	}
	if !known.disk {
		o.disk = 0
	}
	return o
}

// shareWords writes what is used of what there is; where that is not known, what is used.
func shareWords(name string, used, all int64, write func(int64) string) string {
	if all <= 0 {
		return name + " " + write(used)
	}
	share := units.Ratio(float64(used) / float64(all) * float64(units.Whole))
	return fmt.Sprintf("%s %s of %s (%s)", name, write(used), write(all), percent(share))
}

// bandwidth writes Mbps.
func bandwidth(mbps int64) string { return thousands(mbps) + " Mbps" }
