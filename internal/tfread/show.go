package tfread

import (
	"encoding/base64"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// resource is one of a state or a planned state. Data sources tell zones alone.
type resource struct {
	kind, module string
	data         bool
	values       tree
}

// resources reads the resources of a document.
func (c *Cluster) resources(doc tree) {
	var found []resource
	for _, key := range []string{"values", "planned_values"} {
		if of, ok := doc[key].(tree); ok {
			found = modules(of["root_module"], found)
		}
	}
	// The subnets of a plan that is not applied are in what was there before.
	var before []resource
	if of, ok := doc["prior_state"].(tree); ok {
		before = modules(first(of["values"])["root_module"], nil)
	}
	if len(found) == 0 {
		found = rawState(doc)
	}
	for _, r := range found {
		if r.data {
			continue
		}
		switch r.kind {
		case "aws_eks_cluster":
			c.eksCluster(r.values)
		case "google_container_cluster":
			c.gkeCluster(r.values)
		}
	}
	for _, r := range found {
		if r.data {
			continue
		}
		switch r.kind {
		case "aws_eks_node_group":
			c.eksGroup(r)
		case "google_container_node_pool":
			c.gkePool(r.values)
		}
	}
	c.subnets(append(before, found...))
	c.templates(found)
}

// modules collects the resources of a module and of those beneath it.
func modules(v any, out []resource) []resource {
	m, ok := v.(tree)
	if !ok {
		return out
	}
	for _, r := range list(m["resources"]) {
		o, ok := r.(tree)
		values, has := o["values"].(tree)
		if ok && has {
			out = append(out, resource{text(o["type"]), text(m["address"]), text(o["mode"]) == "data", values})
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
		for _, i := range list(o["instances"]) {
			instance, _ := i.(tree)
			if values, ok := instance["attributes"].(tree); ok {
				out = append(out, resource{text(o["type"]), text(o["module"]), text(o["mode"]) == "data", values})
			}
		}
	}
	return out
}

// eksCluster reads an aws_eks_cluster.
func (c *Cluster) eksCluster(v tree) {
	c.Name, c.Version = text(v["name"]), text(v["version"])
	c.Region = text(v["region"])
	if parts := strings.Split(text(v["arn"]), ":"); c.Region == "" && len(parts) > 3 {
		c.Region = parts[3] // arn:aws:eks:REGION:ACCOUNT:cluster/NAME
	}
	c.Support = text(first(v["upgrade_policy"])["support_type"])
}

// gkeCluster reads a google_container_cluster, whose location is its region or, of a
// zonal one, its zone.
func (c *Cluster) gkeCluster(v tree) {
	c.Name, c.Version = text(v["name"]), Minor(text(v["min_master_version"]))
	if c.Version == "" {
		c.Version = Minor(text(v["master_version"]))
	}
	c.Region = text(v["location"])
	if region := regionOf(c.Region); region != "" {
		c.Zones, c.Region, c.Zonal = With(c.Zones, c.Region), region, true
	}
	for _, z := range words(v["node_locations"]) {
		c.Zones = With(c.Zones, z)
	}
	c.Channel = text(first(v["release_channel"])["channel"])
}

// eksGroup reads an aws_eks_node_group.
func (c *Cluster) eksGroup(r resource) {
	v := r.values
	p := Pool{Kind: EKS, Name: text(v["node_group_name"]), module: r.module, template: text(first(v["launch_template"])["id"])}
	if p.Name == "" {
		p.Name = strings.TrimSuffix(text(v["node_group_name_prefix"]), "-")
	}
	sizes := first(v["scaling_config"])
	p.eks(v, sizes, v["taint"])
	p.subnets = words(v["subnet_ids"])
	if size := whole(v["disk_size"]); size > 0 {
		p.Disk = &Disk{GiB: size}
	}
	c.Pools = append(c.Pools, p)
}

// eks reads what a resource and an element of the module's variable have in common.
func (p *Pool) eks(v, sizes tree, taint any) {
	p.Types, p.Capacity = words(v["instance_types"]), strings.ToLower(text(v["capacity_type"]))
	p.Min, p.Desired, p.Max = count(sizes["min_size"], 1), count(sizes["desired_size"], 1), count(sizes["max_size"], 1)
	version := text(v["version"])
	if version == "" {
		version = text(v["kubernetes_version"])
	}
	p.Version, p.Labels, p.Taints = Minor(version), texts(v["labels"]), taints(taint)
	switch ami := text(v["ami_type"]); {
	case strings.HasPrefix(ami, "AL2023"):
		p.Image = "al2023"
	case strings.HasPrefix(ami, "BOTTLEROCKET"):
		p.Image = "bottlerocket"
	}
	config := first(v["update_config"])
	if len(config) == 0 {
		return
	}
	p.Update = &Update{Strategy: map[string]string{"DEFAULT": "surge", "MINIMAL": "minimal"}[text(config["update_strategy"])]}
	if n := whole(config["max_unavailable"]); n > 0 {
		p.Update.MaxUnavailable = number(n)
	} else if n := whole(config["max_unavailable_percentage"]); n > 0 {
		p.Update.MaxUnavailable = number(n) + "%"
	}
}

// subnets gives groups of EKS the zones of their subnets, where all of them are known.
func (c *Cluster) subnets(found []resource) {
	zones := map[string]string{}
	for _, r := range found {
		if r.kind == "aws_subnet" {
			zones[text(r.values["id"])] = text(r.values["availability_zone"])
		}
	}
	for i := range c.Pools {
		p := &c.Pools[i]
		var out []string
		for _, id := range p.subnets {
			if zones[id] == "" {
				out = nil
				break
			}
			out = With(out, zones[id])
		}
		if len(out) > 0 {
			p.Zones = out
		}
	}
}

// templates gives groups of EKS what their launch templates say: the disk and the limit
// of pods. A plan that is not applied knows no id: the module that both are in tells.
func (c *Cluster) templates(found []resource) {
	for i := range c.Pools {
		p := &c.Pools[i]
		at := slices.IndexFunc(found, func(r resource) bool {
			id := text(r.values["id"])
			return r.kind == "aws_launch_template" && !r.data && (p.template != "" && id == p.template || p.template == "" && p.Kind == EKS && p.module != "" && r.module == p.module)
		})
		if at < 0 {
			continue
		}
		disks := tree{}
		for _, d := range list(found[at].values["block_device_mappings"]) {
			if o, ok := d.(tree); ok {
				disks[text(o["device_name"])] = o
			}
		}
		p.device(disks)
		if script, err := base64.StdEncoding.DecodeString(text(found[at].values["user_data"])); err == nil {
			p.kubelet(string(script))
		}
	}
}

// device reads the disk that pods' files are on, of block devices.
func (p *Pool) device(mappings tree) {
	want := "/dev/xvda"
	if p.Image == "bottlerocket" {
		want = "/dev/xvdb" // the data volume
	}
	for _, key := range slices.Sorted(maps.Keys(mappings)) {
		o := first(mappings[key])
		ebs := first(o["ebs"])
		if text(o["device_name"]) == want && whole(ebs["volume_size"]) > 0 {
			p.Disk = &Disk{Type: text(ebs["volume_type"]), GiB: whole(ebs["volume_size"]), IOPS: whole(ebs["iops"]), Throughput: whole(ebs["throughput"])}
		}
	}
}

// kubelet reads the limit of pods out of a NodeConfig or of Bottlerocket's settings.
func (p *Pool) kubelet(script string) {
	if found := maxPods().FindStringSubmatch(script); found != nil {
		p.MaxPods = whole(found[1])
	}
}

func maxPods() *regexp.Regexp { return regexp.MustCompile(`"?max-?[pP]ods"?\s*[:=]\s*([0-9]{1,4})\b`) }

// gkePool reads a google_container_node_pool, whose counts are by zone.
func (c *Cluster) gkePool(v tree) {
	config := first(v["node_config"])
	p := Pool{
		Kind: GKE, Name: text(v["name"]), Types: oneWord(config["machine_type"]), Capacity: spotOr(config["spot"]), Version: Minor(text(v["version"])),
		Labels: texts(config["labels"]), Taints: taints(config["taint"]), Image: gkeImage(text(config["image_type"])), MaxPods: whole(v["max_pods_per_node"]),
	}
	for _, z := range words(v["node_locations"]) {
		p.Zones = With(p.Zones, z)
	}
	if len(p.Zones) == 0 {
		p.Zones = slices.Clone(c.Zones)
	}
	if size := whole(config["disk_size_gb"]); size > 0 {
		p.Disk = &Disk{Type: text(config["disk_type"]), GiB: size}
	}
	scaling := first(v["autoscaling"])
	p.byZone(v["node_count"], scaling["min_node_count"], scaling["max_node_count"], scaling["total_min_node_count"], scaling["total_max_node_count"])
	if u := first(v["upgrade_settings"]); len(u) > 0 {
		p.Update = gkeUpdate(text(u["strategy"]), u["max_surge"], u["max_unavailable"], first(u["blue_green_settings"])["node_pool_soak_duration"])
	}
	c.Pools = append(c.Pools, p)
}

// byZone reads the counts of a pool of GKE: count, least and most of each zone, or over
// all of them. Zeros of an autoscaler are what is not set.
func (p *Pool) byZone(nodes, least, most, totalLeast, totalMost any) {
	each := max(1, len(p.Zones))
	switch {
	case whole(most) == 0 && whole(totalMost) == 0:
		p.Min, p.Max = count(nodes, each), count(nodes, each)
	case whole(totalMost) > 0:
		p.Min, p.Max = count(totalLeast, 1), count(totalMost, 1)
	default:
		p.Min, p.Max = count(least, each), count(most, each)
	}
	if nodes == nil {
		return
	}
	p.Desired = count(nodes, each)
	for _, z := range p.Zones {
		if p.ByZone == nil {
			p.ByZone = map[string]int{}
		}
		p.ByZone[z] += whole(nodes)
	}
}

// gkeUpdate reads how GKE replaces nodes.
func gkeUpdate(strategy string, surge, unavailable, soak any) *Update {
	if strategy == "BLUE_GREEN" {
		return &Update{Strategy: "gke_blue_green", Soak: text(soak)}
	}
	u := &Update{}
	if surge != nil || unavailable != nil {
		u.Strategy, u.MaxSurge, u.MaxUnavailable = "surge", number(whole(surge)), number(whole(unavailable))
		if whole(surge) == 0 {
			u.Strategy = "minimal"
		}
	}
	return u
}

func gkeImage(typ string) string {
	switch {
	case strings.HasPrefix(typ, "COS"):
		return "cos"
	case strings.HasPrefix(typ, "UBUNTU"):
		return "ubuntu"
	}
	return ""
}

func spotOr(v any) string {
	if truth(v) {
		return "spot"
	}
	return "on_demand"
}

// oneWord is a list of the text, empty where there is none.
func oneWord(v any) []string {
	if s := text(v); s != "" {
		return []string{s}
	}
	return nil
}
