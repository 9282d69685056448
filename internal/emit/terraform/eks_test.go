package terraform_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/scantling-dev/scantling/internal/emit/terraform"
	"github.com/scantling-dev/scantling/internal/testkit"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// checkEKSTypes converts the values of all variables, with our constraints and with
// the module's.
func checkEKSTypes(t testing.TB, variables, values []byte) {
	t.Helper()
	ours, theirs := constraints(t, variables), constraints(t, []byte(eksInputs))
	raw := decode(t, values)
	if got, want := slices.Sorted(maps.Keys(raw)), slices.Sorted(maps.Keys(ours)); !slices.Equal(got, want) {
		t.Fatalf("values of %v, variables %v", got, want)
	}
	for name, v := range raw {
		check := []constraint{ours[name]}
		for _, input := range []string{"addons", "kubernetes_version", "upgrade_policy", "region", "control_plane_scaling_config", "deletion_protection"} {
			if strings.HasSuffix(name, input) {
				check = append(check, theirs[input])
			}
		}
		if len(check) == 1 && !strings.HasSuffix(name, "node_group_zones") {
			check = append(check, theirs["eks_managed_node_groups"])
		}
		for _, c := range check {
			checkValue(t, name, v, c.typ)
		}
	}
}

func TestEKSConstraintsAreTheModules(t *testing.T) {
	variables, values := emit(t, eksPlan())
	checkEKSTypes(t, variables, values)
	ours, theirs := constraints(t, variables), constraints(t, []byte(eksInputs))
	for name, input := range map[string]string{
		"shop_kubernetes_version": "kubernetes_version", "shop_upgrade_policy": "upgrade_policy", "shop_region": "region",
		"shop_control_plane_scaling_config": "control_plane_scaling_config", "shop_deletion_protection": "deletion_protection",
	} {
		if !ours[name].typ.Equals(theirs[input].typ) {
			t.Errorf("%s has type %s, want %s", name, ours[name].text, theirs[input].text)
		}
	}
	if want := cty.Map(cty.List(cty.String)); !ours["shop_node_group_zones"].typ.Equals(want) {
		t.Errorf("the zones have type %s", ours["shop_node_group_zones"].text)
	}
	for name, input := range map[string]string{"shop_addons": "addons", "shop_node_groups": "eks_managed_node_groups"} {
		our, their := ours[name].typ.ElementType(), theirs[input].typ.ElementType()
		for attr, typ := range our.AttributeTypes() {
			if !their.HasAttribute(attr) {
				t.Errorf("the module's %s have no %s", input, attr)
				continue
			}
			if want := their.AttributeType(attr); !typ.Equals(want) || our.AttributeOptional(attr) != their.AttributeOptional(attr) {
				t.Errorf("%s.%s: %#v, want %#v", name, attr, typ, want)
			}
			our, their := defaultsOf(ours[name])[attr], defaultsOf(theirs[input])[attr]
			if (our == cty.NilVal) != (their == cty.NilVal) || our != cty.NilVal && !our.RawEquals(their) {
				t.Errorf("%s.%s: the defaults differ", name, attr)
			}
		}
	}
}

