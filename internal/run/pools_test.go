package run_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/catalogs/snapshot"
	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/emit/terraform"
	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/pipeline"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/verify"
)

// mixedPlan plans an example whose groups of roles app and batch may mix three types, of
// which batch is bought as spot with two nodes on demand. Pods of StatefulSets have a
// volume each.
func mixedPlan(t *testing.T, example string) *planner.Plan {
	t.Helper()
	c := planOf(t, spec.File{Name: "main.hcl", Content: source(t, example)}).Cluster
	for i := range c.NodeGroups {
		g := &c.NodeGroups[i]
		for j := range g.Workloads {
			if w := &g.Workloads[j]; w.Kind == planner.StatefulSet {
				w.Volumes = []planner.Volume{{Name: "data", Type: g.Disk.Type, Size: 100 * units.GiB, Zonal: true}}
			}
		}
		if g.Role != planner.App && g.Role != planner.Batch {
			continue
		}
		g.Instances.MaxTypes = 3
		if g.Role == planner.Batch {
			g.Instances.CapacityType, g.Instances.OnDemandBase = planner.Spot, units.Count(2)
		}
	}
	ground, ok := run.GroundOf(c.Provider, c.ControlPlane.Mode)
	if !ok {
		t.Fatalf("there is no ground %s %s", c.Provider, c.ControlPlane.Mode)
	}
	cat, err := snapshot.Load(c.Provider, c.Region)
	if err != nil {
		t.Fatal(err)
	}
	prov := ground.New(&cat)
	p, err := pipeline.Make(t.Context(), c, cat, prov, pipeline.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := verify.Plan(&c, &cat, prov, &p); err != nil {
		t.Fatalf("verify refuses the plan:\n%v", err)
	}
	return &p
}

// TestSeveralPoolsToTheEnd follows plans with groups of several pools through all that
// is made of plans: their document, which is planned again as it was; texts; drills; and
// Terraform, which has a group for each pool and buys the planned nodes.
func TestSeveralPoolsToTheEnd(t *testing.T) {
	several := 0
	for _, example := range []string{"shop-eks", "shop-gke", "payments-kubeadm"} {
		p := mixedPlan(t, example)
		back, err := document.Decode(encode(t, p))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(encode(t, p), encode(t, back)) {
			t.Errorf("%s: the document of the document differs", example)
		}
		if unknown, err := run.Verify(run.Offers{}, back); err != nil || unknown {
			t.Errorf("%s: the document does not verify: %v", example, err)
		}
		r, err := run.Replay(t.Context(), run.Offers{}, back, nil)
		if err != nil || !r.Holds() {
			t.Errorf("%s: a declared loss does not hold: %v, %+v", example, err, r)
		}
		var text bytes.Buffer
		if err := report.Text(&text, p, report.Options{}); err != nil {
			t.Fatal(err)
		}
		var bill units.USDPerHour
		nodes := 0
		for i := range p.NodeGroups {
			g := &p.NodeGroups[i]
			nodes += g.Nodes
			if len(g.Pools) > 1 {
				several++
				checkLossNames(t, g, &r)
			}
			checkVolumes(t, p, g)
			for j, path := range g.NodesPaths() {
				at := slices.IndexFunc(p.Cost.Lines, func(l planner.CostLine) bool { return l.Path == path })
				if at < 0 || !strings.Contains(text.String(), g.Pools[j].InstanceType) {
					t.Fatalf("%s: %s is not billed, or the text does not name it", example, path)
				}
				bill += p.Cost.Lines[at].Amount.Rate
				for _, u := range p.Commitments {
					for _, c := range u.Covers {
						if c.Path == path {
							bill += c.Value
						}
					}
				}
			}
			bill -= g.Cost.Rate
		}
		if bill != 0 {
			t.Errorf("%s: the lines of nodes and the costs of groups differ by %d", example, bill)
		}
		if got := boughtNodes(t, p); got != nodes {
			t.Errorf("%s: Terraform buys %d nodes, planned are %d", example, got, nodes)
		}
	}
	if several < 3 {
		t.Errorf("only %d groups have several pools", several)
	}
}

// checkVolumes has a line of the bill for the volumes of a StatefulSet: as many as it has
// replicas.
func checkVolumes(t *testing.T, p *planner.Plan, g *planner.GroupPlan) {
	t.Helper()
	declared := &p.Cluster.NodeGroups[slices.IndexFunc(p.Cluster.NodeGroups, func(d planner.NodeGroup) bool { return d.Name == g.Name })]
	for _, w := range declared.Workloads {
		if len(w.Volumes) == 0 {
			continue
		}
		n := g.Workloads[slices.IndexFunc(g.Workloads, func(o planner.WorkloadPlan) bool { return o.Name == w.Name })].Replicas
		want := fmt.Sprintf("%d x 100 GiB %s, data of %s", n, declared.Disk.Type, w.Name)
		at := slices.IndexFunc(p.Cost.Lines, func(l planner.CostLine) bool {
			return l.Path == g.Path()+".volumes" && l.Detail == want
		})
		if at < 0 || !p.Cost.Lines[at].Amount.Known {
			t.Errorf("%s: no line %q with a price: %+v", g.Name, want, p.Cost.Lines)
		}
	}
}

// checkLossNames has the loss of a node name its type where the group mixes types.
func checkLossNames(t *testing.T, g *planner.GroupPlan, r *planner.Replay) {
	t.Helper()
	names := []string{"a node in "}
	if g.Pools[0].InstanceType != g.Pools[len(g.Pools)-1].InstanceType {
		names = nil
		for _, p := range g.Pools {
			names = append(names, "a "+p.InstanceType+" in ")
		}
	}
	says := func(words string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return strings.Contains(words, name) })
	}
	for _, d := range g.Survives {
		if d.Event == "any 1 node" && !says(d.Tightest) {
			t.Errorf("%s: %q names none of %q", g.Name, d.Tightest, names)
		}
	}
	for _, c := range r.Groups {
		if c.Group == g.Name && c.Event == "any 1 node" && !says(c.Lost) {
			t.Errorf("%s: %q names none of %q", g.Name, c.Lost, names)
		}
	}
}

