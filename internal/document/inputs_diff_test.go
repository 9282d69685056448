package document_test

import (
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestPortionsAreOneChange: a share that becomes a number is one change of what the spec has
// one attribute for, and both are as a spec writes them.
func TestPortionsAreOneChange(t *testing.T) {
	with := func(portion units.CountOrRatio) *planner.Cluster {
		return &planner.Cluster{NodeGroups: []planner.NodeGroup{{Name: "web", UpdateConfig: planner.UpdateConfig{MaxUnavailable: portion}}}}
	}
	third, four := with(units.Share(33*units.Percent)), with(units.CountOrRatio{Count: 4})
	for _, tc := range []struct {
		old, now *planner.Cluster
		want     []document.InputChange
	}{
		{third, four, []document.InputChange{{Path: "node_group.web.update_config.max_unavailable", Old: `"33%"`, New: "4"}}},
		{third, with(units.Share(125 * units.Percent / 10)), []document.InputChange{{Path: "node_group.web.update_config.max_unavailable", Old: `"33%"`, New: `"12.5%"`}}},
		{four, four, nil},
	} {
		got, err := document.InputChanges(tc.old, tc.now)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("got %v, want %v", got, tc.want)
		}
	}
}
