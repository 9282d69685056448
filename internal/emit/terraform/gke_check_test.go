//go:build terraformcheck

package terraform_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"testing"

	"github.com/scantling-dev/scantling/planner"
)

// gkeReads says what the module makes of a pool: its defaults, and the number of
// nodes over all zones. It reads maps key by key, so that a count without
// autoscaling, or a key that is there and null, has the same effect as in the
// module.
const gkeReads = `
locals {
  reads = {
    for p in var.node_pools : p.name => {
      zones      = split(",", lookup(p, "node_locations", ""))
      autoscaled = tobool(lookup(p, "autoscaling", true))
      planned    = tonumber(tobool(lookup(p, "autoscaling", true)) ? lookup(p, "initial_node_count", lookup(p, "min_count", 1)) : lookup(p, "node_count", 1))
      least      = tonumber(tobool(lookup(p, "autoscaling", true)) ? (contains(keys(p), "total_min_count") ? null : lookup(p, "min_count", 1)) : lookup(p, "node_count", 1))
      most       = tonumber(tobool(lookup(p, "autoscaling", true)) ? (contains(keys(p), "total_max_count") ? null : lookup(p, "max_count", 100)) : lookup(p, "node_count", 1))
      spot       = tobool(lookup(p, "spot", false))
      disk       = tonumber(lookup(p, "disk_size_gb", 100))
      surge      = lookup(p, "strategy", "SURGE") == "SURGE" ? tonumber(lookup(p, "max_surge", 1)) : null
    }
  }
}
output "nodes" {
  value = { for name, r in local.reads : name => {
    planned = r.planned * length(r.zones)
    least   = r.least * length(r.zones)
    most    = r.most * length(r.zones)
    spot    = r.spot
    disk    = r.disk
    surge   = r.surge
  } }
}
output "labels" {
  value = { for p in var.node_pools : p.name => var.node_pools_labels[p.name] }
}
output "taints" {
  value = { for p in var.node_pools : p.name => var.node_pools_taints[p.name] }
}
output "cluster" {
  value = [var.regional, var.region, var.zones, var.kubernetes_version, var.release_channel, var.datapath_provider, var.timeouts]
}
`

func TestTerraformRefusesWrongGKEValues(t *testing.T) {
	set := func(key string, value any) func(_, p map[string]any) {
		return func(_, p map[string]any) { p[key] = value }
	}
	drop := func(key string) func(_, p map[string]any) { return func(_, p map[string]any) { delete(p, key) } }
	value := func(name string, value any) func(v, _ map[string]any) {
		return func(v, _ map[string]any) { v["shop_"+name] = value }
	}
	const numbers, counts, rollout = "is no whole number", "min_count <= initial_node_count <= max_count", "strategy SURGE with max_surge"
	terraformRefuses(t, gkePlan, "shop_node_groups batch", map[string]wrongValue{
		"count a word":     {set("min_count", "many"), numbers},
		"count a fraction": {set("max_count", 2.5), numbers},
		"count negative":   {set("min_count", -1), numbers},
		"count null":       {set("min_count", nil), numbers},
		"disk a word":      {set("disk_size_gb", "50Gi"), numbers},
		"zones a list":     {set("node_locations", []any{"europe-west1-b"}), `element "node_locations": string required`},
		"labels in a pool": {set("labels", object{"team": "media"}), `element "labels": string required`},
		"spot a word":      {set("spot", "yes"), "says true or false"},
		"spot missing":     {drop("spot"), "says true or false"},
		"no machine type":  {drop("machine_type"), "has a name, machine_type"},
		"key misspelt":     {set("machine_typ", "n2-standard-4"), "has a key that is not written here"},
		"total, null":      {set("total_min_count", nil), "has a key that is not written here"},
		"both counts":      {set("node_count", 3), counts},
		"no bounds":        {drop("max_count"), counts},
		"out of order":     {set("initial_node_count", 6), counts},
		"bounds, no autoscaling": {func(_, p map[string]any) {
			p["autoscaling"], p["node_count"] = false, 3
		}, counts},
		"nothing replaced": {set("max_surge", 0), rollout},
		"no such strategy": {set("strategy", "ROLLING"), rollout},
		"two rollouts":     {set("batch_node_count", 1), rollout},
		"no batches":       {set("strategy", "BLUE_GREEN"), rollout},
		"two of a name":    {set("name", "web"), "names of node pools are unique"},
		"pools a map":      {value("node_groups", object{"web": object{"name": "web"}}), "list of map of string required"},
		"pools null":       {value("node_groups", nil), "required variable may not be set to null"},
		"regional a word":  {value("regional", "both"), "a bool is required"},
		"zones a string":   {value("zones", "europe-west1-b"), "list of string required"},
		"no zones":         {value("zones", []any{}), "at least one zone"},
		"no channel":       {value("release_channel", "UNSPECIFIED"), "A release channel is"},
		"datapath":         {value("datapath_provider", "dataplane_v2"), "A datapath provider is"},
		"pods a word":      {value("default_max_pods_per_node", "many"), "a number is required"},
		"timeouts in all":  {value("timeouts", "60m"), "map of string required"},
		"timeout of read":  {value("timeouts", object{"read": "60m"}), "Timeouts are of"},
		"labels a list":    {value("node_pools_labels", object{"web": []any{"team"}}), "map of string required"},
		"taints a map":     {value("node_pools_taints", object{"web": object{"group": "NO_SCHEDULE"}}), "list of object required"},
		"taint no value":   {value("node_pools_taints", object{"web": []any{object{"key": "group", "effect": "NO_SCHEDULE"}}}), `attribute "value" is required`},
		"unknown effect":   {value("node_pools_taints", object{"web": []any{object{"key": "a", "value": "", "effect": "NoSchedule"}}}), "The effect of a taint is"},
	})
}

