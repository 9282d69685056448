package kubernetes_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	"sigs.k8s.io/yaml"

	"github.com/scantling-dev/scantling/internal/emit"
	"github.com/scantling-dev/scantling/internal/emit/kubernetes"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// shop is a plan of four workloads that differ in everything that is written, and of one
// that the provider brings.
func shop() *planner.Plan {
	count := func(n int) *units.CountOrRatio { c := units.Count(n); return &c }
	quarter := units.Share(25 * units.Percent)
	cart := planner.Workload{
		Name: "cart", Kind: planner.Deployment, Object: planner.Object{Namespace: "shop", Name: "cart-v2"},
		TopologySpread:      []planner.TopologySpread{{Key: planner.ZoneKey, MaxSkew: 1}},
		PodDisruptionBudget: &planner.PodDisruptionBudget{MaxUnavailable: &quarter},
		RollingUpdate:       planner.RollingUpdate{MaxSurge: quarter}, Priority: -5,
		TerminationGracePeriod: 30 * time.Second, Autoscaler: &planner.HorizontalPodAutoscaler{},
		Affinity: []planner.PodAffinity{{Workload: "search", Key: planner.ZoneKey, Mode: planner.AffinityPreferred}},
	}
	search := planner.Workload{
		Name: "search", Kind: planner.Deployment, Object: planner.Object{Namespace: "find"}, Priority: 7,
		PodDisruptionBudget: &planner.PodDisruptionBudget{MinAvailable: count(2)}, TerminationGracePeriod: time.Minute,
		RollingUpdate: planner.RollingUpdate{MaxSurge: units.Count(3), MaxUnavailable: units.Share(10 * units.Percent)},
	}
	kafka := planner.Workload{
		Name: "kafka", Kind: planner.StatefulSet, Object: planner.Object{Namespace: "shop"}, Priority: 1000,
		TopologySpread:      []planner.TopologySpread{{Key: planner.HostnameKey, MaxSkew: 2, Hard: true}},
		AntiAffinity:        planner.AntiAffinity{Mode: planner.AffinityRequired, Key: planner.HostnameKey},
		PodDisruptionBudget: &planner.PodDisruptionBudget{MaxUnavailable: count(1)}, RollingUpdate: planner.RollingUpdate{MaxUnavailable: units.Count(1)},
		TerminationGracePeriod: 299*time.Second + time.Millisecond, NodeSelector: map[string]string{"kubernetes.io/arch": "arm64"},
	}
	nightly := planner.Workload{Name: "nightly", Kind: planner.CronJob}
	pods := map[string]planner.Pod{
		"cart":    {CPU: 250, Memory: 512 * units.MiB, CPULimit: 2000, MemoryLimit: units.GiB},
		"search":  {CPU: 1500, Memory: 3 * units.GiB},
		"kafka":   {CPU: 2000, Memory: 12 * units.GiB},
		"nightly": {CPU: 500, Memory: units.GiB, EphemeralStorage: 2 * units.GiB, Extended: []planner.ExtendedResource{{Name: "nvidia.com/gpu", Count: 1}}},
	}
	planned := func(name string, replicas int) planner.WorkloadPlan {
		return planner.WorkloadPlan{Name: name, Replicas: replicas, Pod: pods[name]}
	}
	p := &planner.Plan{
		Cluster: planner.Cluster{
			Name: "shop", KubernetesVersion: "1.35",
			NodeGroups: []planner.NodeGroup{
				{Name: "data", Workloads: []planner.Workload{kafka}, Taints: []planner.Taint{
					{Key: "example.com/slow", Effect: planner.PreferNoSchedule}, {Key: "group", Value: "data", Effect: planner.NoSchedule},
				}},
				{Name: "night", Workloads: []planner.Workload{nightly}},
				{Name: "web", Workloads: []planner.Workload{cart, {Name: "coredns", System: true}, search}},
			},
			Assumptions: []planner.Assumption{
				{Path: "node_group.web.workload.search.pod.cpu", Source: "manifest ../k8s/search.yaml:9"},
				{Path: "node_group.web.workload.search.priority", Source: "manifest ../k8s/search.yaml:7"},
				{Path: "node_group.web.workload.search.pod_disruption_budget.min_available", Source: "manifest ../k8s/search.yaml:40"},
				{Path: "node_group.web.workload.cart.termination_grace_period", Source: "language"},
			},
		},
		NodeGroups: []planner.GroupPlan{
			{Name: "data", Workloads: []planner.WorkloadPlan{planned("kafka", 6)}},
			{Name: "night", Workloads: []planner.WorkloadPlan{planned("nightly", 4)}},
			{Name: "web", Workloads: []planner.WorkloadPlan{planned("cart", 8), {Name: "coredns", System: true, Replicas: 2}, planned("search", 9)}},
		},
	}
	p.NodeGroups[2].Workloads[0].Autoscaler = &planner.AutoscalerPlan{MinReplicas: 3, MaxReplicas: 10, TargetCPUUtilization: 62 * units.Percent}
	return p
}

