package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/demand"
	"github.com/scantling-dev/scantling/planner/placement"
)

// Replay tries failures on the placement of a plan that has been verified, with
// the catalog and provider that it was made with: the kills together, or without
// any every loss that the plan declares, each at its worst. Displaced pods go where
// the modelled scheduler of the version that runs puts them, no running pod moved.
//
// It is pure. Its error is a *planner.KillError, or the cause of the context's end.
func Replay(ctx context.Context, plan *planner.Plan, cat catalogs.Catalog, prov planner.Provider, kills []planner.Kill) (planner.Replay, error) {
	r := &replayer{plan: plan, kills: kills}
	if err := r.checkKills(); err != nil {
		return planner.Replay{}, err
	}
	cat = typesInOrder(layered(cat, &plan.Cluster))
	r.m = &maker{cluster: inOrder(plan.Cluster), catalog: &cat, provider: prov, checker: placement.NewChecker(), brief: true, terms: prov.Terms(), offers: map[string]offered{}}
	r.m.stop = func() bool { return ctx.Err() != nil }
	r.m.simulator = newSimulator(ctx, &plan.Cluster).planned(plan)
	r.m.size = r.m.sizeOf(plan.NodeGroups)
	out := planner.Replay{Kills: slices.Clone(kills), Tightest: -1}
	guests, err := r.m.guests()
	if err != nil {
		return planner.Replay{}, err
	}
	for i := range plan.NodeGroups {
		cases, err := r.group(&plan.NodeGroups[i], guests)
		if err != nil {
			return planner.Replay{}, err
		}
		if ctx.Err() != nil {
			return planner.Replay{}, context.Cause(ctx)
		}
		if len(cases) == 0 {
			out.Untouched = append(out.Untouched, plan.NodeGroups[i].Name)
		}
		out.Groups = append(out.Groups, cases...)
	}
	for i := range out.Groups {
		if out.Tightest < 0 || tighter(&out.Groups[i], &out.Groups[out.Tightest]) {
			out.Tightest = i
		}
	}
	out.ControlPlane = r.controlPlane()
	return out, nil
}

// tighter orders cases, the worst first.
func tighter(a, b *planner.GroupCase) bool {
	return cmp.Or(cmp.Compare(b.Missing+b.NotReady, a.Missing+a.NotReady), cmp.Compare(a.FreeCPU, b.FreeCPU)) < 0
}

// replayer holds what the groups of one Replay share.
type replayer struct {
	plan  *planner.Plan
	kills []planner.Kill
	m     *maker
}

// strike is a kind of failure, with its name.
type strike struct {
	placement.Strike
	event string
}

// group returns the cases of one group: none where it loses nothing.
func (r *replayer) group(g *planner.GroupPlan, guests [][]planner.Workload) ([]planner.GroupCase, error) {
	at := slices.IndexFunc(r.m.cluster.NodeGroups, func(d planner.NodeGroup) bool { return d.Name == g.Name })
	declared := &r.m.cluster.NodeGroups[at]
	zones := declared.Zones
	strikes := r.strikes(g, declared)
	if len(strikes) == 0 {
		return nil, nil
	}
	works, err := r.works(g, declared, guests[at])
	if err != nil {
		return nil, err
	}
	in := standing(g, zones, works, furtherOf(declared))
	r.selectPools(&in, g, declared, works)
	o := placement.Options{Balance: r.m.balances()[0], Shuffles: -1, Stop: r.m.stop}
	stand := placement.NewReplay(in, r.nodesOf(g, zones, works, in, o), o)
	var out []planner.GroupCase
	for i := range strikes {
		worst, ok := stand.Worst(strikes[i].Strike)
		if !ok {
			return nil, nil // the context has ended
		}
		out = append(out, caseOf(g, declared, works, strikes[i].event, &worst))
	}
	return out, nil
}

