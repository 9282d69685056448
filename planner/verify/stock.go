package verify

import (
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// machines checks that a catalog of machines of one's own says what the spec
// declares: what each is, and a price of the month by the hour, rounded up.
func (k *checker) machines() {
	if !k.terms.OwnMachines {
		return
	}
	declared := map[string]*planner.Machine{}
	for i := range k.c.Machines {
		declared[k.c.Machines[i].Name] = &k.c.Machines[i]
	}
	for i := range k.cat.Types {
		t := &k.cat.Types[i]
		path := "machine." + t.Name
		m := declared[t.Name]
		if !k.need(m != nil, path, "machines.type", "the catalog has a machine that the spec does not declare") {
			continue
		}
		k.need(t.VCPUs == m.VCPUs && t.Memory == m.Memory && t.Architecture == m.Architecture, path, "machines.type",
			"%d vCPUs, %s and %s in the catalog; declared are %d, %s and %s", t.VCPUs, byteSize(t.Memory), t.Architecture, m.VCPUs, byteSize(m.Memory), m.Architecture)
		if m.USDPerMonth == nil {
			k.need(!t.OnDemand.Known(), path, "machines.price", "a price of %s, none is declared", hourly(t.OnDemand.Rate))
			continue
		}
		over := t.OnDemand.Rate.PerMonth() - *m.USDPerMonth
		k.need(t.OnDemand.Basis == catalogs.Declared && over >= 0 && over < units.HoursPerMonth, path, "machines.price",
			"%s (%s), declared are %s a month", hourly(t.OnDemand.Rate), t.OnDemand.Basis, dollars(*m.USDPerMonth))
	}
}

// stock checks that over all groups and the control plane no more machines are used
// in a zone than stand there.
func (k *checker) stock() {
	k.used = map[string]map[string]int{}
	count := func(instance string, zones []planner.ZoneCount) {
		if k.used[instance] == nil {
			k.used[instance] = map[string]int{}
		}
		for _, z := range zones {
			k.used[instance][z.Zone] += z.Nodes
		}
	}
	for i := range k.plan.NodeGroups {
		for _, p := range k.plan.NodeGroups[i].Pools {
			count(p.InstanceType, p.NodesByZone)
		}
	}
	for _, m := range k.plan.ControlPlane.Machines {
		count(m.InstanceType, m.NodesByZone)
	}
	for _, name := range sortedKeys(k.used) {
		for _, zone := range sortedKeys(k.used[name]) {
			have, limited := k.standing(name, zone)
			n := k.used[name][zone]
			k.need(!limited || n <= have, "machine."+name, "stock.count", "%d are used in %s, %d stand there", n, zone, have)
		}
	}
}

// standing returns how many machines of a type stand in a zone, and whether there
// is a limit at all. A zone that is not named has none.
func (k *checker) standing(instance, zone string) (int, bool) {
	i := slices.IndexFunc(k.c.Machines, func(m planner.Machine) bool { return m.Name == instance })
	if i < 0 || k.c.Machines[i].CountByZone == nil {
		return 0, false
	}
	for _, z := range k.c.Machines[i].CountByZone {
		if z.Zone == zone {
			return z.Nodes, true
		}
	}
	return 0, true
}

// idle returns how many machines of a type stand in some zones and are not used. Where
// any number can be bought none stands there.
func (k *checker) idle(instance string, zones []string) int {
	var n int
	for _, z := range zones {
		if have, limited := k.standing(instance, z); limited {
			n += have - k.used[instance][z]
		}
	}
	return n
}

// balance checks that counts by zone differ by one at most. Only where no machine
// of the type is left in a zone may it have fewer: what is left of the plan is then
// as even as what stands there allows.
func (k *checker) balance(path, instance string, zones []planner.ZoneCount) {
	for _, low := range zones {
		if !k.need(low.Nodes >= 0, path, "zones.balance", "%d nodes in %s", low.Nodes, low.Zone) {
			continue
		}
		have, limited := k.standing(instance, low.Zone)
		if limited && k.used[instance][low.Zone] >= have {
			continue
		}
		for _, high := range zones {
			k.need(high.Nodes-low.Nodes <= 1, path, "zones.balance", "%s has %d nodes and %s %d", high.Zone, high.Nodes, low.Zone, low.Nodes)
		}
	}
}
