package catalogs

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner/units"
)

// Problem is what is wrong with one row of a catalog.
type Problem struct {
	// Path names the row: "types.m5.large"; "catalog" for the whole.
	Path   string
	Reason string
}

// InvalidError says which rows of a catalog are wrong.
type InvalidError struct {
	Provider, Region string
	// Problems is never empty; in the order of the rows.
	Problems []Problem
}

// maxShown bounds the problems that a message spells out.
const maxShown = 5

func (e *InvalidError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "catalog %s/%s is not valid:", e.Provider, e.Region)
	for _, p := range e.Problems[:min(len(e.Problems), maxShown)] {
		fmt.Fprintf(&b, " %s: %s;", p.Path, p.Reason)
	}
	if more := len(e.Problems) - maxShown; more > 0 {
		fmt.Fprintf(&b, " and %d more", more)
	}
	return strings.TrimSuffix(b.String(), ";")
}

// Validate returns an *InvalidError that lists every wrong row, or nil: names are
// given, sorted and without repeats; zones of a type are the catalog's; sizes are
// positive; what an operating system saw is no more than what was bought; a known price
// is above zero, or zero where the spec declares a machine that is paid for, has a
// basis, a source that the catalog lists, and no date after the catalog's; spot and
// commitments are not dearer than on demand; dates are days and in order.
func (c Catalog) Validate() error {
	v := &validator{catalog: c, dates: map[units.Date]bool{"": true}}
	v.header()
	v.sources()
	v.zones()
	v.types()
	v.disks()
	v.fees()
	v.versions()
	if len(v.problems) == 0 {
		return nil
	}
	return &InvalidError{Provider: c.Provider, Region: c.Region, Problems: v.problems}
}

type validator struct {
	catalog  Catalog
	problems []Problem
	// dates that were found good: few are used by thousands of rows.
	dates map[units.Date]bool
	// tags of the sources.
	tags []string
}

func (v *validator) bad(section, name, format string, args ...any) {
	path := section
	if name != "" {
		path += "." + name
	}
	v.problems = append(v.problems, Problem{Path: path, Reason: fmt.Sprintf(format, args...)})
}

// name checks a row's key: not empty, without spaces and control characters, and
// after the key of the row before.
func (v *validator) name(section, before, name string) {
	if !isName(name) {
		v.bad(section, name, "%q is not a name", name)
	}
	if before >= name && before != "" {
		v.bad(section, name, "stands after %q: rows must be sorted, none twice", before)
	}
}

func isName(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return s != ""
}

func (v *validator) date(section, name, field string, d units.Date) bool {
	if v.dates[d] {
		return true
	}
	if _, err := units.ParseDate(string(d)); err != nil {
		v.bad(section, name, "%s: %v", field, err)
		return false
	}
	v.dates[d] = true
	return true
}

func (v *validator) header() {
	c := v.catalog
	if !isName(c.Provider) || !isName(c.Region) {
		v.bad("catalog", "", "provider %q or region %q is not a name", c.Provider, c.Region)
	}
	if c.Source == "" {
		v.bad("catalog", "", "no source is given")
	}
	if c.Date.IsZero() {
		v.bad("catalog", "", "no date is given")
	}
	v.date("catalog", "", "date", c.Date)
}

func (v *validator) sources() {
	before := ""
	for _, s := range v.catalog.Sources {
		v.name("sources", before, s.Tag)
		v.date("sources", s.Tag, "date", s.Date)
		before = s.Tag
		v.tags = append(v.tags, s.Tag)
	}
}

func (v *validator) zones() {
	before := ""
	var ids []string
	for _, z := range v.catalog.Zones {
		v.name("zones", before, z.Name)
		if slices.Contains(ids, z.ID) {
			v.bad("zones", z.Name, "another zone has the id %q", z.ID)
		}
		if z.ID != "" {
			ids = append(ids, z.ID)
		}
		before = z.Name
	}
}

func (v *validator) types() {
	const section = "types"
	before := ""
	for i := range v.catalog.Types {
		t := &v.catalog.Types[i]
		v.name(section, before, t.Name)
		before = t.Name
		v.shape(t)
		v.price(section, t.Name, "on-demand", t.OnDemand)
		v.price(section, t.Name, "spot", t.Spot)
		if t.Spot.Known() != (t.SpotStatistic != "") {
			v.bad(section, t.Name, "a spot price and the name of its statistic come together")
		}
		if t.Spot.Known() && t.OnDemand.Known() && t.Spot.Rate >= t.OnDemand.Rate {
			v.bad(section, t.Name, "spot is not below on-demand")
		}
		v.commitments(t)
	}
}

// shape checks what allocatable is computed from.
func (v *validator) shape(t *InstanceType) {
	const section = "types"
	if t.VCPUs <= 0 || t.Memory <= 0 {
		v.bad(section, t.Name, "has %d vCPUs and %d bytes of memory", t.VCPUs, t.Memory)
	}
	if t.Family == "" || !strings.HasPrefix(t.Name, t.Family) {
		v.bad(section, t.Name, "family %q does not begin its name", t.Family)
	}
	if t.Architecture != AMD64 && t.Architecture != ARM64 {
		v.bad(section, t.Name, "architecture %q is not amd64 or arm64", t.Architecture)
	}
	if t.MeasuredMemory < 0 || t.MeasuredMemory > t.Memory {
		v.bad(section, t.Name, "measured memory is more than the nominal or negative")
	}
	if t.BaselineCPU < 0 || t.BaselineCPU > units.MilliCPU(t.VCPUs)*units.Core {
		v.bad(section, t.Name, "baseline CPU is more than its vCPUs or negative")
	}
	for i, z := range t.Zones {
		has := slices.ContainsFunc(v.catalog.Zones, func(o Zone) bool { return o.Name == z })
		if !has || i > 0 && t.Zones[i-1] >= z {
			v.bad(section, t.Name, "is offered in zone %q, which the catalog does not have or is out of order", z)
		}
	}
	if t.ENIs < 0 || t.IPv4PerENI < 0 || (t.ENIs == 0) != (t.IPv4PerENI == 0) {
		v.bad(section, t.Name, "has %d ENIs of %d addresses", t.ENIs, t.IPv4PerENI)
	}
	least := min(t.Generation, t.NetworkMbps, t.NetworkMaxMbps, t.DiskMbps, t.LocalDiskGB, t.GPUs.Milli, t.Accelerators.Count)
	if least < 0 || t.GPUs.MemoryEach < 0 {
		v.bad(section, t.Name, "a size is negative")
	}
}

