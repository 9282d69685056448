package document

import "github.com/scantling-dev/scantling/planner"

type tenancy struct {
	Tenants int                  `json:"tenants" jsonschema:"How many share the load evenly."`
	Virtual *virtualControlPlane `json:"virtual_control_plane" jsonschema:"What the control plane of one virtual cluster needs; null where nobody says."`
}

type virtualControlPlane struct {
	NodeGroup string  `json:"node_group" jsonschema:"Group that runs them."`
	Replicas  int     `json:"replicas" jsonschema:"Replicas of each tenant."`
	MilliCPU  int64   `json:"millicpu" jsonschema:"CPU request of each replica in thousandths of a core."`
	Memory    int64   `json:"memory_bytes" jsonschema:"Memory request of each replica."`
	Volume    *volume `json:"volume" jsonschema:"Volume of each replica; null is none."`
}

type tenancyPlan struct {
	Options     []tenancyOption `json:"options" jsonschema:"What each way costs: clusters, virtual clusters, namespaces."`
	QuotaCPU    int64           `json:"quota_millicpu" jsonschema:"CPU that a tenant's share of the pods requests."`
	QuotaMemory int64           `json:"quota_memory_bytes" jsonschema:"Memory that they request."`
	QuotaPods   int             `json:"quota_pods" jsonschema:"An even share of the pods of each of the spec's workloads, rounded up."`
}

type tenancyOption struct {
	Way          string        `json:"way" enum:"cluster virtual_cluster namespace" jsonschema:"What each tenant has for itself."`
	Clusters     int           `json:"clusters" jsonschema:"Clusters that there are."`
	Share        ratio         `json:"share" jsonschema:"Share of the load that each is planned for."`
	Why          text          `json:"why" jsonschema:"Why it was not planned; null where it was."`
	Nodes        int           `json:"nodes" jsonschema:"Nodes of each cluster."`
	Pods         int           `json:"virtual_control_planes" jsonschema:"Pods that are virtual control planes."`
	Pools        []tenancyPool `json:"pools" jsonschema:"The nodes of each cluster by node group and instance type."`
	ControlPlane *dollars      `json:"control_plane_usd_per_hour" jsonschema:"The control plane of each cluster; null where not known."`
	Cost         *dollars      `json:"usd_per_hour" jsonschema:"The whole bill of each cluster; null where not known."`
	Known        dollars       `json:"known_usd_per_hour" jsonschema:"The lines of it that are known."`
	All          *dollars      `json:"all_usd_per_hour" jsonschema:"The bills of all clusters; null where not known."`
	AllKnown     dollars       `json:"all_known_usd_per_hour" jsonschema:"What is known of them."`
}

type tenancyPool struct {
	Group        string `json:"node_group" jsonschema:"Name of the node group."`
	InstanceType string `json:"instance_type" jsonschema:"Their type."`
	Nodes        int    `json:"nodes" jsonschema:"How many."`
}

func syncTenancy(to direction, d *tenancy, p *planner.Tenancy) {
	syncInt(to, &d.Tenants, &p.Tenants)
	syncOptional(to, &d.Virtual, &p.Virtual, func(to direction, d *virtualControlPlane, p *planner.VirtualControlPlane) {
		syncText(to, &d.NodeGroup, &p.NodeGroup)
		syncInt(to, &d.Replicas, &p.Replicas)
		syncInt(to, &d.MilliCPU, &p.CPU)
		syncInt(to, &d.Memory, &p.Memory)
		syncOptional(to, &d.Volume, &p.Volume, syncVolume)
	})
}

func syncTenancyPlan(to direction, d *tenancyPlan, p *planner.TenancyPlan) {
	syncList(to, &d.Options, &p.Options, func(to direction, d *tenancyOption, p *planner.TenancyOption) {
		syncText(to, &d.Way, &p.Way)
		syncInt(to, &d.Clusters, &p.Clusters)
		syncInt(to, &d.Share, &p.Share)
		syncText(to, &d.Why, &p.Why)
		syncInt(to, &d.Nodes, &p.Nodes)
		syncInt(to, &d.Pods, &p.Pods)
		syncList(to, &d.Pools, &p.Pools, func(to direction, d *tenancyPool, p *planner.TenancyPool) {
			syncText(to, &d.Group, &p.Group)
			syncText(to, &d.InstanceType, &p.InstanceType)
			syncInt(to, &d.Nodes, &p.Nodes)
		})
		syncAmount(to, &d.ControlPlane, &p.ControlPlane)
		syncAmount(to, &d.Cost, &p.Cost)
		syncInt(to, &d.Known, &p.Known)
		syncAmount(to, &d.All, &p.All)
		syncInt(to, &d.AllKnown, &p.AllKnown)
	})
	syncInt(to, &d.QuotaCPU, &p.QuotaCPU)
	syncInt(to, &d.QuotaMemory, &p.QuotaMemory)
	syncInt(to, &d.QuotaPods, &p.QuotaPods)
}
