// Package tfread reads groups of nodes out of what Terraform has: what `terraform show
// -json` prints of a state or a plan file, a raw state, or the values of variables that
// plans are written as (or that somebody wrote for the same modules: terraform-aws-eks,
// terraform-google-kubernetes-engine, and modules of one's own).
//
// What a document does not say is left empty, never assumed.
package tfread

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Kind says whose groups of nodes they are.
type Kind string

// The kinds.
const (
	EKS Kind = "eks"
	GKE Kind = "gke"
	// Plain groups are machines that people look after themselves.
	Plain Kind = "plain"
)

// Cluster is what a document says of a cluster.
type Cluster struct {
	Kind Kind
	// Name, Version (a minor) and Region are empty where they are not known.
	Name, Version, Region string
	// Zones are sorted; none where not known.
	Zones []string
	// Zonal: GKE, with a control plane of one zone.
	Zonal bool
	// Support is STANDARD or EXTENDED on EKS; Channel is the release channel of GKE.
	Support, Channel string
	// Pools are sorted by name.
	Pools []Pool
	// SelfManaged: the control plane is described beside the groups, of so many members
	// of etcd, in that topology, behind such a load balancer.
	SelfManaged            bool
	EtcdMembers            int
	EtcdTopology, Balancer string
	// EventsApart: events have an etcd of their own.
	EventsApart bool
	// ControlPlane and Etcd are the machines of those roles, Etcd where it has its own.
	ControlPlane, Etcd Machines
	// Balancers are the hosts before the API servers, where they are machines.
	Balancers Machines
}

// Pool is a group of nodes as Terraform has it: a managed node group, a node pool.
type Pool struct {
	Kind Kind
	Name string
	// Types of instances, in their order.
	Types []string
	// Capacity is "on_demand" or "spot"; empty where not known.
	Capacity string
	// Min, Desired and Max are counts over all zones, nil where not known. Autoscaled:
	// the count may move between them.
	Min, Desired, Max *int
	// Zones are sorted; none where not known.
	Zones []string
	// ByZone are nodes by zone; nil where not known.
	ByZone map[string]int
	// Version is a minor; empty where not known.
	Version string
	// Labels and Taints are nil where not known.
	Labels map[string]string
	Taints []Taint
	// Image as a spec says it ("al2023"); empty where not known.
	Image string
	// Disk that nodes boot from, or keep their pods' files on; nil where not known.
	Disk *Disk
	// MaxPods is a limit that the group sets; 0 for none.
	MaxPods int
	// Update is how nodes are replaced; nil where not known.
	Update *Update
	// KubeReserved and SystemReserved are quantities by resource, of plain groups;
	// Eviction is the threshold of memory.
	KubeReserved, SystemReserved map[string]string
	Eviction                     string

	// template and module lead to what else is known of a group of EKS.
	template, module string
	subnets          []string
}

// Machines of a role of the control plane.
type Machines struct {
	Type  string
	Nodes int
	// ByZone are nodes by zone; nil where not known.
	ByZone map[string]int
}

// Taint of nodes; Effect is Kubernetes' word.
type Taint struct{ Key, Value, Effect string }

// Disk of a node. Zeros are not set.
type Disk struct {
	Type                  string
	GiB, IOPS, Throughput int
}

// Update is how nodes are replaced, in the words of a spec. The counts are as they stand,
// "2" or "33%"; empty where not set.
type Update struct {
	Strategy, MaxUnavailable, MaxSurge, Soak string
}

// tree is an object of JSON.
type tree = map[string]any

