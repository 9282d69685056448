package pipeline

import (
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/packing"
	"github.com/scantling-dev/scantling/planner/upgrade"
	"github.com/scantling-dev/scantling/planner/upgrade/rollout"
)

// journey is an upgrade on the planned placement, ready to be simulated: the pools of
// the problem's groups, the pods that sit on them, and what is asked on the way.
type journey struct {
	m       *maker
	problem *upgrade.Problem
	groups  []planner.GroupPlan
	pools   []journeyPool
	works   []journeyWork
	plan    rollout.Plan
	control *planner.ControlPlane
	// planned are all groups of the plan, groups those that are upgraded; rests are what
	// is known of each of these.
	planned []planner.GroupPlan
	rests   []*remainder
	// each pool's upgrade by itself, made when it is asked for; lone is such a one.
	each []*journey
	lone bool
	// opened are groups whose declared widths are not asked about; nil is none.
	opened []bool
	// drills of redundancy by group.
	drills []*drills
}

// journeyPool is a pool of a planned group; both by index.
type journeyPool struct {
	group, pool int
	offer       *offer
}

// journeyWork is a workload, by the index of its group.
type journeyWork struct {
	group int
	name  string
	// need is how many ready pods hold the targets, 0 where none is known; floor is what
	// a disruption budget leaves of them, need where there is none.
	need, floor int
}

// newJourney translates planned groups. rests are what is known of each of them.
func (m *maker) newJourney(p *upgrade.Problem, from string, groups []planner.GroupPlan, rests []*remainder) *journey {
	j := &journey{m: m, problem: p, groups: groups, planned: groups, rests: rests}
	j.plan = rollout.Plan{
		From: from, Hops: p.Hops, NodeSkew: p.NodeSkew, Zones: m.cluster.Zones,
		Times: rollout.Times(p.Times), ControlPlaneNodes: p.ControlPlaneNodes,
		ControlPlaneFee: rollout.Rate(p.ControlPlaneFee), Volumes: rollout.Rate(p.Volumes),
	}
	redundant := false
	for g := range groups {
		declared := m.groupNamed(groups[g].Name)
		first := len(j.works)
		j.addWorkloads(g, rests[g].p, m.upgradeWorkloads(&groups[g], declared))
		j.addPools(g, rests[g], first)
		d := rests[g].drillsOf(declared)
		redundant = redundant || d != nil
		j.drills = append(j.drills, d)
	}
	for i := range j.plan.Pools {
		for n := range j.plan.Pools[i].Nodes {
			class := &j.plan.Pools[i].Nodes[n]
			class.Pods = append(class.Pods, make([]int, len(j.works)-len(class.Pods))...)
		}
	}
	j.plan.Holds = func(workload, ready int) bool { return ready >= j.works[workload].need }
	if redundant {
		j.plan.Redundant = j.redundant
	}
	return j
}

// addWorkloads adds those of a group.
func (j *journey) addWorkloads(g int, p *problem, works []upgrade.Workload) {
	for i, u := range works {
		planned := &j.groups[g].Workloads[i]
		w := p.workOf(planned)
		need := min(w.holds(planned.Replicas), planned.Replicas)
		floor := need
		if u.Budget {
			floor = min(need, max(planned.Replicas-u.Allowed, 0))
		}
		j.works = append(j.works, journeyWork{group: g, name: u.Name, need: need, floor: floor})
		j.plan.Workloads = append(j.plan.Workloads, rollout.Workload{
			Name: u.Name, Budget: u.Budget, Allowed: u.Allowed, Zonal: w.zonal() || w.zones != nil, Grace: u.Grace, Startup: u.Startup,
		})
	}
}

// holds returns how many ready pods hold the targets while nodes are replaced: what is
// to stay ready where that is declared, and what carries the peak by latency or load
// test. A given number has no target, nor has a job a moment in which it must run.
func (w *work) holds(replicas int) int {
	need := w.needOf(replicas)
	if !w.computed || w.spec.Demand.Way == planner.FromJob {
		return need
	}
	return max(need, w.load)
}

