package document

import "encoding/json"

// planDocument is a plan as JSON. The jsonschema tags describe the fields in the
// schema, enum and signed tags bound them there and in Decode; a field tagged
// computed follows from others and is not read.
type planDocument struct {
	FormatVersion string          `json:"format_version" jsonschema:"Version of this format, major.minor. A minor adds fields; readers refuse a major that they do not know."`
	ToolVersion   string          `json:"tool_version" jsonschema:"Version of the program that wrote the document."`
	Spec          spec            `json:"spec" jsonschema:"What identifies the spec that was planned."`
	Inputs        inputs          `json:"inputs" jsonschema:"The complete resolved input, every default filled in."`
	Feasible      bool            `json:"feasible" jsonschema:"True: the document holds a plan."`
	Cluster       clusterSummary  `json:"cluster" jsonschema:"The cluster in short; repeats inputs."`
	Catalog       catalog         `json:"catalog" jsonschema:"The catalog of types and prices that the plan was made with."`
	OffersUsed    []offer         `json:"offers_used" jsonschema:"The catalog's rows that the plan rests on, complete, sorted by name."`
	NodeGroups    []groupPlan     `json:"node_groups" jsonschema:"The plan of each node group, sorted by name."`
	ControlPlane  controlPlane    `json:"control_plane" jsonschema:"The control plane: who runs it, its machines and its fees."`
	Upgrade       *upgradePlan    `json:"upgrade" jsonschema:"The strategies of the upgrade; null where none was asked for."`
	Network       *networkPlan    `json:"network" since:"3" jsonschema:"What the cluster takes of its network; null where the document does not say."`
	Recovery      *recoveryPlan   `json:"recovery" since:"3" jsonschema:"What the clusters of several regions take; null where there is one region."`
	Retention     *retentionPlan  `json:"retention" since:"3" jsonschema:"What is kept of metrics and logs, and on which disks; null where nothing is declared."`
	Tenancy       *tenancyPlan    `json:"tenancy" since:"3" jsonschema:"What each way of having tenants costs; null where there are none."`
	Uncertainty   *uncertainty    `json:"uncertainty" since:"3" jsonschema:"What the estimates leave open; null where there is none."`
	Growth        []growthMonth   `json:"growth" jsonschema:"The plan after some months of growth, by month."`
	RunsOut       []runOut        `json:"runs_out" since:"3" jsonschema:"The groups that do not get through the horizon of growth, sorted by name."`
	Limits        []limit         `json:"limits" since:"3" jsonschema:"Limits of the account that are declared, and what the plan takes, sorted by resource."`
	Platform      []platformLimit `json:"platform_limits" since:"3" jsonschema:"Limits of Kubernetes and of who runs it, the closest first."`
	Cost          cost            `json:"cost" jsonschema:"The bill, line by line. A month is 730 hours."`
	Commitments   []contract      `json:"commitments" since:"3" jsonschema:"What becomes of the commitments that run already, by name."`
	ToCommit      []split         `json:"to_commit" since:"3" jsonschema:"How the nodes of each type are bought at least cost, of types for which the catalog has a price for a commitment; sorted by type."`
	Assumptions   []assumption    `json:"assumptions" jsonschema:"Every default that the plan rests on where the spec says nothing, sorted by path; what is calculated stands in the plan."`
	Findings      []finding       `json:"findings" jsonschema:"The practices that the plan breaks, worst first."`
}

// infeasibleDocument is the answer to a spec that cannot be met.
type infeasibleDocument struct {
	FormatVersion string         `json:"format_version" jsonschema:"Version of this format, major.minor."`
	ToolVersion   string         `json:"tool_version" jsonschema:"Version of the program that wrote the document."`
	Spec          spec           `json:"spec" jsonschema:"What identifies the spec."`
	Inputs        inputs         `json:"inputs" jsonschema:"The complete resolved input, every default filled in."`
	Feasible      bool           `json:"feasible" jsonschema:"False: the spec cannot be met, and the document holds no plan."`
	Cluster       clusterSummary `json:"cluster" jsonschema:"The cluster in short; repeats inputs."`
	Catalog       catalog        `json:"catalog" jsonschema:"The catalog of types and prices."`
	Infeasible    []infeasible   `json:"infeasible" jsonschema:"The constraints that cannot be met."`
}

