package spec_test

import (
	"bytes"
	"testing"

	"github.com/scantling-dev/scantling/internal/spec"
)

// load reads one file.
func load(t testing.TB, src string) *spec.Spec {
	t.Helper()
	files := []spec.File{{Name: "main.hcl", Content: []byte(src)}}
	s, diags := spec.Load(files, spec.Inputs{}, offers{})
	if diags.HasErrors() {
		var out bytes.Buffer
		if err := spec.WriteDiagnostics(&out, files, diags, false, 100); err != nil {
			t.Fatal(err)
		}
		t.Fatalf("the spec was refused:\n%s", out.String())
	}
	return s
}

func TestSkeletonIsASpec(t *testing.T) {
	src := spec.Skeleton("shop", "aws", "us-east-1", []string{"us-east-1a", "us-east-1b", "us-east-1c"}, "1.35")
	s := load(t, string(src))
	if got := len(s.Cluster.NodeGroups); got != 1 {
		t.Errorf("the skeleton has %d node groups, want 1", got)
	}
	formatted, diags := spec.Format("main.hcl", src)
	if diags.HasErrors() || !bytes.Equal(formatted, src) {
		t.Errorf("the skeleton is not formatted:\n%s", formatted)
	}
}
