package schedulercheck_test

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/internal/schedulercheck"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/placement"
)

var (
	clusters = flag.Int("clusters", 20, "random clusters to plan and to check")
	first    = flag.Uint64("first", 1, "seed of the first of them")
)

// load reads the random cluster of a seed.
func load(t *testing.T, seed uint64) *spec.Spec {
	t.Helper()
	text := schedulercheck.Spec(seed)
	s, diags := spec.Load([]spec.File{{Name: "main.hcl", Content: text}}, spec.Inputs{}, run.Offers{})
	if diags.HasErrors() {
		t.Fatalf("seed %d: %v\n%s", seed, diags, text)
	}
	return s
}

// plan plans a cluster; nil is one that cannot be planned.
func plan(t *testing.T, s *spec.Spec) *planner.Plan {
	t.Helper()
	p, err := run.Plan(t.Context(), s)
	if errors.Is(err, planner.ErrInfeasible) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// tally is what the clusters came to.
type tally struct {
	clusters, groups, pods, cycles, most int
	// failed clusters, and what failed in a run of a group.
	failed map[uint64]bool
	fails  []string
	// model says where the placements differ though ties are the same.
	model []string
	// over counts groups by our count less the scheduler's; near are those within a
	// node or 2%, off the others.
	over map[int]int
	near int
	off  []string
	// refused are counts below the planned ones on which a pod stays pending in the order,
	// draw and loss in which the model fails; strays are those on which none does, since
	// the scheduler takes a sample of more than 100 nodes: scoring all, it fails there too.
	refused int
	strays  []string
	// certain groups are proved for any order; broken ones failed all the same.
	certain int
	broken  []string
}

// TestRandomClusters asks the scheduler of every group of the clusters whether it
// holds on the planned nodes, and on how few it would; and of those that can have it
// whether it holds, planned with guarantee any_order.
func TestRandomClusters(t *testing.T) {
	sum := tally{failed: map[uint64]bool{}, over: map[int]int{}}
	for seed := *first; sum.clusters < *clusters; seed++ {
		s := load(t, seed)
		planned := plan(t, s)
		if planned == nil {
			continue
		}
		sum.clusters++
		list, err := schedulercheck.Groups(planned, system(t, planned))
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		for i := range list {
			sum.group(t, seed, &planned.NodeGroups[i], &list[i])
		}
		sum.anyOrder(t, seed, s)
	}
	t.Logf("%d clusters, %d groups of at most %d pods, %d pods, %d scheduling cycles", sum.clusters, sum.groups, sum.most, sum.pods, sum.cycles)
	t.Logf("groups by planned nodes less needed ones: %v; %d of %d within a node or 2%%; the others:\n%s", sum.over, sum.near, sum.groups, strings.Join(sum.off, "\n"))
	t.Logf("%d smaller counts fail where the model has them fail, %d do not:\n%s", sum.refused, len(sum.strays), strings.Join(sum.strays, "\n"))
	t.Logf("%d clusters fail in some run:\n%s", len(sum.failed), strings.Join(sum.fails, "\n"))
	t.Logf("%d groups planned for any order", sum.certain)
	if len(sum.model) > 0 {
		t.Errorf("the model is wrong in %d groups:\n%s", len(sum.model), strings.Join(sum.model, "\n"))
	}
	if len(sum.failed) > sum.clusters/clustersPerFailure {
		t.Errorf("%d of %d clusters fail, want one in %d", len(sum.failed), sum.clusters, clustersPerFailure)
	}
	if len(sum.broken) > 0 {
		t.Errorf("pods pending at any_order:\n%s", strings.Join(sum.broken, "\n"))
	}
	if off := len(sum.off); off > sum.groups/groupsPerOff {
		t.Errorf("%d of %d groups are not within a node or 2%%, want one in %d", off, sum.groups, groupsPerOff)
	}
}

// One cluster in so many may fail in some run, since ties are drawn, and one group in so
// many may have more nodes than the scheduler needs, since it samples large ones.
const (
	clustersPerFailure = 200
	groupsPerOff       = 100
)

// group asks about a group.
func (s *tally) group(t *testing.T, seed uint64, planned *planner.GroupPlan, g *schedulercheck.Group) {
	t.Helper()
	s.groups, s.pods, s.most = s.groups+1, s.pods+g.Pods(), max(s.most, g.Pods())
	name := fmt.Sprintf("seed %d: %s: %d nodes, %d pods", seed, g.Name, g.Nodes(), g.Pods())
	if why := differs(t, planned, g); why != "" {
		s.model = append(s.model, name+": "+why)
	}
	runs := append(schedulercheck.Declared(), schedulercheck.Unseen()...)
	held := true
	for _, r := range runs {
		out := holds(t, g, r)
		s.cycles += out.Scheduled
		if out.Failed != "" {
			held, s.failed[seed] = false, true
			s.fails = append(s.fails, name+": "+out.Failed)
		}
	}
	needed := s.least(t, name, g, runs, held)
	more := g.Nodes() - needed
	s.over[more]++
	if !far(g.Nodes(), needed) {
		s.near++
	} else {
		s.off = append(s.off, fmt.Sprintf("%s: the scheduler needs %d", name, needed))
	}
}

// far reports whether a count is more than a node and 2% off what is needed.
func far(nodes, needed int) bool { return max(nodes-needed, needed-nodes) > max(1, needed/50) }

// anyOrder plans the groups of a cluster for any order that can be, and asks about them.
func (s *tally) anyOrder(t *testing.T, seed uint64, cluster *spec.Spec) {
	t.Helper()
	var names []string
	for i := range cluster.Cluster.NodeGroups {
		if g := &cluster.Cluster.NodeGroups[i]; !slices.ContainsFunc(g.Workloads, voids) {
			g.Guarantee = planner.AnyOrder
			names = append(names, g.Name)
		}
	}
	planned := plan(t, cluster)
	if len(names) == 0 || planned == nil {
		return
	}
	list, err := schedulercheck.Groups(planned, system(t, planned))
	if err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	for i := range list {
		g := &list[i]
		if !slices.Contains(names, g.Name) {
			continue
		}
		s.certain++
		for _, r := range append(schedulercheck.Unseen(), schedulercheck.Run{Ties: 103}) {
			out := holds(t, g, r)
			s.cycles += out.Scheduled
			if out.Failed != "" {
				s.broken = append(s.broken, fmt.Sprintf("seed %d: %s: %d nodes, %d pods: %s", seed, g.Name, g.Nodes(), g.Pods(), out.Failed))
			}
		}
	}
}

// voids reports whether no count can be proved for any order with w in the group.
func voids(w planner.Workload) bool {
	return w.MinReady != nil || w.Recovery == planner.Static ||
		slices.ContainsFunc(w.TopologySpread, func(s planner.TopologySpread) bool { return s.Hard })
}

// differs says how the scheduler differs from the model where it breaks ties as
// the model does; empty is not at all.
func differs(t *testing.T, planned *planner.GroupPlan, g *schedulercheck.Group) string {
	t.Helper()
	out := holds(t, g, schedulercheck.Model())
	if want := schedulercheck.Placement(planned, g); out.Nodes != nil && !maps.Equal(out.Nodes, want) {
		return fmt.Sprintf("placed as %v, the model says %v", out.Nodes, want)
	}
	return out.Failed
}

// holds runs one order.
func holds(t *testing.T, g *schedulercheck.Group, r schedulercheck.Run) schedulercheck.Outcome {
	t.Helper()
	out, err := schedulercheck.Check(t.Context(), []*schedulercheck.Group{g}, r)
	if err != nil {
		t.Fatalf("%s: %s: %v", g.Name, r, err)
	}
	return out
}

// least returns the fewest nodes of g's on which the scheduler holds, all of them where no
// fewer do, or the first count above where they do not: one pool's, or a node of each more.
func (s *tally) least(t *testing.T, name string, g *schedulercheck.Group, runs []schedulercheck.Run, held bool) int {
	t.Helper()
	if !held {
		for more := 1; ; more++ {
			counts := g.Counts()
			for i := range counts {
				counts[i] += more
			}
			if larger := g.With(counts...); s.enough(t, name, larger, runs) {
				return larger.Nodes()
			}
		}
	}
	for _, counts := range fewer(g.Counts()) {
		asked := runs
		less := g.With(counts...)
		if far(g.Nodes(), less.Nodes()) {
			// The few runs may be lucky.
			asked = append(runs, schedulercheck.More(less.Nodes())...)
		}
		if s.enough(t, name, less, asked) {
			return less.Nodes()
		}
	}
	return g.Nodes()
}

// fewer returns all counts of nodes by pool of which none is above those given and not all
// are equal to them, the fewest nodes first.
func fewer(most []int) [][]int {
	out := [][]int{nil}
	for _, n := range most {
		var next [][]int
		for _, counts := range out {
			for k := range n + 1 {
				next = append(next, append(slices.Clone(counts), k))
			}
		}
		out = next
	}
	sum := func(counts []int) int {
		total := 0
		for _, n := range counts {
			total += n
		}
		return total
	}
	out = slices.DeleteFunc(out, func(counts []int) bool { return sum(counts) == 0 || slices.Equal(counts, most) })
	slices.SortFunc(out, func(a, b []int) int { return cmp.Or(cmp.Compare(sum(a), sum(b)), slices.Compare(a, b)) })
	return out
}

// enough reports whether the nodes of g bear the requests and no pod stays pending, neither
// in the order, draw and loss in which the model fails, nor in the runs.
func (s *tally) enough(t *testing.T, name string, g *schedulercheck.Group, runs []schedulercheck.Run) bool {
	t.Helper()
	if !g.Bears() || s.refuses(t, name, g) {
		return false
	}
	for _, r := range runs {
		out := holds(t, g, r)
		s.cycles += out.Scheduled
		if out.Failed != "" {
			return false
		}
	}
	return true
}

// refuses reports whether the scheduler leaves a pod pending where the model does.
func (s *tally) refuses(t *testing.T, name string, g *schedulercheck.Group) bool {
	t.Helper()
	failure, err := schedulercheck.Fails(g)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if failure == nil {
		return false
	}
	why := fmt.Sprintf("%s: on %v nodes: order %d: %s", name, g.Counts(), failure.Order, failure)
	if failure.Trace == nil {
		s.strays = append(s.strays, why+": not simulated")
		return false
	}
	out := s.follow(t, why, g, failure, false)
	if out.Failed != "" {
		s.refused++
	} else {
		s.strays = append(s.strays, why)
	}
	if out.Failed == "" || out.Strayed > 0 && g.Nodes() <= schedulercheck.AllScored {
		// No sample may be to blame.
		if every := s.follow(t, why, g, failure, true); every.Failed == "" || every.Strayed > 0 {
			s.model = append(s.model, fmt.Sprintf("%s: the scheduler puts %d pods on other nodes: %q", why, every.Strayed, every.Failed))
		}
	}
	return out.Failed != ""
}

// follow has the scheduler do what the model says fails.
func (s *tally) follow(t *testing.T, why string, g *schedulercheck.Group, f *placement.Failure, all bool) schedulercheck.Outcome {
	t.Helper()
	out, err := schedulercheck.Follow(t.Context(), g, f, all)
	if err != nil {
		t.Fatalf("%s: %v", why, err)
	}
	s.cycles += out.Scheduled
	return out
}
