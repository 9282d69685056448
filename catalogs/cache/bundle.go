package cache

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
)

// A bundle is a tar archive of catalogs, as they are in the cache, after a list of
// their digests in the form of sha256sum:
//
//	SHA256SUMS
//	aws/eu-west-1.tsv.gz
//	aws/us-east-1.tsv.gz
//
// It holds what the list names, in that order, and nothing else. Equal catalogs make
// equal bundles.
const (
	sums = "SHA256SUMS"
	// MaxBundle bounds what is read of a bundle: all regions of all clouds are a
	// hundredth of it.
	MaxBundle = 512 << 20
)

// Digest is the sha256 of a bundle's bytes, as sha256sum prints it.
func Digest(bundle []byte) string {
	sum := sha256.Sum256(bundle)
	return hex.EncodeToString(sum[:])
}

func (n Name) path() string { return n.Provider + "/" + n.Region + extension }

// Bundle returns the bundle of the entries, of which no two may be of one region.
func Bundle(entries []Entry) ([]byte, error) {
	sorted := slices.SortedFunc(slices.Values(entries), byPath)
	if len(sorted) == 0 {
		return nil, errors.New("a bundle needs a catalog")
	}
	if n := twice(sorted); n != "" {
		return nil, fmt.Errorf("two catalogs of %s for one bundle", n)
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	write := func(name string, content []byte) error {
		err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(content)), Mode: 0o644, Format: tar.FormatUSTAR})
		if err != nil {
			return fmt.Errorf("write bundle: %w", err)
		}
		if _, err := w.Write(content); err != nil {
			return fmt.Errorf("write bundle: %w", err)
		}
		return nil
	}
	if err := write(sums, sumsOf(sorted)); err != nil {
		return nil, err
	}
	for i := range sorted {
		if err := write(sorted[i].Name().path(), sorted[i].packed); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("write bundle: %w", err)
	}
	return b.Bytes(), nil
}

// byPath is the order of a bundle.
func byPath(a, b Entry) int { return strings.Compare(a.Name().path(), b.Name().path()) }

// twice names the first region that sorted entries have twice; "" where none is.
func twice(sorted []Entry) string {
	for i := 1; i < len(sorted); i++ {
		if n := sorted[i].Name(); n == sorted[i-1].Name() {
			return n.String()
		}
	}
	return ""
}

// sumsOf lists the digests of the entries' files.
func sumsOf(sorted []Entry) []byte {
	var b []byte
	for i := range sorted {
		b = fmt.Appendf(b, "%s  %s\n", Digest(sorted[i].packed), sorted[i].Name().path())
	}
	return b
}

// ReadBundle reads what Bundle made. Every catalog is checked as a whole, or none is
// returned. Its errors wrap catalogs.ErrDamaged or are those of catalogs.Decode.
func ReadBundle(bundle []byte) ([]Entry, error) {
	r := tar.NewReader(bytes.NewReader(bundle))
	list, err := nextFile(r, sums)
	if err != nil {
		return nil, fmt.Errorf("read bundle: %w", err)
	}
	var entries []Entry
	for line := range strings.Lines(string(list)) {
		_, path, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		provider, rest, _ := strings.Cut(path, "/")
		region, _ := strings.CutSuffix(rest, extension)
		n := Name{provider, region}
		if err := n.Check(); err != nil || n.path() != path {
			return nil, fmt.Errorf("read bundle: %w: %q in %s names no catalog", catalogs.ErrDamaged, path, sums)
		}
		packed, err := nextFile(r, path)
		if err != nil {
			return nil, fmt.Errorf("read bundle: %w", err)
		}
		e, err := unpack(packed, n)
		if err != nil {
			return nil, fmt.Errorf("read bundle: %s: %w", path, err)
		}
		entries = append(entries, e)
	}
	if len(entries) == 0 || !slices.IsSortedFunc(entries, byPath) || twice(entries) != "" || !bytes.Equal(sumsOf(entries), list) {
		return nil, fmt.Errorf("read bundle: %w: its files are not those of %s", catalogs.ErrDamaged, sums)
	}
	if _, err := r.Next(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read bundle: %w: it holds more than %s names", catalogs.ErrDamaged, sums)
	}
	return entries, nil
}

// nextFile reads the next file of a bundle, which must have that name.
func nextFile(r *tar.Reader, name string) ([]byte, error) {
	h, err := r.Next()
	if err != nil {
		return nil, fmt.Errorf("%w: %s is missing: %w", catalogs.ErrDamaged, name, err)
	}
	if h.Name != name || h.Typeflag != tar.TypeReg {
		return nil, fmt.Errorf("%w: %.80q stands where %s should", catalogs.ErrDamaged, h.Name, name)
	}
	content, err := io.ReadAll(io.LimitReader(r, maxPacked+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", catalogs.ErrDamaged, name, err)
	}
	if len(content) > maxPacked {
		return nil, fmt.Errorf("%w: %s is larger than %d MiB", catalogs.ErrDamaged, name, maxPacked>>20)
	}
	return content, nil
}

// Memory is catalogs that are in no cache: those of a bundle.
type Memory []Entry

// List returns the names of the catalogs, sorted.
func (m Memory) List() ([]Name, error) {
	var names []Name
	for i := range m {
		names = append(names, m[i].Name())
	}
	slices.SortFunc(names, func(a, b Name) int { return strings.Compare(a.String(), b.String()) })
	return names, nil
}

// Get returns the catalog of a region; the error wraps ErrAbsent.
func (m Memory) Get(n Name) (Entry, error) {
	for _, e := range m {
		if e.Name() == n {
			return e, nil
		}
	}
	return Entry{}, fmt.Errorf("%w: %s", ErrAbsent, n)
}

// Version returns the catalog of a region if it has that digest; the error wraps
// ErrAbsent.
func (m Memory) Version(n Name, sha256 string) (Entry, error) {
	e, err := m.Get(n)
	if err == nil && e.Catalog.SHA256 != sha256 {
		return Entry{}, fmt.Errorf("%w: %s with sha256 %.12s", ErrAbsent, n, sha256)
	}
	return e, err
}
