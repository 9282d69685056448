package spec

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

func stringValue(s string) cty.Value { return cty.StringVal(s) }

// reference writes the language as it is where clusters can stand on grounds.
type reference struct {
	bytes.Buffer
	grounds []planner.Ground
}

// Reference returns the reference of the language in Markdown, made from the
// table that decodes it: every block and attribute, the words of each of the
// grounds, the defaults of the roles, the functions and the codes of diagnostics.
func Reference(grounds []planner.Ground) []byte {
	w := reference{grounds: grounds}
	w.WriteString(referenceHead)
	w.writeBlock(language(), "", 2)
	w.writeGrounds()
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
Some words depend on the ground, which is the provider and the mode of the control plane: see Grounds below.
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
func (w *reference) writeBlock(b *block, path string, level int) {
	if path != "" {
		head := path
		if b.label != "" {
			head += " \"" + strings.ToUpper(b.label) + "\""
		}
		fmt.Fprintf(&w.Buffer, "%s %s\n\n%s", strings.Repeat("#", min(level, 6)), head, b.doc)
		switch {
		case b.unbuilt:
			fmt.Fprintf(&w.Buffer, " *Not yet.*%s\n\n", lead(b.instead))
			return
		case b.required:
			w.WriteString(" Required.")
		case b.repeat:
			w.WriteString(" Repeatable.")
		}
		if b.name == "instances" && !strings.HasPrefix(path, "cluster.node_group.") {
			w.WriteString(" As in cluster.node_group.\n\n")
			return
		}
		w.WriteString("\n\n")
	}
	if len(b.attributes) > 0 {
		w.WriteString("| attribute | type | default | meaning |\n| --- | --- | --- | --- |\n")
		for i := range b.attributes {
			w.writeAttribute(&b.attributes[i])
		}
		w.WriteString("\n")
	}
	for i := range b.blocks {
		n := &b.blocks[i]
		if b.name == "node_group_defaults" {
			continue // as in node_group
		}
		w.writeBlock(n, strings.TrimPrefix(path+"."+n.name, "."), level+1)
	}
}

// writeAttribute writes a row.
func (w *reference) writeAttribute(a *attribute) {
	typ := a.kind.title()
	choices, later := a.words(w.grounds)
	if len(choices) > 0 {
		typ = strings.Join(choices, ", ")
		if a.kind == kindTexts {
			typ = "list of " + typ
		}
	}
	if a.est {
		typ += " or estimate"
	}
	if len(later) > 0 {
		typ += " (*not yet:* " + strings.Join(later, ", ") + ")"
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
	fmt.Fprintf(&w.Buffer, "| `%s` | %s | %s | %s |\n", a.name, typ, cell(def), cell(strings.TrimSpace(a.doc+lead(a.instead))))
}

// cell escapes what would end a cell of a table.
func cell(s string) string { return strings.ReplaceAll(s, "|", "\\|") }

// writeGrounds writes the words of each ground.
func (w *reference) writeGrounds() {
	w.WriteString("## Grounds\n\nA ground is a provider and the mode of the control plane. The first word of a cell is the default; \"(default)\" marks the mode where a spec gives none.\n\n")
	w.row("", func(t *planner.Terms) string {
		if t.DefaultMode {
			return t.Provider + ", " + string(t.Mode) + " (default)"
		}
		return t.Provider + ", " + string(t.Mode)
	})
	w.WriteString("|" + strings.Repeat(" --- |", len(w.grounds)+1) + "\n")
	w.row("is", func(t *planner.Terms) string { return t.Title })
	for _, a := range groundWords() {
		w.row("`"+a.name+"`", func(t *planner.Terms) string { return listText(a.of(t)) })
	}
	w.row("`control_plane.tier` by default", func(t *planner.Terms) string {
		production, development := t.DefaultTier[planner.Production], t.DefaultTier[planner.Development]
		if production == development {
			return cmp.Or(production, "-")
		}
		return production + ", in development " + development
	})
	w.row("machines", func(t *planner.Terms) string {
		if t.OwnMachines {
			return "from machine blocks"
		}
		return "from the catalog, like " + t.TypeExample
	})
	w.row("spot capacity", func(t *planner.Terms) string { return yes(t.Spot) })
	w.row("`disk.type`", func(t *planner.Terms) string { return cmp.Or(t.DiskType, "the machine's own") })
	w.row("`etcd.disk.type`", func(t *planner.Terms) string {
		if t.Mode == planner.Managed || t.OwnMachines {
			return "-"
		}
		return listText(t.EtcdDisks)
	})
	w.row("`kubelet`", func(t *planner.Terms) string { return yes(t.Kubelet) })
	w.row("`max_surge`, `soak`", func(t *planner.Terms) string { return yes(t.MaxSurge) + ", " + yes(t.Soak) })
	w.row("equal zones", func(t *planner.Terms) string { return yes(t.EqualZones) })
	for _, role := range builtRoles() {
		w.row("families of role "+string(role), func(t *planner.Terms) string {
			return cmp.Or(strings.Join(slices.Sorted(slices.Values(t.Families[role])), ", "), "all")
		})
	}
	w.row("burstable families", func(t *planner.Terms) string { return listText(t.Burstable) })
	w.WriteString("\nBurstable families are added in role batch and in development.\n\n")
}

// row writes a row of the table of grounds.
func (w *reference) row(name string, text func(*planner.Terms) string) {
	fmt.Fprintf(&w.Buffer, "| %s |", name)
	for i := range w.grounds {
		fmt.Fprintf(&w.Buffer, " %s |", cell(text(&w.grounds[i].Terms)))
	}
	w.WriteString("\n")
}

func listText(words []string) string { return cmp.Or(strings.Join(words, ", "), "-") }

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// builtRoles are the roles that are not refused.
func builtRoles() []planner.Role {
	return []planner.Role{planner.App, planner.Batch, planner.Ingress, planner.Monitoring, planner.Stateful, planner.System, planner.GPU}
}

// writeRoles writes the defaults of each role.
func writeRoles(w *reference) {
	roles := builtRoles()
	w.WriteString("## Defaults by role\n\nIn `environment = \"development\"`: redundancy 0 nodes and 0 zones, no spare replicas, `min_replicas` 1, burstable types admitted. ")
	w.WriteString("A group of one zone loses none. A StatefulSet rolls with surge 0 and one pod unavailable.\n\n| default |")
	for _, role := range roles {
		fmt.Fprintf(&w.Buffer, " %s |", role)
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
		{"burstable types", func(d roleDefaults) string { return yes(d.burstable) }},
		{"taint", func(d roleDefaults) string {
			if d.gpus {
				return gpuTaint + "=" + gpuTaintValue + ":NoSchedule"
			}
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
		{"update_config: nodes at a time", func(d roleDefaults) string { return portionText(d.update) }},
		{"split_by_zone", func(d roleDefaults) string {
			if d.splitVolumes {
				return "where a volume is zonal"
			}
			return "no"
		}},
		{"disk.size", func(d roleDefaults) string { return bytesText(d.diskSize) }},
	}
	for _, row := range rows {
		fmt.Fprintf(&w.Buffer, "| %s |", row.name)
		for _, role := range roles {
			fmt.Fprintf(&w.Buffer, " %s |", row.text(defaultsOf(role)))
		}
		w.WriteString("\n")
	}
	w.WriteString("\nA group of role ingress has at least one replica in each of its zones. Workloads of role stateful give `replicas` and `min_ready`.\n\n")
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
func writeFunctions(w *reference) {
	w.WriteString("## Functions\n\nAs in Terraform, without those that read files, clocks or chance:\n\n")
	names := sortedKeys(functions())
	for i, name := range names {
		names[i] = "`" + name + "`"
	}
	w.WriteString(strings.Join(names, ", ") + ".\n\n")
	fmt.Fprintf(&w.Buffer, "A value holds at most %d elements, %d levels, strings of %s and numbers below 2^%d. ", maxElements, maxValueDepth, bytesText(units.Bytes(maxString)), maxExponent)
	fmt.Fprintf(&w.Buffer, "A file has at most 4 MiB, brackets nest at most %d deep, an expression has at most %d operators and for expressions nest at most %d deep.\n\n", maxDepth, maxChain, maxLoops)
}

// writeProblems lists the codes.
func writeProblems(w *reference) {
	w.WriteString("## Diagnostics\n\n| code | summary | meaning |\n| --- | --- | --- |\n")
	for _, p := range Problems() {
		kind := ""
		if p.Warning {
			kind = " (warning)"
		}
		fmt.Fprintf(&w.Buffer, "| %s | %s%s | %s |\n", p.Code, p.Summary, kind, cell(p.Meaning))
	}
}
