package cli_test

import (
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/scantling-dev/scantling/internal/cli"
	"github.com/scantling-dev/scantling/internal/testkit"
	"github.com/scantling-dev/scantling/internal/testkit/fakeaws"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"scantling": func() { os.Exit(cli.Main()) },
	})
}

// TestScripts runs the program as a user would: each file of testdata/script is
// a session in an empty folder.
func TestScripts(t *testing.T) {
	examples, err := filepath.Abs("../../examples")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		UpdateScripts:       testkit.Updating(),
		Setup: func(env *testscript.Env) error {
			env.Setenv("EXAMPLES", examples)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "fakeaws": fakeAWS},
	})
}

// exits runs a program and wants the exit code that comes first:
//
//	exits 4 scantling plan too-slow.hcl
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS...")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if err != nil {
		got = exitCode(err)
	}
	if got != args[0] {
		ts.Fatalf("exit code %s, want %s\n%s", got, args[0], ts.ReadFile("stderr"))
	}
}

// fakeAWS starts an AWS on the loopback whose region is us-west-2, and makes it the one
// that programs talk to. Each call that is named is denied:
//
//	fakeaws ec2:DescribeInstanceTypes
func fakeAWS(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: fakeaws [CALL...]")
	}
	server := fakeaws.Start(fakeaws.Oregon())
	ts.Defer(server.Close)
	for _, call := range args {
		server.Fail(call, fakeaws.Fault{Status: http.StatusForbidden, Code: "UnauthorizedOperation", Message: "You are not authorized to perform this operation."})
	}
	for _, kv := range server.Env() {
		name, value, _ := strings.Cut(kv, "=")
		ts.Setenv(name, value)
	}
}

func exitCode(err error) string {
	if e, ok := errors.AsType[*exec.ExitError](err); ok {
		return strconv.Itoa(e.ExitCode())
	}
	return err.Error()
}
