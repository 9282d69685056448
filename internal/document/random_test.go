package document_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// generator fills values of any domain type with random content, so that a field
// that the document forgets makes a round trip fail.
type generator struct {
	rng  *rand.Rand
	full bool
}

// choices are the values of the domain's enumerations.
func choices() map[reflect.Type][]string {
	return map[reflect.Type][]string{
		reflect.TypeFor[planner.RecoveryMode]():     {"active_active", "standby"},
		reflect.TypeFor[planner.RecoveryPattern]():  {"per_region", "stretched", "backup"},
		reflect.TypeFor[planner.TenancyWay]():       {"cluster", "virtual_cluster", "namespace"},
		reflect.TypeFor[planner.Environment]():      {"production", "development"},
		reflect.TypeFor[planner.CNI]():              {"vpc", "vpc_prefix", "kubenet", "dataplane_v2", "calico", "cilium"},
		reflect.TypeFor[planner.Role]():             {"app", "batch", "ingress", "monitoring", "stateful", "system", "gpu"},
		reflect.TypeFor[planner.Image]():            {"al2023", "bottlerocket", "cos", "ubuntu"},
		reflect.TypeFor[planner.CapacityType]():     {"on_demand", "spot"},
		reflect.TypeFor[planner.TaintEffect]():      {"NoSchedule", "PreferNoSchedule", "NoExecute"},
		reflect.TypeFor[planner.Recovery]():         {"reschedule", "static"},
		reflect.TypeFor[planner.AffinityMode]():     {"preferred", "required"},
		reflect.TypeFor[planner.Guarantee]():        {"packed", "scheduled", "any_order"},
		reflect.TypeFor[planner.Kind]():             {"Deployment", "StatefulSet", "Job", "CronJob"},
		reflect.TypeFor[planner.DemandWay]():        {"replicas", "throughput_per_pod", "latency", "load_curve", "job"},
		reflect.TypeFor[planner.Simulation]():       {"auto", "never"},
		reflect.TypeFor[planner.SizingMethod]():     {"formula", "simulation"},
		reflect.TypeFor[planner.RiskRule]():         {"percentile", "least_regret", "cvar", "mid"},
		reflect.TypeFor[planner.CommitmentType]():   {"compute_savings_plan", "instance_savings_plan", "reserved", "cud_resource", "cud_flex"},
		reflect.TypeFor[planner.PaymentWay]():       {"three_years", "one_year", "on_demand", "spot"},
		reflect.TypeFor[planner.OutageBelow]():      {"load", "min_ready", "one", "quorum"},
		reflect.TypeFor[planner.Statistic]():        {"mean", "p50", "p90", "p95", "p99", "p999"},
		reflect.TypeFor[planner.TopologyKey]():      {"zone", "hostname"},
		reflect.TypeFor[planner.LockVerdict]():      {"held", "gone", "unfit", "saving", "conflict"},
		reflect.TypeFor[planner.Severity]():         {"off", "info", "warning", "error"},
		reflect.TypeFor[planner.Mode]():             {"managed", "self_managed"},
		reflect.TypeFor[planner.LoadBalancerKind](): {"cloud", "kube_vip", "haproxy_keepalived"},
		reflect.TypeFor[planner.SizeProfile]():      {"general", "kube_up", "openshift", "rke2"},
		reflect.TypeFor[planner.EventsPlace]():      {"shared", "separate"},
		reflect.TypeFor[planner.EtcdTopology]():     {"stacked", "external"},
		reflect.TypeFor[planner.UpgradeKeep]():      {"targets", "n_plus_one", "capacity"},
		reflect.TypeFor[planner.UpgradeFailing]():   {"node", "zone"},
		reflect.TypeFor[planner.LoadMoment]():       {"now", "horizon", "upgrade"},
		reflect.TypeFor[planner.UseCase]():          {"all_up", "after_loss", "in_upgrade"},
		reflect.TypeFor[planner.LimitKind]():        {"quota", "threshold"},
		reflect.TypeFor[planner.SupportType]():      {"standard", "extended"},
		reflect.TypeFor[planner.UpgradeEventKind](): {
			"control_plane", "add_ons", "set_up", "nodes_requested", "nodes_ready", "nodes_cordoned", "verify", "await_drain",
			"drain", "drained", "pods_forced", "terminate", "nodes_gone", "packages", "nodes_back", "soak_batch", "soak",
			"scale_down", "delete", "run_parallel", "switch", "stopped", "finished",
		},
		reflect.TypeFor[catalogs.Basis](): {"declared", "listed", "family", "estimated", "secondary", "recalled"},
	}
}

