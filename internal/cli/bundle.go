package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scantling-dev/scantling/catalogs/cache"
	"github.com/scantling-dev/scantling/internal/files"
	"github.com/scantling-dev/scantling/internal/run"
)

// compareNames orders by provider and region.
func compareNames(a, b cache.Name) int { return strings.Compare(a.String(), b.String()) }

type exportOptions struct {
	catalogFlag
	provider, out string
	regions       []string
}

func catalogExportCommand(w *World) *cobra.Command {
	var o exportOptions
	cmd := &cobra.Command{
		Use:   "export --out FILE",
		Short: "Write catalogs into one file, for places without internet or to pin prices",
		Long: `Write catalogs into a bundle: those in the cache, or of each --region the one that
plans are made from. 'catalog import' takes it into another cache, --catalog FILE plans
from it as it is. The sha256 that is printed is that of the file, as sha256sum prints it:
who imports the bundle checks it with --sha256. The bundle is a tar archive.`,
		Example: `  scantling catalog export --out catalogs.tar
  scantling catalog export --region us-east-1 --out prices.tar && scantling plan --catalog prices.tar`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error { return o.run(w) },
	}
	o.register(cmd)
	cmd.Flags().StringVar(&o.provider, "provider", "", "only of this `cloud`: aws or gcp (default aws where a region is given)")
	cmd.Flags().StringSliceVar(&o.regions, "region", nil, "the cloud's `region`; may be repeated (default all in the cache)")
	cmd.Flags().StringVar(&o.out, "out", "", "the `file` to write")
	return cmd
}

func (o *exportOptions) run(w *World) error {
	if o.out == "" || o.out == "-" {
		return usage(errors.New("where to? Give --out FILE"))
	}
	offers, err := o.offers(w)
	if err != nil {
		return err
	}
	entries, err := o.entries(offers)
	if err != nil {
		return err
	}
	bundle, err := cache.Bundle(entries)
	if err != nil {
		return err
	}
	if err := files.Write(o.out, bundle); err != nil {
		return writeError(err)
	}
	return w.print(listed(fmt.Sprintf("Wrote %s.", o.out), entries, cache.Digest(bundle)))
}

// entries are the catalogs to write.
func (o *exportOptions) entries(offers run.Offers) ([]cache.Entry, error) {
	names, err := o.names(offers)
	if err != nil {
		return nil, err
	}
	var entries []cache.Entry
	for _, n := range names {
		e, err := entryOf(offers, n)
		if errors.Is(err, cache.ErrAbsent) {
			return nil, usage(fmt.Errorf("there is no catalog of %s", n))
		}
		if err != nil {
			return nil, exit(EnvironmentFailed, err)
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// names are the regions to write.
func (o *exportOptions) names(offers run.Offers) ([]cache.Name, error) {
	var names []cache.Name
	if len(o.regions) > 0 {
		if o.provider == "" {
			o.provider = "aws"
		}
		seen := map[string]bool{}
		for _, region := range o.regions {
			if !seen[region] {
				names = append(names, cache.Name{Provider: o.provider, Region: region})
			}
			seen[region] = true
		}
		return names, nil
	}
	if offers.Store != nil {
		all, err := offers.Store.List()
		if err != nil {
			return nil, exit(EnvironmentFailed, err)
		}
		for _, n := range all {
			if o.provider == "" || n.Provider == o.provider {
				names = append(names, n)
			}
		}
	}
	if len(names) == 0 {
		return nil, usage(errors.New("which regions? None is in the cache: name some with --region"))
	}
	return names, nil
}

// entryOf returns the catalog that plans of a region are made from, as it is kept.
func entryOf(offers run.Offers, n cache.Name) (cache.Entry, error) {
	if offers.Store != nil {
		e, err := offers.Store.Get(n)
		if err == nil || !errors.Is(err, cache.ErrAbsent) {
			return e, err
		}
	}
	c, err := offers.Load(n.Provider, n.Region)
	if err != nil {
		return cache.Entry{}, err
	}
	return cache.Pack(c, nil)
}

// listed says what a bundle holds.
func listed(head string, entries []cache.Entry, sha256 string) []byte {
	b := fmt.Appendf(nil, "%s %s:\n", head, count(len(entries), "catalog", "catalogs"))
	for i := range entries {
		c := &entries[i].Catalog
		b = fmt.Appendf(b, "  %s %s, %s, %s\n", c.Provider, c.Region, c.Source, c.Date)
	}
	return fmt.Appendf(b, "sha256 %s\n", sha256)
}

func catalogImportCommand(w *World) *cobra.Command {
	var want string
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Take the catalogs of a bundle into the cache",
		Long: `Take the catalogs of a bundle that 'catalog export' wrote into the cache: all of them or
none. They replace those of their regions, whatever their day; earlier ones stay for plans
that were made from them. --sha256 refuses any other file.`,
		Example: "  scantling catalog import catalogs.tar --sha256 \"$(cut -c1-64 catalogs.tar.sha256)\"",
		Args:    exactly("FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			entries, sha256, err := readBundle(args[0])
			if err != nil {
				return err
			}
			if want != "" && !strings.EqualFold(want, sha256) {
				return exit(WrongInput, fmt.Errorf("%s: its sha256 is %s, not %s: nothing was imported", args[0], sha256, want))
			}
			c, err := w.cache()
			if err != nil {
				return exit(EnvironmentFailed, err)
			}
			if err := c.Put(entries...); err != nil {
				return exit(EnvironmentFailed, err)
			}
			return w.print(listed(fmt.Sprintf("Imported %s.", args[0]), entries, sha256))
		},
	}
	cmd.Flags().StringVar(&want, "sha256", "", "the `digest` that the file must have")
	return cmd
}

func catalogRemoveCommand(w *World) *cobra.Command {
	n := cache.Name{}
	cmd := &cobra.Command{
		Use:   "remove --region REGION | NAME",
		Short: "Take a region, or a file of machines, out of the cache",
		Long: `Take the catalog of a region out of the cache, with the earlier ones: plans are made from
the snapshot again. Plans that were made from them can no longer be verified. Or take out
the file of machines that 'catalog add' keeps under NAME: plans that were made with them
stay as they are.`,
		Example: `  scantling catalog remove --region us-east-1
  scantling catalog remove datacenter`,
		Args: atMostOneArg,
		RunE: func(_ *cobra.Command, args []string) error {
			if (n.Region == "") == (len(args) == 0) {
				return usage(errors.New("which one? Give --region REGION, or the name of a file of machines"))
			}
			c, err := w.cache()
			if err != nil {
				return exit(EnvironmentFailed, err)
			}
			what := n.String()
			if len(args) > 0 {
				what, err = args[0], c.RemoveShared(args[0])
			} else {
				err = c.Remove(n)
			}
			if errors.Is(err, cache.ErrAbsent) {
				return usage(err)
			}
			if err != nil {
				return exit(EnvironmentFailed, err)
			}
			return w.print(fmt.Appendf(nil, "Removed %s.\n", what))
		},
	}
	cmd.Flags().StringVar(&n.Provider, "provider", "aws", "the `cloud`: aws or gcp")
	cmd.Flags().StringVar(&n.Region, "region", "", "the cloud's `region`")
	return cmd
}
