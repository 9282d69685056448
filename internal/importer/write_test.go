package importer_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/scantling-dev/scantling/internal/importer"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// optionsOf are those of a first cluster of a provider.
func optionsOf(provider string) *importer.Options {
	o := &importer.Options{Name: "shop", Provider: provider, Version: "1.35", HasType: func(string) bool { return false }}
	switch provider {
	case "aws":
		o.Region, o.Zones, o.DiskType = "us-east-1", []string{"us-east-1a", "us-east-1b", "us-east-1c"}, "gp3"
	case "gcp":
		o.Region, o.Zones, o.DiskType = "us-central1", []string{"us-central1-a", "us-central1-b", "us-central1-c"}, "pd-balanced"
	}
	// The least sizes are of EBS, "Amazon EBS volume types", and of Google Cloud, "Persistent Disk".
	least := map[string]units.Bytes{"gp3": units.GiB, "pd-balanced": 10 * units.GiB}
	o.Disk = func(typ string) (units.Bytes, units.Bytes, bool) {
		return least[typ], 64 * units.TiB, typ == o.DiskType
	}
	return o
}

// loaded reads a spec that was written to dir.
func loaded(t testing.TB, dir string, text []byte) *spec.Spec {
	t.Helper()
	s, diags := spec.Load([]spec.File{{Name: filepath.ToSlash(filepath.Join(dir, "cluster.hcl")), Content: text}}, spec.Inputs{Manifests: importer.Manifests}, run.Offers{})
	if diags.HasErrors() {
		var out bytes.Buffer
		if err := spec.WriteDiagnostics(&out, []spec.File{{Name: filepath.ToSlash(filepath.Join(dir, "cluster.hcl")), Content: text}}, diags, false, 120); err != nil {
			t.Fatal(err)
		}
		t.Fatalf("%s\n%s", out.String(), text)
	}
	return s
}

// written writes the spec of what stands in a folder.
func written(t testing.TB, dir string, o *importer.Options) (importer.Found, []byte) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	var files []spec.File
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, spec.File{Name: filepath.ToSlash(name), Content: content})
	}
	found := importer.Read(files)
	text, err := importer.Write(files, &found, o)
	if err != nil {
		t.Fatal(err)
	}
	return found, text
}

