package spec

import "github.com/scantling-dev/scantling/planner/units"

func nodeGroupDefaults() block {
	g := nodeGroup()
	b := block{
		name: "node_group_defaults", doc: "Any attribute or block of node_group but manifests and workload. A group's own wins, attribute by attribute.",
	}
	for _, a := range g.attributes {
		if a.name != "manifests" {
			b.attributes = append(b.attributes, a)
		}
	}
	for _, n := range g.blocks {
		if n.name != "workload" {
			b.blocks = append(b.blocks, n)
		}
	}
	return b
}

func nodeGroup() block {
	return block{
		name: "node_group", label: "name", repeat: true, doc: "A set of machines of one kind and what runs on them.",
		attributes: []attribute{
			{name: "role", kind: kindChoice, choices: []string{"app", "batch", "ingress", "monitoring", "stateful", "system", "gpu"}, def: "app", doc: "What the group is for; decides the defaults marked \"by role\"."},
			{name: "zones", kind: kindTexts, def: "the cluster's", doc: "Zones of the group."},
			{name: "image", kind: kindChoice, choices: []string{"al2023", "bottlerocket", "cos", "ubuntu"}, of: imagesOf, def: "by ground", doc: "Operating system; decides what is left to pods."},
			{name: "labels", kind: kindMap, def: "none", doc: "Labels of the nodes. Keys with \".\" or \"/\" are quoted. Of the domains kubernetes.io and k8s.io a kubelet takes a few only."},
			{name: "guarantee", kind: kindChoice, choices: []string{"packed", "scheduled", "any_order"}, def: "scheduled", doc: "How sure it is that every pod has a place. packed: a placement exists, with everything up and, repacked, after each loss. scheduled: the modelled kube-scheduler places every pod, in 9 orders and, of what is chosen, some 30 to 250 more. any_order: proved for every order; hard topology spread and min_ready void the proof and are refused."},
			{name: "provisioner", kind: kindChoice, unbuilt: true, doc: "What makes the nodes.", instead: "Leave it out: a managed node group is planned."},
			{name: "split_by_zone", kind: kindBool, def: "true in role stateful where a volume is zonal, else false", doc: "One group of machines a zone, each with counts of its own: the planned count of each zone is exact, an upgrade goes zone by zone, and an autoscaler that adds a node adds it where the pod's volume is. Else one group is over all zones: on EKS and EC2 its counts by zone differ by one at most, wherever the node more falls, on GKE they are equal. In one zone it means nothing."},
			{name: "manifests", kind: kindTexts, def: "none", doc: "Kubernetes manifests, relative to the spec: files, patterns such as \"../k8s/*.yaml\", folders. Each Deployment, StatefulSet, Job and CronJob in them becomes a workload of the group, with its HorizontalPodAutoscaler and PodDisruptionBudget; a workload block of the same name says what they lack, and wins."},
		},
		blocks: append(machineBlocks(), workload()),
	}
}

