package terraform

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/scantling-dev/scantling/internal/emit"
)

// TransitionFile says what to do at each step, beside the values of the steps.
const TransitionFile = "TRANSITION.md"

// A transition leads from the values that stand to those of a plan.
type transition struct {
	names    names
	old, new object
	// address of the module's call.
	address string
	// steps are the values to apply one after another, the plan's own last.
	steps []step
	// reasons are why there is more than one; notes, what else people must know.
	reasons, notes []string
}

// A step is what is applied at a time, and what people do before and after it.
type step struct {
	values        object
	before, after []string
	// empty are the groups whose nodes are emptied after it.
	empty []emptied
}

// emptied is a group whose nodes are to go: what it is called, the nodes' label, and the
// command that says the label's value where nobody knows it before.
type emptied struct{ name, label, found string }

// newTransition compares the values of the plan that stands with those of the new one.
// Its errors are changes that no apply carries out on the same cluster.
func newTransition(r emit.Request, w *writer, n names, values object) (*transition, error) {
	old, p := r.From, r.Plan
	if old.Cluster.Name != p.Cluster.Name || old.Cluster.Provider != p.Cluster.Provider || old.ControlPlane.Mode != p.ControlPlane.Mode {
		return nil, fmt.Errorf("the plan that stands is of another cluster: %s on %s (%s), not %s on %s (%s)", old.Cluster.Name, old.Cluster.Provider,
			old.ControlPlane.Mode, p.Cluster.Name, p.Cluster.Provider, p.ControlPlane.Mode)
	}
	standing, err := w.values(old, n)
	if err != nil {
		return nil, fmt.Errorf("the plan that stands cannot be written: %w", err)
	}
	t := &transition{names: n, old: standing, new: values, steps: []step{{values: values}}}
	if w.module == nil {
		t.notes = []string{"What an apply would replace is known of the modules of EKS and GKE, not of yours: see scantling diff for what changes."}
		return t, nil
	}
	t.address = "module." + n.call(w.module)
	errs := []error{oneMinor(old.Cluster.KubernetesVersion, p.Cluster.KubernetesVersion)}
	for _, name := range w.module.final {
		if a, b := standing[n.prefix+name], values[n.prefix+name]; !reflect.DeepEqual(a, b) {
			errs = append(errs, fmt.Errorf("%s changes from %v to %v, for which the cluster is destroyed: make another one beside it", n.prefix+name, a, b))
		}
	}
	if a, b := firstOf(standing[n.prefix+"zones"]), firstOf(values[n.prefix+"zones"]); a != b {
		errs = append(errs, fmt.Errorf("the first of %szones changes from %s to %s, for which the cluster is destroyed: make another one beside it", n.prefix, a, b))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	w.module.move(t)
	return t, nil
}

// firstOf returns the first of a list of zones; empty where there is none.
func firstOf(zones any) string {
	if list, ok := zones.([]string); ok && len(list) > 0 {
		return list[0]
	}
	return ""
}

// oneMinor refuses what a control plane does not do at a time: to go back, or on by more
// than a minor.
func oneMinor(from, to string) error {
	minor := func(v string) int {
		n, _ := strconv.Atoi(strings.TrimPrefix(v, "1."))
		return n
	}
	if by := minor(to) - minor(from); by < 0 || by > 1 {
		return fmt.Errorf("kubernetes_version changes from %s to %s: a control plane goes on by one minor at a time, and never back", from, to)
	}
	return nil
}

// write returns the files of the steps before the last, the first of them in the place
// of the plan's own values.
func (t *transition) write(made *emit.Result) error {
	made.Notes = append(made.Notes, t.notes...)
	if len(t.steps) == 1 {
		return nil
	}
	for i, s := range t.steps[:len(t.steps)-1] {
		content, err := encode(s.values, "  ")
		if err != nil {
			return err
		}
		if i == 0 {
			made.Files[1].Content = content
			continue
		}
		made.Files = append(made.Files, emit.File{Name: t.stepFile(i), Content: content})
	}
	made.Files = append(made.Files, emit.File{Name: t.names.file(TransitionFile), Content: t.describe()})
	made.Notes = append(made.Notes, fmt.Sprintf("Not all of it applies in place: %s has %d steps. The values are those of the first; "+
		"write the last with scantling emit terraform, without --from.", t.names.file(TransitionFile), len(t.steps)))
	return nil
}

// stepFile is the file of a step's values, which is not read by itself.
func (t *transition) stepFile(i int) string {
	return t.names.file(fmt.Sprintf("step_%d.tfvars.json", i+1))
}

// describe returns TRANSITION.md.
func (t *transition) describe() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# From the plan that stands to the next\n\nWhat a single apply would not carry out in place:\n\n")
	for _, reason := range t.reasons {
		fmt.Fprintf(&b, "- %s\n", reason)
	}
	fmt.Fprintf(&b, "\nWhile old and new nodes stand, quotas and free addresses have to allow for both.\n")
	for i, s := range t.steps {
		fmt.Fprintf(&b, "\n## Step %d\n\n", i+1)
		for _, do := range s.before {
			fmt.Fprintf(&b, "%s\n\n", do)
		}
		switch {
		case i == len(t.steps)-1:
			fmt.Fprintf(&b, "The plan's own values. Delete this file then, and those of steps.\n\n    scantling emit terraform PLAN --out DIR\n    terraform apply\n")
		case i == 0:
			fmt.Fprintf(&b, "The values are in %s.\n\n    terraform plan\n    terraform apply\n", t.names.file(ValuesFile))
		default:
			fmt.Fprintf(&b, "The values are in %s, which goes before %s.\n\n    terraform apply -var-file=%s\n", t.stepFile(i), t.names.file(ValuesFile), t.stepFile(i))
		}
		for _, do := range s.after {
			fmt.Fprintf(&b, "\n%s\n", do)
		}
		if len(s.empty) > 0 {
			fmt.Fprintf(&b, "\n%s\n", emptying(s.empty))
		}
	}
	return b.Bytes()
}

