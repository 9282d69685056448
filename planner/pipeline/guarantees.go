package pipeline

import (
	"fmt"
	"math"
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/packing"
	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
)

// uncertain says which rule keeps a group from the guarantee of any order that it
// asks for.
func (p *problem) uncertain() error {
	if p.group.Guarantee != planner.AnyOrder {
		return nil
	}
	void := placement.Covered(p.basePods(), p.losses)
	if void == nil {
		return nil
	}
	w := &p.works[p.index(void.Workload)]
	bad := &planner.Infeasible{Path: w.path + ".topology_spread", Constraint: "no count of nodes is proved for any order: " + voidWords(void) + voidReason(void)}
	switch {
	case void.Rule == placement.ShortSpread && w.spec.Recovery == planner.Static:
		bad.Remedy = `use guarantee = "scheduled": topology spread is hard where recovery is static`
	case void.Rule == placement.ShortAntiAffinity:
		bad.Path, bad.Remedy = w.path+".anti_affinity", `write anti_affinity = "preferred", or use guarantee = "scheduled"`
	case void.Rule == placement.ShortAffinity:
		bad.Path, bad.Remedy = w.path+".affinity", `write required = false, or use guarantee = "scheduled"`
	case void.Rule == placement.ShortVolumeZone:
		bad.Path, bad.Remedy = w.path+".volume", `use guarantee = "scheduled", or volumes that are not zonal`
	case void.Rule == placement.ShortSpread:
		bad.Remedy = `use ScheduleAnyway, or guarantee = "scheduled"`
	case w.spec.MinReady != nil:
		bad.Path, bad.Remedy = w.path+".min_ready", `leave out min_ready, or use guarantee = "scheduled"`
	default:
		bad.Path, bad.Remedy = p.path+".redundancy.recovery", `recover by reschedule, or use guarantee = "scheduled"`
	}
	return bad
}

// voidWords names the rule that the proof for any order does not cover.
func voidWords(v *placement.ProofVoid) string {
	switch v.Rule {
	case placement.ShortSpread:
		return "hard topology spread of " + v.Workload
	case placement.ShortAntiAffinity:
		return "required anti-affinity of " + v.Workload
	case placement.ShortAffinity:
		return "required affinity of " + v.Workload
	case placement.ShortVolumeZone:
		return "volumes of " + v.Workload + " that exist in one zone"
	case placement.ShortMinReady:
		return "pods of " + v.Workload + " that must stay ready"
	case placement.ShortSelector:
		return "the node selector of " + v.Workload
	case placement.ShortProof:
		panic("pipeline: void of " + string(v.Rule))
	case placement.ShortCPU, placement.ShortMemory, placement.ShortPods, placement.ShortStorage:
	}
	return fmt.Sprintf("a pod of %s is larger than a node", v.Workload)
}

// voidReason says why a rule voids the proof.
func voidReason(v *placement.ProofVoid) string {
	if v.Rule != placement.ShortMinReady {
		return " may forbid a node that has room"
	}
	return " do so by where they run, which no proof for any order knows"
}

// basePods are the workloads with the replicas that do not depend on the nodes.
func (p *problem) basePods() []placement.Workload {
	out := make([]placement.Workload, len(p.works))
	for i := range p.works {
		out[i] = p.works[i].placed(p.works[i].base.Sum())
	}
	return out
}

// certainty is a count of nodes that is proved for any order.
type certainty struct {
	nodes       int
	certificate placement.Certificate
	// why there is none; nodes may then be what the proof would take.
	why string
}

