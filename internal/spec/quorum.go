package spec

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/scantling-dev/scantling/planner"
)

// quorum holds counts and zones of a self-managed control plane to what keeps a
// majority of etcd's members: floor(n/2)+1 of n (etcd documentation, FAQ).
func (b *builder) quorum(n *node, c *planner.ControlPlaneSpec) {
	etcd := n.child("etcd")
	odd := b.oddCount(n, "nodes", c.Nodes, c.EtcdTopology == planner.Stacked)
	odd = b.oddCount(etcd, "members", c.Etcd.Members, true) && odd
	if !odd {
		return
	}
	if c.EtcdTopology == planner.Stacked {
		switch {
		case c.Nodes == 0:
			c.Nodes = c.Etcd.Members
		case c.Etcd.Members == 0:
			c.Etcd.Members = c.Nodes
		case c.Nodes != c.Etcd.Members:
			b.add(ControlPlaneUnfit, etcd.rng("members"), "Stacked members run one on each control-plane node: there are %d nodes and %d members. Leave members out, or write etcd_topology = \"external\".",
				c.Nodes, c.Etcd.Members)
			return
		}
	}
	if b.quorumZones(n, c) {
		b.enoughMembers(n, etcd, c)
	}
}

// oddCount refuses an even count. Of nodes without etcd, which need no majority,
// kubeadm asks for an odd number too ("Creating Highly Available Clusters").
func (b *builder) oddCount(n *node, name string, count int, members bool) bool {
	if count == 0 || count%2 == 1 {
		return true
	}
	hint := fmt.Sprintf("%d or %d", count-1, count+1)
	if count == 2 {
		hint = "3"
	}
	if !members {
		b.add(NoQuorum, n.rng(name), "An odd number of control-plane nodes settles leaders when a machine or a zone fails, and kubeadm asks for one. Write %s.", hint)
		return false
	}
	lost := "none"
	if count > 2 {
		lost = itoa((count - 1) / 2)
	}
	b.add(NoQuorum, n.rng(name), "Of %d members %s may be lost, as of %d: an even count adds nothing but one more that can fail. Write %s.", count, lost, count-1, hint)
	return false
}

// quorumZones refuses a loss of zones that takes a majority with it, however the
// members are spread: of 2k zones the fuller k hold half of them or more.
func (b *builder) quorumZones(n *node, c *planner.ControlPlaneSpec) bool {
	zones, lost := len(b.cluster.Zones), c.Redundancy.Zones
	if lost == 0 || !b.zonesGood() {
		return lost == 0
	}
	if zones > 2*lost {
		return true
	}
	rng := b.root.rng("zones")
	if red := n.child("redundancy"); red.has("zones") {
		rng = red.rng("zones")
	}
	lower := fmt.Sprintf("lower redundancy.zones to %d", (zones-1)/2)
	switch most := (maxMembers - 1) / 2; {
	case lost > most:
		b.add(NoQuorum, rng, "etcd has at most %d members: with one in each of %d zones, a majority outlives the loss of %d of them, and of no more. Of %s, as here, it can be %d: %s.",
			maxMembers, maxMembers, most, count(zones, "zone"), (zones-1)/2, lower)
	case lost >= zones && lost > 1:
		b.add(NoQuorum, rng, "The cluster has %s, and nothing is left once %d are lost. Add zones until there are %d, or %s.", count(zones, "zone"), lost, 2*lost+1, lower)
	case zones == 1:
		b.add(NoQuorum, rng, "The cluster has one zone, and nothing is left once it is lost. Add two zones, or write redundancy { zones = 0 } in control_plane.")
	case zones == 2:
		b.add(NoQuorum, rng, "The fuller of two zones holds half of etcd's members or more, so that no majority outlives it. "+
			"Add a third zone; node_group_defaults { zones = %s } keeps the groups out of it, so that it holds a witness alone. Or write redundancy { zones = 0 } in control_plane, and lose the API with that zone.", bracketed(b.cluster.Zones))
	default:
		b.add(NoQuorum, rng, "The fullest %d of %d zones hold half of etcd's members or more, so that no majority outlives them. Add zones until there are %d, or %s.",
			lost, zones, 2*lost+1, lower)
	}
	return false
}