// instancesBlock says which types may be used.
func instancesBlock() block {
	return block{
		name: "instances", doc: "Which machine types may be used.",
		attributes: []attribute{
			{name: "families", kind: kindGlobs, def: "by role and ground; none where types or gpu is given", doc: "Patterns on the family: what stands before the first \".\" (aws) or \"-\" (gcp) of a type's name; the machine's name on premises."},
			{name: "types", kind: kindGlobs, doc: "Patterns on the whole name."},
			{name: "exclude", kind: kindGlobs, doc: "Patterns on the whole name, left out."},
			{name: "allow", kind: kindTexts, choices: []string{"metal", "burstable", "flex", "gpu", "previous_generation"}, def: "none; burstable in role batch and in development", doc: "Classes admitted that are left out by default, where machines are bought from a provider. A type named in full by types and a family named without \"*\" are admitted too."},
			{name: "architectures", kind: kindTexts, choices: []string{"amd64", "arm64"}, def: "[\"amd64\"]", doc: "Processors that the images run on."},
			{name: "capacity_type", kind: kindChoice, choices: []string{"on_demand", "spot"}, later: []string{"reserved"}, def: "by role; on_demand where there is no spot capacity", doc: "How machines are bought."},
			{name: "max_types", kind: kindCount, least: 1, most: 100, def: "by role", doc: "Types that the group may mix, where that is cheaper than one; each is a Terraform group of its own. With guarantee any_order a group has one type."},
			{name: "max_vcpus", kind: kindCount, least: 1, def: "no limit", doc: "No node is bigger."},
			{name: "max_node_share", kind: kindRatio, down: true, def: "no limit", doc: "No node is a larger part of the CPU that the group's nodes offer: what one failure takes away at most."},
			{name: "on_demand_base", kind: kindPortion, def: "0", doc: "Part of a spot group's nodes that is kept on demand; a share rounds up, and is of their CPU too."},
		},
		blocks: []block{{
			name: "gpu", object: true, doc: "Machines with GPUs alone, which allow need not name. In role gpu the default, with nothing in it, unless families or types are given. A machine with a share of a GPU offers none to pods.",
			attributes: []attribute{
				{name: "names", kind: kindGlobs, def: "any", doc: "Patterns on the GPU's name: \"a10g\", \"h100*\"."},
				{name: "min_memory", kind: kindBytes, def: "none", doc: "Least memory of one GPU. A GPU whose memory the catalog does not know is left out."},
			},
		}},
	}
}

// diskBlock is a network disk.
func diskBlock(typ, size, doc string) block {
	return block{
		name: "disk", doc: doc,
		attributes: []attribute{
			{name: "type", kind: kindText, def: typ, doc: "The provider's disk type."},
			{name: "size", kind: kindBytes, def: size, doc: "Size of the disk."},
			{name: "iops", kind: kindCount, least: 1, def: "the type's own", doc: "Operations a second in all; what is beyond the type's own is charged."},
			{name: "throughput_mib", kind: kindCount, least: 1, def: "the type's own", doc: "MiB a second in all; what is beyond the type's own is charged."},
		},
	}
}

// kubeletBlock declares what the kubelet sets aside.
func kubeletBlock() block {
	reserve := []attribute{
		{name: "cpu", kind: kindCPU, zero: true, def: "0", doc: "CPU set aside."},
		{name: "memory", kind: kindBytes, zero: true, def: "0", doc: "Memory set aside."},
	}
	return block{
		name: "kubelet", doc: "Settings of the kubelet, on nodes that people set up themselves. Without the block the image's own are taken.",
		attributes: []attribute{
			{name: "max_pods", kind: kindCount, least: 1, most: 1000, def: "by the CNI", doc: "Largest number of pods on a node."},
		},
		blocks: []block{
			{name: "kube_reserved", object: true, doc: "For the kubelet and the container runtime.", attributes: reserve},
			{name: "system_reserved", object: true, doc: "For the operating system.", attributes: reserve},
			{name: "eviction_hard", object: true, doc: "Free memory below which the kubelet evicts pods.", attributes: []attribute{
				{name: "memory", kind: kindBytes, doc: "The threshold of memory.available."},
			}},
		},
	}
}

