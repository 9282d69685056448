package selfmanaged_test

import (
	"cmp"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/controlplane"
	"github.com/scantling-dev/scantling/providers/selfmanaged"
)

func grounds() []planner.Ground {
	return []planner.Ground{selfmanaged.OnAWS(), selfmanaged.OnGCP(), selfmanaged.OnPremises()}
}

// calendar has the dates of an EKS catalog: those of the provider must not count.
func calendar() *catalogs.Catalog {
	return &catalogs.Catalog{Date: "2026-08-22", Versions: []catalogs.Version{
		{Minor: "1.34", UpstreamRelease: "2025-08-27", UpstreamEnd: "2026-10-27", Release: "2025-10-06", StandardEnd: "2026-12-02", ExtendedEnd: "2027-12-02"},
		{Minor: "1.36", UpstreamRelease: "2026-04-22", UpstreamEnd: "2027-06-28", Release: "2026-06-02", StandardEnd: "2027-08-02"},
		{Minor: "1.37", UpstreamRelease: "2026-08-26"},
		{Minor: "1.38"},
	}}
}

func TestControlPlaneSupport(t *testing.T) {
	tests := map[string]struct {
		minor   string
		day     units.Date
		support string
		ends    units.Date
		err     string
	}{
		"patched":                  {"1.36", "2026-11-20", "standard", "2027-06-28", ""},
		"before the clouds had it": {"1.36", "2026-05-01", "standard", "2027-06-28", ""},
		"last day of patches":      {"1.34", "2026-10-26", "standard", "2026-10-27", ""},
		"the end date is without":  {"1.34", "2026-10-27", "none", "", ""},
		"runs on for years":        {"1.34", "2030-01-01", "none", "", ""},
		"no end published":         {"1.37", "2026-11-20", "standard", "", ""},
		"not yet released":         {"1.37", "2026-08-25", "", "", "Kubernetes 1.37: the project releases it on 2026-08-26, after 2026-08-25"},
		"no release published":     {"1.38", "2026-11-20", "", "", "Kubernetes 1.38: the project has not published when it is released"},
		"not in the calendar":      {"1.3", "2026-11-20", "", "", "Kubernetes 1.3: not in the catalog's calendar of Kubernetes"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, g := range grounds() {
				got, err := g.New(calendar()).ControlPlane(&planner.Cluster{KubernetesVersion: test.minor, AsOf: test.day}, calendar())
				if test.err != "" {
					if _, ok := errors.AsType[*controlplane.VersionError](err); !ok || err.Error() != test.err {
						t.Errorf("%s: error %v, want %s", g.Terms.Title, err, test.err)
					}
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				if got.Mode != planner.SelfManaged || got.Tier != "" || got.Support != test.support || got.SupportEnds != test.ends {
					t.Errorf("%s: %+v, want %s support until %q", g.Terms.Title, got, test.support, test.ends)
				}
			}
		})
	}
}

func TestVersionsAreUpstream(t *testing.T) {
	for _, g := range grounds() {
		got := g.New(calendar()).Versions(calendar())
		if len(got) != 4 || got[0].Release != "2025-08-27" || got[0].StandardEnd != "2026-10-27" || !got[0].ExtendedEnd.IsZero() {
			t.Errorf("%s: %+v", g.Terms.Title, got)
		}
	}
}

