package refresh

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

// believed returns the price on demand of each type that has one that can be believed,
// and the types that are refused because theirs cannot: the list says two, or it is out
// of step with the other sizes of the family. A type without any price is not refused:
// its price is not known.
func (f *fetcher) believed() (onDemand map[string]units.USDPerHour, refused map[string]bool) {
	onDemand, refused = map[string]units.USDPerHour{}, map[string]bool{}
	families := map[string][]catalogs.InstanceType{}
	for _, t := range f.types {
		if !f.isOffered(t.Name) {
			continue
		}
		found := f.onDemand.onDemand[t.Name]
		if t.Metal && len(found) == 0 {
			found = f.onDemand.dedicated[t.Name]
		}
		if len(found) > 1 {
			found = slices.Sorted(slices.Values(found))
			f.quarantine("types."+t.Name, "the price list has several prices on demand: "+dollarsEach(found))
			refused[t.Name] = true
			continue
		}
		if len(found) == 1 {
			onDemand[t.Name] = found[0]
			families[t.Family] = append(families[t.Family], t)
		}
	}
	for _, sizes := range families {
		for _, p := range outOfStep(sizes, onDemand) {
			f.problems = append(f.problems, p.problem)
			refused[p.name] = true
			delete(onDemand, p.name)
		}
	}
	return onDemand, refused
}

// stepTolerance is how far the price of a vCPU, or of a step of size, may lie from that
// of most of its family, in percent: lists round to a tenth of a cent.
const stepTolerance = 2

// stepped reports whether prices of the type's family grow with its sizes. Not with
// GPUs and accelerators, of which sizes have the same number; not for high memory,
// where sizes have the same memory, and hpc, where they have the same machine and
// fewer cores switched on; not for bare metal, whose sizes are those of the hardware.
func stepped(t *catalogs.InstanceType) bool {
	devices := t.GPUs.Name != "" || t.GPUs.Milli > 0 || t.Accelerators.Count > 0
	special := strings.HasPrefix(t.Family, "u-") || strings.HasPrefix(t.Family, "u7") || strings.HasPrefix(t.Family, "hpc")
	return !devices && !special && !t.Metal && t.Name != dearest8i
}

// dearest8i costs a sixth more than its size, as its bare metal does: in all regions
// whose lists we know (us-east-1, GovCloud).
const dearest8i = "x8i.96xlarge"

// sizeSteps returns how many quarters of a "small" a size counts, as AWS normalizes
// reserved instances: nano 1, large 16, 2xlarge 64
// (docs.aws.amazon.com/AWSEC2/latest/UserGuide/apply_ri.html). 0 where it has none.
func sizeSteps(name string) int64 {
	_, size, _ := strings.Cut(name, ".")
	named := map[string]int64{"nano": 1, "micro": 2, "small": 4, "medium": 8, "large": 16, "xlarge": 32}
	if steps, ok := named[size]; ok {
		return steps
	}
	times, ok := strings.CutSuffix(size, "xlarge")
	n := int64(0)
	for _, c := range times {
		if c < '0' || c > '9' || n > 999 {
			return 0
		}
		n = 10*n + int64(c-'0')
	}
	if !ok {
		return 0
	}
	return 32 * n
}

// doubted is a type whose price is not believed.
type doubted struct {
	name    string
	problem catalogs.Problem
}

// outOfStep returns the sizes of a family whose price is neither that of most sizes by
// the vCPU nor that of most by the step of size. Old families keep to one of the two:
// c4.8xlarge has 36 vCPUs at the price of 32, sizes of t3 have 2 vCPUs each.
func outOfStep(sizes []catalogs.InstanceType, onDemand map[string]units.USDPerHour) []doubted {
	sizes = slices.DeleteFunc(slices.Clone(sizes), func(t catalogs.InstanceType) bool { return !stepped(&t) })
	if len(sizes) < 2 {
		return nil
	}
	byVCPU := func(t *catalogs.InstanceType) int64 { return int64(t.VCPUs) }
	bySize := func(t *catalogs.InstanceType) int64 { return sizeSteps(t.Name) }
	vcpu, okV := commonRate(sizes, onDemand, byVCPU)
	size, okS := commonRate(sizes, onDemand, bySize)
	var out []doubted
	for i := range sizes {
		t := &sizes[i]
		rate := onDemand[t.Name]
		if okV && near(rate, vcpu, byVCPU(t)) || okS && near(rate, size, bySize(t)) {
			continue
		}
		reason := fmt.Sprintf("%s on demand is more than %d%% off what the %d sizes of %s cost by vCPU and by size",
			dollarsEach([]units.USDPerHour{rate}), stepTolerance, len(sizes), t.Family)
		if !okV && !okS {
			reason = fmt.Sprintf("the %d sizes of %s have no price by vCPU or by size in common: none is believed", len(sizes), t.Family)
		}
		out = append(out, doubted{t.Name, catalogs.Problem{Path: "types." + t.Name, Reason: reason}})
	}
	return out
}

// commonRate returns the price of a step that more than half of the sizes have, as the
// size whose price is in the middle.
func commonRate(sizes []catalogs.InstanceType, onDemand map[string]units.USDPerHour, steps func(*catalogs.InstanceType) int64) (units.USDPerHour, bool) {
	var each []units.USDPerHour
	for i := range sizes {
		if n := steps(&sizes[i]); n > 0 {
			each = append(each, onDemand[sizes[i].Name]/units.USDPerHour(n))
		}
	}
	if len(each) < 2 {
		return 0, false
	}
	slices.SortFunc(each, cmp.Compare)
	middle := each[len(each)/2]
	agree := 0
	for i := range sizes {
		if n := steps(&sizes[i]); n > 0 && near(onDemand[sizes[i].Name], middle, n) {
			agree++
		}
	}
	return middle, 2*agree > len(sizes)
}

// near reports whether rate is within the tolerance of so many steps.
func near(rate, step units.USDPerHour, steps int64) bool {
	want := step * units.USDPerHour(steps)
	off := rate - want
	return max(off, -off)*100 <= want*stepTolerance
}
