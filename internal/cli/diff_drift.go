package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/drift"
	"github.com/scantling-dev/scantling/internal/files"
	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/planner"
)

// maxDumpBytes bounds the dumps of Terraform and kubectl that are read.
const maxDumpBytes = 512 << 20

// dump reads a dump: from a file, or from stdin where it is named "-".
func (w *World) dump(name string) ([]byte, error) {
	if name != "-" {
		file, err := files.Read(name, maxDumpBytes)
		if err != nil {
			return nil, readError(err)
		}
		return file.Content, nil
	}
	content, err := io.ReadAll(io.LimitReader(w.Stdin, maxDumpBytes))
	if err != nil {
		return nil, exit(EnvironmentFailed, err)
	}
	return content, nil
}

// drifted reads the sides that were asked for and compares them with a plan.
func (o *diffOptions) drifted(w *World, p *planner.Plan) (*report.Drifted, error) {
	if o.terraform == "-" && o.nodes == "-" {
		return nil, usage(errors.New("--terraform and --nodes cannot both be read from stdin"))
	}
	var groups []string
	for i := range p.NodeGroups {
		groups = append(groups, p.NodeGroups[i].Name)
	}
	out := &report.Drifted{Cluster: p.Cluster.Name, Terraform: o.terraform != "", Running: o.nodes != ""}
	var written, running *drift.Side
	for _, of := range []struct {
		name string
		read func([]byte, []string) (*drift.Side, error)
		side **drift.Side
	}{{o.terraform, drift.Written, &written}, {o.nodes, drift.Running, &running}} {
		if of.name == "" {
			continue
		}
		content, err := w.dump(of.name)
		if err != nil {
			return nil, err
		}
		if *of.side, err = of.read(content, groups); err != nil {
			return nil, exit(WrongInput, fmt.Errorf("%s: %w", of.name, err))
		}
		out.Unknown = append(out.Unknown, (*of.side).Unknown...)
	}
	out.Rows = drift.Compare(p, written, running)
	return out, nil
}

// runDrift compares a plan with Terraform and with what runs.
func (o *diffOptions) runDrift(w *World, p *planner.Plan) error {
	d, err := o.drifted(w, p)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	switch o.output {
	case "json":
		rows := make([]document.DriftRow, len(d.Rows))
		for i, r := range d.Rows {
			rows[i] = document.DriftRow(r)
		}
		err = document.EncodeDrift(&out, d.Cluster, rows, d.Unknown, Version)
	case "markdown":
		err = report.DriftMarkdown(&out, d)
	default:
		err = report.Drift(&out, d, w.look())
	}
	if err != nil {
		return err
	}
	if err := w.print(out.Bytes()); err != nil {
		return err
	}
	if d.Count() > 0 && o.failOn != "none" {
		return said(GateFailed)
	}
	return nil
}
