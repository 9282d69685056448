package report_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/planner"
)

// awkward returns the shop with the longest names that Kubernetes takes, a group
// of two types, many groups in its growth, and sentences with long words.
func awkward(t *testing.T) *planner.Plan {
	t.Helper()
	p := shop(t)
	g := &p.NodeGroups[0]
	long := strings.Repeat("long-name-", 6) + "end" // 63 characters
	p.Cluster.Name = long
	p.Cluster.NodeGroups[0].Name, g.Name = long, long
	g.Workloads[0].Name = long
	p.Cluster.NodeGroups[0].Workloads[0].Name = long
	second := g.Pools[0]
	second.InstanceType = "u7in-24tb.224xlarge"
	g.Pools = append(g.Pools, second)
	p.Findings[0].Path = "node_group." + long + ".workload." + long
	p.Findings[0].Source = nil
	p.Findings[0].Remedy = "see https://example.com/" + strings.Repeat("very/", 12) + "long"
	p.NodeGroups[1].Alternatives = p.NodeGroups[2].Alternatives
	p.Upgrade.Strategies[3].Notes = []string{long + "/" + long + ": 2 pods have no place until new nodes are there", "breaks n_plus_one: " + long + " runs with 2 of 3 nodes"}
	p.Growth[1].ControlPlane.Rate *= 6
	return p
}

