package pipeline

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/forecast/worlds"
	"github.com/scantling-dev/scantling/planner/units"
)

// middle is the world in which every estimate is its median.
const middle = -1

// worldSeed draws the worlds: the same for every plan, so that plans compare.
const worldSeed = 1

// dimension is one estimate of the spec.
type dimension struct {
	path string
	law  worlds.Law
	// of are the workloads whose demand it is part of, by their place among all.
	of []int
	// fill writes its value in a world.
	fill func(s *planner.SizedFor, x float64)
	// falls: more of it asks for less; growth asks for more later.
	falls, growth bool
	// carries: it is part of the throughput.
	carries bool
}

// member is a workload of the spec and where it stands.
type member struct {
	group, at int
	path      string
	spec      *planner.Workload
	// dims are its own estimates; by are those and what it carries of workloads that it
	// fronts.
	dims, by []int
}

// uncertainty holds what the estimates of a spec leave open.
type uncertainty struct {
	m       *maker
	dims    []dimension
	members []member
	set     worlds.Set
	// values by dimension and world.
	values [][]float64
	// loads by member and world: pods that carry the peak, +Inf where none do.
	loads [][]float64
	// chosen world of each member; -1 is the middle.
	chosen []int
	// mid are the loads in the middle of all, planned those of what was sized for.
	mid, planned []float64
}

// newUncertainty returns the estimates of a cluster; nil where it has none.
func newUncertainty(c *planner.Cluster) *uncertainty {
	u := &uncertainty{}
	for i := range c.NodeGroups {
		g := &c.NodeGroups[i]
		for j := range g.Workloads {
			u.members = append(u.members, member{group: i, at: j, path: g.Path() + ".workload." + g.Workloads[j].Name, spec: &g.Workloads[j]})
		}
	}
	for i := range u.members {
		u.estimatesOf(i)
	}
	if r := c.Growth.Range; r != nil {
		var of []int
		for i := range u.members {
			if w := u.members[i].spec; !w.GrowsReplicas && w.Demand.Way != planner.GivenReplicas {
				of = append(of, i)
			}
		}
		u.addGrowth("growth.per_month", c.Growth.PerMonth, r, of)
	}
	if len(u.dims) == 0 {
		return nil
	}
	slices.SortFunc(u.dims, func(a, b dimension) int { return cmp.Compare(a.path, b.path) })
	for d := range u.dims {
		for _, i := range u.dims[d].of {
			u.members[i].dims = append(u.members[i].dims, d)
		}
	}
	for i := range u.members {
		u.members[i].by = slices.Sorted(maps.Keys(u.behind(i, map[int]bool{}, map[int]bool{})))
	}
	u.set = worlds.Draw(worlds.DefaultCount, len(u.dims), worldSeed)
	for d := range u.dims {
		u.values = append(u.values, u.set.Values(d, u.dims[d].law))
	}
	return u
}

// behind returns the estimates that the demand of a member depends on. Of one that
// fronts others these are their throughput and growth, too.
func (u *uncertainty) behind(i int, found, seen map[int]bool) map[int]bool {
	if seen[i] {
		return found
	}
	seen[i] = true
	top := len(seen) == 1
	for _, d := range u.members[i].dims {
		if top || u.dims[d].carries {
			found[d] = true
		}
	}
	for _, front := range u.members[i].spec.Demand.Fronts {
		if at := slices.IndexFunc(u.members, func(m member) bool { return m.path == front }); at >= 0 {
			u.behind(at, found, seen)
		}
	}
	return found
}

// estimatesOf adds the estimates of a workload's own.
func (u *uncertainty) estimatesOf(i int) {
	w, path := u.members[i].spec, u.members[i].path
	d := &w.Demand
	if r := d.ThroughputRange; r != nil {
		u.add(path+".throughput", i, float64(r.Low), float64(d.Throughput), float64(r.High), r.Confidence, false,
			func(s *planner.SizedFor, x float64) { s.Throughput = units.Rate(up(x)) })
		u.dims[len(u.dims)-1].carries = true
	}
	if r := d.ThroughputPerPodRange; r != nil {
		u.add(path+".throughput_per_pod", i, float64(r.Low), float64(d.ThroughputPerPod), float64(r.High), r.Confidence, true,
			func(s *planner.SizedFor, x float64) { s.ThroughputPerPod = units.Rate(max(down(x), 1)) })
	}
	if r := d.Service.Range; r != nil {
		u.add(path+".service_time", i, float64(r.Low), float64(units.Whole), float64(r.High), r.Confidence, false,
			func(s *planner.SizedFor, x float64) { s.ServiceFactor = units.Ratio(up(x)) })
	}
	if r := d.CPUPerRequestRange; r != nil {
		u.add(path+".cpu_per_request", i, float64(r.Low), float64(d.CPUPerRequest), float64(r.High), r.Confidence, false,
			func(s *planner.SizedFor, x float64) { s.CPUPerRequest = time.Duration(up(x)) })
	}
	if d.Job != nil && d.Job.DurationRange != nil {
		r := d.Job.DurationRange
		u.add(path+".job.duration", i, float64(r.Low), float64(d.Job.Duration), float64(r.High), r.Confidence, false,
			func(s *planner.SizedFor, x float64) { s.JobDuration = time.Duration(up(x)) })
	}
	if r := w.GrowthRange; r != nil {
		u.addGrowth(path+".growth_per_month", w.GrowthPerMonth, r, []int{i})
	}
}

// mostDrawn is what a drawn figure is cut off at: far beyond what any plan carries, with
// room to add up.
const mostDrawn = 1 << 60

func up(x float64) int64 { return int64(math.Ceil(min(x, mostDrawn))) }

