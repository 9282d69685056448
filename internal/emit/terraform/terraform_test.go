package terraform_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	emits "github.com/scantling-dev/scantling/internal/emit"
	"github.com/scantling-dev/scantling/internal/emit/terraform"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// What the tests of all targets share.

const gib = units.GiB

// emit returns the written variables and values.
func emit(t testing.TB, p *planner.Plan) (variables, values []byte) {
	t.Helper()
	files, err := terraform.Files(p)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 2 || !strings.HasSuffix(files[0].Name, "variables.tf") || !strings.HasSuffix(files[1].Name, "scantling.auto.tfvars.json") {
		t.Fatalf("got %d files, the first %s", len(files), files[0].Name)
	}
	return files[0].Content, files[1].Content
}

// assumedStrategies are the assumptions of a spec that does not say how the nodes of
// some groups are replaced.
func assumedStrategies(groups ...string) []planner.Assumption {
	var out []planner.Assumption
	for _, g := range groups {
		out = append(out, planner.Assumption{Path: "node_group." + g + ".update_config.strategy", Value: "surge", Source: "ground"})
	}
	return out
}

// TestNothingIsSaidOfOwnStrategies: the gpu groups declare minimal, by which an upgrade that
// recommends surge is planned in them too.
func TestNothingIsSaidOfOwnStrategies(t *testing.T) {
	for target, p := range map[string]*planner.Plan{"eks": eksPlan(), "gke": gkePlan()} {
		p.Upgrade.Recommended = "surge"
		made, err := terraform.Write(emits.Request{Plan: p})
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(made.Notes, func(n string) bool { return strings.Contains(n, "minimal") }) {
			t.Errorf("%s says %q", target, made.Notes)
		}
	}
}

// decode returns JSON as any value, its numbers as they are written.
func decode(t testing.TB, data []byte) map[string]any {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var v map[string]any
	if err := dec.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// at returns what stands at a path of keys, separated by spaces. In a list a key
// is the name of an element, or its number.
func at(t testing.TB, v any, path string) any {
	t.Helper()
	for key := range strings.FieldsSeq(path) {
		switch in := v.(type) {
		case map[string]any:
			v = in[key]
		case []any:
			v = nil
			for i, e := range in {
				if o, ok := e.(map[string]any); ok && o["name"] == key || strconv.Itoa(i) == key {
					v = e
				}
			}
		default:
			t.Fatalf("%s: nothing below %v", path, v)
		}
	}
	return v
}

// strangers returns what a conversion of v to ty would lose or refuse without a
// word: attributes that the type does not know, and nulls.
func strangers(path string, v any, ty cty.Type) []string {
	var out []string
	switch v := v.(type) {
	case nil:
		out = append(out, path+" is null")
	case map[string]any:
		for key, e := range v {
			at := path + "." + key
			switch {
			case ty.IsMapType():
				out = append(out, strangers(at, e, ty.ElementType())...)
			case ty.IsObjectType() && ty.HasAttribute(key):
				out = append(out, strangers(at, e, ty.AttributeType(key))...)
			default:
				out = append(out, at+" is not known")
			}
		}
	case []any:
		if !ty.IsListType() {
			return append(out, path+" is no list")
		}
		for i, e := range v {
			out = append(out, strangers(fmt.Sprintf("%s[%d]", path, i), e, ty.ElementType())...)
		}
	}
	return out
}

// checkValue converts a variable's value to a type, and nothing of it is lost.
func checkValue(t testing.TB, name string, v any, ty cty.Type) {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	implied, err := ctyjson.ImpliedType(data)
	if err != nil {
		t.Fatal(err)
	}
	value, err := ctyjson.Unmarshal(data, implied)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := convert.Convert(value, ty); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	for _, s := range strangers(name, v, ty) {
		t.Error(s)
	}
}

// A change of a hand-made plan, and what then stands at a path of the values.
type change struct {
	change     func(p *planner.Plan)
	path, want string
}

func changes(t *testing.T, plan func() *planner.Plan, check func(t testing.TB, variables, values []byte), tests map[string]change) {
	t.Helper()
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := plan()
			tt.change(p)
			variables, values := emit(t, p)
			check(t, variables, values)
			if got := fmt.Sprint(at(t, decode(t, values), tt.path)); got != tt.want {
				t.Errorf("%s = %s, want %s", tt.path, got, tt.want)
			}
		})
	}
}

// A refusal is a change that keeps a plan from being written, and what the error
// says.
type refusal struct {
	change func(p *planner.Plan)
	want   string
}

func refuses(t *testing.T, plan func() *planner.Plan, tests map[string]refusal) {
	t.Helper()
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := plan()
			tt.change(p)
			files, err := terraform.Files(p)
			if err == nil || !strings.Contains(err.Error(), tt.want) || files != nil {
				t.Errorf("got %d files and error %v, want an error that says %q", len(files), err, tt.want)
			}
		})
	}
}

