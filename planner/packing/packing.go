// Package packing chooses the instance type and the number of nodes that carry a
// group's pods at least cost, and bounds that cost from below.
//
// Scan looks at every type whose least conceivable cost is not above that of the
// answers already found, and leaves the question whether a count of nodes holds
// to a function: package placement in the product, a list in tests.
//
// All arithmetic is in whole numbers. Bounds on counts are rounded up only where
// that stays a bound, bounds on cost are rounded down.
package packing

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"

	"github.com/scantling-dev/scantling/planner/units"
)

// MoreKinds is how many further resources there may be.
const MoreKinds = 6

// Resources are an amount of each resource: what a pod requests, what a node
// offers, or a total.
type Resources struct {
	CPU    units.MilliCPU
	Memory units.Bytes
	Pods   int
	// Storage is ephemeral storage.
	Storage units.Bytes
	// More are further resources, in an order and in units of the caller's:
	// attachable volumes, bandwidth, extended resources.
	More [MoreKinds]int64
}

// Resource names one of Resources.
type Resource string

// The resources, in the order in which ties between them are broken; those of
// Resources.More come last.
const (
	CPU     Resource = "cpu"
	Memory  Resource = "memory"
	Pods    Resource = "pods"
	Storage Resource = "ephemeral_storage"
)

// named is the number of resources that have a name here, kinds that of all.
const (
	named = 4
	kinds = named + MoreKinds
)

// more starts the names of Resources.More.
const more = "more_"

// More is the name of Resources.More[i]: "more_0" and so on.
func More(i int) Resource { return Resource(more + strconv.Itoa(i)) }

// More returns i where r is More(i).
func (r Resource) More() (i int, ok bool) {
	digits, ok := strings.CutPrefix(string(r), more)
	if !ok {
		return 0, false
	}
	i, err := strconv.Atoi(digits)
	return i, err == nil && i >= 0 && i < MoreKinds
}

func kind(i int) Resource {
	if i >= named {
		return More(i - named)
	}
	return [named]Resource{CPU, Memory, Pods, Storage}[i]
}

// amount returns the amount of a kind.
func (r *Resources) amount(kind int) int64 {
	switch kind {
	case 0:
		return int64(r.CPU)
	case 1:
		return int64(r.Memory)
	case 2:
		return int64(r.Pods)
	case 3:
		return int64(r.Storage)
	}
	return r.More[kind-named]
}

// Plus returns r and n times o.
func (r Resources) Plus(o *Resources, n int) Resources {
	r.CPU += o.CPU * units.MilliCPU(n)
	r.Memory += o.Memory * units.Bytes(n)
	r.Pods += o.Pods * n
	r.Storage += o.Storage * units.Bytes(n)
	for i := range r.More {
		r.More[i] += o.More[i] * int64(n)
	}
	return r
}

// Item is a number of equal pods.
type Item struct {
	// Name of the workload.
	Name string
	// Request of one pod; Pods is 1.
	Request Resources
	Count   int
}

// Total returns what all pods of the items request together.
func Total(items []Item) Resources {
	var t Resources
	for i := range items {
		t = t.Plus(&items[i].Request, items[i].Count)
	}
	return t
}

// Losses are the failures that a group must survive: any Nodes nodes, any Zones
// zones, and both together where AtOnce is set.
type Losses struct {
	Nodes, Zones int
	AtOnce       bool
}

// Survivors returns the least number of nodes that are left of nodes, split
// evenly over zones, after any of the losses.
func (l Losses) Survivors(nodes, zones int) int {
	lost := 0
	for z := range min(l.Zones, zones) {
		lost += nodes / zones
		if z < nodes%zones {
			lost++
		}
	}
	if l.AtOnce {
		return max(0, nodes-lost-l.Nodes)
	}
	return max(0, nodes-max(lost, l.Nodes))
}

// NodesFor returns a lower bound on the number of nodes that carry the items,
// each node offering free, and false where some pod fits on no node or free of
// a requested resource is not positive. It is the largest NodesForOne of all
// resources.
func NodesFor(items []Item, free Resources) (int, bool) {
	sizes, counts := make([]int64, len(items)), make([]int, len(items))
	best := 0
	for r := range kinds {
		for i := range items {
			sizes[i], counts[i] = items[i].Request.amount(r), items[i].Count
		}
		n, ok := NodesForOne(sizes, counts, free.amount(r))
		if !ok {
			return 0, false
		}
		best = max(best, n)
	}
	return best, true
}