// certain returns the least count of nodes of o that is proved for any order.
func (p *problem) certain(o *offer) certainty {
	p.sized = p.sized[:0]
	for i := range p.works {
		p.sized = append(p.sized, p.works[i].base)
	}
	in := p.placementGroup(mix{{o, 0}}, [][]int{nil})
	certificate, void := placement.Certify(&in, p.losses)
	if void != nil {
		return certainty{why: voidWords(void)}
	}
	zones := len(p.group.Zones)
	n, ok := packing.MostNodes(certificate.Nodes, packing.Losses{Nodes: p.losses.Nodes, Zones: p.losses.Zones, AtOnce: p.losses.AtOnce}, zones)
	if !ok {
		return certainty{why: "the declared losses leave no node"}
	}
	n = max(n, certificate.RolloutNodes, p.group.MinNodes, p.leastByShare(), p.atLeast, 1)
	n = units.CeilDiv(n, p.step()) * p.step()
	for most := max(p.mostNodes(), n); n <= most; n += p.step() {
		ways, enough := p.waysOf(mix{{o, n}})
		if !enough {
			return certainty{nodes: n, why: "too few machines stand there"}
		}
		proved := slices.ContainsFunc(ways, func(way [][]int) bool { return p.proved(&certificate, aligned(in, way)) })
		if proved && !p.beyondBaseline(p.buy(part{o, n})) {
			break
		}
		if n+p.step() > most {
			return certainty{why: "the baseline CPU of burstable machines is exceeded"}
		}
	}
	found := certainty{nodes: n, certificate: certificate}
	if most := p.group.MaxNodes; most > 0 && n > most {
		found.why = fmt.Sprintf("max_nodes is %d", most)
	}
	return found
}

// proved reports whether a certificate covers the losses of a group's nodes; where
// selectors name zones, whichever of the zones have a node more than others.
func (p *problem) proved(c *placement.Certificate, in placement.Group) bool {
	ways, ok := p.alignments(&in)
	return ok && !slices.ContainsFunc(ways, func(way [][]int) bool { return c.Check(aligned(in, way).Pools, p.losses) != nil })
}

// Pods that may be placed in search of the price of a guarantee, and the least
// number of counts that are tried.
const (
	priceSteps = 1 << 17
	priceTries = 2
)

// guarantees prices the three guarantees on the chosen type, and any order on the
// type that is cheapest with it. What was not asked for is searched with bounded
// work, and says so where that ends it.
func (p *problem) guarantees(a *answer) []planner.GuaranteePrice {
	if len(a.mix) > 1 || !p.group.Instances.OnDemandBase.IsZero() {
		return nil // counts of one type, bought in one way, say nothing of a mix
	}
	o, n := a.mix[0].offer, a.nodes()
	own := p.group.Guarantee
	if own == "" {
		own = planner.Scheduled
	}
	certain := p.certain(o)
	bound, _ := p.least(o)
	least := max(bound, p.group.MinNodes)
	var packed, scheduled planner.GuaranteePrice
	switch own {
	case planner.AnyOrder:
		certain.nodes, certain.why = n, ""
		scheduled = p.priceScheduled(o, least, n, n)
		packed = p.pricePacked(o, least, scheduled.Nodes)
	case planner.Packed:
		most := p.mostNodes()
		if certain.why == "" {
			most = certain.nodes
		}
		known := 0
		if certain.why == "" {
			known = most
		}
		scheduled = p.priceScheduled(o, n, most, known)
		packed = p.pricePacked(o, n, n)
	case planner.Scheduled:
		scheduled = p.priceOf(planner.Scheduled, o, n)
		scheduled.Proof = fmt.Sprintf("the modelled kube-scheduler places every pod, in %d orders", a.report.Orders)
		packed = p.pricePacked(o, least, n)
	}
	packed.Proof = packedProof(packed.Nodes, bound)
	out := []planner.GuaranteePrice{packed, scheduled, p.priceCertain(o, &certain)}
	if best := p.cheapestCertain(o, &certain); best != nil {
		out = append(out, *best)
	}
	return out
}

func (p *problem) priceOf(g planner.Guarantee, o *offer, nodes int) planner.GuaranteePrice {
	price := planner.GuaranteePrice{Guarantee: g, InstanceType: o.instance.Name, Nodes: nodes}
	if nodes > 0 && o.price.Known() {
		price.Cost = planner.Amount{Rate: o.price.Rate * units.USDPerHour(nodes), Known: true}
	}
	return price
}

const scheduledProof = "the modelled kube-scheduler places every pod, biggest first and in 8 shuffles"

// packedProof says what a placement on so many nodes proves beside a lower bound.
func packedProof(nodes, bound int) string {
	switch {
	case nodes == 0:
		return ""
	case nodes <= bound:
		return "a placement was found, and fewer nodes cannot carry the pods"
	}
	return fmt.Sprintf("a placement was found; the lower bound is %d", bound)
}

// tries is how many counts may be tried in so many ways of placing all pods.
func (p *problem) tries(ways int) int {
	pods := 1
	for i := range p.works {
		pods += p.works[i].base.Sum()
	}
	return max(priceTries, priceSteps/(pods*ways))
}

