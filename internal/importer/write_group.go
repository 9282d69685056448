package importer

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// The requests of pods that make none, until their owner says better.
const (
	placeholderCPU    = units.MilliCPU(100)
	placeholderMemory = 128 * units.MiB
)

// group writes the content of a node_group block. The first group names the manifests
// that hold no workload of their own.
func (p *printer) group(to *hclwrite.Body, g *group, first bool) {
	if len(g.nodes) > 0 {
		p.comment(to, "Today: "+p.fleet(g.nodes)+".")
	}
	if g.terraform == nil {
		to.SetAttributeValue("role", cty.StringVal(string(g.role)))
	}
	own, names := p.whole(g, first)
	if len(names) > 0 {
		to.SetAttributeRaw("manifests", lines(names))
	}
	if g.terraform == nil {
		p.machines(to, g)
	} else {
		p.terraformMachines(to, g)
	}
	if g.terraform != nil && len(g.workloads) == 0 {
		p.placeholder(to, g)
	}
	if len(g.workloads) > 0 {
		to.AppendNewline()
		p.question(to, "of each workload: %s", roleNeeds(g.role))
	}
	for _, w := range g.workloads {
		p.workload(to, g, w, own[w])
	}
}

// whole returns the files that a group has to itself, as the spec names them, and the
// workloads in them.
func (p *printer) whole(g *group, first bool) (own map[*Workload]bool, names []string) {
	own = map[*Workload]bool{}
	inside := map[string]int{}
	for _, w := range g.workloads {
		if p.refs.refers(w) {
			inside[w.File]++
		}
	}
	all := map[string]int{}
	for _, file := range p.refs.files {
		all[file]++
	}
	for _, w := range g.workloads {
		if p.refs.refers(w) && inside[w.File] == all[w.File] {
			own[w] = true
			names = append(names, p.refs.paths[w.File])
		}
	}
	if first {
		for _, f := range p.refs.supports {
			names = append(names, p.refs.paths[f])
		}
	}
	slices.Sort(names)
	return own, slices.Compact(names)
}

// machines writes what the nodes of a group are like.
func (p *printer) machines(to *hclwrite.Body, g *group) {
	if g.zone != "" {
		to.SetAttributeValue("zones", texts([]string{g.zone}))
	}
	labels := map[string]cty.Value{}
	for k, v := range g.selector {
		if !slices.Contains(plannedLabels(), k) {
			labels[k] = cty.StringVal(v)
		}
	}
	if len(labels) > 0 {
		to.SetAttributeValue("labels", cty.ObjectVal(labels))
	}
	arch, typ := g.selector[corev1.LabelArchStable], g.selector[corev1.LabelInstanceTypeStable]
	held, disk := "", ""
	if typ == "" && p.o.Holds != nil && g.role != planner.GPU {
		held, disk = p.holding(to, g, cmp.Or(arch, "amd64"))
	}
	if typ == "" {
		typ = held
	}
	if arch == "arm64" || typ != "" && p.o.HasType(typ) {
		b := to.AppendNewBlock("instances", nil).Body()
		if typ != "" && p.o.HasType(typ) {
			b.SetAttributeValue("types", texts([]string{typ}))
		}
		if arch == "arm64" {
			b.SetAttributeValue("architectures", texts([]string{arch}))
		}
	} else if types := p.types(g.nodes); len(types) > 0 {
		p.comment(to, "instances { types = "+string(hclwrite.TokensForValue(texts(types)).Bytes())+" } keeps to the types of today.")
	}
	p.rootDisk(to, g, arch, disk)
	p.taints(to, g)
	switch {
	case g.single:
		p.question(to, "may these be away while their zone is? Each is one pod, whose volume no other zone has.")
		to.AppendNewBlock("redundancy", nil).Body().SetAttributeValue("zones", cty.NumberIntVal(0))
	case g.loose:
		p.question(to, "are these to survive a zone? Their own spread lets all of them run in one.")
		b := to.AppendNewBlock("redundancy", nil).Body()
		b.SetAttributeValue("nodes", cty.NumberIntVal(0))
		b.SetAttributeValue("zones", cty.NumberIntVal(0))
	case g.role == planner.Ingress:
		to.AppendNewBlock("redundancy", nil).Body().SetAttributeValue("recovery", cty.StringVal("reschedule"))
	}
}

