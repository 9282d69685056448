package emit

import (
	"bytes"
	"encoding/json"
	"fmt"

	"sigs.k8s.io/yaml"

	"github.com/scantling-dev/scantling/planner"
)

// The labels by which pods and nodes find each other.
const (
	// GroupLabel is of nodes and of the pods that belong on them: the node group's name.
	GroupLabel = "scantling.dev/group"
	// WorkloadLabel is of pods: the name of their workload, unique in its group.
	WorkloadLabel = "scantling.dev/workload"
)

// YAML writes objects of Kubernetes, one document each, keys sorted. The header is a
// comment of one line. Fields without a value, null, empty, and status are left out: in
// a patch they would take away what is there.
func YAML(header string, objects ...any) ([]byte, error) {
	pruned := make([]any, len(objects))
	for i, o := range objects {
		encoded, err := json.Marshal(o)
		if err != nil {
			return nil, fmt.Errorf("write %T: %w", o, err)
		}
		var fields map[string]any
		dec := json.NewDecoder(bytes.NewReader(encoded))
		dec.UseNumber()
		if err := dec.Decode(&fields); err != nil {
			return nil, fmt.Errorf("write %T: %w", o, err)
		}
		delete(fields, "status")
		prune(fields)
		pruned[i] = fields
	}
	return Documents(header, pruned...)
}

// Documents writes values as they are, one document each, keys sorted, after a comment of
// one line.
func Documents(header string, values ...any) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s\n", header)
	for i, o := range values {
		text, err := yaml.Marshal(o)
		if err != nil {
			return nil, fmt.Errorf("write %T: %w", o, err)
		}
		if i > 0 {
			b.WriteString("---\n")
		}
		b.Write(text)
	}
	return b.Bytes(), nil
}

// prune takes away what has no value.
func prune(fields map[string]any) {
	for k, v := range fields {
		switch v := v.(type) {
		case map[string]any:
			if prune(v); len(v) == 0 {
				delete(fields, k)
			}
		case []any:
			for _, e := range v {
				if m, ok := e.(map[string]any); ok {
					prune(m)
				}
			}
			if len(v) == 0 {
				delete(fields, k)
			}
		case string:
			if v == "" {
				delete(fields, k)
			}
		case nil:
			delete(fields, k)
		}
	}
}

// SpecOf returns what was asked for of a planned group; nil where the plan's inputs do
// not have it.
func SpecOf(p *planner.Plan, group string) *planner.NodeGroup {
	for i := range p.Cluster.NodeGroups {
		if p.Cluster.NodeGroups[i].Name == group {
			return &p.Cluster.NodeGroups[i]
		}
	}
	return nil
}

// WorkloadOf returns what was asked for of a planned workload of a group; nil where the
// group does not have it.
func WorkloadOf(g *planner.NodeGroup, workload string) *planner.Workload {
	for i := range g.Workloads {
		if g.Workloads[i].Name == workload {
			return &g.Workloads[i]
		}
	}
	return nil
}
