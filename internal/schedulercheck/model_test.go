package schedulercheck_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/scantling-dev/scantling/internal/schedulercheck"
	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
)

// ruleGroup is a random group of pools, selectors, further resources and rules
// between pods. Volumes in zones are left out: they take a volume binder.
func ruleGroup(r *rand.Rand) placement.Group {
	var g placement.Group
	zones := 1 + r.IntN(3)
	for range 1 + r.IntN(2) {
		cores := 2 + 2*r.IntN(4)
		p := placement.Pool{
			Allocatable: placement.Resources{CPU: units.MilliCPU(cores*1000 - r.IntN(200)), Memory: units.Bytes(cores*(2+r.IntN(3))) * units.GiB, Pods: 8 + r.IntN(12), Storage: units.Bytes(r.IntN(20)) * units.GiB},
			Reserved:    placement.Resources{CPU: units.MilliCPU(50 + r.IntN(200)), Memory: units.Bytes(100+r.IntN(300)) * units.MiB, Pods: 1},
			NodesByZone: make([]int, zones),
		}
		p.Allocatable.More[0] = int64(r.IntN(6))
		for z := range zones {
			p.NodesByZone[z] = r.IntN(5)
		}
		p.NodesByZone[r.IntN(zones)]++
		g.Pools = append(g.Pools, p)
	}
	count := 1 + r.IntN(4)
	mask := func(n int) []bool {
		if r.IntN(6) > 0 {
			return nil
		}
		out := make([]bool, n)
		for i := range out {
			out[i] = r.IntN(4) > 0
		}
		return out
	}
	key := func() placement.Key { return placement.Key(r.IntN(2)) }
	mode := func() placement.Mode { return placement.Mode(1 + r.IntN(2)) }
	for i := range count {
		w := placement.Workload{
			Name: fmt.Sprintf("w%d", i), Replicas: 1 + r.IntN(6), Surge: r.IntN(2), Reschedule: r.IntN(4) > 0,
			Request:         placement.Resources{CPU: units.MilliCPU(100 * (1 + r.IntN(14))), Memory: units.Bytes(128*(1+r.IntN(16))) * units.MiB, Pods: 1},
			NoDefaultSpread: r.IntN(3) == 0, Priority: r.IntN(2), Pools: mask(len(g.Pools)), Zones: mask(zones),
		}
		if r.IntN(3) == 0 {
			w.Request.Storage = units.Bytes(r.IntN(6)) * units.GiB
			w.Request.More[0] = int64(r.IntN(2))
		}
		if r.IntN(3) == 0 {
			w.Spread = append(w.Spread, placement.Spread{Key: key(), MaxSkew: 1 + r.IntN(2), Hard: r.IntN(2) == 0})
		}
		if r.IntN(3) == 0 {
			w.AntiAffinity = placement.AntiAffinity{Mode: mode(), Key: key()}
		}
		for r.IntN(3) == 0 {
			w.Affinity = append(w.Affinity, placement.Affinity{To: fmt.Sprintf("w%d", r.IntN(count)), Key: key(), Mode: mode()})
		}
		g.Workloads = append(g.Workloads, w)
	}
	return g
}

const (
	poolLabel = "example.com/pool"
	device    = "example.com/device"
	app       = "app"
)

// list is resources as Kubernetes writes them.
func list(r placement.Resources, pods bool) v1.ResourceList {
	out := v1.ResourceList{
		v1.ResourceCPU:    *resource.NewMilliQuantity(int64(r.CPU), resource.DecimalSI),
		v1.ResourceMemory: *resource.NewQuantity(int64(r.Memory), resource.BinarySI),
	}
	if pods || r.Storage > 0 {
		out[v1.ResourceEphemeralStorage] = *resource.NewQuantity(int64(r.Storage), resource.BinarySI)
	}
	if pods || r.More[0] > 0 {
		out[device] = *resource.NewQuantity(r.More[0], resource.DecimalSI)
	}
	if pods {
		out[v1.ResourcePods] = *resource.NewQuantity(int64(r.Pods), resource.DecimalSI)
	}
	return out
}

