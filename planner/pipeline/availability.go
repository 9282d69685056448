package pipeline

import (
	"math"
	"slices"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/layout"
	"github.com/scantling-dev/scantling/planner/units"
)

// outages fills in how often too few pods of each workload, API servers and etcd
// members are up, from where the plan has put them. Without rates there are none.
func (m *maker) outages(groups []planner.GroupPlan, control *planner.ControlPlane) {
	up := m.cluster.Availability
	if up == nil {
		return
	}
	for i := range groups {
		g := &groups[i]
		declared := m.groupNamed(g.Name)
		for j := range g.Workloads {
			w := &g.Workloads[j]
			at := slices.IndexFunc(declared.Workloads, func(d planner.Workload) bool { return d.Name == w.Name && !w.System })
			var spec *planner.Workload
			if at >= 0 {
				spec = &declared.Workloads[at]
			}
			zones := podZones(g, w.Name, up)
			w.Outages = nil
			for _, o := range needsOf(w, spec) {
				w.Outages = append(w.Outages, outage(zones, o))
			}
		}
	}
	control.Outages = nil
	if control.Etcd == nil || len(control.Members) == 0 {
		return
	}
	etcd := planner.RoleEtcd
	if !slices.ContainsFunc(control.Members, func(m planner.Member) bool { return m.Role == etcd }) {
		etcd = planner.RoleControlPlane // stacked
	}
	control.Outages = []planner.Outage{
		outage(memberZones(control, planner.RoleControlPlane, up), planner.Outage{Below: planner.BelowOne, Need: 1}),
		outage(memberZones(control, etcd, up), planner.Outage{Below: planner.BelowQuorum, Need: control.Etcd.Quorum}),
	}
}

// needsOf returns what pods of a workload are needed for. Of a count that was given
// nobody said how much of it the load takes; nobody waits for a pod of a job, which runs
// again.
func needsOf(w *planner.WorkloadPlan, spec *planner.Workload) []planner.Outage {
	var out []planner.Outage
	if w.Replicas == 0 || spec != nil && (spec.Kind == planner.JobKind || spec.Kind == planner.CronJob) {
		return nil
	}
	if spec != nil && spec.Demand.Way != planner.GivenReplicas && w.Reasons.Load > 0 {
		out = append(out, planner.Outage{Below: planner.BelowLoad, Need: w.Reasons.Load})
	}
	if spec != nil && spec.MinReady != nil {
		if need := spec.MinReady.Up(w.Replicas); need > 0 {
			out = append(out, planner.Outage{Below: planner.BelowMinReady, Need: need})
		}
	}
	if len(out) == 0 {
		out = append(out, planner.Outage{Below: planner.BelowOne, Need: 1})
	}
	return out
}

// outage fills in the time with fewer than o needs.
func outage(zones []layout.FaultZone, o planner.Outage) planner.Outage {
	milliseconds := layout.Unavailability(zones, o.Need) * float64(planner.Year/time.Millisecond)
	o.PerYear = min(time.Duration(math.Ceil(milliseconds))*time.Millisecond, planner.Year)
	return o
}

// podZones returns the zones in which pods of a workload run, and their nodes there.
func podZones(g *planner.GroupPlan, workload string, up *planner.Availability) []layout.FaultZone {
	var b faultZones
	for i := range g.Placement {
		for _, pods := range g.Placement[i].Pods {
			if pods.Workload == workload {
				b.add(g.Placement[i].Zone, g.Placement[i].Nodes, pods.Pods, up)
			}
		}
	}
	return b.zones
}

// memberZones returns the zones of a control plane's machines of a role.
func memberZones(control *planner.ControlPlane, role string, up *planner.Availability) []layout.FaultZone {
	var b faultZones
	for _, member := range control.Members {
		if member.Role == role {
			b.add(member.Zone, 1, 1, up)
		}
	}
	return b.zones
}

// faultZones collects hosts by zone.
type faultZones struct {
	names []string
	zones []layout.FaultZone
}

// add adds hosts with so many replicas each.
func (b *faultZones) add(zone string, hosts, replicas int, up *planner.Availability) {
	at := slices.Index(b.names, zone)
	if at < 0 {
		at = len(b.names)
		b.names = append(b.names, zone)
		b.zones = append(b.zones, layout.FaultZone{Down: (units.Whole - up.Zone).Float()})
	}
	host := layout.Host{Replicas: replicas, Down: (units.Whole - up.Node).Float()}
	b.zones[at].Hosts = append(b.zones[at].Hosts, slices.Repeat([]layout.Host{host}, hosts)...)
}
