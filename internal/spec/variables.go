package spec

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/scantling-dev/scantling/planner"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// maxNames bounds the locals and the variables of a spec.
const maxNames = 1000

// tops are the blocks of the top level, over all files.
type tops struct {
	schema    *block
	variables []*hclsyntax.Block
	locals    map[string]*hclsyntax.Attribute
	clusters  []*hclsyntax.Block
}

// topLevel sorts the blocks of all files by kind.
func (r *reader) topLevel(bodies []*hclsyntax.Body) tops {
	t := tops{schema: language(), locals: map[string]*hclsyntax.Attribute{}}
	names := t.schema.blockNames()
	for _, body := range bodies {
		for _, name := range sortedKeys(body.Attributes) {
			a := body.Attributes[name]
			r.add(UnknownAttribute, &a.NameRange, "A spec holds blocks, not attributes: %s. Inputs are set with --var %s=… .", quoteAll(names), name)
		}
		for _, b := range body.Blocks {
			switch b.Type {
			case "variable":
				t.variables = append(t.variables, b)
			case "locals":
				r.collectLocals(&t, b)
			case "cluster":
				t.clusters = append(t.clusters, b)
			case "price_book":
				r.add(UnknownBlock, &b.TypeRange, "A price book stands in pricing of the cluster, or alone in a file outside of the spec's folder that price_book = \"PATH\" in pricing names.")
			default:
				r.add(UnknownBlock, &b.TypeRange, "A spec has no block named %q at its top level.%s", b.Type, instead(t.schema, b.Type, names, names))
			}
		}
	}
	return t
}

// collectLocals adds the attributes of a locals block.
func (r *reader) collectLocals(t *tops, b *hclsyntax.Block) {
	if len(b.Labels) > 0 {
		r.add(WrongLabels, &b.LabelRanges[0], "A locals block has no label: write locals { … }.")
	}
	for _, nested := range b.Body.Blocks {
		r.add(UnknownBlock, &nested.TypeRange, "A locals block holds attributes only: %s = … .", nested.Type)
	}
	for _, name := range sortedKeys(b.Body.Attributes) {
		a := b.Body.Attributes[name]
		if other := t.locals[name]; other != nil {
			r.add(DuplicateName, &a.NameRange, "There is a local named %q already, at %s:%d.", name, other.NameRange.Filename, other.NameRange.Start.Line)
			continue
		}
		if len(t.locals) == maxNames {
			r.add(ValueTooBig, &a.NameRange, "A spec has at most %d locals.", maxNames)
			return
		}
		t.locals[name] = a
	}
}

// values is what variables and locals evaluate to.
type values struct {
	scope    *scope
	recorded []planner.Variable
}

// variable is a declaration.
type variable struct {
	node     *hclsyntax.Block
	name     string
	rng      hcl.Range // of the name
	typ      cty.Type
	literal  bool // its values are text, not expressions
	defaults *typeexpr.Defaults
	def      *cty.Value
	bad      bool
}

// evaluate reads variables and locals.
func (r *reader) evaluate(t tops, in Inputs) values {
	declared := map[string]*variable{}
	empty := &scope{ctx: &hcl.EvalContext{Functions: functions()}}
	for _, b := range t.variables {
		if v := r.declare(b, empty); v != nil {
			if other := declared[v.name]; other != nil {
				r.add(DuplicateName, &v.rng, "There is a variable named %q already, at %s:%d.", v.name, other.rng.Filename, other.rng.Start.Line)
				continue
			}
			if len(declared) == maxNames {
				r.add(ValueTooBig, &v.rng, "A spec has at most %d variables.", maxNames)
				break
			}
			declared[v.name] = v
		}
	}
	given := r.inputs(declared, in)
	s := &scope{variables: map[string]bool{}, locals: map[string]bool{}}
	known := map[string]cty.Value{}
	var recorded []planner.Variable
	for _, name := range sortedKeys(declared) {
		val, ok := r.variableValue(declared[name], given)
		s.variables[name] = ok
		if !ok {
			continue
		}
		known[name] = val
		text, err := ctyjson.Marshal(val, val.Type())
		if err != nil {
			r.add(InvalidVariable, &declared[name].rng, "The value of %q cannot be recorded: %v.", name, err)
			continue
		}
		recorded = append(recorded, planner.Variable{Name: name, JSON: string(text)})
	}
	s.ctx = &hcl.EvalContext{Functions: functions(), Variables: map[string]cty.Value{
		"var": cty.ObjectVal(known), "local": cty.EmptyObjectVal,
	}}
	r.validate(declared, s)
	r.evaluateLocals(t, s)
	return values{scope: s, recorded: recorded}
}

