package terraform_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	emits "github.com/scantling-dev/scantling/internal/emit"
	"github.com/scantling-dev/scantling/internal/emit/terraform"
	"github.com/scantling-dev/scantling/internal/testkit"
	"github.com/scantling-dev/scantling/planner"
)

// moved is a transition as it is written: the values of each step, the plan's own last,
// and what TRANSITION.md says of each.
type moved struct {
	steps []map[string]any
	says  []string
	notes string
	text  []byte
}

// move writes p where old stands; both have default names.
func move(t testing.TB, old, p *planner.Plan) moved {
	t.Helper()
	made, err := terraform.Write(emits.Request{Plan: p, From: old, Block: planner.Emit{Style: terraform.Root}})
	if err != nil {
		t.Fatal(err)
	}
	last, err := terraform.Write(emits.Request{Plan: p, Block: planner.Emit{Style: terraform.Root}})
	if err != nil {
		t.Fatal(err)
	}
	m := moved{notes: strings.Join(made.Notes, "\n")}
	for i, f := range made.Files {
		switch {
		case f.Name == terraform.TransitionFile:
			m.text = f.Content
			m.says = strings.Split(string(f.Content), "\n## Step ")[1:]
		case strings.HasSuffix(f.Name, ".json"):
			m.steps = append(m.steps, decode(t, f.Content))
			check := checkEKSTypes
			if p.Cluster.Provider == "gcp" {
				check = checkGKETypes
			}
			made, err := terraform.Write(emits.Request{Plan: p})
			if err != nil {
				t.Fatal(err)
			}
			check(t, made.Files[0].Content, f.Content)
		case string(f.Content) != string(last.Files[i].Content):
			t.Errorf("%s is not the plan's own", f.Name)
		}
	}
	if m.text != nil {
		m.steps = append(m.steps, decode(t, last.Files[1].Content))
	}
	if m.text != nil && len(m.steps) != len(m.says) {
		t.Errorf("%d steps, of which %d are told", len(m.steps), len(m.says))
	}
	return m
}

// TestTransitionsAsWritten has changes of a hand-made plan, and what is written at each
// step.
func TestTransitionsAsWritten(t *testing.T) {
	old, p := eksPlan(), eksPlan()
	web, gpu, batch := &p.NodeGroups[2], &p.NodeGroups[1], &p.NodeGroups[0]
	web.Pools[0].InstanceType = "m5.12xlarge"
	gpu.Nodes, gpu.MinNodes, gpu.MaxNodes, gpu.Pools[0].Nodes = 3, 3, 3, 3
	gpu.Pools[0].NodesByZone[0].Nodes = 3
	batch.Pools[0].RootDisks[0].Size = 4 * gib
	m := move(t, old, p)
	for path, want := range map[string]any{
		"web instance_types":                               []any{"m5.12xlarge"},
		"web name":                                         nil,
		"web-old instance_types":                           []any{"m5.4xlarge"},
		"web-old name":                                     "web",
		"web-old launch_template_name":                     "web",
		"web-old kubernetes_version":                       nil,
		"web use_latest_ami_release_version":               nil,
		"web-old use_latest_ami_release_version":           false,
		"web-old desired_size":                             16,
		"gpu min_size":                                     2,
		"gpu max_size":                                     3,
		"gpu desired_size":                                 3,
		"batch block_device_mappings xvda ebs volume_size": 4,
	} {
		if got := at(t, m.steps[0], "node_groups "+path); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("step 1: %s is %v, want %v", path, got, want)
		}
	}
	if got := fmt.Sprint(at(t, m.steps[0], "node_group_zones web-old")); got != "[us-east-1a us-east-1b us-east-1c]" {
		t.Errorf("web-old is in %s", got)
	}
	if at(t, m.steps[1], "node_groups web-old") != nil || fmt.Sprint(at(t, m.steps[1], "node_groups gpu min_size")) != "3" {
		t.Error("the last step is not the plan's own")
	}
	if !strings.Contains(m.notes, "batch: all nodes are replaced") || !strings.Contains(m.notes, "TRANSITION.md has 2 steps") {
		t.Errorf("the notes are %q", m.notes)
	}
	testkit.Golden(t, filepath.Join("testdata", "eks-root", terraform.TransitionFile), m.text)

	old, p = gkePlan(), gkePlan()
	for i := range p.NodeGroups {
		pool := &p.NodeGroups[i].Pools[0]
		if p.NodeGroups[i].Name == "web" {
			pool.CapacityType = planner.Spot
		} else {
			pool.RootDisks[0].Size += 10 * gib
		}
	}
	m = move(t, old, p)
	if len(m.steps) != 3 || at(t, m.steps[0], "node_groups web spot") != false || at(t, m.steps[0], "node_groups web-next spot") != true ||
		at(t, m.steps[1], "node_groups web spot") != true || at(t, m.steps[1], "node_groups web-next spot") != true || at(t, m.steps[2], "node_groups web-next") != nil {
		t.Errorf("the steps are %v", m.steps)
	}
	for _, of := range []string{"node_pools_labels", "node_pools_taints"} {
		if got, want := at(t, m.steps[0], of+" web-next"), at(t, m.steps[0], of+" web"); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s of web-next are %v, want %v", of, got, want)
		}
	}
	if !strings.Contains(m.notes, "batch: GKE replaces all of its nodes") {
		t.Errorf("the notes are %q", m.notes)
	}
	testkit.Golden(t, filepath.Join("testdata", "gke-root", terraform.TransitionFile), m.text)
}

