package spec

// Code is the stable name of a kind of diagnostic: "SC2001".
type Code string

// The codes. SC1 is about files and syntax, SC2 about names and blocks, SC3
// about expressions, SC4 about single values, SC5 about what values mean
// together, SC6 about the catalog, SC7 about specs that cannot be met.
const (
	FileTooLarge     Code = "SC1001"
	InvalidEncoding  Code = "SC1002"
	TooDeep          Code = "SC1003"
	ExpressionTooBig Code = "SC1004"
	SyntaxError      Code = "SC1005"
	TooManyMistakes  Code = "SC1006"

	UnknownAttribute Code = "SC2001"
	UnknownBlock     Code = "SC2002"
	NotSupportedYet  Code = "SC2003"
	MissingAttribute Code = "SC2004"
	DuplicateName    Code = "SC2005"
	DuplicateBlock   Code = "SC2006"
	WrongLabels      Code = "SC2007"
	InvalidName      Code = "SC2008"
	BlockOrAttribute Code = "SC2009"
	NoCluster        Code = "SC2010"
	SecondCluster    Code = "SC2011"
	EmptyCluster     Code = "SC2012"
	MissingBlock     Code = "SC2013"
	InvalidDynamic   Code = "SC2014"

	UndeclaredName     Code = "SC3001"
	InvalidExpression  Code = "SC3002"
	ReferenceCycle     Code = "SC3003"
	MissingValue       Code = "SC3004"
	InvalidVariable    Code = "SC3005"
	UndeclaredVariable Code = "SC3006"
	ValidationFailed   Code = "SC3007"
	ValueTooBig        Code = "SC3008"
	UnusedValue        Code = "SC3009"
	SensitiveVariable  Code = "SC3010"

	WrongType        Code = "SC4001"
	InvalidCPU       Code = "SC4002"
	InvalidBytes     Code = "SC4003"
	InvalidDuration  Code = "SC4004"
	InvalidRatio     Code = "SC4005"
	InvalidRate      Code = "SC4006"
	InvalidCount     Code = "SC4007"
	UnknownChoice    Code = "SC4008"
	InvalidGlob      Code = "SC4009"
	InvalidDate      Code = "SC4010"
	InvalidVersion   Code = "SC4011"
	OutOfRange       Code = "SC4012"
	InvalidLabel     Code = "SC4013"
	DuplicateElement Code = "SC4014"
	InvalidResource  Code = "SC4015"
	InvalidEstimate  Code = "SC4016"
	InvalidCIDR      Code = "SC4017"

	TwoDemands        Code = "SC5001"
	MissingDemand     Code = "SC5002"
	UtilizationBeside Code = "SC5003"
	MinimumAbove      Code = "SC5004"
	SpareBeside       Code = "SC5005"
	StatefulNeeds     Code = "SC5006"
	TooManyZones      Code = "SC5007"
	NoRollout         Code = "SC5008"
	BudgetAmbiguous   Code = "SC5009"
	InvalidService    Code = "SC5010"
	InvalidLatency    Code = "SC5011"
	UnknownGroup      Code = "SC5012"
	UnknownZone       Code = "SC5013"
	NoSystemGroup     Code = "SC5014"
	EmptyGroup        Code = "SC5015"
	ReasonMissing     Code = "SC5016"
	BoundsCrossed     Code = "SC5017"
	LimitBelow        Code = "SC5018"
	GrowthTooFast     Code = "SC5019"
	UnknownRule       Code = "SC5020"
	SurvivorsMissing  Code = "SC5021"
	NotOnGround       Code = "SC5022"
	NoQuorum          Code = "SC5023"
	EtcdDiskUnfit     Code = "SC5024"
	ControlPlaneUnfit Code = "SC5025"
	NoMachine         Code = "SC5026"
	MachineUnfit      Code = "SC5027"
	UnequalZones      Code = "SC5028"
	VolumeUnfit       Code = "SC5029"
	AffinityUnfit     Code = "SC5030"
	FrontsUnfit       Code = "SC5031"
	CurveUnfit        Code = "SC5032"
	NoEstimate        Code = "SC5033"
	JobUnfit          Code = "SC5034"
	BalancingUnfit    Code = "SC5035"
	ProfileUnfit      Code = "SC5037"
	CommitmentUnfit   Code = "SC5038"
	ManifestUnfit     Code = "SC5039"
	RetentionUnfit    Code = "SC5041"

	UnknownProvider   Code = "SC6001"
	UnknownRegion     Code = "SC6002"
	ZoneOfOther       Code = "SC6003"
	ZoneNotInRegion   Code = "SC6004"
	ZoneLetterUnknown Code = "SC6005"
	GlobMatchesNone   Code = "SC6006"
	VersionUnknown    Code = "SC6007"
	VersionNotYet     Code = "SC6008"
	VersionEnded      Code = "SC6009"
	UpgradeImpossible Code = "SC6010"
	DiskUnknown       Code = "SC6011"
	CatalogFailed     Code = "SC6012"
	GlobAdmitsNone    Code = "SC6013"
	DiskSetting       Code = "SC6014"
	ManifestMissing   Code = "SC6015"
	ManifestBroken    Code = "SC6016"
	ManifestIgnored   Code = "SC6017"
	PriceBookUnread   Code = "SC6018"
	PriceBookUnfit    Code = "SC6019"
	MachinesUnread    Code = "SC6020"
	SpotPriceOther    Code = "SC6021"

	CannotBeMet Code = "SC7001"
)

