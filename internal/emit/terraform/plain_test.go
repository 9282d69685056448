package terraform_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/scantling-dev/scantling/internal/emit/terraform"
	"github.com/scantling-dev/scantling/internal/testkit"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// plainKinds are the attributes that a caller may count on, with the JSON kind of
// their values; * stands for any name. Those with a ? may be missing.
func plainKinds() map[string]string {
	disk := func(at string, kinds map[string]string) {
		for name, kind := range map[string]string{"type": "string?", "size_gib": "number", "iops": "number?", "throughput_mib": "number?"} {
			kinds[at+"."+name] = kind
		}
	}
	kinds := map[string]string{
		"control_plane.kubernetes_version": "string", "control_plane.load_balancer.kind": "string",
		"control_plane.load_balancer.hosts": "number", "control_plane.load_balancer.ports.*": "number?", "control_plane.load_balancer.health_check": "string?",
		"control_plane.machines.*.machine_type": "string", "control_plane.machines.*.nodes_by_zone.*": "number",
		"etcd.topology": "string", "etcd.members": "number", "etcd.quota_backend_bytes": "number",
		"etcd.heartbeat_interval": "number", "etcd.election_timeout": "number",
		"etcd.backup.interval": "string", "etcd.backup.retention": "string", "etcd.backup.storage_gib": "number",
		"node_groups.*.machine_type": "string", "node_groups.*.architecture": "string", "node_groups.*.image": "string",
		"node_groups.*.nodes_by_zone.*": "number", "node_groups.*.min_nodes": "number", "node_groups.*.max_nodes": "number",
		"node_groups.*.capacity_type": "string?", "node_groups.*.labels.*": "string",
		"node_groups.*.taints.*.key": "string?", "node_groups.*.taints.*.value": "string?", "node_groups.*.taints.*.effect": "string?",
		"node_groups.*.kubelet.max_pods": "number", "node_groups.*.kubelet.kube_reserved.*": "string?",
		"node_groups.*.kubelet.system_reserved.*": "string?", "node_groups.*.kubelet.eviction_hard.*": "string?",
		"node_groups.*.update.strategy": "string", "node_groups.*.update.max_surge": "number", "node_groups.*.update.max_unavailable": "number",
	}
	disk("control_plane.machines.*.root_disk", kinds)
	disk("etcd.disk", kinds)
	kinds["etcd.events.quota_backend_bytes"] = "number?"
	disk("etcd.events.disk", kinds)
	disk("node_groups.*.root_disk", kinds)
	return kinds
}

// kindsOf collects the kinds of all values below v.
func kindsOf(t testing.TB, path string, v any, into map[string]string) {
	t.Helper()
	named := regexp.MustCompile(`(\.machines|\.nodes_by_zone|\.labels|\.kube_reserved|\.system_reserved|\.eviction_hard|\.ports|\.taints|^node_groups)$`).MatchString(path)
	below := func(key string) string {
		if named {
			key = "*"
		}
		return path + "." + key
	}
	switch v := v.(type) {
	case map[string]any:
		for key, e := range v {
			kindsOf(t, below(key), e, into)
		}
	case []any:
		for i, e := range v {
			kindsOf(t, below(fmt.Sprint(i)), e, into)
		}
	case string:
		into[path] = "string"
	case json.Number:
		into[path] = "number"
	default:
		t.Errorf("%s is %v", path, v)
	}
}