// TestEKSPlan has each figure from the rules: sizes from the plan, disks
// rounded up, 12.5% of 16 nodes, timeouts of the longest usable course.
func TestEKSPlan(t *testing.T) {
	variables, values := emit(t, eksPlan())
	v := decode(t, values)
	tests := map[string]any{
		"shop_kubernetes_version":                "1.35",
		"shop_upgrade_policy support_type":       "STANDARD",
		"shop_region":                            "us-east-1",
		"shop_control_plane_scaling_config tier": "standard",
		"shop_deletion_protection":               true,
		"shop_node_groups batch ami_type":        "BOTTLEROCKET_ARM_64",
		"shop_node_groups web ami_type":          "AL2023_x86_64_STANDARD",
		"shop_node_groups batch min_size":        json.Number("7"),
		"shop_node_groups batch max_size":        json.Number("12"),
		"shop_node_groups web desired_size":      json.Number("16"),
		"shop_node_groups batch labels":          map[string]any{"scantling.dev/group": "batch", "team": "media"},
		"shop_node_groups batch taints": map[string]any{
			"example.com/slow:PreferNoSchedule": map[string]any{"key": "example.com/slow", "effect": "PREFER_NO_SCHEDULE"},
			"group:NoSchedule":                  map[string]any{"key": "group", "value": "batch", "effect": "NO_SCHEDULE"},
		},
		"shop_node_groups web taints":                                                 nil,
		"shop_node_groups batch block_device_mappings xvda ebs volume_size":           json.Number("2"),
		"shop_node_groups batch block_device_mappings xvda ebs iops":                  nil,
		"shop_node_groups batch block_device_mappings xvdb device_name":               "/dev/xvdb",
		"shop_node_groups batch block_device_mappings xvdb ebs volume_size":           json.Number("51"),
		"shop_node_groups batch block_device_mappings xvdb ebs throughput":            json.Number("250"),
		"shop_node_groups gpu block_device_mappings xvda ebs volume_type":             "io2",
		"shop_node_groups gpu block_device_mappings xvda ebs encrypted":               true,
		"shop_node_groups gpu block_device_mappings xvdb":                             nil,
		"shop_node_groups batch update_config max_unavailable_percentage":             json.Number("33"),
		"shop_node_groups batch update_config max_unavailable":                        nil,
		"shop_node_groups batch update_config update_strategy":                        "DEFAULT",
		"shop_node_groups gpu update_config":                                          map[string]any{"max_unavailable": json.Number("1"), "update_strategy": "MINIMAL"},
		"shop_node_groups web update_config":                                          map[string]any{"max_unavailable": json.Number("2"), "update_strategy": "DEFAULT"},
		"shop_node_groups batch timeouts update":                                      "150m",
		"shop_node_groups gpu timeouts update":                                        "60m",
		"shop_node_groups web timeouts update":                                        "60m",
		"shop_node_groups batch bootstrap_extra_args":                                 nil, // 3 x 9 + 2 = 29 pods is what EKS sets
		"shop_node_groups web cloudinit_pre_nodeadm":                                  nil, // 234 addresses, at most 110
		"shop_node_group_zones gpu":                                                   []any{"us-east-1a"},
		"shop_node_group_zones web":                                                   []any{"us-east-1a", "us-east-1b", "us-east-1c"},
		"shop_addons vpc-cni":                                                         map[string]any{"before_compute": true},
		"shop_addons eks-pod-identity-agent":                                          map[string]any{"before_compute": true},
		"shop_addons kube-proxy":                                                      map[string]any{},
		"shop_addons coredns configuration_values":                                    `{"nodeSelector":{"scantling.dev/group":"web"},"replicaCount":2,"resources":{"requests":{"cpu":"100m","memory":"70Mi"}}}`,
		"shop_addons metrics-server configuration_values":                             `{"nodeSelector":{"scantling.dev/group":"web"},"replicas":1,"resources":{"requests":{"cpu":"100m","memory":"200Mi"}}}`,
		"shop_addons aws-ebs-csi-driver configuration_values":                         `{"controller":{"nodeSelector":{"scantling.dev/group":"web"},"replicaCount":2,"resources":{"requests":{"cpu":"10m","memory":"40Mi"}}}}`,
		"shop_node_groups gpu disk_size":                                              nil,
		"shop_node_groups gpu capacity_type":                                          "ON_DEMAND",
		"shop_node_groups batch capacity_type":                                        "SPOT",
		"shop_node_groups batch instance_types":                                       []any{"c6g.large"},
		"shop_node_groups batch block_device_mappings xvdb ebs delete_on_termination": true,
	}
	for path, want := range tests {
		if got := at(t, v, path); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s = %v, want %v", path, got, want)
		}
	}
	config, ok := at(t, v, "shop_node_groups gpu cloudinit_pre_nodeadm").([]any)
	if !ok || len(config) != 1 || at(t, config[0], "content_type") != "application/node.eks.aws" ||
		!strings.HasSuffix(fmt.Sprint(at(t, config[0], "content")), "spec:\n  kubelet:\n    config:\n      maxPods: 20\n") {
		t.Errorf("the NodeConfig is %v", config)
	}
	testkit.Golden(t, filepath.Join("testdata", "eks", terraform.VariablesFile), variables)
	testkit.Golden(t, filepath.Join("testdata", "eks", terraform.ValuesFile), values)
}

