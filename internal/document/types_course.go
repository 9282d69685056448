package document

type upgradePlan struct {
	From        string     `json:"from" jsonschema:"The minor that runs."`
	To          string     `json:"to" jsonschema:"The minor to reach."`
	Hops        []string   `json:"hops" jsonschema:"Minors of the control plane on the way, the last included."`
	Strategies  []strategy `json:"strategies" jsonschema:"The ways to upgrade."`
	Recommended text       `json:"recommended" jsonschema:"Name of the recommended strategy; null where every one is blocked."`
	Reason      text       `json:"reason" jsonschema:"Why it is recommended."`
}

type strategy struct {
	Name           string         `json:"name" jsonschema:"Name of the strategy."`
	Duration       *seconds       `json:"duration_seconds" jsonschema:"From start to end; null where the provider refuses the strategy, so that it has no course."`
	ExtraCost      *dollars       `json:"extra_cost_usd" signed:"true" jsonschema:"Beyond what runs anyway; null where a price is not known or there is no course."`
	PeakExtraNodes *int           `json:"peak_extra_nodes" jsonschema:"Most nodes beyond the plan's at one time; null where there is no course."`
	MinReady       *ratio         `json:"min_ready_fraction" jsonschema:"Least share of nodes that is Ready, of the group where it is least; null where there is no course."`
	Rollback       text           `json:"rollback" jsonschema:"How to go back, and for how long; null where there is no course."`
	BlockedBy      []string       `json:"blocked_by" jsonschema:"Why it cannot be used; empty where it can."`
	Notes          []string       `json:"notes" jsonschema:"What to mind."`
	Groups         []groupUpgrade `json:"node_groups" jsonschema:"Its course in each node group, pool by pool where a group has several."`
	Events         []upgradeEvent `json:"events" computed:"true" jsonschema:"When each node group starts and ends, in order of time."`
}

type groupUpgrade struct {
	Name           string   `json:"name" jsonschema:"Name of the node group; GROUP/POOL for each pool of a group that has several."`
	Start          seconds  `json:"start_seconds" jsonschema:"From the start of the upgrade."`
	Duration       seconds  `json:"duration_seconds" jsonschema:"Until the group is done."`
	Parallel       int      `json:"parallel" jsonschema:"Nodes replaced at a time."`
	PeakExtraNodes int      `json:"peak_extra_nodes" jsonschema:"Most nodes beyond the plan's at one time."`
	MinReady       ratio    `json:"min_ready_fraction" jsonschema:"Least share of nodes that is Ready."`
	ExtraNodeHours float64  `json:"extra_node_hours" signed:"true" jsonschema:"Hours of nodes beyond the plan's."`
	ExtraCost      *dollars `json:"extra_cost_usd" signed:"true" jsonschema:"Their cost; null where a price is not known."`
	Drain          seconds  `json:"drain_seconds" jsonschema:"Longest drain of a node, or of the nodes drained together."`
	DrainWorkload  text     `json:"drain_workload" jsonschema:"Workload whose pods make it long; null where none does."`
}

type upgradeEvent struct {
	At        seconds `json:"at_seconds" jsonschema:"From the start of the upgrade."`
	NodeGroup string  `json:"node_group" jsonschema:"Name of the node group; GROUP/POOL for a pool of several."`
	Event     string  `json:"event" jsonschema:"nodes_start or nodes_done."`
}

type growthMonth struct {
	Month        int            `json:"month" jsonschema:"Months from today."`
	Date         date           `json:"date" jsonschema:"Day at which the month is planned."`
	Factor       ratio          `json:"factor" jsonschema:"On throughput."`
	Nodes        map[string]int `json:"nodes_by_group" jsonschema:"Nodes of each group."`
	USDPerHour   *dollars       `json:"usd_per_hour" jsonschema:"The whole bill; null where not known."`
	ControlPlane *dollars       `json:"control_plane_usd_per_hour" since:"1" jsonschema:"What the control plane costs: its fees, and machines and disks of a self-managed one; null where not known."`
	Infeasible   text           `json:"infeasible" jsonschema:"What stops growth; null where the month can be planned."`
}

type cost struct {
	Lines         []costLine `json:"lines" jsonschema:"Everything that is paid for, sorted by path."`
	Known         dollars    `json:"known_usd_per_hour" jsonschema:"Sum of the lines that are known."`
	Total         *dollars   `json:"total_usd_per_hour" jsonschema:"Sum of all lines; null where one is not known."`
	TotalPerMonth *dollars   `json:"total_usd_per_month" computed:"true" jsonschema:"The total times 730 hours; null where it is not known."`
}

type costLine struct {
	Path       string   `json:"path" jsonschema:"What is paid for: node_group.NAME.nodes, or node_group.NAME.nodes.POOL for each of several pools, .root_disks, .volumes, or a part of control_plane."`
	Detail     string   `json:"detail" jsonschema:"The same in words."`
	Basis      text     `json:"basis" enum:"declared listed family estimated secondary recalled" open:"true" jsonschema:"How the price is known; null where it is not."`
	Date       date     `json:"date" jsonschema:"Day of the price's source."`
	USDPerHour *dollars `json:"usd_per_hour" jsonschema:"The line's cost; null where not known."`
}

type assumption struct {
	Path   string `json:"path" jsonschema:"Address of the attribute."`
	Value  string `json:"value" jsonschema:"How the attribute would be written."`
	Source string `json:"source" jsonschema:"Whose default it is."`
}

type finding struct {
	Rule     string `json:"rule" jsonschema:"The practice's id."`
	Severity string `json:"severity" enum:"off info warning error" open:"true" jsonschema:"How much it matters."`
	Path     string `json:"path" jsonschema:"Address of what breaks it."`
	Source   *place `json:"source" jsonschema:"Where the spec says it; null where it does not."`
	Message  string `json:"message" jsonschema:"What is wrong."`
	Remedy   string `json:"remedy" jsonschema:"What to do about it."`
}

type place struct {
	File   string `json:"file" jsonschema:"Name of the file."`
	Line   int    `json:"line" jsonschema:"From 1."`
	Column int    `json:"column" jsonschema:"From 1."`
}
