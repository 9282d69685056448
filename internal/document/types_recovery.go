package document

import "github.com/scantling-dev/scantling/planner"

type disasterRecovery struct {
	Mode    string           `json:"mode" enum:"active_active standby" jsonschema:"What the clusters do."`
	Share   ratio            `json:"share" jsonschema:"Share of the load for which a region that waits has capacity."`
	Regions []recoveryRegion `json:"regions" jsonschema:"Regions beside the cluster's, in the order in which they take over."`
}

type recoveryRegion struct {
	Region string   `json:"region" jsonschema:"The region."`
	Zones  []string `json:"zones" jsonschema:"Its zones, in the place of the cluster's."`
}

type recoveryPlan struct {
	Regions []regionPlan `json:"regions" jsonschema:"The cluster of each region, the spec's own first."`
	Known   dollars      `json:"known_usd_per_hour" jsonschema:"What is known of that."`
	Always  *dollars     `json:"usd_per_hour" jsonschema:"What all of them cost at all times; null where not known."`
}

type regionPlan struct {
	Region       string   `json:"region" jsonschema:"The region."`
	Zones        []string `json:"zones" jsonschema:"Its zones."`
	Carries      ratio    `json:"carries" jsonschema:"Share of the load with every region up."`
	Sized        ratio    `json:"sized_for" jsonschema:"Largest share that it has to carry."`
	Waiting      ratio    `json:"always_sized_for" jsonschema:"Share for which its capacity is there at all times."`
	Nodes        int      `json:"nodes" jsonschema:"Nodes for the largest share."`
	WaitingNodes int      `json:"always_nodes" jsonschema:"Nodes at all times."`
	Cost         *dollars `json:"usd_per_hour" jsonschema:"The whole bill for the largest share; null where not known."`
	Known        dollars  `json:"known_usd_per_hour" jsonschema:"The lines of the first bill that are known."`
	WaitingKnown dollars  `json:"always_known_usd_per_hour" jsonschema:"The lines of the second that are known."`
	WaitingCost  *dollars `json:"always_usd_per_hour" jsonschema:"The whole bill at all times; null where not known."`
}

func syncDisasterRecovery(to direction, d *disasterRecovery, p *planner.DisasterRecovery) {
	syncText(to, &d.Mode, &p.Mode)
	syncInt(to, &d.Share, &p.Share)
	syncList(to, &d.Regions, &p.Regions, func(to direction, d *recoveryRegion, p *planner.RecoveryRegion) {
		syncText(to, &d.Region, &p.Region)
		syncTexts(to, &d.Zones, &p.Zones)
	})
}

func syncRecoveryPlan(to direction, d *recoveryPlan, p *planner.RecoveryPlan) {
	syncList(to, &d.Regions, &p.Regions, func(to direction, d *regionPlan, p *planner.RegionPlan) {
		syncText(to, &d.Region, &p.Region)
		syncTexts(to, &d.Zones, &p.Zones)
		syncInt(to, &d.Carries, &p.Carries)
		syncInt(to, &d.Sized, &p.Sized)
		syncInt(to, &d.Waiting, &p.Waiting)
		syncInt(to, &d.Nodes, &p.Nodes)
		syncInt(to, &d.WaitingNodes, &p.WaitingNodes)
		syncInt(to, &d.Known, &p.Known)
		syncInt(to, &d.WaitingKnown, &p.WaitingKnown)
		syncAmount(to, &d.Cost, &p.Cost)
		syncAmount(to, &d.WaitingCost, &p.WaitingCost)
	})
	syncInt(to, &d.Known, &p.Known)
	syncAmount(to, &d.Always, &p.Always)
}
