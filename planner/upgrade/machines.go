package upgrade

// inPlace upgrades machines where they stand, as kubeadm does.
func inPlace(o Option, p Problem) Strategy {
	s := rolling(o, p, inPlaceRound)
	s.drainsEnd(p, "")
	s.Rollback = "hard: restore the etcd backup and the old packages, node by node"
	s.runsShort(o, p)
	return s
}

// inPlaceRound drains machines, upgrades them where they stand and uncordons them:
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

// roll replaces machines and validates the cluster after each, as kops does.
func roll(o Option, p Problem) Strategy {
	s := rolling(o, p, func(g Group, p Problem) round { return rollRound(g, p, o.TerminateFirst) })
	s.drainsEnd(p, "")
	s.Rollback = controlPlaneBack(p) + "; nodes by another roll to the old image"
	s.mayRunShort(o, p)
	return s
}

// rollRound drains machines, ends them and validates the cluster with the new ones:
//
//	k = max_surge + max_unavailable
//	D = ceil(N/k) x (R + after drain + terminate + after terminate + validate)
//	E = max_surge x D, ready >= N - max_unavailable
func rollRound(g Group, p Problem, terminateFirst bool) round {
	n, t := g.Count(), p.Times
	turn := paceOf(g, terminateFirst, t.MaxParallel)
	drains := p.drains(g, turn.parallel, n-turn.away)
	r, _ := longest(drains)
	d := batches(n, turn.parallel) * (r + t.AfterDrain + t.Terminate + t.AfterTerminate + t.Validate)
	return round{
		duration: d, parallel: turn.parallel, extraNodes: turn.surge, extraTime: d, minReady: n - turn.away,
		drains: drains, knob: turn.knob,
	}
}
