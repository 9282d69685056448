package kubernetes

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/scantling-dev/scantling/internal/emit"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// podLevelMinor is the minor of Kubernetes 1 since which whole pods can have requests and
// limits, and autoscalers and quotas read them (kubernetes/kubernetes 1.35,
// PodLevelResources in pkg/features, pkg/controller/podautoscaler and pkg/quota).
const podLevelMinor = 35

func podLevel(version string) bool {
	major, minor, _ := strings.Cut(version, ".")
	n, err := strconv.Atoi(minor)
	return err == nil && major == "1" && n >= podLevelMinor
}

func typeMeta(version, kind string) metav1.TypeMeta {
	return metav1.TypeMeta{APIVersion: version, Kind: kind}
}

// meta is of an object in the workload's namespace.
func (w *item) meta(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: name, Namespace: w.spec.Object.Namespace}
}

// selector of the pods of a workload.
func selector(group, workload string) *metav1.LabelSelector {
	return &metav1.LabelSelector{MatchLabels: podLabels(group, workload)}
}

func podLabels(group, workload string) map[string]string {
	return map[string]string{emit.GroupLabel: group, emit.WorkloadLabel: workload}
}

// percent is a share in whole percent, rounded down.
func percent(r units.Ratio) int32 { return int32(r / units.Percent) }

// intOrPercent writes a count, or a share in whole percent; one that is not whole is
// written as the number that it means here.
func intOrPercent(c units.CountOrRatio, here int) *intstr.IntOrString {
	v := intstr.FromInt32(int32(here))
	if c.IsRatio && c.Ratio%units.Percent == 0 {
		v = intstr.FromString(fmt.Sprintf("%d%%", percent(c.Ratio)))
	}
	return &v
}

// patch returns what the plan says of the workload's controller, as a strategic merge
// patch.
func (w *item) patch() any {
	meta, template, replicas := w.meta(w.spec.ObjectName()), w.template(), w.replicas()
	switch w.spec.Kind {
	case planner.StatefulSet:
		return &appsv1.StatefulSet{
			TypeMeta: typeMeta("apps/v1", "StatefulSet"), ObjectMeta: meta,
			Spec: appsv1.StatefulSetSpec{Replicas: replicas, Template: template, UpdateStrategy: w.statefulUpdate()},
		}
	case planner.JobKind:
		return &batchv1.Job{
			TypeMeta: typeMeta("batch/v1", "Job"), ObjectMeta: meta,
			Spec: batchv1.JobSpec{Parallelism: replicas, Template: template},
		}
	case planner.CronJob:
		return &batchv1.CronJob{
			TypeMeta: typeMeta("batch/v1", "CronJob"), ObjectMeta: meta,
			Spec: batchv1.CronJobSpec{JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Parallelism: replicas, Template: template}}},
		}
	case planner.Deployment:
	}
	return &appsv1.Deployment{
		TypeMeta: typeMeta("apps/v1", "Deployment"), ObjectMeta: meta,
		Spec: appsv1.DeploymentSpec{Replicas: replicas, Template: template, Strategy: w.update()},
	}
}

// replicas are nil where an autoscaler sets them, or the manifest does.
func (w *item) replicas() *int32 {
	if w.spec.Autoscaler != nil || w.owned("replicas") {
		return nil
	}
	n := int32(w.plan.Replicas)
	return &n
}

// update is how a Deployment is rolled out.
func (w *item) update() appsv1.DeploymentStrategy {
	if w.owned("rolling_update") {
		return appsv1.DeploymentStrategy{}
	}
	u, n := w.spec.RollingUpdate, w.plan.Replicas
	return appsv1.DeploymentStrategy{Type: appsv1.RollingUpdateDeploymentStrategyType, RollingUpdate: &appsv1.RollingUpdateDeployment{
		MaxSurge: intOrPercent(u.MaxSurge, u.MaxSurge.Up(n)), MaxUnavailable: intOrPercent(u.MaxUnavailable, u.MaxUnavailable.Down(n)),
	}}
}

