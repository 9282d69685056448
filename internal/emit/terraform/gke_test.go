package terraform_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/scantling-dev/scantling/internal/emit/terraform"
	"github.com/scantling-dev/scantling/internal/testkit"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// gkeInput returns the name of the module's input that a variable is for.
func gkeInput(name string) string {
	inputs := []string{
		"kubernetes_version", "release_channel", "regional", "region", "zones", "datapath_provider", "default_max_pods_per_node", "dns_cache",
		"remove_default_node_pool", "deletion_protection", "timeouts", "node_pools_labels", "node_pools_taints",
	}
	for _, input := range inputs {
		if name == input || strings.HasSuffix(name, "_"+input) {
			return input
		}
	}
	return "node_pools"
}

// checkGKETypes converts the values of all variables, with our constraints and
// with the module's, and holds every key of a pool to the module's table.
func checkGKETypes(t testing.TB, variables, values []byte) {
	t.Helper()
	ours, theirs := constraints(t, variables), constraints(t, []byte(gkeInputs))
	raw := decode(t, values)
	if got, want := slices.Sorted(maps.Keys(raw)), slices.Sorted(maps.Keys(ours)); !slices.Equal(got, want) {
		t.Fatalf("values of %v, variables %v", got, want)
	}
	for name, v := range raw {
		checkValue(t, name, v, ours[name].typ)
		input := gkeInput(name)
		if input != "node_pools" {
			checkValue(t, name, v, theirs[input].typ)
			continue
		}
		pools, ok := v.([]any)
		if !ok {
			t.Fatalf("%s is no list", name)
		}
		for i, pool := range pools {
			keys, ok := pool.(map[string]any)
			if !ok {
				t.Fatalf("%s[%d] is no object", name, i)
			}
			for key, v := range keys {
				kind := "other"
				switch v.(type) {
				case string:
					kind = "string"
				case bool:
					kind = "bool"
				case json.Number:
					kind = "number"
				}
				if want := poolKeys()[key]; kind != want {
					t.Errorf("%s[%d].%s is a %s, want %q", name, i, key, kind, want)
				}
			}
		}
	}
}

func TestGKEConstraintsAreTheModules(t *testing.T) {
	variables, values := emit(t, gkePlan())
	checkGKETypes(t, variables, values)
	ours, theirs := constraints(t, variables), constraints(t, []byte(gkeInputs))
	for name, our := range ours {
		input := gkeInput(name)
		if input == "node_pools" {
			// A map of any takes one type for all its values; ours says which, so that
			// nothing is converted where it is passed on.
			if want := cty.List(cty.Map(cty.String)); !our.typ.Equals(want) {
				t.Errorf("%s has type %s", name, our.text)
			}
			pools := cty.ListVal([]cty.Value{cty.MapVal(map[string]cty.Value{"name": cty.StringVal("web")})})
			got, err := convert.Convert(pools, theirs[input].typ)
			if err != nil || !got.RawEquals(pools) {
				t.Errorf("the module reads %#v: %v", got, err)
			}
			continue
		}
		if !our.typ.Equals(theirs[input].typ) {
			t.Errorf("%s has type %s, want %s", name, our.text, theirs[input].text)
		}
	}
}

