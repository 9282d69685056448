package pipeline_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/verify"
)

// TestPlansAreValid plans random clusters: what is planned passes the verifier,
// which shares no algorithm with the planner, and what is not says why.
func TestPlansAreValid(t *testing.T) {
	seeds := sample(600)
	refused := 0
	for seed := range uint64(seeds) {
		p := randomProblem(rand.New(rand.NewPCG(seed, 0)))
		if d := (dice{rand.New(rand.NewPCG(seed, 7))}); d.chance(40) {
			d.commitments(p)
		}
		plan, err := p.make(t)
		if err != nil {
			refused++
			checkInfeasible(t, seed, err)
			continue
		}
		if err := verify.Plan(&p.cluster, &p.catalog, p.provider, &plan); err != nil {
			t.Errorf("seed %d: planner and verifier disagree:\n%v", seed, err)
		}
	}
	t.Logf("%d of %d cannot be met", refused, seeds)
	if refused == 0 || refused > seeds/4 {
		t.Errorf("%d of %d problems cannot be met: the generator should draw some, and few", refused, seeds)
	}
}

// checkInfeasible holds that an error names what binds, and where.
func checkInfeasible(t *testing.T, seed uint64, err error) {
	t.Helper()
	bad := planner.Infeasibles(err)
	if !errors.Is(err, planner.ErrInfeasible) || len(bad) == 0 {
		t.Errorf("seed %d: neither a plan nor infeasible: %v", seed, err)
	}
	for _, e := range bad {
		if e.Path == "" || e.Constraint == "" {
			t.Errorf("seed %d: does not say what binds, or where: %+v", seed, e)
		}
	}
}