// plan returns a random plan. With full, every field is set to something that is
// not its zero value, except those that exclude each other.
func (g *generator) plan() *planner.Plan {
	p := &planner.Plan{}
	g.fill(reflect.ValueOf(p).Elem())
	return p
}

// fill sets v and all that it holds.
func (g *generator) fill(v reflect.Value) {
	if g.special(v) {
		return
	}
	switch {
	case is(v, reflect.Struct):
		g.each(v)
		g.settle(v.Addr().Interface())
	case is(v, reflect.Slice):
		n := g.upTo(3)
		if n == 0 {
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			g.fill(v.Index(i))
		}
		g.settle(v.Addr().Interface())
	case is(v, reflect.Map):
		n := g.upTo(3)
		if n == 0 {
			return
		}
		v.Set(reflect.MakeMap(v.Type()))
		for range n {
			v.SetMapIndex(reflect.ValueOf(g.word()), reflect.ValueOf(g.word()))
		}
	case is(v, reflect.Pointer):
		if g.upTo(1) == 1 {
			v.Set(reflect.New(v.Type().Elem()))
			g.fill(v.Elem())
		}
	case is(v, reflect.String):
		v.SetString(g.word())
	case is(v, reflect.Bool):
		v.SetBool(g.full || g.rng.IntN(2) == 0)
	case is(v, reflect.Int):
		v.SetInt(int64(g.upTo(100_000)))
	case is(v, reflect.Int64):
		if !g.full && g.rng.IntN(4) == 0 {
			return
		}
		v.SetInt(1 + g.rng.Int64N(1<<g.rng.IntN(50)))
	case is(v, reflect.Float64):
		v.SetFloat(g.rng.Float64() * 1000)
	default:
		panic("generator: " + v.Type().String())
	}
}

// each sets the fields of a struct.
func (g *generator) each(v reflect.Value) {
	for _, field := range v.Fields() {
		g.fill(field)
	}
}

// role is that of a control plane's machine.
func (g *generator) role() string {
	roles := []string{planner.RoleControlPlane, planner.RoleEtcd, planner.RoleLoadBalancer}
	return roles[g.rng.IntN(len(roles))]
}

// is reports whether v is of a kind.
func is(v reflect.Value, kind reflect.Kind) bool { return v.Kind() == kind }

// special sets the types that do not take just any value.
func (g *generator) special(v reflect.Value) bool {
	if words, ok := choices()[v.Type()]; ok {
		v.SetString(words[g.rng.IntN(len(words))])
		return true
	}
	switch x := v.Addr().Interface().(type) {
	case *units.Date:
		*x = units.Date(fmt.Sprintf("20%02d-%02d-%02d", g.rng.IntN(100), 1+g.rng.IntN(12), 1+g.rng.IntN(28)))
	case *units.CountOrRatio:
		if g.rng.IntN(2) == 0 {
			*x = units.Count(g.rng.IntN(10))
		} else {
			*x = units.Share(units.Ratio(g.rng.IntN(1_000_001)))
		}
	case *planner.ControlPlaneMachines:
		g.each(v)
		x.Role = g.role()
	case *planner.GrownMachines:
		g.each(v)
		x.Role = g.role()
	case *planner.Member:
		g.each(v)
		x.Role = g.role()
	case *planner.MemberUse:
		g.each(v)
		x.Role = g.role()
	case *planner.LockedRole:
		g.each(v)
		x.Role = g.role()
	case *planner.Variable:
		values := []string{`1200`, `"a<b>&é"`, `[1,2.50,null]`, `{"b":1,"a":[true]}`, `1e3`, `"\u003c"`}
		*x = planner.Variable{Name: g.word(), JSON: values[g.rng.IntN(len(values))]}
	default:
		return false
	}
	return true
}

