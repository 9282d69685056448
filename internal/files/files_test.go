package files_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/files"
)

func write(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadSpec(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "b.hcl", "b")
	one := write(t, dir, "a.hcl", "a")
	write(t, dir, "notes.txt", "no")
	write(t, dir, ".hidden.hcl", "no")

	got, err := files.ReadSpec(dir, 10)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || string(got[0].Content) != "a" || string(got[1].Content) != "b" {
		t.Errorf("a folder gives its *.hcl files in order, got %v", got)
	}
	got, err = files.ReadSpec(one, 10)
	if err != nil || len(got) != 1 || got[0].Name != one {
		t.Errorf("a file gives itself, got %v, %v", got, err)
	}
	if _, err := files.ReadSpec(t.TempDir(), 10); !errors.Is(err, files.ErrNoSpec) {
		t.Errorf("an empty folder: %v, want ErrNoSpec", err)
	}
	if _, err := files.ReadSpec(filepath.Join(dir, "gone.hcl"), 10); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v, want ErrNotExist", err)
	}
}

func TestReadStopsPastTheLimit(t *testing.T) {
	path := write(t, t.TempDir(), "big.hcl", strings.Repeat("x", 100))
	f, err := files.Read(path, 10)
	if err != nil || len(f.Content) != 11 {
		t.Errorf("read %d bytes, %v; want 11, one past the limit", len(f.Content), err)
	}
}

func TestSameAsAny(t *testing.T) {
	dir := t.TempDir()
	spec, other := write(t, dir, "main.hcl", "a"), write(t, dir, "other.hcl", "a")
	soft, hard := filepath.Join(dir, "soft"), filepath.Join(dir, "hard")
	if err := errors.Join(os.Symlink(spec, soft), os.Link(spec, hard)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{spec, soft, hard, dir + "/./main.hcl"} {
		if got := files.SameAsAny(name, []string{other, filepath.Join(dir, "gone"), spec}); got != spec {
			t.Errorf("%s is %q, want %q", name, got, spec)
		}
	}
	for _, name := range []string{filepath.Join(dir, "gone"), dir, other} {
		if got := files.SameAsAny(name, []string{spec}); got != "" {
			t.Errorf("%s is %s", name, got)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	if _, err := files.Read(t.TempDir(), 10); !errors.Is(err, files.ErrNoFile) {
		t.Errorf("a folder: %v, want ErrNoFile", err)
	}
}

// TestNamed: a file gives itself, a folder what is in it and within, a pattern what
// matches, and a name that nothing has gives nothing.
func TestNamed(t *testing.T) {
	dir := t.TempDir()
	if err := errors.Join(os.MkdirAll(filepath.Join(dir, "in", "deep"), 0o700), os.MkdirAll(filepath.Join(dir, ".git"), 0o700)); err != nil {
		t.Fatal(err)
	}
	a, b, c := write(t, dir, "a.yaml", ""), write(t, dir, "b.yml", ""), write(t, filepath.Join(dir, "in", "deep"), "c.json", "")
	notes := write(t, dir, "notes.txt", "")
	write(t, filepath.Join(dir, ".git"), "d.yaml", "")
	for pattern, want := range map[string][]string{
		a:                            {a},
		notes:                        {notes},
		dir:                          {a, b, c},
		filepath.Join(dir, "*.yaml"): {a},
		filepath.Join(dir, "?n"):     {c},
		filepath.Join(dir, "gone"):   nil,
		filepath.Join(dir, "[a"):     nil,
	} {
		got, err := files.Named(pattern)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v; want %v", pattern, got, err, want)
		}
	}
}