// enoughMembers refuses counts that do not survive what redundancy declares.
func (b *builder) enoughMembers(n, etcd *node, c *planner.ControlPlaneSpec) {
	red, zones := c.Redundancy, len(b.cluster.Zones)
	need := 1
	for need <= maxMembers && !survives(need, zones, red) {
		need += 2
	}
	rng, members := n.rngOrNil("nodes"), c.Nodes
	if c.EtcdTopology == planner.External {
		rng, members = etcd.rngOrNil("members"), c.Etcd.Members
		if c.Nodes > 0 && worst(c.Nodes, zones, red) >= c.Nodes {
			b.add(NoQuorum, n.rng("nodes"), "%s not survive the loss of %s: no API server is left. Write more nodes, or lower redundancy.", does(c.Nodes, "node"), losses(red))
		}
	} else if rng == nil {
		rng = etcd.rngOrNil("members")
	}
	switch {
	case need > maxMembers:
		b.tooMuchToLose(n.child("redundancy"), red, zones)
	case members > 0 && !survives(members, zones, red):
		free := (members - 1) / 2
		b.add(NoQuorum, rng, "%s the loss of %d, and redundancy declares that of %s. Write %d, or lower redundancy.", survive(members), free, losses(red), need)
	}
}

// tooMuchToLose reports losses that no count of members outlives in the cluster's
// zones, and where they would be outlived. n is the redundancy block, or nil.
func (b *builder) tooMuchToLose(n *node, red planner.Redundancy, zones int) {
	at, remedy := &b.root.def, "Lower redundancy in control_plane"
	if n != nil {
		at = n.rng("nodes")
	}
	apart := red
	apart.AtOnce = false
	if red.AtOnce && n.has("at_once") && survives(maxMembers, zones, apart) {
		at, remedy = n.rng("at_once"), "Leave at_once out"
	}
	if options := enough(red, zones); len(options) > 0 {
		remedy += ", or add zones: " + orList(options) + " would do"
	}
	spread := "they"
	if red.Zones > 0 {
		spread = "spread over " + count(zones, "zone") + " they"
	}
	b.add(NoQuorum, at, "etcd has at most %d members, and %s do not keep a majority through the loss of %s. %s.", maxMembers, spread, losses(red), remedy)
}

// enough returns which members in how many more zones than there are outlive what
// red declares: in the fewest zones, and in each count that takes fewer members.
func enough(red planner.Redundancy, zones int) []string {
	var options []string
	fewest := maxMembers + 2
	for z := zones + 1; z <= maxMembers; z++ {
		for m := 1; m < fewest; m += 2 {
			if survives(m, z, red) {
				options = append(options, fmt.Sprintf("%d members in %d zones", m, z))
				fewest = m
			}
		}
	}
	return options
}

// rngOrNil returns the place of an attribute that is given.
func (n *node) rngOrNil(name string) *hcl.Range {
	if !n.has(name) {
		return nil
	}
	return n.rng(name)
}

// survives reports whether a majority of n members, spread evenly over zones, is
// left after any loss that red declares.
func survives(n, zones int, red planner.Redundancy) bool { return n-worst(n, zones, red) >= n/2+1 }

// worst returns how many of n members, spread evenly over zones, go in the worst
// loss that red declares.
func worst(n, zones int, red planner.Redundancy) int {
	inZones := 0
	for z := range min(red.Zones, zones) {
		inZones += n / zones
		if z < n%zones {
			inZones++
		}
	}
	if red.AtOnce {
		return min(n, inZones+red.Nodes)
	}
	return min(n, max(red.Nodes, inZones))
}

// losses names what red declares.
func losses(red planner.Redundancy) string {
	switch {
	case red.AtOnce:
		return count(red.Nodes, "node") + " and " + count(red.Zones, "zone") + " at once"
	case red.Zones == 0:
		return count(red.Nodes, "node")
	case red.Nodes == 0:
		return count(red.Zones, "zone")
	}
	return "any " + count(red.Nodes, "node") + " or " + count(red.Zones, "zone")
}

func survive(members int) string {
	if members == 1 {
		return "1 member survives"
	}
	return count(members, "member") + " survive"
}

func does(n int, thing string) string {
	if n == 1 {
		return "1 " + thing + " does"
	}
	return count(n, thing) + " do"
}

// bracketed writes names as a list of the language.
func bracketed(names []string) string { return `["` + strings.Join(names, `", "`) + `"]` }
