package refresh

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/refresh"
)

const (
	// spotStatistic names what a spot price is: Google changes it at most daily.
	spotStatistic = catalogs.SpotList
	// A resource commitment is paid monthly whatever is used.
	commitmentKind    = "cud_resource"
	commitmentPayment = "monthly"

	priceTag = "cloud-billing-"
	shapeTag = "compute-api-"
)

// result makes the catalog of what the calls brought.
func (a *answers) result(req refresh.Request) (refresh.Result, error) {
	b := &builder{answers: a, req: req, tag: priceTag + string(req.Today)}
	c := catalogs.Catalog{
		Provider: Provider, Region: req.Region, Source: Provider + " " + string(req.Today), Date: req.Today,
		Zones: b.zones(), Fees: slices.Clone(req.Base.Fees), Versions: b.versions(),
	}
	c.Types = b.types(c.Zones)
	c.Disks = b.disks()
	c.Sources = b.sources(c)
	b.problems = append(b.problems, a.prices.doubts...)
	if err := b.plausible(c); err != nil {
		return refresh.Result{}, err
	}
	c, invalid, err := catalogs.Quarantine(c)
	if err != nil {
		return refresh.Result{}, &refresh.Error{
			Kind: refresh.Answer, Call: callMachineTypes.name, Advice: "Report this: what Google offers is not what this program knows.", Err: err,
		}
	}
	problems := append(b.problems, invalid...)
	slices.SortFunc(problems, func(x, y catalogs.Problem) int {
		return cmp.Or(cmp.Compare(x.Path, y.Path), cmp.Compare(x.Reason, y.Reason))
	})
	return refresh.Result{Catalog: c, Quarantined: slices.Compact(problems), Quotas: b.quotas()}, nil
}

type builder struct {
	*answers
	req      refresh.Request
	tag      string // of prices
	problems []catalogs.Problem
}

func (b *builder) problem(section, name, format string, args ...any) {
	b.problems = append(b.problems, catalogs.Problem{Path: section + "." + name, Reason: fmt.Sprintf(format, args...)})
}

// plausible refuses a catalog in which nothing can be bought: it would replace one that
// is right.
func (b *builder) plausible(c catalogs.Catalog) error {
	out := &refresh.Error{Kind: refresh.Answer, Call: callMachineTypes.name, Advice: fmt.Sprintf("Check that %s is a region of Google Cloud that the project may use.", b.req.Region)}
	switch {
	case len(c.Zones) == 0:
		out.Call, out.Err = callZones.name, errors.New("no zone of the region is up")
	case len(c.Types) == 0:
		out.Err = errors.New("no machine type is offered in the region")
	case !slices.ContainsFunc(c.Types, func(t catalogs.InstanceType) bool { return t.OnDemand.Known() }):
		out.Call, out.Err = callSKUs.name, errors.New("the price list prices no machine type of the region")
		out.Advice = "Report this: the price list is not what this program knows."
	default:
		return nil
	}
	return out
}

func (b *builder) zones() []catalogs.Zone {
	var out []catalogs.Zone
	for _, z := range b.answers.zones {
		if last(z.GetRegion()) != b.req.Region || !zoneOf(z.GetName(), b.req.Region) {
			continue
		}
		if z.GetStatus() != "UP" {
			b.problem("zones", z.GetName(), "its status is %q", z.GetStatus())
			continue
		}
		out = append(out, catalogs.Zone{Name: z.GetName(), ID: z.GetName()})
	}
	slices.SortFunc(out, func(x, y catalogs.Zone) int { return cmp.Compare(x.Name, y.Name) })
	return out
}

// types returns the types that stand in one of the zones, with their prices.
func (b *builder) types(zones []catalogs.Zone) []catalogs.InstanceType {
	machines := slices.Clone(b.machines)
	slices.SortFunc(machines, func(x, y *machinePB) int {
		return cmp.Or(cmp.Compare(x.GetName(), y.GetName()), cmp.Compare(x.GetZone(), y.GetZone()))
	})
	var out []machineType
	var first *machinePB // of the type of that name
	differ := map[string]bool{}
	for _, m := range machines {
		up := slices.ContainsFunc(zones, func(z catalogs.Zone) bool { return z.Name == m.GetZone() })
		if !up || m.GetDeprecated().GetState() == "DELETED" {
			continue
		}
		if first != nil && first.GetName() == m.GetName() {
			if !sameShape(first, m) && !differ[m.GetName()] {
				differ[m.GetName()] = true
				b.problem("types", m.GetName(), "it is another machine in %s than in %s", m.GetZone(), first.GetZone())
			}
			same := &out[len(out)-1]
			same.Zones = append(same.Zones, m.GetZone())
			continue
		}
		first = m
		base, _ := b.req.Base.Type(m.GetName())
		t := describeType(m, base)
		t.Zones = []string{m.GetZone()}
		out = append(out, t)
	}
	for _, p := range misfits(out) {
		differ[strings.TrimPrefix(p.Path, "types.")] = true
		b.problems = append(b.problems, p)
	}
	var types []catalogs.InstanceType
	for i := range out {
		t := &out[i]
		if differ[t.Name] {
			continue
		}
		if len(t.Zones) == len(zones) {
			t.Zones = nil // all of the region
		}
		b.price(t)
		types = append(types, t.InstanceType)
	}
	return types
}

