package importer

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"github.com/scantling-dev/scantling/internal/tfread"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// What a control plane takes of a machine at least, up to ten nodes
// (docs/models/controlplane.md).
const (
	controlCores  = 2
	controlMemory = 8 * units.GiB
)

// stock finds out of which kinds more may be needed than stand there, and counts machines
// that stand beside the nodes.
func (w *site) stock(c *tfread.Cluster, gs []*group, terraform bool) {
	if terraform {
		if h := w.kind(c.Balancers.Type); h != nil {
			for zone, n := range c.Balancers.ByZone {
				h.byZone[zone] += n
			}
		}
	}
	switch {
	case len(w.controls) == 0:
		h := w.largest()
		for _, k := range w.kinds {
			if k.cores >= controlCores && k.memory >= controlMemory && (k.cores < h.cores || k.cores == h.cores && k.memory < h.memory) {
				h = k
			}
		}
		h.open = "no node of the control plane was read, and its machines are of this kind here"
		if c.ControlPlane.Type == "" {
			c.ControlPlane.Type = h.name
		}
	case w.both:
		for _, n := range w.controls {
			w.typeOf[n.Name].open = "the nodes of the control plane run other pods too, and a plan has machines for each"
		}
	default:
		for _, n := range w.controls {
			if name := w.typeOf[n.Name].name; name != c.ControlPlane.Type {
				w.kind(c.ControlPlane.Type).open = "the control plane has machines of another kind too, and a plan has one kind"
			}
		}
	}
	if slices.ContainsFunc(gs, func(g *group) bool { return g.terraform == nil }) {
		w.largest().open = "some pods run on none of the groups of today, and need nodes of their own"
	}
}

// standIn adds a machine for the control plane that stands nowhere, and returns its name.
func (w *site) standIn(m *planner.Machine) string {
	name := m.Name
	for w.kind(name) != nil {
		name += "-2"
	}
	w.kinds = append(w.kinds, &hardware{
		name: name, architecture: w.kinds[0].architecture, cores: m.VCPUs, memory: m.Memory, disk: m.Disk.Size,
		open: "it stands in for the machines of the control plane, none of which is as large as a plan takes it to need",
	})
	return name
}

// largest is the kind with most cores, then with most memory.
func (w *site) largest() *hardware {
	out := w.kinds[0]
	for _, k := range w.kinds {
		if k.cores > out.cores || k.cores == out.cores && k.memory > out.memory {
			out = k
		}
	}
	return out
}

// ownCluster writes what there is beside groups: network, control plane, machines.
func (p *printer) ownCluster(to *hclwrite.Body, found *Found) {
	if name := cni(found); name != "" {
		to.AppendNewline()
		to.AppendNewBlock("network", nil).Body().SetAttributeValue("cni", cty.StringVal(string(name)))
	}
	p.ownControl(to)
	for _, h := range p.own.kinds {
		to.AppendNewline()
		p.hardware(to.AppendNewBlock("machine", []string{h.name}).Body(), h)
	}
}

// ownControl writes what the control plane is.
func (p *printer) ownControl(to *hclwrite.Body) {
	t, n := p.terraform, len(p.own.controls)
	to.AppendNewline()
	b := to.AppendNewBlock("control_plane", nil).Body()
	switch {
	case n == 0 && t.ControlPlane.Nodes == 0:
		p.question(b, "where does it run? No node of it was read.")
	case p.own.both:
		p.question(b, "is it to have machines of its own? Its nodes run other pods too, which is not planned.")
	}
	if t.ControlPlane.Nodes > 0 {
		if n > 0 && n != t.ControlPlane.Nodes {
			p.question(b, "how many nodes is it to have? There are %d, of which an odd number make a quorum.", n)
		}
		b.SetAttributeValue("nodes", number(t.ControlPlane.Nodes))
	}
	if t.EtcdTopology != "" {
		b.SetAttributeValue("etcd_topology", cty.StringVal(t.EtcdTopology))
	}
	if t.Balancer != "" {
		b.SetAttributeValue("load_balancer", cty.StringVal(t.Balancer))
	} else {
		p.question(b, "what holds the address of the API servers? load_balancer is kube_vip unless it says so.")
	}
	p.only(b, t.ControlPlane.Type)
	if t.Etcd.Type != "" && t.Etcd.Nodes > 0 {
		etcd := b.AppendNewBlock("etcd", nil).Body()
		etcd.SetAttributeValue("members", number(t.EtcdMembers))
		p.only(etcd, t.Etcd.Type)
	}
	nodes, zones := p.own.survives(t.ControlPlane.Nodes, p.o)
	if len(p.o.Zones) == 1 && nodes == 1 || nodes == 1 && zones == 1 {
		return // the language's own
	}
	red := b.AppendNewBlock("redundancy", nil).Body()
	red.SetAttributeValue("nodes", number(nodes))
	red.SetAttributeValue("zones", number(zones))
}

// survives is what a control plane of so many nodes outlives: the loss of a node where
// there are three, that of a zone where none has half of them.
func (w *site) survives(count int, o *Options) (nodes, zones int) {
	byZone := map[string]int{}
	for _, n := range w.controls {
		byZone[n.zone(o)]++
	}
	most := 0
	for _, n := range byZone {
		most = max(most, n)
	}
	if count != 1 {
		nodes = 1
	}
	if nodes == 1 && len(o.Zones) > 2 && 2*most < max(len(w.controls), 1) {
		zones = 1
	}
	return nodes, zones
}

// hardware writes the content of a machine block.
func (p *printer) hardware(to *hclwrite.Body, h *hardware) {
	p.question(to, "what does one cost a month, all told? The bill is not known until usd_per_month says so (0 where it is paid for).")
	if len(h.devices) > 0 {
		p.question(to, "what are its devices for? Machine blocks say nothing of them yet: %s.", strings.Join(h.devices, ", "))
	}
	to.SetAttributeValue("cpu", number(h.cores))
	if h.seen > 0 {
		p.comment(to, fmt.Sprintf("Nodes see %s of it.", roundText(h.seen)))
	}
	to.SetAttributeValue("memory", cty.StringVal(bytesText(h.memory)))
	if h.architecture != "amd64" {
		to.SetAttributeValue("architecture", cty.StringVal(h.architecture))
	}
	if h.disk > 0 {
		b := to.AppendNewBlock("disk", nil).Body()
		if h.stored > 0 {
			p.question(b, "what kind is it, and how large? It is sized by what nodes offer of it: type is \"ssd\" unless it says nvme or hdd.")
		}
		b.SetAttributeValue("size", cty.StringVal(bytesText(h.disk)))
	}
	counts := map[string]cty.Value{}
	for zone, n := range h.byZone {
		counts[zone] = number(n)
	}
	if why := h.open; why != "" || p.o.Open != "" {
		if why == "" {
			why = p.o.Open
		}
		p.question(to, "how many can be had? %s; until count_by_zone says so, as many as needed. There are: %s.", capital(why), cmp.Or(countsText(h.byZone), "none"))
		return
	}
	to.SetAttributeValue("count_by_zone", cty.ObjectVal(counts))
}

// countsText is "2 in room-a, 1 in room-b".
func countsText(byZone map[string]int) string {
	var out []string
	for _, zone := range slices.Sorted(maps.Keys(byZone)) {
		out = append(out, fmt.Sprintf("%d in %s", byZone[zone], zone))
	}
	return strings.Join(out, ", ")
}

// roundText is a size in tenths of GiB, rounded down.
func roundText(b units.Bytes) string {
	tenths := b * 10 / units.GiB
	return fmt.Sprintf("%d.%d GiB", tenths/10, tenths%10)
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
