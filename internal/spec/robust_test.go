package spec_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/scantling-dev/scantling/internal/spec"
)

// mistakes loads one file and returns its diagnostics; it checks what holds for
// all: a Spec if and only if there is no error, and diagnostics that can be
// written.
func mistakes(t testing.TB, src string, in spec.Inputs) hcl.Diagnostics {
	t.Helper()
	files := []spec.File{{Name: "main.hcl", Content: []byte(src)}}
	s, diags := spec.Load(files, in, offers{})
	if (s == nil) != diags.HasErrors() {
		t.Errorf("a spec: %t, errors: %t", s != nil, diags.HasErrors())
	}
	var out bytes.Buffer
	if err := spec.WriteDiagnostics(&out, files, diags, false, 80); err != nil {
		t.Errorf("the diagnostics cannot be written: %v", err)
	}
	return diags
}

func codes(diags hcl.Diagnostics) []spec.Code {
	var out []spec.Code
	for _, d := range diags {
		code, _ := d.Extra.(spec.Code)
		out = append(out, code)
	}
	return out
}

// TestDeepNesting feeds what overflows the stack of a recursive parser.
func TestDeepNesting(t *testing.T) {
	const million, half = 1_000_000, 200_000
	many := strings.Repeat
	for name, c := range map[string]struct {
		src  string
		code spec.Code
	}{
		"5 million brackets":     {"a = " + many("[", 5*million), spec.FileTooLarge},
		"4 million brackets":     {"a = " + many("[", 4*million), spec.TooDeep},
		"4 million braces":       {many("a {\n", million), spec.TooDeep},
		"parentheses, balanced":  {"a = " + many("(", 9000) + "1" + many(")", 9000), spec.TooDeep},
		"just too deep":          {"locals {\n a = " + many("[", 200) + many("]", 200) + "\n}\n", spec.TooDeep},
		"templates":              {"a = " + many(`"${`, million), spec.TooDeep},
		"templates in templates": {"a = " + many(`"${`, 5000) + "1" + many(`}"`, 5000), spec.TooDeep},
		"directives":             {"a = \"" + many("%{ if true }", 100_000) + many("%{ endif }", 100_000) + "\"", spec.ExpressionTooBig},
		"heredoc directives":     {"a = <<E\n" + many("%{ if true }\n", 100_000) + "E\n", spec.ExpressionTooBig},
		"not":                    {"a = " + many("!", half) + "true", spec.ExpressionTooBig},
		"minus":                  {"a = " + many("-", half) + "1", spec.ExpressionTooBig},
		"minus over lines":       {"a = (\n" + many("-\n", half) + "1)", spec.ExpressionTooBig},
		"conditional":            {"a = " + many("a?", half), spec.ExpressionTooBig},
		"conditional, else":      {"a = " + many("a?a:", half) + "a", spec.ExpressionTooBig},
		"sum":                    {"a = " + many("1+", half) + "1", spec.ExpressionTooBig},
		"sum of sums":            {"a = " + many("(1+", 150) + many("1+", 900) + "1", spec.ExpressionTooBig},
		"members":                {"a = a" + many(".a", half), spec.ExpressionTooBig},
		"indexes":                {"a = a" + many("[b]", half), spec.ExpressionTooBig},
		"splats":                 {"a = a" + many("[*]", half), spec.ExpressionTooBig},
		"calls":                  {"a = " + many("f(", 5000) + many(")", 5000), spec.TooDeep},
		"objects":                {"a = " + many("{a=", million), spec.TooDeep},
		"fors":                   {"a = " + many("[for a in ", 5000), spec.TooDeep},
		"digits":                 {"a = " + many("9", 3*million), spec.ExpressionTooBig},
		"exponent":               {"a = 1e2000000000", spec.ExpressionTooBig},
	} {
		t.Run(name, func(t *testing.T) {
			diags := mistakes(t, c.src, spec.Inputs{})
			if len(diags) == 0 || codes(diags)[0] != c.code {
				t.Errorf("got %v, want %s", codes(diags), c.code)
			}
			if _, diags := spec.Format("main.hcl", []byte(c.src)); len(diags) == 0 || codes(diags)[0] != c.code {
				t.Errorf("Format got %v, want %s", codes(diags), c.code)
			}
		})
	}
}

// TestUnbalanced feeds brackets that close nothing: they are errors of syntax,
// whatever the counter makes of them.
func TestUnbalanced(t *testing.T) {
	for name, src := range map[string]string{
		"mixed":         "a = " + strings.Repeat("(]", 100_000),
		"bodies":        strings.Repeat("a {\n)\n", 100_000),
		"closers":       strings.Repeat("}", 100_000),
		"quotes":        strings.Repeat("a = \"\n", 100_000),
		"heredocs":      strings.Repeat("a = <<A\n", 100_000),
		"labels":        "a " + strings.Repeat("b ", 500_000),
		"many mistakes": strings.Repeat("cluster \"x\" {}\n", 20_000),
		"zeros":         strings.Repeat("\x00", 1000),
	} {
		t.Run(name, func(t *testing.T) {
			diags := mistakes(t, src, spec.Inputs{})
			if !diags.HasErrors() {
				t.Error("there is no error")
			}
			if len(diags) > 210 {
				t.Errorf("%d diagnostics", len(diags))
			}
		})
	}
}

// TestValuesAreBounded feeds expressions that make much from little.
func TestValuesAreBounded(t *testing.T) {
	double := func(first, next string, n int) string {
		var b strings.Builder
		b.WriteString("locals {\n  a0 = " + first + "\n")
		for i := range n {
			a := "local.a" + itoa(i)
			b.WriteString("  a" + itoa(i+1) + " = " + strings.ReplaceAll(next, "X", a) + "\n")
		}
		return b.String() + "}\n"
	}
	for name, c := range map[string]struct {
		src  string
		code spec.Code
	}{
		"lists doubling":   {double("[1, 2]", "concat(X, X)", 60), spec.InvalidExpression},
		"nested doubling":  {double("[1, 2]", "[X, X]", 60), spec.ValueTooBig},
		"strings doubling": {double(`"abc"`, `"${X}${X}"`, 60), spec.ValueTooBig},
		"joined":           {double(`"abc"`, `join(X, [X, X, X])`, 60), spec.InvalidExpression},
		"squares":          {double("10", "X * X", 60), spec.ValueTooBig},
		"roots":            {double("0.1", "X * X", 60), spec.ValueTooBig},
		"range":            {"locals {\n  a = range(1000000)\n}\n", spec.InvalidExpression},
		"width":            {"locals {\n  a = format(\"%1000000000d\", 1)\n}\n", spec.InvalidExpression},
		"precision":        {"locals {\n  a = format(\"%.1000000000f\", 1)\n}\n", spec.InvalidExpression},
		"loops":            {"locals {\n  a = [for a in range(9) : [for b in range(9) : [for c in range(9) : a]]]\n}\n", spec.ExpressionTooBig},
		"text of a number": {"locals {\n  a = tostring(1e99 * 1e99)\n}\n", spec.InvalidExpression},
		"division":         {"locals {\n  a = 1 / 0\n}\n", spec.ValueTooBig},
	} {
		t.Run(name, func(t *testing.T) {
			diags := mistakes(t, c.src, spec.Inputs{})
			found := false
			for _, code := range codes(diags) {
				found = found || code == c.code
			}
			if !found {
				t.Errorf("got %v, want %s", codes(diags), c.code)
			}
		})
	}
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + itoa(n%10)
}
