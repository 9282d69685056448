package catalogs_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scantling-dev/scantling/catalogs"
)

func TestQuarantineTakesOutTheWrongRowsOnly(t *testing.T) {
	good := small()
	broken := small()
	broken.Types[0].VCPUs = 0
	broken.Disks[0].MaxIOPS = -1

	kept, problems, err := catalogs.Quarantine(broken)
	if err != nil {
		t.Fatal(err)
	}
	if len(kept.Types) != len(good.Types)-1 || len(kept.Disks) != len(good.Disks)-1 {
		t.Errorf("kept %d types and %d disks of %d and %d", len(kept.Types), len(kept.Disks), len(good.Types), len(good.Disks))
	}
	if len(problems) < 2 || problems[0].Path != "types."+good.Types[0].Name {
		t.Errorf("problems %v", problems)
	}
	same, problems, err := catalogs.Quarantine(good)
	if err != nil || len(problems) > 0 || !cmp.Equal(same, good) {
		t.Errorf("a valid catalog was changed: %v, %v", problems, err)
	}
	if _, _, err := catalogs.Quarantine(catalogs.Catalog{}); err == nil {
		t.Error("a catalog without a provider was accepted")
	}
}
