//go:build terraformcheck

package terraform_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

func TestTerraformRefusesWrongEKSValues(t *testing.T) {
	tests := map[string]wrongValue{
		"size is a word":  {func(_, g map[string]any) { g["min_size"] = "many" }, "a number is required"},
		"labels a number": {func(_, g map[string]any) { g["labels"] = 3 }, "map of string required"},
		"types a number":  {func(_, g map[string]any) { g["instance_types"] = 3 }, "list of string required"},
		"taints a list":   {func(_, g map[string]any) { g["taints"] = []any{object{"key": "group", "effect": "NO_SCHEDULE"}} }, "map of object required"},
		"taint no object": {func(_, g map[string]any) { g["taints"] = object{"group": "NO_SCHEDULE"} }, "object required"},
		"taint no effect": {func(_, g map[string]any) { g["taints"] = object{"a": object{"key": "group"}} }, `attribute "effect" is required`},
		"unknown effect":  {func(_, g map[string]any) { g["taints"] = object{"a": object{"key": "group", "effect": "NoSchedule"}} }, "The effect of a taint is"},
		"sizes unordered": {func(_, g map[string]any) { g["min_size"] = 8 }, "EKS refuses a group unless"},
		"above the most":  {func(_, g map[string]any) { g["desired_size"] = 13 }, "EKS refuses a group unless"},
		"two counts": {func(_, g map[string]any) {
			g["update_config"] = object{"max_unavailable": 1, "max_unavailable_percentage": 33}
		}, "exactly one of"},
		"no count":        {func(_, g map[string]any) { g["update_config"] = object{"update_strategy": "MINIMAL"} }, "exactly one of"},
		"timeout an hour": {func(_, g map[string]any) { g["timeouts"] = 60 }, "object required"},
		"disk a word": {func(_, g map[string]any) {
			g["block_device_mappings"] = object{"xvda": object{"ebs": object{"volume_size": "big"}}}
		}, "a number is required"},
		"addons a list":    {func(v, _ map[string]any) { v["shop_addons"] = []any{"coredns"} }, "map of object required"},
		"before_compute":   {func(v, _ map[string]any) { v["shop_addons"] = object{"coredns": object{"before_compute": "early"}} }, "a bool is required"},
		"zones no list":    {func(v, _ map[string]any) { v["shop_node_group_zones"] = object{"web": 3} }, "list of string required"},
		"policy a word":    {func(v, _ map[string]any) { v["shop_upgrade_policy"] = "STANDARD" }, "object required"},
		"version an array": {func(v, _ map[string]any) { v["shop_kubernetes_version"] = []any{"1.35"} }, "string required"},
		"groups null":      {func(v, _ map[string]any) { v["shop_node_groups"] = nil }, "required variable may not be set to null"},
	}
	terraformRefuses(t, eksPlan, "shop_node_groups batch", tests)
}

// TestTerraformPlansTheEKSGuide runs the files of the guide with a stand-in for the
// module: its inputs, and an output of them.
func TestTerraformPlansTheEKSGuide(t *testing.T) {
	p := eksPlan()
	p.Cluster.Emits = nil
	dir := folder(t, p)
	files := guide(t)
	main := regexp.MustCompile(`(?m)^  source .*\n  version .*$`).ReplaceAllString(files["main.tf"], `  source = "./eks"`)
	if main == files["main.tf"] {
		t.Fatal("the guide's main.tf calls no module")
	}
	write(t, dir, "main.tf", []byte(main))
	write(t, dir, "site.tf", []byte(files["site.tf"]))
	write(t, dir, "eks/main.tf", []byte(eksInputs+`
output "groups" {
  value = var.eks_managed_node_groups
}
output "addons" {
  value = var.addons
}
`))
	write(t, dir, "result.tf", []byte("output \"result\" {\n  value = module.eks\n}\n"))
	site := object{
		"cluster_name": "shop", "vpc_id": "vpc-1", "ebs_csi_role_arn": "arn:aws:iam::111122223333:role/ebs",
		"subnet_ids_by_zone": object{"us-east-1a": "subnet-a", "us-east-1b": "subnet-b", "us-east-1c": "subnet-c"},
	}
	data, err := json.Marshal(site)
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "site.auto.tfvars.json", data)
	must(t, dir, "init")
	must(t, dir, "plan", "-out", "plan.bin")
	shown := decode(t, []byte(must(t, dir, "show", "-json", "plan.bin")))
	result := at(t, shown, "planned_values outputs result value")
	if got, want := at(t, result, "groups web subnet_ids"), []any{"subnet-a", "subnet-b", "subnet-c"}; !holds(got, want) {
		t.Errorf("web is in %v, want %v", got, want)
	}
	if got, want := at(t, result, "groups gpu subnet_ids"), []any{"subnet-a"}; !holds(got, want) {
		t.Errorf("gpu is in %v, want %v", got, want)
	}
	_, values := emit(t, p)
	v := decode(t, values)
	if got, want := at(t, result, "groups"), v["node_groups"]; !holds(got, want) {
		t.Errorf("the module gets the groups %v, want %v", got, want)
	}
	if got, want := at(t, result, "addons"), v["addons"]; !holds(got, want) {
		t.Errorf("the module gets the add-ons %v, want %v", got, want)
	}
	if got := at(t, result, "addons aws-ebs-csi-driver pod_identity_association"); got == nil {
		t.Error("the EBS CSI driver gets no role")
	}

	site["subnet_ids_by_zone"] = object{"us-east-1a": "subnet-a"}
	if data, err = json.Marshal(site); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "site.auto.tfvars.json", data)
	if out, err := run(t, dir, "plan"); err == nil || !strings.Contains(out, "at least two zones") {
		t.Errorf("one zone: terraform plan: %v\n%s", err, out)
	}
}
