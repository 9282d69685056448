package verify_test

import (
	"testing"

	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/verify"
)

// TestWords: messages say amounts in cores, GiB and dollars, with all their digits.
func TestWords(t *testing.T) {
	for want, got := range map[string]string{
		"$1.9716408":                  verify.Dollars(1_971_640_800),
		"$0.10":                       verify.Dollars(100_000_000),
		"-$2.000000001":               verify.Dollars(-2_000_000_001),
		"0.25 cores":                  verify.Cores(250),
		"1 core":                      verify.Cores(1000),
		"16 cores":                    verify.Cores(16_000),
		"-1.5 cores":                  verify.Cores(-1500),
		"16 GiB":                      verify.ByteSize(int64(16 * units.GiB)),
		"1.50 GiB (1610612737 bytes)": verify.ByteSize(1610612737),
		"1536 MiB":                    verify.ByteSize(1610612736),
		"12 bytes":                    verify.ByteSize(12),
		"0 bytes":                     verify.ByteSize(0),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
