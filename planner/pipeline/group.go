package pipeline

import (
	"context"
	"errors"
	"reflect"
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/packing"
	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
)

// problem is one node group that is being planned.
type problem struct {
	m      *maker
	group  *planner.NodeGroup
	path   string
	works  []work
	offers []offer
	// packed are the offers in the words of the packing stage; they are not changed.
	packed []packing.Offer
	losses placement.Losses
	// further resources that its pods ask for.
	further further
	// atLeast so many nodes are tried.
	atLeast int
	// thorough has the scheduler tried in further orders; verdicts are what tries of mixes
	// said, by key.
	thorough bool
	// sums is what they are enough for, and decided says that they were.
	sums     sums
	decided  bool
	verdicts map[string]verdict
	// bearing are types by whether a node holds a pod of the group.
	bearing map[*offer]bool
	// scratch is the checker's input, reused over the scan.
	scratch placement.Group
	sized   []planner.ReplicaReasons
}

// answer is nodes that hold.
type answer struct {
	mix mix
	// zones are the nodes of each part by zone.
	zones  [][]int
	sized  []planner.ReplicaReasons
	report placement.Report
}

func (a *answer) nodes() int { return a.mix.nodes() }

// one returns the offer of the group's own way of buying where all nodes are of one
// type; nil where types are mixed.
func (a *answer) one() *offer {
	o := a.mix[0].offer
	for _, part := range a.mix {
		if part.offer.instance != o.instance {
			return nil
		}
		if part.offer.base != nil {
			o = part.offer
		}
	}
	return o
}

// group plans one group: the workloads of the spec and the provider's guests.
func (m *maker) group(ctx context.Context, g *planner.NodeGroup, guests []planner.Workload, months int) (planner.GroupPlan, error) {
	if last, ok := m.planned[g.Name]; ok && m.stock == nil && reflect.DeepEqual(last.guests, guests) {
		return last.plan, nil // an earlier round asked the same
	}
	p, err := m.problem(g, guests, months)
	if err != nil {
		return planner.GroupPlan{}, err
	}
	offers := p.packed
	result, a, err := p.choose(ctx, offers)
	if err != nil {
		return planner.GroupPlan{}, err
	}
	chosen, err := p.underLock(ctx, choice{a, &result.Best, nil})
	if err != nil {
		return planner.GroupPlan{}, err
	}
	plan, err := p.describe(ctx, chosen, &result, offers)
	if err != nil {
		return planner.GroupPlan{}, err
	}
	for i := range plan.Pools {
		m.stock.take(plan.Pools[i].InstanceType, plan.Pools[i].NodesByZone)
	}
	m.planned[g.Name] = planned{guests, plan}
	return plan, nil
}

// planned is a group's plan with the provider's own workloads that it was made for.
type planned struct {
	guests []planner.Workload
	plan   planner.GroupPlan
}

// problem prepares a group for planning: its replicas and what it may buy.
func (m *maker) problem(g *planner.NodeGroup, guests []planner.Workload, months int) (*problem, error) {
	p := problem{
		m: m, group: g, path: g.Path(), further: furtherOf(g),
		losses: placement.Losses{Nodes: g.Redundancy.Nodes, Zones: g.Redundancy.Zones, AtOnce: g.Redundancy.AtOnce},
	}
	works, unsized := m.load(g, guests, months)
	offers, none := m.offersFor(g)
	if none != nil {
		return nil, errors.Join(unsized, none)
	}
	p.works, p.offers, p.packed = works, offers.list, offers.packed
	if unsized != nil {
		// What is too large is told with what cannot be sized.
		return nil, errors.Join(unsized, p.tooLarge())
	}
	if err := p.tooLarge(); err != nil {
		return nil, err
	}
	return &p, errors.Join(p.impossible(), p.uncertain())
}

// tooLarge names every workload whose pod fits on no admitted node.
func (p *problem) tooLarge() error {
	var bad []error
	for _, item := range p.items(func(*work) int { return 1 }) {
		if err := packing.Fit(p.packed, []packing.Item{item}); err != nil {
			bad = append(bad, p.unplannable(err))
		}
	}
	return errors.Join(bad...)
}