// handPlans are the plans that are made by hand, by target.
func handPlans() map[string]*planner.Plan {
	return map[string]*planner.Plan{"eks": eksPlan(), "gke": gkePlan(), "self-managed": plainPlan(), "on-premises": ownPlan(), "several pools": poolsPlan()}
}

// constraint is the type of a variable.
type constraint struct {
	typ      cty.Type
	defaults *typeexpr.Defaults
	// text is the source of the type.
	text string
}

// constraints returns the variables that HCL source declares.
func constraints(t testing.TB, src []byte) map[string]constraint {
	t.Helper()
	file, diags := hclparse.NewParser().ParseHCL(src, "variables.tf")
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	content, diags := file.Body.Content(&hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{{Type: "variable", LabelNames: []string{"name"}}}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	out := map[string]constraint{}
	for _, block := range content.Blocks {
		body, _, diags := block.Body.PartialContent(&hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "type", Required: true}}})
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		expr := body.Attributes["type"].Expr
		typ, defaults, diags := typeexpr.TypeConstraintWithDefaults(expr)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		out[block.Labels[0]] = constraint{typ: typ, defaults: defaults, text: string(expr.Range().SliceBytes(src))}
	}
	return out
}

// defaultsOf returns the defaults of a map's elements: none where it has none.
func defaultsOf(c constraint) map[string]cty.Value {
	if c.defaults == nil || c.defaults.Children[""] == nil {
		return nil
	}
	return c.defaults.Children[""].DefaultValues
}

func number(t testing.TB, v any) int {
	t.Helper()
	n, ok := v.(json.Number)
	if !ok {
		t.Fatalf("%v is no number", v)
	}
	i, err := n.Int64()
	if err != nil {
		t.Fatal(err)
	}
	return int(i)
}

func zoneCounts(nodes int, zones ...string) []planner.ZoneCount {
	var out []planner.ZoneCount
	for i, z := range zones {
		n := nodes / len(zones)
		if i < nodes%len(zones) {
			n++
		}
		out = append(out, planner.ZoneCount{Zone: z, Nodes: n})
	}
	return out
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

func TestVariablesAreFormattedAndTyped(t *testing.T) {
	for target, p := range handPlans() {
		t.Run(target, func(t *testing.T) { checkForm(t, p) })
	}
}

func checkForm(t *testing.T, p *planner.Plan) {
	t.Helper()
	variables, values := emit(t, p)
	if got := hclwrite.Format(variables); !bytes.Equal(got, variables) {
		t.Errorf("variables.tf is not formatted, want\n%s", got)
	}
	for name, c := range constraints(t, variables) {
		if regexp.MustCompile(`\bany\b`).MatchString(c.text) {
			t.Errorf("the type of %s says any", name)
		}
	}
	if !bytes.HasSuffix(values, []byte("}\n")) || bytes.Contains(values, []byte("\t")) || !bytes.HasPrefix(values, []byte("{\n  \"")) {
		t.Errorf("the values are not indented by two spaces, with a line feed at the end")
	}
	again, err := json.MarshalIndent(decode(t, values), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(append(again, '\n'), values) {
		t.Error("the keys are not sorted")
	}
}

// guide returns the HCL of the guide, by the name of the file it is for.
func guide(t testing.TB) map[string]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "terraform.md"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, block := range strings.Split(string(data), "```hcl\n")[1:] {
		code, _, _ := strings.Cut(block, "```")
		first, _, _ := strings.Cut(code, "\n")
		out[strings.TrimPrefix(first, "# ")] = code
	}
	return out
}

// TestGuideUsesEveryVariable has the callers of the guide pass everything on.
func TestGuideUsesEveryVariable(t *testing.T) {
	files := guide(t)
	for target, main := range map[string]string{"eks": "main.tf", "gke": "gke/main.tf", "self-managed": "self-managed/main.tf"} {
		p := handPlans()[target]
		p.Cluster.Emits = nil
		variables, _ := emit(t, p)
		for name := range constraints(t, variables) {
			if !regexp.MustCompile(`\bvar\.` + name + `\b`).MatchString(files[main]) {
				t.Errorf("%s does not use var.%s", main, name)
			}
		}
	}
}

func TestGuideIsFormatted(t *testing.T) {
	files := guide(t)
	for _, name := range []string{"main.tf", "site.tf", "versions.tf", "gke/main.tf", "gke/site.tf", "gke/versions.tf", "self-managed/main.tf"} {
		if files[name] == "" {
			t.Errorf("the guide has no %s", name)
		}
	}
	for name, code := range files {
		if got := string(hclwrite.Format([]byte(code))); got != code {
			t.Errorf("%s is not formatted, want\n%s", name, got)
		}
	}
}
