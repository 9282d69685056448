package main

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scantling-dev/scantling/planner/practice"
)

// notice says that a page is generated.
const notice = "<!-- Made by \"make docs\". Do not edit. -->\n"

// commandsPage describes every command of the tree: what it does, how it is
// called and its flags, by name.
func commandsPage(root *cobra.Command) []byte {
	var w bytes.Buffer
	fmt.Fprintf(&w, "# The commands\n\n%s\n%s\n", notice, "How every command ends is in [exit codes](exit-codes.md).")
	root.InitDefaultCompletionCmd()
	commands := tree(root)
	w.WriteString("\n| command | what it does |\n| --- | --- |\n")
	for _, c := range commands {
		fmt.Fprintf(&w, "| [`%s`](#%s) | %s |\n", c.CommandPath(), anchor(c.CommandPath()), cell(c.Short))
	}
	for _, c := range commands {
		command(&w, c)
	}
	return w.Bytes()
}

// tree returns the commands below root that people call, by path.
func tree(root *cobra.Command) []*cobra.Command {
	var out []*cobra.Command
	for _, c := range root.Commands() {
		if c.Name() == "help" || c.Hidden || c.IsAdditionalHelpTopicCommand() {
			continue
		}
		if c.Name() == "completion" { // one entry: its commands are the shells
			out = append(out, c)
			continue
		}
		if c.Runnable() {
			out = append(out, c)
		}
		out = append(out, tree(c)...)
	}
	slices.SortFunc(out, func(a, b *cobra.Command) int { return cmp.Compare(a.CommandPath(), b.CommandPath()) })
	return out
}

func command(w *bytes.Buffer, c *cobra.Command) {
	fmt.Fprintf(w, "\n## %s\n\n%s\n\n```\n%s\n```\n", c.CommandPath(), strings.TrimSpace(cmp.Or(c.Long, c.Short+".")), c.UseLine())
	if c.Example != "" {
		fmt.Fprintf(w, "\nExamples:\n\n```\n%s\n```\n", strings.TrimRight(c.Example, "\n"))
	}
	c.InitDefaultHelpFlag()
	if flags := c.Flags().FlagUsages(); flags != "" {
		fmt.Fprintf(w, "\nFlags:\n\n```\n%s\n```\n", strings.TrimRight(flags, "\n"))
	}
	if flags := c.InheritedFlags().FlagUsages(); flags != "" {
		fmt.Fprintf(w, "\nFlags of every command:\n\n```\n%s\n```\n", strings.TrimRight(flags, "\n"))
	}
}

// anchor is how a heading is linked to.
func anchor(heading string) string { return strings.ReplaceAll(strings.ToLower(heading), " ", "-") }

// cell makes text fit for a table.
func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

// exitCodesPage lists what the program ends with.
func exitCodesPage(codes []string) []byte {
	var w bytes.Buffer
	fmt.Fprintf(&w, "# Exit codes\n\n%s\n| code | meaning |\n| --- | --- |\n", notice)
	for code, meaning := range codes {
		fmt.Fprintf(&w, "| %d | %s |\n", code, cell(meaning))
	}
	return w.Bytes()
}

// since is the version in which the rules came; a rule that is added later says
// so itself.
const since = "0.1.0"

// rulePages returns a page for each rule, and their index.
func rulePages(rules []practice.Rule) []file {
	var index bytes.Buffer
	fmt.Fprintf(&index, "# The rules\n\n%s\n", notice)
	index.WriteString("What a plan should be like. A plan that is not gets a finding, which never blocks it. A block `rule` in the spec\n" +
		"changes the severity of a rule, with a reason: [the language](../reference/language.md).\n\n" +
		"| rule | severity | what it asks |\n| --- | --- | --- |\n")
	var pages []file
	for _, r := range rules {
		fmt.Fprintf(&index, "| [%s](%s.md) | %s | %s |\n", r.ID, r.ID, r.DefaultSeverity, cell(r.Title))
		pages = append(pages, file{name: "rules/" + r.ID + ".md", content: rulePage(&r)})
	}
	return append(pages, file{name: "rules/README.md", content: index.Bytes()})
}

func rulePage(r *practice.Rule) []byte {
	var w bytes.Buffer
	severity := string(r.DefaultSeverity)
	if r.ProductionOnly {
		severity += "; info in development"
	}
	fmt.Fprintf(&w, "# %s: %s\n\n%s\nSeverity: %s. Since %s.\n", r.ID, r.Title, notice, severity, since)
	for _, part := range []struct{ heading, text string }{{"What", r.What}, {"Why", r.Why}, {"How to fix it", r.Fix}} {
		fmt.Fprintf(&w, "\n## %s\n\n%s\n", part.heading, strings.TrimSpace(part.text))
	}
	return w.Bytes()
}
