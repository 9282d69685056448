package demand

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/mathext"
)

// What is asked of lasting connections.
const (
	// placements is the share of the ways to spread connections over pods that is
	// planned for: in so many no pod has more than the hottest counted.
	placements = .95
	// maxLoads bounds the numbers of connections to a pod that are told apart.
	maxLoads = 64
	// rareLoad is the share of requests below which low numbers are not told apart.
	rareLoad = 1e-6
)

// Hottest returns the number of connections to the pod that has most of them,
// which is not exceeded in the given share of the ways to give every connection
// to one of the pods: the least x with P(X <= x) >= share^(1/pods), X being
// binomial. Pods are taken to be independent, which is slightly too many.
// connections and pods are positive, and share is between 0 and 1.
func Hottest(connections, pods int, share float64) int {
	over := -math.Expm1(math.Log(share) / float64(pods)) // 1 − share^(1/pods)
	return sort.Search(connections, func(x int) bool { return binomialAbove(connections, pods, x) <= over })
}

// binomialAbove returns P(X > x), X being the connections to one of the pods.
func binomialAbove(connections, pods, x int) float64 {
	switch {
	case x < 0:
		return 1
	case x >= connections:
		return 0
	case pods == 1:
		return 1
	}
	return mathext.RegIncBeta(float64(x+1), float64(connections-x), 1/float64(pods))
}

// carried is what some pods carry, and which share of the requests comes to them.
type carried struct {
	share float64
	rate  float64
	queue *queue
}

// mixture is the response time of requests whose connections are spread at
// random: a request comes to a pod with x connections as often as connections
// do, and such a pod gets x of all shares of the load.
type mixture struct {
	m     *Model
	loads []carried // by rising rate
}

// mixture returns the response time over those placements in which no pod has
// more connections than the hottest counted.
func (m *Model) mixture(n int, rate float64) *mixture {
	all := m.load.Station.Connections
	hot := Hottest(all, n, placements)
	// Beside the request's own connection, x − 1 of the others are on its pod.
	above := func(x int) float64 { return binomialAbove(all-1, n, x-1) }
	lowest := 1 + sort.Search(hot-1, func(i int) bool { return 1-above(1+i) >= rareLoad })
	step := (hot-lowest)/maxLoads + 1
	mix := &mixture{m: m}
	from, least := 1.0, above(hot)
	for x := hot - (hot-lowest)/step*step; x <= hot; x += step {
		to := above(x)
		mix.loads = append(mix.loads, carried{share: (from - to) / (1 - least), rate: rate * float64(x) / float64(all)})
		from = to
	}
	return mix
}

// of returns the queue of a load.
func (x *mixture) of(i int) *queue {
	if x.loads[i].queue == nil {
		x.loads[i].queue = x.m.alone(x.loads[i].rate)
	}
	return x.loads[i].queue
}

// roughly is the share of a tail that two loads may differ by for those between
// them not to be looked at.
const roughly = 1e-2

// exceeds adds up over the loads. Where two loads differ little, those between are
// taken to lie on a straight line, which is a bit too much: the more a pod has to
// do, the faster its tail grows.
func (x *mixture) exceeds(t, tail float64) float64 {
	last := len(x.loads) - 1
	low, high := x.of(0).exceeds(t, tail), x.of(last).exceeds(t, tail)
	sum := float64(x.loads[0].share * low)
	if last > 0 {
		sum += float64(x.loads[last].share*high) + x.inside(0, last, low, high, t, tail)
	}
	return min(sum, 1)
}

// inside adds up over the loads between i and j, which exceed t with the
// probabilities low and high.
func (x *mixture) inside(i, j int, low, high, t, tail float64) float64 {
	share, line := 0.0, 0.0
	for k := i + 1; k < j; k++ {
		share += x.loads[k].share
		line += float64(x.loads[k].share * float64(k-i) / float64(j-i))
	}
	if float64(share*(high-low)) <= roughly*tail {
		return float64(share*low) + float64(line*(high-low))
	}
	mid := (i + j) / 2
	at := x.of(mid).exceeds(t, tail)
	return float64(x.loads[mid].share*at) + x.inside(i, mid, low, at, t, tail) + x.inside(mid, j, at, high, t, tail)
}

func (x *mixture) meets(t, tail float64) bool { return x.exceeds(t, tail) <= tail }

func (x *mixture) endless() float64 {
	sum := 0.0
	for _, l := range x.loads {
		if l.queue != nil {
			sum += float64(l.share * l.queue.endless())
		}
	}
	return sum
}

func (x *mixture) mean() float64 {
	sum := 0.0
	for i := range x.loads {
		sum += float64(x.loads[i].share * x.of(i).mean())
	}
	return sum
}
