package planner

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// UpgradeWay is a strategy with what it takes.
type UpgradeWay struct {
	Strategy string
	Duration time.Duration
	// ExtraCost is beyond what runs anyway.
	ExtraCost      units.USD
	ExtraCostKnown bool
}

// UpgradeLever is one change of the spec with which a strategy can be used that keeps what
// must be kept, as it comes out when the upgrade is planned with it.
type UpgradeLever struct {
	// Path of what is to be declared, and its value as the spec writes it.
	Path, Value string
	// Way is the strategy that is to be taken then.
	Way UpgradeWay
	// Risk is why the planner does not take it by itself; empty where it would.
	Risk string
}

// Words are what is to be declared, as the spec writes it, and where.
func (l *UpgradeLever) Words() string {
	at := strings.LastIndex(l.Path, ".")
	name, value := l.Path[at+1:], l.Value
	if name == "finish_within" || name == "strategy" {
		value = strconv.Quote(value)
	}
	return name + " = " + value + " in " + l.Path[:max(at, 0)]
}

// KeepDeclared reports whether the spec says what an upgrade must keep; elsewhere that is a
// default, which gives way where a declared limit leaves nothing that keeps it.
func (c *Cluster) KeepDeclared(u *Upgrade) bool {
	return u.Keep != "" && !slices.ContainsFunc(c.Assumptions, func(a Assumption) bool { return a.Path == "upgrade.keep" })
}
