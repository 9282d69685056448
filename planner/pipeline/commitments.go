package pipeline

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/price"
	"github.com/scantling-dev/scantling/planner/price/commit"
	"github.com/scantling-dev/scantling/planner/units"
)

// committable is machines of one type that a line of the bill pays for on demand.
type committable struct {
	path     string
	instance *catalogs.InstanceType
	nodes    int
}

// committables are the machines of a plan that commitments may cover, in the order of
// groups, then pools, then the control plane's.
func (m *maker) committables(groups []planner.GroupPlan, control *planner.ControlPlane) []committable {
	var out []committable
	for i := range groups {
		g := &groups[i]
		for j, path := range g.NodesPaths() {
			if p := &g.Pools[j]; p.CapacityType == planner.OnDemand {
				out = m.committable(out, path, p.InstanceType, p.Nodes)
			}
		}
	}
	return m.controlCommittables(out, control)
}

func (m *maker) controlCommittables(out []committable, control *planner.ControlPlane) []committable {
	for _, c := range control.Machines {
		path := "control_plane."
		if c.Role != planner.RoleControlPlane {
			path += c.Role + "_"
		}
		out = m.committable(out, path+"nodes", c.InstanceType, c.Nodes)
	}
	return out
}

// committable adds machines whose price on demand is known.
func (m *maker) committable(out []committable, path, name string, nodes int) []committable {
	if t, ok := m.catalog.Type(name); ok && nodes > 0 && t.OnDemand.Known() {
		out = append(out, committable{path: path, instance: &t, nodes: nodes})
	}
	return out
}

// commitments applies those that hold on a day to machines.
func (m *maker) commitments(machines []committable, on units.Date) []planner.CommitmentUse {
	declared := m.cluster.Pricing.Commitments
	usage := make([]commit.Usage, len(machines))
	for i, c := range machines {
		t := c.instance
		usage[i] = commit.Usage{Name: t.Name, Family: t.Family, Count: c.nodes, OnDemand: t.OnDemand.Rate}
		if shared := t.Burstable || t.BaselineCPU > 0; !shared && t.GPUs.Name == "" {
			// What is promised is vCPUs and memory of whole cores, without GPUs.
			usage[i].CPU, usage[i].Memory = units.MilliCPU(t.VCPUs)*units.Core, t.Memory
		}
	}
	var out []planner.CommitmentUse
	var running []commit.Commitment
	for i := range declared {
		d := &declared[i]
		c := commit.Commitment{
			Name: d.Name, PerHour: d.USDPerHour, Family: d.Family, Expires: d.Expires, First: d.Type == planner.Reserved,
			CPU: units.MilliCPU(d.VCPUs) * units.Core, Memory: d.Memory,
		}
		if !c.Active(on) {
			continue
		}
		use := planner.CommitmentUse{Name: d.Name, Paid: planner.Amount{Rate: d.USDPerHour, Known: true}}
		if d.Type == planner.ResourceCUD {
			use.Paid = planner.Amount{}
			if p := m.resourcePrice(d); p.Known() {
				use.Paid = planner.Amount{Rate: p.Rate, Known: true}
			}
		} else {
			c.Rate = m.rate(d)
			use.Unpriced = unpriced(&c, usage)
		}
		running, out = append(running, c), append(out, use)
	}
	covered := commit.Cover(usage, running, on)
	for i, u := range covered.Commitments {
		out[i].Unused, out[i].UnusedCPU, out[i].UnusedMemory = u.Unused, u.UnusedCPU, u.UnusedMemory
	}
	for _, t := range covered.Taken {
		out[t.Commitment].Covers = append(out[t.Commitment].Covers, planner.CoveredNodes{Path: machines[t.Usage].path, Value: t.Value, Spent: t.Spent})
	}
	for i := range out {
		slices.SortFunc(out[i].Covers, func(a, b planner.CoveredNodes) int { return strings.Compare(a.Path, b.Path) })
	}
	return out
}

