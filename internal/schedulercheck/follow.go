package schedulercheck

import (
	"context"
	"fmt"
	"slices"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler"
	"k8s.io/kubernetes/pkg/scheduler/apis/config"
	frameworkruntime "k8s.io/kubernetes/pkg/scheduler/framework/runtime"

	"github.com/scantling-dev/scantling/planner/placement"
)

// AllScored is up to how many nodes the scheduler scores each that fits
// (minFeasibleNodesToFind of pkg/scheduler). Of more it takes a sample, which no trace
// decides.
const AllScored = 100

// Follow has the scheduler run what the model says fails: the pods in the order of the
// trace, of equal nodes the ones that it drew, then the rollout or the loss that leaves a
// pod without a place. Every step is the scheduler's own; the trace decides between nodes
// that it scores alike, and nothing else. Outcome.Strayed counts pods that ran elsewhere.
// all has it score every node of groups of any size (percentageOfNodesToScore: 100).
func Follow(ctx context.Context, g *Group, f *placement.Failure, all bool) (Outcome, error) {
	wish := wish{}
	s, err := newScheduler(ctx, func() ([]scheduler.Option, error) {
		options, err := wish.options()
		if every := int32(100); all {
			options = append(options, scheduler.WithPercentageOfNodesToScore(&every))
		}
		return options, err
	})
	if err != nil {
		return Outcome{}, err
	}
	defer s.Close()
	w := world{groups: []*Group{g}, sched: s, title: fmt.Sprintf("order %d of the model", f.Order), places: map[string]place{}, nodes: map[place]*v1.Node{}}
	if err := w.build(); err != nil {
		return Outcome{}, err
	}
	p := path{world: &w, failure: f, ranked: w.placesByRank(0), wish: wish}
	if err := p.run(); err != nil {
		return Outcome{}, err
	}
	return w.out, nil
}

// path is a failure of the model on its way through the scheduler.
type path struct {
	*world
	failure *placement.Failure
	ranked  []place
	wish    wish
}

func (p *path) run() error {
	f := p.failure
	pending, err := p.place(p.items, f.Trace.Up)
	if err != nil || len(pending) > 0 {
		p.failed("with everything up", pending)
		return err
	}
	g := p.groups[0]
	switch f.During {
	case placement.Normal:
		return nil
	case placement.Rollout:
		i := slices.IndexFunc(g.Workloads, func(w Workload) bool { return w.Name == f.Workload })
		return p.rollout(0, i, func(more []*item) ([]*item, error) { return p.place(more, f.Trace.Then) })
	case placement.NodeLoss, placement.ZoneLoss, placement.NodeAndZoneLoss:
	}
	return p.lose(0, lostPlaces(f.Lost, p.ranked), func(displaced []*item) ([]*item, error) { return p.place(displaced, f.Trace.Then) })
}

// place schedules items in the order of steps, those that are left biggest first after
// them, and returns those that stay pending.
func (p *path) place(items []*item, steps []placement.Step) ([]*item, error) {
	left := slices.Clone(items)
	var order []*item
	want := map[*item]place{}
	for _, s := range steps {
		at := slices.IndexFunc(left, func(i *item) bool { return i.work == s.Workload })
		if at < 0 {
			p.out.Strayed++ // other pods were lost, since some ran elsewhere before
			continue
		}
		i := left[at]
		left = slices.Delete(left, at, at+1)
		order, want[i] = append(order, i), p.ranked[s.Node]
		p.wish[i.pod.Name] = p.nodes[want[i]].Name
	}
	pending, err := p.placeAll(slices.Concat(order, p.order(left, 0)))
	for _, i := range order {
		if i.at != want[i] {
			p.out.Strayed++
		}
	}
	return pending, err
}

// wish is the node, by name, that each pod is to run on where the scheduler scores others
// no better.
type wish map[string]string

const wishName = "Wish"

// options of a scheduler with the default profile, all of its weights doubled, so that a
// wish, which weighs one, decides between equals alone.
func (w wish) options() ([]scheduler.Option, error) {
	cfg, err := defaults()
	if err != nil {
		return nil, err
	}
	all := &cfg.Profiles[0].Plugins.MultiPoint
	for i := range all.Enabled {
		all.Enabled[i].Weight = 2 * max(1, all.Enabled[i].Weight)
	}
	all.Enabled = append(all.Enabled, config.Plugin{Name: wishName, Weight: 1})
	registry := frameworkruntime.Registry{wishName: func(context.Context, runtime.Object, fwk.Handle) (fwk.Plugin, error) { return w, nil }}
	return []scheduler.Option{scheduler.WithProfiles(cfg.Profiles...), scheduler.WithFrameworkOutOfTreeRegistry(registry)}, nil
}

var _ fwk.ScorePlugin = wish{}

func (wish) Name() string { return wishName }

// Score is 1 for the node that the pod is to run on.
func (w wish) Score(_ context.Context, _ fwk.CycleState, pod *v1.Pod, n fwk.NodeInfo) (int64, *fwk.Status) {
	if w[pod.Name] == n.Node().Name {
		return 1, nil
	}
	return 0, nil
}

func (wish) ScoreExtensions() fwk.ScoreExtensions { return nil }