func machineBlocks() []block {
	return []block{
		instancesBlock(),
		diskBlock("by ground", "by role", "The root disk of a node. Machines of one's own bring theirs."),
		kubeletBlock(),
		{
			name: "taint", label: "key", repeat: true, doc: "A taint of the nodes. A group that declares taints has these and not its role's, nor nvidia.com/gpu, which groups with a gpu block have.",
			attributes: []attribute{
				{name: "value", kind: kindText, def: "\"\"", doc: "The taint's value."},
				{name: "effect", kind: kindChoice, choices: []string{"NoSchedule", "PreferNoSchedule", "NoExecute"}, def: "NoSchedule", doc: "What it does to pods that do not tolerate it."},
			},
		},
		{
			name: "autoscaling", doc: "Bounds of the node count over all zones. Without the block the count is fixed.",
			attributes: []attribute{
				{name: "min_nodes", kind: kindCount, least: 1, def: "calculated", doc: "Fewest nodes; a multiple of the zones where the ground has equal zones."},
				{name: "max_nodes", kind: kindCount, least: 1, def: "calculated", doc: "Most nodes; a multiple of the zones where the ground has equal zones."},
			},
		},
		{
			name: "redundancy", doc: "What the group survives.",
			attributes: []attribute{
				{name: "nodes", kind: kindCount, most: 100, def: "by role", doc: "Any so many nodes may fail."},
				{name: "zones", kind: kindCount, def: "by role; 0 in a group of one zone", doc: "Any so many zones may fail; fewer than the group has."},
				{name: "at_once", kind: kindBool, def: "false", doc: "Both together."},
				{name: "recovery", kind: kindChoice, choices: []string{"reschedule", "static"}, def: "by role", doc: "reschedule: the pods of what failed find room on what is left. static: those that still run hold the targets at once."},
			},
		},
		{
			name: "update_config", doc: "How nodes are replaced.",
			attributes: []attribute{
				{name: "strategy", kind: kindChoice, choices: []string{"surge", "minimal", "in_place", "gke_blue_green", "gke_autoscaled_blue_green"}, of: updatesOf, def: "by ground", doc: "surge adds nodes before it drains, minimal drains first, in_place upgrades a machine where it stands, gke_blue_green adds a second set of nodes and drains the first in batches. One that is declared, and minimal of role gpu, is the group's in every upgrade that replaces nodes in their groups; the ground's gives way to that of the upgrade."},
				{name: "max_unavailable", kind: kindPortion, down: true, def: "by role; 0 where surge adds nodes by max_surge", doc: "Nodes replaced at a time; a share rounds down, at least 1."},
				{name: "max_surge", kind: kindPortion, def: "by role; 0 where nodes are drained first", doc: "Nodes added at a time, where the ground has it; a share rounds up. Elsewhere max_unavailable bounds the nodes replaced at a time."},
				{name: "soak", kind: kindDuration, zero: true, def: "0s", doc: "Pause between batches, where the ground has it."},
			},
		},
	}
}