// written returns the files of a plan by name, and the notes.
func written(t *testing.T, p *planner.Plan) (map[string]string, []string) {
	t.Helper()
	made, err := kubernetes.Tool().Write(emit.Request{Plan: p})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range made.Files {
		out[f.Name] = string(f.Content)
	}
	return out, made.Notes
}

// objects returns what a file holds, each read as the type of Kubernetes that it names.
// A field that the type does not have is an error.
func objects(t *testing.T, content string) []any {
	t.Helper()
	var out []any
	for text := range strings.SplitSeq(content, "\n---\n") {
		var head struct{ APIVersion, Kind string }
		if err := yaml.Unmarshal([]byte(text), &head); err != nil {
			t.Fatal(err)
		}
		to, ok := map[string]any{
			"apps/v1 Deployment":                     new(appsv1.Deployment),
			"apps/v1 StatefulSet":                    new(appsv1.StatefulSet),
			"batch/v1 Job":                           new(batchv1.Job),
			"batch/v1 CronJob":                       new(batchv1.CronJob),
			"autoscaling/v2 HorizontalPodAutoscaler": new(autoscalingv2.HorizontalPodAutoscaler),
			"policy/v1 PodDisruptionBudget":          new(policyv1.PodDisruptionBudget),
			"v1 ResourceQuota":                       new(corev1.ResourceQuota),
			"scheduling.k8s.io/v1 PriorityClass":     new(schedulingv1.PriorityClass),
		}[head.APIVersion+" "+head.Kind]
		if !ok {
			t.Fatalf("%s %s is no kind that is written", head.APIVersion, head.Kind)
		}
		if err := yaml.UnmarshalStrict([]byte(text), to); err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		out = append(out, to)
	}
	return out
}

const head = "# Written by scantling emit kubernetes, from the plan: write it anew rather than change it.\n"

