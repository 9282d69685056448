package run_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// groupTypes are the instance types of each group, and of each role of a control plane.
func groupTypes(p *planner.Plan) map[string][]string {
	out := map[string][]string{}
	for i := range p.NodeGroups {
		for _, pool := range p.NodeGroups[i].Pools {
			out[p.NodeGroups[i].Name] = append(out[p.NodeGroups[i].Name], pool.InstanceType)
		}
	}
	for _, m := range p.ControlPlane.Machines {
		out[m.Role] = append(out[m.Role], m.InstanceType)
	}
	return out
}

// moved returns prices of which each is up to 1% lower, and those of the given types 1%
// higher.
func moved(cat catalogs.Catalog, seed uint64, dearer map[string]bool) catalogs.Catalog {
	rng := rand.New(rand.NewPCG(seed, 0))
	cat.Types = slices.Clone(cat.Types)
	for i := range cat.Types {
		down := units.USDPerHour(rng.Int64N(11)) // thousandths
		for _, p := range []*catalogs.Price{&cat.Types[i].OnDemand, &cat.Types[i].Spot} {
			if dearer[cat.Types[i].Name] {
				p.Rate += p.Rate / 100
			} else {
				p.Rate -= p.Rate / 1000 * down
			}
		}
	}
	return cat
}

