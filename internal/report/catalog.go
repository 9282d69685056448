package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// CatalogList writes one line for each row of c, in the order given: what the
// type is, what a node of it offers to pods, and its prices an hour.
func CatalogList(w io.Writer, c *catalogs.Catalog, rows []document.CatalogRow, o Options) error {
	out := &page{o: o}
	out.heading(c.Provider+" "+c.Region, count(len(rows), "type"), "catalog "+string(c.Date), "USD an hour")
	out.blank()
	t := table{columns: []column{
		{title: "TYPE"},
		{title: "ARCH", drop: 2},
		{title: "VCPU", right: true},
		{title: "MEMORY", right: true},
		{title: "POD CPU", right: true},
		{title: "POD MEMORY", right: true},
		{title: "PODS", right: true, drop: 4},
		{title: "ON DEMAND", right: true},
		{title: "BASIS"},
		{title: "DATE", drop: 1},
		{title: "SPOT", right: true},
		{title: "CLASS", drop: 3},
		{title: "ZONES", drop: 5},
	}}
	some := false
	for i := range rows {
		some = some || len(rows[i].Type.Zones) > 0
	}
	if !some {
		t.columns = t.columns[:len(t.columns)-1]
	}
	for i := range rows {
		r := &rows[i]
		cpu, memory, pods := notKnown, notKnown, notKnown
		if a := r.Allocatable; a != nil {
			cpu, memory, pods = cores(a.CPU), size(a.Memory), number(a.Pods)
		}
		t.add(
			r.Type.Name, r.Type.Architecture, number(r.Type.VCPUs), size(r.Type.Memory), cpu, memory, pods,
			hourly(r.Type.OnDemand), orDash(shortBasis(r.Type.OnDemand.Basis)), orDash(string(r.Type.OnDemand.Date)),
			hourly(r.Type.Spot), classWords(&r.Type), zoneWords(c, &r.Type),
		)
	}
	out.table(&t)
	if len(rows) == 0 {
		out.prose("no instance type matches")
	}
	return out.flush(w)
}

// zoneWords lists the zones that offer a type by what sets them apart, "a, c", as their
// names start with the region's; "all" where all do or it is not known which.
func zoneWords(c *catalogs.Catalog, t *catalogs.InstanceType) string {
	if len(t.Zones) == 0 {
		return "all"
	}
	var words []string
	for _, z := range t.Zones {
		words = append(words, strings.TrimPrefix(strings.TrimPrefix(z, c.Region), "-"))
	}
	return strings.Join(words, ", ")
}

// shortBasis names a basis in one word.
func shortBasis(b catalogs.Basis) string {
	if b == catalogs.Recalled {
		return "not verified"
	}
	return string(b)
}

func orDash(s string) string { return cmp.Or(s, none) }

func classWords(t *catalogs.InstanceType) string {
	var words []string
	for _, c := range catalogs.Classes(*t) {
		words = append(words, strings.ReplaceAll(string(c), "_", " "))
	}
	return strings.Join(words, ", ")
}

// CatalogShow writes everything that c knows of one type: each price with its
// basis, date and source, and how what a node offers to pods comes about, step by
// step.
func CatalogShow(w io.Writer, c *catalogs.Catalog, row document.CatalogRow, o Options) error {
	out := &page{o: o}
	t := &row.Type
	out.heading(t.Name, c.Provider+" "+c.Region, "catalog "+string(c.Date))
	out.blank()
	out.shape(t)
	out.blank()
	out.prices(t)
	out.blank()
	out.derivation(&row)
	return out.flush(w)
}

