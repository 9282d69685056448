package archtest_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestDecisionsAreNumberedOnce holds each record of a decision to the number in its
// file's name: the only one with it, and the one that its heading says.
func TestDecisionsAreNumberedOnce(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, "docs", "decisions", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("there are no decisions")
	}
	taken := map[int]string{}
	for _, file := range files {
		name := filepath.Base(file)
		digits, _, _ := strings.Cut(name, "-")
		number, err := strconv.Atoi(digits)
		if err != nil {
			t.Errorf("%s does not start with a number", name)
			continue
		}
		if other, ok := taken[number]; ok {
			t.Errorf("%s and %s have one number", other, name)
		}
		taken[number] = name
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if want := "# " + strconv.Itoa(number) + ". "; !bytes.HasPrefix(text, []byte(want)) {
			t.Errorf("%s does not start with %q", name, want)
		}
	}
}
