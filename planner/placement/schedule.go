package placement

import "math"

// The scheduler's constants. Sources: kubernetes/kubernetes
// pkg/scheduler/framework/interface.go (MaxNodeScore),
// apis/config/v1/default_plugins.go (weights) and
// framework/plugins/podtopologyspread/plugin.go (system default constraints).
const (
	maxNodeScore    = 100
	spreadWeight    = 2
	defaultHostSkew = 3
	defaultZoneSkew = 5
)

// unfit is the resource score of a node on which the pod does not fit.
const unfit = -1

// terms are what the scheduler needs of a workload. A skew of 0 is no constraint.
type terms struct {
	cpu, memory        int64
	further            [furtherKinds]int64
	hardZone, hardHost int32
	softZone, softHost int
	// rules beside spread; nil where there are none.
	rules *ruleTerms
	// defaults says that the soft constraints are the scheduler's own.
	defaults bool
}

func (c *Checker) termsOf(w *Workload) terms {
	a := c.amountsOf(&w.Request)
	t := terms{cpu: a.cpu, memory: a.memory, further: a.further}
	for _, s := range w.Spread {
		switch {
		case s.Key == Zone && s.Hard:
			t.hardZone = int32(s.MaxSkew)
		case s.Key == Zone:
			t.softZone = s.MaxSkew
		case s.Hard:
			t.hardHost = int32(s.MaxSkew)
		default:
			t.softHost = s.MaxSkew
		}
	}
	if len(w.Spread) == 0 && !w.NoDefaultSpread {
		t.softHost, t.softZone, t.defaults = defaultHostSkew, defaultZoneSkew, true
	}
	return t
}

// candidate is a kind of nodes that passed the filters.
type candidate struct {
	// node is the first of them; none where it is to be looked for in the cell.
	node, score int32
	// zone of them, and the pods that spread counts on each.
	zone, pods int32
	// at is its kind or, where there are views, its cell.
	at int32
	// spread is the raw score of PodTopologySpread: fewer pods, lower score.
	spread int64
	// pull is what pods weigh to which it is drawn.
	pull int64
}

// pick returns the node on which the scheduler puts a pod of workload w, or -1.
// slot says whose pods the spread constraints count. Nodes of one kind score
// alike, so that the first of each stands for all.
func (c *Checker) pick(w, slot int) int {
	t := &c.terms[w]
	if t.rules != nil {
		return c.pickRuled(w, slot)
	}
	if c.indexed {
		return c.pickIndexed(w, slot)
	}
	zones := c.zoneCount[slot*c.zones : (slot+1)*c.zones]
	minZone, minHost := c.floors(w, slot, zones)
	bestScore := int32(unfit)
	c.equals = c.equals[:0]
	soft := t.softZone > 0 || t.softHost > 0
	c.candidates = c.candidates[:0]
	feasible := 0
	for _, k := range c.kinds.live {
		score := c.resourceScore(w, int(k))
		if score == unfit {
			continue
		}
		n := int(c.kinds.first[k])
		if t.hardZone > 0 && zones[c.zone[n]]+1-minZone > t.hardZone ||
			t.hardHost > 0 && c.count[n*c.slots+slot]+1-minHost > t.hardHost {
			continue
		}
		feasible += int(c.kinds.size[k])
		if soft {
			c.candidates = append(c.candidates, candidate{node: int32(n), zone: c.zone[n], pods: c.count[n*c.slots+slot], score: score, at: k})
		} else if score >= bestScore {
			if score > bestScore {
				c.equals, bestScore = c.equals[:0], score
			}
			c.equals = append(c.equals, equal{node: int32(n), at: k})
		}
	}
	c.closest = min(c.closest, feasible)
	if soft {
		return c.pickSpread(t, zones, feasible)
	}
	return c.settle()
}

// floors returns the least number of pods in any zone and on any node that is
// up and that its selector admits, where the workload has hard constraints that
// need them.
func (c *Checker) floors(w, slot int, zones []int32) (minZone, minHost int32) {
	t := &c.terms[w]
	minZone, minHost = math.MaxInt32, math.MaxInt32
	if t.hardZone > 0 {
		for z, count := range zones {
			if c.domainUp(w, z) {
				minZone = min(minZone, count)
			}
		}
	}
	if t.hardHost > 0 && c.indexed {
		return minZone, c.view.minHost()
	}
	if t.hardHost > 0 {
		for _, k := range c.kinds.live {
			if n := int(c.kinds.first[k]); c.admits(w, int(c.place[n])) {
				minHost = min(minHost, c.count[n*c.slots+slot])
			}
		}
	}
	return minZone, minHost
}

