package practice

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// oldPrice is the age in days at which a price is said to be old.
const oldPrice = 365

func priceRules() []rule {
	return []rule{
		{Rule{
			ID: "PR-01", Title: "Prices are list prices", DefaultSeverity: planner.Info,
			What: "A line of the bill rests on a price that the provider did not publish for this region: from another size of the family, from another region, from third parties, or from memory (a warning for estimated and recalled prices).",
			Why:  "Such a price is close, and no more. A decision that hangs on a few percent should not rest on it.",
			Fix:  "Look the price up with the provider before you decide, or choose a type with a listed price.",
		}, unlisted},
		{Rule{
			ID: "PR-02", Title: "Every price is known", DefaultSeverity: planner.Warning,
			What: "A line of the bill has no known price, so that the total is not known either.",
			Why:  "An unknown price is never taken for zero; the known part of the bill is a lower limit, not an answer.",
			Fix:  "Choose a type or a disk with a known price, or ask the provider.",
		}, unknownPrice},
		{Rule{
			ID: "PR-03", Title: "Spot prices move", DefaultSeverity: planner.Info,
			What: "A group is priced by a statistic of spot prices, which the message names with its basis.",
			Why:  "What a spot machine costs changes by the hour and the zone, and it may be taken away.",
			Fix:  "Read the cost as an estimate, and mix types so that one price does not decide.",
		}, spot},
		{Rule{
			ID: "PR-04", Title: "Prices are recent", DefaultSeverity: planner.Info,
			What: "Lines of the bill rest on prices of more than 365 days before as_of, or on sources that show no date.",
			Why:  "List prices seldom change, but they do.",
			Fix:  "Refresh the catalog, or look the oldest price up.",
		}, oldPrices},
		{Rule{
			ID: "PR-05", Title: "Locked types stand", DefaultSeverity: planner.Info,
			What: "The lock file decided over the types of a group: it keeps types that cost more than a free choice would, or types that it names gave way to others, for the reason given.",
			Why:  "Machines that change with every small move of a price cost more in work and risk than they save; what the lock costs, and when it gives way, should be known.",
			Fix:  "Choose anew with scantling plan --rechoose, or lower --min-saving.",
		}, locks},
	}
}

func unlisted(v *view) []planner.Finding {
	var found []planner.Finding
	for _, l := range v.plan.Cost.Lines {
		if v.spotLine(l.Path) {
			continue // PR-03
		}
		f := planner.Finding{Path: l.Path, Remedy: "check the price with the provider; it is of " + dated(l.Date)}
		how := ""
		switch l.Basis {
		case catalogs.Family:
			how = "another size of the family in this region"
		case catalogs.Estimated:
			how, f.Severity = "another region", planner.Warning
		case catalogs.Secondary:
			how = "third parties"
		case catalogs.Recalled:
			how, f.Severity = "general knowledge, without a source", planner.Warning
		case catalogs.Declared, catalogs.Listed:
			continue
		default:
			continue // PR-02
		}
		f.Message = fmt.Sprintf("%s USD/month rest on a price from %s (%s)", usd(l.Amount.Rate.PerMonth()), how, l.Basis)
		if l.Detail != "" {
			f.Message += ": " + l.Detail
		}
		found = append(found, f)
	}
	return found
}

// spotLine reports whether a line of the bill pays for spot machines.
func (v *view) spotLine(path string) bool {
	for j := range v.plan.NodeGroups {
		g := &v.plan.NodeGroups[j]
		for i, of := range g.NodesPaths() {
			if of == path && g.Pools[i].CapacityType == planner.Spot {
				return true
			}
		}
	}
	return false
}

// dated writes a day, or that there is none.
func dated(d units.Date) string {
	if d.IsZero() {
		return "an unknown day"
	}
	return string(d)
}

func unknownPrice(v *view) []planner.Finding {
	var found []planner.Finding
	var disks, paths []string
	rest := fmt.Sprintf("and so is the total; what is known is %s USD/month", usd(v.plan.Cost.Known.PerMonth()))
	for _, l := range v.plan.Cost.Lines {
		if l.Amount.Known {
			continue
		}
		if of, path, ok := diskLine(l.Path); ok {
			disks, paths = append(disks, of), append(paths, path)
			continue
		}
		f := planner.Finding{
			Path:    l.Path,
			Message: "the price is not known, " + rest,
			Remedy:  "ask the provider: the catalog has no price of it in " + v.c.Region,
		}
		switch {
		case strings.HasPrefix(l.Path, "node_group.") && strings.HasSuffix(l.Path, ".volumes"):
			f.Remedy = v.pricedVolumes(&l)
		case v.paysForMachines(l.Path):
			f.Remedy = "scantling catalog list --priced, for types with a price"
		}
		if name := v.machineOf(l.Path); name != "" {
			f.Message, f.Remedy = "what a "+name+" costs is not declared: "+f.Message, fmt.Sprintf("usd_per_month in machine %q; 0 for one that is paid for", name)
		}
		if l.Detail != "" {
			f.Message = l.Detail + ": " + f.Message
		}
		found = append(found, f)
	}
	if len(disks) > 0 {
		what := "root disks"
		if slices.Contains(disks, "etcd") {
			what = "disks"
		}
		found = append(found, planner.Finding{
			Path:    paths[0],
			Message: fmt.Sprintf("the price of %s is not known in %s (%s), %s", what, v.c.Region, strings.Join(slices.Compact(disks), ", "), rest),
			Remedy:  v.pricedDisks(paths),
		})
	}
	return found
}

