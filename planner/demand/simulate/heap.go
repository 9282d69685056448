package simulate

// replaceLeast puts v in the place of the least entry, which is first, of a
// binary heap.
func replaceLeast(h []float64, v float64) {
	i := 0
	for {
		child := 2*i + 1
		if child >= len(h) {
			break
		}
		if next := child + 1; next < len(h) && h[next] < h[child] {
			child = next
		}
		if !(h[child] < v) {
			break
		}
		h[i] = h[child]
		i = child
	}
	h[i] = v
}

// event is something that will happen.
type event[T any] struct {
	at   float64
	what T
}

// calendar is a heap of four branches of events, the earliest first.
type calendar[T any] []event[T]

// push adds an event.
func (h *calendar[T]) push(d event[T]) {
	s := append(*h, d)
	*h = s
	i := len(s) - 1
	for i > 0 {
		parent := (i - 1) / 4
		if s[parent].at <= d.at {
			break
		}
		s[i] = s[parent]
		i = parent
	}
	s[i] = d
}

// pop removes the earliest.
func (h *calendar[T]) pop() event[T] {
	s := *h
	first, last := s[0], s[len(s)-1]
	s = s[:len(s)-1]
	*h = s
	if len(s) == 0 {
		return first
	}
	i := 0
	for {
		child := 4*i + 1
		if child >= len(s) {
			break
		}
		least := child
		for c := child + 1; c < min(child+4, len(s)); c++ {
			if s[c].at < s[least].at {
				least = c
			}
		}
		if s[least].at >= last.at {
			break
		}
		s[i] = s[least]
		i = least
	}
	s[i] = last
	return first
}

// shift makes all events earlier by the same time.
func (h calendar[T]) shift(by float64) {
	for i := range h {
		h[i].at -= by
	}
}

// ranking keeps the pods in the order of how many requests they have in flight.
// One more and one less are a swap each.
type ranking struct {
	order  []int32 // pods, by count
	place  []int32 // of each pod in order
	counts []int32
	// ends has, for each count, where the pods with more begin.
	ends []int32
}

func newRanking(pods int) *ranking {
	r := &ranking{order: make([]int32, pods), place: make([]int32, pods), counts: make([]int32, pods), ends: make([]int32, 1, 64)}
	r.reset()
	return r
}

// reset empties all pods.
func (r *ranking) reset() {
	for i := range r.order {
		r.order[i], r.place[i], r.counts[i] = int32(i), int32(i), 0
	}
	r.ends = append(r.ends[:0], int32(len(r.order)))
}

// least returns one of the pods with the fewest requests: which one, draw says.
func (r *ranking) least(draw uint64) int {
	return int(r.order[pick(draw, int(r.ends[r.counts[r.order[0]]]))])
}

// add counts one more.
func (r *ranking) add(pod int) {
	c := r.counts[pod]
	r.ends[c]--
	r.move(pod, r.ends[c])
	r.counts[pod] = c + 1
	if int(c+1) == len(r.ends) {
		r.ends = append(r.ends, int32(len(r.order)))
	}
}

// remove counts one less.
func (r *ranking) remove(pod int) {
	c := r.counts[pod] - 1
	r.move(pod, r.ends[c])
	r.ends[c]++
	r.counts[pod] = c
}

// move exchanges pod with the one at a place in the order.
func (r *ranking) move(pod int, to int32) {
	from := r.place[pod]
	other := r.order[to]
	r.order[from], r.order[to] = other, int32(pod)
	r.place[other], r.place[pod] = from, to
}
