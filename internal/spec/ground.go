package spec

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/scantling-dev/scantling/planner"
)

// findGround finds where the cluster stands, from its provider and the mode of
// its control plane. The ground stays nil where it cannot be told; that is
// reported.
func (b *builder) findGround() {
	c := &b.cluster
	provider, ok := get[string](b.root, "provider")
	if !ok || !b.checkWord(b.root, "provider") {
		return
	}
	c.Provider = provider
	cp := b.root.child("control_plane")
	mode, given := get[string](cp, "mode")
	if !given && cp.has("mode") {
		return // its mistake is reported
	}
	var modes []string
	var found *planner.Ground
	for _, g := range b.offers.Grounds() {
		if g.Terms.Provider != provider {
			continue
		}
		modes = append(modes, string(g.Terms.Mode))
		if given && string(g.Terms.Mode) == mode || !given && (found == nil || g.Terms.DefaultMode) {
			found = &g
		}
	}
	if found == nil {
		b.add(NotOnGround, cp.rng("mode"), "%s has no control plane that is %s. Write %s, or leave mode out.", provider, mode, quoteAll(modes))
		return
	}
	b.ground, b.terms = found, found.Terms
	c.ControlPlane.Mode = b.terms.Mode
	if !given {
		b.assume("control_plane.mode", string(b.terms.Mode), b.source())
	}
}

// source names the ground's defaults.
func (b *builder) source() string { return "provider " + b.cluster.Provider }

// title names the ground at the start of a sentence.
func (b *builder) title() string { return capital(b.terms.Title) }

// checkWords checks the words of n and of all that is in it against the ground.
func (b *builder) checkWords(n *node) {
	for _, name := range sortedKeys(n.attrs) {
		if a := n.schema.attribute(name); a != nil && a.of != nil && a.name != "provider" {
			b.checkWord(n, name)
		}
	}
	for _, child := range n.blocks {
		b.checkWords(child)
	}
}

// checkWord reports whether the ground has the word of an attribute, any ground
// where the cluster's own is not known. A ground without any such word is not
// asked: the attribute itself is refused there.
func (b *builder) checkWord(n *node, name string) bool {
	s, ok := get[string](n, name)
	if !ok {
		return false
	}
	a := *n.schema.attribute(name)
	built, later := a.words(b.offers.Grounds())
	a.choices, a.later = built, later
	if b.ground != nil {
		a.choices = a.of(&b.terms)
	}
	v := n.attrs[name]
	switch {
	case len(a.choices) == 0 || slices.Contains(a.choices, s):
		return true
	case slices.Contains(built, s):
		b.add(NotOnGround, &v.rng, "%s has no %s %q: it is %s.", b.title(), name, s, quoteAll(a.choices))
	default:
		b.chosen(&a, s, v.rng)
	}
	v.bad = true
	return false
}

// refuse reports an attribute or a block that the ground does not have, and why.
// What was found wrong in it is forgotten: it has to go as a whole.
func (b *builder) refuse(n *node, name, format string, args ...any) {
	why := fmt.Sprintf(format, args...)
	if n.has(name) {
		v := n.attrs[name]
		b.forget(hcl.RangeBetween(v.name, v.rng))
		b.add(NotOnGround, &v.name, "%s", why)
	}
	for _, c := range n.children(name) {
		for _, span := range c.spans {
			b.forget(span)
		}
		b.add(NotOnGround, &c.def, "%s", why)
	}
}

// first returns the default of a list of words; empty where there is none.
func first[T ~string](words []T) T {
	if len(words) == 0 {
		return ""
	}
	return words[0]
}