// gone says that a plan has a group no more, and which new ones of the same node group take
// its place: it was split by zone, or is that no more, or has other types.
func gone(name, group string, old, now object, groupOf func(name string) string) string {
	var heirs []string
	for _, other := range union(now, nil) {
		if group != "" && old[other] == nil && groupOf(other) == group {
			heirs = append(heirs, other)
		}
	}
	if len(heirs) == 0 {
		return name + ": the plan has it no more. Its nodes go when no pod is on them."
	}
	return fmt.Sprintf("%s: in its place the plan has %s. Its nodes go when no pod is on them.", name, listed(heirs))
}

// labelOf is the node group that labels name.
func labelOf(labels any) string {
	of, _ := labels.(map[string]string)
	return of[GroupLabel]
}

// changed returns the keys, among those given, of which two groups have other values.
func changed(old, now object, keys ...string) []string {
	var out []string
	for _, key := range keys {
		if !reflect.DeepEqual(old[key], now[key]) {
			out = append(out, key)
		}
	}
	return out
}

// union returns the keys of both, sorted.
func union(a, b object) []string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return slices.Sorted(maps.Keys(all))
}

// beside returns a name for a group that stands beside another for a while: no other
// group's, and no longer than it may be.
func beside(name, ending string, longest int, taken func(string) bool) string {
	for i := 1; ; i++ {
		end := "-" + ending
		if i > 1 {
			end += strconv.Itoa(i)
		}
		if got := strings.TrimRight(name[:min(len(name), longest-len(end))], "-") + end; !taken(got) {
			return got
		}
	}
}

// emptying says how pods leave the nodes of groups. No node of any of them takes pods before
// the first is emptied: they would move to one that goes next, once for each group.
func emptying(groups []emptied) string {
	var names, cordons, drains, found []string
	for _, g := range groups {
		names = append(names, g.name)
		cordons = append(cordons, "    kubectl cordon -l "+g.label)
		drains = append(drains, "    kubectl drain -l "+g.label+" --ignore-daemonsets --delete-emptydir-data")
		if g.found != "" {
			found = append(found, "    "+g.found)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "When all new nodes are Ready, empty those of %s.", listed(names))
	if len(groups) > 1 {
		fmt.Fprintf(&b, " Cordon all of them first, so that no pod moves to a node that goes next.")
	}
	if len(found) > 0 {
		fmt.Fprintf(&b, " The suffixes of names are in\n\n%s\n", strings.Join(found, "\n"))
	} else {
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "\n%s\n%s", strings.Join(cordons, "\n"), strings.Join(drains, "\n"))
	return b.String()
}

// listed is how people read keys.
func listed(keys []string) string { return strings.Join(keys, ", ") }
