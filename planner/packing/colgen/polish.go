package colgen

const (
	// polishSteps bounds the exchanges of one filling.
	polishSteps = 6
	// polished is the share of the bound above which a filling is good enough.
	polished = 1 - 1e-4
	// worthwhile is the least gain of an exchange, as a share of the bound.
	worthwhile = 1e-5
)

// polish makes the best filling worth more by exchanging one pod, or none, for
// one or two others. bound is one on the value of any filling.
func (k *packer) polish(bound float64, free *Vector) {
	left := *free
	for i, c := range k.best {
		k.move(&left, i, c)
	}
	sorted := false
	for range polishSteps {
		if k.value >= bound*polished {
			return
		}
		if k.single(bound*worthwhile, &left) {
			continue
		}
		if !sorted {
			k.sort(func(it *item) float64 { return it.v })
			sorted = true
		}
		if !k.double(bound*worthwhile, &left) {
			return
		}
	}
}

// move takes n pods of class i out of what is left.
func (k *packer) move(left *Vector, i int, n int32) {
	if n == 0 {
		return
	}
	w := &k.in.w[i]
	for d := range k.in.nd {
		left[d] -= w[d] * int64(n)
	}
}

// exchange puts items into the best filling, and takes one out: -1 for none.
func (k *packer) exchange(left *Vector, out int, gain float64, in ...int) {
	if out >= 0 {
		k.best[k.items[out].class]--
		k.move(left, k.items[out].class, -1)
	}
	for _, j := range in {
		k.best[k.items[j].class]++
		k.move(left, k.items[j].class, 1)
	}
	k.value += gain
}

// room returns what is left without a pod of item out, and the pod's value; false
// where the best filling has none.
func (k *packer) room(left *Vector, out int) (Vector, float64, bool) {
	room := *left
	if out < 0 {
		return room, 0, true
	}
	it := &k.items[out]
	if k.best[it.class] == 0 {
		return room, 0, false
	}
	k.move(&room, it.class, -1)
	return room, it.v, true
}

func (k *packer) fits(w, room *Vector) bool {
	for d := range k.in.nd {
		if w[d] > room[d] {
			return false
		}
	}
	return true
}

// single makes the best exchange for one pod that gains more than gain.
func (k *packer) single(gain float64, left *Vector) bool {
	out, in := -1, -1
	for j := -1; j < len(k.items); j++ {
		room, v, ok := k.room(left, j)
		if !ok {
			continue
		}
		for m := range k.items {
			it := &k.items[m]
			if it.v-v > gain && int(k.best[it.class]) < it.limit && k.fits(&k.in.w[it.class], &room) {
				out, in, gain = j, m, it.v-v
			}
		}
	}
	if in < 0 {
		return false
	}
	k.exchange(left, out, gain, in)
	return true
}

// double makes the best exchange for two pods that gains more than gain. keys has
// the items by their value, so that the first that fits is the best.
func (k *packer) double(gain float64, left *Vector) bool {
	// What is left over is worth little more than at the relaxation's multipliers.
	const slack = 1.01
	out, first, second := -1, -1, -1
	for j := -1; j < len(k.items); j++ {
		room, v, ok := k.room(left, j)
		if !ok {
			continue
		}
		for a, q := range k.keys {
			it := &k.items[q.at]
			if 2*it.v-v <= gain {
				break
			}
			w := &k.in.w[it.class]
			if q.at == j || int(k.best[it.class]) >= it.limit || !k.fits(w, &room) {
				continue
			}
			rest := room
			k.move(&rest, it.class, 1)
			if it.v+slack*k.in.value(&k.relax.mu, &rest)-v <= gain {
				continue
			}
			if m := k.largest(k.keys[a:], v+gain-it.v, &rest, j, q.at); m >= 0 {
				out, first, second, gain = j, q.at, m, it.v+k.items[m].v-v
			}
		}
	}
	if first < 0 {
		return false
	}
	k.exchange(left, out, gain, first, second)
	return true
}

// largest returns the first item of keys that is worth more than least and fits
// into room beside one of item beside, -1 where there is none. It is not item not.
func (k *packer) largest(keys []key, least float64, room *Vector, not, beside int) int {
	for _, q := range keys {
		it := &k.items[q.at]
		if it.v <= least {
			return -1
		}
		have := int(k.best[it.class])
		if q.at == beside {
			have++
		}
		if q.at != not && have < it.limit && k.fits(&k.in.w[it.class], room) {
			return q.at
		}
	}
	return -1
}
