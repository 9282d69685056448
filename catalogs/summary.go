package catalogs

import "github.com/scantling-dev/scantling/planner/units"

// Summary is what `catalog status` says of a catalog.
type Summary struct {
	Provider string     `json:"provider"`
	Region   string     `json:"region"`
	Source   string     `json:"source"`
	Date     units.Date `json:"date"`
	SHA256   string     `json:"sha256"`

	Zones int `json:"zones"`
	Types int `json:"types"`
	// OnDemand and Spot count the types by the basis of their price.
	OnDemand BasisCounts `json:"on_demand"`
	Spot     BasisCounts `json:"spot"`
	// Committed is the number of types with a commitment's price.
	Committed int `json:"committed"`
	// OldestPrice and NewestPrice are the dates of the on-demand prices; empty
	// where none is known.
	OldestPrice units.Date `json:"oldest_on_demand_price"`
	NewestPrice units.Date `json:"newest_on_demand_price"`
	// Disks, and how many of them have a known price of a GiB.
	Disks       int `json:"disks"`
	DisksPriced int `json:"disks_priced"`
}

// BasisCounts counts prices by basis.
type BasisCounts struct {
	Declared  int `json:"declared,omitempty"`
	Listed    int `json:"listed"`
	Family    int `json:"family"`
	Estimated int `json:"estimated"`
	Secondary int `json:"secondary"`
	Recalled  int `json:"recalled"`
	Unknown   int `json:"unknown"`
}

// Known is the number of prices that are known.
func (n BasisCounts) Known() int {
	return n.Declared + n.Listed + n.Family + n.Estimated + n.Secondary + n.Recalled
}

func (n *BasisCounts) add(b Basis) {
	switch b {
	case Declared:
		n.Declared++
	case Listed:
		n.Listed++
	case Family:
		n.Family++
	case Estimated:
		n.Estimated++
	case Secondary:
		n.Secondary++
	case Recalled:
		n.Recalled++
	default:
		n.Unknown++
	}
}

// Summarize counts what c holds.
func (c Catalog) Summarize() Summary {
	s := Summary{
		Provider: c.Provider, Region: c.Region, Source: c.Source, Date: c.Date, SHA256: c.SHA256,
		Zones: len(c.Zones), Types: len(c.Types), Disks: len(c.Disks),
	}
	for i := range c.Types {
		t := &c.Types[i]
		s.OnDemand.add(t.OnDemand.Basis)
		s.Spot.add(t.Spot.Basis)
		if len(t.Commitments) > 0 {
			s.Committed++
		}
		d := t.OnDemand.Date
		if d.IsZero() {
			continue
		}
		if s.OldestPrice.IsZero() || d < s.OldestPrice {
			s.OldestPrice = d
		}
		s.NewestPrice = max(s.NewestPrice, d)
	}
	for _, d := range c.Disks {
		if d.PerGiB.Known() {
			s.DisksPriced++
		}
	}
	return s
}
