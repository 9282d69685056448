package spec

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

func stringValue(s string) cty.Value { return cty.StringVal(s) }

// Reference returns the reference of the language in Markdown, made from the
// table that decodes it: every block and attribute, the defaults of the roles,
// the functions and the codes of diagnostics.
func Reference() []byte {
	var w bytes.Buffer
	w.WriteString(referenceHead)
	writeBlock(&w, language(), "", 2)
	writeRoles(&w)
	writeFunctions(&w)
	writeProblems(&w)
	return w.Bytes()
}

const referenceHead = `# The language

<!-- Made by "make docs" from the table in internal/spec. Do not edit. -->

A spec is one HCL file, or the ` + "`*.hcl`" + ` files of a folder, in any order. Expressions, variables, locals, functions and
` + "`dynamic`" + ` blocks are those of Terraform. A value of ` + "`null`" + ` is as though the attribute were not given.

What a spec says wins over node_group_defaults, that over the environment, that over the role, that over the provider.
Every default that a plan rests on is listed with it.

## Types

| type | written | rounded |
| --- | --- | --- |
| cpu | ` + "`2`, `\"0.5\"`, `\"500m\"`" + ` | up to thousandths of a core |
| bytes | ` + "`\"768Mi\"`, `\"50Gi\"`" + `: a Kubernetes quantity | up to bytes |
| duration | ` + "`\"250ms\"`, `\"90s\"`, `\"2h\"`" + `, at most a year | - |
| ratio | ` + "`0.8` or `\"80%\"`" + ` | up to millionths; down where it limits what may be used |
| rate | number per second | demand up, capacity down, to millionths |
| number or ratio | 1 and more (and 0) is a count, below 1 or with % a ratio; all is ` + "`\"100%\"`" + ` | budgets, max_surge and min_ready up; max_unavailable of rollouts and updates down |
| pattern | ` + "`\"m7g\"`, `\"c7*\"`, `\"m?g\"`" + ` | - |
| date | ` + "`\"2026-11-20\"`" + ` | - |
| version | ` + "`\"1.35\"`" + `, in quotes | - |

Attributes and blocks marked *not yet* are known and refused, never ignored.

## Top level

`

// writeBlock writes the tables of a block and of those in it.
func writeBlock(w *bytes.Buffer, b *block, path string, level int) {
	if path != "" {
		head := path
		if b.label != "" {
			head += " \"" + strings.ToUpper(b.label) + "\""
		}
		fmt.Fprintf(w, "%s %s\n\n%s", strings.Repeat("#", min(level, 6)), head, b.doc)
		switch {
		case b.unbuilt:
			fmt.Fprintf(w, " *Not yet.*%s\n\n", lead(b.instead))
			return
		case b.required:
			w.WriteString(" Required.")
		case b.repeat:
			w.WriteString(" Repeatable.")
		}
		w.WriteString("\n\n")
	}
	if len(b.attributes) > 0 {
		w.WriteString("| attribute | type | default | meaning |\n| --- | --- | --- | --- |\n")
		for i := range b.attributes {
			writeAttribute(w, &b.attributes[i])
		}
		w.WriteString("\n")
	}
	for i := range b.blocks {
		n := &b.blocks[i]
		if b.name == "node_group_defaults" {
			continue // as in node_group
		}
		writeBlock(w, n, strings.TrimPrefix(path+"."+n.name, "."), level+1)
	}
}

// writeAttribute writes a row.
func writeAttribute(w *bytes.Buffer, a *attribute) {
	typ := a.kind.title()
	if len(a.choices) > 0 {
		typ = strings.Join(a.choices, ", ")
		if a.kind == kindTexts {
			typ = "list of " + typ
		}
	}
	if len(a.later) > 0 {
		typ += " (*not yet:* " + strings.Join(a.later, ", ") + ")"
	}
	def := a.def
	switch {
	case a.unbuilt:
		def = "*not yet*"
	case a.required:
		def = "**required**"
	case def == "":
		def = "-"
	}
	fmt.Fprintf(w, "| `%s` | %s | %s | %s |\n", a.name, typ, cell(def), cell(strings.TrimSpace(a.doc+lead(a.instead))))
}

// cell escapes what would end a cell of a table.
func cell(s string) string { return strings.ReplaceAll(s, "|", "\\|") }

