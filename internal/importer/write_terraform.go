package importer

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	corev1 "k8s.io/api/core/v1"

	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/internal/tfread"
	"github.com/scantling-dev/scantling/planner"
)

// WriteTerraform returns a spec for what Terraform has and for the objects of Kubernetes
// that were found beside it: HCL that plans as it stands. Groups have the types, disks,
// labels and taints of Terraform. A group without workloads among the objects is held at
// its count by a placeholder, one pod a node.
func WriteTerraform(t *tfread.Cluster, files []spec.File, found *Found, o *Options) ([]byte, error) {
	p := &printer{o: o, refs: references(files, found, o), terraform: t}
	file := hclwrite.NewEmptyFile()
	p.comment(file.Body(),
		"What runs already, read from Terraform by `scantling import terraform`.",
		"It plans as it stands. Lines with QUESTION say what Terraform does not: answer",
		"them, and the plan computes replicas, spares and nodes from your targets.")
	file.Body().AppendNewline()
	p.cluster(file.Body().AppendNewBlock("cluster", []string{o.Name}).Body(), found, terraformGroups(t, found, o.Zones))
	return file.Bytes(), nil
}

// environment says that a cluster of burstable machines alone is for development, where
// they may use up their credits.
func (p *printer) environment(to *hclwrite.Body) {
	for i := range p.terraform.Pools {
		for _, name := range p.terraform.Pools[i].Types {
			if m, ok := p.machine(name); !ok || !m.Burstable {
				return
			}
		}
		if len(p.terraform.Pools[i].Types) == 0 {
			return
		}
	}
	p.question(to, "is it for development? All of its machines are burstable: elsewhere they are planned at what they sustain.")
	to.SetAttributeValue("environment", cty.StringVal("development"))
}

// control writes what Terraform says of the cluster as a whole.
func (p *printer) control(to *hclwrite.Body) {
	t := p.terraform
	switch {
	case t.SelfManaged:
		to.AppendNewline()
		b := to.AppendNewBlock("control_plane", nil).Body()
		b.SetAttributeValue("mode", cty.StringVal(string(planner.SelfManaged)))
		if t.ControlPlane.Nodes > 0 {
			b.SetAttributeValue("nodes", number(t.ControlPlane.Nodes))
		}
		if t.EtcdTopology != "" {
			b.SetAttributeValue("etcd_topology", cty.StringVal(t.EtcdTopology))
		}
		if t.Balancer != "" {
			b.SetAttributeValue("load_balancer", cty.StringVal(t.Balancer))
		}
		p.only(b, t.ControlPlane.Type)
		external := t.EtcdTopology == string(planner.External)
		if external || t.EventsApart {
			etcd := b.AppendNewBlock("etcd", nil).Body()
			if t.EventsApart {
				etcd.SetAttributeValue("events", cty.StringVal(string(planner.EventsSeparate)))
			}
			if external {
				etcd.SetAttributeValue("members", number(t.EtcdMembers))
				p.only(etcd, t.Etcd.Type)
			}
		}
		if t.ControlPlane.Nodes == 1 {
			none := b.AppendNewBlock("redundancy", nil).Body()
			none.SetAttributeValue("nodes", number(0))
			none.SetAttributeValue("zones", number(0))
		}
	case t.Kind == tfread.EKS && t.Support == "EXTENDED":
		to.AppendNewline()
		to.AppendNewBlock("control_plane", nil).Body().SetAttributeValue("support_type", cty.StringVal("extended"))
	case t.Kind == tfread.GKE && t.Zonal:
		to.AppendNewline()
		to.AppendNewBlock("control_plane", nil).Body().SetAttributeValue("tier", cty.StringVal("zonal"))
	}
}

// only writes the type of machine that a role keeps.
func (p *printer) only(to *hclwrite.Body, name string) {
	if m, ok := p.machine(name); ok {
		b := to.AppendNewBlock("instances", nil).Body()
		b.SetAttributeValue("types", texts([]string{name}))
		if m.Architecture != "amd64" {
			b.SetAttributeValue("architectures", texts([]string{m.Architecture}))
		}
	}
}

// machine returns what is known of a type.
func (p *printer) machine(name string) (Machine, bool) {
	if p.o.Machine == nil || name == "" {
		return Machine{}, false
	}
	return p.o.Machine(name)
}

