package rollout_test

import (
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade/rollout"
)

// large is a cluster of 5,000 nodes in three zones with 150,000 pods of 50 workloads,
// 3,000 each: node i holds a pod of the 30 workloads from i on. Budgets let 5% go.
func large() ([]rollout.Pool, []rollout.Workload) {
	const nodes, works, each = 5000, 50, 30
	var workloads []rollout.Workload
	for i := range works {
		workloads = append(workloads, rollout.Workload{
			Name: "w" + string(rune('A'+i/26)) + string(rune('A'+i%26)), Budget: i%5 > 0, Allowed: 150,
			Grace: 30 * time.Second, Startup: time.Duration(10+i) * time.Second,
		})
	}
	pool := rollout.Pool{
		Name: "web", Price: rollout.Rate{PerHour: m5xlarge, Known: true}, MaxUnavailable: units.Share(units.Percent),
		AtATime: units.Share(units.Percent),
		Fits:    room(40),
	}
	for i := range nodes {
		c := rollout.NodeClass{Nodes: 1, Zone: i * 3 / nodes, Pods: make([]int, works)}
		for j := range each {
			c.Pods[(i+j)%works]++
		}
		pool.Nodes = append(pool.Nodes, c)
	}
	return []rollout.Pool{pool}, workloads
}

// BenchmarkOneByOne is the worst of it: a node at a time, and a pod of each workload.
func BenchmarkOneByOne(b *testing.B) {
	pools, workloads := large()
	pools[0].MaxUnavailable, pools[0].AtATime = units.Count(1), units.Count(1)
	for i := range workloads {
		workloads[i].Budget, workloads[i].Allowed = true, 1
	}
	for _, w := range ways() {
		b.Run("nodes=5000/pods=150000/course="+string(w.course), func(b *testing.B) {
			p := planOf(rollout.Course(w.course), timesOf(w.course), pools...)
			p.Workloads, p.TerminateFirst = workloads, w.terminateFirst
			b.ReportAllocs()
			var t rollout.Timeline
			for b.Loop() {
				t = rollout.Run(&p, rollout.Options{})
			}
			b.ReportMetric(t.Duration.Hours(), "upgrade-h")
		})
	}
}

// BenchmarkRun compares all strategies on the large cluster; it is meant to stay
// below 2 s.
func BenchmarkRun(b *testing.B) {
	pools, workloads := large()
	for _, w := range append(ways(), way{"gke_autoscaled_blue_green", false}) {
		b.Run("nodes=5000/pods=150000/course="+string(w.course)+"-"+map[bool]string{true: "minimal", false: "surge"}[w.terminateFirst], func(b *testing.B) {
			p := planOf(rollout.Course(w.course), timesOf(w.course), pools...)
			p.Workloads, p.TerminateFirst = workloads, w.terminateFirst
			p.Holds = func(_, ready int) bool { return ready >= 2850 }
			p.Redundant = func(l rollout.Level) bool { return l.Open[0][0]+l.Open[0][1]+l.Open[0][2] >= 4950 }
			b.ReportAllocs()
			var t rollout.Timeline
			for b.Loop() {
				t = rollout.Run(&p, rollout.Options{})
			}
			if !t.Finished || len(t.Events) == 0 {
				b.Fatal(t.BlockedBy)
			}
			b.ReportMetric(t.Duration.Hours(), "upgrade-h")
			b.ReportMetric(float64(t.ExtraCost)/float64(units.Dollar), "usd")
		})
	}
}
