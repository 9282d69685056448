package practice

import (
	"cmp"
	"fmt"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// supportNotice is how long before the end of standard support VE-01 speaks up:
// the notice that EKS gives.
const supportNotice = 60

func versionRules() []rule {
	return []rule{
		{Rule{
			ID: "VE-01", Title: "The version stays in standard support", DefaultSeverity: planner.Warning,
			What: "The minor that runs, or the one that the upgrade leads to, leaves standard support within 60 days of as_of, or gets its last patches then where people run the control plane (info where an upgrade to a later minor is planned).",
			Why:  "After that day a provider charges extended support by the hour or upgrades the cluster by itself; Kubernetes itself patches nothing any more.",
			Fix:  "Upgrade before the day, to a minor with a year of support ahead.",
		}, leavesSupport},
		{Rule{
			ID: "VE-02", Title: "No extended support", DefaultSeverity: planner.Warning,
			What: "The minor that runs is in extended support at as_of; the message says what that costs a month.",
			Why:  "Extended support buys time at several times the price, and ends with a forced upgrade.",
			Fix:  "Upgrade to a minor in standard support.",
		}, extendedSupport},
		{Rule{
			ID: "VE-03", Title: "The version still gets patches", DefaultSeverity: planner.Error, ProductionOnly: true,
			What: "People run the control plane, and Kubernetes no longer patches the minor that runs.",
			Why:  "Nobody makes such a cluster move on: it goes on running with every hole that is found from then on.",
			Fix:  "Upgrade, minor by minor, to one that gets patches.",
		}, unpatched},
	}
}

func leavesSupport(v *view) []planner.Finding {
	var found []planner.Finding
	check := func(minor, path string) {
		o, ok := v.version(minor)
		if !ok || o.StandardEnd.IsZero() || v.c.AsOf.IsZero() {
			return
		}
		days := v.c.AsOf.DaysUntil(o.StandardEnd)
		if days < 0 || days > supportNotice {
			return
		}
		f := planner.Finding{
			Path:    path,
			Message: v.leaves(minor, days, o.StandardEnd),
			Remedy:  v.upgradeTo(minor, path),
		}
		if to, ok := v.target(); ok && path != "upgrade.to" && to.StandardEnd > o.StandardEnd {
			f.Severity = planner.Info
			f.Remedy = fmt.Sprintf("carry out the planned upgrade to %s before that day", to.Minor)
		}
		found = append(found, f)
	}
	u := v.plan.Upgrade
	if u != nil {
		check(u.To, "upgrade.to")
	}
	check(v.c.KubernetesVersion, "kubernetes_version")
	return found
}

// target is the minor that the planned upgrade leads to.
func (v *view) target() (catalogs.Version, bool) {
	if v.plan.Upgrade == nil {
		return catalogs.Version{}, false
	}
	return v.version(v.plan.Upgrade.To)
}

// leaves says that support of a minor ends in so many days, and what comes then.
func (v *view) leaves(minor string, days int, end units.Date) string {
	if v.selfManaged() {
		return fmt.Sprintf("%s gets its last patches in %s, on %s; Kubernetes mends nothing in it after that", minor, count(days, "day"), end)
	}
	what := fmt.Sprintf("%s leaves standard support in %s, on %s", minor, count(days, "day"), end)
	extra, ok := v.extendedFee()
	switch {
	case ok && v.managedBy("gcp"):
		return what + fmt.Sprintf("; on the Extended channel it costs %s USD/month more then, on the others GKE upgrades by itself", usd(extra))
	case ok:
		return what + fmt.Sprintf("; extended support adds %s USD/month, or the provider upgrades by itself", usd(extra))
	}
	return what + "; what extended support adds is not known"
}

// extendedFee is what extended support costs a month beyond standard support, and
// whether both prices are known.
func (v *view) extendedFee() (units.USD, bool) {
	standard, extended := v.fee(cmp.Or(v.terms.BaseTier, v.plan.ControlPlane.Tier, "standard")), v.fee("extended")
	if !standard.Known() || !extended.Known() {
		return 0, false
	}
	return (extended.Rate - standard.Rate).PerMonth(), true
}

// upgradeTo names the newest minor that is out and later than minor; where there
// is none it says so.
func (v *view) upgradeTo(minor, path string) string {
	newest := ""
	after := false
	for _, o := range v.versions {
		if after && !o.Release.IsZero() && o.Release <= v.c.AsOf {
			newest = o.Minor
		}
		after = after || o.Minor == minor
	}
	switch {
	case newest == "":
		return "no later minor is out yet"
	case path == "upgrade.to":
		return fmt.Sprintf("to = %q", newest)
	}
	return fmt.Sprintf("upgrade { to = %q }", newest)
}

func extendedSupport(v *view) []planner.Finding {
	cp := &v.plan.ControlPlane
	if cp.Support != "extended" {
		return nil
	}
	minor := v.c.KubernetesVersion
	f := planner.Finding{Path: "kubernetes_version", Remedy: v.upgradeTo(minor, "kubernetes_version")}
	if to, ok := v.target(); ok && to.StandardEnd > v.c.AsOf {
		f.Remedy = fmt.Sprintf("carry out the planned upgrade to %s", to.Minor)
	}
	f.Message = minor + " is in extended support"
	if o, ok := v.version(minor); ok && !o.StandardEnd.IsZero() {
		f.Message = fmt.Sprintf("%s left standard support on %s", minor, o.StandardEnd)
	}
	if extra, ok := v.extendedFee(); ok {
		f.Message += fmt.Sprintf(": %s USD/month more than in standard support", usd(extra))
	} else {
		f.Message += ": what that costs is not known"
	}
	if v.managedBy("gcp") {
		f.Message += "; GKE runs it on the Extended channel alone"
	}
	if !cp.SupportEnds.IsZero() && !v.c.AsOf.IsZero() {
		f.Message += fmt.Sprintf("; the provider upgrades it in %s, on %s", count(v.c.AsOf.DaysUntil(cp.SupportEnds), "day"), cp.SupportEnds)
	}
	return []planner.Finding{f}
}

func unpatched(v *view) []planner.Finding {
	cp := &v.plan.ControlPlane
	if !v.selfManaged() || cp.Support != "none" {
		return nil
	}
	minor := v.c.KubernetesVersion
	f := planner.Finding{Path: "kubernetes_version", Message: minor + " gets no more patches from Kubernetes", Remedy: v.upgradeTo(minor, "kubernetes_version")}
	if o, ok := v.version(minor); ok && !o.StandardEnd.IsZero() && o.StandardEnd < v.c.AsOf {
		f.Message = fmt.Sprintf("%s got its last patches from Kubernetes on %s, %s ago", minor, o.StandardEnd, count(o.StandardEnd.DaysUntil(v.c.AsOf), "day"))
	}
	if to, ok := v.target(); ok && (to.StandardEnd.IsZero() || to.StandardEnd > v.c.AsOf) {
		f.Remedy = fmt.Sprintf("carry out the planned upgrade to %s", to.Minor)
	}
	return []planner.Finding{f}
}
