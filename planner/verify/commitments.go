package verify

import (
	"cmp"
	"math/big"
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// Plans round each part that a commitment covers, so that sums differ from exact ones
// by this many billionths of a dollar for each line and commitment.
const coverageTolerance = 100

// running are the declared commitments that hold at as_of, sorted by name.
func (k *checker) running() []*planner.Commitment {
	var out []*planner.Commitment
	for i := range k.c.Pricing.Commitments {
		if c := &k.c.Pricing.Commitments[i]; c.Expires == "" || k.c.AsOf < c.Expires {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b *planner.Commitment) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// covering is a line of machines on demand, and what of its value is left.
type covering struct {
	path  string
	kind  *catalogs.InstanceType
	whole *big.Rat
	left  *big.Rat
}

// coverings are the lines that commitments can cover, in the order of groups, pools and
// the control plane's roles.
func (k *checker) coverings() []*covering {
	var out []*covering
	add := func(path, name string, nodes int) {
		if t := k.types[name]; t != nil && nodes > 0 && t.OnDemand.Known() && t.OnDemand.Rate > 0 {
			value := new(big.Rat).Mul(whole(int64(nodes)), whole(int64(t.OnDemand.Rate)))
			out = append(out, &covering{path: path, kind: t, whole: value, left: new(big.Rat).Set(value)})
		}
	}
	for i := range k.plan.NodeGroups {
		g := &k.plan.NodeGroups[i]
		paths := g.NodesPaths()
		for j, p := range g.Pools {
			if p.CapacityType == planner.OnDemand {
				add(paths[j], p.InstanceType, p.Nodes)
			}
		}
	}
	for _, m := range k.plan.ControlPlane.Machines {
		prefix := map[string]string{planner.RoleControlPlane: "", planner.RoleEtcd: "etcd_", planner.RoleLoadBalancer: "load_balancer_"}[m.Role]
		add("control_plane."+prefix+"nodes", m.InstanceType, m.Nodes)
	}
	return out
}

func whole(n int64) *big.Rat { return new(big.Rat).SetInt64(n) }

// rateOf is what a machine costs while dollars of c pay for it; nil where not known.
func rateOf(c *planner.Commitment, t *catalogs.InstanceType) *big.Rat {
	if c.Discount > 0 {
		off := new(big.Int).Mul(big.NewInt(int64(units.Whole-c.Discount)), big.NewInt(int64(t.OnDemand.Rate)))
		rate, rest := new(big.Int).QuoRem(off, big.NewInt(int64(units.Whole)), new(big.Int))
		if rest.Sign() > 0 {
			rate.Add(rate, big.NewInt(1))
		}
		return new(big.Rat).SetInt(rate)
	}
	var best units.USDPerHour
	alike := slices.ContainsFunc(t.Commitments, func(p catalogs.Commitment) bool {
		return p.Kind == string(c.Type) && p.Price.Known() && (c.TermYears == 0 || c.TermYears == p.TermYears)
	})
	for _, p := range t.Commitments {
		if alike && p.Kind != string(c.Type) {
			continue // the catalog knows what was bought
		}
		if p.Price.Known() && (c.TermYears == 0 || c.TermYears == p.TermYears) && p.Price.Rate > best {
			best = p.Price.Rate
		}
	}
	if best == 0 {
		return nil
	}
	return whole(int64(best))
}

// tier orders commitments: machines, reserved instances, a family's dollars, others.
func tier(c *planner.Commitment) int {
	switch {
	case c.Type == planner.ResourceCUD:
		return 0
	case c.Type == planner.Reserved:
		return 1
	case c.Family != "":
		return 2
	}
	return 3
}

// applied works out exactly what each running commitment covers of each line, and what
// is left of its dollars, or of its vCPUs and bytes.
func (k *checker) applied(running []*planner.Commitment, lines []*covering) (covers []map[string]*big.Rat, money []*big.Rat, resources [][2]*big.Rat) {
	for _, c := range running {
		covers = append(covers, map[string]*big.Rat{})
		money = append(money, whole(int64(c.USDPerHour)))
		resources = append(resources, [2]*big.Rat{whole(int64(c.VCPUs)), whole(int64(c.Memory))})
	}
	cover := func(i int, l *covering, value *big.Rat) {
		l.left = new(big.Rat).Sub(l.left, value)
		if value.Sign() > 0 {
			covers[i][l.path] = value
		}
	}
	for i, c := range running {
		for _, l := range lines {
			t := l.kind
			if c.Type != planner.ResourceCUD || t.Family != c.Family || t.GPUs.Name != "" || t.Burstable || t.BaselineCPU > 0 || t.VCPUs <= 0 || t.Memory <= 0 {
				continue
			}
			price := whole(int64(t.OnDemand.Rate))
			need := [2]*big.Rat{whole(int64(t.VCPUs)), whole(int64(t.Memory))} // of a machine
			machines := new(big.Rat).Quo(l.left, price)
			for r := range need {
				if reach := new(big.Rat).Quo(resources[i][r], need[r]); reach.Cmp(machines) < 0 {
					machines = reach
				}
			}
			for r := range need {
				resources[i][r] = new(big.Rat).Sub(resources[i][r], new(big.Rat).Mul(machines, need[r]))
			}
			cover(i, l, new(big.Rat).Mul(machines, price))
		}
	}
	for _, p := range pairsOf(running, lines) {
		l := lines[p.line]
		value := new(big.Rat).Quo(money[p.commitment], p.share)
		if value.Cmp(l.left) > 0 {
			value = new(big.Rat).Set(l.left)
		}
		money[p.commitment] = new(big.Rat).Sub(money[p.commitment], new(big.Rat).Mul(value, p.share))
		cover(p.commitment, l, value)
	}
	return covers, money, resources
}

// payable is a line that dollars of a commitment may pay for, at a share of its price.
type payable struct {
	tier, line, commitment int
	share, rate            *big.Rat
}

func pairsOf(running []*planner.Commitment, lines []*covering) []payable {
	var out []payable
	for i, c := range running {
		for j, l := range lines {
			if c.Type == planner.ResourceCUD || c.Family != "" && c.Family != l.kind.Family {
				continue
			}
			price := whole(int64(l.kind.OnDemand.Rate))
			if rate := rateOf(c, l.kind); rate != nil && rate.Cmp(price) <= 0 {
				out = append(out, payable{tier: tier(c), line: j, commitment: i, share: new(big.Rat).Quo(rate, price), rate: rate})
			}
		}
	}
	slices.SortFunc(out, func(a, b payable) int {
		return cmp.Or(cmp.Compare(a.tier, b.tier), a.share.Cmp(b.share), a.rate.Cmp(b.rate), cmp.Compare(a.line, b.line), cmp.Compare(a.commitment, b.commitment))
	})
	return out
}

// commitments checks what becomes of those that run.
func (k *checker) commitments() {
	running := k.running()
	says := k.plan.Commitments
	if !k.need(len(says) == len(running), "pricing", "commitments.list", "%d commitments, %d run at as_of", len(says), len(running)) {
		return
	}
	lines := k.coverings()
	covers, money, resources := k.applied(running, lines)
	slack := big.NewRat(coverageTolerance*int64(len(lines)*len(running)+1), 1)
	near := func(says int64, is *big.Rat) bool {
		d := new(big.Rat).Sub(whole(says), is)
		return d.Abs(d).Cmp(slack) <= 0
	}
	for i, c := range running {
		u, path := &says[i], c.Path()
		if !k.need(u.Name == c.Name, path, "commitments.list", "the plan says %q here", u.Name) {
			continue
		}
		k.need(near(int64(u.Unused), money[i]), path, "commitments.unused", "%s are not used, it is %s", dollars(u.Unused), dollarsOf(truncated(money[i])))
		var spent, value units.USDPerHour
		said := map[string]bool{}
		for j, n := range u.Covers {
			is := covers[i][n.Path]
			k.need(j == 0 || u.Covers[j-1].Path < n.Path, path, "lists.sorted", "what it covers is not sorted by path")
			if is == nil {
				is = new(big.Rat)
			}
			k.need(near(int64(n.Value), is), path, "commitments.covers", "%s of %s are covered, it is %s", dollars(n.Value), n.Path, dollarsOf(truncated(is)))
			said[n.Path] = true
			spent, value = spent+n.Spent, value+n.Value
		}
		for _, at := range sortedKeys(covers[i]) {
			k.need(said[at] || near(0, covers[i][at]), path, "commitments.covers", "%s is covered and not listed", at)
		}
		k.need(spent+u.Unused == c.USDPerHour && spent >= 0 && u.Unused >= 0, path, "commitments.sum", "%s spent and %s unused are not %s", hourly(spent), hourly(u.Unused), hourly(c.USDPerHour))
		k.resourcesLeft(c, u, resources[i])
		k.unpriced(c, u, lines)
	}
	for _, l := range lines {
		k.need(coveredBy(says, l.path).Cmp(l.whole) <= 0, l.path, "commitments.covers", "more is covered than there is")
	}
}

// resourcesLeft checks what is left of promised machines: within a billionth part of a
// machine's for each billionth of a dollar.
func (k *checker) resourcesLeft(c *planner.Commitment, u *planner.CommitmentUse, left [2]*big.Rat) {
	const part = 100_000 // of what is promised, far above what rounding takes
	cpu := new(big.Rat).Mul(left[0], whole(int64(units.Core)))
	for _, r := range []struct {
		what string
		says int64
		is   *big.Rat
		all  int64
	}{
		{"vCPUs, in thousandths,", int64(u.UnusedCPU), cpu, int64(c.VCPUs) * int64(units.Core)},
		{"bytes", int64(u.UnusedMemory), left[1], int64(c.Memory)},
	} {
		d := new(big.Rat).Sub(whole(r.says), r.is)
		k.need(d.Abs(d).Cmp(whole(r.all/part+1)) <= 0, c.Path(), "commitments.unused", "%d %s are not used, it is %s", r.says, r.what, r.is.FloatString(0))
	}
}

// unpriced checks the types for which the price is not known.
func (k *checker) unpriced(c *planner.Commitment, u *planner.CommitmentUse, lines []*covering) {
	want := map[string]bool{}
	for _, l := range lines {
		if c.Type != planner.ResourceCUD && (c.Family == "" || c.Family == l.kind.Family) && rateOf(c, l.kind) == nil {
			want[l.kind.Name] = true
		}
	}
	k.need(slices.Equal(u.Unpriced, sortedKeys(want)), c.Path(), "commitments.unpriced", "the price of %v is not known, it is that of %v", u.Unpriced, sortedKeys(want))
}

// coveredBy is what the plan says is covered of a line.
func coveredBy(uses []planner.CommitmentUse, path string) *big.Rat {
	sum := new(big.Rat)
	for i := range uses {
		for _, c := range uses[i].Covers {
			if c.Path == path {
				sum.Add(sum, whole(int64(c.Value)))
			}
		}
	}
	return sum
}

// uncovered takes what commitments cover off what a line owes.
func (k *checker) uncovered(path string, o owed) owed {
	covered := new(big.Int).Mul(coveredBy(k.plan.Commitments, path).Num(), big.NewInt(units.HoursPerMonth))
	o.times730 = new(big.Int).Sub(o.times730, covered)
	return o
}

// commitmentsOwed is what running commitments cost, by line, whether used or not.
func (k *checker) commitmentsOwed() map[string]owed {
	due := map[string]owed{}
	uses := map[string]*planner.CommitmentUse{}
	for i := range k.plan.Commitments {
		uses[k.plan.Commitments[i].Name] = &k.plan.Commitments[i]
	}
	for _, c := range k.running() {
		o := nothing()
		if c.Type == planner.ResourceCUD {
			o = k.resourcesOwed(c)
		} else {
			o.add(1, int64(c.USDPerHour), true, catalogs.Declared, k.c.AsOf)
		}
		due[c.Path()] = o
		if u := uses[c.Name]; u != nil {
			k.need(u.Paid.Known == o.known && (!o.known || o.agrees(u.Paid.Rate)), c.Path(), "commitments.paid", "%v are paid, it is %v", u.Paid, &o)
		}
	}
	return due
}

// resourcesOwed is what promised vCPUs and memory cost: the price of a vCPU and that of
// a MiB solve the two machines of the family whose prices lie furthest apart.
func (k *checker) resourcesOwed(c *planner.Commitment) owed {
	o := nothing()
	type row struct {
		vcpus, mib int64
		price      catalogs.Price
	}
	var rows []row
	for i := range k.cat.Types {
		t := &k.cat.Types[i]
		for _, p := range t.Commitments {
			plain := t.GPUs.Name == "" && t.LocalDiskGB <= 0 && !t.Burstable && t.BaselineCPU <= 0
			if plain && t.Family == c.Family && p.Kind == "cud_resource" && p.TermYears == c.TermYears && p.Price.Known() {
				rows = append(rows, row{int64(t.VCPUs), int64(t.Memory / units.MiB), p.Price})
			}
		}
	}
	var a, b row
	widest := new(big.Rat)
	for j := range rows {
		for i := range rows[:j] {
			det := new(big.Rat).Sub(new(big.Rat).Mul(whole(rows[i].vcpus), whole(rows[j].mib)), new(big.Rat).Mul(whole(rows[j].vcpus), whole(rows[i].mib)))
			if abs := new(big.Rat).Abs(det); abs.Cmp(widest) > 0 {
				widest, a, b = abs, rows[i], rows[j]
			}
		}
	}
	if widest.Sign() == 0 || a.vcpus == 0 {
		o.known = false
		return o
	}
	// vcpus·cpu + mib·memory = price, twice: eliminate cpu.
	ratio := big.NewRat(b.vcpus, a.vcpus)
	memory := new(big.Rat).Sub(whole(int64(b.price.Rate)), new(big.Rat).Mul(ratio, whole(int64(a.price.Rate))))
	memory.Quo(memory, new(big.Rat).Sub(whole(b.mib), new(big.Rat).Mul(ratio, whole(a.mib))))
	cpu := new(big.Rat).Sub(whole(int64(a.price.Rate)), new(big.Rat).Mul(memory, whole(a.mib)))
	cpu.Quo(cpu, whole(a.vcpus))
	for _, r := range rows {
		priced := new(big.Rat).Add(new(big.Rat).Mul(cpu, whole(r.vcpus)), new(big.Rat).Mul(memory, whole(r.mib)))
		off := priced.Sub(priced, whole(int64(r.price.Rate)))
		if off.Abs(off).Cmp(whole(int64(r.price.Rate)/1000)) > 0 {
			o.known = false // its machines differ in more than vCPUs and memory
			return o
		}
	}
	paid := new(big.Rat).Mul(cpu, whole(int64(c.VCPUs)))
	paid.Add(paid, new(big.Rat).Mul(memory, whole(int64(units.CeilDiv(c.Memory, units.MiB)))))
	if paid.Sign() <= 0 {
		o.known = false
		return o
	}
	up := new(big.Int).Add(paid.Num(), paid.Denom())
	up.Sub(up, big.NewInt(1)).Div(up, paid.Denom())
	for _, p := range []catalogs.Price{a.price, b.price} {
		o.add(0, 0, true, p.Basis, p.Date)
	}
	o.times730.Mul(up, big.NewInt(units.HoursPerMonth))
	return o
}
