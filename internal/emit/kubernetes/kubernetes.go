// Package kubernetes writes what a plan says of workloads as a component of kustomize:
// for each a patch of its controller, and beside it the objects that manifests of
// applications seldom have.
//
// Manifests stay the owner: what a plan has from them is not written again, nor anything
// that belongs to the application, such as images. docs/emit.md shows how the component
// is put to use.
package kubernetes

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"

	"github.com/scantling-dev/scantling/internal/emit"
	"github.com/scantling-dev/scantling/planner"
)

// header of each file.
// patchesFolder has the patches, by group.
const patchesFolder = "patches"

const header = "Written by scantling emit kubernetes, from the plan: write it anew rather than change it."

// Tool returns this package among those that plans are written for.
func Tool() emit.Tool {
	return emit.Tool{Name: "kubernetes", Short: "a kustomize component: patches of workloads, autoscalers, disruption budgets, quotas", Write: write, Marks: []string{header}, Folders: []string{patchesFolder}}
}

// item is a workload that is written.
type item struct {
	group *planner.NodeGroup
	spec  *planner.Workload
	plan  *planner.WorkloadPlan
	// owned tells whether a manifest gives an attribute or block of the workload.
	owned func(attribute string) bool
	// name of the objects beside the controller, unique in its namespace.
	name string
	// podLevel: the version has resources of whole pods.
	podLevel bool
}

// path is the workload's address.
func (w *item) path() string { return w.group.Path() + ".workload." + w.spec.Name }

// write returns the component: its kustomization.yaml first, then the objects by kind,
// then the patches by group and workload.
func write(r emit.Request) (emit.Result, error) {
	items, err := collect(r.Plan)
	if err != nil {
		return emit.Result{}, err
	}
	var made files
	classes, err := priorityClasses(items)
	made.add("priority-classes.yaml", classes, err)
	made.add("autoscalers.yaml", autoscalers(items), nil)
	made.add("disruption-budgets.yaml", budgets(items), nil)
	made.add("quotas.yaml", quotas(items), nil)
	k := kustomization{APIVersion: "kustomize.config.k8s.io/v1alpha1", Kind: "Component"}
	for _, f := range made.list {
		k.Resources = append(k.Resources, f.Name)
	}
	var notes []string
	for i := range items {
		w := &items[i]
		name := fmt.Sprintf("%s/%s/%s.yaml", patchesFolder, w.group.Name, w.spec.Name)
		made.add(name, []any{w.patch()}, nil)
		k.Patches = append(k.Patches, patchFile{Path: name})
		notes = append(notes, w.notes()...)
	}
	var head files
	head.add("kustomization.yaml", []any{k}, nil)
	return emit.Result{Files: append(head.list, made.list...), Notes: notes}, errors.Join(head.err, made.err)
}

// kustomization is the part of a kustomization.yaml that is written; its fields are those
// of sigs.k8s.io/kustomize/api/types.Kustomization.
type kustomization struct {
	APIVersion string      `json:"apiVersion"`
	Kind       string      `json:"kind"`
	Resources  []string    `json:"resources,omitempty"`
	Patches    []patchFile `json:"patches,omitempty"`
}

type patchFile struct {
	Path string `json:"path"`
}

// files collects what is written, and what goes wrong.
type files struct {
	list []emit.File
	err  error
}

// add adds a file with objects, unless there are none.
func (f *files) add(name string, objects []any, err error) {
	f.err = errors.Join(f.err, err)
	if len(objects) == 0 {
		return
	}
	content, err := emit.YAML(header, objects...)
	f.err = errors.Join(f.err, err)
	f.list = append(f.list, emit.File{Name: name, Content: content})
}

// collect returns the workloads of the plan, but for those that the provider brings.
func collect(p *planner.Plan) ([]item, error) {
	var out []item
	var errs []error
	count, seen := map[string]int{}, map[string]string{}
	for i := range p.NodeGroups {
		g := &p.NodeGroups[i]
		spec := emit.SpecOf(p, g.Name)
		if spec == nil {
			errs = append(errs, fmt.Errorf("%s: the plan's inputs have no such group", g.Path()))
			continue
		}
		for j := range g.Workloads {
			plan := &g.Workloads[j]
			if plan.System {
				continue
			}
			w := item{group: spec, spec: emit.WorkloadOf(spec, plan.Name), plan: plan, podLevel: podLevel(p.Cluster.KubernetesVersion)}
			if w.spec == nil {
				errs = append(errs, fmt.Errorf("%s.workload.%s: the plan's inputs have no such workload", g.Path(), plan.Name))
				continue
			}
			w.owned = ownedBy(p.Cluster.Assumptions, w.path())
			id := fmt.Sprintf("%s %s/%s", w.spec.Kind, w.spec.Object.Namespace, w.spec.ObjectName())
			if other, twice := seen[id]; twice {
				errs = append(errs, fmt.Errorf("%s and %s are the same %s %s: give one of them its namespace or object_name", other, w.path(), w.spec.Kind, w.spec.ObjectName()))
			}
			seen[id] = w.path()
			count[w.spec.Object.Namespace+"/"+w.spec.ObjectName()]++
			out = append(out, w)
		}
	}
	for i := range out {
		w := &out[i]
		if w.name = w.spec.ObjectName(); count[w.spec.Object.Namespace+"/"+w.name] > 1 {
			w.name += "-" + strings.ToLower(string(w.spec.Kind))
		}
	}
	return out, errors.Join(errs...)
}

