package document

type sizing struct {
	Mean           seconds      `json:"service_mean_seconds" jsonschema:"Mean of the service time's law."`
	CV             ratio        `json:"service_cv" jsonschema:"Coefficient of variation of the service time's law."`
	Erlangs        ratio        `json:"erlangs" jsonschema:"Requests in service at a time, in the mean."`
	CPU            *int64       `json:"cpu_millicpu" jsonschema:"CPU that the requests use, in the mean; null where theirs is not stated."`
	Method         string       `json:"method" enum:"formula simulation" jsonschema:"What found the number of pods."`
	Reason         string       `json:"reason" jsonschema:"Why this method."`
	Arrivals       int          `json:"simulated_arrivals" jsonschema:"Requests that were simulated in all."`
	Marginal       bool         `json:"marginal" jsonschema:"One pod fewer may do: the simulation could not tell."`
	ForUtilization int          `json:"for_utilization" jsonschema:"Pods that max_utilization asks for by itself."`
	Pooled         *int         `json:"pooled" jsonschema:"Pods that would do if all took from one queue, which no way of balancing beats; null where no cluster can have as many."`
	Random         *int         `json:"random" jsonschema:"Pods that would do if requests, or their connections, came to pods by chance; null where no cluster can have as many."`
	Survivors      *int         `json:"survivors" jsonschema:"Pods that hold the targets while a declared loss lasts; null where that is not asked."`
	Steps          []sizingStep `json:"steps" jsonschema:"What the pods for the load do, and what one fewer, if one is left, and one more would do; sorted by their number."`
}

type sizingStep struct {
	Pods        int           `json:"pods" jsonschema:"Number of pods."`
	Utilization *ratio        `json:"utilization" jsonschema:"Of the workers of the busiest pod; null where there is no limit of workers."`
	CPU         *ratio        `json:"cpu_utilization" jsonschema:"Of what the busiest pod requests of CPU; null where no CPU time of a request is stated."`
	Breaks      text          `json:"breaks" jsonschema:"What does not hold: max_utilization or a latency's statistic; null where all does."`
	Latency     []stepLatency `json:"latency" jsonschema:"Each latency target."`
}

type stepLatency struct {
	Statistic string   `json:"statistic" enum:"mean p50 p90 p95 p99 p999" open:"true" jsonschema:"Statistic of the response time."`
	Predicted *seconds `json:"predicted_seconds" jsonschema:"Response time that is predicted; null where requests wait ever longer."`
}
