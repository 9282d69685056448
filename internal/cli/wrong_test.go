package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/cli"
)

// TestWrongSpecsLeaveNothingBehind plans every wrong spec: each ends with exit
// code 1 and a diagnostic with its place on stderr, prints nothing on stdout and
// leaves no file. With the real grounds and catalogs it has the codes that it has
// in the small world of package spec.
func TestWrongSpecsLeaveNothingBehind(t *testing.T) {
	specs, err := filepath.Glob("../spec/testdata/wrong/*.hcl")
	if err != nil {
		t.Fatal(err)
	}
	if len(specs) < 75 {
		t.Errorf("only %d wrong specs", len(specs))
	}
	for _, path := range specs {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".hcl"), func(t *testing.T) {
			src, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			args := []string{path}
			for line := range strings.Lines(string(src)) {
				value, found := strings.CutPrefix(line, "# --var ")
				if !found {
					break
				}
				args = append(args, "--var", strings.TrimSpace(value))
			}
			// A mistake stands in a file, in one that it names or, at times, on the command line.
			said := refused(t, args, "on "+path+" line ", "\n--var ", "on ../spec/testdata/wrong/books/")
			diag, err := os.ReadFile(strings.TrimSuffix(path, ".hcl") + ".diag")
			if err != nil {
				t.Fatal(err)
			}
			if got, want := codesIn(said), codesIn(string(diag)); !slices.Equal(got, want) && filepath.Base(path) != "pattern_matches_nothing.hcl" {
				// The real region has the m9 types that the small world lacks.
				t.Errorf("codes %q, want %q", got, want)
			}
		})
	}
}

// codesIn returns the codes of diagnostics, sorted.
func codesIn(text string) []string {
	return slices.Sorted(slices.Values(regexp.MustCompile(`\[SC[0-9]{4}\]`).FindAllString(text, -1)))
}

// refused plans args and wants exit code 1, one of the texts on stderr, nothing
// on stdout and no file left behind. It returns what is on stderr.
func refused(t *testing.T, args []string, oneOf ...string) string {
	t.Helper()
	dir := t.TempDir()
	var out, errs bytes.Buffer
	code := cli.Run(t.Context(), cli.World{
		Args:   append([]string{"plan", "-o", "json", "--out", filepath.Join(dir, "plan.json")}, args...),
		Stdin:  strings.NewReader(""),
		Stdout: &out, Stderr: &errs,
		// The files of machines that some of them name are where a cache has them.
		Env: []string{"SCANTLING_CATALOG_DIR=../spec/testdata/wrong"},
	})
	if code != cli.WrongInput {
		t.Errorf("exit code %d, want 1", code)
	}
	if out.Len() > 0 {
		t.Errorf("on stdout:\n%s", out.String())
	}
	said := errs.String()
	if !strings.Contains(said, "Error: ") || !slices.ContainsFunc(oneOf, func(s string) bool { return strings.Contains(said, s) }) {
		t.Errorf("want one of %q in\n%.2000s", oneOf, said)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	return said
}