// works sizes the workloads of a planned group as the plan says, in its order.
func (r *replayer) works(g *planner.GroupPlan, declared *planner.NodeGroup, guests []planner.Workload) ([]work, error) {
	all, err := r.m.load(declared, guests, r.m.monthsAhead())
	if err != nil {
		return nil, err
	}
	out := make([]work, len(g.Workloads))
	for i := range g.Workloads {
		p := &g.Workloads[i]
		at := slices.IndexFunc(all, func(w work) bool { return w.spec.Name == p.Name && w.spec.System == p.System })
		if at < 0 {
			panic(fmt.Sprintf("pipeline: %s of group %s is no workload of its cluster", p.Name, g.Name))
		}
		spec := *all[at].spec
		spec.Pod = p.Pod
		out[i] = all[at]
		out[i].spec = &spec
	}
	return out, nil
}

// standing translates a planned group to the placement stage.
func standing(g *planner.GroupPlan, zones []string, works []work, more further) placement.Group {
	var in placement.Group
	for i := range g.Pools {
		pool := &g.Pools[i]
		nodes := placement.Pool{
			Allocatable: placement.Resources(more.node(&pool.Allocatable)),
			NodesByZone: make([]int, len(zones)),
		}
		nodes.Reserved, nodes.Unrequested = reservedBy(pool.DaemonSets)
		for _, z := range pool.NodesByZone {
			nodes.NodesByZone[slices.Index(zones, z.Zone)] = z.Nodes
		}
		in.Pools = append(in.Pools, nodes)
	}
	for i := range works {
		w := works[i].placed(g.Workloads[i].Replicas)
		w.Surge = 0
		in.Workloads = append(in.Workloads, w)
	}
	return in
}

// selectPools fills in which pools of a planned group the selectors of its workloads admit.
func (r *replayer) selectPools(in *placement.Group, g *planner.GroupPlan, declared *planner.NodeGroup, works []work) {
	offers := make([]*offer, len(g.Pools))
	for i := range g.Pools {
		offers[i] = &offer{}
		if t, ok := r.m.catalog.Type(g.Pools[i].InstanceType); ok {
			offers[i].labels = r.m.labelled(declared, &t, g.Pools[i].CapacityType)
		}
	}
	for i := range works {
		in.Workloads[i].Pools = poolsFor(works[i].spec, offers...)
	}
}

// nodesOf returns the nodes of a planned group as they are filled. A plan counts
// equal nodes together; where the modelled scheduler fills the same nodes again,
// they have the names that it gave them, since the first of equals is what it
// chooses. Else they are named as the plan lists them.
func (r *replayer) nodesOf(g *planner.GroupPlan, zones []string, works []work, in placement.Group, o placement.Options) []placement.NodePods {
	var listed []placement.NodePods
	names := planner.PoolNames(g.Pools)
	for _, p := range g.Placement {
		pods := make([]int, len(works))
		for _, count := range p.Pods {
			pods[slices.IndexFunc(works, func(w work) bool { return w.spec.Name == count.Workload })] += count.Pods
		}
		listed = append(listed, slices.Repeat([]placement.NodePods{{Pool: slices.Index(names, p.Pool), Zone: slices.Index(zones, p.Zone), Pods: pods}}, p.Nodes)...)
	}
	again, failure := r.m.checker.Check(in, placement.Losses{}, o)
	if failure != nil {
		return listed
	}
	byPods := func(a, b placement.NodePods) int {
		return cmp.Or(cmp.Compare(a.Pool, b.Pool), cmp.Compare(a.Zone, b.Zone), slices.Compare(a.Pods, b.Pods))
	}
	same := func(a, b placement.NodePods) bool { return byPods(a, b) == 0 }
	if slices.EqualFunc(slices.SortedFunc(slices.Values(listed), byPods), slices.SortedFunc(slices.Values(again.Nodes), byPods), same) {
		return again.Nodes
	}
	return listed
}

// noNodes is what pods lack where no node is left.
const noNodes = "nodes"

