package document

// inputs is the resolved cluster.
type inputs struct {
	Name              string            `json:"name" jsonschema:"Name of the cluster."`
	Provider          string            `json:"provider" jsonschema:"Provider: aws, gcp, on_premises."`
	Region            string            `json:"region" jsonschema:"Region of the provider, or the owner's name of the place."`
	Zones             []string          `json:"zones" jsonschema:"Names of the zones, sorted."`
	KubernetesVersion string            `json:"kubernetes_version" jsonschema:"The minor that runs today."`
	Environment       string            `json:"environment" enum:"production development" jsonschema:"What the cluster is for."`
	AsOf              date              `json:"as_of" jsonschema:"Day at which fees and support dates are read."`
	MaxUSDPerMonth    *dollars          `json:"max_usd_per_month" jsonschema:"The budget; null where there is none."`
	CatalogMaxAge     *seconds          `json:"catalog_max_age_seconds" since:"3" jsonschema:"Greatest age of prices; null is no limit."`
	Network           network           `json:"network" jsonschema:"The pods' network."`
	ControlPlane      controlPlaneSpec  `json:"control_plane" since:"1" jsonschema:"The control plane that is asked for. Absent before 1.1, where it is managed."`
	Machines          []machine         `json:"machines" since:"1" jsonschema:"Machines that the cluster's owner has or can buy, sorted by name; empty where a provider sells them."`
	DaemonSets        []daemonSet       `json:"daemonsets" jsonschema:"The spec's own DaemonSets, sorted by name."`
	Sidecars          []sidecar         `json:"sidecars" since:"3" jsonschema:"Containers that pods have among theirs, sorted by name."`
	NodeGroups        []nodeGroup       `json:"node_groups" jsonschema:"The node groups, sorted by name."`
	Growth            growth            `json:"growth" jsonschema:"Growth of throughput, compound by the month."`
	Risk              risk              `json:"risk" since:"3" jsonschema:"Which world to size for where figures are estimates."`
	Simulation        text              `json:"simulation" since:"3" enum:"auto never" jsonschema:"When queues are simulated; null is where it is needed."`
	Availability      *availability     `json:"availability" since:"3" jsonschema:"Shares of time that nodes and zones are up; null where not given."`
	Quota             quota             `json:"quota" since:"3" jsonschema:"Limits of the account."`
	Pricing           pricing           `json:"pricing" since:"3" jsonschema:"What the account pays that the catalog does not know."`
	DisasterRecovery  *disasterRecovery `json:"disaster_recovery" since:"3" jsonschema:"Clusters of further regions; null where there are none."`
	Retention         *retention        `json:"retention" since:"3" jsonschema:"What is kept of metrics and logs; null where nothing is declared."`
	Tenancy           *tenancy          `json:"tenancy" since:"3" jsonschema:"How many share the cluster; null where nobody says."`
	Upgrade           *upgrade          `json:"upgrade" jsonschema:"The upgrade to plan; null where there is none."`
	Emits             []emit            `json:"emits" jsonschema:"How the input of other tools is written."`
	Rules             []ruleSetting     `json:"rules" jsonschema:"Changed severities of rules."`
	Defaults          []assumption      `json:"defaults" jsonschema:"The attributes that the spec did not give and that were filled in, by path."`
}

type network struct {
	CNI      string         `json:"cni" enum:"vpc vpc_prefix kubenet dataplane_v2 calico cilium" jsonschema:"How pods get their addresses."`
	MaxPods  *int           `json:"max_pods" jsonschema:"Declared limit of pods on a node; null leaves it to the CNI."`
	PodCIDR  text           `json:"pod_cidr" since:"3" jsonschema:"Range of pod addresses; null where not known."`
	PodBlock *int           `json:"pod_block_bits" since:"3" jsonschema:"Length of the prefix of each node's block of the range; null where pods have addresses of the subnets."`
	FreeIPs  map[string]int `json:"free_ips_by_zone" since:"3" jsonschema:"Addresses that the zones' subnets have left; empty where not known."`
}

