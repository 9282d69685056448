package importer

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	corev1 "k8s.io/api/core/v1"

	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/internal/tfread"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// OnPremises is the provider of machines of one's own.
const OnPremises = "on_premises"

// ErrNoNodes says that nothing shows what machines of one's own are like.
var ErrNoNodes = errors.New("no node shows what the machines are like: --nodes takes what kubectl get nodes -o json prints")

// site is a cluster on machines of one's own, as its nodes show it.
type site struct {
	kinds []*hardware
	// typeOf is the kind of a node, by the name of the node.
	typeOf map[string]*hardware
	// controls are the nodes of the control plane, workers those that pods run on.
	controls, workers []*Node
	// both: the nodes of the control plane are the workers too.
	both bool
}

// UsableNodes returns found without the nodes that no machine of one's own can be told
// from, and has a problem for each of those.
func UsableNodes(found *Found, o *Options) Found {
	out := *found
	out.Nodes, out.Problems = nil, slices.Clone(found.Problems)
	for i := range found.Nodes {
		n := &found.Nodes[i]
		if why := n.unusable(o); why != "" {
			out.Problems = append(out.Problems, Problem{File: n.File, Line: n.Line, Document: n.Document, Object: "Node " + n.Name, Message: why, Broken: true})
			continue
		}
		out.Nodes = append(out.Nodes, *n)
	}
	slices.SortStableFunc(out.Problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Message, b.Message))
	})
	return out
}

// WriteOwn returns a spec for a cluster on machines of one's own: HCL that plans as it
// stands. Its machine blocks are made from the nodes that were found, all of which are
// usable; t is what Terraform has of it, nil where none was read. Groups without workloads
// among the objects are held at their count by a placeholder, one pod a node.
func WriteOwn(t *tfread.Cluster, files []spec.File, found *Found, o *Options) ([]byte, error) {
	if len(found.Nodes) == 0 {
		return nil, ErrNoNodes
	}
	found = withoutVolumes(found)
	w, err := siteOf(t, found, o)
	if err != nil {
		return nil, err
	}
	options := *o
	options.HasType = func(name string) bool { return w.kind(name) != nil }
	options.Machine = func(name string) (Machine, bool) {
		h := w.kind(name)
		if h == nil {
			return Machine{}, false
		}
		return Machine{CPU: units.MilliCPU(h.cores) * units.Core, Memory: h.memory, Architecture: h.architecture}, true
	}
	from, by := "`scantling import`", "nodes"
	cluster, gs := w.pools(t, found, o.Zones)
	if t != nil {
		from, by = "`scantling import terraform`", "Terraform and nodes"
	}
	p := &printer{o: &options, refs: references(files, found, &options), terraform: cluster, own: w}
	w.stock(cluster, gs, t != nil)
	if o.Control != nil {
		cluster.ControlPlane.Type = w.standIn(o.Control)
	}
	for _, g := range gs {
		if g.role == planner.GPU { // whose machines have devices
			g.role = planner.App
		}
	}
	file := hclwrite.NewEmptyFile()
	p.comment(file.Body(),
		"What runs already on machines of one's own, read from "+by+" by "+from+".",
		"It plans as it stands. Lines with QUESTION say what the objects do not: answer",
		"them, and the plan computes replicas, spares and nodes from your targets. Machines",
		"are as large as a plan takes to show what the nodes see.")
	file.Body().AppendNewline()
	p.cluster(file.Body().AppendNewBlock("cluster", []string{o.Name}).Body(), found, gs)
	return file.Bytes(), nil
}

// kind returns the kind of a name; nil where there is none.
func (w *site) kind(name string) *hardware {
	if i := slices.IndexFunc(w.kinds, func(h *hardware) bool { return h.name == name }); i >= 0 {
		return w.kinds[i]
	}
	return nil
}

