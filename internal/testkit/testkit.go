// Package testkit holds what the tests of more than one package need: golden
// files and the -update flag that writes them anew.
//
// Only tests import it: the flag exists in every program that does.
package testkit

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/diff"
)

// update is set by the test binary's -update flag, before any test runs. A flag
// must be registered before the testing package parses the command line, which
// is why it is a variable of the package.
var update = flag.Bool("update", false, "write golden files instead of comparing with them")

// maxDiff bounds the bytes of a diff in a failure, so that one wrong plan does
// not bury the other failures.
const maxDiff = 16 << 10

// Updating reports whether golden files are being written, by make golden. Tests
// with golden files of another kind, such as testscript's, ask it.
func Updating() bool { return *update }

// Golden compares got with the file at path, which is relative to the folder of
// the test's package, and fails the test with a diff when they differ in any
// byte. Under -update it writes the file, and its folder, instead.
//
// A golden file shows that output has not changed, not that it is right: check
// got by other means before calling Golden.
func Golden(t testing.TB, path string, got []byte) {
	t.Helper()
	if *update {
		if err := write(path, got); err != nil {
			t.Errorf("update golden file: %v", err)
		}
		return
	}
	if err := compare(path, got); err != nil {
		t.Error(err)
	}
}

// write stores data at path unless it is there already: the file's time does not
// change when its bytes do not.
func write(path string, data []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, data) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}

// compare returns an error that shows the difference between the file at path and
// got, or nil when there is none.
func compare(path string, got []byte) error {
	want, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no golden file %s: run make golden, read what it writes, and commit it", path)
	}
	if err != nil {
		return fmt.Errorf("read golden file: %w", err)
	}
	if bytes.Equal(want, got) {
		return nil
	}
	return fmt.Errorf("%s differs from what the test got; if the new output is right, run make golden and commit the diff\n%s",
		path, describe(path, want, got))
}

// describe shows how want and got differ: a unified diff of texts, the place of
// the first difference of anything else.
func describe(path string, want, got []byte) string {
	if !utf8.Valid(want) || !utf8.Valid(got) {
		n := 0
		for n < min(len(want), len(got)) && want[n] == got[n] {
			n++
		}
		return fmt.Sprintf("not text: want %d bytes, got %d, first difference at byte %d", len(want), len(got), n)
	}
	d := diff.Diff(path, want, "got", got)
	if len(d) <= maxDiff {
		return string(d)
	}
	cut := bytes.LastIndexByte(d[:maxDiff], '\n') + 1
	return fmt.Sprintf("%s... (%d more bytes of diff)", d[:cut], len(d)-cut)
}
