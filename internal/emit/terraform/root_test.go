package terraform_test

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"

	emits "github.com/scantling-dev/scantling/internal/emit"
	"github.com/scantling-dev/scantling/internal/emit/terraform"
	"github.com/scantling-dev/scantling/internal/testkit"
	"github.com/scantling-dev/scantling/planner"
)

// stub is what stands in for a module: its inputs, and names of its outputs.
type stub struct{ name, inputs, outputs string }

func stubs() map[string]stub {
	return map[string]stub{"aws": {"eks", eksInputs, eksResults}, "gcp": {"gke", gkeInputs, gkeResults}}
}

// rootOf returns the files of style root by their names.
func rootOf(t testing.TB, p *planner.Plan, block planner.Emit) map[string][]byte {
	t.Helper()
	block.Tool, block.Style = "terraform", terraform.Root
	made, err := terraform.Write(emits.Request{Plan: p, Block: block})
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range made.Files {
		if _, twice := files[f.Name]; twice {
			t.Errorf("%s is written twice", f.Name)
		}
		files[f.Name] = f.Content
	}
	return files
}

// blocksOf returns the blocks of HCL files by type and label; it reports those that are
// there twice.
func blocksOf(t testing.TB, files map[string][]byte) map[string]*hclsyntax.Block {
	t.Helper()
	blocks := map[string]*hclsyntax.Block{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !strings.HasSuffix(name, ".tf") {
			continue
		}
		if got := hclwrite.Format(files[name]); !bytes.Equal(got, files[name]) {
			t.Errorf("%s is not formatted, want\n%s", name, got)
		}
		file, diags := hclsyntax.ParseConfig(files[name], name, hcl.InitialPos)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		for _, b := range file.Body.(*hclsyntax.Body).Blocks {
			key := strings.Join(append([]string{b.Type}, b.Labels...), " ")
			if blocks[key] != nil && b.Type != "terraform" {
				t.Errorf("%s stands in %s and %s", key, blocks[key].TypeRange.Filename, name)
			}
			blocks[key] = b
		}
	}
	return blocks
}

// TestRootsCallTheModule has every variable used, none used that is not declared, no
// argument that the module does not take, no output that it does not have, and a value
// or a default for all but the site's own.
func TestRootsCallTheModule(t *testing.T) {
	plans := map[string]*planner.Plan{"eks": eksPlan(), "gke": gkePlan(), "several pools": poolsPlan()}
	for seed := range uint64(20) {
		plans[fmt.Sprintf("eks, seed %d", seed)] = randomEKSPlan(rand.New(rand.NewPCG(seed, 0)))
		plans[fmt.Sprintf("gke, seed %d", seed)] = randomGKEPlan(rand.New(rand.NewPCG(seed, 0)))
	}
	for name, p := range plans {
		for _, variable := range []string{"", "shop_node_groups", "a_rather_long_name_of_a_cluster", "_1_node_groups", "eu-1"} {
			t.Run(name+" "+variable, func(t *testing.T) { checkRoot(t, p, variable) })
		}
	}
}

func checkRoot(t *testing.T, p *planner.Plan, variable string) {
	files := rootOf(t, p, planner.Emit{Variable: variable})
	if len(files) != 5 {
		t.Errorf("%d files, want 5", len(files))
	}
	blocks := blocksOf(t, files)
	text := string(bytes.Join(slices.Collect(maps.Values(files)), []byte("\n")))
	used := map[string]bool{}
	for _, m := range regexp.MustCompile(`\bvar\.([\w-]+)`).FindAllStringSubmatch(text, -1) {
		used[m[1]] = true
		if blocks["variable "+m[1]] == nil {
			t.Errorf("var.%s is not declared", m[1])
		}
	}
	module := stubs()[p.Cluster.Provider]
	inputs := constraints(t, []byte(module.inputs))
	var values map[string]any
	for name, content := range files {
		if strings.HasSuffix(name, ".json") {
			values = decode(t, content)
		}
	}
	calls := 0
	for key, b := range blocks {
		switch b.Type {
		case "variable":
			if !used[b.Labels[0]] {
				t.Errorf("%s is not used", key)
			}
			if _, valued := values[b.Labels[0]]; valued && b.Body.Attributes["default"] != nil {
				t.Errorf("%s has a value and a default", key)
			}
		case "module":
			calls++
			for name := range b.Body.Attributes {
				if _, ok := inputs[name]; !ok && name != "source" && name != "version" {
					t.Errorf("the module takes no %s", name)
				}
			}
			if !hclsyntax.ValidIdentifier(b.Labels[0]) {
				t.Errorf("Terraform takes no module named %q", b.Labels[0])
			}
		case "output":
			if !strings.Contains(module.outputs, "output \""+b.Body.Attributes["value"].Expr.Variables()[0][2].(hcl.TraverseAttr).Name+"\"") {
				t.Errorf("%s is none of the module's", key)
			}
		}
	}
	for name := range values {
		if blocks["variable "+name] == nil {
			t.Errorf("%s has a value and is not declared", name)
		}
	}
	if calls != 1 {
		t.Errorf("%d modules are called", calls)
	}
}

