package pipeline

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

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
		return nil, &planner.Infeasible{Path: "upgrade.to", Constraint: err.Error(), Remedy: m.newer(calendar)}
	}
	mech := m.provider.Mechanics(&m.cluster)
	skew, err := m.skew(u, &mech, hops)
	if err != nil {
		return nil, err
	}
	p := upgrade.Problem{
		Hops: hops, NodeSkew: skew, Times: times(&mech, u),
		ControlPlaneFee: upgrade.Rate{Known: true}, Volumes: upgrade.Rate{Known: true}, MayStop: m.cluster.Environment == planner.Development, APIDown: mech.APIDown,
	}
	for _, c := range control.Machines {
		if c.Role == planner.RoleControlPlane {
			p.ControlPlaneNodes = c.Nodes
		}
	}
	if err := m.secondCluster(&p, groups, control); err != nil {
		return nil, err
	}
	if err := m.strategies(&p, &mech); err != nil {
		return nil, err
	}
	idle := m.stockAfter(groups)
	for _, c := range control.Machines {
		idle.take(c.InstanceType, c.NodesByZone)
	}
	var rests spares
	for i := range groups {
		rest, err := m.remainderOf(&groups[i])
		if err != nil {
			return nil, err
		}
		rest.spares = &rests
		rests = append(rests, rest)
		p.Groups = append(p.Groups, m.upgradeGroups(&groups[i], rest, idle, p.Strategies)...)
	}
	j := m.newJourney(&p, m.cluster.KubernetesVersion, groups, rests)
	j.control = control
	return j.compare(u, calendar), nil
}

// secondCluster fills in what a second cluster pays beside its nodes: a control plane of the
// minor to come, and volumes.
func (m *maker) secondCluster(p *upgrade.Problem, groups []planner.GroupPlan, control *planner.ControlPlane) error {
	next, err := m.controlPlaneAt(m.cluster.Upgrade.To)
	if err != nil {
		return err
	}
	for _, f := range next.Fees {
		p.ControlPlaneFee.PerHour += f.Price.Rate
		p.ControlPlaneFee.Known = p.ControlPlaneFee.Known && f.Price.Known()
	}
	for _, l := range m.controlPlaneLines(control) {
		p.ControlPlaneFee.PerHour += l.PerHour()
		p.ControlPlaneFee.Known = p.ControlPlaneFee.Known && l.Known()
	}
	for i := range groups {
		for _, l := range m.volumeLines(&groups[i]) {
			p.Volumes.PerHour += l.PerHour()
			p.Volumes.Known = p.Volumes.Known && l.Known()
		}
	}
	return nil
}

// strategies fills in those of the provider, those that it refuses, and the one that is asked
// for. The error is a *planner.Infeasible.
func (m *maker) strategies(p *upgrade.Problem, mech *planner.Mechanics) error {
	var names []string
	for _, o := range mech.Strategies {
		names = append(names, o.Name)
		p.Strategies = append(p.Strategies, upgrade.Option{Name: o.Name, Course: upgrade.Course(o.Course), TerminateFirst: o.TerminateFirst})
	}
	for _, s := range slices.Sorted(maps.Keys(mech.Refused)) {
		p.Refused = append(p.Refused, upgrade.Refusal{Strategy: s, Reason: mech.Refused[s]})
	}
	wanted := m.cluster.Upgrade.Strategy
	if wanted == "compare" {
		return nil
	}
	p.Wanted = wanted
	if _, refused := mech.Refused[wanted]; !refused && !slices.Contains(names, wanted) {
		return &planner.Infeasible{
			Path:       "upgrade.strategy",
			Constraint: wanted + " is not a strategy of " + m.provider.Name(),
			Remedy:     "choose one of " + strings.Join(names, ", "),
		}
	}
	return nil
}

// newer names the minors that can be upgraded to.
func (m *maker) newer(calendar []upgrade.Version) string {
	var minors []string
	for _, v := range calendar {
		if _, err := upgrade.Path(m.cluster.KubernetesVersion, v.Minor, calendar, m.cluster.AsOf); err == nil {
			minors = append(minors, v.Minor)
		}
	}
	if len(minors) == 0 {
		return "no newer minor is released and supported"
	}
	return "name a newer minor that is released and supported: " + strings.Join(minors, ", ")
}

// skew is how many minors nodes may trail: what is asked for, or what the provider does.
// The error is a *planner.Infeasible.
func (m *maker) skew(u *planner.Upgrade, mech *planner.Mechanics, hops []string) (int, error) {
	skew := cmp.Or(u.KubeletSkew, mech.NodeSkew)
	if err := upgrade.CheckHops(m.cluster.KubernetesVersion, hops, skew, mech.LargestSkew); err != nil {
		return 0, &planner.Infeasible{Path: "upgrade.kubelet_skew", Constraint: err.Error(), Remedy: "lower kubelet_skew"}
	}
	return skew, nil
}