// save writes a file.
func save(t testing.TB, dir, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestRandomObjectsKeepTheirFigures: random objects, written as JSON or YAML, imported by
// reference or copied out, and read again as a spec, ask for the same.
func TestRandomObjectsKeepTheirFigures(t *testing.T) {
	seeds := uint64(60)
	if testing.Short() {
		seeds = 8
	}
	for seed := range seeds {
		rng := rand.New(rand.NewPCG(seed, 0))
		dir := t.TempDir()
		want := map[string]drawn{}
		for f := range 1 + rng.IntN(3) {
			var objects []any
			for i := range 1 + rng.IntN(6) {
				d := draw(rng, 10*f+i)
				want[d.name] = d
				objects = append(objects, d.objects...)
			}
			rng.Shuffle(len(objects), func(i, j int) { objects[i], objects[j] = objects[j], objects[i] })
			if rng.IntN(2) == 0 {
				save(t, dir, fmt.Sprintf("%d.json", f), list(objects))
			} else {
				save(t, dir, fmt.Sprintf("%d.yaml", f), documents(objects))
			}
		}
		o := optionsOf([]string{"aws", "gcp"}[rng.IntN(2)])
		if rng.IntN(2) == 0 {
			o.Refer = func(file string) (string, bool) { return filepath.Base(file), true }
		}
		found, text := written(t, dir, o)
		if len(found.Problems) > 0 {
			t.Fatalf("seed %d: %v", seed, found.Problems)
		}
		got := map[string]planner.Workload{}
		for _, g := range loaded(t, dir, text).Cluster.NodeGroups {
			for _, w := range g.Workloads {
				got[w.Name] = w
			}
		}
		same(t, "names", sortedKeys(got), sortedKeys(want))
		for _, name := range sortedKeys(want) {
			if w, ok := got[name]; ok {
				d := want[name]
				if least, _, _ := o.Disk(o.DiskType); d.volume > 0 {
					d.volume = max(d.volume, int64(least)) // no disk is smaller
				}
				compare(t, fmt.Sprintf("seed %d, %s", seed, name), &d, &w)
			}
		}
		if t.Failed() {
			t.Fatalf("%s", text)
		}
	}
}

// compare holds a workload to what was drawn.
func compare(t *testing.T, what string, d *drawn, w *planner.Workload) {
	t.Helper()
	same(t, what+": kind", string(w.Kind), d.kind)
	same(t, what+": replicas", w.Demand.Replicas, d.replicas)
	same(t, what+": cpu", int64(w.Pod.CPU), d.cpu)
	same(t, what+": memory", int64(w.Pod.Memory), d.memory)
	same(t, what+": grace", w.TerminationGracePeriod, time.Duration(d.grace)*time.Second)
	same(t, what+": anti-affinity", w.AntiAffinity.Mode == planner.AffinityRequired, d.required)
	if d.zoneSkew > 0 {
		same(t, what+": spread", w.TopologySpread, []planner.TopologySpread{{Key: planner.ZoneKey, MaxSkew: int(d.zoneSkew), Hard: d.zoneHard}})
	}
	if d.least != nil {
		least := units.Count(int(d.least.IntVal))
		if d.least.Type == intstr.String {
			least = units.Share(50 * units.Percent)
		}
		same(t, what+": budget", w.PodDisruptionBudget, &planner.PodDisruptionBudget{MinAvailable: &least})
	}
	var volumes int64
	for _, v := range w.Volumes {
		volumes += int64(v.Size)
	}
	same(t, what+": volumes", volumes, d.volume)
}

// TestImportedSpecsPlan: what is written of random objects plans, on EKS and on GKE, by
// reference and copied out with the same nodes, and is formatted.
func TestImportedSpecsPlan(t *testing.T) {
	seeds := uint64(6)
	if testing.Short() {
		seeds = 2
	}
	for seed := range seeds {
		rng := rand.New(rand.NewPCG(seed, 1))
		dir := t.TempDir()
		for i := range 6 {
			save(t, dir, fmt.Sprintf("%d.yaml", i), documents(draw(rng, i).objects))
		}
		for _, provider := range []string{"aws", "gcp"} {
			var nodes []int
			for _, refer := range []func(string) (string, bool){nil, func(file string) (string, bool) { return filepath.Base(file), true }} {
				o := optionsOf(provider)
				o.Refer = refer
				_, text := written(t, dir, o)
				if formatted, diags := spec.Format("cluster.hcl", text); diags.HasErrors() || !bytes.Equal(formatted, text) {
					t.Errorf("seed %d: not formatted:\n%s", seed, text)
				}
				plan, err := run.Plan(t.Context(), loaded(t, dir, text))
				if err != nil {
					t.Fatalf("seed %d on %s: %v\n%s", seed, provider, err, text)
				}
				n := 0
				for i := range plan.NodeGroups {
					n += plan.NodeGroups[i].Nodes
				}
				nodes = append(nodes, n)
			}
			if len(slices.Compact(nodes)) != 1 {
				t.Errorf("seed %d on %s: copied out and by reference the spec has %v nodes", seed, provider, nodes)
			}
		}
	}
}

// BenchmarkRead reads a dump of 1,000 workloads, with their budgets and autoscalers, and
// writes their spec.
func BenchmarkRead(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 0))
	var objects []any
	for i := range 1000 {
		objects = append(objects, draw(rng, i).objects...)
	}
	for _, c := range []struct {
		format  string
		content []byte
	}{{"json", list(objects)}, {"yaml", documents(objects)}} {
		files := []spec.File{{Name: "dump", Content: c.content}}
		b.Run("workloads=1000/format="+c.format, func(b *testing.B) {
			b.SetBytes(int64(len(c.content)))
			for b.Loop() {
				found := importer.Read(files)
				if len(found.Workloads) != 1000 || len(found.Problems) > 0 {
					b.Fatalf("%d workloads, problems %v", len(found.Workloads), found.Problems)
				}
				if _, err := importer.Write(files, &found, optionsOf("aws")); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestDumpOf1000Workloads: every one of them is read, and stands in the spec.
func TestDumpOf1000Workloads(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	var objects []any
	for i := range 1000 {
		objects = append(objects, draw(rng, i).objects...)
	}
	files := []spec.File{{Name: "dump.json", Content: list(objects)}}
	found := importer.Read(files)
	if len(found.Workloads) != 1000 || len(found.Problems) > 0 {
		t.Fatalf("%d workloads, problems %v", len(found.Workloads), found.Problems)
	}
	text, err := importer.Write(files, &found, optionsOf("aws"))
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(text, []byte("workload \"")); n != 1000 {
		t.Errorf("%d workload blocks", n)
	}
}

// FuzzRead: whatever the files hold, reading ends without a panic, and what is written of
// it is HCL that the spec reader knows.
func FuzzRead(f *testing.F) {
	rng := rand.New(rand.NewPCG(2, 0))
	for i := range 8 {
		f.Add(list(draw(rng, i).objects))
		f.Add(documents(draw(rng, i).objects))
	}
	f.Add([]byte(deployment("web", small)))
	f.Add([]byte("a: &a [*a]\n---\n<<: {a: 1}\n? [x]\n: y\n---\n{kind: List, items: [{kind: List, items: []}]}"))
	f.Add([]byte(`{"kind":"List","items":[{"apiVersion":"v1","kind":"Node"}, 1]} {"a"`))
	f.Fuzz(func(t *testing.T, src []byte) {
		files := []spec.File{{Name: "a.yaml", Content: src}}
		found := importer.Read(files)
		for i := range found.Problems {
			if p := &found.Problems[i]; p.Line < 1 || p.Document < 1 || p.Message == "" {
				t.Errorf("a problem without its place: %+v", *p)
			}
		}
		text, err := importer.Write(files, &found, optionsOf("aws"))
		if err != nil {
			return
		}
		if again, diags := spec.Format("a.hcl", text); diags.HasErrors() || !bytes.Equal(again, text) {
			t.Errorf("not HCL, or not formatted: %v\n%s", diags, text)
		}
	})
}
