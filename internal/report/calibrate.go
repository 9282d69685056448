package report

import (
	"fmt"
	"io"

	"github.com/scantling-dev/scantling/internal/calibrate"
	"github.com/scantling-dev/scantling/planner/units"
)

// Calibrated is a plan beside the nodes that run, for the text.
type Calibrated struct {
	Cluster string
	calibrate.Result
	// Tolerance is how much more than there is a plan may count on.
	Tolerance units.Ratio
}

// Calibration writes what nodes offer beside what was planned, the worst first.
func Calibration(w io.Writer, c *Calibrated, o Options) error {
	out := &page{o: o}
	verdict := fmt.Sprintf("%s compared, none planned above what nodes offer by more than %s", count(len(c.Rows), "figure"), tenths(c.Tolerance))
	if n := len(c.Over(c.Tolerance)); n > 0 {
		verdict = fmt.Sprintf("%s of %s planned above what nodes offer by more than %s", count(n, "figure"), number(len(c.Rows)), tenths(c.Tolerance))
	}
	out.heading(c.Cluster, verdict)
	out.blank()
	t := table{columns: []column{
		{title: "NODE GROUP"},
		{title: "TYPE"},
		{title: "RESOURCE"},
		{title: "NODES", right: true},
		{title: "PLANNED", right: true},
		{title: "LEAST", right: true},
		{title: "MOST", right: true},
		{title: "ERROR", right: true},
	}}
	for _, r := range c.Rows {
		look := plain
		if r.Error > c.Tolerance {
			look = yellow
		}
		of := func(v int64) string { return resourceAmount(r.Resource, v) }
		t.addStyled(look, r.Group, r.Type, r.Resource, number(r.Nodes), of(r.Planned), of(r.Least), of(r.Most), signedTenths(r.Error))
	}
	out.table(&t)
	out.blank()
	label := "MEMORY"
	for _, m := range c.Memory {
		told := "nobody has measured it"
		if m.Catalog > 0 {
			told = "measured was " + mib(m.Catalog)
		}
		out.entry(label, plain, 0, fmt.Sprintf("%s: its system sees %s of %s stated; %s", m.Type, mib(m.Seen), mib(m.Stated), told))
		label = ""
	}
	label = "NOT KNOWN"
	for _, u := range c.Unknown {
		out.entry(label, plain, 0, u)
		label = ""
	}
	return out.flush(w)
}

// resourceAmount writes an amount of a resource.
func resourceAmount(resource string, v int64) string {
	switch resource {
	case "cpu":
		return thousands(v) + "m"
	case "pods":
		return thousands(v)
	}
	return mib(units.Bytes(v))
}

// mib writes a size in whole MiB, rounded down.
func mib(b units.Bytes) string { return thousands(int64(b/units.MiB)) + " MiB" }