type infeasible struct {
	Path       string `json:"path" jsonschema:"Address of the attribute or block that binds."`
	Constraint string `json:"constraint" jsonschema:"The constraint, in words."`
	Margin     text   `json:"margin" jsonschema:"By how much it fails; null where there is no measure."`
	Remedy     text   `json:"remedy" jsonschema:"The cheapest change that frees it; null where none is known."`
	Limit      *int64 `json:"limit" since:"3" jsonschema:"What there is, where the constraint is a count; null where it is none."`
	Need       *int64 `json:"need" since:"3" jsonschema:"What is needed of it; null where the constraint is no count."`
}

type spec struct {
	SHA256    string                     `json:"sha256" jsonschema:"Digest of the spec's source files, by name."`
	Variables map[string]json.RawMessage `json:"variables" jsonschema:"Values of the input variables, by name."`
}

type clusterSummary struct {
	Name              string   `json:"name" jsonschema:"Name of the cluster."`
	Provider          string   `json:"provider" jsonschema:"Provider: aws, gcp, on_premises."`
	Region            string   `json:"region" jsonschema:"Region of the provider, or the owner's name of the place."`
	Zones             []string `json:"zones" jsonschema:"Names of the zones, sorted."`
	KubernetesVersion string   `json:"kubernetes_version" jsonschema:"The minor that runs today."`
}

type catalog struct {
	Source string `json:"source" jsonschema:"Where the catalog comes from: snapshot, or a name that the cache gives."`
	Date   date   `json:"date" jsonschema:"Day on which the figures were collected."`
	SHA256 string `json:"sha256" jsonschema:"Digest of the catalog's canonical encoding."`
}

type groupPlan struct {
	Name           string            `json:"name" jsonschema:"Name of the node group."`
	Role           string            `json:"role" enum:"app batch ingress monitoring stateful system gpu" jsonschema:"The group's job."`
	Nodes          int               `json:"nodes" jsonschema:"Nodes over all zones."`
	MinNodes       int               `json:"min_nodes" jsonschema:"Least count, over all zones."`
	MaxNodes       int               `json:"max_nodes" jsonschema:"Largest count, over all zones."`
	Pools          []pool            `json:"pools" jsonschema:"The machines, one pool for each instance type and way to buy it."`
	Workloads      []workloadPlan    `json:"workloads" jsonschema:"The group's workloads, sorted by name."`
	Placement      []placement       `json:"placement" jsonschema:"Where the modelled scheduler put the pods; equal nodes are counted together."`
	Usage          usage             `json:"usage" jsonschema:"Sums of what the workloads' pods request; DaemonSets are not among them."`
	UsageRatio     usageRatio        `json:"usage_ratio" jsonschema:"The same as a share of what the nodes offer to workloads."`
	Cost           *dollars          `json:"cost_usd_per_hour" jsonschema:"Cost of the nodes, without disks; null where a price is not known."`
	LowerBound     *dollars          `json:"lower_bound_usd_per_hour" jsonschema:"Proved bound on the cost of nodes that carry the same pods with no redundancy; null where a price is not known."`
	Certificate    *boundCertificate `json:"bound_certificate" since:"3" jsonschema:"Prices of pods that prove a bound on the cost of nodes of mixed types: no filling of a node that counts is worth more than scale times the price of the node. Null where there is none."`
	NotInBound     []string          `json:"not_in_bound" since:"3" jsonschema:"What the cost pays for and the bound does not count."`
	Gap            *ratio            `json:"gap" signed:"true" jsonschema:"Cost of nodes over the bound, less 1; null where the cost is not known."`
	Duals          duals             `json:"duals" jsonschema:"What a unit more of each resource costs in the bound."`
	Binding        binding           `json:"binding" jsonschema:"What one node less would break."`
	Survives       []drill           `json:"survives" jsonschema:"The failures that were tried."`
	RedundancyCost []redundancyStep  `json:"redundancy_cost" jsonschema:"What each step of redundancy adds, in the order bare, node, zone, equal_zones."`
	Committed      []committedCost   `json:"committed" since:"1" jsonschema:"What the nodes would cost under each commitment that the catalog prices, sorted by kind, term and payment."`
	Guarantees     []guaranteePrice  `json:"guarantees" since:"2" jsonschema:"What certainty costs: the least known count of the chosen type for packed, scheduled and any_order; then, where another admitted type is cheaper at any_order, that one."`
	Alternatives   []alternative     `json:"alternatives" jsonschema:"The next best instance types, cheapest first."`
	Ladder         []sizeStep        `json:"ladder" since:"3" jsonschema:"The sizes of the families that were chosen, by family, then from the smallest up."`
	Lock           *lockOutcome      `json:"lock" since:"3" jsonschema:"What became of the locked types; null where none are locked."`
	Day            *dayPlan          `json:"day" since:"3" jsonschema:"Nodes of each hour of the day; null where the count is fixed, or no load is known to go up and down."`
	Headroom       headroom          `json:"headroom" jsonschema:"What stays free over all nodes with everything up."`
}

