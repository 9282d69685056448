package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/cli"
)

// dumped is a node as kubectl prints it, in whole figures.
type dumped struct {
	name, zone, typ, arch string
	labels                map[string]string
	taints                []map[string]string
	// Millicores, bytes and pods that it has, and that it leaves to pods.
	cpu, memory, disk             int64
	cpuLeft, memoryLeft, diskLeft int64
	pods                          int64
}

// object is the node as an object of Kubernetes.
func (d *dumped) object() map[string]any {
	labels := map[string]string{"kubernetes.io/hostname": d.name, "kubernetes.io/os": "linux", "kubernetes.io/arch": d.arch}
	for k, v := range map[string]string{"topology.kubernetes.io/zone": d.zone, "node.kubernetes.io/instance-type": d.typ} {
		if v != "" {
			labels[k] = v
		}
	}
	maps.Copy(labels, d.labels)
	list := func(cpu, memory, disk int64) map[string]string {
		return map[string]string{"cpu": fmt.Sprintf("%dm", cpu), "memory": fmt.Sprint(memory), "ephemeral-storage": fmt.Sprint(disk), "pods": fmt.Sprint(d.pods)}
	}
	return map[string]any{
		"apiVersion": "v1", "kind": "Node", "metadata": map[string]any{"name": d.name, "labels": labels},
		"spec": map[string]any{"taints": d.taints},
		"status": map[string]any{
			"nodeInfo": map[string]any{"kubeletVersion": "v1.35.2"},
			"capacity": list(d.cpu, d.memory, d.disk), "allocatable": list(d.cpuLeft, d.memoryLeft, d.diskLeft),
		},
	}
}

func dumpOf(t *testing.T, dir string, objects []any) string {
	t.Helper()
	content, err := json.Marshal(map[string]any{"apiVersion": "v1", "kind": "List", "items": objects})
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "nodes.json")
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// control makes a node of the control plane.
func (d *dumped) control() {
	d.labels = map[string]string{"node-role.kubernetes.io/control-plane": ""}
	d.taints = []map[string]string{{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}}
}

// planned is what a plan document says of machines of one's own.
type planned struct {
	Inputs struct {
		NodeGroups []struct {
			Name   string              `json:"name"`
			Taints []map[string]string `json:"taints"`
		} `json:"node_groups"`
	} `json:"inputs"`
	NodeGroups []struct {
		Name  string `json:"name"`
		Pools []struct {
			Type        string `json:"instance_type"`
			Allocatable struct {
				CPU    int64 `json:"millicpu"`
				Memory int64 `json:"memory_bytes"`
				Disk   int64 `json:"ephemeral_storage_bytes"`
				Pods   int64 `json:"pods"`
			} `json:"allocatable"`
			ByZone map[string]int `json:"nodes_by_zone"`
		} `json:"pools"`
	} `json:"node_groups"`
}

// What the groups of the datacenter's spec keep from pods, by hand: 200m and 200m, 2 and 1
// GiB, and the kubelet's eviction of 100 MiB of memory and a tenth of the disk.
const (
	keptCPU    = 400
	keptMemory = 3<<30 + 100<<20
)

// datacenterNodes are the nodes of the example's plan, as the kubelets of its machines
// would show them; typed: with the label of their machine.
func datacenterNodes(t *testing.T, plan []byte, typed bool) []any {
	t.Helper()
	var p planned
	if err := json.Unmarshal(plan, &p); err != nil {
		t.Fatal(err)
	}
	var out []any
	add := func(d dumped, group int, pool int) {
		a := p.NodeGroups[group].Pools[pool].Allocatable
		d.arch, d.pods = "amd64", a.Pods
		d.cpuLeft, d.memoryLeft, d.diskLeft = a.CPU, a.Memory, a.Disk
		d.cpu, d.memory, d.disk = a.CPU+keptCPU, a.Memory+keptMemory, a.Disk*10/9
		if !typed {
			d.typ = ""
		}
		out = append(out, d.object())
	}
	for i, g := range p.NodeGroups {
		for j, pool := range g.Pools {
			for zone, n := range pool.ByZone {
				for range n {
					add(dumped{
						name: fmt.Sprintf("n%d", len(out)), zone: zone, typ: pool.Type, taints: p.Inputs.NodeGroups[i].Taints,
						labels: map[string]string{"scantling.dev/group": g.Name},
					}, i, j)
				}
			}
			if g.Name == "ingress" { // on machines of the control plane's kind
				for zone := range pool.ByZone {
					d := dumped{name: "control-" + zone, zone: zone, typ: pool.Type}
					d.control()
					add(d, i, j)
				}
			}
		}
	}
	return out
}

