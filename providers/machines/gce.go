package machines

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// GCEFamilies returns the default patterns of families by role. Shared-core types
// (e2-micro, e2-small, e2-medium) are of class burstable and left out with it.
// What does not boot from the group's disk is left out too (GCEBootDisks): of n4* and
// c4* all do that from hyperdisk-balanced alone, of n2* and e2* from pd-balanced.
func GCEFamilies() map[planner.Role][]string {
	return map[planner.Role][]string{
		planner.App: {"c4*", "e2*", "n2*", "n4*"}, planner.Batch: {"c4*", "e2*", "n2*", "n4*"}, planner.Ingress: {"c4*", "n2*"},
		planner.Monitoring: {"n2*", "n4*"}, planner.Stateful: {"n2*", "n4*"}, planner.System: {"n2*", "n4*"},
	}
}

// The disks that machines of Compute Engine boot from, on GKE too (GKE API,
// NodeConfig.disk_type and BootDisk).
const (
	PDStandard        = "pd-standard"
	PDBalanced        = "pd-balanced"
	PDSSD             = "pd-ssd"
	HyperdiskBalanced = "hyperdisk-balanced"
)

// GCEDiskUses returns the types of Compute Engine's network disks by what they are for: SSDs,
// and disks for throughput (Compute Engine, "Choose a disk type"). The caller owns the slices.
func GCEDiskUses() [][]string {
	return [][]string{{PDBalanced, PDSSD, "pd-extreme", HyperdiskBalanced, "hyperdisk-extreme"}, {PDStandard, "hyperdisk-throughput"}}
}

// GCEBootDisks returns the types of disks that machines of a family boot from, the
// default first; the caller owns the slice. A family that is not listed is
// taken to be a newer one: since the fourth generation they know Hyperdisk alone.
// Sources: Compute Engine, "Supported disk types" of each machine series and
// "Machine series support" of Hyperdisk Balanced.
func GCEBootDisks(family string) []string {
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

// BootDiskError says that machines of a type do not boot from a disk of a type.
type BootDiskError struct {
	InstanceType string
	// DiskType that was asked for, and what the type's family boots from.
	DiskType  string
	BootsFrom []string
}

func (e *BootDiskError) Error() string {
	return fmt.Sprintf("%s does not boot from a disk of type %q but from %s", e.InstanceType, e.DiskType, strings.Join(e.BootsFrom, ", "))
}

// GCEBoots returns a *BootDiskError where machines of type t do not boot from a disk
// of a type, nil where they do.
func GCEBoots(disk string, t *catalogs.InstanceType) error {
	if disks := GCEBootDisks(t.Family); !slices.Contains(disks, disk) {
		return &BootDiskError{InstanceType: t.Name, DiskType: disk, BootsFrom: disks}
	}
	return nil
}

// Throughput of a Hyperdisk Balanced volume follows its operations: at most 1 MiB
// a second for 4 of them, at least 1 for 256 (Compute Engine, "About Hyperdisk
// Balanced", size and performance limits).
const (
	fewestIOPSPerMiBps = 4
	mostIOPSPerMiBps   = 256
)

// GCEDiskProblem says what Compute Engine refuses of a boot disk: types that
// machines do not boot from, operations and throughput of any type but hyperdisk-balanced, and
// throughput that does not go with its operations.
func GCEDiskProblem(d planner.Disk, k *catalogs.Disk, _ func(string) bool) (attribute, problem string) {
	const settable = "Leave %s out, or use " + HyperdiskBalanced + "."
	switch {
	case !slices.Contains([]string{PDStandard, PDBalanced, PDSSD, HyperdiskBalanced}, d.Type):
		return "type", fmt.Sprintf("A node cannot boot from a disk of type %s. Write %q.", d.Type, PDBalanced)
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

// GCEVolumeProblem says what Compute Engine refuses of a disk that pods are given, and
// which types are not planned with: those of two zones, and those of which it is not
// known to which machines they can be attached.
func GCEVolumeProblem(d planner.Disk, k *catalogs.Disk, declared func(string) bool) (attribute, problem string) {
	if !slices.Contains([]string{PDStandard, PDBalanced, PDSSD, HyperdiskBalanced}, d.Type) {
		return "type", fmt.Sprintf("Volumes of type %s are not supported yet. Write %q, %q, %q or %q.", d.Type, PDBalanced, PDSSD, PDStandard, HyperdiskBalanced)
	}
	return GCEDiskProblem(d, k, declared)
}

// What the operating system is assumed not to see of a machine's stated memory
// where nobody measured it. Running nodes of GKE hide 2.8% to 4.5% up to 8 GiB,
// and 1.6% to 2.4% above.
const (
	hiddenOfSmall = 5 * units.Percent
	hiddenOfLarge = 25 * units.Percent / 10
	smallestLarge = 8*units.GiB + 1
)

// GCEVisible returns what the operating system of a type t sees of its memory,
// never more than there is, and where the figure comes from: what was measured
// less 128 MiB, since the figures of catalogs are read on other kernels; else the
// stated size less 5% up to 8 GiB and 2.5% above, rounded up to whole MiB.
func GCEVisible(t *catalogs.InstanceType) (units.Bytes, string) {
	if t.MeasuredMemory > 0 {
		return max(min(t.MeasuredMemory, t.Memory)-measuredSlack, 0), "hidden from the operating system: measured, and 128 MiB for other kernels"
	}
	share, why := hiddenOfSmall, "hidden from the operating system: 5% up to 8 GiB where nobody measured"
	if t.Memory >= smallestLarge {
		share, why = hiddenOfLarge, "hidden from the operating system: 2.5% above 8 GiB where nobody measured"
	}
	mib := share.Up(int(units.CeilDiv(t.Memory, units.MiB)))
	return max(t.Memory-units.Bytes(mib)*units.MiB, 0), why
}