// TestClustersShareAFolder has nothing of one cluster clash with another's.
func TestClustersShareAFolder(t *testing.T) {
	all := map[string][]byte{}
	for _, c := range []struct {
		plan     *planner.Plan
		variable string
	}{{eksPlan(), ""}, {eksPlan(), "blue_node_groups"}, {eksPlan(), "green"}, {gkePlan(), "eu_node_pools"}, {gkePlan(), "us-1"}} {
		for name, content := range rootOf(t, c.plan, planner.Emit{Variable: c.variable}) {
			if all[name] != nil {
				t.Errorf("%s is written for two clusters", name)
			}
			all[name] = content
		}
	}
	providers := 0
	for key, b := range blocksOf(t, all) {
		if b.Type == "terraform" {
			t.Logf("%s in %s", key, b.TypeRange.Filename)
		}
	}
	for _, content := range all {
		providers += strings.Count(string(content), "required_providers")
	}
	if providers > 1 {
		t.Errorf("%d blocks of required_providers: Terraform takes one", providers)
	}
}

func TestRootsAsWritten(t *testing.T) {
	for target, p := range map[string]*planner.Plan{"eks": eksPlan(), "gke": gkePlan()} {
		for name, content := range rootOf(t, p, planner.Emit{}) {
			if name != terraform.ValuesFile {
				testkit.Golden(t, filepath.Join("testdata", target+"-root", name), content)
			}
		}
	}
}

// TestModuleVersions has the version that is called within the major whose inputs are
// written.
func TestModuleVersions(t *testing.T) {
	tests := map[string]struct {
		plan              *planner.Plan
		asked, want, note string
		refused           string
	}{
		"eks, none":        {plan: eksPlan(), want: "~> 21.19"},
		"gke, none":        {plan: gkePlan(), want: "~> 44.2"},
		"exact":            {plan: eksPlan(), asked: "21.20.1", want: "21.20.1"},
		"at least":         {plan: eksPlan(), asked: "21.20", want: "~> 21.20"},
		"at least, said":   {plan: eksPlan(), asked: "~>21.20", want: "~> 21.20"},
		"patches":          {plan: gkePlan(), asked: "~> 44.3.0", want: "~> 44.3.0"},
		"older":            {plan: eksPlan(), asked: "21.3.0", want: "21.3.0", note: "older than 21.19"},
		"another major":    {plan: eksPlan(), asked: "20.37.0", refused: "another major than 21"},
		"gke, of eks":      {plan: gkePlan(), asked: "21.19.0", refused: "another major than 44"},
		"open end":         {plan: eksPlan(), asked: ">= 21.19", refused: "is no version"},
		"injected":         {plan: eksPlan(), asked: "21.19.0\"\n", refused: "is no version"},
		"major alone":      {plan: eksPlan(), asked: "21", refused: "is no version"},
		"more than fits":   {plan: eksPlan(), asked: "99999999999999999999.1", refused: "is no version"},
		"letters in front": {plan: eksPlan(), asked: "v21.19.0", refused: "is no version"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			made, err := terraform.Write(emits.Request{Plan: tt.plan, Block: planner.Emit{Style: terraform.Root, ModuleVersion: tt.asked}})
			if tt.refused != "" {
				if err == nil || !strings.Contains(err.Error(), tt.refused) || made.Files != nil {
					t.Errorf("got error %v, want one that says %q", err, tt.refused)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if want := fmt.Sprintf("version = %q\n", tt.want); !strings.Contains(string(made.Files[2].Content), want) {
				t.Errorf("want %s in\n%s", want, made.Files[2].Content)
			}
			if got := strings.Join(made.Notes, " "); (tt.note == "") != (got == "") || !strings.Contains(got, tt.note) {
				t.Errorf("note %q, want %q", got, tt.note)
			}
		})
	}
}

// TestRootsNeedAModule refuses what there is no module for.
func TestRootsNeedAModule(t *testing.T) {
	elsewhere := plainPlan()
	elsewhere.ControlPlane.Mode = planner.Managed
	for name, p := range map[string]*planner.Plan{"self-managed": plainPlan(), "on-premises": ownPlan(), "managed elsewhere": elsewhere} {
		if name == "managed elsewhere" {
			p.Cluster.Provider = "hosted"
		}
		made, err := terraform.Write(emits.Request{Plan: p, Block: planner.Emit{Style: terraform.Root}})
		if err == nil || !strings.Contains(err.Error(), "there is none") || made.Files != nil {
			t.Errorf("%s: got error %v", name, err)
		}
	}
	if _, err := terraform.Write(emits.Request{Plan: eksPlan(), Block: planner.Emit{Style: "module"}}); err == nil || !strings.Contains(err.Error(), "neither vars nor root") {
		t.Errorf("got error %v", err)
	}
}
