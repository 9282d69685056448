// Package karpentercheck asks Karpenter itself what planner/packing/baseline says
// that it would buy: its provisioner's scheduler, of the version in go.mod, is given
// the same pods and types, all pods pending at once and no node there.
//
// The package is a module of its own, so that nobody who builds Scantling needs
// Karpenter's dependencies. `make karpenter-check` runs it.
package karpentercheck