type lockOutcome struct {
	Verdict   string   `json:"verdict" enum:"held gone unfit saving conflict" open:"true" jsonschema:"held: the nodes are of locked types; gone: they are not offered; unfit: no number of them holds; saving: others save enough; conflict: the cluster cannot be planned where all groups keep theirs."`
	Why       text     `json:"why" jsonschema:"Why the types could not be kept; null where the verdict says all."`
	Gone      []string `json:"gone" jsonschema:"Locked types that are not offered any more, sorted."`
	Locked    *dollars `json:"locked_usd_per_hour" jsonschema:"Cost of nodes and root disks of the locked types, of nodes alone where the price of disks is not known; null where not known."`
	Free      *dollars `json:"free_usd_per_hour" jsonschema:"The same of the free choice."`
	FreeTypes []string `json:"free_instance_types" jsonschema:"Types of the free choice, sorted."`
	Saving    ratio    `json:"saving" jsonschema:"Share that the free choice saves; 0 where it saves nothing or that is not known."`
}

type pool struct {
	InstanceType string         `json:"instance_type" jsonschema:"Name of the instance type."`
	CapacityType string         `json:"capacity_type" enum:"on_demand spot" jsonschema:"How the machines are bought."`
	Zone         text           `json:"zone" since:"3" jsonschema:"The zone of all nodes where the group is split by zone; null elsewhere."`
	Nodes        int            `json:"nodes" jsonschema:"Nodes of the pool."`
	MinNodes     *int           `json:"min_nodes" since:"3" jsonschema:"Least count of a pool of one zone, a part of the group's; null of others."`
	MaxNodes     *int           `json:"max_nodes" since:"3" jsonschema:"Largest count of a pool of one zone, a part of the group's; null of others."`
	NodesByZone  map[string]int `json:"nodes_by_zone" jsonschema:"Nodes in each zone of the group; of a pool of one zone in that alone."`
	Allocatable  allocatable    `json:"allocatable" jsonschema:"What the kubelet of one node leaves to pods; DaemonSets are not taken off."`
	DaemonSets   []daemonSet    `json:"daemonsets" jsonschema:"Pods that run on each node, sorted by name."`
	USDPerHour   *dollars       `json:"usd_per_hour" jsonschema:"Price of one node; null where not known."`
	PriceBasis   text           `json:"price_basis" enum:"declared listed family estimated secondary recalled" open:"true" jsonschema:"How the price is known; null where it is not."`
	PriceDate    date           `json:"price_date" jsonschema:"Day of the price's source."`
	PriceSource  text           `json:"price_source" jsonschema:"Tag of the price's source."`
	RootDisks    []disk         `json:"root_disks" jsonschema:"Disks that each node boots from."`
}

type allocatable struct {
	MilliCPU         int64              `json:"millicpu" jsonschema:"CPU in thousandths of a core."`
	Memory           int64              `json:"memory_bytes" jsonschema:"Memory."`
	Pods             int                `json:"pods" jsonschema:"Largest number of pods."`
	EphemeralStorage int64              `json:"ephemeral_storage_bytes" jsonschema:"Storage of the disk that holds the kubelet's data."`
	Extended         []extendedResource `json:"extended_resources" since:"3" jsonschema:"What devices offer, sorted by name."`
	Attachments      *int               `json:"attachments" since:"3" jsonschema:"Volumes that can be attached for pods; null where not known."`
	Network          *int64             `json:"network_mbps" since:"3" jsonschema:"Guaranteed bandwidth; null where not known."`
	Disk             *int64             `json:"disk_mbps" since:"3" jsonschema:"Guaranteed bandwidth to network disks; null where not known."`
	Steps            []allocatableStep  `json:"steps" jsonschema:"How the figures come about, in order."`
}

