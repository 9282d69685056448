package document

// controlPlaneSpec is the control plane of the inputs. All but mode, tier, support and load is of
// a control plane that people run themselves, and null of a managed one.
type controlPlaneSpec struct {
	Mode         string       `json:"mode" enum:"managed self_managed" jsonschema:"Who runs the control plane."`
	Tier         text         `json:"tier" jsonschema:"Tier of a managed control plane; null of a self-managed one."`
	Calculated   bool         `json:"tier_calculated" since:"3" jsonschema:"Nobody declared the tier: the planner takes another where the load asks for it."`
	Support      text         `json:"support_type" enum:"standard extended" since:"3" jsonschema:"What is declared for the end of standard support of a managed control plane; null where nothing is."`
	Load         loadSpec     `json:"load" since:"3" jsonschema:"What it has to carry beside what the plan tells."`
	Nodes        *int         `json:"nodes" jsonschema:"Nodes that run API servers; null leaves the count to the planner."`
	Profile      text         `json:"profile" enum:"general kube_up openshift rke2" since:"3" jsonschema:"The table that says how large they are; null of a managed control plane."`
	EtcdTopology text         `json:"etcd_topology" enum:"stacked external" jsonschema:"Whether etcd runs on these nodes or on hosts of its own; null of a managed control plane."`
	Etcd         *etcdSpec    `json:"etcd" jsonschema:"What is asked of etcd; null of a managed control plane."`
	LoadBalancer text         `json:"load_balancer" enum:"cloud kube_vip haproxy_keepalived" jsonschema:"What stands before the API servers; null of a managed control plane."`
	Redundancy   *redundancy  `json:"redundancy" jsonschema:"What quorum and API servers survive; null of a managed control plane."`
	Instances    *instances   `json:"instances" jsonschema:"The instance types that its nodes may use; null of a managed control plane."`
	Disk         *disk        `json:"disk" jsonschema:"The root disk of its nodes; null of a managed control plane, and where machines bring theirs."`
	Locked       []lockedRole `json:"locked" since:"3" jsonschema:"Types that an earlier plan chose, sorted by role; empty of a managed control plane."`
}

type lockedRole struct {
	Role         string `json:"role" enum:"control_plane etcd load_balancer" jsonschema:"What the machines run."`
	InstanceType string `json:"instance_type" jsonschema:"The type."`
	MinSaving    ratio  `json:"min_saving" jsonschema:"Share of the price of the machines that another type has to save, and more, to be chosen in its place."`
}

// loadSpec is the load on a control plane, as far as it is declared or assumed.
type loadSpec struct {
	Namespaces     int   `json:"namespaces" jsonschema:"Namespaces of the cluster."`
	Objects        int   `json:"objects" jsonschema:"Config maps, secrets, custom resources and the like."`
	ObjectSize     int64 `json:"object_size_bytes" jsonschema:"What one of them takes."`
	RolloutsPerDay int   `json:"rollouts_per_day" jsonschema:"Rollouts of each workload a day."`
	Watchers       int   `json:"watchers" jsonschema:"Watches of controllers and operators."`
}

// controlPlaneLoad is what a cluster asks of its API servers and etcd.
type controlPlaneLoad struct {
	Moment       string          `json:"moment" enum:"now horizon upgrade" jsonschema:"When."`
	Nodes        int             `json:"nodes" jsonschema:"Nodes, all that the groups may have and those that come in an upgrade."`
	Pods         int             `json:"pods" jsonschema:"Their pods."`
	Workloads    int             `json:"workloads" jsonschema:"Workloads and DaemonSets."`
	Namespaces   int             `json:"namespaces" jsonschema:"Namespaces."`
	Autoscalers  int             `json:"horizontal_pod_autoscalers" jsonschema:"HorizontalPodAutoscalers."`
	PodsPerHour  int             `json:"pods_started_per_hour" jsonschema:"Pods that start in the busiest hour, and as many end."`
	NodesPerHour int             `json:"nodes_started_per_hour" jsonschema:"Nodes that come in the busiest hour, and as many go."`
	Churn        text            `json:"churn" jsonschema:"What makes them start."`
	Watches      int             `json:"watches" jsonschema:"Watches on the API servers."`
	Objects      []storedObjects `json:"objects" jsonschema:"Objects in etcd, by kind."`
	Live         int64           `json:"live_bytes" jsonschema:"Their sum."`
	History      int64           `json:"history_bytes" jsonschema:"What was written over and is not compacted yet."`
	File         int64           `json:"file_bytes" jsonschema:"What both take on the disk."`
	Peak         int64           `json:"peak_bytes" jsonschema:"What is planned with: the file, and twice the sum of the objects at least."`
	Writes       perSecond       `json:"writes_per_second" jsonschema:"Writes to etcd."`
	Reads        perSecond       `json:"reads_per_second" jsonschema:"Reads from the API servers."`
	EtcdMemory   int64           `json:"etcd_memory_bytes" jsonschema:"What each member's process takes, beside the pages of the file."`
}