func object(name string, labels map[string]string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: name, Namespace: metav1.NamespaceDefault, UID: types.UID(name), Labels: labels}
}

func plainPod(name string, r placement.Resources) *v1.Pod {
	return &v1.Pod{
		ObjectMeta: object(name, map[string]string{}),
		Spec: v1.PodSpec{
			SchedulerName: v1.DefaultSchedulerName,
			Containers:    []v1.Container{{Name: "c", Image: "c", Resources: v1.ResourceRequirements{Requests: list(r, false), Limits: limits(r)}}},
		},
	}
}

// limits of devices are what is requested of them.
func limits(r placement.Resources) v1.ResourceList {
	if r.More[0] == 0 {
		return nil
	}
	return v1.ResourceList{device: *resource.NewQuantity(r.More[0], resource.DecimalSI)}
}

// rulePod is a pod of a workload with all of its rules.
func rulePod(g *placement.Group, w *placement.Workload, revision string, i int) *v1.Pod {
	p := plainPod(fmt.Sprintf("%s-%s-%d", w.Name, revision, i), w.Request)
	p.Labels[app] = w.Name
	if !w.NoDefaultSpread {
		p.Labels[appsv1.DefaultDeploymentUniqueLabelKey] = revision
		yes := true
		p.OwnerReferences = []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: w.Name + "-" + revision, UID: types.UID(w.Name + revision), Controller: &yes}}
	}
	topology := func(k placement.Key) string {
		if k == placement.Zone {
			return v1.LabelTopologyZone
		}
		return v1.LabelHostname
	}
	selector := func(name string) *metav1.LabelSelector {
		return &metav1.LabelSelector{MatchLabels: map[string]string{app: name}}
	}
	for _, s := range w.Spread {
		c := v1.TopologySpreadConstraint{MaxSkew: int32(s.MaxSkew), TopologyKey: topology(s.Key), WhenUnsatisfiable: v1.ScheduleAnyway, LabelSelector: selector(w.Name)}
		if s.Hard {
			c.WhenUnsatisfiable = v1.DoNotSchedule
		}
		p.Spec.TopologySpreadConstraints = append(p.Spec.TopologySpreadConstraints, c)
	}
	p.Spec.Affinity = &v1.Affinity{NodeAffinity: nodeAffinity(w)}
	if a := w.AntiAffinity; a.Mode != 0 {
		term := v1.PodAffinityTerm{LabelSelector: selector(w.Name), TopologyKey: topology(a.Key)}
		p.Spec.Affinity.PodAntiAffinity = &v1.PodAntiAffinity{}
		if a.Mode == placement.Required {
			p.Spec.Affinity.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution = []v1.PodAffinityTerm{term}
		} else {
			p.Spec.Affinity.PodAntiAffinity.PreferredDuringSchedulingIgnoredDuringExecution = []v1.WeightedPodAffinityTerm{{Weight: 100, PodAffinityTerm: term}}
		}
	}
	near := &v1.PodAffinity{}
	for _, a := range w.Affinity {
		term := v1.PodAffinityTerm{LabelSelector: selector(a.To), TopologyKey: topology(a.Key)}
		if a.Mode == placement.Required {
			near.RequiredDuringSchedulingIgnoredDuringExecution = append(near.RequiredDuringSchedulingIgnoredDuringExecution, term)
		} else {
			near.PreferredDuringSchedulingIgnoredDuringExecution = append(near.PreferredDuringSchedulingIgnoredDuringExecution, v1.WeightedPodAffinityTerm{Weight: 100, PodAffinityTerm: term})
		}
	}
	p.Spec.Affinity.PodAffinity = near
	return p
}

