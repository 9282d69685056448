package selfmanaged

import (
	"math/bits"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/kubelet"
	"github.com/scantling-dev/scantling/providers/machines"
)

// OnPremisesName is the provider's name of machines of one's own.
const OnPremisesName = "on_premises"

// leastRootDisk is an assumption, since kubeadm names no size: what minikube gives
// to the machine of a node (--disk-size 20g). Nodes that say nothing are listed
// with it too.
const leastRootDisk = 20 * units.GiB

const leastRootDiskWhy = "Ubuntu, the container runtime and the images of Kubernetes leave too little to pods on less than 20Gi."

// OnAWS returns clusters that people run on EC2.
func OnAWS() planner.Ground {
	t := cloudTerms()
	t.Provider, t.Title = "aws", "self-managed Kubernetes on AWS"
	t.Families, t.Burstable, t.Commitments = machines.EC2Families(), machines.EC2Burstable(), machines.EC2Commitments()
	t.FamilyEnd, t.TypeExample = ".", "m7g.large"
	t.HiddenZone, t.RootDiskProblem, t.VolumeProblem = machines.IsEC2Zone, machines.EBSProblem, machines.EBSVolumeProblem
	t.DataDiskProblem, t.DiskUses = ebsDataProblem, machines.EBSUses()
	t.DiskType, t.EtcdDiskType = "gp3", "gp3"
	t.EtcdDisks = []string{"gp3", "io1", "io2"}
	t.DisksFixedThroughput = []string{"io1", "io2"}
	t.Addresses, t.ZoneTransfer = oneAddress, machines.EC2ZoneTransfer()
	return ground(site{
		terms: t, mechanics: onCloud(bootEC2), partitions: CloudPartitions, balancer: networkLoadBalancer,
		memory: func(cat *catalogs.Catalog) visibleMemory { return machines.NewEC2Memory(cat).Visible },
		offers: ec2Offers,
	})
}

// OnGCP returns clusters that people run on Compute Engine.
func OnGCP() planner.Ground {
	t := cloudTerms()
	t.Provider, t.Title = "gcp", "self-managed Kubernetes on Google Cloud"
	t.Families, t.Commitments = machines.GCEFamilies(), machines.GCECommitments()
	t.FamilyEnd, t.TypeExample = "-", "n2-standard-4"
	t.RootDiskProblem, t.VolumeProblem, t.DataDiskProblem = machines.GCEDiskProblem, machines.GCEVolumeProblem, gceDataProblem
	t.DiskUses = machines.GCEDiskUses()
	t.DiskType, t.EtcdDiskType = machines.PDBalanced, machines.PDSSD
	t.EtcdDisks = []string{machines.PDSSD, machines.PDBalanced, machines.HyperdiskBalanced}
	t.DisksBySize = []string{machines.PDSSD, machines.PDBalanced}
	t.ZoneTransfer = machines.GCEZoneTransfer()
	return ground(site{
		terms: t, mechanics: onCloud(bootGCE), partitions: CloudPartitions, balancer: forwardingRule,
		memory: func(*catalogs.Catalog) visibleMemory { return machines.GCEVisible },
		boots:  func(d planner.Disk, t *catalogs.InstanceType) error { return machines.GCEBoots(d.Type, t) },
		offers: gceOffers, attaches: machines.GCEAttaches,
	})
}

// OnPremises returns clusters on machines of one's own.
func OnPremises() planner.Ground {
	t := commonTerms()
	t.Provider, t.Title, t.DefaultMode = OnPremisesName, "Kubernetes on machines of one's own", true
	t.OwnMachines, t.Addresses = true, oneAddress
	t.UpdateStrategies = []string{"in_place", "minimal", "surge"}
	t.LoadBalancers = []planner.LoadBalancerKind{planner.KubeVIP, planner.HAProxyKeepalived}
	t.EtcdDisks = []string{"ssd", "nvme"}
	g := ground(site{
		terms: t, mechanics: onPremises(), partitions: InstallerPartitions,
		memory: func(*catalogs.Catalog) visibleMemory { return ownMemory },
	})
	g.Catalog = Catalog
	return g
}

// oneAddress is what a node takes of its subnet: Calico and Cilium give pods addresses
// of an overlay or of ranges that are routed to it.
func oneAddress(*planner.Network, *catalogs.InstanceType, int) int { return 1 }

// nodeMask is the length of the prefix of each node's block of pod addresses
// (kube-controller-manager, --node-cidr-mask-size-ipv4; Cilium's cluster-pool gives
// blocks of the same size).
const nodeMask = 24

// podBlock returns nodeMask, or less where a node may run more pods than the block has
// addresses.
func podBlock(maxPods int) int {
	return min(nodeMask, 32-bits.Len(uint(max(maxPods-1, 0))))
}

// commonTerms are what all grounds share.
func commonTerms() planner.Terms {
	return planner.Terms{
		Mode: planner.SelfManaged, PodBlock: podBlock,
		CNIs: []planner.CNI{planner.Calico, planner.Cilium}, Images: []planner.Image{planner.Ubuntu}, Kubelet: true,
	}
}

// ebsDataProblem says what Amazon EBS refuses of a disk beside the root disk.
// Operations that io1 and io2 are bought with need not be declared: the planner
// buys them.
func ebsDataProblem(d planner.Disk, k *catalogs.Disk) (attribute, problem string) {
	return machines.EBSProblem(d, k, func(string) bool { return true })
}

// gceDataProblem says what Compute Engine refuses of a disk beside the boot disk.
func gceDataProblem(d planner.Disk, k *catalogs.Disk) (attribute, problem string) {
	return machines.GCEDiskProblem(d, k, nil)
}

// cloudTerms are what the machines of clouds share.
func cloudTerms() planner.Terms {
	t := commonTerms()
	t.Spot = true
	t.NodeDisk, t.LeastRootDisk, t.LeastRootDiskWhy = leastRootDisk, leastRootDisk, leastRootDiskWhy
	t.UpdateStrategies, t.MaxSurge = []string{"surge", "minimal", "in_place"}, true
	t.LoadBalancers = []planner.LoadBalancerKind{planner.CloudLoadBalancer, planner.KubeVIP, planner.HAProxyKeepalived}
	return t
}

// ec2Offers adds what machines of EC2 have: volumes beside the root volume, as many as
// with the one network interface that Calico and Cilium need, devices, bandwidth.
func ec2Offers(s *kubelet.Derivation, _ *planner.NodeGroup, t *catalogs.InstanceType) {
	if volumes, _ := machines.EC2Volumes(t); volumes > 0 {
		s.Add(kubelet.Attachments, "volumes of a machine with one network interface", int64(volumes))
		s.Take(kubelet.Attachments, "the volume that it starts with", 1)
	}
	s.Offer(machines.Devices(t))
	if mbps := machines.EC2NetworkBaseline(t); mbps > 0 {
		s.Add(kubelet.Network, "baseline", int64(mbps))
	}
	if mbps := machines.EC2DiskBaseline(t); mbps > 0 {
		s.Add(kubelet.Disk, "to EBS volumes, held for good", int64(mbps))
	}
}

// gceOffers adds what machines of Compute Engine have: disks beside the boot disk, and
// devices.
func gceOffers(s *kubelet.Derivation, g *planner.NodeGroup, t *catalogs.InstanceType) {
	s.Add(kubelet.Attachments, "disks beside the boot disk", int64(machines.GCEVolumes(t, machines.Hyperdisks(g))))
	s.Offer(machines.Devices(t))
}
