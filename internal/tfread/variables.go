package tfread

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

func number(n int) string { return strconv.Itoa(n) }

// variables reads values of variables, bare or as a plan file repeats them. They are known
// by how their names end, and by what their elements have.
func (c *Cluster) variables(doc tree) {
	values := doc
	if of, ok := doc["variables"].(tree); ok {
		values = tree{}
		for name, v := range of {
			if o, ok := v.(tree); ok {
				values[name] = o["value"]
			}
		}
	}
	var labels, marks, zones tree
	for _, name := range slices.Sorted(maps.Keys(values)) {
		v := values[name]
		o, _ := v.(tree)
		switch {
		case strings.HasSuffix(name, "kubernetes_version"):
			c.Version = Minor(text(v))
		case strings.HasSuffix(name, "node_pools_labels"):
			labels = o
		case strings.HasSuffix(name, "node_pools_taints"):
			marks = o
		case strings.HasSuffix(name, "node_group_zones"):
			zones = o
		default:
			c.variable(name, v)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		switch v := values[name].(type) {
		case tree:
			c.groups(v, zones)
		case []any:
			for _, e := range v {
				if pool, ok := e.(tree); ok && pool["machine_type"] != nil {
					c.gkeVariable(pool, labels, marks)
				}
			}
		}
	}
}

// variable reads what is said of the cluster as a whole.
func (c *Cluster) variable(name string, v any) {
	o, _ := v.(tree)
	switch {
	case strings.HasSuffix(name, "upgrade_policy"):
		c.Support = text(o["support_type"])
	case strings.HasSuffix(name, "release_channel"):
		c.Channel = text(v)
	case strings.HasSuffix(name, "regional"):
		c.Zonal = v == false
	case strings.HasSuffix(name, "region"):
		c.Region = text(v)
	case strings.HasSuffix(name, "zones"):
		for _, z := range words(v) {
			c.Zones = With(c.Zones, z)
		}
	case strings.HasSuffix(name, "control_plane") && o["machines"] != nil:
		c.SelfManaged, c.Version = true, Minor(text(o["kubernetes_version"]))
		c.Balancer = text(first(o["load_balancer"])["kind"])
		c.ControlPlane, c.Etcd = machines(first(o["machines"])["control_plane"]), machines(first(o["machines"])["etcd"])
		c.Balancers = machines(first(o["machines"])["load_balancer"])
	case strings.HasSuffix(name, "etcd") && o["members"] != nil:
		c.EtcdMembers, c.EtcdTopology, c.EventsApart = whole(o["members"]), text(o["topology"]), o["events"] != nil
	}
}

// machines reads those of a role.
func machines(v any) Machines {
	o := first(v)
	m := Machines{Type: text(o["machine_type"])}
	for z, n := range first(o["nodes_by_zone"]) {
		if m.ByZone == nil {
			m.ByZone = map[string]int{}
		}
		m.ByZone[z] = whole(n)
		m.Nodes += whole(n)
	}
	return m
}

// groups reads a variable of node groups by name.
func (c *Cluster) groups(v, zones tree) {
	for _, key := range slices.Sorted(maps.Keys(v)) {
		g, ok := v[key].(tree)
		switch {
		case ok && g["instance_types"] != nil:
			p := Pool{Kind: EKS, Name: key}
			p.eks(g, g, g["taints"])
			for _, z := range words(zones[key]) {
				p.Zones = With(p.Zones, z)
			}
			p.device(first(g["block_device_mappings"]))
			p.kubelet(text(first(g["cloudinit_pre_nodeadm"])["content"]) + text(g["bootstrap_extra_args"]))
			c.Pools = append(c.Pools, p)
		case ok && text(g["machine_type"]) != "" && g["nodes_by_zone"] != nil && g["max_nodes"] != nil:
			c.plain(key, g)
		}
	}
}

// plain reads a group of machines that people look after themselves.
func (c *Cluster) plain(name string, v tree) {
	p := Pool{
		Kind: Plain, Name: name, Types: oneWord(v["machine_type"]), Capacity: text(v["capacity_type"]), Image: text(v["image"]),
		Min: count(v["min_nodes"], 1), Max: count(v["max_nodes"], 1), Labels: texts(v["labels"]), Taints: taints(v["taints"]), ByZone: map[string]int{},
	}
	nodes := 0
	for z, n := range first(v["nodes_by_zone"]) {
		p.Zones, p.ByZone[z] = With(p.Zones, z), whole(n)
		nodes += whole(n)
	}
	p.Desired = &nodes
	if d := first(v["root_disk"]); whole(d["size_gib"]) > 0 {
		p.Disk = &Disk{Type: text(d["type"]), GiB: whole(d["size_gib"]), IOPS: whole(d["iops"]), Throughput: whole(d["throughput"])}
	}
	k := first(v["kubelet"])
	p.MaxPods, p.KubeReserved, p.SystemReserved = whole(k["max_pods"]), texts(k["kube_reserved"]), texts(k["system_reserved"])
	p.Eviction = texts(k["eviction_hard"])["memory.available"]
	if u := first(v["update"]); len(u) > 0 {
		p.Update = &Update{Strategy: text(u["strategy"]), MaxSurge: number(whole(u["max_surge"])), MaxUnavailable: number(whole(u["max_unavailable"]))}
	}
	c.Pools = append(c.Pools, p)
}

// gkeVariable reads an element of node_pools.
func (c *Cluster) gkeVariable(v, labels, marks tree) {
	name := text(v["name"])
	p := Pool{
		Kind: GKE, Name: name, Types: oneWord(v["machine_type"]), Capacity: spotOr(v["spot"]), Labels: texts(labels["all"]), Taints: taints(marks["all"]),
		Image: gkeImage(text(v["image_type"])), MaxPods: whole(v["max_pods_per_node"]),
	}
	maps.Copy(p.Labels, texts(labels[name]))
	p.Taints = append(p.Taints, taints(marks[name])...)
	for z := range strings.SplitSeq(text(v["node_locations"]), ",") {
		p.Zones = With(p.Zones, strings.TrimSpace(z))
	}
	if len(p.Zones) == 0 {
		p.Zones = slices.Clone(c.Zones)
	}
	nodes := v["node_count"]
	if nodes == nil {
		nodes = v["initial_node_count"]
	}
	p.byZone(nodes, v["min_count"], v["max_count"], v["total_min_count"], v["total_max_count"])
	if size := whole(v["disk_size_gb"]); size > 0 {
		p.Disk = &Disk{Type: text(v["disk_type"]), GiB: size, IOPS: whole(v["provisioned_iops"]), Throughput: whole(v["provisioned_throughput"])}
	}
	p.Update = gkeUpdate(text(v["strategy"]), v["max_surge"], v["max_unavailable"], v["node_pool_soak_duration"])
	c.Pools = append(c.Pools, p)
}
