package rollout

import "time"

// calendar is a heap of events, the next one first.
type calendar struct {
	events []Event
	next   int64
}

// add puts an event on the calendar at a time.
func (c *calendar) add(e Event, at time.Duration) {
	e.At, e.index = at, c.next
	c.next++
	h := append(c.events, e)
	i := len(h) - 1
	for i > 0 {
		up := (i - 1) / 4
		if !e.before(&h[up]) {
			break
		}
		h[i] = h[up]
		i = up
	}
	h[i] = e
	c.events = h
}

// pop takes the next event off; there must be one.
func (c *calendar) pop() Event {
	h := c.events
	first, last := h[0], h[len(h)-1]
	h = h[:len(h)-1]
	c.events = h
	if len(h) == 0 {
		return first
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
	return first
}
