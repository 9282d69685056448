package pipeline

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade"
)

// upgrade compares the strategies of the declared upgrade; nil where none is
// declared.
func (m *maker) upgrade(groups []planner.GroupPlan, control *planner.ControlPlane) (*planner.UpgradePlan, error) {
	u := m.cluster.Upgrade
	if u == nil {
		return nil, nil
	}
	var calendar []upgrade.Version
	for _, v := range m.provider.Versions(m.catalog) {
		calendar = append(calendar, upgrade.Version{Minor: v.Minor, Release: v.Release, StandardEnd: v.StandardEnd, ExtendedEnd: v.ExtendedEnd})
	}
	hops, err := upgrade.Path(m.cluster.KubernetesVersion, u.To, calendar, m.cluster.AsOf)
	if err != nil {
		return nil, &planner.Infeasible{Path: "upgrade.to", Constraint: err.Error(), Remedy: "name a newer minor that is released and supported"}
	}
	mech := m.provider.Mechanics(&m.cluster)
	p := upgrade.Problem{
		Hops: hops, NodeSkew: mech.NodeSkew, Times: times(&mech),
		ControlPlaneFee: upgrade.Rate{Known: true}, MayStop: m.cluster.Environment == planner.Development, APIDown: mech.APIDown,
	}
	for _, c := range control.Machines {
		if c.Role == planner.RoleControlPlane {
			p.ControlPlaneNodes = c.Nodes
		}
	}
	var names []string
	for _, o := range mech.Strategies {
		names = append(names, o.Name)
		p.Strategies = append(p.Strategies, upgrade.Option{Name: o.Name, Course: upgrade.Course(o.Course), TerminateFirst: o.TerminateFirst})
	}
	next, err := m.controlPlaneAt(u.To)
	if err != nil {
		return nil, err
	}
	for _, f := range next.Fees {
		p.ControlPlaneFee.PerHour += f.Price.Rate
		p.ControlPlaneFee.Known = p.ControlPlaneFee.Known && f.Price.Known()
	}
	for _, l := range m.controlPlaneLines(control) {
		p.ControlPlaneFee.PerHour += l.PerHour()
		p.ControlPlaneFee.Known = p.ControlPlaneFee.Known && l.Known()
	}
	for _, s := range slices.Sorted(maps.Keys(mech.Refused)) {
		p.Refused = append(p.Refused, upgrade.Refusal{Strategy: s, Reason: mech.Refused[s]})
	}
	if u.Strategy != "compare" {
		p.Wanted = u.Strategy
		if _, refused := mech.Refused[u.Strategy]; !refused && !slices.Contains(names, u.Strategy) {
			return nil, &planner.Infeasible{
				Path:       "upgrade.strategy",
				Constraint: u.Strategy + " is not a strategy of " + m.provider.Name(),
				Remedy:     "choose one of " + strings.Join(names, ", "),
			}
		}
	}
	for i := range groups {
		pools, err := m.upgradeGroups(&groups[i])
		if err != nil {
			return nil, err
		}
		p.Groups = append(p.Groups, pools...)
	}
	return upgradePlan(m.cluster.KubernetesVersion, u.To, hops, upgrade.Compare(p)), nil
}

// controlPlaneAt is the control plane of another minor: what a second cluster
// pays for, or the first once it is upgraded.
func (m *maker) controlPlaneAt(minor string) (planner.ControlPlane, error) {
	c := m.cluster
	c.KubernetesVersion = minor
	return m.provider.ControlPlane(&c, m.catalog)
}

func times(mech *planner.Mechanics) upgrade.Times {
	return upgrade.Times{
		ControlPlaneStep: mech.ControlPlaneStep, ControlPlaneNode: mech.ControlPlaneNode, ControlPlaneRoll: mech.ControlPlaneRoll,
		AddOns: mech.AddOns, Setup: mech.Setup, Boot: mech.Boot, AfterDrain: mech.AfterDrain, Terminate: mech.Terminate,
		AfterTerminate: mech.AfterTerminate, Validate: mech.Validate, ScaleDownPerNode: mech.ScaleDownPerNode,
		Packages: mech.Packages, Ready: mech.Ready, Cordon: mech.Cordon, WaitForDrain: mech.WaitForDrain,
		DrainLimit: mech.DrainLimit, DrainForced: mech.DrainForced, MaxParallel: mech.MaxParallel,
		ControlPlaneRollback: mech.ControlPlaneRollback,
		Verify:               upgrade.DefaultVerify, Soak: upgrade.DefaultSoak, Delete: cmp.Or(mech.DeletePool, upgrade.DefaultDelete), ParallelRun: upgrade.DefaultParallelRun,
	}
}

