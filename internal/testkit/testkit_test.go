package testkit_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/testkit"
)

// recorder stands in for a test and keeps what it is told.
type recorder struct {
	testing.TB
	errors []string
}

func (r *recorder) Helper() {}

func (r *recorder) Error(args ...any) { r.errors = append(r.errors, fmt.Sprint(args...)) }

func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

// setUpdate gives the -update flag a value until the test ends.
func setUpdate(t *testing.T, value string) {
	t.Helper()
	old := flag.Lookup("update").Value.String()
	if err := flag.Set("update", value); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := flag.Set("update", old); err != nil {
			t.Error(err)
		}
	})
}

func TestGoldenCompares(t *testing.T) {
	setUpdate(t, "false")
	tests := map[string]struct {
		file string // "" for no file
		got  string
		want []string // parts of the one failure; none when it holds
	}{
		"equal":         {file: "3 nodes\n", got: "3 nodes\n"},
		"changed":       {file: "web\n3 nodes\n", got: "web\n4 nodes\n", want: []string{"run make golden", "-3 nodes\n", "+4 nodes\n", " web\n"}},
		"newline lost":  {file: "3 nodes\n", got: "3 nodes", want: []string{"run make golden", "No newline at end of file"}},
		"missing":       {got: "3 nodes\n", want: []string{"there is no golden file", "run make golden"}},
		"not text":      {file: "\x1f\x8b\xff\x00", got: "\x1f\x8b\xff\x01\x02", want: []string{"want 4 bytes, got 5, first difference at byte 3"}},
		"not text, cut": {file: "\xff\xfe", got: "\xff", want: []string{"want 2 bytes, got 1, first difference at byte 1"}},
		"very long":     {file: "a\n", got: strings.Repeat("one more node\n", 10_000), want: []string{"+one more node\n", "more bytes of diff"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "plan.golden")
			if tt.file != "" {
				if err := os.WriteFile(path, []byte(tt.file), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			r := &recorder{TB: t}
			testkit.Golden(r, path, []byte(tt.got))
			if len(tt.want) == 0 {
				if len(r.errors) > 0 {
					t.Errorf("got failures %q, want none", r.errors)
				}
				return
			}
			if len(r.errors) != 1 {
				t.Fatalf("got %d failures, want one: %q", len(r.errors), r.errors)
			}
			for _, part := range tt.want {
				if !strings.Contains(r.errors[0], part) {
					t.Errorf("the failure does not say %q:\n%s", part, r.errors[0])
				}
			}
			if len(r.errors[0]) > 20_000 {
				t.Errorf("the failure is %d bytes long", len(r.errors[0]))
			}
		})
	}
}

func TestGoldenUpdates(t *testing.T) {
	setUpdate(t, "true")
	if !testkit.Updating() {
		t.Error("Updating() = false under -update")
	}
	path := filepath.Join(t.TempDir(), "new", "plan.golden")
	for _, got := range []string{"3 nodes\n", "4 nodes\n", "4 nodes\n"} {
		testkit.Golden(t, path, []byte(got))
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(data, []byte(got)) {
			t.Errorf("the golden file holds %q, want %q", data, got)
		}
	}
}

func TestGoldenReportsThatItCannotWrite(t *testing.T) {
	setUpdate(t, "true")
	dir := t.TempDir()
	r := &recorder{TB: t}
	testkit.Golden(r, dir, []byte("3 nodes\n")) // a folder is in the way
	if len(r.errors) != 1 || !strings.Contains(r.errors[0], "update golden file") {
		t.Errorf("got failures %q, want one that says it cannot write", r.errors)
	}
}