// shape writes what the machine is. What the catalog does not know is left out.
func (p *page) shape(t *catalogs.InstanceType) {
	cpu := []string{count(t.VCPUs, "vCPU"), t.Architecture}
	if t.BaselineCPU > 0 {
		cpu = append(cpu, "sustains "+cores(t.BaselineCPU)+" vCPU")
	}
	p.labelled("CPU", plain, cpu...)
	memory := []string{size(t.Memory)}
	if t.MeasuredMemory > 0 {
		memory = append(memory, size(t.MeasuredMemory)+" measured in the operating system")
	}
	p.labelled("MEMORY", plain, memory...)
	var network []string
	if t.NetworkMbps > 0 {
		network = append(network, number(t.NetworkMbps)+" Mbit/s guaranteed")
	}
	if t.NetworkMaxMbps > 0 {
		network = append(network, "up to "+number(t.NetworkMaxMbps)+" Mbit/s")
	}
	if t.ENIs > 0 {
		network = append(network, fmt.Sprintf("%d interfaces of %d addresses", t.ENIs, t.IPv4PerENI))
	}
	var disks []string
	if t.DiskMbps > 0 {
		disks = append(disks, "up to "+number(t.DiskMbps)+" Mbit/s to network disks")
	}
	if t.LocalDiskGB > 0 {
		disks = append(disks, number(t.LocalDiskGB)+" GB built in")
	}
	var chips []string
	switch {
	case t.GPUs.Milli > 0:
		chips = append(chips, fmt.Sprintf("%s x %s, %s each", cores(units.MilliCPU(t.GPUs.Milli)), t.GPUs.Name, size(t.GPUs.MemoryEach)))
	case t.GPUs.Name != "":
		chips = append(chips, fmt.Sprintf("a share of %s, %s", t.GPUs.Name, size(t.GPUs.MemoryEach)))
	}
	if t.Accelerators.Count > 0 {
		chips = append(chips, fmt.Sprintf("%d x %s", t.Accelerators.Count, t.Accelerators.Name))
	}
	for _, part := range []struct {
		label string
		items []string
	}{{"NETWORK", network}, {"DISKS", disks}, {"CHIPS", chips}} {
		if len(part.items) > 0 {
			p.labelled(part.label, plain, part.items...)
		}
	}
	if len(t.Zones) > 0 {
		p.labelled("ZONES", plain, strings.Join(t.Zones, ", ")+": groups whose zones all offer it can use it")
	}
	if classes := classWords(t); classes != "" {
		p.labelled("CLASS", plain, classes+": left out of plans unless the spec admits it")
	}
}

// prices writes every price of a type with what it rests on.
func (p *page) prices(t *catalogs.InstanceType) {
	list := table{columns: []column{
		{title: "PRICE"},
		{title: "USD/HOUR", right: true},
		{title: "USD/MONTH", right: true},
		{title: "BASIS"},
		{title: "DATE"},
		{title: "SOURCE", wraps: true},
	}}
	add := func(name string, price catalogs.Price) {
		month := notKnown
		if price.Known() {
			month = usd(price.Rate.PerMonth())
		}
		list.add(name, hourly(price), month, basisWords(price.Basis), orDash(string(price.Date)), orDash(price.Source))
	}
	add("on demand", t.OnDemand)
	add("spot", t.Spot)
	var notes []string
	if t.SpotStatistic != "" {
		notes = append(notes, "spot is "+strings.ReplaceAll(t.SpotStatistic, "_", " "))
	}
	if t.Interruption != "" {
		notes = append(notes, t.Interruption+"% of spot machines are reclaimed in a month")
	}
	for _, c := range t.Commitments {
		add(fmt.Sprintf("%s, %s", count(c.TermYears, "year"), c.Payment), c.Price)
		note := "terms of years are " + strings.ReplaceAll(c.Kind, "_", " ")
		if !slices.Contains(notes, note) {
			notes = append(notes, note)
		}
	}
	p.table(&list)
	if len(notes) > 0 {
		p.labelled("", dim, notes...)
	}
}

// derivation writes the steps from what the machine has to what pods get.
func (p *page) derivation(row *document.CatalogRow) {
	a := row.Allocatable
	if a == nil {
		why := ""
		if row.NotKnown != "" {
			why = ": " + row.NotKnown
		}
		p.prose("what a node offers to pods is " + notKnown + why)
		return
	}
	t := table{columns: []column{{title: "ALLOCATABLE"}, {title: "AMOUNT", right: true}, {title: "STEP", wraps: true}}}
	rows := []offered{
		{"cpu", "cpu", exactCPU(int64(a.CPU)), exactCPU},
		{"memory", "memory", exactMemory(int64(a.Memory)), exactMemory},
		{"pods", "pods", number(a.Pods), thousands},
		{"ephemeral_storage", "storage", exactMemory(int64(a.EphemeralStorage)), exactMemory},
		{"attachments", "volumes", number(a.Attachments), thousands},
		{"network", "network", megabits(int64(a.Network)), megabits},
		{"disk", "disk", megabits(int64(a.Disk)), megabits},
	}
	for _, r := range a.Extended {
		rows = append(rows, offered{r.Name, r.Name, thousands(r.Count), thousands})
	}
	for i, r := range rows {
		steps := slices.DeleteFunc(slices.Clone(a.Steps), func(s planner.AllocatableStep) bool { return s.Resource != r.resource })
		if i >= always && len(steps) == 0 {
			continue
		}
		for i, s := range steps {
			amount := r.amount(s.Amount)
			if i > 0 && s.Amount >= 0 {
				amount = "+" + amount
			}
			t.addStyled(dim, r.name, amount, s.What)
		}
		t.add(r.name, "= "+r.sum, "for pods, DaemonSets among them")
	}
	p.table(&t)
}

