package terraform

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/emit"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// group is what one group of nodes is written from: a pool of a node group, as the
// group was asked for, as it is planned, and the machine that the pool is made of. Most
// node groups have one pool.
type group struct {
	spec    *planner.NodeGroup
	plan    *planner.GroupPlan
	pool    *planner.Pool
	machine *catalogs.InstanceType
	upgrade *planner.UpgradePlan
	cluster *planner.Cluster
	// assumed: the spec does not say by which strategy nodes are replaced.
	assumed bool

	// index of the pool; alone says that the group has no other.
	index int
	alone bool
	// name under which the pool is written, and that of its course in an upgrade.
	name, courseName string
	// nodes of the pool, and its parts of the group's bounds.
	nodes, least, most int
}

// newGroups collects what is known of a planned group: a group for each pool, under
// names of their own. Bounds are split over the pools in multiples of step.
func newGroups(p *planner.Plan, planned *planner.GroupPlan, names []string, step int) ([]*group, error) {
	i := slices.IndexFunc(p.Cluster.NodeGroups, func(s planner.NodeGroup) bool { return s.Name == planned.Name })
	if i < 0 {
		return nil, errors.New("the plan's inputs have no such group")
	}
	spec := &p.Cluster.NodeGroups[i]
	assumed := slices.ContainsFunc(p.Cluster.Assumptions, func(a planner.Assumption) bool {
		return a.Path == spec.Path()+".update_config.strategy"
	})
	if err := checkPools(planned); err != nil && len(planned.Pools) != 1 {
		return nil, err
	}
	least, most := planner.SplitBounds(planned, spec.Instances.OnDemandBase, step)
	courses := planned.CourseNames()
	var out []*group
	for j := range planned.Pools {
		g := &group{
			spec: spec, plan: planned, pool: &planned.Pools[j], upgrade: p.Upgrade, cluster: &p.Cluster, assumed: assumed,
			index: j, alone: planned.Alone(), name: names[j], courseName: courses[j],
			nodes: planned.Pools[j].Nodes, least: least[j], most: most[j],
		}
		at := slices.IndexFunc(p.Offers, func(t catalogs.InstanceType) bool { return t.Name == g.pool.InstanceType })
		if at < 0 {
			return nil, fmt.Errorf("the plan does not describe its instance type %s", g.pool.InstanceType)
		}
		g.machine = &p.Offers[at]
		out = append(out, g)
	}
	return out, nil
}

// checkPools returns what is wrong with the counts of a group and of its pools, which
// several cannot be split with.
func checkPools(planned *planner.GroupPlan) error {
	var errs []error
	if planned.MinNodes < 0 || planned.MinNodes > planned.Nodes || planned.Nodes > planned.MaxNodes || planned.MaxNodes < 1 {
		errs = append(errs, fmt.Errorf("%d nodes are not between min_nodes %d and max_nodes %d, or max_nodes is below 1",
			planned.Nodes, planned.MinNodes, planned.MaxNodes))
	}
	sum := 0
	for i := range planned.Pools {
		sum += planned.Pools[i].Nodes
		if len(planned.Pools) > 1 && planned.Pools[i].Nodes < 1 {
			errs = append(errs, fmt.Errorf("its pool of %s has no node", planned.Pools[i].InstanceType))
		}
	}
	switch {
	case len(planned.Pools) == 0:
		errs = append(errs, errors.New("it has no pool"))
	case len(planned.Pools) == 1 && sum != planned.Nodes:
		errs = append(errs, fmt.Errorf("its pool has %d nodes, the group %d", sum, planned.Nodes))
	case sum != planned.Nodes:
		errs = append(errs, fmt.Errorf("its pools have %d nodes, the group %d", sum, planned.Nodes))
	}
	return errors.Join(errs...)
}

// A target is where plans are written for.
type target struct {
	// longest name that a pool of several may have.
	longest int
	// equalZones: every pool has the same number of nodes in each zone, its bounds too.
	equalZones bool
}

