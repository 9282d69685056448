package machines

import (
	"maps"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
)

// GroupLabel is the label by which the nodes of a group are known.
const GroupLabel = "scantling.dev/group"

// NodeLabels returns the labels that every node of type t in group g has, whoever
// runs Kubernetes on it: the group's own, its name, and the well-known ones of the
// kubelet (kubernetes.io/os, kubernetes.io/arch, node.kubernetes.io/instance-type).
func NodeLabels(g *planner.NodeGroup, t *catalogs.InstanceType) map[string]string {
	out := map[string]string{}
	maps.Copy(out, g.Labels)
	out[GroupLabel] = g.Name
	out["kubernetes.io/os"] = "linux"
	out["kubernetes.io/arch"] = t.Architecture
	out["node.kubernetes.io/instance-type"] = t.Name
	return out
}