// controlPlaneAt is the control plane of another minor: what a second cluster
// pays for, or the first once it is upgraded.
func (m *maker) controlPlaneAt(minor string) (planner.ControlPlane, error) {
	c := m.cluster
	c.KubernetesVersion = minor
	return m.provider.ControlPlane(&c, m.catalog)
}

// times are those of a provider, with the waits that the spec asks for.
func times(mech *planner.Mechanics, u *planner.Upgrade) upgrade.Times {
	wait := func(asked *time.Duration, usual time.Duration) time.Duration {
		if asked == nil {
			return usual
		}
		return *asked
	}
	return upgrade.Times{
		ControlPlaneStep: mech.ControlPlaneStep, ControlPlaneNode: mech.ControlPlaneNode, ControlPlaneRoll: mech.ControlPlaneRoll,
		AddOns: mech.AddOns, Setup: mech.Setup, Boot: mech.Boot, AfterDrain: mech.AfterDrain, Terminate: mech.Terminate,
		AfterTerminate: mech.AfterTerminate, Validate: mech.Validate, ScaleDownPerNode: mech.ScaleDownPerNode,
		Packages: mech.Packages, Ready: mech.Ready, Cordon: mech.Cordon, WaitForDrain: mech.WaitForDrain,
		DrainLimit: mech.DrainLimit, DrainForced: mech.DrainForced, MaxParallel: mech.MaxParallel,
		ControlPlaneRollback: mech.ControlPlaneRollback,
		Verify:               wait(u.Verify, upgrade.DefaultVerify),
		Soak:                 wait(u.Soak, upgrade.DefaultSoak),
		Delete:               cmp.Or(mech.DeletePool, upgrade.DefaultDelete),
		ParallelRun:          wait(u.ParallelRun, upgrade.DefaultParallelRun),
	}
}

// upgradeGroups translates the pools of a planned group, each of which its provider
// replaces by itself, one after another: its nodes as the modelled scheduler filled
// them, what the group does with fewer of them, and in the place of which strategies it has
// one of its own. idle are machines that nobody has taken.
func (m *maker) upgradeGroups(g *planner.GroupPlan, rest *remainder, idle stock, strategies []upgrade.Option) []upgrade.Group {
	declared := m.groupNamed(g.Name)
	instead := m.instead(declared, strategies)
	works := m.upgradeWorkloads(g, declared)
	names, courses := planner.PoolNames(g.Pools), g.CourseNames()
	var out []upgrade.Group
	for i := range g.Pools {
		pool := &g.Pools[i]
		u := upgrade.Group{
			Name: courses[i], Zones: len(pool.NodesByZone), Beside: g.Nodes - pool.Nodes,
			Price:          m.oneMore(declared, pool),
			MaxUnavailable: declared.UpdateConfig.MaxUnavailable, Workloads: works, Instead: instead,
			Pending: func(nodes int, without func(workload string) int) (string, int) {
				return rest.pending(i, nodes, without)
			},
			Carries: func(nodes int) bool { return rest.carries(i, nodes) },
		}
		m.pace(&u, &declared.UpdateConfig)
		if m.terms.OwnMachines {
			u.Limited = true
			for _, zone := range declared.Zones {
				at := slices.IndexFunc(pool.NodesByZone, func(z planner.ZoneCount) bool { return z.Zone == zone })
				place := upgrade.Place{Zone: zone, Idle: idle[pool.InstanceType][zone]}
				if at >= 0 {
					place.Nodes = pool.NodesByZone[at].Nodes
				}
				u.Spare += place.Idle
				u.Places = append(u.Places, place)
			}
		}
		for _, z := range pool.NodesByZone {
			u.NodesByZone = append(u.NodesByZone, z.Nodes)
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
	return out
}

// oneMore is what one node more of a pool costs an hour, its root disks and fee included. A
// machine of one's own that stands there costs nothing more when it is used.
func (m *maker) oneMore(declared *planner.NodeGroup, pool *planner.Pool) upgrade.Rate {
	beside, known := m.besideNode(declared)
	if m.counted(pool.InstanceType) {
		return upgrade.Rate{PerHour: beside, Known: known}
	}
	return upgrade.Rate{PerHour: pool.Price.Rate + beside, Known: known && pool.Price.Known()}
}

// instead are the strategies of a ground in whose place a group has another.
func (m *maker) instead(declared *planner.NodeGroup, strategies []upgrade.Option) map[string]upgrade.Option {
	out := make(map[string]upgrade.Option)
	for _, o := range strategies {
		own := m.cluster.Replaces(declared, o.Name)
		at := slices.IndexFunc(strategies, func(o upgrade.Option) bool { return o.Name == own })
		if own != o.Name && at >= 0 {
			out[o.Name] = strategies[at]
		}
	}
	return out
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
