package pipeline

import (
	"errors"
	"fmt"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/demand"
	"github.com/scantling-dev/scantling/planner/packing"
	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
)

// work is a workload on its way to replicas.
type work struct {
	spec *planner.Workload
	path string
	// request of one pod, and the zones that its selector admits; nil is all.
	request packing.Resources
	zones   []bool
	// priority with which its pods are scheduled.
	priority int
	// brief: the count is wanted, and no words about it.
	brief bool
	// computed: the count follows from the load, so that losses may raise it.
	computed bool
	// carried is the throughput after growth; nothing where the count was given.
	carried carried
	// load pods carry the peak.
	load    int
	binding string
	// queue is nil where the load is not stated by latency.
	queue *queue
	// curve is what was measured of a pod; nil where nothing was.
	curve *measuredCurve
	// job is the work of runs, after growth, and how it is worked off; nil elsewhere.
	job *jobLoad
	// interruption is the share of the group's machines that are taken away in a month.
	interruption units.Ratio
	// base are the reasons that do not depend on the nodes.
	base planner.ReplicaReasons
	// need pods stay ready through any declared loss, without rescheduling; 0 is
	// no such wish. A share grows with the count (needOf).
	need int
}

// load sizes every workload of a group and the provider's guests, after so many
// months of growth. Where it fails, the works that could not be sized are there
// without a count.
func (m *maker) load(g *planner.NodeGroup, guests []planner.Workload, months int) ([]work, error) {
	more := furtherOf(g)
	rates := m.throughputs(months)
	var works []work
	var failed []error
	for _, list := range [][]planner.Workload{g.Workloads, guests} {
		for i := range list {
			w := work{spec: &list[i], path: g.Path() + ".workload." + list[i].Name, brief: m.brief}
			w.carried = rates[w.path]
			if w.spec.Demand.Way == planner.FromJob {
				w.interruption, _ = m.interruption(g)
			}
			w.request, w.zones = more.pod(w.spec), zonesFor(w.spec, g.Zones)
			w.priority = priorityOf(g, w.spec)
			if err := w.size(m, months); err != nil {
				failed = append(failed, err)
			}
			works = append(works, w)
		}
	}
	return works, errors.Join(failed...)
}

// size fills in everything but the spec.
func (w *work) size(m *maker, months int) error {
	d := &w.spec.Demand
	var err error
	switch d.Way {
	case planner.GivenReplicas:
		err = w.given(months)
	case planner.FromLoadTest:
		err = w.fromLoadTest(months)
	case planner.FromLatency:
		err = w.fromLatency(m, months)
	case planner.FromCurve:
		err = w.fromCurve(months)
	case planner.FromJob:
		err = w.fromJob(months)
	default:
		panic(fmt.Sprintf("pipeline: demand way %q", d.Way))
	}
	if err != nil {
		return err
	}
	w.need = w.keepReady()
	if !w.computed {
		w.base = planner.ReplicaReasons{Load: w.load}
		return nil
	}
	rules := w.rules(demand.Static{})
	reasons, err := rules.Replicas()
	if err != nil {
		return &planner.Infeasible{
			Path: w.path + ".rolling_update", Constraint: "no number of replicas keeps enough of them ready during a rollout",
			Remedy: "lower max_unavailable, or give max_surge",
		}
	}
	w.base = planner.ReplicaReasons(reasons)
	return w.withinMaximum(w.base.Sum(), months)
}

func (w *work) given(months int) error {
	w.load, w.binding = w.spec.Demand.Replicas, "given"
	if !w.spec.GrowsReplicas {
		return nil
	}
	grown, ok := demand.Grow(w.load, w.spec.GrowthPerMonth, months)
	if !ok || grown > demand.MaxReplicas {
		return w.tooMany("replicas", months)
	}
	w.load = grown
	return nil
}

func (w *work) tooMany(attribute string, months int) error {
	return tooMany(w.path+"."+attribute, months)
}

// tooMany says that something asks for more pods than there can be.
func tooMany(path string, months int) error {
	bad := &planner.Infeasible{
		Path:       path,
		Constraint: fmt.Sprintf("more than %d replicas are needed, which is the most that Kubernetes is built for", demand.MaxReplicas),
		Remedy:     "make the pods larger, or split the cluster",
	}
	if months > 0 {
		bad.Margin = fmt.Sprintf("after %d months of growth", months)
	}
	return bad
}

// stated names the attribute that says the throughput.
func (w *work) stated() string {
	if len(w.spec.Demand.Fronts) > 0 {
		return "fronts"
	}
	return "throughput"
}

func (w *work) fromLoadTest(months int) error {
	w.computed = true
	if w.carried.err != nil {
		return w.carried.err
	}
	n, err := demand.LoadTest{Throughput: w.carried.rate, PerPod: w.spec.Demand.ThroughputPerPod}.Replicas()
	if err != nil {
		return w.tooMany(w.stated(), months)
	}
	w.load, w.binding = n, "load test"
	return nil
}