// nodeAffinity is the selector of a workload; nil where it admits all.
func nodeAffinity(w *placement.Workload) *v1.NodeAffinity {
	var terms []v1.NodeSelectorRequirement
	for label, mask := range map[string][]bool{poolLabel: w.Pools, v1.LabelTopologyZone: w.Zones} {
		if mask == nil {
			continue
		}
		values := []string{"none"}
		for i, ok := range mask {
			if ok {
				values = append(values, strconv.Itoa(i))
			}
		}
		terms = append(terms, v1.NodeSelectorRequirement{Key: label, Operator: v1.NodeSelectorOpIn, Values: values})
	}
	if terms == nil {
		return nil
	}
	return &v1.NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: &v1.NodeSelector{NodeSelectorTerms: []v1.NodeSelectorTerm{{MatchExpressions: terms}}}}
}

// real is a group under the scheduler.
type real struct {
	t       *testing.T
	g       *placement.Group
	scoring placement.Scoring
	sched   *schedulercheck.Scheduler
	// nodes in the model's order, and what runs there.
	nodes []realNode
	index map[string]int
}

type realNode struct {
	zone, pool int
	node       *v1.Node
	daemon     *v1.Pod
	pods       []*realPod
}

type realPod struct {
	workload int
	pod      *v1.Pod
}

