//go:build terraformcheck

package terraform_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/emit/terraform"
	"github.com/scantling-dev/scantling/planner"
)

// object is a JSON object.
type object = map[string]any

// The tests with this tag run Terraform itself on what is written. They are no
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

// randomPlans make plans, by target.
func randomPlans() map[string]func(*rand.Rand) *planner.Plan {
	return map[string]func(*rand.Rand) *planner.Plan{"eks": randomEKSPlan, "gke": randomGKEPlan, "plain": randomPlainPlan}
}

func TestTerraformPlansTheVariables(t *testing.T) {
	plans := handPlans()
	for seed := range uint64(3) {
		for target, random := range randomPlans() {
			plans[fmt.Sprintf("%s, seed %d", target, seed)] = random(rand.New(rand.NewPCG(seed, 0)))
			r := rand.New(rand.NewPCG(seed, 11))
			p := random(r)
			randomPools(r, p, []string{p.Offers[0].Name, p.Offers[1].Name}, target == "gke")
			plans[fmt.Sprintf("%s of several pools, seed %d", target, seed)] = p
		}
	}
	for name, p := range plans {
		t.Run(name, func(t *testing.T) {
			dir := folder(t, p)
			must(t, dir, "fmt", "-check", "-diff", terraform.VariablesFile)
			must(t, dir, "init")
			must(t, dir, "validate")
			must(t, dir, "plan", "-out", "plan.bin")
			shown := decode(t, []byte(must(t, dir, "show", "-json", "plan.bin")))
			_, values := emit(t, p)
			for name, want := range decode(t, values) {
				if got := at(t, shown, "planned_values outputs "+name+" value"); !holds(got, want) {
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

// A wrongValue changes the values of a hand-made plan, and one element among them,
// so that Terraform refuses them; want is of what it says.
type wrongValue struct {
	set  func(values, element map[string]any)
	want string
}

// terraformRefuses plans each wrong value; path leads to the element.
func terraformRefuses(t *testing.T, plan func() *planner.Plan, path string, tests map[string]wrongValue) {
	t.Helper()
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dir := folder(t, plan())
			_, values := emit(t, plan())
			v := decode(t, values)
			element, ok := at(t, v, path).(map[string]any)
			if !ok {
				t.Fatal("nothing to break")
			}
			tt.set(v, element)
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
