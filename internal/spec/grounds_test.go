package spec_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// Grounds are five: managed and self-managed on two clouds, and machines of one's
// own. Their words are those of the language.
func (offers) Grounds() []planner.Ground {
	stand := func(t planner.Terms) planner.Ground {
		return planner.Ground{Terms: t, New: func(*catalogs.Catalog) planner.Provider { return provider{terms: t} }}
	}
	own := stand(ownTerms())
	own.Catalog = ownCatalog
	return []planner.Ground{
		stand(eksTerms()), stand(gkeTerms()),
		stand(selfManagedTerms(eksTerms(), "self-managed Kubernetes on AWS", "gp3", "io1", "io2")),
		stand(selfManagedTerms(gkeTerms(), "self-managed Kubernetes on Google Cloud", "pd-ssd")),
		own,
	}
}

func eksTerms() planner.Terms {
	recent := func(letters string) []string {
		var out []string
		for _, letter := range letters {
			for _, generation := range "6789" {
				out = append(out, string(letter)+string(generation)+"*")
			}
		}
		return out
	}
	return planner.Terms{
		Provider: "aws", Mode: planner.Managed, Title: "EKS", ModuleMajor: "21", DefaultMode: true,
		CNIs: []planner.CNI{planner.VPC, planner.VPCPrefix}, Images: []planner.Image{planner.AL2023, planner.Bottlerocket},
		ReservedLabels: []string{"eks.amazonaws.com"},
		Families: map[planner.Role][]string{
			planner.App: recent("mcr"), planner.Batch: recent("mcr"), planner.Ingress: recent("cm"),
			planner.Monitoring: recent("m"), planner.Stateful: recent("rm"), planner.System: recent("m"),
		},
		Burstable: []string{"t3", "t3a", "t4g"}, FamilyEnd: ".", TypeExample: "m7g.large", Spot: true,
		Commitments: []planner.CommitmentType{planner.ComputeSavingsPlan, planner.InstanceSavingsPlan, planner.Reserved},
		HiddenZone: func(region, zone string) bool {
			return strings.HasPrefix(zone, region) && len(zone) == len(region)+1
		},
		Addresses: func(*planner.Network, *catalogs.InstanceType, int) int { return 1 },
		DiskType:  "gp3", LeastRootDisk: 20 * units.GiB,
		LeastRootDiskWhy: "The volume is made from the image's snapshot of 20Gi, and EC2 refuses a smaller one.",
		RootDiskProblem:  volumeProblem, VolumeProblem: podVolumeProblem, DiskUses: [][]string{{"gp2", "gp3", "io1", "io2"}, {"sc1", "st1"}},
		UpdateStrategies: []string{"surge", "minimal"},
		Tiers:            []string{"standard"},
		DefaultTier:      map[planner.Environment]string{planner.Production: "standard", planner.Development: "standard"},
	}
}

// volumeProblem is a part of what Amazon EBS refuses.
func volumeProblem(d planner.Disk, k *catalogs.Disk, declared func(string) bool) (attribute, problem string) {
	iops := max(d.IOPS, k.FreeIOPS)
	switch {
	case d.Type == "st1":
		return "type", "A node cannot start from a disk of type st1. Write \"gp3\"."
	case d.Type == "gp2" && d.IOPS > 0:
		return "iops", "The operations of a gp2 disk follow from its size. Leave iops out, or use gp3."
	case d.Type == "gp2" && d.ThroughputMiBps > 0:
		return "throughput_mib", "The throughput of a gp2 disk cannot be set. Leave throughput_mib out, or use gp3."
	case d.Type == "io2" && !declared("iops"):
		return "type", "An io2 disk needs iops: the operations a second that it is bought with."
	case d.Type == "gp3" && d.ThroughputMiBps*4 > iops && d.ThroughputMiBps <= k.MaxMiBps:
		return "throughput_mib", fmt.Sprintf("With %d operations a second a gp3 disk moves at most %d MiB a second. Write iops = %d, or less throughput.",
			iops, iops/4, d.ThroughputMiBps*4)
	}
	return "", ""
}

// podVolumeProblem is the same of volumes that no machine starts from.
func podVolumeProblem(d planner.Disk, k *catalogs.Disk, declared func(string) bool) (attribute, problem string) {
	if d.Type == "st1" {
		return "", ""
	}
	return volumeProblem(d, k, declared)
}

// gkeTerms has the families of the language's table.
func gkeTerms() planner.Terms {
	return planner.Terms{
		Provider: "gcp", Mode: planner.Managed, Title: "GKE", DefaultMode: true,
		CNIs: []planner.CNI{planner.DataplaneV2, planner.Kubenet}, Images: []planner.Image{planner.COS},
		Families: map[planner.Role][]string{
			planner.App: {"n4", "c4", "n2", "e2"}, planner.Batch: {"n4", "c4", "n2", "e2"}, planner.Ingress: {"c4", "n2"},
			planner.Monitoring: {"n4", "n2"}, planner.Stateful: {"n4", "n2"}, planner.System: {"n4", "n2"},
		},
		FamilyEnd: "-", TypeExample: "n4-standard-4", Spot: true, EqualZones: true,
		Commitments: []planner.CommitmentType{planner.ResourceCUD, planner.FlexCUD},
		DiskType:    "pd-balanced", LeastRootDisk: 10 * units.GiB,
		LeastRootDiskWhy: "The image of Container-Optimized OS takes 10Gi.",
		UpdateStrategies: []string{"surge", "minimal", "gke_blue_green"}, MaxSurge: true, Soak: true,
		MostAtATime: 20, LongestSoak: 168 * time.Hour, MostPods: 256, ReservedLabels: []string{"cloud.google.com"},
		GroupName: func(name string) string {
			if name == "all" || len(name) > 40 || name[0] <= '9' {
				return "no node pool has such a name"
			}
			return ""
		},
		UnwrittenStrategies: []string{"gke_autoscaled_blue_green"},
		Tiers:               []string{"regional", "zonal"},
		DefaultTier:         map[planner.Environment]string{planner.Production: "regional", planner.Development: "zonal"},
	}
}

