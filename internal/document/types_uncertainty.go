package document

type uncertainty struct {
	Worlds    int              `json:"worlds" jsonschema:"Worlds that replicas were counted in."`
	Strata    int              `json:"strata" jsonschema:"Worlds, standing for all, that nodes and costs were counted in."`
	Estimates []estimateInfo   `json:"estimates" jsonschema:"The figures that are estimates, sorted by path."`
	Workloads []workloadSpread `json:"workloads" jsonschema:"What workloads need over the worlds, in the order of the groups."`
	Groups    []groupSpread    `json:"node_groups" jsonschema:"What groups need over the worlds that stand for all."`
	Cost      costSpread       `json:"usd_per_hour" jsonschema:"The whole bill over the worlds that stand for all."`
	RunsOut   []runOutSpread   `json:"runs_out" jsonschema:"When groups run out over the worlds that stand for all, of those that do within the horizon of growth in any."`
	Holds     ratio            `json:"holds" jsonschema:"Share of the worlds in which every workload has the pods that carry its peak."`
}

type estimateInfo struct {
	Path  string `json:"path" jsonschema:"Address of the figure."`
	Curve string `json:"curve" jsonschema:"Curve through its three figures: log_metalog or split_lognormal."`
}

type workloadSpread struct {
	Path     string   `json:"path" jsonschema:"Address of the workload."`
	P10      int      `json:"p10" jsonschema:"10th percentile of the replicas that carry the peak; 0 where no number does."`
	P50      int      `json:"p50" jsonschema:"Median of the same."`
	P90      int      `json:"p90" jsonschema:"90th percentile of the same."`
	Mid      int      `json:"mid" jsonschema:"Replicas with every estimate in its middle."`
	Planned  int      `json:"planned" jsonschema:"Replicas that carry the peak of the world that was sized for."`
	Holds    ratio    `json:"holds" jsonschema:"Share of the worlds in which planned is enough."`
	World    *int     `json:"world" jsonschema:"World that was sized for; null is the middle of all estimates."`
	SizedFor sizedFor `json:"sized_for" jsonschema:"The figures of that world."`
}

type sizedFor struct {
	Throughput       *perSecond `json:"throughput_per_second" jsonschema:"Peak; null where it is no estimate."`
	ThroughputPerPod *perSecond `json:"throughput_per_pod_per_second" jsonschema:"What a pod carries; null where it is no estimate."`
	ServiceFactor    *ratio     `json:"service_time_factor" jsonschema:"What the service time's figures are multiplied by; null where they are no estimate."`
	CPUPerRequest    *seconds   `json:"cpu_per_request_seconds" jsonschema:"CPU time of a request; null where it is no estimate."`
	JobDuration      *seconds   `json:"job_duration_seconds" jsonschema:"Of one run; null where it is no estimate."`
	GrowthPerMonth   *ratio     `json:"growth_per_month" signed:"true" jsonschema:"Compound growth; null where it is no estimate, or none that is sized for."`
}

type groupSpread struct {
	Group string `json:"node_group" jsonschema:"Name of the group."`
	P10   int    `json:"p10" jsonschema:"10th percentile of the nodes; 0 where that world cannot be planned."`
	P50   int    `json:"p50" jsonschema:"Median of the same."`
	P90   int    `json:"p90" jsonschema:"90th percentile of the same."`
}

type costSpread struct {
	P10 *dollars `json:"p10" jsonschema:"10th percentile; null where not known, or where that world cannot be planned."`
	P50 *dollars `json:"p50" jsonschema:"Median of the same."`
	P90 *dollars `json:"p90" jsonschema:"90th percentile of the same."`
}

type runOutSpread struct {
	Group  string       `json:"node_group" jsonschema:"Name of the group."`
	P10    *runOutMonth `json:"p10" jsonschema:"10th percentile of the first month that it does not get through; null where that is beyond the horizon."`
	P50    *runOutMonth `json:"p50" jsonschema:"Median of the same."`
	P90    *runOutMonth `json:"p90" jsonschema:"90th percentile of the same."`
	Within ratio        `json:"within_horizon" jsonschema:"Share of the worlds in which it runs out within the horizon of growth."`
}

type runOutMonth struct {
	Month int  `json:"month" jsonschema:"Months of growth."`
	Date  date `json:"date" jsonschema:"Day of that month."`
}
