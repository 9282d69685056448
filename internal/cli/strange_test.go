package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/cli"
)

const strangeCluster = `cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  node_group "web" {
    workload "api" {
      replicas = 3
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
  }
}
`

// strangeFiles are contents that harm a parser, with what must be said and
// where: line and column of the first byte that is wrong.
func strangeFiles() map[string]struct{ src, at, says string } {
	many := strings.Repeat
	const million = 1_000_000
	return map[string]struct{ src, at, says string }{
		"10 MB of comments":       {many("# a comment\n", 10*million/12) + strangeCluster, " line 1", "File too large"},
		"10 MB of blocks":         {many("locals {\n}\n", 10*million/11), " line 1", "File too large"},
		"10 MB in one line":       {"a = \"" + many("x", 10*million) + "\"\n", " line 1", "File too large"},
		"invalid UTF-8":           {strings.Replace(strangeCluster, "us-east-1b", "us-\xff\xfe-1b", 1), " line 4", "Byte 123 (0xff) is not UTF-8"},
		"UTF-16":                  {"\xff\xfec\x00l\x00u\x00", " line 1", "Byte 0 (0xff) is not UTF-8"},
		"Latin-1 in a comment":    {"# caf\xe9\n" + strangeCluster, " line 1", "Byte 5 (0xe9) is not UTF-8"},
		"5 million brackets":      {"locals {\n  a = " + many("[", 5*million) + "\n}\n", " line 1", "File too large"},
		"4 million brackets":      {"locals {\n  a = " + many("[", 4*million) + "\n}\n", " line 2", "Nesting too deep"},
		"2 million and their end": {"locals {\n  a = " + many("[", 2*million) + many("]", 2*million) + "\n}\n", " line 2", "Nesting too deep"},
		"brackets in templates":   {"locals {\n  a = " + many("\"${[", million) + "\n}\n", " line 2", "Nesting too deep"},
		"templates in templates":  {"locals {\n  a = " + many(`"${`, 5000) + "1" + many(`}"`, 5000) + "\n}\n", " line 2", "Nesting too deep"},
		"4 million minus signs":   {"locals {\n  a = " + many("-", 4*million) + "1\n}\n", " line 2", "Expression too large"},
		"2 million nots":          {"locals {\n  a = " + many("! ", 2*million) + "true\n}\n", " line 2", "Expression too large"},
		"million conditionals":    {"locals {\n  a = " + many("a?", million) + "\n}\n", " line 2", "Expression too large"},
		"blocks in blocks":        {many("a {\n", million), " line 10001", "Nesting too deep"},
		"empty":                   {"", " line 1", "No cluster"},
		"white space":             {"\n\n  \n", " line 1", "No cluster"},
		"only comments":           {"# nothing\n// here\n/* at all */\n", " line 1", "No cluster"},
		"only a byte order mark":  {"\ufeff", " line 1", "No cluster"},
		"mark and CRLF":           {"\ufeff" + strings.ReplaceAll(strings.Replace(strangeCluster, "replicas = 3", "replicas = -3", 1), "\n", "\r\n"), " line 9", "-3 is negative"},
		"carriage returns alone":  {strings.ReplaceAll(strangeCluster, "\n", "\r"), " line 1", "Error: "},
		"NUL bytes":               {strings.Replace(strangeCluster, "500m", "500\x00m", 1), " line 11", "Error: "},
		"nothing but NUL":         {many("\x00", million), " line 1", "Error: "},
		"a program":               {"\x7fELF\x02\x01\x01\x00\x00\x00", " line 1", "Error: "},
		"terminal commands":       {strings.Replace(strangeCluster, "768Mi", "\x1b[31m768\u202eMi", 1), " line 12", "Error: "},
	}
}

// TestStrangeFiles plans what harms a parser: exit code 1 and a place, nothing
// on stdout, no file, and no byte on the terminal that could command it.
func TestStrangeFiles(t *testing.T) {
	for name, c := range strangeFiles() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "main.hcl")
			write(t, path, c.src)
			said := refused(t, []string{path}, "on "+path+c.at+":")
			if !strings.Contains(said, c.says) {
				t.Errorf("want %q in\n%.2000s", c.says, said)
			}
			if strings.ContainsAny(said, "\x00\x1b\u202e") || len(said) > 100_000 {
				t.Errorf("%d bytes on stderr:\n%.2000q", len(said), said)
			}
		})
	}
}

