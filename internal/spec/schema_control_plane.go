package spec

import (
	"slices"

	"github.com/scantling-dev/scantling/planner"
)

// These return the words of a ground, the default first.

func providerOf(t *planner.Terms) []string  { return []string{t.Provider} }
func cnisOf(t *planner.Terms) []string      { return texted(t.CNIs) }
func imagesOf(t *planner.Terms) []string    { return texted(t.Images) }
func updatesOf(t *planner.Terms) []string   { return t.UpdateStrategies }
func balancersOf(t *planner.Terms) []string { return texted(t.LoadBalancers) }

// tiersOf lists the tiers, none of which is the default in every environment.
func tiersOf(t *planner.Terms) []string { return t.Tiers }

// texted returns words as strings.
func texted[T ~string](words []T) []string {
	var out []string
	for _, w := range words {
		out = append(out, string(w))
	}
	return out
}

// maxMembers is the most that etcd is advised to have (etcd documentation, FAQ).
const maxMembers = 7

func controlPlane() block {
	return block{
		name: "control_plane", doc: "Who runs the API servers and etcd, and how. A managed control plane has mode, tier, support_type and load only.",
		attributes: []attribute{
			{name: "mode", kind: kindChoice, choices: []string{string(planner.Managed), string(planner.SelfManaged)}, def: "managed; self_managed on premises", doc: "managed: the provider runs it. self_managed: it stands on machines of the cluster."},
			{name: "tier", kind: kindChoice, choices: []string{"standard", "tier-xl", "tier-2xl", "tier-4xl", "tier-8xl", "zonal", "regional"}, of: tiersOf, def: "by ground and environment", doc: "What a managed control plane can carry, and where it stands."},
			{name: "support_type", kind: kindChoice, choices: texted([]planner.SupportType{planner.StandardSupport, planner.ExtendedSupport}), def: "standard while the version has it at as_of, then extended", doc: "What happens when standard support of the version ends: the provider upgrades the cluster, or charges for extended support. standard after that day is refused. A managed control plane only."},
			{name: "nodes", kind: kindCount, least: 1, most: maxMembers, def: "calculated", doc: "Nodes that run API servers: 3, 5 or 7; 1 where redundancy is 0 and 0."},
			{name: "profile", kind: kindChoice, choices: texted([]planner.SizeProfile{planner.GeneralSize, planner.KubeUpSize, planner.OpenShiftSize, planner.RKE2Size}), def: "general", doc: "The table that says how large they are for so many nodes: general is this planner's own, kube_up Kubernetes' of old, openshift and rke2 those of the two distributions, of which rke2 asks for least."},
			{name: "etcd_topology", kind: kindChoice, choices: []string{string(planner.Stacked), string(planner.External)}, def: "stacked", doc: "stacked: an etcd member on each control-plane node. external: etcd on hosts of its own."},
			{name: "load_balancer", kind: kindChoice, choices: texted([]planner.LoadBalancerKind{planner.CloudLoadBalancer, planner.KubeVIP, planner.HAProxyKeepalived}), of: balancersOf, def: "by ground", doc: "What stands before the API servers. kube_vip and haproxy_keepalived hold an address that hosts take over by announcing it (ARP), which the networks of clouds do not pass on: refused across the zones of a cloud."},
		},
		blocks: []block{
			etcdBlock(),
			loadBlock(),
			{
				name: "redundancy", doc: "What quorum and the API servers survive.",
				attributes: []attribute{
					{name: "nodes", kind: kindCount, def: "1; 0 in development", doc: "Any so many members may fail."},
					{name: "zones", kind: kindCount, def: "1; 0 in a cluster of one zone and in development", doc: "Any so many zones may fail: 1 takes three zones, 2 take five."},
					{name: "at_once", kind: kindBool, def: "false", doc: "Both together."},
					{name: "recovery", kind: kindChoice, choices: []string{string(planner.Static)}, def: "static", doc: "Members are not rescheduled."},
				},
			},
			instancesBlock(),
			diskBlock("by ground", "50Gi", "The root disk of a control-plane node. Machines of one's own bring theirs."),
		},
	}
}