// sameShape reports whether two zones mean the same machine by a name.
func sameShape(x, y *machinePB) bool {
	x, y = proto.CloneOf(x), proto.CloneOf(y)
	for _, m := range []*machinePB{x, y} {
		m.Zone, m.SelfLink, m.Id, m.CreationTimestamp, m.Description, m.Deprecated = nil, nil, nil, nil, nil, nil
	}
	return proto.Equal(x, y)
}

// price fills in the prices of a type.
func (b *builder) price(t *machineType) {
	known := map[term]catalogs.Price{}
	for _, term := range terms() {
		rate, why := b.prices.price(t, term)
		if why != "" {
			b.problem("types", t.Name, "%s", why)
		}
		if rate > 0 {
			known[term] = catalogs.Price{Rate: rate, Basis: catalogs.Listed, Date: b.req.Today, Source: b.tag}
		}
	}
	list := known[onDemand]
	t.OnDemand = list
	if p := known[spot]; p.Known() && list.Known() && p.Rate >= list.Rate {
		b.problem("types", t.Name, "the spot price is not below that on demand")
	} else if p.Known() {
		t.Spot, t.SpotStatistic = p, spotStatistic
	}
	for years, term := range map[int]term{1: oneYear, 3: threeYears} {
		p := known[term]
		if p.Known() && list.Known() && p.Rate > list.Rate {
			b.problem("types", t.Name, "the price for %d years is above that on demand", years)
		} else if p.Known() {
			t.Commitments = append(t.Commitments, catalogs.Commitment{Kind: commitmentKind, TermYears: years, Payment: commitmentPayment, Price: p})
		}
	}
	slices.SortFunc(t.Commitments, func(x, y catalogs.Commitment) int { return cmp.Compare(x.TermYears, y.TermYears) })
}

// disks returns the network disks of the region. Of the base come the limits that the
// API does not say.
func (b *builder) disks() []catalogs.Disk {
	var out []catalogs.Disk
	for _, d := range b.answers.disks {
		name := d.GetName()
		if strings.HasPrefix(name, "local-ssd") || slices.ContainsFunc(out, func(o catalogs.Disk) bool { return o.Type == name }) {
			continue // a local SSD belongs to a machine
		}
		var disk catalogs.Disk
		if i := slices.IndexFunc(b.req.Base.Disks, func(o catalogs.Disk) bool { return o.Type == name }); i >= 0 {
			disk = b.req.Base.Disks[i]
		}
		disk.Type = name
		if least, most, ok := sizes(d.GetValidDiskSize()); ok {
			disk.MinSize, disk.MaxSize = least, most
		}
		disk.PerGiB, disk.PerIOPS, disk.PerMiBps = b.monthly(capacity, name), b.monthly(iops, name), b.monthly(bandwidth, name)
		out = append(out, disk)
	}
	slices.SortFunc(out, func(x, y catalogs.Disk) int { return cmp.Compare(x.Type, y.Type) })
	return out
}

// sizes reads "10GB-65536GB". Google writes GB and counts GiB.
func sizes(s string) (least, most units.Bytes, ok bool) {
	from, to, _ := strings.Cut(s, "-")
	low, err1 := strconv.ParseInt(strings.TrimSuffix(from, "GB"), 10, 32)
	high, err2 := strconv.ParseInt(strings.TrimSuffix(to, "GB"), 10, 32)
	return units.Bytes(low) * units.GiB, units.Bytes(high) * units.GiB, err1 == nil && err2 == nil && low <= high
}

func (b *builder) monthly(r resource, disk string) catalogs.MonthlyPrice {
	rate, ok := b.prices.get(part{r, disk, onDemand})
	if !ok {
		return catalogs.MonthlyPrice{}
	}
	amount, ok := roundUp(rate)
	if !ok {
		return catalogs.MonthlyPrice{}
	}
	return catalogs.MonthlyPrice{Amount: units.USD(amount), Basis: catalogs.Listed, Date: b.req.Today, Source: b.tag}
}

