package rollout

// width is how many nodes of a pool are replaced at a time.
type width struct {
	// batch is the most nodes of a batch, surge how many of them get a new node
	// before the old one goes.
	batch, surge int
	// surplus nodes are started before the first batch and stay to the last.
	surplus int
	// helpers are idle machines of one's own that join for a while.
	helpers int
	// floor is the fewest nodes that are ready as long as none fails, ceiling the
	// most that exist.
	floor, ceiling int
}

// widthOf returns how a pool of n nodes in so many zones is replaced.
func widthOf(p *Plan, pool *Pool, n, zones int) width {
	bound := n
	if p.Times.MaxParallel > 0 {
		bound = p.Times.MaxParallel
	}
	// What goes without a surge takes at least one.
	alone := max(pool.atATime(n), 1)
	course, terminateFirst := p.ways(pool)
	switch course {
	case EKSDefault:
		// EKS adds the larger of two nodes a zone and of what it replaces at a time.
		u := min(max(pool.MaxUnavailable.Down(n), 1), bound)
		s := max(2*zones, u)
		return width{batch: min(u, n), surplus: s, floor: n - min(u, n), ceiling: n + s}
	case EKSMinimal:
		u := min(max(pool.MaxUnavailable.Down(n), 1), bound, n)
		return width{batch: u, floor: n - u, ceiling: n}
	case InPlace:
		u := min(alone, bound, n)
		return width{batch: u, floor: n - u, ceiling: n}
	case GKEBlueGreen, GKEAutoscaledBlueGreen:
		return width{batch: min(alone, n), surplus: n, floor: n, ceiling: 2 * n}
	case NodeGroupBlueGreen:
		return width{batch: min(alone, bound, n), surplus: n, floor: n, ceiling: 2 * n}
	case ClusterBlueGreen:
		return width{batch: n, surplus: n, floor: n, ceiling: 2 * n}
	case GKESurge, Rolling:
	}
	surge, away := pool.MaxSurge.Up(n), pool.MaxUnavailable.Down(n)
	if pool.MaxUnavailable.IsRatio && pool.MaxUnavailable.Ratio > 0 {
		away = max(away, 1)
	}
	switch {
	case terminateFirst:
		surge, away = 0, alone
	case surge+away == 0:
		surge = 1
	}
	w := width{batch: min(surge+away, bound, n), surge: min(surge, bound, n)}
	// Where the bound leaves no room for all of both, the surge comes first.
	w.floor, w.ceiling = n-(w.batch-min(w.surge, w.batch)), n+w.surge
	if course == Rolling && pool.needsHelp(w.surge) {
		w.helpers = w.surge
	}
	return w
}

// atATime returns how many nodes a batch without a surge takes.
func (p *Pool) atATime(n int) int {
	if p.AtATime.IsZero() {
		return p.MaxUnavailable.Down(n)
	}
	return p.AtATime.Down(n)
}

// WidthOf returns how many nodes of a pool are replaced at a time: nodes more, nodes that
// may be away, and nodes of a batch of blue/green or of what is upgraded where it stands.
// What the course does not use is 0.
func WidthOf(p *Plan, pool *Pool) (surge, away, batch int) {
	n := 0
	zones := map[int]bool{}
	for _, c := range pool.Nodes {
		n += c.Nodes
		zones[c.Zone] = true
	}
	if n == 0 {
		return 0, 0, 0
	}
	w := widthOf(p, pool, n, max(len(zones), len(pool.Zones), 1))
	switch course, _ := p.ways(pool); course {
	case EKSDefault:
		return w.surplus, w.batch, 0
	case EKSMinimal:
		return 0, w.batch, 0
	case GKESurge, Rolling:
		return w.surge, w.batch - min(w.surge, w.batch), 0
	case InPlace, GKEBlueGreen, GKEAutoscaledBlueGreen, NodeGroupBlueGreen, ClusterBlueGreen:
	}
	return 0, 0, w.batch
}