// Problem is a kind of diagnostic.
type Problem struct {
	Code Code
	// Summary never varies for a code, but for SC1005 and SC3002, where HCL's own
	// is shown.
	Summary string
	// Meaning says when it is reported.
	Meaning string
	Warning bool
}

// Problems returns every kind of diagnostic, sorted by code.
func Problems() []Problem {
	var all []Problem
	for _, part := range [][]Problem{fileProblems(), nameProblems(), expressionProblems(), valueProblems(), meaningProblems(), catalogProblems()} {
		all = append(all, part...)
	}
	return append(all, Problem{Code: CannotBeMet, Summary: "The spec cannot be met", Meaning: "No plan exists: the detail names the constraint that binds, by how much, and what would free it."})
}

func fileProblems() []Problem {
	return []Problem{
		{Code: FileTooLarge, Summary: "File too large", Meaning: "A source file is larger than 4 MiB. It is not parsed."},
		{Code: InvalidEncoding, Summary: "Invalid UTF-8", Meaning: "A source file holds bytes that are not UTF-8."},
		{Code: TooDeep, Summary: "Nesting too deep", Meaning: "Brackets are nested more than 200 deep."},
		{Code: ExpressionTooBig, Summary: "Expression too large", Meaning: "An expression has more than 1000 operators, more than two nested for loops, a text of more than 2000 lines, or a number with too many digits."},
		{Code: SyntaxError, Summary: "Syntax error", Meaning: "The file is not HCL. The summary shown is HCL's own."},
		{Code: TooManyMistakes, Summary: "Too many mistakes", Meaning: "More than 200 mistakes were found; the rest is not shown."},
	}
}

func nameProblems() []Problem {
	return []Problem{
		{Code: UnknownAttribute, Summary: "Unknown attribute", Meaning: "A block has no attribute of this name."},
		{Code: UnknownBlock, Summary: "Unknown block", Meaning: "A block of this name cannot stand here."},
		{Code: NotSupportedYet, Summary: "Not supported yet", Meaning: "The language knows this, but this version does not do it. Nothing is ignored silently."},
		{Code: MissingAttribute, Summary: "Missing attribute", Meaning: "A required attribute is not given."},
		{Code: DuplicateName, Summary: "Duplicate name", Meaning: "Two things of one kind have the same name."},
		{Code: DuplicateBlock, Summary: "Duplicate block", Meaning: "A block that may stand once is given twice."},
		{Code: WrongLabels, Summary: "Wrong number of labels", Meaning: "A block has too many or too few labels."},
		{Code: InvalidName, Summary: "Invalid name", Meaning: "A name has a form that Kubernetes, the provider or Terraform refuses."},
		{Code: BlockOrAttribute, Summary: "Block and attribute confused", Meaning: "A block is written with \"=\", or an attribute without."},
		{Code: NoCluster, Summary: "No cluster", Meaning: "The spec has no cluster block."},
		{Code: SecondCluster, Summary: "More than one cluster", Meaning: "A folder holds one cluster."},
		{Code: EmptyCluster, Summary: "Empty cluster", Meaning: "The cluster has no node group."},
		{Code: MissingBlock, Summary: "Missing block", Meaning: "A required block is not given."},
		{Code: InvalidDynamic, Summary: "Invalid dynamic block", Meaning: "A dynamic block cannot be expanded."},
	}
}

