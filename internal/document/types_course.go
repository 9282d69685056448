package document

type upgradePlan struct {
	From        string     `json:"from" jsonschema:"The minor that runs."`
	To          string     `json:"to" jsonschema:"The minor to reach."`
	Hops        []string   `json:"hops" jsonschema:"Minors of the control plane on the way, the last included."`
	Strategies  []strategy `json:"strategies" jsonschema:"The ways to upgrade."`
	Recommended text       `json:"recommended" jsonschema:"Name of the recommended strategy; null where every one is blocked."`
	Reason      text       `json:"reason" jsonschema:"Why it is recommended."`
	NodeRounds  []string   `json:"node_rounds" since:"3" jsonschema:"Those of the hops after which the nodes follow."`
	Pareto      []string   `json:"pareto" since:"3" jsonschema:"Names of the strategies that can be used and that no other is at least as good as, in time, cost and what stays ready, and better in one."`
	Nearest     text       `json:"nearest" since:"3" jsonschema:"Name of the strategy that is nearest to be usable, where none is recommended; null elsewhere."`
	Compromise  text       `json:"compromise" since:"3" jsonschema:"Why what is kept by default is not: declared limits block all that keep it; null where it is kept, and where nothing could keep it without limits either."`
	Quickest    *way       `json:"quickest" since:"3" jsonschema:"The least time that can be had without declared limits, with the strategies that groups have, and what must be kept is kept; null where they leave some strategy."`
	Cheapest    *way       `json:"cheapest" since:"3" jsonschema:"The least extra cost, likewise."`
	Levers      []lever    `json:"levers" since:"3" jsonschema:"Single changes of the spec that open a way that keeps what must be kept, or a cheaper one."`
	Stay        stay       `json:"stay" since:"3" jsonschema:"What it costs not to upgrade."`
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

	ControlPlaneCost     dollars           `json:"control_plane_extra_usd" since:"3" jsonschema:"The part of the extra cost that a second control plane takes."`
	VolumesCost          dollars           `json:"volumes_extra_usd" since:"3" jsonschema:"The part of the extra cost that the volumes of a second cluster take."`
	Simulated            bool              `json:"simulated" since:"3" jsonschema:"It came to its end in the simulation, which the figures are of; elsewhere they are by formula, as if nothing blocked it."`
	NoTarget             seconds           `json:"no_target_seconds" since:"3" jsonschema:"How long the targets of some workload do not hold."`
	NoRedundancy         seconds           `json:"no_redundancy_seconds" since:"3" jsonschema:"How long the declared losses are not survived."`
	Broken               seconds           `json:"broken_seconds" since:"3" jsonschema:"How long something is away that must be kept; what overlaps counts once."`
	AfterNode            seconds           `json:"no_target_after_node_seconds" since:"3" jsonschema:"How long a failure of some node would break a target."`
	AfterZone            seconds           `json:"no_target_after_zone_seconds" since:"3" jsonschema:"How long a failure of some zone would break a target."`
	Worst                []worstStep       `json:"worst_steps" since:"3" jsonschema:"The steps at which the least is ready, and would be after failures."`
	Failure              text              `json:"worst_failure" since:"3" jsonschema:"The worst that a failure in the middle makes of it; null where it was not tried."`
	PeakNodes            int               `json:"peak_nodes" since:"3" jsonschema:"Most nodes at one time, those of the plan included."`
	PeakVCPUs            int64             `json:"peak_vcpus" since:"3" jsonschema:"Their vCPUs."`
	PeakByZone           map[string]int    `json:"peak_nodes_by_zone" since:"3" jsonschema:"Most nodes in each zone."`
	Limits               []limit           `json:"limits" since:"3" jsonschema:"Declared limits of the account, with what is taken of them at the peak."`
	Workloads            []workloadUpgrade `json:"workloads" since:"3" jsonschema:"What happens to the pods of each workload."`
	RollbackControlPlane seconds           `json:"rollback_control_plane_seconds" since:"3" jsonschema:"How long the control plane can be taken back; 0 is not at all."`
	RollbackNodes        seconds           `json:"rollback_nodes_seconds" since:"3" jsonschema:"How long old nodes are kept after the last pod has left them, in groups that keep any; of a second cluster how long both run, from the start."`
	Timeline             []timelineEvent   `json:"timeline" since:"3" jsonschema:"What happens, in order of time; empty where the strategy is blocked, not asked for and not the nearest. Where a round of a group has many batches, those events that are alike are one."`
}