func (v *validator) commitments(t *InstanceType) {
	const section = "types"
	for i, k := range t.Commitments {
		if !k.Price.Known() || k.Kind == "" || k.Payment == "" || k.TermYears <= 0 {
			v.bad(section, t.Name, "a commitment has no kind, term, payment or price")
		}
		v.price(section, t.Name, "commitment", k.Price)
		if t.OnDemand.Known() && k.Price.Rate > t.OnDemand.Rate {
			v.bad(section, t.Name, "a commitment is dearer than on-demand")
		}
		if i > 0 && compareCommitments(t.Commitments[i-1], k) >= 0 {
			v.bad(section, t.Name, "commitments must be sorted by kind, term and payment, none twice")
		}
	}
}

func compareCommitments(a, b Commitment) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.TermYears, b.TermYears), cmp.Compare(a.Payment, b.Payment))
}

func (v *validator) price(section, name, field string, p Price) {
	if !p.Known() {
		if p != (Price{}) {
			v.bad(section, name, "%s price has no basis", field)
		}
		return
	}
	if p.Rate < 0 || p.Rate == 0 && p.Basis != Declared {
		v.bad(section, name, "%s price is not above zero", field)
	}
	if !slices.Contains(Bases(), p.Basis) {
		v.bad(section, name, "%s price has the basis %q", field, p.Basis)
	}
	if !slices.Contains(v.tags, p.Source) {
		v.bad(section, name, "%s price has the source %q, which the catalog does not list", field, p.Source)
	}
	if v.date(section, name, field+" price", p.Date) && p.Date > v.catalog.Date {
		v.bad(section, name, "%s price is dated %s, after the catalog", field, p.Date)
	}
}

func (v *validator) disks() {
	const section = "disks"
	before := ""
	for _, d := range v.catalog.Disks {
		v.name(section, before, d.Type)
		before = d.Type
		for _, part := range []struct {
			field string
			price MonthlyPrice
		}{{"GiB", d.PerGiB}, {"IOPS", d.PerIOPS}, {"MiB/s", d.PerMiBps}} {
			v.price(section, d.Type, part.field, Price{
				Rate: units.USDPerHour(part.price.Amount), Basis: part.price.Basis, Date: part.price.Date, Source: part.price.Source,
			})
		}
		if min(d.FreeIOPS, d.FreeMiBps, d.MaxIOPS, d.MaxMiBps) < 0 || min(d.IOPSPerGiB, d.MiBpsPerGiB) < 0 ||
			d.MinSize < 0 || d.MaxSize < 0 {
			v.bad(section, d.Type, "a limit is negative")
		}
		if d.MaxSize > 0 && d.MaxSize < d.MinSize ||
			d.MaxIOPS > 0 && d.MaxIOPS < d.FreeIOPS || d.MaxMiBps > 0 && d.MaxMiBps < d.FreeMiBps {
			v.bad(section, d.Type, "a limit is below what is free or least")
		}
	}
}

func (v *validator) fees() {
	before := ""
	for _, f := range v.catalog.Fees {
		v.name("fees", before, f.Tier)
		before = f.Tier
		v.price("fees", f.Tier, "fee's", f.Price)
	}
}

func (v *validator) versions() {
	const section = "versions"
	before := 0
	for _, k := range v.catalog.Versions {
		number, ok := minorNumber(k.Minor)
		if !ok || number <= before {
			v.bad(section, k.Minor, "%q is not a minor above the one before", k.Minor)
		}
		before = number
		for _, pair := range [][2]units.Date{
			{k.UpstreamRelease, k.UpstreamEnd}, {k.Release, k.StandardEnd}, {k.StandardEnd, k.ExtendedEnd},
		} {
			sound := v.date(section, k.Minor, "date", pair[0]) && v.date(section, k.Minor, "date", pair[1])
			if sound && !pair[0].IsZero() && !pair[1].IsZero() && pair[0] >= pair[1] {
				v.bad(section, k.Minor, "%s is not before %s", pair[0], pair[1])
			}
		}
		// Where people run Kubernetes themselves, both are one day.
		if !k.Release.IsZero() && v.dates[k.Release] && v.dates[k.UpstreamRelease] && k.Release < k.UpstreamRelease {
			v.bad(section, k.Minor, "released on %s, before Kubernetes on %s", k.Release, k.UpstreamRelease)
		}
	}
}

// minorNumber returns 35 for "1.35".
func minorNumber(minor string) (int, bool) {
	digits, ok := strings.CutPrefix(minor, "1.")
	if !ok || digits == "" || len(digits) > 4 || digits[0] == '0' || !isDigits(digits) {
		return 0, false
	}
	n := 0
	for _, d := range digits {
		n = n*10 + int(d-'0')
	}
	return n, true
}
