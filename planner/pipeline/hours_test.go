package pipeline_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/verify"
)

// theDay are the pods of 15 requests a second each for 1000 at 14:00 and 250 at night, as
// docs/models/autoscaling.md has them by hand.
func theDay() []int {
	return []int{21, 18, 17, 18, 21, 24, 30, 36, 42, 49, 55, 60, 64, 66, 67, 66, 64, 60, 55, 49, 42, 36, 30, 24}
}

// daily is that workload: 20 ms of CPU a request, half a core a pod.
func daily(target units.Ratio) planner.Workload {
	w := tested("w", 1000*units.PerSecond, 15*units.PerSecond, 500, units.GiB)
	w.SpareReplicas, w.MinReplicas = 0, 0
	w.Demand.CPUPerRequest = 20 * time.Millisecond
	w.DailyProfile = &planner.DailyProfile{Trough: 25 * units.Percent}
	w.Autoscaler = &planner.HorizontalPodAutoscaler{TargetCPUUtilization: target}
	return w
}

// dayOf plans the workload on machines of 1900m, each of which holds three pods.
func dayOf(w planner.Workload) *problem {
	p := onePerNode(group("g", planner.App, abc(), none(), w))
	p.cluster.NodeGroups[0].Autoscaling = true
	return p
}

// TestHoursOfADay: a rollout adds a quarter of the pods, rounded up, so that an hour takes
// ceil((n + ceil(n/4)) / 3) nodes: 28 at the peak, 8 at night. Nodes of the hour before stay
// for an hour; a node is 0.105 USD an hour with its disk.
func TestHoursOfADay(t *testing.T) {
	p := dayOf(daily(60 * units.Percent))
	plan := p.mustMake(t)
	g := &plan.NodeGroups[0]
	a := planned(t, &plan).Autoscaler
	if diff := cmp.Diff(theDay(), a.Replicas); diff != "" {
		t.Error(diff)
	}
	if a.MinReplicas != 17 || a.MaxReplicas != 67 || a.Limit != 60*units.Percent || planned(t, &plan).Replicas != 67 {
		t.Errorf("%+v", a)
	}
	// 15 s of the metric, 15 s of the autoscaler, 20 s of the pod, 2 min of the node.
	if a.Lag != 2*time.Minute+50*time.Second {
		t.Errorf("a lag of %s", a.Lag)
	}
	nodes := make([]int, 24)
	for h, n := range theDay() {
		nodes[h] = (n + (n+3)/4 + 2) / 3
	}
	day := 0
	for h, hour := range g.Day.Hours {
		running := max(nodes[h], nodes[(h+23)%24])
		day += running
		if hour.Nodes != nodes[h] || hour.Running != running {
			t.Errorf("hour %d: %+v, want %d nodes, %d running", h, hour, nodes[h], running)
		}
	}
	const each = 105 * units.DollarPerHour / 1000
	want := planner.Amount{Rate: units.CeilDiv(each*units.USDPerHour(day), 24), Known: true}
	if g.Day.Autoscaled != want || g.Day.Fixed.Rate != 28*each {
		t.Errorf("%s autoscaled and %s fixed, want %s and 28 nodes", g.Day.Autoscaled, g.Day.Fixed, want)
	}
	if g.Nodes != 28 || g.MinNodes != 8 || g.MaxNodes != 28 {
		t.Errorf("%d nodes from %d to %d, want 28 from 8", g.Nodes, g.MinNodes, g.MaxNodes)
	}
}

// TestWhatDoesNotFollow: without the autoscaling of nodes they are fixed; without the
// autoscaler of pods the pods are; without a profile it is the peak at all hours.
func TestWhatDoesNotFollow(t *testing.T) {
	for name, change := range map[string]func(p *problem){
		"nodes":   func(p *problem) { p.cluster.NodeGroups[0].Autoscaling = false },
		"pods":    func(p *problem) { p.cluster.NodeGroups[0].Workloads[0].Autoscaler = nil },
		"profile": func(p *problem) { p.cluster.NodeGroups[0].Workloads[0].DailyProfile = nil },
	} {
		t.Run(name, func(t *testing.T) {
			p := dayOf(daily(60 * units.Percent))
			change(p)
			plan := p.mustMake(t)
			if g := &plan.NodeGroups[0]; g.Day != nil || g.MinNodes != 28 || g.Nodes != 28 {
				t.Errorf("%d nodes from %d: %+v", g.Nodes, g.MinNodes, g.Day)
			}
			if a := planned(t, &plan).Autoscaler; name == "profile" && (a == nil || a.MinReplicas != 67 || slices.Min(a.Replicas) != 67) {
				t.Errorf("%+v", a)
			}
		})
	}
}