// caseOf puts the worst case of a strike in the plan's words.
func caseOf(g *planner.GroupPlan, declared *planner.NodeGroup, works []work, event string, worst *placement.Worst) planner.GroupCase {
	o, zones, more := &worst.Outcome, declared.Zones, furtherOf(declared)
	out := planner.GroupCase{
		Group: g.Name, Event: event, Ways: worst.Ways, Tried: worst.Tried, Held: worst.Held, All: worst.All,
		Lost: lossWords(g, zones, o.Lost), Nodes: g.Nodes, Left: o.Up, Missing: o.Missing, NotReady: o.NotReady,
		Free: requestsOf(&o.Free), Offered: requestsOf(&o.Total), FreeCPU: o.FreeCPU,
	}
	for i := range works {
		w, f, replicas := &works[i], &o.Fates[i], g.Workloads[i].Replicas
		c := planner.WorkloadCase{
			Name: w.spec.Name, System: w.spec.System, Replicas: replicas, Displaced: f.Displaced, Placed: f.Placed,
			Short: more.shortage(f.Short), MayWait: !w.reschedules(), MinReady: w.needOf(replicas),
			LeastReady: replicas - worst.Displaced[i],
		}
		for z, pods := range f.Landed {
			if pods > 0 {
				c.Landed = append(c.Landed, planner.ZonePods{Zone: zones[z], Pods: pods})
			}
		}
		if f.Waiting > 0 && f.Short == "" {
			c.Short = string(placement.ShortVolumeZone) // their zone is gone
		}
		if o.Up == 0 && f.Displaced > 0 {
			c.Short = noNodes
		}
		if w.computed {
			c.ForPeak = w.load
			if w.queue != nil {
				c.ForPeak = w.queue.survivors.pods
			}
		}
		c.Latency = w.latencyOf(&c)
		out.Workloads = append(out.Workloads, c)
	}
	return out
}

// latencyOf predicts the targets of a workload that lost pods.
func (w *work) latencyOf(c *planner.WorkloadCase) []planner.LatencyCase {
	if w.queue == nil || c.Displaced == 0 {
		return nil
	}
	h := &w.queue.survivors
	atOnce, after := h.predict(c.Ready()).Latency, h.predict(c.After()).Latency
	out := make([]planner.LatencyCase, len(atOnce))
	for i, l := range atOnce {
		out[i] = planner.LatencyCase{
			Statistic: planner.Statistic(l.Statistic.String()), Target: l.Limit,
			AtOnce: finite(l), After: finite(after[i]),
		}
	}
	return out
}

// endless is a latency that nobody waits out, and that a Duration still holds.
const endless = 24 * 365 * time.Hour

// finite returns a prediction rounded up, 0 where the queue grows without end. What
// meets its target within the model's tolerance is not rounded beyond it.
func finite(l demand.Latency) time.Duration {
	if l.Seconds > endless.Seconds() {
		return 0
	}
	d := ceilMicrosecond(l.Seconds)
	if l.Met {
		return min(d, l.Limit)
	}
	return max(d, l.Limit+time.Microsecond)
}

// lossWords names what is lost; equal nodes are counted, by type where the group mixes
// types.
func lossWords(g *planner.GroupPlan, zones []string, l placement.Loss) string {
	var parts []string
	for _, z := range l.Zones {
		parts = append(parts, zones[z])
	}
	mixed := slices.ContainsFunc(g.Pools, func(p planner.Pool) bool { return p.InstanceType != g.Pools[0].InstanceType })
	for z := range zones {
		count := map[string]int{}
		for i, in := range l.NodeZones {
			name := "node"
			if mixed {
				name = g.Pools[l.NodePools[i]].InstanceType
			}
			if in == z {
				count[name]++
			}
		}
		for _, name := range slices.Sorted(maps.Keys(count)) {
			switch n := count[name]; {
			case n == 1:
				parts = append(parts, "a "+name+" in "+zones[z])
			case mixed:
				parts = append(parts, fmt.Sprintf("%d x %s in %s", n, name, zones[z]))
			default:
				parts = append(parts, fmt.Sprintf("%d nodes in %s", n, zones[z]))
			}
		}
	}
	return strings.Join(parts, " and ")
}