// keepReady returns how many pods must stay ready through a declared loss.
func (w *work) keepReady() int {
	if w.spec.MinReady != nil {
		return w.spec.MinReady.Up(w.load)
	}
	if w.spec.Recovery == planner.Static && w.computed {
		if w.queue != nil {
			return w.queue.survivors.pods
		}
		return w.load
	}
	return 0
}

// needOf returns how many of so many replicas must stay ready: a share is of the
// replicas that run, as in a disruption budget.
func (w *work) needOf(replicas int) int {
	if w.spec.MinReady != nil {
		return w.spec.MinReady.Up(replicas)
	}
	return w.need
}

func (w *work) reschedules() bool { return w.spec.Recovery == planner.Reschedule }

func (w *work) rules(static demand.Static) demand.Rules {
	return demand.Rules{
		Load: w.load, Spare: w.spec.SpareReplicas, Minimum: w.minimum(),
		Rollout: w.rollout(), Static: static,
	}
}

// zonesOf returns how many of so many zones the pods may run in.
func (w *work) zonesOf(zones int) int {
	if w.zones == nil {
		return zones
	}
	n := 0
	for _, admitted := range w.zones {
		if admitted {
			n++
		}
	}
	return n
}

// minimum is the least count wanted for its own sake: what is to stay ready must
// be there before anything is lost.
func (w *work) minimum() int {
	least := w.spec.MinReplicas
	if a := w.spec.Autoscaler; a != nil {
		least = max(least, a.MinReplicas)
	}
	if m := w.spec.MinReady; m != nil && !m.IsRatio {
		return max(least, m.Count)
	}
	return least
}

func (w *work) rollout() demand.Rollout {
	return demand.Rollout{MaxSurge: w.spec.RollingUpdate.MaxSurge, MaxUnavailable: w.spec.RollingUpdate.MaxUnavailable}
}

// replicas returns the count on so many nodes: the base, raised to what stays
// ready through the losses where a hard spread says how pods sit. Where none
// does, the drills find out (bump).
func (w *work) replicas(nodes, zones int, losses placement.Losses) planner.ReplicaReasons {
	zones = w.zonesOf(zones)
	if !w.computed || w.need == 0 || losses.Nodes == 0 && losses.Zones == 0 {
		return w.base
	}
	static := demand.Static{Ready: w.need, AtOnce: losses.AtOnce}
	for _, s := range w.spreads() {
		switch {
		case s.Hard && s.Key == placement.Host:
			static.Nodes = demand.Loss{Lost: losses.Nodes, Domains: nodes, MaxSkew: s.MaxSkew}
		case s.Hard && s.Key == placement.Zone:
			static.Zones = demand.Loss{Lost: losses.Zones, Domains: zones, MaxSkew: s.MaxSkew}
		}
	}
	reasons, err := w.rules(static).Replicas()
	if err != nil {
		return w.base
	}
	return planner.ReplicaReasons(reasons)
}

// bumpLimit bounds how far a count is raised beyond its base in search of
// survivors: every pod of the base could be lost and made good twice over.
const bumpLimit = 3

// bump adds replicas for the loss that left too few ready, and reports whether
// that may help: one, or as many as no fewer can make good.
//
// Biggest first, more replicas leave the ones before them where they are, so that
// of one more at most one more survives the loss that failed: as many as are
// missing must come. A shuffle of more pods is another shuffle, which tells
// nothing of the last.
func (w *work) bump(r *planner.ReplicaReasons, failure *placement.Failure) bool {
	limit := bumpLimit * (w.base.Sum() + w.need)
	if !w.computed || r.Sum() >= limit {
		return false
	}
	more := 1
	if failure.Order == 0 {
		more = min(failure.Missing, limit-r.Sum())
	}
	if failure.During == placement.NodeLoss {
		r.Node += more
	} else {
		r.Zone += more
	}
	return true
}

// spreads translates the spread constraints; they are hard where the survivors
// alone must hold the targets.
func (w *work) spreads() []placement.Spread {
	out := make([]placement.Spread, 0, len(w.spec.TopologySpread))
	for _, s := range w.spec.TopologySpread {
		key := placement.Zone
		if s.Key == planner.HostnameKey {
			key = placement.Host
		}
		out = append(out, placement.Spread{Key: key, MaxSkew: s.MaxSkew, Hard: s.Hard || w.spec.Recovery == planner.Static})
	}
	return out
}

// placed translates to the placement stage.
func (w *work) placed(replicas int) placement.Workload {
	p := placement.Workload{
		Name:     w.spec.Name,
		Request:  placement.Resources(w.request),
		Replicas: replicas,
		Spread:   w.spreads(),
		Surge:    w.rollout().Surge(replicas),
		// The default spread is of pods that a Service, a ReplicaSet or the like selects.
		NoDefaultSpread: w.spec.Kind == planner.JobKind || w.spec.Kind == planner.CronJob,
		MinReady:        w.needOf(replicas),
		Reschedule:      w.reschedules(),
		Zones:           w.zones,
	}
	w.bind(&p)
	return p
}
