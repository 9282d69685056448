package spec

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// labelValueRule says what Kubernetes takes as the value of a label.
const labelValueRule = "letters, digits, \"-\", \"_\" and \".\", at most 63, a letter or digit at both ends"

// labelValue reports whether s can be the value of a label or a taint.
func labelValue(s string) bool {
	return len(s) <= 63 && regexp.MustCompile(`^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$`).MatchString(s)
}

// labelKey reports whether s can be the key of a label or a taint.
func labelKey(s string) bool {
	return len(s) <= 317 && regexp.MustCompile(`^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$`).MatchString(s)
}

// ruleID reports whether s has the form of a rule's id.
func ruleID(s string) bool { return regexp.MustCompile(`^[A-Z]{2,4}-[0-9]{2,3}$`).MatchString(s) }

// dnsLabel reports whether s can be the name of a namespace.
func dnsLabel(s string) bool {
	return len(s) <= 63 && regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`).MatchString(s)
}

// dnsName reports whether s can be the name of an object.
func dnsName(s string) bool {
	return len(s) <= 253 && regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`).MatchString(s)
}

// terraformName reports whether s can name a Terraform variable.
func terraformName(s string) bool {
	return len(s) <= 63 && regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`).MatchString(s)
}

// tidyName suggests the name that s becomes with small letters and dashes.
func tidyName(s string) string {
	name := strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(s), "-"), "-")
	if name == "" || len(name) > 63 || len(s) > 100 {
		return ""
	}
	return fmt.Sprintf(" Write %q.", name)
}

// checkLabel holds a block's label to the form of what it names.
func (r *reader) checkLabel(n *node) {
	s := n.label
	switch n.schema.name {
	case "cluster":
		if len(s) > 100 || !regexp.MustCompile(`^[0-9A-Za-z][-0-9A-Za-z_]*$`).MatchString(s) {
			r.add(InvalidName, &n.labelRange, "%q cannot name a cluster: letters, digits, \"-\" and \"_\", at most 100, a letter or digit first.%s", short(s), tidyName(s))
		}
	case "node_group", "workload", "daemonset", "machine", "volume", "price_book":
		if !dnsLabel(s) {
			r.add(InvalidName, &n.labelRange, "%q cannot name a %s: small letters, digits and \"-\", at most 63, a letter or digit at both ends.%s", short(s), n.schema.name, tidyName(s))
		}
	case "taint":
		if !labelKey(s) {
			r.add(InvalidLabel, &n.labelRange, "%q is no key of a taint: an optional prefix such as \"example.com/\", then %s.", short(s), labelValueRule)
		}
	case "rule":
		if !ruleID(s) {
			r.add(InvalidName, &n.labelRange, "%q is no rule: their ids are like \"CP-05\".", short(s))
		}
	case "emit":
		r.checkTool(n)
	}
}

// checkTool refuses tools that nothing is written for.
func (r *reader) checkTool(n *node) {
	if tools := []string{terraformTool, "kops", "karpenter", "eksctl", "kubernetes"}; !slices.Contains(tools, n.label) {
		r.add(UnknownChoice, &n.labelRange, "Nothing is written for %q. Write %s.%s", short(n.label), quoteAll(tools), didYouMean(n.label, tools))
	}
}

// reservedLabel is written by emit, and selects the group.
const reservedLabel = "scantling.dev/group"

// checkLabels holds node labels to what Kubernetes, its kubelet and the ground take.
func (b *builder) checkLabels(labels *textMap) {
	for _, key := range sortedKeys(labels.items) {
		rng, val := labels.rngs[key], labels.items[key]
		switch {
		case key == reservedLabel:
			b.add(InvalidLabel, &rng, "%s is written by emit, and pods are pinned to their group by it. Leave it out.", reservedLabel)
		case !labelKey(key):
			b.add(InvalidLabel, &rng, "%q is no key of a label: an optional prefix such as \"example.com/\", then %s.", short(key), labelValueRule)
		case !labelValue(val):
			b.add(InvalidLabel, &rng, "%q is no value of the label %s: %s.", short(val), key, labelValueRule)
		case !kubeletTakes(key):
			b.add(InvalidLabel, &rng, "With the label %s a kubelet does not start: of the domains kubernetes.io and k8s.io it takes labels of node.kubernetes.io and kubelet.kubernetes.io, and a few by name (kubelet, --node-labels). Use a domain of your own.", key)
		case slices.ContainsFunc(b.terms.ReservedLabels, func(domain string) bool { return under(labelDomain(key), domain) }):
			b.add(InvalidLabel, &rng, "%s keeps the labels of %s to itself. Use a domain of your own.", b.title(), labelDomain(key))
		}
	}
}

// labelDomain returns what stands before the "/" of a key; empty where it has none.
func labelDomain(key string) string {
	domain, _, found := strings.Cut(key, "/")
	if !found {
		return ""
	}
	return domain
}

// under reports whether a domain is another one or below it.
func under(domain, parent string) bool {
	return domain == parent || strings.HasSuffix(domain, "."+parent)
}

// kubeletTakes reports whether a kubelet gives its own node a label of this key
// (Kubernetes, "kubelet", --node-labels; the admission plugin NodeRestriction has
// the same list).
func kubeletTakes(key string) bool {
	domain := labelDomain(key)
	if !under(domain, "kubernetes.io") && !under(domain, "k8s.io") {
		return true
	}
	return under(domain, "node.kubernetes.io") || under(domain, "kubelet.kubernetes.io") || slices.Contains([]string{
		"beta.kubernetes.io/arch", "beta.kubernetes.io/instance-type", "beta.kubernetes.io/os",
		"failure-domain.beta.kubernetes.io/region", "failure-domain.beta.kubernetes.io/zone",
		"kubernetes.io/arch", "kubernetes.io/hostname", "kubernetes.io/os",
		"topology.kubernetes.io/region", "topology.kubernetes.io/zone",
	}, key)
}