// scan finds the cheapest count of one type that carries the group, and so many
// alternatives (negative for none).
func (p *problem) scan(ctx context.Context, offers []packing.Offer, alternatives int) (packing.Result, error) {
	result, err := packing.Scan(ctx, offers, packing.Problem{
		Items:        p.items(nil),
		MinNodes:     p.group.MinNodes,
		MaxNodes:     p.mostNodes(),
		Alternatives: alternatives,
		Step:         p.step(),
		Start:        p.start,
		Cost:         p.costOf(),
		Try: func(offer, nodes int) packing.Verdict {
			p.sums = enoughToRefute
			a, failure := p.try(&p.offers[offer], nodes, p.losses)
			p.sums = notEnough
			if failure != nil && p.decided {
				return packing.Verdict{Payload: refuted{offer, nodes}}
			}
			if failure != nil {
				return packing.Verdict{Payload: failure, Stopped: failure.Stopped, Never: failure.Resource == shortMachines}
			}
			return packing.Verdict{Holds: true, FreeCPU: a.report.TightestFreeCPU, Payload: a}
		},
	})
	if err != nil {
		return packing.Result{}, p.unplannable(err)
	}
	return result, nil
}

// step is what counts of nodes are multiples of.
func (p *problem) step() int {
	if p.equalZones() {
		return len(p.group.Zones)
	}
	return 1
}

// answerOf is what try said of the best candidate.
func answerOf(result *packing.Result) *answer {
	a, ok := result.Best.Verdict.Payload.(*answer)
	if !ok {
		panic("pipeline: the scan lost its answer")
	}
	return a
}

// try checks whether so many nodes of o carry the group through the losses with the
// group's guarantee.
func (p *problem) try(o *offer, nodes int, losses placement.Losses) (*answer, *placement.Failure) {
	return p.tryWith(p.group.Guarantee, o, nodes, losses)
}

// sums of requests may be enough to say whether nodes hold: not where a failure or a report
// is asked for.
type sums int

const (
	notEnough sums = iota
	enoughToRefute
	enoughToDecide
)

// refuted is in the place of the failure of so many nodes of an offer that sums refute.
type refuted struct{ offer, nodes int }

// failureOf is what a try that did not hold left; nil where there was none.
func (p *problem) failureOf(payload any) *placement.Failure {
	if r, ok := payload.(refuted); ok {
		_, failure := p.try(&p.offers[r.offer], r.nodes, p.losses)
		return failure
	}
	failure, _ := payload.(*placement.Failure)
	return failure
}

// fails is tryWith for those who ask for no more than whether so many nodes of o do not
// hold: it is quicker where sums alone say so. Its failure may then say little.
func (p *problem) fails(guarantee planner.Guarantee, o *offer, nodes int, losses placement.Losses) *placement.Failure {
	p.sums = enoughToDecide
	defer func() { p.sums = notEnough }()
	_, failure := p.tryWith(guarantee, o, nodes, losses)
	return failure
}

// tryWith is try with any guarantee. The replicas of workloads that must stay ready
// are found along the way: the fewest that do on these nodes.
func (p *problem) tryWith(guarantee planner.Guarantee, o *offer, nodes int, losses placement.Losses) (*answer, *placement.Failure) {
	return p.tryMix(guarantee, p.buy(part{o, nodes}), losses)
}

// tryMix is tryWith of any mix.
func (p *problem) tryMix(guarantee planner.Guarantee, x mix, losses placement.Losses) (*answer, *placement.Failure) {
	nodes := x.nodes()
	p.sized = p.sized[:0]
	for i := range p.works {
		p.sized = append(p.sized, p.works[i].replicas(nodes, len(p.group.Zones), losses))
	}
	ways, ok := p.waysOf(x)
	if !ok {
		return nil, &placement.Failure{During: placement.Normal, Resource: shortMachines}
	}
	if p.tooLargeShare(x) {
		return nil, &placement.Failure{During: placement.Normal, Resource: shortShare}
	}
	p.decided = false
	key := x.key()
	if v, ok := p.known(key, guarantee, losses); ok {
		if v.answer != nil {
			p.sized = append(p.sized[:0], v.answer.sized...)
		}
		return v.answer, v.failure
	}
	a, failure := p.tryWays(guarantee, x, ways, losses)
	if !p.decided && !p.thorough && losses == p.losses && guarantee == p.group.Guarantee && (failure == nil || !failure.Stopped) {
		p.remember(key, verdict{a, failure})
	}
	return a, failure
}

// tryZones is tryMix for nodes in zones and the replicas at hand.
func (p *problem) tryZones(guarantee planner.Guarantee, x mix, zones [][]int, losses placement.Losses) (*answer, *placement.Failure) {
	for {
		if p.beyondBaseline(x) {
			return nil, &placement.Failure{During: placement.Normal, Resource: placement.ShortCPU}
		}
		report, failure := p.check(guarantee, p.placementGroup(x, zones), losses)
		if failure == nil {
			return &answer{mix: x, zones: zones, sized: slices.Clone(p.sized), report: report}, nil
		}
		i := p.index(failure.Workload)
		if failure.Resource != placement.ShortMinReady || i < 0 || !p.works[i].bump(&p.sized[i], failure) {
			return nil, failure
		}
	}
}