// checkPlainTypes converts the values of all variables, and holds every value to
// the table above.
func checkPlainTypes(t testing.TB, variables, values []byte) {
	t.Helper()
	ours, raw := constraints(t, variables), decode(t, values)
	if got, want := slices.Sorted(maps.Keys(raw)), slices.Sorted(maps.Keys(ours)); !slices.Equal(got, want) || len(got) != 3 {
		t.Fatalf("values of %v, variables %v", got, want)
	}
	kinds := map[string]string{}
	for name, v := range raw {
		checkValue(t, name, v, ours[name].typ)
		input := "node_groups"
		for _, other := range []string{"control_plane", "etcd"} {
			if name == other || strings.HasSuffix(name, "_"+other) {
				input = other
			}
		}
		kindsOf(t, input, v, kinds)
	}
	want := plainKinds()
	for path, kind := range kinds {
		if strings.TrimSuffix(want[path], "?") != kind {
			t.Errorf("%s is a %s, want %q", path, kind, want[path])
		}
	}
	for path, kind := range want {
		if _, ok := kinds[path]; !ok && !strings.HasSuffix(kind, "?") && !strings.Contains(path, "root_disk") && !strings.HasPrefix(path, "etcd.events") {
			t.Errorf("there is no %s", path)
		}
	}
}

// TestPlainPlan has each figure from the plan: disks and backups rounded up, 33% of
// 7 nodes up to 3 and of 4 down to 1, memory as quantities that are exact.
func TestPlainPlan(t *testing.T) {
	variables, values := emit(t, plainPlan())
	checkPlainTypes(t, variables, values)
	v := decode(t, values)
	tests := map[string]any{
		"payments_control_plane": map[string]any{
			"kubernetes_version": "1.35",
			"load_balancer":      map[string]any{"kind": "cloud", "hosts": 0, "ports": []any{6443}, "health_check": "/livez"},
			"machines": map[string]any{
				"control_plane": map[string]any{
					"machine_type": "m7i.large", "nodes_by_zone": map[string]any{"us-east-1a": 1, "us-east-1b": 1, "us-east-1c": 1},
					"root_disk": map[string]any{"type": "gp3", "size_gib": 50},
				},
				"etcd": map[string]any{
					"machine_type": "m7i.xlarge", "nodes_by_zone": map[string]any{"us-east-1a": 2, "us-east-1b": 2, "us-east-1c": 1},
					"root_disk": map[string]any{"type": "gp3", "size_gib": 50},
				},
			},
		},
		"payments_etcd": map[string]any{
			"topology": "external", "members": 5, "quota_backend_bytes": 2147483648, "heartbeat_interval": 100, "election_timeout": 1000,
			"disk":   map[string]any{"type": "gp3", "size_gib": 40, "iops": 6000},
			"backup": map[string]any{"interval": "15m", "retention": "2160h", "storage_gib": 51},
		},
		"payments_node_groups api": map[string]any{
			"machine_type": "m7g.xlarge", "architecture": "arm64", "image": "ubuntu", "capacity_type": "on_demand",
			"nodes_by_zone": map[string]any{"us-east-1a": 3, "us-east-1b": 2, "us-east-1c": 2}, "min_nodes": 6, "max_nodes": 12,
			"labels": map[string]any{"scantling.dev/group": "api", "team": "payments"},
			"taints": []any{
				map[string]any{"key": "example.com/slow", "value": "", "effect": "PreferNoSchedule"},
				map[string]any{"key": "group", "value": "api", "effect": "NoExecute"},
			},
			"root_disk": map[string]any{"type": "gp3", "size_gib": 51, "iops": 4000, "throughput_mib": 250},
			"kubelet": map[string]any{
				"max_pods": 110, "kube_reserved": map[string]any{"cpu": "100m", "memory": "1536Mi"}, "system_reserved": map[string]any{"memory": "1Gi"},
				"eviction_hard": map[string]any{
					"memory.available": "209715201", "nodefs.available": "10%", "nodefs.inodesFree": "5%", "imagefs.available": "15%", "imagefs.inodesFree": "5%",
				},
			},
			"update": map[string]any{"strategy": "surge", "max_surge": 3, "max_unavailable": 0},
		},
		"payments_node_groups jobs kubelet":       map[string]any{"max_pods": 20},
		"payments_node_groups jobs capacity_type": "spot",
		"payments_node_groups jobs taints":        []any{},
		"payments_node_groups jobs update":        map[string]any{"strategy": "minimal", "max_surge": 0, "max_unavailable": 1},
	}
	for path, want := range tests {
		if got := at(t, v, path); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s = %v, want %v", path, got, want)
		}
	}
	testkit.Golden(t, filepath.Join("testdata", "self-managed", terraform.VariablesFile), variables)
	testkit.Golden(t, filepath.Join("testdata", "self-managed", terraform.ValuesFile), values)
}

