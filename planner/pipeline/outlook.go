package pipeline

import (
	"context"
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade"
)

// windows is how many times for upgrades an outlook names: those of a year, this one
// and the last included.
const windows = 12/upgrade.Cadence + 1

// Upgrade compares the strategies of an upgrade of a plan that has been verified, with the
// catalog and provider that it was made with. The plan need not declare one.
//
// It is pure. Its error is a *planner.Infeasible, or the cause of the context's end.
func Upgrade(ctx context.Context, plan *planner.Plan, cat catalogs.Catalog, prov planner.Provider, u planner.Upgrade) (*planner.UpgradePlan, error) {
	m := makerOf(ctx, plan, &cat, prov)
	m.cluster.Upgrade = &u
	m.stock = m.stockAfter(plan.NodeGroups)
	for _, c := range plan.ControlPlane.Machines {
		m.stock.take(c.InstanceType, c.NodesByZone)
	}
	out, err := m.upgrade(plan.NodeGroups, &plan.ControlPlane)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return out, err
}

// Outlook says what lies ahead of an upgrade of a plan: of the minor that runs and of the
// one upgraded to. Staying is priced to a day, which is not counted; the zero day is the
// end of support.
//
// It is pure. Its error is that of the provider, where the minor cannot run on the day
// of the plan.
func Outlook(plan *planner.Plan, u *planner.UpgradePlan, cat catalogs.Catalog, prov planner.Provider, until units.Date) (planner.UpgradeOutlook, error) {
	cat = layered(cat, &plan.Cluster)
	o := outlook{cluster: &plan.Cluster, catalog: &cat, provider: prov, day: plan.Cluster.AsOf}
	for _, v := range prov.Versions(&cat) {
		if plan.Cluster.ControlPlane.Support == planner.StandardSupport {
			v.ExtendedEnd = v.StandardEnd // the provider upgrades then
		}
		o.calendar = append(o.calendar, upgrade.Version{Minor: v.Minor, Release: v.Release, StandardEnd: v.StandardEnd, ExtendedEnd: v.ExtendedEnd})
	}
	out := planner.UpgradeOutlook{Newest: upgrade.Newest(o.calendar, u.From, o.day)}
	var err error
	if out.From, err = o.minor(u.From); err != nil {
		return out, err
	}
	if out.To, err = o.minor(u.To); err != nil {
		return out, err
	}
	o.stay(&out, until)
	if s := u.Named(u.Recommended); s != nil && s.ExtraCostKnown && out.StayKnown && out.ThenKnown {
		out.BreakEven = upgrade.Overtakes(o.version(u.From), o.version(u.To), o.day, out.Until, out.From.Surcharge.Rate, out.To.Surcharge.Rate, s.ExtraCost)
	}
	for i, w := range upgrade.Windows(o.calendar, u.From, u.Hops, o.day, windows) {
		next := planner.UpgradeWindow{Date: w.Date, From: w.From, Hops: w.Hops, Deadline: w.Deadline, CostKnown: true}
		if i > 0 {
			runs, err := o.minor(w.From)
			next.CostKnown = err == nil && runs.Surcharge.Known
			next.Cost = upgrade.StayCost(o.version(w.From), out.Windows[i-1].Date, w.Date, runs.Surcharge.Rate)
		}
		out.Windows = append(out.Windows, next)
	}
	return out, nil
}

// outlook holds what the steps of one Outlook share.
type outlook struct {
	cluster  *planner.Cluster
	catalog  *catalogs.Catalog
	provider planner.Provider
	calendar []upgrade.Version
	day      units.Date
}

func (o *outlook) version(minor string) upgrade.Version {
	if i := slices.IndexFunc(o.calendar, func(v upgrade.Version) bool { return v.Minor == minor }); i >= 0 {
		return o.calendar[i]
	}
	return upgrade.Version{}
}