// NodesForOne returns a lower bound on the number of nodes that carry counts[i]
// pods of sizes[i] each, of one resource of which a node offers node, and false
// where some pod fits on no node.
//
// It is the larger of the total divided by a node's amount and the bounds by the
// dual feasible functions
//
//	u_k(x) = x where (k+1) x is whole, floor((k+1) x) / k otherwise, k = 1 to 12
//
// of the pods' shares x of a node: shares that fit on a node together never sum
// to more than 1 under u_k (Fekete and Schepers, "New classes of fast lower
// bounds for bin packing problems", 2001). With k = 1, pods of more than half a
// node count as a whole one.
func NodesForOne(sizes []int64, counts []int, node int64) (int, bool) {
	const last = 12
	var total int64
	for i, size := range sizes {
		if counts[i] <= 0 || size <= 0 {
			continue
		}
		if size > node {
			return 0, false
		}
		total += size * int64(counts[i])
	}
	if total == 0 {
		return 0, true
	}
	best := units.CeilDiv(total, node)
	for k := int64(1); k <= last; k++ {
		best = max(best, dualFeasible(sizes, counts, node, k))
	}
	return int(best), true
}

// dualFeasible returns the bound of u_k: the sum of u_k over the pods, rounded up.
// Sums are kept in parts of 1/(k(k+1)) of a node.
func dualFeasible(sizes []int64, counts []int, node, k int64) int64 {
	var sum int64
	for i, size := range sizes {
		if counts[i] <= 0 || size <= 0 {
			continue
		}
		q, rest := (k+1)*size/node, (k+1)*size%node
		if rest == 0 {
			sum += int64(counts[i]) * q * k
		} else {
			sum += int64(counts[i]) * q * (k + 1)
		}
	}
	return units.CeilDiv(sum, k*(k+1))
}

// LeastNodes returns a lower bound on the number of nodes, split evenly over
// zones, that carry all items with everything up and the kept ones after any of
// the losses. It is false where no number does: a pod fits on no node, or the
// losses leave nothing to keep pods on.
//
// Kept pods are those that must run on the survivors: every pod that is
// rescheduled, and of the others as many as must stay ready.
func LeastNodes(all, kept []Item, free Resources, l Losses, zones int) (int, bool) {
	n, ok := NodesFor(all, free)
	if !ok {
		return 0, false
	}
	need, ok := NodesFor(kept, free)
	if !ok || need > 0 && l.Zones >= zones {
		return 0, false
	}
	return max(n, withSurvivors(need, l, zones)), true
}

// MostNodes returns a number of nodes with which pods pods hold through the
// losses whatever the scheduler does, as long as each of them fits on an empty
// node and no spread rule forbids: with as many survivors as pods, the last pod
// to be placed finds an empty node. It is false where the losses leave nothing.
func MostNodes(pods int, l Losses, zones int) (int, bool) {
	if pods > 0 && l.Zones >= zones {
		return 0, false
	}
	return max(pods, withSurvivors(pods, l, zones)), true
}

// withSurvivors returns the least number of nodes of which need survive.
// Survivors never shrink as nodes are added, and grow by at least one with
// every zones nodes.
func withSurvivors(need int, l Losses, zones int) int {
	low, high := 0, (need+l.Nodes)*zones
	for low < high {
		if mid := (low + high) / 2; l.Survivors(mid, zones) >= need {
			high = mid
		} else {
			low = mid + 1
		}
	}
	return low
}

// Duals are the prices of a unit of each resource in a bound. Those of storage and
// of further resources are left out.
type Duals struct {
	Core, GiB, Pod units.USDPerHour
}

// Bound is a lower bound on cost and its certificate.
type Bound struct {
	// Cost is rounded down.
	Cost units.USDPerHour
	// Resource attains the bound; empty where nothing is requested or priced.
	Resource Resource
	// Duals are the least price of a usable unit of Resource, rounded down; the
	// others are zero.
	Duals Duals
	// Offer is the index of the offer with that price, the first of equals; -1
	// where there is none.
	Offer int
	// PricedOnly says that some offer has no known price: the bound then holds for
	// nodes of priced offers alone.
	PricedOnly bool
}