type daemonSet struct {
	Name             string            `json:"name" jsonschema:"Name of the DaemonSet."`
	MilliCPU         int64             `json:"millicpu" jsonschema:"CPU request in thousandths of a core."`
	Memory           int64             `json:"memory_bytes" jsonschema:"Memory request."`
	NodeGroups       []string          `json:"node_groups" jsonschema:"Groups that it runs on; empty is all."`
	EphemeralStorage *int64            `json:"ephemeral_storage_bytes" since:"3" jsonschema:"Local storage request; null is none."`
	NodeSelector     map[string]string `json:"node_selector" since:"3" jsonschema:"Labels that a node must have."`
	OwnTolerations   bool              `json:"own_tolerations" since:"3" jsonschema:"It tolerates the taints of tolerations alone; false is every taint."`
	Tolerations      []string          `json:"tolerations" since:"3" jsonschema:"Keys of the taints that it tolerates, sorted."`
}

type nodeGroup struct {
	Name         string            `json:"name" jsonschema:"Name of the node group."`
	Role         string            `json:"role" enum:"app batch ingress monitoring stateful system gpu" jsonschema:"The group's job; it decides defaults."`
	Zones        []string          `json:"zones" jsonschema:"Zones of the group, sorted."`
	Instances    instances         `json:"instances" jsonschema:"The instance types that the group may use."`
	Image        string            `json:"image" enum:"al2023 bottlerocket cos ubuntu" jsonschema:"Operating system of the nodes."`
	Disk         *disk             `json:"disk" jsonschema:"The root disk of a node; null where machines bring theirs."`
	Kubelet      kubelet           `json:"kubelet" since:"1" jsonschema:"What the group declares of the kubelet's settings."`
	Labels       map[string]string `json:"labels" jsonschema:"Labels of the nodes."`
	Taints       []taint           `json:"taints" jsonschema:"Taints of the nodes, sorted by key and effect."`
	Autoscaling  bool              `json:"autoscaling" since:"3" jsonschema:"The count of nodes may follow the pods; else it is fixed."`
	MinNodes     *int              `json:"min_nodes" jsonschema:"Least count; null leaves it to the planner."`
	MaxNodes     *int              `json:"max_nodes" jsonschema:"Largest count; null leaves it to the planner."`
	SplitByZone  bool              `json:"split_by_zone" since:"3" jsonschema:"Each zone has a group of machines of its own."`
	Redundancy   redundancy        `json:"redundancy" jsonschema:"What the group survives."`
	Guarantee    string            `json:"guarantee" enum:"packed scheduled any_order" jsonschema:"How sure it is that the scheduler places every pod."`
	Locked       *locked           `json:"locked" since:"3" jsonschema:"Types that an earlier plan chose; null where none has."`
	UpdateConfig updateConfig      `json:"update_config" jsonschema:"How nodes are replaced."`
	Workloads    []workload        `json:"workloads" jsonschema:"The workloads, sorted by name."`
}

type locked struct {
	Types     []string `json:"instance_types" jsonschema:"The types, sorted."`
	MinSaving ratio    `json:"min_saving" jsonschema:"Share of the cost of nodes and root disks that other types have to save, and more, to be chosen in their place."`
}

type instances struct {
	Families      []string     `json:"families" jsonschema:"Globs on the family's name; empty with types admits every name."`
	Types         []string     `json:"types" jsonschema:"Globs on the whole name."`
	Exclude       []string     `json:"exclude" jsonschema:"Globs of names that are left out."`
	Allow         []string     `json:"allow" jsonschema:"Classes admitted that are left out by default."`
	Architectures []string     `json:"architectures" jsonschema:"amd64, arm64."`
	CapacityType  string       `json:"capacity_type" enum:"on_demand spot" jsonschema:"How the machines are bought."`
	MaxTypes      int          `json:"max_types" jsonschema:"Types that the group may mix."`
	MaxVCPUs      *int         `json:"max_vcpus" jsonschema:"Largest node; null is no bound."`
	MaxNodeShare  *ratio       `json:"max_node_share" since:"3" jsonschema:"Largest part of the group's nodes that one node may be; null is no bound."`
	OnDemandBase  countOrRatio `json:"on_demand_base" since:"3" jsonschema:"Part of a spot group that is kept on demand. A share rounds up."`
	GPU           *gpuFilter   `json:"gpu" since:"3" jsonschema:"GPUs that the machines must have; null asks for none."`
}

