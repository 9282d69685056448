package importer

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	corev1 "k8s.io/api/core/v1"

	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/internal/tfread"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// Options are what a written spec takes from elsewhere than manifests.
type Options struct {
	// Name, Provider, Region, Zones and Version of the cluster.
	Name, Provider, Region string
	Zones                  []string
	Version                string
	// Guessed are the ones of provider, region, zones and kubernetes_version that
	// neither a node nor the user has said.
	Guessed []string
	// Refer returns the path by which the spec refers to a file, and whether it can;
	// nil copies everything out.
	Refer func(file string) (string, bool)
	// HasType reports whether the region has an instance type.
	HasType func(name string) bool
	// Disk returns how small and how large disks of a type are; not ok where the region
	// has none.
	Disk func(typ string) (least, most units.Bytes, ok bool)
	// Machine returns what is known of an instance type; not ok where the region has none
	// of that name. It is asked for groups of Terraform.
	Machine func(name string) (Machine, bool)
	// Images that nodes may run; nil for any. They are those of groups of Terraform.
	Images []string
	// HasDevice reports whether some machine of the region has a device, "nvidia.com/gpu";
	// nil where that is not known.
	HasDevice func(name string) bool
	// BootDisk returns the type of root disk that machines of an architecture start from,
	// and groups of a role start from, where it is not the one that a group has by itself;
	// nil is never.
	BootDisk func(role planner.Role, architecture string) string
	// Holds returns the cheapest machine that has room for a pod, and its root disk where it
	// is not a group's own: no machine where those that groups of the role have by themselves
	// have room, not ok where none of the region has. Nil is that all have.
	Holds func(role planner.Role, architecture string, pod *planner.Pod) (typ, disk string, ok bool)
	// DiskType is what volumes of no known type are.
	DiskType string
	// Node returns what a machine of one's own offers to pods that reserves nothing.
	Node func(m planner.Machine) (planner.Allocatable, error)
	// Open says why as many machines of one's own can be had as needed, whatever stands
	// there; empty where what stands there is all.
	Open string
	// Control is a machine that stands in for those of a control plane whose own are too
	// small for what a plan takes it to need; nil where they are not.
	Control *planner.Machine
}

// Machine is what is known of an instance type.
type Machine struct {
	// CPU that it sustains.
	CPU          units.MilliCPU
	Memory       units.Bytes
	Architecture string
	// GPUs of NVIDIA, whole ones.
	GPUs      int
	Burstable bool
}

// Write returns a spec for what was found in files: HCL, formatted, that plans as it
// stands. What cannot be known is a comment that begins with QUESTION.
func Write(files []spec.File, found *Found, o *Options) ([]byte, error) {
	found = withoutDevices(found, o)
	gs := groups(found, o.Zones)
	if len(found.Planned()) == 0 {
		return nil, ErrNone
	}
	p := &printer{o: o, refs: references(files, found, o)}
	file := hclwrite.NewEmptyFile()
	p.comment(file.Body(),
		"What the cluster must carry, read from Kubernetes objects by `scantling import`.",
		"It plans as it stands. Lines with QUESTION say what the objects do not: answer",
		"them, and the plan computes replicas, spares and nodes from your targets.")
	file.Body().AppendNewline()
	p.cluster(file.Body().AppendNewBlock("cluster", []string{o.Name}).Body(), found, gs)
	return file.Bytes(), nil
}

// refs are the manifests that a spec refers to.
type refs struct {
	// paths by file.
	paths map[string]string
	// bodies that the spec reads from there, by the name of the workload.
	bodies map[string]spec.ManifestBody
	files  map[string]string // of the workloads, by name
	// supports are the files that hold no workload of their own.
	supports []string
}

// references finds the files that a spec can refer to: those without a broken object,
// which no spec that names them could be read with.
func references(files []spec.File, found *Found, o *Options) *refs {
	r := &refs{paths: map[string]string{}, bodies: map[string]spec.ManifestBody{}, files: map[string]string{}}
	if o.Refer == nil {
		return r
	}
	useful := map[string]bool{}
	for _, w := range found.Planned() {
		useful[w.File] = true
	}
	var kept []spec.File
	for _, f := range files {
		broken := slices.ContainsFunc(found.Problems, func(p Problem) bool { return p.Broken && p.File == f.Name })
		support := slices.Contains(found.Supports, f.Name)
		path, ok := o.Refer(f.Name)
		if broken || !ok || !useful[f.Name] && !support {
			continue
		}
		kept = append(kept, f)
		r.paths[f.Name] = path
		if !useful[f.Name] {
			r.supports = append(r.supports, f.Name)
		}
	}
	again := Read(kept)
	for i := range again.Workloads {
		w := &again.Workloads[i]
		r.bodies[w.Unique], r.files[w.Unique] = w.Body(), w.File
	}
	return r
}

