// Package importer reads what already runs: Kubernetes manifests, Helm output and the
// dumps of kubectl. It gives specs the workloads of the manifests that they refer to
// (Manifests), and writes a first spec for a cluster that has none (Write).
//
// Objects are read one by one: what is unknown or broken is reported with its place,
// and the rest is read.
package importer

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"

	"github.com/scantling-dev/scantling/internal/spec"
)

// Found is what objects of Kubernetes say of a cluster.
type Found struct {
	// Workloads run for good or until their work is done, sorted by name, then by
	// namespace and kind.
	Workloads []Workload
	// DaemonSets are sorted by name.
	DaemonSets []DaemonSet
	// Nodes are sorted by name.
	Nodes []Node
	// Problems are sorted by file and line.
	Problems []Problem
	// Supports are the files with budgets, autoscalers, priorities or classes, sorted.
	Supports []string
	// Objects is how many were read, those that say nothing of sizes among them.
	Objects int
	// own: of machines of one's own, without what their clusters bring.
	own bool
}

// Problem is what is wrong with an object, or what of it is not read.
type Problem struct {
	File string
	Line int
	// Document is the index of the object in its file, from 1.
	Document int
	// Object names it, "Deployment cart"; empty where it could not be told.
	Object  string
	Message string
	// Broken: the object was not read, and may hold pods.
	Broken bool
}

// String is the problem in a line.
func (p *Problem) String() string {
	out := fmt.Sprintf("%s:%d (document %d): ", p.File, p.Line, p.Document)
	if p.Object != "" {
		out += p.Object + ": "
	}
	return out + p.Message
}

// set is what was read so far.
type set struct {
	Found
	budgets     []budget
	autoscalers []autoscaler
	// priorities by the name of their class, classes by theirs.
	priorities map[string]int
	classes    map[string]storagev1.StorageClass
	seen       map[string]string // places of objects, by kind, namespace and name
	supports   map[string]bool   // files
}

// Read reads the objects in files: YAML, of one or more documents, or JSON, of one or
// more values; lists of objects are taken apart.
func Read(files []spec.File) Found {
	s := &set{priorities: map[string]int{}, classes: map[string]storagev1.StorageClass{}, seen: map[string]string{}, supports: map[string]bool{}}
	for _, f := range files {
		documents(f, s.object, func(p Problem) { s.Problems = append(s.Problems, p) })
	}
	s.join()
	slices.SortStableFunc(s.Workloads, func(a, b Workload) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Kind, b.Kind))
	})
	slices.SortStableFunc(s.DaemonSets, func(a, b DaemonSet) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Namespace, b.Namespace))
	})
	slices.SortStableFunc(s.Nodes, func(a, b Node) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortStableFunc(s.Problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Message, b.Message))
	})
	s.unique()
	s.Supports = slices.Sorted(maps.Keys(s.supports))
	return s.Found
}

// unique names workloads and DaemonSets as blocks may be named. Those that share a name
// have their namespace after it, "cart-prod", and their kind where that is not enough.
func (s *set) unique() {
	names := map[string]int{}
	for i := range s.Workloads {
		names[s.Workloads[i].Name]++
	}
	full := func(w *Workload) string {
		if names[w.Name] < 2 {
			return w.Name
		}
		return w.Name + "-" + cmp.Or(w.Namespace, corev1.NamespaceDefault)
	}
	fulls := map[string]int{}
	for i := range s.Workloads {
		fulls[full(&s.Workloads[i])]++
	}
	taken := map[string]bool{}
	for i := range s.Workloads {
		w := &s.Workloads[i]
		w.Unique = full(w)
		if fulls[w.Unique] > 1 {
			w.Unique += "-" + strings.ToLower(w.Kind)
		}
		w.Unique = unused(tidy(w.Unique), taken)
	}
	taken = map[string]bool{}
	for i := range s.DaemonSets {
		s.DaemonSets[i].Unique = unused(tidy(s.DaemonSets[i].Name), taken)
	}
}
