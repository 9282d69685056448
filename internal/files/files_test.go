package files_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
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

func TestWriteReplacesWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "plan.json")
	for _, content := range []string{"first", "second, longer", "3"} {
		if err := files.Write(path, []byte(content)); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil || string(got) != content {
			t.Errorf("read back %q, %v; want %q", got, err, content)
		}
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestWriteKeepsModeAndFollowsLinks(t *testing.T) {
	dir := t.TempDir()
	target := write(t, dir, "plan.json", "old")
	if err := os.Chmod(target, 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link.json")
	if err := os.Symlink("plan.json", link); err != nil {
		t.Fatal(err)
	}
	if err := files.Write(link, []byte("new")); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(target)
	if err != nil || string(got) != "new" {
		t.Errorf("behind the link stands %q, %v", got, err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v, %v", info, err)
	}
	if info, err := os.Stat(target); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the mode became %v, %v", info.Mode(), err)
	}
}

func TestWriteLeavesOtherThingsInPlace(t *testing.T) {
	dir := t.TempDir()
	if err := files.Write(dir, nil); err == nil || !strings.Contains(err.Error(), "is a folder") {
		t.Errorf("written to a folder: %v", err)
	}
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	read := make(chan string)
	go func() {
		got, err := os.ReadFile(pipe)
		if err != nil {
			got = []byte(err.Error())
		}
		read <- string(got)
	}()
	if err := files.Write(pipe, []byte("through")); err != nil {
		t.Fatal(err)
	}
	if got := <-read; got != "through" {
		t.Errorf("the reader of the pipe got %q", got)
	}
}

func TestWriteAllLeavesNothingHalfWritten(t *testing.T) {
	dir := t.TempDir()
	old := write(t, dir, "a.tf", "old")
	// The second name cannot be written: its folder is a file.
	err := files.WriteAll(dir, []files.File{{Name: "a.tf", Content: []byte("new")}, {Name: "a.tf/b", Content: nil}})
	if err == nil {
		t.Fatal("want an error")
	}
	if got, err := os.ReadFile(old); err != nil || string(got) != "old" {
		t.Errorf("the old file reads %q, %v", got, err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
