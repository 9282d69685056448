package spec_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// monitored has a Prometheus of two replicas, whose volumes and pod have more to say.
func monitored(retention, volumes, pod string) string {
	return in("cluster", retention+"\nnode_group \"monitoring\" {\n role = \"monitoring\"\n workload \"prometheus\" {\n kind = \"StatefulSet\"\n replicas = 2\n"+
		volumes+"\npod {\n cpu = 1\n memory = \"4Gi\"\n"+pod+"\n}\n}\n}")
}

func metricsOf(more string) string {
	return "retention {\n metrics \"prometheus\" {\n " + more + "\n}\n}"
}

// TestRetentionFillsIn: 54 GB of 500,000 series are 51 whole GiB.
func TestRetentionFillsIn(t *testing.T) {
	c := load(t, monitored(metricsOf("series = 500000\nscrape_interval = \"30s\""), "volume \"data\" {\n}", "")).Cluster
	want := planner.MetricsRetention{
		Workload: "node_group.monitoring.workload.prometheus", Volume: "data", Series: 500_000, ScrapeInterval: 30 * time.Second,
		Retention: 360 * time.Hour, BytesPerSample: 2 * units.Whole, DiskShare: 80 * units.Percent,
	}
	if got := c.Retention.Metrics; len(got) != 1 || got[0] != want || c.Retention.Logs != nil {
		t.Errorf("%+v", c.Retention)
	}
	if got := c.NodeGroups[0].Workloads[0].Volumes[0].Size; got != 51*units.GiB {
		t.Errorf("the volume has %d bytes", got)
	}
	filled := "node_group.monitoring.workload.prometheus.volume.data.size = 51Gi: model retention"
	if got := strings.Join(assumed(&c, ""), "\n"); !strings.Contains(got, filled) {
		t.Errorf("not among what was filled in: %s\n%s", filled, got)
	}
}

// TestRetentionOnNodes: without a volume the pod asks for local storage, and nodes of the
// group are given so much more that the kubelet, which keeps a tenth free, leaves it: 51 GiB
// take 57 (56.7 rounded up), and 40 take 45. What is declared stays.
func TestRetentionOnNodes(t *testing.T) {
	half := metricsOf("series = 500000\nscrape_interval = \"30s\"")
	g := load(t, monitored(half, "", "")).Cluster.NodeGroups[0]
	if got := g.Workloads[0].Pod.EphemeralStorage; got != 51*units.GiB {
		t.Errorf("the pod asks for %d bytes", got)
	}
	if g.Disk.Size != 157*units.GiB {
		t.Errorf("nodes have %d bytes", g.Disk.Size)
	}
	g = load(t, monitored(half, "", "ephemeral_storage = \"40Gi\"")).Cluster.NodeGroups[0]
	if g.Workloads[0].Pod.EphemeralStorage != 40*units.GiB || g.Disk.Size != 145*units.GiB {
		t.Errorf("declared: %d bytes and disks of %d", g.Workloads[0].Pod.EphemeralStorage, g.Disk.Size)
	}
}

// TestLogsOnNodes: a MiB a minute for a day, in two files, are 2,880 MiB on each node of
// the groups that are named.
func TestLogsOnNodes(t *testing.T) {
	c := load(t, monitored("retention {\n logs {\n bytes_per_minute = \"1Mi\"\n rotation = \"24h\"\n generations = 2\n node_groups = [\"web\"]\n}\n}", "", "")).Cluster
	want := &planner.LogRetention{
		NodeGroups: []string{"web"}, PerMinute: units.MiB, Rotation: 24 * time.Hour, Generations: 2,
		ContainersPerPod: 1, MaxSize: 10 * units.MiB, MaxFiles: 5,
	}
	if !reflect.DeepEqual(c.Retention.Logs, want) || want.Of() != 2880*units.MiB {
		t.Errorf("%+v, %d bytes", c.Retention.Logs, want.Of())
	}
	// 2,880 MiB are 2.8 GiB, which take 3.1 GiB of disk: 4 whole ones.
	if a, b := c.NodeGroups[0].Disk.Size, c.NodeGroups[1].Disk.Size; a != 100*units.GiB || b != 54*units.GiB {
		t.Errorf("monitoring has %d bytes, web %d", a, b)
	}
}

