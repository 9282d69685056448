package drift

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

type tree = map[string]any

// resource is one of a state or a planned state.
type resource struct {
	kind   string
	values tree
}

// Written reads what Terraform has: what `terraform show -json` prints of a state or a plan
// file, a raw state, or the values of emitted variables. Groups are the names of the planned
// ones.
func Written(data []byte, groups []string) (*Side, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var doc tree
	if err := dec.Decode(&doc); err != nil {
		return nil, fmt.Errorf("terraform: not a JSON object: %w", err)
	}
	s := &Side{}
	var found []resource
	for _, key := range []string{"values", "planned_values"} {
		if of, ok := doc[key].(tree); ok {
			found = modules(of["root_module"], found)
		}
	}
	if len(found) == 0 {
		found = rawState(doc)
	}
	eks := false
	for _, r := range found {
		switch r.kind {
		case "aws_eks_cluster":
			s.Version = text(r.values["version"])
		case "google_container_cluster":
			s.Version = minorOf(text(r.values["min_master_version"]))
		case "aws_eks_node_group":
			eks = true
			s.eksGroup(r.values, groups)
		case "google_container_node_pool":
			s.gkePool(r.values, groups)
		}
	}
	if len(s.Groups)+len(s.Strays) == 0 {
		eks = s.variables(doc, groups)
	}
	if len(s.Groups)+len(s.Strays) == 0 {
		return nil, errors.New("terraform: there is no node group in it: want terraform show -json of a state or a plan, or the emitted " +
			"scantling.auto.tfvars.json, with groups of EKS or pools of GKE")
	}
	if eks {
		s.Unknown = append(s.Unknown, "nodes by zone: node groups of EKS name subnets")
	}
	if s.Version == "" {
		s.Unknown = append(s.Unknown, "the version of the control plane: the cluster is not in it")
	}
	slices.Sort(s.Strays)
	return s, nil
}

// modules collects the managed resources of a module and of those beneath it.
func modules(v any, out []resource) []resource {
	m, ok := v.(tree)
	if !ok {
		return out
	}
	for _, r := range list(m["resources"]) {
		o, ok := r.(tree)
		values, has := o["values"].(tree)
		if ok && has && text(o["mode"]) != "data" {
			out = append(out, resource{text(o["type"]), values})
		}
	}
	for _, child := range list(m["child_modules"]) {
		out = modules(child, out)
	}
	return out
}

// rawState collects the resources of a state file.
func rawState(doc tree) []resource {
	var out []resource
	for _, r := range list(doc["resources"]) {
		o, _ := r.(tree)
		if text(o["mode"]) == "data" {
			continue
		}
		for _, i := range list(o["instances"]) {
			instance, _ := i.(tree)
			if values, ok := instance["attributes"].(tree); ok {
				out = append(out, resource{text(o["type"]), values})
			}
		}
	}
	return out
}

