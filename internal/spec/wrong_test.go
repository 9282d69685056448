package spec_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/internal/testkit"
)

// TestWrongSpecs holds each testdata/wrong/*.hcl to its diagnostics, exactly as
// they are shown, in the .diag file beside it. A comment "# --var NAME=VALUE" at
// the top of a file gives a variable.
func TestWrongSpecs(t *testing.T) {
	paths, err := filepath.Glob("testdata/wrong/*.hcl")
	if err != nil || len(paths) == 0 {
		t.Fatalf("there is no wrong spec: %v", err)
	}
	for _, path := range paths {
		name := filepath.Base(path)
		t.Run(strings.TrimSuffix(name, ".hcl"), func(t *testing.T) {
			src, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			files := []spec.File{{Name: name, Content: src}}
			in := spec.Inputs{Vars: varsOf(src)}
			in.ReadFile = func(path string) ([]byte, error) {
				content, err := os.ReadFile(filepath.Join("testdata/wrong", path))
				if err != nil {
					return nil, errors.New(path + ": no such file")
				}
				files = append(files, spec.File{Name: path, Content: content})
				return content, nil
			}
			in.Machines = racks{read: func(f spec.File) { files = append(files, f) }}
			s, diags := spec.Load(files, in, offers{})
			if s != nil || !diags.HasErrors() {
				t.Error("the spec is taken for right")
			}
			var out bytes.Buffer
			if err := spec.WriteDiagnostics(&out, files, diags, false, 78); err != nil {
				t.Fatal(err)
			}
			testkit.Golden(t, strings.TrimSuffix(path, ".hcl")+".diag", out.Bytes())
		})
	}
}

// racks are the catalogs of machines in testdata/wrong/machines.
type racks struct{ read func(spec.File) }

func (racks) Names() ([]string, error) { return []string{"broken", "rack"}, nil }

func (r racks) Read(name string) (spec.File, error) {
	content, err := os.ReadFile(filepath.Join("testdata/wrong/machines", name+".hcl"))
	f := spec.File{Name: "catalog " + name, Content: content}
	r.read(f)
	return f, err
}

// varsOf returns the values that a spec's first comments give.
func varsOf(src []byte) []string {
	var vars []string
	for line := range strings.Lines(string(src)) {
		value, found := strings.CutPrefix(line, "# --var ")
		if !found {
			break
		}
		vars = append(vars, strings.TrimSpace(value))
	}
	return vars
}
