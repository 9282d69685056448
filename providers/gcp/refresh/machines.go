package refresh

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"cloud.google.com/go/compute/apiv1/computepb"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

// machineType is a type of the region, with what its price depends on and the catalog
// does not show.
type machineType struct {
	catalogs.InstanceType
	// accelerator is the API's type of its GPUs.
	accelerator string
	ssdGiB      int
	// unpriced says why no price can be reckoned; empty where one can.
	unpriced string
}

// sharedCores are the shares of a core that types with a shared one are billed for, and
// have in the long run (Compute Engine, "General-purpose machine family").
func sharedCores() map[string]units.MilliCPU {
	return map[string]units.MilliCPU{"e2-micro": 250, "e2-small": 500, "e2-medium": 1000, "f1-micro": 200, "g1-small": 500}
}

// partitionGiB is the size of one built-in disk. Those of z3 are larger (Compute
// Engine, "Storage-optimized machine family").
func partitionGiB(name string) int {
	switch {
	case strings.HasPrefix(name, "z3-") && strings.HasSuffix(name, metalSuffix):
		return 6000
	case strings.HasPrefix(name, "z3-"):
		return 3000
	}
	return 375
}

const (
	metalSuffix    = "-metal"
	regionalSuffix = "-regional"
	// g4Share is how many vCPUs of g4 come with a whole GPU; smaller machines have the
	// same share of one (Compute Engine, "G4 machine series").
	g4Share = 48
)

// machinePB is a machine type as the API answers it.
type machinePB = computepb.MachineType

// describeType returns a machine type as the catalog has it. Of base comes what the API
// does not say.
func describeType(m *machinePB, base catalogs.InstanceType) machineType {
	name := m.GetName()
	family, _, _ := strings.Cut(name, "-")
	t := machineType{InstanceType: catalogs.InstanceType{
		Name: name, Family: family, Generation: generation(family),
		VCPUs: int(m.GetGuestCpus()), Memory: units.Bytes(m.GetMemoryMb()) * units.MiB,
		Burstable: m.GetIsSharedCpu(), Metal: strings.HasSuffix(name, metalSuffix),
		MeasuredMemory: base.MeasuredMemory, NetworkMbps: base.NetworkMbps, NetworkMaxMbps: base.NetworkMaxMbps, DiskMbps: base.DiskMbps,
		Interruption: base.Interruption,
	}}
	switch m.GetArchitecture() {
	case "X86_64":
		t.Architecture = catalogs.AMD64
	case "ARM64":
		t.Architecture = catalogs.ARM64
	default:
		t.Architecture = base.Architecture
	}
	if state := m.GetDeprecated().GetState(); state == "DEPRECATED" || state == "OBSOLETE" {
		t.PreviousGeneration = true
	}
	if t.Burstable {
		if t.BaselineCPU = sharedCores()[name]; t.BaselineCPU == 0 {
			t.BaselineCPU = base.BaselineCPU
		}
		if t.BaselineCPU == 0 {
			t.unpriced = "it shares a core, and nothing says how much of it is billed"
		}
	}
	t.devices(m, base)
	if strings.HasPrefix(name, "n1-megamem") || strings.HasPrefix(name, "n1-ultramem") {
		t.unpriced = "it is an old name of a type of m1, which the price list does not price as n1"
	}
	return t
}

// devices fills in GPUs and built-in disks.
func (t *machineType) devices(m *machinePB, base catalogs.InstanceType) {
	for _, a := range m.GetAccelerators() {
		t.accelerator = a.GetGuestAcceleratorType()
		t.GPUs.Milli += 1000 * int(a.GetGuestAcceleratorCount())
		t.GPUs.Name = gpuName(t.accelerator)
	}
	if t.Family == "g4" && t.GPUs.Milli > 0 {
		t.GPUs.Milli = min(t.GPUs.Milli, 1000*t.VCPUs/g4Share)
	}
	if base.GPUs.Name == t.GPUs.Name {
		t.GPUs.MemoryEach = base.GPUs.MemoryEach
	}
	t.ssdGiB = int(m.GetBundledLocalSsds().GetPartitionCount()) * partitionGiB(t.Name)
	t.LocalDiskGB = t.ssdGiB
	accelerated := len(t.Family) > 1 && (t.Family[0] == 'a' || t.Family[0] == 'g') && t.Family != "g1"
	switch {
	case len(m.GetAccelerators()) > 1:
		t.unpriced = "it has accelerators of several kinds"
	case t.GPUs.Milli == 0 && (accelerated || base.GPUs.Milli > 0):
		t.unpriced = "the API lists none of its accelerators"
	case base.GPUs.Milli > 0 && base.GPUs.Milli != t.GPUs.Milli:
		t.unpriced = fmt.Sprintf("it has %d thousandths of a GPU, and had %d", t.GPUs.Milli, base.GPUs.Milli)
	case t.ssdGiB == 0 && (strings.Contains(t.Name, "lssd") && !strings.Contains(t.Name, "nolssd") || t.Family == "z3"):
		t.unpriced = "the API lists none of its local SSDs"
	case base.LocalDiskGB > 0 && base.LocalDiskGB != t.LocalDiskGB:
		t.unpriced = fmt.Sprintf("its local SSDs hold %d GB, and held %d", t.LocalDiskGB, base.LocalDiskGB)
	}
}

// gpuName returns the catalog's name of an accelerator: "l4" of "nvidia-l4".
func gpuName(accelerator string) string {
	switch accelerator {
	case "nvidia-tesla-a100":
		return "a100-40gb"
	case "nvidia-h100-mega-80gb":
		return "h100-80gb"
	}
	return strings.TrimPrefix(strings.TrimPrefix(accelerator, "nvidia-"), "tesla-")
}

// generation returns the number in a family's name, 0 where there is none: 4 for
// "c4a".
func generation(family string) int {
	digits := strings.TrimFunc(family, func(r rune) bool { return r < '0' || r > '9' })
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}

// sized takes the name of a type apart: "n2-standard-", "8", "".
var sized = regexp.MustCompile(`^([a-z0-9]+-[a-z]+-)([0-9]+)((?:-[a-z]+)*)$`)

// misfits returns what is wrong with the shapes of types: the number in a name is that
// of its vCPUs, and of the sizes of a series the larger has no less memory.
func misfits(types []machineType) []catalogs.Problem {
	var problems []catalogs.Problem
	series := map[string][]*machineType{}
	var names []string
	for i := range types {
		t := &types[i]
		m := sized.FindStringSubmatch(t.Name)
		if m == nil {
			continue
		}
		if m[2] != strconv.Itoa(t.VCPUs) {
			problems = append(problems, catalogs.Problem{
				Path: "types." + t.Name, Reason: fmt.Sprintf("its name speaks of %s vCPUs, and it has %d", m[2], t.VCPUs),
			})
			continue
		}
		name := m[1] + m[3]
		if series[name] == nil {
			names = append(names, name)
		}
		series[name] = append(series[name], t)
	}
	for _, name := range names {
		sizes := series[name]
		slices.SortStableFunc(sizes, func(a, b *machineType) int { return cmp.Compare(a.VCPUs, b.VCPUs) })
		for i := 1; i < len(sizes); i++ {
			if small, large := sizes[i-1], sizes[i]; large.Memory < small.Memory {
				for _, t := range []*machineType{small, large} {
					problems = append(problems, catalogs.Problem{
						Path:   "types." + t.Name,
						Reason: fmt.Sprintf("the sizes do not grow: %s has more memory than %s", small.Name, large.Name),
					})
				}
			}
		}
	}
	return problems
}
