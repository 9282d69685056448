package emit

import (
	"errors"
	"fmt"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// Addon is an add-on of EKS and its configuration; nil is its own.
type Addon struct {
	Name          string
	Configuration map[string]any
}

// SystemPods are pods that an add-on of EKS runs once a cluster, and how the add-on's
// configuration says so. The settings are those of the add-ons' configuration schemas,
// which follow the values of the charts in kubernetes-sigs/aws-ebs-csi-driver and
// kubernetes-sigs/metrics-server.
type SystemPods struct {
	Workload, Addon string
	// Replicas is the name of the replica count in the add-on's configuration.
	Replicas string
	// Under is the object that holds the settings; empty for the top.
	Under string
	// Containers share the requests equally: the setting is for each of them.
	Containers int
}

// EKSSystemPods returns the pods that are pinned to their group.
func EKSSystemPods() []SystemPods {
	return []SystemPods{
		{Workload: "coredns", Addon: "coredns", Replicas: "replicaCount", Containers: 1},
		{Workload: "ebs-csi-controller", Addon: "aws-ebs-csi-driver", Replicas: "replicaCount", Under: "controller", Containers: 6},
		{Workload: "metrics-server", Addon: "metrics-server", Replicas: "replicas", Containers: 1},
	}
}

// Settings returns the add-on's configuration: the planned replicas, with the requests
// that were planned, on the nodes of their group.
func (s *SystemPods) Settings(p *planner.Plan) (map[string]any, error) {
	home, w, err := s.find(p)
	if err != nil {
		return nil, err
	}
	if w.Pod.CPU <= 0 || w.Pod.Memory <= 0 {
		return nil, fmt.Errorf("%s.workload.%s: the plan does not say what a pod requests", home.Path(), s.Workload)
	}
	// Rounded down, so that a pod never requests more than was planned.
	cpu := w.Pod.CPU / units.MilliCPU(s.Containers)
	memory := w.Pod.Memory / units.Bytes(s.Containers) / units.MiB
	v := map[string]any{
		s.Replicas:     w.Replicas,
		"nodeSelector": map[string]any{GroupLabel: home.Name},
		"resources": map[string]any{"requests": map[string]any{
			"cpu": fmt.Sprintf("%dm", cpu), "memory": fmt.Sprintf("%dMi", memory),
		}},
	}
	var tolerations []map[string]any
	for _, t := range home.Taints {
		if t.Effect != planner.PreferNoSchedule {
			tolerations = append(tolerations, map[string]any{"key": t.Key, "operator": "Equal", "value": t.Value, "effect": string(t.Effect)})
		}
	}
	if len(tolerations) > 0 {
		v["tolerations"] = tolerations
	}
	if s.Under != "" {
		v = map[string]any{s.Under: v}
	}
	return v, nil
}

// find returns the group that the plan puts the workload in, and its plan.
func (s *SystemPods) find(p *planner.Plan) (*planner.NodeGroup, *planner.WorkloadPlan, error) {
	for i := range p.NodeGroups {
		for k := range p.NodeGroups[i].Workloads {
			w := &p.NodeGroups[i].Workloads[k]
			if !w.System || w.Name != s.Workload {
				continue
			}
			home := SpecOf(p, p.NodeGroups[i].Name)
			if home == nil {
				return nil, nil, fmt.Errorf("%s: the plan's inputs have no such group", p.NodeGroups[i].Path())
			}
			return home, w, nil
		}
	}
	return nil, nil, fmt.Errorf("the plan has no place for %s, which the add-on %s runs", s.Workload, s.Addon)
}

// EKSAddons returns every add-on whose pods the plan counts. What nodes need to become
// Ready comes first.
func EKSAddons(p *planner.Plan) ([]Addon, error) {
	cni := Addon{Name: "vpc-cni"}
	if p.Cluster.Network.CNI == planner.VPCPrefix {
		cni.Configuration = map[string]any{"env": map[string]any{"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "1"}}
	}
	addons := []Addon{cni, {Name: "eks-pod-identity-agent"}, {Name: "kube-proxy"}}
	var errs []error
	for _, s := range EKSSystemPods() {
		v, err := s.Settings(p)
		errs = append(errs, err)
		addons = append(addons, Addon{Name: s.Addon, Configuration: v})
	}
	return addons, errors.Join(errs...)
}