func TestLoadBalancers(t *testing.T) {
	tests := map[string]struct {
		ground planner.Ground
		region string
		kind   planner.LoadBalancerKind
		hosts  int
		rate   units.USDPerHour // of the fee; 0 is not known
		fees   int
	}{
		"NLB":                 {selfmanaged.OnAWS(), "us-east-1", planner.CloudLoadBalancer, 0, 22_500_000, 1},
		"NLB elsewhere":       {selfmanaged.OnAWS(), "sa-east-1", planner.CloudLoadBalancer, 0, 0, 1},
		"forwarding rule":     {selfmanaged.OnGCP(), "us-central1", planner.CloudLoadBalancer, 0, 25_000_000, 1},
		"one elsewhere":       {selfmanaged.OnGCP(), "asia-south1", planner.CloudLoadBalancer, 0, 0, 1},
		"kube-vip on AWS":     {selfmanaged.OnAWS(), "us-east-1", planner.KubeVIP, 0, 0, 0},
		"kube-vip":            {selfmanaged.OnPremises(), "cellar", planner.KubeVIP, 0, 0, 0},
		"HAProxy, keepalived": {selfmanaged.OnPremises(), "cellar", planner.HAProxyKeepalived, 2, 0, 0},
		"HAProxy on Google's": {selfmanaged.OnGCP(), "us-central1", planner.HAProxyKeepalived, 2, 0, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := &planner.Cluster{KubernetesVersion: "1.36", AsOf: "2026-11-20", Region: test.region}
			c.ControlPlane.LoadBalancer = test.kind
			got, err := test.ground.New(calendar()).ControlPlane(c, calendar())
			if err != nil {
				t.Fatal(err)
			}
			lb := got.LoadBalancer
			if lb == nil || lb.Kind != test.kind || lb.Hosts != test.hosts || !slices.Equal(lb.Ports, []int{6443}) || lb.HealthCheck != "/readyz" {
				t.Errorf("the load balancer is %+v", lb)
			}
			if len(got.Fees) != test.fees {
				t.Fatalf("fees are %+v, want %d", got.Fees, test.fees)
			}
			for _, f := range got.Fees {
				if f.Name != selfmanaged.FeeLoadBalancer || f.Price.Rate != test.rate || f.Price.Known() != (test.rate > 0) {
					t.Errorf("%s is %+v, want %d", f.Name, f.Price, test.rate)
				}
			}
			if got.Etcd != nil || got.Machines != nil || got.Members != nil {
				t.Errorf("machines and etcd are the pipeline's, got %+v", got)
			}
		})
	}
}

func TestSystemPods(t *testing.T) {
	type pods struct {
		daemons []planner.DaemonSet
		names   []string
	}
	want := map[planner.CNI]pods{
		planner.Calico: {[]planner.DaemonSet{{Name: "calico-node", CPU: 250}, {Name: "kube-proxy"}}, []string{"calico-kube-controllers", "coredns"}},
		planner.Cilium: {
			[]planner.DaemonSet{{Name: "cilium", CPU: 100, Memory: 512 * units.MiB}, {Name: "cilium-envoy"}, {Name: "kube-proxy"}},
			[]string{"cilium-operator", "coredns"},
		},
	}
	for _, g := range grounds() {
		p := g.New(&catalogs.Catalog{})
		for _, cni := range g.Terms.CNIs {
			c := &planner.Cluster{Network: planner.Network{CNI: cni}}
			daemons := slices.Clone(p.DaemonSets(c, &planner.NodeGroup{}))
			slices.SortFunc(daemons, func(a, b planner.DaemonSet) int { return cmp.Compare(a.Name, b.Name) })
			same := func(a, b planner.DaemonSet) bool { return a.Name == b.Name && a.CPU == b.CPU && a.Memory == b.Memory }
			if !slices.EqualFunc(daemons, want[cni].daemons, same) || !slices.EqualFunc(p.DaemonSets(c, &planner.NodeGroup{}), want[cni].daemons, same) {
				t.Errorf("%s with %s: DaemonSets %+v", g.Terms.Title, cni, daemons)
			}
			var names []string
			for _, w := range p.SystemWorkloads(c, planner.Size{}) {
				names = append(names, w.Name)
				if !w.System || w.Kind != planner.Deployment || w.Recovery != planner.Reschedule || w.Demand.Way != planner.GivenReplicas || w.Demand.Replicas < 1 {
					t.Errorf("%+v", w)
				}
			}
			if !slices.Equal(names, want[cni].names) {
				t.Errorf("%s with %s: workloads %v, want %v", g.Terms.Title, cni, names, want[cni].names)
			}
		}
	}
	coredns := selfmanaged.OnAWS().New(&catalogs.Catalog{}).SystemWorkloads(&planner.Cluster{}, planner.Size{})[1]
	if !reflect.DeepEqual(coredns.Pod, planner.Pod{CPU: 100, Memory: 70 * units.MiB, MemoryLimit: 170 * units.MiB}) || coredns.Demand.Replicas != 2 || coredns.PodDisruptionBudget != nil {
		t.Errorf("kubeadm's CoreDNS is two pods of 100m and 70Mi without a budget, got %+v", coredns)
	}
}

