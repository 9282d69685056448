package importer_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// drawn is a random workload as the API has it, and what a slow reading of it says.
type drawn struct {
	objects []any
	name    string
	kind    string
	// What a spec has to say.
	replicas    int
	cpu, memory int64 // millicores, bytes
	grace       int64
	zoneSkew    int32 // 0: no spread
	zoneHard    bool
	required    bool // anti-affinity on hostname
	least       *intstr.IntOrString
	volume      int64
}

// draw returns a random workload.
func draw(rng *rand.Rand, i int) drawn {
	d := drawn{name: fmt.Sprintf("w%d", i), kind: []string{"Deployment", "Deployment", "StatefulSet", "CronJob"}[rng.IntN(4)]}
	d.replicas, d.grace = 2+rng.IntN(8), int64(rng.IntN(600))
	labels := map[string]string{"app": d.name}
	selector := &metav1.LabelSelector{MatchLabels: labels}
	pod := corev1.PodSpec{TerminationGracePeriodSeconds: &d.grace}
	d.containers(rng, &pod)
	if rng.IntN(2) == 0 && d.kind != "CronJob" {
		d.zoneSkew, d.zoneHard = 1, rng.IntN(2) == 0
		when := corev1.ScheduleAnyway
		if d.zoneHard {
			when = corev1.DoNotSchedule
		}
		pod.TopologySpreadConstraints = []corev1.TopologySpreadConstraint{{MaxSkew: d.zoneSkew, TopologyKey: "topology.kubernetes.io/zone", WhenUnsatisfiable: when, LabelSelector: selector}}
	}
	if rng.IntN(3) == 0 {
		d.required = true
		term := corev1.PodAffinityTerm{LabelSelector: selector, TopologyKey: "kubernetes.io/hostname"}
		pod.Affinity = &corev1.Affinity{PodAntiAffinity: &corev1.PodAntiAffinity{RequiredDuringSchedulingIgnoredDuringExecution: []corev1.PodAffinityTerm{term}}}
	}
	meta := metav1.ObjectMeta{Name: d.name, Namespace: "shop"}
	template := corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: pod}
	replicas := int32(d.replicas)
	switch d.kind {
	case "Deployment":
		d.objects = append(d.objects, &appsv1.Deployment{TypeMeta: metav1.TypeMeta{APIVersion: "apps/v1", Kind: d.kind}, ObjectMeta: meta, Spec: appsv1.DeploymentSpec{Replicas: &replicas, Selector: selector, Template: template}})
		d.scaled(rng, meta)
	case "StatefulSet":
		s := &appsv1.StatefulSet{TypeMeta: metav1.TypeMeta{APIVersion: "apps/v1", Kind: d.kind}, ObjectMeta: meta, Spec: appsv1.StatefulSetSpec{Replicas: &replicas, Selector: selector, Template: template}}
		d.volume = int64(1+rng.IntN(100)) << 30
		claim := corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Name: "data"}}
		claim.Spec.Resources.Requests = corev1.ResourceList{"storage": *resource.NewQuantity(d.volume, resource.BinarySI)}
		s.Spec.VolumeClaimTemplates = []corev1.PersistentVolumeClaim{claim}
		d.objects = append(d.objects, s)
	case "CronJob":
		c := &batchv1.CronJob{TypeMeta: metav1.TypeMeta{APIVersion: "batch/v1", Kind: d.kind}, ObjectMeta: meta, Spec: batchv1.CronJobSpec{Schedule: "0 1 * * *"}}
		c.Spec.JobTemplate.Spec = batchv1.JobSpec{Parallelism: &replicas, Template: template}
		d.objects = append(d.objects, c)
		return d
	}
	if rng.IntN(2) == 0 {
		least := intstr.FromInt32(1)
		if rng.IntN(2) == 0 {
			least = intstr.FromString("50%")
		}
		d.least = &least
		d.objects = append(d.objects, &policyv1.PodDisruptionBudget{TypeMeta: metav1.TypeMeta{APIVersion: "policy/v1", Kind: "PodDisruptionBudget"}, ObjectMeta: meta, Spec: policyv1.PodDisruptionBudgetSpec{MinAvailable: d.least, Selector: selector}})
	}
	return d
}

// scaled adds an autoscaler to some.
func (d *drawn) scaled(rng *rand.Rand, meta metav1.ObjectMeta) {
	if rng.IntN(3) > 0 {
		return
	}
	d.replicas += rng.IntN(5)
	least := int32(1)
	d.objects = append(d.objects, &autoscalingv2.HorizontalPodAutoscaler{TypeMeta: metav1.TypeMeta{APIVersion: "autoscaling/v2", Kind: "HorizontalPodAutoscaler"}, ObjectMeta: meta, Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
		ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: d.kind, Name: d.name}, MinReplicas: &least, MaxReplicas: int32(d.replicas),
	}})
}

// containers draws containers, init containers and sidecars in whole figures, and finds
// what the pod needs by going through its life: each moment's sum, and the most of them.
func (d *drawn) containers(rng *rand.Rand, pod *corev1.PodSpec) {
	always := corev1.ContainerRestartPolicyAlways
	container := func(name string) (c corev1.Container, cpu, memory int64) {
		cpu, memory = int64(10+rng.IntN(400)), int64(16+rng.IntN(500))<<20
		figures := corev1.ResourceList{"cpu": *resource.NewMilliQuantity(cpu, resource.DecimalSI), "memory": *resource.NewQuantity(memory, resource.BinarySI)}
		c = corev1.Container{Name: name}
		if rng.IntN(4) == 0 {
			c.Resources.Limits = figures
		} else {
			c.Resources.Requests = figures
		}
		return c, cpu, memory
	}
	var besideCPU, besideMemory int64
	moment := func(cpu, memory int64) { d.cpu, d.memory = max(d.cpu, cpu), max(d.memory, memory) }
	for i := range rng.IntN(4) {
		c, cpu, memory := container(fmt.Sprintf("i%d", i))
		if rng.IntN(2) == 0 {
			c.RestartPolicy = &always
			besideCPU, besideMemory = besideCPU+cpu, besideMemory+memory
			moment(besideCPU, besideMemory)
		} else {
			moment(besideCPU+cpu, besideMemory+memory)
		}
		pod.InitContainers = append(pod.InitContainers, c)
	}
	for i := range 1 + rng.IntN(3) {
		c, cpu, memory := container(fmt.Sprintf("c%d", i))
		besideCPU, besideMemory = besideCPU+cpu, besideMemory+memory
		pod.Containers = append(pod.Containers, c)
	}
	moment(besideCPU, besideMemory)
}

// list is a dump of objects, as kubectl writes it.
func list(objects []any) []byte {
	out, err := json.MarshalIndent(map[string]any{"apiVersion": "v1", "kind": "List", "items": objects}, "", "    ")
	if err != nil {
		panic(err)
	}
	return out
}

// documents are the objects as documents of YAML: JSON is YAML too.
func documents(objects []any) []byte {
	var out []byte
	for _, o := range objects {
		text, err := json.Marshal(o)
		if err != nil {
			panic(err)
		}
		out = append(out, "---\n# one of them\n"...)
		out = append(append(out, text...), '\n')
	}
	return out
}

// sortedKeys returns the keys of a map in their order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
