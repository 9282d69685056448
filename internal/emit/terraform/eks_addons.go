package terraform

import (
	"errors"
	"fmt"
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// A systemPod is a workload that an EKS add-on runs once a cluster, and how the
// add-on's configuration says so.
type systemPod struct {
	workload, addon string
	// replicas is the name of the replica count in the add-on's configuration.
	replicas string
	// under is the object that holds the settings; empty for the top.
	under string
	// containers share the requests equally: the setting is for each of them.
	containers int
}

// systemPods returns the workloads that are pinned to their group. The settings
// are those of the add-ons' configuration schemas, which follow the values of
// the charts in kubernetes-sigs/aws-ebs-csi-driver and
// kubernetes-sigs/metrics-server.
func systemPods() []systemPod {
	return []systemPod{
		{workload: "coredns", addon: "coredns", replicas: "replicaCount", containers: 1},
		{workload: "ebs-csi-controller", addon: "aws-ebs-csi-driver", replicas: "replicaCount", under: "controller", containers: 6},
		{workload: "metrics-server", addon: "metrics-server", replicas: "replicas", containers: 1},
	}
}

// addonValues returns the module's addons: every add-on whose pods the plan
// counts. What nodes need to become Ready, and the module would otherwise
// install after them, comes before compute.
func addonValues(p *planner.Plan) (object, error) {
	addons := object{
		"eks-pod-identity-agent": object{"before_compute": true},
		"kube-proxy":             object{},
	}
	cni := object{"before_compute": true}
	if p.Cluster.Network.CNI == planner.VPCPrefix {
		settings, err := encode(object{"env": object{"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "1"}}, "")
		if err != nil {
			return nil, err
		}
		cni["configuration_values"] = string(settings)
	}
	addons["vpc-cni"] = cni
	var errs []error
	for _, s := range systemPods() {
		settings, err := s.settings(p)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		addons[s.addon] = object{"configuration_values": string(settings)}
	}
	return addons, errors.Join(errs...)
}

// settings returns the add-on's configuration as JSON: the planned replicas,
// with the requests that were planned, on the nodes of their group.
func (s systemPod) settings(p *planner.Plan) ([]byte, error) {
	home, w, err := s.find(p)
	if err != nil {
		return nil, err
	}
	if w.Pod.CPU <= 0 || w.Pod.Memory <= 0 {
		return nil, fmt.Errorf("%s.workload.%s: the plan does not say what a pod requests", home.Path(), s.workload)
	}
	// Rounded down, so that a pod never requests more than was planned.
	cpu := w.Pod.CPU / units.MilliCPU(s.containers)
	memory := w.Pod.Memory / units.Bytes(s.containers) / units.MiB
	v := object{
		s.replicas:     w.Replicas,
		"nodeSelector": object{GroupLabel: home.Name},
		"resources": object{"requests": object{
			"cpu": fmt.Sprintf("%dm", cpu), "memory": fmt.Sprintf("%dMi", memory),
		}},
	}
	if t := tolerations(home.Taints); len(t) > 0 {
		v["tolerations"] = t
	}
	if s.under != "" {
		v = object{s.under: v}
	}
	return encode(v, "")
}

// find returns the group that the plan puts the workload in, and its plan.
func (s systemPod) find(p *planner.Plan) (*planner.NodeGroup, *planner.WorkloadPlan, error) {
	for i := range p.NodeGroups {
		for k := range p.NodeGroups[i].Workloads {
			w := &p.NodeGroups[i].Workloads[k]
			if !w.System || w.Name != s.workload {
				continue
			}
			j := slices.IndexFunc(p.Cluster.NodeGroups, func(g planner.NodeGroup) bool { return g.Name == p.NodeGroups[i].Name })
			if j < 0 {
				return nil, nil, fmt.Errorf("%s: the plan's inputs have no such group", p.NodeGroups[i].Path())
			}
			return &p.Cluster.NodeGroups[j], w, nil
		}
	}
	return nil, nil, fmt.Errorf("the plan has no place for %s, which the add-on %s runs", s.workload, s.addon)
}

// tolerations of the taints that would keep a pod away, in the taints' order.
func tolerations(taints []planner.Taint) []object {
	var out []object
	for _, t := range taints {
		if t.Effect == planner.PreferNoSchedule {
			continue
		}
		out = append(out, object{"key": t.Key, "operator": "Equal", "value": t.Value, "effect": string(t.Effect)})
	}
	return out
}
