// Package terraform writes a plan for Terraform. In style vars these are input
// variables: variables.tf, which declares them with their types, and
// scantling.auto.tfvars.json, which holds their values. Style root adds what calls
// the module with them: main.tf, outputs.tf, versions.tf.
//
// There are three targets, each in the files that are named after it:
//
//   - eks: terraform-aws-modules/eks/aws, major 21 (types read at v21.19);
//   - gke: terraform-google-modules/kubernetes-engine/google, major 44 (types read
//     at v44.2);
//   - plain: variables of our own for clusters that people run themselves, and for
//     the node groups of those that other providers run, which are for no module in
//     particular and have no style root.
//
// Other majors name and type their inputs otherwise. A caller passes the variables
// on and adds what the plan does not know: networks, roles, images.
// docs/terraform.md shows how.
package terraform

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/scantling-dev/scantling/internal/emit"
	"github.com/scantling-dev/scantling/planner"
)

// The names of files, where the node groups' variable has its default name. Others
// have names of their own, as names.file says.
const (
	VariablesFile = "variables.tf"
	ValuesFile    = "scantling.auto.tfvars.json"
	MainFile      = "main.tf"
	OutputsFile   = "outputs.tf"
	VersionsFile  = "versions.tf"
)

// The styles of the spec's emit block: variables alone, or with them a root module
// that calls the cluster's.
const (
	Vars = "vars"
	Root = "root"
)

// name is the label of the spec's emit block for this package.
const name = "terraform"

// Tool returns this package among those that plans are written for.
func Tool() emit.Tool {
	return emit.Tool{Name: name, Short: "typed Terraform variables and their values, and a root that calls the module", Write: Write, Marks: []string{"Written by scantling: ", writtenFor}}
}

// DefaultVariable is the name of the node groups' variable where the spec's emit
// block names none.
const DefaultVariable = "node_groups"

// GroupLabel is the node label by which pods select their node group.
const GroupLabel = "scantling.dev/group"

// object is a JSON object. Its keys are sorted when it is written.
type object = map[string]any

// Files returns what Write does for the spec's own emit block.
func Files(p *planner.Plan) ([]emit.File, error) {
	block := planner.Emit{Tool: name}
	if i := slices.IndexFunc(p.Cluster.Emits, func(e planner.Emit) bool { return e.Tool == name }); i >= 0 {
		block = p.Cluster.Emits[i]
	}
	made, err := Write(emit.Request{Plan: p, Block: block})
	return made.Files, err
}

// Write returns the variables of a plan and their values, in the order variables.tf,
// scantling.auto.tfvars.json, and in style root main.tf, outputs.tf and versions.tf.
// Equal plans give equal bytes.
//
// Where the plan stands decides what they are for: EKS, GKE or a cluster that people
// run themselves; of clusters that another provider runs only node groups are written,
// as for the last. Write refuses names that Terraform or the module refuses, and plans
// that no node group can be written from: each error names the group's address, and
// all of them are joined.
func Write(r emit.Request) (emit.Result, error) {
	target, err := writerFor(r.Plan)
	if err != nil {
		return emit.Result{}, err
	}
	n, errNames := namesOf(&r.Block, target.endings...)
	pin, note, errPin := target.pin(&r.Block)
	if err := errors.Join(errNames, errPin); err != nil {
		return emit.Result{}, err
	}
	values, err := target.values(r.Plan, n)
	if err != nil {
		return emit.Result{}, err
	}
	content, err := encode(values, "  ")
	if err != nil {
		return emit.Result{}, err
	}
	n.version, n.of = pin, owner(r.Plan)
	made := emit.Result{Files: []emit.File{
		{Name: n.file(VariablesFile), Content: n.declare(target.variables(r.Plan))},
		{Name: n.file(ValuesFile), Content: content},
	}}
	if note != "" {
		made.Notes = append(made.Notes, note)
	}
	var t *transition
	if r.From != nil {
		if t, err = newTransition(r, &target, n, values); err != nil {
			return emit.Result{}, err
		}
	}
	if r.Block.Style == Root {
		made.Files[0].Content = append(made.Files[0].Content, n.site(r.Plan, target.module.site)...)
		made.Files = append(made.Files, n.root(target.module)...)
	}
	if t != nil {
		if err := t.write(&made); err != nil {
			return emit.Result{}, err
		}
	}
	return made, nil
}

// A writer writes plans for one target.
type writer struct {
	// endings of a node groups' variable that are no part of the others' prefix.
	endings []string
	// variables returns variables.tf with names and versions left open.
	variables func(*planner.Plan) string
	// values returns the value of every variable in it by name.
	values func(*planner.Plan, names) (object, error)
	// module that takes them; nil where there is none.
	module *module
}

// writerFor chooses the target by who runs the control plane, and where.
func writerFor(p *planner.Plan) (writer, error) {
	own := len(p.Cluster.Machines) > 0
	groups := []string{DefaultVariable}
	provider, mode := p.Cluster.Provider, p.ControlPlane.Mode
	switch mode {
	case planner.SelfManaged:
		return writer{endings: groups, variables: func(*planner.Plan) string { return plainVariables(own) }, values: plainValues}, nil
	case planner.Managed:
		switch provider {
		case "aws":
			return writer{endings: groups, variables: func(*planner.Plan) string { return eksVariables }, values: eksValues, module: eksModule()}, nil
		case "gcp":
			return writer{endings: append(groups, poolsVariable), variables: func(*planner.Plan) string { return gkeVariables }, values: gkeValues, module: gkeModule()}, nil
		}
		return writer{endings: groups, variables: func(*planner.Plan) string { return plainGroupVariables(own) }, values: plainGroupValues}, nil
	}
	return writer{}, fmt.Errorf("control_plane.mode: %q is neither %s nor %s", mode, planner.Managed, planner.SelfManaged)
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
