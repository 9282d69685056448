package verify

import (
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// mostStayed is for how many months it is told what staying costs.
const mostStayed = 12

// upgradeStay holds what it costs not to upgrade to the calendar of the minor that runs, to
// what its fees rise by, and each month to its days of extended support at that for every
// hour.
func (k *checker) upgradeStay(u *planner.UpgradePlan) {
	const at = "upgrade.stay"
	s := &u.Stay
	if s.StandardEnd.IsZero() && s.ExtendedEnd.IsZero() && !s.Surcharge.Known && s.Surcharge.Rate == 0 && len(s.Months) == 0 {
		return // early documents do not say, nor do those of minors without dates
	}
	versions := k.prov.Versions(k.cat)
	i := slices.IndexFunc(versions, func(v catalogs.Version) bool { return v.Minor == u.From })
	if !k.need(i >= 0, at, at, "it is told of %s, which the catalog does not list", u.From) {
		return
	}
	v := versions[i]
	k.need(s.StandardEnd == v.StandardEnd && s.ExtendedEnd == v.ExtendedEnd, at, at, "support of %s until %s and %s; the catalog says %s and %s", u.From, s.StandardEnd, s.ExtendedEnd, v.StandardEnd, v.ExtendedEnd)
	rise, known := k.rise(v)
	k.need(s.Surcharge.Known == known && s.Surcharge.Rate == rise, at, at, "fees rise by %d an hour, known %t; the catalog's do by %d, known %t", s.Surcharge.Rate, s.Surcharge.Known, rise, known)
	months := 0
	for known && rise > 0 && months < mostStayed && (v.ExtendedEnd.IsZero() || k.dayOf(months) < v.ExtendedEnd) {
		months++
	}
	k.need(len(s.Months) == months, at, at, "%d months are told, there are %d", len(s.Months), months)
	for i, m := range s.Months {
		if !k.need(!m.Date.IsZero() && m.Date == k.dayOf(i), at, at, "month %d begins on %s", i, m.Date) {
			continue
		}
		days := units.USD(0)
		for day := m.Date; day < k.dayOf(i+1); day = day.AddDays(1) {
			if day >= v.StandardEnd && (v.ExtendedEnd.IsZero() || day < v.ExtendedEnd) {
				days++
			}
		}
		owed := days * 24 * units.USD(rise)
		k.need(m.Cost == owed, at, at, "the month from %s costs %d more, %d days of extended support are %d", m.Date, m.Cost, days, owed)
	}
}

// rise is what the fees of a managed control plane are higher by on the day on which the
// standard support of the minor that runs ends than on the day before.
func (k *checker) rise(v catalogs.Version) (units.USDPerHour, bool) {
	if v.StandardEnd.IsZero() {
		return 0, false
	}
	var on [2]int64
	for i, day := range []units.Date{max(v.StandardEnd.AddDays(-1), v.Release), v.StandardEnd} {
		c := *k.c
		c.AsOf = day
		control, err := k.prov.ControlPlane(&c, k.cat)
		if err != nil || control.Mode != planner.Managed {
			return 0, false
		}
		for _, f := range control.Fees {
			if !f.Price.Known() {
				return 0, false
			}
			on[i] += int64(f.Price.Rate)
		}
	}
	return units.USDPerHour(max(on[1]-on[0], 0)), on[1] >= on[0]
}