// selfManagedTerms are those of kubeadm on the machines of a cloud.
func selfManagedTerms(cloud planner.Terms, title string, etcd ...string) planner.Terms {
	t := cloud
	t.Mode, t.Title, t.DefaultMode = planner.SelfManaged, title, false
	t.CNIs, t.Images = []planner.CNI{planner.Cilium, planner.Calico}, []planner.Image{planner.Ubuntu}
	t.Kubelet, t.EqualZones, t.Soak, t.MaxSurge = true, false, false, true
	t.MostAtATime, t.LongestSoak, t.MostPods, t.GroupName, t.ReservedLabels, t.UnwrittenStrategies = 0, 0, 0, nil, nil, nil
	t.DataDiskProblem = func(d planner.Disk, k *catalogs.Disk) (attribute, problem string) {
		if t.RootDiskProblem == nil {
			return "", ""
		}
		return t.RootDiskProblem(d, k, func(string) bool { return true })
	}
	t.UpdateStrategies = []string{"surge", "minimal", "in_place"}
	t.Tiers, t.DefaultTier = nil, nil
	t.LoadBalancers = []planner.LoadBalancerKind{planner.CloudLoadBalancer, planner.KubeVIP, planner.HAProxyKeepalived}
	t.EtcdDiskType, t.EtcdDisks = etcd[0], etcd
	return t
}

func ownTerms() planner.Terms {
	return planner.Terms{
		Provider: "on_premises", Mode: planner.SelfManaged, Title: "on-premises Kubernetes", DefaultMode: true,
		CNIs: []planner.CNI{planner.Cilium, planner.Calico}, Images: []planner.Image{planner.Ubuntu},
		Kubelet: true, OwnMachines: true, UpdateStrategies: []string{"in_place", "minimal", "surge"},
		LoadBalancers: []planner.LoadBalancerKind{planner.KubeVIP, planner.HAProxyKeepalived},
		EtcdDisks:     []string{"ssd", "nvme"},
	}
}

// ownCatalog makes a catalog of machines.
func ownCatalog(c *planner.Cluster, calendar *catalogs.Catalog) (catalogs.Catalog, error) {
	cat := catalogs.Catalog{Provider: c.Provider, Region: c.Region, Source: "spec", Date: calendar.Date, Versions: calendar.Versions}
	for _, m := range c.Machines {
		cat.Types = append(cat.Types, catalogs.InstanceType{Name: m.Name, Family: m.Name, Architecture: m.Architecture, VCPUs: m.VCPUs, Memory: m.Memory})
	}
	for _, z := range c.Zones {
		cat.Zones = append(cat.Zones, catalogs.Zone{Name: z})
	}
	return cat, nil
}

// provider answers what the language asks of an adapter.
type provider struct {
	planner.Provider
	terms planner.Terms
}

func (p provider) Versions(cat *catalogs.Catalog) []catalogs.Version {
	if p.terms.Mode == planner.SelfManaged {
		return catalogs.Upstream(cat.Versions)
	}
	return cat.Versions
}

// Allocatable keeps a tenth of the disk free, as the kubelet does.
func (p provider) Allocatable(_ *planner.Cluster, g *planner.NodeGroup, _ *catalogs.InstanceType) (planner.Allocatable, error) {
	return planner.Allocatable{EphemeralStorage: g.Disk.Size / 10 * 9}, nil
}

func (p provider) DaemonSets(*planner.Cluster, *planner.NodeGroup) []planner.DaemonSet {
	return []planner.DaemonSet{{Name: "aws-node"}, {Name: "kube-proxy"}}
}

func (p provider) SystemWorkloads(*planner.Cluster, planner.Size) []planner.Workload {
	return []planner.Workload{{Name: "coredns"}, {Name: "metrics-server"}}
}

func (p provider) Mechanics(*planner.Cluster) planner.Mechanics {
	names := slices.Concat([]string{"node_group_blue_green", "cluster_blue_green"}, p.terms.UpdateStrategies, p.terms.UnwrittenStrategies)
	slices.Sort(names)
	m := planner.Mechanics{LargestSkew: 3}
	if slices.Contains(names, "gke_blue_green") {
		m.LargestSkew = 2
	}
	for _, name := range names {
		m.Strategies = append(m.Strategies, planner.UpgradeOption{Name: name})
	}
	if !slices.Contains(names, "in_place") {
		m.Refused = map[string]string{"in_place": "nodes are replaced"}
	}
	return m
}

func (provider) NodeLabels(*planner.NodeGroup, *catalogs.InstanceType, planner.CapacityType) map[string]string {
	return map[string]string{}
}