type storedObjects struct {
	Kind   string    `json:"kind" jsonschema:"The kind, in the plural."`
	Count  int       `json:"count" jsonschema:"How many."`
	Size   int64     `json:"size_bytes" jsonschema:"What one takes."`
	Writes perSecond `json:"writes_per_second" jsonschema:"Writes of all."`
}

type etcdSpec struct {
	Members         *int       `json:"members" jsonschema:"Members; null leaves the count to the planner."`
	Instances       *instances `json:"instances" jsonschema:"The instance types of hosts of its own; null where it has none."`
	Disk            etcdDisk   `json:"disk" jsonschema:"The disk that etcd has to itself, as far as it is given."`
	Events          text       `json:"events" enum:"shared separate" since:"3" jsonschema:"Which etcd keeps the events; null leaves it to the planner."`
	BackupInterval  seconds    `json:"backup_interval_seconds" jsonschema:"Time between snapshots."`
	BackupRetention seconds    `json:"backup_retention_seconds" jsonschema:"For how long they are kept."`
	RoundTrip       seconds    `json:"round_trip_seconds" jsonschema:"Longest round trip between members."`
}

// etcdDisk is a disk of which parts may be open.
type etcdDisk struct {
	Type            text   `json:"type" jsonschema:"Type of the disk; null leaves it to the planner, or to the machine that brings it."`
	Size            *int64 `json:"size_bytes" jsonschema:"Its size, the least that will do where machines bring theirs; null leaves it to the planner."`
	IOPS            *int   `json:"iops" jsonschema:"Operations a second asked for; null is what the type gives."`
	ThroughputMiBps *int   `json:"throughput_mib_per_second" jsonschema:"Throughput asked for; null is what the type gives."`
}

// machine is a kind of machine of one's own.
type machine struct {
	Name         string          `json:"name" jsonschema:"Name of the machine; plans name it as their instance type."`
	VCPUs        int             `json:"vcpus" jsonschema:"Virtual CPUs."`
	Memory       int64           `json:"memory_bytes" jsonschema:"Memory."`
	Architecture string          `json:"architecture" jsonschema:"amd64, arm64."`
	Disk         machineDisk     `json:"disk" jsonschema:"The disk built in, for the system and pods."`
	USDPerMonth  *dollars        `json:"usd_per_month" jsonschema:"What one machine costs; null where not known."`
	CountByZone  *map[string]int `json:"count_by_zone" jsonschema:"Machines that stand in each zone, none in a zone that is not named; null where as many as needed can be had everywhere."`
}

type machineDisk struct {
	Type text  `json:"type" jsonschema:"ssd, nvme or hdd; null where not given."`
	Size int64 `json:"size_bytes" jsonschema:"Its size."`
	IOPS *int  `json:"iops" jsonschema:"Operations a second that it sustains; null where not known."`
}

type kubelet struct {
	MaxPods        *int     `json:"max_pods" jsonschema:"Limit of pods on a node; null leaves it to the network."`
	KubeReserved   *reserve `json:"kube_reserved" jsonschema:"Set aside for Kubernetes' daemons; null where not declared."`
	SystemReserved *reserve `json:"system_reserved" jsonschema:"Set aside for the system; null where not declared."`
	EvictionMemory *int64   `json:"eviction_memory_bytes" jsonschema:"Free memory below which pods are evicted; null is the kubelet's own."`
}

type reserve struct {
	MilliCPU int64 `json:"millicpu" jsonschema:"CPU in thousandths of a core."`
	Memory   int64 `json:"memory_bytes" jsonschema:"Memory."`
}

