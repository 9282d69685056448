package verify

import (
	"fmt"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// loads checks what the plan says that the cluster asks of its control plane: sums are
// those of the parts, heartbeats are among the writes, and what is planned with is
// never less than what is stored.
func (k *checker) loads() {
	const leaseSeconds, windowSeconds = 10, 600
	for i := range k.plan.ControlPlane.Load {
		l := &k.plan.ControlPlane.Load[i]
		path := fmt.Sprintf("control_plane.load[%s]", l.Moment)
		var live units.Bytes
		var writes units.Rate
		for _, o := range l.Objects {
			live += units.Bytes(o.Count) * o.Size
			writes += o.Writes
		}
		k.need(live == l.Live, path, "load.live", "%s, its objects come to %s", byteSize(l.Live), byteSize(live))
		k.need(writes == l.Writes, path, "load.writes", "%d millionths of a write a second, its objects come to %d", l.Writes, writes)
		k.need(l.Writes >= units.Rate(l.Nodes)*units.PerSecond/leaseSeconds, path, "load.heartbeats", "%d millionths of a write a second, and %d nodes renew a lease every %d s", l.Writes, l.Nodes, leaseSeconds)
		k.need(l.File >= l.Live+l.History && l.Peak >= l.File && l.Peak >= 2*l.Live, path, "load.peak", "a peak of %s and a file of %s for %s that live and %s of history", byteSize(l.Peak), byteSize(l.File), byteSize(l.Live), byteSize(l.History))
		// No history is longer than if every write had been an update of the largest object.
		var most units.Bytes
		for _, o := range l.Objects {
			most += units.Bytes(o.Writes/units.PerSecond+1) * o.Size * windowSeconds
		}
		k.need(l.History <= most, path, "load.history", "%s of history, and all writes of ten minutes are %s", byteSize(l.History), byteSize(most))
		k.need(l.Moment != planner.LoadNow || l.Pods >= k.placedPods(), path, "load.pods", "%d pods, and %d are placed", l.Pods, k.placedPods())
		if today, then := k.grownNodes(); l.Moment == planner.LoadAtHorizon && i > 0 && today > 0 {
			now := &k.plan.ControlPlane.Load[0]
			nodes, pods := int(up(int64(now.Nodes)*then, today)), int(up(int64(now.Pods)*then, today))
			k.need(l.Nodes == nodes && l.Pods == pods, path, "load.horizon", "%d nodes and %d pods; %d and %d that grow from %d nodes to %d are %d and %d", l.Nodes, l.Pods, now.Nodes, now.Pods, today, then, nodes, pods)
		}
	}
}

// grownNodes counts the nodes of the groups, and those of the last month of growth that is
// planned.
func (k *checker) grownNodes() (today, then int64) {
	for _, g := range k.groups {
		today += int64(g.plan.Nodes)
	}
	for _, month := range k.plan.Growth {
		if month.Infeasible != "" {
			break
		}
		then = 0
		for _, g := range month.Nodes {
			then += int64(g.Nodes)
		}
	}
	return today, then
}

// placedPods counts the replicas of all workloads.
func (k *checker) placedPods() int {
	n := 0
	for i := range k.plan.NodeGroups {
		for _, w := range k.plan.NodeGroups[i].Workloads {
			n += w.Replicas
		}
	}
	return n
}