// TestUpgradeWithSteps: nodes that are to go are not replaced by nodes of the next minor first,
// nor after a new release of their image; all others are of the control plane's minor.
func TestUpgradeWithSteps(t *testing.T) {
	old, p := eksPlan(), eksPlan()
	old.Cluster.KubernetesVersion, p.Cluster.KubernetesVersion = "1.34", "1.35"
	web, batch := &p.NodeGroups[2], p.NodeGroups[0]
	web.Pools[0].InstanceType = "m5.12xlarge"
	p.NodeGroups = p.NodeGroups[1:] // without batch
	p.Cluster.NodeGroups = slices.DeleteFunc(slices.Clone(p.Cluster.NodeGroups), func(g planner.NodeGroup) bool { return g.Name == batch.Name })
	m := move(t, old, p)
	if got := fmt.Sprint(at(t, m.steps[0], "kubernetes_version")); got != "1.35" {
		t.Errorf("the control plane is of %s", got)
	}
	for group, want := range map[string]string{"web-old": "1.34 false", "batch": "1.34 false", "web": "<nil> <nil>", "gpu": "<nil> <nil>"} {
		g := "node_groups " + group
		if got := fmt.Sprintf("%v %v", at(t, m.steps[0], g+" kubernetes_version"), at(t, m.steps[0], g+" use_latest_ami_release_version")); got != want {
			t.Errorf("%s: %s, want %s", group, got, want)
		}
	}
	// No pod that leaves one of them moves to the other.
	if says := m.says[0]; strings.LastIndex(says, "kubectl cordon") > strings.Index(says, "kubectl drain") || strings.Count(says, "kubectl cordon") != 2 || strings.Count(says, "kubectl drain") != 2 {
		t.Errorf("step 1 says %s", says)
	}
}