// diskLine says whose disks a line of the bill pays for, and where the spec sets
// their type.
func diskLine(path string) (of, set string, ok bool) {
	if group, found := strings.CutSuffix(path, ".root_disks"); found && strings.HasPrefix(group, "node_group.") {
		return strings.TrimPrefix(group, "node_group."), group + ".disk.type", true
	}
	switch part, found := strings.CutPrefix(path, "control_plane."); {
	case !found || !strings.HasSuffix(part, "_disks"):
		return "", "", false
	case part == "etcd_disks":
		return "etcd", "control_plane.etcd.disk.type", true
	}
	return "control plane", "control_plane.disk.type", true
}

// machineOf names the machine of one's own that a line of the bill pays for; empty
// where it pays for something else.
func (v *view) machineOf(path string) string {
	if !v.ownMachines() {
		return ""
	}
	for i := range v.plan.NodeGroups {
		g := &v.plan.NodeGroups[i]
		if at := slices.Index(g.NodesPaths(), path); at >= 0 {
			return g.Pools[at].InstanceType
		}
	}
	prefix := map[string]string{"control_plane.nodes": planner.RoleControlPlane, "control_plane.etcd_nodes": planner.RoleEtcd, "control_plane.load_balancer_nodes": planner.RoleLoadBalancer}
	for _, m := range v.plan.ControlPlane.Machines {
		if m.Role == prefix[path] {
			return m.InstanceType
		}
	}
	return ""
}

func spot(v *view) []planner.Finding {
	var found []planner.Finding
	for _, g := range v.groups {
		for _, p := range g.plan.Pools {
			t := v.instance(p.InstanceType)
			if p.CapacityType != planner.Spot || !p.Price.Known() || t == nil {
				continue
			}
			statistic := t.SpotStatistic
			if statistic == "" {
				statistic = "a statistic that the catalog does not name"
			}
			rate := units.USDPerHour(int64(p.Price.Rate) * int64(p.Nodes))
			message := fmt.Sprintf("%s USD/month of spot machines (%s x %s) are priced by %s (%s), of %s", usd(rate.PerMonth()), number(p.Nodes), p.InstanceType, statistic, p.Price.Basis, dated(p.Price.Date))
			if t.Interruption != "" {
				message += fmt.Sprintf("; %s%% are taken away in a month", t.Interruption)
			}
			found = append(found, planner.Finding{Path: g.Path() + ".instances.capacity_type", Message: message, Remedy: "capacity_type = \"on_demand\""})
		}
	}
	return found
}

func oldPrices(v *view) []planner.Finding {
	if v.c.AsOf.IsZero() {
		return nil
	}
	old, undated := 0, 0
	var rate units.USDPerHour
	var oldest planner.CostLine
	for _, l := range v.plan.Cost.Lines {
		switch {
		case !l.Amount.Known || l.Amount.Rate == 0:
			continue
		case l.Date.IsZero():
			undated++
		case l.Date.DaysUntil(v.c.AsOf) <= oldPrice:
			continue
		default:
			old++
			if oldest.Date.IsZero() || l.Date < oldest.Date {
				oldest = l
			}
		}
		rate += l.Amount.Rate
	}
	if old+undated == 0 {
		return nil
	}
	message, remedy := fmt.Sprintf("%s of the bill (%s USD/month) on prices", count(old+undated, "line"), usd(rate.PerMonth())), "look the oldest up with the provider"
	switch {
	case old == 0:
		message += " without a date"
		remedy = "look them up with the provider"
	case undated > 0:
		message += fmt.Sprintf(": %d older than a year, the oldest of %s (%s), %d without a date", old, oldest.Date, oldest.Path, undated)
	default:
		message += fmt.Sprintf(" older than a year, the oldest of %s (%s)", oldest.Date, oldest.Path)
	}
	return []planner.Finding{{Path: "cost", Message: message, Remedy: remedy}}
}