// TestManagedByAnother writes the same node groups for a cluster that a provider runs
// for whom there is no module here, and no control plane.
func TestManagedByAnother(t *testing.T) {
	p := plainPlan()
	_, values := emit(t, p)
	groups := at(t, decode(t, values), "payments_node_groups")
	p.Cluster.Provider = "acme"
	p.ControlPlane = planner.ControlPlane{Mode: planner.Managed, Tier: "standard", Support: "standard"}
	checkForm(t, p)
	variables, values := emit(t, p)
	types, v := constraints(t, variables), decode(t, values)
	if len(types) != 1 || len(v) != 1 {
		t.Fatalf("%d variables and %d values, want the node groups alone", len(types), len(v))
	}
	checkValue(t, "payments_node_groups", v["payments_node_groups"], types["payments_node_groups"].typ)
	if got := at(t, v, "payments_node_groups"); !reflect.DeepEqual(got, groups) {
		t.Errorf("other node groups than of one's own control plane: %v, want %v", got, groups)
	}
	if found := regexp.MustCompile(`etcd|@|control_plane`).FindAll(variables, -1); len(found) > 0 {
		t.Errorf("variables.tf speaks of %q:\n%s", found, variables)
	}
}

// TestOwnMachines has nothing of clouds in what is written for the owner's
// machines: 33% of 7 down to 2, 90 minutes, 130 ms.
func TestOwnMachines(t *testing.T) {
	variables, values := emit(t, ownPlan())
	checkPlainTypes(t, variables, values)
	v := decode(t, values)
	tests := map[string]any{
		"control_plane machines": map[string]any{
			"control_plane": map[string]any{"machine_type": "r250", "nodes_by_zone": map[string]any{"room-1": 1, "room-2": 1, "room-3": 1}},
			"load_balancer": map[string]any{"machine_type": "r250", "nodes_by_zone": map[string]any{"room-1": 1, "room-2": 1, "room-3": 0}},
		},
		"control_plane load_balancer": map[string]any{"kind": "haproxy_keepalived", "hosts": 2, "ports": []any{6443}, "health_check": "/readyz"},
		"etcd": map[string]any{
			"topology": "stacked", "members": 3, "quota_backend_bytes": 8589934592, "heartbeat_interval": 130, "election_timeout": 1300,
			"disk":   map[string]any{"size_gib": 40, "iops": 500},
			"backup": map[string]any{"interval": "1h30m", "retention": "24h", "storage_gib": 1},
		},
		"node_groups web": map[string]any{
			"machine_type": "r650", "architecture": "amd64", "image": "ubuntu", "min_nodes": 7, "max_nodes": 7,
			"nodes_by_zone": map[string]any{"room-1": 3, "room-2": 2, "room-3": 2},
			"labels":        map[string]any{"scantling.dev/group": "web"}, "taints": []any{}, "kubelet": map[string]any{"max_pods": 110},
			"update": map[string]any{"strategy": "in_place", "max_surge": 0, "max_unavailable": 2},
		},
	}
	for path, want := range tests {
		if got := at(t, v, path); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s = %v, want %v", path, got, want)
		}
	}
	clouds := regexp.MustCompile(`(?i)cloud|aws|amazon|eks|gke|gcp|google|spot|demand|instance|capacity|region|root_disk|gp3`)
	for name, content := range map[string][]byte{"variables.tf": variables, "the values": values} {
		if found := clouds.FindAll(content, -1); found != nil {
			t.Errorf("%s say %q", name, found)
		}
	}
	testkit.Golden(t, filepath.Join("testdata", "on-premises", terraform.VariablesFile), variables)
	testkit.Golden(t, filepath.Join("testdata", "on-premises", terraform.ValuesFile), values)
}

