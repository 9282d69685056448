package spec

import (
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// kind is the type of an attribute.
type kind int

const (
	kindText     kind = iota // a string
	kindChoice               // one of a few words
	kindBool                 // true or false
	kindCount                // a whole number
	kindCPU                  // "500m" or 2
	kindBytes                // "768Mi"
	kindDuration             // "250ms"
	kindRatio                // 0.8 or "80%"
	kindRate                 // number per second
	kindPortion              // number | ratio
	kindUSD                  // dollars
	kindTexts                // list of strings
	kindGlobs                // list of patterns
	kindMap                  // map of strings
	kindCounts               // map of whole numbers
	kindProfile              // 24 ratios, or { trough }
	kindCores                // a whole number of cores
	kindDate                 // "2026-11-20"
	kindMinor                // "1.35"
	kindCurve                // points of a load curve
	kindOther                // what no issue has built
)

// title is the kind as the reference writes it.
func (k kind) title() string {
	switch k {
	case kindText:
		return "string"
	case kindChoice:
		return "word"
	case kindBool:
		return "bool"
	case kindCount:
		return "whole number"
	case kindCPU:
		return "cpu"
	case kindBytes:
		return "bytes"
	case kindDuration:
		return "duration"
	case kindRatio:
		return "ratio"
	case kindRate:
		return "rate"
	case kindPortion:
		return "number or ratio"
	case kindUSD:
		return "dollars"
	case kindTexts:
		return "list of strings"
	case kindGlobs:
		return "list of patterns"
	case kindMap:
		return "map of strings"
	case kindProfile:
		return "24 ratios, or { trough = ratio }"
	case kindCounts:
		return "map of whole numbers"
	case kindCores:
		return "whole number of cores"
	case kindDate:
		return "date"
	case kindMinor:
		return "version"
	case kindCurve:
		return "list of points"
	case kindOther:
		return "any"
	}
	panic("spec: unknown kind")
}

// attribute is what the language says of one attribute.
type attribute struct {
	name string
	kind kind
	// choices of kindChoice and of the elements of lists; later are those that
	// are not built yet.
	choices, later []string
	// number says what is meant by those who write a number for one of the choices.
	number string
	// of returns the words of a ground, the default first; choices are then all
	// that the language has.
	of func(*planner.Terms) []string
	// late: the builder looks whether the word is one of choices, once the ground is known.
	late bool
	// least and most bound kindCount; most 0 is the largest count there is.
	least, most int
	// zero allows durations, rates, dollars, CPU and sizes of nothing.
	zero bool
	// small: sizes below a MiB are meant.
	small bool
	// price: dollars above nothing that are paid, rounded up; without it and zero, they
	// are a budget.
	price bool
	// est: the figure may be an estimate.
	est bool
	// down rounds ratios down, because they limit what may be used.
	down bool
	// top bounds ratios; 0 is 100%.
	top units.Ratio
	// def is the default in words, for the reference.
	def      string
	required bool
	doc      string
	// unbuilt: known, and not supported yet. instead says what to write today.
	unbuilt bool
	instead string
}

// block is what the language says of one kind of block.
type block struct {
	name string
	// label is what the block's label names; empty where it has none.
	label string
	// repeat: it may stand more than once (with different labels).
	repeat bool
	// object: it may also be written name = { … }.
	object     bool
	required   bool
	attributes []attribute
	blocks     []block
	doc        string
	unbuilt    bool
	instead    string
}

// words returns the words of a that a ground has, and those that none has, in the
// language's order; where the language has none of its own, in that of the grounds.
func (a *attribute) words(grounds []planner.Ground) (built, later []string) {
	if a.of == nil {
		return a.choices, a.later
	}
	var here []string
	for i := range grounds {
		here = append(here, a.of(&grounds[i].Terms)...)
	}
	if len(a.choices) == 0 {
		for _, w := range here {
			if !slices.Contains(built, w) {
				built = append(built, w)
			}
		}
		return built, nil
	}
	for _, w := range a.choices {
		if slices.Contains(here, w) {
			built = append(built, w)
		} else {
			later = append(later, w)
		}
	}
	return built, later
}

// attribute returns the attribute of that name.
func (b *block) attribute(name string) *attribute {
	for i := range b.attributes {
		if b.attributes[i].name == name {
			return &b.attributes[i]
		}
	}
	return nil
}

// block returns the nested block of that name.
func (b *block) block(name string) *block {
	for i := range b.blocks {
		if b.blocks[i].name == name {
			return &b.blocks[i]
		}
	}
	return nil
}

// attributeNames lists what may be given, in the order of the table.
func (b *block) attributeNames() []string {
	var names []string
	for _, a := range b.attributes {
		names = append(names, a.name)
	}
	return names
}

// builtAttributes lists the attributes that are not refused.
func (b *block) builtAttributes() []string {
	var names []string
	for _, a := range b.attributes {
		if !a.unbuilt {
			names = append(names, a.name)
		}
	}
	return names
}

// builtBlocks lists the nested blocks that are not refused.
func (b *block) builtBlocks() []string {
	var names []string
	for _, n := range b.blocks {
		if !n.unbuilt {
			names = append(names, n.name)
		}
	}
	return names
}

// blockNames lists the nested blocks, in the order of the table.
func (b *block) blockNames() []string {
	var names []string
	for _, n := range b.blocks {
		names = append(names, n.name)
	}
	return names
}

// language returns the whole language: the blocks of a spec's top level.
func language() *block {
	return &block{
		name: "spec",
		blocks: []block{
			{
				name: "variable", label: "name", repeat: true, doc: "An input of the spec, as in Terraform.",
				attributes: []attribute{
					{name: "type", kind: kindOther, def: "any", doc: "Type constraint: string, number, bool, list(…), map(…), object({…})."},
					{name: "default", kind: kindOther, doc: "Value where none is given. Without it, a value is required."},
					{name: "description", kind: kindText, doc: "What the variable means."},
					{name: "sensitive", kind: kindBool, doc: "Refused: values are recorded in the plan."},
				},
				blocks: []block{{
					name: "validation", repeat: true, doc: "A condition that the value must meet.",
					attributes: []attribute{
						{name: "condition", kind: kindBool, required: true, doc: "True where the value is right."},
						{name: "error_message", kind: kindText, required: true, doc: "What to say where it is not."},
					},
				}},
			},
			{name: "locals", repeat: true, doc: "Names for expressions: local.NAME. Any attribute."},
			clusterBlock(),
		},
	}
}

func clusterBlock() block {
	return block{
		name: "cluster", label: "name", required: true, doc: "The cluster to plan; one in a folder.",
		attributes: []attribute{
			{name: "provider", kind: kindChoice, of: providerOf, required: true, doc: "Who provides the machines."},
			{name: "region", kind: kindText, required: true, doc: "The provider's region; on machines of one's own any name."},
			{name: "zones", kind: kindTexts, required: true, doc: "Zones to use, by name or, where the catalog has them, by zone id; on machines of one's own any names, such as those of rooms. Every group uses all of them unless it says fewer."},
			{name: "kubernetes_version", kind: kindMinor, required: true, doc: "The minor that runs today."},
			{name: "environment", kind: kindChoice, choices: []string{"production", "development"}, def: "production", doc: "Development asks for no redundancy, no spare replicas, one replica at least, and admits burstable types."},
			{name: "as_of", kind: kindDate, def: "the catalog's date", doc: "The day at which fees and support dates are read. Nothing reads a clock."},
			{name: "max_usd_per_month", kind: kindUSD, def: "no limit", doc: "Budget; above it the spec cannot be met."},
			{name: "simulation", kind: kindChoice, choices: []string{"auto", "never"}, def: "auto", doc: "Whether queues are simulated where the formulas cannot decide how many pods meet a latency target. never takes what the formulas say, on the safe side where they are known to be rough."},
			{name: "catalog", kind: kindText, def: "none", doc: "Catalog of machines that several specs share: the name that scantling catalog add gave to the file with their machine blocks. They are the cluster's as though they stood here; those that stand only in zones that the cluster does not use are left out. On premises only."},
			{name: "catalog_max_age", kind: kindDuration, def: "no limit", doc: "Greatest age of the catalog, and of every price that a plan pays: \"2160h\" is 90 days. It is counted from --today, which every command that plans the spec then needs; where something is older there is no plan (exit 3). Negotiated prices do not age: they hold until the book expires."},
		},
		blocks: append([]block{
			controlPlane(),
			{
				name: "network", doc: "How pods get their addresses.",
				attributes: []attribute{
					{name: "cni", kind: kindChoice, choices: []string{"vpc", "vpc_prefix", "cilium", "calico", "dataplane_v2", "kubenet"}, of: cnisOf, def: "by ground", doc: "vpc gives pods secondary addresses of the node, vpc_prefix /28 prefixes; kubenet and dataplane_v2 a range of the node; calico and cilium addresses of an overlay or of routed ranges."},
					{name: "max_pods", kind: kindCount, least: 1, most: 1000, def: "by the CNI", doc: "Largest number of pods on a node; on GKE at most 256."},
					{name: "free_ips_by_zone", kind: kindCounts, def: "not known", doc: "Addresses that the subnets of each zone have left, before this cluster is there. A zone that is not named is not held to any."},
					{name: "pod_cidr", kind: kindText, def: "not known", doc: "Range of pod addresses, such as \"10.0.0.0/14\", of which each node gets a block: on GKE the smallest with twice as many addresses as max_pods, elsewhere a /24. A plan with more nodes than blocks cannot be met. Not where pods have addresses of subnets."},
				},
			},
			{
				name: "daemonset", label: "name", repeat: true, doc: "A pod on every node of its groups that node_selector and tolerations let it on. What the ground runs itself, such as the CNI and kube-proxy, is built in, and so is the device plugin where pods ask for GPUs.",
				attributes: []attribute{
					{name: "cpu", kind: kindCPU, required: true, doc: "CPU request of the pod."},
					{name: "memory", kind: kindBytes, required: true, doc: "Memory request of the pod."},
					{name: "node_groups", kind: kindTexts, def: "all", doc: "Names of the groups it runs on."},
					{name: "ephemeral_storage", kind: kindBytes, def: "none", doc: "Local storage request of the pod."},
					{name: "node_selector", kind: kindMap, def: "none", doc: "Labels that a node must have: those of its group and the well-known ones. Zones and hostnames are not among them: it runs on every node or on none of a type."},
					{name: "tolerations", kind: kindTexts, def: "every taint", doc: "Keys of the taints that it tolerates, with any value and effect; [] tolerates none."},
				},
			},
			{
				name: "sidecar", label: "name", repeat: true, doc: "A container that is added to each pod of the workloads of its groups, such as a service mesh's proxy: its requests count with theirs, and limits that they have grow by as much. The ground's own pods have none.",
				attributes: []attribute{
					{name: "cpu", kind: kindCPU, required: true, doc: "CPU request of the container."},
					{name: "memory", kind: kindBytes, required: true, doc: "Memory request of the container."},
					{name: "ephemeral_storage", kind: kindBytes, def: "none", doc: "Local storage request of the container."},
					{name: "cpu_per_request", kind: kindDuration, def: "none", doc: "CPU time that it takes of each request, added to cpu_per_request of workloads that state theirs: \"0.2ms\" where it takes a fifth of a vCPU for 1,000 requests a second."},
					{name: "node_groups", kind: kindTexts, def: "all", doc: "Names of the groups it is in."},
				},
			},
			availabilityBlock(),
			pricingBlock(),
			machine(),
			nodeGroupDefaults(),
			nodeGroup(),
			{
				name: "growth", doc: "How demand grows, compounded monthly.",
				attributes: []attribute{
					{name: "per_month", kind: kindRatio, est: true, def: "0%", doc: "Growth of throughput a month; at most 100%."},
					{name: "horizon_months", kind: kindCount, most: 120, def: "12", doc: "How far to look."},
					{name: "size_for", kind: kindChoice, choices: []string{"today", "horizon"}, number: "A number of months is horizon_months, and \"horizon\" sizes for the last of them.", def: "today", doc: "The day whose demand the cluster is sized for."},
				},
			},
			quotaBlock(),
			recoveryBlock(),
			retentionBlock(),
			riskBlock(),
			tenancyBlock(),
		}, outcomeBlocks()...),
	}
}

// riskBlock says which of the worlds that estimates leave open to size for.
func riskBlock() block {
	return block{
		name: "risk", doc: "Which world to size for where figures are estimates, { low, mid, high, confidence }: one rule.",
		attributes: []attribute{
			{name: "percentile", kind: kindRatio, def: "90%", doc: "Size so that this share of the worlds needs no more."},
			{name: "cvar", kind: kindRatio, doc: "Size for the mean of the worlds beyond this share: the conditional value at risk."},
			{name: "mid", kind: kindBool, doc: "Size for the middle of every estimate."},
		},
		blocks: []block{{
			name: "least_regret", object: true, doc: "Size so that the regret over all worlds is least.",
			attributes: []attribute{
				{name: "overspend", kind: kindRatio, top: 1_000_000 * units.Whole, required: true, doc: "Regret of a pod too many."},
				{name: "shortfall", kind: kindRatio, top: 1_000_000 * units.Whole, required: true, doc: "Regret of a pod too few."},
			},
		}},
	}
}

// outcomeBlocks say what to do with the cluster.
func outcomeBlocks() []block {
	return []block{
		{
			name: "upgrade", doc: "An upgrade of Kubernetes to plan.",
			attributes: []attribute{
				{name: "to", kind: kindMinor, required: true, doc: "The minor to upgrade to."},
				{name: "strategy", kind: kindChoice, choices: []string{"compare", "in_place", "surge", "minimal", "node_group_blue_green", "cluster_blue_green", "gke_blue_green", "gke_autoscaled_blue_green"}, late: true, def: "compare", doc: "compare prices every strategy that the ground has."},
				{name: "kubelet_skew", kind: kindCount, least: 1, most: 3, def: "1", doc: "Minors that nodes may trail the control plane before they follow; 1 is each minor. At most 2 on GKE, 3 elsewhere."},
				{name: "keep", kind: kindChoice, choices: []string{"targets", "n_plus_one", "capacity"}, def: "n_plus_one", doc: "What must hold meanwhile. targets: every target, at the peak, with the pods that are ready. n_plus_one: the declared redundancy, and no more pods are away than disruption budgets let go. capacity: that, and no group has fewer ready nodes than planned."},
				{name: "finish_within", kind: kindDuration, def: "no limit", doc: "Longest time that a strategy may take; one that takes longer is blocked."},
				{name: "max_extra_usd", kind: kindUSD, zero: true, def: "no limit", doc: "Most that it may cost beyond what runs anyway; a strategy that costs more is blocked."},
				{name: "verify", kind: kindDuration, zero: true, def: "30m", doc: "How long a new group is verified before pods move, in node_group_blue_green."},
				{name: "soak", kind: kindDuration, zero: true, def: "1h", doc: "How long the old nodes of blue/green are kept after the last pod has left them; gke_blue_green keeps them at most 7 days, node_group_blue_green as long as is said."},
				{name: "parallel_run", kind: kindDuration, def: "48h", doc: "How long both clusters of cluster_blue_green run."},
			},
		},
		{
			name: "emit", label: "tool", repeat: true, doc: "A tool whose input is written from the plan: \"terraform\"; \"kops\" for self-managed clusters on AWS and Google Cloud; \"eksctl\" and \"karpenter\" for EKS; \"kubernetes\" for a kustomize component beside the manifests.",
			attributes: []attribute{
				{name: "directory", kind: kindText, required: true, doc: "Folder to write to, relative to the spec."},
				{name: "style", kind: kindChoice, choices: []string{"vars", "root"}, def: "vars", doc: "vars writes variables for the module that makes the cluster, root also what calls it."},
				{name: "variable", kind: kindText, def: "node_groups", doc: "Name of the variable that holds the node groups. What stands before node_groups is put before the other names, of files too, so that several clusters find room in one folder."},
				{name: "module_version", kind: kindText, def: "the one that is known", doc: "Version of the module, of the same major: \"21.19.0\", or \"~> 21.19\" for that and later ones."},
			},
		},
		{
			name: "rule", label: "id", repeat: true, doc: "Changes how severe a finding is.",
			attributes: []attribute{
				{name: "severity", kind: kindChoice, choices: []string{"off", "info", "warning", "error"}, required: true, doc: "The new severity."},
				{name: "reason", kind: kindText, doc: "Why; required when off."},
			},
		},
	}
}

// quotaBlock are the limits of an account.
func quotaBlock() block {
	return block{
		name: "quota", doc: "What the provider lets the account have. A plan that takes more cannot be met, and growth says when it will.",
		attributes: []attribute{
			{name: "on_demand_vcpus", kind: kindCount, least: 1, def: "not known", doc: "vCPUs of machines on demand, those of a self-managed control plane and of machines with GPUs among them. AWS has a quota of its own for each kind of GPU machines (G and VT, P): where theirs is the narrow one, hold it by gpus."},
			{name: "spot_vcpus", kind: kindCount, least: 1, def: "not known", doc: "vCPUs of spot machines."},
			{name: "gpus", kind: kindCount, least: 1, def: "not known", doc: "GPUs of all machines; a share of a GPU counts as one."},
			{name: "disk_gib", kind: kindCount, least: 1, def: "not known", doc: "GiB of network disks: root disks, volumes and the disks of a self-managed control plane."},
		},
	}
}