// TestGKEPlan has each figure from the rules: counts by zone, disks rounded up,
// 33% of 9 and of 12 nodes rounded up; a timeout of 70 min 1 s twice, because 5 nodes
// a zone are two rounds where 3 were one, + 20 min + 60 min.
func TestGKEPlan(t *testing.T) {
	variables, values := emit(t, gkePlan())
	v := decode(t, values)
	tests := map[string]any{
		"shop_kubernetes_version":        "1.35",
		"shop_release_channel":           "REGULAR",
		"shop_regional":                  true,
		"shop_region":                    "europe-west1",
		"shop_zones":                     []any{"europe-west1-b", "europe-west1-c", "europe-west1-d"},
		"shop_datapath_provider":         "ADVANCED_DATAPATH",
		"shop_default_max_pods_per_node": json.Number("110"),
		"shop_dns_cache":                 true,
		"shop_remove_default_node_pool":  true,
		"shop_deletion_protection":       true,
		"shop_timeouts":                  map[string]any{"update": "230m"},
		"shop_node_pools_labels batch":   map[string]any{"scantling.dev/group": "batch", "team": "media"},
		"shop_node_pools_labels web":     map[string]any{"scantling.dev/group": "web"},
		"shop_node_pools_taints batch": []any{
			map[string]any{"key": "example.com/slow", "value": "", "effect": "PREFER_NO_SCHEDULE"},
			map[string]any{"key": "group", "value": "batch", "effect": "NO_SCHEDULE"},
		},
		"shop_node_pools_taints web": []any{},
		"shop_node_groups batch": map[string]any{
			"name": "batch", "machine_type": "c4a-standard-4", "image_type": "COS_CONTAINERD", "spot": true,
			"node_locations": "europe-west1-b,europe-west1-c,europe-west1-d",
			"autoscaling":    true, "min_count": 1, "max_count": 5, "initial_node_count": 3,
			"disk_type": "hyperdisk-balanced", "disk_size_gb": 51, "provisioned_iops": 4000, "provisioned_throughput": 250,
			"auto_repair": true, "auto_upgrade": true, "strategy": "SURGE", "max_surge": 3, "max_unavailable": 0,
		},
		"shop_node_groups gpu": map[string]any{
			"name": "gpu", "machine_type": "n4-standard-8", "image_type": "COS_CONTAINERD", "spot": false,
			"node_locations": "europe-west1-b", "autoscaling": false, "node_count": 2, "max_pods_per_node": 64,
			"disk_type": "hyperdisk-balanced", "disk_size_gb": 200,
			"auto_repair": true, "auto_upgrade": true, "strategy": "SURGE", "max_surge": 0, "max_unavailable": 1,
		},
		"shop_node_groups web": map[string]any{
			"name": "web", "machine_type": "n2-standard-4", "image_type": "COS_CONTAINERD", "spot": false,
			"node_locations": "europe-west1-b,europe-west1-c,europe-west1-d", "autoscaling": false, "node_count": 4,
			"disk_type": "pd-balanced", "disk_size_gb": 50,
			"auto_repair": true, "auto_upgrade": true, "strategy": "SURGE", "max_surge": 4, "max_unavailable": 0,
		},
	}
	for path, want := range tests {
		if got := at(t, v, path); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s = %v, want %v", path, got, want)
		}
	}
	testkit.Golden(t, filepath.Join("testdata", "gke", terraform.VariablesFile), variables)
	testkit.Golden(t, filepath.Join("testdata", "gke", terraform.ValuesFile), values)
}

