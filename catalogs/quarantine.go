package catalogs

import (
	"errors"
	"strings"
)

// Quarantine returns c without the rows that Validate refuses, and what was wrong
// with each, in the order of the rows. It fails with Validate's error where the
// catalog as a whole is wrong (no provider, no date), or where what is left is still
// not valid.
func Quarantine(c Catalog) (Catalog, []Problem, error) {
	err := c.Validate()
	invalid, ok := errors.AsType[*InvalidError](err)
	if !ok {
		return c, nil, err
	}
	bad := make(map[string]bool, len(invalid.Problems))
	for _, p := range invalid.Problems {
		bad[p.Path] = true
	}
	c.Zones = without(c.Zones, bad, "zones", func(z Zone) string { return z.Name })
	c.Types = without(c.Types, bad, "types", func(t InstanceType) string { return t.Name })
	c.Disks = without(c.Disks, bad, "disks", func(d Disk) string { return d.Type })
	c.Fees = without(c.Fees, bad, "fees", func(f Fee) string { return f.Tier })
	c.Versions = without(c.Versions, bad, "versions", func(v Version) string { return v.Minor })
	return c, invalid.Problems, c.Validate()
}

// without returns the rows of a section that are not bad, in new memory.
func without[T any](rows []T, bad map[string]bool, section string, name func(T) string) []T {
	var kept []T
	for _, row := range rows {
		if !bad[strings.TrimSuffix(section+"."+name(row), ".")] {
			kept = append(kept, row)
		}
	}
	return kept
}
