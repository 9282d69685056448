package pipeline

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/packing"
	"github.com/scantling-dev/scantling/planner/units"
)

// widened says which type outside the group's filters holds a pod that is too large for
// every admitted one, the cheapest of them, and what admits it; empty where the region
// has none.
func (p *problem) widened(item int) string {
	g := p.group
	request := p.works[item].request
	daemons := p.m.daemonSets(g)
	disks, _ := p.m.besideNode(g)
	var best *offer
	how := ""
	for i := range p.m.catalog.Types {
		t := &p.m.catalog.Types[i]
		if ok, _ := admits(&g.Instances, t); ok {
			continue
		}
		change := admission(&g.Instances, t)
		if change == "" {
			continue
		}
		a, err := p.m.nodeOf(g, t)
		if err != nil {
			continue
		}
		o := &offer{instance: t, allocatable: a, room: p.further.node(&a)}
		p.m.buyAs(o, g, daemons, disks, g.Instances.CapacityType)
		if !o.known || !holds(&o.free, &request) || !o.admits(p.works[item].spec) {
			continue
		}
		if best == nil || o.rate < best.rate || o.rate == best.rate && t.Name < best.instance.Name {
			best, how = o, change
		}
	}
	if best == nil {
		return ""
	}
	return fmt.Sprintf("%s admits %s, the cheapest of the region that holds it, at %s a month", how, best.instance.Name, dollars(best.price.Rate.PerMonth()))
}

// holds reports whether what is free is enough for a request.
func holds(free, request *packing.Resources) bool {
	rest := free.Plus(request, -1)
	return rest.CPU >= 0 && rest.Memory >= 0 && rest.Pods >= 0 && rest.Storage >= 0 && slices.Min(rest.More[:]) >= 0
}

// admission is the change of filters, the smallest, that lets t in; empty where it takes
// more than one beside naming it.
func admission(in *planner.Instances, t *catalogs.InstanceType) string {
	wider := *in
	wider.MaxVCPUs = 0
	if ok, _ := admits(&wider, t); ok {
		return fmt.Sprintf("max_vcpus = %d", t.VCPUs)
	}
	wider = *in
	wider.Types = append(slices.Clone(in.Types), t.Name)
	if len(in.Types) == 0 && len(in.Families) == 0 {
		wider.Families = []string{"*"} // a name alone would narrow what is admitted
	}
	if ok, _ := admits(&wider, t); ok {
		classes := catalogs.Classes(*t)
		if len(classes) == 0 && len(in.Families) > 0 && !anyGlob(in.Families, t.Family) {
			return fmt.Sprintf("%q in families", t.Family)
		}
		if len(classes) > 0 && (len(in.Families) == 0 || anyGlob(in.Families, t.Family)) {
			return fmt.Sprintf("allow = [%s]", quotedClasses(classes))
		}
		return fmt.Sprintf("%q in types", t.Name)
	}
	wider = *in
	wider.Architectures = append(slices.Clone(in.Architectures), t.Architecture)
	if ok, _ := admits(&wider, t); ok {
		return fmt.Sprintf("%q in architectures, if the image is built for it,", t.Architecture)
	}
	return ""
}

// lowered says to what a request has to be lowered for the closest admitted type.
func (p *problem) lowered(e *packing.NoFitError) string {
	offers := e.Offers
	switch e.Resource {
	case packing.CPU:
		return fmt.Sprintf("lower it to \"%dm\"", offers)
	case packing.Memory, packing.Storage:
		return fmt.Sprintf("lower it to \"%dMi\"", offers/int64(units.MiB))
	case packing.Pods:
	}
	return "make the pod smaller"
}

// mostDisk is the largest root disk that is looked at: EBS volumes of type gp3 end at
// 64 TiB (Amazon EBS user guide, "General Purpose SSD volumes").
const mostDisk = 64 * units.TiB