// versions returns the base's calendar, and the minors of the Regular channel that it
// does not know as released. The API gives no dates: those have today's, by which they
// were released at the latest.
func (b *builder) versions() []catalogs.Version {
	out := slices.Clone(b.req.Base.Versions)
	for _, channel := range b.gke.Channels {
		if channel.Channel != "REGULAR" {
			continue
		}
		for _, version := range channel.ValidVersions {
			minor, ok := minorOf(version)
			if !ok {
				b.problem("versions", version, "it is not a version")
				continue
			}
			i := slices.IndexFunc(out, func(v catalogs.Version) bool { return v.Minor == minor })
			if i < 0 {
				i = len(out)
				out = append(out, catalogs.Version{Minor: minor})
			}
			if out[i].Release.IsZero() {
				out[i].Release = b.req.Today
			}
		}
	}
	slices.SortStableFunc(out, func(x, y catalogs.Version) int { return cmp.Compare(number(x.Minor), number(y.Minor)) })
	return out
}

// minorOf returns "1.35" of "1.35.3-gke.1200".
func minorOf(version string) (minor string, ok bool) {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 3 || parts[0] != "1" || !onlyDigits(parts[1]) {
		return "", false
	}
	return parts[0] + "." + parts[1], true
}

// number is the second number of a minor, by which they are in order.
func number(minor string) int {
	_, second, _ := strings.Cut(minor, ".")
	n, err := strconv.Atoi(second)
	if err != nil {
		return 0
	}
	return n
}

// quotas returns the limits of vCPUs, GPUs and disks. A limit of zero spot vCPUs means
// that they count as those on demand.
func (b *builder) quotas() []refresh.Quota {
	var out []refresh.Quota
	for _, q := range b.region.GetQuotas() {
		metric, name := q.GetMetric(), ""
		switch {
		case strings.HasPrefix(metric, "COMMITTED_"), strings.Contains(metric, "_COMMITTED_"), strings.HasPrefix(metric, "LOCAL_SSD"):
		case metric == "PREEMPTIBLE_CPUS":
			name = "spot_vcpus"
		case metric == "CPUS" || strings.HasSuffix(metric, "_CPUS"):
			name = "on_demand_vcpus"
		case strings.HasSuffix(metric, "_GPUS") && !strings.HasPrefix(metric, "PREEMPTIBLE_"):
			name = "gpus"
		case metric == "SSD_TOTAL_GB" || metric == "DISKS_TOTAL_GB":
			name = "disk_gib"
		}
		if name != "" && (q.GetLimit() > 0 || name != "spot_vcpus") {
			out = append(out, refresh.Quota{Name: name, Limit: q.GetLimit(), Origin: metric})
		}
	}
	slices.SortFunc(out, func(x, y refresh.Quota) int {
		return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.Origin, y.Origin))
	})
	return out
}

// sources are those of today's answers, and those of the base that what is taken from
// it rests on.
func (b *builder) sources(c catalogs.Catalog) []catalogs.Source {
	var replaced, kept []string
	for i := range b.req.Base.Types {
		t := &b.req.Base.Types[i]
		replaced = append(replaced, t.OnDemand.Source, t.Spot.Source)
		for _, k := range t.Commitments {
			replaced = append(replaced, k.Price.Source)
		}
	}
	for _, d := range b.req.Base.Disks {
		replaced = append(replaced, d.PerGiB.Source, d.PerIOPS.Source, d.PerMiBps.Source)
	}
	for _, f := range c.Fees {
		kept = append(kept, f.Price.Source)
	}
	out := []catalogs.Source{
		{
			Tag: b.tag, Date: b.req.Today, Origin: "Cloud Billing Catalog API, " + computeEngine + "/skus", Licence: "-",
			Gives: "prices of machines and disks",
		},
		{
			Tag: shapeTag + string(b.req.Today), Date: b.req.Today, Origin: "Compute Engine API and GKE API", Licence: "-",
			Gives: "zones, machine types, disk types, versions offered",
		},
	}
	for _, s := range b.req.Base.Sources {
		ours := strings.HasPrefix(s.Tag, priceTag) || strings.HasPrefix(s.Tag, shapeTag)
		if slices.Contains(kept, s.Tag) && s.Tag != b.tag || !ours && !slices.Contains(replaced, s.Tag) {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(x, y catalogs.Source) int { return cmp.Compare(x.Tag, y.Tag) })
	return out
}
