// Package emitcheck holds what internal/emit writes for kops, eksctl and Karpenter to the
// schemas that they publish: the CustomResourceDefinitions of kops and Karpenter, with the
// rules in them, and the JSON Schema of eksctl, each of the version that schemas.go names.
//
// The package is a module of its own, so that nobody who builds Scantling needs the
// machinery of Kubernetes' API server. The schemas are downloaded as Go modules.
// `make emit-check` runs it.
package emitcheck