// TestFiles holds what is written to what the plan says, word by word.
func TestFiles(t *testing.T) {
	files, notes := written(t, shop())
	want := map[string]string{
		"kustomization.yaml": `apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches:
- path: patches/data/kafka.yaml
- path: patches/night/nightly.yaml
- path: patches/web/cart.yaml
- path: patches/web/search.yaml
resources:
- priority-classes.yaml
- autoscalers.yaml
- disruption-budgets.yaml
- quotas.yaml
`,
		"priority-classes.yaml": `apiVersion: scheduling.k8s.io/v1
description: Pods of priority 1000 in the plan.
kind: PriorityClass
metadata:
  name: scantling-1000
value: 1000
---
apiVersion: scheduling.k8s.io/v1
description: Pods of priority -5 in the plan.
kind: PriorityClass
metadata:
  name: scantling-minus-5
value: -5
`,
		"autoscalers.yaml": `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: cart-v2
  namespace: shop
spec:
  maxReplicas: 10
  metrics:
  - resource:
      name: cpu
      target:
        averageUtilization: 62
        type: Utilization
    type: Resource
  minReplicas: 3
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: cart-v2
`,
		"disruption-budgets.yaml": `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: kafka
  namespace: shop
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      scantling.dev/group: data
      scantling.dev/workload: kafka
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: cart-v2
  namespace: shop
spec:
  maxUnavailable: 25%
  selector:
    matchLabels:
      scantling.dev/group: web
      scantling.dev/workload: cart
`,
		// find: 9 x search, and its surge of 3. shop: 10 x cart and 6 x kafka, and the
		// surge of cart, 25% of 10. The rest is where no namespace is known.
		"quotas.yaml": `apiVersion: v1
kind: ResourceQuota
metadata:
  name: scantling
spec:
  hard:
    pods: "4"
    requests.cpu: "2"
    requests.ephemeral-storage: 8Gi
    requests.memory: 4Gi
    requests.nvidia.com/gpu: "4"
---
apiVersion: v1
kind: ResourceQuota
metadata:
  name: scantling
  namespace: find
spec:
  hard:
    pods: "12"
    requests.cpu: "18"
    requests.memory: 36Gi
---
apiVersion: v1
kind: ResourceQuota
metadata:
  name: scantling
  namespace: shop
spec:
  hard:
    pods: "19"
    requests.cpu: 15250m
    requests.memory: 80384Mi
`,
		"patches/data/kafka.yaml": `apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: kafka
  namespace: shop
spec:
  replicas: 6
  template:
    metadata:
      labels:
        scantling.dev/group: data
        scantling.dev/workload: kafka
    spec:
      affinity:
        podAntiAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
          - labelSelector:
              matchLabels:
                scantling.dev/group: data
                scantling.dev/workload: kafka
            topologyKey: kubernetes.io/hostname
      nodeSelector:
        kubernetes.io/arch: arm64
        scantling.dev/group: data
      priorityClassName: scantling-1000
      resources:
        requests:
          cpu: "2"
          memory: 12Gi
      terminationGracePeriodSeconds: 300
      tolerations:
      - effect: NoSchedule
        key: group
        operator: Equal
        value: data
      topologySpreadConstraints:
      - labelSelector:
          matchLabels:
            scantling.dev/group: data
            scantling.dev/workload: kafka
        maxSkew: 2
        topologyKey: kubernetes.io/hostname
        whenUnsatisfiable: DoNotSchedule
  updateStrategy:
    type: RollingUpdate
`,
		"patches/night/nightly.yaml": `apiVersion: batch/v1
kind: CronJob
metadata:
  name: nightly
spec:
  jobTemplate:
    spec:
      parallelism: 4
      template:
        metadata:
          labels:
            scantling.dev/group: night
            scantling.dev/workload: nightly
        spec:
          nodeSelector:
            scantling.dev/group: night
          resources:
            requests:
              cpu: 500m
              memory: 1Gi
          terminationGracePeriodSeconds: 0
`,
		"patches/web/cart.yaml": `apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart-v2
  namespace: shop
spec:
  strategy:
    rollingUpdate:
      maxSurge: 25%
      maxUnavailable: 0
    type: RollingUpdate
  template:
    metadata:
      labels:
        scantling.dev/group: web
        scantling.dev/workload: cart
    spec:
      affinity:
        podAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
          - podAffinityTerm:
              labelSelector:
                matchLabels:
                  scantling.dev/group: web
                  scantling.dev/workload: search
              namespaces:
              - find
              topologyKey: topology.kubernetes.io/zone
            weight: 100
      nodeSelector:
        scantling.dev/group: web
      priorityClassName: scantling-minus-5
      resources:
        limits:
          cpu: "2"
          memory: 1Gi
        requests:
          cpu: 250m
          memory: 512Mi
      terminationGracePeriodSeconds: 30
      topologySpreadConstraints:
      - labelSelector:
          matchLabels:
            scantling.dev/group: web
            scantling.dev/workload: cart
        maxSkew: 1
        topologyKey: topology.kubernetes.io/zone
        whenUnsatisfiable: ScheduleAnyway
`,
		// The manifest has the requests, the priority and a budget.
		"patches/web/search.yaml": `apiVersion: apps/v1
kind: Deployment
metadata:
  name: search
  namespace: find
spec:
  replicas: 9
  strategy:
    rollingUpdate:
      maxSurge: 3
      maxUnavailable: 10%
    type: RollingUpdate
  template:
    metadata:
      labels:
        scantling.dev/group: web
        scantling.dev/workload: search
    spec:
      nodeSelector:
        scantling.dev/group: web
      terminationGracePeriodSeconds: 60
`,
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if files[name] != head+want[name] {
			t.Errorf("%s:\n%s\nwant:\n%s", name, files[name], want[name])
		}
		if name != "kustomization.yaml" {
			objects(t, files[name])
		}
	}
	if len(files) != len(want) {
		t.Errorf("%d files, want %d", len(files), len(want))
	}
	wantNotes := []string{
		"node_group.night.workload.nightly: its containers must request ephemeral-storage 2Gi, nvidia.com/gpu 1 in all, which only they can say.",
		"node_group.web.workload.cart: leave replicas out of its manifest, which the autoscaler sets.",
	}
	if !slices.Equal(notes, wantNotes) {
		t.Errorf("notes %q, want %q", notes, wantNotes)
	}
}

// TestUnknownFields: the tests would find a field that Kubernetes does not have.
func TestUnknownFields(t *testing.T) {
	if err := yaml.UnmarshalStrict([]byte("spec: {maxUnavailable: 1, maxUnready: 1}"), new(policyv1.PodDisruptionBudget)); err == nil {
		t.Error("maxUnready was not refused")
	}
}

