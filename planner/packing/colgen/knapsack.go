package colgen

import (
	"math"
	"slices"
)

// safety is added to every bound on a knapsack's value, as a share of the node's
// price. Bounds are sums and differences of at most some thousand float64 terms,
// each at most some thousand times the price: their rounding errors are below
// 1e-10 of it.
const safety = 1e-9

// packer solves bounded knapsacks: which pods fill a node at the greatest value.
// It holds scratch space and is used by one goroutine at a time.
type packer struct {
	in    *instance
	items []item
	sumS  []float64 // prefix sums of the items' sizes and values, all copies
	sumV  []float64
	keys  []key
	spare []item
	take  []int32 // by class, while searching
	best  []int32 // by class, the best found
	value float64 // of best
	// bound is a proved bound on the value of any filling.
	bound float64
	limit int
	nodes int
	aim   float64
	relax relaxation
}

// item is a class in a knapsack.
type item struct {
	class int
	limit int // copies
	floor int // of the relaxation's solution, rounded down
	v     float64
	s     float64 // surrogate size
}

// key sorts items.
type key struct {
	by float64
	at int
}

func newPacker(in *instance) *packer {
	return &packer{in: in, take: make([]int32, len(in.dem)), best: make([]int32, len(in.dem))}
}

// fill looks for a filling of a node of offer t with pods of demand dem that is
// worth more than aim at the prices v, in at most limit steps. Afterwards best
// and value are the best filling found, and bound holds for any. It does not look
// where the offer's last multipliers show that none is worth more than skip.
func (k *packer) fill(t int, v []float64, dem []int, aim, skip float64, limit int) {
	o := &k.in.offers[t]
	k.items = k.items[:0]
	clear(k.best)
	if b := k.glance(t, v, dem); b <= skip {
		k.value, k.bound = 0, b+safety*o.price
		return
	}
	k.value, k.bound, k.nodes, k.limit, k.aim = 0, 0, 0, limit, aim
	for i := range dem {
		if u := min(dem[i], o.fit[i]); u > 0 && v[i] > 0 {
			k.items = append(k.items, item{class: i, limit: u, v: v[i]})
		}
	}
	if len(k.items) == 0 {
		return
	}
	k.relax.solve(k.in, k.items, &o.free)
	o.mu = k.relax.mu
	for j := range k.items {
		it := &k.items[j]
		it.s, it.floor = k.in.value(&o.mu, &k.in.w[it.class]), k.relax.floor(j)
	}
	size := k.in.value(&o.mu, &o.free)
	k.order()
	root := k.rest(0, size)
	if root <= aim {
		k.bound = root + safety*o.price
		return
	}
	k.start(&o.free)
	k.polish(root, &o.free)
	clear(k.take)
	k.search(0, 0, size, o.free)
	k.bound = max(k.bound, k.value) + safety*o.price
}

// glance bounds the value of a filling of offer t with the multipliers that were
// best for it the last time,
//
//	mu . free + sum over classes of copies x max(0, v - mu . w)
//
// as it holds for any that are not negative.
func (k *packer) glance(t int, v []float64, dem []int) float64 {
	o := &k.in.offers[t]
	nd := k.in.nd
	bound := 0.0
	for d := range nd {
		bound += o.mu[d] * float64(o.free[d])
	}
	for i, n := range dem {
		u := min(n, o.fit[i])
		if u <= 0 {
			continue
		}
		w, x := &k.in.w[i], v[i]
		for d := range nd {
			x -= o.mu[d] * float64(w[d])
		}
		if x > 0 {
			bound += x * float64(u)
		}
	}
	return bound
}

// order sorts the items by value for size and sums them up.
func (k *packer) order() {
	k.sort(func(it *item) float64 { return it.v / it.s })
	k.spare = k.spare[:0]
	for _, q := range k.keys {
		k.spare = append(k.spare, k.items[q.at])
	}
	k.items, k.spare = k.spare, k.items
	k.sumS, k.sumV = append(k.sumS[:0], 0), append(k.sumV[:0], 0)
	s, v := 0.0, 0.0
	for j := range k.items {
		it := &k.items[j]
		s += it.s * float64(it.limit)
		v += it.v * float64(it.limit)
		k.sumS, k.sumV = append(k.sumS, s), append(k.sumV, v)
	}
}