// refers reports whether the spec can read the workload from its manifest: it says there
// all that is known of it.
func (r *refs) refers(w *Workload) bool {
	body, ok := r.bodies[w.Unique]
	return ok && r.files[w.Unique] == w.File && bytes.Equal(plain(body), plain(w.Body()))
}

// plain is a body's text, for comparison.
func plain(b spec.ManifestBody) []byte {
	f := hclwrite.NewEmptyFile()
	put(f.Body(), b)
	return f.Bytes()
}

// put writes a body.
func put(to *hclwrite.Body, b spec.ManifestBody) {
	for _, a := range b.Attributes {
		to.SetAttributeValue(a.Name, a.Value)
	}
	for _, c := range b.Blocks {
		var labels []string
		if c.Label != "" {
			labels = []string{c.Label}
		}
		put(to.AppendNewBlock(c.Type, labels).Body(), c.ManifestBody)
	}
}

// printer writes a spec.
type printer struct {
	o    *Options
	refs *refs
	// terraform is nil where none was read.
	terraform *tfread.Cluster
	// own is nil but for machines of one's own; terraform then says what nodes do.
	own *site
}

// comment writes lines of comments.
func (p *printer) comment(to *hclwrite.Body, lines ...string) {
	for _, line := range lines {
		line = strings.Map(func(r rune) rune {
			if r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' {
				return ' '
			}
			return r
		}, strings.ToValidUTF8(line, "?"))
		to.AppendUnstructuredTokens(hclwrite.Tokens{{Type: hclsyntax.TokenComment, Bytes: []byte("# " + line + "\n")}})
	}
}

// question writes what is to be found out.
func (p *printer) question(to *hclwrite.Body, format string, args ...any) {
	p.comment(to, "QUESTION: "+fmt.Sprintf(format, args...))
}

func texts(list []string) cty.Value {
	var out []cty.Value
	for _, s := range list {
		out = append(out, cty.StringVal(s))
	}
	return cty.TupleVal(out)
}

// lines returns a list of texts, one a line where there are several.
func lines(list []string) hclwrite.Tokens {
	if len(list) == 1 {
		return hclwrite.TokensForValue(texts(list))
	}
	newline := &hclwrite.Token{Type: hclsyntax.TokenNewline, Bytes: []byte("\n")}
	out := hclwrite.Tokens{{Type: hclsyntax.TokenOBrack, Bytes: []byte("[")}, newline}
	for _, s := range list {
		out = append(out, hclwrite.TokensForValue(cty.StringVal(s))...)
		out = append(out, &hclwrite.Token{Type: hclsyntax.TokenComma, Bytes: []byte(",")}, newline)
	}
	return append(out, &hclwrite.Token{Type: hclsyntax.TokenCBrack, Bytes: []byte("]")})
}

// cluster writes the content of the cluster block.
func (p *printer) cluster(to *hclwrite.Body, found *Found, gs []*group) {
	if len(p.o.Guessed) > 0 {
		from := "No node"
		if p.terraform != nil {
			from = "Nothing"
		}
		p.question(to, "are these right? %s was read that says so: %s.", from, strings.Join(p.o.Guessed, ", "))
	}
	to.SetAttributeValue("provider", cty.StringVal(p.o.Provider))
	to.SetAttributeValue("region", cty.StringVal(p.o.Region))
	to.SetAttributeValue("zones", texts(p.o.Zones))
	to.SetAttributeValue("kubernetes_version", cty.StringVal(p.o.Version))
	switch {
	case p.own != nil:
		p.ownCluster(to, found)
	case p.terraform != nil:
		p.environment(to)
		p.control(to)
	}
	if rest := unclaimed(found, gs); len(rest) > 0 && p.own == nil {
		to.AppendNewline()
		p.comment(to, "Today "+p.fleet(rest)+" run what asks for no nodes of its own.")
	}
	p.daemonSets(to, found)
	for _, g := range gs {
		to.AppendNewline()
		p.group(to.AppendNewBlock("node_group", []string{g.name}).Body(), g, g == firstWithWorkloads(gs))
	}
}

