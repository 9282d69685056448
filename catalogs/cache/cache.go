// Package cache keeps catalogs on the disk: those that a refresh collected, and
// those that came in a bundle. It alone of the catalogs touches the disk.
//
// A region's catalog is replaced whole or not at all, whatever happens meanwhile:
// a full disk, a killed process, another writer. There is no lock that could be
// left behind.
//
//	DIR/aws/us-east-1.tsv.gz           the catalog that plans are made from
//	DIR/aws/us-east-1/<sha256>.tsv.gz  it and those before it, the last Kept
//	DIR/aws/us-east-1/<sha256>.json    what was not believed when it was collected
//
// Each file is a catalog's canonical encoding, compressed; a file that is not what
// its digest says is an error, and never another catalog in its place.
package cache

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
)

// Kept is how many catalogs of a region are kept, the current one among them, for
// plans that were made from them: a month of one refresh a day.
const Kept = 30

// Extension is how the file of a catalog ends.
const Extension = ".tsv.gz"

const (
	extension       = Extension
	reportExtension = ".json"
	// maxPacked bounds what is read of a file: no catalog is as large unpacked.
	maxPacked = 32 << 20
)

// ErrAbsent is wrapped by the errors for a catalog that is not there.
var ErrAbsent = errors.New("no such catalog")

// DamagedError says that a file of the cache cannot be used, and what to do.
type DamagedError struct {
	Path             string
	Provider, Region string
	Err              error
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("%s cannot be used: %v: refresh or import %s %s again, or delete the file", e.Path, e.Err, e.Provider, e.Region)
}

// Unwrap returns what is wrong with the file.
func (e *DamagedError) Unwrap() error { return e.Err }

// Name names a catalog.
type Name struct{ Provider, Region string }

func (n Name) String() string { return n.Provider + " " + n.Region }

// nameText is what providers and regions are called: they become names of files.
var nameText = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Check refuses a name that cannot be that of a file.
func (n Name) Check() error {
	for _, part := range []string{n.Provider, n.Region} {
		if !nameText.MatchString(part) {
			return fmt.Errorf("%q cannot name a provider or a region: small letters, digits and hyphens", part)
		}
	}
	return nil
}

// Report is what a refresh says beside its catalog.
type Report struct {
	// Quarantined rows were not believed and are not in the catalog, sorted by path.
	Quarantined []catalogs.Problem
}

// Entry is a catalog with its bytes.
type Entry struct {
	// Catalog is sealed.
	Catalog catalogs.Catalog
	// Report of the refresh that collected it; nil where there is none, as after an
	// import.
	Report *Report
	// packed is the canonical encoding, compressed. It is kept as it came, so that
	// the digest stays even if a later version wrote columns that are not known here.
	packed []byte
}

// Name is the entry's provider and region.
func (e *Entry) Name() Name { return Name{e.Catalog.Provider, e.Catalog.Region} }

// Pack seals and packs a catalog. It fails where catalogs.Encode does.
func Pack(c catalogs.Catalog, r *Report) (Entry, error) {
	sealed, encoded, err := catalogs.Seal(c)
	if err != nil {
		return Entry{}, err
	}
	packed, err := catalogs.Compress(encoded)
	if err != nil {
		return Entry{}, err
	}
	e := Entry{Catalog: sealed, Report: r, packed: packed}
	return e, e.Name().Check()
}

// unpack reads a packed catalog, which must be the one that is named.
func unpack(packed []byte, n Name) (Entry, error) {
	e, err := Unpack(packed)
	if err == nil && e.Name() != n {
		err = fmt.Errorf("%w: it is the catalog of %s", catalogs.ErrDamaged, e.Name())
	}
	if err != nil {
		return Entry{}, err
	}
	return e, nil
}

// Unpack reads the file of a catalog, whichever region it is of.
func Unpack(packed []byte) (Entry, error) {
	encoded, err := catalogs.Decompress(packed)
	if err != nil {
		return Entry{}, err
	}
	c, err := catalogs.Decode(encoded)
	if err != nil {
		return Entry{}, err
	}
	e := Entry{Catalog: c, packed: packed}
	return e, e.Name().Check()
}

// Cache is a folder of catalogs. It need not be there before the first Put.
type Cache struct {
	dir  string
	disk disk
}

// At returns the cache in the folder dir.
func At(dir string) *Cache { return &Cache{dir: dir, disk: realDisk{}} }

// Dir is the folder.
func (c *Cache) Dir() string { return c.dir }

func (c *Cache) current(n Name) string {
	return filepath.Join(c.dir, n.Provider, n.Region+extension)
}

func (c *Cache) versions(n Name) string { return filepath.Join(c.dir, n.Provider, n.Region) }

