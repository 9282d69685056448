package run_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/internal/testkit"
	"github.com/scantling-dev/scantling/planner"
)

// TestUnmetSpecs holds each testdata/unmet/*.hcl, which is well-formed and cannot
// be met, to its diagnostics as they are shown, in the .diag file beside it: what
// binds, where, by how much, and what would free it.
func TestUnmetSpecs(t *testing.T) {
	paths, err := filepath.Glob("testdata/unmet/*.hcl")
	if err != nil || len(paths) < 20 {
		t.Fatalf("%d specs that cannot be met: %v", len(paths), err)
	}
	for _, path := range paths {
		name := filepath.Base(path)
		t.Run(strings.TrimSuffix(name, ".hcl"), func(t *testing.T) {
			src, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			s := load(t, spec.File{Name: name, Content: src})
			if _, err = run.Plan(t.Context(), s); !errors.Is(err, planner.ErrInfeasible) {
				t.Fatalf("the plan's error is %v", err)
			}
			diags := run.Explain(s, err)
			for _, d := range diags {
				if d.Subject == nil || d.Subject.Start.Line == 1 {
					t.Errorf("no place of its own: %s", d.Detail)
				}
			}
			for _, bad := range planner.Infeasibles(err) {
				if bad.Remedy == "" {
					t.Errorf("no remedy: %v", bad)
				}
			}
			var out bytes.Buffer
			if err := spec.WriteDiagnostics(&out, s.Files(), diags, false, 78); err != nil {
				t.Fatal(err)
			}
			testkit.Golden(t, strings.TrimSuffix(path, ".hcl")+".diag", out.Bytes())
		})
	}
}