// declare reads a variable block.
func (r *reader) declare(b *hclsyntax.Block, empty *scope) *variable {
	def := b.DefRange()
	if len(b.Labels) != 1 {
		r.add(WrongLabels, &def, "A variable block has one label, its name: variable \"peak\" { … }.")
		return nil
	}
	v := &variable{node: b, name: b.Labels[0], rng: b.LabelRanges[0], typ: cty.DynamicPseudoType}
	if !hclsyntax.ValidIdentifier(v.name) {
		r.add(InvalidName, &v.rng, "%q is not an identifier: letters, digits, \"_\" and \"-\", no digit first.", v.name)
		return nil
	}
	schema := language().block("variable")
	for _, name := range sortedKeys(b.Body.Attributes) {
		a := b.Body.Attributes[name]
		rng := a.Expr.Range()
		switch name {
		case "type":
			typ, defaults, diags := typeexpr.TypeConstraintWithDefaults(a.Expr)
			for _, d := range diags {
				d.Detail += " Write string, number, bool, list(…), map(…) or object({…})."
			}
			r.foreign(InvalidExpression, diags)
			if diags.HasErrors() {
				v.bad = true
				continue
			}
			v.typ, v.defaults = typ, defaults
		case "default":
			val, ok := r.eval(a.Expr, empty)
			if !ok {
				v.bad = true
				continue
			}
			v.def = &val
		case "description":
			if val, ok := r.eval(a.Expr, empty); ok {
				r.text(val, rng)
			}
		case "sensitive":
			r.add(SensitiveVariable, &a.NameRange, "A variable cannot be sensitive: its value is recorded in the plan. Leave it out, and keep secrets out of the spec.")
		default:
			r.add(UnknownAttribute, &a.NameRange, "A variable block has no attribute named %q.%s", name, didYouMean(name, schema.attributeNames()))
		}
	}
	for _, nested := range b.Body.Blocks {
		if nested.Type != "validation" {
			r.add(UnknownBlock, &nested.TypeRange, "A variable block has no block named %q.%s", nested.Type, didYouMean(nested.Type, schema.blockNames()))
		}
	}
	v.literal = v.typ == cty.DynamicPseudoType || v.typ.IsPrimitiveType()
	r.convertDefault(v)
	return v
}

// convertDefault brings the default to the variable's type.
func (r *reader) convertDefault(v *variable) {
	if v.def == nil || v.bad {
		return
	}
	val, err := v.convert(*v.def)
	if err != nil {
		rng := v.node.Body.Attributes["default"].Expr.Range()
		r.add(InvalidVariable, &rng, "The default of %q is not of its type %s: %v.", v.name, typeexpr.TypeString(v.typ), err)
		v.bad = true
		return
	}
	v.def = &val
}

// convert brings a value to the variable's type.
func (v *variable) convert(val cty.Value) (cty.Value, error) {
	if v.defaults != nil && !val.IsNull() {
		val = v.defaults.Apply(val)
	}
	return convert.Convert(val, v.typ)
}

// variableValue returns a variable's value: the one given, or its default.
func (r *reader) variableValue(v *variable, given map[string]input) (cty.Value, bool) {
	in, found := given[v.name]
	switch {
	case v.bad || found && in.bad:
		return cty.NilVal, false
	case !found && v.def == nil:
		r.add(MissingValue, &v.rng, "The variable %q has no default and no value. Give one: --var %s=… , a --var-file, or the environment variable %s%s.",
			v.name, v.name, envPrefix, v.name)
		return cty.NilVal, false
	case !found:
		return *v.def, true
	}
	val, err := v.convert(in.val)
	if in.rng == nil {
		in.rng = &v.rng // given outside of every file: its declaration
	}
	if err != nil {
		r.add(InvalidVariable, in.rng, "The value of %q from %s is not of its type %s: %v.", v.name, in.from, typeexpr.TypeString(v.typ), err)
		return cty.NilVal, false
	}
	if why := oversized(val); why != "" {
		r.add(ValueTooBig, in.rng, "The value of %q from %s %s.", v.name, in.from, why)
		return cty.NilVal, false
	}
	return val, true
}

// validate checks the variables' own conditions.
func (r *reader) validate(declared map[string]*variable, s *scope) {
	schema := language().block("variable").block("validation")
	for _, name := range sortedKeys(declared) {
		v := declared[name]
		for _, b := range v.node.Body.Blocks {
			if b.Type != "validation" {
				continue
			}
			n := r.readValidation(schema, b, s, s.variables[name])
			if n == nil {
				continue
			}
			if holds, ok := get[bool](n, "condition"); ok && !holds {
				message, _ := get[string](n, "error_message")
				r.add(ValidationFailed, &v.rng, "The value of %q is refused: %s", name, message)
			}
		}
	}
}

// readValidation reads a validation block, or only its names where the variable
// has no value.
func (r *reader) readValidation(schema *block, b *hclsyntax.Block, s *scope, hasValue bool) *node {
	if !hasValue {
		return nil
	}
	return r.read(sourceOf(schema, b, s))
}
