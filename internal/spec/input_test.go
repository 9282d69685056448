package spec_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
)

// TestVariables: the environment yields to files, files to --var, and later ones
// win; what is recorded is what was used.
func TestVariables(t *testing.T) {
	src := "variable \"n\" {\n  type    = number\n  default = 1\n}\nvariable \"zones\" {\n  type    = list(string)\n  default = [\"us-east-1a\"]\n}\n" +
		"variable \"o\" {\n  type    = object({ a = optional(number, 7), b = string })\n  default = { b = \"x\" }\n}\n" +
		strings.Replace(in("workload", "replicas = var.n"), `["us-east-1a", "us-east-1b", "us-east-1c"]`, "var.zones", 1)
	file := func(name, text string) spec.File { return spec.File{Name: name, Content: []byte(text)} }
	env := []string{"PATH=/bin", "SCANTLING_VAR_n=2", "SCANTLING_VAR_other=9", `SCANTLING_VAR_zones=["us-east-1a", "us-east-1b"]`}
	for name, c := range map[string]struct {
		in    spec.Inputs
		n     int
		zones int
		json  []string
	}{
		"default":     {spec.Inputs{}, 1, 1, []string{"1", `{"a":7,"b":"x"}`, `["us-east-1a"]`}},
		"environment": {spec.Inputs{Env: env}, 2, 2, nil},
		"file":        {spec.Inputs{Env: env, VarFiles: []spec.File{file("a.hcl", "n = 1 + 2\n")}}, 3, 2, nil},
		"later file":  {spec.Inputs{VarFiles: []spec.File{file("a.hcl", "n = 3\n"), file("b.json", `{"n": 4, "zones": ["us-east-1a", "us-east-1b"]}`)}}, 4, 2, nil},
		"--var":       {spec.Inputs{Env: env, VarFiles: []spec.File{file("a.hcl", "n = 3\n")}, Vars: []string{"n=5", "n=6", `o={ b = "=" }`}}, 6, 2, []string{"6", `{"a":7,"b":"="}`, `["us-east-1a","us-east-1b"]`}},
	} {
		t.Run(name, func(t *testing.T) {
			s, diags := spec.Load([]spec.File{{Name: "main.hcl", Content: []byte(src)}}, c.in, offers{})
			if s == nil {
				t.Fatal(show(diags))
			}
			if n := s.Cluster.NodeGroups[0].Workloads[0].Demand.Replicas; n != c.n || len(s.Cluster.Zones) != c.zones {
				t.Errorf("n = %d, want %d; zones %q, want %d", n, c.n, s.Cluster.Zones, c.zones)
			}
			var json []string
			for _, v := range s.Info.Variables {
				json = append(json, v.JSON)
			}
			if c.json != nil && !slices.Equal(json, c.json) {
				t.Errorf("recorded %q, want %q", json, c.json)
			}
		})
	}
}

// TestDynamic: dynamic blocks make what the written-out blocks make.
func TestDynamic(t *testing.T) {
	dynamic := "cluster \"c\" {\n" + head + `
  dynamic "node_group" {
    for_each = { web = 3, api = 4 }
    iterator = g
    labels   = [g.key]
    content {
      dynamic "taint" {
        for_each = g.value > 3 ? ["x"] : []
        labels   = [taint.value]
        content {
          value = g.key
        }
      }
      workload "main" {
        replicas = g.value
        pod {
          cpu    = "500m"
          memory = "1Gi"
        }
      }
    }
  }
}
`
	written := "cluster \"c\" {\n" + head
	for _, g := range []struct{ name, taint string }{{"web", ""}, {"api", "taint \"x\" {\nvalue = \"api\"\n}\n"}} {
		written += "node_group \"" + g.name + "\" {\n" + g.taint + "workload \"main\" {\nreplicas = " + map[string]string{"web": "3", "api": "4"}[g.name] +
			"\npod {\ncpu = \"500m\"\nmemory = \"1Gi\"\n}\n}\n}\n"
	}
	same(t, "cluster", load(t, dynamic).Cluster, load(t, written+"}\n").Cluster)
}

// TestEncodings: a byte order mark and Windows line ends change nothing, and
// places count without them.
func TestEncodings(t *testing.T) {
	src := in("workload", "replicas = 3")
	want := load(t, src)
	for name, text := range map[string]string{
		"byte order mark": "\ufeff" + src,
		"windows":         strings.ReplaceAll(src, "\n", "\r\n"),
	} {
		got := load(t, text)
		same(t, name, got.Cluster, want.Cluster)
		same(t, name, got.Place("region"), want.Place("region"))
	}
	wrong := "\ufeff" + in("workload", "replicas = -3")
	diags := mistakes(t, wrong, spec.Inputs{})
	if len(diags) != 1 || string(diags[0].Subject.SliceBytes([]byte(wrong))) != "-3" {
		t.Errorf("got %s", show(diags))
	}
}

