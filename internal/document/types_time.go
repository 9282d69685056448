package document

type limit struct {
	Resource string `json:"resource" jsonschema:"Address of the limit: quota.on_demand_vcpus, quota.spot_vcpus, quota.gpus, quota.disk_gib or network.free_ips_by_zone.ZONE."`
	Limit    int64  `json:"limit" jsonschema:"vCPUs, GPUs, GiB or addresses."`
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
