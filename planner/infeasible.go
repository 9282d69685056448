package planner

import "errors"

// ErrInfeasible is what every Infeasible unwraps to.
var ErrInfeasible = errors.New("the spec cannot be met")

// Infeasible says why no plan exists: which constraint binds, by how much, and
// what would free it.
type Infeasible struct {
	// Path is the address of the attribute or block that binds, as in
	// "node_group.web.workload.checkout.latency.p99".
	Path string
	// Constraint in a few words: "the service time's own p99 is above the target".
	Constraint string
	// Margin is by how much it fails: "70 ms against 50 ms: 20 ms too long".
	Margin string
	// Remedy is the cheapest change that frees it; empty where none is known.
	Remedy string
	// Limit and Need are what there is and what is needed, where the constraint is a
	// count of something; 0 where it is none.
	Limit, Need int64
}

func (e *Infeasible) Error() string {
	s := e.Path + ": " + e.Constraint
	if e.Margin != "" {
		s += " (" + e.Margin + ")"
	}
	if e.Remedy != "" {
		s += "; " + e.Remedy
	}
	return s
}

// Unwrap makes errors.Is(err, ErrInfeasible) hold.
func (e *Infeasible) Unwrap() error { return ErrInfeasible }

// Infeasibles returns every Infeasible that err wraps or joins, in order.
func Infeasibles(err error) []*Infeasible {
	var out []*Infeasible
	var walk func(error)
	walk = func(err error) {
		if e, ok := err.(*Infeasible); ok { //nolint:errorlint // the tree is walked here, node by node
			out = append(out, e)
			return
		}
		switch u := err.(type) { //nolint:errorlint // as above
		case interface{ Unwrap() []error }:
			for _, e := range u.Unwrap() {
				walk(e)
			}
		case interface{ Unwrap() error }:
			walk(u.Unwrap())
		}
	}
	walk(err)
	return out
}