type way struct {
	Strategy  text     `json:"strategy" jsonschema:"Name of the strategy."`
	Duration  seconds  `json:"duration_seconds" jsonschema:"From start to end."`
	ExtraCost *dollars `json:"extra_cost_usd" signed:"true" jsonschema:"Beyond what runs anyway; null where a price is not known."`
}

type lever struct {
	Path  text `json:"path" jsonschema:"What is to be declared."`
	Value text `json:"value" jsonschema:"Its value, as the spec writes it."`
	Way   way  `json:"way" jsonschema:"The strategy that is to be taken then."`
	Risk  text `json:"risk" jsonschema:"Why the planner does not take it by itself; null where it would."`
}

type stay struct {
	StandardEnd date        `json:"standard_support_ends" jsonschema:"First day without standard support; null where not published."`
	ExtendedEnd date        `json:"extended_support_ends" jsonschema:"First day without any support; null where not published."`
	Surcharge   *dollars    `json:"surcharge_usd_per_hour" jsonschema:"What extended support costs more; null where there is none or it is not known."`
	Months      []stayMonth `json:"months" jsonschema:"The next twelve months, as far as the minor is supported."`
}

type stayMonth struct {
	Date date    `json:"date" jsonschema:"Day on which the month begins."`
	Cost dollars `json:"cost_usd" jsonschema:"What it costs more."`
}

type worstStep struct {
	Failing  text    `json:"failing" enum:"node zone" open:"true" jsonschema:"What fails at the step; null where nothing does."`
	Zone     text    `json:"zone" jsonschema:"The zone that fails; null where none does."`
	At       seconds `json:"at_seconds" jsonschema:"From the start of the upgrade."`
	Step     text    `json:"step" jsonschema:"What is going on, in words."`
	Workload string  `json:"workload" jsonschema:"Whose pods are fewest; with its node group and a slash before it where several groups have one of the name."`
	Ready    int     `json:"ready" jsonschema:"Its pods that are ready then."`
	Holds    bool    `json:"holds" jsonschema:"Its targets hold with so many."`
}

type workloadUpgrade struct {
	Group      string  `json:"node_group" jsonschema:"Name of the node group."`
	Name       string  `json:"name" jsonschema:"Name of the workload."`
	Pods       int     `json:"pods" jsonschema:"All of its pods."`
	Need       int     `json:"need" jsonschema:"Those that must be ready for its targets; 0 where none is known."`
	MinReady   int     `json:"min_ready" jsonschema:"The fewest that are ready."`
	MinReadyAt seconds `json:"min_ready_at_seconds" jsonschema:"When that is, from the start of the upgrade."`
	NoTarget   seconds `json:"no_target_seconds" jsonschema:"How long its targets do not hold."`
	AfterNode  int     `json:"min_ready_after_node" jsonschema:"The fewest that would be ready after a failure of the node with the most."`
	AfterZone  int     `json:"min_ready_after_zone" jsonschema:"The fewest that would be ready after a failure of the zone with the most."`
	Pending    int     `json:"max_pending" jsonschema:"The most that wait for a place at a time."`
}