type allocatableStep struct {
	Resource string `json:"resource" jsonschema:"cpu, memory, pods, ephemeral_storage, attachments, network, disk or the name of an extended resource."`
	What     string `json:"what" jsonschema:"What was added or taken off, and why."`
	Amount   int64  `json:"amount" signed:"true" jsonschema:"What the step adds, in millicores, bytes, Mbit/s or whole things; negative where it takes off."`
}

type workloadPlan struct {
	Name         string          `json:"name" jsonschema:"Name of the workload."`
	System       bool            `json:"system" jsonschema:"True for pods that the provider brings."`
	Replicas     int             `json:"replicas" jsonschema:"Number of pods."`
	Pod          pod             `json:"pod" jsonschema:"Requests and limits of one pod, all containers."`
	ByReason     replicaReasons  `json:"replicas_by_reason" jsonschema:"What each reason adds to the largest of those before it; the sum is replicas."`
	Binding      string          `json:"binding" jsonschema:"What set the load: given, load test, utilization or a latency's statistic."`
	Throughput   *perSecond      `json:"throughput_per_second" since:"3" jsonschema:"What was planned for, after growth; null where demand is not stated so."`
	Fronts       []fronted       `json:"fronts" since:"3" jsonschema:"What the throughput is the sum of, sorted by workload; empty where it was stated."`
	Latency      []latency       `json:"latency" jsonschema:"Each latency target and what the model predicts."`
	Utilization  *ratio          `json:"utilization" jsonschema:"Of the pods' workers at peak with everything up; null where not modelled."`
	CPU          *ratio          `json:"cpu_utilization" since:"3" jsonschema:"Of the pods' CPU requests at peak with everything up; null where no CPU time of a request is stated."`
	PerPod       *perSecond      `json:"throughput_per_pod_per_second" jsonschema:"Peak rate of one pod; null where not known."`
	Sizing       *sizing         `json:"sizing" since:"3" jsonschema:"How the load's pods came about; null where the load is not stated by latency."`
	Job          *jobPlan        `json:"job" since:"3" jsonschema:"How its runs are worked off; null where it has none."`
	ReadyAtWorst int             `json:"ready_at_worst" jsonschema:"Least number of pods that stay Ready through any declared loss, without rescheduling."`
	Outages      []outage        `json:"outages" since:"3" jsonschema:"How often too few pods are up; empty where the availability of nodes and zones is not given."`
	Autoscaler   *autoscalerPlan `json:"autoscaler" since:"3" jsonschema:"What its autoscaler is given, and what it makes of a day; null where the count is fixed."`
}

type jobPlan struct {
	Runs         int      `json:"runs" jsonschema:"Runs a day, after growth."`
	Interruption *ratio   `json:"interruption" jsonschema:"Share of machines counted with as taken away in a month; null where none is, or where it is not known."`
	Attempts     int      `json:"attempts" jsonschema:"Runs and what is to be done again, in whole runs."`
	InTurn       *int     `json:"in_turn" jsonschema:"Runs that fit into the window one after the other; null where they come evenly over the day."`
	Takes        *seconds `json:"takes_seconds" jsonschema:"From the start until the last run has ended; null where they come evenly."`
	NodeTime     seconds  `json:"node_seconds_per_day" jsonschema:"Time of nodes that a day's attempts take, by the largest share of a node that a pod requests."`
	CostPerRun   *dollars `json:"usd_per_run" jsonschema:"Price of that time a run, of the machines alone; null where not known."`
}

type fronted struct {
	Workload   string    `json:"workload" jsonschema:"Address of the workload."`
	Throughput perSecond `json:"throughput_per_second" jsonschema:"What it carries, after growth."`
}

