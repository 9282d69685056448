//go:build terraformcheck

package terraform_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/planner"
)

func TestTerraformRefusesWrongPlainValues(t *testing.T) {
	// in changes an attribute of the variable or group that at finds.
	in := func(path string, value any) func(v, _ map[string]any) {
		return func(v, _ map[string]any) {
			keys := strings.Fields(path)
			for _, key := range keys[:len(keys)-1] {
				next, ok := v[key].(map[string]any)
				if !ok {
					panic("no " + key + " in " + path)
				}
				v = next
			}
			if last := keys[len(keys)-1]; value == nil {
				delete(v, last)
			} else {
				v[last] = value
			}
		}
	}
	const control, etcd, api = "payments_control_plane ", "payments_etcd ", "payments_node_groups api "
	const sums, whole, update = "add up to a number between", "is a whole number, 0 or more", "Nodes are replaced by"
	terraformRefuses(t, plainPlan, "payments_node_groups api", map[string]wrongValue{
		"no version":          {in(control+"kubernetes_version", nil), `attribute "kubernetes_version" is required`},
		"port a word":         {in(control+"load_balancer ports", []any{"https"}), "a number is required"},
		"port beyond":         {in(control+"load_balancer ports", []any{65536}), "A port is a whole number"},
		"keepalived misspelt": {in(control+"load_balancer kind", "keepalived"), "The kind of a load balancer is"},
		"hosts without":       {in(control+"load_balancer hosts", 2), "as many hosts as there are machines"},
		"no control plane":    {in(control+"machines control_plane", nil), "Machines have role"},
		"unknown role":        {in(control+"machines worker", object{"machine_type": "a", "nodes_by_zone": object{}, "root_disk": object{"type": "gp3", "size_gib": 1}}), "Machines have role"},
		"no root disk":        {in(control+"machines etcd root_disk", nil), `attribute "root_disk" is required`},
		"half a machine":      {in(control+"machines etcd nodes_by_zone us-east-1a", 0.5), whole},
		"count a list":        {in(control+"machines etcd nodes_by_zone", []any{1, 1, 1}), "map of number required"},
		"four members":        {in(etcd+"members", 4), "etcd has 1, 3, 5 or 7 members"},
		"members a word":      {in(etcd+"members", "three"), "a number is required"},
		"topology":            {in(etcd+"topology", "managed"), "stacked or external"},
		"election too short":  {in(etcd+"election_timeout", 499), "etcd refuses an election timeout"},
		"election too long":   {in(etcd+"election_timeout", 50001), "etcd refuses an election timeout"},
		"quota of 9 GiB":      {in(etcd+"quota_backend_bytes", 9663676416), "at most 8 GiB"},
		"quota in words":      {in(etcd+"quota_backend_bytes", "2Gi"), "a number is required"},
		"backup a number":     {in(etcd+"backup interval", "15 minutes"), "A duration is written as"},
		"no backup":           {in(etcd+"backup", nil), `attribute "backup" is required`},
		"size a word":         {in(etcd+"disk size_gib", "40Gi"), "a number is required"},
		"zones fall short":    {in(api+"nodes_by_zone us-east-1a", 1), sums},
		"zones overflow":      {in(api+"nodes_by_zone us-east-1a", 9), sums},
		"count negative":      {in(api+"nodes_by_zone us-east-1b", -1), whole},
		"architecture":        {in(api+"architecture", "x86_64"), "An architecture is"},
		"unknown effect":      {in(api+"taints", []any{object{"key": "a", "value": "", "effect": "NO_SCHEDULE"}}), "The effect of a taint is"},
		"taints a map":        {in(api+"taints", object{"a": "NoSchedule"}), "list of object required"},
		"reserve in bytes":    {in(api+"kubelet kube_reserved memory", "1.5 GB"), "a quantity of Kubernetes"},
		"pods missing":        {in(api+"kubelet max_pods", nil), `attribute "max_pods" is required`},
		"surge of none":       {in(api+"update max_surge", 0), update},
		"surge in place":      {in(api+"update strategy", "in_place"), update},
		"strategy misspelt":   {in(api+"update strategy", "rolling"), update},
		"groups null":         {func(v, _ map[string]any) { v["payments_node_groups"] = nil }, "required variable may not be set to null"},
	})
}

