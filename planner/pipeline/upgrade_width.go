package pipeline

import (
	"slices"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/upgrade"
	"github.com/scantling-dev/scantling/planner/upgrade/rollout"
)

// candidate simulates a strategy, with the widths that suit it best where the spec does
// not declare them, and holds it to the limits. It reports false for a strategy that the
// stage does not know.
func (j *journey) candidate(o upgrade.Option, u *planner.Upgrade, keep upgrade.Keep) (candidate, bool) {
	return j.widened(o, j.searchWidths(o, u, keep), u, keep)
}

// widened is a strategy with the widths that a search settles on; with those of the spec
// where there is none.
func (j *journey) widened(o upgrade.Option, s *widthSearch, u *planner.Upgrade, keep upgrade.Keep) (candidate, bool) {
	var c candidate
	for range mostWidthRounds {
		c = candidate{option: o, course: true, search: s}
		if s != nil {
			c.widths = s.settle()
		}
		known := false
		if c.formula, known = j.byFormula(o, c.widths, inWords); !known {
			return c, false
		}
		j.simulate(&c, keep)
		j.account(&c)
		blocked := len(c.row.BlockedBy) > 0 || c.short != ""
		j.budget(&c, u)
		if s == nil || !s.narrow(&c, blocked, u) {
			break
		}
	}
	return c, true
}

// mostWidthRounds is how often widths are chosen again for a strategy, where all groups
// together do not keep what each of them does.
const mostWidthRounds = 4

// asking is how it is asked whether pods have a place while nodes are away: not, whether
// they have, or with reasons that say with how many nodes at a time they would.
type asking int

const (
	not asking = iota
	whether
	inWords
)

// byFormula is what a strategy takes with its pools at widths, by closed formulas.
// Whether pods have a place while nodes are away is only asked where it is wanted:
// the answer takes drills.
func (j *journey) byFormula(o upgrade.Option, widths []int, places asking) (upgrade.Strategy, bool) {
	p := *j.problem
	p.Strategies, p.Refused, p.Wanted, p.Brief = []upgrade.Option{o}, nil, "", places == whether
	p.Groups = slices.Clone(p.Groups)
	for i := range p.Groups {
		g := &p.Groups[i]
		if i < len(widths) && widths[i] > 0 {
			*g = g.At(o, widths[i])
		}
		g.Redundant = nil // the simulation asks, of the levels that are passed
		if places == not {
			g.Pending = nil
		}
	}
	all := upgrade.Compare(p).Strategies
	if len(all) == 0 {
		return upgrade.Strategy{}, false
	}
	return all[0], true
}

// planAt is what is simulated of a strategy with its pools at widths.
func (j *journey) planAt(o upgrade.Option, widths []int) rollout.Plan {
	p := j.plan
	p.Course, p.TerminateFirst = rollout.Course(o.Course), o.TerminateFirst
	p.Pools = slices.Clone(p.Pools)
	for i := range p.Pools {
		pool := &p.Pools[i]
		if own := j.problem.Groups[i].By(o); own != o {
			pool.Course, pool.TerminateFirst = rollout.Course(own.Course), own.TerminateFirst
		}
		if i < len(widths) && widths[i] > 0 {
			g := j.problem.Groups[i].At(o, widths[i])
			pool.MaxUnavailable, pool.MaxSurge, pool.AtATime = g.MaxUnavailable, g.MaxSurge, g.AtATime
		}
	}
	return p
}

// widthAt is what is declared where so many nodes of a pool are replaced at a time.
func (j *journey) widthAt(o upgrade.Option, pool, nodes int) (surge, away, batch int) {
	widths := make([]int, len(j.pools))
	widths[pool] = nodes
	p := j.planAt(o, widths)
	return rollout.WidthOf(&p, &p.Pools[pool])
}

// alone is the upgrade of one pool by itself, for one minor. The pools that share its
// pods lend their room.
func (j *journey) alone(pool int) *journey {
	at := j.pools[pool]
	first := pool - at.pool
	group := &j.groups[at.group]
	p := *j.problem
	p.Hops, p.NodeSkew = p.Hops[len(p.Hops)-1:], 1
	p.Times.ControlPlaneStep, p.Times.AddOns, p.ControlPlaneNodes, p.APIDown = 0, 0, 0, false
	p.Groups = slices.Clone(p.Groups[first : first+len(group.Pools)])
	a := j.m.newJourney(&p, j.plan.From, j.groups[at.group:at.group+1], j.rests[at.group:at.group+1])
	a.planned, a.control, a.lone = j.planned, j.control, true
	for i := range a.plan.Pools {
		if i != at.pool {
			a.plan.Pools[i].Stays = true
			p.Groups[i].Nodes = nil
		}
	}
	return a
}

