package pipeline

import (
	"slices"
	"sort"
	"time"

	"github.com/scantling-dev/scantling/planner/upgrade"
)

// settle picks the widths. What is picked has been tested.
func (s *widthSearch) settle() []int {
	for {
		s.picked = s.pick()
		again := false
		for i := range s.pools {
			p := &s.pools[i]
			if len(p.turns) == 0 {
				s.picked[i] = -1
				continue
			}
			if s.picked[i] < 0 {
				s.picked[i] = s.least(p)
				continue
			}
			if !p.turns[s.picked[i]].tested {
				again = true
				s.test(p, s.picked[i])
			}
		}
		if !again {
			s.hurry()
			return s.widths()
		}
	}
}

// climb simulates the neighbours of what was picked, which were ordered by formula, and
// picks again until none of them is better. It reports whether anything else was picked.
func (s *widthSearch) climb() bool {
	if s == nil || s.exact {
		return false
	}
	first := slices.Clone(s.picked)
	for {
		picked := slices.Clone(s.picked)
		for i, k := range picked {
			if k < 0 || len(s.pools[i].turns[k].breaks) > 0 {
				continue
			}
			for _, o := range []int{k - 1, k + 1} {
				if p := &s.pools[i]; o >= 0 && o < len(p.turns) && p.open(o) {
					s.holds(p, o)
				}
			}
		}
		if s.settle(); slices.Equal(s.picked, picked) {
			return !slices.Equal(picked, first)
		}
	}
}

// pick picks a turn of each pool, of those that hold what must be kept, end in time and
// cost no more than they may: with the fewest departures from defaults that stay, counted
// in turns of the pool that departs most, then in turns of each pool, the first one first;
// of these those that cost least in all, then the shortest, then the narrowest. Where none
// is so it picks the cheapest in time, or the shortest.
func (s *widthSearch) pick() []int {
	most := 0
	for i := range s.pools {
		if p := &s.pools[i]; p.usual >= 0 {
			most = max(most, len(p.order())-1)
		}
	}
	// More turns to pick from leave no fewer choices; where none is enough it is all of them.
	bound := sort.Search(most, func(b int) bool {
		_, ok := s.among(s.offers(b))
		return ok
	})
	offers := s.offers(bound)
	picked, ok := s.among(offers)
	if !ok || bound == 0 {
		return picked
	}
	for i := range s.pools {
		p := &s.pools[i]
		if p.usual < 0 {
			continue
		}
		free := offers[i]
		for _, k := range p.order() {
			offers[i] = onlyTurn(free, k)
			if narrower, ok := s.among(offers); ok {
				picked = narrower
				break
			}
		}
	}
	return picked
}

// onlyTurn bars all turns but one.
func onlyTurn(turns []upgrade.Turn, k int) []upgrade.Turn {
	out := slices.Clone(turns)
	for i := range out {
		out[i].Barred = out[i].Barred || i != k
	}
	return out
}

// among picks the cheapest turns in time, and reports whether they are, for no more than
// they may cost.
func (s *widthSearch) among(offers [][]upgrade.Turn) ([]int, bool) {
	picked, ok := upgrade.Pick(offers, s.left)
	if !ok || !s.capped {
		return picked, ok
	}
	var cost int64
	for i, k := range picked {
		if k >= 0 {
			cost += offers[i][k].Cost
		}
	}
	return picked, cost <= s.money
}

// order is how the open turns of a pool with a default that stays are taken: the default,
// then from the narrowest on.
func (p *poolTurns) order() []int {
	var out []int
	if p.usual >= 0 && p.open(p.usual) {
		out = append(out, p.usual)
	}
	for k := range p.turns {
		if k != p.usual && p.open(k) {
			out = append(out, k)
		}
	}
	return out
}

// widths are the picked ones as numbers of nodes, 0 where nothing was to be chosen.
func (s *widthSearch) widths() []int {
	out := make([]int, len(s.pools))
	for i, k := range s.picked {
		if k >= 0 {
			out[i] = s.pools[i].turns[k].nodes
		}
	}
	return out
}

// offers are the turns of the pools as they are picked from: in dollars or, where some price
// is not known, in node hours. Of a pool with a default that stays those are offered that
// come up to so many turns after it.
func (s *widthSearch) offers(bound int) [][]upgrade.Turn {
	out := make([][]upgrade.Turn, len(s.pools))
	for i := range s.pools {
		p := &s.pools[i]
		if len(p.turns) == 0 {
			out[i] = []upgrade.Turn{p.fixed}
			continue
		}
		near := p.order()
		if p.usual >= 0 {
			near = near[:min(bound+1, len(near))]
		}
		for k := range p.turns {
			t := &p.turns[k]
			out[i] = append(out[i], upgrade.Turn{Duration: time.Duration(s.rounds) * t.c.row.Duration, Cost: s.cost(t), Barred: !slices.Contains(near, k)})
		}
	}
	return out
}

// nodeHour is the millionth part in which node hours stand in for dollars.
const nodeHour = 1e6

// cost of a turn, in all rounds.
func (s *widthSearch) cost(t *turn) int64 {
	if s.priced() {
		return int64(t.c.row.ExtraCost) * int64(s.rounds)
	}
	hours := 0.0
	for i := range t.c.row.Groups {
		hours += t.c.row.Groups[i].ExtraNodeHours
	}
	return int64(hours*nodeHour) * int64(s.rounds)
}

// priced reports whether all prices are known.
func (s *widthSearch) priced() bool {
	return !slices.ContainsFunc(s.j.problem.Groups, func(g upgrade.Group) bool { return !g.Price.Known })
}
