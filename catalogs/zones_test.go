package catalogs_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scantling-dev/scantling/catalogs"
)

func TestZonesOfATypeAreKept(t *testing.T) {
	c := small()
	plain, err := catalogs.Encode(c)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(plain, []byte("\tzones\n")) {
		t.Error("a catalog whose types are in all zones has a column for the zones: its bytes, and its digest, would change")
	}
	c.Types[0].Zones = []string{"us-test-1a", "us-test-1b"}
	c.Types[2].Zones = []string{"us-test-1b"}
	b, err := catalogs.Encode(c)
	if err != nil {
		t.Fatal(err)
	}
	got, err := catalogs.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c.Types, got.Types); diff != "" {
		t.Errorf("types (-want +got):\n%s", diff)
	}
}

func TestZonesOfATypeAreTheCatalogs(t *testing.T) {
	for name, zones := range map[string][]string{
		"of another region": {"us-test-2a"},
		"by their id":       {"ust1-az1"},
		"out of order":      {"us-test-1b", "us-test-1a"},
		"twice":             {"us-test-1a", "us-test-1a"},
	} {
		c := small()
		c.Types[0].Zones = zones
		if c.Validate() == nil {
			t.Errorf("%s: %v is valid", name, zones)
		}
	}
}