// rate returns what a machine costs while dollars of a commitment pay for it: the
// discount off its price on demand, else the dearest price that the catalog has for a
// commitment of the term: of its own kind where it has one, else of any.
func (m *maker) rate(d *planner.Commitment) func(commit.Usage) (units.USDPerHour, bool) {
	if d.Discount > 0 {
		return commit.Discounted(d.Discount)
	}
	return func(u commit.Usage) (units.USDPerHour, bool) {
		t, ok := m.catalog.Type(u.Name)
		var dearest, own units.USDPerHour
		for _, c := range t.Commitments {
			if ok && c.Price.Known() && (d.TermYears == 0 || c.TermYears == d.TermYears) {
				dearest = max(dearest, c.Price.Rate)
				if c.Kind == string(d.Type) {
					own = max(own, c.Price.Rate)
				}
			}
		}
		if own > 0 {
			return own, true
		}
		return dearest, dearest > 0
	}
}

// unpriced lists the types that a commitment could pay for at a price that is not known.
func unpriced(c *commit.Commitment, usage []commit.Usage) []string {
	var out []string
	for _, u := range usage {
		if c.Family != "" && c.Family != u.Family {
			continue
		}
		if _, ok := c.Rate(u); !ok {
			out = append(out, u.Name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// resourcePrice is what promised vCPUs and memory of a family cost. The catalog has
// prices of machines, each that of its vCPUs and its memory; two of them tell the two
// apart: those that differ most, so that their last digits matter least.
func (m *maker) resourcePrice(d *planner.Commitment) catalogs.Price {
	var rows []resourceRow
	for i := range m.catalog.Types {
		t := &m.catalog.Types[i]
		if t.Family != d.Family || t.GPUs.Name != "" || t.LocalDiskGB > 0 || t.Burstable || t.BaselineCPU > 0 {
			continue
		}
		for _, c := range t.Commitments {
			if c.Kind == string(planner.ResourceCUD) && c.TermYears == d.TermYears && c.Price.Known() {
				rows = append(rows, resourceRow{vcpus: int64(t.VCPUs), memory: int64(t.Memory / units.MiB), price: c.Price})
			}
		}
	}
	var a, b *resourceRow
	best := new(big.Int)
	for i := range rows {
		for j := range i {
			if det := rows[j].cross(&rows[i]); det.CmpAbs(best) > 0 {
				best, a, b = det, &rows[j], &rows[i]
			}
		}
	}
	if a == nil {
		return catalogs.Price{}
	}
	for i := range rows {
		r := &rows[i]
		rate := int64(r.price.Rate)
		if off := int64(between(a, b, r)) - rate; max(off, -off) > rate/sameShare {
			return catalogs.Price{} // vCPUs and memory are not all that its machines differ in
		}
	}
	rate := between(a, b, &resourceRow{vcpus: int64(d.VCPUs), memory: int64(units.CeilDiv(d.Memory, units.MiB))})
	if rate <= 0 {
		return catalogs.Price{}
	}
	source := hourly(a.price).With(hourly(b.price).Source)
	return catalogs.Price{Rate: rate, Basis: catalogs.Basis(source.Basis), Date: source.Date}
}

// sameShare: prices of machines are those of their vCPUs and memory to a thousandth,
// far more than their digits need.
const sameShare = 1000

// between prices vCPUs and memory by two machines: x·a + y·b costs x·price(a) +
// y·price(b), by Cramer's rule, rounded up; 0 where that is not a rate.
func between(a, b, want *resourceRow) units.USDPerHour {
	cost := new(big.Int).Mul(want.cross(b), big.NewInt(int64(a.price.Rate)))
	cost.Add(cost, new(big.Int).Mul(a.cross(want), big.NewInt(int64(b.price.Rate))))
	det := a.cross(b)
	if det.Sign() < 0 {
		det, cost = det.Neg(det), cost.Neg(cost)
	}
	cost.Add(cost, det).Sub(cost, big.NewInt(1)).Div(cost, det)
	if !cost.IsInt64() {
		return 0
	}
	return units.USDPerHour(cost.Int64())
}

// resourceRow is a machine with its price under a commitment.
type resourceRow struct {
	vcpus, memory int64
	price         catalogs.Price
}

// cross returns vcpus(r)·memory(o) - vcpus(o)·memory(r).
func (r *resourceRow) cross(o *resourceRow) *big.Int {
	x := new(big.Int).Mul(big.NewInt(r.vcpus), big.NewInt(o.memory))
	return x.Sub(x, new(big.Int).Mul(big.NewInt(o.vcpus), big.NewInt(r.memory)))
}

// commit takes what commitments cover off the lines of the machines, and adds a line for
// each of them.
func (m *maker) commit(lines []price.Line, uses []planner.CommitmentUse) []price.Line {
	lines = slices.Clone(lines)
	for i := range lines {
		l := &lines[i]
		covered := coveredOf(uses, l.Path)
		if covered == 0 {
			continue
		}
		whole := l.PerMonth
		l.PerMonth -= covered.PerMonth()
		share := units.Ratio(new(big.Int).Div(new(big.Int).Mul(big.NewInt(int64(covered.PerMonth())), big.NewInt(int64(units.Whole))), big.NewInt(int64(whole))).Int64())
		l.Detail += fmt.Sprintf(", %s of it under commitments", percentText(share))
	}
	for i := range uses {
		u := &uses[i]
		at := slices.IndexFunc(m.cluster.Pricing.Commitments, func(c planner.Commitment) bool { return c.Name == u.Name })
		d := &m.cluster.Pricing.Commitments[at]
		p := catalogs.Price{Rate: d.USDPerHour, Basis: catalogs.Declared, Date: m.cluster.AsOf}
		if d.Type == planner.ResourceCUD {
			p = m.resourcePrice(d)
		}
		lines = append(lines, price.Each(d.Path(), useDetail(d, u), 1, hourly(p)))
	}
	return lines
}

// coveredOf is what commitments cover of a line of the bill.
func coveredOf(uses []planner.CommitmentUse, path string) units.USDPerHour {
	var sum units.USDPerHour
	for i := range uses {
		for _, c := range uses[i].Covers {
			if c.Path == path {
				sum += c.Value
			}
		}
	}
	return sum
}

// useDetail says what is promised and what of it is not used.
func useDetail(d *planner.Commitment, u *planner.CommitmentUse) string {
	kind := strings.ReplaceAll(string(d.Type), "_", " ")
	if d.Type == planner.ResourceCUD {
		return fmt.Sprintf("%s of %d vCPU and %d GiB of %s, %s vCPU and %s GiB of it not used", kind, d.VCPUs, d.Memory/units.GiB, d.Family,
			decimal(int64(u.UnusedCPU), int64(units.Core)), decimal(int64(u.UnusedMemory/units.MiB), 1024))
	}
	return fmt.Sprintf("%s, %s of it used", kind, percentText(units.Ratio(int64(d.USDPerHour-u.Unused)/max(1, int64(d.USDPerHour)/int64(units.Whole)))))
}

// decimal writes n / unit with one digit, rounded down.
func decimal(n, unit int64) string {
	tenths := n * 10 / unit
	return fmt.Sprintf("%d.%d", tenths/10, tenths%10)
}

// percentText writes a share in tenths of a percent, rounded down.
func percentText(r units.Ratio) string {
	tenths := int64(min(r, units.Whole)) / int64(units.Percent/10)
	return fmt.Sprintf("%d.%d%%", tenths/10, tenths%10)
}

// net is what commitments change of a cost on a day: what is paid for them less what
// they cover.
func (m *maker) net(machines []committable, on units.Date) planner.Amount {
	out := planner.Amount{Known: true}
	for _, u := range m.commitments(machines, on) {
		out = sum(out, u.Paid)
		for _, c := range u.Covers {
			out.Rate -= c.Value
		}
	}
	return out
}

// used are the machines of a mix, for a month of growth.
func (m *maker) used(out []committable, group string, parts mix) []committable {
	sorted := slices.Clone(parts)
	slices.SortFunc(sorted, func(a, b part) int {
		return cmp.Compare(a.offer.instance.Name, b.offer.instance.Name)
	})
	for _, p := range sorted {
		if p.offer.capacity == planner.OnDemand {
			out = m.committable(out, group, p.offer.instance.Name, p.nodes)
		}
	}
	return out
}
