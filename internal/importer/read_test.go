package importer_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/importer"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

func read(sources ...string) importer.Found {
	var files []spec.File
	for i, src := range sources {
		files = append(files, spec.File{Name: string(rune('a'+i)) + ".yaml", Content: []byte(src)})
	}
	return importer.Read(files)
}

// same compares by value.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: got\n%+v\nwant\n%+v", what, got, want)
	}
}

// deployment is one with the given spec of a pod.
func deployment(name, pod string) string {
	return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " + name + "}\nspec:\n  replicas: 3\n  selector: {matchLabels: {app: " + name +
		"}}\n  template:\n    metadata: {labels: {app: " + name + "}}\n    spec:\n" + indent(pod, "      ")
}

func indent(text, by string) string {
	return by + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n"+by) + "\n"
}

// TestPodSum holds the sum of containers to figures worked out by hand, after the
// formula of Kubernetes' documentation of sidecar containers.
func TestPodSum(t *testing.T) {
	for name, c := range map[string]struct {
		pod  string
		want planner.Pod
	}{
		"containers add up": {
			"containers:\n- {name: a, resources: {requests: {cpu: 100m, memory: 64Mi}}}\n- {name: b, resources: {requests: {cpu: 0.5, memory: 1G}}}",
			planner.Pod{CPU: 600, Memory: 64*units.MiB + 1_000_000_000},
		},
		"a limit is the request where there is none": {
			"containers:\n- {name: a, resources: {limits: {cpu: 1, memory: 1Gi}}}\n- {name: b, resources: {requests: {cpu: 250m}, limits: {cpu: 2, memory: 1Gi}}}",
			planner.Pod{CPU: 1250, Memory: 2 * units.GiB, CPULimit: 3000, MemoryLimit: 2 * units.GiB},
		},
		"a container without a limit has no bound": {
			"containers:\n- {name: a, resources: {requests: {cpu: 1, memory: 1Gi}, limits: {memory: 2Gi}}}\n- {name: b, resources: {requests: {cpu: 1, memory: 1Gi}, limits: {cpu: 1, memory: 1Gi}}}",
			planner.Pod{CPU: 2000, Memory: 2 * units.GiB, MemoryLimit: 3 * units.GiB},
		},
		"an init container that takes more counts": {
			"initContainers:\n- {name: i, resources: {requests: {cpu: 2, memory: 32Mi}}}\n- {name: j, resources: {requests: {cpu: 1, memory: 16Mi}}}\n" +
				"containers:\n- {name: a, resources: {requests: {cpu: 500m, memory: 64Mi}}}",
			planner.Pod{CPU: 2000, Memory: 64 * units.MiB},
		},
		// Sidecars of 100m and 200m. The init container between them runs beside the
		// first: 1.5 + 0.1. The one after both: 1.4 + 0.1 + 0.2 = 1.7. The containers:
		// 1 + 0.3 = 1.3.
		"init containers run beside the sidecars before them": {
			"initContainers:\n- {name: s, restartPolicy: Always, resources: {requests: {cpu: 100m, memory: 10Mi}}}\n" +
				"- {name: i, resources: {requests: {cpu: 1500m, memory: 1Mi}}}\n" +
				"- {name: t, restartPolicy: Always, resources: {requests: {cpu: 200m, memory: 20Mi}}}\n" +
				"- {name: j, resources: {requests: {cpu: 1400m, memory: 1Mi}}}\n" +
				"containers:\n- {name: a, resources: {requests: {cpu: 1, memory: 50Mi}}}",
			planner.Pod{CPU: 1700, Memory: 80 * units.MiB},
		},
		"sidecars run beside the containers": {
			"initContainers:\n- {name: s, restartPolicy: Always, resources: {requests: {cpu: 100m, memory: 10Mi}}}\n" +
				"containers:\n- {name: a, resources: {requests: {cpu: 1, memory: 50Mi}}}",
			planner.Pod{CPU: 1100, Memory: 60 * units.MiB},
		},
		"the overhead comes on top": {
			"overhead: {cpu: 250m, memory: 120Mi}\ncontainers:\n- {name: a, resources: {requests: {cpu: 1, memory: 8Mi}}}",
			planner.Pod{CPU: 1250, Memory: 128 * units.MiB},
		},
		"the pod's own resources come first": {
			"resources: {requests: {cpu: 3}, limits: {cpu: 4, memory: 1Gi}}\ncontainers:\n- {name: a, resources: {requests: {cpu: 1, memory: 8Mi}}}",
			planner.Pod{CPU: 3000, Memory: 8 * units.MiB, CPULimit: 4000, MemoryLimit: units.GiB},
		},
		"local storage and devices": {
			"containers:\n- {name: a, resources: {requests: {cpu: 1, memory: 8Mi, ephemeral-storage: 2Gi}, limits: {nvidia.com/gpu: 2, example.com/fpga: 1}}}",
			planner.Pod{CPU: 1000, Memory: 8 * units.MiB, EphemeralStorage: 2 * units.GiB, Extended: []planner.ExtendedResource{{Name: "example.com/fpga", Count: 1}, {Name: "nvidia.com/gpu", Count: 2}}},
		},
		"parts of a millicore round up": {
			"containers:\n- {name: a, resources: {requests: {cpu: 0.0005, memory: 100m}}}",
			planner.Pod{CPU: 1, Memory: 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := read(deployment("web", c.pod))
			if len(f.Workloads) != 1 || len(f.Problems) > 0 {
				t.Fatalf("read %d workloads, problems %v", len(f.Workloads), f.Problems)
			}
			same(t, "pod", f.Workloads[0].Pod, c.want)
		})
	}
}

const small = "containers:\n- {name: a, resources: {requests: {cpu: 100m, memory: 64Mi}}}"

// TestBrokenObjects: each is reported with its place, and the rest is read.
func TestBrokenObjects(t *testing.T) {
	good := deployment("good", small)
	for name, c := range map[string]struct {
		src, object, says string
		line, document    int
		broken            bool
	}{
		"not YAML":           {"# 1\n---\na: [\n---\n" + good, "", "is not YAML", 3, 1, true},
		"a template":         {"a: {{ .Values.a }}\n---\n" + good, "", "helm template", 1, 1, true},
		"a list":             {good + "---\n- a\n", "", "is no object of Kubernetes", 13, 2, true},
		"no kind":            {"a: 1\n---\n" + good, "", "apiVersion or kind is missing", 1, 1, true},
		"no name":            {"apiVersion: apps/v1\nkind: Deployment\n---\n" + good, "Deployment", "has no metadata.name", 1, 1, true},
		"no container":       {good + "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: b}\nspec:\n  template:\n    spec: {}\n", "Deployment b", "has no container", 18, 2, true},
		"a quantity":         {good + "---\n" + deployment("b", strings.Replace(small, "100m", "one", 1)), "Deployment b", `containers[0].resources.requests.cpu is "one", which is no quantity`, 23, 2, true},
		"less than nothing":  {good + "---\n" + deployment("b", strings.Replace(small, "100m", "-1", 1)), "Deployment b", "less than nothing of cpu", 22, 2, true},
		"a text for a count": {good + "---\n" + strings.Replace(deployment("b", small), "replicas: 3", "replicas: three", 1), "Deployment b", "spec.replicas is a string", 17, 2, true},
		"fewer than none":    {good + "---\n" + strings.Replace(deployment("b", small), "replicas: 3", "replicas: -3", 1), "Deployment b", "has -3 replicas", 17, 2, true},
		"twice":              {good + "---\n" + good, "Deployment good", "stands at a.yaml:1 already", 13, 2, true},
		"an old version":     {good + "---\napiVersion: extensions/v1beta1\nkind: Deployment\nmetadata: {name: b}\n", "Deployment b", "write apps/v1", 13, 2, true},
		"an unknown kind":    {good + "---\napiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: b}\n", "Rollout b", "is not known", 13, 2, false},
		"a pod":              {good + "---\napiVersion: v1\nkind: Pod\nmetadata: {name: b}\n", "Pod b", "without a controller", 13, 2, false},
		"a key twice":        {good + "---\napiVersion: v1\nkind: Pod\nkind: Pod\n", "", `the key "kind" stands twice`, 15, 2, true},
		"an endless alias":   {good + "---\napiVersion: v1\nkind: Pod\nmetadata: &a {x: *a}\n", "", "holds itself", 15, 2, true},
		"a metadata list":    {good + "---\napiVersion: v1\nkind: Pod\nmetadata: []\n", "Pod", "cannot be read", 15, 2, true},
		"a budget of both":   {good + "---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: b}\nspec: {minAvailable: 1, maxUnavailable: 1}\n", "PodDisruptionBudget b", "not both", 16, 2, true},
		"a budget of none":   {good + "---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: b}\nspec: {minAvailable: 1, selector: {matchLabels: {app: x}}}\n", "PodDisruptionBudget b", "covers no pods", 13, 2, false},
		"scaled to nothing":  {good + "---\n" + strings.Replace(deployment("b", small), "replicas: 3", "replicas: 0", 1), "Deployment b", "is scaled to nothing", 17, 2, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := read(c.src)
			if len(f.Workloads) != 1 || f.Workloads[0].Name != "good" {
				t.Errorf("read %v", f.Workloads)
			}
			if len(f.Problems) != 1 {
				t.Fatalf("problems %v", f.Problems)
			}
			p := f.Problems[0]
			if p.Object != c.object || p.Line != c.line || p.Document != c.document || p.Broken != c.broken || !strings.Contains(p.Message, c.says) {
				t.Errorf("broken %t: %s", p.Broken, p.String())
			}
		})
	}
}

// TestWhatHasNoPodsIsSilent: objects of Kubernetes that say nothing of sizes, and those
// that a controller made.
func TestWhatHasNoPodsIsSilent(t *testing.T) {
	f := read("apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: a}\n---\n" +
		"apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: a}\n---\n" +
		"apiVersion: apps/v1\nkind: ReplicaSet\nmetadata:\n  name: a\n  ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: a, uid: x, controller: true}]\n" +
		"---\n# a comment\n---\n")
	if f.Objects != 4 || len(f.Problems) > 0 {
		t.Errorf("%d objects, problems %v", f.Objects, f.Problems)
	}
}