// withoutVolumes returns what was found as it runs on machines of one's own: without what
// a plan knows nothing of there, which becomes questions, and without the pods that
// kubeadm and the network bring.
func withoutVolumes(found *Found) *Found {
	out := *found
	out.Workloads, out.DaemonSets, out.own = nil, nil, true
	for i := range found.Workloads {
		w := found.Workloads[i]
		if w.Namespace == "kube-system" && slices.Contains(ownBrings(), w.Name) {
			continue
		}
		if len(w.Volumes) > 0 {
			var list []string
			for _, v := range w.Volumes {
				list = append(list, fmt.Sprintf("%s of %s", v.Name, bytesText(v.Size)))
			}
			w.asks = append(w.asks, "where are its volumes? They are on none of the machines' own disks in this plan, and follow their pods: "+strings.Join(list, ", ")+".")
			w.Volumes = nil
		}
		if len(w.Pod.Extended) > 0 {
			var list []string
			for _, e := range w.Pod.Extended {
				list = append(list, fmt.Sprintf("%d %s", e.Count, e.Name))
			}
			w.asks = append(w.asks, "which machines have its devices? Machine blocks say nothing of devices yet, and its pods are planned without: "+strings.Join(list, ", ")+".")
			w.Pod.Extended = nil
		}
		out.Workloads = append(out.Workloads, w)
	}
	for _, d := range found.DaemonSets {
		if d.Namespace != "kube-system" || !slices.Contains(ownBrings(), d.Name) {
			out.DaemonSets = append(out.DaemonSets, d)
		}
	}
	return &out
}

// withoutDevices returns what was found without the devices of a kind that a group would be
// made for, where no machine of the region has any; they become questions.
func withoutDevices(found *Found, o *Options) *Found {
	if o.HasDevice == nil {
		return found
	}
	out := *found
	out.Workloads = slices.Clone(found.Workloads)
	for i := range out.Workloads {
		w := &out.Workloads[i]
		var kept []planner.ExtendedResource
		for _, e := range w.Pod.Extended {
			if !strings.HasSuffix(e.Name, "/gpu") || o.HasDevice(e.Name) {
				kept = append(kept, e)
				continue
			}
			w.asks = append(w.asks, fmt.Sprintf("which machines have %s? The region has none, and its pods are planned without %d of it.", e.Name, e.Count))
		}
		w.Pod.Extended = kept
	}
	return &out
}

// ownBrings are the pods of kubeadm, Calico and Cilium in kube-system, which plans count
// without being told (projectcalico/calico, manifests/calico.yaml; cilium/cilium,
// install/kubernetes/cilium; kubeadm).
func ownBrings() []string {
	return []string{"calico-kube-controllers", "calico-node", "cilium", "cilium-envoy", "cilium-operator", "coredns", "kube-proxy"}
}

// cni returns the network that the DaemonSets tell; empty where none does.
func cni(found *Found) planner.CNI {
	for i := range found.DaemonSets {
		switch found.DaemonSets[i].Name {
		case "cilium":
			return planner.Cilium
		case "calico-node":
			return planner.Calico
		}
	}
	return ""
}

