package archtest_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// ban is a way of writing that no file of the tree may hold.
type ban struct {
	what    string
	pattern *regexp.Regexp
}

// bans returns what ties a file to the machine on which it was written.
func bans() []ban {
	// A path starts a line or follows what cannot be part of one: the path of a URL
	// is none of our business.
	const before = "(?m)(?:^|[\\s\"'`(=:,\\[])"
	return []ban{
		{"a path of one machine", regexp.MustCompile(before + `(?:/(?:work|root)/|/(?:home|Users)/\w|/tmp/(?:Test|go-build|bash)|[A-Z]:\\Users\\)`)},
		{"a host of a package registry", regexp.MustCompile(`\b(?:(?:go)?proxy|sum)\.golang\.org\b|\bgoproxy\.[a-z]|\bregistry\.[a-z0-9-]+\.[a-z]{2,}\b`)},
		{"a folder beside the repository", regexp.MustCompile(`\.\./shared\b`)},
	}
}

func TestNoFileNamesAMachine(t *testing.T) {
	checked := 0
	for _, name := range treeFiles(t) {
		data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed while the test ran
		}
		if err != nil {
			t.Fatal(err)
		}
		if bytes.IndexByte(data, 0) >= 0 {
			continue // not text
		}
		checked++
		for _, b := range bans() {
			if at := b.pattern.FindIndex(data); at != nil {
				line := 1 + bytes.Count(data[:at[1]], []byte("\n"))
				t.Errorf("%s:%d: %q is %s", name, line, bytes.TrimSpace(data[at[0]:at[1]]), b.what)
			}
		}
	}
	if checked == 0 {
		t.Error("no file was checked")
	}
}

func TestBans(t *testing.T) {
	// Samples that must be caught are put together here, or this file would be.
	const slash = "/"
	tests := map[string]struct {
		text string
		want bool
	}{
		"home":          {"see " + slash + "home/ann/plan.json", true},
		"in quotes":     {`"` + slash + `root/go/pkg"`, true},
		"test folder":   {"wrote " + slash + "tmp/TestPlan123/001/plan.json", true},
		"start of line": {"a\n" + slash + "work/main/go.mod", true},
		"module proxy":  {"GOPROXY=https://proxy" + ".golang.org", true},
		"image host":    {"registry" + ".k8s.io/pause:3.10", true},
		"beside":        {".." + "/shared/data", true},
		"kubelet":       {"/var/lib/kubelet and /etc/kubernetes", false},
		"URL":           {"https://docs.example.com/a/home/page and example.com/root/x", false},
		"source":        {"registry = terraform-aws-modules/eks/aws", false},
		"package":       {"golang.org/x/perf, pkg.go.dev/net", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := false
			for _, b := range bans() {
				got = got || b.pattern.MatchString(tt.text)
			}
			if got != tt.want {
				t.Errorf("banned = %t, want %t: %s", got, tt.want, tt.text)
			}
		})
	}
}
