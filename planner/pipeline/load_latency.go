package pipeline

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/demand"
)

// queue is the queueing model of a workload with latency targets.
type queue struct {
	station demand.Station
	// normal holds with everything up, survivors while a declared loss lasts: the same
	// where no targets of its own are declared for that.
	normal, survivors held
}

// held is a set of targets and how many pods hold them.
type held struct {
	model *demand.Model
	law   demand.Law // of the service
	ask   *simulator
	of    question
	pods  int
	// sizing is not filled in where the count alone is wanted.
	sizing demand.Confirmed
}

// The names of the sets of targets.
const (
	normalTargets  = ".normal"
	failureTargets = ".failure"
)

// predict says what a number of pods does. Where a simulation is noisy, what is known
// holds: more pods than are needed are no slower, and no response is faster than the
// service.
func (h *held) predict(n int) demand.Prediction {
	p := h.ask.predict(h.model, h.of, n)
	p.Latency = slices.Clone(p.Latency)
	for i := range p.Latency {
		l := &p.Latency[i]
		if n > h.pods && !l.Met {
			*l = h.ask.predict(h.model, h.of, h.pods).Latency[i]
		}
		if l.HalfWidth > 0 {
			l.Seconds = max(l.Seconds, ofService(h.law, l.Statistic))
		}
	}
	return p
}

// ofService returns a statistic of the service time, in seconds.
func ofService(law demand.Law, s demand.Statistic) float64 {
	switch s {
	case demand.P50:
		return law.Quantile(.5)
	case demand.P90:
		return law.Quantile(.9)
	case demand.P95:
		return law.Quantile(.95)
	case demand.P99:
		return law.Quantile(.99)
	case demand.P999:
		return law.Quantile(.999)
	case demand.Mean:
	}
	return law.Mean()
}

func (w *work) fromLatency(m *maker, months int) error {
	w.computed = true
	if w.carried.err != nil {
		return w.carried.err
	}
	d := &w.spec.Demand
	q, err := w.newQueue(d)
	if err != nil {
		return err
	}
	q.normal.ask, q.normal.of = m.simulator, question{w.path, normalTargets, months, w.carried.rate, q.station.Law.Mean(), d.CPUPerRequest}
	if err := w.hold(&q.normal, months); err != nil {
		return err
	}
	q.survivors = q.normal
	if len(d.FailureLatency) > 0 {
		// The targets alone bind the survivors: max_utilization is for the time when
		// everything is up.
		load := w.queueLoad(q.station, d.FailureLatency)
		load.MaxUtilization = 0
		q.survivors = held{model: demand.NewModel(load), law: q.station.Law, ask: m.simulator, of: q.normal.of}
		q.survivors.of.targets = failureTargets
		if err := w.hold(&q.survivors, months); err != nil {
			return err
		}
	}
	w.queue, w.load = q, q.normal.pods
	switch q.normal.sizing.Binding {
	case demand.Utilization:
		w.binding = "utilization"
	case demand.LatencyTarget:
		w.binding = q.normal.sizing.Target.Statistic.String()
	case demand.Single:
		w.binding = "one pod"
	}
	return nil
}

// newQueue translates to the demand stage.
func (w *work) newQueue(d *planner.Demand) (*queue, error) {
	law, err := measured(&d.Service).Law()
	if err != nil {
		return nil, &planner.Infeasible{Path: w.path + ".service_time", Constraint: err.Error()}
	}
	q := &queue{station: demand.Station{
		Law: law, Workers: d.Concurrency, Policy: policyOf(d.Balancing), Balancers: d.Balancers, Connections: d.Connections,
	}}
	if d.CPUPerRequest > 0 {
		q.station.CPU = demand.CPU{PerRequest: d.CPUPerRequest, Cores: w.spec.Pod.CPU}
	}
	if err := q.station.Check(); err != nil {
		return nil, &planner.Infeasible{
			Path: w.path + ".cpu_per_request", Constraint: err.Error(),
			Remedy: "lower cpu_per_request, or state a service time that it is a part of",
		}
	}
	load := w.queueLoad(q.station, d.Latency)
	load.MaxUtilization = d.MaxUtilization
	q.normal = held{model: demand.NewModel(load), law: law}
	return q, nil
}

func (w *work) queueLoad(station demand.Station, targets []planner.LatencyTarget) demand.Load {
	load := demand.Load{Throughput: w.carried.rate, Station: station}
	for _, t := range targets {
		load.Targets = append(load.Targets, demand.Target{Statistic: statistic(t.Statistic), Limit: t.Target})
	}
	return load
}

