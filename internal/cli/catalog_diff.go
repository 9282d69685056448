package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/catalogs/cache"
	"github.com/scantling-dev/scantling/catalogs/snapshot"
	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/files"
	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/internal/run"
)

type catalogDiffOptions struct {
	output string
	limit  int
	check  bool
}

// shownMoves is how many prices and rows of a kind are shown unless --limit differs.
const shownMoves = 20

func catalogDiffCommand(w *World) *cobra.Command {
	var o catalogDiffOptions
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Say what changed from one catalog to another: prices, types, zones",
		Long: `Say what changed from the catalog OLD to the catalog NEW: prices by term, those that
moved by the most dollars first, types that are new or gone, zones, disks, fees and
versions. OLD and NEW are each one of

  snapshot:aws/us-east-1     the catalog that the program carries
  cache:aws/us-east-1        the one in the cache
  aws/us-east-1              the one that plans are made from
  prices.tar                 a bundle with one catalog, or a file of the cache
  prices.tar:aws/us-east-1   a member of a bundle
  5f1d0c9a2b7e               the sha256 of a catalog, or its first 8 digits and more

Days and sources of prices alone are no difference.`,
		Example: `  scantling catalog diff snapshot:aws/us-east-1 cache:aws/us-east-1
  scantling catalog diff pinned.tar aws/eu-west-1 -o markdown > comment.md
  scantling catalog diff pinned.tar aws/eu-west-1 --check      # in CI`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usage(errors.New("catalog diff takes two catalogs, OLD and NEW"))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if err := oneOf("output", o.output, "text", "markdown", "json"); err != nil {
				return err
			}
			if o.limit < 0 {
				return usage(fmt.Errorf("--limit: %d is below 0", o.limit))
			}
			return o.run(w, args[0], args[1])
		},
	}
	f := cmd.Flags()
	f.StringVarP(&o.output, "output", "o", "text", "`format` on stdout: text, markdown or json (complete, whatever --limit)")
	f.IntVar(&o.limit, "limit", shownMoves, "how many prices are shown, and rows of each kind; 0 shows all")
	f.BoolVar(&o.check, "check", false, "exit 3 if anything differs")
	return cmd
}

func (o *catalogDiffOptions) run(w *World, oldName, newName string) error {
	before, err := w.namedCatalog(oldName)
	if err != nil {
		return err
	}
	after, err := w.namedCatalog(newName)
	if err != nil {
		return err
	}
	if before.Provider != after.Provider {
		return usage(fmt.Errorf("%s is of %s, and %s of %s: they have nothing in common", oldName, before.Provider, newName, after.Provider))
	}
	d := catalogs.Compare(before, after)
	var out bytes.Buffer
	switch o.output {
	case "json":
		err = document.EncodeCatalogDiff(&out, &d, Version)
	case "markdown":
		err = report.CatalogDiffMarkdown(&out, &d, o.limit)
	default:
		err = report.CatalogDiff(&out, &d, o.limit, w.look())
	}
	if err != nil {
		return err
	}
	if err := w.print(out.Bytes()); err != nil {
		return err
	}
	if o.check && !d.Empty() {
		w.note("The catalogs differ (--check)\n")
		return said(GateFailed)
	}
	return nil
}

// regionText is a provider and a region on a command line.
var regionText = regexp.MustCompile(`^([a-z0-9-]+)/([a-z0-9-]+)$`)

// shaText is a digest, or enough of one.
var shaText = regexp.MustCompile(`^[0-9a-f]{8,64}$`)

// namedCatalog returns the catalog that a word of the command line means. Files win over
// everything that is not written with a colon.
func (w *World) namedCatalog(name string) (*catalogs.Catalog, error) {
	from, rest, colon := strings.Cut(name, ":")
	if source := (catalogFlag{source: from}); colon && (from == onlySnapshot || from == onlyCache) {
		n, err := regionNamed(name, rest)
		if err != nil {
			return nil, err
		}
		return w.regionCatalog(&source, n)
	}
	if info, err := os.Stat(name); err == nil && !info.IsDir() {
		return fileCatalog(name)
	}
	if at := strings.LastIndexByte(name, ':'); at > 0 && regionText.MatchString(name[at+1:]) {
		n, err := regionNamed(name, name[at+1:])
		if err != nil {
			return nil, err
		}
		return w.regionCatalog(&catalogFlag{source: name[:at]}, n)
	}
	switch {
	case regionText.MatchString(name) && !strings.HasSuffix(name, ".tar"):
		n, err := regionNamed(name, name)
		if err != nil {
			return nil, err
		}
		return w.regionCatalog(&catalogFlag{source: anyCatalog}, n)
	case shaText.MatchString(name):
		return w.digestCatalog(name)
	case strings.ContainsAny(name, "./\\"):
		return nil, exit(WrongInput, fmt.Errorf("%s: there is no such file", name))
	}
	return nil, usage(fmt.Errorf("%q names no catalog: write snapshot:aws/us-east-1, cache:aws/us-east-1, aws/us-east-1, a file, FILE:aws/us-east-1 or a sha256", name))
}

