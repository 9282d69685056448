package report_test

import (
	"testing"
	"time"

	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestWhatIsLeft: shares are rounded up, and a machine that is the only one has no others.
func TestWhatIsLeft(t *testing.T) {
	p := byHand(t, "rooms")
	role := p.ControlPlane.Machines[0].Role
	p.ControlPlane.Use = []planner.MemberUse{
		{Role: role, Case: planner.UseAllUp, Left: 3, CPU: 60 * units.Percent, Memory: 30 * units.Percent},
		{Role: role, Case: planner.UseInUpgrade, Left: 2, CPU: 90*units.Percent + 1, Memory: 45 * units.Percent},
	}
	wants(t, text(t, p, report.Options{Width: 160}), "control plane 60% busy with all 3 up · 91% with 2 while one is upgraded")
	p.ControlPlane.Use = []planner.MemberUse{{Role: role, Case: planner.UseAllUp, Left: 1, CPU: units.Whole}, {Role: role, Case: planner.UseInUpgrade}}
	wants(t, text(t, p, report.Options{Width: 160}), "control plane 100% busy, alone")
}

// TestTargetOfNothing: to lose nothing is a target.
func TestTargetOfNothing(t *testing.T) {
	p := byHand(t, "rooms")
	p.Cluster.DisasterRecovery = &planner.DisasterRecovery{Pattern: planner.Backup}
	none := planner.RecoveryObjective{Known: true, Target: new(time.Duration)}
	p.Recovery = &planner.RecoveryPlan{RPO: none, RTO: none}
	wants(t, text(t, p, report.Options{Width: 160}), "LOST (RPO) none · target 0s")
}
