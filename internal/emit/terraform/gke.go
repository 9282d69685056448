package terraform

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner"
)

// poolsVariable is another name for the node groups' variable: the module's own.
const poolsVariable = "node_pools"

// gkeValues returns the values of the variables for
// terraform-google-modules/kubernetes-engine/google.
func gkeValues(p *planner.Plan, n names) (object, error) {
	c := &gkeCluster{cluster: &p.Cluster, control: &p.ControlPlane, maxPods: p.Cluster.Network.MaxPods}
	if c.maxPods == 0 {
		c.maxPods = defaultMaxPods
	}
	c.maxPods = min(c.maxPods, mostPods)
	pools, labels, taints := []object{}, object{}, object{}
	var updates time.Duration
	errPools := collect(p, target{longest: longestGKEName, equalZones: true}, func(shared *group) error {
		g := &gkePool{shared, c}
		if err := g.check(); err != nil {
			return err
		}
		pools = append(pools, g.values())
		labels[g.name], taints[g.name] = g.labels(), g.taints()
		updates = min(updates+g.updateTime(), mostTimeout)
		c.cachesDNS = c.cachesDNS || g.runs("node-local-dns")
		return nil
	})
	if err := errors.Join(c.check(), errPools); err != nil {
		return nil, err
	}
	values := object{n.groups: pools}
	for name, value := range c.values() {
		values[n.prefix+name] = value
	}
	values[n.prefix+"node_pools_labels"] = labels
	values[n.prefix+"node_pools_taints"] = taints
	values[n.prefix+"timeouts"] = object{"update": timeout(updates)}
	return values, nil
}

// longestGKEName is the most characters of a pool's name: the API's NodePool.name.
const longestGKEName = 40

// gkeCluster is what the module takes of the cluster itself.
type gkeCluster struct {
	cluster *planner.Cluster
	control *planner.ControlPlane
	// maxPods of a node where its pool says nothing else.
	maxPods int
	// cachesDNS: the plan counts the pods of NodeLocal DNSCache.
	cachesDNS bool
}

// Limits of pods on a node: defaultMaxPods is GKE's own and the module's where none
// is declared, mostPods the largest that GKE takes. Source: GKE, "Quotas and limits".
const (
	defaultMaxPods = 110
	mostPods       = 256
)

// check returns everything that keeps the cluster from being written.
func (c *gkeCluster) check() error {
	var errs []error
	if c.control.Tier != "zonal" && c.control.Tier != "regional" {
		errs = append(errs, fmt.Errorf("control_plane.tier: %q is neither zonal nor regional", c.control.Tier))
	}
	if c.channel() == "" {
		errs = append(errs, fmt.Errorf("control_plane.support_type: %q is neither standard nor extended", c.control.Support))
	}
	if c.datapath() == "" {
		errs = append(errs, fmt.Errorf("network.cni: GKE has no %q", c.cluster.Network.CNI))
	}
	if len(c.cluster.Zones) == 0 {
		errs = append(errs, errors.New("zones: there are none"))
	}
	return errors.Join(errs...)
}

// values returns what is of the cluster, by the names of the module's inputs.
func (c *gkeCluster) values() object {
	return object{
		"kubernetes_version":        c.cluster.KubernetesVersion,
		"release_channel":           c.channel(),
		"regional":                  c.control.Tier == "regional",
		"region":                    c.cluster.Region,
		"zones":                     c.cluster.Zones,
		"datapath_provider":         c.datapath(),
		"default_max_pods_per_node": c.maxPods,
		"dns_cache":                 c.cachesDNS,
		"remove_default_node_pool":  true,
		"deletion_protection":       c.cluster.Environment != planner.Development,
	}
}

// channel is the release channel whose support is planned: only EXTENDED keeps a
// minor beyond its standard support.
func (c *gkeCluster) channel() string {
	switch c.control.Support {
	case "standard":
		return "REGULAR"
	case "extended":
		return "EXTENDED"
	}
	return ""
}

// datapath is GKE's word for how packets find pods; empty for a network that it
// does not have.
func (c *gkeCluster) datapath() string {
	cni := c.cluster.Network.CNI
	if cni == planner.DataplaneV2 {
		return "ADVANCED_DATAPATH"
	}
	if cni == planner.Kubenet {
		return "DATAPATH_PROVIDER_UNSPECIFIED"
	}
	return ""
}

// locations are the zones of a pool as the module takes them: one string.
func locations(zones []string) string { return strings.Join(zones, ",") }
