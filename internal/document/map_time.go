package document

import "github.com/scantling-dev/scantling/planner"

func syncLimit(to direction, d *limit, p *planner.Limit) {
	syncText(to, &d.Resource, &p.Resource)
	syncInt(to, &d.Limit, &p.Limit)
	syncInt(to, &d.Used, &p.Used)
}

func syncRunOut(to direction, d *runOut, p *planner.RunOut) {
	syncText(to, &d.Group, &p.Group)
	syncInt(to, &d.Month, &p.Month)
	syncText(to, &d.Date, &p.Date)
	syncText(to, &d.Resource, &p.Resource)
	syncSet(to, &d.Limit, &p.Limit)
	syncSet(to, &d.Need, &p.Need)
	syncText(to, &d.Reason, &p.Reason)
}