func regionNamed(whole, text string) (cache.Name, error) {
	m := regionText.FindStringSubmatch(text)
	if m == nil {
		return cache.Name{}, usage(fmt.Errorf("%q: after the colon stand provider and region, as in aws/us-east-1", whole))
	}
	return cache.Name{Provider: m[1], Region: m[2]}, nil
}

// regionCatalog returns the catalog of a region from where f says.
func (w *World) regionCatalog(f *catalogFlag, n cache.Name) (*catalogs.Catalog, error) {
	offers, err := f.offers(w)
	if err != nil {
		return nil, err
	}
	c, err := offers.Load(n.Provider, n.Region)
	if errors.Is(err, cache.ErrAbsent) {
		where := map[string]string{onlySnapshot: "the snapshot", onlyCache: "the cache", anyCatalog: "cache and snapshot"}[f.source]
		if where == "" {
			where = f.source
		}
		return nil, exit(WrongInput, fmt.Errorf("there is no catalog of %s in %s", n, where))
	}
	if err != nil {
		return nil, exit(EnvironmentFailed, err)
	}
	return &c, nil
}

// fileCatalog reads a bundle with one catalog, or a catalog's own file.
func fileCatalog(name string) (*catalogs.Catalog, error) {
	if !strings.HasSuffix(name, cache.Extension) {
		entries, _, err := readBundle(name)
		if err != nil {
			return nil, err
		}
		if len(entries) > 1 {
			var names []string
			for i := range entries {
				n := entries[i].Name()
				names = append(names, fmt.Sprintf("%s:%s/%s", name, n.Provider, n.Region))
			}
			return nil, usage(fmt.Errorf("%s holds %d catalogs: choose one of %s", name, len(entries), strings.Join(names, ", ")))
		}
		return &entries[0].Catalog, nil
	}
	file, err := files.Read(name, cache.MaxBundle)
	if err != nil {
		return nil, readError(err)
	}
	e, err := cache.Unpack(file.Content)
	if err != nil {
		return nil, exit(WrongInput, fmt.Errorf("%s: %w", name, err))
	}
	return &e.Catalog, nil
}

// digestCatalog finds a catalog of the cache, current or earlier, or of the snapshot by
// the start of its digest.
func (w *World) digestCatalog(start string) (*catalogs.Catalog, error) {
	found := map[string]cache.Name{}
	c, err := w.cache()
	if err == nil {
		if found, err = c.Find(start); err != nil {
			return nil, exit(EnvironmentFailed, err)
		}
	} else if !errors.Is(err, errNoCache) {
		return nil, exit(EnvironmentFailed, err)
	}
	index, err := snapshot.ReadIndex()
	if err != nil {
		return nil, err
	}
	for _, s := range index.Catalogs {
		if strings.HasPrefix(s.SHA256, start) {
			found[s.SHA256] = cache.Name{Provider: s.Provider, Region: s.Region}
		}
	}
	switch len(found) {
	case 0:
		return nil, exit(WrongInput, fmt.Errorf("no catalog of the cache or the snapshot has a sha256 that starts with %s", start))
	case 1:
	default:
		return nil, usage(fmt.Errorf("%d catalogs have a sha256 that starts with %s: write more of it", len(found), start))
	}
	for sha256, n := range found {
		var offers run.Offers
		if c != nil {
			offers.Store = c
		}
		cat, err := offers.Version(n.Provider, n.Region, sha256)
		if errors.Is(err, cache.ErrAbsent) || errors.Is(err, fs.ErrNotExist) {
			return nil, exit(WrongInput, fmt.Errorf("%s: %w", start, err))
		}
		if err != nil {
			return nil, exit(EnvironmentFailed, err)
		}
		return &cat, nil
	}
	return nil, exit(OurBug, errors.New("a catalog was found and is not there"))
}