// holding returns a machine that has room for the pods of a group where those that it has
// by itself have none, and the root disk of it; both are empty where they have.
func (p *printer) holding(to *hclwrite.Body, g *group, arch string) (typ, disk string) {
	var pod planner.Pod
	for _, w := range g.workloads {
		pod.CPU, pod.Memory = max(pod.CPU, w.Pod.CPU), max(pod.Memory, w.Pod.Memory)
	}
	typ, disk, ok := p.o.Holds(g.role, arch, &pod)
	switch {
	case !ok:
		p.question(to, "which machine is to have room? The region has none for pods of %s CPU and %s.", cpuText(pod.CPU), bytesText(pod.Memory))
	case typ != "":
		p.question(to, "is this the machine? It is the cheapest that has room for pods of %s CPU and %s, and the families of the role have none.", cpuText(pod.CPU), bytesText(pod.Memory))
	}
	return typ, disk
}

// rootDisk writes a root disk that machines of the architecture start from, and that has
// room for what the largest of the pods keeps on it.
func (p *printer) rootDisk(to *hclwrite.Body, g *group, arch, typ string) {
	asked := units.Bytes(0)
	if typ == "" && p.o.BootDisk != nil && g.role != planner.GPU {
		typ = p.o.BootDisk(g.role, cmp.Or(arch, "amd64"))
	}
	for _, w := range g.workloads {
		asked = max(asked, w.Pod.EphemeralStorage)
	}
	if typ == "" && asked <= smallStorage {
		return
	}
	b := to.AppendNewBlock("disk", nil).Body()
	if typ != "" {
		b.SetAttributeValue("type", cty.StringVal(typ))
	}
	if asked > smallStorage {
		_, most, _ := p.o.Disk(cmp.Or(typ, p.o.DiskType))
		p.question(b, "how large is the root disk? A pod asks for %s of it, and this has room for one such pod.", bytesText(asked))
		b.SetAttributeValue("size", cty.StringVal(bytesText(min(units.CeilDiv(asked+asked/2, units.GiB)*units.GiB+rootDisk, most))))
	}
}

// Root disks that groups have by themselves leave so much to pods at the least; beside a
// pod of more, the system takes rootDisk at the most, and shares of the disk that are less
// than a third.
const (
	smallStorage = 10 * units.GiB
	rootDisk     = 100 * units.GiB
)

