package pipeline

import (
	"math"
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/demand"
	"github.com/scantling-dev/scantling/planner/units"
)

// carried is the throughput of a workload, or why it has none.
type carried struct {
	rate units.Rate
	// parts are what the rate is the sum of, sorted by workload; nil where it is stated.
	parts []planner.FrontedWorkload
	err   error
}

// throughputs returns what every workload of the groups carries, by address: what
// stated says of one that states its throughput, and of one that fronts others the
// sum of theirs. It asks once for each that states any, in the order of the groups:
// of a month, of an hour of the day or of one of many worlds.
func throughputs(groups []planner.NodeGroup, stated func(path string, w *planner.Workload) (units.Rate, error)) map[string]carried {
	out := map[string]carried{}
	fronting := map[string]*planner.Workload{}
	for i := range groups {
		for j := range groups[i].Workloads {
			w := &groups[i].Workloads[j]
			path := groups[i].Path() + ".workload." + w.Name
			switch {
			case len(w.Demand.Fronts) > 0:
				fronting[path] = w
			case w.Demand.Throughput > 0:
				rate, err := stated(path, w)
				out[path] = carried{rate: rate, err: err}
			}
		}
	}
	open := map[string]bool{}
	var resolve func(path string) carried
	resolve = func(path string) carried {
		if c, ok := out[path]; ok {
			return c
		}
		w := fronting[path]
		if w == nil || open[path] {
			return carried{err: &planner.Infeasible{
				Path: path, Constraint: "its throughput is not known, and another workload fronts it",
				Remedy: "state its throughput, or take it out of fronts",
			}}
		}
		open[path] = true
		var sum carried
		for _, part := range w.Demand.Fronts {
			c := resolve(part)
			if c.err == nil && c.rate > math.MaxInt64-sum.rate {
				c.err = tooMany(path+".fronts", 0)
			}
			if c.err != nil {
				sum = carried{err: c.err}
				break
			}
			sum.rate += c.rate
			sum.parts = append(sum.parts, planner.FrontedWorkload{Workload: part, Throughput: c.rate})
		}
		open[path] = false
		out[path] = sum
		return sum
	}
	for i := range groups {
		for j := range groups[i].Workloads {
			if path := groups[i].Path() + ".workload." + groups[i].Workloads[j].Name; fronting[path] != nil {
				resolve(path)
			}
		}
	}
	return out
}

// throughputs returns what every workload carries after so many months of growth.
func (m *maker) throughputs(months int) map[string]carried {
	if found, ok := m.carried[months]; ok {
		return found
	}
	all := grownThroughputs(m.cluster.NodeGroups, months)
	if m.carried == nil {
		m.carried = map[int]map[string]carried{}
	}
	m.carried[months] = all
	return all
}

// grownThroughputs returns what every workload carries after so many months of growth.
func grownThroughputs(groups []planner.NodeGroup, months int) map[string]carried {
	return throughputs(groups, func(path string, w *planner.Workload) (units.Rate, error) { return grownThroughput(path, w, months) })
}

// grownThroughput returns what a workload that states it carries after so many months.
func grownThroughput(path string, w *planner.Workload, months int) (units.Rate, error) {
	rate, ok := demand.Grow(w.Demand.Throughput, w.GrowthPerMonth, months)
	if !ok {
		return 0, tooMany(path+".throughput", months)
	}
	return rate, nil
}

// shrinks reports whether what a workload carries may become less: its own demand
// does, or, of one that fronts others, that of any workload.
func (m *maker) shrinks(w *planner.Workload) bool {
	if len(w.Demand.Fronts) == 0 {
		return w.GrowthPerMonth < 0
	}
	return slices.ContainsFunc(m.cluster.NodeGroups, func(g planner.NodeGroup) bool {
		return slices.ContainsFunc(g.Workloads, func(o planner.Workload) bool { return o.GrowthPerMonth < 0 })
	})
}
