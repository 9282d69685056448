package run_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/importer"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
)

const examples = "../../examples"

// exampleNames are the folders of examples, sorted.
//
// Under -short the largest is left out: it takes as long as all others together, and the
// whole run has it.
func exampleNames(t testing.TB) []string {
	t.Helper()
	entries, err := os.ReadDir(examples)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() && (e.Name() != largestExample || !testing.Short()) {
			names = append(names, e.Name())
		}
	}
	if len(names) < 3 {
		t.Fatalf("found examples %v", names)
	}
	return names
}

// largestExample has two thousand nodes, and is planned again less often than others.
const largestExample = "gke-large"

// fewer returns n, and 2 at the most for the largest example.
func fewer(n int, name string) int {
	if name == largestExample {
		return min(n, 2)
	}
	return n
}

func source(t testing.TB, name string) []byte {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(examples, name, "main.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func load(t testing.TB, files ...spec.File) *spec.Spec {
	t.Helper()
	s, diags := spec.Load(files, spec.Inputs{ReadFile: fileOfExample, Manifests: manifests}, run.Offers{})
	if diags.HasErrors() {
		t.Fatalf("the spec is wrong: %v", diags)
	}
	return s
}

// fileOfExample reads a file that a spec of an example names, whichever has it.
func fileOfExample(name string) ([]byte, error) {
	found, err := filepath.Glob(filepath.Join(examples, "*", filepath.FromSlash(name)))
	if err != nil || len(found) != 1 {
		return nil, fmt.Errorf("%s: no such file, or several: %v", name, found)
	}
	return os.ReadFile(found[0])
}

// manifests reads those of the one example that has some.
func manifests(_ string, patterns []string) (spec.Manifests, error) {
	return importer.Manifests(filepath.Join(examples, "shop-manifests"), patterns)
}

func planOf(t testing.TB, files ...spec.File) *planner.Plan {
	t.Helper()
	p, err := run.Plan(t.Context(), load(t, files...))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// examplePlans are plans of the examples that several tests ask about: nobody changes them.
var examplePlans sync.Map

// examplePlan returns the plan of an example, made once.
func examplePlan(t testing.TB, name string) *planner.Plan {
	t.Helper()
	made, _ := examplePlans.LoadOrStore(name, sync.OnceValues(func() (*planner.Plan, error) {
		return run.Plan(context.WithoutCancel(t.Context()), load(t, spec.File{Name: "main.hcl", Content: source(t, name)}))
	}))
	p, err := made.(func() (*planner.Plan, error))()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func encode(t testing.TB, p *planner.Plan) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := document.Encode(&b, p, "test"); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestPlansReadBack plans every example, which verifies the plan, and verifies it
// again after it was written and read.
func TestPlansReadBack(t *testing.T) {
	for _, name := range exampleNames(t) {
		t.Run(name, func(t *testing.T) {
			doc := encode(t, examplePlan(t, name))
			back, err := document.Decode(doc)
			if err != nil {
				t.Fatal(err)
			}
			if unknown, err := run.Verify(run.Offers{}, back); unknown || err != nil {
				t.Errorf("the plan that was read back: %v", err)
			}
			if again := encode(t, back); !bytes.Equal(again, doc) {
				t.Error("written again, the plan has other bytes")
			}
		})
	}
}

// TestSameBytes plans each example 20 times, on one and on two processors, the largest
// twice; 4 times under -short.
func TestSameBytes(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	runs := 20
	if testing.Short() {
		runs = 4
	}
	for _, name := range exampleNames(t) {
		file := spec.File{Name: "main.hcl", Content: source(t, name)}
		want := encode(t, examplePlan(t, name))
		for i := range fewer(runs, name) {
			runtime.GOMAXPROCS(1 + i%2)
			if got := encode(t, planOf(t, file)); !bytes.Equal(got, want) {
				t.Fatalf("%s: run %d gives other bytes", name, i)
			}
		}
	}
}

// TestOrderDoesNotMatter shuffles the blocks and attributes of each example and
// spreads it over several files.
func TestOrderDoesNotMatter(t *testing.T) {
	seeds := 10
	if testing.Short() {
		seeds = 2
	}
	for _, name := range exampleNames(t) {
		src := source(t, name)
		want := encode(t, withoutPlaces(planOf(t, spec.File{Name: "main.hcl", Content: src})))
		for seed := range uint64(fewer(seeds, name)) {
			files := shuffled(t, src, rand.New(rand.NewPCG(seed, 0)))
			if got := encode(t, withoutPlaces(planOf(t, files...))); !bytes.Equal(got, want) {
				t.Fatalf("%s, seed %d: other bytes for the same spec in another order:\n%s", name, seed, files[0].Content)
			}
		}
	}
}

// withoutPlaces takes out what may differ: the digest of the source and the
// places of findings.
func withoutPlaces(p *planner.Plan) *planner.Plan {
	p.Spec.SHA256 = ""
	for i := range p.Findings {
		p.Findings[i].Source = nil
	}
	return p
}

// shuffled returns src with the contents of every body in another order, its
// top-level blocks in files of their own.
func shuffled(t *testing.T, src []byte, rng *rand.Rand) []spec.File {
	t.Helper()
	f, diags := hclwrite.ParseConfig(src, "main.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var files []spec.File
	for i, block := range f.Body().Blocks() {
		out := hclwrite.NewEmptyFile()
		copyBlock(out.Body(), block, rng)
		files = append(files, spec.File{Name: fmt.Sprintf("part%d.hcl", i), Content: out.Bytes()})
	}
	rng.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
	return files
}

func copyBlock(to *hclwrite.Body, block *hclwrite.Block, rng *rand.Rand) {
	made := to.AppendNewBlock(block.Type(), block.Labels()).Body()
	attributes := block.Body().Attributes()
	names := slices.Sorted(maps.Keys(attributes))
	rng.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	for _, name := range names {
		made.SetAttributeRaw(name, attributes[name].Expr().BuildTokens(nil))
	}
	blocks := block.Body().Blocks()
	rng.Shuffle(len(blocks), func(i, j int) { blocks[i], blocks[j] = blocks[j], blocks[i] })
	for _, b := range blocks {
		copyBlock(made, b, rng)
	}
}

// BenchmarkPlan plans an example in process from its loaded spec, verification
// included.
func BenchmarkPlan(b *testing.B) {
	for _, name := range exampleNames(b) {
		file := spec.File{Name: "main.hcl", Content: source(b, name)}
		s := load(b, file)
		b.Run("example="+strings.ReplaceAll(name, "-", "_"), func(b *testing.B) {
			b.ReportAllocs()
			nodes := 0
			for b.Loop() {
				p, err := run.Plan(b.Context(), s)
				if err != nil {
					b.Fatal(err)
				}
				nodes = 0
				for i := range p.NodeGroups {
					nodes += p.NodeGroups[i].Nodes
				}
			}
			b.ReportMetric(float64(nodes), "nodes")
		})
	}
}

// BenchmarkLoad reads an example's spec, its region's catalog included.
func BenchmarkLoad(b *testing.B) {
	file := spec.File{Name: "main.hcl", Content: source(b, "shop-eks")}
	for b.Loop() {
		load(b, file)
	}
}
