package importer

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/internal/files"
	"github.com/scantling-dev/scantling/internal/spec"
)

// MaxFileBytes is the largest manifest that is read: dumps of large clusters have some
// ten megabytes.
const MaxFileBytes = 256 << 20

// Manifests reads the files that patterns name in a folder, for spec.Inputs.
func Manifests(dir string, patterns []string) (spec.Manifests, error) {
	var out spec.Manifests
	for _, p := range patterns {
		path := filepath.FromSlash(p)
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		names, err := files.Named(path)
		if err != nil {
			return spec.Manifests{}, err
		}
		var matches []string
		for _, name := range names {
			shown, err := within(dir, p, name)
			if err != nil {
				return spec.Manifests{}, err
			}
			matches = append(matches, shown)
			if slices.ContainsFunc(out.Files, func(f spec.File) bool { return f.Name == shown }) {
				continue
			}
			f, err := files.Read(name, MaxFileBytes)
			if err != nil {
				return spec.Manifests{}, err
			}
			if len(f.Content) > MaxFileBytes {
				return spec.Manifests{}, errors.New(name + " is larger than 256 MiB")
			}
			out.Files = append(out.Files, spec.File{Name: shown, Content: f.Content})
		}
		out.Matches = append(out.Matches, matches)
	}
	slices.SortFunc(out.Files, func(a, b spec.File) int { return strings.Compare(a.Name, b.Name) })
	found := Read(out.Files)
	out.Workloads, out.Problems = found.manifests()
	return out, nil
}

// within returns a file's name as a spec in dir would write it.
func within(dir, pattern, name string) (string, error) {
	if filepath.IsAbs(filepath.FromSlash(pattern)) {
		return filepath.ToSlash(name), nil
	}
	shown, err := filepath.Rel(dir, name)
	return filepath.ToSlash(shown), err
}

// manifests returns what was found in the words of a spec.
func (f *Found) manifests() ([]spec.ManifestWorkload, []spec.ManifestProblem) {
	var out []spec.ManifestWorkload
	for i := range f.Workloads {
		w := &f.Workloads[i]
		out = append(out, spec.ManifestWorkload{Name: w.Unique, Kind: w.Kind, ManifestPlace: w.Place, Body: w.Body(), Notes: notes(w.Notes)})
	}
	for i := range f.DaemonSets {
		d := &f.DaemonSets[i]
		out = append(out, spec.ManifestWorkload{Name: d.Unique, Kind: "DaemonSet", ManifestPlace: d.Place})
	}
	var broken []Problem
	for _, p := range f.Problems {
		if p.Broken {
			broken = append(broken, p)
		}
	}
	return out, notes(broken)
}

func notes(list []Problem) []spec.ManifestProblem {
	var out []spec.ManifestProblem
	for i := range list {
		p := &list[i]
		text := p.Message
		if p.Object != "" {
			text = p.Object + ": " + text
		}
		out = append(out, spec.ManifestProblem{ManifestPlace: Place{File: p.File, Line: p.Line}, Message: text + "."})
	}
	return out
}

// ErrNone is returned where there is nothing to import.
var ErrNone = errors.New("no workload was found")