// pickSpread adds the score of PodTopologySpread to the candidates and returns
// the best.
//
// The raw score of a node is, summed over the soft constraints,
//
//	pods in its domain x ln(domains + 2) + maxSkew - 1
//
// rounded, where domains are those that have a candidate; with least and most
// over the candidates it is normalised to
//
//	100 x (most + least - raw) / most
//
// in whole numbers. Source: podtopologyspread/scoring.go.
func (c *Checker) pickSpread(t *terms, zones []int32, feasible int) int {
	c.equals = c.equals[:0]
	if len(c.candidates) < 2 {
		for _, x := range c.candidates {
			c.equals = append(c.equals, equal{node: x.node, at: x.at})
		}
		return c.settle()
	}
	c.zonePart(t, zones)
	hostWeight := c.logs[feasible+2]
	least, most := int64(math.MaxInt64), int64(0)
	for i := range c.candidates {
		x := &c.candidates[i]
		raw := c.zoneScore[x.zone]
		if t.softHost > 0 {
			// The conversion keeps the compiler from fusing: the same bits everywhere.
			raw += float64(float64(x.pods)*hostWeight) + float64(t.softHost-1)
		}
		s := roundHalfUp(raw)
		x.spread = s
		least, most = min(least, s), max(most, s)
	}
	bestScore, at := int64(-1), 0 // of the best candidate
	for i := range c.candidates {
		a, b := &c.candidates[i], &c.candidates[at]
		if i > 0 && a.spread >= b.spread && a.score < b.score {
			continue // worse by one score, no better by the other
		}
		normal := int64(maxNodeScore)
		if most > 0 {
			normal = maxNodeScore * (most + least - a.spread) / most
		}
		s := int64(a.score) + spreadWeight*normal
		if s < bestScore {
			continue
		}
		if s > bestScore {
			c.equals, bestScore, at = c.equals[:0], s, i
		}
		c.equals = append(c.equals, equal{node: a.node, at: a.at})
	}
	return c.settle()
}

// roundHalfUp is math.Round of what is not negative.
func roundHalfUp(x float64) int64 {
	whole := int64(x)
	if x-float64(whole) >= 0.5 {
		whole++
	}
	return whole
}

// zonePart fills in each zone's part of the raw spread score.
func (c *Checker) zonePart(t *terms, zones []int32) {
	clear(c.zoneScore)
	if t.softZone == 0 {
		return
	}
	domains := 0
	for i := range c.candidates {
		// Mark zones with a candidate.
		if z := c.candidates[i].zone; c.zoneScore[z] == 0 {
			c.zoneScore[z] = 1
			domains++
		}
	}
	weight := c.logs[domains+2]
	for z := range c.zoneScore {
		c.zoneScore[z] = float64(float64(zones[z])*weight) + float64(t.softZone-1)
	}
}

// notScored marks a resource score that is not known yet.
const notScored = -2

// resourceScore returns the sum of LeastAllocated and BalancedAllocation for a
// pod of workload w on a node of kind k, or unfit. It is kept with the kind.
func (c *Checker) resourceScore(w, k int) int32 {
	score := &c.kinds.scores[k*c.slots+w]
	if *score == notScored {
		*score = c.scoreOn(w, int(c.kinds.first[k]))
	}
	return *score
}

// scoreOn is resourceScore on node n, worked out anew.
func (c *Checker) scoreOn(w, n int) int32 {
	t, pool := &c.terms[w], c.poolOf(n)
	cpu, memory := c.cpu[n]+t.cpu, c.memory[n]+t.memory
	switch {
	case !c.fits(w, n, pool):
		return unfit
	case c.balance == BalanceByChange:
		change := balanced(cpu, memory, &pool.alloc) - c.balanceOf(n, pool)
		return c.roomScore(pool, cpu, memory) + maxNodeScore/2 + (maxNodeScore/2+change)/2
	default:
		return c.roomScore(pool, cpu, memory) + balanced(cpu, memory, &pool.alloc)
	}
}

// balanceOf is balanced on node n as it stands, kept until its pods change.
func (c *Checker) balanceOf(n int, pool *poolTerms) int32 {
	if c.balanced[n] == notScored {
		c.balanced[n] = balanced(c.cpu[n], c.memory[n], &pool.alloc)
	}
	return c.balanced[n]
}

// roomScore is the mean over CPU and memory of the free share with the pod, or for
// MostAllocated of the used share, in whole hundredths, DaemonSets without a request
// counted at the scheduler's default. Sources: noderesources/least_allocated.go and
// most_allocated.go.
func (c *Checker) roomScore(p *poolTerms, cpu, memory int64) int32 {
	cpu, memory = cpu+p.unrequested.cpu, memory+p.unrequested.memory
	if c.scoring == MostAllocated {
		return int32((usedShare(cpu, p.alloc.cpu) + usedShare(memory, p.alloc.memory)) / 2)
	}
	return int32((freeShare(cpu, p.alloc.cpu) + freeShare(memory, p.alloc.memory)) / 2)
}

func usedShare(requested, allocatable int64) int64 {
	if allocatable == 0 {
		return 0
	}
	return min(requested, allocatable) * maxNodeScore / allocatable
}

func freeShare(requested, allocatable int64) int64 {
	if allocatable == 0 || requested > allocatable {
		return 0
	}
	return (allocatable - requested) * maxNodeScore / allocatable
}

// balanced is (1 - |a - b| / 2) x 100, a and b being the requested shares of CPU
// and memory; the half of their difference is their standard deviation. Source:
// noderesources/balanced_allocation.go.
func balanced(cpu, memory int64, alloc *amounts) int32 {
	if alloc.cpu == 0 || alloc.memory == 0 {
		return maxNodeScore
	}
	a := min(1, float64(cpu)/float64(alloc.cpu))
	b := min(1, float64(memory)/float64(alloc.memory))
	return int32((1 - math.Abs((a-b)/2)) * maxNodeScore)
}
