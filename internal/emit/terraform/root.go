package terraform

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"github.com/scantling-dev/scantling/internal/emit"
	"github.com/scantling-dev/scantling/planner"
)

// A module makes clusters, and is called in style root.
type module struct {
	// name of the call, source of the module.
	name, source string
	// major and minor at which its inputs were read: the version that is called where
	// the spec names none is of that major, from that minor on.
	major, minor int
	// terraform is the least version of Terraform, provider is what the cluster's
	// resources come from: its name, and the versions that the module takes.
	terraform, provider, versions string
	// final are the variables of which no change leaves the cluster; move leads the
	// groups of nodes to new values.
	final []string
	move  func(*transition)
	// call are the arguments of the call; names are left open in them, as in outputs
	// and site.
	call string
	// outputs and site are blocks of output, and of variable for what the plan does not
	// know. @cluster@ stands for the cluster's name there.
	outputs, site string
}

// versionForm is a version of a module in a spec: exact, or ~> and the least.
var versionForm = regexp.MustCompile(`^(~> ?)?([0-9]{1,6})\.([0-9]{1,6})(\.[0-9]{1,6})?$`)

// pin returns the version constraint of the module that is called, and what people must
// know about it; both are empty where there is no module, for which style root is
// refused. A version without its last part is the least of its major.
func (w *writer) pin(block *planner.Emit) (constraint, note string, err error) {
	switch block.Style {
	case "", Vars, Root:
	default:
		return "", "", fmt.Errorf("emit.%s.style: %q is neither %s nor %s", name, block.Style, Vars, Root)
	}
	m := w.module
	if m == nil {
		if block.Style == Root {
			return "", "", fmt.Errorf("emit.%s.style: a root calls a module that makes the cluster, and for this one there is none: "+
				"write style = %q, and call modules of your own as docs/terraform.md shows", name, Vars)
		}
		return "", "", nil
	}
	if block.ModuleVersion == "" {
		return fmt.Sprintf("~> %d.%d", m.major, m.minor), "", nil
	}
	form := versionForm.FindStringSubmatch(block.ModuleVersion)
	if form == nil {
		return "", "", fmt.Errorf("emit.%s.module_version: %q is no version: write \"%d.%d.0\" or \"~> %d.%d\"", name, block.ModuleVersion, m.major, m.minor, m.major, m.minor)
	}
	major, _ := strconv.Atoi(form[2]) // at most six digits
	minor, _ := strconv.Atoi(form[3])
	if major != m.major {
		return "", "", fmt.Errorf("emit.%s.module_version: %q is of another major than %d, whose inputs are written", name, block.ModuleVersion, m.major)
	}
	if minor < m.minor {
		note = fmt.Sprintf("emit.%s.module_version %s is older than %d.%d, whose inputs are written: what it does not know it drops without a word.",
			name, block.ModuleVersion, m.major, m.minor)
	}
	if form[1] != "" || form[4] == "" {
		return fmt.Sprintf("~> %s.%s%s", form[2], form[3], form[4]), note, nil
	}
	return block.ModuleVersion, note, nil
}

// call returns the name of the module's call.
func (n names) call(m *module) string {
	if n.stem == "" {
		return m.name
	}
	return n.stem + "_" + m.name
}

// root returns main.tf, outputs.tf and versions.tf.
func (n names) root(m *module) []emit.File {
	call := n.call(m)
	main := fmt.Sprintf("# Written by scantling: change the spec and write it again. What you add to the call\n"+
		"# belongs into a file of yours whose name ends in _override.tf.\n\nmodule %q {\n  source  = %q\n  version = \"@version@\"\n%s}\n", call, m.source, m.call)
	return []emit.File{
		{Name: n.file(MainFile), Content: n.declare(main)},
		{Name: n.file(OutputsFile), Content: n.declare(strings.ReplaceAll(m.outputs, "@module@", call))},
		{Name: n.file(VersionsFile), Content: n.declare(n.versions(m))},
	}
}

// versions returns versions.tf. A module has one required_providers at most: where
// several clusters may share a folder, the versions are those that the called modules
// require.
func (n names) versions(m *module) string {
	if n.stem != "" {
		return fmt.Sprintf("# The providers' versions are those that the module requires.\nterraform {\n  required_version = %q\n}\n", m.terraform)
	}
	return fmt.Sprintf("terraform {\n  required_version = %q\n\n  required_providers {\n    %s = {\n      source = \"hashicorp/%s\"\n      version = %q\n    }\n  }\n}\n",
		m.terraform, m.provider, m.provider, m.versions)
}

// site returns the variables of what the plan does not know.
func (n names) site(p *planner.Plan, template string) []byte {
	name := hclwrite.TokensForValue(cty.StringVal(p.Cluster.Name)).Bytes()
	return append([]byte("\n"), n.declare(strings.ReplaceAll(template, "@cluster@", string(bytes.TrimSpace(name))))...)
}
