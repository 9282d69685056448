package archtest_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// breach is packages of which check has one complaint, or none where want is "".
type breach struct {
	packages []listed
	want     string
}

// own is the import path of a package of the project.
func own(name string) string { return module + "/" + name }

// TestCheckComplains gives check packages that break the table, each in one way,
// since a table that lets everything pass would pass as well.
func TestCheckComplains(t *testing.T) {
	tests := breachesWithin()
	maps.Copy(tests, breachesOutwards())
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := check(tt.packages, rules())
			switch {
			case tt.want == "" && len(got) > 0:
				t.Errorf("got complaints %q, want none", got)
			case tt.want != "" && (len(got) != 1 || !strings.Contains(got[0], tt.want)):
				t.Errorf("got complaints %q, want one that says %q", got, tt.want)
			}
		})
	}
}

// breachesWithin are about packages of the project, and of libraries.
func breachesWithin() map[string]breach {
	return map[string]breach{
		"nothing wrong": {
			packages: []listed{
				{ImportPath: own("planner/units"), Imports: []string{"fmt"}, Deps: []string{"fmt", "os"}},
				{ImportPath: own("planner/demand"), Imports: []string{own("planner/units"), "math", "gonum.org/v1/gonum/stat"}},
			},
		},
		"new package": {
			packages: []listed{{ImportPath: own("planner/oracle")}},
			want:     "planner/oracle is not in the table",
		},
		"module root": {
			packages: []listed{{ImportPath: module}},
			want:     module + " is not in the table",
		},
		"stage imports stage": {
			packages: []listed{{ImportPath: own("planner/upgrade"), Imports: []string{own("planner/price")}}},
			want:     "planner/upgrade imports planner/price: the table lets it import nothing",
		},
		"stage imports domain": {
			packages: []listed{{ImportPath: own("planner/packing"), Imports: []string{own("planner")}}},
			want:     "planner/packing imports planner: the table lets it import nothing",
		},
		"inner imports outer": {
			packages: []listed{{ImportPath: own("catalogs"), Imports: []string{own("providers/aws")}}},
			want:     "catalogs imports providers/aws",
		},
		"main does the work": {
			packages: []listed{{ImportPath: own("cmd/scantling"), Imports: []string{own("internal/cli"), own("internal/run")}}},
			want:     "cmd/scantling imports internal/run: the table lets it import internal/cli",
		},
		"library in the core": {
			packages: []listed{{ImportPath: own("planner/layout"), Imports: []string{"github.com/google/go-cmp/cmp"}}},
			want:     "of other modules the table lets it import gonum.org/v1/gonum/...",
		},
	}
}

// breachesOutwards are about what is reached: files, networks, through others.
func breachesOutwards() map[string]breach {
	return map[string]breach{
		"file in the core": {
			packages: []listed{{ImportPath: own("catalogs/snapshot"), Imports: []string{"embed", "os"}, Deps: []string{"embed", "os"}}},
			want:     "catalogs/snapshot imports os: the core does no I/O",
		},
		"network through another": {
			packages: []listed{
				{ImportPath: own("planner/practice"), Imports: []string{own("planner")}, Deps: []string{own("planner"), "net/http"}},
			},
			want: "planner/practice reaches net/http",
		},
		"checker shares an algorithm": {
			packages: []listed{
				{ImportPath: own("planner"), Deps: []string{own("planner/packing")}},
				{ImportPath: own("planner/verify"), Imports: []string{own("planner")}, Deps: []string{own("planner"), own("planner/packing")}},
			},
			want: "planner/verify reaches planner/packing, which it must not, even through others (by way of planner)",
		},
		"tests need the snapshot": {
			packages: []listed{
				{ImportPath: own("internal/testkit"), Deps: []string{own("catalogs/snapshot")}},
				{ImportPath: own("planner/placement"), XTestImports: []string{own("planner/placement"), own("internal/testkit")}},
			},
			want: "planner/placement has tests that reach catalogs/snapshot",
		},
		"SDK outside refresh": {
			packages: []listed{{ImportPath: own("providers/aws"), Imports: []string{"github.com/aws/aws-sdk-go-v2/aws"}}},
			want:     "providers/aws imports github.com/aws/aws-sdk-go-v2/aws",
		},
		"SDK in refresh": {
			packages: []listed{{
				ImportPath: own("providers/aws/refresh"),
				Imports:    []string{"github.com/aws/aws-sdk-go-v2/aws", own("catalogs")},
				Deps:       []string{"net/http"},
			}},
		},
	}
}

func TestTableHasEachPackageOnce(t *testing.T) {
	var names []string
	for _, r := range rules() {
		if slices.Contains(names, r.of) {
			t.Errorf("%s has two rows", r.of)
		}
		names = append(names, r.of)
	}
}

func TestMatch(t *testing.T) {
	tests := []struct {
		pattern, name string
		want          bool
	}{
		{"net/...", "net", true},
		{"net/...", "net/http", true},
		{"net/...", "network", false},
		{"planner", "planner", true},
		{"planner", "planner/units", false},
		{"*", "anything/at/all", true},
	}
	for _, tt := range tests {
		if got := match(tt.pattern, tt.name); got != tt.want {
			t.Errorf("match(%q, %q) = %t, want %t", tt.pattern, tt.name, got, tt.want)
		}
	}
}
