package schedulercheck_test

import (
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
)

var (
	clusters = flag.Int("clusters", 20, "random clusters to plan and to check")
	first    = flag.Uint64("first", 1, "seed of the first of them")
)

// generate plans the random cluster of a seed; nil is one that cannot be planned.
func generate(t *testing.T, seed uint64) *planner.Plan {
	t.Helper()
	text := schedulercheck.Spec(seed)
	s, diags := spec.Load([]spec.File{{Name: "main.hcl", Content: text}}, spec.Inputs{}, run.Offers{})
	if diags.HasErrors() {
		t.Fatalf("seed %d: %v\n%s", seed, diags, text)
	}
	plan, err := run.Plan(t.Context(), s)
	if errors.Is(err, planner.ErrInfeasible) {
		return nil
	}
	if err != nil {
		t.Fatalf("seed %d: %v\n%s", seed, err, text)
	}
	return plan
}

// TestRandomClusters asks the scheduler of every group of the clusters whether it
// holds on the planned nodes, and on how few it would.
func TestRandomClusters(t *testing.T) {
	var planned, groups, pods, cycles, closeBy, most int
	over := map[int]int{} // groups by our count less the scheduler's
	var model, declared, unseen, fewer []string
	for seed := *first; planned < *clusters; seed++ {
		plan := generate(t, seed)
		if plan == nil {
			continue
		}
		planned++
		list, err := schedulercheck.Groups(plan, system(t, plan))
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		for i := range list {
			g := &list[i]
			groups, pods = groups+1, pods+g.Pods()
			name := fmt.Sprintf("seed %d: %s: %d nodes, %d pods", seed, g.Name, g.Nodes(), g.Pods())
			if why := differs(t, &plan.NodeGroups[i], g); why != "" {
				model = append(model, name+": "+why)
			}
			out := holds(t, g, schedulercheck.Declared())
			cycles += out.Scheduled
			if out.Failed != "" {
				declared = append(declared, name+": "+cause(t, g)+": "+out.Failed)
			} else if out := holds(t, g, schedulercheck.Unseen()); out.Failed != "" {
				unseen = append(unseen, name+": "+out.Failed)
			}
			needed, scheduled := least(t, g, out.Failed == "")
			cycles += scheduled
			more := g.Nodes() - needed
			over[more]++
			most = max(most, g.Pods())
			if more != 0 {
				fewer = append(fewer, fmt.Sprintf("%s: the scheduler needs %d", name, needed))
			}
			if max(more, -more) <= max(1, needed/50) {
				closeBy++
			}
		}
	}
	t.Logf("%d clusters, %d groups, %d pods, %d scheduling cycles", planned, groups, pods, cycles)
	t.Logf("at most %d pods in a group; groups by planned nodes less needed ones: %v", most, over)
	t.Logf("%d of %d groups have the count that the scheduler needs, %d are within a node or 2%%", groups-len(fewer), groups, closeBy)
	for _, part := range []struct {
		title string
		list  []string
	}{{"fail in an order that the model tries", declared}, {"fail in an order that it does not try", unseen}, {"other counts", fewer}} {
		t.Logf("%s: %d\n%s", part.title, len(part.list), strings.Join(part.list, "\n"))
	}
	if len(model) > 0 {
		t.Errorf("the model is wrong in %d groups:\n%s", len(model), strings.Join(model, "\n"))
	}
}

// differs says how the scheduler differs from the model where it breaks ties as
// the model does; empty is not at all.
func differs(t *testing.T, planned *planner.GroupPlan, g *schedulercheck.Group) string {
	t.Helper()
	for _, r := range schedulercheck.Model() {
		out, err := schedulercheck.Check(t.Context(), []*schedulercheck.Group{g}, r)
		if err != nil {
			t.Fatalf("%s: %s: %v", g.Name, r, err)
		}
		if want := schedulercheck.Placement(planned, g); r.Order == 0 && out.Nodes != nil && !maps.Equal(out.Nodes, want) {
			return fmt.Sprintf("placed as %v, the model says %v", out.Nodes, want)
		}
		if out.Failed != "" {
			return out.Failed
		}
	}
	return ""
}

// cause says why the scheduler leaves pods of g pending in an order in which the
// model does not.
func cause(t *testing.T, g *schedulercheck.Group) string {
	t.Helper()
	switch {
	case holds(t, g, schedulercheck.Model()).Failed != "":
		return "even with the model's ties"
	case g.Nodes() >= 100:
		return "ties at random, or nodes sampled"
	default:
		return "ties at random"
	}
}

// holds returns the first outcome that fails, or the sum of all.
func holds(t *testing.T, g *schedulercheck.Group, runs []schedulercheck.Run) schedulercheck.Outcome {
	t.Helper()
	var sum schedulercheck.Outcome
	for _, r := range runs {
		out, err := schedulercheck.Check(t.Context(), []*schedulercheck.Group{g}, r)
		if err != nil {
			t.Fatalf("%s: %s: %v", g.Name, r, err)
		}
		sum.Scheduled += out.Scheduled
		if out.Failed != "" {
			return out
		}
	}
	return sum
}

// least returns the smallest count from which on all declared runs hold, up to
// that of g, or the first above it where that does not hold.
func least(t *testing.T, g *schedulercheck.Group, held bool) (nodes, cycles int) {
	t.Helper()
	step := -1
	if !held {
		step = 1
	}
	// What failed last fails most often on fewer nodes too: it is asked first.
	runs := schedulercheck.Declared()
	for n := g.Nodes() + step; n > 0; n += step {
		at := 0
		ok := true
		for i, r := range runs {
			out, err := schedulercheck.Check(t.Context(), []*schedulercheck.Group{g.With(n)}, r)
			if err != nil {
				t.Fatalf("%s: %s: %v", g.Name, r, err)
			}
			cycles += out.Scheduled
			if out.Failed != "" {
				at, ok = i, false
				break
			}
		}
		switch {
		case ok && !held:
			return n, cycles
		case !ok && held:
			return n + 1, cycles
		}
		runs = slices.Concat(runs[at:at+1], runs[:at], runs[at+1:])
	}
	return 1, cycles
}
