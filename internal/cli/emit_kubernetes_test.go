package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/yaml"
)

// randomShop is a spec of one to three groups with workloads that differ in all that is
// written of them for Kubernetes.
func randomShop(rng *rand.Rand) string {
	var b strings.Builder
	version := []string{"1.34", "1.35", "1.36"}[rng.IntN(3)]
	fmt.Fprintf(&b, "cluster \"shop\" {\n provider = \"aws\"\n region = \"us-east-1\"\n zones = [\"us-east-1a\", \"us-east-1b\", \"us-east-1c\"]\n"+
		" kubernetes_version = %q\n as_of = \"2026-11-20\"\n", version)
	for i, role := range []string{"app", "stateful", "ingress"}[:1+rng.IntN(3)] {
		fmt.Fprintf(&b, " node_group \"g%d\" {\n role = %q\n", i, role)
		for j := range 1 + rng.IntN(3) {
			workloadText(&b, rng, role, fmt.Sprintf("w%d%d", i, j))
		}
		fmt.Fprint(&b, " }\n")
	}
	fmt.Fprint(&b, "}\n")
	return b.String()
}

func workloadText(b *strings.Builder, rng *rand.Rand, role, name string) {
	line := func(format string, args ...any) { fmt.Fprintf(b, "  "+format+"\n", args...) }
	some := func(n int) bool { return rng.IntN(n) == 0 }
	replicas := 3 + rng.IntN(9)
	line("workload %q {", name)
	if some(2) {
		line("namespace = %q", []string{"shop", "find"}[rng.IntN(2)])
	}
	if some(4) {
		line("object_name = %q", name+"-v2")
	}
	scaled := role == "app" && some(2)
	switch {
	case role == "stateful":
		line("kind = \"StatefulSet\"\nreplicas = %d\nmin_ready = 1", replicas)
	case scaled:
		line("throughput = %d\nthroughput_per_pod = 100\nhorizontal_pod_autoscaler {\n target_cpu_utilization = \"60%%\"\n}", 100*replicas)
	case role == "ingress":
		line("replicas = %d\nmin_ready = 1", replicas)
	default:
		line("replicas = %d", replicas)
	}
	line("pod {\n cpu = \"%dm\"\n memory = \"%dMi\"", 500+100*rng.IntN(10), 256+rng.IntN(2000))
	if some(3) {
		line("ephemeral_storage = \"%dGi\"", 1+rng.IntN(5))
	}
	if some(2) {
		line("limits {\n memory = \"4Gi\"\n}")
	}
	line("}")
	switch rng.IntN(4) {
	case 0:
		line("pod_disruption_budget {\n min_available = %d\n}", 1+rng.IntN(replicas-1))
	case 1:
		line("pod_disruption_budget {\n max_unavailable = \"%d%%\"\n}", 1+rng.IntN(60))
	case 2:
		line("pod_disruption_budget {\n max_unavailable = %d\n}", 1+rng.IntN(3))
	}
	if some(2) {
		line("topology_spread {\n topology_key = \"zone\"\n max_skew = %d\n when_unsatisfiable = %q\n}", 1+rng.IntN(3), []string{"ScheduleAnyway", "DoNotSchedule"}[rng.IntN(2)])
	}
	if some(3) {
		line("priority = %d", 1+rng.IntN(1000))
	}
	if some(2) {
		line("termination_grace_period = \"%ds\"", 1+rng.IntN(300))
	}
	if some(3) {
		line("anti_affinity = \"preferred\"")
	}
	if role != "stateful" && some(2) {
		line("rolling_update {\n max_surge = \"%d%%\"\n max_unavailable = %d\n}", 1+rng.IntN(50), rng.IntN(2))
	}
	line("}")
}

// emitted is what emit kubernetes wrote, by namespace and name.
type emitted struct {
	patches map[string]map[string]any // as they stand
	scalers map[string]*autoscalingv2.HorizontalPodAutoscaler
	budgets map[string]*policyv1.PodDisruptionBudget
	quotas  map[string]*corev1.ResourceQuota // by namespace
	// others are documents as they stand, for import.
	others []map[string]any
}