// TestSplitInSteps: a group that is split by zone, or is that no more, has other groups in
// its place, beside which the old ones stand until they are empty.
func TestSplitInSteps(t *testing.T) {
	for provider, plan := range map[string]func() *planner.Plan{"aws": eksPlan, "gcp": gkePlan} {
		whole, split := plan(), plan()
		web := slices.IndexFunc(split.NodeGroups, func(g planner.GroupPlan) bool { return g.Name == "web" })
		zones := zoneNames(split.NodeGroups[web].Pools[0].NodesByZone)
		splitByZone(rand.New(rand.NewPCG(1, 0)), split, web)
		var parts []string
		for _, pool := range split.NodeGroups[web].Pools {
			parts = append(parts, "web-"+strings.TrimPrefix(strings.TrimPrefix(pool.Zone, split.Cluster.Region), "-"))
		}
		if len(parts) < 2 || len(zones) < 2 {
			t.Fatalf("%s: web is in %v", provider, parts)
		}
		for name, tc := range map[string]struct {
			old, now  *planner.Plan
			from, to  []string
			says, not string
		}{
			"on":  {whole, split, []string{"web"}, parts, "web: in its place the plan has " + strings.Join(parts, ", "), "no more"},
			"off": {split, whole, parts, []string{"web"}, parts[0] + ": in its place the plan has web.", "no more"},
		} {
			m := move(t, tc.old, tc.now)
			if len(m.steps) != 2 {
				t.Fatalf("%s, %s: %d steps", provider, name, len(m.steps))
			}
			for i, want := range [][]string{slices.Concat(tc.from, tc.to), tc.to} {
				for _, g := range slices.Concat(tc.from, tc.to) {
					if has := at(t, m.steps[i], "node_groups "+g) != nil; has != slices.Contains(want, g) {
						t.Errorf("%s, %s: step %d has %s: %t", provider, name, i+1, g, has)
					}
				}
			}
			if text := string(m.text); !strings.Contains(text, tc.says) || strings.Contains(text, tc.not) {
				t.Errorf("%s, %s: %s", provider, name, text)
			}
		}
	}
}

// TestNothingToMove writes what is written without a plan that stands.
func TestNothingToMove(t *testing.T) {
	for target, plan := range map[string]func() *planner.Plan{"eks": eksPlan, "gke": gkePlan} {
		if m := move(t, plan(), plan()); len(m.steps) != 1 || m.text != nil || m.notes != "" {
			t.Errorf("%s: %d steps and notes %q", target, len(m.steps), m.notes)
		}
	}
	// The planned nodes move within the bounds, which an autoscaler does by itself.
	p := eksPlan()
	b := &p.NodeGroups[0]
	b.Nodes, b.Pools[0].Nodes, b.Pools[0].NodesByZone = 9, 9, zoneCounts(9, p.Cluster.Zones...)
	if m := move(t, eksPlan(), p); len(m.steps) != 1 || !strings.Contains(m.notes, "batch: its planned nodes are 9 now, which the module ignores") {
		t.Errorf("%d steps and notes %q", len(m.steps), m.notes)
	}
	// Of GKE's three to fifteen nodes over three zones nine are planned, three in each; then
	// twelve, then at least six of nine. A count of one number is set.
	for name, tc := range map[string]struct {
		nodes, least, most int
		want               string
	}{
		"more planned":      {12, 3, 15, "batch: its planned nodes are 4 in each zone now, at least 1,"},
		"a higher minimum":  {9, 6, 15, "batch: its planned nodes are 3 in each zone now, at least 2,"},
		"a lower minimum":   {9, 0, 15, ""},
		"a higher maximum":  {9, 3, 30, ""},
		"one number":        {12, 12, 12, ""},
		"nothing is other":  {9, 3, 15, ""},
		"a pool from fixed": {9, 3, 12, ""},
	} {
		old, p := gkePlan(), gkePlan()
		b := &p.NodeGroups[0]
		b.Nodes, b.MinNodes, b.MaxNodes, b.Pools[0].Nodes = tc.nodes, tc.least, tc.most, tc.nodes
		b.Pools[0].NodesByZone = zoneCounts(tc.nodes, zoneNames(b.Pools[0].NodesByZone)...)
		if name == "a pool from fixed" {
			old.NodeGroups[0].MinNodes, old.NodeGroups[0].MaxNodes = 9, 9
		}
		if m := move(t, old, p); len(m.steps) != 1 || (m.notes == "") != (tc.want == "") || !strings.HasPrefix(m.notes, tc.want) {
			t.Errorf("%s: %d steps and notes %q", name, len(m.steps), m.notes)
		}
	}
	if made, err := terraform.Write(emits.Request{Plan: plainPlan(), From: plainPlan()}); err != nil || len(made.Notes) != 1 || len(made.Files) != 2 {
		t.Errorf("modules of your own: %v, notes %q", err, made.Notes)
	}
}

