package catalogs

import (
	"strconv"
	"strings"
)

// column is one column of a section: how a row's field is written and read. The
// zero of every type is the empty cell.
type column[T any] struct {
	name string
	put  func(b []byte, row *T) []byte
	set  func(row *T, cell string) error
	// optional: not written where no row has anything in it, so that a catalog without
	// it has the bytes that it had before the column was known.
	optional bool
}

func sourceColumns() []column[Source] {
	return []column[Source]{
		text("tag", func(s *Source) *string { return &s.Tag }),
		text("date", func(s *Source) *dateText { return (*dateText)(&s.Date) }),
		text("origin", func(s *Source) *string { return &s.Origin }),
		text("commit", func(s *Source) *string { return &s.Commit }),
		text("licence", func(s *Source) *string { return &s.Licence }),
		text("gives", func(s *Source) *string { return &s.Gives }),
	}
}

func zoneColumns() []column[Zone] {
	return []column[Zone]{
		text("name", func(z *Zone) *string { return &z.Name }),
		text("id", func(z *Zone) *string { return &z.ID }),
	}
}

func typeColumns() []column[InstanceType] {
	type T = InstanceType
	cols := []column[T]{
		text("instance_type", func(t *T) *string { return &t.Name }),
		text("family", func(t *T) *string { return &t.Family }),
		number("generation", func(t *T) *int { return &t.Generation }),
		text("architecture", func(t *T) *string { return &t.Architecture }),
		number("vcpus", func(t *T) *int { return &t.VCPUs }),
		number("baseline_millicpu", func(t *T) *int64 { return (*int64)(&t.BaselineCPU) }),
		number("memory_bytes", func(t *T) *int64 { return (*int64)(&t.Memory) }),
		number("measured_memory_bytes", func(t *T) *int64 { return (*int64)(&t.MeasuredMemory) }),
		number("enis", func(t *T) *int { return &t.ENIs }),
		number("ipv4_per_eni", func(t *T) *int { return &t.IPv4PerENI }),
		number("network_mbps", func(t *T) *int { return &t.NetworkMbps }),
		number("network_max_mbps", func(t *T) *int { return &t.NetworkMaxMbps }),
		number("disk_mbps", func(t *T) *int { return &t.DiskMbps }),
		number("local_disk_gb", func(t *T) *int { return &t.LocalDiskGB }),
		text("hypervisor", func(t *T) *string { return &t.Hypervisor }),
		number("gpus_milli", func(t *T) *int { return &t.GPUs.Milli }),
		text("gpu_name", func(t *T) *string { return &t.GPUs.Name }),
		number("gpu_memory_bytes_each", func(t *T) *int64 { return (*int64)(&t.GPUs.MemoryEach) }),
		number("accelerators", func(t *T) *int { return &t.Accelerators.Count }),
		text("accelerator_name", func(t *T) *string { return &t.Accelerators.Name }),
		flag("burstable", func(t *T) *bool { return &t.Burstable }),
		flag("flex", func(t *T) *bool { return &t.Flex }),
		flag("metal", func(t *T) *bool { return &t.Metal }),
		flag("previous_generation", func(t *T) *bool { return &t.PreviousGeneration }),
	}
	cols = append(cols, priceColumns("on_demand", func(t *T) *Price { return &t.OnDemand })...)
	cols = append(cols, priceColumns("spot", func(t *T) *Price { return &t.Spot })...)
	return append(cols,
		text("spot_statistic", func(t *T) *string { return &t.SpotStatistic }),
		text("interruption", func(t *T) *string { return &t.Interruption }),
		names("zones", func(t *T) *[]string { return &t.Zones }))
}

// typeCommitment is a row of the commitments section: a commitment and the type
// that it is for.
type typeCommitment struct {
	typeName string
	Commitment
}

func commitmentColumns() []column[typeCommitment] {
	type T = typeCommitment
	cols := []column[T]{
		text("instance_type", func(c *T) *string { return &c.typeName }),
		text("kind", func(c *T) *string { return &c.Kind }),
		number("term_years", func(c *T) *int { return &c.TermYears }),
		text("payment", func(c *T) *string { return &c.Payment }),
	}
	return append(cols, priceColumns("effective", func(c *T) *Price { return &c.Price })...)
}

func diskColumns() []column[Disk] {
	type T = Disk
	cols := []column[T]{text("disk_type", func(d *T) *string { return &d.Type })}
	cols = append(cols, monthlyColumns("gib", func(d *T) *MonthlyPrice { return &d.PerGiB })...)
	cols = append(cols, monthlyColumns("iops", func(d *T) *MonthlyPrice { return &d.PerIOPS })...)
	cols = append(cols, monthlyColumns("mibps", func(d *T) *MonthlyPrice { return &d.PerMiBps })...)
	return append(cols,
		number("free_iops", func(d *T) *int { return &d.FreeIOPS }),
		number("free_mibps", func(d *T) *int { return &d.FreeMiBps }),
		decimal("iops_per_gib", ratioDigits, func(d *T) *int64 { return (*int64)(&d.IOPSPerGiB) }),
		decimal("mibps_per_gib", ratioDigits, func(d *T) *int64 { return (*int64)(&d.MiBpsPerGiB) }),
		number("max_iops", func(d *T) *int { return &d.MaxIOPS }),
		number("max_mibps", func(d *T) *int { return &d.MaxMiBps }),
		number("min_bytes", func(d *T) *int64 { return (*int64)(&d.MinSize) }),
		number("max_bytes", func(d *T) *int64 { return (*int64)(&d.MaxSize) }),
		text("note", func(d *T) *string { return &d.Note }))
}