// Read reads a document.
func Read(data []byte) (*Cluster, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var doc tree
	if err := dec.Decode(&doc); err != nil {
		return nil, fmt.Errorf("terraform: not a JSON object: %w", err)
	}
	c := &Cluster{}
	c.resources(doc)
	if len(c.Pools) == 0 {
		c.variables(doc)
	}
	if len(c.Pools) == 0 {
		return nil, errors.New("terraform: there is no node group in it: want terraform show -json of a state or a plan, or the emitted " +
			"scantling.auto.tfvars.json, with groups of EKS or pools of GKE")
	}
	slices.SortStableFunc(c.Pools, func(a, b Pool) int { return strings.Compare(a.Name, b.Name) })
	c.Kind = c.Pools[0].Kind
	for i := range c.Pools {
		for _, z := range c.Pools[i].Zones {
			c.Zones = With(c.Zones, z)
		}
	}
	if c.Region == "" && len(c.Zones) > 0 {
		c.Region = regionOf(c.Zones[0])
	}
	return c, nil
}

// regionOf returns the region of a zone: "us-east-1" of "us-east-1a", "us-central1" of
// "us-central1-a"; empty of what is neither.
func regionOf(zone string) string {
	region, letter := zone, byte(0)
	if len(zone) > 1 {
		region, letter = zone[:len(zone)-1], zone[len(zone)-1]
	}
	if letter < 'a' || letter > 'z' {
		return ""
	}
	region = strings.TrimSuffix(region, "-")
	if region == "" || region[len(region)-1] < '0' || region[len(region)-1] > '9' || strings.Count(region, "-") < 1 {
		return ""
	}
	return region
}

// With adds a word to a sorted set.
func With(list []string, word string) []string {
	if word == "" {
		return list
	}
	at, found := slices.BinarySearch(list, word)
	if found {
		return list
	}
	return slices.Insert(list, at, word)
}

// Minor is "1.35" of "v1.35.2-eks-1234"; empty of what is no version.
func Minor(version string) string {
	parts := strings.SplitN(strings.TrimPrefix(version, "v"), ".", 3)
	if len(parts) < 2 {
		return ""
	}
	return parts[0] + "." + parts[1]
}

// count multiplies a whole number; nil of what is none.
func count(v any, times int) *int {
	if v == nil {
		return nil
	}
	n := whole(v) * times
	return &n
}

// whole is a number that may stand in quotes, as in the maps of a module for GKE; 0 of
// what is none.
func whole(v any) int {
	if s, ok := v.(string); ok {
		v = json.Number(s)
	}
	n, ok := v.(json.Number)
	if !ok {
		return 0
	}
	i, err := n.Int64()
	if err != nil || i < 0 || i > 1_000_000_000 {
		return 0
	}
	return int(i)
}

// truth is a value that may stand in quotes.
func truth(v any) bool { return v == true || v == "true" }

func text(v any) string {
	s, _ := v.(string)
	return s
}

func texts(v any) map[string]string {
	out := map[string]string{}
	if o, ok := v.(tree); ok {
		for key, value := range o {
			out[key] = text(value)
		}
	}
	return out
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

// words are the texts of a list.
func words(v any) []string {
	var out []string
	for _, e := range list(v) {
		if s := text(e); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// first is the only block of a list of blocks, or an object itself.
func first(v any) tree {
	if o, ok := v.(tree); ok {
		return o
	}
	for _, e := range list(v) {
		if o, ok := e.(tree); ok {
			return o
		}
	}
	return tree{}
}

// taints are those of a list or of an object of them.
func taints(v any) []Taint {
	effects := map[string]string{"NO_SCHEDULE": "NoSchedule", "PREFER_NO_SCHEDULE": "PreferNoSchedule", "NO_EXECUTE": "NoExecute"}
	all := list(v)
	if o, ok := v.(tree); ok {
		for _, key := range slices.Sorted(maps.Keys(o)) {
			all = append(all, o[key])
		}
	}
	out := []Taint{}
	for _, e := range all {
		o, ok := e.(tree)
		if !ok {
			continue
		}
		effect := text(o["effect"])
		if word, ok := effects[effect]; ok {
			effect = word
		}
		out = append(out, Taint{text(o["key"]), text(o["value"]), effect})
	}
	return out
}
