package terraform_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/emit/terraform"
	"github.com/scantling-dev/scantling/planner"
)

// variableOf is the name of the variable with the groups of a random plan.
func variableOf(p *planner.Plan) string { return cmp.Or(p.Cluster.Emits[0].Variable, "node_groups") }

// TestPitfallNodeCountIsPerZone: node_count of a regional pool of GKE is by zone, and a
// total written there buys as many times as there are zones
// (hashicorp/terraform-provider-google#376, infracost/infracost#1970,
// flamingo-stack/openframe-cli#266). Times the zones it is the plan's total, always; the
// sizes of EKS are totals, whatever the zones.
func TestPitfallNodeCountIsPerZone(t *testing.T) {
	// 12 nodes in three zones, and 2 in one.
	_, values := emit(t, gkePlan())
	v := decode(t, values)
	for path, want := range map[string]int{"shop_node_groups web node_count": 4, "shop_node_groups gpu node_count": 2} {
		if got := number(t, at(t, v, path)); got != want {
			t.Errorf("%s = %d, want %d", path, got, want)
		}
	}
	for seed := range uint64(200) {
		p := randomGKEPlan(rand.New(rand.NewPCG(seed, 7)))
		_, values := emit(t, p)
		v := decode(t, values)
		for _, g := range p.NodeGroups {
			pool := variableOf(p) + " " + g.Name + " "
			key := "node_count"
			if at(t, v, pool+"autoscaling") == true {
				key = "initial_node_count"
			}
			zones := len(strings.Split(fmt.Sprint(at(t, v, pool+"node_locations")), ","))
			if n := number(t, at(t, v, pool+key)); n*zones != g.Nodes {
				t.Errorf("seed %d: %s has %d nodes in each of %d zones, the plan %d in all", seed, g.Name, n, zones, g.Nodes)
			}
		}
		p = randomEKSPlan(rand.New(rand.NewPCG(seed, 7)))
		_, values = emit(t, p)
		v = decode(t, values)
		for _, g := range p.NodeGroups {
			if n := number(t, at(t, v, variableOf(p)+" "+g.Name+" desired_size")); n != g.Nodes {
				t.Errorf("seed %d: %s has %d nodes, the plan %d in all", seed, g.Name, n, g.Nodes)
			}
		}
	}
}

// TestPitfallUnevenPoolIsWritten: a pool that counts by zone cannot have other counts
// by zone; what a plan cannot be written as is an error, not the nearest count.
func TestPitfallUnevenPoolIsWritten(t *testing.T) {
	p := gkePlan()
	p.NodeGroups[2].Nodes, p.NodeGroups[2].Pools[0].Nodes = 11, 11
	p.NodeGroups[2].Pools[0].NodesByZone = zoneCounts(11, p.Cluster.Zones...)
	if _, err := terraform.Files(p); err == nil || !strings.Contains(err.Error(), "GKE has the same number in each of a pool's 3 zones") {
		t.Errorf("got %v", err)
	}
}

// TestPitfallUnequalTemplatesByZone: autoscalers balance only groups that are nearly
// equal, and some MiB of difference end that (kubernetes/autoscaler#3515, #2020;
// gardener/machine-controller-manager#234). Each group is written once, with one
// instance type, for all of its zones.
func TestPitfallUnequalTemplatesByZone(t *testing.T) {
	for seed := range uint64(100) {
		p := randomEKSPlan(rand.New(rand.NewPCG(seed, 8)))
		_, values := emit(t, p)
		v := decode(t, values)
		groups, ok := v[variableOf(p)].(map[string]any)
		if !ok || len(groups) != len(p.NodeGroups) {
			t.Fatalf("seed %d: %d groups are written of %d", seed, len(groups), len(p.NodeGroups))
		}
		for _, g := range p.NodeGroups {
			if got, want := at(t, groups[g.Name], "instance_types"), []any{g.Pools[0].InstanceType}; !reflect.DeepEqual(got, want) {
				t.Errorf("seed %d: %s has types %v, want %v", seed, g.Name, got, want)
			}
		}
		p = randomGKEPlan(rand.New(rand.NewPCG(seed, 8)))
		_, values = emit(t, p)
		pools, ok := decode(t, values)[variableOf(p)].([]any)
		if !ok || len(pools) != len(p.NodeGroups) {
			t.Fatalf("seed %d: %d pools are written of %d", seed, len(pools), len(p.NodeGroups))
		}
		for i, g := range p.NodeGroups {
			var zones []string
			for _, z := range g.Pools[0].NodesByZone {
				zones = append(zones, z.Zone)
			}
			got := strings.Split(fmt.Sprint(at(t, pools[i], "node_locations")), ",")
			if at(t, pools[i], "machine_type") != g.Pools[0].InstanceType || !slices.Equal(got, zones) {
				t.Errorf("seed %d: %s is %v in %v, want %s in %v", seed, g.Name, at(t, pools[i], "machine_type"), got, g.Pools[0].InstanceType, zones)
			}
		}
	}
}

// TestPitfallMixedTypesInOneGroup: an autoscaler takes all nodes of a group for equal and
// counts with the first type that it finds (kubernetes/autoscaler, FAQ: MixedInstancesPolicy
// with equal CPU and memory alone). A group that mixes types is written as a group for each,
// and no template has two.
func TestPitfallMixedTypesInOneGroup(t *testing.T) {
	mixed := 0
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 12))
		p := randomEKSPlan(r)
		randomPools(r, p, []string{"c6g.large", "m5.12xlarge", "m5.large"}, false)
		_, values := emit(t, p)
		groups, _ := decode(t, values)[variableOf(p)].(map[string]any)
		pools := 0
		for _, g := range p.NodeGroups {
			pools += len(g.Pools)
			mixed += min(len(g.Pools)-1, 1)
		}
		if len(groups) != pools {
			t.Errorf("seed %d: %d groups are written for %d pools", seed, len(groups), pools)
		}
		for name, g := range groups {
			if types, _ := at(t, g, "instance_types").([]any); len(types) != 1 {
				t.Errorf("seed %d: %s has types %v", seed, name, types)
			}
		}
	}
	if mixed < 30 {
		t.Errorf("only %d groups mix", mixed)
	}
}
