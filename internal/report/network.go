package report

import (
	"fmt"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// network writes what is taken of the network, of what the spec says something of.
func (p *page) network(plan *planner.Plan) {
	n := plan.Network
	if n == nil {
		return
	}
	var items []string
	for i := range n.Zones {
		if z := &n.Zones[i]; z.HasFree {
			items = append(items, fmt.Sprintf("%s %s addresses, %s after a loss, %s in the upgrade, of %s", z.Zone, number(z.Steady), number(z.ZoneLoss), number(z.Upgrade), number(z.Free)))
		}
	}
	if r := n.PodRange; r != nil && r.Capacity > 0 {
		items = append(items, fmt.Sprintf("%s has blocks for %s, and there are %s at the most", plan.Cluster.Network.PodCIDR, count(r.Capacity, "node"), number(max(r.Nodes, r.AtUpgrade, r.AtHorizon, r.AtMost))))
	}
	if len(items) > 0 {
		p.labelled("NETWORK", plain, append(items, p.o.run("explain "+TopicNetwork))...)
	}
}

// explainNetwork writes how many pods nodes run, what of addresses and ranges they take
// and when, and what goes from zone to zone.
func (p *page) explainNetwork(plan *planner.Plan) {
	n := plan.Network
	p.heading(TopicNetwork, p.groundWords(plan), "cni "+string(plan.Cluster.Network.CNI))
	p.blank()
	if n == nil {
		p.prose("The plan does not say.")
		return
	}
	t := table{columns: []column{{title: "NODES OF"}, {title: "TYPE"}, {title: "PODS", right: true}, {title: "AT MOST", right: true}, {title: "ADDRESSES", right: true}, {title: "AT MOST", right: true}, {title: "PODS BY CNI", wraps: true}}}
	for i := range n.Density {
		d := &n.Density[i]
		var modes []string
		for _, m := range d.Modes {
			modes = append(modes, fmt.Sprintf("%s %d", m.CNI, m.MaxPods))
		}
		t.add(d.Group, d.Pool, number(d.Pods), number(d.MaxPods), orDash(countOf(d.Addresses)), orDash(countOf(d.MostAddresses)), strings.Join(modes, ", "))
	}
	p.table(&t)
	p.blank()
	if len(n.Zones) > 0 {
		p.zoneAddresses(n)
		p.blank()
	}
	p.explainPodRange(plan)
	p.explainTraffic(n)
}

// countOf writes a number, and nothing for none.
func countOf(n int) string {
	if n == 0 {
		return ""
	}
	return number(n)
}

func (p *page) zoneAddresses(n *planner.NetworkPlan) {
	t := table{columns: []column{{title: "ADDRESSES IN"}, {title: "NODES", right: true}, {title: "PODS", right: true}, {title: "WARM", right: true}, {title: "CONTROL PLANE", right: true}, {title: "IN ALL", right: true}, {title: "AFTER A LOSS", right: true}, {title: "IN THE UPGRADE", right: true}, {title: "LEFT", right: true}}}
	for i := range n.Zones {
		z := &n.Zones[i]
		free := notKnown
		if z.HasFree {
			free = number(z.Free - z.Most())
		}
		t.add(z.Zone, number(z.Nodes), number(z.Pods), number(z.Warm), number(z.ControlPlane), number(z.Steady), number(z.ZoneLoss), number(z.Upgrade), free)
	}
	p.table(&t)
}

func (p *page) explainPodRange(plan *planner.Plan) {
	r := plan.Network.PodRange
	if r == nil {
		return
	}
	t := figureTable()
	t.add("block of a node", fmt.Sprintf("/%d", r.BlockBits), fmt.Sprintf("%d addresses for up to %d pods", 1<<(32-r.BlockBits), r.MaxPods))
	t.add("nodes with a block", number(r.Nodes), fmt.Sprintf("%d in the upgrade, %d at the last month of growth, %d with every group at its most nodes", r.AtUpgrade, r.AtHorizon, r.AtMost))
	t.add("range that they need", fmt.Sprintf("/%d", r.NeedBits), fmt.Sprintf("%s blocks", number(1<<(r.BlockBits-r.NeedBits))))
	if r.Capacity > 0 {
		t.add("pod_cidr", plan.Cluster.Network.PodCIDR, "blocks for "+count(r.Capacity, "node"))
	}
	p.table(&t)
	p.blank()
}

func (p *page) explainTraffic(n *planner.NetworkPlan) {
	if len(n.Traffic) == 0 {
		p.prose("Traffic between zones is not known: no workload gives request_size or response_size.")
		return
	}
	t := table{columns: []column{{title: "TRAFFIC TO"}, {title: "MIB/S AT PEAK", right: true}, {title: "CROSSES ZONES", right: true}, {title: "GB/MONTH", right: true}, {title: "USD/MONTH", right: true}}}
	for i := range n.Traffic {
		f := &n.Traffic[i]
		const gb = 1_000_000_000
		t.add(f.Workload, fmt.Sprintf("%.2f", float64(f.PerSecond)/float64(units.MiB)), percent(f.Crossing), thousands(int64(units.CeilDiv(f.PerMonth, gb))), monthly(f.Cost))
	}
	p.table(&t)
}
