package document_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"slices"
	"strconv"
	"testing"
)

// TestEnumerationsAreComplete reads the constants of the domain's source: one
// that is added there has to be admitted by the document, which TestRoundTrip
// shows for all of choices.
func TestEnumerationsAreComplete(t *testing.T) {
	declared := map[string][]string{}
	for _, name := range []string{
		"../../planner/cluster.go", "../../planner/workload.go", "../../planner/demand.go", "../../planner/time.go",
		"../../planner/plan.go", "../../planner/upgrading.go", "../../planner/sizing.go", "../../planner/outage.go",
		"../../planner/money.go", "../../planner/ground.go", "../../planner/lock.go", "../../planner/load.go", "../../planner/platform.go",
		"../../planner/recovery.go", "../../planner/tenancy.go",
		"../../catalogs/catalog.go",
	} {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			kind, ok := spec.Type.(*ast.Ident)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			if lit, ok := spec.Values[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				value, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Fatal(err)
				}
				declared[kind.Name] = append(declared[kind.Name], value)
			}
			return true
		})
	}
	known := map[string][]string{}
	for kind, values := range choices() {
		known[kind.Name()] = slices.Sorted(slices.Values(values))
	}
	for kind, values := range declared {
		slices.Sort(values)
		if !slices.Equal(values, known[kind]) {
			t.Errorf("%s has the constants %q, the document knows %q", kind, values, known[kind])
		}
	}
	if len(declared) != len(known) {
		t.Errorf("the domain declares %d enumerations, the document knows %d: %v", len(declared), len(known), reflect.ValueOf(known).MapKeys())
	}
}