func TestPlainWhatChanges(t *testing.T) {
	recommend := func(s string) func(p *planner.Plan) { return func(p *planner.Plan) { p.Upgrade.Recommended = s } }
	update := "payments_node_groups api update"
	// declared has api say how its nodes are replaced, whatever is recommended.
	declared := func(p *planner.Plan, strategy string, more, fewer int) {
		p.Cluster.NodeGroups[0].UpdateConfig = planner.UpdateConfig{Strategy: strategy, MaxSurge: units.Count(more), MaxUnavailable: units.Count(fewer)}
		p.Cluster.Assumptions, p.Upgrade.Recommended = nil, "surge"
	}
	changes(t, plainPlan, checkPlainTypes, map[string]change{
		"gcp":                     {func(p *planner.Plan) { p.Cluster.Provider = "gcp" }, "payments_control_plane kubernetes_version", "1.35"},
		"in place is recommended": {recommend("in_place"), update, "map[max_surge:0 max_unavailable:2 strategy:in_place]"},
		"minimal is recommended":  {recommend("minimal"), update, "map[max_surge:0 max_unavailable:2 strategy:minimal]"},
		"surge is recommended":    {recommend("surge"), update, "map[max_surge:3 max_unavailable:0 strategy:surge]"},
		"surge instead of in place": {func(p *planner.Plan) {
			p.Upgrade.Recommended = "surge"
			p.Cluster.NodeGroups[0].UpdateConfig = planner.UpdateConfig{Strategy: "in_place", MaxUnavailable: units.Share(33 * units.Percent)}
		}, update, "map[max_surge:3 max_unavailable:0 strategy:surge]"},
		"no room for a surge":   {recommend("surge"), "payments_node_groups jobs update strategy", "minimal"},
		"no upgrade":            {func(p *planner.Plan) { p.Upgrade = nil }, update, "map[max_surge:3 max_unavailable:0 strategy:surge]"},
		"nothing at a time":     {func(p *planner.Plan) { p.Cluster.NodeGroups[0].UpdateConfig.MaxSurge = units.Count(0) }, update + " max_surge", "1"},
		"only CPU is set aside": {func(p *planner.Plan) { p.Cluster.NodeGroups[0].Kubelet.KubeReserved.Memory = 0 }, "payments_node_groups api kubelet kube_reserved", "map[cpu:100m]"},
		"nothing is set aside":  {func(p *planner.Plan) { *p.Cluster.NodeGroups[0].Kubelet.KubeReserved = planner.Reserve{} }, "payments_node_groups api kubelet kube_reserved", "<nil>"},
		"a backup each second":  {func(p *planner.Plan) { p.ControlPlane.Etcd.BackupInterval = time.Second }, "payments_etcd backup interval", "1s"},
		"in place is declared":  {func(p *planner.Plan) { declared(p, "in_place", 0, 1) }, update, "map[max_surge:0 max_unavailable:1 strategy:in_place]"},
		"surge is declared": {func(p *planner.Plan) {
			declared(p, "surge", 0, 1)
			p.Upgrade.Recommended = "in_place"
		}, update, "map[max_surge:0 max_unavailable:1 strategy:surge]"},
		"both figures are declared": {func(p *planner.Plan) { declared(p, "surge", 2, 1) }, update, "map[max_surge:2 max_unavailable:1 strategy:surge]"},
		"only a figure is declared": {func(p *planner.Plan) {
			declared(p, "surge", 4, 1)
			p.Cluster.Assumptions, p.Upgrade.Recommended = assumedStrategies("api"), "in_place"
		}, update, "map[max_surge:0 max_unavailable:1 strategy:in_place]"},
		"events apart": {func(p *planner.Plan) {
			p.ControlPlane.Etcd.Events = &planner.EventsEtcd{Quota: 2 * units.GiB, Disk: planner.Disk{Type: "gp3", Size: 40*units.GiB + 1, IOPS: 4000}}
		}, "payments_etcd events", "map[disk:map[iops:4000 size_gib:41 type:gp3] quota_backend_bytes:2147483648]"},
		"heartbeat of half a milli": {func(p *planner.Plan) { p.ControlPlane.Etcd.Heartbeat = 100_500_000 }, "payments_etcd heartbeat_interval", "101"},
	})
}

