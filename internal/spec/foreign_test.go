package spec_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/scantling-dev/scantling/internal/spec"
)

// TestOtherFormats: a file that is no HCL is told what it is, once, however many mistakes it
// would have as HCL; HCL that looks a little like it is read.
func TestOtherFormats(t *testing.T) {
	for name, c := range map[string]struct{ content, want string }{
		"object":                {"\n {\"a\": [\n1,\n2]}", "JSON"},
		"list":                  {"[1, 2]", "JSON"},
		"after a mark":          {"\ufeff{}", "JSON"},
		"page":                  {"<!doctype html>\n<p>", "HTML or XML"},
		"manifest":              {"# a pod\napiVersion: v1\nkind: Pod\n", "YAML, as Kubernetes reads it"},
		"values":                {"# chart\n\nreplicas: 3\nimage:\n  tag: x\n", "YAML"},
		"documents":             {"---\nfoo: [1]\n", "YAML"},
		"readme":                {"# Title\n\nSome text, as it is.\n\n```hcl\ncluster \"a\" {}\n```\n", "Markdown"},
		"program":               {"\x7fELF\x02\x01\x01\x00\x00 \"{{[", "binary"},
		"archive":               {"\x1f\x8b\x08\x01\x02\x03", "compressed by gzip"},
		"HCL with a mistake":    {"cluster \"a\" {\n  provider: \"aws\"\n}\n", ""},
		"HCL with a text":       {"locals {\n  a = <<E\n```\nkind: Pod\nE\n}\n", ""},
		"nothing":               {"", ""},
		"a word of another":     {"replicas = 3\n", ""},
		"HCL with more of them": {"cluster \"a\" {\n  a b c\n  d e f\n}\n", ""},
	} {
		_, diags := spec.Format("a.hcl", []byte(c.content))
		if c.want == "" {
			for _, d := range diags {
				if strings.HasPrefix(d.Detail, "The file is ") {
					t.Errorf("%s: %s", name, d.Detail)
				}
			}
			continue
		}
		var d *hcl.Diagnostic
		if len(diags) == 1 {
			errors.As(diags[0], &d)
		}
		if want := "The file is " + c.want + ". A spec is HCL: run `scantling init` to write one."; d == nil || d.Detail != want || d.Extra != spec.SyntaxError {
			t.Errorf("%s: %v, want one diagnostic: %s", name, diags, want)
		}
	}
}
