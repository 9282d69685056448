package terraform

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/scantling-dev/scantling/planner"
)

// names of the variables that are written.
type names struct {
	// groups is the node groups' variable.
	groups string
	// prefix stands before the names of all others.
	prefix string
}

// reserved are the names that Terraform refuses for a variable: they are
// arguments of a module block.
func reserved() []string {
	return []string{"source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals"}
}

// namesOf derives the names of all variables from that of the node groups, so
// that the variables of several clusters live side by side: what stands before
// one of endings, or the whole name and "_", is put before the others.
func namesOf(c *planner.Cluster, endings ...string) (names, error) {
	variable := DefaultVariable
	if i := slices.IndexFunc(c.Emits, func(e planner.Emit) bool { return e.Tool == name }); i >= 0 && c.Emits[i].Variable != "" {
		variable = c.Emits[i].Variable
	}
	if !hclsyntax.ValidIdentifier(variable) {
		return names{}, fmt.Errorf("emit.%s.variable: %q is not a name that Terraform accepts: letters, digits, _ and -, not a digit first", name, variable)
	}
	if slices.Contains(reserved(), variable) {
		return names{}, fmt.Errorf("emit.%s.variable: Terraform keeps the name %q for itself", name, variable)
	}
	for _, ending := range endings {
		if prefix, ok := strings.CutSuffix(variable, ending); ok {
			return names{groups: variable, prefix: prefix}, nil
		}
	}
	return names{groups: variable, prefix: variable + "_"}, nil
}

// declare returns variables.tf from a template in which @groups@ stands for the
// node groups' variable and @prefix@ before the names of all others. The template
// is formatted as terraform fmt does.
func (n names) declare(template string) []byte {
	return []byte(strings.NewReplacer("@groups@", n.groups, "@prefix@", n.prefix).Replace(template))
}