// terraformMachines writes what the nodes of a group of Terraform are like.
func (p *printer) terraformMachines(to *hclwrite.Body, g *group) {
	t := g.terraform
	if g.terraform.part {
		p.comment(to, "One type of the group "+t.pools[0].Labels[groupLabel]+": a group of several would be planned with any of them.")
	}
	p.question(to, "is its role right? It is guessed from names, labels and taints.")
	to.SetAttributeValue("role", cty.StringVal(string(g.role)))
	if zones := p.zonesOf(g); len(zones) > 0 && !slices.Equal(zones, p.o.Zones) {
		to.SetAttributeValue("zones", texts(zones))
	}
	p.splitByZone(to, g)
	first := t.pools[0]
	switch {
	case first.Image == "":
	case p.o.Images == nil || slices.Contains(p.o.Images, first.Image):
		to.SetAttributeValue("image", cty.StringVal(first.Image))
	default:
		p.question(to, "which image? Its nodes run %s, which is not planned here.", first.Image)
	}
	labels := map[string]cty.Value{}
	for k, v := range g.selector {
		labels[k] = cty.StringVal(v)
	}
	if len(labels) > 0 {
		to.SetAttributeValue("labels", cty.ObjectVal(labels))
	}
	p.instances(to, g)
	if d := first.Disk; d != nil {
		p.disk(to, d)
	}
	p.kubelet(to, first)
	p.terraformTaints(to, g)
	p.bounds(to, t)
	p.update(to, t)
	if len(g.workloads) == 0 {
		p.question(to, "what is it to survive? Until then the nodes are as many as there are, spares and all.")
		b := to.AppendNewBlock("redundancy", nil).Body()
		b.SetAttributeValue("nodes", number(0))
		b.SetAttributeValue("zones", number(0))
	}
}

// zonesOf returns the zones of a group; none where they are not known.
func (p *printer) zonesOf(g *group) []string {
	var out []string
	for _, pool := range g.terraform.pools {
		for _, z := range pool.Zones {
			out = tfread.With(out, z)
		}
	}
	return out
}

// splitByZone writes whether each zone has a group of its own, where that is so or the role
// would have it so.
func (p *printer) splitByZone(to *hclwrite.Body, g *group) {
	volumes := func(w *Workload) bool { return len(w.Volumes) > 0 }
	switch {
	case g.terraform.split():
		to.SetAttributeValue("split_by_zone", cty.True)
	case g.role == planner.Stateful && slices.ContainsFunc(g.workloads, volumes):
		to.SetAttributeValue("split_by_zone", cty.False)
	}
}

// instances writes the types of a group and how they are bought.
func (p *printer) instances(to *hclwrite.Body, g *group) {
	var types, arches []string
	for _, name := range g.terraform.types() {
		m, ok := p.machine(name)
		if !ok {
			p.question(to, "which type instead of %s? The region is not known to have it.", name)
			continue
		}
		types, arches = append(types, name), tfread.With(arches, m.Architecture)
	}
	spot, onDemand := 0, 0
	for _, pool := range g.terraform.pools {
		if pool.Capacity == string(planner.Spot) {
			spot += max(1, nodesOf(pool))
		} else {
			onDemand += nodesOf(pool)
		}
	}
	switch {
	case len(types) > 1 && p.own != nil:
		p.question(to, "which of these machines? They are for the same pods today, and the plan takes one kind.")
	case len(types) > 1:
		p.question(to, "which of these types run? The cloud chooses, and so does the plan.")
	}
	block := to.AppendNewBlock("instances", nil)
	b := block.Body()
	if len(types) > 0 {
		b.SetAttributeValue("types", texts(types))
	}
	if len(arches) > 0 && !slices.Equal(arches, []string{"amd64"}) {
		b.SetAttributeValue("architectures", texts(arches))
	}
	switch {
	case p.own != nil:
	case spot == 0 && g.role == planner.Batch: // whose machines are spot ones by default
		b.SetAttributeValue("capacity_type", cty.StringVal(string(planner.OnDemand)))
	case spot > 0:
		b.SetAttributeValue("capacity_type", cty.StringVal(string(planner.Spot)))
		if onDemand > 0 {
			b.SetAttributeValue("on_demand_base", number(onDemand))
		}
	}
	if len(b.Attributes()) == 0 {
		to.RemoveBlock(block)
	}
}