func newReal(t *testing.T, g *placement.Group, scoring placement.Scoring) *real {
	t.Helper()
	seed := int64(schedulercheck.FirstNode)
	if scoring == placement.MostAllocated {
		seed = schedulercheck.FullestNode
	}
	sched, err := schedulercheck.NewScheduler(t.Context(), seed)
	if err != nil {
		t.Fatal(err)
	}
	r := &real{t: t, g: g, scoring: scoring, sched: sched, index: map[string]int{}}
	zones := make([][]int, len(g.Pools[0].NodesByZone)) // the pools of each zone's nodes
	for p := range g.Pools {
		for z, n := range g.Pools[p].NodesByZone {
			zones[z] = append(zones[z], slices.Repeat([]int{p}, n)...)
		}
	}
	for round := range 100 {
		for z, pools := range zones {
			if round < len(pools) {
				r.addNode(z, pools[round])
			}
		}
	}
	for i := range g.Workloads {
		w := &g.Workloads[i]
		for _, revision := range []string{"a", "b"} {
			labels := map[string]string{app: w.Name, appsv1.DefaultDeploymentUniqueLabelKey: revision}
			err := sched.AddOwner(&appsv1.ReplicaSet{ObjectMeta: object(w.Name+"-"+revision, nil), Spec: appsv1.ReplicaSetSpec{Selector: &metav1.LabelSelector{MatchLabels: labels}}})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	return r
}

func (r *real) addNode(zone, pool int) {
	p := &r.g.Pools[pool]
	n := len(r.nodes)
	name := fmt.Sprintf("node-%03d", n)
	node := &v1.Node{ObjectMeta: object(name, map[string]string{
		v1.LabelHostname: name, v1.LabelTopologyZone: strconv.Itoa(zone), v1.LabelTopologyRegion: "region", poolLabel: strconv.Itoa(pool),
	})}
	node.Annotations = map[string]string{"scantling.dev/rank": strconv.Itoa(n)}
	node.Status.Allocatable = list(p.Allocatable, true)
	node.Status.Capacity = node.Status.Allocatable
	r.index[name] = n
	r.nodes = append(r.nodes, realNode{zone: zone, pool: pool, node: node, daemon: plainPod("daemon-"+name, p.Reserved)})
	r.sched.AddNode(node)
	r.check(r.sched.Put(r.nodes[n].daemon, name))
}

func (r *real) check(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// order returns workloads by priority, then biggest first.
func (r *real) order() []int {
	var cpu, memory float64
	var out []int
	for p := range r.g.Pools {
		cpu, memory = max(cpu, float64(r.g.Pools[p].Allocatable.CPU)), max(memory, float64(r.g.Pools[p].Allocatable.Memory))
	}
	size := func(w int) float64 {
		q := &r.g.Workloads[w].Request
		return max(float64(q.CPU)/cpu, float64(q.Memory)/memory)
	}
	for w := range r.g.Workloads {
		out = append(out, w)
	}
	slices.SortFunc(out, func(a, b int) int {
		return cmp.Or(r.g.Workloads[b].Priority-r.g.Workloads[a].Priority, cmp.Compare(size(b), size(a)), cmp.Compare(r.g.Workloads[a].Name, r.g.Workloads[b].Name))
	})
	return out
}

// place schedules pods, those that find no node again when others did, and returns
// how many of each workload find none.
func (r *real) place(pods []*realPod) []int {
	for {
		var left []*realPod
		for _, p := range pods {
			name, err := r.sched.Schedule(p.pod)
			r.check(err)
			if name == "" {
				left = append(left, p)
				continue
			}
			n := &r.nodes[r.index[name]]
			n.pods = append(n.pods, p)
		}
		if len(left) == 0 || len(left) == len(pods) {
			missing := make([]int, len(r.g.Workloads))
			for _, p := range left {
				missing[p.workload]++
			}
			return missing
		}
		pods = left
	}
}

func (r *real) podsOf(w int, revision string, count int) []*realPod {
	var out []*realPod
	for i := range count {
		out = append(out, &realPod{workload: w, pod: rulePod(r.g, &r.g.Workloads[w], revision, i)})
	}
	return out
}

// state is what runs on each node, by workload.
func (r *real) state() []placement.NodePods {
	var out []placement.NodePods
	for i := range r.nodes {
		n := placement.NodePods{Zone: r.nodes[i].zone, Pool: r.nodes[i].pool, Pods: make([]int, len(r.g.Workloads))}
		for _, p := range r.nodes[i].pods {
			n.Pods[p.workload]++
		}
		out = append(out, n)
	}
	return out
}

// TestRulesAgree holds the model's filters and scores against the scheduler's on
// random groups, pod by pod: with everything up, in rollouts, and after the loss of
// each zone, ties broken as the model breaks them. Every other group is under
// MostAllocated.
func TestRulesAgree(t *testing.T) {
	groups := 500
	if testing.Short() {
		groups = 100
	}
	placed, failed, losses := 0, map[placement.Shortage]int{}, 0
	for seed := range uint64(groups) {
		g := ruleGroup(rand.New(rand.NewPCG(seed, 0)))
		scoring := placement.Scoring(seed % 2)
		r := newReal(t, &g, scoring)
		report, failure := placement.Check(g, placement.Losses{}, placement.Options{Shuffles: -1, Scoring: scoring})
		var all []*realPod
		for _, w := range r.order() {
			all = append(all, r.podsOf(w, "a", g.Workloads[w].Replicas)...)
		}
		missing := r.place(all)
		if failure != nil && failure.During == placement.Normal {
			failed[failure.Resource]++
			if !slices.Contains(missing, failure.Missing) || missing[slices.IndexFunc(g.Workloads, func(w placement.Workload) bool { return w.Name == failure.Workload })] != failure.Missing {
				t.Errorf("seed %d: %s; %v are pending\n%+v", seed, failure, missing, g)
			}
			r.sched.Close()
			continue
		}
		if slices.Max(missing) > 0 {
			t.Errorf("seed %d: %v are pending, the model places all\n%+v", seed, missing, g)
			r.sched.Close()
			continue
		}
		r.rollouts(seed, failure)
		state := r.state()
		if failure == nil {
			placed++
			if got, want := fmt.Sprint(state), fmt.Sprint(report.Nodes); got != want {
				t.Errorf("seed %d: the scheduler has %s, the model %s\n%+v", seed, got, want, g)
			}
		} else {
			failed[failure.Resource]++
		}
		losses += r.losses(seed, state)
		r.sched.Close()
	}
	t.Logf("%d groups placed alike, failed for %v, %d zones lost", placed, failed, losses)
	for _, s := range []placement.Shortage{placement.ShortCPU, placement.ShortAntiAffinity, placement.ShortAffinity, placement.ShortSelector} {
		if failed[s] == 0 && !testing.Short() {
			t.Errorf("no group was short of %s", s)
		}
	}
}

// rollouts starts the surge of each workload in the model's order, until one is short.
func (r *real) rollouts(seed uint64, failure *placement.Failure) {
	r.t.Helper()
	for _, w := range r.order() {
		missing := r.place(r.podsOf(w, "b", r.g.Workloads[w].Surge))[w]
		for n := range r.nodes {
			r.nodes[n].pods = slices.DeleteFunc(r.nodes[n].pods, func(p *realPod) bool {
				extra := p.pod.Name[len(p.pod.Name)-3] == 'b'
				if extra {
					r.check(r.sched.Delete(p.pod))
				}
				return extra
			})
		}
		want := 0
		if failure != nil && failure.Workload == r.g.Workloads[w].Name {
			want = failure.Missing
		}
		if missing != want {
			r.t.Errorf("seed %d: %d new pods of %s are pending, the model says %v\n%+v", seed, missing, r.g.Workloads[w].Name, failure, r.g)
		}
		if want > 0 {
			return
		}
	}
}

// losses takes away each zone and compares where its pods go.
func (r *real) losses(seed uint64, state []placement.NodePods) int {
	r.t.Helper()
	replay := placement.NewReplay(*r.g, state, placement.Options{Scoring: r.scoring})
	tried := 0
	for z := range r.g.Pools[0].NodesByZone {
		displaced := make([][]*realPod, len(r.g.Workloads))
		before := map[*realPod]int{}
		for n := range r.nodes {
			if r.nodes[n].zone != z {
				continue
			}
			for _, p := range r.nodes[n].pods {
				before[p] = n
				displaced[p.workload] = append(displaced[p.workload], p)
				r.check(r.sched.Delete(p.pod))
			}
			r.nodes[n].pods = nil
			r.check(r.sched.Delete(r.nodes[n].daemon))
			r.check(r.sched.RemoveNode(r.nodes[n].node))
		}
		tried++
		for _, must := range []bool{true, false} {
			var pods []*realPod
			for _, w := range r.order() {
				if r.g.Workloads[w].Reschedule == must {
					pods = append(pods, displaced[w]...)
				}
			}
			r.place(pods)
		}
		worst, _ := replay.Worst(placement.Strike{Zones: []int{z}})
		got := make([][]int, len(r.g.Workloads))
		for w := range got {
			got[w] = make([]int, len(r.g.Pools[0].NodesByZone))
		}
		for n := range r.nodes {
			r.nodes[n].pods = slices.DeleteFunc(r.nodes[n].pods, func(p *realPod) bool {
				_, moved := before[p]
				if moved {
					got[p.workload][r.nodes[n].zone]++
					r.check(r.sched.Delete(p.pod))
				}
				return moved
			})
		}
		for w := range got {
			if want := worst.Outcome.Fates[w].Landed; fmt.Sprint(got[w]) != fmt.Sprint(want) {
				r.t.Errorf("seed %d: after the loss of zone %d pods of %s land %v, in the model %v\n%+v", seed, z, r.g.Workloads[w].Name, got[w], want, r.g)
			}
		}
		for n := range r.nodes {
			if r.nodes[n].zone == z {
				r.sched.AddNode(r.nodes[n].node)
				r.check(r.sched.Put(r.nodes[n].daemon, r.nodes[n].node.Name))
			}
		}
		for p, n := range before {
			r.nodes[n].pods = append(r.nodes[n].pods, p)
			r.check(r.sched.Put(p.pod, r.nodes[n].node.Name))
		}
	}
	return tried
}
