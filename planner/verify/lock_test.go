package verify_test

import (
	"testing"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// locked keeps web on m7.large, five of which with a disk cost 1.025 USD an hour; the
// free choice would have cost 1.000, which is 2.439024% less.
func locked() *problem {
	p := good()
	p.respec(func(c *planner.Cluster) {
		c.NodeGroups[1].Locked = &planner.Locked{Types: []string{"m7.large"}, MinSaving: 5 * units.Percent}
	})
	p.web().Lock = &planner.LockOutcome{
		Verdict: planner.LockHeld, Locked: known(dollars(1025)), Free: known(dollars(1000)), FreeTypes: []string{"m7.xlarge"}, Saving: 24_390,
	}
	return p
}

// freed has given m7.xlarge up for m7.large, which saves 1.025 of 1.275 USD an hour:
// 19.607843%.
func freed() *problem {
	p := locked()
	p.respec(func(c *planner.Cluster) { c.NodeGroups[1].Locked.Types = []string{"m7.xlarge"} })
	p.web().Lock = &planner.LockOutcome{
		Verdict: planner.LockSaving, Locked: known(dollars(1275)), Free: known(dollars(1025)), FreeTypes: []string{"m7.large"}, Saving: 196_078,
	}
	return p
}

func TestLocks(t *testing.T) {
	for name, fresh := range map[string]func() *problem{"held": locked, "freed": freed} {
		if err := fresh().verify(); err != nil {
			t.Errorf("the lock that is %s is refused:\n%v", name, err)
		}
	}
	lock := func(change func(l *planner.LockOutcome)) func(p *problem) {
		return func(p *problem) { change(p.web().Lock) }
	}
	mutate(t, locked, map[string]mutation{
		"nothing is said":        {"lock.outcome", func(p *problem) { p.web().Lock = nil }},
		"of a group without one": {"lock.outcome", func(p *problem) { p.edge().Lock = &planner.LockOutcome{} }},
		"held by other types": {"lock.types", func(p *problem) {
			p.respec(func(c *planner.Cluster) { c.NodeGroups[1].Locked.Types = []string{"m7.xlarge"} })
		}},
		"cheaper than it is":      {"lock.cost", lock(func(l *planner.LockOutcome) { l.Locked.Rate-- })},
		"the disks left out":      {"lock.cost", lock(func(l *planner.LockOutcome) { l.Locked = known(dollars(1000)) })},
		"a saving that is larger": {"lock.saving", lock(func(l *planner.LockOutcome) { l.Saving++ })},
		"kept though others save": {"lock.kept", func(p *problem) {
			p.respec(func(c *planner.Cluster) { c.NodeGroups[1].Locked.MinSaving = 24_389 })
		}},
		"gone and not locked": {"lock.gone", lock(func(l *planner.LockOutcome) { l.Gone = []string{"zoo"} })},
		"gone and admitted":   {"lock.gone", lock(func(l *planner.LockOutcome) { l.Gone = []string{"m7.large"} })},
		"no such verdict":     {"lock.verdict", lock(func(l *planner.LockOutcome) { l.Verdict = "kept" })},
	})
	mutate(t, freed, map[string]mutation{
		"others do not save enough": {"lock.given", func(p *problem) {
			p.respec(func(c *planner.Cluster) { c.NodeGroups[1].Locked.MinSaving = 196_078 })
		}},
		"free for other types":   {"lock.free", lock(func(l *planner.LockOutcome) { l.FreeTypes = []string{"m7.xlarge"} })},
		"the free choice's cost": {"lock.cost", lock(func(l *planner.LockOutcome) { l.Free.Rate-- })},
		"not all are gone":       {"lock.gone", lock(func(l *planner.LockOutcome) { l.Verdict = planner.LockGone })},
		"for no reason":          {"lock.why", lock(func(l *planner.LockOutcome) { l.Verdict = planner.LockUnfit })},
	})
}
