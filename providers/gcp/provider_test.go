package gcp_test

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/controlplane"
	"github.com/scantling-dev/scantling/providers/gcp"
	"github.com/scantling-dev/scantling/providers/machines"
)

func fakeCatalog() *catalogs.Catalog {
	return &catalogs.Catalog{
		Provider: "gcp", Region: "us-central1",
		Fees: []catalogs.Fee{
			{Tier: "extended", Price: catalogs.Price{Rate: 600_000_000, Basis: catalogs.Recalled, Date: "2026-01-02"}},
			{Tier: "regional", Price: catalogs.Price{Rate: 110_000_000, Basis: catalogs.Listed, Date: "2026-01-01"}},
			{Tier: "zonal", Price: catalogs.Price{Rate: 100_000_000, Basis: catalogs.Listed, Date: "2026-01-01"}},
		},
		Versions: []catalogs.Version{
			{Minor: "1.30", Release: "2024-07-31", StandardEnd: "2025-09-30", ExtendedEnd: "2026-07-31"},
			{Minor: "1.33", Release: "2025-06-03", StandardEnd: "2026-08-03"},
			{Minor: "1.35", Release: "2026-02-11", StandardEnd: "2027-04-11"},
			{Minor: "1.36", Release: "2026-06-09"},
			{Minor: "1.37"},
		},
	}
}

func cluster(minor, tier string, day units.Date) *planner.Cluster {
	return &planner.Cluster{KubernetesVersion: minor, AsOf: day, ControlPlane: planner.ControlPlaneSpec{Mode: planner.Managed, Tier: tier}}
}

