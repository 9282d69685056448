package terraform

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/scantling-dev/scantling/planner"
)

// names of the variables that are written.
type names struct {
	// groups is the node groups' variable.
	groups string
	// prefix stands before the names of all others.
	prefix string
	// stem stands before the names of files; empty where the names are the default ones.
	stem string
	// of is the cluster that they are of, as owner has it.
	of string
	// version of the module that they are for, as a constraint.
	version string
}

// reserved are the names that Terraform refuses for a variable: they are
// arguments of a module block.
func reserved() []string {
	return []string{"source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals"}
}

// namesOf derives the names of all variables from that of the node groups, so
// that the variables of several clusters live side by side: what stands before
// one of endings, or the whole name and "_", is put before the others.
func namesOf(block *planner.Emit, endings ...string) (names, error) {
	variable := cmp.Or(block.Variable, DefaultVariable)
	if !hclsyntax.ValidIdentifier(variable) {
		return names{}, fmt.Errorf("emit.%s.variable: %q is not a name that Terraform accepts: letters, digits, _ and -, not a digit first", name, variable)
	}
	if slices.Contains(reserved(), variable) {
		return names{}, fmt.Errorf("emit.%s.variable: Terraform keeps the name %q for itself", name, variable)
	}
	n := names{groups: variable, prefix: variable + "_"}
	for _, ending := range endings {
		if prefix, ok := strings.CutSuffix(variable, ending); ok {
			n.prefix = prefix
			break
		}
	}
	if n.prefix != "" {
		n.stem = strings.Trim(n.prefix, "_-")
		if !hclsyntax.ValidIdentifier(n.stem) {
			n.stem = variable
		}
	}
	return n, nil
}

// file returns what a file is called, so that several clusters find room in one folder:
// their variables would clash there as their files would.
func (n names) file(base string) string {
	switch {
	case n.stem == "":
		return base
	case base == ValuesFile:
		return n.stem + "." + base
	}
	return n.stem + "_" + base
}

// declare returns HCL from a template in which @groups@ stands for the node groups'
// variable, @prefix@ before the names of all others, @version@ for the module's, and
// @writer@ for the line that Owner reads. It is formatted as terraform fmt does.
func (n names) declare(template string) []byte {
	return hclwrite.Format([]byte(strings.NewReplacer("@groups@", n.groups, "@prefix@", n.prefix, "@version@", n.version, "@writer@", writtenFor+n.of+".").Replace(template)))
}

// writtenFor begins the line of variables.tf that says which cluster it is of.
const writtenFor = "Written by scantling for the cluster "

// owner names the cluster of a plan.
func owner(p *planner.Plan) string {
	return fmt.Sprintf("%q in %s", p.Cluster.Name, p.Cluster.Region)
}

// Owner returns which cluster a file of variables says that it is of: "shop" in
// us-east-1, the name in quotes. It is empty where the file does not say.
func Owner(file []byte) string {
	for line := range strings.Lines(string(file)) {
		if of, ok := strings.CutPrefix(strings.TrimSpace(line), "# "+writtenFor); ok {
			return strings.TrimSuffix(of, ".")
		}
		if !strings.HasPrefix(line, "#") {
			break
		}
	}
	return ""
}