// boughtNodes is how many nodes are written for Terraform, over all groups and zones.
func boughtNodes(t *testing.T, p *planner.Plan) int {
	t.Helper()
	p.Cluster.Emits = nil
	files, err := terraform.Files(p)
	if err != nil {
		t.Fatal(err)
	}
	var values struct {
		Groups json.RawMessage `json:"node_groups"`
	}
	if err := json.Unmarshal(files[1].Content, &values); err != nil {
		t.Fatal(err)
	}
	type group struct {
		Desired int            `json:"desired_size"`
		ByZone  map[string]int `json:"nodes_by_zone"`
		Count   int            `json:"node_count"`
		Initial int            `json:"initial_node_count"`
		Zones   string         `json:"node_locations"`
	}
	var groups []group
	if values.Groups[0] == '[' {
		err = json.Unmarshal(values.Groups, &groups)
	} else {
		named := map[string]group{}
		err = json.Unmarshal(values.Groups, &named)
		for _, g := range named {
			groups = append(groups, g)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, g := range groups {
		sum += g.Desired + (g.Count+g.Initial)*len(strings.Split(g.Zones, ","))
		for _, n := range g.ByZone {
			sum += n
		}
	}
	return sum
}

// TestGPUsToTheEnd: nine pods with a GPU each on the cheapest machines, of one GPU: g4dn
// on EC2, with NVIDIA's image; g2 on GCE, with its accelerator.
func TestGPUsToTheEnd(t *testing.T) {
	const gpus = `
cluster "ml" {
  provider           = "PROVIDER"
  region             = "REGION"
  zones              = ["ZONEa", "ZONEb", "ZONEc"]
  kubernetes_version = "1.35"
  as_of              = "2026-11-20"
  node_group "train" {
    role = "gpu"
    workload "trainer" {
      replicas = 9
      pod {
        cpu       = "3"
        memory    = "12Gi"
        resources = { "nvidia.com/gpu" = 1 }
      }
    }
  }
  node_group "web" {
    role = "app"
    workload "api" {
      replicas = 6
      pod {
        cpu    = "1"
        memory = "2Gi"
      }
    }
  }
}
`
	for provider, c := range map[string]struct{ region, zone, written string }{
		"aws": {"us-east-1", "us-east-1", `"ami_type": "AL2023_x86_64_NVIDIA"`},
		"gcp": {"us-central1", "us-central1-", `"accelerator_type": "nvidia-l4"`},
	} {
		content := strings.NewReplacer("PROVIDER", provider, "REGION", c.region, "ZONE", c.zone).Replace(gpus)
		p := planOf(t, spec.File{Name: "main.hcl", Content: []byte(content)})
		var text bytes.Buffer
		if err := report.Text(&text, p, report.Options{}); err != nil {
			t.Fatal(err)
		}
		if want := "train: nvidia.com/gpu 9 of 9 (100%)"; !strings.Contains(text.String(), want) {
			t.Errorf("%s: the text lacks %q:\n%s", provider, want, text.String())
		}
		files, err := terraform.Files(p)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(string(files[1].Content), c.written); got != 1 {
			t.Errorf("%s: %s is written %d times:\n%s", provider, c.written, got, files[1].Content)
		}
	}
}