type controlPlane struct {
	Mode         string                 `json:"mode" enum:"managed self_managed" jsonschema:"Who runs the control plane: the provider, or the cluster's owner on machines of the cluster."`
	Tier         text                   `json:"tier" jsonschema:"Tier of a managed control plane; null of a self-managed one."`
	SLA          *ratio                 `json:"sla" since:"3" jsonschema:"Share of time for which the provider promises its API; null where it promises nothing."`
	Tiers        []tierOption           `json:"tiers" since:"3" jsonschema:"Tiers that a managed control plane could be of, in the order in which they are chosen."`
	TierReason   text                   `json:"tier_reason" since:"3" jsonschema:"Why it is of its tier; null of a self-managed one."`
	Support      string                 `json:"support" jsonschema:"standard or extended, at the plan's date; none where the minor gets no more patches."`
	SupportEnds  date                   `json:"support_ends" jsonschema:"Day on which that support ends; null where not published."`
	Machines     []controlPlaneMachines `json:"machines" since:"1" jsonschema:"Machines by role, in the order control_plane, etcd, load_balancer; empty where the control plane is managed."`
	Members      []controlPlaneMember   `json:"members" jsonschema:"The same machines one by one, by role and zone; empty where the control plane is managed."`
	LoadBalancer *loadBalancer          `json:"load_balancer" jsonschema:"In front of a control plane of one's own; null where it is managed."`
	Etcd         *etcd                  `json:"etcd" jsonschema:"The etcd cluster; null where it is managed."`
	Survives     []drill                `json:"survives" since:"1" jsonschema:"The losses that were tried on it; empty where it is managed."`
	Outages      []outage               `json:"outages" since:"3" jsonschema:"How often no API server is up, and etcd has no majority; empty where it is managed or the availability of nodes and zones is not given."`
	Use          []memberUse            `json:"use" since:"3" jsonschema:"How busy API servers and etcd are, by role and case; empty where it is managed."`
	Fees         []fee                  `json:"fees" jsonschema:"The parts of its price beside machines and disks."`
	Load         []controlPlaneLoad     `json:"load" since:"3" jsonschema:"What the cluster asks of it: now, at the horizon of growth where there is any, and during the upgrade where one is recommended."`
	USDPerHour   *dollars               `json:"usd_per_hour" computed:"true" jsonschema:"What it costs: its fees, machines and disks; null where one price is not known."`
}

type memberUse struct {
	Role   string `json:"role" enum:"control_plane etcd load_balancer" open:"true" jsonschema:"What the machines run."`
	Case   string `json:"case" enum:"all_up after_loss in_upgrade" open:"true" jsonschema:"all_up, after_loss of what is declared to be survived, in_upgrade of one of the machines."`
	Left   int    `json:"left" jsonschema:"Machines that are up."`
	CPU    ratio  `json:"cpu" jsonschema:"Share of the CPU of each that is used; above 1 they do not carry the load."`
	Memory ratio  `json:"memory" jsonschema:"The same of memory."`
}

type tierOption struct {
	Name          string   `json:"name" jsonschema:"Name of the tier."`
	Seats         *int     `json:"api_seats" jsonschema:"Requests that its API servers work on at a time; null where not published."`
	PodsPerSecond *int     `json:"pods_per_second" jsonschema:"Pods that it schedules a second; null where not published."`
	Database      *int64   `json:"database_bytes" jsonschema:"What etcd stores; null where not published."`
	Nodes         *int     `json:"nodes" jsonschema:"Nodes that it takes; null where not published."`
	SLA           *ratio   `json:"sla" jsonschema:"Share of time that is promised; null where nothing is."`
	Fee           *dollars `json:"usd_per_hour" jsonschema:"Its fee in all; null where not known."`
	Basis         text     `json:"price_basis" jsonschema:"How the fee is known; null where it is not."`
	TooSmall      text     `json:"too_small" jsonschema:"What of the load it does not carry; null where it carries it."`
}

// platformLimit is a limit of Kubernetes or of who runs it.
type platformLimit struct {
	Resource string `json:"resource" jsonschema:"What is limited."`
	Path     string `json:"path" jsonschema:"Where the most of it is: the cluster, a node group, a workload."`
	Kind     string `json:"kind" enum:"quota threshold" open:"true" jsonschema:"quota: the provider refuses more. threshold: Kubernetes is not tested with more."`
	Used     int64  `json:"used" jsonschema:"What the plan has of it; bytes of a database."`
	Limit    int64  `json:"limit" jsonschema:"The most."`
	Share    ratio  `json:"share" jsonschema:"Used of limit."`
	AtLeast  bool   `json:"at_least" jsonschema:"No fewer are used; how many more is not known."`
	Month    *int   `json:"reached_in_month" jsonschema:"First month of growth that takes more; null where none of the next ten years does."`
	Date     date   `json:"reached_on" jsonschema:"Its day."`
	Source   string `json:"source" jsonschema:"Who publishes the limit."`
}

