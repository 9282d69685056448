package pipeline

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade"
	"github.com/scantling-dev/scantling/planner/upgrade/rollout"
)

// peaks fills in the groups of a strategy and what it takes at its peak.
func (j *journey) peaks(c *candidate) {
	r, t := &c.row, &c.line
	// Groups follow each other, and a second cluster has all of them.
	together := c.plan.Course == rollout.ClusterBlueGreen
	var planned, extra int
	var vcpus, extraVCPUs int64
	for i := range j.pools {
		g := j.groupRow(c, i)
		pool := &j.groups[j.pools[i].group].Pools[j.pools[i].pool]
		each := int64(j.pools[i].offer.instance.VCPUs)
		planned += pool.Nodes
		vcpus += int64(pool.Nodes) * each
		g.PeakVCPUs = int64(pool.Nodes+g.PeakExtraNodes) * each
		if together {
			extra += g.PeakExtraNodes
			extraVCPUs += int64(g.PeakExtraNodes) * each
		} else {
			extra = max(extra, g.PeakExtraNodes)
			extraVCPUs = max(extraVCPUs, int64(g.PeakExtraNodes)*each)
		}
		r.Groups = append(r.Groups, g)
	}
	r.PeakExtraNodes, r.PeakNodes, r.PeakVCPUs = extra, planned+extra, vcpus+extraVCPUs
	r.PeakByZone = zoneRows(j.plan.Zones, t.PeakByZone)
}

// zoneRows are the counts of zones that have any.
func zoneRows(zones []string, counts []int) []planner.ZoneCount {
	var out []planner.ZoneCount
	for z, n := range counts {
		if n > 0 {
			out = append(out, planner.ZoneCount{Zone: zones[z], Nodes: n})
		}
	}
	return out
}

// groupRow is the course of a strategy in a pool: as simulated or, where that did not
// end, by formula.
func (j *journey) groupRow(c *candidate, i int) planner.UpgradeGroup {
	f, t := &c.formula.Groups[i], &c.line.Pools[i]
	out := planner.UpgradeGroup{
		Name: f.Name, Strategy: f.By, Rounds: f.Rounds, Start: f.Start, Duration: f.Duration, Parallel: f.Parallel, PeakExtraNodes: f.PeakExtraNodes,
		MinReady: min(f.MinReady, units.Whole), MinReadyNodes: f.MinReadyNodes, ExtraNodeHours: f.ExtraNodeHours, ExtraCost: f.ExtraCost,
		Drain: f.Drain, DrainWorkload: f.DrainWorkload, Width: j.width(c, i), PeakByZone: zoneRows(j.plan.Zones, t.PeakByZone),
	}
	if !c.line.Finished {
		return out
	}
	out.Rounds, out.Start, out.Duration = t.Rounds, t.Start, t.Duration
	out.PeakExtraNodes, out.MinReadyNodes = t.PeakExtraNodes, t.MinReadyNodes
	out.ExtraNodeHours, out.ExtraCost = t.ExtraNodeHours, t.ExtraCost
	g := &j.problem.Groups[i]
	if n := g.Count(); n > 0 {
		out.MinReady = units.Whole * units.Ratio(min(t.MinReadyNodes, n)+g.Beside) / units.Ratio(n+g.Beside)
	}
	return out
}

// width says how many nodes of a pool are replaced at a time.
func (j *journey) width(c *candidate, i int) planner.UpgradeWidth {
	out := planner.UpgradeWidth{Declared: i >= len(c.widths) || c.widths[i] == 0}
	surge, away, batch := rollout.WidthOf(&c.plan, &c.plan.Pools[i])
	out.MaxSurge, out.MaxUnavailable, out.Batch = surge, away, batch
	return out
}

// account holds a strategy to the limits of the account at its peak.
func (j *journey) account(c *candidate) {
	r := &c.row
	r.Limits = j.atPeak(c)
	for _, l := range r.Limits {
		if l.Used > l.Limit {
			r.BlockedBy = append(r.BlockedBy, fmt.Sprintf("%s: %d %s at the peak%s, and the limit is %d", l.Resource, l.Used, limitUnit(l.Resource), j.ofGPUs(l.Resource), l.Limit))
		}
	}
}

