package document

type limit struct {
	Resource string `json:"resource" jsonschema:"Address of the limit: quota.on_demand_vcpus, quota.spot_vcpus, quota.gpus, quota.disk_gib, network.pod_cidr or network.free_ips_by_zone.ZONE."`
	Limit    int64  `json:"limit" jsonschema:"vCPUs, GPUs, GiB, addresses or nodes with a block of the range of pods."`
	Used     int64  `json:"used" jsonschema:"What the plan takes."`
}

type runOut struct {
	Group    string `json:"node_group" jsonschema:"Name of the node group."`
	Month    int    `json:"month" jsonschema:"The first month that it does not get through."`
	Date     date   `json:"date" jsonschema:"Day of that month."`
	Resource string `json:"resource" jsonschema:"Address of what is short first."`
	Limit    *int64 `json:"limit" jsonschema:"What there is of it; null where it is no count."`
	Need     *int64 `json:"need" jsonschema:"What the month takes; null where it is no count."`
	Reason   text   `json:"reason" jsonschema:"The same in words, with what would free it."`
}

type autoscalerPlan struct {
	MinReplicas  int         `json:"min_replicas" jsonschema:"Fewest replicas."`
	MaxReplicas  int         `json:"max_replicas" jsonschema:"Most replicas."`
	Target       *ratio      `json:"target_cpu_utilization" jsonschema:"Of the pods' CPU requests, in whole percent; null where it is not known."`
	NoTarget     text        `json:"no_target" jsonschema:"Why the target is not known; null where it is."`
	Limit        *ratio      `json:"limit_cpu_utilization" jsonschema:"Share of the CPU request at which the targets stop holding; null where not known."`
	Ramp         ratio       `json:"ramp_per_hour" jsonschema:"Steepest rise of the load from one hour to the next, relative."`
	Lag          seconds     `json:"lag_seconds" jsonschema:"From a rise of load to a pod that serves: the sum of the following."`
	MetricWindow seconds     `json:"metric_window_seconds" jsonschema:"How often what pods use is looked at."`
	SyncPeriod   seconds     `json:"sync_period_seconds" jsonschema:"How often the autoscaler looks."`
	PodStart     seconds     `json:"pod_start_seconds" jsonschema:"From start to Ready."`
	NodeStart    seconds     `json:"node_start_seconds" jsonschema:"Until a machine is a node that is Ready; 0 where nodes do not follow the pods."`
	Throughput   []perSecond `json:"throughput_per_second_by_hour" jsonschema:"24 rates, from midnight UTC on."`
	Replicas     []int       `json:"replicas_by_hour" jsonschema:"24 counts, from midnight UTC on."`
}

type dayPlan struct {
	Hours      []hourNodes `json:"hours" jsonschema:"24 hours, from midnight UTC on."`
	Autoscaled *dollars    `json:"autoscaled_usd_per_hour" jsonschema:"Mean of the day of nodes and root disks that run; null where not known."`
	Fixed      *dollars    `json:"fixed_usd_per_hour" jsonschema:"The planned nodes and root disks at all hours; null where not known."`
}

type hourNodes struct {
	Nodes   int `json:"nodes" jsonschema:"Nodes that the hour needs."`
	Running int `json:"running" jsonschema:"Nodes that run, while those of the hour before are not yet taken away."`
}
