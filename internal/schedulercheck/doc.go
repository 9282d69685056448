// Package schedulercheck asks the real kube-scheduler what the planner's model of
// it claims: that all pods of a plan find a node, and again after losses.
//
// The scheduler is that of k8s.io/kubernetes, the version in go.mod, with its
// default profile. It runs in this process: its queue, its scheduling and binding
// cycles and its cache are its own; the objects that an API server would hand it
// are handed to it directly, and what it binds is seen by a fake client.
//
// The package is a module of its own, so that nobody who builds Scantling needs
// Kubernetes' dependencies. `make scheduler-check` runs it.
package schedulercheck
