package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// docs is the folder of the documentation, from this package's.
const docs = "../../docs"

// TestDocsAreCurrent compares what is on disk with what the code says now.
func TestDocsAreCurrent(t *testing.T) {
	all, err := files()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		got, err := os.ReadFile(filepath.Join(docs, filepath.FromSlash(f.name)))
		if err != nil || !bytes.Equal(got, f.content) {
			t.Errorf("docs/%s is out of date: run `make docs`", f.name)
		}
	}
	for _, name := range strays(os.DirFS(docs), all) {
		t.Errorf("docs/%s is not generated any more: run `make docs`", name)
	}
}

// TestGenerate writes into an empty folder, changes nothing when run again, and
// removes what is no longer generated.
func TestGenerate(t *testing.T) {
	folder := t.TempDir()
	for range 2 {
		if err := generate(folder); err != nil {
			t.Fatal(err)
		}
	}
	all, err := files()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		got, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(f.name)))
		if err != nil || !bytes.Equal(got, f.content) {
			t.Errorf("%s was not written: %v", f.name, err)
		}
	}
	old := filepath.Join(folder, generatedFolders()[0], "OLD-01.md")
	if err := os.MkdirAll(filepath.Dir(old), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(old, []byte("# Old\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := generate(folder); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); err == nil {
		t.Errorf("%s is still there", old)
	}
}
