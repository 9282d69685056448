package files_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/scantling-dev/scantling/internal/files"
)

// holds wants dir to hold exactly the entries, files with their content, by
// name; a folder's content is "/".
func holds(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		got := "/"
		if !e.IsDir() {
			content, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			got = string(content)
		}
		if w, ok := want[e.Name()]; !ok || got != w {
			t.Errorf("%s holds %q, want %q", e.Name(), got, w)
		}
	}
	if len(entries) != len(want) {
		t.Errorf("%d entries, want %d: %v", len(entries), len(want), entries)
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
	if err := files.Write(dir, nil); !errors.Is(err, files.ErrFolder) {
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

func TestWriteFollowsDanglingLinks(t *testing.T) {
	dir := t.TempDir()
	for link, to := range map[string]string{"first": "second", "second": "sub/../plan.json", "loop": "loop"} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := files.Write(filepath.Join(dir, "first"), []byte("new")); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "plan.json")); err != nil || string(got) != "new" {
		t.Errorf("where the links lead stands %q, %v", got, err)
	}
	if to, err := os.Readlink(filepath.Join(dir, "second")); err != nil || to != "sub/../plan.json" {
		t.Errorf("the link leads to %q, %v", to, err)
	}
	if err := files.Write(filepath.Join(dir, "loop"), nil); !errors.Is(err, syscall.ELOOP) {
		t.Errorf("a link to itself: %v", err)
	}
}

// TestWriteKeepsToTheUmask: a new file is no more open than the user wants.
func TestWriteKeepsToTheUmask(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o077))
	path := filepath.Join(t.TempDir(), "plan.json")
	for _, content := range []string{"new", "again"} {
		if err := files.Write(path, []byte(content)); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v", content, info.Mode(), err)
		}
	}
}

// TestWriteRefusesNamesOfFolders leaves no folder behind either.
func TestWriteRefusesNamesOfFolders(t *testing.T) {
	dir := t.TempDir()
	file := write(t, dir, "file", "old")
	for _, name := range []string{dir + "/x/", dir + "/x/y/", dir + "/x/.", dir + "/x/..", file + "/"} {
		if err := files.Write(name, nil); !errors.Is(err, files.ErrFolder) || !strings.HasPrefix(err.Error(), name+" names a folder") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := files.Write(file+"/x", nil); err == nil || err.Error() != file+"/x: not a directory" {
		t.Errorf("under a file: %v", err)
	}
	// The folders are made before the name turns out to be too long.
	long := filepath.Join(dir, "a", "b", strings.Repeat("x", 300))
	if err := files.Write(long, nil); !errors.Is(err, syscall.ENAMETOOLONG) {
		t.Errorf("a name of 300 letters: %v", err)
	}
	if err := files.Write(filepath.Join(dir, "a", strings.Repeat("x", 300), "b"), nil); !errors.Is(err, syscall.ENAMETOOLONG) {
		t.Errorf("a folder's name of 300 letters: %v", err)
	}
	holds(t, dir, map[string]string{"file": "old"})
}

func TestWriteAll(t *testing.T) {
	dir := t.TempDir()
	old, elsewhere := write(t, dir, "a.tf", "old"), write(t, t.TempDir(), "b.tf", "old")
	if err := errors.Join(os.Chmod(old, 0o640), os.Chmod(elsewhere, 0o604), os.Symlink(elsewhere, filepath.Join(dir, "b.tf"))); err != nil {
		t.Fatal(err)
	}
	list := []files.File{{Name: "a.tf", Content: []byte("A")}, {Name: "b.tf", Content: []byte("B")}, {Name: "sub/c.tf", Content: []byte("C")}}
	if err := files.WriteAll(dir, list); err != nil {
		t.Fatal(err)
	}
	holds(t, dir, map[string]string{"a.tf": "A", "b.tf": "B", "sub": "/"})
	holds(t, filepath.Join(dir, "sub"), map[string]string{"c.tf": "C"})
	holds(t, filepath.Dir(elsewhere), map[string]string{"b.tf": "B"})
	for name, want := range map[string]os.FileMode{old: 0o640, elsewhere: 0o604} {
		if info, err := os.Lstat(name); err != nil || info.Mode() != want {
			t.Errorf("%s has the mode %v, %v; want %v", name, info.Mode(), err, want)
		}
	}
}

// TestWriteAllLeavesNothingHalfWritten has one file of several that cannot be
// written: the others stay as they were, whatever their order.
func TestWriteAllLeavesNothingHalfWritten(t *testing.T) {
	file := func(name string) files.File { return files.File{Name: name, Content: []byte("new")} }
	for name, c := range map[string]struct {
		list []files.File
		says string
	}{
		"a folder is in the way": {[]files.File{file("a.tf"), file("new.tf"), file("folder")}, "folder names a folder"},
		"a file is no folder":    {[]files.File{file("a.tf"), file("new.tf"), file("a.tf/b")}, "a.tf/b: not a directory"},
		"a name too long":        {[]files.File{file("a.tf"), file("new/x.tf"), file(strings.Repeat("x", 300))}, "file name too long"},
		// Nothing keeps these from being staged; the last cannot be renamed, since
		// the one before it makes a folder of its name.
		"the last rename fails": {[]files.File{file("a.tf"), file("b.tf"), file("new.tf"), file("both/x.tf"), file("both")}, "both: "},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "a.tf", "old a")
			write(t, dir, "b.tf", "old b")
			if err := os.Mkdir(filepath.Join(dir, "folder"), 0o755); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				err := files.WriteAll(dir, c.list)
				if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), ".scantling") {
					t.Errorf("got %v, want %q", err, c.says)
				}
				holds(t, dir, map[string]string{"a.tf": "old a", "b.tf": "old b", "folder": "/"})
				slices.Reverse(c.list[:2])
			}
			if info, err := os.Stat(filepath.Join(dir, "a.tf")); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("the mode became %v, %v", info.Mode(), err)
			}
		})
	}
}