// emittedFiles reads all files of a folder with the types of Kubernetes, strictly.
func emittedFiles(t *testing.T, dir string) emitted {
	t.Helper()
	out := emitted{
		patches: map[string]map[string]any{}, scalers: map[string]*autoscalingv2.HorizontalPodAutoscaler{},
		budgets: map[string]*policyv1.PodDisruptionBudget{}, quotas: map[string]*corev1.ResourceQuota{},
	}
	var names []string
	for _, pattern := range []string{"*.yaml", "patches/*/*.yaml"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, found...)
	}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for text := range strings.SplitSeq(string(content), "\n---\n") {
			out.add(t, name, []byte(text))
		}
	}
	return out
}

func (e *emitted) add(t *testing.T, file string, text []byte) {
	t.Helper()
	var d map[string]any
	if err := yaml.Unmarshal(text, &d); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	kind, _ := d["kind"].(string)
	if kind == "Component" {
		return
	}
	meta, _ := d["metadata"].(map[string]any)
	name, _ := meta["name"].(string)
	namespace, _ := meta["namespace"].(string)
	if problems := validation.IsDNS1123Label(name); len(problems) > 0 {
		t.Errorf("%s: the name %q: %v", file, name, problems)
	}
	key := namespace + "/" + name
	var to any
	switch kind {
	case "Deployment", "StatefulSet":
		to = map[string]any{"Deployment": new(appsv1.Deployment), "StatefulSet": new(appsv1.StatefulSet)}[kind]
		e.patches[key] = d
	case "HorizontalPodAutoscaler":
		e.scalers[key] = new(autoscalingv2.HorizontalPodAutoscaler)
		to = e.scalers[key]
	case "PodDisruptionBudget":
		e.budgets[key] = new(policyv1.PodDisruptionBudget)
		to = e.budgets[key]
	case "ResourceQuota":
		e.quotas[namespace] = new(corev1.ResourceQuota)
		to = e.quotas[namespace]
	case "PriorityClass":
		to = new(schedulingv1.PriorityClass)
	default:
		t.Fatalf("%s: %s is no kind that is written", file, kind)
	}
	if err := yaml.UnmarshalStrict(text, to); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if e.patches[key] == nil || kind != "Deployment" && kind != "StatefulSet" {
		e.others = append(e.others, d)
	}
}

// asked is a workload of a plan document: what was asked for, and what was planned.
type asked struct {
	Name     string         `json:"name"`
	Kind     string         `json:"kind"`
	System   bool           `json:"system"`
	Object   map[string]any `json:"object"`
	Replicas int            `json:"replicas"`
	Pod      struct {
		CPU    int64 `json:"millicpu"`
		Memory int64 `json:"memory_bytes"`
	} `json:"pod"`
	Autoscaler *struct {
		Min int `json:"min_replicas"`
		Max int `json:"max_replicas"`
	} `json:"autoscaler"`
	all    map[string]any
	group  string
	taints any // of the group
}

// workloads of a plan document, as planned and as asked for, by namespace and name.
func workloads(t *testing.T, document []byte) (made, inputs map[string]*asked) {
	t.Helper()
	type groups []struct {
		Name      string            `json:"name"`
		Taints    any               `json:"taints"`
		Workloads []json.RawMessage `json:"workloads"`
	}
	var p struct {
		Inputs struct {
			NodeGroups groups `json:"node_groups"`
		} `json:"inputs"`
		NodeGroups groups `json:"node_groups"`
	}
	if err := json.Unmarshal(document, &p); err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	read := func(from groups, name func(*asked) string) map[string]*asked {
		out := map[string]*asked{}
		for _, g := range from {
			for _, raw := range g.Workloads {
				w := new(asked)
				if err := json.Unmarshal(raw, w); err != nil {
					t.Fatal(err)
				}
				if err := json.Unmarshal(raw, &w.all); err != nil {
					t.Fatal(err)
				}
				w.group, w.taints = g.Name, g.Taints
				if !w.System {
					out[name(w)] = w
				}
			}
		}
		return out
	}
	inputs = read(p.Inputs.NodeGroups, func(w *asked) string {
		namespace, _ := w.Object["namespace"].(string)
		name, _ := w.Object["name"].(string)
		if name == "" {
			name = w.Name
		}
		names[w.Name] = namespace + "/" + name
		return names[w.Name]
	})
	return read(p.NodeGroups, func(w *asked) string { return names[w.Name] }), inputs
}

