package generate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

// Extension of a packed catalog's file: <provider>/<region> and this.
const Extension = ".tsv.gz"

// IndexFile is the name of the summaries of all catalogs, as JSON.
const IndexFile = "index.json"

// Index is the document in IndexFile.
type Index struct {
	FormatVersion string             `json:"format_version"`
	AsOf          units.Date         `json:"as_of"`
	Catalogs      []catalogs.Summary `json:"catalogs"`
}

// Write makes dir hold the given catalogs and their index, and no other file. It
// leaves a file alone that already unpacks to the same catalog, so that another
// version of the compressor does not rewrite it. It returns how many files it
// changed or removed.
func Write(dir string, list []catalogs.Catalog) (changed int, err error) {
	index := Index{FormatVersion: catalogs.FormatVersion}
	keep := []string{IndexFile}
	for _, c := range list {
		c, encoded, err := catalogs.Seal(c)
		if err != nil {
			return changed, err
		}
		name := filepath.Join(c.Provider, c.Region+Extension)
		keep = append(keep, name)
		index.AsOf = max(index.AsOf, c.Date)
		index.Catalogs = append(index.Catalogs, c.Summarize())
		wrote, err := writePacked(filepath.Join(dir, name), encoded)
		if err != nil {
			return changed, err
		}
		changed += wrote
	}
	text, err := json.MarshalIndent(index, "", "  ")
	if err != nil {
		return changed, fmt.Errorf("write index: %w", err)
	}
	wrote, err := writeFile(filepath.Join(dir, IndexFile), append(text, '\n'))
	if err != nil {
		return changed, err
	}
	removed, err := prune(dir, keep)
	return changed + wrote + removed, err
}

func writePacked(path string, encoded []byte) (int, error) {
	if old, err := os.ReadFile(path); err == nil {
		if was, err := catalogs.Decompress(old); err == nil && bytes.Equal(was, encoded) {
			return 0, nil
		}
	}
	packed, err := catalogs.Compress(encoded)
	if err != nil {
		return 0, err
	}
	return writeFile(path, packed)
}

func writeFile(path string, content []byte) (int, error) {
	old, err := os.ReadFile(path)
	if err == nil && bytes.Equal(old, content) {
		return 0, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return 0, err
	}
	return 1, os.WriteFile(path, content, 0o644)
}

// prune removes files that no catalog has any more.
func prune(dir string, keep []string) (removed int, err error) {
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil || slices.Contains(keep, name) {
			return err
		}
		removed++
		return os.Remove(path)
	})
	return removed, err
}
