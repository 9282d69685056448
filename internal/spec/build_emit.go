package spec

import "slices"

// checkEmitted refuses what can be planned and not be written for Terraform, so
// that it is found before the plan is made.
func (b *builder) checkEmitted() {
	emits := b.root.children("emit")
	if len(emits) == 0 {
		return
	}
	if b.terms.GroupName != nil {
		for _, n := range b.root.children("node_group") {
			if n.misnamed {
				continue
			}
			if why := b.terms.GroupName(n.label); why != "" {
				b.add(InvalidName, &n.labelRange, "emit %q cannot write a node group named %q: %s. Name it otherwise.", emits[0].label, short(n.label), why)
			}
		}
	}
	n := b.root.child("upgrade")
	if s, ok := get[string](n, "strategy"); ok && slices.Contains(b.terms.UnwrittenStrategies, s) {
		b.add(NotOnGround, n.rng("strategy"), "emit %q cannot write %s: the Terraform module has no key for it. Name another strategy, or leave the emit block out.", emits[0].label, s)
	}
}
