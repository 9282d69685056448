package verify

import "slices"

// sums prove many losses of nodes at once, as sums over the lost nodes that stay within a
// limit: the largest sum of k nodes is that of the k largest. There are two for each load
// whose pods look for a place, and either of them proves.
//
// Pods are placed load by load, in the order of a yard's sequence, each on any node with
// room. Let D_i pods of load i look for a place.
//
// By places. Let s_n be how many pods of j fit on node n as it is. A pod of i takes at
// most t_i = max over the resources that j requests of ceil(i's / j's) of them, since
// floor((f - a) / b) is no less than floor(f / b) - ceil(a / b). So the pods of j find room
// if the s_n of what is left are no less than D_j and the t_i D_i before it together.
//
// By shares. Let F be what is free on a node on the average, and a pod of i weigh the
// largest of its shares of F, of the resources that j requests. A node with room for j has
// none left only if pods came that weigh b_n = min over these of (free - j's + 1) / F or
// more. So the last pod of j finds room if all before it weigh less than the b_n of what
// is left. Weights are rounded up, b_n down.
//
// Rules about who runs where may forbid a node with room: of a load that has any no pod
// may look for a place.
type sums struct {
	rows []sum
	// alive nodes by class, and how many may be lost.
	alive []int
	nodes int
}

// sum is both sums of a load.
type sum [2]struct {
	// value of a lost node, by class; the most that all lost nodes may sum to.
	value []int64
	limit int64
	// best[c][r] is what the r largest of the classes from c on sum to, taken what the
	// search has lost.
	best  [][]int64
	taken int64
}

// shareParts is how finely shares are kept.
const shareParts = 1 << 16

// sums works out those of the loss of so many alive nodes beside what is gone.
func (y *yard) sums(alive []int, gone *demand, nodes int) *sums {
	s := &sums{alive: alive, nodes: nodes}
	mean := y.meanFree(alive)
	for at, j := range y.sequence {
		var row sum
		for v := range row {
			row[v].value = make([]int64, len(alive))
		}
		if y.ruled(j) {
			for v := range row {
				y.count(alive, gone, j, 1, row[v].value, &row[v].limit)
			}
			s.rows = append(s.rows, row)
			continue
		}
		size := &y.kinds[j].size
		places, shares := &row[0], &row[1]
		for _, i := range y.sequence[:at+1] {
			takes, weighs := int64(1), int64(1)
			for d, amount := range y.kinds[i].size {
				if size[d] > 0 {
					takes = max(takes, up(amount, size[d]))
					weighs = max(weighs, up(amount*shareParts, mean[d]))
				}
			}
			if i == j {
				takes = 1
				shares.limit = weighs - 1
			}
			y.count(alive, gone, i, takes, places.value, &places.limit)
			y.count(alive, gone, i, weighs, shares.value, &shares.limit)
		}
		for c, n := range alive {
			if class := &y.g.classes[c]; n > 0 && y.kinds[j].at(class.place) && class.free.holds(size) {
				fits, least := slotsOf(&class.free, size), int64(-1)
				for d, amount := range size {
					if share := (class.free[d] - amount + 1) * shareParts / mean[d]; amount > 0 && (least < 0 || share < least) {
						least = share
					}
				}
				places.value[c], places.limit = places.value[c]+fits, places.limit+fits*int64(n)
				shares.value[c], shares.limit = shares.value[c]+least, shares.limit+least*int64(n)
			}
		}
		s.rows = append(s.rows, row)
	}
	for i := range s.rows {
		for v := range s.rows[i] {
			s.rows[i][v].best = s.largest(s.rows[i][v].value)
		}
	}
	return s
}

// ruled reports whether a rule may keep pods of a load off a node with room.
func (y *yard) ruled(w int) bool {
	k := &y.kinds[w]
	return k.zoneSkew > 0 || k.hostSkew > 0 || k.apartHost || k.apartZone || len(k.with) > 0 || y.g.loads[w].bound()
}

// count adds the pods of load i that look for a place, so much each: those of lost nodes
// to values, and those of what is gone to what is taken off the limit.
func (y *yard) count(alive []int, gone *demand, i int, each int64, values []int64, limit *int64) {
	*limit -= each * int64(gone.count[i])
	for c, n := range alive {
		if n == 0 {
			continue
		}
		d := y.g.newDemand()
		d.displace(&y.g.classes[c], 1, false)
		values[c] += each * int64(d.count[i])
	}
}

// meanFree is what is free on an alive node on the average, rounded down, 1 at least.
func (y *yard) meanFree(alive []int) room {
	var mean room
	nodes := int64(0)
	for c, n := range alive {
		for d := range mean {
			mean[d] += max(0, y.g.classes[c].free[d]) * int64(n)
		}
		nodes += int64(n)
	}
	for d := range mean {
		mean[d] = max(1, mean[d]/max(1, nodes))
	}
	return mean
}

// largest works out sum.best of values.
func (s *sums) largest(values []int64) [][]int64 {
	best := make([][]int64, len(values)+1)
	best[len(values)] = make([]int64, s.nodes+1)
	var top []int64
	for c, value := range slices.Backward(values) {
		for range min(s.alive[c], s.nodes) {
			at, _ := slices.BinarySearchFunc(top, value, func(a, b int64) int { return int(min(1, max(-1, b-a))) })
			top = slices.Insert(top, at, value)
		}
		top = top[:min(len(top), s.nodes)]
		best[c] = make([]int64, s.nodes+1)
		for r := 1; r <= s.nodes; r++ {
			best[c][r] = best[c][r-1]
			if r <= len(top) {
				best[c][r] += top[r-1]
			}
		}
	}
	return best
}

// open reports whether the loss of so many more nodes, of the classes from one on, is not
// proved to hold.
func (s *sums) open(from, todo int) bool {
	for i := range s.rows {
		places, shares := &s.rows[i][0], &s.rows[i][1]
		if places.taken+places.best[from][todo] > places.limit && shares.taken+shares.best[from][todo] > shares.limit {
			return true
		}
	}
	return false
}

// lose counts nodes of a class as lost; fewer than none are back.
func (s *sums) lose(class, nodes int) {
	for i := range s.rows {
		for v := range s.rows[i] {
			s.rows[i][v].taken += s.rows[i][v].value[class] * int64(nodes)
		}
	}
}

// strikes yields each kind of loss that is open, as strikes does all. The slice is reused.
func (s *sums) strikes() func(yield func([]hit) bool) {
	total := 0
	for _, n := range s.alive {
		total += n
	}
	return func(yield func([]hit) bool) {
		var hits []hit
		var strike func(from, todo int) bool
		strike = func(from, todo int) bool {
			if todo == 0 {
				return !s.open(from, 0) || yield(hits)
			}
			for i := from; i < len(s.alive) && s.open(i, todo); i++ {
				for n := min(todo, s.alive[i]); n > 0; n-- {
					hits = append(hits, hit{i, n})
					s.lose(i, n)
					more := strike(i+1, todo-n)
					s.lose(i, -n)
					hits = hits[:len(hits)-1]
					if !more {
						return false
					}
				}
			}
			return true
		}
		strike(0, min(s.nodes, total))
	}
}

// up is a / b, rounded up; neither is negative, b is above zero.
func up(a, b int64) int64 { return (a + b - 1) / b }
