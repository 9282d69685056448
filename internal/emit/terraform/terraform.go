// Package terraform writes a plan as input variables of Terraform: variables.tf,
// which declares them with the type constraints of the module they are for, and
// scantling.auto.tfvars.json, which holds their values.
//
// The module is terraform-aws-modules/eks/aws, major 21 (types read at v21.19):
// earlier majors name and type their inputs otherwise. A caller passes the
// variables on and adds what the plan does not know: the VPC, its subnets, IAM
// roles. docs/terraform.md shows how.
package terraform

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/scantling-dev/scantling/planner"
)

// The names of the files that Files returns.
const (
	VariablesFile = "variables.tf"
	ValuesFile    = "scantling.auto.tfvars.json"
)

// Tool is the label of the spec's emit block for this package.
const Tool = "terraform"

// DefaultVariable is the name of the node groups' variable where the spec's emit
// block names none.
const DefaultVariable = "node_groups"

// GroupLabel is the node label by which pods select their node group.
const GroupLabel = "scantling.dev/group"

// provider is the only one whose module is written so far.
const provider = "aws"

// File is a file to write.
type File struct {
	// Name has no folder.
	Name    string
	Content []byte
}

// object is a JSON object. Its keys are sorted when it is written.
type object = map[string]any

// Files returns the variables of p and their values, in the order variables.tf,
// scantling.auto.tfvars.json. Equal plans give equal bytes.
//
// It refuses plans for another provider than AWS, names that Terraform refuses,
// and plans that no managed node group can be written from: each error names
// the group's address, and all of them are joined.
func Files(p *planner.Plan) ([]File, error) {
	if p.Cluster.Provider != provider {
		return nil, fmt.Errorf("terraform variables can be written for provider %q only, this plan is for %q", provider, p.Cluster.Provider)
	}
	n, err := namesOf(&p.Cluster)
	if err != nil {
		return nil, err
	}
	groups, zones := object{}, object{}
	var errs []error
	for i := range p.NodeGroups {
		planned := &p.NodeGroups[i]
		g, err := newGroup(p, planned)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", planned.Path(), err))
			continue
		}
		groups[planned.Name] = g.values()
		zones[planned.Name] = g.zones()
	}
	addons, err := addonValues(p)
	errs = append(errs, err)
	support, err := supportType(&p.ControlPlane)
	errs = append(errs, err)
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	values, err := encode(object{
		n.groups: groups, n.zones: zones, n.addons: addons,
		n.version: p.Cluster.KubernetesVersion, n.policy: object{"support_type": support},
	}, "  ")
	if err != nil {
		return nil, err
	}
	return []File{
		{Name: VariablesFile, Content: n.declare()},
		{Name: ValuesFile, Content: values},
	}, nil
}

// names of the variables that are written.
type names struct{ groups, zones, version, policy, addons string }

// reserved are the names that Terraform refuses for a variable: they are
// arguments of a module block.
func reserved() []string {
	return []string{"source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals"}
}

// namesOf derives the names of all variables from that of the node groups, so
// that the variables of several clusters live side by side: what stands before
// "node_groups", or the whole name and "_", is put before the others.
func namesOf(c *planner.Cluster) (names, error) {
	variable := DefaultVariable
	if i := slices.IndexFunc(c.Emits, func(e planner.Emit) bool { return e.Tool == Tool }); i >= 0 && c.Emits[i].Variable != "" {
		variable = c.Emits[i].Variable
	}
	if !hclsyntax.ValidIdentifier(variable) {
		return names{}, fmt.Errorf("emit.%s.variable: %q is not a name that Terraform accepts: letters, digits, _ and -, not a digit first", Tool, variable)
	}
	if slices.Contains(reserved(), variable) {
		return names{}, fmt.Errorf("emit.%s.variable: Terraform keeps the name %q for itself", Tool, variable)
	}
	prefix, ok := strings.CutSuffix(variable, DefaultVariable)
	if !ok {
		prefix = variable + "_"
	}
	return names{
		groups: variable, zones: prefix + "node_group_zones",
		version: prefix + "kubernetes_version", policy: prefix + "upgrade_policy", addons: prefix + "addons",
	}, nil
}

// supportType is EKS's word for what happens when standard support of the
// cluster's version ends.
func supportType(c *planner.ControlPlane) (string, error) {
	switch c.Support {
	case "standard":
		return "STANDARD", nil
	case "extended":
		return "EXTENDED", nil
	}
	return "", fmt.Errorf("control_plane.support_type: %q is neither standard nor extended", c.Support)
}

// encode writes v as JSON with sorted keys, a line feed at the end when it is
// indented. Nothing is escaped that JSON does not want escaped.
func encode(v any, indent string) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode Terraform values: %w", err)
	}
	if indent == "" {
		return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
	}
	return b.Bytes(), nil
}