func TestGKEWhatChanges(t *testing.T) {
	blueGreen := func(p *planner.Plan) { p.Upgrade.Recommended = "gke_blue_green" }
	rollout := func(pool string) string { return "shop_node_groups " + pool + " " }
	allPods := func(p *planner.Plan) {
		p.Cluster.Network.MaxPods, p.NodeGroups[2].Pools[0].Allocatable.Pods = 1000, 256
	}
	changes(t, gkePlan, checkGKETypes, map[string]change{
		"extended support":             {func(p *planner.Plan) { p.ControlPlane.Support = "extended" }, "shop_release_channel", "EXTENDED"},
		"zonal":                        {func(p *planner.Plan) { p.ControlPlane.Tier = "zonal" }, "shop_regional", "false"},
		"kube-proxy":                   {func(p *planner.Plan) { p.Cluster.Network.CNI = planner.Kubenet }, "shop_datapath_provider", "DATAPATH_PROVIDER_UNSPECIFIED"},
		"development":                  {func(p *planner.Plan) { p.Cluster.Environment = planner.Development }, "shop_deletion_protection", "false"},
		"pods declared":                {func(p *planner.Plan) { p.Cluster.Network.MaxPods = 64 }, "shop_default_max_pods_per_node", "64"},
		"pods as declared":             {func(p *planner.Plan) { p.Cluster.Network.MaxPods = 64 }, rollout("gpu") + "max_pods_per_node", "<nil>"},
		"pods above GKE's":             {func(p *planner.Plan) { p.Cluster.Network.MaxPods = 1000 }, "shop_default_max_pods_per_node", "256"},
		"pods as GKE has":              {allPods, rollout("web") + "max_pods_per_node", "<nil>"},
		"ubuntu":                       {func(p *planner.Plan) { p.Cluster.NodeGroups[2].Image = planner.Ubuntu }, rollout("web") + "image_type", "UBUNTU_CONTAINERD"},
		"minimal is recommended":       {func(p *planner.Plan) { p.Upgrade.Recommended = "minimal" }, rollout("web") + "max_surge", "0"},
		"minimal, as wide as a surge":  {func(p *planner.Plan) { p.Upgrade.Recommended = "minimal" }, rollout("web") + "max_unavailable", "3"}, // 33% of 12
		"no cache of names":            {func(p *planner.Plan) { p.NodeGroups[2].Pools[0].DaemonSets = nil }, "shop_dns_cache", "false"},
		"blue/green":                   {blueGreen, rollout("web") + "strategy", "BLUE_GREEN"},
		"blue/green has no surge":      {blueGreen, rollout("web") + "max_surge", "<nil>"},
		"blue/green in batches":        {blueGreen, rollout("web") + "batch_node_count", "5"},
		"blue/green, a pause":          {blueGreen, rollout("batch") + "batch_soak_duration", "300s"},
		"blue/green, a soak":           {blueGreen, rollout("batch") + "node_pool_soak_duration", "3600s"},
		"blue/green without room":      {blueGreen, rollout("gpu") + "max_unavailable", "1"},
		"a second group is no rollout": {func(p *planner.Plan) { p.Upgrade.Recommended = "node_group_blue_green" }, rollout("web") + "strategy", "SURGE"},
		"more than GKE replaces at a time": {
			func(p *planner.Plan) { p.Cluster.NodeGroups[2].UpdateConfig.MaxSurge = units.Count(30) }, rollout("web") + "max_surge", "20",
		},
		"nothing at a time": {
			func(p *planner.Plan) { p.Cluster.NodeGroups[2].UpdateConfig.MaxSurge = units.Count(0) }, rollout("web") + "max_surge", "1",
		},
		"bounds are no multiple: least": {func(p *planner.Plan) { p.NodeGroups[0].MinNodes = 4 }, rollout("batch") + "min_count", "2"},
		"bounds are no multiple: most":  {func(p *planner.Plan) { p.NodeGroups[0].MaxNodes = 14 }, rollout("batch") + "max_count", "4"},
		"bounds leave one count": {
			func(p *planner.Plan) { p.NodeGroups[0].MinNodes, p.NodeGroups[0].MaxNodes = 7, 11 }, rollout("batch") + "autoscaling", "false",
		},
	})
}