// List returns the names of the catalogs that are there, sorted; none where the
// folder is not there.
func (c *Cache) List() ([]Name, error) {
	providers, err := readDir(c.dir)
	if err != nil {
		return nil, err
	}
	var names []Name
	for _, p := range providers {
		if !p.IsDir() || !nameText.MatchString(p.Name()) {
			continue
		}
		files, err := readDir(filepath.Join(c.dir, p.Name()))
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			region, ok := strings.CutSuffix(f.Name(), extension)
			if n := (Name{p.Name(), region}); ok && !f.IsDir() && n.Check() == nil {
				names = append(names, n)
			}
		}
	}
	slices.SortFunc(names, func(a, b Name) int { return strings.Compare(a.String(), b.String()) })
	return names, nil
}

// readDir reads a folder that may not be there.
func readDir(dir string) ([]fs.DirEntry, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the catalog cache: %w", err)
	}
	return entries, nil
}

// Get returns the current catalog of a region. The error wraps ErrAbsent where
// there is none, and is a *DamagedError where there is none that can be used.
func (c *Cache) Get(n Name) (Entry, error) {
	e, err := c.read(c.current(n), n)
	if err != nil {
		return Entry{}, err
	}
	return e, c.report(&e)
}

// Version returns the catalog of a region with that digest, the current one or an
// earlier one that is still kept. Its errors are those of Get.
func (c *Cache) Version(n Name, sha256 string) (Entry, error) {
	if !digestText.MatchString(sha256) {
		return Entry{}, fmt.Errorf("%w: %.80q is no sha256", ErrAbsent, sha256)
	}
	// A current catalog that cannot be used keeps nobody from an earlier one.
	if e, err := c.Get(n); err == nil && e.Catalog.SHA256 == sha256 {
		return e, nil
	}
	path := filepath.Join(c.versions(n), sha256+extension)
	e, err := c.read(path, n)
	if err != nil {
		return Entry{}, err
	}
	if e.Catalog.SHA256 != sha256 {
		return Entry{}, &DamagedError{Path: path, Provider: n.Provider, Region: n.Region, Err: fmt.Errorf("%w: its sha256 is %s", catalogs.ErrDamaged, e.Catalog.SHA256)}
	}
	return e, c.report(&e)
}

// Find returns the catalogs, current and earlier, whose digest starts so, by digest.
func (c *Cache) Find(start string) (map[string]Name, error) {
	found := map[string]Name{}
	names, err := c.List()
	if err != nil {
		return nil, err
	}
	for _, n := range names {
		versions, err := readDir(c.versions(n))
		if err != nil {
			return nil, err
		}
		for _, v := range versions {
			sha, ok := strings.CutSuffix(v.Name(), extension)
			if ok && digestText.MatchString(sha) && strings.HasPrefix(sha, start) {
				found[sha] = n
			}
		}
	}
	return found, nil
}

var digestText = regexp.MustCompile(`^[0-9a-f]{64}$`)

// read reads the file of a catalog.
func (c *Cache) read(path string, n Name) (Entry, error) {
	if err := n.Check(); err != nil {
		return Entry{}, fmt.Errorf("%w: %w", ErrAbsent, err)
	}
	packed, err := readFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Entry{}, fmt.Errorf("%w: %s", ErrAbsent, n)
	case err != nil:
		return Entry{}, fmt.Errorf("read the catalog of %s: %w", n, err)
	}
	e, err := unpack(packed, n)
	if err != nil {
		return Entry{}, &DamagedError{Path: path, Provider: n.Provider, Region: n.Region, Err: err}
	}
	return e, nil
}

// report reads the report of an entry, if there is one.
func (c *Cache) report(e *Entry) error {
	path := filepath.Join(c.versions(e.Name()), e.Catalog.SHA256+reportExtension)
	text, err := readFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("read the report of %s: %w", e.Name(), err)
	}
	var r Report
	if err := json.Unmarshal(text, &r); err != nil {
		return &DamagedError{Path: path, Provider: e.Catalog.Provider, Region: e.Catalog.Region, Err: err}
	}
	e.Report = &r
	return nil
}

// readFile reads a file, which may not be larger than maxPacked.
func readFile(path string) (b []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if b, err = io.ReadAll(io.LimitReader(f, maxPacked+1)); err != nil {
		return nil, err
	}
	if len(b) > maxPacked {
		return nil, fmt.Errorf("%s: larger than %d MiB", path, maxPacked>>20)
	}
	return b, nil
}

// Remove removes a region and its earlier catalogs. The error wraps ErrAbsent
// where it is not there.
func (c *Cache) Remove(n Name) error {
	if err := n.Check(); err != nil {
		return fmt.Errorf("%w: %w", ErrAbsent, err)
	}
	err := os.Remove(c.current(n))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %s is not in the cache", ErrAbsent, n)
	}
	if err != nil {
		return fmt.Errorf("remove the catalog of %s: %w", n, err)
	}
	if err := os.RemoveAll(c.versions(n)); err != nil {
		return fmt.Errorf("remove the earlier catalogs of %s: %w", n, err)
	}
	return nil
}