type replicaReasons struct {
	Load    int `json:"load" jsonschema:"For the load, or the count that was given."`
	Spare   int `json:"spare" jsonschema:"Spare replicas."`
	Minimum int `json:"minimum" jsonschema:"For the least count."`
	Rollout int `json:"rollout" jsonschema:"For a rollout."`
	Node    int `json:"node" jsonschema:"For the loss of nodes."`
	Zone    int `json:"zone" jsonschema:"For the loss of zones."`
}

type latency struct {
	Statistic string  `json:"statistic" enum:"mean p50 p90 p95 p99 p999" open:"true" jsonschema:"Statistic of the response time."`
	Target    seconds `json:"target_seconds" jsonschema:"Largest response time allowed."`
	Predicted seconds `json:"predicted_seconds" jsonschema:"Response time that the model predicts."`
	During    string  `json:"during" jsonschema:"normal, rollout, node_loss or zone_loss."`
	Model     string  `json:"model" jsonschema:"The formula, by name."`
}

type placement struct {
	Pool  string         `json:"pool" jsonschema:"Name of the pool: its instance type; TYPE/on_demand and TYPE/spot where both are bought of it."`
	Zone  string         `json:"zone" jsonschema:"Zone of the nodes."`
	Nodes int            `json:"nodes" jsonschema:"Number of equal nodes."`
	Pods  map[string]int `json:"pods" jsonschema:"Pods on each of the nodes, by workload."`
}

type usage struct {
	MilliCPU int64 `json:"millicpu" jsonschema:"CPU in thousandths of a core."`
	Memory   int64 `json:"memory_bytes" jsonschema:"Memory."`
	Pods     int   `json:"pods" jsonschema:"Pods."`
}

type usageRatio struct {
	CPU    ratio `json:"cpu" jsonschema:"Share of CPU."`
	Memory ratio `json:"memory" jsonschema:"Share of memory."`
	Pods   ratio `json:"pods" jsonschema:"Share of the pods allowed."`
}

type duals struct {
	Core *dollars `json:"core_usd_per_hour" jsonschema:"Of a core, 0 where CPU does not bind; null where there is no bound."`
	GiB  *dollars `json:"gib_usd_per_hour" jsonschema:"Of a GiB of memory, likewise."`
	Pod  *dollars `json:"pod_usd_per_hour" jsonschema:"Of a pod, likewise."`
}

type boundCertificate struct {
	Pods  []podPrice `json:"pods" jsonschema:"The pods that are counted, sorted by workload."`
	Scale int64      `json:"scale" jsonschema:"What prices are to be divided by."`
}

type podPrice struct {
	Workload string `json:"workload" jsonschema:"Name of the workload."`
	Pods     int    `json:"pods" jsonschema:"Number of its pods that are counted."`
	Price    int64  `json:"price" jsonschema:"Price of one pod, in billionths of a dollar an hour times scale."`
}

type sizeStep struct {
	Family           string   `json:"family" jsonschema:"Family and shape: what stands before the size in the type's name."`
	InstanceType     string   `json:"instance_type" jsonschema:"Instance type."`
	Nodes            int      `json:"nodes" jsonschema:"Nodes of it alone that hold; 0 where no count was found."`
	Why              text     `json:"why" jsonschema:"Why no count was found; null where one was."`
	USDPerHour       *dollars `json:"usd_per_hour" jsonschema:"Cost of nodes and root disks, of nodes alone where the price of disks is not known; null where not known."`
	UsefulMilliCPU   int64    `json:"useful_millicpu" jsonschema:"CPU of a node that pods like the group's can request, in thousandths of a core: what reserves and DaemonSets leave, or less where memory or the number of pods ends sooner."`
	CorePrice        *dollars `json:"useful_core_usd_per_hour" jsonschema:"Price of a node with its root disks by useful core; null where not known."`
	LargestNodeShare ratio    `json:"largest_node_share" jsonschema:"Part of the group that one node holds."`
	Chosen           bool     `json:"chosen" jsonschema:"Whether the group has nodes of this type."`
	Knee             bool     `json:"knee" jsonschema:"Whether it is the smallest size of its family of which the next larger one saves less than 5% on a useful core."`
}

