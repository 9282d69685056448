package spec

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/scantling-dev/scantling/planner/units"
)

// texts is a list of strings with the place of each.
type texts struct {
	items []string
	rngs  []hcl.Range
	// partial: an element was refused, and is left out.
	partial bool
}

// counts is a map of whole numbers with the place of each.
type counts struct {
	items map[string]int
	rngs  map[string]hcl.Range
}

// textMap is a map of strings with the place of each value.
type textMap struct {
	items map[string]string
	rngs  map[string]hcl.Range
}

// convert brings a value to the Go type of the attribute's kind: string, bool,
// int, units' types, time.Duration, texts, textMap or counts. It reports what cannot be.
func (r *reader) convert(a *attribute, val cty.Value, expr hclsyntax.Expression) (any, bool) {
	rng := expr.Range()
	switch a.kind {
	case kindText:
		return pair(r.text(val, rng))
	case kindChoice:
		return pair(r.choice(a, val, rng))
	case kindBool:
		return pair(r.boolean(val, rng))
	case kindCount:
		return pair(r.count(a, val, rng))
	case kindCPU:
		return pair(r.cpu(a, val, rng))
	case kindBytes:
		return pair(r.bytes(a, val, rng))
	case kindDuration:
		return pair(r.duration(a, val, rng))
	case kindRatio:
		return pair(r.ratio(a, val, rng))
	case kindRate:
		return pair(r.rate(a, val, rng))
	case kindPortion:
		return pair(r.portion(a, val, rng))
	case kindUSD:
		return pair(r.dollars(a, val, rng))
	case kindTexts, kindGlobs:
		return pair(r.list(a, val, expr))
	case kindMap:
		return pair(r.stringMap(val, expr))
	case kindProfile:
		return pair(r.profile(a, val, expr))
	case kindCounts:
		return pair(r.countMap(val, expr))
	case kindCores:
		return pair(r.cores(val, rng))
	case kindDate:
		return pair(r.date(val, rng))
	case kindMinor:
		return pair(r.minor(val, rng))
	case kindCurve:
		return pair(r.curve(val, expr))
	case kindOther:
	}
	panic("spec: attribute " + a.name + " has no kind to convert to")
}

func pair[T any](v T, ok bool) (any, bool) { return v, ok }

// describe says what a value is, for messages.
func describe(val cty.Value) string {
	if val.IsNull() {
		return "null"
	}
	t := val.Type()
	switch {
	case t == cty.String:
		return fmt.Sprintf("the text %q", short(val.AsString()))
	case t == cty.Number:
		return "the number " + val.AsBigFloat().Text('g', 10)
	case t == cty.Bool:
		if val.True() {
			return "true"
		}
		return "false"
	case t.IsObjectType() || t.IsMapType():
		return "an object"
	}
	return "a list"
}

// text returns a string. Numbers and bools are not taken for text.
func (r *reader) text(val cty.Value, rng hcl.Range) (string, bool) {
	if val.IsNull() || val.Type() != cty.String {
		r.add(WrongType, &rng, "A text in quotes is expected, not %s.", describe(val))
		return "", false
	}
	return val.AsString(), true
}

// boolean returns true or false; of texts "true" and "false", and not "1" and "0",
// which cty takes too.
func (r *reader) boolean(val cty.Value, rng hcl.Range) (bool, bool) {
	if !val.IsNull() && val.Type() == cty.String && val.AsString() != "true" && val.AsString() != "false" {
		r.add(WrongType, &rng, "true or false is expected, not %s.", describe(val))
		return false, false
	}
	b, err := convert.Convert(val, cty.Bool)
	if err != nil || b.IsNull() {
		r.add(WrongType, &rng, "true or false is expected, not %s.", describe(val))
		return false, false
	}
	return b.True(), true
}

func (r *reader) choice(a *attribute, val cty.Value, rng hcl.Range) (string, bool) {
	if a.of == nil && (val.IsNull() || val.Type() != cty.String) {
		hint := ""
		if a.number != "" && !val.IsNull() && val.Type() == cty.Number {
			hint = " " + a.number
		}
		r.add(WrongType, &rng, "%s is %s, not %s.%s", a.name, quoteAll(a.choices), describe(val), hint)
		return "", false
	}
	s, ok := r.text(val, rng)
	if !ok {
		return "", false
	}
	if a.of != nil || a.late {
		return s, true // once the ground is known, the builder looks whether it has the word
	}
	return s, r.chosen(a, s, rng)
}

