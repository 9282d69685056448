package spec

import (
	"time"

	"github.com/scantling-dev/scantling/planner"
)

// station reads what a pod is to requests: its workers, its CPU, and how requests
// find it.
func (b *builder) station(n *node, path string, d *planner.Demand) {
	d.Concurrency, _ = get[int](n, "concurrency")
	d.CPUPerRequest, _ = get[time.Duration](n, "cpu_per_request")
	d.CPUPerRequestRange = b.timeRange(n, path, "cpu_per_request")
	switch {
	case !n.has("concurrency") && !n.has("cpu_per_request"):
		b.add(MissingDemand, &n.def, "A latency target needs concurrency: the requests that a pod serves side by side, such as its worker threads. For a server without such a limit give cpu_per_request.")
	case !n.has("concurrency"):
		b.assume(path+".concurrency", "no limit: a pod takes as many requests as come", "language")
	}
	if mean, found := measuredMean(&d.Service); found && d.CPUPerRequest > mean {
		b.add(InvalidService, n.rng("cpu_per_request"), "A request cannot compute for %s and take %s in the mean: CPU time is a part of the service time. Check both.", durationText(d.CPUPerRequest), durationText(mean))
	}
	b.balancing(n, path, d)
}

// measuredMean returns the mean of a service time where it is stated; of a constant
// one any figure is it.
func measuredMean(s *planner.ServiceTime) (time.Duration, bool) {
	for _, m := range s.Measured {
		if m.Statistic == planner.Mean || s.Distribution == "constant" {
			return m.Target, true
		}
	}
	return 0, false
}

// balancing reads how requests find a pod, and refuses what would be of no effect.
func (b *builder) balancing(n *node, path string, d *planner.Demand) {
	d.Balancers, _ = get[int](n, "balancers")
	d.Connections, _ = get[int](n, "connections")
	switch {
	case d.Connections == 0:
		d.Balancing = take(b, n, path, "balancing", "random", "random", "language")
	case n.has("balancing"):
		d.Balancing, _ = get[string](n, "balancing")
	default:
		d.Balancing = "random"
		b.assume(path+".balancing", "random: connections find a pod by chance", "language")
	}
	several := d.Balancers > 1
	switch {
	case d.Connections > 0 && d.Balancing == "pooled":
		b.add(BalancingUnfit, n.rng("connections"), "In one queue for all pods it does not matter which connection a request comes through. Leave connections out, or balancing.")
	case d.Connections > 0 && d.Balancing != "random":
		b.add(BalancingUnfit, n.rng("balancing"), "A request goes where its connection goes, so that %s balances connections, not requests, and says nothing of the load. Leave balancing out; or connections, where a proxy balances each request.", d.Balancing)
	case several && d.Connections > 0:
		b.add(BalancingUnfit, n.rng("balancers"), "A request goes where its connection goes, however many balancers there are. Leave balancers out.")
	case several && d.Balancing == "random":
		b.add(BalancingUnfit, n.rng("balancers"), "At random, requests spread alike through one balancer and through many. Leave balancers out, or name the policy that the balancers have.")
	case several && d.Balancing == "pooled":
		b.add(BalancingUnfit, n.rng("balancers"), "One queue that all pods take from has no balancers. Leave balancers out, or name the policy that the balancers have.")
	}
}

// targets reads the latency blocks: what holds while everything is up, and what
// holds while a loss lasts. Both are ordered by statistic.
func (b *builder) targets(x *groupContext, n *node, path string) (normal, failure []planner.LatencyTarget) {
	blocks := n.children("latency")
	if len(blocks) == 0 && !n.refused["latency"] {
		b.add(MissingDemand, &n.def, "%s", noTargets(n))
	}
	found := map[string]map[planner.Statistic]time.Duration{"normal": {}, "failure": {}}
	var failing *node
	for _, l := range blocks {
		during := take(b, l, path+".latency", "during", "normal", "normal", "language")
		if during == "failure" && failing == nil {
			failing = l
		}
		b.target(l, during, found[during])
	}
	for _, s := range statistics() {
		most, hasNormal := found["normal"][s]
		if hasNormal {
			normal = append(normal, planner.LatencyTarget{Statistic: s, Target: most})
		}
		if target, ok := found["failure"][s]; ok {
			failure = append(failure, planner.LatencyTarget{Statistic: s, Target: target})
			if target < most {
				b.add(InvalidLatency, failing.rng("during"), "%s %s is to hold with pods missing, and %s with all of them. What holds during a failure holds at other times too: lower the normal target, or raise this one.", s, durationText(target), durationText(most))
			}
		}
	}
	if failing != nil {
		b.failureTargets(x, n, failing, len(normal) > 0)
	}
	return normal, failure
}

// target reads one latency block.
func (b *builder) target(l *node, during string, found map[planner.Statistic]time.Duration) {
	named := len(l.refused) > 0 || l.has("during") && l.attrs["during"].bad
	for _, s := range statistics() {
		if !l.has(string(s)) {
			continue
		}
		named = true
		target, ok := get[time.Duration](l, string(s))
		_, twice := found[s]
		switch {
		case twice && during == "failure":
			b.add(InvalidLatency, &l.attrs[string(s)].name, "There is a target for %s during a failure already. Keep one of them.", s)
		case twice:
			b.add(InvalidLatency, &l.attrs[string(s)].name, "There is a target for %s already. Keep one of them.", s)
		case ok:
			found[s] = target
		}
	}
	if !named {
		b.add(InvalidLatency, &l.def, "The block names no statistic: write p99 = \"250ms\", or mean, p50, p90, p95, p999.")
	}
}

// failureTargets refuses targets for a failure where no survivors hold them.
func (b *builder) failureTargets(x *groupContext, n, failing *node, normal bool) {
	switch {
	case !normal:
		b.add(InvalidLatency, failing.rng("during"), "The targets hold during a failure alone. Add latency { … } for the time when everything is up.")
	case n.has("min_ready"):
		b.add(InvalidLatency, failing.rng("during"), "min_ready says how many pods a failure leaves, and targets during a failure say so too. Keep one of the two.")
	case x.redundancy.Recovery != planner.Static:
		b.add(InvalidLatency, failing.rng("during"), "Pods that a failure takes are scheduled anew in this group, and then the normal targets hold. For survivors that hold targets by themselves write redundancy { recovery = \"static\" } in the group.")
	}
}

// simulation reads when queues are simulated; where none is modelled the default is
// of no interest.
func (b *builder) simulation() {
	c := &b.cluster
	if word, ok := get[string](b.root, "simulation"); ok {
		c.Simulation = planner.Simulation(word)
		return
	}
	for i := range c.NodeGroups {
		for j := range c.NodeGroups[i].Workloads {
			if c.NodeGroups[i].Workloads[j].Demand.Way == planner.FromLatency {
				take(b, b.root, "", "simulation", string(planner.SimulateAuto), string(planner.SimulateAuto), "language")
				return
			}
		}
	}
}
