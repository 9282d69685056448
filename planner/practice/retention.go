package practice

import (
	"fmt"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

func retentionRules() []rule {
	return []rule{
		{Rule{
			ID: "MO-02", Title: "Disks hold the metrics that are kept", DefaultSeverity: planner.Warning,
			What: "The disk of a workload that retention.metrics names is smaller than its series take at that interval for that time, with room for the write-ahead log and compaction. Info where the disk is too small for the first time within the horizon of growth.",
			Why:  "Prometheus stops when its disk is full, at the moment at which most is measured; with a limit by size it forgets earlier than was agreed.",
			Fix:  "Raise the size that the message names, scrape less often, keep less long, or drop series that nobody looks at.",
		}, metricsFit},
		{Rule{
			ID: "MO-03", Title: "Disks of nodes hold the logs that are kept", DefaultSeverity: planner.Warning,
			What: "What the kubelet leaves of a node's disk is less than the local storage that pods of its fullest node request and the logs of retention.logs: rate x rotation x generations.",
			Why:  "Logs count as use of the node's disk: below 10% of free space the kubelet evicts pods, and those that log most are not always the ones that go.",
			Fix:  "Raise the group's disk.size, rotate earlier, keep fewer generations, or send logs away and keep what the kubelet's own rotation does.",
		}, logsFit},
	}
}

// metricsFit are disks that are too small for the metrics on them.
func metricsFit(v *view) []planner.Finding {
	r := v.plan.Retention
	if r == nil || v.c.Retention == nil {
		return nil
	}
	var found []planner.Finding
	for i := range r.Metrics {
		m, spec := &r.Metrics[i], &v.c.Retention.Metrics[i]
		need, series, severity, when := m.Need, m.Series, planner.Severity(""), ""
		switch {
		case m.Need > m.Disk:
		case m.FullIn > 0:
			need, series, severity = m.NeedAtHorizon, m.SeriesAtHorizon, planner.Info
			when = fmt.Sprintf(", from month %d of growth on and at its end", m.FullIn)
		default:
			continue
		}
		found = append(found, planner.Finding{
			Severity: severity, Path: diskPath(spec),
			Message: fmt.Sprintf("a disk of %s is too small%s: %s series every %s for %s at %s bytes a sample need %s, of which samples take %s",
				gib(int64(m.Disk)), when, number(series), spec.ScrapeInterval, hours(spec.Retention), decimals(spec.BytesPerSample), gib(int64(need)), percent(spec.DiskShare)),
			Remedy: v.metricsRemedy(spec, m, need, series),
		})
	}
	return found
}

// diskPath is the address of the size of what metrics lie on.
func diskPath(r *planner.MetricsRetention) string {
	if r.Volume == "" {
		return r.Workload + ".pod.ephemeral_storage"
	}
	return r.Workload + ".volume." + r.Volume + ".size"
}

// metricsRemedy lists what each way out takes: what it costs, or what is given up.
func (v *view) metricsRemedy(spec *planner.MetricsRetention, m *planner.MetricsPlan, need units.Bytes, series int) string {
	whole, most := units.CeilDiv(need, units.GiB), units.Bytes(mostDisk)
	bigger := fmt.Sprintf("a size of %dGi", whole)
	if k, ok := v.volumeOf(spec); ok {
		if k.MaxSize > 0 {
			most = k.MaxSize / units.GiB
		}
		if k.PerGiB.Known() && whole <= most {
			more := k.PerGiB.Amount * units.USD(whole-units.CeilDiv(m.Disk, units.GiB)) * units.USD(m.Replicas)
			bigger += fmt.Sprintf(" for %s USD/month more", usd(more))
		}
	}
	var ways []string
	if whole <= most {
		ways = append(ways, bigger)
	}
	ways = append(ways, fmt.Sprintf("scrape_interval = \"%s\"", spec.SlowestScrape(m.Disk, series)))
	if kept := spec.Holds(m.Disk, series).Truncate(time.Hour); kept > 0 {
		ways = append(ways, fmt.Sprintf("retention = \"%s\"", hours(kept)))
	}
	return strings.Join(ways, ", or ")
}

// volumeOf is the type of disk that metrics lie on, and whether the catalog has it.
func (v *view) volumeOf(spec *planner.MetricsRetention) (catalogs.Disk, bool) {
	for _, g := range v.groups {
		for _, l := range g.loads {
			for _, vol := range l.Volumes {
				if l.path == spec.Workload && vol.Name == spec.Volume {
					return v.cat.Disk(vol.Type)
				}
			}
		}
	}
	return catalogs.Disk{}, false
}

// hours writes a time in whole hours where it has them.
func hours(d time.Duration) string {
	if d%time.Hour == 0 {
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return d.String()
}

// decimals writes a ratio as a number: "1.3".
func decimals(r units.Ratio) string {
	whole, part := r/units.Whole, r%units.Whole
	return strings.TrimRight(strings.TrimRight(fmt.Sprintf("%d.%06d", whole, part), "0"), ".")
}

// logsFit are nodes whose disks are too small for the logs on them.
func logsFit(v *view) []planner.Finding {
	if v.plan.Retention == nil {
		return nil
	}
	var found []planner.Finding
	for i := range v.plan.Retention.Logs {
		l := &v.plan.Retention.Logs[i]
		short := l.Requested + l.Need - l.Room
		if short <= 0 || l.Room == 0 {
			continue
		}
		ways := []string{v.largerDisk(l, short)}
		// Rounded down, so that what is then kept fits.
		file := units.CeilDiv(l.Need, units.Bytes(v.c.Retention.Logs.Generations))
		if files := (l.Room - l.Requested) / max(file, 1); files > 0 {
			ways = append(ways, fmt.Sprintf("generations = %d", files))
		}
		found = append(found, planner.Finding{
			Path:    "node_group." + l.Group + ".disk.size",
			Message: fmt.Sprintf("nodes of type %s keep %s of logs beside %s that pods request, and %s are there: %s too few", l.Pool, gib(int64(l.Need)), gib(int64(l.Requested)), gib(int64(l.Room)), gib(int64(short))),
			Remedy:  strings.Join(append(ways, "a shorter rotation"), ", or "),
		})
	}
	return found
}

// largerDisk says by how much the disks of a pool have to be larger at least, and what that
// costs.
func (v *view) largerDisk(l *planner.NodeLogs, short units.Bytes) string {
	for _, g := range v.groups {
		pool := g.pool(l.Pool)
		if g.Name != l.Group || pool == nil {
			continue
		}
		more := v.moreDisk(g.NodeGroup, short)
		way := fmt.Sprintf("disks larger by %s GiB or more", number(int(more)))
		if k, ok := v.cat.Disk(g.Disk.Type); ok && k.PerGiB.Known() {
			way += fmt.Sprintf(" for %s USD/month", usd(k.PerGiB.Amount*units.USD(more)*units.USD(pool.Nodes)))
		}
		return way
	}
	return "larger disks"
}

// mostDisk is the largest disk that is sold, in GiB.
const mostDisk = 64 << 10

// moreDisk is the least number of GiB by which a group's disk has to be larger, so that the
// kubelet leaves so much more of it to pods: it keeps a tenth free, and of GKE's disks more.
func (v *view) moreDisk(g *planner.NodeGroup, short units.Bytes) units.Bytes {
	const free, tenths = 9, 10
	more := units.CeilDiv(units.CeilDiv(short*tenths, free), units.GiB)
	room := v.terms.DiskRoom
	if room == nil {
		return more
	}
	// A disk never leaves more than it is larger by, so that no step goes too far.
	now := room(g.Image, g.Disk.Size)
	more = 0
	for left := short; left > 0 && more < mostDisk; {
		more += units.CeilDiv(left, units.GiB)
		left = short - (room(g.Image, g.Disk.Size+more*units.GiB) - now)
	}
	return more
}