// disk writes the root disk, within what the region has.
func (p *printer) disk(to *hclwrite.Body, d *tfread.Disk) {
	if d.Type != "" {
		if _, _, ok := p.o.Disk(d.Type); !ok {
			p.question(to, "which root disk? One of type %s is none of this region.", d.Type)
			d.Type = ""
		}
	}
	b := to.AppendNewBlock("disk", nil).Body()
	if d.Type != "" {
		b.SetAttributeValue("type", cty.StringVal(d.Type))
	}
	b.SetAttributeValue("size", cty.StringVal(fmt.Sprintf("%dGi", d.GiB)))
	if d.IOPS > 0 {
		b.SetAttributeValue("iops", number(d.IOPS))
	}
	if d.Throughput > 0 {
		b.SetAttributeValue("throughput_mib", number(d.Throughput))
	}
}

// kubelet writes what nodes that people set up themselves reserve.
func (p *printer) kubelet(to *hclwrite.Body, pool *tfread.Pool) {
	if pool.Kind != tfread.Plain {
		if pool.MaxPods > 0 && pool.Kind == tfread.EKS {
			p.comment(to, fmt.Sprintf("Its kubelets take %d pods at most: network { cni, max_pods } says so for the cluster.", pool.MaxPods))
		}
		return
	}
	if pool.MaxPods == 0 && len(pool.KubeReserved)+len(pool.SystemReserved) == 0 && pool.Eviction == "" {
		return
	}
	b := to.AppendNewBlock("kubelet", nil).Body()
	if p.own != nil && len(pool.SystemReserved) == 0 && len(pool.KubeReserved) > 0 {
		p.comment(b, "All that nodes keep from pods, but for the eviction: what of it is the system's they do not say.")
	}
	if pool.MaxPods > 0 {
		b.SetAttributeValue("max_pods", number(pool.MaxPods))
	}
	for _, r := range []struct {
		name string
		of   map[string]string
	}{{"kube_reserved", pool.KubeReserved}, {"system_reserved", pool.SystemReserved}} {
		if len(r.of) == 0 {
			continue
		}
		inner := b.AppendNewBlock(r.name, nil).Body()
		for _, resource := range []string{"cpu", "memory"} {
			if v := r.of[resource]; v != "" {
				inner.SetAttributeValue(resource, cty.StringVal(v))
			}
		}
	}
	if pool.Eviction != "" {
		b.AppendNewBlock("eviction_hard", nil).Body().SetAttributeValue("memory", cty.StringVal(pool.Eviction))
	}
}

// terraformTaints writes all taints of a group, or says that there are none where the
// role has one.
func (p *printer) terraformTaints(to *hclwrite.Body, g *group) {
	seen := map[string]bool{}
	for _, t := range g.taints {
		if seen[t.Key] {
			p.question(to, "is the taint %s needed twice? A spec has one of a key, and the first is written.", t.Key)
			continue
		}
		seen[t.Key] = true
		b := to.AppendNewBlock("taint", []string{t.Key}).Body()
		if t.Value != "" {
			b.SetAttributeValue("value", cty.StringVal(t.Value))
		}
		if t.Effect != "NoSchedule" {
			b.SetAttributeValue("effect", cty.StringVal(string(t.Effect)))
		}
	}
}

// bounds writes between which counts an autoscaler moves the nodes.
func (p *printer) bounds(to *hclwrite.Body, t *terraformGroup) {
	least, most, moves := 0, 0, false
	for _, pool := range t.pools {
		if pool.Min == nil || pool.Max == nil {
			return
		}
		least, most = least+*pool.Min, most+*pool.Max
		moves = moves || *pool.Min != *pool.Max
	}
	if moves {
		b := to.AppendNewBlock("autoscaling", nil).Body()
		b.SetAttributeValue("min_nodes", number(least))
		b.SetAttributeValue("max_nodes", number(most))
	}
}