// TestTerraformPlansTheGKEGuide runs the files of the guide with a stand-in for the
// module, which says how many nodes it would buy: those that are planned.
func TestTerraformPlansTheGKEGuide(t *testing.T) {
	plans := map[string]*planner.Plan{"by hand": gkePlan()}
	for seed := range uint64(5) {
		plans[fmt.Sprintf("seed %d", seed)] = randomGKEPlan(rand.New(rand.NewPCG(seed, 1)))
	}
	for name, p := range plans {
		t.Run(name, func(t *testing.T) {
			p.Cluster.Emits = nil
			planGKEGuide(t, p)
		})
	}
}

func planGKEGuide(t *testing.T, p *planner.Plan) {
	t.Helper()
	dir := folder(t, p)
	files := guide(t)
	main := regexp.MustCompile(`(?m)^  source .*\n  version .*$`).ReplaceAllString(files["gke/main.tf"], `  source = "./gke"`)
	if main == files["gke/main.tf"] {
		t.Fatal("the guide's main.tf calls no module")
	}
	write(t, dir, "main.tf", []byte(main))
	write(t, dir, "site.tf", []byte(files["gke/site.tf"]))
	write(t, dir, "gke/main.tf", []byte(gkeInputs+gkeReads))
	write(t, dir, "result.tf", []byte("output \"result\" {\n  value = module.gke\n}\n"))
	site, err := json.Marshal(object{
		"project_id": "shop-1", "cluster_name": "shop", "network": "vpc", "subnetwork": "nodes", "ip_range_pods": "pods",
		"ip_range_services": "services", "node_service_account": "nodes@example.com",
	})
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "site.auto.tfvars.json", site)
	must(t, dir, "init")
	must(t, dir, "plan", "-out", "plan.bin")
	shown := decode(t, []byte(must(t, dir, "show", "-json", "plan.bin")))
	result := at(t, shown, "planned_values outputs result value")
	for i := range p.NodeGroups {
		g := &p.NodeGroups[i]
		reads := at(t, result, "nodes "+g.Name)
		planned, least, most := number(t, at(t, reads, "planned")), number(t, at(t, reads, "least")), number(t, at(t, reads, "most"))
		if planned != g.Nodes || least < g.MinNodes || least > g.Nodes || most < g.Nodes || most > g.MaxNodes {
			t.Errorf("%s: the module buys %d nodes, from %d to %d; planned are %d, from %d to %d", g.Name, planned, least, most, g.Nodes, g.MinNodes, g.MaxNodes)
		}
		if got, want := at(t, reads, "spot"), g.Pools[0].CapacityType == planner.Spot; got != want {
			t.Errorf("%s: spot is %v, want %t", g.Name, got, want)
		}
	}
	_, values := emit(t, p)
	v := decode(t, values)
	for name, output := range map[string]string{"node_pools_labels": "labels", "node_pools_taints": "taints"} {
		if got, want := at(t, result, output), v[name]; !holds(got, want) {
			t.Errorf("the module gets %s %v, want %v", output, got, want)
		}
	}
	want := []any{v["regional"], v["region"], v["zones"], v["kubernetes_version"], v["release_channel"], v["datapath_provider"], v["timeouts"]}
	if got := at(t, result, "cluster"); !holds(got, want) {
		t.Errorf("the module gets %v, want %v", got, want)
	}
}