// types returns the types of nodes that the region has, sorted.
func (p *printer) types(nodes []*Node) []string {
	var out []string
	for _, n := range nodes {
		if t := n.Labels[corev1.LabelInstanceTypeStable]; t != "" && p.o.HasType(t) {
			out = append(out, t)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// taints writes those of the group's nodes, or those that its workloads tolerate.
func (p *printer) taints(to *hclwrite.Body, g *group) {
	list := g.taints
	if len(g.nodes) > 0 && len(g.nodes[0].Taints) > 0 {
		list = nil
		for _, t := range g.nodes[0].Taints {
			if !strings.Contains(t.Key, "kubernetes.io/") && !strings.Contains(t.Key, "kubernetes.azure.com/") {
				list = append(list, t)
			}
		}
	}
	if g.role == planner.GPU {
		list = slices.DeleteFunc(slices.Clone(list), func(t corev1.Taint) bool { return strings.HasSuffix(t.Key, "/gpu") })
	}
	seen := map[string]bool{}
	for _, t := range list {
		if seen[t.Key] {
			continue
		}
		seen[t.Key] = true
		b := to.AppendNewBlock("taint", []string{t.Key}).Body()
		if t.Value != "" {
			b.SetAttributeValue("value", cty.StringVal(t.Value))
		}
		if t.Effect != corev1.TaintEffectNoSchedule {
			b.SetAttributeValue("effect", cty.StringVal(string(t.Effect)))
		}
	}
}

// workload writes a workload block: what its manifest lacks, or all where there is none
// to refer to. Nothing is written of a workload whose manifest the group names and that
// lacks nothing.
func (p *printer) workload(to *hclwrite.Body, g *group, w *Workload, whole bool) {
	refers := p.refs.refers(w)
	lacks := p.lacks(g, w)
	if whole && len(lacks.questions) == 0 && len(lacks.body.Attributes)+len(lacks.body.Blocks) == 0 {
		return
	}
	to.AppendNewline()
	b := to.AppendNewBlock("workload", []string{w.Unique}).Body()
	switch {
	case whole:
	case refers:
		b.SetAttributeValue("manifest", cty.StringVal(p.refs.paths[w.File]))
	default:
		p.comment(b, "From "+w.String()+", "+w.Address()+".")
	}
	for _, q := range lacks.questions {
		p.question(b, "%s", q)
	}
	body := lacks.body
	if !refers {
		body = overlay(unplanned(w.Body()), lacks.body)
	}
	put(b, body)
}

// unplanned leaves out of a body what a spec with given replicas cannot have.
func unplanned(b spec.ManifestBody) spec.ManifestBody {
	b.Blocks = slices.DeleteFunc(slices.Clone(b.Blocks), func(c spec.ManifestBlock) bool { return c.Type == "horizontal_pod_autoscaler" })
	return b
}

// overlay returns a body with what another says in its stead, attribute by attribute.
func overlay(under, over spec.ManifestBody) spec.ManifestBody {
	var out spec.ManifestBody
	for _, a := range under.Attributes {
		if !slices.ContainsFunc(over.Attributes, func(o spec.ManifestAttribute) bool { return o.Name == a.Name }) {
			out.Attributes = append(out.Attributes, a)
		}
	}
	out.Attributes = append(out.Attributes, over.Attributes...)
	used := map[int]bool{}
	for _, c := range under.Blocks {
		at := slices.IndexFunc(over.Blocks, func(o spec.ManifestBlock) bool { return o.Type == c.Type && o.Label == c.Label })
		switch {
		case at < 0:
		case c.Type == "pod_disruption_budget":
			used[at] = true
			c = over.Blocks[at]
		default:
			used[at] = true
			c.ManifestBody = overlay(c.ManifestBody, over.Blocks[at].ManifestBody)
		}
		out.Blocks = append(out.Blocks, c)
	}
	for i, c := range over.Blocks {
		if !used[i] {
			out.Blocks = append(out.Blocks, c)
		}
	}
	return out
}

// lack is what a manifest lacks: placeholders, and what to find out.
type lack struct {
	body      spec.ManifestBody
	questions []string
}

func (l *lack) ask(format string, args ...any) {
	l.questions = append(l.questions, fmt.Sprintf(format, args...))
}

// lacks finds out what a workload needs beside its manifest, in order that it plans.
func (p *printer) lacks(g *group, w *Workload) lack {
	l := lack{questions: slices.Clone(w.asks)}
	var b writer
	if a := w.Autoscaler; a != nil {
		l.ask("what does it carry? Its autoscaler runs %d to %d pods, and the most are planned.", a.Min, a.Max)
	}
	if w.Schedule != "" {
		l.ask("how long does a run take? It starts at %q, and %d at a time are planned.", w.Schedule, w.Replicas)
	}
	p.selectors(&l, &b, w)
	if need, zones := p.zonesNeeded(g, w), len(p.o.Zones); w.Apart.Mode == planner.AffinityRequired && w.Apart.Key == planner.ZoneKey && need > zones {
		if w.count() > zones {
			l.ask("how are %d pods to have a zone each? There are %d zones.", w.count(), zones)
		} else {
			l.ask("how are %d pods to have a zone each while one is lost, or while they are rolled out? There are %d zones.", w.count(), zones)
		}
		b.set("anti_affinity", cty.StringVal(string(planner.AffinityPreferred)), Place{})
		b.set("anti_affinity_key", cty.StringVal(string(planner.ZoneKey)), Place{})
	}
	if g.role == planner.Stateful {
		b.set("min_ready", number(p.survivors(g, w)), Place{})
	}
	p.requests(&l, &b, w)
	for i := range w.Volumes {
		p.volume(&l, &b, &w.Volumes[i])
	}
	if d := w.Budget; d != nil && d.MinAvailable != nil && d.MinAvailable.IntValue() > w.count() && d.MinAvailable.StrVal == "" {
		l.ask("how many pods may be away? Its budget keeps %d of %d, so that no node could be drained.", d.MinAvailable.IntValue(), w.count())
		b.block("pod_disruption_budget", "", Place{}, func(b *writer) { b.set("max_unavailable", number(1), Place{}) })
	}
	l.body = b.ManifestBody
	return l
}

// volume writes another type and another size where the region has no such disks.
func (p *printer) volume(l *lack, b *writer, v *Volume) {
	typ := cmp.Or(v.Type, p.o.DiskType)
	_, _, known := p.o.Disk(typ)
	if !known {
		l.ask("which disk is its volume %s to be? %s of class %q is none of this region.", v.Name, v.Type, v.Class)
		typ = p.o.DiskType
	}
	least, most, _ := p.o.Disk(typ)
	size := min(max(v.Size, least), most)
	if size != v.Size {
		l.ask("is its volume %s to be of %s? A %s disk has between %s and %s.", v.Name, bytesText(v.Size), typ, bytesText(least), bytesText(most))
	}
	b.block("volume", v.Name, Place{}, func(b *writer) {
		if size != v.Size {
			b.set("size", cty.StringVal(bytesText(size)), Place{})
		}
		if !known {
			b.set("type", cty.StringVal(typ), Place{})
		}
	})
}

// zonesNeeded is how many zones it takes to give each pod its own: one more than there are
// pods where one may be lost and the pods come back elsewhere, and one for each pod that a
// rollout adds.
func (p *printer) zonesNeeded(g *group, w *Workload) int {
	need := w.count()
	if g.role == planner.Stateful || g.single {
		return need
	}
	lost := 0
	if len(p.o.Zones) > 1 && g.zone == "" {
		lost = 1
	}
	surge := 0
	switch {
	case w.Kind != string(planner.Deployment):
	case w.MaxSurge == nil:
		surge = 1 // a quarter, rounded up
		surge = max(surge, (need+3)/4)
	default:
		if n, err := intstr.GetScaledValueFromIntOrPercent(w.MaxSurge, need, true); err == nil {
			surge = n
		}
	}
	return need + max(lost, surge)
}

// survivors is how many members the loss of a zone leaves, or that of a node where there
// is one zone.
func (p *printer) survivors(g *group, w *Workload) int {
	n, zones := w.count(), len(p.o.Zones)
	switch {
	case g.zone != "":
		return max(1, n-1)
	case g.loose:
		return 1
	case zones > 1:
		return max(1, n-(n+zones-1)/zones)
	}
	return max(1, n-1)
}

// selectors writes the node selector anew where a part of it cannot be met.
func (p *printer) selectors(l *lack, b *writer, w *Workload) {
	kept, changed := map[string]cty.Value{}, false
	for _, k := range slices.Sorted(maps.Keys(w.Selector)) {
		v := w.Selector[k]
		switch {
		case k == corev1.LabelTopologyZone && !slices.Contains(p.o.Zones, v), k == corev1.LabelOSStable && v != "linux", k == corev1.LabelInstanceTypeStable && !p.o.HasType(v):
			l.ask("where is it to run? It asks for %s = %s, which nothing in this plan has.", k, v)
			changed = true
		default:
			kept[k] = cty.StringVal(v)
		}
	}
	switch {
	case !changed:
	case len(kept) == 0:
		b.set("node_selector", cty.EmptyObjectVal, Place{})
	default:
		b.set("node_selector", cty.ObjectVal(kept), Place{})
	}
}

// requests writes placeholders for what the pods do not request, and leaves out the
// devices that no machine is known to have.
func (p *printer) requests(l *lack, b *writer, w *Workload) {
	counts, unknown := map[string]cty.Value{}, []string(nil)
	for _, e := range w.Pod.Extended {
		if strings.HasSuffix(e.Name, "/gpu") {
			counts[e.Name] = cty.NumberIntVal(e.Count)
		} else {
			unknown = append(unknown, e.Name)
		}
	}
	noCPU, noMemory := w.Pod.CPU <= 0, w.Pod.Memory <= 0
	switch {
	case noCPU || noMemory:
		l.ask("what do its pods take? Containers without requests: %s. See `kubectl top pods`.", strings.Join(w.Unasked, ", "))
	case len(w.Unasked) > 0:
		l.ask("do these containers take anything? They request no CPU or no memory: %s.", strings.Join(w.Unasked, ", "))
	}
	if len(unknown) > 0 {
		l.ask("which machines have %s? None is known, and its pods are planned without.", strings.Join(unknown, ", "))
	}
	b.block("pod", "", Place{}, func(b *writer) {
		if noCPU {
			b.set("cpu", cty.StringVal(cpuText(placeholderCPU)), Place{})
		}
		if noMemory {
			b.set("memory", cty.StringVal(bytesText(placeholderMemory)), Place{})
		}
		if len(unknown) > 0 {
			b.set("resources", cty.ObjectVal(counts), Place{})
		}
	})
}