// collect calls add for every pool of every planned group and joins what is wrong with
// them, each under the group's address.
func collect(p *planner.Plan, to target, add func(*group) error) error {
	names, err := emit.PoolNames(p, to.longest)
	errs := []error{err}
	for i := range p.NodeGroups {
		planned, step := &p.NodeGroups[i], 1
		if to.equalZones && len(planned.Pools) > 0 {
			step = max(len(planned.Pools[0].NodesByZone), 1)
		}
		pools, err := newGroups(p, planned, names[i], step)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", planned.Path(), err))
			continue
		}
		paths := planner.PoolNames(planned.Pools)
		for j, g := range pools {
			if err := add(g); err != nil && g.alone {
				errs = append(errs, fmt.Errorf("%s: %w", planned.Path(), err))
			} else if err != nil {
				errs = append(errs, fmt.Errorf("%s.pools.%s: %w", planned.Path(), paths[j], err))
			}
		}
	}
	return errors.Join(errs...)
}

// check returns everything that keeps the pool from being written for any target;
// what is wrong with its group is told with the first pool.
func (g *group) check() error {
	var errs []error
	if g.pool.CapacityType != planner.OnDemand && g.pool.CapacityType != planner.Spot {
		errs = append(errs, fmt.Errorf("capacity type %q is not supported", g.pool.CapacityType))
	}
	if g.index > 0 {
		return errors.Join(errs...)
	}
	errs = append(errs, checkPools(g.plan))
	if own, ok := g.spec.Labels[GroupLabel]; ok && own != g.plan.Name {
		errs = append(errs, fmt.Errorf("label %s is %q: it is kept for the group's name, by which pods find their nodes", GroupLabel, own))
	}
	seen := map[string]bool{}
	for _, t := range g.spec.Taints {
		seen[t.Key+":"+string(t.Effect)] = true
	}
	if len(seen) != len(g.spec.Taints) {
		errs = append(errs, errors.New("a taint is declared twice: key and effect must be unique"))
	}
	return errors.Join(errs...)
}

// labels are the declared ones and the group's name.
func (g *group) labels() map[string]string {
	labels := map[string]string{GroupLabel: g.plan.Name}
	maps.Copy(labels, g.spec.Labels)
	return labels
}

// zones returns the names of the pool's zones, sorted: those of the group. Of several
// pools each has the zones in which nodes of it are planned, since whoever starts nodes
// balances a pool by itself and knows nothing of the others.
func (g *group) zones() []string {
	var zones []string
	for _, z := range g.pool.NodesByZone {
		if g.alone || z.Nodes > 0 {
			zones = append(zones, z.Zone)
		}
	}
	slices.Sort(zones)
	return zones
}

// cloudEffect is the word of EKS and GKE for the effect of a taint.
func cloudEffect(e planner.TaintEffect) string {
	switch e {
	case planner.NoSchedule:
		return "NO_SCHEDULE"
	case planner.PreferNoSchedule:
		return "PREFER_NO_SCHEDULE"
	case planner.NoExecute:
		return "NO_EXECUTE"
	}
	panic("terraform: unknown taint effect " + string(e))
}

// The names of strategies, in plans and in the spec's update_config.
const (
	surge   = "surge"
	minimal = "minimal"
	inPlace = "in_place"
	// GKE's own.
	gkeBlueGreen           = "gke_blue_green"
	gkeAutoscaledBlueGreen = "gke_autoscaled_blue_green"
)

// strategy returns how nodes are replaced: as the group declares. Where it declares
// nothing, what the planned upgrade recommends goes before what was assumed, if it is
// one of those by which nodes are replaced in their group here, and unless the group has
// another in its place.
func (g *group) strategy(inGroup ...string) string {
	if g.assumed && g.upgrade != nil && slices.Contains(inGroup, g.upgrade.Recommended) {
		return g.cluster.Replaces(g.spec, g.upgrade.Recommended)
	}
	return g.spec.UpdateConfig.Strategy
}

