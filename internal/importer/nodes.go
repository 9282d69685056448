package importer

import corev1 "k8s.io/api/core/v1"

// Node is a node that runs.
type Node struct {
	Name   string
	Labels map[string]string
	Taints []corev1.Taint
	// Version of its kubelet, "v1.35.2-eks-1a2b3c4".
	Version string
	// ProviderID is "aws:///us-east-1a/i-0123" or "gce://project/zone/name".
	ProviderID string
	// Capacity is what the kubelet sees, of memory MemTotal; Allocatable what of it is
	// left to pods.
	Capacity, Allocatable corev1.ResourceList
	OSImage               string
	// Document is the index of the object in its file, from 1.
	Document int
	Place
}

func (r *reading) readNode(n *corev1.Node) {
	r.Nodes = append(r.Nodes, Node{
		Name: n.Name, Labels: n.Labels, Taints: n.Spec.Taints, Version: n.Status.NodeInfo.KubeletVersion, ProviderID: n.Spec.ProviderID,
		Capacity: n.Status.Capacity, Allocatable: n.Status.Allocatable, OSImage: n.Status.NodeInfo.OSImage, Document: r.document, Place: r.place(),
	})
}