// TestGKEWaits adds up what the pools take, batch with 15 nodes in three zones.
func TestGKEWaits(t *testing.T) {
	blueGreen := func(p *planner.Plan) { p.Upgrade.Recommended = "gke_blue_green" }
	changes(t, gkePlan, checkGKETypes, map[string]change{
		// 90 min and 2 more batches of 3 of 15 nodes with 5 min each; 20 min (minimal); 100 min.
		"blue/green takes its time": {blueGreen, "shop_timeouts update", "220m"},
		// The same with drains of 30 min and two rounds at most: 90 + 2 x 2 x 35, 20, 100.
		"blue/green over two minors": {func(p *planner.Plan) {
			p.Upgrade.Recommended, p.Upgrade.Hops, p.Upgrade.Strategies[1].Groups[0].Drain = "gke_blue_green", []string{"1.36", "1.37"}, 30*time.Minute
		}, "shop_timeouts update", "350m"},
		"no more nodes are allowed": {func(p *planner.Plan) { p.NodeGroups[0].MaxNodes = 9 }, "shop_timeouts update", "160m"},
		// Planned with 3 nodes in a zone, 3 at a time, where 10 may be replaced: 15 nodes a
		// zone are 2 rounds of 10 or less, each as long as 4 of 3.
		"wider than the planned zone": {func(p *planner.Plan) {
			p.NodeGroups[0].MaxNodes, p.Cluster.NodeGroups[0].UpdateConfig.MaxSurge = 45, units.Count(10)
			p.Upgrade.Strategies[3].Groups[0] = planner.UpgradeGroup{Name: "batch", Duration: 30 * time.Minute, Parallel: 3}
		}, "shop_timeouts update", "320m"}, // 30 x 8 + 20 + 60
		"more nodes than there are":                 {func(p *planner.Plan) { p.NodeGroups[0].MaxNodes = 1 << 30 }, "shop_timeouts update", "525600m"},
		"more nodes than there are, and no upgrade": {func(p *planner.Plan) { p.Upgrade, p.NodeGroups[0].MaxNodes = nil, 1<<30 }, "shop_timeouts update", "525600m"},
		"blue/green of more nodes than there are": {func(p *planner.Plan) {
			blueGreen(p)
			p.NodeGroups[0].MaxNodes = 1 << 30
		}, "shop_timeouts update", "525600m"},
		// A zone at a time: 3 x 2 of 5 nodes, 2 of 1, 3 x 1 of 4, each 60 + 5 min.
		"no upgrade is planned": {func(p *planner.Plan) { p.Upgrade = nil }, "shop_timeouts update", "720m"},
		// 5 min + 8 batches of 2 of 15 x (60 + 5) min + 60 min; 2 x 65 min; and 4 of 3
		// of 12 x 60 min with the 5 and 60 min.
		"blue/green without a course": {
			func(p *planner.Plan) { p.Upgrade.Recommended, p.Upgrade.Strategies = "gke_blue_green", nil }, "shop_timeouts update", "1020m",
		},
		"short updates": {
			func(p *planner.Plan) {
				p.Upgrade.Strategies = []planner.UpgradeStrategy{
					course("minimal", 0, time.Minute, time.Minute, time.Minute), course("surge", 0, time.Minute, time.Minute, time.Minute),
				}
			}, "shop_timeouts update", "60m",
		},
	})
}

func TestGKEKeepsADeclaredStrategy(t *testing.T) {
	blueGreen := func(p *planner.Plan) { p.Upgrade.Recommended = "gke_blue_green" }
	rollout := func(pool string) string { return "shop_node_groups " + pool + " " }
	// declared has web say how its nodes are replaced, whatever is recommended.
	declared := func(p *planner.Plan, strategy string, more, fewer int) {
		p.Cluster.NodeGroups[2].UpdateConfig = planner.UpdateConfig{Strategy: strategy, MaxSurge: units.Count(more), MaxUnavailable: units.Count(fewer)}
		p.Cluster.Assumptions, p.Upgrade.Recommended = assumedStrategies("batch"), "gke_blue_green"
	}
	changes(t, gkePlan, checkGKETypes, map[string]change{
		"surge is declared": {func(p *planner.Plan) {
			blueGreen(p)
			p.Cluster.Assumptions = nil
		}, rollout("web") + "strategy", "SURGE"},
		"declared figures are kept: more": {func(p *planner.Plan) { declared(p, "surge", 0, 1) }, rollout("web") + "max_surge", "0"},
		"declared figures are kept: less": {func(p *planner.Plan) { declared(p, "surge", 0, 1) }, rollout("web") + "max_unavailable", "1"},
		"both figures are declared: more": {func(p *planner.Plan) { declared(p, "surge", 2, 1) }, rollout("web") + "max_surge", "2"},
		"both figures are declared: less": {func(p *planner.Plan) { declared(p, "surge", 2, 1) }, rollout("web") + "max_unavailable", "1"},
		"minimal is declared":             {func(p *planner.Plan) { declared(p, "minimal", 0, 2) }, rollout("web") + "max_unavailable", "2"},
		"blue/green is declared": {func(p *planner.Plan) {
			declared(p, "gke_blue_green", 4, 0)
			p.Upgrade.Recommended = "surge"
		}, rollout("web") + "strategy", "BLUE_GREEN"},
		"the module has no key, and none is needed": {func(p *planner.Plan) {
			p.Upgrade.Recommended, p.Cluster.Assumptions = "gke_autoscaled_blue_green", nil
		}, rollout("web") + "strategy", "SURGE"},
	})
}

