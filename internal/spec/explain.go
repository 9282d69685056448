package spec

import (
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/scantling-dev/scantling/planner"
)

// Place returns where the spec says path, or else the nearest address around it
// that the spec gives; the cluster block at worst. It is never nil.
func (s *Spec) Place(path string) *planner.Place {
	rng := s.rng(path)
	return &planner.Place{File: rng.Filename, Line: rng.Start.Line, Column: rng.Start.Column}
}

func (s *Spec) rng(path string) hcl.Range {
	for p := path; p != ""; {
		if rng, ok := s.places[p]; ok {
			return rng
		}
		p = p[:max(strings.LastIndexByte(p, '.'), 0)]
	}
	return s.places["cluster"]
}

// Explain returns the diagnostics of an error of the planner: one for each
// planner.Infeasible in err, with the place of what binds, or one for err as a
// whole where there is none. It is empty where err is nil.
func (s *Spec) Explain(err error) hcl.Diagnostics {
	if err == nil {
		return nil
	}
	r := newReader(nil)
	for _, fit := range planner.Infeasibles(err) {
		rng := s.rng(fit.Path)
		detail := fit.Path + ": " + fit.Constraint
		if fit.Margin != "" {
			detail += " (" + fit.Margin + ")"
		}
		detail += "."
		if fit.Remedy != "" {
			detail += " " + capital(fit.Remedy)
			if !strings.HasSuffix(fit.Remedy, "?") {
				detail += "."
			}
		}
		r.add(CannotBeMet, &rng, "%s", detail)
	}
	if len(r.diags) == 0 {
		r.add(CannotBeMet, nil, "%s", err.Error())
	}
	return r.sorted()
}
