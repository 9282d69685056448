package rollout

import "time"

// calendar is what is foreseen, the next event first: of events at the same time those of a
// smaller kind, then those that were foreseen first. Most are foreseen together with others
// of their time and kind, so that these are kept in runs, and only runs are sorted.
type calendar struct {
	// runs are a heap, slots their events. free are the slots that have none.
	runs  []run
	slots []slot
	free  []int32
	// last is the slot of the newest event, -1 where that has happened.
	last  int32
	count int64
}

// run is events of a time and kind, of which none was foreseen between two of them.
type run struct {
	at    time.Duration
	index int64 // how many events were foreseen before the first of them
	first int32 // its slot
	kind  Kind
}

// slot is an event and the slot of the next one of its run, -1 where there is none.
type slot struct {
	event Event
	next  int32
}

func newCalendar() calendar { return calendar{last: -1} }

// before is the order of the calendar: time, kind, index.
func (r *run) before(o *run) bool {
	if r.at != o.at {
		return r.at < o.at
	}
	if r.kind != o.kind {
		return r.kind < o.kind
	}
	return r.index < o.index
}

// add puts an event on the calendar at a time.
func (c *calendar) add(e Event, at time.Duration) {
	e.At = at
	var i int32
	if n := len(c.free); n > 0 {
		i, c.free = c.free[n-1], c.free[:n-1]
		c.slots[i] = slot{e, -1}
	} else {
		i = int32(len(c.slots))
		c.slots = append(c.slots, slot{e, -1})
	}
	if c.last >= 0 {
		if last := &c.slots[c.last]; last.event.At == at && last.event.Kind == e.Kind {
			last.next, c.last = i, i
			c.count++
			return
		}
	}
	c.last = i
	c.push(run{at: at, index: c.count, first: i, kind: e.Kind})
	c.count++
}

// pop takes the next event off; there must be one.
func (c *calendar) pop() Event {
	i := c.runs[0].first
	s := &c.slots[i]
	if c.last == i {
		c.last = -1
	}
	c.free = append(c.free, i)
	if s.next >= 0 {
		c.runs[0].first = s.next
	} else {
		c.drop()
	}
	return s.event
}

// push adds a run to the heap.
func (c *calendar) push(r run) {
	h := append(c.runs, r)
	i := len(h) - 1
	for i > 0 {
		up := (i - 1) / 4
		if !r.before(&h[up]) {
			break
		}
		h[i] = h[up]
		i = up
	}
	h[i] = r
	c.runs = h
}

// drop takes the first run off the heap.
func (c *calendar) drop() {
	h := c.runs
	last := h[len(h)-1]
	h = h[:len(h)-1]
	c.runs = h
	if len(h) == 0 {
		return
	}
	i := 0
	for {
		best := 4*i + 1
		if best >= len(h) {
			break
		}
		for j := best + 1; j < min(4*i+5, len(h)); j++ {
			if h[j].before(&h[best]) {
				best = j
			}
		}
		if !h[best].before(&last) {
			break
		}
		h[i] = h[best]
		i = best
	}
	h[i] = last
}