func TestGKENames(t *testing.T) {
	for variable, prefix := range map[string]string{
		"": "", "node_groups": "", "node_pools": "", "shop_node_groups": "shop_", "shop_node_pools": "shop_", "shop": "shop_", "pools": "pools_",
	} {
		p := gkePlan()
		p.Cluster.Emits[0].Variable = variable
		variables, values := emit(t, p)
		if variable == "" {
			variable = "node_groups"
		}
		checkGKETypes(t, variables, values)
		got := constraints(t, variables)
		if len(got) != 14 {
			t.Errorf("variable %q: %d variables", variable, len(got))
		}
		for _, name := range []string{variable, prefix + "regional", prefix + "node_pools_labels", prefix + "timeouts"} {
			if _, ok := got[name]; !ok {
				t.Errorf("variable %q: there is no %s", variable, name)
			}
		}
	}
}

func TestGKERefuses(t *testing.T) {
	group := func(p *planner.Plan) *planner.NodeGroup { return &p.Cluster.NodeGroups[2] }
	pool := func(p *planner.Plan) *planner.Pool { return &p.NodeGroups[2].Pools[0] }
	name := func(s string) func(p *planner.Plan) {
		return func(p *planner.Plan) { p.Cluster.NodeGroups[2].Name, p.NodeGroups[2].Name = s, s }
	}
	refuses(t, gkePlan, map[string]refusal{
		"no identifier":    {func(p *planner.Plan) { p.Cluster.Emits[0].Variable = "2nd" }, `"2nd" is not a name that Terraform accepts`},
		"tier of another":  {func(p *planner.Plan) { p.ControlPlane.Tier = "tier-xl" }, `control_plane.tier: "tier-xl" is neither zonal nor regional`},
		"no support":       {func(p *planner.Plan) { p.ControlPlane.Support = "none" }, `"none" is neither standard nor extended`},
		"CNI of another":   {func(p *planner.Plan) { p.Cluster.Network.CNI = planner.VPC }, `network.cni: GKE has no "vpc"`},
		"no zones":         {func(p *planner.Plan) { p.Cluster.Zones = nil }, "zones: there are none"},
		"image of another": {func(p *planner.Plan) { group(p).Image = planner.AL2023 }, `node_group.web: GKE has no image "al2023"`},
		"digit first":      {name("2nd"), "node_group.2nd: GKE wants another name"},
		"41 characters":    {name(strings.Repeat("a", 41)), "GKE wants another name"},
		"dash last":        {name("web-"), "GKE wants another name"},
		"every pool":       {name("all"), `the module takes labels and taints of "all" for those of every pool`},
		"no disk":          {func(p *planner.Plan) { pool(p).RootDisks = nil }, "boots from 1 disk, the plan has 0"},
		"fast disk":        {func(p *planner.Plan) { pool(p).RootDisks[0].IOPS = 9000 }, "disk type pd-balanced has the speed of its size"},
		"unequal zones": {
			func(p *planner.Plan) { pool(p).NodesByZone[0].Nodes, pool(p).NodesByZone[1].Nodes = 5, 3 },
			"node_group.web: 5 of its 12 nodes are in europe-west1-b",
		},
		"no zone":     {func(p *planner.Plan) { pool(p).NodesByZone = nil }, "node_group.web: it has no zone"},
		"two pools":   {func(p *planner.Plan) { p.NodeGroups[2].Pools = append(p.NodeGroups[2].Pools, *pool(p)) }, "node_group.web: its pools have 24 nodes, the group 12"},
		"sizes":       {func(p *planner.Plan) { p.NodeGroups[2].MaxNodes = 9 }, "12 nodes are not between min_nodes 12 and max_nodes 9"},
		"pods":        {func(p *planner.Plan) { pool(p).Allocatable.Pods = 257 }, "node_group.web: the plan has 257 pods on a node: GKE takes 256 at most"},
		"no key":      {func(p *planner.Plan) { p.Upgrade.Recommended = "gke_autoscaled_blue_green" }, "the module has no key for gke_autoscaled_blue_green"},
		"group label": {func(p *planner.Plan) { group(p).Labels = map[string]string{"scantling.dev/group": "x"} }, `label scantling.dev/group is "x"`},
	})
}

