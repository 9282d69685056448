// Package terraform writes a plan as input variables of Terraform: variables.tf,
// which declares them with their types, and scantling.auto.tfvars.json, which
// holds their values.
//
// There are three targets, each in the files that are named after it:
//
//   - eks: terraform-aws-modules/eks/aws, major 21 (types read at v21.19);
//   - gke: terraform-google-modules/kubernetes-engine/google, major 44 (types read
//     at v44.2);
//   - plain: variables of our own for clusters that people run themselves, and for
//     the node groups of those that other providers run, which are for no module in
//     particular.
//
// Other majors name and type their inputs otherwise. A caller passes the variables
// on and adds what the plan does not know: networks, roles, images.
// docs/terraform.md shows how.
package terraform

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/scantling-dev/scantling/internal/emit"
	"github.com/scantling-dev/scantling/planner"
)

// The names of the files that Files returns.
const (
	VariablesFile = "variables.tf"
	ValuesFile    = "scantling.auto.tfvars.json"
)

// name is the label of the spec's emit block for this package.
const name = "terraform"

// Tool returns this package among those that plans are written for.
func Tool() emit.Tool {
	return emit.Tool{Name: name, Short: "typed Terraform variables and their values", Write: write}
}

func write(r emit.Request) (emit.Result, error) {
	files, err := Files(r.Plan)
	return emit.Result{Files: files}, err
}

// DefaultVariable is the name of the node groups' variable where the spec's emit
// block names none.
const DefaultVariable = "node_groups"

// GroupLabel is the node label by which pods select their node group.
const GroupLabel = "scantling.dev/group"

// object is a JSON object. Its keys are sorted when it is written.
type object = map[string]any

// Files returns the variables of p and their values, in the order variables.tf,
// scantling.auto.tfvars.json. Equal plans give equal bytes.
//
// Where p stands decides what they are for: EKS, GKE or a cluster that people run
// themselves; of clusters that another provider runs only node groups are written, as
// for the last. Files refuses names that Terraform or the module refuses, and plans
// that no node group can be written from: each error names the group's address, and
// all of them are joined.
func Files(p *planner.Plan) ([]emit.File, error) {
	target, err := writerFor(p)
	if err != nil {
		return nil, err
	}
	variables, values, err := target(p)
	if err != nil {
		return nil, err
	}
	content, err := encode(values, "  ")
	if err != nil {
		return nil, err
	}
	return []emit.File{
		{Name: VariablesFile, Content: variables},
		{Name: ValuesFile, Content: content},
	}, nil
}

// A writer returns variables.tf, and the value of every variable in it by name.
type writer func(*planner.Plan) (variables []byte, values object, err error)

// writerFor chooses the target by who runs the control plane, and where.
func writerFor(p *planner.Plan) (writer, error) {
	provider, mode := p.Cluster.Provider, p.ControlPlane.Mode
	switch mode {
	case planner.SelfManaged:
		return writePlain, nil
	case planner.Managed:
		switch provider {
		case "aws":
			return writeEKS, nil
		case "gcp":
			return writeGKE, nil
		}
		return writePlainGroups, nil
	}
	return nil, fmt.Errorf("control_plane.mode: %q is neither %s nor %s", mode, planner.Managed, planner.SelfManaged)
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
