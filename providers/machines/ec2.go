package machines

import (
	"fmt"
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// EC2Families returns the default patterns of families by role: the letters of
// what the role needs, of generation 6 and later.
func EC2Families() map[planner.Role][]string {
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

// EC2Burstable returns the families that earn credits for their CPU.
func EC2Burstable() []string { return []string{"t3", "t3a", "t4g"} }

// IsEC2Zone reports whether zone has the form of an availability zone's name in
// region: the region and one letter. Which letters an account sees differs by
// account.
func IsEC2Zone(region, zone string) bool {
	if len(zone) != len(region)+1 || zone[:len(region)] != region {
		return false
	}
	letter := zone[len(region)]
	return 'a' <= letter && letter <= 'z'
}

// iopsPerMiBps is the least ratio of operations to MiB a second that a gp3 disk
// takes: 0.25 MiB/s an operation (Amazon EBS user guide, gp3).
const iopsPerMiBps = 4

// EBSUses returns the types of Amazon EBS by what they are for: SSDs, and disks of
// magnetic platters (Amazon EBS user guide, volume types). The caller owns the slices.
func EBSUses() [][]string {
	return [][]string{{"gp2", "gp3", "io1", "io2"}, {"sc1", "st1", "standard"}}
}

// EBSProblem says what Amazon EBS refuses of a root disk: the types st1 and
// sc1, operations of a type that does not sell them, io1 and io2 without them,
// throughput of any type but gp3, and more of it than its operations carry
// (Amazon EBS user guide, volume types).
func EBSProblem(d planner.Disk, k *catalogs.Disk, declared func(string) bool) (attribute, problem string) {
	if d.Type == "st1" || d.Type == "sc1" {
		return "type", fmt.Sprintf("A node cannot start from a disk of type %s. Write \"gp3\".", d.Type)
	}
	return EBSVolumeProblem(d, k, declared)
}

// EBSVolumeProblem says what Amazon EBS refuses of any disk: EBSProblem but for the
// types that no machine starts from.
func EBSVolumeProblem(d planner.Disk, k *catalogs.Disk, declared func(string) bool) (attribute, problem string) {
	sells := slices.Contains([]string{"gp3", "io1", "io2"}, d.Type)
	provisioned := d.Type == "io1" || d.Type == "io2"
	switch {
	case d.IOPS > 0 && !sells:
		return "iops", fmt.Sprintf("The operations of a %s disk follow from its size. Leave iops out, or use gp3.", d.Type)
	case d.ThroughputMiBps > 0 && d.Type != "gp3":
		return "throughput_mib", fmt.Sprintf("The throughput of a %s disk cannot be set. Leave throughput_mib out, or use gp3.", d.Type)
	case provisioned && !declared("iops"):
		return "type", fmt.Sprintf("An %s disk needs iops: the operations a second that it is bought with.", d.Type)
	}
	iops := max(d.IOPS, k.FreeIOPS)
	if d.Type == "gp3" && d.ThroughputMiBps*iopsPerMiBps > iops && d.ThroughputMiBps <= k.MaxMiBps {
		return "throughput_mib", fmt.Sprintf("With %d operations a second a gp3 disk moves at most %d MiB a second. Write iops = %d, or less throughput.",
			iops, iops/iopsPerMiBps, d.ThroughputMiBps*iopsPerMiBps)
	}
	return "", ""
}

// armCMA is what the kernel of a Graviton node sets aside before anything else.
const armCMA = 64 * units.MiB

// EC2HiddenShare is the share of a machine's stated memory that its operating
// system is assumed not to see where nobody measured it: Karpenter's default.
const EC2HiddenShare = 75 * units.Percent / 10

// unmeasured returns what an operating system sees of a stated size when a
// share is hidden, rounded up to whole MiB; an arm64 machine first loses 64 MiB.
func unmeasured(stated units.Bytes, hidden units.Ratio, arm bool) units.Bytes {
	if arm {
		stated -= armCMA
	}
	mib := hidden.Up(int(stated / units.MiB))
	return max(stated-units.Bytes(mib)*units.MiB, 0)
}

// measuredSlack is by how much the measured figures of catalogs, read on other
// kernels, were seen above live nodes: m5.large 7811 against 7683 MiB.
const measuredSlack = 128 * units.MiB

// EC2Memory knows what operating systems see of the memory of EC2's machines.
// The zero value knows no measured types.
type EC2Memory struct {
	families map[string]share
}

// NewEC2Memory returns what the measured types of cat tell of the families. It
// does not keep cat.
func NewEC2Memory(cat *catalogs.Catalog) EC2Memory {
	return EC2Memory{families: hiddenByFamily(cat.Types)}
}

// Visible returns the memory that the operating system of a type t sees, and
// where the figure comes from, for people: what was measured less 128 MiB; else
// the stated size less the larger of 7.5% and the largest share that a measured
// type of the family hides. It is never negative, nor more than there is.
func (m EC2Memory) Visible(t *catalogs.InstanceType) (units.Bytes, string) {
	if t.MeasuredMemory > 0 {
		return max(min(t.MeasuredMemory, t.Memory)-measuredSlack, 0), "hidden from the operating system: measured, and 128 MiB for other kernels"
	}
	arm := t.Architecture == catalogs.ARM64
	visible := unmeasured(t.Memory, EC2HiddenShare, arm)
	why := "hidden from the operating system: 7.5% where nobody measured"
	if arm {
		why = "hidden from the operating system: 64 MiB and 7.5% where nobody measured arm64"
	}
	if f, ok := m.families[t.Family]; ok {
		if v := t.Memory - f.of(t.Memory); v < visible {
			return v, fmt.Sprintf("hidden from the operating system: the %d of %d MiB that %s hides, the most of its family", f.hidden, f.stated, f.typ)
		}
	}
	return visible, why
}

// share is what a measured type hides of its stated memory, in MiB.
type share struct {
	hidden, stated int64
	typ            string
}

// of returns the same share of another size, rounded up to whole MiB.
func (s share) of(size units.Bytes) units.Bytes {
	return units.Bytes(units.CeilDiv(s.hidden*int64(size/units.MiB), s.stated)) * units.MiB
}

// hiddenByFamily returns the largest share that a measured type of each family
// hides; the first of types where two are equal.
func hiddenByFamily(types []catalogs.InstanceType) map[string]share {
	families := map[string]share{}
	for _, t := range types {
		if t.MeasuredMemory <= 0 || t.MeasuredMemory > t.Memory || t.Memory < units.MiB {
			continue
		}
		s := share{
			hidden: int64(units.CeilDiv(t.Memory-t.MeasuredMemory, units.MiB)),
			stated: int64(t.Memory / units.MiB),
			typ:    t.Name,
		}
		if most, ok := families[t.Family]; !ok || s.hidden*most.stated > most.hidden*s.stated {
			families[t.Family] = s
		}
	}
	return families
}