// pricePacked looks for the least count from least on, below known, for which places
// exist; known is a count for which they do.
func (p *problem) pricePacked(o *offer, least, known int) planner.GuaranteePrice {
	const ways = 4
	step := p.step()
	n := units.CeilDiv(least, step) * step
	for tries := p.tries(ways); tries > 0 && (known == 0 || n < known) && n <= p.mostNodes(); tries, n = tries-1, n+step {
		if _, failure := p.tryWith(planner.Packed, o, n, p.losses); failure == nil {
			return p.priceOf(planner.Packed, o, n)
		}
	}
	return p.priceOf(planner.Packed, o, known)
}

// priceScheduled looks for the least count from least to most that the modelled
// scheduler fills; known is a count that it is proved to, 0 where there is none.
func (p *problem) priceScheduled(o *offer, least, most, known int) planner.GuaranteePrice {
	const ways = 9
	step := p.step()
	n := units.CeilDiv(least, step) * step
	for tries := p.tries(ways); tries > 0 && n <= most; tries, n = tries-1, n+step {
		if p.fails(planner.Scheduled, o, n, p.losses) == nil {
			price := p.priceOf(planner.Scheduled, o, n)
			price.Proof = scheduledProof
			return price
		}
	}
	proof := "the proof for any order; of fewer nodes not all counts were tried"
	for tries := priceTries * 2; tries > 0 && known-n > step; tries-- {
		mid := (n + known) / 2 / step * step
		if p.fails(planner.Scheduled, o, mid, p.losses) != nil {
			n = mid
			continue
		}
		known, proof = mid, scheduledProof+"; of fewer nodes not all counts were tried"
	}
	price := p.priceOf(planner.Scheduled, o, known)
	if known > 0 {
		price.Proof = proof
	} else {
		price.NotProved = fmt.Sprintf("no count was found to hold below %d nodes", n)
	}
	return price
}

// priceCertain prices any order.
func (p *problem) priceCertain(o *offer, c *certainty) planner.GuaranteePrice {
	price := p.priceOf(planner.AnyOrder, o, c.nodes)
	if price.NotProved = c.why; c.why == "" {
		price.Proof = fmt.Sprintf("whatever runs where, one of %d node%s has room for a pod of %s", c.certificate.Nodes, plural(c.certificate.Nodes), c.certificate.Workload)
		if c.certificate.Nodes == 0 {
			price.Proof = "there is no pod to place"
		}
	}
	return price
}

// cheapestCertain returns the admitted type that is cheapest at any order, where it
// is another than own and costs less; nil elsewhere.
func (p *problem) cheapestCertain(own *offer, c *certainty) *planner.GuaranteePrice {
	if p.group.Guarantee == planner.AnyOrder || placement.Covered(p.basePods(), p.losses) != nil {
		return nil
	}
	bestRate, bestPrice := units.USDPerHour(math.MaxInt64), units.USDPerHour(math.MaxInt64)
	if c.why == "" && own.known && own.price.Known() {
		bestRate, bestPrice = own.rate*units.USDPerHour(c.nodes), own.price.Rate*units.USDPerHour(c.nodes)
	}
	var best *planner.GuaranteePrice
	total := packing.Total(p.items(nil))
	losses := packing.Losses{Nodes: p.losses.Nodes, Zones: p.losses.Zones, AtOnce: p.losses.AtOnce}
	for i := range p.offers {
		o := &p.offers[i]
		room := o.free
		if o == own || !o.known || !o.price.Known() || room.CPU <= 0 || room.Memory <= 0 || room.Pods <= 0 {
			continue
		}
		// The certificate is never below what the requests add up to.
		sum := max(units.CeilDiv(int(total.CPU), int(room.CPU)), units.CeilDiv(int(total.Memory), int(room.Memory)), units.CeilDiv(total.Pods, room.Pods))
		if n, ok := packing.MostNodes(sum, losses, len(p.group.Zones)); !ok || o.rate*units.USDPerHour(n) >= bestRate {
			continue
		}
		found := p.certain(o)
		if found.why != "" {
			continue
		}
		rate, price := o.rate*units.USDPerHour(found.nodes), o.price.Rate*units.USDPerHour(found.nodes)
		if rate < bestRate && price < bestPrice {
			bestRate, bestPrice = rate, price
			row := p.priceCertain(o, &found)
			best = &row
		}
	}
	return best
}