// firstWithWorkloads returns the group that names the manifests which none has to itself.
func firstWithWorkloads(gs []*group) *group {
	for _, g := range gs {
		if len(g.workloads) > 0 {
			return g
		}
	}
	return nil
}

// unclaimed returns the nodes that are of no group.
func unclaimed(found *Found, gs []*group) []*Node {
	claimed := map[string]bool{}
	for _, g := range gs {
		for _, n := range g.nodes {
			claimed[n.Name] = true
		}
	}
	var out []*Node
	for i := range found.Nodes {
		if !claimed[found.Nodes[i].Name] {
			out = append(out, &found.Nodes[i])
		}
	}
	return out
}

// fleet says how many nodes of which types there are: "4 m5.large and 2 m5.xlarge".
func (p *printer) fleet(nodes []*Node) string {
	counts := map[string]int{}
	for _, n := range nodes {
		typ := cmp.Or(n.Labels[corev1.LabelInstanceTypeStable], "nodes of an unknown type")
		if p.own != nil {
			typ = p.own.typeOf[n.Name].name
		}
		counts[typ]++
	}
	var parts []string
	for _, typ := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%d %s", counts[typ], typ))
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1]
}

// daemonSets writes what runs on every node.
func (p *printer) daemonSets(to *hclwrite.Body, found *Found) {
	for i := range found.DaemonSets {
		d := &found.DaemonSets[i]
		if !found.own && brought(d.Namespace, d.Name) {
			continue
		}
		to.AppendNewline()
		b := to.AppendNewBlock("daemonset", []string{d.Unique}).Body()
		p.comment(b, "From "+d.String()+".")
		cpu, memory := cpuText(d.Pod.CPU), bytesText(d.Pod.Memory)
		if d.Pod.CPU <= 0 || d.Pod.Memory <= 0 {
			p.question(b, "what does it take? It requests nothing of its own. See `kubectl top pods`.")
			cpu, memory = cpuText(max(d.Pod.CPU, placeholderCPU)), bytesText(max(d.Pod.Memory, placeholderMemory))
		}
		b.SetAttributeValue("cpu", cty.StringVal(cpu))
		b.SetAttributeValue("memory", cty.StringVal(memory))
		if d.Pod.EphemeralStorage > 0 {
			b.SetAttributeValue("ephemeral_storage", cty.StringVal(bytesText(d.Pod.EphemeralStorage)))
		}
		p.placed(b, d)
	}
}

// placed writes what decides on which nodes a DaemonSet runs.
func (p *printer) placed(b *hclwrite.Body, d *DaemonSet) {
	selector := map[string]cty.Value{}
	for k, v := range d.Selector {
		if k != corev1.LabelTopologyZone && k != corev1.LabelHostname {
			selector[k] = cty.StringVal(v)
		}
	}
	if len(selector) > 0 {
		b.SetAttributeValue("node_selector", cty.ObjectVal(selector))
	}
	var keys []string
	for _, t := range d.Tolerations {
		if t.Key == "" {
			return // every taint: the default
		}
		if !slices.Contains(keys, t.Key) && !strings.Contains(t.Key, "kubernetes.io/") {
			keys = append(keys, t.Key)
		}
	}
	slices.Sort(keys)
	if len(keys) == 0 {
		b.SetAttributeValue("tolerations", cty.ListValEmpty(cty.String))
		return
	}
	b.SetAttributeValue("tolerations", texts(keys))
}

// roleNeeds says what only the owner of a workload knows.
func roleNeeds(r planner.Role) string {
	switch r {
	case planner.Batch:
		return "how many runs a day, how long does one take, and by when must they end? Write job { … } for replicas."
	case planner.GPU:
		return "what throughput at the peak, what p99, and the load curve of one pod? Until then replicas are as they run."
	case planner.Stateful:
		return "how many members must stay Ready through any loss? min_ready is a placeholder: what the loss of a zone leaves."
	case planner.Ingress:
		return "how many requests a second at the peak, and how many does a pod carry? Then leave redundancy out: the survivors carry the load."
	case planner.App, planner.Monitoring, planner.System:
	}
	return "what throughput at the peak, and what p99? Write throughput with throughput_per_pod or latency; until then replicas are as they run."
}
