// Package machines says what the machines and disks of a cloud are like, whoever
// runs Kubernetes on them: the families that suit a role, what an operating
// system sees of the memory, what a disk may be. EKS and GKE share it with the
// clusters that people run themselves.
//
// Everything is pure. The figures and their sources stand in
// docs/models/allocatable.md.
package machines
