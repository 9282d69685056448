package main

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/scantling-dev/scantling/internal/cli"
	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner/practice"
)

// file is a generated file; its name is relative to docs, with slashes.
type file struct {
	name    string
	content []byte
}

// generatedFolders hold generated pages only: others are removed from them.
func generatedFolders() []string { return []string{"reference", "rules"} }

// files returns everything that is generated, sorted by name.
func files() ([]file, error) {
	schema, err := document.Schema()
	if err != nil {
		return nil, fmt.Errorf("plan.schema.json: %w", err)
	}
	all := []file{
		{name: "plan.schema.json", content: schema},
		{name: "reference/language.md", content: spec.Reference(run.Grounds())},
		{name: "reference/commands.md", content: commandsPage(cli.Root(&cli.World{}))},
		{name: "reference/exit-codes.md", content: exitCodesPage(cli.ExitCodes())},
	}
	all = append(all, rulePages(practice.Rules())...)
	slices.SortFunc(all, func(a, b file) int { return cmp.Compare(a.name, b.name) })
	return all, nil
}
