package spec

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"github.com/scantling-dev/scantling/planner"
)

// Manifests are what the manifests of a spec hold, in words of the language. Names of
// files are relative to the folder of the spec, slashes forward.
type Manifests struct {
	// Matches are the names of the files of each pattern, in its order.
	Matches [][]string
	// Files that the patterns name, sorted by name, each once.
	Files     []File
	Workloads []ManifestWorkload
	// Problems are objects that could not be read.
	Problems []ManifestProblem
}

// ManifestPlace is a line of a manifest.
type ManifestPlace struct {
	File string
	Line int
}

// String is the place as people write it: "../k8s/cart.yaml:9".
func (p ManifestPlace) String() string { return p.File + ":" + itoa(p.Line) }

// ManifestWorkload is a controller of pods that a manifest describes.
type ManifestWorkload struct {
	// Name is unique among those of one kind or another that groups can run.
	Name string
	// Kind is that of Kubernetes.
	Kind string
	ManifestPlace
	// Body is what a workload block would say; of a DaemonSet it is empty.
	Body ManifestBody
	// Notes are what of the object a spec cannot say.
	Notes []ManifestProblem
}

// ManifestBody is the content of a block.
type ManifestBody struct {
	Attributes []ManifestAttribute
	Blocks     []ManifestBlock
}

// ManifestAttribute is an attribute's value, as an expression would have it.
type ManifestAttribute struct {
	Name  string
	Value cty.Value
	ManifestPlace
}

// ManifestBlock is a nested block; Label is empty where it has none.
type ManifestBlock struct {
	Type, Label string
	ManifestPlace
	ManifestBody
}

// ManifestProblem is what is wrong with an object.
type ManifestProblem struct {
	ManifestPlace
	Message string
}

// manifests is what a spec's manifests hold, and who has taken what.
type manifests struct {
	Manifests
	// dir is the folder of the spec, as the user sees it.
	dir string
	// patterns as they are given to the reader of manifests.
	patterns []string
	// taken are the addresses of those who have a workload, by its index.
	taken map[int]string
	// lines are the offsets at which the lines of a file start, by its name as shown.
	lines map[string][]int
	// unread: that they could not be read was reported.
	unread bool
}

// readManifests reads all manifests that the groups name, as one set: budgets and
// autoscalers are found in whichever file they stand.
func (b *builder) readManifests(groups []*node) {
	m := &manifests{taken: map[int]string{}, lines: map[string][]int{}}
	b.found = m
	var first *hcl.Range
	for _, g := range groups {
		for _, n := range append([]*node{g}, g.children("workload")...) {
			for _, p := range b.manifestPatterns(n) {
				if !slices.Contains(m.patterns, p.text) {
					m.patterns = append(m.patterns, p.text)
				}
				if first == nil {
					first = &p.rng
				}
			}
		}
	}
	if first == nil {
		return
	}
	m.dir = path.Dir(first.Filename)
	if b.readAll == nil {
		b.add(ManifestBroken, first, "Manifests cannot be read here.")
		m.unread = true
		return
	}
	var err error
	if m.Manifests, err = b.readAll(m.dir, m.patterns); err != nil {
		b.add(ManifestBroken, first, "The manifests cannot be read: %s.", err)
		m.unread = true
		return
	}
	for _, f := range m.Files {
		shown := m.shown(f.Name)
		b.sources[shown] = f.Content
		m.lines[shown] = lineStarts(f.Content)
	}
	for i := range m.Problems {
		p := &m.Problems[i]
		b.add(ManifestBroken, b.manifestRange(p.ManifestPlace), "%s", p.Message)
	}
}

// pattern is a pattern of manifests, and where it stands.
type pattern struct {
	text string
	rng  hcl.Range
}

// manifestPatterns returns those of a group or a workload.
func (b *builder) manifestPatterns(n *node) []pattern {
	if s, ok := get[string](n, "manifest"); ok {
		return []pattern{{s, n.attrs["manifest"].rng}}
	}
	var out []pattern
	list, _ := get[texts](n, "manifests")
	for i, s := range list.items {
		out = append(out, pattern{s, list.rngs[i]})
	}
	return out
}