type gpuFilter struct {
	Names     []string `json:"names" jsonschema:"Globs on the GPU's name; empty is any."`
	MinMemory *int64   `json:"min_memory_bytes" jsonschema:"Least memory of one GPU; null is no bound."`
}

type disk struct {
	Type            string `json:"type" jsonschema:"Type of the disk."`
	Size            int64  `json:"size_bytes" jsonschema:"Its size."`
	IOPS            *int   `json:"iops" jsonschema:"Operations a second asked for; null is what the type gives."`
	ThroughputMiBps *int   `json:"throughput_mib_per_second" jsonschema:"Throughput asked for; null is what the type gives."`
}

type taint struct {
	Key    string `json:"key" jsonschema:"Key of the taint."`
	Value  string `json:"value" jsonschema:"Its value; may be empty."`
	Effect string `json:"effect" enum:"NoSchedule PreferNoSchedule NoExecute" jsonschema:"Its effect."`
}

type redundancy struct {
	Nodes    int    `json:"nodes" jsonschema:"Nodes that may be lost."`
	Zones    int    `json:"zones" jsonschema:"Zones that may be lost."`
	AtOnce   bool   `json:"at_once" jsonschema:"Both at the same time."`
	Recovery string `json:"recovery" enum:"reschedule static" jsonschema:"How the pods of what failed are made good."`
}

type updateConfig struct {
	Strategy       string       `json:"strategy" jsonschema:"The strategy's name: surge, minimal, in_place and so on."`
	MaxUnavailable countOrRatio `json:"max_unavailable" jsonschema:"Nodes that may be missing at a time; on EKS and in place, those replaced at a time. A share rounds down."`
	MaxSurge       countOrRatio `json:"max_surge" since:"1" jsonschema:"Nodes more at a time, where the provider takes such a figure. A share rounds up."`
	Soak           *seconds     `json:"soak_seconds" since:"1" jsonschema:"Pause between batches; null where there is none."`
}

// countOrRatio has one of its fields.
type countOrRatio struct {
	Count *int   `json:"count" jsonschema:"A number of things; null where a ratio is given."`
	Ratio *ratio `json:"ratio" jsonschema:"A share of the whole; null where a count is given."`
}

