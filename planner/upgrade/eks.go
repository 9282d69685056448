package upgrade

import "time"

// eks is an update of EKS managed node groups.
func eks(o Option, p Problem) Strategy {
	replace := surgeRound
	if o.Course == CourseEKSMinimal {
		replace = minimalRound
	}
	s := rolling(o, p, replace)
	s.drainsEnd(p, " (PodEvictionFailure)")
	s.Rollback = controlPlaneBack(p) + "; nodes by another update to the old image"
	if o.Course == CourseEKSMinimal {
		s.runsShort(o, p)
	}
	return s
}

// surgeRound is an update of an EKS managed node group, DEFAULT:
//
//	S = max(2 x zones, U)
//	D = setup + boot + ceil(N/U) x (R + after drain + terminate) + S x scale down
//	E = S x (D - setup), ready >= N + S - U
//
// S is an upper bound: EKS adds up to two nodes a zone until each zone has a
// new one.
func surgeRound(g Group, p Problem) round {
	n, t := g.Count(), p.Times
	k, u := parallel(n, g.MaxUnavailable, t.MaxParallel)
	drains := p.drains(g, k, n)
	r, _ := longest(drains)
	s := max(2*g.Zones, u)
	d := t.Setup + t.Boot + batches(n, k)*(r+t.AfterDrain+t.Terminate) + time.Duration(s)*t.ScaleDownPerNode
	return round{duration: d, parallel: k, extraNodes: s, extraTime: d - t.Setup, minReady: n + s - k, drains: drains}
}

// minimalRound is an update of an EKS managed node group, MINIMAL:
//
//	D = setup + ceil(N/U) x (R + after drain + terminate + boot)
//	E = 0, ready >= N - U
func minimalRound(g Group, p Problem) round {
	n, t := g.Count(), p.Times
	k, _ := parallel(n, g.MaxUnavailable, t.MaxParallel)
	drains := p.drains(g, k, n-k)
	r, _ := longest(drains)
	d := t.Setup + batches(n, k)*(r+t.AfterDrain+t.Terminate+t.Boot)
	return round{duration: d, parallel: k, minReady: n - k, drains: drains}
}
