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
	"github.com/scantling-dev/scantling/internal/testkit"
)

// session is a fenced block of a README that shows a command and its output:
//
//	```console
//	$ go run ./cmd/scantling plan examples/shop-eks
//	…
//	```
var session = regexp.MustCompile("(?s)```console\n\\$ (?:go run ./cmd/)?scantling ([^\n]*)\n(.*?)```\n")

// TestReadmesShowRealOutput runs every command that the READMEs show and
// compares the output to the letter; make golden rewrites it.
func TestReadmesShowRealOutput(t *testing.T) {
	t.Chdir("../..")
	names, err := filepath.Glob("examples/*/README.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, name := range append(smaller(names), "README.md") {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		got := session.ReplaceAllFunc(src, func(block []byte) []byte {
			shown++
			at := session.FindSubmatchIndex(block)
			head, command := string(block[:at[4]]), string(block[at[2]:at[3]])
			return []byte(head + output(t, command) + "```\n")
		})
		testkit.Golden(t, name, got)
	}
	if shown < 4 {
		t.Errorf("only %d sessions are shown: README.md and each example want one", shown)
	}
}

// smaller returns the files but those of the largest example under -short: it takes as
// long as all others together, and the whole run has it.
func smaller(names []string) []string {
	if !testing.Short() {
		return names
	}
	return slices.DeleteFunc(names, func(name string) bool { return strings.Contains(name, "gke-large") })
}

// TestExamplesHaveTheirPlan compares what each example's plan is as a document
// with the one beside it.
func TestExamplesHaveTheirPlan(t *testing.T) {
	t.Chdir("../..")
	specs, err := filepath.Glob("examples/*/main.hcl")
	if err != nil || len(specs) < 3 {
		t.Fatalf("examples: %v, %v", specs, err)
	}
	for _, path := range smaller(specs) {
		dir := filepath.Dir(path)
		testkit.Golden(t, filepath.Join(dir, "plan.json"), []byte(output(t, "plan "+dir+" -o json")))
	}
}

// TestExamplesHaveTheirUpgrade compares what each example that declares an upgrade says of
// it, every event included, and its runbook, with the files beside it.
func TestExamplesHaveTheirUpgrade(t *testing.T) {
	t.Chdir("../..")
	specs, err := filepath.Glob("examples/*/main.hcl")
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, path := range specs {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(src), "\n  upgrade {\n") {
			continue
		}
		shown++
		dir := filepath.Dir(path)
		testkit.Golden(t, filepath.Join(dir, "upgrade.txt"), []byte(output(t, "upgrade "+dir+" --timeline")))
		testkit.Golden(t, filepath.Join(dir, "runbook.md"), []byte(output(t, "upgrade "+dir+" -o markdown")))
	}
	if shown < 5 {
		t.Errorf("only %d examples declare an upgrade", shown)
	}
}

// output runs one command line in process and returns what it prints.
func output(t *testing.T, command string) string {
	t.Helper()
	var out, errs bytes.Buffer
	w := cli.World{Args: strings.Fields(command), Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs}
	if code := cli.Run(t.Context(), w); code != cli.Done {
		t.Errorf("scantling %s ended with %d: %s", command, code, errs.String())
	}
	return out.String()
}
