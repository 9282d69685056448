// Package pipeline makes a plan: it translates between the stages, each of
// which has small inputs of its own, and owns the loops that join them.
package pipeline

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/practice"
	"github.com/scantling-dev/scantling/planner/upgrade"
)

// Options are how a plan is made. The zero value is what users get.
type Options struct {
	// Alternatives is how many other instance types are ranked for each group.
	// Zero means 3; negative means none.
	Alternatives int
	// Region plans a cluster in its region, with the catalog of that. Only a cluster with
	// disaster recovery or with tenants needs it.
	Region func(context.Context, planner.Cluster) (*planner.Plan, error)
}

// maker holds what the steps of one Make share.
type maker struct {
	cluster  planner.Cluster
	catalog  *catalogs.Catalog
	provider planner.Provider
	options  Options
	checker  *placement.Checker
	// stop says that the context has ended.
	stop func() bool
	// brief: months of growth are counted, and nothing is said of them.
	brief bool
	// terms of the provider's ground.
	terms planner.Terms
	// size of the cluster that the provider's own workloads are for.
	size planner.Size
	// order in which the groups were planned, by index.
	order []int
	// stock is what is left of machines of one's own.
	stock stock
	// planned groups of earlier rounds, by name.
	planned map[string]planned
	// limits of the account, sorted by resource.
	limits []planner.Limit
	// simulator finds how many pods hold targets for the latency.
	simulator *simulator
	// offers by group, worked out once: they do not depend on the load.
	offers map[string]offered
	// carried is what every workload carries, by months of growth and address.
	carried map[int]map[string]carried
}

// Make plans cluster c against the catalog. It is pure: the same arguments give
// the same plan, in whatever order groups, workloads, DaemonSets and types are
// listed. The plan's Spec and the places of its findings are left empty.
//
// Its error joins a planner.Infeasible for each thing that cannot be met, or is
// the cause of the context's end.
func Make(ctx context.Context, c planner.Cluster, cat catalogs.Catalog, prov planner.Provider, o Options) (planner.Plan, error) {
	c, cat = inOrder(c), typesInOrder(layered(cat, &c))
	plan, err := makeOne(ctx, c, &cat, prov, o)
	if free, had := unlocked(c); had && errors.Is(err, planner.ErrInfeasible) {
		return makeFree(ctx, c, free, &cat, prov, o, err)
	}
	return plan, err
}

// makeOne is Make for lists in order.
func makeOne(ctx context.Context, c planner.Cluster, cat *catalogs.Catalog, prov planner.Provider, o Options) (planner.Plan, error) {
	m := &maker{cluster: c, catalog: cat, provider: prov, options: o, checker: placement.NewChecker(), offers: map[string]offered{}, planned: map[string]planned{}}
	m.stop = func() bool { return ctx.Err() != nil }
	m.simulator = newSimulator(ctx, &c)
	m.terms, m.limits = prov.Terms(), c.Limits()
	if m.options.Alternatives == 0 {
		m.options.Alternatives = 3
	}
	return m.make(ctx)
}

func (m *maker) make(ctx context.Context) (planner.Plan, error) {
	control, err := m.provider.ControlPlane(&m.cluster, m.catalog)
	if err != nil {
		return planner.Plan{}, err
	}
	asked := m.cluster
	open, err := m.decide(ctx)
	if err != nil {
		return planner.Plan{}, err
	}
	groups, err := m.arrange(ctx, &control)
	if err := errors.Join(err, m.idleDaemonSets()); err != nil {
		return planner.Plan{}, err
	}
	if err := m.days(ctx, groups); err != nil {
		return planner.Plan{}, err
	}
	m.boundZones(groups)
	plan := planner.Plan{
		Cluster:      asked,
		Catalog:      planner.CatalogInfo{Source: m.catalog.Source, Date: m.catalog.Date, SHA256: m.catalog.SHA256},
		Offers:       m.offersUsed(groups, &control),
		NodeGroups:   groups,
		ControlPlane: control,
	}
	traffic := m.crossZone(groups)
	plan.Network = &planner.NetworkPlan{Traffic: traffic}
	for settled := false; !settled; {
		if err := m.priced(ctx, &plan); err != nil {
			return planner.Plan{}, err
		}
		if settled, err = m.tier(&plan); err != nil {
			return planner.Plan{}, err
		}
	}
	if plan.Recovery, err = m.recovery(ctx, &plan); err != nil {
		return planner.Plan{}, err
	}
	if plan.Tenancy, err = m.tenancy(ctx, &plan); err != nil {
		return planner.Plan{}, err
	}
	if open != nil {
		if plan.Uncertainty, err = m.spread(ctx, open, &asked, &plan); err != nil {
			return planner.Plan{}, err
		}
	}
	if plan.Growth, err = m.growth(ctx, &plan); err != nil {
		return planner.Plan{}, err
	}
	plan.ControlPlane.Load = m.loads(&plan)
	plan.ControlPlane.Use = m.use(&plan.ControlPlane)
	if err := m.objectives(&plan); err != nil {
		return planner.Plan{}, err
	}
	plan.Network = m.network(&plan, traffic)
	if err := m.withinPlatform(&plan); err != nil {
		return planner.Plan{}, err
	}
	plan.Retention = m.retention(&plan)
	m.outages(plan.NodeGroups, &plan.ControlPlane)
	plan.Assumptions = m.assumptions(&plan)
	plan.Findings = practice.Check(&plan, m.catalog, &m.terms)
	return plan, nil
}

