// Command docgen writes the reference pages and the JSON Schema in docs from the
// code that they describe. `make docs` runs it from the module's root; a test
// fails when the files differ from what it would write.
package main

import (
	"bytes"
	"flag"
	"io/fs"
	"log"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	out := flag.String("out", "docs", "folder to write to")
	flag.Parse()
	log.SetFlags(0)
	log.SetPrefix("docgen: ")
	if err := generate(*out); err != nil {
		log.Fatal(err)
	}
}

// generate writes every generated file below folder that differs, and removes
// generated files that are no longer.
func generate(folder string) error {
	all, err := files()
	if err != nil {
		return err
	}
	for _, f := range all {
		name := filepath.Join(folder, filepath.FromSlash(f.name))
		if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, f.content) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, f.content, 0o644); err != nil {
			return err
		}
	}
	for _, name := range strays(os.DirFS(folder), all) {
		if err := os.Remove(filepath.Join(folder, filepath.FromSlash(name))); err != nil {
			return err
		}
	}
	return nil
}

// strays returns the files in the generated folders that nothing generates.
func strays(docs fs.FS, all []file) []string {
	var stale []string
	for _, folder := range generatedFolders() {
		entries, err := fs.ReadDir(docs, folder)
		if err != nil {
			continue // nothing is generated there yet
		}
		for _, e := range entries {
			name := path.Join(folder, e.Name())
			generated := slices.ContainsFunc(all, func(f file) bool { return f.name == name })
			if !generated && strings.HasSuffix(name, ".md") {
				stale = append(stale, name)
			}
		}
	}
	return stale
}
