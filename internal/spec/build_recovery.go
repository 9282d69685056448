package spec

import (
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// mostRegions bounds how often a cluster is planned.
const mostRegions = 5

// recoveryBlock says what is there for the loss of a region.
func recoveryBlock() block {
	return block{
		name: "disaster_recovery", doc: "What is there for the loss of a region: the cluster is planned once more in each further region, with its machines and prices.",
		attributes: []attribute{
			{name: "pattern", kind: kindChoice, choices: []string{"per_region"}, later: []string{"stretched", "backup"}, def: "per_region", doc: "per_region: a cluster of its own in each region. One control plane over several regions is not planned: rule CL-05 is about the round trips that it would need."},
			{name: "regions", kind: kindTexts, required: true, doc: "Further regions of the provider, in the order in which they take over; four at most. Each has as many zones as the cluster, by name."},
			{name: "mode", kind: kindChoice, choices: []string{"active_active", "standby"}, def: "standby", doc: "standby: the cluster's own region carries the load, and each other one can carry all of it. active_active: each of r regions carries 1 / r, and has capacity for 1 / (r - 1), so that the others carry what one loses."},
			{name: "share", kind: kindRatio, def: "100%", doc: "In standby, the share of the load for which a region has capacity while it waits: 100% is hot, 10% a pilot light. Replicas and members whose number is given are there in any case."},
		},
	}
}

// recovery reads disaster_recovery, and the catalogs of its regions.
func (b *builder) recovery() {
	n := b.root.child("disaster_recovery")
	if n == nil || b.ground == nil {
		return
	}
	if b.terms.OwnMachines {
		b.refuse(b.root, "disaster_recovery", "Machines of one's own have no other region. Write a spec for each place, in a folder of its own.")
		return
	}
	const path = "disaster_recovery"
	d := &planner.DisasterRecovery{}
	take(b, n, path, "pattern", "per_region", "per_region", "language")
	d.Mode = planner.RecoveryMode(take(b, n, path, "mode", string(planner.Standby), string(planner.Standby), "language"))
	if d.Mode == planner.ActiveActive {
		d.Share = units.Whole
		if n.has("share") {
			b.add(MissingAttribute, n.rng("share"), "Every region of active_active carries load: its share follows from their number. Leave share out, or write mode = \"standby\".")
		}
	} else {
		d.Share = take(b, n, path, "share", units.Whole, "100%", "language")
		if n.has("share") && d.Share == 0 {
			b.add(OutOfRange, n.rng("share"), "A cluster for no load cannot be planned. Write a small share, such as \"1%%\".")
		}
	}
	b.recoveryRegions(n, d)
	b.cluster.DisasterRecovery = d
}

func (b *builder) recoveryRegions(n *node, d *planner.DisasterRecovery) {
	list, ok := get[texts](n, "regions")
	if !ok {
		return
	}
	if most := mostRegions - 1; len(list.items) == 0 || len(list.items) > most {
		b.add(OutOfRange, n.rng("regions"), "%d regions are named beside the cluster's own. Name 1 to %d.", len(list.items), most)
		return
	}
	known := b.offers.Regions(b.cluster.Provider)
	for i, name := range list.items {
		rng := &list.rngs[i]
		switch {
		case name == b.cluster.Region || slices.Contains(list.items[:i], name):
			b.add(DuplicateElement, rng, "%q is among the regions already. Name another one.", short(name))
			continue
		case !slices.Contains(known, name):
			b.add(UnknownRegion, rng, "%s has no region named %q.%s", b.cluster.Provider, short(name), orElse(didYouMean(name, known), known))
			continue
		}
		cat, err := b.offers.Load(b.cluster.Provider, name)
		if err != nil {
			b.add(CatalogFailed, rng, "The catalog of %s %s cannot be read: %v.", b.cluster.Provider, name, err)
			continue
		}
		var zones []string
		for _, z := range cat.Zones {
			zones = append(zones, z.Name)
		}
		slices.Sort(zones)
		if len(zones) < len(b.cluster.Zones) {
			b.add(UnknownZone, rng, "%s has %s, and the cluster uses %d. Choose another region, or fewer zones.", name, count(len(zones), "zone"), len(b.cluster.Zones))
			continue
		}
		if b.regions == nil {
			b.regions = map[string]catalogs.Catalog{}
		}
		b.regions[name] = cat
		d.Regions = append(d.Regions, planner.RecoveryRegion{Region: name, Zones: zones[:len(b.cluster.Zones)]})
	}
}