// storageRemedy says to what ephemeral_storage has to be lowered, and at which disk.size,
// in whole GiB, a node of the closest type holds the pod.
func (p *problem) storageRemedy(e *packing.NoFitError) string {
	lower := "request less ephemeral_storage"
	if e.Offers > 0 {
		lower = p.lowered(e) + ", which " + e.OfferName + " has left"
	}
	item := slices.IndexFunc(p.works, func(w work) bool { return w.path == e.Name })
	t, _ := p.m.catalog.Type(e.OfferName)
	fits := func(gib int) bool {
		g := *p.group
		g.Disk.Size = units.Bytes(gib) * units.GiB
		a, err := p.m.nodeOf(&g, &t)
		o := offer{instance: &t, room: p.further.node(&a)}
		p.m.buyAs(&o, &g, p.m.daemonSets(&g), 0, g.Instances.CapacityType)
		return err == nil && o.free.Storage >= p.works[item].request.Storage
	}
	most := int(mostDisk / units.GiB)
	least := sort.Search(most, fits)
	if least == most {
		return lower
	}
	return fmt.Sprintf("%s; or raise disk.size of the group to \"%dGi\"", lower, least)
}

// tooLargeChange joins what can be done for a pod that is too large: of its request, and
// of the filters.
func (p *problem) tooLargeChange(e *packing.NoFitError) string {
	item := slices.IndexFunc(p.works, func(w work) bool { return w.path == e.Name })
	var out []string
	if e.Offers > 0 {
		out = append(out, p.lowered(e)+", which "+e.OfferName+" has left")
	} else {
		out = append(out, "make the pod smaller")
	}
	if wider := p.widened(item); wider != "" {
		out = append(out, wider)
	} else if p.m.terms.OwnMachines {
		out = append(out, "declare a larger machine")
	} else {
		return strings.Join(out, "; or ") + "; no other type of the region holds it"
	}
	return strings.Join(out, "; or ")
}

// noneHas reports whether no node of an admitted type has any of a resource.
func (p *problem) noneHas(r packing.Resource) bool {
	i, ok := r.More()
	return ok && !slices.ContainsFunc(p.offers, func(o offer) bool { return o.room.More[i] > 0 })
}

// deviceRemedy says where devices are had that the admitted types have too few of: which
// types of the region have as many, or how many one has at most, or which devices nodes
// are known to have.
func (p *problem) deviceRemedy(e *packing.NoFitError, name string) string {
	most, best, known := p.m.devices(p.group, name)
	where := "type of " + p.m.cluster.Region
	if p.m.terms.OwnMachines {
		where = "declared machine"
	}
	switch {
	case most == 0 && len(known) == 0:
		return fmt.Sprintf("leave it out: no %s is known to have devices", where)
	case most == 0:
		return fmt.Sprintf("leave it out, or ask for what is known of nodes there, %s: no %s has %s", fewOf(known), where, name)
	case most < e.Request:
		return fmt.Sprintf("ask for %d at most: no %s has more than %s", most, where, best)
	}
	admit := "admit types that have as many, such as " + best
	item := slices.IndexFunc(p.works, func(w work) bool { return w.path == e.Name })
	if wider := p.widened(item); wider != "" {
		admit = wider
	}
	if p.group.Instances.GPU == nil && name == nvidia {
		admit = "admit types with GPUs: instances { gpu { } }; " + admit
	}
	if e.Offers > 0 {
		admit = fmt.Sprintf("ask for %d; or %s", e.Offers, admit)
	}
	return admit
}

// nvidia is the resource of the GPUs that a gpu block of instances admits.
const nvidia = "nvidia.com/gpu"

// devices returns how many of a device a node of the region's types has at most, the
// first type by name that has so many, and all devices that any has, sorted.
func (m *maker) devices(g *planner.NodeGroup, name string) (most int64, best string, known []string) {
	for i := range m.catalog.Types {
		t := &m.catalog.Types[i]
		a, err := m.nodeOf(g, t)
		if err != nil {
			continue
		}
		for _, r := range a.Extended {
			known = append(known, r.Name)
			if r.Name == name && r.Count > most {
				most, best = r.Count, t.Name
			}
		}
	}
	slices.Sort(known)
	return most, best, slices.Compact(known)
}
