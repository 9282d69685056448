package spec_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/scantling-dev/scantling/internal/spec"
)

// seeds are all specs of the tests and examples.
func seeds(f *testing.F) {
	for _, pattern := range []string{"testdata/*/*.hcl", "../../examples/*/*.hcl"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, p := range paths {
			src, err := os.ReadFile(p)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(src)
		}
	}
	f.Add([]byte(full))
	f.Add([]byte(expressions))
	f.Add(spec.Skeleton(firstOf("aws")))
	f.Add([]byte("\ufefflocals {\r\n  a = <<E\r\n${\"x\"}\r\nE\r\n}\r\n"))
	f.Add([]byte("cluster \"a\" {\n  dynamic \"node_group\" {\n    for_each = [1]\n    labels = [\"g${node_group.value}\"]\n    content {}\n  }\n}\n"))
}

// expressions use every form of HCL.
const expressions = `locals {
  a = { for k, v in { x = 1, y = 2 } : k => v... if v != 1 }
  b = [for i, s in ["p", "q"] : "${i}-${upper(s)}" if i >= 0]
  c = "%{ for x in [1, 2] ~} ${x} %{ endfor }%{ if true }y%{ else }n%{ endif }"
  d = [{ n = [1, 2] }, { n = [3] }][*].n[0]
  e = !false && (1 + 2 * -3 % 4 <= 7 || false) ? max([1, 2]...) : min(3, 4)
  f = <<-END
    text ${local.e}
      more
    END
  g = lookup(merge({ a = 1 }, { b = 2 }), "b", 0)
  h = element(range(3), 1) == tonumber("1") ? null : coalesce("", "z")
  i = concat(flatten([[1], [2, 3]]), tolist(toset([1, 1])))
  j = format("%05.1f|%-5s|%v", 1.5, "x", [1, true, null])
  k = local.a.y[0] + local.d.0
  l = join(",", sort(distinct(keys({ b = 1, a = 2 }))))
  m = zipmap(["a"], [1])["a"]
  n = substr("hello", 1, 3) == replace("ell", "l", "l") ? 1e3 : 0.5
}
`

// TestExpressions: every form of HCL evaluates.
func TestExpressions(t *testing.T) {
	src := expressions + in("workload", "replicas = local.k + local.m")
	if n := load(t, src).Cluster.NodeGroups[0].Workloads[0].Demand.Replicas; n != 4 {
		t.Errorf("local.k + local.m = %d, want 2 + 1 + 1 = 4", n)
	}
}

// FuzzLoad: whatever the file, Load gives a Spec or errors, and the diagnostics
// can be written.
func FuzzLoad(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, src []byte) { _ = mistakes(t, string(src), spec.Inputs{}) })
}

// FuzzInputs: whatever is given for a variable, the same holds.
func FuzzInputs(f *testing.F) {
	f.Add("list(number)", "[1, 2]", `{"v": [1]}`)
	f.Add("object({ a = optional(string, \"x\") })", "{ a = null }", `{"v": {"a": "${b}"}}`)
	f.Add("any", "x", `{"v": [[[[1e99]]]]}`)
	f.Fuzz(func(t *testing.T, typ, value, file string) {
		src := "variable \"v\" {\n  type = " + typ + "\n}\nlocals {\n  a = var.v\n}\n"
		_ = mistakes(t, src, spec.Inputs{Vars: []string{"v=" + value}})
		_ = mistakes(t, src, spec.Inputs{Env: []string{"SCANTLING_VAR_v=" + value}})
		for _, name := range []string{"v.json", "v.hcl"} {
			_ = mistakes(t, src, spec.Inputs{VarFiles: []spec.File{{Name: name, Content: []byte(file)}}})
		}
	})
}

// FuzzFormat: what was formatted formats to itself, and is HCL still.
func FuzzFormat(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, src []byte) {
		once, diags := spec.Format("main.hcl", src)
		if diags.HasErrors() {
			return
		}
		twice, diags := spec.Format("main.hcl", once)
		if diags.HasErrors() {
			t.Fatalf("the formatted spec is not HCL: %v\n%s", diags, once)
		}
		if !bytes.Equal(once, twice) {
			t.Errorf("formatting twice differs:\n%q\n%q", once, twice)
		}
	})
}