func workload() block {
	return block{
		name: "workload", label: "name", repeat: true, doc: "A set of equal pods. Its demand is stated in one of these ways: replicas; throughput and throughput_per_pod; throughput, latency, service_time and concurrency or cpu_per_request, or both; throughput, latency and load_curve; or a job. A proxy gives fronts in place of throughput.",
		attributes: []attribute{
			{name: "kind", kind: kindChoice, choices: []string{"Deployment", "StatefulSet", "Job", "CronJob"}, def: "Deployment; Job with a job block", doc: "The controller of the pods. Jobs have no rollout, no spare pods, no disruption budget; pods of theirs that fail start anew elsewhere, whatever the group's recovery."},
			{name: "replicas", kind: kindCount, least: 1, doc: "Way 1: this many. The count never changes."},
			{name: "throughput", kind: kindRate, est: true, doc: "Ways 2 and 3: the peak of the whole cluster, all zones together."},
			{name: "throughput_per_pod", kind: kindRate, est: true, down: true, doc: "Way 2: from a load test, at the latency target. Used as it is."},
			{name: "concurrency", kind: kindCount, least: 1, most: 10_000, def: "no limit", doc: "Way 3: requests that a pod serves side by side. Left out where cpu_per_request is given and the server takes as many as come."},
			{name: "cpu_per_request", kind: kindDuration, est: true, doc: "Way 3: CPU time of a request, in the mean and as a part of its service time. The requests in a pod share what the pod requests of CPU."},
			{name: "balancing", kind: kindChoice, choices: []string{"random", "round_robin", "least_requests", "power_of_two", "pooled"}, def: "random", doc: "Way 3: how requests find a pod. random: kube-proxy. least_requests: the pod with the fewest in flight; power_of_two: of two drawn the one with fewer, as Envoy and gRPC do under the name of least requests. pooled: one queue that all pods take from."},
			{name: "balancers", kind: kindCount, least: 1, most: 1000, def: "1", doc: "Way 3: balancers that know nothing of each other, such as clients that balance for themselves."},
			{name: "connections", kind: kindCount, def: "0: each request is balanced", doc: "Way 3: lasting connections that all requests come through, each to one pod for as long as it lasts."},
			{name: "max_utilization", kind: kindRatio, down: true, def: "by role", doc: "Way 3: of the pod's workers, and of its CPU request, at the peak."},
			{name: "spare_replicas", kind: kindCount, def: "1 for computed counts, 0 in development", doc: "Added to the count that carries the peak."},
			{name: "min_replicas", kind: kindCount, def: "by role; 1 in development", doc: "Computed counts are at least this."},
			{name: "min_ready", kind: kindPortion, doc: "Pods that stay Ready through any declared loss, without rescheduling; a share rounds up."},
			{name: "termination_grace_period", kind: kindDuration, zero: true, def: "30s", doc: "Longest time a pod takes to stop."},
			{name: "startup_time", kind: kindDuration, zero: true, def: "by role", doc: "From start to Ready."},
			{name: "growth_per_month", kind: kindRatio, est: true, def: "growth.per_month", doc: "Growth of this workload; given here it applies to replicas too."},
			{name: "manifest", kind: kindText, def: "none", doc: "A Kubernetes manifest, as in manifests of the group, whose workload of this name, or whose only one, says what is not said here: requests, replicas, spread, budget and so on."},
			{name: "namespace", kind: kindText, def: "not known", doc: "Namespace of its controller in Kubernetes, for what emit \"kubernetes\" writes beside it."},
			{name: "object_name", kind: kindText, def: "the workload's", doc: "Name of its controller in Kubernetes, where that is another."},
			{name: "fronts", kind: kindTexts, doc: "In place of throughput: workloads anywhere in the cluster whose throughput this one carries too, as a proxy before them does. By name or, where several have it, by address: \"node_group.web.workload.api\". The sum grows as its parts do."},
			{name: "load_curve", kind: kindCurve, doc: "In place of service_time, for servers that batch requests or run on a GPU: [{ throughput = 10, p99 = \"80ms\" }, …], measured of one pod under a load that lasts, two points or more. A pod carries what keeps p99 to the target, by a straight line between the points and never beyond the last."},
			{name: "daily_profile", kind: kindProfile, def: "the peak at all hours", doc: "How throughput goes over the day: 24 shares of the peak, from midnight UTC on, each the highest of its hour; or the least share, of a day that goes as a cosine does with the peak at 14:00 UTC."},
			{name: "node_selector", kind: kindMap, def: "none", doc: "Labels that a node must have: those of its group, kubernetes.io/arch, kubernetes.io/os, node.kubernetes.io/instance-type, topology.kubernetes.io/zone and the provider's."},
			{name: "anti_affinity", kind: kindChoice, choices: []string{"none", "preferred", "required"}, def: "none", doc: "Keeps the pods of the workload apart, one to a domain: as a wish or as a condition."},
			{name: "anti_affinity_key", kind: kindChoice, choices: []string{"hostname", "zone"}, def: "hostname", doc: "The domain of anti_affinity."},
			{name: "priority", kind: kindCount, least: leastPriority, most: maxPriority, def: "0", doc: "Value of the pods' PriorityClass, which may be negative: higher ones are scheduled first. Nothing is planned to be evicted for them."},
			{name: "request_size", kind: kindBytes, small: true, def: "not known", doc: "Bytes of a request in the mean: \"2Ki\". With it or response_size, what goes from zone to zone is counted and priced."},
			{name: "response_size", kind: kindBytes, small: true, def: "not known", doc: "Bytes of a response in the mean."},
			{name: "traffic_distribution", kind: kindChoice, choices: []string{"any", "prefer_same_zone"}, def: "any", doc: "How the workload's Service picks pods, where sizes are given. any: of all zones alike. prefer_same_zone: of the caller's zone where it has any (trafficDistribution: PreferSameZone)."},
		},
		blocks: append(demandBlocks(), podBlocks()...),
	}
}

