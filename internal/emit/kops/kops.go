// Package kops writes a plan of a self-managed cluster on AWS or Google Cloud as manifests
// of kops: a Cluster and its InstanceGroups (kops.k8s.io/v1alpha2, as in kops 1.36).
package kops

import (
	"errors"
	"fmt"
	"slices"

	"github.com/scantling-dev/scantling/internal/emit"
	"github.com/scantling-dev/scantling/planner"
)

const (
	name       = "kops"
	header     = "Written by scantling emit kops, from the plan: write it anew rather than change it."
	apiVersion = "kops.k8s.io/v1alpha2"
	// longest name of an instance group.
	longest = 63
)

type object = map[string]any

// Tool returns this package among those that plans are written for.
func Tool() emit.Tool {
	return emit.Tool{Name: name, Short: "Cluster and InstanceGroups of kops, for self-managed clusters on AWS and Google Cloud", Write: write, Marks: []string{header}}
}

// cluster is what is written of a plan.
type cluster struct {
	*planner.Plan
	// name of the cluster in kops.
	name string
	// machines are the control plane's, one by one.
	machines []machine
}

// machine is one of the control plane, and the instance group that it is alone in.
type machine struct {
	zone, group string
	of          *planner.ControlPlaneMachines
}

func write(r emit.Request) (emit.Result, error) {
	c := &cluster{Plan: r.Plan, name: emit.KopsCluster(r.Plan.Cluster.Name)}
	if err := c.check(); err != nil {
		return emit.Result{}, err
	}
	pools, err := emit.Pools(c.Plan, longest)
	c.controlPlane()
	documents := []any{c.manifest()}
	for i := range c.machines {
		documents = append(documents, c.controlPlaneGroup(&c.machines[i]))
	}
	notes := c.notes()
	for i := range pools {
		documents = append(documents, c.nodeGroup(&pools[i]))
		if pools[i].Strategy("surge", "minimal") == "in_place" {
			notes = append(notes, pools[i].Group.Path()+": kops replaces nodes, it has no upgrade in place.")
		}
		if slices.ContainsFunc(c.machines, func(m machine) bool { return m.group == pools[i].Name }) {
			err = errors.Join(err, fmt.Errorf("%s: the control plane has an instance group of the name %s: name the group otherwise", pools[i].Group.Path(), pools[i].Name))
		}
	}
	if err != nil {
		return emit.Result{}, err
	}
	text, err := emit.Documents(header, documents...)
	return emit.Result{Files: []emit.File{{Name: "cluster.yaml", Content: text}}, Notes: notes}, err
}

// check returns everything that kops has no words for.
func (c *cluster) check() error {
	provider := c.Cluster.Provider
	if c.ControlPlane.Mode != planner.SelfManaged || provider != "aws" && provider != "gcp" {
		return fmt.Errorf("emit.%s: it is for self-managed clusters on AWS and Google Cloud, which the cluster %s is not", name, c.Cluster.Name)
	}
	var errs []error
	if c.networking() == nil {
		errs = append(errs, fmt.Errorf("network.cni: kops has no %s", c.Cluster.Network.CNI))
	}
	etcd, lb := c.ControlPlane.Etcd, c.ControlPlane.LoadBalancer
	if etcd == nil || etcd.Topology != planner.Stacked {
		errs = append(errs, errors.New(`control_plane.etcd_topology: kops runs etcd on the machines of the control plane: it must be "stacked"`))
	}
	if lb == nil || lb.Kind != planner.CloudLoadBalancer {
		errs = append(errs, errors.New(`control_plane.load_balancer: kops puts the cloud's before the API servers: it must be "cloud"`))
	}
	for i := range c.ControlPlane.Machines {
		m := &c.ControlPlane.Machines[i]
		if m.Role == planner.RoleControlPlane && len(m.Disks) == 0 {
			errs = append(errs, errors.New("control_plane: the plan has no root disk for its machines"))
		}
		if etcd != nil && m.Role == planner.RoleControlPlane && m.Nodes < etcd.Members {
			errs = append(errs, fmt.Errorf("control_plane: %d machines cannot run %d members of etcd", m.Nodes, etcd.Members))
		}
	}
	return errors.Join(errs...)
}

