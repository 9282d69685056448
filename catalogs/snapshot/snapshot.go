// Package snapshot carries a dated catalog of every region inside the program.
//
// The files in data are made by internal/snapshot from catalogs/sources. Nothing
// is unpacked before it is asked for.
package snapshot

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

//go:generate go run ../../internal/snapshot -in ../sources -out data

//go:embed data
var data embed.FS

const (
	root      = "data"
	extension = ".tsv.gz"
)

// UnknownError says that the snapshot has no such provider or region.
type UnknownError struct {
	// What is "provider" or "region".
	What string
	Name string
	// Provider whose regions Known lists; empty for a provider.
	Provider string
	// Known names, sorted, for a suggestion.
	Known []string
}

func (e *UnknownError) Error() string {
	if e.What == "region" {
		return fmt.Sprintf("the snapshot has no region %q of %s", e.Name, e.Provider)
	}
	return fmt.Sprintf("the snapshot has no provider %q (it has %s)", e.Name, strings.Join(e.Known, ", "))
}

// Providers returns the names of the providers, sorted.
func Providers() []string { return list(root, "") }

// Regions returns the names of a provider's regions, sorted; none for a provider
// that the snapshot does not have.
func Regions(provider string) []string {
	if !slices.Contains(Providers(), provider) {
		return nil
	}
	return list(root+"/"+provider, extension)
}

// list returns the names in a folder of the snapshot: of folders, or of files
// with that suffix, without it.
func list(dir, suffix string) []string {
	entries, err := data.ReadDir(dir)
	if err != nil {
		panic("snapshot: " + err.Error()) // the folders are part of the program
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), suffix); ok && e.IsDir() == (suffix == "") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Load returns the catalog of a region. The caller owns it. The error is an
// *UnknownError for a name that the snapshot does not have; any other means that
// the program itself is damaged.
func Load(provider, region string) (catalogs.Catalog, error) {
	if known := Providers(); !slices.Contains(known, provider) {
		return catalogs.Catalog{}, &UnknownError{What: "provider", Name: provider, Known: known}
	}
	if known := Regions(provider); !slices.Contains(known, region) {
		return catalogs.Catalog{}, &UnknownError{What: "region", Name: region, Provider: provider, Known: known}
	}
	packed, err := data.ReadFile(root + "/" + provider + "/" + region + extension)
	if err != nil {
		return catalogs.Catalog{}, fmt.Errorf("load catalog %s/%s: %w", provider, region, err)
	}
	encoded, err := catalogs.Decompress(packed)
	if err != nil {
		return catalogs.Catalog{}, fmt.Errorf("load catalog %s/%s: %w", provider, region, err)
	}
	c, err := catalogs.Decode(encoded)
	if err != nil {
		return catalogs.Catalog{}, fmt.Errorf("load catalog %s/%s: %w", provider, region, err)
	}
	return c, nil
}

// These name the catalog whose calendar carries the dates of the Kubernetes
// project beside the provider's: all do, and they are equal (a test holds it).
const calendarProvider, calendarRegion = "aws", "us-east-1"

// Kubernetes returns the calendar of the Kubernetes project: a catalog of nothing
// but versions, with their upstream dates as release and end of support, and the
// day on which they were collected. An error means that the program itself is
// damaged.
func Kubernetes() (catalogs.Catalog, error) {
	c, err := Load(calendarProvider, calendarRegion)
	if err != nil {
		return catalogs.Catalog{}, fmt.Errorf("read the calendar of Kubernetes: %w", err)
	}
	return catalogs.Catalog{Source: c.Source, Date: c.Date, Versions: catalogs.Upstream(c.Versions)}, nil
}

// Index says what the snapshot has, without unpacking it.
type Index struct {
	// AsOf is the day on which the figures were collected.
	AsOf units.Date `json:"as_of"`
	// Catalogs are sorted by provider and region.
	Catalogs []catalogs.Summary `json:"catalogs"`
}

// ReadIndex returns the index. An error means that the program itself is damaged.
func ReadIndex() (Index, error) {
	text, err := data.ReadFile(root + "/index.json")
	if err != nil {
		return Index{}, fmt.Errorf("read snapshot index: %w", err)
	}
	var index Index
	if err := json.Unmarshal(text, &index); err != nil {
		return Index{}, fmt.Errorf("read snapshot index: %w", err)
	}
	return index, nil
}
