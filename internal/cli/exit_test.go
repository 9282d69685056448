package cli_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/scantling-dev/scantling/internal/cli"
)

// writer writes as its function does.
type writer func([]byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }

// TestPanicIsOurBug has the one thing panic that a test can reach from outside.
func TestPanicIsOurBug(t *testing.T) {
	var errs bytes.Buffer
	code := cli.Run(t.Context(), cli.World{
		Args: []string{"version"}, Stdin: strings.NewReader(""), Stderr: &errs,
		Stdout: writer(func([]byte) (int, error) { panic("the pen broke") }),
	})
	if code != cli.OurBug {
		t.Errorf("exit code %d, want %d", code, cli.OurBug)
	}
	for _, want := range []string{"this is a bug in scantling " + cli.Version, "panic: the pen broke", "exit_test.go:", "Please report it"} {
		if !strings.Contains(errs.String(), want) {
			t.Errorf("want %q in\n%s", want, errs.String())
		}
	}
}

func TestFailedWrites(t *testing.T) {
	for _, args := range [][]string{{"version"}, {"--help"}, {"help", "plan"}, {"catalog"}, {"completion", "bash"}, {"completion", "fish"}} {
		var errs bytes.Buffer
		code := cli.Run(t.Context(), cli.World{
			Args: args, Stdin: strings.NewReader(""), Stderr: &errs,
			Stdout: writer(func([]byte) (int, error) { return 0, syscall.EPIPE }),
		})
		if code != cli.EnvironmentFailed || errs.String() != "Error: broken pipe\n" {
			t.Errorf("%v: exit code %d: %s", args, code, errs.String())
		}
	}
}

// TestInterrupt ends a command that waits for input that never comes.
func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("interrupted"))
	stdin, never := io.Pipe()
	defer func() { _ = never.Close() }()
	var out, errs bytes.Buffer
	for _, args := range [][]string{{"fmt", "-"}, {"plan", "../../examples/dev-small"}} {
		code := cli.Run(ctx, cli.World{Args: args, Stdin: stdin, Stdout: &out, Stderr: &errs})
		if code != cli.EnvironmentFailed || out.Len() > 0 || !strings.Contains(errs.String(), "interrupted") {
			t.Errorf("%v: exit code %d: %s", args, code, errs.String())
		}
		errs.Reset()
	}
}

// TestReadErrors: every command that reads a file tells a wrong name from a
// failing disk. A link to itself cannot be read, whatever rights the test has.
func TestReadErrors(t *testing.T) {
	dir := t.TempDir()
	loop, spec := filepath.Join(dir, "loop.json"), filepath.Join(dir, "main.hcl")
	if err := os.Symlink(loop, loop); err != nil {
		t.Fatal(err)
	}
	write(t, spec, strangeCluster)
	for _, command := range []string{"verify", "emit terraform", "explain assumptions", "plan", "validate", "fmt", "plan " + spec + " --var-file"} {
		for path, want := range map[string]cli.ExitCode{
			loop:                       cli.EnvironmentFailed,
			spec + "/x":                cli.WrongInput,
			filepath.Join(dir, "gone"): cli.WrongInput,
			os.DevNull:                 cli.WrongInput,
		} {
			var out, errs bytes.Buffer
			args := append(strings.Fields(command), path)
			code := cli.Run(t.Context(), cli.World{Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs})
			if code != want || out.Len() > 0 || !strings.Contains(errs.String(), path) {
				t.Errorf("%s %s: exit code %d, want %d: %s", command, path, code, want, errs.String())
			}
		}
	}
}

// TestNamesFromDocuments: what a document says does not command a terminal.
func TestNamesFromDocuments(t *testing.T) {
	doc, err := os.ReadFile("../document/testdata/infeasible.json")
	if err != nil {
		t.Fatal(err)
	}
	const told = `"constraint": "the plan costs more"`
	path := filepath.Join(t.TempDir(), "plan.json")
	write(t, path, strings.Replace(string(doc), told, `"constraint": "the plan \u001b[2J\u202e costs more"`, 1))
	for _, command := range []string{"verify", "emit terraform"} {
		var out, errs bytes.Buffer
		code := cli.Run(t.Context(), cli.World{Args: append(strings.Fields(command), path), Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs})
		if code != cli.WrongInput || !strings.Contains(errs.String(), "the plan \ufffd[2J\ufffd costs more") {
			t.Errorf("exit code %d: %q", code, errs.String())
		}
	}
}
