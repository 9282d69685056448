package spec

import (
	"fmt"
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

func itoa(n int) string { return strconv.Itoa(n) }

// scope is what an expression can refer to.
type scope struct {
	ctx *hcl.EvalContext
	// declared are the names of variables and locals, and whether each has a
	// value: one that failed was reported where it stands.
	variables, locals map[string]bool
	// iterators of the dynamic blocks around.
	iterators []string
	// closed is a file without variables and locals, as the subject of a sentence; empty
	// where they can be declared.
	closed string
}

// withoutVariables is the scope of a file that is named: "A file of prices".
func withoutVariables(closed string) *scope {
	return &scope{ctx: &hcl.EvalContext{Functions: functions()}, closed: closed}
}

// with returns the scope inside a dynamic block.
func (s *scope) with(iterator string, key, val cty.Value) *scope {
	inner := *s
	inner.ctx = s.ctx.NewChild()
	inner.ctx.Variables = map[string]cty.Value{iterator: cty.ObjectVal(map[string]cty.Value{"key": key, "value": val})}
	inner.iterators = append(append([]string{}, s.iterators...), iterator)
	return &inner
}

// eval returns an expression's value. It reports what is wrong, but for what
// follows from a variable or local that was reported already.
func (r *reader) eval(expr hclsyntax.Expression, s *scope) (cty.Value, bool) {
	if !r.resolve(expr, s) {
		return cty.NilVal, false
	}
	val, diags := expr.Value(s.ctx)
	if diags.HasErrors() {
		r.foreign(InvalidExpression, diags)
		return cty.NilVal, false
	}
	if !val.IsWhollyKnown() || val.ContainsMarked() {
		rng := expr.Range()
		r.add(ValueTooBig, &rng, "The value cannot be computed.")
		return cty.NilVal, false
	}
	if why := oversized(val); why != "" {
		rng := expr.Range()
		r.add(ValueTooBig, &rng, "The value %s.", why)
		return cty.NilVal, false
	}
	return val, true
}

// resolve reports whether all that expr refers to is declared and has a value.
func (r *reader) resolve(expr hclsyntax.Expression, s *scope) bool {
	ok := true
	for _, t := range expr.Variables() {
		root := t.RootName()
		rng := t.SourceRange()
		if _, found := s.iterator(root); found {
			continue
		}
		if s.closed != "" {
			r.add(UndeclaredName, &rng, "%s has no variables and no locals, so that it means the same to everybody: write the value in place of %s.", s.closed, textOf(t))
			ok = false
			continue
		}
		var declared map[string]bool
		switch root {
		case "var":
			declared = s.variables
		case "local":
			declared = s.locals
		default:
			hint := didYouMean(root, append([]string{"var", "local"}, s.iterators...))
			if n := len(s.iterators); root == "each" && n > 0 {
				hint = fmt.Sprintf(" The element of a dynamic block is %s.value.", s.iterators[n-1])
			}
			r.add(UndeclaredName, &rng, "There is nothing named %s here: a text stands in quotes, an input is var.NAME, a local is local.NAME.%s", root, hint)
			ok = false
			continue
		}
		name, named := memberOf(t)
		if !named {
			continue // the whole object, or an index that is evaluated
		}
		works, found := declared[name]
		if !found {
			r.add(UndeclaredName, &rng, "There is no %s named %q.%s", map[string]string{"var": "variable", "local": "local"}[root], name, undeclared(root, name, declared))
		}
		ok = ok && works
	}
	return ok
}

// textOf writes a reference as it stands: var.NAME.
func textOf(t hcl.Traversal) string {
	if name, ok := memberOf(t); ok {
		return t.RootName() + "." + short(name)
	}
	return t.RootName()
}

// undeclared says what to write for a variable or local that is not declared.
func undeclared(root, name string, declared map[string]bool) string {
	if hint := orElse(didYouMean(name, sortedKeys(declared)), sortedKeys(declared)); hint != "" {
		return hint
	}
	if root == "var" {
		return fmt.Sprintf(" Declare it: variable %q { … }.", name)
	}
	return fmt.Sprintf(" Declare it: locals { %s = … }.", name)
}

func (s *scope) iterator(name string) (int, bool) {
	for i, it := range s.iterators {
		if it == name {
			return i, true
		}
	}
	return 0, false
}

// memberOf returns x of var.x and local["x"].
func memberOf(t hcl.Traversal) (string, bool) {
	if len(t) < 2 {
		return "", false
	}
	switch step := t[1].(type) {
	case hcl.TraverseAttr:
		return step.Name, true
	case hcl.TraverseIndex:
		if step.Key.Type() == cty.String && step.Key.IsKnown() && !step.Key.IsNull() {
			return step.Key.AsString(), true
		}
	}
	return "", false
}

// Bounds of values, so that no expression can grow without end.
const (
	maxElements    = 4096
	maxString      = 16 << 10
	maxValueDepth  = 32
	maxExponent    = 50 // of 2
	minExponent    = -400
	maxValueLeaves = 1 << 17
)

// oversized says what is too big about a value; empty where nothing is.
func oversized(val cty.Value) string {
	leaves := 0
	return oversizedWithin(val, 0, &leaves)
}

func oversizedWithin(val cty.Value, depth int, leaves *int) string {
	if *leaves++; *leaves > maxValueLeaves {
		return fmt.Sprintf("has more than %d parts", maxValueLeaves)
	}
	if val.IsNull() || !val.IsKnown() {
		return ""
	}
	t := val.Type()
	switch {
	case t == cty.String:
		if len(val.AsString()) > maxString {
			return fmt.Sprintf("holds a string of more than %d bytes", maxString)
		}
	case t == cty.Number:
		f := val.AsBigFloat()
		if f.IsInf() {
			return "holds a number that is not finite: something is divided by 0"
		}
		if f.Sign() != 0 && f.MantExp(nil) > maxExponent {
			return "holds a number beyond 2^50, about 1e15"
		}
		if f.Sign() != 0 && f.MantExp(nil) < minExponent {
			return "holds a number too close to 0"
		}
	case t.IsCollectionType() || t.IsTupleType() || t.IsObjectType():
		if depth >= maxValueDepth {
			return fmt.Sprintf("is nested more than %d deep", maxValueDepth)
		}
		if n := val.LengthInt(); n > maxElements {
			return fmt.Sprintf("has %d elements; at most %d are allowed", n, maxElements)
		}
		for it := val.ElementIterator(); it.Next(); {
			key, element := it.Element()
			for _, part := range []cty.Value{key, element} {
				if why := oversizedWithin(part, depth+1, leaves); why != "" {
					return why
				}
			}
		}
	}
	return ""
}
