package cli_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/cli"
)

// called runs the program and wants it to succeed.
func called(t *testing.T, args ...string) []byte {
	t.Helper()
	var out, notes bytes.Buffer
	code := cli.Run(t.Context(), cli.World{Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &notes, Env: []string{"SCANTLING_CATALOG_DIR=" + t.TempDir()}, Now: noon})
	if code != 0 {
		t.Fatalf("%q: exit %d\n%s%s", args, code, out.String(), notes.String())
	}
	return out.Bytes()
}

// bought are the nodes of a plan document: by group, type, way to buy and zone, with the
// bounds of the group.
type bought map[string]int

func boughtOf(t *testing.T, document []byte) bought {
	t.Helper()
	var p struct {
		NodeGroups []struct {
			Name     string `json:"name"`
			MinNodes int    `json:"min_nodes"`
			MaxNodes int    `json:"max_nodes"`
			Pools    []struct {
				Type   string         `json:"instance_type"`
				Ways   string         `json:"capacity_type"`
				ByZone map[string]int `json:"nodes_by_zone"`
			} `json:"pools"`
		} `json:"node_groups"`
	}
	if err := json.Unmarshal(document, &p); err != nil {
		t.Fatal(err)
	}
	out := bought{}
	for _, g := range p.NodeGroups {
		out[g.Name+" min"], out[g.Name+" max"] = g.MinNodes, g.MaxNodes
		for _, pool := range g.Pools {
			for zone, n := range pool.ByZone {
				if n > 0 {
					out[strings.Join([]string{g.Name, pool.Type, pool.Ways, zone}, " ")] += n
				}
			}
		}
	}
	if len(out) == 0 {
		t.Fatal("no group in the plan")
	}
	return out
}

// mixed is what no example has: spot with a base on demand, a surge by share, labels of
// its own, zones of its own, Bottlerocket, ARM.
const mixed = `cluster "mix" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"
  as_of              = "2026-11-20"
  node_group "batch" {
    role = "batch"
    instances {
      types          = ["c6a.xlarge"]
      on_demand_base = 2
    }
    workload "work" {
      replicas = 26
      pod {
        cpu    = "900m"
        memory = "1Gi"
      }
    }
  }
  node_group "web" {
    image  = "bottlerocket"
    zones  = ["us-east-1a", "us-east-1b"]
    labels = { tier = "front" }
    instances { architectures = ["arm64"] }
    update_config { max_unavailable = "20%" }
    workload "api" {
      replicas = 15
      pod {
        cpu    = "900m"
        memory = "1Gi"
      }
    }
  }
}
`

// TestRoundTrip writes each example for Terraform, imports the values without anything
// else and plans: the nodes are the same, by group, type, way to buy and zone. Nothing but
// the values of the modules' own variables is read: the counts come back as placeholders,
// a pod a node, and what the groups must carry does not come back at all. Machines of one's
// own, which Terraform does not describe, come back from a dump of their nodes.
func TestRoundTrip(t *testing.T) {
	entries, err := os.ReadDir("../../examples")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	own := filepath.Join(dir, "mix.hcl")
	if err := os.WriteFile(own, []byte(mixed), 0o600); err != nil {
		t.Fatal(err)
	}
	sources := map[string]string{"mix": own}
	for _, e := range entries {
		if e.IsDir() {
			sources[e.Name()] = filepath.Join("../../examples", e.Name())
		}
	}
	if len(sources) < 14 {
		t.Fatalf("found %v", sources)
	}
	if testing.Short() {
		sources = map[string]string{"mix": own, "shop-gke": sources["shop-gke"], "payments-kubeadm": sources["payments-kubeadm"], "datacenter": sources["datacenter"]}
	}
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			plan, err := os.ReadFile(filepath.Join(sources[name], "plan.json"))
			if err != nil {
				plan = called(t, "plan", sources[name], "-o", "json")
			}
			document := filepath.Join(dir, "plan.json")
			if err := os.WriteFile(document, plan, 0o600); err != nil {
				t.Fatal(err)
			}
			called(t, "emit", "terraform", document, "--out", dir)
			values, err := filepath.Glob(filepath.Join(dir, "*.auto.tfvars.json"))
			if err != nil || len(values) != 1 {
				t.Fatalf("emitted %v, %v", values, err)
			}
			args := []string{"import", "terraform", values[0], "--out", filepath.Join(dir, "spec")}
			if name == "datacenter" {
				args = append(args, "--nodes", dumpOf(t, dir, datacenterNodes(t, plan, false)))
			}
			called(t, args...)
			got, want := boughtOf(t, called(t, "plan", filepath.Join(dir, "spec"), "-o", "json")), boughtOf(t, plan)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %v\nwant %v", got, want)
			}
		})
	}
}