// plans returns what texts are written of: by hand, and the plans of the examples.
func plans(t *testing.T) map[string]*planner.Plan {
	t.Helper()
	all := map[string]*planner.Plan{
		"shop": shop(t), "unknown": unknown(t), "awkward": awkward(t), "gke": gke(t), "mixed": mixed(t),
		"rooms": byHand(t, "rooms"), "external": byHand(t, "external"), "long rooms": longRooms(t),
		"halls": inZones(t, "", "frankfurt", "munich", "stuttgart"),
	}
	files, err := filepath.Glob("../../examples/*/plan.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d plans of examples: %v", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if all[file], err = document.Decode(data); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// checkLayout holds for every text: no spaces at line ends, no two empty lines, no
// tabs, and lines that fit unless they are a single word.
func checkLayout(t *testing.T, name string, width int, got string) {
	t.Helper()
	for i, line := range strings.Split(strings.TrimSuffix(got, "\n"), "\n") {
		if strings.TrimRight(line, " \t") != line || strings.Contains(line, "\t") {
			t.Errorf("%s at %d, line %d: stray white space in %q", name, width, i+1, line)
		}
		if words := strings.Fields(strings.TrimSuffix(line, ` \`)); utf8.RuneCountInString(line) > width && len(words) > 1 {
			t.Errorf("%s at %d, line %d: %d columns: %q", name, width, i+1, utf8.RuneCountInString(line), line)
		}
	}
	if strings.Contains(got, "\n\n\n") || strings.HasPrefix(got, "\n") || !strings.HasSuffix(got, "\n") {
		t.Errorf("%s at %d: empty lines out of place", name, width)
	}
}

func TestLayout(t *testing.T) {
	for name, p := range plans(t) {
		for width := 60; width <= 200; width++ {
			for _, o := range []report.Options{
				{Width: width},
				{Width: width, Spec: "examples/shop-eks --var peak_rps=2000 --var 'name=a long name in quotes' --var-file prod.vars"},
				{Width: width, Document: "out/" + strings.Repeat("d", 30) + "/plan.json"},
			} {
				checkLayout(t, name, width, text(t, p, o))
			}
			topics := report.Topics()
			for i := range p.NodeGroups {
				topics = append(topics, p.NodeGroups[i].Path())
				for _, w := range p.NodeGroups[i].Workloads {
					topics = append(topics, p.NodeGroups[i].Path()+".workload."+w.Name)
				}
			}
			for _, topic := range topics {
				var out bytes.Buffer
				if err := report.Explain(&out, p, topic, report.Options{Width: width, Spec: "examples/shop-eks"}); err != nil {
					t.Fatal(err)
				}
				checkLayout(t, name+", "+topic, width, out.String())
			}
		}
	}
}

func TestLayoutOfCatalogs(t *testing.T) {
	c := region()
	refused := []catalogs.Problem{{Path: "types.m5.huge", Reason: "has 0 vCPUs"}, {Path: "types.m5.tiny", Reason: "has no memory"}}
	states := []document.CatalogState{
		{Summary: c.Summarize(), From: "snapshot", AgeDays: 1234},
		{Summary: c.Summarize(), From: "cache", Report: true, Quarantined: refused},
		{Summary: catalogs.Summary{Provider: "aws", Region: "ap-southeast-99"}, From: "cache", Problem: "a file cannot be used: damaged catalog: refresh it"},
	}
	summary := c.Summarize()
	refreshed := []document.Refreshed{
		{
			Provider: "aws", Region: "us-east-1", Outcome: "refreshed", Catalog: &summary, Before: &summary, Changed: 1200, Added: 12, Removed: 3,
			Quarantined: slices.Repeat(refused, 5), Quotas: []document.AccountQuota{{Name: "on_demand_vcpus", Limit: 640}, {Name: "spot_vcpus", Limit: 0.5}},
		},
		{Provider: "aws", Region: "eu-west-1", Outcome: "kept", Catalog: &summary, Problem: "it is of today already; --force asks again"},
		{Provider: "gcp", Region: "europe-west12", Outcome: "failed", Problem: "no answer"},
	}
	for width := 60; width <= 200; width++ {
		o := report.Options{Width: width}
		var list, show, status bytes.Buffer
		if err := report.CatalogList(&list, c, rows(), o); err != nil {
			t.Fatal(err)
		}
		if err := report.CatalogShow(&show, c, rows()[0], o); err != nil {
			t.Fatal(err)
		}
		if err := report.CatalogStatus(&status, states, nil, o); err != nil {
			t.Fatal(err)
		}
		checkLayout(t, "list", width, list.String())
		checkLayout(t, "show", width, show.String())
		checkLayout(t, "status", width, status.String())
		var refresh bytes.Buffer
		if err := report.CatalogRefresh(&refresh, refreshed, o); err != nil {
			t.Fatal(err)
		}
		checkLayout(t, "refresh", width, refresh.String())
	}
}

// TestNothingIsLost looks, at every width, for what a reader must find: what
// binds, the verdicts and the replicas of each workload.
func TestNothingIsLost(t *testing.T) {
	p := shop(t)
	for width := 60; width <= 200; width++ {
		got := strings.Join(strings.Fields(text(t, p, report.Options{Width: width})), " ")
		for _, want := range []string{
			"memory, after a node is lost", "cpu of checkout, after a zone is lost",
			"RECOMMENDED", "blocked: addresses in us-east-1c",
			"p99 250 ms", "84 ms", "min_ready 2", "--out plan.json", "--out DIR",
			"2,161.00 USD/month", "a node is 33% of the group",
		} {
			if !strings.Contains(got, want) {
				t.Errorf("at %d the text lacks %q", width, want)
			}
		}
	}
}

// TestOwnLinesAreLabelled checks that what moved below its row says what it is.
func TestOwnLinesAreLabelled(t *testing.T) {
	at80 := text(t, shop(t), report.Options{Width: 80})
	for _, want := range []string{
		"\n      binds: memory, after a node is lost\n",
		"\n      target: p99 250 ms, predicted 84 ms, rollout 131 ms\n",
		"\n      verdict: blocked: addresses in us-east-1c\n",
	} {
		if !strings.Contains(at80, want) {
			t.Errorf("at 80 columns the text lacks %q", want)
		}
	}
	at60 := text(t, shop(t), report.Options{Width: 60})
	for _, want := range []string{
		"\n  NODE GROUP\n  batch\n", "\n  web\n    role app · nodes 6 · a/b/c 2/2/2 · type m7i.2xlarge\n",
		"replicas 24 = load 21 + spare 1 + rollout 2 + zone 0",
		"binds: cpu of checkout, after a zone is lost",
	} {
		if !strings.Contains(at60, want) {
			t.Errorf("at 60 columns the text lacks %q", want)
		}
	}
	if t.Failed() {
		t.Log(at80 + at60)
	}
}

// TestEntriesStandApart checks that in lists of groups only a group's first line
// stands where groups begin.
func TestEntriesStandApart(t *testing.T) {
	const at = len("  NEXT BEST      ")
	for width := 60; width <= 200; width++ {
		got := text(t, shop(t), report.Options{Width: width})
		_, list, found := strings.Cut(got, "  NEXT BEST")
		if !found {
			t.Fatal("there are no next best types")
		}
		list, _, _ = strings.Cut(list, "  ASSUMED")
		for i, line := range strings.Split(strings.TrimSpace(list), "\n") {
			begins := i == 0 || len(line) > at && line[at] != ' '
			if begins != strings.Contains(line, "web: ") {
				t.Errorf("width %d, line %d of the next best: %q", width, i+1, line)
			}
		}
	}
}

// TestCommandsCanBeCopied joins the broken lines of a command as a shell does.
func TestCommandsCanBeCopied(t *testing.T) {
	spec := "examples/shop-eks --var 'note=spaces  stay' --var-file " + strings.Repeat("x", 40)
	want := "scantling plan " + spec + " --out plan.json"
	for width := 60; width <= 200; width++ {
		got := text(t, shop(t), report.Options{Width: width, Spec: spec})
		_, last, _ := strings.Cut(got, "Next: ")
		var words []string
		for part := range strings.SplitSeq(last, "\\\n") {
			words = append(words, strings.TrimSpace(part))
		}
		if joined := strings.Join(words, " "); !strings.HasPrefix(joined, want+"\n") && !strings.HasPrefix(joined, want+" && ") {
			t.Errorf("width %s: %q", strconv.Itoa(width), joined)
		}
	}
}
