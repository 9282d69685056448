package schedulercheck

import (
	"fmt"
	"maps"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// groupLabel is how pods find the nodes of their group (docs/terraform.md).
const groupLabel = "scantling.dev/group"

// appLabel is what the selectors of our workloads match.
const appLabel = "app.kubernetes.io/name"

// node returns the i-th node of a zone of g, zones by index.
func (g *Group) node(zone, i int) *v1.Node {
	name := fmt.Sprintf("%s-%s-%03d", g.Name, g.Zones[zone], i)
	labels := map[string]string{v1.LabelHostname: name, v1.LabelTopologyZone: g.Zones[zone], v1.LabelTopologyRegion: "region", groupLabel: g.Name}
	maps.Copy(labels, g.Labels)
	pool := g.poolOf(zone, i)
	if pool.InstanceType != "" {
		labels[v1.LabelInstanceTypeStable] = pool.InstanceType
	}
	a := &pool.Allocatable
	room := v1.ResourceList{
		v1.ResourceCPU:              *resource.NewMilliQuantity(int64(a.CPU), resource.DecimalSI),
		v1.ResourceMemory:           *resource.NewQuantity(int64(a.Memory), resource.BinarySI),
		v1.ResourcePods:             *resource.NewQuantity(int64(a.Pods), resource.DecimalSI),
		v1.ResourceEphemeralStorage: *resource.NewQuantity(int64(a.EphemeralStorage), resource.BinarySI),
	}
	for _, e := range a.Extended {
		room[v1.ResourceName(e.Name)] = *resource.NewQuantity(e.Count, resource.DecimalSI)
	}
	rank := map[string]string{rankAnnotation: strconv.Itoa(g.rank(zone, i))}
	n := &v1.Node{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels, Annotations: rank, UID: types.UID(name)}, Status: v1.NodeStatus{Capacity: room, Allocatable: room}}
	for _, t := range g.Taints {
		n.Spec.Taints = append(n.Spec.Taints, v1.Taint{Key: t.Key, Value: t.Value, Effect: v1.TaintEffect(t.Effect)})
	}
	return n
}

// rank returns the place of the i-th node of a zone in the model's order: the first
// node of each zone, then the second of each.
func (g *Group) rank(zone, i int) int {
	at := 0
	for z, n := range g.NodesByZone {
		at += min(i, n)
		if z < zone && n > i {
			at++
		}
	}
	return at
}

// daemons returns the pods of the DaemonSets on the i-th node of a zone.
func (g *Group) daemons(zone, i int, node string) []*v1.Pod {
	var out []*v1.Pod
	for _, d := range g.poolOf(zone, i).DaemonSets {
		p := newPod(d.Name+"-"+node, d.CPU, d.Memory)
		if d.EphemeralStorage > 0 {
			p.Spec.Containers[0].Resources.Requests[v1.ResourceEphemeralStorage] = *resource.NewQuantity(int64(d.EphemeralStorage), resource.BinarySI)
		}
		p.OwnerReferences = owner("DaemonSet", d.Name)
		p.Spec.Tolerations = []v1.Toleration{{Operator: v1.TolerationOpExists}}
		out = append(out, p)
	}
	return out
}

// pod returns the i-th pod of workload w of g in a revision of its template.
func (g *Group) pod(w *Workload, revision string, i int) *v1.Pod {
	app := g.app(w)
	p := newPod(fmt.Sprintf("%s-%s-%d", app, revision, i), w.CPU, w.Memory)
	p.Labels = map[string]string{appLabel: app}
	requests := p.Spec.Containers[0].Resources.Requests
	if w.Storage > 0 {
		requests[v1.ResourceEphemeralStorage] = *resource.NewQuantity(int64(w.Storage), resource.BinarySI)
	}
	for _, e := range w.Extended {
		requests[v1.ResourceName(e.Name)] = *resource.NewQuantity(e.Count, resource.DecimalSI)
	}
	p.Spec.NodeSelector = map[string]string{groupLabel: g.Name}
	maps.Copy(p.Spec.NodeSelector, w.Selector)
	p.Spec.Affinity = g.affinity(w)
	for _, t := range g.Taints {
		p.Spec.Tolerations = append(p.Spec.Tolerations, v1.Toleration{Key: t.Key, Operator: v1.TolerationOpEqual, Value: t.Value, Effect: v1.TaintEffect(t.Effect)})
	}
	switch {
	case ends(w):
		// Nothing that selects pods owns those of a job.
	case w.Kind == planner.StatefulSet:
		p.OwnerReferences = owner("StatefulSet", app)
	default:
		p.Labels[appsv1.DefaultDeploymentUniqueLabelKey] = revision
		p.OwnerReferences = owner("ReplicaSet", app+"-"+revision)
	}
	for _, s := range w.Spread {
		c := v1.TopologySpreadConstraint{
			MaxSkew: int32(s.MaxSkew), TopologyKey: v1.LabelTopologyZone, WhenUnsatisfiable: v1.ScheduleAnyway,
			LabelSelector: &metav1.LabelSelector{MatchLabels: map[string]string{appLabel: app}},
		}
		if s.Key == planner.HostnameKey {
			c.TopologyKey = v1.LabelHostname
		}
		if s.Hard {
			c.WhenUnsatisfiable = v1.DoNotSchedule
		}
		p.Spec.TopologySpreadConstraints = append(p.Spec.TopologySpreadConstraints, c)
	}
	return p
}

