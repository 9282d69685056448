package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/price"
	"github.com/scantling-dev/scantling/planner/units"
)

// bill lists what the plan costs: the nodes, root disks, node fees and volumes of each
// group, the fees of the control plane, and traffic between zones; and what commitments
// make of it.
func (m *maker) bill(groups []planner.GroupPlan, control *planner.ControlPlane, uses []planner.CommitmentUse, traffic []planner.ZoneTraffic) planner.Cost {
	var lines []price.Line
	for i := range groups {
		lines = slices.Concat(lines, m.nodeLines(&groups[i]), m.rootDiskLines(&groups[i]), m.nodeFeeLines(&groups[i]), m.volumeLines(&groups[i]))
	}
	for _, f := range control.Fees {
		lines = append(lines, price.Each("control_plane."+f.Name, "1 x "+f.Name+" fee"+m.paidBy(f.Price.Source), 1, hourly(f.Price)))
	}
	lines = append(lines, m.controlPlaneLines(control)...)
	lines = append(lines, m.transferLines(traffic)...)
	b := price.Sum(m.commit(lines, uses))
	out := planner.Cost{Known: b.KnownPerHour, Total: planner.Amount{Known: b.Complete}}
	if b.Complete {
		out.Total.Rate = b.KnownPerHour
	}
	for _, l := range b.Lines {
		out.Lines = append(out.Lines, planner.CostLine{
			Path: l.Path, Detail: l.Detail, Basis: catalogs.Basis(l.Basis), Date: l.Date,
			Amount: planner.Amount{Rate: l.PerHour(), Known: l.Known()},
		})
	}
	return out
}

// nodeLines pay for the nodes of a group, pool by pool.
func (m *maker) nodeLines(g *planner.GroupPlan) []price.Line {
	var lines []price.Line
	for i, path := range g.NodesPaths() {
		p := &g.Pools[i]
		lines = append(lines, price.Machines(path, p.Nodes, p.InstanceType, m.bought(p.InstanceType, p.CapacityType, &p.Price), hourly(p.Price)))
	}
	return lines
}

// rootDiskLines pay for the root disks of a group: equal ones of all pools together.
func (m *maker) rootDiskLines(g *planner.GroupPlan) []price.Line {
	var lines []price.Line
	for i := range g.Pools {
		for j, d := range g.Pools[i].RootDisks {
			same := func(p planner.Pool) bool { return j < len(p.RootDisks) && p.RootDisks[j] == d }
			if slices.ContainsFunc(g.Pools[:i], same) {
				continue // with the first that has it
			}
			nodes := 0
			for k := range g.Pools {
				if same(g.Pools[k]) {
					nodes += g.Pools[k].Nodes
				}
			}
			detail := fmt.Sprintf("%d x %d GiB %s%s", nodes, units.CeilDiv(d.Size, units.GiB), d.Type, m.diskPaidBy(d.Type))
			lines = append(lines, price.Disks(g.Path()+".root_disks", detail, nodes, m.diskMonth(d)))
		}
	}
	return lines
}

// volumeLines pay for the volumes of a group's workloads: each replica has its own.
func (m *maker) volumeLines(g *planner.GroupPlan) []price.Line {
	declared := m.groupNamed(g.Name)
	return m.volumesOf(declared, func(at int) int {
		is := func(p planner.WorkloadPlan) bool { return p.Name == declared.Workloads[at].Name && !p.System }
		if i := slices.IndexFunc(g.Workloads, is); i >= 0 {
			return g.Workloads[i].Replicas
		}
		return 0
	})
}

// volumesOf are the lines of so many replicas of each workload of a group.
func (m *maker) volumesOf(g *planner.NodeGroup, replicas func(at int) int) []price.Line {
	var lines []price.Line
	for i := range g.Workloads {
		w := &g.Workloads[i]
		n := replicas(i)
		if n == 0 {
			continue
		}
		for _, v := range w.Volumes {
			detail := fmt.Sprintf("%d x %d GiB %s, %s of %s%s", n, units.CeilDiv(v.Size, units.GiB), v.Type, v.Name, w.Name, m.diskPaidBy(v.Type))
			lines = append(lines, price.Disks(g.Path()+".volumes", detail, n, m.volumeMonth(&v)))
		}
	}
	return lines
}

// volumeMonth is the price of one volume a month.
func (m *maker) volumeMonth(v *planner.Volume) price.Monthly {
	return m.diskMonth(planner.Disk{Type: v.Type, Size: v.Size, IOPS: v.IOPS, ThroughputMiBps: v.ThroughputMiBps})
}