func TestTerms(t *testing.T) {
	for _, g := range grounds() {
		terms, p := g.Terms, g.New(&catalogs.Catalog{})
		if p.Name() != terms.Provider || p.Terms().Title != terms.Title || terms.Mode != planner.SelfManaged || terms.EqualZones || !terms.Kubelet {
			t.Errorf("%s: %+v", p.Name(), terms)
		}
		own := terms.Provider == "on_premises"
		if terms.DefaultMode != own || terms.OwnMachines != own || (g.Catalog != nil) != own || terms.Spot == own || terms.MaxSurge == own || (terms.DiskType == "") != own {
			t.Errorf("%s: %+v", p.Name(), terms)
		}
		if (terms.LoadBalancers[0] == planner.CloudLoadBalancer) == own || slices.Contains(terms.LoadBalancers[1:], planner.CloudLoadBalancer) {
			t.Errorf("%s: load balancers %v", p.Name(), terms.LoadBalancers)
		}
		if !own && terms.EtcdDisks[0] != terms.EtcdDiskType {
			t.Errorf("%s: etcd gets %s of %v", p.Name(), terms.EtcdDiskType, terms.EtcdDisks)
		}
		disk := planner.Disk{Type: terms.DiskType, Size: terms.LeastRootDisk}
		if !own {
			if _, problem := terms.RootDiskProblem(disk, &catalogs.Disk{}, func(string) bool { return false }); problem != "" {
				t.Errorf("%s: the default disk has a problem: %s", p.Name(), problem)
			}
		}
		if got := p.RootDisks(&planner.NodeGroup{Disk: disk}); own != (got == nil) || !own && !slices.Equal(got, []planner.Disk{disk}) {
			t.Errorf("%s: root disks %+v", p.Name(), got)
		}
	}
}

func TestMechanics(t *testing.T) {
	all := []string{"cluster_blue_green", "in_place", "minimal", "node_group_blue_green", "surge"}
	for _, g := range grounds() {
		m := g.New(&catalogs.Catalog{}).Mechanics(nil)
		var names []string
		for _, o := range m.Strategies {
			names = append(names, o.Name)
			if o.TerminateFirst != (o.Name == "minimal") {
				t.Errorf("%s: %+v", g.Terms.Title, o)
			}
		}
		if !slices.IsSorted(names) {
			t.Errorf("%s: not sorted: %v", g.Terms.Title, names)
		}
		for _, s := range all {
			if _, refused := m.Refused[s]; refused == slices.Contains(names, s) {
				t.Errorf("%s: %s is neither or both carried out and refused", g.Terms.Title, s)
			}
		}
		for _, s := range g.Terms.UpdateStrategies {
			if !slices.Contains(names, s) {
				t.Errorf("%s: groups may update by %s, which is no strategy", g.Terms.Title, s)
			}
		}
		if m.ControlPlaneRollback != 0 || m.DrainLimit != 0 || m.NodeSkew != 1 || m.LargestSkew != 3 || m.ControlPlaneStep != 0 || m.MaxParallel != 0 || m.AddOns != 300*time.Second {
			t.Errorf("%s: %+v", g.Terms.Title, m)
		}
		// kubeadm in place: 300 s a control-plane node, 120 s of drain + 180 + 30 a worker.
		if m.ControlPlaneNode != 300*time.Second || m.Packages+m.Ready != 210*time.Second {
			t.Errorf("%s: in place takes %s and %s", g.Terms.Title, m.ControlPlaneNode, m.Packages+m.Ready)
		}
		// kops: 120 s of drain + 5 + 60 + 15 + 150 a node; reinstalled 900 s more.
		want := 350 * time.Second
		if g.Terms.OwnMachines {
			want += 900 * time.Second
		}
		if m.AfterDrain != 5*time.Second || m.AfterTerminate != 15*time.Second || m.Terminate != 60*time.Second {
			t.Errorf("%s: kops waits 5 s after a drain and 15 s after a termination, got %s and %s", g.Terms.Title, m.AfterDrain, m.AfterTerminate)
		}
		if turn := 120*time.Second + m.AfterDrain + m.Terminate + m.AfterTerminate + m.Validate; turn != want || m.ControlPlaneRoll != want {
			t.Errorf("%s: a node takes %s, of the control plane %s, want %s", g.Terms.Title, turn, m.ControlPlaneRoll, want)
		}
	}
}