// TestEmittedObjectsHoldThePlan: of random specs, what emit kubernetes writes is of the
// types of Kubernetes, says what the plan says, and lets it run and be drained.
func TestEmittedObjectsHoldThePlan(t *testing.T) {
	for seed := range seedsOf(10, 2) {
		rng := rand.New(rand.NewPCG(seed, 11))
		dir := t.TempDir()
		source := filepath.Join(dir, "shop.hcl")
		if err := os.WriteFile(source, []byte(randomShop(rng)), 0o600); err != nil {
			t.Fatal(err)
		}
		document := filepath.Join(dir, "plan.json")
		called(t, "plan", source, "--out", document)
		plan, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		called(t, "emit", "kubernetes", document, "--out", filepath.Join(dir, "a"))
		called(t, "emit", "kubernetes", document, "--out", filepath.Join(dir, "b"))
		sameFiles(t, filepath.Join(dir, "a"), filepath.Join(dir, "b"))
		e := emittedFiles(t, filepath.Join(dir, "a"))
		made, _ := workloads(t, plan)
		holds(t, seed, &e, made)
		again(t, seed, dir, &e, plan)
		if t.Failed() {
			t.FailNow()
		}
	}
}

func seedsOf(all, short uint64) uint64 {
	if testing.Short() {
		return short
	}
	return all
}

// sameFiles holds two folders to the same bytes.
func sameFiles(t *testing.T, a, b string) {
	t.Helper()
	count := 0
	if err := filepath.WalkDir(a, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		count++
		rel, err := filepath.Rel(a, path)
		if err != nil {
			return err
		}
		first, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		second, err := os.ReadFile(filepath.Join(b, rel))
		if err == nil && !bytes.Equal(first, second) {
			t.Errorf("%s differs the second time", rel)
		}
		return err
	}); err != nil || count == 0 {
		t.Fatalf("%d files: %v", count, err)
	}
}

// holds compares the objects with the plan.
func holds(t *testing.T, seed uint64, e *emitted, made map[string]*asked) {
	t.Helper()
	if len(e.patches) != len(made) {
		t.Errorf("seed %d: %d patches of %d workloads", seed, len(e.patches), len(made))
	}
	cpu, memory, pods := map[string]int64{}, map[string]int64{}, map[string]int64{}
	for key, w := range made {
		most, least := w.Replicas, w.Replicas
		if a := w.Autoscaler; a != nil {
			most, least = max(most, a.Max), a.Min
			h := e.scalers[key]
			if h == nil || h.Spec.MinReplicas == nil || int(*h.Spec.MinReplicas) != a.Min || int(h.Spec.MaxReplicas) != a.Max || a.Min > a.Max || a.Min < 1 {
				t.Errorf("seed %d: %s is planned to run %d to %d pods, and its autoscaler is %+v", seed, key, a.Min, a.Max, h)
			}
		} else if e.scalers[key] != nil {
			t.Errorf("seed %d: %s has an autoscaler that is not planned", seed, key)
		}
		namespace, _, _ := strings.Cut(key, "/")
		cpu[namespace] += int64(most) * w.Pod.CPU
		memory[namespace] += int64(most) * w.Pod.Memory
		pods[namespace] += int64(most)
		b := e.budgets[key]
		if b == nil {
			t.Errorf("seed %d: %s has no disruption budget", seed, key)
			continue
		}
		if away := allowed(t, b, least); away < 1 {
			t.Errorf("seed %d: of %d pods of %s its budget lets %d go, so that no node can be drained", seed, least, key, away)
		}
	}
	for namespace, want := range cpu {
		q := e.quotas[namespace]
		if q == nil {
			t.Errorf("seed %d: no quota of %q", seed, namespace)
			continue
		}
		hard := func(name corev1.ResourceName) int64 { v := q.Spec.Hard[name]; return v.MilliValue() }
		if hard(corev1.ResourceRequestsCPU) < want || hard(corev1.ResourceRequestsMemory) < 1000*memory[namespace] || hard(corev1.ResourcePods) < 1000*pods[namespace] {
			t.Errorf("seed %d: the quota of %q is %v; its pods request %dm, %d bytes, and are %d", seed, namespace, q.Spec.Hard, want, memory[namespace], pods[namespace])
		}
	}
}