type workload struct {
	Name                string               `json:"name" jsonschema:"Name of the workload."`
	Kind                string               `json:"kind" enum:"Deployment StatefulSet Job CronJob" jsonschema:"Kind of its controller."`
	Object              *object              `json:"object" since:"3" jsonschema:"Where Kubernetes has its controller; null where nothing is said of it."`
	System              bool                 `json:"system" jsonschema:"True for pods that the provider brings."`
	Demand              demand               `json:"demand" jsonschema:"What the workload must carry."`
	SpareReplicas       int                  `json:"spare_replicas" jsonschema:"Added to the load of computed counts."`
	MinReplicas         int                  `json:"min_replicas" jsonschema:"Least count."`
	MinReady            *countOrRatio        `json:"min_ready" jsonschema:"Pods that stay Ready through any declared loss; null where not asked."`
	Recovery            string               `json:"recovery" enum:"reschedule static" jsonschema:"How its pods are made good."`
	Pod                 pod                  `json:"pod" jsonschema:"Requests and limits of one pod, all containers."`
	Volumes             []volume             `json:"volumes" since:"3" jsonschema:"Disks of each replica, sorted by name."`
	NodeSelector        map[string]string    `json:"node_selector" since:"3" jsonschema:"Labels that a node must have."`
	AntiAffinity        *antiAffinity        `json:"anti_affinity" since:"3" jsonschema:"How its pods are kept apart; null is not at all."`
	Affinity            []podAffinity        `json:"affinity" since:"3" jsonschema:"Workloads of the group that its pods are drawn to, sorted by workload and key."`
	Priority            int                  `json:"priority" since:"3" signed:"true" jsonschema:"Pods of higher priority are scheduled first."`
	TopologySpread      []topologySpread     `json:"topology_spread" jsonschema:"Spread constraints."`
	PodDisruptionBudget *podDisruptionBudget `json:"pod_disruption_budget" jsonschema:"Bound on evictions; null where there is none."`
	TerminationGrace    seconds              `json:"termination_grace_period_seconds" jsonschema:"Time that a pod has to end."`
	StartupTime         seconds              `json:"startup_time_seconds" jsonschema:"Time until a new pod is Ready."`
	RollingUpdate       rollingUpdate        `json:"rolling_update" jsonschema:"How a rollout replaces pods."`
	GrowthPerMonth      ratio                `json:"growth_per_month" signed:"true" jsonschema:"Compound growth."`
	GrowsReplicas       bool                 `json:"grows_replicas" jsonschema:"A given count of replicas grows too."`
	GrowthRange         *ratioRange          `json:"growth_per_month_range" since:"3" jsonschema:"Where growth is an estimate; null where it is not."`
	DailyProfile        *dailyProfile        `json:"daily_profile" since:"3" jsonschema:"How the throughput goes over the day; null is the peak at all hours."`
	RequestSize         *int64               `json:"request_size_bytes" since:"3" jsonschema:"Bytes of a request; null where not known."`
	ResponseSize        *int64               `json:"response_size_bytes" since:"3" jsonschema:"Bytes of a response; null where not known."`
	SameZone            bool                 `json:"prefer_same_zone" since:"3" jsonschema:"Callers prefer the pods of their zone."`
	Autoscaler          *autoscaler          `json:"horizontal_pod_autoscaler" since:"3" jsonschema:"Bounds of the replicas; null is a fixed count."`
}

type object struct {
	Namespace string `json:"namespace" jsonschema:"Its namespace; empty where it is not known."`
	Name      string `json:"name" jsonschema:"Its name; empty where it is the workload's."`
}

type pod struct {
	MilliCPU         int64              `json:"millicpu" jsonschema:"CPU request in thousandths of a core."`
	Memory           int64              `json:"memory_bytes" jsonschema:"Memory request."`
	CPULimit         *int64             `json:"limit_millicpu" jsonschema:"CPU limit in thousandths of a core; null is none."`
	MemoryLimit      *int64             `json:"limit_memory_bytes" jsonschema:"Memory limit; null is none."`
	EphemeralStorage *int64             `json:"ephemeral_storage_bytes" since:"3" jsonschema:"Local storage request; null is none."`
	Extended         []extendedResource `json:"extended_resources" since:"3" jsonschema:"Requests of what devices offer, sorted by name."`
	Network          *int64             `json:"network_mbps" since:"3" jsonschema:"Bandwidth that the pod is to have at all times; null asks for none."`
	Disk             *int64             `json:"disk_mbps" since:"3" jsonschema:"Bandwidth to network disks that the pod is to have at all times; null asks for none."`
}

type extendedResource struct {
	Name  string `json:"name" jsonschema:"Name of the resource."`
	Count int64  `json:"count" jsonschema:"How many."`
}

type volume struct {
	Name  string `json:"name" jsonschema:"Name of the volume."`
	Disk  disk   `json:"disk" jsonschema:"The disk."`
	Zonal bool   `json:"zonal" jsonschema:"It stays in its zone, and binds the pod to that."`
}

type antiAffinity struct {
	Mode string `json:"mode" enum:"preferred required" jsonschema:"Whether it is a wish or a condition."`
	Key  string `json:"topology_key" enum:"zone hostname" jsonschema:"Domain that holds one pod."`
}