// writeRoles writes the defaults of each role.
func writeRoles(w *bytes.Buffer) {
	roles := []planner.Role{planner.App, planner.Batch, planner.Ingress, planner.Monitoring, planner.Stateful, planner.System}
	w.WriteString("## Defaults by role\n\nIn `environment = \"development\"`: redundancy 0 nodes and 0 zones, no spare replicas, `min_replicas` 1, burstable types admitted. ")
	w.WriteString("A group of one zone loses none. A StatefulSet rolls with surge 0 and one pod unavailable.\n\n| default |")
	for _, role := range roles {
		fmt.Fprintf(w, " %s |", role)
	}
	w.WriteString("\n|" + strings.Repeat(" --- |", len(roles)+1) + "\n")
	rows := []struct {
		name string
		text func(roleDefaults) string
	}{
		{"redundancy nodes, zones", func(d roleDefaults) string { return itoa(d.nodes) + ", " + itoa(d.zones) }},
		{"redundancy.recovery", func(d roleDefaults) string { return string(d.recovery) }},
		{"min_replicas of computed counts", func(d roleDefaults) string { return itoa(d.minReplicas) }},
		{"max_utilization", func(d roleDefaults) string { return ratioText(d.maxUtilization) }},
		{"capacity_type", func(d roleDefaults) string { return string(d.capacity) }},
		{"families", func(d roleDefaults) string { return familiesText(d) }},
		{"taint", func(d roleDefaults) string {
			if d.tainted {
				return "group=NAME:NoSchedule"
			}
			return "none"
		}},
		{"topology_spread", spreadText},
		{"pod_disruption_budget.max_unavailable", func(d roleDefaults) string {
			if d.budget == nil {
				return "none"
			}
			return portionText(*d.budget)
		}},
		{"startup_time", func(d roleDefaults) string { return durationText(d.startup) }},
		{"rolling_update surge, unavailable", func(d roleDefaults) string { return portionText(d.surge) + ", " + portionText(d.absent) }},
		{"update_config.max_unavailable", func(d roleDefaults) string { return portionText(d.update) }},
		{"disk.size", func(d roleDefaults) string { return bytesText(d.diskSize) }},
	}
	for _, row := range rows {
		fmt.Fprintf(w, "| %s |", row.name)
		for _, role := range roles {
			fmt.Fprintf(w, " %s |", row.text(defaultsOf(role)))
		}
		w.WriteString("\n")
	}
	w.WriteString("\nA group of role ingress has at least one replica in each of its zones. Workloads of role stateful give `replicas` and `min_ready`.\n\n")
}

// familiesText names a role's families in short.
func familiesText(d roleDefaults) string {
	text := strings.Join(strings.Split(d.letters, ""), ", ") + " of generation 6 to 9"
	if d.burstable {
		text += ", t3, t3a, t4g"
	}
	return text
}

// spreadText names a role's spread.
func spreadText(d roleDefaults) string {
	if len(d.spread) == 0 {
		return "none"
	}
	var keys []string
	for _, k := range d.spread {
		keys = append(keys, string(k))
	}
	if d.hard {
		return strings.Join(keys, ", ") + ", DoNotSchedule"
	}
	return strings.Join(keys, ", ") + ", ScheduleAnyway"
}

// writeFunctions lists the functions.
func writeFunctions(w *bytes.Buffer) {
	w.WriteString("## Functions\n\nAs in Terraform, without those that read files, clocks or chance:\n\n")
	names := sortedKeys(functions())
	for i, name := range names {
		names[i] = "`" + name + "`"
	}
	w.WriteString(strings.Join(names, ", ") + ".\n\n")
	fmt.Fprintf(w, "A value holds at most %d elements, %d levels, strings of %s and numbers below 2^%d. ", maxElements, maxValueDepth, bytesText(units.Bytes(maxString)), maxExponent)
	fmt.Fprintf(w, "A file has at most 4 MiB, brackets nest at most %d deep, an expression has at most %d operators and for expressions nest at most %d deep.\n\n", maxDepth, maxChain, maxLoops)
}

// writeProblems lists the codes.
func writeProblems(w *bytes.Buffer) {
	w.WriteString("## Diagnostics\n\n| code | summary | meaning |\n| --- | --- | --- |\n")
	for _, p := range Problems() {
		kind := ""
		if p.Warning {
			kind = " (warning)"
		}
		fmt.Fprintf(w, "| %s | %s%s | %s |\n", p.Code, p.Summary, kind, cell(p.Meaning))
	}
}