// preferred is the weight of every preferred rule.
const preferred = 100

// affinity returns the rules of workload w of g; nil where it has none.
func (g *Group) affinity(w *Workload) *v1.Affinity {
	term := func(name string, key planner.TopologyKey) v1.PodAffinityTerm {
		t := v1.PodAffinityTerm{TopologyKey: v1.LabelTopologyZone, LabelSelector: &metav1.LabelSelector{MatchLabels: map[string]string{appLabel: g.Name + "." + name}}}
		if key == planner.HostnameKey {
			t.TopologyKey = v1.LabelHostname
		}
		return t
	}
	near, apart := &v1.PodAffinity{}, &v1.PodAntiAffinity{}
	for _, a := range w.Affinity {
		t := term(a.Workload, a.Key)
		if a.Mode == planner.AffinityRequired {
			near.RequiredDuringSchedulingIgnoredDuringExecution = append(near.RequiredDuringSchedulingIgnoredDuringExecution, t)
		} else {
			near.PreferredDuringSchedulingIgnoredDuringExecution = append(near.PreferredDuringSchedulingIgnoredDuringExecution, v1.WeightedPodAffinityTerm{Weight: preferred, PodAffinityTerm: t})
		}
	}
	t := term(w.Name, w.AntiAffinity.Key)
	switch w.AntiAffinity.Mode {
	case planner.AffinityRequired:
		apart.RequiredDuringSchedulingIgnoredDuringExecution = []v1.PodAffinityTerm{t}
	case planner.AffinityPreferred:
		apart.PreferredDuringSchedulingIgnoredDuringExecution = []v1.WeightedPodAffinityTerm{{Weight: preferred, PodAffinityTerm: t}}
	default:
		if len(w.Affinity) == 0 {
			return nil
		}
	}
	return &v1.Affinity{PodAffinity: near, PodAntiAffinity: apart}
}

// app names workload w among all groups.
func (g *Group) app(w *Workload) string { return g.Name + "." + w.Name }

// ends reports whether pods of w run until their work is done.
func ends(w *Workload) bool { return w.Kind == planner.JobKind || w.Kind == planner.CronJob }

// owner of the pods of a revision of workload w.
func (g *Group) owner(w *Workload, revision string) runtime.Object {
	labels := map[string]string{appLabel: g.app(w)}
	if w.Kind == planner.StatefulSet {
		return &appsv1.StatefulSet{
			ObjectMeta: metav1.ObjectMeta{Name: g.app(w), Namespace: metav1.NamespaceDefault},
			Spec:       appsv1.StatefulSetSpec{Selector: &metav1.LabelSelector{MatchLabels: labels}},
		}
	}
	labels[appsv1.DefaultDeploymentUniqueLabelKey] = revision
	return &appsv1.ReplicaSet{
		ObjectMeta: metav1.ObjectMeta{Name: g.app(w) + "-" + revision, Namespace: metav1.NamespaceDefault},
		Spec:       appsv1.ReplicaSetSpec{Selector: &metav1.LabelSelector{MatchLabels: labels}},
	}
}

func owner(kind, name string) []metav1.OwnerReference {
	yes := true
	return []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: kind, Name: name, UID: types.UID(kind + name), Controller: &yes}}
}

func newPod(name string, cpu units.MilliCPU, memory units.Bytes) *v1.Pod {
	requests := v1.ResourceList{}
	if cpu > 0 {
		requests[v1.ResourceCPU] = *resource.NewMilliQuantity(int64(cpu), resource.DecimalSI)
	}
	if memory > 0 {
		requests[v1.ResourceMemory] = *resource.NewQuantity(int64(memory), resource.BinarySI)
	}
	return &v1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: metav1.NamespaceDefault, UID: types.UID(name)},
		Spec: v1.PodSpec{
			SchedulerName: v1.DefaultSchedulerName,
			Containers:    []v1.Container{{Name: "c", Image: "c", Resources: v1.ResourceRequirements{Requests: requests}}},
		},
	}
}
