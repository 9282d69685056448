package aws_test

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/aws"
	"github.com/scantling-dev/scantling/providers/controlplane"
)

func fakeCatalog() *catalogs.Catalog {
	return &catalogs.Catalog{
		Provider: "aws", Region: "us-east-1",
		Fees: []catalogs.Fee{
			{Tier: "extended", Price: catalogs.Price{Rate: 600_000_000, Basis: catalogs.Secondary, Date: "2026-01-02"}},
			{Tier: "standard", Price: catalogs.Price{Rate: 100_000_000, Basis: catalogs.Listed, Date: "2026-01-01"}},
		},
		Versions: []catalogs.Version{
			{Minor: "1.30", Release: "2024-05-23", StandardEnd: "2025-07-23", ExtendedEnd: "2026-07-23"},
			{Minor: "1.31", Release: "2024-09-26", StandardEnd: "2025-11-26", ExtendedEnd: "2026-11-26"},
			{Minor: "1.34", Release: "2025-10-06", StandardEnd: "2026-12-02", ExtendedEnd: "2027-12-02"},
			{Minor: "1.36", Release: "2026-06-02"},
			{Minor: "1.37"},
		},
	}
}

func TestControlPlane(t *testing.T) {
	tests := map[string]struct {
		minor   string
		day     units.Date
		support string
		ends    units.Date
		fees    map[string]units.USDPerHour
		err     string
	}{
		"standard":                {"1.34", "2026-11-20", "standard", "2026-12-02", map[string]units.USDPerHour{controlplane.FeeCluster: 100_000_000}, ""},
		"last day of standard":    {"1.34", "2026-12-01", "standard", "2026-12-02", map[string]units.USDPerHour{controlplane.FeeCluster: 100_000_000}, ""},
		"the end date is without": {"1.34", "2026-12-02", "extended", "2027-12-02", map[string]units.USDPerHour{controlplane.FeeCluster: 100_000_000, controlplane.FeeExtended: 500_000_000}, ""},
		"extended":                {"1.31", "2026-11-20", "extended", "2026-11-26", map[string]units.USDPerHour{controlplane.FeeCluster: 100_000_000, controlplane.FeeExtended: 500_000_000}, ""},
		"end dates not published": {"1.36", "2026-11-20", "standard", "", map[string]units.USDPerHour{controlplane.FeeCluster: 100_000_000}, ""},
		"past its extended end":   {"1.30", "2026-11-20", "", "", nil, "Kubernetes 1.30: its extended support on EKS ended on 2026-07-23"},
		"not yet released":        {"1.34", "2025-10-05", "", "", nil, "Kubernetes 1.34: EKS releases it on 2025-10-06, after 2025-10-05"},
		"release not published":   {"1.37", "2026-11-20", "", "", nil, "Kubernetes 1.37: EKS has not published when it is released"},
		"not in the calendar":     {"1.3", "2026-11-20", "", "", nil, "Kubernetes 1.3: not in the catalog's calendar of EKS"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := aws.Provider{}.ControlPlane(&planner.Cluster{KubernetesVersion: test.minor, AsOf: test.day}, fakeCatalog())
			if test.err != "" {
				if _, ok := errors.AsType[*controlplane.VersionError](err); !ok || err.Error() != test.err {
					t.Fatalf("got error %v, want %s", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.Mode != "managed" || got.Tier != "standard" || got.Support != test.support || got.SupportEnds != test.ends {
				t.Errorf("got %+v", got)
			}
			if len(got.Fees) != len(test.fees) {
				t.Fatalf("got fees %+v, want %v", got.Fees, test.fees)
			}
			for _, f := range got.Fees {
				if !f.Price.Known() || f.Price.Rate != test.fees[f.Name] {
					t.Errorf("%s is %+v, want %d", f.Name, f.Price, test.fees[f.Name])
				}
			}
		})
	}
}

func TestSystemPods(t *testing.T) {
	p := aws.Provider{}
	var cpu units.MilliCPU
	var memory units.Bytes
	daemons := p.DaemonSets(nil, &planner.NodeGroup{})
	for _, d := range daemons {
		cpu += d.CPU
		memory += d.Memory
	}
	if len(daemons) != 4 || cpu != 180 || memory != 120*units.MiB {
		t.Errorf("%d DaemonSets take %d m and %d bytes a node, want 4, 180 and 120 MiB", len(daemons), cpu, memory)
	}
	if !slices.IsSortedFunc(daemons, func(a, b planner.DaemonSet) int { return cmp.Compare(a.Name, b.Name) }) {
		t.Error("DaemonSets are not sorted")
	}
	want := map[string]struct {
		replicas int
		pod      planner.Pod
		budget   bool
	}{
		"coredns":            {2, planner.Pod{CPU: 100, Memory: 70 * units.MiB, MemoryLimit: 170 * units.MiB}, true},
		"ebs-csi-controller": {2, planner.Pod{CPU: 60, Memory: 240 * units.MiB}, true},
		"metrics-server":     {1, planner.Pod{CPU: 100, Memory: 200 * units.MiB}, false},
	}
	workloads := p.SystemWorkloads(nil, planner.Size{})
	if len(workloads) != len(want) || !slices.IsSortedFunc(workloads, func(a, b planner.Workload) int { return cmp.Compare(a.Name, b.Name) }) {
		t.Fatalf("got %d workloads, sorted or not", len(workloads))
	}
	for _, w := range workloads {
		x := want[w.Name]
		if w.Demand.Replicas != x.replicas || w.Demand.Way != planner.GivenReplicas || !reflect.DeepEqual(w.Pod, x.pod) || !w.System ||
			w.Kind != planner.Deployment || w.Recovery != planner.Reschedule {
			t.Errorf("got %+v", w)
		}
		if len(w.TopologySpread) != 1 || w.TopologySpread[0] != (planner.TopologySpread{Key: planner.ZoneKey, MaxSkew: 1}) {
			t.Errorf("%s spreads by %+v", w.Name, w.TopologySpread)
		}
		if (w.PodDisruptionBudget != nil) != x.budget || (x.budget && w.PodDisruptionBudget.Allowed(2) != 1) {
			t.Errorf("%s has the budget %+v", w.Name, w.PodDisruptionBudget)
		}
		if w.RollingUpdate.MaxSurge.Up(x.replicas) != 1 || w.RollingUpdate.MaxUnavailable.Down(x.replicas) != 0 {
			t.Errorf("%s rolls by %+v, want one pod more and none less", w.Name, w.RollingUpdate)
		}
	}
}

func TestRootDisks(t *testing.T) {
	data := planner.Disk{Type: "gp3", Size: 50 * units.GiB, IOPS: 4000}
	got := aws.Provider{}.RootDisks(&planner.NodeGroup{Image: planner.AL2023, Disk: data})
	if !slices.Equal(got, []planner.Disk{data}) {
		t.Errorf("AL2023: %+v", got)
	}
	got = aws.Provider{}.RootDisks(&planner.NodeGroup{Image: planner.Bottlerocket, Disk: data})
	if !slices.Equal(got, []planner.Disk{{Type: "gp3", Size: 2 * units.GiB}, data}) {
		t.Errorf("Bottlerocket: %+v", got)
	}
}

func TestNames(t *testing.T) {
	for _, image := range aws.Images() {
		for _, arch := range []string{catalogs.AMD64, catalogs.ARM64} {
			if aws.AMIType(image, arch) == "" {
				t.Errorf("%s on %s has no AMI type", image, arch)
			}
		}
	}
	if got := aws.AMIType("windows", catalogs.AMD64); got != "" {
		t.Errorf("an unknown image has the AMI type %q", got)
	}
}

func TestMechanics(t *testing.T) {
	m := aws.Provider{}.Mechanics(nil)
	var names []string
	for _, o := range m.Strategies {
		names = append(names, o.Name)
	}
	if !slices.IsSorted(names) {
		t.Errorf("not sorted: %v", names)
	}
	all := []string{"in_place", "surge", "minimal", "node_group_blue_green", "cluster_blue_green"}
	for _, s := range all {
		if _, refused := m.Refused[s]; refused == slices.Contains(names, s) {
			t.Errorf("%s is neither or both carried out and refused", s)
		}
	}
	if m.DrainLimit != 900*time.Second || m.MaxParallel != 100 || m.ControlPlaneRollback != 168*time.Hour {
		t.Errorf("EKS documents 15 min, 100 nodes and 7 days, got %+v", m)
	}
	// The user guide waits 60 s between the last eviction and the termination; the others
	// are the assumptions of docs/models/upgrades.md.
	for what, got := range map[string][2]time.Duration{
		"after drain": {m.AfterDrain, 60 * time.Second}, "setup": {m.Setup, 120 * time.Second}, "boot": {m.Boot, 90 * time.Second},
		"termination": {m.Terminate, 60 * time.Second}, "a surplus node": {m.ScaleDownPerNode, 30 * time.Second},
		"control plane": {m.ControlPlaneStep, 900 * time.Second}, "add-ons": {m.AddOns, 300 * time.Second},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: %v, want %v", what, got[0], got[1])
		}
	}
	if m.DrainForced || m.APIDown || m.NodeSkew != 1 || m.LargestSkew != 3 {
		t.Errorf("an update fails at the limit, nodes follow each minor and trail by three at most, got %+v", m)
	}
}

// A node of the managed node group that says nothing, on m5.large.
func ExampleProvider_Node() {
	m5 := catalogs.InstanceType{
		Name: "m5.large", Family: "m5", Architecture: catalogs.AMD64, VCPUs: 2, Memory: 8 * units.GiB,
		ENIs: 3, IPv4PerENI: 10, Hypervisor: "nitro",
	}
	a, err := aws.Provider{}.Node(aws.DefaultNodeModel(), &m5)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range a.Steps {
		if s.Resource == "memory" {
			fmt.Printf("%6d MiB  %s\n", s.Amount/int64(units.MiB), s.What)
		}
	}
	fmt.Printf("%6d MiB  for pods\n", a.Memory/units.MiB)
	// Output:
	//   8192 MiB  stated size
	//   -615 MiB  hidden from the operating system: 7.5% where nobody measured
	//   -574 MiB  kube-reserved: 255 MiB + 11 MiB x 29 pods that secondary addresses allow, as nodeadm counts
	//   -100 MiB  eviction below 100 MiB available
	//   6903 MiB  for pods
}
