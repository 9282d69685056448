package report_test

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/planner"
)

func upgradePage(t *testing.T, s report.UpgradeShown) string {
	t.Helper()
	var out bytes.Buffer
	if err := report.UpgradeHTML(&out, s, report.Options{}); err != nil {
		t.Fatal(err)
	}
	checkTags(t, out.String())
	return out.String()
}

// checkTags fails on a tag that is not closed, or closed where another is open.
func checkTags(t *testing.T, page string) {
	t.Helper()
	_, body, _ := strings.Cut(page, "</style>")
	var open []string
	for _, m := range regexp.MustCompile(`<(/?)([a-z0-9]+)[^>]*>`).FindAllStringSubmatch(body, -1) {
		if m[1] == "" {
			open = append(open, m[2])
			continue
		}
		if m[2] == "head" || m[2] == "html" { // opened before
			continue
		}
		if len(open) == 0 || open[len(open)-1] != m[2] {
			t.Fatalf("</%s> closes %v in\n%s", m[2], open, page)
		}
		open = open[:len(open)-1]
	}
	if len(open) > 0 {
		t.Fatalf("%v are not closed in\n%s", open, page)
	}
}

// TestUpgradePage has all that the text has, in one file: the table of strategies, a chart,
// drains and calendar.
func TestUpgradePage(t *testing.T) {
	o := twoHours()
	o.Groups[0].Drain, o.Groups[0].DrainWorkload = 10*time.Minute, "api"
	s := shownOf(shop(t), o)
	got := upgradePage(t, s)
	for _, want := range []string{
		"<title>" + s.Plan.Cluster.Name + ": upgrade from 1.35 to 1.36</title>", "prefers-color-scheme: dark", "default-src 'none'",
		`<th scope="col" class="">STRATEGY</th>`, `<th scope="col" class="">LONGEST DRAIN</th>`, `<td class="">10 min, api</td>`, `<th scope="col" class="">CALENDAR</th>`,
		"<td class=\"\">2026-11-20</td>", `aria-label="` + s.Strategy + ` over time"`, "<dt>RECOMMENDED</dt>",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	for _, loads := range []string{"http:", "https:", "src=", "href=", "url(", "@import", "<script", "<link", "ZgotmplZ"} {
		if strings.Contains(got, loads) {
			t.Errorf("%q in a page that loads nothing", loads)
		}
	}
	// Every cell of the text's tables is there, and every word of its labelled lines.
	plain := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(got, " ")
	plain = strings.NewReplacer("&gt;", ">", "&#43;", "+", "&#39;", "'", "&amp;", "&", "&lt;", "<", "&#34;", `"`).Replace(plain)
	words := strings.Fields(plain)
	text, _, _ := strings.Cut(upgradeText(t, s, 200), "\n\n  "+s.Strategy+" ") // the chart is drawn otherwise
	for w := range strings.FieldsSeq(text) {
		if !slices.Contains(words, w) {
			t.Errorf("%q of the text is not on the page", w)
		}
	}
}

// TestUpgradePageEscapes: nothing of a document becomes a part of the page.
func TestUpgradePageEscapes(t *testing.T) {
	const bad = `"><script>alert(1)</script><p onload='x'>&`
	p := shop(t)
	p.Cluster.Name = bad
	s := twoHours()
	s.Notes, s.Rollback, s.Failure = []string{bad}, bad, bad
	for i := range s.Groups {
		s.Groups[i].Name, s.Groups[i].DrainWorkload, s.Groups[i].WidthWhy = bad, bad, bad
	}
	for i := range s.Timeline {
		if s.Timeline[i].Group != "" {
			s.Timeline[i].Group = bad
		}
	}
	shown := shownOf(p, s)
	shown.Timeline = true
	got := upgradePage(t, shown)
	if strings.Contains(got, "<script") || strings.Contains(got, "<p onload") {
		t.Errorf("a name is markup:\n%s", got)
	}
	if n := strings.Count(got, "&lt;script&gt;"); n < 8 {
		t.Errorf("only %d of the names are there, escaped:\n%s", n, got)
	}
}

// TestUpgradePageDraws: of two hours the first is work and the second is waited for, each a
// half of the 810 units beside the names.
func TestUpgradePageDraws(t *testing.T) {
	s := planner.UpgradeStrategy{Name: "surge", Duration: 2 * time.Hour, Simulated: true}
	for i, kind := range []planner.UpgradeEventKind{planner.UpgradeDrain, planner.UpgradeSoak} {
		at := time.Duration(i) * time.Hour
		s.Timeline = append(s.Timeline, planner.UpgradeEvent{At: at, Until: at, For: time.Hour, Kind: kind, Minor: "1.36", Group: "web", Times: 1})
	}
	got := upgradePage(t, shownOf(shop(t), s))
	for class, x := range map[string]string{"works": "190.0", "waits": "595.0"} {
		if want := fmt.Sprintf(`<rect class="%s" x="%s" y="33" width="405.0" height="16" rx="2">`, class, x); !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	for _, tick := range []string{`x="190.0" y="14">0:00<`, `x="392.5" y="14">0:30<`, `x="595.0" y="14">1:00<`, `x="797.5" y="14">1:30<`} {
		if !strings.Contains(got, tick) {
			t.Errorf("no %s in\n%s", tick, got)
		}
	}
}

// TestUpgradePageHasNoEmptyBars: no bar of a chart lasts from a moment to the same, and what
// follows without a gap is one bar.
func TestUpgradePageHasNoEmptyBars(t *testing.T) {
	var out bytes.Buffer
	if err := report.UpgradeHTML(&out, shownOf(shop(t), twoHours()), report.Options{}); err != nil {
		t.Fatal(err)
	}
	bars := 0
	for _, part := range strings.Split(out.String(), " under way from ")[1:] {
		from, rest, _ := strings.Cut(part, " to ")
		to, _, _ := strings.Cut(rest, "<")
		if bars++; from == to {
			t.Errorf("a bar lasts from %s to %s", from, to)
		}
	}
	// control plane, add-ons, web's work before its soak and its deletion, batch's: 0:30 to
	// 0:50 of web is one.
	if bars != 5 || !strings.Contains(out.String(), "web: under way from 0:30:00 to 0:50:00") {
		t.Errorf("%d bars of work, want 5", bars)
	}
}
