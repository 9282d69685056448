package spec_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// cartFile is what the lines of a manifest look like; what they mean is cart's.
const cartFile = "kind: Deployment\n  name: cart\n  replicas: 12\n  containers:\n  minAvailable: 80%\n"

// cart is a workload of that file.
func cart(name string) spec.ManifestWorkload {
	at := func(line int) spec.ManifestPlace { return spec.ManifestPlace{File: "../k8s/cart.yaml", Line: line} }
	attribute := func(name string, v cty.Value, line int) spec.ManifestAttribute {
		return spec.ManifestAttribute{Name: name, Value: v, ManifestPlace: at(line)}
	}
	block := func(typ string, line int, list ...spec.ManifestAttribute) spec.ManifestBlock {
		return spec.ManifestBlock{Type: typ, ManifestPlace: at(line), ManifestBody: spec.ManifestBody{Attributes: list}}
	}
	return spec.ManifestWorkload{
		Name: name, Kind: "Deployment", ManifestPlace: at(1),
		Body: spec.ManifestBody{
			Attributes: []spec.ManifestAttribute{attribute("replicas", cty.NumberIntVal(12), 3), attribute("termination_grace_period", cty.StringVal("45s"), 4)},
			Blocks: []spec.ManifestBlock{
				block("pod", 4, attribute("cpu", cty.StringVal("250m"), 4), attribute("memory", cty.StringVal("256Mi"), 4)),
				block("pod_disruption_budget", 5, attribute("min_available", cty.StringVal("80%"), 5)),
				block("horizontal_pod_autoscaler", 3, attribute("max_replicas", cty.NumberIntVal(12), 3)),
				block("topology_spread", 4, attribute("topology_key", cty.StringVal("zone"), 4), attribute("max_skew", cty.NumberIntVal(2), 4)),
			},
		},
	}
}

// from reads manifests that hold the given workloads in one file, under whatever
// pattern but "none".
func from(list ...spec.ManifestWorkload) spec.Inputs {
	return spec.Inputs{Manifests: func(_ string, patterns []string) (spec.Manifests, error) {
		m := spec.Manifests{Files: []spec.File{{Name: "../k8s/cart.yaml", Content: []byte(cartFile)}}, Workloads: list}
		for _, p := range patterns {
			if p == "none" {
				m.Matches = append(m.Matches, nil)
			} else {
				m.Matches = append(m.Matches, []string{"../k8s/cart.yaml"})
			}
		}
		return m, nil
	}}
}

