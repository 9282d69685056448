package pipeline

import (
	"errors"
	"fmt"
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/packing"
	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
)

// unplannable turns the scan's error into which constraint binds, by how much
// and what would free it.
func (p *problem) unplannable(err error) error {
	if e, ok := errors.AsType[*packing.NoFitError](err); ok {
		i := slices.IndexFunc(p.works, func(w work) bool { return w.path == e.Name })
		if slices.ContainsFunc(p.offers, func(o offer) bool { return p.slots(&o, i) > 0 }) {
			return p.unmixed() // another type holds it, and not the others
		}
		return &planner.Infeasible{
			Path:       e.Name + "." + p.further.attribute(e.Resource),
			Constraint: p.tooLargeFor(e),
			Margin:     p.further.margin(e),
			Remedy:     p.tooLargeRemedy(e),
		}
	}
	e, ok := errors.AsType[*packing.NoCountError](err)
	if !ok {
		return err
	}
	failure := p.failureOf(e.Last.Payload)
	if failure == nil && p.mixes() && !slices.ContainsFunc(p.offers, func(o offer) bool { return p.holdsEach(&o) }) {
		return p.unmixed()
	}
	if failure == nil {
		return p.maxNodesTooLow()
	}
	if failure.Resource == shortMachines {
		return p.noMachines()
	}
	i := p.index(failure.Workload)
	path := p.path
	if i >= 0 {
		path = p.works[i].path
	}
	bad := &planner.Infeasible{
		Path:       path,
		Constraint: fmt.Sprintf("no number of nodes holds: with %d of %s, %s", e.Nodes, e.OfferName, p.sentence(failure)),
	}
	switch {
	case failure.Resource == shortShare:
		bad.Path, bad.Remedy = p.path+".instances.max_node_share", "raise max_node_share"
	case failure.Workload == "":
		bad.Remedy = "admit types that are not burstable, or larger ones"
	}
	if p.group.MaxNodes > 0 {
		bad.Path = p.path + ".autoscaling.max_nodes"
		bad.Margin, bad.Remedy, bad.Need = p.nodesWanted()
		if bad.Need > 0 {
			bad.Limit = int64(p.group.MaxNodes)
		}
	} else if failure.Resource == placement.ShortMinReady {
		bad.Remedy = "raise replicas, lower min_ready, or declare a smaller redundancy"
	} else if failure.Resource == placement.ShortSpread {
		bad.Remedy = "raise max_skew, or use ScheduleAnyway"
	} else if failure.Resource == placement.ShortAffinity {
		bad.Remedy = "write required = false in affinity, or run the workloads in groups of their own"
	} else if failure.Resource == placement.ShortAntiAffinity {
		bad.Remedy = `write anti_affinity = "preferred", or run the workloads in groups of their own`
	}
	return bad
}

// unmixed says that no one type holds a pod of each workload, and that no mix was found
// that does where types may be mixed.
func (p *problem) unmixed() error {
	const none = "no admitted type holds a pod of each workload"
	constraint := none
	if p.mixes() {
		constraint = fmt.Sprintf("%s, and no mix of up to %d types was found that does", none, p.group.Instances.MaxTypes)
	}
	return &planner.Infeasible{
		Path:       p.path + ".instances.max_types",
		Constraint: constraint,
		Remedy:     "raise max_types, or run the workloads in groups of their own",
	}
}

// unlikelyCores is more than any pod of a service requests: who writes it may
// mean millicores.
const unlikelyCores = 200 * int64(units.Core)

// tooLargeFor says what a pod is too large for. Of bandwidth and volumes a node has
// none where nothing is known of it.
func (p *problem) tooLargeFor(e *packing.NoFitError) string {
	if e.Offers == 0 {
		switch name := p.further.resource(e.Resource); name {
		case network:
			return "no admitted type has a network baseline that is known; the closest is " + e.OfferName
		case disk:
			return "no admitted type has a bandwidth to network disks that is known to last; the closest is " + e.OfferName
		default:
			if p.further.device(e.Resource) && p.noneHas(e.Resource) {
				return "no admitted type has " + name
			}
		}
	}
	return "a pod is larger than a node of every admitted type; the closest is " + e.OfferName
}

func (p *problem) tooLargeRemedy(e *packing.NoFitError) string {
	switch name := p.further.resource(e.Resource); name {
	case string(packing.CPU), string(packing.Memory), string(packing.Pods):
	case string(packing.Storage):
		return p.storageRemedy(e)
	case attachments:
		return "give the pod fewer volumes, or admit types that take more (families, types)"
	case disk:
		return "ask for less, or admit larger types: on EC2 those of 48 vCPUs and more hold their bandwidth for good"
	case network:
		return "ask for less, or admit other types (families, types)"
	default:
		return p.deviceRemedy(e, name)
	}
	remedy := p.tooLargeChange(e)
	if e.Resource == packing.CPU && e.Request >= unlikelyCores {
		return fmt.Sprintf("%s; is \"%dm\" meant?", remedy, e.Request/int64(units.Core))
	}
	return remedy
}

