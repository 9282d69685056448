package spec

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// maxExpanded bounds the blocks that dynamic makes in a spec.
const maxExpanded = 4096

// dynamicBlock is a dynamic block taken apart.
type dynamicBlock struct {
	schema   *block
	iterator string
	labels   hclsyntax.Expression // nil where the block has none
	content  *hclsyntax.Block
	forEach  hclsyntax.Expression
	// def is the block's header, span all of it.
	def, span hcl.Range
}

// readDynamic reads dynamic "B" { for_each labels iterator content {} } as one
// block B for each element.
func (r *reader) readDynamic(n *node, b *hclsyntax.Block, sc *scope) {
	d, ok := r.dynamicParts(n, b)
	if !ok {
		return
	}
	each, ok := r.eval(d.forEach, sc)
	rng := d.forEach.Range()
	if !ok {
		return
	}
	if each.IsNull() || !each.CanIterateElements() {
		r.add(InvalidDynamic, &rng, "for_each takes a list, a set, a map or an object.")
		return
	}
	for it := each.ElementIterator(); it.Next(); {
		if r.expanded++; r.expanded > maxExpanded {
			r.add(InvalidDynamic, &rng, "Dynamic blocks make more than %d blocks.", maxExpanded)
			return
		}
		key, val := it.Element()
		r.expand(n, d, sc.with(d.iterator, key, val))
	}
	delete(n.refused, d.schema.name)
}

// dynamicParts checks the form of a dynamic block.
func (r *reader) dynamicParts(n *node, b *hclsyntax.Block) (dynamicBlock, bool) {
	d := dynamicBlock{def: b.DefRange(), span: b.Range()}
	if len(b.Labels) != 1 {
		r.add(WrongLabels, &d.def, "A dynamic block has one label, the kind of block that it makes: dynamic \"taint\" { … }.")
		return d, false
	}
	kind := b.Labels[0]
	d.iterator = kind
	d.schema = n.schema.block(kind)
	switch {
	case d.schema == nil:
		r.add(UnknownBlock, &b.LabelRanges[0], "%s has no block named %q.%s", article(n.schema.name), kind, instead(n.schema, kind, n.schema.blockNames(), n.schema.builtBlocks()))
		return d, false
	case d.schema.unbuilt:
		r.refuseBlock(n, d.schema, b.LabelRanges[0])
		return d, false
	}
	if _, labelled := b.Body.Attributes["labels"]; d.schema.label != "" && !labelled {
		r.add(InvalidDynamic, &d.def, "A %s block has a label, the %s: add labels = [%s.value] beside for_each.", kind, d.schema.label, kind)
		n.refused[kind] = true
		return d, false
	}
	n.refused[kind] = true // until it is expanded, nothing is missing
	for _, nested := range b.Body.Blocks {
		if nested.Type != "content" || len(nested.Labels) > 0 || d.content != nil {
			r.add(InvalidDynamic, &nested.TypeRange, "A dynamic block holds one block, content { … }, without a label.")
			return d, false
		}
		d.content = nested
	}
	ok := true
	for _, name := range sortedKeys(b.Body.Attributes) {
		attr := b.Body.Attributes[name]
		switch name {
		case "for_each":
			d.forEach = attr.Expr
		case "labels":
			d.labels = attr.Expr
		case "iterator":
			d.iterator = hcl.ExprAsKeyword(attr.Expr)
			if d.iterator == "" || d.iterator == "var" || d.iterator == "local" {
				rng := attr.Expr.Range()
				r.add(InvalidDynamic, &rng, "iterator is a name without quotes, other than var and local.")
				ok = false
			}
		default:
			r.add(UnknownAttribute, &attr.NameRange, "A dynamic block has no attribute named %q.%s", name, didYouMean(name, []string{"for_each", "iterator", "labels"}))
			ok = false
		}
	}
	if d.forEach == nil || d.content == nil {
		r.add(InvalidDynamic, &d.def, "A dynamic block needs for_each and a content block.")
		ok = false
	}
	return d, ok
}

// expand reads one block that a dynamic block makes.
func (r *reader) expand(n *node, d dynamicBlock, sc *scope) {
	s := source{schema: d.schema, def: d.def, span: d.span, items: itemsOf(d.content.Body), blocks: d.content.Body.Blocks, scope: sc}
	if d.labels != nil {
		rng := d.labels.Range()
		val, ok := r.eval(d.labels, sc)
		if !ok {
			return
		}
		list, err := convert.Convert(val, cty.List(cty.String))
		if err != nil || list.IsNull() {
			r.add(InvalidDynamic, &rng, "labels is a list of strings.")
			return
		}
		for i, label := range list.AsValueSlice() {
			if label.IsNull() {
				r.add(InvalidDynamic, &rng, "A label is null.")
				return
			}
			s.labels = append(s.labels, label.AsString())
			s.labelRanges = append(s.labelRanges, elementRange(d.labels, i, list.LengthInt()))
		}
	}
	r.readInside(n, s)
}