// chosen returns the width that the planned upgrade chose for the pool in a strategy; nil
// where the spec declares one, or the strategy is blocked.
func (g *group) chosen(strategy string) *planner.UpgradeWidth {
	s, c := emit.CourseBy(g.upgrade, g.courseName, strategy)
	if c == nil || c.Width.Declared || len(s.BlockedBy) > 0 || c.Width.MaxSurge+c.Width.MaxUnavailable+c.Width.Batch == 0 {
		return nil
	}
	return &c.Width
}

// pace returns how many nodes more, and how many fewer, there are while the group's
// nodes are replaced by a strategy: what was chosen for it or what its update_config
// declares, at least one of them. A share of max_surge rounds up and of max_unavailable down, to 1 at least.
// What a strategy has no figure for, because the group declares the other one or
// machines of one's own have one figure for both, is as wide as that one: so the
// strategies of an upgrade were compared.
func (g *group) pace(strategy string) (more, fewer int) {
	if w := g.chosen(strategy); w != nil {
		return w.MaxSurge, max(w.MaxUnavailable, w.Batch)
	}
	u, n := g.spec.UpdateConfig, g.nodes
	if strategy != surge {
		return 0, g.atATime()
	}
	if u.MaxSurge.IsZero() && (u.Strategy != surge || len(g.cluster.Machines) > 0) {
		return max(u.MaxUnavailable.Up(n), 1), 0
	}
	more = u.MaxSurge.Up(n)
	if !u.MaxUnavailable.IsZero() {
		fewer = g.atATime()
	}
	if more+fewer == 0 {
		more = 1
	}
	return more, fewer
}

// atATime returns how many nodes are drained at a time where none is added before.
func (g *group) atATime() int {
	u := g.spec.UpdateConfig
	asked := u.MaxUnavailable
	if asked.IsZero() {
		asked = u.MaxSurge
	}
	return max(asked.Down(g.nodes), 1)
}

// course returns the pool's course by a strategy in the planned upgrade; nil
// where there is none.
func (g *group) course(strategy string) *planner.UpgradeGroup {
	_, c := emit.CourseBy(g.upgrade, g.courseName, strategy)
	return c
}

func courseOf(s *planner.UpgradeStrategy, group string) *planner.UpgradeGroup {
	for i := range s.Groups {
		if s.Groups[i].Name == group {
			return &s.Groups[i]
		}
	}
	return nil
}

// rounds returns how many rounds of a course that replaces k nodes at a time n nodes
// make. With more nodes than were planned up to wide of them may be replaced at a
// time; a round of those counts for as many of k as it holds, because their drains
// may take so much longer together.
func rounds(n, k, wide int) int {
	wide = min(max(wide, k), max(n, k))
	return units.CeilDiv(n, wide) * units.CeilDiv(wide, k)
}

// stretched returns how long a course takes that is planned in some rounds and has
// more: all of it grows with them, which is at least what does.
func stretched(d time.Duration, planned, more int) time.Duration {
	if more <= planned || planned == 0 {
		return d
	}
	return repeated(units.CeilDiv(d, time.Duration(planned)), more)
}

// repeated returns n times d, at most mostTimeout.
func repeated(d time.Duration, n int) time.Duration {
	if n > 0 && d > mostTimeout/time.Duration(n) {
		return mostTimeout
	}
	return d * time.Duration(n)
}

// The least timeout, which is also that of the AWS provider; the step to which
// timeouts are rounded up; and the most, above which nobody waits: a year.
const (
	leastTimeout = time.Hour
	timeoutStep  = 10 * time.Minute
	mostTimeout  = 365 * 24 * time.Hour
)

// timeout writes how long Terraform is to wait for what takes d: at least an
// hour, at most a year, in whole ten minutes.
func timeout(d time.Duration) string {
	d = units.CeilDiv(min(max(d, leastTimeout), mostTimeout), timeoutStep) * timeoutStep
	return fmt.Sprintf("%dm", int64(d/time.Minute))
}