// TestSurgeOntoIdleMachines: 33% of 7 nodes are 3 rounded up, of which as many stand
// idle as the upgrade is planned with.
func TestSurgeOntoIdleMachines(t *testing.T) {
	surge := planner.UpgradeStrategy{Name: "surge", Groups: []planner.UpgradeGroup{{Name: "web", Parallel: 1}}}
	for idle, want := range map[int]string{
		1: "map[max_surge:1 max_unavailable:0 strategy:surge]",
		3: "map[max_surge:3 max_unavailable:0 strategy:surge]",
	} {
		p := ownPlan()
		surge.Groups[0].Parallel = idle
		p.Cluster.Assumptions = assumedStrategies("web")
		p.Upgrade = &planner.UpgradePlan{Recommended: "surge", Strategies: []planner.UpgradeStrategy{surge}}
		_, values := emit(t, p)
		if got := fmt.Sprint(at(t, decode(t, values), "node_groups web update")); got != want {
			t.Errorf("%d idle machines: %s, want %s", idle, got, want)
		}
	}
}

func TestPlainRefuses(t *testing.T) {
	refuses(t, plainPlan, map[string]refusal{
		"no etcd":          {func(p *planner.Plan) { p.ControlPlane.Etcd = nil }, "control_plane.etcd: the plan has none"},
		"even members":     {func(p *planner.Plan) { p.ControlPlane.Etcd.Members = 4 }, "control_plane.etcd: 4 members: the count is odd and at most 7"},
		"nine members":     {func(p *planner.Plan) { p.ControlPlane.Etcd.Members = 9 }, "9 members"},
		"members missing":  {func(p *planner.Plan) { p.ControlPlane.Etcd.Members = 3 }, "3 members on 5 machines of role etcd"},
		"stacked is other": {func(p *planner.Plan) { p.ControlPlane.Etcd.Topology = planner.Stacked }, "5 members on 3 machines of role control_plane"},
		"no backups":       {func(p *planner.Plan) { p.ControlPlane.Etcd.BackupInterval = 0 }, "control_plane.etcd.backup_interval: 0s is not written in whole seconds"},
		"half a second":    {func(p *planner.Plan) { p.ControlPlane.Etcd.BackupInterval /= 1800 }, "backup_interval: 500ms is not written"},
		"and a half":       {func(p *planner.Plan) { p.ControlPlane.Etcd.BackupRetention += 500 * time.Millisecond }, "backup_retention: 2160h0m0.5s is not written"},
		"no load balancer": {func(p *planner.Plan) { p.ControlPlane.LoadBalancer = nil }, "control_plane.load_balancer: the plan has none"},
		"hosts missing":    {func(p *planner.Plan) { p.ControlPlane.LoadBalancer.Hosts = 2 }, "2 hosts, the plan has machines for 0"},
		"no machines":      {func(p *planner.Plan) { p.ControlPlane.Machines = nil }, "control_plane: the plan has no machines for it"},
		"zones of a role":  {func(p *planner.Plan) { p.ControlPlane.Machines[0].Nodes = 2 }, "control_plane.control_plane: its zones have 3 machines, the role 2"},
		"no disk to boot":  {func(p *planner.Plan) { p.ControlPlane.Machines[0].Disks = nil }, "control_plane.control_plane: the plan has no disk"},
		"zones of a group": {func(p *planner.Plan) { p.NodeGroups[0].Pools[0].NodesByZone[0].Nodes = 9 }, "node_group.api: its zones have 13 nodes, the group 7"},
		"disks of a group": {func(p *planner.Plan) { p.NodeGroups[0].Pools[0].RootDisks = nil }, "node_group.api: a machine boots from 1 disks of the plan, which has 0"},
		"no such strategy": {func(p *planner.Plan) { p.Cluster.NodeGroups[0].UpdateConfig.Strategy = "" }, `node_group.api: update_config.strategy: "" is none`},
		"two pools":        {func(p *planner.Plan) { p.NodeGroups[0].Pools = append(p.NodeGroups[0].Pools, p.NodeGroups[0].Pools[0]) }, "its pools have 14 nodes, the group 7"},
		"no identifier":    {func(p *planner.Plan) { p.Cluster.Emits[0].Variable = "a b" }, "is not a name that Terraform accepts"},
	})
}

