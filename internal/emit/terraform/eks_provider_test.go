package terraform_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/aws"
)

// What is written says what the provider planned with: this package may not
// import the provider, so the limits and times of EKS stand in both, and the
// tests of this file hold them together.

// TestEKSNodesAreTheProviders plans each kind of node as the provider does.
func TestEKSNodesAreTheProviders(t *testing.T) {
	var provider aws.Provider
	for _, image := range aws.Images() {
		for _, cni := range []planner.CNI{planner.VPC, planner.VPCPrefix} {
			for _, machine := range eksTypes() {
				machine.Memory, machine.Hypervisor = 64*gib, "nitro"
				p := eksPlan()
				p.Offers = []catalogs.InstanceType{machine}
				p.Cluster.Network.CNI = cni
				p.Cluster.NodeGroups, p.NodeGroups = p.Cluster.NodeGroups[2:], p.NodeGroups[2:]
				spec, pool := &p.Cluster.NodeGroups[0], &p.NodeGroups[0].Pools[0]
				spec.Image, spec.Disk = image, planner.Disk{Type: "gp3", Size: 50 * gib}
				pool.InstanceType, pool.RootDisks = machine.Name, provider.RootDisks(spec)
				allocatable, err := provider.Allocatable(&p.Cluster, spec, &machine)
				if err != nil {
					t.Fatal(err)
				}
				pool.Allocatable = allocatable
				_, values := emit(t, p)
				g := at(t, decode(t, values), "shop_node_groups web")
				if got, want := at(t, g, "ami_type"), aws.AMIType(image, machine.Architecture); got != want {
					t.Errorf("%s on %s: image %v, want %v", image, machine.Architecture, got, want)
				}
				vpc := planner.Cluster{Network: planner.Network{CNI: planner.VPC}}
				own, err := provider.Allocatable(&vpc, spec, &machine)
				if err != nil {
					t.Fatal(err)
				}
				written := at(t, g, "cloudinit_pre_nodeadm") != nil || at(t, g, "bootstrap_extra_args") != nil
				if want := allocatable.Pods != own.Pods; written != want {
					t.Errorf("%s, %s, %s: a limit of %d pods is written: %t, EKS sets %d", machine.Name, image, cni, allocatable.Pods, written, own.Pods)
				}
			}
		}
	}
}

// TestEKSAddOnsAreTheProviders has every pod that the provider plans for brought by
// an add-on, shared out over its containers.
func TestEKSAddOnsAreTheProviders(t *testing.T) {
	var provider aws.Provider
	p := eksPlan()
	p.NodeGroups[2].Workloads = nil
	for _, w := range provider.SystemWorkloads(&p.Cluster, planner.Size{}) {
		p.NodeGroups[2].Workloads = append(p.NodeGroups[2].Workloads, planner.WorkloadPlan{Name: w.Name, System: true, Replicas: w.Demand.Replicas, Pod: w.Pod})
	}
	_, values := emit(t, p)
	addons := at(t, decode(t, values), "shop_addons")
	from := map[string]string{
		"aws-node": "vpc-cni", "ebs-csi-node": "aws-ebs-csi-driver", "eks-pod-identity-agent": "eks-pod-identity-agent",
		"kube-proxy": "kube-proxy", "coredns": "coredns", "ebs-csi-controller": "aws-ebs-csi-driver", "metrics-server": "metrics-server",
	}
	for _, d := range provider.DaemonSets(&p.Cluster, &p.Cluster.NodeGroups[0]) {
		if at(t, addons, from[d.Name]) == nil {
			t.Errorf("no add-on brings %s", d.Name)
		}
	}
	for _, w := range provider.SystemWorkloads(&p.Cluster, planner.Size{}) {
		text, _ := at(t, addons, from[w.Name]+" configuration_values").(string)
		var settings map[string]any
		if err := json.Unmarshal([]byte(text), &settings); err != nil {
			t.Fatalf("%s: %v", w.Name, err)
		}
		containers := 1
		if w.Name == "ebs-csi-controller" {
			settings, _ = settings["controller"].(map[string]any)
			containers = 6
		}
		want := map[string]any{
			"cpu":    fmt.Sprintf("%dm", int(w.Pod.CPU)/containers),
			"memory": fmt.Sprintf("%dMi", int(w.Pod.Memory/units.MiB)/containers),
		}
		if got := at(t, settings, "resources requests"); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s requests %v, want %v", w.Name, got, want)
		}
	}
}

// TestEKSLongestUpdateIsTheProviders has the bound of an update that nobody planned
// from the provider's times.
func TestEKSLongestUpdateIsTheProviders(t *testing.T) {
	m := aws.Provider{}.Mechanics(&planner.Cluster{})
	for _, n := range []int{1, 5, 40, 500} {
		p := eksPlan()
		p.Upgrade = nil
		i := slices.IndexFunc(p.NodeGroups, func(g planner.GroupPlan) bool { return g.Name == "gpu" })
		g := &p.NodeGroups[i]
		g.Nodes, g.MinNodes, g.MaxNodes, g.Pools[0].Nodes = n, n, n, n
		_, values := emit(t, p)
		got, err := time.ParseDuration(fmt.Sprint(at(t, decode(t, values), "shop_node_groups gpu timeouts update")))
		if err != nil {
			t.Fatal(err)
		}
		// One zone, one node at a time.
		want := m.Setup + m.Boot + time.Duration(n)*(m.DrainLimit+m.AfterDrain+m.Terminate+m.Boot) + 2*m.ScaleDownPerNode
		if got < want || got >= max(want+10*time.Minute, time.Hour+time.Second) {
			t.Errorf("%d nodes: the timeout is %v, an update takes at most %v", n, got, want)
		}
	}
}
