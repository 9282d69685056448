package placement

import "slices"

// kinds are the nodes that are up, by equal state: the same pool and zone and the
// same pods. The scheduler tells nodes of a kind apart by their names alone, so that
// it is enough to score the first of each.
type kinds struct {
	// live kinds, in no order that matters; spare ones have no nodes.
	live, spare []int32
	// of a kind: its place in live, its first node and how many there are.
	at, first, size []int32
	// of a node.
	kindOf []int32
	// scores by kind and workload.
	scores []int32
}

// startKinds puts the empty nodes of each pool and zone into a kind.
func (c *Checker) startKinds() {
	if c.indexed {
		c.startViews()
		return
	}
	k := &c.kinds
	k.at, k.first, k.size = resize(k.at, c.nodes), resize(k.first, c.nodes), resize(k.size, c.nodes)
	k.kindOf, k.scores = resize(k.kindOf, c.nodes), resize(k.scores, c.nodes*c.slots)
	k.live, k.spare = k.live[:0], k.spare[:0]
	for i := c.nodes - 1; i >= 0; i-- {
		k.spare = append(k.spare, int32(i))
	}
	for n := range c.nodes {
		c.joinKind(n)
	}
}

// joinKind puts node n into the kind of its state.
func (c *Checker) joinKind(n int) {
	if c.indexed {
		c.changed(n)
		return
	}
	k := &c.kinds
	for _, i := range k.live {
		first := int(k.first[i])
		if c.hash[first] == c.hash[n] && c.place[first] == c.place[n] && c.samePods(first, n) {
			k.kindOf[n] = i
			k.size[i]++
			k.first[i] = min(k.first[i], int32(n))
			return
		}
	}
	i := k.spare[len(k.spare)-1]
	k.spare = k.spare[:len(k.spare)-1]
	k.kindOf[n], k.first[i], k.size[i], k.at[i] = i, int32(n), 1, int32(len(k.live))
	k.live = append(k.live, i)
	scores := k.scores[int(i)*c.slots : (int(i)+1)*c.slots]
	for w := range scores {
		scores[w] = notScored
	}
}

// leaveKind takes node n out of its kind.
func (c *Checker) leaveKind(n int) {
	if c.indexed {
		return // joinKind will note it, or takeDown
	}
	k := &c.kinds
	i := k.kindOf[n]
	k.kindOf[n] = -1
	if k.size[i]--; k.size[i] > 0 {
		if int(k.first[i]) == n {
			k.first[i] = int32(n + 1 + slices.Index(k.kindOf[n+1:c.nodes], i))
		}
		return
	}
	last := k.live[len(k.live)-1]
	k.live[k.at[i]], k.at[last] = last, k.at[i]
	k.live = k.live[:len(k.live)-1]
	k.spare = append(k.spare, i)
}

// samePods reports whether two nodes run the same pods.
func (c *Checker) samePods(a, b int) bool {
	return slices.Equal(c.count[a*c.slots:(a+1)*c.slots], c.count[b*c.slots:(b+1)*c.slots])
}
