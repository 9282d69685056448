package document

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/scantling-dev/scantling/planner"
)

// InputChange is one thing that is asked for otherwise. Old and New are JSON on one
// line, empty where there is none.
type InputChange struct{ Path, Old, New string }

// InputChanges returns what two clusters ask for otherwise, by the names that documents
// give it, sorted by path. Which values are defaults, and what locks keep, is left out.
func InputChanges(a, b *planner.Cluster) ([]InputChange, error) {
	x, y := askedFor(a), askedFor(b)
	var out []InputChange
	if err := inputChanges("", reflect.ValueOf(x).Elem(), reflect.ValueOf(y).Elem(), &out); err != nil {
		return nil, fmt.Errorf("compare inputs: %w", err)
	}
	slices.SortFunc(out, func(a, b InputChange) int { return strings.Compare(a.Path, b.Path) })
	return out, nil
}

// IsDemand reports whether an input's path is about what workloads carry.
func IsDemand(path string) bool {
	if path == "growth" || strings.HasPrefix(path, "growth.") {
		return true
	}
	_, of, ok := strings.Cut(path, ".workload.")
	if !ok {
		return false
	}
	_, attribute, ok := strings.Cut(of, ".")
	first, _, _ := strings.Cut(attribute, ".")
	return ok && slices.Contains([]string{"demand", "growth_per_month", "growth_range", "grows_replicas", "daily_profile"}, first)
}

// askedFor is a cluster as a document, without defaults and locks.
func askedFor(c *planner.Cluster) *inputs {
	var d inputs
	syncInputs(writing, &d, c)
	d.Defaults = nil
	for i := range d.NodeGroups {
		d.NodeGroups[i].Locked = nil
	}
	d.ControlPlane.Locked = nil
	return &d
}

// inputChanges adds where two values of one type differ, down to their leaves. Lists of
// named structs are compared by name, other lists and maps as a whole.
func inputChanges(path string, a, b reflect.Value, out *[]InputChange) error {
	_, isScalar := reflect.TypeAssert[scalar](a.Addr())
	_, isPortion := reflect.TypeAssert[*countOrRatio](a.Addr())
	switch {
	case isScalar, isPortion: // a portion is one thing, though a document has two fields for it
	case is(a, reflect.Struct):
		for f := range a.Type().Fields() {
			if err := inputChanges(join(path, jsonName(f)), a.FieldByIndex(f.Index), b.FieldByIndex(f.Index), out); err != nil {
				return err
			}
		}
		return nil
	case is(a, reflect.Pointer) && !a.IsNil() && !b.IsNil():
		return inputChanges(path, a.Elem(), b.Elem(), out)
	case is(a, reflect.Slice) && a.Type().Elem().Kind() == reflect.Struct:
		return listChanges(path, a, b, out)
	}
	if reflect.DeepEqual(a.Interface(), b.Interface()) {
		return nil
	}
	old, err := onOneLine(a)
	if err != nil {
		return err
	}
	now, err := onOneLine(b)
	if old != now {
		*out = append(*out, InputChange{path, old, now})
	}
	return err
}

// listChanges compares the elements of two lists by their names, else by their places.
func listChanges(path string, a, b reflect.Value, out *[]InputChange) error {
	index := map[string]int{}
	for i := range b.Len() {
		index[elementName(b.Index(i), i)] = i
	}
	for i := range a.Len() {
		name := elementName(a.Index(i), i)
		at := join(singular(path), name)
		j, ok := index[name]
		if !ok {
			*out = append(*out, InputChange{Path: at, Old: "{...}"})
			continue
		}
		delete(index, name)
		if err := inputChanges(at, a.Index(i), b.Index(j), out); err != nil {
			return err
		}
	}
	for name := range index { // the caller sorts
		*out = append(*out, InputChange{Path: join(singular(path), name), New: "{...}"})
	}
	return nil
}

func elementName(v reflect.Value, i int) string {
	if name := v.FieldByName("Name"); name.IsValid() && is(name, reflect.String) {
		return name.String()
	}
	return strconv.Itoa(i)
}

// singular is the address of the elements of a list: node_group.web is one of
// node_groups.
func singular(path string) string {
	for _, list := range []string{"node_groups", "workloads", "daemonsets", "machines", "sidecars"} {
		if path == list || strings.HasSuffix(path, "."+list) {
			return strings.TrimSuffix(path, "s")
		}
	}
	return path
}

// onOneLine is a leaf as JSON; an object says only that it is there, null is nothing.
func onOneLine(v reflect.Value) (string, error) {
	if p, ok := reflect.TypeAssert[*countOrRatio](v.Addr()); ok {
		return p.onOneLine()
	}
	raw, err := json.Marshal(v.Interface())
	if err != nil {
		return "", err
	}
	switch s := string(raw); {
	case s == "null":
		return "", nil
	case strings.HasPrefix(s, "{") && is(v, reflect.Pointer):
		return "{...}", nil
	default:
		return s, nil
	}
}

// onOneLine is a portion as a spec writes it: a number, or a share as "33%".
func (p *countOrRatio) onOneLine() (string, error) {
	if p.Ratio == nil {
		raw, err := json.Marshal(p.Count)
		return strings.TrimSuffix(string(raw), "null"), err
	}
	raw, err := json.Marshal(p.Ratio)
	if err != nil {
		return "", err
	}
	share, err := strconv.ParseFloat(string(raw), 64)
	return strconv.Quote(strconv.FormatFloat(math.Round(share*1e6)/1e4, 'f', -1, 64) + "%"), err
}

// LockOf returns the lock of a plan that tool made, with the digests of its inputs.
func LockOf(p *planner.Plan, tool string) (planner.Lock, error) {
	l := planner.LockOf(p, tool)
	rest := askedFor(&p.Cluster)
	rest.AsOf = "" // where it is a default it is the catalog's day
	demand := inputs{Growth: rest.Growth, NodeGroups: make([]nodeGroup, len(rest.NodeGroups))}
	rest.Growth = growth{}
	for i := range rest.NodeGroups {
		g, d := &rest.NodeGroups[i], &demand.NodeGroups[i]
		d.Name, d.Workloads = g.Name, make([]workload, len(g.Workloads))
		for j := range g.Workloads {
			from, to := &g.Workloads[j], &d.Workloads[j]
			*to = workload{Name: from.Name, Demand: from.Demand, GrowthPerMonth: from.GrowthPerMonth, GrowthRange: from.GrowthRange, GrowsReplicas: from.GrowsReplicas, DailyProfile: from.DailyProfile}
			var none workload
			from.Demand, from.GrowthPerMonth, from.GrowthRange, from.GrowsReplicas, from.DailyProfile = none.Demand, none.GrowthPerMonth, none.GrowthRange, none.GrowsReplicas, none.DailyProfile
		}
	}
	var err error
	if l.Demand, err = digestOf(&demand); err != nil {
		return l, err
	}
	l.Rest, err = digestOf(rest)
	return l, err
}

func digestOf(d *inputs) (string, error) {
	raw, err := json.Marshal(d)
	if err != nil {
		return "", fmt.Errorf("digest of inputs: %w", err)
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:]), nil
}