// ownedBy tells of the attributes and blocks of the workload at path whether a manifest
// gives them, or a part of them.
func ownedBy(assumptions []planner.Assumption, path string) func(string) bool {
	var given []string
	for i := range assumptions {
		if rest, ok := strings.CutPrefix(assumptions[i].Path, path+"."); ok && assumptions[i].Manifest() != "" {
			given = append(given, rest)
		}
	}
	return func(attribute string) bool {
		return slices.ContainsFunc(given, func(s string) bool { return s == attribute || strings.HasPrefix(s, attribute+".") })
	}
}

// autoscalers are those of the workloads whose replicas follow the load, in their order.
func autoscalers(items []item) []any {
	var out []any
	for i := range items {
		w := &items[i]
		a := w.plan.Autoscaler
		if a == nil || a.TargetCPUUtilization <= 0 || w.owned("horizontal_pod_autoscaler") {
			continue
		}
		target := percent(a.TargetCPUUtilization)
		least := int32(a.MinReplicas)
		out = append(out, &autoscalingv2.HorizontalPodAutoscaler{
			TypeMeta: typeMeta("autoscaling/v2", "HorizontalPodAutoscaler"), ObjectMeta: w.meta(w.name),
			Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
				ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: string(w.spec.Kind), Name: w.spec.ObjectName()},
				MinReplicas:    &least, MaxReplicas: int32(a.MaxReplicas),
				Metrics: []autoscalingv2.MetricSpec{{
					Type: autoscalingv2.ResourceMetricSourceType,
					Resource: &autoscalingv2.ResourceMetricSource{
						Name:   corev1.ResourceCPU,
						Target: autoscalingv2.MetricTarget{Type: autoscalingv2.UtilizationMetricType, AverageUtilization: &target},
					},
				}},
			},
		})
	}
	return out
}

// budgets are the disruption budgets of workloads whose manifests have none, in their
// order.
func budgets(items []item) []any {
	var out []any
	for i := range items {
		w := &items[i]
		b := w.spec.PodDisruptionBudget
		if b == nil || w.owned("pod_disruption_budget") {
			continue
		}
		made := &policyv1.PodDisruptionBudget{
			TypeMeta: typeMeta("policy/v1", "PodDisruptionBudget"), ObjectMeta: w.meta(w.name),
			Spec: policyv1.PodDisruptionBudgetSpec{Selector: selector(w.group.Name, w.spec.Name)},
		}
		// The disruption controller rounds shares of both up.
		if b.MaxUnavailable != nil {
			made.Spec.MaxUnavailable = intOrPercent(*b.MaxUnavailable, b.MaxUnavailable.Up(w.plan.Replicas))
		} else {
			made.Spec.MinAvailable = intOrPercent(*b.MinAvailable, b.MinAvailable.Up(w.plan.Replicas))
		}
		out = append(out, made)
	}
	return out
}

// mostPriority is the highest value that a PriorityClass of a user may have
// (kubernetes.io, "Pod Priority and Preemption").
const mostPriority = 1_000_000_000

// priorityClasses are those of the values that no manifest gives, the highest first.
func priorityClasses(items []item) ([]any, error) {
	values := map[int]bool{}
	var errs []error
	for i := range items {
		v := items[i].spec.Priority
		if v == 0 || items[i].owned("priority") {
			continue
		}
		if values[v] = true; v > mostPriority || v < -1<<31 {
			errs = append(errs, fmt.Errorf("%s: priority %d is none that a PriorityClass can have", items[i].path(), v))
		}
	}
	sorted := make([]int, 0, len(values))
	for v := range values {
		sorted = append(sorted, v)
	}
	slices.SortFunc(sorted, func(a, b int) int { return cmp.Compare(b, a) })
	var out []any
	for _, v := range sorted {
		c := &schedulingv1.PriorityClass{TypeMeta: typeMeta("scheduling.k8s.io/v1", "PriorityClass"), Value: int32(v)}
		c.Name = className(v)
		c.Description = "Pods of priority " + fmt.Sprint(v) + " in the plan."
		out = append(out, c)
	}
	return out, errors.Join(errs...)
}

// className is the name of the PriorityClass of a value.
func className(value int) string {
	if value < 0 {
		return fmt.Sprintf("scantling-minus-%d", -value)
	}
	return fmt.Sprintf("scantling-%d", value)
}
