package spec

import (
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
)

// The labels of a node that differ from node to node of a pool.
const (
	zoneLabel = "topology.kubernetes.io/zone"
	hostLabel = "kubernetes.io/hostname"
)

// selector reads the labels that a node must have; nil is none.
func (b *builder) selector(n *node) map[string]string {
	labels, ok := get[textMap](n, "node_selector")
	if !ok || len(labels.items) == 0 {
		return nil
	}
	for _, key := range sortedKeys(labels.items) {
		rng, val := labels.rngs[key], labels.items[key]
		zoned := key == zoneLabel && n.schema.name == "daemonset"
		switch {
		case !labelKey(key):
			b.add(InvalidLabel, &rng, "%q is no key of a label: an optional prefix such as \"example.com/\", then %s.", short(key), labelValueRule)
		case !labelValue(val):
			b.add(InvalidLabel, &rng, "%q is no value of the label %s: %s.", short(val), key, labelValueRule)
		case key == hostLabel || zoned:
			b.add(NotSupportedYet, &rng, "A selector by %s is not supported yet here: nodes of a pool are alike.", key)
		case key == zoneLabel && b.zonesGood() && !slices.Contains(b.cluster.Zones, val):
			b.add(UnknownZone, &rng, "%q is not among the cluster's zones: %s.", short(val), quoteAll(b.cluster.Zones))
		case !knownLabel(key):
			b.add(NotSupportedYet, &rng, "A selector by %s is not supported yet: it is not known which nodes have the label. Known of this domain: %s.", key, quoteAll(wellKnown()))
		}
	}
	return labels.items
}

// wellKnown are the labels of kubernetes.io that plans know of nodes.
func wellKnown() []string {
	return []string{"kubernetes.io/arch", "kubernetes.io/os", "node.kubernetes.io/instance-type", zoneLabel}
}

// knownLabel reports whether it is known which nodes have a label of the key: a
// group's own, which a kubelet takes, or a well-known one.
func knownLabel(key string) bool {
	domain := labelDomain(key)
	if !under(domain, "kubernetes.io") && !under(domain, "k8s.io") || slices.Contains(wellKnown(), key) {
		return true
	}
	return (under(domain, "node.kubernetes.io") || under(domain, "kubelet.kubernetes.io")) && kubeletTakes(key)
}

// placed reads what decides on which nodes a DaemonSet runs, beside its groups.
func (b *builder) placed(n *node, d *planner.DaemonSet) {
	d.NodeSelector = b.selector(n)
	keys, ok := get[texts](n, "tolerations")
	path := "daemonset." + n.label
	if !ok {
		if !n.has("tolerations") {
			b.assume(path+".tolerations", "every taint", "language")
		}
		return
	}
	d.OwnTolerations = true
	for i, key := range keys.items {
		if !labelKey(key) {
			b.add(InvalidLabel, &keys.rngs[i], "%q is no key of a taint: an optional prefix such as \"example.com/\", then %s.", short(strings.TrimSpace(key)), labelValueRule)
		}
	}
	d.Tolerations = slices.Sorted(slices.Values(keys.items))
}

// plugins states the device plugins that are counted on nodes without having been
// declared.
func (b *builder) plugins() {
	if b.catalog == nil {
		return
	}
	for i := range b.cluster.NodeGroups {
		g := b.cluster.NodeGroups[i]
		all := b.provider.DaemonSets(&b.cluster, &g)
		g.Workloads = nil
		always := b.provider.DaemonSets(&b.cluster, &g)
		for _, d := range all {
			if slices.ContainsFunc(always, func(a planner.DaemonSet) bool { return a.Name == d.Name }) {
				continue
			}
			value := "a pod on each node, which requests nothing"
			if d.CPU > 0 || d.Memory > 0 {
				value = "a pod on each node, with " + itoa(int(d.CPU)) + "m and " + bytesText(d.Memory)
			}
			b.assume(g.Path()+".daemonset."+d.Name, value, b.source()+": pods ask for its devices")
		}
	}
}
