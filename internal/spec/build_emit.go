package spec

import (
	"regexp"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
)

// moduleVersion is the form of a module's version: exact, or ~> and the least.
var moduleVersion = regexp.MustCompile(`^(~> ?)?([0-9]{1,6}\.[0-9]{1,6})(\.[0-9]{1,6})?$`)

// checkModule refuses to call a module where there is none, and a version that is not of
// the major whose inputs are written.
func (b *builder) checkModule(n *node, e *planner.Emit) {
	if e.Tool != "terraform" {
		return
	}
	major := b.terms.ModuleMajor
	if e.Style == "root" && major == "" {
		b.add(NotOnGround, n.rng("style"), "A root calls a module that makes the cluster, and there is none for one on %s. Write style = \"vars\" and call modules of your own.", b.terms.Title)
	}
	if e.ModuleVersion == "" && !n.has("module_version") {
		return
	}
	switch form := moduleVersion.FindStringSubmatch(e.ModuleVersion); {
	case n.attrs["module_version"].bad:
	case major == "":
		b.add(NotOnGround, n.rng("module_version"), "No module is called for a cluster on %s. Leave it out.", b.terms.Title)
	case form == nil:
		b.add(InvalidVersion, n.rng("module_version"), "%q is no version of a module: write \"%s.2.0\" for one, or \"~> %s.2\" for that and later ones.", short(e.ModuleVersion), major, major)
	case !strings.HasPrefix(form[2], major+"."):
		b.add(OutOfRange, n.rng("module_version"), "%q is of another major than %s, whose inputs are written. Leave it out, or name a version %s.x.", short(e.ModuleVersion), major, major)
	}
}

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