func hourly(p catalogs.Price) price.Hourly {
	return price.Hourly{Rate: p.Rate, Source: price.Source{Basis: price.Basis(p.Basis), Date: p.Date}}
}

func monthly(p catalogs.MonthlyPrice) price.Monthly {
	return price.Monthly{Amount: p.Amount, Source: price.Source{Basis: price.Basis(p.Basis), Date: p.Date}}
}

// diskMonth is the price of one disk a month; not known where the region's
// catalog does not have it.
func (m *maker) diskMonth(d planner.Disk) price.Monthly {
	t, ok := m.catalog.Disk(d.Type)
	if !ok {
		return price.Monthly{}
	}
	offer := price.DiskOffer{
		PerGiB: monthly(t.PerGiB), PerIOPS: monthly(t.PerIOPS), PerMiBps: monthly(t.PerMiBps),
		FreeIOPS: t.FreeIOPS, FreeMiBps: t.FreeMiBps,
	}
	// Volumes are sold in whole GiB.
	whole := units.CeilDiv(d.Size, units.GiB) * units.GiB
	return offer.Cost(price.Disk{Size: whole, IOPS: d.IOPS, MiBps: d.ThroughputMiBps})
}

// besideMonth returns what the root disks and the fee of one node cost a month, and
// whether that is known; where the disks are not, it is the fee.
func (m *maker) besideMonth(g *planner.NodeGroup) (units.USD, bool) {
	fee, _ := m.nodeFee()
	month := fee.Amount
	for _, d := range m.provider.RootDisks(g) {
		cost := m.diskMonth(d)
		if !cost.Known() {
			return fee.Amount, false
		}
		month += cost.Amount
	}
	return month, true
}

// besideNodes is what the root disks and fees of so many nodes cost an hour, rounded as
// the lines of the bill are.
func (m *maker) besideNodes(g *planner.NodeGroup, nodes int) (rate units.USDPerHour, known bool) {
	if fee, ok := m.nodeFee(); ok {
		rate = price.Disks("", "", nodes, fee).PerHour()
	}
	for _, d := range m.provider.RootDisks(g) {
		cost := m.diskMonth(d)
		if !cost.Known() {
			return 0, false
		}
		rate += price.Disks("", "", nodes, cost).PerHour()
	}
	return rate, true
}

// besideNode is besideMonth by the hour, rounded up.
func (m *maker) besideNode(g *planner.NodeGroup) (units.USDPerHour, bool) {
	month, known := m.besideMonth(g)
	return month.PerHour(), known
}

// withinBudget holds the plan against max_usd_per_month. A budget that rests on
// an unknown price cannot be held, and the line is named.
func (m *maker) withinBudget(ctx context.Context, p *planner.Plan) error {
	limit := m.cluster.MaxUSDPerMonth
	if limit == nil {
		return nil
	}
	if !p.Cost.Total.Known {
		var unknown []string
		for _, l := range p.Cost.Lines {
			if !l.Amount.Known {
				unknown = append(unknown, l.Path+" ("+l.Detail+")")
			}
		}
		return &planner.Infeasible{
			Path:       "max_usd_per_month",
			Constraint: "the budget cannot be held: not known is the price of " + strings.Join(unknown, ", "),
			Remedy:     m.pricedRemedy(),
		}
	}
	total := p.Cost.Total.Rate.PerMonth()
	if total <= *limit {
		return nil
	}
	return &planner.Infeasible{
		Path:       "max_usd_per_month",
		Constraint: fmt.Sprintf("the least cost is %s a month, the budget %s", dollars(total), dollars(*limit)),
		Margin:     dollars(total-*limit) + " a month too much",
		Remedy:     m.cheaper(ctx, p, total-*limit),
	}
}

// pricedRemedy says how every price becomes known.
func (m *maker) pricedRemedy() string {
	if m.terms.OwnMachines {
		return "declare usd_per_month in each machine block that the plan uses, or leave the budget out"
	}
	return "choose types and disks whose price the catalog knows, or leave the budget out"
}

// dollars writes an amount in dollars and cents, rounded up.
func dollars(u units.USD) string {
	cents := units.CeilDiv(u, units.Dollar/100)
	return fmt.Sprintf("%d.%02d USD", cents/100, cents%100)
}

// groupNamed returns the declared group of that name.
func (m *maker) groupNamed(name string) *planner.NodeGroup {
	i := slices.IndexFunc(m.cluster.NodeGroups, func(g planner.NodeGroup) bool { return g.Name == name })
	return &m.cluster.NodeGroups[i]
}
