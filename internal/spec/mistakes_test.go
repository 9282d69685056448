package spec_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
)

const head = `  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"
`

const pod = "pod {\n  cpu = 1\n  memory = \"1Gi\"\n}\n"

// in puts text where its name says: "cluster", "group" (beside a workload),
// "workload" (beside a pod), "top", or "defaults".
func in(where, text string) string {
	workload := "workload \"api\" {\nreplicas = 3\n" + pod + "}\n"
	top, cluster, group := "", "", workload
	switch where {
	case "top":
		top = text + "\n"
	case "cluster":
		cluster = text + "\n"
	case "group":
		group = text + "\n" + workload
	case "workload":
		group = "workload \"api\" {\n" + text + "\n" + pod + "}\n"
	case "bare workload":
		group = "workload \"api\" {\n" + text + "\n}\n"
	default:
		panic(where)
	}
	return top + "cluster \"shop\" {\n" + head + cluster + "node_group \"web\" {\n" + group + "}\n}\n"
}

const way3 = "throughput = 1200\nconcurrency = 8\nlatency {\n  p99 = \"250ms\"\n}\n"

// job is a demand by runs.
func job(more ...string) string {
	return "job {\n runs = 100\n duration = \"1h\"\n" + strings.Join(more, "\n") + "\n}\n"
}

const twoPoints = `{ throughput = 10, p99 = "80ms" }, { throughput = 20, p99 = "90ms" }`

// curve is a demand by these points.
func curve(points string, more ...string) string {
	return "throughput = 100\nlatency {\n p99 = \"1s\"\n}\nload_curve = [" + points + "]\n" + strings.Join(more, "\n")
}

const rest = "workload \"rest\" {\n throughput = 100\n throughput_per_pod = 10\n" + pod + "}\n"

// front is a proxy before a list of workloads, of which rest stands in its group.
func front(list string, more ...string) string {
	return rest + proxyOf("proxy", list, more...)
}

func proxyOf(name, list string, more ...string) string {
	return "workload \"" + name + "\" {\n fronts = [" + list + "]\n throughput_per_pod = 50\n" + strings.Join(more, "\n") + "\n" + pod + "}\n"
}

var twoOfAName = "node_group \"a\" {\n" + rest + "}\nnode_group \"b\" {\n" + rest + proxyOf("proxy", `"rest"`) + "}\n"

// frontCircle: a before b, b before c, c before a.
var frontCircle = "node_group \"a\" {\n" + proxyOf("a", `"b"`) + proxyOf("b", `"c"`) + proxyOf("c", `"a"`) + "}\n"