// loadWith loads a spec with manifests.
func loadWith(t *testing.T, src string, in spec.Inputs) *spec.Spec {
	t.Helper()
	s, diags := spec.Load([]spec.File{{Name: "specs/main.hcl", Content: []byte(src)}}, in, offers{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return s
}

// groupOf is a spec with these workloads in its group.
func groupOf(text string) string {
	return "cluster \"shop\" {\n" + head + "node_group \"web\" {\n" + text + "\n}\n}\n"
}

// TestManifestSaysTheRest: what the spec does not say a manifest does, and each value of
// it is listed with its place.
func TestManifestSaysTheRest(t *testing.T) {
	for name, src := range map[string]string{
		"manifest":           groupOf("workload \"cart\" {\nmanifest = \"../k8s/cart.yaml\"\n}"),
		"manifests":          groupOf("manifests = [\"../k8s/*.yaml\"]"),
		"manifests and more": groupOf("manifests = [\"../k8s/*.yaml\"]\nworkload \"cart\" {\n}"),
	} {
		s := loadWith(t, src, from(cart("cart")))
		w := s.Cluster.NodeGroups[0].Workloads[0]
		same(t, name+": name", w.Name, "cart")
		same(t, name+": replicas", w.Demand.Replicas, 12)
		same(t, name+": pod", w.Pod, planner.Pod{CPU: 250, Memory: 256 * units.MiB})
		same(t, name+": grace", w.TerminationGracePeriod, 45*time.Second)
		least := units.Share(80 * units.Percent)
		same(t, name+": budget", w.PodDisruptionBudget, &planner.PodDisruptionBudget{MinAvailable: &least})
		same(t, name+": spread", w.TopologySpread, []planner.TopologySpread{{Key: planner.ZoneKey, MaxSkew: 2}})
		same(t, name+": autoscaler", w.Autoscaler, (*planner.HorizontalPodAutoscaler)(nil))
		var given []string
		for _, a := range s.Cluster.Assumptions {
			if place := a.Manifest(); place != "" {
				given = append(given, strings.TrimPrefix(a.Path, "node_group.web.workload.cart.")+" "+a.Value+" "+place)
			}
		}
		slices.Sort(given)
		same(t, name+": assumptions", given, []string{
			"pod.cpu 250m ../k8s/cart.yaml:4", "pod.memory 256Mi ../k8s/cart.yaml:4", "pod_disruption_budget.min_available 80% ../k8s/cart.yaml:5",
			"replicas 12 ../k8s/cart.yaml:3", "termination_grace_period 45s ../k8s/cart.yaml:4",
			"topology_spread.zone.max_skew 2 ../k8s/cart.yaml:4", "topology_spread.zone.topology_key zone ../k8s/cart.yaml:4",
		})
		same(t, name+": place", s.Place("node_group.web.workload.cart.pod_disruption_budget"), &planner.Place{File: "k8s/cart.yaml", Line: 5, Column: 3})
		same(t, name+": file", s.Files()[1].Name, "k8s/cart.yaml")
	}
}

// TestSpecWinsOverManifest: attribute by attribute, a budget and a spread as a whole,
// and demand that is stated in another way with the autoscaler that follows it.
func TestSpecWinsOverManifest(t *testing.T) {
	own := `workload "cart" {
  manifest           = "../k8s/cart.yaml"
  throughput         = 1000
  throughput_per_pod = 200
  pod {
    cpu = "1"
  }
  pod_disruption_budget {
    max_unavailable = 1
  }
  topology_spread {
    topology_key       = "hostname"
    when_unsatisfiable = "DoNotSchedule"
  }
}`
	w := loadWith(t, groupOf(own), from(cart("cart"))).Cluster.NodeGroups[0].Workloads[0]
	same(t, "way", w.Demand.Way, planner.FromLoadTest)
	same(t, "replicas", w.Demand.Replicas, 0)
	same(t, "pod", w.Pod, planner.Pod{CPU: 1000, Memory: 256 * units.MiB})
	one := units.Count(1)
	same(t, "budget", w.PodDisruptionBudget, &planner.PodDisruptionBudget{MaxUnavailable: &one})
	same(t, "spread", w.TopologySpread, []planner.TopologySpread{{Key: planner.HostnameKey, MaxSkew: 1, Hard: true}})
	same(t, "autoscaler", w.Autoscaler, &planner.HorizontalPodAutoscaler{MaxReplicas: 12})
}

// TestDigestCoversManifests: another manifest is another spec, another folder is not.
func TestDigestCoversManifests(t *testing.T) {
	src := groupOf("manifests = [\"../k8s\"]")
	digest := func(dir, content string) string {
		in := from(cart("cart"))
		read := in.Manifests
		in.Manifests = func(dir string, patterns []string) (spec.Manifests, error) {
			m, err := read(dir, patterns)
			m.Files[0].Content = []byte(content)
			return m, err
		}
		s, diags := spec.Load([]spec.File{{Name: dir + "main.hcl", Content: []byte(src)}}, in, offers{})
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		return s.Info.SHA256
	}
	if digest("a/", cartFile) != digest("b/c/", cartFile) {
		t.Error("the folder is in the digest")
	}
	if digest("a/", cartFile) == digest("a/", cartFile+"\n") {
		t.Error("the manifest is not in the digest")
	}
}

// TestManifestMistakes: each is reported under what has to change, in the spec or in the
// manifest.
func TestManifestMistakes(t *testing.T) {
	noCPU := cart("cart")
	noCPU.Body.Blocks[0].Attributes = noCPU.Body.Blocks[0].Attributes[1:]
	badBudget := cart("cart")
	badBudget.Body.Blocks[1].Attributes[0].Value = cty.StringVal("many")
	daemon := spec.ManifestWorkload{Name: "logs", Kind: "DaemonSet", ManifestPlace: spec.ManifestPlace{File: "../k8s/cart.yaml", Line: 1}}
	broken := from()
	broken.Manifests = func(_ string, patterns []string) (spec.Manifests, error) {
		m, err := from().Manifests("", patterns)
		m.Problems = []spec.ManifestProblem{{ManifestPlace: spec.ManifestPlace{File: "../k8s/cart.yaml", Line: 3}, Message: "is no object."}}
		return m, err
	}
	failing := spec.Inputs{Manifests: func(string, []string) (spec.Manifests, error) { return spec.Manifests{}, errors.New("disk on fire") }}
	one := "workload \"cart\" {\nmanifest = \"../k8s/cart.yaml\"\n}"
	for name, c := range map[string]struct {
		src  string
		in   spec.Inputs
		code spec.Code
		// under is the text that is underlined, in the spec or in the manifest.
		under, says string
	}{
		"no file":           {groupOf("workload \"cart\" {\nmanifest = \"none\"\n}"), from(), spec.ManifestMissing, `"none"`, "names no file"},
		"no file of a list": {groupOf("manifests = [\"none\"]\n" + one), from(cart("cart")), spec.ManifestMissing, `"none"`, "names no file"},
		"other name":        {groupOf(one), from(cart("kart"), cart("tart")), spec.ManifestUnfit, `"../k8s/cart.yaml"`, `Did you mean "kart"?`},
		"nothing in it":     {groupOf(one), from(), spec.ManifestUnfit, `"../k8s/cart.yaml"`, "holds no workload"},
		"a DaemonSet":       {groupOf("workload \"logs\" {\nmanifest = \"../k8s/cart.yaml\"\n}"), from(daemon), spec.ManifestUnfit, `"../k8s/cart.yaml"`, `Write daemonset "logs"`},
		"in two groups": {
			"cluster \"shop\" {\n" + head + "node_group \"a\" {\n" + one + "\n}\nnode_group \"b\" {\nmanifests = [\"../k8s\"]\n}\n}\n",
			from(cart("cart")), spec.ManifestUnfit, `"../k8s"`, "is node_group.a.workload.cart already",
		},
		"a request is missing": {groupOf(one), from(noCPU), spec.MissingAttribute, "containers:", "A pod block needs cpu"},
		"a bad value":          {groupOf(one), from(badBudget), spec.InvalidRatio, "minAvailable: 80%", "many"},
		"broken":               {groupOf(one), broken, spec.ManifestBroken, "replicas: 12", "is no object."},
		"not to be read":       {groupOf(one), failing, spec.ManifestBroken, `"../k8s/cart.yaml"`, "disk on fire"},
		"no reader":            {groupOf(one), spec.Inputs{}, spec.ManifestBroken, `"../k8s/cart.yaml"`, "cannot be read here"},
		"of the defaults":      {in("cluster", "node_group_defaults {\nmanifests = [\"../k8s\"]\n}"), from(), spec.UnknownAttribute, "manifests", "It belongs in a node_group block"},
	} {
		t.Run(name, func(t *testing.T) {
			s, diags := spec.Load([]spec.File{{Name: "main.hcl", Content: []byte(c.src)}}, c.in, offers{})
			if s != nil || len(diags) != 1 {
				t.Fatalf("want one mistake, got %v", diags)
			}
			d := diags[0]
			src := []byte(c.src)
			if d.Subject.Filename != "main.hcl" {
				src = []byte(cartFile)
			}
			if under := string(d.Subject.SliceBytes(src)); d.Extra != c.code || under != c.under || !strings.Contains(d.Detail, c.says) {
				t.Errorf("%v under %q: %s", d.Extra, under, d.Detail)
			}
		})
	}
}

// TestDaemonSetOfManifestsIsDeclared: it is warned of where the cluster does not.
func TestDaemonSetOfManifestsIsDeclared(t *testing.T) {
	daemon := spec.ManifestWorkload{Name: "logs", Kind: "DaemonSet", ManifestPlace: spec.ManifestPlace{File: "../k8s/cart.yaml", Line: 1}}
	group := "node_group \"web\" {\nmanifests = [\"../k8s\"]\n}\n}\n"
	for declared, want := range map[string]int{"": 1, "daemonset \"logs\" {\ncpu = \"100m\"\nmemory = \"64Mi\"\n}\n": 0} {
		src := "cluster \"shop\" {\n" + head + declared + group
		_, diags := spec.Load([]spec.File{{Name: "main.hcl", Content: []byte(src)}}, from(cart("cart"), daemon), offers{})
		if diags.HasErrors() || len(diags) != want || want == 1 && diags[0].Extra != spec.ManifestIgnored {
			t.Errorf("declared %t: %v", declared != "", diags)
		}
	}
}
