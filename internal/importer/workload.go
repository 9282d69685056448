package importer

import (
	"cmp"
	"fmt"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
)

// Workload is a controller of equal pods.
type Workload struct {
	Name, Namespace string
	// Unique is the name, with more to it where others have the same.
	Unique string
	// Kind is Deployment, StatefulSet, Job or CronJob.
	Kind string
	Place
	// Replicas are those of the manifest; 0 for none. Of a Job they are the pods at a
	// time.
	Replicas   int
	ReplicasAt Place
	Pods
	// Volumes of each replica.
	Volumes []Volume
	// MaxSurge and MaxUnavailable are nil where the manifest does not say.
	MaxSurge, MaxUnavailable *intstr.IntOrString
	RolloutAt                Place
	// Budget and Autoscaler are nil where there is none.
	Budget     *Budget
	Autoscaler *Autoscaler
	// document is the index of the object in its file.
	document int
	// Schedule of a CronJob.
	Schedule string
	// Notes are what of it is not read.
	Notes []Problem
	// asks are questions about what of it is not planned.
	asks []string
}

// Place is where something stands.
type Place = spec.ManifestPlace

// DaemonSet runs a pod on each node that takes it.
type DaemonSet struct {
	Name, Namespace string
	// Unique is the name, with a number where others have the same.
	Unique string
	Place
	Pods
	Notes []Problem
}

// Pods are what the pods of a controller have in common.
type Pods struct {
	Labels map[string]string
	Pod    planner.Pod
	PodAt  Place
	// Grace is terminationGracePeriodSeconds; nil where not given.
	Grace   *int64
	GraceAt Place
	// Selector are labels that a node must have; Tolerations are as in the manifest.
	Selector   map[string]string
	SelectorAt Place
	// Pool is the group of nodes that the pods ask for by a provider's label.
	Pool string
	// Unasked are the containers that request no CPU or no memory, in their order.
	Unasked     []string
	Tolerations []corev1.Toleration
	Spread      []planner.TopologySpread
	SpreadAt    Place
	// Apart is empty where no pod keeps away from its like.
	Apart      planner.AntiAffinity
	ApartAt    Place
	Priority   int
	PriorityAt Place
	// className of the priority, until all classes are known.
	className string
}

// Volume is a disk of a replica. Type is the provider's; empty where it is not known.
type Volume struct {
	planner.Volume
	Class string
	Place
}

// place returns where a path of the object stands.
func (r *reading) place(path ...string) Place { return Place{File: r.file, Line: r.at(path...)} }

// join returns a path with more at its end.
func join(path []string, more ...string) []string { return append(slices.Clone(path), more...) }

func (r *reading) deployment(d *appsv1.Deployment) {
	w := r.workload(&d.Spec.Template, []string{"spec", "template"})
	if w == nil {
		return
	}
	w.Replicas = count(d.Spec.Replicas)
	w.ReplicasAt = r.place("spec", "replicas")
	at := r.place("spec", "strategy")
	switch u := d.Spec.Strategy.RollingUpdate; {
	case d.Spec.Strategy.Type == appsv1.RecreateDeploymentStrategyType:
		none, all := intstr.FromInt32(0), intstr.FromString("100%")
		w.MaxSurge, w.MaxUnavailable, w.RolloutAt = &none, &all, at
	case u != nil && (u.MaxSurge != nil || u.MaxUnavailable != nil):
		// Kubernetes takes 25% for the one that is not given (Deployment, API reference).
		quarter := intstr.FromString("25%")
		w.MaxSurge, w.MaxUnavailable, w.RolloutAt = cmp.Or(u.MaxSurge, &quarter), cmp.Or(u.MaxUnavailable, &quarter), at
	}
	for i := range d.Spec.Template.Spec.Volumes {
		if v := &d.Spec.Template.Spec.Volumes[i]; v.PersistentVolumeClaim != nil {
			r.note(r.at("spec", "template", "spec", "volumes"), "the claim %s, which its pods share, is not planned", v.PersistentVolumeClaim.ClaimName)
		}
	}
	r.finish(w)
}