func TestEKSWhatChanges(t *testing.T) {
	batch := func(p *planner.Plan) *planner.NodeGroup { return &p.Cluster.NodeGroups[0] }
	tests := map[string]change{
		"prefix delegation": {
			change: func(p *planner.Plan) { p.Cluster.Network.CNI = planner.VPCPrefix }, path: "shop_addons vpc-cni configuration_values",
			want: `{"env":{"ENABLE_PREFIX_DELEGATION":"true","WARM_PREFIX_TARGET":"1"}}`,
		},
		"more pods than addresses on Bottlerocket": {
			change: func(p *planner.Plan) { p.NodeGroups[0].Pools[0].Allocatable.Pods = 110 },
			path:   "shop_node_groups batch bootstrap_extra_args", want: "[settings.kubernetes]\n\"max-pods\" = 110\n",
		},
		"extended support": {
			change: func(p *planner.Plan) { p.ControlPlane.Support = "extended" }, path: "shop_upgrade_policy support_type", want: "EXTENDED",
		},
		"minimal is recommended": {
			change: func(p *planner.Plan) { p.Upgrade.Recommended = "minimal" }, path: "shop_node_groups web update_config update_strategy", want: "MINIMAL",
		},
		"share below one node": {
			change: func(p *planner.Plan) { batch(p).UpdateConfig.MaxUnavailable = units.Share(5000) },
			path:   "shop_node_groups batch update_config", want: "map[max_unavailable:1 update_strategy:DEFAULT]",
		},
		"more than EKS updates at a time": {
			change: func(p *planner.Plan) { batch(p).UpdateConfig.MaxUnavailable = units.Count(400) },
			path:   "shop_node_groups batch update_config", want: "map[max_unavailable:100 update_strategy:DEFAULT]",
		},
		"every way to update is blocked": {
			change: func(p *planner.Plan) { p.Upgrade.Strategies[2].BlockedBy = []string{"a drain takes too long"} },
			path:   "shop_node_groups batch timeouts update", want: "200m", // 100 min in 4 rounds, of 8
		},
		// floor(33% of 7) = 2 at a time, 6 batches of 12 nodes, each (900 + 60 + 60 + 90) s,
		// 120 + 90 s, 6 nodes taken away in 30 s each: 7050 s.
		"no upgrade is planned": {
			change: func(p *planner.Plan) { p.Upgrade = nil }, path: "shop_node_groups batch timeouts update", want: "120m",
		},
		// 250m and 305 MiB over six containers, rounded down.
		"other requests": {
			change: func(p *planner.Plan) {
				p.NodeGroups[2].Workloads[1].Pod = planner.Pod{CPU: 250, Memory: 305 * units.MiB}
			},
			path: "shop_addons aws-ebs-csi-driver configuration_values",
			want: `{"controller":{"nodeSelector":{"scantling.dev/group":"web"},"replicaCount":2,"resources":{"requests":{"cpu":"41m","memory":"50Mi"}}}}`,
		},
		"home of system pods is tainted": {
			change: func(p *planner.Plan) {
				p.NodeGroups[0].Workloads, p.NodeGroups[2].Workloads = p.NodeGroups[2].Workloads, nil
			},
			path: "shop_addons metrics-server configuration_values",
			want: `{"nodeSelector":{"scantling.dev/group":"batch"},"replicas":1,"resources":{"requests":{"cpu":"100m","memory":"200Mi"}},"tolerations":[{"effect":"NoSchedule","key":"group","operator":"Equal","value":"batch"}]}`,
		},
	}
	changes(t, eksPlan, checkEKSTypes, tests)
}

