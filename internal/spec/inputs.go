package spec

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	hcljson "github.com/hashicorp/hcl/v2/json"
	"github.com/zclconf/go-cty/cty"
)

// envPrefix is before a variable's name in the environment.
const envPrefix = "SCANTLING_VAR_"

// input is a value given for a variable.
type input struct {
	val cty.Value
	// rng is where it is given; nil on the command line.
	rng  *hcl.Range
	from string
	bad  bool
}

// inputs returns the values given from outside, by variable.
func (r *reader) inputs(declared map[string]*variable, in Inputs) map[string]input {
	given := map[string]input{}
	env := slices.Sorted(slices.Values(in.Env))
	for _, entry := range env {
		rest, ours := strings.CutPrefix(entry, envPrefix)
		name, text, ok := strings.Cut(rest, "=")
		if !ours || !ok || declared[name] == nil {
			continue // as in Terraform: the environment is shared with others
		}
		given[name] = r.parseInput(declared[name], text, "the environment variable "+envPrefix+name)
	}
	for _, f := range in.VarFiles {
		r.varFile(f, declared, given)
	}
	for _, entry := range in.Vars {
		name, text, ok := strings.Cut(entry, "=")
		name = strings.TrimSpace(name)
		if !ok || name == "" {
			r.add(InvalidVariable, nil, "--var %q: write --var NAME=VALUE.", short(entry))
			continue
		}
		if declared[name] == nil {
			r.add(UndeclaredVariable, nil, "--var %s=…: the spec declares no variable of this name.%s", short(name), orElse(didYouMean(name, sortedKeys(declared)), sortedKeys(declared)))
			continue
		}
		given[name] = r.parseInput(declared[name], text, "--var")
	}
	return given
}

// short cuts a text from outside to what a message can hold.
func short(s string) string {
	s = strings.ToValidUTF8(s, "?")
	if runes := []rune(s); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return s
}

// parseInput reads a value from the command line or the environment: text for
// variables of a primitive type, an expression for the rest.
func (r *reader) parseInput(v *variable, text, from string) input {
	if v.bad {
		return input{from: from, bad: true}
	}
	if v.literal {
		if len(text) > maxString || invalidUTF8([]byte(text)) >= 0 {
			r.add(ValueTooBig, &v.rng, "The value of %q from %s is not UTF-8, or has more than %d bytes.", v.name, from, maxString)
			return input{from: from, bad: true}
		}
		return input{val: cty.StringVal(text), from: from}
	}
	f := File{Name: "value of " + v.name + " from " + from, Content: []byte(text)}
	if !r.guard(f) {
		return input{from: from, bad: true}
	}
	expr, diags := hclsyntax.ParseExpression(f.Content, f.Name, hcl.InitialPos)
	if diags.HasErrors() {
		r.add(InvalidVariable, &v.rng, "The value of %q from %s is not of its type %s. Lists are written %s and maps %s, strings in quotes.",
			v.name, from, typeexpr.TypeString(v.typ), `["a", "b"]`, `{ a = 1 }`)
		return input{from: from, bad: true}
	}
	val, ok := r.eval(expr, &scope{ctx: &hcl.EvalContext{}})
	return input{val: val, from: from, bad: !ok}
}

// varFile reads a file of values: HCL attributes or JSON.
func (r *reader) varFile(f File, declared map[string]*variable, given map[string]input) {
	if !r.guard(f) {
		return
	}
	attrs, diags := varAttributes(f)
	r.foreign(SyntaxError, diags)
	for _, name := range sortedKeys(attrs) {
		a := attrs[name]
		if declared[name] == nil {
			r.add(UnusedValue, &a.NameRange, "The spec declares no variable named %q; its value is not used.%s", name, didYouMean(name, sortedKeys(declared)))
			continue
		}
		rng := a.Expr.Range()
		in := input{rng: &rng, from: f.Name}
		if native, ok := a.Expr.(hclsyntax.Expression); ok {
			in.val, ok = r.eval(native, &scope{ctx: &hcl.EvalContext{}})
			in.bad = !ok
		} else {
			val, diags := a.Expr.Value(nil)
			r.foreign(InvalidExpression, diags)
			in.val, in.bad = val, diags.HasErrors()
		}
		given[name] = in
	}
}

// varAttributes parses a file of values.
func varAttributes(f File) (hcl.Attributes, hcl.Diagnostics) {
	src, start := trimBOM(f.Content)
	var file *hcl.File
	var diags hcl.Diagnostics
	if strings.HasSuffix(f.Name, ".json") {
		file, diags = hcljson.Parse(src, f.Name)
	} else {
		file, diags = hclsyntax.ParseConfig(src, f.Name, start)
	}
	if file == nil || file.Body == nil || diags.HasErrors() {
		return nil, diags
	}
	attrs, more := file.Body.JustAttributes()
	return attrs, append(diags, more...)
}
