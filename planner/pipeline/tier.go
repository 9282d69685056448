package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/layout"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade"
)

// databaseRoom is the share of a tier's database that a tier is chosen for; what is
// declared is held to all of it. It is the share of a quota that etcd is planned with.
const databaseRoom = 80 * units.Percent

// tier chooses the tier of a managed control plane for the load of the plan, now and in
// its upgrade, and says whether it stays what it was. The error is a *planner.Infeasible
// where the declared tier, or every one, is too small.
func (m *maker) tier(plan *planner.Plan) (settled bool, err error) {
	control, spec := &plan.ControlPlane, &m.cluster.ControlPlane
	tiers := layout.Tiers(m.terms.Service)
	at := slices.IndexFunc(tiers, func(t layout.Tier) bool { return t.Name == control.Tier })
	if control.Mode != planner.Managed || at < 0 {
		return true, nil
	}
	load := m.tierLoad(plan)
	control.SLA, control.Tiers = tiers[at].SLA, m.tierOptions(tiers, &load)
	words := fmt.Sprintf("API seats %d (%d requests a second x %s), pods a second %s, database %s",
		load.Seats(), units.CeilDiv(load.Requests, units.PerSecond), layout.SeatTime, thousandths(load.PodsPerSecond()), mib(load.Database))
	why := layout.TooSmall(tiers, at, &load)
	if !spec.TierCalculated {
		control.TierReason = "as declared: " + words
		if why != "" {
			return true, tooSmall(control, at, why)
		}
		return true, nil
	}
	roomy := load
	roomy.Database = units.CeilDiv(load.Database*units.Bytes(units.Whole), units.Bytes(databaseRoom))
	choice := at
	if layout.TooSmall(tiers, at, &roomy) != "" {
		choice = slices.IndexFunc(tiers, func(t layout.Tier) bool { return layout.TooSmall(tiers, tierIndex(tiers, t.Name), &roomy) == "" })
		if choice < 0 {
			choice = slices.IndexFunc(control.Tiers, func(o planner.TierOption) bool { return o.TooSmall == "" })
		}
	}
	if choice < 0 {
		return true, tooSmall(control, at, why)
	}
	if choice == at {
		control.TierReason = "the default carries the load: " + words
		if spec.Tier != m.terms.DefaultTier[m.cluster.Environment] {
			control.TierReason = "the cheapest that carries the load: " + words
		}
		return true, nil
	}
	spec.Tier = tiers[choice].Name
	next, err := m.provider.ControlPlane(&m.cluster, m.catalog)
	if err != nil {
		return true, err
	}
	plan.ControlPlane = next
	return false, nil
}

func tierIndex(tiers []layout.Tier, name string) int {
	return slices.IndexFunc(tiers, func(t layout.Tier) bool { return t.Name == name })
}

// tierLoad is the most of each that the moments of the plan ask for, that of the horizon
// left out: a tier can be changed by then.
func (m *maker) tierLoad(plan *planner.Plan) layout.TierLoad {
	_, minor, _ := upgrade.ParseMinor(m.cluster.KubernetesVersion)
	out := layout.TierLoad{Minor: minor}
	for _, l := range m.loads(plan) {
		if l.Moment == planner.LoadAtHorizon {
			continue
		}
		out.Nodes, out.PodsPerHour = max(out.Nodes, l.Nodes), max(out.PodsPerHour, l.PodsPerHour)
		out.Requests, out.Database = max(out.Requests, l.Writes+l.Reads), max(out.Database, l.Peak)
	}
	return out
}

// tierOptions are all tiers with their fees.
func (m *maker) tierOptions(tiers []layout.Tier, load *layout.TierLoad) []planner.TierOption {
	var out []planner.TierOption
	for i := range tiers {
		t := &tiers[i]
		o := planner.TierOption{
			Name: t.Name, Seats: t.SeatsAt(load.Minor), PodsPerSecond: t.PodsPerSecond, Database: t.Database, Nodes: t.Nodes, SLA: t.SLA,
			TooSmall: layout.TooSmall(tiers, i, load),
		}
		c := m.cluster
		c.ControlPlane.Tier = t.Name
		if control, err := m.provider.ControlPlane(&c, m.catalog); err == nil {
			o.Fee = feesOf(&control)
			o.Basis = basisOf(control.Fees)
		}
		out = append(out, o)
	}
	return out
}

// basisOf is how the last of the fees is known, which is that of the tier where it has
// one.
func basisOf(fees []planner.FeeLine) catalogs.Basis {
	if len(fees) == 0 {
		return ""
	}
	return fees[len(fees)-1].Price.Basis
}

// tooSmall refuses the at-th tier, and names the cheapest that carries the load.
func tooSmall(control *planner.ControlPlane, at int, why string) error {
	bad := &planner.Infeasible{
		Path:       "control_plane.tier",
		Constraint: fmt.Sprintf("%s is too small: %s", control.Tiers[at].Name, why),
		Remedy:     "split it into several clusters: no tier carries it",
	}
	i := slices.IndexFunc(control.Tiers, func(o planner.TierOption) bool { return o.TooSmall == "" })
	if i < 0 {
		return bad
	}
	best, now := &control.Tiers[i], &control.Tiers[at]
	bad.Remedy = fmt.Sprintf("write tier = %q", best.Name)
	if best.Fee.Known && now.Fee.Known {
		change := lowering{added: best.Fee.Rate - now.Fee.Rate}
		bad.Remedy += ": " + strings.TrimPrefix(change.price(), "it ")
		if best.Basis == catalogs.Secondary {
			bad.Remedy += " (" + string(best.Basis) + ")"
		}
	}
	return bad
}

// thousandths writes a number of thousandths with the decimals that it has.
func thousandths(n int) string {
	s := strings.TrimRight(fmt.Sprintf("%d.%03d", n/1000, n%1000), "0")
	return strings.TrimSuffix(s, ".")
}
