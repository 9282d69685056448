package spec

import "github.com/scantling-dev/scantling/planner/units"

// Defaults of the load on a control plane. All are assumptions: Kubernetes itself
// makes four namespaces, and what a workload brings (a service account, configuration,
// secrets, roles) comes to about ten objects of some two KiB.
const (
	ownNamespaces       = 4
	objectsOfWorkload   = 10
	objectsOfNamespace  = 5
	defaultObjectSize   = 2 * units.KiB
	defaultRollouts     = 1
	defaultWatchers     = 200
	largestRequestBytes = 1536 * units.KiB
)

// load reads what the control plane has to carry beside what the plan knows.
func (b *builder) load() {
	const path = "control_plane.load"
	n := b.root.child("control_plane").child("load")
	l := &b.cluster.ControlPlane.Load
	workloads := 0
	for i := range b.cluster.NodeGroups {
		workloads += len(b.cluster.NodeGroups[i].Workloads)
	}
	namespaces := ownNamespaces + workloads
	l.Namespaces = take(b, n, path, "namespaces", namespaces, itoa(namespaces), "model control plane")
	objects := objectsOfWorkload*workloads + objectsOfNamespace*l.Namespaces
	l.Objects = take(b, n, path, "objects", objects, itoa(objects), "model control plane")
	l.ObjectSize = take(b, n, path, "object_size", defaultObjectSize, bytesText(defaultObjectSize), "model control plane")
	if l.ObjectSize > largestRequestBytes && n != nil {
		b.add(OutOfRange, n.rng("object_size"), "etcd takes no request above 1.5Mi (--max-request-bytes). Write what an object takes in the mean.")
	}
	l.RolloutsPerDay = take(b, n, path, "rollouts_per_day", defaultRollouts, itoa(defaultRollouts), "model control plane")
	l.Watchers = take(b, n, path, "watchers", defaultWatchers, itoa(defaultWatchers), "model control plane")
}