// TestWhatNoApplyDoes refuses what would destroy the cluster.
func TestWhatNoApplyDoes(t *testing.T) {
	tests := map[string]struct {
		plan   func() *planner.Plan
		change func(p *planner.Plan)
		want   string
	}{
		"another cluster": {eksPlan, func(p *planner.Plan) { p.Cluster.Name = "other" }, "another cluster"},
		"region":          {eksPlan, func(p *planner.Plan) { p.Cluster.Region = "us-west-2" }, "region changes"},
		"two minors":      {eksPlan, func(p *planner.Plan) { p.Cluster.KubernetesVersion = "1.37" }, "one minor at a time"},
		"back":            {gkePlan, func(p *planner.Plan) { p.Cluster.KubernetesVersion = "1.34" }, "never back"},
		"tier":            {gkePlan, func(p *planner.Plan) { p.ControlPlane.Tier = "zonal" }, "regional changes"},
		"network":         {gkePlan, func(p *planner.Plan) { p.Cluster.Network.CNI = planner.Kubenet }, "datapath_provider changes"},
		"pods":            {gkePlan, func(p *planner.Plan) { p.Cluster.Network.MaxPods = 64 }, "default_max_pods_per_node changes"},
		"first zone": {gkePlan, func(p *planner.Plan) {
			p.Cluster.Zones = append(slices.Clone(p.Cluster.Zones[1:]), p.Cluster.Zones[0])
		}, "the first of zones changes"},
		"to be written": {eksPlan, func(p *planner.Plan) { p.NodeGroups[0].Pools = nil }, "it has no pool"},
	}
	for name, tt := range tests {
		p := tt.plan()
		tt.change(p)
		if made, err := terraform.Write(emits.Request{Plan: p, From: tt.plan()}); err == nil || !strings.Contains(err.Error(), tt.want) || made.Files != nil {
			t.Errorf("%s: got error %v, want one that says %q", name, err, tt.want)
		}
	}
	wrong := eksPlan()
	wrong.NodeGroups[0].Pools = nil
	if _, err := terraform.Write(emits.Request{Plan: eksPlan(), From: wrong}); err == nil || !strings.Contains(err.Error(), "the plan that stands cannot be written") {
		t.Errorf("got error %v", err)
	}
}

// alter changes some groups of a plan in some ways.
func alter(r *rand.Rand, p *planner.Plan) {
	for i := range p.NodeGroups {
		g := &p.NodeGroups[i]
		pool := &g.Pools[0]
		if r.IntN(2) == 0 {
			pool.InstanceType = p.Offers[r.IntN(len(p.Offers))].Name
		}
		if r.IntN(3) == 0 {
			pool.CapacityType = pick(r, planner.OnDemand, planner.Spot)
		}
		if r.IntN(3) == 0 {
			pool.Allocatable.Pods = pick(r, 32, 64, 110)
		}
		if r.IntN(2) == 0 {
			zones := len(pool.NodesByZone)
			each := 1 + r.IntN(9)
			g.Nodes, pool.Nodes = each*zones, each*zones
			for j := range pool.NodesByZone {
				pool.NodesByZone[j].Nodes = each
			}
			g.MinNodes, g.MaxNodes = zones*(1+r.IntN(each)), zones*(each+r.IntN(4))
		}
	}
	if n := len(p.NodeGroups); n > 1 && r.IntN(3) == 0 { // the system pods stay
		i := slices.IndexFunc(p.NodeGroups, func(g planner.GroupPlan) bool { return len(g.Workloads) == 0 })
		if i >= 0 {
			p.NodeGroups = slices.Delete(p.NodeGroups, i, i+1)
			p.Cluster.NodeGroups = slices.Delete(p.Cluster.NodeGroups, i, i+1)
		}
	}
}

