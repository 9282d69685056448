package cli

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/scantling-dev/scantling/internal/spec"
)

// The parts of SARIF 2.1.0 that are written: docs.oasis-open.org/sarif/sarif/v2.1.0.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool    sarifTool     `json:"tool"`
		Results []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID    string       `json:"id"`
		Short sarifMessage `json:"shortDescription"`
	}
	sarifResult struct {
		Rule      string          `json:"ruleId"`
		Level     string          `json:"level"`
		Message   sarifMessage    `json:"message"`
		Locations []sarifLocation `json:"locations"`
	}
	sarifMessage struct {
		Text string `json:"text"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn"`
	}
)

// sarif writes diagnostics as a log that code hosts show beside the lines of a change.
func sarif(diags hcl.Diagnostics) ([]byte, error) {
	run := sarifRun{Tool: sarifTool{sarifDriver{Name: "scantling", Version: Version, Rules: []sarifRule{}}}, Results: []sarifResult{}}
	for _, d := range diags {
		code := "spec"
		if c, ok := d.Extra.(spec.Code); ok && c != "" {
			code = string(c)
		}
		if !slices.ContainsFunc(run.Tool.Driver.Rules, func(r sarifRule) bool { return r.ID == code }) {
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{ID: code, Short: sarifMessage{d.Summary}})
		}
		level := "error"
		if d.Severity == hcl.DiagWarning {
			level = "warning"
		}
		result := sarifResult{Rule: code, Level: level, Message: sarifMessage{d.Summary + ": " + d.Detail}, Locations: []sarifLocation{}}
		if r := d.Subject; r != nil {
			result.Locations = append(result.Locations, sarifLocation{sarifPhysical{
				Artifact: sarifArtifact{filepath.ToSlash(r.Filename)},
				Region:   sarifRegion{max(1, r.Start.Line), max(1, r.Start.Column), max(1, r.End.Line), max(1, r.End.Column)},
			}})
		}
		run.Results = append(run.Results, result)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}})
	return out.Bytes(), err
}