// update writes how nodes are replaced.
func (p *printer) update(to *hclwrite.Body, t *terraformGroup) {
	u := t.pools[0].Update
	switch {
	case u == nil || len(t.pools) > 1 && !t.updatesAlike(): // of several the counts are of one
		return
	case p.own != nil && u.Strategy != "in_place" && u.Strategy != "minimal":
		p.comment(to, "Terraform replaces its nodes by "+u.Strategy+", which here is for `scantling upgrade` to recommend.")
		return
	}
	b := to.AppendNewBlock("update_config", nil).Body()
	if u.Strategy != "" {
		b.SetAttributeValue("strategy", cty.StringVal(u.Strategy))
	}
	if u.MaxUnavailable != "" {
		b.SetAttributeValue("max_unavailable", portionText(u.MaxUnavailable))
	}
	if u.MaxSurge != "" && u.Strategy != "in_place" {
		b.SetAttributeValue("max_surge", portionText(u.MaxSurge))
	}
	if seconds := strings.TrimSuffix(u.Soak, "s"); u.Soak != "" && seconds != "0" {
		b.SetAttributeValue("soak", cty.StringVal(u.Soak))
	}
}

// portionText is a count or a share as a spec writes it.
func portionText(s string) cty.Value {
	if strings.HasSuffix(s, "%") {
		return cty.StringVal(s)
	}
	n := 0
	for _, r := range s {
		n = n*10 + int(r-'0')
	}
	return number(n)
}

// placeholder writes pods that fill the nodes of a group, one a node, for want of what
// really runs there.
//
// Zones that have other counts than the plan would give them have pods of their own.
func (p *printer) placeholder(to *hclwrite.Body, g *group) {
	if zones := g.terraform.unevenZones(); zones != nil {
		for _, zone := range slices.Sorted(maps.Keys(zones)) {
			b := p.placeholderOf(to, g, "placeholder-"+g.name+"-"+zone, zones[zone])
			b.SetAttributeValue("node_selector", cty.ObjectVal(map[string]cty.Value{corev1.LabelTopologyZone: cty.StringVal(zone)}))
		}
		return
	}
	n := 0
	for _, pool := range g.terraform.pools {
		n += nodesOf(pool)
	}
	p.placeholderOf(to, g, "placeholder-"+g.name, n)
}

// placeholderOf writes pods for so many nodes.
func (p *printer) placeholderOf(to *hclwrite.Body, g *group, name string, n int) *hclwrite.Body {
	to.AppendNewline()
	b := to.AppendNewBlock("workload", []string{tidy(name)}).Body()
	if n == 0 {
		p.question(b, "what runs here? There is no node today, and a pod stands in its place.")
		n = 1
	} else {
		p.question(b, "what runs here? In its place stands a pod for each of %s, of a quarter of it.", nodesText(n))
		p.comment(b, "Write your workloads, or import their manifests too, and take it out.")
	}
	b.SetAttributeValue("replicas", number(n))
	b.SetAttributeValue("anti_affinity", cty.StringVal(string(planner.AffinityRequired)))
	if g.role == planner.Stateful {
		b.SetAttributeValue("min_ready", number(max(1, n-1)))
	}
	p.quarter(b, g.terraform)
	rollout := b.AppendNewBlock("rolling_update", nil).Body()
	rollout.SetAttributeValue("max_surge", number(0))
	rollout.SetAttributeValue("max_unavailable", number(1))
	return b
}

func nodesText(n int) string {
	if n == 1 {
		return "1 node"
	}
	return fmt.Sprintf("%d nodes", n)
}

// quarter writes the requests of a placeholder: a quarter of the smallest machine of its
// group, and all GPUs. What fills the node is that no other pod of it may run there, so that
// what a cluster brings with it has room, and what the kubelet reserves is left.
func (p *printer) quarter(to *hclwrite.Body, t *terraformGroup) {
	var least Machine
	for _, name := range t.types() {
		if m, ok := p.machine(name); ok && (least.CPU == 0 || m.CPU < least.CPU || m.CPU == least.CPU && m.Memory < least.Memory) {
			least = m
		}
	}
	if least.CPU == 0 {
		least = Machine{CPU: 4 * placeholderCPU, Memory: 4 * placeholderMemory}
	}
	b := to.AppendNewBlock("pod", nil).Body()
	b.SetAttributeValue("cpu", cty.StringVal(cpuText(least.CPU/4)))
	b.SetAttributeValue("memory", cty.StringVal(bytesText(least.Memory/4)))
	if least.GPUs > 0 {
		b.SetAttributeValue("resources", cty.ObjectVal(map[string]cty.Value{"nvidia.com/gpu": number(least.GPUs)}))
	}
}
