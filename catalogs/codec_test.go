package catalogs_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

func encode(t testing.TB, c catalogs.Catalog) []byte {
	t.Helper()
	b, err := catalogs.Encode(c)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// resign gives text that was changed on purpose a digest that fits again.
func resign(body string) []byte {
	sum := sha256.Sum256([]byte(body))
	return []byte(body + "sha256\t" + hex.EncodeToString(sum[:]) + "\n")
}

// bodyOf returns an encoding without its last line.
func bodyOf(encoded []byte) string {
	return string(encoded[:bytes.LastIndex(encoded, []byte("sha256\t"))])
}

func TestEncodingIsReadable(t *testing.T) {
	c := catalogs.Catalog{
		Provider: "gcp", Region: "test1", Source: "test", Date: "2026-11-20",
		Zones: []catalogs.Zone{{Name: "test1-a", ID: "test1-a"}, {Name: "test1-b"}},
	}
	want := "scantling-catalog\t1.0\nprovider\tgcp\nregion\ttest1\nsource\ttest\ndate\t2026-11-20\n" +
		"section\tsources\t0\ntag\tdate\torigin\tcommit\tlicence\tgives\n" +
		"section\tzones\t2\nname\tid\ntest1-a\ttest1-a\ntest1-b\t\n" +
		"section\ttypes\t0\ninstance_type\t"
	if got := string(encode(t, c)); !strings.HasPrefix(got, want) {
		t.Errorf("encoding:\n%s\nwant it to begin with\n%s", got, want)
	}
}

func TestRoundTrip(t *testing.T) {
	want, b, err := catalogs.Seal(small())
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(bodyOf(b)))
	if want.SHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("SHA256 = %s, want the digest of what stands before it, %x", want.SHA256, sum)
	}
	got, err := catalogs.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read back:\n%+v\nwant\n%+v", got, want)
	}
}

// randomCatalog makes a valid catalog; every field takes part.
func randomCatalog(r *rand.Rand) catalogs.Catalog {
	c := small()
	c.Types = nil
	price := func(most units.USDPerHour) catalogs.Price {
		if r.IntN(4) == 0 {
			return catalogs.Price{}
		}
		p := catalogs.Price{Rate: 1 + units.USDPerHour(r.Int64N(int64(most))), Basis: catalogs.Bases()[r.IntN(5)], Source: "list"}
		if r.IntN(3) > 0 {
			p.Date = units.Date("2020-02-29").AddDays(r.IntN(2000))
		}
		return p
	}
	for range r.IntN(8) {
		family := string(rune('a'+r.IntN(26))) + string(rune('1'+r.IntN(9)))
		t := catalogs.InstanceType{
			Name: family + "." + string(rune('a'+r.IntN(26))), Family: family, Generation: r.IntN(10),
			Architecture: []string{catalogs.AMD64, catalogs.ARM64}[r.IntN(2)], VCPUs: 1 + r.IntN(400),
			Memory: 1 + units.Bytes(r.Int64N(1<<40)), DiskMbps: r.IntN(1e6), Metal: r.IntN(2) == 0, Flex: r.IntN(2) == 0,
			OnDemand: price(1e15), Interruption: []string{"", "5-10", "a\tb\\\n\r"}[r.IntN(3)],
		}
		t.MeasuredMemory = units.Bytes(r.Int64N(int64(t.Memory)))
		t.BaselineCPU = units.MilliCPU(r.IntN(t.VCPUs * 1000))
		if t.OnDemand.Rate > 1 {
			if t.Spot = price(t.OnDemand.Rate - 1); t.Spot.Known() {
				t.SpotStatistic = "mean"
			}
			for years := range r.IntN(3) {
				if p := price(t.OnDemand.Rate); p.Known() {
					t.Commitments = append(t.Commitments, catalogs.Commitment{Kind: "k", TermYears: years + 1, Payment: "p", Price: p})
				}
			}
		}
		c.Types = append(c.Types, t)
	}
	slices.SortFunc(c.Types, func(a, b catalogs.InstanceType) int { return strings.Compare(a.Name, b.Name) })
	c.Types = slices.CompactFunc(c.Types, func(a, b catalogs.InstanceType) bool { return a.Name == b.Name })
	return c
}

