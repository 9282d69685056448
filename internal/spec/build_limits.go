package spec

import (
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// quota reads the quota block.
func (b *builder) quota() {
	if b.terms.OwnMachines {
		b.refuse(b.root, "quota", "Nobody rations machines of one's own: what stands there says count_by_zone in each machine block. Leave the block out.")
		return
	}
	n := b.root.child("quota")
	q := &b.cluster.Quota
	q.OnDemandVCPUs, _ = get[int](n, "on_demand_vcpus")
	q.SpotVCPUs, _ = get[int](n, "spot_vcpus")
	q.GPUs, _ = get[int](n, "gpus")
	gib, _ := get[int](n, "disk_gib")
	q.Disk = units.Bytes(gib) * units.GiB
	if n != nil && len(n.attrs) == 0 {
		b.add(MissingAttribute, &n.def, "The block limits nothing. Give on_demand_vcpus, spot_vcpus, gpus or disk_gib, or leave it out.")
	}
}

// freeIPs reads the addresses that are left in each zone, sorted by zone.
func (b *builder) freeIPs(n *node) []planner.ZoneAddresses {
	if b.ground != nil && n != nil && b.terms.Addresses == nil {
		b.refuse(n, "free_ips_by_zone", "Subnets of %s span the zones of a region, so that no zone has addresses of its own. Leave free_ips_by_zone out.", b.title())
		return nil
	}
	given, ok := get[counts](n, "free_ips_by_zone")
	if !ok {
		return nil
	}
	var out []planner.ZoneAddresses
	for _, zone := range sortedKeys(given.items) {
		rng := given.rngs[zone]
		if b.zonesGood() && !slices.Contains(b.cluster.Zones, zone) {
			b.add(UnknownZone, &rng, "%q is not among the cluster's zones: %s.", short(zone), quoteAll(b.cluster.Zones))
		}
		out = append(out, planner.ZoneAddresses{Zone: zone, Addresses: given.items[zone]})
	}
	if len(out) == 0 {
		b.add(MissingAttribute, n.rng("free_ips_by_zone"), "No zone is named. Write { \"%s\" = 3800 }, or leave free_ips_by_zone out.", zoneExample(b.cluster.Zones))
	}
	return out
}

// zoneExample is a zone to show how one is written.
func zoneExample(zones []string) string {
	if len(zones) == 0 {
		return "ZONE"
	}
	return zones[0]
}
