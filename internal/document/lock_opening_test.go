package document_test

import (
	"testing"

	"github.com/scantling-dev/scantling/internal/document"
)

// TestWhatDocumentsSayOfThemselves: in the order that they are written in, with keys that
// were sorted, and of what is no document.
func TestWhatDocumentsSayOfThemselves(t *testing.T) {
	for text, want := range map[string]struct {
		lock  bool
		tool  string
		minor int
	}{
		`{"format_version": "1.2", "tool_version": "0.1.0", "spec": {}, "feasible": true}`:            {false, "0.1.0", 2},
		`{"catalog": {}, "feasible": true, "format_version": "1.2", "spec": {}, "tool_version": "7"}`: {false, "7", 2},
		`{"lock_version": "1.1", "tool_version": "0.2.0", "cluster": "shop"}`:                         {true, "0.2.0", 0},
		`{"cluster": "shop", "groups": [], "lock_version": "1.1"}`:                                    {true, "", 0},
		`{"format_version": "2.0", "feasible": true}`:                                                 {false, "", 0},
		`{"kind": "List", "items": []}`:                                                               {false, "", 0},
		`["lock_version"]`:                                                                            {false, "", 0},
		`{"lock_version"`:                                                                             {false, "", 0},
		``:                                                                                            {false, "", 0},
	} {
		data := []byte(text)
		if lock, tool, minor := document.IsLock(data), document.Tool(data), document.Minor(data); lock != want.lock || tool != want.tool || minor != want.minor {
			t.Errorf("%s: %t, %q, %d, want %+v", text, lock, tool, minor, want)
		}
	}
}