// TestPricesThatMoveALittle: with the lock of the plan before, no price that moves by 1%
// changes an instance type; without it some would.
func TestPricesThatMoveALittle(t *testing.T) {
	changed := 0
	names := exampleNames(t)
	if testing.Short() {
		names = []string{"shop-eks"}
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			s := load(t, spec.File{Name: "main.hcl", Content: source(t, name)})
			if len(s.Cluster.Machines) > 0 {
				return // of one's own: no price moves
			}
			before, err := run.Plan(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			dearer := map[string]bool{}
			for _, types := range groupTypes(before) {
				for _, name := range types {
					dearer[name] = true
				}
			}
			s.Catalog = moved(s.Catalog, 1, dearer)
			free, err := run.Plan(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			lock := planner.LockOf(before, "test")
			s.Cluster = lock.Apply(s.Cluster, 5*units.Percent)
			after, err := run.Plan(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			was, is, would := groupTypes(before), groupTypes(after), groupTypes(free)
			for group := range was {
				if !slices.Equal(was[group], is[group]) {
					t.Errorf("%s: %q became %q", group, was[group], is[group])
				}
				if !slices.Equal(was[group], would[group]) {
					changed++
				}
			}
		})
	}
	if changed == 0 && !testing.Short() {
		t.Error("no type would have changed without the lock: the test shows nothing")
	}
}

// TestLocksOfExamples: each is under 100 lines, the same each time, reads back, and of a
// plan under it nothing changes.
func TestLocksOfExamples(t *testing.T) {
	for _, name := range exampleNames(t) {
		t.Run(name, func(t *testing.T) {
			s := load(t, spec.File{Name: "main.hcl", Content: source(t, name)})
			lock, err := document.LockOf(examplePlan(t, name), "test")
			if err != nil {
				t.Fatal(err)
			}
			written, err := document.EncodeLock(&lock)
			if err != nil {
				t.Fatal(err)
			}
			if n := bytes.Count(written, []byte("\n")); n >= 100 {
				t.Errorf("%d lines:\n%s", n, written)
			}
			read, err := document.DecodeLock(written)
			if err != nil {
				t.Fatal(err)
			}
			again, err := document.EncodeLock(read)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(written, again) {
				t.Errorf("written:\n%s\nread and written again:\n%s", written, again)
			}
			s.Cluster = read.Apply(s.Cluster, 0)
			under, err := run.Plan(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			if lock, err = document.LockOf(under, "test"); err != nil {
				t.Fatal(err)
			}
			if again, err = document.EncodeLock(&lock); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(written, again) {
				t.Errorf("written:\n%s\nof the plan under it:\n%s", written, again)
			}
			for i := range under.NodeGroups {
				if out := under.NodeGroups[i].Lock; out == nil || out.Verdict != planner.LockHeld || out.Saving != 0 {
					t.Errorf("%s: %+v", under.NodeGroups[i].Name, out)
				}
			}
		})
	}
}

// TestLocksAreRefusedWithTheReason names what is wrong with a lock file.
func TestLocksAreRefusedWithTheReason(t *testing.T) {
	lock := planner.LockOf(planOf(t, spec.File{Name: "main.hcl", Content: source(t, "dev-small")}), "test")
	written, err := document.EncodeLock(&lock)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ old, new, want string }{
		"no JSON":         {"{\n", "[\n", "not JSON"},
		"a plan":          {`"lock_version": "1.1"`, `"format_version": "1.3"`, "lock_version: is missing; this is no lock file"},
		"a later major":   {`"lock_version": "1.1"`, `"lock_version": "2.0"`, `lock format "2.0" is not supported (want 1.x)`},
		"a field missing": {`"provider"`, `"povider"`, "provider: is missing"},
		"a count that is": {`"us-east-1a": `, `"us-east-1a": -`, `nodes_by_zone["us-east-1a"]: must not be negative`},
	} {
		changed := strings.Replace(string(written), c.old, c.new, 1)
		if changed == string(written) {
			t.Fatalf("%s: the lock has no %s", name, c.old)
		}
		if _, err := document.DecodeLock([]byte(changed)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	later := strings.Replace(string(written), `"lock_version": "1.1"`, `"lock_version": "1.9", "more": [{}]`, 1)
	if _, err := document.DecodeLock([]byte(later)); err != nil {
		t.Errorf("a later minor is refused: %v", err)
	}
}

// TestLockedControlPlane: the machines of a self-managed control plane keep their types as
// those of groups do. Of m6a.large and m7a.large, whatever is cheaper by no more than the
// share that is asked for stays where it is; what is cheaper by more is taken, and what is
// not offered any more is replaced.
func TestLockedControlPlane(t *testing.T) {
	s := load(t, spec.File{Name: "main.hcl", Content: source(t, "payments-kubeadm")})
	before, err := run.Plan(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	own := before.ControlPlane.Machines[0].InstanceType
	rate := before.ControlPlane.Machines[0].Price.Rate
	lock := planner.LockOf(before, "test")
	s.Cluster = lock.Apply(s.Cluster, 5*units.Percent)
	catalog := s.Catalog
	// another is a type as large as the one that stands, at a share of its price.
	another := func(thousandths units.USDPerHour, without bool) catalogs.Catalog {
		cat := catalog
		cat.Types = nil
		for _, t := range catalog.Types {
			if t.Name != own || !without {
				cat.Types = append(cat.Types, t)
			}
			if t.Name == own {
				t.Name = "m6zz.large"
				t.Family = "m6zz"
				t.OnDemand.Rate = rate / 1000 * thousandths
				cat.Types = append(cat.Types, t)
			}
		}
		slices.SortFunc(cat.Types, func(a, b catalogs.InstanceType) int { return strings.Compare(a.Name, b.Name) })
		return cat
	}
	for title, tc := range map[string]struct {
		catalog catalogs.Catalog
		want    string
		verdict planner.LockVerdict
		finding string
	}{
		"nothing moved": {catalog, own, planner.LockHeld, ""},
		"4% less":       {another(960, false), own, planner.LockHeld, "the lock keeps " + own},
		"6% less":       {another(940, false), "m6zz.large", planner.LockSaving, "gave way to m6zz.large"},
		"gone":          {another(1000, true), "m6zz.large", planner.LockGone, own + " of the lock is not offered any more"},
	} {
		t.Run(title, func(t *testing.T) {
			again := *s
			again.Catalog = tc.catalog
			after, err := run.Plan(t.Context(), &again)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range after.ControlPlane.Machines {
				if m.InstanceType != tc.want || m.Lock == nil || m.Lock.Verdict != tc.verdict {
					t.Errorf("%s: %s, %+v; want %s, %s", m.Role, m.InstanceType, m.Lock, tc.want, tc.verdict)
				}
				told := slices.ContainsFunc(after.Findings, func(f planner.Finding) bool {
					return f.Path == "control_plane.machines."+m.Role && strings.Contains(f.Message, tc.finding)
				})
				if told != (tc.finding != "") {
					t.Errorf("%s: told %t, want %q", m.Role, told, tc.finding)
				}
			}
		})
	}
}
