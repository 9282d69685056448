package archtest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// module is the path of the module whose packages are looked at.
const module = "github.com/scantling-dev/scantling"

// root is the folder of the module, seen from this package.
var root = filepath.Join("..", "..")

// listed is a package as go list describes it. Paths of the project's own
// packages are complete: they start with module.
type listed struct {
	ImportPath   string
	Imports      []string // of the files that are no tests
	TestImports  []string
	XTestImports []string
	Deps         []string // what Imports reach, directly or not
}

// testImports returns what the tests of p import.
func (p listed) testImports() []string { return slices.Concat(p.TestImports, p.XTestImports) }

// packages returns all packages of the module, in the order of their paths.
func packages(t *testing.T) []listed {
	t.Helper()
	// The go command knows which folders a test has read. It does not know what a
	// child process reads, and would repeat a result of an older tree.
	treeFiles(t)
	// With -e an import that is not there yet is a name like any other: that it does
	// not build is for the compiler to say.
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Imports,TestImports,XTestImports,Deps", "./...")
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.Bytes())
	}
	var all []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("read the output of go list: %v", err)
		}
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b listed) int { return strings.Compare(a.ImportPath, b.ImportPath) })
	if !slices.ContainsFunc(all, func(p listed) bool { return p.ImportPath == module+"/planner/units" }) {
		t.Fatalf("go list found %d packages but not planner/units: the tests of this package would hold anything", len(all))
	}
	return all
}

// treeFiles returns the files of the tree, relative to the root, with slashes and
// in order: in a git checkout those that are tracked or could be, elsewhere all.
func treeFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == ".git" || d.Name() == ".terraform" {
				return filepath.SkipDir
			}
			return nil
		}
		if d.Type().IsRegular() {
			rel, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			files = append(files, filepath.ToSlash(rel))
		}
		return nil
	})
	if err != nil {
		t.Fatalf("walk the tree: %v", err)
	}
	cmd := exec.CommandContext(t.Context(), "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Logf("git ls-files: %v: looking at all files", err) // an archive of the source
		return files
	}
	known := make(map[string]bool)
	for name := range strings.SplitSeq(string(out), "\x00") {
		known[name] = true
	}
	return slices.DeleteFunc(files, func(name string) bool { return !known[name] })
}
