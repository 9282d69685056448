// Package practice reads a finished plan with the eyes of somebody who runs
// clusters: rules of good practice over what is planned, each with an id, a
// severity, a message with numbers and a remedy in the words of the spec. A
// finding never blocks a plan.
package practice

import (
	"cmp"
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// Rule is a rule of good practice. Its texts are what the page of its
// documentation says.
type Rule struct {
	// ID is a family and a number: "WN-06".
	ID string
	// Title in a few words.
	Title string
	// DefaultSeverity of its findings; What says where a finding is milder or
	// worse.
	DefaultSeverity planner.Severity
	// ProductionOnly rules give nothing worse than info in development.
	ProductionOnly bool
	// What is reported, Why it matters, and how to Fix it.
	What, Why, Fix string
}

// rule is a Rule with its check.
type rule struct {
	Rule
	check func(*view) []planner.Finding
}

// all returns every rule, sorted by id.
func all() []rule {
	rules := slices.Concat(catalogRules(), controlPlaneRules(), daemonRules(), etcdRules(), growthRules(), kubeletRules(), networkRules(), platformRules(), podRules(), priceRules(), recoveryRules(), retentionRules(), spotRules(), survivorRules(), upgradeRules(), versionRules(), workerRules())
	slices.SortFunc(rules, func(a, b rule) int { return cmp.Compare(a.ID, b.ID) })
	return rules
}

// Rules returns every rule, sorted by id.
func Rules() []Rule {
	var rules []Rule
	for _, r := range all() {
		rules = append(rules, r.Rule)
	}
	return rules
}

// Check returns what plan, made from cat on a ground of those terms, breaks, with the
// severities that the spec sets: sorted by severity, the worst first, then path, rule
// and message. No argument is changed; Plan.Findings are not read.
func Check(plan *planner.Plan, cat *catalogs.Catalog, terms *planner.Terms) []planner.Finding {
	v := look(plan, cat)
	v.terms = terms
	set := map[string]planner.Severity{}
	for _, s := range plan.Cluster.Rules {
		set[s.Rule] = s.Severity
	}
	findings := []planner.Finding{}
	for _, r := range all() {
		severity, changed := set[r.ID]
		if severity == planner.Off {
			continue
		}
		for _, f := range r.check(v) {
			f.Rule = r.ID
			f.Severity = cmp.Or(f.Severity, r.DefaultSeverity)
			if r.ProductionOnly && !v.production {
				f.Severity = planner.Info
			}
			if changed {
				f.Severity = severity
			}
			findings = append(findings, f)
		}
	}
	slices.SortFunc(findings, func(a, b planner.Finding) int {
		return cmp.Or(cmp.Compare(b.Severity.Rank(), a.Severity.Rank()), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message))
	})
	return findings
}

// view is a plan with spec and answer side by side.
type view struct {
	plan       *planner.Plan
	cat        *catalogs.Catalog
	terms      *planner.Terms
	c          *planner.Cluster
	production bool
	groups     []group
	// versions of the calendar that counts: the provider's, or that of Kubernetes
	// where people run the control plane.
	versions []catalogs.Version
}

// selfManaged reports whether people run the control plane.
func (v *view) selfManaged() bool { return v.plan.ControlPlane.Mode == planner.SelfManaged }

// managedBy reports whether a provider runs the control plane, and that one.
func (v *view) managedBy(provider string) bool {
	return v.c.Provider == provider && v.plan.ControlPlane.Mode == planner.Managed
}

// ownMachines reports whether machines are the owner's, not bought by the hour.
func (v *view) ownMachines() bool { return len(v.c.Machines) > 0 }

// group is a declared group and its plan, pools of zones together.
type group struct {
	*planner.NodeGroup
	plan  *planner.GroupPlan
	loads []load
}

// load is one of the spec's own workloads and its plan; the provider's are left
// out, because nobody can change them in the spec.
type load struct {
	*planner.Workload
	plan *planner.WorkloadPlan
	path string
}

// look pairs spec and plan. Groups and workloads that are missing in either are
// left out.
func look(plan *planner.Plan, cat *catalogs.Catalog) *view {
	v := &view{plan: plan, cat: cat, c: &plan.Cluster, production: plan.Cluster.Environment == planner.Production, versions: cat.Versions}
	if v.selfManaged() {
		v.versions = catalogs.Upstream(cat.Versions)
	}
	for i := range v.c.NodeGroups {
		decl := &v.c.NodeGroups[i]
		at := slices.IndexFunc(plan.NodeGroups, func(g planner.GroupPlan) bool { return g.Name == decl.Name })
		if at < 0 {
			continue
		}
		joined := plan.NodeGroups[at].Joined() // what machines are does not differ by zone
		g := group{NodeGroup: decl, plan: &joined}
		for j := range decl.Workloads {
			w := &decl.Workloads[j]
			k := slices.IndexFunc(g.plan.Workloads, func(p planner.WorkloadPlan) bool { return p.Name == w.Name })
			if k >= 0 && !w.System {
				g.loads = append(g.loads, load{Workload: w, plan: &g.plan.Workloads[k], path: decl.Path() + ".workload." + w.Name})
			}
		}
		v.groups = append(v.groups, g)
	}
	return v
}

// pool returns the pool of that name; nil where the group has none.
func (g *group) pool(name string) *planner.Pool {
	if at := slices.Index(planner.PoolNames(g.plan.Pools), name); at >= 0 {
		return &g.plan.Pools[at]
	}
	return nil
}

// instance returns the catalog's row of a type; nil where it has none.
func (v *view) instance(name string) *catalogs.InstanceType {
	for i := range v.cat.Types {
		if v.cat.Types[i].Name == name {
			return &v.cat.Types[i]
		}
	}
	return nil
}

// pods returns how many pods of a workload a node of p carries.
func pods(p *planner.Placement, workload string) int {
	for _, c := range p.Pods {
		if c.Workload == workload {
			return c.Pods
		}
	}
	return 0
}

// version returns the calendar's row of a minor and whether there is one.
func (v *view) version(minor string) (catalogs.Version, bool) {
	i := slices.IndexFunc(v.versions, func(o catalogs.Version) bool { return o.Minor == minor })
	if i < 0 {
		return catalogs.Version{}, false
	}
	return v.versions[i], true
}

// fee returns the price of a tier; not known where the catalog has none.
func (v *view) fee(tier string) catalogs.Price {
	i := slices.IndexFunc(v.cat.Fees, func(f catalogs.Fee) bool { return f.Tier == tier })
	if i < 0 {
		return catalogs.Price{}
	}
	return v.cat.Fees[i].Price
}

// share is a over b as a ratio, rounded up; 0 where b is nothing.
func share(a, b int64) units.Ratio {
	if a <= 0 || b <= 0 {
		return 0
	}
	return units.Ratio(float64(a)/float64(b)*float64(units.Whole) + 0.999999)
}
