package spec

import (
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// value is an attribute's value, of the Go type that its kind has.
type value struct {
	v    any
	rng  hcl.Range // of the expression
	name hcl.Range
	// bad: a mistake was reported; v is not set.
	bad bool
	// est is nil where the figure is not an estimate.
	est *estimate
}

// node is a block with its values typed and its names checked.
type node struct {
	schema     *block
	label      string
	labelRange hcl.Range
	// misnamed: the label is missing or wrong.
	misnamed bool
	// def is the block's header.
	def hcl.Range
	// spans are the whole of the block, and of the defaults' where both were merged.
	spans []hcl.Range
	attrs map[string]*value
	// blocks in the order of the source.
	blocks []*node
	// refused names the attributes and blocks that are known, given and not
	// built, so that nothing is said to be missing in their stead.
	refused map[string]bool
	// partial: what is missing may stand in a manifest, which was not read yet.
	partial bool
	// manifests: workloads of it may stand in manifests.
	manifests bool
}

// has reports whether the attribute is given, rightly or not.
func (n *node) has(name string) bool { return n != nil && n.attrs[name] != nil }

// rng returns the place of an attribute's value, or else of the block.
func (n *node) rng(name string) *hcl.Range {
	if n.has(name) {
		return &n.attrs[name].rng
	}
	return &n.def
}

// child returns the nested block of that name, or nil.
func (n *node) child(name string) *node {
	if n == nil {
		return nil
	}
	for _, b := range n.blocks {
		if b.schema.name == name {
			return b
		}
	}
	return nil
}

// children returns the nested blocks of that name.
func (n *node) children(name string) []*node {
	var out []*node
	if n == nil {
		return nil
	}
	for _, b := range n.blocks {
		if b.schema.name == name {
			out = append(out, b)
		}
	}
	return out
}

// get returns the value of an attribute that is given and right.
func get[T any](n *node, name string) (T, bool) {
	var zero T
	if n == nil || n.attrs[name] == nil || n.attrs[name].bad {
		return zero, false
	}
	v, ok := n.attrs[name].v.(T)
	return v, ok
}

// source is a block before it is read.
type source struct {
	schema      *block
	labels      []string
	labelRanges []hcl.Range
	def, span   hcl.Range
	// items are the attributes, by name.
	items  map[string]item
	blocks hclsyntax.Blocks
	scope  *scope
	// partial: the rest of it stands elsewhere.
	partial bool
}

// item is an attribute before it is evaluated.
type item struct {
	expr hclsyntax.Expression
	name hcl.Range
}

// itemsOf returns the attributes of a body.
func itemsOf(body *hclsyntax.Body) map[string]item {
	items := make(map[string]item, len(body.Attributes))
	for name, a := range body.Attributes {
		items[name] = item{expr: a.Expr, name: a.NameRange}
	}
	return items
}

// sourceOf returns a block as a source.
func sourceOf(schema *block, b *hclsyntax.Block, sc *scope) source {
	return source{
		schema: schema, labels: b.Labels, labelRanges: b.LabelRanges, def: b.DefRange(), span: b.Range(),
		items: itemsOf(b.Body), blocks: b.Body.Blocks, scope: sc,
	}
}

// read returns the block with all that is right in it, and reports the rest.
func (r *reader) read(s source) *node {
	n := &node{schema: s.schema, def: s.def, spans: []hcl.Range{s.span}, attrs: map[string]*value{}, refused: map[string]bool{}, partial: s.partial}
	if _, given := s.items["manifest"]; given {
		n.partial = true
	}
	_, n.manifests = s.items["manifests"]
	before := r.errors
	r.readLabel(n, s)
	n.misnamed = r.errors > before
	for _, name := range slices.Sorted(maps.Keys(s.items)) {
		r.readAttribute(n, name, s.items[name], s.scope)
	}
	for _, b := range s.blocks {
		r.readBlock(n, b, s.scope)
	}
	r.checkRepeats(n)
	r.checkRequired(n)
	return n
}

func (r *reader) readLabel(n *node, s source) {
	if s.schema.label == "" {
		if len(s.labels) > 0 {
			r.add(WrongLabels, &s.labelRanges[0], "%s has no label: write %s { … }.", article(s.schema.name), s.schema.name)
		}
		return
	}
	if len(s.labels) == 0 {
		r.add(WrongLabels, &s.def, "%s needs the %s as its label: write %s \"…\" { … }.", article(s.schema.name), s.schema.label, s.schema.name)
		return
	}
	if len(s.labels) > 1 {
		r.add(WrongLabels, &s.labelRanges[1], "%s has one label, the %s. Leave this one out.", article(s.schema.name), s.schema.label)
	}
	n.label, n.labelRange = s.labels[0], s.labelRanges[0]
	r.checkLabel(n)
}

func (r *reader) readAttribute(n *node, name string, it item, sc *scope) {
	a := n.schema.attribute(name)
	if a == nil {
		r.unknownAttribute(n, name, it, sc)
		return
	}
	if a.unbuilt {
		n.refused[name] = true
		r.add(NotSupportedYet, &it.name, "%s of %s is not supported yet.%s", name, n.schema.name, lead(a.instead))
		return
	}
	v := &value{rng: it.expr.Range(), name: it.name}
	val, ok := r.eval(it.expr, sc)
	switch {
	case !ok:
		v.bad = true
	case val.IsNull():
		return // as though it were not given
	case isEstimate(val) && a.kind != kindProfile && a.kind != kindMap && a.kind != kindCounts && a.kind != kindOther:
		v.v, v.est, ok = r.estimated(a, val, it.expr)
		v.bad = !ok
	default:
		v.v, ok = r.convert(a, val, it.expr)
		v.bad = !ok
	}
	n.attrs[name] = v
}

// unknownAttribute handles an attribute that the table does not have: a block
// written with "=", or a mistake.
func (r *reader) unknownAttribute(n *node, name string, it item, sc *scope) {
	b := n.schema.block(name)
	if b == nil {
		n.refused[name] = true
		r.meant(n, name)
		r.add(UnknownAttribute, &it.name, "%s has no attribute named %q.%s", article(n.schema.name), name,
			instead(n.schema, name, append(n.schema.attributeNames(), n.schema.blockNames()...), n.schema.builtAttributes()))
		return
	}
	if b.unbuilt {
		r.refuseBlock(n, b, it.name)
		return
	}
	object, isObject := it.expr.(*hclsyntax.ObjectConsExpr)
	if !b.object || !isObject {
		n.refused[name] = true
		r.add(BlockOrAttribute, &it.name, "%s is a block: write %s { … } without \"=\".", name, name)
		return
	}
	r.readInside(n, source{schema: b, def: it.name, span: hcl.RangeBetween(it.name, it.expr.Range()), items: r.objectItems(object), scope: sc})
}

// meant takes the required blocks that hold an attribute of this name for given:
// it stands in the wrong place.
func (r *reader) meant(n *node, name string) {
	for i := range n.schema.blocks {
		if b := &n.schema.blocks[i]; b.required && b.attribute(name) != nil {
			n.refused[b.name] = true
		}
	}
}

// objectItems returns the items of an object as attributes of a block.
func (r *reader) objectItems(object *hclsyntax.ObjectConsExpr) map[string]item {
	items := map[string]item{}
	for _, it := range object.Items {
		key, diags := it.KeyExpr.Value(nil)
		rng := it.KeyExpr.Range()
		if diags.HasErrors() || key.IsNull() || !key.IsKnown() || key.Type() != cty.String {
			r.add(InvalidName, &rng, "A name is expected here.")
			continue
		}
		if _, twice := items[key.AsString()]; twice {
			r.add(DuplicateName, &rng, "%q is given twice.", key.AsString())
			continue
		}
		items[key.AsString()] = item{expr: it.ValueExpr, name: rng}
	}
	return items
}

func (r *reader) refuseBlock(n *node, b *block, rng hcl.Range) {
	n.refused[b.name] = true
	r.add(NotSupportedYet, &rng, "%s in %s is not supported yet.%s", b.name, n.schema.name, lead(b.instead))
}

func (r *reader) readBlock(n *node, b *hclsyntax.Block, sc *scope) {
	if b.Type == "dynamic" {
		r.readDynamic(n, b, sc)
		return
	}
	schema := n.schema.block(b.Type)
	switch {
	case schema != nil && schema.unbuilt:
		r.refuseBlock(n, schema, b.TypeRange)
	case schema != nil:
		r.readInside(n, sourceOf(schema, b, sc))
	default:
		r.unknownBlock(n, b, sc)
	}
}

// readInside reads a block of n.
func (r *reader) readInside(n *node, s source) {
	s.partial = n.partial || s.schema.name == "workload" && n.manifests
	n.blocks = append(n.blocks, r.read(s))
}

// unknownBlock handles a block that the table does not have: a map written
// without "=", or a mistake.
func (r *reader) unknownBlock(n *node, b *hclsyntax.Block, sc *scope) {
	a := n.schema.attribute(b.Type)
	switch {
	case a == nil:
		for name := range b.Body.Attributes {
			n.refused[name] = true // not missing, but in the wrong place
		}
		r.add(UnknownBlock, &b.TypeRange, "%s has no block named %q.%s", article(n.schema.name), b.Type,
			instead(n.schema, b.Type, append(n.schema.blockNames(), n.schema.attributeNames()...), n.schema.builtBlocks()))
	case a.unbuilt:
		n.refused[a.name] = true
		r.add(NotSupportedYet, &b.TypeRange, "%s of %s is not supported yet.%s", a.name, n.schema.name, lead(a.instead))
	case (a.kind == kindMap || a.kind == kindCounts) && len(b.Labels) == 0 && len(b.Body.Blocks) == 0 && n.attrs[a.name] == nil:
		r.readMapBlock(n, a, b, sc)
	default:
		n.refused[a.name] = true
		r.add(BlockOrAttribute, &b.TypeRange, "%s is an attribute: write %s = ….", a.name, a.name)
	}
}

// readMapBlock reads labels { team = "x" } like labels = { team = "x" }.
func (r *reader) readMapBlock(n *node, a *attribute, b *hclsyntax.Block, sc *scope) {
	v := &value{rng: b.DefRange(), name: b.TypeRange}
	strings := textMap{items: map[string]string{}, rngs: map[string]hcl.Range{}}
	numbers := counts{items: map[string]int{}, rngs: map[string]hcl.Range{}}
	for _, name := range slices.Sorted(maps.Keys(b.Body.Attributes)) {
		attr := b.Body.Attributes[name]
		rng := attr.Expr.Range()
		val, ok := r.eval(attr.Expr, sc)
		switch {
		case !ok:
		case a.kind == kindCounts:
			numbers.rngs[name] = rng
			numbers.items[name], ok = r.count(&attribute{}, val, rng)
		default:
			strings.rngs[name] = rng
			strings.items[name], ok = r.text(val, rng)
		}
		v.bad = v.bad || !ok
	}
	v.v = strings
	if a.kind == kindCounts {
		v.v = numbers
	}
	n.attrs[a.name] = v
}

// checkRepeats reports blocks that stand more often than they may, and keeps
// the first of each.
func (r *reader) checkRepeats(n *node) {
	type key struct{ name, label string }
	first := map[key]*node{}
	n.blocks = slices.DeleteFunc(n.blocks, func(b *node) bool {
		k := key{name: b.schema.name}
		if b.schema.repeat {
			if b.schema.label == "" || b.label == "" {
				return false
			}
			k.label = b.label
		}
		other, twice := first[k]
		if !twice {
			first[k] = b
			return false
		}
		at := other.def.Filename + ":" + itoa(other.def.Start.Line)
		if b.schema.repeat {
			r.add(DuplicateName, &b.labelRange, "There is %s named %q already, at %s.", lower(article(b.schema.name)), b.label, at)
		} else {
			r.add(DuplicateBlock, &b.def, "There is %s already, at %s.", lower(article(b.schema.name)), at)
		}
		return true
	})
}

// checkRequired reports what is missing of what the table requires.
func (r *reader) checkRequired(n *node) {
	if n.partial {
		return // the manifest may hold it
	}
	for _, a := range n.schema.attributes {
		if a.required && n.attrs[a.name] == nil && !n.refused[a.name] {
			r.add(MissingAttribute, &n.def, "%s needs %s: %s", article(n.schema.name), a.name, lower(a.doc))
		}
	}
	for _, b := range n.schema.blocks {
		if b.required && n.child(b.name) == nil && !n.refused[b.name] {
			r.add(MissingBlock, &n.def, "%s needs a block %s: %s", article(n.schema.name), b.name, lower(b.doc))
		}
	}
}

// article returns the name of a block with an article, for the start of a
// sentence.
func article(name string) string {
	if strings.HasSuffix(name, " file") {
		return capital(indefinite(name))
	}
	return capital(indefinite(name)) + " block"
}

// indefinite returns a word with its indefinite article.
func indefinite(word string) string {
	if strings.ContainsRune("aeiou", rune(word[0])) {
		return "an " + word
	}
	return "a " + word
}

// lower returns a sentence with a small first letter, unless it is an
// abbreviation's.
func lower(sentence string) string {
	if len(sentence) > 1 && sentence[1] >= 'A' && sentence[1] <= 'Z' {
		return sentence
	}
	return strings.ToLower(sentence[:1]) + sentence[1:]
}

// lead puts a space before a sentence that is not empty.
func lead(sentence string) string {
	if sentence == "" {
		return ""
	}
	return " " + sentence
}
