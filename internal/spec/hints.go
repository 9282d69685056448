package spec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// habits are names that people bring from Kubernetes, Terraform and clouds, with
// what to write instead.
func habits() map[string]string {
	nodes := "The number of nodes is computed; min_nodes and max_nodes of autoscaling bound it."
	autoscaler := "Write horizontal_pod_autoscaler { … } in the workload; its bounds are calculated where they are left out."
	types := "Write instances { types = [\"NAME\"] }, or families for more choice."
	pinned := "Leave it out: pods are kept to their group by a selector and a toleration that are written from the plan."
	requests := "Write cpu and memory in pod { … } itself: they are the requests of all containers."
	return map[string]string{
		"node_count": nodes, "desired_size": nodes, "min_size": nodes, "max_size": nodes, "desired_capacity": nodes, "count": nodes,
		"instance_type": types, "instance_types": types, "machine_type": types, "vm_size": types,
		"tolerations": pinned, "toleration": pinned, "node_selector": pinned, "node_affinity": pinned, "affinity": pinned,
		"requests": requests, "container": requests, "containers": requests,
		"ami": "Write image, the name of an operating system.", "ami_type": "Write image, the name of an operating system.",
		"image_type":         "Write image, the name of an operating system.",
		"spot":               "Write instances { capacity_type = \"spot\" }.",
		"rps":                "Write throughput, in requests per second.",
		"qps":                "Write throughput, in requests per second.",
		"name":               "The name stands after the block's kind, in quotes.",
		"availability_zones": "Write zones.", "azs": "Write zones.",
		"version": "Write kubernetes_version.", "cluster_version": "Write kubernetes_version.",
		"pdb": "Write pod_disruption_budget { … }.", "hpa": autoscaler, "max_replicas": autoscaler,
		"disk_size": "Write disk { size = \"50Gi\" }.", "volume_size": "Write disk { size = \"50Gi\" }.",
	}
}

// instead says what to write for a name that the block does not know: what
// people mean by it, the nested block that has it, a name like it, another block
// that has it, or all that the block knows.
func instead(in *block, name string, similar, known []string) string {
	if hint := habits()[name]; hint != "" {
		return " " + hint
	}
	if in.name == "eviction_hard" {
		return " Of what the kubelet evicts for, memory is planned with: write memory, the threshold of memory.available."
	}
	if inner := holders(in, name, in.name == "spec"); inner != "" {
		return inner
	}
	if hint := didYouMean(name, similar); hint != "" {
		return hint
	}
	if outer := holders(language(), name, true); outer != "" {
		return outer
	}
	return orElse("", known)
}

// holders says which blocks inside of in know a name, the outermost only; where
// in itself is one of them, it is left out.
func holders(in *block, name string, whole bool) string {
	level := in.blocks
	for len(level) > 0 {
		var found []string
		unbuilt := true
		var next []block
		for i := range level {
			b := &level[i]
			a, n := b.attribute(name), b.block(name)
			if (a != nil || n != nil) && b.name != "node_group_defaults" && !slices.Contains(found, b.name) && b.name != "variable" {
				found = append(found, b.name)
				unbuilt = unbuilt && (a == nil || a.unbuilt) && (n == nil || n.unbuilt)
			}
			next = append(next, b.blocks...)
		}
		if len(found) > 0 && (whole || len(found) == 1) {
			hint := fmt.Sprintf(" It belongs in a %s block", strings.Join(found, " or "))
			if unbuilt {
				hint += ", where it is not supported yet"
			}
			return hint + "."
		}
		level = next
	}
	return ""
}

// start returns the place of the first byte of the first file by name.
func (r *reader) start() *hcl.Range {
	names := sortedKeys(r.sources)
	if len(names) == 0 {
		return nil
	}
	return &hcl.Range{Filename: names[0], Start: hcl.InitialPos, End: hcl.InitialPos}
}