// allowed is how many of so many pods, all healthy, the disruption controller lets go:
// it rounds shares of both kinds up.
func allowed(t *testing.T, b *policyv1.PodDisruptionBudget, pods int) int {
	t.Helper()
	of := func(v *intstr.IntOrString) int {
		n, err := intstr.GetScaledValueFromIntOrPercent(v, pods, true)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if b.Spec.MaxUnavailable != nil {
		return min(of(b.Spec.MaxUnavailable), pods)
	}
	return pods - of(b.Spec.MinAvailable)
}

// again merges the patches into bare manifests, as kustomize does, imports all and plans:
// what the objects say comes back.
func again(t *testing.T, seed uint64, dir string, e *emitted, plan []byte) {
	t.Helper()
	made, inputs := workloads(t, plan)
	var objects []map[string]any
	for _, key := range keys(e.patches) {
		objects = append(objects, merged(bare(e.patches[key], made[key]), e.patches[key]))
	}
	content, err := json.Marshal(map[string]any{"apiVersion": "v1", "kind": "List", "items": append(objects, e.others...)})
	if err != nil {
		t.Fatal(err)
	}
	manifests := filepath.Join(dir, "manifests.json")
	if err := os.WriteFile(manifests, content, 0o600); err != nil {
		t.Fatal(err)
	}
	back := filepath.Join(dir, "back")
	called(t, "import", manifests, "--copy", "--out", back, "--region", "us-east-1", "--kubernetes-version", "1.35")
	_, got := workloads(t, called(t, "plan", back, "-o", "json"))
	for _, key := range keys(inputs) {
		w := got[key]
		if w == nil {
			t.Errorf("seed %d: %s did not come back: %v", seed, key, keys(got))
			continue
		}
		for _, attribute := range []string{"kind", "priority", "termination_grace_period_seconds", "anti_affinity"} {
			if !reflect.DeepEqual(w.all[attribute], inputs[key].all[attribute]) {
				t.Errorf("seed %d: %s: %s was %v and comes back as %v", seed, key, attribute, inputs[key].all[attribute], w.all[attribute])
			}
		}
		if !reflect.DeepEqual(sorted(w.all["topology_spread"]), sorted(inputs[key].all["topology_spread"])) {
			t.Errorf("seed %d: %s: its spread was %v and comes back as %v", seed, key, inputs[key].all["topology_spread"], w.all["topology_spread"])
		}
		if was, is := inputs[key].all["pod_disruption_budget"], w.all["pod_disruption_budget"]; !reflect.DeepEqual(was, is) {
			t.Errorf("seed %d: %s: its budget was %v and comes back as %v", seed, key, was, is)
		}
		if w.Pod.CPU != inputs[key].Pod.CPU || w.Pod.Memory != inputs[key].Pod.Memory {
			t.Errorf("seed %d: %s: its pods were %+v and come back as %+v", seed, key, inputs[key].Pod, w.Pod)
		}
		if was := inputs[key]; !strings.HasPrefix(w.group, was.group) || !reflect.DeepEqual(w.taints, was.taints) {
			t.Errorf("seed %d: %s: it ran in %s, whose taints are %v, and comes back in %s with %v", seed, key, was.group, was.taints, w.group, w.taints)
		}
		most := made[key].Replicas
		if a := made[key].Autoscaler; a != nil {
			most = a.Max
		}
		demand, _ := w.all["demand"].(map[string]any)
		if demand["replicas"] != float64(most) {
			t.Errorf("seed %d: %s: %v pods come back, want %d", seed, key, demand["replicas"], most)
		}
	}
}

// bare is a manifest without anything that a plan decides, but for requests that only
// containers can make.
func bare(patch map[string]any, w *asked) map[string]any {
	labels := map[string]any{"app": w.Name}
	container := map[string]any{"name": "main", "resources": map[string]any{
		"requests": map[string]any{"cpu": fmt.Sprintf("%dm", w.Pod.CPU), "memory": fmt.Sprint(w.Pod.Memory)},
	}}
	return map[string]any{
		"apiVersion": patch["apiVersion"], "kind": patch["kind"], "metadata": patch["metadata"],
		"spec": map[string]any{
			"selector": map[string]any{"matchLabels": labels},
			"template": map[string]any{"metadata": map[string]any{"labels": labels}, "spec": map[string]any{"containers": []any{container}}},
		},
	}
}

// merged puts a patch over a manifest. Neither has a list that the other has.
func merged(under, over map[string]any) map[string]any {
	out := map[string]any{}
	maps.Copy(out, under)
	for k, v := range over {
		inner, isMap := v.(map[string]any)
		if base, both := out[k].(map[string]any); isMap && both {
			v = merged(base, inner)
		}
		out[k] = v
	}
	return out
}

func keys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}

// sorted are the texts of a list's elements.
func sorted(list any) []string {
	elements, _ := list.([]any)
	var out []string
	for _, e := range elements {
		out = append(out, fmt.Sprint(e))
	}
	slices.Sort(out)
	return out
}
