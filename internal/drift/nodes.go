package drift

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/internal/tfread"
	"github.com/scantling-dev/scantling/planner"
)

// Labels of nodes by which they say what they are, and where they belong.
const (
	typeLabel     = "node.kubernetes.io/instance-type"
	zoneLabel     = "topology.kubernetes.io/zone"
	eksGroup      = "eks.amazonaws.com/nodegroup"
	eksCapacity   = "eks.amazonaws.com/capacityType"
	gkePool       = "cloud.google.com/gke-nodepool"
	gkeSpot       = "cloud.google.com/gke-spot"
	controlPlane  = "node-role.kubernetes.io/control-plane"
	kubernetesOwn = "node.kubernetes.io/"
)

type object struct {
	Kind     string `json:"kind"`
	Metadata struct {
		Name            string            `json:"name"`
		Labels          map[string]string `json:"labels"`
		OwnerReferences []struct {
			Kind string `json:"kind"`
			Name string `json:"name"`
		} `json:"ownerReferences"`
		DeletionTimestamp *string `json:"deletionTimestamp"`
	} `json:"metadata"`
	Spec struct {
		NodeName string `json:"nodeName"`
		Taints   []struct {
			Key    string `json:"key"`
			Value  string `json:"value"`
			Effect string `json:"effect"`
		} `json:"taints"`
	} `json:"spec"`
	Status struct {
		Phase    string `json:"phase"`
		NodeInfo struct {
			KubeletVersion string `json:"kubeletVersion"`
		} `json:"nodeInfo"`
	} `json:"status"`
}

// Running reads what `kubectl get nodes,pods -o json` prints, or of nodes alone. Groups
// are the names of the planned ones.
func Running(data []byte, groups []string) (*Side, error) {
	var list struct {
		Kind  string   `json:"kind"`
		Items []object `json:"items"`
	}
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("nodes: not JSON of kubectl: %w", err)
	}
	s := &Side{Unknown: []string{"min and max nodes: nodes do not say how many there may be"}}
	of := map[string]string{}
	nodes, pods := 0, 0
	for i := range list.Items {
		o := &list.Items[i]
		switch o.Kind {
		case "Node":
			nodes++
			if _, is := o.Metadata.Labels[controlPlane]; is {
				continue
			}
			name := groupOf(o, groups)
			if name == "" {
				s.Strays = append(s.Strays, "node "+o.Metadata.Name)
				continue
			}
			of[o.Metadata.Name] = name
			s.of(name).node(o)
		case "Pod":
			pods++
		}
	}
	if nodes == 0 {
		return nil, errors.New("nodes: there is no node in it; want the output of kubectl get nodes,pods --all-namespaces -o json")
	}
	s.countPods(list.Items, of, pods)
	slices.Sort(s.Strays)
	s.Unknown = append(s.Unknown, "the version of the control plane: nodes name their kubelet's")
	return s, nil
}

// groupOf returns the group that a node belongs to: by our label, else by the name of its
// provider's group, which the planned name and a dash may start. The longest fits.
func groupOf(o *object, groups []string) string {
	labels := o.Metadata.Labels
	if name := labels[GroupLabel]; name != "" {
		return name
	}
	best := ""
	for _, key := range []string{eksGroup, gkePool} {
		if name := labels[key]; name != "" {
			best = longest(name, groups)
		}
	}
	return best
}

// longest returns the longest planned name that a name is or starts with before a dash.
func longest(name string, groups []string) string {
	best := ""
	for _, g := range groups {
		if (name == g || strings.HasPrefix(name, g+"-")) && len(g) > len(best) {
			best = g
		}
	}
	return best
}

// node adds a node to what runs of a group.
func (g *Group) node(o *object) {
	labels := o.Metadata.Labels
	g.Types = with(g.Types, labels[typeLabel])
	capacity := ""
	switch {
	case strings.EqualFold(labels[eksCapacity], "SPOT") || labels[gkeSpot] == "true":
		capacity = string(planner.Spot)
	case labels[eksCapacity] != "" || labels[gkePool] != "":
		capacity = string(planner.OnDemand)
	}
	g.Capacity = with(g.Capacity, capacity)
	if g.parts == nil {
		g.parts = parts{}
	}
	g.parts.add(part{Type: labels[typeLabel], Capacity: capacity}, counts{nodes: new(1)})
	if zone := labels[zoneLabel]; zone != "" {
		if g.Zones == nil {
			g.Zones = map[string]int{}
		}
		g.Zones[zone]++
	}
	g.Versions = with(g.Versions, tfread.Minor(o.Status.NodeInfo.KubeletVersion))
	if g.Labels == nil {
		g.Labels = maps.Clone(labels)
	} else { // what all of them have
		maps.DeleteFunc(g.Labels, func(key, value string) bool { return labels[key] != value })
	}
	if g.Labels == nil {
		g.Labels = map[string]string{}
	}
	if g.Taints == nil {
		g.Taints = []string{}
	}
	for _, t := range o.Spec.Taints {
		if !strings.HasPrefix(t.Key, kubernetesOwn) {
			g.Taints = with(g.Taints, taint(t.Key, t.Value, t.Effect))
		}
	}
}

// countPods counts pods that run by the workload that owns them, in the group of their
// node.
func (s *Side) countPods(items []object, of map[string]string, pods int) {
	if pods == 0 {
		s.Unknown = append(s.Unknown, "replicas: there are no pods in it; kubectl get nodes,pods --all-namespaces -o json has them")
		return
	}
	for _, g := range s.Groups {
		g.Pods = map[string]int{}
	}
	for i := range items {
		o := &items[i]
		group := of[o.Spec.NodeName]
		if o.Kind != "Pod" || group == "" || o.Metadata.DeletionTimestamp != nil || o.Status.Phase != "Running" {
			continue
		}
		if name := ownerOf(o); name != "" {
			s.Groups[group].Pods[name]++
		}
	}
}

// ownerOf is the name of the workload of a pod: of a Deployment's what stands before the
// digest of the ReplicaSet.
func ownerOf(o *object) string {
	for _, ref := range o.Metadata.OwnerReferences {
		switch ref.Kind {
		case "ReplicaSet":
			if i := strings.LastIndexByte(ref.Name, '-'); i > 0 {
				return ref.Name[:i]
			}
			return ref.Name
		case "StatefulSet":
			return ref.Name
		}
	}
	return ""
}
