//go:build terraformcheck

package terraform_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/planner"
)

// addRoot writes a root into dir, its module a stand-in there, and what only the site
// knows.
func addRoot(t *testing.T, dir string, p *planner.Plan, variable, prefix string) {
	t.Helper()
	module := stubs()[p.Cluster.Provider]
	calls := regexp.MustCompile(`(?m)^  source +=.*\n  version +=.*$`)
	for name, content := range rootOf(t, p, planner.Emit{Variable: variable}) {
		if strings.HasSuffix(name, "main.tf") {
			if !calls.Match(content) {
				t.Fatal("main.tf calls no module")
			}
			content = calls.ReplaceAll(content, []byte(`  source = "./`+module.name+`"`))
		}
		// No provider is downloaded here.
		content = regexp.MustCompile(`(?s)\n  required_providers \{.*?\n  \}\n`).ReplaceAll(content, nil)
		write(t, dir, name, content)
	}
	outputs := module.outputs
	if module.name == "gke" {
		outputs += gkeReads
	}
	write(t, dir, module.name+"/main.tf", []byte(module.inputs+outputs))
	site := object{}
	for name, value := range map[string]object{
		"eks": {"vpc_id": "vpc-1", "ebs_csi_role_arn": "arn:aws:iam::111122223333:role/ebs", "subnet_ids_by_zone": object{
			"us-east-1a": "subnet-a", "us-east-1b": "subnet-b", "us-east-1c": "subnet-c",
		}},
		"gke": {"project_id": "shop-1", "network": "vpc", "subnetwork": "nodes", "ip_range_pods": "pods", "ip_range_services": "services"},
	}[module.name] {
		site[prefix+name] = value
	}
	data, err := json.Marshal(site)
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "site_"+prefix+".auto.tfvars.json", data)
}

// TestTerraformPlansRoots plans roots with stand-ins for the modules, and compares what
// these get with the plan.
func TestTerraformPlansRoots(t *testing.T) {
	plans := map[string]*planner.Plan{"eks": eksPlan(), "gke": gkePlan(), "several pools": poolsPlan()}
	for seed := range uint64(2) {
		plans[fmt.Sprintf("eks, seed %d", seed)] = randomEKSPlan(rand.New(rand.NewPCG(seed, 5)))
		plans[fmt.Sprintf("gke, seed %d", seed)] = randomGKEPlan(rand.New(rand.NewPCG(seed, 5)))
	}
	for name, p := range plans {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			addRoot(t, dir, p, "", "")
			for name, content := range rootOf(t, p, planner.Emit{}) {
				write(t, dir+"/fmt", name, content)
			}
			must(t, dir+"/fmt", "fmt", "-check", "-diff")
			module := stubs()[p.Cluster.Provider].name
			write(t, dir, "result.tf", []byte("output \"result\" {\n  value     = module."+module+"\n  sensitive = true\n}\n"))
			must(t, dir, "init")
			must(t, dir, "validate")
			must(t, dir, "plan", "-out", "plan.bin")
			shown := decode(t, []byte(must(t, dir, "show", "-json", "plan.bin")))
			checkRootBuys(t, p, module, at(t, shown, "planned_values outputs result value"))
			if got := at(t, shown, "planned_values outputs cluster_name value"); got != p.Cluster.Name {
				t.Errorf("the cluster is called %v, want %s", got, p.Cluster.Name)
			}
		})
	}
}

// checkRootBuys compares the nodes that a module gets with the planned ones.
func checkRootBuys(t *testing.T, p *planner.Plan, module string, result any) {
	t.Helper()
	planned, total := 0, 0
	for i := range p.NodeGroups {
		planned += p.NodeGroups[i].Nodes
	}
	if module == "eks" {
		for _, g := range at(t, result, "groups").(map[string]any) {
			total += number(t, at(t, g, "desired_size"))
		}
		if got := fmt.Sprint(at(t, result, "control")); !strings.HasPrefix(got, "["+p.Cluster.Region+" "+p.Cluster.KubernetesVersion) {
			t.Errorf("the module gets %s", got)
		}
	} else {
		for _, g := range at(t, result, "nodes").(map[string]any) {
			total += number(t, at(t, g, "planned"))
		}
	}
	if total != planned {
		t.Errorf("the module buys %d nodes, planned are %d", total, planned)
	}
}

// TestTerraformPlansSeveralClusters has clusters in one folder, which are planned
// together.
func TestTerraformPlansSeveralClusters(t *testing.T) {
	dir := t.TempDir()
	clusters := map[string]*planner.Plan{"": eksPlan(), "blue_": eksPlan(), "eu_": gkePlan(), "us_": gkePlan()}
	var results strings.Builder
	for prefix, p := range clusters {
		p.Cluster.Name += strings.TrimSuffix("-"+prefix, "_")
		variable := prefix + "node_groups"
		addRoot(t, dir, p, variable, prefix)
		fmt.Fprintf(&results, "output \"result_%s\" {\n  value     = module.%s%s\n  sensitive = true\n}\n", prefix, prefix, stubs()[p.Cluster.Provider].name)
	}
	write(t, dir, "result.tf", []byte(results.String()))
	must(t, dir, "init")
	must(t, dir, "plan", "-out", "plan.bin")
	shown := decode(t, []byte(must(t, dir, "show", "-json", "plan.bin")))
	for prefix, p := range clusters {
		checkRootBuys(t, p, stubs()[p.Cluster.Provider].name, at(t, shown, "planned_values outputs result_"+prefix+" value"))
		if got := at(t, shown, "planned_values outputs "+prefix+"cluster_name value"); got != p.Cluster.Name {
			t.Errorf("the cluster is called %v, want %s", got, p.Cluster.Name)
		}
	}
}

// TestTerraformPlansTransitions plans every step of a transition.
func TestTerraformPlansTransitions(t *testing.T) {
	for name, plan := range map[string]func() *planner.Plan{"eks": eksPlan, "gke": gkePlan} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			p := plan()
			p.NodeGroups[2].Pools[0].CapacityType = planner.Spot
			addRoot(t, dir, p, "", "")
			must(t, dir, "init")
			for i, values := range move(t, plan(), p).steps {
				data, err := json.Marshal(values)
				if err != nil {
					t.Fatal(err)
				}
				file := fmt.Sprintf("step_%d.tfvars.json", i+1)
				write(t, dir, file, data)
				must(t, dir, "plan", "-var-file="+file)
			}
		})
	}
}
