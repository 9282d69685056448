package terraform

import (
	"errors"

	"github.com/scantling-dev/scantling/internal/emit"
	"github.com/scantling-dev/scantling/planner"
)

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
	for _, s := range emit.EKSSystemPods() {
		v, err := s.Settings(p)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		settings, err := encode(v, "")
		if err != nil {
			return nil, err
		}
		addons[s.Addon] = object{"configuration_values": string(settings)}
	}
	return addons, errors.Join(errs...)
}