// loadBlock is what a plan cannot know of the load on its control plane.
func loadBlock() block {
	return block{
		name: "load", doc: "What the API servers and etcd have to carry beside what the plan knows: nodes, pods, autoscaling, jobs.",
		attributes: []attribute{
			{name: "namespaces", kind: kindCount, least: 1, most: maxNamespaces, def: "4 and one a workload", doc: "Namespaces of the cluster."},
			{name: "objects", kind: kindCount, most: maxObjects, def: "10 a workload and 5 a namespace", doc: "Config maps, secrets, custom resources and the like."},
			{name: "object_size", kind: kindBytes, small: true, def: "2Ki", doc: "What one of them takes; at most 1.5Mi, which is the largest request that etcd takes."},
			{name: "rollouts_per_day", kind: kindCount, most: maxRollouts, def: "1", doc: "Rollouts of each workload a day, over eight working hours."},
			{name: "watchers", kind: kindCount, most: maxObjects, def: "200", doc: "Watches that controllers and operators hold on the API servers."},
		},
	}
}

// Bounds of what is taken for a number of objects: beyond, nobody runs one cluster.
const (
	maxNamespaces = 100_000
	maxObjects    = 10_000_000
	maxRollouts   = 10_000
)

func etcdBlock() block {
	return block{
		name: "etcd", doc: "The store of the cluster's state, where the control plane is self-managed.",
		attributes: []attribute{
			{name: "members", kind: kindCount, least: 1, most: maxMembers, def: "calculated; those of nodes where stacked", doc: "Members of etcd: 3, 5 or 7; 1 where redundancy is 0 and 0."},
			{name: "events", kind: kindChoice, choices: texted([]planner.EventsPlace{planner.EventsShared, planner.EventsSeparate}), def: "shared; separate above 1,000 nodes, or where all together is more than etcd takes", doc: "separate: events, which are many small writes that nobody misses, have an etcd of their own, a member beside each other one with a disk to itself. Machines of one's own have one disk, and share."},
			{name: "backup_interval", kind: kindDuration, def: "15m", doc: "Time between two snapshots: what a disaster may lose; whole seconds, a minute at least."},
			{name: "backup_retention", kind: kindDuration, def: "2160h", doc: "How long snapshots are kept; whole seconds, a minute at least."},
			{name: "round_trip", kind: kindDuration, def: "2ms", doc: "Longest round trip between two members; below 350ms."},
		},
		blocks: []block{
			instancesBlock(),
			diskBlock("calculated", "calculated; at least 40Gi", "The disk that each member has to itself: an SSD; iops, where given, at least 500. Machines of one's own bring theirs."),
		},
	}
}

// machine is a kind of machine of one's own.
func machine() block {
	return block{
		name: "machine", label: "name", repeat: true, doc: "A kind of machine of one's own, that stands there or can be bought; instances name it. On premises only.",
		attributes: []attribute{
			{name: "cpu", kind: kindCores, required: true, doc: "Cores that the operating system sees, a whole number."},
			{name: "memory", kind: kindBytes, required: true, doc: "Memory that is built in; at least 1Gi."},
			{name: "architecture", kind: kindChoice, choices: []string{"amd64", "arm64"}, def: "amd64", doc: "The processor's."},
			{name: "usd_per_month", kind: kindUSD, zero: true, def: "not known", doc: "What one machine costs a month, all told; 0 where it is paid for."},
			{name: "count_by_zone", kind: kindCounts, def: "as many as needed in every zone", doc: "How many stand in each zone; in a zone that is not named stands none."},
		},
		blocks: []block{
			{
				name: "disk", doc: "The disk that is built in, for the system and pods. Without the block its size is not known.",
				attributes: []attribute{
					{name: "type", kind: kindChoice, choices: []string{"ssd", "nvme", "hdd"}, def: "ssd", doc: "Its kind."},
					{name: "size", kind: kindBytes, required: true, doc: "Its size."},
					{name: "iops", kind: kindCount, least: 1, def: "not known", doc: "Operations of 8 KiB a second that it sustains."},
				},
			},
			{name: "gpu", unbuilt: true, doc: "GPUs that are built in."},
		},
	}
}

// groundWords are the attributes whose words depend on the ground, by their
// address in a block, for the reference.
func groundWords() []attribute {
	var found []attribute
	var walk func(b *block)
	walk = func(b *block) {
		for _, a := range b.attributes {
			a.name = b.name + "." + a.name
			if a.of != nil && b.name != "node_group_defaults" && a.name != "cluster.provider" && !slices.ContainsFunc(found, func(f attribute) bool { return f.name == a.name }) {
				found = append(found, a)
			}
		}
		for i := range b.blocks {
			walk(&b.blocks[i])
		}
	}
	walk(language())
	return found
}
