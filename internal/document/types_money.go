package document

import "github.com/scantling-dev/scantling/planner"

type outage struct {
	Below   string  `json:"below" enum:"load min_ready one quorum" open:"true" jsonschema:"What replicas are needed for: load, to carry it at the targets; min_ready; one, of which nothing else is known; quorum, etcd's majority."`
	Need    int     `json:"need" jsonschema:"Least number that is enough."`
	PerYear seconds `json:"seconds_per_year" jsonschema:"Time with fewer, on average, in a year of 365.25 days, where pods stay where they are."`
}

func syncOutage(to direction, d *outage, p *planner.Outage) {
	syncText(to, &d.Below, &p.Below)
	syncInt(to, &d.Need, &p.Need)
	syncInt(to, &d.PerYear, &p.PerYear)
}

type contract struct {
	Name         string         `json:"name" jsonschema:"Name of the commitment."`
	USDPerHour   *dollars       `json:"usd_per_hour" jsonschema:"What is paid, used or not; null where not known."`
	Unused       *dollars       `json:"unused_usd_per_hour" jsonschema:"What is left of a promise of dollars; null where nothing is."`
	UnusedCPU    *int64         `json:"unused_millicpu" jsonschema:"What is left of a promise of machines, in thousandths of a vCPU; null where nothing is."`
	UnusedMemory *int64         `json:"unused_memory_bytes" jsonschema:"Likewise of memory."`
	Covers       []coveredNodes `json:"covers" jsonschema:"The nodes that it pays for, by path."`
	Unpriced     []string       `json:"unpriced" jsonschema:"Instance types that it could pay for at a price that is not known, sorted; it covers none of them."`
}

type coveredNodes struct {
	Path  string   `json:"path" jsonschema:"Line of the bill that pays for the rest."`
	Value dollars  `json:"on_demand_usd_per_hour" jsonschema:"What is covered, at the price on demand."`
	Spent *dollars `json:"usd_per_hour" jsonschema:"What it takes of a promise of dollars; null where machines are promised."`
}

func syncContract(to direction, d *contract, p *planner.CommitmentUse) {
	syncText(to, &d.Name, &p.Name)
	syncAmount(to, &d.USDPerHour, &p.Paid)
	syncSet(to, &d.Unused, &p.Unused)
	syncSet(to, &d.UnusedCPU, &p.UnusedCPU)
	syncSet(to, &d.UnusedMemory, &p.UnusedMemory)
	syncList(to, &d.Covers, &p.Covers, func(to direction, d *coveredNodes, p *planner.CoveredNodes) {
		syncText(to, &d.Path, &p.Path)
		syncInt(to, &d.Value, &p.Value)
		syncSet(to, &d.Spent, &p.Spent)
	})
	syncTexts(to, &d.Unpriced, &p.Unpriced)
}

type split struct {
	InstanceType string      `json:"instance_type" jsonschema:"Instance type."`
	Paths        []string    `json:"paths" jsonschema:"Lines of the bill for its nodes, sorted."`
	Hours        []int       `json:"nodes_by_hour" jsonschema:"Its nodes in each hour of the day, UTC."`
	Bought       int         `json:"bought" jsonschema:"Nodes that commitments which run already cover: nothing is decided of them."`
	Stable       int         `json:"stable" jsonschema:"Nodes that may not be interrupted, bought ones among them."`
	Parts        []splitPart `json:"parts" jsonschema:"How the nodes are bought at least cost, the most binding way first."`
	Cost         dollars     `json:"usd_per_hour" jsonschema:"What that costs on average."`
	OnDemand     dollars     `json:"on_demand_usd_per_hour" jsonschema:"What the same nodes cost on demand."`
}

type splitPart struct {
	Way      string  `json:"way" enum:"three_years one_year on_demand spot" open:"true" jsonschema:"How they are paid for."`
	Nodes    int     `json:"nodes" jsonschema:"Number of nodes."`
	Rate     dollars `json:"node_usd_per_hour" jsonschema:"Price of one while it is paid for: of a commitment always, else while needed."`
	Payment  text    `json:"payment" jsonschema:"How a commitment is paid; null where it is none."`
	Cost     dollars `json:"usd_per_hour" jsonschema:"Their cost on average."`
	LeastUse ratio   `json:"least_use" jsonschema:"Share of the day for which the node of them that is needed least is needed."`
}

func syncSplit(to direction, d *split, p *planner.CommitmentSplit) {
	syncText(to, &d.InstanceType, &p.InstanceType)
	syncTexts(to, &d.Paths, &p.Paths)
	syncList(to, &d.Hours, &p.Hours, syncInt)
	syncInt(to, &d.Bought, &p.Bought)
	syncInt(to, &d.Stable, &p.Stable)
	syncList(to, &d.Parts, &p.Parts, func(to direction, d *splitPart, p *planner.SplitPart) {
		syncText(to, &d.Way, &p.Way)
		syncInt(to, &d.Nodes, &p.Nodes)
		syncInt(to, &d.Rate, &p.Rate)
		syncText(to, &d.Payment, &p.Payment)
		syncInt(to, &d.Cost, &p.Cost)
		syncInt(to, &d.LeastUse, &p.LeastUse)
	})
	syncInt(to, &d.Cost, &p.Cost)
	syncInt(to, &d.OnDemand, &p.OnDemand)
}