// sentence says what failed.
func (p *problem) sentence(f *placement.Failure) string {
	when := map[placement.During]string{
		placement.Normal: "with everything up", placement.Rollout: "during its rollout",
		placement.NodeLoss: "after a node is lost", placement.ZoneLoss: "after a zone is lost",
		placement.NodeAndZoneLoss: "after a node and a zone are lost",
	}[f.During]
	if f.Resource == shortShare {
		return "one node is a larger part of the group than max_node_share allows"
	}
	if f.Workload == "" { // beyondBaseline
		return "requests and DaemonSets exceed the baseline CPU that burstable machines sustain"
	}
	if f.Resource == placement.ShortProof && f.Missing > 0 {
		return fmt.Sprintf("%d nodes are missing to prove %s that every pod of %s has a place in any order", f.Missing, when, f.Workload)
	}
	if f.Unproved {
		return fmt.Sprintf("it cannot be proved %s that every pod has a place: there are too many sets of failures to try", when)
	}
	if f.Resource == placement.ShortMinReady {
		return fmt.Sprintf("%s has %d ready replicas too few %s", f.Workload, f.Missing, when)
	}
	return fmt.Sprintf("%d pods of %s have no place %s, short of %s", f.Missing, f.Workload, when, p.further.shortage(f.Resource))
}

// maxNodesTooLow is for a declared maximum below what any type needs, or below what
// max_node_share asks for.
func (p *problem) maxNodesTooLow() error {
	most := p.mostNodes()
	if share := p.leastByShare(); share > most {
		return &planner.Infeasible{
			Path:       p.path + ".instances.max_node_share",
			Constraint: fmt.Sprintf("max_node_share asks for %d nodes, and max_nodes is %d", share, most),
			Margin:     fmt.Sprintf("%d nodes too few", share-most),
			Remedy:     fmt.Sprintf(`raise max_node_share to "%d%%", or max_nodes to %d`, units.CeilDiv(100, most), share),
		}
	}
	margin, remedy, need := p.nodesWanted()
	bad := &planner.Infeasible{
		Path:       p.path + ".autoscaling.max_nodes",
		Constraint: fmt.Sprintf("max_nodes is %d: too few of any admitted type", most),
		Margin:     margin, Remedy: remedy,
		Limit: int64(most), Need: need,
	}
	if need == 0 {
		bad.Limit = 0
	}
	if p.group.MaxNodes == 0 {
		bad.Limit, bad.Need = 0, 0
		bad.Path, bad.Constraint = p.path, fmt.Sprintf("no number of nodes up to %d, which were tried, holds its pods", most)
	}
	return bad
}

// nodesWanted plans the group without its maximum, to say how many nodes are
// missing and what would do.
func (p *problem) nodesWanted() (margin, remedy string, need int64) {
	free := *p
	group := *p.group
	group.MaxNodes = 0
	free.group = &group
	free.m = &maker{cluster: p.m.cluster, catalog: p.m.catalog, provider: p.m.provider, options: Options{Alternatives: -1}, checker: placement.NewChecker(), offers: p.m.offers, stop: p.m.stop, terms: p.m.terms, stock: p.m.stock, simulator: p.m.simulator}
	// No context is needed: the scan is bounded, and was done once already.
	best := 0
	for i := range p.offers {
		start, ok := free.start(i)
		if !ok {
			continue
		}
		for n := units.CeilDiv(start, free.step()) * free.step(); n <= free.mostNodes(); n += free.step() {
			if best > 0 && n >= best {
				break
			}
			_, failure := free.try(&p.offers[i], n, p.losses)
			if failure == nil {
				best = n
			} else if failure.Stopped {
				return "", "admit larger types", 0
			}
		}
	}
	if best == 0 {
		return "", "admit larger types, or declare a smaller redundancy", 0
	}
	margin, remedy = fmt.Sprintf("%d are needed at least", best), fmt.Sprintf("raise max_nodes to %d", best)
	switch apart := p.leastApart(); {
	case best > max(apart, p.leastByShare()):
		remedy += ", or admit larger types"
	case best == apart:
		remedy += `, or write anti_affinity = "preferred": required by hostname, a node takes one pod however large it is`
	}
	return margin, remedy, int64(best)
}