// statefulUpdate is how a StatefulSet is rolled out: one pod at a time unless the plan has
// more.
func (w *item) statefulUpdate() appsv1.StatefulSetUpdateStrategy {
	if w.owned("rolling_update") {
		return appsv1.StatefulSetUpdateStrategy{}
	}
	s := appsv1.StatefulSetUpdateStrategy{Type: appsv1.RollingUpdateStatefulSetStrategyType}
	u := w.spec.RollingUpdate.MaxUnavailable
	if n := u.Down(w.plan.Replicas); n > 1 {
		s.RollingUpdate = &appsv1.RollingUpdateStatefulSetStrategy{MaxUnavailable: intOrPercent(u, n)}
	}
	return s
}

// template is of the pods.
func (w *item) template() corev1.PodTemplateSpec {
	t := corev1.PodTemplateSpec{}
	t.Labels = podLabels(w.group.Name, w.spec.Name)
	t.Spec.NodeSelector = map[string]string{emit.GroupLabel: w.group.Name}
	if !w.owned("node_selector") {
		maps.Copy(t.Spec.NodeSelector, w.spec.NodeSelector)
	}
	t.Spec.Tolerations = tolerations(w.group.Taints)
	if !w.owned("topology_spread") {
		t.Spec.TopologySpreadConstraints = w.spread()
	}
	t.Spec.Affinity = w.affinity()
	if !w.owned("termination_grace_period") {
		seconds := int64(units.CeilDiv(w.spec.TerminationGracePeriod, time.Second))
		t.Spec.TerminationGracePeriodSeconds = &seconds
	}
	if w.spec.Priority != 0 && !w.owned("priority") {
		t.Spec.PriorityClassName = className(w.spec.Priority)
	}
	if w.podLevel && !w.owned("pod") {
		t.Spec.Resources = resources(&w.plan.Pod)
	}
	return t
}

// tolerations of the taints that would keep a pod away, in their order.
func tolerations(taints []planner.Taint) []corev1.Toleration {
	var out []corev1.Toleration
	for _, t := range taints {
		if t.Effect != planner.PreferNoSchedule {
			out = append(out, corev1.Toleration{Key: t.Key, Operator: corev1.TolerationOpEqual, Value: t.Value, Effect: corev1.TaintEffect(t.Effect)})
		}
	}
	return out
}

func topologyKey(k planner.TopologyKey) string {
	if k == planner.HostnameKey {
		return corev1.LabelHostname
	}
	return corev1.LabelTopologyZone
}

func (w *item) spread() []corev1.TopologySpreadConstraint {
	var out []corev1.TopologySpreadConstraint
	for _, s := range w.spec.TopologySpread {
		c := corev1.TopologySpreadConstraint{
			TopologyKey: topologyKey(s.Key), MaxSkew: int32(s.MaxSkew), WhenUnsatisfiable: corev1.ScheduleAnyway,
			LabelSelector: selector(w.group.Name, w.spec.Name),
		}
		if s.Hard {
			c.WhenUnsatisfiable = corev1.DoNotSchedule
		}
		out = append(out, c)
	}
	return out
}

// preferred is the weight of every preferred rule, the largest: placements are planned
// with one weight for all.
const preferred = 100

