package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/catalogs/cache"
	"github.com/scantling-dev/scantling/internal/files"
	"github.com/scantling-dev/scantling/internal/run"
)

// cacheVariable names the folder of the catalog cache.
const cacheVariable = "SCANTLING_CATALOG_DIR"

// errNoCache is the error of a world that has no place for a cache.
var errNoCache = errors.New("there is no folder for the catalog cache: set " + cacheVariable)

// cache returns the catalog cache. Its folder need not be there. The error is
// errNoCache where the environment names none.
func (w *World) cache() (*cache.Cache, error) {
	if dir := w.getenv(cacheVariable); dir != "" {
		return cache.At(dir), nil
	}
	dir := w.userCacheDir(runtime.GOOS)
	if !filepath.IsAbs(dir) {
		return nil, errNoCache
	}
	return cache.At(filepath.Join(dir, "scantling", "catalogs")), nil
}

// userCacheDir is os.UserCacheDir of this world's environment; "" where it names
// none.
func (w *World) userCacheDir(system string) string {
	under := func(variable string, path ...string) string {
		if root := w.getenv(variable); root != "" {
			return filepath.Join(append([]string{root}, path...)...)
		}
		return ""
	}
	switch system {
	case "windows":
		return under("LocalAppData")
	case "darwin", "ios":
		return under("HOME", "Library", "Caches")
	case "plan9":
		return under("home", "lib", "cache")
	}
	if dir := under("XDG_CACHE_HOME"); dir != "" {
		return dir
	}
	return under("HOME", ".cache")
}

// The catalogs that --catalog can name beside a bundle.
const (
	anyCatalog   = "auto"
	onlyCache    = "cache"
	onlySnapshot = "snapshot"
)

// catalogFlag says which catalogs a command works with.
type catalogFlag struct {
	source string
	// read is what the flag named, once it was read.
	read *run.Offers
}

func (f *catalogFlag) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.source, "catalog", anyCatalog,
		"the `catalogs` to use: auto (the cache, and the snapshot for regions not in it), cache, snapshot, or a bundle's file")
}

// typed is the flag as on a command line; "" where it says nothing.
func (f *catalogFlag) typed() string {
	if f.source == anyCatalog || f.source == "" {
		return ""
	}
	return "--catalog " + quoted(f.source)
}

// offers returns the catalogs that the flag names.
func (f *catalogFlag) offers(w *World) (run.Offers, error) {
	if f.read != nil {
		return *f.read, nil
	}
	o, err := f.open(w)
	if err == nil {
		f.read = &o
	}
	return o, err
}

func (f *catalogFlag) open(w *World) (run.Offers, error) {
	switch f.source {
	case onlySnapshot:
		return run.Offers{}, nil
	case anyCatalog, onlyCache, "":
		c, err := w.cache()
		only := f.source == onlyCache
		if errors.Is(err, errNoCache) && !only {
			return run.Offers{}, nil
		}
		if err != nil {
			return run.Offers{}, exit(EnvironmentFailed, err)
		}
		if _, err := c.List(); err != nil {
			return run.Offers{}, exit(EnvironmentFailed, err)
		}
		return run.Offers{Store: c, OnlyStore: only}, nil
	}
	entries, _, err := readBundle(f.source)
	if err != nil {
		return run.Offers{}, err
	}
	return run.Offers{Store: cache.Memory(entries), OnlyStore: true}, nil
}

// readBundle reads the bundle in a file, and its digest.
func readBundle(name string) (_ []cache.Entry, sha256 string, _ error) {
	if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
		return nil, "", exit(WrongInput, fmt.Errorf("%s: there is no such bundle", name))
	}
	file, err := files.Read(name, cache.MaxBundle)
	if err != nil {
		return nil, "", readError(err)
	}
	if len(file.Content) > cache.MaxBundle {
		return nil, "", exit(WrongInput, fmt.Errorf("%s: larger than %d MiB", name, cache.MaxBundle>>20))
	}
	entries, err := cache.ReadBundle(file.Content)
	if err != nil {
		return nil, "", exit(WrongInput, fmt.Errorf("%s: %w", name, err))
	}
	return entries, cache.Digest(file.Content), nil
}

// watched are offers that remember why a catalog could not be read: that is no
// mistake in a spec.
type watched struct {
	run.Offers
	err error
}

func (o *watched) Load(provider, region string) (catalogs.Catalog, error) {
	c, err := o.Offers.Load(provider, region)
	if err != nil && o.err == nil && !errors.Is(err, cache.ErrAbsent) {
		o.err = err
	}
	return c, err
}
