package importer

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	kjson "sigs.k8s.io/json"
)

// head is what every object has.
type head struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
}

// reading is an object on its way, and what is to be said of it.
type reading struct {
	*object
	*set
	head head
	// notes are what of the object is not read.
	notes []Problem
}

// name is the object for people: "Deployment cart", or "Deployment shop/cart" where it says
// its namespace.
func (r *reading) name() string {
	name := r.head.Name
	if r.head.Namespace != "" {
		name = r.head.Namespace + "/" + name
	}
	return strings.TrimSpace(r.head.Kind + " " + name)
}

func (r *reading) problem(line int, broken bool, format string, args ...any) Problem {
	return Problem{File: r.file, Line: line, Document: r.document, Object: r.name(), Message: fmt.Sprintf(format, args...), Broken: broken}
}

// broken reports that the object is not read.
func (r *reading) broken(line int, format string, args ...any) {
	r.Problems = append(r.Problems, r.problem(line, true, format, args...))
}

// passed reports that the object is read no further, though it is in order.
func (r *reading) passed(format string, args ...any) {
	r.Problems = append(r.Problems, r.problem(r.line, false, format, args...))
}

// note says what of the object is not read.
func (r *reading) note(line int, format string, args ...any) {
	r.notes = append(r.notes, r.problem(line, false, format, args...))
}

// object reads one object.
func (s *set) object(o *object) {
	s.Objects++
	r := &reading{object: o, set: s}
	if err := json.Unmarshal(o.json, &r.head); err != nil {
		// What it is may be told all the same.
		var kind struct{ Kind, APIVersion string }
		if json.Unmarshal(o.json, &kind) == nil {
			r.head.Kind, r.head.APIVersion = kind.Kind, kind.APIVersion
		}
		r.broken(o.at("metadata"), "cannot be read: %s", err)
		return
	}
	if r.head.Kind == "" || r.head.APIVersion == "" {
		r.broken(o.line, "is no object of Kubernetes: apiVersion or kind is missing")
		return
	}
	if slices.ContainsFunc(r.head.OwnerReferences, func(ref metav1.OwnerReference) bool { return ref.Controller != nil && *ref.Controller }) {
		return // its owner says the same, and stays
	}
	read := readers()[r.head.APIVersion+" "+r.head.Kind]
	if read == nil {
		r.other()
		return
	}
	if r.head.Name == "" {
		r.broken(o.at("metadata"), "has no metadata.name")
		return
	}
	id := r.head.Kind + "/" + r.head.Namespace + "/" + r.head.Name
	place := fmt.Sprintf("%s:%d", r.file, r.line)
	if first, twice := s.seen[id]; twice {
		r.broken(o.line, "stands at %s already", first)
		return
	}
	s.seen[id] = place
	read(r)
}

// readers are the objects that say something of sizes.
func readers() map[string]func(*reading) {
	return map[string]func(*reading){
		"apps/v1 Deployment":                     func(r *reading) { typed(r, r.deployment) },
		"apps/v1 StatefulSet":                    func(r *reading) { typed(r, r.statefulSet) },
		"apps/v1 DaemonSet":                      func(r *reading) { typed(r, r.daemonSet) },
		"batch/v1 Job":                           func(r *reading) { typed(r, r.job) },
		"batch/v1 CronJob":                       func(r *reading) { typed(r, r.cronJob) },
		"autoscaling/v1 HorizontalPodAutoscaler": func(r *reading) { typed(r, r.autoscalerV1) },
		"autoscaling/v2 HorizontalPodAutoscaler": func(r *reading) { typed(r, r.autoscalerV2) },
		"policy/v1 PodDisruptionBudget":          func(r *reading) { typed(r, r.budget) },
		"scheduling.k8s.io/v1 PriorityClass":     func(r *reading) { typed(r, r.priority) },
		"storage.k8s.io/v1 StorageClass":         func(r *reading) { typed(r, r.storageClass) },
		"v1 Node":                                func(r *reading) { typed(r, r.readNode) },
		"v1 Pod": func(r *reading) {
			r.passed("is a pod without a controller, which nothing starts again: it is not planned")
		},
	}
}

// typed decodes the object as a T and passes it on. Fields that T does not have are
// notes: a name that is misspelt says nothing.
func typed[T any](r *reading, use func(*T)) {
	var v T
	strict, err := kjson.UnmarshalStrict(r.json, &v, kjson.DisallowUnknownFields)
	if err != nil {
		r.unreadable(err)
		return
	}
	for _, e := range strict {
		text := strings.TrimPrefix(e.Error(), "unknown field ")
		r.note(r.at(strings.Split(strings.Trim(text, `"`), ".")...), "Kubernetes has no field %s: it is not read", text)
	}
	use(&v)
}

// The types that are read.
var (
	_ = typed[appsv1.Deployment]
	_ = typed[autoscalingv1.HorizontalPodAutoscaler]
	_ = typed[autoscalingv2.HorizontalPodAutoscaler]
	_ = typed[batchv1.CronJob]
	_ = typed[corev1.Node]
	_ = typed[policyv1.PodDisruptionBudget]
	_ = typed[schedulingv1.PriorityClass]
	_ = typed[storagev1.StorageClass]
)

// silent are the groups of Kubernetes itself: what is of them and not among readers has
// no pods.
func silent() []string {
	return []string{
		"admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "authentication.k8s.io", "authorization.k8s.io",
		"certificates.k8s.io", "coordination.k8s.io", "discovery.k8s.io", "events.k8s.io", "flowcontrol.apiserver.k8s.io",
		"networking.k8s.io", "node.k8s.io", "policy", "rbac.authorization.k8s.io", "resource.k8s.io", "scheduling.k8s.io",
		"storage.k8s.io", "gateway.networking.k8s.io", "snapshot.storage.k8s.io", "metrics.k8s.io",
	}
}

// other passes over what is not read, and says so where it may hold pods.
func (r *reading) other() {
	group, version, _ := strings.Cut(r.head.APIVersion, "/")
	if version == "" {
		group, version = "", group
	}
	current := map[string]string{
		"Deployment": "apps/v1", "StatefulSet": "apps/v1", "DaemonSet": "apps/v1", "Job": "batch/v1", "CronJob": "batch/v1",
		"HorizontalPodAutoscaler": "autoscaling/v2", "PodDisruptionBudget": "policy/v1", "PriorityClass": "scheduling.k8s.io/v1",
	}
	builtIn := slices.Contains([]string{"apps", "batch", "autoscaling", "policy", "extensions", "scheduling.k8s.io"}, group)
	switch now := current[r.head.Kind]; {
	case builtIn && now != "":
		r.broken(r.at("apiVersion"), "is of %s, which Kubernetes no longer serves: write %s", r.head.APIVersion, now)
	case r.head.Kind == "ReplicaSet" || r.head.Kind == "ReplicationController":
		r.passed("is not planned: write a Deployment")
	case group == "" && version == "v1", slices.Contains(silent(), group), group == "apps" && r.head.Kind == "ControllerRevision":
	default:
		r.passed("%s %s is not known: if it starts pods, write a workload block for them", r.head.APIVersion, r.head.Kind)
	}
}
