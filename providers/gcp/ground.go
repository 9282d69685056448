package gcp

import (
	"fmt"
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// Ground returns GKE as specs name it.
func Ground() planner.Ground {
	return planner.Ground{
		Terms: terms(),
		New:   func(cat *catalogs.Catalog) planner.Provider { return New(cat) },
	}
}

// Terms are those of GKE Standard.
func (Provider) Terms() planner.Terms { return terms() }

// Versions returns the calendar of GKE: its dates are those of the Regular
// channel.
func (Provider) Versions(cat *catalogs.Catalog) []catalogs.Version { return cat.Versions }

// The tiers of the control plane.
const (
	// ZonalTier is one replica in one zone; nodes may stand in several.
	ZonalTier = "zonal"
	// RegionalTier is three replicas over the region's zones.
	RegionalTier = "regional"
)

func terms() planner.Terms {
	return planner.Terms{
		Provider: Name, Mode: planner.Managed, Title: "GKE", DefaultMode: true,
		CNIs: []planner.CNI{planner.Kubenet, planner.DataplaneV2}, Images: []planner.Image{planner.COS},
		Families: Families(), FamilyEnd: "-", TypeExample: "n2-standard-4", Spot: true,
		EqualZones: true,
		DiskType:   PDBalanced, LeastRootDisk: leastRootDisk,
		LeastRootDiskWhy: "GKE refuses a smaller boot disk.",
		RootDiskProblem:  RootDiskProblem,
		UpdateStrategies: []string{"surge", "minimal"}, MaxSurge: true, Soak: true,
		Tiers: []string{RegionalTier, ZonalTier},
		DefaultTier: map[planner.Environment]string{
			planner.Production: RegionalTier, planner.Development: ZonalTier,
		},
	}
}

// Families returns the default patterns of families by role. Shared-core types
// (e2-micro, e2-small, e2-medium) are of class burstable and left out with it.
// What does not boot from the group's disk is left out too (BootDisks): of n4* and
// c4* all do that from hyperdisk-balanced alone, of n2* and e2* from pd-balanced.
func Families() map[planner.Role][]string {
	return map[planner.Role][]string{
		planner.App: {"c4*", "e2*", "n2*", "n4*"}, planner.Batch: {"c4*", "e2*", "n2*", "n4*"}, planner.Ingress: {"c4*", "n2*"},
		planner.Monitoring: {"n2*", "n4*"}, planner.Stateful: {"n2*", "n4*"}, planner.System: {"n2*", "n4*"},
	}
}

// leastRootDisk is the smallest boot disk that the GKE API takes (NodeConfig,
// disk_size_gb). Hardly anything of it is left to pods.
const leastRootDisk = 10 * units.GiB

// The disks that nodes of GKE boot from (GKE API, NodeConfig.disk_type and
// BootDisk).
const (
	PDStandard        = "pd-standard"
	PDBalanced        = "pd-balanced"
	PDSSD             = "pd-ssd"
	HyperdiskBalanced = "hyperdisk-balanced"
)

// BootDisks returns the types of disks that nodes of a family boot from on GKE,
// the default first; the caller owns the slice. A family that is not listed is
// taken to be a newer one: since the fourth generation they know Hyperdisk alone.
// Sources: Compute Engine, "Supported disk types" of each machine series and
// "Machine series support" of Hyperdisk Balanced.
func BootDisks(family string) []string {
	switch family {
	case "e2", "n1", "n2", "n2d", "t2a", "t2d", "c2", "c2d", "m1", "f1", "g1":
		return []string{PDBalanced, PDSSD, PDStandard}
	case "a2", "g2":
		return []string{PDBalanced, PDSSD}
	case "c3", "c3d", "m2", "m3":
		return []string{PDBalanced, PDSSD, HyperdiskBalanced}
	case "h3":
		return []string{PDBalanced, HyperdiskBalanced}
	}
	return []string{HyperdiskBalanced}
}

// Throughput of a Hyperdisk Balanced volume follows its operations: at most 1 MiB
// a second for 4 of them, at least 1 for 256 (Compute Engine, "About Hyperdisk
// Balanced", size and performance limits).
const (
	fewestIOPSPerMiBps = 4
	mostIOPSPerMiBps   = 256
)

// RootDiskProblem says what GKE refuses of a boot disk: types that nodes do not
// boot from, operations and throughput of any type but hyperdisk-balanced, and
// throughput that does not go with its operations.
func RootDiskProblem(d planner.Disk, k *catalogs.Disk, _ func(string) bool) (attribute, problem string) {
	const settable = "Leave %s out, or use " + HyperdiskBalanced + "."
	switch {
	case !slices.Contains([]string{PDStandard, PDBalanced, PDSSD, HyperdiskBalanced}, d.Type):
		return "type", fmt.Sprintf("A GKE node cannot boot from a disk of type %s. Write %q.", d.Type, PDBalanced)
	case d.Type != HyperdiskBalanced && d.IOPS > 0:
		return "iops", fmt.Sprintf("The operations of a %s disk follow from its size. "+settable, d.Type, "iops")
	case d.Type != HyperdiskBalanced && d.ThroughputMiBps > 0:
		return "throughput_mib", fmt.Sprintf("The throughput of a %s disk follows from its size. "+settable, d.Type, "throughput_mib")
	case d.ThroughputMiBps == 0 || d.ThroughputMiBps > k.MaxMiBps:
		return "", ""
	}
	iops := max(d.IOPS, k.FreeIOPS)
	if most := iops / fewestIOPSPerMiBps; d.ThroughputMiBps > most {
		return "throughput_mib", fmt.Sprintf("With %d operations a second a %s disk moves at most %d MiB a second. Write iops = %d, or less throughput.",
			iops, d.Type, most, d.ThroughputMiBps*fewestIOPSPerMiBps)
	}
	if least := units.CeilDiv(iops, mostIOPSPerMiBps); d.ThroughputMiBps < least {
		return "throughput_mib", fmt.Sprintf("With %d operations a second a %s disk moves at least %d MiB a second. Write throughput_mib = %d, or fewer operations.",
			iops, d.Type, least, least)
	}
	return "", ""
}