// sort puts the items into keys, the largest first.
func (k *packer) sort(by func(*item) float64) {
	k.keys = k.keys[:0]
	for j := range k.items {
		k.keys = append(k.keys, key{by(&k.items[j]), j})
	}
	slices.SortFunc(k.keys, func(a, b key) int {
		switch {
		case a.by > b.by:
			return -1
		case a.by < b.by:
			return 1
		}
		return a.at - b.at
	})
}

// rest bounds the value of items from j on in a surrogate size: what a node has,
// weighed with multipliers that are not negative, bounds what pods weigh, and in
// that one dimension the fractional filling by value for size is the best.
func (k *packer) rest(j int, size float64) float64 {
	n := len(k.items)
	if j >= n {
		return 0
	}
	size = max(0, size)
	full := k.sumS[j] + size
	low, high := j, n
	for step := 1; j+step < n; step *= 2 {
		if k.sumS[j+step] > full {
			high = j + step
			break
		}
		low = j + step
	}
	for low < high {
		mid := (low + high + 1) / 2
		if k.sumS[mid] <= full {
			low = mid
		} else {
			high = mid - 1
		}
	}
	value := k.sumV[low] - k.sumV[j]
	if low < n && k.items[low].s > 0 {
		value += (full - k.sumS[low]) * k.items[low].v / k.items[low].s
	}
	return value
}

// start finds fillings to begin with: the relaxation's, rounded down and filled
// up, and the same with one pod less of each class.
func (k *packer) start(free *Vector) {
	k.greedy(-1, free)
	for j := range k.items {
		if k.items[j].floor > 0 {
			k.greedy(j, free)
		}
	}
}

// greedy takes floor copies of each item, one less of item less, and fills up in
// order.
func (k *packer) greedy(less int, free *Vector) {
	clear(k.take)
	left := *free
	value := 0.0
	put := func(j, n int) {
		it := &k.items[j]
		n = min(n, it.limit-int(k.take[it.class]))
		if n > 0 {
			n = k.in.copies(&left, it.class, n)
		}
		if n <= 0 {
			return
		}
		k.take[it.class] += int32(n)
		value += it.v * float64(n)
		w := &k.in.w[it.class]
		for d := range k.in.nd {
			left[d] -= w[d] * int64(n)
		}
	}
	for j := range k.items {
		n := k.items[j].floor
		if j == less {
			n--
		}
		if n > 0 {
			put(j, n)
		}
	}
	for j := range k.items {
		if j != less {
			put(j, k.items[j].limit)
		}
	}
	if less >= 0 {
		put(less, k.items[less].limit)
	}
	k.record(value)
}

func (k *packer) record(value float64) {
	if value > k.value {
		k.value = value
		copy(k.best, k.take)
	}
}

// search tries copies of item j and of those after it, most first. What it cuts
// off or leaves at the step limit enters bound.
func (k *packer) search(j int, value, size float64, free Vector) {
	fit := 0
	for ; j < len(k.items); j++ {
		if fit = k.in.copies(&free, k.items[j].class, k.items[j].limit); fit > 0 {
			break
		}
	}
	k.record(value)
	if j == len(k.items) {
		return
	}
	it := &k.items[j]
	w := &k.in.w[it.class]
	for d := range k.in.nd {
		free[d] -= w[d] * int64(fit)
	}
	for n := fit; n >= 0; n-- {
		v, s := value+it.v*float64(n), size-it.s*float64(n)
		ub := v + k.rest(j+1, s)
		if k.nodes++; ub <= math.Max(k.aim, k.value) || k.nodes > k.limit {
			// With fewer copies of the item of greatest value for size the bound only falls.
			k.bound = max(k.bound, ub)
			break
		}
		k.take[it.class] = int32(n)
		k.search(j+1, v, s, free)
		for d := range k.in.nd {
			free[d] += w[d]
		}
	}
	k.take[it.class] = 0
}