func TestControlPlane(t *testing.T) {
	zonal := map[string]units.USDPerHour{controlplane.FeeCluster: 100_000_000}
	regional := map[string]units.USDPerHour{controlplane.FeeCluster: 110_000_000}
	// In the extended period a cluster costs 0.60 in all, whatever its tier.
	zonalExtended := map[string]units.USDPerHour{controlplane.FeeCluster: 100_000_000, controlplane.FeeExtended: 500_000_000}
	regionalExtended := map[string]units.USDPerHour{controlplane.FeeCluster: 110_000_000, controlplane.FeeExtended: 490_000_000}
	tests := map[string]struct {
		cluster *planner.Cluster
		support string
		ends    units.Date
		fees    map[string]units.USDPerHour
		err     string
	}{
		"zonal":                   {cluster("1.35", "zonal", "2026-11-20"), "standard", "2027-04-11", zonal, ""},
		"regional":                {cluster("1.35", "regional", "2026-11-20"), "standard", "2027-04-11", regional, ""},
		"last day of standard":    {cluster("1.35", "regional", "2027-04-10"), "standard", "2027-04-11", regional, ""},
		"the end date is without": {cluster("1.35", "regional", "2027-04-11"), "extended", "2028-02-11", regionalExtended, ""},
		"24 months from release":  {cluster("1.33", "zonal", "2026-11-20"), "extended", "2027-06-03", zonalExtended, ""},
		"extended, end known":     {cluster("1.30", "zonal", "2026-07-30"), "extended", "2026-07-31", zonalExtended, ""},
		"end dates not published": {cluster("1.36", "zonal", "2026-11-20"), "standard", "", zonal, ""},
		"past its extended end":   {cluster("1.30", "zonal", "2026-11-20"), "", "", nil, "Kubernetes 1.30: its extended support on GKE ended on 2026-07-31"},
		"not yet released":        {cluster("1.35", "zonal", "2026-02-10"), "", "", nil, "Kubernetes 1.35: GKE releases it on 2026-02-11, after 2026-02-10"},
		"release not published":   {cluster("1.37", "zonal", "2026-11-20"), "", "", nil, "Kubernetes 1.37: GKE has not published when it is released"},
		"not in the calendar":     {cluster("1.3", "zonal", "2026-11-20"), "", "", nil, "Kubernetes 1.3: not in the catalog's calendar of GKE"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := gcp.Provider{}.ControlPlane(test.cluster, fakeCatalog())
			if test.err != "" {
				if _, ok := errors.AsType[*controlplane.VersionError](err); !ok || err.Error() != test.err {
					t.Fatalf("got error %v, want %s", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.Mode != "managed" || got.Tier != test.cluster.ControlPlane.Tier || got.Support != test.support || got.SupportEnds != test.ends {
				t.Errorf("got %+v", got)
			}
			fees := map[string]units.USDPerHour{}
			for _, f := range got.Fees {
				if !f.Price.Known() {
					t.Errorf("%s is not known", f.Name)
				}
				fees[f.Name] = f.Price.Rate
			}
			if !maps.Equal(fees, test.fees) {
				t.Errorf("got fees %v, want %v", fees, test.fees)
			}
		})
	}
}

// Requests of a node of GKE 1.36 without network policy, and the 36M of the collector
// of Managed Service for Prometheus beside them, in whole MiB.
func TestDaemonSets(t *testing.T) {
	type sums struct {
		pods   int
		cpu    units.MilliCPU
		memory units.Bytes
	}
	tests := map[planner.CNI]sums{
		planner.Kubenet:     {9, 384 + 5, (626 + 35) * units.MiB},
		planner.DataplaneV2: {9, 384 + 5 - 100 + 205, (626 + 35 + 512) * units.MiB},
	}
	for cni, want := range tests {
		c := &planner.Cluster{Network: planner.Network{CNI: cni}}
		daemons := gcp.Provider{}.DaemonSets(c, &planner.NodeGroup{})
		var got sums
		for _, d := range daemons {
			got.pods++
			got.cpu += d.CPU
			got.memory += d.Memory
		}
		if got != want {
			t.Errorf("%s: %+v, want %+v", cni, got, want)
		}
		if !slices.IsSortedFunc(daemons, func(a, b planner.DaemonSet) int { return cmp.Compare(a.Name, b.Name) }) {
			t.Errorf("%s: not sorted", cni)
		}
		has := func(name string) bool {
			return slices.ContainsFunc(daemons, func(d planner.DaemonSet) bool { return d.Name == name })
		}
		if has("kube-proxy") == has("anetd") || has("anetd") != (cni == planner.DataplaneV2) {
			t.Errorf("%s: kube-proxy %t, anetd %t", cni, has("kube-proxy"), has("anetd"))
		}
	}
}

func TestSystemWorkloads(t *testing.T) {
	type want struct {
		replicas int
		pod      planner.Pod
		budget   bool
	}
	mib := units.MiB
	wants := map[string]want{
		"event-exporter-gke":            {1, planner.Pod{CPU: 3, Memory: 100 * mib}, false},
		"gmp-operator":                  {1, planner.Pod{CPU: 1, Memory: 16 * mib, MemoryLimit: 1908 * mib}, false},
		"konnectivity-agent":            {3, planner.Pod{CPU: 15, Memory: 60 * mib, MemoryLimit: 155 * mib}, true},
		"konnectivity-agent-autoscaler": {1, planner.Pod{CPU: 10, Memory: 10 * mib}, false},
		"kube-dns":                      {2, planner.Pod{CPU: 265, Memory: 140 * mib, MemoryLimit: 240 * mib}, true},
		"kube-dns-autoscaler":           {1, planner.Pod{CPU: 20, Memory: 10 * mib}, false},
		"l7-default-backend":            {1, planner.Pod{CPU: 10, Memory: 20 * mib}, false},
		"metrics-server":                {1, planner.Pod{CPU: 48, Memory: 105 * mib, MemoryLimit: 355 * mib}, false},
	}
	workloads := gcp.Provider{}.SystemWorkloads(nil, planner.Size{})
	if len(workloads) != len(wants) || !slices.IsSortedFunc(workloads, func(a, b planner.Workload) int { return cmp.Compare(a.Name, b.Name) }) {
		t.Fatalf("got %d workloads, sorted or not", len(workloads))
	}
	for _, w := range workloads {
		x := wants[w.Name]
		if w.Demand.Replicas != x.replicas || w.Demand.Way != planner.GivenReplicas || !reflect.DeepEqual(w.Pod, x.pod) || !w.System ||
			w.Kind != planner.Deployment || w.Recovery != planner.Reschedule {
			t.Errorf("got %+v", w)
		}
		if len(w.TopologySpread) == 0 || slices.ContainsFunc(w.TopologySpread, func(s planner.TopologySpread) bool { return s.Hard || s.MaxSkew != 1 }) {
			t.Errorf("%s spreads by %+v", w.Name, w.TopologySpread)
		}
		if (w.PodDisruptionBudget != nil) != x.budget || (x.budget && w.PodDisruptionBudget.Allowed(x.replicas) != 1) {
			t.Errorf("%s has the budget %+v", w.Name, w.PodDisruptionBudget)
		}
		if w.RollingUpdate.MaxSurge.Up(x.replicas) != 1 || w.RollingUpdate.MaxUnavailable.Down(x.replicas) != 0 {
			t.Errorf("%s rolls by %+v, want one pod more and none less", w.Name, w.RollingUpdate)
		}
	}
}

func TestRootDisks(t *testing.T) {
	disk := planner.Disk{Type: "hyperdisk-balanced", Size: 50 * units.GiB, IOPS: 4000}
	if got := (gcp.Provider{}).RootDisks(&planner.NodeGroup{Disk: disk}); !slices.Equal(got, []planner.Disk{disk}) {
		t.Errorf("got %+v", got)
	}
}

func TestTerms(t *testing.T) {
	ground := gcp.Ground()
	terms := ground.Terms
	provider := ground.New(&catalogs.Catalog{})
	if provider.Name() != terms.Provider || terms.Provider != "gcp" || provider.Terms().Title != "GKE" || ground.Catalog != nil {
		t.Errorf("the ground is %+v of %q", terms, provider.Name())
	}
	if terms.CNIs[0] != planner.Kubenet || !slices.Contains(terms.CNIs, planner.DataplaneV2) {
		t.Errorf("CNIs are %v", terms.CNIs)
	}
	if terms.DefaultTier[planner.Production] != "regional" || terms.DefaultTier[planner.Development] != "zonal" || len(terms.Tiers) != 2 {
		t.Errorf("tiers are %v, by default %v", terms.Tiers, terms.DefaultTier)
	}
	if problem, _ := terms.RootDiskProblem(planner.Disk{Type: terms.DiskType, Size: terms.LeastRootDisk}, &catalogs.Disk{}, nil); problem != "" {
		t.Errorf("the default disk has a problem with its %s", problem)
	}
	versions := []catalogs.Version{{Minor: "1.35"}}
	if got := provider.Versions(&catalogs.Catalog{Versions: versions}); !slices.Equal(got, versions) {
		t.Errorf("the calendar is %v", got)
	}
	// Each role finds types that boot from the default disk.
	types := []catalogs.InstanceType{machine("n2-standard-4", 4, 16384), machine("e2-standard-4", 4, 16384), machine("n4-standard-4", 4, 16384), machine("c4-standard-4", 4, 15360)}
	for role, families := range terms.Families {
		bootable := slices.ContainsFunc(types, func(m catalogs.InstanceType) bool {
			admitted := slices.ContainsFunc(families, func(glob string) bool { return catalogs.Match(glob, m.Family) })
			return admitted && slices.Contains(machines.GCEBootDisks(m.Family), terms.DiskType)
		})
		if !bootable {
			t.Errorf("no family of %s boots from %s", role, terms.DiskType)
		}
	}
}

func TestMechanics(t *testing.T) {
	zonal := gcp.Provider{}.Mechanics(cluster("1.35", "zonal", "2026-11-20"))
	regional := gcp.Provider{}.Mechanics(cluster("1.35", "regional", "2026-11-20"))
	if !zonal.APIDown || regional.APIDown {
		t.Error("the API server is away in the zonal tier alone")
	}
	if zonal.ControlPlaneStep <= 0 || regional.ControlPlaneStep < zonal.ControlPlaneStep {
		t.Errorf("a step takes %s zonal, %s regional", zonal.ControlPlaneStep, regional.ControlPlaneStep)
	}
	m := regional
	var names []string
	for _, o := range m.Strategies {
		names = append(names, o.Name)
		if o.TerminateFirst != (o.Name == "minimal") {
			t.Errorf("%s: terminates first is %t", o.Name, o.TerminateFirst)
		}
	}
	want := []string{"cluster_blue_green", "gke_autoscaled_blue_green", "gke_blue_green", "minimal", "node_group_blue_green", "surge"}
	if !slices.Equal(names, want) {
		t.Errorf("got %v, want %v", names, want)
	}
	if _, refused := m.Refused["in_place"]; !refused || len(m.Refused) != 1 {
		t.Errorf("refused are %v", m.Refused)
	}
	for _, s := range gcp.Ground().Terms.UpdateStrategies {
		if !slices.Contains(names, s) {
			t.Errorf("groups may update by %s, which is no strategy", s)
		}
	}
	if m.DrainLimit != time.Hour || !m.DrainForced || m.MaxParallel != 20 || m.WaitForDrain != 72*time.Hour || m.ControlPlaneRollback != 0 {
		t.Errorf("GKE evicts for 1 h, replaces 20 at a time and waits 3 days, got %+v", m)
	}
	// The assumptions of docs/models/upgrades.md.
	for what, got := range map[string][2]time.Duration{
		"boot": {m.Boot, 120 * time.Second}, "termination": {m.Terminate, 60 * time.Second}, "cordon": {m.Cordon, 30 * time.Second},
		"deletion of a pool": {m.DeletePool, 120 * time.Second}, "control plane": {m.ControlPlaneStep, 30 * time.Minute},
		"zonal control plane": {zonal.ControlPlaneStep, 15 * time.Minute}, "add-ons": {m.AddOns, 0}, "after drain": {m.AfterDrain, 0},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: %v, want %v", what, got[0], got[1])
		}
	}
	if m.NodeSkew != 1 || m.LargestSkew != 2 {
		t.Errorf("nodes follow each minor and trail by two at most, got %d and %d", m.NodeSkew, m.LargestSkew)
	}
}

// A node of a node pool that says nothing, on n2-standard-4.
func ExampleProvider_Node() {
	n2 := catalogs.InstanceType{Name: "n2-standard-4", Family: "n2", Architecture: catalogs.AMD64, VCPUs: 4, Memory: 16 * units.GiB}
	a, err := gcp.Provider{}.Node(gcp.DefaultNodeModel(), &n2)
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
	//  16384 MiB  stated size
	//   -410 MiB  hidden from the operating system: 2.5% above 8 GiB where nobody measured
	//  -2662 MiB  kube-reserved: 25% of the first 4 GiB, 20% of the next 4, 10% of the next 8, 6% of the next 112, 2% of the rest
	//   -100 MiB  eviction below 100 MiB available
	//  13212 MiB  for pods
}
