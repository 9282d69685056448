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
	f.Add(spec.Skeleton("shop", "aws", "us-east-1", []string{"us-east-1a", "us-east-1b"}, "1.35"))
	f.Add([]byte("\ufefflocals {\r\n  a = <<E\r\n${\"x\"}\r\nE\r\n}\r\n"))
	f.Add([]byte("cluster \"a\" {\n  dynamic \"node_group\" {\n    for_each = [1]\n    labels = [\"g${node_group.value}\"]\n    content {}\n  }\n}\n"))
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
