package terraform_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/scantling-dev/scantling/internal/emit/terraform"
	"github.com/scantling-dev/scantling/internal/testkit"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// emit returns the written variables and values.
func emit(t testing.TB, p *planner.Plan) (variables, values []byte) {
	t.Helper()
	files, err := terraform.Files(p)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 2 || files[0].Name != "variables.tf" || files[1].Name != "scantling.auto.tfvars.json" {
		t.Fatalf("got files %v", files)
	}
	return files[0].Content, files[1].Content
}

// decode returns JSON as any value, its numbers as they are written.
func decode(t testing.TB, data []byte) map[string]any {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var v map[string]any
	if err := dec.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// at returns what stands at a path of keys, separated by spaces.
func at(t testing.TB, v any, path string) any {
	t.Helper()
	for key := range strings.FieldsSeq(path) {
		m, ok := v.(map[string]any)
		if !ok {
			t.Fatalf("%s: nothing below %v", path, v)
		}
		v = m[key]
	}
	return v
}

// strangers returns what a conversion of v to ty would lose or refuse without a
// word: attributes that the type does not know, and nulls.
func strangers(path string, v any, ty cty.Type) []string {
	var out []string
	switch v := v.(type) {
	case nil:
		out = append(out, path+" is null")
	case map[string]any:
		for key, e := range v {
			at := path + "." + key
			switch {
			case ty.IsMapType():
				out = append(out, strangers(at, e, ty.ElementType())...)
			case ty.IsObjectType() && ty.HasAttribute(key):
				out = append(out, strangers(at, e, ty.AttributeType(key))...)
			default:
				out = append(out, at+" is not known")
			}
		}
	case []any:
		if !ty.IsListType() {
			return append(out, path+" is no list")
		}
		for i, e := range v {
			out = append(out, strangers(fmt.Sprintf("%s[%d]", path, i), e, ty.ElementType())...)
		}
	}
	return out
}

// checkTypes converts the values of all variables, with our constraints and with
// the module's.
func checkTypes(t testing.TB, variables, values []byte) {
	t.Helper()
	ours, theirs := constraints(t, variables), constraints(t, []byte(moduleInputs))
	raw := decode(t, values)
	if got, want := slices.Sorted(maps.Keys(raw)), slices.Sorted(maps.Keys(ours)); !slices.Equal(got, want) {
		t.Fatalf("values of %v, variables %v", got, want)
	}
	for name, v := range raw {
		check := []constraint{ours[name]}
		for _, input := range []string{"addons", "kubernetes_version", "upgrade_policy"} {
			if strings.HasSuffix(name, input) {
				check = append(check, theirs[input])
			}
		}
		if len(check) == 1 && !strings.HasSuffix(name, "node_group_zones") {
			check = append(check, theirs["eks_managed_node_groups"])
		}
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		implied, err := ctyjson.ImpliedType(data)
		if err != nil {
			t.Fatal(err)
		}
		value, err := ctyjson.Unmarshal(data, implied)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range check {
			if _, err := convert.Convert(value, c.typ); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			for _, s := range strangers(name, v, c.typ) {
				t.Error(s)
			}
		}
	}
}

func TestConstraintsAreTheModules(t *testing.T) {
	variables, values := emit(t, handPlan())
	checkTypes(t, variables, values)
	ours, theirs := constraints(t, variables), constraints(t, []byte(moduleInputs))
	for name, input := range map[string]string{"shop_kubernetes_version": "kubernetes_version", "shop_upgrade_policy": "upgrade_policy"} {
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

func TestVariablesAreFormattedAndTyped(t *testing.T) {
	variables, values := emit(t, handPlan())
	if got := hclwrite.Format(variables); !bytes.Equal(got, variables) {
		t.Errorf("variables.tf is not formatted, want\n%s", got)
	}
	for name, c := range constraints(t, variables) {
		if strings.Contains(c.text, "any") {
			t.Errorf("the type of %s says any", name)
		}
	}
	if !bytes.HasSuffix(values, []byte("}\n")) || bytes.Contains(values, []byte("\t")) || !bytes.HasPrefix(values, []byte("{\n  \"")) {
		t.Errorf("the values are not indented by two spaces, with a line feed at the end")
	}
	again, err := json.MarshalIndent(decode(t, values), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(append(again, '\n'), values) {
		t.Error("the keys are not sorted")
	}
}

// TestHandPlan has each figure from the rules: sizes from the plan, disks
// rounded up, 12.5% of 16 nodes, timeouts of the longest usable course.
func TestHandPlan(t *testing.T) {
	variables, values := emit(t, handPlan())
	v := decode(t, values)
	tests := map[string]any{
		"shop_kubernetes_version":           "1.35",
		"shop_upgrade_policy support_type":  "STANDARD",
		"shop_node_groups batch ami_type":   "BOTTLEROCKET_ARM_64",
		"shop_node_groups web ami_type":     "AL2023_x86_64_STANDARD",
		"shop_node_groups batch min_size":   json.Number("7"),
		"shop_node_groups batch max_size":   json.Number("12"),
		"shop_node_groups web desired_size": json.Number("16"),
		"shop_node_groups batch labels":     map[string]any{"scantling.dev/group": "batch", "team": "media"},
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
		"shop_node_groups batch timeouts update":                                      "80m",
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
	testkit.Golden(t, filepath.Join("testdata", "shop", terraform.VariablesFile), variables)
	testkit.Golden(t, filepath.Join("testdata", "shop", terraform.ValuesFile), values)
}

func TestWhatChanges(t *testing.T) {
	batch := func(p *planner.Plan) *planner.NodeGroup { return &p.Cluster.NodeGroups[0] }
	tests := map[string]struct {
		change     func(p *planner.Plan)
		path, want string
	}{
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
			path:   "shop_node_groups batch timeouts update", want: "100m",
		},
		// floor(33% of 7) = 2 at a time, 4 batches of (900 + 60 + 60 + 90) s, 120 + 90 s,
		// 6 nodes taken away in 30 s each: 4830 s.
		"no upgrade is planned": {
			change: func(p *planner.Plan) { p.Upgrade = nil }, path: "shop_node_groups batch timeouts update", want: "90m",
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
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := handPlan()
			tt.change(p)
			variables, values := emit(t, p)
			checkTypes(t, variables, values)
			if got := fmt.Sprint(at(t, decode(t, values), tt.path)); got != tt.want {
				t.Errorf("%s = %s, want %s", tt.path, got, tt.want)
			}
		})
	}
}

func TestNames(t *testing.T) {
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
		p := handPlan()
		p.Cluster.Emits[0].Variable = variable
		variables, _ := emit(t, p)
		if variable == "" {
			variable = "node_groups"
		}
		want := []string{variable, prefix + "addons", prefix + "kubernetes_version", prefix + "node_group_zones", prefix + "upgrade_policy"}
		slices.Sort(want)
		if got := slices.Sorted(maps.Keys(constraints(t, variables))); !slices.Equal(got, want) {
			t.Errorf("variable %q: got %v, want %v", variable, got, want)
		}
	}
	p := handPlan()
	p.Cluster.Emits = nil
	if variables, _ := emit(t, p); !bytes.Contains(variables, []byte(`variable "node_groups"`)) {
		t.Error("without an emit block there is no variable node_groups")
	}
}

func TestFilesRefuses(t *testing.T) {
	tests := map[string]struct {
		change func(p *planner.Plan)
		want   string
	}{
		"other provider": {func(p *planner.Plan) { p.Cluster.Provider = "gcp" }, `for provider "aws" only, this plan is for "gcp"`},
		"no identifier":  {func(p *planner.Plan) { p.Cluster.Emits[0].Variable = "2nd" }, `"2nd" is not a name that Terraform accepts`},
		"reserved":       {func(p *planner.Plan) { p.Cluster.Emits[0].Variable = "version" }, `keeps the name "version" for itself`},
		"sizes out of order": {
			func(p *planner.Plan) { p.NodeGroups[1].MinNodes = 3 },
			"node_group.gpu: 2 nodes are not between min_nodes 3 and max_nodes 2",
		},
		"two pools": {
			func(p *planner.Plan) { p.NodeGroups[0].Pools = append(p.NodeGroups[0].Pools, p.NodeGroups[0].Pools[0]) },
			"node_group.batch: 2 pools: a managed node group is written from exactly one",
		},
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
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := handPlan()
			tt.change(p)
			files, err := terraform.Files(p)
			if err == nil || !strings.Contains(err.Error(), tt.want) || files != nil {
				t.Errorf("got %d files and error %v, want an error that says %q", len(files), err, tt.want)
			}
		})
	}
}

func TestEveryMistakeIsReported(t *testing.T) {
	p := handPlan()
	p.NodeGroups[0].MinNodes, p.NodeGroups[1].Pools, p.ControlPlane.Support = 99, nil, "none"
	_, err := terraform.Files(p)
	for _, want := range []string{"node_group.batch", "node_group.gpu", "control_plane.support_type"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %s: %v", want, err)
		}
	}
}

// guide returns the HCL of the guide, by the name of the file it is for.
func guide(t testing.TB) map[string]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "terraform.md"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, block := range strings.Split(string(data), "```hcl\n")[1:] {
		code, _, _ := strings.Cut(block, "```")
		first, _, _ := strings.Cut(code, "\n")
		out[strings.TrimPrefix(first, "# ")] = code
	}
	return out
}

func TestGuideIsFormatted(t *testing.T) {
	files := guide(t)
	if len(files) < 3 {
		t.Fatalf("the guide has %d files, want main.tf, site.tf and versions.tf", len(files))
	}
	for name, code := range files {
		if got := string(hclwrite.Format([]byte(code))); got != code {
			t.Errorf("%s is not formatted, want\n%s", name, got)
		}
	}
}