type timelineEvent struct {
	At       seconds `json:"at_seconds" jsonschema:"From the start of the upgrade."`
	Until    seconds `json:"until_seconds" jsonschema:"When the last of several that are alike happens."`
	Kind     string  `json:"kind" enum:"control_plane add_ons set_up nodes_requested nodes_ready nodes_cordoned verify await_drain drain drained pods_forced terminate nodes_gone packages nodes_back soak_batch soak scale_down delete run_parallel switch stopped finished" open:"true" jsonschema:"What happens."`
	Minor    text    `json:"minor" jsonschema:"The minor that it brings."`
	Group    text    `json:"node_group" jsonschema:"Name of the node group, GROUP/POOL for a pool of several; null where none is meant."`
	Zone     text    `json:"zone" jsonschema:"Null where none is meant."`
	Workload text    `json:"workload" jsonschema:"Null where none is meant."`
	Count    int     `json:"count" jsonschema:"Nodes, or pods, in all; 0 where nothing is counted."`
	Times    int     `json:"times" jsonschema:"How many events are in this one."`
	For      seconds `json:"lasts_seconds" jsonschema:"How long what begins lasts, where that is known; 0 elsewhere."`
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

	Strategy      text           `json:"strategy" since:"3" jsonschema:"Strategy by which its nodes are replaced: the one that this is a course of or, where the group has one of its own, that; null in early documents."`
	Rounds        int            `json:"rounds" since:"3" jsonschema:"How often its nodes are replaced."`
	MinReadyNodes int            `json:"min_ready_nodes" since:"3" jsonschema:"Fewest nodes that are Ready while nodes are replaced; with a surge there may be more than planned."`
	Width         width          `json:"width" since:"3" jsonschema:"How many nodes are replaced at a time."`
	WidthWhy      text           `json:"width_reason" since:"3" jsonschema:"Why that width was chosen; null where it was declared, or the strategy is neither recommended nor asked for."`
	WidthOthers   []widthOther   `json:"width_alternatives" since:"3" jsonschema:"The next narrower and the next wider width, where one was chosen for the strategy that is recommended or asked for."`
	PeakByZone    map[string]int `json:"peak_nodes_by_zone" since:"3" jsonschema:"Most nodes in each zone."`
	PeakVCPUs     int64          `json:"peak_vcpus" since:"3" jsonschema:"Most vCPUs at one time."`
}

type width struct {
	MaxSurge       int  `json:"max_surge" jsonschema:"Nodes more; 0 where the strategy does not use it."`
	MaxUnavailable int  `json:"max_unavailable" jsonschema:"Nodes away; 0 where the strategy does not use it."`
	Batch          int  `json:"batch" jsonschema:"Nodes that blue/green drains at a time; 0 elsewhere."`
	Declared       bool `json:"declared" jsonschema:"As the spec says or by default; otherwise chosen for the upgrade."`
}

type widthOther struct {
	Width     width    `json:"width" jsonschema:"How many nodes would be replaced at a time."`
	Duration  seconds  `json:"duration_seconds" jsonschema:"What the whole upgrade would take, the widths of other groups as chosen."`
	ExtraCost *dollars `json:"extra_cost_usd" signed:"true" jsonschema:"What it would cost beyond what runs anyway; null where a price is not known."`
	Breaks    []string `json:"breaks" jsonschema:"What keeps it from being used; empty where it is only slower or dearer."`
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
	Machines     []grownMachine `json:"control_plane_machines" since:"3" jsonschema:"Machines of a self-managed control plane, which is sized anew for the nodes of the month; empty of a managed one."`
	Infeasible   text           `json:"infeasible" jsonschema:"What stops growth; null where the month can be planned."`
}

type grownMachine struct {
	Role         string `json:"role" enum:"control_plane etcd load_balancer" jsonschema:"What the machines run."`
	InstanceType string `json:"instance_type" jsonschema:"Their type."`
	Nodes        int    `json:"nodes" jsonschema:"How many."`
	Disks        []disk `json:"disks" jsonschema:"Disks of one machine, the root disk first; empty where machines bring theirs."`
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
