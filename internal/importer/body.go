package importer

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// writer collects the content of a block.
type writer struct{ spec.ManifestBody }

func (w *writer) set(name string, v cty.Value, at Place) {
	w.Attributes = append(w.Attributes, spec.ManifestAttribute{Name: name, Value: v, ManifestPlace: at})
}

func (w *writer) block(typ, label string, at Place, fill func(*writer)) {
	var inner writer
	fill(&inner)
	if len(inner.Attributes)+len(inner.Blocks) > 0 {
		w.Blocks = append(w.Blocks, spec.ManifestBlock{Type: typ, Label: label, ManifestPlace: at, ManifestBody: inner.ManifestBody})
	}
}

func number(n int) cty.Value { return cty.NumberIntVal(int64(n)) }

// Body is what a workload block says of the workload.
func (w *Workload) Body() spec.ManifestBody {
	var b writer
	if w.Kind != string(planner.Deployment) {
		b.set("kind", cty.StringVal(w.Kind), w.Place)
	}
	if w.Namespace != "" {
		b.set("namespace", cty.StringVal(w.Namespace), w.Place)
	}
	if w.Unique != w.Name {
		b.set("object_name", cty.StringVal(w.Name), w.Place)
	}
	replicas, at := w.Replicas, w.ReplicasAt
	if w.Autoscaler != nil {
		replicas, at = w.Autoscaler.Max, w.Autoscaler.MaxAt
	}
	b.set("replicas", number(replicas), at)
	w.scheduling(&b)
	b.block("pod", "", w.PodAt, func(b *writer) { podBody(b, &w.Pod, w.PodAt) })
	for i := range w.Volumes {
		v := &w.Volumes[i]
		b.block("volume", v.Name, v.Place, func(b *writer) {
			b.set("size", cty.StringVal(bytesText(v.Size)), v.Place)
			if v.Type != "" {
				b.set("type", cty.StringVal(v.Type), v.Place)
			}
		})
	}
	for _, t := range w.Spread {
		b.block("topology_spread", "", w.SpreadAt, func(b *writer) {
			b.set("topology_key", cty.StringVal(string(t.Key)), w.SpreadAt)
			b.set("max_skew", number(t.MaxSkew), w.SpreadAt)
			b.set("when_unsatisfiable", cty.StringVal(map[bool]string{true: "DoNotSchedule", false: "ScheduleAnyway"}[t.Hard]), w.SpreadAt)
		})
	}
	if !w.ends() {
		w.disruption(&b)
	}
	return b.ManifestBody
}

// ends reports whether the workload runs until its work is done.
func (w *Workload) ends() bool {
	return w.Kind == string(planner.JobKind) || w.Kind == string(planner.CronJob)
}

// scheduling writes the attributes that say where pods run and how they stop.
func (w *Workload) scheduling(b *writer) {
	if len(w.Selector) > 0 {
		labels := map[string]cty.Value{}
		for k, v := range w.Selector {
			labels[k] = cty.StringVal(v)
		}
		b.set("node_selector", cty.ObjectVal(labels), w.SelectorAt)
	}
	if w.Apart.Mode != "" {
		b.set("anti_affinity", cty.StringVal(string(w.Apart.Mode)), w.ApartAt)
		if w.Apart.Key != planner.HostnameKey {
			b.set("anti_affinity_key", cty.StringVal(string(w.Apart.Key)), w.ApartAt)
		}
	}
	if w.Priority != 0 {
		b.set("priority", number(w.Priority), w.PriorityAt)
	}
	if w.Grace != nil {
		b.set("termination_grace_period", cty.StringVal(fmt.Sprintf("%ds", *w.Grace)), w.GraceAt)
	}
}

func podBody(b *writer, p *planner.Pod, at Place) {
	if p.CPU > 0 {
		b.set("cpu", cty.StringVal(cpuText(p.CPU)), at)
	}
	if p.Memory > 0 {
		b.set("memory", cty.StringVal(bytesText(p.Memory)), at)
	}
	if p.EphemeralStorage > 0 {
		b.set("ephemeral_storage", cty.StringVal(bytesText(p.EphemeralStorage)), at)
	}
	if len(p.Extended) > 0 {
		counts := map[string]cty.Value{}
		for _, e := range p.Extended {
			counts[e.Name] = cty.NumberIntVal(e.Count)
		}
		b.set("resources", cty.ObjectVal(counts), at)
	}
	b.block("limits", "", at, func(b *writer) {
		if p.CPULimit > 0 {
			b.set("cpu", cty.StringVal(cpuText(p.CPULimit)), at)
		}
		if p.MemoryLimit > 0 {
			b.set("memory", cty.StringVal(bytesText(p.MemoryLimit)), at)
		}
	})
}

// disruption writes what bounds evictions, rollouts and replicas.
func (w *Workload) disruption(b *writer) {
	if p := w.Budget; p != nil {
		b.block("pod_disruption_budget", "", p.Place, func(b *writer) {
			if p.MinAvailable != nil {
				b.set("min_available", portion(p.MinAvailable), p.Place)
			} else {
				b.set("max_unavailable", portion(p.MaxUnavailable), p.Place)
			}
		})
	}
	if w.MaxUnavailable != nil {
		b.block("rolling_update", "", w.RolloutAt, func(b *writer) {
			b.set("max_surge", portion(w.MaxSurge), w.RolloutAt)
			b.set("max_unavailable", portion(w.MaxUnavailable), w.RolloutAt)
		})
	}
	if a := w.Autoscaler; a != nil {
		b.block("horizontal_pod_autoscaler", "", a.Place, func(b *writer) {
			b.set("min_replicas", number(max(1, a.Min)), a.Place)
			b.set("max_replicas", number(a.Max), a.MaxAt)
			if a.TargetCPU > 0 {
				b.set("target_cpu_utilization", cty.StringVal(fmt.Sprintf("%d%%", a.TargetCPU)), a.Place)
			}
		})
	}
}

// portion is a count or a share as a spec writes it.
func portion(v *intstr.IntOrString) cty.Value {
	if v.Type == intstr.String {
		return cty.StringVal(v.StrVal)
	}
	return number(int(v.IntVal))
}

// cpuText writes CPU as Kubernetes does: "500m", "2".
func cpuText(c units.MilliCPU) string {
	if c%1000 == 0 {
		return fmt.Sprint(int64(c / 1000))
	}
	return fmt.Sprintf("%dm", int64(c))
}

// bytesText writes a size in the largest binary unit that it is whole in.
func bytesText(b units.Bytes) string {
	for _, u := range []struct {
		size units.Bytes
		name string
	}{{units.TiB, "Ti"}, {units.GiB, "Gi"}, {units.MiB, "Mi"}, {units.KiB, "Ki"}} {
		if b%u.size == 0 {
			return fmt.Sprintf("%d%s", b/u.size, u.name)
		}
	}
	return fmt.Sprint(int64(b))
}
