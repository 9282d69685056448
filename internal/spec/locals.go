package spec

import (
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// evaluateLocals evaluates the locals in an order in which each comes after
// those that it refers to, and reports circles.
func (r *reader) evaluateLocals(t tops, s *scope) {
	names := sortedKeys(t.locals)
	for _, name := range names {
		s.locals[name] = false
	}
	needs := map[string][]string{}
	for _, name := range names {
		needs[name] = localsOf(t, name)
	}
	known := map[string]cty.Value{}
	done := map[string]bool{}
	for _, name := range evaluationOrder(names, needs) {
		done[name] = true
		val, ok := r.eval(t.locals[name].Expr, s)
		if !ok {
			continue
		}
		s.locals[name] = true
		known[name] = val
		// A local is visible to those after it.
		s.ctx.Variables["local"] = cty.ObjectVal(known)
	}
	s.ctx.Variables["local"] = cty.ObjectVal(known)
	r.reportCycles(t, names, needs, done)
}

// localsOf returns the locals that a local refers to, sorted. A use of the
// whole object local refers to every other.
func localsOf(t tops, name string) []string {
	found := map[string]bool{}
	for _, trav := range t.locals[name].Expr.Variables() {
		if trav.RootName() != "local" {
			continue
		}
		member, ok := memberOf(trav)
		if !ok {
			for other := range t.locals {
				found[other] = true
			}
			continue
		}
		if t.locals[member] != nil {
			found[member] = true
		}
	}
	return sortedKeys(found)
}

// evaluationOrder returns names so that each comes after its needs, ties by
// name. Names in or behind a circle are left out.
func evaluationOrder(names []string, needs map[string][]string) []string {
	missing := map[string]int{}
	users := map[string][]string{}
	var ready, order []string
	for _, name := range names {
		missing[name] = len(needs[name])
		if missing[name] == 0 {
			ready = append(ready, name)
		}
		for _, need := range needs[name] {
			users[need] = append(users[need], name)
		}
	}
	for len(ready) > 0 {
		name := ready[0]
		ready = ready[1:]
		order = append(order, name)
		for _, user := range users[name] {
			if missing[user]--; missing[user] == 0 {
				ready = append(ready, user)
			}
		}
	}
	return order
}

// reportCycles reports each circle of locals once, at its first name.
func (r *reader) reportCycles(t tops, names []string, needs map[string][]string, done map[string]bool) {
	reported := map[string]bool{}
	for _, start := range names {
		if done[start] || reported[start] {
			continue
		}
		// Every local that is not done needs another that is not: walk until one
		// comes again.
		var walk []string
		at := start
		for !slices.Contains(walk, at) && !reported[at] {
			walk = append(walk, at)
			i := slices.IndexFunc(needs[at], func(n string) bool { return !done[n] })
			at = needs[at][i]
		}
		circle := []string{}
		if !reported[at] {
			circle = walk[slices.Index(walk, at):]
		}
		for _, name := range walk {
			reported[name] = true
		}
		if len(circle) > 0 {
			r.reportCycle(t, circle)
		}
	}
}

func (r *reader) reportCycle(t tops, circle []string) {
	first := slices.Index(circle, slices.Min(circle))
	circle = append(slices.Clone(circle[first:]), circle[:first]...)
	var steps []string
	shown := circle
	if len(shown) > 8 {
		shown = shown[:8]
	}
	for _, name := range shown {
		steps = append(steps, "local."+name)
	}
	if len(shown) < len(circle) {
		steps = append(steps, "…")
	}
	steps = append(steps, "local."+circle[0])
	rng := t.locals[circle[0]].NameRange
	if len(circle) == 1 {
		r.add(ReferenceCycle, &rng, "local.%s refers to itself. Give it a value that does not.", circle[0])
		return
	}
	r.add(ReferenceCycle, &rng, "%s. Give one of them a value that does not refer to the others.", strings.Join(steps, " -> "))
}
