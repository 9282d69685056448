package aws

import (
	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/machines"
)

// Ground returns EKS as specs name it.
func Ground() planner.Ground {
	return planner.Ground{
		Terms: terms(),
		New:   func(cat *catalogs.Catalog) planner.Provider { return New(cat) },
	}
}

// Terms are those of EKS.
func (Provider) Terms() planner.Terms { return terms() }

// Versions returns the calendar of EKS.
func (Provider) Versions(cat *catalogs.Catalog) []catalogs.Version { return cat.Versions }

func terms() planner.Terms {
	return planner.Terms{
		Provider: Name, Mode: planner.Managed, Title: "EKS", DefaultMode: true,
		CNIs: []planner.CNI{DefaultCNI, planner.VPCPrefix}, Images: Images(),
		ReservedLabels: []string{"eks.amazonaws.com"},
		Families:       machines.EC2Families(), Burstable: machines.EC2Burstable(), FamilyEnd: ".", TypeExample: "m7g.large", Spot: true,
		Commitments: machines.EC2Commitments(),
		HiddenZone:  machines.IsEC2Zone, Addresses: Addresses, Interfaces: Interfaces, ControlPlaneAddresses: controlPlaneAddresses, UpgradeAddresses: upgradeAddresses, ZoneTransfer: machines.EC2ZoneTransfer(),
		DiskType: "gp3", NodeDisk: leastRootDisk, LeastRootDisk: leastRootDisk, DiskRoom: diskRoom,
		LeastRootDiskWhy: "The volume is made from the image's snapshot of 20Gi, and EC2 refuses a smaller one.",
		RootDiskProblem:  machines.EBSProblem, VolumeProblem: machines.EBSVolumeProblem, DiskUses: machines.EBSUses(),
		UpdateStrategies: []string{"surge", "minimal"}, ModuleMajor: "21",
		Service:     "eks",
		Tiers:       []string{standardTier, "tier-xl", "tier-2xl", "tier-4xl", "tier-8xl"},
		BaseTier:    standardTier,
		DefaultTier: map[planner.Environment]string{planner.Production: standardTier, planner.Development: standardTier},
	}
}

// controlPlaneAddresses are those of EKS's interfaces: two to four, in the subnets that the
// cluster was made with, of two zones at least (Amazon EKS user guide, "Amazon EKS networking
// requirements for VPC and subnets"). That a zone has no more than half of four, and that it
// may be any zone, is an assumption.
const controlPlaneAddresses = 4 / 2

// upgradeAddresses is what an upgrade of the control plane may take of the subnets that
// the cluster was made with (Amazon EKS user guide, "Update existing cluster to new
// Kubernetes version": "up to five available IP addresses").
const upgradeAddresses = 5

// leastRootDisk is the snapshot of the AL2023 root volume and of the Bottlerocket
// data volume of the EKS images.
const leastRootDisk = 20 * units.GiB
