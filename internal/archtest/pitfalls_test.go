package archtest_test

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// pitfallPage says what went wrong elsewhere and which tests hold that it does not
// here, as "folder.TestName" in backquotes.
const pitfallPage = "docs/models/pitfalls.md"

// TestPageOfPitfallsNamesTests holds the page and the tests to each other: each row names
// a test, each test that is named exists in its package, and none of the tests for a
// pitfall is missing from the page.
func TestPageOfPitfallsNamesTests(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(pitfallPage)))
	if err != nil {
		t.Fatal(err)
	}
	tests := testFunctions(t)
	named := regexp.MustCompile("`([a-z0-9/]+\\.Test\\w+)`")
	listed := map[string]bool{}
	rows := 0
	for line := range strings.Lines(string(page)) {
		found := named.FindAllStringSubmatch(line, -1)
		if strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "| ---") && !strings.HasPrefix(line, "| what went wrong |") {
			rows++
			if len(found) == 0 {
				t.Errorf("%s: no test is named in: %s", pitfallPage, line)
			}
		}
		for _, m := range found {
			listed[m[1]] = true
			if !tests[m[1]] {
				t.Errorf("%s names %s, which is no test", pitfallPage, m[1])
			}
		}
	}
	if rows == 0 {
		t.Errorf("%s has no rows", pitfallPage)
	}
	for _, name := range slices.Sorted(maps.Keys(tests)) {
		_, function, _ := strings.Cut(name, ".")
		if strings.HasPrefix(function, "TestPitfall") && !listed[name] {
			t.Errorf("%s is missing from %s", name, pitfallPage)
		}
	}
}

// testFunctions returns the test functions of the tree as "folder.TestName".
func testFunctions(t *testing.T) map[string]bool {
	t.Helper()
	function := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	tests := map[string]bool{}
	for _, name := range treeFiles(t) {
		if !strings.HasSuffix(name, "_test.go") {
			continue
		}
		data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed while the test ran
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range function.FindAllSubmatch(data, -1) {
			tests[path.Dir(name)+"."+string(m[1])] = true
		}
	}
	return tests
}