// TestRandomGKEPlans: counts by zone, times the zones, buy the planned nodes, and
// no count that the autoscaler may choose is outside of the planned bounds.
func TestRandomGKEPlans(t *testing.T) {
	for seed := range uint64(300) {
		p := randomGKEPlan(rand.New(rand.NewPCG(seed, 0)))
		variables, values := emit(t, p)
		checkGKETypes(t, variables, values)
		if _, again := emit(t, p); !bytes.Equal(values, again) {
			t.Fatalf("seed %d: the second run differs", seed)
		}
		v := decode(t, values)
		variable := p.Cluster.Emits[0].Variable
		if variable == "" {
			variable = "node_groups"
		}
		if pools, ok := v[variable].([]any); !ok || len(pools) != len(p.NodeGroups) {
			t.Fatalf("seed %d: %d pools written of %d", seed, len(pools), len(p.NodeGroups))
		}
		for i := range p.NodeGroups {
			g, ok := at(t, v, variable+" "+p.NodeGroups[i].Name).(map[string]any)
			if !ok {
				t.Fatalf("seed %d: %s is not written", seed, p.NodeGroups[i].Name)
			}
			checkPoolCounts(t, &p.NodeGroups[i], g)
			checkPoolRollout(t, p, i, g)
		}
		checkGKETimeout(t, p, v, variable)
		if t.Failed() {
			t.Fatalf("seed %d:\n%s", seed, values)
		}
	}
}

func checkPoolCounts(t *testing.T, plan *planner.GroupPlan, g map[string]any) {
	t.Helper()
	zones := len(strings.Split(fmt.Sprint(g["node_locations"]), ","))
	if zones != len(plan.Pools[0].NodesByZone) {
		t.Errorf("%s: %d zones of %d", plan.Name, zones, len(plan.Pools[0].NodesByZone))
	}
	exact := plan.MinNodes%zones == 0 && plan.MaxNodes%zones == 0
	has := func(key string) bool { _, ok := g[key]; return ok }
	if g["autoscaling"] == true {
		least, most := number(t, g["min_count"])*zones, number(t, g["max_count"])*zones
		if n := number(t, g["initial_node_count"]) * zones; n != plan.Nodes || has("node_count") {
			t.Errorf("%s: %d nodes at the start, %d planned", plan.Name, n, plan.Nodes)
		}
		if least < plan.MinNodes || least > plan.Nodes || most > plan.MaxNodes || most < plan.Nodes {
			t.Errorf("%s: from %d to %d, planned from %d to %d", plan.Name, least, most, plan.MinNodes, plan.MaxNodes)
		}
		if exact && (least != plan.MinNodes || most != plan.MaxNodes) {
			t.Errorf("%s: from %d to %d, not from %d to %d", plan.Name, least, most, plan.MinNodes, plan.MaxNodes)
		}
	} else {
		if n := number(t, g["node_count"]) * zones; n != plan.Nodes || has("min_count") || has("max_count") || has("initial_node_count") {
			t.Errorf("%s: %d nodes, %d planned: %v", plan.Name, n, plan.Nodes, g)
		}
		if exact && plan.MinNodes != plan.MaxNodes {
			t.Errorf("%s: no autoscaling between %d and %d", plan.Name, plan.MinNodes, plan.MaxNodes)
		}
	}
	size := units.Bytes(number(t, g["disk_size_gb"])) * gib
	if planned := plan.Pools[0].RootDisks[0].Size; size < planned || size-planned >= gib {
		t.Errorf("%s: %d bytes of disk, %d planned", plan.Name, size, planned)
	}
}