// mostTurned bounds the nodes and pods of all turns of a strategy that are simulated
// before one of them is chosen; beyond it only those that are chosen are.
const mostTurned = 200_000

// widthSearch looks for the widths of a strategy's pools.
type widthSearch struct {
	j      *journey
	option upgrade.Option
	keep   upgrade.Keep
	pools  []poolTurns
	// exact: all turns are simulated.
	exact bool
	// rounds of nodes; left is how long those of all pools may take together, 0 without end,
	// and money what they may cost where that is capped.
	rounds int
	left   time.Duration
	// soft: what must be kept is a default, which gives way to limits.
	soft   bool
	money  int64
	capped bool
	// picked turns, by pool; -1 where nothing was to be chosen.
	picked []int
}

// poolTurns are the widths that a pool may be replaced at, narrowest first.
type poolTurns struct {
	alone *journey
	// pool of alone.
	pool  int
	turns []turn
	// usual is the turn of the role's default, which stays as long as it does; -1 where the
	// width is free.
	usual int
	// fixed is the time and cost of a pool of which nothing is to be chosen.
	fixed upgrade.Turn
}

// turn is a pool replaced at a width.
type turn struct {
	nodes int
	// c is what it takes, by formula or as simulated.
	c candidate
	// simulated: without drills of losses at least; tested: with all that is asked, but that
	// whether pods have a place is asked only where nothing else keeps it from being taken.
	// asked is how that was.
	simulated, tested bool
	asked             asking
	// breaks is what keeps it from being taken; barred is why it is not tried: a narrower one
	// breaks something, or all groups together do.
	breaks []string
	barred string
}

// searchWidths prepares the choice of a strategy's widths; nil where the spec declares
// all of them, or the strategy has none.
func (j *journey) searchWidths(o upgrade.Option, u *planner.Upgrade, keep upgrade.Keep) *widthSearch {
	s := &widthSearch{j: j, option: o, keep: keep, rounds: upgrade.NodeRounds(len(j.plan.Hops), j.plan.NodeSkew), soft: !j.m.cluster.KeepDeclared(u)}
	effort, some := 0, false
	whole, known := j.byFormula(o, nil, not)
	if !known {
		return nil
	}
	s.left = u.FinishWithin - whole.Duration
	s.capped = u.MaxExtra != nil && s.priced()
	if s.capped {
		s.money = int64(*u.MaxExtra - whole.ExtraCost)
	}
	for i := range j.pools {
		g := &whole.Groups[i]
		s.left += g.Duration
		p := poolTurns{pool: j.pools[i].pool, usual: -1, fixed: upgrade.Turn{Duration: g.Duration}}
		if j.widthOpen(j.pools[i].group) {
			j.addTurns(&p, o, i)
		}
		if len(p.turns) > 0 {
			p.alone, some = j.lonely(i), true
			effort += len(p.turns) * p.alone.effort()
			s.money += int64(g.ExtraCost)
		}
		s.pools = append(s.pools, p)
		s.picked = append(s.picked, -1)
	}
	if !some {
		return nil
	}
	s.exact = effort <= mostTurned
	for i := range s.pools {
		for k := range s.pools[i].turns {
			s.try(&s.pools[i], k, s.exact, false)
		}
	}
	if u.FinishWithin > 0 {
		s.left = max(s.left, 1)
	} else {
		s.left = 0
	}
	return s
}

// addTurns adds the widths that a pool may be replaced at by a strategy, the default of its
// role among them where that stays as long as it does.
func (j *journey) addTurns(p *poolTurns, o upgrade.Option, pool int) {
	widths := upgrade.Widths(o, j.problem.Groups[pool], j.problem.Times)
	if usual := j.usual(o, pool); len(widths) > 0 && !j.m.groupNamed(j.groups[j.pools[pool].group].Name).Role.WidthFree() {
		widths = append(widths, usual)
		slices.Sort(widths)
		widths = slices.Compact(widths)
		p.usual = slices.Index(widths, usual)
	}
	for _, k := range widths {
		p.turns = append(p.turns, turn{nodes: k})
	}
}

