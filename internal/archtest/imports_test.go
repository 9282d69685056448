package archtest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// rule says what a package may do. Its patterns are paths inside the project, or
// import paths of the standard library and of other modules; "x/..." is x and
// all that is beneath it, "*" is everything.
type rule struct {
	// of names the packages that the rule is about. When several rules fit a
	// package, the longest pattern holds.
	of string
	// imports are the packages of the project that may be imported directly, in
	// files that are no tests. planner/units is open to all.
	imports []string
	// libraries are the packages of other modules that may be imported directly.
	libraries []string
	// never are packages that must not be imported directly, of any origin.
	never []string
	// unreachable are packages that must not be reached at all: not through other
	// packages either.
	unreachable []string
	// testsWithout are packages that the tests must not reach either.
	testsWithout []string
}

// outside is the world that the core does not know: the network, processes,
// logs, the language of specs, the command line, the clouds' SDKs.
func outside() []string {
	return []string{
		"net/...", "os/exec", "log/...", "plugin",
		"github.com/hashicorp/...", "github.com/zclconf/...", "github.com/spf13/...", "k8s.io/...",
		"github.com/aws/...", "cloud.google.com/...", "google.golang.org/...",
	}
}

// unclean is what the core does not import itself: files, the environment, flags,
// unseeded chance. The standard library reaches os through fmt, so these cannot
// be unreachable.
func unclean() []string {
	return []string{"os/...", "io/ioutil", "syscall", "unsafe", "flag", "testing/...", "math/rand", "crypto/rand"}
}

// stages are the leaves of the planner.
func stages() []string {
	return []string{
		"planner/demand", "planner/demand/simulate", "planner/packing", "planner/packing/colgen", "planner/packing/onetype", "planner/packing/baseline",
		"planner/placement", "planner/layout", "planner/upgrade", "planner/upgrade/rollout", "planner/price", "planner/forecast",
		"planner/forecast/worlds", "planner/price/commit",
	}
}