// check asks what the guarantee asks: whether places exist, whether the modelled
// scheduler finds them, or the proof that it cannot fail to. What the proof covers
// the scheduler finds too, and is asked for the placement and its drills.
//
// It has to hold in whichever zones the nodes fall, as far as that matters.
func (p *problem) check(guarantee planner.Guarantee, in placement.Group, losses placement.Losses) (placement.Report, *placement.Failure) {
	ways, ok := p.alignments(&in)
	if !ok {
		return placement.Report{}, &placement.Failure{During: placement.Normal, Resource: placement.ShortSpread, Workload: zoneRuled(&in).Name, Unproved: true}
	}
	report, failure := p.checkAs(guarantee, in, losses)
	for _, way := range ways[1:] {
		if failure != nil {
			break
		}
		var then placement.Report
		then, failure = p.checkAs(guarantee, aligned(in, way), losses)
		report.ReadyAtWorst = leastReady(report.ReadyAtWorst, then.ReadyAtWorst)
	}
	return report, failure
}

// checkAs is check with the nodes in the zones in which they are.
func (p *problem) checkAs(guarantee planner.Guarantee, in placement.Group, losses placement.Losses) (placement.Report, *placement.Failure) {
	switch guarantee {
	case planner.Packed:
		report, failure := p.m.checker.Pack(in, losses, placement.Options{Balance: p.m.balances()[0], Stop: p.m.stop})
		if failure == nil || failure.Stopped || !slices.ContainsFunc(in.Workloads, func(w placement.Workload) bool { return w.Bound() }) {
			return report, failure
		}
		// With hard spread and the like, pods that stay where they are can have what pods
		// that are placed anew have not.
	case planner.AnyOrder:
		certificate, void := placement.Certify(&in, losses)
		if void != nil {
			return placement.Report{}, &placement.Failure{During: placement.Normal, Resource: void.Rule, Workload: void.Workload, Unproved: true}
		}
		if failure := certificate.Check(in.Pools, losses); failure != nil {
			return placement.Report{}, failure
		}
	case planner.Scheduled:
	}
	return p.scheduled(in, losses)
}

// scheduled asks the modelled scheduler of the version that runs and, where an
// upgrade changes its formula, of the one to come. The report is of today's. Where sums
// are enough and decide, there is none.
func (p *problem) scheduled(in placement.Group, losses placement.Losses) (placement.Report, *placement.Failure) {
	if p.sums != notEnough {
		holds, known := placement.Decide(&in, losses)
		switch {
		case known && !holds:
			p.decided = true
			return placement.Report{}, &placement.Failure{During: placement.Normal, Resource: placement.ShortProof}
		case known && p.sums == enoughToDecide:
			p.decided = true
			return placement.Report{}, nil
		}
	}
	formulas := p.m.balances()
	report, failure := p.m.checker.Check(in, losses, placement.Options{Balance: formulas[0], Stop: p.m.stop, Thorough: p.thorough})
	for _, next := range formulas[1:] {
		if failure != nil {
			return report, failure
		}
		var then placement.Report
		then, failure = p.m.checker.Check(in, losses, placement.Options{Balance: next, Stop: p.m.stop})
		report.ReadyAtWorst = leastReady(report.ReadyAtWorst, then.ReadyAtWorst)
	}
	return report, failure
}

// leastReady lowers each of a to that of b, where there are both.
func leastReady(a, b []int) []int {
	for i := range min(len(a), len(b)) {
		a[i] = min(a[i], b[i])
	}
	return a
}

func (p *problem) index(workload string) int {
	return slices.IndexFunc(p.works, func(w work) bool { return w.spec.Name == workload })
}

// beyondBaseline reports whether burstable machines would have to burst for
// good: in production the requests of a group stay within what they sustain.
func (p *problem) beyondBaseline(x mix) bool {
	if !p.boundByBaseline(x[0].offer.instance) {
		return false
	}
	var requests, baseline units.MilliCPU
	for _, part := range x {
		requests += part.offer.reserved.CPU * units.MilliCPU(part.nodes)
		baseline += part.offer.instance.BaselineCPU * units.MilliCPU(part.nodes)
	}
	for i := range p.works {
		requests += p.works[i].spec.Pod.CPU * units.MilliCPU(p.sized[i].Sum())
	}
	return requests > baseline
}

func (p *problem) boundByBaseline(t *catalogs.InstanceType) bool {
	return p.m.cluster.Environment == planner.Production && t.Burstable
}

