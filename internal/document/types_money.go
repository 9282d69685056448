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