func checkPoolRollout(t *testing.T, p *planner.Plan, i int, g map[string]any) {
	t.Helper()
	spec, n := &p.Cluster.NodeGroups[i], p.NodeGroups[i].Nodes
	_, batch := g["batch_node_count"]
	_, surge := g["max_surge"]
	if batch == surge {
		t.Errorf("%s: not exactly one way to replace nodes in %v", spec.Name, g)
	}
	strategy := poolStrategy(p, i)
	if want := strategy == "gke_blue_green"; (g["strategy"] == "BLUE_GREEN") != want || batch != want {
		t.Errorf("%s: strategy %v, want %s", spec.Name, g["strategy"], strategy)
	}
	if !surge {
		return
	}
	more, fewer := number(t, g["max_surge"]), number(t, g["max_unavailable"])
	if more+fewer < 1 || more+fewer > 20 {
		t.Errorf("%s: %d more and %d fewer nodes at a time", spec.Name, more, fewer)
	}
	if strategy == "minimal" && more != 0 {
		t.Errorf("%s: %d nodes more where there is no room", spec.Name, more)
	}
	declared := spec.UpdateConfig.MaxUnavailable.Down(n)
	if strategy == "minimal" && spec.UpdateConfig.MaxUnavailable.IsZero() {
		declared = spec.UpdateConfig.MaxSurge.Down(n)
	}
	if fewer > max(declared, 1) {
		t.Errorf("%s: %d nodes fewer, at most %d declared", spec.Name, fewer, declared)
	}
}

// poolStrategy is the strategy of a pool: the declared one or minimal by default, else what is
// recommended, if GKE does it in the pool's place.
func poolStrategy(p *planner.Plan, i int) string {
	spec := &p.Cluster.NodeGroups[i]
	assumed := slices.Contains(p.Cluster.Assumptions, assumedStrategies(spec.Name)[0])
	if assumed && spec.UpdateConfig.Strategy != "minimal" && p.Upgrade != nil && slices.Contains([]string{"gke_blue_green", "minimal", "surge"}, p.Upgrade.Recommended) {
		return p.Upgrade.Recommended
	}
	return spec.UpdateConfig.Strategy
}

// checkGKETimeout has the timeout outlast what is planned for all pools one after
// another.
func checkGKETimeout(t *testing.T, p *planner.Plan, v map[string]any, variable string) {
	t.Helper()
	prefix := strings.TrimSuffix(strings.TrimSuffix(variable, "node_groups"), "node_pools")
	if prefix == variable {
		prefix += "_"
	}
	timeout, err := time.ParseDuration(fmt.Sprint(at(t, v, prefix+"timeouts update")))
	if err != nil || timeout < time.Hour || timeout%(10*time.Minute) != 0 {
		t.Errorf("timeout %v: %v", timeout, err)
	}
	if p.Upgrade == nil {
		return
	}
	var planned time.Duration
	wide := false
	for i := range p.NodeGroups {
		name, plan := poolStrategy(p, i), &p.NodeGroups[i]
		at := slices.IndexFunc(p.Upgrade.Strategies, func(s planner.UpgradeStrategy) bool { return s.Name == name })
		course := p.Upgrade.Strategies[at].Groups[i]
		var zones, most []int
		for _, z := range plan.Pools[0].NodesByZone {
			zones = append(zones, z.Nodes)
			most = append(most, plan.MaxNodes/len(plan.Pools[0].NodesByZone))
		}
		if k := course.Parallel; name == "gke_blue_green" {
			batches := turns(k, most[0]*len(most)) - turns(k, plan.Nodes)
			planned += course.Duration + batches*(course.Drain+p.Cluster.NodeGroups[i].UpdateConfig.Soak)
		} else {
			planned += course.Duration * turns(k, most...) / turns(k, zones...)
			wide = wide || most[0] > zones[0] && k < 20
		}
	}
	if timeout < planned || !wide && timeout >= max(planned+11*time.Minute, time.Hour+1) {
		t.Errorf("the timeout is %v, the updates take %v", timeout, planned)
	}
}