// TestEKSWaitsForTheLargestCount: what the batch group may grow to, 12 nodes, and no more
// than planned.
func TestEKSWaitsForTheLargestCount(t *testing.T) {
	batch := func(p *planner.Plan) *planner.NodeGroup { return &p.Cluster.NodeGroups[0] }
	changes(t, eksPlan, checkEKSTypes, map[string]change{
		// 4 batches of 7 nodes, 2 at a time: 120 + 90 + 4 x 1110 + 6 x 30 s = 4830 s.
		"no upgrade is planned and no more nodes are allowed": {
			change: func(p *planner.Plan) { p.Upgrade, p.NodeGroups[0].MaxNodes = nil, 7 }, path: "shop_node_groups batch timeouts update", want: "90m",
		},
		"no more nodes are allowed": {
			change: func(p *planner.Plan) { p.NodeGroups[0].MaxNodes = 7 }, path: "shop_node_groups batch timeouts update", want: "80m",
		},
		// ceil(12/2) = 6 rounds of 2 nodes whatever the size, 4 planned: 105 min.
		"more nodes and a number at a time": {
			change: func(p *planner.Plan) { batch(p).UpdateConfig.MaxUnavailable = units.Count(2) },
			path:   "shop_node_groups batch timeouts update", want: "110m",
		},
		"more nodes than there are": {
			change: func(p *planner.Plan) { p.NodeGroups[0].MaxNodes = 1 << 30 }, path: "shop_node_groups batch timeouts update", want: "525600m",
		},
		"more nodes than there are, and no upgrade": {
			change: func(p *planner.Plan) { p.Upgrade, p.NodeGroups[0].MaxNodes = nil, 1<<30 }, path: "shop_node_groups batch timeouts update", want: "525600m",
		},
	})
}

func TestEKSKeepsADeclaredStrategy(t *testing.T) {
	changes(t, eksPlan, checkEKSTypes, map[string]change{
		"surge is declared": {
			change: func(p *planner.Plan) { p.Upgrade.Recommended, p.Cluster.Assumptions = "minimal", nil },
			path:   "shop_node_groups web update_config update_strategy", want: "DEFAULT",
		},
		"a larger tier": {
			change: func(p *planner.Plan) { p.ControlPlane.Tier = "tier-xl" }, path: "shop_control_plane_scaling_config tier", want: "tier-xl",
		},
		"development": {
			change: func(p *planner.Plan) { p.Cluster.Environment = planner.Development }, path: "shop_deletion_protection", want: "false",
		},
		"minimal is declared": {
			change: func(p *planner.Plan) { p.Upgrade.Recommended = "surge" }, path: "shop_node_groups gpu update_config update_strategy", want: "MINIMAL",
		},
		"another assumption of the group": {
			change: func(p *planner.Plan) {
				p.Upgrade.Recommended, p.Cluster.Assumptions = "minimal", []planner.Assumption{{Path: "node_group.web.update_config.max_unavailable"}}
			},
			path: "shop_node_groups web update_config update_strategy", want: "DEFAULT",
		},
	})
}

func TestEKSNames(t *testing.T) {
	tests := map[string]string{ // the node groups' variable, and what the others begin with
		"":                      "",
		"node_groups":           "",
		"shop_node_groups":      "shop_",
		"shop-node_groups":      "shop-",
		"shop":                  "shop_",
		"addons":                "addons_",
		"kubernetes_version":    "kubernetes_version_",
		"node_group_zones":      "node_group_zones_",
		"prod_upgrade_policy":   "prod_upgrade_policy_",
		"node_groups_of_a_shop": "node_groups_of_a_shop_",
	}
	for variable, prefix := range tests {
		p := eksPlan()
		p.Cluster.Emits[0].Variable = variable
		variables, _ := emit(t, p)
		if variable == "" {
			variable = "node_groups"
		}
		want := []string{variable}
		for _, name := range []string{"addons", "control_plane_scaling_config", "deletion_protection", "kubernetes_version", "node_group_zones", "region", "upgrade_policy"} {
			want = append(want, prefix+name)
		}
		slices.Sort(want)
		if got := slices.Sorted(maps.Keys(constraints(t, variables))); !slices.Equal(got, want) {
			t.Errorf("variable %q: got %v, want %v", variable, got, want)
		}
	}
	p := eksPlan()
	p.Cluster.Emits = nil
	if variables, _ := emit(t, p); !bytes.Contains(variables, []byte(`variable "node_groups"`)) {
		t.Error("without an emit block there is no variable node_groups")
	}
}

