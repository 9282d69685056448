package spec

import (
	"cmp"
	"maps"
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// leastMachine is the memory below which nothing is left to pods beside the
// operating system, the kubelet and the container runtime.
const leastMachine = units.GiB

// machines reads the machine blocks, and makes the catalog from them where a
// cluster stands on machines of one's own.
func (b *builder) machines() {
	nodes := b.root.children("machine")
	if b.ground == nil {
		return
	}
	if !b.terms.OwnMachines {
		b.refuse(b.root, "catalog", "%s has its machines in a catalog, with their prices. Leave it out; --catalog says which one is meant.", b.title())
		b.refuse(b.root, "machine", "%s has its machines in a catalog, with their prices. Leave the block out, and name types in instances.", b.title())
		return
	}
	before := b.errors
	for _, n := range nodes {
		b.cluster.Machines = append(b.cluster.Machines, b.machine(n, false))
	}
	own := len(nodes)
	nodes = append(nodes, b.sharedMachines(nodes)...)
	slices.SortFunc(b.cluster.Machines, func(x, y planner.Machine) int { return cmp.Compare(x.Name, y.Name) })
	switch {
	case own == 0 && b.root.has("catalog"):
		if len(nodes) == 0 && b.errors == before && b.zonesGood() {
			b.add(NoMachine, b.root.rng("catalog"), "None of its machines stands in the cluster's zones: %s.", quoteAll(b.cluster.Zones))
		}
	case own == 0 && !b.root.refused["machine"]:
		b.add(NoMachine, &b.root.def, "No machine is declared, so that nothing can run. Add a block for each kind: "+
			"machine \"r640\" { … } with cpu = 32, memory = \"256Gi\" and disk { size = \"960Gi\" } in it.")
	}
	calendar, err := b.offers.Kubernetes()
	if err != nil {
		b.add(CatalogFailed, b.root.rng("provider"), "The calendar of Kubernetes cannot be read: %v.", err)
		return
	}
	b.asOf(calendar.Date, "calendar of Kubernetes")
	if b.errors > before || !placeName(b.cluster.Region) || len(b.cluster.Machines) == 0 || !b.zonesGood() || b.cluster.AsOf.IsZero() || b.machinesBad(nodes) {
		return
	}
	cat, err := b.ground.Catalog(&b.cluster, &calendar)
	if err != nil {
		b.add(CatalogFailed, &b.root.def, "No catalog can be made from the machines: %v.", err)
		return
	}
	b.use(&cat)
}

// machinesBad reports whether the name or a figure of a machine is missing or wrong;
// that was reported when it was read.
func (b *builder) machinesBad(nodes []*node) bool {
	return slices.ContainsFunc(nodes, func(n *node) bool {
		_, cpu := get[int](n, "cpu")
		_, memory := get[units.Bytes](n, "memory")
		bad := func(n *node) bool {
			return n != nil && slices.ContainsFunc(slices.Collect(maps.Values(n.attrs)), func(v *value) bool { return v.bad })
		}
		return n.misnamed || !cpu || !memory || bad(n) || bad(n.child("disk"))
	})
}

// machine reads one machine block; shared is whether it stands in a file that several
// specs share.
func (b *builder) machine(n *node, shared bool) planner.Machine {
	path := "machine." + n.label
	m := planner.Machine{Name: n.label}
	m.VCPUs, _ = get[int](n, "cpu")
	m.Memory, _ = get[units.Bytes](n, "memory")
	if m.Memory > 0 && m.Memory < leastMachine {
		b.add(MachineUnfit, n.rng("memory"), "Of %s nothing is left to pods beside the operating system and the kubelet. A machine has %s or more.",
			bytesText(m.Memory), bytesText(leastMachine))
	}
	m.Architecture = take(b, n, path, "architecture", "amd64", "amd64", "language")
	if price, ok := get[units.USD](n, "usd_per_month"); ok {
		m.USDPerMonth = &price
	} else {
		take(b, n, path, "usd_per_month", units.USD(0), "not known", "language")
	}
	if d := n.child("disk"); d != nil {
		m.Disk.Type = take(b, d, path+".disk", "type", "ssd", "ssd", "language")
		m.Disk.Size, _ = get[units.Bytes](d, "size")
		m.Disk.IOPS, _ = get[int](d, "iops")
	} else if !n.refused["disk"] {
		b.assume(path+".disk", "not known", "language")
	}
	m.CountByZone = b.countByZone(n, path, shared)
	return m
}

// countByZone reads how many machines stand in each zone, sorted by zone; nil
// where as many as needed can be had. Of shared machines those in other zones than the
// cluster's are left out.
func (b *builder) countByZone(n *node, path string, shared bool) []planner.ZoneCount {
	given, ok := get[counts](n, "count_by_zone")
	if !ok {
		take(b, n, path, "count_by_zone", counts{}, "as many as needed", "language")
		return nil
	}
	out := []planner.ZoneCount{}
	total := 0
	for _, zone := range sortedKeys(given.items) {
		rng := given.rngs[zone]
		total += given.items[zone]
		if shared && b.root != nil && b.zonesGood() && !slices.Contains(b.cluster.Zones, zone) {
			continue
		}
		if !shared && b.zonesGood() && !slices.Contains(b.cluster.Zones, zone) {
			b.add(UnknownZone, &rng, "%q is not among the cluster's zones: %s.", short(zone), quoteAll(b.cluster.Zones))
		}
		out = append(out, planner.ZoneCount{Zone: zone, Nodes: given.items[zone]})
	}
	if total == 0 {
		b.add(OutOfRange, n.rng("count_by_zone"), "None of these machines stands anywhere. Leave the machine block out, or leave count_by_zone out if as many as needed can be had.")
	}
	return out
}