// minor asks the provider for the fees of a minor on the day of the plan, and for those
// of its last day of standard support and the day after.
func (o *outlook) minor(name string) (planner.MinorOutlook, error) {
	v := o.version(name)
	out := planner.MinorOutlook{Minor: name, Release: v.Release, StandardEnd: v.StandardEnd, ExtendedEnd: v.ExtendedEnd}
	now, err := o.at(name, max(o.day, v.Release))
	if err != nil {
		return out, err
	}
	out.Support, out.Fee = now.Support, feesOf(&now)
	out.Surcharge.Known = true
	if v.StandardEnd.IsZero() {
		return out, nil
	}
	standard, ok := o.feeOn(name, max(v.StandardEnd.AddDays(-1), v.Release))
	extended, runs := o.feeOn(name, v.StandardEnd)
	if ok && runs {
		out.Surcharge = planner.Amount{Rate: max(extended.Rate-standard.Rate, 0), Known: standard.Known && extended.Known}
	}
	return out, nil
}

// feeOn is what the control plane of a minor costs on a day, and whether it runs then.
func (o *outlook) feeOn(minor string, day units.Date) (planner.Amount, bool) {
	c, err := o.at(minor, day)
	return feesOf(&c), err == nil
}

// at is the control plane of a minor on a day.
func (o *outlook) at(minor string, day units.Date) (planner.ControlPlane, error) {
	c := *o.cluster
	c.KubernetesVersion, c.AsOf = minor, day
	return o.provider.ControlPlane(&c, o.catalog)
}

func feesOf(c *planner.ControlPlane) planner.Amount {
	sum := planner.Amount{Known: true}
	for _, f := range c.Fees {
		sum.Rate += f.Price.Rate
		sum.Known = sum.Known && f.Price.Known()
	}
	return sum
}

// mostMonths bounds what a far day asks for: ten years, longer than any minor is
// supported.
const mostMonths = 120

// stay prices the months until a day, but for those after the end of support.
func (o *outlook) stay(out *planner.UpgradeOutlook, until units.Date) {
	from, to := o.version(out.From.Minor), o.version(out.To.Minor)
	end := from.ExtendedEnd
	if end.IsZero() && out.From.Surcharge.Rate == 0 {
		end = from.StandardEnd
	}
	out.Forced = from.ExtendedEnd
	out.Until = until
	if until.IsZero() || !from.ExtendedEnd.IsZero() && from.ExtendedEnd < until {
		out.Until = end
	}
	out.StayKnown, out.ThenKnown = out.From.Surcharge.Known, out.To.Surcharge.Known
	if out.Until.IsZero() {
		return
	}
	for month := 0; month < mostMonths && o.day.AddMonths(month) < out.Until; month++ {
		day := o.day.AddMonths(month)
		cost := upgrade.StayCost(from, day, min(o.day.AddMonths(month+1), out.Until), out.From.Surcharge.Rate)
		out.Months = append(out.Months, planner.StayMonth{Date: day, Cost: cost})
	}
	out.Stay = upgrade.StayCost(from, o.day, out.Until, out.From.Surcharge.Rate)
	out.Then = upgrade.StayCost(to, o.day, out.Until, out.To.Surcharge.Rate)
}

// makerOf returns a maker over a plan that has been made, for what is asked of it
// afterwards.
func makerOf(ctx context.Context, plan *planner.Plan, cat *catalogs.Catalog, prov planner.Provider) *maker {
	sorted := typesInOrder(layered(*cat, &plan.Cluster))
	m := &maker{cluster: inOrder(plan.Cluster), catalog: &sorted, provider: prov, checker: placement.NewChecker(), brief: true, terms: prov.Terms(), offers: map[string]offered{}}
	m.stop = func() bool { return ctx.Err() != nil }
	m.simulator = newSimulator(ctx, &plan.Cluster).planned(plan)
	m.limits = m.cluster.Limits()
	m.cluster.ControlPlane.Tier = plan.ControlPlane.Tier
	m.size = m.sizeOf(plan.NodeGroups)
	return m
}
