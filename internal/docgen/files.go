package main

import (
	"fmt"

	"github.com/scantling-dev/scantling/internal/document"
)

// file is a generated file; its name is relative to docs, with slashes.
type file struct {
	name    string
	content []byte
}

// generatedFolders hold generated pages only.
func generatedFolders() []string { return []string{"reference"} }

// files returns everything that is generated, sorted by name.
func files() ([]file, error) {
	schema, err := document.Schema()
	if err != nil {
		return nil, fmt.Errorf("plan.schema.json: %w", err)
	}
	return []file{{name: "plan.schema.json", content: schema}}, nil
}