// LowerBound returns a bound on the cost of any nodes, of one offer or mixed,
// that carry the demand with no redundancy:
//
//	max over resources r of  demand_r x min over offers t of price_t / free_tr
//
// Proof: let x_t nodes of each offer carry the demand, so that the sum of x_t
// free_tr is at least demand_r for every r. With y_r the least price_t / free_tr,
// every price_t is at least y_r free_tr (trivially so where free_tr is not
// positive), and the cost, the sum of x_t price_t, is at least y_r times the sum
// of x_t free_tr, which is at least y_r demand_r.
//
// Offers without a known price are left out, and PricedOnly says so: no bound
// can be given for nodes that nobody can price. The bound is zero where no
// offer is priced or no priced offer has any of a requested resource.
func LowerBound(demand Resources, offers []Offer) Bound {
	b := Bound{Offer: -1}
	for i := range offers {
		b.PricedOnly = b.PricedOnly || !offers[i].Known
	}
	for r := range kinds {
		need := demand.amount(r)
		if need <= 0 {
			continue
		}
		at := -1
		for i := range offers {
			if o := &offers[i]; o.Known && o.Price >= 0 && o.Free.amount(r) > 0 &&
				(at < 0 || cheaper(o, &offers[at], r)) {
				at = i
			}
		}
		if at < 0 {
			continue
		}
		price, free := int64(offers[at].Price), offers[at].Free.amount(r)
		cost := units.USDPerHour(mulDiv(need, price, free))
		if b.Offer >= 0 && cost <= b.Cost {
			continue
		}
		b.Cost, b.Resource, b.Offer, b.Duals = cost, kind(r), at, Duals{}
		switch b.Resource {
		case CPU:
			b.Duals.Core = units.USDPerHour(mulDiv(int64(units.Core), price, free))
		case Memory:
			b.Duals.GiB = units.USDPerHour(mulDiv(int64(units.GiB), price, free))
		case Pods:
			b.Duals.Pod = units.USDPerHour(mulDiv(1, price, free))
		case Storage:
		}
	}
	return b
}

// cheaper reports whether a's unit of resource r costs less than b's, exactly.
func cheaper(a, b *Offer, r int) bool {
	ahi, alo := bits.Mul64(uint64(a.Price), uint64(b.Free.amount(r)))
	bhi, blo := bits.Mul64(uint64(b.Price), uint64(a.Free.amount(r)))
	return cmp.Or(cmp.Compare(ahi, bhi), cmp.Compare(alo, blo)) < 0
}

// mulDiv returns a x b / c rounded down, and the largest int64 where the result
// is beyond it. a and b must not be negative, c must be positive.
func mulDiv(a, b, c int64) int64 {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	if hi >= uint64(c) {
		return math.MaxInt64
	}
	q, _ := bits.Div64(hi, lo, uint64(c))
	return int64(min(q, math.MaxInt64))
}

// NoFitError says that no offer has nodes on which every pod fits.
type NoFitError struct {
	// Item is the index of the item that is excluded, Name its workload.
	Item int
	Name string
	// Offer is the index of the offer that comes closest: the one whose worst
	// shortage is the least share of what it has.
	Offer     int
	OfferName string
	// Resource that excludes the pod there, what one pod requests, and what an
	// empty node has to give, in thousandths of a core, bytes, pods or the caller's
	// units.
	Resource        Resource
	Request, Offers int64
}

// Short returns by how much the pod is too large.
func (e *NoFitError) Short() int64 { return e.Request - e.Offers }

func (e *NoFitError) Error() string {
	return fmt.Sprintf("%s: a pod requests %d of %s, and the closest type, %s, has %d for it: %d too few",
		e.Name, e.Request, e.Resource, e.OfferName, e.Offers, e.Short())
}

// NoCountError says that pods fit on nodes of some offers, but that no count of
// them up to the limit holds.
type NoCountError struct {
	// Offer is the index of the offer that was tried first, Nodes the largest count
	// of it and Last what Try said of that; Nodes is 0 where none could be tried.
	Offer     int
	OfferName string
	Nodes     int
	Last      Verdict
	// Tried is how many offers were tried.
	Tried int
}

func (e *NoCountError) Error() string {
	if e.Nodes == 0 {
		return fmt.Sprintf("no count of any of %d types is allowed", e.Tried)
	}
	return fmt.Sprintf("no count of any of %d types holds: %s was tried up to %d nodes", e.Tried, e.OfferName, e.Nodes)
}