// rules is the table: who may import whom, from the program inwards. A new
// package gets a row of its own, or none when a row with "..." fits it.
func rules() []rule {
	const everything = "*"
	table := []rule{
		// The program.
		{of: "cmd/scantling", imports: []string{"internal/cli"}},
		{of: "internal/cli", libraries: []string{everything}, imports: []string{
			"internal/run", "internal/spec", "internal/files", "internal/document", "internal/report", "internal/emit", "internal/emit/...", "internal/diff", "internal/drift",
			"internal/importer", "internal/tfread", "internal/calibrate", "internal/server", "internal/fleet", "planner/...", "catalogs/...", "providers/...",
		}},
		{of: "internal/run", libraries: []string{everything}, imports: []string{
			"internal/spec", "internal/files", "planner", "planner/pipeline", "planner/verify", "catalogs/...",
			"providers/...",
		}},
		{of: "internal/spec", libraries: []string{everything}, imports: []string{"planner", "catalogs"}},
		{of: "internal/files"},
		// Who reads plans may name what their fields are made of.
		{of: "internal/document", libraries: []string{everything}, imports: []string{"planner", "catalogs"}},
		{of: "internal/report", libraries: []string{everything}, imports: []string{"planner", "catalogs", "internal/document", "internal/drift", "internal/calibrate", "internal/emit"}},
		{of: "internal/emit", libraries: []string{"sigs.k8s.io/yaml"}, imports: []string{"planner", "catalogs"}},
		{of: "internal/diff", imports: []string{"planner", "catalogs", "internal/document"}},
		{of: "internal/drift", imports: []string{"planner", "internal/tfread"}},
		{of: "internal/tfread"},
		{of: "internal/calibrate", libraries: []string{"k8s.io/..."}, imports: []string{"planner", "internal/importer"}},
		{of: "internal/emit/...", libraries: []string{everything}, imports: []string{"planner", "catalogs", "internal/emit"}},
		{of: "internal/importer", libraries: []string{everything}, imports: []string{"planner", "internal/spec", "internal/files", "internal/tfread"}},
		{of: "internal/server", libraries: []string{everything}, imports: []string{"internal/run", "internal/report"}},
		{of: "internal/fleet", libraries: []string{everything}, imports: []string{"internal/run", "internal/report"}},

		// Generators and tests: programs of their own, that nothing imports.
		{of: "internal/docgen", libraries: []string{everything}, imports: []string{everything}},
		{of: "internal/snapshot/...", libraries: []string{everything}, imports: []string{"catalogs", "internal/snapshot/..."}},
		{of: "internal/archtest"},
		{of: "internal/packbench", imports: []string{"planner/packing/...", "planner", "catalogs/...", "providers/aws"}},
		{of: "internal/demandcheck", imports: []string{"planner/demand", "planner/demand/simulate"}},
		{of: "internal/testkit", libraries: []string{everything}},
		// Clouds for tests, that know no client of theirs.
		{of: "internal/testkit/fakeaws"},
		{of: "internal/testkit/fakegcp"},
		{of: "examples/..."},

		// The planner: domain types in the middle, the stages around them, and
		// pipeline, which alone knows both.
		{of: "planner", imports: []string{"catalogs"}},
		{of: "planner/pipeline", libraries: []string{"gonum.org/v1/gonum/..."}, imports: append(stages(), "planner", "planner/practice", "catalogs")},
		{of: "planner/practice", imports: []string{"planner", "catalogs"}},
		{of: "planner/verify", imports: []string{"planner", "catalogs"}, unreachable: append(stages(), "planner/pipeline")},
		{of: "planner/units"},

		// What can be bought, and what differs by cloud.
		{of: "catalogs"},
		{of: "catalogs/snapshot", imports: []string{"catalogs"}},
		{of: "catalogs/cache", imports: []string{"catalogs"}, unreachable: outside()},
		// A provider is one folder: aws, gcp, selfmanaged and those to come.
		{of: "providers/...", imports: []string{"planner", "catalogs", "providers/addons", "providers/controlplane", "providers/kubelet", "providers/machines"}},
		{of: "providers/addons", imports: []string{"planner"}},
		{of: "providers/controlplane", imports: []string{"planner", "catalogs"}},
		{of: "providers/kubelet", imports: []string{"planner"}},
		{of: "providers/machines", imports: []string{"planner", "catalogs"}},
		// Live refresh: only these know the clouds' SDKs.
		{of: "providers/refresh", imports: []string{"catalogs"}},
		{of: "providers/aws/refresh", libraries: []string{everything}, imports: []string{"catalogs", "providers/refresh"}},
		{of: "providers/gcp/refresh", libraries: []string{everything}, imports: []string{"catalogs", "providers/refresh"}},
	}
	// A stage stands alone, but its parts build on each other.
	parts := map[string][]string{
		"planner/demand":           {"planner/demand/simulate"},
		"planner/packing/onetype":  {"planner/packing", "planner/packing/colgen"},
		"planner/packing/baseline": {"planner/packing/colgen", "planner/packing/onetype"},
	}
	for _, s := range stages() {
		table = append(table, rule{
			of: s, imports: parts[s], libraries: []string{"gonum.org/v1/gonum/..."},
			testsWithout: []string{"catalogs/snapshot", "catalogs/cache", "providers/..."},
		})
	}
	// The core is pure: all of the planner, the catalogs but for the cache, and the
	// providers but for their refresh.
	for i, r := range table {
		inner := strings.HasPrefix(r.of, "planner") || strings.HasPrefix(r.of, "catalogs") || strings.HasPrefix(r.of, "providers/")
		if inner && r.of != "catalogs/cache" && !strings.HasSuffix(r.of, "/refresh") {
			table[i].never = append(r.never, unclean()...)
			table[i].unreachable = append(r.unreachable, outside()...)
		}
	}
	return table
}

func TestImportsFollowTheTable(t *testing.T) {
	for _, complaint := range check(packages(t), rules()) {
		t.Error(complaint)
	}
}