// TestBefore135: whole pods have no requests, so that people are told of them.
func TestBefore135(t *testing.T) {
	for version, want := range map[string]bool{"1.34": false, "1.35": true, "1.36": true} {
		p := shop()
		p.Cluster.KubernetesVersion = version
		files, notes := written(t, p)
		kafka := objects(t, files["patches/data/kafka.yaml"])[0].(*appsv1.StatefulSet)
		if got := kafka.Spec.Template.Spec.Resources != nil; got != want {
			t.Errorf("%s: resources of the pod %v, want %v", version, got, want)
		}
		note := "node_group.data.workload.kafka: its containers must request cpu 2, memory 12Gi in all, which only they can say."
		if got := slices.Contains(notes, note); got == want {
			t.Errorf("%s: notes %q", version, notes)
		}
	}
}

// TestWhatTheManifestGives is not written, attribute by attribute.
func TestWhatTheManifestGives(t *testing.T) {
	for attribute, gone := range map[string]string{
		"replicas":                            "replicas: 6",
		"node_selector":                       "kubernetes.io/arch",
		"topology_spread.hostname.max_skew":   "topologySpreadConstraints",
		"termination_grace_period":            "terminationGracePeriodSeconds",
		"anti_affinity":                       "affinity",
		"priority":                            "priorityClassName",
		"pod.memory":                          "resources",
		"rolling_update.max_unavailable":      "updateStrategy",
		"pod_disruption_budget.min_available": "\n  name: kafka",
	} {
		p := shop()
		file := "patches/data/kafka.yaml"
		if strings.HasPrefix(attribute, "pod_d") {
			file = "disruption-budgets.yaml"
		}
		before, _ := written(t, p)
		p.Cluster.Assumptions = append(p.Cluster.Assumptions, planner.Assumption{Path: "node_group.data.workload.kafka." + attribute, Source: "manifest k.yaml:1"})
		after, _ := written(t, p)
		if !strings.Contains(before[file], gone) || strings.Contains(after[file], gone) {
			t.Errorf("%s: %q is in\n%s", attribute, gone, after[file])
		}
	}
	p := shop()
	p.Cluster.Assumptions = append(p.Cluster.Assumptions, planner.Assumption{Path: "node_group.web.workload.cart.horizontal_pod_autoscaler.max_replicas", Source: "manifest k.yaml:1"})
	if files, _ := written(t, p); files["autoscalers.yaml"] != "" {
		t.Errorf("a second autoscaler:\n%s", files["autoscalers.yaml"])
	}
}

// TestRefused: what cannot be written is named.
func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*planner.Plan)
		want   string
	}{
		"group that was not asked for":    {func(p *planner.Plan) { p.NodeGroups[0].Name = "x" }, "node_group.x: the plan's inputs have no such group"},
		"workload that was not asked for": {func(p *planner.Plan) { p.NodeGroups[0].Workloads[0].Name = "x" }, "node_group.data.workload.x: the plan's inputs have no such workload"},
		"priority of the system's":        {func(p *planner.Plan) { p.Cluster.NodeGroups[0].Workloads[0].Priority = 1_000_000_001 }, "node_group.data.workload.kafka: priority 1000000001"},
		"one object twice": {func(p *planner.Plan) {
			p.Cluster.NodeGroups[2].Workloads[2].Object = planner.Object{Namespace: "shop", Name: "cart-v2"}
		}, "node_group.web.workload.cart and node_group.web.workload.search are the same Deployment cart-v2"},
	} {
		p := shop()
		c.change(p)
		if _, err := kubernetes.Tool().Write(emit.Request{Plan: p}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// TestNamesInANamespace: a Deployment and a StatefulSet may share a name, their budgets
// may not.
func TestNamesInANamespace(t *testing.T) {
	p := shop()
	p.Cluster.NodeGroups[2].Workloads[0].Object.Name = "kafka"
	files, _ := written(t, p)
	names := map[string]bool{}
	for _, o := range objects(t, files["disruption-budgets.yaml"]) {
		b := o.(*policyv1.PodDisruptionBudget)
		names[fmt.Sprint(b.Namespace, "/", b.Name)] = true
	}
	if !names["shop/kafka-statefulset"] || !names["shop/kafka-deployment"] || len(names) != 2 {
		t.Errorf("budgets %v", names)
	}
}

// TestSameBytes: equal plans give equal bytes.
func TestSameBytes(t *testing.T) {
	first, err := kubernetes.Tool().Write(emit.Request{Plan: shop()})
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		again, err := kubernetes.Tool().Write(emit.Request{Plan: shop()})
		if err != nil || len(again.Files) != len(first.Files) {
			t.Fatal(err)
		}
		for i := range again.Files {
			if again.Files[i].Name != first.Files[i].Name || !bytes.Equal(again.Files[i].Content, first.Files[i].Content) {
				t.Fatalf("%s differs", again.Files[i].Name)
			}
		}
	}
}
