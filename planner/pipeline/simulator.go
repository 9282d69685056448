package pipeline

import (
	"context"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/demand"
	"github.com/scantling-dev/scantling/planner/units"
)

// queueSeed is where all simulations of queues start: equal demands give equal plans.
const queueSeed = 1

// simulator asks the queueing models, and simulations where the formulas cannot
// decide; what was simulated once is remembered. A nil one asks the formulas alone.
type simulator struct {
	verify demand.Verification
	// background is the context of the plan that is being made.
	background func() context.Context
	// sizes were found by simulation, and seen is what numbers of pods were seen to do,
	// by what was asked.
	sizes map[question]demand.Confirmed
	seen  map[sighting]demand.Prediction
	// now are the sizes of the plan at hand, by the workload's path and the targets'
	// name.
	now map[string]sizeNow
}

// question is whose size is asked for.
type question struct {
	path, targets string
	months        int
	// The figures that may be estimates tell worlds apart.
	rate units.Rate
	mean float64
	cpu  time.Duration
}

// sighting is a number of pods of a question.
type sighting struct {
	question
	pods int
}

// sizeNow is a size beside what the formula says of it; 0 where it was not asked.
type sizeNow struct{ formula, pods int }

func newSimulator(ctx context.Context, c *planner.Cluster) *simulator {
	s := &simulator{
		background: func() context.Context { return ctx },
		sizes:      map[question]demand.Confirmed{}, seen: map[sighting]demand.Prediction{}, now: map[string]sizeNow{},
	}
	if c.Simulation == planner.SimulateNever {
		s.verify = demand.VerifyNever
	}
	return s
}

// planned knows the sizes of a plan that was made before, which are not asked for
// again.
func (s *simulator) planned(plan *planner.Plan) *simulator {
	for i := range plan.NodeGroups {
		g := &plan.NodeGroups[i]
		for j := range g.Workloads {
			w := &g.Workloads[j]
			if w.Sizing == nil {
				continue
			}
			path := g.Path() + ".workload." + w.Name
			s.now[path+normalTargets] = sizeNow{pods: w.Reasons.Load}
			if w.Sizing.Survivors > 0 {
				s.now[path+failureTargets] = sizeNow{pods: w.Sizing.Survivors}
			}
		}
	}
	return s
}

// how says where the random numbers of a question come from.
func (s *simulator) how(q question) demand.Simulation {
	return demand.Simulation{Verify: s.verify, Seed: queueSeed, Workload: q.path, Scenario: q.targets}
}

// confirm returns the least number of pods that hold the targets.
func (s *simulator) confirm(m *demand.Model, q question) (demand.Confirmed, error) {
	if s == nil {
		sizing, err := m.Size()
		return demand.Confirmed{Verified: demand.Verified{Sizing: sizing}, Reason: m.NeedsSimulation(max(sizing.Replicas, 1))}, err
	}
	if c, ok := s.sizes[q]; ok {
		return c, nil
	}
	c, err := m.Confirm(s.background(), s.how(q))
	if err != nil {
		return demand.Confirmed{}, err
	}
	s.sizes[q] = c
	now := sizeNow{c.Replicas, c.Replicas}
	if c.Arrivals > 0 {
		if now.formula, err = m.Replicas(); err != nil {
			return demand.Confirmed{}, err
		}
	}
	s.now[q.path+q.targets] = now
	return c, nil
}

// predict says what a number of pods does.
func (s *simulator) predict(m *demand.Model, q question, n int) demand.Prediction {
	if s == nil {
		return m.Predict(n)
	}
	at := sighting{q, n}
	if p, ok := s.seen[at]; ok {
		return p
	}
	how := s.how(q)
	how.Known = s.sizes[q].Runs
	p, err := m.PredictConfirmed(s.background(), how, n)
	if err != nil {
		return m.Predict(n) // the context has ended: nobody reads it
	}
	s.seen[at] = p
	return p
}

// later returns the size after months of growth, without a simulation: the formula's,
// by as much above or below it as the size of today is, and never less than the
// maximum utilization asks for.
func (s *simulator) later(m *demand.Model, q question) (int, error) {
	var now sizeNow
	if s != nil {
		now = s.now[q.path+q.targets]
		if now.pods > 0 && now.formula == 0 {
			return now.pods, nil
		}
	}
	if now.pods == now.formula {
		return m.Replicas()
	}
	size, err := m.Size()
	if err != nil {
		return 0, err
	}
	scaled := (size.Replicas*now.pods + now.formula - 1) / now.formula
	return max(scaled, size.UtilizationReplicas), nil
}