// shown returns the name of a file as the user sees it.
func (m *manifests) shown(file string) string {
	if path.IsAbs(file) {
		return file
	}
	return path.Join(m.dir, file)
}

// lineStarts returns the offsets at which lines start.
func lineStarts(content []byte) []int {
	out := []int{0}
	for i, c := range content {
		if c == '\n' {
			out = append(out, i+1)
		}
	}
	return out
}

// manifestRange returns the text of a line of a manifest.
func (b *builder) manifestRange(p ManifestPlace) *hcl.Range {
	name := b.found.shown(p.File)
	src, lines := b.sources[name], b.found.lines[name]
	if p.Line < 1 || p.Line > len(lines) {
		return &hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos}
	}
	start := lines[p.Line-1]
	text, _, _ := bytes.Cut(src[start:], []byte("\n"))
	text = bytes.TrimRight(text, " \t\r")
	indent := len(text) - len(bytes.TrimLeft(text, " \t-"))
	return &hcl.Range{
		Filename: name,
		Start:    hcl.Pos{Line: p.Line, Column: indent + 1, Byte: start + indent},
		End:      hcl.Pos{Line: p.Line, Column: len(text) + 1, Byte: start + len(text)},
	}
}

// fromManifests returns a group whose workloads have what their manifests say, where
// the spec does not say it itself; and those besides that its manifests alone describe.
func (b *builder) fromManifests(g *node) *node {
	if len(b.found.patterns) == 0 {
		return g
	}
	m := *g
	m.blocks = slices.Clone(g.blocks)
	for i, w := range m.blocks {
		if w.schema.name == "workload" && w.has("manifest") {
			m.blocks[i] = b.ofOneManifest(g, w)
		}
	}
	for _, p := range b.manifestPatterns(g) {
		b.groupManifest(&m, p)
	}
	for _, w := range m.blocks {
		if w.schema.name != "workload" || !w.partial || w.refused["manifest"] {
			continue
		}
		if g.refused["manifests"] || g.has("manifests") && g.attrs["manifests"].bad {
			w.refused["manifest"] = true // what is missing may stand in what was refused
			continue
		}
		b.checkWhole(w)
	}
	return &m
}

// checkWhole reports what is missing of a workload, now that its manifest was read.
func (b *builder) checkWhole(n *node) {
	n.partial = false
	b.checkRequired(n)
	for _, c := range n.blocks {
		b.checkWhole(c)
	}
}

// matches returns the indexes of the workloads of a pattern, and whether it names files:
// else that was reported.
func (b *builder) matches(p pattern) ([]int, bool) {
	if b.found.unread {
		return nil, false
	}
	files := b.found.Matches[slices.Index(b.found.patterns, p.text)]
	if len(files) == 0 {
		b.add(ManifestMissing, &p.rng, "%q names no file. The path is relative to the spec; a folder is read with all that is in it, and \"*\" stands for any part of a name.", short(p.text))
		return nil, false
	}
	var out []int
	for i := range b.found.Workloads {
		if slices.Contains(files, b.found.Workloads[i].File) {
			out = append(out, i)
		}
	}
	return out, true
}