// variables reads emitted variables, bare or as a plan file repeats them, and reports
// whether they are for EKS.
func (s *Side) variables(doc tree, groups []string) (eks bool) {
	values := doc
	if of, ok := doc["variables"].(tree); ok {
		values = tree{}
		for name, v := range of {
			if o, ok := v.(tree); ok {
				values[name] = o["value"]
			}
		}
	}
	labels, taints := tree{}, tree{}
	for name, v := range values {
		o, ok := v.(tree)
		switch {
		case strings.HasSuffix(name, "kubernetes_version"):
			s.Version = text(v)
		case ok && strings.HasSuffix(name, "node_pools_labels"):
			labels = o
		case ok && strings.HasSuffix(name, "node_pools_taints"):
			taints = o
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		switch v := values[name].(type) {
		case tree:
			for _, key := range slices.Sorted(maps.Keys(v)) {
				g, ok := v[key].(tree)
				if ok && g["instance_types"] != nil {
					eks = true
					g = maps.Clone(g)
					g["node_group_name"], g["scaling_config"] = key, []any{g}
					if of, ok := g["taints"].(tree); ok {
						g["taint"] = slices.Collect(maps.Values(of))
					}
					s.eksGroup(g, groups)
				}
			}
		case []any:
			for _, e := range v {
				if pool, ok := e.(tree); ok && pool["machine_type"] != nil {
					s.gkeVariable(pool, labels, taints, groups)
				}
			}
		}
	}
	return eks
}

// named returns the group that one of Terraform's is part of, or notes it as a stray.
func (s *Side) named(label, name, what string, groups []string) *Group {
	if label == "" {
		label = longest(name, groups)
	}
	if label == "" {
		s.Strays = append(s.Strays, what+" "+name)
		return nil
	}
	return s.of(label)
}

// eksGroup adds an aws_eks_node_group.
func (s *Side) eksGroup(v tree, groups []string) {
	labels := texts(v["labels"])
	g := s.named(labels[GroupLabel], text(v["node_group_name"]), "node group", groups)
	if g == nil {
		return
	}
	for _, t := range list(v["instance_types"]) {
		g.Types = with(g.Types, text(t))
	}
	g.Capacity = with(g.Capacity, strings.ToLower(text(v["capacity_type"])))
	for _, sizes := range list(v["scaling_config"]) {
		if o, ok := sizes.(tree); ok {
			plus(&g.Min, o["min_size"], 1)
			plus(&g.Desired, o["desired_size"], 1)
			plus(&g.Max, o["max_size"], 1)
		}
	}
	g.Versions = with(g.Versions, minorOf(text(v["version"])))
	g.marks(labels, list(v["taint"]))
}

// gkePool adds a google_container_node_pool, whose counts are by zone.
func (s *Side) gkePool(v tree, groups []string) {
	config := first(v["node_config"])
	labels := texts(config["labels"])
	g := s.named(labels[GroupLabel], text(v["name"]), "node pool", groups)
	if g == nil {
		return
	}
	g.Types = with(g.Types, text(config["machine_type"]))
	g.Capacity = with(g.Capacity, spotOr(config["spot"]))
	var zones []string
	for _, z := range list(v["node_locations"]) {
		zones = append(zones, text(z))
	}
	scaling := first(v["autoscaling"])
	g.poolCounts(zones, v["node_count"], scaling["min_node_count"], scaling["max_node_count"], scaling["total_min_node_count"], scaling["total_max_node_count"])
	g.Versions = with(g.Versions, minorOf(text(v["version"])))
	g.marks(labels, list(config["taint"]))
}

// gkeVariable adds an element of node_pools.
func (s *Side) gkeVariable(v, labels, taints tree, groups []string) {
	name := text(v["name"])
	own := texts(labels[name])
	g := s.named(own[GroupLabel], name, "node pool", groups)
	if g == nil {
		return
	}
	g.Types = with(g.Types, text(v["machine_type"]))
	g.Capacity = with(g.Capacity, spotOr(v["spot"]))
	g.poolCounts(strings.Split(text(v["node_locations"]), ","), v["node_count"], v["min_count"], v["max_count"], v["total_min_count"], v["total_max_count"])
	g.marks(own, list(taints[name]))
}

// poolCounts adds the counts of a pool of GKE: count, least and most of each zone, or over
// all of them. Zeros of an autoscaler are what is not set.
func (g *Group) poolCounts(zones []string, count, least, most, totalLeast, totalMost any) {
	each := max(1, len(zones))
	fixed := whole(most) == 0 && whole(totalMost) == 0
	switch {
	case fixed:
		plus(&g.Min, count, each)
		plus(&g.Max, count, each)
	case whole(totalMost) > 0:
		plus(&g.Min, totalLeast, 1)
		plus(&g.Max, totalMost, 1)
	default:
		plus(&g.Min, least, each)
		plus(&g.Max, most, each)
	}
	if count == nil {
		return
	}
	plus(&g.Desired, count, each)
	for _, z := range zones {
		if z != "" {
			if g.Zones == nil {
				g.Zones = map[string]int{}
			}
			g.Zones[z] += whole(count)
		}
	}
}

// marks adds labels and taints.
func (g *Group) marks(labels map[string]string, taints []any) {
	if g.Labels == nil {
		g.Labels = map[string]string{}
	}
	maps.Copy(g.Labels, labels)
	if g.Taints == nil {
		g.Taints = []string{}
	}
	effects := map[string]string{"NO_SCHEDULE": "NoSchedule", "PREFER_NO_SCHEDULE": "PreferNoSchedule", "NO_EXECUTE": "NoExecute"}
	for _, t := range taints {
		if o, ok := t.(tree); ok {
			effect := text(o["effect"])
			if word, ok := effects[effect]; ok {
				effect = word
			}
			g.Taints = with(g.Taints, taint(text(o["key"]), text(o["value"]), effect))
		}
	}
}

// plus adds a whole number, times so many, to a count.
func plus(to **int, v any, times int) {
	if v == nil {
		return
	}
	n := whole(v) * times
	if *to != nil {
		n += **to
	}
	*to = &n
}

func whole(v any) int {
	n, ok := v.(json.Number)
	if !ok {
		return 0
	}
	i, err := n.Int64()
	if err != nil || i < 0 || i > 1_000_000_000 {
		return 0
	}
	return int(i)
}

func spotOr(v any) string {
	if v == true {
		return "spot"
	}
	return "on_demand"
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func texts(v any) map[string]string {
	out := map[string]string{}
	if o, ok := v.(tree); ok {
		for key, value := range o {
			out[key] = text(value)
		}
	}
	return out
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

// first is the only block of a list of blocks.
func first(v any) tree {
	for _, e := range list(v) {
		if o, ok := e.(tree); ok {
			return o
		}
	}
	return tree{}
}
