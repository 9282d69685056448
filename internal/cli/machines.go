package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scantling-dev/scantling/catalogs/cache"
	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/files"
	"github.com/scantling-dev/scantling/internal/spec"
)

// sharedMachines are the catalogs of machines of the cache.
type sharedMachines struct {
	world *World
	// read is told of each file, and where it is.
	read func(f spec.File, path string)
	// err is why one could not be read: that is no mistake in a spec.
	err error
}

// Names returns the names that there are.
func (m *sharedMachines) Names() ([]string, error) {
	c, err := m.world.cache()
	if errors.Is(err, errNoCache) {
		return nil, nil
	}
	if err == nil {
		var names []string
		if names, err = c.Shared(); err == nil {
			return names, nil
		}
	}
	m.err = err
	return nil, err
}

// Read returns the file of a name.
func (m *sharedMachines) Read(name string) (spec.File, error) {
	c, err := m.world.cache()
	if err != nil {
		m.err = err
		return spec.File{}, err
	}
	content, err := c.GetShared(name)
	if err != nil {
		m.err = err
		return spec.File{}, err
	}
	// Its place is the user's own: a plan says by which name it was found.
	f := spec.File{Name: "catalog " + name, Content: content}
	m.read(f, c.SharedPath(name))
	return f, nil
}

func catalogAddCommand(w *World) *cobra.Command {
	var name string
	cmd := &cobra.Command{
		Use:   "add FILE",
		Short: "Keep a file of machines that several specs share",
		Long: `Keep FILE, which holds machine blocks as a spec does and, if you like, the zones that they
stand in, under a name: its own, or --name. Every cluster on machines of one's own can then
say catalog = "NAME", and has these machines as though they stood in its spec. Plans carry
them, so that they can be checked without the file. Adding a name again replaces it.

    zones = ["room-1", "room-2"]

    machine "r640" {
      cpu           = 32
      memory        = "256Gi"
      usd_per_month = 410
      disk { size = "960Gi" }
      count_by_zone = { "room-1" = 12, "room-2" = 8 }
    }`,
		Example: `  scantling catalog add datacenter.hcl
  scantling catalog add machines.hcl --name frankfurt`,
		Args: exactly("FILE"),
		RunE: func(_ *cobra.Command, args []string) error { return w.addMachines(args[0], name) },
	}
	cmd.Flags().StringVar(&name, "name", "", "what specs call it: small letters, digits and hyphens (default: the file's name without .hcl)")
	return cmd
}

func (w *World) addMachines(path, name string) error {
	if name == "" {
		name = strings.TrimSuffix(filepath.Base(path), ".hcl")
	}
	if err := cache.CheckShared(name); err != nil {
		return usage(fmt.Errorf("%w: give --name NAME", err))
	}
	file, err := files.Read(path, spec.MaxFileBytes)
	if err != nil {
		return readError(err)
	}
	held, diags := spec.CheckMachines(spec.File(file))
	if err := w.tell([]spec.File{spec.File(file)}, diags); err != nil {
		return err
	}
	if diags.HasErrors() {
		return said(WrongInput)
	}
	c, err := w.cache()
	if err != nil {
		return exit(EnvironmentFailed, err)
	}
	done := "Added"
	if _, err := c.GetShared(name); err == nil {
		done = "Replaced"
	}
	if err := c.PutShared(name, file.Content); err != nil {
		return exit(EnvironmentFailed, err)
	}
	where := "in any zone"
	if len(held.Zones) > 0 {
		where = "in " + strings.Join(held.Zones, ", ")
	}
	return w.print(fmt.Appendf(nil, "%s %s: %s (%s) %s.\nA cluster with provider = \"on_premises\" has them with catalog = %q.\n",
		done, name, count(len(held.Machines), "kind of machine", "kinds of machines"), strings.Join(held.Machines, ", "), where, name))
}

// machineStates returns the catalogs of machines of the cache, sorted by name. One that
// cannot be used says so.
func (w *World) machineStates() ([]document.MachinesState, error) {
	c, err := w.cache()
	if errors.Is(err, errNoCache) {
		return nil, nil
	}
	if err != nil {
		return nil, exit(EnvironmentFailed, err)
	}
	names, err := c.Shared()
	if err != nil {
		return nil, exit(EnvironmentFailed, err)
	}
	var list []document.MachinesState
	for _, name := range names {
		s := document.MachinesState{Name: name, Path: filepath.ToSlash(c.SharedPath(name))}
		content, err := c.GetShared(name)
		if err != nil {
			s.Problem = err.Error()
			list = append(list, s)
			continue
		}
		digest := sha256.Sum256(content)
		s.SHA256 = hex.EncodeToString(digest[:])
		held, diags := spec.CheckMachines(spec.File{Name: s.Path, Content: content})
		if s.Machines, s.Zones = held.Machines, held.Zones; diags.HasErrors() {
			s.Problem = fmt.Sprintf("%s: %s", s.Path, diags.Errs()[0])
		}
		list = append(list, s)
	}
	return list, nil
}