// placementGroup translates to the placement stage. Its slices are reused.
func (p *problem) placementGroup(x mix, zones [][]int) placement.Group {
	g := &p.scratch
	g.Pools = g.Pools[:0]
	offers := make([]*offer, len(x))
	for i, part := range x {
		o := part.offer
		offers[i] = o
		g.Pools = append(g.Pools, placement.Pool{
			Allocatable: placement.Resources(o.room),
			Reserved:    o.reserved, Unrequested: o.unrequested, NodesByZone: zones[i],
		})
	}
	g.Workloads = g.Workloads[:0]
	for i := range p.works {
		w := p.works[i].placed(p.sized[i].Sum())
		w.Pools = poolsFor(p.works[i].spec, offers...)
		g.Workloads = append(g.Workloads, w)
	}
	return *g
}

// start is the least count of nodes of an offer that is worth trying.
func (p *problem) start(offer int) (int, bool) {
	o := &p.offers[offer]
	if o.excludes(p.group) != nil {
		return 0, false // it may be of a mix, and holds not all of the group alone
	}
	n, ok := p.least(o)
	ok = ok && (!p.mixes() || p.holdsEach(o)) // where types are not mixed, each does
	if ok && p.group.Guarantee == planner.AnyOrder {
		certain := p.certain(o)
		n, ok = max(n, certain.nodes), certain.why == ""
	}
	return n, ok
}

// least is a bound on the count of nodes of o: what the requests need with
// everything up and, for the pods that must run after the declared losses, on the
// survivors.
func (p *problem) least(o *offer) (int, bool) {
	l := packing.Losses{Nodes: p.losses.Nodes, Zones: p.losses.Zones, AtOnce: p.losses.AtOnce}
	items := p.items(nil)
	n, ok := packing.LeastNodes(items, p.items((*work).kept), o.free, l, len(p.group.Zones))
	return max(n, p.leastUp(o, items), p.leastByShare(), p.leastApart(), p.atLeast, 1), ok
}

// leastUp is a bound on the count of nodes of o that the requests need with
// everything up: of all pods and, during a rollout, of one workload's surge. The
// rollouts looked at are those with the most CPU, memory and pods: the others are
// left to the scan, which would cost more to bound than to try.
//
// The items are those of p; they are changed and changed back.
func (p *problem) leastUp(o *offer, items []packing.Item) int {
	least, _ := packing.NodesFor(items, o.free)
	surge := func(i int) int { return p.works[i].rollout().Surge(items[i].Count) }
	most := [3]int{}
	for i := range p.works {
		pod := &p.works[i].spec.Pod
		if pod.CPU*units.MilliCPU(surge(i)) > p.works[most[0]].spec.Pod.CPU*units.MilliCPU(surge(most[0])) {
			most[0] = i
		}
		if pod.Memory*units.Bytes(surge(i)) > p.works[most[1]].spec.Pod.Memory*units.Bytes(surge(most[1])) {
			most[1] = i
		}
		if surge(i) > surge(most[2]) {
			most[2] = i
		}
	}
	for at, i := range most {
		if len(p.works) == 0 || slices.Contains(most[:at], i) || surge(i) == 0 {
			continue
		}
		extra := surge(i)
		items[i].Count += extra
		n, _ := packing.NodesFor(items, o.free)
		items[i].Count -= extra
		least = max(least, n)
	}
	return least
}

// items are the pods of the group: of each workload as many as count says, or
// the least replicas where count is nil.
func (p *problem) items(count func(*work) int) []packing.Item {
	out := make([]packing.Item, len(p.works))
	for i := range p.works {
		w := &p.works[i]
		n := w.base.Sum()
		if count != nil {
			n = count(w)
		}
		out[i] = packing.Item{
			Name:    w.path,
			Request: w.request,
			Count:   n,
		}
	}
	return out
}

// mostNodes ends the scan: the declared maximum, or what holds whatever the
// scheduler does once each pod can have a node of its own.
func (p *problem) mostNodes() int {
	if p.group.MaxNodes > 0 {
		return p.group.MaxNodes
	}
	pods := 0
	for i := range p.works {
		w := &p.works[i]
		pods += bumpLimit * (w.base.Sum() + w.need)
	}
	l := packing.Losses{Nodes: p.losses.Nodes, Zones: p.losses.Zones, AtOnce: p.losses.AtOnce}
	if slices.ContainsFunc(p.works, func(w work) bool { return w.zonal() }) {
		pods *= len(p.group.Zones) // each zone may have to take all of its own back
	}
	n, _ := packing.MostNodes(pods, l, len(p.group.Zones))
	return units.CeilDiv(max(n, p.group.MinNodes, p.leastByShare()), p.step()) * p.step()
}