// TestTargetOfAnAutoscaler: pods hold the targets up to 60% of their request. With the
// tolerance of 10% alone it could be 54%; the ramp takes more.
func TestTargetOfAnAutoscaler(t *testing.T) {
	plan := dayOf(daily(0)).mustMake(t)
	a := planned(t, &plan).Autoscaler
	if a.TargetCPUUtilization <= 0 || a.TargetCPUUtilization > 54*units.Percent || a.MinReplicas < 17 || a.MaxReplicas != 67 {
		t.Errorf("%+v", a)
	}
	unknown := daily(0)
	unknown.Demand.CPUPerRequest = 0
	plan = dayOf(unknown).mustMake(t)
	if a := planned(t, &plan).Autoscaler; a.TargetCPUUtilization != 0 || a.NoTarget == "" || a.MinReplicas != 17 {
		t.Errorf("without CPU: %+v", a)
	}
}

// TestAutoscalersThatCannotBe: the peak takes 67 pods.
func TestAutoscalersThatCannotBe(t *testing.T) {
	few := daily(60 * units.Percent)
	few.Autoscaler.MaxReplicas = 60
	refusal{"node_group.g.workload.w.horizontal_pod_autoscaler.max_replicas", "the peak takes 67 replicas, and max_replicas is 60", "7 too few", "raise max_replicas to 67"}.check(t, dayOf(few).infeasible(t))
	refusal{"node_group.g.workload.w.horizontal_pod_autoscaler.target_cpu_utilization", "pods that use 61%", "1% too much", "leave target_cpu_utilization out"}.check(t, dayOf(daily(61*units.Percent)).infeasible(t))
	many := daily(60 * units.Percent)
	many.Autoscaler.MinReplicas, many.Autoscaler.MaxReplicas = 70, 90
	plan := dayOf(many).mustMake(t)
	if w := planned(t, &plan); w.Replicas != 70 || w.Autoscaler.MinReplicas != 70 || w.Autoscaler.MaxReplicas != 90 {
		t.Errorf("%d replicas: %+v", w.Replicas, w.Autoscaler)
	}
}

// TestWhatADeclaredTargetMakes: with a pod to spare every hour needs one pod more than
// what carries its load, and a target of 60%, at which pods hold the targets to the last,
// makes none more: the minimum has to be the count of the peak. At 50% a pod has 12.5
// requests a second; 250 at night are 20 pods, and 18 are needed.
func TestWhatADeclaredTargetMakes(t *testing.T) {
	for target, want := range map[units.Ratio][2]int{60 * units.Percent: {68, 68}, 50 * units.Percent: {20, 20}} {
		w := daily(target)
		w.SpareReplicas = 1
		plan := dayOf(w).mustMake(t)
		if a := planned(t, &plan).Autoscaler; a.MinReplicas != want[0] || a.Replicas[2] != want[1] || a.MaxReplicas != 68 {
			t.Errorf("at %d%%: %+v, want at least %d", target/units.Percent, a, want[0])
		}
	}
}

// TestDeclaredMinimum: where the target is open it is one under which 17 replicas are
// enough at night, where 18 are needed; where both are declared and too few, it is said.
func TestDeclaredMinimum(t *testing.T) {
	w := daily(0)
	w.SpareReplicas, w.Autoscaler.MinReplicas = 1, 17
	plan := dayOf(w).mustMake(t)
	a := planned(t, &plan).Autoscaler
	// 250 requests a second of 20 ms are 5 cores: 10 pods at 100%. More than 17 of them,
	// within a tolerance of 10%, are made by a target below 10/17/1.1 = 53.5%; at 53% it is 19.
	if a.MinReplicas != 17 || a.TargetCPUUtilization > 53*units.Percent || a.Replicas[2] < 19 {
		t.Errorf("%+v", a)
	}
	w = daily(60 * units.Percent)
	w.SpareReplicas, w.Autoscaler.MinReplicas = 1, 17
	refusal{"node_group.g.workload.w.horizontal_pod_autoscaler.min_replicas", "some hours need more replicas", "51 too few", "raise min_replicas to 68, or leave it out, or lower target_cpu_utilization"}.check(t, dayOf(w).infeasible(t))
}

// TestFlatDayHasNoMoreThanThePeak: a target leaves room of 10% and more, so that the same
// load at all hours would be 74 pods and more; planned are 67.
func TestFlatDayHasNoMoreThanThePeak(t *testing.T) {
	w := daily(0)
	w.DailyProfile = nil
	plan := dayOf(w).mustMake(t)
	if a := planned(t, &plan).Autoscaler; a.MinReplicas != 67 || a.MaxReplicas != 67 {
		t.Errorf("%+v", a)
	}
}

