package emit

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/scantling-dev/scantling/planner"
)

// PoolNames returns the names under which the pools of each group are written: the
// group's own where it has one pool, else GROUP-TYPE, with -spot of spot machines, in
// small letters, digits and -. Where the group is split by zone the zone's word follows,
// what its name has beyond the region's, and the type is left out where there is one:
// GROUP-a. A name that is too long or is there twice ends in a digest of what it names, so
// that it is no other's and stays as it is when others come and go.
func PoolNames(p *planner.Plan, longest int) ([][]string, error) {
	groups := p.NodeGroups
	names, count := make([][]string, len(groups)), map[string]int{}
	for i := range groups {
		g := &groups[i]
		names[i] = make([]string, len(g.Pools))
		kinds, _ := planner.Joined(g.Pools)
		for j := range g.Pools {
			names[i][j] = g.Name
			if !g.Alone() {
				names[i][j] = longName(g.Name, &g.Pools[j], len(kinds) > 1, p.Cluster.Region)
			}
			count[names[i][j]]++
		}
	}
	seen := map[string]bool{}
	var errs []error
	for i := range groups {
		for j, name := range names[i] {
			if !groups[i].Alone() && (len(name) > longest || count[name] > 1) {
				name = shortName(name, groups[i].Name, &groups[i].Pools[j], longest)
			}
			if seen[name] {
				errs = append(errs, fmt.Errorf("%s: another group is written under the name %s: name one of them otherwise", groups[i].Path(), name))
			}
			names[i][j], seen[name] = name, true
		}
	}
	return names, errors.Join(errs...)
}

func longName(group string, pool *planner.Pool, typed bool, region string) string {
	name := group
	if typed {
		name += "-" + pool.InstanceType
	}
	if typed && pool.CapacityType == planner.Spot {
		name += "-spot"
	}
	if pool.Zone != "" {
		name += "-" + strings.TrimPrefix(pool.Zone, region)
	}
	name = regexp.MustCompile("[^a-z0-9]+").ReplaceAllString(strings.ToLower(name), "-")
	return strings.Trim(name, "-")
}

// digestLength is how many digits of a digest a short name ends in.
const digestLength = 8

func shortName(name, group string, pool *planner.Pool, longest int) string {
	what := group + "/" + pool.InstanceType + "/" + string(pool.CapacityType)
	if pool.Zone != "" {
		what += "/" + pool.Zone
	}
	digest := sha256.Sum256([]byte(what))
	keep := min(len(name), longest-digestLength-1)
	return strings.TrimRight(name[:keep], "-") + "-" + fmt.Sprintf("%x", digest)[:digestLength]
}

// KopsCluster is the name under which kops knows a cluster: one in the domain that it takes
// without DNS.
func KopsCluster(s string) string {
	s = regexp.MustCompile("[^a-z0-9]+").ReplaceAllString(strings.ToLower(s), "-")
	return strings.Trim(s, "-") + ".k8s.local"
}