// TestStrangeFolders plans folders that hold what no spec holds.
func TestStrangeFolders(t *testing.T) {
	variable := "variable \"peak\" {\n  default = 3\n}\n"
	other := strings.Replace(strangeCluster, `"shop"`, `"blog"`, 1)
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"two clusters":         {map[string]string{"a.hcl": strangeCluster, "b.hcl": other}, []string{"b.hcl line 1:", "a.hcl line 1 has one already"}},
		"a variable twice":     {map[string]string{"a.hcl": variable + strangeCluster, "b.hcl": variable}, []string{"b.hcl line 1:", `There is a variable named "peak" already, at `, "a.hcl:1."}},
		"a local twice":        {map[string]string{"a.hcl": "locals {\n  a = 1\n}\n" + strangeCluster, "b.hcl": "locals {\n  a = 2\n}\n"}, []string{"b.hcl line 2:", "a.hcl:2."}},
		"no cluster anywhere":  {map[string]string{"b.hcl": variable, "a.hcl": "# nothing\n"}, []string{"a.hcl line 1:", "No cluster"}},
		"one of two is broken": {map[string]string{"a.hcl": strangeCluster, "b.hcl": "locals {"}, []string{"b.hcl line 1:", "Unclosed configuration block"}},
		"mistakes in both":     {map[string]string{"a.hcl": strings.Replace(strangeCluster, "replicas = 3", "replicas = var.peek", 1), "b.hcl": variable + "locals {\n  a = -\"x\"\n}\n"}, []string{"a.hcl line 9:", `Did you mean "peak"?`, "b.hcl line 5:"}},
		"no spec":              {map[string]string{"main.tf": strangeCluster}, []string{"no *.hcl file there"}},
		"a folder named so":    {map[string]string{"x.hcl/main.txt": ""}, []string{"no *.hcl file there"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, src := range c.files {
				write(t, filepath.Join(dir, file), src)
			}
			said := refused(t, []string{dir}, "Error: ")
			for _, want := range c.want {
				if !strings.Contains(strings.ReplaceAll(said, "\n", " "), want) {
					t.Errorf("want %q in\n%s", want, said)
				}
			}
		})
	}
}

// TestFolderNamedLikeASpec: a folder x.hcl beside a spec is no part of it.
func TestFolderNamedLikeASpec(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "main.hcl"), strangeCluster)
	write(t, filepath.Join(dir, "x.hcl", "other.hcl"), "nonsense")
	var out, errs bytes.Buffer
	if code := cli.Run(t.Context(), cli.World{Args: []string{"validate", dir}, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs}); code != cli.Done {
		t.Errorf("exit code %d: %s", code, errs.String())
	}
}

// TestUnreadable: what cannot be read is the environment's failure, and what is
// not there the user's. A link that leads to itself cannot be read by anybody,
// whatever rights the test has.
func TestUnreadable(t *testing.T) {
	dir := t.TempDir()
	loop := filepath.Join(dir, "loop.hcl")
	if err := os.Symlink(loop, loop); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		path string
		code cli.ExitCode
		says string
	}{
		"the file":      {loop, cli.EnvironmentFailed, loop + ": "},
		"in its folder": {dir, cli.EnvironmentFailed, loop + ": "},
		"missing":       {filepath.Join(dir, "none.hcl"), cli.WrongInput, "none.hcl: no such file or directory"},
		"a NUL byte":    {filepath.Join(dir, "a\x00b.hcl"), cli.EnvironmentFailed, "invalid argument"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			code := cli.Run(t.Context(), cli.World{Args: []string{"plan", c.path}, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs})
			if code != c.code || out.Len() > 0 || !strings.Contains(errs.String(), c.says) {
				t.Errorf("exit code %d, want %d\nstdout: %s\nstderr: %q, want %q", code, c.code, out.String(), errs.String(), c.says)
			}
		})
	}
}

func write(t *testing.T, path, src string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(src), 0o644); err != nil {
		t.Fatal(err)
	}
}
