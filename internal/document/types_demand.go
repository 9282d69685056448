package document

type demand struct {
	Way              string       `json:"way" enum:"replicas throughput_per_pod latency load_curve job" jsonschema:"Which of the fields are in use."`
	Replicas         *int         `json:"replicas" jsonschema:"The given count; null where it is computed."`
	Throughput       *perSecond   `json:"throughput_per_second" jsonschema:"The cluster's peak over all zones; null where not given."`
	ThroughputRange  *rateRange   `json:"throughput_per_second_range" since:"3" jsonschema:"Where it is an estimate; null where it is not."`
	Fronts           []string     `json:"fronts" since:"3" jsonschema:"Addresses of the workloads whose throughput it carries, sorted."`
	ThroughputPerPod *perSecond   `json:"throughput_per_pod_per_second" jsonschema:"From a load test at the latency target; null where there is none."`
	PerPodRange      *rateRange   `json:"throughput_per_pod_per_second_range" since:"3" jsonschema:"Where it is an estimate; null where it is not."`
	Latency          []target     `json:"latency" jsonschema:"Targets, in declared order."`
	FailureLatency   []target     `json:"failure_latency" since:"3" jsonschema:"Targets that hold while a declared loss lasts; without any, latency holds then too."`
	ServiceTime      serviceTime  `json:"service_time" jsonschema:"Time to serve one request, waiting excluded."`
	CPUPerRequest    *seconds     `json:"cpu_per_request_seconds" since:"3" jsonschema:"CPU time of a request, sidecars included; null where not given."`
	CPURange         *timeRange   `json:"cpu_per_request_seconds_range" since:"3" jsonschema:"Where it is an estimate; null where it is not."`
	Concurrency      *int         `json:"concurrency" jsonschema:"Requests that a pod serves side by side; null where not given."`
	Balancing        text         `json:"balancing" jsonschema:"How requests are given to pods; null where it does not matter."`
	Balancers        *int         `json:"balancers" since:"3" jsonschema:"Balancers that know nothing of each other; null is one."`
	Connections      *int         `json:"connections" since:"3" jsonschema:"Connections over which all requests come; null is a balancing of each request."`
	LoadCurve        []curvePoint `json:"load_curve" since:"3" jsonschema:"Measured of one pod, by rising throughput."`
	Job              *job         `json:"job" since:"3" jsonschema:"Work that comes in runs; null where there is none."`
	MaxUtilization   *ratio       `json:"max_utilization" jsonschema:"Of the pod's workers and CPU request; null where it does not matter."`
}

type target struct {
	Statistic string  `json:"statistic" enum:"mean p50 p90 p95 p99 p999" jsonschema:"Statistic of the time."`
	Time      seconds `json:"seconds" jsonschema:"The time."`
}

type serviceTime struct {
	Distribution          text        `json:"distribution" jsonschema:"lognormal, gamma, exponential or constant; null where no time is given."`
	Measured              []target    `json:"measured" jsonschema:"What was measured."`
	CV                    *ratio      `json:"cv" jsonschema:"Standard deviation over mean; null where not given."`
	MeasuredAtUtilization *ratio      `json:"measured_at_utilization" jsonschema:"Of the workers, while measuring; null where not given."`
	Range                 *ratioRange `json:"factor_range" since:"3" jsonschema:"By what factors all the figures may turn out smaller or larger; null where they are no estimate."`
}

type curvePoint struct {
	Throughput perSecond `json:"throughput_per_second" jsonschema:"Of one pod."`
	P99        seconds   `json:"p99_seconds" jsonschema:"Its response time under that load."`
}

type job struct {
	Runs         int        `json:"runs" jsonschema:"Runs a day, each of which is one pod."`
	Duration     seconds    `json:"duration_seconds" jsonschema:"Of one run."`
	Range        *timeRange `json:"duration_seconds_range" jsonschema:"Where it is an estimate; null where it is not."`
	StartHour    *int       `json:"start_hour" jsonschema:"Hour of the day, UTC; null is at no hour in particular."`
	FinishWithin *seconds   `json:"finish_within_seconds" jsonschema:"From the start until the last run has ended; null where not asked."`
}

type rateRange struct {
	Low        perSecond `json:"low" jsonschema:"Lower end."`
	High       perSecond `json:"high" jsonschema:"Upper end."`
	Confidence ratio     `json:"confidence" jsonschema:"Probability that it is between the two."`
}

type timeRange struct {
	Low        seconds `json:"low" jsonschema:"Lower end."`
	High       seconds `json:"high" jsonschema:"Upper end."`
	Confidence ratio   `json:"confidence" jsonschema:"Probability that it is between the two."`
}

type ratioRange struct {
	Low        ratio `json:"low" signed:"true" jsonschema:"Lower end."`
	High       ratio `json:"high" signed:"true" jsonschema:"Upper end."`
	Confidence ratio `json:"confidence" jsonschema:"Probability that it is between the two."`
}

type dailyProfile struct {
	Hours  []ratio `json:"hours" jsonschema:"24 shares of the peak, from midnight UTC on; empty where trough is given."`
	Trough *ratio  `json:"trough" jsonschema:"Least share of a day that goes as a cosine does; null where hours are given."`
}

type autoscaler struct {
	MinReplicas          *int   `json:"min_replicas" jsonschema:"Least count; null leaves it to the planner."`
	MaxReplicas          *int   `json:"max_replicas" jsonschema:"Largest count; null leaves it to the planner."`
	TargetCPUUtilization *ratio `json:"target_cpu_utilization" jsonschema:"Of the pods' CPU requests; null leaves it to the planner."`
}

