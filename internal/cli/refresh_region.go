package cli

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/catalogs/cache"
	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/refresh"
)

// regionDone is what became of a region.
type regionDone struct {
	row document.Refreshed
	err error
	bug *run.BugError
}

// refreshAll refreshes regions, some at once, and returns what became of each, in
// their order.
func (w *World) refreshAll(ctx context.Context, o *refreshOptions, c *cache.Cache, names []cache.Name) []regionDone {
	done := make([]regionDone, len(names))
	p := &progress{world: w, start: w.Now(), last: w.Now()}
	slots := make(chan struct{}, o.parallel)
	var wait sync.WaitGroup
	for i, n := range names {
		wait.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			defer func() {
				if v := recover(); v != nil {
					done[i].bug = &run.BugError{What: fmt.Errorf("panic: %v", v), Stack: debug.Stack()}
				}
			}()
			done[i].row = document.Refreshed{Provider: n.Provider, Region: n.Region, Outcome: document.OutcomeFailed}
			if err := w.refreshOne(ctx, o, c, &done[i].row, p); err != nil {
				done[i].err = err
				done[i].row.Problem, done[i].row.Advice = w.explained(err)
			}
		})
	}
	wait.Wait()
	return done
}

// refreshOne refreshes the region of a row and fills the row in.
func (w *World) refreshOne(ctx context.Context, o *refreshOptions, c *cache.Cache, row *document.Refreshed, p *progress) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	n := cache.Name{Provider: row.Provider, Region: row.Region}
	now := w.Now()
	today := dayOf(now)
	// A cached catalog that cannot be used is what a refresh is for.
	before, err := run.Offers{Store: c}.Load(n.Provider, n.Region)
	known := err == nil
	if known {
		row.Before = new(before.Summarize())
	}
	if cached, err := c.Get(n); err == nil {
		row.Catalog = new(cached.Catalog.Summarize())
		if cached.Catalog.Date == today && !o.force {
			row.Outcome, row.Problem = document.OutcomeKept, "it is of today already; --force asks again"
			return nil
		}
	}
	cloud, ok := w.Clouds[n.Provider]
	if !ok {
		return &refresh.Error{Kind: refresh.Refused, Call: "refresh", Err: fmt.Errorf("this build cannot ask %q", n.Provider), Advice: "Import a bundle instead."}
	}
	base, err := run.Offers{}.Load(n.Provider, n.Region)
	if errors.Is(err, cache.ErrAbsent) {
		base, err = before, nil
	}
	if err != nil {
		return err
	}
	result, err := cloud(ctx, refresh.Request{
		Region: n.Region, Today: today, Now: now, Base: base, Spot: o.spot, Concurrency: o.calls,
		Progress: func(s refresh.Step) { p.tell(n, s) },
	}, o.account)
	if err != nil {
		return err
	}
	if err := plausible(n, today, &result.Catalog); err != nil {
		return err
	}
	e, err := cache.Pack(result.Catalog, &cache.Report{Quarantined: result.Quarantined})
	if err != nil {
		return &refresh.Error{Kind: refresh.Answer, Call: "refresh", Err: err, Advice: "Please report this: what was collected is no catalog."}
	}
	if err := c.Put(e); err != nil {
		return err
	}
	row.Outcome, row.Catalog, row.Quarantined = document.OutcomeRefreshed, new(e.Catalog.Summarize()), result.Quarantined
	for _, q := range result.Quotas {
		row.Quotas = append(row.Quotas, document.AccountQuota(q))
	}
	d := catalogs.Compare(&before, &e.Catalog)
	row.Changed = d.Moves(catalogs.TermOnDemand)
	row.Added, row.Removed = catalogs.CountOf(d.Types, catalogs.Added), catalogs.CountOf(d.Types, catalogs.Gone)
	return nil
}

// plausible refuses a catalog that is not the one that was asked for, or that nothing
// can be planned from.
func plausible(n cache.Name, today units.Date, c *catalogs.Catalog) error {
	s := c.Summarize()
	what := ""
	switch {
	case c.Provider != n.Provider || c.Region != n.Region || c.Date != today:
		what = fmt.Sprintf("it is that of %s %s, %s", c.Provider, c.Region, c.Date)
	case s.Types == 0 || s.Zones == 0:
		what = "it has no types or no zones"
	case s.OnDemand.Known() == 0:
		what = "no price in it is known"
	default:
		return nil
	}
	return &refresh.Error{
		Kind: refresh.Answer, Call: "refresh", Err: fmt.Errorf("the catalog that was collected is not used: %s", what),
		Advice: "Check that the account may see what the region offers, and try again.",
	}
}

// dayOf is the day of an instant, in UTC.
func dayOf(t time.Time) units.Date { return units.Date(t.UTC().Format(time.DateOnly)) }

// explained returns the text of an error and what to do about it.
func (w *World) explained(err error) (problem, advice string) {
	if e, ok := errors.AsType[*refresh.Error](err); ok {
		return w.withoutSecrets(e.Error()), w.withoutSecrets(e.Advice)
	}
	return w.withoutSecrets(err.Error()), ""
}

// leastSecret is the shortest value that is taken for a secret: shorter ones would
// make holes in words.
const leastSecret = 8

// withoutSecrets hides credentials of the environment, whatever a cloud's client has
// put into its errors.
func (w *World) withoutSecrets(text string) string {
	for _, name := range []string{"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID", "GOOGLE_OAUTH_ACCESS_TOKEN"} {
		if secret := w.getenv(name); len(secret) >= leastSecret {
			text = strings.ReplaceAll(text, secret, "("+name+")")
		}
	}
	return text
}

// quiet is how long a refresh says nothing of its progress, and the time between two
// lines of it.
const quiet = time.Second

// progress tells how far a refresh is, where it takes longer than quiet.
type progress struct {
	world *World
	start time.Time

	mu   sync.Mutex
	last time.Time
}

// tell writes a line about a step, if it is time for one. It may be called from
// several goroutines.
func (p *progress) tell(n cache.Name, s refresh.Step) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.world.Now()
	if now.Sub(p.start) < quiet || now.Sub(p.last) < quiet {
		return
	}
	p.last = now
	amount := fmt.Sprintf("%d", s.Done)
	if s.Total > 0 {
		amount = fmt.Sprintf("%d of %d", s.Done, s.Total)
	}
	p.world.note("%s: %s %s, %d s\n", n, s.Name, amount, int(now.Sub(p.start).Seconds()))
}
