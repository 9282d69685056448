package terraform_test

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

func TestRandomEKSPlans(t *testing.T) {
	for seed := range uint64(300) {
		p := randomEKSPlan(rand.New(rand.NewPCG(seed, 0)))
		variables, values := emit(t, p)
		checkEKSTypes(t, variables, values)
		_, again := emit(t, p)
		if !bytes.Equal(values, again) {
			t.Fatalf("seed %d: the second run differs", seed)
		}
		variable := p.Cluster.Emits[0].Variable
		if variable == "" {
			variable = "node_groups"
		}
		groups, ok := decode(t, values)[variable].(map[string]any)
		if !ok || len(groups) != len(p.NodeGroups) {
			t.Fatalf("seed %d: %d groups written of %d", seed, len(groups), len(p.NodeGroups))
		}
		total := 0
		for i := range p.NodeGroups {
			g := groups[p.NodeGroups[i].Name]
			total += number(t, at(t, g, "desired_size"))
			checkEKSGroup(t, seed, p, i, g)
		}
		want := 0
		for i := range p.NodeGroups {
			want += p.NodeGroups[i].Nodes
		}
		if total != want {
			t.Errorf("seed %d: %d nodes written, %d planned", seed, total, want)
		}
		if t.Failed() {
			t.Fatalf("seed %d:\n%s", seed, values)
		}
	}
}

// turns counts how often k nodes are replaced until nodes of each zone are, one zone
// after another.
func turns(k int, zones ...int) time.Duration {
	count := time.Duration(0)
	for _, left := range zones {
		for ; left > 0; left -= k {
			count++
		}
	}
	return count
}

// checkEKSGroup holds the values of a group to what EKS accepts and the plan says.
func checkEKSGroup(t *testing.T, seed uint64, p *planner.Plan, i int, g any) {
	t.Helper()
	spec, plan := &p.Cluster.NodeGroups[i], &p.NodeGroups[i]
	least, most := number(t, at(t, g, "min_size")), number(t, at(t, g, "max_size"))
	if least > plan.Nodes || plan.Nodes > most || least != plan.MinNodes || most != plan.MaxNodes {
		t.Errorf("seed %d: sizes %d and %d for %d nodes", seed, least, most, plan.Nodes)
	}
	config, _ := at(t, g, "update_config").(map[string]any)
	planned := max(spec.UpdateConfig.MaxUnavailable.Down(plan.Nodes), 1)
	percent, share := config["max_unavailable_percentage"]
	count, whole := config["max_unavailable"]
	switch {
	case share == whole:
		t.Errorf("seed %d: not exactly one count in %v", seed, config)
	case share:
		if n := number(t, percent); n < 1 || n > 100 || max(plan.Nodes*n/100, 1) != planned {
			t.Errorf("seed %d: %d%% of %d nodes, %d planned at a time", seed, n, plan.Nodes, planned)
		}
	case number(t, count) != min(planned, 100):
		t.Errorf("seed %d: %v nodes at a time, %d planned", seed, count, planned)
	}
	timeout, err := time.ParseDuration(fmt.Sprint(at(t, g, "timeouts update")))
	if err != nil || timeout < time.Hour || timeout%(10*time.Minute) != 0 {
		t.Errorf("seed %d: timeout %v: %v", seed, timeout, err)
	}
	if p.Upgrade != nil {
		for _, s := range p.Upgrade.Strategies {
			takes := s.Groups[i].Duration * turns(s.Groups[i].Parallel, plan.MaxNodes) / turns(s.Groups[i].Parallel, plan.Nodes)
			if len(s.BlockedBy) == 0 && s.Name != "node_group_blue_green" && takes > timeout {
				t.Errorf("seed %d: %s of %d nodes takes %v, the timeout is %v", seed, s.Name, plan.MaxNodes, takes, timeout)
			}
		}
	}
	want := "DEFAULT"
	assumed := slices.Contains(p.Cluster.Assumptions, assumedStrategies(spec.Name)[0])
	if spec.UpdateConfig.Strategy == "minimal" || assumed && p.Upgrade != nil && p.Upgrade.Recommended == "minimal" {
		want = "MINIMAL"
	}
	if config["update_strategy"] != want {
		t.Errorf("seed %d: %v, want %s", seed, config, want)
	}
	devices, _ := at(t, g, "block_device_mappings").(map[string]any)
	for j, device := range slices.Sorted(maps.Keys(devices)) {
		size := units.Bytes(number(t, at(t, devices[device], "ebs volume_size"))) * gib
		if planned := plan.Pools[0].RootDisks[j].Size; size < planned || size-planned >= gib {
			t.Errorf("seed %d: %d bytes of disk, %d planned", seed, size, planned)
		}
	}
}
