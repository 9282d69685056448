package cache_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/catalogs/cache"
)

func TestFileIsTheCanonicalEncoding(t *testing.T) {
	dir := t.TempDir()
	c := cache.At(filepath.Join(dir, "new", "folder"))
	put(t, c, pack(t, region, 10))
	packed, err := os.ReadFile(filepath.Join(dir, "new", "folder", "aws", "us-test-1.tsv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := catalogs.Decompress(packed)
	if err != nil {
		t.Fatal(err)
	}
	want, err := catalogs.Encode(catalog(region, 10))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the file holds\n%s\nwant\n%s", got, want)
	}
}

func TestListGetRemove(t *testing.T) {
	c := cache.At(t.TempDir())
	for range 2 { // what was removed can come back
		if names, err := c.List(); err != nil || len(names) > 0 {
			t.Fatalf("an empty cache lists %v, %v", names, err)
		}
		if _, err := c.Get(name); !errors.Is(err, cache.ErrAbsent) {
			t.Fatalf("an empty cache gives %v", err)
		}
		put(t, c, pack(t, "us-test-2", 10), pack(t, region, 11), pack(t, region, 12))
		names, err := c.List()
		if want := []cache.Name{name, {Provider: "aws", Region: "us-test-2"}}; err != nil || !slices.Equal(names, want) {
			t.Fatalf("listed %v, %v, want %v", names, err, want)
		}
		holds(t, c, name, pack(t, region, 12))
		for _, n := range names {
			if err := c.Remove(n); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.Remove(name); !errors.Is(err, cache.ErrAbsent) {
			t.Fatalf("removed twice: %v", err)
		}
		if _, err := c.Version(name, pack(t, region, 12).Catalog.SHA256); !errors.Is(err, cache.ErrAbsent) {
			t.Fatalf("a version outlived its region: %v", err)
		}
	}
}

func TestReportStaysWithItsCatalog(t *testing.T) {
	c := cache.At(t.TempDir())
	report := &cache.Report{Quarantined: []catalogs.Problem{{Path: "types.m5.huge", Reason: "has 0 vCPUs"}}}
	first, err := cache.Pack(catalog(region, 10), report)
	if err != nil {
		t.Fatal(err)
	}
	put(t, c, first)
	if got, err := c.Get(name); err != nil || !reflect.DeepEqual(got.Report, report) {
		t.Errorf("report %+v, %v, want %+v", got.Report, err, report)
	}
	put(t, c, pack(t, region, 11))
	if got, err := c.Get(name); err != nil || got.Report != nil {
		t.Errorf("report %+v, %v of a catalog without one", got.Report, err)
	}
	if got, err := c.Version(name, first.Catalog.SHA256); err != nil || !reflect.DeepEqual(got.Report, report) {
		t.Errorf("report of the earlier catalog %+v, %v, want %+v", got.Report, err, report)
	}
}

// Plans are checked with the catalog that they were made from, for as long as it is
// kept: the last Kept, by the time at which they were put.
func TestEarlierCatalogsAreKept(t *testing.T) {
	dir := t.TempDir()
	c := cache.At(dir)
	var all []cache.Entry
	for i := range cache.Kept + 2 {
		e := pack(t, region, 10+i)
		put(t, c, e)
		all = append(all, e)
		// The clock of a file system may be too coarse for a test.
		day := time.Date(2026, 1, 1+i, 0, 0, 0, 0, time.UTC)
		if err := os.Chtimes(filepath.Join(dir, "aws", region, e.Catalog.SHA256+".tsv.gz"), day, day); err != nil {
			t.Fatal(err)
		}
	}
	for i, e := range all {
		got, err := c.Version(name, e.Catalog.SHA256)
		if kept := i >= 2; kept != (err == nil) || kept && !reflect.DeepEqual(got.Catalog, e.Catalog) || !kept && !errors.Is(err, cache.ErrAbsent) {
			t.Errorf("catalog %d of %d: %v", i, len(all), err)
		}
	}
	for _, sha := range []string{"", "../../aws/us-test-1", strings.Repeat("0", 64), all[5].Catalog.SHA256[:63]} {
		if _, err := c.Version(name, sha); !errors.Is(err, cache.ErrAbsent) {
			t.Errorf("version %q: %v", sha, err)
		}
	}
	// One that is put again is new again.
	put(t, c, all[2], pack(t, region, 100))
	if _, err := c.Version(name, all[2].Catalog.SHA256); err != nil {
		t.Errorf("a catalog that was put again: %v", err)
	}
}

// A file that is not what was written is never read, and never passed over.
func TestDamageIsTold(t *testing.T) {
	dir := t.TempDir()
	c := cache.At(dir)
	old, e := pack(t, region, 10), pack(t, region, 11)
	put(t, c, old, e)
	path := filepath.Join(dir, "aws", region+".tsv.gz")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	look := func(what string, content []byte) {
		t.Helper()
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := c.Get(name)
		if err == nil && reflect.DeepEqual(got.Catalog, e.Catalog) {
			return // a byte of gzip's header that says nothing of the content
		}
		damaged, ok := errors.AsType[*cache.DamagedError](err)
		if !ok || damaged.Path != path || !strings.Contains(err.Error(), "refresh or import aws us-test-1 again, or delete the file") {
			t.Fatalf("%s: %v", what, err)
		}
		// Plans made from an earlier catalog can still be checked.
		if _, err := c.Version(name, old.Catalog.SHA256); err != nil {
			t.Fatalf("%s: earlier catalog: %v", what, err)
		}
	}
	changed := 0
	for i := range whole {
		look(fmt.Sprintf("cut to %d bytes", i), whole[:i])
		bad := slices.Clone(whole)
		bad[i] ^= 1
		look(fmt.Sprintf("byte %d flipped", i), bad)
		changed++
	}
	if changed < 300 {
		t.Errorf("%d bytes were tried", changed)
	}
	// Another region's catalog under this name, and another digest's.
	other := cache.At(t.TempDir())
	stray := pack(t, "us-test-2", 11)
	put(t, other, stray)
	strayBytes, err := os.ReadFile(filepath.Join(other.Dir(), "aws", "us-test-2.tsv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	look("another region", strayBytes)
	version := filepath.Join(dir, "aws", region, old.Catalog.SHA256+".tsv.gz")
	if err := os.WriteFile(version, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Version(name, old.Catalog.SHA256); !errors.Is(err, catalogs.ErrDamaged) {
		t.Errorf("a version with the content of another: %v", err)
	}
	// Putting again mends it.
	put(t, c, e)
	holds(t, c, name, e)
}

// Names come from bundles and plans, and become names of files.
func TestNamesStayInTheFolder(t *testing.T) {
	for _, bad := range []string{"", ".", "..", "../up", "a/b", `a\b`, "A", "us_1", "-a", "a-", "ä", "a b", "con:"} {
		if _, err := cache.Pack(catalog(bad, 10), nil); err == nil {
			t.Errorf("region %q was packed", bad)
		}
		c := cache.At(t.TempDir())
		for _, n := range []cache.Name{{Provider: "aws", Region: bad}, {Provider: bad, Region: region}} {
			if _, err := c.Get(n); !errors.Is(err, cache.ErrAbsent) {
				t.Errorf("got %q: %v", n, err)
			}
			if err := c.Remove(n); !errors.Is(err, cache.ErrAbsent) {
				t.Errorf("removed %q: %v", n, err)
			}
		}
	}
}

// What a later minor version writes beside what is known here keeps its digest on
// its way through the cache.
func TestUnknownColumnsKeepTheirDigest(t *testing.T) {
	encoded, err := catalogs.Encode(catalog(region, 10))
	if err != nil {
		t.Fatal(err)
	}
	body, _, _ := strings.Cut(string(encoded), "sha256\t")
	later := []byte(body + "section\trumours\t1\nname\nm9.large\n")
	later = fmt.Appendf(later, "sha256\t%s\n", cache.Digest(later))
	want, err := catalogs.Decode(later)
	if err != nil {
		t.Fatal(err)
	}
	packed, err := catalogs.Compress(later)
	if err != nil {
		t.Fatal(err)
	}
	there := cache.At(t.TempDir())
	if err := os.MkdirAll(filepath.Join(there.Dir(), "aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(there.Dir(), "aws", region+".tsv.gz"), packed, 0o600); err != nil {
		t.Fatal(err)
	}
	e, err := there.Get(name)
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := cache.Bundle([]cache.Entry{e})
	if err != nil {
		t.Fatal(err)
	}
	entries, err := cache.ReadBundle(bundle)
	if err != nil {
		t.Fatal(err)
	}
	here := cache.At(t.TempDir())
	put(t, here, entries...)
	if got, err := here.Get(name); err != nil || got.Catalog.SHA256 != want.SHA256 {
		t.Errorf("sha256 %.12s, %v, want %.12s", got.Catalog.SHA256, err, want.SHA256)
	}
}
