package aws

import (
	"fmt"
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
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
		Families: Families(), Burstable: BurstableFamilies(), FamilyEnd: ".", TypeExample: "m7g.large", Spot: true,
		HiddenZone: IsZoneOf,
		DiskType:   "gp3", LeastRootDisk: leastRootDisk,
		LeastRootDiskWhy: "The volume is made from the image's snapshot of 20Gi, and EC2 refuses a smaller one.",
		RootDiskProblem:  RootDiskProblem,
		UpdateStrategies: []string{"surge", "minimal"},
		Tiers:            []string{"standard"},
		DefaultTier:      map[planner.Environment]string{planner.Production: "standard", planner.Development: "standard"},
	}
}

// leastRootDisk is the snapshot of the AL2023 root volume and of the Bottlerocket
// data volume of the EKS images.
const leastRootDisk = 20 * units.GiB

// Families returns the default patterns of families by role: the letters of what
// the role needs, of generation 6 and later.
func Families() map[planner.Role][]string {
	return map[planner.Role][]string{
		planner.App: recent("mcr"), planner.Batch: recent("mcr"), planner.Ingress: recent("cm"),
		planner.Monitoring: recent("m"), planner.Stateful: recent("rm"), planner.System: recent("m"),
	}
}

// recent returns "m6*", "m7*" and so on for each letter.
func recent(letters string) []string {
	var out []string
	for _, letter := range letters {
		for _, generation := range "6789" {
			out = append(out, string(letter)+string(generation)+"*")
		}
	}
	slices.Sort(out)
	return out
}

// BurstableFamilies returns the families that earn credits for their CPU.
func BurstableFamilies() []string { return []string{"t3", "t3a", "t4g"} }

// iopsPerMiBps is the least ratio of operations to MiB a second that a gp3 disk
// takes: 0.25 MiB/s an operation (Amazon EBS user guide, gp3).
const iopsPerMiBps = 4

// RootDiskProblem says what Amazon EBS refuses of a root disk: the types st1 and
// sc1, operations of a type that does not sell them, io1 and io2 without them,
// throughput of any type but gp3, and more of it than its operations carry
// (Amazon EBS user guide, volume types).
func RootDiskProblem(d planner.Disk, k *catalogs.Disk, declared func(string) bool) (attribute, problem string) {
	sells := slices.Contains([]string{"gp3", "io1", "io2"}, d.Type)
	provisioned := d.Type == "io1" || d.Type == "io2"
	switch {
	case d.Type == "st1" || d.Type == "sc1":
		return "type", fmt.Sprintf("A node cannot start from a disk of type %s. Write \"gp3\".", d.Type)
	case d.IOPS > 0 && !sells:
		return "iops", fmt.Sprintf("The operations of a %s disk follow from its size. Leave iops out, or use gp3.", d.Type)
	case d.ThroughputMiBps > 0 && d.Type != "gp3":
		return "throughput_mib", fmt.Sprintf("The throughput of a %s disk cannot be set. Leave throughput_mib out, or use gp3.", d.Type)
	case provisioned && !declared("iops"):
		return "type", fmt.Sprintf("A %s disk needs iops: the operations a second that it is bought with.", d.Type)
	}
	iops := max(d.IOPS, k.FreeIOPS)
	if d.Type == "gp3" && d.ThroughputMiBps*iopsPerMiBps > iops && d.ThroughputMiBps <= k.MaxMiBps {
		return "throughput_mib", fmt.Sprintf("With %d operations a second a gp3 disk moves at most %d MiB a second. Write iops = %d, or less throughput.",
			iops, iops/iopsPerMiBps, d.ThroughputMiBps*iopsPerMiBps)
	}
	return "", ""
}
