package upgrade

// inPlaceRound drains machines, upgrades them where they stand and uncordons them, as
// kubeadm does:
//
//	D = ceil(N/k) x (R + packages + ready)
//	E = 0, ready >= N - k
func inPlaceRound(g Group, p Problem) round {
	n, t := g.Count(), p.Times
	k, _ := parallel(n, g.atATime(), t.MaxParallel)
	drains := p.drains(g, k, n-k)
	r, _ := longest(drains)
	return round{duration: batches(n, k) * (r + t.Packages + t.Ready), parallel: k, minReady: n - k, drains: drains}
}

// rollRound drains machines, ends them and validates the cluster with the new ones, as
// kops does:
//
//	k = max_surge + max_unavailable
//	D = ceil(N/k) x (R + after drain + terminate + after terminate + validate)
//	E = max_surge x D, ready >= N - max_unavailable
//
// Where nodes more are idle machines of one's own, and H nodes are in zones in which too few
// stand idle, so many of these join elsewhere, the H nodes are reinstalled where they stand,
// and the helpers leave again, with B = R + after drain + terminate + after terminate +
// validate:
//
//	D = (ceil((N - H)/k) + ceil(H/k) + 1) x B
func rollRound(g Group, p Problem, terminateFirst bool) round {
	n, t := g.Count(), p.Times
	turn := paceOf(g, terminateFirst, t.MaxParallel)
	drains := p.drains(g, turn.parallel, n-turn.away)
	r, _ := longest(drains)
	helped := g.helped(turn.surge)
	b := batches(n-helped, turn.parallel) + batches(helped, turn.parallel)
	if helped > 0 {
		b++ // the helpers come before the batches of their own and go after them
	}
	d := b * (r + t.AfterDrain + t.Terminate + t.AfterTerminate + t.Validate)
	return round{
		duration: d, parallel: turn.parallel, extraNodes: turn.surge, extraTime: d, minReady: n - turn.away,
		drains: drains, knob: turn.knob,
	}
}