// affinity to other workloads and away from its like; nil where there is none.
func (w *item) affinity() *corev1.Affinity {
	var a corev1.Affinity
	if w.spec.AntiAffinity.Mode != "" && !w.owned("anti_affinity") {
		term := corev1.PodAffinityTerm{TopologyKey: topologyKey(w.spec.AntiAffinity.Key), LabelSelector: selector(w.group.Name, w.spec.Name)}
		a.PodAntiAffinity = &corev1.PodAntiAffinity{}
		if w.spec.AntiAffinity.Mode == planner.AffinityRequired {
			a.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution = []corev1.PodAffinityTerm{term}
		} else {
			a.PodAntiAffinity.PreferredDuringSchedulingIgnoredDuringExecution = []corev1.WeightedPodAffinityTerm{{Weight: preferred, PodAffinityTerm: term}}
		}
	}
	for _, to := range w.spec.Affinity {
		term := corev1.PodAffinityTerm{TopologyKey: topologyKey(to.Key), LabelSelector: selector(w.group.Name, to.Workload)}
		if other := emit.WorkloadOf(w.group, to.Workload); other != nil && other.Object.Namespace != w.spec.Object.Namespace && other.Object.Namespace != "" {
			term.Namespaces = []string{other.Object.Namespace}
		}
		if a.PodAffinity == nil {
			a.PodAffinity = &corev1.PodAffinity{}
		}
		if to.Mode == planner.AffinityRequired {
			a.PodAffinity.RequiredDuringSchedulingIgnoredDuringExecution = append(a.PodAffinity.RequiredDuringSchedulingIgnoredDuringExecution, term)
		} else {
			a.PodAffinity.PreferredDuringSchedulingIgnoredDuringExecution = append(a.PodAffinity.PreferredDuringSchedulingIgnoredDuringExecution,
				corev1.WeightedPodAffinityTerm{Weight: preferred, PodAffinityTerm: term})
		}
	}
	if a.PodAffinity == nil && a.PodAntiAffinity == nil {
		return nil
	}
	return &a
}

func milliCPU(c units.MilliCPU) resource.Quantity {
	return *resource.NewMilliQuantity(int64(c), resource.DecimalSI)
}

func bytesOf(b units.Bytes) resource.Quantity {
	return *resource.NewQuantity(int64(b), resource.BinarySI)
}

// resources are the requests and limits of a whole pod.
func resources(p *planner.Pod) *corev1.ResourceRequirements {
	r := &corev1.ResourceRequirements{Requests: corev1.ResourceList{}, Limits: corev1.ResourceList{}}
	set(r.Requests, corev1.ResourceCPU, int64(p.CPU), milliCPU(p.CPU))
	set(r.Limits, corev1.ResourceCPU, int64(p.CPULimit), milliCPU(p.CPULimit))
	set(r.Requests, corev1.ResourceMemory, int64(p.Memory), bytesOf(p.Memory))
	set(r.Limits, corev1.ResourceMemory, int64(p.MemoryLimit), bytesOf(p.MemoryLimit))
	return r
}

// set sets what is not zero.
func set(list corev1.ResourceList, name corev1.ResourceName, amount int64, q resource.Quantity) {
	if amount > 0 {
		list[name] = q
	}
}

// notes say what of the workload its owners have to write.
func (w *item) notes() []string {
	var out []string
	p := &w.plan.Pod
	var own []string
	if !w.podLevel {
		own = append(own, fmt.Sprintf("cpu %s", text(milliCPU(p.CPU))), fmt.Sprintf("memory %s", text(bytesOf(p.Memory))))
	}
	if p.EphemeralStorage > 0 {
		own = append(own, "ephemeral-storage "+text(bytesOf(p.EphemeralStorage)))
	}
	for _, e := range p.Extended {
		own = append(own, fmt.Sprintf("%s %d", e.Name, e.Count))
	}
	if len(own) > 0 && !w.owned("pod") {
		out = append(out, fmt.Sprintf("%s: its containers must request %s in all, which only they can say.", w.path(), strings.Join(own, ", ")))
	}
	if w.owned("horizontal_pod_autoscaler") || w.plan.Autoscaler == nil {
		return out
	}
	if w.plan.Autoscaler.TargetCPUUtilization <= 0 {
		return append(out, fmt.Sprintf("%s: no autoscaler is written, for want of a target: %s.", w.path(), w.plan.Autoscaler.NoTarget))
	}
	return append(out, fmt.Sprintf("%s: leave replicas out of its manifest, which the autoscaler sets.", w.path()))
}

func text(q resource.Quantity) string { return q.String() }
