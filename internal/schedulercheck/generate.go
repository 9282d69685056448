package schedulercheck

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// MostPods is how many pods of its own a generated cluster has at most.
const MostPods = 300

// Spec returns the text of a random cluster on EKS: one or two groups of one to
// ten workloads and their redundancy, at guarantee scheduled. The same seed gives
// the same text.
func Spec(seed uint64) []byte {
	d := dice{rand.New(rand.NewPCG(seed, 0))}
	var b strings.Builder
	zones := pick(d, 1, 2, 3, 3, 3, 3)
	names := []string{`"us-east-1a"`, `"us-east-1b"`, `"us-east-1c"`}[:zones]
	fmt.Fprintf(&b, "cluster \"random\" {\n provider = \"aws\"\n region = \"us-east-1\"\n zones = [%s]\n kubernetes_version = \"1.35\"\n", strings.Join(names, ", "))
	if d.IntN(2) == 0 {
		b.WriteString(" daemonset \"agent\" {\n  cpu = \"150m\"\n  memory = \"300Mi\"\n }\n")
	}
	// A few pods, or up to the most, as likely.
	pods := pick(d, 20, 60, 120, 200, MostPods)
	if other := pick(d, "", "", "batch", "stateful", "ingress"); other != "" {
		d.group(&b, other, zones, pods/4)
		pods -= pods / 4
	}
	d.group(&b, "app", zones, pods)
	b.WriteString("}\n")
	return []byte(b.String())
}

// dice draws what clusters are made of.
type dice struct{ *rand.Rand }

func pick[T any](d dice, list ...T) T { return list[d.IntN(len(list))] }

// between is uniform, both ends included.
func (d dice) between(low, high int) int { return low + d.IntN(high-low+1) }

// group writes a group with at most so many pods.
func (d dice) group(b *strings.Builder, role string, zones, pods int) {
	vcpus := pick(d, 4, 8, 16, 32)
	fmt.Fprintf(b, " node_group %q {\n  role = %q\n  instances {\n   max_vcpus = %d\n  }\n", role, role, vcpus)
	nodes, lost := pick(d, 0, 1, 1, 1, 2), 0
	if zones > 1 {
		lost = d.IntN(2)
	}
	if role == "app" || role == "batch" {
		fmt.Fprintf(b, "  redundancy {\n   nodes = %d\n   zones = %d\n  }\n", nodes, lost)
	}
	left, works := pods, d.between(1, 10)
	for i := 0; i < works && left > 0; i++ {
		n := min(left, d.between(1, max(1, 2*pods/works)))
		left -= n
		d.workload(b, role, i, n, vcpus, zones)
	}
	b.WriteString(" }\n")
}

// workload writes a workload of n pods, which take up to 3/4 of the largest node.
func (d dice) workload(b *strings.Builder, role string, i, n, vcpus, zones int) {
	kind, cpu := "Deployment", pick(d, 50, 100, 250, 500, 1000, 250*vcpus, 400*vcpus, d.between(50, 750*vcpus))
	memory := cpu * pick(d, 1, 2, 4, 4, 8) * d.between(60, 140) / 100
	if role == "stateful" {
		kind, n = "StatefulSet", max(n, 3)
	}
	fmt.Fprintf(b, "  workload \"w%d\" {\n   kind = %q\n", i, kind)
	if role == "stateful" {
		// As many as the worst declared loss leaves: a node, or a zone where there are more.
		lost := 1
		if zones > 1 {
			lost = (n + zones - 1) / zones
		}
		fmt.Fprintf(b, "   min_ready = %d\n", n-lost)
	}
	if role == "ingress" {
		fmt.Fprintf(b, "   throughput = %d\n   throughput_per_pod = 100\n", 100*max(2, n/2))
	} else {
		fmt.Fprintf(b, "   replicas = %d\n", n)
	}
	fmt.Fprintf(b, "   pod {\n    cpu = \"%dm\"\n    memory = \"%dMi\"\n   }\n", cpu, max(64, memory))
	if role == "app" && d.IntN(4) == 0 {
		for _, key := range pick(d, []string{"zone"}, []string{"hostname"}, []string{"zone", "hostname"}) {
			fmt.Fprintf(b, "   topology_spread {\n    topology_key = %q\n    max_skew = %d\n    when_unsatisfiable = %q\n   }\n",
				key, d.between(1, 3), pick(d, "ScheduleAnyway", "DoNotSchedule"))
		}
	}
	b.WriteString("  }\n")
}