// settle makes the fields of a value agree with each other, as the domain says.
func (g *generator) settle(v any) {
	switch x := v.(type) {
	case *planner.Amount:
		if !x.Known {
			x.Rate = 0
		}
	case *planner.RecoveryTerm:
		if !x.Known {
			x.Takes = 0
		}
	case *planner.ZoneNetwork:
		if !x.HasFree {
			x.Free = 0
		}
	case *catalogs.Price:
		if !g.full && g.rng.IntN(3) == 0 {
			*x = catalogs.Price{Date: x.Date}
		}
	case *planner.ServiceTime:
		if !x.HasCV {
			x.CV = 0
		}
	case *planner.GroupPlan:
		for i := range x.Alternatives {
			if a := &x.Alternatives[i]; !a.Cost.Known || !x.Cost.Known {
				a.Difference = 0
			}
		}
		if !x.Cost.Known || x.LowerBound == 0 {
			x.Gap = 0
		}
	case *planner.JobPlan:
		if !x.CostPerRunKnown {
			x.CostPerRun = 0
		}
	case *planner.UpgradeStrategy:
		if !x.ExtraCostKnown {
			x.ExtraCost = 0
			for i := range x.Groups {
				x.Groups[i].ExtraCost = 0
				for k := range x.Groups[i].WidthOthers {
					x.Groups[i].WidthOthers[k].ExtraCost = 0
				}
			}
		}
	case *planner.UpgradeWay:
		if !x.ExtraCostKnown {
			x.ExtraCost = 0
		}
	case *planner.SizedFor:
		if !x.HasGrowth {
			x.GrowthPerMonth = 0
		}
	case *[]planner.ZoneCount:
		*x = sorted(*x, func(c planner.ZoneCount) string { return c.Zone })
	case *[]planner.ZoneAddresses:
		*x = sorted(*x, func(c planner.ZoneAddresses) string { return c.Zone })
	case *[]planner.PodCount:
		*x = sorted(*x, func(c planner.PodCount) string { return c.Workload })
	case *[]planner.GroupNodes:
		*x = sorted(*x, func(c planner.GroupNodes) string { return c.Group })
	case *[]planner.Variable:
		*x = sorted(*x, func(c planner.Variable) string { return c.Name })
	}
}

// sorted returns list by key, each key once.
func sorted[T any](list []T, key func(T) string) []T {
	slices.SortFunc(list, func(a, b T) int {
		switch {
		case key(a) < key(b):
			return -1
		case key(a) > key(b):
			return 1
		}
		return 0
	})
	return slices.CompactFunc(list, func(a, b T) bool { return key(a) == key(b) })
}

// upTo returns a number from 0 to high; with full it is not zero.
func (g *generator) upTo(high int) int {
	if g.full {
		return 1 + g.rng.IntN(high)
	}
	return g.rng.IntN(high + 1)
}

func (g *generator) word() string {
	words := []string{"web", "checkout", "a.b/c", "µ <&>", `quo"te`, "line\nbreak", "us-east-1a", "Ünïcode"}
	return words[g.rng.IntN(len(words))] + fmt.Sprint(g.rng.IntN(1000))
}

// randomPlan returns the plan of a seed.
func randomPlan(seed uint64, full bool) *planner.Plan {
	g := generator{rng: rand.New(rand.NewPCG(seed, 0)), full: full}
	return g.plan()
}

// zeroFields returns the paths of the fields of v that nothing sets in any of
// the plans: what such a field loses would go unseen.
func zeroFields(v reflect.Value, path string, set map[string]bool) {
	switch {
	case is(v, reflect.Struct):
		for f, field := range v.Fields() {
			zeroFields(field, path+"."+f.Name, set)
		}
	case is(v, reflect.Slice):
		for i := range v.Len() {
			zeroFields(v.Index(i), path+"[]", set)
		}
	case is(v, reflect.Pointer):
		if !v.IsNil() {
			zeroFields(v.Elem(), path, set)
		}
	default:
		set[path] = set[path] || !v.IsZero()
	}
}