// TestRandomPlainPlans: the zones of each group add up to the planned nodes, and
// quantities say what was set aside, to the byte.
func TestRandomPlainPlans(t *testing.T) {
	for seed := range uint64(300) {
		p := randomPlainPlan(rand.New(rand.NewPCG(seed, 0)))
		variables, values := emit(t, p)
		checkPlainTypes(t, variables, values)
		if _, again := emit(t, p); !bytes.Equal(values, again) {
			t.Fatalf("seed %d: the second run differs", seed)
		}
		v := decode(t, values)
		variable := p.Cluster.Emits[0].Variable
		if variable == "" {
			variable = "node_groups"
		}
		for i := range p.NodeGroups {
			checkPlainGroup(t, &p.Cluster.NodeGroups[i], &p.NodeGroups[i], at(t, v, variable+" "+p.NodeGroups[i].Name))
		}
		if t.Failed() {
			t.Fatalf("seed %d:\n%s", seed, values)
		}
	}
}

func checkPlainGroup(t *testing.T, spec *planner.NodeGroup, plan *planner.GroupPlan, g any) {
	t.Helper()
	total := 0
	zones, _ := at(t, g, "nodes_by_zone").(map[string]any)
	for _, n := range zones {
		total += number(t, n)
	}
	least, most := number(t, at(t, g, "min_nodes")), number(t, at(t, g, "max_nodes"))
	if total != plan.Nodes || least != plan.MinNodes || most != plan.MaxNodes {
		t.Errorf("%s: %d nodes from %d to %d, planned %d from %d to %d", plan.Name, total, least, most, plan.Nodes, plan.MinNodes, plan.MaxNodes)
	}
	more, fewer := number(t, at(t, g, "update max_surge")), number(t, at(t, g, "update max_unavailable"))
	if surge := at(t, g, "update strategy") == "surge"; more+fewer < 1 || !surge && more > 0 {
		t.Errorf("%s: %v", plan.Name, at(t, g, "update"))
	}
	if k := spec.Kubelet.KubeReserved; k != nil && k.CPU > 0 && k.Memory > 0 {
		cpu, memory := quantity(t, at(t, g, "kubelet kube_reserved cpu")), quantity(t, at(t, g, "kubelet kube_reserved memory"))
		if cpu.MilliValue() != int64(k.CPU) || memory.Value() != int64(k.Memory) {
			t.Errorf("%s: %v are set aside, want %v", plan.Name, at(t, g, "kubelet kube_reserved"), *k)
		}
	}
	if e := spec.Kubelet.EvictionMemory; e > 0 {
		if q := quantity(t, at(t, g, "kubelet eviction_hard memory.available")); q.Value() != int64(e) {
			t.Errorf("%s: eviction at %v, want %d", plan.Name, q, e)
		}
	}
}

// quantity reads a quantity as Kubernetes does.
func quantity(t testing.TB, v any) resource.Quantity {
	t.Helper()
	q, err := resource.ParseQuantity(fmt.Sprint(v))
	if err != nil {
		t.Fatal(err)
	}
	return q
}
