package emitcheck

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/emit"
	"github.com/scantling-dev/scantling/internal/emit/eksctl"
	"github.com/scantling-dev/scantling/internal/emit/karpenter"
	"github.com/scantling-dev/scantling/internal/emit/kops"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// plans returns those of all examples by name.
func plans(t *testing.T) map[string]*planner.Plan {
	t.Helper()
	files, err := filepath.Glob("../../examples/*/plan.json")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no examples", err)
	}
	out := map[string]*planner.Plan{}
	for _, f := range files {
		content, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		p, err := document.Decode(content)
		if err != nil {
			t.Fatal(f, err)
		}
		out[filepath.Base(filepath.Dir(f))] = p
	}
	return out
}

// written returns what a tool writes of a plan.
func written(t *testing.T, tool emit.Tool, p *planner.Plan) []map[string]any {
	t.Helper()
	made, err := tool.Write(emit.Request{Plan: p})
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]any
	for _, f := range made.Files {
		list, err := documents(f.Content)
		if err != nil {
			t.Fatal(f.Name, err)
		}
		out = append(out, list...)
	}
	return out
}

// onEKS tells the plans on EKS.
func onEKS(p *planner.Plan) bool {
	return p.Cluster.Provider == "aws" && p.ControlPlane.Mode == planner.Managed
}

// variants returns the plan, and one on Bottlerocket with everything that a disk can have.
func variants(p *planner.Plan) []*planner.Plan {
	q := *p
	q.Cluster.NodeGroups = append([]planner.NodeGroup(nil), p.Cluster.NodeGroups...)
	q.NodeGroups = append([]planner.GroupPlan(nil), p.NodeGroups...)
	for i := range q.Cluster.NodeGroups {
		q.Cluster.NodeGroups[i].Image = planner.Bottlerocket
		q.Cluster.NodeGroups[i].Taints = []planner.Taint{{Key: "a", Effect: planner.NoExecute}, {Key: "example.com/b", Value: "c", Effect: planner.NoSchedule}}
	}
	for i := range q.NodeGroups {
		pools := append([]planner.Pool(nil), q.NodeGroups[i].Pools...)
		for j := range pools {
			pools[j].RootDisks = []planner.Disk{{Type: "gp3", Size: 2 * units.GiB}, {Type: "gp3", Size: 50 * units.GiB, IOPS: 4000, ThroughputMiBps: 250}}
		}
		q.NodeGroups[i].Pools = pools
	}
	return []*planner.Plan{p, &q}
}

// kinds checks objects by their kind; each of the kinds must be there.
func kinds(t *testing.T, name string, list []map[string]any, by map[string]*resource) {
	t.Helper()
	seen := map[string]bool{}
	for _, d := range list {
		kind, _ := d["kind"].(string)
		r, ok := by[kind]
		if !ok {
			t.Fatalf("%s: a %q is written", name, kind)
		}
		seen[kind] = true
		if err := r.check(d); err != nil {
			t.Errorf("%s: %s %v: %v", name, kind, d["metadata"], err)
		}
	}
	if len(seen) != len(by) {
		t.Errorf("%s: of the kinds only %v are written", name, seen)
	}
}