// TestTransitionsLoseNoPod walks through random transitions with the rules of EKS and
// GKE: no step takes a group away, or replaces one, that the step before has not emptied,
// and EKS takes all bounds, whatever count runs within those before.
func TestTransitionsLoseNoPod(t *testing.T) {
	seeds := uint64(300)
	if testing.Short() {
		seeds = 30
	}
	several := 0
	for seed := range seeds {
		for target, random := range map[string]func(*rand.Rand) *planner.Plan{"eks": randomEKSPlan, "gke": randomGKEPlan} {
			old, p := random(rand.New(rand.NewPCG(seed, 3))), random(rand.New(rand.NewPCG(seed, 3)))
			alter(rand.New(rand.NewPCG(seed, 4)), p)
			m := move(t, old, p)
			first, err := terraform.Write(emits.Request{Plan: old})
			if err != nil {
				t.Fatal(err)
			}
			walk(t, fmt.Sprintf("%s, seed %d", target, seed), target, decode(t, first.Files[1].Content), m)
			if len(m.steps) > 1 {
				several++
			}
			if t.Failed() {
				t.Fatalf("%s, seed %d:\n%s", target, seed, m.text)
			}
		}
	}
	if several < int(seeds)/2 {
		t.Errorf("%d transitions have several steps: nothing is shown", several)
	}
}

func walk(t *testing.T, name, target string, state map[string]any, m moved) {
	t.Helper()
	forces := map[string][]string{
		"eks": {"ami_type", "capacity_type", "instance_types", "launch_template_name", "name"},
		"gke": {"spot", "max_pods_per_node", "accelerator_type", "accelerator_count"},
	}[target]
	groups := groupsOf(state)
	said := "" // what people did after the step before
	for i, values := range m.steps {
		says := ""
		if m.says != nil {
			says = m.says[i]
		}
		for _, mv := range regexp.MustCompile(`state mv '[^"]*"([^"]*)"\]' '[^"]*"([^"]*)"\]'`).FindAllStringSubmatch(says, -1) {
			// The names of what it is made of do not follow the key.
			g := groups[mv[1]]
			g["name"], g["launch_template_name"] = mv[1], mv[1]
			groups[mv[2]] = g
			delete(groups, mv[1])
		}
		next := groupsOf(values)
		for key, g := range groups {
			after, there := next[key]
			emptied := strings.Contains(said, "="+key+"\n") || strings.Contains(said, "="+fmt.Sprint(g["name"])+"-SUFFIX") || strings.Contains(said, "="+key+"-SUFFIX")
			replaced := there && target == "eks" && fmt.Sprint(g["zones"]) != fmt.Sprint(after["zones"])
			for _, field := range forces {
				replaced = replaced || there && fmt.Sprint(g[field]) != fmt.Sprint(after[field])
			}
			if (!there || replaced) && !emptied {
				t.Errorf("%s, step %d: %s goes with its pods", name, i+1, key)
			}
			if !there || replaced || target != "eks" {
				continue
			}
			low, high := number(t, after["min_size"]), number(t, after["max_size"])
			least, most := number(t, g["min_size"]), number(t, g["max_size"])
			if command := regexp.MustCompile(`nodegroup-name ` + regexp.QuoteMeta(key) + `-SUFFIX \\\s+--scaling-config minSize=(\d+),maxSize=(\d+),desiredSize=(\d+)`).FindStringSubmatch(said); command != nil {
				var lo, hi, n int
				fmt.Sscan(strings.Join(command[1:], " "), &lo, &hi, &n) //nolint:errcheck // Digits.
				if lo != low || hi != high || n < lo || n > hi {
					t.Errorf("%s, step %d: %s gets %v, its bounds are %d and %d", name, i+1, key, command[1:], low, high)
				}
				least, most = n, n
			}
			if low > least || high < most {
				t.Errorf("%s, step %d: EKS refuses %d to %d for %s, of which %d to %d nodes run", name, i+1, low, high, key, least, most)
			}
		}
		groups, said = next, says
	}
}

// groupsOf returns groups of nodes by name, of EKS with their zones.
func groupsOf(values map[string]any) map[string]map[string]any {
	out := map[string]map[string]any{}
	prefix := ""
	for key, v := range values {
		list, pools := v.([]any)
		of, groups := v.(map[string]any)
		switch {
		case pools && (strings.HasSuffix(key, "node_groups") || strings.HasSuffix(key, "node_pools")):
			for _, p := range list {
				pool := p.(map[string]any)
				out[pool["name"].(string)] = pool
			}
		case groups && strings.HasSuffix(key, "node_groups"):
			for name, g := range of {
				out[name] = g.(map[string]any)
				out[name]["zones"] = values[prefix+"node_group_zones"].(map[string]any)[name]
			}
		}
	}
	return out
}
