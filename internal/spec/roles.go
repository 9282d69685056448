package spec

import (
	"fmt"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// roleDefaults is what a role decides where the spec says nothing.
type roleDefaults struct {
	nodes, zones   int
	recovery       planner.Recovery
	minReplicas    int
	maxUtilization units.Ratio
	capacity       planner.CapacityType
	maxTypes       int
	burstable      bool
	tainted        bool
	// spread keys, hard (DoNotSchedule) or not.
	spread []planner.TopologyKey
	hard   bool
	// budget is max_unavailable of the disruption budget; nil is none.
	budget        *units.CountOrRatio
	startup       time.Duration
	surge, absent units.CountOrRatio // rolling_update
	update        units.CountOrRatio // update_config: nodes at a time
	diskSize      units.Bytes
	// splitVolumes: a group with volumes in zones has a group of machines a zone.
	splitVolumes bool
	// gpus: the machines have GPUs, and are drained before others come.
	gpus bool
}

// defaultsOf returns a role's defaults. The figures are ours: they favour what
// recovers by itself, and each one used is listed with the plan.
func defaultsOf(role planner.Role) roleDefaults {
	one, quarter, third := units.Count(1), units.Share(25*units.Percent), units.Share(33*units.Percent)
	zone := []planner.TopologyKey{planner.ZoneKey}
	both := []planner.TopologyKey{planner.ZoneKey, planner.HostnameKey}
	app := roleDefaults{
		nodes: 1, zones: 1, recovery: planner.Reschedule, minReplicas: 2, maxUtilization: 70 * units.Percent,
		capacity: planner.OnDemand, maxTypes: 1, spread: zone, budget: &quarter,
		startup: 20 * time.Second, surge: quarter, update: third, diskSize: 50 * units.GiB,
	}
	d := app
	switch role {
	case planner.App:
	case planner.Batch:
		d.zones, d.minReplicas, d.maxUtilization = 0, 0, 90*units.Percent
		d.capacity, d.maxTypes, d.burstable, d.tainted = planner.Spot, 6, true, true
		d.spread, d.budget = nil, nil
	case planner.Ingress:
		d.nodes, d.recovery, d.maxUtilization, d.tainted = 2, planner.Static, 60*units.Percent, true
		d.spread, d.hard, d.budget = both, true, &one
		d.startup, d.surge, d.absent, d.update = 10*time.Second, units.Count(0), one, one
	case planner.Monitoring:
		d.zones, d.minReplicas, d.maxUtilization, d.tainted = 0, 1, 80*units.Percent, true
		d.spread, d.budget, d.startup, d.update, d.diskSize = nil, &one, 30*time.Second, one, 100*units.GiB
	case planner.Stateful:
		d.recovery, d.tainted, d.splitVolumes = planner.Static, true, true
		d.spread, d.hard, d.budget = both, true, &one
		d.startup, d.surge, d.absent, d.update = 120*time.Second, units.Count(0), one, one
	case planner.System:
		d.budget, d.update = &one, one
	case planner.GPU:
		d.nodes, d.zones, d.minReplicas, d.maxUtilization, d.tainted, d.gpus = 0, 0, 1, 80*units.Percent, true, true
		d.spread, d.budget, d.startup = nil, &one, 240*time.Second
		d.surge, d.absent, d.update, d.diskSize = units.Count(0), one, one, 200*units.GiB
	default:
		panic("spec: unknown role " + string(role))
	}
	return d
}

// portionText writes a count or a share as a spec does.
func portionText(c units.CountOrRatio) string {
	if c.IsRatio {
		return ratioText(c.Ratio)
	}
	return itoa(c.Count)
}

// ratioText writes a ratio in percent.
func ratioText(r units.Ratio) string {
	s := fmt.Sprintf("%d.%04d", r/units.Percent, r%units.Percent)
	return strings.TrimRight(strings.TrimRight(s, "0"), ".") + "%"
}

// bytesText writes a size in the largest binary unit that it is whole in.
func bytesText(b units.Bytes) string {
	for _, u := range []struct {
		size units.Bytes
		name string
	}{{units.TiB, "Ti"}, {units.GiB, "Gi"}, {units.MiB, "Mi"}, {units.KiB, "Ki"}} {
		if b%u.size == 0 {
			return fmt.Sprintf("%d%s", b/u.size, u.name)
		}
	}
	return fmt.Sprint(int64(b))
}

// durationText writes a duration as a spec does, in the largest unit that it is
// whole in, and below ten minutes in seconds: "250ms", "120s", "15m", "2h".
func durationText(d time.Duration) string {
	switch {
	case d >= time.Hour && d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d >= 10*time.Minute && d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d%time.Second == 0:
		return fmt.Sprintf("%ds", d/time.Second)
	case d%time.Millisecond == 0:
		return fmt.Sprintf("%dms", d/time.Millisecond)
	}
	return d.String()
}