type controlPlaneMachines struct {
	Role         string         `json:"role" enum:"control_plane etcd load_balancer" open:"true" jsonschema:"What the machines run."`
	InstanceType string         `json:"instance_type" jsonschema:"Name of the instance type."`
	Nodes        int            `json:"nodes" jsonschema:"Number of machines."`
	NodesByZone  map[string]int `json:"nodes_by_zone" jsonschema:"Machines in each zone."`
	USDPerHour   *dollars       `json:"usd_per_hour" jsonschema:"Price of one machine; null where not known."`
	PriceBasis   text           `json:"price_basis" enum:"declared listed family estimated secondary recalled" open:"true" jsonschema:"How the price is known; null where it is not."`
	PriceDate    date           `json:"price_date" jsonschema:"Day of the price's source."`
	PriceSource  text           `json:"price_source" jsonschema:"Tag of the price's source."`
	Disks        []disk         `json:"disks" jsonschema:"Disks of one machine, the root disk first; empty where machines bring theirs."`
	LeastVCPUs   int            `json:"least_vcpus" jsonschema:"Virtual CPUs that the load asks for."`
	LeastMemory  int64          `json:"least_memory_bytes" jsonschema:"Memory that the load asks for."`
	Reason       string         `json:"reason" jsonschema:"Why it asks for them."`
	Lock         *lockOutcome   `json:"lock" since:"3" jsonschema:"What became of the locked type, of which costs are those of the machines alone; null where none is locked."`
}

type controlPlaneMember struct {
	Role         string `json:"role" enum:"control_plane etcd load_balancer" open:"true" since:"1" jsonschema:"What the machine runs."`
	Zone         string `json:"zone" jsonschema:"Zone of the machine."`
	InstanceType string `json:"instance_type" jsonschema:"Its instance type."`
}

type loadBalancer struct {
	Kind        string `json:"kind" enum:"cloud kube_vip haproxy_keepalived" open:"true" jsonschema:"Kind of load balancer."`
	Hosts       int    `json:"hosts" since:"1" jsonschema:"Hosts of its own; 0 where it runs on the control plane or is the cloud's."`
	Ports       []int  `json:"ports" since:"1" jsonschema:"Ports that it listens on."`
	HealthCheck text   `json:"health_check" since:"1" jsonschema:"Path that tells whether an API server is well; null where none is asked."`
}

type etcd struct {
	Topology        string        `json:"topology" enum:"stacked external" open:"true" since:"1" jsonschema:"stacked on the control-plane nodes, or external on hosts of its own."`
	Members         int           `json:"members" jsonschema:"Members of the cluster."`
	Quorum          int           `json:"quorum" jsonschema:"Members that must agree."`
	Tolerates       etcdTolerates `json:"tolerates" since:"1" jsonschema:"What may fail, wherever it strikes, with a quorum left."`
	Class           string        `json:"class" since:"1" jsonschema:"Class of hardware: small, medium, large or xlarge."`
	ClassReason     string        `json:"class_reason" since:"1" jsonschema:"What decides the class."`
	Disk            etcdDisk      `json:"disk" since:"1" jsonschema:"The disk that etcd has to itself; where machines bring theirs, the least that it must be."`
	Database        int64         `json:"database_bytes" since:"1" jsonschema:"Estimated size of the database at the peak."`
	Quota           int64         `json:"quota_bytes" since:"1" jsonschema:"Limit of the database to set."`
	Heartbeat       seconds       `json:"heartbeat_seconds" since:"1" jsonschema:"Heartbeat interval to set."`
	ElectionTimeout seconds       `json:"election_timeout_seconds" since:"1" jsonschema:"Election timeout to set."`
	BackupInterval  seconds       `json:"backup_interval_seconds" since:"1" jsonschema:"Time between snapshots."`
	BackupRetention seconds       `json:"backup_retention_seconds" since:"1" jsonschema:"For how long they are kept."`
	BackupStorage   int64         `json:"backup_storage_bytes" since:"1" jsonschema:"Storage that the snapshots take."`
	Events          *eventsEtcd   `json:"events" since:"3" jsonschema:"The etcd that events have of their own, beside each member; null where they have none."`
}

// eventsEtcd keeps the events of a cluster.
type eventsEtcd struct {
	Reason   string   `json:"reason" jsonschema:"Why they are apart."`
	Database int64    `json:"database_bytes" jsonschema:"Estimated size of its database at the peak."`
	Quota    int64    `json:"quota_bytes" jsonschema:"Limit of the database to set."`
	Disk     etcdDisk `json:"disk" jsonschema:"The disk that each member has to itself."`
}

type etcdTolerates struct {
	Members int `json:"members" jsonschema:"Any so many members."`
	Zones   int `json:"zones" jsonschema:"Any so many zones."`
}