// plainMachine stands in for a caller's own module.
const plainMachine = `
variable "name" {
  type = string
}
variable "zone" {
  type = string
}
variable "machine_type" {
  type = string
}
variable "labels" {
  type    = map(string)
  default = {}
}
variable "taints" {
  type    = list(string)
  default = []
}
variable "kubelet" {
  type    = string
  default = ""
}
variable "etcd_flags" {
  type    = map(string)
  default = {}
}
output "machine" {
  value = {
    zone = var.zone, type = var.machine_type, labels = var.labels, taints = var.taints,
    kubelet = var.kubelet == "" ? null : yamldecode(var.kubelet), flags = var.etcd_flags,
  }
}
`

// TestTerraformPlansTheSelfManagedGuide runs the files of the guide: as many
// machines as are planned, where they are planned, with what they are given.
func TestTerraformPlansTheSelfManagedGuide(t *testing.T) {
	plans := map[string]*planner.Plan{"bought": plainPlan(), "own": ownPlan()}
	for seed := range uint64(3) {
		plans[fmt.Sprintf("seed %d", seed)] = randomPlainPlan(rand.New(rand.NewPCG(seed, 1)))
	}
	for name, p := range plans {
		t.Run(name, func(t *testing.T) {
			p.Cluster.Emits = nil
			dir := folder(t, p)
			write(t, dir, "main.tf", []byte(guide(t)["self-managed/main.tf"]))
			write(t, dir, "machine/main.tf", []byte(plainMachine))
			write(t, dir, "result.tf", []byte("output \"result\" {\n  value = { nodes = module.node, servers = module.server }\n}\n"))
			must(t, dir, "init")
			must(t, dir, "plan", "-out", "plan.bin")
			shown := decode(t, []byte(must(t, dir, "show", "-json", "plan.bin")))
			result := at(t, shown, "planned_values outputs result value")
			checkMachines(t, p, result)
			if name == "bought" {
				checkBought(t, result)
			}
		})
	}
}

func checkMachines(t *testing.T, p *planner.Plan, result any) {
	t.Helper()
	nodes, _ := at(t, result, "nodes").(map[string]any)
	servers, _ := at(t, result, "servers").(map[string]any)
	count := 0
	each := func(machines map[string]any, prefix, kind string, zones []planner.ZoneCount) {
		for _, z := range zones {
			for i := range z.Nodes {
				count++
				name := fmt.Sprintf("%s-%s-%d", prefix, z.Zone, i+1)
				m, ok := machines[name].(map[string]any)
				if !ok {
					t.Fatalf("there is no %s", name)
				}
				if at(t, m, "machine type") != kind || at(t, m, "machine zone") != z.Zone {
					t.Errorf("%s is %v, want a %s in %s", name, m, kind, z.Zone)
				}
			}
		}
	}
	for i := range p.NodeGroups {
		each(nodes, p.NodeGroups[i].Name, p.NodeGroups[i].Pools[0].InstanceType, p.NodeGroups[i].Pools[0].NodesByZone)
	}
	for i := range p.ControlPlane.Machines {
		m := &p.ControlPlane.Machines[i]
		each(servers, m.Role, m.InstanceType, m.NodesByZone)
	}
	if got := len(nodes) + len(servers); got != count {
		t.Errorf("%d machines, %d planned", got, count)
	}
}

func checkBought(t *testing.T, result any) {
	t.Helper()
	tests := map[string]string{
		"nodes api-us-east-1a-3 machine kubelet": "map[apiVersion:kubelet.config.k8s.io/v1beta1 " +
			"evictionHard:map[imagefs.available:15% imagefs.inodesFree:5% memory.available:209715201 nodefs.available:10% nodefs.inodesFree:5%] " +
			"kind:KubeletConfiguration kubeReserved:map[cpu:100m memory:1536Mi] maxPods:110 systemReserved:map[memory:1Gi]]",
		"nodes jobs-us-east-1a-4 machine kubelet":          "map[apiVersion:kubelet.config.k8s.io/v1beta1 kind:KubeletConfiguration maxPods:20]",
		"nodes api-us-east-1a-1 machine taints":            "[example.com/slow=:PreferNoSchedule group=api:NoExecute]",
		"servers etcd-us-east-1c-1 machine flags":          "map[election-timeout:1000 heartbeat-interval:100 quota-backend-bytes:2147483648]",
		"servers control_plane-us-east-1c-1 machine flags": "map[]",
	}
	for path, want := range tests {
		if got := fmt.Sprint(at(t, result, path)); got != want {
			t.Errorf("%s = %s, want %s", path, got, want)
		}
	}
}