// chosen reports whether s is one of the attribute's choices.
func (r *reader) chosen(a *attribute, s string, rng hcl.Range) bool {
	switch {
	case slices.Contains(a.choices, s):
		return true
	case slices.Contains(a.later, s):
		r.add(NotSupportedYet, &rng, "%s = %q is not supported yet. Write %s.", a.name, s, quoteAll(a.choices))
	case a.name == "provider":
		r.add(UnknownProvider, &rng, "There is no provider named %q.%s", short(s), orElse(didYouMean(s, append(slices.Clone(a.choices), a.later...)), a.choices))
	default:
		last := s[strings.LastIndexByte(s, '/')+1:] // of topology.kubernetes.io/zone
		hint := didYouMean(last, append(slices.Clone(a.choices), a.later...))
		r.add(UnknownChoice, &rng, "%s is not %q: it is %s.%s", a.name, short(s), quoteAll(a.choices), hint)
	}
	return false
}

// orElse returns hint, or the list of what is known where there is none.
func orElse(hint string, known []string) string {
	if hint != "" || len(known) == 0 {
		return hint
	}
	if len(known) > 30 {
		known = known[:30]
	}
	return " Known: " + quoteAll(known) + "."
}

// number returns a number that is not negative, from a number or its text.
func (r *reader) number(code Code, val cty.Value, rng hcl.Range, want string) (*big.Float, bool) {
	f, ok := r.signed(code, val, rng, want)
	if ok && f.Sign() < 0 {
		r.add(OutOfRange, &rng, "%s is negative; %s is expected.", f.Text('g', 10), want)
		return nil, false
	}
	return f, ok
}

// signed returns a number, from a number or its text.
func (r *reader) signed(code Code, val cty.Value, rng hcl.Range, want string) (*big.Float, bool) {
	if val.Type() == cty.String {
		if why := numberHint(val.AsString()); why != "" {
			r.add(code, &rng, "%q is not %s: %s", short(val.AsString()), want, why)
			return nil, false
		}
	}
	n, err := convert.Convert(val, cty.Number)
	if err != nil || n.IsNull() {
		r.add(code, &rng, "%s is expected, not %s.", capital(want), describe(val))
		return nil, false
	}
	f := n.AsBigFloat()
	if f.IsInf() {
		r.add(OutOfRange, &rng, "The number is not finite.")
		return nil, false
	}
	return f, true
}

// capital returns s with a capital first letter.
func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// numberHint says what is wrong with a text that should be a number; empty
// where nothing is.
func numberHint(s string) string {
	plain := regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]{1,2})?$`)
	if len(s) <= maxNumberLength && plain.MatchString(s) {
		return ""
	}
	parts := regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?) ?([a-zA-Z/%]{1,10})$`).FindStringSubmatch(s)
	if parts != nil {
		return fmt.Sprintf("write %s without a unit.", parts[1])
	}
	if bare := strings.NewReplacer("$", "", ",", "", "_", "").Replace(s); len(s) <= maxNumberLength && plain.MatchString(bare) {
		return fmt.Sprintf("write %s.", bare)
	}
	return "write plain digits, such as 500."
}

// count returns a whole number within the attribute's bounds.
func (r *reader) count(a *attribute, val cty.Value, rng hcl.Range) (int, bool) {
	read := r.number
	if a.least < 0 {
		read = r.signed
	}
	f, ok := read(InvalidCount, val, rng, "a whole number")
	if !ok {
		return 0, false
	}
	most := a.most
	if most == 0 {
		most = maxCount
	}
	return r.whole(f, a.least, most, rng)
}

// whole returns f as an int between least and most.
func (r *reader) whole(f *big.Float, least, most int, rng hcl.Range) (int, bool) {
	if !f.IsInt() {
		n, _ := f.Int64()
		r.add(InvalidCount, &rng, "%s is not a whole number. Write %d or %d.", f.Text('g', 10), n, n+1)
		return 0, false
	}
	if f.Cmp(big.NewFloat(float64(least))) < 0 || f.Cmp(big.NewFloat(float64(most))) > 0 {
		r.add(OutOfRange, &rng, "%s is not between %d and %d.", f.Text('g', 10), least, most)
		return 0, false
	}
	n, _ := f.Int64()
	return int(n), true
}

// list returns a list of strings, each checked against the attribute's choices
// or the form of patterns.
func (r *reader) list(a *attribute, val cty.Value, expr hclsyntax.Expression) (texts, bool) {
	rng := expr.Range()
	t := val.Type()
	if !t.IsTupleType() && !t.IsListType() && !t.IsSetType() {
		hint := ""
		if t == cty.String {
			hint = fmt.Sprintf(" Write [%q].", short(val.AsString()))
		}
		r.add(WrongType, &rng, "A list of texts is expected, not %s.%s", describe(val), hint)
		return texts{}, false
	}
	var out texts
	n := val.LengthInt()
	for i, element := range val.AsValueSlice() {
		at := elementRange(expr, i, n)
		s, ok := r.text(element, at)
		ok = ok && r.element(a, s, at)
		if ok && slices.Contains(out.items, s) {
			r.add(DuplicateElement, &at, "%q stands in the list already. Leave one of them out.", s)
			ok = false
		}
		if !ok {
			out.partial = true
			continue // reported; the rest is of use
		}
		out.items = append(out.items, s)
		out.rngs = append(out.rngs, at)
	}
	return out, len(out.items) > 0 || n == 0
}

