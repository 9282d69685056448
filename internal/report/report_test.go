package report_test

import (
	"bytes"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/internal/testkit"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// shop returns the plan that internal/document keeps as its golden file. It was
// made by hand, with prices that are easy to add up:
//
//	web      6 x 0.40 = 2.40 USD/h = 1,752.00 USD/month
//	ingress  3 x 0.10 = 0.30 USD/h =   219.00 USD/month
//	batch    2 x 0.05 = 0.10 USD/h =    73.00 USD/month
//	disks   11 x 4.00 USD/month    =    44.00 USD/month
//	control plane 0.10 USD/h       =    73.00 USD/month
//	in all                           2,161.00 USD/month
func shop(t *testing.T) *planner.Plan { return byHand(t, "shop") }

// byHand returns a plan that internal/document keeps as a golden file.
func byHand(t *testing.T, name string) *planner.Plan {
	t.Helper()
	data, err := os.ReadFile("../document/testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	p, err := document.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// unknown returns the plan with the price of batch's nodes not known, one group
// that is not survived and every strategy blocked.
func unknown(t *testing.T) *planner.Plan {
	t.Helper()
	p := shop(t)
	g := &p.NodeGroups[0]
	g.Pools[0].Price = catalogs.Price{}
	g.Cost, g.Gap = planner.Amount{}, 0
	for i := range g.RedundancyCost {
		g.RedundancyCost[i].Added = planner.Amount{}
	}
	p.Cost.Lines[1].Amount, p.Cost.Lines[1].Basis = planner.Amount{}, ""
	p.Cost.Known -= 100_000_000
	p.Cost.Total = planner.Amount{}
	for i := range p.Growth {
		p.Growth[i].Cost = planner.Amount{}
	}
	p.NodeGroups[1].Survives[0].Held = 2
	p.Upgrade.Recommended, p.Upgrade.Reason = "", "every strategy is blocked"
	for i := range p.Upgrade.Strategies {
		s := &p.Upgrade.Strategies[i]
		s.BlockedBy, s.ExtraCostKnown, s.ExtraCost = []string{"a price is not known"}, false, 0
	}
	p.Findings = nil
	return p
}

func text(t *testing.T, p *planner.Plan, o report.Options) string {
	t.Helper()
	o.Service = service(p)
	var out bytes.Buffer
	if err := report.Text(&out, p, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestFigures looks for the figures worked out by hand.
func TestFigures(t *testing.T) {
	got := text(t, shop(t), report.Options{})
	for _, want := range []string{
		"nodes 2,044.00 · root disks 44.00 · control plane 73.00", // 1,752 + 219 + 73; 11 x 4
		"2,161.00 USD/month · budget 2,500.00",
		// 1.50 x 730; 0.90 x 730 of 2.40 x 730 are saved: 37.5%, rounded down.
		"1 year, all-upfront: nodes of web 1,095.00 USD/month, saves 657.00 (37%)",
		// (0.96 + 0.15) x 730; 1.59 x 730 of 2.70 x 730 are saved: 58.9%, rounded down.
		"3 years, all-upfront: nodes of ingress, web 810.30 USD/month, saves 1,160.70 (58%)\n                 prices from third parties",
		// A web node is 0.40 x 730 = 292: 4 bare, 1 and 1.
		"web 1,168.00 bare + 292.00 node + 292.00 zone",
		"ingress 73.00 bare + 146.00 node", // 0.10 x 730 = 73
		"batch 36.50 bare + 36.50 node",    // 0.05 x 730 = 36.50
		// 292 + 292 + 146 + 36.50 of 1,752 + 219 + 73 is 37.5%.
		"= 766.50 USD/month (38%)",
		"any 1 node     11    11  batch: loss of a node in us-east-1a", // 6 + 3 + 2; batch has the least free
		"7 lines: 5 listed, 1 by family ratio, 1 from third parties",
		"8 defaults",
		"m7i.4xlarge x 3 -12.00 (-0.7%, but a node is 33% of the group)",
		"2:14", // 2:13:20, rounded up
		"66%",  // two thirds, rounded down
		"Plan holds. Practices broken: 2 warnings.\nNext: scantling plan --out plan.json && scantling emit terraform plan.json --out DIR",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the text lacks %q", want)
		}
	}
	if t.Failed() {
		t.Log(got)
	}
}

// TestLargeCounts has counts above a thousand in every table.
func TestLargeCounts(t *testing.T) {
	p := shop(t)
	web := &p.NodeGroups[2]
	web.Nodes, web.MinNodes, web.MaxNodes = 1200, 1200, 2400
	web.Pools[0].NodesByZone[0].Nodes = 1196
	web.Survives[0].Tried, web.Survives[0].Held = 1200, 1199
	web.Alternatives[0].Nodes, web.Workloads[0].Replicas = 3000, 4800
	p.Upgrade.Strategies[3].PeakExtraNodes = 1006
	got := text(t, p, report.Options{Width: 200})
	for _, want := range []string{
		" 1,200  1,196/2/2 ", "  1,200-2,400  ", "any 1 node  1,205  1,204  ", // 2 + 3 + 1,200
		"m7i.4xlarge x 3,000 ", " 4,800 ", "  +1,006  ", "1 of 1,208 failures tried", // and 3 zones
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the text lacks %q", want)
		}
	}
	if t.Failed() {
		t.Log(got)
	}
}

// TestReplicasAddUp adds the columns of each workload.
func TestReplicasAddUp(t *testing.T) {
	sums := 0
	for line := range strings.Lines(text(t, shop(t), report.Options{})) {
		m := regexp.MustCompile(`^  \S+/\S+ +(\d+((?: +\d+)+))  +(?:given|p99|\d[\d,]*/s)`).FindStringSubmatch(line)
		if m == nil {
			continue
		}
		fields := strings.Fields(m[1])
		sum := 0
		for _, f := range fields[1:] {
			n, err := strconv.Atoi(f)
			if err != nil {
				t.Fatal(err)
			}
			sum += n
		}
		if strconv.Itoa(sum) != fields[0] {
			t.Errorf("%q: the reasons sum to %d", line, sum)
		}
		sums++
	}
	if sums != 4 {
		t.Errorf("%d workloads were added up, want 4", sums)
	}
}

func TestGolden(t *testing.T) {
	for name, p := range map[string]*planner.Plan{
		"shop": shop(t), "unknown": unknown(t), "rooms": byHand(t, "rooms"), "external": byHand(t, "external"),
	} {
		testkit.Golden(t, "testdata/"+name+"_120.txt", []byte(text(t, p, report.Options{})))
		testkit.Golden(t, "testdata/"+name+"_80.txt", []byte(text(t, p, report.Options{Width: 80})))
	}
}

// TestUnknownIsNeverZero follows an unknown price through the text.
func TestUnknownIsNeverZero(t *testing.T) {
	got := text(t, unknown(t), report.Options{})
	for _, want := range []string{
		"nodes 1,971.00 + 1 line not known",                             // 1,752 + 219
		"TOTAL          not known; what is known sums to 2,088.00 USD",  // 2,161 - 73
		"node_group.batch.nodes not known",                              //
		"batch not known bare + not known node",                         //
		"in all not known",                                              //
		"1 of 14 failures tried are not survived. No warnings.\nNext: ", // 2 + 3 + 6 + 3
		"spot: 1 not known",                                             //
		"every strategy is blocked",                                     //
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the text lacks %q", want)
		}
	}
	if regexp.MustCompile(`(^|[^\d.,])0\.00( |$)`).MatchString(got) {
		t.Errorf("something costs nothing:\n%s", got)
	}
}

// TestGrowthTellsWhatChanges has the same nodes for four months, of which the second
// costs 36.50 more, since support ends: the control plane 0.15 an hour, not 0.10.
func TestGrowthTellsWhatChanges(t *testing.T) {
	p := shop(t)
	p.Cost.Total = planner.Amount{Known: true, Rate: 3 * units.DollarPerHour}
	nodes := []planner.GroupNodes{{Group: "batch", Nodes: 2}, {Group: "ingress", Nodes: 3}, {Group: "web", Nodes: 6}}
	p.Growth = nil
	for i, cents := range []units.USDPerHour{300, 305, 305, 305} {
		fee := min(cents-290, 15)
		p.Growth = append(p.Growth, planner.GrowthMonth{
			Month: i + 1, Date: units.Date("2027-0" + strconv.Itoa(i+1) + "-20"), Factor: units.Whole, Nodes: nodes,
			Cost:         planner.Amount{Known: true, Rate: cents * units.DollarPerHour / 100},
			ControlPlane: planner.Amount{Known: true, Rate: fee * units.DollarPerHour / 100},
		})
	}
	check := func(want ...string) {
		t.Helper()
		_, growth, _ := strings.Cut(text(t, p, report.Options{}), "  GROWTH")
		growth, _, _ = strings.Cut(growth, "\n\n")
		for i, line := range strings.Split(growth, "\n") {
			if got := strings.Join(strings.Fields(line), " "); i >= len(want) || got != want[i] {
				t.Errorf("line %d: %q", i+1, got)
			}
		}
	}
	check(
		"MONTH LOAD BATCH INGRESS WEB CONTROL PLANE USD/MONTH",
		"2027-02-20 2 x1.00 2 3 6 109.50 2,226.50", // 0.15 and 3.05 x 730
		"2027-04-20 4 x1.00 2 3 6 109.50 2,226.50", // the last one
		"on the instance types of this plan · with the upgrade to 1.36 carried out",
		"2 months without a change of nodes or cost left out",
	)
	// A month that cannot be planned has no figures.
	p.Growth[3] = planner.GrowthMonth{Month: 4, Date: "2027-04-20", Factor: units.Whole, Infeasible: "too much"}
	p.Cluster.Upgrade, p.Upgrade = nil, nil
	check(
		"MONTH LOAD BATCH INGRESS WEB CONTROL PLANE USD/MONTH",
		"2027-02-20 2 x1.00 2 3 6 109.50 2,226.50",
		"2027-04-20 4 x1.00 - - - - - too much",
		"on the instance types of this plan · 2 months without a change of nodes or cost left out",
	)
	// Early documents do not say what the control plane costs.
	for i := range p.Growth {
		p.Growth[i].ControlPlane = planner.Amount{}
	}
	check(
		"MONTH LOAD BATCH INGRESS WEB USD/MONTH",
		"2027-02-20 2 x1.00 2 3 6 2,226.50",
		"2027-04-20 4 x1.00 - - - - too much",
		"on the instance types of this plan · 2 months without a change of nodes or cost left out",
	)
}

// TestGrowthNamesMachinesOfControlPlanes: they are named in the month in which they
// change, whether or not their price is known, and the footer is of the groups alone then.
func TestGrowthNamesMachinesOfControlPlanes(t *testing.T) {
	for name, known := range map[string]bool{"known": true, "not known": false} {
		p := shop(t)
		p.Cluster.Upgrade, p.Upgrade = nil, nil
		disk := func(gib units.Bytes) []planner.Disk { return []planner.Disk{{Type: "gp3", Size: gib * units.GiB}} }
		p.ControlPlane.Machines = []planner.ControlPlaneMachines{
			{Role: planner.RoleControlPlane, InstanceType: "m7i.large", Nodes: 3}, {Role: planner.RoleEtcd, InstanceType: "m7i.large", Nodes: 3, Disks: disk(20)},
		}
		nodes := []planner.GroupNodes{{Group: "batch", Nodes: 2}, {Group: "ingress", Nodes: 3}, {Group: "web", Nodes: 6}}
		p.Growth = nil
		for i, machine := range []string{"m7i.large", "m7i.large", "m7i.xlarge", "m7i.xlarge"} {
			p.Growth = append(p.Growth, planner.GrowthMonth{
				Month: i + 1, Date: units.Date("2027-0" + strconv.Itoa(i+1) + "-20"), Factor: units.Whole, Nodes: nodes,
				Cost: planner.Amount{Known: known, Rate: units.DollarPerHour}, ControlPlane: planner.Amount{Known: known, Rate: units.DollarPerHour},
				Machines: []planner.GrownMachines{
					{Role: planner.RoleControlPlane, InstanceType: machine, Nodes: 3}, {Role: planner.RoleEtcd, InstanceType: "m7i.large", Nodes: 3, Disks: disk(units.Bytes(20 + 20*(i/2)))},
				},
			})
		}
		_, growth, _ := strings.Cut(text(t, p, report.Options{Width: 400}), "  GROWTH")
		growth, _, _ = strings.Cut(growth, "\n\n")
		for _, want := range []string{
			"control plane: 3 x m7i.xlarge in place of 3 x m7i.large; etcd disks 40 GiB gp3 in place of 20 GiB gp3",
			"node groups on the instance types of this plan, the control plane on those named",
		} {
			if strings.Count(growth, want) != 1 {
				t.Errorf("%s: %q is not there once:\n%s", name, want, growth)
			}
		}
		if !strings.Contains(growth, "2027-03-20 ") || strings.Contains(growth, "2027-02-20 ") {
			t.Errorf("%s: the third month is the one that changes:\n%s", name, growth)
		}
	}
}

// TestColumnsAlign checks that numbers end and words begin where their title
// does.
func TestColumnsAlign(t *testing.T) {
	lines := strings.Split(text(t, shop(t), report.Options{}), "\n")
	at := 0
	for !strings.Contains(lines[at], "NODE GROUP") {
		at++
	}
	right := strings.Index(lines[at], "USD/MONTH") + len("USD/MONTH")
	left := strings.Index(lines[at], "TYPE")
	found := 0
	for name, want := range map[string]struct{ cost, typ string }{
		"batch":   {"73.00", "c6i.xlarge spot"},
		"ingress": {"219.00", "c7i.large"},
		"web":     {"1,752.00", "m7i.2xlarge"},
	} {
		for _, line := range lines[at+1:] {
			if !strings.HasPrefix(line, "  "+name+" ") {
				continue
			}
			found++
			if !strings.HasSuffix(line[:right], " "+want.cost) || !strings.HasPrefix(line[left:], want.typ+" ") {
				t.Errorf("columns are out of line:\n%s\n%s", lines[at], line)
			}
		}
	}
	if found != 3 {
		t.Errorf("%d groups have a line, want 3", found)
	}
}

// TestColor adds colours and nothing else.
func TestColor(t *testing.T) {
	plain := text(t, shop(t), report.Options{})
	colored := text(t, shop(t), report.Options{Color: true})
	if strings.Contains(plain, "\x1b") {
		t.Error("colours were not asked for")
	}
	if !strings.Contains(colored, "\x1b[33mwarning\x1b[0m") {
		t.Error("warnings have no colour")
	}
	if got := regexp.MustCompile(`\x1b\[\d+m`).ReplaceAllString(colored, ""); got != plain {
		t.Errorf("without its colours the text differs:\n%s", got)
	}
}

func TestAssumptionsAndFindings(t *testing.T) {
	p := shop(t)
	var out bytes.Buffer
	if err := report.Assumptions(&out, p, report.Options{}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	told := 0
	for i, line := range lines[1:] {
		if f := strings.Fields(line); len(f) > 1 {
			told++
		} else if !strings.HasPrefix(lines[i+2], "    ") {
			t.Errorf("nothing stands under %q", line)
		}
	}
	if told != len(p.Assumptions) {
		t.Errorf("%d lines for %d assumptions", told, len(p.Assumptions))
	}
	if !slices.ContainsFunc(lines, func(l string) bool { return regexp.MustCompile(`^    redundancy.nodes +role app +1$`).MatchString(l) }) {
		t.Errorf("redundancy.nodes 1 of role app is not there:\n%s", out.String())
	}
	out.Reset()
	if err := report.Findings(&out, p.Findings[1:2], report.Options{}); err != nil {
		t.Fatal(err)
	}
	want := "  warning WN-05  node_group.batch.workload.thumbnails  no PodDisruptionBudget    add pod_disruption_budget\n\n"
	if got := out.String(); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// region is a small catalog of made-up figures.
func region() *catalogs.Catalog {
	day := units.Date("2026-11-20")
	return &catalogs.Catalog{
		Provider: "aws", Region: "us-east-1", Source: "snapshot", Date: day,
		SHA256: "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
		Zones:  []catalogs.Zone{{Name: "us-east-1a", ID: "use1-az1"}},
		Types: []catalogs.InstanceType{
			{
				Name: "m7i.large", Family: "m7i", Generation: 7, Architecture: catalogs.AMD64, VCPUs: 2, Memory: 8 * units.GiB,
				MeasuredMemory: 7_900 * units.MiB, ENIs: 3, IPv4PerENI: 10, NetworkMbps: 781, DiskMbps: 10_000,
				OnDemand:      catalogs.Price{Rate: 100_800_000, Basis: catalogs.Listed, Date: day, Source: "prices"},
				Spot:          catalogs.Price{Rate: 40_123_400, Basis: catalogs.Secondary, Date: "2026-08-01", Source: "spot"},
				SpotStatistic: "mean_90d", Interruption: "5-10",
				Commitments: []catalogs.Commitment{{Kind: "savings_plan_or_reserved", TermYears: 3, Payment: "all-upfront", Price: catalogs.Price{Rate: 40_000_000, Basis: catalogs.Listed, Date: day, Source: "plans"}}},
			},
			{Name: "t3.small", Family: "t3", Generation: 3, Architecture: catalogs.AMD64, VCPUs: 2, BaselineCPU: 400, Memory: 2 * units.GiB, Burstable: true},
		},
	}
}

func rows() []document.CatalogRow {
	c := region()
	return []document.CatalogRow{
		{Type: c.Types[0], Allocatable: &planner.Allocatable{
			CPU: 1930, Memory: 7_059 * units.MiB, Pods: 29, EphemeralStorage: 44 * units.GiB,
			Steps: []planner.AllocatableStep{
				{Resource: "cpu", What: "2 vCPU", Amount: 2000},
				{Resource: "cpu", What: "kube-reserved: 6% of the first core, 1% of the second", Amount: -70},
				{Resource: "memory", What: "measured 7,900 MiB less 128 MiB", Amount: int64(7_772 * units.MiB)},
				{Resource: "memory", What: "kube-reserved: 255 MiB + 11 MiB x 29 pods - 1 MiB", Amount: -int64(613 * units.MiB)},
				{Resource: "memory", What: "eviction threshold", Amount: -int64(100 * units.MiB)},
				{Resource: "pods", What: "3 x (10 - 1) + 2", Amount: 29},
			},
		}},
		{Type: c.Types[1]},
	}
}

func TestCatalog(t *testing.T) {
	c := region()
	summary := c.Summarize()
	for name, show := range map[string]func(*bytes.Buffer, report.Options) error{
		"list": func(b *bytes.Buffer, o report.Options) error { return report.CatalogList(b, c, rows(), o) },
		"show": func(b *bytes.Buffer, o report.Options) error { return report.CatalogShow(b, c, rows()[0], o) },
		"status": func(b *bytes.Buffer, o report.Options) error {
			return report.CatalogStatus(b, []document.CatalogState{
				{Summary: summary, From: "snapshot", AgeDays: 9},
				{Summary: summary, From: "cache", Report: true, Quarantined: []catalogs.Problem{{Path: "types.m5.huge", Reason: "has 0 vCPUs"}}},
			}, []document.MachinesState{
				{Name: "hall", SHA256: strings.Repeat("ab", 32), Machines: []string{"r640", "r740"}, Zones: []string{"room-1", "room-2"}},
				{Name: "rack", Problem: "/cache/machines/rack.hcl: no machine is declared"},
			}, o)
		},
	} {
		for _, width := range []int{120, 80} {
			var out bytes.Buffer
			if err := show(&out, report.Options{Width: width}); err != nil {
				t.Fatal(err)
			}
			if got := out.String(); strings.Contains(got, " \n") {
				t.Errorf("%s: spaces at a line's end", name)
			}
			testkit.Golden(t, "testdata/catalog_"+name+"_"+strconv.Itoa(width)+".txt", out.Bytes())
		}
	}
	var out bytes.Buffer
	if err := report.CatalogShow(&out, c, rows()[0], report.Options{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"0.1008      73.58",           // x 730 = 73.584
		"0.0401234      29.29",        // x 730 = 29.290082
		"0.0400      29.20",           //
		"  cpu              = 1,930m", // 2,000 - 70
		"  memory        = 7,059 MiB", // 7,772 - 613 - 100
		"-613 MiB",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("catalog show lacks %q:\n%s", want, out.String())
		}
	}
	out.Reset()
	if err := report.CatalogList(&out, c, rows(), report.Options{}); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "not known"); n != 5 {
		t.Errorf("t3.small has 5 figures that are not known (3 of its pods, 2 prices), the list says so %d times:\n%s", n, out.String())
	}
}

// TestDeterministic writes the same bytes again.
func TestDeterministic(t *testing.T) {
	want := text(t, shop(t), report.Options{})
	for range 20 {
		if got := text(t, shop(t), report.Options{}); got != want {
			t.Fatal("the text changed")
		}
	}
}
