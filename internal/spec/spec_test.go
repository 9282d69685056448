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

// firstOf is what a first spec of a provider is made from.
func firstOf(provider string) spec.First {
	f := spec.First{Name: "shop", Provider: provider, Version: "1.35"}
	switch provider {
	case "aws":
		f.Region, f.Zones = "us-east-1", []string{"us-east-1a", "us-east-1b", "us-east-1c"}
	case "gcp":
		f.Region, f.Zones = "europe-west1", []string{"europe-west1-b", "europe-west1-c", "europe-west1-d"}
	case "on_premises":
		f.Region, f.Zones, f.OwnMachines = "dc1", []string{"room-a", "room-b", "room-c"}, true
	}
	return f
}

func TestSkeletonIsASpec(t *testing.T) {
	for _, provider := range []string{"aws", "gcp", "on_premises"} {
		t.Run(provider, func(t *testing.T) {
			src := spec.Skeleton(firstOf(provider))
			s := load(t, string(src))
			if got := len(s.Cluster.NodeGroups); got != 1 {
				t.Errorf("the skeleton has %d node groups, want 1", got)
			}
			if got := len(s.Cluster.Machines); (got > 0) != (provider == "on_premises") {
				t.Errorf("the skeleton has %d machines", got)
			}
			formatted, diags := spec.Format("main.hcl", src)
			if diags.HasErrors() || !bytes.Equal(formatted, src) {
				t.Errorf("the skeleton is not formatted:\n%s", formatted)
			}
		})
	}
}