// TestSumsHourByHour: two workloads with their peaks at opposite hours need the nodes of
// the fullest hour at the most, and not of both peaks.
func TestSumsHourByHour(t *testing.T) {
	night, noon := daily(60*units.Percent), daily(60*units.Percent)
	night.Name = "x"
	var at0, at12 planner.DailyProfile
	for h := range 24 {
		at0.Hours, at12.Hours = append(at0.Hours, 25*units.Percent), append(at12.Hours, 25*units.Percent)
		if h == 0 {
			at0.Hours[h] = units.Whole
		}
		if h == 12 {
			at12.Hours[h] = units.Whole
		}
	}
	night.DailyProfile, noon.DailyProfile = &at0, &at12
	p := onePerNode(group("g", planner.App, abc(), none(), noon, night))
	p.cluster.NodeGroups[0].Autoscaling = true
	plan := p.mustMake(t)
	g := &plan.NodeGroups[0]
	// Peaks of 67 and of 17 pods: 84 and a surge of 17 are 34 nodes; both quiet 34 + 5: 13.
	if g.Day.Hours[0].Nodes != 34 || g.Day.Hours[12].Nodes != 34 || g.Day.Hours[6].Nodes != 13 || g.MinNodes != 13 {
		t.Errorf("%+v from %d", g.Day.Hours, g.MinNodes)
	}
	// All 134 and a surge of 17 are what is planned: both autoscalers may be at their most.
	if g.Nodes != 51 {
		t.Errorf("%d nodes", g.Nodes)
	}
}

// TestVerifySeesDays breaks what a plan says of a day.
func TestVerifySeesDays(t *testing.T) {
	for name, c := range map[string]struct {
		rule   string
		change func(g *planner.GroupPlan, a *planner.AutoscalerPlan)
	}{
		"a pod fewer": {"autoscaler.replicas", func(_ *planner.GroupPlan, a *planner.AutoscalerPlan) { a.Replicas[8]-- }},
		"more than it makes": {"autoscaler.replicas", func(_ *planner.GroupPlan, a *planner.AutoscalerPlan) {
			a.Replicas[2], a.Replicas[3], a.Replicas[1] = 19, 19, 19
		}},
		"below the least":  {"autoscaler.replicas", func(_ *planner.GroupPlan, a *planner.AutoscalerPlan) { a.MinReplicas = 18 }},
		"less load":        {"autoscaler.throughput", func(_ *planner.GroupPlan, a *planner.AutoscalerPlan) { a.Throughput[2] /= 2 }},
		"a day of 23":      {"autoscaler.hours", func(_ *planner.GroupPlan, a *planner.AutoscalerPlan) { a.Replicas = a.Replicas[1:] }},
		"a lower maximum":  {"autoscaler.bounds", func(_ *planner.GroupPlan, a *planner.AutoscalerPlan) { a.MaxReplicas = 66 }},
		"another target":   {"autoscaler.declared", func(_ *planner.GroupPlan, a *planner.AutoscalerPlan) { a.TargetCPUUtilization = 59 * units.Percent }},
		"another limit":    {"autoscaler.limit", func(_ *planner.GroupPlan, a *planner.AutoscalerPlan) { a.Limit++; a.Limit += units.Percent }},
		"a shorter lag":    {"autoscaler.lag", func(_ *planner.GroupPlan, a *planner.AutoscalerPlan) { a.Lag-- }},
		"too few nodes":    {"day.room", func(g *planner.GroupPlan, _ *planner.AutoscalerPlan) { g.Day.Hours[12].Nodes = 16 }},
		"gone at once":     {"day.running", func(g *planner.GroupPlan, _ *planner.AutoscalerPlan) { g.Day.Hours[20].Running-- }},
		"a lower minimum":  {"day.min_nodes", func(g *planner.GroupPlan, _ *planner.AutoscalerPlan) { g.MinNodes-- }},
		"a cheaper day":    {"day.cost", func(g *planner.GroupPlan, _ *planner.AutoscalerPlan) { g.Day.Autoscaled.Rate /= 2 }},
		"no day":           {"day.asked", func(g *planner.GroupPlan, _ *planner.AutoscalerPlan) { g.Day = nil }},
		"more than is":     {"day.nodes", func(g *planner.GroupPlan, _ *planner.AutoscalerPlan) { g.Day.Hours[3].Nodes = 29 }},
		"hours of no day":  {"day.hours", func(g *planner.GroupPlan, _ *planner.AutoscalerPlan) { g.Day.Hours = g.Day.Hours[:23] }},
		"the peak is less": {"autoscaler.replicas", func(_ *planner.GroupPlan, a *planner.AutoscalerPlan) { a.Replicas[14]-- }},
	} {
		t.Run(name, func(t *testing.T) {
			p := dayOf(daily(60 * units.Percent))
			plan := p.mustMake(t)
			c.change(&plan.NodeGroups[0], planned(t, &plan).Autoscaler)
			if !slices.ContainsFunc(verify.Violations(verify.Plan(&p.cluster, &p.catalog, p.provider, &plan)), func(v verify.Violation) bool { return v.Rule == c.rule }) {
				t.Errorf("verify does not see %s", c.rule)
			}
		})
	}
}
