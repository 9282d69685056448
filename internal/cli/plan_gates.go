package cli

import (
	"errors"

	"github.com/scantling-dev/scantling/internal/diff"
	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/files"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// mostIncrease is what --max-increase says; nil where it is not given.
func (o *planOptions) mostIncrease() (*units.Ratio, error) {
	if o.maxIncrease == "" {
		return nil, nil
	}
	share, err := parseShare("max-increase", o.maxIncrease)
	return &share, err
}

// gates tells which gates the plan fails, all of them, and writes the lock where it
// may: what costs more than is allowed is not accepted.
func (o *planOptions) gates(w *World, p *planner.Plan, most *units.Ratio) error {
	failed := gate(w, p, planner.Severity(o.failOn))
	lock := o.spec.lock
	if most != nil {
		if lock.held == nil {
			return exit(WrongInput, errors.New("--max-increase compares with the lock, and "+lock.name+" is missing: "+accept(o.spec.typed(o.path))))
		}
		if !w.withinIncrease(lock.name, lock.held.Total, p.Cost.Total, *most) {
			return said(GateFailed)
		}
	}
	if o.check {
		same := w.checkLock(lock.name, lock.held, p, accept(o.spec.typed(o.path)))
		e := emitter{world: w, spec: o.spec, check: true}
		written, err := e.written(p, o.path)
		if err != nil {
			return err
		}
		if !same || !written {
			failed = said(GateFailed)
		}
	}
	if !o.lock {
		return failed
	}
	if err := o.writeLock(w, p); err != nil {
		return err
	}
	return failed
}

// since is what changed since the lock was written; nil where there is none.
func (o *planOptions) since(p *planner.Plan) (*planner.Difference, error) {
	lock := o.spec.lock
	if lock.held == nil {
		return nil, nil
	}
	now := sideOf("plan", p, Version, document.CurrentMinor())
	d, err := diff.Between(diff.Side{Name: lockName, Lock: *lock.held}, now, nil, Version)
	return &d, err
}

// writeLock writes the lock of a plan beside its spec.
func (o *planOptions) writeLock(w *World, p *planner.Plan) error {
	l, err := document.LockOf(p, Version)
	if err != nil {
		return err
	}
	content, err := document.EncodeLock(&l)
	if err != nil {
		return err
	}
	name := o.spec.lock.name
	if err := files.Write(name, content); err != nil {
		return writeError(err)
	}
	w.note("Wrote %s\n", name)
	return nil
}

// withinIncrease tells where a bill is more than a share above what it was, and reports
// whether it is not. A bill that is not known is within nothing.
func (w *World) withinIncrease(name string, was, is planner.Amount, most units.Ratio) bool {
	if !was.Known || !is.Known {
		w.note("--max-increase: the bill is not known, of %s or of the plan\n", name)
		return false
	}
	if over := increase(was.Rate, is.Rate); over > most {
		w.note("The bill goes from %s to %s USD/month, %s more than %s has: above %s (--max-increase)\n",
			cents(was.Rate.PerMonth()), cents(is.Rate.PerMonth()), percentUp(over), name, percentUp(most))
		return false
	}
	return true
}