func demandBlocks() []block {
	statistics := []attribute{
		{name: "mean", kind: kindDuration, doc: "The mean."},
		{name: "p50", kind: kindDuration, doc: "The median."},
		{name: "p90", kind: kindDuration, doc: "The 90th percentile."},
		{name: "p95", kind: kindDuration, doc: "The 95th percentile."},
		{name: "p99", kind: kindDuration, doc: "The 99th percentile."},
	}
	return []block{
		{
			name: "latency", repeat: true, doc: "Way 3: the largest response time allowed.",
			attributes: append(append([]attribute{}, statistics...),
				attribute{name: "p999", kind: kindDuration, doc: "The 99.9th percentile."},
				attribute{name: "during", kind: kindChoice, choices: []string{"normal", "failure"}, def: "normal", doc: "When the target holds. failure: while a loss that redundancy declares lasts, for survivors that hold the targets (recovery static); max_utilization does not hold then. Without such a target the normal ones hold then too."}),
		},
		{
			name: "service_time", doc: "Way 3: what was measured of one request's service, waiting excluded. Two or more of mean, p50, p90, p95 and p99, or mean and cv; exponential and constant need one.",
			attributes: append(estimable(statistics),
				attribute{name: "cv", kind: kindRatio, top: 100 * units.Whole, doc: "Coefficient of variation: standard deviation over mean."},
				attribute{name: "distribution", kind: kindChoice, choices: []string{"lognormal", "gamma", "exponential", "constant"}, def: "lognormal", doc: "The shape."},
				attribute{name: "measured_at_utilization", kind: kindRatio, def: "0%", doc: "Load of the workers during the measurement; the figures are an upper bound up to 50%, and refused above."}),
		},
		{
			name: "job", doc: "Way 4: work that comes in runs and ends.",
			attributes: []attribute{
				{name: "runs", kind: kindCount, least: 1, required: true, doc: "Runs a day, each of which is one pod."},
				{name: "duration", kind: kindDuration, est: true, required: true, doc: "How long a run takes, the start of its pod included."},
				{name: "start_hour", kind: kindCount, most: 23, def: "none", doc: "Hour of the day, UTC, at which all runs may start."},
				{name: "finish_within", kind: kindDuration, def: "24h with start_hour; else none: the runs come evenly over the day", doc: "From the start until the last run has ended; at most 24h. As many pods run at a time as that takes."},
			},
		},
	}
}

// estimable returns the attributes as figures that may be estimates.
func estimable(figures []attribute) []attribute {
	out := append([]attribute{}, figures...)
	for i := range out {
		out[i].est = true
	}
	return out
}