// TestMistakes: of each mistake the code, the text under it, and what the detail
// must say. Each makes exactly one diagnostic.
func TestMistakes(t *testing.T) {
	for name, c := range map[string]struct {
		where, text string
		code        spec.Code
		under       string
		says        string
	}{
		"attribute, far off":         {"workload", "replicas = 3\nfoo = 1", spec.UnknownAttribute, "foo", `no attribute named "foo".`},
		"attribute, near":            {"group", "rolle = \"app\"", spec.UnknownAttribute, "rolle", `Did you mean "role"?`},
		"block in wrong place":       {"top", "node_group \"x\" {\n}", spec.UnknownBlock, "node_group", "belongs in a cluster block"},
		"attribute at top":           {"top", "a = 1", spec.UnknownAttribute, "a", "--var a="},
		"label missing":              {"cluster", "daemonset {\n cpu = 1\n memory = \"1Gi\"\n}", spec.WrongLabels, "daemonset", "name"},
		"label too many":             {"cluster", "upgrade \"x\" {\n to = \"1.36\"\n}", spec.WrongLabels, `"x"`, "no label"},
		"name of daemonset":          {"cluster", "daemonset \"A_b\" {\n cpu = 1\n memory = \"1Gi\"\n}", spec.InvalidName, `"A_b"`, "small letters"},
		"memory missing":             {"cluster", "daemonset \"a\" {\n cpu = 1\n}", spec.MissingAttribute, `daemonset "a"`, "memory"},
		"pod missing":                {"bare workload", "replicas = 3", spec.MissingBlock, `workload "api"`, "pod"},
		"null is not given":          {"bare workload", "replicas = 3\npod {\n cpu = null\n memory = \"1Gi\"\n}", spec.MissingAttribute, "pod", "cpu"},
		"text for bool":              {"group", "redundancy {\n at_once = \"maybe\"\n}", spec.WrongType, `"maybe"`, "true or false"},
		"number for text":            {"group", "image = 3", spec.WrongType, "3", "text in quotes"},
		"number for a word":          {"group", "role = 3", spec.WrongType, "3", `role is "app", "batch"`},
		"list for number":            {"workload", "replicas = [3]", spec.InvalidCount, "[3]", "a list"},
		"fraction of a pod":          {"workload", "replicas = 2.5", spec.InvalidCount, "2.5", "not a whole number"},
		"no replicas":                {"workload", "replicas = 0", spec.OutOfRange, "0", "between 1 and 1000000"},
		"too many replicas":          {"workload", "replicas = 1000001", spec.OutOfRange, "1000001", "between 1 and 1000000"},
		"throughput of nothing":      {"workload", "throughput = 0\nthroughput_per_pod = 5", spec.OutOfRange, "0", "throughput is 0"},
		"cpu of nothing":             {"bare workload", "replicas = 3\npod {\n cpu = 0\n memory = \"1Gi\"\n}", spec.OutOfRange, "0", "CPU is 0"},
		"cpu beyond a million":       {"bare workload", "replicas = 3\npod {\n cpu = 1000001\n memory = \"1Gi\"\n}", spec.OutOfRange, "1000001", "1000000 cores"},
		"cpu, unit":                  {"bare workload", "replicas = 3\npod {\n cpu = \"250 millicores\"\n memory = \"1Gi\"\n}", spec.InvalidCPU, `"250 millicores"`, `write "250m"`},
		"cpu, exponent":              {"bare workload", "replicas = 3\npod {\n cpu = \"1e999999999\"\n memory = \"1Gi\"\n}", spec.InvalidCPU, `"1e999999999"`, "CPU is written"},
		"memory beyond 1Ei":          {"bare workload", "replicas = 3\npod {\n cpu = 1\n memory = \"2Ei\"\n}", spec.OutOfRange, `"2Ei"`, "1Ei"},
		"memory, negative":           {"bare workload", "replicas = 3\npod {\n cpu = 1\n memory = \"-1Gi\"\n}", spec.OutOfRange, `"-1Gi"`, "negative"},
		"memory, MB":                 {"bare workload", "replicas = 3\npod {\n cpu = 1\n memory = \"768 MB\"\n}", spec.InvalidBytes, `"768 MB"`, `write "768Mi"`},
		"limit below request":        {"bare workload", "replicas = 3\npod {\n cpu = 1\n memory = \"1Gi\"\n limits = {\n cpu = \"500m\"\n }\n}", spec.LimitBelow, `"500m"`, "1000m"},
		"duration, minutes":          {"workload", "replicas = 3\nstartup_time = \"5 min\"", spec.InvalidDuration, `"5 min"`, `write "5m"`},
		"duration, days":             {"workload", "replicas = 3\nstartup_time = \"1.5d\"", spec.InvalidDuration, `"1.5d"`, `write "36h"`},
		"duration, no unit":          {"workload", "replicas = 3\nstartup_time = \"90\"", spec.InvalidDuration, `"90"`, `"90s" or "90ms"`},
		"duration, overflow":         {"workload", "replicas = 3\nstartup_time = \"99999999999h\"", spec.OutOfRange, `"99999999999h"`, "a year"},
		"ratio above all":            {"workload", way3 + "service_time {\n mean = \"10ms\"\n cv = 1\n}\nmax_utilization = \"120%\"", spec.InvalidRatio, `"120%"`, "120% is more than 100%."},
		"priority below 32 bits":     {"workload", "replicas = 3\npriority = -2147483649", spec.OutOfRange, "-2147483649", "between -2147483648 and 1000000000"},
		"utilization of nothing":     {"workload", way3 + "service_time {\n mean = \"10ms\"\n cv = 1\n}\nmax_utilization = 0", spec.OutOfRange, "0", "utilization of 0"},
		"budget of nothing":          {"cluster", "max_usd_per_month = 0", spec.OutOfRange, "0", "above 0"},
		"date that is none":          {"cluster", "as_of = \"2026-02-30\"", spec.InvalidDate, `"2026-02-30"`, "not a day"},
		"family with a dot":          {"group", "instances {\n families = [\"m7g.large\"]\n}", spec.GlobMatchesNone, `"m7g.large"`, "types"},
		"empty families":             {"group", "instances {\n families = []\n}", spec.MissingAttribute, "[]", "no machine fits"},
		"class":                      {"group", "instances {\n allow = [\"metals\"]\n}", spec.UnknownChoice, `"metals"`, `Did you mean "metal"?`},
		"base on demand":             {"group", "instances {\n on_demand_base = 2\n}", spec.OutOfRange, "2", "capacity_type"},
		"share of nothing":           {"group", "instances {\n max_node_share = \"0%\"\n}", spec.OutOfRange, "\"0%\"", "max_node_share"},
		"reserved":                   {"group", "instances {\n capacity_type = \"reserved\"\n}", spec.NotSupportedYet, `"reserved"`, `"on_demand" or "spot"`},
		"guarantee":                  {"group", "guarantee = \"any-order\"", spec.UnknownChoice, `"any-order"`, `Did you mean "any_order"?`},
		"role gpu alone":             {"group", "role = \"gpu\"", spec.NoSystemGroup, "cluster \"shop\"", "add a system or app group"},
		"disk of another region":     {"group", "disk {\n type = \"io1\"\n iops = 5000\n}", spec.DiskUnknown, `"io1"`, `The closest that it has is "gp3".`}, // gp2 takes no iops
		"disk type":                  {"group", "disk {\n type = \"gp9\"\n}", spec.DiskUnknown, `"gp9"`, `Did you mean "gp2"?`},
		"disk size":                  {"group", "disk {\n size = \"128Ti\"\n}", spec.OutOfRange, `"128Ti"`, "64Ti"},
		"disk, iops of its own":      {"group", "disk {\n iops = 100\n}", spec.OutOfRange, "100", "3000 operations"},
		"disk, iops beyond":          {"group", "disk {\n iops = 80001\n}", spec.OutOfRange, "80001", "80000"},
		"disk, throughput beyond":    {"group", "disk {\n throughput_mib = 2001\n}", spec.OutOfRange, "2001", "2000"},
		"label value":                {"group", "labels = {\n team = \"a b\"\n}", spec.InvalidLabel, `"a b"`, "team"},
		"label key":                  {"group", "labels = {\n \"a b\" = \"x\"\n}", spec.InvalidLabel, `"x"`, `"a b"`},
		"label of ours":              {"group", "labels = {\n \"scantling.dev/group\" = \"x\"\n}", spec.InvalidLabel, `"x"`, "written by emit"},
		"taint effect":               {"group", "taint \"a\" {\n effect = \"NoExec\"\n}\ntaint \"b\" {\n effect = \"PreferNoSchedule\"\n}", spec.UnknownChoice, `"NoExec"`, "NoExecute"},
		"bounds of autoscaling":      {"group", "autoscaling {\n min_nodes = 5\n max_nodes = 3\n}", spec.BoundsCrossed, "5", "above max_nodes of 3"},
		"update of no node":          {"group", "update_config {\n max_unavailable = 0\n}", spec.OutOfRange, "0", "No node"},
		"max_surge of a group":       {"group", "update_config {\n max_surge = 2\n}", spec.NotOnGround, "max_surge", "EKS has no max_surge: max_unavailable"},
		"zones to lose in one zone":  {"group", "zones = [\"us-east-1a\"]\nredundancy {\n zones = 1\n}", spec.TooManyZones, "1", "1 zone: it can survive the loss of at most 0"},
		"latency without figure":     {"workload", "throughput = 1\nconcurrency = 1\nlatency {\n}\nservice_time {\n mean = \"1ms\"\n cv = 1\n}", spec.InvalidLatency, "latency", "names no statistic"},
		"latency twice":              {"workload", way3 + "latency {\n p99 = \"1s\"\n}\nservice_time {\n mean = \"1ms\"\n cv = 1\n}", spec.InvalidLatency, "p99", "already"},
		"one figure":                 {"workload", way3 + "service_time {\n mean = \"1ms\"\n}", spec.InvalidService, "service_time", "One figure"},
		"cv beside percentiles":      {"workload", way3 + "service_time {\n p50 = \"1ms\"\n p99 = \"2ms\"\n cv = 1\n}", spec.InvalidService, "1", "beside mean alone"},
		"cv of exponential":          {"workload", way3 + "service_time {\n mean = \"1ms\"\n cv = 0.5\n distribution = \"exponential\"\n}", spec.InvalidService, "0.5", "fixes the variation"},
		"p99 below the mean":         {"workload", way3 + "service_time {\n mean = \"10ms\"\n p99 = \"9ms\"\n}", spec.InvalidService, `"9ms"`, "below the mean"},
		"ratio just above 14.97":     {"workload", way3 + "service_time {\n mean = \"1000us\"\n p99 = \"14969us\"\n}", spec.InvalidService, `"14969us"`, "14.97"},
		"p50 above the mean":         {"workload", way3 + "service_time {\n mean = \"10ms\"\n p50 = \"11ms\"\n}", spec.InvalidService, `"11ms"`, "no lognormal"},
		"concurrency missing":        {"workload", "throughput = 1\nlatency {\n p99 = \"1s\"\n}\nservice_time {\n mean = \"1ms\"\n cv = 1\n}", spec.MissingDemand, `workload "api"`, "concurrency"},
		"target missing":             {"workload", "throughput = 1\nconcurrency = 2\nservice_time {\n mean = \"1ms\"\n cv = 1\n}", spec.MissingDemand, `workload "api"`, "latency { p99"},
		"throughput missing":         {"workload", "throughput_per_pod = 100", spec.MissingDemand, `workload "api"`, "needs throughput"},
		"budget of both":             {"workload", "replicas = 3\npod_disruption_budget {\n min_available = 1\n max_unavailable = 1\n}", spec.BudgetAmbiguous, "max_unavailable", "Keep one"},
		"budget of neither":          {"workload", "replicas = 3\npod_disruption_budget {\n}", spec.BudgetAmbiguous, "pod_disruption_budget", "empty"},
		"surge of nothing":           {"workload", "replicas = 3\nrolling_update {\n max_surge = 0\n}", spec.NoRollout, "0", "both 0"},
		"surge of a StatefulSet":     {"workload", "kind = \"StatefulSet\"\nreplicas = 3\nrolling_update {\n max_surge = 1\n}", spec.NoRollout, "1", "StatefulSet"},
		"spread over regions":        {"workload", "replicas = 3\ntopology_spread {\n topology_key = \"region\"\n}", spec.UnknownChoice, `"region"`, `"zone" or "hostname"`},
		"spread twice":               {"workload", "replicas = 3\ntopology_spread {\n topology_key = \"zone\"\n}\ntopology_spread {\n topology_key = \"zone\"\n max_skew = 2\n}", spec.DuplicateElement, `"zone"`, "already"},
		"growth of a workload":       {"workload", "replicas = 3\ngrowth_per_month = \"100%\"", spec.GrowthTooFast, `"100%"`, "12 months"},
		"rule off":                   {"cluster", "rule \"CP-05\" {\n severity = \"off\"\n}", spec.ReasonMissing, `"off"`, "reason"},
		"rule id":                    {"cluster", "rule \"CP5\" {\n severity = \"info\"\n}", spec.InvalidName, `"CP5"`, "CP-05"},
		"tool":                       {"cluster", "emit \"terrafrom\" {\n directory = \"x\"\n}", spec.UnknownChoice, `"terrafrom"`, `Did you mean "terraform"?`},
		"namespace":                  {"workload", "replicas = 3\nnamespace = \"Shop\"", spec.InvalidName, `"Shop"`, `no namespace: small letters, digits and "-", at most 63, a letter or digit at both ends. Write "shop"`},
		"namespace of two parts":     {"workload", "replicas = 3\nnamespace = \"a.b\"", spec.InvalidName, `"a.b"`, "no namespace"},
		"name of an object":          {"workload", "replicas = 3\nobject_name = \"a..b\"", spec.InvalidName, `"a..b"`, "no name of an object"},
		"kops on EKS":                {"cluster", "emit \"kops\" {\n directory = \"x\"\n}", spec.NotOnGround, `"kops"`, "is for self-managed clusters on AWS and Google Cloud, and the cluster is on EKS"},
		"variable of a component":    {"cluster", "emit \"kubernetes\" {\n directory = \"x\"\n variable = \"v\"\n}", spec.NotOnGround, `"v"`, "has no variable"},
		"Terraform variable":         {"cluster", "emit \"terraform\" {\n directory = \"x\"\n variable = \"node-groups\"\n}", spec.InvalidName, `"node-groups"`, "Terraform"},
		"upgrade to the same":        {"cluster", "upgrade {\n to = \"1.35\"\n}", spec.UpgradeImpossible, `"1.35"`, "later"},
		"upgrade without a date":     {"cluster", "upgrade {\n to = \"1.37\"\n}", spec.VersionNotYet, `"1.37"`, "no release date"},
		"upgrade before release":     {"cluster", "as_of = \"2026-05-01\"\nupgrade {\n to = \"1.36\"\n}", spec.VersionNotYet, `"1.36"`, "2026-06-02"},
		"upgrade on gke":             {"cluster", "upgrade {\n to = \"1.36\"\n strategy = \"gke_blue_green\"\n}", spec.NotOnGround, `"gke_blue_green"`, `EKS has no strategy "gke_blue_green"`},
		"daemonset of no group":      {"cluster", "daemonset \"a\" {\n cpu = 1\n memory = \"1Gi\"\n node_groups = []\n}", spec.UnknownGroup, "[]", "nowhere"},
		"sidecar of no such group":   {"cluster", "sidecar \"a\" {\n cpu = 1\n memory = \"1Gi\"\n node_groups = [\"wbe\"]\n}", spec.UnknownGroup, `"wbe"`, `Did you mean "web"?`},
		"sidecar of no group":        {"cluster", "sidecar \"a\" {\n cpu = 1\n memory = \"1Gi\"\n node_groups = []\n}", spec.UnknownGroup, "[]", "nowhere"},
		"sidecar without memory":     {"cluster", "sidecar \"a\" {\n cpu = 1\n}", spec.MissingAttribute, `sidecar "a"`, "memory"},
		"sidecar of no CPU time":     {"cluster", "sidecar \"a\" {\n cpu = 1\n memory = \"1Gi\"\n cpu_per_request = \"0s\"\n}", spec.OutOfRange, `"0s"`, "takes some time"},
		"sidecar beyond any machine": {"cluster", "sidecar \"a\" {\n cpu = 1\n memory = \"1Ei\"\n}", spec.OutOfRange, "pod", "With its sidecars"},
		"sidecar, CPU by thousand":   {"cluster", "sidecar \"a\" {\n cpu = 1\n memory = \"1Gi\"\n cpu_per_request = 0.2\n}", spec.InvalidDuration, "0.2", `"0.2ms" for milliseconds`},
		"fronts of no workload":      {"group", front("\"ap\""), spec.FrontsUnfit, `"ap"`, `Did you mean "api"?`},
		"fronts of a given count":    {"group", front("\"api\""), spec.FrontsUnfit, `"api"`, "api gives replicas"},
		"fronts of nothing":          {"group", front(""), spec.FrontsUnfit, "[]", "carry nothing"},
		"fronts of itself":           {"group", front("\"proxy\""), spec.FrontsUnfit, `"proxy"`, "in front of itself"},
		"fronts twice":               {"group", front(`"rest", "node_group.web.workload.rest"`), spec.DuplicateElement, `"node_group.web.workload.rest"`, "already"},
		"fronts beside throughput":   {"group", front(`"rest"`, "throughput = 5"), spec.TwoDemands, "throughput", "sums the throughput of others"},
		"fronts with growth":         {"group", front(`"rest"`, `growth_per_month = "3%"`), spec.FrontsUnfit, "growth_per_month", "grows as its parts do"},
		"fronts alone":               {"workload", `fronts = ["api"]`, spec.MissingDemand, "fronts", "fronts alone does not say"},
		"fronts beside replicas":     {"workload", "replicas = 3\nfronts = [\"api\"]", spec.TwoDemands, "fronts", "leave out fronts"},
		"fronts of two of a name":    {"cluster", twoOfAName, spec.FrontsUnfit, `"rest"`, `"node_group.a.workload.rest" or "node_group.b.workload.rest"`},
		"fronts in a circle":         {"cluster", frontCircle, spec.FrontsUnfit, `["b"]`, "node_group.a.workload.a, node_group.a.workload.b and node_group.a.workload.c front each other"},
		"curve of one point":         {"workload", curve(`{ throughput = 10, p99 = "80ms" }`), spec.CurveUnfit, `[{ throughput = 10, p99 = "80ms" }]`, "throughput_per_pod"},
		"curve that falls":           {"workload", curve(`{ throughput = 10, p99 = "80ms" }, { throughput = 20, p99 = "79ms" }`), spec.CurveUnfit, `"79ms"`, "p99 is 79ms, and 80ms at a lower throughput"},
		"curve of two at a load":     {"workload", curve(`{ throughput = 10, p99 = "80ms" }, { throughput = 10, p99 = "90ms" }`), spec.CurveUnfit, "10", "same throughput"},
		"curve of another figure":    {"workload", curve(`{ throughput = 10, p9 = "80ms" }, { throughput = 20, p99 = "90ms" }`), spec.UnknownAttribute, `"80ms"`, `Did you mean "p99"?`},
		"curve without a time":       {"workload", curve(`{ throughput = 10 }, { throughput = 20, p99 = "90ms" }`), spec.MissingAttribute, "{ throughput = 10 }", "no p99"},
		"curve of a number":          {"workload", curve(twoPoints + ", 20"), spec.WrongType, "20", "A point such as"},
		"curve that is none":         {"workload", "throughput = 100\nlatency {\n p99 = \"1s\"\n}\nload_curve = 5", spec.WrongType, "5", "A list of points"},
		"curve without a unit":       {"workload", curve(`{ throughput = 10, p99 = 80 }, { throughput = 20, p99 = "90ms" }`), spec.InvalidDuration, "80", `"80ms" for milliseconds`},
		"curve beside service_time":  {"workload", curve(twoPoints, "service_time {\n mean = \"1ms\"\n cv = 1\n}"), spec.TwoDemands, "service_time", "leave out service_time"},
		"curve beside concurrency":   {"workload", curve(twoPoints, "concurrency = 4"), spec.TwoDemands, "concurrency", "leave out concurrency"},
		"curve beside a load test":   {"workload", curve(twoPoints, "throughput_per_pod = 4"), spec.TwoDemands, "latency", "leave out latency and load_curve"},
		"curve beside utilization":   {"workload", curve(twoPoints, "max_utilization = 0.5"), spec.UtilizationBeside, "max_utilization", "lower the target"},
		"curve of p95":               {"workload", curve(twoPoints, "latency {\n p95 = \"1s\"\n}"), spec.InvalidLatency, "p95", "says nothing of p95"},
		"curve without a target":     {"workload", "throughput = 100\nload_curve = [" + twoPoints + "]", spec.MissingDemand, `workload "api"`, "of use with a target"},
		"curve without throughput":   {"workload", "latency {\n p99 = \"1s\"\n}\nload_curve = [" + twoPoints + "]", spec.MissingDemand, `workload "api"`, "needs throughput"},
		"job without runs":           {"workload", "job {\n duration = \"1h\"\n}", spec.MissingAttribute, "job", "runs"},
		"job without a duration":     {"workload", "job {\n runs = 5\n}", spec.MissingAttribute, "job", "duration"},
		"job of no runs":             {"workload", "job {\n runs = 0\n duration = \"1h\"\n}", spec.OutOfRange, "0", "between 1"},
		"job at 24 o'clock":          {"workload", job("start_hour = 24"), spec.OutOfRange, "24", "between 0 and 23"},
		"job over two days":          {"workload", job(`finish_within = "25h"`), spec.OutOfRange, `"25h"`, "24h or less"},
		"job that is a Deployment":   {"workload", job() + `kind = "Deployment"`, spec.JobUnfit, `"Deployment"`, "runs for good"},
		"job with a rollout":         {"workload", job() + "rolling_update {\n max_surge = 1\n}", spec.JobUnfit, "rolling_update", "runs that start next"},
		"job with a budget":          {"workload", job() + "pod_disruption_budget {\n max_unavailable = 1\n}", spec.JobUnfit, "pod_disruption_budget", "no number of pods"},
		"job with min_ready":         {"workload", job() + "min_ready = 1", spec.JobUnfit, "min_ready", "runs again"},
		"job with a spare":           {"workload", job() + "spare_replicas = 1", spec.JobUnfit, "spare_replicas", "Raise runs"},
		"job with a minimum":         {"workload", job() + "min_replicas = 1", spec.JobUnfit, "min_replicas", "Shorten finish_within"},
		"job beside replicas":        {"workload", job() + "replicas = 3", spec.TwoDemands, "job", "leave out job"},
		"job beside throughput":      {"workload", job() + "throughput = 3", spec.TwoDemands, "throughput", "how much work"},
		"job in front":               {"group", rest + "workload \"nightly\" {\n" + job() + pod + "}\n" + proxyOf("proxy", `"nightly"`), spec.FrontsUnfit, `"nightly"`, "nightly is a job"},
		"a CronJob with requests":    {"workload", "kind = \"CronJob\"\nthroughput = 100\nthroughput_per_pod = 10", spec.JobUnfit, `"CronJob"`, "requests do not come to it"},
		"a Job with min_ready":       {"workload", "kind = \"Job\"\nreplicas = 3\nmin_ready = 1", spec.JobUnfit, "min_ready", "runs again"},
		"a Job with a spare":         {"workload", "kind = \"Job\"\nreplicas = 3\nspare_replicas = 1", spec.SpareBeside, "1", "whole count"},
		"local twice":                {"top", "locals {\n a = 1\n}\nlocals {\n a = 2\n}", spec.DuplicateName, "a", "main.hcl:2"},
		"disk, st1":                  {"group", "disk {\n type = \"st1\"\n size = \"500Gi\"\n}", spec.DiskSetting, `"st1"`, "cannot start"},
		"disk, gp2 with iops":        {"group", "disk {\n type = \"gp2\"\n iops = 5000\n}", spec.DiskSetting, "5000", "follow from its size"},
		"disk, gp2 with throughput":  {"group", "disk {\n type = \"gp2\"\n throughput_mib = 200\n}", spec.DiskSetting, "200", "cannot be set"},
		"disk, io2 without iops":     {"group", "disk {\n type = \"io2\"\n}", spec.DiskSetting, `"io2"`, "needs iops"},
		"disk, 500 iops a GiB":       {"group", "disk {\n size = \"20Gi\"\n iops = 10001\n}", spec.OutOfRange, "10001", "at most 10000"},
		"disk, iops for throughput":  {"group", "disk {\n throughput_mib = 751\n}", spec.DiskSetting, "751", "iops = 3004"},
		"arm64 as amd64":             {"group", "instances {\n families = [\"m7i\", \"m7g\"]\n}", spec.GlobAdmitsNone, `"m7g"`, `is arm64, and architectures is ["amd64"]`},
		"glob of burstable types":    {"group", "instances {\n types = [\"t3.*\"]\n}", spec.GlobAdmitsNone, `"t3.*"`, `Add "burstable" to allow`},
		"excluded and named":         {"group", "instances {\n types = [\"m7i.large\"]\n exclude = [\"m7i.*\"]\n}", spec.GlobAdmitsNone, `"m7i.large"`, "left out by exclude"},
		"vCPUs above the bound":      {"group", "instances {\n families = [\"m7i\"]\n max_vcpus = 1\n}", spec.GlobAdmitsNone, `"m7i"`, "Raise max_vcpus to 2, which m7i.large has"},
		"attribute of a block in it": {"workload", "replicas = 3\ncpu = 1", spec.UnknownAttribute, "cpu", "belongs in a pod block"},
		"block of another":           {"group", "volume \"data\" {\n size = \"1Ti\"\n}", spec.UnknownBlock, "volume", "belongs in a workload block"},
		"attribute of another":       {"workload", "replicas = 3\nimage = \"al2023\"", spec.UnknownAttribute, "image", "belongs in a node_group block"},
		"a name from Terraform":      {"group", "desired_size = 3", spec.UnknownAttribute, "desired_size", "autoscaling"},
		"built-in workload":          {"cluster", "node_group \"system\" {\n workload \"coredns\" {\n replicas = 2\n" + pod + "}\n}", spec.DuplicateName, `"coredns"`, "counted already"},
		"built-in DaemonSet":         {"cluster", "daemonset \"kube-proxy\" {\n cpu = 1\n memory = \"1Gi\"\n}", spec.DuplicateName, `"kube-proxy"`, "counted already"},
		"budget above the count":     {"workload", "replicas = 3\npod_disruption_budget {\n min_available = 4\n}", spec.MinimumAbove, "4", "no pod could ever be evicted"},
		"function":                   {"top", "locals {\n a = timestamp()\n}", spec.InvalidExpression, "timestamp", "timestamp"},
		"file function":              {"top", "locals {\n a = file(\"x\")\n}", spec.InvalidExpression, "file", "file"},
	} {
		t.Run(name, func(t *testing.T) {
			src := in(c.where, c.text)
			diags := mistakes(t, src, spec.Inputs{})
			if len(diags) != 1 {
				t.Fatalf("got %s, want one diagnostic", show(diags))
			}
			d := diags[0]
			if d.Extra != c.code || d.Subject == nil || string(d.Subject.SliceBytes([]byte(src))) != c.under || !strings.Contains(d.Detail, c.says) {
				t.Errorf("got %v under %q: %s", d.Extra, d.Subject.SliceBytes([]byte(src)), d.Detail)
			}
		})
	}
}