type risk struct {
	Rule      text   `json:"rule" enum:"percentile least_regret cvar mid" jsonschema:"How to decide; null where nothing is an estimate."`
	Share     *ratio `json:"share" jsonschema:"The percentile, or where the tail starts; null where the rule has none."`
	Overspend *ratio `json:"overspend" jsonschema:"Weight of a unit too many; null where the rule has none."`
	Shortfall *ratio `json:"shortfall" jsonschema:"Weight of a unit too few; null where the rule has none."`
}

type sidecar struct {
	Name             string   `json:"name" jsonschema:"Name of the sidecar."`
	MilliCPU         int64    `json:"millicpu" jsonschema:"CPU request in thousandths of a core."`
	Memory           int64    `json:"memory_bytes" jsonschema:"Memory request."`
	EphemeralStorage *int64   `json:"ephemeral_storage_bytes" jsonschema:"Local storage request; null is none."`
	CPUPerRequest    *seconds `json:"cpu_per_request_seconds" jsonschema:"CPU time that it adds to a request; null is none."`
	NodeGroups       []string `json:"node_groups" jsonschema:"Groups that it is in; empty is all."`
}

type quota struct {
	OnDemandVCPUs *int   `json:"on_demand_vcpus" jsonschema:"vCPUs on demand; null is no limit that is known."`
	SpotVCPUs     *int   `json:"spot_vcpus" jsonschema:"vCPUs of spot capacity; null is no limit that is known."`
	GPUs          *int   `json:"gpus" jsonschema:"GPUs; null is no limit that is known."`
	Disk          *int64 `json:"disk_bytes" jsonschema:"Network disks in all; null is no limit that is known."`
}

type pricing struct {
	Commitments []ownCommitment `json:"commitments" jsonschema:"Commitments that run already, sorted by name."`
	Discount    *ratio          `json:"discount" since:"3" jsonschema:"Off list prices, in place of the price book's own; null where not given."`
	PerNode     *dollars        `json:"per_node_usd_per_month" since:"3" jsonschema:"What each node costs beside its machine and disks, in place of the price book's; null where not given."`
	Book        *priceBook      `json:"price_book" since:"3" jsonschema:"Prices that were agreed on, as far as they concern the region; null where there are none."`
}

type priceBook struct {
	Name         string           `json:"name" jsonschema:"Name of the book."`
	Date         date             `json:"date" jsonschema:"Day of the agreement, and of its prices."`
	Expires      date             `json:"expires" jsonschema:"First day without it; null where not said."`
	Discount     ratio            `json:"discount" jsonschema:"Off list prices of machines on demand, disks and fees."`
	SpotDiscount ratio            `json:"spot_discount" jsonschema:"Off spot prices."`
	PerNode      *dollars         `json:"per_node_usd_per_month" jsonschema:"What each node costs beside its machine and disks; null where nothing is said."`
	Families     []familyDiscount `json:"families" jsonschema:"Families with discounts of their own, sorted."`
	Types        []typePrice      `json:"types" jsonschema:"Types with negotiated prices, sorted by name."`
	Disks        []diskPrice      `json:"disks" jsonschema:"Disks with negotiated prices, sorted by type."`
	Fees         []feePrice       `json:"fees" jsonschema:"Fees of control planes with negotiated prices, sorted by tier."`
}

type familyDiscount struct {
	Family       string `json:"family" jsonschema:"The family."`
	Discount     *ratio `json:"discount" jsonschema:"Off the list price on demand; null is that of all machines."`
	SpotDiscount *ratio `json:"spot_discount" jsonschema:"Off the spot price; null is that of all machines."`
}

type typePrice struct {
	Name     string   `json:"instance_type" jsonschema:"The instance type."`
	OnDemand *dollars `json:"on_demand_usd_per_hour" jsonschema:"Negotiated price on demand; null where there is none."`
	Spot     *dollars `json:"spot_usd_per_hour" jsonschema:"Negotiated spot price; null where there is none."`
}

type diskPrice struct {
	Type     string   `json:"type" jsonschema:"Type of disk."`
	PerGiB   *dollars `json:"usd_per_gib_month" jsonschema:"Negotiated price of a GiB; null where there is none."`
	PerIOPS  *dollars `json:"usd_per_iops_month" jsonschema:"Negotiated price of an IOPS beyond what is free; null where there is none."`
	PerMiBps *dollars `json:"usd_per_mibps_month" jsonschema:"Negotiated price of a MiB/s beyond what is free; null where there is none."`
}

type feePrice struct {
	Tier    string  `json:"tier" jsonschema:"Name of the fee."`
	PerHour dollars `json:"usd_per_hour" jsonschema:"Negotiated fee."`
}

type ownCommitment struct {
	Name       string   `json:"name" jsonschema:"Name of the commitment."`
	Type       string   `json:"type" enum:"compute_savings_plan instance_savings_plan reserved cud_resource cud_flex" jsonschema:"What it is sold as."`
	USDPerHour *dollars `json:"usd_per_hour" jsonschema:"What is promised; null where machines are."`
	VCPUs      *int     `json:"vcpus" jsonschema:"vCPUs that are promised; null where dollars are."`
	Memory     *int64   `json:"memory_bytes" jsonschema:"Memory that is promised; null where dollars are."`
	Family     text     `json:"family" jsonschema:"Family that it is bound to; null is any."`
	TermYears  *int     `json:"term_years" jsonschema:"Years that it was bought for; null where not said."`
	Discount   *ratio   `json:"discount" jsonschema:"Off the price on demand; null is the catalog's price for a commitment."`
	Expires    date     `json:"expires" jsonschema:"First day without it; null where not said."`
}

type availability struct {
	Node ratio `json:"node" jsonschema:"Share of time that a node is up whose zone is."`
	Zone ratio `json:"zone" jsonschema:"Share of time that a zone is up."`
}