// TestMistakesOfRetention are each found once.
func TestMistakesOfRetention(t *testing.T) {
	const one, two = "volume \"data\" {\n}", "volume \"data\" {\n size = \"60Gi\"\n}\nvolume \"wal\" {\n size = \"10Gi\"\n}"
	for name, c := range map[string]struct {
		src   string
		code  spec.Code
		under string
		says  string
	}{
		"nothing kept":      {monitored("retention {\n}", "", ""), spec.MissingAttribute, "retention", "keeps nothing"},
		"no series":         {monitored(metricsOf(""), "", ""), spec.MissingAttribute, "metrics \"prometheus\"", "how many series"},
		"no such workload":  {monitored(strings.Replace(metricsOf("series = 1"), "prometheus", "promtheus", 1), "", ""), spec.RetentionUnfit, "\"promtheus\"", "Did you mean \"prometheus\"?"},
		"no such group":     {monitored(metricsOf("series = 1\nnode_group = \"mon\""), "", ""), spec.UnknownGroup, "\"mon\"", "no node group named"},
		"not in that group": {monitored(metricsOf("series = 1\nnode_group = \"web\""), "", ""), spec.RetentionUnfit, "\"prometheus\"", "has no workload named \"prometheus\""},
		"no such volume":    {monitored(metricsOf("series = 1\nvolume = \"dat\""), "volume \"data\" {\n size = \"60Gi\"\n}", ""), spec.RetentionUnfit, "\"dat\"", "Did you mean \"data\"?"},
		"two volumes":       {monitored(metricsOf("series = 1"), two, ""), spec.RetentionUnfit, "metrics \"prometheus\"", "several volumes"},
		"size of another":   {monitored("", one, ""), spec.MissingAttribute, "volume \"data\"", "A volume block needs size"},
		"size by the plan":  {monitored(metricsOf("series_per_pod = 500"), one, ""), spec.MissingAttribute, "volume \"data\"", "only the plan says"},
		"local by the plan": {monitored(metricsOf("series_per_node = 500"), "", ""), spec.MissingAttribute, "metrics \"prometheus\"", "give the pod of prometheus ephemeral_storage"},
		"a share of 0":      {monitored(metricsOf("series = 1\ndisk_share = 0"), "volume \"data\" {\n size = \"60Gi\"\n}", ""), spec.OutOfRange, "0", "80% to 85%"},
		"a sample of 0":     {monitored(metricsOf("series = 1\nbytes_per_sample = 0"), "", ""), spec.OutOfRange, "0", "1 to 2"},
		"more than a disk":  {monitored(metricsOf("series = 1000000000\nscrape_interval = \"1s\""), one, ""), spec.OutOfRange, "metrics \"prometheus\"", "at most"},
		"scraped too often": {monitored(metricsOf("series = 1\nscrape_interval = \"1us\""), "volume \"data\" {\n size = \"60Gi\"\n}", ""), spec.OutOfRange, "\"1us\"", "milliseconds"},
		"logs of no disk":   {monitored("retention {\n logs {\n bytes_per_minute = \"64Gi\"\n rotation = \"8760h\"\n generations = 1000\n node_groups = [\"web\"]\n}\n}", "", ""), spec.OutOfRange, "retention", "more than any disk has"},
		"logs of no group":  {monitored("retention {\n logs {\n bytes_per_minute = \"1Mi\"\n rotation = \"24h\"\n generations = 2\n node_groups = [\"wep\"]\n}\n}", "", ""), spec.UnknownGroup, "\"wep\"", "Did you mean \"web\"?"},
		"logs of no rate":   {monitored("retention {\n logs {\n rotation = \"24h\"\n generations = 2\n}\n}", "", ""), spec.MissingAttribute, "logs", "bytes_per_minute"},
	} {
		t.Run(name, func(t *testing.T) {
			diags := mistakes(t, c.src, spec.Inputs{})
			if len(diags) != 1 {
				t.Fatalf("got %s, want one diagnostic", show(diags))
			}
			d := diags[0]
			if under := string(d.Subject.SliceBytes([]byte(c.src))); d.Extra != c.code || under != c.under || !strings.Contains(d.Detail, c.says) {
				t.Errorf("got %v under %q: %s", d.Extra, under, d.Detail)
			}
		})
	}
}
