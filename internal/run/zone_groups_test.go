package run_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/emit/terraform"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
)

// randomZones is a spec of two groups over three zones: one that is split by zone, with
// pods that name zones, volumes or bounds in some, and one that is not.
func randomZones(r *rand.Rand, provider string) spec.File {
	region, zones := "us-east-1", []string{"us-east-1a", "us-east-1b", "us-east-1c"}
	if provider == "gcp" {
		region, zones = "europe-west1", []string{"europe-west1-b", "europe-west1-c", "europe-west1-d"}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "cluster \"c\" {\n provider = %q\n region = %q\n zones = [\"%s\"]\n kubernetes_version = \"1.35\"\n", provider, region, strings.Join(zones, `", "`))
	pod := func() string {
		cpu := 100 * (1 + r.IntN(30))
		return fmt.Sprintf("pod {\n cpu = \"%dm\"\n memory = \"%dMi\"\n }\n", cpu, max(128, cpu*(1+r.IntN(6))))
	}
	fmt.Fprintf(&b, " node_group \"whole\" {\n workload \"w\" {\n replicas = %d\n %s }\n }\n", 3+r.IntN(40), pod())
	if r.IntN(3) == 0 { // from the role
		n := 3 + r.IntN(5)
		fmt.Fprintf(&b, " node_group \"split\" {\n role = \"stateful\"\n instances {\n max_vcpus = 4\n }\n workload \"w\" {\n kind = \"StatefulSet\"\n replicas = %d\n min_ready = %d\n %s volume \"data\" {\n size = \"20Gi\"\n }\n }\n }\n}\n", n, n-(n+2)/3, pod())
		return spec.File{Name: "s.hcl", Content: []byte(b.String())}
	}
	fmt.Fprintf(&b, " node_group \"split\" {\n split_by_zone = true\n instances {\n max_vcpus = 4\n }\n")
	if r.IntN(2) == 0 {
		fmt.Fprintf(&b, " autoscaling {\n min_nodes = %d\n max_nodes = %d\n }\n", 1+r.IntN(4), 60+r.IntN(60))
	}
	fmt.Fprintf(&b, " workload \"w\" {\n replicas = %d\n %s }\n", 3+r.IntN(40), pod())
	if r.IntN(2) == 0 {
		fmt.Fprintf(&b, " redundancy {\n zones = 0\n }\n workload \"x\" {\n replicas = %d\n node_selector = {\n \"topology.kubernetes.io/zone\" = %q\n }\n %s }\n", 1+r.IntN(20), zones[r.IntN(3)], pod())
	}
	b.WriteString(" }\n}\n")
	return spec.File{Name: "s.hcl", Content: []byte(b.String())}
}

// zoned is what Terraform buys of a group: by zone, and its bounds in all.
type zoned struct {
	byZone      map[string]int
	least, most int
}

// buysByZone reads what is bought of each group in each zone: of a group of EKS over several
// zones in all, under no zone.
func buysByZone(t *testing.T, p *planner.Plan) map[string]*zoned {
	t.Helper()
	files, err := terraform.Files(p)
	if err != nil {
		t.Fatal(err)
	}
	var values struct {
		Groups json.RawMessage              `json:"node_groups"`
		Zones  map[string][]string          `json:"node_group_zones"`
		Labels map[string]map[string]string `json:"node_pools_labels"`
	}
	if err := json.Unmarshal(files[1].Content, &values); err != nil {
		t.Fatal(err)
	}
	out := map[string]*zoned{}
	add := func(group string, zones []string, each, least, most, times int) {
		if out[group] == nil {
			out[group] = &zoned{byZone: map[string]int{}}
		}
		g := out[group]
		for _, z := range zones {
			g.byZone[z] += each
		}
		g.least, g.most = g.least+least*times, g.most+most*times
		if least > each || each > most {
			t.Errorf("%s: from %d to %d, planned %d", group, least, most, each)
		}
	}
	if p.Cluster.Provider == "gcp" {
		var pools []struct {
			Name        string
			Autoscaling bool
			Count       int    `json:"node_count"`
			Initial     int    `json:"initial_node_count"`
			Min         int    `json:"min_count"`
			Max         int    `json:"max_count"`
			Where       string `json:"node_locations"`
		}
		if err := json.Unmarshal(values.Groups, &pools); err != nil {
			t.Fatal(err)
		}
		for _, g := range pools {
			zones := strings.Split(g.Where, ",")
			if !g.Autoscaling {
				g.Initial, g.Min, g.Max = g.Count, g.Count, g.Count
			}
			add(values.Labels[g.Name]["scantling.dev/group"], zones, g.Initial, g.Min, g.Max, len(zones))
		}
		return out
	}
	var groups map[string]struct {
		Size   int               `json:"desired_size"`
		Min    int               `json:"min_size"`
		Max    int               `json:"max_size"`
		Labels map[string]string `json:"labels"`
	}
	if err := json.Unmarshal(values.Groups, &groups); err != nil {
		t.Fatal(err)
	}
	for name, g := range groups {
		zones := values.Zones[name]
		if len(zones) > 1 {
			zones = []string{""}
		}
		add(g.Labels["scantling.dev/group"], zones, g.Size, g.Min, g.Max, 1)
	}
	return out
}

// TestBoughtZoneByZone: Terraform buys as many nodes of each group as are planned, on GKE
// and of groups that are split by zone in each zone, within bounds that add up; and with
// just these nodes every declared drill holds.
func TestBoughtZoneByZone(t *testing.T) {
	seeds := uint64(24)
	if testing.Short() {
		seeds = 4
	}
	uneven := 0
	for seed := range seeds {
		provider := []string{"aws", "gcp"}[seed%2]
		p, err := run.Plan(t.Context(), load(t, randomZones(rand.New(rand.NewPCG(seed, 22)), provider)))
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		bought := buysByZone(t, p)
		for i := range p.NodeGroups {
			g := &p.NodeGroups[i]
			want := zoned{byZone: map[string]int{}, least: g.MinNodes, most: g.MaxNodes}
			counts := map[int]bool{}
			for _, pool := range g.Pools {
				for _, z := range pool.NodesByZone {
					zone := z.Zone
					if provider == "aws" && len(pool.NodesByZone) > 1 {
						zone = ""
					}
					want.byZone[zone] += z.Nodes
				}
			}
			for _, n := range want.byZone {
				counts[n] = true
			}
			if (g.Name == "split") != (g.Pools[0].Zone != "") {
				t.Errorf("seed %d: %s has a pool in %q", seed, g.Name, g.Pools[0].Zone)
			}
			if len(counts) > 1 {
				uneven++
			}
			if got := bought[g.Name]; got == nil || !maps.Equal(got.byZone, want.byZone) || got.least != want.least || got.most != want.most {
				t.Errorf("seed %d: Terraform buys %+v for %s, planned are %+v", seed, got, g.Name, want)
			}
		}
		if r, err := run.Replay(t.Context(), run.Offers{}, p, nil); err != nil || !r.Holds() {
			t.Errorf("seed %d: %v, %+v", seed, err, r)
		}
	}
	if uneven < int(seeds)/6 {
		t.Errorf("%d groups have zones with other counts: nothing is shown", uneven)
	}
}