// offered is a resource of a derivation, and how its amounts are written. The first
// four are always shown, the others where they are known.
type offered struct {
	resource, name, sum string
	amount              func(int64) string
}

const always = 4

// megabits writes a bandwidth.
func megabits(n int64) string { return thousands(n) + " Mbit/s" }

// exactCPU writes thousandths of a core.
func exactCPU(n int64) string { return thousands(n) + "m" }

// exactMemory writes bytes, in MiB or KiB where that is exact.
func exactMemory(n int64) string {
	switch {
	case n%int64(units.MiB) == 0:
		return thousands(n/int64(units.MiB)) + " MiB"
	case n%int64(units.KiB) == 0:
		return thousands(n/int64(units.KiB)) + " KiB"
	default:
		return thousands(n) + " B"
	}
}

// CatalogStatus writes one line for each catalog: its date and digest, and how
// many of its prices are known and how; and one for each file of machines.
func CatalogStatus(w io.Writer, list []document.CatalogState, machines []document.MachinesState, o Options) error {
	out := &page{o: o}
	t := table{columns: []column{
		{title: "PROVIDER"},
		{title: "REGION"},
		{title: "DATE"},
		{title: "AGE", right: true},
		{title: "FROM"},
		{title: "SOURCE", drop: 4},
		{title: "ZONES", right: true, drop: 3},
		{title: "TYPES", right: true},
		{title: "LISTED", right: true},
		{title: "FAMILY", right: true, drop: 7},
		{title: "ESTIMATED", right: true, drop: 8},
		{title: "OTHER", right: true, drop: 6},
		{title: "NOT KNOWN", right: true},
		{title: "SPOT", right: true, drop: 5},
		{title: "QUARANTINED", right: true, drop: 9},
		{title: "OLDEST PRICE", drop: 2},
		{title: "SHA256", drop: 1},
	}}
	for i := range list {
		s := &list[i]
		n := s.OnDemand
		if s.Problem != "" {
			t.add(s.Provider, s.Region, "damaged", "-", s.From)
			continue
		}
		refused := "-"
		if s.Report {
			refused = number(len(s.Quarantined))
		}
		t.add(
			s.Provider, s.Region, string(s.Date), number(s.AgeDays)+" d", s.From, s.Source, number(s.Zones), number(s.Types),
			number(n.Listed), number(n.Family), number(n.Estimated),
			number(n.Declared+n.Secondary+n.Recalled), number(n.Unknown),
			number(s.Spot.Known()), refused, orDash(string(s.OldestPrice)), s.SHA256[:min(len(s.SHA256), 12)],
		)
	}
	if len(list) > 0 {
		out.table(&t)
		out.blank()
		out.statusLegend(&t)
	}
	for i := range list {
		if list[i].Problem != "" {
			out.prose(list[i].Problem)
		}
	}
	out.machineFiles(machines)
	return out.flush(w)
}

// statusLegend says what the columns of a status count, and which have no room.
func (p *page) statusLegend(t *table) {
	left, spot := p.leftOut(t), ", SPOT those with a spot price"
	if slices.Contains(left, "SPOT") {
		spot = ""
	}
	p.prose("LISTED to NOT KNOWN count the types by how their on-demand price is known" + spot + ".")
	if len(left) > 0 {
		p.prose("No room for " + strings.Join(left, ", ") + ": -o json has them.")
	}
}

// machineFiles writes one line for each file of machines.
func (p *page) machineFiles(machines []document.MachinesState) {
	if len(machines) == 0 {
		return
	}
	t := table{columns: []column{{title: "CATALOG"}, {title: "MACHINES"}, {title: "ZONES", drop: 2}, {title: "SHA256", drop: 1}}}
	for _, m := range machines {
		if m.Problem != "" {
			t.add(m.Name, "damaged")
			continue
		}
		zones := "any"
		if len(m.Zones) > 0 {
			zones = strings.Join(m.Zones, ", ")
		}
		t.add(m.Name, strings.Join(m.Machines, ", "), zones, m.SHA256[:min(len(m.SHA256), 12)])
	}
	p.blank()
	p.table(&t)
	for _, m := range machines {
		if m.Problem != "" {
			p.prose(m.Problem)
		}
	}
}