func TestRoundTripOfRandomCatalogs(t *testing.T) {
	for seed := range uint64(500) {
		want, b, err := catalogs.Seal(randomCatalog(rand.New(rand.NewPCG(seed, 0))))
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		got, err := catalogs.Decode(b)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if len(want.Types) == 0 {
			want.Types = nil
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("seed %d: read back:\n%+v\nwant\n%+v", seed, got, want)
		}
	}
}

func TestEncodeLeavesItsArgumentAlone(t *testing.T) {
	c := small()
	encode(t, c)
	if !reflect.DeepEqual(c, small()) {
		t.Error("Encode changed the catalog")
	}
}

func TestDecodeNoticesDamage(t *testing.T) {
	b := encode(t, small())
	for n := range b {
		if _, err := catalogs.Decode(b[:n]); !errors.Is(err, catalogs.ErrDamaged) {
			t.Fatalf("cut to %d of %d bytes: error %v, want damaged", n, len(b), err)
		}
		changed := bytes.Clone(b)
		changed[n] ^= 1
		if _, err := catalogs.Decode(changed); !errors.Is(err, catalogs.ErrDamaged) {
			t.Fatalf("byte %d changed: error %v, want damaged", n, err)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	body := bodyOf(encode(t, small()))
	tests := map[string]struct {
		old, new string
		want     string
	}{
		"another kind of file":  {"scantling-catalog", "something", "scantling-catalog expected"},
		"no row count":          {"section\tzones\t2", "section\tzones", "section without a row count"},
		"a negative count":      {"section\tzones\t2", "section\tzones\t-2", `"-2" is not a row count`},
		"a huge count":          {"section\tversions\t2", "section\tversions\t999999999", "cut short"},
		"rows missing":          {"section\tzones\t2", "section\tzones\t3", "2 cells expected"},
		"rows left over":        {"section\tzones\t2", "section\tzones\t1", "section expected"},
		"a section twice":       {"section\tfees\t", "section\tdisks\t", "section disks twice"},
		"a column twice":        {"name\tid\n", "name\tname\n", "column name twice"},
		"a cell missing":        {"us-test-1a\tust1-az2", "us-test-1a", "2 cells expected"},
		"a cell too many":       {"us-test-1a\tust1-az2", "us-test-1a\tust1-az2\t", "2 cells expected"},
		"a commitment's type":   {"\nm5.large\treserved\t1", "\nm5.small\treserved\t1", `commitment for "m5.small"`},
		"an unknown escape":     {`a table\twith`, `a table\qwith`, "origin: not written the canonical way"},
		"a truncated escape":    {`a \\ and\na line`, `a line\`, "gives: not written the canonical way"},
		"a zero spelled out":    {"g5.xlarge\tg5\t5\t", "g5.xlarge\tg5\t0\t", "generation: not written the canonical way"},
		"a signed number":       {"g5.xlarge\tg5\t5\t", "g5.xlarge\tg5\t+5\t", "generation: strconv.ParseUint"},
		"a price with a tail":   {"\t0.096\t", "\t0.0960\t", "on_demand_usd_per_hour: not written the canonical way"},
		"a price with no zero":  {"\t0.096\t", "\t00.096\t", "on_demand_usd_per_hour: not written the canonical way"},
		"a price in words":      {"\t0.096\t", "\tcheap\t", `"cheap" is not a decimal number`},
		"a negative price":      {"\t0.096\t", "\t-0.096\t", `"-0.096" is not a decimal number`},
		"a flag that is false":  {"\ttrue\t", "\tfalse\t", "not written the canonical way"},
		"a carriage return":     {"\ttest\n", "\ttest\r\n", "source: not written the canonical way"},
		"a price past the type": {"\t0.096\t", "\t99999999999\t", "too large"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			changed := strings.Replace(body, tt.old, tt.new, 1)
			if changed == body {
				t.Fatalf("%q is not in the encoding", tt.old)
			}
			_, err := catalogs.Decode(resign(changed))
			if !errors.Is(err, catalogs.ErrDamaged) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want damaged: … %s", err, tt.want)
			}
		})
	}
}

func TestDecodeRefusesAnotherMajor(t *testing.T) {
	body := bodyOf(encode(t, small()))
	_, err := catalogs.Decode(resign(strings.Replace(body, "\t1.0", "\t2.0", 1)))
	if !errors.Is(err, catalogs.ErrFormat) || errors.Is(err, catalogs.ErrDamaged) {
		t.Errorf("error %v, want an unsupported format", err)
	}
	if want := `catalog format not supported: "2.0" (want 1.x)`; err == nil || err.Error() != want {
		t.Errorf("message %v, want %s", err, want)
	}
}

func TestDecodeValidates(t *testing.T) {
	body := bodyOf(encode(t, small()))
	_, err := catalogs.Decode(resign(strings.Replace(body, "\t0.0336", "\t0.1336", 1)))
	invalid, ok := errors.AsType[*catalogs.InvalidError](err)
	want := []catalogs.Problem{{Path: "types.m5.large", Reason: "spot is not below on-demand"}}
	if !ok || !slices.Equal(invalid.Problems, want) {
		t.Errorf("error %v, want problems %v", err, want)
	}
}

// A later minor version may add columns and sections: they are passed over.
func TestDecodeAcceptsLaterMinor(t *testing.T) {
	body := bodyOf(encode(t, small()))
	later := strings.NewReplacer(
		"scantling-catalog\t1.0", "scantling-catalog\t1.7",
		"name\tid\n", "name\tcolour\tid\n",
		"us-test-1a\t", "us-test-1a\tred\t",
		"us-test-1b\t", "us-test-1b\t\t",
		"section\tfees\t", "section\tballoons\t1\nname\tlift\nbig\t7\nsection\tfees\t",
	).Replace(body)
	got, err := catalogs.Decode(resign(later))
	if err != nil {
		t.Fatal(err)
	}
	got.SHA256 = ""
	if !reflect.DeepEqual(got, small()) {
		t.Errorf("read:\n%+v\nwant\n%+v", got, small())
	}
}

func TestCompress(t *testing.T) {
	b := encode(t, small())
	packed, err := catalogs.Compress(b)
	if err != nil {
		t.Fatal(err)
	}
	again, err := catalogs.Compress(b)
	if err != nil || !bytes.Equal(packed, again) {
		t.Errorf("compressing twice differs (%v)", err)
	}
	// RFC 1952: flags (no name) in byte 3, modification time in bytes 4 to 7.
	if !bytes.Equal(packed[3:8], make([]byte, 5)) {
		t.Errorf("the header has flags or a time: % x", packed[3:8])
	}
	got, err := catalogs.Decompress(packed)
	if err != nil || !bytes.Equal(got, b) {
		t.Errorf("unpacking gives something else (%v)", err)
	}
	bomb, err := catalogs.Compress(make([]byte, 40<<20))
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string][]byte{
		"empty": nil, "no gzip": []byte("scantling"), "cut short": packed[:len(packed)-9], "too large": bomb,
	} {
		if _, err := catalogs.Decompress(bad); !errors.Is(err, catalogs.ErrDamaged) {
			t.Errorf("%s: error %v, want damaged", name, err)
		}
	}
}

// FuzzDecode: no bytes make Decode panic, and what it accepts is written and read
// back the same.
func FuzzDecode(f *testing.F) {
	f.Add(bodyOf(encode(f, small())))
	f.Add(bodyOf(encode(f, catalogs.Catalog{Provider: "gcp", Region: "r", Source: "s", Date: "2026-11-20"})))
	for seed := range uint64(5) {
		f.Add(bodyOf(encode(f, randomCatalog(rand.New(rand.NewPCG(seed, 1))))))
	}
	f.Fuzz(func(t *testing.T, body string) {
		if _, err := catalogs.Decode([]byte(body)); err == nil {
			t.Fatal("accepted without a digest")
		}
		c, err := catalogs.Decode(resign(body))
		if err != nil {
			return
		}
		sealed, b, err := catalogs.Seal(c)
		if err != nil {
			t.Fatalf("accepted, but not written: %v", err)
		}
		again, err := catalogs.Decode(b)
		if err != nil {
			t.Fatalf("written, but not read: %v", err)
		}
		if !reflect.DeepEqual(again, sealed) {
			t.Errorf("read back:\n%+v\nwant\n%+v", again, sealed)
		}
	})
}
