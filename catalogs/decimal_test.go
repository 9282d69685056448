package catalogs_test

import (
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

func TestParseRate(t *testing.T) {
	for s, want := range map[string]units.USDPerHour{
		"0.096":                96_000_000,
		"0.10":                 100_000_000,
		"12":                   12_000_000_000,
		"0.000000001":          1,
		"0.0000000001":         1, // rounded up
		"0.0960000000":         96_000_000,
		"0.09600000000001":     96_000_001,
		"9223372036.854775807": 9223372036854775807,
		"0":                    0,
	} {
		if got, err := catalogs.ParseRate(s); err != nil || got != want {
			t.Errorf("ParseRate(%q) = %d, %v; want %d", s, got, err, want)
		}
	}
	for _, s := range []string{
		"", ".", "1.", ".5", "-1", "+1", "1e3", "1,5", " 1", "1 ", "NaN", "0x1", "1_000", "1.2.3", "١",
		"9223372036.854775808", "9223372037", "9223372036.8547758071", "99999999999999999999",
	} {
		if got, err := catalogs.ParseRate(s); err == nil {
			t.Errorf("ParseRate(%q) = %d, want an error", s, got)
		}
	}
}

func TestParseRatioRoundsDown(t *testing.T) {
	// 12 MiB/s per TiB, as sc1 gives: 12/1024.
	if got, err := catalogs.ParseRatio("0.01171875"); err != nil || got != 11718 {
		t.Errorf("ParseRatio = %d, %v; want 11718", got, err)
	}
	if got, err := catalogs.ParseRatio("500"); err != nil || got != 500*units.Whole {
		t.Errorf("ParseRatio = %d, %v; want 500 wholes", got, err)
	}
}

func TestParseAmount(t *testing.T) {
	if got, err := catalogs.ParseAmount("0.08"); err != nil || got != 80_000_000 {
		t.Errorf("ParseAmount = %d, %v; want 80000000", got, err)
	}
}