func show(diags hcl.Diagnostics) string {
	var b strings.Builder
	for _, d := range diags {
		fmt.Fprintf(&b, "\n%v %s: %s", d.Extra, d.Summary, d.Detail)
	}
	return b.String()
}

// TestMistakesOfEmit are those of what is written for other tools.
func TestMistakesOfEmit(t *testing.T) {
	block := func(attributes string) string {
		return "emit \"terraform\" {\n directory = \"out\"\n " + attributes + "\n}"
	}
	refused(t, map[string]unread{
		"no such style":   {"cluster", block(`style = "module"`), `"module"`, spec.UnknownChoice, `"vars" or "root"`},
		"another major":   {"cluster", block(`module_version = "20.37.2"`), `"20.37.2"`, spec.OutOfRange, "another major than 21"},
		"no version":      {"cluster", block(`module_version = ">= 21"`), `">= 21"`, spec.InvalidVersion, "is no version of a module"},
		"an empty one":    {"cluster", block(`module_version = ""`), `""`, spec.InvalidVersion, "is no version of a module"},
		"version, number": {"cluster", block(`module_version = 21.2`), `21.2`, spec.WrongType, "text"},
	})
	e := load(t, in("cluster", block("style = \"root\"\n module_version = \"~> 21.20\""))).Cluster.Emits[0]
	if want := (planner.Emit{Tool: "terraform", Directory: "out", Variable: "node_groups", Style: "root", ModuleVersion: "~> 21.20"}); e != want {
		t.Errorf("read as %+v, want %+v", e, want)
	}
}