type podAffinity struct {
	Workload string `json:"workload" jsonschema:"Whose pods draw."`
	Key      string `json:"topology_key" enum:"zone hostname" jsonschema:"Domain that is shared."`
	Mode     string `json:"mode" enum:"preferred required" jsonschema:"Whether it is a wish or a condition."`
}

type topologySpread struct {
	Key     string `json:"topology_key" enum:"zone hostname" jsonschema:"Domain over which pods are spread."`
	MaxSkew int    `json:"max_skew" jsonschema:"Largest difference between two domains."`
	Hard    bool   `json:"hard" jsonschema:"True is DoNotSchedule, false ScheduleAnyway."`
}

type podDisruptionBudget struct {
	MinAvailable   *countOrRatio `json:"min_available" jsonschema:"Pods that stay; null where max_unavailable is given."`
	MaxUnavailable *countOrRatio `json:"max_unavailable" jsonschema:"Pods that may be missing; null where min_available is given."`
}

type rollingUpdate struct {
	MaxSurge       countOrRatio `json:"max_surge" jsonschema:"Pods beyond the count; a share rounds up."`
	MaxUnavailable countOrRatio `json:"max_unavailable" jsonschema:"Pods missing from the count; a share rounds down."`
}

type growth struct {
	PerMonth       ratio       `json:"per_month" signed:"true" jsonschema:"Compound growth of throughput."`
	Range          *ratioRange `json:"per_month_range" since:"3" jsonschema:"Where it is an estimate; null where it is not."`
	HorizonMonths  int         `json:"horizon_months" jsonschema:"How far to look ahead."`
	SizeForHorizon bool        `json:"size_for_horizon" jsonschema:"Size for the end of the horizon instead of for today."`
}

type upgrade struct {
	To       string `json:"to" jsonschema:"The minor to reach."`
	Strategy string `json:"strategy" jsonschema:"Name of a strategy, or compare."`

	KubeletSkew  *int     `json:"kubelet_skew" since:"3" jsonschema:"Minors that nodes may trail the control plane; null is what the provider does."`
	Keep         text     `json:"keep" since:"3" enum:"targets n_plus_one capacity" jsonschema:"What must hold meanwhile; null is n_plus_one."`
	FinishWithin *seconds `json:"finish_within_seconds" since:"3" jsonschema:"Longest time that it may take; null is no limit."`
	MaxExtra     *dollars `json:"max_extra_usd" since:"3" jsonschema:"Most that it may cost beyond what runs anyway; null is no limit."`
	Verify       *seconds `json:"verify_seconds" since:"3" jsonschema:"Blue/green: green is up before pods move; null is the default."`
	Soak         *seconds `json:"soak_seconds" since:"3" jsonschema:"Blue/green: pods are moved before blue goes; null is the default."`
	ParallelRun  *seconds `json:"parallel_run_seconds" since:"3" jsonschema:"Both clusters run; null is the default."`
}

type emit struct {
	Tool          string `json:"tool" jsonschema:"terraform, kops, eksctl, karpenter or kubernetes."`
	Directory     text   `json:"directory" jsonschema:"Folder that is written; null leaves it to the command line."`
	Variable      text   `json:"variable" jsonschema:"Name of the Terraform variable; null is node_groups."`
	Style         text   `json:"style" since:"3" jsonschema:"vars, or root, which calls the module; null is vars."`
	ModuleVersion text   `json:"module_version" since:"3" jsonschema:"Version of the module that a root calls; null is the one that the program knows."`
}

type ruleSetting struct {
	Rule     string `json:"rule" jsonschema:"The rule's id."`
	Severity string `json:"severity" enum:"off info warning error" jsonschema:"The severity that it gets."`
	Reason   text   `json:"reason" jsonschema:"Why; null where not said."`
}

