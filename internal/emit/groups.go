package emit

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// Pool is a pool of nodes as tools take one: as its group was asked for, as it is
// planned, and the machine that it is made of. Most groups have one.
type Pool struct {
	Spec    *planner.NodeGroup
	Group   *planner.GroupPlan
	Pool    *planner.Pool
	Machine *catalogs.InstanceType
	// Name under which the pool is written, unique in the plan.
	Name string
	// Min and Max are the pool's parts of the group's bounds; its nodes are between.
	Min, Max int
	// Zones of its nodes, sorted.
	Zones []string

	upgrade *planner.UpgradePlan
	cluster *planner.Cluster
	course  string
	assumed bool
}

// Pools returns the pools of all groups in the plan's order. A name made of group and
// type is at most longest characters. The errors name the groups that cannot be written.
func Pools(p *planner.Plan, longest int) ([]Pool, error) {
	names, err := PoolNames(p, longest)
	errs := []error{err}
	var out []Pool
	for i := range p.NodeGroups {
		g := &p.NodeGroups[i]
		spec := SpecOf(p, g.Name)
		if spec == nil {
			errs = append(errs, fmt.Errorf("%s: the plan's inputs have no such group", g.Path()))
			continue
		}
		if err := checkGroup(g); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", g.Path(), err))
			continue
		}
		least, most := planner.SplitBounds(g, spec.Instances.OnDemandBase, 1)
		courses := g.CourseNames()
		for j := range g.Pools {
			pool := Pool{
				Spec: spec, Group: g, Pool: &g.Pools[j], Name: names[i][j], Min: least[j], Max: most[j],
				Zones: zonesOf(g, j), upgrade: p.Upgrade, cluster: &p.Cluster, course: courses[j],
				assumed: slices.ContainsFunc(p.Cluster.Assumptions, func(a planner.Assumption) bool {
					return a.Path == spec.Path()+".update_config.strategy"
				}),
			}
			at := slices.IndexFunc(p.Offers, func(t catalogs.InstanceType) bool { return t.Name == pool.Pool.InstanceType })
			if at < 0 {
				errs = append(errs, fmt.Errorf("%s: the plan does not describe its instance type %s", g.Path(), pool.Pool.InstanceType))
				continue
			}
			pool.Machine = &p.Offers[at]
			out = append(out, pool)
		}
	}
	return out, errors.Join(errs...)
}

// checkGroup returns what is wrong with the counts of a group and of its pools.
func checkGroup(g *planner.GroupPlan) error {
	sum := 0
	for i := range g.Pools {
		sum += g.Pools[i].Nodes
	}
	switch {
	case len(g.Pools) == 0:
		return errors.New("it has no pool")
	case sum != g.Nodes:
		return fmt.Errorf("its pools have %d nodes, the group %d", sum, g.Nodes)
	case g.MinNodes < 0 || g.MinNodes > g.Nodes || g.Nodes > g.MaxNodes || g.MaxNodes < 1:
		return fmt.Errorf("%d nodes are not between min_nodes %d and max_nodes %d, or max_nodes is below 1", g.Nodes, g.MinNodes, g.MaxNodes)
	}
	return nil
}

// zonesOf returns the zones of a pool: those of its group where it is the only one, else
// those in which nodes of it are planned, since whoever starts nodes balances each pool
// by itself.
func zonesOf(g *planner.GroupPlan, pool int) []string {
	var zones []string
	for _, z := range g.Pools[pool].NodesByZone {
		if g.Alone() || z.Nodes > 0 {
			zones = append(zones, z.Zone)
		}
	}
	slices.Sort(zones)
	return zones
}

// Labels are the declared ones and the group's name.
func (p *Pool) Labels() map[string]string {
	labels := map[string]string{GroupLabel: p.Group.Name}
	maps.Copy(labels, p.Spec.Labels)
	return labels
}

// Strategy returns how the pool's nodes are replaced: as the group declares. Where it
// declares nothing, what the planned upgrade recommends goes before what was assumed, if
// it is one of those that the tool has, and unless the group has another in its place.
func (p *Pool) Strategy(has ...string) string {
	if p.assumed && p.upgrade != nil && slices.Contains(has, p.upgrade.Recommended) {
		return p.cluster.Replaces(p.Spec, p.upgrade.Recommended)
	}
	return p.Spec.UpdateConfig.Strategy
}

// CourseBy returns a pool's course by a strategy in a planned upgrade, and what it is a
// course of: the recommended strategy, which may have that one in its place in the pool's
// group, or that one itself; nil where there is none.
func CourseBy(u *planner.UpgradePlan, course, strategy string) (*planner.UpgradeStrategy, *planner.UpgradeGroup) {
	if u == nil {
		return nil, nil
	}
	for _, name := range []string{u.Recommended, strategy} {
		s := u.Named(name)
		if s == nil {
			continue
		}
		for i := range s.Groups {
			if g := &s.Groups[i]; g.Name == course && s.By(g) == strategy {
				return s, g
			}
		}
	}
	return nil, nil
}

// Width returns how many nodes more, and how many fewer, there are while the pool's nodes
// are replaced by a strategy: what was chosen for it in the planned upgrade, or what its
// group declares, a share of max_surge rounded up and of max_unavailable down. At least
// one of them is 1.
func (p *Pool) Width(strategy string) (more, fewer int) {
	if w := p.chosen(strategy); w != nil {
		return w.MaxSurge, max(w.MaxUnavailable, w.Batch)
	}
	u, n := p.Spec.UpdateConfig, p.Pool.Nodes
	more, fewer = u.MaxSurge.Up(n), u.MaxUnavailable.Down(n)
	if more == 0 {
		fewer = max(fewer, 1)
	}
	return more, fewer
}

// Percentage returns the declared share of nodes that are replaced at a time by a strategy,
// in whole percent from 1 to 100; false where the plan has a count of them.
func (p *Pool) Percentage(strategy string) (int, bool) {
	u := p.Spec.UpdateConfig.MaxUnavailable
	if p.chosen(p.Strategy(strategy)) != nil || !u.IsRatio || u.Ratio < units.Percent || u.Ratio%units.Percent != 0 {
		return 0, false
	}
	return int(min(u.Ratio/units.Percent, 100)), true
}

// chosen returns the width that the planned upgrade chose for the pool in a strategy; nil
// where the spec declares one, or the strategy is blocked.
func (p *Pool) chosen(strategy string) *planner.UpgradeWidth {
	s, g := CourseBy(p.upgrade, p.course, strategy)
	if g == nil || len(s.BlockedBy) > 0 || g.Width.Declared || g.Width.MaxSurge+g.Width.MaxUnavailable+g.Width.Batch == 0 {
		return nil
	}
	return &g.Width
}

// OnEKS returns an error where the plan does not stand on EKS, which tool is for.
func OnEKS(p *planner.Plan, tool string) error {
	if p.Cluster.Provider == "aws" && p.ControlPlane.Mode == planner.Managed {
		return nil
	}
	return fmt.Errorf("emit.%s: it is for EKS alone, and the cluster %s is not on EKS", tool, p.Cluster.Name)
}