func down(x float64) int64 { return int64(math.Floor(min(x, mostDrawn))) }

func (u *uncertainty) add(path string, of int, low, mid, high float64, confidence units.Ratio, falls bool, fill func(*planner.SizedFor, float64)) {
	law, err := worlds.Estimate{Low: low, Mid: mid, High: high, Confidence: confidence.Float()}.Law()
	if err != nil {
		panic("pipeline: " + path + ": " + err.Error()) // the language admits no such estimate
	}
	u.dims = append(u.dims, dimension{path: path, law: law, of: []int{of}, fill: fill, falls: falls})
}

func (u *uncertainty) addGrowth(path string, mid units.Ratio, r *planner.RatioRange, of []int) {
	law, err := worlds.Estimate{Low: r.Low.Float(), Mid: mid.Float(), High: r.High.Float(), Confidence: r.Confidence.Float()}.GrowthLaw()
	if err != nil {
		panic("pipeline: " + path + ": " + err.Error()) // the language admits no such estimate
	}
	u.dims = append(u.dims, dimension{path: path, law: law, of: of, growth: true, carries: true, fill: func(s *planner.SizedFor, x float64) {
		s.GrowthPerMonth, s.HasGrowth = units.Ratio(up(x*float64(units.Whole))), true
	}})
}

// figures are those of a member in a world.
func (u *uncertainty) figures(i, world int) planner.SizedFor {
	var s planner.SizedFor
	if world < 0 {
		return s
	}
	for _, d := range u.members[i].dims {
		u.dims[d].fill(&s, u.values[d][world])
	}
	return s
}

// in returns the cluster with each member as it is in a world of its own choice.
func (u *uncertainty) in(c planner.Cluster, world func(i int) int) planner.Cluster {
	return u.with(c, func(i int) planner.SizedFor { return u.figures(i, world(i)) })
}

// with returns the cluster with figures of each member in place of its estimates.
func (u *uncertainty) with(c planner.Cluster, of func(i int) planner.SizedFor) planner.Cluster {
	c.NodeGroups = slices.Clone(c.NodeGroups)
	for i := range c.NodeGroups {
		c.NodeGroups[i].Workloads = slices.Clone(c.NodeGroups[i].Workloads)
	}
	for i := range u.members {
		m := &u.members[i]
		figures := of(i)
		c.NodeGroups[m.group].Workloads[m.at] = figures.Apply(*m.spec)
	}
	return c
}

// count fills in what each member needs in every world and in the middle of all.
//
// What is needed rises with every estimate (falls with what a pod carries), so that a
// world whose figures lie between those of two that need the same needs that too. The
// worlds are visited far apart first, which leaves few to be counted.
func (u *uncertainty) count(load func(i, world int) float64) {
	n := u.set.Len()
	u.loads = make([][]float64, len(u.members))
	u.mid = make([]float64, len(u.members))
	for i := range u.members {
		u.mid[i] = load(i, middle)
		u.loads[i] = make([]float64, n)
		if len(u.members[i].by) == 0 {
			for w := range n {
				u.loads[i][w] = u.mid[i]
			}
			continue
		}
		u.countOne(i, load)
	}
}

// countOne fills in the loads of one member.
func (u *uncertainty) countOne(i int, load func(i, world int) float64) {
	dims := u.members[i].by
	order := farApart(u.demanding(i))
	points := make([][]float64, 0, len(order)) // of the worlds that were counted
	needs := make([]float64, 0, len(order))
	point := make([]float64, len(dims))
	for _, w := range order {
		for k, d := range dims {
			point[k] = u.values[d][w]
			if u.dims[d].falls {
				point[k] = -point[k]
			}
		}
		least, most := 0.0, math.Inf(1)
		for j := range points {
			if needs[j] > least && dominates(point, points[j]) {
				least = needs[j]
			}
			if needs[j] < most && dominates(points[j], point) {
				most = needs[j]
			}
		}
		if least == most {
			u.loads[i][w] = least
			continue
		}
		u.loads[i][w] = load(i, w)
		points, needs = append(points, slices.Clone(point)), append(needs, u.loads[i][w])
	}
}

// dominates reports whether no figure of a is below that of b.
func dominates(a, b []float64) bool {
	for k := range a {
		if a[k] < b[k] {
			return false
		}
	}
	return true
}

// demanding returns the worlds in the order of how much they ask of a member: the sum
// of the ranks of its figures.
func (u *uncertainty) demanding(i int) []int {
	n := u.set.Len()
	total := make([]int, n)
	order := make([]int, n)
	for _, d := range u.members[i].by {
		for w := range order {
			order[w] = w
		}
		sign := 1.0
		if u.dims[d].falls {
			sign = -1
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(sign*u.values[d][a], sign*u.values[d][b]) })
		for rank, w := range order {
			total[w] += rank
		}
	}
	for w := range order {
		order[w] = w
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(total[a], total[b]) })
	return order
}

// farApart reorders a list: its ends, its middle, the middles of the halves and so on.
func farApart(list []int) []int {
	out := make([]int, 0, len(list))
	type part struct{ from, to int }
	if len(list) == 0 {
		return out
	}
	out = append(out, list[0])
	if len(list) > 1 {
		out = append(out, list[len(list)-1])
	}
	for queue := []part{{0, len(list) - 1}}; len(queue) > 0; queue = queue[1:] {
		p := queue[0]
		if p.to-p.from < 2 {
			continue
		}
		middle := (p.from + p.to) / 2
		out = append(out, list[middle])
		queue = append(queue, part{p.from, middle}, part{middle, p.to})
	}
	return out
}
