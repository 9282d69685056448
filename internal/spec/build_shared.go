package spec

import (
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/scantling-dev/scantling/planner"
)

// SharedMachines finds catalogs of machines, which several specs share.
type SharedMachines interface {
	// Names returns the names that there are, sorted.
	Names() ([]string, error)
	// Read returns the file of a name that there is. Its name is the same wherever it is,
	// since the spec's digest and places in it have it.
	Read(name string) (File, error)
}

// sharedBlock is a file of machines.
func sharedBlock() block {
	return block{
		name: "machine file", repeat: true,
		attributes: []attribute{{name: "zones", kind: kindTexts}},
		blocks:     []block{machine()},
	}
}

// shared is a catalog of machines that a spec names.
type shared struct {
	name  string
	root  *node
	zones texts
}

// readShared reads a file of machines; nil where it cannot be parsed.
func (r *reader) readShared(name string, f File) *shared {
	body := r.parse(f)
	if body == nil {
		return nil
	}
	schema := sharedBlock()
	start := hcl.Range{Filename: f.Name, Start: hcl.InitialPos, End: hcl.InitialPos}
	s := &shared{name: name, root: r.read(source{
		schema: &schema, def: start, span: body.SrcRange, items: itemsOf(body), blocks: body.Blocks,
		scope: withoutVariables("A file of machines, which several specs share,"),
	})}
	s.zones, _ = get[texts](s.root, "zones")
	if len(s.root.children("machine")) == 0 && len(s.root.refused) == 0 {
		r.add(NoMachine, &start, "No machine is declared. Write a block for each kind: machine \"r640\" { … } with cpu = 32, memory = \"256Gi\" and disk { size = \"960Gi\" } in it.")
	}
	if s.root.has("zones") && !s.root.attrs["zones"].bad && len(s.zones.items) == 0 {
		r.add(MissingAttribute, s.root.rng("zones"), "The list is empty: the machines would stand nowhere. Leave zones out where they stand anywhere.")
	}
	for i, zone := range s.zones.items {
		if !placeName(zone) {
			r.add(InvalidName, &s.zones.rngs[i], "%q cannot name a zone: it becomes a label of the nodes: %s.", short(zone), labelValueRule)
		}
	}
	return s
}

// MachineFile is what a file of machines holds.
type MachineFile struct {
	// Machines and Zones are names, sorted; no zones where the machines stand anywhere.
	Machines, Zones []string
}

// CheckMachines reads a file of machines as a spec that names it would, but for the
// zones of the cluster.
func CheckMachines(f File) (MachineFile, hcl.Diagnostics) {
	b := &builder{reader: newReader(nil)}
	var out MachineFile
	s := b.readShared("", f)
	if s != nil {
		for _, n := range s.root.children("machine") {
			b.sharedMachine(s, n)
			out.Machines = append(out.Machines, n.label)
		}
		out.Zones = slices.Sorted(slices.Values(s.zones.items))
	}
	slices.Sort(out.Machines)
	return out, b.sorted()
}

// sharedMachine reads a machine of a file. Those that stand only in zones that the
// cluster does not use are not its.
func (b *builder) sharedMachine(s *shared, n *node) (planner.Machine, bool) {
	given, ok := get[counts](n, "count_by_zone")
	if ok && len(s.zones.items) > 0 {
		for _, zone := range sortedKeys(given.items) {
			if rng := given.rngs[zone]; !slices.Contains(s.zones.items, zone) {
				b.add(UnknownZone, &rng, "%q is not among the zones of the file: %s.", short(zone), quoteAll(s.zones.items))
			}
		}
	}
	assumed := len(b.assumptions)
	m := b.machine(n, true)
	here := m.CountByZone == nil || slices.ContainsFunc(m.CountByZone, func(z planner.ZoneCount) bool { return z.Nodes > 0 })
	if !here {
		b.assumptions = b.assumptions[:assumed]
	}
	return m, here
}

// sharedMachines adds the machines of the catalog that the cluster names, and returns
// their blocks.
func (b *builder) sharedMachines(own []*node) []*node {
	name, ok := get[string](b.root, "catalog")
	if !ok {
		return nil
	}
	s := b.findShared(name)
	if s == nil {
		return nil
	}
	if len(s.zones.items) > 0 && b.zonesGood() {
		given, _ := get[texts](b.root, "zones")
		for i, zone := range given.items {
			if !slices.Contains(s.zones.items, zone) {
				b.zonesWrong = true
				b.add(UnknownZone, &given.rngs[i], "The machines of catalog %q stand in %s.", name, quoteAll(s.zones.items))
			}
		}
	}
	b.place("", s.root)
	var nodes []*node
	for _, n := range s.root.children("machine") {
		if i := slices.IndexFunc(own, func(o *node) bool { return o.label == n.label }); i >= 0 {
			b.add(DuplicateName, &own[i].labelRange, "The catalog %q has a machine %q already (line %d). Leave the block out, or name it otherwise.", name, n.label, n.labelRange.Start.Line)
			continue
		}
		if m, here := b.sharedMachine(s, n); here {
			b.cluster.Machines = append(b.cluster.Machines, m)
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// findShared reads the catalog of machines of a name.
func (b *builder) findShared(name string) *shared {
	rng := b.root.rng("catalog")
	if b.catalogs == nil {
		b.add(MachinesUnread, rng, "Catalogs of machines cannot be read here. Write the machine blocks in the spec.")
		return nil
	}
	names, err := b.catalogs.Names()
	if err == nil && !slices.Contains(names, name) {
		hint := orElse(didYouMean(name, names), names)
		b.add(MachinesUnread, rng, "There is no catalog of machines named %q.%s Run `scantling catalog add FILE` to add the file with its machine blocks.", short(name), hint)
		return nil
	}
	var f File
	if err == nil {
		f, err = b.catalogs.Read(name)
	}
	if err != nil {
		b.add(MachinesUnread, rng, "%v.", err)
		return nil
	}
	b.shared = append(b.shared, f)
	return b.readShared(name, f)
}