func feeColumns() []column[Fee] {
	cols := []column[Fee]{text("tier", func(f *Fee) *string { return &f.Tier })}
	cols = append(cols, priceColumns("fee", func(f *Fee) *Price { return &f.Price })...)
	return append(cols, text("note", func(f *Fee) *string { return &f.Note }))
}

func versionColumns() []column[Version] {
	type T = Version
	return []column[T]{
		text("minor", func(v *T) *string { return &v.Minor }),
		text("upstream_release", func(v *T) *dateText { return (*dateText)(&v.UpstreamRelease) }),
		text("upstream_end", func(v *T) *dateText { return (*dateText)(&v.UpstreamEnd) }),
		text("release", func(v *T) *dateText { return (*dateText)(&v.Release) }),
		text("standard_end", func(v *T) *dateText { return (*dateText)(&v.StandardEnd) }),
		text("extended_end", func(v *T) *dateText { return (*dateText)(&v.ExtendedEnd) }),
	}
}

func priceColumns[T any](prefix string, field func(*T) *Price) []column[T] {
	return []column[T]{
		decimal(prefix+"_usd_per_hour", usdDigits, func(t *T) *int64 { return (*int64)(&field(t).Rate) }),
		text(prefix+"_basis", func(t *T) *Basis { return &field(t).Basis }),
		text(prefix+"_date", func(t *T) *dateText { return (*dateText)(&field(t).Date) }),
		text(prefix+"_source", func(t *T) *string { return &field(t).Source }),
	}
}

func monthlyColumns[T any](prefix string, field func(*T) *MonthlyPrice) []column[T] {
	return []column[T]{
		decimal(prefix+"_usd_per_month", usdDigits, func(t *T) *int64 { return (*int64)(&field(t).Amount) }),
		text(prefix+"_basis", func(t *T) *Basis { return &field(t).Basis }),
		text(prefix+"_date", func(t *T) *dateText { return (*dateText)(&field(t).Date) }),
		text(prefix+"_source", func(t *T) *string { return &field(t).Source }),
	}
}

// dateText is a units.Date as text; Validate looks at what it says.
type dateText string

func text[T any, S ~string](name string, field func(*T) *S) column[T] {
	return column[T]{
		name: name,
		put:  func(b []byte, row *T) []byte { return appendEscaped(b, string(*field(row))) },
		set: func(row *T, cell string) error {
			s, err := unescape(cell)
			*field(row) = S(s)
			return err
		},
	}
}

// names is an optional column of names, which hold no spaces, parted by spaces.
func names[T any](name string, field func(*T) *[]string) column[T] {
	return column[T]{
		name: name, optional: true,
		put: func(b []byte, row *T) []byte { return append(b, strings.Join(*field(row), " ")...) },
		set: func(row *T, cell string) error {
			if cell != "" {
				*field(row) = strings.Split(cell, " ")
			}
			return nil
		},
	}
}

func number[T any, N int | int64](name string, field func(*T) *N) column[T] {
	return column[T]{
		name: name,
		put: func(b []byte, row *T) []byte {
			if n := *field(row); n != 0 {
				b = strconv.AppendInt(b, int64(n), 10)
			}
			return b
		},
		set: func(row *T, cell string) error {
			if cell == "" {
				return nil
			}
			if cell[0] == '0' {
				return errNotCanonical
			}
			n, err := strconv.ParseUint(cell, 10, 63)
			*field(row) = N(n)
			return err
		},
	}
}

func decimal[T any](name string, digits int, field func(*T) *int64) column[T] {
	return column[T]{
		name: name,
		put:  func(b []byte, row *T) []byte { return appendDecimal(b, *field(row), digits) },
		set: func(row *T, cell string) error {
			if cell == "" {
				return nil
			}
			n, err := parseCanonical(cell, digits)
			*field(row) = n
			return err
		},
	}
}

func flag[T any](name string, field func(*T) *bool) column[T] {
	return column[T]{
		name: name,
		put: func(b []byte, row *T) []byte {
			if *field(row) {
				b = append(b, "true"...)
			}
			return b
		},
		set: func(row *T, cell string) error {
			if cell != "" && cell != "true" {
				return errNotCanonical
			}
			*field(row) = cell == "true"
			return nil
		},
	}
}

// appendEscaped writes s so that it holds no tab and no line break.
func appendEscaped(b []byte, s string) []byte {
	if !strings.ContainsAny(s, "\\\t\n\r") {
		return append(b, s...)
	}
	for i := range len(s) {
		switch c := s[i]; c {
		case '\\':
			b = append(b, `\\`...)
		case '\t':
			b = append(b, `\t`...)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		default:
			b = append(b, c)
		}
	}
	return b
}

// unescape undoes appendEscaped.
func unescape(cell string) (string, error) {
	if strings.IndexByte(cell, '\\') < 0 {
		if strings.IndexByte(cell, '\r') >= 0 {
			return "", errNotCanonical
		}
		return cell, nil
	}
	b := make([]byte, 0, len(cell))
	for i := 0; i < len(cell); i++ {
		c := cell[i]
		if c == '\r' {
			return "", errNotCanonical
		}
		if c != '\\' {
			b = append(b, c)
			continue
		}
		i++
		if i == len(cell) {
			return "", errNotCanonical
		}
		switch cell[i] {
		case '\\':
			b = append(b, '\\')
		case 't':
			b = append(b, '\t')
		case 'n':
			b = append(b, '\n')
		case 'r':
			b = append(b, '\r')
		default:
			return "", errNotCanonical
		}
	}
	return string(b), nil
}