// offer is a row of the catalog, complete.
type offer struct {
	Name               string       `json:"name" jsonschema:"Name of the instance type."`
	Family             string       `json:"family" jsonschema:"Its family."`
	Generation         *int         `json:"generation" jsonschema:"Number in the family's name; null where there is none."`
	Architecture       string       `json:"architecture" jsonschema:"amd64, arm64."`
	VCPUs              int          `json:"vcpus" jsonschema:"Virtual CPUs."`
	BaselineCPU        *int64       `json:"baseline_millicpu" jsonschema:"What a burstable type sustains; null where all vCPUs are its own."`
	Memory             int64        `json:"memory_bytes" jsonschema:"The size that the provider states."`
	MeasuredMemory     *int64       `json:"measured_memory_bytes" jsonschema:"What an operating system saw; null where nobody measured it."`
	ENIs               *int         `json:"enis" jsonschema:"Network interfaces; null where not known."`
	IPv4PerENI         *int         `json:"ipv4_per_eni" jsonschema:"Addresses of each interface; null where not known."`
	NetworkMbps        *int         `json:"network_mbps" jsonschema:"Guaranteed bandwidth; null where not known."`
	NetworkMaxMbps     *int         `json:"network_max_mbps" jsonschema:"Most that it may send, not guaranteed; null where not known."`
	DiskMbps           *int         `json:"disk_mbps" jsonschema:"Largest bandwidth to network disks; null where not known."`
	LocalDiskGB        int          `json:"local_disk_gb" jsonschema:"Disks built in, in 10^9 bytes."`
	Hypervisor         text         `json:"hypervisor" jsonschema:"nitro or xen on AWS; null where not known."`
	GPUs               gpus         `json:"gpus" jsonschema:"Its GPUs."`
	Accelerators       accelerators `json:"accelerators" jsonschema:"Chips for inference or training that are no GPUs."`
	Burstable          bool         `json:"burstable" jsonschema:"CPU beyond a baseline is earned."`
	Flex               bool         `json:"flex" jsonschema:"Full CPU most of the time only."`
	Metal              bool         `json:"metal" jsonschema:"No hypervisor between."`
	PreviousGeneration bool         `json:"previous_generation" jsonschema:"The provider no longer recommends it."`
	OnDemand           price        `json:"on_demand" jsonschema:"Price on demand."`
	Spot               price        `json:"spot" jsonschema:"Price of spot capacity."`
	SpotStatistic      text         `json:"spot_statistic" jsonschema:"What the spot price is a statistic of."`
	Zones              []string     `json:"zones" since:"3" jsonschema:"Zones of the region that offer it; empty where all do."`
	Interruption       text         `json:"interruption" jsonschema:"Band of the share of spot machines reclaimed in a month, in percent."`
	Commitments        []commitment `json:"commitments" jsonschema:"Prices for a promise to pay for longer."`
}

type price struct {
	USDPerHour *dollars `json:"usd_per_hour" jsonschema:"The price; null where not known."`
	Basis      text     `json:"price_basis" enum:"declared listed family estimated secondary recalled" open:"true" jsonschema:"How it is known; null where it is not."`
	Date       date     `json:"price_date" jsonschema:"Day of its source."`
	Source     text     `json:"price_source" jsonschema:"Tag of its source."`
}

type gpus struct {
	Milli      int    `json:"millis" jsonschema:"Thousandths of a GPU over the machine."`
	Name       text   `json:"name" jsonschema:"Name of the GPU; null where there is none."`
	MemoryEach *int64 `json:"memory_each_bytes" jsonschema:"Memory of each; null where not known."`
}

type accelerators struct {
	Count int  `json:"count" jsonschema:"How many."`
	Name  text `json:"name" jsonschema:"Their name; null where there is none."`
}

type commitment struct {
	Kind      string `json:"kind" jsonschema:"What is promised."`
	TermYears int    `json:"term_years" jsonschema:"For how long."`
	Payment   string `json:"payment" jsonschema:"How it is paid."`
	Price     price  `json:"price" jsonschema:"The price an hour."`
}