func TestEKSRefuses(t *testing.T) {
	tests := map[string]refusal{
		"no mode":       {func(p *planner.Plan) { p.ControlPlane.Mode = "" }, `control_plane.mode: "" is neither managed nor self_managed`},
		"no identifier": {func(p *planner.Plan) { p.Cluster.Emits[0].Variable = "2nd" }, `"2nd" is not a name that Terraform accepts`},
		"reserved":      {func(p *planner.Plan) { p.Cluster.Emits[0].Variable = "version" }, `keeps the name "version" for itself`},
		"sizes out of order": {
			func(p *planner.Plan) { p.NodeGroups[1].MinNodes = 3 },
			"node_group.gpu: 2 nodes are not between min_nodes 3 and max_nodes 2",
		},
		"nodes of two pools": {
			func(p *planner.Plan) { p.NodeGroups[0].Pools = append(p.NodeGroups[0].Pools, p.NodeGroups[0].Pools[0]) },
			"node_group.batch: its pools have 14 nodes, the group 7",
		},
		"no pool":              {func(p *planner.Plan) { p.NodeGroups[0].Pools = nil }, "node_group.batch: it has no pool"},
		"pool of another size": {func(p *planner.Plan) { p.NodeGroups[0].Pools[0].Nodes = 6 }, "its pool has 6 nodes, the group 7"},
		"type not described":   {func(p *planner.Plan) { p.Offers = nil }, "node_group.web: the plan does not describe its instance type m5.4xlarge"},
		"no such image":        {func(p *planner.Plan) { p.Cluster.NodeGroups[2].Image = "cos" }, `node_group.web: EKS has no image "cos" for architecture "amd64"`},
		"disks of another image": {
			func(p *planner.Plan) { p.Cluster.NodeGroups[2].Image = planner.Bottlerocket },
			`image "bottlerocket" boots from 2 disks, the plan has 1`,
		},
		"group's label taken": {
			func(p *planner.Plan) { p.Cluster.NodeGroups[0].Labels["scantling.dev/group"] = "web" },
			`node_group.batch: label scantling.dev/group is "web"`,
		},
		"taint twice": {
			func(p *planner.Plan) { p.Cluster.NodeGroups[0].Taints[0] = p.Cluster.NodeGroups[0].Taints[1] },
			"node_group.batch: a taint is declared twice",
		},
		"group not declared": {func(p *planner.Plan) { p.NodeGroups[1].Name = "other" }, "node_group.other: the plan's inputs have no such group"},
		"no home":            {func(p *planner.Plan) { p.NodeGroups[2].Workloads = nil }, "the plan has no place for coredns, which the add-on coredns runs"},
		"no requests": {
			func(p *planner.Plan) { p.NodeGroups[2].Workloads[2].Pod.CPU = 0 },
			"node_group.web.workload.metrics-server: the plan does not say what a pod requests",
		},
		"support": {func(p *planner.Plan) { p.ControlPlane.Support = "" }, `"" is neither standard nor extended`},
	}
	refuses(t, eksPlan, tests)
}

func TestEveryMistakeIsReported(t *testing.T) {
	p := eksPlan()
	p.NodeGroups[0].MinNodes, p.NodeGroups[1].Pools, p.ControlPlane.Support = 99, nil, "none"
	_, err := terraform.Files(p)
	for _, want := range []string{"node_group.batch", "node_group.gpu", "control_plane.support_type"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %s: %v", want, err)
		}
	}
}