func expressionProblems() []Problem {
	return []Problem{
		{Code: UndeclaredName, Summary: "Unknown name", Meaning: "An expression refers to something that is not declared."},
		{Code: InvalidExpression, Summary: "Invalid expression", Meaning: "An expression cannot be evaluated. The summary shown is HCL's own."},
		{Code: ReferenceCycle, Summary: "Reference cycle", Meaning: "Locals refer to each other in a circle."},
		{Code: MissingValue, Summary: "Missing value", Meaning: "A variable without a default has no value."},
		{Code: InvalidVariable, Summary: "Invalid variable", Meaning: "A variable's declaration or value is wrong."},
		{Code: UndeclaredVariable, Summary: "Undeclared variable", Meaning: "A value is given for a variable that the spec does not declare."},
		{Code: ValidationFailed, Summary: "Validation failed", Meaning: "A variable's own validation refuses its value."},
		{Code: ValueTooBig, Summary: "Value too large", Meaning: "A value has more than 4096 elements, a string of more than 16 KiB, a number beyond 1e15 or lists nested more than 32 deep."},
		{Code: UnusedValue, Summary: "Unused value", Meaning: "A variable file gives a value that the spec does not declare.", Warning: true},
		{Code: SensitiveVariable, Summary: "Sensitive variable", Meaning: "Values are recorded in the plan, so that a spec cannot hold secrets."},
	}
}

func valueProblems() []Problem {
	return []Problem{
		{Code: WrongType, Summary: "Wrong type", Meaning: "A value is of another type than the attribute takes."},
		{Code: InvalidCPU, Summary: "Invalid CPU quantity", Meaning: "CPU is a number of cores (2, \"0.5\") or thousandths (\"500m\"), above 0 and at most a million cores."},
		{Code: InvalidBytes, Summary: "Invalid size", Meaning: "A size is a Kubernetes quantity such as \"768Mi\" or \"50Gi\", at most 1Ei."},
		{Code: InvalidDuration, Summary: "Invalid duration", Meaning: "A duration is written \"250ms\", \"90s\" or \"2h\", at most a year."},
		{Code: InvalidRatio, Summary: "Invalid ratio", Meaning: "A ratio is written 0.8 or \"80%\"."},
		{Code: InvalidRate, Summary: "Invalid rate", Meaning: "A rate is a number per second, above 0 and at most a billion."},
		{Code: InvalidCount, Summary: "Invalid count", Meaning: "A count is a whole number within the bounds of its attribute."},
		{Code: UnknownChoice, Summary: "Unknown value", Meaning: "An attribute takes one of a few words."},
		{Code: InvalidGlob, Summary: "Invalid pattern", Meaning: "A pattern holds small letters, digits, \".\", \"-\", \"*\" and \"?\"."},
		{Code: InvalidDate, Summary: "Invalid date", Meaning: "A date is written \"2026-11-20\"."},
		{Code: InvalidVersion, Summary: "Invalid version", Meaning: "A Kubernetes version is a minor in quotes: \"1.35\"."},
		{Code: OutOfRange, Summary: "Number out of range", Meaning: "A number is negative, not finite, or larger than anything real."},
		{Code: InvalidLabel, Summary: "Invalid label", Meaning: "A label or taint has a form that Kubernetes refuses, or a domain that a kubelet or the provider keeps to itself."},
		{Code: DuplicateElement, Summary: "Duplicate element", Meaning: "A list names the same thing twice."},
		{Code: InvalidResource, Summary: "Invalid resource", Meaning: "An extended resource has a domain, \"/\" and a name, such as nvidia.com/gpu; CPU, memory and local storage are attributes of pod."},
		{Code: InvalidEstimate, Summary: "Invalid estimate", Meaning: "An estimate is { low, mid, high, confidence }, its figures in rising order, where the attribute may be one; risk has one rule."},
		{Code: InvalidCIDR, Summary: "Invalid address range", Meaning: "A range is an IPv4 network with its prefix, such as \"10.0.0.0/14\", and has a block for one node at least."},
	}
}