func definition(t *testing.T, module, file, version string) *resource {
	t.Helper()
	r, err := resourceOf(module, file, version)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestKarpenter(t *testing.T) {
	by := map[string]*resource{
		"NodePool":     definition(t, karpenterModule, "pkg/apis/crds/karpenter.sh_nodepools.yaml", "v1"),
		"EC2NodeClass": definition(t, karpenterModule, "pkg/apis/crds/karpenter.k8s.aws_ec2nodeclasses.yaml", "v1"),
	}
	checked := 0
	for name, p := range plans(t) {
		if !onEKS(p) {
			continue
		}
		for _, v := range variants(p) {
			kinds(t, name, written(t, karpenter.Tool(), v), by)
			checked++
		}
	}
	if checked < 4 {
		t.Errorf("only %d plans were checked", checked)
	}
	// The check finds what it is for.
	for want, breaks := range map[string]func(spec map[string]any){
		"spec.limit: there is no such field": func(s map[string]any) { s["limit"] = s["limits"] },
		"spec.disruption.budgets[0].nodes": func(s map[string]any) {
			s["disruption"].(map[string]any)["budgets"].([]any)[0].(map[string]any)["nodes"] = "many"
		},
		"spec.template.spec.requirements":      func(s map[string]any) { s["template"].(map[string]any)["spec"].(map[string]any)["requirements"] = nil },
		"requirements with operator 'In' must": func(s map[string]any) { first(s)["values"] = []any{} },
	} {
		d := written(t, karpenter.Tool(), plans(t)["shop-eks"])[0]
		breaks(d["spec"].(map[string]any))
		if err := by["NodePool"].check(d); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// first returns the first requirement of a NodePool.
func first(spec map[string]any) map[string]any {
	return spec["template"].(map[string]any)["spec"].(map[string]any)["requirements"].([]any)[0].(map[string]any)
}

func TestEksctl(t *testing.T) {
	schema, err := eksctlSchema()
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for name, p := range plans(t) {
		if !onEKS(p) {
			continue
		}
		for _, v := range variants(p) {
			v.ControlPlane.Tier = "tier-xl"
			for _, d := range written(t, eksctl.Tool(), v) {
				if err := schema.Validate(d); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				d["managedNodeGroups"].([]any)[0].(map[string]any)["desiredSize"] = 3
				if schema.Validate(d) == nil {
					t.Errorf("%s: a field that there is not is taken", name)
				}
			}
			checked++
		}
	}
	if checked < 4 {
		t.Errorf("only %d plans were checked", checked)
	}
}

// selfManaged makes of the payments of the examples what kops can make: etcd on the
// machines of the control plane.
func selfManaged(p *planner.Plan) {
	e := p.ControlPlane.Etcd
	e.Topology, e.Members, e.Quorum = planner.Stacked, 3, 2
	e.Disk.IOPS, e.Disk.ThroughputMiBps = 4000, 250
	for i := range p.Cluster.NodeGroups {
		p.Cluster.NodeGroups[i].Taints = []planner.Taint{{Key: "a", Effect: planner.NoExecute}, {Key: "example.com/b", Value: "c", Effect: planner.NoSchedule}}
		p.Cluster.NodeGroups[i].Kubelet.EvictionMemory = 200 * units.MiB
	}
	p.NodeGroups[0].Pools[0].CapacityType = planner.Spot
}

func TestKops(t *testing.T) {
	by := map[string]*resource{
		"Cluster":       definition(t, kopsModule, "k8s/crds/kops.k8s.io_clusters.yaml", "v1alpha2"),
		"InstanceGroup": definition(t, kopsModule, "k8s/crds/kops.k8s.io_instancegroups.yaml", "v1alpha2"),
	}
	for _, provider := range []string{"aws", "gcp"} {
		for _, cni := range map[string][]planner.CNI{"aws": {planner.Calico, planner.Cilium, planner.VPC, planner.VPCPrefix}, "gcp": {planner.Calico, planner.Cilium}}[provider] {
			p := plans(t)["payments-kubeadm"]
			selfManaged(p)
			p.Cluster.Provider, p.Cluster.Network.CNI = provider, cni
			kinds(t, provider+" "+string(cni), written(t, kops.Tool(), p), by)
		}
	}
	p := plans(t)["payments-kubeadm"]
	selfManaged(p)
	d := written(t, kops.Tool(), p)[0]
	d["spec"].(map[string]any)["etcdClusters"].([]any)[0].(map[string]any)["members"] = 3
	if err := by["Cluster"].check(d); err == nil || !strings.Contains(err.Error(), "spec.etcdClusters[0].members: there is no such field") {
		t.Errorf("a field that there is not: %v", err)
	}
}