// siteOf finds out which machines there are and what for.
func siteOf(t *tfread.Cluster, found *Found, o *Options) (*site, error) {
	w := &site{typeOf: map[string]*hardware{}}
	var tainted []*Node
	var all []*Node
	for i := range found.Nodes {
		n := &found.Nodes[i]
		all = append(all, n)
		is, kept := n.control()
		switch {
		case kept:
			tainted = append(tainted, n)
		case !is:
			w.workers = append(w.workers, n)
		}
		if is {
			w.controls = append(w.controls, n)
		}
	}
	if len(w.workers) == 0 {
		w.both = true
		w.workers = w.controls
		if open := without(w.controls, tainted); len(open) > 0 {
			w.workers = open
		}
	}
	var err error
	if w.kinds, err = kinds(all, o, func(n *Node) string { return terraformType(t, n) }); err != nil {
		return nil, fmt.Errorf("find out what machines offer: %w", err)
	}
	for _, h := range w.kinds {
		for _, n := range h.nodes {
			w.typeOf[n.Name] = h
		}
	}
	var missing []string
	for _, name := range terraformTypes(t) {
		if w.kind(name) == nil {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("%w; none is of %s", ErrNoNodes, strings.Join(missing, ", "))
	}
	return w, nil
}

// without returns the nodes that are not among others.
func without(nodes, others []*Node) []*Node {
	return slices.DeleteFunc(slices.Clone(nodes), func(n *Node) bool { return slices.Contains(others, n) })
}

// terraformTypes are the machines that Terraform names, sorted.
func terraformTypes(t *tfread.Cluster) []string {
	if t == nil {
		return nil
	}
	var out []string
	for i := range t.Pools {
		out = append(out, t.Pools[i].Types...)
	}
	for _, m := range []tfread.Machines{t.ControlPlane, t.Etcd, t.Balancers} {
		if m.Type != "" && m.Nodes > 0 {
			out = append(out, m.Type)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// terraformType returns the machine that a node is of by what Terraform has: that of its
// label, of its group or of the control plane; empty where none is.
func terraformType(t *tfread.Cluster, n *Node) string {
	if t == nil {
		return ""
	}
	if typ := n.Labels[corev1.LabelInstanceTypeStable]; slices.Contains(terraformTypes(t), typ) {
		return typ
	}
	for i := range t.Pools {
		if p := &t.Pools[i]; len(p.Types) == 1 && n.Labels[groupLabel] != "" && n.Labels[groupLabel] == cmp.Or(p.Labels[groupLabel], p.Name) {
			return p.Types[0]
		}
	}
	if is, _ := n.control(); is {
		return t.ControlPlane.Type
	}
	return ""
}

// pools returns the cluster as Terraform would describe it, and its groups.
func (w *site) pools(t *tfread.Cluster, found *Found, zones []string) (*tfread.Cluster, []*group) {
	if t != nil {
		return t, terraformGroups(t, found, zones)
	}
	c := &tfread.Cluster{Kind: tfread.Plain, SelfManaged: true}
	c.ControlPlane = w.controlMachines()
	merged := w.nodePools(found, nil)
	c.Pools = merged
	gs := terraformGroups(c, found, zones)
	// A group that no manifest is for keeps its count of each kind.
	split := map[string]bool{}
	for _, g := range gs {
		if g.terraform != nil && len(g.workloads) == 0 {
			split[g.terraform.pools[0].Name] = true
		}
	}
	if len(split) > 0 {
		c.Pools = w.nodePools(found, split)
		gs = terraformGroups(c, found, zones)
	}
	return c, gs
}

// controlMachines are those of the control plane: as many as a quorum can have, of the
// kind that most are of.
func (w *site) controlMachines() tfread.Machines {
	var out tfread.Machines
	counts := map[string]int{}
	for _, n := range w.controls {
		counts[w.typeOf[n.Name].name]++
	}
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		if out.Type == "" || counts[name] > counts[out.Type] {
			out.Type = name
		}
	}
	switch n := len(w.controls); {
	case n >= 7:
		out.Nodes = 7
	case n%2 == 1:
		out.Nodes = n
	case n > 0:
		out.Nodes = n - 1
	}
	return out
}

// nodePools puts the workers together that are for the same pods: of one group by their
// labels, with the same role and taints, and with the same values of the labels that
// workloads ask for. Pools whose names are in split are divided by kinds of machines.
func (w *site) nodePools(found *Found, split map[string]bool) []tfread.Pool {
	asked := map[string]bool{}
	for _, work := range found.Planned() {
		for k := range work.Selector {
			asked[k] = !slices.Contains(plannedLabels(), k)
		}
	}
	byKey := map[string][]*Node{}
	for _, n := range w.workers {
		byKey[n.poolKey(asked)] = append(byKey[n.poolKey(asked)], n)
	}
	taken := map[string]bool{}
	var out []tfread.Pool
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		name := unused(tidy(byKey[key][0].poolName(asked)), taken)
		parts := map[string][]*Node{}
		for _, n := range byKey[key] {
			part := ""
			if split[name] {
				part = w.typeOf[n.Name].name
			}
			parts[part] = append(parts[part], n)
		}
		for _, part := range slices.Sorted(maps.Keys(parts)) {
			title := name
			if len(parts) > 1 {
				title = unused(tidy(name+"-"+part), taken)
			}
			out = append(out, w.pool(title, parts[part]))
		}
	}
	slices.SortStableFunc(out, func(a, b tfread.Pool) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// pool describes nodes as a group of Terraform.
func (w *site) pool(name string, nodes []*Node) tfread.Pool {
	n := len(nodes)
	p := tfread.Pool{Kind: tfread.Plain, Name: name, Desired: &n, Min: &n, Max: &n, ByZone: map[string]int{}, Labels: nodes[0].ownLabels()}
	for _, node := range nodes {
		p.Types = tfread.With(p.Types, w.typeOf[node.Name].name)
		if z := node.Labels[corev1.LabelTopologyZone]; z != "" {
			p.Zones = tfread.With(p.Zones, z)
			p.ByZone[z]++
		}
		for k, v := range p.Labels {
			if node.Labels[k] != v {
				delete(p.Labels, k)
			}
		}
	}
	for _, t := range nodes[0].ownTaints() {
		p.Taints = append(p.Taints, tfread.Taint{Key: t.Key, Value: t.Value, Effect: string(t.Effect)})
	}
	r := reserved(nodes)
	p.KubeReserved = map[string]string{}
	if r.cpu > 0 {
		p.KubeReserved["cpu"] = cpuText(r.cpu)
	}
	if r.memory > 0 {
		p.KubeReserved["memory"] = bytesText(r.memory)
	}
	if r.eviction > 0 {
		p.Eviction = bytesText(r.eviction)
	}
	if r.pods != defaultPods {
		p.MaxPods = min(r.pods, mostPods)
	}
	return p
}

// The kubelet's own limit of pods, and the most that a spec takes.
const (
	defaultPods = 110
	mostPods    = 1000
)

// ownLabels are the labels of a node that its owner gave to it.
func (n *Node) ownLabels() map[string]string {
	out := map[string]string{}
	for k, v := range n.Labels {
		domain, _, found := strings.Cut(k, "/")
		ours := !found || domain != "kubernetes.io" && domain != "k8s.io" && !strings.HasSuffix(domain, ".kubernetes.io") && !strings.HasSuffix(domain, ".k8s.io")
		if ours && (!slices.Contains(poolLabels(), k) || k == groupLabel) {
			out[k] = v
		}
	}
	return out
}

// ownTaints are the taints of a node that its owner gave to it, sorted.
func (n *Node) ownTaints() []corev1.Taint {
	var out []corev1.Taint
	for _, t := range n.Taints {
		if domain, _, found := strings.Cut(t.Key, "/"); !found || domain != "kubernetes.io" && !strings.HasSuffix(domain, ".kubernetes.io") {
			out = append(out, corev1.Taint{Key: t.Key, Value: t.Value, Effect: t.Effect})
		}
	}
	slices.SortFunc(out, func(a, b corev1.Taint) int { return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Effect, b.Effect)) })
	return out
}

// roles of a node by the labels of kubectl, but for the control plane's, sorted.
func (n *Node) roles() []string {
	var out []string
	for k := range n.Labels {
		role, is := strings.CutPrefix(k, "node-role.kubernetes.io/")
		if is && role != "" && !slices.Contains([]string{"control-plane", "master", "etcd", "worker", "node"}, role) {
			out = append(out, role)
		}
	}
	slices.Sort(out)
	return out
}

// poolKey is what keeps nodes in one pool.
func (n *Node) poolKey(asked map[string]bool) string {
	parts := []string{cmp.Or(n.Labels[groupLabel], n.Pool()), strings.Join(n.roles(), ",")}
	for _, t := range n.ownTaints() {
		parts = append(parts, t.Key+"="+t.Value+":"+string(t.Effect))
	}
	for _, k := range slices.Sorted(maps.Keys(asked)) {
		if v, has := n.Labels[k]; asked[k] && has {
			parts = append(parts, k+"="+v)
		}
	}
	return strings.Join(parts, "\x00")
}

// poolName is the name of a node's pool: of its group, its role, its taint, a label that
// workloads ask for.
func (n *Node) poolName(asked map[string]bool) string {
	if name := cmp.Or(n.Labels[groupLabel], n.Pool()); name != "" {
		return name
	}
	if roles := n.roles(); len(roles) > 0 {
		return roles[0]
	}
	if taints := n.ownTaints(); len(taints) > 0 {
		if t := taints[0]; t.Value == "" || t.Value == "true" {
			return t.Key[strings.LastIndexByte(t.Key, '/')+1:]
		}
		return taints[0].Value
	}
	for _, k := range slices.Sorted(maps.Keys(asked)) {
		if v := n.Labels[k]; asked[k] && v != "" {
			return v
		}
	}
	return "workers"
}
