package spec

import (
	"slices"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// upgrade reads the upgrade block.
func (b *builder) upgrade() {
	n := b.root.child("upgrade")
	if n == nil {
		return
	}
	u := &planner.Upgrade{}
	b.cluster.Upgrade = u
	u.Strategy = take(b, n, "upgrade", "strategy", compare, compare, "language")
	b.checkStrategy(n, u.Strategy)
	b.upgradeLimits(n, u)
	to, ok := get[string](n, "to")
	u.To = to
	from, fromOK := get[string](b.root, "kubernetes_version")
	if !ok {
		return
	}
	if fromOK && compareMinors(to, from) <= 0 {
		b.add(UpgradeImpossible, n.rng("to"), "The cluster runs %s: upgrade to a later minor, or leave the block out.", from)
		return
	}
	if b.catalog == nil {
		return
	}
	v := b.findVersion(to)
	switch {
	case v == nil:
		b.add(VersionUnknown, n.rng("to"), "%s has no version %q. %s", b.publisher(), to, b.possible(from))
	case b.cluster.AsOf.IsZero():
	case v.Release.IsZero():
		b.add(VersionNotYet, n.rng("to"), "%s has no release date for %s. %s", b.publisher(), to, b.possible(from))
	case v.Release > b.cluster.AsOf:
		b.add(VersionNotYet, n.rng("to"), "%s releases %s on %s, after as_of %s. To plan ahead, set as_of to that day.", b.publisher(), to, v.Release, b.cluster.AsOf)
	}
}

// compare asks for the prices of all strategies.
const compare = "compare"

// checkStrategy refuses a strategy that the ground does not have, with the reason where
// there is one, and what is no strategy anywhere.
func (b *builder) checkStrategy(n *node, strategy string) {
	if strategy == compare {
		return
	}
	a := *n.schema.attribute("strategy")
	all, known := a.choices, []string{compare}
	if b.provider == nil {
		b.chosen(&a, strategy, *n.rng("strategy"))
		return
	}
	mechanics := b.provider.Mechanics(&b.cluster)
	for _, o := range mechanics.Strategies {
		known = append(known, o.Name)
	}
	if a.choices = known; !slices.Contains(all, strategy) {
		b.chosen(&a, strategy, *n.rng("strategy"))
		return
	}
	if slices.Contains(known, strategy) {
		return
	}
	why := ""
	if reason, refused := mechanics.Refused[strategy]; refused {
		if _, words, ok := strings.Cut(reason, ": "); ok {
			reason = words // after where it is not
		}
		why = ", since " + reason
	}
	b.add(NotOnGround, n.rng("strategy"), "%s has no strategy %q%s. It is %s.", b.title(), strategy, why, quoteAll(known))
}

// The waits of blue/green upgrades where nobody says otherwise.
const (
	usualVerify      = 30 * time.Minute
	usualSoak        = time.Hour
	usualParallelRun = 48 * time.Hour
)

// upgradeLimits reads what must hold during an upgrade, what it may take, and its
// waits.
func (b *builder) upgradeLimits(n *node, u *planner.Upgrade) {
	const path, language = "upgrade", "language"
	u.KubeletSkew = take(b, n, path, "kubelet_skew", 1, "1", language)
	u.Keep = planner.UpgradeKeep(take(b, n, path, "keep", string(planner.UpgradeKeepNPlusOne), string(planner.UpgradeKeepNPlusOne), language))
	u.FinishWithin, _ = get[time.Duration](n, "finish_within")
	if most, ok := get[units.USD](n, "max_extra_usd"); ok {
		u.MaxExtra = &most
	}
	wait := func(name string, def time.Duration) *time.Duration {
		return new(take(b, n, path, name, def, durationText(def), language))
	}
	u.Verify, u.Soak, u.ParallelRun = wait("verify", usualVerify), wait("soak", usualSoak), wait("parallel_run", usualParallelRun)
	if b.provider == nil {
		return
	}
	if most := b.provider.Mechanics(&b.cluster).LargestSkew; most > 0 && u.KubeletSkew > most {
		b.add(OutOfRange, n.rng("kubelet_skew"), "Nodes of %s trail the control plane by at most %d minors. Write %d or less.", b.title(), most, most)
	}
}