// priced prices the plan, holds it to what is declared, and plans its upgrade.
func (m *maker) priced(ctx context.Context, plan *planner.Plan) error {
	groups, control := plan.NodeGroups, &plan.ControlPlane
	plan.Limits = nil
	plan.Commitments = m.commitments(m.committables(groups, control), m.cluster.AsOf)
	plan.ToCommit = m.splits(groups, control, plan.Commitments)
	plan.Cost = m.bill(groups, control, plan.Commitments, plan.Network.Traffic)
	if err := m.withinBudget(ctx, plan); err != nil {
		return err
	}
	if err := m.withinLimits(ctx, plan); err != nil {
		return err
	}
	var err error
	plan.Upgrade, err = m.upgrade(groups, control)
	return err
}

// monthsAhead is how far growth is sized for.
func (m *maker) monthsAhead() int {
	if m.cluster.Growth.SizeForHorizon {
		return m.cluster.Growth.HorizonMonths
	}
	return 0
}

// balances are the formulas of balanced allocation that the scheduler uses: that
// of the version that runs first, then that of the declared upgrade.
func (m *maker) balances() []placement.Balance {
	out := []placement.Balance{balanceOf(m.cluster.KubernetesVersion)}
	if m.cluster.Upgrade != nil {
		if next := balanceOf(m.cluster.Upgrade.To); next != out[0] {
			out = append(out, next)
		}
	}
	return out
}

// balanceByChangeSince is the minor of Kubernetes 1 from which on the scheduler
// scores the change of balance (kubernetes/kubernetes#135573).
const balanceByChangeSince = 36

func balanceOf(version string) placement.Balance {
	if _, minor, ok := upgrade.ParseMinor(version); ok && minor >= balanceByChangeSince {
		return placement.BalanceByChange
	}
	return placement.BalanceByState
}

// guests returns the provider's system workloads for each group: all of them in
// the one that carries them.
func (m *maker) guests() ([][]planner.Workload, error) {
	out := make([][]planner.Workload, len(m.cluster.NodeGroups))
	system := m.provider.SystemWorkloads(&m.cluster, m.size)
	if len(system) == 0 {
		return out, nil
	}
	host, err := home(m.cluster.NodeGroups)
	if err != nil {
		return nil, &planner.Infeasible{
			Path:       "cluster",
			Constraint: system[0].Name + " has no node to run on: " + err.Error(),
			Remedy:     "add a system or app group",
		}
	}
	out[host] = system
	return out, nil
}

// offersUsed returns the catalog's rows that the plan rests on: the chosen types,
// the alternatives and the control plane's machines, sorted by name.
func (m *maker) offersUsed(groups []planner.GroupPlan, control *planner.ControlPlane) []catalogs.InstanceType {
	var names []string
	for _, machines := range control.Machines {
		names = append(names, machines.InstanceType)
	}
	for i := range groups {
		for _, p := range groups[i].Pools {
			names = append(names, p.InstanceType)
		}
		for _, a := range groups[i].Alternatives {
			names = append(names, a.InstanceType)
		}
	}
	slices.Sort(names)
	var out []catalogs.InstanceType
	for _, name := range slices.Compact(names) {
		if t, ok := m.catalog.Type(name); ok {
			out = append(out, t)
		}
	}
	return out
}

// assumptions returns the spec's and those of the models, sorted by path.
func (m *maker) assumptions(plan *planner.Plan) []planner.Assumption {
	out := slices.Concat(m.cluster.Assumptions, widthAssumptions(plan))
	for i := range m.cluster.NodeGroups {
		g := &m.cluster.NodeGroups[i]
		for j := range g.Workloads {
			w := &g.Workloads[j]
			path := g.Path() + ".workload." + w.Name
			if w.RequestSize+w.ResponseSize > 0 {
				out = append(out, planner.Assumption{Path: path + ".request_size", Value: "callers stand evenly in the cluster's zones", Source: "model traffic between zones"})
			}
			switch w.Demand.Way {
			case planner.FromLatency:
				out = append(out, modelAssumptions(path, &w.Demand)...)
			case planner.FromCurve:
				out = append(out, planner.Assumption{Path: path + ".load_curve", Value: "each pod gets an equal share of the requests", Source: "model load curve"})
			case planner.FromJob:
				out = append(out, m.jobAssumptions(path, g)...)
			case planner.GivenReplicas, planner.FromLoadTest:
			}
		}
	}
	for i := range out {
		if out[i].Path == "control_plane.tier" && out[i].Value != plan.ControlPlane.Tier {
			out[i].Value, out[i].Source = plan.ControlPlane.Tier, "model control plane"
		}
	}
	slices.SortStableFunc(out, func(a, b planner.Assumption) int { return strings.Compare(a.Path, b.Path) })
	return slices.CompactFunc(out, func(a, b planner.Assumption) bool { return a.Path == b.Path })
}
