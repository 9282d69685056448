package kubernetes

import (
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// sum is what pods request.
type sum struct {
	cpu             units.MilliCPU
	memory, storage units.Bytes
	pods            int64
	extended        map[string]int64
}

// of returns what n pods request.
func of(p *planner.Pod, n int) sum {
	s := sum{
		cpu: p.CPU * units.MilliCPU(n), memory: p.Memory * units.Bytes(n), storage: p.EphemeralStorage * units.Bytes(n),
		pods: int64(n), extended: map[string]int64{},
	}
	for _, e := range p.Extended {
		s.extended[e.Name] = e.Count * int64(n)
	}
	return s
}

// with returns s and o, put together by add resource by resource.
func (s sum) with(o sum, add func(a, b int64) int64) sum {
	out := sum{
		cpu:     units.MilliCPU(add(int64(s.cpu), int64(o.cpu))),
		memory:  units.Bytes(add(int64(s.memory), int64(o.memory))),
		storage: units.Bytes(add(int64(s.storage), int64(o.storage))),
		pods:    add(s.pods, o.pods), extended: map[string]int64{},
	}
	maps.Copy(out.extended, s.extended)
	for name, n := range o.extended {
		out.extended[name] = add(out.extended[name], n)
	}
	return out
}

func plus(a, b int64) int64 { return a + b }

func larger(a, b int64) int64 { return max(a, b) }

// most returns how many pods the workload has at most, and how many more while it is
// rolled out.
func (w *item) most() (pods, surge int) {
	pods = w.plan.Replicas
	if a := w.plan.Autoscaler; a != nil {
		pods = max(pods, a.MaxReplicas)
	}
	if w.spec.Kind == planner.Deployment {
		surge = w.spec.RollingUpdate.MaxSurge.Up(pods)
	}
	return pods, surge
}

// quotas are those of each namespace: what all replicas request at the most, and the
// rollout of the workload that surges most, since one is rolled out at a time.
func quotas(items []item) []any {
	totals, surges := map[string]sum{}, map[string]sum{}
	for i := range items {
		w := &items[i]
		ns := w.spec.Object.Namespace
		pods, surge := w.most()
		totals[ns] = totals[ns].with(of(&w.plan.Pod, pods), plus)
		surges[ns] = surges[ns].with(of(&w.plan.Pod, surge), larger)
	}
	var out []any
	for _, ns := range slices.Sorted(maps.Keys(totals)) {
		out = append(out, &corev1.ResourceQuota{
			TypeMeta: typeMeta("v1", "ResourceQuota"), ObjectMeta: metav1.ObjectMeta{Name: "scantling", Namespace: ns},
			Spec: corev1.ResourceQuotaSpec{Hard: totals[ns].with(surges[ns], plus).list()},
		})
	}
	return out
}

// list returns the sum as the resources that a quota bounds.
func (s sum) list() corev1.ResourceList {
	l := corev1.ResourceList{}
	set(l, corev1.ResourceRequestsCPU, int64(s.cpu), milliCPU(s.cpu))
	set(l, corev1.ResourceRequestsMemory, int64(s.memory), bytesOf(s.memory))
	set(l, corev1.ResourceRequestsEphemeralStorage, int64(s.storage), bytesOf(s.storage))
	set(l, corev1.ResourcePods, s.pods, *resource.NewQuantity(s.pods, resource.DecimalSI))
	for name, n := range s.extended {
		set(l, corev1.ResourceName(corev1.DefaultResourceRequestsPrefix+name), n, *resource.NewQuantity(n, resource.DecimalSI))
	}
	return l
}