// ofOneManifest returns a workload of a group with what its own manifest says.
func (b *builder) ofOneManifest(g, w *node) *node {
	ps := b.manifestPatterns(w)
	if len(ps) == 0 {
		w.refused["manifest"] = true // its mistake is reported
		return w
	}
	p, chosen := ps[0], -1
	found, ok := b.matches(p)
	var names []string
	for _, i := range found {
		if f := &b.found.Workloads[i]; f.Name == w.label {
			chosen = i
		} else if !slices.Contains(names, f.Name) {
			names = append(names, f.Name)
		}
	}
	if chosen < 0 && len(found) == 1 {
		chosen = found[0] // whatever its name
	}
	if chosen < 0 {
		w.refused["manifest"] = true
		if len(found) > 0 {
			b.add(ManifestUnfit, &p.rng, "%s holds no workload named %q.%s", short(p.text), w.label, orElse(didYouMean(w.label, names), names))
		} else if ok && len(b.found.Problems) == 0 {
			b.add(ManifestUnfit, &p.rng, "%s holds no workload: a Deployment, StatefulSet, Job or CronJob.", short(p.text))
		}
		return w
	}
	if kind := b.found.Workloads[chosen].Kind; kind == daemonSet {
		b.add(ManifestUnfit, &p.rng, "%s is a DaemonSet at %s, which runs on nodes of every group. Write daemonset %q { … } in the cluster.", w.label, b.found.Workloads[chosen].ManifestPlace, w.label)
		w.refused["manifest"] = true
		return w
	}
	return b.withManifest(g, w, chosen, p.rng)
}

// daemonSet is a kind that no group has as a workload.
const daemonSet = "DaemonSet"

// groupManifest gives a group the workloads that one of its patterns names.
func (b *builder) groupManifest(g *node, p pattern) {
	found, ok := b.matches(p)
	if !ok {
		g.refused["manifests"] = true
	}
	for _, i := range found {
		f := &b.found.Workloads[i]
		if f.Kind == daemonSet {
			b.uncounted(f)
			continue
		}
		if strings.HasPrefix(b.found.taken[i], "node_group."+g.label+".workload.") {
			continue // by a manifest attribute, under a name of its own
		}
		at := slices.IndexFunc(g.blocks, func(n *node) bool { return n.schema.name == "workload" && n.label == f.Name })
		switch {
		case at < 0:
			w := &node{schema: g.schema.block("workload"), label: f.Name, attrs: map[string]*value{}, refused: map[string]bool{}, partial: true}
			w.def = *b.manifestRange(f.ManifestPlace)
			w.labelRange, w.spans = w.def, []hcl.Range{w.def}
			b.checkLabel(w)
			g.blocks = append(g.blocks, b.withManifest(g, w, i, p.rng))
		case !g.blocks[at].has("manifest"):
			g.blocks[at] = b.withManifest(g, g.blocks[at], i, p.rng)
		}
	}
}

// uncounted warns of a DaemonSet that the cluster does not declare.
func (b *builder) uncounted(f *ManifestWorkload) {
	for _, d := range b.root.children("daemonset") {
		if d.label == f.Name {
			return
		}
	}
	b.add(ManifestIgnored, b.manifestRange(f.ManifestPlace), "The DaemonSet %s runs on nodes of every group and is not counted. Write daemonset %q { … } in the cluster.", f.Name, f.Name)
}

// withManifest returns workload w of group g with what manifest i says of it.
func (b *builder) withManifest(g, w *node, i int, rng hcl.Range) *node {
	f := &b.found.Workloads[i]
	address := "node_group." + g.label + ".workload." + w.label
	if other, twice := b.found.taken[i]; twice {
		if other != address {
			b.add(ManifestUnfit, &rng, "%s of %s is %s already: a workload runs in one group. Name its manifest in one of them.", f.Name, f.ManifestPlace, other)
			w.refused["manifest"] = true
		}
		return w
	}
	b.found.taken[i] = address
	for j := range f.Notes {
		b.add(ManifestIgnored, b.manifestRange(f.Notes[j].ManifestPlace), "%s: %s", address, f.Notes[j].Message)
	}
	body := unlessGiven(w, f)
	said := b.read(b.manifestSource(w, body))
	b.assumeManifest(address, w, body)
	merged := merge(said, w)
	merged.partial = true
	return merged
}