func podBlocks() []block {
	limits := block{
		name: "limits", object: true, doc: "Limits of all containers.",
		attributes: []attribute{
			{name: "cpu", kind: kindCPU, def: "none", doc: "CPU limit."},
			{name: "memory", kind: kindBytes, def: "none", doc: "Memory limit."},
		},
	}
	return []block{
		{
			name: "pod", required: true, doc: "Requests of all containers of a pod.",
			attributes: []attribute{
				{name: "cpu", kind: kindCPU, required: true, doc: "CPU request, rounded up to thousandths of a core."},
				{name: "memory", kind: kindBytes, required: true, doc: "Memory request."},
				{name: "ephemeral_storage", kind: kindBytes, def: "none", doc: "Local storage request, of the disk that a node starts from."},
				{name: "resources", kind: kindCounts, def: "none", doc: "Extended resources, such as { \"nvidia.com/gpu\" = 1 }: whole numbers, request and limit alike. The group's pods ask for at most 6 kinds of these, volumes and bandwidth together."},
				{name: "network_mbps", kind: kindCount, least: 1, def: "none", doc: "Mbit/s of network that each pod is to have at all times, of what machines guarantee, not of what they may burst to. Kubernetes knows nothing of it."},
				{name: "disk_mbps", kind: kindCount, least: 1, def: "none", doc: "Mbit/s to network disks, in the same way."},
			},
			blocks: []block{limits},
		},
		{
			name: "volume", label: "name", repeat: true, doc: "A network disk of each replica of a StatefulSet. It is attached to the pod's node, priced, and stays in its zone, and so does the pod.",
			attributes: []attribute{
				{name: "size", kind: kindBytes, def: "required, but where retention.metrics says what lies on it", doc: "Size of the disk."},
				{name: "type", kind: kindText, def: "by ground", doc: "The provider's disk type."},
				{name: "iops", kind: kindCount, least: 1, def: "the type's own", doc: "Operations a second in all; what is beyond the type's own is charged."},
				{name: "throughput_mib", kind: kindCount, least: 1, def: "the type's own", doc: "MiB a second in all; what is beyond the type's own is charged."},
				{name: "zonal", kind: kindBool, def: "true", doc: "The disk exists in one zone. Others, such as regional disks, are not supported yet."},
			},
		},
		{
			name: "affinity", label: "workload", repeat: true, doc: "Draws the pods to where those of a workload of the group run, which may be their own.",
			attributes: []attribute{
				{name: "topology_key", kind: kindChoice, choices: []string{"hostname", "zone"}, def: "hostname", doc: "The domain that is shared."},
				{name: "required", kind: kindBool, def: "false", doc: "A condition, else a wish."},
			},
		},
		{
			name: "topology_spread", repeat: true, doc: "How pods spread. A workload that declares any has these and not its role's.",
			attributes: []attribute{
				{name: "topology_key", kind: kindChoice, choices: []string{"zone", "hostname"}, required: true, doc: "The domain to spread over."},
				{name: "max_skew", kind: kindCount, least: 1, most: 1000, def: "1", doc: "Largest difference of pods between domains."},
				{name: "when_unsatisfiable", kind: kindChoice, choices: []string{"ScheduleAnyway", "DoNotSchedule"}, def: "ScheduleAnyway", doc: "Whether the spread is a wish or a condition."},
			},
		},
		{
			name: "pod_disruption_budget", doc: "Bounds evictions. One of the two.",
			attributes: []attribute{
				{name: "min_available", kind: kindPortion, doc: "Pods that stay up; a share rounds up."},
				{name: "max_unavailable", kind: kindPortion, def: "by role", doc: "Pods that may be down; a share rounds up."},
			},
		},
		{
			name: "rolling_update", doc: "How a new version rolls out.",
			attributes: []attribute{
				{name: "max_surge", kind: kindPortion, top: 10 * units.Whole, def: "by role; 0 for a StatefulSet", doc: "Pods beyond the count; a share rounds up."},
				{name: "max_unavailable", kind: kindPortion, down: true, def: "by role; 1 for a StatefulSet", doc: "Pods missing from the count; a share rounds down."},
			},
		},
		{
			name: "horizontal_pod_autoscaler", doc: "Replicas follow the load by their CPU. Without the block the count is fixed. What is left out is calculated.",
			attributes: []attribute{
				{name: "min_replicas", kind: kindCount, least: 1, def: "calculated", doc: "Fewest replicas."},
				{name: "max_replicas", kind: kindCount, least: 1, def: "calculated", doc: "Most replicas; below what the peak takes, the spec cannot be met."},
				{name: "target_cpu_utilization", kind: kindRatio, down: true, def: "calculated", doc: "Of the pods' CPU requests, in whole percent. Calculated where cpu_per_request is given."},
			},
		},
	}
}
