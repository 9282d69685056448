package cli_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/cli"
)

// helps are the help texts of all commands, without what stands below their flags, which
// are laid out by themselves.
func helps(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	var read func(words ...string)
	read = func(words ...string) {
		text := string(called(t, append(slices.Clone(words), "--help")...))
		before, _, _ := strings.Cut(text, "\nFlags:\n")
		out[strings.Join(words, " ")] = before
		_, list, more := strings.Cut(text, "\nAvailable Commands:\n")
		if !more {
			return
		}
		list, _, _ = strings.Cut(list, "\n\n")
		for line := range strings.Lines(list) {
			if name := strings.Fields(line); len(name) > 0 && strings.HasPrefix(line, "  ") && !strings.HasPrefix(line, "   ") && name[0] != "completion" {
				read(append(slices.Clone(words), name[0])...)
			}
		}
	}
	read()
	return out
}

// TestHelpFits: no line of a help text is wider than a terminal of 80 columns, and no word
// is lost; where there is room, it stays as it is written.
func TestHelpFits(t *testing.T) {
	all := helps(t)
	if len(all) < 20 {
		t.Fatalf("help of %d commands", len(all))
	}
	for name, text := range all {
		for _, width := range []int{60, 80, 100} {
			got := cli.Fit(text, width)
			if words, want := strings.Fields(strings.ReplaceAll(got, " \\\n", "\n")), strings.Fields(text); !slices.Equal(words, want) {
				t.Errorf("%s at %d: other words:\n%s", name, width, got)
			}
			for line := range strings.Lines(got) {
				if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > width && width >= 80 {
					t.Errorf("%s at %d: a line of %d: %s", name, width, n, line)
				}
			}
			if again := cli.Fit(got, width); again != got {
				t.Errorf("%s at %d: laid out twice it is another:\n%s\n%s", name, width, got, again)
			}
		}
		if got := cli.Fit(text, 120); got != text {
			t.Errorf("%s: at 120 columns it changes:\n%s", name, got)
		}
	}
}

// TestFit lays out each kind of line.
func TestFit(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"paragraph":       {"one two three four\nfive six\n\nseven", "one two three four\nfive six\n\nseven"},
		"wide paragraph":  {"one two three four five\nsix", "one two three four\nfive six"},
		"entry":           {"  name  one two three four\n        five", "  name  one two\n        three four\n        five"},
		"pipe":            {"Examples:\n  one two | three four five", "Examples:\n  one two |\n    three four five"},
		"flag of command": {"Examples:\n  one --two three --four five", "Examples:\n  one --two three \\\n    --four five"},
		"one word":        {"abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxyz"},
	} {
		if got := cli.Fit(c.text, 20); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
