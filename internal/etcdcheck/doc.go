// Package etcdcheck holds planner/layout's prediction of etcd's database against etcd
// itself: a real server on loopback is filled with really encoded objects in the
// numbers of a population, they are written over at its rates for two compaction
// intervals, and the file, the memory and the writes are compared.
//
// The package is a module of its own, so that nobody who builds Scantling needs
// etcd's dependencies. `make etcd-check` runs it.
package etcdcheck