// addPools adds the pools of a group, whose workloads are numbered from first on.
func (j *journey) addPools(g int, rest *remainder, first int) {
	planned := &j.groups[g]
	names, courses := planner.PoolNames(planned.Pools), planned.CourseNames()
	for i := range planned.Pools {
		u := &j.problem.Groups[len(j.pools)]
		pool := rollout.Pool{
			Name: courses[i], Group: planned.Name, Price: rollout.Rate(u.Price), BatchSoak: u.BatchSoak,
			MaxUnavailable: u.MaxUnavailable, MaxSurge: u.Surge(), AtATime: u.AtATime,
			Fits: fitsOn(planned, rest.p, rest.offers[i], first),
		}
		if u.Limited {
			pool.Idle = make([]int, len(j.plan.Zones))
			for _, place := range u.Places {
				pool.Idle[slices.Index(j.plan.Zones, place.Zone)] = place.Idle
			}
		}
		for _, z := range planned.Pools[i].NodesByZone {
			pool.Zones = append(pool.Zones, slices.Index(j.plan.Zones, z.Zone))
		}
		for _, pl := range planned.Placement {
			if pl.Pool != names[i] {
				continue
			}
			class := rollout.NodeClass{Nodes: pl.Nodes, Zone: slices.Index(j.plan.Zones, pl.Zone), Pods: make([]int, len(j.works))}
			for _, pods := range pl.Pods {
				w := slices.IndexFunc(j.works[first:], func(w journeyWork) bool { return w.name == pods.Workload })
				class.Pods[first+w] += pods.Pods
			}
			pool.Nodes = append(pool.Nodes, class)
		}
		j.plan.Pools = append(j.plan.Pools, pool)
		j.pools = append(j.pools, journeyPool{group: g, pool: i, offer: rest.offers[i]})
	}
}

// fitsOn says whether one more pod of a workload goes on a node of an offer: by requests, by
// selectors, and not beside another where pods of a workload must not share a node. The
// group's workloads are numbered from first on.
func fitsOn(g *planner.GroupPlan, p *problem, o *offer, first int) func(pods []int32, workload int) bool {
	requests := make([]packing.Resources, len(g.Workloads))
	admitted, apart := make([]bool, len(requests)), make([]bool, len(requests))
	for i := range requests {
		w := p.workOf(&g.Workloads[i])
		requests[i], admitted[i], apart[i] = w.request, o.admits(w.spec), w.apart(planner.HostnameKey)
		requests[i].Pods = 1
	}
	type share struct {
		free int64
		each []int64 // by workload
	}
	var shares []share
	free := amountsOf(&o.free)
	for _, kind := range needed(len(requests), func(i int) *packing.Resources { return &requests[i] }) {
		s := share{free: free[kind]}
		for i := range requests {
			s.each = append(s.each, amountsOf(&requests[i])[kind])
		}
		shares = append(shares, s)
	}
	return func(pods []int32, workload int) bool {
		w := workload - first
		if !admitted[w] || apart[w] && pods[workload] > 0 {
			return false
		}
		pods = pods[first:]
		for _, s := range shares {
			if s.each[w] == 0 {
				continue
			}
			left := s.free - s.each[w]
			for i, one := range s.each {
				left -= one * int64(pods[i])
			}
			if left < 0 {
				return false
			}
		}
		return true
	}
}

// amountsOf are resources as numbers, those of More last.
func amountsOf(r *packing.Resources) [4 + packing.MoreKinds]int64 {
	out := [4 + packing.MoreKinds]int64{int64(r.CPU), int64(r.Memory), int64(r.Pods), int64(r.Storage)}
	copy(out[4:], r.More[:])
	return out
}

// needed are the resources of n requests of which one of them needs some, as places in
// their amounts.
func needed(n int, request func(i int) *packing.Resources) []int {
	var kinds []int
	for kind := range len(amountsOf(&packing.Resources{})) {
		for i := range n {
			if amountsOf(request(i))[kind] > 0 {
				kinds = append(kinds, kind)
				break
			}
		}
	}
	return kinds
}

// workOf returns the work of a planned workload.
func (p *problem) workOf(planned *planner.WorkloadPlan) *work {
	at := slices.IndexFunc(p.works, func(w work) bool { return w.spec.Name == planned.Name && w.spec.System == planned.System })
	return &p.works[at]
}

// redundant reports whether every group still survives the losses that it declares with
// so many ready nodes. Those that are cordoned count: they carry pods, and can be opened
// again when something fails.
func (j *journey) redundant(l rollout.Level) bool {
	next := 0
	for g := range j.groups {
		n := len(j.groups[g].Pools)
		if d := j.drills[g]; d != nil && !d.survives(l.Ready[next:next+n], j.m.cluster.Zones) {
			return false
		}
		next += n
	}
	return true
}
