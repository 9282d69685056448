package schedulercheck

import (
	"context"
	"fmt"
	"strconv"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	configv1 "k8s.io/kube-scheduler/config/v1"
	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler"
	"k8s.io/kubernetes/pkg/scheduler/apis/config"
	"k8s.io/kubernetes/pkg/scheduler/apis/config/scheme"
	frameworkruntime "k8s.io/kubernetes/pkg/scheduler/framework/runtime"
)

// FirstNode is the seed of ties that takes the first node of those with the best
// score, in the model's order of nodes: one node of each zone in turn. The run is
// then the model's own, pod by pod, if its filters and scores are right.
const FirstNode = -1

// FullestNode is the same under a profile that scores nodes for room by MostAllocated.
const FullestNode = -2

// rankAnnotation holds a node's place in that order.
const rankAnnotation = "scantling.dev/rank"

// A plugin's score goes to 100, so that two count nodes by digits of base 101;
// what the default profile weighs counts for more than any such number.
const (
	rankBase      = 101
	defaultsWeigh = rankBase * rankBase * 2
)

// firstNode returns the options of a scheduler whose profile is the default one,
// all weights multiplied alike, with ties broken by rank. It scores every node,
// where the default samples those of clusters of more than 100, as the model does.
// fullest scores room by MostAllocated.
func firstNode(fullest bool) ([]scheduler.Option, error) {
	cfg, err := defaults()
	if err != nil {
		return nil, err
	}
	for _, p := range cfg.Profiles[0].PluginConfig {
		if args, ok := p.Args.(*config.NodeResourcesFitArgs); ok && fullest {
			args.ScoringStrategy.Type = config.MostAllocated
		}
	}
	all := &cfg.Profiles[0].Plugins.MultiPoint
	for i := range all.Enabled {
		all.Enabled[i].Weight = max(1, all.Enabled[i].Weight) * defaultsWeigh
	}
	registry := frameworkruntime.Registry{}
	for name, digit := range map[string]int{"RankHigh": rankBase, "RankLow": 1} {
		all.Enabled = append(all.Enabled, config.Plugin{Name: name, Weight: int32(digit)})
		registry[name] = func(context.Context, runtime.Object, fwk.Handle) (fwk.Plugin, error) {
			return &rank{name: name, digit: digit}, nil
		}
	}
	every := int32(100)
	return []scheduler.Option{scheduler.WithPercentageOfNodesToScore(&every), scheduler.WithProfiles(cfg.Profiles...), scheduler.WithFrameworkOutOfTreeRegistry(registry)}, nil
}

// rank scores a node by a digit of its rank, the first highest.
type rank struct {
	name  string
	digit int
}

var _ fwk.ScorePlugin = (*rank)(nil)

func (r *rank) Name() string { return r.name }

// Score returns the digit, counted down from the highest.
func (r *rank) Score(_ context.Context, _ fwk.CycleState, _ *v1.Pod, n fwk.NodeInfo) (int64, *fwk.Status) {
	at, err := strconv.Atoi(n.Node().Annotations[rankAnnotation])
	if err != nil || at >= rankBase*rankBase {
		return 0, fwk.AsStatus(fmt.Errorf("node %s has no rank: %w", n.Node().Name, err))
	}
	return int64(rankBase - 1 - at/r.digit%rankBase), nil
}

func (r *rank) ScoreExtensions() fwk.ScoreExtensions { return nil }

// defaults returns the scheduler's own configuration.
func defaults() (config.KubeSchedulerConfiguration, error) {
	var versioned configv1.KubeSchedulerConfiguration
	scheme.Scheme.Default(&versioned)
	var cfg config.KubeSchedulerConfiguration
	err := scheme.Scheme.Convert(&versioned, &cfg, nil)
	return cfg, err
}