// strikes are what hits a group: the kills, or the losses that it declares, nodes
// first, then zones, then both.
func (r *replayer) strikes(g *planner.GroupPlan, declared *planner.NodeGroup) []strike {
	if len(r.kills) > 0 {
		s, struck := r.killed(g.Name, declared.Zones)
		if !struck {
			return nil
		}
		return []strike{s}
	}
	var out []strike
	add := func(nodes, zones int) {
		s := placement.Strike{AnyNodes: nodes, AnyZones: zones}
		out = append(out, strike{Strike: s, event: eventName(nodes, zones)})
	}
	l := &declared.Redundancy
	for n := range l.Nodes {
		add(n+1, 0)
	}
	for z := range l.Zones {
		add(0, z+1)
	}
	for z := range l.Zones {
		for n := range l.Nodes {
			if l.AtOnce {
				add(n+1, z+1)
			}
		}
	}
	return out
}

// killed returns what the kills do to a group over these zones, or to the control
// plane, and whether they do anything.
func (r *replayer) killed(name string, zones []string) (strike, bool) {
	s := strike{Strike: placement.Strike{In: make([]int, len(zones))}}
	var parts []string
	for _, k := range r.kills {
		z := slices.Index(zones, cmp.Or(k.Zone, k.In))
		switch {
		case k.Zone != "" && z >= 0 && !slices.Contains(s.Zones, z):
			s.Zones = append(s.Zones, z)
		case k.Group == name && k.Group != "":
			s.In[z]++
		case k.Nodes > 0:
			s.AnyNodes += k.Nodes
		}
	}
	slices.Sort(s.Zones)
	for _, z := range s.Zones {
		parts = append(parts, zones[z])
	}
	for z, n := range s.In {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d node%s in %s", n, plural(n), zones[z]))
		}
	}
	if s.AnyNodes > 0 {
		parts = append(parts, eventName(s.AnyNodes, 0))
	}
	s.event = strings.Join(parts, " and ")
	return s, len(parts) > 0
}

// checkKills refuses kills of what is not there.
func (r *replayer) checkKills() error {
	zones := r.plan.Cluster.Zones
	singles := map[planner.Kill]int{}
	for _, k := range r.kills {
		place := cmp.Or(k.Zone, k.In)
		counts, groups, known := r.machines(k.Group)
		switch {
		case k.Group != "" && !known:
			return &planner.KillError{Kill: k, Why: "there is no node group " + k.Group, Known: groups}
		case place != "" && !slices.Contains(zones, place):
			return &planner.KillError{Kill: k, Why: "there is no zone " + place, Known: zones}
		}
		if k.Group == "" {
			continue
		}
		if slices.Contains(r.kills, planner.Kill{Zone: k.In}) {
			return &planner.KillError{Kill: k, Why: "the whole of zone " + k.In + " is killed"}
		}
		singles[k]++
		if have := counts[k.In]; singles[k] > have {
			return &planner.KillError{Kill: k, Why: fmt.Sprintf("%s has %d node%s in %s", k.Group, have, plural(have), k.In)}
		}
	}
	return nil
}

// machines returns how many nodes a group, or the control plane, has in each zone,
// the names that there are, and whether this is one of them.
func (r *replayer) machines(name string) (byZone map[string]int, names []string, known bool) {
	byZone = map[string]int{}
	for i := range r.plan.NodeGroups {
		g := &r.plan.NodeGroups[i]
		names = append(names, g.Name)
		if g.Name != name {
			continue
		}
		known = true
		for _, p := range g.Placement {
			byZone[p.Zone] += p.Nodes
		}
	}
	members := r.plan.ControlPlane.Members
	if len(members) == 0 || slices.Contains(names, planner.ControlPlaneName) {
		return byZone, names, known
	}
	names = append(names, planner.ControlPlaneName)
	if name == planner.ControlPlaneName {
		known = true
		for _, m := range members {
			byZone[m.Zone]++
		}
	}
	return byZone, names, known
}