// TestRoundTripOfNodes: machines of one's own come back from a dump of the nodes of a plan
// alone, and a plan of them has the same nodes.
func TestRoundTripOfNodes(t *testing.T) {
	plan, err := os.ReadFile("../../examples/datacenter/plan.json")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	called(t, "import", "--nodes", dumpOf(t, dir, datacenterNodes(t, plan, true)), "--out", dir)
	text, err := os.ReadFile(filepath.Join(dir, "cluster.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"32Gi"`, `"128Gi"`, `"480Gi"`, `"1920Gi"`} { // as the example's spec has them
		if !bytes.Contains(text, []byte(want)) {
			t.Errorf("the spec has no %s:\n%s", want, text)
		}
	}
	if got, want := boughtOf(t, called(t, "plan", dir, "-o", "json")), boughtOf(t, plan); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// drawNodes returns a random cluster on machines of one's own: kinds of machines, pools
// by taint, a control plane of an odd number of nodes.
func drawNodes(rng *rand.Rand) (workers, controls []*dumped) {
	zones := []string{"a", "b", "c", "d"}[:1+rng.IntN(4)]
	var kinds []dumped
	for i := range 1 + rng.IntN(3) {
		d := dumped{arch: "amd64", pods: []int64{110, 110, 250}[rng.IntN(3)]}
		if rng.IntN(2) == 0 {
			d.typ = fmt.Sprintf("r%d", i)
		}
		d.cpu = 1000 * []int64{4, 8, 16, 48, 96}[rng.IntN(5)]
		built := []int64{8, 16, 32, 96, 384, 512}[rng.IntN(6)] << 30
		d.memory = built - built*int64(10+rng.IntN(60))/1000 - int64(rng.IntN(1<<20)) // 1% to 7% are hidden
		d.disk = int64(100+rng.IntN(2000)) << 30
		d.diskLeft = d.disk - d.disk/10 - int64(rng.IntN(4)<<30)
		d.cpuLeft = d.cpu - int64(rng.IntN(500))
		d.memoryLeft = d.memory - int64(rng.IntN(3<<30))
		kinds = append(kinds, d)
	}
	node := func(name string, i int) *dumped {
		d := kinds[rng.IntN(len(kinds))]
		d.name, d.zone = fmt.Sprintf("%s-%d", name, i), zones[i%len(zones)]
		d.memory -= int64(rng.IntN(1 << 16)) // kernels differ
		return &d
	}
	for pool := range 1 + rng.IntN(3) {
		for i := range 1 + rng.IntN(6) {
			d := node(fmt.Sprintf("p%d", pool), i)
			if pool > 0 {
				d.taints = []map[string]string{{"key": "pool", "value": fmt.Sprintf("p%d", pool), "effect": "NoSchedule"}}
			}
			workers = append(workers, d)
		}
	}
	count, kind := []int{1, 3, 5}[rng.IntN(3)], kinds[rng.IntN(len(kinds))]
	kind.cpu, kind.cpuLeft = max(kind.cpu, 4000), max(kind.cpuLeft, 3500)
	for i := range count {
		d := kind
		d.name, d.zone = fmt.Sprintf("control-%d", i), zones[i%len(zones)]
		d.control()
		controls = append(controls, &d)
	}
	return workers, controls
}

// TestImportedNodesPlan: what is written of random nodes plans, with as many nodes as
// there are, and counts on no more than any of them leaves to pods.
func TestImportedNodesPlan(t *testing.T) {
	seeds := uint64(20)
	if testing.Short() {
		seeds = 3
	}
	for seed := range seeds {
		rng := rand.New(rand.NewPCG(seed, 7))
		workers, controls := drawNodes(rng)
		var objects []any
		for _, d := range slices.Concat(workers, controls) {
			objects = append(objects, d.object())
		}
		dir := t.TempDir()
		called(t, "import", dumpOf(t, dir, objects), "--out", dir)
		var p planned
		if err := json.Unmarshal(called(t, "plan", dir, "-o", "json"), &p); err != nil {
			t.Fatal(err)
		}
		total := 0
		for i, g := range p.NodeGroups {
			var mine []*dumped
			for _, d := range workers {
				if reflect.DeepEqual(p.Inputs.NodeGroups[i].Taints, d.taints) || len(d.taints)+len(p.Inputs.NodeGroups[i].Taints) == 0 {
					mine = append(mine, d)
				}
			}
			if len(mine) == 0 {
				t.Fatalf("seed %d: no node is of group %s", seed, g.Name)
			}
			for _, pool := range g.Pools {
				for _, n := range pool.ByZone {
					total += n
				}
				a := pool.Allocatable
				holds := func(d *dumped) bool {
					return a.CPU <= d.cpuLeft && a.Memory <= d.memoryLeft && a.Disk <= d.diskLeft && a.Pods <= d.pods && a.Memory > d.memoryLeft*85/100
				}
				if !slices.ContainsFunc(mine, holds) {
					t.Errorf("seed %d: %s of %s is planned to offer %+v, of which no node leaves as much, or all leave far more", seed, pool.Type, g.Name, a)
				}
				for _, d := range mine {
					if d.typ == pool.Type && !holds(d) {
						t.Errorf("seed %d: %s of %s is planned to offer %+v, and %+v leaves less, or far more", seed, pool.Type, g.Name, a, *d)
					}
				}
			}
		}
		if total != len(workers) {
			text, err := os.ReadFile(filepath.Join(dir, "cluster.hcl"))
			t.Fatalf("seed %d: %d nodes are planned, %d run (%v)\n%s", seed, total, len(workers), err, text)
		}
	}
}

// TestImportOfOwnMachinesSays what cannot be read, and imports the rest.
func TestImportOfOwnMachinesSays(t *testing.T) {
	whole := func(name string) *dumped {
		return &dumped{
			name: name, zone: "r1", arch: "amd64", pods: 110, cpu: 8000, cpuLeft: 7800, memory: 31 << 30, memoryLeft: 30 << 30,
			disk: 100 << 30, diskLeft: 90 << 30,
		}
	}
	change := func(name string, change func(*dumped)) any {
		d := whole(name)
		change(d)
		return d.object()
	}
	broken := whole("garbled").object()
	broken["status"] = "gone"
	objects := []any{
		whole("good").object(), broken,
		change("windows", func(d *dumped) { d.labels = map[string]string{"kubernetes.io/os": "windows"} }),
		change("odd", func(d *dumped) { d.arch = "riscv64" }),
		change("lost", func(d *dumped) { d.zone = "" }),
		change("full", func(d *dumped) { d.memoryLeft = 0 }),
		change("tiny", func(d *dumped) { d.memory, d.memoryLeft = 1<<29, 1<<29 }),
		change("other", func(d *dumped) { d.zone = "r2" }),
	}
	dir := t.TempDir()
	var out, notes bytes.Buffer
	args := []string{"import", dumpOf(t, dir, objects), "--out", dir, "--zones", "r1,r3"}
	code := cli.Run(t.Context(), cli.World{Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &notes, Env: []string{"SCANTLING_CATALOG_DIR=" + t.TempDir()}, Now: noon})
	if code != 0 {
		t.Fatalf("exit %d\n%s", code, notes.String())
	}
	for _, want := range []string{
		"Node garbled: cannot be read", "Node windows: runs Windows", "Node odd: is of architecture riscv64", "Node lost: says no zone",
		"Node full: leaves no CPU or no memory", "Node tiny: has 8 CPU and 512Mi of memory", "Node other: is of zone r2",
	} {
		if !strings.Contains(notes.String(), want) {
			t.Errorf("%q is not told:\n%s", want, notes.String())
		}
	}
	if n := strings.Count(notes.String(), "Not imported: "); n != 7 {
		t.Errorf("%d problems are told, want 7:\n%s", n, notes.String())
	}
	if !strings.HasPrefix(out.String(), "Wrote ") || !strings.Contains(out.String(), "1 node, 0 workloads") {
		t.Errorf("wrote %q", out.String())
	}
	called(t, "plan", dir)
}

// TestOddControlPlanes: what a plan cannot say of a control plane becomes a question, and
// the spec plans all the same, with the workers that run.
func TestOddControlPlanes(t *testing.T) {
	node := func(name string, cores, gib int64, change func(*dumped)) any {
		d := dumped{name: name, arch: "amd64", pods: 110, cpu: 1000 * cores, cpuLeft: 1000 * cores, memory: gib << 30, memoryLeft: gib << 30, disk: 100 << 30, diskLeft: 90 << 30}
		if change != nil {
			change(&d)
		}
		return d.object()
	}
	open := func(d *dumped) { d.labels = map[string]string{"node-role.kubernetes.io/control-plane": ""} }
	for name, c := range map[string]struct {
		nodes []any
		want  string
		count int
	}{
		"pods on it":  {[]any{node("a", 8, 31, open)}, "Its nodes run other pods too", 1},
		"even":        {[]any{node("a", 8, 31, (*dumped).control), node("b", 8, 31, (*dumped).control), node("c", 8, 31, nil)}, "There are 2, of which an odd number", 1},
		"none read":   {[]any{node("a", 8, 31, nil), node("b", 8, 31, nil)}, "where does it run?", 2},
		"too small":   {[]any{node("a", 2, 3, (*dumped).control), node("b", 2, 3, nil)}, "It stands in for the machines of the control plane", 1},
		"mixed kinds": {[]any{node("a", 8, 31, (*dumped).control), node("b", 8, 31, (*dumped).control), node("c", 4, 15, (*dumped).control), node("d", 4, 15, nil)}, "machines of another kind too", 1},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			called(t, "import", dumpOf(t, dir, c.nodes), "--out", dir)
			text, err := os.ReadFile(filepath.Join(dir, "cluster.hcl"))
			if err != nil || !strings.Contains(string(text), c.want) {
				t.Errorf("%v, no %q in\n%s", err, c.want, text)
			}
			got := 0
			for key, n := range boughtOf(t, called(t, "plan", dir, "-o", "json")) {
				if strings.HasSuffix(key, " zone-a") {
					got += n
				}
			}
			if got != c.count {
				t.Errorf("%d nodes, want %d\n%s", got, c.count, text)
			}
		})
	}
}
