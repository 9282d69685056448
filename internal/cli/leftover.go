package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/internal/emit"
	"github.com/scantling-dev/scantling/internal/emit/terraform"
)

// mostLooked bounds the files that are looked through for what earlier runs wrote.
const mostLooked = 10_000

// leftOver names on stderr the files of earlier runs in dir that this one does not write:
// those that say at their head that scantling wrote them for the tool. Nothing is deleted.
func (e *emitter) leftOver(dir string, t emit.Tool, made []emit.File) error {
	written := map[string]bool{}
	own := ""
	for _, f := range made {
		written[filepath.Join(dir, filepath.FromSlash(f.Name))] = true
		if own == "" {
			own = terraform.Owner(f.Content)
		}
	}
	var told strings.Builder
	for _, name := range standing(filepath.Clean(dir), t.Folders) {
		if written[name] {
			continue
		}
		content, err := head(name)
		if err == nil && emit.WrittenFor(t, content) && ownerOf(name, content) == own {
			fmt.Fprintf(&told, "Left over: %s: an earlier run wrote it, and this one does not; delete it where nothing else needs it\n", name)
		}
	}
	if told.Len() == 0 {
		return nil
	}
	if _, err := e.world.Stderr.Write([]byte(told.String())); err != nil {
		return exit(EnvironmentFailed, err)
	}
	return nil
}

// head returns the beginning of a file, where it would say who wrote it.
func head(name string) (content []byte, err error) {
	const most = 4 << 10
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return io.ReadAll(io.LimitReader(f, most))
}

// ownerOf is the cluster that a file of Terraform is of: what it says, or what the variables
// beside it say that are named as it is. Files of other tools say none.
func ownerOf(name string, content []byte) string {
	if owner := terraform.Owner(content); owner != "" {
		return owner
	}
	for _, base := range []string{terraform.MainFile, terraform.OutputsFile} {
		if stem, ok := strings.CutSuffix(name, base); ok {
			beside, err := head(stem + terraform.VariablesFile)
			if err == nil {
				return terraform.Owner(beside)
			}
		}
	}
	return ""
}

// standing returns the regular files in dir and below its folders of those names, sorted;
// what cannot be read is left out, and so is what follows after many.
func standing(dir string, folders []string) []string {
	var names []string
	_ = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fs.SkipDir
		case len(names) >= mostLooked:
			return fs.SkipAll
		case d.IsDir() && name != dir:
			below, err := filepath.Rel(dir, name)
			top, _, _ := strings.Cut(filepath.ToSlash(below), "/")
			if err != nil || !slices.Contains(folders, top) {
				return fs.SkipDir
			}
		case d.Type().IsRegular():
			names = append(names, name)
		}
		return nil
	})
	slices.Sort(names)
	return names
}