// hold finds the least number of pods that hold the targets.
func (w *work) hold(h *held, months int) error {
	var err error
	if w.brief {
		h.pods, err = h.ask.later(h.model, h.of)
	} else if h.sizing, err = h.ask.confirm(h.model, h.of); err == nil {
		h.pods = h.sizing.Replicas
	}
	if err != nil {
		return w.unmet(err, months)
	}
	return nil
}

// unmet says why a latency target cannot be met.
func (w *work) unmet(err error, months int) error {
	gate, ok := errors.AsType[*demand.InfeasibleError](err)
	limit, many := errors.AsType[*demand.LimitError](err)
	if !ok && !many {
		return err // the context has ended
	}
	switch c := w.spec.Demand.Connections; {
	case !ok && c > 0:
		each := strconv.FormatFloat(w.carried.rate.Float()/float64(c), 'g', 3, 64)
		return &planner.Infeasible{
			Path:       w.path + ".connections",
			Constraint: fmt.Sprintf("no number of replicas carries the load over %d connections: each brings %s requests a second to one pod", c, each),
			Remedy:     "open more connections, let a proxy balance each request, or make the pods larger",
		}
	case !ok && limit.Target.Limit > 0:
		name := limit.Target.Statistic.String()
		return &planner.Infeasible{
			Path:       w.path + ".latency." + name,
			Constraint: fmt.Sprintf("%s %s takes more than %d replicas, which is the most that Kubernetes is built for: it is too close to what a request takes by itself", name, milliseconds(limit.Target.Limit), demand.MaxReplicas),
			Remedy:     "raise the target, or make the service faster",
		}
	case !ok:
		return w.tooMany(w.stated(), months)
	}
	name := gate.Target.Statistic.String()
	floor := gate.Target.Limit + gate.Margin()
	return &planner.Infeasible{
		Path:       w.path + ".latency." + name,
		Constraint: fmt.Sprintf("no number of replicas meets %s %s: the service time's own %s is %s", name, milliseconds(gate.Target.Limit), name, milliseconds(floor)),
		Margin:     fmt.Sprintf("%s too long", milliseconds(gate.Margin())),
		Remedy:     fmt.Sprintf("raise the target above %s, or make the service faster", milliseconds(floor)),
	}
}

// milliseconds writes a time as specs do: "250ms", "70.5ms", "60s".
func milliseconds(d time.Duration) string {
	if d >= time.Second && d%time.Second == 0 {
		return fmt.Sprintf("%ds", d/time.Second)
	}
	return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', -1, 64) + "ms"
}

// policyOf translates a way of balancing.
func policyOf(name string) demand.Policy {
	for _, p := range []demand.Policy{demand.Random, demand.RoundRobin, demand.LeastRequests, demand.PowerOfTwo, demand.Pooled} {
		if p.String() == name {
			return p
		}
	}
	panic(fmt.Sprintf("pipeline: balancing %q", name))
}

// measured translates a service time.
func measured(s *planner.ServiceTime) demand.Measured {
	m := demand.Measured{CV: s.CV}
	switch s.Distribution {
	case "gamma":
		m.Distribution = demand.Gamma
	case "exponential":
		m.Distribution = demand.Exponential
	case "constant":
		m.Distribution = demand.Constant
	default:
		m.Distribution = demand.Lognormal
	}
	for _, f := range s.Measured {
		switch f.Statistic {
		case planner.Mean:
			m.Mean = f.Target
		case planner.P50:
			m.P50 = f.Target
		case planner.P90:
			m.P90 = f.Target
		case planner.P95:
			m.P95 = f.Target
		case planner.P99:
			m.P99 = f.Target
		case planner.P999:
			// The language has no measured p999.
		}
	}
	return m
}

func statistic(s planner.Statistic) demand.Statistic {
	switch s {
	case planner.Mean:
		return demand.Mean
	case planner.P50:
		return demand.P50
	case planner.P90:
		return demand.P90
	case planner.P95:
		return demand.P95
	case planner.P99:
		return demand.P99
	case planner.P999:
		return demand.P999
	}
	panic(fmt.Sprintf("pipeline: statistic %q", s))
}

// modelAssumptions are what the queueing model takes for granted of a workload.
func modelAssumptions(path string, d *planner.Demand) []planner.Assumption {
	const source = "model M/G/k per pod"
	out := []planner.Assumption{{Path: path + ".arrivals", Value: "Poisson", Source: source}}
	if law := measured(&d.Service); law.Assumption() != "" {
		out = append(out, planner.Assumption{Path: path + ".service_time.percentiles", Value: law.Assumption(), Source: source})
	}
	if d.Service.MeasuredAtUtilization > 0 {
		out = append(out, planner.Assumption{
			Path:   path + ".service_time",
			Value:  fmt.Sprintf("figures measured at %.0f%% utilization are taken as they are: an upper bound", d.Service.MeasuredAtUtilization.Float()*100),
			Source: source,
		})
	}
	return out
}