func (r *reader) element(a *attribute, s string, rng hcl.Range) bool {
	if a.kind == kindGlobs {
		return r.glob(s, rng)
	}
	if len(a.choices) > 0 {
		return r.chosen(a, s, rng)
	}
	return true
}

// elementRange returns the place of element i of n, or that of the whole list
// where the elements are computed.
func elementRange(expr hclsyntax.Expression, i, n int) hcl.Range {
	if tuple, ok := expr.(*hclsyntax.TupleConsExpr); ok && len(tuple.Exprs) == n {
		return tuple.Exprs[i].Range()
	}
	return expr.Range()
}

// globForm reports whether s has the form of a pattern.
func globForm(s string) bool {
	ok := s != "" && len(s) <= 63
	for _, c := range s {
		ok = ok && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || strings.ContainsRune(".-*?", c))
	}
	return ok
}

func (r *reader) glob(s string, rng hcl.Range) bool {
	ok := globForm(s)
	if !ok {
		hint := ""
		if lower := strings.ToLower(s); lower != s && globForm(lower) {
			hint = fmt.Sprintf(" Write %q.", lower)
		}
		r.add(InvalidGlob, &rng, "%q is no pattern of type names: small letters, digits, \".\", \"-\", \"*\" for any text and \"?\" for any character.%s", short(s), hint)
	}
	return ok
}

// stringMap returns a map of strings.
func (r *reader) stringMap(val cty.Value, expr hclsyntax.Expression) (textMap, bool) {
	rng := expr.Range()
	if t := val.Type(); !t.IsObjectType() && !t.IsMapType() {
		r.add(WrongType, &rng, "A map of texts is expected, not %s.", describe(val))
		return textMap{}, false
	}
	out := textMap{items: map[string]string{}, rngs: map[string]hcl.Range{}}
	good := true
	for it := val.ElementIterator(); it.Next(); {
		key, element := it.Element()
		at := entryRange(expr, key.AsString())
		s, ok := r.text(element, at)
		good = good && ok
		out.items[key.AsString()], out.rngs[key.AsString()] = s, at
	}
	return out, good
}

// countMap returns a map of whole numbers.
func (r *reader) countMap(val cty.Value, expr hclsyntax.Expression) (counts, bool) {
	rng := expr.Range()
	if t := val.Type(); !t.IsObjectType() && !t.IsMapType() {
		r.add(WrongType, &rng, "A map of whole numbers is expected, not %s.", describe(val))
		return counts{}, false
	}
	out := counts{items: map[string]int{}, rngs: map[string]hcl.Range{}}
	good := true
	for it := val.ElementIterator(); it.Next(); {
		key, element := it.Element()
		at := entryRange(expr, key.AsString())
		n, ok := r.count(&attribute{}, element, at)
		good = good && ok
		out.items[key.AsString()], out.rngs[key.AsString()] = n, at
	}
	return out, good
}

// entryRange returns the place of a value in an object, or that of the whole.
func entryRange(expr hclsyntax.Expression, key string) hcl.Range {
	if object, ok := expr.(*hclsyntax.ObjectConsExpr); ok {
		for _, it := range object.Items {
			k, diags := it.KeyExpr.Value(nil)
			if !diags.HasErrors() && k.IsKnown() && !k.IsNull() && k.Type() == cty.String && k.AsString() == key {
				return it.ValueExpr.Range()
			}
		}
	}
	return expr.Range()
}

func (r *reader) date(val cty.Value, rng hcl.Range) (units.Date, bool) {
	s, ok := r.text(val, rng)
	if !ok {
		return "", false
	}
	d, err := units.ParseDate(s)
	if err != nil || s < "2014-01-01" || s > "2100-01-01" {
		r.add(InvalidDate, &rng, "%q is not a day: write it like \"2026-11-20\".", short(s))
		return "", false
	}
	return d, true
}

func (r *reader) minor(val cty.Value, rng hcl.Range) (string, bool) {
	if !val.IsNull() && val.Type() == cty.Number {
		r.add(InvalidVersion, &rng, "A version stands in quotes: as a number, 1.30 and 1.3 are the same. Write %q.", r.sourceText(rng))
		return "", false
	}
	s, ok := r.text(val, rng)
	if !ok {
		return "", false
	}
	if parts := regexp.MustCompile(`^v?([0-9]{1,2}\.[0-9]{1,3})(\.[0-9]{1,3})?$`).FindStringSubmatch(s); parts == nil {
		r.add(InvalidVersion, &rng, "%q is not a minor of Kubernetes: write it like \"1.35\".", short(s))
		return "", false
	} else if parts[1] != s {
		r.add(InvalidVersion, &rng, "%q is more than a minor: write %q.", short(s), parts[1])
		return "", false
	}
	return s, true
}