// TestWrongFiles: what cannot be read is refused with its place.
func TestWrongFiles(t *testing.T) {
	diags := mistakes(t, "locals {\n  a = \"caf\xe9\"\n}\n", spec.Inputs{})
	if len(diags) != 1 || diags[0].Extra != spec.InvalidEncoding || diags[0].Subject.Start.Line != 2 || diags[0].Subject.Start.Column != 11 {
		t.Errorf("invalid UTF-8: %s at %v", show(diags), diags[0].Subject)
	}
	diags = mistakes(t, strings.Repeat("# a comment\n", 1_000_000), spec.Inputs{})
	if len(diags) != 1 || diags[0].Extra != spec.FileTooLarge {
		t.Errorf("12 MB: %s", show(diags))
	}
	if _, diags := spec.Load(nil, spec.Inputs{}, offers{}); len(diags) != 1 || diags[0].Extra != spec.NoCluster {
		t.Errorf("no file: %s", show(diags))
	}
	for name, in := range map[string]spec.Inputs{
		"no value":    {Vars: []string{"n"}},
		"undeclared":  {Vars: []string{"m=1"}},
		"wrong JSON":  {VarFiles: []spec.File{{Name: "a.json", Content: []byte("{")}}},
		"wrong HCL":   {VarFiles: []spec.File{{Name: "a.hcl", Content: []byte("n = ")}}},
		"wrong type":  {VarFiles: []spec.File{{Name: "a.hcl", Content: []byte("n = []\n")}}},
		"an endless":  {Vars: []string{"n=" + strings.Repeat("1", 1<<20)}},
		"deep JSON":   {VarFiles: []spec.File{{Name: "a.json", Content: []byte(`{"n":` + strings.Repeat("[", 1<<20) + "}")}}},
		"expression":  {Vars: []string{"l=[local.a]"}},
		"broken list": {Vars: []string{"l=[1,"}},
	} {
		src := "variable \"n\" {\n  default = 1\n type = number\n}\nvariable \"l\" {\n  type    = list(number)\n  default = []\n}\n" + "locals {\n  a = 1\n}\n"
		if diags := mistakes(t, src+"# x\n", in); len(diags) < 2 { // no cluster, and the input
			t.Errorf("%s: %s", name, show(diags))
		}
	}
}

// TestUnusedValue: a file may give values for other specs; that is a warning.
func TestUnusedValue(t *testing.T) {
	diags := mistakes(t, in("workload", "replicas = 3"), spec.Inputs{VarFiles: []spec.File{{Name: "a.hcl", Content: []byte("other = 3\n")}}})
	if len(diags) != 1 || diags[0].Extra != spec.UnusedValue || diags.HasErrors() {
		t.Errorf("got %s", show(diags))
	}
}

// TestUnknownRule: a rule that nothing checks is refused where the rules are
// known.
func TestUnknownRule(t *testing.T) {
	src := in("cluster", "rule \"CP-06\" {\n severity = \"info\"\n}")
	diags := mistakes(t, src, spec.Inputs{Rules: []string{"CP-05", "PD-01"}})
	if len(diags) != 1 || diags[0].Extra != spec.UnknownRule || !strings.Contains(diags[0].Detail, `Did you mean "CP-05"?`) {
		t.Errorf("got %s", show(diags))
	}
	if diags := mistakes(t, src, spec.Inputs{}); len(diags) != 0 {
		t.Errorf("rules not known: %s", show(diags))
	}
}

// TestExplain: what the planner cannot meet is shown at the value that binds.
func TestExplain(t *testing.T) {
	src := full
	s := load(t, src)
	p99 := &planner.Infeasible{Path: "node_group.web.workload.checkout.latency.p99", Constraint: "the service time's own p99 is above the target", Margin: "20 ms too long", Remedy: "raise the target to 270ms"}
	dns := &planner.Infeasible{Path: "node_group.system.workload.coredns.pod.cpu", Constraint: "no type is large enough"}
	err := errors.Join(fmt.Errorf("plan: %w", p99), errors.Join(dns))
	diags := s.Explain(err)
	if len(diags) != 2 {
		t.Fatalf("got %s", show(diags))
	}
	want := []struct{ under, detail string }{
		{`node_group "system"`, "node_group.system.workload.coredns.pod.cpu: no type is large enough."},
		{`"250ms"`, "node_group.web.workload.checkout.latency.p99: the service time's own p99 is above the target (20 ms too long). Raise the target to 270ms."},
	}
	for i, d := range diags {
		if d.Extra != spec.CannotBeMet || d.Detail != want[i].detail || string(d.Subject.SliceBytes([]byte(src))) != want[i].under {
			t.Errorf("got %q under %q, want %q under %q", d.Detail, d.Subject.SliceBytes([]byte(src)), want[i].detail, want[i].under)
		}
	}
	if diags := s.Explain(nil); len(diags) != 0 {
		t.Errorf("no error: %s", show(diags))
	}
	if diags := s.Explain(errors.New("other")); len(diags) != 1 || diags[0].Detail != "other" {
		t.Errorf("another error: %s", show(diags))
	}
}

