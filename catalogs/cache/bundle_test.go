package cache_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/catalogs/cache"
)

func bundle(t *testing.T, entries ...cache.Entry) []byte {
	t.Helper()
	b, err := cache.Bundle(entries)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBundleComesBack(t *testing.T) {
	a, b := pack(t, region, 10), pack(t, "eu-test-1", 11)
	one := bundle(t, a, b)
	if two := bundle(t, b, a); !bytes.Equal(one, two) {
		t.Error("the order of the entries changes the bundle")
	}
	got, err := cache.ReadBundle(one)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || !reflect.DeepEqual(got[0], b) || !reflect.DeepEqual(got[1], a) {
		t.Errorf("read %+v", got)
	}
	if again := bundle(t, got...); !bytes.Equal(one, again) {
		t.Error("what was read makes another bundle")
	}
}

// A bundle is what other tools read: tar, and sha256sum -c.
func TestBundleIsATarWithSums(t *testing.T) {
	r := tar.NewReader(bytes.NewReader(bundle(t, pack(t, region, 10), pack(t, "eu-test-1", 11))))
	var names []string
	contents := map[string][]byte{}
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, h.Name)
		if contents[h.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"SHA256SUMS", "aws/eu-test-1.tsv.gz", "aws/us-test-1.tsv.gz"}; !slices.Equal(names, want) {
		t.Fatalf("the archive holds %v, want %v", names, want)
	}
	want := cache.Digest(contents[names[1]]) + "  " + names[1] + "\n" + cache.Digest(contents[names[2]]) + "  " + names[2] + "\n"
	if got := string(contents[names[0]]); got != want {
		t.Errorf("SHA256SUMS is\n%swant\n%s", got, want)
	}
}

func TestDigestIsSha256(t *testing.T) {
	// FIPS 180-2, appendix B.1.
	if got, want := cache.Digest([]byte("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
}

// A bundle that was changed or cut gives what was put in or nothing.
func TestBundleIsWholeOrRefused(t *testing.T) {
	whole := bundle(t, pack(t, region, 10), pack(t, "eu-test-1", 11))
	want, err := cache.ReadBundle(whole)
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	look := func(what string, at int, content []byte) {
		t.Helper()
		got, err := cache.ReadBundle(content)
		if err != nil {
			refused++
			return
		}
		if !slices.EqualFunc(got, want, func(a, b cache.Entry) bool { return reflect.DeepEqual(a.Catalog, b.Catalog) }) {
			t.Errorf("%s at %d: other catalogs were read", what, at)
		}
	}
	for i := range whole {
		look("cut", i, whole[:i])
		bad := slices.Clone(whole)
		bad[i] ^= 4
		look("flipped", i, bad)
	}
	if refused < len(whole) {
		t.Errorf("%d of %d changed bundles were refused", refused, 2*len(whole))
	}
}

func TestStrangeBundles(t *testing.T) {
	archive := func(files ...string) []byte {
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		for i := 0; i < len(files); i += 2 {
			if err := w.WriteHeader(&tar.Header{Name: files[i], Size: int64(len(files[i+1])), Mode: 0o644}); err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(w, files[i+1]); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	// The packed catalog as it stands in a bundle.
	r := tar.NewReader(bytes.NewReader(bundle(t, pack(t, region, 10))))
	var packed string
	for range 2 {
		if _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		packed = string(b)
	}
	const path = "aws/us-test-1.tsv.gz"
	line := func(path string) string { return cache.Digest([]byte(packed)) + "  " + path + "\n" }
	if _, err := cache.ReadBundle(archive("SHA256SUMS", line(path), path, packed)); err != nil {
		t.Fatalf("a bundle of another tool: %v", err)
	}
	tests := map[string]struct {
		bundle []byte
		want   string
	}{
		"nothing":        {nil, "SHA256SUMS is missing"},
		"no archive":     {[]byte("cluster {}"), "SHA256SUMS is missing"},
		"no sums":        {archive(path, packed), "stands where SHA256SUMS should"},
		"empty":          {archive("SHA256SUMS", ""), "its files are not those of SHA256SUMS"},
		"one missing":    {archive("SHA256SUMS", line(path)), path + " is missing"},
		"one more":       {archive("SHA256SUMS", line(path), path, packed, "aws/a.tsv.gz", packed), "holds more than"},
		"twice":          {archive("SHA256SUMS", line(path)+line(path), path, packed, path, packed), "not those of"},
		"outside":        {archive("SHA256SUMS", line("../../x.tsv.gz"), "../../x.tsv.gz", packed), "names no catalog"},
		"another's name": {archive("SHA256SUMS", line("aws/us-test-2.tsv.gz"), "aws/us-test-2.tsv.gz", packed), "it is the catalog of aws us-test-1"},
		"wrong sum":      {archive("SHA256SUMS", strings.Repeat("0", 64)+"  "+path+"\n", path, packed), "not those of"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := cache.ReadBundle(tt.bundle); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	if _, err := cache.Bundle(nil); err == nil {
		t.Error("a bundle of nothing was made")
	}
	if _, err := cache.Bundle([]cache.Entry{pack(t, region, 10), pack(t, region, 11)}); err == nil {
		t.Error("a bundle of two catalogs of one region was made")
	}
}

func TestMemoryIsAsTheCache(t *testing.T) {
	m := cache.Memory{pack(t, region, 10), pack(t, "eu-test-1", 11)}
	names, err := m.List()
	if want := []cache.Name{{Provider: "aws", Region: "eu-test-1"}, name}; err != nil || !slices.Equal(names, want) {
		t.Errorf("listed %v, %v", names, err)
	}
	if e, err := m.Version(name, m[0].Catalog.SHA256); err != nil || e.Catalog.Region != region {
		t.Errorf("version: %v", err)
	}
	if _, err := m.Version(name, m[1].Catalog.SHA256); !errors.Is(err, cache.ErrAbsent) {
		t.Errorf("another's version: %v", err)
	}
	if _, err := m.Get(cache.Name{Provider: "gcp", Region: region}); !errors.Is(err, cache.ErrAbsent) {
		t.Errorf("another's region: %v", err)
	}
}