type binding struct {
	Resource string `json:"resource" jsonschema:"cpu, memory, pods, spread, min_ready, nodes, min_nodes, equal_zones, baseline_cpu or proof: the proof for any order."`
	During   string `json:"during" jsonschema:"normal, rollout, node_loss, zone_loss or node_and_zone_loss."`
	Workload text   `json:"workload" jsonschema:"Workload that does not fit with one node less; null where none is named."`
}

type drill struct {
	Event    string `json:"event" jsonschema:"The failure: any 1 node, any 1 zone and so on."`
	Tried    int    `json:"tried" jsonschema:"Cases tried."`
	Held     int    `json:"held" jsonschema:"Cases that held."`
	Tightest string `json:"tightest" jsonschema:"The tightest case, in words."`
	FreeCPU  ratio  `json:"free_cpu" signed:"true" jsonschema:"Least share of CPU that stays free on the survivors."`
}

type redundancyStep struct {
	Step       string   `json:"step" jsonschema:"bare, node, zone or equal_zones: the same number of nodes in each zone."`
	Nodes      int      `json:"nodes" jsonschema:"Nodes with this step and those before it."`
	USDPerHour *dollars `json:"usd_per_hour" signed:"true" jsonschema:"What it adds to the cost of nodes; null where not known."`
}

type committedCost struct {
	Kind       string  `json:"kind" jsonschema:"What is promised."`
	TermYears  int     `json:"term_years" jsonschema:"For how long."`
	Payment    string  `json:"payment" jsonschema:"How it is paid."`
	USDPerHour dollars `json:"usd_per_hour" jsonschema:"Cost of all nodes of the group that are bought on demand, without disks."`
	Saving     ratio   `json:"saving" signed:"true" jsonschema:"Share of their cost on demand that it saves."`
	PriceBasis text    `json:"price_basis" enum:"declared listed family estimated secondary recalled" open:"true" jsonschema:"How the price is known."`
	PriceDate  date    `json:"price_date" jsonschema:"Day of the price's source."`
}

type guaranteePrice struct {
	Guarantee    string   `json:"guarantee" enum:"packed scheduled any_order" open:"true" jsonschema:"packed: some placement exists; scheduled: the modelled scheduler finds one; any_order: proved for every order."`
	InstanceType string   `json:"instance_type" jsonschema:"Instance type of the nodes."`
	Nodes        int      `json:"nodes" jsonschema:"Nodes over all zones; 0 where no count is known."`
	USDPerHour   *dollars `json:"usd_per_hour" jsonschema:"Cost of the nodes, without disks; null where not known."`
	Proof        text     `json:"proof" jsonschema:"What is proved, and how; null where nothing is."`
	NotProved    text     `json:"not_proved" jsonschema:"What voids the proof; null where nothing does."`
}

type alternative struct {
	InstanceType     string   `json:"instance_type" jsonschema:"Instance type that was not chosen."`
	Nodes            int      `json:"nodes" jsonschema:"Nodes that it would take."`
	USDPerHour       *dollars `json:"usd_per_hour" jsonschema:"Cost of nodes and root disks, of nodes alone where the price of disks is not known; null where not known."`
	Difference       *ratio   `json:"difference" signed:"true" jsonschema:"Cost of nodes and root disks over the plan's, of nodes alone where no disk has a known price, less 1; null where the price of nodes is not known."`
	LargestNodeShare ratio    `json:"largest_node_share" jsonschema:"Part of the group that one node holds."`
}

type headroom struct {
	MilliCPU int64 `json:"millicpu" signed:"true" jsonschema:"Free CPU in thousandths of a core."`
	Memory   int64 `json:"memory_bytes" signed:"true" jsonschema:"Free memory."`
	Pods     int   `json:"pods" signed:"true" jsonschema:"Free pods."`
}

type fee struct {
	Name       string   `json:"name" jsonschema:"Name of the fee."`
	USDPerHour *dollars `json:"usd_per_hour" jsonschema:"The fee; null where not known."`
	PriceBasis text     `json:"price_basis" enum:"declared listed family estimated secondary recalled" open:"true" jsonschema:"How it is known; null where it is not."`
	PriceDate  date     `json:"price_date" jsonschema:"Day of its source."`
	Source     text     `json:"price_source" jsonschema:"Tag of its source."`
}
