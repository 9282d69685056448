package practice_test

import (
	"testing"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// keeping declares metrics of api on a volume, or on the node's disk, and what the plan
// says of them.
func keeping(volume string, plan planner.MetricsPlan) func(w *world) {
	return func(w *world) {
		const api = "node_group.web.workload.api"
		plan.Workload, plan.Replicas = api, 3
		w.c().Retention = &planner.Retention{Metrics: []planner.MetricsRetention{{
			Workload: api, Volume: volume, Series: 500_000, ScrapeInterval: 30 * time.Second, Retention: 360 * time.Hour,
			BytesPerSample: 2 * units.Whole, DiskShare: 80 * units.Percent,
		}}}
		w.plan.Retention = &planner.RetentionPlan{Metrics: []planner.MetricsPlan{plan}}
		w.api().Volumes = []planner.Volume{{Name: "data", Type: "gp3", Size: plan.Disk}}
		w.cat.Disks = []catalogs.Disk{{Type: "gp3", PerGiB: catalogs.MonthlyPrice{Amount: units.Dollar * 8 / 100, Basis: catalogs.Listed, Date: "2026-05-01"}}}
	}
}

// TestDisksOfMetrics: 54 GB are 50.3 GiB, 51 whole ones: 21 more of 8 cents for each of
// three. 30 GiB hold 30 / 50.3 of 360 hours, and of the samples: one in 50.3 s.
// Logs lack 15 GiB, of which disks have to be 16.7 larger, for 8 cents a GiB of three nodes; of
// files of 10 GiB three find room in 35.
func TestDisksOfMetrics(t *testing.T) {
	small := planner.MetricsPlan{Series: 500_000, Need: 54_000_000_000, Disk: 30 * units.GiB}
	later := planner.MetricsPlan{Series: 500_000, Need: 54_000_000_000, Disk: 51 * units.GiB, SeriesAtHorizon: 1_000_000, NeedAtHorizon: 108_000_000_000, FullIn: 7}
	check(t, map[string]want{
		"a volume": {
			keeping("data", small), "warning MO-02 node_group.web.workload.api.volume.data.size",
			"a disk of 30.0 GiB is too small: 500,000 series every 30s for 360h at 2 bytes a sample need 50.3 GiB, of which samples take 80%",
			"a size of 51Gi for 5.04 USD/month more, or scrape_interval = \"51s\", or retention = \"214h\"",
		},
		// gp3 ends at 64 TiB; 2^62 bytes are 2^32 GiB, which none has.
		"more than any volume": {
			func(w *world) {
				keeping("data", planner.MetricsPlan{Series: 500_000, Need: 1 << 62, Disk: 30 * units.GiB})(w)
				w.cat.Disks[0].MaxSize = 64 * units.TiB
			}, "warning MO-02 node_group.web.workload.api.volume.data.size",
			"at 2 bytes a sample need 4,294,967,296.0 GiB", "scrape_interval = \"51s\", or retention",
		},
		"the node's disk": {
			keeping("", small), "warning MO-02 node_group.web.workload.api.pod.ephemeral_storage",
			"a disk of 30.0 GiB is too small", "a size of 51Gi, or scrape_interval = \"51s\"",
		},
		"after growth": {
			keeping("data", later), "info MO-02 node_group.web.workload.api.volume.data.size",
			"too small, from month 7 of growth on and at its end: 1,000,000 series", "a size of 101Gi for 12.00 USD/month more",
		},
		"logs": {
			func(w *world) {
				w.group().Disk.Type = "gp3"
				w.cat.Disks = []catalogs.Disk{{Type: "gp3", PerGiB: catalogs.MonthlyPrice{Amount: units.Dollar * 8 / 100, Basis: catalogs.Listed, Date: "2026-05-01"}}}
				w.c().Retention = &planner.Retention{Logs: &planner.LogRetention{Generations: 5}}
				w.plan.Retention = &planner.RetentionPlan{Logs: []planner.NodeLogs{{Group: "web", Pool: "m7i.xlarge", Need: 50 * units.GiB, Requested: 5 * units.GiB, Room: 40 * units.GiB}}}
			}, "warning MO-03 node_group.web.disk.size",
			"nodes of type m7i.xlarge keep 50.0 GiB of logs beside 5.0 GiB that pods request, and 40.0 GiB are there: 15.0 GiB too few",
			"disks larger by 17 GiB or more for 4.08 USD/month, or generations = 3, or a shorter rotation",
		},
	})
}
