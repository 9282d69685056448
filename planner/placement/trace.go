package placement

import "slices"

// Trace says pod by pod how a failure came about: an order of the pods and the nodes that
// were drawn, for a scheduler to follow.
type Trace struct {
	// Up are the pods that found a place with everything up, in their order.
	Up []Step
	// Then are the new pods of the rollout that failed, or the displaced pods after the
	// loss of Failure.Lost, that found a place before one of Failure.Workload did not.
	Then []Step
}

// Step is a pod that finds a place: indexes into Group.Workloads and Report.Nodes.
type Step struct{ Workload, Node int }

// traced adds to a failure how it came about, where that is asked for and known.
func (c *Checker) traced(f *Failure) *Failure {
	if f == nil || !c.tracing || f.Stopped || f.Unproved {
		return f
	}
	if f.During == Normal {
		f.Trace = &Trace{Up: steps(c.placed)}
		return f
	}
	f.Trace = &Trace{Up: steps(c.settled), Then: steps(c.placed)}
	return f
}

// everythingUp says that all pods have found their places.
func (c *Checker) everythingUp() {
	if c.tracing {
		c.settled = slices.Clone(c.placed)
	}
	c.placed = c.placed[:0]
}

func steps(moves []move) []Step {
	out := make([]Step, len(moves))
	for i, m := range moves {
		out[i] = Step{Workload: int(m.workload), Node: int(m.node)}
	}
	return out
}