// upgradeGroups translates the pools of a planned group, each of which its provider
// replaces by itself, one after another: its nodes as the modelled scheduler filled
// them, and what the group does with fewer of them.
func (m *maker) upgradeGroups(g *planner.GroupPlan) ([]upgrade.Group, error) {
	rest, err := m.remainderOf(g)
	if err != nil {
		return nil, err
	}
	declared := m.groupNamed(g.Name)
	disks, known := m.rootDiskRate(declared)
	works := m.upgradeWorkloads(g, declared)
	names, courses := planner.PoolNames(g.Pools), g.CourseNames()
	var out []upgrade.Group
	for i := range g.Pools {
		pool := &g.Pools[i]
		u := upgrade.Group{
			Name: courses[i], Zones: len(pool.NodesByZone), Beside: g.Nodes - pool.Nodes,
			Price:          upgrade.Rate{PerHour: pool.Price.Rate + disks, Known: known && pool.Price.Known()},
			MaxUnavailable: declared.UpdateConfig.MaxUnavailable, Workloads: works,
			Pending: func(nodes int, without func(workload string) int) (string, int) {
				return rest.pending(i, nodes, without)
			},
		}
		m.pace(&u, &declared.UpdateConfig)
		if m.terms.OwnMachines {
			u.Limited = true
			for _, idle := range m.stock.room(pool.InstanceType, declared.Zones) {
				u.Spare += idle
			}
		}
		for _, z := range pool.NodesByZone {
			u.NodesByZone = append(u.NodesByZone, z.Nodes)
		}
		if declared.Redundancy.Nodes > 0 || declared.Redundancy.Zones > 0 {
			u.Redundant = func(nodes int) bool { return rest.redundant(i, nodes) }
		}
		for _, pl := range g.Placement {
			if pl.Pool != names[i] {
				continue
			}
			class := upgrade.NodeClass{Nodes: pl.Nodes}
			for _, pods := range pl.Pods {
				class.Pods = append(class.Pods, upgrade.PodCount{Workload: pods.Workload, Pods: pods.Pods})
			}
			u.Nodes = append(u.Nodes, class)
		}
		out = append(out, u)
	}
	return out, nil
}

// upgradeWorkloads says how the pods of a group leave a node.
func (m *maker) upgradeWorkloads(g *planner.GroupPlan, declared *planner.NodeGroup) []upgrade.Workload {
	var out []upgrade.Workload
	specs := slices.Concat(declared.Workloads, m.provider.SystemWorkloads(&m.cluster, m.size))
	for _, w := range g.Workloads {
		at := slices.IndexFunc(specs, func(s planner.Workload) bool { return s.Name == w.Name && s.System == w.System })
		s := &specs[at]
		u := upgrade.Workload{Name: w.Name, Grace: s.TerminationGracePeriod, Startup: s.StartupTime}
		if s.Recovery == planner.Static {
			u.MayWait = declared.Redundancy.Nodes
		}
		if s.PodDisruptionBudget != nil {
			u.Budget, u.Allowed = true, s.PodDisruptionBudget.Allowed(w.Replicas)
		}
		out = append(out, u)
	}
	return out
}

// pace says how many nodes of a group are replaced at a time. Where the ground has
// a surge, strategies are compared at the width that the group declares, be it of
// max_surge or of max_unavailable: the one that it does not use is left open there.
func (m *maker) pace(out *upgrade.Group, u *planner.UpdateConfig) {
	if m.terms.OwnMachines {
		out.MaxSurge, out.AtATime, out.MaxUnavailable = u.MaxUnavailable, u.MaxUnavailable, units.Count(0)
	}
	if !m.terms.MaxSurge {
		return
	}
	out.MaxSurge, out.AtATime, out.BatchSoak = u.MaxSurge, u.MaxUnavailable, u.Soak
	if u.MaxUnavailable.IsZero() {
		out.AtATime = u.MaxSurge
	}
	if u.MaxSurge.IsZero() && u.Strategy != "surge" {
		out.MaxSurge, out.MaxUnavailable = u.MaxUnavailable, units.Count(0)
	}
}

// upgradePlan translates a comparison back.
func upgradePlan(from, to string, hops []string, c upgrade.Comparison) *planner.UpgradePlan {
	out := &planner.UpgradePlan{From: from, To: to, Hops: hops, Recommended: c.Recommended, Reason: c.Reason}
	for _, s := range c.Strategies {
		row := planner.UpgradeStrategy{
			Name: s.Name, Duration: s.Duration, ExtraCost: s.ExtraCost, ExtraCostKnown: s.ExtraCostKnown,
			PeakExtraNodes: s.PeakExtraNodes, MinReady: s.MinReady, Rollback: s.Rollback,
			BlockedBy: s.BlockedBy, Notes: s.Notes,
		}
		if s.Duration == 0 {
			// Refused by the provider: there is no course of it that could cost.
			row.ExtraCostKnown = false
		}
		for _, g := range s.Groups {
			row.Groups = append(row.Groups, planner.UpgradeGroup{
				Name: g.Name, Start: g.Start, Duration: g.Duration, Parallel: g.Parallel,
				PeakExtraNodes: g.PeakExtraNodes, MinReady: min(g.MinReady, units.Whole),
				ExtraNodeHours: g.ExtraNodeHours, ExtraCost: g.ExtraCost,
				Drain: g.Drain, DrainWorkload: g.DrainWorkload,
			})
		}
		out.Strategies = append(out.Strategies, row)
	}
	return out
}
