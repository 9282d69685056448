package document

import (
	"io"

	"github.com/scantling-dev/scantling/planner"
)

// EncodeUpgrade writes the comparison of an upgrade's strategies, and what lies ahead.
// shown is the name of the strategy that was asked about; it may be empty.
func EncodeUpgrade(w io.Writer, p *planner.Plan, u *planner.UpgradePlan, o *planner.UpgradeOutlook, shown, tool string) error {
	d := upgradeDocument{
		FormatVersion: FormatVersion, ToolVersion: tool, Cluster: summaryOf(&p.Cluster), AsOf: date(p.Cluster.AsOf),
		Strategy: text(shown), Upgrade: upgradeOf(u), Outlook: outlookOf(o),
	}
	return write(w, &d)
}

type upgradeDocument struct {
	FormatVersion string         `json:"format_version" jsonschema:"Version of this format, major.minor."`
	ToolVersion   string         `json:"tool_version" jsonschema:"Version of the program that wrote the document."`
	Cluster       clusterSummary `json:"cluster" jsonschema:"The cluster of the plan."`
	AsOf          date           `json:"as_of" jsonschema:"The day that dates are counted from."`
	Strategy      text           `json:"strategy" jsonschema:"The strategy that was asked about; null where none was."`
	Upgrade       upgradePlan    `json:"upgrade" jsonschema:"The comparison of the strategies, as in a plan."`
	Outlook       outlook        `json:"outlook" jsonschema:"What staying costs, and when to upgrade next."`
}

type outlook struct {
	From      minorOutlook    `json:"from" jsonschema:"The minor that runs."`
	To        minorOutlook    `json:"to" jsonschema:"The minor that is upgraded to."`
	Until     date            `json:"stay_until" jsonschema:"The day, not counted, to which staying is priced; null where no end of support is published and none was given."`
	Months    []stayMonth     `json:"stay_months" jsonschema:"Months of staying until then."`
	Stay      *dollars        `json:"stay_usd" jsonschema:"What they cost more in all; null where not known."`
	Then      *dollars        `json:"upgraded_usd" jsonschema:"What the minor upgraded to costs more by then, in its own extended support; null where not known."`
	Forced    date            `json:"support_ends" jsonschema:"First day without any support of the minor that runs, on which a provider upgrades by itself; null where not published."`
	BreakEven date            `json:"break_even" jsonschema:"First day at whose end staying has cost more than the recommended strategy and the minor upgraded to; null where that day is not known or does not come."`
	Newest    string          `json:"newest" jsonschema:"The newest minor that can be upgraded to."`
	Windows   []upgradeWindow `json:"windows" jsonschema:"Times for upgrades of the next year, four months apart."`
}

type minorOutlook struct {
	Minor       string   `json:"minor" jsonschema:"Its name."`
	Release     date     `json:"released" jsonschema:"Null where not published."`
	StandardEnd date     `json:"standard_support_ends" jsonschema:"First day without standard support; null where not published."`
	ExtendedEnd date     `json:"extended_support_ends" jsonschema:"First day without any support; null where not published."`
	Support     string   `json:"support" enum:"standard extended none" open:"true" jsonschema:"On the day of the plan."`
	Fee         *dollars `json:"control_plane_usd_per_hour" jsonschema:"Fee of a managed control plane on the day of the plan, the surcharge included; null where not known."`
	Surcharge   *dollars `json:"surcharge_usd_per_hour" jsonschema:"What extended support costs more; null where not known."`
}

type upgradeWindow struct {
	Date     date     `json:"date" jsonschema:"The day."`
	From     string   `json:"from" jsonschema:"The minor that runs until then."`
	Hops     []string `json:"hops" jsonschema:"Minors to go to; none where no newer one has a date."`
	Deadline date     `json:"standard_support_ends" jsonschema:"First day without standard support of the minor that runs; null where not published."`
	Cost     *dollars `json:"paid_usd" jsonschema:"Extended support since the window before; null where not known."`
}

// upgradeOf writes a comparison as a plan does.
func upgradeOf(u *planner.UpgradePlan) upgradePlan {
	var d upgradePlan
	syncUpgradePlan(writing, &d, u)
	for i := range u.Strategies {
		d.Strategies[i].Events = eventsOf(&u.Strategies[i])
	}
	return d
}

func outlookOf(o *planner.UpgradeOutlook) outlook {
	d := outlook{
		From: minorOutlookOf(&o.From), To: minorOutlookOf(&o.To), Until: date(o.Until), Months: []stayMonth{},
		Stay: knownDollars(o.StayKnown, int64(o.Stay)), Then: knownDollars(o.ThenKnown, int64(o.Then)),
		Forced: date(o.Forced), BreakEven: date(o.BreakEven), Newest: o.Newest, Windows: []upgradeWindow{},
	}
	for _, m := range o.Months {
		d.Months = append(d.Months, stayMonth{Date: date(m.Date), Cost: dollars(m.Cost)})
	}
	for i := range o.Windows {
		w := &o.Windows[i]
		d.Windows = append(d.Windows, upgradeWindow{
			Date: date(w.Date), From: w.From, Hops: append([]string{}, w.Hops...), Deadline: date(w.Deadline),
			Cost: knownDollars(w.CostKnown, int64(w.Cost)),
		})
	}
	return d
}

func minorOutlookOf(m *planner.MinorOutlook) minorOutlook {
	return minorOutlook{
		Minor: m.Minor, Release: date(m.Release), StandardEnd: date(m.StandardEnd), ExtendedEnd: date(m.ExtendedEnd), Support: m.Support,
		Fee: knownDollars(m.Fee.Known, int64(m.Fee.Rate)), Surcharge: knownDollars(m.Surcharge.Known, int64(m.Surcharge.Rate)),
	}
}

// knownDollars returns an amount; nil where it is not known.
func knownDollars(known bool, amount int64) *dollars {
	if !known {
		return nil
	}
	return new(dollars(amount))
}