// check returns what the packages do that the table does not let them do.
func check(all []listed, table []rule) []string {
	reaches := make(map[string][]string) // of a project package: itself and its Deps
	for _, p := range all {
		reaches[p.ImportPath] = append([]string{p.ImportPath}, p.Deps...)
	}
	var complaints []string
	for _, p := range all {
		name := inside(p.ImportPath)
		r, ok := ruleOf(name, table)
		if !ok {
			complaints = append(complaints, fmt.Sprintf(
				"%s is not in the table of internal/archtest/imports_test.go: add a row that says what it may import", name))
			continue
		}
		complain := func(format string, args ...any) {
			complaints = append(complaints, name+" "+fmt.Sprintf(format, args...))
		}
		for _, path := range p.Imports {
			if why := refuse(r, path); why != "" {
				complain("imports %s: %s", inside(path), why)
			}
		}
		if path, n := firstMatch(r.unreachable, p.Deps); n > 0 {
			complain("reaches %s, which it must not, even through others%s; in all it reaches %d such packages",
				inside(path), through(p, path, reaches), n)
		}
		var tests []string
		for _, path := range p.testImports() {
			if path != p.ImportPath {
				tests = append(tests, append([]string{path}, reaches[path]...)...)
			}
		}
		slices.Sort(tests)
		for _, path := range slices.Compact(tests) {
			if matchAny(r.testsWithout, path) {
				complain("has tests that reach %s: its tests run on small fakes", inside(path))
			}
		}
	}
	return complaints
}

// refuse says why a package that r is about must not import path, or nothing
// when it may.
func refuse(r rule, path string) string {
	switch own := strings.HasPrefix(path, module+"/"); {
	case matchAny(r.never, path):
		return "the core does no I/O, knows no environment and leaves nothing to chance"
	case own && inside(path) == "planner/units":
		return ""
	case own && !matchAny(r.imports, path):
		return "the table lets it import " + words(r.imports)
	case !own && isLibrary(path) && !matchAny(r.libraries, path):
		return "of other modules the table lets it import " + words(r.libraries)
	}
	return ""
}

// ruleOf returns the rule of the package called name: that with the longest
// pattern that fits.
func ruleOf(name string, table []rule) (rule, bool) {
	var best rule
	for _, r := range table {
		if match(r.of, name) && len(r.of) > len(best.of) {
			best = r
		}
	}
	return best, best.of != ""
}

// through names the first import of p by which it reaches path, for the message.
func through(p listed, path string, reaches map[string][]string) string {
	for _, direct := range p.Imports {
		if direct != path && slices.Contains(reaches[direct], path) {
			return " (by way of " + inside(direct) + ")"
		}
	}
	return ""
}

// inside returns the path of a package within the project, and other import paths
// as they are.
func inside(path string) string { return strings.TrimPrefix(path, module+"/") }

// isLibrary reports whether path belongs to another module and not to the
// standard library, whose paths have no dot in their first element.
func isLibrary(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return strings.Contains(first, ".")
}

// firstMatch returns the first of paths that fits one of the patterns, and how many
// do.
func firstMatch(patterns, paths []string) (first string, n int) {
	for _, path := range paths {
		if !matchAny(patterns, path) {
			continue
		}
		if n == 0 {
			first = path
		}
		n++
	}
	return first, n
}

// matchAny reports whether one of the patterns fits the import path.
func matchAny(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return match(pattern, inside(path)) })
}

// match reports whether pattern fits name.
func match(pattern, name string) bool {
	if pattern == "*" {
		return true
	}
	if beneath, ok := strings.CutSuffix(pattern, "/..."); ok {
		return name == beneath || strings.HasPrefix(name, beneath+"/")
	}
	return name == pattern
}

// words lists patterns for a message.
func words(patterns []string) string {
	if len(patterns) == 0 {
		return "nothing"
	}
	return strings.Join(patterns, ", ")
}
