package spec

import (
	"regexp"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
)

// moduleVersion is the form of a module's version: exact, or ~> and the least.
var moduleVersion = regexp.MustCompile(`^(~> ?)?([0-9]{1,6}\.[0-9]{1,6})(\.[0-9]{1,6})?$`)

// terraformTool is the tool for which the whole cluster is written.
const terraformTool = "terraform"

// terraformWords reads what an emit block says of Terraform alone.
func (b *builder) terraformWords(n *node, path string, e *planner.Emit) {
	if style := take(b, n, path, "style", "vars", "vars", "language"); style != "vars" {
		e.Style = style
	}
	e.ModuleVersion, _ = get[string](n, "module_version")
	e.Variable = take(b, n, path, "variable", "node_groups", "node_groups", "language")
	if !terraformName(e.Variable) {
		b.add(InvalidName, n.rng("variable"), "%q is no name of a Terraform variable: letters, digits and \"_\", no digit first.", short(e.Variable))
	}
	b.checkModule(n, e)
}

// checkModule refuses to call a module where there is none, and a version that is not of
// the major whose inputs are written.
func (b *builder) checkModule(n *node, e *planner.Emit) {
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

// checkEmitted refuses what can be planned and not be written for a tool, so
// that it is found before the plan is made.
func (b *builder) checkEmitted() {
	for _, n := range b.root.children("emit") {
		if n.label == terraformTool {
			b.checkTerraform()
			continue
		}
		b.checkGround(n)
		for _, name := range []string{"style", "variable", "module_version"} {
			if n.has(name) {
				b.add(NotOnGround, n.rng(name), "emit %q has no %s, which is Terraform's. Leave it out.", n.label, name)
			}
		}
	}
}

// checkGround refuses a tool that makes no cluster where this one stands.
func (b *builder) checkGround(n *node) {
	t := &b.terms
	switch n.label {
	case "eksctl", "karpenter":
		if t.Provider != "aws" || t.Mode != planner.Managed {
			b.add(NotOnGround, &n.labelRange, "emit %q is for EKS alone, and the cluster is on %s. Leave the block out.", n.label, b.title())
		}
	case "kops":
		if t.Provider != "aws" && t.Provider != "gcp" || t.Mode != planner.SelfManaged {
			b.add(NotOnGround, &n.labelRange, "emit \"kops\" is for self-managed clusters on AWS and Google Cloud, and the cluster is on %s. Leave the block out.", b.title())
			return
		}
		if topology, ok := get[string](b.root.child("control_plane"), "etcd_topology"); ok && topology != string(planner.Stacked) {
			b.add(NotOnGround, &n.labelRange, "emit \"kops\" cannot write etcd on machines of its own: kops runs it on those of the control plane. Write etcd_topology = \"stacked\", or leave the block out.")
		}
	}
}

// checkTerraform refuses what the modules of Terraform have no words for.
func (b *builder) checkTerraform() {
	if b.terms.GroupName != nil {
		for _, n := range b.root.children("node_group") {
			if n.misnamed {
				continue
			}
			if why := b.terms.GroupName(n.label); why != "" {
				b.add(InvalidName, &n.labelRange, "emit %q cannot write a node group named %q: %s. Name it otherwise.", terraformTool, short(n.label), why)
			}
		}
	}
	n := b.root.child("upgrade")
	if s, ok := get[string](n, "strategy"); ok && slices.Contains(b.terms.UnwrittenStrategies, s) {
		b.add(NotOnGround, n.rng("strategy"), "emit %q cannot write %s: the Terraform module has no key for it. Name another strategy, or leave the emit block out.", terraformTool, s)
	}
}
