package terraform

import (
	"fmt"
	"maps"
)

// What Terraform's provider replaces a node pool of GKE for, by the keys of the module:
// it takes the pool away before it makes the other one. For machine type, disk, image,
// labels and taints GKE replaces the nodes in their pool. Source: the provider's
// google_container_node_pool, from 6.8 on.
func gkeReplaces() []string {
	return []string{"spot", "max_pods_per_node", "accelerator_type", "accelerator_count"}
}

func gkeRolls() []string {
	return []string{"machine_type", "image_type", "disk_type", "disk_size_gb", "provisioned_iops", "provisioned_throughput"}
}

// gkeFinal are variables of which no change leaves the cluster.
func gkeFinal() []string {
	return []string{"region", "regional", "datapath_provider", "default_max_pods_per_node"}
}

// moveGKE leads node pools to new values. A pool cannot be renamed, so that one whose
// place another takes has its pods on a third one meanwhile.
func moveGKE(t *transition) {
	n := t.names
	old, now := byName(t.old[n.groups]), byName(t.new[n.groups])
	taken := func(name string) bool { return old[name] != nil || now[name] != nil }
	steps := []step{{}, {}}
	pools := [2]object{maps.Clone(now), maps.Clone(now)}
	home := map[string]string{} // of whose labels and taints a pool is
	third := false
	for _, name := range union(old, now) {
		a, _ := old[name].(object)
		b, _ := now[name].(object)
		switch {
		case a == nil:
			continue
		case b == nil:
			pools[0][name] = a
			t.reasons = append(t.reasons, gone(name, labelOf(t.old[n.prefix+"node_pools_labels"].(object)[name]), old, now, func(name string) string {
				return labelOf(t.new[n.prefix+"node_pools_labels"].(object)[name])
			}))
			steps[0].empty = append(steps[0].empty, emptyPool(name))
			continue
		}
		why := changed(a, b, gkeReplaces()...)
		if len(why) == 0 {
			if rolls := changed(a, b, gkeRolls()...); len(rolls) > 0 {
				t.notes = append(t.notes, fmt.Sprintf("%s: GKE replaces all of its nodes as its strategy says, for %s.", name, listed(rolls)))
			}
			t.rise(name, a, b)
			continue
		}
		key := beside(name, "next", longestGKEName, taken)
		next := maps.Clone(b)
		next["name"] = key
		pools[0][name], pools[0][key], pools[1][key] = a, next, next
		home[key], third = name, true
		t.reasons = append(t.reasons, fmt.Sprintf("%s: Terraform takes it away before it makes another of that name, for %s. Its pods wait on %s meanwhile.", name, listed(why), key))
		steps[0].empty = append(steps[0].empty, emptyPool(name))
		steps[1].empty = append(steps[1].empty, emptyPool(key))
	}
	if len(t.reasons) == 0 {
		return
	}
	if !third {
		steps = steps[:1]
	}
	for i := range steps {
		steps[i].values = t.pools(pools[i], home)
	}
	t.steps = append(steps, step{values: t.new})
}

// rise says where an apply brings no nodes that the plan has: of a pool with autoscaling the
// module ignores the planned count, and the autoscaler waits until pods need nodes where
// fewer run than min_count. Source: the concept page of GKE's cluster autoscaler.
func (t *transition) rise(name string, a, b object) {
	if b["autoscaling"] != true {
		return // node_count is set
	}
	least, was := a["min_count"], a["initial_node_count"]
	if a["autoscaling"] != true {
		least, was = a["node_count"], a["node_count"]
	}
	if b["initial_node_count"] == was && b["min_count"].(int) <= least.(int) {
		return
	}
	t.notes = append(t.notes, fmt.Sprintf("%s: its planned nodes are %d in each zone now, at least %d, to which GKE's autoscaler goes once pods need them, and an apply never. "+
		"Where fewer run after it: gcloud container clusters resize CLUSTER --node-pool %s --num-nodes %d", name, b["initial_node_count"], b["min_count"], name, b["initial_node_count"]))
}

// pools returns the new values with other pools.
func (t *transition) pools(pools object, home map[string]string) object {
	n := t.names
	values, list := maps.Clone(t.new), []object{}
	for _, name := range union(pools, nil) {
		list = append(list, pools[name].(object))
	}
	values[n.groups] = list
	for _, of := range []string{"node_pools_labels", "node_pools_taints"} {
		old, now := t.old[n.prefix+of].(object), t.new[n.prefix+of].(object)
		all := object{}
		for name := range pools {
			from := name
			if home[name] != "" {
				from = home[name]
			}
			if all[name] = now[from]; all[name] == nil {
				all[name] = old[from]
			}
		}
		values[n.prefix+of] = all
	}
	return values
}

// byName returns pools by their names.
func byName(pools any) object {
	out := object{}
	for _, p := range pools.([]object) {
		out[p["name"].(string)] = p
	}
	return out
}

// emptyPool is a pool whose nodes are to go.
func emptyPool(name string) emptied {
	return emptied{name: name, label: "cloud.google.com/gke-nodepool=" + name}
}
