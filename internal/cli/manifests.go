package cli

import (
	"path"

	"github.com/scantling-dev/scantling/internal/importer"
	"github.com/scantling-dev/scantling/internal/spec"
)

// manifests returns a reader of the manifests that a spec refers to. What it reads is
// among the files that were read, and shown with diagnostics.
func (f *specFlags) manifests(shown *[]spec.File) func(string, []string) (spec.Manifests, error) {
	return func(dir string, patterns []string) (spec.Manifests, error) {
		m, err := importer.Manifests(dir, patterns)
		for _, file := range m.Files {
			if !path.IsAbs(file.Name) {
				file.Name = path.Join(dir, file.Name)
			}
			*shown = append(*shown, file)
			f.read = append(f.read, file.Name)
		}
		return m, err
	}
}