func meaningProblems() []Problem {
	return []Problem{
		{Code: TwoDemands, Summary: "Two ways of stating demand", Meaning: "A workload gives replicas, or throughput with throughput_per_pod, or throughput with latency, or a job: one of them."},
		{Code: MissingDemand, Summary: "Missing demand", Meaning: "A workload does not say how much it must carry."},
		{Code: UtilizationBeside, Summary: "max_utilization beside a measurement", Meaning: "throughput_per_pod and load_curve are used as they are; a margin on top would be a second one."},
		{Code: MinimumAbove, Summary: "Minimum above the given count", Meaning: "A count that the user gives never changes."},
		{Code: SpareBeside, Summary: "Spare beside a given count", Meaning: "A count that the user gives never changes."},
		{Code: StatefulNeeds, Summary: "Stateful workload incomplete", Meaning: "Workloads of role stateful give replicas and min_ready."},
		{Code: TooManyZones, Summary: "Too many zones to lose", Meaning: "A group cannot lose every zone that it has."},
		{Code: NoRollout, Summary: "Rollout cannot proceed", Meaning: "max_surge and max_unavailable are both 0, or a StatefulSet is to surge."},
		{Code: BudgetAmbiguous, Summary: "Ambiguous disruption budget", Meaning: "A pod_disruption_budget has one of min_available and max_unavailable."},
		{Code: InvalidService, Summary: "Invalid service time", Meaning: "No distribution has these figures, or too few are given."},
		{Code: InvalidLatency, Summary: "Invalid latency target", Meaning: "A latency block names no statistic, or one that has a target already."},
		{Code: UnknownGroup, Summary: "Unknown node group", Meaning: "A node_groups list names a group that does not exist."},
		{Code: UnknownZone, Summary: "Zone is not the cluster's", Meaning: "A group uses zones of its cluster only."},
		{Code: NoSystemGroup, Summary: "No group for system pods", Meaning: "CoreDNS needs a system group, or an app group without a taint."},
		{Code: EmptyGroup, Summary: "Empty node group", Meaning: "A group has no workload and carries no system pods."},
		{Code: ReasonMissing, Summary: "Missing reason", Meaning: "A rule that is off says why."},
		{Code: BoundsCrossed, Summary: "Bounds crossed", Meaning: "A minimum is above its maximum."},
		{Code: LimitBelow, Summary: "Limit below request", Meaning: "A pod's limit is at least its request."},
		{Code: GrowthTooFast, Summary: "Growth too fast", Meaning: "Compounded over the horizon, growth is more than a thousandfold."},
		{Code: UnknownRule, Summary: "Unknown rule", Meaning: "No rule of good practice has this id."},
		{Code: SurvivorsMissing, Summary: "Survivors not stated", Meaning: "Nothing says how many pods must outlive a declared loss."},
		{Code: NotOnGround, Summary: "Not on this ground", Meaning: "The provider and mode of the cluster do not have the word, attribute or block, though others do."},
		{Code: NoQuorum, Summary: "No quorum", Meaning: "The members of a self-managed control plane cannot keep a majority through the losses that redundancy declares, or their count is even."},
		{Code: EtcdDiskUnfit, Summary: "Disk unfit for etcd", Meaning: "etcd waits for its disk at every write: it needs an SSD of at least 40Gi and 500 operations a second."},
		{Code: ControlPlaneUnfit, Summary: "Control plane setting refused", Meaning: "A self-managed control plane cannot work with the setting: an address that hosts announce, across the zones of a cloud, spot machines, members that are too far apart, stacked members beside other nodes."},
		{Code: NoMachine, Summary: "No machine", Meaning: "A cluster on machines of one's own declares none."},
		{Code: MachineUnfit, Summary: "Machine unfit", Meaning: "A machine is too small to run Kubernetes."},
		{Code: UnequalZones, Summary: "Zones not equal", Meaning: "The ground gives each zone of a group the same number of nodes, so that bounds are multiples of the number of zones."},
		{Code: VolumeUnfit, Summary: "Volume unfit", Meaning: "A controller cannot give each of its replicas such a volume."},
		{Code: AffinityUnfit, Summary: "Affinity unfit", Meaning: "An affinity names no workload of its group, or no placement can meet it."},
		{Code: FrontsUnfit, Summary: "Fronts unfit", Meaning: "A fronts list names workloads of the cluster whose throughput is stated, none of which fronts the workload itself."},
		{Code: CurveUnfit, Summary: "Load curve unfit", Meaning: "A load curve has two points or more, each of another throughput, and p99 does not fall as throughput rises."},
		{Code: NoEstimate, Summary: "No estimate", Meaning: "risk says which world to size for, and there is one world only."},
		{Code: JobUnfit, Summary: "Unfit for a job", Meaning: "A job, or a workload of kind Job or CronJob, has what only workloads have that run for good."},
		{Code: BalancingUnfit, Summary: "Balancing unfit", Meaning: "Balancers or connections that the way of balancing knows nothing of: they would be of no effect."},
		{Code: ProfileUnfit, Summary: "Day unfit", Meaning: "A daily profile is no day of the throughput, or an autoscaler changes what is given as a fixed count."},
		{Code: CommitmentUnfit, Summary: "Commitment unfit", Meaning: "A commitment promises dollars or machines, one of them, as its product is sold; it names the family that it is bound to, and runs at as_of."},
		{Code: ManifestUnfit, Summary: "Manifest unfit", Meaning: "A manifest does not hold the workload that is asked for, or another group runs it already."},
		{Code: RetentionUnfit, Summary: "Nothing to keep it on", Meaning: "A retention block names a workload or a volume that is not there, or does not say which of several is meant."},
	}
}

