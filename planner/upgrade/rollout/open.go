package rollout

import (
	"math/bits"
	"slices"
)

// room is the nodes of a group in a zone, by their places in it: the order in which
// they were made, which is that of their numbers.
type room struct {
	nodes []int32
	// open are the open ones by how many pods they have, and how many there are; below
	// least there are none.
	open  []bitset
	least int
	count int
	// unfit are, by place of a workload in its group, those of the open ones that have no
	// room for one of its pods. A node that is open gets no emptier without being told.
	unfit []bitset
}

// bitset is a set of places; what is beyond its end is not in it.
type bitset []uint64

func (b *bitset) add(i int32) {
	w := int(i / 64)
	for len(*b) <= w {
		*b = append(*b, 0)
	}
	(*b)[w] |= 1 << (i % 64)
}

// remove takes i out, if it is in.
func (b bitset) remove(i int32) {
	if w := int(i / 64); w < len(b) {
		b[w] &^= 1 << (i % 64)
	}
}

// word returns 64 places.
func (b bitset) word(i int) uint64 {
	if i < len(b) {
		return b[i]
	}
	return 0
}

// roomOf returns the room of a node.
func (s *State) roomOf(n int32) *room {
	node := &s.nodes[n]
	return &s.rooms[s.set.groups[node.Pool]*s.set.zones+int(node.Zone)]
}

// push opens a node to pods.
func (s *State) push(n int32) {
	r, node := s.roomOf(n), &s.nodes[n]
	if node.isOpen {
		return
	}
	node.isOpen = true
	r.count++
	r.hold(node.place, node.Pods)
	for w := range r.unfit {
		r.unfit[w].remove(node.place)
	}
	at := s.set.groups[node.Pool]*s.set.zones + int(node.Zone)
	clear(s.full[at*s.set.works : (at+1)*s.set.works])
}

// shut closes a node to pods.
func (s *State) shut(n int32) {
	node := &s.nodes[n]
	if node.isOpen {
		r := s.roomOf(n)
		node.isOpen = false
		r.count--
		r.open[node.Pods].remove(node.place)
	}
}

// addPods puts pods on a node, or takes them off.
func (s *State) addPods(n, d int32) {
	node := &s.nodes[n]
	if !node.isOpen {
		node.Pods += d
		return
	}
	r := s.roomOf(n)
	r.open[node.Pods].remove(node.place)
	node.Pods += d
	r.hold(node.place, node.Pods)
	if d < 0 { // it may have room again
		s.shut(n)
		s.push(n)
	}
}

// hold keeps a place among those with so many pods.
func (r *room) hold(place, pods int32) {
	for len(r.open) <= int(pods) {
		r.open = append(r.open, nil)
	}
	r.open[pods].add(place)
	r.least = min(r.least, int(pods))
}

// emptiest returns the open node of a room with the fewest pods that one of a workload
// fits on, of equal ones that with the lowest number; -1 where there is none. run pods are
// about to start on node last.
func (s *State) emptiest(at, w int, last, run int32) int32 {
	r := &s.rooms[at]
	no := &r.unfit[slices.Index(s.set.worksOf[at/s.set.zones], w)]
	for pods := r.least; pods < len(r.open); pods++ {
		set, none := r.open[pods], true
		for i, word := range set {
			none = none && word == 0
			for may := word &^ no.word(i); may != 0; may &= may - 1 {
				n := r.nodes[i*64+bits.TrailingZeros64(may)]
				about := int32(0)
				if n == last {
					about = run
				}
				if s.fits(n, w, about) {
					return n
				}
				no.add(s.nodes[n].place)
			}
		}
		if none && pods == r.least {
			r.least++
		}
	}
	return -1
}

// clone returns a copy that shares nothing.
func (r *room) clone() room {
	c := *r
	c.nodes, c.open, c.unfit = slices.Clone(r.nodes), slices.Clone(r.open), slices.Clone(r.unfit)
	for i := range c.open {
		c.open[i] = slices.Clone(c.open[i])
	}
	for i := range c.unfit {
		c.unfit[i] = slices.Clone(c.unfit[i])
	}
	return c
}