// networking is the CNI in the words of kops; nil where it has none.
func (c *cluster) networking() object {
	switch c.Cluster.Network.CNI {
	case planner.Calico:
		return object{"calico": object{}}
	case planner.Cilium:
		return object{"cilium": object{}}
	case planner.VPC:
		return object{"amazonvpc": object{}}
	case planner.VPCPrefix:
		return object{"amazonvpc": object{"env": []object{{"name": "ENABLE_PREFIX_DELEGATION", "value": "true"}}}}
	case planner.Kubenet, planner.DataplaneV2:
	}
	return nil
}

// controlPlane lists the machines: one of each zone, then the second of each, so that the
// first ones are spread widest.
func (c *cluster) controlPlane() {
	for i := range c.ControlPlane.Machines {
		m := &c.ControlPlane.Machines[i]
		if m.Role != planner.RoleControlPlane {
			continue
		}
		for n := 1; len(c.machines) < m.Nodes; n++ {
			for _, z := range m.NodesByZone {
				if z.Nodes < n {
					continue
				}
				group := "control-plane-" + z.Zone
				if n > 1 {
					group = fmt.Sprintf("%s-%d", group, n)
				}
				c.machines = append(c.machines, machine{zone: z.Zone, group: group, of: m})
			}
		}
	}
}

// gcp tells Google Cloud from AWS.
func (c *cluster) gcp() bool { return c.Cluster.Provider == "gcp" }

// manifest returns the Cluster.
func (c *cluster) manifest() object {
	provider := "aws"
	if c.gcp() {
		provider = "gce"
	}
	return object{
		"apiVersion": apiVersion, "kind": "Cluster", "metadata": object{"name": c.name},
		"spec": object{
			"api":               object{"loadBalancer": c.loadBalancer()},
			"authorization":     object{"rbac": object{}},
			"channel":           "stable",
			"cloudProvider":     provider,
			"etcdClusters":      c.etcd(),
			"iam":               object{"allowContainerRegistry": true, "legacy": false},
			"kubernetesVersion": c.Cluster.KubernetesVersion + ".0",
			"networking":        c.networking(),
			"nonMasqueradeCIDR": "100.64.0.0/10",
			"subnets":           c.subnets(),
			"topology":          object{"dns": object{"type": "None"}},
		},
	}
}

func (c *cluster) loadBalancer() object {
	if c.gcp() {
		return object{"type": "Internal"}
	}
	return object{"type": "Internal", "class": "Network"}
}

// subnets are private ones: of each zone on AWS, with one for load balancers beside it; of
// the region on Google Cloud.
func (c *cluster) subnets() []object {
	if c.gcp() {
		return []object{{"name": c.Cluster.Region, "region": c.Cluster.Region, "type": "Private"}}
	}
	var out []object
	for _, z := range c.Cluster.Zones {
		out = append(out,
			object{"name": z, "zone": z, "type": "Private"},
			object{"name": "utility-" + z, "zone": z, "type": "Utility"})
	}
	return out
}

// notes say what kops has of itself, and what only the site knows.
func (c *cluster) notes() []string {
	out := []string{
		"kubernetesVersion names the first patch of " + c.Cluster.KubernetesVersion + ": write the one that you run.",
		"Nobody may reach the API servers yet: say who in kubernetesApiAccess.",
	}
	if c.ControlPlane.Etcd.Events == nil {
		out = append(out, `kops keeps events in an etcd of their own, with volumes of 20 GiB that the plan does not price: write events = "separate" in control_plane.etcd.`)
	}
	if c.gcp() {
		return append(out, "project is yours to write.")
	}
	return append(out, "Nodes are in private subnets, whose NAT gateways the plan does not price.")
}