func catalogProblems() []Problem {
	return []Problem{
		{Code: UnknownProvider, Summary: "Unknown provider", Meaning: "There is no provider of this name."},
		{Code: UnknownRegion, Summary: "Unknown region", Meaning: "The catalog has no region of this name."},
		{Code: ZoneOfOther, Summary: "Zone of another region", Meaning: "A zone belongs to another region than the cluster's."},
		{Code: ZoneNotInRegion, Summary: "Unknown zone", Meaning: "The region has no zone of this name."},
		{Code: ZoneLetterUnknown, Summary: "Zone not in the catalog", Meaning: "Zone letters belong to an account, so that a letter that the catalog lacks may exist in yours.", Warning: true},
		{Code: GlobMatchesNone, Summary: "Pattern matches nothing", Meaning: "No type of the region has such a name."},
		{Code: VersionUnknown, Summary: "Unknown Kubernetes version", Meaning: "The provider's calendar does not have this minor."},
		{Code: VersionNotYet, Summary: "Kubernetes version not released", Meaning: "The provider has not released this minor at as_of."},
		{Code: VersionEnded, Summary: "Kubernetes version ended", Meaning: "The minor is past the end of its extended support at as_of."},
		{Code: UpgradeImpossible, Summary: "Upgrade leads nowhere", Meaning: "upgrade.to must be later than kubernetes_version."},
		{Code: DiskUnknown, Summary: "Unknown disk type", Meaning: "The region's catalog has no disk of this type."},
		{Code: CatalogFailed, Summary: "Catalog cannot be read", Meaning: "The catalog of the region could not be loaded."},
		{Code: GlobAdmitsNone, Summary: "Pattern admits nothing", Meaning: "Types have such names, but other settings of the group leave out each of them: its architectures, exclude, max_vcpus, or a class that allow does not name."},
		{Code: DiskSetting, Summary: "Disk setting refused", Meaning: "A disk of this type does not take the setting, needs another, or cannot be the root disk of a node."},
		{Code: ManifestMissing, Summary: "No such manifest", Meaning: "A manifest or a pattern of manifests names no file."},
		{Code: ManifestBroken, Summary: "Manifest cannot be read", Meaning: "An object of a manifest is not what Kubernetes would take. The place is the manifest's."},
		{Code: ManifestIgnored, Summary: "Not all of a manifest is planned", Meaning: "An object of a manifest says what no spec can say, or what the cluster has to say. The place is the manifest's.", Warning: true},
		{Code: PriceBookUnread, Summary: "Price book cannot be read", Meaning: "The file that pricing.price_book names is not there, or cannot be read."},
		{Code: PriceBookUnfit, Summary: "Price book unfit", Meaning: "A price book is of the cluster's provider, in force at as_of, and says something of the region; as spot no machine costs more than on demand."},
		{Code: MachinesUnread, Summary: "Catalog of machines cannot be read", Meaning: "No catalog of machines has the name that catalog gives, or its file cannot be read."},
		{Code: SpotPriceOther, Summary: "Spot prices are another statistic", Meaning: "The spot prices of the catalog are not the statistic that pricing.spot_price asks for, or nothing says what they are."},
	}
}
