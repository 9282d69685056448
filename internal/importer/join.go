package importer

import (
	"strings"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Budget bounds the evictions of a workload's pods: one of the two is set.
type Budget struct {
	MinAvailable, MaxUnavailable *intstr.IntOrString
	Place
}

// budget is one whose workloads are not known yet.
type budget struct {
	Budget
	r        *reading
	selector labels.Selector
	matched  int
}

// Autoscaler changes the replicas of a workload.
type Autoscaler struct {
	Min, Max int
	// TargetCPU is in percent of the requests; 0 where it follows something else.
	TargetCPU int
	Place
	MaxAt Place
}

// autoscaler is one whose workload is not known yet.
type autoscaler struct {
	Autoscaler
	r          *reading
	kind, name string
}

func (r *reading) budget(b *policyv1.PodDisruptionBudget) {
	selector, err := metav1.LabelSelectorAsSelector(b.Spec.Selector)
	switch {
	case err != nil:
		r.broken(r.at("spec", "selector"), "has a selector that Kubernetes refuses: %s", err)
	case b.Spec.MinAvailable == nil && b.Spec.MaxUnavailable == nil, b.Spec.MinAvailable != nil && b.Spec.MaxUnavailable != nil:
		r.broken(r.at("spec"), "has one of minAvailable and maxUnavailable, not both")
	default:
		at := "minAvailable"
		if b.Spec.MinAvailable == nil {
			at = "maxUnavailable"
		}
		made := Budget{MinAvailable: b.Spec.MinAvailable, MaxUnavailable: b.Spec.MaxUnavailable, Place: r.place("spec", at)}
		r.supports[r.file] = true
		r.budgets = append(r.budgets, budget{Budget: made, r: r, selector: selector})
	}
}

func (r *reading) autoscalerV1(a *autoscalingv1.HorizontalPodAutoscaler) {
	target := 0
	if a.Spec.TargetCPUUtilizationPercentage != nil {
		target = int(*a.Spec.TargetCPUUtilizationPercentage)
	}
	r.scale(a.Spec.ScaleTargetRef.Kind, a.Spec.ScaleTargetRef.Name, count(a.Spec.MinReplicas), int(a.Spec.MaxReplicas), target)
}

func (r *reading) autoscalerV2(a *autoscalingv2.HorizontalPodAutoscaler) {
	target := 0
	for i := range a.Spec.Metrics {
		m := a.Spec.Metrics[i].Resource
		if m != nil && m.Name == corev1.ResourceCPU && m.Target.AverageUtilization != nil {
			target = int(*m.Target.AverageUtilization)
			continue
		}
		r.note(r.at("spec", "metrics"), "what it follows beside the utilization of CPU is not planned")
	}
	r.scale(a.Spec.ScaleTargetRef.Kind, a.Spec.ScaleTargetRef.Name, count(a.Spec.MinReplicas), int(a.Spec.MaxReplicas), target)
}

func (r *reading) scale(kind, name string, least, most, target int) {
	if most < 1 || least > most || least < 0 || target < 0 {
		r.broken(r.at("spec"), "has bounds that cross: minReplicas %d, maxReplicas %d", least, most)
		return
	}
	made := Autoscaler{Min: least, Max: most, TargetCPU: target, Place: r.place("spec"), MaxAt: r.place("spec", "maxReplicas")}
	r.supports[r.file] = true
	r.autoscalers = append(r.autoscalers, autoscaler{Autoscaler: made, r: r, kind: kind, name: name})
}

func (r *reading) priority(p *schedulingv1.PriorityClass) {
	r.supports[r.file] = true
	r.priorities[p.Name] = int(p.Value)
}

func (r *reading) storageClass(c *storagev1.StorageClass) {
	r.supports[r.file] = true
	r.classes[c.Name] = *c
}

// join gives workloads what other objects say of them.
func (s *set) join() {
	for i := range s.autoscalers {
		s.joinAutoscaler(&s.autoscalers[i])
	}
	for i := range s.budgets {
		s.joinBudget(&s.budgets[i])
	}
	kept := s.Workloads[:0]
	for i := range s.Workloads {
		w := &s.Workloads[i]
		w.Notes = append(w.Notes, s.classed(w.Place, w.Kind+" "+w.Name, &w.Pods)...)
		for j := range w.Volumes {
			v := &w.Volumes[j]
			v.Type = s.diskType(v.Class)
		}
		if w.Replicas == 0 && w.Autoscaler == nil {
			s.Problems = append(s.Problems, Problem{File: w.File, Line: w.ReplicasAt.Line, Object: w.Kind + " " + w.Name, Document: w.document, Message: "is scaled to nothing: it is not planned"})
			continue
		}
		kept = append(kept, *w)
	}
	s.Workloads = kept
	for i := range s.DaemonSets {
		d := &s.DaemonSets[i]
		d.Notes = append(d.Notes, s.classed(d.Place, "DaemonSet "+d.Name, &d.Pods)...)
	}
}

// classed looks up the priority of pods.
func (s *set) classed(at Place, object string, p *Pods) []Problem {
	value, found := s.priorities[p.className]
	switch {
	case p.className == "" || strings.HasPrefix(p.className, "system-"): // Kubernetes' own, above all that a spec can say
		return nil
	case !found:
		return []Problem{{File: at.File, Line: p.PriorityAt.Line, Object: object, Message: "the PriorityClass " + p.className + " is not among the manifests: priority 0 is planned"}}
	}
	p.Priority = value
	return nil
}

func (s *set) joinAutoscaler(a *autoscaler) {
	for i := range s.Workloads {
		w := &s.Workloads[i]
		if w.Kind == a.kind && w.Name == a.name && w.Namespace == a.r.head.Namespace {
			w.Autoscaler = &a.Autoscaler
			w.Notes = append(w.Notes, a.r.notes...)
			return
		}
	}
	a.r.passed("scales %s %s, which is not among the manifests", a.kind, a.name)
}

func (s *set) joinBudget(b *budget) {
	for i := range s.Workloads {
		w := &s.Workloads[i]
		if w.Namespace != b.r.head.Namespace || w.Schedule != "" || w.Kind == "Job" || !b.selector.Matches(labels.Set(w.Labels)) {
			continue
		}
		if b.matched++; w.Budget != nil {
			w.Notes = append(w.Notes, b.r.problem(b.Line, false, "a second budget for %s: Kubernetes evicts no pod that has two", w.Name))
			continue
		}
		if b.matched == 2 {
			b.r.note(b.Line, "it covers several workloads: it is planned for each of them alone")
		}
		w.Budget = &b.Budget
		w.Notes = append(w.Notes, b.r.notes...)
	}
	if b.matched == 0 {
		b.r.passed("covers no pods of the manifests")
	}
}

// diskType returns the provider's disk type of a storage class; empty where it is not
// known. Classes that are not among the objects are known by the names that EKS, kops
// and GKE give theirs.
func (s *set) diskType(class string) string {
	if c, ok := s.classes[class]; ok {
		return c.Parameters["type"]
	}
	return map[string]string{
		"gp2": "gp2", "gp3": "gp3", "io1": "io1", "io2": "io2", "st1": "st1", "sc1": "sc1",
		"kops-ssd-1-17": "gp2", "kops-csi-1-21": "gp3",
		"standard": "pd-standard", "standard-rwo": "pd-balanced", "premium-rwo": "pd-ssd",
	}[class]
}
