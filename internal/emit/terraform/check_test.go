//go:build terraformcheck

package terraform_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/emit/terraform"
	"github.com/scantling-dev/scantling/planner"
)

// The tests of this file run Terraform itself on what is written. They are no
// part of the default tests, since they need the program: make terraform-check
// runs them. They reach no network: nothing here has a provider or a remote
// module.

// run runs terraform in dir and returns what it says.
func run(t *testing.T, dir string, args ...string) (string, error) {
	t.Helper()
	config := filepath.Join(t.TempDir(), "terraformrc")
	if err := os.WriteFile(config, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "terraform", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+config, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_INPUT=0", "TF_CLI_ARGS=-no-color")
	if args[0] == "fmt" {
		cmd.Env = append(cmd.Env, "TF_CLI_ARGS=")
	}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// must is run for what has to succeed.
func must(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, err := run(t, dir, args...)
	if err != nil {
		t.Fatalf("terraform %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

func write(t *testing.T, dir, name string, content []byte) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// folder writes the files of a plan into a new folder, with an output for each
// variable.
func folder(t *testing.T, p *planner.Plan) string {
	t.Helper()
	dir := t.TempDir()
	variables, values := emit(t, p)
	write(t, dir, terraform.VariablesFile, variables)
	write(t, dir, terraform.ValuesFile, values)
	var outputs strings.Builder
	for name := range constraints(t, variables) {
		fmt.Fprintf(&outputs, "output %q {\n  value = var.%s\n}\n", name, name)
	}
	write(t, dir, "outputs.tf", []byte(outputs.String()))
	return dir
}

func TestTerraformPlansTheVariables(t *testing.T) {
	plans := map[string]*planner.Plan{"by hand": handPlan()}
	for seed := range uint64(3) {
		plans[fmt.Sprintf("seed %d", seed)] = randomPlan(rand.New(rand.NewPCG(seed, 0)))
	}
	for name, p := range plans {
		t.Run(name, func(t *testing.T) {
			dir := folder(t, p)
			must(t, dir, "fmt", "-check", "-diff", terraform.VariablesFile)
			must(t, dir, "init")
			must(t, dir, "validate")
			must(t, dir, "plan", "-out", "plan.bin")
			var shown struct {
				Planned struct {
					Outputs map[string]struct{ Value any }
				} `json:"planned_values"`
			}
			if err := json.Unmarshal([]byte(must(t, dir, "show", "-json", "plan.bin")), &shown); err != nil {
				t.Fatal(err)
			}
			_, values := emit(t, p)
			for name, want := range decode(t, values) {
				if got := shown.Planned.Outputs[name].Value; !holds(got, want) {
					t.Errorf("terraform reads %s as %v, want %v", name, got, want)
				}
			}
		})
	}
}

// holds reports whether got has everything that want has: Terraform adds nulls
// for the optional attributes that are not written.
func holds(got, want any) bool {
	switch want := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		for key, w := range want {
			ok = ok && holds(g[key], w)
		}
		return ok
	case []any:
		g, ok := got.([]any)
		ok = ok && len(g) == len(want)
		for i := range want {
			ok = ok && holds(g[i], want[i])
		}
		return ok
	}
	return fmt.Sprint(got) == fmt.Sprint(want)
}

func TestTerraformRefusesWrongValues(t *testing.T) {
	tests := map[string]struct {
		set  func(values, batch map[string]any)
		want string // of what Terraform says
	}{
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
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dir := folder(t, handPlan())
			_, values := emit(t, handPlan())
			v := decode(t, values)
			batch, ok := at(t, v, "shop_node_groups batch").(map[string]any)
			if !ok {
				t.Fatal("no group to break")
			}
			tt.set(v, batch)
			data, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			write(t, dir, terraform.ValuesFile, data)
			must(t, dir, "init")
			out, err := run(t, dir, "plan")
			if words := strings.Join(strings.Fields(strings.ReplaceAll(out, "│", " ")), " "); err == nil || !strings.Contains(words, tt.want) {
				t.Errorf("terraform plan: %v, want %q:\n%s", err, tt.want, out)
			}
		})
	}
}

// object is a JSON object.
type object = map[string]any

// TestTerraformPlansTheGuide runs the files of the guide with a stand-in for the
// module: its inputs, and an output of them.
func TestTerraformPlansTheGuide(t *testing.T) {
	p := handPlan()
	p.Cluster.Emits = nil
	dir := folder(t, p)
	files := guide(t)
	main := regexp.MustCompile(`(?m)^  source .*\n  version .*$`).ReplaceAllString(files["main.tf"], `  source = "./eks"`)
	if main == files["main.tf"] {
		t.Fatal("the guide's main.tf calls no module")
	}
	write(t, dir, "main.tf", []byte(main))
	write(t, dir, "site.tf", []byte(files["site.tf"]))
	write(t, dir, "eks/main.tf", []byte(moduleInputs+`
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