// unlessGiven returns a manifest's body without what the workload says in another way,
// and with the name of its object where the workload has another.
func unlessGiven(w *node, f *ManifestWorkload) ManifestBody {
	body, demand, named := f.Body, false, f.Name == w.label
	for _, name := range []string{"throughput", "fronts", "throughput_per_pod", "load_curve", "concurrency", "cpu_per_request"} {
		demand = demand || w.has(name) || w.refused[name]
	}
	for _, name := range []string{"latency", "service_time", "job"} {
		demand = demand || w.child(name) != nil || w.refused[name]
	}
	var out ManifestBody
	for _, a := range body.Attributes {
		named = named || a.Name == "object_name"
		switch {
		case a.Name == "replicas" && demand:
		case a.Name == "anti_affinity_key" && w.has("anti_affinity"):
		default:
			out.Attributes = append(out.Attributes, a)
		}
	}
	if !named {
		out.Attributes = append(out.Attributes, ManifestAttribute{Name: "object_name", Value: cty.StringVal(f.Name), ManifestPlace: f.ManifestPlace})
	}
	for _, c := range body.Blocks {
		whole := c.Type == "topology_spread" || c.Type == "pod_disruption_budget"
		switch {
		case c.Type == "horizontal_pod_autoscaler" && !demand:
		case whole && w.child(c.Type) != nil: // its parts belong together
		default:
			out.Blocks = append(out.Blocks, c)
		}
	}
	return out
}

// manifestSource returns a manifest's body as a block in place of w.
func (b *builder) manifestSource(w *node, body ManifestBody) source {
	block := b.syntax(body)
	return source{
		schema: w.schema, labels: []string{w.label}, labelRanges: []hcl.Range{w.labelRange}, def: w.def, span: w.def,
		items: itemsOf(block), blocks: block.Blocks, scope: &scope{ctx: &hcl.EvalContext{}}, partial: true,
	}
}

// syntax returns a body as HCL's parser would.
func (b *builder) syntax(body ManifestBody) *hclsyntax.Body {
	out := &hclsyntax.Body{Attributes: hclsyntax.Attributes{}}
	for _, a := range body.Attributes {
		rng := *b.manifestRange(a.ManifestPlace)
		out.Attributes[a.Name] = &hclsyntax.Attribute{
			Name: a.Name, Expr: &hclsyntax.LiteralValueExpr{Val: a.Value, SrcRange: rng}, SrcRange: rng, NameRange: rng,
		}
	}
	for _, c := range body.Blocks {
		rng := *b.manifestRange(c.ManifestPlace)
		inner := b.syntax(c.ManifestBody)
		inner.SrcRange, inner.EndRange = rng, rng
		made := &hclsyntax.Block{Type: c.Type, Body: inner, TypeRange: rng, OpenBraceRange: rng, CloseBraceRange: rng}
		if c.Label != "" {
			made.Labels, made.LabelRanges = []string{c.Label}, []hcl.Range{rng}
		}
		out.Blocks = append(out.Blocks, made)
	}
	return out
}

// assumeManifest records what a workload has from its manifest.
func (b *builder) assumeManifest(address string, own *node, body ManifestBody) {
	for _, a := range body.Attributes {
		if !own.has(a.Name) {
			b.assume(join(address, a.Name), valueText(a.Value), planner.ManifestSource+a.String())
		}
	}
	for _, c := range body.Blocks {
		at := join(address, c.Type)
		if c.Label != "" {
			at = join(at, c.Label)
		}
		var same *node
		if own != nil {
			if i := slices.IndexFunc(own.blocks, func(n *node) bool { return n.schema.name == c.Type && n.label == c.Label }); i >= 0 {
				same = own.blocks[i]
			}
		}
		for _, a := range c.Attributes {
			if c.Type == "topology_spread" && a.Name == "topology_key" {
				at = join(at, a.Value.AsString())
			}
		}
		b.assumeManifest(at, same, c.ManifestBody)
	}
}

// valueText writes a value as a spec does, texts without quotes.
func valueText(v cty.Value) string {
	if v.Type() == cty.String {
		return v.AsString()
	}
	return string(bytes.TrimSpace(hclwrite.TokensForValue(v).Bytes()))
}