// ofGPUs says how many vCPUs of a quota the planned machines with GPUs take, which a provider
// may count apart, as AWS does; the spec has one quota for all.
func (j *journey) ofGPUs(resource string) string {
	capacity := planner.OnDemand
	switch resource {
	case planner.SpotVCPUsPath:
		capacity = planner.Spot
	case planner.OnDemandVCPUsPath:
	default:
		return ""
	}
	n := 0
	for _, at := range j.pools {
		pool := &j.groups[at.group].Pools[at.pool]
		if at.offer.instance.GPUs.Milli > 0 && pool.CapacityType == capacity {
			n += pool.Nodes * at.offer.instance.VCPUs
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d of the planned ones on machines with GPUs, whose quota may be one of its own)", n)
}

// budget holds a strategy to the time and the money that it may take.
func (j *journey) budget(c *candidate, u *planner.Upgrade) {
	r := &c.row
	_, most := j.most(c)
	before := len(r.BlockedBy)
	defer func() { c.limited = len(r.BlockedBy) - before }()
	if u.FinishWithin > 0 && r.Duration > u.FinishWithin {
		r.BlockedBy = append(r.BlockedBy, fmt.Sprintf("takes %s, and finish_within is %s", spanWords(r.Duration), spanWords(u.FinishWithin)))
	}
	switch {
	case u.MaxExtra == nil:
	case !r.ExtraCostKnown:
		r.BlockedBy = append(r.BlockedBy, "what it costs is not known, so that max_extra_usd cannot be held")
	case r.ExtraCost > *u.MaxExtra:
		r.BlockedBy = append(r.BlockedBy, fmt.Sprintf("costs %s USD more, and max_extra_usd is %s USD", moneyWords(r.ExtraCost, *u.MaxExtra), moneyWords(*u.MaxExtra, r.ExtraCost)))
	case r.Simulated && most > *u.MaxExtra:
		r.BlockedBy = append(r.BlockedBy, fmt.Sprintf("costs up to %s USD more, and max_extra_usd is %s USD", moneyWords(most, *u.MaxExtra), moneyWords(*u.MaxExtra, most)))
	}
}

// moneyWords writes an amount to the nearest cent, as reports do, and exactly where another
// one that it is told apart from would look the same.
func moneyWords(u, other units.USD) string {
	const cent = units.Dollar / 100
	cents := (u + cent/2) / cent
	if cents == (other+cent/2)/cent {
		return strconv.FormatFloat(float64(u)/float64(units.Dollar), 'f', -1, 64)
	}
	return fmt.Sprintf("%d.%02d", cents/100, cents%100)
}

// atPeak is what is taken of the account's limits at the peak of a strategy: the
// provider's control plane takes its addresses before nodes follow. A second cluster has
// a network of its own.
func (j *journey) atPeak(c *candidate) []planner.Limit {
	m := j.m
	if len(m.limits) == 0 {
		return nil
	}
	parts := []uses{m.usesOfControlPlane(j.control)}
	for g := range j.planned {
		parts = append(parts, m.usesOfPlan(&j.planned[g]))
	}
	now := sumOf(m.limits, parts...)
	together := c.plan.Course == rollout.ClusterBlueGreen
	more := make(uses, len(m.limits))
	if together {
		for i, used := range parts[0] {
			more[i] += used
		}
		for g := range j.planned {
			of := &j.planned[g]
			m.volumes(more, m.groupNamed(of.Name), func(workload string) int { return replicasOf(of, workload) })
		}
	}
	for i := range j.pools {
		extra := j.extraOf(c, i)
		for k := range extra {
			if together {
				more[k] += extra[k]
			} else {
				more[k] = max(more[k], extra[k])
			}
		}
	}
	out := slices.Clone(m.limits)
	for i := range out {
		ofZone := slices.ContainsFunc(m.cluster.Network.FreeIPs, func(z planner.ZoneAddresses) bool { return planner.FreeIPsPath(z.Zone) == out[i].Resource })
		switch {
		case together && (ofZone || out[i].Resource == planner.PodCIDRPath):
			more[i] = 0
		case ofZone:
			more[i] = max(more[i], int64(m.terms.UpgradeAddresses))
		}
		out[i].Used = now[i] + more[i]
	}
	return out
}

// extraOf is what the nodes of a pool take at the peak beyond those that are planned.
func (j *journey) extraOf(c *candidate, i int) uses {
	m, at := j.m, j.pools[i]
	u := make(uses, len(m.limits))
	g := &j.groups[at.group]
	pool := &g.Pools[at.pool]
	m.machine(u, at.offer.instance, pool.CapacityType, c.row.Groups[i].PeakExtraNodes, pool.RootDisks)
	if m.terms.Addresses == nil {
		return u
	}
	name, pods := planner.PoolNames(g.Pools)[at.pool], 0
	for _, pl := range g.Placement {
		on := 0
		for _, count := range pl.Pods {
			on += count.Pods
		}
		if pl.Pool == name {
			pods = max(pods, on)
		}
	}
	each := m.terms.Addresses(&m.cluster.Network, at.offer.instance, pods+len(pool.DaemonSets))
	for _, z := range c.row.Groups[i].PeakByZone {
		was := slices.IndexFunc(pool.NodesByZone, func(o planner.ZoneCount) bool { return o.Zone == z.Zone })
		if was >= 0 && z.Nodes > pool.NodesByZone[was].Nodes {
			u.add(m.limits, planner.FreeIPsPath(z.Zone), int64(z.Nodes-pool.NodesByZone[was].Nodes)*int64(each))
		}
	}
	return u
}

// stayMonths is how far ahead the cost of staying is told.
const stayMonths = 12

// stay is what it costs to stay on the minor that runs.
func (m *maker) stay(calendar []upgrade.Version, from string) planner.UpgradeStay {
	var out planner.UpgradeStay
	i := slices.IndexFunc(calendar, func(v upgrade.Version) bool { return v.Minor == from })
	if i < 0 || m.cluster.AsOf.IsZero() {
		return out
	}
	v := calendar[i]
	out.StandardEnd, out.ExtendedEnd = v.StandardEnd, v.ExtendedEnd
	out.Surcharge = m.surcharge(v)
	if !out.Surcharge.Known || out.Surcharge.Rate == 0 {
		return out
	}
	for month := range stayMonths {
		from, until := m.cluster.AsOf.AddMonths(month), m.cluster.AsOf.AddMonths(month+1)
		if !v.ExtendedEnd.IsZero() && from >= v.ExtendedEnd {
			break
		}
		out.Months = append(out.Months, planner.StayMonth{Date: from, Cost: upgrade.StayCost(v, from, until, out.Surcharge.Rate)})
	}
	return out
}

// surcharge is what the fees of the control plane rise by on the day on which standard
// support ends; not known where there is no such day, or no support after it.
func (m *maker) surcharge(v upgrade.Version) planner.Amount {
	if v.StandardEnd.IsZero() {
		return planner.Amount{}
	}
	fees := func(day units.Date) (planner.Amount, bool) {
		c := m.cluster
		c.AsOf = day
		control, err := m.provider.ControlPlane(&c, m.catalog)
		sum := planner.Amount{Known: err == nil && control.Mode == planner.Managed}
		for _, f := range control.Fees {
			sum.Rate += f.Price.Rate
			sum.Known = sum.Known && f.Price.Known()
		}
		return sum, sum.Known
	}
	before, known := fees(cmp.Or(max(v.StandardEnd.AddDays(-1), v.Release), v.StandardEnd))
	after, also := fees(v.StandardEnd)
	if !known || !also || after.Rate < before.Rate {
		return planner.Amount{}
	}
	return planner.Amount{Rate: after.Rate - before.Rate, Known: true}
}