// TestPlaces: addresses lead to the value, or to what is around it.
func TestPlaces(t *testing.T) {
	s := load(t, full)
	lines := strings.Split(full, "\n")
	for path, want := range map[string]string{
		"region":                           `"us-east-1"`,
		"network.cni":                      `"vpc_prefix"`,
		"daemonset.logs":                   `daemonset "logs"`,
		"upgrade.to":                       `"1.36"`,
		"rule.CP-05":                       `rule "CP-05"`,
		"node_group.web":                   `node_group "web"`,
		"node_group.web.redundancy.nodes":  "2",
		"node_group.web.workload.checkout": `workload "checkout"`,
		"node_group.web.workload.checkout.latency.p999": `"1s"`,
		"node_group.web.workload.catalog.startup_time":  `workload "catalog"`,
		"node_group.web.nodes":                          `node_group "web"`,
		"node_group.gone":                               `cluster "shop"`,
		"control_plane":                                 `cluster "shop"`,
		"":                                              `cluster "shop"`,
	} {
		p := s.Place(path)
		if p.File != "main.hcl" || !strings.HasPrefix(lines[p.Line-1][p.Column-1:], want) {
			t.Errorf("%s is at %q, want %q", path, lines[p.Line-1][p.Column-1:], want)
		}
	}
}

// TestFormat shows the canonical form.
func TestFormat(t *testing.T) {
	src := "\ufeff\r\n\r\nlocals {\r\n    a=1 # one\r\n    long   = [1,2]\r\n}\r\n\r\n\r\n"
	want := "locals {\n  a    = 1 # one\n  long = [1, 2]\n}\n"
	got, diags := spec.Format("main.hcl", []byte(src))
	if string(got) != want || len(diags) > 0 {
		t.Errorf("got %q and %v, want %q", got, diags, want)
	}
	if got, diags := spec.Format("main.hcl", []byte("a = ")); got != nil || !diags.HasErrors() {
		t.Errorf("what is not HCL is formatted to %q", got)
	}
	if got, diags := spec.Format("main.hcl", nil); len(got) != 0 || len(diags) != 0 {
		t.Errorf("nothing is formatted to %q, %v", got, diags)
	}
}

// TestProblems: codes are unique and sorted, and say what they mean.
func TestProblems(t *testing.T) {
	all := spec.Problems()
	for i, p := range all {
		if p.Summary == "" || p.Meaning == "" || !strings.HasSuffix(p.Meaning, ".") {
			t.Errorf("%s: %q, %q", p.Code, p.Summary, p.Meaning)
		}
		if i > 0 && all[i-1].Code >= p.Code {
			t.Errorf("%s comes after %s", p.Code, all[i-1].Code)
		}
	}
}

// TestReference: the reference names what the specs of these tests use.
func TestReference(t *testing.T) {
	ref := string(spec.Reference(offers{}.Grounds()))
	for _, want := range []string{"node_group", "`throughput_per_pod`", "`measured_at_utilization`", "| SC2001 |", "| families of role app |", "`coalesce`", "*not yet*", "cluster.node_group.workload.pod.limits"} {
		if !strings.Contains(ref, want) {
			t.Errorf("the reference does not name %s", want)
		}
	}
	if !bytes.Equal(spec.Reference(offers{}.Grounds()), []byte(ref)) {
		t.Error("the reference differs from one call to the next")
	}
}

// TestManyMistakes: each is reported at its own place, in order, whatever the
// order of the files.
func TestManyMistakes(t *testing.T) {
	a := spec.File{Name: "a.hcl", Content: []byte(in("workload", "replicas = -1\nstartup_time = 3"))}
	z := spec.File{Name: "z.hcl", Content: []byte("locals {\n  b = locl.x\n  a = 1 +\n}\n")}
	y := spec.File{Name: "y.hcl", Content: []byte("locals {\n  b = locl.x\n  a = nope(1)\n}\n")}
	var first string
	for i, files := range [][]spec.File{{a, y}, {y, a}} {
		_, diags := spec.Load(files, spec.Inputs{}, offers{})
		var out bytes.Buffer
		if err := spec.WriteDiagnostics(&out, files, diags, false, 80); err != nil {
			t.Fatal(err)
		}
		if len(diags) != 4 {
			t.Errorf("got %s, want 4 diagnostics", show(diags))
		}
		if i == 0 {
			first = out.String()
		} else if out.String() != first {
			t.Errorf("the order of files changes\n%s\nto\n%s", first, out.String())
		}
	}
	if _, diags := spec.Load([]spec.File{z, a}, spec.Inputs{}, offers{}); len(diags) != 1 || diags[0].Extra != spec.SyntaxError {
		t.Errorf("a file that is not HCL: %s", show(diags))
	}
}

// TestOutputIsPrintable: nothing from a file reaches the terminal that could
// command it.
func TestOutputIsPrintable(t *testing.T) {
	files := []spec.File{{Name: "main.hcl", Content: []byte("a = \"\x1b[31m\u202e\" b\n")}}
	_, diags := spec.Load(files, spec.Inputs{}, offers{})
	var out bytes.Buffer
	if err := spec.WriteDiagnostics(&out, files, diags, false, 80); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(out.String(), "\x1b\u202e") || !strings.Contains(out.String(), "a = ") {
		t.Errorf("got %q", out.String())
	}
}
