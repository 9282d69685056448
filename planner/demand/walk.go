package demand

import "math"

const (
	// patience is the number of steps of one pod before a search that knows no
	// excess takes longer ones.
	patience = 3
	// reach bounds a step that is extrapolated: so many times as far as the search
	// has come.
	reach = 4
	// firstReach is the first step of a search that knows an excess of 1, a share of
	// the count.
	firstReach = 0.05
	// aim is the excess that is looked for: low enough to be told from none.
	aim = -0.02
	// rescue is how often a step within the bracket halves it instead.
	rescue = 4
)

// walker looks for the least count that does, one question at a time.
type walker struct {
	floor int
	try   func(int) Verdict
	steps int
	// bad is the greatest count known to fail, floor − 1 at first; good the least
	// known to do, 0 at first. Their excesses are 0 where not known.
	bad, good             int
	badExcess, goodExcess float64
	// last is the count before the one that was tried last, and its excess.
	last       int
	lastExcess float64
	at         int
	excess     float64
}

// walk returns the least n >= floor that meets, found from a guess; ok is false
// where there is none up to MaxReplicas. It goes one pod at a time, or, where
// excesses are known, to where a straight line through the last two has hardly any;
// after some steps that do not end it in growing steps, and back by halves.
func walk(guess, floor int, try func(int) Verdict) (n int, ok bool) {
	w := &walker{floor: floor, try: try, bad: floor - 1}
	w.ask(guess)
	for w.good == 0 || w.good-w.bad > 1 {
		switch {
		case w.good > 0 && w.bad >= w.floor:
			w.ask(w.between())
		case w.good > 0:
			w.ask(max(w.good-w.stride(), w.floor))
		case w.bad >= MaxReplicas:
			return 0, false
		default:
			w.ask(min(w.bad+w.stride(), MaxReplicas))
		}
	}
	return w.good, true
}

// ask tries a count between bad and good.
func (w *walker) ask(n int) {
	v := w.try(n)
	w.last, w.lastExcess = w.at, w.excess
	w.at, w.excess = n, v.Excess
	w.steps++
	// An end that stays counts for less (the Illinois form of false position): the
	// line to an end far off is too steep.
	if v.Met {
		if w.good > 0 {
			w.badExcess /= 2
		}
		w.good, w.goodExcess = n, v.Excess
	} else {
		if w.bad >= w.floor {
			w.goodExcess /= 2
		}
		w.bad, w.badExcess = n, v.Excess
	}
}

// stride returns how far to go from the one side that is known.
func (w *walker) stride() int {
	growing := 1 << max(min(w.steps-patience, 20), 0)
	if w.excess == 0 {
		return growing
	}
	if w.last == 0 || w.lastExcess == 0 {
		return max(int(math.Abs(w.excess)*firstReach*float64(w.at)), 1)
	}
	come := math.Abs(float64(w.at - w.last))
	slope := (w.lastExcess - w.excess) / float64(w.at-w.last) // falling, if positive
	if slope <= 0 {
		return max(growing, int(come))
	}
	return max(int(min(math.Abs(w.excess-aim)/slope, reach*come)), 1)
}

// between returns a count inside of the bracket: the one that the line through its
// ends says is the least that does, if that is known, or the middle.
func (w *walker) between() int {
	n := w.bad + (w.good-w.bad)/2
	if w.badExcess != 0 && w.goodExcess < min(w.badExcess, 0) && w.steps%rescue != 0 {
		to := 0.0
		if w.goodExcess < 2*aim {
			to = aim
		}
		share := (w.badExcess - to) / (w.badExcess - w.goodExcess)
		n = w.bad + int(math.Ceil(share*float64(w.good-w.bad)))
	}
	return min(max(n, w.bad+1), w.good-1)
}