func (r *reading) statefulSet(d *appsv1.StatefulSet) {
	w := r.workload(&d.Spec.Template, []string{"spec", "template"})
	if w == nil {
		return
	}
	w.Replicas = count(d.Spec.Replicas)
	w.ReplicasAt = r.place("spec", "replicas")
	if u := d.Spec.UpdateStrategy.RollingUpdate; u != nil && u.MaxUnavailable != nil {
		none := intstr.FromInt32(0)
		w.MaxSurge, w.MaxUnavailable, w.RolloutAt = &none, u.MaxUnavailable, r.place("spec", "updateStrategy")
	}
	if d.Spec.UpdateStrategy.Type == appsv1.OnDeleteStatefulSetStrategyType {
		r.note(r.at("spec", "updateStrategy"), "its pods are replaced by hand: a rollout of one at a time is planned")
	}
	at := r.place("spec", "volumeClaimTemplates")
	for i := range d.Spec.VolumeClaimTemplates {
		c := &d.Spec.VolumeClaimTemplates[i]
		v := Volume{Place: at}
		v.Name = c.Name
		v.Size = bytesOf(c.Spec.Resources.Requests[corev1.ResourceStorage])
		if v.Size <= 0 {
			r.note(at.Line, "the claim template %s requests no storage: it is not planned", c.Name)
			continue
		}
		if c.Spec.StorageClassName != nil {
			v.Class = *c.Spec.StorageClassName
		}
		w.Volumes = append(w.Volumes, v)
	}
	r.finish(w)
}

func (r *reading) job(j *batchv1.Job) { r.runs(&j.Spec, []string{"spec"}, "") }

func (r *reading) cronJob(c *batchv1.CronJob) {
	r.runs(&c.Spec.JobTemplate.Spec, []string{"spec", "jobTemplate", "spec"}, c.Spec.Schedule)
}

// runs reads a job, of which as many pods run at a time as its parallelism says.
func (r *reading) runs(j *batchv1.JobSpec, path []string, schedule string) {
	w := r.workload(&j.Template, join(path, "template"))
	if w == nil {
		return
	}
	w.Replicas = count(j.Parallelism)
	if j.Completions != nil && j.Parallelism != nil {
		w.Replicas = min(w.Replicas, int(*j.Completions))
	}
	w.ReplicasAt = r.place(join(path, "parallelism")...)
	w.Schedule = schedule
	r.finish(w)
}

// count returns a number that Kubernetes takes for 1 where it is not given.
func count(n *int32) int {
	if n == nil {
		return 1
	}
	return int(*n)
}

func (r *reading) daemonSet(d *appsv1.DaemonSet) {
	w := r.workload(&d.Spec.Template, []string{"spec", "template"})
	if w == nil {
		return
	}
	s := DaemonSet{Name: w.Name, Namespace: w.Namespace, Place: w.Place, Pods: w.Pods, Notes: r.notes}
	r.DaemonSets = append(r.DaemonSets, s)
}

// workload reads what all controllers have in common; nil where the object is broken.
func (r *reading) workload(t *corev1.PodTemplateSpec, path []string) *Workload {
	if len(t.Spec.Containers) == 0 {
		r.broken(r.at(join(path, "spec")...), "has no container")
		return nil
	}
	if c, name := negative(&t.Spec); name != "" {
		r.broken(r.at(join(path, "spec", "containers")...), "container %s asks for less than nothing of %s", c, name)
		return nil
	}
	w := &Workload{Name: r.head.Name, Namespace: r.head.Namespace, Kind: r.head.Kind, Place: r.place(), document: r.document}
	w.Labels = t.Labels
	inner := join(path, "spec")
	w.PodAt = r.place(join(inner, "containers")...)
	w.Pod = r.pod(&t.Spec, join(inner, "containers"))
	if g := t.Spec.TerminationGracePeriodSeconds; g != nil && (*g < 0 || *g > maxGrace) {
		r.broken(r.at(join(inner, "terminationGracePeriodSeconds")...), "has a grace period of %d seconds", *g)
		return nil
	}
	w.Grace, w.GraceAt = t.Spec.TerminationGracePeriodSeconds, r.place(join(inner, "terminationGracePeriodSeconds")...)
	w.Tolerations = t.Spec.Tolerations
	w.Unasked = unasked(&t.Spec)
	r.selector(&w.Pods, &t.Spec, inner)
	r.spread(&w.Pods, &t.Spec, inner)
	r.affinity(&w.Pods, &t.Spec, inner)
	w.className, w.PriorityAt = t.Spec.PriorityClassName, r.place(join(inner, "priorityClassName")...)
	return w
}

// maxGrace is the longest grace period that a spec can say: a year, in seconds.
const maxGrace = 365 * 24 * 3600

// finish adds a workload, unless none of its pods is to run.
func (r *reading) finish(w *Workload) {
	if w.Replicas < 0 {
		r.broken(w.ReplicasAt.Line, "has %d replicas", w.Replicas)
		return
	}
	w.Notes = r.notes
	r.Workloads = append(r.Workloads, *w)
}

// Address names the workload with its namespace, for people.
func (w *Workload) Address() string {
	return fmt.Sprintf("%s %s/%s", w.Kind, cmp.Or(w.Namespace, corev1.NamespaceDefault), w.Name)
}