// usual is how many nodes of a pool a strategy replaces at a time by the group's defaults.
func (j *journey) usual(o upgrade.Option, pool int) int {
	surge, away, batch := j.widthAt(o, pool, 0)
	if j.problem.Groups[pool].By(o).Course == upgrade.CourseEKSDefault {
		surge = 0 // it has its surplus in any case
	}
	return max(surge+away+batch, 1)
}

// lonely is alone, prepared once for all strategies.
func (j *journey) lonely(pool int) *journey {
	if j.each == nil {
		j.each = make([]*journey, len(j.pools))
	}
	if j.each[pool] == nil {
		j.each[pool] = j.alone(pool)
	}
	return j.each[pool]
}

// effort is how much there is to simulate: nodes and pods.
func (j *journey) effort() int {
	n := 0
	for g := range j.groups {
		n += j.groups[g].Nodes
		for w := range j.groups[g].Workloads {
			n += j.groups[g].Workloads[w].Replicas
		}
	}
	return n
}

// widthOpen reports whether the spec leaves open how many nodes of a group are replaced
// at a time: it declares none of the figures.
func (j *journey) widthOpen(group int) bool {
	g := j.m.groupNamed(j.groups[group].Name)
	if j.opened != nil && j.opened[group] {
		return true
	}
	return j.m.cluster.WidthOpen(g, j.m.terms.MaxSurge)
}

// try works out what a turn takes: by formula alone, by simulation or, tested, with the
// drills of what must be kept too.
func (s *widthSearch) try(p *poolTurns, k int, simulate, tested bool) {
	t, a := &p.turns[k], p.alone
	t.c = candidate{option: s.option, course: true, widths: s.widthsOf(p, k)}
	// Where pods may be without a place, drains end by force that wait for one, so that
	// how long they take depends on the answer.
	t.asked = not
	if tested && a.problem.MayStop {
		t.asked = inWords
	}
	t.c.formula, _ = a.byFormula(s.option, t.c.widths, t.asked)
	t.simulated, t.tested = simulate || tested, tested
	if !t.simulated {
		t.c.row = planner.UpgradeStrategy{Duration: t.c.formula.Duration, ExtraCost: t.c.formula.ExtraCost, ExtraCostKnown: t.c.formula.ExtraCostKnown}
		t.c.row.Groups = []planner.UpgradeGroup{{ExtraNodeHours: t.c.formula.ExtraNodeHours}}
		t.breaks = slices.Concat(t.c.formula.BlockedBy, s.tight(p, k))
		return
	}
	drilled := a.plan.Redundant
	if !tested {
		a.plan.Redundant = nil
	}
	a.simulate(&t.c, s.keep)
	a.plan.Redundant = drilled
	s.judge(p, k)
	if len(t.breaks) == 0 {
		s.ask(p, k, whether)
	}
}

// widthsOf are those of the pools of a turn's upgrade, of which it is one.
func (s *widthSearch) widthsOf(p *poolTurns, k int) []int {
	widths := make([]int, len(p.alone.pools))
	widths[p.pool] = p.turns[k].nodes
	return widths
}

// judge says what keeps a simulated turn from being taken, as far as that was asked.
func (s *widthSearch) judge(p *poolTurns, k int) {
	t := &p.turns[k]
	p.alone.account(&t.c)
	t.breaks = slices.Concat(t.c.row.BlockedBy, s.tight(p, k), s.bare(p, k))
	if t.c.short != "" {
		t.breaks = append(t.breaks, t.c.short)
	}
	if len(t.breaks) == 0 && t.forces() {
		t.breaks = append(t.breaks, deletesPods)
	}
}

// ask completes what breaks a tested turn: whether pods have a place while its nodes are
// away. That takes the longest to say, so that it waits until the answer is needed.
func (s *widthSearch) ask(p *poolTurns, k int, how asking) {
	t := &p.turns[k]
	if !t.tested || t.asked >= how {
		return
	}
	t.asked = how
	t.c.formula, _ = p.alone.byFormula(s.option, t.c.widths, how)
	p.alone.tell(&t.c, s.keep)
	s.judge(p, k)
}
