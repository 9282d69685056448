package pipeline

import (
	"context"
	"errors"
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/packing"
	"github.com/scantling-dev/scantling/planner/placement"
)

// Mixes that further orders may refute before one type is taken, and how often nodes are
// added to each in the hope that they hold it.
const (
	mostRefuted = 8
	mostAdded   = 6
)

// choose finds the cheapest count of nodes that carries the group, and what the scan for
// one type came to. Counts are looked for in nine orders of the pods. What is found is
// tried in further ones; where these fail it is looked for anew without it.
func (p *problem) choose(ctx context.Context, offers []packing.Offer) (packing.Result, *answer, error) {
	result, err := p.oneType(ctx, offers)
	if err != nil && (!errors.Is(err, planner.ErrInfeasible) || !p.mixes()) {
		return result, nil, err
	}
	infeasible := err
	if infeasible != nil {
		result.Best.Offer = noOffer
	}
	var one, last *answer
	if infeasible == nil {
		one = answerOf(&result)
	}
	for range mostRefuted {
		a, err := p.mixed(ctx, &result)
		if err != nil {
			return result, nil, err
		}
		if a == nil || a == one || !byScheduler(p.group.Guarantee) {
			return result, a, noneOf(a, infeasible)
		}
		last = a
		sure, failure := p.tryThoroughly(a.mix)
		if failure != nil && !failure.Stopped {
			p.refute(a.mix, failure)
			sure, failure = p.strengthen(a.mix, failure, one, mostAdded)
		}
		if failure == nil {
			return result, sure, nil
		}
		if failure.Stopped {
			return result, nil, context.Cause(ctx)
		}
	}
	if one != nil {
		return result, one, nil
	}
	// No one type holds every pod: nodes are added until a mix does.
	sure, failure := p.strengthen(last.mix, p.verdicts[last.mix.key()].failure, nil, p.mostNodes())
	if failure != nil && failure.Stopped {
		return result, nil, context.Cause(ctx)
	}
	return result, sure, noneOf(sure, infeasible)
}

// noneOf is err where there is no answer.
func noneOf(a *answer, err error) error {
	if a != nil {
		return nil
	}
	return err
}

// oneType is scan, for an answer that holds in further orders too.
func (p *problem) oneType(ctx context.Context, offers []packing.Offer) (packing.Result, error) {
	for {
		result, err := p.scan(ctx, offers, p.m.options.Alternatives)
		if err != nil || !byScheduler(p.group.Guarantee) {
			return result, err
		}
		a := answerOf(&result)
		sure, failure := p.tryThoroughly(a.mix)
		switch {
		case failure == nil:
			result.Best.Verdict.Payload = sure
			return result, nil
		case failure.Stopped:
			return result, context.Cause(ctx)
		}
		p.refute(a.mix, failure)
	}
}

// strengthen adds nodes to a mix that failed, up to so many times and while it is cheaper
// than best, until it holds in all orders. It returns the last failure where none does.
func (p *problem) strengthen(x mix, failure *placement.Failure, best *answer, times int) (*answer, *placement.Failure) {
	types := p.unbuy(x)
	for range times {
		p.add(types, failure)
		x = p.buy(types...)
		if best != nil && best.mix.known() && x.rate() >= best.mix.rate() || p.group.MaxNodes > 0 && x.nodes() > p.group.MaxNodes {
			break
		}
		if _, failure = p.tryMix(p.group.Guarantee, x, p.losses); failure == nil {
			var a *answer
			if a, failure = p.tryThoroughly(x); failure == nil {
				return a, nil
			}
			p.refute(x, failure)
		}
		if failure.Stopped || failure.Resource == shortMachines {
			break
		}
	}
	return nil, failure
}

// unbuy returns the types of a mix and how many nodes of each there are, however they are
// bought.
func (p *problem) unbuy(x mix) []part {
	var out []part
	for _, t := range x {
		of := t.offer
		for i := range p.offers {
			if p.offers[i].base == t.offer {
				of = &p.offers[i]
			}
		}
		if i := slices.IndexFunc(out, func(o part) bool { return o.offer == of }); i >= 0 {
			out[i].nodes += t.nodes
			continue
		}
		out = append(out, part{of, t.nodes})
	}
	return out
}

// byScheduler reports whether the modelled scheduler is what is asked.
func byScheduler(g planner.Guarantee) bool { return g == "" || g == planner.Scheduled }

// tryThoroughly is try in further orders.
func (p *problem) tryThoroughly(x mix) (*answer, *placement.Failure) {
	p.thorough = true
	defer func() { p.thorough = false }()
	return p.tryMix(p.group.Guarantee, x, p.losses)
}

// refute remembers that further orders failed on a mix, and why. That holds for the
// declared losses alone.
func (p *problem) refute(x mix, failure *placement.Failure) {
	p.remember(x.key(), verdict{failure: failure})
}

// verdict is what is known of a mix under the group's own guarantee and losses.
type verdict struct {
	answer  *answer
	failure *placement.Failure
}

func (p *problem) remember(key string, v verdict) {
	if p.verdicts == nil {
		p.verdicts = map[string]verdict{}
	}
	p.verdicts[key] = v
}

// known returns what an earlier try said of a mix, where it is the same question. So is
// that of further orders where there are too many pods for any.
func (p *problem) known(key string, guarantee planner.Guarantee, losses placement.Losses) (verdict, bool) {
	pods := 0
	for i := range p.sized {
		pods += p.sized[i].Sum()
	}
	if p.thorough && placement.FurtherOrders(pods) > 0 || losses != p.losses || guarantee != p.group.Guarantee {
		return verdict{}, false
	}
	v, ok := p.verdicts[key]
	return v, ok
}
